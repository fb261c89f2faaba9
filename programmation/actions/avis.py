"""Opinions on a file."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier
from contrats.models import Comite

from ..etats import QualiteAvis
from ..models import Avis, Dossier, SollicitationAvis
from ..models.avis import nom_selon_la_qualite
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
    return ecrire_avis(
        dossier, organisme, qualite, None, sens=sens, texte=texte, piece_source=piece_source, par=par, le=le
    )


def ecrire_avis(
    dossier: Dossier,
    organisme: Organisme,
    qualite: str,
    comite: Comite | None,
    *,
    sens: str,
    texte: str,
    piece_source: str,
    par: Auteur,
    le: datetime,
) -> Avis:
    """Write an opinion that the author was found to be allowed to give, and answer whoever asked for it.

    The caller holds the file's lock.
    """
    connu = Avis.objects.filter(dossier=dossier, organisme=organisme, qualite=qualite, comite=comite).first()
    avis, nouveau = Avis.objects.update_or_create(
        dossier=dossier,
        organisme=organisme,
        qualite=qualite,
        comite=comite,
        defaults={
            "sens": sens,
            "texte": texte,
            "rendu_le": le,
            "rendu_par": par.utilisateur,
            "saisi_par_organisme": par.organisme if par.pour_le_compte_de else None,
        },
    )
    SollicitationAvis.objects.filter(
        dossier=dossier, organisme=organisme, qualite=qualite, comite=comite, avis__isnull=True
    ).update(avis=avis)
    de_qui = comite.nom if comite else nom_selon_la_qualite(organisme, qualite)
    inscrire(
        dossier,
        acte="donner_avis" if nouveau else "modifier_avis",
        libelle=f"Avis {avis.get_sens_display().lower()} — {de_qui}",
        par=par,
        le=le,
        motif=piece_source,
        avant={"sens": connu.sens, "texte": connu.texte} if connu else {},
        apres={"sens": avis.sens, "texte": avis.texte},
    )
    return avis
