"""The supervisor with tiny children: signals, order, restarts, orphans."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.demarrage import processus
from config.demarrage.chemins import RACINE, Cadre
from config.demarrage.environnement import serveurs
from config.demarrage.superviseur import terminer_orphelins
from config.demarrage.valkey import Valkey

# Three children that note their end. The second starts a child of its own, as a Celery worker does.
PROGRAMME = """
import sys, os
from pathlib import Path
from config.demarrage.chemins import RACINE, Cadre
from config.demarrage.environnement import serveurs
from config.demarrage.erreurs import ErreurDemarrage
from config.demarrage.signaux import Signaux
from config.demarrage.superviseur import Enfant, Superviseur

dossier, avec_serveurs, *textes = sys.argv[1:]
cadre = Cadre("essai", Path(dossier), durable=False)
annoncer = lambda texte: print(texte, flush=True)
enfants = [Enfant(f"enfant{n}", [sys.executable, "-c", texte, dossier, RACINE], 30) for n, texte in enumerate(textes)]
adresses = {} if avec_serveurs == "oui" else {"DATABASE_URL": "x", "REDIS_URL": "x"}
with Signaux() as signaux:
    with serveurs(cadre, adresses) as en_marche:
        pret = lambda: annoncer("prêt") or True
        superviseur = Superviseur(cadre, enfants, en_marche, signaux=signaux, environnement=dict(os.environ),
                                  annoncer=annoncer, au_pret=pret, pause_initiale=0.05)
        try:
            superviseur.executer()
        except ErreurDemarrage as erreur:
            annoncer(str(erreur))
            sys.exit(1)
annoncer("fini")
"""
ENFANT = """
import os, signal, sys, time
def noter(fichier):
    with open(os.path.join(sys.argv[1], fichier), "a") as notes:
        notes.write("%s\\n")
def finir(numero, cadre):
    noter("fins")
    sys.exit()
signal.signal(signal.SIGTERM, finir)
%s
noter("debuts")
time.sleep(600)
"""
PETIT_ENFANT = (
    "import subprocess; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', sys.argv[1]])"
)
TROIS_ENFANTS = (ENFANT % ("web", ""), ENFANT % ("worker", PETIT_ENFANT), ENFANT % ("beat", ""))


def lignes_jusqu_a(programme: subprocess.Popen, motif: str) -> list[str]:
    lues = []
    for ligne in programme.stdout:
        lues.append(ligne.rstrip("\n"))
        if re.search(motif, ligne):
            return lues
    pytest.fail(f"arrêté sans dire « {motif} » : {lues}")


def attendre_les_enfants(cadre: Cadre) -> None:
    """Wait until each of the three children has installed its handler."""
    debuts = cadre.dossier / "debuts"
    assert processus.attendre(lambda: debuts.exists() and len(debuts.read_text().split()) == 3, 30)


def processus_de(cadre: Cadre) -> list[int]:
    """The processes whose command line names the set's folder."""
    marque = os.fsencode(cadre.dossier)
    trouves = []
    for chemin in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if marque in chemin.read_bytes() and processus.identite(int(chemin.parent.name)):
                trouves.append(int(chemin.parent.name))
        except OSError:
            continue
    return trouves


def pid_de(cadre: Cadre, nom: str) -> int:
    fichier = cadre.pids / f"{nom}.json"
    assert processus.attendre(lambda: fichier.exists() and fichier.read_text(), 30)
    return json.loads(fichier.read_text())["pid"]


@pytest.mark.parametrize("numero", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_un_signal_arrete_tout_dans_l_ordre_sans_laisser_de_processus(cadre: Cadre, autre_programme, numero) -> None:
    def comme_un_script() -> None:
        # A script leaves SIGINT ignored in what it starts in the background; a careless one leaves signals blocked.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, [numero])

    superviseur = autre_programme(
        PROGRAMME,
        cadre.dossier,
        "oui",
        *TROIS_ENFANTS,
        preexec_fn=comme_un_script,
        env=os.environ | {"LC_ALL": "C"},
    )
    lignes_jusqu_a(superviseur, "prêt")
    attendre_les_enfants(cadre)
    assert len(processus_de(cadre)) >= 6

    superviseur.send_signal(numero)
    lignes_jusqu_a(superviseur, "^fini")
    assert superviseur.wait(30) == 0
    assert (cadre.dossier / "fins").read_text().split() == ["web", "worker", "beat"]
    assert processus_de(cadre) == []
    assert list(cadre.pids.iterdir()) == []


def test_un_enfant_qui_n_ecoute_pas_est_tue_au_second_signal(cadre: Cadre, autre_programme) -> None:
    sourd = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('là', flush=True); time.sleep(600)"
    )
    superviseur = autre_programme(PROGRAMME, cadre.dossier, "non", sourd)
    lignes_jusqu_a(superviseur, "prêt")
    assert processus.attendre(lambda: "là" in (cadre.journaux / "enfant0.log").read_text(), 30)
    debut = time.monotonic()
    superviseur.send_signal(signal.SIGINT)
    lignes_jusqu_a(superviseur, "Arrêt en cours")
    superviseur.send_signal(signal.SIGINT)
    lignes_jusqu_a(superviseur, "^fini")
    assert time.monotonic() - debut < 20  # its delay of 30 seconds is not waited for
    superviseur.wait(30)
    assert processus_de(cadre) == []


