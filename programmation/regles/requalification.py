"""The risk that a subsidy be held to be a public contract (loi 2000-321, article 9-1; regles 2.4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Qui(StrEnum):
    """Who started the action, or wrote what it is."""

    PORTEUR = "porteur"
    ENSEMBLE = "ensemble"
    COLLECTIVITE = "collectivite"


class Risque(StrEnum):
    FAIBLE = "faible"
    A_SURVEILLER = "a_surveiller"
    FORT = "fort"


@dataclass(frozen=True, slots=True)
class Faits:
    """How the action was born and what is paid for."""

    initiative: Qui
    definition: Qui
    besoin_propre: bool  # the authority would otherwise have to do or buy it
    prix: bool  # the sum is the price of services rendered to the authority, or to people it sends


@dataclass(frozen=True, slots=True)
class Analyse:
    """A note to keep, not a decision: a judge looks at the whole."""

    risque: Risque
    indices: tuple[str, ...]
    precautions: tuple[str, ...]


def analyser(faits: Faits) -> Analyse:
    """The clues of a public contract, and what to do about them. A price alone is enough to make the risk strong."""
    indices = []
    if faits.initiative == Qui.COLLECTIVITE:
        indices.append("L’initiative vient de la collectivité, alors qu’une subvention soutient un projet du porteur.")
    if faits.definition == Qui.COLLECTIVITE:
        indices.append("La collectivité a défini le contenu de l’action, alors que le porteur doit le concevoir.")
    if faits.besoin_propre:
        indices.append(
            "L’action répond à un besoin propre de la collectivité, qu’elle devrait sinon assurer ou acheter."
        )
    if faits.prix:
        indices.append("La somme paie des prestations individualisées\u202f: c’est un prix, pas une subvention.")
    if faits.prix or len(indices) > 1:
        risque = Risque.FORT
    else:
        risque = Risque.A_SURVEILLER if indices or _partage(faits) else Risque.FAIBLE
    return Analyse(risque, tuple(indices), _PRECAUTIONS[risque])


def _partage(faits: Faits) -> bool:
    return Qui.ENSEMBLE in (faits.initiative, faits.definition)


_CONVENTION = "Écrire dans la convention que le porteur a pris l’initiative de l’action et l’a définie."
_PRECAUTIONS = {
    Risque.FAIBLE: (_CONVENTION,),
    Risque.A_SURVEILLER: (
        _CONVENTION,
        "Garder la demande du porteur, ses échanges et ses propres choix de contenu au dossier.",
        "Ne pas écrire de cahier des charges ni d’obligation de résultat.",
    ),
    Risque.FORT: (
        "Consulter le service juridique avant toute convention.",
        "Passer un marché public, ou lancer un appel à projets dont le porteur définit la réponse.",
        "Si la subvention est maintenue, écrire qui a eu l’initiative et ne demander aucune prestation en échange.",
    ),
}
