"""The browser of the journeys: an installed Chromium, signed-in pages, accessibility checks."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as reglages
from django.test import Client

from tests.verapdf.validation import SANS_VERAPDF

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SANS_NAVIGATEUR = "skipped: no browser"
BUREAU = {"width": 1366, "height": 768}
TELEPHONE = {"width": 360, "height": 800}

_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


def chemin_du_navigateur() -> str | None:
    """Where an installed Chromium lies, or None."""
    noms = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((chemin for nom in noms if (chemin := shutil.which(nom))), None)


@pytest.fixture(scope="session")
def navigateur() -> Iterator[Browser]:
    """One Chromium for the whole session; without it the journeys are skipped, loudly."""
    chemin = chemin_du_navigateur()
    if chemin is None:
        pytest.skip(SANS_NAVIGATEUR)
    from playwright.sync_api import sync_playwright

    with pytest.MonkeyPatch.context() as environnement, sync_playwright() as playwright:
        # Playwright keeps an event loop on this thread, which Django would take for an asynchronous view.
        environnement.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        navigateur = playwright.chromium.launch(executable_path=chemin, args=_OPTIONS)
        yield navigateur
        navigateur.close()


@pytest.fixture
def erreurs_du_navigateur() -> Iterator[list[str]]:
    """What the pages complained about (console, scripts, refused resources): must be empty when the test ends.

    A test that expects an error checks it then empties the list.
    """
    erreurs: list[str] = []
    yield erreurs
    assert not erreurs, "The browser complains:\n" + "\n".join(erreurs)


@pytest.fixture
def page_de(
    request: pytest.FixtureRequest,
    navigateur: Browser,
    transactional_db: None,
    live_server: Any,
    erreurs_du_navigateur: list[str],
) -> Iterator[Callable[..., Page]]:
    """`page_de(Role.CHEF_DE_PROJET, contrat=…)`: a page of a browser where a person of this role is signed in.

    `page_de(None)` is signed out; `page_de(utilisateur=…)` is that person. `taille=TELEPHONE` for a phone and
    `javascript=False` for a browser without scripts. Addresses are relative: `page.goto("/compte/login/")`.
    """
    contextes = []

    def ouvrir(
        role: Any = None,
        *,
        utilisateur: Any = None,
        taille: dict[str, int] = BUREAU,
        javascript: bool = True,
        **suite: Any,
    ) -> Page:
        if role is not None:
            utilisateur = request.getfixturevalue("auteur_de")(role, **suite).utilisateur
        contexte = navigateur.new_context(
            base_url=live_server.url,
            viewport=taille,
            locale="fr-FR",
            timezone_id="Europe/Paris",
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        contextes.append(contexte)
        contexte.set_default_timeout(30_000)  # a busy machine is slow, not broken
        if utilisateur is not None:
            client = Client()
            client.force_login(utilisateur)
            session = client.cookies[reglages.SESSION_COOKIE_NAME].value
            contexte.add_cookies([{"name": reglages.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = contexte.new_page()
        page.on("console", lambda m: erreurs_du_navigateur.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: erreurs_du_navigateur.append(str(e)))
        return page

    yield ouvrir
    for contexte in contextes:
        contexte.close()


def avancer_jusqu_a(page: Page, texte: str) -> None:
    """Press Tab until the element with this text or name holds the focus, and see that the focus shows."""
    for _ in range(120):
        page.keyboard.press("Tab")
        ici, contour = page.evaluate(
            "() => { const e = document.activeElement;"
            " const nom = `${e.innerText.split('\\n')[0]} ${e.name ?? ''}`.trim();"
            " return [nom, getComputedStyle(e).outlineStyle]; }"
        )
        if texte in ici.split(" "):
            assert contour != "none"
            return
    raise AssertionError(f"« {texte} » is out of the keyboard's reach")


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)`: fail with a readable list when the page breaks a rule of axe-core, which needs JavaScript."""
    from axe_playwright_python.sync_playwright import Axe

    outil = Axe()

    def verifier(page: Page) -> None:
        violations = outil.run(page).response["violations"]
        assert not violations, f"{page.url}\n" + "\n".join(_lire(v) for v in violations)

    return verifier


def _lire(violation: dict[str, Any]) -> str:
    """One broken rule: what, how grave, where."""
    lieux = "\n".join(f"      {noeud['html'][:200]}" for noeud in violation["nodes"][:5])
    return f"  [{violation['impact']}] {violation['id']} : {violation['help']}\n{lieux}"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say aloud what was skipped for want of a browser or of the PDF validator."""
    remedes = {SANS_NAVIGATEUR: "install chromium", SANS_VERAPDF: "install a Java runtime and libjaxb-java"}
    for motif, remede in remedes.items():
        sautes = [r for r in terminalreporter.stats.get("skipped", []) if motif in str(r.longrepr)]
        if sautes:
            terminalreporter.section(motif, sep="!", red=True, bold=True)
            terminalreporter.line(f"{len(sautes)} tests did not run: {remede}.", red=True)
