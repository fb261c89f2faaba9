"""Letters of funders: their merge fields, the templates that everyone starts from, what their text becomes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..etats import GenreCourrier
from .fusion import champs_de, fusionner

# What may be written between braces, and what it gives. Those that give nothing on a file leave no empty line.
CHAMPS_DU_COURRIER: dict[str, str] = {
    "numero": "numéro du dossier",
    "intitule": "intitulé de l’action",
    "porteur": "nom du porteur",
    "annee": "année de la programmation",
    "financeur": "nom complet du financeur",
    "le_financeur": "le financeur avec son article : « la Région », « le Département du Nord »",
    "du_financeur": "le même après « de » : « de la Région », « du Département du Nord »",
    "montant_demande": "montant demandé à ce financeur",
    "montant_vote": "montant attribué par ce financeur",
    "instance": "instance qui a pris l’acte",
    "numero_acte": "numéro de l’acte",
    "date_acte": "date de l’acte",
    "motif": "motif du refus ou de l’ajournement",
    "conditions": "phrase sur les conditions posées, s’il y en a",
    "convention": "phrase sur la convention, quand elle est requise (S-11)",
    "acte_de_refus": "phrase sur l’acte qui refuse, quand un acte l’a pris",
    "recours": "voies et délais de recours, dès qu’une autorité administrative refuse quelque chose",
    "suivi_par": "personne qui suit le dossier, sinon « l’équipe du contrat »",
}


@dataclass(frozen=True, slots=True)
class TexteDeCourrier:
    """What a template holds: subject, body, quality of who signs."""

    objet: str
    corps: str
    qualite: str


_POLITESSE = "Je vous prie d’agréer, Madame, Monsieur, l’expression de ma considération distinguée."
_QUALITE = "Pour {{ le_financeur }}, la personne habilitée à signer"
_DEMANDE = (
    "Vous avez sollicité {{ le_financeur }} pour l’action « {{ intitule }} » (dossier n°\u00a0{{ numero }}), "
    "au titre de la programmation {{ annee }} du contrat de ville."
)

MODELES_D_ORIGINE: Mapping[str, TexteDeCourrier] = {
    GenreCourrier.OCTROI: TexteDeCourrier(
        "Attribution d’une subvention pour l’action « {{ intitule }} »",
        "\n\n".join(
            [
                "Madame, Monsieur,",
                _DEMANDE,
                "J’ai le plaisir de vous informer qu’une subvention de {{ montant_vote }} vous est attribuée pour "
                "la réalisation de cette action (acte n°\u00a0{{ numero_acte }} du {{ date_acte }}, {{ instance }}).",
                "{{ conditions }}",
                "{{ convention }}",
                "Cette subvention est réservée à l’action décrite dans votre demande. Toute modification de son "
                "contenu, de son calendrier ou de son budget doit être signalée sans attendre à l’équipe du contrat "
                "de ville. Un compte rendu financier est à transmettre dans les six mois qui suivent la fin de "
                "l’exercice pour lequel elle est attribuée, avec un bilan de l’action.",
                "Je vous remercie de mentionner le soutien {{ du_financeur }} sur vos supports de communication.",
                "Pour toute question, vous pouvez vous adresser à {{ suivi_par }}.",
                "{{ recours }}",
                _POLITESSE,
            ]
        ),
        _QUALITE,
    ),
    GenreCourrier.REFUS: TexteDeCourrier(
        "Suite donnée à votre demande de subvention pour l’action « {{ intitule }} »",
        "\n\n".join(
            [
                "Madame, Monsieur,",
                _DEMANDE,
                "Après examen, je suis au regret de vous informer que votre demande n’a pas pu être retenue, "
                "pour le motif suivant : {{ motif }}",
                "{{ acte_de_refus }}",
                "L’équipe du contrat de ville se tient à votre disposition pour échanger sur cette décision et, "
                "le cas échéant, vous orienter vers d’autres financements.",
                "{{ recours }}",
                _POLITESSE,
            ]
        ),
        _QUALITE,
    ),
    GenreCourrier.AJOURNEMENT: TexteDeCourrier(
        "Report de l’examen de votre demande pour l’action « {{ intitule }} »",
        "\n\n".join(
            [
                "Madame, Monsieur,",
                _DEMANDE,
                "Je vous informe que l’examen de votre demande est reporté, pour le motif suivant : {{ motif }}",
                "Votre demande sera examinée de nouveau lors d’une prochaine séance. Pour la préparer, vous pouvez "
                "vous adresser à {{ suivi_par }}.",
                _POLITESSE,
            ]
        ),
        _QUALITE,
    ),
}

# What a letter that refuses says whatever its template: the act that refuses, then how to challenge it. A template that
# names one of the fields on the right says it already.
_MENTIONS: Mapping[str, frozenset[str]] = {
    "acte_de_refus": frozenset({"acte_de_refus", "numero_acte"}),
    "recours": frozenset({"recours"}),
}

_LIGNES_VIDES = re.compile(r"(?:[ \t]*\n){3,}")


def rediger(texte: TexteDeCourrier, valeurs: Mapping[str, str]) -> TexteDeCourrier:
    """The template with its fields replaced; a paragraph that gives nothing on this file leaves no gap.

    What a refusal must say is added at the end when the template forgot it.
    """
    connus = champs_de(texte.corps)
    oublis = [f"{{{{ {champ} }}}}" for champ, dits in _MENTIONS.items() if champ in valeurs and not connus & dits]
    corps = fusionner("\n\n".join([texte.corps.replace("\r\n", "\n"), *oublis]), valeurs)
    return TexteDeCourrier(
        " ".join(fusionner(texte.objet, valeurs).split()),
        _LIGNES_VIDES.sub("\n\n", corps).strip(),
        " ".join(fusionner(texte.qualite, valeurs).split()),
    )


# Values of a letter that its porteur relies on, as a sentence names them; two that go together share their words.
VALEURS_SUIVIES: Mapping[str, str] = {
    "montant_vote": "le montant attribué",
    "montant_demande": "le montant demandé",
    "motif": "le motif",
    "conditions": "les conditions",
    "convention": "la phrase sur la convention",
    "instance": "l’acte",
    "numero_acte": "l’acte",
    "date_acte": "l’acte",
    "acte_de_refus": "l’acte",
    "recours": "les voies de recours",
    "decisions": "le détail des décisions",
}


def ce_qui_a_change(avant: Mapping[str, str], apres: Mapping[str, str]) -> tuple[str, ...]:
    """What a letter no longer says as it stands, in words, from its values when written and now; empty when all hold."""
    changees = (mot for nom, mot in VALEURS_SUIVIES.items() if avant.get(nom) != apres.get(nom))
    return tuple(dict.fromkeys(changees))


def paragraphes(corps: str) -> list[list[str]]:
    """The paragraphs of a letter, each as its lines."""
    blocs = re.split(r"\n[ \t]*\n+", corps.replace("\r\n", "\n").strip())
    return [[ligne.rstrip() for ligne in bloc.split("\n")] for bloc in blocs if bloc.strip()]


def phrase_de_motif(motif: str) -> str:
    """A reason as the end of a sentence: one full stop, whatever its writer put."""
    motif = motif.strip()
    return motif if motif.endswith((".", "!", "?", "…")) else f"{motif}."
