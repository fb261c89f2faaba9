"""Invents the session of the technical committee just held, and the list that it leaves to the coming COPIL."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_DOWN, Decimal

from commun.auteur import Auteur
from contrats.models import Reunion, TypeComite
from programmation.actions import SaisieExamen, inscrire_dossiers, saisir_l_examen
from programmation.lectures.listes_de_seance import proposes
from programmation.lectures.montants_de_seance import demandes_de_la_seance
from programmation.models import ExamenDossier
from programmation.models.seance import saisissable

from .calendrier import a_l_heure
from .monde import Monde

EXAMINES = 40
ATTENDENT = 4  # the committee ran out of time
CENT_EUROS = Decimal(100)
# Every so many files, something else than a plain agreement: its act and its words.
AUTRES_SUITES = {
    5: (
        "soumettre",
        "Deux porteurs proposent la même action dans le quartier\u202f: garder l’un, ou les réunir\u202f?",
    ),
    12: ("soumettre", "Le droit commun du Département suffirait-il\u202f? Réponse attendue avant le COPIL."),
    16: ("ajourner", "Le bilan de l’an passé n’est pas arrivé."),
    21: ("soumettre", "Première année\u202f: faut-il proposer une convention de trois ans\u202f?"),
    27: ("ecarter", "Action déjà payée par un marché de la commune."),
    31: ("ajourner", "Budget à revoir avec le porteur\u202f: les charges de personnel ont doublé."),
}
NOTES = (
    "",
    "",
    "Montant ramené à celui de l’an passé.",
    "",
    "Les cofinanceurs demandent un point d’étape en juin.",
)
RETRAIT = "Une élue de la commune, membre du bureau de l’association"


def creer_examens(monde: Monde) -> None:
    """The committee examines the first files proposed; the coming COPIL starts from what it says."""
    du_contrat = Reunion.objects.filter(comite__contrat=monde.contrat, fictif=True).select_related("comite__contrat")
    jour = monde.calendrier.aujourdhui
    cotech = du_contrat.filter(comite__type=TypeComite.COTECH, le__lte=jour).order_by("-le").first()
    copil = du_contrat.filter(comite__valide_programmation=True, le__gt=jour).order_by("le").first()
    if cotech is None or copil is None:
        return
    chef = Auteur(monde.utilisateurs["chef-de-projet"], monde.contrat.pilote)
    le = a_l_heure(cotech.le, 16)
    numeros = list(proposes(cotech, pour=chef).order_by("numero").values_list("numero", flat=True)[:EXAMINES])
    inscrire_dossiers(cotech, numeros, par=chef, le=a_l_heure(cotech.le, 9))
    examens = list(cotech.examens.select_related("dossier").order_by("ordre"))
    for rang, examen in enumerate(examens[: max(0, len(examens) - ATTENDENT)], start=1):
        _examiner(examen, rang, chef, le)
    inscrire_dossiers(copil, numeros, par=chef, le=a_l_heure(cotech.le, 17))


def _examiner(examen: ExamenDossier, rang: int, chef: Auteur, le: datetime) -> None:
    """Most files are kept as proposed, some a little lower; the amounts are round."""
    part = Decimal("0.9") if rang % 4 == 0 else Decimal(1)
    montants: dict[int, Decimal | None] = {
        demande.pk: (demande.partage * part / CENT_EUROS).to_integral_value(ROUND_DOWN) * CENT_EUROS
        for demande in demandes_de_la_seance(examen.reunion, [examen.dossier_id])
        if demande.partage and saisissable(demande)
    }
    garde = any(montants.values())
    acte, texte = AUTRES_SUITES.get(rang, ("retenir", "") if garde else ("ajourner", "Aucun montant n’est arrêté."))
    retraits = "\n".join(filter(None, [examen.retraits, RETRAIT if rang == 9 else ""]))
    saisie = SaisieExamen(montants, texte=texte, note=NOTES[rang % len(NOTES)], retraits=retraits)
    saisir_l_examen(examen, saisie, acte=acte, par=chef, le=le)
