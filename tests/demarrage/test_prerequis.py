"""What is missing on a machine gets one clear line."""

import builtins
import os
import socket
import subprocess
from pathlib import Path

import pytest

from config.demarrage import prerequis
from config.demarrage.chemins import RACINE
from config.demarrage.erreurs import ErreurDemarrage


def programme_factice(dossier: Path, nom: str, texte: str) -> None:
    (dossier / nom).write_text(f"#!/bin/sh\n{texte}\n")
    (dossier / nom).chmod(0o755)


@pytest.mark.parametrize(
    ("node", "npm", "manque"),
    [
        ("echo v20.20.2", "echo 10.1.0", None),
        ("echo v24.0.0", "echo 11.0.0", None),
        ("echo v18.20.1", "echo 10.1.0", "Node 18 est trop ancien"),
        # As a version manager's shim does: found on the PATH, and yet it does not run.
        ("echo 'no version set'; exit 1", "echo 10.1.0", "Node est introuvable"),
        (None, None, "Node est introuvable"),
        ("echo v20.20.2", None, "npm est introuvable"),
    ],
)
def test_node_est_juge_en_le_lancant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, node, npm, manque) -> None:
    for nom, texte in (("node", node), ("npm", npm)):
        if texte:
            programme_factice(tmp_path, nom, texte)
    monkeypatch.setenv("PATH", str(tmp_path))
    ligne = prerequis.manque_node()
    assert ligne is None if manque is None else manque in ligne and "\n" not in ligne


def test_un_python_sans_venv_est_nomme_avec_le_remede(monkeypatch: pytest.MonkeyPatch) -> None:
    importer = builtins.__import__

    def sans_ensurepip(nom: str, *arguments: object, **options: object) -> object:
        if nom == "ensurepip":
            raise ImportError(nom)
        return importer(nom, *arguments, **options)

    assert prerequis.manque_python() is None
    monkeypatch.setattr(builtins, "__import__", sans_ensurepip)
    assert "python3-venv" in prerequis.manque_python()


def test_pango_absent_est_nomme_avec_le_remede() -> None:
    assert prerequis.manque_pango({"c": ("libc.so.6", "libSystem.dylib")}) is None
    ligne = prerequis.manque_pango({"c": ("libc.so.6", "libSystem.dylib"), "pango": ("libpango-inconnue.so",)})
    assert "(pango)" in ligne
    assert "apt install libpango-1.0-0" in ligne
    assert "\n" not in ligne


def test_tous_les_manques_sont_dits_ensemble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prerequis, "manque_node", lambda: "pas de Node")
    monkeypatch.setattr(prerequis, "manque_pango", lambda: "pas de Pango")
    with pytest.raises(ErreurDemarrage, match=r"^pas de Node\npas de Pango$"):
        prerequis.verifier()


@pytest.mark.parametrize("texte", ["", "abc", "0", "65536", "-1", "80 80", "８０"])
def test_un_port_qui_n_en_est_pas_un_est_refuse(texte: str) -> None:
    with pytest.raises(ErreurDemarrage, match=r"PORT=.*entre 1 et 65535"):
        prerequis.port_demande(texte)


def test_un_port_pris_est_refuse_en_nommant_la_variable() -> None:
    with socket.socket() as occupant:
        occupant.bind(("127.0.0.1", 0))
        occupant.listen()
        port = occupant.getsockname()[1]
        with pytest.raises(ErreurDemarrage, match=rf"Le port {port} est déjà pris.*PORT=8010"):
            prerequis.verifier_port_libre(port)
    prerequis.verifier_port_libre(port)


def lancer_make(*arguments: str, **environnement: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/usr/bin/make", "SHELL=/bin/sh", *arguments],
        cwd=RACINE,
        env=environnement,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.skipif(not os.access("/usr/bin/make", os.X_OK), reason="make est ailleurs")
def test_make_choisit_un_python_qui_marche_et_le_dit_sinon(tmp_path: Path) -> None:
    programme_factice(tmp_path, "python3.11", "echo 'shim: version absente' >&2; exit 127")
    programme_factice(tmp_path, "python3.12", 'case "$1" in -c) exit 0;; *) echo "choisi : $@";; esac')
    assert lancer_make("check", PATH=str(tmp_path)).stdout.splitlines()[-1] == "choisi : -m config.demarrage check"

    (tmp_path / "python3.12").unlink()
    refus = lancer_make("check", PATH=str(tmp_path))
    assert refus.returncode != 0
    assert "Python 3.11 ou plus récent, avec venv, est introuvable" in refus.stderr
