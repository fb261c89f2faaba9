"""Invents what the communes write and vote, and the avenant that annexes it to the contract.

These records have no `fictif` column: their words say it, and their acts are marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from commun.typographie import nombre
from contrats.actions.communal import (
    adopter,
    commencer_priorites,
    commencer_volet,
    rediger_rubrique,
    rediger_volet,
    reviser,
)
from contrats.actions.structure import enregistrer_acte, enregistrer_avenant, figer_contrat_signe
from contrats.models import Avenant, ContenuPriorites, Contrat, PrioritesCommunales, Rubrique, VoletCommunal
from geographie.models import Commune, PopulationPerimetre, TypePerimetre
from programmation.models import Localisation

from .calendrier import a_l_heure
from .monde import SOURCE, Monde, de
from .textes import CONTENUS_DES_PRIORITES, DENAIN, ESCAUDAIN, MENTION_FICTIVE, RAISMES, SAINT_AMAND

ANCIENNES = (DENAIN, RAISMES, SAINT_AMAND)  # their priorities date from the year before
ECRITES = {DENAIN: 11, RAISMES: 8, SAINT_AMAND: 11, ESCAUDAIN: 5}  # contents (re)written this year, out of eleven

AXES_DES_VOLETS = {DENAIN: ("O1", "O2", "O3"), RAISMES: ("O4", "O6")}


def creer_documents_communaux(monde: Monde) -> None:
    """Priorities of two years, two volets, the signed contract and the avenant of the year before."""
    annee = monde.calendrier.aujourdhui.year
    _garder_le_contrat_signe(monde)
    if annee - 1 in monde.contrat.annees:
        annexables = _priorites_de_l_an_passe(monde, annee - 1)
        _avenant(monde, annee - 1, annexables)
    _priorites_de_l_annee(monde, annee)
    _volets(monde, annee)


def effacer_documents_communaux(contrat: Contrat) -> None:
    """Remove what `creer_documents_communaux` wrote; what people wrote of their own hand stays."""
    inventees = ContenuPriorites.objects.filter(texte__endswith=MENTION_FICTIVE).values("priorites")
    PrioritesCommunales.objects.filter(contrat=contrat, pk__in=inventees).delete()
    VoletCommunal.objects.filter(contrat=contrat, source=SOURCE).delete()
    Avenant.objects.filter(contrat=contrat, resume__endswith=MENTION_FICTIVE).delete()
    if not contrat.avenants.exclude(numero=0).exists():
        contrat.avenants.all().delete()


def _garder_le_contrat_signe(monde: Monde) -> None:
    contrat = monde.contrat
    if contrat.signe_le and not contrat.avenants.exists():
        figer_contrat_signe(
            contrat, signe_le=contrat.signe_le, par=monde.chef_de_projet, le=a_l_heure(contrat.signe_le)
        )


def _priorites_de_l_an_passe(monde: Monde, annee: int) -> list[PrioritesCommunales]:
    """Eleven contents in each commune, adopted in June; those that the avenant annexes are returned."""
    adoptees = []
    for code in _libres(monde, ANCIENNES, monde.contrat.priorites.filter(annee=annee)):
        priorites = commencer_priorites(
            monde.contrat, monde.communes[code], annee, par=monde.chef_de_projet, le=a_l_heure(date(annee, 4, 15))
        )
        _rediger(monde, priorites, list(Rubrique), le=date(annee, 5, 12))
        adoptees.append(_adopter(monde, priorites, code, le=date(annee, 6, 20)))
    return adoptees[:2]


def _priorites_de_l_annee(monde: Monde, annee: int) -> None:
    """Re-examined this year: adopted in one commune, taken up again in another, being written elsewhere."""
    calendrier = monde.calendrier
    ouverture = min(date(annee, 4, 10), calendrier.aujourdhui - timedelta(days=20))
    adoption = date(annee, 6, 24)
    for code in _libres(monde, ECRITES, monde.contrat.priorites.filter(annee=annee)):
        priorites = commencer_priorites(
            monde.contrat,
            monde.communes[code],
            annee,
            par=monde.chef_de_projet,
            le=a_l_heure(ouverture),
            reprendre=code in ANCIENNES and annee - 1 in monde.contrat.annees,
        )
        _rediger(monde, priorites, list(Rubrique)[: ECRITES[code]], le=ouverture + timedelta(days=9))
        if ECRITES[code] == len(Rubrique) and calendrier.est_passe(adoption):
            priorites = _adopter(monde, priorites, code, le=adoption)
            if code == SAINT_AMAND:
                le = max(adoption, calendrier.aujourdhui - timedelta(days=30))
                reviser(priorites, par=monde.chef_de_projet, le=a_l_heure(le, 16))


def _libres(monde: Monde, codes: Iterable[str], documents: QuerySet[Any]) -> list[str]:
    """The communes that have not begun this document by themselves."""
    pris = set(documents.values_list("commune__code", flat=True))
    return [code for code in codes if code not in pris]


def _rediger(monde: Monde, priorites: PrioritesCommunales, rubriques: list[Rubrique], *, le: date) -> None:
    mots = _mots(monde, priorites.commune, priorites.annee)
    anciens, recents = CONTENUS_DES_PRIORITES
    textes = anciens | (recents if priorites.annee == monde.calendrier.aujourdhui.year else {})
    for rang, rubrique in enumerate(rubriques):
        rediger_rubrique(
            priorites,
            rubrique,
            texte=f"{textes[rubrique].format_map(mots)} {MENTION_FICTIVE}",
            par=monde.chef_de_projet,
            le=a_l_heure(le, 9, rang * 5),
        )


def _mots(monde: Monde, commune: Commune, annee: int) -> Mapping[str, str]:
    """What the base knows of the commune: its perimeters and their inhabitants, its files of the year."""
    parts = PopulationPerimetre.objects.filter(
        version__perimetre__contrats__contrat=monde.contrat,
        version__perimetre__type=TypePerimetre.QPV,
        version__generation=2024,
        version__communes=commune,
        habitants__isnull=False,
    ).order_by("version__nom", "pk")
    quartiers = {p.version.nom: p.habitants for p in parts.select_related("version")}
    dossiers = Localisation.objects.dans(commune).filter(dossier__contrat=monde.contrat, dossier__campagne__annee=annee)
    return {
        "de_la_commune": de(commune.nom),
        "quartiers": "\u202f; ".join(f"{nom} ({nombre(habitants)} habitants)" for nom, habitants in quartiers.items()),
        "annee": str(annee),
        "dossiers": str(dossiers.values("dossier").distinct().count()),
    }


def _adopter(monde: Monde, document: Any, code: str, *, le: date) -> Any:
    """By a municipal act of our invention, received at the préfecture three days later."""
    rang = 101 if isinstance(document, PrioritesCommunales) else 102
    recu = le + timedelta(days=3)
    acte = {
        "organisme": monde.organismes[f"commune-{code}"],
        "instance": "Conseil municipal",
        "numero": f"{le.year}-{rang}",
        "pris_le": le,
        "voix_pour": 27,
        "voix_contre": 0,
        "abstentions": 4,
        "recu_prefecture_le": recu if monde.calendrier.est_passe(recu) else None,
        "fictif": True,
        "source": SOURCE,
    }
    return adopter(document, par=monde.chef_de_projet, le=a_l_heure(le, 18), nouvel_acte=acte)


def _avenant(monde: Monde, annee: int, documents: list[PrioritesCommunales]) -> None:
    """The priorities that the communes adopted join the contract, by an act of the agglomération."""
    if not documents or monde.contrat.avenants.filter(numero__gt=0).exists():
        return
    signature = date(annee, 12, 9)
    acte = enregistrer_acte(
        monde.contrat,
        champs={
            "organisme": monde.organismes["caph"],
            "instance": "Conseil communautaire",
            "numero": f"{annee}-103",
            "pris_le": signature,
            "voix_pour": 84,
            "voix_contre": 0,
            "abstentions": 2,
            "recu_prefecture_le": signature + timedelta(days=2),
            "fictif": True,
            "source": SOURCE,
        },
        par=monde.chef_de_projet,
        le=a_l_heure(signature, 18),
    )
    communes = " et ".join(de(document.commune.nom) for document in documents)
    champs = {
        "objet": f"Priorités communales {communes} (fictif)",
        "resume": f"Annexe au contrat les priorités {annee} que deux communes ont adoptées. {MENTION_FICTIVE}",
        "signe_le": signature,
        "acte": acte,
    }
    enregistrer_avenant(
        monde.contrat, champs=champs, documents=documents, par=monde.chef_de_projet, le=a_l_heure(signature, 19)
    )


def _volets(monde: Monde, annee: int) -> None:
    """One adopted, one being written: the objectives that a commune selects as its own."""
    ouverture = min(date(annee, 3, 2), monde.calendrier.aujourdhui - timedelta(days=25))
    for code in _libres(monde, AXES_DES_VOLETS, monde.contrat.volets.all()):
        commune = monde.communes[code]
        volet = commencer_volet(monde.contrat, commune, par=monde.chef_de_projet, le=a_l_heure(ouverture))
        texte = (
            f"La commune {de(commune.nom)} retient du contrat ce qui répond d’abord à ses quartiers. {MENTION_FICTIVE}"
        )
        objectifs = [
            objectif for code_, objectif in monde.objectifs.items() if code_.split(".")[0] in AXES_DES_VOLETS[code]
        ]
        volet = rediger_volet(
            volet,
            texte=texte,
            objectifs=objectifs,
            par=monde.chef_de_projet,
            le=a_l_heure(ouverture + timedelta(days=7)),
        )
        VoletCommunal.objects.filter(pk=volet.pk).update(source=SOURCE)
        adoption = date(annee, 6, 24)
        if code == DENAIN and monde.calendrier.est_passe(adoption):
            _adopter(monde, volet, code, le=adoption)
