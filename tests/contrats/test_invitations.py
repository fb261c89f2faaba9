"""Invitations: who may send one, what the e-mail says, and how an account is born from it, once."""

from __future__ import annotations

import re
import smtplib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from acteurs.models import Utilisateur
from commun.auteur import Auteur
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.journal import verifier_chaine
from commun.models import EtatTravail, LigneJournal, Travail
from contrats import actions
from contrats.etats import Role
from contrats.models import Contrat, Habilitation, Invitation
from contrats.permissions import Limites, limites_de
from contrats.regles import DUREE_INVITATION
from tests.fabriques import (
    CommuneFactory,
    HabilitationFactory,
    InvitationFactory,
    OrganismeFactory,
    OrientationFactory,
    PerimetreDuContratFactory,
    UtilisateurFactory,
)

pytestmark = pytest.mark.django_db

PHRASE = "une phrase que l’on retient 2030"
ANONYME = Auteur()


@pytest.fixture
def chef(auteur_de: Callable[..., Auteur]) -> Auteur:
    return auteur_de(Role.CHEF_DE_PROJET)


def inviter(contrat: Contrat, par: Auteur, **suite: Any) -> Invitation:
    """Invite somebody, with defaults for what the test is not about."""
    donnees = {
        "organisme": suite.pop("organisme", None) or OrganismeFactory(),
        "role": Role.PORTEUR,
        "email": "nouvelle@exemple.test",
        "le": timezone.now(),
    }
    return actions.inviter(contrat, par=par, **donnees | suite)


def jeton_du_courriel(courriel: Any) -> str:
    """The secret that the e-mail carries."""
    return re.search(r"/invitation/([\w-]+)/", courriel.body).group(1)


# --- Inviting --------------------------------------------------------------------------------------------------------
def test_inviter_planifie_un_courriel_et_inscrit_l_acte(contrat, chef) -> None:
    invitation = inviter(contrat, chef, email="  Nouvelle@Exemple.TEST ")

    assert invitation.email == "nouvelle@exemple.test"
    assert invitation.expire_le - invitation.envoyee_le == DUREE_INVITATION
    assert invitation.invite_par == chef.utilisateur
    travail = Travail.objects.get()
    assert (travail.nom, travail.cible_id) == ("contrats.envoyer_invitation", invitation.pk)
    ligne = LigneJournal.objects.de(invitation).get()
    assert (ligne.acte, ligne.contrat_id, ligne.utilisateur) == ("inviter", contrat.pk, chef.utilisateur)


def test_l_adresse_invitee_ne_va_ni_dans_le_travail_ni_dans_les_traces(
    contrat, chef, executer_travaux, caplog: pytest.LogCaptureFixture
) -> None:
    invitation = inviter(contrat, chef)
    executer_travaux()

    travail = Travail.objects.get()
    assert invitation.email not in f"{travail.parametres}{travail.resultat}{caplog.text}"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CHEF_DE_PROJET])
def test_seul_un_chef_de_projet_invite(contrat, auteur_de, role: Role) -> None:
    with pytest.raises(ActeRefuse, match="chef de projet"):
        inviter(contrat, auteur_de(role))
    assert not Invitation.objects.exists()


def test_le_chef_de_projet_d_un_autre_contrat_n_invite_pas(contrat) -> None:
    ailleurs = HabilitationFactory(chef_de_projet=True)
    with pytest.raises(ActeRefuse):
        inviter(contrat, Auteur(utilisateur=ailleurs.utilisateur, organisme=ailleurs.organisme))


def test_une_seule_invitation_ouverte_par_adresse_organisme_et_role(contrat, chef) -> None:
    premiere = inviter(contrat, chef)
    with pytest.raises(RegleEnfreinte, match="déjà ouverte"):
        inviter(contrat, chef, organisme=premiere.organisme)

    inviter(contrat, chef, organisme=premiere.organisme, role=Role.SIGNATAIRE)
    assert Invitation.objects.count() == 2


def test_inviter_est_refuse_a_qui_tient_deja_le_role(contrat, chef) -> None:
    tenue = HabilitationFactory(contrat=contrat, role=Role.PORTEUR)
    with pytest.raises(RegleEnfreinte, match="déjà ce rôle"):
        inviter(contrat, chef, organisme=tenue.organisme, email=tenue.utilisateur.email)


def test_inviter_refuse_une_adresse_mal_ecrite(contrat, chef) -> None:
    with pytest.raises(RegleEnfreinte) as erreur:
        inviter(contrat, chef, email="nouvelle.exemple.test")
    assert erreur.value.champ == "email"


