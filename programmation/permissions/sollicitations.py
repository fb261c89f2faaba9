"""Who asks an opinion, who is asked, who answers."""

from __future__ import annotations

from commun.auteur import Auteur
from commun.permissions import OUI, Reponse, non
from contrats.etats import Role

from ..etats import DOSSIER_EN_COURS, QualiteAvis
from ..models import Dossier, SollicitationAvis
from ..models.avis import REPONDENT
from .acces import delibere, instruit, tient
from .instruction import peut_instruire


def peut_solliciter(auteur: Auteur, dossier: Dossier) -> Reponse:
    """The team asks, as long as an opinion may be given."""
    if not (reponse := peut_instruire(auteur, dossier)):
        return reponse
    if dossier.etat not in DOSSIER_EN_COURS:
        return non("Un avis se demande avant la décision du COPIL.")
    return OUI


def repond_pour_lui(auteur: Auteur, sollicitation: SollicitationAvis) -> bool:
    """True when the author holds the role that is asked, for the organisation that is asked: it needs no document."""
    attendus = REPONDENT[QualiteAvis(sollicitation.qualite)]
    organisme = None if sollicitation.qualite == QualiteAvis.GROUPE else sollicitation.organisme_id
    return tient(auteur, sollicitation.dossier, *attendus, organisme_id=organisme)


def peut_repondre_a_l_avis(auteur: Auteur, sollicitation: SollicitationAvis) -> Reponse:
    """The organisation asked, in the quality asked, within its limits; the chef de projet in its place.

    A group's opinion is written by those who lead it: a chef de projet or the délégué du préfet.
    """
    dossier = sollicitation.dossier
    if not (repond_pour_lui(auteur, sollicitation) or tient(auteur, dossier, Role.CHEF_DE_PROJET)):
        return non("Cet avis est demandé à un autre.")
    if dossier.etat not in DOSSIER_EN_COURS:
        return non("Le dossier n’attend plus d’avis : les avis se donnent avant la décision du COPIL.")
    return OUI


def seulement_consulte(auteur: Auteur, dossier: Dossier) -> bool:
    """True when the author reads the file only because its opinion is asked: it is no funder of it, nor of the team.

    It then reads neither what the funders propose nor the others' opinions (docs/regles.md).
    """
    return instruit(auteur, dossier) and not delibere(auteur, dossier)
