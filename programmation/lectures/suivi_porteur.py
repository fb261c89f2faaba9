"""What a porteur reads of its deposited request: one plain sentence per funder, and whom to call."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from acteurs.models import Utilisateur
from commun.auteur import Auteur
from commun.typographie import date_longue, euros
from contrats.etats import Role
from contrats.models import Habilitation

from ..etats import DEMANDE_NOTIFIEE, EtatDemande, EtatDossier
from ..models import Dossier

# States of a file in which a funder that has not answered will not: the word, and why.
_SANS_SUITE = {
    EtatDossier.BROUILLON: ("à déposer", ""),
    EtatDossier.IRRECEVABLE: ("non examinée", "Le dossier est irrecevable : ce financeur ne l’examine pas."),
    EtatDossier.RETIRE: ("retirée", "Le dossier a été retiré."),
    EtatDossier.CLOS: ("close", "Le dossier est clos."),
}


@dataclass(frozen=True, slots=True)
class StatutFinanceur:
    """Where one funder stands, in a porteur's words; the tone goes with the word."""

    financeur: str
    titre: str  # scheme and nature
    demande: Decimal  # euros
    mot: str
    ton: str
    phrase: str


def statuts(dossier: Dossier, *, pour: Auteur) -> tuple[StatutFinanceur, ...]:
    """One line per request, as this reader may know it (docs/regles.md): nothing before the funder's notification."""
    lues = dossier.demandes.avec_montants_vus(pour, dossier.contrat).select_related("financeur", "dispositif")
    return tuple(
        StatutFinanceur(
            financeur=demande.financeur.nom,
            titre=f"{demande.dispositif.nom}, {demande.get_nature_display().lower()}",
            demande=demande.montant_demande,
            **_etat(demande, dossier),
        )
        for demande in lues.order_by("financeur__type", "financeur__nom", "nature")
    )


def _etat(demande: object, dossier: Dossier) -> dict[str, str]:
    etat, vote = demande.etat_vu, demande.vote_vu  # type: ignore[attr-defined]
    if etat in DEMANDE_NOTIFIEE and vote is not None:
        le = date_longue(demande.notifie_le)  # type: ignore[attr-defined]
        return {"mot": "accordée", "ton": "succes", "phrase": f"{euros(vote)} notifiés le {le}."}
    if etat == EtatDemande.REFUSEE:
        return {"mot": "refusée", "ton": "danger", "phrase": demande.motif}  # type: ignore[attr-defined]
    if etat == EtatDemande.ANNULEE:
        return {"mot": "annulée", "ton": "neutre", "phrase": demande.motif}  # type: ignore[attr-defined]
    if dossier.etat in _SANS_SUITE:
        mot, phrase = _SANS_SUITE[EtatDossier(dossier.etat)]
        return {"mot": mot, "ton": "neutre", "phrase": phrase}
    return {"mot": "en cours d’examen", "ton": "info", "phrase": "Le financeur ne s’est pas encore prononcé."}


def contacts(dossier: Dossier) -> list[Utilisateur]:
    """Whom the porteur may call: who follows the file, else the chefs de projet of the contract, of its places first."""
    if dossier.instructeur is not None:
        return [dossier.instructeur]
    tenues = (
        Habilitation.objects.actives()
        .filter(contrat=dossier.contrat, role=Role.CHEF_DE_PROJET, utilisateur__is_active=True)
        .select_related("utilisateur")
        .prefetch_related("communes")
        .order_by("pk")
    )
    communes = set(dossier.localisations.exclude(commune=None).values_list("commune", flat=True))
    locaux, generaux = {}, {}
    for tenue in tenues:
        siennes = {commune.pk for commune in tenue.communes.all()}
        if not siennes:
            generaux[tenue.utilisateur_id] = tenue.utilisateur
        elif siennes & communes:
            locaux[tenue.utilisateur_id] = tenue.utilisateur
    return list((locaux or generaux).values())
