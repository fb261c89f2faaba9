"""The life of an account: opened by an invitation, kept up by its holder, shut by an administrator."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction

from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier

from ..models import Utilisateur
from ..permissions import peut_administrer, peut_desactiver


@transaction.atomic
def ouvrir_compte(email: str, *, mot_de_passe: str, prenom: str, nom: str, par: Auteur, le: datetime) -> Utilisateur:
    """Open the account of a person who has proved that it reads `email`; the password is already validated."""
    try:
        with transaction.atomic():
            compte = Utilisateur.objects.create_user(email, mot_de_passe, first_name=prenom, last_name=nom)
    except IntegrityError as erreur:
        raise RegleEnfreinte(
            "Un compte vient d’être ouvert pour cette adresse : connectez-vous, puis ouvrez de nouveau le lien.",
            code="compte_existant",
        ) from erreur
    EmailAddress.objects.create(user=compte, email=compte.email, verified=True, primary=True)
    inscrire(compte, acte="ouvrir_compte", libelle="Compte ouvert", par=replace(par, utilisateur=compte), le=le)
    return compte


@transaction.atomic
def modifier_profil(compte: Utilisateur, *, prenom: str, nom: str, fonction: str, par: Auteur, le: datetime) -> None:
    """Correct one's own name and function; the journal keeps that it was done, not what was written."""
    if par.utilisateur is None or par.utilisateur.pk != compte.pk:
        verifier(peut_administrer(par))
    compte = Utilisateur.objects.select_for_update(of=("self",)).get(pk=compte.pk)
    compte.first_name, compte.last_name, compte.fonction = prenom, nom, fonction
    compte.save(update_fields=["first_name", "last_name", "fonction"])
    inscrire(compte, acte="modifier_profil", libelle="Profil modifié", par=par, le=le)


@transaction.atomic
def desactiver_compte(compte: Utilisateur, *, par: Auteur, le: datetime, motif: str = "") -> None:
    """Shut an account: its open sessions end at their next request. Its habilitations and its past acts stay."""
    _basculer(compte, actif=False, libelle="Compte désactivé", acte="desactiver_compte", par=par, le=le, motif=motif)


@transaction.atomic
def reactiver_compte(compte: Utilisateur, *, par: Auteur, le: datetime, motif: str = "") -> None:
    """Open a shut account again, with the password and the habilitations that it had."""
    _basculer(compte, actif=True, libelle="Compte réactivé", acte="reactiver_compte", par=par, le=le, motif=motif)


@transaction.atomic
def retirer_second_facteur(compte: Utilisateur, *, par: Auteur, le: datetime, motif: str = "") -> None:
    """For whoever has lost its telephone and its recovery codes: the password alone opens the account again."""
    verifier(peut_administrer(par))
    retires, _ = Authenticator.objects.filter(user=compte).delete()
    if not retires:
        raise RegleEnfreinte("Ce compte n’a pas de double authentification.", code="sans_second_facteur")
    libelle = "Double authentification retirée"
    inscrire(compte, acte="retirer_second_facteur", libelle=libelle, par=par, le=le, motif=motif)


def _basculer(
    compte: Utilisateur, *, actif: bool, libelle: str, acte: str, par: Auteur, le: datetime, motif: str
) -> None:
    verifier(peut_administrer(par) if actif else peut_desactiver(par, compte))
    compte = Utilisateur.objects.select_for_update(of=("self",)).get(pk=compte.pk)
    if compte.is_active is actif:
        raise RegleEnfreinte(
            "Ce compte est déjà actif." if actif else "Ce compte est déjà désactivé.", code="compte_deja_dans_cet_etat"
        )
    compte.is_active = actif
    compte.save(update_fields=["is_active"])
    inscrire(
        compte,
        acte=acte,
        libelle=libelle,
        par=par,
        le=le,
        motif=motif,
        avant={"actif": not actif},
        apres={"actif": actif},
    )
