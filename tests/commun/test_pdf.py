"""The PDF renderer: accessible output, embedded fonts, nothing fetched, nothing half-written."""

import gc
import hashlib
import os
import subprocess
import threading
from pathlib import Path
from types import SimpleNamespace

import pikepdf
import pytest

from bench.document import document_exemple
from commun import pdf
from tests.verapdf.validation import structure_pdf, valider, valider_pdf_a

PAGE = '<!doctype html><html lang="fr"><head><title>Essai</title></head><body>{}</body></html>'


@pytest.fixture(scope="module")
def exemple(tmp_path_factory) -> SimpleNamespace:
    """Render the invented report once."""
    chemin = tmp_path_factory.mktemp("pdf") / "exemple.pdf"
    return SimpleNamespace(chemin=chemin, empreinte=pdf.ecrire_pdf(document_exemple(4), chemin))


def texte_du_pdf(chemin: Path) -> str:
    """Return the text as a reader would copy it."""
    return subprocess.run(["pdftotext", chemin, "-"], check=True, capture_output=True, text=True).stdout


def test_le_rapport_d_exemple_est_conforme_a_pdf_ua_selon_verapdf(exemple):
    assert valider([exemple.chemin], "ua1") == {exemple.chemin: []}


def test_verapdf_voit_un_document_fautif(tmp_path):
    chemin = tmp_path / "faute.pdf"
    pdf.ecrire_pdf(PAGE.format("<h1>Un</h1><h3>Trois</h3>"), chemin)
    assert any("7.4.2" in regle for regle in valider([chemin], "ua1")[chemin])


def test_l_archive_est_a_la_fois_pdf_a_et_pdf_ua(tmp_path):
    chemin = tmp_path / "archive.pdf"
    pdf.ecrire_pdf(document_exemple(2, 5), chemin, archive=True)
    assert structure_pdf(chemin).defauts == []
    assert valider([chemin], "ua1")[chemin] == []
    assert valider_pdf_a(chemin) == []


def test_la_structure_du_rapport_d_exemple(exemple):
    structure = structure_pdf(exemple.chemin)
    assert structure.defauts == []
    assert structure.langue == "fr"
    assert structure.titre == "Rapport d’exemple 2026"
    assert structure.signets[:3] == [
        "Sommaire",
        "L’année en huit chiffres",
        "1 Éducation, partie 1",
    ]
    assert all(alternative.startswith("Graphique. ") for alternative in structure.textes_alternatifs)
    assert len(structure.textes_alternatifs) == 5


@pytest.mark.parametrize(
    ("corps", "defaut"),
    [
        ("<h1>Un</h1><h3>Trois</h3>", "heading jump"),
        ("<p>Sans titre de partie</p>", "no bookmark"),
        (
            '<h2>Un</h2><svg width="9" height="9"><rect width="9" height="9"/></svg>',
            "a figure without alternative text",
        ),
    ],
)
def test_le_controle_de_structure_voit_les_fautes(tmp_path, corps, defaut):
    chemin = tmp_path / "faute.pdf"
    pdf.ecrire_pdf(PAGE.format(corps), chemin)
    assert any(constat.startswith(defaut) for constat in structure_pdf(chemin).defauts)


def test_le_controle_de_structure_voit_un_document_sans_balises(tmp_path):
    chemin = tmp_path / "nu.pdf"
    with pikepdf.new() as nu:
        nu.add_blank_page()
        nu.save(chemin)
    assert {"no title", "not marked as tagged", "pages without tags: [1]"} <= set(structure_pdf(chemin).defauts)


def test_aucune_police_du_systeme_n_entre_dans_le_document(exemple):
    assert all(nom.startswith("Pilotville-Sans") for nom in structure_pdf(exemple.chemin).polices)


def test_les_lettres_accentuees_rares_et_les_montants_se_copient_tels_quels(tmp_path):
    chemin = tmp_path / "lettres.pdf"
    phrase = "Łódź, Ÿser, cœur, Ťažký : 1\u202f234\u202f567,89\u00a0€"
    pdf.ecrire_pdf(PAGE.format(f"<h2>Titre</h2><p>{phrase} <strong>{phrase}</strong></p>"), chemin)
    texte = texte_du_pdf(chemin)
    assert texte.count("Łódź, Ÿser, cœur, Ťažký") == 2
    assert texte.count("1 234 567,89 €") == 2, "pdftotext writes every space as the plain one"


def test_le_pied_numerote_et_les_tetes_nomment_la_partie(exemple):
    texte = texte_du_pdf(exemple.chemin)
    total = exemple.empreinte.pages
    assert f"page {total} sur {total}" in texte
    assert "page 1 sur" not in texte, "the cover bears no page number"
    assert texte.count("Données extraites le 20 novembre 2026") == total - 1


