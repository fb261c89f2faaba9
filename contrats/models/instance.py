"""Committees, their meetings and what they decided."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from acteurs.models import Organisme
from commun.etats import ModeleAEtats
from commun.models import Fichier
from geographie.models import Commune

from ..etats import REUNION_TENUE, TRANSITIONS_REUNION, EtatReunion
from .contrat import Contrat
from .structure import Orientation


class TypeComite(models.TextChoices):
    COPIL = "copil", "Comité de pilotage (COPIL)"
    COTECH = "cotech", "Comité technique (COTECH)"
    GROUPE_THEMATIQUE = "groupe_thematique", "Groupe thématique"
    REVUE_DE_PROJETS = "revue_projets", "Revue de projets"
    DIALOGUE_DE_PROJETS = "dialogue_projets", "Dialogue de projets"
    COMMISSION = "commission", "Commission d’élus"
    TFPB = "tfpb", "Instance TFPB"
    AUTRE = "autre", "Autre"


class Comite(models.Model):
    """A body of the contract: its powers and how often it must meet."""

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="comites", verbose_name="contrat")
    type = models.CharField("type", max_length=20, choices=TypeComite)
    nom = models.CharField("nom", max_length=200)
    mission = models.TextField("mission", blank=True)
    valide_programmation = models.BooleanField("valide la programmation", default=False)
    valide_sip = models.BooleanField("valide les SIP", default=False)
    valide_tfpb = models.BooleanField("valide la TFPB", default=False)
    reunions_par_an = models.PositiveSmallIntegerField("réunions par an au moins", null=True, blank=True)
    par_commune = models.BooleanField("dans chaque commune", default=False)
    orientation = models.ForeignKey(
        Orientation, models.PROTECT, null=True, blank=True, related_name="comites", verbose_name="orientation"
    )
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "comité"
        verbose_name_plural = "comités"
        ordering = ["contrat", "type", "nom"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "nom"],
                name="contrats_comite_nom_unique",
                violation_error_message="Un comité du contrat porte déjà ce nom.",
            ),
        ]

    def __str__(self) -> str:
        return self.nom

    @property
    def decide_des_dossiers(self) -> bool:
        """It validates files: those of the programming, or the SIP alone."""
        return self.valide_programmation or self.valide_sip

    @property
    def examine_des_dossiers(self) -> bool:
        """It validates files, or prepares that as a COTECH does: what is not decided yet is said there."""
        return self.decide_des_dossiers or self.type == TypeComite.COTECH


class Reunion(ModeleAEtats):
    """A meeting of a committee."""

    TRANSITIONS = TRANSITIONS_REUNION

    comite = models.ForeignKey(Comite, models.CASCADE, related_name="reunions", verbose_name="comité")
    le = models.DateField("date")
    lieu = models.CharField("lieu", max_length=160, blank=True)
    objet = models.CharField("objet", max_length=250, blank=True)
    etat = models.CharField("état", max_length=10, choices=EtatReunion, default=EtatReunion.PREVUE)
    debut = models.TimeField("début", null=True, blank=True)
    fin = models.TimeField("fin", null=True, blank=True)
    commune = models.ForeignKey(
        Commune, models.PROTECT, null=True, blank=True, related_name="reunions", verbose_name="commune"
    )
    compte_rendu = models.TextField("compte rendu", blank=True)
    convoquee_le = models.DateTimeField("convocations envoyées le", null=True, blank=True)
    rendue_le = models.DateTimeField("compte rendu envoyé le", null=True, blank=True)
    version = models.PositiveSmallIntegerField("version de la convocation", default=0)
    paquet = models.ForeignKey(
        Fichier, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="dossier de séance"
    )
    modifie_le = models.DateTimeField("modifiée le", auto_now=True)
    fictif = models.BooleanField("donnée fictive", default=False)

    class Meta:
        verbose_name = "réunion"
        verbose_name_plural = "réunions"
        ordering = ["-le"]
        constraints = [
            models.UniqueConstraint(
                fields=["comite", "le", "objet"],
                name="contrats_reunion_unique",
                violation_error_message="Cette réunion est déjà au calendrier.",
            ),
            models.CheckConstraint(
                condition=Q(debut__isnull=True) | Q(fin__isnull=True) | Q(fin__gt=F("debut")),
                name="contrats_reunion_heures_en_ordre",
                violation_error_message="Une réunion finit après son début.",
            ),
        ]

    @property
    def tenue(self) -> bool:
        return self.etat in REUNION_TENUE

    def __str__(self) -> str:
        return f"{self.comite.nom} du {self.le:%d/%m/%Y}"

    @property
    def contrat_id(self) -> int:
        return self.comite.contrat_id


class ExemplaireDuPaquet(models.Model):
    """The packet of a meeting for those withdrawn from some of its files: it prints neither their sheets nor their euros.

    `ecartes` holds the keys of these files, in order; the packet it was made beside is `paquet`.
    """

    reunion = models.ForeignKey(Reunion, models.CASCADE, related_name="exemplaires", verbose_name="réunion")
    paquet = models.ForeignKey(Fichier, models.PROTECT, related_name="+", verbose_name="dossier de séance")
    ecartes = models.JSONField("dossiers écartés")
    fichier = models.ForeignKey(Fichier, models.PROTECT, related_name="+", verbose_name="document")

    class Meta:
        verbose_name = "exemplaire du dossier de séance"
        verbose_name_plural = "exemplaires du dossier de séance"
        ordering = ["reunion", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["reunion", "paquet", "ecartes"],
                name="contrats_exemplaire_unique",
                violation_error_message="Cet exemplaire du dossier de séance existe déjà.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reunion}, sans {len(self.ecartes)} dossier(s)"


class DecisionReunion(models.Model):
    """Something to decide at a meeting, what was decided, and what became of it."""

    class Nature(models.TextChoices):
        A_DECIDER = "a_decider", "À décider"
        DECIDEE = "decidee", "Décidée"
        AJOURNEE = "ajournee", "Ajournée"

    class Execution(models.TextChoices):
        A_FAIRE = "a_faire", "À faire"
        EN_COURS = "en_cours", "En cours"
        FAITE = "faite", "Faite"
        ABANDONNEE = "abandonnee", "Abandonnée"

    reunion = models.ForeignKey(Reunion, models.CASCADE, related_name="decisions", verbose_name="réunion")
    ordre = models.PositiveSmallIntegerField("ordre", default=0)
    texte = models.TextField("texte")
    nature = models.CharField("suite", max_length=12, choices=Nature, default=Nature.A_DECIDER)
    responsable = models.ForeignKey(
        Organisme, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="responsable"
    )
    echeance = models.DateField("échéance", null=True, blank=True)
    execution = models.CharField("exécution", max_length=12, choices=Execution, blank=True)
    suite_donnee = models.TextField("suite donnée", blank=True)
    fictif = models.BooleanField("donnée fictive", default=False)

    class Meta:
        verbose_name = "décision de réunion"
        verbose_name_plural = "décisions de réunion"
        ordering = ["reunion", "ordre"]
        constraints = [
            models.CheckConstraint(
                condition=Q(nature="decidee") | Q(execution=""),
                name="contrats_decision_execution_si_decidee",
                violation_error_message="Seule une décision prise a un état d’exécution.",
            ),
        ]

    def __str__(self) -> str:
        return self.texte[:80]
