"""What a campaign opens, and for whom; a year's call for projects as its page shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from acteurs.models import FormeJuridique, Organisme
from commun.auteur import Auteur
from commun.permissions import OUI, Reponse, non
from contrats.models import Contrat, NatureOrientation, Objectif, Orientation
from contrats.permissions import roles

from ..etats import EtatCampagne, EtatDossier
from ..models import (
    FAMILLES_DES_BESOINS,
    Besoin,
    CalendrierDispositif,
    Campagne,
    CritereCampagne,
    Dispositif,
    Dossier,
    Etape,
    EtapeCampagne,
    OuvertureTardive,
    PieceRequise,
)
from ..permissions.campagne import voit_la_campagne
from ..regles.campagne import motif_de_fermeture
from .calendriers import calendrier_du_dispositif, calendriers

TONS_CAMPAGNE = {
    EtatCampagne.PREPARATION: "neutre",
    EtatCampagne.ESSAI: "attention",
    EtatCampagne.OUVERTE: "succes",
    EtatCampagne.CLOSE: "info",
}
CE_QUE_L_ETAT_OUVRE = {
    EtatCampagne.PREPARATION: "L’équipe et les financeurs la lisent ; les porteurs ne la voient pas encore.",
    EtatCampagne.ESSAI: "L’équipe remplit des demandes d’essai, qui ne se déposent pas et disparaissent à l’ouverture.",
    EtatCampagne.OUVERTE: "Les porteurs préparent et déposent leurs demandes jusqu’à la date limite.",
    EtatCampagne.CLOSE: "Plus aucun dépôt, sauf délai accordé par son nom à un porteur ; l’instruction continue.",
}


def depot_ouvert(
    campagne: Campagne,
    porteur: Organisme,
    le: date | datetime,
    *,
    dispositif: Dispositif | None = None,
    ne_d_un_besoin: bool = False,
) -> Reponse:
    """May `porteur` deposit a request on that day? No comes with its reason.

    `dispositif` is what it asks for, once known: one that has its own days follows them, one open all year takes requests
    until the end of the campaign's year; so do the schemes of needs (FPC, AMI) for what answers one (regles 2.13).
    """
    jour = timezone.localdate(le) if isinstance(le, datetime) else le
    calendrier = calendrier_du_dispositif(campagne, dispositif) if dispositif is not None else None
    permanent = _permanent(dispositif, ne_d_un_besoin=ne_d_un_besoin)
    motif = _motif_de_fermeture(campagne, permanent, calendrier, _ouverture_tardive(campagne, porteur), jour)
    return non(motif) if motif else OUI


def guichets_fermes(dossier: Dossier, dispositifs: Iterable[Dispositif], le: date) -> dict[int, str]:
    """Among these schemes (by key), those that the file may not ask on that day though its own takes deposits, and why.

    S-24: the form of a scheme open all year is no way round the days of another one. Five queries.
    """
    campagne = dossier.campagne
    autres = [dispositif for dispositif in dispositifs if dispositif.pk != dossier.dispositif_id]
    if not autres:
        return {}
    ne_d_un_besoin = Besoin.objects.filter(dossier=dossier).exists()
    if not depot_ouvert(campagne, dossier.porteur, le, dispositif=dossier.dispositif, ne_d_un_besoin=ne_d_un_besoin):
        return {}
    tardive = _ouverture_tardive(campagne, dossier.porteur)
    siens = calendriers(dossier.contrat, campagne.annee)
    motifs = {
        dispositif.pk: _motif_de_fermeture(
            campagne, _permanent(dispositif, ne_d_un_besoin=ne_d_un_besoin), siens.get(dispositif.pk), tardive, le
        )
        for dispositif in autres
    }
    return {cle: motif for cle, motif in motifs.items() if motif}


def _permanent(dispositif: Dispositif | None, *, ne_d_un_besoin: bool) -> bool:
    """Is this scheme asked until the end of the year, by this request?"""
    return dispositif is not None and (
        dispositif.permanent or (ne_d_un_besoin and dispositif.famille in FAMILLES_DES_BESOINS)
    )


def _ouverture_tardive(campagne: Campagne, porteur: Organisme) -> date | None:
    """The last day that was opened for this porteur by name."""
    ouvertures = OuvertureTardive.objects.filter(campagne=campagne, porteur=porteur, retiree_le__isnull=True)
    return ouvertures.values_list("jusqu_au", flat=True).first()


def _motif_de_fermeture(
    campagne: Campagne,
    permanent: bool,
    calendrier: CalendrierDispositif | None,
    tardive: date | None,
    le: date,
) -> str:
    return motif_de_fermeture(
        campagne.etat,
        ouverte_le=campagne.ouverte_le,
        limite_depot=campagne.limite_depot,
        le=le,
        ouvert_jusqu_au=tardive,
        fin_du_permanent=date(campagne.annee, 12, 31) if permanent else None,
        jours_propres=(calendrier.ouvre, calendrier.ferme) if calendrier else None,
    )


def depot_du_dossier_ouvert(dossier: Dossier, le: date | datetime) -> Reponse:
    """May this request be deposited on that day?"""
    return depot_ouvert(
        dossier.campagne,
        dossier.porteur,
        le,
        dispositif=dossier.dispositif,
        ne_d_un_besoin=Besoin.objects.filter(dossier=dossier).exists(),
    )


@dataclass(frozen=True, slots=True)
class EtapeLue:
    """One dated stage; `quand` is passee, en_cours or a_venir."""

    pk: int
    libelle: str
    du: date
    au: date | None
    note: str
    quand: str


@dataclass(frozen=True, slots=True)
class CritereLu:
    pk: int
    libelle: str
    aide: str
    poids: int
    note_max: int
    part: int  # % of the weights, rounded


@dataclass(frozen=True, slots=True)
class PieceLue:
    pk: int
    libelle: str
    formes: str  # in words
    obligatoire: bool
    reconduction_seule: bool
    aide: str


@dataclass(frozen=True, slots=True)
class CampagneLue:
    """A year's call for projects."""

    campagne: Campagne
    etat_libelle: str
    ton: str
    ouvre: str
    etapes: tuple[EtapeLue, ...]
    criteres: tuple[CritereLu, ...]
    pieces: tuple[PieceLue, ...]
    priorites: tuple[Objectif, ...]
    ouvertures: tuple[OuvertureTardive, ...]  # read by those who instruct
    sans_dossier: tuple[Orientation, ...]  # thematic orientations that no deposited file serves
    essais: int

    @property
    def a_completer(self) -> list[str]:
        """What a call usually says and this one does not yet."""
        c = self.campagne
        manques = [
            ("la note de cadrage", c.cadrage or c.note_de_cadrage_id),
            ("les étapes du calendrier", self.etapes),
            ("les critères de la grille", self.criteres),
            ("les pièces demandées", self.pieces),
        ]
        return [nom for nom, dit in manques if not dit]


