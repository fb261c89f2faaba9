"""Factories of calls for projects, files, requests and envelopes, coherent with one another.

`DossierFactory(contrat=…)` takes the contract's own campaign; a request that consumes its envelope is counted in it.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import factory
from django.db.models import F
from django.utils import timezone
from factory.django import DjangoModelFactory

from acteurs.models import TypePiece
from contrats.models import NatureMoyens
from geographie.models import TypePerimetre
from programmation.etats import (
    DEMANDE_FERME,
    EtatAccompagnement,
    EtatBesoin,
    EtatCampagne,
    EtatCandidature,
    EtatCourrier,
    EtatDemande,
    EtatDossier,
    EtatEnveloppe,
    EtatExamen,
    EtatImport,
    EtatIntention,
    EtatScenario,
    GenreCourrier,
    SensAvis,
)
from programmation.models import (
    Accompagnement,
    Attestation,
    Avis,
    AvisIntention,
    Besoin,
    BudgetOrganisme,
    BudgetPrevisionnel,
    CalendrierDispositif,
    Campagne,
    CanalDepot,
    Candidature,
    CaractereDossier,
    Convention,
    CorrespondanceColonnes,
    Courrier,
    CritereCampagne,
    DemandeDeComplement,
    DemandeFinancement,
    DepartScenario,
    Deport,
    Dispositif,
    Dossier,
    Eligibilite,
    EligibilitePerimetre,
    Enveloppe,
    Envoi,
    Etape,
    EtapeCampagne,
    ExamenDossier,
    FamilleDispositif,
    FicheInvestissement,
    FicheProximite,
    FicheVacances,
    Formulaire,
    GenreAttestation,
    GenreMouvement,
    GenreVersion,
    ImportDossiers,
    IndicateurAction,
    IndicateurPrevu,
    Intention,
    LigneBudget,
    LigneBudgetOrganisme,
    LigneScenario,
    Localisation,
    LotDeCourriers,
    Mention,
    Message,
    ModeleCourrier,
    ModeLocalisation,
    MontantExamine,
    MouvementEnveloppe,
    NatureDossier,
    Notation,
    NoteCritere,
    NoteInterne,
    OrigineDossier,
    OuvertureTardive,
    PageEcrite,
    PeriodeVacances,
    PieceDossier,
    PieceRequise,
    PisteDeFinancement,
    PointAVerifier,
    PointVerifie,
    PublicParAge,
    QuestionVacances,
    ReleveDeDecisions,
    Scenario,
    Section,
    SensLigne,
    SensMessage,
    SollicitationAvis,
    SourceImport,
    TrancheAge,
    TypeConvention,
    Vacances,
    VersionDossier,
    Visite,
    VueEnregistree,
)

from .acteurs import OrganismeFactory, UtilisateurFactory
from .commun import FichierFactory
from .contrats import (
    ActeDecisionFactory,
    ContratFactory,
    OrientationFactory,
    ReunionFactory,
    ThemeP147Factory,
)
from .geographie import VersionPerimetreFactory


class DispositifFactory(DjangoModelFactory):
    """The national yearly call."""

    code = factory.Sequence(lambda n: f"AAP-{n}")
    nom = factory.Sequence(lambda n: f"Appel à projets politique de la ville {n}")
    famille = FamilleDispositif.AAP

    class Meta:
        model = Dispositif

    class Params:
        sip = factory.Trait(
            famille=FamilleDispositif.SIP,
            nom="Soutien aux initiatives de proximité",
            plafond=Decimal(5000),
            permanent=True,
            formulaire=Formulaire.FICHE,
        )
        ami = factory.Trait(famille=FamilleDispositif.AMI, nom="Appel à manifestation d’intérêt")
        reserve = factory.Trait(famille=FamilleDispositif.RESERVE, nom="Réserve au fil de l’eau", permanent=True)
        fonds_de_concours = factory.Trait(
            famille=FamilleDispositif.FONDS_DE_CONCOURS,
            nom="Fonds de concours",
            section=Section.INVESTISSEMENT,
            formulaire=Formulaire.INVESTISSEMENT,
            permanent=True,
        )
        nqe = factory.Trait(
            famille=FamilleDispositif.VACANCES,
            nom="Nos quartiers d’été",
            questions=list(QuestionVacances.values),
            vacances=[Vacances.JUILLET.value, Vacances.AOUT.value],
        )


class CampagneFactory(DjangoModelFactory):
    """The campaign of 2026, one per contract and year: asked twice, it is the same."""

    contrat = factory.SubFactory(ContratFactory)
    annee = 2026
    nom = factory.LazyAttribute(lambda o: f"Programmation {o.annee}")
    ouverte_le = factory.LazyAttribute(lambda o: date(o.annee - 1, 10, 1))
    limite_depot = factory.LazyAttribute(lambda o: date(o.annee - 1, 12, 15))
    copil_prevu_le = factory.LazyAttribute(lambda o: date(o.annee, 4, 10))

    class Meta:
        model = Campagne
        django_get_or_create = ("contrat", "annee")

    class Params:
        preparation = factory.Trait(etat=EtatCampagne.PREPARATION)
        essai = factory.Trait(etat=EtatCampagne.ESSAI)
        close = factory.Trait(etat=EtatCampagne.CLOSE)


class ConventionFactory(DjangoModelFactory):
    """A CPO of three years; `annuelle` a convention of one."""

    contrat = factory.SubFactory(ContratFactory)
    numero = factory.Sequence(lambda n: f"CPO-{n}")
    type = TypeConvention.CPO
    porteur = factory.SubFactory(OrganismeFactory)
    premiere_annee = 2025
    derniere_annee = 2027

    class Meta:
        model = Convention

    class Params:
        annuelle = factory.Trait(type=TypeConvention.ANNUELLE, derniere_annee=factory.SelfAttribute("premiere_annee"))


class DossierFactory(DjangoModelFactory):
    """A draft, complete enough to be deposited; one trait per state of `EtatDossier`."""

    campagne = factory.SubFactory(CampagneFactory)
    contrat = factory.SelfAttribute("campagne.contrat")
    numero = factory.LazyAttributeSequence(lambda o, n: f"{o.campagne.annee}-{n:04d}")
    dispositif = factory.SubFactory(DispositifFactory)
    porteur = factory.SubFactory(OrganismeFactory)
    intitule = factory.Sequence(lambda n: f"Ateliers d’été au pied des tours {n}")
    orientation = factory.SubFactory(OrientationFactory, contrat=factory.SelfAttribute("..contrat"))
    theme_p147 = factory.SubFactory(ThemeP147Factory)
    debut = factory.LazyAttribute(lambda o: date(o.campagne.annee, 1, 1))
    fin = factory.LazyAttribute(lambda o: date(o.campagne.annee, 12, 31))
    beneficiaires = 80
    beneficiaires_qpv = 60
    cout_total = Decimal("20000.00")

    class Meta:
        model = Dossier
        skip_postgeneration_save = True

    class Params:
        depose = factory.Trait(
            etat=EtatDossier.DEPOSE,
            depose_le=factory.LazyAttribute(lambda o: datetime(o.campagne.annee - 1, 12, 1, 9, tzinfo=UTC)),
        )
        sans_manque = factory.Trait(
            # Deposited in Dauphin: what the form asks was given there, and no check finds anything missing.
            depose=True,
            origine=OrigineDossier.DAUPHIN,
            porteur=factory.SubFactory(OrganismeFactory, immatricule=True),
        )
        incomplet = factory.Trait(depose=True, etat=EtatDossier.INCOMPLET)
        complet = factory.Trait(depose=True, etat=EtatDossier.COMPLET)
        recevable = factory.Trait(depose=True, etat=EtatDossier.RECEVABLE)
        irrecevable = factory.Trait(depose=True, etat=EtatDossier.IRRECEVABLE)
        en_instruction = factory.Trait(depose=True, etat=EtatDossier.EN_INSTRUCTION)
        programme = factory.Trait(depose=True, etat=EtatDossier.PROGRAMME)
        ajourne = factory.Trait(depose=True, etat=EtatDossier.AJOURNE)
        clos = factory.Trait(depose=True, etat=EtatDossier.CLOS)
        retire = factory.Trait(depose=True, etat=EtatDossier.RETIRE)
        tranche_de_cpo = factory.Trait(
            nature=NatureDossier.TRANCHE_CPO,
            convention=factory.SubFactory(
                ConventionFactory,
                contrat=factory.SelfAttribute("..contrat"),
                porteur=factory.SelfAttribute("..porteur"),
            ),
        )
        reconduit = factory.Trait(
            caractere=CaractereDossier.RECONDUITE,
            precedent=factory.SubFactory(
                "tests.fabriques.programmation.DossierFactory",
                campagne__contrat=factory.SelfAttribute("...contrat"),
                campagne__annee=factory.SelfAttribute("...campagne.annee"),
                porteur=factory.SelfAttribute("..porteur"),
                intitule=factory.SelfAttribute("..intitule"),
                clos=True,
            ),
        )
        localise = factory.Trait(
            lieu=factory.RelatedFactory(
                "tests.fabriques.programmation.LocalisationFactory", factory_related_name="dossier"
            )
        )

    @classmethod
    def _generate(cls, strategy, params):
        if "contrat" in params and "campagne" not in params:
            params = {"campagne__contrat": params["contrat"]} | params
        return super()._generate(strategy, params)


class LocalisationFactory(DjangoModelFactory):
    """The whole action in one QPV; `ensemble_des_qpv` in all of them."""

    dossier = factory.SubFactory(DossierFactory)
    version = factory.SubFactory(VersionPerimetreFactory)
    part = Decimal(100)

    class Meta:
        model = Localisation

    class Params:
        ensemble_des_qpv = factory.Trait(mode=ModeLocalisation.ENSEMBLE_QPV, version=None)
        non_territorialise = factory.Trait(mode=ModeLocalisation.NON_TERRITORIALISE, version=None)


class EnveloppeFactory(DjangoModelFactory):
    """An envelope of 100 000 €, one per funder, year, scheme and nature: asked twice, it is the same."""

    contrat = factory.SubFactory(ContratFactory)
    financeur = factory.SubFactory(OrganismeFactory, departement=True)
    annee = 2026
    dispositif = factory.SubFactory(DispositifFactory)
    nature = NatureMoyens.SPECIFIQUE
    section = factory.SelfAttribute("dispositif.section")
    montant = Decimal("100000.00")

    class Meta:
        model = Enveloppe
        django_get_or_create = ("contrat", "financeur", "annee", "dispositif", "nature", "section")

    class Params:
        notifiee = factory.Trait(etat=EtatEnveloppe.NOTIFIEE)
        depassable = factory.Trait(depassement_autorise=Decimal("10000.00"), motif_depassement="Report de crédits.")


class MouvementEnveloppeFactory(DjangoModelFactory):
    """5 000 € more; `redeploye` from another envelope of the funder."""

    enveloppe = factory.SubFactory(EnveloppeFactory)
    genre = GenreMouvement.ABONDEMENT
    le = date(2026, 2, 1)
    montant = Decimal("5000.00")
    motif = "Notification complémentaire"

    class Meta:
        model = MouvementEnveloppe

    class Params:
        redeploye = factory.Trait(
            genre=GenreMouvement.REDEPLOIEMENT,
            contrepartie=factory.SubFactory(
                EnveloppeFactory,
                contrat=factory.SelfAttribute("..enveloppe.contrat"),
                financeur=factory.SelfAttribute("..enveloppe.financeur"),
            ),
        )


class DemandeFactory(DjangoModelFactory):
    """5 000 € asked of a département on a file in instruction; one trait per state of `EtatDemande`.

    From `programmee` on it has its envelope, whose counters count it.
    """

    dossier = factory.SubFactory(DossierFactory, en_instruction=True)
    financeur = factory.SubFactory(OrganismeFactory, departement=True)
    dispositif = factory.SelfAttribute("dossier.dispositif")
    nature = NatureMoyens.SPECIFIQUE
    montant_demande = Decimal("5000.00")

    class Meta:
        model = DemandeFinancement

    class Params:
        dotee = factory.Trait(
            enveloppe=factory.SubFactory(
                EnveloppeFactory,
                contrat=factory.SelfAttribute("..dossier.contrat"),
                financeur=factory.SelfAttribute("..financeur"),
                annee=factory.SelfAttribute("..dossier.campagne.annee"),
                dispositif=factory.SelfAttribute("..dispositif"),
                nature=factory.SelfAttribute("..nature"),
            )
        )
        proposee = factory.Trait(
            dotee=True, etat=EtatDemande.PROPOSEE, montant_propose=factory.SelfAttribute("montant_demande")
        )
        brouillon = factory.Trait(proposee=True, proposition_partagee=False)
        programmee = factory.Trait(
            proposee=True,
            etat=EtatDemande.PROGRAMMEE,
            montant_programme=factory.SelfAttribute("montant_propose"),
            programme_le=factory.LazyAttribute(lambda o: date(o.dossier.campagne.annee, 4, 10)),
            reunion=factory.SubFactory(
                ReunionFactory,
                comite__contrat=factory.SelfAttribute("...dossier.contrat"),
                le=factory.SelfAttribute("..programme_le"),
            ),
        )
        votee = factory.Trait(
            programmee=True,
            etat=EtatDemande.VOTEE,
            montant_vote=factory.SelfAttribute("montant_programme"),
            acte=factory.SubFactory(
                ActeDecisionFactory,
                contrat=factory.SelfAttribute("..dossier.contrat"),
                organisme=factory.SelfAttribute("..financeur"),
                pris_le=factory.LazyAttribute(lambda o: date(o.factory_parent.dossier.campagne.annee, 6, 15)),
                recu_prefecture_le=factory.SelfAttribute("pris_le"),
            ),
        )
        notifiee = factory.Trait(
            votee=True,
            etat=EtatDemande.NOTIFIEE,
            notifie_le=factory.LazyAttribute(lambda o: date(o.dossier.campagne.annee, 7, 1)),
        )
        conventionnee = factory.Trait(notifiee=True, etat=EtatDemande.CONVENTIONNEE)
        avance_versee = factory.Trait(notifiee=True, etat=EtatDemande.AVANCE_VERSEE)
        soldee = factory.Trait(notifiee=True, etat=EtatDemande.SOLDEE)
        refusee = factory.Trait(etat=EtatDemande.REFUSEE, motif="Hors des priorités du financeur.")
        ajournee = factory.Trait(etat=EtatDemande.AJOURNEE, motif="Budget à préciser.")
        annulee = factory.Trait(etat=EtatDemande.ANNULEE, motif="Action abandonnée par le porteur.")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        demande = super()._create(model_class, *args, **kwargs)
        compteur = {EtatDemande.PROGRAMMEE: "montant_programme"} | dict.fromkeys(DEMANDE_FERME, "montant_vote")
        if champ := compteur.get(demande.etat):
            enveloppe = Enveloppe.objects.filter(pk=demande.enveloppe_id)
            enveloppe.update(**{champ: F(champ) + getattr(demande, champ)})
            demande.enveloppe.refresh_from_db()
        return demande


class AvisFactory(DjangoModelFactory):
    dossier = factory.SubFactory(DossierFactory, en_instruction=True)
    organisme = factory.SubFactory(OrganismeFactory, departement=True)
    sens = SensAvis.FAVORABLE
    rendu_le = factory.LazyFunction(lambda: timezone.now())

    class Meta:
        model = Avis


class BudgetPrevisionnelFactory(DjangoModelFactory):
    """A budget without lines; `equilibre` 20 000 € on each side."""

    dossier = factory.SubFactory(DossierFactory)

    class Meta:
        model = BudgetPrevisionnel
        skip_postgeneration_save = True

    class Params:
        equilibre = factory.Trait(
            charges=factory.RelatedFactory(
                "tests.fabriques.programmation.LigneBudgetFactory", factory_related_name="budget"
            ),
            produits=factory.RelatedFactory(
                "tests.fabriques.programmation.LigneBudgetFactory", factory_related_name="budget", produit=True
            ),
        )


class LigneBudgetFactory(DjangoModelFactory):
    budget = factory.SubFactory(BudgetPrevisionnelFactory)
    sens = SensLigne.CHARGE
    compte = "64"
    libelle = "Charges de personnel"
    montant = 20_000

    class Meta:
        model = LigneBudget

    class Params:
        produit = factory.Trait(sens=SensLigne.PRODUIT, compte="74", libelle="Subventions d’exploitation")


class CanalDepotFactory(DjangoModelFactory):
    """The State takes the yearly call on Dauphin."""

    contrat = factory.SubFactory(ContratFactory)
    dispositif = factory.SubFactory(DispositifFactory)
    financeur = factory.SubFactory(OrganismeFactory, etat=True)
    canal = "dauphin"

    class Meta:
        model = CanalDepot


class EligibilitePerimetreFactory(DjangoModelFactory):
    """A funder that pays in the QPV."""

    contrat = factory.SubFactory(ContratFactory)
    financeur = factory.SubFactory(OrganismeFactory, etat=True)
    type_perimetre = TypePerimetre.QPV

    class Meta:
        model = EligibilitePerimetre


class EtapeCampagneFactory(DjangoModelFactory):
    """The revues de projets."""

    campagne = factory.SubFactory(CampagneFactory)
    etape = Etape.REVUE
    du = factory.LazyAttribute(lambda o: o.campagne.ouverte_le)

    class Meta:
        model = EtapeCampagne


class CritereCampagneFactory(DjangoModelFactory):
    """A criterion noted out of 5."""

    campagne = factory.SubFactory(CampagneFactory)
    libelle = factory.Sequence(lambda n: f"Réponse au besoin du quartier {n}")

    class Meta:
        model = CritereCampagne


class PieceRequiseFactory(DjangoModelFactory):
    """The statutes."""

    campagne = factory.SubFactory(CampagneFactory)
    type = TypePiece.STATUTS

    class Meta:
        model = PieceRequise


class OuvertureTardiveFactory(DjangoModelFactory):
    """Ten days more for one porteur."""

    campagne = factory.SubFactory(CampagneFactory)
    porteur = factory.SubFactory(OrganismeFactory)
    jusqu_au = factory.LazyAttribute(lambda o: o.campagne.limite_depot + timedelta(days=10))
    motif = "Panne du téléservice le dernier jour."
    ouverte_le = datetime(2025, 11, 20, 9, tzinfo=UTC)

    class Meta:
        model = OuvertureTardive


class BudgetOrganismeFactory(DjangoModelFactory):
    """The budget of 2026."""

    organisme = factory.SubFactory(OrganismeFactory)
    annee = 2026

    class Meta:
        model = BudgetOrganisme


class LigneBudgetOrganismeFactory(DjangoModelFactory):
    """Salaries."""

    budget = factory.SubFactory(BudgetOrganismeFactory)
    sens = SensLigne.CHARGE
    compte = "641"
    libelle = "Rémunération des personnels"
    montant = 40_000

    class Meta:
        model = LigneBudgetOrganisme


class SollicitationAvisFactory(DjangoModelFactory):
    """The opinion of a commune is awaited."""

    dossier = factory.SubFactory(DossierFactory, depose=True)
    organisme = factory.SubFactory(OrganismeFactory, commune=True)
    echeance = date(2025, 12, 31)
    demandee_le = datetime(2025, 11, 20, 9, tzinfo=UTC)

    class Meta:
        model = SollicitationAvis


class VersionDossierFactory(DjangoModelFactory):
    """The file as deposited."""

    dossier = factory.SubFactory(DossierFactory, depose=True)
    numero = 1
    genre = GenreVersion.DEPOT
    instantane = factory.SubFactory(FichierFactory)
    ecrite_le = datetime(2025, 11, 20, 9, tzinfo=UTC)

    class Meta:
        model = VersionDossier


class PageEcriteFactory(DjangoModelFactory):
    """The page « L’action », written once by somebody."""

    dossier = factory.SubFactory(DossierFactory)
    page = "action"
    personne = factory.SubFactory(UtilisateurFactory)
    revision = 1
    ecrite_le = datetime(2025, 11, 19, 9, tzinfo=UTC)

    class Meta:
        model = PageEcrite


class AttestationFactory(DjangoModelFactory):
    """The contrat d’engagement républicain is subscribed."""

    dossier = factory.SubFactory(DossierFactory, depose=True)
    genre = GenreAttestation.CER
    version = "2022-01"
    acceptee_le = datetime(2025, 11, 20, 9, tzinfo=UTC)

    class Meta:
        model = Attestation


class PieceDossierFactory(DjangoModelFactory):
    """The account of last year’s action."""

    dossier = factory.SubFactory(DossierFactory, depose=True)
    type = TypePiece.BILAN
    fichier = factory.SubFactory(FichierFactory)
    deposee_le = datetime(2025, 11, 20, 9, tzinfo=UTC)

    class Meta:
        model = PieceDossier


class PublicParAgeFactory(DjangoModelFactory):
    """Thirty children."""

    dossier = factory.SubFactory(DossierFactory, depose=True)
    tranche = TrancheAge.A6_11
    nombre = 30

    class Meta:
        model = PublicParAge


class IndicateurActionFactory(DjangoModelFactory):
    """An indicator of the common library."""

    libelle = factory.Sequence(lambda n: f"Jeunes accompagnés {n}")
    unite = "personnes"

    class Meta:
        model = IndicateurAction


class IndicateurPrevuFactory(DjangoModelFactory):
    """Forty people accompanied."""

    dossier = factory.SubFactory(DossierFactory, depose=True)
    indicateur = factory.SubFactory(IndicateurActionFactory)
    cible = Decimal(40)

    class Meta:
        model = IndicateurPrevu


class DemandeDeComplementFactory(DjangoModelFactory):
    """The team asks for another budget."""

    dossier = factory.SubFactory(DossierFactory, depose=True)
    motif = "Le budget n’est pas équilibré."
    champs = ["budget"]
    echeance = date(2025, 12, 20)
    demandee_le = datetime(2025, 11, 20, 9, tzinfo=UTC)

    class Meta:
        model = DemandeDeComplement


class PointVerifieFactory(DjangoModelFactory):
    """The budget fits the action."""

    dossier = factory.SubFactory(DossierFactory, depose=True)
    point = PointAVerifier.BUDGET
    conforme = True
    verifie_le = datetime(2025, 11, 20, 9, tzinfo=UTC)

    class Meta:
        model = PointVerifie


class NotationFactory(DjangoModelFactory):
    """A first reading, not ended."""

    dossier = factory.SubFactory(DossierFactory, depose=True)
    evaluateur = factory.SubFactory(UtilisateurFactory)
    organisme = factory.SubFactory(OrganismeFactory, epci=True)
    commencee_le = datetime(2025, 11, 20, 9, tzinfo=UTC)

    class Meta:
        model = Notation


class NoteCritereFactory(DjangoModelFactory):
    """Four out of five."""

    notation = factory.SubFactory(NotationFactory)
    critere = factory.SubFactory(CritereCampagneFactory, campagne=factory.SelfAttribute("..notation.dossier.campagne"))
    note = Decimal(4)
    justification = "Diagnostic partagé avec le centre social."

    class Meta:
        model = NoteCritere


class DeportFactory(DjangoModelFactory):
    """Somebody sits on the porteur’s board."""

    dossier = factory.SubFactory(DossierFactory, depose=True)
    utilisateur = factory.SubFactory(UtilisateurFactory)
    motif = "Membre du conseil d’administration du porteur."
    declare_le = datetime(2025, 11, 20, 9, tzinfo=UTC)

    class Meta:
        model = Deport


class NoteInterneFactory(DjangoModelFactory):
    """A note for one’s colleagues."""

    dossier = factory.SubFactory(DossierFactory, depose=True)
    auteur = factory.SubFactory(UtilisateurFactory)
    organisme = factory.SubFactory(OrganismeFactory, epci=True)
    texte = "Vu avec le porteur : le recrutement est prévu en mars."
    ecrite_le = datetime(2025, 11, 20, 9, tzinfo=UTC)

    class Meta:
        model = NoteInterne


class MentionFactory(DjangoModelFactory):
    """A colleague is told."""

    note = factory.SubFactory(NoteInterneFactory)
    utilisateur = factory.SubFactory(UtilisateurFactory)

    class Meta:
        model = Mention


class VisiteFactory(DjangoModelFactory):
    """Somebody looked at the file."""

    dossier = factory.SubFactory(DossierFactory, depose=True)
    utilisateur = factory.SubFactory(UtilisateurFactory)
    vu_le = datetime(2025, 11, 20, 9, tzinfo=UTC)

    class Meta:
        model = Visite


class EnvoiFactory(DjangoModelFactory):
    """A message for many files."""

    campagne = factory.SubFactory(CampagneFactory)
    objet = "Votre dossier {{ numero }}"
    corps = "Bonjour, votre dossier {{ numero }} est en cours d’instruction."
    auteur = factory.SubFactory(UtilisateurFactory)
    demande_le = datetime(2025, 11, 20, 9, tzinfo=UTC)

    class Meta:
        model = Envoi


class MessageFactory(DjangoModelFactory):
    """The team writes to the porteur."""

    dossier = factory.SubFactory(DossierFactory, depose=True)
    sens = SensMessage.AU_PORTEUR
    objet = "Votre dossier"
    texte = "Pouvez-vous préciser le calendrier ?"
    ecrit_le = datetime(2025, 11, 20, 9, tzinfo=UTC)

    class Meta:
        model = Message


class IntentionFactory(DjangoModelFactory):
    """A project told at the meeting of porteurs."""

    campagne = factory.SubFactory(CampagneFactory)
    contrat = factory.SelfAttribute("campagne.contrat")
    porteur = factory.SubFactory(OrganismeFactory)
    intitule = factory.Sequence(lambda n: f"Une fabrique de vélos {n}")
    proposee_le = datetime(2025, 11, 20, 9, tzinfo=UTC)

    class Meta:
        model = Intention

    class Params:
        encouragee = factory.Trait(etat=EtatIntention.ENCOURAGEE)
        reorientee = factory.Trait(etat=EtatIntention.REORIENTEE)
        deconseillee = factory.Trait(etat=EtatIntention.DECONSEILLEE)
        deposee = factory.Trait(etat=EtatIntention.DEPOSEE)
        abandonnee = factory.Trait(etat=EtatIntention.ABANDONNEE)


class AvisIntentionFactory(DjangoModelFactory):
    """A funder finds it eligible."""

    intention = factory.SubFactory(IntentionFactory)
    organisme = factory.SubFactory(OrganismeFactory, caf=True)
    eligibilite = Eligibilite.PROBABLE
    rendu_le = datetime(2025, 11, 20, 9, tzinfo=UTC)

    class Meta:
        model = AvisIntention


class VueEnregistreeFactory(DjangoModelFactory):
    """One’s own view."""

    contrat = factory.SubFactory(ContratFactory)
    utilisateur = factory.SubFactory(UtilisateurFactory)
    nom = factory.Sequence(lambda n: f"Santé à Denain {n}")
    parametres = "etat=en_instruction"

    class Meta:
        model = VueEnregistree


class CorrespondanceColonnesFactory(DjangoModelFactory):
    """Dauphin’s columns."""

    contrat = factory.SubFactory(ContratFactory)
    nom = factory.Sequence(lambda n: f"Export Dauphin {n}")
    source = SourceImport.DAUPHIN

    class Meta:
        model = CorrespondanceColonnes


class ImportDossiersFactory(DjangoModelFactory):
    """A spreadsheet being read."""

    campagne = factory.SubFactory(CampagneFactory)
    fichier = factory.SubFactory(FichierFactory)
    source = SourceImport.DAUPHIN
    depose_le = datetime(2025, 11, 20, 9, tzinfo=UTC)

    class Meta:
        model = ImportDossiers

    class Params:
        pret = factory.Trait(etat=EtatImport.PRET)
        fait = factory.Trait(etat=EtatImport.FAIT)
        abandonne = factory.Trait(etat=EtatImport.ABANDONNE)


class ScenarioFactory(DjangoModelFactory):
    """A draft of the contract's lead for 2026, empty."""

    contrat = factory.SubFactory(ContratFactory)
    annee = 2026
    nom = factory.Sequence(lambda n: f"Priorité santé {n}")
    depart = DepartScenario.VIDE
    organisme = factory.SelfAttribute("contrat.pilote")
    cree_le = datetime(2025, 12, 20, 9, tzinfo=UTC)

    class Meta:
        model = Scenario

    class Params:
        partage = factory.Trait(etat=EtatScenario.PARTAGE)
        promu = factory.Trait(etat=EtatScenario.PROMU, promu_le=datetime(2026, 3, 20, 9, tzinfo=UTC))
        archive = factory.Trait(etat=EtatScenario.ARCHIVE)


