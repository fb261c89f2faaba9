"""Invents what partners say of their means, and has the catalogue of the year in execution made and published.

The contract gives no yearly amount of any partner: those who are not invented stay « non communiqué ».
"""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal

from django.db.models import Sum

from acteurs.models import Organisme
from contrats.actions.moyens import SaisieMoyen, annoncer_moyens
from contrats.etats import StatutMoyen
from contrats.models import Contrat, MoyenAnnonce, NatureAnnoncee, Orientation, Section
from evaluation.actions import demander_rapport
from evaluation.etats import TypeRapport
from programmation.etats import DEMANDE_CONSOMME
from programmation.models import DemandeFinancement

from .calendrier import a_l_heure
from .monde import Monde, centaines
from .textes import MENTION_FICTIVE

GRAINE = 1928  # of its own: what it draws changes nothing of what the others invent
# What a partner puts beside what the programming holds: its ordinary services are larger than its grants.
ANNONCEURS = ("etat", "caph", "departement", "caf", "ars", "region", "sigh", "commune-59172")
PAR_ORIENTATION = ("etat", "caph", "departement", "caf")
SOURCE = "Courrier du partenaire (fictif)"
EN_NATURE = {
    "departement": "4 ETP de travailleurs sociaux dans les quartiers, deux salles prêtées. ",
    "caf": "2 ETP de conseillers techniques. ",
    "commune-59172": "Salles municipales et minibus prêtés aux associations. ",
    "ars": "0,5 ETP de coordination de la médiation santé. ",
}
INVESTISSEMENT = {"caph": 1_850_000, "region": 900_000, "departement": 640_000, "sigh": 2_300_000}
DROIT_COMMUN = {"caph": 1_240_000, "sigh": 310_000, "commune-59172": 450_000}
NPNRU = {"caph": 3_200_000, "sigh": 4_100_000, "commune-59172": 780_000}
EUROPE = {"region": 260_000}


def creer_moyens(monde: Monde) -> None:
    """Means of the last year, complete for most; of this year, half told; of the coming year, hardly begun."""
    hasard = random.Random(GRAINE)
    courante = monde.calendrier.aujourdhui.year
    for annee, cles, jours in (
        (courante - 1, ANNONCEURS, 300),
        (courante, ANNONCEURS[:6], 120),
        (courante + 1, ANNONCEURS[:3], 6),
    ):
        if annee not in monde.contrat.annees:
            continue
        for rang, cle in enumerate(cles):
            complet = annee < courante or rang < 2
            _annoncer(monde, hasard, cle, annee, jours=jours - rang, complet=complet)
    MoyenAnnonce.objects.filter(contrat=monde.contrat).update(fictif=True)


def _annoncer(monde: Monde, hasard: random.Random, cle: str, annee: int, *, jours: int, complet: bool) -> None:
    organisme = monde.organismes[cle]
    par = monde.auteur(organisme)
    source = SOURCE if par.pour_le_compte_de is not None else None
    saisies = [
        SaisieMoyen(organisme, annee, nature, section, orientation, StatutMoyen.COMMUNIQUE, montant, mots, source)
        for nature, section, orientation, montant, mots in _moyens(monde, hasard, cle, organisme, annee)
    ]
    if complet:
        dites = {(s.nature, s.section) for s in saisies}
        saisies += [
            SaisieMoyen(organisme, annee, nature, section, None, StatutMoyen.SANS_OBJET, source=source)
            for nature in NatureAnnoncee
            for section in Section
            if (nature, section) not in dites
        ]
    le = a_l_heure(monde.calendrier.aujourdhui - timedelta(days=jours), 14)
    annoncer_moyens(monde.contrat, saisies, par=par, le=le)


def _moyens(
    monde: Monde, hasard: random.Random, cle: str, organisme: Organisme, annee: int
) -> list[tuple[str, str, Orientation | None, Decimal | None, str | None]]:
    """What it puts in: around what the programming holds of it, by orientation where it says so."""
    fonctionnement, investissement = Section.FONCTIONNEMENT, Section.INVESTISSEMENT
    mots = f"{EN_NATURE[cle]}{MENTION_FICTIVE}" if cle in EN_NATURE else None
    lignes: list[tuple[str, str, Orientation | None, Decimal | None, str | None]] = []
    for nature in (NatureAnnoncee.DROIT_COMMUN, NatureAnnoncee.SPECIFIQUE):
        programmes = _programme(monde.contrat, organisme, annee, nature)
        if cle in PAR_ORIENTATION and programmes:
            lignes += [
                (nature, fonctionnement, orientation, centaines(montant * hasard.uniform(0.95, 1.5)), None)
                for orientation, montant in programmes
            ]
        elif programmes:
            total = sum(montant for _, montant in programmes)
            lignes.append((nature, fonctionnement, None, centaines(total * hasard.uniform(0.9, 1.4)), mots))
            mots = None
    if mots is not None:
        dite = any(x[:2] == (NatureAnnoncee.DROIT_COMMUN, fonctionnement) and x[2] is None for x in lignes)
        if not dite:
            lignes.append((NatureAnnoncee.DROIT_COMMUN, fonctionnement, None, None, mots))
    for nature, section, montants in (
        (NatureAnnoncee.DROIT_COMMUN, fonctionnement, DROIT_COMMUN),
        (NatureAnnoncee.DROIT_COMMUN, investissement, INVESTISSEMENT),
        (NatureAnnoncee.NPNRU, investissement, NPNRU),
        (NatureAnnoncee.EUROPE, fonctionnement, EUROPE),
    ):
        if cle in montants and not any(x[:3] == (nature, section, None) for x in lignes):
            lignes.append((nature, section, None, centaines(montants[cle] * hasard.uniform(0.8, 1.2)), None))
    return lignes


def _programme(contrat: Contrat, organisme: Organisme, annee: int, nature: str) -> list[tuple[Orientation, float]]:
    """Euros that the programming of the year holds of this funder, by orientation; asked, before the COPIL."""
    demandes = DemandeFinancement.objects.filter(
        dossier__contrat=contrat, dossier__campagne__annee=annee, financeur=organisme, nature=nature
    )
    retenues = demandes.filter(etat__in=DEMANDE_CONSOMME)
    champ = "montant_programme" if retenues.exists() else "montant_propose"
    sommes = (
        (retenues if champ == "montant_programme" else demandes.filter(montant_propose__gt=0))
        .values("dossier__orientation")
        .annotate(total=Sum(champ))
        .order_by("dossier__orientation__ordre")
    )
    orientations = Orientation.objects.in_bulk([s["dossier__orientation"] for s in sommes])
    return [(orientations[s["dossier__orientation"]], float(s["total"])) for s in sommes if s["total"]]


def demander_catalogue(monde: Monde) -> None:
    """The catalogue of the year in execution: made by the worker at its first start, then published by itself."""
    jour = monde.calendrier.aujourdhui
    if jour.year in monde.contrat.annees:
        demander_rapport(
            monde.contrat,
            jour.year,
            TypeRapport.CATALOGUE,
            par=monde.chef_de_projet,
            le=a_l_heure(jour, 8),
            publier=True,
        )


def effacer_moyens(contrat: Contrat) -> None:
    """Remove the invented means."""
    MoyenAnnonce.objects.filter(contrat=contrat, fictif=True).delete()
