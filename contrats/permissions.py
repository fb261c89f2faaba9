"""What a person is in a contract: its habilitations, its roles, the places and orientations they are limited to."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q

from acteurs.models import JetonApi, Organisme, Utilisateur
from commun.auteur import Auteur
from commun.permissions import OUI, Reponse, non
from geographie.models import Perimetre, TypePerimetre

from .etats import Role
from .models.acces_api import CleDuContrat
from .models.contrat import Contrat, PerimetreDuContrat
from .models.engagement import Engagement, PointAvancement
from .models.habilitation import Habilitation, Invitation
from .models.instance import Comite, DecisionReunion, Reunion, TypeComite
from .models.signataire import Signataire
from .regles import lieux_inclus, orientations_incluses

# Those who work together on the files before the decision, and see each other's amounts.
ROLES_INSTRUCTEURS = frozenset(
    {Role.CHEF_DE_PROJET, Role.INSTRUCTEUR, Role.DECIDEUR, Role.DELEGUE_PREFET, Role.JURIDIQUE, Role.FINANCES}
)


@dataclass(frozen=True, slots=True)
class Limites:
    """The places and orientations that an habilitation is limited to; empty sets mean no limit."""

    communes: frozenset[int] = frozenset()
    perimetres: frozenset[int] = frozenset()
    orientations: frozenset[int] = frozenset()

    def lieux(self, *, commune: str, communes_du_perimetre: str, perimetre: str) -> Q:
        """The places as a filter on the given lookups, empty without a limit.

        A perimeter given without a commune counts for each commune on which it lies.
        """
        lieux = Q()
        if self.communes:
            lieux |= Q(**{f"{commune}__in": self.communes})
            lieux |= Q(**{f"{commune}__isnull": True, f"{communes_du_perimetre}__in": self.communes})
        if self.perimetres:
            lieux |= Q(**{f"{perimetre}__in": self.perimetres})
        return lieux

    def incluses_dans(self, tenues: Limites) -> bool:
        """True when whoever holds `tenues` holds all that these limits allow."""
        return lieux_inclus(
            self.communes,
            self.perimetres,
            communes_tenues=tenues.communes,
            perimetres_tenus=tenues.perimetres,
        ) and orientations_incluses(self.orientations, tenues=tenues.orientations)


@dataclass(frozen=True, slots=True)
class RoleTenu:
    """One habilitation in force, as plain values."""

    role: Role
    organisme_id: int
    limites: Limites


@dataclass(frozen=True, slots=True)
class RolesTenus:
    """All that a person is in one contract today."""

    habilitations: tuple[RoleTenu, ...] = ()
    administre: bool = False

    def __bool__(self) -> bool:
        return bool(self.habilitations) or self.administre

    def tient(self, *attendus: Role, organisme_id: int | None = None) -> bool:
        """True when the person holds one of these roles (for this organisation, when given)."""
        return any(
            h.role in attendus and (organisme_id is None or h.organisme_id == organisme_id) for h in self.habilitations
        )

    def organismes(self, *attendus: Role) -> frozenset[int]:
        """The organisations for which the person holds one of these roles."""
        return frozenset(h.organisme_id for h in self.habilitations if h.role in attendus)

    @property
    def instruit(self) -> bool:
        return self.administre or any(h.role in ROLES_INSTRUCTEURS for h in self.habilitations)

    @property
    def instruit_pour_un_financeur_seulement(self) -> bool:
        """True for those who instruct what asks their own organisation, and are nothing in the contract's team."""
        instructeurs = {h.role for h in self.habilitations} & ROLES_INSTRUCTEURS
        return not self.administre and bool(instructeurs) and instructeurs <= {Role.INSTRUCTEUR, Role.DECIDEUR}

    @property
    def pilote(self) -> bool:
        return self.administre or self.tient(Role.CHEF_DE_PROJET)

    @property
    def pilote_tout(self) -> bool:
        """A chef de projet of the whole contract, not of some places or orientations only."""
        return self.administre or any(
            h.role == Role.CHEF_DE_PROJET and h.limites == Limites() for h in self.habilitations
        )

    @property
    def organismes_instructeurs(self) -> frozenset[int]:
        return self.organismes(*ROLES_INSTRUCTEURS)

    @property
    def organismes_porteurs(self) -> frozenset[int]:
        return self.organismes(Role.PORTEUR)

    @property
    def organismes_partenaires(self) -> frozenset[int]:
        """The organisations for which the person does more than carry actions: they answer for decisions."""
        return self.organismes(*(role for role in Role if role != Role.PORTEUR))


