"""The reminders of each day: meetings to come, decisions overdue, committees behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from commun.auteur import Canal, systeme
from commun.models import Travail

from ...etats import EtatReunion, Role
from ...lectures.instances import decisions_en_retard, destinataires, frequences
from ...models import Contrat, Habilitation, Reunion
from .courriels import ENVOYER, planifier_courriel

RAPPEL_REUNION_JOURS = 7


@dataclass(frozen=True, slots=True)
class Rappels:
    """How many reminders a day's round has planned; those planned before are not planned again."""

    reunions: int
    decisions: int
    frequences: int


def rappeler(le: datetime) -> Rappels:
    """Plan the reminders due: meetings within a week, decisions overdue, committees behind. Each of them once."""
    jour = timezone.localdate(le)
    avant = Travail.objects.filter(nom=ENVOYER)
    comptes = []
    for planification in (_rappeler_les_reunions, _rappeler_les_decisions, _rappeler_les_frequences):
        connus = avant.count()
        planification(jour)
        comptes.append(avant.count() - connus)
    return Rappels(*comptes)


@transaction.atomic
def _rappeler_les_reunions(jour: date) -> None:
    """One week before; a meeting called later than that needs no reminder."""
    reunions = Reunion.objects.filter(
        etat=EtatReunion.CONVOQUEE,
        le__gt=jour,
        le__lte=jour + timedelta(days=RAPPEL_REUNION_JOURS),
    ).select_related("comite__contrat")
    for reunion in reunions:
        assert reunion.convoquee_le is not None
        if (reunion.le - timezone.localdate(reunion.convoquee_le)).days <= RAPPEL_REUNION_JOURS:
            continue
        for destinataire in destinataires(reunion, le=jour):
            planifier_courriel(reunion, "rappel", destinataire.cle, par=systeme(Canal.TACHE), version=reunion.version)


@transaction.atomic
def _rappeler_les_decisions(jour: date) -> None:
    """To the people of the organisation in charge; to the chefs de projet when it has nobody."""
    for contrat in Contrat.objects.all():
        for decision in decisions_en_retard(contrat, le=jour):
            actives = Habilitation.objects.actives(jour).filter(contrat=contrat, utilisateur__is_active=True)
            responsables = actives.filter(organisme=decision.responsable_id).exclude(role=Role.PORTEUR)
            avertis = responsables if responsables.exists() else actives.filter(role=Role.CHEF_DE_PROJET)
            for numero in sorted(set(avertis.values_list("utilisateur", flat=True))):
                planifier_courriel(decision, "rappel_decision", f"u{numero}", par=None, version=str(decision.echeance))


@transaction.atomic
def _rappeler_les_frequences(jour: date) -> None:
    """To the chefs de projet, once per committee and year."""
    for contrat in Contrat.objects.all():
        en_retard = {s.comite.pk: s.comite for s in frequences(contrat, le=jour) if s.en_retard}
        chefs = set(
            Habilitation.objects.actives(jour)
            .filter(contrat=contrat, role=Role.CHEF_DE_PROJET, utilisateur__is_active=True)
            .values_list("utilisateur", flat=True)
        )
        for comite in en_retard.values():
            for numero in sorted(chefs):
                planifier_courriel(comite, "rappel_frequence", f"u{numero}", par=None, version=jour.year)
