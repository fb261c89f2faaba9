"""The pages of an account: signing in, forgotten password, second factor, error pages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.fabriques import UtilisateurFactory
from tests.navigateur import BUREAU, TELEPHONE

pytestmark = pytest.mark.django_db

PHRASE = "une phrase que l’on retient 2030"


@pytest.fixture
def personne():
    personne = UtilisateurFactory()
    personne.set_password(PHRASE)
    personne.save()
    return personne


def test_l_inscription_est_fermee_et_dit_a_qui_s_adresser(client: Client) -> None:
    texte = client.get(reverse("account_signup")).content.decode()
    assert "sur invitation" in texte
    assert "chef de projet" in texte


def test_un_mauvais_mot_de_passe_le_dit_sans_dire_si_le_compte_existe(client: Client, personne) -> None:
    reponses = {
        re.search(
            r"<ul>\s*<li>(.*?)</li>",
            client.post(reverse("account_login"), {"login": adresse, "password": "faux"}).content.decode(),
            re.DOTALL,
        ).group(1)
        for adresse in (personne.email, "inconnu@exemple.fr")
    }
    assert len(reponses) == 1


def test_le_mot_de_passe_oublie_se_retrouve_par_un_message_en_francais(client: Client, personne) -> None:
    client.post(reverse("account_reset_password"), {"email": personne.email})
    message = mail.outbox[0]
    assert message.subject == "Choisir un nouveau mot de passe"
    assert message.to == [personne.email]
    lien = re.search(r"http://\S+", message.body).group(0)
    page = client.get(lien, follow=True)
    nouveau = "une autre phrase, plus longue 2031"
    page = client.post(page.request["PATH_INFO"], {"password1": nouveau, "password2": nouveau}, follow=True)
    assert "Mot de passe enregistré" in page.content.decode()
    assert get_user_model().objects.get(pk=personne.pk).check_password(nouveau)


def test_une_adresse_inconnue_recoit_une_explication(client: Client) -> None:
    client.post(reverse("account_reset_password"), {"email": "inconnu@exemple.fr"})
    assert mail.outbox[0].subject == "Aucun compte à cette adresse"
    assert "sur invitation" in mail.outbox[0].body


def test_un_lien_deja_utilise_propose_d_en_recevoir_un_autre(client: Client) -> None:
    texte = client.get(reverse("account_reset_password_from_key", args=["1", "faux-jeton"])).content.decode()
    assert "Ce lien ne sert plus" in texte
    assert reverse("account_reset_password") in texte


def test_une_adresse_qui_ne_mene_a_rien_repond_en_francais(client: Client, personne) -> None:
    client.force_login(personne)
    reponse = client.get("/rien-du-tout/")
    assert reponse.status_code == 404
    assert "Page introuvable" in reponse.content.decode()


@pytest.mark.navigateur
@pytest.mark.parametrize("taille", [BUREAU, TELEPHONE], ids=["bureau", "téléphone"])
@pytest.mark.parametrize(
    "nom", ["account_login", "account_signup", "account_reset_password", "account_reset_password_done"]
)
def test_les_pages_sans_compte_sont_accessibles(page_de: Callable, axe: Callable, nom: str, taille: dict) -> None:
    page = page_de(None, taille=taille)
    page.goto(reverse(nom))
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.navigateur
@pytest.mark.parametrize("taille", [BUREAU, TELEPHONE], ids=["bureau", "téléphone"])
@pytest.mark.parametrize("nom", ["account_change_password", "mfa_index", "account_logout"])
def test_les_pages_du_compte_sont_accessibles(
    page_de: Callable, axe: Callable, personne, nom: str, taille: dict
) -> None:
    page = page_de(utilisateur=personne, taille=taille)
    page.goto(reverse(nom))
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
