"""What communes write and vote, as its pages show it: state, contents, and what changed since the year before."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from commun.auteur import Auteur
from geographie.models import Commune

from ..etats import EtatDocument
from ..models import ContenuPriorites, Contrat, PrioritesCommunales, Rubrique, VoletCommunal
from ..permissions import communes_pilotees, roles

TONS = {
    EtatDocument.REDIGE: "info",
    EtatDocument.ADOPTE: "attention",
    EtatDocument.ANNEXE: "succes",
    EtatDocument.REVISE: "info",
}


@dataclass(frozen=True, slots=True)
class LigneCommunale:
    """One commune of the contract and its document, when it has one that the reader may see."""

    commune: Commune
    document: VoletCommunal | PrioritesCommunales | None
    remplies: int
    modifiable: bool

    @property
    def etat(self) -> tuple[str, str]:
        """Its state in a word, and the tone of that word."""
        if self.document is None:
            return "à commencer", "neutre"
        etat = EtatDocument(self.document.etat)
        return etat.label.lower(), TONS[etat]


def volets(contrat: Contrat, *, pour: Auteur) -> list[LigneCommunale]:
    """The communes of the contract and their volets; who does not work on them sees the adopted ones."""
    documents = contrat.volets.select_related("acte", "avenant").annotate(nb=Count("objectifs"))
    return _lignes(contrat, {v.commune_id: (v, v.nb) for v in documents}, pour=pour)


def priorites(contrat: Contrat, annee: int, *, pour: Auteur) -> list[LigneCommunale]:
    """The communes of the contract and their priorities of one year, with how many contents are written."""
    documents = (
        contrat.priorites.filter(annee=annee)
        .select_related("acte", "avenant")
        .annotate(nb=Count("contenus", filter=~Q(contenus__texte="")))
    )
    return _lignes(contrat, {p.commune_id: (p, p.nb) for p in documents}, pour=pour)


def _lignes(contrat: Contrat, documents: dict, *, pour: Auteur) -> list[LigneCommunale]:
    pilotees = communes_pilotees(pour, contrat)
    lignes = []
    for commune in contrat.communes.all():
        modifiable = pilotees is None or commune.pk in pilotees
        document, remplies = documents.get(commune.pk, (None, 0))
        if document is not None and not peut_lire(pour, document):
            document, remplies = None, 0
        if document is not None or modifiable:
            lignes.append(LigneCommunale(commune, document, remplies, modifiable))
    return lignes


def peut_lire(auteur: Auteur, document: VoletCommunal | PrioritesCommunales) -> bool:
    """A document being written belongs to those who work on the contract; adopted, all of the contract reads it."""
    return document.etat in (EtatDocument.ADOPTE, EtatDocument.ANNEXE) or roles(auteur, document.contrat).instruit


@dataclass(frozen=True, slots=True)
class Morceau:
    """A run of words: the same in both texts, added or removed."""

    genre: str
    texte: str


@dataclass(frozen=True, slots=True)
class ContenuLu:
    """One of the eleven contents, with what changed since the year before (None: nothing to compare)."""

    rubrique: Rubrique
    texte: str
    modifie_le: datetime | None
    modifie_par: str
    ecart: tuple[Morceau, ...] | None

    @property
    def numero(self) -> int:
        return int(self.rubrique.value[:2])

    @property
    def reconduit(self) -> bool:
        """True when the year before said the same, word for word."""
        return self.ecart is not None and all(m.genre == "egal" for m in self.ecart)


def contenus(document: PrioritesCommunales) -> tuple[list[ContenuLu], PrioritesCommunales | None]:
    """The eleven contents in their order, and the year that they are compared with."""
    precedent = (
        PrioritesCommunales.objects.filter(
            contrat=document.contrat_id, commune=document.commune_id, annee__lt=document.annee
        )
        .order_by("-annee")
        .first()
    )
    ecrits = {c.rubrique: c for c in ContenuPriorites.objects.filter(priorites=document).select_related("modifie_par")}
    anciens = dict(precedent.contenus.values_list("rubrique", "texte")) if precedent else {}
    lus = [_contenu(Rubrique(r), ecrits.get(r), anciens.get(r, "") if precedent else None) for r in Rubrique.values]
    return lus, precedent


def _contenu(rubrique: Rubrique, ecrit: ContenuPriorites | None, ancien: str | None) -> ContenuLu:
    texte = ecrit.texte if ecrit else ""
    return ContenuLu(
        rubrique=rubrique,
        texte=texte,
        modifie_le=ecrit.modifie_le if ecrit else None,
        modifie_par=str(ecrit.modifie_par) if ecrit and ecrit.modifie_par else "",
        ecart=ecart_de_textes(ancien, texte) if ancien is not None and (ancien or texte) else None,
    )


def ecart_de_textes(avant: str, apres: str) -> tuple[Morceau, ...]:
    """What changed from one text to the other, word by word, spaces and line ends kept."""
    mots_avant, mots_apres = re.findall(r"\S+\s*", avant), re.findall(r"\S+\s*", apres)
    morceaux = []
    comparaison = difflib.SequenceMatcher(a=mots_avant, b=mots_apres, autojunk=False)
    for genre, i1, i2, j1, j2 in comparaison.get_opcodes():
        if genre == "equal":
            morceaux.append(Morceau("egal", "".join(mots_apres[j1:j2])))
            continue
        if i2 > i1:
            morceaux.append(Morceau("retrait", "".join(mots_avant[i1:i2])))
        if j2 > j1:
            morceaux.append(Morceau("ajout", "".join(mots_apres[j1:j2])))
    return tuple(morceaux)
