"""Each funder's part and its envelopes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from acteurs.models import Organisme
from contrats.models import Contrat

from ...etats import EtatEnveloppe
from ...models import DemandeFinancement, Enveloppe
from .montants import RETENUE, ZERO, Montants, agregats, montants_de, somme


@dataclass(frozen=True, slots=True)
class PartFinanceur:
    """One funder's part, ordinary means or specific credits; `precedent` is what it had programmed the year before."""

    financeur: str
    type: str
    nature: str
    montants: Montants
    precedent: Decimal
    enveloppe: Decimal | None
    enveloppe_etat: str
    consomme: Decimal | None
    reste: Decimal | None


@dataclass(frozen=True, slots=True)
class EnveloppeAnnuelle:
    """One funder's envelope for the year, as announced or notified, and what it still allows. Euros."""

    financeur: str
    dispositif: str
    nature: str
    section: str
    notifiee: bool
    montant: Decimal
    depassement: Decimal
    consomme: Decimal
    reste: Decimal


def enveloppes_annuelles(contrat: Contrat, annee: int) -> tuple[EnveloppeAnnuelle, ...]:
    """Every envelope of the year, by type of funder."""
    return tuple(
        EnveloppeAnnuelle(
            financeur=e.financeur.nom_court,
            dispositif=e.dispositif.nom,
            nature=e.nature,
            section=e.get_section_display(),
            notifiee=e.etat == EtatEnveloppe.NOTIFIEE,
            montant=e.montant,
            depassement=e.depassement_autorise,
            consomme=e.montant_programme + e.montant_vote,
            reste=e.disponible,
        )
        for e in Enveloppe.objects.filter(contrat=contrat, annee=annee)
        .select_related("financeur", "dispositif")
        .order_by("financeur__type", "financeur__recherche", "nature", "dispositif__code")
    )


def parts_des_financeurs(
    demandes: QuerySet[DemandeFinancement], annee: int, enveloppes: Iterable[EnveloppeAnnuelle]
) -> tuple[PartFinanceur, ...]:
    """Each funder's part, the largest programmed first, against its envelopes."""
    cles = ("financeur", "nature")
    lignes = list(demandes.filter(dossier__campagne__annee=annee).values(*cles).annotate(**agregats()).order_by())
    avant = {
        (financeur, nature): total
        for financeur, nature, total in demandes.filter(dossier__campagne__annee=annee - 1)
        .values_list(*cles)
        .annotate(total=somme("programme_vu", RETENUE))
        .order_by()
    }
    organismes = Organisme.objects.in_bulk({ligne["financeur"] for ligne in lignes})
    par_cle: dict[tuple[str, str], list[EnveloppeAnnuelle]] = defaultdict(list)
    for enveloppe in enveloppes:
        par_cle[(enveloppe.financeur, enveloppe.nature)].append(enveloppe)
    parts = []
    for ligne in lignes:
        organisme = organismes[ligne["financeur"]]
        siennes = par_cle.get((organisme.nom_court, ligne["nature"]), [])
        etats = {e.notifiee for e in siennes}
        parts.append(
            PartFinanceur(
                financeur=organisme.nom_court,
                type=organisme.type,
                nature=ligne["nature"],
                montants=montants_de(ligne),
                precedent=avant.get((ligne["financeur"], ligne["nature"]), ZERO),
                enveloppe=sum((e.montant for e in siennes), ZERO) if siennes else None,
                enveloppe_etat=(
                    ""
                    if not siennes
                    else "en partie notifiée"
                    if len(etats) == 2
                    else "notifiée"
                    if True in etats
                    else "attendue"
                ),
                consomme=sum((e.consomme for e in siennes), ZERO) if siennes else None,
                reste=sum((e.reste for e in siennes), ZERO) if siennes else None,
            )
        )
    return tuple(sorted(parts, key=lambda p: (-p.montants.programme, -p.montants.demande, p.financeur, p.nature)))
