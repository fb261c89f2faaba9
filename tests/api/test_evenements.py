"""Calls to the partners' systems: signed, planned with the act, tried again, never towards a private network."""

import hashlib
import hmac
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from commun import appels
from commun.appels import AppelInterdit, AppelManque, poster, verifier_adresse
from commun.models import EtatTravail, Travail
from contrats.actions import viser
from contrats.actions.acces_api import abonner, resilier
from contrats.actions.evenements import ATTENTES, annoncer
from contrats.etats import EvenementSortant, Role
from contrats.lectures.acces_api import livraisons
from contrats.models import AbonnementApi
from evaluation.actions import publier
from tests.fabriques import (
    AbonnementApiFactory,
    EngagementFactory,
    OrganismeFactory,
    PointAvancementFactory,
    RapportFactory,
)

pytestmark = pytest.mark.django_db


class Recepteur:
    """A partner's server on this machine: what it received, what it answers."""

    def __init__(self):
        self.recus, self.statuts = [], []
        recepteur = self

        class Reponses(BaseHTTPRequestHandler):
            def do_POST(self):
                corps = self.rfile.read(int(self.headers["Content-Length"]))
                recepteur.recus.append((dict(self.headers), corps))
                statut = recepteur.statuts.pop(0) if recepteur.statuts else 204
                self.send_response(statut)
                if statut == 302:
                    self.send_header("Location", recepteur.adresse)
                self.end_headers()

            def log_message(self, *args):
                pass

        self.serveur = HTTPServer(("127.0.0.1", 0), Reponses)
        self.adresse = f"http://127.0.0.1:{self.serveur.server_port}/evenements?x=1"
        self.fil = threading.Thread(target=self.serveur.serve_forever, daemon=True)
        self.fil.start()

    def fermer(self):
        self.serveur.shutdown()
        self.serveur.server_close()
        self.fil.join()


@pytest.fixture
def recepteur(settings):
    settings.APPELS_RESEAUX_PERMIS = ["127.0.0.0/8"]
    recepteur = Recepteur()
    yield recepteur
    recepteur.fermer()


# --- Which addresses --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "adresse",
    [
        "http://si.exemple.fr/",
        "ftp://si.exemple.fr/",
        "file:///etc/passwd",
        "https://",
        "https://intranet/",
        "https://moi:secret@si.exemple.fr/",
        "https://si.exemple.fr:99999/",
        "https://127.0.0.1/",
        "https://10.0.0.8/",
        "https://192.168.1.4:8443/x",
        "https://172.16.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://[::1]/",
        "https://[::]/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:10.0.0.8]/",
        "https://[64:ff9b::a00:8]/",
        "https://[2002:a00:8::1]/",
    ],
)
def test_une_adresse_interdite_est_refusee_des_la_saisie(contrat, auteur_de, adresse):
    with pytest.raises(AppelInterdit):
        verifier_adresse(adresse)


@pytest.mark.parametrize(
    "adresse", ["https://si.exemple.fr/x?y=1", "https://si.exemple.fr:8443/", "https://193.51.24.1/"]
)
def test_une_adresse_publique_est_permise(adresse):
    verifier_adresse(adresse)


@pytest.mark.parametrize("ip", ["10.0.0.8", "127.0.0.1", "::1", "169.254.169.254", "::ffff:192.168.0.1"])
def test_un_nom_qui_mene_a_un_reseau_prive_n_est_pas_appele(monkeypatch, ip):
    trouvees = [(2, 1, 6, "", ("193.51.24.1", 443)), (2, 1, 6, "", (ip, 443))]
    monkeypatch.setattr(appels.socket, "getaddrinfo", lambda *args, **suite: trouvees)
    branchements = []
    monkeypatch.setattr(appels.socket, "create_connection", lambda *args, **suite: branchements.append(args))
    with pytest.raises(AppelInterdit):
        poster("https://si.exemple.fr/", b"{}", {})
    assert branchements == []


def test_c_est_le_numero_verifie_qui_est_appele(monkeypatch):
    """A name that changes its answer between the check and the call gains nothing."""
    monkeypatch.setattr(appels.socket, "getaddrinfo", lambda *a, **s: [(2, 1, 6, "", ("193.51.24.1", 443))])
    branchements = []

    def brancher(adresse, **suite):
        branchements.append(adresse)
        raise OSError

    monkeypatch.setattr(appels.socket, "create_connection", brancher)
    with pytest.raises(AppelManque):
        poster("https://si.exemple.fr/", b"{}", {})
    assert branchements == [("193.51.24.1", 443)]