def voit_les_declarations(tenus: RolesTenus) -> bool:
    """Yearly statements are read by those who work with them: the team, the co-funders, signatories and landlords.

    Others read the commitments as the contract writes them, and the statements in published reports.
    """
    return tenus.instruit or tenus.tient(Role.SIGNATAIRE, Role.BAILLEUR)


def limites_de(objet: Habilitation | Invitation) -> Limites:
    """The limits written on an habilitation or an invitation."""
    return Limites(
        frozenset(c.pk for c in objet.communes.all()),
        frozenset(p.pk for p in objet.perimetres.all()),
        frozenset(o.pk for o in objet.orientations.all()),
    )


def roles(auteur: Auteur, contrat: Contrat) -> RolesTenus:
    """What the author is in `contrat` today; read once per request and kept on the person's or the key's object.

    A job or a command is the product itself: it administers. A key of the API never does.
    """
    if auteur.cle is not None:
        return _roles_de_la_cle(auteur.cle, contrat)
    if auteur.est_le_produit:
        return RolesTenus(administre=True)
    utilisateur = auteur.utilisateur
    if not utilisateur.is_authenticated or not utilisateur.is_active:
        return RolesTenus()
    if utilisateur.is_superuser:
        return RolesTenus(administre=True)
    connus: dict[int, RolesTenus] = utilisateur.__dict__.setdefault("_roles_tenus", {})
    if contrat.pk not in connus:
        habilitations = (
            utilisateur.habilitations.actives()
            .filter(contrat=contrat)
            .prefetch_related("communes", "perimetres", "orientations")
        )
        connus[contrat.pk] = RolesTenus(
            tuple(RoleTenu(Role(h.role), h.organisme_id, limites_de(h)) for h in habilitations)
        )
    return connus[contrat.pk]


def _roles_de_la_cle(jeton: JetonApi, contrat: Contrat) -> RolesTenus:
    """What the people of the key's organisation are, together, in the one contract that the key opens.

    It ends with their habilitations: a key outlives nobody. One query, limits included.
    """
    connus: dict[int, RolesTenus] = jeton.__dict__.setdefault("_roles_tenus", {})
    if contrat.pk not in connus:
        ouvre = CleDuContrat.objects.filter(jeton=jeton, contrat=contrat)
        liens = [
            ArraySubquery(table.objects.filter(habilitation=OuterRef("pk")).values(colonne))
            for table, colonne in (
                (Habilitation.communes.through, "commune_id"),
                (Habilitation.perimetres.through, "perimetre_id"),
                (Habilitation.orientations.through, "orientation_id"),
            )
        ]
        lignes = (
            Habilitation.objects.actives()
            .filter(Exists(ouvre), contrat=contrat, organisme=jeton.organisme_id, utilisateur__is_active=True)
            .order_by("pk")
            .values_list("role", *liens)
        )
        tenus = {
            RoleTenu(Role(role), jeton.organisme_id, Limites(*(frozenset(pks) for pks in limites)))
            for role, *limites in lignes
        }
        connus[contrat.pk] = RolesTenus(tuple(sorted(tenus, key=lambda h: h.role)))
    return connus[contrat.pk]


def peut_inviter(auteur: Auteur, contrat: Contrat) -> Reponse:
    """The team of the contract opens accounts."""
    if roles(auteur, contrat).pilote:
        return OUI
    return non("Seul un chef de projet du contrat peut inviter une personne.")


def peut_accorder(
    auteur: Auteur, contrat: Contrat, limites: Limites, *, role: Role | None = None, organisme_id: int | None = None
) -> Reponse:
    """Nobody grants more than it holds: a communal chef de projet opens accounts for its own commune.

    The manager of a porteur opens those of its own organisation, as porteurs.
    """
    if role == Role.PORTEUR and organisme_id is not None and _gere_un_porteur(auteur, contrat, organisme_id, limites):
        return OUI
    if not (reponse := peut_inviter(auteur, contrat)):
        return reponse
    tenus = roles(auteur, contrat)
    if tenus.administre or any(
        limites.incluses_dans(h.limites) for h in tenus.habilitations if h.role == Role.CHEF_DE_PROJET
    ):
        return OUI
    return non("Vos propres droits sont limités : accordez une habilitation dans les mêmes lieux et orientations.")


