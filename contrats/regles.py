"""Rules of the contract on plain values: how long an invitation lasts, what a role sees, who may grant which limits."""

from __future__ import annotations

from collections.abc import Set
from datetime import date, datetime, timedelta

from .etats import EtatEngagement, Role

DUREE_INVITATION = timedelta(days=14)

# Said to the person who invites and to the person invited, before either commits.
CE_QUE_VOIT: dict[Role, str] = {
    Role.CHEF_DE_PROJET: "Voit tout le contrat, anime l’instruction, prépare le COPIL et invite les autres personnes.",
    Role.INSTRUCTEUR: "Voit les dossiers qui sollicitent son organisme, donne son avis et propose ses montants.",
    Role.DECIDEUR: "Voit les dossiers qui sollicitent son organisme et enregistre l’acte qui rend ses montants fermes.",
    Role.DELEGUE_PREFET: "Voit les dossiers déposés sur ses lieux et donne un avis ; ne décide d’aucun montant.",
    Role.SIGNATAIRE: "Voit les engagements du contrat et déclare chaque année l’avancement de ceux de son organisme.",
    Role.PORTEUR: "Voit les seuls dossiers de son organisme, les dépose et répond aux demandes de complément.",
    Role.BAILLEUR: "Voit et saisit le programme TFPB de son organisme, et son bilan.",
    Role.JURIDIQUE: "Voit les dossiers déposés pour préparer et suivre les conventions.",
    Role.FINANCES: "Voit les dossiers déposés et les montants décidés pour suivre les paiements.",
    Role.MEMBRE_COPIL: "Lit le contrat et télécharge les rapports publiés ; ne voit rien de ce qui est en préparation.",
    Role.CONSEIL_CITOYEN: "Lit le contrat et ce qui est publié, et donne l’avis des habitants.",
}


def expiration(envoyee_le: datetime) -> datetime:
    """The moment from which an invitation sent then opens nothing more."""
    return envoyee_le + DUREE_INVITATION


def lieux_inclus(
    communes: Set[int], perimetres: Set[int], *, communes_tenues: Set[int], perimetres_tenus: Set[int]
) -> bool:
    """True when places asked stay within places held; no place at all means everywhere.

    A perimeter is not deduced from its commune: what is held is what was written.
    """
    if not communes_tenues and not perimetres_tenus:
        return True
    return bool(communes or perimetres) and communes <= communes_tenues and perimetres <= perimetres_tenus


def orientations_incluses(orientations: Set[int], *, tenues: Set[int]) -> bool:
    """True when orientations asked stay within orientations held; none means all of them."""
    return not tenues or (bool(orientations) and orientations <= tenues)


def en_retard(echeance: date | None, etat: str, *, le: date) -> bool:
    """True when a commitment's deadline is behind and it is neither kept nor given up: computed, never declared."""
    clos = (EtatEngagement.TENU, EtatEngagement.ABANDONNE)
    return echeance is not None and echeance < le and etat not in clos
