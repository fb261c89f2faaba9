"""The views that the demo's team shares: the tabs that a chef de projet opens in the morning."""

from __future__ import annotations

from commun.auteur import Auteur
from contrats.models import Contrat
from programmation.actions import enregistrer_vue
from programmation.models import PartageVue, VueEnregistree

from .monde import Monde

# Names are read as tabs; parameters are written as the address bar writes them.
VUES = (
    ("À vérifier", "etat=depose"),
    ("Attendent une proposition", "attend=proposition"),
    ("Prêts pour le COPIL", "attend=copil"),
)


def creer_vues(monde: Monde) -> None:
    """Share them with all who instruct."""
    chef = Auteur(monde.utilisateurs["chef-de-projet"], monde.contrat.pilote)
    for nom, parametres in VUES:
        enregistrer_vue(monde.contrat, nom=nom, parametres=parametres, partage=PartageVue.CONTRAT, par=chef)


def effacer_vues(contrat: Contrat) -> None:
    """Remove those of the demo; the views that people kept stay."""
    VueEnregistree.objects.filter(contrat=contrat, nom__in=[nom for nom, _ in VUES]).delete()
