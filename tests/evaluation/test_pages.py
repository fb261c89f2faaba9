"""Pages of the reports: who sees what, the progress, the downloads."""

import hashlib

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contrats.etats import Role
from evaluation.models import Rapport
from tests.fabriques import CampagneFactory, ContratFactory, HabilitationFactory, RapportFactory, TravailFactory

pytestmark = pytest.mark.django_db
LECTEURS = [r for r in Role if r not in (Role.CHEF_DE_PROJET, Role.PORTEUR)]


def adresse(nom, rapport=None, contrat=None):
    contrat = contrat or rapport.contrat
    cles = {"contrat": contrat.slug} | ({"numero": rapport.pk} if rapport else {})
    return reverse(f"evaluation:{nom}", kwargs=cles)


@pytest.fixture
def publie(contrat):
    return RapportFactory(contrat=contrat, publie=True, tableur=None)


def test_un_chef_de_projet_produit_suit_lit_et_publie(contrat_vivant, client_de, executer_travaux):
    client = client_de(Role.CHEF_DE_PROJET)
    reponse = client.post(adresse("produire", contrat=contrat_vivant), {"annee": "2026"})
    rapport = Rapport.objects.get()
    assert reponse.url == adresse("avancement", rapport)

    page = client.get(reponse.url).content.decode()
    assert "en attente" in page
    assert "<html" in page
    executer_travaux()
    partiel = client.get(reponse.url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in partiel
    assert adresse("rapport", rapport) in partiel
    assert "hx-get" not in partiel

    page = client.get(adresse("rapport", rapport)).content.decode()
    rapport.refresh_from_db()
    assert "L’année 2026 en huit chiffres" in page
    assert rapport.instantane.sha256 in page
    assert adresse("publier", rapport) in page
    client.post(adresse("publier", rapport))
    rapport.refresh_from_db()
    assert rapport.etat == "publie"
    page = client.get(adresse("rapports", contrat=contrat_vivant)).content.decode()
    assert "Publié" in page


def test_les_fichiers_telecharges_sont_ceux_du_rapport(contrat_vivant, client_de, executer_travaux):
    client = client_de(Role.CHEF_DE_PROJET)
    client.post(adresse("produire", contrat=contrat_vivant), {"annee": "2026"})
    executer_travaux()
    rapport = Rapport.objects.get()
    for forme, extension in (("pdf", "pdf"), ("tableur", "xlsx"), ("instantane", "json")):
        reponse = client.get(adresse(forme, rapport))
        octets = b"".join(reponse.streaming_content)
        assert hashlib.sha256(octets).hexdigest() == getattr(rapport, forme).sha256
        assert f'filename="synthese-{contrat_vivant.slug}-2026-v1.{extension}"' in reponse["Content-Disposition"]


@pytest.mark.parametrize("role", LECTEURS)
def test_les_autres_ne_lisent_que_le_publie(contrat, client_de, publie, role):
    client = client_de(role)
    autres = [RapportFactory(contrat=contrat, **{trait: True}) for trait in ("pret", "retire")]
    autres.append(RapportFactory(contrat=contrat, travail=TravailFactory()))

    page = client.get(adresse("rapports", contrat=contrat)).content.decode()
    assert adresse("rapport", publie) in page
    assert adresse("produire", contrat=contrat) not in page
    assert client.get(adresse("rapport", publie)).status_code == 200
    assert b"".join(client.get(adresse("pdf", publie)).streaming_content)
    for rapport in autres:
        assert adresse("rapport", rapport) not in page
        for nom in ("rapport", "pdf", "tableur", "instantane", "avancement"):
            assert client.get(adresse(nom, rapport)).status_code == (403 if nom == "instantane" else 404)
    for nom in ("publier", "retirer", "relancer"):
        assert client.post(adresse(nom, publie)).status_code == 403
    assert client.post(adresse("produire", contrat=contrat), {"annee": "2026"}).status_code == 403


@pytest.mark.parametrize("role", LECTEURS)
def test_les_donnees_brutes_restent_a_l_equipe(client_de, publie, role):
    client = client_de(role)
    assert adresse("instantane", publie) not in client.get(adresse("rapport", publie)).content.decode()
    assert client.get(adresse("instantane", publie)).status_code == 403
    chef = client_de(Role.CHEF_DE_PROJET)
    assert adresse("instantane", publie) in chef.get(adresse("rapport", publie)).content.decode()


def test_un_porteur_ne_lit_dans_aucun_rapport_ce_qui_ne_lui_est_pas_notifie(
    contrat_vivant, client_de, auteur_de, executer_travaux
):
    """Programmed in 2026 by the CAF, which has notified nothing yet: the report says so, line by line."""
    chef = client_de(Role.CHEF_DE_PROJET)
    chef.post(adresse("produire", contrat=contrat_vivant), {"annee": "2026"})
    executer_travaux()
    publie = Rapport.objects.get()
    chef.post(adresse("publier", publie))
    du_dossier = contrat_vivant.dossiers.get(campagne__annee=2026).porteur
    porteur = client_de(Role.PORTEUR, organisme=du_dossier)

    for nom in ("rapport", "pdf", "tableur", "instantane", "avancement"):
        assert porteur.get(adresse(nom, publie)).status_code == 403
    assert porteur.get(adresse("rapports", contrat=contrat_vivant)).status_code == 403
    accueil = reverse("portail:contrat", kwargs={"contrat": contrat_vivant.slug, "annee": 2026})
    page = porteur.get(accueil).content.decode()
    assert "/rapports/" not in page
    assert "synthèse" not in page.lower()
    assert not Rapport.objects.visibles_par(auteur_de(Role.PORTEUR), contrat_vivant).exists()

    conseil = client_de(Role.CONSEIL_CITOYEN)
    assert adresse("rapport", publie) in conseil.get(accueil).content.decode()
    assert "7\u202f500" in conseil.get(adresse("rapport", publie)).content.decode()


def test_un_porteur_qui_siege_au_copil_lit_les_rapports_publies(client_de, publie):
    client = client_de(Role.PORTEUR)
    HabilitationFactory(contrat=publie.contrat, utilisateur=client.auteur.utilisateur, role=Role.MEMBRE_COPIL)
    assert b"".join(client.get(adresse("pdf", publie)).streaming_content)


def test_le_rapport_d_un_autre_contrat_n_existe_pas(contrat, client_de):
    client = client_de(Role.CHEF_DE_PROJET)
    ailleurs = RapportFactory(contrat=ContratFactory(), publie=True)
    assert client.get(adresse("rapport", ailleurs)).status_code == 404
    assert (
        client.get(reverse("evaluation:pdf", kwargs={"contrat": contrat.slug, "numero": ailleurs.pk})).status_code
        == 404
    )


def test_un_rapport_en_preparation_mene_a_son_avancement(contrat, client_de):
    rapport = RapportFactory(contrat=contrat, travail=TravailFactory(en_cours=True, etape=4, etapes=6))
    client = client_de(Role.CHEF_DE_PROJET)
    reponse = client.get(adresse("rapport", rapport), follow=True)
    assert reponse.redirect_chain[0][0] == adresse("avancement", rapport)
    assert "Étape 4 sur 6" in reponse.content.decode()
    assert client.get(adresse("pdf", rapport)).status_code == 404


def test_un_echec_propose_de_recommencer(contrat, client_de):
    rapport = RapportFactory(contrat=contrat, travail=TravailFactory(en_echec=True))
    page = client_de(Role.CHEF_DE_PROJET).get(adresse("avancement", rapport)).content.decode()
    assert "Recommencer" in page
    assert adresse("relancer", rapport) in page


def test_seules_les_annees_qui_ont_une_campagne_sont_proposees(contrat, client_de, horloge):
    """The clock says 2026: the coming year may be asked for, the current one is proposed."""
    client = client_de(Role.CHEF_DE_PROJET)
    assert "ouvrez d’abord la première" in client.get(adresse("rapports", contrat=contrat)).content.decode()
    for annee in (2025, 2026, 2027):
        CampagneFactory(contrat=contrat, annee=annee)
    champ = client.get(adresse("rapports", contrat=contrat)).context["form"].fields["annee"]
    assert ([annee for annee, _ in champ.choices], champ.initial) == ([2027, 2026, 2025], 2026)


def test_une_annee_sans_campagne_est_redemandee(contrat, client_de):
    client = client_de(Role.CHEF_DE_PROJET)
    reponse = client.post(adresse("produire", contrat=contrat), {"annee": "2028"}, follow=True)
    assert "Choisissez une année qui a une campagne" in reponse.content.decode()
    assert not Rapport.objects.exists()


def test_une_lecture_n_ecrit_rien(contrat, client_de, publie, django_assert_num_queries):
    client = client_de(Role.MEMBRE_COPIL)
    client.get(adresse("rapports", contrat=contrat))
    with CaptureQueriesContext(connection) as une:
        client.get(adresse("rapports", contrat=contrat))
    for _ in range(15):
        RapportFactory(contrat=contrat, publie=True)
    with django_assert_num_queries(len(une)):
        client.get(adresse("rapports", contrat=contrat))
    assert not [q for q in une.captured_queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
