"""Which chef de projet follows which file, and who is proposed for those that nobody follows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from acteurs.models import Utilisateur
from contrats.etats import Role
from contrats.models import Contrat, Habilitation
from contrats.permissions import Limites, limites_de

from ..models import Dossier
from ..models.dossier import retenir_les_limites
from ..regles.affectation import Charge, choisir


@dataclass(frozen=True, slots=True)
class Tenue:
    """One chef de projet in the contract, and the limits of its habilitation."""

    personne: Utilisateur
    limites: Limites

    @property
    def precision(self) -> int:
        lieux = bool(self.limites.communes or self.limites.perimetres)
        return lieux + bool(self.limites.orientations)


@dataclass(frozen=True, slots=True)
class LigneAffectation:
    """A file, who follows it, who is proposed, and who may be chosen."""

    dossier: Dossier
    propose: int | None
    possibles: tuple[Utilisateur, ...]


def chefs_de_projet(contrat: Contrat) -> list[Tenue]:
    """Every chef de projet of the contract today, with its limits."""
    tenues = (
        Habilitation.objects.actives()
        .filter(contrat=contrat, role=Role.CHEF_DE_PROJET, utilisateur__is_active=True)
        .select_related("utilisateur")
        .prefetch_related("communes", "perimetres", "orientations")
        .order_by("utilisateur__last_name", "utilisateur__first_name", "pk")
    )
    return [Tenue(h.utilisateur, limites_de(h)) for h in tenues]


def chefs_du_contrat(contrat: Contrat) -> list[Utilisateur]:
    """The chefs de projet of the whole contract today: those who keep its envelopes."""
    return list(dict.fromkeys(t.personne for t in chefs_de_projet(contrat) if t.limites == Limites()))


def possibles(dossier: Dossier) -> list[Utilisateur]:
    """The chefs de projet whose limits hold this file."""
    trouves = [t.personne for t in chefs_de_projet(dossier.contrat) if dossier.est_dans(t.limites)]
    return list(dict.fromkeys(trouves))


def repartition(contrat: Contrat, annee: int, dossiers: Iterable[Dossier]) -> list[LigneAffectation]:
    """The proposal for each of `dossiers`: one query per distinct set of limits, whatever their number.

    A file that somebody follows is left to that person. The load counts the files of the year followed already and, as it
    goes, those just proposed.
    """
    dossiers = list(dossiers)
    tenues = chefs_de_projet(contrat)
    retenir_les_limites(dossiers, {t.limites for t in tenues})
    du_contrat = Dossier.objects.filter(contrat=contrat, campagne__annee=annee, instructeur__isnull=False)
    suivis = Counter(du_contrat.values_list("instructeur_id", flat=True))
    lignes = []
    for dossier in dossiers:
        admis = [t for t in tenues if dossier.est_dans(t.limites)]
        propose = dossier.instructeur_id or choisir((Charge(t.personne.pk, t.precision) for t in admis), suivis)
        if propose is not None and dossier.instructeur_id is None:
            suivis[propose] += 1
        lignes.append(LigneAffectation(dossier, propose, tuple(dict.fromkeys(t.personne for t in admis))))
    return lignes
