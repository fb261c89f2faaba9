"""What an address of the programming asks for: filters, sort, columns; read alike by table, kanban, exports and acts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from commun.colonnes import Cellule, Colonne, JeuDeColonnes, cellules
from contrats.etats import Role
from contrats.portee import INSTRUCTEURS, Portee

from ..etats import EtatDossier
from ..filters import FiltreDossiers
from ..lectures.saisie import LigneSaisie, financeur_de_saisie
from ..lectures.tableau import LigneTableau, Totaux, avec_relations, avec_tri, lignes, totaux
from ..lectures.visites import dossiers_changes
from ..models import Campagne, Dossier
from ..tables import COLONNES, COLONNES_DE_SAISIE, COLONNES_DU_PORTEUR, SAISIE, TON_DE_L_ETAT

LECTEURS = (*INSTRUCTEURS, Role.PORTEUR)
# A whole choice is confirmed in one field: Django reads a thousand fields at most.
SEPARATEUR = "\n"
SECONDS_FILTRES = ("commune", "qpv", "caractere", "nature", "attend", "miens")


@dataclass(frozen=True, slots=True)
class CelluleSaisie:
    """One cell that may be typed, or why it may not."""

    pk: int
    champ: str
    titre: str
    libelle: str
    brut: str
    texte: str
    version: int
    url: str
    refus: str
    privee: bool


@dataclass(frozen=True, slots=True)
class LigneAffichee:
    """A row ready for the template: each cell with what may be typed in it."""

    ligne: LigneTableau
    paires: list[tuple[Cellule, list[CelluleSaisie]]]
    ton: str
    url: str
    change: bool  # by others, since the reader's last visit

    @property
    def cellules(self) -> list[Cellule]:
        return [cellule for cellule, _ in self.paires]


@dataclass(frozen=True, slots=True)
class Vue:
    """What the address bar asks for: filters, sort, columns among those of the reader's role."""

    jeu: JeuDeColonnes
    filtre: FiltreDossiers
    dossiers: Any
    colonnes: tuple[Colonne, ...]
    tri: Any
    totaux: Totaux
    saisie_de: int | None  # the funder whose rows the reader types

    @property
    def saisit(self) -> bool:
        """One of that funder's own columns is shown."""
        return any(colonne in SAISIE for colonne in self.colonnes)

    @property
    def filtres_ouverts(self) -> bool:
        """One of the filters of the second row is in force."""
        return any(self.filtre.valeurs.get(nom) for nom in SECONDS_FILTRES)

    @property
    def message_ignores(self) -> str:
        """What could not be read of the address."""
        return "Filtre illisible, laissé de côté : " + ", ".join(self.filtre.ignores).lower() + "."


def lire_vue(parametres: QueryDict, portee: Portee) -> Vue:
    """The view that these parameters describe, for this reader; what cannot be read is left out."""
    filtre = filtrer(parametres, portee)
    saisie_de = financeur_de_saisie(portee.auteur, portee.contrat, filtre.financeur_choisi)
    jeu = COLONNES_DU_PORTEUR
    if portee.roles.instruit:
        jeu = COLONNES_DE_SAISIE if saisie_de is not None else COLONNES
    tri = jeu.trier(parametres.get("tri"))
    assert tri is not None
    lus = avec_relations(filtre.qs, pour=portee.auteur, contrat=portee.contrat)
    tries = avec_tri(lus, tri.cle, pour=portee.auteur, contrat=portee.contrat, financeur=filtre.financeur_choisi)
    return Vue(
        jeu=jeu,
        filtre=filtre,
        dossiers=tries.order_by(*dict.fromkeys(tri.expressions)),
        colonnes=jeu.choisir(parametres.getlist("colonnes")),
        tri=tri,
        totaux=totaux(filtre.qs, pour=portee.auteur, contrat=portee.contrat, financeur=filtre.financeur_choisi),
        saisie_de=saisie_de,
    )


def filtrer(parametres: QueryDict, portee: Portee) -> FiltreDossiers:
    """The year's files that this reader sees, narrowed as the address asks.

    Files given up are out of the work and of every total; who instructs finds them by their state.
    """
    assert portee.annee is not None
    campagne = Campagne.objects.filter(contrat=portee.contrat, annee=portee.annee)
    de_l_annee = visibles(portee).filter(campagne__in=list(campagne.values_list("pk", flat=True)))
    if portee.roles.instruit and not parametres.get("etat"):
        de_l_annee = de_l_annee.exclude(etat=EtatDossier.RETIRE)
    return FiltreDossiers(parametres, de_l_annee, contrat=portee.contrat, pour=portee.auteur)


def visibles(portee: Portee) -> Any:
    """All the files of the contract that this reader sees."""
    return Dossier.objects.visibles_par(portee.auteur, portee.contrat)


