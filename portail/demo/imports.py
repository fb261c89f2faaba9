"""Invents what comes from other téléservices: channels of deposit, what was entered there, an export waiting here."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

from commun import fichiers
from contrats.models import Contrat
from programmation.actions.importation import noter_la_lecture, recevoir_fichier
from programmation.imports.dossiers import Reglages, examiner_ou_importer, resume
from programmation.models import (
    Campagne,
    CanalDepot,
    CorrespondanceColonnes,
    DemandeFinancement,
    Dispositif,
    Dossier,
    SourceImport,
    Teleservice,
)

from .calendrier import a_l_heure
from .monde import Monde

NOM_DU_FICHIER = "export-dauphin-fictif.csv"
# Scheme and funder, where it deposits, what the porteur is told.
CANAUX = (
    ("aap", "etat", Teleservice.DAUPHIN, "Saisissez aussi la demande dans Dauphin, avec le même intitulé."),
    ("fipd", "etat", Teleservice.SUBVENTIA, "Le FIPD se demande dans Subventia."),
)
REPORTEES = 40  # requests of the year in execution that were entered again elsewhere
_TITRES = (
    *("Référence administrative", "SIRET", "Raison sociale", "Intitulé du projet", "Thématique", "Quartiers"),
    *("Date de début", "Date de fin", "Coût total", "Financeur", "Montant sollicité", "Statut"),
)
# What each line of the export holds: title, theme, amount asked, status. Some are to be corrected or explained.
_LIGNES = (
    ("Café des parents du mercredi", "1.1 Éducation", "4 500", "Transmise"),
    ("Point santé mobile", "1.2 Santé", "6 000", "Prise en charge"),
    ("Permis de conduire solidaire", "2.1 Emploi", "8 000", "Recevable"),
    ("Nuits du sport", "1.5b Sport et loisir", "3 000", "Transmise"),
    ("Théâtre en pied d’immeuble", "1.4 Culture et expression artistique", "environ 5 000", "Transmise"),
    ("Médiation en soirée", "3.2 Tranquillité et sûreté publique", "7 200", "Vue en comité"),
    ("Atelier vélo", "2.1 Emploi", "2 500", "En cours de saisie"),
)


def creer_imports(monde: Monde) -> None:
    """Channels for two schemes of the State, reports already made, and an export read but not written yet."""
    dispositifs = {d.code: d for d in Dispositif.objects.filter(contrat=monde.contrat)}
    for code, financeur, canal, consigne in CANAUX:
        CanalDepot.objects.update_or_create(
            contrat=monde.contrat,
            dispositif=dispositifs[code],
            financeur=monde.organismes[financeur],
            defaults={"canal": canal, "consigne": consigne},
        )
    _noter_des_reports(monde)
    campagne = Campagne.objects.filter(contrat=monde.contrat).order_by("-annee").first()
    if campagne is not None:
        _lire_un_export(monde, campagne)


def effacer_imports(contrat: Contrat) -> None:
    """Remove them; the imports themselves go with their campaign."""
    CorrespondanceColonnes.objects.filter(contrat=contrat).delete()
    CanalDepot.objects.filter(contrat=contrat).delete()


def _noter_des_reports(monde: Monde) -> None:
    """The first requests of the year in execution, entered in Dauphin a month after their deposit."""
    annee = monde.calendrier.aujourdhui.year
    demandes = DemandeFinancement.objects.filter(
        dossier__contrat=monde.contrat,
        dossier__campagne__annee=annee,
        dispositif__code="aap",
        financeur=monde.organismes["etat"],
        dossier__depose_le__isnull=False,
    ).select_related("dossier")
    for demande in demandes.order_by("dossier__numero")[:REPORTEES]:
        assert demande.dossier.depose_le is not None
        demande.reporte_le = demande.dossier.depose_le.date() + timedelta(days=30)
        demande.save(update_fields=["reporte_le"])


def _lire_un_export(monde: Monde, campagne: Campagne) -> None:
    """Read by the same functions as a real one: what is to be corrected or explained shows on its page."""
    le = a_l_heure(monde.calendrier.aujourdhui - timedelta(days=1), 10)
    par = monde.chef_de_projet
    contenu = _export(monde, campagne)
    fichier = fichiers.ranger(contenu, nom=NOM_DU_FICHIER, type_mime="text/csv", depose_par=par.utilisateur)
    importation = recevoir_fichier(campagne, fichier, source=SourceImport.DAUPHIN, par=par, le=le)
    lecture = examiner_ou_importer(
        campagne, contenu, NOM_DU_FICHIER, Reglages.de(importation), par=par, le=le, ecrire=False
    )
    noter_la_lecture(importation, resume(lecture), par=par, le=le)


def _export(monde: Monde, campagne: Campagne) -> bytes:
    """A few lines of invented porteurs of the demo, and one that nobody knows."""
    annee = campagne.annee
    siens = Dossier.objects.filter(campagne=campagne).exclude(porteur__siret="").select_related("porteur")
    porteurs = list({d.porteur_id: d.porteur for d in siens.order_by("numero")}.values())
    sortie = io.StringIO(newline="")
    feuille = csv.writer(sortie, delimiter=";")
    feuille.writerow(_TITRES)
    for rang, (intitule, theme, montant, statut) in enumerate(_LIGNES):
        connu = porteurs[rang % len(porteurs)] if porteurs and rang != 3 else None
        siret, nom = (connu.siret, connu.nom) if connu else ("12345678901234", "Les Copains du Stade (fictif)")
        dates = (f"01/01/{annee}", f"31/12/{annee}")
        reste = ("Ensemble des QPV", *dates, "20 000", "État", montant, statut)
        feuille.writerow([f"DA{99_000_001 + rang:08d}", siret, nom, f"{intitule} (fictif)", theme, *reste])
    return sortie.getvalue().encode("cp1252")
