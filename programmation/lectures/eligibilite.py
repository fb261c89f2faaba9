"""Where each funder may pay, as the page shows it and as a file's warnings use it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from acteurs.models import TypeOrganisme
from contrats.models import Contrat
from geographie.models import TypePerimetre

from ..models import Admission, DemandeFinancement, Dossier, EligibilitePerimetre, Localisation, ModeLocalisation
from ..regles.lieux import DemandeSituee, LieuDeDossier, RegleDEligibilite, alertes_de_lieu

TONS_ADMISSION = {Admission.OUI: "succes", Admission.EXCEPTION: "attention", Admission.NON: "danger"}


@dataclass(frozen=True, slots=True)
class EligibiliteLue:
    pk: int
    lieu: str
    nature: str
    admission: str
    ton: str
    condition: str
    source: str


@dataclass(frozen=True, slots=True)
class FinanceurEligible:
    """A funder and its rules."""

    nom: str
    regles: tuple[EligibiliteLue, ...]


def eligibilites(contrat: Contrat, annee: int) -> list[FinanceurEligible]:
    """The rules in force for the files of `annee`, by funder; one query."""
    groupes: dict[str, list[EligibiliteLue]] = {}
    lues = EligibilitePerimetre.objects.filter(contrat=contrat).en_vigueur(annee)
    for regle in lues.select_related("financeur", "perimetre").order_by(
        "financeur__recherche", "-type_perimetre", "perimetre__nom", "nature", "pk"
    ):
        admission = Admission(regle.admission)
        groupes.setdefault(regle.financeur.nom_court, []).append(
            EligibiliteLue(
                regle.pk,
                str(regle.perimetre) if regle.perimetre else TypePerimetre(regle.type_perimetre).label,
                regle.get_nature_display(),
                admission.label,
                TONS_ADMISSION[admission],
                regle.condition,
                regle.source,
            )
        )
    return [FinanceurEligible(nom, tuple(regles)) for nom, regles in groupes.items()]


def alertes_des_lieux(dossier: Dossier, demandes: Iterable[DemandeFinancement]) -> list[str]:
    """The warnings on the places of one file, for what it asks of each funder (S-18); two queries."""
    situees = [
        DemandeSituee(d.financeur_id, d.financeur.le_nom, d.nature, d.financeur.type == TypeOrganisme.ETAT)
        for d in demandes
    ]
    regles = EligibilitePerimetre.objects.filter(contrat=dossier.contrat_id).en_vigueur(dossier.campagne.annee)
    return alertes_de_lieu(
        [_lieu(localisation) for localisation in dossier.localisations.select_related("version__perimetre", "commune")],
        situees,
        [
            RegleDEligibilite(*valeurs)
            for valeurs in regles.values_list(
                "financeur", "nature", "type_perimetre", "perimetre", "admission", "condition"
            )
        ],
    )


def _lieu(localisation: Localisation) -> LieuDeDossier:
    mode, version, commune = localisation.mode, localisation.version, localisation.commune
    if mode == ModeLocalisation.ENSEMBLE_QPV:
        return LieuDeDossier(ModeLocalisation(mode).label, TypePerimetre.QPV)
    if version is not None:
        return LieuDeDossier(version.nom, version.perimetre.type, version.perimetre_id)
    return LieuDeDossier(commune.nom if commune else ModeLocalisation(mode).label)
