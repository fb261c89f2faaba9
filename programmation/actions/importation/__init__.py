"""Files that come from another téléservice or a spreadsheet: the life of an import, and the writing of its lines."""

from .cycle import (
    ECRITURE,
    LECTURE,
    abandonner_import,
    demander_l_ecriture,
    demander_la_lecture,
    expliquer_les_mots,
    noter_l_ecriture,
    noter_la_lecture,
    recevoir_fichier,
    regler_les_colonnes,
)
from .ecriture import importer_lot, tenir_les_imports
from .saisie import (
    CHAMPS,
    Difference,
    Issue,
    NouveauPorteur,
    ResultatDeDossier,
    SaisieDemande,
    SaisieDossier,
    SaisieLieu,
)

__all__ = [
    "CHAMPS",
    "ECRITURE",
    "LECTURE",
    "Difference",
    "Issue",
    "NouveauPorteur",
    "ResultatDeDossier",
    "SaisieDemande",
    "SaisieDossier",
    "SaisieLieu",
    "abandonner_import",
    "demander_l_ecriture",
    "demander_la_lecture",
    "expliquer_les_mots",
    "importer_lot",
    "noter_l_ecriture",
    "noter_la_lecture",
    "recevoir_fichier",
    "regler_les_colonnes",
    "tenir_les_imports",
]
