"""Who may do what to a file, to its requests and to the envelopes: each answer comes with its reason."""

from .acces import delibere, instruit
from .copil import peut_gerer_enveloppes, peut_programmer, peut_programmer_dossier
from .courriers import peut_acter, peut_ecrire_le_courrier, peut_ecrire_le_modele
from .demandes import (
    peut_engager,
    peut_notifier,
    peut_proposer,
    peut_rectifier,
    peut_refuser,
    peut_reprendre_la_demande,
    peut_voter,
)
from .deports import peut_declarer_un_deport, peut_lever_un_deport
from .depot import (
    complement_ouvert,
    est_son_porteur,
    noms_modifiables,
    peut_commencer,
    peut_corriger,
    peut_deposer,
    peut_ecrire,
    peut_renoncer,
    peut_repondre,
    peut_saisir,
)
from .echanges import (
    peut_ecrire_a_une_selection,
    peut_ecrire_un_message,
    peut_ecrire_une_note,
    peut_retirer_une_note,
    sens_du_message,
)
from .importation import peut_importer, peut_regler_les_canaux, peut_reporter
from .instruction import en_delegue, peut_donner_avis, peut_instruire
from .notation import peut_noter, peut_rouvrir_sa_lecture
from .scenarios import (
    peut_creer_un_scenario,
    peut_modifier_le_scenario,
    peut_promouvoir_le_scenario,
    peut_tenir_le_scenario,
)
from .seances import peut_appliquer, peut_publier_le_releve, peut_saisir_l_examen, peut_tenir_la_seance
from .sollicitations import peut_repondre_a_l_avis, peut_solliciter, repond_pour_lui, seulement_consulte
from .vues import peut_partager_une_vue, peut_retirer_une_vue

__all__ = [
    "complement_ouvert",
    "delibere",
    "en_delegue",
    "est_son_porteur",
    "instruit",
    "noms_modifiables",
    "peut_acter",
    "peut_appliquer",
    "peut_commencer",
    "peut_corriger",
    "peut_creer_un_scenario",
    "peut_declarer_un_deport",
    "peut_deposer",
    "peut_donner_avis",
    "peut_ecrire",
    "peut_ecrire_a_une_selection",
    "peut_ecrire_le_courrier",
    "peut_ecrire_le_modele",
    "peut_ecrire_un_message",
    "peut_ecrire_une_note",
    "peut_engager",
    "peut_gerer_enveloppes",
    "peut_importer",
    "peut_instruire",
    "peut_lever_un_deport",
    "peut_modifier_le_scenario",
    "peut_noter",
    "peut_notifier",
    "peut_partager_une_vue",
    "peut_programmer",
    "peut_programmer_dossier",
    "peut_promouvoir_le_scenario",
    "peut_proposer",
    "peut_publier_le_releve",
    "peut_rectifier",
    "peut_refuser",
    "peut_regler_les_canaux",
    "peut_renoncer",
    "peut_repondre",
    "peut_repondre_a_l_avis",
    "peut_reporter",
    "peut_reprendre_la_demande",
    "peut_retirer_une_note",
    "peut_retirer_une_vue",
    "peut_rouvrir_sa_lecture",
    "peut_saisir",
    "peut_saisir_l_examen",
    "peut_solliciter",
    "peut_tenir_la_seance",
    "peut_tenir_le_scenario",
    "peut_voter",
    "repond_pour_lui",
    "sens_du_message",
    "seulement_consulte",
]
