"""The commands of the Makefile, one function each. They return the exit code."""

import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from . import installation, prerequis, processus, sante, verifications
from .chemins import DEMO, PYTHON_VENV, RACINE, TEST, Cadre
from .environnement import serveurs, serveurs_embarques
from .erreurs import ErreurDemarrage
from .journaux import fin_du_journal
from .signaux import Signaux
from .superviseur import Enfant, Superviseur, terminer_orphelins
from .verrous import Verrou

# The word a supervisor leaves in its lock while it stops.
EN_ARRET = "arret"


def annoncer(message: str) -> None:
    """Tell the user, at once even when the output is a file; a terminal that was closed does not stop us."""
    with suppress(OSError):
        print(message, flush=True)


def pret() -> int:
    """Install, migrate and load the demo."""
    with Signaux():
        _installer("demo", "dev")
        with serveurs(DEMO, annoncer=annoncer) as en_marche:
            _preparer(en_marche.environnement)
    annoncer("Tout est prêt : « make demo » lance la démonstration.")
    return 0


def demo(*, effacer: bool = False) -> int:
    """Do what `pret` does, then run web, worker and beat until a signal comes. `effacer`: forget what was entered."""
    port = prerequis.port_demande(os.environ.get("PORT") or "8000")
    adresse = f"http://localhost:{port}"
    with Signaux() as signaux, _seul_superviseur(DEMO, adresse) as verrou:
        orphelins = terminer_orphelins(DEMO)
        if orphelins:
            annoncer(f"Processus laissés par un arrêt brutal, terminés : {', '.join(orphelins)}.")
        prerequis.verifier_port_libre(port)
        if effacer:
            _effacer(DEMO)
        _installer("demo", "dev")
        with serveurs(DEMO, annoncer=annoncer) as en_marche:
            _preparer(en_marche.environnement)
            prerequis.verifier_port_libre(port)
            environnement = {"INSTALLATION_ADRESSE": adresse} | _environnement_django(en_marche.environnement)
            accueil = _Accueil(port, environnement)
            superviseur = Superviseur(
                DEMO,
                _enfants(port),
                en_marche,
                signaux=signaux,
                environnement=environnement,
                annoncer=annoncer,
                au_pret=accueil,
                a_l_arret=lambda: verrou.ecrire(EN_ARRET),
            )
            try:
                superviseur.executer()
            finally:
                accueil.abandonner()
        annoncer("Tout est arrêté.")
    return 0


def demo_reset() -> int:
    """Start the demo anew."""
    return demo(effacer=True)


