"""The funded actions of a year, as a catalogue presents them: what is done, where, for whom, by whom, who pays; the
quarters where they may take place, and the day when they are presented."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet

from acteurs.models import FicheOrganisme, TypeOrganisme
from commun.auteur import Auteur
from commun.recherche import normaliser
from contrats.etats import EtatReunion
from contrats.models import Contrat, PerimetreDuContrat, Reunion
from contrats.permissions import roles
from geographie.models import TypePerimetre, VersionPerimetre

from ..etats import DEMANDE_CONSOMME, DEMANDE_NOTIFIEE, EtatDossier
from ..models import (
    CaractereDossier,
    DemandeFinancement,
    Dossier,
    Etape,
    EtapeCampagne,
    Localisation,
    ModeLocalisation,
    PublicParAge,
    TrancheAge,
    TypeConvention,
)

ENSEMBLE_DES_QPV = "Ensemble des QPV"
NON_TERRITORIALISE = "Non territorialisé"
_TYPES = TypeOrganisme.values


@dataclass(frozen=True, slots=True)
class FinanceurDeLAction:
    """Who pays, and how much once it has told the porteur; None before. Euros."""

    nom: str
    montant: Decimal | None
    cle: int = 0  # of the organisation: two of them may bear the same short name; 0 in the first snapshots


@dataclass(frozen=True, slots=True)
class Contact:
    """How the public reaches the porteur, as its card says it for the catalogue; empty where it gives nothing public."""

    telephone: str = ""
    courriel: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True)
class FicheAction:
    """One funded action of the catalogue."""

    numero: str
    intitule: str
    porteur: str
    resume: str
    orientation: str
    communes: tuple[str, ...]
    qpv: tuple[str, ...]
    lieux: tuple[str, ...]
    debut: date | None
    fin: date | None
    beneficiaires: int | None
    beneficiaires_qpv: int | None
    ages: tuple[str, ...]
    nouvelle: bool
    cpo: bool
    financeurs: tuple[FinanceurDeLAction, ...]
    contact: Contact
    fictif: bool
    partout: bool = False  # in all the QPV of the contract, beside those of `qpv`

    @property
    def ancre(self) -> str:
        """Its place in a document."""
        return f"action-{self.numero.lower()}"

    @property
    def montant(self) -> Decimal | None:
        """Euros told to the porteur, all funders; None while none has."""
        connus = [f.montant for f in self.financeurs if f.montant is not None]
        return sum(connus, Decimal(0)) if connus else None


def actions_notifiees(contrat: Contrat, annee: int) -> tuple[FicheAction, ...]:
    """The actions of `annee` as anybody in the contract may read them: those that a funder has notified.

    Only the funders that have told the porteur are named, with what they granted (docs/regles.md, who sees).
    """
    demandes = DemandeFinancement.objects.filter(
        etat__in=DEMANDE_NOTIFIEE, notifie_le__isnull=False, montant_vote__gt=0
    ).annotate(dit=F("montant_vote"))
    return _fiches(_du_contrat(Dossier.objects.filter(contrat=contrat), annee), demandes, _communes(contrat, annee))


def actions_en_preparation(contrat: Contrat, annee: int, *, pour: Auteur) -> tuple[FicheAction, ...]:
    """The programmed actions that `pour` works on, notified or not; amounts only where they are notified."""
    demandes = (
        DemandeFinancement.objects.avec_montants_vus(pour, contrat)
        .filter(etat_vu__in=DEMANDE_CONSOMME)
        .annotate(dit=F("vote_vu"))
    )
    dossiers = _du_contrat(Dossier.objects.deliberes_par(pour, contrat), annee)
    return _fiches(dossiers, demandes, _communes(contrat, annee))


def quartiers_du_contrat(contrat: Contrat, annee: int) -> tuple[str, ...]:
    """The names of its QPV in the version of the year (Q-02): where an action of all the QPV takes place."""
    return tuple(_qpv(contrat, annee).order_by("nom").values_list("nom", flat=True))


def _communes(contrat: Contrat, annee: int) -> tuple[str, ...]:
    """The communes of those QPV."""
    noms = _qpv(contrat, annee).filter(communes__isnull=False).order_by("communes__recherche")
    return tuple(dict.fromkeys(noms.values_list("communes__nom", flat=True)))


def _qpv(contrat: Contrat, annee: int) -> QuerySet[VersionPerimetre]:
    siens = PerimetreDuContrat.objects.filter(contrat=contrat, perimetre__type=TypePerimetre.QPV).values("perimetre")
    return VersionPerimetre.objects.de_l_annee(annee).filter(perimetre__in=siens)


def journee_de_la_programmation(contrat: Contrat, annee: int) -> date | None:
    """The day when the actions of `annee` are presented: a stage of its campaign, else a meeting of the body of that name."""
    etapes = EtapeCampagne.objects.filter(campagne__contrat=contrat, campagne__annee=annee, etape=Etape.JOURNEE)
    if (etape := etapes.order_by("-du").first()) is not None:
        return etape.du
    reunions = Reunion.objects.filter(comite__contrat=contrat, le__year=annee).exclude(etat=EtatReunion.ANNULEE)
    for nom, le in reunions.order_by("-le").values_list("comite__nom", "le"):
        if normaliser(nom).startswith("journee de la programmation"):
            return le
    return None


def prepare_le_catalogue(contrat: Contrat, *, pour: Auteur) -> bool:
    """True for those who read the catalogue before it is published: the team and the co-funders."""
    return roles(pour, contrat).instruit


def _du_contrat(dossiers: QuerySet[Dossier], annee: int) -> QuerySet[Dossier]:
    return dossiers.filter(campagne__annee=annee).exclude(etat__in=[EtatDossier.BROUILLON, EtatDossier.RETIRE])


def _fiches(dossiers: QuerySet[Dossier], demandes: Any, communes_des_qpv: tuple[str, ...]) -> tuple[FicheAction, ...]:
    """Five queries, whatever the number of actions; one of all the QPV takes place in each of their communes."""
    financeurs: dict[int, list[FinanceurDeLAction]] = defaultdict(list)
    lignes = demandes.filter(dossier__in=dossiers.values("pk")).order_by("financeur__recherche", "pk")
    sommes: dict[tuple[int, int], Decimal | None] = {}
    noms: dict[int, tuple[str, str]] = {}
    rangs_des_financeurs: dict[int, int] = {}
    for dossier, financeur, sigle, nom, type_, etat, notifie_le, montant in lignes.values_list(
        "dossier", "financeur", "financeur__sigle", "financeur__nom", "financeur__type", "etat", "notifie_le", "dit"
    ):
        noms[financeur] = (sigle or nom, nom)
        rangs_des_financeurs[financeur] = _TYPES.index(type_)
        cle = (dossier, financeur)
        dit = montant if notifie_le is not None and etat in DEMANDE_NOTIFIEE else None
        deja = sommes.get(cle)
        sommes[cle] = dit if deja is None else deja if dit is None else deja + dit
    # Two organisations of the same short name are told apart by the whole one.
    homonymes = {court for court, combien in Counter(court for court, _ in noms.values()).items() if combien > 1}
    dits = {pk: long if court in homonymes else court for pk, (court, long) in noms.items()}
    # The State, the Région, the Département… as everybody names them, then by name.
    for (dossier, pk), montant in sorted(
        sommes.items(), key=lambda x: (rangs_des_financeurs[x[0][1]], dits[x[0][1]], x[0][1])
    ):
        financeurs[dossier].append(FinanceurDeLAction(dits[pk], montant, pk))
    lieux = _lieux(list(financeurs), communes_des_qpv)
    ages: dict[int, list[str]] = defaultdict(list)
    rangs = {tranche: rang for rang, tranche in enumerate(TrancheAge.values)}
    publics = PublicParAge.objects.filter(dossier__in=list(financeurs), nombre__gt=0)
    for dossier, tranche in sorted(publics.values_list("dossier", "tranche"), key=lambda x: (x[0], rangs[x[1]])):
        ages[dossier].append(TrancheAge(tranche).label)
    lus = list(
        dossiers.filter(pk__in=list(financeurs))
        .select_related("porteur", "orientation", "convention")
        .order_by("orientation__ordre", "orientation__code", "recherche", "pk")
    )
    contacts = _contacts({d.porteur_id for d in lus})
    return tuple(_fiche(d, financeurs[d.pk], lieux[d.pk], ages[d.pk], contacts) for d in lus)


@dataclass(slots=True)
class _Lieux:
    communes: list[str]
    qpv: list[str]
    tous: list[str]
    partout: bool = False


def _lieux(cles: list[int], communes_des_qpv: tuple[str, ...]) -> dict[int, _Lieux]:
    trouves: dict[int, _Lieux] = defaultdict(lambda: _Lieux([], [], []))
    rangees = (
        Localisation.objects.filter(dossier__in=cles)
        .order_by("-part", "pk", "version__communes__recherche")
        .values_list(
            "dossier",
            "mode",
            "version__nom",
            "version__perimetre__type",
            "commune__nom",
            "version__communes__nom",
        )
    )
    for dossier, mode, version, type_, commune, commune_du_perimetre in rangees:
        lieux = trouves[dossier]
        if mode == ModeLocalisation.ENSEMBLE_QPV:
            lieux.partout = True
            _ajouter(lieux.tous, ENSEMBLE_DES_QPV)
        elif mode == ModeLocalisation.NON_TERRITORIALISE:
            _ajouter(lieux.tous, NON_TERRITORIALISE)
        else:
            # A perimeter over two communes, without one of them being said, lies in both.
            _ajouter(lieux.communes, commune or commune_du_perimetre)
            _ajouter(lieux.tous, version or commune)
            if type_ == TypePerimetre.QPV:
                _ajouter(lieux.qpv, version)
    for lieux in trouves.values():
        for nom in communes_des_qpv if lieux.partout else ():
            _ajouter(lieux.communes, nom)
    return trouves


def _ajouter(noms: list[str], nom: str | None) -> None:
    if nom and nom not in noms:
        noms.append(nom)


def _contacts(porteurs: set[int]) -> dict[int, Contact]:
    lus = FicheOrganisme.objects.filter(organisme__in=porteurs).values_list(
        "organisme", "public_telephone", "public_courriel", "public_site"
    )
    return {organisme: Contact(telephone, courriel, site) for organisme, telephone, courriel, site in lus}


def _fiche(
    d: Any,
    financeurs: list[FinanceurDeLAction],
    lieux: _Lieux,
    ages: list[str],
    contacts: dict[int, Contact],
) -> FicheAction:
    return FicheAction(
        numero=d.numero,
        intitule=d.intitule,
        porteur=d.porteur.nom,
        resume=(d.resume or d.buts).strip(),
        orientation=d.orientation.nom_court or d.orientation.nom if d.orientation else "Sans orientation",
        communes=tuple(lieux.communes),
        qpv=tuple(lieux.qpv),
        lieux=tuple(lieux.tous),
        debut=d.debut,
        fin=d.fin,
        beneficiaires=d.beneficiaires,
        beneficiaires_qpv=d.beneficiaires_qpv,
        ages=tuple(ages),
        nouvelle=d.caractere == CaractereDossier.NOUVELLE,
        cpo=d.convention is not None and d.convention.type == TypeConvention.CPO,
        financeurs=tuple(financeurs),
        contact=contacts.get(d.porteur_id, Contact()),
        fictif=d.fictif,
        partout=lieux.partout,
    )
