"""The antivirus: its verdict, its silence, and what becomes of an infected file."""

import socket
import struct
import threading
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
from django.utils import timezone

from commun import antivirus, fichiers
from commun.erreurs import ActeRefuse
from commun.models import Analyse, EtatTravail, Fichier, Travail
from commun.tasks import analyser_fichiers
from tests.fabriques import FichierFactory

pytestmark = pytest.mark.django_db
EICAR = b"%PDF- X5O!P%@AP[4 a test that antivirus programs recognise"


def servi(fichier):
    """True when its content is given to whoever may read it."""
    with closing(fichiers.reponse(fichier)) as reponse:
        return b"".join(reponse.streaming_content) == fichiers.lire(fichier)


class FauxClamd(threading.Thread):
    """A clamd that speaks INSTREAM: it finds `EICAR`, and refuses what is longer than `limite`."""

    def __init__(self, limite=1_000_000):
        super().__init__(daemon=True)
        self.limite, self.recus = limite, []
        self.prise = socket.create_server(("127.0.0.1", 0))

    def run(self):
        while True:
            try:
                client, _ = self.prise.accept()
            except OSError:
                return
            with client, client.makefile("rb") as flux:
                client.sendall(self.verdict(flux) + b"\0")

    def verdict(self, flux):
        assert flux.read(10) == b"zINSTREAM\0"
        contenu = b""
        while longueur := struct.unpack("!L", flux.read(4))[0]:
            contenu += flux.read(longueur)
        self.recus.append(contenu)
        if len(contenu) > self.limite:
            return b"INSTREAM size limit exceeded. ERROR"
        return b"stream: Eicar-Test-Signature FOUND" if contenu == EICAR else b"stream: OK"


@contextmanager
def en_marche(settings):
    serveur = FauxClamd()
    serveur.start()
    settings.ANTIVIRUS_URL = f"tcp://127.0.0.1:{serveur.prise.getsockname()[1]}"
    try:
        yield serveur
    finally:
        serveur.prise.shutdown(socket.SHUT_RDWR)  # wakes `accept`
        serveur.prise.close()
        serveur.join()


@pytest.fixture
def clamd(settings):
    with en_marche(settings) as serveur:
        yield serveur


@pytest.fixture
def antivirus_absent(settings):
    with socket.create_server(("127.0.0.1", 0)) as libre:
        port = libre.getsockname()[1]
    settings.ANTIVIRUS_URL = f"tcp://127.0.0.1:{port}"


def test_un_fichier_sain_est_dit_sain_et_lu_en_entier(clamd, executer_travaux):
    contenu = b"%PDF-" + bytes(200_000)
    fichier = fichiers.recevoir(contenu, nom="statuts.pdf")
    executer_travaux()
    fichier.refresh_from_db()
    assert (fichier.analyse, clamd.recus) == (Analyse.SAIN, [contenu])
    assert fichier.analyse_le is not None
    assert servi(fichier)


def test_un_fichier_infecte_n_est_plus_servi_sous_aucun_de_ses_noms(clamd, executer_travaux):
    """The verdict is on the content: another row of the same content is not served either."""
    autre = FichierFactory(contenu=EICAR, nom="autre nom.pdf")
    Travail.objects.all().delete()
    fichiers.recevoir(EICAR, nom="statuts.pdf")
    executer_travaux()
    autre.refresh_from_db()
    assert autre.analyse == Analyse.INFECTE
    with pytest.raises(ActeRefuse, match="programme malveillant"):
        fichiers.reponse(autre)


def test_sans_antivirus_un_fichier_est_servi_et_se_dit_pas_encore_analyse(settings):
    settings.ANTIVIRUS_URL = ""
    fichier = fichiers.recevoir(b"%PDF-", nom="statuts.pdf")
    assert not Travail.objects.exists()
    assert fichier.get_analyse_display() == "Pas encore analysé"
    assert servi(fichier)
    assert analyser_fichiers(None, None) == {"vus": 0}


def test_un_antivirus_absent_ne_bloque_rien_et_sera_redemande(antivirus_absent, executer_travaux, settings):
    fichier = fichiers.recevoir(b"%PDF-", nom="statuts.pdf")
    executer_travaux(echecs_admis=True)
    fichier.refresh_from_db()
    assert fichier.analyse == Analyse.NON_ANALYSE
    assert Travail.objects.get().etat == EtatTravail.A_FAIRE  # tried again later
    with en_marche(settings):
        assert fichiers.analyser_le_reste(le=timezone.now() + timedelta(days=1)) == 1
    fichier.refresh_from_db()
    assert fichier.analyse == Analyse.SAIN


def test_un_fichier_que_l_antivirus_ne_lit_pas_ne_retient_pas_les_autres(clamd):
    clamd.limite = 100
    sain = FichierFactory(contenu=b"court")
    FichierFactory(contenu=bytes(200))
    assert fichiers.analyser_le_reste(le=timezone.now()) == 1
    assert list(Fichier.objects.filter(analyse=Analyse.SAIN)) == [sain]
    with pytest.raises(antivirus.AntivirusMuet, match="size limit"):
        antivirus.menace(Fichier.objects.exclude(pk=sain.pk).get().chemin)
