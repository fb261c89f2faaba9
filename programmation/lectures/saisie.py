"""One funder's own rows, as they are typed in the table and in its spreadsheet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from commun.auteur import Auteur
from commun.permissions import Reponse
from contrats.etats import Role
from contrats.models import Contrat
from contrats.permissions import roles

from ..etats import EtatDemande
from ..models import DemandeFinancement, Dossier
from ..models.dossier import deports_de, retenir_les_limites
from ..permissions import peut_engager, peut_proposer
from .versions import versions

# Who may type, and for whom: one's own funder, any of them for the team.
SAISISSENT = (Role.INSTRUCTEUR, Role.DECIDEUR)


@dataclass(frozen=True, slots=True)
class LigneSaisie:
    """One request of the funder, with the version read and what this reader may type. Euros."""

    pk: int
    titre: str  # its scheme and nature, which tell two rows of one file apart
    etat_libelle: str
    demande: Decimal
    montant: Decimal | None
    conditions: str
    numero_ej: str
    privee: bool
    version: int
    proposer: Reponse
    engager: Reponse


def financeur_de_saisie(pour: Auteur, contrat: Contrat, choisi: int | None) -> int | None:
    """The funder whose rows this reader types: the one chosen, else its own organisation; None when it types none."""
    tenus = roles(pour, contrat)
    siens = tenus.organismes(*SAISISSENT)
    if choisi is not None:
        return choisi if tenus.pilote or choisi in siens else None
    organisme = pour.organisme.pk if pour.organisme else None
    return organisme if tenus.pilote or organisme in siens else None


def lignes_de_saisie(
    dossiers: Iterable[Dossier], *, financeur: int, pour: Auteur, contrat: Contrat
) -> dict[int, tuple[LigneSaisie, ...]]:
    """The rows of `financeur` on these files, by file; as many queries whatever their number.

    None on a file from which the reader has withdrawn.
    """
    deportes = deports_de(pour, contrat)
    par_cle = {dossier.pk: dossier for dossier in dossiers if dossier.pk not in deportes}
    retenir_les_limites(par_cle.values(), [h.limites for h in roles(pour, contrat).habilitations])
    demandes = list(
        DemandeFinancement.objects.filter(dossier__in=list(par_cle), financeur=financeur)
        .avec_montants_vus(pour, contrat)
        .select_related("financeur", "dispositif")
        .order_by("dispositif__code", "nature", "pk")
    )
    lues = versions(demande.pk for demande in demandes)
    lignes: dict[int, list[LigneSaisie]] = defaultdict(list)
    for demande in demandes:
        demande.dossier = par_cle[demande.dossier_id]
        demande.dossier.contrat = contrat
        lignes[demande.dossier_id].append(_ligne(demande, lues[demande.pk], pour))
    return {dossier: tuple(siennes) for dossier, siennes in lignes.items()}


def demandes_par_dossier(demandes: Iterable[int], *, financeur: int) -> Any:
    """The files of these requests, when they are that funder's."""
    return DemandeFinancement.objects.filter(pk__in=list(demandes), financeur=financeur).values("dossier")


def _ligne(demande: Any, version: int, pour: Auteur) -> LigneSaisie:
    visible = demande.propose_vu is not None
    return LigneSaisie(
        pk=demande.pk,
        etat_libelle=EtatDemande(demande.etat_vu).label,
        titre=f"{demande.dispositif.code.upper()}, {demande.get_nature_display().lower()}",
        demande=demande.montant_demande,
        montant=demande.propose_vu,
        conditions=demande.conditions if visible else "",
        numero_ej=demande.numero_ej if demande.programme_vu is not None else "",
        privee=visible and not demande.proposition_partagee,
        version=version,
        proposer=peut_proposer(pour, demande),
        engager=peut_engager(pour, demande),
    )
