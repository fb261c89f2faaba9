"""The people of a contract: who acts for which organisation, in which role, and who is invited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.utils import timezone

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.permissions import Reponse
from commun.recherche import normaliser

from ..etats import Role
from ..models import Contrat, Habilitation, Invitation
from ..permissions import peut_gerer

# A job that has not sent its e-mail by then has given up or waits for a worker: somebody must know.
DELAI_D_ENVOI = timedelta(minutes=15)


class Situation(StrEnum):
    """Which habilitations a list shows."""

    EN_VIGUEUR = "en-vigueur"
    TERMINEES = "terminees"


@dataclass(frozen=True, slots=True)
class Membre:
    """One habilitation, as the team's page shows it."""

    pk: int
    nom: str
    email: str
    fonction: str
    organisme: Organisme
    role: Role
    limites: tuple[str, ...]
    valide_du: date
    valide_au: date | None
    close_le: datetime | None
    derniere_connexion: datetime | None
    compte_actif: bool
    gestionnaire: bool
    utilisateur_id: int

    @property
    def cherchable(self) -> str:
        return normaliser(f"{self.nom} {self.email} {self.fonction} {self.organisme.nom} {self.organisme.sigle}")


@dataclass(frozen=True, slots=True)
class InvitationEnAttente:
    """An invitation neither accepted nor withdrawn; out of date, it can still be sent again."""

    pk: int
    email: str
    organisme: str
    role: Role
    limites: tuple[str, ...]
    envoyee_le: datetime
    expire_le: datetime
    courriel_parti_le: datetime | None
    invite_par: str
    expiree: bool
    envoi_en_panne: bool
    gestion: Reponse

    @property
    def etat(self) -> tuple[str, str]:
        """Its state in a word, and the tone of that word."""
        if self.expiree:
            return "expirée", "attention"
        if self.envoi_en_panne:
            return "courriel non parti", "danger"
        if self.courriel_parti_le is None:
            return "envoi en cours", "neutre"
        return "envoyée", "info"


def membres(
    contrat: Contrat,
    *,
    texte: str = "",
    role: str = "",
    organisme: Organisme | None = None,
    situation: Situation = Situation.EN_VIGUEUR,
    le: date | None = None,
) -> list[Membre]:
    """The habilitations of the contract, by organisation then by name; `texte` is sought without accents.

    A contract counts a few hundred people: they are read whole, then searched.
    """
    habilitations = Habilitation.objects.filter(contrat=contrat)
    en_vigueur = Habilitation.objects.actives(le).values("pk")
    if situation is Situation.EN_VIGUEUR:
        habilitations = habilitations.filter(pk__in=en_vigueur)
    else:
        habilitations = habilitations.exclude(pk__in=en_vigueur)
    if role:
        habilitations = habilitations.filter(role=role)
    if organisme is not None:
        habilitations = habilitations.filter(organisme=organisme)
    lignes = [
        Membre(
            pk=h.pk,
            nom=str(h.utilisateur),
            email=h.utilisateur.email,
            fonction=h.utilisateur.fonction,
            organisme=h.organisme,
            role=Role(h.role),
            limites=limites_en_mots(h),
            valide_du=h.valide_du,
            valide_au=h.valide_au,
            close_le=h.close_le,
            derniere_connexion=h.utilisateur.last_login,
            compte_actif=h.utilisateur.is_active,
            gestionnaire=h.gestionnaire,
            utilisateur_id=h.utilisateur_id,
        )
        for h in habilitations.select_related("utilisateur", "organisme")
        .prefetch_related("communes", "perimetres", "orientations")
        .order_by("organisme__recherche", "organisme_id", "utilisateur__last_name", "utilisateur__email", "role")
    ]
    mots = normaliser(texte).split()
    return [m for m in lignes if all(mot in m.cherchable for mot in mots)]


def invitations_en_attente(
    contrat: Contrat,
    *,
    pour: Auteur,
    organisme: Organisme | None = None,
    role: str = "",
    le: datetime | None = None,
) -> list[InvitationEnAttente]:
    """The invitations still to be answered, the latest first, with what the reader may do of each."""
    le = le or timezone.now()
    invitations = (
        Invitation.objects.en_attente()
        .filter(contrat=contrat)
        .select_related("contrat", "organisme", "invite_par")
        .prefetch_related("communes", "perimetres", "orientations")
    )
    if organisme is not None:
        invitations = invitations.filter(organisme=organisme)
    if role:
        invitations = invitations.filter(role=role)
    return [
        InvitationEnAttente(
            pk=i.pk,
            email=i.email,
            organisme=i.organisme.nom,
            role=Role(i.role),
            limites=limites_en_mots(i),
            envoyee_le=i.envoyee_le,
            expire_le=i.expire_le,
            courriel_parti_le=i.courriel_parti_le,
            invite_par=str(i.invite_par) if i.invite_par else "",
            expiree=i.expire_le <= le,
            envoi_en_panne=i.courriel_parti_le is None and i.envoyee_le < le - DELAI_D_ENVOI,
            gestion=peut_gerer(pour, i),
        )
        for i in invitations
    ]


def limites_en_mots(objet: Habilitation | Invitation) -> tuple[str, ...]:
    """The places then the orientations that an habilitation is limited to; empty when it is not limited."""
    return (
        *(c.nom for c in objet.communes.all()),
        *(p.nom for p in objet.perimetres.all()),
        *(o.nom_court for o in objet.orientations.all()),
    )


def organismes_a_proposer(contrat: Contrat, texte: str, *, nombre: int = 20) -> list[Organisme]:
    """Organisations to invite somebody for: those found by `texte`, or those already in the contract."""
    if texte:
        return list(Organisme.objects.cherches(texte).order_by("recherche")[:nombre])
    du_contrat = Organisme.objects.filter(signatures__contrat=contrat) | Organisme.objects.filter(
        pk__in=Habilitation.objects.actives().filter(contrat=contrat).values("organisme")
    )
    return list(du_contrat.distinct().order_by("recherche")[:nombre])


@dataclass(frozen=True, slots=True)
class ContratTenu:
    """What a person is in one contract."""

    contrat: Contrat
    habilitations: tuple[Habilitation, ...]

    @property
    def organismes(self) -> list[Organisme]:
        """The organisations that the person may act for there, each once."""
        return list({h.organisme_id: h.organisme for h in self.habilitations}.values())


def contrats_tenus(auteur: Auteur) -> list[ContratTenu]:
    """The contracts in which the person holds something today, with what it holds."""
    habilitations = (
        Habilitation.objects.actives()
        .filter(utilisateur=auteur.utilisateur)
        .select_related("contrat", "organisme")
        .prefetch_related("communes", "perimetres", "orientations")
        .order_by("contrat__nom", "organisme__recherche", "role")
    )
    par_contrat: dict[int, list[Habilitation]] = {}
    for habilitation in habilitations:
        par_contrat.setdefault(habilitation.contrat_id, []).append(habilitation)
    return [ContratTenu(groupe[0].contrat, tuple(groupe)) for groupe in par_contrat.values()]