def peut_gerer(auteur: Auteur, objet: Habilitation | Invitation) -> Reponse:
    """Whoever could have granted it may change it, close it or withdraw it."""
    limites = limites_de(objet)
    if objet.role == Role.PORTEUR and _gere_un_porteur(auteur, objet.contrat, objet.organisme_id, limites):
        return OUI
    if not roles(auteur, objet.contrat).pilote:
        return non("Seul un chef de projet du contrat modifie son équipe.")
    return peut_accorder(auteur, objet.contrat, limites)


def peut_trancher_les_inscriptions(auteur: Auteur, contrat: Contrat) -> Reponse:
    """A new porteur joins the whole contract: a chef de projet without limits."""
    if roles(auteur, contrat).pilote_tout:
        return OUI
    return non("Seul un chef de projet de tout le contrat accepte ou refuse une inscription.")


def peut_gerer_les_porteurs(auteur: Auteur, contrat: Contrat, organisme: Organisme) -> Reponse:
    """The people of a porteur: its manager opens and closes their accesses, and so does a chef de projet."""
    tenus = roles(auteur, contrat)
    if tenus.pilote or any(
        _gere_un_porteur(auteur, contrat, organisme.pk, h.limites)
        for h in tenus.habilitations
        if h.role == Role.PORTEUR and h.organisme_id == organisme.pk
    ):
        return OUI
    return non("Le gestionnaire des accès de l’organisme, ou un chef de projet, invite ses personnes.")


def limites_du_porteur(auteur: Auteur, contrat: Contrat, organisme: Organisme) -> Limites:
    """The limits that a porteur's manager passes on to those that it invites: its own; none for the team."""
    tenues = (
        h.limites
        for h in roles(auteur, contrat).habilitations
        if h.role == Role.PORTEUR and h.organisme_id == organisme.pk
    )
    return next(tenues, Limites())


def peut_clore_un_acces(auteur: Auteur, habilitation: Habilitation) -> Reponse:
    """Whoever manages it, but a porteur's manager not its own: the organisation would be left without one."""
    if not (reponse := peut_gerer(auteur, habilitation)):
        return reponse
    sien = auteur.utilisateur is not None and auteur.utilisateur.pk == habilitation.utilisateur_id
    if sien and habilitation.role == Role.PORTEUR and not roles(auteur, habilitation.contrat).pilote:
        return non(
            "Vous ne pouvez pas retirer votre propre accès : demandez-le à un autre gestionnaire ou au chef de projet."
        )
    return OUI


def _gere_un_porteur(auteur: Auteur, contrat: Contrat, organisme_id: int, limites: Limites) -> bool:
    """True for a porteur's manager, within the limits of its own habilitation. A key manages nothing."""
    tenus = roles(auteur, contrat)
    tient = any(
        h.role == Role.PORTEUR and h.organisme_id == organisme_id and limites.incluses_dans(h.limites)
        for h in tenus.habilitations
    )
    return (
        tient
        and auteur.utilisateur is not None
        and auteur.utilisateur.habilitations.actives()
        .filter(contrat=contrat, organisme=organisme_id, role=Role.PORTEUR, gestionnaire=True)
        .exists()
    )


# Those who speak for a signatory: its correspondent, and the landlord's.
ROLES_DECLARANTS = frozenset({Role.SIGNATAIRE, Role.BAILLEUR})


def organismes_responsables(organisme: Organisme | None, signataire: Signataire | None) -> frozenset[int]:
    """The organisations that may speak for a commitment: the one committed, and its signatory for its own services."""
    if organisme is None:
        return frozenset() if signataire is None else frozenset({signataire.organisme_id})
    if signataire is not None and signataire.organisme_id == organisme.parent_id:
        return frozenset({organisme.pk, signataire.organisme_id})
    return frozenset({organisme.pk})