class LigneScenarioFactory(DjangoModelFactory):
    """4 000 € tried on a request."""

    demande = factory.SubFactory(DemandeFactory)
    scenario = factory.SubFactory(ScenarioFactory, contrat=factory.SelfAttribute("..demande.dossier.contrat"))
    montant = Decimal("4000.00")

    class Meta:
        model = LigneScenario


class ExamenDossierFactory(DjangoModelFactory):
    """A file under instruction on the list of a COPIL of its contract."""

    dossier = factory.SubFactory(DossierFactory, en_instruction=True)
    reunion = factory.SubFactory(ReunionFactory, comite__contrat=factory.SelfAttribute("...dossier.contrat"))
    ordre = factory.Sequence(lambda n: n + 1)

    class Meta:
        model = ExamenDossier

    class Params:
        retenu = factory.Trait(etat=EtatExamen.RETENU)
        a_arbitrer = factory.Trait(etat=EtatExamen.A_ARBITRER, question="Faut-il garder les deux actions ?")
        ajourne = factory.Trait(etat=EtatExamen.AJOURNE, motif="Budget à préciser.")
        ecarte = factory.Trait(etat=EtatExamen.ECARTE, motif="Hors des priorités.")


class MontantExamineFactory(DjangoModelFactory):
    """3 000 € kept for a request of the file."""

    examen = factory.SubFactory(ExamenDossierFactory)
    demande = factory.SubFactory(DemandeFactory, dossier=factory.SelfAttribute("..examen.dossier"), proposee=True)
    montant = Decimal("3000.00")

    class Meta:
        model = MontantExamine


