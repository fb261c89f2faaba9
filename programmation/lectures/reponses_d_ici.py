"""Which answers of a request were given here: what is read elsewhere does not overwrite them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from commun.models import LigneJournal

from ..models import DemandeDeComplement, Dossier, LigneBudget, OrigineDossier, SensLigne
from ..regles.champs import TOUS_LES_NOMS, noms_ouverts
from .comparaison import codes_des_libelles

CORRIGER = "corriger"


def repondu_ici(dossiers: Sequence[Dossier]) -> Mapping[int, frozenset[str]]:
    """The names of the answers given here, for each file (by key), in as many queries however many they are.

    All of a request deposited here; of an imported one, what the team corrected, what its porteur was asked to correct
    and did, and its budget, from which its cost comes, when it has one.
    """
    noms: dict[int, set[str]] = defaultdict(set)
    importes = []
    for dossier in dossiers:
        if dossier.origine == OrigineDossier.PILOTVILLE:
            noms[dossier.pk] |= TOUS_LES_NOMS
        else:
            importes.append(dossier.pk)
    if importes:
        corrections = LigneJournal.objects.filter(
            cible_type=Dossier._meta.label_lower, cible_id__in=importes, acte=CORRIGER
        )
        for cle, apres in corrections.values_list("cible_id", "apres"):
            noms[cle] |= noms_ouverts(codes_des_libelles(apres))
        reponses = DemandeDeComplement.objects.filter(dossier__in=importes, repondue_le__isnull=False)
        for cle, champs in reponses.values_list("dossier", "champs"):
            noms[cle] |= noms_ouverts(champs)
        charges = LigneBudget.objects.filter(budget__dossier__in=importes, sens=SensLigne.CHARGE).order_by()
        for cle in charges.values_list("budget__dossier", flat=True).distinct():
            noms[cle] |= noms_ouverts(["budget"])
    return {cle: frozenset(donnes) for cle, donnes in noms.items()}
