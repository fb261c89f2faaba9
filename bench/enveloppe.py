"""Decisions a second on one envelope, by eight processes that all want the same row.

Two measures, which say different things. « Garde seule »: the conditional UPDATE that every act calls, with the CHECK of
its table, in a transaction of its own; it is what the envelope itself can take. « Acte entier »: `voter`, with its locks,
its rights, its journal line and its checks; it is what people's decisions cost, whatever the envelope. In both the cap
falls before the end, and what is spent is compared with it to the cent.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from bench.base import base_temporaire
from bench.registre import Ligne, banc

PROCESSUS = 8
GARDES, ACTES = 1_000, 50  # decisions of each process
PLANCHER = 1_000  # decisions a second
LE = datetime(2026, 6, 20, 9, tzinfo=UTC)
BASE = "banc_enveloppe"


@banc("enveloppe")
def enveloppe_disputee(n: int) -> Iterable[Ligne]:
    """Measure both, `n` times, on a temporary database."""
    from django.db import connection

    with base_temporaire(BASE):
        lots, acte = _peupler(n)
        with connection.cursor() as curseur:
            curseur.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')")
            fsync, commit = curseur.fetchone()
        gardes = [_mesurer(_prendre, PROCESSUS * GARDES, [GARDES] * PROCESSUS) for _tour in range(n)]
        actes = [
            _mesurer(_voter, PROCESSUS * ACTES, [(lots[tour][rang], acte) for rang in range(PROCESSUS)])
            for tour in range(n)
        ]
    yield Ligne("serveur", f"fsync {fsync}, synchronous_commit {commit}", 1)
    yield _rythme(f"garde seule, {PROCESSUS} processus", [rythme for rythme, _ in gardes], plancher=PLANCHER)
    yield _exact("garde seule : dépensé / permis", gardes)
    yield _rythme(f"acte entier (voter), {PROCESSUS} processus", [rythme for rythme, _ in actes])
    yield _exact("acte entier : dépensé / permis", actes)


def _rythme(libelle: str, rythmes: list[float], *, plancher: int | None = None) -> Ligne:
    milieu = sorted(rythmes)[len(rythmes) // 2]
    texte = f"{milieu:.0f} décisions/s ({min(rythmes):.0f}–{max(rythmes):.0f})"
    if plancher is None:
        return Ligne(libelle, texte, len(rythmes))
    return Ligne(libelle, texte, len(rythmes), f"≥ {plancher} décisions/s", milieu >= plancher)


def _exact(libelle: str, mesures: list[tuple[float, tuple[Decimal, Decimal]]]) -> Ligne:
    pris, permis = mesures[-1][1]
    juste = all(p == q for _, (p, q) in mesures)
    return Ligne(libelle, f"{pris:.2f} € / {permis:.2f} €", len(mesures), "égaux", juste)


def _mesurer(geste: Callable[..., None], decisions: int, arguments: list[Any]) -> tuple[float, tuple[Decimal, Decimal]]:
    """Decisions a second from the first start to the last end, refusals included; what was spent and what was allowed."""
    from programmation.models import Enveloppe

    permis = Decimal(decisions * 9 // 10)
    Enveloppe.objects.update(montant=permis, montant_vote=0, montant_programme=0)
    contexte = multiprocessing.get_context("spawn")
    barriere, temps = contexte.Barrier(PROCESSUS), contexte.Queue()
    enfants = [contexte.Process(target=_enfant, args=(geste, argument, barriere, temps)) for argument in arguments]
    for enfant in enfants:
        enfant.start()
    bornes = [temps.get(timeout=600) for _ in enfants]
    for enfant in enfants:
        enfant.join()
    duree = max(fin for _, fin in bornes) - min(debut for debut, _ in bornes)
    return decisions / duree, (Enveloppe.objects.get().montant_vote, permis)


# --- In each process ----------------------------------------------------------------------------------------------------
def _enfant(geste: Callable[..., None], argument: Any, barriere: Any, temps: Any) -> None:
    """Open the connection, wait for the others, decide; when it began and when it ended."""
    import django
    from django.db import connection

    django.setup()
    connection.settings_dict["NAME"] = BASE
    connection.ensure_connection()
    barriere.wait(timeout=600)
    debut = time.monotonic()
    geste(argument)
    temps.put((debut, time.monotonic()))


def _prendre(fois: int) -> None:
    """Take 1 € again and again, refused once the cap is met."""
    from commun.erreurs import RegleEnfreinte
    from programmation.actions.enveloppes import deplacer
    from programmation.models import Enveloppe

    enveloppe = Enveloppe.objects.select_related("financeur").get()
    for _ in range(fois):
        try:
            deplacer(enveloppe, vote=Decimal(1))
        except RegleEnfreinte as refus:
            _attendu(refus.code)


def _voter(lot: tuple[list[int], int]) -> None:
    """Vote 1 € on each of these requests, programmed for nothing."""
    from commun.auteur import Canal, systeme
    from commun.erreurs import RegleEnfreinte
    from contrats.models import ActeDecision
    from programmation import actions
    from programmation.models import DemandeFinancement

    demandes, acte = lot
    decision, auteur = ActeDecision.objects.get(pk=acte), systeme(Canal.COMMANDE)
    for demande in DemandeFinancement.objects.filter(pk__in=demandes):
        try:
            actions.voter(demande, acte=decision, montant=Decimal(1), par=auteur, le=LE, piece_source="Banc")
        except RegleEnfreinte as refus:
            _attendu(refus.code)


def _attendu(code: str) -> None:
    if code != "enveloppe_insuffisante":
        raise RuntimeError(f"an unexpected refusal: {code}")


# --- One envelope -------------------------------------------------------------------------------------------------------
def _peupler(tours: int) -> tuple[list[list[list[int]]], int]:
    """The envelope and, for each round and process, its own requests; the funder's act."""
    from acteurs.models import Organisme
    from contrats.models import ActeDecision, Contrat, Orientation, ThemeP147
    from programmation.models import Campagne, DemandeFinancement, Dispositif, Dossier, Enveloppe

    financeur = Organisme.objects.create(nom="Département", type="departement")
    porteur = Organisme.objects.create(nom="Association Éclaircie", type="association")
    contrat = Contrat.objects.create(
        slug="banc", nom="Contrat", intitule="Contrat", pilote=financeur, debut=2024, fin=2030
    )
    orientation = Orientation.objects.create(
        contrat=contrat, nature="thematique", code="O1", nom="Santé", nom_court="Santé", ordre=1
    )
    theme = ThemeP147.objects.create(code="0101", nom="Éducation")
    dispositif = Dispositif.objects.create(code="AAP", nom="Appel à projets", famille="aap")
    campagne = Campagne.objects.create(
        contrat=contrat,
        annee=2026,
        nom="Programmation",
        ouverte_le=date(2025, 10, 1),
        limite_depot=date(2025, 12, 15),
    )
    enveloppe = Enveloppe.objects.create(
        contrat=contrat, financeur=financeur, annee=2026, dispositif=dispositif, nature="specifique", montant=0
    )
    acte = ActeDecision.objects.create(
        contrat=contrat, organisme=financeur, instance="Commission permanente", numero="26-1", pris_le=date(2026, 6, 15)
    )
    dossiers = Dossier.objects.bulk_create(
        Dossier(
            contrat=contrat,
            campagne=campagne,
            numero=f"2026-{rang:06d}",
            etat="programme",
            dispositif=dispositif,
            porteur=porteur,
            intitule=f"Atelier {rang}",
            orientation=orientation,
            theme_p147=theme,
            cout_total=Decimal(1000),
            depose_le=datetime(2025, 12, 1, 9, tzinfo=UTC),
        )
        for rang in range(tours * PROCESSUS * ACTES)
    )
    demandes = DemandeFinancement.objects.bulk_create(
        DemandeFinancement(
            dossier=dossier,
            financeur=financeur,
            dispositif=dispositif,
            nature="specifique",
            enveloppe=enveloppe,
            etat="programmee",
            montant_demande=Decimal(1),
            montant_propose=Decimal(0),
            montant_programme=Decimal(0),
            programme_le=date(2026, 4, 10),
        )
        for dossier in dossiers
    )
    cles = iter([demande.pk for demande in demandes])
    return [[[next(cles) for _ in range(ACTES)] for _ in range(PROCESSUS)] for _ in range(tours)], acte.pk