def test_les_limites_se_prennent_dans_le_contrat(contrat, chef) -> None:
    commune = CommuneFactory()
    contrat.communes.add(commune)
    perimetre = PerimetreDuContratFactory(contrat=contrat).perimetre
    orientation = OrientationFactory(contrat=contrat)
    limites = Limites(frozenset([commune.pk]), frozenset([perimetre.pk]), frozenset([orientation.pk]))
    assert limites_de(inviter(contrat, chef, limites=limites)) == limites

    for etrangeres in (
        Limites(communes=frozenset([CommuneFactory().pk])),
        Limites(perimetres=frozenset([PerimetreDuContratFactory().perimetre.pk])),
        Limites(orientations=frozenset([OrientationFactory().pk])),
    ):
        with pytest.raises(RegleEnfreinte, match="pas dans ce contrat"):
            inviter(contrat, chef, email="autre@exemple.test", limites=etrangeres)


def test_un_chef_de_projet_communal_n_invite_que_pour_sa_commune(contrat, auteur_de) -> None:
    sienne, autre = CommuneFactory(), CommuneFactory()
    contrat.communes.add(sienne, autre)
    communal = auteur_de(Role.CHEF_DE_PROJET, communes=[sienne])

    for trop in (Limites(), Limites(communes=frozenset([autre.pk])), Limites(frozenset([sienne.pk, autre.pk]))):
        with pytest.raises(ActeRefuse, match="limités"):
            inviter(contrat, communal, limites=trop)
    inviter(contrat, communal, limites=Limites(communes=frozenset([sienne.pk])))


# --- The e-mail ------------------------------------------------------------------------------------------------------
def test_le_courriel_dit_qui_invite_a_quoi_et_jusqu_a_quand(contrat, chef, executer_travaux, settings, horloge) -> None:
    settings.INSTALLATION = settings.INSTALLATION | {"adresse": "https://pilotville.exemple.test"}
    organisme = OrganismeFactory(nom="Centre social <Les Marais>")
    inviter(contrat, chef, organisme=organisme)
    executer_travaux()

    (courriel,) = mail.outbox
    assert courriel.to == ["nouvelle@exemple.test"]
    assert contrat.nom in courriel.subject
    assert "\n" not in courriel.subject
    html = courriel.alternatives[0].content
    for attendu in (
        contrat.intitule,
        str(chef.utilisateur),
        "Porteur de projets",
        "4 décembre 2026".replace(" ", "\xa0", 1),
    ):
        assert attendu in courriel.body
        assert attendu in html
    assert "Centre social <Les Marais>" in courriel.body
    assert "Centre social &lt;Les Marais&gt;" in html
    lien = f"https://pilotville.exemple.test/invitation/{jeton_du_courriel(courriel)}/"
    assert lien in courriel.body
    assert lien in html
    assert not re.search(r"(?:src|@import|<link|<script)", html)


def test_le_secret_du_lien_n_est_que_dans_le_courriel(contrat, chef, executer_travaux) -> None:
    invitation = inviter(contrat, chef)
    executer_travaux()

    jeton = jeton_du_courriel(mail.outbox[0])
    assert Invitation.objects.du_jeton(jeton).get() == invitation
    lignes = [
        *LigneJournal.objects.values_list("avant", "apres"),
        *Travail.objects.values_list("parametres", "resultat"),
    ]
    assert jeton not in f"{lignes}{Invitation.objects.values()}"


def test_un_envoi_livre_dix_fois_ne_part_qu_une_fois(contrat, chef, executer_travaux) -> None:
    invitation = inviter(contrat, chef)
    executer_travaux()
    envoi = invitation.envoyee_le
    for _ in range(10):
        assert not actions.expedier_invitation(invitation, envoi=envoi, le=timezone.now())
    assert len(mail.outbox) == 1


def test_un_courriel_qui_echoue_repart_a_la_tentative_suivante(contrat, chef, monkeypatch: pytest.MonkeyPatch) -> None:
    invitation = inviter(contrat, chef)
    envoi = invitation.envoyee_le

    def tomber(self: Any, **suite: Any) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as panne:
        panne.setattr("django.core.mail.EmailMultiAlternatives.send", tomber)
        with pytest.raises(ConnectionRefusedError):
            actions.expedier_invitation(invitation, envoi=envoi, le=timezone.now())
    assert actions.expedier_invitation(invitation, envoi=envoi, le=timezone.now())
    assert Invitation.objects.du_jeton(jeton_du_courriel(mail.outbox[0])).exists()


@pytest.mark.parametrize(
    ("panne", "etat"),
    [
        (smtplib.SMTPRecipientsRefused({"nouvelle@exemple.test": (550, b"inconnue")}), EtatTravail.ECHEC),
        (smtplib.SMTPDataError(451, "nouvelle@exemple.test: plus tard"), EtatTravail.A_FAIRE),
    ],
)
def test_une_erreur_du_serveur_de_courrier_ne_met_pas_l_adresse_dans_les_traces(
    contrat,
    chef,
    executer_travaux,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    panne: Exception,
    etat: EtatTravail,
) -> None:
    def tomber(self: Any, **suite: Any) -> int:
        raise panne

    inviter(contrat, chef)
    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", tomber)
    executer_travaux(echecs_admis=True)

    travail = Travail.objects.get()
    assert travail.etat == etat
    assert "nouvelle@exemple.test" not in f"{travail.erreur}{caplog.text}"


