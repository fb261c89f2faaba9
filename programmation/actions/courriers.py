"""Letters of a funder: opened from its decisions, read again, sent with their PDF; the porteur is notified by them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.text import slugify
from django.utils.timezone import localdate

from acteurs.models import Organisme
from commun import fichiers
from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte, RevisionDepassee
from commun.journal import inscrire
from commun.models import Travail
from commun.permissions import verifier
from commun.travaux import planifier
from contrats.models import ActeDecision
from contrats.notifications import envoyer as expedier

from ..etats import EtatCourrier, EtatDemande, GenreCourrier
from ..lectures.courriers import (
    ENVOYER_LES_COURRIERS,
    OUVRIR_LES_COURRIERS,
    PREVENIR_DU_COURRIER,
    adresses_de,
    demandes_du_courrier,
    du_lot,
    genre_de,
    lettre,
    modele_lu,
    rangees,
    texte_du,
    valeurs_du_courrier,
)
from ..lectures.destinataires import adresse_de, destinataires_du_porteur
from ..models import Campagne, Courrier, DemandeFinancement, Dossier, LotDeCourriers
from ..notifications.courriers import courriel_du_courrier
from ..permissions import peut_acter, peut_ecrire_le_courrier
from ..rapports.courrier import rediger as produire_le_pdf
from ..regles.courriers import rediger
from .actes import notifier
from .ecriture import ZERO, motif_donne, verrouiller_dossier
from .modeles_courriers import modele_a_utiliser

OBJET_AU_PLUS, CORPS_AU_PLUS, QUALITE_AU_PLUS = 300, 10_000, 250


# --- Opening ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def ouvrir_les_courriers(
    campagne: Campagne, financeur: Organisme, *, acte: ActeDecision | None, par: Auteur, le: datetime
) -> LotDeCourriers:
    """Open the lot of an act's letters, or of the refusals and postponements taken without one; a job writes them.

    Raises:
        RegleEnfreinte: the act is another funder's, or nothing awaits a letter.
    """
    verifier(peut_acter(par, campagne.contrat, financeur))
    if acte is not None and (acte.organisme_id != financeur.pk or acte.contrat_id != campagne.contrat_id):
        raise RegleEnfreinte(f"L’acte doit être celui {financeur.de_nom}, dans ce contrat.")
    lot = LotDeCourriers(
        campagne=campagne,
        financeur=financeur,
        acte=acte,
        ouvert_le=le,
        ouvert_par=par.utilisateur,
        fictif=campagne.fictif,
    )
    numeros = list(du_lot(lot).order_by("dossier__numero").values_list("dossier__numero", flat=True).distinct())
    if not numeros:
        raise RegleEnfreinte("Chaque décision a déjà son courrier : il n’y en a pas d’autre à ouvrir.")
    for genre in GenreCourrier:
        modele_a_utiliser(campagne.contrat, financeur, genre, par=par, le=le)
    lot.save()
    auteur = par.au_nom_de(financeur)
    inscrire(
        lot,
        acte="ouvrir",
        libelle="Courriers ouverts",
        par=auteur,
        le=le,
        apres={"acte": str(acte) if acte else "", "dossiers": len(numeros)},
    )
    planifier(OUVRIR_LES_COURRIERS, cible=lot, parametres={"numeros": numeros} | _organisme(par), par=par)
    return lot


@transaction.atomic
def ouvrir_le_courrier(lot: LotDeCourriers, dossier: Dossier, *, par: Auteur, le: datetime) -> Courrier | None:
    """Write the letter of one file from the template in force; None when its rows have their letter already."""
    dossier = _tenir(dossier)
    demandes = rangees(du_lot(lot).filter(dossier=dossier))
    if not demandes:
        return None
    genre = genre_de(demandes)
    modele = modele_lu(dossier.contrat, lot.financeur, genre).modele
    assert modele is not None  # made with the lot
    texte = rediger(texte_du(modele), valeurs_du_courrier(dossier, demandes, lot.financeur, lot.acte))
    courrier = Courrier(
        lot=lot,
        dossier=dossier,
        modele=modele,
        genre=genre,
        reference=_reference(dossier, lot.financeur),
        objet=texte.objet[:OBJET_AU_PLUS],
        corps=texte.corps,
        qualite=texte.qualite[:QUALITE_AU_PLUS],
        montant=_montant(demandes),
    )
    verifier(peut_ecrire_le_courrier(par, courrier))
    with contraintes_en_francais(), transaction.atomic():
        courrier.save()
    courrier.demandes.set(demandes)
    inscrire(
        courrier,
        acte="ouvrir",
        libelle="Courrier ouvert",
        par=par.au_nom_de(lot.financeur),
        le=le,
        apres={"modele": modele.version, "montant": str(courrier.montant)},
    )
    return courrier


# --- Reading again ----------------------------------------------------------------------------------------------------
def empreinte(courrier: Courrier) -> str:
    """A mark of the text that its reader has before the eyes."""
    return hashlib.sha256("\0".join([courrier.objet, courrier.corps, courrier.qualite]).encode()).hexdigest()[:16]


@transaction.atomic
def corriger_le_courrier(
    courrier: Courrier, *, objet: str, corps: str, qualite: str, lue: str, par: Auteur, le: datetime
) -> Courrier:
    """Write this letter's own words; `lue` is the mark of the text that was read.

    Raises:
        RevisionDepassee: somebody else changed it since.
        RegleEnfreinte: a part is empty.
    """
    courrier = _verrouiller(courrier, par)
    if lue != empreinte(courrier):
        raise RevisionDepassee("Ce courrier a changé depuis que vous l’avez ouvert : relisez-le avant d’enregistrer.")
    champs = {
        "objet": " ".join(objet.split()),
        "corps": corps.replace("\r\n", "\n").strip(),
        "qualite": " ".join(qualite.split()),
    }
    for champ, valeur in champs.items():
        if not valeur:
            raise RegleEnfreinte("Ce texte est vide.", champ=champ)
    courrier.changer_etat("corriger", par=par.au_nom_de(courrier.lot.financeur), le=le, champs=champs)
    return courrier


@transaction.atomic
def valider_le_courrier(courrier: Courrier, *, par: Auteur, le: datetime) -> Courrier:
    """It was read again and may leave."""
    courrier = _verrouiller(courrier, par)
    verifier_les_decisions(courrier)
    courrier.changer_etat("valider", par=par.au_nom_de(courrier.lot.financeur), le=le)
    return courrier


@transaction.atomic
def relire_le_courrier(courrier: Courrier, *, par: Auteur, le: datetime) -> Courrier:
    """It does not leave yet: it is to be read again."""
    courrier = _verrouiller(courrier, par)
    courrier.changer_etat("relire", par=par.au_nom_de(courrier.lot.financeur), le=le)
    return courrier


@transaction.atomic
def annuler_le_courrier(courrier: Courrier, *, motif: str, par: Auteur, le: datetime) -> Courrier:
    """It will not leave; the decisions that it told await a letter again."""
    courrier = _verrouiller(courrier, par)
    courrier.changer_etat("annuler", par=par.au_nom_de(courrier.lot.financeur), le=le, motif=motif_donne(motif))
    return courrier


@transaction.atomic
def valider_les_courriers(courriers: Iterable[Courrier], *, par: Auteur, le: datetime) -> int:
    """Mark these letters ready, all or none; those that are no more to be read again stay as they are."""
    valides = 0
    for courrier in courriers:
        if courrier.etat == EtatCourrier.A_RELIRE:
            valider_le_courrier(courrier, par=par, le=le)
            valides += 1
    if not valides:
        raise RegleEnfreinte("Choisissez au moins un courrier à relire.")
    return valides


# --- Sending ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def envoyer_le_lot(lot: LotDeCourriers, *, par: Auteur, le: datetime) -> Travail:
    """Plan the sending of the letters that are ready: one job for the funder, one transaction per letter."""
    verifier(peut_acter(par, lot.campagne.contrat, lot.financeur))
    lot = LotDeCourriers.objects.select_for_update(of=("self",)).select_related("campagne__contrat").get(pk=lot.pk)
    prets = Courrier.objects.visibles_par(par, lot.campagne.contrat).filter(lot=lot, etat=EtatCourrier.PRET)
    courriers = list(prets.order_by("dossier__numero").values_list("pk", flat=True))
    if not courriers:
        raise RegleEnfreinte("Aucun courrier n’est prêt : relisez-les, puis marquez-les prêts.")
    inscrire(lot, acte="envoyer", libelle="Envoi demandé", par=par, le=le, apres={"courriers": len(courriers)})
    return planifier(ENVOYER_LES_COURRIERS, cible=lot, parametres={"courriers": courriers} | _organisme(par), par=par)


@transaction.atomic
def envoyer_le_courrier(courrier: Courrier, *, par: Auteur, le: datetime) -> Courrier:
    """Make the PDF and keep it, notify the decisions that it tells, plan its e-mails: whole or not at all.

    Raises:
        RegleEnfreinte: a decision changed since the letter was opened.
    """
    courrier = _verrouiller(courrier, par)
    courrier.verifier_transition("envoyer")
    demandes = verifier_les_decisions(courrier)
    jour = localdate(le)
    adresse = adresses_de([courrier.dossier.porteur_id]).get(courrier.dossier.porteur_id, ())
    pdf = fichiers.ranger(
        produire_le_pdf(lettre(courrier, demandes, le=jour, adresse=adresse)),
        nom=f"courrier-{courrier.reference}.pdf",
        type_mime="application/pdf",
        depose_par=par.utilisateur,
    )
    auteur = par.au_nom_de(courrier.lot.financeur)
    courrier.changer_etat("envoyer", par=auteur, le=le, champs={"pdf": pdf, "envoye_le": le})
    for demande in demandes:
        if demande.etat in (EtatDemande.VOTEE, EtatDemande.REFUSEE):
            notifier(demande, jour=jour, par=auteur, le=le, prevenir=False)  # the letter tells it
    _prevenir(courrier)
    return courrier


def verifier_les_decisions(courrier: Courrier) -> list[DemandeFinancement]:
    """The rows that the letter tells, in order; they still say what it says. The caller holds the file.

    Raises:
        RegleEnfreinte: one was rectified, notified otherwise or changed since the letter was opened.
    """
    demandes = demandes_du_courrier(courrier)
    tenues = all(
        (demande.etat == EtatDemande.VOTEE and demande.acte_id == courrier.lot.acte_id)
        or demande.etat in (EtatDemande.REFUSEE, EtatDemande.AJOURNEE)
        for demande in demandes
    )
    deja = any(demande.notifie_le is not None for demande in demandes)
    if not tenues or deja or genre_de(demandes) != courrier.genre or _montant(demandes) != courrier.montant:
        raise RegleEnfreinte(
            "Une décision a changé depuis l’ouverture de ce courrier : annulez-le, puis ouvrez-en un autre.",
            code="decision_changee",
        )
    return demandes


def expedier_le_courrier(rangee: Travail) -> bool:
    """Send one e-mail of a letter, to a person or to the porteur's own address; False when there is nobody any more."""
    assert rangee.cible_id is not None  # planned for a letter
    courrier = Courrier.objects.select_related(
        "dossier__contrat", "dossier__campagne", "dossier__porteur", "lot__financeur", "pdf"
    ).get(pk=rangee.cible_id)
    if not (adresse := adresse_de(courrier.dossier, rangee.parametres["personne"])):
        return False
    expedier(courriel_du_courrier(courrier, adresse))
    return True