class ReleveDeDecisionsFactory(DjangoModelFactory):
    """The first version of a record; `publie` to its members."""

    reunion = factory.SubFactory(ReunionFactory)
    version = 1
    fichier = factory.SubFactory(FichierFactory)
    produit_le = factory.LazyFunction(lambda: datetime(2026, 4, 11, 9, tzinfo=UTC))

    class Meta:
        model = ReleveDeDecisions

    class Params:
        publie = factory.Trait(publie_le=datetime(2026, 4, 12, 9, tzinfo=UTC))


class ModeleCourrierFactory(DjangoModelFactory):
    """The common template of grants."""

    contrat = factory.SubFactory(ContratFactory)
    genre = GenreCourrier.OCTROI
    objet = "Votre dossier {{ numero }}"
    corps = "Madame, Monsieur,\n\n{{ montant_vote }} vous sont attribués."
    qualite = "Pour {{ le_financeur }}"
    cree_le = datetime(2026, 6, 20, 9, tzinfo=UTC)

    class Meta:
        model = ModeleCourrier


class LotDeCourriersFactory(DjangoModelFactory):
    """Letters of a département, without an act; `d_un_acte` those of a délibération."""

    campagne = factory.SubFactory(CampagneFactory)
    financeur = factory.SubFactory(OrganismeFactory, departement=True)
    ouvert_le = datetime(2026, 6, 20, 9, tzinfo=UTC)

    class Meta:
        model = LotDeCourriers

    class Params:
        d_un_acte = factory.Trait(
            acte=factory.SubFactory(
                ActeDecisionFactory,
                contrat=factory.SelfAttribute("..campagne.contrat"),
                organisme=factory.SelfAttribute("..financeur"),
            )
        )


