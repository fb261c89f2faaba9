"""Invents what was checked of droit commun, the cards of the associations, and the notes that tell where it is missing."""

from __future__ import annotations

from datetime import timedelta

from contrats.actions.droit_commun import (
    ecrire_note,
    enregistrer_fiche,
    modifier_ressource,
    porter_note,
    traiter_note,
)
from contrats.models import Contrat, FicheActeur, NoteEscalade, Reunion, TypeComite

from .calendrier import a_l_heure
from .monde import Monde
from .textes import MENTION_FICTIVE, NOTES_D_ESCALADE, PUBLICS_DES_FICHES

NOMBRE_DE_FICHES = 12
CONTACT_FICTIF = "Correspondant « quartiers » (contact et vérification fictifs)"
VERIFIE_DEPUIS = (20, 75, 160, 290, 450)  # days; the last is more than a year ago: to be checked again


def verifier_ressources(monde: Monde) -> None:
    """Two means of droit commun out of three were checked, which gave them a contact; the others never were."""
    jamais = monde.contrat.ressources.filter(contact="", verifie_le=None, organisme__isnull=False)
    for rang, ressource in enumerate(jamais.order_by("organisme__nom", "nom", "pk")):
        if rang % 3 == 2:
            continue
        jour = monde.calendrier.aujourdhui - timedelta(days=VERIFIE_DEPUIS[rang % len(VERIFIE_DEPUIS)])
        champs = {"contact": CONTACT_FICTIF}
        modifier_ressource(ressource, champs=champs, par=monde.chef_de_projet, le=a_l_heure(jour, 9))


def creer_fiches(monde: Monde) -> None:
    """Cards of invented associations, each in the quarters of its commune, checked within the year."""
    inventes = [p for p in monde.porteurs if p.organisme.fictif and not p.est_commune][:NOMBRE_DE_FICHES]
    quartiers = monde.contrat.perimetres.filter(perimetre__type="qpv").select_related("perimetre")
    par_commune: dict[str, list] = {}
    for lien in quartiers.prefetch_related("perimetre__versions__communes"):
        for code in {c.code for v in lien.perimetre.versions.all() for c in v.communes.all()}:
            par_commune.setdefault(code, []).append(lien.perimetre)
    for rang, porteur in enumerate(inventes):
        orientations = [monde.orientations[code].nom_court.lower() for code in porteur.orientations]
        champs = {
            "missions": f"Association de quartier, agit en matière de\u00a0: {', '.join(orientations)}. {MENTION_FICTIVE}",
            "publics": PUBLICS_DES_FICHES[rang % len(PUBLICS_DES_FICHES)],
            "actions": "Permanences ouvertes à tous, ateliers collectifs, orientation vers les services publics.",
            "perimetres": par_commune.get(porteur.commune, []),
            "contact": "Accueil de l’association",
        }
        jour = monde.calendrier.aujourdhui - timedelta(days=12 + 23 * rang)
        enregistrer_fiche(
            monde.contrat, porteur.organisme, champs=champs, par=monde.chef_de_projet, le=a_l_heure(jour, 11)
        )


def creer_notes_d_escalade(monde: Monde) -> None:
    """One note at each stage: written, before the COTECH, before the COPIL, answered."""
    reunions = Reunion.objects.filter(comite__contrat=monde.contrat, le__lte=monde.calendrier.aujourdhui).order_by("le")
    cotech = reunions.filter(comite__type=TypeComite.COTECH).last()
    copil = reunions.filter(comite__type=TypeComite.COPIL).last()
    assert cotech is not None
    assert copil is not None
    debut = min(cotech.le, copil.le) - timedelta(days=40)
    par = monde.chef_de_projet
    for rang, modele in enumerate(NOTES_D_ESCALADE):
        champs = {
            "orientation": monde.orientations[modele.orientation],
            "titre": f"{modele.titre} (fictif)",
            "constat": modele.constat,
            "argumentaire": modele.argumentaire,
            "demande": f"{modele.demande} {MENTION_FICTIVE}",
            "ressources": list(monde.contrat.ressources.filter(nom__in=modele.ressources)),
            "engagements": list(monde.contrat.engagements.filter(reference__in=modele.engagements)),
        }
        note = ecrire_note(monde.contrat, champs=champs, par=par, le=a_l_heure(debut + timedelta(days=3 * rang)))
        if rang > 0:
            note = porter_note(note, "porter_au_cotech", reunion=cotech, par=par, le=a_l_heure(cotech.le, 17))
        if rang > 1:
            le = max(a_l_heure(copil.le, 18), a_l_heure(cotech.le, 18))
            note = porter_note(note, "porter_au_copil", reunion=copil, par=par, le=le)
        if rang > 2:
            traiter_note(note, suite=modele.suite, par=par, le=le + timedelta(hours=1))


def effacer_droit_commun(contrat: Contrat) -> None:
    """Remove the cards of invented organisations, the notes and the checks of our invention."""
    contrat.ressources.filter(contact=CONTACT_FICTIF).update(contact="", verifie_le=None)
    FicheActeur.objects.filter(contrat=contrat, organisme__fictif=True).delete()
    NoteEscalade.objects.filter(contrat=contrat, demande__endswith=MENTION_FICTIVE).delete()
