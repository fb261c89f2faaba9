"""One year's programming as everybody reads it: totals, splits, envelopes, CPO share and list of actions.

Two readings: that of one person (`pour`), whose totals hold only what it may see; and the *published* one, the same
for every member of the COPIL whoever asks for it, in which a funder's private draft never counts.

A fixed number of queries, whatever the number of files: the database adds up, nothing is read row by row but the list
of actions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, Exists, F, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from acteurs.models import Organisme, TypeOrganisme
from commun.auteur import Auteur
from contrats.lectures.suivi import prochain_copil
from contrats.models import Contrat, NatureMoyens, Orientation
from contrats.permissions import roles
from geographie.models import Commune, TypePerimetre, VersionPerimetre

from ..etats import DEMANDE_CONSOMME, DEMANDE_FERME, DEMANDE_PROPOSE, EtatDemande, EtatDossier
from ..models import (
    Campagne,
    CaractereDossier,
    Convention,
    DemandeFinancement,
    Dossier,
    Enveloppe,
    Localisation,
    ModeLocalisation,
    TypeConvention,
)
from ..models.enveloppe import EtatEnveloppe
from ..regles import PartCpo, centimes_sans_perte

ZERO = Decimal(0)
LONGUEUR_LIEUX = 40  # characters of a narrow column
TYPES_ETAT = (TypeOrganisme.ETAT, TypeOrganisme.SERVICE_ETAT)


@dataclass(frozen=True, slots=True)
class Montants:
    """Euros asked, proposed, programmed (COPIL) and voted (funder's act); files that ask, actions programmed."""

    demande: Decimal = ZERO
    propose: Decimal = ZERO
    programme: Decimal = ZERO
    vote: Decimal = ZERO
    dossiers: int = 0
    actions: int = 0


@dataclass(frozen=True, slots=True)
class Ventilation:
    """One line of a split of the year: an orientation or a place. Amounts programmed, in euros."""

    genre: str  # orientation, commune, qpv, autre, ensemble, non_territorialise, non_localise
    nom: str
    montants: Montants
    droit_commun: Decimal
    specifiques: Decimal
    precedent: Decimal | None  # programmed the year before; None where perimeters changed or are not compared


@dataclass(frozen=True, slots=True)
class PartFinanceur:
    """One funder's part, ordinary means or specific credits; `precedent` is what it had programmed the year before."""

    financeur: str
    type: str
    nature: str
    montants: Montants
    precedent: Decimal
    enveloppe: Decimal | None
    enveloppe_etat: str
    consomme: Decimal | None
    reste: Decimal | None


@dataclass(frozen=True, slots=True)
class EnveloppeAnnuelle:
    """One funder's envelope for the year, as announced or notified, and what it still allows. Euros."""

    financeur: str
    dispositif: str
    nature: str
    section: str
    notifiee: bool
    montant: Decimal
    depassement: Decimal
    consomme: Decimal
    reste: Decimal


@dataclass(frozen=True, slots=True)
class Proposees:
    """Proposals not yet validated: how many files, for how much, from whom, for which year and which COPIL."""

    annee: int
    copil_prevu_le: date | None
    financeur: str
    nature: str
    dossiers: int
    montant: Decimal


@dataclass(frozen=True, slots=True)
class Cpo:
    """C-04: by amount, on the State's specific credits; by number, among the conventions in force that year.

    `part_nombre` is None in a year without any annual convention: nobody recorded them, and the share would be 100 %.
    """

    montant: Decimal
    base: Decimal
    base_notifiee: bool
    visee: Decimal
    part: Decimal | None
    manque: Decimal
    atteinte: bool
    conventions: int
    conventions_cpo: int
    part_nombre: Decimal | None


@dataclass(frozen=True, slots=True)
class Chiffres:
    """One year in figures, comparable from year to year."""

    annee: int
    dossiers: int
    actions: int
    porteurs: int
    nouvelles: int
    demande: Decimal
    propose: Decimal
    programme: Decimal
    vote: Decimal
    droit_commun: Decimal
    specifiques: Decimal
    beneficiaires: int
    beneficiaires_qpv: int
    publics_inconnus: int
    cpo: Cpo


@dataclass(frozen=True, slots=True)
class EtatCompte:
    """How many rows are in one state, for how much."""

    code: str
    nom: str
    nombre: int
    montant: Decimal


@dataclass(frozen=True, slots=True)
class ActionFinancee:
    """One line of the list of funded actions. Euros."""

    numero: str
    intitule: str
    porteur: str
    orientation: str
    lieux: str
    caractere: str
    cpo: bool
    demande: Decimal
    programme: Decimal
    vote: Decimal
    fictif: bool


@dataclass(frozen=True, slots=True)
class ProgrammationAnnuelle:
    """All that one year's programming tells one reader."""

    annee: int
    campagne: str
    ouverte_le: date | None
    limite_depot: date | None
    copil_prevu_le: date | None
    fictif: bool
    chiffres: Chiffres
    precedents: Chiffres
    etats_dossiers: tuple[EtatCompte, ...]
    etats_demandes_precedents: tuple[EtatCompte, ...]  # what became of last year's decisions, funder by funder
    par_orientation: tuple[Ventilation, ...]
    par_financeur: tuple[PartFinanceur, ...]
    par_commune: tuple[Ventilation, ...]
    par_qpv: tuple[Ventilation, ...]
    enveloppes: tuple[EnveloppeAnnuelle, ...]
    a_valider: tuple[Proposees, ...]  # what the coming COPIL has to settle
    dossiers_a_valider: int  # each file once, however many funders propose
    en_instruction: tuple[Proposees, ...]  # what a later COPIL will
    dossiers_en_instruction: int
    historique: tuple[Chiffres, ...]
    actions: tuple[ActionFinancee, ...]
    sans_objectif: int
    sans_engagement: int
    sans_localisation: int
    droit_commun_explique: int


def programmation_annuelle(
    contrat: Contrat, annee: int, *, pour: Auteur, publiee: bool = False, le: date | None = None
) -> ProgrammationAnnuelle:
    """The programming of `annee` as `pour` may read it on `le` (today unless given), or as it is published."""
    dossiers, demandes = _vus(contrat, pour, publiee)
    de_l_annee = demandes.filter(dossier__campagne__annee=annee)
    campagnes = {c.annee: c for c in Campagne.objects.filter(contrat=contrat)}
    campagne = campagnes.get(annee)
    voit_les_enveloppes = publiee or roles(pour, contrat).instruit
    enveloppes = _enveloppes(contrat, annee) if voit_les_enveloppes else ()
    historique = _historique(contrat, annee, dossiers, demandes, voit_les_enveloppes)
    chiffres, precedents = historique[-1], historique[-2]
    par_commune, par_qpv = _par_lieu(de_l_annee, chiffres)
    servis = Dossier.engagements.through.objects.filter(dossier=OuterRef("pk"), engagement__retire_le__isnull=True)
    proposees = _proposees(demandes, annee)
    au_copil = _au_prochain_copil(contrat, le or timezone.localdate())
    a_valider, dossiers_a_valider = _par_campagne(proposees.filter(au_copil))
    en_instruction, dossiers_en_instruction = _par_campagne(proposees.exclude(au_copil))
    manques = dossiers.filter(campagne__annee=annee).aggregate(
        sans_objectif=Count("pk", distinct=True, filter=Q(objectifs__isnull=True)),
        sans_engagement=Count("pk", distinct=True, filter=~Exists(servis)),
        sans_localisation=Count("pk", distinct=True, filter=Q(localisations__isnull=True)),
        droit_commun_explique=Count("pk", distinct=True, filter=~Q(droit_commun_insuffisant="")),
    )
    return ProgrammationAnnuelle(
        annee=annee,
        campagne=campagne.nom if campagne else "",
        ouverte_le=campagne.ouverte_le if campagne else None,
        limite_depot=campagne.limite_depot if campagne else None,
        copil_prevu_le=campagne.copil_prevu_le if campagne else None,
        fictif=dossiers.filter(campagne__annee=annee, fictif=True).exists(),
        chiffres=chiffres,
        precedents=precedents,
        etats_dossiers=_etats_des_dossiers(dossiers.filter(campagne__annee=annee)),
        etats_demandes_precedents=_etats_des_demandes(demandes.filter(dossier__campagne__annee=annee - 1)),
        par_orientation=_par_orientation(contrat, demandes, annee),
        par_financeur=_par_financeur(demandes, annee, enveloppes),
        par_commune=par_commune,
        par_qpv=par_qpv,
        enveloppes=enveloppes,
        a_valider=a_valider,
        dossiers_a_valider=dossiers_a_valider,
        en_instruction=en_instruction,
        dossiers_en_instruction=dossiers_en_instruction,
        historique=tuple(c for c in historique if c.annee in campagnes),
        actions=_actions(dossiers, de_l_annee, annee),
        **manques,
    )


def chiffres_annuels(contrat: Contrat, annee: int, *, pour: Auteur) -> tuple[Chiffres, Chiffres]:
    """The figures of `annee` and of the year before, as `pour` may read them: what the home page needs."""
    dossiers, demandes = _vus(contrat, pour, False)
    historique = _historique(contrat, annee, dossiers, demandes, roles(pour, contrat).instruit)
    return historique[-1], historique[-2]


def _vus(contrat: Contrat, pour: Auteur, publiee: bool) -> tuple[QuerySet[Dossier], QuerySet[DemandeFinancement]]:
    """Deposited files and their requests, with what the reader may see of each amount and state."""
    ecartes = [EtatDossier.BROUILLON, EtatDossier.RETIRE]
    if publiee:
        dossiers = Dossier.objects.filter(contrat=contrat).exclude(etat__in=ecartes)
        lisible = Q(proposition_partagee=True) | Q(etat__in=DEMANDE_CONSOMME)
        demandes = DemandeFinancement.objects.annotate(
            propose_vu=Case(When(lisible, then=F("montant_propose")), default=None, output_field=DecimalField()),
            programme_vu=F("montant_programme"),
            vote_vu=F("montant_vote"),
            etat_vu=Case(
                When(Q(etat=EtatDemande.PROPOSEE) & ~lisible, then=Value(EtatDemande.DEMANDEE.value)),
                default=F("etat"),
            ),
        )
    else:
        dossiers = Dossier.objects.visibles_par(pour, contrat).exclude(etat__in=ecartes)
        demandes = DemandeFinancement.objects.avec_montants_vus(pour, contrat)
    return dossiers, demandes.filter(dossier__in=dossiers.values("pk"))


def _somme(champ: Any, filtre: Q) -> Coalesce:
    return Coalesce(Sum(champ, filter=filtre), Value(ZERO), output_field=DecimalField())


_RETENUE = Q(etat_vu__in=DEMANDE_CONSOMME)
_FERME = Q(etat_vu__in=DEMANDE_FERME)
_PROPOSEE = Q(etat_vu__in=DEMANDE_PROPOSE)
_NON_ANNULEE = ~Q(etat_vu=EtatDemande.ANNULEE)
# What a funder keeps for an action: voted once its act is taken, programmed until then.
_RETENU = Case(When(_FERME, then=F("vote_vu")), default=F("programme_vu"), output_field=DecimalField())


def _agregats() -> dict[str, Any]:
    """The six figures of `Montants`, over the rows of a group."""
    return {
        "demande": _somme("montant_demande", _NON_ANNULEE),
        "propose": _somme("propose_vu", _PROPOSEE),
        "programme": _somme("programme_vu", _RETENUE),
        "vote": _somme("vote_vu", _FERME),
        "dossiers": Count("dossier", distinct=True, filter=_NON_ANNULEE),
        "actions": Count("dossier", distinct=True, filter=_RETENUE),
    }


def _montants(ligne: Any) -> Montants:
    return Montants(
        demande=ligne["demande"],
        propose=ligne["propose"],
        programme=ligne["programme"],
        vote=ligne["vote"],
        dossiers=ligne["dossiers"],
        actions=ligne["actions"],
    )


def _historique(
    contrat: Contrat,
    annee: int,
    dossiers: QuerySet[Dossier],
    demandes: QuerySet[DemandeFinancement],
    voit_les_enveloppes: bool,
) -> list[Chiffres]:
    """Every year of the contract up to `annee`, and always the year before `annee`, even empty."""
    annees = range(min(contrat.debut, annee - 1), annee + 1)
    specifiques_etat = Q(nature=NatureMoyens.SPECIFIQUE, financeur__type__in=TYPES_ETAT)
    en_cpo = specifiques_etat & Q(dossier__convention__type=TypeConvention.CPO) & _RETENUE
    euros = {
        ligne["dossier__campagne__annee"]: ligne
        for ligne in demandes.filter(dossier__campagne__annee__in=annees)
        .values("dossier__campagne__annee")
        .annotate(
            **_agregats(),
            droit_commun=_somme("programme_vu", _RETENUE & Q(nature=NatureMoyens.DROIT_COMMUN)),
            specifiques=_somme("programme_vu", _RETENUE & Q(nature=NatureMoyens.SPECIFIQUE)),
            cpo=_somme(_RETENU, en_cpo),
            porteurs=Count("dossier__porteur", distinct=True, filter=_RETENUE),
        )
    }
    # The public of an action counts once, however many funders it has.
    retenus = dossiers.filter(campagne__annee__in=annees, pk__in=demandes.filter(_RETENUE).values("dossier"))
    publics = {
        ligne["campagne__annee"]: ligne
        for ligne in retenus.values("campagne__annee").annotate(
            tous=Coalesce(Sum("beneficiaires"), 0),
            qpv=Coalesce(Sum("beneficiaires_qpv"), 0),
            inconnus=Count("pk", filter=Q(beneficiaires_qpv__isnull=True)),
            nouvelles=Count("pk", filter=Q(caractere=CaractereDossier.NOUVELLE)),
        )
    }
    deposes = dict(
        dossiers.filter(campagne__annee__in=annees).values_list("campagne__annee").annotate(n=Count("pk")).order_by()
    )
    bases: dict[int, dict[str, Decimal]] = defaultdict(dict)
    if voit_les_enveloppes:
        for an, etat, montant in (
            Enveloppe.objects.filter(
                contrat=contrat,
                annee__in=annees,
                nature=NatureMoyens.SPECIFIQUE,
                financeur__type__in=TYPES_ETAT,
            )
            .values_list("annee", "etat")
            .annotate(total=Sum("montant"))
            .order_by()
        ):
            bases[an][etat] = montant
    conventions = list(
        Convention.objects.filter(contrat=contrat).values_list("type", "premiere_annee", "derniere_annee")
        if voit_les_enveloppes
        else ()
    )
    return [
        _chiffres(contrat, an, euros.get(an), publics.get(an), deposes.get(an, 0), bases[an], conventions)
        for an in annees
    ]


def _chiffres(
    contrat: Contrat,
    annee: int,
    euros: Any,
    public: Any,
    deposes: int,
    bases: dict[str, Decimal],
    conventions: list[tuple[str, int, int]],
) -> Chiffres:
    e = euros or defaultdict(lambda: ZERO, dossiers=0, actions=0, porteurs=0)
    p = public or dict.fromkeys(("tous", "qpv", "inconnus", "nouvelles"), 0)
    notifiee = EtatEnveloppe.NOTIFIEE in bases
    base = bases.get(EtatEnveloppe.NOTIFIEE if notifiee else EtatEnveloppe.ATTENDUE, ZERO)
    part = PartCpo(e["cpo"], base, Decimal(contrat.part_cpo_visee))
    en_vigueur = [type_ for type_, du, au in conventions if du <= annee <= au]
    nombre_cpo = en_vigueur.count(TypeConvention.CPO)
    return Chiffres(
        annee=annee,
        dossiers=deposes,
        actions=e["actions"],
        porteurs=e["porteurs"],
        nouvelles=p["nouvelles"],
        demande=e["demande"],
        propose=e["propose"],
        programme=e["programme"],
        vote=e["vote"],
        droit_commun=e["droit_commun"],
        specifiques=e["specifiques"],
        beneficiaires=p["tous"],
        beneficiaires_qpv=p["qpv"],
        publics_inconnus=p["inconnus"],
        cpo=Cpo(
            montant=part.montant_cpo,
            base=base,
            base_notifiee=notifiee,
            visee=part.visee,
            part=part.part,
            manque=part.manque,
            atteinte=part.atteinte,
            conventions=len(en_vigueur),
            conventions_cpo=nombre_cpo,
            part_nombre=(
                PartCpo(Decimal(nombre_cpo), Decimal(len(en_vigueur)), part.visee).part
                if nombre_cpo < len(en_vigueur)
                else None
            ),
        ),
    )


def _etats_des_dossiers(dossiers: QuerySet[Dossier]) -> tuple[EtatCompte, ...]:
    comptes = dict(dossiers.values_list("etat").annotate(n=Count("pk")).order_by())
    return tuple(
        EtatCompte(etat.value, str(etat.label), comptes[etat], ZERO) for etat in EtatDossier if etat in comptes
    )


def _etats_des_demandes(demandes: QuerySet[Any]) -> tuple[EtatCompte, ...]:
    """Rows by state, with the amount kept, or asked where nothing was kept."""
    montant = Case(When(_RETENUE, then=_RETENU), default=F("montant_demande"), output_field=DecimalField())
    comptes = {
        ligne["etat_vu"]: ligne
        for ligne in demandes.values("etat_vu").annotate(n=Count("pk"), montant=Sum(montant)).order_by()
    }
    return tuple(
        EtatCompte(etat.value, str(etat.label), comptes[etat]["n"], comptes[etat]["montant"] or ZERO)
        for etat in EtatDemande
        if etat in comptes
    )


def _par_orientation(contrat: Contrat, demandes: QuerySet[DemandeFinancement], annee: int) -> tuple[Ventilation, ...]:
    """Every thematic orientation of the contract, even without a file: an empty line says something."""
    lignes: dict[int | None, Any] = {
        ligne["dossier__orientation"]: ligne
        for ligne in demandes.filter(dossier__campagne__annee=annee)
        .values("dossier__orientation")
        .annotate(
            **_agregats(),
            droit_commun=_somme("programme_vu", _RETENUE & Q(nature=NatureMoyens.DROIT_COMMUN)),
            specifiques=_somme("programme_vu", _RETENUE & Q(nature=NatureMoyens.SPECIFIQUE)),
        )
        .order_by()
    }
    avant: dict[int | None, Decimal] = dict(
        demandes.filter(dossier__campagne__annee=annee - 1)
        .values_list("dossier__orientation")
        .annotate(total=_somme("programme_vu", _RETENUE))
        .order_by()
    )
    orientations = Orientation.objects.filter(contrat=contrat, nature="thematique").order_by("ordre")
    noms: list[tuple[int | None, str]] = [(o.pk, o.nom_court) for o in orientations]
    if None in lignes:
        noms.append((None, "Sans orientation"))
    vide = {"droit_commun": ZERO, "specifiques": ZERO}
    return tuple(
        Ventilation(
            genre="orientation",
            nom=nom,
            montants=_montants(lignes[cle]) if cle in lignes else Montants(),
            droit_commun=lignes.get(cle, vide)["droit_commun"],
            specifiques=lignes.get(cle, vide)["specifiques"],
            precedent=avant.get(cle, ZERO),
        )
        for cle, nom in noms
    )


def _enveloppes(contrat: Contrat, annee: int) -> tuple[EnveloppeAnnuelle, ...]:
    return tuple(
        EnveloppeAnnuelle(
            financeur=e.financeur.nom_court,
            dispositif=e.dispositif.nom,
            nature=e.nature,
            section=e.get_section_display(),
            notifiee=e.etat == EtatEnveloppe.NOTIFIEE,
            montant=e.montant,
            depassement=e.depassement_autorise,
            consomme=e.montant_programme + e.montant_vote,
            reste=e.disponible,
        )
        for e in Enveloppe.objects.filter(contrat=contrat, annee=annee)
        .select_related("financeur", "dispositif")
        .order_by("financeur__type", "financeur__recherche", "nature", "dispositif__code")
    )


def _par_financeur(
    demandes: QuerySet[DemandeFinancement], annee: int, enveloppes: Iterable[EnveloppeAnnuelle]
) -> tuple[PartFinanceur, ...]:
    cles = ("financeur", "nature")
    lignes = list(demandes.filter(dossier__campagne__annee=annee).values(*cles).annotate(**_agregats()).order_by())
    avant = {
        (financeur, nature): total
        for financeur, nature, total in demandes.filter(dossier__campagne__annee=annee - 1)
        .values_list(*cles)
        .annotate(total=_somme("programme_vu", _RETENUE))
        .order_by()
    }
    organismes = Organisme.objects.in_bulk({ligne["financeur"] for ligne in lignes})
    par_cle: dict[tuple[str, str], list[EnveloppeAnnuelle]] = defaultdict(list)
    for enveloppe in enveloppes:
        par_cle[(enveloppe.financeur, enveloppe.nature)].append(enveloppe)
    parts = []
    for ligne in lignes:
        organisme = organismes[ligne["financeur"]]
        siennes = par_cle.get((organisme.nom_court, ligne["nature"]), [])
        etats = {e.notifiee for e in siennes}
        parts.append(
            PartFinanceur(
                financeur=organisme.nom_court,
                type=organisme.type,
                nature=ligne["nature"],
                montants=_montants(ligne),
                precedent=avant.get((ligne["financeur"], ligne["nature"]), ZERO),
                enveloppe=sum((e.montant for e in siennes), ZERO) if siennes else None,
                enveloppe_etat=(
                    ""
                    if not siennes
                    else "en partie notifiée"
                    if len(etats) == 2
                    else "notifiée"
                    if True in etats
                    else "attendue"
                ),
                consomme=sum((e.consomme for e in siennes), ZERO) if siennes else None,
                reste=sum((e.reste for e in siennes), ZERO) if siennes else None,
            )
        )
    return tuple(sorted(parts, key=lambda p: (-p.montants.programme, -p.montants.demande, p.financeur, p.nature)))


def _proposees(demandes: QuerySet[Any], annee: int) -> QuerySet[Any]:
    """Proposals of files under instruction, of `annee` and the years after it."""
    return demandes.filter(
        etat_vu=EtatDemande.PROPOSEE,
        dossier__campagne__annee__gte=annee,
        dossier__etat__in=[EtatDossier.EN_INSTRUCTION, EtatDossier.AJOURNE],
    )


def _au_prochain_copil(contrat: Contrat, le: date) -> Q:
    """The campaigns that the coming COPIL settles: those whose own COPIL is that one or was an earlier one.

    A campaign without a date counts once its deposits are closed; so does every one while no COPIL is called.
    """
    fermee = Q(dossier__campagne__limite_depot__lt=le)
    copil = prochain_copil(contrat, le=le)
    if copil is None:
        return fermee
    date_prevue = "dossier__campagne__copil_prevu_le"
    return Q(**{f"{date_prevue}__lte": copil.le}) | (fermee & Q(**{f"{date_prevue}__isnull": True}))


def _par_campagne(proposees: QuerySet[Any]) -> tuple[tuple[Proposees, ...], int]:
    """One line per campaign, funder and nature of means; and how many files in all."""
    # The communes together: a dozen small lines would hide the few that weigh.
    nom = Case(
        When(financeur__type=TypeOrganisme.COMMUNE, then=Value("Communes")),
        When(financeur__sigle="", then=F("financeur__nom")),
        default=F("financeur__sigle"),
    )
    lignes = (
        proposees.values(
            an=F("dossier__campagne__annee"), copil=F("dossier__campagne__copil_prevu_le"), nom=nom, moyens=F("nature")
        )
        .annotate(n=Count("dossier", distinct=True), total=_somme("propose_vu", Q()))
        .order_by("an", "-total", "nom", "moyens")
    )
    par_financeur = tuple(
        Proposees(ligne["an"], ligne["copil"], ligne["nom"], ligne["moyens"], ligne["n"], ligne["total"])
        for ligne in lignes
    )
    return par_financeur, proposees.aggregate(n=Count("dossier", distinct=True))["n"]


def _par_lieu(
    demandes: QuerySet[DemandeFinancement], total: Chiffres
) -> tuple[tuple[Ventilation, ...], tuple[Ventilation, ...]]:
    """The year split by commune and by perimeter: each file's euros go to its places by their shares (S-17).

    The lines of each split add up to the total: what has no place, or a share under 100 %, is a line of its own.
    """
    # A file without any place keeps all its euros, on the line « Lieu non renseigné ».
    part = Coalesce(F("dossier__localisations__part"), Value(Decimal(100)), output_field=DecimalField())

    def portion(champ: str, filtre: Q) -> Coalesce:
        return Coalesce(
            Sum(F(champ) * part / Value(Decimal(100)), filter=filtre, output_field=DecimalField()),
            Value(ZERO),
            output_field=DecimalField(),
        )

    lignes = list(
        demandes.values(
            mode=F("dossier__localisations__mode"),
            version=F("dossier__localisations__version"),
            commune=F("dossier__localisations__commune"),
        )
        .annotate(
            demande=portion("montant_demande", _NON_ANNULEE),
            propose=portion("propose_vu", _PROPOSEE),
            programme=portion("programme_vu", _RETENUE),
            vote=portion("vote_vu", _FERME),
            droit_commun=portion("programme_vu", _RETENUE & Q(nature=NatureMoyens.DROIT_COMMUN)),
            specifiques=portion("programme_vu", _RETENUE & Q(nature=NatureMoyens.SPECIFIQUE)),
            dossiers=Count("dossier", distinct=True, filter=_NON_ANNULEE),
            actions=Count("dossier", distinct=True, filter=_RETENUE),
        )
        .order_by()
    )
    versions = {
        v.pk: v
        for v in VersionPerimetre.objects.filter(pk__in={li["version"] for li in lignes if li["version"]})
        .select_related("perimetre")
        .prefetch_related("communes")
    }
    communes = Commune.objects.in_bulk({li["commune"] for li in lignes if li["commune"]})
    return (
        _ventiler(lignes, total, lambda li: _commune_de(li, versions, communes)),
        _ventiler(lignes, total, lambda li: _perimetre_de(li, versions)),
    )


_SANS_LIEU = {
    None: ("non_localise", "Lieu non renseigné"),
    ModeLocalisation.ENSEMBLE_QPV.value: ("ensemble", "Ensemble des QPV"),
    ModeLocalisation.NON_TERRITORIALISE.value: ("non_territorialise", "Non territorialisé"),
}
_RANG = {"commune": 0, "qpv": 0, "autre": 1, "ensemble": 2, "non_territorialise": 3, "non_localise": 4}


def _commune_de(
    ligne: dict[str, Any], versions: dict[int, VersionPerimetre], communes: dict[int, Commune]
) -> tuple[str, str]:
    if ligne["mode"] != ModeLocalisation.PERIMETRE:
        return _SANS_LIEU[ligne["mode"]]
    if ligne["commune"]:
        return "commune", communes[ligne["commune"]].nom
    noms = sorted(commune.nom for commune in versions[ligne["version"]].communes.all())
    if len(noms) == 1:
        return "commune", noms[0]
    return "autre", f"{versions[ligne['version']].nom} (plusieurs communes, part non précisée)"


def _perimetre_de(ligne: dict[str, Any], versions: dict[int, VersionPerimetre]) -> tuple[str, str]:
    if ligne["mode"] != ModeLocalisation.PERIMETRE:
        return _SANS_LIEU[ligne["mode"]]
    if not ligne["version"]:
        return "autre", "Communes, hors périmètre précis"
    version = versions[ligne["version"]]
    return ("qpv" if version.perimetre.type == TypePerimetre.QPV else "autre"), version.nom


_CHAMPS_LIEU = ("demande", "propose", "programme", "vote", "droit_commun", "specifiques")


# Shares that add up to 99,9 or 100,1 % are complete (S-17): the difference is rounding, not a missing place.
_TOLERANCE = Decimal("0.001")


def _ventiler(lignes: list[Any], total: Chiffres, lieu_de: Any) -> tuple[Ventilation, ...]:
    """Group the rows by place and bring each column to cents without losing one: its sum is the year's total."""
    exacts: dict[tuple[str, str], dict[str, Any]] = {}
    for ligne in lignes:
        groupe = exacts.setdefault(lieu_de(ligne), dict.fromkeys((*_CHAMPS_LIEU, "dossiers", "actions"), ZERO))
        for champ in groupe:
            groupe[champ] += ligne[champ]
    for champ in _CHAMPS_LIEU:
        attendu, trouve = getattr(total, champ), sum((g[champ] for g in exacts.values()), ZERO)
        if trouve and abs(attendu - trouve) <= attendu * _TOLERANCE:
            for groupe in exacts.values():
                groupe[champ] = groupe[champ] * attendu / trouve
        elif attendu != trouve:
            incomplet = exacts.setdefault(
                ("non_localise", "Part non précisée"), dict.fromkeys((*_CHAMPS_LIEU, "dossiers", "actions"), ZERO)
            )
            incomplet[champ] += attendu - trouve
    cles = sorted(exacts, key=lambda cle: (_RANG[cle[0]], -exacts[cle]["programme"], -exacts[cle]["demande"], cle[1]))
    colonnes = {champ: centimes_sans_perte([exacts[cle][champ] for cle in cles]) for champ in _CHAMPS_LIEU}
    return tuple(
        Ventilation(
            genre=cle[0],
            nom=cle[1],
            montants=Montants(
                demande=colonnes["demande"][rang],
                propose=colonnes["propose"][rang],
                programme=colonnes["programme"][rang],
                vote=colonnes["vote"][rang],
                dossiers=int(exacts[cle]["dossiers"]),
                actions=int(exacts[cle]["actions"]),
            ),
            droit_commun=colonnes["droit_commun"][rang],
            specifiques=colonnes["specifiques"][rang],
            precedent=None,
        )
        for rang, cle in enumerate(cles)
    )


def _actions(
    dossiers: QuerySet[Dossier], demandes: QuerySet[DemandeFinancement], annee: int
) -> tuple[ActionFinancee, ...]:
    """The actions with at least one row programmed, by orientation then number."""
    euros = {
        ligne["dossier"]: ligne
        for ligne in demandes.values("dossier")
        .annotate(
            demande=_somme("montant_demande", _NON_ANNULEE),
            programme=_somme("programme_vu", _RETENUE),
            vote=_somme("vote_vu", _FERME),
            retenues=Count("pk", filter=_RETENUE),
        )
        .filter(retenues__gt=0)
        .order_by()
    }
    lieux: dict[int, list[str]] = defaultdict(list)
    for dossier, mode, version, commune in (
        Localisation.objects.filter(dossier__campagne__annee=annee, dossier__in=dossiers.values("pk"))
        .order_by("-part", "pk")
        .values_list("dossier", "mode", "version__nom", "commune__nom")
    ):
        lieux[dossier].append(
            version
            or commune
            or ("Ensemble des QPV" if mode == ModeLocalisation.ENSEMBLE_QPV else "Non territorialisé")
        )
    rangees = (
        dossiers.filter(campagne__annee=annee)
        .order_by("orientation__ordre", "numero")
        .values_list(
            "pk",
            "numero",
            "intitule",
            "porteur__sigle",
            "porteur__nom",
            "orientation__nom_court",
            "caractere",
            "convention__type",
            "fictif",
        )
    )
    return tuple(
        ActionFinancee(
            numero=numero,
            intitule=intitule,
            porteur=sigle or nom,
            orientation=orientation or "Sans orientation",
            lieux=_resumer(lieux.get(pk, [])),
            caractere=caractere,
            cpo=convention == TypeConvention.CPO,
            demande=euros[pk]["demande"],
            programme=euros[pk]["programme"],
            vote=euros[pk]["vote"],
            fictif=fictif,
        )
        for pk, numero, intitule, sigle, nom, orientation, caractere, convention, fictif in rangees
        if pk in euros
    )


def _resumer(lieux: list[str]) -> str:
    """The places of an action in a narrow column: as many names as fit, then how many more."""
    uniques = list(dict.fromkeys(lieux))
    if not uniques:
        return "non renseigné"
    montres = uniques[:1]
    for lieu in uniques[1:]:
        if len(", ".join([*montres, lieu])) > LONGUEUR_LIEUX:
            break
        montres.append(lieu)
    autres = len(uniques) - len(montres)
    return ", ".join(montres) + (f" et {autres} autre{'s' if autres > 1 else ''}" if autres else "")