def test_une_redirection_n_est_pas_suivie(recepteur):
    recepteur.statuts = [302]
    with pytest.raises(AppelManque, match="302"):
        poster(recepteur.adresse, b"{}", {})
    assert len(recepteur.recus) == 1


# --- Subscriptions ----------------------------------------------------------------------------------------------------
def _gestionnaire(auteur_de, **suite):
    auteur = auteur_de(Role.SIGNATAIRE, **suite)
    auteur.utilisateur.habilitations.update(gestionnaire=True)
    return auteur


def test_un_gestionnaire_abonne_son_organisme_puis_resilie(contrat, auteur_de):
    gestionnaire = _gestionnaire(auteur_de)
    abonnement = abonner(
        contrat,
        gestionnaire.organisme,
        adresse="https://si.exemple.fr/",
        evenements=[EvenementSortant.POINT_VU],
        par=gestionnaire,
        le=timezone.now(),
    )
    for _ in range(2):
        resilier(abonnement, par=gestionnaire, le=timezone.now())
    assert not AbonnementApi.objects.actifs().exists()


def test_le_secret_ne_se_lit_dans_aucune_table_et_change_avec_l_installation(settings):
    abonnement = AbonnementApiFactory()
    secret = abonnement.secret
    assert secret not in repr(AbonnementApi.objects.values_list().get())
    settings.SECRET_KEY = "une autre installation"
    assert abonnement.secret != secret


def test_les_pages_d_abonnement(contrat, client_de):
    gestionnaire = client_de(Role.SIGNATAIRE)
    gestionnaire.auteur.utilisateur.habilitations.update(gestionnaire=True)

    def page(nom, **cles):
        return reverse(f"contrats:{nom}", kwargs={"contrat": contrat.slug, **cles})

    refus = gestionnaire.post(page("abonner"), {"adresse": "https://10.0.0.8/", "evenements": ["rapport.publie"]})
    assert refus.status_code == 422
    assert "réseau privé" in refus.content.decode()
    reponse = gestionnaire.post(
        page("abonner"), {"adresse": "https://si.exemple.fr/", "evenements": ["rapport.publie"]}, follow=True
    )
    abonnement = AbonnementApi.objects.get()
    assert abonnement.secret in reponse.content.decode()
    autre = AbonnementApiFactory(contrat=contrat)
    assert gestionnaire.get(page("abonnement", pk=autre.pk)).status_code == 404
    assert gestionnaire.post(page("resilier", pk=autre.pk)).status_code == 404
    assert gestionnaire.post(page("resilier", pk=abonnement.pk)).status_code == 302


