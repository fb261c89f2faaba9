"""A file: one action of one porteur for one year."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.etats import ModeleAEtats
from commun.recherche import champ_de_recherche, mots
from contrats.etats import Role
from contrats.models import Contrat, Engagement, NatureOrientation, Objectif, Orientation, ThemeP147
from contrats.permissions import ROLES_INSTRUCTEURS, Limites, roles
from geographie.models import Commune, VersionPerimetre

from ..etats import DOSSIER_DU_COPIL, TRANSITIONS_DOSSIER, EtatDossier, QualiteAvis
from .campagne import Campagne
from .convention import Convention
from .dispositif import Dispositif


class NatureDossier(models.TextChoices):
    ACTION = "action", "Action annuelle"
    TRANCHE_CPO = "tranche_cpo", "Tranche de CPO"


class CaractereDossier(models.TextChoices):
    NOUVELLE = "nouvelle", "Nouvelle action"
    RECONDUITE = "reconduite", "Reconduction"


class ObjetDossier(models.TextChoices):
    """What the money is for (CERFA 12156, first page)."""

    ACTION = "action", "Une action"
    FONCTIONNEMENT = "fonctionnement", "Le fonctionnement global"


class OrigineDossier(models.TextChoices):
    """How a file came in; what was imported is not asked again."""

    PILOTVILLE = "pilotville", "Déposé dans Pilotville"
    DAUPHIN = "dauphin", "Importé de Dauphin"
    TABLEUR = "tableur", "Importé d’un tableur"


class DossierQuerySet(models.QuerySet["Dossier"]):
    def visibles_par(self, auteur: Auteur, contrat: Contrat) -> Self:
        """The files of `contrat` that this author may see (docs/regles.md).

        Those that it instructs, and a porteur its own, drafts included; a COPIL member and others see none.
        """
        tenus = roles(auteur, contrat)
        if not tenus.organismes_porteurs:
            return self.instruits_par(auteur, contrat)
        siens = Q(contrat=contrat, porteur__in=tenus.organismes_porteurs)
        if not tenus.instruit:
            return self.filter(siens)
        return self.filter(siens | Q(pk__in=Dossier.objects.instruits_par(auteur, contrat).values("pk")))

    def instruits_par(self, auteur: Auteur, contrat: Contrat) -> Self:
        """The deposited files of `contrat` on which this author works before the decision.

        All of them for the contract's team, those that ask it for money or on which its opinion is asked for a funder;
        within the limits of each habilitation. The product itself and an administrator see drafts too. A person withdrawn
        from a file works on it no more, whatever its roles.
        """
        du_contrat = self.filter(contrat=contrat)
        if deportes := deports_de(auteur, contrat):
            du_contrat = du_contrat.exclude(pk__in=deportes)
        tenus = roles(auteur, contrat)
        if tenus.administre:
            return du_contrat
        droits = Q(pk__in=[])
        for habilitation in tenus.habilitations:
            if habilitation.role not in ROLES_INSTRUCTEURS:
                continue
            droit = ~Q(etat=EtatDossier.BROUILLON) & _dans(habilitation.limites)
            if habilitation.role in (Role.INSTRUCTEUR, Role.DECIDEUR):
                siens = [habilitation.organisme_id]
                droit &= Q(pk__in=sollicitant(siens)) | Q(pk__in=consultant(siens))
            droits |= droit
        return du_contrat.filter(droits)

    def deliberes_par(self, auteur: Auteur, contrat: Contrat) -> Self:
        """Those of `instruits_par` on which this author works with the team and the funders: it is one of them.

        An organisation whose opinion alone is asked reads neither what they write to each other nor their scores.
        """
        instruits = self.instruits_par(auteur, contrat)
        tenus = roles(auteur, contrat)
        if tenus.administre or not tenus.instruit_pour_un_financeur_seulement:
            return instruits
        return instruits.filter(pk__in=sollicitant(tenus.organismes_instructeurs))

    def ouverts_a(self, auteur: Auteur, contrat: Contrat) -> Self:
        """Those whose request this author may read: the files that it sees and, for the team, the drafts that the
        team itself began for a porteur or to try the form."""
        vus = Q(pk__in=Dossier.objects.visibles_par(auteur, contrat).values("pk"))
        if roles(auteur, contrat).pilote:
            vus |= Q(contrat=contrat, etat=EtatDossier.BROUILLON, saisi_par_organisme__isnull=False)
        return self.filter(vus)

    def avec_etat_vu(self, auteur: Auteur, contrat: Contrat) -> Any:  # the type of annotated rows
        """Adds `etat_vu`: the state as this author may know it.

        What the COPIL said stays « en instruction » for the porteur until a first funder has notified its decision.
        """
        tenus = roles(auteur, contrat)
        if tenus.administre or not tenus.organismes_porteurs:
            return self.annotate(etat_vu=F("etat"))
        annonces = Dossier.objects.filter(demandes__notifie_le__isnull=False)
        secret = Q(etat__in=DOSSIER_DU_COPIL) & ~Q(pk__in=annonces.values("pk"))
        if tenus.instruit:
            secret &= ~Q(pk__in=Dossier.objects.instruits_par(auteur, contrat).values("pk"))
        return self.annotate(
            etat_vu=Case(When(secret, then=Value(EtatDossier.EN_INSTRUCTION.value)), default=F("etat"))
        )

    def cherches(self, texte: str) -> Self:
        """Those whose number, title or porteur holds each word of `texte`, accents and case aside."""
        return self.filter(*(Q(recherche__contains=mot) | Q(porteur__recherche__contains=mot) for mot in mots(texte)))

    def sollicitant(self, financeur: Organisme) -> Self:
        """Those that ask `financeur` for money."""
        return self.filter(pk__in=sollicitant([financeur.pk]))


def deports_de(auteur: Auteur, contrat: Contrat) -> frozenset[int]:
    """The files (by key) from which this person is withdrawn today; read once per request, as its roles are.

    Neither the product nor an organisation's key has interests of its own.
    """
    personne = auteur.utilisateur
    if personne is None or not personne.is_authenticated:
        return frozenset()
    connus: dict[int, frozenset[int]] = personne.__dict__.setdefault(DEPORTS_CONNUS, {})
    if contrat.pk not in connus:
        deports = personne.deports.filter(dossier__contrat=contrat, leve_le__isnull=True)
        connus[contrat.pk] = frozenset(deports.values_list("dossier", flat=True))
    return connus[contrat.pk]


# Under this name a person's object remembers `deports_de`; an act that changes them forgets it.
DEPORTS_CONNUS = "_deports_connus"


def sollicitant(financeurs: Iterable[int]) -> models.QuerySet[Any]:
    """Numbers of the files that ask one of these funders for money: asked as a set, so that no file comes twice."""
    demandes: Any = Dossier._meta.get_field("demandes").related_model
    return demandes._default_manager.filter(financeur__in=list(financeurs)).values("dossier")


def consultant(organismes: Iterable[int]) -> models.QuerySet[Any]:
    """Numbers of the files on which the opinion of one of these organisations is asked, as organisations."""
    sollicitations: Any = Dossier._meta.get_field("sollicitations").related_model
    demandees = sollicitations._default_manager.filter(organisme__in=list(organismes), qualite=QualiteAvis.ORGANISME)
    return demandees.values("dossier")


def _dans(limites: Limites) -> Q:
    """Files within the limits of an habilitation: one of its places, and one of its orientations."""
    lieux = limites.lieux(commune="commune", communes_du_perimetre="version__communes", perimetre="version__perimetre")
    dans = Q(pk__in=Localisation.objects.filter(lieux).values("dossier")) if lieux else Q()
    return dans & Q(orientation__in=limites.orientations) if limites.orientations else dans


class Dossier(ModeleAEtats):
    """One action for one year. One principal orientation and one P147 theme carry the euros, others are not summed."""

    TRANSITIONS = TRANSITIONS_DOSSIER

    contrat = models.ForeignKey(Contrat, models.PROTECT, related_name="dossiers", verbose_name="contrat")
    campagne = models.ForeignKey(Campagne, models.PROTECT, related_name="dossiers", verbose_name="campagne")
    numero = models.CharField("numéro", max_length=20)
    etat = models.CharField("état", max_length=15, choices=EtatDossier, default=EtatDossier.BROUILLON)
    nature = models.CharField("nature", max_length=15, choices=NatureDossier, default=NatureDossier.ACTION)
    caractere = models.CharField(
        "caractère", max_length=12, choices=CaractereDossier, default=CaractereDossier.NOUVELLE
    )
    dispositif = models.ForeignKey(Dispositif, models.PROTECT, related_name="dossiers", verbose_name="dispositif")
    convention = models.ForeignKey(
        Convention, models.PROTECT, null=True, blank=True, related_name="dossiers", verbose_name="convention"
    )
    precedent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="suites", verbose_name="dossier de l’an passé"
    )
    porteur = models.ForeignKey(Organisme, models.PROTECT, related_name="dossiers", verbose_name="porteur")
    intitule = models.CharField("intitulé", max_length=250)
    resume = models.TextField("résumé", blank=True)
    besoin = models.TextField("besoin auquel l’action répond", blank=True)
    droit_commun_insuffisant = models.TextField("pourquoi le droit commun ne suffit pas", blank=True)
    orientation = models.ForeignKey(
        Orientation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="dossiers",
        limit_choices_to={"nature": NatureOrientation.THEMATIQUE},
        verbose_name="orientation principale",
    )
    theme_p147 = models.ForeignKey(
        ThemeP147, models.PROTECT, null=True, blank=True, related_name="dossiers", verbose_name="thème P147"
    )
    axes_transversaux: models.ManyToManyField[Orientation, Any] = models.ManyToManyField(
        Orientation,
        blank=True,
        related_name="dossiers_transversaux",
        limit_choices_to={"nature": NatureOrientation.TRANSVERSALE},
        verbose_name="axes transversaux",
    )
    objectifs: models.ManyToManyField[Objectif, Any] = models.ManyToManyField(
        Objectif, blank=True, related_name="dossiers", verbose_name="objectifs"
    )
    engagements: models.ManyToManyField[Engagement, Any] = models.ManyToManyField(
        Engagement, blank=True, related_name="dossiers", verbose_name="engagements servis"
    )
    objet = models.CharField("objet de la demande", max_length=15, choices=ObjetDossier, default=ObjetDossier.ACTION)
    buts = models.TextField("objectifs de l’action", blank=True)
    lieu = models.CharField("lieux de réalisation", max_length=300, blank=True)
    moyens = models.TextField("moyens humains et matériels", blank=True)
    partenaires = models.TextField("partenaires de l’action", blank=True)
    calendrier = models.TextField("calendrier", blank=True)
    evaluation = models.TextField("comment l’action sera évaluée", blank=True)
    debut = models.DateField("début", null=True, blank=True)
    fin = models.DateField("fin", null=True, blank=True)
    beneficiaires = models.PositiveIntegerField("public attendu (personnes)", null=True, blank=True)
    beneficiaires_qpv = models.PositiveIntegerField("dont habitants des QPV", null=True, blank=True)
    femmes = models.PositiveIntegerField("dont femmes", null=True, blank=True)
    hommes = models.PositiveIntegerField("dont hommes", null=True, blank=True)
    sexe_inconnu = models.PositiveIntegerField("dont sexe non renseigné", null=True, blank=True)
    jeunes = models.PositiveIntegerField("dont 12 à 25 ans", null=True, blank=True)
    cout_total = models.DecimalField("coût total de l’action (€)", max_digits=12, decimal_places=2, default=0)
    instructeur = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="dossiers_suivis",
        verbose_name="suivi par",
    )
    origine = models.CharField("origine", max_length=12, choices=OrigineDossier, default=OrigineDossier.PILOTVILLE)
    numero_externe = models.CharField("numéro dans l’autre téléservice", max_length=40, blank=True)
    essai = models.BooleanField("essai de l’équipe, avant l’ouverture", default=False)
    saisi_par_organisme = models.ForeignKey(
        Organisme, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="commencé pour le porteur par"
    )
    cree_le = models.DateTimeField("créé le", auto_now_add=True)
    cree_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="créé par"
    )
    depose_le = models.DateTimeField("déposé le", null=True, blank=True)
    fictif = models.BooleanField("donnée fictive", default=False)
    recherche = champ_de_recherche("intitule", "numero")  # the title first: it is also how the table sorts

    objects = DossierQuerySet.as_manager()

    class Meta:
        verbose_name = "dossier"
        verbose_name_plural = "dossiers"
        ordering = ["campagne", "numero"]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "numero"],
                name="programmation_dossier_numero_unique",
                violation_error_message="Un dossier du contrat porte déjà ce numéro.",
            ),
            models.CheckConstraint(
                condition=Q(etat__in=[EtatDossier.BROUILLON, EtatDossier.RETIRE])
                | Q(orientation__isnull=False, theme_p147__isnull=False, depose_le__isnull=False),
                name="programmation_dossier_depose_complet",
                violation_error_message="Un dossier déposé a une orientation, un thème P147 et une date de dépôt.",
            ),
            models.CheckConstraint(
                condition=Q(debut__isnull=True) | Q(fin__isnull=True) | Q(fin__gte=F("debut")),
                name="programmation_dossier_dates_en_ordre",
                violation_error_message="La fin de l’action vient après son début.",
            ),
            models.CheckConstraint(
                condition=Q(beneficiaires_qpv__isnull=True)
                | Q(beneficiaires__isnull=True)
                | Q(beneficiaires_qpv__lte=F("beneficiaires")),
                name="programmation_dossier_public_qpv",
                violation_error_message="Le public habitant en QPV ne dépasse pas le public total (S-17).",
            ),
            models.CheckConstraint(
                condition=Q(nature=NatureDossier.TRANCHE_CPO, convention__isnull=False)
                | Q(nature=NatureDossier.ACTION),
                name="programmation_dossier_tranche_a_convention",
                violation_error_message="Une tranche de CPO vient de sa convention (C-03).",
            ),
            models.CheckConstraint(
                condition=Q(caractere=CaractereDossier.RECONDUITE) | Q(precedent__isnull=True),
                name="programmation_dossier_precedent_si_reconduit",
                violation_error_message="Seule une reconduction a un dossier de l’an passé.",
            ),
            models.UniqueConstraint(
                fields=["campagne", "numero_externe", "porteur"],
                condition=~Q(numero_externe=""),
                name="programmation_dossier_externe_unique",
                violation_error_message="Ce dossier de l’autre téléservice est déjà importé pour ce porteur (S-16).",
            ),
            models.CheckConstraint(
                condition=Q(essai=False) | Q(etat__in=[EtatDossier.BROUILLON, EtatDossier.RETIRE]),
                name="programmation_dossier_essai_jamais_depose",
                violation_error_message="Un essai ne se dépose pas : il disparaît à l’ouverture de la campagne.",
            ),
            models.CheckConstraint(
                condition=Q(cout_total__gte=0),
                name="programmation_dossier_cout_positif",
                violation_error_message="Le coût d’une action n’est pas négatif.",
            ),
        ]
        indexes = [
            models.Index(fields=["campagne", "numero"], name="programmation_dossier_numero"),
            # The first cards of each column of the kanban, without sorting the others.
            models.Index(fields=["campagne", "etat", "numero"], name="programmation_dossier_etat"),
            models.Index(fields=["campagne", "recherche"], name="programmation_dossier_tri"),
        ]

    def __str__(self) -> str:
        return f"{self.numero} {self.intitule}"

    def est_dans(self, limites: Limites) -> bool:
        """True when the file lies within the limits of an habilitation; asked once per copy of the file."""
        if limites == Limites():
            return True
        connus: dict[Limites, bool] = self.__dict__.setdefault("_limites_connues", {})
        if limites not in connus:
            connus[limites] = Dossier.objects.filter(_dans(limites), pk=self.pk).exists()
        return connus[limites]


def retenir_les_limites(dossiers: Iterable[Dossier], limites: Iterable[Limites]) -> None:
    """Ask once, for many files, what `est_dans` would ask of each; one query per kind of limits."""
    dossiers = list(dossiers)
    for limite in {*limites} - {Limites()}:
        dedans = set(
            Dossier.objects.filter(_dans(limite), pk__in=[d.pk for d in dossiers]).values_list("pk", flat=True)
        )
        for dossier in dossiers:
            dossier.__dict__.setdefault("_limites_connues", {})[limite] = dossier.pk in dedans


class ModeLocalisation(models.TextChoices):
    PERIMETRE = "perimetre", "Un périmètre"
    ENSEMBLE_QPV = "ensemble_qpv", "Ensemble des QPV"
    NON_TERRITORIALISE = "non_territorialise", "Non territorialisé"


class LocalisationQuerySet(models.QuerySet["Localisation"]):
    def dans(self, commune: Commune) -> Self:
        """The places of this commune, perimeters given without a commune and lying on it included."""
        return self.filter(Q(commune=commune) | Q(commune__isnull=True, version__communes=commune))


class Localisation(models.Model):
    """A share of the action in one place; the shares of a file add up to 100 % (S-17)."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="localisations", verbose_name="dossier")
    mode = models.CharField("mode", max_length=20, choices=ModeLocalisation, default=ModeLocalisation.PERIMETRE)
    version = models.ForeignKey(
        VersionPerimetre, models.PROTECT, null=True, blank=True, related_name="localisations", verbose_name="périmètre"
    )
    commune = models.ForeignKey(
        Commune, models.PROTECT, null=True, blank=True, related_name="localisations", verbose_name="commune"
    )
    part = models.DecimalField("part (%)", max_digits=5, decimal_places=2)

    objects = LocalisationQuerySet.as_manager()

    class Meta:
        verbose_name = "localisation"
        verbose_name_plural = "localisations"
        ordering = ["dossier", "-part"]
        constraints = [
            models.CheckConstraint(
                condition=Q(part__gt=0, part__lte=100),
                name="programmation_localisation_part",
                violation_error_message="Une part va de 0 (exclu) à 100 %.",
            ),
            models.CheckConstraint(
                condition=(Q(mode=ModeLocalisation.PERIMETRE) & (Q(version__isnull=False) | Q(commune__isnull=False)))
                | (~Q(mode=ModeLocalisation.PERIMETRE) & Q(version__isnull=True, commune__isnull=True)),
                name="programmation_localisation_lieu_selon_mode",
                violation_error_message="Indiquez un périmètre ou une commune, ou bien « Ensemble des QPV ».",
            ),
            models.UniqueConstraint(
                fields=["dossier", "mode", "version", "commune"],
                nulls_distinct=False,
                name="programmation_localisation_unique",
                violation_error_message="Ce lieu est déjà dans la répartition.",
            ),
        ]

    def __str__(self) -> str:
        lieu = self.version or self.commune or self.get_mode_display()
        return f"{lieu} : {self.part} %"
