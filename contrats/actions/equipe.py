"""What is done in a contract: inviting a person, accepting an invitation, changing and closing an habilitation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from acteurs.actions import ouvrir_compte
from acteurs.models import Organisme, Utilisateur
from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier
from commun.travaux import planifier
from commun.typographie import date_longue

from ..etats import Role
from ..models import Contrat, Habilitation, Invitation
from ..models.habilitation import empreinte_du_jeton, jeton_d_invitation
from ..notifications import courriel_d_invitation, envoyer
from ..permissions import Limites, limites_de, peut_accorder, peut_clore_un_acces, peut_gerer, roles
from ..regles import expiration

SANS_LIMITE = Limites()


@transaction.atomic
def inviter(
    contrat: Contrat,
    *,
    organisme: Organisme,
    role: Role,
    email: str,
    par: Auteur,
    le: datetime,
    limites: Limites = SANS_LIMITE,
    gestionnaire: bool = False,
) -> Invitation:
    """Invite the person who reads `email` to act for `organisme` in `role`, and plan the e-mail.

    `gestionnaire`: it will manage the accesses of its organisation.
    """
    verifier(peut_accorder(par, contrat, limites, role=role, organisme_id=organisme.pk))
    _verifier_limites(contrat, limites)
    email = _adresse(email)
    deja = Habilitation.objects.actives().filter(
        contrat=contrat, organisme=organisme, role=role, utilisateur__email=email
    )
    if deja.exists():
        raise RegleEnfreinte(
            "Cette personne a déjà ce rôle pour cet organisme dans ce contrat.",
            champ="email",
            code="contrats_habilitation_unique",
        )
    invitation = Invitation(
        contrat=contrat,
        organisme=organisme,
        role=role,
        gestionnaire=gestionnaire,
        email=email,
        invite_par=par.utilisateur,
        envoyee_le=le,
        expire_le=expiration(le),
        jeton_sha256=_empreinte_sans_jeton(),
    )
    with contraintes_en_francais(), transaction.atomic():
        invitation.save(force_insert=True)
    _ecrire_limites(invitation, limites)
    inscrire(
        invitation,
        acte="inviter",
        libelle="Personne invitée",
        par=par,
        le=le,
        apres={"organisme": str(organisme), "role": Role(role).label, "limites": _limites_en_mots(invitation)},
    )
    _planifier_envoi(invitation, par)
    return invitation


@transaction.atomic
def renvoyer_invitation(invitation: Invitation, *, par: Auteur, le: datetime) -> Invitation:
    """Send it again for a whole new term; the link of the former e-mail opens nothing more."""
    invitation = _verrouiller(invitation)
    verifier(peut_gerer(par, invitation))
    _verifier_en_attente(invitation)
    invitation.envoyee_le = le
    invitation.expire_le = expiration(le)
    invitation.courriel_parti_le = None
    invitation.jeton_sha256 = _empreinte_sans_jeton()
    invitation.save(update_fields=["envoyee_le", "expire_le", "courriel_parti_le", "jeton_sha256"])
    inscrire(invitation, acte="renvoyer_invitation", libelle="Invitation renvoyée", par=par, le=le)
    _planifier_envoi(invitation, par)
    return invitation


@transaction.atomic
def retirer_invitation(invitation: Invitation, *, par: Auteur, le: datetime) -> Invitation:
    """Withdraw it: its link opens nothing more."""
    invitation = _verrouiller(invitation)
    verifier(peut_gerer(par, invitation))
    _verifier_en_attente(invitation)
    invitation.retiree_le = le
    invitation.save(update_fields=["retiree_le"])
    inscrire(invitation, acte="retirer_invitation", libelle="Invitation retirée", par=par, le=le)
    return invitation


def expedier_invitation(invitation: Invitation, *, envoi: datetime, le: datetime) -> bool:
    """Send the e-mail of the sending asked at `envoi`; False when there is nothing to send any more.

    The link's secret is drawn here and stands nowhere but in the e-mail. Called again once the e-mail has left, or
    after a withdrawal or a newer sending, it sends nothing.
    """
    with transaction.atomic():
        invitation = _verrouiller(invitation)
        if (
            invitation.envoyee_le != envoi
            or invitation.courriel_parti_le is not None
            or refus_d_invitation(invitation, le) is not None
        ):
            return False
        jeton = jeton_d_invitation()
        invitation.jeton_sha256 = empreinte_du_jeton(jeton)
        invitation.save(update_fields=["jeton_sha256"])
    # No lock is held while a mail server answers.
    envoyer(courriel_d_invitation(invitation, jeton))
    Invitation.objects.filter(pk=invitation.pk, envoyee_le=envoi).update(courriel_parti_le=le)
    return True


@transaction.atomic
def accepter_invitation(
    jeton: str, *, par: Auteur, le: datetime, mot_de_passe: str = "", prenom: str = "", nom: str = ""
) -> Habilitation:
    """Give the invited person its habilitation, once; open its account with the chosen password if it has none.

    Somebody who already has an account accepts signed in with it (`par`): the link alone opens no existing account.
    """
    try:
        invitation = Invitation.objects.select_for_update(of=("self",)).du_jeton(jeton).get()
    except Invitation.DoesNotExist as erreur:
        raise RegleEnfreinte(
            "Ce lien d’invitation n’est pas reconnu. Ouvrez celui du dernier courriel reçu.", code="invitation_inconnue"
        ) from erreur
    if refus := refus_d_invitation(invitation, le):
        raise refus
    compte = Utilisateur.objects.filter(email=invitation.email).first()
    if compte is None:
        compte = ouvrir_compte(invitation.email, mot_de_passe=mot_de_passe, prenom=prenom, nom=nom, par=par, le=le)
    elif par.utilisateur is None or par.utilisateur.pk != compte.pk:
        raise RegleEnfreinte(
            "Un compte existe déjà pour cette adresse : connectez-vous avec lui, puis acceptez l’invitation.",
            code="connexion_requise",
        )
    auteur = replace(par, utilisateur=compte, organisme=invitation.organisme)
    habilitation = _habiliter(compte, invitation, par=auteur, le=le)
    invitation.acceptee_le = le
    invitation.save(update_fields=["acceptee_le"])
    inscrire(invitation, acte="accepter_invitation", libelle="Invitation acceptée", par=auteur, le=le)
    return habilitation


@transaction.atomic
def modifier_habilitation(
    habilitation: Habilitation, *, limites: Limites, valide_au: date | None, par: Auteur, le: datetime
) -> Habilitation:
    """Change the limits and the planned last day of an habilitation in force."""
    habilitation = Habilitation.objects.select_for_update(of=("self",)).get(pk=habilitation.pk)
    verifier(peut_gerer(par, habilitation))
    verifier(peut_accorder(par, habilitation.contrat, limites))
    _verifier_limites(habilitation.contrat, limites)
    _verifier_non_close(habilitation)
    if valide_au is not None and valide_au < timezone.localdate(le):
        raise RegleEnfreinte(
            "Ce dernier jour est déjà passé. Pour retirer l’accès tout de suite, fermez l’habilitation.",
            champ="valide_au",
            code="fin_passee",
        )
    avant = _etat_habilitation(habilitation)
    habilitation.valide_au = valide_au
    with contraintes_en_francais(), transaction.atomic():
        habilitation.save(update_fields=["valide_au"])
    _ecrire_limites(habilitation, limites)
    inscrire(
        habilitation,
        acte="modifier_habilitation",
        libelle="Habilitation modifiée",
        par=par,
        le=le,
        avant=avant,
        apres=_etat_habilitation(habilitation),
    )
    return habilitation


@transaction.atomic
def nommer_gestionnaire(habilitation: Habilitation, *, nommer: bool, par: Auteur, le: datetime) -> Habilitation:
    """Let the person manage the accesses of its organisation (its keys of the API), or no more. Twice is once."""
    habilitation = Habilitation.objects.select_for_update(of=("self",)).get(pk=habilitation.pk)
    verifier(peut_gerer(par, habilitation) if nommer else peut_clore_un_acces(par, habilitation))
    _verifier_non_close(habilitation)
    if habilitation.gestionnaire is not nommer:
        habilitation.gestionnaire = nommer
        habilitation.save(update_fields=["gestionnaire"])
        inscrire(
            habilitation,
            acte="nommer_gestionnaire",
            libelle="Nommé gestionnaire des accès" if nommer else "N’est plus gestionnaire des accès",
            par=par,
            le=le,
            avant={"gestionnaire": not nommer},
            apres={"gestionnaire": nommer},
        )
    return habilitation


@transaction.atomic
def clore_habilitation(habilitation: Habilitation, *, par: Auteur, le: datetime, motif: str = "") -> Habilitation:
    """End an habilitation now; the person's open sessions lose it at their next request.

    The account stays: it signs in and is told that it holds nothing more. A new invitation opens the same habilitation
    again.
    """
    # The contract's row first: two people must not close the last two chefs de projet at once.
    Contrat.objects.select_for_update().get(pk=habilitation.contrat_id)
    habilitation = Habilitation.objects.select_for_update(of=("self",)).get(pk=habilitation.pk)
    verifier(peut_clore_un_acces(par, habilitation))
    _verifier_non_close(habilitation)
    if habilitation.role == Role.CHEF_DE_PROJET and not roles(par, habilitation.contrat).administre:
        autres = Habilitation.objects.actives().filter(contrat=habilitation.contrat_id, role=Role.CHEF_DE_PROJET)
        if not autres.exclude(pk=habilitation.pk).exists():
            raise RegleEnfreinte(
                "Le contrat n’aurait plus de chef de projet : invitez d’abord son remplaçant.",
                code="dernier_chef_de_projet",
            )
    habilitation.close_le = le
    habilitation.save(update_fields=["close_le"])
    inscrire(habilitation, acte="clore_habilitation", libelle="Habilitation fermée", par=par, le=le, motif=motif)
    return habilitation


def _habiliter(compte: Utilisateur, invitation: Invitation, *, par: Auteur, le: datetime) -> Habilitation:
    """The habilitation that the invitation promised: new, or the former one opened again with the new limits."""
    habilitation, nouvelle = Habilitation.objects.select_for_update(of=("self",)).get_or_create(
        utilisateur=compte,
        contrat=invitation.contrat,
        organisme=invitation.organisme,
        role=invitation.role,
        defaults={"valide_du": timezone.localdate(le), "gestionnaire": invitation.gestionnaire},
    )
    avant: dict[str, Any] = {} if nouvelle else _etat_habilitation(habilitation)
    if not nouvelle:
        rouverte = habilitation.close_le is not None
        habilitation.gestionnaire = invitation.gestionnaire or (habilitation.gestionnaire and not rouverte)
        habilitation.close_le = habilitation.valide_au = None
        habilitation.save(update_fields=["close_le", "valide_au", "gestionnaire"])
    _ecrire_limites(habilitation, limites_de(invitation))
    inscrire(
        habilitation,
        acte="habiliter",
        libelle="Habilitation ouverte" if nouvelle else "Habilitation rouverte",
        par=par,
        le=le,
        avant=avant,
        apres=_etat_habilitation(habilitation),
    )
    return habilitation


def _verrouiller(invitation: Invitation) -> Invitation:
    return (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("contrat", "organisme", "invite_par")
        .get(pk=invitation.pk)
    )


def refus_d_invitation(invitation: Invitation, le: datetime) -> RegleEnfreinte | None:
    """Why this invitation opens nothing on `le`, said to the person invited; None when it is open."""
    if invitation.acceptee_le is not None:
        return RegleEnfreinte(
            f"Cette invitation a déjà servi, le {date_longue(timezone.localdate(invitation.acceptee_le))}.",
            code="invitation_acceptee",
        )
    if invitation.retiree_le is not None:
        return RegleEnfreinte(
            f"Cette invitation a été retirée le {date_longue(timezone.localdate(invitation.retiree_le))}.",
            code="invitation_retiree",
        )
    if invitation.expire_le <= le:
        return RegleEnfreinte(
            f"Cette invitation a expiré le {date_longue(timezone.localdate(invitation.expire_le))}.",
            code="invitation_expiree",
        )
    return None


def _verifier_en_attente(invitation: Invitation) -> None:
    """An invitation out of date may still be sent again or withdrawn; a used or withdrawn one may not."""
    refus = refus_d_invitation(invitation, invitation.envoyee_le)
    if refus is not None:
        raise refus


def _verifier_non_close(habilitation: Habilitation) -> None:
    if habilitation.close_le is not None:
        raise RegleEnfreinte("Cette habilitation est déjà fermée.", code="habilitation_fermee")


def _verifier_limites(contrat: Contrat, limites: Limites) -> None:
    """Limits are taken among the places and orientations of the contract."""
    possibles = (
        (limites.communes, contrat.communes.filter(pk__in=limites.communes)),
        (limites.perimetres, contrat.perimetres.filter(perimetre__in=limites.perimetres)),
        (limites.orientations, contrat.orientations.filter(pk__in=limites.orientations)),
    )
    if any(demandes and trouves.count() != len(demandes) for demandes, trouves in possibles):
        raise RegleEnfreinte("Une des limites choisies n’est pas dans ce contrat.", code="limite_hors_contrat")


def _ecrire_limites(objet: Habilitation | Invitation, limites: Limites) -> None:
    objet.communes.set(limites.communes)
    objet.perimetres.set(limites.perimetres)
    objet.orientations.set(limites.orientations)


def _limites_en_mots(objet: Habilitation | Invitation) -> str:
    """The limits as the journal keeps them; empty when there is none."""
    noms = [str(x) for champ in (objet.communes, objet.perimetres, objet.orientations) for x in champ.all()]
    return " ; ".join(noms)


def _etat_habilitation(habilitation: Habilitation) -> dict[str, Any]:
    return {
        "valide_au": habilitation.valide_au.isoformat() if habilitation.valide_au else None,
        "close_le": habilitation.close_le.isoformat() if habilitation.close_le else None,
        "limites": _limites_en_mots(habilitation),
    }


def _adresse(email: str) -> str:
    """The address as accounts keep it: lower case, without spaces around."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as erreur:
        raise RegleEnfreinte("Cette adresse électronique n’est pas valide.", champ="email", code="adresse") from erreur
    return email


def _empreinte_sans_jeton() -> str:
    """A hash that no link can match, until the e-mail that carries the secret is written."""
    return empreinte_du_jeton(jeton_d_invitation())


def _planifier_envoi(invitation: Invitation, par: Auteur) -> None:
    envoi = invitation.envoyee_le.isoformat()
    planifier(
        "contrats.envoyer_invitation",
        cible=invitation,
        parametres={"envoi": envoi},
        cle=f"contrats.envoyer_invitation:{invitation.pk}:{envoi}",
        par=par,
    )