def _prevenir(courrier: Courrier) -> None:
    """One e-mail to each person of the porteur, else to its own address; nobody, and the letter goes by post.

    The letter changes state in the same transaction, once: its jobs need no key of their own.
    """
    for personne in destinataires_du_porteur(courrier.dossier):
        planifier(PREVENIR_DU_COURRIER, cible=courrier, parametres={"personne": personne})


# --- What they share --------------------------------------------------------------------------------------------------
def _verrouiller(courrier: Courrier, par: Auteur) -> Courrier:
    """Lock the file first, then the letter, as every act does; ask the right on it as it stands."""
    Dossier.objects.select_for_update(of=("self",)).get(pk=courrier.dossier_id)
    courrier = (
        Courrier.objects.select_for_update(of=("self",))
        .select_related(
            "dossier__contrat", "dossier__campagne", "dossier__porteur", "lot__financeur", "lot__acte", "lot__campagne"
        )
        .get(pk=courrier.pk)
    )
    verifier(peut_ecrire_le_courrier(par, courrier))
    return courrier


def _tenir(dossier: Dossier) -> Dossier:
    verrouiller_dossier(dossier)
    return Dossier.objects.select_related("contrat", "campagne", "porteur", "instructeur").get(pk=dossier.pk)


def _montant(demandes: Iterable[DemandeFinancement]) -> Decimal:
    return sum((demande.montant_vote or ZERO for demande in demandes), ZERO)


def _reference(dossier: Dossier, financeur: Organisme) -> str:
    """« 2026-0042-CAPH », then « -2 » for the funder's second letter about the file."""
    reference = f"{dossier.numero}-{slugify(financeur.nom_court).upper()[:24].rstrip('-')}"
    deja = Courrier.objects.filter(dossier=dossier, reference__startswith=reference).count()
    return f"{reference}-{deja + 1}" if deja else reference


def _organisme(par: Auteur) -> dict[str, int | None]:
    return {"organisme": par.organisme.pk if par.organisme else None}
