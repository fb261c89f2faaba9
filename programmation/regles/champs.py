"""The sections and fields of a request: what a page asks, what a correction request may unlock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Champ:
    """One thing that a porteur answers: a field of a form, or a few that only make sense together."""

    code: str  # kept in the database by the requests for correction: never renamed
    libelle: str
    noms: tuple[str, ...]  # the form's fields that it unlocks


@dataclass(frozen=True, slots=True)
class SectionDemande:
    """One page of the request, in the order of the form."""

    code: str  # also its address
    titre: str
    champs: tuple[Champ, ...] = ()


def _champ(code: str, libelle: str, *noms: str) -> Champ:
    return Champ(code, libelle, noms or (code,))


SECTIONS = (
    SectionDemande("organisme", "L’organisme", (_champ("organisme", "Fiche de l’organisme"),)),
    SectionDemande(
        "action",
        "L’action",
        (
            _champ("intitule", "Intitulé de l’action"),
            _champ("objet", "Objet de la demande"),
            _champ("precedent", "Dossier de l’an passé"),
            _champ("dispositif", "Dispositif"),
            _champ("resume", "Résumé"),
            _champ("buts", "Objectifs de l’action"),
            _champ("besoin", "Besoin auquel l’action répond"),
            _champ("droit_commun_insuffisant", "Pourquoi le droit commun ne suffit pas"),
            _champ("orientation", "Orientation principale"),
            _champ("axes_transversaux", "Axes transversaux"),
            _champ("objectifs", "Objectifs du contrat"),
            _champ("theme_p147", "Thème du programme 147"),
        ),
    ),
    SectionDemande(
        "operation",
        "L’opération",
        (
            _champ("nature_operation", "Nature de l’opération"),
            _champ("equipement", "Équipement ou espace concerné"),
            _champ("stade", "Avancement des études"),
            _champ("foncier", "Maîtrise foncière", "foncier", "foncier_precision"),
            _champ("autorisation", "Autorisations d’urbanisme", "autorisation", "autorisation_precision"),
            _champ("marches", "Marchés"),
            _champ("charges_annuelles", "Fonctionnement après travaux", "charges_annuelles", "charges_portees_par"),
            _champ("derogation", "Dérogation à la participation minimale", "derogation", "derogation_motif"),
        ),
    ),
    SectionDemande(
        "lieux",
        "Les lieux",
        (
            _champ("localisations", "Répartition entre les quartiers et communes"),
            _champ("lieu", "Lieux de réalisation"),
        ),
    ),
    SectionDemande(
        "public",
        "Le public",
        (
            _champ("beneficiaires", "Public attendu", "beneficiaires", "beneficiaires_qpv"),
            _champ("sexes", "Femmes et hommes", "femmes", "hommes", "sexe_inconnu"),
            _champ("ages", "Âges"),
        ),
    ),
    SectionDemande(
        "moyens",
        "Calendrier et moyens",
        (
            _champ("dates", "Dates de l’action", "debut", "fin"),
            _champ("calendrier", "Calendrier"),
            _champ("moyens", "Moyens humains et matériels"),
            _champ("partenaires", "Partenaires"),
            _champ("benevole", "Association animée par des bénévoles"),
        ),
    ),
    SectionDemande(
        "vacances",
        "Les vacances",
        (
            _champ("periodes", "Périodes, jours et places"),
            _champ("departs", "Sorties et séjours", "sorties", "sejours", "departs"),
            _champ("fil_rouge", "Lien avec le fil rouge de l’année"),
            _champ("evenement", "Temps festif", "evenement", "evenement_le", "evenement_lieu"),
            _champ("participation", "Démarche collective et participative"),
            _champ("ecoresponsable", "Engagements écoresponsables"),
        ),
    ),
    SectionDemande(
        "indicateurs",
        "Les indicateurs",
        (
            _champ("indicateurs", "Indicateurs et cibles"),
            _champ("evaluation", "Façon d’évaluer l’action"),
        ),
    ),
    SectionDemande("budget", "Le budget", (_champ("budget", "Budget de l’action", "budget", "note_budget"),)),
    SectionDemande(
        "financeurs",
        "Les financeurs sollicités",
        (_champ("demandes", "Montants demandés"), _champ("pic", "PIC de la Région")),
    ),
    SectionDemande("pieces", "Les pièces", (_champ("pieces", "Pièces du dossier"),)),
    SectionDemande("attestations", "Les attestations", (_champ("attestations", "Attestations"),)),
)

_SECTIONS = {section.code: section for section in SECTIONS}
_CHAMPS = {champ.code: (champ, section) for section in SECTIONS for champ in section.champs}

# Answers that one form alone asks, and those that a form leaves out.
_DE_LA_FICHE = frozenset({"benevole", "pic"})
_DE_L_INVESTISSEMENT = frozenset(champ.code for champ in _SECTIONS["operation"].champs)
_DES_VACANCES = frozenset(champ.code for champ in _SECTIONS["vacances"].champs)
_LAISSEES = {
    "fiche": frozenset(
        {"objet", "precedent", "buts", "droit_commun_insuffisant", "axes_transversaux", "objectifs", "ages"}
        | {"calendrier", "moyens", "indicateurs", "evaluation"}
    ),
    "investissement": frozenset(
        {"objet", "droit_commun_insuffisant", "sexes", "ages", "moyens", "indicateurs", "evaluation"}
    ),
}

TOUS_LES_NOMS = frozenset(nom for champ, _ in _CHAMPS.values() for nom in champ.noms)


def section(code: str) -> SectionDemande | None:
    """The section of this code, or None."""
    return _SECTIONS.get(code)


def noms_de(section: str) -> tuple[str, ...]:
    """The form fields of the section of this code."""
    return tuple(nom for champ in _SECTIONS[section].champs for nom in champ.noms)


def section_du_champ(code: str) -> SectionDemande | None:
    """Where a field is answered, or None when no field has this code."""
    trouve = _CHAMPS.get(code)
    return trouve[1] if trouve else None


def libelles(codes: Iterable[str]) -> list[str]:
    """How the fields of these codes are called, in the order of the form; an unknown code is left out."""
    demandes = set(codes)
    return [champ.libelle for champ, _ in _CHAMPS.values() if champ.code in demandes]


def choix_par_section() -> list[tuple[str, list[tuple[str, str]]]]:
    """(section, [(code, label)]): the fields as grouped choices of a form."""
    return [(s.titre, [(champ.code, champ.libelle) for champ in s.champs]) for s in SECTIONS]


def noms_ouverts(codes: Iterable[str]) -> frozenset[str]:
    """The form fields that a correction request naming these codes unlocks."""
    return frozenset(nom for code in codes if code in _CHAMPS for nom in _CHAMPS[code][0].noms)


def se_demande(code: str, formulaire: str, questions: Iterable[str] = ()) -> bool:
    """True when this form asks that question; `questions` are those that the scheme adds for the holidays."""
    if code in _DES_VACANCES:
        return code in questions
    if code in _DE_L_INVESTISSEMENT:
        return formulaire == "investissement"
    if code in _DE_LA_FICHE:
        return formulaire == "fiche"
    return code not in _LAISSEES.get(formulaire, frozenset())


def sections_de(formulaire: str, questions: Iterable[str] = ()) -> tuple[SectionDemande, ...]:
    """The pages of this form: those that ask at least one thing."""
    posees = frozenset(questions)
    return tuple(s for s in SECTIONS if any(se_demande(champ.code, formulaire, posees) for champ in s.champs))


# What the one page of the simplified form holds; the organisation's card and the papers stand apart.
NOMS_DE_LA_FICHE = frozenset(
    nom
    for code, (champ, _) in _CHAMPS.items()
    if se_demande(code, "fiche") and code not in ("organisme", "dispositif", "pieces")
    for nom in champ.noms
)
