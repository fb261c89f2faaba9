"""What the pages of a request propose and tell: sections and their state, places, indicators, schemes, renewals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from acteurs.models import FormeJuridique, Organisme
from commun.auteur import Auteur
from commun.models import LigneJournal
from contrats.models import Contrat, PerimetreDuContrat
from geographie.models import VersionPerimetre

from ..etats import EtatDossier
from ..models import (
    BudgetPrevisionnel,
    Campagne,
    Dispositif,
    Dossier,
    FamilleDispositif,
    IndicateurAction,
    ModeLocalisation,
)
from ..permissions import complement_ouvert, noms_modifiables
from ..regles.campagne import motif_de_fermeture
from ..regles.champs import SectionDemande
from ..regles.controles import Controle
from ..regles.demande import Demande
from ..regles.plans_budget import SUBVENTION_DEMANDEE, PlanBudget
from .calendriers import OuvertHorsAppel, calendriers
from .comparaison import en_mots
from .demande import controles_de

MARQUE_DE_BROUILLON = "B"  # how the number of a draft begins


@dataclass(frozen=True, slots=True)
class EtapeDemande:
    """A section on the task list: how far it is, what it lacks."""

    section: SectionDemande
    numero: int
    commencee: bool
    ouverte: bool
    erreurs: tuple[Controle, ...]
    alertes: tuple[Controle, ...]

    @property
    def mot(self) -> str:
        if not self.erreurs:
            return "complète" if self.commencee else "facultative"
        return "à compléter" if self.commencee else "à remplir"

    @property
    def ton(self) -> str:
        if self.erreurs:
            return "attention" if self.commencee else "neutre"
        return "succes" if self.commencee else "neutre"


@dataclass(frozen=True, slots=True)
class EtatDemandeEcrite:
    """The whole request on its way to the deposit."""

    demande: Demande
    etapes: tuple[EtapeDemande, ...]

    @property
    def erreurs(self) -> list[Controle]:
        return [erreur for etape in self.etapes for erreur in etape.erreurs]

    @property
    def alertes(self) -> list[Controle]:
        return [alerte for etape in self.etapes for alerte in etape.alertes]

    @property
    def faites(self) -> int:
        return sum(1 for etape in self.etapes if not etape.erreurs)

    @property
    def a_ouvrir(self) -> list[EtapeDemande]:
        """Those that a correction request unlocks."""
        return [etape for etape in self.etapes if etape.ouverte]


def avancement(dossier: Dossier, demande: Demande, *, pour: Auteur, le: date) -> EtatDemandeEcrite:
    """Section by section, what the request says, and lacks on `le`."""
    par_section: dict[str, list[Controle]] = defaultdict(list)
    for controle in controles_ouverts(dossier, demande, le):
        par_section[controle.section].append(controle)
    ouverts = noms_modifiables(pour, dossier)
    lues = {lue.section.code: lue for lue in en_mots(demande)}
    etapes = []
    for numero, section in enumerate(demande.sections, start=1):
        siens = par_section[section.code]
        etapes.append(
            EtapeDemande(
                section=section,
                numero=numero,
                commencee=any(r.lignes for r in lues[section.code].reponses if r.champ not in _DEJA_REMPLIS),
                ouverte=any(nom in ouverts for champ in section.champs for nom in champ.noms),
                erreurs=tuple(c for c in siens if c.bloquant),
                alertes=tuple(c for c in siens if not c.bloquant),
            )
        )
    return EtatDemandeEcrite(demande, tuple(etapes))


def controles_ouverts(dossier: Dossier, demande: Demande, le: date) -> list[Controle]:
    """What the request lacks on `le`, as far as its porteur can mend it: a correction request opens some fields only."""
    complement = complement_ouvert(dossier)
    controles = controles_de(dossier, demande, le)
    return [c for c in controles if complement is None or c.champ in complement.champs]


# Answers that stand from the first minute: they do not say that a section was begun.
_DEJA_REMPLIS = ("intitule", "objet", "precedent", "dispositif")


# --- What is proposed --------------------------------------------------------------------------------------------------
def dispositifs_proposes(campagne: Campagne, porteur: Organisme | None) -> QuerySet[Dispositif]:
    """The schemes of the contract, and the national ones, that a porteur may ask in that year; CPO comes otherwise."""
    annee = campagne.annee
    proposes = Dispositif.objects.filter(
        Q(contrat=campagne.contrat_id) | Q(contrat__isnull=True),
        Q(valide_du__isnull=True) | Q(valide_du__lte=date(annee, 12, 31)),
        Q(valide_au__isnull=True) | Q(valide_au__gte=date(annee, 1, 1)),
    ).exclude(famille=FamilleDispositif.CPO)
    if porteur is not None and porteur.forme_juridique != FormeJuridique.INCONNUE:
        proposes = proposes.filter(Q(formes_admises=[]) | Q(formes_admises__contains=[porteur.forme_juridique]))
    return proposes.order_by("code")


def dossiers_a_reconduire(campagne: Campagne, porteur: Organisme | None, *, porteurs: Any = None) -> QuerySet[Dossier]:
    """Earlier deposited files of the porteur (of any of `porteurs` when it is not chosen yet), the latest first."""
    anciens = Dossier.objects.filter(contrat=campagne.contrat_id, campagne__annee__lt=campagne.annee).exclude(
        etat__in=[EtatDossier.BROUILLON, EtatDossier.RETIRE]
    )
    anciens = anciens.filter(porteur=porteur) if porteur is not None else anciens.filter(porteur__in=porteurs)
    return anciens.select_related("porteur").order_by("-campagne__annee", "numero")


@dataclass(frozen=True, slots=True)
class LieuPropose:
    """A place where an action may be, and its share in % when the file has one there."""

    cle: str
    groupe: str  # the commune; empty for what stands for the whole contract
    nom: str
    mode: str
    version_id: int | None
    commune_id: int | None
    part: Decimal | None

    @property
    def nom_de_champ(self) -> str:
        return f"part_{self.cle}"


def lieux_proposes(dossier: Dossier) -> list[LieuPropose]:
    """Each perimeter of the contract on each of its communes, in the versions of the file's year (Q-02)."""
    parts = {_cle(li.mode, li.version_id, li.commune_id): li for li in dossier.localisations.all()}

    def lieu(groupe: str, nom: str, mode: str, version: int | None = None, commune: int | None = None) -> LieuPropose:
        cle = _cle(mode, version, commune)
        connu = parts.pop(cle, None)
        return LieuPropose(cle, groupe, nom, mode, version, commune, connu.part if connu else None)

    lieux = [
        lieu("", str(mode.label), mode) for mode in (ModeLocalisation.ENSEMBLE_QPV, ModeLocalisation.NON_TERRITORIALISE)
    ]
    perimetres = PerimetreDuContrat.objects.filter(contrat=dossier.contrat_id).values("perimetre")
    versions = (
        VersionPerimetre.objects.de_l_annee(dossier.campagne.annee)
        .filter(perimetre__in=perimetres)
        .prefetch_related("communes")
        .order_by("nom")
    )
    communes = {commune.pk: commune for commune in dossier.contrat.communes.all()}
    par_commune: dict[int, list[VersionPerimetre]] = defaultdict(list)
    for version in versions:
        siennes = list(version.communes.all())
        for commune in siennes:
            communes.setdefault(commune.pk, commune)
            par_commune[commune.pk].append(version)
        if not siennes:
            lieux.append(lieu("", version.nom, ModeLocalisation.PERIMETRE, version.pk))
    for commune in sorted(communes.values(), key=lambda c: (c.pk not in par_commune, c.recherche)):
        mode = ModeLocalisation.PERIMETRE
        lieux += [lieu(commune.nom, v.nom, mode, v.pk, commune.pk) for v in par_commune[commune.pk]]
        reste = "Autres quartiers de la commune" if par_commune[commune.pk] else "Toute la commune"
        lieux.append(lieu(commune.nom, reste, mode, None, commune.pk))
    return lieux + [_lieu_connu(cle, reste) for cle, reste in parts.items()]


