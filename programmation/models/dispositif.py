"""Funding schemes as data: what each admits, where it is deposited, which places each funder may pay for."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from acteurs.models import FormeJuridique, Organisme
from contrats.models import Contrat, Section
from geographie.models import Perimetre, TypePerimetre


class FamilleDispositif(models.TextChoices):
    """Kinds of schemes; what differs between two of one kind is data, not code."""

    AAP = "aap", "Appel à projets annuel"
    CPO = "cpo", "Convention pluriannuelle d’objectifs"
    SIP = "sip", "Soutien aux initiatives de proximité"
    FPC = "fpc", "Fabrique des projets concertés"
    AMI = "ami", "Appel à manifestation d’intérêt"
    RESERVE = "reserve", "Réserve au fil de l’eau"
    FONDS_DE_CONCOURS = "fonds_de_concours", "Fonds de concours"
    VACANCES = "vacances", "Quartiers d’été, ville vie vacances"
    FIPD = "fipd", "Prévention de la délinquance (FIPD)"
    AUTRE = "autre", "Autre"


class Formulaire(models.TextChoices):
    """Which request a scheme asks for."""

    CERFA = "cerfa_12156", "Demande de subvention (CERFA 12156)"
    COMMUNE = "commune", "Demande d’une commune ou d’un établissement public"
    FICHE = "fiche", "Fiche-projet simplifiée"
    INVESTISSEMENT = "investissement", "Dossier d’investissement et plan de financement"


class Vacances(models.TextChoices):
    """School holidays, in the order of the calendar year; July and August are counted apart."""

    HIVER = "hiver", "Hiver"
    PRINTEMPS = "printemps", "Printemps"
    JUILLET = "juillet", "Juillet"
    AOUT = "aout", "Août"
    TOUSSAINT = "toussaint", "Toussaint"
    NOEL = "noel", "Noël"


class QuestionVacances(models.TextChoices):
    """What a scheme for the holidays may ask besides its form; also the codes of the answers (`regles.champs`)."""

    PERIODES = "periodes", "Périodes et jours"
    PLACES = "places", "Places par âge et par sexe"
    DEPARTS = "departs", "Sorties et séjours"
    FIL_ROUGE = "fil_rouge", "Fil rouge de l’année"
    EVENEMENT = "evenement", "Temps festif"
    PARTICIPATION = "participation", "Démarche collective et participative"
    ECORESPONSABLE = "ecoresponsable", "Engagements écoresponsables"


class Dispositif(models.Model):
    """A scheme through which funders pay. National when `contrat` is empty."""

    contrat = models.ForeignKey(
        Contrat, models.CASCADE, null=True, blank=True, related_name="dispositifs", verbose_name="contrat"
    )
    code = models.CharField("code", max_length=30)
    nom = models.CharField("nom", max_length=200)
    famille = models.CharField("famille", max_length=20, choices=FamilleDispositif)
    plafond = models.DecimalField("plafond par dossier (€)", max_digits=12, decimal_places=2, null=True, blank=True)
    taux_public_max = models.DecimalField(
        "part maximale de financement public (%)", max_digits=5, decimal_places=2, null=True, blank=True
    )
    section = models.CharField("section", max_length=15, choices=Section, default=Section.FONCTIONNEMENT)
    formulaire = models.CharField("formulaire", max_length=15, choices=Formulaire, default=Formulaire.CERFA)
    formes_admises = ArrayField(
        models.CharField(max_length=20, choices=FormeJuridique),
        verbose_name="formes juridiques admises",
        default=list,
        blank=True,
        help_text="Vide : toutes.",
    )
    questions = ArrayField(
        models.CharField(max_length=15, choices=QuestionVacances),
        verbose_name="questions sur les vacances",
        default=list,
        blank=True,
        help_text="Ce que la demande dit en plus. Vide : rien.",
    )
    vacances = ArrayField(
        models.CharField(max_length=12, choices=Vacances),
        verbose_name="vacances concernées",
        default=list,
        blank=True,
        help_text="Vide : toutes.",
    )
    permanent = models.BooleanField("ouvert toute l’année", default=False)
    pluriannuel = models.BooleanField("pluriannuel", default=False)
    description = models.TextField("description", blank=True)
    valide_du = models.DateField("valide du", null=True, blank=True)
    valide_au = models.DateField("valide au", null=True, blank=True)
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "dispositif"
        verbose_name_plural = "dispositifs"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "code"],
                nulls_distinct=False,
                name="programmation_dispositif_code_unique",
                violation_error_message="Un dispositif porte déjà ce code.",
            ),
            models.CheckConstraint(
                condition=Q(questions=[]) | ~Q(formulaire__in=[Formulaire.FICHE, Formulaire.INVESTISSEMENT]),
                name="programmation_dispositif_questions",
                violation_error_message="Les questions sur les vacances vont avec la demande complète.",
            ),
            models.CheckConstraint(
                condition=Q(questions=[]) | Q(questions__contains=[QuestionVacances.PERIODES]),
                name="programmation_dispositif_periodes",
                violation_error_message="Les questions sur les vacances commencent par les périodes.",
            ),
        ]

    def __str__(self) -> str:
        return self.nom


class Teleservice(models.TextChoices):
    """Where a request for a scheme of a funder is deposited."""

    PILOTVILLE = "pilotville", "Pilotville"
    DAUPHIN = "dauphin", "Dauphin"
    SUBVENTIA = "subventia", "Subventia"
    AUTRE = "autre", "Autre téléservice"


class CanalDepot(models.Model):
    """Where one funder wants the requests of one scheme; what is deposited elsewhere is entered there again."""

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="canaux", verbose_name="contrat")
    dispositif = models.ForeignKey(Dispositif, models.CASCADE, related_name="canaux", verbose_name="dispositif")
    financeur = models.ForeignKey(Organisme, models.PROTECT, related_name="canaux", verbose_name="financeur")
    canal = models.CharField("canal de dépôt", max_length=12, choices=Teleservice, default=Teleservice.PILOTVILLE)
    adresse = models.URLField("adresse du téléservice", blank=True)
    consigne = models.CharField("consigne", max_length=300, blank=True)

    class Meta:
        verbose_name = "canal de dépôt"
        verbose_name_plural = "canaux de dépôt"
        ordering = ["contrat", "dispositif", "financeur"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "dispositif", "financeur"],
                name="programmation_canal_un_par_financeur",
                violation_error_message="Le canal de dépôt de ce financeur pour ce dispositif est déjà dit.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispositif.code}, {self.financeur.nom_court} : {self.get_canal_display()}"


class Admission(models.TextChoices):
    """Whether a funder pays for actions in a place."""

    OUI = "oui", "Éligible"
    EXCEPTION = "exception", "À titre exceptionnel"
    NON = "non", "Non éligible"


class EligibilitePerimetreQuerySet(models.QuerySet["EligibilitePerimetre"]):
    def en_vigueur(self, annee: int) -> Self:
        """Those that hold for the files of `annee`."""
        return self.filter(
            Q(valide_du__isnull=True) | Q(valide_du__year__lte=annee),
            Q(valide_au__isnull=True) | Q(valide_au__year__gte=annee),
        )


class EligibilitePerimetre(models.Model):
    """Where a funder may pay, and on what condition: a kind of perimeter, or one of them by name."""

    contrat = models.ForeignKey(Contrat, models.CASCADE, related_name="eligibilites", verbose_name="contrat")
    financeur = models.ForeignKey(Organisme, models.PROTECT, related_name="eligibilites", verbose_name="financeur")
    nature = models.CharField(
        "nature des crédits",
        max_length=15,
        choices=[("", "Toutes"), ("droit_commun", "Droit commun"), ("specifique", "Crédits spécifiques")],
        blank=True,
    )
    type_perimetre = models.CharField("type de périmètre", max_length=30, choices=TypePerimetre)
    perimetre = models.ForeignKey(
        Perimetre, models.CASCADE, null=True, blank=True, related_name="eligibilites", verbose_name="périmètre"
    )
    admission = models.CharField("admission", max_length=10, choices=Admission, default=Admission.OUI)
    condition = models.CharField("condition", max_length=400, blank=True)
    valide_du = models.DateField("valide du", null=True, blank=True)
    valide_au = models.DateField("valide au", null=True, blank=True)
    source = models.CharField("source", max_length=200, blank=True)

    objects = EligibilitePerimetreQuerySet.as_manager()

    class Meta:
        verbose_name = "éligibilité d’un périmètre"
        verbose_name_plural = "éligibilités des périmètres"
        ordering = ["contrat", "financeur", "type_perimetre"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "financeur", "nature", "type_perimetre", "perimetre", "valide_du"],
                nulls_distinct=False,
                name="programmation_eligibilite_unique",
                violation_error_message="Cette règle d’éligibilité existe déjà pour ce financeur.",
            ),
            models.CheckConstraint(
                condition=Q(valide_au__isnull=True) | Q(valide_du__isnull=True) | Q(valide_au__gte=F("valide_du")),
                name="programmation_eligibilite_dates_en_ordre",
                violation_error_message="Une règle prend fin après son début.",
            ),
        ]

    def __str__(self) -> str:
        lieu = self.perimetre or self.get_type_perimetre_display()
        return f"{self.financeur.nom_court}, {lieu} : {self.get_admission_display().lower()}"
