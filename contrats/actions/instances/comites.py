"""Committees: drawn from a preset or by hand, and who sits in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier

from ...lectures.modeles_comites import ModeleComite, composition, declinaisons
from ...models import Comite, Contrat, MembreComite, Orientation
from ...permissions import peut_animer
from .seance import dit


@dataclass(frozen=True, slots=True)
class FicheDeComite:
    """What is said of a committee when it is drawn or changed."""

    type: str
    nom: str
    mission: str = ""
    valide_programmation: bool = False
    valide_sip: bool = False
    valide_tfpb: bool = False
    reunions_par_an: int | None = None
    par_commune: bool = False
    orientation: Orientation | None = None


_CHAMPS_COMITE = (
    "type",
    "nom",
    "mission",
    "valide_programmation",
    "valide_sip",
    "valide_tfpb",
    "reunions_par_an",
    "par_commune",
    "orientation",
)


@transaction.atomic
def adopter_modele(contrat: Contrat, modele: ModeleComite, *, par: Auteur, le: datetime) -> list[Comite]:
    """Create what the contract has not yet of a preset, with its usual members; again, it creates nothing."""
    verifier(peut_animer(par, contrat))
    Contrat.objects.select_for_update(of=("self",)).get(pk=contrat.pk)
    membres = composition(modele, contrat)
    crees = []
    for nom, orientation in declinaisons(modele, contrat):
        fiche = FicheDeComite(
            type=modele.type,
            nom=nom,
            mission=modele.mission,
            valide_programmation=modele.valide_programmation,
            valide_sip=modele.valide_sip,
            valide_tfpb=modele.valide_tfpb,
            reunions_par_an=modele.reunions_par_an,
            par_commune=modele.par_commune,
            orientation=orientation,
        )
        comite = _creer_comite(contrat, fiche, source=modele.source, par=par, le=le)
        MembreComite.objects.bulk_create(MembreComite(comite=comite, organisme=o) for o in membres)
        crees.append(comite)
    return crees


@transaction.atomic
def creer_comite(contrat: Contrat, fiche: FicheDeComite, *, par: Auteur, le: datetime) -> Comite:
    """Draw a committee of one's own."""
    verifier(peut_animer(par, contrat))
    return _creer_comite(contrat, fiche, source="", par=par, le=le)


def _creer_comite(contrat: Contrat, fiche: FicheDeComite, *, source: str, par: Auteur, le: datetime) -> Comite:
    _verifier_orientation(contrat, fiche.orientation)
    comite = Comite(contrat=contrat, source=source, **{nom: getattr(fiche, nom) for nom in _CHAMPS_COMITE})
    with contraintes_en_francais(), transaction.atomic():
        comite.save(force_insert=True)
    inscrire(comite, acte="creer_comite", libelle="Comité créé", par=par, le=le, apres=dit(comite, _CHAMPS_COMITE))
    return comite


@transaction.atomic
def modifier_comite(comite: Comite, fiche: FicheDeComite, *, par: Auteur, le: datetime) -> Comite:
    """Change what a committee is, what it validates and how often it meets."""
    comite = Comite.objects.select_for_update(of=("self",)).select_related("contrat").get(pk=comite.pk)
    verifier(peut_animer(par, comite.contrat))
    _verifier_orientation(comite.contrat, fiche.orientation)
    avant = dit(comite, _CHAMPS_COMITE)
    for nom in _CHAMPS_COMITE:
        setattr(comite, nom, getattr(fiche, nom))
    with contraintes_en_francais(), transaction.atomic():
        comite.save(update_fields=_CHAMPS_COMITE)
    inscrire(
        comite,
        acte="modifier_comite",
        libelle="Comité modifié",
        par=par,
        le=le,
        avant=avant,
        apres=dit(comite, _CHAMPS_COMITE),
    )
    return comite


@transaction.atomic
def faire_sieger(
    comite: Comite, organisme: Organisme, *, invite: bool, par: Auteur, le: datetime, courriel: str = ""
) -> MembreComite:
    """Seat or invite an organisation; one that already sits changes its place and address."""
    comite = Comite.objects.select_for_update(of=("self",)).select_related("contrat").get(pk=comite.pk)
    verifier(peut_animer(par, comite.contrat))
    membre, nouveau = MembreComite.objects.get_or_create(
        comite=comite, organisme=organisme, defaults={"invite": invite, "courriel": courriel}
    )
    if not nouveau:
        membre.invite, membre.courriel = invite, courriel
        membre.save(update_fields=["invite", "courriel"])
    inscrire(
        comite,
        acte="faire_sieger",
        libelle="Organisme invité" if invite else "Organisme membre",
        par=par,
        le=le,
        apres={"organisme": str(organisme)},
    )
    return membre


@transaction.atomic
def retirer_membre(membre: MembreComite, *, par: Auteur, le: datetime) -> None:
    """End a seat; the attendance of past meetings keeps its name."""
    comite = Comite.objects.select_for_update(of=("self",)).select_related("contrat").get(pk=membre.comite_id)
    verifier(peut_animer(par, comite.contrat))
    organisme = str(membre.organisme)
    membre.delete()
    inscrire(comite, acte="retirer_membre", libelle="Organisme retiré", par=par, le=le, avant={"organisme": organisme})


def _verifier_orientation(contrat: Contrat, orientation: Orientation | None) -> None:
    if orientation is not None and orientation.contrat_id != contrat.pk:
        raise RegleEnfreinte("Cette orientation n’est pas dans ce contrat.", champ="orientation", code="hors_contrat")
