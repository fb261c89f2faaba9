"""Factories of the contract and of what hangs from it."""

import hashlib
from datetime import date, timedelta
from decimal import Decimal

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from acteurs.models import FormeJuridique, TypeOrganisme
from contrats.etats import (
    EtatDocument,
    EtatEngagement,
    EtatEscalade,
    EtatInscription,
    EvenementSortant,
    Role,
    StatutAction,
    StatutMoyen,
    TypeCible,
)
from contrats.models import (
    AbonnementApi,
    AbonnementCalendrier,
    ActeDecision,
    ActionContrat,
    AppelExterne,
    AvancementOperation,
    Avenant,
    CibleEngagement,
    CleDuContrat,
    Comite,
    CompteAInviter,
    ContenuPriorites,
    Contrat,
    DecisionReunion,
    Engagement,
    ExemplaireDuPaquet,
    FicheActeur,
    Habilitation,
    Inscription,
    Invitation,
    ItemCompteRendu,
    MembreComite,
    MoyenAnnonce,
    NatureAnnoncee,
    NatureMoyens,
    NatureOrientation,
    NoteEscalade,
    Objectif,
    OperationUrbaine,
    Orientation,
    OuvertureContrat,
    PerimetreDuContrat,
    PointAvancement,
    PointOrdreDuJour,
    Presence,
    PrioritesCommunales,
    ProgrammeUrbain,
    QualiteSignataire,
    RemarqueRevue,
    Ressource,
    Reunion,
    RevueEngagements,
    Rubrique,
    Section,
    Signataire,
    Sollicitation,
    ThemeP147,
    TypeComite,
    VoletCommunal,
)

from .acteurs import JetonApiFactory, OrganismeFactory, UtilisateurFactory, siren_numero, siret_numero
from .commun import FichierFactory
from .geographie import CommuneFactory, PerimetreFactory


class ContratFactory(DjangoModelFactory):
    """A contract of 2024–2030, signed, with its lead and nothing else."""

    slug = factory.Sequence(lambda n: f"contrat-{n}")
    nom = factory.Sequence(lambda n: f"Contrat de l’Escaut {n}")
    intitule = factory.LazyAttribute(lambda o: f"{o.nom}, « Quartiers 2030 »")
    pilote = factory.SubFactory(OrganismeFactory, epci=True)
    debut = 2024
    fin = 2030
    valide_le = date(2024, 3, 1)
    signe_le = date(2024, 6, 14)

    class Meta:
        model = Contrat


class PerimetreDuContratFactory(DjangoModelFactory):
    contrat = factory.SubFactory(ContratFactory)
    perimetre = factory.SubFactory(PerimetreFactory)

    class Meta:
        model = PerimetreDuContrat


class HabilitationFactory(DjangoModelFactory):
    """A person who instructs for a co-funder, since the first day of the contract; other roles by `role`."""

    utilisateur = factory.SubFactory(UtilisateurFactory)
    contrat = factory.SubFactory(ContratFactory)
    organisme = factory.SubFactory(OrganismeFactory, departement=True)
    role = Role.INSTRUCTEUR
    valide_du = date(2024, 1, 1)

    class Meta:
        model = Habilitation
        skip_postgeneration_save = True

    class Params:
        chef_de_projet = factory.Trait(role=Role.CHEF_DE_PROJET, organisme=factory.SelfAttribute("contrat.pilote"))
        finie = factory.Trait(valide_au=date(2024, 12, 31))

    @factory.post_generation
    def communes(self, create, extracted, **kwargs):
        """Limited to these communes: `communes=[…]`."""
        if create and extracted:
            self.communes.set(extracted)

    @factory.post_generation
    def perimetres(self, create, extracted, **kwargs):
        """Limited to these perimeters: `perimetres=[…]`."""
        if create and extracted:
            self.perimetres.set(extracted)

    @factory.post_generation
    def orientations(self, create, extracted, **kwargs):
        """Limited to these orientations: `orientations=[…]`."""
        if create and extracted:
            self.orientations.set(extracted)


