"""What the legal representative certifies at the deposit: the texts and their versions (regles 2.1)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TexteAttestation:
    """One text to accept; its version is kept with the acceptance."""

    genre: str
    version: str
    titre: str
    texte: str
    demande_un_montant: bool = False
    associations_seulement: bool = False


TEXTES = (
    TexteAttestation(
        "representant",
        "2026-1",
        "Pouvoir d’engager l’organisme",
        "Je suis le représentant légal de l’organisme, ou j’ai reçu de lui le pouvoir de signer cette demande ; "
        "dans ce cas le pouvoir est joint.",
    ),
    TexteAttestation(
        "obligations",
        "2026-1",
        "Obligations sociales et fiscales",
        "L’organisme est à jour de ses obligations administratives, comptables, sociales et fiscales, "
        "ainsi que des cotisations et paiements qui en découlent.",
    ),
    TexteAttestation(
        "sincerite",
        "2026-1",
        "Exactitude des informations",
        "Les informations de cette demande sont exactes et sincères, en particulier les demandes de subventions "
        "déposées auprès d’autres financeurs publics et l’approbation du budget par les instances statutaires.",
    ),
    TexteAttestation(
        "cer",
        "décret 2021-1947",
        "Contrat d’engagement républicain",
        "L’organisme souscrit au contrat d’engagement républicain annexé au décret n° 2021-1947 du 31 décembre 2021, "
        "pris pour l’application de l’article 10-1 de la loi n° 2000-321 du 12 avril 2000.",
        associations_seulement=True,
    ),
    TexteAttestation(
        "minimis",
        "UE 2023/2832",
        "Aides publiques des trois derniers exercices",
        "L’organisme déclare le montant total des aides publiques (subventions, aides financières ou en nature) "
        "reçues sur les trois derniers exercices.",
        demande_un_montant=True,
        associations_seulement=True,
    ),
)


def textes_demandes(*, association: bool) -> tuple[TexteAttestation, ...]:
    """The attestations that this organisation signs; the contrat d’engagement républicain concerns associations."""
    return tuple(texte for texte in TEXTES if association or not texte.associations_seulement)
