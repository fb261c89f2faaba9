"""Keeps a few long-lived processes running together: starts them, restarts the one that dies, stops them in order.

The children are data; the supervisor knows nothing of Django or Celery.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import processus
from .chemins import RACINE, Cadre
from .environnement import Serveur, Serveurs
from .erreurs import ErreurDemarrage
from .journaux import fin_du_journal
from .signaux import Signaux
from .verrous import Verrou

MORTS_TOLEREES = 5
FENETRE = 60.0  # seconds in which deaths are counted
PAUSE_MAX = 15.0


@dataclass(frozen=True)
class Enfant:
    """A process to keep running. `delai_arret`: seconds it gets to end by itself after SIGTERM."""

    nom: str
    commande: Sequence[str | Path]
    delai_arret: float = 10.0


class _Programme:
    """One child as the supervisor sees it; same interface as an embedded server."""

    def __init__(self, enfant: Enfant, cadre: Cadre, environnement: Mapping[str, str], fds: Sequence[int]) -> None:
        self.enfant = enfant
        self.nom = enfant.nom
        self.journal = cadre.journaux / f"{enfant.nom}.log"
        self.fichier_pid = cadre.pids / f"{enfant.nom}.json"
        self.environnement = environnement
        self.fds = fds
        self.processus: subprocess.Popen | None = None

    def demarrer(self) -> bool:
        self.processus = processus.lancer_en_fond(
            self.enfant.commande, self.journal, env=self.environnement, cwd=RACINE, pass_fds=self.fds
        )
        qui = processus.identite(self.processus.pid)
        if qui is not None:
            self.fichier_pid.write_text(json.dumps({"pid": self.processus.pid, "debut": qui.debut}))
        return True

    def vivant(self) -> bool:
        return self.processus is not None and self.processus.poll() is None

    def arreter(self, presse: Callable[[], bool]) -> None:
        if self.processus is not None:
            processus.terminer_groupe(self.processus.pid, self.enfant.delai_arret, enfant=self.processus, presse=presse)
        self.fichier_pid.unlink(missing_ok=True)


@dataclass
class _Suivi:
    """The recent deaths of one program, and when to start it again."""

    morts: list[float] = field(default_factory=list)
    relance_a: float | None = None


class Superviseur:
    """Starts `enfants` in order on top of `serveurs`, watches them all, and stops the children in the same order.

    `au_pret` is called now and then until it returns True; `a_l_arret` once, before anything is stopped.
    The embedded servers are stopped by their own context (`environnement.serveurs`), after the children.
    """

    def __init__(
        self,
        cadre: Cadre,
        enfants: Sequence[Enfant],
        serveurs: Serveurs,
        *,
        signaux: Signaux,
        environnement: Mapping[str, str],
        annoncer: Callable[[str], None] = print,
        au_pret: Callable[[], bool] = lambda: True,
        a_l_arret: Callable[[], None] = lambda: None,
        pause_initiale: float = 1.0,
    ) -> None:
        self.cadre = cadre
        # A child that outlives us keeps the servers it needs from being stopped.
        fds = [serveurs.verrou_usage.fd] if serveurs.verrou_usage else []
        self.enfants = [_Programme(enfant, cadre, environnement, fds) for enfant in enfants]
        self.programmes = [*serveurs.embarques, *self.enfants]
        self.suivis = {programme.nom: _Suivi() for programme in self.programmes}
        self.signaux = signaux
        self.annoncer = annoncer
        self.au_pret = au_pret
        self.a_l_arret = a_l_arret
        self.pause_initiale = pause_initiale
        self.parent = os.getppid()

    def executer(self) -> None:
        """Run until a signal comes; raises `ErreurDemarrage` when a program keeps dying."""
        self.signaux.noter()
        pret = False
        try:
            for enfant in self.enfants:
                enfant.demarrer()
            while not self._arret_demande():
                for programme in self.programmes:
                    self._veiller(programme)
                pret = pret or self.au_pret()
                self.signaux.attendre(0.2)
            self.annoncer("\nArrêt en cours…")
        finally:
            self._arreter()

    def _arret_demande(self) -> bool:
        # `make` passes on SIGTERM but not SIGHUP, and nothing when it is killed: its end is ours.
        return bool(self.signaux.recus) or ("MAKELEVEL" in os.environ and os.getppid() != self.parent)

    def _veiller(self, programme: Serveur | _Programme) -> None:
        """Notice the death of a program, and start it again after a pause that doubles each time."""
        suivi = self.suivis[programme.nom]
        maintenant = time.monotonic()
        if suivi.relance_a is not None:
            if maintenant >= suivi.relance_a:
                suivi.relance_a = None
                with Verrou(self.cadre.verrous / "demarrage"):
                    programme.demarrer()
            return
        if programme.vivant():
            return
        suivi.morts = [mort for mort in suivi.morts if mort > maintenant - FENETRE] + [maintenant]
        recit = f"« {programme.nom} » s'est arrêté ; fin de {programme.journal} :\n{fin_du_journal(programme.journal)}"
        if len(suivi.morts) > MORTS_TOLEREES:
            raise ErreurDemarrage(f"{recit}\n{len(suivi.morts)} arrêts en moins d'une minute : tout est arrêté.")
        pause = min(PAUSE_MAX, self.pause_initiale * 2 ** (len(suivi.morts) - 1))
        self.annoncer(f"{recit}\nNouveau départ dans {pause:g} s.")
        suivi.relance_a = maintenant + pause

    def _arreter(self) -> None:
        """Stop the children in order. A second Ctrl-C no longer waits for them."""
        self.a_l_arret()
        for enfant in self.enfants:
            enfant.arreter(presse=lambda: self.signaux.recus > 1)


def terminer_orphelins(cadre: Cadre) -> list[str]:
    """End the children left by a supervisor that was killed, and return their names.

    A process is ended only when its number, its start time and its command line are those of our child.
    """
    termines = []
    for fichier in sorted(cadre.pids.glob("*.json"), key=lambda chemin: chemin.stat().st_mtime):  # as they started
        try:
            note = json.loads(fichier.read_text())
            pid, debut = int(note["pid"]), str(note["debut"])
        except (ValueError, KeyError, TypeError):
            fichier.unlink()
            continue
        qui = processus.identite(pid)
        if qui is not None and qui.debut == debut and str(RACINE) in qui.commande:
            processus.terminer_groupe(pid, 15, numero=signal.SIGTERM)
            termines.append(fichier.stem)
        fichier.unlink(missing_ok=True)
    return termines