def test_un_enfant_tue_est_raconte_et_relance(cadre: Cadre, autre_programme) -> None:
    superviseur = autre_programme(
        PROGRAMME, cadre.dossier, "non", "print('dernier mot', flush=True)\n" + TROIS_ENFANTS[0]
    )
    lignes_jusqu_a(superviseur, "prêt")
    premier = pid_de(cadre, "enfant0")
    assert processus.attendre(lambda: "dernier mot" in (cadre.journaux / "enfant0.log").read_text(), 30)
    os.kill(premier, signal.SIGKILL)
    recit = "\n".join(lignes_jusqu_a(superviseur, "Nouveau départ"))
    assert "« enfant0 » s'est arrêté" in recit
    assert "dernier mot" in recit
    assert processus.attendre(lambda: pid_de(cadre, "enfant0") != premier, 30)
    assert superviseur.poll() is None


def test_un_enfant_qui_meurt_sans_cesse_arrete_tout(cadre: Cadre, autre_programme) -> None:
    superviseur = autre_programme(
        PROGRAMME, cadre.dossier, "oui", "raise SystemExit('réglage absent')", TROIS_ENFANTS[0]
    )
    recit = lignes_jusqu_a(superviseur, "tout est arrêté")
    assert any("réglage absent" in ligne for ligne in recit)
    assert superviseur.wait(30) == 1
    assert processus_de(cadre) == []


def test_un_serveur_tue_est_relance(cadre: Cadre, autre_programme) -> None:
    superviseur = autre_programme(PROGRAMME, cadre.dossier, "oui")
    lignes_jusqu_a(superviseur, "prêt")
    ancien = Valkey(cadre).pid()
    os.kill(ancien, signal.SIGKILL)
    lignes_jusqu_a(superviseur, "Nouveau départ")
    assert processus.attendre(Valkey(cadre).repond, 30)
    assert Valkey(cadre).pid() != ancien


def test_apres_un_kill_9_les_orphelins_sont_termines_et_les_serveurs_repris(cadre: Cadre, autre_programme) -> None:
    superviseur = autre_programme(PROGRAMME, cadre.dossier, "oui", *TROIS_ENFANTS)
    lignes_jusqu_a(superviseur, "prêt")
    attendre_les_enfants(cadre)
    orphelin = pid_de(cadre, "enfant1")
    superviseur.kill()
    superviseur.wait()

    # A command that comes and goes leaves the servers to the orphans that use them.
    with serveurs(cadre, {}) as en_marche:
        pids = [serveur.pid() for serveur in en_marche.embarques]
    assert all(processus.identite(pid) for pid in pids)

    assert sorted(terminer_orphelins(cadre)) == ["enfant0", "enfant1", "enfant2"]
    assert processus.identite(orphelin) is None
    with serveurs(cadre, {}) as en_marche:
        assert [serveur.pid() for serveur in en_marche.embarques] == pids
    assert processus_de(cadre) == []


@pytest.mark.parametrize("ecart", ["debut", "commande"])
def test_un_processus_etranger_qui_a_repris_le_numero_n_est_pas_touche(cadre: Cadre, ecart: str) -> None:
    commande = (
        ["sleep", "600"] if ecart == "commande" else [sys.executable, "-c", "import time; time.sleep(600)", RACINE]
    )
    etranger = subprocess.Popen(commande, start_new_session=True)
    try:
        qui = processus.identite(etranger.pid)
        debut = qui.debut if ecart == "commande" else str(int(qui.debut) - 1)
        (cadre.pids / "web.json").write_text(json.dumps({"pid": etranger.pid, "debut": debut}))
        (cadre.pids / "beat.json").write_text("à moitié écr")
        assert terminer_orphelins(cadre) == []
        assert etranger.poll() is None
        assert list(cadre.pids.iterdir()) == []
    finally:
        etranger.kill()
        etranger.wait()


def test_la_fin_de_make_est_la_notre(cadre: Cadre, autre_programme) -> None:
    parent = autre_programme(
        "import subprocess, sys; subprocess.run([sys.executable, '-c', *sys.argv[1:]])",
        PROGRAMME,
        cadre.dossier,
        "non",
        *TROIS_ENFANTS,
        env=os.environ | {"MAKELEVEL": "1"},
    )
    lignes_jusqu_a(parent, "prêt")
    attendre_les_enfants(cadre)
    parent.kill()
    assert processus.attendre(lambda: processus_de(cadre) == [], 15)
    assert (cadre.dossier / "fins").read_text().split() == ["web", "worker", "beat"]


def test_un_processus_se_lit_aussi_sans_proc(cadre: Cadre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    marque = str(cadre.dossier)  # spaces and accents
    with subprocess.Popen([sys.executable, "-c", "input()", marque], stdin=subprocess.PIPE) as programme:
        par_ps = processus.identite(programme.pid, proc=tmp_path)
        assert par_ps is not None
        assert marque in par_ps.commande
        assert processus.identite(programme.pid, proc=tmp_path) == par_ps
        programme.kill()
        assert processus.attendre(lambda: processus.identite(programme.pid, proc=tmp_path) is None, 30)
