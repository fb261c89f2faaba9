"""What an amount may not exceed: the cost, the ceiling of the scheme, what the law lets public bodies bring."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from acteurs.models import TypeOrganisme
from commun.erreurs import RegleEnfreinte
from commun.typographie import INSECABLE, euros, nombre

from ..etats import DEMANDE_FERME, EtatDemande
from ..lectures.investissement import Accorde, budgets, derogations, est_un_investissement_public, qui_paie
from ..models import DemandeFinancement, Dossier
from .ecriture import ZERO, verifier_sous_le_cout


def verifier_les_montants(dossier: Dossier, nouveaux: Mapping[int, Decimal], *, propositions: bool = False) -> None:
    """These amounts, by request, may be granted together with what the file's other rows were: S-21, S-22, S-23.

    `propositions`: what other funders share counts with them, decided or not; a private draft never does.

    Raises:
        RegleEnfreinte: more than the cost, the ceiling of a scheme, or the legal maximum of an investment.
    """
    for montant in nouveaux.values():
        verifier_sous_le_cout(montant, dossier)
    if not any(nouveaux.values()):
        return
    demandes = list(dossier.demandes.select_related("dispositif", "financeur"))
    apports = {d.pk: _apport(d, nouveaux, propositions=propositions) for d in demandes}
    _verifier_les_plafonds(demandes, apports, nouveaux)
    _verifier_qui_paie(dossier, demandes, apports)


def _apport(demande: DemandeFinancement, nouveaux: Mapping[int, Decimal], *, propositions: bool) -> Decimal:
    if demande.pk in nouveaux:
        return nouveaux[demande.pk]
    if demande.etat in DEMANDE_FERME:
        return demande.montant_vote or ZERO
    if demande.etat == EtatDemande.PROGRAMMEE:
        return demande.montant_programme or ZERO
    return demande.montant_propose or ZERO if propositions and demande.a_la_table_du_copil else ZERO


def _verifier_les_plafonds(
    demandes: list[DemandeFinancement], apports: Mapping[int, Decimal], nouveaux: Mapping[int, Decimal]
) -> None:
    """S-23: all that a project receives through one scheme."""
    siennes: dict[int, list[DemandeFinancement]] = defaultdict(list)
    for demande in demandes:
        siennes[demande.dispositif_id].append(demande)
    for groupe in siennes.values():
        dispositif = groupe[0].dispositif
        total = sum((apports[d.pk] for d in groupe), ZERO)
        if dispositif.plafond is None or total <= dispositif.plafond or not any(nouveaux.get(d.pk) for d in groupe):
            continue
        autres = ", ".join(
            f"{d.financeur.nom_court} {euros(apports[d.pk])}" for d in groupe if apports[d.pk] and d.pk not in nouveaux
        )
        raise RegleEnfreinte(
            f"« {dispositif} » donne {euros(dispositif.plafond)} au plus par projet : il y en aurait {euros(total)}"
            f"{f', avec {autres}' if autres else ''} (S-23).",
            champ="montant",
            code="plafond_du_dispositif",
        )


def _verifier_qui_paie(dossier: Dossier, demandes: list[DemandeFinancement], apports: Mapping[int, Decimal]) -> None:
    """S-21 and S-22, on the plan of financing with what is granted."""
    lu = Dossier.objects.select_related("dispositif", "porteur").get(pk=dossier.pk)
    if not est_un_investissement_public(lu):
        return
    accordes = [Accorde(apports[d.pk], d.financeur.type == TypeOrganisme.EPCI) for d in demandes]
    paie = qui_paie(budgets([lu])[lu.pk], derogations([lu]).get(lu.pk), accordes)
    if paie.accorde is not None and paie.accorde.manque:
        verifiee = paie.derogation is None or paie.derogation.validee is not None
        raise RegleEnfreinte(
            f"Avec ces montants, le maître d’ouvrage n’apporterait que {euros(paie.accorde.part)}, soit "
            f"{nombre(paie.accorde.taux, 1)}{INSECABLE}% des financements publics : il en faut 20{INSECABLE}%, "
            f"{euros(paie.accorde.minimum)} (S-21)."
            + ("" if verifiee else " Sa dérogation n’est pas encore vérifiée : voyez la recevabilité du dossier."),
            champ="montant",
            code="part_du_maitre_d_ouvrage",
        )
    if paie.fonds is not None and paie.fonds.depasse:
        raise RegleEnfreinte(
            f"Avec ces montants, les fonds de concours de l’intercommunalité feraient {euros(paie.fonds.demande)} : ils ne "
            f"peuvent dépasser la part que garde la commune, {euros(paie.fonds.plafond)} (S-22).",
            champ="montant",
            code="fonds_de_concours",
        )
