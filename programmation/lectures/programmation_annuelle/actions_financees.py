"""The list of funded actions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, QuerySet

from ...models import DemandeFinancement, Dossier, Localisation, ModeLocalisation, TypeConvention
from .montants import FERME, NON_ANNULEE, RETENUE, somme

LONGUEUR_LIEUX = 40  # characters of a narrow column


@dataclass(frozen=True, slots=True)
class ActionFinancee:
    """One line of the list of funded actions. Euros."""

    numero: str
    intitule: str
    porteur: str
    orientation: str
    lieux: str
    caractere: str
    cpo: bool
    demande: Decimal
    programme: Decimal
    vote: Decimal
    fictif: bool


def actions_financees(
    dossiers: QuerySet[Dossier], demandes: QuerySet[DemandeFinancement], annee: int
) -> tuple[ActionFinancee, ...]:
    """The actions with at least one row programmed, by orientation then number."""
    euros = {
        ligne["dossier"]: ligne
        for ligne in demandes.values("dossier")
        .annotate(
            demande=somme("montant_demande", NON_ANNULEE),
            programme=somme("programme_vu", RETENUE),
            vote=somme("vote_vu", FERME),
            retenues=Count("pk", filter=RETENUE),
        )
        .filter(retenues__gt=0)
        .order_by()
    }
    lieux: dict[int, list[str]] = defaultdict(list)
    for dossier, mode, version, commune in (
        Localisation.objects.filter(dossier__campagne__annee=annee, dossier__in=dossiers.values("pk"))
        .order_by("-part", "pk")
        .values_list("dossier", "mode", "version__nom", "commune__nom")
    ):
        lieux[dossier].append(
            version
            or commune
            or ("Ensemble des QPV" if mode == ModeLocalisation.ENSEMBLE_QPV else "Non territorialisé")
        )
    rangees = (
        dossiers.filter(campagne__annee=annee)
        .order_by("orientation__ordre", "numero")
        .values_list(
            "pk",
            "numero",
            "intitule",
            "porteur__sigle",
            "porteur__nom",
            "orientation__nom_court",
            "caractere",
            "convention__type",
            "fictif",
        )
    )
    return tuple(
        ActionFinancee(
            numero=numero,
            intitule=intitule,
            porteur=sigle or nom,
            orientation=orientation or "Sans orientation",
            lieux=_resumer(lieux.get(pk, [])),
            caractere=caractere,
            cpo=convention == TypeConvention.CPO,
            demande=euros[pk]["demande"],
            programme=euros[pk]["programme"],
            vote=euros[pk]["vote"],
            fictif=fictif,
        )
        for pk, numero, intitule, sigle, nom, orientation, caractere, convention, fictif in rangees
        if pk in euros
    )


def _resumer(lieux: list[str]) -> str:
    """The places of an action in a narrow column: as many names as fit, then how many more."""
    uniques = list(dict.fromkeys(lieux))
    if not uniques:
        return "non renseigné"
    montres = uniques[:1]
    for lieu in uniques[1:]:
        if len(", ".join([*montres, lieu])) > LONGUEUR_LIEUX:
            break
        montres.append(lieu)
    autres = len(uniques) - len(montres)
    return ", ".join(montres) + (f" et {autres} autre{'s' if autres > 1 else ''}" if autres else "")