class InvitationFactory(DjangoModelFactory):
    """An open invitation; `jeton` gives the secret of its address."""

    contrat = factory.SubFactory(ContratFactory)
    organisme = factory.SubFactory(OrganismeFactory, departement=True)
    role = Role.INSTRUCTEUR
    email = factory.Sequence(lambda n: f"invitee{n}@exemple.test")
    jeton_sha256 = factory.LazyAttribute(lambda o: hashlib.sha256(o.jeton.encode()).hexdigest())
    invite_par = factory.SubFactory(UtilisateurFactory)
    envoyee_le = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1))
    expire_le = factory.LazyAttribute(lambda o: o.envoyee_le + timedelta(days=7))

    class Meta:
        model = Invitation

    class Params:
        jeton = factory.Sequence(lambda n: f"jeton-de-test-{n}")
        acceptee = factory.Trait(acceptee_le=factory.LazyFunction(lambda: timezone.now()))
        retiree = factory.Trait(retiree_le=factory.LazyFunction(lambda: timezone.now()))
        perimee = factory.Trait(
            envoyee_le=factory.LazyFunction(lambda: timezone.now() - timedelta(days=30)),
        )


class InscriptionFactory(DjangoModelFactory):
    """A request to join whose address is not confirmed; `jeton` gives the secret of its link."""

    contrat = factory.SubFactory(ContratFactory)
    siret = factory.Sequence(lambda n: siret_numero(siren_numero(500_000 + n)))
    nom_organisme = factory.Sequence(lambda n: f"Association du Terril {n}")
    forme_juridique = FormeJuridique.ASSOCIATION_1901
    prenom = "Lou"
    nom = factory.Sequence(lambda n: f"Demandeuse {n}")
    fonction = "présidente"
    email = factory.Sequence(lambda n: f"demandeuse{n}@exemple.test")
    jeton_sha256 = factory.LazyAttribute(lambda o: hashlib.sha256(o.jeton.encode()).hexdigest())
    demandee_le = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=2))

    class Meta:
        model = Inscription

    class Params:
        jeton = factory.Sequence(lambda n: f"jeton-d-inscription-{n}")
        a_verifier = factory.Trait(
            etat=EtatInscription.A_VERIFIER, confirmee_le=factory.LazyFunction(lambda: timezone.now())
        )
        acceptee = factory.Trait(
            a_verifier=True,
            etat=EtatInscription.ACCEPTEE,
            tranchee_le=factory.LazyFunction(lambda: timezone.now()),
        )
        refusee = factory.Trait(
            a_verifier=True,
            etat=EtatInscription.REFUSEE,
            tranchee_le=factory.LazyFunction(lambda: timezone.now()),
            motif="Cette association ne travaille pas sur le territoire.",
        )


class ThemeP147Factory(DjangoModelFactory):
    code = factory.Sequence(lambda n: f"{n:04d}")
    nom = factory.Sequence(lambda n: f"Éducation et petite enfance {n}")

    class Meta:
        model = ThemeP147


class OrientationFactory(DjangoModelFactory):
    """A thematic orientation; `transversale` an axis whose euros are never summed."""

    contrat = factory.SubFactory(ContratFactory)
    nature = NatureOrientation.THEMATIQUE
    code = factory.Sequence(lambda n: f"O{1_000 + n}")  # out of the way of those that a test gives
    nom = factory.Sequence(lambda n: f"Réussite éducative {n}")
    nom_court = factory.Sequence(lambda n: f"Éducation {n}")
    ordre = factory.Sequence(lambda n: n % 30_000)

    class Meta:
        model = Orientation

    class Params:
        transversale = factory.Trait(nature=NatureOrientation.TRANSVERSALE, code=factory.Sequence(lambda n: f"T{n}"))


class ObjectifFactory(DjangoModelFactory):
    orientation = factory.SubFactory(OrientationFactory)
    code = factory.Sequence(lambda n: f"OBJ{n}")
    nom = factory.Sequence(lambda n: f"Prévenir le décrochage scolaire {n}")

    class Meta:
        model = Objectif


