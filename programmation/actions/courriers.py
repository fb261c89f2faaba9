"""Letters of a funder: opened from its decisions, read again, sent with their PDF, printed; they notify the porteur."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.timezone import localdate

from acteurs.models import Organisme
from commun import fichiers
from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte, RevisionDepassee
from commun.journal import inscrire
from commun.models import EtatTravail, Fichier, Travail
from commun.permissions import verifier
from commun.travaux import Suivi, planifier, relancer
from contrats.models import ActeDecision, Contrat
from contrats.notifications import envoyer as expedier

from ..etats import EtatCourrier, EtatDemande, GenreCourrier
from ..lectures.courriers import (
    CHANGER_LES_COURRIERS,
    ENVOYER_LES_COURRIERS,
    IMPRIMER_LES_COURRIERS,
    OUVRIR_LES_COURRIERS,
    PREVENIR_DU_COURRIER,
    Entourage,
    annoncables,
    demandes_du_courrier,
    du_lot,
    empechement,
    entourages,
    genre_de,
    lettre,
    modele_lu,
    rangees,
    texte_du,
    valeurs_du_courrier,
    valeurs_suivies,
)
from ..lectures.destinataires import adresse_de
from ..models import Campagne, Courrier, DemandeFinancement, Dossier, LotDeCourriers, ModeleCourrier
from ..notifications.courriers import courriel_du_courrier
from ..permissions import peut_acter, peut_ecrire_le_courrier
from ..rapports.courrier import assembler
from ..rapports.courrier import rediger as produire_le_pdf
from ..regles.courriers import rediger
from .actes import notifier_par_courrier
from .ecriture import ZERO, motif_donne, tenir_le_dossier
from .modeles_courriers import modele_a_utiliser

OBJET_AU_PLUS, CORPS_AU_PLUS, QUALITE_AU_PLUS = 300, 10_000, 250


# --- Opening ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def ouvrir_les_courriers(
    campagne: Campagne, financeur: Organisme, *, acte: ActeDecision | None, par: Auteur, le: datetime
) -> LotDeCourriers:
    """Open the lot of an act's letters, or of the refusals and postponements taken without one; a job writes them.

    Asked twice, while that job is not done, it is the same lot.

    Raises:
        RegleEnfreinte: the act is another funder's, or nothing awaits a letter.
    """
    verifier(peut_acter(par, campagne.contrat, financeur))
    if acte is not None and (acte.organisme_id != financeur.pk or acte.contrat_id != campagne.contrat_id):
        raise RegleEnfreinte(f"L’acte doit être celui {financeur.de_nom}, dans ce contrat.")
    Campagne.objects.select_for_update(no_key=True, of=("self",)).get(pk=campagne.pk)  # one opening at a time
    if (ouvert := _lot_en_redaction(campagne, financeur, acte)) is not None:
        return ouvert
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
    courrier = Courrier(
        lot=lot,
        dossier=dossier,
        reference=_reference(dossier, lot.financeur),
        **_redaction(dossier, demandes, lot, le=le),
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
        apres={"modele": courrier.modele.version, "montant": str(courrier.montant)},
    )
    return courrier


def _redaction(
    dossier: Dossier, demandes: list[DemandeFinancement], lot: LotDeCourriers, *, le: datetime
) -> dict[str, Any]:
    """The columns of a letter that tells these rows by the template in force, with what it will be compared to."""
    genre = genre_de(demandes)
    modele = modele_lu(dossier.contrat, lot.financeur, genre).modele
    assert isinstance(modele, ModeleCourrier)  # made with the lot
    valeurs = valeurs_du_courrier(dossier, demandes, lot.financeur, lot.acte)
    texte = rediger(texte_du(modele), valeurs)
    return {
        "modele": modele,
        "genre": genre,
        "objet": texte.objet[:OBJET_AU_PLUS],
        "corps": texte.corps,
        "qualite": texte.qualite[:QUALITE_AU_PLUS],
        "redige_le": le,
        "montant": _montant(demandes),
        "valeurs": valeurs_suivies(valeurs, demandes),
    }


def _lot_en_redaction(campagne: Campagne, financeur: Organisme, acte: ActeDecision | None) -> LotDeCourriers | None:
    """The lot of these letters that is still being written."""
    lots = LotDeCourriers.objects.filter(campagne=campagne, financeur=financeur, acte=acte)
    en_cours = _en_cours(OUVRIR_LES_COURRIERS).filter(cible_id__in=lots.values("pk")).order_by("cree_le").first()
    return lots.get(pk=en_cours.cible_id) if en_cours else None


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
def reecrire_le_courrier(courrier: Courrier, *, par: Auteur, le: datetime) -> Courrier:
    """Write it again from the template in force, as the decisions stand; the words typed by hand stay in the journal.

    Raises:
        RegleEnfreinte: none of its decisions can be told by this letter any more.
    """
    courrier = _verrouiller(courrier, par)
    lot, dossier = courrier.lot, courrier.dossier
    autres = Courrier.objects.vivants().filter(lot__financeur=lot.financeur, dossier=dossier).exclude(pk=courrier.pk)
    siennes = DemandeFinancement.objects.filter(courriers=courrier).pas_encore_dites(autres).select_related("dossier")
    sont_dites = [demande.pk for demande in annoncables(siennes, lot.acte_id)]
    nouvelles = list(du_lot(lot).filter(dossier=dossier).values_list("pk", flat=True))
    demandes = rangees(DemandeFinancement.objects.filter(pk__in=[*sont_dites, *nouvelles]))
    if not demandes:
        raise RegleEnfreinte("Plus aucune décision n’est à annoncer par ce courrier : annulez-le.")
    for genre in GenreCourrier:
        modele_a_utiliser(dossier.contrat, lot.financeur, genre, par=par, le=le)
    champs = _redaction(dossier, demandes, lot, le=le)
    courrier.changer_etat("reecrire", par=par.au_nom_de(lot.financeur), le=le, champs=champs)
    courrier.demandes.set(demandes)
    return courrier


@transaction.atomic
def annuler_le_courrier(courrier: Courrier, *, motif: str, par: Auteur, le: datetime) -> Courrier:
    """It will not leave; the decisions that it told await a letter again."""
    courrier = _verrouiller(courrier, par)
    courrier.changer_etat("annuler", par=par.au_nom_de(courrier.lot.financeur), le=le, motif=motif_donne(motif))
    return courrier


# What a job does to many letters of a lot, each in its own transaction.
CHANGEMENTS = {"valider": valider_le_courrier, "reecrire": reecrire_le_courrier}


@transaction.atomic
def changer_les_courriers(
    lot: LotDeCourriers, courriers: Collection[int], *, acte: str, par: Auteur, le: datetime
) -> Travail:
    """Plan to mark these letters ready, or to write them again: one job, one transaction and one answer per letter."""
    lot = _verrouiller_le_lot(lot, par)
    etats = Courrier.TRANSITIONS[acte].de
    vus = Courrier.objects.visibles_par(par, lot.campagne.contrat).filter(lot=lot, etat__in=etats)
    choisis = list(vus.filter(pk__in=courriers).order_by("dossier__numero").values_list("pk", flat=True))
    if not choisis:
        raise RegleEnfreinte("Choisissez au moins un courrier à relire.")
    travail, _ = _planifier_pour_le_lot(CHANGER_LES_COURRIERS, lot, choisis, par, acte=acte)
    return travail


def changement_fait(courrier: Courrier, acte: str) -> bool:
    """It stands as this change leaves it: done before the job was taken over, or by somebody else."""
    return acte == "valider" and courrier.etat in (EtatCourrier.PRET, EtatCourrier.ENVOYE)


# --- Sending ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def envoyer_le_lot(lot: LotDeCourriers, *, par: Auteur, le: datetime) -> Travail:
    """Plan the sending of the letters that are ready: one job for the funder, one transaction per letter.

    Letters that a job is sending are left to it: asked twice, it is the same.
    """
    lot = _verrouiller_le_lot(lot, par)
    prets = Courrier.objects.visibles_par(par, lot.campagne.contrat).filter(lot=lot, etat=EtatCourrier.PRET)
    courriers = list(prets.order_by("dossier__numero").values_list("pk", flat=True))
    if not courriers:
        raise RegleEnfreinte("Aucun courrier n’est prêt : relisez-les, puis marquez-les prêts.")
    travail, nouveau = _planifier_pour_le_lot(ENVOYER_LES_COURRIERS, lot, courriers, par)
    if nouveau:
        inscrire(
            lot,
            acte="envoyer",
            libelle="Envoi demandé",
            par=par.au_nom_de(lot.financeur),
            le=le,
            apres={"courriers": len(travail.parametres["courriers"])},
        )
    return travail


@transaction.atomic
def envoyer_le_courrier(
    courrier: Courrier, *, par: Auteur, le: datetime, entourage: Entourage | None = None
) -> Courrier:
    """Make the PDF and keep it, notify the decisions that it tells, plan its e-mails: whole or not at all.

    `entourage` was read a moment ago for many letters at once; None reads it for this one.

    Raises:
        RegleEnfreinte: a decision changed since the letter was opened.
    """
    courrier = _verrouiller(courrier, par)
    courrier.verifier_transition("envoyer")
    entourage = entourage or entourages(courrier.lot, [courrier])[courrier.pk]
    demandes = verifier_les_decisions(courrier, attribue=entourage.attribue)
    jour = localdate(le)
    pdf = fichiers.ranger(
        produire_le_pdf(lettre(courrier, demandes, le=jour, adresse=entourage.adresse)),
        nom=f"courrier-{courrier.reference}.pdf",
        type_mime="application/pdf",
        depose_par=par.utilisateur,
    )
    auteur = par.au_nom_de(courrier.lot.financeur)
    courrier.changer_etat("envoyer", par=auteur, le=le, champs={"pdf": pdf, "envoye_le": le})
    for demande in demandes:
        if demande.etat in (EtatDemande.VOTEE, EtatDemande.REFUSEE):
            notifier_par_courrier(demande, jour=jour, par=auteur, le=le)
    _prevenir(courrier, entourage.destinataires)
    return courrier


def verifier_les_decisions(
    courrier: Courrier, *, attribue: Mapping[int, Decimal] | None = None
) -> list[DemandeFinancement]:
    """The rows that the letter tells, in order; they still say what it says. The caller holds the file.

    `attribue` as in `valeurs_du_courrier`.

    Raises:
        RegleEnfreinte: one was rectified, notified otherwise, or says something else since the letter was written.
    """
    demandes = demandes_du_courrier(courrier)
    if phrase := empechement(courrier, demandes, attribue=attribue):
        raise RegleEnfreinte(phrase, code="decision_changee")
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


def _prevenir(courrier: Courrier, destinataires: Iterable[int | None]) -> None:
    """One e-mail to each person of the porteur, else to its own address; nobody, and the letter goes by post.

    The letter changes state in the same transaction, once: its jobs need no key of their own.
    """
    for personne in destinataires:
        planifier(PREVENIR_DU_COURRIER, cible=courrier, parametres={"personne": personne})


# --- Printing ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def imprimer_le_lot(lot: LotDeCourriers, *, par: Auteur, le: datetime) -> Travail:
    """Plan one document of the letters sent that this reader sees, to print them all; asked twice, it is the same job."""
    lot = LotDeCourriers.objects.select_for_update(of=("self",)).select_related("campagne__contrat").get(pk=lot.pk)
    envoyes = Courrier.objects.visibles_par(par, lot.campagne.contrat).filter(lot=lot, etat=EtatCourrier.ENVOYE)
    if not envoyes.exists():
        raise RegleEnfreinte("Aucun courrier n’est encore parti : il n’y a rien à imprimer.")
    siens = _en_cours(IMPRIMER_LES_COURRIERS).filter(
        cible_type=lot._meta.label_lower, cible_id=lot.pk, demande_par=par.utilisateur
    )
    return siens.first() or planifier(IMPRIMER_LES_COURRIERS, cible=lot, parametres=_organisme(par), par=par)


def produire_l_impression(lot: LotDeCourriers, suivi: Suivi, *, par: Auteur) -> dict[str, Any]:
    """Make that document and keep it in the place of the one made before for the same reader."""
    vus = Courrier.objects.visibles_par(par, lot.campagne.contrat).filter(lot=lot, etat=EtatCourrier.ENVOYE)
    courriers = list(vus.select_related("pdf").order_by("dossier__numero", "pk"))
    suivi.etape(1, 1, "Assemblage des courriers", total=len(courriers))
    octets = assembler([courrier.pdf for courrier in courriers if courrier.pdf], avancer=suivi.avancer)
    anciens = Travail.objects.filter(
        nom=IMPRIMER_LES_COURRIERS,
        cible_type=lot._meta.label_lower,
        cible_id=lot.pk,
        demande_par=suivi.travail.demande_par,
        etat=EtatTravail.FAIT,
    )
    with transaction.atomic():
        suivi.verifier()
        Fichier.objects.filter(pk__in=[ancien.resultat["fichier"] for ancien in anciens]).delete()
        fichier = fichiers.ranger(
            octets,
            nom=f"courriers-{lot.financeur_id}-{lot.pk}.pdf",
            type_mime="application/pdf",
            depose_par=suivi.travail.demande_par,
        )
    return {"fichier": fichier.pk, "courriers": [courrier.pk for courrier in courriers]}


# --- Starting again ---------------------------------------------------------------------------------------------------
def recommencer_un_travail(travail: Travail, contrat: Contrat, financeur: Organisme, *, par: Auteur) -> None:
    """Start again a job of this funder's acts or letters that failed; what it had done counts as done."""
    verifier(peut_acter(par, contrat, financeur))
    relancer(travail)


