"""A request read whole, as plain values: what the checks, the PDF, the snapshots and the comparisons stand on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q

from acteurs.models import PIECES_DE_L_ORGANISME, FormeJuridique, PieceOrganisme, TypeOrganisme, TypePiece

from ..etats import EtatDemande, EtatDossier
from ..models import (
    BudgetPrevisionnel,
    CaractereDossier,
    DemandeFinancement,
    Derogation,
    Dossier,
    FicheInvestissement,
    FicheProximite,
    FicheVacances,
    Formulaire,
    ObjetDossier,
    PieceRequise,
    TrancheAge,
    Vacances,
)
from ..regles.attestations import TEXTES
from ..regles.budget import LigneDeBudget
from ..regles.champs import SectionDemande, sections_de
from ..regles.controles import Controle, Exigences, PieceExigee, controles
from ..regles.demande import (
    AttestationDemande,
    Demande,
    IndicateurDemande,
    InvestissementDemande,
    LieuDemande,
    MontantDemande,
    PeriodeDemande,
    PieceDemande,
    VacancesDemande,
)
from ..regles.plans_budget import formulaire_de
from .calendriers import calendrier_du_dispositif
from .campagne import guichets_fermes
from .eligibilite import alertes_des_lieux
from .guichets import guichets
from .investissement import COLLECTIVITES, est_un_investissement_public
from .lieux import nom_du_lieu
from .porteur import est_de_droit_public, est_une_association, porteur_de
from .proximite import alerte_de_cumul

# Relations that `demande_de` reads, joined once.
RELATIONS = ("contrat", "campagne", "porteur", "orientation", "theme_p147", "dispositif", "precedent")


def demande_de(dossier: Dossier, le: date) -> Demande:
    """The request as it stands; papers of the organisation are those valid on `le`. A constant number of queries."""
    budget = BudgetPrevisionnel.objects.filter(dossier=dossier).prefetch_related("lignes").first()
    formulaire = formulaire_du_dossier(dossier)
    proximite = FicheProximite.objects.filter(dossier=dossier).first() if formulaire == Formulaire.FICHE else None
    questions = tuple(dossier.dispositif.questions)
    return Demande(
        contrat=dossier.contrat.nom,
        campagne=dossier.campagne.nom,
        annee=dossier.campagne.annee,
        numero=dossier.numero,
        formulaire=formulaire,
        porteur=porteur_de(dossier.porteur, dossier.campagne.annee),
        caractere=dossier.get_caractere_display(),
        reconduction=dossier.caractere == CaractereDossier.RECONDUITE,
        precedent=dossier.precedent.numero if dossier.precedent else "",
        objet=dossier.get_objet_display(),
        fonctionnement=dossier.objet == ObjetDossier.FONCTIONNEMENT,
        dispositif=dossier.dispositif.nom,
        intitule=dossier.intitule,
        resume=dossier.resume,
        buts=dossier.buts,
        besoin=dossier.besoin,
        droit_commun_insuffisant=dossier.droit_commun_insuffisant,
        orientation=dossier.orientation.nom if dossier.orientation else "",
        axes_transversaux=tuple(axe.nom for axe in dossier.axes_transversaux.all()),
        objectifs=tuple(objectif.nom for objectif in dossier.objectifs.all()),
        theme_p147=str(dossier.theme_p147) if dossier.theme_p147 else "",
        lieux=_lieux(dossier),
        lieu=dossier.lieu,
        beneficiaires=dossier.beneficiaires,
        beneficiaires_qpv=dossier.beneficiaires_qpv,
        femmes=dossier.femmes,
        hommes=dossier.hommes,
        sexe_inconnu=dossier.sexe_inconnu,
        ages=_ages(dossier),
        debut=dossier.debut,
        fin=dossier.fin,
        calendrier=dossier.calendrier,
        moyens=dossier.moyens,
        partenaires=dossier.partenaires,
        indicateurs=_indicateurs(dossier),
        evaluation=dossier.evaluation,
        budget=tuple(
            LigneDeBudget(ligne.sens, ligne.compte, ligne.libelle, ligne.montant)
            for ligne in (budget.lignes.all() if budget else ())
        ),
        note_budget=budget.note if budget else "",
        demandes=_montants(dossier),
        pieces=_pieces(dossier, le),
        attestations=_attestations(dossier),
        benevole=proximite.benevole if proximite else None,
        pic=proximite.get_pic_display() if proximite else "",
        investissement=_investissement(dossier) if formulaire == Formulaire.INVESTISSEMENT else None,
        questions=questions,
        vacances=_vacances(dossier) if questions else None,
    )


def controles_de(dossier: Dossier, demande: Demande, le: date | None = None) -> tuple[Controle, ...]:
    """What the request lacks, by the rules of its campaign and its scheme; and where its funders do not pay (S-18).

    `le`: the day on which it would be deposited: what it asks through a scheme that is closed by then is an error (S-24).
    """
    demandes = dossier.demandes.exclude(etat=EtatDemande.ANNULEE).select_related("financeur", "dispositif")
    lieux = alertes_des_lieux(dossier, demandes) if demande.lieux else []
    alertes = tuple(Controle("localisations", alerte, bloquant=False) for alerte in lieux)
    cumul = alerte_de_cumul(dossier)
    alertes += (Controle("dispositif", cumul, bloquant=False),) if cumul else ()
    fermees = _guichets_fermes(dossier, demandes, le) if le is not None and se_depose(dossier) else ()
    return controles(demande, exigences(dossier)) + fermees + alertes


def se_depose(dossier: Dossier) -> bool:
    """True for a request that its porteur has not deposited yet."""
    return bool(dossier.etat == EtatDossier.BROUILLON)


def _guichets_fermes(dossier: Dossier, demandes: Iterable[DemandeFinancement], le: date) -> tuple[Controle, ...]:
    dispositifs = {d.dispositif_id: d.dispositif for d in demandes if d.montant_demande}
    fermes = guichets_fermes(dossier, dispositifs.values(), le)
    return tuple(
        Controle("demandes", f"« {dispositifs[cle]} » : {motif} Retirez ce que vous lui demandez (S-24).")
        for cle, motif in fermes.items()
    )


def exigences(dossier: Dossier) -> Exigences:
    """What the campaign and the scheme ask; the scheme's share of public funding comes before the campaign's."""
    campagne, dispositif = dossier.campagne, dossier.dispositif
    taux = dispositif.taux_public_max if dispositif.taux_public_max is not None else campagne.taux_public_max
    return Exigences(
        pieces=pieces_exigees(dossier),
        taux_public_max=taux,
        charges_indirectes_max=campagne.charges_indirectes_max,
        benevolat_max=campagne.benevolat_max,
    )


def pieces_exigees(dossier: Dossier) -> tuple[PieceExigee, ...]:
    """The papers asked from this porteur, by its legal form; some for a renewal only."""
    requises = PieceRequise.objects.filter(campagne=dossier.campagne)
    forme = dossier.porteur.forme_juridique
    if forme != FormeJuridique.INCONNUE:
        requises = requises.filter(Q(formes=[]) | Q(formes__contains=[forme]))
    if dossier.caractere != CaractereDossier.RECONDUITE:
        requises = requises.filter(reconduction_seule=False)
    ordre = list(TypePiece)
    derogation = (_DECISION_DE_DEROGATION,) if _demande_une_derogation(dossier) else ()
    return (
        tuple(
            PieceExigee(p.type, p.get_type_display(), p.obligatoire, p.type in PIECES_DE_L_ORGANISME, p.aide)
            for p in sorted(requises, key=lambda p: ordre.index(TypePiece(p.type)))
            if p.type != TypePiece.DEROGATION or not derogation
        )
        + derogation
    )


# A derogation is no word of the porteur's: its decision is joined, and the team checks it (S-21).
_DECISION_DE_DEROGATION = PieceExigee(
    TypePiece.DEROGATION,
    TypePiece.DEROGATION.label,
    obligatoire=True,
    organisme=False,
    aide="La lettre du préfet, ou la page de la convention de rénovation urbaine qui la porte.",
)


def _demande_une_derogation(dossier: Dossier) -> bool:
    if not est_un_investissement_public(dossier):
        return False
    return FicheInvestissement.objects.filter(dossier=dossier).exclude(derogation=Derogation.AUCUNE).exists()


def formulaire_du_dossier(dossier: Dossier) -> str:
    """The form that this porteur fills for this scheme."""
    return formulaire_de(dossier.dispositif.formulaire, droit_public=est_de_droit_public(dossier.porteur))


def sections_du_dossier(dossier: Dossier) -> tuple[SectionDemande, ...]:
    """The pages of its form, in their order."""
    return sections_de(formulaire_du_dossier(dossier), dossier.dispositif.questions)


def sur_une_page(dossier: Dossier) -> bool:
    """True when its form is the simplified one."""
    return formulaire_du_dossier(dossier) == Formulaire.FICHE


def est_une_initiative(dossier: Dossier) -> bool:
    """True when the simplified form is an association's: it then tells how it is run, and where else it asks."""
    return sur_une_page(dossier) and est_une_association(dossier.porteur)


