"""The spreadsheet of a funder's rows, filled away from Pilotville: what each line changes, and what stands in its way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core import signing

from commun.cellules import CelluleFausse, lire_nombre, lire_texte
from commun.erreurs import RegleEnfreinte
from commun.recherche import normaliser
from commun.tableur import Rangee, lire_feuille
from commun.typographie import euros

from ..actions import LigneDeLot
from ..lectures.saisie import LigneSaisie
from ..tables import HORS_LIGNE

TITRES = {colonne.cle: colonne.libelle for colonne in HORS_LIGNE}
# A CSV says the unit beside the heading.
_ALIAS = {normaliser(f"{colonne.libelle} (€)"): colonne.cle for colonne in HORS_LIGNE if colonne.numerique}
_SEL = "programmation.saisie"


@dataclass(frozen=True, slots=True)
class Changement:
    """One cell that differs, as people read it."""

    libelle: str
    avant: str
    apres: str


@dataclass(frozen=True, slots=True)
class LigneComparee:
    """One line of the spreadsheet beside the row as it stands now."""

    rang: int
    numero: str
    titre: str
    changements: tuple[Changement, ...]
    depassee: bool  # somebody wrote on the row since the spreadsheet was downloaded
    refus: str
    ecriture: LigneDeLot | None


@dataclass(frozen=True, slots=True)
class Comparaison:
    """The whole spreadsheet, beside what stands."""

    lignes: tuple[LigneComparee, ...]

    @property
    def fautives(self) -> list[LigneComparee]:
        return [ligne for ligne in self.lignes if ligne.refus]

    @property
    def depassees(self) -> list[LigneComparee]:
        return [ligne for ligne in self.lignes if ligne.ecriture and ligne.depassee]

    @property
    def changees(self) -> list[LigneComparee]:
        return [ligne for ligne in self.lignes if ligne.ecriture and not ligne.depassee]

    @property
    def inchangees(self) -> int:
        return len(self.lignes) - len(self.fautives) - len(self.depassees) - len(self.changees)


Connues = Mapping[int, tuple[str, LigneSaisie]]  # request → number of its file, row


def comparer(contenu: bytes, nom: str, lire_les_lignes: Callable[[list[int]], Connues]) -> Comparaison:
    """Read the file and compare each line with the row that it names; nothing is written.

    Raises `RegleEnfreinte` on the field `fichier` when it cannot be read as a whole.
    """
    feuille = lire_feuille(contenu, nom, colonnes=TITRES, alias=_ALIAS, obligatoires=("ligne", "version"))
    rangees = [rangee for rangee in feuille.rangees if not _est_un_total(rangee)]
    cles = [cle for rangee in rangees if (cle := _entier(rangee.cellules.get("ligne"))) is not None]
    connues = lire_les_lignes(cles)
    vues: set[int] = set()
    lignes = []
    for rangee in rangees:
        cle = _entier(rangee.cellules.get("ligne"))
        if cle in vues:
            lignes.append(_fautive(rangee, "Cette ligne est deux fois dans le fichier : gardez-en une."))
        elif cle is None or cle not in connues:
            lignes.append(_fautive(rangee, "Cette ligne n’est pas une des vôtres : repartez du tableau téléchargé."))
        else:
            vues.add(cle)
            lignes.append(_comparer(rangee, feuille.colonnes, *connues[cle]))
    return Comparaison(tuple(lignes))


def sceller(comparaison: Comparaison) -> str:
    """The lines to write, in a field that comes back as it left."""
    lignes = [ligne.ecriture.en_json() for ligne in (*comparaison.changees, *comparaison.depassees) if ligne.ecriture]
    return signing.dumps(lignes, salt=_SEL, compress=True)


def ouvrir(scelle: str, comparaison_acceptee: set[int]) -> list[LigneDeLot]:
    """The lines of `sceller`, those changed by others only when accepted (by request). Raises `RegleEnfreinte`."""
    try:
        lignes = [LigneDeLot.de_json(ligne) for ligne in signing.loads(scelle, salt=_SEL, max_age=24 * 3600)]
    except signing.BadSignature as erreur:
        raise RegleEnfreinte("Cette relecture n’est plus valable : envoyez de nouveau le fichier.") from erreur
    return [ligne for ligne in lignes if not ligne.depassee or ligne.demande in comparaison_acceptee]


def _comparer(rangee: Rangee, colonnes: tuple[str, ...], numero: str, connue: LigneSaisie) -> LigneComparee:
    try:
        voulu = _lire(rangee, colonnes, connue)
    except CelluleFausse as faute:
        return _fautive(rangee, faute.message, numero, connue.titre)
    changements, valeurs = [], {}
    for champ, valeur in voulu.items():
        actuelle = getattr(connue, champ)
        if valeur is None or _comparable(valeur) == _comparable(actuelle):
            continue
        valeurs[champ] = valeur
        changements.append(Changement(TITRES[champ], _ecrire(actuelle), _ecrire(valeur)))
    if not valeurs:
        return LigneComparee(rangee.numero, numero, connue.titre, (), False, "", None)
    permis = [
        droit for champ, droit in (("montant", connue.proposer), ("conditions", connue.proposer)) if champ in valeurs
    ]
    permis += [connue.engager] if "numero_ej" in valeurs else []
    if refus := next((droit.motif for droit in permis if not droit), ""):
        return _fautive(rangee, refus, numero, connue.titre)
    depassee = _entier(rangee.cellules.get("version")) != connue.version
    ecriture = LigneDeLot(connue.pk, numero, connue.version, depassee, **valeurs)
    return LigneComparee(rangee.numero, numero, connue.titre, tuple(changements), depassee, "", ecriture)


def _lire(rangee: Rangee, colonnes: tuple[str, ...], connue: LigneSaisie) -> dict[str, Any]:
    """What the line wants in each of the three cells; None for a column that the file does not hold."""
    cellules = rangee.cellules
    if "" in cellules:
        raise CelluleFausse("Une case est remplie hors des colonnes nommées : effacez-la.", "hors_colonnes")
    voulu: dict[str, Any] = {}
    if "montant" in colonnes:
        voulu["montant"] = _montant(cellules.get("montant"), connue)
    if "conditions" in colonnes:
        voulu["conditions"] = lire_texte(cellules.get("conditions", ""))
        if len(voulu["conditions"]) > 2000:
            raise CelluleFausse("Les conditions dépassent 2 000 signes : raccourcissez-les.", "trop_long")
    if "numero_ej" in colonnes:
        voulu["numero_ej"] = lire_texte(cellules.get("numero_ej", ""))
    return voulu


def _montant(cellule: Any, connue: LigneSaisie) -> Decimal | None:
    if cellule is None:
        if connue.montant is not None:
            raise CelluleFausse("Une proposition ne s’efface pas : écrivez 0 si vous ne financez pas.", "vide")
        return None
    montant = lire_nombre(cellule)
    if montant < 0:
        raise CelluleFausse("Un montant proposé n’est pas négatif.", "negatif")
    if montant != round(montant, 2):
        raise CelluleFausse("Un montant s’arrête aux centimes.", "centimes")
    return montant


def _est_un_total(rangee: Rangee) -> bool:
    return str(rangee.cellules.get("ligne", "")).strip() == "Total"


def _fautive(rangee: Rangee, refus: str, numero: str = "", titre: str = "") -> LigneComparee:
    lu = numero or str(rangee.cellules.get("numero", ""))[:40]
    return LigneComparee(rangee.numero, lu, titre, (), False, refus, None)


def _entier(cellule: Any) -> int | None:
    try:
        return int(lire_nombre(cellule)) if cellule is not None else None
    except CelluleFausse:
        return None


def _comparable(valeur: Any) -> Any:
    """A text without the line ends and outer spaces that spreadsheets change."""
    return "\n".join(ligne.strip() for ligne in valeur.strip().splitlines()) if isinstance(valeur, str) else valeur


def _ecrire(valeur: Any) -> str:
    if valeur is None or valeur == "":
        return "—"
    return euros(valeur) if isinstance(valeur, Decimal) else str(valeur)
