"""Opinions on a file."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier

from ..etats import QualiteAvis
from ..models import Avis, Dossier
from ..permissions import en_delegue, peut_donner_avis
from .ecriture import exiger_la_piece, verrouiller_dossier


@transaction.atomic
def donner_avis(dossier: Dossier, *, sens: str, texte: str, par: Auteur, le: datetime, piece_source: str = "") -> Avis:
    """Give, or change, the opinion of the author's organisation (or of the one it writes for)."""
    dossier = verrouiller_dossier(dossier)
    verifier(peut_donner_avis(par, dossier))
    organisme = par.pour_le_compte_de or par.organisme
    if organisme is None:
        raise RegleEnfreinte("Un avis est celui d’un organisme : choisissez celui pour lequel vous agissez.")
    if par.pour_le_compte_de is not None:
        exiger_la_piece(organisme, piece_source)
    delegue = par.pour_le_compte_de is None and en_delegue(par, dossier)
    qualite = QualiteAvis.DELEGUE if delegue else QualiteAvis.ORGANISME
    connu = Avis.objects.filter(dossier=dossier, organisme=organisme, qualite=qualite).first()
    avis, nouveau = Avis.objects.update_or_create(
        dossier=dossier,
        organisme=organisme,
        qualite=qualite,
        defaults={
            "sens": sens,
            "texte": texte,
            "rendu_le": le,
            "rendu_par": par.utilisateur,
            "saisi_par_organisme": par.organisme if par.pour_le_compte_de else None,
        },
    )
    auteur_de_l_avis = f"{organisme.nom_court} (délégué du préfet)" if delegue else organisme.nom_court
    libelle = f"Avis {avis.get_sens_display().lower()} — {auteur_de_l_avis}"
    inscrire(
        dossier,
        acte="donner_avis" if nouveau else "modifier_avis",
        libelle=libelle,
        par=par,
        le=le,
        motif=piece_source,
        avant={"sens": connu.sens, "texte": connu.texte} if connu else {},
        apres={"sens": avis.sens, "texte": avis.texte},
    )
    return avis
