"""A small world to try every right in: one's own contract, another organisation's objects in it, another contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contrats.etats import Role
from contrats.models import Contrat, Engagement, OuvertureContrat, TypeComite
from programmation.etats import QualiteAvis
from programmation.models import Campagne, Dossier, SollicitationAvis
from tests.fabriques import (
    AbonnementApiFactory,
    AbonnementCalendrierFactory,
    AccompagnementFactory,
    ActeDecisionFactory,
    ActionContratFactory,
    AppelExterneFactory,
    BesoinFactory,
    CandidatureFactory,
    CleDuContratFactory,
    ComiteFactory,
    CompteAInviterFactory,
    ContratFactory,
    CritereCampagneFactory,
    DecisionReunionFactory,
    DemandeDeComplementFactory,
    DemandeFactory,
    DispositifFactory,
    DossierFactory,
    EligibilitePerimetreFactory,
    EngagementFactory,
    EnveloppeFactory,
    ExamenDossierFactory,
    FicheActeurFactory,
    FichierFactory,
    HabilitationFactory,
    IndicateurActionFactory,
    IntentionFactory,
    InvitationFactory,
    ItemCompteRenduFactory,
    MembreComiteFactory,
    NoteEscaladeFactory,
    ObjectifFactory,
    OrganismeFactory,
    OuvertureContratFactory,
    OuvertureTardiveFactory,
    PerimetreDuContratFactory,
    PieceDossierFactory,
    PisteDeFinancementFactory,
    PointAvancementFactory,
    PointOrdreDuJourFactory,
    PrioritesCommunalesFactory,
    RapportFactory,
    ReleveDeDecisionsFactory,
    RemarqueRevueFactory,
    RessourceFactory,
    ReunionFactory,
    RevueEngagementsFactory,
    SignataireFactory,
    SollicitationAvisFactory,
    TravailFactory,
    UtilisateurFactory,
    VersionPerimetreFactory,
    VoletCommunalFactory,
    VueEnregistreeFactory,
)

ANNEE = 2026
ADMINISTRATEUR = "administrateur"
QUI = [*Role, ADMINISTRATEUR]

# Amounts that some may not read, and how each could be written.
PROPOSE = Decimal("3217.43")  # a proposal shared between co-funders
BROUILLON = Decimal("4321.09")  # a draft that its funder keeps to itself


def ecritures(montant: Decimal) -> list[str]:
    """Every way in which an amount may come out, in pages and files."""
    euros, centimes = f"{montant:.2f}".split(".")
    milliers = [f"{euros[0]}{espace}{euros[1:]}" for espace in ("", " ", "\u202f", "\u00a0")]
    return [f"{debut}{virgule}{centimes}" for debut in milliers for virgule in ",."]


@dataclass
class Scene:
    """What the arguments of a route may point at, in one place of the world."""

    contrat: Contrat
    dossier: Dossier
    a_programmer: Dossier
    brouillon: Dossier  # begun by the team for its porteur
    a_completer: Dossier
    piece: Any
    a_proposer: Any
    a_voter: Any
    a_notifier: Any
    enveloppe: Any
    rapport: Any
    a_publier: Any
    a_relancer: Any
    habilitation: Any
    invitation: Any
    jeton: str
    a_soi: bool
    engagements: dict[int, Engagement]
    remarque: Any

    seance: Any
    point: Any
    item: Any
    decision: Any
    siege: Any
    appel: Any

    # The structure, the communal documents, the plan, the directory, the opening.
    objectif: Any
    signataire: Any
    acte: Any
    volet: Any
    priorites: Any
    action: Any
    ressource: Any
    fiche: Any
    note: Any
    perimetre: Any
    compte: Any

    # The call for projects.
    critere: Any
    delai: Any
    dispositif: Any
    indicateur: Any
    intention: Any
    eligibilite: Any

    # All year round: an initiative, another file financed, support offered, a published call with an answer and a lead.
    initiative: Any  # a draft on one page
    financee: Any
    appui: Any
    besoin: Any
    piste: Any
    candidature: Any

    # Information systems: the lead's in one's own scene.
    cle: Any
    abonnement: Any

    # The instruction of the file: a correction asked, an account joined, an opinion asked.
    complement: Any
    bilan: Any
    sollicitation: Any

    # The session of a technical committee: a file on its list, its record, its job.
    examen: Any
    releve: Any
    travail_de_seance: Any

    annee: int = ANNEE

    def sollicitation_de(self, personne: Any) -> Any:
        """An opinion asked of this person's organisation in its own scene, of another's elsewhere."""
        tenue = personne.habilitations.first() if personne is not None and self.a_soi else None
        if tenue is None:
            return self.sollicitation
        qualite = {
            Role.CONSEIL_CITOYEN: QualiteAvis.CONSEIL,
            Role.DELEGUE_PREFET: QualiteAvis.DELEGUE,
        }.get(tenue.role, QualiteAvis.ORGANISME)
        demandee = {"dossier": self.dossier, "organisme": tenue.organisme, "qualite": qualite}
        connue = SollicitationAvis.objects.filter(**demandee).first()
        return connue or SollicitationAvisFactory(**demandee)

    def travail_de(self, personne: Any) -> Any:
        """A validation of a selection, asked for by this person in its own scene, by somebody else elsewhere."""
        return TravailFactory(
            nom="programmation.programmer_selection",
            cible_type="contrats.contrat",
            cible_id=self.contrat.pk,
            demande_par=personne if self.a_soi else UtilisateurFactory(),
            fait=True,
            resultat={"reussis": [self.dossier.numero], "refus": []},
        )

    def vue_de(self, personne: Any) -> Any:
        """A view that this person keeps in its own scene, that somebody else keeps elsewhere."""
        return VueEnregistreeFactory(
            contrat=self.contrat, utilisateur=personne if self.a_soi and personne else UtilisateurFactory()
        )

    def piece_de(self, dossier: Dossier) -> Any:
        """A paper of this file."""
        return PieceDossierFactory(dossier=dossier)

    def engagement_de(self, personne: Any) -> Any:
        """A commitment of this person's organisation in its own scene, of another's elsewhere; stated, with a proof."""
        tenue = personne.habilitations.first() if personne is not None else None
        premier = next(iter(self.engagements.values()))
        return self.engagements.get(tenue.organisme_id, premier) if tenue else premier

    def import_de(self, personne: Any) -> Any:
        """An import of commitments with a refused line, asked for by this person in its own scene."""
        return TravailFactory(
            nom="contrats.importer_engagements",
            cible_type="contrats.contrat",
            cible_id=self.engagement_de(personne).contrat_id,
            demande_par=personne if self.a_soi and personne else UtilisateurFactory(),
            fait=True,
            parametres={"fichier": FichierFactory().pk},
            resultat={
                **dict.fromkeys(("total", "cree", "modifie", "inchange", "refuse", "non_ecrit", "nb_erreurs"), 0),
                "erreurs": [],
                "apercu": [],
                "refus": FichierFactory().pk,
            },
        )

    def organisme_de(self, personne: Any) -> int:
        """An organisation for which this person may act in its own scene, for which it may not elsewhere."""
        tenue = personne.habilitations.first()
        return tenue.organisme_id if self.a_soi and tenue else OrganismeFactory().pk


@dataclass
class Monde:
    """The three scenes, and one person per role who belongs to the first."""

    chez_soi: Scene
    chez_autrui: Scene
    ailleurs: Scene
    personnes: dict[Any, Any]
    ancienne: Any  # somebody whose habilitation is over


MARQUE_D_AUTRUI = "Ateliers d’autrui confidentiels"
MARQUE_D_AILLEURS = "Ateliers d’ailleurs confidentiels"


def creer() -> Monde:
    """Make the world."""
    contrat, autre_contrat = ContratFactory(), ContratFactory(nom="Contrat d’ailleurs confidentiel")
    organismes = {role: OrganismeFactory() for role in Role}
    organismes[Role.CHEF_DE_PROJET] = contrat.pilote
    organismes[Role.INSTRUCTEUR] = organismes[Role.DECIDEUR] = OrganismeFactory(departement=True, sigle="Dép")
    organismes[Role.BAILLEUR] = OrganismeFactory(bailleur=True)
    personnes: dict[Any, Any] = {
        role: HabilitationFactory(contrat=contrat, organisme=organisme, role=role).utilisateur
        for role, organisme in organismes.items()
    }
    personnes[ADMINISTRATEUR] = UtilisateurFactory(administrateur=True)
    ancienne = HabilitationFactory(contrat=contrat, organisme=contrat.pilote, role=Role.CHEF_DE_PROJET, finie=True)
    return Monde(
        chez_soi=_scene(
            contrat,
            "Ateliers de chez nous",
            financeur=organismes[Role.INSTRUCTEUR],
            porteur=organismes[Role.PORTEUR],
            a_soi=True,
            sieges=list(organismes.values()),
            engages=list(organismes.values()),
        ),
        chez_autrui=_scene(contrat, MARQUE_D_AUTRUI),
        ailleurs=_scene(autre_contrat, MARQUE_D_AILLEURS),
        personnes=personnes,
        ancienne=ancienne.utilisateur,
    )


def _scene(
    contrat: Contrat,
    intitule: str,
    *,
    financeur: Any = None,
    porteur: Any = None,
    a_soi: bool = False,
    sieges: Sequence[Any] = (),
    engages: Sequence[Any] = (),
) -> Scene:
    engages = engages or [OrganismeFactory()]
    financeur = financeur or OrganismeFactory(departement=True)
    porteur = porteur or OrganismeFactory()
    commun = {"contrat": contrat, "porteur": porteur, "intitule": intitule, "localise": True}
    dossier = DossierFactory(**commun, en_instruction=True)
    programme = DossierFactory(**commun, programme=True)
    brouillon = DossierFactory(**commun, saisi_par_organisme=contrat.pilote)
    incomplet = DossierFactory(**commun, incomplet=True)
    DemandeDeComplementFactory(dossier=incomplet)
    Campagne.objects.filter(pk=dossier.campagne_id).update(note_de_cadrage=FichierFactory())
    un, deux = DispositifFactory.create_batch(2)
    a_proposer = DemandeFactory(dossier=dossier, financeur=financeur, dispositif=un)
    DemandeFactory(dossier=dossier, financeur=financeur, proposee=True, montant_propose=PROPOSE)
    DemandeFactory(dossier=dossier, brouillon=True, montant_propose=BROUILLON)
    a_voter = DemandeFactory(dossier=programme, financeur=financeur, dispositif=un, programmee=True)
    a_notifier = DemandeFactory(dossier=programme, financeur=financeur, dispositif=deux, votee=True)
    reunion = ReunionFactory(comite=ComiteFactory(contrat=contrat), tenue=True)
    revue = contrat.revues.first() or RevueEngagementsFactory(contrat=contrat, annee=ANNEE, envoyee=True)
    PerimetreDuContratFactory(contrat=contrat, perimetre=VersionPerimetreFactory().perimetre)
    EngagementFactory(contrat=contrat, organisme=financeur)
    jeton = f"jeton-{intitule}"
    AbonnementCalendrierFactory(jeton=jeton)
    # A committee that advises: in one's own scene everybody sits in it.
    groupe = ComiteFactory(contrat=contrat, type=TypeComite.GROUPE_THEMATIQUE, valide_programmation=False)
    siege = MembreComiteFactory(comite=groupe)
    # Another examines files: a porteur's role gives no seat there.
    cotech = ComiteFactory(contrat=contrat, type=TypeComite.COTECH, valide_programmation=False)
    for organisme in {o.pk: o for o in sieges}.values():
        MembreComiteFactory(comite=groupe, organisme=organisme)
        MembreComiteFactory(comite=cotech, organisme=organisme)
    seance = ReunionFactory(comite=groupe, convoquee=True, paquet=FichierFactory())
    rendue = ReunionFactory(comite=groupe, rendue=True)
    examen = ExamenDossierFactory(reunion=ReunionFactory(comite=cotech, convoquee=True), dossier=dossier)
    TravailFactory(nom="contrats.produire_paquet", cible_type="contrats.reunion", cible_id=seance.pk, fait=True)
    besoin = BesoinFactory(contrat=contrat, publie=True)
    # One's own scene has a published report; elsewhere it is ready and not published yet.
    publie = {"publie": True} if a_soi else {"pret": True}
    return Scene(
        contrat=contrat,
        dossier=dossier,
        a_programmer=programme,
        brouillon=brouillon,
        a_completer=incomplet,
        piece=PieceDossierFactory(dossier=brouillon),
        a_proposer=a_proposer,
        a_voter=a_voter,
        a_notifier=a_notifier,
        enveloppe=EnveloppeFactory(contrat=contrat, financeur=financeur),
        rapport=RapportFactory(contrat=contrat, reunion=reunion, travail=TravailFactory(fait=True), **publie),
        a_publier=RapportFactory(contrat=contrat, pret=True),
        a_relancer=RapportFactory(contrat=contrat, travail=TravailFactory(en_echec=True)),
        habilitation=HabilitationFactory(contrat=contrat),
        invitation=InvitationFactory(contrat=contrat, jeton=jeton),
        jeton=jeton,
        a_soi=a_soi,
        seance=seance,
        point=PointOrdreDuJourFactory(reunion=seance, ordre=1, piece=FichierFactory()),
        item=ItemCompteRenduFactory(reunion=seance),
        decision=DecisionReunionFactory(reunion=rendue, prise=True),
        siege=siege,
        appel=AppelExterneFactory(contrat=contrat),
        engagements={o.pk: _engagement(contrat, o) for o in engages},
        remarque=RemarqueRevueFactory(revue=revue),
        objectif=ObjectifFactory(orientation__contrat=contrat),
        signataire=SignataireFactory(contrat=contrat),
        acte=ActeDecisionFactory(contrat=contrat, piece=FichierFactory()),
        volet=VoletCommunalFactory(contrat=contrat, annexe=True),
        priorites=PrioritesCommunalesFactory(contrat=contrat, annee=ANNEE, annexe=True),
        action=ActionContratFactory(contrat=contrat),
        ressource=RessourceFactory(contrat=contrat, organisme=OrganismeFactory()),
        fiche=FicheActeurFactory(contrat=contrat, organisme=OrganismeFactory()),
        note=NoteEscaladeFactory(contrat=contrat, au_copil=True),
        perimetre=PerimetreDuContratFactory(contrat=contrat, perimetre=VersionPerimetreFactory().perimetre).perimetre,
        compte=_compte_a_inviter(contrat),
        critere=CritereCampagneFactory(campagne=dossier.campagne),
        delai=OuvertureTardiveFactory(campagne=dossier.campagne, porteur=porteur),
        dispositif=DispositifFactory(contrat=contrat),
        indicateur=IndicateurActionFactory(contrat=contrat),
        # All who instruct read every intention: its title is no secret between funders.
        intention=IntentionFactory(campagne=dossier.campagne, porteur=porteur),
        eligibilite=EligibilitePerimetreFactory(contrat=contrat),
        initiative=DossierFactory(**commun, saisi_par_organisme=contrat.pilote, dispositif=DispositifFactory(sip=True)),
        financee=_finance(commun),
        appui=AccompagnementFactory(dossier=programme),
        besoin=besoin,
        piste=PisteDeFinancementFactory(besoin=besoin),
        candidature=CandidatureFactory(besoin=besoin, organisme=porteur),
        cle=CleDuContratFactory(contrat=contrat, jeton__organisme=contrat.pilote if a_soi else OrganismeFactory()),
        abonnement=AbonnementApiFactory(contrat=contrat, organisme=contrat.pilote if a_soi else OrganismeFactory()),
        complement=DemandeDeComplementFactory(dossier=dossier),
        bilan=PieceDossierFactory(dossier=dossier),
        sollicitation=SollicitationAvisFactory(dossier=dossier, organisme=OrganismeFactory()),
        examen=examen,
        releve=ReleveDeDecisionsFactory(reunion=examen.reunion, publie=True),
        travail_de_seance=TravailFactory(
            nom="programmation.retenir_en_bloc",
            cible_type="contrats.reunion",
            cible_id=examen.reunion_id,
            fait=True,
            resultat={"reussis": [dossier.numero], "refus": []},
        ),
    )


def _finance(commun: dict[str, Any]) -> Dossier:
    """A file of which a funder has told the amount."""
    dossier: Dossier = DossierFactory(**commun, programme=True)
    DemandeFactory(dossier=dossier, notifiee=True)
    return dossier


def _compte_a_inviter(contrat: Contrat) -> Any:
    """A person to invite when the contract opens; a contract has one opening."""
    ouverture = OuvertureContrat.objects.filter(contrat=contrat).first() or OuvertureContratFactory(contrat=contrat)
    return CompteAInviterFactory(ouverture=ouverture)


def _engagement(contrat: Contrat, organisme: Any) -> Engagement:
    """A commitment stated this year, with a proof."""
    engagement = EngagementFactory(contrat=contrat, organisme=organisme)
    PointAvancementFactory(engagement=engagement, annee=ANNEE).preuves.add(FichierFactory())
    return engagement