class CourrierFactory(DjangoModelFactory):
    """A refusal to be read again; one trait per state of `EtatCourrier`. `demandes` are the rows that it tells."""

    dossier = factory.SubFactory(DossierFactory, programme=True)
    lot = factory.SubFactory(LotDeCourriersFactory, campagne=factory.SelfAttribute("..dossier.campagne"))
    genre = GenreCourrier.REFUS
    modele = factory.SubFactory(
        ModeleCourrierFactory,
        contrat=factory.SelfAttribute("..dossier.contrat"),
        financeur=factory.SelfAttribute("..lot.financeur"),
        genre=factory.SelfAttribute("..genre"),
        version=factory.Sequence(lambda n: n + 1),
        en_vigueur=False,
    )
    reference = factory.Sequence(lambda n: f"2026-{n:04d}-DEP")
    objet = "Suite donnée à votre demande"
    corps = "Madame, Monsieur,\n\nVotre demande n’a pas pu être retenue."
    qualite = "Pour le Département"
    redige_le = factory.SelfAttribute("lot.ouvert_le")

    class Meta:
        model = Courrier
        skip_postgeneration_save = True

    class Params:
        pret = factory.Trait(etat=EtatCourrier.PRET)
        envoye = factory.Trait(
            etat=EtatCourrier.ENVOYE,
            pdf=factory.SubFactory(FichierFactory),
            envoye_le=datetime(2026, 6, 21, 9, tzinfo=UTC),
        )
        annule = factory.Trait(etat=EtatCourrier.ANNULE)

    @factory.post_generation
    def demandes(self, create, extracted, **kwargs):
        """The rows given, none by default."""
        if extracted:
            self.demandes.set(extracted)


