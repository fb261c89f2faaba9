"""The team's pages, the invitation's page and « mon compte »."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from acteurs.models import Utilisateur
from contrats.etats import Role
from contrats.models import Habilitation, Invitation
from tests.fabriques import (
    CommuneFactory,
    HabilitationFactory,
    InvitationFactory,
    OrganismeFactory,
    OrientationFactory,
    UtilisateurFactory,
)

pytestmark = pytest.mark.django_db

PHRASE = "une phrase que l’on retient 2030"


@pytest.fixture
def client_chef(client_de: Callable[..., Client]) -> Client:
    return client_de(Role.CHEF_DE_PROJET)


def texte(reponse: Any) -> str:
    return reponse.content.decode()


# --- Team ------------------------------------------------------------------------------------------------------------
def test_l_equipe_se_cherche_sans_accents_et_se_filtre_par_role(contrat, client_chef) -> None:
    HabilitationFactory(contrat=contrat, utilisateur__last_name="Éléonore Lefèvre", role=Role.PORTEUR)
    HabilitationFactory(contrat=contrat, utilisateur__last_name="Nobody Else", role=Role.PORTEUR)
    adresse = reverse("contrats:equipe", args=[contrat.slug])

    trouvee = texte(client_chef.get(adresse, {"q": "eleonore lefevre"}))
    assert "Éléonore Lefèvre" in trouvee
    assert "Nobody Else" not in trouvee
    assert "Nobody Else" in texte(client_chef.get(adresse, {"role": Role.PORTEUR}))
    assert "Nobody Else" not in texte(client_chef.get(adresse, {"role": Role.BAILLEUR}))


def test_les_habilitations_terminees_se_lisent_a_part(contrat, client_chef) -> None:
    HabilitationFactory(contrat=contrat, utilisateur__last_name="Partie Ailleurs", finie=True)
    adresse = reverse("contrats:equipe", args=[contrat.slug])
    assert "Partie Ailleurs" not in texte(client_chef.get(adresse))
    assert "Partie Ailleurs" in texte(client_chef.get(adresse, {"situation": "terminees"}))


@pytest.mark.parametrize("nom", ["equipe", "invitations", "inviter"])
@pytest.mark.parametrize("role", [Role.INSTRUCTEUR, Role.PORTEUR, Role.MEMBRE_COPIL])
def test_l_equipe_n_est_pas_montree_aux_autres_roles(contrat, client_de, nom: str, role: Role) -> None:
    assert client_de(role).get(reverse(f"contrats:{nom}", args=[contrat.slug])).status_code == 403


def test_un_contrat_ou_l_on_ne_tient_rien_n_existe_pas(contrat, client_de) -> None:
    ailleurs = HabilitationFactory(chef_de_projet=True).contrat
    client = client_de(Role.CHEF_DE_PROJET)
    for nom in ("presentation", "equipe", "invitations", "inviter"):
        assert client.get(reverse(f"contrats:{nom}", args=[ailleurs.slug])).status_code == 404


def test_les_objets_d_un_autre_contrat_ne_s_atteignent_pas_par_le_mien(contrat, client_chef) -> None:
    invitation, habilitation = InvitationFactory(), HabilitationFactory()
    for nom, pk in (
        ("renvoyer_invitation", invitation.pk),
        ("retirer_invitation", invitation.pk),
        ("clore_habilitation", habilitation.pk),
        ("habilitation", habilitation.pk),
    ):
        assert client_chef.post(reverse(f"contrats:{nom}", args=[contrat.slug, pk])).status_code == 404
    invitation.refresh_from_db()
    assert invitation.retiree_le is None


@pytest.mark.parametrize("nom", ["equipe", "invitations"])
def test_les_listes_coutent_autant_de_requetes_pour_1_et_30_lignes(
    contrat, client_chef, nom: str, django_assert_num_queries, django_assert_max_num_queries
) -> None:
    adresse = reverse(f"contrats:{nom}", args=[contrat.slug])

    def remplir(nombre: int) -> None:
        commune = CommuneFactory()
        for _ in range(nombre):
            HabilitationFactory(contrat=contrat, communes=[commune])
            InvitationFactory(contrat=contrat).communes.add(commune)

    remplir(1)
    client_chef.get(adresse)
    with django_assert_max_num_queries(25) as pour_une:
        client_chef.get(adresse)
    remplir(29)
    with django_assert_num_queries(len(pour_une)):
        client_chef.get(adresse)


# --- Inviting --------------------------------------------------------------------------------------------------------
def test_inviter_commence_par_l_organisme(contrat, client_chef) -> None:
    OrganismeFactory(nom="Œuvre des écoliers")
    adresse = reverse("contrats:inviter", args=[contrat.slug])
    assert "Œuvre des écoliers" not in texte(client_chef.get(adresse))
    assert "Œuvre des écoliers" in texte(client_chef.get(adresse, {"q": "oeuvre ecoliers"[:5]}))


def test_inviter_puis_renvoyer_puis_retirer_par_les_pages(contrat, client_chef) -> None:
    organisme = OrganismeFactory()
    adresse = reverse("contrats:inviter", args=[contrat.slug]) + f"?organisme={organisme.pk}"
    assert "Voit les seuls dossiers de son organisme" in texte(client_chef.get(adresse))

    page = client_chef.post(adresse, {"email": "nouvelle@exemple.test", "role": Role.PORTEUR}, follow=True)
    assert "L’invitation part à nouvelle@exemple.test" in texte(page)
    invitation = Invitation.objects.get()
    page = client_chef.post(reverse("contrats:renvoyer_invitation", args=[contrat.slug, invitation.pk]), follow=True)
    assert "repart" in texte(page)
    page = client_chef.post(reverse("contrats:retirer_invitation", args=[contrat.slug, invitation.pk]), follow=True)
    assert "Aucune invitation n’attend" in texte(page)
    page = client_chef.post(reverse("contrats:retirer_invitation", args=[contrat.slug, invitation.pk]), follow=True)
    assert "a été retirée" in texte(page)


def test_une_invitation_en_double_se_dit_sur_le_formulaire_sans_rien_perdre(contrat, client_chef) -> None:
    ouverte = InvitationFactory(contrat=contrat, role=Role.PORTEUR)
    adresse = reverse("contrats:inviter", args=[contrat.slug]) + f"?organisme={ouverte.organisme_id}"
    page = client_chef.post(adresse, {"email": ouverte.email, "role": Role.PORTEUR})
    assert page.status_code == 422
    assert "déjà ouverte" in texte(page)
    assert ouverte.email in texte(page)


def test_un_chef_de_projet_communal_ne_se_voit_proposer_que_ses_limites(contrat, client_de) -> None:
    sienne, autre = CommuneFactory(nom="Denain-sur-Test"), CommuneFactory(nom="Ailleurs-sur-Test")
    contrat.communes.add(sienne, autre)
    OrientationFactory(contrat=contrat)
    client = client_de(Role.CHEF_DE_PROJET, communes=[sienne])
    adresse = reverse("contrats:inviter", args=[contrat.slug]) + f"?organisme={OrganismeFactory().pk}"

    page = texte(client.get(adresse))
    assert "Denain-sur-Test" in page
    assert "Ailleurs-sur-Test" not in page

    donnees = {"email": "nouvelle@exemple.test", "role": Role.PORTEUR}
    refus = client.post(adresse, donnees)
    assert refus.status_code == 422
    assert "Vos propres droits sont limités" in texte(refus)
    client.post(adresse, donnees | {"communes": [sienne.pk]})
    assert Invitation.objects.get().communes.get() == sienne


def test_modifier_puis_fermer_une_habilitation_par_les_pages(contrat, client_chef) -> None:
    commune = CommuneFactory()
    contrat.communes.add(commune)
    habilitation = HabilitationFactory(contrat=contrat)
    adresse = reverse("contrats:habilitation", args=[contrat.slug, habilitation.pk])
    assert client_chef.get(adresse).status_code == 200

    page = client_chef.post(adresse, {"valide_au": "2020-01-01"})
    assert page.status_code == 422
    assert "déjà passé" in texte(page)
    client_chef.post(adresse, {"communes": [commune.pk], "valide_au": ""})
    assert habilitation.communes.get() == commune
    client_chef.post(reverse("contrats:clore_habilitation", args=[contrat.slug, habilitation.pk]))
    assert not Habilitation.objects.actives().contains(habilitation)
    assert "Habilitation fermée" in texte(client_chef.get(adresse))


# --- Accepting -------------------------------------------------------------------------------------------------------
def accepter(client: Client, jeton: str, **suite: str) -> Any:
    """Fill the page of an invitation."""
    donnees = {"prenom": "Ada", "nom": "Martin", "mot_de_passe": PHRASE, "confirmation": PHRASE}
    return client.post(reverse("contrats:invitation", args=[jeton]), donnees | suite, follow=True)


def test_du_courriel_au_contrat_sans_autre_etape(contrat, client_chef, client, executer_travaux) -> None:
    adresse = reverse("contrats:inviter", args=[contrat.slug]) + f"?organisme={OrganismeFactory().pk}"
    client_chef.post(adresse, {"email": "ada@exemple.test", "role": Role.PORTEUR})
    executer_travaux()
    chemin = "/invitation/" + mail.outbox[0].body.partition("/invitation/")[2].split()[0]

    page = client.get(chemin)
    assert "Voit les seuls dossiers" in texte(page)
    assert page.headers["Cache-Control"].startswith("max-age=0, no-cache")
    page = accepter(client, chemin.split("/")[2])
    assert page.redirect_chain[-1][0] == reverse("contrats:presentation", args=[contrat.slug])
    assert page.status_code == 200
    assert client.session["_auth_user_id"] == str(Utilisateur.objects.get(email="ada@exemple.test").pk)


def test_un_mot_de_passe_faible_ou_mal_repete_n_ouvre_pas_de_compte(contrat, client) -> None:
    InvitationFactory(contrat=contrat, jeton="secret", email="ada@exemple.test")
    for faible in ({"mot_de_passe": "court", "confirmation": "court"}, {"confirmation": "autre chose 2030"}):
        assert accepter(client, "secret", **faible).status_code == 422
    assert not Utilisateur.objects.filter(email="ada@exemple.test").exists()


@pytest.mark.parametrize(
    ("etat", "titre"),
    [
        ({"acceptee": True}, "Invitation déjà acceptée"),
        ({"retiree": True}, "Invitation retirée"),
        ({"perimee": True}, "Invitation expirée"),
    ],
)
def test_un_lien_qui_n_ouvre_plus_rien_dit_pourquoi_et_que_faire(contrat, client, etat, titre: str) -> None:
    InvitationFactory(contrat=contrat, jeton="secret", **etat)
    page = client.get(reverse("contrats:invitation", args=["secret"]))
    assert page.status_code == 410
    assert titre in texte(page)
    assert client.post(reverse("contrats:invitation", args=["secret"])).status_code == 410


def test_un_lien_inconnu_est_introuvable(client) -> None:
    page = client.get(reverse("contrats:invitation", args=["inconnu"]))
    assert page.status_code == 404
    assert "Lien non reconnu" in texte(page)


def test_un_compte_existant_est_invite_a_se_connecter_puis_accepte_d_un_geste(contrat, client) -> None:
    compte = UtilisateurFactory()
    InvitationFactory(contrat=contrat, jeton="secret", email=compte.email)
    adresse = reverse("contrats:invitation", args=["secret"])
    page = texte(client.get(adresse))
    assert f"{reverse('account_login')}?next={adresse}" in page
    assert "mot_de_passe" not in page
    accepter(client, "secret")
    assert not compte.habilitations.exists()

    client.force_login(compte)
    client.post(adresse)
    assert compte.habilitations.actives().count() == 1


def test_connecte_sous_un_autre_compte_on_ne_prend_pas_l_invitation(contrat, client) -> None:
    InvitationFactory(contrat=contrat, jeton="secret")
    autre = UtilisateurFactory()
    client.force_login(autre)
    adresse = reverse("contrats:invitation", args=["secret"])
    assert "une autre adresse" in texte(client.get(adresse))
    client.post(adresse, {"prenom": "A", "nom": "B", "mot_de_passe": PHRASE, "confirmation": PHRASE})
    assert not Habilitation.objects.exists()


# --- My account ------------------------------------------------------------------------------------------------------
def test_choisir_l_organisme_pour_lequel_on_agit(contrat, client_de) -> None:
    client = client_de(Role.CHEF_DE_PROJET)
    personne = client.auteur.utilisateur
    seconde = HabilitationFactory(utilisateur=personne, contrat=contrat, role=Role.DECIDEUR)
    assert "Agir pour" in texte(client.get(reverse("contrats:mon_compte")))

    page = client.post(reverse("contrats:choisir_organisme", args=[contrat.slug, seconde.organisme_id]), follow=True)
    assert f"Vous agissez maintenant pour {seconde.organisme}" in texte(page)
    page = client.get(reverse("contrats:presentation", args=[contrat.slug]))
    assert page.wsgi_request.portee.auteur.organisme == seconde.organisme

    seconde.close_le = timezone.now()
    seconde.save()
    page = client.get(reverse("contrats:presentation", args=[contrat.slug]))
    assert page.wsgi_request.portee.auteur.organisme == contrat.pilote


def test_on_n_agit_pas_pour_un_organisme_ou_l_on_ne_tient_rien(contrat, client_de) -> None:
    client = client_de(Role.INSTRUCTEUR)
    etranger = OrganismeFactory()
    assert client.post(reverse("contrats:choisir_organisme", args=[contrat.slug, etranger.pk])).status_code == 404


def test_mon_compte_coute_autant_de_requetes_pour_1_et_30_habilitations(
    client, django_assert_num_queries, django_assert_max_num_queries
) -> None:
    personne = UtilisateurFactory()
    client.force_login(personne)
    HabilitationFactory(utilisateur=personne)
    with django_assert_max_num_queries(15) as pour_une:
        client.get(reverse("contrats:mon_compte"))
    for _ in range(29):
        HabilitationFactory(utilisateur=personne)
    with django_assert_num_queries(len(pour_une)):
        client.get(reverse("contrats:mon_compte"))


@pytest.mark.parametrize(
    ("envoyee", "parti", "etat"),
    [
        (5, False, "envoi en cours"),
        (5, True, "envoyée"),
        (20, False, "courriel non parti"),
        (60 * 24 * 15, True, "expirée"),
    ],
)
def test_la_liste_dit_ou_en_est_chaque_invitation(contrat, client_chef, envoyee: int, parti: bool, etat: str) -> None:
    envoyee_le = timezone.now() - timedelta(minutes=envoyee)
    InvitationFactory(
        contrat=contrat,
        envoyee_le=envoyee_le,
        expire_le=envoyee_le + timedelta(days=14),
        courriel_parti_le=envoyee_le if parti else None,
    )
    assert etat in texte(client_chef.get(reverse("contrats:invitations", args=[contrat.slug])))