class SignataireFactory(DjangoModelFactory):
    contrat = factory.SubFactory(ContratFactory)
    organisme = factory.SubFactory(OrganismeFactory, departement=True)
    qualite = QualiteSignataire.SIGNATAIRE
    signe_le = date(2024, 6, 14)

    class Meta:
        model = Signataire


class EngagementFactory(DjangoModelFactory):
    """A commitment of droit commun over the whole contract; `sans_auteur` one whose owner is unknown."""

    contrat = factory.SubFactory(ContratFactory)
    reference = factory.Sequence(lambda n: f"E{n}")
    organisme = factory.SubFactory(OrganismeFactory, departement=True)
    nature = NatureMoyens.DROIT_COMMUN
    libelle = factory.Sequence(lambda n: f"Maintenir les permanences sociales {n}")

    class Meta:
        model = Engagement

    class Params:
        sans_auteur = factory.Trait(organisme=None)


class CibleEngagementFactory(DjangoModelFactory):
    """A figure to reach; `muette` a target of which nothing is known."""

    engagement = factory.SubFactory(EngagementFactory)
    type = TypeCible.NOMBRE
    numerateur = "jeunes accompagnés"
    valeur = Decimal(120)

    class Meta:
        model = CibleEngagement

    class Params:
        intervalle = factory.Trait(type=TypeCible.INTERVALLE, valeur=Decimal(10), valeur_haute=Decimal(20))
        muette = factory.Trait(numerateur="", valeur=None)


class PointAvancementFactory(DjangoModelFactory):
    engagement = factory.SubFactory(EngagementFactory)
    annee = 2026
    etat = EtatEngagement.EN_COURS
    declare_le = factory.LazyFunction(lambda: timezone.now())

    class Meta:
        model = PointAvancement


class ActeDecisionFactory(DjangoModelFactory):
    """A délibération of a département's commission permanente."""

    contrat = factory.SubFactory(ContratFactory)
    organisme = factory.SubFactory(OrganismeFactory, departement=True)
    instance = "Commission permanente"
    numero = factory.Sequence(lambda n: f"DEL-{n}")
    pris_le = date(2026, 6, 15)
    recu_prefecture_le = date(2026, 6, 18)

    class Meta:
        model = ActeDecision


class ComiteFactory(DjangoModelFactory):
    """A COPIL that validates the programming."""

    contrat = factory.SubFactory(ContratFactory)
    type = TypeComite.COPIL
    nom = factory.Sequence(lambda n: f"Comité de pilotage {n}")
    valide_programmation = True

    class Meta:
        model = Comite


class ReunionFactory(DjangoModelFactory):
    comite = factory.SubFactory(ComiteFactory)
    le = date(2026, 4, 10)
    objet = factory.Sequence(lambda n: f"Programmation {n}")

    class Meta:
        model = Reunion

    class Params:
        tenue_et_close = factory.Trait(etat="tenue", compte_rendu="Les propositions sont validées.")
        convoquee = factory.Trait(etat="convoquee", convoquee_le=factory.LazyFunction(timezone.now))
        tenue = factory.Trait(etat="tenue")
        rendue = factory.Trait(etat="rendue", rendue_le=factory.LazyFunction(timezone.now))
        annulee = factory.Trait(etat="annulee")


class ExemplaireDuPaquetFactory(DjangoModelFactory):
    """The copy of a packet for whoever is withdrawn from one file."""

    reunion = factory.SubFactory(ReunionFactory)
    paquet = factory.SubFactory(FichierFactory)
    ecartes = factory.Sequence(lambda n: [n + 1])
    fichier = factory.SubFactory(FichierFactory)

    class Meta:
        model = ExemplaireDuPaquet


class DecisionReunionFactory(DjangoModelFactory):
    reunion = factory.SubFactory(ReunionFactory)
    texte = "Valider la programmation de l’année."

    class Meta:
        model = DecisionReunion

    class Params:
        prise = factory.Trait(
            nature=DecisionReunion.Nature.DECIDEE,
            responsable=factory.SubFactory(OrganismeFactory, type=TypeOrganisme.EPCI),
            execution=DecisionReunion.Execution.A_FAIRE,
        )


