"""Home: what awaits a person and its organisation, and the year's figures."""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.urls import reverse
from django.utils import timezone

from commun import fichiers
from commun.auteur import Auteur
from commun.instantanes import InstantaneIllisible
from commun.memoire import retenir
from commun.typographie import euros, euros_abreges, nombre, pourcent
from contrats.lectures.suivi import prochain_copil
from contrats.models import Contrat, Reunion
from contrats.permissions import roles
from evaluation.etats import TypeRapport
from evaluation.models import Rapport
from evaluation.models.rapport import LECTEURS as LECTEURS_DES_RAPPORTS
from evaluation.rapports.synthese import relire
from programmation.etats import DOSSIER_EN_COURS, EtatCampagne, EtatDemande, EtatDossier
from programmation.lectures.programmation_annuelle import Chiffres, chiffres_annuels
from programmation.models import Dossier
from programmation.tables import TON_DE_L_ETAT

from .taches import Tache, adresse_du_tableau, taches

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Tuile:
    """One figure of the year, its comparison and its meaning in words."""

    libelle: str
    valeur: str
    comparaison: str
    sens: str
    ton: str
    url: str
    fictif: bool = False


@dataclass(frozen=True, slots=True)
class DossierDuPorteur:
    """One of the porteur's own files, whatever its year, in the state that it may know."""

    numero: str
    intitule: str
    annee: int
    etat: str
    etat_libelle: str
    demande: Decimal  # euros
    fictif: bool

    @property
    def ton(self) -> str:
        return TON_DE_L_ETAT[self.etat]


@dataclass(frozen=True, slots=True)
class Accueil:
    """The home of one person in one contract and one year."""

    taches: tuple[Tache, ...]
    tuiles: tuple[Tuile, ...]
    tuiles_du_rapport: tuple[Tuile, ...]  # for who reads the figures in the published reports only
    dossiers: tuple[DossierDuPorteur, ...]
    copil: Reunion | None
    lit_les_rapports: bool
    rapport: Rapport | None
    fictif: bool


def annee_courante(contrat: Contrat) -> int:
    """The year one works on: the latest whose campaign has been opened, else this year, within the contract."""
    ouvertes = contrat.campagnes.filter(etat__in=(EtatCampagne.OUVERTE, EtatCampagne.CLOSE))
    derniere = ouvertes.order_by("-annee").values_list("annee", flat=True).first()
    annee = derniere or timezone.localdate().year
    return min(max(annee, contrat.debut), contrat.fin)


def annee_d_arrivee(contrat: Contrat, *, pour: Auteur) -> int:
    """The year on which a person lands: that of its latest file for who only carries actions, else the current one."""
    tenus = roles(pour, contrat)
    if tenus.instruit or not tenus.organismes_porteurs:
        return annee_courante(contrat)
    siens = Dossier.objects.visibles_par(pour, contrat).order_by("-campagne__annee")
    return siens.values_list("campagne__annee", flat=True).first() or annee_courante(contrat)


def accueil(contrat: Contrat, annee: int, *, pour: Auteur, le: date) -> Accueil:
    """The home page of `pour`."""
    chiffres, precedents = chiffres_annuels(contrat, annee, pour=pour)
    tenus = roles(pour, contrat)
    rapports = (
        Rapport.objects.visibles_par(pour, contrat)
        .publies()
        .du_type(TypeRapport.SYNTHESE)
        .select_related("pdf", "instantane")
    )
    rapport = rapports.order_by("-annee", "-version").first()
    return Accueil(
        taches=tuple(taches(contrat, annee, pour=pour, le=le)),
        tuiles=_tuiles(contrat, annee, chiffres, precedents, pour),
        tuiles_du_rapport=_tuiles_du_rapport(rapport) if rapport and not tenus.instruit else (),
        dossiers=_dossiers_du_porteur(contrat, pour=pour),
        copil=prochain_copil(contrat, le=le),
        lit_les_rapports=tenus.administre or tenus.tient(*LECTEURS_DES_RAPPORTS),
        rapport=rapport,
        fictif=contrat.campagnes.filter(annee=annee, fictif=True).exists(),
    )