def _investissement(dossier: Dossier) -> InvestissementDemande:
    fiche = FicheInvestissement.objects.filter(dossier=dossier).first()
    collectivite = dossier.porteur.type in COLLECTIVITES
    if fiche is None:
        return InvestissementDemande(collectivite)
    return InvestissementDemande(
        collectivite=collectivite,
        nature=fiche.get_nature_operation_display() if fiche.nature_operation else "",
        equipement=fiche.equipement,
        stade=fiche.get_stade_display() if fiche.stade else "",
        foncier=fiche.get_foncier_display() if fiche.foncier else "",
        foncier_precision=fiche.foncier_precision,
        autorisation=fiche.get_autorisation_display() if fiche.autorisation else "",
        autorisation_precision=fiche.autorisation_precision,
        marches=fiche.marches,
        charges_annuelles=fiche.charges_annuelles,
        charges_portees_par=fiche.charges_portees_par,
        derogation=fiche.get_derogation_display() if fiche.derogation else "",
        derogation_motif=fiche.derogation_motif,
    )


def _vacances(dossier: Dossier) -> VacancesDemande:
    """What is said of the holidays, in the order of the year; three queries."""
    fiche = FicheVacances.objects.filter(dossier=dossier).first() or FicheVacances()
    calendrier = calendrier_du_dispositif(dossier.campagne, dossier.dispositif)
    ordre = list(Vacances)
    periodes = sorted(dossier.periodes.all(), key=lambda p: ordre.index(Vacances(p.periode)))
    return VacancesDemande(
        periodes=tuple(
            PeriodeDemande(
                p.get_periode_display(),
                p.jours,
                (p.filles_enfants, p.garcons_enfants, p.filles_ados, p.garcons_ados),
            )
            for p in periodes
        ),
        sorties=fiche.sorties,
        sejours=fiche.sejours,
        departs=fiche.departs,
        theme=calendrier.fil_rouge if calendrier else "",
        fil_rouge=fiche.fil_rouge,
        evenement=fiche.evenement,
        evenement_le=fiche.evenement_le,
        evenement_lieu=fiche.evenement_lieu,
        participation=fiche.participation,
        ecoresponsable=fiche.ecoresponsable,
    )