class RessourceFactory(DjangoModelFactory):
    contrat = factory.SubFactory(ContratFactory)
    organisme = factory.SubFactory(OrganismeFactory, caf=True)
    nom = factory.Sequence(lambda n: f"Contrat local d’accompagnement à la scolarité {n}")

    class Meta:
        model = Ressource


class AppelExterneFactory(DjangoModelFactory):
    contrat = factory.SubFactory(ContratFactory)
    organisme = factory.SubFactory(OrganismeFactory, caf=True)
    nom = factory.Sequence(lambda n: f"Fonds publics et territoires {n}")
    ouvre_le = date(2026, 1, 15)
    ferme_le = date(2026, 3, 15)

    class Meta:
        model = AppelExterne


class OperationUrbaineFactory(DjangoModelFactory):
    contrat = factory.SubFactory(ContratFactory)
    programme = ProgrammeUrbain.NPNRU
    nom = factory.Sequence(lambda n: f"Renouvellement du Chêne {n}")
    cout = Decimal("25000000.00")

    class Meta:
        model = OperationUrbaine


class AvancementOperationFactory(DjangoModelFactory):
    operation = factory.SubFactory(OperationUrbaineFactory)
    le = date(2026, 9, 30)
    phase = "Travaux"
    avancement = 35

    class Meta:
        model = AvancementOperation


class RevueEngagementsFactory(DjangoModelFactory):
    """A review in preparation; `envoyee` and `close` further on."""

    contrat = factory.SubFactory(ContratFactory)
    annee = 2026

    class Meta:
        model = RevueEngagements

    class Params:
        envoyee = factory.Trait(
            etat="envoyee",
            envoyee_le=factory.LazyFunction(lambda: timezone.now()),
            remarques_avant_le=factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=20)),
        )
        close = factory.Trait(
            etat="close",
            envoyee_le=factory.LazyFunction(lambda: timezone.now() - timedelta(days=30)),
            remarques_avant_le=factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=10)),
            close_le=factory.LazyFunction(lambda: timezone.now()),
        )


class RemarqueRevueFactory(DjangoModelFactory):
    revue = factory.SubFactory(RevueEngagementsFactory, envoyee=True)
    organisme = factory.SubFactory(OrganismeFactory, caf=True)
    texte = "Le délai mérite d’être précisé."
    faite_le = factory.LazyFunction(lambda: timezone.now())

    class Meta:
        model = RemarqueRevue

    class Params:
        repondue = factory.Trait(
            suite="Le délai est porté à six mois.", suite_le=factory.LazyFunction(lambda: timezone.now())
        )


class SollicitationFactory(DjangoModelFactory):
    engagement = factory.SubFactory(EngagementFactory)
    annee = 2026
    faite_le = factory.LazyFunction(lambda: timezone.localdate())

    class Meta:
        model = Sollicitation


class CleDuContratFactory(DjangoModelFactory):
    """A key that opens a contract."""

    contrat = factory.SubFactory(ContratFactory)
    jeton = factory.SubFactory(JetonApiFactory)

    class Meta:
        model = CleDuContrat


class AbonnementApiFactory(DjangoModelFactory):
    """An address told of both events; `resilie` one that is told no more."""

    contrat = factory.SubFactory(ContratFactory)
    organisme = factory.SubFactory(OrganismeFactory, departement=True)
    adresse = factory.Sequence(lambda n: f"https://si{n}.exemple.fr/pilotville")
    evenements = factory.LazyFunction(lambda: list(EvenementSortant.values))
    cree_le = factory.LazyFunction(lambda: timezone.now())

    class Meta:
        model = AbonnementApi

    class Params:
        resilie = factory.Trait(resilie_le=factory.LazyFunction(lambda: timezone.now()))


class MembreComiteFactory(DjangoModelFactory):
    """An organisation that sits; `invite=True` for a guest."""

    comite = factory.SubFactory(ComiteFactory)
    organisme = factory.SubFactory(OrganismeFactory, departement=True)

    class Meta:
        model = MembreComite


class PointOrdreDuJourFactory(DjangoModelFactory):
    reunion = factory.SubFactory(ReunionFactory)
    ordre = factory.Sequence(lambda n: n + 1)
    titre = factory.Sequence(lambda n: f"Revue des engagements {n}")
    minutes = 20

    class Meta:
        model = PointOrdreDuJour