# --- Calls ------------------------------------------------------------------------------------------------------------
def test_un_point_vu_est_annonce_signe_au_seul_signataire(contrat, auteur_de, recepteur, executer_travaux):
    signataire, chef = OrganismeFactory(departement=True), auteur_de(Role.CHEF_DE_PROJET)
    engagement = EngagementFactory(contrat=contrat, organisme=signataire, identifiant_externe="DEP-1")
    abonnement = AbonnementApiFactory(contrat=contrat, organisme=signataire, adresse=recepteur.adresse)
    AbonnementApiFactory(contrat=contrat, adresse=recepteur.adresse)  # another organisation's
    AbonnementApiFactory(organisme=signataire, adresse=recepteur.adresse)  # another contract's
    point = PointAvancementFactory(engagement=engagement)

    viser(point, visa="vu", par=chef, le=timezone.now())
    viser(point, visa="vu", par=chef, le=timezone.now())  # nothing new: nobody is told
    executer_travaux()

    ((entetes, corps),) = recepteur.recus
    message = json.loads(corps)
    assert message["evenement"] == entetes["Pilotville-Evenement"] == "point_avancement.vu"
    assert message["id"] == entetes["Pilotville-Livraison"]
    assert message["contrat"] == contrat.slug
    assert message["donnees"]["engagement_identifiant_externe"] == "DEP-1"
    instant, somme = (x.split("=")[1] for x in entetes["Pilotville-Signature"].split(","))
    attendue = hmac.new(abonnement.secret.encode(), f"{instant}.".encode() + corps, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(somme, attendue)
    assert abs(int(instant) - timezone.now().timestamp()) < 60
    assert [ligne.etat[0] for ligne in livraisons(abonnement)] == ["reçue"]


def test_un_rapport_publie_est_annonce_a_tous_les_abonnes(contrat, auteur_de, recepteur, executer_travaux):
    AbonnementApiFactory(contrat=contrat, adresse=recepteur.adresse)
    AbonnementApiFactory(contrat=contrat, adresse=recepteur.adresse, resilie=True)
    AbonnementApiFactory(contrat=contrat, adresse=recepteur.adresse, evenements=["point_avancement.vu"])
    rapport = RapportFactory(contrat=contrat, pret=True)

    publier(rapport, par=auteur_de(Role.CHEF_DE_PROJET), le=timezone.now())
    executer_travaux()

    ((_, corps),) = recepteur.recus
    assert json.loads(corps)["donnees"]["rapport"] == str(rapport.pk)


def test_un_acte_annule_n_annonce_rien(contrat):
    AbonnementApiFactory(contrat=contrat)
    with transaction.atomic():
        annoncer(EvenementSortant.RAPPORT_PUBLIE, contrat, donnees={}, le=timezone.now())
        assert Travail.objects.filter(nom="contrats.livrer_evenement").exists()
        transaction.set_rollback(True)
    assert not Travail.objects.exists()


def test_un_appel_manque_est_repris_de_plus_en_plus_tard_puis_abandonne(contrat, recepteur, executer_travaux, horloge):
    abonnement = AbonnementApiFactory(contrat=contrat, adresse=recepteur.adresse)
    recepteur.statuts = [503] * (len(ATTENTES) + 1)
    annoncer(EvenementSortant.RAPPORT_PUBLIE, contrat, donnees={}, le=horloge.maintenant)

    for attente in (*ATTENTES, timedelta(days=2)):
        executer_travaux(echecs_admis=True)
        assert executer_travaux() == []  # not before its time
        horloge.avancer(seconds=attente.total_seconds())

    assert len(recepteur.recus) == len(ATTENTES) + 1
    assert len({entetes["Pilotville-Livraison"] for entetes, _ in recepteur.recus}) == 1
    etats = [ligne.etat[0] for ligne in livraisons(abonnement)]
    assert sorted(etats) == sorted(["abandonnée", *["à refaire"] * len(ATTENTES)])


def test_un_appel_repris_aboutit(contrat, recepteur, executer_travaux, horloge):
    AbonnementApiFactory(contrat=contrat, adresse=recepteur.adresse)
    recepteur.statuts = [500, 200]
    annoncer(EvenementSortant.RAPPORT_PUBLIE, contrat, donnees={}, le=horloge.maintenant)
    executer_travaux()
    horloge.avancer(minutes=2)
    (rangee,) = executer_travaux()
    assert rangee.resultat == {"livre": True, "essai": 2, "statut": 200}


def test_un_abonnement_resilie_n_est_plus_appele(contrat, recepteur, executer_travaux):
    abonnement = AbonnementApiFactory(contrat=contrat, adresse=recepteur.adresse)
    annoncer(EvenementSortant.RAPPORT_PUBLIE, contrat, donnees={}, le=timezone.now())
    AbonnementApi.objects.filter(pk=abonnement.pk).update(resilie_le=timezone.now())
    (rangee,) = executer_travaux()
    assert rangee.resultat["livre"] is False
    assert recepteur.recus == []


def test_une_adresse_devenue_privee_n_est_plus_essayee(contrat, recepteur, executer_travaux, settings):
    AbonnementApiFactory(contrat=contrat, adresse=recepteur.adresse)
    annoncer(EvenementSortant.RAPPORT_PUBLIE, contrat, donnees={}, le=timezone.now())
    settings.APPELS_RESEAUX_PERMIS = []
    (rangee,) = executer_travaux(echecs_admis=True)
    assert rangee.etat == EtatTravail.ECHEC
    assert "réseau privé" in rangee.erreur
    assert recepteur.recus == []
    assert Travail.objects.filter(nom="contrats.livrer_evenement").count() == 1