def _cle(mode: str, version: int | None, commune: int | None) -> str:
    return f"{mode}_{version or 0}_{commune or 0}"


def _lieu_connu(cle: str, localisation: Any) -> LieuPropose:
    """A place that the file holds and that the contract does not propose."""
    nom = str(localisation.version or localisation.commune or localisation.get_mode_display())
    return LieuPropose(
        cle,
        "Autres lieux de la demande",
        nom,
        localisation.mode,
        localisation.version_id,
        localisation.commune_id,
        localisation.part,
    )


def indicateurs_proposes(dossier: Dossier) -> list[IndicateurAction]:
    """The library for this orientation, and what the file has already chosen there."""
    pour_l_orientation = Q(orientation__isnull=True) | Q(orientation=dossier.orientation_id)
    du_contrat = Q(contrat__isnull=True) | Q(contrat=dossier.contrat_id)
    choisis = dossier.indicateurs.filter(indicateur__isnull=False).values("indicateur")
    return list(
        IndicateurAction.objects.filter((pour_l_orientation & du_contrat & Q(actif=True)) | Q(pk__in=choisis)).order_by(
            "libelle"
        )
    )


def budget_par_compte(dossier: Dossier, plan: PlanBudget) -> tuple[dict[str, int], str]:
    """Euros by line of the form, and the note; a line of another form falls on the one that takes it over."""
    budget = BudgetPrevisionnel.objects.filter(dossier=dossier).prefetch_related("lignes").first()
    montants: dict[str, int] = {}
    for ligne in budget.lignes.all() if budget else ():
        compte = plan.compte_de_reprise(ligne.compte, ligne.sens)
        if compte is not None and ligne.compte != SUBVENTION_DEMANDEE:
            montants[compte] = montants.get(compte, 0) + ligne.montant
    return montants, budget.note if budget else ""


