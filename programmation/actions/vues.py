"""The views that people keep of the table; no journal line: they change nothing of the files."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max

from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.permissions import verifier
from contrats.models import Contrat

from ..models import PartageVue, VueEnregistree
from ..permissions import peut_partager_une_vue, peut_retirer_une_vue

VUES_AU_PLUS = 30


@transaction.atomic
def enregistrer_vue(contrat: Contrat, *, nom: str, parametres: str, partage: str, par: Auteur) -> VueEnregistree:
    """Keep these filters, columns and sort under `nom`; one's own view of that name is replaced."""
    verifier(peut_partager_une_vue(par, contrat, partage))
    siennes = VueEnregistree.objects.filter(contrat=contrat, utilisateur=par.utilisateur)
    if siennes.exclude(nom=nom).count() >= VUES_AU_PLUS:
        raise RegleEnfreinte(f"Vous avez déjà {VUES_AU_PLUS} vues : retirez-en une.", champ="nom")
    derniere = siennes.aggregate(rang=Max("ordre"))["rang"]
    with contraintes_en_francais():
        vue, _ = VueEnregistree.objects.update_or_create(
            contrat=contrat,
            utilisateur=par.utilisateur,
            nom=nom,
            defaults={
                "parametres": parametres,
                "partage": partage,
                "organisme": par.organisme if partage == PartageVue.ORGANISME else None,
            },
            create_defaults={
                "parametres": parametres,
                "partage": partage,
                "organisme": par.organisme if partage == PartageVue.ORGANISME else None,
                "ordre": 0 if derniere is None else derniere + 1,
            },
        )
    return vue


@transaction.atomic
def retirer_vue(vue: VueEnregistree, *, par: Auteur) -> None:
    """Take a view out of the tabs; the files are untouched."""
    vue = VueEnregistree.objects.select_for_update(of=("self",)).select_related("contrat").get(pk=vue.pk)
    verifier(peut_retirer_une_vue(par, vue))
    vue.delete()