# --- Sending again, withdrawing --------------------------------------------------------------------------------------
def test_renvoyer_ouvre_un_nouveau_delai_et_perime_l_ancien_lien(contrat, chef, executer_travaux, horloge) -> None:
    invitation = inviter(contrat, chef)
    executer_travaux()
    horloge.avancer(days=20)
    invitation = actions.renvoyer_invitation(invitation, par=chef, le=timezone.now())
    executer_travaux()

    ancien, nouveau = map(jeton_du_courriel, mail.outbox)
    assert invitation.expire_le == timezone.now() + DUREE_INVITATION
    assert not Invitation.objects.du_jeton(ancien).exists()
    assert actions.accepter_invitation(nouveau, par=ANONYME, le=timezone.now(), mot_de_passe=PHRASE)


def test_un_envoi_remplace_par_un_plus_recent_ne_part_plus(contrat, chef, executer_travaux, horloge) -> None:
    invitation = inviter(contrat, chef)
    horloge.avancer(minutes=1)
    actions.renvoyer_invitation(invitation, par=chef, le=timezone.now())
    executer_travaux()
    assert len(mail.outbox) == 1


def test_une_invitation_retiree_n_envoie_et_n_ouvre_plus_rien(contrat, chef, executer_travaux) -> None:
    invitation = InvitationFactory(contrat=contrat, jeton="secret-retire")
    actions.retirer_invitation(invitation, par=chef, le=timezone.now())
    with pytest.raises(RegleEnfreinte, match="retirée"):
        actions.accepter_invitation("secret-retire", par=ANONYME, le=timezone.now(), mot_de_passe=PHRASE)
    with pytest.raises(RegleEnfreinte, match="retirée"):
        actions.renvoyer_invitation(invitation, par=chef, le=timezone.now())

    partie = inviter(contrat, chef)
    actions.retirer_invitation(partie, par=chef, le=timezone.now())
    executer_travaux()
    assert not mail.outbox


@pytest.mark.parametrize("acte", [actions.renvoyer_invitation, actions.retirer_invitation])
def test_renvoyer_et_retirer_sont_reserves_au_chef_de_projet(contrat, auteur_de, acte) -> None:
    invitation = InvitationFactory(contrat=contrat)
    with pytest.raises(ActeRefuse):
        acte(invitation, par=auteur_de(Role.DECIDEUR), le=timezone.now())


# --- Accepting -------------------------------------------------------------------------------------------------------
def test_accepter_ouvre_le_compte_et_donne_l_habilitation(contrat, chef) -> None:
    commune = CommuneFactory()
    contrat.communes.add(commune)
    invitation = InvitationFactory(contrat=contrat, jeton="secret", role=Role.PORTEUR)
    invitation.communes.add(commune)

    habilitation = actions.accepter_invitation(
        "secret", par=ANONYME, le=timezone.now(), mot_de_passe=PHRASE, prenom="Ada", nom="Martin"
    )

    compte = habilitation.utilisateur
    assert (compte.email, compte.get_full_name()) == (invitation.email, "Ada Martin")
    assert compte.check_password(PHRASE)
    assert compte.emailaddress_set.get().verified
    assert (habilitation.role, habilitation.organisme) == (Role.PORTEUR, invitation.organisme)
    assert limites_de(habilitation).communes == {commune.pk}
    for objet, acte in ((compte, "ouvrir_compte"), (habilitation, "habiliter"), (invitation, "accepter_invitation")):
        assert LigneJournal.objects.de(objet).last().acte == acte
        assert LigneJournal.objects.de(objet).last().utilisateur == compte
        assert verifier_chaine(objet)


def test_une_invitation_ne_sert_qu_une_fois(contrat) -> None:
    InvitationFactory(contrat=contrat, jeton="secret")
    actions.accepter_invitation("secret", par=ANONYME, le=timezone.now(), mot_de_passe=PHRASE)
    with pytest.raises(RegleEnfreinte, match="déjà servi"):
        actions.accepter_invitation("secret", par=ANONYME, le=timezone.now(), mot_de_passe="autre " + PHRASE)
    assert Utilisateur.objects.exclude(pk=Invitation.objects.get().invite_par_id).get().check_password(PHRASE)


