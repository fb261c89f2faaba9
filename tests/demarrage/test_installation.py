"""Nothing is installed twice; what changed is."""

import sys
from pathlib import Path

import pytest

from config.demarrage import installation
from config.demarrage.erreurs import ErreurDemarrage


@pytest.fixture
def installations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The installers that were run, in a checkout of their own; they install nothing."""
    (tmp_path / "requirements").mkdir()
    for liste in ("demo", "dev"):
        (tmp_path / "requirements" / f"{liste}.txt").write_text(f"{liste} 1\n")
    (tmp_path / "package-lock.json").write_text("{}")
    venv, modules = tmp_path / ".venv", tmp_path / "node_modules"
    for nom, valeur in (("RACINE", tmp_path), ("VENV", venv), ("MODULES_NODE", modules)):
        monkeypatch.setattr(installation, nom, valeur)
    monkeypatch.setattr(installation, "PYTHON_VENV", venv / "python")
    lances: list[list[str]] = []

    def executer(echec: str, commande: list[str | Path]) -> None:
        mots = [str(mot) for mot in commande]
        lances.append(mots)
        if "venv" in mots:
            venv.mkdir()
            (venv / "python").symlink_to(sys.executable)
        if "npm" in mots:
            modules.mkdir(exist_ok=True)

    monkeypatch.setattr(installation, "_executer", executer)
    return lances


def installer(*listes: str) -> None:
    installation.installer(*listes, annoncer=lambda message: None)


def resume(installations: list[list[str]]) -> list[str]:
    """Which installers ran since the last call."""
    noms = sorted("npm" if mots[0] == "npm" else Path(mots[-1]).name for mots in installations)
    installations.clear()
    return noms


def test_la_premiere_fois_tout_est_installe_la_seconde_rien(installations) -> None:
    installer("demo", "dev")
    assert resume(installations) == [".venv", "demo.txt", "npm"]
    installer("demo", "dev")
    assert resume(installations) == []


def test_une_liste_changee_est_reinstallee_seule(installations, tmp_path: Path) -> None:
    installer("demo", "dev")
    resume(installations)
    (tmp_path / "requirements" / "demo.txt").write_text("demo 2\n")
    installer("demo", "dev")
    assert resume(installations) == ["demo.txt"]
    (tmp_path / "package-lock.json").write_text('{"a": 1}')
    installer("demo", "dev")
    assert resume(installations) == ["npm"]


def test_les_dependances_de_developpement_suffisent_a_la_demo(installations) -> None:
    installer("dev")
    resume(installations)
    installer("demo", "dev")
    assert resume(installations) == []


def test_la_demo_ne_suffit_pas_aux_tests(installations) -> None:
    installer("demo", "dev")
    resume(installations)
    installer("dev")
    assert resume(installations) == ["dev.txt"]


def test_un_environnement_casse_est_refait(installations, tmp_path: Path) -> None:
    installer("demo", "dev")
    resume(installations)
    python = tmp_path / ".venv" / "python"
    python.unlink()
    python.symlink_to("/un/python/desinstalle")
    installer("demo", "dev")
    assert resume(installations) == [".venv", "demo.txt"]


def test_l_echec_d_un_installateur_est_montre_en_entier() -> None:
    echoue = [sys.executable, "-c", "print('la raison'); raise SystemExit(1)"]
    with pytest.raises(ErreurDemarrage, match=r"(?s)pip a échoué .*la raison"):
        installation._executer("pip a échoué", echoue)
