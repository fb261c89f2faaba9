"""How to reach each route, and who may: one line per route, without which the matrix fails.

`pour(*roles, methode=, autrui=, **arguments)`:
- `roles`: those who may, in their own contract (none: every role);
- `methode`: « get », or « post » for a route that only acts;
- `autrui`: when the object belongs to an organisation, the roles that reach another organisation's object too;
- `administrateur=False`: an administrator, who holds no habilitation, has nothing to do there;
- `reserve=True`: administrators only, whatever the role;
- each other argument of the address: a path in the scene (« dossier.numero »), a function of the scene and the person,
  or the value itself. `contrat` and `annee` come by themselves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from django.utils import timezone

from contrats.etats import Role
from contrats.models import ActeDecision, Reunion
from evaluation.etats import TypeRapport
from programmation.etats import EtatDemande
from programmation.imports.constats import Lecture
from programmation.imports.dossiers import resume
from programmation.models import (
    Courrier,
    Deport,
    LotDeCourriers,
    Scenario,
)
from tests.fabriques import (
    CorrespondanceColonnesFactory,
    CourrierFactory,
    DemandeFactory,
    DeportFactory,
    EnveloppeFactory,
    EnvoiFactory,
    FichierFactory,
    HabilitationFactory,
    ImportDossiersFactory,
    InscriptionFactory,
    InvitationFactory,
    LigneScenarioFactory,
    LotDeCourriersFactory,
    MessageFactory,
    NotationFactory,
    NoteInterneFactory,
    PieceOrganismeFactory,
    RapportFactory,
    ScenarioFactory,
    SignataireFactory,
    TravailFactory,
    UtilisateurFactory,
)
from tests.permissions.monde import Scene

R = Role
EQUIPE = (R.CHEF_DE_PROJET, R.DELEGUE_PREFET, R.JURIDIQUE, R.FINANCES)
INSTRUCTEURS = (*EQUIPE, R.INSTRUCTEUR, R.DECIDEUR)
LECTEURS = (*INSTRUCTEURS, R.PORTEUR)
LECTEURS_DES_RAPPORTS = tuple(role for role in Role if role != R.PORTEUR)
CHEF = (R.CHEF_DE_PROJET,)
TENUE = (R.CHEF_DE_PROJET, R.PORTEUR)
FINANCEURS = (R.CHEF_DE_PROJET, R.INSTRUCTEUR, R.DECIDEUR)
REDACTEURS = (R.CHEF_DE_PROJET, R.PORTEUR)
DECIDEURS = (R.CHEF_DE_PROJET, R.DECIDEUR)
DECLARANTS = (R.CHEF_DE_PROJET, R.SIGNATAIRE, R.BAILLEUR)
GROUPES = (R.CHEF_DE_PROJET, R.DELEGUE_PREFET)
REPERTOIRE = (R.CHEF_DE_PROJET, R.SIGNATAIRE, R.INSTRUCTEUR, R.DECIDEUR, R.BAILLEUR)
CONSULTES = (*FINANCEURS, R.DELEGUE_PREFET, R.SIGNATAIRE, R.CONSEIL_CITOYEN)
PROPOSENT = (R.CHEF_DE_PROJET, R.PORTEUR)
ANNONCEURS = (R.CHEF_DE_PROJET, R.SIGNATAIRE, R.INSTRUCTEUR, R.DECIDEUR, R.BAILLEUR)
LECTEURS_DE_NOTES = (*INSTRUCTEURS, R.MEMBRE_COPIL)
LECTEURS_DE_REVUE = (*INSTRUCTEURS, R.SIGNATAIRE, R.BAILLEUR)


# Routes of the API that only write, or answer to whoever wrote: tried with each kind of key in tests/api/test_acces.py.
AILLEURS = {
    *("api:lot", "api:lot_suivi", "api:lot_de_moyens", "api:objectifs", "api:adresse_inconnue"),
    *("api:convoquer", "api:annuler", "api:tenir", "api:rendre_compte"),
    *("api:ordre_du_jour", "api:presences", "api:compte_rendu", "api:inscrire_decision", "api:execution"),
    *("api:avis", "api:lot_de_propositions", "api:proposition", "api:numero_ej"),
    *("api:refuser", "api:voter", "api:rectifier", "api:notifier"),
}


@dataclass(frozen=True)
class Exemple:
    """How to reach one route, and who may."""

    roles: frozenset[Role]
    methode: str
    autrui: frozenset[Role] | None
    administrateur: bool
    arguments: dict[str, Any]

    def valeurs(self, noms: set[str], scene: Scene, personne: Any) -> dict[str, Any]:
        """The arguments of the address in this scene."""
        valeurs: dict[str, Any] = {"contrat": scene.contrat.slug, "annee": scene.annee}
        for nom, valeur in self.arguments.items():
            if callable(valeur):
                valeurs[nom] = valeur(scene, personne)
            elif hasattr(scene, valeur.split(".")[0]):
                valeurs[nom] = attrgetter(valeur)(scene)
            else:
                valeurs[nom] = valeur
        return {nom: valeurs[nom] for nom in noms}


def pour(
    *roles: Role,
    methode: str = "get",
    autrui: tuple[Role, ...] | None = None,
    administrateur: bool = True,
    reserve: bool = False,
    **arguments: str | Callable[[Scene, Any], Any],
) -> Exemple:
    """One line of the table below."""
    aussi = None if autrui is None else frozenset(autrui)
    admis = frozenset() if reserve else frozenset(roles or Role)
    return Exemple(admis, methode, aussi, administrateur, arguments)


def _engagement(scene: Scene, personne: Any) -> Any:
    return scene.engagement_de(personne).pk


def _seance_ecartee(scene: Scene, personne: Any) -> Any:
    """A session with its packet, from one file of which this person is withdrawn; somebody else elsewhere."""
    Reunion.objects.filter(pk=scene.examen.reunion_id, paquet=None).update(paquet=FichierFactory())
    sien = {
        "dossier": scene.examen.dossier,
        "utilisateur": personne if scene.a_soi and personne else UtilisateurFactory(),
    }
    if not Deport.objects.filter(**sien, leve_le__isnull=True).exists():
        DeportFactory(**sien)
    return scene.examen.reunion_id


def _lot(scene: Scene, personne: Any) -> Any:
    """The lot of the scene's funder: a letter to be read again and one that was sent."""
    connu = LotDeCourriers.objects.filter(campagne=scene.dossier.campagne, financeur=scene.a_voter.financeur).first()
    if connu is None:
        connu = LotDeCourriersFactory(campagne=scene.dossier.campagne, financeur=scene.a_voter.financeur)
        CourrierFactory(lot=connu, dossier=scene.a_programmer, envoye=True)
        CourrierFactory(lot=connu, dossier=scene.dossier)
    return connu.pk


def _courrier(scene: Scene, personne: Any) -> Any:
    return Courrier.objects.get(lot=_lot(scene, personne), dossier=scene.dossier).pk


def _courrier_envoye(scene: Scene, personne: Any) -> Any:
    return Courrier.objects.get(lot=_lot(scene, personne), dossier=scene.a_programmer).pk


