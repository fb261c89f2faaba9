"""E-mails of the instruction: a correction asked from the porteur, an opinion asked from others."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from acteurs.models import Utilisateur
from contrats.models import Contrat
from contrats.notifications import composer

from ..models import DemandeDeComplement, SollicitationAvis
from ..regles.champs import libelles

LIGNES_D_UN_COURRIEL = 12


def courriel_de_complement(demande: DemandeDeComplement, adresse: str, *, relance: bool) -> EmailMultiAlternatives:
    """What the porteur must correct and until when, or its reminder."""
    dossier = demande.dossier
    contexte = {
        "demande": demande,
        "dossier": dossier,
        "contrat": dossier.contrat,
        "champs": libelles(demande.champs),
        "relance": relance,
        "lien": _adresse(
            "programmation:dossier", contrat=dossier.contrat.slug, annee=dossier.campagne.annee, numero=dossier.numero
        ),
        "installation": settings.INSTALLATION,
    }
    return composer("complement", contexte, adresse)


def courriel_d_avis_demandes(
    contrat: Contrat, personne: Utilisateur, sollicitations: Sequence[SollicitationAvis], *, rappel: bool
) -> EmailMultiAlternatives:
    """The files on which an opinion is expected from this person's organisation, in one e-mail, or their reminder."""
    annee = sollicitations[0].dossier.campagne.annee
    contexte = {
        "contrat": contrat,
        "personne": personne,
        "sollicitations": sollicitations[:LIGNES_D_UN_COURRIEL],
        "autres": max(0, len(sollicitations) - LIGNES_D_UN_COURRIEL),
        "nombre": len(sollicitations),
        "limite": min(s.echeance for s in sollicitations),
        "rappel": rappel,
        "lien": _adresse("programmation:avis_demandes", contrat=contrat.slug, annee=annee),
        "installation": settings.INSTALLATION,
    }
    return composer("avis_demandes", contexte, personne.email)


def _adresse(route: str, **cles: object) -> str:
    return settings.INSTALLATION["adresse"] + reverse(route, kwargs=cles)
