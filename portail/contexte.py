"""What the frame of every page shows: contract and year, navigation, tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from commun.auteur import Auteur
from contrats.etats import Role
from contrats.models import Contrat
from contrats.portee import INSTRUCTEURS, Portee
from evaluation.models.rapport import LECTEURS as LECTEURS_DES_RAPPORTS
from evaluation.permissions import LECTEURS_DES_MOYENS

from .lectures.accueil import annee_courante, annee_d_arrivee
from .lectures.taches import nombre_de_taches


@dataclass(frozen=True, slots=True)
class Entree:
    """One entry of the navigation."""

    libelle: str
    icone: str
    url: str
    actif: bool
    nombre: int | None = None


# Label, icon, route, whether the route holds a year, the roles that see it (any when empty).
_ENTREES: list[tuple[str, str, str, bool, tuple[Role, ...]]] = [
    ("Accueil", "house", "portail:contrat", True, ()),
    ("Programmation", "table", "programmation:tableau", True, (*INSTRUCTEURS, Role.PORTEUR)),
    ("Demandes", "file-earmark-text", "programmation:demandes", True, (Role.CHEF_DE_PROJET, Role.PORTEUR)),
    ("Appel à projets", "megaphone", "programmation:campagne", True, ()),
    ("Toute l’année", "calendar2-check", "programmation:toute_l_annee", True, ()),
    ("Mon organisme", "building", "programmation:mon_organisme", False, (Role.PORTEUR,)),
    ("Enveloppes", "wallet2", "programmation:enveloppes", True, INSTRUCTEURS),
    ("Scénarios", "sliders", "programmation:scenarios", True, INSTRUCTEURS),
    ("Actes et courriers", "bank", "programmation:actes", True, INSTRUCTEURS),
    ("Contrat", "journal-text", "contrats:presentation", False, ()),
    ("Engagements", "hand-thumbs-up", "contrats:engagements", False, ()),
    ("Plan d’actions", "list-check", "contrats:plan", False, ()),
    ("Droit commun", "collection", "contrats:droit_commun", False, ()),
    ("Territoires", "geo-alt", "contrats:territoires", False, ()),
    ("Réunions", "calendar-event", "contrats:calendrier", False, ()),
    ("Moyens", "cash-coin", "evaluation:moyens", True, LECTEURS_DES_MOYENS),
    ("Actions financées", "book", "evaluation:catalogue", True, ()),
    ("Rapports", "file-earmark-bar-graph", "evaluation:rapports", False, LECTEURS_DES_RAPPORTS),
    ("Équipe", "people", "contrats:equipe", False, (Role.CHEF_DE_PROJET,)),
]

# The most useful first.
_RAPIDES = ("Accueil", "Programmation", "Enveloppes", "Demandes", "Rapports", "Contrat", "Engagements")


def cadre(request: HttpRequest) -> dict[str, Any]:
    """Context of base.html; the parts that ask the database are read only when the page shows them."""
    contexte: dict[str, Any] = {
        "installation": settings.INSTALLATION,
        "portee": None,
        "navigation": [],
        "navigation_rapide": [],
        "donnees_fictives": settings.DONNEES_DE_DEMONSTRATION,
        "nb_taches": None,
        "url_taches": "",
        "url_recherche": "",
    }
    portee: Portee | None = getattr(request, "portee", None)
    if portee is None:
        return contexte
    annee = portee.annee or annee_d_arrivee(portee.contrat, pour=portee.auteur)
    accueil = _accueil(portee.contrat, annee)
    entrees = _navigation(request, portee, annee)
    recherche = ""
    if portee.roles.administre or portee.roles.tient(*INSTRUCTEURS, Role.PORTEUR):
        recherche = reverse("programmation:tableau", kwargs={"contrat": portee.contrat.slug, "annee": annee})
    return contexte | {
        "portee": SimpleLazyObject(lambda: _portee(request, portee, annee)),
        "navigation": entrees,
        "navigation_rapide": _rapide(entrees),
        "nb_taches": SimpleLazyObject(
            lambda: nombre_de_taches(portee.contrat, annee, pour=portee.auteur, le=timezone.localdate())
        ),
        "url_taches": f"{accueil}#taches",
        "url_recherche": recherche,
    }


def _portee(request: HttpRequest, portee: Portee, annee: int) -> dict[str, Any]:
    contrats = Contrat.objects.visibles_par(Auteur(utilisateur=request.user))
    # A year without a campaign yet would open on empty pages.
    derniere = annee_courante(portee.contrat)
    annees = [a for a in reversed(portee.contrat.annees) if a <= derniere or a == annee]
    return {
        "contrat": portee.contrat,
        "annee": annee,
        "annees": [(a, _meme_page(request, portee, a), a == annee) for a in annees],
        "contrats": [
            (
                contrat.nom,
                reverse("portail:contrat", kwargs={"contrat": contrat.slug, "annee": annee_courante(contrat)}),
            )
            for contrat in contrats
        ],
        "role_libelle": portee.role_libelle,
        "organisme": portee.auteur.organisme,
    }


def _meme_page(request: HttpRequest, portee: Portee, annee: int) -> str:
    """The same list in another year; the home of that year for a page that belongs to one object."""
    route = request.resolver_match
    if route is not None and set(route.kwargs) == {"contrat", "annee"}:
        return reverse(route.view_name, kwargs={"contrat": portee.contrat.slug, "annee": annee})
    return _accueil(portee.contrat, annee)


def _accueil(contrat: Contrat, annee: int) -> str:
    return reverse("portail:contrat", kwargs={"contrat": contrat.slug, "annee": annee})


def _navigation(request: HttpRequest, portee: Portee, annee: int) -> list[Entree]:
    ici = request.resolver_match.view_name if request.resolver_match else ""
    entrees = []
    for libelle, icone, route, avec_annee, attendus in _ENTREES:
        if attendus and not portee.roles.administre and not portee.roles.tient(*attendus):
            continue
        if route == "programmation:mon_organisme" and not portee.roles.organismes_porteurs:
            continue  # an administrator has none
        cles: dict[str, Any] = {"contrat": portee.contrat.slug}
        if avec_annee:
            cles["annee"] = annee
        entrees.append(Entree(libelle, icone, reverse(route, kwargs=cles), _est_ici(ici, route)))
    return entrees


def _rapide(entrees: list[Entree]) -> list[Entree]:
    """The three entries of a phone's bar: who has no files to work on goes straight to the reports."""
    presentes = {entree.libelle: entree for entree in entrees}
    choisies = [libelle for libelle in _RAPIDES if libelle in presentes][:3]
    return [entree for entree in entrees if entree.libelle in choisies]