def parle_pour(tenus: RolesTenus, organismes: Set[int], lieux: Limites) -> int | None:
    """The organisation, among these, for which the person states and writes; None when it speaks for none of them."""
    for h in tenus.habilitations:
        if h.role in ROLES_DECLARANTS and h.organisme_id in organismes and lieux.incluses_dans(h.limites):
            return h.organisme_id
    return None


def pilote_ici(tenus: RolesTenus, lieux: Limites) -> bool:
    """A chef de projet whose own limits include these places and this orientation."""
    return tenus.administre or any(
        h.role == Role.CHEF_DE_PROJET and lieux.incluses_dans(h.limites) for h in tenus.habilitations
    )


def peut_ecrire_engagement(tenus: RolesTenus, organismes: Set[int], lieux: Limites) -> Reponse:
    """A signatory writes the commitments of its own organisation; the team those of all."""
    if pilote_ici(tenus, lieux) or parle_pour(tenus, organismes, lieux) is not None:
        return OUI
    if tenus.pilote:
        return non("Vos propres droits sont limités : cet engagement porte sur d’autres lieux ou orientations.")
    if tenus.tient(*ROLES_DECLARANTS):
        return non("Vous n’écrivez que les engagements de votre organisme.")
    return non("Seuls un chef de projet et les signataires écrivent des engagements.")


def peut_creer_engagement(auteur: Auteur, contrat: Contrat) -> Reponse:
    """Whoever may write some commitment of the contract; for whom, `peut_ecrire_engagement` tells."""
    tenus = roles(auteur, contrat)
    if tenus.pilote or tenus.tient(*ROLES_DECLARANTS):
        return OUI
    return non("Seuls un chef de projet et les signataires écrivent des engagements.")


def lieux_de(engagement: Engagement, tenus: RolesTenus) -> Limites:
    """The places and the orientation of a commitment; not read when the person's own rights have no limit."""
    if tenus.administre or not any(h.limites != Limites() for h in tenus.habilitations):
        return Limites()
    orientations = frozenset({engagement.orientation_id}) if engagement.orientation_id else frozenset()
    return Limites(
        perimetres=frozenset(p.pk for p in engagement.perimetres.all()),
        orientations=orientations,
    )


def peut_modifier_engagement(auteur: Auteur, engagement: Engagement) -> Reponse:
    """The same people, and never a withdrawn commitment."""
    if engagement.retire_le is not None:
        return non("Cet engagement a été retiré.")
    tenus = roles(auteur, engagement.contrat)
    responsables = organismes_responsables(engagement.organisme, engagement.signataire)
    return peut_ecrire_engagement(tenus, responsables, lieux_de(engagement, tenus))


# What a partner's system reads when it would write another organisation's commitment.
AUCUN_ENGAGEMENT = "Aucun engagement de votre organisme ne porte cet identifiant : vous n’écrivez que les vôtres."


def engagement_d_autrui(auteur: Auteur, engagement: Engagement) -> bool:
    """True when the author neither leads the contract nor belongs to an organisation that answers for the commitment.

    Whoever would write it then learns no more than that it has none of that name; those of the organisation whose role does not
    write are told why.
    """
    tenus = roles(auteur, engagement.contrat)
    responsables = organismes_responsables(engagement.organisme, engagement.signataire)
    return not tenus.pilote and not any(h.organisme_id in responsables for h in tenus.habilitations)


def peut_declarer(auteur: Auteur, engagement: Engagement) -> Reponse:
    """The signatory for its own organisation; the chef de projet *pour le compte de*, with the document it read."""
    if engagement.retire_le is not None:
        return non("Cet engagement a été retiré.")
    tenus = roles(auteur, engagement.contrat)
    lieux = lieux_de(engagement, tenus)
    if pilote_ici(tenus, lieux):
        return OUI
    if parle_pour(tenus, organismes_responsables(engagement.organisme, engagement.signataire), lieux) is not None:
        return OUI
    if tenus.tient(*ROLES_DECLARANTS):
        return non("Vous ne déclarez que l’avancement des engagements de votre organisme.")
    return non("Seul le signataire déclare l’avancement de ses engagements.")


