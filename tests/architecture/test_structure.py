"""The shape of the tree: apps, drawers, docstrings, templates."""

import ast
import re

import pytest
from django.apps import apps
from django.conf import settings

from commun.creneaux import CRENEAUX
from tests.architecture.projet import APPLICATIONS, RACINE, RANGS, gabarits, modules

# Drawers of an app, as docs/ARCHITECTURE.md lists them.
TIROIRS = {
    *("etats", "models", "regles", "permissions", "actions", "lectures", "tasks", "notifications", "forms", "views"),
    *("urls", "filters", "tables", "api", "imports", "exports", "rapports", "admin"),
    *("apps", "management", "migrations", "templatetags"),
}
# What one app alone has, and says in its name.
PROPRES = {
    "acteurs": {"annuaire", "comptes"},
    "contrats": {"creneaux", "portee"},
    "portail": {"contexte", "composants", "demo"},
}
# `commun` and `config` have no trade, hence no drawers; still nothing may be called so.
MOTS_VIDES = re.compile(r"(?:^|_)(?:utils?|helpers?|mixins?|services?|outils|divers|misc)(?:_|$)")

MODULES = list(modules())
GABARITS = gabarits()
par_module = pytest.mark.parametrize("module", MODULES, ids=[str(m.relative_to(RACINE)) for m in MODULES])
par_gabarit = pytest.mark.parametrize("gabarit", GABARITS, ids=[str(g.relative_to(RACINE)) for g in GABARITS])


def test_les_apps_locales_sont_celles_que_surveille_import_linter():
    locales = {c.label for c in apps.get_app_configs() if c.path.startswith(f"{settings.BASE_DIR}/{c.label}")}
    dossiers = {c.parent.name for c in RACINE.glob("*/apps.py")}
    assert locales == dossiers == set(APPLICATIONS) == set(RANGS)


@pytest.mark.parametrize("app", [a for a in APPLICATIONS if a not in ("commun", "config")])
def test_les_tiroirs_d_une_app_portent_des_noms_connus(app):
    tiroirs = {c.stem for c in (RACINE / app).iterdir() if c.suffix == ".py" or c.is_dir()} - {
        "__init__",
        "__pycache__",
    }
    assert tiroirs - TIROIRS - PROPRES.get(app, set()) == set()


@par_module
def test_un_module_ne_porte_pas_un_nom_vide(module):
    assert not any(MOTS_VIDES.search(morceau) for morceau in module.relative_to(RACINE).with_suffix("").parts)


@par_module
def test_un_module_dit_ce_qu_il_contient(module):
    texte = module.read_text(encoding="utf-8")
    if texte.strip():
        assert ast.get_docstring(ast.parse(texte)), "the module's first line is a docstring"


@par_module
def test_aucun_recepteur_de_signal(module):
    texte = module.read_text(encoding="utf-8")
    assert not re.search(r"django\.dispatch|\.signals import|import signals|@receiver", texte)


def _sources() -> list:
    """Everything we write, tests and documents included."""
    dossiers = [*APPLICATIONS, "templates", "static", "docs", "tests", "bench"]
    suffixes = {".py", ".html", ".txt", ".css", ".js", ".md", ".yml", ".toml"}
    return [
        c for d in dossiers for c in (RACINE / d).rglob("*") if c.suffix in suffixes and "__pycache__" not in c.parts
    ]


def test_rien_n_est_remis_a_plus_tard():
    motif = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    assert [str(c.relative_to(RACINE)) for c in _sources() if motif.search(c.read_text(encoding="utf-8"))] == []


@par_gabarit
def test_une_page_n_a_ni_script_ni_style_en_ligne(gabarit):
    if "courriels" in gabarit.parts:  # mail readers drop style sheets; no policy applies there
        return
    balises = r"{% comment %}.*?{% endcomment %}|{#.*?#}|{%.*?%}|{{.*?}}"
    texte = re.sub(balises, "", gabarit.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", texte), "inline script"
    if "impression" not in gabarit.parts:  # the sheet of a PDF is given to the renderer, never served
        assert "<style" not in texte
    assert not re.search(r"\sstyle\s*=", texte)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", texte), "inline event handler"
    assert "javascript:" not in texte


@par_gabarit
def test_un_formulaire_inclus_garde_son_jeton(gabarit):
    """`{% include … only %}` empties the context: a form included so would post without its CSRF token."""
    texte = gabarit.read_text(encoding="utf-8")
    inclus = re.findall(r'{%\s*include\s+"([^"]+)"[^%]*\bonly\s*%}', texte)
    assert [nom for nom in inclus if "csrf_token" in (RACINE / "templates" / nom).read_text(encoding="utf-8")] == []


# Where a template trusts a text: it must come from our own code, never from a person.
CONFIANCE = {
    "templates/composants/champ.html": "help texts are written in forms.py",
}


@par_gabarit
def test_une_page_echappe_ce_qu_elle_montre(gabarit):
    texte = gabarit.read_text(encoding="utf-8")
    if re.search(r"\|\s*safe\b|autoescape off|safeseq", texte):
        assert str(gabarit.relative_to(RACINE)) in CONFIANCE


def test_la_liste_de_confiance_est_utile():
    assert [c for c in CONFIANCE if "|safe" not in (RACINE / c).read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("app", sorted({a for a in APPLICATIONS if a not in ("commun", "config")}))
def test_le_texte_de_commun_ne_connait_aucune_app(app):
    imports = re.compile(rf"^\s*(?:from|import) {app}\b", re.MULTILINE)
    chaines = re.compile(rf"get_model\(\s*[\"']{app}\b")
    fautifs = [
        c.name
        for c in (RACINE / "commun").rglob("*.py")
        if imports.search(texte := c.read_text(encoding="utf-8")) or chaines.search(texte)
    ]
    assert fautifs == []


def test_le_schema_d_architecture_nomme_chaque_creneau():
    page = (RACINE / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    section = page.split("## Slots", 1)[1].split("\n## ", 1)[0]
    assert set(re.findall(r"^- `([\w.]+)`", section, re.MULTILINE)) == set(CRENEAUX)


def test_la_page_d_architecture_nomme_chaque_app_et_chaque_tiroir():
    page = (RACINE / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert [app for app in APPLICATIONS if f"`{app}`" not in page] == []
    assert [t for t in TIROIRS - {"apps", "management", "migrations", "templatetags"} if f"`{t}" not in page] == []