# --- What they share --------------------------------------------------------------------------------------------------
def _verrouiller(courrier: Courrier, par: Auteur) -> Courrier:
    """Lock the file first, then the letter, as every act does; ask the right on it as it stands."""
    tenir_le_dossier(courrier.dossier_id)
    courrier = (
        Courrier.objects.select_for_update(of=("self",))
        .select_related(
            "dossier__contrat",
            "dossier__campagne",
            "dossier__porteur",
            "dossier__instructeur",
            "lot__financeur",
            "lot__acte",
            "lot__campagne",
        )
        .get(pk=courrier.pk)
    )
    verifier(peut_ecrire_le_courrier(par, courrier))
    return courrier


def _tenir(dossier: Dossier) -> Dossier:
    tenir_le_dossier(dossier.pk)
    return Dossier.objects.select_related("contrat", "campagne", "porteur", "instructeur").get(pk=dossier.pk)


def _montant(demandes: Iterable[DemandeFinancement]) -> Decimal:
    return sum((demande.montant_vote or ZERO for demande in demandes), ZERO)


def _reference(dossier: Dossier, financeur: Organisme) -> str:
    """« 2026-0042-CAPH », then « -2 » for the funder's second letter about the file."""
    reference = f"{dossier.numero}-{slugify(financeur.nom_court).upper()[:24].rstrip('-')}"
    prises = set(Courrier.objects.filter(dossier=dossier).values_list("reference", flat=True))
    suites = (f"{reference}-{rang}" for rang in range(2, len(prises) + 3))
    return next(libre for libre in (reference, *suites) if libre not in prises)


