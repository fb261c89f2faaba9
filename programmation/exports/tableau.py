"""The instruction table as a spreadsheet: what each funder is asked has a column of its own, as people's own tables do."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from acteurs.models import Organisme
from commun.colonnes import Colonne, TypeColonne
from contrats.models import NatureMoyens

from ..models import DemandeFinancement

PAR_FINANCEUR = "par_financeur"


def colonnes_exportees(colonnes: Sequence[Colonne], dossiers: Any, *, financeur: int | None = None) -> list[Colonne]:
    """The columns chosen; the one that tells what each funder is asked becomes one column per funder and nature.

    Of `financeur` alone when one is chosen, as the rows. An import of files recognises their headings by itself.
    """
    exportees: list[Colonne] = []
    for colonne in colonnes:
        exportees += _des_financeurs(dossiers, financeur) if colonne.cle == PAR_FINANCEUR else [colonne]
    return exportees


def _des_financeurs(dossiers: Any, financeur: int | None) -> list[Colonne]:
    demandes = DemandeFinancement.objects.filter(dossier__in=dossiers.order_by().values("pk")).order_by()
    if financeur is not None:
        demandes = demandes.filter(financeur=financeur)
    couples = set(demandes.values_list("financeur", "nature").distinct())
    financeurs = Organisme.objects.in_bulk({pk for pk, _ in couples})
    noms = [o.nom_court for o in financeurs.values()]
    ranges = sorted(couples, key=lambda c: (financeurs[c[0]].type, financeurs[c[0]].nom_court, c[1]))
    return [
        Colonne(
            f"demande_{pk}_{nature}",
            # Two funders may bear the same short name.
            f"Demandé à {_nom(financeurs[pk], noms)}, {NatureMoyens(nature).label.lower()}",
            partial(_somme, cle=(pk, nature)),
            type=TypeColonne.EUROS,
        )
        for pk, nature in ranges
    ]


def _nom(financeur: Organisme, noms: list[str]) -> str:
    return financeur.nom_court if noms.count(financeur.nom_court) == 1 else financeur.nom


def _somme(ligne: Any, *, cle: tuple[int, str]) -> Any:
    return ligne.sommes.get(cle)
