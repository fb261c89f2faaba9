"""What is done around committees: drawing them, calling, preparing and holding meetings, following what they decide."""

from .appels import FicheAppel, enregistrer_appel, retirer_appel
from .calendrier import fermer_calendrier, ouvrir_calendrier
from .comites import FicheDeComite, adopter_modele, creer_comite, faire_sieger, modifier_comite, retirer_membre
from .compte_rendu import ecrire_item, noter_presences, retirer_item
from .courriels import ENVOYER, courriels_refuses, expedier
from .decisions import inscrire_decision, suivre_decision
from .ordre_du_jour import deplacer_point, deposer_piece, inscrire_point, modifier_point, retirer_point
from .paquet import (
    PRODUIRE_EXEMPLAIRE,
    PRODUIRE_PAQUET,
    demander_paquet,
    demander_un_exemplaire,
    produire_l_exemplaire,
    produire_paquet,
    travail_de_l_exemplaire,
    travail_du_paquet,
)
from .rappels import Rappels, rappeler
from .reunions import (
    FicheDeReunion,
    annuler,
    convoquer,
    modifier_reunion,
    points_d_etape_manquants,
    prevoir_reunion,
    rendre_compte,
    tenir,
)

__all__ = [
    "ENVOYER",
    "PRODUIRE_EXEMPLAIRE",
    "PRODUIRE_PAQUET",
    "FicheAppel",
    "FicheDeComite",
    "FicheDeReunion",
    "Rappels",
    "adopter_modele",
    "annuler",
    "convoquer",
    "courriels_refuses",
    "creer_comite",
    "demander_paquet",
    "demander_un_exemplaire",
    "deplacer_point",
    "deposer_piece",
    "ecrire_item",
    "enregistrer_appel",
    "expedier",
    "faire_sieger",
    "fermer_calendrier",
    "inscrire_decision",
    "inscrire_point",
    "modifier_comite",
    "modifier_point",
    "modifier_reunion",
    "noter_presences",
    "ouvrir_calendrier",
    "points_d_etape_manquants",
    "prevoir_reunion",
    "produire_l_exemplaire",
    "produire_paquet",
    "rappeler",
    "rendre_compte",
    "retirer_appel",
    "retirer_item",
    "retirer_membre",
    "retirer_point",
    "suivre_decision",
    "tenir",
    "travail_de_l_exemplaire",
    "travail_du_paquet",
]
