"""Bring in the files of a spreadsheet: an export of Dauphin, or an agglomeration's own table (S-16)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from acteurs.models import Organisme
from commun import fichiers
from commun.auteur import Canal, systeme
from commun.erreurs import RegleEnfreinte
from commun.exports import TYPES_MIME
from commun.typographie import pluriel
from contrats.models import Contrat
from programmation.actions import importation as actes
from programmation.imports.constats import Lecture
from programmation.imports.dossiers import Reglages, examiner_ou_importer, resume, titre_de_colonne
from programmation.models import Campagne, CorrespondanceColonnes, SourceImport


class Command(BaseCommand):
    help = "Importe des dossiers d’un export de Dauphin ou d’un tableau de programmation (CSV, XLSX, ODS)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("fichier", help="CSV, XLSX ou ODS")
        parser.add_argument("--contrat", required=True, help="identifiant du contrat")
        parser.add_argument("--campagne", required=True, type=int, help="année")
        parser.add_argument("--simuler", action="store_true", help="dire ce qui serait écrit, sans rien écrire")
        parser.add_argument("--bonnes-lignes", action="store_true", help="écrire ce qui est juste, laisser le reste")
        parser.add_argument("--source", choices=SourceImport.values, default=SourceImport.DAUPHIN)
        parser.add_argument("--financeur", default="", help="nom, sigle ou SIRET, si le fichier ne le dit pas")
        parser.add_argument("--correspondance", default="", help="nom de la correspondance de colonnes à employer")

    def handle(self, *args: Any, **options: Any) -> None:
        campagne = self._campagne(options["contrat"], options["campagne"])
        chemin = Path(options["fichier"])
        if not chemin.is_file():
            raise CommandError(f"{chemin} : ce fichier n’existe pas.")
        try:
            with transaction.atomic():
                lecture = self._importer(campagne, chemin, options)
        except RegleEnfreinte as erreur:
            raise CommandError(erreur.message) from erreur
        self._rendre_compte(lecture, simuler=options["simuler"])

    def _campagne(self, slug: str, annee: int) -> Campagne:
        contrat = Contrat.objects.filter(slug=slug).first()
        if contrat is None:
            connus = ", ".join(Contrat.objects.values_list("slug", flat=True)) or "aucun"
            raise CommandError(f"Le contrat « {slug} » n’existe pas. Contrats : {connus}.")
        campagne = Campagne.objects.filter(contrat=contrat, annee=annee).select_related("contrat").first()
        if campagne is None:
            raise CommandError(f"Le contrat « {slug} » n’a pas de campagne {annee} : créez-la d’abord.")
        return campagne

    def _financeur(self, nom: str) -> int | None:
        if not nom:
            return None
        trouves = [o for o in Organisme.objects.cherches(nom) if nom in (o.nom, o.sigle, o.siret)]
        if len(trouves) != 1:
            raise CommandError(f"« {nom} » ne désigne pas un seul organisme : donnez son SIRET.")
        return trouves[0].pk

    def _importer(self, campagne: Campagne, chemin: Path, options: dict[str, Any]) -> Lecture:
        """The same reading and the same writing as in the browser; a simulation keeps nothing."""
        par, le = systeme(Canal.COMMANDE), timezone.now()
        contenu, financeur = chemin.read_bytes(), self._financeur(options["financeur"])
        nom = options["correspondance"] or SourceImport(options["source"]).label
        connue = CorrespondanceColonnes.objects.filter(contrat=campagne.contrat, nom=nom).first()
        if options["correspondance"] and connue is None:
            raise CommandError(f"Le contrat n’a pas de correspondance « {nom} ».")
        defauts = {"financeur": financeur} if financeur else {}
        if options["simuler"]:
            reglages = Reglages.gardes(connue, options["source"], defauts)
            return examiner_ou_importer(campagne, contenu, chemin.name, reglages, par=par, le=le, ecrire=False)
        type_mime = TYPES_MIME.get(chemin.suffix.lower().lstrip("."), "application/octet-stream")
        importation = actes.recevoir_fichier(
            campagne,
            fichiers.ranger(contenu, nom=chemin.name, type_mime=type_mime),
            source=options["source"],
            correspondance=nom,
            par=par,
            le=le,
        )
        lecture = examiner_ou_importer(
            campagne,
            contenu,
            chemin.name,
            Reglages.gardes(importation.correspondance, options["source"], defauts),
            par=par,
            le=le,
            ecrire=True,
            bonnes_lignes=options["bonnes_lignes"],
        )
        compte = resume(lecture)
        actes.noter_la_lecture(importation, compte, par=par, le=le)
        actes.noter_l_ecriture(importation, compte, lecture.colonnes, par=par, le=le)
        return lecture

    def _rendre_compte(self, lecture: Lecture, *, simuler: bool) -> None:
        if lecture.manquantes:
            raise CommandError(f"Aucune colonne ne dit {', ni '.join(lecture.manquantes)}.")
        for constat in lecture.remarques:
            self.stdout.write(_phrase(lecture, constat))
        for dossier in lecture.dossiers:
            if dossier.question is not None and not dossier.fautes:
                lignes = ", ".join(map(str, dossier.lignes))
                self.stderr.write(f"ligne {lignes} : {dossier.question.texte} À rapprocher dans Pilotville.")
        for constat in lecture.fautes:
            self.stderr.write(_phrase(lecture, constat))
        compte = resume(lecture)
        verbe = "serait" if simuler or not lecture.ecrite else "est"
        self.stdout.write(
            f"{pluriel(compte['total'], 'dossier lu', 'dossiers lus')} sur {pluriel(compte['lignes'], 'ligne')}. "
            f"Ce qui {verbe} écrit — créés : {compte['cree']} ; mis à jour : {compte['modifie']} ; "
            f"inchangés : {compte['inchange']} ; laissés de côté : {compte['ignore']} ; "
            f"à rapprocher : {compte['a_rapprocher']} ; refusés : {compte['refuse']} ; "
            f"absents du fichier : {compte['nb_absents']} ; demandes absentes : {compte['nb_demandes_absentes']}."
        )
        if restent := compte["refuse"] + compte["a_rapprocher"]:
            suite = "" if lecture.ecrite or simuler else " Rien n’est écrit : corrigez, ou ajoutez --bonnes-lignes."
            raise CommandError(
                f"{pluriel(restent, 'dossier ne peut pas être écrit', 'dossiers ne peuvent pas être écrits')}.{suite}"
            )


def _phrase(lecture: Lecture, constat: Any) -> str:
    colonne = titre_de_colonne(lecture, constat.champ)
    return f"ligne {constat.ligne}{f', {colonne}' if colonne else ''} : {constat.message}"
