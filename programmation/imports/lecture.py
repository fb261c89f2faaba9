"""From the rows of a spreadsheet to files: each line read, the lines of one file put together, faults said in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar

from django.utils import timezone

from acteurs.models import Organisme
from commun.cellules import CelluleFausse, lire_texte
from commun.recherche import normaliser
from commun.tableur import FeuilleBrute, Rangee, est_vide, lettre
from geographie.regles import generation_du_code, parts_completes

from ..actions.importation import CHAMPS, NouveauPorteur, SaisieDemande, SaisieDossier, SaisieLieu
from ..etats import EtatDossier
from ..lectures.guichets import nature_habituelle
from ..models import Campagne, ModeLocalisation, SourceImport
from ..regles.dauphin import StatutExterne, est_abrege, numero_dauphin, plus_avance, siret_lu
from . import cases
from .colonnes import AGES, DEMANDE, IGNOREE, ColonneFinanceur, entetes_uniques, nombre_reconnu
from .constats import Constat, DossierLu, Question
from .reperes import Reperes, nature, nature_du_porteur

T = TypeVar("T")
LIGNES_DE_TITRE = 15  # rows looked at to find the head
_ENSEMBLE = {"ensemble des qpv", "tous les qpv", "tous qpv", "ensemble des quartiers", "tous les quartiers"}
_NULLE_PART = {"non territorialise", "hors territoire", "ensemble du territoire", "toute l'agglomeration"}
_TOTAUX = ("total", "sous-total", "sous total", "totaux")
_CENT = Decimal(100)
_TEXTES = {"intitule", "resume", "besoin", "buts"}  # columns whose texts are all different


@dataclass(frozen=True, slots=True)
class Tete:
    """Where the data of a spreadsheet begin: the sheet, the row of its headings (from 0), the headings."""

    feuille: FeuilleBrute
    rang: int
    entetes: tuple[str, ...]


def trouver_la_tete(feuilles: list[FeuilleBrute], connues: Mapping[str, str]) -> Tete:
    """The row that most resembles headings, in whichever sheet: people put a title above, or a note in a first sheet."""
    meilleure: tuple[int, Tete] | None = None
    for feuille in feuilles:
        for rang, rangee in enumerate(feuille.rangees[:LIGNES_DE_TITRE]):
            if sum(not est_vide(c) for c in rangee) == 0:
                continue
            entetes = tuple(entetes_uniques(rangee))
            reconnus = nombre_reconnu(entetes, connues)
            if meilleure is None or reconnus > meilleure[0]:
                meilleure = (reconnus, Tete(feuille, rang, entetes))
    if meilleure is None:
        return Tete(FeuilleBrute("", []), 0, ())
    return meilleure[1]


def rangees_de(tete: Tete, colonnes: Mapping[str, str]) -> list[Rangee]:
    """The rows below the head, their cells by field; what stands outside the named columns is under the key ``."""
    cles = [colonnes.get(titre, IGNOREE) if titre else "" for titre in tete.entetes]
    rangees = []
    for numero, brute in enumerate(tete.feuille.rangees[tete.rang + 1 :], start=tete.rang + 2):
        cellules: dict[str, Any] = {}
        for rang, cellule in enumerate(brute):
            cle = cles[rang] if rang < len(cles) else ""
            if cle != IGNOREE and not est_vide(cellule):
                cellules.setdefault(cle, cellule if cle else (lettre(rang), cellule))
        if cellules:
            rangees.append(Rangee(numero, cellules))
    return rangees


@dataclass(slots=True)
class _Ligne:
    """One row, its cells read."""

    numero: int
    valeurs: dict[str, Any] = field(default_factory=dict)
    fautes: list[Constat] = field(default_factory=list)
    manques: list[Constat] = field(default_factory=list)
    remarques: list[Constat] = field(default_factory=list)
    demandes: list[SaisieDemande] = field(default_factory=list)
    statut: StatutExterne | None = None
    cle: str = ""

    def faute(self, champ: str, message: str, code: str) -> None:
        self.fautes.append(Constat(self.numero, champ, message, code))

    def manque(self, champ: str, message: str, code: str) -> None:
        """What a new file cannot do without, and that a file known here has already."""
        self.manques.append(Constat(self.numero, champ, message, code))

    def remarque(self, champ: str, message: str, code: str) -> None:
        self.remarques.append(Constat(self.numero, champ, message, code))


@dataclass(frozen=True, slots=True)
class Defauts:
    """What every line says when its columns do not."""

    financeur: Organisme | None = None
    dispositif: Any = None
    nature: str = ""


class Lecteur:
    """Reads the rows of one spreadsheet for one campaign."""

    def __init__(self, campagne: Campagne, source: str, reperes: Reperes, defauts: Defauts, *, le: datetime) -> None:
        self.campagne, self.source, self.reperes, self.defauts = campagne, source, reperes, defauts
        self.aujourdhui = timezone.localdate(le)
        self.ecartees: list[int] = []
        self._en_colonnes = False  # funders in columns
        self._dit_le_financeur = True
        self._porteurs: dict[tuple[str, str], tuple[Any, str]] = {}
        self._deja_lues: dict[tuple[str, str], Any] = {}
        self._lieux: dict[tuple[str, str], Any] = {}
        self._financeurs = {o.pk: o for o in reperes.liste_financeurs}
        # Only a day kept when a spreadsheet gives none: the limit once it has passed, else today.
        self._depot_par_defaut = min(campagne.limite_depot, self.aujourdhui)
        lecteurs: dict[str, Callable[[Any], Any]] = {
            "intitule": cases.intitule,
            "dispositif": lambda c: reperes.dispositifs.trouver(lire_texte(c)),
            "orientation": lambda c: reperes.orientations.trouver(lire_texte(c)),
            "theme_p147": lambda c: reperes.themes.trouver(lire_texte(c)),
            "caractere": cases.caractere,
            "objet": cases.objet,
            "cout_total": cases.montant,
            "financeur": lambda c: reperes.financeurs.trouver(lire_texte(c)),
            "nature": lambda c: nature(lire_texte(c)),
            "etat": lambda c: reperes.statut(lire_texte(c)),
            "etat_demande": lambda c: reperes.statut(lire_texte(c)),
        }
        lecteurs |= dict.fromkeys(("porteur_nom", "resume", "besoin", "buts", "numero_ej"), lire_texte)
        lecteurs |= dict.fromkeys(("debut", "fin", "depose_le"), cases.jour)
        lecteurs |= dict.fromkeys(("beneficiaires", "beneficiaires_qpv", "femmes", "hommes", *AGES), cases.personnes)
        lecteurs |= dict.fromkeys(("montant_demande", "montant_propose", "montant_vote"), cases.montant)
        self._lecteurs = lecteurs

    def lire(self, rangees: list[Rangee]) -> list[DossierLu]:
        """The files of the rows, in their order, not yet compared with what stands here."""
        self._en_colonnes = any(ColonneFinanceur.lire(cle) is not None for r in rangees for cle in r.cellules)
        dauphin = self.source == SourceImport.DAUPHIN
        self._dit_le_financeur = dauphin or any("financeur" in r.cellules for r in rangees)
        groupes: dict[str, list[_Ligne]] = {}
        for rangee in rangees:
            if self._est_un_total(rangee):
                self.ecartees.append(rangee.numero)
                continue
            ligne = self._lire_ligne(rangee)
            groupes.setdefault(ligne.cle or f"ligne {ligne.numero}", []).append(ligne)
        return [self._assembler(lignes) for lignes in groupes.values()]

    # --- One line -----------------------------------------------------------------------------------------------------
    def _est_un_total(self, rangee: Rangee) -> bool:
        """A row of totals of people's own tables: it says « Total », or names neither file nor porteur."""
        noms = [rangee.cellules.get(c) for c in ("numero_externe", "porteur_nom", "intitule", "porteur_siret")]
        dehors = rangee.cellules.get("")
        ecrits = [str(c) for c in (*noms, dehors[1] if dehors is not None else None) if c is not None]
        dits = [normaliser(mot) for mot in ecrits if "tota" in mot.lower()]
        if any(mot == t or mot.startswith(f"{t} ") for mot in dits for t in _TOTAUX):
            return True
        return self.source == SourceImport.TABLEUR and not any(noms)

    def _lire_ligne(self, rangee: Rangee) -> _Ligne:
        ligne = _Ligne(rangee.numero)
        if "" in rangee.cellules:
            self._hors_colonnes(ligne, *rangee.cellules[""])
        for cle in self._lecteurs:
            if cle in rangee.cellules:
                valeur = self._lire_cellule(ligne, cle, rangee.cellules[cle])
                if valeur is not None and valeur != "":
                    ligne.valeurs[cle] = valeur
        self._lire_numero(ligne, rangee)
        self._lire_porteur(ligne, rangee)
        self._lire_lieux(ligne, rangee)
        self._controler(ligne, rangee)
        self._lire_demandes(ligne, rangee)
        numero = ligne.valeurs.get("numero_externe", "")
        ligne.cle = numero or f"{ligne.valeurs.get('porteur_cle', '')}|{normaliser(ligne.valeurs.get('intitule', ''))}"
        if not numero and ligne.cle == "|":
            ligne.cle = ""
        return ligne

    def _lire_cellule(self, ligne: _Ligne, cle: str, cellule: Any) -> Any:
        """The value of one cell; the same text in the same column is read once, unless it is a fault."""
        if not isinstance(cellule, str) or cle in _TEXTES:
            return self._essayer(ligne, cle, self._lecteurs[cle], cellule)
        if (cle, cellule) not in self._deja_lues:
            valeur = self._essayer(ligne, cle, self._lecteurs[cle], cellule)
            if valeur is None:
                return None
            self._deja_lues[cle, cellule] = valeur
        return self._deja_lues[cle, cellule]

    def _hors_colonnes(self, ligne: _Ligne, colonne: str, cellule: Any) -> None:
        texte = f"« {str(cellule)[:60]} », colonne {colonne}, est hors des colonnes nommées"
        if self.source == SourceImport.DAUPHIN:
            ligne.faute("", f"{texte} : la ligne est sans doute décalée, vérifiez ses séparateurs.", "hors_colonnes")
        else:
            ligne.remarque("", f"{texte} : ce texte n’est pas repris.", "hors_colonnes")

    @staticmethod
    def _essayer(ligne: _Ligne, champ: str, lire: Callable[..., T], *arguments: Any) -> T | None:
        """What `lire` gives; None when it cannot, the fault being said on the line."""
        try:
            return lire(*arguments)
        except CelluleFausse as faute:
            ligne.faute(champ, faute.message, faute.code)
            return None

    def _lire_numero(self, ligne: _Ligne, rangee: Rangee) -> None:
        brut = rangee.cellules.get("numero_externe")
        texte = "" if brut is None else (self._essayer(ligne, "numero_externe", lire_texte, brut) or "")
        if self.source != SourceImport.DAUPHIN:
            if len(texte) > 40:
                ligne.faute("numero_externe", "Ce numéro est trop long : 40 caractères au plus.", "numero_illisible")
            elif texte:
                ligne.valeurs["numero_externe"] = texte
            return
        numero = numero_dauphin(texte)
        if numero:
            ligne.valeurs["numero_externe"] = numero
        elif texte:
            ligne.faute(
                "numero_externe",
                f"« {texte[:40]} » n’est pas un numéro de Dauphin : il compte 8 chiffres, par exemple DA00123456.",
                "numero_illisible",
            )
        elif brut is None:
            ligne.faute("numero_externe", "Le numéro du dossier manque : reprenez-le dans Dauphin.", "numero_absent")

    def _lire_porteur(self, ligne: _Ligne, rangee: Rangee) -> None:
        """Who carries the action: by SIRET, else by its exact name; who is unknown is created when its SIRET is right."""
        brut = rangee.cellules.get("porteur_siret")
        siret = "" if brut is None else (self._essayer(ligne, "porteur_siret", lire_texte, brut) or "")
        nom = ligne.valeurs.get("porteur_nom", "")
        if not siret and not nom:
            if not any(f.champ in ("porteur_siret", "porteur_nom") for f in ligne.fautes):
                ligne.faute("porteur_nom", "Le porteur manque : donnez son SIRET, ou son nom.", "porteur_absent")
            return
        if est_abrege(siret):
            ligne.faute(
                "porteur_siret",
                f"Le tableur a abrégé ce SIRET (« {siret} ») : mettez la colonne au format texte et retapez ses 14 chiffres.",
                "siret_abrege",
            )
            return
        if (siret, nom) not in self._porteurs:
            self._porteurs[siret, nom] = self._chercher_le_porteur(siret, nom), siret_lu(siret) or normaliser(nom)
        connu, cle = self._porteurs[siret, nom]
        if isinstance(connu, CelluleFausse):
            ligne.faute("porteur_nom", connu.message, connu.code)
            return
        ligne.valeurs["porteur"] = connu
        ligne.valeurs["porteur_cle"] = cle

    def _chercher_le_porteur(self, siret: str, nom: str) -> Organisme | NouveauPorteur | Question | CelluleFausse:
        porteurs, lu = self.reperes.porteurs, siret_lu(siret)
        cle = lu or normaliser(siret or nom)
        choisi = self.reperes.porteurs_choisis.get(cle)
        if choisi is not None and (organisme := porteurs.par_pk.get(int(choisi) if str(choisi).isdigit() else -1)):
            return organisme
        if lu and (connu := porteurs.du_siret(lu)):
            return connu
        homonymes = porteurs.du_nom(nom)
        if not siret and len(homonymes) == 1:
            return homonymes[0]
        if lu and not nom:
            return CelluleFausse(
                f"Le SIRET {lu} n’est pas connu ici : donnez aussi le nom du porteur.", "porteur_sans_nom"
            )
        if lu and (choisi == "creer" or not any(not o.siret for o in homonymes)):
            type_, forme = nature_du_porteur(nom)
            return NouveauPorteur(nom[:250], lu, str(type_), str(forme))
        return self._question_de_porteur(cle, siret, nom, lu, homonymes)

    def _question_de_porteur(self, cle: str, siret: str, nom: str, lu: str, homonymes: list[Organisme]) -> Question:
        chiffres = "".join(c for c in siret if c.isdigit())
        proches = {o.pk: o for o in [*homonymes, *self.reperes.porteurs.proches(nom, siren=chiffres[:9])]}
        choix = [(str(o.pk), f"{o.nom}{f' — {o.siret}' if o.siret else ''}") for o in proches.values()]
        if lu:
            choix.append(("creer", f"Créer « {nom[:80]} » avec le SIRET {lu}"))
            texte = f"« {nom[:120]} » existe ici sans SIRET. Est-ce le même organisme ?"
        elif siret:
            de_qui = f" de « {nom[:120]} »" if nom else ""
            texte = f"Le SIRET « {siret[:30]} »{de_qui} n’est pas valide. De quel organisme s’agit-il ?"
        elif homonymes:
            texte = f"Plusieurs organismes s’appellent « {nom[:120]} ». Duquel s’agit-il ?"
        else:
            texte = f"« {nom[:120]} » n’est pas connu ici et n’a pas de SIRET. De quel organisme s’agit-il ?"
        return Question("porteur", cle, texte, tuple(choix))

    # --- Places -------------------------------------------------------------------------------------------------------
    def _lire_lieux(self, ligne: _Ligne, rangee: Rangee) -> None:
        """The places of the action, each with its share (S-17); a line that says nothing of them keeps those known."""
        quartiers, communes = rangee.cellules.get("quartiers"), rangee.cellules.get("communes")
        if quartiers is None and communes is None:
            return
        cle = (str(quartiers), str(communes))
        if cle not in self._lieux:
            modele = _Ligne(0)
            lieux = self._situer(modele, quartiers, communes)
            # Unknown words are counted on each of their lines: only a reading without fault is kept.
            if modele.fautes:
                self._reprendre(ligne, modele)
                return
            self._lieux[cle] = (lieux, modele)
        lieux, modele = self._lieux[cle]
        self._reprendre(ligne, modele)
        if lieux:
            ligne.valeurs["lieux"] = lieux

    @staticmethod
    def _reprendre(ligne: _Ligne, modele: _Ligne) -> None:
        for faute in modele.fautes:
            ligne.faute(faute.champ, faute.message, faute.code)
        for remarque in modele.remarques:
            ligne.remarque(remarque.champ, remarque.message, remarque.code)

    def _situer(self, ligne: _Ligne, quartiers: Any, communes: Any) -> tuple[SaisieLieu, ...]:
        lues = self._communes(ligne, communes) if communes is not None else []
        seule = lues[0][0] if len(lues) == 1 else None
        places: list[tuple[SaisieLieu, Decimal | None]] = []
        morceaux = cases.lieux(quartiers, self.reperes.noms_de_lieux) if quartiers is not None else []
        for mot, part in morceaux:
            lieu = self._essayer(ligne, "quartiers", self._un_quartier, ligne, mot)
            if lieu is None:
                continue
            if lieu.version is not None and seule is not None:
                lieu = SaisieLieu(lieu.mode, _CENT, lieu.version, seule)
            places.append((lieu, part))
        ecartes = [mot for mot, _ in morceaux if self.reperes.quartiers.est_ecarte(mot)]
        if ecartes and not ligne.fautes:
            if lues and len(ecartes) == len(morceaux):
                places = []
            self._dire_les_ecartes(ligne, ecartes, places)
        if not places and not ligne.fautes:
            places = [(SaisieLieu(ModeLocalisation.PERIMETRE, _CENT, None, c), part) for c, part in lues]
        return self._partager(ligne, places) if places and not ligne.fautes else ()

    @staticmethod
    def _dire_les_ecartes(ligne: _Ligne, ecartes: list[str], places: list[tuple[SaisieLieu, Decimal | None]]) -> None:
        """Where the share of a place that is not taken up goes; the file that is left without a place (S-18)."""
        noms = ", ".join(f"« {mot[:60]} »" for mot in ecartes)
        if not places:
            vers = "l’action est située dans la commune de la ligne, hors de ses quartiers"
        else:
            vers = f"{'sa part va' if len(ecartes) == 1 else 'leur part va'} à « {ModeLocalisation.NON_TERRITORIALISE.label} »"
        repris = "n’est pas repris" if len(ecartes) == 1 else "ne sont pas repris"
        ligne.remarque("quartiers", f"{noms} {repris}, comme vous l’avez demandé : {vers}.", "lieu_ecarte")
        if all(lieu.mode == ModeLocalisation.NON_TERRITORIALISE for lieu, _ in places):
            ligne.remarque(
                "quartiers",
                "Cette action n’est plus dans aucun quartier : le programme 147 ne la paie pas sans une raison écrite (S-18).",
                "hors_quartier",
            )

    def _communes(self, ligne: _Ligne, cellule: Any) -> list[tuple[Any, Decimal | None]]:
        lues = []
        for mot, part in cases.lieux(cellule, set()):
            commune = self._essayer(ligne, "communes", self.reperes.communes.trouver, mot)
            if commune is not None:
                lues.append((commune, part))
        return lues

    def _un_quartier(self, ligne: _Ligne, mot: str) -> SaisieLieu | None:
        """One place: a code of QPV is checked in form, then in the list (Q-01, Q-02); another word is a name."""
        clair, code = normaliser(mot), mot.replace(" ", "").upper()
        if clair in _ENSEMBLE:
            return SaisieLieu(ModeLocalisation.ENSEMBLE_QPV, _CENT)
        if clair in _NULLE_PART or self.reperes.quartiers.est_ecarte(mot):
            return SaisieLieu(ModeLocalisation.NON_TERRITORIALISE, _CENT)
        if (version := self.reperes.version_du_code.get(code)) is not None:
            return SaisieLieu(ModeLocalisation.PERIMETRE, _CENT, version)
        if code[:2] in ("QP", "QN") and any(c.isdigit() for c in code):
            if generation_du_code(code) is None:
                raise CelluleFausse(
                    f"« {mot[:30]} » n’est pas un code de QPV : il s’écrit QN05901M, 8 caractères (Q-01).",
                    "qpv_mal_forme",
                )
            if self.reperes.generation_passee(code):
                raise CelluleFausse(
                    f"« {code} » est un code de l’ancienne liste : en {self.campagne.annee}, donnez celui de 2024 (Q-02).",
                    "qpv_ancien",
                )
            ligne.remarque(
                "quartiers",
                f"« {code} » n’est pas un quartier du contrat : ce lieu n’est pas repris (Q-01).",
                "qpv_inconnu",
            )
            return None
        if clair not in self.reperes.noms_de_lieux and clair in self.reperes.commune_du_nom:
            return SaisieLieu(ModeLocalisation.PERIMETRE, _CENT, None, self.reperes.commune_du_nom[clair])
        return SaisieLieu(ModeLocalisation.PERIMETRE, _CENT, self.reperes.quartiers.trouver(mot))

    @staticmethod
    def _partager(ligne: _Ligne, places: list[tuple[SaisieLieu, Decimal | None]]) -> tuple[SaisieLieu, ...]:
        """Shares as they are given, else equal ones; together they make 100 %."""
        donnees = [part for _, part in places if part is not None]
        if donnees and (len(donnees) < len(places) or not parts_completes([float(p) for p in donnees])):
            total = f"{sum(donnees):f}".replace(".", ",")
            ligne.faute(
                "quartiers",
                f"Les parts des lieux font {total} % : donnez-en une à chacun, 100 % en tout (S-17), ou aucune.",
                "parts_fausses",
            )
            return ()
        parts = donnees or [(_CENT / len(places)).quantize(Decimal("0.01")) for _ in places]
        parts[-1] += _CENT - sum(parts)
        reunies: dict[Any, SaisieLieu] = {}
        for (lieu, _), part in zip(places, parts, strict=True):
            deja = reunies.get(lieu.cle[:3])
            part = part + deja.part if deja is not None else part
            reunies[lieu.cle[:3]] = SaisieLieu(lieu.mode, part, lieu.version, lieu.commune)
        return tuple(reunies.values())

    # --- Rules between cells of a line --------------------------------------------------------------------------------
    def _controler(self, ligne: _Ligne, rangee: Rangee) -> None:
        v = ligne.valeurs
        if "intitule" not in rangee.cellules:
            ligne.faute("intitule", "L’intitulé de l’action manque.", "intitule_absent")
        debut, fin = v.get("debut"), v.get("fin")
        if debut and fin and fin < debut:
            ligne.faute("fin", f"L’action finit le {fin:%d/%m/%Y}, avant de commencer.", "dates_inversees")
        elif (debut and debut.year > self.campagne.annee) or (fin and fin.year < self.campagne.annee):
            annee = self.campagne.annee
            ligne.remarque("debut", f"L’action se déroule hors de {annee} : vérifiez ses dates.", "hors_annee")
        depose: date | None = v.get("depose_le")
        if depose and depose > self.aujourdhui:
            ligne.faute("depose_le", f"Le dépôt est daté du {depose:%d/%m/%Y}, dans l’avenir.", "depot_a_venir")
        self._controler_le_public(ligne)
        if v.get("numero_ej") and len(v["numero_ej"]) > 20:
            ligne.faute("numero_ej", "Un numéro d’engagement juridique compte 10 chiffres.", "ej_trop_long")

    @staticmethod
    def _controler_le_public(ligne: _Ligne) -> None:
        v = ligne.valeurs
        public, qpv = v.get("beneficiaires"), v.get("beneficiaires_qpv")
        if public is not None and qpv is not None and qpv > public:
            ligne.faute(
                "beneficiaires_qpv",
                f"{qpv} habitants des QPV pour un public de {public} : le public des QPV ne dépasse pas le public (S-17).",
                "public_qpv",
            )
        genres = v.get("femmes", 0) + v.get("hommes", 0)
        if public is not None and genres > public:
            ligne.faute(
                "femmes",
                f"Femmes et hommes font {genres} personnes, pour un public de {public} (S-17).",
                "public_genres",
            )
        ages = [cle for cle in AGES if cle in v]
        total = sum(v[cle] for cle in ages)
        if public is not None and total > public:
            ligne.faute(ages[-1], f"Les âges font {total} personnes, pour un public de {public} (S-17).", "public_ages")

    # --- What a line asks from funders --------------------------------------------------------------------------------
    def _lire_demandes(self, ligne: _Ligne, rangee: Rangee) -> None:
        v = ligne.valeurs
        ligne.statut = v.get("etat_demande") or v.get("etat")
        if ligne.statut is not None and ligne.statut.etat == EtatDossier.BROUILLON:
            return
        if self._en_colonnes:
            colonnes = [c for cle in rangee.cellules if (c := ColonneFinanceur.lire(cle)) is not None]
            self._demandes_en_colonnes(ligne, rangee, colonnes)
            return
        financeur = v.get("financeur") or self.defauts.financeur
        if financeur is None:
            if "financeur" not in rangee.cellules:
                # Without such a column, a table may speak of files known here, and say nothing of their funders.
                dire = ligne.faute if self._dit_le_financeur else ligne.manque
                dire("financeur", "Le financeur de la ligne manque.", "financeur_absent")
            return
        if "montant_demande" not in rangee.cellules and "montant_vote" not in rangee.cellules:
            ligne.faute(
                "montant_demande",
                f"Le montant demandé à {financeur.nom_court} manque : écrivez-le, 0 s’il ne demande rien.",
                "montant_absent",
            )
        statut = ligne.statut
        vote = v.get("montant_vote")
        if statut is not None and statut.decide:
            ligne.remarque(
                "etat",
                f"« {statut.libelle} » chez {financeur.nom_court} : enregistrez ici son acte, avec son document. Le montant "
                "voté n’est repris que comme une proposition.",
                "acte_a_enregistrer",
            )
        ligne.demandes.append(
            SaisieDemande(
                ligne.numero,
                financeur,
                self.defauts.nature or nature_habituelle(financeur),
                nature=v.get("nature"),
                dispositif=v.get("dispositif"),
                montant_demande=v.get("montant_demande"),
                montant_propose=vote if vote is not None else v.get("montant_propose"),
                etat_externe=statut.libelle if statut is not None else "",
                refusee=statut.refuse if statut is not None else False,
                numero_ej=v.get("numero_ej", ""),
            )
        )

    def _demandes_en_colonnes(self, ligne: _Ligne, rangee: Rangee, colonnes: list[ColonneFinanceur]) -> None:
        """A table with the amounts of each funder in its own columns: an empty cell asks nothing."""
        montants: dict[tuple[int, str], dict[str, Decimal]] = {}
        for colonne in colonnes:
            lu = self._essayer(ligne, str(colonne), cases.montant, rangee.cellules[str(colonne)])
            if lu is not None:
                montants.setdefault((colonne.financeur, colonne.nature), {})[colonne.genre] = lu
        for (pk, nature_), lus in montants.items():
            financeur = self._financeurs.get(pk)
            if financeur is None or not any(lus.values()):
                continue
            ligne.demandes.append(
                SaisieDemande(
                    ligne.numero,
                    financeur,
                    nature_,
                    nature=nature_,
                    # The line tells the file's own scheme: it does not choose among a funder's rows.
                    montant_demande=lus.get(DEMANDE, Decimal()),
                    montant_propose=lus.get("propose"),
                )
            )
        if not montants and not ligne.fautes:
            ligne.manque("montant_demande", "Aucun financeur n’est sollicité sur cette ligne.", "montant_absent")

    # --- The lines of one file ----------------------------------------------------------------------------------------
    def _assembler(self, lignes: list[_Ligne]) -> DossierLu:
        premiere = lignes[0]
        v = premiere.valeurs
        for ligne in lignes[1:]:
            self._contredire(premiere, ligne)
        self._refuser_les_repetitions(lignes)
        porteur = v.get("porteur")
        lu = DossierLu(
            lignes=tuple(ligne.numero for ligne in lignes),
            numero_externe=v.get("numero_externe", ""),
            intitule=str(v.get("intitule", "")),
            porteur=getattr(porteur, "nom", "") or v.get("porteur_nom", ""),
        )
        statuts = [s for ligne in lignes if (s := ligne.valeurs.get("etat") or ligne.statut) is not None]
        etat = plus_avance([s.etat for s in statuts]) if statuts else EtatDossier.DEPOSE
        lu.ignore = etat == EtatDossier.BROUILLON
        if lu.ignore:
            return lu
        if any(s.etat == EtatDossier.BROUILLON for s in statuts):
            lignes = [li for li in lignes if li.statut is None or li.statut.etat != EtatDossier.BROUILLON]
        valeurs, defauts = self._completer(lignes)
        lu.fautes = [f for ligne in lignes for f in ligne.fautes]
        lu.manques = [m for ligne in lignes for m in ligne.manques]
        lu.remarques = [r for ligne in lignes for r in ligne.remarques]
        if isinstance(porteur, Question):
            lu.question = porteur
        if lu.fautes or lu.question is not None:
            return lu
        assert porteur is not None
        depose = valeurs.get("depose_le") or self._depot_par_defaut
        champs = {nom: valeurs[nom] for nom in CHAMPS if nom in valeurs}
        lu.saisie = SaisieDossier(
            lignes=lu.lignes,
            numero_externe=lu.numero_externe,
            porteur=porteur,
            champs=champs,
            defauts={nom: valeur for nom, valeur in defauts.items() if nom not in champs},
            demandes=tuple(d for ligne in lignes for d in ligne.demandes),
            etat=etat,
            depose_le=timezone.make_aware(datetime.combine(depose, time(12))),
            lieux=valeurs.get("lieux"),
            ages={tranche.value: valeurs[cle] for cle, tranche in AGES.items() if cle in valeurs},
        )
        return lu

    @staticmethod
    def _contredire(premiere: _Ligne, ligne: _Ligne) -> None:
        """The lines of one file tell the same title, the same porteur, the same cost."""
        for champ, cle, quoi in (
            ("intitule", "intitule", "un autre intitulé"),
            ("porteur_nom", "porteur_cle", "un autre porteur"),
            ("cout_total", "cout_total", "un autre coût total"),
        ):
            une, autre = premiere.valeurs.get(cle), ligne.valeurs.get(cle)
            if une is not None and autre is not None and une != autre:
                ligne.faute(
                    champ,
                    f"La ligne {premiere.numero} donne {quoi} au même dossier : accordez les deux lignes, ou corrigez le "
                    "numéro de l’une.",
                    "lignes_contradictoires",
                )

    @staticmethod
    def _refuser_les_repetitions(lignes: list[_Ligne]) -> None:
        """A funder is asked once per file, nature and scheme (S-16)."""
        vues: dict[Any, int] = {}
        for ligne in lignes:
            for demande in ligne.demandes:
                dispositif = demande.dispositif.pk if demande.dispositif is not None else None
                cle = (demande.financeur.pk, demande.nature, dispositif)
                deja = vues.setdefault(cle, ligne.numero)
                if deja != ligne.numero:
                    ligne.faute(
                        "financeur",
                        f"La ligne {deja} porte déjà la demande de ce dossier à {demande.financeur.nom_court} : gardez-en une, "
                        "ou dites la nature des crédits de chacune (S-16).",
                        "ligne_repetee",
                    )

    def _completer(self, lignes: list[_Ligne]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The first value given for each field, and what completes a new file: scheme, orientation, theme."""
        valeurs: dict[str, Any] = {}
        for ligne in lignes:
            for nom, valeur in ligne.valeurs.items():
                valeurs.setdefault(nom, valeur)
        defauts: dict[str, Any] = {}
        if "dispositif" not in valeurs:
            defauts["dispositif"] = self.defauts.dispositif
        orientation, theme = valeurs.get("orientation"), valeurs.get("theme_p147")
        premiere = lignes[0]
        deja_dit = any(f.champ in ("orientation", "theme_p147") for ligne in lignes for f in ligne.fautes)
        if orientation is None and theme is not None:
            defauts["orientation"] = self._essayer(premiere, "orientation", self.reperes.orientation_du_theme, theme)
        elif orientation is not None and theme is None:
            defauts["theme_p147"] = orientation.theme_p147
        if orientation is None and theme is None and not deja_dit:
            premiere.manque(
                "theme_p147", "Ni orientation ni thème : un dossier déposé a l’une et l’autre.", "theme_absent"
            )
        elif orientation is not None and theme is None and orientation.theme_p147_id is None and not deja_dit:
            premiere.manque("theme_p147", f"L’orientation « {orientation} » ne dit pas son thème P147.", "theme_absent")
        return valeurs, defauts
