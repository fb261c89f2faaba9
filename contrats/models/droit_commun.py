"""Around the directory of droit commun: who does what on the ground, and what is missing."""

from __future__ import annotations

from typing import Any

from django.db import models

from acteurs.models import Organisme
from commun.etats import ModeleAEtats
from geographie.models import Perimetre

from ..etats import TRANSITIONS_ESCALADE, EtatEscalade
from .contrat import Contrat
from .engagement import Engagement
from .instance import Reunion
from .ressource import Ressource
from .structure import Orientation


class FicheActeur(models.Model):
    """The shared card of an organisation: its missions here, its publics, its places, whom to call."""

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="fiches", verbose_name="contrat")
    organisme = models.ForeignKey(Organisme, models.PROTECT, related_name="fiches", verbose_name="organisme")
    missions = models.TextField("missions", blank=True)
    publics = models.CharField("publics", max_length=300, blank=True)
    actions = models.TextField("ce qu’il propose dans les quartiers", blank=True)
    perimetres: models.ManyToManyField[Perimetre, Any] = models.ManyToManyField(
        Perimetre, blank=True, related_name="fiches", verbose_name="périmètres"
    )
    contact = models.CharField("contact (service)", max_length=200, blank=True)
    verifie_le = models.DateField("vérifiée le", null=True, blank=True)

    class Meta:
        verbose_name = "fiche d’acteur"
        verbose_name_plural = "fiches d’acteurs"
        ordering = ["contrat", "organisme"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "organisme"],
                name="contrats_fiche_une_par_organisme",
                violation_error_message="Cet organisme a déjà sa fiche dans le contrat.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisme)


class NoteEscalade(ModeleAEtats):
    """A group finds specific credits used where droit commun fails, and says so to the COTECH, then the COPIL."""

    TRANSITIONS = TRANSITIONS_ESCALADE

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="escalades", verbose_name="contrat")
    orientation = models.ForeignKey(
        Orientation, models.PROTECT, null=True, blank=True, related_name="escalades", verbose_name="orientation"
    )
    titre = models.CharField("titre", max_length=200)
    etat = models.CharField("état", max_length=12, choices=EtatEscalade, default=EtatEscalade.BROUILLON)
    constat = models.TextField("constat")
    argumentaire = models.TextField("argumentaire")
    demande = models.TextField("ce qui est demandé au COPIL", blank=True)
    ressources: models.ManyToManyField[Ressource, Any] = models.ManyToManyField(
        Ressource, blank=True, related_name="escalades", verbose_name="droit commun attendu"
    )
    engagements: models.ManyToManyField[Engagement, Any] = models.ManyToManyField(
        Engagement, blank=True, related_name="escalades", verbose_name="engagements en cause"
    )
    reunion = models.ForeignKey(
        Reunion, models.PROTECT, null=True, blank=True, related_name="escalades", verbose_name="réunion"
    )
    suite = models.TextField("suite donnée", blank=True)
    creee_le = models.DateTimeField("créée le")

    class Meta:
        verbose_name = "note d’escalade"
        verbose_name_plural = "notes d’escalade"
        ordering = ["contrat", "-creee_le"]

    def __str__(self) -> str:
        return self.titre
