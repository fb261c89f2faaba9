"""The receipt of a deposit."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from acteurs.models import Utilisateur
from commun.auteur import Auteur
from contrats.etats import Role

from ..lectures.suivi_porteur import contacts
from ..models import Dossier


def destinataires_de_l_accuse(dossier: Dossier, par: Auteur) -> list[Utilisateur]:
    """Who learns that the request is in: the people of its porteur, and whoever deposited it."""
    du_porteur = Utilisateur.objects.filter(
        habilitations__in=dossier.contrat.habilitations.actives().filter(
            organisme=dossier.porteur_id, role=Role.PORTEUR, utilisateur__is_active=True
        )
    )
    personnes = {personne.pk: personne for personne in du_porteur.order_by("pk")}
    if par.utilisateur is not None:
        personnes.setdefault(par.utilisateur.pk, par.utilisateur)
    return list(personnes.values())


def accuse_de_reception(dossier: Dossier, personne: Utilisateur) -> EmailMultiAlternatives:
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
    courriel = EmailMultiAlternatives(
        subject=" ".join(render_to_string("courriels/accuse_depot_sujet.txt", contexte).split()),
        body=render_to_string("courriels/accuse_depot.txt", contexte),
        to=[personne.email],
    )
    courriel.attach_alternative(render_to_string("courriels/accuse_depot.html", contexte), "text/html")
    return courriel