def rangees(dossiers: Any, vue: Vue, portee: Portee) -> list[LigneAffichee]:
    """These files as rows of the table."""
    lues = lignes(
        dossiers,
        pour=portee.auteur,
        contrat=portee.contrat,
        financeur=vue.filtre.financeur_choisi,
        saisie_de=vue.saisie_de if vue.saisit else None,
    )
    cles = [ligne.pk for ligne in lues] if portee.roles.instruit else []
    changes = dossiers_changes(cles, pour=portee.auteur, contrat=portee.contrat, le=timezone.now())
    return [
        LigneAffichee(
            ligne,
            [(cellule, _saisies(cellule.colonne, ligne, portee)) for cellule in cellules(vue.colonnes, ligne)],
            TON_DE_L_ETAT[ligne.etat],
            adresse(portee, "dossier", numero=ligne.numero),
            ligne.pk in changes,
        )
        for ligne in lues
    ]


def toutes_les_lignes(vue: Vue, portee: Portee, *, saisie: bool = False) -> Iterator[LigneTableau]:
    """All rows, read by blocks so that a long export keeps a short memory; `saisie` adds the rows that one types."""
    cles = list(vue.dossiers.values_list("pk", flat=True))
    for debut in range(0, len(cles), 500):
        bloc = cles[debut : debut + 500]
        par_cle = {d.pk: d for d in vue.dossiers.order_by().filter(pk__in=bloc)}
        yield from lignes(
            [par_cle[cle] for cle in bloc if cle in par_cle],
            pour=portee.auteur,
            contrat=portee.contrat,
            financeur=vue.filtre.financeur_choisi,
            saisie_de=vue.saisie_de if saisie or vue.saisit else None,
        )


def totaux_affiches(vue: Vue) -> dict[str, Any]:
    """The totals by column: those of the funder chosen are also those of the rows that one types for it."""
    sommes = asdict(vue.totaux)
    if vue.saisie_de is not None and vue.saisie_de == vue.filtre.financeur_choisi:
        sommes |= {"a_nous": vue.totaux.demande, "notre_proposition": vue.totaux.propose}
    return sommes


def adresse(portee: Portee, route: str, **cles: Any) -> str:
    """A page of this contract and year."""
    return reverse(f"programmation:{route}", kwargs={"contrat": portee.contrat.slug, "annee": portee.annee, **cles})


def avec(parametres: QueryDict, **changes: str) -> str:
    """The address with these parameters changed (removed when empty), back to the first page."""
    copie = parametres.copy()
    copie.pop("page", None)
    for nom, valeur in changes.items():
        copie.pop(nom, None)
        if valeur:
            copie[nom] = valeur
    return copie.urlencode()


def parametres_sans(parametres: QueryDict, *noms: str) -> list[tuple[str, str]]:
    """The parameters of the address but these, for the hidden fields of a form."""
    return [(nom, valeur) for nom, valeurs in parametres.lists() if nom not in noms for valeur in valeurs]


# Column typed → the field of `Saisie`, the page that types it alone, the right it asks.
_CHAMPS = {
    "notre_proposition": ("montant", "proposer"),
    "nos_conditions": ("conditions", "proposer"),
    "notre_ej": ("numero_ej", "engager"),
}


def _saisies(colonne: Colonne, ligne: LigneTableau, portee: Portee) -> list[CelluleSaisie]:
    if colonne.cle not in _CHAMPS:
        return []
    champ, route = _CHAMPS[colonne.cle]
    plusieurs = len(ligne.saisies) > 1
    return [_cellule(saisie, colonne, champ, route, ligne, portee, plusieurs) for saisie in ligne.saisies]


def _cellule(
    saisie: LigneSaisie,
    colonne: Colonne,
    champ: str,
    route: str,
    ligne: LigneTableau,
    portee: Portee,
    plusieurs: bool,
) -> CelluleSaisie:
    valeur = getattr(saisie, champ)
    permis = saisie.proposer if route == "proposer" else saisie.engager
    return CelluleSaisie(
        pk=saisie.pk,
        champ=champ,
        titre=saisie.titre if plusieurs else "",
        libelle=f"{colonne.libelle}, dossier {ligne.numero}" + (f", {saisie.titre}" if plusieurs else ""),
        brut=""
        if valeur is None
        else f"{valeur:f}".replace(".", ",").removesuffix(",00")
        if champ == "montant"
        else valeur,
        texte="" if valeur in (None, "") else valeur,
        version=saisie.version,
        url=adresse(portee, route, numero=ligne.numero, pk=saisie.pk),
        refus="" if permis else permis.motif,
        privee=champ == "montant" and saisie.privee,
    )
