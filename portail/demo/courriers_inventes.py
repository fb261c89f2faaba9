"""Invents the letters of one funder for the year in execution: some sent with an act, refusals to be read again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils.timezone import localdate

from commun import fichiers
from commun.auteur import Auteur
from commun.journal import inscrire_lot, preparer
from commun.models import EtatTravail, Travail
from contrats.etats import Role
from contrats.models import ActeDecision, Contrat
from programmation.actions import ouvrir_le_courrier
from programmation.actions.modeles_courriers import modele_a_utiliser
from programmation.etats import DEMANDE_NOTIFIEE, EtatCourrier, GenreCourrier
from programmation.lectures.courriers import (
    PREVENIR_DU_COURRIER,
    adresses_de,
    du_lot,
    lettre,
    texte_du,
    valeurs_du_courrier,
)
from programmation.lectures.destinataires import gens
from programmation.models import Campagne, Courrier, DemandeFinancement, Dossier, LotDeCourriers
from programmation.rapports.courrier import rediger as produire_le_pdf
from programmation.regles.courriers import rediger

from .calendrier import a_l_heure
from .monde import Monde

ENVOYES = 6
A_RELIRE = 4


def creer_courriers(monde: Monde) -> None:
    """Write them for the agglomeration; nothing for the coming year, whose COPIL has not met."""
    campagne = Campagne.objects.filter(contrat=monde.contrat, annee=monde.calendrier.aujourdhui.year).first()
    if campagne is None:
        return
    campagne.contrat = monde.contrat
    agglomeration = monde.organismes["caph"]
    par = monde.auteur(agglomeration, decide=True)
    for genre in GenreCourrier:
        modele_a_utiliser(monde.contrat, agglomeration, genre, par=monde.chef_de_projet, le=_le(monde, 200))
    _envoyer(monde, campagne, par)
    _ouvrir_les_refus(monde, campagne, par)


def _le(monde: Monde, jours: int) -> datetime:
    return a_l_heure(monde.calendrier.aujourdhui - timedelta(days=jours), 10)


def _envoyer(monde: Monde, campagne: Campagne, par: Auteur) -> None:
    """The letters that told some decisions of one act: one about the demo's porteur, whose letter comes first."""
    porteur = monde.organismes["porteur"]
    actes = ActeDecision.objects.filter(organisme=par.organisme, demandes__dossier__campagne=campagne).annotate(
        lignes=Count("demandes"), siennes=Count("demandes", filter=Q(demandes__dossier__porteur=porteur))
    )
    acte = actes.order_by("-siennes", "-lignes", "pk").first()
    if acte is None:
        return
    lues = DemandeFinancement.objects.filter(acte=acte, dossier__campagne=campagne, etat__in=DEMANDE_NOTIFIEE)
    demandes = list(
        lues.select_related("dossier__porteur", "dossier__instructeur", "dispositif").order_by("dossier__numero", "pk")
    )
    siens = [d for d in demandes if d.dossier.porteur_id == porteur.pk]
    choisis = list(dict.fromkeys(d.dossier for d in [*siens, *demandes]))[:ENVOYES]
    if not choisis:
        return
    premiere = min(d.notifie_le for d in demandes if d.notifie_le is not None)
    lot = LotDeCourriers.objects.create(
        campagne=campagne,
        financeur=par.organisme,
        acte=acte,
        ouvert_le=a_l_heure(premiere, 8),
        ouvert_par=par.utilisateur,
        fictif=True,
    )
    lignes = []
    for dossier in choisis:
        dossier.campagne, dossier.contrat = campagne, monde.contrat
        courrier = _courrier(lot, dossier, [d for d in demandes if d.dossier_id == dossier.pk], par)
        assert courrier.envoye_le is not None
        for act, libelle, avant in (("ouvrir", "Courrier ouvert", 2), ("envoyer", "Envoyer le courrier", 0)):
            le = courrier.envoye_le - timedelta(hours=avant)
            lignes.append(preparer(courrier, acte=act, libelle=libelle, par=par, le=le))
        _courriels(monde, courrier)
    inscrire_lot(lignes)


def _courriels(monde: Monde, courrier: Courrier) -> None:
    """The e-mails that left with it, one per person of the porteur; without any, the letter went by post."""
    assert courrier.envoye_le is not None
    for personne in gens(courrier.dossier.contrat, [Role.PORTEUR], [courrier.dossier.porteur_id]):
        Travail.objects.create(
            nom=PREVENIR_DU_COURRIER,
            cible_type=courrier._meta.label_lower,
            cible_id=courrier.pk,
            parametres={"personne": personne.pk},
            a_partir_de=courrier.envoye_le,
            etat=EtatTravail.FAIT,
            tentatives=1,
            termine_le=courrier.envoye_le,
            resultat={"parti": True},
        )


def effacer_courriers(contrat: Contrat) -> None:
    """Remove the e-mails of the demo's letters; the letters themselves go with their files."""
    courriers = Courrier.objects.filter(dossier__contrat=contrat, lot__fictif=True)
    Travail.objects.filter(nom=PREVENIR_DU_COURRIER, cible_id__in=courriers.values("pk")).delete()


def _courrier(lot: LotDeCourriers, dossier: Dossier, demandes: list[DemandeFinancement], par: Auteur) -> Courrier:
    """One letter as it left on the day of the notification, with its PDF."""
    modele = modele_a_utiliser(dossier.contrat, lot.financeur, GenreCourrier.OCTROI, par=par, le=lot.ouvert_le)
    texte = rediger(texte_du(modele), valeurs_du_courrier(dossier, demandes, lot.financeur, lot.acte))
    notifie_le = demandes[0].notifie_le
    assert notifie_le is not None
    courrier = Courrier(
        lot=lot,
        dossier=dossier,
        modele=modele,
        genre=GenreCourrier.OCTROI,
        etat=EtatCourrier.ENVOYE,
        reference=f"{dossier.numero}-{lot.financeur.nom_court}",
        objet=texte.objet,
        corps=texte.corps,
        qualite=texte.qualite,
        redige_le=lot.ouvert_le,
        montant=sum(d.montant_vote or 0 for d in demandes),
        envoye_le=a_l_heure(notifie_le, 10),
    )
    adresse = adresses_de([dossier.porteur_id]).get(dossier.porteur_id, ())
    courrier.pdf = fichiers.ranger(
        produire_le_pdf(lettre(courrier, demandes, le=localdate(courrier.envoye_le), adresse=adresse)),
        nom=f"courrier-{courrier.reference}.pdf",
        type_mime="application/pdf",
        depose_par=par.utilisateur,
    )
    courrier.save()
    courrier.demandes.set(demandes)
    return courrier


def _ouvrir_les_refus(monde: Monde, campagne: Campagne, par: Auteur) -> None:
    """The refusals that nobody has told yet, opened yesterday."""
    le = _le(monde, 1)
    lot = LotDeCourriers(
        campagne=campagne, financeur=par.organisme, ouvert_le=le, ouvert_par=par.utilisateur, fictif=True
    )
    numeros = list(du_lot(lot).order_by("dossier__numero").values_list("dossier", flat=True).distinct()[:A_RELIRE])
    if not numeros:
        return
    lot.save()
    for dossier in Dossier.objects.filter(pk__in=numeros).order_by("numero"):
        ouvrir_le_courrier(lot, dossier, par=par, le=le)
