"""What the programming knows of each funder's money in a year, by orientation, section and nature (regles 2.12)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from commun.auteur import Auteur
from contrats.etats import Role
from contrats.models import Contrat
from contrats.permissions import ROLES_INSTRUCTEURS, Limites, roles

from ..etats import DOSSIER_OUVERT_AUX_PROPOSITIONS, EtatDemande, EtatDossier, EtatExamen
from ..models import DemandeFinancement, ExamenDossier, FamilleDispositif
from ..models.seance import examinent
from .programmation_annuelle.montants import FERME, RETENUE, somme, vus

_PROGRAMMEE = Q(etat_vu=EtatDemande.PROGRAMMEE)
_DU_SIP = Q(dispositif__famille=FamilleDispositif.SIP)


def _mise_de_cote(*, sip: bool) -> Exists:
    """The last meeting to list the file, of those that examine such a request, set it aside; a later list of theirs takes
    it up again. The file stays in instruction."""
    siens = ExamenDossier.objects.filter(examinent(sip=sip), dossier=OuterRef("dossier"))
    repris = siens.filter(reunion__le__gt=OuterRef("reunion__le"))
    return Exists(siens.filter(etat=EtatExamen.ECARTE, applique_le__isnull=False).exclude(Exists(repris)))


_ECARTEE = (_DU_SIP & _mise_de_cote(sip=True)) | (~_DU_SIP & _mise_de_cote(sip=False))
# A funder's private draft is nobody's figure: not even its own, in a table that partners share. Nor is a proposal on a file
# that the COPIL put off or set aside: still on its table, it says no more what its funder will put in.
_PROPOSEE = Q(
    etat_vu=EtatDemande.PROPOSEE,
    proposition_partagee=True,
    dossier__etat__in=DOSSIER_OUVERT_AUX_PROPOSITIONS,
    ecartee=False,
)


@dataclass(frozen=True, slots=True)
class MoyensProgrammes:
    """One funder, orientation, section and nature. Euros voted, programmed and not voted yet, proposed and shared."""

    financeur: int
    orientation: int | None
    section: str
    nature: str
    vote: Decimal
    programme: Decimal
    propose: Decimal
    dossiers: int

    @property
    def connu(self) -> Decimal:
        """Each request counts once: voted, else programmed, else proposed."""
        return self.vote + self.programme + self.propose


def financeurs_lus(contrat: Contrat, *, pour: Auteur) -> frozenset[int] | None:
    """The funders whose whole money this reader sees: None for all of them, its own only for an instructor.

    On another funder, an instructor sees some of the files: a sum of these would pass for the whole.
    """
    tenus = roles(pour, contrat)
    equipe = ROLES_INSTRUCTEURS - {Role.INSTRUCTEUR, Role.DECIDEUR}
    if tenus.administre or any(h.role in equipe and h.limites == Limites() for h in tenus.habilitations):
        return None
    return frozenset(
        h.organisme_id for h in tenus.habilitations if h.role in ROLES_INSTRUCTEURS and h.limites == Limites()
    )


def moyens_programmes(
    contrat: Contrat, annee: int, *, pour: Auteur, publiee: bool = False
) -> tuple[MoyensProgrammes, ...]:
    """The money of the year as `pour` may read it, or as it is published; two queries."""
    lus: Collection[int] | None = None if publiee else financeurs_lus(contrat, pour=pour)
    _dossiers, demandes = vus(contrat, pour, publiee)
    demandes = demandes.filter(dossier__campagne__annee=annee).annotate(ecartee=_ECARTEE).filter(RETENUE | _PROPOSEE)
    if lus is not None:
        demandes = demandes.filter(financeur__in=lus)
    groupes = (
        demandes.values("financeur", "dossier__orientation", "dispositif__section", "nature")
        .annotate(
            vote=somme("vote_vu", FERME),
            programme=somme("programme_vu", _PROGRAMMEE),
            propose=somme("propose_vu", _PROPOSEE),
            dossiers=Count("dossier", distinct=True),
        )
        .order_by("financeur", "dossier__orientation", "dispositif__section", "nature")
    )
    return tuple(
        MoyensProgrammes(
            financeur=g["financeur"],
            orientation=g["dossier__orientation"],
            section=g["dispositif__section"],
            nature=g["nature"],
            vote=g["vote"],
            programme=g["programme"],
            propose=g["propose"],
            dossiers=g["dossiers"],
        )
        for g in groupes
    )


def financeurs_de_l_annee(contrat: Contrat, annee: int) -> list[int]:
    """The organisations that the files of the year ask for money, by number: their means are expected from them too.

    Asked, not granting: what a funder decides is not told to those who do not instruct.
    """
    return _financeurs(_posees(contrat).filter(dossier__campagne__annee=annee))


def financeurs_sollicites(contrat: Contrat) -> list[int]:
    """The same, of all years together."""
    return _financeurs(_posees(contrat))


def _posees(contrat: Contrat) -> QuerySet[DemandeFinancement]:
    return DemandeFinancement.objects.filter(dossier__contrat=contrat).exclude(
        Q(etat=EtatDemande.ANNULEE) | Q(dossier__etat__in=[EtatDossier.BROUILLON, EtatDossier.RETIRE])
    )


def _financeurs(demandes: QuerySet[DemandeFinancement]) -> list[int]:
    return sorted(demandes.order_by().values_list("financeur", flat=True).distinct())