def peut_viser(auteur: Auteur, point: PointAvancement) -> Reponse:
    """The chef de projet says what it thinks of a statement, beside it."""
    tenus = roles(auteur, point.engagement.contrat)
    if pilote_ici(tenus, lieux_de(point.engagement, tenus)):
        return OUI
    return non("Seul un chef de projet du contrat vise une déclaration.")


def peut_animer_la_revue(auteur: Auteur, contrat: Contrat) -> Reponse:
    """Calling on signatories, opening, sending and closing a review concern the whole contract."""
    if roles(auteur, contrat).pilote_tout:
        return OUI
    return non("Seul un chef de projet de tout le contrat anime la revue des engagements.")


def peut_remarquer(auteur: Auteur, contrat: Contrat, organisme: Organisme) -> Reponse:
    """A signatory remarks on the draft review in its own name; the chef de projet *pour le compte de*."""
    tenus = roles(auteur, contrat)
    if tenus.pilote or tenus.tient(*ROLES_DECLARANTS, organisme_id=organisme.pk):
        return OUI
    return non("Seuls les signataires font des remarques sur la revue, au nom de leur organisme.")


class Place(StrEnum):
    """What somebody is in a committee: it runs it, sits in it, is invited to it, or none of these."""

    ANIMATEUR = "animateur"
    MEMBRE = "membre"
    INVITE = "invite"
    AUCUNE = ""


def place_dans(tenus: RolesTenus, comite: Comite) -> Place:
    """The place of whoever holds these roles in `comite`, whose `membres` are read.

    Where files are examined, a porteur's role gives no seat: it sees nothing before the decision.
    """
    if tenus.pilote:
        return Place.ANIMATEUR
    if comite.type == TypeComite.COPIL and tenus.tient(Role.MEMBRE_COPIL):
        return Place.MEMBRE
    roles_siegeant = [r for r in Role if r != Role.PORTEUR or not comite.examine_des_dossiers]
    organismes = tenus.organismes(*roles_siegeant)
    sieges = [membre for membre in comite.membres.all() if membre.organisme_id in organismes]
    if any(not siege.invite for siege in sieges):
        return Place.MEMBRE
    return Place.INVITE if sieges else Place.AUCUNE


def peut_animer(auteur: Auteur, contrat: Contrat) -> Reponse:
    """The team of the whole contract draws its committees."""
    if roles(auteur, contrat).pilote_tout:
        return OUI
    return non("Seul un chef de projet de tout le contrat organise ses comités.")


def peut_reunir(auteur: Auteur, comite: Comite, commune_id: int | None = None) -> Reponse:
    """A chef de projet calls the meetings; a limited one those of its communes and orientations."""
    tenus = roles(auteur, comite.contrat)
    if tenus.pilote_tout:
        return OUI
    for tenu in tenus.habilitations:
        if tenu.role != Role.CHEF_DE_PROJET:
            continue
        if commune_id is not None and commune_id in tenu.limites.communes:
            return OUI
        if comite.orientation_id is not None and comite.orientation_id in tenu.limites.orientations:
            return OUI
    if tenus.pilote:
        return non("Vos droits sont limités : réunissez les comités de vos communes et de vos orientations.")
    return non("Seul un chef de projet du contrat organise une réunion.")


def peut_conduire(auteur: Auteur, reunion: Reunion) -> Reponse:
    """Whoever may call a meeting prepares it, holds it and gives its minutes."""
    return peut_reunir(auteur, reunion.comite, reunion.commune_id)


def peut_suivre(auteur: Auteur, decision: DecisionReunion) -> Reponse:
    """The organisation in charge says what became of a decision, and so does whoever ran the meeting."""
    if peut_conduire(auteur, decision.reunion):
        return OUI
    if decision.responsable_id in roles(auteur, decision.reunion.comite.contrat).organismes_partenaires:
        return OUI
    return non("Seuls le responsable de la décision et un chef de projet disent où elle en est.")


# --- Structure, communal documents, plan, droit commun ---------------------------------------------------------------
def peut_modifier_structure(auteur: Auteur, contrat: Contrat) -> Reponse:
    """Orientations, signatories, acts and avenants: a chef de projet of the whole contract."""
    if roles(auteur, contrat).pilote_tout:
        return OUI
    return non("Seul un chef de projet de tout le contrat modifie sa structure.")


