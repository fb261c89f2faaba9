"""The kanban of a year: the table's filters, one column per state, cards that go where the transitions allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from contrats.permissions import Limites
from contrats.portee import Portee, dans_le_contrat

from ..etats import TRANSITIONS_DOSSIER, EtatDossier
from ..lectures.kanban import CARTES, Compte, cartes, comptes
from ..lectures.tableau import LigneTableau
from ..models import Campagne
from ..models.dossier import retenir_les_limites
from ..permissions import peut_instruire, peut_programmer
from ..tables import TON_DE_L_ETAT
from .instruction import AVEC_MOTIF, SANS_MOTIF
from .vue_du_tableau import LECTEURS, Vue, adresse, avec, lire_vue, parametres_sans
from .vues import onglets_des_vues

# The page of an act that asks for more than a click.
PAGES = dict.fromkeys(AVEC_MOTIF, "motiver") | {
    "declarer_incomplet": "demander_complement",
    "programmer": "programmer",
    "ajourner": "ajourner",
}


@dataclass(frozen=True, slots=True)
class Deplacement:
    """One way out of a column: an act done at once (`post`), or the page that asks what it needs."""

    libelle: str
    vers: str
    vers_libelle: str
    url: str
    post: bool


@dataclass(frozen=True, slots=True)
class Carte:
    """A card, and where it may go."""

    ligne: LigneTableau
    url: str
    deplacements: list[Deplacement]
    refus: str

    @property
    def suites(self) -> str:
        """Where it may go, in words, or why nowhere."""
        if self.refus:
            return self.refus
        if not self.deplacements:
            return f"Un dossier « {self.ligne.etat_libelle.lower()} » ne change plus d’état ici."
        noms = ", ".join(f"« {deplacement.vers_libelle} »" for deplacement in self.deplacements)
        return f"De « {self.ligne.etat_libelle} », ce dossier peut passer à {noms}."


@dataclass(frozen=True, slots=True)
class ColonneDuKanban:
    """A column with the cards shown, and the address of the next ones."""

    compte: Compte
    ton: str
    cartes: list[Carte]
    suite: str
    url_tableau: str


@dans_le_contrat(*LECTEURS)
def voir(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The columns; htmx asks for the body alone, or for the next cards of one column."""
    vue = lire_vue(request.GET, portee)
    financeur = vue.filtre.financeur_choisi
    colonnes = comptes(vue.filtre.qs, pour=portee.auteur, contrat=portee.contrat, financeur=financeur)
    if voulu := vue.filtre.valeurs.get("etat"):
        colonnes = [compte for compte in colonnes if compte.etat == voulu]
    suite_de = request.GET.get("colonne")
    if suite_de in [compte.etat for compte in colonnes]:
        debut = int(request.GET["debut"]) if request.GET.get("debut", "").isdigit() else CARTES
        (colonne,) = _colonnes(request, portee, vue, [c for c in colonnes if c.etat == suite_de], debut=debut)
        return render(request, "programmation/kanban/_cartes.html", {"colonne": colonne, "retour": _retour(request)})
    contexte = {
        "vue": vue,
        "campagne": Campagne.objects.filter(contrat=portee.contrat, annee=portee.annee).first(),
        "colonnes": _colonnes(request, portee, vue, colonnes),
        "onglets": onglets_des_vues(request, portee),
        "formes": formes(request, portee, "kanban"),
        "puces": vue.filtre.puces(request.GET),
        "message_ignores": vue.message_ignores,
        "deplacer": peut_programmer(portee.auteur, portee.contrat),
        "parametres_d_affichage": parametres_sans(request.GET, *vue.filtre.form.fields, "page", "colonne", "debut"),
        "filtres_ouverts": vue.filtres_ouverts,
        "retour": _retour(request),
    }
    gabarit = "programmation/kanban/_kanban.html" if request.htmx else "programmation/kanban/kanban.html"  # type: ignore[attr-defined]
    return render(request, gabarit, contexte)


def formes(request: HttpRequest, portee: Portee, active: str) -> list[dict[str, Any]]:
    """The same view as a table or as a kanban."""
    suite = avec(request.GET, colonne="", debut="")
    return [
        {
            "libelle": libelle,
            "icone": icone,
            "url": adresse(portee, route) + (f"?{suite}" if suite else ""),
            "active": route == active,
        }
        for route, libelle, icone in (("tableau", "Tableau", "table"), ("kanban", "Kanban", "kanban"))
    ]


def _colonnes(
    request: HttpRequest, portee: Portee, vue: Vue, lues: list[Compte], *, debut: int = 0
) -> list[ColonneDuKanban]:
    pleines = [compte.etat for compte in lues if compte.nombre > debut]
    par_etat = cartes(
        vue.dossiers,
        pleines,
        pour=portee.auteur,
        contrat=portee.contrat,
        financeur=vue.filtre.financeur_choisi,
        debut=debut,
    )
    dossiers = [dossier for couples in par_etat.values() for dossier, _ in couples]
    limites: set[Limites] = {habilitation.limites for habilitation in portee.roles.habilitations}
    retenir_les_limites(dossiers, limites)
    return [
        ColonneDuKanban(
            compte=compte,
            ton=TON_DE_L_ETAT[compte.etat],
            cartes=[_carte(portee, dossier, ligne) for dossier, ligne in par_etat.get(compte.etat, [])],
            suite="?" + avec(request.GET, colonne=compte.etat, debut=str(debut + CARTES))
            if compte.nombre > debut + CARTES
            else "",
            url_tableau=adresse(portee, "tableau") + "?" + avec(request.GET, etat=compte.etat, colonne="", debut=""),
        )
        for compte in lues
    ]


def _carte(portee: Portee, dossier: Any, ligne: LigneTableau) -> Carte:
    dossier.contrat = portee.contrat
    permis = peut_instruire(portee.auteur, dossier)
    return Carte(
        ligne=ligne,
        url=adresse(portee, "dossier", numero=ligne.numero),
        deplacements=_deplacements(portee, dossier) if permis else [],
        refus="" if permis else permis.motif,
    )


def _deplacements(portee: Portee, dossier: Any) -> list[Deplacement]:
    possibles = []
    for acte, transition in TRANSITIONS_DOSSIER.items():
        if dossier.etat not in transition.de or transition.vers == dossier.etat:
            continue
        if acte in SANS_MOTIF:
            url = adresse(portee, "avancer", numero=dossier.numero, acte=acte)
        elif acte in PAGES:
            cles = {"acte": acte} if PAGES[acte] == "motiver" else {}
            url = adresse(portee, PAGES[acte], numero=dossier.numero, **cles)
        else:
            continue
        libelle = EtatDossier(transition.vers).label
        possibles.append(Deplacement(transition.libelle, transition.vers, libelle, url, acte in SANS_MOTIF))
    return possibles


def _retour(request: HttpRequest) -> str:
    """Where an act asked from here comes back to: this view, from its top."""
    suite = avec(request.GET, colonne="", debut="")
    return request.path + (f"?{suite}" if suite else "")
