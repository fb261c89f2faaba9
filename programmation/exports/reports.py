"""What is to be entered in other téléservices, as a spreadsheet to work from."""

from __future__ import annotations

from commun.colonnes import Colonne, TypeColonne

COLONNES = (
    Colonne("teleservice", "Téléservice"),
    Colonne("quoi", "À saisir"),
    Colonne("numero", "Dossier", type=TypeColonne.IDENTIFIANT),
    Colonne("numero_externe", "Numéro dans l’autre téléservice", type=TypeColonne.IDENTIFIANT),
    Colonne("porteur", "Porteur"),
    Colonne("siret", "SIRET", type=TypeColonne.IDENTIFIANT),
    Colonne("intitule", "Action", largeur=40),
    Colonne("financeur", "Financeur"),
    Colonne("dispositif", "Dispositif"),
    Colonne("nature", "Nature des crédits"),
    Colonne("etat", "État", type=TypeColonne.ETAT),
    Colonne("demande", "Demandé", type=TypeColonne.EUROS, total=True),
    Colonne("propose", "Proposé", type=TypeColonne.EUROS, total=True),
    Colonne("programme", "Programmé", type=TypeColonne.EUROS, total=True),
    Colonne("vote", "Voté", type=TypeColonne.EUROS, total=True),
    Colonne("numero_ej", "Engagement juridique", type=TypeColonne.IDENTIFIANT),
    Colonne("reporte_le", "Reporté le", type=TypeColonne.DATE),
    Colonne("change_le", "Changé depuis, le", type=TypeColonne.DATE),
    Colonne("adresse", "Adresse"),
    Colonne("consigne", "Consigne"),
)