class FicheProximiteFactory(DjangoModelFactory):
    """Run by volunteers, nothing asked from the Région."""

    dossier = factory.SubFactory(DossierFactory, depose=True, dispositif__sip=True)
    benevole = True
    pic = "non"

    class Meta:
        model = FicheProximite


class AccompagnementFactory(DjangoModelFactory):
    """Support offered about a file."""

    dossier = factory.SubFactory(DossierFactory, programme=True)
    contrat = factory.SelfAttribute("dossier.contrat")
    organisme = factory.SelfAttribute("dossier.porteur")
    structure = "Maison des associations"
    propose_le = datetime(2026, 6, 20, 9, tzinfo=UTC)

    class Meta:
        model = Accompagnement

    class Params:
        accepte = factory.Trait(etat=EtatAccompagnement.ACCEPTE)
        decline = factory.Trait(etat=EtatAccompagnement.DECLINE)
        realise = factory.Trait(etat=EtatAccompagnement.REALISE, fait="Trois rendez-vous sur la comptabilité.")


class BesoinFactory(DjangoModelFactory):
    """A need that a commune reports; one trait per state, `publie` for a call open to answers."""

    contrat = factory.SubFactory(ContratFactory)
    titre = factory.Sequence(lambda n: f"Garde d’enfants aux horaires décalés {n}")
    constat = "Des parents refusent un emploi faute de garde avant 7 heures."
    signale_pour = factory.SubFactory(OrganismeFactory, commune=True)
    signale_le = datetime(2026, 3, 20, 9, tzinfo=UTC)

    class Meta:
        model = Besoin

    class Params:
        defini = factory.Trait(
            etat=EtatBesoin.OPPORTUNITE, opportunite="Une crèche ouverte dès 5 heures près de la zone d’activités."
        )
        porteur_trouve = factory.Trait(
            defini=True, etat=EtatBesoin.PORTEUR_TROUVE, porteur=factory.SubFactory(OrganismeFactory)
        )
        finance = factory.Trait(porteur_trouve=True, etat=EtatBesoin.FINANCE)
        en_dossier = factory.Trait(porteur_trouve=True, etat=EtatBesoin.DOSSIER)
        abandonne = factory.Trait(etat=EtatBesoin.ABANDONNE)
        publie = factory.Trait(
            defini=True,
            dispositif=factory.SubFactory(DispositifFactory, ami=True),
            publie_le=datetime(2026, 4, 1, 9, tzinfo=UTC),
            publie_jusqu_au=date(2026, 12, 31),
        )


