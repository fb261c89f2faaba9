"""The documents say what the code does: rules cited, terms of the glossary, links, commands, description for catalogues."""

import importlib
import re

import pytest
import yaml
from django.apps import apps

from tests.architecture.projet import APPLICATIONS, RACINE, gabarits, modules

DOCUMENTS = sorted([*RACINE.glob("*.md"), *(RACINE / "docs").rglob("*.md")])
TIROIRS_A_NOMS = ("models", "etats", "regles", "permissions", "portee", "auteur", "travaux", "creneaux")


def lire(chemin):
    return chemin.read_text(encoding="utf-8")


def test_chaque_regle_citee_par_le_code_est_ecrite():
    citees = set()
    for source in [*modules(), *gabarits()]:
        texte = lire(source)
        citees |= set(re.findall(r"\b[QSCTEN]-\d\d\b", texte))
        citees |= {f"regles {n}" for n in re.findall(r"\bregles(?:\.md)? (\d+(?:\.\d+)?)", texte)}
    page = lire(RACINE / "docs" / "regles.md")
    ecrites = set(re.findall(r"^\| ([QSCTEN]-\d\d) \|", page, re.MULTILINE))
    ecrites |= set(re.findall(r"^## (regles [\d.]+) — ", page, re.MULTILINE))
    assert citees - ecrites == set()


def test_le_code_ne_cite_que_des_pages_du_depot():
    motif = re.compile(r"\bconception \d|\bPdH\b|\b(?:conception|interface|mesures|style)\.md\b")
    sources = [*modules(), *gabarits(), *DOCUMENTS]
    assert [str(c.relative_to(RACINE)) for c in sources if motif.search(lire(c))] == []


def _noms_du_code():
    noms = {m.__name__: m for m in apps.get_models()}
    for app in APPLICATIONS:
        for tiroir in TIROIRS_A_NOMS:
            try:
                module = importlib.import_module(f"{app}.{tiroir}")
            except ModuleNotFoundError as absent:
                if absent.name != f"{app}.{tiroir}":
                    raise
            else:
                noms |= {n: v for n, v in vars(module).items() if not n.startswith("_")}
    return noms


def test_le_glossaire_nomme_ce_qui_existe():
    noms = _noms_du_code()
    champs = {champ.name for m in apps.get_models() for champ in m._meta.get_fields()}
    absents = []
    for ligne in lire(RACINE / "docs" / "glossaire.md").splitlines():
        cellules = [c.strip() for c in ligne.split("|")[1:-1]]
        if len(cellules) < 3 or not cellules[1].startswith("`"):
            continue
        for nom in re.findall(r"`([^`]+)`", cellules[1]):
            tete, _, suite = nom.partition(".")
            if nom.endswith(".py"):
                continue
            connu = (tete in noms or tete in champs) and (
                not suite or hasattr(noms[tete], suite) or suite in getattr(noms[tete], "__annotations__", {})
            )
            absents += [] if connu else [nom]
    assert absents == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=[str(d.relative_to(RACINE)) for d in DOCUMENTS])
def test_un_lien_d_un_document_mene_quelque_part(document):
    texte = lire(document)
    liens = [lien.split("#")[0] for lien in re.findall(r"\]\((?!https?:|mailto:|#)([^)]+)\)", texte)]
    assert [lien for lien in liens if not (document.parent / lien).exists()] == []
    motif = rf"`((?:{'|'.join([*APPLICATIONS, 'docs', 'templates', 'tests', 'fixtures'])})/[\w./-]+)`"
    assert [c for c in re.findall(motif, texte) if not (RACINE / c).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=[str(d.relative_to(RACINE)) for d in DOCUMENTS])
def test_une_commande_make_citee_existe(document):
    makefile = lire(RACINE / "Makefile")
    citees = set(re.findall(r"\bmake ([a-z][a-z-]+)`", lire(document)))
    citees |= set(re.findall(r"^make ([a-z][a-z-]+)", lire(document), re.MULTILINE))
    assert [c for c in citees if not re.search(rf"^{c}[ :]", makefile, re.MULTILINE)] == []


def test_les_decisions_sont_numerotees_et_listees():
    dossier = RACINE / "docs" / "adr"
    pages = sorted(c.name for c in dossier.glob("0*.md"))
    assert [p[:4] for p in pages] == [f"{n:04d}" for n in range(1, len(pages) + 1)]
    assert re.findall(r"\((0\d{3}-[\w-]+\.md)\)", lire(dossier / "README.md")) == pages


def test_la_fiche_des_catalogues_suit_le_standard():
    fiche = yaml.safe_load(lire(RACINE / "publiccode.yml"))
    assert {"publiccodeYmlVersion", "name", "url", "platforms", "developmentStatus", "softwareType"} <= set(fiche)
    assert {"description", "legal", "maintenance", "localisation"} <= set(fiche)
    assert fiche["legal"]["license"] == "EUPL-1.2"
    assert fiche["maintenance"]["contacts"]
    assert isinstance(fiche["localisation"]["localisationReady"], bool)
    for texte in fiche["description"].values():
        assert len(texte["shortDescription"]) <= 150
        assert 150 <= len(texte["longDescription"]) <= 10_000
        assert texte["features"]


def test_la_licence_est_le_texte_entier():
    licence = lire(RACINE / "LICENSE")
    assert "Licensed under the EUPL" in licence
    assert all(f"\n{article}." in licence for article in range(1, 16))
    assert "Appendix" in licence