class PresenceFactory(DjangoModelFactory):
    reunion = factory.SubFactory(ReunionFactory)
    organisme = factory.SubFactory(OrganismeFactory, departement=True)
    statut = Presence.Statut.PRESENT

    class Meta:
        model = Presence


class ItemCompteRenduFactory(DjangoModelFactory):
    reunion = factory.SubFactory(ReunionFactory)
    ordre = factory.Sequence(lambda n: n + 1)
    texte = factory.Sequence(lambda n: f"Le comité prend connaissance du point {n}.")

    class Meta:
        model = ItemCompteRendu
        skip_postgeneration_save = True

    @factory.post_generation
    def perimetres(self, create, extracted, **kwargs):
        """Tagged with these perimeters: `perimetres=[…]`."""
        if create and extracted:
            self.perimetres.set(extracted)


class AbonnementCalendrierFactory(DjangoModelFactory):
    """An open private address; `jeton` gives the secret of its address."""

    utilisateur = factory.SubFactory(UtilisateurFactory)
    jeton_sha256 = factory.LazyAttribute(lambda o: hashlib.sha256(o.jeton.encode()).hexdigest())
    ouvert_le = factory.LazyFunction(timezone.now)

    class Meta:
        model = AbonnementCalendrier

    class Params:
        jeton = factory.Sequence(lambda n: f"jeton-de-calendrier-{n}")
        revoque = factory.Trait(revoque_le=factory.LazyFunction(timezone.now))


class AvenantFactory(DjangoModelFactory):
    """An avenant without the structure it keeps; `origine` is the contract as it was signed."""

    contrat = factory.SubFactory(ContratFactory)
    numero = factory.Sequence(lambda n: n % 30_000 + 1)
    objet = factory.Sequence(lambda n: f"Priorités communales {n}")
    signe_le = date(2026, 6, 20)

    class Meta:
        model = Avenant

    class Params:
        origine = factory.Trait(numero=0, objet="Version d’origine", signe_le=date(2024, 6, 14))


def _acte_de_la_commune(**suite):
    return factory.SubFactory(
        ActeDecisionFactory, contrat=factory.SelfAttribute("..contrat"), instance="Conseil municipal", **suite
    )


class VoletCommunalFactory(DjangoModelFactory):
    """A commune's volet, being written."""

    contrat = factory.SubFactory(ContratFactory)
    commune = factory.SubFactory(CommuneFactory)

    class Meta:
        model = VoletCommunal
        skip_postgeneration_save = True

    class Params:
        adopte = factory.Trait(etat=EtatDocument.ADOPTE, acte=_acte_de_la_commune())
        annexe = factory.Trait(
            etat=EtatDocument.ANNEXE,
            acte=_acte_de_la_commune(),
            avenant=factory.SubFactory(AvenantFactory, contrat=factory.SelfAttribute("..contrat")),
        )
        revise = factory.Trait(etat=EtatDocument.REVISE, acte=_acte_de_la_commune())

    @factory.post_generation
    def dans_le_contrat(self, create, extracted, **kwargs):
        """The commune is one of the contract's."""
        if create:
            self.contrat.communes.add(self.commune)


class PrioritesCommunalesFactory(DjangoModelFactory):
    """A commune's priorities for 2026, being written; their contents come from `ContenuPrioritesFactory`."""

    contrat = factory.SubFactory(ContratFactory)
    commune = factory.SubFactory(CommuneFactory)
    annee = 2026

    class Meta:
        model = PrioritesCommunales
        skip_postgeneration_save = True

    class Params:
        adopte = factory.Trait(etat=EtatDocument.ADOPTE, acte=_acte_de_la_commune())
        annexe = factory.Trait(
            etat=EtatDocument.ANNEXE,
            acte=_acte_de_la_commune(),
            avenant=factory.SubFactory(AvenantFactory, contrat=factory.SelfAttribute("..contrat")),
        )
        revise = factory.Trait(etat=EtatDocument.REVISE, acte=_acte_de_la_commune())

    @factory.post_generation
    def dans_le_contrat(self, create, extracted, **kwargs):
        """The commune is one of the contract's."""
        if create:
            self.contrat.communes.add(self.commune)


