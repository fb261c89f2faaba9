"""The what-if programmings of the coming year: the team's, shared and not, and the State's own."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from commun.auteur import Auteur
from contrats.models import Contrat
from programmation import actions
from programmation.models import DemandeFinancement, DepartScenario, Scenario
from programmation.regles.scenarios import Ajustement

from .calendrier import a_l_heure
from .monde import Monde

ORIENTATION_PRIORITAIRE = 2  # its rank: the one that « Priorité santé » favours


def creer_scenarios(monde: Monde) -> None:
    """Three scenarios on the coming year's campaign, by the same actions as on the page."""
    annee = monde.calendrier.aujourdhui.year + 1
    if not monde.contrat.campagnes.filter(annee=annee).exists():
        return
    le = a_l_heure(monde.calendrier.aujourdhui - timedelta(days=3), 16)
    chef = Auteur(monde.utilisateurs["chef-de-projet"], monde.contrat.pilote)
    etat = Auteur(monde.utilisateurs["instructeur-etat"], monde.organismes["etat"])
    partage = _creer(
        monde,
        annee,
        "Demandes à − 15 %",
        DepartScenario.DEMANDES,
        "Ce que coûterait de répondre à presque tout.",
        chef,
        le,
    )
    actions.ajuster_lignes(
        partage, _demandes(monde, annee), ajustement=Ajustement.POURCENT, taux=Decimal(-15), par=chef, le=le
    )
    actions.partager_scenario(partage, par=chef, le=le)
    priorite = _creer(
        monde,
        annee,
        "Priorité à une orientation",
        DepartScenario.PROPOSITIONS,
        "Les propositions d’aujourd’hui, moins 8 % hors d’une orientation.",
        chef,
        le,
    )
    autres = _demandes(monde, annee, sauf=ORIENTATION_PRIORITAIRE)
    actions.ajuster_lignes(priorite, autres, ajustement=Ajustement.POURCENT, taux=Decimal(-8), par=chef, le=le)
    passe = _creer(
        monde,
        annee,
        "Comme l’an passé",
        DepartScenario.AN_PASSE,
        "Les reconductions au montant de l’an passé, avant les actions nouvelles.",
        etat,
        le,
    )
    Scenario.objects.filter(pk__in=[partage.pk, priorite.pk, passe.pk]).update(fictif=True)


def effacer_scenarios(contrat: Contrat) -> None:
    """Remove those of the demo; the scenarios that people made stay without their fictitious rows."""
    Scenario.objects.filter(contrat=contrat, fictif=True).delete()


def _creer(monde: Monde, annee: int, nom: str, depart: str, note: str, par: Auteur, le: datetime) -> Scenario:
    return actions.creer_scenario(monde.contrat, annee=annee, nom=nom, depart=depart, note=note, par=par, le=le)


def _demandes(monde: Monde, annee: int, *, sauf: int | None = None) -> list[int]:
    """The year's requests, those of the orientation at the rank `sauf` aside."""
    demandes = DemandeFinancement.objects.filter(dossier__contrat=monde.contrat, dossier__campagne__annee=annee)
    if sauf is not None:
        demandes = demandes.exclude(dossier__orientation__ordre=sauf)
    return list(demandes.values_list("pk", flat=True))
