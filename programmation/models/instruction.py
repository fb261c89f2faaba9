"""Working on a file together: corrections asked, scores, conflicts of interest, notes, what one has seen."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from acteurs.models import Organisme
from commun.auteur import Auteur
from contrats.models import Contrat
from contrats.permissions import roles

from .campagne import CritereCampagne
from .dossier import Dossier

_OUVERTE = Q(repondue_le__isnull=True, levee_le__isnull=True)


class DemandeDeComplementQuerySet(models.QuerySet["DemandeDeComplement"]):
    def ouvertes(self) -> Self:
        """Those that await the porteur: neither answered nor lifted."""
        return self.filter(_OUVERTE)


class DemandeDeComplement(models.Model):
    """What the team asks the porteur to correct, until when; only the fields named are unlocked."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="complements", verbose_name="dossier")
    motif = models.TextField("ce qui manque ou doit être corrigé")
    champs = ArrayField(models.CharField(max_length=40), verbose_name="champs ouverts à la correction")
    echeance = models.DateField("réponse attendue le")
    demandee_le = models.DateTimeField("demandée le")
    demandee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="demandée par"
    )
    relancee_le = models.DateTimeField("relancée le", null=True, blank=True)
    repondue_le = models.DateTimeField("répondue le", null=True, blank=True)
    reponse = models.TextField("réponse du porteur", blank=True)
    levee_le = models.DateTimeField("levée par l’équipe le", null=True, blank=True)

    objects = DemandeDeComplementQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de complément"
        verbose_name_plural = "demandes de complément"
        ordering = ["dossier", "-demandee_le"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"],
                condition=_OUVERTE,
                name="programmation_complement_un_seul_ouvert",
                violation_error_message="Une demande de complément est déjà ouverte sur ce dossier.",
            ),
            models.CheckConstraint(
                condition=~Q(motif="") & ~Q(champs=[]),
                name="programmation_complement_dit_quoi",
                violation_error_message="Dites ce qui manque et quels champs le porteur peut corriger.",
            ),
        ]

    def __str__(self) -> str:
        return f"Complément demandé sur {self.dossier.numero}"


class PointAVerifier(models.TextChoices):
    """What a person, not the product, checks of a file before it is receivable."""

    DISPOSITIF = "dispositif", "Le porteur et l’action relèvent de l’appel à projets et du dispositif"
    PIECES = "pieces", "Les pièces sont lisibles, signées et au bon nom"
    SIGNATAIRE = "signataire", "La personne qui demande est habilitée à engager l’organisme"
    BUDGET = "budget", "Le budget correspond à l’action décrite"
    DROIT_COMMUN = "droit_commun", "Le droit commun a été recherché d’abord"
    CALENDRIER = "calendrier", "L’action n’est pas commencée"
    DEROGATION = "derogation", "La dérogation à la participation minimale est accordée, et sa décision est jointe"


