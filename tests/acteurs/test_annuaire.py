"""The national directory: its answer is kept, its silence blocks nothing and is asked again (S-20, F-18, F-20)."""

import json
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.cache import cache
from django.utils import timezone

from acteurs import annuaire
from acteurs.actions import verifier_les_organismes, verifier_organisme
from acteurs.annuaire import AnnuaireMuet, chercher
from acteurs.models import FicheOrganisme, Verification
from commun.auteur import Canal, systeme
from commun.erreurs import ActeRefuse
from commun.models import LigneJournal
from commun.travaux import PERIODIQUES
from contrats.etats import Role
from tests.fabriques import FicheOrganismeFactory, OrganismeFactory

pytestmark = pytest.mark.django_db
OUVERT, FERME, INCONNU = "00090001900019", "00090004300019", "20003452800014"


@contextmanager
def serveur(statut=200, corps=b"{}", attente=0.0):
    """A directory on this machine; it gives the addresses that were asked."""
    demandes = []

    class Reponse(BaseHTTPRequestHandler):
        def do_GET(self):
            demandes.append(self.path)
            time.sleep(attente)
            self.send_response(statut)
            self.send_header("Content-Length", str(len(corps)))
            self.end_headers()
            with suppress(ConnectionError):  # who asked has left
                self.wfile.write(corps)

        def log_message(self, *args):
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Reponse)
    fil = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
    fil.start()
    try:
        yield f"http://127.0.0.1:{http.server_port}", demandes
    finally:
        http.shutdown()
        http.server_close()
        fil.join()


def organisme(siret, **suite):
    return OrganismeFactory(siret=siret, siren=siret[:9], **suite)


def verifier(objet):
    return verifier_organisme(objet, par=systeme(Canal.TACHE), le=timezone.now())


def test_l_annuaire_repond_avec_des_nombres_sans_leurs_zeros(settings):
    """F-20: the numbers of the answer are padded, then matched; it is asked once a day for one SIRET."""
    lieu = {"siret": 90001900019, "adresse": "1 rue du Port", "code_postal": "59220", "libelle_commune": "Denain"}
    corps = json.dumps({"results": [{"siren": 900019, "nom_complet": "Les Essais", "siege": lieu}]}).encode()
    with serveur(corps=corps) as (settings.ANNUAIRE_URL, demandes):
        trouve = chercher(OUVERT)
        assert chercher(OUVERT) == trouve
    assert (trouve.siren, trouve.siret, trouve.nom, trouve.ville) == ("000900019", OUVERT, "Les Essais", "Denain")
    assert demandes == [f"/search?q={OUVERT}&page=1&per_page=5"]


@pytest.mark.parametrize("panne", [{"statut": 500}, {"statut": 429}, {"attente": 0.5}, {"corps": b"<html>"}])
def test_un_annuaire_en_panne_ne_bloque_rien(settings, monkeypatch, panne):
    """F-18: 500, 429, too late, or not an answer: « non vérifié », and nobody waits for the next minute's silence."""
    monkeypatch.setattr(annuaire, "DELAI", 0.1)
    with serveur(**panne) as (settings.ANNUAIRE_URL, demandes):
        for _ in range(2):
            with pytest.raises(AnnuaireMuet):
                chercher(OUVERT)
        objet = organisme(OUVERT)
        assert verifier(objet) is Verification.NON_VERIFIE
    assert len(demandes) == 1
    assert objet.fiche.verification == Verification.NON_VERIFIE
    assert not LigneJournal.objects.de(objet).exists()


def test_un_annuaire_injoignable_ou_absent_ne_bloque_rien(settings):
    settings.ANNUAIRE_URL = "http://127.0.0.1:9"
    assert verifier(organisme(OUVERT)) is Verification.NON_VERIFIE
    settings.ANNUAIRE_URL = ""
    assert verifier(organisme(FERME)) is Verification.NON_VERIFIE


@pytest.mark.parametrize(
    ("siret", "attendu"),
    [(OUVERT, Verification.CONFIRME), (FERME, Verification.FERME), (INCONNU, Verification.INCONNU)],
)
def test_la_fiche_garde_ce_que_dit_l_annuaire(siret, attendu):
    objet = organisme(siret)
    assert verifier(objet) is attendu
    objet.fiche.refresh_from_db()
    assert (objet.fiche.verification, objet.fiche.verifie_le is not None) == (attendu, True)
    assert LigneJournal.objects.de(objet).get().libelle == f"SIRET : {attendu.label.lower()}"


def test_l_adresse_que_l_organisme_a_ecrite_reste():
    ecrite = FicheOrganismeFactory(organisme=organisme(OUVERT), adresse="9 rue Neuve")
    vide = FicheOrganismeFactory(organisme=organisme("00090002700012"), adresse="")
    for fiche in (ecrite, vide):
        verifier(fiche.organisme)
        fiche.refresh_from_db()
    assert ecrite.adresse == "9 rue Neuve"
    assert vide.adresse.startswith("3 PLACE DU BEFFROI")


def test_chaque_nuit_les_non_verifies_sont_redemandes(settings):
    """S-20: asked again until the directory answers; a directory still silent is not asked for each of them."""
    for siret in (OUVERT, FERME, INCONNU, "00090002700012"):
        FicheOrganismeFactory(organisme=organisme(siret))
    FicheOrganismeFactory(organisme=OrganismeFactory(siret=""))
    ronde = {"par": systeme(Canal.TACHE), "le": timezone.now()}
    bonne = settings.ANNUAIRE_URL
    with serveur(statut=500) as (settings.ANNUAIRE_URL, _demandes):
        assert verifier_les_organismes(**ronde) == 0
    settings.ANNUAIRE_URL = bonne
    cache.clear()
    assert verifier_les_organismes(**ronde) == 4
    assert verifier_les_organismes(**ronde) == 0
    assert FicheOrganisme.objects.filter(verification=Verification.NON_VERIFIE).count() == 1
    assert "acteurs.verifier_organismes" in PERIODIQUES


def test_une_personne_ne_se_dit_pas_verifiee_elle_meme(auteur_de):
    objet = organisme(OUVERT)
    with pytest.raises(ActeRefuse):
        verifier_organisme(objet, par=auteur_de(Role.PORTEUR, organisme=objet), le=timezone.now())
