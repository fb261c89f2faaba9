"""The instruction table: its rows and its totals, as one reader may see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Count,
    DecimalField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextChoices,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from commun.auteur import Auteur
from commun.memoire import retenir
from commun.typographie import INSECABLE, euros, nombre
from contrats.models import Contrat, NatureMoyens
from contrats.permissions import roles

from ..etats import (
    DEMANDE_PROPOSE,
    DOSSIER_A_LA_TABLE_DU_COPIL,
    DOSSIER_OUVERT_AUX_PROPOSITIONS,
    EtatDemande,
    EtatDossier,
)
from ..models import DemandeFinancement, Dossier, Localisation, ModeLocalisation
from ..models.demande import A_LA_TABLE_DU_COPIL
from ..models.dossier import DossierQuerySet
from ..regles import Accord, accord
from .notation import avec_tri_par_note, moyennes
from .saisie import LigneSaisie, lignes_de_saisie

ZERO = Decimal(0)


class Attente(TextChoices):
    """What a file waits for, from one of its funders or from the COPIL."""

    PROPOSITION = "proposition", "Une proposition"
    COPIL = "copil", "Le COPIL : tous ont proposé"
    ACTE = "acte", "L’acte du financeur"
    NOTIFICATION = "notification", "La notification au porteur"


@dataclass(frozen=True, slots=True)
class LigneTableau:
    """One file of the table. Amounts in euros, None where the reader sees none or nobody gave any."""

    pk: int
    numero: str
    intitule: str
    porteur: str
    etat: str
    etat_libelle: str
    orientation: str
    lieux: str
    caractere: str
    nature: str
    suivi_par: str
    cout: Decimal  # 0 when nobody has given it
    demande: Decimal
    droit_commun: Decimal
    specifique: Decimal
    propose: Decimal | None
    programme: Decimal | None
    vote: Decimal | None
    accord: Accord
    financeurs: str
    sommes: Mapping[tuple[int, str], Decimal]  # asked, by funder (its key) and nature
    par_financeur: str
    fictif: bool
    saisies: tuple[LigneSaisie, ...] = ()  # the rows of the funder for whom the reader types
    dispositif: str = ""
    note: Decimal | None = None  # average on 20 of the readings that are ended, for those who instruct the file

    @property
    def accord_libelle(self) -> str:
        return self.accord.libelle

    @property
    def a_nous(self) -> Decimal | None:
        """Asked of that funder."""
        return _somme(saisie.demande for saisie in self.saisies)

    @property
    def notre_proposition(self) -> Decimal | None:
        return _somme(saisie.montant for saisie in self.saisies)

    @property
    def nos_conditions(self) -> str:
        return " ; ".join(saisie.conditions for saisie in self.saisies if saisie.conditions)

    @property
    def notre_ej(self) -> str:
        return ", ".join(saisie.numero_ej for saisie in self.saisies if saisie.numero_ej)


@dataclass(frozen=True, slots=True)
class Totaux:
    """The totals of all the files that the filters keep, not of the page alone. Euros."""

    nombre: int
    cout: Decimal
    demande: Decimal
    droit_commun: Decimal
    specifique: Decimal
    propose: Decimal
    programme: Decimal
    vote: Decimal


def totaux(dossiers: QuerySet[Dossier], *, pour: Auteur, contrat: Contrat, financeur: int | None = None) -> Totaux:
    """Totals of `dossiers` for this reader, of one funder's rows only when `financeur` is given.

    Kept until the next act on the contract, a minute at most.
    """
    return Totaux(
        *retenir(
            contrat.pk,
            ("totaux", dossiers, financeur, roles(pour, contrat)),
            lambda: astuple(_calculer_totaux(dossiers, pour=pour, contrat=contrat, financeur=financeur)),
        )
    )


@dataclass(frozen=True, slots=True)
class Choix:
    """What some files may be narrowed to: numbers of their communes, perimeter versions, funders and schemes."""

    communes: tuple[int, ...]
    versions: tuple[int, ...]
    financeurs: tuple[int, ...]
    dispositifs: tuple[int, ...]


def choix(dossiers: QuerySet[Dossier], *, contrat: Contrat) -> Choix:
    """The places and funders of `dossiers`. Kept until the next act on the contract, a minute at most."""
    return Choix(*retenir(contrat.pk, ("choix", dossiers), lambda: _calculer_choix(dossiers)))


def lignes(
    dossiers: Iterable[Dossier],
    *,
    pour: Auteur,
    contrat: Contrat,
    financeur: int | None = None,
    saisie_de: int | None = None,
) -> list[LigneTableau]:
    """The rows of these files, in their order, with those that the reader types for `saisie_de`.

    As many queries whatever their number.
    """
    dossiers = list(dossiers)
    saisies = {}
    if saisie_de is not None:
        saisies = lignes_de_saisie(dossiers, financeur=saisie_de, pour=pour, contrat=contrat)
    cles = [dossier.pk for dossier in dossiers]
    demandes: dict[int, list[Any]] = defaultdict(list)
    lues = (
        DemandeFinancement.objects.filter(dossier__in=cles)
        .order_by("financeur__nom", "nature")
        .avec_montants_vus(pour, contrat)
        .values_list(
            "dossier_id",
            "financeur_id",
            "financeur__sigle",
            "financeur__nom",
            "nature",
            "etat_vu",
            "montant_demande",
            "propose_vu",
            "programme_vu",
            "vote_vu",
            named=True,
        )
    )
    for demande in lues:
        demandes[demande.dossier_id].append(demande)
    lieux: dict[int, list[str]] = defaultdict(list)
    localisations = Localisation.objects.filter(dossier__in=cles).order_by("-part", "pk")
    for dossier_id, mode, version, commune, part in localisations.values_list(
        "dossier_id", "mode", "version__nom", "commune__nom", "part"
    ):
        # The share goes with each of several places: without it the spreadsheet would tell equal ones.
        nom = version or commune or ModeLocalisation(mode).label
        lieux[dossier_id].append(nom if part == 100 else f"{nom} ({nombre(part, None)}{INSECABLE}%)")
    notes = moyennes(cles, pour=pour, contrat=contrat)
    return [_ligne(d, demandes[d.pk], lieux[d.pk], financeur, saisies.get(d.pk, ()), notes.get(d.pk)) for d in dossiers]


def en_attente(
    dossiers: QuerySet[Dossier], quoi: str, *, pour: Auteur, contrat: Contrat, financeurs: Iterable[int] | None = None
) -> QuerySet[Dossier]:
    """Those of `dossiers` that wait for `quoi` (an `Attente`), from one of `financeurs` when given.

    Read as this author sees them: another funder's private draft is still « demandée », and a list must not tell it.
    """
    vus: Any = dossiers
    demandes = DemandeFinancement.objects.filter(dossier=OuterRef("pk")).avec_montants_vus(pour, contrat)
    siennes = demandes if financeurs is None else demandes.filter(financeur__in=list(financeurs))
    ouverts = vus.avec_etat_vu(pour, contrat).filter(etat_vu__in=DOSSIER_OUVERT_AUX_PROPOSITIONS)
    match Attente(quoi):
        case Attente.PROPOSITION:
            return ouverts.filter(Exists(siennes.filter(etat_vu=EtatDemande.DEMANDEE)))
        case Attente.COPIL:
            # One's own private draft is not on the COPIL's table either.
            brouillon = Q(etat_vu=EtatDemande.PROPOSEE, proposition_partagee=False)
            return ouverts.filter(
                ~Exists(demandes.filter(Q(etat_vu=EtatDemande.DEMANDEE) | brouillon)),
                Exists(siennes.filter(etat_vu=EtatDemande.PROPOSEE)),
            )
        case Attente.ACTE:
            return vus.filter(Exists(siennes.filter(etat_vu=EtatDemande.PROGRAMMEE)))
        case Attente.NOTIFICATION:
            decidees = Q(etat_vu=EtatDemande.VOTEE) | Q(etat_vu=EtatDemande.REFUSEE, notifie_le__isnull=True)
            return vus.filter(Exists(siennes.filter(decidees)))


def a_valider(dossiers: Any) -> Any:
    """Those of `dossiers` with a proposal on the COPIL's table; a private draft is not there yet."""
    proposees = DemandeFinancement.objects.filter(A_LA_TABLE_DU_COPIL, dossier=OuterRef("pk"))
    return dossiers.filter(Exists(proposees), etat__in=DOSSIER_A_LA_TABLE_DU_COPIL)


