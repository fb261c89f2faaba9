"""What is done to accounts, and what the national directory says of organisations."""

from .comptes import desactiver_compte, modifier_profil, ouvrir_compte, reactiver_compte, retirer_second_facteur
from .organismes import interroger_l_annuaire, verifier_les_organismes, verifier_organisme

__all__ = [
    "desactiver_compte",
    "interroger_l_annuaire",
    "modifier_profil",
    "ouvrir_compte",
    "reactiver_compte",
    "retirer_second_facteur",
    "verifier_les_organismes",
    "verifier_organisme",
]