def peut_modifier_perimetre(auteur: Auteur, contrat: Contrat, perimetre: Perimetre) -> Reponse:
    """A perimeter that the contract drew itself: neither a QPV (Q-01), nor one that another contract also covers."""
    if not (reponse := peut_modifier_structure(auteur, contrat)):
        return reponse
    if perimetre.type == TypePerimetre.QPV:
        return non("Un quartier prioritaire est délimité par décret : seul l’administrateur de l’installation l’écrit.")
    if PerimetreDuContrat.objects.filter(perimetre=perimetre).exclude(contrat=contrat).exists():
        return non("Ce périmètre est aussi celui d’un autre contrat : seul l’administrateur de l’installation l’écrit.")
    return OUI


def communes_pilotees(auteur: Auteur, contrat: Contrat) -> frozenset[int] | None:
    """The communes whose documents the person writes; None means all of them."""
    tenus = roles(auteur, contrat)
    if tenus.pilote_tout:
        return None
    return frozenset().union(
        *(
            h.limites.communes
            for h in tenus.habilitations
            if h.role == Role.CHEF_DE_PROJET and not h.limites.orientations
        )
    )


def peut_modifier_communal(auteur: Auteur, contrat: Contrat, commune_id: int) -> Reponse:
    """A commune's documents: the chef de projet of the whole contract, or that of the commune."""
    pilotees = communes_pilotees(auteur, contrat)
    if pilotees is None or commune_id in pilotees:
        return OUI
    return non("Seul le chef de projet de la commune, ou celui de tout le contrat, écrit ce document.")


def peut_annexer(auteur: Auteur, contrat: Contrat) -> Reponse:
    """A commune adopts; the contract annexes."""
    if roles(auteur, contrat).pilote_tout:
        return OUI
    return non("L’annexion au contrat se fait par avenant : un chef de projet de tout le contrat l’enregistre.")


def peut_modifier_plan(auteur: Auteur, contrat: Contrat, orientation_id: int | None = None) -> Reponse:
    """The plan d'actions: a chef de projet, within the orientations it is limited to (`None`: at least one)."""
    tenus = roles(auteur, contrat)
    if tenus.pilote_tout:
        return OUI
    for habilitation in tenus.habilitations:
        orientations = habilitation.limites.orientations
        if habilitation.role == Role.CHEF_DE_PROJET and (
            not orientations or orientation_id is None or orientation_id in orientations
        ):
            return OUI
    if tenus.pilote:
        return non("Votre habilitation ne couvre pas cette orientation.")
    return non("Seul un chef de projet du contrat modifie le plan d’actions.")


# Those who speak for an organisation in the directory of droit commun.
_REPRESENTANTS = (Role.SIGNATAIRE, Role.INSTRUCTEUR, Role.DECIDEUR, Role.BAILLEUR)


def peut_modifier_ressource(auteur: Auteur, contrat: Contrat, organisme_id: int | None) -> Reponse:
    """A means of droit commun: the chef de projet, and the organisation that offers it."""
    tenus = roles(auteur, contrat)
    if tenus.pilote or (organisme_id is not None and tenus.tient(*_REPRESENTANTS, organisme_id=organisme_id)):
        return OUI
    return non("Cette ressource est tenue par son organisme et par les chefs de projet.")


def peut_ajouter_une_ressource(auteur: Auteur, contrat: Contrat) -> Reponse:
    """Whoever may keep one may add one."""
    tenus = roles(auteur, contrat)
    if tenus.pilote or tenus.tient(*_REPRESENTANTS):
        return OUI
    return non("Seuls les chefs de projet et les signataires ajoutent une ressource.")


def voit_les_ressources_fermees(tenus: RolesTenus) -> bool:
    """Those not yet open to porteurs are read by those who work on them."""
    return tenus.instruit or tenus.tient(*_REPRESENTANTS)


def peut_modifier_fiche(auteur: Auteur, contrat: Contrat, organisme_id: int) -> Reponse:
    """An actor's card: its organisation, whatever its role here, and the chef de projet."""
    tenus = roles(auteur, contrat)
    if tenus.pilote or any(h.organisme_id == organisme_id for h in tenus.habilitations):
        return OUI
    return non("Cette fiche est tenue par son organisme et par les chefs de projet.")


