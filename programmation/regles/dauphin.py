"""Numbers and statuses of Dauphin, and what they say here (S-16)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from acteurs.regles import siret_valide

from ..etats import EtatDossier

_NUMERO = re.compile(r"(?:DA)?(\d{8})(?:-\d*)?")
_ABREGE = re.compile(r"\d[.,]\d+\s*e\s*\+?\d+", re.IGNORECASE)
_SEPARATEURS = re.compile(r"[\s\u00a0\u202f.\-]+")


def numero_dauphin(texte: str) -> str:
    """The eight digits that name a file in Dauphin, whatever stands around them; empty when there are none."""
    serre = re.sub(r"[\s\u00a0\u202f]+", "", texte).upper()
    if serre.isdigit() and 5 <= len(serre) < 8:
        return serre.zfill(8)  # zeros that a spreadsheet ate
    trouve = _NUMERO.fullmatch(serre)
    return trouve[1] if trouve else ""


def siret_lu(texte: str) -> str:
    """A SIRET without its spaces, the zeros that a spreadsheet ate given back; empty when it is not one (S-20)."""
    chiffres = _SEPARATEURS.sub("", texte)
    if not chiffres.isdigit() or not 9 < len(chiffres) <= 14:
        return ""
    complet = chiffres.zfill(14)
    return complet if siret_valide(complet) else ""


def est_abrege(texte: str) -> bool:
    """True for a number that a spreadsheet wrote in short: « 8,21E+13 » has lost its digits."""
    return _ABREGE.fullmatch(texte.strip()) is not None


@dataclass(frozen=True, slots=True)
class StatutExterne:
    """What a status of the other téléservice says of the file, and of one funder's row of it.

    `etat` is as far as the file goes here: what the COPIL validates and what a funder votes are never imported.
    """

    libelle: str
    etat: EtatDossier
    refuse: bool = False
    decide: bool = False  # the funder's own act exists: it is to be recorded here with its document


_E = EtatDossier

# Labels, then codes, of Dauphin (regles 2.8); a draft there is not a request yet.
STATUTS: dict[str, StatutExterne] = {
    "en cours de saisie": StatutExterne("En cours de saisie", _E.BROUILLON),
    "en cours": StatutExterne("En cours", _E.BROUILLON),
    "en attente d'attestation": StatutExterne("En attente d’attestation", _E.BROUILLON),
    "transmise": StatutExterne("Transmise", _E.DEPOSE),
    "en attente d'instruction": StatutExterne("En attente d’instruction", _E.DEPOSE),
    "prise en charge": StatutExterne("Prise en charge", _E.COMPLET),
    "recevable": StatutExterne("Recevable", _E.RECEVABLE),
    "non recevable": StatutExterne("Non recevable", _E.IRRECEVABLE),
    "rejetee": StatutExterne("Rejetée", _E.EN_INSTRUCTION, refuse=True),
    "votee": StatutExterne("Votée", _E.EN_INSTRUCTION, decide=True),
    "a justifier": StatutExterne("À justifier", _E.EN_INSTRUCTION, decide=True),
    "justification en cours": StatutExterne("Justification en cours", _E.EN_INSTRUCTION, decide=True),
    "justification a modifier": StatutExterne("Justification à modifier", _E.EN_INSTRUCTION, decide=True),
    "justifiee": StatutExterne("Justifiée", _E.EN_INSTRUCTION, decide=True),
    "a ete verse": StatutExterne("A été versé", _E.EN_INSTRUCTION, decide=True),
    "cloturee": StatutExterne("Clôturée", _E.IRRECEVABLE),
}
_CODES = {
    "requested": "en cours de saisie",
    "waiting_for_certificate": "en attente d'attestation",
    "transmitted": "transmise",
    "supported": "prise en charge",
    "acceptable": "recevable",
    "unacceptable": "non recevable",
    "vote": "votee",
    "ready_to_justify": "a justifier",
    "justified": "justifiee",
}
STATUTS |= {code: STATUTS[libelle] for code, libelle in _CODES.items()}

# What an imported file may reach, from the least to the most advanced.
AVANCEMENT = (_E.BROUILLON, _E.DEPOSE, _E.COMPLET, _E.RECEVABLE, _E.EN_INSTRUCTION)
_PAS = {
    _E.DEPOSE: "deposer",
    _E.COMPLET: "declarer_complet",
    _E.RECEVABLE: "declarer_recevable",
    _E.EN_INSTRUCTION: "ouvrir_instruction",
}


def actes_vers(present: str, vise: str) -> tuple[str, ...]:
    """The acts that lead a file from its present state to that of the other téléservice, in order.

    None when it is there already or further: a file never goes back because of an import.
    """
    if vise == _E.IRRECEVABLE:
        if present == _E.BROUILLON:
            return ("deposer", "declarer_irrecevable")
        return ("declarer_irrecevable",) if present in (_E.DEPOSE, _E.INCOMPLET, _E.COMPLET) else ()
    if present == _E.INCOMPLET:
        return ("declarer_complet", *actes_vers(_E.COMPLET, vise)) if vise not in (_E.BROUILLON, _E.DEPOSE) else ()
    if present not in AVANCEMENT or vise not in AVANCEMENT:
        return ()
    return tuple(_PAS[etat] for etat in AVANCEMENT[AVANCEMENT.index(_E(present)) + 1 : AVANCEMENT.index(_E(vise)) + 1])


def plus_avance(etats: list[EtatDossier]) -> EtatDossier:
    """The state of a file whose funders' rows tell several: the furthest; refused in form only when all say so."""
    avances = [etat for etat in etats if etat in AVANCEMENT]
    return max(avances, key=AVANCEMENT.index) if avances else etats[0]
