"""Jobs: planned in the caller's transaction, carried by Celery, true only in their row."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from celery import current_app
from django.db import connection, models, transaction
from django.db.models import F, Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from .auteur import Auteur
from .erreurs import RegleEnfreinte
from .models import EtatTravail, Travail

journal = logging.getLogger("commun.travaux")

BATTEMENT = timedelta(seconds=5)
SILENCE = timedelta(seconds=30)  # a running job silent for that long is taken over
ATTENTE_PUBLICATION = timedelta(seconds=10)  # a waiting job older than that has lost its message
REPORT = timedelta(seconds=20)  # times the number of attempts, before a failed job is tried again


class TravailPerdu(Exception):
    """Another worker has taken the job over: this one must stop without writing anything."""


@dataclass(slots=True)
class Suivi:
    """What a handler holds: its row, its progress, its claim."""

    travail: Travail
    jeton: uuid.UUID
    perdu: threading.Event = field(default_factory=threading.Event)

    def etape(self, numero: int, sur: int, libelle: str, *, total: int = 0) -> None:
        """Say which step begins, of how many, and how many units it counts."""
        self._noter(etape=numero, etapes=sur, libelle_etape=libelle, fait=0, total=total)

    def avancer(self, fait: int) -> None:
        """Say how many units of the present step are done."""
        self._noter(fait=fait)

    def verifier(self) -> None:
        """Lock the row and make sure that the claim still holds; call it in the transaction that writes the result."""
        if not Travail.objects.select_for_update().filter(pk=self.travail.pk, jeton=self.jeton).exists():
            raise TravailPerdu(str(self.travail.pk))

    def _noter(self, **champs: Any) -> None:
        tenu = Travail.objects.filter(pk=self.travail.pk, jeton=self.jeton, etat=EtatTravail.EN_COURS)
        if self.perdu.is_set() or not tenu.update(battement_le=timezone.now(), **champs):
            raise TravailPerdu(str(self.travail.pk))


Traitement = Callable[[Travail, Suivi], dict[str, Any] | None]
TRAITEMENTS: dict[str, Traitement] = {}
PERIODIQUES: dict[str, int] = {}


def travail(nom: str, *, chaque_jour_a: int | None = None) -> Callable[[Traitement], Traitement]:
    """Register the handler of the jobs called `nom`; `chaque_jour_a` an hour (0–23) plans one each day."""

    def enregistrer(traitement: Traitement) -> Traitement:
        TRAITEMENTS[nom] = traitement
        if chaque_jour_a is not None:
            PERIODIQUES[nom] = chaque_jour_a
        return traitement

    return enregistrer


def planifier(
    nom: str,
    *,
    cible: models.Model | None = None,
    parametres: dict[str, Any] | None = None,
    cle: str | None = None,
    par: Auteur | None = None,
    a_partir_de: datetime | None = None,
) -> Travail:
    """Insert a job row in the present transaction; its message leaves after the commit.

    With `cle`, planning twice returns the first row: one effect for one cause.
    """
    if nom not in TRAITEMENTS:
        raise LookupError(f"No handler is registered for the job « {nom} ».")
    champs = {
        "nom": nom,
        "cible_type": cible._meta.label_lower if cible is not None else "",
        "cible_id": cible.pk if cible is not None else None,
        "parametres": parametres or {},
        "demande_par": par.utilisateur if par is not None else None,
        "a_partir_de": a_partir_de or timezone.now(),
    }
    if cle is None:
        rangee = Travail.objects.create(**champs)
    else:
        rangee, nouvelle = Travail.objects.get_or_create(cle_idempotence=cle, defaults=champs)
        if not nouvelle:
            return rangee
    transaction.on_commit(lambda: publier(rangee.pk))
    return rangee


def publier(pk: uuid.UUID) -> None:
    """Send the number of a job row to the workers. A broker out of reach loses nothing: the sweeper sends it again."""
    try:
        current_app.send_task("commun.executer_travail", args=[str(pk)], retry=False, ignore_result=True)
    except (OperationalError, OSError):
        journal.warning("broker out of reach, job %s left to the sweeper", pk)


def executer(pk: uuid.UUID | str) -> None:
    """Claim the row and do the work. Called many times for one job, it works once."""
    suivi = _prendre(pk)
    if suivi is None:
        return
    try:
        with _battement(suivi):
            resultat = TRAITEMENTS[suivi.travail.nom](suivi.travail, suivi) or {}
    except TravailPerdu:
        journal.warning("job %s was taken over by another worker", pk)
    except RegleEnfreinte as erreur:
        _finir(suivi, EtatTravail.ECHEC, erreur=erreur.message)  # the same rule would refuse again
    except Exception as erreur:
        journal.exception("job %s failed", pk)
        _reporter_ou_abandonner(suivi, erreur)
    else:
        _finir(suivi, EtatTravail.FAIT, resultat=resultat)


def balayer(maintenant: datetime | None = None) -> int:
    """Send again the jobs whose message was lost and those whose worker fell silent; plan the daily ones.

    Returns how many messages were sent.
    """
    maintenant = maintenant or timezone.now()
    _planifier_les_periodiques(maintenant)
    muets = Q(etat=EtatTravail.EN_COURS, battement_le__lt=maintenant - SILENCE)
    for rangee in Travail.objects.filter(muets, tentatives__gte=F("tentatives_max")):
        Travail.objects.filter(pk=rangee.pk, jeton=rangee.jeton).filter(muets).update(
            etat=EtatTravail.ECHEC,
            jeton=None,
            termine_le=maintenant,
            erreur="Le travail s’est interrompu plusieurs fois. Relancez-le ; s’il échoue encore, prévenez le support.",
        )
    perdus = Q(etat=EtatTravail.A_FAIRE, a_partir_de__lt=maintenant - ATTENTE_PUBLICATION)
    a_envoyer = list(Travail.objects.filter(muets | perdus).order_by("a_partir_de").values_list("pk", flat=True)[:500])
    for pk in a_envoyer:
        publier(pk)
    return len(a_envoyer)


def relancer(rangee: Travail) -> None:
    """Start a failed job again, with fresh attempts."""
    relance = Travail.objects.filter(pk=rangee.pk, etat=EtatTravail.ECHEC).update(
        etat=EtatTravail.A_FAIRE, tentatives=0, erreur="", termine_le=None, a_partir_de=timezone.now()
    )
    if relance:
        transaction.on_commit(lambda: publier(rangee.pk))


def _prendre(pk: uuid.UUID | str) -> Suivi | None:
    """Claim by one conditional UPDATE: whoever changes the row does the work."""
    maintenant = timezone.now()
    libre = Q(etat=EtatTravail.A_FAIRE, a_partir_de__lte=maintenant) | Q(
        etat=EtatTravail.EN_COURS, battement_le__lt=maintenant - SILENCE
    )
    jeton = uuid.uuid4()
    pris = Travail.objects.filter(libre, pk=pk, tentatives__lt=F("tentatives_max")).update(
        etat=EtatTravail.EN_COURS,
        jeton=jeton,
        ouvrier=f"{socket.gethostname()}:{os.getpid()}",
        battement_le=maintenant,
        tentatives=F("tentatives") + 1,
    )
    return Suivi(Travail.objects.get(pk=pk), jeton) if pris else None


@contextmanager
def _battement(suivi: Suivi) -> Iterator[None]:
    """Beat in a thread of its own, with its own connection, as long as the handler runs."""
    fin = threading.Event()

    def battre() -> None:
        try:
            while not fin.wait(BATTEMENT.total_seconds()):
                tenu = Travail.objects.filter(pk=suivi.travail.pk, jeton=suivi.jeton)
                if not tenu.update(battement_le=timezone.now()):
                    suivi.perdu.set()
                    return
        finally:
            connection.close()

    fil = threading.Thread(target=battre, daemon=True, name=f"battement-{suivi.travail.pk}")
    fil.start()
    try:
        yield
    finally:
        fin.set()
        fil.join()


def _finir(suivi: Suivi, etat: EtatTravail, *, resultat: dict[str, Any] | None = None, erreur: str = "") -> None:
    contenu = json.dumps(resultat or {}, sort_keys=True, ensure_ascii=False)
    Travail.objects.filter(pk=suivi.travail.pk, jeton=suivi.jeton).update(
        etat=etat,
        jeton=None,
        termine_le=timezone.now(),
        resultat=resultat or {},
        resultat_sha256=hashlib.sha256(contenu.encode()).hexdigest() if etat == EtatTravail.FAIT else "",
        erreur=erreur,
    )


def _reporter_ou_abandonner(suivi: Suivi, erreur: Exception) -> None:
    rangee = suivi.travail
    message = f"Une erreur technique a interrompu le travail ({type(erreur).__name__}). Référence : {rangee.pk}."
    if rangee.tentatives >= rangee.tentatives_max:
        _finir(suivi, EtatTravail.ECHEC, erreur=message)
        return
    Travail.objects.filter(pk=rangee.pk, jeton=suivi.jeton).update(
        etat=EtatTravail.A_FAIRE,
        jeton=None,
        a_partir_de=timezone.now() + REPORT * rangee.tentatives,
        erreur=message,
    )


def _planifier_les_periodiques(maintenant: datetime) -> None:
    local = timezone.localtime(maintenant)
    for nom, heure in PERIODIQUES.items():
        if local.hour >= heure:
            planifier(nom, cle=cle_du_jour(nom, local.date()))


def cle_du_jour(nom: str, jour: date) -> str:
    """The idempotency key of a daily job."""
    return f"{nom}:{jour.isoformat()}"
