"""The life of an account: its profile, and its closing by an administrator."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from acteurs import actions
from acteurs.models import Utilisateur
from commun.auteur import Auteur
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.models import LigneJournal
from tests.fabriques import UtilisateurFactory
from tests.fabriques.acteurs import MOT_DE_PASSE

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrateur() -> Auteur:
    return Auteur(utilisateur=UtilisateurFactory(administrateur=True))


def test_desactiver_un_compte_met_fin_a_ses_sessions_ouvertes(administrateur: Auteur, client: Client) -> None:
    compte = UtilisateurFactory()
    client.force_login(compte)
    page = reverse("contrats:mon_compte")
    assert client.get(page).status_code == 200

    actions.desactiver_compte(compte, par=administrateur, le=timezone.now(), motif="Départ")

    assert client.get(page).status_code == 302
    ligne = LigneJournal.objects.de(compte).get()
    assert (ligne.acte, ligne.motif) == ("desactiver_compte", "Départ")


def test_reactiver_rend_le_compte_tel_qu_il_etait(administrateur: Auteur) -> None:
    compte = UtilisateurFactory(inactif=True)
    empreinte = compte.password
    actions.reactiver_compte(compte, par=administrateur, le=timezone.now())
    compte.refresh_from_db()
    assert compte.is_active
    assert compte.password == empreinte


def test_desactiver_ou_reactiver_deux_fois_est_refuse(administrateur: Auteur) -> None:
    compte = UtilisateurFactory()
    with pytest.raises(RegleEnfreinte, match="déjà actif"):
        actions.reactiver_compte(compte, par=administrateur, le=timezone.now())
    actions.desactiver_compte(compte, par=administrateur, le=timezone.now())
    with pytest.raises(RegleEnfreinte, match="déjà désactivé"):
        actions.desactiver_compte(compte, par=administrateur, le=timezone.now())


def test_seul_un_administrateur_agit_sur_un_compte() -> None:
    compte, autre = UtilisateurFactory(), UtilisateurFactory(is_staff=True)
    for acte in (actions.desactiver_compte, actions.reactiver_compte):
        with pytest.raises(ActeRefuse, match="administrateur"):
            acte(compte, par=Auteur(utilisateur=autre), le=timezone.now())


def test_un_administrateur_ne_desactive_pas_son_propre_compte(administrateur: Auteur) -> None:
    with pytest.raises(ActeRefuse, match="propre compte"):
        actions.desactiver_compte(administrateur.utilisateur, par=administrateur, le=timezone.now())


def test_qui_a_perdu_son_telephone_se_fait_retirer_le_second_facteur(administrateur: Auteur) -> None:
    compte, autre = UtilisateurFactory(), UtilisateurFactory()
    for personne in (compte, autre):
        Authenticator.objects.create(user=personne, type=Authenticator.Type.TOTP, data={"secret": "x"})
    with pytest.raises(ActeRefuse):
        actions.retirer_second_facteur(compte, par=Auteur(utilisateur=autre), le=timezone.now())
    actions.retirer_second_facteur(compte, par=administrateur, le=timezone.now(), motif="Téléphone perdu")
    assert list(Authenticator.objects.values_list("user", flat=True)) == [autre.pk]
    assert LigneJournal.objects.de(compte).get().acte == "retirer_second_facteur"
    with pytest.raises(RegleEnfreinte, match="pas de double"):
        actions.retirer_second_facteur(compte, par=administrateur, le=timezone.now())


def test_le_code_de_l_authentificateur_s_ecrit_en_bon_francais(client: Client) -> None:
    compte = UtilisateurFactory()
    client.force_login(compte)
    adresse = reverse("mfa_activate_totp")
    client.post(reverse("account_reauthenticate"), {"password": MOT_DE_PASSE, "next": adresse})
    page = client.get(adresse).content.decode()
    assert "Code de l’authentificateur" in page


def test_chacun_corrige_son_profil_et_seulement_le_sien() -> None:
    compte = UtilisateurFactory()
    nouveau = {"prenom": "Ada", "nom": "Martin", "fonction": "Chargée de mission", "le": timezone.now()}
    actions.modifier_profil(compte, par=Auteur(utilisateur=compte), **nouveau)
    assert Utilisateur.objects.get(pk=compte.pk).get_full_name() == "Ada Martin"
    with pytest.raises(ActeRefuse):
        actions.modifier_profil(compte, par=Auteur(utilisateur=UtilisateurFactory()), **nouveau)


def test_la_page_du_profil_enregistre_et_le_dit(client: Client) -> None:
    compte = UtilisateurFactory()
    client.force_login(compte)
    page = client.post(
        reverse("acteurs:profil"), {"first_name": "Ada", "last_name": "Martin", "fonction": ""}, follow=True
    )
    assert "Votre profil est enregistré" in page.content.decode()
    compte.refresh_from_db()
    assert str(compte) == "Ada Martin"


def test_la_page_du_profil_refuse_un_nom_trop_long_sans_rien_perdre(client: Client) -> None:
    client.force_login(UtilisateurFactory(last_name="Ancien"))
    page = client.post(reverse("acteurs:profil"), {"first_name": "Ada", "last_name": "M" * 151})
    assert page.status_code == 422
    assert "M" * 151 in page.content.decode()
    assert Utilisateur.objects.get().last_name == "Ancien"
