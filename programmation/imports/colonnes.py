"""What a column of an imported spreadsheet may be, and which one its heading most resembles."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from acteurs.models import Organisme
from commun.recherche import normaliser
from contrats.models import NatureMoyens

from ..lectures.guichets import nature_habituelle
from ..models import SourceImport, TrancheAge

SEUIL = 0.74
IGNOREE = "-"
# Amounts of one funder in a column of its own: « demande@12@specifique ».
DEMANDE, PROPOSE = "demande", "propose"
_MOTS_VIDES = frozenset(
    [
        "de",
        "du",
        "des",
        "la",
        "le",
        "les",
        "l",
        "d",
        "en",
        "a",
        "au",
        "aux",
        "et",
        "par",
        "pour",
        "sur",
        "n",
        "no",
        "euros",
        "euro",
    ]
)
_PROPRE = re.compile(r"[^\w]+")
_NOMBRE = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Champ:
    """What a column may hold: its key, its name, what is expected in it, other names that people give it."""

    cle: str
    titre: str
    aide: str
    synonymes: tuple[str, ...] = ()


# The people expected in each age bracket, a column each: « age_18-25 ».
AGES = {f"age_{tranche.value}": tranche for tranche in TrancheAge}

CHAMPS = (
    Champ(
        "numero_externe",
        "Numéro du dossier",
        "Celui de Dauphin (8 chiffres) ou du tableur ; il reconnaît un dossier déjà importé.",
        (
            *("référence administrative", "n° de dossier", "numéro dossier", "numéro de la demande", "n° dauphin"),
            *("code dossier", "numéro dauphin", "référence du dossier", "référence", "n°", "numéro", "id"),
        ),
    ),
    Champ(
        "porteur_siret",
        "SIRET du porteur",
        "14 chiffres.",
        ("siret", "n° siret", "numéro siret", "siret du tiers", "siret demandeur", "siret association"),
    ),
    Champ(
        "porteur_nom",
        "Porteur",
        "Le nom de l’organisme.",
        (
            *("nom du porteur", "association", "structure", "raison sociale", "nom du tiers", "tiers", "organisme"),
            *("demandeur", "bénéficiaire", "nom de la structure", "opérateur", "porteur de projet", "dénomination"),
        ),
    ),
    Champ(
        "intitule",
        "Intitulé de l’action",
        "250 caractères au plus.",
        (
            *("titre", "intitulé", "nom de l'action", "action", "titre de l'action", "nom du projet", "projet"),
            *("intitulé du projet", "libellé", "objet", "titre du projet", "libellé de l'action"),
        ),
    ),
    Champ("resume", "Résumé", "Un texte.", ("description", "descriptif", "description de l'action", "contenu")),
    Champ("besoin", "Besoin", "Un texte.", ("besoins", "constats", "diagnostic", "besoin identifié")),
    Champ("buts", "Objectifs de l’action", "Un texte.", ("objectifs", "objectif", "buts", "finalités")),
    Champ(
        "dispositif",
        "Dispositif",
        "Un dispositif du contrat : AAP, CPO, FIPD…",
        ("type de dispositif", "aide", "téléservice", "libellé du dispositif", "appel à projets"),
    ),
    Champ(
        "orientation",
        "Orientation du contrat",
        "Code ou nom.",
        ("orientation", "enjeu", "axe", "priorité", "thématique du contrat", "orientation stratégique", "pilier"),
    ),
    Champ(
        "theme_p147",
        "Thème du programme 147",
        "Code ou nom : 1.2 Santé.",
        ("thème", "thématique", "sous-thème", "thème p147", "thématique p147", "domaine", "sous thématique"),
    ),
    Champ(
        "caractere",
        "Nouvelle action ou reconduction",
        "« Première demande » ou « Renouvellement ».",
        (
            *("fréquence", "récurrence", "nouveau ou reconduction", "nouvelle ou reconduite", "type de demande"),
            *("nouvelle action", "reconduction"),
        ),
    ),
    Champ(
        "objet", "Objet de la demande", "« Action » ou « Fonctionnement ».", ("nature de la demande", "nature projet")
    ),
    Champ("debut", "Début de l’action", "Une date.", ("date de début", "début", "du", "date début action")),
    Champ("fin", "Fin de l’action", "Une date.", ("date de fin", "fin", "au", "date fin action")),
    Champ(
        "depose_le",
        "Déposé le",
        "Une date.",
        ("date de dépôt", "date de transmission", "transmise le", "date dépôt", "date de la demande"),
    ),
    Champ(
        "quartiers",
        "Quartiers",
        "Codes ou noms séparés par un point-virgule, avec leur part s’il y a lieu : QN05901M (60 %).",
        (
            *("qpv", "quartier", "code qpv", "quartiers prioritaires", "périmètre", "territoire", "codes qpv"),
            *("quartiers et communes", "quartier prioritaire", "localisation", "qpv concernés", "territoires"),
        ),
    ),
    Champ("communes", "Communes", "Noms ou codes INSEE.", ("commune", "ville", "villes", "communes concernées")),
    Champ(
        "beneficiaires",
        "Public attendu",
        "Un nombre de personnes.",
        (
            "nombre de bénéficiaires",
            "bénéficiaires",
            "public",
            "nb bénéficiaires",
            "nombre de personnes",
            "public total",
        ),
    ),
    Champ(
        "beneficiaires_qpv",
        "Dont habitants des QPV",
        "Un nombre de personnes.",
        ("bénéficiaires qpv", "dont qpv", "public qpv", "nb bénéficiaires qpv", "nombre de bénéficiaires qpv"),
    ),
    Champ("femmes", "Dont femmes", "Un nombre de personnes.", ("femmes", "nb femmes", "nombre de femmes")),
    Champ("hommes", "Dont hommes", "Un nombre de personnes.", ("hommes", "nb hommes", "nombre d'hommes")),
    *(Champ(cle, f"Dont {tranche.label}", "Un nombre de personnes.") for cle, tranche in AGES.items()),
    Champ(
        "cout_total",
        "Coût total de l’action",
        "En euros.",
        (
            *("coût total", "budget total", "budget de l'action", "total budget", "coût du projet", "budget"),
            *("coût", "total des charges", "montant total du projet", "coût de l'action", "budget prévisionnel"),
        ),
    ),
    Champ(
        "financeur",
        "Financeur",
        "Celui de la ligne.",
        ("nom du financeur", "financeur sollicité", "cofinanceur", "service instructeur", "libellé du financeur"),
    ),
    Champ(
        "nature",
        "Droit commun ou crédits spécifiques",
        "Celle de la ligne.",
        ("nature des crédits", "droit commun", "type de crédits", "nature des moyens"),
    ),
    Champ(
        "montant_demande",
        "Montant demandé",
        "En euros, au financeur de la ligne.",
        (
            *("montant sollicité", "subvention demandée", "demandé", "montant de la demande", "sollicité"),
            *("subvention sollicitée", "montant demandé au financeur", "demande", "montant"),
        ),
    ),
    Champ(
        "montant_propose",
        "Montant proposé",
        "En euros, par le financeur de la ligne.",
        ("proposé", "proposition", "montant de la proposition", "avis montant", "montant retenu"),
    ),
    Champ(
        "montant_vote",
        "Montant voté dans l’autre téléservice",
        "En euros ; repris comme proposition, l’acte du financeur restant à enregistrer.",
        ("montant voté", "montant accordé", "montant attribué", "accordé", "voté", "subvention accordée"),
    ),
    Champ(
        "etat",
        "Statut du dossier",
        "Les statuts de Dauphin sont connus.",
        ("statut", "état", "statut de la demande", "état du dossier", "statut dossier", "avancement"),
    ),
    Champ(
        "etat_demande",
        "Statut chez le financeur",
        "Celui de la ligne.",
        ("statut financeur", "statut du financeur", "état financeur", "décision du financeur"),
    ),
    Champ(
        "numero_ej",
        "Numéro d’engagement juridique",
        "Celui de Chorus : 10 chiffres.",
        ("ej", "n° ej", "numéro ej", "engagement juridique", "numéro chorus", "n° engagement juridique"),
    ),
)
TITRES = {champ.cle: champ.titre for champ in CHAMPS}
# Columns of our own table that no import reads: totals, and what Pilotville works out.
_SANS_OBJET = (
    *("dont droit commun", "dont spécifiques", "Programmé", "Accords", "Note sur 20", "Suivi par", "Annuelle ou CPO"),
    *("Financeurs sollicités", "Demandé à chaque financeur"),
)

# Funders whose money for the contract is specific to it, unless the heading says otherwise.
_DIT_DROIT_COMMUN = re.compile(r"\b(?:droit commun|dc)\b")
_DIT_SPECIFIQUE = re.compile(r"\b(?:p ?147|bop ?147|specifiques?|cdv|contrat de ville|politique de la ville)\b")
_DIT_DEMANDE = re.compile(r"\b(?:demand\w*|sollicit\w*|subvention)\b")
_DIT_PROPOSE = re.compile(r"\b(?:propos\w*|retenu\w*|arbitr\w*)\b")


@dataclass(frozen=True, slots=True)
class ColonneFinanceur:
    """The amounts of one funder in a column of its own."""

    genre: str
    financeur: int
    nature: str

    def __str__(self) -> str:
        return f"{self.genre}@{self.financeur}@{self.nature}"

    @classmethod
    def lire(cls, cle: str) -> ColonneFinanceur | None:
        """The one that a key names; None for the key of an ordinary field."""
        genre, _, reste = cle.partition("@")
        financeur, _, nature = reste.partition("@")
        if genre not in (DEMANDE, PROPOSE) or not financeur.isdigit() or nature not in NatureMoyens.values:
            return None
        return cls(genre, int(financeur), nature)


def entetes_uniques(cellules: Iterable[object]) -> list[str]:
    """The headings of a row, each with a name of its own: « Montant », « Montant (2) »."""
    vues: dict[str, int] = {}
    entetes = []
    for cellule in cellules:
        titre = " ".join(str(cellule if cellule is not None else "").split())[:120]
        vues[titre] = vues.get(titre, 0) + 1
        entetes.append(f"{titre} ({vues[titre]})" if titre and vues[titre] > 1 else titre)
    return entetes


def proposer(entetes: Sequence[str], financeurs: Sequence[Organisme], connues: Mapping[str, str]) -> dict[str, str]:
    """A field for each heading: what was kept for it before, else the field that it resembles most, else none.

    A field is given once: to the heading that resembles it most.
    """
    nommes = [titre for titre in entetes if titre]
    propositions = {titre: connues[titre] for titre in nommes if titre in connues}
    propositions |= {t: IGNOREE for t in nommes if t not in connues and _mots(t) in _IGNORES}
    pris = {cle for cle in propositions.values() if cle != IGNOREE}
    noms = _noms_des_financeurs(financeurs)
    # « État » is the file's, unless other funders stand by their bare names too.
    nus = [t for t in nommes if _PROPRE.sub(" ", normaliser(t)).strip() in noms and _mots(t) not in _NOMS]
    candidats = []
    for titre in nommes:
        if titre in propositions:
            continue
        colonne = None if not nus and _mots(titre) in _NOMS else _colonne_de_financeur(titre, noms)
        if colonne is not None:
            if str(colonne) not in pris:
                propositions[titre] = str(colonne)
                pris.add(str(colonne))
            continue
        age = _colonne_d_age(titre)
        if age:
            if age not in pris:
                propositions[titre] = age
                pris.add(age)
            continue
        candidats += [(score, titre, cle) for cle, score in _ressemblances(titre)]
    for _, titre, cle in sorted(candidats, key=lambda c: -c[0]):
        if titre not in propositions and cle not in pris:
            propositions[titre] = cle
            pris.add(cle)
    return {titre: propositions.get(titre, IGNOREE) for titre in nommes}


def nombre_reconnu(entetes: Sequence[str], connues: Mapping[str, str]) -> int:
    """How many cells of a row are names of columns, to the word: the head of a spreadsheet is its best row."""
    return sum(titre in connues or _mots(titre) in _NOMS for titre in entetes if titre and len(titre) <= 80)


def manquantes(colonnes: Mapping[str, str], *, source: str, financeur_par_defaut: bool) -> list[str]:
    """What no column says and that a file cannot do without, in words.

    A table that gives numbers may speak of files known here alone: what they ask is known too.
    """
    cles = set(colonnes.values())
    en_colonnes = any((c := ColonneFinanceur.lire(cle)) is not None and c.genre == DEMANDE for cle in cles)
    absentes = []
    if source == SourceImport.DAUPHIN and "numero_externe" not in cles:
        absentes.append("le numéro du dossier")
    if not cles & {"porteur_siret", "porteur_nom"}:
        absentes.append("le porteur (SIRET ou nom)")
    if "intitule" not in cles:
        absentes.append("l’intitulé de l’action")
    if not en_colonnes and (source == SourceImport.DAUPHIN or "numero_externe" not in cles):
        if "montant_demande" not in cles:
            absentes.append("le montant demandé")
        elif "financeur" not in cles and not financeur_par_defaut:
            absentes.append("le financeur")
    return absentes


def _mots(texte: str) -> str:
    propres = _PROPRE.sub(" ", normaliser(texte)).split()
    return " ".join(m for m in propres if m not in _MOTS_VIDES) or " ".join(propres)  # « N° » is only such words


_CONNUS = [(champ.cle, _mots(nom)) for champ in CHAMPS for nom in (champ.titre, champ.cle, *champ.synonymes)]
_CONNUS = [(cle, nom) for cle, nom in _CONNUS if nom and cle not in AGES]  # « 18-24 ans » is not 18 to 25
_NOMS = {nom for _, nom in _CONNUS}
_IGNORES = {_mots(nom) for nom in _SANS_OBJET}


def _ressemblances(titre: str) -> list[tuple[str, float]]:
    """The fields that a heading resembles, each with its best score."""
    cherche = _mots(titre)
    if not cherche:
        return []
    scores: dict[str, float] = {}
    ensemble = set(cherche.split())
    for cle, nom in _CONNUS:
        if cherche == nom:
            score = 1.0
        else:
            mots = set(nom.split())
            communs = len(ensemble & mots) / len(ensemble | mots)
            score = 0.5 * communs + 0.5 * difflib.SequenceMatcher(None, cherche, nom).ratio()
            if mots <= ensemble and len(mots) > 1:
                score = max(score, 0.8)
        if score >= SEUIL and score > scores.get(cle, 0):
            scores[cle] = score
    return list(scores.items())


def _colonne_d_age(titre: str) -> str:
    """The age bracket whose bounds the heading gives, both and no other; empty for a heading of something else."""
    mots = set(_mots(titre).split())
    bornes = _NOMBRE.findall(titre)
    if not mots & {"an", "ans", "age", "ages"} or mots & {"moins", "avant"}:
        return ""
    return next((cle for cle, tranche in AGES.items() if _NOMBRE.findall(tranche.value) == bornes), "")


def _noms_des_financeurs(financeurs: Sequence[Organisme]) -> dict[str, Organisme]:
    noms: dict[str, Organisme] = {}
    for financeur in financeurs:
        for nom in (financeur.sigle, financeur.nom):
            if cle := _PROPRE.sub(" ", normaliser(nom)).strip():
                noms.setdefault(cle, financeur)
    return noms


def _colonne_de_financeur(titre: str, noms: Mapping[str, Organisme]) -> ColonneFinanceur | None:
    """« Demandé CAF », « État P147 – proposé », « CAPH »: a funder's name, and what its amounts are."""
    texte = _PROPRE.sub(" ", normaliser(titre)).strip()
    trouves = [nom for nom in noms if re.search(rf"\b{re.escape(nom)}\b", texte)]
    if not trouves:
        return None
    nom = max(trouves, key=len)
    reste = texte.replace(nom, " ", 1)
    demande, propose = _DIT_DEMANDE.search(reste), _DIT_PROPOSE.search(reste)
    nu = re.sub(r"\d+", "", _DIT_DROIT_COMMUN.sub("", _DIT_SPECIFIQUE.sub("", reste))).strip()
    if not (demande or propose) and nu:
        return None  # the funder's name inside another phrase
    if _DIT_DROIT_COMMUN.search(reste):
        nature: str = NatureMoyens.DROIT_COMMUN
    elif _DIT_SPECIFIQUE.search(reste):
        nature = NatureMoyens.SPECIFIQUE
    else:
        nature = nature_habituelle(noms[nom])
    return ColonneFinanceur(PROPOSE if propose else DEMANDE, noms[nom].pk, nature)
