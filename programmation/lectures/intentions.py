"""Projects told before any deposit, as each reader may see them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from acteurs.models import Organisme, TypeOrganisme
from commun.auteur import Auteur
from commun.models import LigneJournal
from contrats.models import Contrat, Ressource, Reunion
from contrats.permissions import roles

from ..etats import TRANSITIONS_INTENTION, EtatIntention
from ..models import AvisIntention, Campagne, Eligibilite, Enveloppe, Intention

TONS_INTENTION = {
    EtatIntention.PROPOSEE: "neutre",
    EtatIntention.ENCOURAGEE: "succes",
    EtatIntention.REORIENTEE: "info",
    EtatIntention.DECONSEILLEE: "attention",
    EtatIntention.DEPOSEE: "succes",
    EtatIntention.ABANDONNEE: "neutre",
}
# What the team answers; a porteur gives up its own project, which answers nothing.
_REPONSES = ("encourager", "reorienter", "deconseiller", "abandonner")
TONS_ELIGIBILITE = {Eligibilite.PROBABLE: "succes", Eligibilite.A_REVOIR: "attention", Eligibilite.NON: "danger"}


@dataclass(frozen=True, slots=True)
class AvisLu:
    """A funder's view; it binds nobody."""

    organisme: str
    eligibilite: str
    ton: str
    texte: str
    droit_commun: str
    ressources: tuple[Ressource, ...]
    rendu_le: datetime
    rendu_par: str


@dataclass(frozen=True, slots=True)
class IntentionLue:
    """One project; `avis` is empty for a porteur, who reads the team's answer instead."""

    intention: Intention
    etat_libelle: str
    ton: str
    lieux: str
    avis: tuple[AvisLu, ...]

    @property
    def decompte(self) -> list[tuple[str, str, int]]:
        """(view, tone, how many funders), in the order of the scale."""
        nombres = Counter(avis.eligibilite for avis in self.avis)
        return [(e.label, TONS_ELIGIBILITE[e], nombres[e.label]) for e in Eligibilite if nombres[e.label]]


@dataclass(frozen=True, slots=True)
class ReponseLue:
    """What the team answered last, and the leads of droit commun that it shares; `libelle` is what the answer made of it."""

    libelle: str
    le: datetime
    texte: str
    ressources: tuple[Ressource, ...]


def intentions_de(campagne: Campagne, *, pour: Auteur, filtres: dict[str, Any] | None = None) -> list[IntentionLue]:
    """The projects of a campaign that `pour` sees; a constant number of queries."""
    choisies = {nom: valeur for nom, valeur in (filtres or {}).items() if valeur}
    trouvees = Intention.objects.visibles_par(pour, campagne.contrat).filter(campagne=campagne)
    if etat := choisies.get("etat"):
        trouvees = trouvees.filter(etat=etat)
    if orientation := choisies.get("orientation"):
        trouvees = trouvees.filter(orientation=orientation)
    if reunion := choisies.get("reunion"):
        trouvees = trouvees.filter(reunion=reunion)
    return lire(trouvees, campagne.contrat, pour=pour)


def lire(intentions: Any, contrat: Contrat, *, pour: Auteur) -> list[IntentionLue]:
    """These projects with their places and, for those who instruct, the funders' views."""
    lit_les_avis = roles(pour, contrat).instruit
    prefetch = ["communes", "perimetres"]
    if lit_les_avis:
        prefetch += ["avis__organisme", "avis__ressources__organisme", "avis__rendu_par"]
    lues = intentions.select_related("porteur", "orientation", "reunion__comite", "dossier").prefetch_related(*prefetch)
    return [
        IntentionLue(
            intention=intention,
            etat_libelle=EtatIntention(intention.etat).label,
            ton=TONS_INTENTION[EtatIntention(intention.etat)],
            lieux=", ".join(str(lieu) for lieu in (*intention.perimetres.all(), *intention.communes.all())),
            avis=tuple(_avis(avis) for avis in intention.avis.all()) if lit_les_avis else (),
        )
        for intention in lues
    ]


def _avis(avis: AvisIntention) -> AvisLu:
    eligibilite = Eligibilite(avis.eligibilite)
    return AvisLu(
        organisme=avis.organisme.nom_court,
        eligibilite=eligibilite.label,
        ton=TONS_ELIGIBILITE[eligibilite],
        texte=avis.texte,
        droit_commun=avis.droit_commun,
        ressources=tuple(avis.ressources.all()),
        rendu_le=avis.rendu_le,
        rendu_par=str(avis.rendu_par) if avis.rendu_par else "",
    )


def reponse_a(intention: Intention) -> ReponseLue | None:
    """What the team answered last; with it, the means of droit commun that funders named and that porteurs may read.

    It stays what it was when the project becomes a file, or when its porteur gives it up.
    """
    lignes = LigneJournal.objects.de(intention).filter(acte__in=_REPONSES).reverse()
    derniere = next((ligne for ligne in lignes if not _est_du_porteur(ligne, intention)), None)
    if derniere is None:
        return None
    libelle = EtatIntention(TRANSITIONS_INTENTION[derniere.acte].vers).label
    ouvertes = Ressource.objects.filter(avis_intentions__intention=intention, ouverte=True).select_related("organisme")
    return ReponseLue(libelle, derniere.fait_le, derniere.motif, tuple(ouvertes.distinct().order_by("nom", "pk")))


def _est_du_porteur(ligne: LigneJournal, intention: Intention) -> bool:
    """It was written by the porteur, or in its name."""
    return intention.porteur_id is not None and intention.porteur_id in (ligne.organisme_id, ligne.pour_le_compte_de_id)


def financeurs_sans_avis(intention: Intention) -> list[str]:
    """The funders of the year's envelopes that have not said anything yet; a commune only when the project is its own."""
    enveloppes = Enveloppe.objects.filter(contrat=intention.contrat_id, annee=intention.campagne.annee)
    attendus = Organisme.objects.filter(pk__in=enveloppes.values("financeur")).exclude(
        pk__in=intention.avis.values("organisme")
    )
    siennes = intention.communes.values("code")
    concernes = attendus.filter(~Q(type=TypeOrganisme.COMMUNE) | Q(code_commune__in=siennes))
    return [organisme.nom_court for organisme in concernes.order_by("recherche")]


def revues(campagne: Campagne) -> list[tuple[Reunion, int]]:
    """The meetings that look at projects of the campaign, with how many."""
    nombres = Counter(campagne.intentions.exclude(reunion=None).values_list("reunion", flat=True))
    reunions = Reunion.objects.filter(pk__in=nombres).select_related("comite", "commune").order_by("le")
    return [(reunion, nombres[reunion.pk]) for reunion in reunions]
