"""The commands of the Makefile: one supervisor at a time, what a reset removes, what the checks tell."""

import subprocess

import pytest

from config.demarrage import __main__, commandes, verifications
from config.demarrage.chemins import Cadre
from config.demarrage.environnement import serveurs
from config.demarrage.erreurs import ArretDemande, ErreurDemarrage
from config.demarrage.verrous import Verrou

# A supervisor that says in its lock what the test wants, and leaves when told.
AUTRE_SUPERVISEUR = """
import sys, time
from pathlib import Path
from config.demarrage.verrous import Verrou
verrou = Verrou(Path(sys.argv[1]))
assert verrou.essayer()
verrou.ecrire(sys.argv[2])
print("tenu", flush=True)
time.sleep(float(sys.argv[3]))
"""


def test_une_seconde_demonstration_est_refusee_avec_l_adresse_de_la_premiere(cadre: Cadre, autre_programme) -> None:
    verrou = cadre.verrous / "superviseur"
    autre = autre_programme(AUTRE_SUPERVISEUR, verrou, "processus 12, http://127.0.0.1:8000/", 600)
    assert autre.stdout.readline() == "tenu\n"
    refus = pytest.raises(ErreurDemarrage, match=r"tourne déjà \(processus 12, http://127\.0\.0\.1:8000/\)")
    with refus, commandes._seul_superviseur(cadre, "http://127.0.0.1:8001"):
        pytest.fail("deux superviseurs à la fois")


def test_on_attend_un_superviseur_qui_s_arrete(cadre: Cadre, autre_programme) -> None:
    verrou = cadre.verrous / "superviseur"
    autre = autre_programme(AUTRE_SUPERVISEUR, verrou, "arret", 5)  # longer than the patience for one that runs
    assert autre.stdout.readline() == "tenu\n"
    with commandes._seul_superviseur(cadre, "http://127.0.0.1:8001"):
        assert "http://127.0.0.1:8001" in verrou.read_text()
    assert verrou.read_text() == ""


def test_un_superviseur_tue_ne_barre_pas_la_route(cadre: Cadre, autre_programme) -> None:
    autre = autre_programme(AUTRE_SUPERVISEUR, cadre.verrous / "superviseur", "processus 12", 600)
    assert autre.stdout.readline() == "tenu\n"
    autre.kill()
    with commandes._seul_superviseur(cadre, "http://127.0.0.1:8001"):
        pass


def test_repartir_de_zero_efface_tout_ce_qui_a_ete_saisi(cadre: Cadre) -> None:
    with serveurs(cadre, {}):
        pass
    (cadre.dossier / "cle_secrete").write_text("secret")
    assert (cadre.dossier / "postgresql").exists()
    commandes._effacer(cadre)
    assert {chemin.name for chemin in cadre.dossier.iterdir()} == {"journaux", "pids", "verrous"}


def test_repartir_de_zero_attend_que_personne_n_utilise_la_base(cadre: Cadre) -> None:
    temoin = cadre.dossier / "cle_secrete"
    temoin.write_text("secret")
    autre = Verrou(cadre.verrous / "usage")
    autre.partager()
    with pytest.raises(ErreurDemarrage, match=r"utilise encore la base"):
        commandes._effacer(cadre)
    autre.fermer()
    assert temoin.exists()


def test_repartir_de_zero_ne_touche_pas_la_base_d_un_autre_serveur(
    cadre: Cadre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://ailleurs/base")
    with pytest.raises(ErreurDemarrage, match=r"DATABASE_URL désigne votre propre base"):
        commandes._effacer(cadre)


@pytest.mark.parametrize(
    ("erreur", "code", "texte"),
    [
        (ErreurDemarrage("Faites ceci."), 1, "Faites ceci.\n"),
        (ArretDemande(15), 143, "Arrêté.\n"),
        (PermissionError(13, "Permission denied", "/un/dossier"), 1, "Accès refusé à /un/dossier"),
    ],
)
def test_une_erreur_prevue_tient_en_une_ligne(
    erreur: BaseException, code: int, texte: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def echouer() -> int:
        raise erreur

    monkeypatch.setitem(__main__.COMMANDES, "demo", echouer)
    assert __main__.main(["demo"]) == code
    assert capsys.readouterr().err.startswith(texte)


def test_toutes_les_verifications_sont_faites_et_les_echecs_redits_a_la_fin(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lancer(etape: verifications.Etape) -> verifications.Resultat:
        return verifications.Resultat(etape, etape.nom not in ("mypy", "OpenAPI"), 0.1, f"détail de {etape.nom}")

    monkeypatch.setattr(verifications, "lancer", lancer)
    assert verifications.verifier_tout() == 1
    lignes = capsys.readouterr().out.splitlines()
    assert lignes[-1] == "make check : 2 vérification(s) en échec : mypy, OpenAPI."
    assert sum("réussi" in ligne for ligne in lignes) == 6
    assert "détail de mypy" in lignes
    assert "détail de djlint" not in lignes


def test_une_verification_reussit_ou_echoue_selon_son_code() -> None:
    assert verifications.lancer(verifications.Etape("oui", ["-c", "print('bien')"])).reussi
    echec = verifications.lancer(verifications.Etape("non", ["-c", "raise SystemExit('mal')"]))
    assert not echec.reussi
    assert echec.sortie == "mal"


def test_le_verrou_passe_a_un_enfant_reste_tenu_jusqu_a_sa_fin(cadre: Cadre) -> None:
    verrou = Verrou(cadre.verrous / "essai")
    verrou.partager()
    enfant = subprocess.Popen(["sleep", "600"], pass_fds=[verrou.fd])
    verrou.fermer()
    autre = Verrou(cadre.verrous / "essai")
    assert autre.essayer() is False
    enfant.kill()
    enfant.wait()
    assert autre.essayer(5) is True
    autre.fermer()
