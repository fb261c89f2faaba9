"""An export of 10,000 lines, read, checked and written in one transaction, then read again: nothing more is written.

The database is temporary: one contract with its funders, its themes and its quarters, and no file.
"""

import csv
import io
import random
import time
from collections.abc import Iterable
from datetime import UTC, date, datetime

from django.db import connection

from bench.base import base_temporaire
from bench.registre import Ligne, banc, mediane

LIGNES = 10_000
FINANCEURS = ("État", "CAF", "Département", "Région")
PLAFOND = 10  # seconds
LE = datetime(2026, 1, 20, 9, tzinfo=UTC)
TITRES = (
    *(
        "Référence administrative",
        "SIRET",
        "Raison sociale",
        "Intitulé du projet",
        "Thématique",
        "Quartiers prioritaires",
    ),
    *("Date de début", "Date de fin", "Nombre de bénéficiaires", "Dont QPV", "Coût total", "Financeur"),
    *("Montant sollicité", "Statut"),
)


@banc("import_dossiers")
def import_de_dossiers(n: int) -> Iterable[Ligne]:
    """Import the same export twice, each time into an empty campaign."""
    lecture_et_ecriture: list[tuple[float, float]] = []
    relecture: list[tuple[float, float]] = []
    memes = True
    for rang in range(min(n, 3)):
        with base_temporaire(f"banc_import_{rang}"):
            campagne = _monter()
            contenu = _export()
            lecture_et_ecriture.append(_importer(campagne, contenu))
            avant = _comptes()
            relecture.append(_importer(campagne, contenu))
            memes = memes and _comptes() == avant
    yield mediane(f"{LIGNES} lignes contrôlées et écrites", [d for d, _ in lecture_et_ecriture], "s", plafond=PLAFOND)
    yield mediane("dont calcul du programme", [c for _, c in lecture_et_ecriture], "s")
    yield mediane(f"{LIGNES} lignes relues, rien à écrire", [d for d, _ in relecture], "s", plafond=PLAFOND)
    yield mediane("dont calcul du programme, à la relecture", [c for _, c in relecture], "s")
    yield Ligne("mêmes rangées après la seconde lecture", "oui" if memes else "non", len(relecture), "oui", memes)


def _importer(campagne, contenu: bytes) -> tuple[float, float]:
    """Import; the seconds it took, and those that the program itself used. Raises when a line is refused."""
    from django.db import transaction

    from commun.auteur import Canal, systeme
    from programmation.imports.dossiers import Reglages, examiner_ou_importer, resume

    debut, calcul = time.perf_counter(), time.process_time()
    with transaction.atomic():
        lecture = examiner_ou_importer(
            campagne, contenu, "export.csv", Reglages("dauphin"), par=systeme(Canal.COMMANDE), le=LE, ecrire=True
        )
        compte = resume(lecture)
    duree = time.perf_counter() - debut, time.process_time() - calcul
    if not lecture.ecrite or compte["lignes"] != LIGNES:
        raise RuntimeError(f"{compte['nb_fautes']} faults: {compte['fautes'][:3]}")
    return duree


def _comptes() -> list[int]:
    from commun.models import LigneJournal
    from programmation.models import DemandeFinancement, Dossier, Localisation

    return [modele.objects.count() for modele in (Dossier, DemandeFinancement, Localisation, LigneJournal)]


def _export() -> bytes:
    """Half the files ask one funder, the others three; 900 porteurs, most of them unknown."""
    hasard = random.Random(2030)
    sortie = io.StringIO(newline="")
    feuille = csv.writer(sortie, delimiter=";")
    feuille.writerow(TITRES)
    ecrites, rang = 0, 0
    while ecrites < LIGNES:
        rang += 1
        porteur = hasard.randrange(900)
        for financeur in hasard.sample(FINANCEURS, 1 if rang % 2 else 3)[: LIGNES - ecrites]:
            ecrites += 1
            feuille.writerow(
                [
                    f"DA{10_000_000 + rang}",
                    _siret(porteur),
                    f"Association Éclaircie {porteur}",
                    f"Ateliers d’été au pied des tours {rang}",
                    ("1.1 Éducation", "1.2 Santé", "2.1 Emploi")[rang % 3],
                    f"QN0590{rang % 24:02d}M (60 %) ; QN0590{(rang + 1) % 24:02d}M (40 %)",
                    *("01/01/2026", "31/12/2026", "80", "60", "20 000,00 €"),
                    financeur,
                    f"{500 + rang % 4000},00",
                    ("Transmise", "Prise en charge", "Recevable")[rang % 3],
                ]
            )
    return sortie.getvalue().encode()


def _siret(rang: int) -> str:
    from stdnum import luhn

    siren = f"{77_000_000 + rang:08d}"
    siren += luhn.calc_check_digit(siren)
    return f"{siren}0001" + luhn.calc_check_digit(f"{siren}0001")


def _monter():
    """The campaign of a contract, with the words that the export uses."""
    from acteurs.models import Organisme
    from contrats.models import Contrat, Orientation, PerimetreDuContrat, Signataire, ThemeP147
    from geographie.models import Perimetre, VersionPerimetre
    from programmation.models import Campagne, Dispositif

    types = {"État": "etat", "CAF": "caf", "Département": "departement", "Région": "region"}
    financeurs = [Organisme.objects.create(nom=nom, type=types[nom]) for nom in FINANCEURS]
    contrat = Contrat.objects.create(
        slug="banc", nom="Contrat", intitule="Contrat", pilote=financeurs[0], debut=2024, fin=2030
    )
    for financeur in financeurs:
        Signataire.objects.create(contrat=contrat, organisme=financeur)
    Dispositif.objects.create(code="banc-aap", nom="Appel à projets", famille="aap", contrat=contrat)
    for rang, (code, nom) in enumerate((("1.1", "Éducation"), ("1.2", "Santé"), ("2.1", "Emploi"))):
        theme = ThemeP147.objects.create(code=code, nom=nom)
        Orientation.objects.create(
            contrat=contrat, nature="thematique", code=f"O{rang}", nom=nom, nom_court=nom, ordre=rang, theme_p147=theme
        )
    for rang in range(24):
        perimetre = Perimetre.objects.create(
            type="qpv", code=f"QN0590{rang:02d}M", nom=f"Quartier {rang}", departement="59"
        )
        VersionPerimetre.objects.create(
            perimetre=perimetre, generation=2024, code=perimetre.code, nom=perimetre.nom, valide_du=date(2024, 1, 1)
        )
        PerimetreDuContrat.objects.create(contrat=contrat, perimetre=perimetre)
    with connection.cursor() as curseur:
        curseur.execute("ANALYZE")
    return Campagne.objects.create(
        contrat=contrat, annee=2026, nom="Programmation", ouverte_le=date(2025, 10, 1), limite_depot=date(2025, 12, 15)
    )
