"""The perimeters that a contract covers, and those that it draws itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier
from geographie.models import Commune, Perimetre, TypePerimetre, VersionPerimetre
from geographie.regles import departement_de

from ..lectures.dependances import citations, en_mots
from ..models import Contrat, PerimetreDuContrat
from ..permissions import peut_modifier_perimetre
from .ecriture import ecrire, tenir_contrat

# The list of priority neighbourhoods in force.
GENERATION = 2024


@transaction.atomic
def rattacher_perimetre(contrat: Contrat, perimetre: Perimetre, *, par: Auteur, le: datetime) -> None:
    """The contract covers a perimeter already known, which lies on one of its communes."""
    contrat = tenir_contrat(contrat, par)
    if not VersionPerimetre.objects.filter(perimetre=perimetre, communes__in=contrat.communes.all()).exists():
        raise RegleEnfreinte("Ce périmètre ne porte sur aucune commune du contrat.", code="perimetre_d_ailleurs")
    lien = PerimetreDuContrat(contrat=contrat, perimetre=perimetre)
    with contraintes_en_francais(), transaction.atomic():
        lien.save()
    _inscrire(contrat, "rattacher_perimetre", "Périmètre ajouté", perimetre, par, le)


@transaction.atomic
def rattacher_perimetres(
    contrat: Contrat, perimetres: Iterable[Perimetre], *, par: Auteur, le: datetime
) -> list[Perimetre]:
    """The same for several at once: all of them, or none."""
    ajoutes = list(perimetres)
    for perimetre in ajoutes:
        rattacher_perimetre(contrat, perimetre, par=par, le=le)
    return ajoutes


@transaction.atomic
def tracer_perimetre(
    contrat: Contrat,
    *,
    champs: Mapping[str, Any],
    version: Mapping[str, Any],
    communes: Iterable[Commune],
    par: Auteur,
    le: datetime,
) -> Perimetre:
    """A perimeter that the contract draws itself, with its first version; a QPV is drawn by decree (Q-01)."""
    contrat = tenir_contrat(contrat, par)
    if champs["type"] == TypePerimetre.QPV:
        raise RegleEnfreinte(
            "Un quartier prioritaire est délimité par décret : un administrateur de l’installation l’ajoute.",
            champ="type",
            code="qpv_par_decret",
        )
    perimetre = ecrire_perimetre(contrat, champs, version, communes=communes, source="saisi par le contrat")
    inscrire(
        perimetre,
        acte="decrire_perimetre",
        libelle="Périmètre saisi",
        par=par,
        le=le,
        apres={"code": perimetre.code},
    )
    _inscrire(contrat, "rattacher_perimetre", "Périmètre ajouté", perimetre, par, le)
    return perimetre


@transaction.atomic
def modifier_perimetre(
    contrat: Contrat,
    perimetre: Perimetre,
    *,
    champs: Mapping[str, Any],
    version: Mapping[str, Any],
    par: Auteur,
    le: datetime,
) -> Perimetre:
    """Correct a perimeter that this contract alone covers, and its latest version; nobody here redraws a QPV (Q-01)."""
    contrat = tenir_contrat(contrat, par)
    perimetre = Perimetre.objects.select_for_update(of=("self",)).get(pk=perimetre.pk)
    verifier(peut_modifier_perimetre(par, contrat, perimetre))
    if champs.get("type") == TypePerimetre.QPV:
        raise RegleEnfreinte("Un quartier prioritaire est délimité par décret.", champ="type", code="qpv_par_decret")
    derniere = perimetre.versions.order_by("valide_du").last()
    if version and derniere is None:
        raise RegleEnfreinte("Ce périmètre n’a encore aucune version en vigueur.", code="perimetre_sans_version")
    if derniere is not None:
        ecrire(derniere, version, acte="modifier_perimetre", libelle="Périmètre modifié", par=par, le=le)
    ecrire(perimetre, champs, acte="modifier_perimetre", libelle="Périmètre modifié", par=par, le=le)
    _inscrire(contrat, "modifier_perimetre", "Périmètre modifié", perimetre, par, le)
    return perimetre


@transaction.atomic
def detacher_perimetre(contrat: Contrat, perimetre: Perimetre, *, par: Auteur, le: datetime) -> None:
    """The contract no longer covers a perimeter that none of its objects names; the perimeter itself stays known."""
    contrat = tenir_contrat(contrat, par)
    if trouvees := citations(perimetre, contrat):
        raise RegleEnfreinte(f"On ne peut pas retirer ce périmètre : {en_mots(trouvees)}.", code="encore_utilise")
    contrat.perimetres.filter(perimetre=perimetre).delete()
    _inscrire(contrat, "detacher_perimetre", "Périmètre ôté", perimetre, par, le)


def ecrire_perimetre(
    contrat: Contrat,
    champs: Mapping[str, Any],
    version: Mapping[str, Any],
    *,
    communes: Iterable[Commune],
    source: str,
) -> Perimetre:
    """The perimeter, its first version and its place in the contract; the caller has checked the right.

    Its contour may come later. Raises `RegleEnfreinte` when its code is already that of another.
    """
    communes = list(communes)
    if Perimetre.objects.filter(code=champs["code"]).exists():
        raise RegleEnfreinte(
            "Un périmètre porte déjà ce code : choisissez-le dans la liste.", champ="code", code="perimetre_connu"
        )
    perimetre = Perimetre.objects.create(**champs, departement=departement_de(communes[0].code) if communes else "")
    premiere = VersionPerimetre(perimetre=perimetre, generation=GENERATION, code=perimetre.code)
    for nom, valeur in version.items():
        setattr(premiere, nom, valeur)
    with contraintes_en_francais(), transaction.atomic():
        premiere.save()
    premiere.communes.set(communes)
    PerimetreDuContrat.objects.create(contrat=contrat, perimetre=perimetre, source=source)
    return perimetre


def _inscrire(contrat: Contrat, acte: str, libelle: str, perimetre: Perimetre, par: Auteur, le: datetime) -> None:
    inscrire(contrat, acte=acte, libelle=libelle, par=par, le=le, apres={"nom": str(perimetre)})
