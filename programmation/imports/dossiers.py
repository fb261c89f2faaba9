"""A spreadsheet of files, whole: read, compared with what stands here, written when asked; and its account."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.exports import neutraliser
from commun.tableur import LIGNES_AU_PLUS, lire_feuilles
from commun.typographie import euros

from ..actions.importation import Issue, NouveauPorteur, importer_lot, tenir_les_imports
from ..models import Campagne, CorrespondanceColonnes, ImportDossiers, SourceImport
from .colonnes import TITRES, manquantes, proposer
from .constats import Constat, DossierLu, Lecture
from .lecture import Defauts, Lecteur, Tete, rangees_de, trouver_la_tete
from .rapprochement import ORIGINES, Registre
from .reperes import Reperes, dispositif_habituel

MONTRES = 500
EXEMPLES = 3


@dataclass(frozen=True, slots=True)
class Reglages:
    """How a spreadsheet is read: what its columns are, what its words mean, what its lines say when they do not."""

    source: str
    colonnes: Mapping[str, str] = field(default_factory=dict)
    valeurs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    defauts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def de(cls, importation: ImportDossiers) -> Reglages:
        """Those of an import."""
        return cls.gardes(importation.correspondance, importation.source, {})

    @classmethod
    def gardes(cls, correspondance: CorrespondanceColonnes | None, source: str, defauts: Mapping[str, Any]) -> Reglages:
        """Those kept in the contract, if any, with other defaults for once."""
        if correspondance is None:
            return cls(source, defauts=defauts)
        return cls(source, correspondance.colonnes, correspondance.valeurs, {**correspondance.defauts, **defauts})


def lire(campagne: Campagne, contenu: bytes, nom: str, reglages: Reglages, *, le: datetime, ecrire: bool) -> Lecture:
    """Read a spreadsheet for a campaign and find which file each of its lines is about; nothing is written.

    `ecrire` locks the files that it designates, for the caller is about to write. Raises `RegleEnfreinte` when the file
    as a whole cannot be read.
    """
    feuilles = lire_feuilles(contenu, nom, toutes=True)
    reperes = Reperes(campagne, reglages.valeurs)
    tete = trouver_la_tete(feuilles, reglages.colonnes)
    colonnes = proposer(tete.entetes, reperes.liste_financeurs, reglages.colonnes)
    defauts = _defauts(campagne, reglages.defauts, reperes)
    lecture = Lecture(
        feuille=tete.feuille.nom,
        ligne_d_entete=tete.rang + 1,
        entetes=tete.entetes,
        colonnes=colonnes,
        exemples=_exemples(tete),
        origine=ORIGINES[SourceImport(reglages.source)],
        manquantes=manquantes(colonnes, source=reglages.source, financeur_par_defaut=defauts.financeur is not None),
    )
    if lecture.manquantes:
        return lecture
    rangees = rangees_de(tete, colonnes)
    if not rangees:
        raise RegleEnfreinte("Le fichier n’a aucune ligne sous les titres.", champ="fichier", code="fichier_vide")
    if len(rangees) > LIGNES_AU_PLUS:
        raise RegleEnfreinte(
            "Le fichier compte plus de 10 000 lignes : envoyez-le en plusieurs fois.",
            champ="fichier",
            code="fichier_lignes",
        )
    lecteur = Lecteur(campagne, reglages.source, reperes, defauts, le=le)
    lecture.dossiers = lecteur.lire(rangees)
    registre = Registre(campagne, lecture.dossiers, reperes.dossiers_choisis, source=reglages.source)
    registre.rapprocher(lecture.dossiers, verrouiller=ecrire)
    lecture.nb_absents, lecture.absents = registre.absents(MONTRES)
    lecture.mots = reperes.inconnus
    lecture.ecartees = tuple(lecteur.ecartees)
    lecture.lignes = len(rangees)
    lecture.brutes = {r.numero: tete.feuille.rangees[r.numero - 1] for r in rangees}
    return lecture


def examiner_ou_importer(
    campagne: Campagne,
    contenu: bytes,
    nom: str,
    reglages: Reglages,
    *,
    par: Auteur,
    le: datetime,
    ecrire: bool,
    bonnes_lignes: bool = False,
) -> Lecture:
    """Read a spreadsheet and say what each of its files does; write them when `ecrire`.

    One file that cannot be written keeps all from being written, unless only the `bonnes_lignes` are asked for. The
    caller's transaction holds all of it.
    """
    if ecrire:
        tenir_les_imports(campagne)
    lecture = lire(campagne, contenu, nom, reglages, le=le, ecrire=ecrire)
    prets = [lu for lu in lecture.dossiers if lu.saisie is not None]
    empeche = not bonnes_lignes and any(lu.saisie is None and not lu.ignore for lu in lecture.dossiers)
    resultats = importer_lot(
        campagne,
        [lu.saisie for lu in prets if lu.saisie is not None],
        origine=ORIGINES[SourceImport(reglages.source)],
        fichier=nom,
        par=par,
        le=le,
        essai=not ecrire or empeche,
        tout_ou_rien=not bonnes_lignes,
    )
    for lu, resultat in zip(prets, resultats, strict=True):
        lu.resultat = resultat
        lu.fautes += [Constat(e.ligne, e.champ, e.erreur.message, e.erreur.code) for e in resultat.erreurs]
        lu.remarques += [Constat(r.ligne, r.champ, r.message, r.code) for r in resultat.remarques]
    refus = any(r.issue is Issue.REFUSE for r in resultats)
    lecture.ecrite = ecrire and not lecture.manquantes and (bonnes_lignes or not (empeche or refus))
    return lecture


def _defauts(campagne: Campagne, gardes: Mapping[str, Any], reperes: Reperes) -> Defauts:
    """What every line says when its columns do not; the yearly call is the scheme that nothing else names."""
    financeur = Organisme.objects.filter(pk=gardes.get("financeur") or 0).first()
    dispositif = next((d for d in reperes.liste_dispositifs if d.pk == gardes.get("dispositif")), None)
    dispositif = dispositif or dispositif_habituel(campagne.contrat)
    if dispositif is None:
        raise RegleEnfreinte(
            "Aucun dispositif n’est décrit pour ce contrat : créez d’abord l’appel à projets.", code="sans_dispositif"
        )
    return Defauts(financeur, dispositif, str(gardes.get("nature") or ""))


def _exemples(tete: Tete) -> dict[str, tuple[str, ...]]:
    """The first values of each column, to recognise it by."""
    exemples: dict[str, list[str]] = {titre: [] for titre in tete.entetes if titre}
    for rangee in tete.feuille.rangees[tete.rang + 1 : tete.rang + 40]:
        for titre, cellule in zip(tete.entetes, rangee, strict=False):
            texte = _en_texte(cellule)[:60]
            if titre and texte and len(exemples[titre]) < EXEMPLES and texte not in exemples[titre]:
                exemples[titre].append(texte)
    return {titre: tuple(valeurs) for titre, valeurs in exemples.items()}


# --- The account of an import -----------------------------------------------------------------------------------------
def titre_de_colonne(lecture: Lecture, champ: str) -> str:
    """The heading of the file for a field, else the field's own name."""
    trouves = [titre for titre, cle in lecture.colonnes.items() if cle == champ]
    return trouves[0] if trouves else TITRES.get(champ, "")