def test_l_empreinte_dit_ce_qui_est_ecrit(exemple):
    octets = exemple.chemin.read_bytes()
    assert exemple.empreinte.sha256 == hashlib.sha256(octets).hexdigest()
    assert exemple.empreinte.octets == len(octets)
    with pikepdf.open(exemple.chemin) as lu:
        assert exemple.empreinte.pages == len(lu.pages)


@pytest.mark.parametrize(
    ("html", "message"),
    [
        (
            "<!doctype html><html><head><title>T</title></head><body></body></html>",
            "langue",
        ),
        (
            '<!doctype html><html lang=" "><head><title>T</title></head><body></body></html>',
            "langue",
        ),
        ('<!doctype html><html lang="fr"><head></head><body></body></html>', "titre"),
        (
            '<!doctype html><html lang="fr"><head><title> </title></head><body></body></html>',
            "titre",
        ),
    ],
)
def test_un_document_sans_langue_ou_sans_titre_est_refuse(html, message):
    with pytest.raises(pdf.ErreurPdf, match=message):
        pdf.rendre_pdf(html)


@pytest.mark.parametrize(
    "corps",
    [
        '<img src="http://127.0.0.1:9/x.png" alt="x">',
        '<img src="file:///etc/hostname" alt="x">',
        '<link rel="stylesheet" href="https://127.0.0.1:9/x.css">',
        '<p style="background: url(http://127.0.0.1:9/fond.png)">x</p>',
        '<link rel="attachment" href="file:///etc/hostname">',
        '<svg><title>x</title><image href="file:///etc/hostname" width="5" height="5"/></svg>',
    ],
)
def test_aucune_ressource_exterieure_n_est_lue(corps):
    with pytest.raises(pdf.ErreurPdf, match="ressources extérieures"):
        pdf.rendre_pdf(PAGE.format(corps))


def test_un_espace_en_fin_de_cellule_ne_coupe_pas_la_ligne_au_premier_mot(tmp_path):
    cellule = "<th scope=row>Action 2.23 — cadre de vie, «\u202fCentre ancien\u202f» </th>"
    chemin = tmp_path / "cellule.pdf"
    pdf.ecrire_pdf(PAGE.format(f'<table class="tableau" style="width: 219px"><tr>{cellule}</tr></table>'), chemin)
    assert "Action 2.23" in texte_du_pdf(chemin)


def test_deux_rendus_de_la_meme_page_sont_identiques():
    page = PAGE.format("<h2>Un</h2><p>Deux</p>")
    assert pdf.rendre_pdf(page) == pdf.rendre_pdf(page)


def test_une_feuille_absente_est_dite_en_clair():
    with pytest.raises(pdf.ErreurPdf, match="introuvable"):
        pdf.rendre_pdf(PAGE.format(""), feuilles=("impression/absente.css",))


def test_un_rendu_interrompu_ne_laisse_rien(tmp_path, monkeypatch):
    destination = tmp_path / "rapport.pdf"
    destination.write_bytes(b"ancien")

    def panne(*_arguments):
        raise OSError("disque plein")

    monkeypatch.setattr(os, "fsync", panne)
    with pytest.raises(OSError, match="disque plein"):
        pdf.ecrire_pdf(PAGE.format("<p>neuf</p>"), destination)
    assert destination.read_bytes() == b"ancien"
    assert [chemin.name for chemin in tmp_path.iterdir()] == ["rapport.pdf"]


def test_le_ramasse_miettes_est_suspendu_puis_rendu():
    assert gc.isenabled()
    with pdf.sans_ramasse_miettes():
        assert not gc.isenabled()
        with pdf.sans_ramasse_miettes():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_le_ramasse_miettes_est_rendu_apres_une_erreur():
    with pytest.raises(pdf.ErreurPdf):
        pdf.rendre_pdf("<html></html>")
    assert gc.isenabled()


def test_le_ramasse_miettes_reste_coupe_pour_qui_l_avait_coupe():
    gc.disable()
    try:
        with pdf.sans_ramasse_miettes():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_deux_fils_rendent_l_un_apres_l_autre_et_le_ramasse_miettes_revient():
    octets: list[bytes] = []
    fils = [
        threading.Thread(target=lambda: octets.append(pdf.rendre_pdf(PAGE.format("<h2>A</h2>" * 40)))) for _ in range(3)
    ]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert [document[:5] for document in octets] == [b"%PDF-"] * 3
    assert gc.isenabled()


def test_une_longue_liste_est_plafonnee_et_le_dit():
    assert pdf.plafonner(range(3), 5) == pdf.LignesImprimees((0, 1, 2), 0)
    assert pdf.plafonner(iter(range(10)), 4) == pdf.LignesImprimees((0, 1, 2, 3), 6)
