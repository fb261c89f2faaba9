"""The PDF renderer: against stock WeasyPrint, its growth, its memory; each measure in a process of its own.

Seconds are of processor: a render computes on one core and waits for nothing, and neighbours disturb them less.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from bench.document import document_exemple
from bench.registre import Ligne, banc, mediane, rapport
from commun.pdf import FEUILLE_RAPPORT, feuille_de_style

RACINE = Path(__file__).resolve().parent.parent
PARTIES_COURT, PARTIES_MOYEN, PARTIES_LONG = 3, 11, 47  # 12, about 40 and 160 pages
# As in a worker, each has already printed a line: ours keeps its sheet and fonts, stock reads them again in the page.
NOTRE = "from commun.pdf import rendre_pdf; rendre = lambda page: rendre_pdf(page, feuilles={feuilles!r})"
STANDARD = "rendre = lambda page: weasyprint.HTML(string=page).write_pdf(pdf_variant='pdf/ua-1')"
MESURE = """
import io, json, resource, sys, time
import django; django.setup()
import pikepdf, weasyprint
html = open(sys.argv[1], encoding="utf-8").read()
{preparation}
rendre('<!doctype html><html lang="fr"><head><title>Ligne</title></head><body><p>Une ligne.</p></body></html>')
debut = time.process_time()
octets = rendre(html)
duree = time.process_time() - debut
memoire = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([duree, len(pikepdf.open(io.BytesIO(octets)).pages), memoire, len(octets)]))
"""


@banc("pdf")
def rendu_d_un_document_d_exemple(n: int) -> Iterable[Ligne]:
    """Measure the renderer on invented reports of 12, 40 and 160 pages."""
    yield from comparer_au_standard(document_exemple(PARTIES_MOYEN), n)
    yield from mesurer_la_croissance(document_exemple(PARTIES_COURT), document_exemple(PARTIES_LONG), n)


def comparer_au_standard(
    html: str, n: int, *, feuilles: tuple[str, ...] = (FEUILLE_RAPPORT,), plafond: float = 0.75
) -> list[Ligne]:
    """Time our renderer against stock `HTML(string=…).write_pdf(pdf_variant="pdf/ua-1")` on the same page, in turns."""
    notre, standard = [], []
    pages = 0
    with tempfile.TemporaryDirectory() as dossier:
        nu, habille = Path(dossier, "nu.html"), Path(dossier, "habille.html")
        nu.write_text(html, encoding="utf-8")
        habille.write_text(avec_style(html, feuilles), encoding="utf-8")
        for _tour in range(n):
            standard.append(_mesurer(STANDARD, habille)[0])
            duree, pages, *_reste = _mesurer(NOTRE.format(feuilles=feuilles), nu)
            notre.append(duree)
    return [
        mediane(f"WeasyPrint seul, {pages} pages", standard, "s"),
        mediane(f"notre rendu, {pages} pages", notre, "s"),
        rapport("notre rendu / WeasyPrint seul", notre, standard, plafond=plafond),
    ]


def mesurer_la_croissance(court: str, long: str, n: int, *, plafond: float = 1.15, memoire: float = 7) -> list[Ligne]:
    """Compare the time per page of a short and a long document, in turns, and measure the memory of the long one."""
    par_page: dict[str, list[float]] = {"court": [], "long": []}
    pages, mio = {}, []
    with tempfile.TemporaryDirectory() as dossier:
        chemins = {"court": Path(dossier, "court.html"), "long": Path(dossier, "long.html")}
        chemins["court"].write_text(court, encoding="utf-8")
        chemins["long"].write_text(long, encoding="utf-8")
        for _tour in range(n):
            for nom, chemin in chemins.items():
                duree, pages[nom], pic, _taille = _mesurer(NOTRE.format(feuilles=(FEUILLE_RAPPORT,)), chemin)
                par_page[nom].append(duree * 1000 / pages[nom])
            mio.append(pic / pages["long"])
    return [
        mediane(f"temps par page à {pages['court']} pages", par_page["court"], "ms"),
        mediane(f"temps par page à {pages['long']} pages", par_page["long"], "ms"),
        rapport("temps par page, long / court", par_page["long"], par_page["court"], plafond=plafond),
        mediane(f"mémoire par page à {pages['long']} pages", mio, "Mio", plafond=memoire),
    ]


def avec_style(html: str, feuilles: tuple[str, ...]) -> str:
    """Return the page with our sheets inside, as stock WeasyPrint needs them."""
    style = f"<style>{feuille_de_style(feuilles)}</style></head>"
    return re.sub("</head>", lambda _trouve: style, html, count=1)


def _mesurer(preparation: str, chemin: Path) -> tuple[float, int, float, int]:
    """Render one file in a new process; return seconds, pages, peak memory in MiB, size in bytes."""
    execution = subprocess.run(
        [sys.executable, "-c", MESURE.format(preparation=preparation), chemin],
        cwd=RACINE,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    if execution.returncode:
        raise RuntimeError(f"the render failed: {execution.stderr[-2000:]}")
    return tuple(json.loads(execution.stdout.splitlines()[-1]))