class PointVerifie(models.Model):
    """What somebody of the team found of one point of a file; the last one stands."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="points_verifies", verbose_name="dossier")
    point = models.CharField("point", max_length=15, choices=PointAVerifier)
    conforme = models.BooleanField("conforme")
    remarque = models.CharField("remarque", max_length=400, blank=True)
    verifie_le = models.DateTimeField("vérifié le")
    verifie_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="vérifié par"
    )

    class Meta:
        verbose_name = "point vérifié"
        verbose_name_plural = "points vérifiés"
        ordering = ["dossier", "point"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "point"],
                name="programmation_point_verifie_unique",
                violation_error_message="Ce point est déjà vérifié : changez sa réponse.",
            ),
            models.CheckConstraint(
                condition=Q(conforme=True) | ~Q(remarque=""),
                name="programmation_point_verifie_motivee",
                violation_error_message="Dites ce qui n’est pas conforme.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_point_display()}, {self.dossier.numero}"


class Notation(models.Model):
    """One reading of a file along the campaign's grid, by one person; the second one checks the first."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="notations", verbose_name="dossier")
    lecture = models.PositiveSmallIntegerField("lecture", default=1)
    evaluateur = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="notations", verbose_name="évaluateur"
    )
    organisme = models.ForeignKey(Organisme, models.PROTECT, related_name="notations", verbose_name="au titre de")
    commentaire = models.TextField("appréciation d’ensemble", blank=True)
    commencee_le = models.DateTimeField("commencée le")
    validee_le = models.DateTimeField("validée le", null=True, blank=True)

    class Meta:
        verbose_name = "notation"
        verbose_name_plural = "notations"
        ordering = ["dossier", "lecture", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "evaluateur"],
                name="programmation_notation_une_par_personne",
                violation_error_message="Vous avez déjà noté ce dossier : modifiez votre notation.",
            ),
            models.UniqueConstraint(
                fields=["dossier", "lecture"],
                name="programmation_notation_une_par_lecture",
                violation_error_message="Une autre personne tient déjà cette lecture. Rechargez la page.",
            ),
            models.CheckConstraint(
                condition=Q(lecture__in=[1, 2]),
                name="programmation_notation_lecture",
                violation_error_message="Une notation est une première ou une seconde lecture.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier.numero}, lecture {self.lecture}"

    @property
    def contrat_id(self) -> int:
        return self.dossier.contrat_id


class NoteCritere(models.Model):
    """The score of one criterion, justified."""

    notation = models.ForeignKey(Notation, models.CASCADE, related_name="notes", verbose_name="notation")
    critere = models.ForeignKey(CritereCampagne, models.PROTECT, related_name="notes", verbose_name="critère")
    note = models.DecimalField("note", max_digits=4, decimal_places=1)
    justification = models.TextField("justification")

    class Meta:
        verbose_name = "note d’un critère"
        verbose_name_plural = "notes des critères"
        ordering = ["notation", "critere"]
        constraints = [
            models.UniqueConstraint(
                fields=["notation", "critere"],
                name="programmation_note_unique",
                violation_error_message="Ce critère est déjà noté.",
            ),
            models.CheckConstraint(
                condition=Q(note__gte=0) & ~Q(justification=""),
                name="programmation_note_justifiee",
                violation_error_message="Une note va de 0 à la note maximale et se justifie en quelques mots.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.critere} : {self.note}"


class DeportQuerySet(models.QuerySet["Deport"]):
    def en_vigueur(self) -> Self:
        """Those that nobody has lifted."""
        return self.filter(leve_le__isnull=True)

    def visibles_par(self, auteur: Auteur, contrat: Contrat) -> Self:
        """A person's own; and for the team, those of the files that it instructs."""
        siens = Q(utilisateur=auteur.utilisateur)
        if roles(auteur, contrat).pilote:
            siens |= Q(dossier__in=Dossier.objects.instruits_par(auteur, contrat).values("pk"))
        return self.filter(siens, dossier__contrat=contrat)


class Deport(models.Model):
    """A person withdrawn from a file for a conflict of interest: it reads no more than the public, and acts on nothing."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="deports", verbose_name="dossier")
    utilisateur = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="deports", verbose_name="personne"
    )
    motif = models.CharField("motif", max_length=400)
    declare_le = models.DateTimeField("déclaré le")
    leve_le = models.DateTimeField("levé le", null=True, blank=True)

    objects = DeportQuerySet.as_manager()

    class Meta:
        verbose_name = "déport"
        verbose_name_plural = "déports"
        ordering = ["dossier", "declare_le"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "utilisateur"],
                condition=Q(leve_le__isnull=True),
                name="programmation_deport_unique",
                violation_error_message="Cette personne s’est déjà déportée de ce dossier.",
            ),
            models.CheckConstraint(
                condition=~Q(motif=""),
                name="programmation_deport_motive",
                violation_error_message="Un déport dit son motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"Déport de {self.utilisateur} sur {self.dossier.numero}"

    @property
    def contrat_id(self) -> int:
        return self.dossier.contrat_id


class PartageNote(models.TextChoices):
    """Who reads a note."""

    ORGANISME = "organisme", "Mon organisme"
    INSTRUCTEURS = "instructeurs", "Tous ceux qui instruisent le dossier"


class NoteInterneQuerySet(models.QuerySet["NoteInterne"]):
    def lisibles_par(self, auteur: Auteur, contrat: Contrat) -> Self:
        """The notes on files that this author instructs: its organisation's, and those shared; a withdrawn one is gone."""
        tenus = roles(auteur, contrat)
        dossiers = Dossier.objects.instruits_par(auteur, contrat).values("pk")
        lisibles = self.filter(dossier__in=dossiers, retiree_le__isnull=True)
        if tenus.administre:
            return lisibles
        deliberes = Dossier.objects.deliberes_par(auteur, contrat).values("pk")
        return lisibles.filter(
            Q(partage=PartageNote.INSTRUCTEURS, dossier__in=deliberes)
            | Q(organisme__in=tenus.organismes_instructeurs)
            | Q(auteur=auteur.utilisateur)
        )


class NoteInterne(models.Model):
    """What somebody wrote on a file for its colleagues; the porteur never reads it."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="notes_internes", verbose_name="dossier")
    auteur = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="notes_internes", verbose_name="auteur"
    )
    organisme = models.ForeignKey(Organisme, models.PROTECT, related_name="+", verbose_name="au titre de")
    partage = models.CharField("lue par", max_length=12, choices=PartageNote, default=PartageNote.ORGANISME)
    texte = models.TextField("texte")
    mentions: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        through="Mention",
        blank=True,
        related_name="notes_qui_mentionnent",
        verbose_name="personnes prévenues",
    )
    ecrite_le = models.DateTimeField("écrite le")
    retiree_le = models.DateTimeField("retirée le", null=True, blank=True)

    objects = NoteInterneQuerySet.as_manager()

    class Meta:
        verbose_name = "note interne"
        verbose_name_plural = "notes internes"
        ordering = ["dossier", "ecrite_le"]

    def __str__(self) -> str:
        return f"Note sur {self.dossier.numero}"

    @property
    def contrat_id(self) -> int:
        return self.dossier.contrat_id


class Mention(models.Model):
    """Somebody named in a note: told by e-mail, and it stays among its tasks until read."""

    note = models.ForeignKey(NoteInterne, models.CASCADE, related_name="prevenues", verbose_name="note")
    utilisateur = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="mentions", verbose_name="personne"
    )
    lue_le = models.DateTimeField("lue le", null=True, blank=True)

    class Meta:
        verbose_name = "mention"
        verbose_name_plural = "mentions"
        ordering = ["note", "utilisateur"]
        constraints = [
            models.UniqueConstraint(
                fields=["note", "utilisateur"],
                name="programmation_mention_unique",
                violation_error_message="Cette personne est déjà prévenue par cette note.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.utilisateur}, {self.note}"


class Visite(models.Model):
    """When a person last looked at a file: what has changed since is shown to it."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="visites", verbose_name="dossier")
    utilisateur = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="visites", verbose_name="personne"
    )
    vu_le = models.DateTimeField("vu le")
    precedente_le = models.DateTimeField("vu auparavant le", null=True, blank=True)

    class Meta:
        verbose_name = "visite"
        verbose_name_plural = "visites"
        ordering = ["-vu_le"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "utilisateur"],
                name="programmation_visite_unique",
                violation_error_message="Cette visite est déjà connue.",
            ),
            models.CheckConstraint(
                condition=Q(precedente_le__isnull=True) | Q(precedente_le__lte=F("vu_le")),
                name="programmation_visite_dates_en_ordre",
                violation_error_message="La visite précédente vient avant la dernière.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.utilisateur}, {self.dossier.numero}"