def resume(lecture: Lecture) -> dict[str, Any]:
    """What a reading found, as it is kept with the import: counts, and the first of each kind."""
    absentes = lecture.demandes_absentes
    modifies = [lu for lu in lecture.dossiers if lu.issue is Issue.MODIFIE]
    crees = [lu for lu in lecture.dossiers if lu.issue is Issue.CREE]
    questions: dict[tuple[str, str], dict[str, Any]] = {}
    for lu in lecture.dossiers:
        if lu.question is not None:
            fiche = questions.setdefault(
                (lu.question.genre, lu.question.cle),
                {
                    "genre": lu.question.genre,
                    "cle": lu.question.cle,
                    "texte": lu.question.texte,
                    "choix": [list(c) for c in lu.question.choix],
                    "lignes": [],
                },
            )
            fiche["lignes"] += lu.lignes
    fautes, remarques = lecture.fautes, lecture.remarques
    return {
        "feuille": lecture.feuille,
        "ligne_d_entete": lecture.ligne_d_entete,
        "colonnes": [
            {"titre": titre, "champ": champ, "exemples": list(lecture.exemples.get(titre, ()))}
            for titre, champ in lecture.colonnes.items()
        ],
        "manquantes": lecture.manquantes,
        "ecrite": lecture.ecrite,
        "lignes": lecture.lignes,
        "total": len(lecture.dossiers),
        **{issue.value: lecture.nombre(issue) for issue in Issue},
        "porteurs_crees": len({p.siret for lu in crees if (p := _nouveau_porteur(lu)) is not None}),
        "ecartees": list(lecture.ecartees[:MONTRES]),
        "nb_fautes": len(fautes),
        "fautes": [_constat(lecture, f) for f in fautes[:MONTRES]],
        "nb_remarques": len(remarques),
        "remarques": [_constat(lecture, r) for r in remarques[:MONTRES]],
        "mots": [
            {"champ": m.champ, "titre": titre_du_mot(m.champ), "mot": m.mot, "lignes": m.lignes, "proche": m.proche}
            for m in lecture.mots[:MONTRES]
        ],
        "questions": list(questions.values())[:MONTRES],
        "modifies": [
            {
                "numero": lu.resultat.numero,
                "intitule": lu.intitule,
                "lignes": list(lu.lignes),
                "differences": [[d.quoi, d.avant, d.apres] for d in lu.resultat.differences],
            }
            for lu in modifies[:MONTRES]
            if lu.resultat is not None
        ],
        "crees": [
            {
                "numero": lu.resultat.numero if lu.resultat is not None else "",
                "lignes": list(lu.lignes),
                "intitule": lu.intitule,
                "porteur": lu.porteur,
                "numero_externe": lu.numero_externe,
                "nouveau_porteur": _nouveau_porteur(lu) is not None,
            }
            for lu in crees[:MONTRES]
        ],
        "nb_absents": lecture.nb_absents,
        "absents": [
            {
                "numero": d.numero,
                "numero_externe": d.numero_externe,
                "intitule": d.intitule,
                "porteur": d.porteur.nom,
                "etat": d.get_etat_display(),
            }
            for d in lecture.absents
        ],
        "nb_demandes_absentes": len(absentes),
        "demandes_absentes": [
            {
                "numero": lu.resultat.numero if lu.resultat is not None else "",
                "intitule": lu.intitule,
                "financeur": demande.financeur.nom_court,
                "nature": demande.get_nature_display(),
                "demande": euros(demande.montant_demande),
                "etat": demande.get_etat_display(),
            }
            for lu, demande in absentes[:MONTRES]
        ],
    }