def test_une_invitation_expiree_n_ouvre_rien(contrat) -> None:
    invitation = InvitationFactory(contrat=contrat, jeton="secret", perimee=True)
    with pytest.raises(RegleEnfreinte, match="expiré"):
        actions.accepter_invitation("secret", par=ANONYME, le=timezone.now(), mot_de_passe=PHRASE)
    assert not Utilisateur.objects.filter(email=invitation.email).exists()


def test_une_invitation_expire_a_l_instant_dit(contrat) -> None:
    invitation = InvitationFactory(contrat=contrat, jeton="secret")
    with pytest.raises(RegleEnfreinte, match="expiré"):
        actions.accepter_invitation("secret", par=ANONYME, le=invitation.expire_le, mot_de_passe=PHRASE)


def test_un_lien_invente_n_ouvre_rien(contrat) -> None:
    with pytest.raises(RegleEnfreinte, match="pas reconnu"):
        actions.accepter_invitation("inventé", par=ANONYME, le=timezone.now(), mot_de_passe=PHRASE)


def test_le_lien_seul_n_entre_pas_dans_un_compte_existant(contrat) -> None:
    compte = UtilisateurFactory()
    InvitationFactory(contrat=contrat, jeton="secret", email=compte.email)
    for autre in (ANONYME, Auteur(utilisateur=UtilisateurFactory())):
        with pytest.raises(RegleEnfreinte) as erreur:
            actions.accepter_invitation("secret", par=autre, le=timezone.now(), mot_de_passe=PHRASE)
        assert erreur.value.code == "connexion_requise"
    compte.refresh_from_db()
    assert not compte.check_password(PHRASE)
    assert not compte.habilitations.exists()


def test_un_compte_existant_accepte_connecte_et_garde_son_mot_de_passe(contrat) -> None:
    compte = UtilisateurFactory()
    empreinte = compte.password
    InvitationFactory(contrat=contrat, jeton="secret", email=compte.email)
    habilitation = actions.accepter_invitation("secret", par=Auteur(utilisateur=compte), le=timezone.now())

    compte.refresh_from_db()
    assert (habilitation.utilisateur, compte.password) == (compte, empreinte)
    assert compte.habilitations.actives().get() == habilitation


def test_accepter_de_nouveau_rouvre_une_habilitation_fermee_avec_les_nouvelles_limites(contrat, chef) -> None:
    orientation = OrientationFactory(contrat=contrat)
    ancienne = HabilitationFactory(contrat=contrat, role=Role.PORTEUR, orientations=[orientation])
    actions.clore_habilitation(ancienne, par=chef, le=timezone.now())
    InvitationFactory(
        contrat=contrat,
        jeton="secret",
        email=ancienne.utilisateur.email,
        organisme=ancienne.organisme,
        role=Role.PORTEUR,
    )
    nouvelle = actions.accepter_invitation("secret", par=Auteur(utilisateur=ancienne.utilisateur), le=timezone.now())

    assert nouvelle.pk == ancienne.pk
    assert Habilitation.objects.actives().filter(pk=nouvelle.pk).exists()
    assert limites_de(nouvelle) == Limites()


@pytest.mark.django_db(transaction=True)
def test_deux_acceptations_en_meme_temps_n_ouvrent_qu_un_compte(contrat) -> None:
    invitation = InvitationFactory(contrat=contrat, jeton="secret")
    depart = threading.Barrier(2)

    def accepter() -> str:
        try:
            depart.wait(timeout=5)
            actions.accepter_invitation("secret", par=ANONYME, le=timezone.now(), mot_de_passe=PHRASE)
        except RegleEnfreinte as erreur:
            return erreur.code
        else:
            return "acceptée"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as fils:
        resultats = sorted(f.result() for f in [fils.submit(accepter), fils.submit(accepter)])

    assert resultats == ["acceptée", "invitation_acceptee"]
    assert Utilisateur.objects.filter(email=invitation.email).count() == 1
    assert Habilitation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_deux_invitations_de_la_meme_adresse_en_meme_temps_n_ouvrent_qu_un_compte(contrat) -> None:
    for role in (Role.PORTEUR, Role.SIGNATAIRE):
        InvitationFactory(contrat=contrat, jeton=f"secret-{role}", role=role, email="deux@exemple.test")
    depart = threading.Barrier(2)

    def accepter(role: Role) -> str:
        try:
            depart.wait(timeout=5)
            actions.accepter_invitation(f"secret-{role}", par=ANONYME, le=timezone.now(), mot_de_passe=PHRASE)
        except RegleEnfreinte as erreur:
            return erreur.code
        else:
            return "acceptée"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as fils:
        resultats = [f.result() for f in [fils.submit(accepter, r) for r in (Role.PORTEUR, Role.SIGNATAIRE)]]

    assert resultats.count("acceptée") == 1
    assert set(resultats) <= {"acceptée", "compte_existant", "connexion_requise"}
    assert Utilisateur.objects.filter(email="deux@exemple.test").count() == 1