class ContenuPrioritesFactory(DjangoModelFactory):
    priorites = factory.SubFactory(PrioritesCommunalesFactory)
    rubrique = Rubrique.DIAGNOSTIC
    texte = "Le quartier gagne des habitants et perd des commerces."
    modifie_le = factory.LazyFunction(lambda: timezone.now())

    class Meta:
        model = ContenuPriorites


class ActionContratFactory(DjangoModelFactory):
    """An action to set up, without an owner yet."""

    contrat = factory.SubFactory(ContratFactory)
    objectif = factory.SubFactory(ObjectifFactory, orientation__contrat=factory.SelfAttribute("...contrat"))
    intitule = factory.Sequence(lambda n: f"Permanence d’accès aux droits {n}")
    statut = StatutAction.A_METTRE_EN_PLACE

    class Meta:
        model = ActionContrat


class FicheActeurFactory(DjangoModelFactory):
    contrat = factory.SubFactory(ContratFactory)
    organisme = factory.SubFactory(OrganismeFactory, caf=True)
    missions = "Accompagner les familles."
    verifie_le = date(2026, 9, 1)

    class Meta:
        model = FicheActeur


class NoteEscaladeFactory(DjangoModelFactory):
    """A draft that tells where droit commun is missing."""

    contrat = factory.SubFactory(ContratFactory)
    titre = factory.Sequence(lambda n: f"Médecine scolaire absente {n}")
    constat = "Aucun médecin scolaire depuis deux ans."
    argumentaire = "Trois actions financées par les crédits spécifiques en tiennent lieu."
    creee_le = factory.LazyFunction(lambda: timezone.now())

    class Meta:
        model = NoteEscalade

    class Params:
        au_cotech = factory.Trait(etat=EtatEscalade.AU_COTECH)
        au_copil = factory.Trait(etat=EtatEscalade.AU_COPIL)
        traitee = factory.Trait(etat=EtatEscalade.TRAITEE, suite="Un poste est ouvert à la rentrée.")


class OuvertureContratFactory(DjangoModelFactory):
    """A contract being opened by its assistant."""

    contrat = factory.SubFactory(ContratFactory)
    commencee_le = factory.LazyFunction(lambda: timezone.now())

    class Meta:
        model = OuvertureContrat


class CompteAInviterFactory(DjangoModelFactory):
    ouverture = factory.SubFactory(OuvertureContratFactory)
    organisme = factory.SelfAttribute("ouverture.contrat.pilote")
    role = Role.CHEF_DE_PROJET
    email = factory.Sequence(lambda n: f"a-inviter{n}@exemple.test")

    class Meta:
        model = CompteAInviter


class MoyenAnnonceFactory(DjangoModelFactory):
    """Running costs of droit commun, for all orientations together; `par_orientation` for one of them."""

    contrat = factory.SubFactory(ContratFactory)
    annee = 2026
    organisme = factory.SubFactory(OrganismeFactory, departement=True)
    nature = NatureAnnoncee.DROIT_COMMUN
    section = Section.FONCTIONNEMENT
    statut = StatutMoyen.COMMUNIQUE
    montant = Decimal(120_000)
    saisi_le = factory.LazyFunction(lambda: timezone.now())

    class Meta:
        model = MoyenAnnonce

    class Params:
        par_orientation = factory.Trait(
            orientation=factory.SubFactory(OrientationFactory, contrat=factory.SelfAttribute("..contrat"))
        )
        sans_objet = factory.Trait(statut=StatutMoyen.SANS_OBJET, montant=None)
        non_communique = factory.Trait(statut=StatutMoyen.NON_COMMUNIQUE, montant=None)
        en_nature = factory.Trait(montant=None, precision="2 ETP de médiateurs, un local prêté")
        pour_son_compte = factory.Trait(
            saisi_par_organisme=factory.SelfAttribute("contrat.pilote"), source="Courrier du 12 mars 2026"
        )
