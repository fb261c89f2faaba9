"""The whole of one year's programming, put together for one reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from commun.auteur import Auteur
from contrats.models import Contrat
from contrats.permissions import roles

from ...models import Campagne, Dossier
from .actions_financees import ActionFinancee, actions_financees
from .chiffres import Chiffres, historique_annuel
from .financeurs import EnveloppeAnnuelle, PartFinanceur, enveloppes_annuelles, parts_des_financeurs
from .montants import vus
from .par_etat import EtatCompte, etats_des_demandes, etats_des_dossiers
from .propositions import Proposees, au_prochain_copil, par_campagne, propositions_ouvertes
from .ventilations import Ventilation, repartir_par_lieu, repartir_par_orientation


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
    dossiers, demandes = vus(contrat, pour, publiee)
    de_l_annee = demandes.filter(dossier__campagne__annee=annee)
    campagnes = {c.annee: c for c in Campagne.objects.filter(contrat=contrat)}
    campagne = campagnes.get(annee)
    voit_les_enveloppes = publiee or roles(pour, contrat).instruit
    enveloppes = enveloppes_annuelles(contrat, annee) if voit_les_enveloppes else ()
    historique = historique_annuel(contrat, annee, dossiers, demandes, publiee or roles(pour, contrat).pilote_tout)
    chiffres, precedents = historique[-1], historique[-2]
    par_commune, par_qpv = repartir_par_lieu(de_l_annee, chiffres)
    servis = Dossier.engagements.through.objects.filter(dossier=OuterRef("pk"), engagement__retire_le__isnull=True)
    proposees = propositions_ouvertes(demandes, annee)
    au_copil = au_prochain_copil(contrat, le or timezone.localdate())
    a_valider, dossiers_a_valider = par_campagne(proposees.filter(au_copil))
    en_instruction, dossiers_en_instruction = par_campagne(proposees.exclude(au_copil))
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
        etats_dossiers=etats_des_dossiers(dossiers.filter(campagne__annee=annee)),
        etats_demandes_precedents=etats_des_demandes(demandes.filter(dossier__campagne__annee=annee - 1)),
        par_orientation=repartir_par_orientation(contrat, demandes, annee),
        par_financeur=parts_des_financeurs(demandes, annee, enveloppes),
        par_commune=par_commune,
        par_qpv=par_qpv,
        enveloppes=enveloppes,
        a_valider=a_valider,
        dossiers_a_valider=dossiers_a_valider,
        en_instruction=en_instruction,
        dossiers_en_instruction=dossiers_en_instruction,
        historique=tuple(c for c in historique if c.annee in campagnes),
        actions=actions_financees(dossiers, de_l_annee, annee),
        **manques,
    )


def chiffres_annuels(contrat: Contrat, annee: int, *, pour: Auteur) -> tuple[Chiffres, Chiffres]:
    """The figures of `annee` and of the year before, as `pour` may read them: what the home page needs."""
    dossiers, demandes = vus(contrat, pour, False)
    historique = historique_annuel(contrat, annee, dossiers, demandes, roles(pour, contrat).pilote_tout)
    return historique[-1], historique[-2]