def _tuiles(contrat: Contrat, annee: int, c: Chiffres, avant: Chiffres, pour: Auteur) -> tuple[Tuile, ...]:
    """The year's figures for those who work on the files; others read them in the published reports."""
    tenus = roles(pour, contrat)
    if not tenus.instruit:
        return ()
    tableau = adresse_du_tableau(contrat, annee)
    enveloppes = reverse("programmation:enveloppes", kwargs={"contrat": contrat.slug, "annee": annee})
    tuiles = [
        Tuile(
            "Dossiers déposés",
            nombre(c.dossiers),
            f"{nombre(avant.dossiers)} en {avant.annee}",
            _en_instruction(contrat, annee, pour) if c.dossiers else "aucun dossier à ce jour",
            "info",
            tableau,
        ),
        Tuile(
            "Demandé aux financeurs",
            euros_abreges(c.demande),
            f"{euros_abreges(avant.demande)} en {avant.annee}",
            f"dont {euros_abreges(c.propose)} proposés à ce jour",
            "info",
            f"{tableau}?tri=-demande",
        ),
        Tuile(
            "Programmé par le COPIL",
            euros_abreges(c.programme),
            f"{euros_abreges(avant.programme)} en {avant.annee}",
            f"dont {euros_abreges(c.vote)} rendus fermes par les financeurs" if c.programme else "rien avant le COPIL",
            "succes" if c.programme else "info",
            f"{tableau}?etat=programme",
        ),
    ]
    if c.programme and c.cpo.base:
        tuiles.append(_tuile_cpo(c, f"{tableau}?nature=tranche_cpo"))
    elif c.cpo.base:
        tuiles.append(
            Tuile(
                "Crédits spécifiques de l’État",
                euros_abreges(c.cpo.base),
                f"enveloppe {c.cpo.base_en_mots}",
                f"{nombre(c.cpo.visee)} % visés en conventions pluriannuelles",
                "succes" if c.cpo.base_notifiee and not c.cpo.base_en_partie else "attention",
                enveloppes,
            )
        )
    return tuple(tuiles)


def _tuiles_du_rapport(rapport: Rapport) -> tuple[Tuile, ...]:
    """The figures that a published report froze; none when its snapshot follows another schema than today's."""
    assert rapport.instantane is not None
    quoi = ("chiffres du rapport", rapport.pk, rapport.instantane.sha256)
    return tuple(Tuile(*t) for t in retenir(rapport.contrat_id, quoi, lambda: _relire_les_chiffres(rapport)))


def _relire_les_chiffres(rapport: Rapport) -> list[tuple[Any, ...]]:
    try:
        synthese = relire(fichiers.lire(rapport.instantane))  # type: ignore[arg-type]
    except InstantaneIllisible:
        return []
    c, avant = synthese.programmation.chiffres, synthese.programmation.precedents
    url = reverse("evaluation:rapport", kwargs={"contrat": rapport.contrat.slug, "numero": rapport.pk})
    tuiles = [
        Tuile("Dossiers déposés", nombre(c.dossiers), f"{nombre(avant.dossiers)} en {avant.annee}", "", "info", url),
        Tuile(
            "Demandé aux financeurs",
            euros_abreges(c.demande),
            f"{euros_abreges(avant.demande)} en {avant.annee}",
            "",
            "info",
            url,
        ),
        Tuile(
            "Programmé par le COPIL",
            euros_abreges(c.programme),
            f"{euros_abreges(avant.programme)} en {avant.annee}",
            f"dont {euros_abreges(c.vote)} rendus fermes par les financeurs" if c.programme else "rien avant le COPIL",
            "succes" if c.programme else "info",
            url,
        ),
    ]
    return [astuple(replace(tuile, fictif=synthese.fictif)) for tuile in tuiles]


def _dossiers_du_porteur(contrat: Contrat, *, pour: Auteur) -> tuple[DossierDuPorteur, ...]:
    porteurs = roles(pour, contrat).organismes_porteurs
    if not porteurs:
        return ()
    siens: Any = Dossier.objects.filter(contrat=contrat, porteur__in=porteurs)
    lus = (
        siens.avec_etat_vu(pour, contrat)
        .annotate(demande=Sum("demandes__montant_demande", filter=~Q(demandes__etat=EtatDemande.ANNULEE)))
        .order_by("-campagne__annee", "numero")
        .values_list("numero", "intitule", "campagne__annee", "etat_vu", "demande", "fictif")
    )
    return tuple(
        DossierDuPorteur(numero, intitule, annee, etat, EtatDossier(etat).label, demande or ZERO, fictif)
        for numero, intitule, annee, etat, demande, fictif in lus
    )


def _en_instruction(contrat: Contrat, annee: int, pour: Auteur) -> str:
    en_cours = Dossier.objects.visibles_par(pour, contrat).filter(campagne__annee=annee, etat__in=DOSSIER_EN_COURS)
    restants = en_cours.count()
    return f"{nombre(restants)} en cours d’instruction" if restants else "tous instruits"


def _tuile_cpo(c: Chiffres, url: str) -> Tuile:
    manque = f"il manque {euros(c.cpo.manque, False)} pour atteindre {nombre(c.cpo.visee)} %"
    return Tuile(
        "Crédits spécifiques de l’État en CPO",
        pourcent((c.cpo.part or ZERO) / 100),
        f"objectif : {nombre(c.cpo.visee)} %",
        "objectif atteint" if c.cpo.atteinte else manque,
        "succes" if c.cpo.atteinte else "attention",
        url,
    )