def titre_du_mot(champ: str) -> str:
    """The column of an unknown word, in words."""
    return "Orientation pour le thème" if champ == "orientation_du_theme" else TITRES.get(champ, champ)


def _constat(lecture: Lecture, constat: Constat) -> dict[str, Any]:
    return {
        "ligne": constat.ligne,
        "colonne": titre_de_colonne(lecture, constat.champ),
        "message": constat.message,
        "code": constat.code,
    }


def _nouveau_porteur(lu: DossierLu) -> NouveauPorteur | None:
    porteur = lu.saisie.porteur if lu.saisie is not None else None
    return porteur if isinstance(porteur, NouveauPorteur) else None


def lignes_refusees(lecture: Lecture) -> bytes:
    """The rows that cannot be written, as they were sent, with what is wrong in a last column: to correct and send again."""
    messages: dict[int, list[str]] = {}
    refusees: set[int] = set()
    for lu in lecture.dossiers:
        if lu.issue in (Issue.REFUSE, Issue.A_RAPPROCHER):
            refusees.update(lu.lignes)
            if lu.question is not None:
                messages.setdefault(lu.lignes[0], []).append(lu.question.texte)
        for faute in lu.fautes:
            colonne = titre_de_colonne(lecture, faute.champ)
            messages.setdefault(faute.ligne, []).append(f"{colonne} : {faute.message}" if colonne else faute.message)
    sortie = io.StringIO(newline="")
    ecrit = csv.writer(sortie, delimiter=";", lineterminator="\r\n")
    ecrit.writerow(["Ligne d’origine", *(neutraliser(t) for t in lecture.entetes), "À corriger"])
    for numero in sorted(refusees):
        cases = [_en_texte(c) for c in lecture.brutes.get(numero, [])]
        cases += [""] * (len(lecture.entetes) - len(cases))
        ecrit.writerow([numero, *map(neutraliser, cases), neutraliser(" ".join(messages.get(numero, [])))])
    return b"\xef\xbb\xbf" + sortie.getvalue().encode()


def _en_texte(cellule: Any) -> str:
    """A cell as people see it."""
    if cellule is None:
        return ""
    if isinstance(cellule, float):
        return f"{cellule:.2f}".rstrip("0").rstrip(".").replace(".", ",")
    return f"{cellule:%d/%m/%Y}" if isinstance(cellule, date) else " ".join(str(cellule).split())
