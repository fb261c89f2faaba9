"""Invents what the deposit shows: indicators to choose from, papers asked, a half-written draft, a correction."""

from __future__ import annotations

from datetime import timedelta

from acteurs.models import FormeJuridique, TypePiece
from programmation import actions
from programmation.actions.ecriture_demande import AttestationSaisie, IndicateurSaisi
from programmation.etats import DOSSIER_EN_COURS
from programmation.models import Campagne, Dispositif, Dossier, IndicateurAction, NatureDossier, PieceRequise

from .calendrier import a_l_heure
from .monde import Monde

_ASSOCIATIONS = [FormeJuridique.ASSOCIATION_1901, FormeJuridique.ASSOCIATION_LOCALE]

_INDICATEURS = (
    ("Participants différents", "personnes", "Chaque personne compte une fois, quel que soit son nombre de venues."),
    ("Participants habitant un QPV", "personnes", "Sur déclaration de l’adresse, sans la garder."),
    ("Femmes et filles parmi les participants", "personnes", ""),
    ("Participants de 12 à 25 ans", "personnes", ""),
    ("Séances tenues", "séances", "Les séances annulées ne comptent pas."),
    ("Assiduité", "%", "Présences sur présences attendues."),
    ("Habitants engagés dans la préparation", "personnes", "Ceux qui ont pris part à une décision sur l’action."),
    ("Sorties vers l’emploi ou la formation", "personnes", "Constatées dans les trois mois."),
    ("Relais vers un service de droit commun", "personnes", "Un rendez-vous tenu, pas une orientation donnée."),
    ("Partenaires associés", "structures", ""),
)
_PIECES = (
    (TypePiece.STATUTS, _ASSOCIATIONS, False, True, "Datés et signés."),
    (TypePiece.DIRIGEANTS, _ASSOCIATIONS, False, True, ""),
    (TypePiece.RIB, [], False, True, "Au nom de l’organisme et à l’adresse de son SIRET."),
    (TypePiece.COMPTES, _ASSOCIATIONS, False, False, "Le dernier exercice clos."),
    (TypePiece.DELIBERATION, [FormeJuridique.DROIT_PUBLIC], False, True, "Elle autorise la demande et son montant."),
    (TypePiece.BILAN, [], True, True, "Un bilan intermédiaire suffit si l’action n’est pas finie."),
)


def creer_depot(monde: Monde) -> None:
    """On the coming year's campaign; nothing when the contract ends with this one."""
    for libelle, unite, definition in _INDICATEURS:
        IndicateurAction.objects.get_or_create(
            contrat=monde.contrat, libelle=libelle, defaults={"unite": unite, "definition": definition}
        )
    annee = monde.calendrier.derniere
    if not monde.calendrier.est_a_venir(annee):
        return
    campagne = Campagne.objects.select_related("contrat").get(contrat=monde.contrat, annee=annee)
    if not campagne.pieces_requises.exists():
        PieceRequise.objects.bulk_create(
            PieceRequise(
                campagne=campagne,
                type=type_,
                formes=formes,
                reconduction_seule=renouveau,
                obligatoire=requise,
                aide=aide,
            )
            for type_, formes, renouveau, requise, aide in _PIECES
        )
    _commencer_un_brouillon(monde, campagne)
    _corriger_un_dossier(monde, campagne)


def _commencer_un_brouillon(monde: Monde, campagne: Campagne) -> None:
    """The demo's porteur renews last year's action and has come half-way."""
    porteur = monde.organismes["porteur"]
    par = monde.auteur_du_depot(porteur)
    le = a_l_heure(monde.calendrier.aujourdhui - timedelta(days=6))
    anciens = Dossier.objects.filter(
        porteur=porteur, campagne__contrat=monde.contrat, campagne__annee=campagne.annee - 1
    )
    precedent = anciens.exclude(etat="brouillon").order_by("numero").first()
    dossier = actions.commencer(
        campagne,
        porteur=porteur,
        dispositif=Dispositif.objects.get(contrat=monde.contrat, code="aap"),
        intitule=precedent.intitule if precedent else "Ateliers du mercredi",
        precedent=precedent,
        par=par,
        le=le,
    )
    bibliotheque = {i.libelle: i for i in IndicateurAction.objects.filter(contrat=monde.contrat)}
    actions.ecrire(
        dossier,
        {
            "buts": "Que les enfants du quartier se déplacent seuls à vélo, et que leurs familles sortent avec eux.",
            "lieu": "Place du marché et école élémentaire du quartier",
            "calendrier": "De septembre à juin, le mercredi après-midi ; deux sorties pendant les vacances.",
            "indicateurs": [
                IndicateurSaisi(bibliotheque["Participants différents"], "", "", None),
                IndicateurSaisi(bibliotheque["Séances tenues"], "", "", None),
            ],
            "attestations": {"sincerite": AttestationSaisie(True)},
        },
        par=par,
        le=le,
    )
    # The number of a draft is drawn at random: the demo is the same each time.
    Dossier.objects.filter(pk=dossier.pk).update(fictif=True, cree_le=le, numero=f"B{campagne.annee % 100:02d}-demo")
    dossier.demandes.update(fictif=True)


def _corriger_un_dossier(monde: Monde, campagne: Campagne) -> None:
    """The team has specified one request in its porteur's place: its two versions can be read."""
    deposes = campagne.dossiers.filter(etat__in=DOSSIER_EN_COURS, nature=NatureDossier.ACTION)
    dossier = deposes.order_by("numero").first()
    if dossier is None:
        return
    actions.corriger(
        dossier,
        {
            "calendrier": "Deux cycles de dix séances, en février et en octobre.",
            "partenaires": "Le centre social, l’école élémentaire et le club de prévention.",
        },
        motif="Précisions données par le porteur au téléphone.",
        par=monde.chef_de_projet,
        le=a_l_heure(monde.calendrier.aujourdhui - timedelta(days=2)),
    )