def peut_escalader(auteur: Auteur, contrat: Contrat) -> Reponse:
    """Those who lead the thematic groups: chefs de projet and délégués du préfet."""
    tenus = roles(auteur, contrat)
    if tenus.pilote or tenus.tient(Role.DELEGUE_PREFET):
        return OUI
    return non(
        "Les chefs de projet et les délégués du préfet, qui animent les groupes thématiques, écrivent ces notes."
    )


def peut_ouvrir_un_contrat(auteur: Auteur) -> Reponse:
    """A new contract of the installation: its administrators."""
    utilisateur = auteur.utilisateur
    if utilisateur is None or (utilisateur.is_active and utilisateur.is_superuser):
        return OUI
    return non("Seul un administrateur de l’installation ouvre un contrat.")


def organismes_geres(auteur: Auteur, contrat: Contrat) -> frozenset[int]:
    """The organisations whose keys the person creates: those it manages, and the lead for a chef de projet of it all.

    A key manages nothing: only people create keys.
    """
    if auteur.utilisateur is None:
        return frozenset()
    geres = (
        auteur.utilisateur.habilitations.actives().filter(contrat=contrat, gestionnaire=True)
        if auteur.utilisateur.is_authenticated
        else Habilitation.objects.none()
    )
    numeros = frozenset(geres.values_list("organisme_id", flat=True))
    return numeros | {contrat.pilote_id} if roles(auteur, contrat).pilote_tout else numeros


def peut_gerer_les_cles(auteur: Auteur, contrat: Contrat, organisme: Organisme) -> Reponse:
    """The person who manages the accesses of this organisation in this contract."""
    if organisme.pk in organismes_geres(auteur, contrat):
        return OUI
    return non("Seul le gestionnaire des accès de cet organisme crée et révoque ses clés.")


def gestionnaires_des_cles(contrat: Contrat, organisme: Organisme) -> list[Utilisateur]:
    """Who answers for the keys of an organisation: its managers, the chefs de projet for the lead's."""
    tenues = Habilitation.objects.actives().filter(contrat=contrat, organisme=organisme, utilisateur__is_active=True)
    responsables = Q(gestionnaire=True)
    if organisme.pk == contrat.pilote_id:
        responsables |= Q(role=Role.CHEF_DE_PROJET)
    return list(Utilisateur.objects.filter(habilitations__in=tenues.filter(responsables)).distinct().order_by("pk"))


# --- The means of all partners ---------------------------------------------------------------------------------------
# Those who say what their own organisation puts into the contract.
ROLES_ANNONCEURS = frozenset({Role.SIGNATAIRE, Role.INSTRUCTEUR, Role.DECIDEUR, Role.BAILLEUR})


def organismes_annonces(tenus: RolesTenus) -> frozenset[int]:
    """The organisations whose means the person tells in their own name."""
    return tenus.organismes(*ROLES_ANNONCEURS)


def peut_annoncer_pour(tenus: RolesTenus, organisme_id: int) -> Reponse:
    """A partner for its own organisation, a chef de projet of the whole contract *pour le compte de* any."""
    if tenus.pilote_tout or organisme_id in organismes_annonces(tenus):
        return OUI
    if tenus.tient(*ROLES_ANNONCEURS):
        return non("Vous n’annoncez que les moyens de votre organisme.")
    if tenus.pilote:
        return non("Vos droits sont limités : le tableau des moyens porte sur tout le contrat.")
    return non("Seuls les partenaires et un chef de projet annoncent des moyens.")


def peut_annoncer(auteur: Auteur, contrat: Contrat) -> Reponse:
    """Whoever may tell the means of some organisation."""
    tenus = roles(auteur, contrat)
    if tenus.pilote_tout or organismes_annonces(tenus):
        return OUI
    return non("Seuls les partenaires et un chef de projet de tout le contrat annoncent des moyens.")


def peut_relancer_les_partenaires(auteur: Auteur, contrat: Contrat) -> Reponse:
    """Reminders about the means concern the whole contract."""
    if roles(auteur, contrat).pilote_tout:
        return OUI
    return non("Seul un chef de projet de tout le contrat relance les partenaires.")
