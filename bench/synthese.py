"""The annual synthesis of the demo contract: the real document, from its figures to its PDF."""

import time
from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from bench.base import base_temporaire
from bench.pdf import comparer_au_standard
from bench.registre import Ligne, banc, mediane
from commun.auteur import Canal, systeme

ANNEE = 2026


@banc("synthese")
def synthese_de_la_demonstration(n: int) -> Iterable[Ligne]:
    """Measure the readings, then the renderer against stock WeasyPrint on the document that the COPIL receives."""
    from contrats.models import Contrat
    from evaluation.lectures.synthese import synthese
    from evaluation.rapports import synthese as edition
    from portail.demo.chargement import charger

    with base_temporaire("banc_synthese"):
        charger(aujourdhui=date(ANNEE, 11, 20), graine=2030)
        contrat = Contrat.objects.get(slug="porte-du-hainaut")
        lectures = []
        for _tour in range(n):
            debut = time.perf_counter()
            lue = synthese(contrat, ANNEE, pour=systeme(Canal.COMMANDE), le=timezone.now(), publiee=True)
            lectures.append((time.perf_counter() - debut) * 1000)
        html = edition.document(lue, edition.sections(lue), edition.Edition(1, "0" * 64))
    yield mediane("lecture des chiffres", lectures, "ms")
    yield from comparer_au_standard(html, n, feuilles=edition.FEUILLES)