def deposee_depuis(numero: str, *, pour: Auteur, contrat: Contrat) -> Dossier | None:
    """The request that bore this number as a draft and has its own since its deposit, for who may read it."""
    if not numero.startswith(MARQUE_DE_BROUILLON):
        return None
    depots = LigneJournal.objects.filter(
        cible_type=Dossier._meta.label_lower, contrat_id=contrat.pk, acte="deposer", avant__numero=numero
    )
    return Dossier.objects.ouverts_a(pour, contrat).filter(pk__in=depots.values("cible_id")).first()


def ouverts_hors_appel(campagne: Campagne, porteur: Organisme | None, le: date) -> list[OuvertHorsAppel]:
    """Those that this organisation may ask today; neighbourhood initiatives, on one page, are told apart."""
    propres = calendriers(campagne.contrat, campagne.annee)
    ouverts = []
    for dispositif in dispositifs_proposes(campagne, porteur).exclude(famille=FamilleDispositif.SIP):
        calendrier = propres.get(dispositif.pk)
        if calendrier is None and not dispositif.permanent:
            continue
        ferme = motif_de_fermeture(
            campagne.etat,
            ouverte_le=campagne.ouverte_le,
            limite_depot=campagne.limite_depot,
            le=le,
            fin_du_permanent=date(campagne.annee, 12, 31),
            jours_propres=(calendrier.ouvre, calendrier.ferme) if calendrier else None,
        )
        if not ferme:
            ouverts.append(OuvertHorsAppel(dispositif, calendrier.ferme if calendrier else None))
    return ouverts


# --- A porteur's list --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class DemandeListee:
    """A request on the list, as this reader may know it."""

    dossier: Dossier
    etat: str
    etat_libelle: str
    demande: Decimal


def demandes_listees(dossiers: Iterable[Any]) -> list[DemandeListee]:
    """`dossiers` carry `etat_vu` and `total_demande`."""
    return [DemandeListee(d, d.etat_vu, EtatDossier(d.etat_vu).label, d.total_demande or Decimal(0)) for d in dossiers]
