"""The receipt of a deposit."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone

from commun.auteur import Auteur
from contrats.notifications import composer

from ..lectures.destinataires import destinataires_du_porteur
from ..lectures.suivi_porteur import contacts
from ..models import Dossier


def destinataires_de_l_accuse(dossier: Dossier, par: Auteur) -> list[int | None]:
    """Who learns that the request is in: the people of its porteur or its own address (None), and whoever deposited it."""
    personnes = destinataires_du_porteur(dossier)
    if par.utilisateur is not None and par.utilisateur.pk not in personnes:
        personnes.append(par.utilisateur.pk)
    return personnes


def accuse_de_reception(dossier: Dossier, adresse: str) -> EmailMultiAlternatives:
    """The receipt: number, date, what is asked, who follows the file; in plain text and in HTML."""
    installation = settings.INSTALLATION
    cles = {"contrat": dossier.contrat.slug, "annee": dossier.campagne.annee, "numero": dossier.numero}
    assert dossier.depose_le is not None  # a receipt follows a deposit
    contexte: dict[str, Any] = {
        "dossier": dossier,
        "contrat": dossier.contrat,
        "depose_le": timezone.localtime(dossier.depose_le),
        "demandes": list(dossier.demandes.select_related("financeur", "dispositif").order_by("financeur__nom")),
        "contacts": contacts(dossier),
        "lien": installation["adresse"] + reverse("programmation:demande", kwargs=cles),
        "installation": installation,
    }
    return composer("accuse_depot", contexte, adresse)
