"""The files of a real deployment, checked by their structure: no Docker engine runs them here."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from config.demarrage.chemins import RACINE
from config.demarrage.sante import hote_accepte

COMPOSE = yaml.safe_load((RACINE / "docker-compose.yml").read_text())
NOTRES = ("migrations", "web", "worker", "beat")


def variables_de(texte: str) -> set[str]:
    return set(re.findall(r"\$\{(\w+)", texte))


def test_chaque_service_a_son_controle_de_sante_et_redemarre() -> None:
    assert set(COMPOSE["services"]) == {"base", "redis", *NOTRES}
    for nom, service in COMPOSE["services"].items():
        assert service["restart"], nom
        if nom not in ("web", "migrations"):  # web: the image's own; migrations: runs and ends
            assert service["healthcheck"]["test"], nom
    assert "HEALTHCHECK" in (RACINE / "Dockerfile").read_text()


def test_rien_ne_demarre_avant_la_base_redis_et_les_migrations() -> None:
    for nom in NOTRES:
        attentes = {autre: regle["condition"] for autre, regle in COMPOSE["services"][nom]["depends_on"].items()}
        assert attentes.pop("migrations", "service_completed_successfully") == "service_completed_successfully"
        assert attentes == {"base": "service_healthy", "redis": "service_healthy"}, nom
        assert ("migrations" in COMPOSE["services"][nom]["depends_on"]) is (nom != "migrations")


def test_aucun_secret_n_est_ecrit_et_ceux_qui_manquent_arretent_tout() -> None:
    texte = (RACINE / "docker-compose.yml").read_text()
    for secret in ("SECRET_KEY", "POSTGRES_PASSWORD", "ALLOWED_HOSTS"):
        assert set(re.findall(rf"\$\{{{secret}(:\?)?", texte)) == {":?"}, secret
    exemple = dict(
        ligne.split("=", 1) for ligne in (RACINE / ".env.exemple").read_text().splitlines() if re.match(r"\w+=", ligne)
    )
    assert exemple["SECRET_KEY"] == exemple["POSTGRES_PASSWORD"] == ""
    assert ".env" in (RACINE / ".dockerignore").read_text().split()


def test_les_commandes_de_celery_nomment_l_application_du_projet() -> None:
    for nom in ("worker", "beat"):
        assert COMPOSE["services"][nom]["command"][:3] == ["celery", "-A", "config.celery"]
        assert COMPOSE["services"][nom]["command"][3] == nom


def test_l_image_tourne_sans_privilege_et_copie_chaque_application() -> None:
    texte = (RACINE / "Dockerfile").read_text()
    etapes = [ligne for ligne in texte.splitlines() if ligne.startswith("FROM ")]
    assert len(etapes) == 3
    derniere = texte.rpartition("\nFROM ")[2]
    assert re.search(r"^USER (?!root)\w+$", derniere, re.MULTILINE)
    assert derniere.index("collectstatic") < derniere.index("\nUSER ")
    ecartes = (RACINE / ".dockerignore").read_text().split()
    for application in (
        "acteurs",
        "commun",
        "config",
        "contrats",
        "evaluation",
        "geographie",
        "portail",
        "templates",
        "static",
    ):
        assert application not in ecartes


def test_chaque_reglage_lu_est_decrit_pour_l_exploitant() -> None:
    lus: set[str] = set()
    for module in (RACINE / "config" / "settings").glob("*.py"):
        for guillemets in ('"', "'"):
            lus |= set(re.findall(rf"\benv(?:\.\w+)?\(\s*{guillemets}([A-Z_]+){guillemets}", module.read_text()))
    assert {"SECRET_KEY", "DATABASE_URL", "DELAI_REQUETE_MS"} <= lus
    decrits = set(re.findall(r"`([A-Z][A-Z_]+)`", (RACINE / "docs" / "exploitation.md").read_text()))
    assert lus <= decrits, f"absents de docs/exploitation.md : {sorted(lus - decrits)}"
    donnes = variables_de((RACINE / "docker-compose.yml").read_text()) | set(
        re.findall(r"^(\w+)=", (RACINE / ".env.exemple").read_text(), re.MULTILINE)
    )
    assert donnes - lus <= {"POSTGRES_PASSWORD", "PORT", "VERSION"}


@pytest.mark.parametrize(
    ("noms", "hote"),
    [("pilotville.fr,autre.fr", "pilotville.fr"), (".exemple.fr", "exemple.fr"), ("*", "localhost"), ("", "localhost")],
)
def test_le_controle_de_sante_se_presente_sous_un_nom_accepte(noms: str, hote: str) -> None:
    assert hote_accepte(noms) == hote


def test_l_integration_continue_est_un_script_bash_valide() -> None:
    script: Path = RACINE / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0