# What the sort of a column needs, beside the columns of the file itself.
_SOMMES = {
    "demande": ("montant_demande", Q()),
    "droit_commun": ("montant_demande", ~Q(nature=NatureMoyens.SPECIFIQUE)),
    "specifique": ("montant_demande", Q(nature=NatureMoyens.SPECIFIQUE)),
    "propose": ("propose_vu", Q(etat_vu__in=DEMANDE_PROPOSE)),
    "programme": ("programme_vu", Q()),
    "vote": ("vote_vu", Q()),
}


def avec_tri(dossiers: Any, colonne: str, *, pour: Auteur, contrat: Contrat, financeur: int | None = None) -> Any:
    """Adds `tri_<colonne>` when the sort of that column asks for more than a field: the sum that the reader sees of the
    requests, nothing coming before zero, or the rank of the state in the life of a file.
    """
    if colonne == "etat_libelle":
        rangs = [When(etat_vu=etat, then=Value(rang)) for rang, etat in enumerate(EtatDossier.values)]
        return dossiers.annotate(tri_etat_libelle=Case(*rangs, default=Value(len(rangs))))
    if colonne == "note":
        return avec_tri_par_note(dossiers, pour=pour, contrat=contrat)
    if colonne not in _SOMMES:
        return dossiers
    montant, lesquelles = _SOMMES[colonne]
    demandes = DemandeFinancement.objects.filter(dossier=OuterRef("pk")).avec_montants_vus(pour, contrat)
    if financeur is not None:
        demandes = demandes.filter(financeur=financeur)
    sommes = (
        demandes.filter(lesquelles)
        .exclude(etat_vu=EtatDemande.ANNULEE)
        .order_by()
        .values("dossier")
        .annotate(somme=Sum(montant))
        .values("somme")
    )
    rien = Value(Decimal(-1), output_field=DecimalField())
    return dossiers.annotate(**{f"tri_{colonne}": Coalesce(Subquery(sommes), rien)})


