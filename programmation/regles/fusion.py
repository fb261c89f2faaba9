"""Merge fields of a message to many porteurs: `{{ numero }}` is replaced, file by file. Nothing else is understood."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

# What may be written between braces, and what it gives. Nothing that a porteur does not know of its own file.
CHAMPS_DE_FUSION: dict[str, str] = {
    "numero": "numéro du dossier",
    "intitule": "intitulé de l’action",
    "porteur": "nom du porteur",
    "campagne": "nom de la campagne",
    "annee": "année de la campagne",
    "date_depot": "date du dépôt",
    "montant_demande": "montant demandé, tous financeurs ensemble",
    "suivi_par": "personne qui suit le dossier, sinon « l’équipe du contrat »",
}
_CHAMP = re.compile(r"\{\{([^{}]*)\}\}")


def champs_de(texte: str) -> set[str]:
    """The merge fields that `texte` names."""
    return {nom.strip() for nom in _CHAMP.findall(texte)}


def fautes_de_fusion(texte: str, champs: Collection[str] = CHAMPS_DE_FUSION) -> list[str]:
    """What is wrong with the merge fields of `texte`, in French sentences; empty when all are among `champs`."""
    noms = list(dict.fromkeys(nom.strip() for nom in _CHAMP.findall(texte)))
    fautes = [f"« {nom} » n’est pas un champ connu." for nom in noms if nom not in champs]
    if "{{" in (reste := _CHAMP.sub("", texte)) or "}}" in reste:
        fautes.append("Des accolades restent ouvertes : un champ s’écrit {{ numero }}, deux accolades de chaque côté.")
    return fautes


def fusionner(texte: str, valeurs: Mapping[str, str]) -> str:
    """`texte` with each merge field replaced by its value. Values are put as they are: they are not read again."""
    return _CHAMP.sub(lambda champ: valeurs[champ.group(1).strip()], texte)
