"""The life of an import: a spreadsheet received, read, its words explained, then written or dropped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.models import Fichier, Travail
from commun.permissions import verifier
from commun.travaux import planifier
from contrats.models import Contrat

from ...etats import EtatImport
from ...models import Campagne, CorrespondanceColonnes, ImportDossiers, SourceImport
from ...permissions import peut_importer

LECTURE = "programmation.lire_import"
ECRITURE = "programmation.ecrire_import"


@transaction.atomic
def recevoir_fichier(
    campagne: Campagne,
    fichier: Fichier,
    *,
    source: str,
    par: Auteur,
    le: datetime,
    correspondance: str = "",
    defauts: Mapping[str, Any] | None = None,
) -> ImportDossiers:
    """Begin an import; nothing is read yet. `correspondance` is the name of the columns to use, the source's by default."""
    verifier(peut_importer(par, campagne.contrat))
    importation = ImportDossiers.objects.create(
        campagne=campagne,
        fichier=fichier,
        source=source,
        correspondance=_correspondance(campagne.contrat, correspondance, source, defauts or {}),
        depose_le=le,
        depose_par=par.utilisateur,
    )
    inscrire(importation, acte="recevoir", libelle="Fichier reçu", par=par, le=le, apres={"fichier": fichier.nom})
    return importation


@transaction.atomic
def demander_la_lecture(importation: ImportDossiers, *, par: Auteur, le: datetime) -> Travail:
    """Have the spreadsheet read again, with the columns and the words as they are known now."""
    importation = _verrouiller(importation, par, "lire")
    return _planifier(LECTURE, importation, par, le)


@transaction.atomic
def noter_la_lecture(importation: ImportDossiers, apercu: dict[str, Any], *, par: Auteur, le: datetime) -> None:
    """Keep what a reading found."""
    importation = _verrouiller(importation, par, "lire")
    importation.apercu = apercu
    importation.save(update_fields=["apercu"])
    importation.changer_etat("lire", par=par, le=le)


@transaction.atomic
def regler_les_colonnes(
    importation: ImportDossiers,
    colonnes: Mapping[str, str],
    *,
    par: Auteur,
    le: datetime,
    nom: str = "",
    defauts: Mapping[str, Any] | None = None,
) -> Travail:
    """Say what each column is; kept for the next file, under another `nom` when one is given; the file is read again."""
    importation = _verrouiller(importation, par, "lire")
    donnees = [cle for cle in colonnes.values() if cle and cle != "-"]
    doubles = sorted({cle for cle in donnees if donnees.count(cle) > 1})
    if doubles:
        titres = ", ".join(f"« {titre} »" for titre, cle in colonnes.items() if cle in doubles)
        raise RegleEnfreinte(f"Ces colonnes disent la même chose : {titres}. Gardez-en une.", code="colonne_double")
    correspondance = _verrouiller_la_correspondance(importation)
    if nom and nom != correspondance.nom:
        nouvelle = _correspondance(importation.campagne.contrat, nom, importation.source, correspondance.defauts)
        nouvelle.valeurs = {**correspondance.valeurs, **nouvelle.valeurs}
        correspondance = nouvelle
        importation.correspondance = correspondance
        importation.save(update_fields=["correspondance"])
    correspondance.colonnes = {**correspondance.colonnes, **colonnes}
    if defauts is not None:
        correspondance.defauts = dict(defauts)
    correspondance.save()
    inscrire(importation, acte="regler_les_colonnes", libelle="Colonnes réglées", par=par, le=le, apres=dict(colonnes))
    return _planifier(LECTURE, importation, par, le)


@transaction.atomic
def expliquer_les_mots(
    importation: ImportDossiers, valeurs: Mapping[str, Mapping[str, Any]], *, par: Auteur, le: datetime
) -> Travail:
    """Say what the words of a spreadsheet designate, which porteur or which file it means; the file is read again."""
    importation = _verrouiller(importation, par, "lire")
    correspondance = _verrouiller_la_correspondance(importation)
    connues = correspondance.valeurs
    correspondance.valeurs = connues | {champ: {**connues.get(champ, {}), **mots} for champ, mots in valeurs.items()}
    correspondance.save()
    dits = {champ: dict(mots) for champ, mots in valeurs.items()}
    inscrire(importation, acte="expliquer_les_mots", libelle="Mots expliqués", par=par, le=le, apres=dits)
    return _planifier(LECTURE, importation, par, le)


@transaction.atomic
def demander_l_ecriture(importation: ImportDossiers, *, bonnes_lignes: bool, par: Auteur, le: datetime) -> Travail:
    """Have the files written: all of them, or only those that nothing keeps from it."""
    importation = _verrouiller(importation, par, "importer")
    return _planifier(ECRITURE, importation, par, le, bonnes_lignes=bonnes_lignes)


@transaction.atomic
def noter_l_ecriture(
    importation: ImportDossiers,
    resultat: dict[str, Any],
    colonnes: Mapping[str, str],
    *,
    par: Auteur,
    le: datetime,
) -> None:
    """Keep what was written, and the columns that served; when nothing was, only what the reading found."""
    importation = _verrouiller(importation, par, "importer")
    if not resultat["ecrite"]:
        importation.apercu = resultat
        importation.save(update_fields=["apercu"])
        return
    importation.resultat = resultat
    importation.save(update_fields=["resultat"])
    correspondance = _verrouiller_la_correspondance(importation)
    correspondance.colonnes = {**colonnes, **correspondance.colonnes}
    correspondance.save()
    importation.changer_etat("importer", par=par, le=le)


@transaction.atomic
def abandonner_import(importation: ImportDossiers, *, par: Auteur, le: datetime) -> None:
    """Drop an import; nothing was written."""
    _verrouiller(importation, par, "abandonner").changer_etat("abandonner", par=par, le=le)


def _verrouiller(importation: ImportDossiers, par: Auteur, acte: str) -> ImportDossiers:
    """The import as it stands now, held; `acte` may start from its state."""
    tenue = (
        ImportDossiers.objects.select_for_update(of=("self",))
        .select_related("campagne__contrat", "correspondance", "fichier")
        .get(pk=importation.pk)
    )
    verifier(peut_importer(par, tenue.campagne.contrat))
    tenue.verifier_transition(acte)
    return tenue


def _correspondance(contrat: Contrat, nom: str, source: str, defauts: Mapping[str, Any]) -> CorrespondanceColonnes:
    """The columns kept under this name in the contract, begun when there are none."""
    nom = nom.strip()[:80] or SourceImport(source).label
    correspondance, _ = CorrespondanceColonnes.objects.get_or_create(
        contrat=contrat, nom=nom, defaults={"source": source}
    )
    donnes = {cle: valeur for cle, valeur in defauts.items() if valeur}
    if donnes:
        correspondance.defauts = {**correspondance.defauts, **donnes}
        correspondance.save()
    return correspondance


def _verrouiller_la_correspondance(importation: ImportDossiers) -> CorrespondanceColonnes:
    assert importation.correspondance_id is not None
    return CorrespondanceColonnes.objects.select_for_update().get(pk=importation.correspondance_id)


def _planifier(nom: str, importation: ImportDossiers, par: Auteur, le: datetime, **parametres: Any) -> Travail:
    if importation.etat not in (EtatImport.RECU, EtatImport.PRET):
        raise RegleEnfreinte("Cet import est terminé : commencez-en un autre.", code="import_termine")
    organisme = par.organisme.pk if par.organisme is not None else None
    return planifier(nom, cible=importation, parametres={"organisme": organisme, **parametres}, par=par, a_partir_de=le)
