"""An export of 10,000 lines, read, checked and written in one transaction, then read again: nothing more is written.

The database is temporary: one contract with its funders, its themes and its quarters, and a campaign that holds no
file, 2,000, or 100,000, brought by an earlier import of the same porteurs.
"""

import csv
import io
import random
import time
from collections.abc import Iterable
from datetime import UTC, date, datetime

from django.db import connection

from bench.base import base_temporaire
from bench.registre import Ligne, banc, mediane, rapport

LIGNES = 10_000
PORTEURS = 900
FINANCEURS = ("État", "CAF", "Département", "Région")
PLAFOND = 10  # seconds
DEJA = (0, 2_000, 100_000)  # files that stand in the campaign
RAPPORT_AU_PLUS = 2  # against the empty campaign
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
    """Import the same export twice, into campaigns that hold no file yet, 2,000, and 100,000."""
    ecritures: dict[int, list[tuple[float, float]]] = {deja: [] for deja in DEJA}
    relectures: dict[int, list[tuple[float, float]]] = {deja: [] for deja in DEJA}
    memes = True
    contenu = _export()
    for rang in range(min(n, 3)):
        for deja in DEJA:
            with base_temporaire(f"banc_import_{deja}_{rang}"):
                campagne = _monter()
                _peupler(campagne, deja)
                ecritures[deja].append(_importer(campagne, contenu))
                avant = _comptes()
                relectures[deja].append(_importer(campagne, contenu))
                memes = memes and _comptes() == avant
    for deja in DEJA:
        dans = f"parmi {deja} dossiers"
        ecriture, relecture = ecritures[deja], relectures[deja]
        yield mediane(f"{LIGNES} lignes contrôlées et écrites, {dans}", [d for d, _ in ecriture], "s", plafond=PLAFOND)
        yield mediane(f"dont calcul du programme, {dans}", [c for _, c in ecriture], "s")
        yield mediane(f"{LIGNES} lignes relues, rien à écrire, {dans}", [d for d, _ in relecture], "s", plafond=PLAFOND)
    for deja in DEJA[1:]:
        yield rapport(
            f"écrire parmi {deja} dossiers, par rapport à une campagne vide",
            [d for d, _ in ecritures[deja]],
            [d for d, _ in ecritures[0]],
            plafond=RAPPORT_AU_PLUS,
        )
    relues = sum(len(tours) for tours in relectures.values())
    yield Ligne("mêmes rangées après la seconde lecture", "oui" if memes else "non", relues, "oui", memes)


def _peupler(campagne, deja: int) -> None:
    """That many files, each asking two funders, as an earlier export of the same porteurs left them."""
    from acteurs.models import Organisme
    from contrats.models import NatureMoyens, Orientation
    from programmation.models import DemandeFinancement, Dispositif, Dossier, Localisation

    if not deja:
        return
    porteurs = Organisme.objects.bulk_create(
        Organisme(nom=f"Association Éclaircie {rang}", type="association", siret=_siret(rang), siren=_siret(rang)[:9])
        for rang in range(PORTEURS)
    )
    financeurs = list(Organisme.objects.filter(nom__in=FINANCEURS).order_by("pk"))
    orientations = list(Orientation.objects.filter(contrat=campagne.contrat_id))
    dispositif = Dispositif.objects.get(code="banc-aap")
    for debut in range(0, deja, 10_000):
        dossiers = Dossier.objects.bulk_create(
            Dossier(
                contrat_id=campagne.contrat_id,
                campagne=campagne,
                numero=f"{campagne.annee}-{rang:06d}",
                etat="depose",
                porteur=porteurs[rang % PORTEURS],
                intitule=f"Chantiers d’automne au pied des tours {rang}",
                dispositif=dispositif,
                orientation=orientations[rang % len(orientations)],
                theme_p147_id=orientations[rang % len(orientations)].theme_p147_id,
                cout_total=20_000,
                depose_le=LE,
                origine="dauphin",
                numero_externe=f"{50_000_000 + rang}",
            )
            for rang in range(debut, min(debut + 10_000, deja))
        )
        DemandeFinancement.objects.bulk_create(
            DemandeFinancement(
                dossier=dossier,
                financeur=financeurs[(dossier.pk + numero) % len(financeurs)],
                dispositif=dispositif,
                nature=NatureMoyens.SPECIFIQUE,
                montant_demande=500,
            )
            for dossier in dossiers
            for numero in range(2)
        )
        Localisation.objects.bulk_create(
            Localisation(dossier=dossier, mode="ensemble_qpv", part=100) for dossier in dossiers
        )
    with connection.cursor() as curseur:
        curseur.execute("VACUUM ANALYZE")  # as the server's own daemon does


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
    """Half the files ask one funder, the others three; 900 porteurs, unknown in an empty campaign."""
    hasard = random.Random(2030)
    sortie = io.StringIO(newline="")
    feuille = csv.writer(sortie, delimiter=";")
    feuille.writerow(TITRES)
    ecrites, rang = 0, 0
    while ecrites < LIGNES:
        rang += 1
        porteur = hasard.randrange(PORTEURS)
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