def _courrier_de_la_demande(scene: Scene, personne: Any) -> Any:
    courrier = Courrier.objects.get(pk=_courrier_envoye(scene, personne))
    courrier.demandes.add(scene.a_voter)
    return courrier.pk


def _acte_avec_sa_piece(scene: Scene, personne: Any) -> Any:
    acte = ActeDecision.objects.get(pk=scene.a_notifier.acte_id)
    if acte.piece_id is None:
        acte.piece = FichierFactory()
        acte.save(update_fields=["piece"])
    return acte.pk


def _demande_ajournee(scene: Scene, personne: Any) -> Any:
    """A row of the same funder that a meeting put off, on a file that goes on."""
    financeur = scene.a_notifier.financeur
    connue = scene.a_programmer.demandes.filter(financeur=financeur, etat=EtatDemande.AJOURNEE).first()
    return (connue or DemandeFactory(dossier=scene.a_programmer, financeur=financeur, ajournee=True)).pk


def _travail_d_un_acte(scene: Scene, personne: Any) -> Any:
    """The rows of an act, asked for by this person in its own scene, by somebody else elsewhere."""
    return TravailFactory(
        nom="programmation.decider_des_lignes",
        cible_type="contrats.contrat",
        cible_id=scene.contrat.pk,
        demande_par=personne if scene.a_soi else UtilisateurFactory(),
        fait=True,
        resultat={"reussis": [scene.dossier.numero], "refus": []},
    ).pk


def _identifiant(scene: Scene, personne: Any) -> str:
    """The partner's own identifier of its commitment."""
    engagement = scene.engagement_de(personne)
    engagement.identifiant_externe = f"X{engagement.pk}"
    engagement.save(update_fields=["identifiant_externe"])
    return engagement.identifiant_externe


def _preuve(scene: Scene, personne: Any) -> Any:
    return scene.engagement_de(personne).points.get().preuves.get().pk


def _dossier_lu(scene: Scene, personne: Any) -> str:
    """A file whose reading this person has ended."""
    if personne is not None and not scene.dossier.notations.filter(evaluateur=personne).exists():
        NotationFactory(dossier=scene.dossier, evaluateur=personne, validee_le=datetime(2026, 1, 9, tzinfo=UTC))
    return str(scene.dossier.numero)


def _import(scene: Scene, personne: Any) -> Any:
    return scene.import_de(personne).pk


def _partenaire(scene: Scene, personne: Any) -> Any:
    """An organisation that signed the contract of the scene: its team opens the means of no other."""
    if personne is None:
        return scene.contrat.pilote_id
    organisme = scene.organisme_de(personne)
    if not scene.contrat.signataires.filter(organisme=organisme).exists():
        SignataireFactory(contrat=scene.contrat, organisme_id=organisme)
    return organisme


def _import_de_moyens(scene: Scene, personne: Any) -> Any:
    """An import of means asked for by this person in its own scene."""
    travail = scene.import_de(personne)
    travail.nom = "contrats.importer_moyens"
    travail.save(update_fields=["nom"])
    return travail.pk


def _annee_du_catalogue(scene: Scene, personne: Any) -> int:
    """The year, whose catalogue is then published."""
    RapportFactory(contrat=scene.contrat, type=TypeRapport.CATALOGUE, annee=scene.annee, publie=True)
    return scene.annee


def _import_de_dossiers(scene: Scene, personne: Any) -> Any:
    """A spreadsheet of files that was read, with its columns and a line to correct."""
    lecture = Lecture("", 1, ("N°",), {"N°": "numero_externe"}, {}, [], "tableur")
    apercu = resume(lecture) | {"refus": FichierFactory().pk}
    campagne = scene.dossier.campagne
    return ImportDossiersFactory(
        campagne=campagne,
        pret=True,
        apercu=apercu,
        correspondance=CorrespondanceColonnesFactory(contrat=campagne.contrat),
    ).pk


def _note(scene: Scene, personne: Any) -> Any:
    """A note of this person in its own scene, one that another organisation keeps to itself elsewhere."""
    sienne = {"auteur": personne} if scene.a_soi and personne else {}
    return NoteInterneFactory(dossier=scene.dossier, **sienne).pk


# The meeting whose list holds the scene's file.
SEANCE = {"pk": "examen.reunion_id"}


def _deport(scene: Scene, personne: Any) -> Any:
    """This person is withdrawn from another file of its contract in its own scene, somebody else elsewhere."""
    sien = {
        "dossier": scene.a_programmer,
        "utilisateur": personne if scene.a_soi and personne else UtilisateurFactory(),
    }
    return (Deport.objects.filter(**sien, leve_le__isnull=True).first() or DeportFactory(**sien)).pk


def _envoi(scene: Scene, personne: Any) -> Any:
    """A message to the porteurs of a year's files."""
    return EnvoiFactory(campagne=scene.dossier.campagne).pk


def _message(scene: Scene, personne: Any) -> Any:
    """A message about the file, with an attachment."""
    message = scene.dossier.messages.first() or MessageFactory(dossier=scene.dossier)
    if not message.pieces.exists():
        message.pieces.add(FichierFactory())
    return message


def _piece(scene: Scene, personne: Any) -> int:
    """A paper of the porteur."""
    return PieceOrganismeFactory(organisme=scene.dossier.porteur).pk


def _acces(scene: Scene, personne: Any) -> int:
    """Another person of the porteur."""
    return HabilitationFactory(contrat=scene.dossier.contrat, organisme=scene.dossier.porteur, role=Role.PORTEUR).pk


def _invitation_de_porteur(scene: Scene, personne: Any) -> int:
    return InvitationFactory(contrat=scene.dossier.contrat, organisme=scene.dossier.porteur, role=Role.PORTEUR).pk


def _enveloppe(scene: Scene, personne: Any) -> int:
    """A notified envelope of this person's organisation in its own scene, of another funder elsewhere."""
    tenue = personne.habilitations.first() if personne is not None and scene.a_soi else None
    financeur = tenue.organisme if tenue else scene.enveloppe.financeur
    enveloppe = EnveloppeFactory(contrat=scene.dossier.contrat, financeur=financeur, notifiee=True)
    enveloppe.lettre = FichierFactory()
    enveloppe.save(update_fields=["lettre"])
    return enveloppe.pk


def _scenario(scene: Scene, personne: Any) -> int:
    """A shared scenario of this person's organisation in its own scene, another organisation's draft elsewhere."""
    contrat = scene.dossier.contrat
    tenue = personne.habilitations.first() if personne is not None else None
    sien = tenue.organisme if tenue else contrat.pilote
    organisme, etat = (sien, "partage") if scene.a_soi else (scene.dossier.porteur, "brouillon")
    connu = Scenario.objects.filter(contrat=contrat, organisme=organisme, etat=etat).first()
    if connu is None:
        connu = ScenarioFactory(contrat=contrat, organisme=organisme, etat=etat)
        LigneScenarioFactory(scenario=connu, demande=scene.a_proposer)
    return connu.pk