_PAGES_FILLES = {
    "programmation:tableau": {
        "selection",
        "travail",
        "kanban",
        "vues",
        "lot",
        "importer_saisie",
        "dossier",
        "programmer",
        "motiver",
        "avis",
    }
    | {"proposer", "engager", "voter", "refuser", "rectifier", "notifier", "ajourner"}
    | {"importer", "import", "import_colonnes", "import_mots", "reports", "canaux"}
    | {"repartir", "affecter", "recevabilite", "verifier_points", "declarer_complet", "demander_complement"}
    | {"contexte", "grille", "solliciter", "avis_demandes", "repondre_avis", "deporter", "deports"}
    | {"boite", "echanges", "ecrire_note", "ecrire_message", "ecrire_selection", "envois", "envoi"}
    | {"mettre_en_seance", "seance", "examiner", "appliquer_la_seance", "travail_de_seance"},
    "programmation:demandes": {"commencer", "fiche", "section", "relire", "repondre", "renoncer"}
    | {"ajouter_piece", "corriger"},
    "programmation:campagne": {"creer_campagne", "modifier_campagne", "ouvrir_tardivement", "ajouter_element"}
    | {"modifier_element", "intentions", "proposer_intention", "intention", "modifier_intention", "avis_intention"}
    | {"devenir_dossier", "repondre_intention", "preparer_revue", "revue", "aiguillage", "requalification"}
    | {"dispositifs", "ajouter_dispositif", "dispositif", "eligibilites", "ajouter_eligibilite", "eligibilite"}
    | {"indicateurs", "ajouter_indicateur", "indicateur"}
    | {"dater_dispositif"},
    "programmation:toute_l_annee": {"initiatives", "suivre_accompagnement", "besoins", "signaler_besoin", "besoin"}
    | {"modifier_besoin", "modifier_opportunite", "publier_besoin", "avancer_besoin"}
    | {"ajouter_piste", "modifier_piste", "trancher_candidature"}
    | {"appels", "appel"}
    | {"vacances", "reserve", "fonds_de_concours"},
    "programmation:enveloppes": {"mouvement", "depassement", "enveloppe", "ouvrir_enveloppe", "notifier_enveloppe"}
    | {"revenir_enveloppe", "redeployer"},
    "programmation:scenarios": {"nouveau_scenario", "scenario", "modifier_scenario", "comparer_scenarios"}
    | {"completer_scenario", "promouvoir_scenario", "promotion_scenario", "saisir_scenario"},
    "programmation:actes": {"actes_financeur", "enregistrer_acte", "lignes_acte", "travail_actes", "lot_courriers"}
    | {"courrier", "modeles_courriers", "modele_courrier"},
    "evaluation:rapports": {"rapport", "avancement"},
    "contrats:calendrier": {"reunions", "reunion", "creer_reunion", "modifier_reunion", "annuler_reunion", "presences"}
    | {"extraits", "decisions", "suivre_decision", "comites", "comite", "modeles_comites", "creer_comite"}
    | {"modifier_comite", "ajouter_membre", "clore_reunion", "creer_point", "point", "creer_item", "item"}
    | {"creer_decision", "decision", "appels", "creer_appel", "appel"},
    "contrats:engagements": {"engagement", "creer_engagement", "modifier_engagement", "retirer_engagement", "declarer"}
    | {"mes_engagements", "revue", "matrice", "signataires", "importer_engagements", "import_engagements"},
    "contrats:presentation": {"structure", "nouvelle_orientation", "orientation", "nouvel_objectif", "objectif"}
    | {"signataires_du_contrat", "nouveau_signataire", "signataire", "actes", "nouvel_acte", "acte", "avenants"}
    | {"nouvel_avenant", "avenant", "comparaison", "volets", "volet", "modifier_volet", "adopter_volet", "priorites"}
    | {"priorites_commune", "rubrique", "adopter_priorites"},
    "contrats:plan": {"nouvelle_action", "action_du_plan", "modifier_action"},
    "contrats:droit_commun": {"droit_commun_arbre", "nouvelle_ressource", "ressource", "modifier_ressource", "fiches"}
    | {"nouvelle_fiche", "fiche", "modifier_fiche", "escalades", "nouvelle_escalade", "escalade", "modifier_escalade"},
    "programmation:mon_organisme": {"organisme", "modifier_organisme", "pieces_organisme", "joindre_piece_organisme"}
    | {"remplacer_piece_organisme", "budgets_organisme", "budget_organisme", "personnes_organisme"},
    "contrats:equipe": {"inviter", "invitations", "habilitation", "clore_habilitation"}
    | {"inscriptions_a_verifier", "inscription_a_trancher"},
}


def _est_ici(ici: str, route: str) -> bool:
    """True when the page is this entry's, or one of those that it leads to."""
    espace, _, nom = ici.partition(":")
    return ici == route or (route.startswith(f"{espace}:") and nom in _PAGES_FILLES.get(route, set()))
