"""Is a file complete, and receivable? The automatic checks, what people checked, the correction requests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from acteurs.models import FicheOrganisme, Organisme, TypePiece
from commun.auteur import Auteur
from commun.permissions import Reponse

from ..etats import EtatDossier
from ..models import (
    CaractereDossier,
    DemandeDeComplement,
    Dossier,
    OrigineDossier,
    OuvertureTardive,
    PieceDossier,
    PointAVerifier,
    PointVerifie,
)
from ..permissions import peut_instruire
from ..regles import champs
from ..regles.recevabilite import Annuaire, Controle, Faits, Resultat, controler, defauts
from .calendriers import calendrier_du_dispositif
from .demande import controles_de, demande_de, sections_du_dossier
from .investissement import derogations

TONS = {
    Resultat.CONFORME: "succes",
    Resultat.ALERTE: "attention",
    Resultat.DEFAUT: "danger",
    Resultat.SANS_OBJET: "neutre",
}
MOTS = {
    Resultat.CONFORME: "conforme",
    Resultat.ALERTE: "à regarder",
    Resultat.DEFAUT: "à compléter",
    Resultat.SANS_OBJET: "sans objet",
}


@dataclass(frozen=True, slots=True)
class ControleLu:
    """One check as people read it."""

    controle: Controle
    ton: str
    mot: str


@dataclass(frozen=True, slots=True)
class PointLu:
    """One point that a person checks; `conforme` is None until somebody has."""

    point: str
    libelle: str
    conforme: bool | None
    remarque: str
    verifie_le: datetime | None
    verifie_par: str


@dataclass(frozen=True, slots=True)
class ComplementLu:
    """A correction request, as the team and the porteur read it."""

    pk: int
    motif: str
    champs: tuple[str, ...]
    echeance: date
    demandee_le: datetime
    demandee_par: str
    relancee_le: datetime | None
    repondue_le: datetime | None
    reponse: str
    levee_le: datetime | None
    en_retard: bool

    @property
    def ouvert(self) -> bool:
        return self.repondue_le is None and self.levee_le is None


@dataclass(frozen=True, slots=True)
class Recevabilite:
    """All that the tab shows."""

    controles: tuple[ControleLu, ...]
    points: tuple[PointLu, ...]
    complements: tuple[ComplementLu, ...]
    agir: Reponse

    @property
    def defauts(self) -> list[Controle]:
        return defauts(lu.controle for lu in self.controles)

    @property
    def non_conformes(self) -> list[PointLu]:
        return [point for point in self.points if point.conforme is False]

    @property
    def ouvert(self) -> ComplementLu | None:
        """The correction request that waits for the porteur."""
        return next((complement for complement in self.complements if complement.ouvert), None)


def recevabilite(dossier: Dossier, *, pour: Auteur, le: date) -> Recevabilite:
    """The checks of `dossier`, already found through `visibles_par`; a constant number of queries."""
    return Recevabilite(
        controles=tuple(ControleLu(c, TONS[c.resultat], MOTS[c.resultat]) for c in controles(dossier)),
        points=_points(dossier),
        complements=complements(dossier, le=le),
        agir=peut_instruire(pour, dossier),
    )


def controles(dossier: Dossier) -> tuple[Controle, ...]:
    """The automatic checks alone."""
    return controler(_faits(dossier))


def manques(dossier: Dossier) -> list[str]:
    """What keeps the file from being complete, by name: failed checks, then points that somebody found wrong."""
    points = PointVerifie.objects.filter(dossier=dossier, conforme=False)
    return [c.libelle for c in defauts(controles(dossier))] + [point.get_point_display() for point in points]


def complements(dossier: Dossier, *, le: date) -> tuple[ComplementLu, ...]:
    """The correction requests of a file, the latest first."""
    return tuple(
        ComplementLu(
            pk=demande.pk,
            motif=demande.motif,
            champs=tuple(champs.libelles(demande.champs)),
            echeance=demande.echeance,
            demandee_le=demande.demandee_le,
            demandee_par=str(demande.demandee_par) if demande.demandee_par else "",
            relancee_le=demande.relancee_le,
            repondue_le=demande.repondue_le,
            reponse=demande.reponse,
            levee_le=demande.levee_le,
            en_retard=demande.repondue_le is None and demande.levee_le is None and demande.echeance < le,
        )
        for demande in DemandeDeComplement.objects.filter(dossier=dossier).select_related("demandee_par")
    )


def complement_ouvert(dossier: Dossier, *, le: date) -> ComplementLu | None:
    """The correction request that waits for the porteur, for its page and the team's."""
    if dossier.etat != EtatDossier.INCOMPLET:
        return None
    return next((demande for demande in complements(dossier, le=le) if demande.ouvert), None)


def _points(dossier: Dossier) -> tuple[PointLu, ...]:
    connus = {p.point: p for p in PointVerifie.objects.filter(dossier=dossier).select_related("verifie_par")}
    return tuple(
        PointLu(
            point=point.value,
            libelle=point.label,
            conforme=connu.conforme if connu else None,
            remarque=connu.remarque if connu else "",
            verifie_le=connu.verifie_le if connu else None,
            verifie_par=str(connu.verifie_par) if connu and connu.verifie_par else "",
        )
        for point in points_a_verifier(dossier)
        for connu in [connus.get(point.value)]
    )


def points_a_verifier(dossier: Dossier) -> list[PointAVerifier]:
    """What a person checks of this file: a derogation, where one is claimed."""
    if derogations([dossier]):
        return list(PointAVerifier)
    return [point for point in PointAVerifier if point != PointAVerifier.DEROGATION]


def _faits(dossier: Dossier) -> Faits:
    depose_le = timezone.localtime(dossier.depose_le).date() if dossier.depose_le else None
    bilans = PieceDossier.objects.filter(dossier=dossier, type=TypePiece.BILAN, retiree_le__isnull=True)
    return Faits(
        depose_le=depose_le,
        limite=_limite(dossier),
        siret=dossier.porteur.siret,
        annuaire=_annuaire(dossier.porteur),
        reconduite=dossier.precedent_id is not None or dossier.caractere == CaractereDossier.RECONDUITE,
        bilan=bilans.exists(),
        # Papers are those in force when the porteur deposited.
        remarques=controles_de(dossier, demande_de(dossier, depose_le or timezone.localdate())),
        importe=dossier.origine != OrigineDossier.PILOTVILLE,
        sections=sections_du_dossier(dossier),
    )


def _limite(dossier: Dossier) -> date:
    """The last day of the call, or of the scheme's own calendar, or the later one that was opened for this porteur by name;
    a permanent scheme has the year."""
    calendrier = calendrier_du_dispositif(dossier.campagne, dossier.dispositif)
    if dossier.dispositif.permanent and calendrier is None:
        return date(dossier.campagne.annee, 12, 31)
    limite = calendrier.ferme if calendrier else dossier.campagne.limite_depot
    tardives = OuvertureTardive.objects.filter(
        campagne=dossier.campagne_id, porteur=dossier.porteur_id, retiree_le__isnull=True
    )
    return max([limite, *tardives.values_list("jusqu_au", flat=True)])


def _annuaire(porteur: Organisme) -> str:
    lue = FicheOrganisme.objects.filter(organisme=porteur).values_list("verification", flat=True).first()
    return lue or Annuaire.NON_VERIFIE
