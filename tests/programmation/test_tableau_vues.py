"""Saved views: an address under a name, shared or not; each reader sees its own files through it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from commun.erreurs import ActeRefuse, RegleEnfreinte
from contrats.etats import Role
from programmation import actions
from programmation.lectures.vues import vues_de
from programmation.models import PartageVue, VueEnregistree
from tests.fabriques import VueEnregistreeFactory

pytestmark = pytest.mark.django_db


def adresse(contrat: Any, route: str = "vues", **cles: Any) -> str:
    return reverse(f"programmation:{route}", kwargs={"contrat": contrat.slug, "annee": 2026, **cles})


@pytest.fixture
def client(gens: Any) -> Client:
    client = Client()
    client.force_login(gens.instructeur.utilisateur)
    return client


def test_ce_que_l_adresse_montre_devient_un_onglet(client, contrat) -> None:
    tableau = adresse(contrat, "tableau")
    page = client.get(
        adresse(contrat), {"etat": "depose", "tri": "-cout", "page": "3", "intrus": "x", "suite": tableau}
    )
    parametres = page.context["form"]["parametres"].value()
    assert parametres == "etat=depose&tri=-cout"

    reponse = client.post(
        adresse(contrat), {"nom": "À vérifier", "partage": "moi", "parametres": parametres, "suite": tableau}
    )

    assert reponse["Location"] == f"{tableau}?etat=depose&tri=-cout"
    onglets = client.get(reponse["Location"]).context["onglets"]
    assert [(o["libelle"], o["actif"]) for o in onglets] == [("Tous les dossiers", False), ("À vérifier", True)]
    kanban = client.get(adresse(contrat, "kanban")).context["onglets"]
    assert kanban[1]["url"] == f"{adresse(contrat, 'kanban')}?etat=depose&tri=-cout"


def test_le_meme_nom_remplace_sa_propre_vue(gens, contrat) -> None:
    for parametres in ("q=a", "q=b"):
        actions.enregistrer_vue(contrat, nom="Mienne", parametres=parametres, partage="moi", par=gens.chef)
    assert VueEnregistree.objects.get().parametres == "q=b"


def test_chacun_trouve_ses_vues_et_celles_qu_on_lui_partage(contrat, gens) -> None:
    for nom, partage in (("Moi", "moi"), ("Nous", "organisme"), ("Tous", "contrat")):
        actions.enregistrer_vue(contrat, nom=nom, parametres="q=a", partage=partage, par=gens.instructeur)
    VueEnregistreeFactory(nom="Ailleurs", partage=PartageVue.CONTRAT)  # another contract's

    def noms(qui: Any) -> list[str]:
        return [vue.nom for vue in vues_de(qui, contrat)]

    assert noms(gens.instructeur) == ["Moi", "Nous", "Tous"]
    assert noms(gens.decideur) == ["Nous", "Tous"]  # the same organisation
    assert noms(gens.voisin) == ["Tous"]
    assert noms(gens.porteur) == []


def test_qui_ne_tient_pas_la_vue_ne_la_retire_pas(contrat, gens, client_de) -> None:
    privee = actions.enregistrer_vue(contrat, nom="Moi", parametres="", partage="moi", par=gens.instructeur)
    tous = actions.enregistrer_vue(contrat, nom="Tous", parametres="", partage="contrat", par=gens.instructeur)
    voisin = Client()
    voisin.force_login(gens.voisin.utilisateur)
    assert voisin.post(adresse(contrat, "retirer_vue", pk=privee.pk)).status_code == 404
    assert voisin.post(adresse(contrat, "retirer_vue", pk=tous.pk)).status_code == 403
    with pytest.raises(ActeRefuse):
        actions.retirer_vue(tous, par=gens.voisin)
    actions.retirer_vue(tous, par=gens.chef)  # the team keeps the common tabs in order
    assert list(VueEnregistree.objects.all()) == [privee]


def test_un_porteur_ne_partage_pas_avec_ceux_qui_instruisent(contrat, gens, client_de) -> None:
    with pytest.raises(ActeRefuse, match="Seuls ceux qui instruisent"):
        actions.enregistrer_vue(contrat, nom="X", parametres="", partage="contrat", par=gens.porteur)
    page = client_de(Role.PORTEUR).get(adresse(contrat))
    assert [valeur for valeur, _ in page.context["form"].fields["partage"].choices] == ["moi", "organisme"]


def test_une_vue_de_trop_est_refusee_sans_perdre_la_saisie(contrat, gens) -> None:
    for rang in range(30):
        VueEnregistreeFactory(contrat=contrat, utilisateur=gens.chef.utilisateur, nom=f"V{rang}")
    with pytest.raises(RegleEnfreinte, match="30 vues"):
        actions.enregistrer_vue(contrat, nom="W", parametres="", partage="moi", par=gens.chef)
    actions.enregistrer_vue(contrat, nom="V3", parametres="q=a", partage="moi", par=gens.chef)


def test_une_vue_sans_nom_revient_avec_sa_raison(client, contrat) -> None:
    reponse = client.post(adresse(contrat), {"nom": "", "partage": "moi", "parametres": "q=a"})
    assert (reponse.status_code, "nom" in reponse.context["form"].errors) == (422, True)
