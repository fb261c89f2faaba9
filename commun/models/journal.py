"""The journal: one line per act, in the act's own transaction, chained by hash per object."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Self

from django.conf import settings
from django.db import models

from ..auteur import Canal


class LigneJournalQuerySet(models.QuerySet["LigneJournal"]):
    def de(self, objet: models.Model) -> Self:
        """The life of `objet`, oldest first."""
        return self.filter(cible_type=objet._meta.label_lower, cible_id=objet.pk).order_by("numero")


class LigneJournal(models.Model):
    """Who did what to which object, when, through which channel, on behalf of whom.

    The target is kept as type and number, without a foreign key: the line outlives the object. Names are
    those of the day of the act. `sha256` covers the line and the hash of the object's previous line.
    """

    cible_type = models.CharField("type d’objet", max_length=80)
    cible_id = models.BigIntegerField("numéro de l’objet")
    numero = models.PositiveIntegerField("rang dans la vie de l’objet")
    contrat_id = models.BigIntegerField("contrat", null=True, blank=True)
    acte = models.CharField("acte", max_length=60)
    libelle = models.CharField("libellé", max_length=300)
    fait_le = models.DateTimeField("fait le")
    utilisateur = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="personne"
    )
    auteur_nom = models.CharField("nom de l’auteur", max_length=200)
    organisme_id = models.BigIntegerField("numéro de l’organisme", null=True, blank=True)
    organisme_nom = models.CharField("organisme", max_length=250, blank=True)
    pour_le_compte_de_id = models.BigIntegerField("numéro de l’organisme représenté", null=True, blank=True)
    pour_le_compte_de_nom = models.CharField("pour le compte de", max_length=250, blank=True)
    canal = models.CharField("canal", max_length=10, choices=Canal)
    motif = models.TextField("motif", blank=True)
    avant = models.JSONField("avant", default=dict, blank=True)
    apres = models.JSONField("après", default=dict, blank=True)
    precedent_sha256 = models.CharField("empreinte précédente", max_length=64, blank=True)
    sha256 = models.CharField("empreinte", max_length=64)

    objects = LigneJournalQuerySet.as_manager()

    class Meta:
        verbose_name = "ligne du journal"
        verbose_name_plural = "lignes du journal"
        ordering = ["cible_type", "cible_id", "numero"]
        constraints = [
            models.UniqueConstraint(
                fields=["cible_type", "cible_id", "numero"],
                name="commun_journal_rang_unique",
                violation_error_message="Deux actes ont été faits en même temps sur cet objet. Rechargez la page.",
            ),
        ]
        indexes = [models.Index(fields=["contrat_id", "-id"], name="commun_journal_contrat")]

    def __str__(self) -> str:
        return f"{self.fait_le:%d/%m/%Y %H:%M} — {self.libelle}"

    @property
    def par_qui(self) -> str:
        """Who did it and for which organisation, in one line."""
        return " · ".join(filter(None, [self.auteur_nom, self.organisme_nom]))

    def contenu(self) -> dict[str, Any]:
        """What the hash covers, in plain values."""
        return {
            "cible": [self.cible_type, self.cible_id, self.numero],
            "contrat": self.contrat_id,
            "acte": self.acte,
            "libelle": self.libelle,
            "fait_le": self.fait_le.timestamp(),
            "auteur": [self.auteur_nom, self.canal],
            "organisme": [self.organisme_id, self.organisme_nom],
            "pour_le_compte_de": [self.pour_le_compte_de_id, self.pour_le_compte_de_nom],
            "motif": self.motif,
            "avant": self.avant,
            "apres": self.apres,
            "precedent": self.precedent_sha256,
        }

    def empreinte(self) -> str:
        """SHA-256 of the line's canonical content."""
        canonique = json.dumps(self.contenu(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonique.encode()).hexdigest()


class ScelleJournal(models.Model):
    """The seal of one day: a hash over the last line of every object touched that day."""

    jour = models.DateField("jour", unique=True)
    lignes = models.PositiveIntegerField("lignes scellées")
    sha256 = models.CharField("empreinte", max_length=64)
    scelle_le = models.DateTimeField("scellé le", auto_now_add=True)

    class Meta:
        verbose_name = "scellé du journal"
        verbose_name_plural = "scellés du journal"
        ordering = ["-jour"]

    def __str__(self) -> str:
        return f"{self.jour:%d/%m/%Y}"
