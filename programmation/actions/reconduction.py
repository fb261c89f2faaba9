"""What a renewal takes from last year's file."""

from __future__ import annotations

from geographie.models import VersionPerimetre

from ..etats import EtatDemande
from ..lectures.demande import formulaire_du_dossier
from ..models import (
    BudgetPrevisionnel,
    DemandeFinancement,
    Dossier,
    FicheInvestissement,
    FicheVacances,
    Formulaire,
    IndicateurPrevu,
    LigneBudget,
    Localisation,
    PublicParAge,
    Vacances,
)
from ..regles.campagne import decaler
from ..regles.plans_budget import SUBVENTION_DEMANDEE, plan_de
from .ecriture_demande import inscrire_les_subventions

_REPRIS = (
    "objet",
    "resume",
    "buts",
    "besoin",
    "droit_commun_insuffisant",
    "orientation_id",
    "theme_p147_id",
    "lieu",
    "moyens",
    "partenaires",
    "calendrier",
    "evaluation",
    "beneficiaires",
    "beneficiaires_qpv",
    "femmes",
    "hommes",
    "sexe_inconnu",
    "jeunes",
    "cout_total",
)


def reprendre_l_an_passe(dossier: Dossier, precedent: Dossier) -> None:
    """Copy last year's answers, dates moved to this year; attestations and papers are given anew each year."""
    for nom in _REPRIS:
        setattr(dossier, nom, getattr(precedent, nom))
    ecart = dossier.campagne.annee - precedent.campagne.annee
    dossier.debut = precedent.debut and decaler(precedent.debut, ecart)
    dossier.fin = precedent.fin and decaler(precedent.fin, ecart)
    dossier.save(update_fields=[*_REPRIS, "debut", "fin"])
    dossier.axes_transversaux.set(precedent.axes_transversaux.all())
    dossier.objectifs.set(precedent.objectifs.all())
    _reprendre_les_lieux(dossier, precedent)
    PublicParAge.objects.bulk_create(
        PublicParAge(dossier=dossier, tranche=age.tranche, nombre=age.nombre) for age in precedent.ages.all()
    )
    IndicateurPrevu.objects.bulk_create(
        IndicateurPrevu(dossier=dossier, indicateur_id=i.indicateur_id, libelle=i.libelle, unite=i.unite, cible=i.cible)
        for i in precedent.indicateurs.order_by("pk")
    )
    DemandeFinancement.objects.bulk_create(
        DemandeFinancement(
            dossier=dossier,
            financeur_id=demande.financeur_id,
            dispositif_id=demande.dispositif_id,
            nature=demande.nature,
            montant_demande=demande.montant_demande,
        )
        for demande in precedent.demandes.exclude(etat=EtatDemande.ANNULEE)
    )
    _reprendre_les_fiches(dossier, precedent)
    _reprendre_le_budget(dossier, precedent)
    inscrire_les_subventions(dossier)


def _reprendre_les_lieux(dossier: Dossier, precedent: Dossier) -> None:
    """The same places in this year's versions (Q-02); one that no longer exists is left to be chosen again."""
    du_jour = VersionPerimetre.objects.de_l_annee(dossier.campagne.annee)
    versions = {version.perimetre_id: version.pk for version in du_jour}
    lieux = []
    for lieu in precedent.localisations.select_related("version"):
        version = versions.get(lieu.version.perimetre_id) if lieu.version else None
        if lieu.version is None or version is not None:
            lieux.append(
                Localisation(
                    dossier=dossier, mode=lieu.mode, version_id=version, commune_id=lieu.commune_id, part=lieu.part
                )
            )
    Localisation.objects.bulk_create(lieux)


def _reprendre_les_fiches(dossier: Dossier, precedent: Dossier) -> None:
    """What the same kind of scheme asks besides its form; the festive day and the year's theme are given anew."""
    periodes = dossier.dispositif.vacances or Vacances.values
    if dossier.dispositif.questions:
        for fiche in FicheVacances.objects.filter(dossier=precedent):
            fiche.pk, fiche.evenement_le, fiche.fil_rouge = dossier.pk, None, ""
            fiche.save(force_insert=True)
        for periode in precedent.periodes.filter(periode__in=periodes):
            periode.pk, periode.dossier = None, dossier
            periode.save(force_insert=True)
    if dossier.dispositif.formulaire == Formulaire.INVESTISSEMENT:
        for operation in FicheInvestissement.objects.filter(dossier=precedent):
            operation.pk = dossier.pk
            operation.save(force_insert=True)


def _reprendre_le_budget(dossier: Dossier, precedent: Dossier) -> None:
    """Last year's amounts in the lines of this year's form."""
    plan = plan_de(formulaire_du_dossier(dossier))
    passe = BudgetPrevisionnel.objects.filter(dossier=precedent).prefetch_related("lignes").first()
    budget = BudgetPrevisionnel.objects.create(dossier=dossier, note=passe.note if passe else "")
    montants: dict[str, int] = {}
    for ligne in passe.lignes.all() if passe else ():
        compte = plan.compte_de_reprise(ligne.compte, ligne.sens)
        if compte is not None and ligne.compte != SUBVENTION_DEMANDEE:
            montants[compte] = montants.get(compte, 0) + ligne.montant
    LigneBudget.objects.bulk_create(
        LigneBudget(
            budget=budget, sens=plan.sens(compte), compte=compte, libelle=libelle, montant=montants[compte], ordre=rang
        )
        for rang, (compte, libelle) in enumerate(plan.comptes.items(), start=1)
        if compte in montants
    )