def _verrouiller_le_lot(lot: LotDeCourriers, par: Auteur) -> LotDeCourriers:
    """The lot's row, locked: its jobs are planned one at a time."""
    verifier(peut_acter(par, lot.campagne.contrat, lot.financeur))
    lots = LotDeCourriers.objects.select_for_update(of=("self",)).select_related("campagne__contrat", "financeur")
    return lots.get(pk=lot.pk)


def _planifier_pour_le_lot(
    nom: str, lot: LotDeCourriers, courriers: list[int], par: Auteur, **suite: Any
) -> tuple[Travail, bool]:
    """A job for those that none of its kind is about to do, and True; asked twice, the same job, and False."""
    en_cours = _en_cours(nom).filter(cible_type=lot._meta.label_lower, cible_id=lot.pk).order_by("cree_le")
    memes = [travail for travail in en_cours if suite.items() <= travail.parametres.items()]
    pris = {pk for travail in memes for pk in travail.parametres["courriers"]}
    restent = [pk for pk in courriers if pk not in pris]
    if not restent:
        return memes[-1], False
    return planifier(nom, cible=lot, parametres={"courriers": restent} | suite | _organisme(par), par=par), True


def _en_cours(nom: str) -> Any:
    return Travail.objects.filter(nom=nom, etat__in=(EtatTravail.A_FAIRE, EtatTravail.EN_COURS))


def _organisme(par: Auteur) -> dict[str, int | None]:
    return {"organisme": par.organisme.pk if par.organisme else None}