def _promotion(scene: Scene, personne: Any) -> Any:
    """Its proposal, asked for by this person in its own scene, by somebody else elsewhere."""
    pk = _scenario(scene, personne)
    return TravailFactory(
        nom="programmation.promouvoir_scenario",
        cible_type="programmation.scenario",
        cible_id=pk,
        demande_par=personne if scene.a_soi and personne else UtilisateurFactory(),
        fait=True,
        resultat={"proposees": [], "refusees": []},
    )


def _inscription(scene: Scene, personne: Any) -> int:
    return InscriptionFactory(contrat=scene.dossier.contrat, a_verifier=True).pk


def _jeton_d_inscription(scene: Scene, personne: Any) -> str:
    inscription = InscriptionFactory(contrat=scene.dossier.contrat)
    inscription.jeton_sha256 = hashlib.sha256(b"confirmer").hexdigest()
    inscription.save(update_fields=["jeton_sha256"])
    return "confirmer"


EXEMPLES: dict[str, Exemple] = {
    # portail
    "portail:accueil": pour(),
    "portail:contrat": pour(),
    "portail:mentions_legales": pour(),
    "portail:accessibilite": pour(),
    "portail:donnees_personnelles": pour(),
    "portail:sante": pour(),
    # acteurs
    "acteurs:profil": pour(),
    # contrats
    "contrats:mon_compte": pour(),
    "contrats:choisir_organisme": pour(methode="post", autrui=(), administrateur=False, organisme=Scene.organisme_de),
    "contrats:invitation": pour(jeton="jeton"),
    "contrats:presentation": pour(),
    "contrats:engagements": pour(),
    "contrats:territoires": pour(),
    "contrats:engagement": pour(pk=_engagement),
    "contrats:creer_engagement": pour(*DECLARANTS),
    "contrats:modifier_engagement": pour(*DECLARANTS, pk=_engagement),
    "contrats:retirer_engagement": pour(*DECLARANTS, pk=_engagement),
    "contrats:declarer": pour(*DECLARANTS, pk=_engagement),
    "contrats:viser": pour(*CHEF, methode="post", pk=_engagement),
    "contrats:preuve": pour(*LECTEURS_DE_REVUE, pk=_engagement, fichier=_preuve),
    "contrats:retirer_preuve": pour(*DECLARANTS, methode="post", pk=_engagement, fichier=_preuve),
    "contrats:mes_engagements": pour(*DECLARANTS),
    "contrats:revue": pour(*LECTEURS_DE_REVUE),
    "contrats:exporter_revue": pour(*LECTEURS_DE_REVUE, format="csv"),
    "contrats:matrice": pour(*LECTEURS_DE_REVUE),
    "contrats:signataires": pour(*LECTEURS_DE_REVUE),
    "contrats:solliciter": pour(*CHEF, methode="post"),
    "contrats:ouvrir_revue": pour(*CHEF, methode="post"),
    "contrats:envoyer_revue": pour(*CHEF, methode="post"),
    "contrats:remarquer": pour(*LECTEURS_DE_REVUE, methode="post"),
    "contrats:donner_suite": pour(*CHEF, methode="post", pk="remarque.pk"),
    "contrats:clore_revue": pour(*CHEF, methode="post"),
    "contrats:rouvrir_revue": pour(*CHEF, methode="post"),
    "contrats:importer_engagements": pour(*DECLARANTS),
    "contrats:modele_engagements": pour(*DECLARANTS, format="csv"),
    "contrats:import_engagements": pour(*DECLARANTS, autrui=CHEF, pk=_import),
    "contrats:lignes_refusees": pour(*DECLARANTS, autrui=CHEF, pk=_import),
    "contrats:inscription_liste": pour(),
    "contrats:inscription": pour(identifiant="contrat.slug"),
    "contrats:inscription_personne": pour(identifiant="contrat.slug", siret="00090001900019"),
    "contrats:inscription_envoyee": pour(identifiant="contrat.slug"),
    "contrats:confirmer_inscription": pour(jeton=_jeton_d_inscription),
    "contrats:inscriptions_a_verifier": pour(*CHEF),
    "contrats:inscription_a_trancher": pour(*CHEF, pk=_inscription),
    "contrats:accepter_inscription": pour(*CHEF, methode="post", pk=_inscription),
    "contrats:refuser_inscription": pour(*CHEF, methode="post", pk=_inscription),
    "contrats:equipe": pour(*CHEF),
    "contrats:inviter": pour(*CHEF),
    "contrats:invitations": pour(*CHEF),
    "contrats:renvoyer_invitation": pour(*CHEF, methode="post", pk="invitation.pk"),
    "contrats:retirer_invitation": pour(*CHEF, methode="post", pk="invitation.pk"),
    "contrats:habilitation": pour(*CHEF, pk="habilitation.pk"),
    "contrats:clore_habilitation": pour(*CHEF, methode="post", pk="habilitation.pk"),
    "contrats:nommer_gestionnaire": pour(*CHEF, methode="post", pk="habilitation.pk"),
    "contrats:cles": pour(*CHEF),
    "contrats:creer_cle": pour(*CHEF),
    "contrats:revoquer_cle": pour(*CHEF, methode="post", autrui=(), pk="cle.pk"),
    "contrats:abonner": pour(*CHEF),
    "contrats:abonnement": pour(*CHEF, autrui=(), pk="abonnement.pk"),
    "contrats:resilier": pour(*CHEF, methode="post", autrui=(), pk="abonnement.pk"),
    "contrats:flux_calendrier": pour(jeton="jeton"),
    "contrats:mon_calendrier": pour(),
    "contrats:fermer_calendrier": pour(methode="post"),
    "contrats:calendrier": pour(),
    "contrats:appels": pour(),
    "contrats:creer_appel": pour(*CHEF),
    "contrats:appel": pour(*CHEF, pk="appel.pk"),
    "contrats:retirer_appel": pour(*CHEF, methode="post", pk="appel.pk"),
    "contrats:comites": pour(),
    "contrats:modeles_comites": pour(*CHEF),
    "contrats:adopter_modele": pour(*CHEF, methode="post", cle="copil"),
    "contrats:creer_comite": pour(*CHEF),
    "contrats:comite": pour(autrui=INSTRUCTEURS, pk="seance.comite.pk"),
    "contrats:modifier_comite": pour(*CHEF, pk="seance.comite.pk"),
    "contrats:ajouter_membre": pour(*CHEF, methode="post", pk="seance.comite.pk"),
    "contrats:retirer_membre": pour(*CHEF, methode="post", pk="siege.pk"),
    "contrats:reunions": pour(),
    "contrats:creer_reunion": pour(*CHEF),
    "contrats:extraits": pour(),
    "contrats:decisions": pour(),
    "contrats:suivre_decision": pour(autrui=CHEF, pk="decision.pk"),
    "contrats:reunion": pour(autrui=INSTRUCTEURS, pk="seance.pk"),
    "contrats:modifier_reunion": pour(*CHEF, pk="seance.pk"),
    "contrats:annuler_reunion": pour(*CHEF, pk="seance.pk"),
    "contrats:convoquer": pour(*CHEF, methode="post", pk="seance.pk"),
    "contrats:clore_reunion": pour(*CHEF, methode="post", pk="seance.pk"),
    "contrats:presences": pour(*CHEF, pk="seance.pk"),
    "contrats:rendre_compte": pour(*CHEF, methode="post", pk="seance.pk"),
    "contrats:agenda_reunion": pour(autrui=INSTRUCTEURS, pk="seance.pk"),
    "contrats:creer_point": pour(*CHEF, pk="seance.pk"),
    "contrats:point": pour(*CHEF, pk="seance.pk", numero="point.pk"),
    "contrats:piece": pour(autrui=CHEF, pk="seance.pk", numero="point.pk"),
    "contrats:retirer_point": pour(*CHEF, methode="post", pk="seance.pk", numero="point.pk"),
    "contrats:deplacer_point": pour(*CHEF, methode="post", pk="seance.pk", numero="point.pk"),
    "contrats:creer_item": pour(*CHEF, pk="seance.pk"),
    "contrats:item": pour(*CHEF, pk="seance.pk", numero="item.pk"),
    "contrats:retirer_item": pour(*CHEF, methode="post", pk="seance.pk", numero="item.pk"),
    "contrats:creer_decision": pour(*CHEF, pk="seance.pk"),
    "contrats:decision": pour(*CHEF, pk="decision.reunion.pk", numero="decision.pk"),
    "contrats:paquet": pour(autrui=CHEF, pk="seance.pk"),
    "contrats:produire_paquet": pour(*CHEF, methode="post", pk="seance.pk"),
    "contrats:avancement_paquet": pour(*CHEF, pk="seance.pk"),
    "contrats:exemplaire_paquet": pour(*LECTEURS_DES_RAPPORTS, methode="post", pk=_seance_ecartee),
    "contrats:structure": pour(*CHEF),
    "contrats:nouvelle_orientation": pour(*CHEF),
    "contrats:orientation": pour(*CHEF, pk="objectif.orientation.pk"),
    "contrats:deplacer_orientation": pour(*CHEF, methode="post", pk="objectif.orientation.pk"),
    "contrats:retirer_orientation": pour(*CHEF, methode="post", pk="objectif.orientation.pk"),
    "contrats:nouvel_objectif": pour(*CHEF, pk="objectif.orientation.pk"),
    "contrats:deplacer_ambition": pour(*CHEF, methode="post", pk="objectif.orientation.pk"),
    "contrats:objectif": pour(*CHEF, pk="objectif.pk"),
    "contrats:deplacer_objectif": pour(*CHEF, methode="post", pk="objectif.pk"),
    "contrats:retirer_objectif": pour(*CHEF, methode="post", pk="objectif.pk"),
    "contrats:contrat": pour(*CHEF),
    "contrats:perimetres": pour(*CHEF),
    "contrats:tracer_perimetre": pour(*CHEF),
    "contrats:perimetre": pour(*CHEF, pk="perimetre.pk"),
    "contrats:detacher_perimetre": pour(*CHEF, methode="post", pk="perimetre.pk"),
    "contrats:signataires_du_contrat": pour(*CHEF),
    "contrats:nouveau_signataire": pour(*CHEF),
    "contrats:signataire": pour(*CHEF, pk="signataire.pk"),
    "contrats:deplacer_signataire": pour(*CHEF, methode="post", pk="signataire.pk"),
    "contrats:retirer_signataire": pour(*CHEF, methode="post", pk="signataire.pk"),
    "contrats:actes": pour(*CHEF),
    "contrats:nouvel_acte": pour(*CHEF),
    "contrats:acte": pour(*CHEF, pk="acte.pk"),
    "contrats:piece_d_acte": pour(*CHEF, pk="acte.pk"),
    "contrats:retirer_acte": pour(*CHEF, methode="post", pk="acte.pk"),
    "contrats:avenants": pour(*CHEF),
    "contrats:figer_origine": pour(*CHEF, methode="post"),
    "contrats:nouvel_avenant": pour(*CHEF),
    "contrats:comparaison": pour(*CHEF),
    "contrats:avenant": pour(*CHEF, pk="volet.avenant.pk"),
    "contrats:volets": pour(),
    "contrats:volet": pour(code="volet.commune.code"),
    "contrats:commencer_volet": pour(*CHEF, methode="post", code="volet.commune.code"),
    "contrats:modifier_volet": pour(*CHEF, code="volet.commune.code"),
    "contrats:adopter_volet": pour(*CHEF, code="volet.commune.code"),
    "contrats:reviser_volet": pour(*CHEF, methode="post", code="volet.commune.code"),
    "contrats:priorites": pour(),
    "contrats:priorites_commune": pour(code="priorites.commune.code"),
    "contrats:commencer_priorites": pour(*CHEF, methode="post", code="priorites.commune.code"),
    "contrats:adopter_priorites": pour(*CHEF, code="priorites.commune.code"),
    "contrats:reviser_priorites": pour(*CHEF, methode="post", code="priorites.commune.code"),
    "contrats:rubrique": pour(*CHEF, code="priorites.commune.code", rubrique="01_diagnostic"),
    "contrats:plan": pour(),
    "contrats:nouvelle_action": pour(*CHEF),
    "contrats:action_du_plan": pour(pk="action.pk"),
    "contrats:modifier_action": pour(*CHEF, pk="action.pk"),
    "contrats:retirer_action": pour(*CHEF, methode="post", pk="action.pk"),
    "contrats:droit_commun": pour(),
    "contrats:droit_commun_arbre": pour(),
    "contrats:nouvelle_ressource": pour(*REPERTOIRE),
    "contrats:ressource": pour(pk="ressource.pk"),
    "contrats:modifier_ressource": pour(*CHEF, pk="ressource.pk"),
    "contrats:confirmer_ressource": pour(*CHEF, methode="post", pk="ressource.pk"),
    "contrats:retirer_ressource": pour(*CHEF, methode="post", pk="ressource.pk"),
    "contrats:fiches": pour(),
    "contrats:nouvelle_fiche": pour(*CHEF),
    "contrats:fiche": pour(organisme="fiche.organisme_id"),
    "contrats:modifier_fiche": pour(organisme=Scene.organisme_de),
    "contrats:retirer_fiche": pour(*CHEF, methode="post", organisme="fiche.organisme_id"),
    "contrats:escalades": pour(*LECTEURS_DE_NOTES),
    "contrats:nouvelle_escalade": pour(*GROUPES),
    "contrats:escalade": pour(*LECTEURS_DE_NOTES, pk="note.pk"),
    "contrats:modifier_escalade": pour(*GROUPES, pk="note.pk"),
    "contrats:escalade_cotech": pour(*GROUPES, methode="post", pk="note.pk"),
    "contrats:escalade_copil": pour(*GROUPES, methode="post", pk="note.pk"),
    "contrats:escalade_suite": pour(*GROUPES, methode="post", pk="note.pk"),
    "contrats:ouvrir_contrat": pour(reserve=True),
    "contrats:ouverture": pour(reserve=True),
    "contrats:ouverture_contrat": pour(reserve=True),
    "contrats:ouverture_communes": pour(reserve=True),
    "contrats:ouverture_oter_commune": pour(reserve=True, methode="post", pk="volet.commune.pk"),
    "contrats:ouverture_perimetres": pour(reserve=True),
    "contrats:ouverture_oter_perimetre": pour(reserve=True, methode="post", pk="perimetre.pk"),
    "contrats:ouverture_partenaires": pour(reserve=True),
    "contrats:ouverture_oter_partenaire": pour(reserve=True, methode="post", pk="signataire.pk"),
    "contrats:ouverture_comptes": pour(reserve=True),
    "contrats:ouverture_oter_compte": pour(reserve=True, methode="post", pk="compte.pk"),
    "contrats:ouverture_ouvrir": pour(reserve=True, methode="post"),
    # programmation
    "programmation:tableau": pour(*LECTEURS),
    "programmation:export": pour(*LECTEURS, format="csv"),
    "programmation:saisie": pour(*INSTRUCTEURS, autrui=EQUIPE, methode="post", pk="a_proposer.pk"),
    "programmation:hors_ligne": pour(*FINANCEURS, format="csv"),
    "programmation:importer_saisie": pour(*FINANCEURS),
    "programmation:kanban": pour(*LECTEURS),
    "programmation:vues": pour(*LECTEURS),
    "programmation:retirer_vue": pour(*LECTEURS, autrui=(), methode="post", pk=lambda scene, qui: scene.vue_de(qui).pk),
    "programmation:lot": pour(*CHEF, methode="post", acte="declarer_complet"),
    "programmation:selection": pour(*CHEF, methode="post"),
    "programmation:travail": pour(*INSTRUCTEURS, autrui=(), pk=lambda scene, qui: scene.travail_de(qui).pk),
    "programmation:importer": pour(*CHEF),
    "programmation:import": pour(*CHEF, pk=_import_de_dossiers),
    "programmation:import_colonnes": pour(*CHEF, pk=_import_de_dossiers),
    "programmation:import_mots": pour(*CHEF, pk=_import_de_dossiers),
    "programmation:import_ecrire": pour(*CHEF, methode="post", pk=_import_de_dossiers),
    "programmation:import_abandonner": pour(*CHEF, methode="post", pk=_import_de_dossiers),
    "programmation:import_refusees": pour(*CHEF, pk=_import_de_dossiers),
    "programmation:reports": pour(*INSTRUCTEURS),
    "programmation:reports_export": pour(*INSTRUCTEURS, format="csv"),
    "programmation:noter_reports": pour(*FINANCEURS, methode="post"),
    "programmation:annuler_report": pour(*FINANCEURS, methode="post", autrui=CHEF, pk="a_proposer.pk"),
    "programmation:canaux": pour(*CHEF),
    "programmation:enveloppes": pour(*INSTRUCTEURS),
    "programmation:exporter_enveloppes": pour(*INSTRUCTEURS, format="csv"),
    "programmation:ouvrir_enveloppe": pour(*CHEF),
    "programmation:reconduire_enveloppes": pour(*CHEF, methode="post"),
    "programmation:enveloppe": pour(*INSTRUCTEURS, autrui=CHEF, pk=_enveloppe),
    "programmation:lettre_enveloppe": pour(*INSTRUCTEURS, autrui=CHEF, pk=_enveloppe),
    "programmation:notifier_enveloppe": pour(*CHEF, pk="enveloppe.pk"),
    "programmation:revenir_enveloppe": pour(*CHEF, pk="enveloppe.pk"),
    "programmation:redeployer": pour(*CHEF, pk="enveloppe.pk"),
    "programmation:mouvement": pour(*CHEF, pk="enveloppe.pk"),
    "programmation:depassement": pour(*CHEF, pk="enveloppe.pk"),
    "programmation:scenarios": pour(*INSTRUCTEURS),
    "programmation:nouveau_scenario": pour(*FINANCEURS),
    "programmation:comparer_scenarios": pour(*INSTRUCTEURS),
    "programmation:exporter_comparaison": pour(*INSTRUCTEURS, format="csv"),
    "programmation:scenario": pour(*INSTRUCTEURS, autrui=(), pk=_scenario),
    "programmation:exporter_scenario": pour(*INSTRUCTEURS, autrui=(), pk=_scenario, format="csv"),
    "programmation:modifier_scenario": pour(*FINANCEURS, autrui=(), pk=_scenario),
    "programmation:saisir_scenario": pour(*FINANCEURS, autrui=(), pk=_scenario, demande="a_proposer.pk"),
    "programmation:ajuster_scenario": pour(*FINANCEURS, methode="post", autrui=(), pk=_scenario),
    "programmation:completer_scenario": pour(*FINANCEURS, autrui=(), pk=_scenario),
    "programmation:promouvoir_scenario": pour(*FINANCEURS, autrui=(), pk=_scenario),
    "programmation:changer_scenario": pour(*FINANCEURS, methode="post", autrui=(), pk=_scenario, acte="archiver"),
    "programmation:promotion_scenario": pour(
        *FINANCEURS, autrui=(), pk=_scenario, travail=lambda scene, qui: _promotion(scene, qui).pk
    ),
    "programmation:actes": pour(*INSTRUCTEURS),
    "programmation:actes_financeur": pour(*INSTRUCTEURS, autrui=EQUIPE, financeur="a_voter.financeur_id"),
    "programmation:enregistrer_acte": pour(*DECIDEURS, autrui=CHEF, financeur="a_voter.financeur_id"),
    "programmation:lignes_acte": pour(
        *DECIDEURS, autrui=CHEF, financeur="a_notifier.financeur_id", pk="a_notifier.acte_id"
    ),
    "programmation:refuser_lignes": pour(*DECIDEURS, autrui=CHEF, financeur="a_voter.financeur_id"),
    "programmation:piece_acte": pour(
        *INSTRUCTEURS, autrui=EQUIPE, financeur="a_notifier.financeur_id", pk=_acte_avec_sa_piece
    ),
    "programmation:travail_actes": pour(*DECIDEURS, autrui=(), financeur="a_voter.financeur_id", pk=_travail_d_un_acte),
    "programmation:recommencer_actes": pour(
        *DECIDEURS, methode="post", autrui=(), financeur="a_voter.financeur_id", pk=_travail_d_un_acte
    ),
    "programmation:ouvrir_courriers": pour(*DECIDEURS, methode="post", autrui=CHEF, financeur="a_voter.financeur_id"),
    "programmation:lot_courriers": pour(*INSTRUCTEURS, autrui=EQUIPE, lot=_lot),
    "programmation:valider_courriers": pour(*DECIDEURS, methode="post", autrui=CHEF, lot=_lot),
    "programmation:reecrire_courriers": pour(*DECIDEURS, methode="post", autrui=CHEF, lot=_lot),
    "programmation:recommencer_courriers": pour(*DECIDEURS, methode="post", autrui=CHEF, lot=_lot),
    "programmation:imprimer_courriers": pour(*INSTRUCTEURS, methode="post", autrui=EQUIPE, lot=_lot),
    "programmation:envoyer_courriers": pour(*DECIDEURS, methode="post", autrui=CHEF, lot=_lot),
    "programmation:ensemble_courriers": pour(*INSTRUCTEURS, autrui=EQUIPE, lot=_lot, format="zip"),
    "programmation:courrier": pour(*INSTRUCTEURS, autrui=EQUIPE, lot=_lot, pk=_courrier),
    "programmation:courrier_pdf": pour(*INSTRUCTEURS, autrui=EQUIPE, lot=_lot, pk=_courrier),
    "programmation:changer_courrier": pour(
        *DECIDEURS, methode="post", autrui=CHEF, lot=_lot, pk=_courrier, acte="valider"
    ),
    "programmation:modeles_courriers": pour(*INSTRUCTEURS),
    "programmation:modele_courrier": pour(*INSTRUCTEURS, genre="octroi"),
    "programmation:modele_commun": pour(
        R.CHEF_DE_PROJET,
        R.DECIDEUR,
        R.JURIDIQUE,
        methode="post",
        autrui=(R.CHEF_DE_PROJET, R.JURIDIQUE),
        genre="octroi",
        financeur="a_voter.financeur_id",
    ),
    "programmation:courriers_du_dossier": pour(*LECTEURS, autrui=EQUIPE, numero="a_programmer.numero"),
    "programmation:courrier_du_dossier": pour(
        *LECTEURS, autrui=EQUIPE, numero="a_programmer.numero", pk=_courrier_envoye
    ),
    "programmation:dossier": pour(*LECTEURS, autrui=EQUIPE, numero="dossier.numero"),
    "programmation:avis": pour(
        *FINANCEURS, R.DELEGUE_PREFET, autrui=(R.CHEF_DE_PROJET, R.DELEGUE_PREFET), numero="dossier.numero"
    ),
    "programmation:boite": pour(*LECTEURS),
    "programmation:ecrire_selection": pour(*CHEF, methode="post"),
    "programmation:envois": pour(*CHEF),
    "programmation:envoi": pour(*CHEF, pk=_envoi),
    "programmation:grille": pour(*INSTRUCTEURS, autrui=EQUIPE, numero="dossier.numero"),
    "programmation:rouvrir_sa_lecture": pour(*FINANCEURS, R.DELEGUE_PREFET, autrui=GROUPES, numero=_dossier_lu),
    "programmation:deporter": pour(*INSTRUCTEURS, autrui=EQUIPE, numero="dossier.numero"),
    "programmation:deports": pour(*INSTRUCTEURS),
    "programmation:lever_deport": pour(*INSTRUCTEURS, methode="post", autrui=CHEF, pk=_deport),
    "programmation:echanges": pour(*LECTEURS, autrui=EQUIPE, numero="dossier.numero"),
    "programmation:ecrire_note": pour(*INSTRUCTEURS, methode="post", autrui=EQUIPE, numero="dossier.numero"),
    "programmation:retirer_note": pour(*INSTRUCTEURS, methode="post", autrui=(), numero="dossier.numero", pk=_note),
    "programmation:ecrire_message": pour(*LECTEURS, methode="post", autrui=EQUIPE, numero="dossier.numero"),
    "programmation:echanges_lus": pour(*LECTEURS, methode="post", autrui=EQUIPE, numero="dossier.numero"),
    "programmation:piece_message": pour(
        *LECTEURS,
        autrui=EQUIPE,
        numero="dossier.numero",
        pk=lambda scene, qui: _message(scene, qui).pk,
        fichier=lambda scene, qui: _message(scene, qui).pieces.get().pk,
    ),
    "programmation:mettre_en_seance": pour(*CHEF, methode="post"),
    "programmation:seance": pour(*CHEF, **SEANCE),
    "programmation:inscrire_en_seance": pour(*CHEF, methode="post", **SEANCE),
    "programmation:ordonner_la_seance": pour(*CHEF, methode="post", **SEANCE),
    "programmation:retenir_en_bloc": pour(*CHEF, methode="post", **SEANCE),
    "programmation:appliquer_la_seance": pour(*CHEF, pk="a_voter.reunion_id"),
    "programmation:travail_de_seance": pour(*CHEF, **SEANCE, travail="travail_de_seance.pk"),
    "programmation:aller_a": pour(*CHEF, **SEANCE),
    "programmation:projection": pour(*CHEF, **SEANCE),
    "programmation:produire_releve": pour(*CHEF, methode="post", **SEANCE),
    "programmation:releve": pour(
        *(role for role in Role if role != R.PORTEUR), autrui=CHEF, **SEANCE, version="releve.version"
    ),
    "programmation:publier_releve": pour(*CHEF, methode="post", **SEANCE, version="releve.version"),
    "programmation:examiner": pour(*CHEF, **SEANCE, examen="examen.pk"),
    "programmation:noter_examen": pour(*CHEF, methode="post", **SEANCE, examen="examen.pk"),
    "programmation:rouvrir_examen": pour(*CHEF, methode="post", **SEANCE, examen="examen.pk"),
    "programmation:montrer_examen": pour(*CHEF, methode="post", **SEANCE, examen="examen.pk"),
    "programmation:deplacer_examen": pour(*CHEF, methode="post", **SEANCE, examen="examen.pk"),
    "programmation:retirer_examen": pour(*CHEF, methode="post", **SEANCE, examen="examen.pk"),
    "programmation:programmer": pour(*CHEF, numero="dossier.numero"),
    "programmation:repartir": pour(*CHEF),
    "programmation:affecter": pour(*CHEF, numero="dossier.numero"),
    "programmation:recevabilite": pour(*INSTRUCTEURS, autrui=EQUIPE, numero="dossier.numero"),
    "programmation:verifier_points": pour(*CHEF, methode="post", numero="dossier.numero"),
    "programmation:declarer_complet": pour(*CHEF, methode="post", numero="dossier.numero"),
    "programmation:demander_complement": pour(*CHEF, numero="dossier.numero"),
    "programmation:lever_complement": pour(*CHEF, methode="post", numero="dossier.numero", pk="complement.pk"),
    "programmation:contexte": pour(*INSTRUCTEURS, autrui=EQUIPE, numero="dossier.numero"),
    "programmation:bilan": pour(*INSTRUCTEURS, autrui=EQUIPE, numero="dossier.numero", pk="bilan.pk"),
    "programmation:visiter": pour(*INSTRUCTEURS, methode="post", autrui=EQUIPE, numero="dossier.numero"),
    "programmation:solliciter": pour(*CHEF, numero="dossier.numero"),
    "programmation:retirer_sollicitation": pour(*CHEF, methode="post", numero="dossier.numero", pk="sollicitation.pk"),
    "programmation:avis_demandes": pour(*CONSULTES),
    "programmation:repondre_avis": pour(*CONSULTES, autrui=CHEF, pk=lambda scene, qui: scene.sollicitation_de(qui).pk),
    "programmation:avancer": pour(*CHEF, methode="post", numero="dossier.numero", acte="declarer_complet"),
    "programmation:motiver": pour(*CHEF, numero="dossier.numero", acte="retirer"),
    "programmation:ajourner": pour(*CHEF, numero="dossier.numero"),
    "programmation:equilibre": pour(*FINANCEURS, autrui=CHEF, numero="dossier.numero", pk="a_proposer.pk"),
    "programmation:engager": pour(*FINANCEURS, autrui=CHEF, numero="a_programmer.numero", pk="a_voter.pk"),
    "programmation:proposer": pour(*FINANCEURS, autrui=CHEF, numero="dossier.numero", pk="a_proposer.pk"),
    "programmation:voter": pour(*DECIDEURS, autrui=CHEF, numero="a_programmer.numero", pk="a_voter.pk"),
    "programmation:refuser": pour(*DECIDEURS, autrui=CHEF, numero="dossier.numero", pk="a_proposer.pk"),
    "programmation:rectifier": pour(*DECIDEURS, autrui=CHEF, numero="a_programmer.numero", pk="a_notifier.pk"),
    "programmation:notifier": pour(*DECIDEURS, autrui=CHEF, numero="a_programmer.numero", pk="a_notifier.pk"),
    "programmation:reprendre_la_demande": pour(
        *FINANCEURS, autrui=CHEF, numero="a_programmer.numero", pk=_demande_ajournee
    ),
    "programmation:demandes": pour(*REDACTEURS),
    "programmation:commencer": pour(*REDACTEURS),
    "programmation:demande": pour(*LECTEURS, autrui=EQUIPE, numero="dossier.numero"),
    "programmation:demande_pdf": pour(*LECTEURS, autrui=EQUIPE, numero="dossier.numero"),
    "programmation:versions": pour(*LECTEURS, autrui=EQUIPE, numero="dossier.numero"),
    "programmation:section": pour(*REDACTEURS, autrui=CHEF, numero="brouillon.numero", section="budget"),
    "programmation:fiche": pour(*REDACTEURS, autrui=CHEF, numero="initiative.numero"),
    "programmation:relire": pour(*REDACTEURS, autrui=CHEF, numero="brouillon.numero"),
    "programmation:deposer": pour(*REDACTEURS, methode="post", autrui=CHEF, numero="brouillon.numero"),
    "programmation:renoncer": pour(*REDACTEURS, autrui=CHEF, numero="brouillon.numero"),
    "programmation:repondre": pour(R.PORTEUR, autrui=(), administrateur=False, numero="a_completer.numero"),
    "programmation:corriger": pour(*CHEF, autrui=CHEF, numero="dossier.numero", section="moyens"),
    "programmation:joindre_piece_recue": pour(*CHEF, autrui=CHEF, numero="dossier.numero"),
    "programmation:ajouter_piece": pour(*REDACTEURS, methode="post", autrui=CHEF, numero="brouillon.numero"),
    "programmation:retirer_piece": pour(
        *REDACTEURS, methode="post", autrui=CHEF, numero="brouillon.numero", pk="piece.pk"
    ),
    "programmation:piece_demande": pour(
        *LECTEURS, autrui=EQUIPE, numero="dossier.numero", pk=lambda scene, qui: scene.piece_de(scene.dossier).pk
    ),
    "programmation:campagne": pour(),
    "programmation:creer_campagne": pour(*CHEF),
    "programmation:modifier_campagne": pour(*CHEF),
    "programmation:note_de_cadrage": pour(),
    "programmation:changer_campagne": pour(*CHEF, methode="post", acte="clore"),
    "programmation:ouvrir_tardivement": pour(*CHEF),
    "programmation:retirer_ouverture": pour(*CHEF, methode="post", pk="delai.pk"),
    "programmation:ajouter_element": pour(*CHEF, genre="criteres"),
    "programmation:modifier_element": pour(*CHEF, genre="criteres", pk="critere.pk"),
    "programmation:retirer_element": pour(*CHEF, methode="post", genre="criteres", pk="critere.pk"),
    "programmation:dispositifs": pour(),
    "programmation:ajouter_dispositif": pour(*CHEF),
    "programmation:dispositif": pour(*CHEF, pk="dispositif.pk"),
    "programmation:retirer_dispositif": pour(*CHEF, methode="post", pk="dispositif.pk"),
    "programmation:indicateurs": pour(*LECTEURS),
    "programmation:ajouter_indicateur": pour(*CHEF),
    "programmation:indicateur": pour(*CHEF, pk="indicateur.pk"),
    "programmation:intentions": pour(*LECTEURS),
    "programmation:proposer_intention": pour(*PROPOSENT),
    "programmation:preparer_revue": pour(*CHEF),
    "programmation:revue": pour(*INSTRUCTEURS, pk="seance.pk"),
    "programmation:intention": pour(*LECTEURS, autrui=INSTRUCTEURS, pk="intention.pk"),
    "programmation:modifier_intention": pour(*PROPOSENT, autrui=CHEF, pk="intention.pk"),
    "programmation:avis_intention": pour(*FINANCEURS, R.DELEGUE_PREFET, pk="intention.pk"),
    "programmation:devenir_dossier": pour(*PROPOSENT, autrui=CHEF, pk="intention.pk"),
    "programmation:repondre_intention": pour(*PROPOSENT, autrui=CHEF, pk="intention.pk", acte="abandonner"),
    "programmation:toute_l_annee": pour(),
    "programmation:dater_dispositif": pour(*CHEF, pk="dispositif.pk"),
    "programmation:retirer_dates": pour(*CHEF, methode="post", pk="dispositif.pk"),
    "programmation:vacances": pour(*INSTRUCTEURS),
    "programmation:exporter_vacances": pour(*INSTRUCTEURS, partie="actions", format="csv"),
    "programmation:reserve": pour(*INSTRUCTEURS),
    "programmation:fonds_de_concours": pour(*INSTRUCTEURS),
    "programmation:initiatives": pour(*INSTRUCTEURS),
    "programmation:proposer_accompagnement": pour(*CHEF, numero="financee.numero"),
    "programmation:suivre_accompagnement": pour(*PROPOSENT, autrui=CHEF, pk="appui.pk", acte="decliner"),
    "programmation:besoins": pour(*LECTEURS_DES_RAPPORTS),
    "programmation:signaler_besoin": pour(*FINANCEURS, R.DELEGUE_PREFET, R.SIGNATAIRE),
    "programmation:besoin": pour(*LECTEURS_DES_RAPPORTS, pk="besoin.pk"),
    "programmation:modifier_besoin": pour(*GROUPES, pk="besoin.pk"),
    "programmation:modifier_opportunite": pour(*GROUPES, pk="besoin.pk"),
    "programmation:publier_besoin": pour(*GROUPES, pk="besoin.pk"),
    "programmation:avancer_besoin": pour(*GROUPES, pk="besoin.pk", acte="abandonner"),
    "programmation:ajouter_piste": pour(*GROUPES, pk="besoin.pk"),
    "programmation:modifier_piste": pour(*GROUPES, pk="besoin.pk", piste="piste.pk"),
    "programmation:retirer_piste": pour(*GROUPES, methode="post", pk="besoin.pk", piste="piste.pk"),
    "programmation:trancher_candidature": pour(*GROUPES, pk="candidature.pk", acte="ecarter"),
    "programmation:retirer_candidature": pour(
        R.PORTEUR, methode="post", autrui=(), administrateur=False, pk="candidature.pk"
    ),
    "programmation:appels": pour(R.PORTEUR),
    "programmation:appel": pour(R.PORTEUR, pk="besoin.pk"),
    "programmation:eligibilites": pour(),
    "programmation:ajouter_eligibilite": pour(*CHEF),
    "programmation:eligibilite": pour(*CHEF, pk="eligibilite.pk"),
    "programmation:retirer_eligibilite": pour(*CHEF, methode="post", pk="eligibilite.pk"),
    "programmation:aiguillage": pour(),
    "programmation:requalification": pour(*INSTRUCTEURS),
    "programmation:mon_organisme": pour(R.PORTEUR, administrateur=False),
    "programmation:organisme": pour(*LECTEURS, autrui=EQUIPE, pk="dossier.porteur_id"),
    "programmation:modifier_organisme": pour(*TENUE, autrui=CHEF, pk="dossier.porteur_id", code="moyens"),
    "programmation:pieces_organisme": pour(*LECTEURS, autrui=EQUIPE, pk="dossier.porteur_id"),
    "programmation:joindre_piece_organisme": pour(*TENUE, autrui=CHEF, pk="dossier.porteur_id"),
    "programmation:piece_organisme": pour(*LECTEURS, autrui=EQUIPE, pk="dossier.porteur_id", piece=_piece),
    "programmation:remplacer_piece_organisme": pour(*TENUE, autrui=CHEF, pk="dossier.porteur_id", piece=_piece),
    "programmation:retirer_piece_organisme": pour(
        *TENUE, methode="post", autrui=CHEF, pk="dossier.porteur_id", piece=_piece
    ),
    "programmation:budgets_organisme": pour(*LECTEURS, autrui=EQUIPE, pk="dossier.porteur_id"),
    "programmation:budget_organisme": pour(
        *TENUE, autrui=CHEF, pk="dossier.porteur_id", exercice=lambda scene, qui: timezone.localdate().year
    ),
    "programmation:personnes_organisme": pour(*CHEF, autrui=CHEF, pk="dossier.porteur_id"),
    "programmation:clore_porteur": pour(
        *CHEF, methode="post", autrui=CHEF, pk="dossier.porteur_id", habilitation=_acces
    ),
    "programmation:nommer_porteur": pour(
        *CHEF, methode="post", autrui=CHEF, pk="dossier.porteur_id", habilitation=_acces
    ),
    "programmation:renvoyer_porteur": pour(
        *CHEF, methode="post", autrui=CHEF, pk="dossier.porteur_id", invitation=_invitation_de_porteur
    ),
    "programmation:retirer_invitation_porteur": pour(
        *CHEF, methode="post", autrui=CHEF, pk="dossier.porteur_id", invitation=_invitation_de_porteur
    ),
    "evaluation:moyens": pour(*LECTEURS_DE_REVUE),
    "evaluation:moyens_tableur": pour(*LECTEURS_DE_REVUE),
    "evaluation:produire_moyens": pour(*CHEF, methode="post"),
    "evaluation:catalogue": pour(),
    "evaluation:catalogue_pdf": pour(annee=_annee_du_catalogue),
    "evaluation:produire_catalogue": pour(*CHEF, methode="post"),
    # contrats: the means of all partners
    "contrats:mes_moyens": pour(*ANNONCEURS),
    "contrats:annoncer_moyens": pour(*ANNONCEURS, autrui=CHEF, organisme=_partenaire),
    "contrats:relancer_moyens": pour(*CHEF, methode="post"),
    "contrats:importer_moyens": pour(*ANNONCEURS),
    "contrats:modele_moyens": pour(*ANNONCEURS),
    "contrats:import_moyens": pour(*ANNONCEURS, autrui=CHEF, pk=_import_de_moyens),
    # evaluation
    "evaluation:rapports": pour(*LECTEURS_DES_RAPPORTS),
    "evaluation:produire": pour(*CHEF, methode="post"),
    "evaluation:rapport": pour(*LECTEURS_DES_RAPPORTS, autrui=CHEF, numero="rapport.pk"),
    "evaluation:avancement": pour(*LECTEURS_DES_RAPPORTS, autrui=CHEF, numero="rapport.pk"),
    "evaluation:relancer": pour(*CHEF, methode="post", numero="a_relancer.pk"),
    "evaluation:publier": pour(*CHEF, methode="post", numero="a_publier.pk"),
    "evaluation:retirer": pour(*CHEF, methode="post", numero="a_publier.pk"),
    "evaluation:pdf": pour(*LECTEURS_DES_RAPPORTS, autrui=CHEF, numero="rapport.pk"),
    "evaluation:tableur": pour(*LECTEURS_DES_RAPPORTS, autrui=CHEF, numero="rapport.pk"),
    "evaluation:instantane": pour(*CHEF, autrui=CHEF, numero="rapport.pk"),
    # API
    "api:documentation": pour(),
    "api:contrats": pour(),
    "api:contrat": pour(),
    "api:signataires": pour(),
    "api:signataire": pour(signataire="signataire.organisme_id"),
    "api:organismes": pour(),
    "api:comites": pour(),
    "api:reunions": pour(),
    "api:reunion": pour(autrui=INSTRUCTEURS, reunion="seance.pk"),
    "api:decisions": pour(),
    "api:decision": pour(autrui=CHEF, decision="decision.pk"),
    "api:ressources": pour(),
    "api:moyens": pour(),
    "api:ressource": pour(ressource="ressource.pk"),
    "api:engagements": pour(),
    "api:engagement": pour(engagement=_engagement),
    "api:engagement_par_identifiant": pour(identifiant=_identifiant),
    "api:points": pour(*LECTEURS_DE_REVUE),
    "api:point": pour(*LECTEURS_DE_REVUE, engagement=_engagement),
    "api:preuves": pour(*LECTEURS_DE_REVUE, engagement=_engagement),
    "api:preuve": pour(*LECTEURS_DE_REVUE, engagement=_engagement, fichier=_preuve),
    "api:orientations": pour(),
    "api:orientation": pour(orientation="objectif.orientation.code"),
    "api:objectif": pour(orientation="objectif.orientation.code", objectif="objectif.code"),
    "api:perimetres": pour(),
    "api:perimetres_du_contrat": pour(),
    "api:perimetre": pour(perimetre="perimetre.code"),
    "api:dossiers": pour(),
    "api:enveloppes": pour(),
    "api:dossiers_a_instruire": pour(*INSTRUCTEURS),
    "api:dossier_a_instruire": pour(*INSTRUCTEURS, autrui=EQUIPE, dossier="dossier.pk"),
    "api:demande": pour(*INSTRUCTEURS, autrui=EQUIPE, demande="a_proposer.pk"),
    "api:courriers": pour(*INSTRUCTEURS, autrui=EQUIPE, demande="a_proposer.pk"),
    "api:courrier": pour(*INSTRUCTEURS, autrui=EQUIPE, demande="a_voter.pk", courrier=_courrier_de_la_demande),
}
