"""The end of the main job: the synthesis is made by a job, published, and lies on the COPIL's table."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from commun import travaux
from commun.models import Travail
from evaluation.etats import TypeRapport
from evaluation.models import Rapport
from tests.navigateur import TELEPHONE
from tests.verapdf.validation import structure_pdf

pytestmark = pytest.mark.navigateur

RAPPORTS = "/c/porte-du-hainaut/rapports/"
# A figure as people write it: « 4 054 000 », « 46,6 ».
_NOMBRE = re.compile(r"\d{1,3}(?: \d{3})+(?:,\d+)?|\d+(?:,\d+)?")


def _en_clair(texte: str) -> str:
    """All spaces alike: pdftotext gives plain ones for the narrow ones of the thousands."""
    return re.sub(r"[\u00a0\u202f]", " ", texte)


def _texte_du_pdf(chemin: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("skipped: no pdftotext")
    return subprocess.run(["pdftotext", "-layout", chemin, "-"], capture_output=True, text=True, check=True).stdout


def test_la_synthese_se_produit_se_publie_et_se_lit_au_copil(page_du_compte, axe, tmp_path: Path):
    chef = page_du_compte("chef-de-projet")
    chef.goto(RAPPORTS)
    axe(chef)
    chef.locator("select[name=annee]").select_option("2026")
    chef.get_by_role("button", name="Produire la synthèse").click()
    chef.locator("progress").wait_for()
    axe(chef)

    travaux.executer(Travail.objects.filter(nom="evaluation.produire_rapport").latest("cree_le").pk)

    rapport = Rapport.objects.get(type=TypeRapport.SYNTHESE)
    chef.get_by_role("link", name=re.compile("Lire|Ouvrir", re.I)).first.wait_for()

    # Nobody outside the team sees it before it is published.
    copil = page_du_compte("membre-copil", taille=TELEPHONE)
    copil.goto(RAPPORTS)
    assert "Synthèse 2026" not in copil.locator("main").inner_text()

    chef.goto(f"{RAPPORTS}{rapport.pk}/")
    axe(chef)
    chef.get_by_role("button", name="Publier").click()
    chef.get_by_role("dialog").get_by_role("button", name="Publier").click()
    chef.get_by_role("button", name="Retirer").wait_for()

    copil.goto("/")
    copil.get_by_role("link", name=re.compile("Synthèse annuelle du COPIL 2026")).click()
    copil.get_by_role("heading", name="Synthèse annuelle 2026").first.wait_for()
    axe(copil)
    with copil.expect_download() as telechargement:
        copil.get_by_role("link", name="Télécharger le PDF").click()
    pdf = tmp_path / "synthese.pdf"
    telechargement.value.save_as(pdf)

    assert structure_pdf(pdf).defauts == []
    _chaque_chiffre_de_la_page_est_dans_le_pdf(copil, pdf)


def _chaque_chiffre_de_la_page_est_dans_le_pdf(page: Any, pdf: Path) -> None:
    """`pdftotext` finds every figure that the web page shows."""
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    lus = set(_NOMBRE.findall(_en_clair(page.locator(".rapport").inner_text())))
    imprime = _en_clair(_texte_du_pdf(pdf))

    assert len(lus) > 500
    assert sorted(chiffre for chiffre in lus if chiffre not in imprime) == []
