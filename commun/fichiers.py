"""Keeps private files: content first, then its row, then the antivirus; orphans are swept."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import FileResponse
from django.utils import timezone

from . import antivirus
from .erreurs import ActeRefuse
from .models import Analyse, Fichier
from .televersement import controler
from .travaux import planifier

journal = logging.getLogger("commun.fichiers")

DELAI_ORPHELIN = timedelta(days=1)
ANALYSES_PAR_JOUR = 1_000
SILENCES_TOLERES = 3


def ranger(contenu: bytes | Path, *, nom: str, type_mime: str, depose_par: Any = None) -> Fichier:
    """Keep `contenu` and return its row. The same content is stored once; a crash leaves at worst an orphan."""
    octets = contenu if isinstance(contenu, bytes) else contenu.read_bytes()
    fichier = Fichier(
        sha256=hashlib.sha256(octets).hexdigest(),
        octets=len(octets),
        nom=nom,
        type_mime=type_mime,
        depose_par=depose_par,
    )
    try:
        os.utime(fichier.chemin)  # already there: younger than the sweeper's delay again
    except FileNotFoundError:
        _ecrire(octets, fichier.chemin)
    fichier.save()
    if antivirus.est_configure():
        planifier("commun.analyser_fichier", cible=fichier)
    return fichier


def recevoir(contenu: bytes, *, nom: str, champ: str | None = None, depose_par: Any = None) -> Fichier:
    """Keep what somebody sends, once checked. Raises `RegleEnfreinte` on the field `champ` with what to do."""
    piece = controler(nom, contenu, champ=champ)
    return ranger(contenu, nom=piece.nom, type_mime=piece.type_mime, depose_par=depose_par)


def analyser(fichier: Fichier, *, le: datetime) -> Analyse:
    """Ask the antivirus; its verdict is that of each row which names the same content.

    Raises `antivirus.AntivirusMuet`.
    """
    trouvee = antivirus.menace(fichier.chemin)
    analyse = Analyse.INFECTE if trouvee else Analyse.SAIN
    Fichier.objects.filter(sha256=fichier.sha256).update(analyse=analyse, analyse_le=le)
    if trouvee:
        journal.warning("file %s is infected: %s", fichier.pk, trouvee)
    return analyse


def analyser_le_reste(*, le: datetime) -> int:
    """Ask the antivirus for the files that it has not seen yet, the newest first; returns how many it saw.

    A file that it refuses to read does not hold the others back; an antivirus that is away is left alone.
    """
    vus, silences = 0, 0
    for fichier in Fichier.objects.filter(analyse=Analyse.NON_ANALYSE).order_by("-pk")[:ANALYSES_PAR_JOUR]:
        try:
            analyser(fichier, le=le)
        except antivirus.AntivirusMuet as erreur:
            journal.warning("file %s was not scanned: %s", fichier.pk, erreur)
            silences += 1
            if silences >= SILENCES_TOLERES:
                break
        else:
            vus, silences = vus + 1, 0
    return vus


def lire(fichier: Fichier) -> bytes:
    """The content, whole."""
    return fichier.chemin.read_bytes()


def reponse(fichier: Fichier, *, telecharger: bool = True) -> FileResponse:
    """An HTTP answer with the content and its original name. The caller has checked who asks.

    Raises `ActeRefuse` for an infected file: nobody downloads it.
    """
    if fichier.analyse == Analyse.INFECTE:
        raise ActeRefuse("L’antivirus a trouvé un programme malveillant dans ce fichier : il n’est plus distribué.")
    return FileResponse(
        fichier.chemin.open("rb"), as_attachment=telecharger, filename=fichier.nom, content_type=fichier.type_mime
    )


def balayer_orphelins() -> int:
    """Remove contents that no row names, older than a day. Returns how many."""
    limite = (timezone.now() - DELAI_ORPHELIN).timestamp()
    retires = 0
    for dossier in Path(settings.RACINE_FICHIERS).glob("??"):  # at most 256 folders, one query each
        vieux = [c for c in dossier.glob("??/*") if _touche_le(c) < limite]
        connus = set(Fichier.objects.filter(sha256__in=[c.name for c in vieux]).values_list("sha256", flat=True))
        for chemin in vieux:
            # Read again: `ranger` makes the content young before it saves a new row for it.
            if chemin.name not in connus and _touche_le(chemin) < limite:
                chemin.unlink()
                retires += 1
    return retires


def _touche_le(chemin: Path) -> float:
    """When the content was last given; now for a temporary file that has just taken its name."""
    try:
        return chemin.stat().st_mtime
    except FileNotFoundError:
        return timezone.now().timestamp()


def _ecrire(octets: bytes, chemin: Path) -> None:
    """Write whole or not at all: temporary file in the same folder, fsync, rename."""
    chemin.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descripteur, provisoire = tempfile.mkstemp(dir=chemin.parent, prefix=".en-cours-")
    try:
        with os.fdopen(descripteur, "wb") as sortie:
            sortie.write(octets)
            sortie.flush()
            os.fsync(sortie.fileno())
        os.replace(provisoire, chemin)
    except BaseException:
        Path(provisoire).unlink(missing_ok=True)
        raise