class PisteDeFinancementFactory(DjangoModelFactory):
    """The CAF might pay half of it."""

    besoin = factory.SubFactory(BesoinFactory)
    organisme = factory.SubFactory(OrganismeFactory, caf=True)
    nature = NatureMoyens.DROIT_COMMUN
    montant = Decimal(12_000)

    class Meta:
        model = PisteDeFinancement


class CandidatureFactory(DjangoModelFactory):
    """An association answers a published call."""

    besoin = factory.SubFactory(BesoinFactory, publie=True)
    organisme = factory.SubFactory(OrganismeFactory)
    texte = "Nous tenons une micro-crèche et deux assistantes sont prêtes à décaler leurs horaires."
    deposee_le = datetime(2026, 4, 20, 9, tzinfo=UTC)

    class Meta:
        model = Candidature

    class Params:
        retenue = factory.Trait(etat=EtatCandidature.RETENUE, motif="La réponse la plus proche du besoin.")
        non_retenue = factory.Trait(etat=EtatCandidature.NON_RETENUE, motif="Trop loin de la zone d’activités.")
        retiree = factory.Trait(etat=EtatCandidature.RETIREE)


class FicheInvestissementFactory(DjangoModelFactory):
    """A commune rebuilds the play area of a neighbourhood."""

    dossier = factory.SubFactory(DossierFactory, depose=True, dispositif__fonds_de_concours=True)
    nature_operation = "amenagement"
    equipement = "Aire de jeux du parc des Lilas"
    stade = "projet"
    foncier = "propriete"
    autorisation = "sans_objet"
    marches = "Procédure adaptée, deux lots, consultation en avril."
    charges_annuelles = 4_000
    charges_portees_par = "La commune"

    class Meta:
        model = FicheInvestissement

    class Params:
        derogation_accordee = factory.Trait(derogation="prefet", derogation_motif="Lettre du préfet, 3 mars 2026")


