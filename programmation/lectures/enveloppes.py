"""Envelopes as people read them, and the check of their counters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal

from django.db.models import DecimalField, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from commun.auteur import Auteur
from contrats.models import Contrat, NatureMoyens
from contrats.permissions import roles

from ..etats import DEMANDE_FERME, EtatDemande, EtatDossier
from ..models import DemandeFinancement, Enveloppe

ZERO = Decimal(0)
_EUROS = DecimalField(max_digits=14, decimal_places=2)


@dataclass(frozen=True, slots=True)
class LigneEnveloppe:
    """One envelope, in euros: its amount, what was proposed, programmed and voted on it, what is left."""

    pk: int
    financeur: str
    dispositif: str
    nature: str
    nature_libelle: str
    etat_libelle: str
    notifiee: bool
    montant: Decimal
    depassement: Decimal
    propose: Decimal
    programme: Decimal
    vote: Decimal
    disponible: Decimal
    fictif: bool

    @property
    def consomme(self) -> Decimal:
        return self.programme + self.vote

    @property
    def taux(self) -> Decimal | None:
        """Programmed and voted over the amount, in %; None for an empty envelope."""
        return _taux(self.consomme, self.montant)

    @property
    def reste_apres_propositions(self) -> Decimal:
        """What would be left if every proposal were programmed; negative when proposals go too far."""
        return self.disponible - self.propose


@dataclass(frozen=True, slots=True)
class TotalEnveloppes:
    """The sum of the envelopes that one reader sees. Euros."""

    montant: Decimal
    propose: Decimal
    programme: Decimal
    vote: Decimal
    disponible: Decimal

    @property
    def taux(self) -> Decimal | None:
        """Programmed and voted over the amounts, in %; None when there is no money."""
        return _taux(self.programme + self.vote, self.montant)


def total(lignes: Iterable[LigneEnveloppe]) -> TotalEnveloppes:
    """The totals of these envelopes."""
    lues = list(lignes)
    return TotalEnveloppes(
        **{champ.name: sum((getattr(e, champ.name) for e in lues), ZERO) for champ in fields(TotalEnveloppes)}
    )


def enveloppes(contrat: Contrat, annee: int, *, pour: Auteur) -> list[LigneEnveloppe]:
    """The envelopes of a year: all of them for the whole contract's team, its own for a funder. One query."""
    tenus = roles(pour, contrat)
    lues = Enveloppe.objects.filter(contrat=contrat, annee=annee)
    if not tenus.pilote_tout:
        lues = lues.filter(financeur__in=tenus.organismes_instructeurs)
    # Proposals of this envelope's own kind that a COPIL may still programme, drafts kept to their funder.
    proposees = (
        DemandeFinancement.objects.filter(
            dossier__campagne__annee=OuterRef("annee"),
            dossier__contrat=OuterRef("contrat"),
            financeur=OuterRef("financeur"),
            dispositif=OuterRef("dispositif"),
            nature=OuterRef("nature"),
            etat=EtatDemande.PROPOSEE,
            dossier__etat__in=[EtatDossier.EN_INSTRUCTION, EtatDossier.AJOURNE],
        )
        .avec_montants_vus(pour, contrat)
        .order_by()
        .values("financeur")
        .annotate(somme=Sum("propose_vu"))
        .values("somme")
    )
    lues = lues.annotate(
        propose=Coalesce(Subquery(proposees, output_field=_EUROS), Value(ZERO), output_field=_EUROS)
    ).select_related("financeur", "dispositif")
    return [
        LigneEnveloppe(
            pk=e.pk,
            financeur=e.financeur.nom_court,
            dispositif=e.dispositif.nom,
            nature=e.nature,
            nature_libelle=NatureMoyens(e.nature).label,
            etat_libelle=e.get_etat_display(),
            notifiee=e.etat == "notifiee",
            montant=e.montant,
            depassement=e.depassement_autorise,
            propose=e.propose,
            programme=e.montant_programme,
            vote=e.montant_vote,
            disponible=e.disponible,
            fictif=e.fictif,
        )
        for e in lues.order_by("nature", "financeur__nom", "dispositif__code")
    ]


def _taux(consomme: Decimal, montant: Decimal) -> Decimal | None:
    return (consomme * 100 / montant).quantize(Decimal("0.1")) if montant else None


@dataclass(frozen=True, slots=True)
class EcartEnveloppe:
    """An envelope whose counters are not the sum of its rows, in euros."""

    enveloppe: str
    programme: Decimal
    programme_attendu: Decimal
    vote: Decimal
    vote_attendu: Decimal

    def __str__(self) -> str:
        return (
            f"{self.enveloppe} : programmé {self.programme} au lieu de {self.programme_attendu}, "
            f"voté {self.vote} au lieu de {self.vote_attendu}"
        )


def verifier_enveloppes(contrat: Contrat | None = None) -> list[EcartEnveloppe]:
    """The envelopes whose counters differ from the sum of their rows; an empty list when all is right."""
    lues = Enveloppe.objects.filter(contrat=contrat) if contrat else Enveloppe.objects.all()
    lues = lues.select_related("financeur", "dispositif").annotate(
        attendu_programme=Coalesce(
            Sum("demandes__montant_programme", filter=Q(demandes__etat=EtatDemande.PROGRAMMEE)),
            Value(ZERO),
            output_field=_EUROS,
        ),
        attendu_vote=Coalesce(
            Sum("demandes__montant_vote", filter=Q(demandes__etat__in=DEMANDE_FERME)), Value(ZERO), output_field=_EUROS
        ),
    )
    return [
        EcartEnveloppe(str(e), e.montant_programme, e.attendu_programme, e.montant_vote, e.attendu_vote)
        for e in lues
        if (e.montant_programme, e.montant_vote) != (e.attendu_programme, e.attendu_vote)
    ]
