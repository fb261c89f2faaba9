"""The saved views that a reader finds among its tabs."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from commun.auteur import Auteur
from contrats.models import Contrat
from contrats.permissions import roles

from ..models import PartageVue, VueEnregistree


@dataclass(frozen=True, slots=True)
class VueLue:
    """A saved view, as a tab: what its address holds, and whose it is."""

    pk: int
    nom: str
    partage: str
    partage_libelle: str
    parametres: str
    auteur: str
    a_moi: bool


def vues_de(pour: Auteur, contrat: Contrat) -> list[VueLue]:
    """One's own, those of the organisations for which one works, those of all who instruct; one query."""
    tenus = roles(pour, contrat)
    ouvertes = Q(utilisateur=pour.utilisateur)
    ouvertes |= Q(partage=PartageVue.ORGANISME, organisme__in={h.organisme_id for h in tenus.habilitations})
    if tenus.instruit:
        ouvertes |= Q(partage=PartageVue.CONTRAT)
    vues = VueEnregistree.objects.filter(ouvertes, contrat=contrat).select_related("utilisateur")
    return [
        VueLue(
            pk=vue.pk,
            nom=vue.nom,
            partage=vue.partage,
            partage_libelle=vue.get_partage_display(),
            parametres=vue.parametres,
            auteur=str(vue.utilisateur),
            a_moi=vue.utilisateur_id == pour.utilisateur.pk,
        )
        for vue in vues.order_by("ordre", "nom", "pk")
    ]
