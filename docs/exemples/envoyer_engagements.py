#!/usr/bin/env python3
"""Send a CSV of commitments to a contract, as often as you like: Python 3.9 or later and nothing else.

The CSV is the template that the page « Engagements », « Importer » gives. A commitment is known by « Identifiant chez le partenaire »
(and its organisation), else by « Référence »: sent again, it is not written twice. Each line describes its commitment in whole: an
empty cell empties.

    export PILOTVILLE_ADRESSE=https://pilotville.example/api/v1/contrats/porte-du-hainaut
    export PILOTVILLE_CLE=pv_…          # uses: contrats:lire, perimetres:lire, engagements:ecrire
    python3 envoyer_engagements.py engagements.csv

Exit code: 0 when every line is in the contract, 1 when some were refused, 2 when nothing could be sent.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import re
import sys
import time
import unicodedata
import urllib.error
import urllib.parse
import urllib.request
import uuid
from datetime import date
from pathlib import Path

# Heading of the template → field of the API. A target's fields begin with « cible_ ».
COLONNES = {
    "Référence": "reference",
    "Engagement": "libelle",
    "Organisme engagé": "organisme",
    "Au titre de": "signataire",
    "Orientation": "orientation",
    "Objectifs": "objectifs",
    "Quartiers": "perimetres",
    "Portée": "portee",
    "Nature des moyens": "nature",
    "Échéance": "echeance",
    "Échéance telle qu’écrite": "echeance_texte",
    "Partenaires": "partenaires",
    "Axes transversaux": "axes_transversaux",
    "Sorte de cible": "cible_type",
    "Ce qui est compté": "cible_numerateur",
    "Rapporté à": "cible_denominateur",
    "Unité": "cible_unite",
    "Valeur de départ": "cible_reference",
    "Date de départ": "cible_reference_le",
    "Valeur visée": "cible_valeur",
    "Borne haute": "cible_valeur_haute",
    "Échéance de la cible": "cible_echeance",
    "Sens": "cible_sens",
    "Note": "note",
    "Source": "source",
    "Identifiant chez le partenaire": "identifiant_externe",
}
TITRES = {champ: titre for titre, champ in COLONNES.items()}
# What the template writes in words → what the API calls it.
CHOIX = {
    "portee": {
        "Nationale": "nationale",
        "Départementale": "departementale",
        "Contrat": "contrat",
        "Certains QPV": "qpv",
    },
    "nature": {"Droit commun": "droit_commun", "Crédits spécifiques": "specifique"},
    "cible_sens": {"Hausse": "hausse", "Baisse": "baisse", "Maintien": "maintien", "Sans sens": "neutre"},
    "cible_type": {
        "Nombre à atteindre": "nombre",
        "Augmentation en nombre": "increment",
        "Évolution en %": "croissance",
        "Part d’un public": "part",
        "Couverture des QPV": "couverture",
        "Plafond à ne pas dépasser": "plafond",
        "Minimum à garantir": "plancher",
        "Nombre par an": "flux_annuel",
        "Nombre sur plusieurs années": "flux_pluriannuel",
        "Comparaison avec la population générale": "comparaison",
        "Étape franchie ou non": "jalon",
        "Sens d’évolution seul": "direction",
        "Indicateur suivi, sans cible": "indicateur",
        "Intervalle": "intervalle",
        "Délai": "delai",
    },
}
DATES = ("echeance", "cible_reference_le", "cible_echeance")
NOMBRES = ("cible_reference", "cible_valeur", "cible_valeur_haute")
LISTES = ("objectifs", "perimetres", "partenaires", "axes_transversaux")
LIGNES_MAX = 10_000
ESSAIS = 5


class Impossible(Exception):
    """Nothing can be sent: the sentence says why, and what to do."""


class CelluleFausse(Exception):
    """One cell cannot be read."""


# --- The API ---------------------------------------------------------------------------------------------------------
class _SansRedirection(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **kwargs):
        return None  # the key goes to the address given, nowhere else


class Contrat:
    """One contract behind its address and its key."""

    def __init__(self, adresse: str, cle: str) -> None:
        lieu = urllib.parse.urlsplit(adresse)
        local = lieu.hostname in ("localhost", "127.0.0.1", "::1")
        if lieu.scheme != "https" and not (lieu.scheme == "http" and local):
            raise Impossible(
                f"L’adresse « {adresse} » ne commence pas par https:// : la clé n’est pas envoyée en clair."
            )
        self.adresse = adresse.rstrip("/") + "/"
        self.cle = cle
        self._ouvrir = urllib.request.build_opener(_SansRedirection).open

    def lire(self, chemin: str, **parametres: str) -> list:
        """The objects of a short list."""
        suite = f"?{urllib.parse.urlencode(parametres)}" if parametres else ""
        return self._appeler("GET", self.adresse + chemin + suite)[1]["resultats"]

    def envoyer(self, lignes: list, tout_ou_rien: bool) -> dict:
        """Send the lines and wait for what became of each. A lost answer costs nothing: the same key is sent again."""
        entetes, corps = self._appeler(
            "POST",
            self.adresse + "engagements/lot/",
            {"tout_ou_rien": tout_ou_rien, "lignes": lignes},
            {"Idempotency-Key": str(uuid.uuid4())},
        )
        if "etat" not in corps:  # done at once
            return corps
        while corps["etat"] in ("a_faire", "en_cours"):
            time.sleep(2)
            _, corps = self._appeler("GET", entetes["Location"])
        if corps["resultat"] is None:
            raise Impossible(corps["erreur"] or "Le lot n’a pas abouti : envoyez-le de nouveau.")
        return corps["resultat"]

    def _appeler(self, methode: str, adresse: str, corps: object = None, entetes: dict | None = None) -> tuple:
        octets = None if corps is None else json.dumps(corps).encode()
        demande = urllib.request.Request(adresse, octets, method=methode)  # noqa: S310 — the scheme is checked above
        recus = {"Authorization": f"Bearer {self.cle}", "Content-Type": "application/json", **(entetes or {})}
        for nom, valeur in recus.items():
            demande.add_header(nom, valeur)
        for essai in range(1, ESSAIS + 1):
            try:
                with self._ouvrir(demande, timeout=120) as reponse:
                    return reponse.headers, json.load(reponse)
            except urllib.error.HTTPError as erreur:
                if essai == ESSAIS or (erreur.code not in (429, 502, 503, 504) and not erreur.headers["Retry-After"]):
                    return erreur.headers, _refus(erreur)
                time.sleep(float(erreur.headers["Retry-After"] or 2 * essai))
            except (urllib.error.URLError, TimeoutError, ConnectionError) as erreur:
                if essai == ESSAIS:
                    raise Impossible(f"{adresse} ne répond pas : {getattr(erreur, 'reason', erreur)}.") from erreur
                time.sleep(2 * essai)
            except ValueError as erreur:
                raise Impossible(f"{adresse} ne répond pas en JSON : vérifiez l’adresse du contrat.") from erreur
        raise AssertionError


def _refus(erreur: urllib.error.HTTPError) -> dict:
    """The lines refused of an all-or-nothing batch; any other refusal stops here, with its sentence."""
    try:
        probleme = json.load(erreur)
    except ValueError:
        probleme = {}
    erreurs = probleme.get("erreurs", [])
    if erreur.code == 400 and erreurs and all("ligne" in e for e in erreurs):
        return {
            "crees": 0,
            "modifies": 0,
            "inchanges": 0,
            "refuses": len({e["ligne"] for e in erreurs}),
            "lignes": [{"erreurs": erreurs}],
        }
    precisions = " ".join(f"{e['champ']} : {e['message']}" for e in erreurs)
    raise Impossible(f"{probleme.get('detail') or f'Le serveur a répondu {erreur.code}.'} {precisions}".strip())


# --- Names -----------------------------------------------------------------------------------------------------------
def normaliser(texte: str) -> str:
    """Without case nor accents; apostrophes, ligatures and spaces alike."""
    nu = "".join(c for c in unicodedata.normalize("NFKD", texte) if not unicodedata.combining(c)).lower()
    return " ".join(nu.replace("’", "'").replace("œ", "oe").replace("æ", "ae").split())


class Annuaire:
    """What the names of a spreadsheet designate in the API."""

    def __init__(self, quoi: str) -> None:
        self.quoi = quoi
        self._connus: dict[str, set] = {}

    def ajouter(self, valeur: str, *noms: str) -> None:
        for nom in noms:
            if nom:
                self._connus.setdefault(normaliser(nom), set()).add(valeur)

    def connait(self, nom: str) -> bool:
        return normaliser(nom) in self._connus

    def trouver(self, nom: str) -> str:
        valeurs = self._connus.get(normaliser(nom), set())
        if len(valeurs) == 1:
            return next(iter(valeurs))
        if valeurs:
            raise CelluleFausse(f"Plusieurs {self.quoi} s’appellent « {nom} » : écrivez le code ou le SIRET.")
        raise CelluleFausse(f"« {nom} » ne se trouve pas parmi les {self.quoi} : vérifiez l’orthographe.")


class Noms:
    """All the names that the lines may use, read once."""

    def __init__(self, contrat: Contrat) -> None:
        self._contrat = contrat
        self.orientations, self.axes = Annuaire("orientations"), Annuaire("axes transversaux")
        self.objectifs, self.perimetres = Annuaire("objectifs"), Annuaire("quartiers du contrat")
        self.organismes, self.signataires = Annuaire("organismes"), Annuaire("signataires")
        for o in contrat.lire("orientations/"):
            annuaires = [self.orientations] + [self.axes] * (o["nature"] == "transversale")
            for annuaire in annuaires:
                annuaire.ajouter(o["code"], o["code"], o["nom"], o["nom_court"])
            for objectif in o["objectifs"]:
                self.objectifs.ajouter(objectif["code"], objectif["code"], objectif["nom"])
        for p in contrat.lire("perimetres/"):
            self.perimetres.ajouter(p["code"], p["code"], p["nom"])
        organismes = contrat.lire("organismes/")
        self._tous_lus = len(organismes) < 1000
        self._apprendre(organismes)
        par_numero = {o["id"]: o for o in organismes}
        for s in contrat.lire("signataires/"):
            o = par_numero.get(s["organisme"], {"sigle": "", "siret": ""})
            self.signataires.ajouter(s["organisme"], s["organisme_nom"], o["sigle"], o["siret"])

    def _apprendre(self, organismes: list) -> None:
        for o in organismes:
            self.organismes.ajouter(o["id"], o["nom"], o["sigle"], o["siret"])

    def organisme(self, nom: str) -> str:
        """The number of the organisation; looked for by name when there are too many to read them all."""
        if not self._tous_lus and not self.organismes.connait(nom):
            self._apprendre(self._contrat.lire("organismes/", q=nom[:100]))
        return self.organismes.trouver(nom)


# --- Cells -----------------------------------------------------------------------------------------------------------
def lire_date(texte: str) -> str:
    trouve = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", texte)
    try:
        jour = date(*(int(n) for n in reversed(trouve.groups()))) if trouve else date.fromisoformat(texte)
    except ValueError:
        raise CelluleFausse(f"« {texte} » n’est pas une date : écrivez 31/12/2027.") from None
    return jour.isoformat()


def lire_nombre(texte: str) -> str:
    nombre = re.sub(r"[\s\u00a0\u202f]", "", texte).rstrip("€%").replace("−", "-").replace(",", ".")
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?", nombre):
        raise CelluleFausse(f"« {texte} » n’est pas un nombre : écrivez « 20 » ou « 12,5 », l’unité dans sa colonne.")
    return nombre.lstrip("+")


def lire_choix(champ: str, texte: str) -> str:
    for libelle, valeur in CHOIX[champ].items():
        if normaliser(texte) in (normaliser(libelle), normaliser(valeur)):
            return valeur
    raise CelluleFausse(f"« {texte} » n’est pas proposé. Écrivez : {', '.join(CHOIX[champ])}.")


def lire_cellule(champ: str, texte: str, noms: Noms) -> object:
    """What the API takes for one cell that is not empty."""
    if champ in DATES:
        return lire_date(texte)
    if champ in NOMBRES:
        return lire_nombre(texte)
    if champ in CHOIX:
        return lire_choix(champ, texte)
    trouver = {
        "organisme": noms.organisme,
        "partenaires": noms.organisme,
        "signataire": noms.signataires.trouver,
        "orientation": noms.orientations.trouver,
        "objectifs": noms.objectifs.trouver,
        "perimetres": noms.perimetres.trouver,
        "axes_transversaux": noms.axes.trouver,
    }.get(champ)
    if champ in LISTES:
        return [trouver(nom.strip()) for nom in texte.split(";") if nom.strip()]
    return trouver(texte) if trouver else texte


# --- Lines -----------------------------------------------------------------------------------------------------------
class Engagement:
    """One commitment of the file, over one row and one more for each further target."""

    def __init__(self, rang: int) -> None:
        self.rang = rang
        self.corps: dict = {"cibles": []}
        self.rangs_des_cibles: list[int] = []
        self.erreurs: list[str] = []

    def prendre(self, rang: int, cellules: dict, noms: Noms) -> None:
        """Read the cells of one row."""
        cible = {}
        for champ, texte in cellules.items():
            try:
                valeur = lire_cellule(champ, texte, noms)
            except CelluleFausse as faute:
                self.erreurs.append(dire(rang, TITRES[champ], str(faute)))
                continue
            if champ.startswith("cible_"):
                cible[champ[len("cible_") :]] = valeur
            else:
                self.corps[champ] = valeur
        if cible and "type" not in cible and not any(c == "cible_type" for c in cellules):
            self.erreurs.append(dire(rang, TITRES["cible_type"], "La sorte de cible manque : choisissez-en une."))
        if cible:
            self.corps["cibles"].append(cible)
            self.rangs_des_cibles.append(rang)

    def traduire(self, erreur: dict) -> str:
        """An error of the API in the words of the file: the row and the heading."""
        morceaux = erreur["champ"].split(".")
        if morceaux[0] == "cibles" and len(morceaux) == 3:
            return dire(
                self.rangs_des_cibles[int(morceaux[1])], TITRES.get(f"cible_{morceaux[2]}", ""), erreur["message"]
            )
        return dire(self.rang, TITRES.get(morceaux[0], ""), erreur["message"])


def dire(rang: int, titre: str, message: str) -> str:
    return f"ligne {rang} — {titre} : {message}" if titre else f"ligne {rang} — {message}"


def lire_rangees(fichier: Path) -> list[tuple[int, dict]]:
    """The rows under the headings, with their number in the spreadsheet; empty cells and empty rows left out."""
    try:
        octets = fichier.read_bytes()
    except OSError as erreur:
        raise Impossible(f"{fichier} ne s’ouvre pas : {erreur.strerror}.") from erreur
    try:
        texte = octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        texte = octets.decode("cp1252", errors="replace")  # how French spreadsheets save a plain CSV
    premiere = texte.partition("\n")[0]
    lecteur = csv.reader(io.StringIO(texte, newline=""), delimiter=max(";\t,", key=premiere.count))
    titres = [t.strip().rstrip("*").strip() for t in next(lecteur, [])]
    connus = {normaliser(titre): champ for titre, champ in COLONNES.items()}
    inconnus = [t for t in titres if t and normaliser(t) not in connus]
    if inconnus or "libelle" not in [connus.get(normaliser(t)) for t in titres]:
        quoi = f"la colonne « {inconnus[0]} » n’est pas connue" if inconnus else "la colonne « Engagement » manque"
        raise Impossible(f"{fichier} : {quoi}. Partez du modèle, page « Engagements », « Importer ».")
    champs = [connus.get(normaliser(t), "") for t in titres]
    rangees = []
    for rang, cellules in enumerate(lecteur, start=2):
        pleines = {c: v.strip() for c, v in zip(champs, cellules) if c and v.strip()}  # noqa: B905 — Python 3.9
        if pleines:
            rangees.append((rang, pleines))
    return rangees


def lire_engagements(rangees: list[tuple[int, dict]], noms: Noms, organisme_inconnu: bool) -> list[Engagement]:
    """A row without wording that only has a target (and the same reference) adds it to the commitment above."""
    engagements: list[Engagement] = []
    for rang, cellules in rangees:
        reste = {c for c in cellules if not c.startswith("cible_")}
        if engagements and reste <= {"reference"} and len(cellules) > len(reste):
            dernier = engagements[-1]
            if cellules.get("reference", dernier.corps.get("reference")) == dernier.corps.get("reference"):
                dernier.prendre(rang, {c: v for c, v in cellules.items() if c != "reference"}, noms)
                continue
        nouveau = Engagement(rang)
        if organisme_inconnu:
            nouveau.corps["organisme"] = None
        nouveau.prendre(rang, cellules, noms)
        if "libelle" not in cellules:
            nouveau.erreurs.append(dire(rang, TITRES["libelle"], "L’engagement n’est pas rédigé."))
        engagements.append(nouveau)
    if len(engagements) > LIGNES_MAX:
        raise Impossible("Le fichier compte plus de 10 000 engagements : envoyez-le en plusieurs fois.")
    return engagements


def envoyer(contrat: Contrat, fichier: Path, *, tout_ou_rien: bool, organisme_inconnu: bool) -> int:
    """Read, send, print what became of the lines. Returns the exit code."""
    rangees = lire_rangees(fichier)
    if not rangees:
        raise Impossible(f"{fichier} n’a aucune ligne sous les titres.")
    engagements = lire_engagements(rangees, Noms(contrat), organisme_inconnu)
    bons = [e for e in engagements if not e.erreurs]
    messages = [message for e in engagements for message in e.erreurs]
    bilan = {"crees": 0, "modifies": 0, "inchanges": 0, "refuses": 0, "lignes": []}
    if bons and not (tout_ou_rien and messages):
        bilan = contrat.envoyer([e.corps for e in bons], tout_ou_rien)
    for ligne in bilan["lignes"]:
        messages += [bons[e["ligne"] - 1].traduire(e) for e in ligne["erreurs"]]
    comptes = {
        "créés": bilan["crees"],
        "modifiés": bilan["modifies"],
        "inchangés": bilan["inchanges"],
        "refusés": bilan["refuses"] + len(engagements) - len(bons),
    }
    print(" ; ".join(f"{nom} : {nombre}" for nom, nombre in comptes.items()))
    for message in messages:
        print(message)
    if comptes["refusés"] and tout_ou_rien:
        print("Rien n’est écrit : corrigez ces lignes, puis envoyez le fichier de nouveau.")
    return 1 if comptes["refusés"] else 0


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    options = argparse.ArgumentParser(description="Envoie un CSV d’engagements à un contrat de ville.")
    options.add_argument("fichier", type=Path, help="le modèle de la page « Importer », rempli")
    options.add_argument("--adresse", default=os.environ.get("PILOTVILLE_ADRESSE"), help="sinon, PILOTVILLE_ADRESSE")
    options.add_argument("--fichier-cle", type=Path, help="fichier où est la clé ; sinon, PILOTVILLE_CLE")
    options.add_argument("--tout-ou-rien", action="store_true", help="une ligne fausse, et rien n’est écrit")
    options.add_argument(
        "--organisme-inconnu",
        action="store_true",
        help="une case « Organisme engagé » vide dit qu’on ne le connaît pas (pilote seulement) ; sinon, c’est le vôtre",
    )
    choisies = options.parse_args(arguments)
    for sortie in (sys.stdout, sys.stderr):
        sortie.reconfigure(errors="replace")  # a narrow space has no place in the console of Windows
    try:
        cle = (
            choisies.fichier_cle.read_text(encoding="utf-8")
            if choisies.fichier_cle
            else os.environ.get("PILOTVILLE_CLE")
        )
        if not choisies.adresse or not cle:
            raise Impossible("Donnez l’adresse du contrat (PILOTVILLE_ADRESSE) et votre clé (PILOTVILLE_CLE).")
        return envoyer(
            Contrat(choisies.adresse, cle.strip()),
            choisies.fichier,
            tout_ou_rien=choisies.tout_ou_rien,
            organisme_inconnu=choisies.organisme_inconnu,
        )
    except (Impossible, OSError) as erreur:
        print(erreur, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