def _lieux(dossier: Dossier) -> tuple[LieuDemande, ...]:
    lieux = dossier.localisations.select_related("version", "commune").order_by("-part", "pk")
    return tuple(LieuDemande(nom_du_lieu(lieu), lieu.mode, lieu.part) for lieu in lieux)


def _ages(dossier: Dossier) -> tuple[tuple[str, int], ...]:
    nombres = {age.tranche: age.nombre for age in dossier.ages.all()}
    return tuple((tranche.label, nombres[tranche]) for tranche in TrancheAge if tranche in nombres)


def _indicateurs(dossier: Dossier) -> tuple[IndicateurDemande, ...]:
    return tuple(
        IndicateurDemande(
            str(prevu),
            prevu.unite or (prevu.indicateur.unite if prevu.indicateur else ""),
            prevu.cible,
        )
        for prevu in dossier.indicateurs.select_related("indicateur").order_by("pk")
    )


def _montants(dossier: Dossier) -> tuple[MontantDemande, ...]:
    demandes = list(dossier.demandes.exclude(etat=EtatDemande.ANNULEE))
    lus = guichets(dossier.campagne, demandes=demandes) if demandes else []
    return tuple(
        MontantDemande(
            financeur=guichet.financeur.nom,
            dispositif=guichet.dispositif.nom,
            nature=guichet.nature_libelle,
            libelle=guichet.libelle,
            montant=guichet.demande,
            plafond=guichet.dispositif.plafond,
            canal=guichet.canal,
            fonds_de_concours=guichet.financeur.type == TypeOrganisme.EPCI,  # whatever the scheme
        )
        for guichet in lus
        if guichet.demande is not None
    )


def _pieces(dossier: Dossier, le: date) -> tuple[PieceDemande, ...]:
    """Its own papers, then those of its organisation that hold on `le`; a paper removed counts no more."""
    siennes = dossier.pieces.filter(retiree_le__isnull=True).select_related("fichier")
    reprises = PieceOrganisme.objects.valables(le).filter(organisme=dossier.porteur).select_related("fichier")
    return tuple(_piece(piece, organisme=False) for piece in siennes) + tuple(
        _piece(piece, organisme=True) for piece in dernieres_de_chaque_type(reprises.order_by("type", "-deposee_le"))
    )


def dernieres_de_chaque_type(pieces: Iterable[PieceOrganisme]) -> list[PieceOrganisme]:
    """The latest paper of each type."""
    par_type: dict[str, PieceOrganisme] = {}
    for piece in pieces:
        par_type.setdefault(piece.type, piece)
    return list(par_type.values())


def _piece(piece: Any, *, organisme: bool) -> PieceDemande:
    return PieceDemande(piece.type, piece.get_type_display(), piece.fichier.nom, piece.fichier.sha256, organisme)


def _attestations(dossier: Dossier) -> tuple[AttestationDemande, ...]:
    ordre = [texte.genre for texte in TEXTES]
    donnees = dossier.attestations.select_related("acceptee_par")
    return tuple(
        AttestationDemande(
            a.genre, a.get_genre_display(), a.version, a.montant, a.acceptee_le, str(a.acceptee_par or "")
        )
        for a in sorted(donnees, key=lambda a: ordre.index(a.genre))
    )
