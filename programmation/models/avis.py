"""An opinion on a file."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from acteurs.models import Organisme
from commun.auteur import Auteur
from contrats.etats import Role
from contrats.models import Comite, Contrat
from contrats.permissions import roles

from ..etats import DOSSIER_EN_COURS, QualiteAvis, SensAvis
from .dossier import Dossier

# Who answers, among the people of the organisation that is asked; for a group, those who lead it.
REPONDENT = {
    QualiteAvis.ORGANISME: (Role.INSTRUCTEUR, Role.DECIDEUR, Role.SIGNATAIRE),
    QualiteAvis.DELEGUE: (Role.DELEGUE_PREFET,),
    QualiteAvis.GROUPE: (Role.CHEF_DE_PROJET, Role.DELEGUE_PREFET),
    QualiteAvis.CONSEIL: (Role.CONSEIL_CITOYEN,),
}
# Those who sit in a group read what it is asked about.
ROLES_DES_GROUPES = (Role.INSTRUCTEUR, Role.DECIDEUR, Role.SIGNATAIRE, Role.DELEGUE_PREFET)


class Avis(models.Model):
    """What one organisation thinks of a file; it decides nothing."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="avis", verbose_name="dossier")
    organisme = models.ForeignKey(Organisme, models.PROTECT, related_name="avis", verbose_name="organisme")
    qualite = models.CharField("en qualité de", max_length=10, choices=QualiteAvis, default=QualiteAvis.ORGANISME)
    comite = models.ForeignKey(
        Comite, models.PROTECT, null=True, blank=True, related_name="avis", verbose_name="groupe qui rend l’avis"
    )
    sens = models.CharField("sens", max_length=12, choices=SensAvis)
    texte = models.TextField("avis", blank=True)
    rendu_le = models.DateTimeField("rendu le")
    rendu_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="rendu par"
    )
    saisi_par_organisme = models.ForeignKey(
        Organisme, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="saisi pour son compte par"
    )
    fictif = models.BooleanField("donnée fictive", default=False)

    class Meta:
        verbose_name = "avis"
        verbose_name_plural = "avis"
        ordering = ["dossier", "organisme"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "organisme", "qualite", "comite"],
                nulls_distinct=False,
                name="programmation_avis_un_par_organisme",
                violation_error_message="Cet organisme a déjà rendu un avis sur ce dossier : modifiez-le.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisme.nom_court} : {self.get_sens_display().lower()}"

    @property
    def contrat_id(self) -> int:
        return self.dossier.contrat_id


class SollicitationAvisQuerySet(models.QuerySet["SollicitationAvis"]):
    def en_attente(self) -> Self:
        """Those that nobody has answered, on files that still take opinions."""
        return self.filter(avis__isnull=True, dossier__etat__in=DOSSIER_EN_COURS)

    def adressees_a(self, auteur: Auteur, contrat: Contrat) -> Self:
        """Those that this author is expected to answer for its organisation; a group's, for its délégués du préfet."""
        tenus = roles(auteur, contrat)
        adressees = Q(pk__in=[])
        for qualite, attendus in REPONDENT.items():
            if qualite == QualiteAvis.GROUPE:
                if tenus.tient(Role.DELEGUE_PREFET):
                    adressees |= Q(
                        qualite=qualite, dossier__in=Dossier.objects.instruits_par(auteur, contrat).values("pk")
                    )
            elif siens := tenus.organismes(*attendus):
                adressees |= Q(qualite=qualite, organisme__in=siens)
        return self.filter(adressees, dossier__contrat=contrat)

    def lisibles_par(self, auteur: Auteur, contrat: Contrat) -> Self:
        """Those whose file this author reads because of them: asked, sitting in the group that is asked, or of the team."""
        tenus = roles(auteur, contrat)
        if tenus.administre:
            return self.filter(dossier__contrat=contrat)
        lisibles = Q(pk__in=SollicitationAvis.objects.adressees_a(auteur, contrat).values("pk"))
        if siegent := tenus.organismes(*ROLES_DES_GROUPES):
            lisibles |= Q(comite__in=Comite.objects.filter(membres__organisme__in=siegent, membres__invite=False))
        if tenus.pilote:
            lisibles |= Q(dossier__in=Dossier.objects.instruits_par(auteur, contrat).values("pk"))
        return self.filter(lisibles, dossier__contrat=contrat)


class SollicitationAvis(models.Model):
    """An opinion asked from a commune, a délégué, a group or a conseil citoyen, for a day; it opens the file to them."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="sollicitations", verbose_name="dossier")
    organisme = models.ForeignKey(Organisme, models.PROTECT, related_name="sollicitations", verbose_name="organisme")
    qualite = models.CharField("en qualité de", max_length=10, choices=QualiteAvis, default=QualiteAvis.ORGANISME)
    comite = models.ForeignKey(
        Comite, models.PROTECT, null=True, blank=True, related_name="sollicitations", verbose_name="groupe"
    )
    question = models.CharField("ce qui est demandé", max_length=400, blank=True)
    echeance = models.DateField("réponse attendue le")
    demandee_le = models.DateTimeField("demandée le")
    demandee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="demandée par"
    )
    annoncee_le = models.DateTimeField("annoncée le", null=True, blank=True)
    relancee_le = models.DateTimeField("relancée le", null=True, blank=True)
    avis = models.OneToOneField(
        Avis, models.SET_NULL, null=True, blank=True, related_name="sollicitation", verbose_name="avis rendu"
    )

    objects = SollicitationAvisQuerySet.as_manager()

    class Meta:
        verbose_name = "demande d’avis"
        verbose_name_plural = "demandes d’avis"
        ordering = ["dossier", "echeance"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "organisme", "qualite", "comite"],
                nulls_distinct=False,
                name="programmation_sollicitation_unique",
                violation_error_message="Cet avis est déjà demandé sur ce dossier.",
            ),
        ]
        indexes = [models.Index(fields=["organisme", "dossier"], name="programmation_sollic_organisme")]

    def __str__(self) -> str:
        return f"Avis demandé {self.organisme.a_nom} sur {self.dossier.numero}"

    @property
    def contrat_id(self) -> int:
        return self.dossier.contrat_id

    @property
    def a_qui(self) -> str:
        """Who is asked, in words."""
        if self.comite is not None:
            return self.comite.nom
        return nom_selon_la_qualite(self.organisme, self.qualite)


def nom_selon_la_qualite(organisme: Organisme, qualite: str) -> str:
    """How an organisation that gives an opinion is called: the délégué stands beside the State's own."""
    return f"{organisme.nom_court} (délégué du préfet)" if qualite == QualiteAvis.DELEGUE else organisme.nom_court
