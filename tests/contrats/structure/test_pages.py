"""Pages of the structure, of the communal documents and of the plan: who opens them, what they cost, what they do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contrats.actions.structure import figer_contrat_signe
from contrats.etats import EtatDocument, Role
from contrats.models import Objectif
from tests.fabriques import (
    ActeDecisionFactory,
    ActionContratFactory,
    CommuneFactory,
    ContenuPrioritesFactory,
    ContratFactory,
    EngagementFactory,
    FichierFactory,
    ObjectifFactory,
    OrganismeFactory,
    OrientationFactory,
    PrioritesCommunalesFactory,
    SignataireFactory,
    VoletCommunalFactory,
)

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
DU_PILOTE = ["structure", "signataires_du_contrat", "actes", "avenants", "nouvelle_orientation", "nouvel_acte"]
OUVERTES = ["volets", "plan", "priorites"]


@pytest.fixture
def chef(client_de: Callable[..., Client]) -> Client:
    return client_de(Role.CHEF_DE_PROJET)


def adresse(contrat: Any, nom: str, *args: Any) -> str:
    annee = [2026] if nom in ("priorites", "priorites_commune", "rubrique", "commencer_priorites") else []
    return reverse(f"contrats:{nom}", args=[contrat.slug, *annee, *args])


def lire(client: Client, contrat: Any, nom: str, *args: Any, **filtres: Any) -> str:
    return client.get(adresse(contrat, nom, *args), filtres).content.decode()


def remplir(contrat: Any, nombre: int) -> None:
    for _ in range(nombre):
        objectif = ObjectifFactory(orientation__contrat=contrat, ambition="Agir")
        SignataireFactory(contrat=contrat)
        ActeDecisionFactory(contrat=contrat, piece=FichierFactory())
        VoletCommunalFactory(contrat=contrat, annexe=True).objectifs.add(objectif)
        ContenuPrioritesFactory(priorites=PrioritesCommunalesFactory(contrat=contrat, annexe=True))
        action = ActionContratFactory(contrat=contrat, organisme=OrganismeFactory())
        action.engagements.add(EngagementFactory(contrat=contrat))
        action.partenaires.add(OrganismeFactory())


@pytest.mark.parametrize(
    "nom", ["structure", "signataires_du_contrat", "actes", "avenants", "volets", "priorites", "plan"]
)
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


@pytest.mark.parametrize("nom", [*DU_PILOTE, *OUVERTES])
def test_un_autre_contrat_n_existe_pas(chef, nom) -> None:
    assert chef.get(adresse(ContratFactory(), nom)).status_code == 404


@pytest.mark.parametrize("nom", DU_PILOTE)
@pytest.mark.parametrize("role", [Role.INSTRUCTEUR, Role.MEMBRE_COPIL, Role.PORTEUR, Role.CONSEIL_CITOYEN])
def test_la_structure_ne_s_ouvre_qu_aux_chefs_de_projet(contrat, client_de, nom, role) -> None:
    assert client_de(role).get(adresse(contrat, nom)).status_code == 403


@pytest.mark.parametrize("nom", OUVERTES)
@pytest.mark.parametrize("role", list(Role))
def test_volets_priorites_et_plan_se_lisent_dans_tout_le_contrat(contrat, client_de, nom, role) -> None:
    assert client_de(role).get(adresse(contrat, nom)).status_code == 200


@pytest.mark.parametrize("nom", ["structure", "signataires_du_contrat", "actes", "avenants", "plan"])
def test_une_page_vide_donne_le_premier_acte(contrat, chef, nom) -> None:
    page = lire(chef, contrat, nom)
    assert "n’est encore" in page
    assert 'class="vide"' in page


def test_un_objet_d_un_autre_contrat_est_introuvable(contrat, chef) -> None:
    ailleurs = ObjectifFactory()
    for nom, pk in (
        ("orientation", ailleurs.orientation_id),
        ("objectif", ailleurs.pk),
        ("signataire", SignataireFactory().pk),
        ("acte", ActeDecisionFactory().pk),
        ("action_du_plan", ActionContratFactory().pk),
        ("volet", VoletCommunalFactory().commune.code),
    ):
        assert chef.get(adresse(contrat, nom, pk)).status_code == 404, nom
    assert chef.post(adresse(contrat, "retirer_objectif", ailleurs.pk)).status_code == 404


# --- In place, with and without htmx ---------------------------------------------------------------------------------
def test_une_orientation_se_modifie_en_place(contrat, chef) -> None:
    orientation = OrientationFactory(contrat=contrat)
    url = adresse(contrat, "orientation", orientation.pk)
    formulaire = chef.get(url, headers=HTMX).content.decode()
    assert "<html" not in formulaire
    assert "hx-post" in formulaire
    prefixe = f"o{orientation.pk}-"
    donnees = {f"{prefixe}code": "9", f"{prefixe}nom": "Nouveau nom", f"{prefixe}nom_court": "Nouveau"}
    rendue = chef.post(url, donnees, headers=HTMX)
    assert rendue.status_code == 200
    assert "Nouveau nom" in rendue.content.decode()
    assert "<html" not in rendue.content.decode()
    sans_htmx = chef.post(url, donnees)
    assert sans_htmx.url.endswith(f"?ouverte={orientation.pk}#orientation-{orientation.pk}")


def test_une_saisie_fausse_revient_avec_son_erreur(contrat, chef) -> None:
    OrientationFactory(contrat=contrat, code="1")
    orientation = OrientationFactory(contrat=contrat, code="2")
    url = adresse(contrat, "orientation", orientation.pk)
    prefixe = f"o{orientation.pk}-"
    vide = chef.post(url, {f"{prefixe}code": ""}, headers=HTMX)
    assert vide.status_code == 422
    double = chef.post(url, {f"{prefixe}code": "1", f"{prefixe}nom": "N", f"{prefixe}nom_court": "N"})
    assert double.status_code == 422
    assert "porte déjà ce code" in double.content.decode()


def test_un_objectif_s_ajoute_se_deplace_et_se_retire(contrat, chef) -> None:
    orientation = OrientationFactory(contrat=contrat)
    prefixe = f"n{orientation.pk}-"
    for code in "ab":
        donnees = {f"{prefixe}code": code, f"{prefixe}nom": f"Objectif {code}", f"{prefixe}ambition": "Agir"}
        assert chef.post(adresse(contrat, "nouvel_objectif", orientation.pk), donnees).status_code == 302
    b = Objectif.objects.get(code="b")
    chef.post(adresse(contrat, "deplacer_objectif", b.pk), {"sens": "haut"}, headers=HTMX)
    assert [o.code for o in orientation.objectifs.order_by("ordre")] == ["b", "a"]
    chef.post(adresse(contrat, "retirer_objectif", b.pk))
    assert [o.code for o in orientation.objectifs.all()] == ["a"]


def test_ce_qui_retient_un_objectif_se_lit_avant_de_le_retirer(contrat, chef) -> None:
    objectif = ObjectifFactory(orientation__contrat=contrat)
    EngagementFactory(contrat=contrat).objectifs.add(objectif)
    assert "1\xa0engagement en dépend" in lire(chef, contrat, "objectif", objectif.pk)


def test_un_chef_de_projet_communal_lit_la_structure_sans_boutons(contrat, client_de) -> None:
    orientation = OrientationFactory(contrat=contrat)
    communal = client_de(Role.CHEF_DE_PROJET, communes=[CommuneFactory()])
    page = lire(communal, contrat, "structure")
    assert "chef de projet de tout le contrat" in page
    assert "Modifier" not in page
    assert communal.post(adresse(contrat, "retirer_orientation", orientation.pk)).status_code == 403
    assert contrat.orientations.exists()


# --- Acts and avenants -----------------------------------------------------------------------------------------------
def test_un_acte_s_enregistre_avec_son_document_puis_se_telecharge(contrat, chef) -> None:
    SignataireFactory(contrat=contrat)
    donnees = {
        "organisme": contrat.pilote_id,
        "instance": "Conseil communautaire",
        "numero": "D51",
        "pris_le": "2026-09-24",
        "position": "retient",
        "recu_prefecture_le": "2026-09-30",
        "piece": SimpleUploadedFile("D51.pdf", b"%PDF-1.7", content_type="application/pdf"),
    }
    assert chef.post(adresse(contrat, "nouvel_acte"), donnees).status_code == 302
    acte = contrat.actes.get()
    reponse = chef.get(adresse(contrat, "piece_d_acte", acte.pk))
    assert b"".join(reponse.streaming_content) == b"%PDF-1.7"
    assert "30\xa0sept. 2026" in lire(chef, contrat, "actes")


def test_l_avenant_se_compare_a_la_version_d_origine(contrat, chef) -> None:
    ObjectifFactory(orientation__contrat=contrat)
    chef.post(adresse(contrat, "figer_origine"))
    OrientationFactory(contrat=contrat, nom="Orientation née de l’avenant")
    volet = VoletCommunalFactory(contrat=contrat, adopte=True)
    page = lire(chef, contrat, "nouvel_avenant")
    assert "Ce que l’avenant changera" in page
    donnees = {"objet": "Volets", "signe_le": "2026-06-20", "volets": [volet.pk]}
    assert chef.post(adresse(contrat, "nouvel_avenant"), donnees).status_code == 302
    volet.refresh_from_db()
    assert volet.etat == EtatDocument.ANNEXE
    comparaison = lire(chef, contrat, "comparaison", de="0", a="1")
    for attendu in ("Orientation née de l’avenant", volet.commune.nom, "ajouté"):
        assert attendu in comparaison
    assert "Rien n’a changé" in lire(chef, contrat, "comparaison")


def test_une_correction_d_avenant_se_voit(contrat, chef) -> None:
    avenant = figer_contrat_signe(contrat, signe_le=date(2024, 4, 10), par=chef.auteur, le=timezone.now())
    donnees = {"objet": "Version du 10 avril", "signe_le": "2024-04-10"}
    assert chef.post(adresse(contrat, "avenant", avenant.pk), donnees).status_code == 302
    assert "Version du 10 avril" in lire(chef, contrat, "avenants")


# --- Communal documents ----------------------------------------------------------------------------------------------
def test_la_commune_redige_son_volet_et_l_adopte(contrat, client_de) -> None:
    commune = CommuneFactory()
    contrat.communes.add(commune)
    objectif = ObjectifFactory(orientation__contrat=contrat)
    communal = client_de(Role.CHEF_DE_PROJET, communes=[commune])
    assert communal.post(adresse(contrat, "commencer_volet", commune.code)).status_code == 302
    donnees = {"texte": "Ce que la ville retient.", f"orientation_{objectif.orientation_id}": [objectif.pk]}
    assert communal.post(adresse(contrat, "modifier_volet", commune.code), donnees).status_code == 302
    page = lire(communal, contrat, "volet", commune.code)
    assert "Ce que la ville retient." in page
    assert objectif.nom in page
    acte = {
        "organisme": contrat.pilote_id,
        "instance": "Conseil municipal",
        "numero": "7",
        "pris_le": "2026-09-24",
        "position": "retient",
    }
    assert communal.post(adresse(contrat, "adopter_volet", commune.code), acte).status_code == 302
    assert contrat.volets.get().etat == EtatDocument.ADOPTE
    assert communal.post(adresse(contrat, "reviser_volet", commune.code)).status_code == 302
    assert contrat.volets.get().etat == EtatDocument.REVISE


def test_une_deliberation_deja_enregistree_suffit(contrat, chef) -> None:
    commune = CommuneFactory()
    mairie = OrganismeFactory(type="commune", code_commune=commune.code)
    acte = ActeDecisionFactory(contrat=contrat, organisme=mairie)
    VoletCommunalFactory(contrat=contrat, commune=commune)
    assert str(acte) in lire(chef, contrat, "adopter_volet", commune.code)
    assert chef.post(adresse(contrat, "adopter_volet", commune.code), {"acte": acte.pk}).status_code == 302
    assert contrat.volets.get().acte == acte


def test_une_adoption_incomplete_revient_avec_ses_erreurs(contrat, chef) -> None:
    volet = VoletCommunalFactory(contrat=contrat)
    assert chef.post(adresse(contrat, "adopter_volet", volet.commune.code), {"instance": ""}).status_code == 422


def test_un_document_en_ecriture_est_introuvable_pour_un_porteur(contrat, client_de) -> None:
    volet = VoletCommunalFactory(contrat=contrat)
    priorites = PrioritesCommunalesFactory(contrat=contrat)
    porteur = client_de(Role.PORTEUR)
    assert porteur.get(adresse(contrat, "volet", volet.commune.code)).status_code == 404
    assert porteur.get(adresse(contrat, "priorites_commune", priorites.commune.code)).status_code == 404


def test_une_rubrique_s_enregistre_en_place_et_le_dit(contrat, chef) -> None:
    document = PrioritesCommunalesFactory(contrat=contrat)
    url = adresse(contrat, "rubrique", document.commune.code, "05_priorites")
    assert "hx-post" in chef.get(url, headers=HTMX).content.decode()
    rendue = chef.post(url, {"texte": "La jeunesse d’abord."}, headers=HTMX).content.decode()
    for attendu in ("La jeunesse d’abord.", "Enregistré"):
        assert attendu in rendue
    assert chef.post(url, {"texte": "La santé aussi."}).url.endswith("#rubrique-05_priorites")
    page = lire(chef, contrat, "priorites_commune", document.commune.code)
    assert "1\xa0contenu écrit sur 11" in page
    assert "La santé aussi." in page
    assert chef.get(adresse(contrat, "rubrique", document.commune.code, "12_autre")).status_code == 404


def test_la_difference_avec_l_annee_precedente_se_lit(contrat, chef) -> None:
    ancien = PrioritesCommunalesFactory(contrat=contrat, annee=2025, adopte=True)
    ContenuPrioritesFactory(priorites=ancien, texte="Le marché ferme.")
    chef.post(adresse(contrat, "commencer_priorites", ancien.commune.code), {"reprendre": "1"})
    document = contrat.priorites.get(annee=2026)
    assert "identique à 2025" in lire(chef, contrat, "priorites_commune", ancien.commune.code)
    chef.post(adresse(contrat, "rubrique", ancien.commune.code, "01_diagnostic"), {"texte": "Le marché rouvre."})
    page = lire(chef, contrat, "priorites_commune", document.commune.code)
    assert "<del>ferme.</del><ins>rouvre.</ins>" in page


# --- Plan ------------------------------------------------------------------------------------------------------------
def test_une_action_s_ajoute_au_plan_se_modifie_et_se_retire(contrat, chef) -> None:
    objectif = ObjectifFactory(orientation__contrat=contrat)
    engagement = EngagementFactory(contrat=contrat)
    donnees = {
        "intitule": "Bus santé",
        "objectif": objectif.pk,
        "statut": "a_verifier",
        "engagements": [engagement.pk],
    }
    reponse = chef.post(adresse(contrat, "nouvelle_action"), donnees)
    action = contrat.plan.get()
    assert reponse.url == adresse(contrat, "action_du_plan", action.pk)
    assert engagement.libelle in lire(chef, contrat, "action_du_plan", action.pk)
    chef.post(adresse(contrat, "modifier_action", action.pk), {**donnees, "intitule": "Bus de la santé"})
    assert "Bus de la santé" in lire(chef, contrat, "plan", q="bus")
    assert "Aucune action ne répond" in lire(chef, contrat, "plan", q="tramway")
    chef.post(adresse(contrat, "retirer_action", action.pk))
    assert not contrat.plan.exists()


def test_le_plan_se_lit_sans_boutons(contrat, client_de) -> None:
    action = ActionContratFactory(contrat=contrat)
    porteur = client_de(Role.PORTEUR)
    assert "Ajouter une action" not in lire(porteur, contrat, "plan")
    assert "Retirer du plan" not in lire(porteur, contrat, "action_du_plan", action.pk)
    assert porteur.post(adresse(contrat, "retirer_action", action.pk)).status_code == 403
