"""Django's admin: every model is there, lists stay cheap, and what actions write is only shown."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from factory.django import DjangoModelFactory

import tests.fabriques as fabriques
from acteurs.models import Organisme, Utilisateur
from commun.journal import verifier_chaine
from commun.models import EtatTravail, LigneJournal, Travail
from contrats.etats import Role
from contrats.models import Habilitation
from tests.fabriques import (
    ContratFactory,
    DemandeFactory,
    DossierFactory,
    EnveloppeFactory,
    HabilitationFactory,
    OrganismeFactory,
    TravailFactory,
    UtilisateurFactory,
)

pytestmark = pytest.mark.django_db

NOS_APPS = ("commun", "acteurs", "geographie", "contrats", "programmation", "tfpb", "evaluation")
MODELES = [modele for nom in NOS_APPS for modele in apps.get_app_config(nom).get_models()]
FABRIQUES = {
    fabrique._meta.model: fabrique
    for fabrique in vars(fabriques).values()
    if isinstance(fabrique, type) and issubclass(fabrique, DjangoModelFactory)
}
ECRITS_PAR_LES_ACTIONS = {
    "commun.lignejournal": None,
    "commun.scellejournal": None,
    "commun.travail": None,
    "commun.fichier": None,
    "commun.reponseidempotente": None,
    "acteurs.jetonapi": None,
    "contrats.cleducontrat": None,
    "contrats.abonnementapi": None,
    "evaluation.rapport": None,
    "contrats.habilitation": None,
    "contrats.invitation": None,
    "contrats.pointavancement": None,
    "contrats.engagement": None,
    "contrats.cibleengagement": None,
    "contrats.revueengagements": None,
    "contrats.remarquerevue": None,
    "contrats.sollicitation": None,
    "contrats.membrecomite": None,
    "contrats.pointordredujour": None,
    "contrats.presence": None,
    "contrats.itemcompterendu": None,
    "contrats.abonnementcalendrier": None,
    "contrats.avenant": None,
    "contrats.voletcommunal": None,
    "contrats.prioritescommunales": None,
    "contrats.contenupriorites": None,
    "contrats.actioncontrat": None,
    "contrats.ficheacteur": None,
    "contrats.noteescalade": None,
    "contrats.ouverturecontrat": None,
    "contrats.compteainviter": None,
    "programmation.dossier": {"etat", "depose_le"},
    "programmation.demandefinancement": {"etat", "montant_propose", "montant_programme", "montant_vote", "acte"},
    "programmation.enveloppe": {"montant", "montant_programme", "montant_vote", "depassement_autorise"},
    "acteurs.utilisateur": {"is_active", "email"},
}


@pytest.fixture
def administrateur(client: Client) -> Client:
    client.force_login(UtilisateurFactory(administrateur=True))
    return client


def adresse(modele: type[models.Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{modele._meta.app_label}_{modele._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("modele", MODELES, ids=lambda m: m._meta.label)
def test_chaque_modele_est_dans_l_administration_et_s_y_cherche(modele: type[models.Model]) -> None:
    inscrit = admin.site._registry[modele]
    assert inscrit.search_fields or inscrit.date_hierarchy


@pytest.mark.parametrize("modele", MODELES, ids=lambda m: m._meta.label)
def test_chaque_liste_coute_autant_de_requetes_pour_2_et_12_lignes(
    administrateur: Client, modele: type[models.Model], django_assert_num_queries, django_assert_max_num_queries
) -> None:
    liste = adresse(modele, "changelist")
    FABRIQUES[modele].create_batch(2)
    administrateur.get(liste)
    with django_assert_max_num_queries(30) as pour_deux:
        assert administrateur.get(liste).status_code == 200
    FABRIQUES[modele].create_batch(10)
    with django_assert_num_queries(len(pour_deux)):
        administrateur.get(liste)


@pytest.mark.parametrize("modele", MODELES, ids=lambda m: m._meta.label)
def test_chaque_fiche_s_ouvre_et_la_recherche_repond(administrateur: Client, modele: type[models.Model]) -> None:
    objet = FABRIQUES[modele]()
    assert administrateur.get(adresse(modele, "change", objet.pk)).status_code == 200
    assert administrateur.get(adresse(modele, "changelist"), {"q": "écôle 12"}).status_code == 200


@pytest.mark.parametrize(("etiquette", "champs"), ECRITS_PAR_LES_ACTIONS.items())
def test_ce_que_les_actions_ecrivent_n_est_que_montre(
    administrateur: Client, etiquette: str, champs: set[str] | None
) -> None:
    modele = apps.get_model(etiquette)
    objet = FABRIQUES[modele]()
    page = administrateur.get(adresse(modele, "change", objet.pk))
    formulaire = page.context["adminform"].form
    if champs is None:
        assert not page.context["has_change_permission"]
        assert administrateur.post(adresse(modele, "change", objet.pk), {}).status_code == 403
        assert administrateur.get(adresse(modele, "add")).status_code == 403
        assert administrateur.post(adresse(modele, "delete", objet.pk), {"post": "yes"}).status_code == 403
    else:
        assert champs <= set(page.context["adminform"].readonly_fields)
        assert not champs & set(formulaire.fields)


@pytest.mark.parametrize("fabrique", [DossierFactory, DemandeFactory, EnveloppeFactory, UtilisateurFactory])
def test_ce_qui_nait_d_un_acte_ne_se_supprime_pas_ici(administrateur: Client, fabrique: Any) -> None:
    objet = fabrique()
    assert administrateur.post(adresse(type(objet), "delete", objet.pk), {"post": "yes"}).status_code == 403


def test_une_correction_laisse_une_ligne_au_journal(administrateur: Client) -> None:
    organisme = OrganismeFactory(nom="Ancien nom")
    donnees = {"nom": "Nouveau nom", "type": organisme.type, "forme_juridique": organisme.forme_juridique}
    administrateur.post(adresse(Organisme, "change", organisme.pk), donnees)
    organisme.refresh_from_db()
    assert organisme.nom == "Nouveau nom"
    ligne = LigneJournal.objects.de(organisme).get()
    assert ligne.apres == {"champs": ["Nom"]}
    assert verifier_chaine(organisme)


def test_une_suppression_laisse_une_ligne_au_journal(administrateur: Client) -> None:
    organisme = OrganismeFactory()
    administrateur.post(adresse(Organisme, "delete", organisme.pk), {"post": "yes"})
    assert not Organisme.objects.filter(pk=organisme.pk).exists()
    assert LigneJournal.objects.get(cible_type="acteurs.organisme", cible_id=organisme.pk).acte == "administrer"


def test_la_recherche_se_fait_sans_accents(administrateur: Client) -> None:
    OrganismeFactory(nom="Œuvre des Écoliers")
    page = administrateur.get(adresse(Organisme, "changelist"), {"q": "oeuvre ecoliers"})
    assert "Œuvre des Écoliers" in page.content.decode()


def test_les_relations_se_cherchent_et_ne_se_deroulent_pas(administrateur: Client) -> None:
    UtilisateurFactory.create_batch(3)
    page = administrateur.get(adresse(DossierFactory._meta.model, "change", DossierFactory().pk)).content.decode()
    assert "admin-autocomplete" in page
    assert page.count("<option") < 40


def test_desactiver_et_reactiver_passent_par_les_actions(administrateur: Client) -> None:
    compte = UtilisateurFactory()
    liste = adresse(Utilisateur, "changelist")
    administrateur.post(liste, {"action": "desactiver", "_selected_action": [compte.pk]})
    compte.refresh_from_db()
    assert not compte.is_active
    administrateur.post(liste, {"action": "reactiver", "_selected_action": [compte.pk]})
    compte.refresh_from_db()
    assert compte.is_active
    assert [ligne.acte for ligne in LigneJournal.objects.de(compte)] == ["desactiver_compte", "reactiver_compte"]


def test_fermer_des_habilitations_depuis_la_liste(administrateur: Client) -> None:
    habilitation = HabilitationFactory()
    administrateur.post(adresse(Habilitation, "changelist"), {"action": "clore", "_selected_action": [habilitation.pk]})
    assert not Habilitation.objects.actives().exists()


def test_relancer_un_travail_en_echec(administrateur: Client) -> None:
    travail = TravailFactory(etat=EtatTravail.ECHEC, termine_le=timezone.now())
    administrateur.post(
        adresse(Travail, "changelist"), {"action": "relancer_les_travaux", "_selected_action": [travail.pk]}
    )
    travail.refresh_from_db()
    assert travail.etat == EtatTravail.A_FAIRE


def test_l_administration_demande_la_connexion_commune_et_refuse_les_autres(client: Client, client_de) -> None:
    page = client.get(reverse("admin:index"), follow=True)
    assert page.redirect_chain[-1][0].startswith(reverse("account_login"))
    ordinaire = client_de(Role.CHEF_DE_PROJET, contrat=ContratFactory())
    assert ordinaire.get(reverse("admin:index"), follow=True).status_code == 403


def test_qui_n_est_pas_superutilisateur_ne_s_eleve_pas(client: Client) -> None:
    agent = UtilisateurFactory(is_staff=True)
    agent.user_permissions.set(Permission.objects.filter(content_type__app_label="acteurs"))
    client.force_login(agent)
    page = client.get(adresse(Utilisateur, "change", agent.pk))
    assert not {"is_staff", "is_superuser", "user_permissions"} & set(page.context["adminform"].form.fields)
    page = client.post(adresse(Utilisateur, "change", agent.pk), {"last_name": "A", "is_superuser": "on"})
    agent.refresh_from_db()
    assert not agent.is_superuser


def test_ni_seconds_facteurs_ni_jetons_ne_se_lisent_dans_l_administration(administrateur: Client) -> None:
    inscrits = {modele._meta.app_label for modele in admin.site._registry}
    assert inscrits.isdisjoint({"account", "mfa", "socialaccount"})
    assert administrateur.get("/admin/mfa/authenticator/").status_code == 404