def avec_relations(dossiers: DossierQuerySet, *, pour: Auteur, contrat: Contrat) -> Any:
    """What `lignes` reads of each file, joined once."""
    return dossiers.avec_etat_vu(pour, contrat).select_related("porteur", "orientation", "instructeur", "dispositif")


def _ligne(
    dossier: Any,
    demandes: list[Any],
    lieux: list[str],
    financeur: int | None,
    saisies: tuple[LigneSaisie, ...],
    note: Decimal | None,
) -> LigneTableau:
    comptees = [d for d in demandes if d.etat_vu != EtatDemande.ANNULEE and financeur in (None, d.financeur_id)]
    specifique = [d for d in comptees if d.nature == NatureMoyens.SPECIFIQUE]
    demande = _somme(d.montant_demande for d in comptees) or ZERO
    noms = {d.financeur_id: d.financeur__sigle or d.financeur__nom for d in comptees}
    sommes: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for d in comptees:
        sommes[d.financeur_id, d.nature] += d.montant_demande
    part_specifique = _somme(d.montant_demande for d in specifique) or ZERO
    return LigneTableau(
        pk=dossier.pk,
        numero=dossier.numero,
        intitule=dossier.intitule,
        porteur=dossier.porteur.nom,
        etat=dossier.etat_vu,
        etat_libelle=EtatDossier(dossier.etat_vu).label,
        orientation=dossier.orientation.nom_court if dossier.orientation else "",
        lieux=" ; ".join(lieux),
        caractere=dossier.get_caractere_display(),
        nature=dossier.get_nature_display(),
        suivi_par=str(dossier.instructeur) if dossier.instructeur else "",
        cout=dossier.cout_total,
        demande=demande,
        droit_commun=demande - part_specifique,
        specifique=part_specifique,
        propose=_somme(d.propose_vu for d in comptees if d.etat_vu in DEMANDE_PROPOSE),
        programme=_somme(d.programme_vu for d in comptees),
        vote=_somme(d.vote_vu for d in comptees),
        accord=accord([(d.financeur_id, d.etat_vu) for d in demandes]),
        financeurs=", ".join(dict.fromkeys(d.financeur__sigle or d.financeur__nom for d in demandes)),
        sommes=sommes,
        par_financeur=" ; ".join(
            f"{noms[financeur]} ({NatureMoyens(nature).label.lower()}) {euros(somme)}"
            for (financeur, nature), somme in sommes.items()
        ),
        fictif=dossier.fictif,
        saisies=saisies,
        dispositif=dossier.dispositif.nom,
        note=note,
    )


def _calculer_totaux(dossiers: QuerySet[Dossier], *, pour: Auteur, contrat: Contrat, financeur: int | None) -> Totaux:
    comptes = dossiers.order_by().aggregate(nombre=Count("pk"), cout=Sum("cout_total"))
    demandes = (
        DemandeFinancement.objects.filter(dossier__in=dossiers.order_by().values("pk"))
        .exclude(etat=EtatDemande.ANNULEE)
        .avec_montants_vus(pour, contrat)
    )
    if financeur is not None:
        demandes = demandes.filter(financeur=financeur)
    sommes = demandes.aggregate(
        demande=Sum("montant_demande"),
        specifique=Sum("montant_demande", filter=Q(nature=NatureMoyens.SPECIFIQUE)),
        propose=Sum("propose_vu", filter=Q(etat_vu__in=DEMANDE_PROPOSE)),
        programme=Sum("programme_vu"),
        vote=Sum("vote_vu"),
    )
    lues = {nom: somme or ZERO for nom, somme in sommes.items()}
    return Totaux(
        nombre=comptes["nombre"],
        cout=comptes["cout"] or ZERO,
        droit_commun=lues["demande"] - lues["specifique"],
        **lues,
    )


def _calculer_choix(dossiers: QuerySet[Dossier]) -> tuple[tuple[int, ...], ...]:
    lus = dossiers.order_by().values("pk")
    lieux = Localisation.objects.filter(dossier__in=lus).order_by()
    demandes = DemandeFinancement.objects.filter(dossier__in=lus).order_by()
    return tuple(
        tuple(sorted(objets.filter(**{f"{champ}__isnull": False}).values_list(champ, flat=True).distinct()))
        for objets, champ in (
            (lieux, "commune"),
            (lieux, "version"),
            (demandes, "financeur"),
            (dossiers.order_by(), "dispositif"),
        )
    )


def _somme(montants: Iterable[Decimal | None]) -> Decimal | None:
    """Their sum, None when none of them is known."""
    connus = [montant for montant in montants if montant is not None]
    return sum(connus, ZERO) if connus else None
