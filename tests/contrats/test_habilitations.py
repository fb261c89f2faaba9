"""Changing and closing an habilitation: who may, and what an open session sees of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from commun.auteur import Auteur
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.models import LigneJournal
from contrats import actions
from contrats.etats import Role
from contrats.models import Habilitation
from contrats.permissions import Limites, limites_de
from tests.fabriques import CommuneFactory, HabilitationFactory, OrientationFactory, UtilisateurFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def chef(auteur_de: Callable[..., Auteur]) -> Auteur:
    return auteur_de(Role.CHEF_DE_PROJET)


def test_modifier_change_les_limites_et_la_fin_prevue_et_l_inscrit(contrat, chef) -> None:
    commune = CommuneFactory()
    contrat.communes.add(commune)
    habilitation = HabilitationFactory(contrat=contrat, orientations=[OrientationFactory(contrat=contrat)])
    fin = timezone.localdate() + timedelta(days=30)

    actions.modifier_habilitation(
        habilitation, limites=Limites(communes=frozenset([commune.pk])), valide_au=fin, par=chef, le=timezone.now()
    )

    habilitation = Habilitation.objects.get(pk=habilitation.pk)
    assert (habilitation.valide_au, limites_de(habilitation)) == (fin, Limites(communes=frozenset([commune.pk])))
    ligne = LigneJournal.objects.de(habilitation).get()
    assert ligne.apres["limites"] == commune.nom
    assert ligne.avant["valide_au"] is None


def test_une_habilitation_vaut_encore_son_dernier_jour(contrat, chef) -> None:
    habilitation = HabilitationFactory(contrat=contrat)
    aujourd_hui = timezone.localdate()
    actions.modifier_habilitation(habilitation, limites=Limites(), valide_au=aujourd_hui, par=chef, le=timezone.now())
    assert Habilitation.objects.actives(aujourd_hui).contains(habilitation)
    assert not Habilitation.objects.actives(aujourd_hui + timedelta(days=1)).contains(habilitation)


def test_une_fin_deja_passee_est_refusee(contrat, chef) -> None:
    hier = timezone.localdate() - timedelta(days=1)
    with pytest.raises(RegleEnfreinte) as erreur:
        actions.modifier_habilitation(
            HabilitationFactory(contrat=contrat), limites=Limites(), valide_au=hier, par=chef, le=timezone.now()
        )
    assert erreur.value.champ == "valide_au"


def test_modifier_et_clore_sont_reserves_au_chef_de_projet(contrat, auteur_de) -> None:
    habilitation = HabilitationFactory(contrat=contrat)
    decideur = auteur_de(Role.DECIDEUR)
    with pytest.raises(ActeRefuse):
        actions.modifier_habilitation(habilitation, limites=Limites(), valide_au=None, par=decideur, le=timezone.now())
    with pytest.raises(ActeRefuse):
        actions.clore_habilitation(habilitation, par=decideur, le=timezone.now())


def test_un_chef_de_projet_communal_n_elargit_pas_ses_propres_droits(contrat, auteur_de) -> None:
    commune = CommuneFactory()
    contrat.communes.add(commune)
    communal = auteur_de(Role.CHEF_DE_PROJET, communes=[commune])
    la_sienne = communal.utilisateur.habilitations.get()
    with pytest.raises(ActeRefuse, match="limités"):
        actions.modifier_habilitation(la_sienne, limites=Limites(), valide_au=None, par=communal, le=timezone.now())
    with pytest.raises(ActeRefuse, match="limités"):
        actions.clore_habilitation(HabilitationFactory(contrat=contrat), par=communal, le=timezone.now())


def test_clore_deux_fois_est_refuse(contrat, chef) -> None:
    habilitation = HabilitationFactory(contrat=contrat)
    actions.clore_habilitation(habilitation, par=chef, le=timezone.now())
    with pytest.raises(RegleEnfreinte, match="déjà fermée"):
        actions.clore_habilitation(habilitation, par=chef, le=timezone.now())


def test_une_habilitation_ouverte_le_jour_meme_se_ferme_aussitot(contrat, chef) -> None:
    habilitation = HabilitationFactory(contrat=contrat, valide_du=timezone.localdate())
    actions.clore_habilitation(habilitation, par=chef, le=timezone.now())
    assert not Habilitation.objects.actives().contains(habilitation)


def test_le_dernier_chef_de_projet_ne_ferme_pas_la_porte_derriere_lui(contrat, chef) -> None:
    la_sienne = chef.utilisateur.habilitations.get()
    with pytest.raises(RegleEnfreinte, match="plus de chef de projet"):
        actions.clore_habilitation(la_sienne, par=chef, le=timezone.now())

    administrateur = Auteur(utilisateur=UtilisateurFactory(administrateur=True))
    assert actions.clore_habilitation(la_sienne, par=administrateur, le=timezone.now()).close_le


@pytest.mark.django_db(transaction=True)
def test_deux_chefs_de_projet_ne_se_ferment_pas_l_un_l_autre(contrat) -> None:
    habilitations = [HabilitationFactory(contrat=contrat, chef_de_projet=True) for _ in range(2)]
    depart = threading.Barrier(2)

    def fermer(sienne: Habilitation, autre: Habilitation) -> str:
        try:
            par = Auteur(utilisateur=sienne.utilisateur, organisme=sienne.organisme)
            depart.wait(timeout=5)
            actions.clore_habilitation(autre, par=par, le=timezone.now())
        except (RegleEnfreinte, ActeRefuse):
            return "refusée"
        else:
            return "fermée"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as fils:
        couples = [habilitations, habilitations[::-1]]
        resultats = sorted(f.result() for f in [fils.submit(fermer, *couple) for couple in couples])

    assert resultats == ["fermée", "refusée"]
    assert Habilitation.objects.actives().filter(role=Role.CHEF_DE_PROJET).count() == 1


# --- Open sessions ---------------------------------------------------------------------------------------------------
def test_une_session_ouverte_perd_l_acces_des_que_l_habilitation_est_fermee(contrat, chef, client_de) -> None:
    client = client_de(Role.INSTRUCTEUR)
    adresse = reverse("contrats:presentation", args=[contrat.slug])
    assert client.get(adresse).status_code == 200

    actions.clore_habilitation(client.auteur.utilisateur.habilitations.get(), par=chef, le=timezone.now())

    assert client.get(adresse).status_code == 404


def test_qui_ne_tient_plus_rien_se_connecte_et_lit_pourquoi(contrat, chef, client_de) -> None:
    client = client_de(Role.INSTRUCTEUR)
    actions.clore_habilitation(client.auteur.utilisateur.habilitations.get(), par=chef, le=timezone.now())
    page = client.get(reverse("contrats:mon_compte"))
    assert page.status_code == 200
    assert "Aucun contrat ne vous est ouvert" in page.content.decode()
