"""Who runs the session of a meeting that examines files, and who enters what it says of each."""

from __future__ import annotations

from commun.auteur import Auteur
from commun.permissions import OUI, Reponse, non
from contrats.etats import EtatReunion
from contrats.models import Reunion
from contrats.permissions import peut_conduire

from ..models import ExamenDossier, ReleveDeDecisions
from ..models.dossier import deports_de
from .copil import peut_programmer_dossier


def peut_tenir_la_seance(auteur: Auteur, reunion: Reunion) -> Reponse:
    """Whoever runs the meeting, when its committee examines files."""
    conduite = peut_conduire(auteur, reunion)
    if not conduite:
        return conduite
    if not reunion.comite.examine_des_dossiers:
        return non("Ce comité n’examine pas de dossiers.")
    if reunion.etat == EtatReunion.ANNULEE:
        return non("Cette réunion est annulée.")
    return OUI


def peut_saisir_l_examen(auteur: Auteur, examen: ExamenDossier) -> Reponse:
    """Whoever runs the session; a person withdrawn from a file enters nothing about it, whatever its roles."""
    seance = peut_tenir_la_seance(auteur, examen.reunion)
    if not seance:
        return seance
    if examen.dossier_id in deports_de(auteur, examen.dossier.contrat):
        return non("Vous vous êtes déporté de ce dossier : une autre personne de l’équipe saisit ce qui s’en décide.")
    if examen.applique_le is not None:
        return non("La décision est appliquée au dossier : elle ne se saisit plus ici.")
    return peut_programmer_dossier(auteur, examen.dossier)


def peut_appliquer(auteur: Auteur, reunion: Reunion) -> Reponse:
    """Whoever runs the session of a meeting that validates; a COTECH only prepares."""
    seance = peut_tenir_la_seance(auteur, reunion)
    if not seance:
        return seance
    if not reunion.comite.decide_des_dossiers:
        return non("Ce comité prépare les décisions : c’est l’instance qui valide qui les applique.")
    return OUI


def peut_publier_le_releve(auteur: Auteur, releve: ReleveDeDecisions) -> Reponse:
    """Whoever runs the session."""
    return peut_tenir_la_seance(auteur, releve.reunion)
