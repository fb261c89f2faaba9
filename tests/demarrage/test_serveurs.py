"""The embedded servers: started, adopted, shared and stopped, with real processes."""

import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import psycopg
import pytest
import redis

from config.demarrage import postgresql, processus
from config.demarrage.chemins import Cadre
from config.demarrage.environnement import serveurs
from config.demarrage.erreurs import ErreurDemarrage
from config.demarrage.postgresql import PostgreSQL
from config.demarrage.valkey import Valkey

# A server is meant to outlive the object that started it.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")

TIENT_LES_SERVEURS = """
import sys
from pathlib import Path
from config.demarrage.chemins import Cadre
from config.demarrage.environnement import serveurs
with serveurs(Cadre("essai", Path(sys.argv[1]), durable=False), {}, annoncer=lambda texte: print(texte, flush=True)):
    print("en marche", flush=True)
    sys.stdin.readline()
print("fini", flush=True)
"""


def attendre_la_ligne(programme: subprocess.Popen, ligne: str) -> None:
    for lue in programme.stdout:
        if lue.strip() == ligne:
            return
    pytest.fail(f"le programme s'est arrêté sans dire « {ligne} »")


def test_les_deux_serveurs_repondent_aux_adresses_donnees_puis_s_arretent(
    cadre: Cadre, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Variables left by another project do not lead elsewhere.
    for nom, valeur in (("PGPORT", "9"), ("PGHOST", "ailleurs"), ("PGUSER", "autre"), ("PGDATABASE", "autre")):
        monkeypatch.setenv(nom, valeur)
    with serveurs(cadre, {"AUTRE": "1"}) as en_marche:
        pids = [serveur.pid() for serveur in en_marche.embarques]
        with psycopg.connect(en_marche.environnement["DATABASE_URL"]) as base:
            assert base.execute("SHOW server_encoding").fetchone() == ("UTF8",)
            assert base.execute("SHOW listen_addresses").fetchone() == ("",)
            # C.UTF-8: code point order, and letters beyond ASCII have their case.
            assert base.execute("SELECT upper('éœ'), 'é' < 'z'").fetchone() == ("ÉŒ", False)
        assert redis.Redis.from_url(en_marche.environnement["REDIS_URL"] + "?db=40").ping()
        assert en_marche.environnement["AUTRE"] == "1"

    assert None not in pids
    assert [processus.identite(pid) for pid in pids] == [None, None]
    assert not cadre.chemin_sockets(os.geteuid()).exists()


def test_seul_le_serveur_sans_adresse_est_embarque(cadre: Cadre) -> None:
    with serveurs(cadre, {"DATABASE_URL": "postgres://ailleurs/base"}) as en_marche:
        assert [serveur.nom for serveur in en_marche.embarques] == ["Redis"]
        assert en_marche.environnement["DATABASE_URL"] == "postgres://ailleurs/base"


def test_rien_n_est_cree_quand_les_deux_adresses_sont_donnees(tmp_path: Path) -> None:
    cadre = Cadre("essai", tmp_path / "var")
    with serveurs(cadre, {"DATABASE_URL": "postgres://ailleurs/base", "REDIS_URL": "redis://ailleurs"}):
        assert not cadre.dossier.exists()


def test_ce_qui_est_enregistre_survit_a_un_arret(tmp_path: Path) -> None:
    cadre = Cadre("essai", tmp_path / "var", durable=True)
    with serveurs(cadre, {}) as en_marche:
        with psycopg.connect(en_marche.environnement["DATABASE_URL"]) as base:
            base.execute("CREATE TABLE note AS SELECT 'gardé' AS texte")
        redis.Redis.from_url(en_marche.environnement["REDIS_URL"]).set("note", "gardé")
    with serveurs(cadre, {}) as en_marche:
        with psycopg.connect(en_marche.environnement["DATABASE_URL"]) as base:
            assert base.execute("SELECT texte FROM note").fetchone() == ("gardé",)
        assert redis.Redis.from_url(en_marche.environnement["REDIS_URL"]).get("note") == "gardé".encode()


def test_le_dernier_utilisateur_arrete_les_serveurs(cadre: Cadre, autre_programme) -> None:
    autre = autre_programme(TIENT_LES_SERVEURS, cadre.dossier, stdin=subprocess.PIPE)
    attendre_la_ligne(autre, "en marche")
    messages: list[str] = []
    with serveurs(cadre, {}, annoncer=messages.append) as en_marche:
        pids = [serveur.pid() for serveur in en_marche.embarques]
    assert messages == [
        "PostgreSQL déjà en marche, repris.",
        "Redis déjà en marche, repris.",
        "Un autre programme utilise encore les serveurs embarqués : ils s'arrêteront avec lui.",
    ]
    assert all(processus.identite(pid) for pid in pids)

    autre.stdin.write("\n")
    autre.stdin.flush()
    attendre_la_ligne(autre, "fini")
    assert [processus.identite(pid) for pid in pids] == [None, None]


def test_les_serveurs_laisses_par_un_kill_9_sont_repris_puis_arretes(cadre: Cadre, autre_programme) -> None:
    autre = autre_programme(TIENT_LES_SERVEURS, cadre.dossier, stdin=subprocess.PIPE)
    attendre_la_ligne(autre, "en marche")
    avant = [PostgreSQL(cadre).pid(), Valkey(cadre).pid()]
    autre.kill()
    autre.wait()

    with serveurs(cadre, {}) as en_marche:
        assert [serveur.pid() for serveur in en_marche.embarques] == avant
    assert [processus.identite(pid) for pid in avant] == [None, None]


def test_postgresql_repart_apres_un_kill_9_et_un_numero_repris_par_un_autre(cadre: Cadre) -> None:
    serveur = PostgreSQL(cadre)
    serveur.demarrer()
    os.kill(serveur.pid(), signal.SIGKILL)
    assert processus.attendre(lambda: not serveur.vivant(), 30)
    # As after a restart of a container: the number in the lock files is now that of a program of ours.
    for fichier in (serveur.donnees / "postmaster.pid", serveur.sockets / ".s.PGSQL.5432.lock"):
        fichier.write_text(re.sub(r"\A\d+", str(os.getpid()), fichier.read_text()))

    assert PostgreSQL(cadre).demarrer() is True
    assert PostgreSQL(cadre).repond()


def test_on_attend_la_fin_d_un_postgresql_qui_s_arrete(cadre: Cadre) -> None:
    serveur = PostgreSQL(cadre)
    serveur.demarrer()
    ancien = serveur.pid()
    with psycopg.connect(serveur.url()) as base:
        base.execute("SELECT 1")
        os.kill(ancien, signal.SIGTERM)  # "smart" stop: refuses newcomers and waits for this connection
        assert processus.attendre(lambda: not serveur.repond(), 30)
        assert serveur.pid() == ancien
        base.close()
        assert PostgreSQL(cadre).demarrer() is True
    assert PostgreSQL(cadre).pid() != ancien


def test_un_initdb_interrompu_est_repris_de_zero(cadre: Cadre) -> None:
    serveur = PostgreSQL(cadre)
    ebauche = serveur.donnees.with_suffix(".ebauche")
    ebauche.mkdir()
    (ebauche / "PG_VERSION").write_text("reste d'un essai")
    assert serveur.demarrer() is True
    assert not ebauche.exists()


def test_des_donnees_d_une_autre_version_de_postgresql_sont_refusees(cadre: Cadre) -> None:
    serveur = PostgreSQL(cadre)
    serveur.donnees.mkdir(mode=0o700)
    (serveur.donnees / "PG_VERSION").write_text("12\n")
    with pytest.raises(ErreurDemarrage, match=r"viennent de PostgreSQL 12.*make demo-reset"):
        serveur.demarrer()


def test_un_dossier_de_sockets_ouvert_aux_autres_est_refuse(cadre: Cadre) -> None:
    dossier = cadre.chemin_sockets(os.geteuid())
    dossier.mkdir(mode=0o755)
    dossier.chmod(0o755)
    with pytest.raises(ErreurDemarrage, match="n'est pas un dossier privé"):
        Valkey(cadre).demarrer()


def test_le_chemin_des_sockets_tient_dans_la_limite_et_suit_les_donnees(tmp_path: Path) -> None:
    chemins = {Cadre("essai", tmp_path / nom).chemin_sockets(2**31) for nom in ("un", "deux")}
    assert len(chemins) == 2
    for chemin in chemins:
        with socket.socket(socket.AF_UNIX) as essai, pytest.raises(FileNotFoundError):
            essai.connect(str(chemin / ".s.PGSQL.5432"))  # "path too long" would be an OSError of another kind


@pytest.mark.skipif(os.geteuid() != 0, reason="le choix du compte ne se pose qu'à root")
def test_root_donne_a_postgresql_un_compte_qui_n_est_pas_root(cadre: Cadre) -> None:
    serveur = PostgreSQL(cadre)
    serveur.demarrer()
    etat = Path(f"/proc/{serveur.pid()}/uid_map")
    dans_un_espace_de_noms = etat.read_text().split()[0] == "65534"
    assert dans_un_espace_de_noms or Path(f"/proc/{serveur.pid()}").stat().st_uid != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="le choix du compte ne se pose qu'à root")
def test_root_sans_aucun_compte_utilisable_recoit_une_ligne_claire(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "ESPACE_DE_NOMS", ("false",))
    tmp_path.chmod(0o700)
    with pytest.raises(ErreurDemarrage, match="avec un utilisateur ordinaire"):
        PostgreSQL(Cadre("essai", tmp_path / "var")).demarrer()


def test_un_dossier_d_un_autre_utilisateur_recoit_une_ligne_claire(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda chemin, droit: False)  # root may write everywhere
    with pytest.raises(ErreurDemarrage, match=r"appartient à un autre utilisateur"), serveurs(Cadre("x", tmp_path), {}):
        pytest.fail("rien ne doit démarrer")


@pytest.mark.parametrize("classe", [PostgreSQL, Valkey])
def test_un_serveur_a_peine_lance_est_arrete_aussi(cadre: Cadre, classe, monkeypatch: pytest.MonkeyPatch) -> None:
    serveur = classe(cadre)
    serveur.demarrer()
    numero = serveur.pid()
    monkeypatch.setattr(serveur, "pid", lambda: None)  # as long as its number is not written
    serveur.arreter()
    assert processus.identite(numero) is None
    serveur.arreter()