def campagne_de(contrat: Contrat, annee: int, *, pour: Auteur) -> Campagne | None:
    """The call of `annee`, when the reader may read it."""
    campagne = (
        Campagne.objects.filter(contrat=contrat, annee=annee).select_related("contrat", "note_de_cadrage").first()
    )
    return campagne if campagne is not None and voit_la_campagne(pour, campagne) else None


def lire_campagne(campagne: Campagne, *, pour: Auteur, le: date) -> CampagneLue:
    """All that its page shows to `pour`; a constant number of queries."""
    etat = EtatCampagne(campagne.etat)
    instruit = roles(pour, campagne.contrat).instruit
    ouvertures = campagne.ouvertures.select_related("porteur", "ouverte_par").order_by("jusqu_au", "pk")
    return CampagneLue(
        campagne=campagne,
        etat_libelle=etat.label,
        ton=TONS_CAMPAGNE[etat],
        ouvre=CE_QUE_L_ETAT_OUVRE[etat],
        etapes=tuple(_etapes(campagne.etapes.order_by("du", "pk"), le)),
        criteres=_criteres(list(campagne.criteres.all())),
        pieces=tuple(_piece(piece) for piece in campagne.pieces_requises.all()),
        priorites=tuple(
            campagne.priorites.select_related("orientation").order_by("orientation__ordre", "ordre", "code")
        ),
        ouvertures=tuple(ouvertures) if instruit else (),
        sans_dossier=tuple(orientations_sans_dossier(campagne, pour=pour)) if instruit else (),
        essais=Dossier.objects.filter(campagne=campagne, essai=True).count() if instruit else 0,
    )


def orientations_sans_dossier(campagne: Campagne, *, pour: Auteur) -> Iterable[Orientation]:
    """The thematic orientations that no file of the campaign serves, among those that the reader sees; none before any."""
    ecartes = (EtatDossier.BROUILLON, EtatDossier.RETIRE, EtatDossier.IRRECEVABLE)
    vus = Dossier.objects.visibles_par(pour, campagne.contrat).filter(campagne=campagne).exclude(etat__in=ecartes)
    servies = set(vus.order_by().values_list("orientation", flat=True).distinct())
    if not servies:
        return []
    thematiques = campagne.contrat.orientations.filter(nature=NatureOrientation.THEMATIQUE)
    return thematiques.exclude(pk__in=servies - {None}).order_by("ordre", "code")


def etapes_au_calendrier(campagne: Campagne) -> list[tuple[str, str, date]]:
    """(key, title, day) of each dated stage, for the shared calendar; one that lasts shows on its first and last day."""
    dates = []
    for etape in campagne.etapes.all():
        nom = Etape(etape.etape).label
        if etape.au is None or etape.au == etape.du:
            dates.append((f"etape-{etape.pk}", nom, etape.du))
        else:
            dates.append((f"etape-{etape.pk}-debut", f"{nom} : début", etape.du))
            dates.append((f"etape-{etape.pk}-fin", f"{nom} : fin", etape.au))
    return dates


def _etapes(etapes: Iterable[EtapeCampagne], le: date) -> Iterable[EtapeLue]:
    for etape in etapes:
        fin = etape.au or etape.du
        quand = "passee" if fin < le else "a_venir" if etape.du > le else "en_cours"
        yield EtapeLue(etape.pk, Etape(etape.etape).label, etape.du, etape.au, etape.note, quand)


def _criteres(criteres: list[CritereCampagne]) -> tuple[CritereLu, ...]:
    total = sum(critere.poids for critere in criteres)
    return tuple(
        CritereLu(c.pk, c.libelle, c.aide, c.poids, c.note_max, round(c.poids * 100 / total)) for c in criteres
    )


def _piece(piece: PieceRequise) -> PieceLue:
    formes = ", ".join(FormeJuridique(forme).label for forme in piece.formes) or "Tous les porteurs"
    return PieceLue(piece.pk, piece.get_type_display(), formes, piece.obligatoire, piece.reconduction_seule, piece.aide)