class FicheVacancesFactory(DjangoModelFactory):
    """A summer at the foot of the towers, with a festive day."""

    dossier = factory.SubFactory(DossierFactory, depose=True, dispositif__nqe=True)
    sorties = 4
    sejours = 1
    departs = 16
    fil_rouge = "Un atelier sur l’eau chaque semaine."
    evenement = "Fête de la fin de l’été"
    evenement_le = date(2026, 8, 28)
    evenement_lieu = "Parc des Lilas"
    participation = "Les jeunes choisissent le programme en juin."
    ecoresponsable = "Gourdes, compost, déplacements à vélo."

    class Meta:
        model = FicheVacances


class PeriodeVacancesFactory(DjangoModelFactory):
    """Ten days in July."""

    dossier = factory.SubFactory(DossierFactory, depose=True, dispositif__nqe=True)
    periode = "juillet"
    jours = 10
    filles_enfants = 12
    garcons_enfants = 12
    filles_ados = 8
    garcons_ados = 10

    class Meta:
        model = PeriodeVacances


class CalendrierDispositifFactory(DjangoModelFactory):
    """The Région's summer call, from March to April."""

    contrat = factory.SubFactory(ContratFactory)
    dispositif = factory.SubFactory(DispositifFactory, nqe=True)
    annee = 2026
    ouvre = date(2026, 3, 2)
    ferme = date(2026, 4, 10)
    fil_rouge = "L’eau"

    class Meta:
        model = CalendrierDispositif
