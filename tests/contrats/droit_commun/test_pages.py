"""Pages of droit commun: who opens them, what they cost, what they do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from contrats.etats import EtatEscalade, Role
from contrats.models import TypeComite
from tests.fabriques import (
    ContratFactory,
    EngagementFactory,
    FicheActeurFactory,
    NoteEscaladeFactory,
    OrganismeFactory,
    OrientationFactory,
    PerimetreDuContratFactory,
    RessourceFactory,
    ReunionFactory,
)

pytestmark = pytest.mark.django_db

LISTES = ["droit_commun", "droit_commun_arbre", "fiches"]


@pytest.fixture
def chef(client_de: Callable[..., Client]) -> Client:
    return client_de(Role.CHEF_DE_PROJET)


def adresse(contrat: Any, nom: str, *args: Any) -> str:
    return reverse(f"contrats:{nom}", args=[contrat.slug, *args])


def lire(client: Client, contrat: Any, nom: str, *args: Any, **filtres: Any) -> str:
    return client.get(adresse(contrat, nom, *args), filtres).content.decode()


def remplir(contrat: Any, nombre: int) -> None:
    for _ in range(nombre):
        perimetre = PerimetreDuContratFactory(contrat=contrat).perimetre
        ressource = RessourceFactory(
            contrat=contrat, organisme=OrganismeFactory(), orientation=OrientationFactory(contrat=contrat)
        )
        ressource.perimetres.add(perimetre)
        FicheActeurFactory(contrat=contrat, organisme=ressource.organisme).perimetres.add(perimetre)
        NoteEscaladeFactory(contrat=contrat, reunion=ReunionFactory(comite__contrat=contrat))


@pytest.mark.parametrize("nom", [*LISTES, "escalades"])
def test_chaque_liste_coute_autant_de_requetes_pour_1_et_30_lignes(
    contrat, chef, nom, django_assert_num_queries, django_assert_max_num_queries
) -> None:
    remplir(contrat, 1)
    chef.get(adresse(contrat, nom))
    with django_assert_max_num_queries(30) as pour_une:
        chef.get(adresse(contrat, nom))
    remplir(contrat, 29)
    with django_assert_num_queries(len(pour_une)):
        assert chef.get(adresse(contrat, nom)).status_code == 200


@pytest.mark.parametrize("nom", [*LISTES, "escalades", "nouvelle_ressource", "nouvelle_escalade"])
def test_un_autre_contrat_n_existe_pas(chef, nom) -> None:
    assert chef.get(adresse(ContratFactory(), nom)).status_code == 404


@pytest.mark.parametrize("nom", LISTES)
@pytest.mark.parametrize("role", list(Role))
def test_le_repertoire_et_les_fiches_sont_ouverts_a_tous_les_roles(contrat, client_de, nom, role) -> None:
    assert client_de(role).get(adresse(contrat, nom)).status_code == 200


@pytest.mark.parametrize("role", [Role.PORTEUR, Role.SIGNATAIRE, Role.BAILLEUR, Role.CONSEIL_CITOYEN])
def test_les_notes_ne_s_ouvrent_pas_a_tous(contrat, client_de, role) -> None:
    client = client_de(role)
    assert client.get(adresse(contrat, "escalades")).status_code == 403
    assert "Notes au COPIL" not in lire(client, contrat, "droit_commun")


def test_une_ressource_fermee_est_introuvable_pour_un_porteur(contrat, client_de, chef) -> None:
    fermee = RessourceFactory(contrat=contrat, ouverte=False)
    assert client_de(Role.PORTEUR).get(adresse(contrat, "ressource", fermee.pk)).status_code == 404
    assert "non visible des porteurs" in lire(chef, contrat, "ressource", fermee.pk)


def test_un_objet_d_un_autre_contrat_est_introuvable(contrat, chef) -> None:
    for nom, pk in (
        ("ressource", RessourceFactory().pk),
        ("fiche", FicheActeurFactory().organisme_id),
        ("escalade", NoteEscaladeFactory().pk),
    ):
        assert chef.get(adresse(contrat, nom, pk)).status_code == 404, nom


@pytest.mark.parametrize("nom", [*LISTES, "escalades"])
def test_une_page_vide_dit_ce_qui_sera_la(contrat, chef, nom) -> None:
    assert 'class="vide"' in lire(chef, contrat, nom)


def test_la_recherche_et_l_arbre_gardent_les_memes_filtres(contrat, chef) -> None:
    orientation = OrientationFactory(contrat=contrat)
    RessourceFactory(contrat=contrat, nom="Médiation numérique", orientation=orientation)
    OrientationFactory(contrat=contrat, nom="Orientation sans ressource")
    for nom in ("droit_commun", "droit_commun_arbre"):
        assert "Médiation numérique" in lire(chef, contrat, nom, q="mediation")
        assert "Aucune ressource ne répond" in lire(chef, contrat, nom, q="piscine")
    assert "Aucun moyen de droit commun" in lire(chef, contrat, "droit_commun_arbre")
    # A filter leaves branches out: they are no hole.
    assert (
        "Orientation sans ressource</"
        not in lire(chef, contrat, "droit_commun_arbre", q="mediation").split('class="arbre"')[1]
    )


def test_un_organisme_ajoute_corrige_et_confirme_sa_ressource(contrat, client_de) -> None:
    caf = client_de(Role.SIGNATAIRE)
    donnees = {"nom": "Aide au départ", "organisme": caf.auteur.organisme.pk, "ouverte": "on"}
    assert caf.post(adresse(contrat, "nouvelle_ressource"), donnees).status_code == 302
    ressource = contrat.ressources.get()
    assert (ressource.organisme, ressource.ouverte) == (caf.auteur.organisme, True)
    caf.post(adresse(contrat, "modifier_ressource", ressource.pk), {**donnees, "public": "Familles"})
    assert "Familles" in lire(caf, contrat, "ressource", ressource.pk)
    assert caf.post(adresse(contrat, "confirmer_ressource", ressource.pk)).status_code == 302
    ailleurs = {**donnees, "organisme": contrat.pilote_id}
    assert caf.post(adresse(contrat, "nouvelle_ressource"), ailleurs).status_code == 422
    assert caf.post(adresse(contrat, "retirer_ressource", RessourceFactory(contrat=contrat).pk)).status_code == 403


def test_un_porteur_n_ajoute_pas_de_ressource_mais_ecrit_sa_fiche(contrat, client_de) -> None:
    porteur = client_de(Role.PORTEUR)
    assert porteur.get(adresse(contrat, "nouvelle_ressource")).status_code == 403
    organisme = porteur.auteur.organisme
    assert f"Écrire la fiche de votre organisme, {organisme}" in lire(porteur, contrat, "fiches")
    reponse = porteur.post(adresse(contrat, "modifier_fiche", organisme.pk), {"missions": "Boxe éducative"})
    assert reponse.url == adresse(contrat, "fiche", organisme.pk)
    assert "Boxe éducative" in lire(porteur, contrat, "fiche", organisme.pk)
    autre = FicheActeurFactory(contrat=contrat).organisme
    assert porteur.get(adresse(contrat, "modifier_fiche", autre.pk)).status_code == 403
    assert porteur.post(adresse(contrat, "retirer_fiche", autre.pk)).status_code == 403
    assert porteur.post(adresse(contrat, "retirer_fiche", organisme.pk)).status_code == 302


def test_le_chef_de_projet_ecrit_la_fiche_d_un_organisme_qu_il_cherche(contrat, chef) -> None:
    organisme = OrganismeFactory(nom="Maison des aînés")
    page = lire(chef, contrat, "nouvelle_fiche", q="aines")
    assert adresse(contrat, "modifier_fiche", organisme.pk) in page


def test_une_note_se_mene_de_l_ecran_jusqu_a_sa_suite(contrat, chef, client_de) -> None:
    engagement = EngagementFactory(contrat=contrat)
    donnees = {"titre": "Santé scolaire", "constat": "c", "argumentaire": "a", "engagements": [engagement.pk]}
    assert chef.post(adresse(contrat, "nouvelle_escalade"), donnees).status_code == 302
    note = contrat.escalades.get()
    membre = client_de(Role.MEMBRE_COPIL)
    assert membre.get(adresse(contrat, "escalade", note.pk)).status_code == 404
    assert chef.post(adresse(contrat, "escalade_cotech", note.pk), {}).status_code == 302
    copil = ReunionFactory(comite__contrat=contrat, comite__type=TypeComite.COPIL)
    assert chef.post(adresse(contrat, "escalade_copil", note.pk), {"reunion": copil.pk}).status_code == 302
    page = lire(membre, contrat, "escalade", note.pk)
    for attendu in ("Santé scolaire", engagement.libelle, str(copil)):
        assert attendu in page
    assert "Donner une suite" not in page
    assert chef.post(adresse(contrat, "escalade_suite", note.pk), {"suite": ""}).status_code == 422
    assert chef.post(adresse(contrat, "escalade_suite", note.pk), {"suite": "Un poste ouvre."}).status_code == 302
    note.refresh_from_db()
    assert note.etat == EtatEscalade.TRAITEE
    assert chef.post(adresse(contrat, "modifier_escalade", note.pk), donnees).status_code == 422
    assert membre.post(adresse(contrat, "escalade_suite", note.pk), {"suite": "x"}).status_code == 403