def test() -> int:
    """Run the suite on servers of its own, beside a demo that may be running. ARGS goes to pytest."""
    with Signaux():
        _installer("dev")
        with _seule_suite(), serveurs(TEST) as en_marche:
            environnement = en_marche.environnement | {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
            # Each worker keeps to its own modules, whose fixtures are made once, until the other has none left.
            pytest = [PYTHON_VENV, "-m", "pytest", "-n", "2", "--dist", "worksteal", *_args()]
            return processus.executer(pytest, env=environnement, cwd=RACINE)


def check() -> int:
    """Run the checks that need no server."""
    with Signaux():
        _installer("dev")
        return verifications.verifier_tout()


def bench() -> int:
    """Run the measurements on the tests' servers. ARGS goes to them."""
    with Signaux():
        _installer("dev")
        with _seule_suite(), serveurs(TEST) as en_marche:
            environnement = en_marche.environnement | {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
            return processus.executer([PYTHON_VENV, "-m", "bench", *_args()], env=environnement, cwd=RACINE)


# Details


def _installer(*listes: str) -> None:
    prerequis.verifier()
    installation.installer(*listes, annoncer=annoncer)


def _preparer(environnement: Mapping[str, str]) -> None:
    """Migrate, collect static files, load the demo."""
    annoncer("Mise à jour de la base et des fichiers statiques, données de démonstration…")
    debut = time.monotonic()
    # Loading the demo takes longer than a page may.
    complet = _environnement_django(environnement) | {"DELAI_REQUETE_MS": "0"}
    code = processus.executer([PYTHON_VENV, "-m", "config.demarrage.preparation"], env=complet, cwd=RACINE)
    if code:
        raise ErreurDemarrage(f"La préparation de la base a échoué (code {code}) : l'erreur est ci-dessus.")
    annoncer(f"Base prête en {time.monotonic() - debut:.0f} s.")


def _environnement_django(environnement: Mapping[str, str]) -> dict[str, str]:
    # Unbuffered, so that the end of a log is there when its process dies.
    return {"DJANGO_SETTINGS_MODULE": "config.settings.demo"} | dict(environnement) | {"PYTHONUNBUFFERED": "1"}


def _enfants(port: int) -> list[Enfant]:
    """What the demo runs, in the order in which it is stopped."""
    celery = [PYTHON_VENV, "-m", "celery", "-A", "config.celery"]
    planning = DEMO.dossier / "beat" / "planning"
    planning.parent.mkdir(exist_ok=True)
    web = [
        *("--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4", "--no-control-socket"),
        *("--timeout", "60", "--graceful-timeout", "5", "--access-logfile", "-"),
    ]
    worker = ["--concurrency", "2", "--max-tasks-per-child", "50", "--without-mingle", "--loglevel", "INFO"]
    beat = ["--schedule", planning, "--pidfile", "", "--loglevel", "INFO"]
    return [
        Enfant("web", [PYTHON_VENV, "-m", "gunicorn", "config.wsgi:application", *web]),
        # Time enough to end a report that is being made; if not, its row lets the next worker take it up again.
        Enfant("worker", [*celery, "worker", *worker], delai_arret=20),
        Enfant("beat", [*celery, "beat", *beat]),
    ]


class _Accueil:
    """Waits for the first page, then prints the address and the accounts, once."""

    PATIENCE = 45.0  # seconds before we say that something is wrong

    def __init__(self, port: int, environnement: Mapping[str, str]) -> None:
        self.port = port
        self.limite: float | None = time.monotonic() + self.PATIENCE
        self.comptes = subprocess.Popen(
            [str(PYTHON_VENV), "manage.py", "comptes_demo"],
            cwd=RACINE,
            env=environnement,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def __call__(self) -> bool:
        if self.comptes.poll() is None or not sante.repond(self.port):
            self._s_impatienter()
            return False
        sortie, erreurs = self.comptes.communicate()
        annoncer("\n" + (sortie or erreurs).decode(errors="replace").rstrip())
        annoncer(f"\nPilotville est ouvert : http://localhost:{self.port}/   (Ctrl-C pour tout arrêter)")
        annoncer(f"Journaux : {DEMO.journaux}")
        return True

    def _s_impatienter(self) -> None:
        if self.limite is not None and time.monotonic() > self.limite:
            self.limite = None
            journal = DEMO.journaux / "web.log"
            annoncer(f"Le site ne répond toujours pas ; fin de {journal} :\n{fin_du_journal(journal)}")

    def abandonner(self) -> None:
        """End what may still run when we stop early."""
        if self.comptes.poll() is None:
            processus.terminer_groupe(self.comptes.pid, 2, enfant=self.comptes)
        self.comptes.communicate()


@contextmanager
def _seul_superviseur(cadre: Cadre, adresse: str) -> Iterator[Verrou]:
    """Hold the place of the one supervisor of the checkout; wait for one that is on its way out."""
    cadre.preparer_dossiers()
    verrou = Verrou(cadre.verrous / "superviseur")
    debut = time.monotonic()
    while not verrou.essayer(0.5):
        mot = verrou.lire()
        if time.monotonic() - debut > (60 if mot == EN_ARRET else 3):
            raise ErreurDemarrage(
                f"La démonstration tourne déjà ({mot}) : ouvrez cette adresse, ou arrêtez-la d'abord (Ctrl-C)."
            )
    try:
        verrou.ecrire(f"processus {os.getpid()}, {adresse}/")
        yield verrou
    finally:
        verrou.ecrire("")
        verrou.fermer()


@contextmanager
def _seule_suite() -> Iterator[None]:
    """Two runs at once on the embedded servers would drop each other's databases."""
    TEST.preparer_dossiers()
    verrou = Verrou(TEST.verrous / "suite")
    try:
        if serveurs_embarques(TEST, os.environ) and not verrou.essayer():
            raise ErreurDemarrage("Des tests ou des mesures tournent déjà dans ce dossier : attendez leur fin.")
        yield
    finally:
        verrou.fermer()


def _effacer(cadre: Cadre) -> None:
    """Remove the data of a set of servers that nobody uses; the locks stay."""
    if os.environ.get("DATABASE_URL"):
        raise ErreurDemarrage(
            "DATABASE_URL désigne votre propre base, que « make demo-reset » n'efface pas : videz-la vous-même, puis"
            " lancez « make demo »."
        )
    usage = Verrou(cadre.verrous / "usage")
    try:
        with Verrou(cadre.verrous / "demarrage"):
            if not usage.essayer():
                raise ErreurDemarrage(
                    "Une commande manage.py utilise encore la base de démonstration : terminez-la d'abord."
                )
            for serveur in reversed(serveurs_embarques(cadre, os.environ)):
                serveur.arreter()
            for chemin in cadre.dossier.iterdir():
                if chemin == cadre.verrous:
                    continue
                if chemin.is_dir():
                    shutil.rmtree(chemin)
                else:
                    chemin.unlink()
    finally:
        usage.fermer()
    cadre.preparer_dossiers()
    annoncer("Données de démonstration effacées.")


def _args() -> list[str]:
    return shlex.split(os.environ.get("ARGS", ""))
