"""Envelopes: opened, notified, moved, overrun, and how a request takes from one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Sum
from django.utils.timezone import localdate

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.fichiers import recevoir
from commun.journal import inscrire
from commun.models import Travail
from commun.permissions import verifier
from commun.travaux import planifier
from commun.typographie import euros
from contrats.models import Contrat
from contrats.notifications import envoyer

from ..lectures.affectation import chefs_du_contrat
from ..lectures.enveloppes import verifier_enveloppes
from ..models import DemandeFinancement, Dispositif, Enveloppe, GenreMouvement, MouvementEnveloppe
from ..notifications.enveloppes import courriel_d_ecarts
from ..permissions import peut_gerer_enveloppes
from .ecriture import ZERO, motif_donne

# What a person may record by hand, and its sign; the other kinds come with an act of their own.
PREVENIR_D_UN_ECART = "programmation.prevenir_d_un_ecart"
SENS_DU_MOUVEMENT = {GenreMouvement.ABONDEMENT: 1, GenreMouvement.REDUCTION: -1}


@transaction.atomic
def ouvrir_enveloppe(
    contrat: Contrat,
    *,
    financeur: Organisme,
    annee: int,
    dispositif: Dispositif,
    nature: str,
    montant: Decimal,
    par: Auteur,
    le: datetime,
    motif: str = "",
    section: str = "",
) -> Enveloppe:
    """Open an envelope for what a funder is expected to give in `annee`, in euros.

    Its section is the scheme's, where its requests take from, unless the funder gave the other one: money that waits there
    to be moved (`redeployer`), which pays no request and counts none.

    Raises:
        RegleEnfreinte: it exists already, or the amount is negative.
    """
    verifier(peut_gerer_enveloppes(par, contrat))
    return _ouvrir(
        Enveloppe(
            contrat=contrat,
            financeur=financeur,
            annee=annee,
            dispositif=dispositif,
            nature=nature,
            section=section or dispositif.section,
            montant=montant,
        ),
        motif=motif.strip() or "Montant attendu",
        par=par,
        le=le,
    )


@transaction.atomic
def reconduire_enveloppes(contrat: Contrat, annee: int, *, par: Auteur, le: datetime) -> list[Enveloppe]:
    """Open as expected, for `annee`, each envelope of the year before that is not open yet, with that year's amount.

    A campaign has some thirty envelopes: no job is needed.
    """
    verifier(peut_gerer_enveloppes(par, contrat))
    cle = ("financeur_id", "dispositif_id", "nature", "section")
    ouvertes = set(Enveloppe.objects.filter(contrat=contrat, annee=annee).values_list(*cle))
    avant = Enveloppe.objects.filter(contrat=contrat, annee=annee - 1).order_by("pk")
    a_ouvrir = [e for e in avant if tuple(getattr(e, champ) for champ in cle) not in ouvertes]
    if not a_ouvrir:
        raise RegleEnfreinte(f"Aucune enveloppe de {annee - 1} ne reste à reprendre en {annee}.")
    return [
        _ouvrir(
            Enveloppe(
                contrat=contrat,
                annee=annee,
                montant=modele.montant,
                fictif=modele.fictif,
                **{champ: getattr(modele, champ) for champ in cle},
            ),
            motif=f"Montant de {annee - 1} repris",
            par=par,
            le=le,
        )
        for modele in a_ouvrir
    ]


@transaction.atomic
def notifier_enveloppe(
    enveloppe: Enveloppe,
    *,
    montant: Decimal,
    jour: date,
    reference: str,
    par: Auteur,
    le: datetime,
    lettre: tuple[str, bytes] | None = None,
    attendu: Decimal | None = None,
) -> Enveloppe:
    """Record what the funder has notified: the whole amount, in euros, the day and the reference of its letter.

    `lettre` is the letter itself (name, content). The difference with what was expected is a movement. `attendu` is the
    amount that its author has read: moved since, the letter is compared again before it replaces what was recorded.
    """
    enveloppe = _verrouiller(enveloppe)
    verifier(peut_gerer_enveloppes(par, enveloppe.contrat))
    enveloppe.verifier_transition("notifier")
    if attendu is not None and attendu != enveloppe.montant:
        raise RegleEnfreinte(
            f"L’enveloppe est passée de {euros(attendu)} à {euros(enveloppe.montant)} depuis votre lecture : vérifiez que "
            "le montant notifié comprend ce mouvement, puis enregistrez de nouveau.",
            champ="montant",
            code="enveloppe_modifiee",
        )
    _verifier_passe(jour, le)
    if not reference.strip():
        raise RegleEnfreinte("Donnez la référence de la lettre, ou du courriel, qui notifie.", champ="reference")
    ecart = montant - enveloppe.montant
    _verifier_couverte(enveloppe, montant)
    piece = None
    if lettre is not None:
        piece = recevoir(lettre[1], nom=lettre[0], champ="lettre", depose_par=par.utilisateur)
    with contraintes_en_francais(), transaction.atomic():
        enveloppe.changer_etat(
            "notifier",
            par=par,
            le=le,
            champs={"montant": montant, "notifiee_le": jour, "reference": reference.strip(), "lettre": piece},
        )
    _noter(enveloppe, GenreMouvement.NOTIFICATION, ecart, reference.strip(), jour)
    return enveloppe


@transaction.atomic
def revenir_sur_la_notification(enveloppe: Enveloppe, *, motif: str, par: Auteur, le: datetime) -> Enveloppe:
    """A notification entered by mistake: the envelope is expected again, and what the letter had changed comes off."""
    enveloppe = _verrouiller(enveloppe)
    verifier(peut_gerer_enveloppes(par, enveloppe.contrat))
    enveloppe.verifier_transition("revenir")
    motif = motif_donne(motif)
    notifie = enveloppe.mouvements.filter(genre=GenreMouvement.NOTIFICATION).aggregate(n=Sum("montant"))["n"] or ZERO
    attendu = enveloppe.montant - notifie
    _verifier_couverte(enveloppe, attendu, champ="motif")
    with contraintes_en_francais(), transaction.atomic():
        enveloppe.changer_etat(
            "revenir",
            par=par,
            le=le,
            motif=motif,
            champs={"montant": attendu, "notifiee_le": None, "reference": "", "lettre": None},
        )
    _noter(enveloppe, GenreMouvement.NOTIFICATION, -notifie, f"Notification annulée : {motif}", localdate(le))
    return enveloppe


@transaction.atomic
def mouvementer_enveloppe(
    enveloppe: Enveloppe, *, genre: str, montant: Decimal, motif: str, jour: date, par: Auteur, le: datetime
) -> Enveloppe:
    """Raise (abondement) or lower (réduction) an envelope by `montant` euros on `jour`."""
    enveloppe = _verrouiller(enveloppe)
    verifier(peut_gerer_enveloppes(par, enveloppe.contrat))
    motif = motif_donne(motif)
    if montant <= 0:
        raise RegleEnfreinte(
            "Un mouvement est supérieur à 0 : son genre dit s’il augmente ou diminue.", champ="montant"
        )
    mouvement = GenreMouvement(genre)
    _deplacer_le_montant(enveloppe, SENS_DU_MOUVEMENT[mouvement] * montant, mouvement, motif, jour, par=par, le=le)
    return enveloppe


@transaction.atomic
def redeployer(
    enveloppe: Enveloppe, *, vers: Enveloppe, montant: Decimal, motif: str, jour: date, par: Auteur, le: datetime
) -> tuple[Enveloppe, Enveloppe]:
    """Move `montant` euros from an envelope to another of the same funder and year: two movements, or none."""
    # Locked in one order: two opposite moves never wait for each other.
    verrouillees = {
        e.pk: e
        for e in Enveloppe.objects.select_for_update(of=("self",))
        .filter(pk__in=[enveloppe.pk, vers.pk])
        .select_related("contrat", "financeur", "dispositif")
        .order_by("pk")
    }
    de, vers = verrouillees[enveloppe.pk], verrouillees[vers.pk]
    verifier(peut_gerer_enveloppes(par, de.contrat))
    if de.pk == vers.pk or (de.contrat_id, de.financeur_id, de.annee) != (
        vers.contrat_id,
        vers.financeur_id,
        vers.annee,
    ):
        raise RegleEnfreinte("Choisissez une autre enveloppe du même financeur, la même année.", champ="vers")
    motif = motif_donne(motif)
    if montant <= 0:
        raise RegleEnfreinte("Le montant redéployé est supérieur à 0.", champ="montant")
    genre = GenreMouvement.REDEPLOIEMENT
    _deplacer_le_montant(de, -montant, genre, motif, jour, par=par, le=le, contrepartie=vers)
    _deplacer_le_montant(vers, montant, genre, motif, jour, par=par, le=le, contrepartie=de)
    return de, vers


@transaction.atomic
def autoriser_depassement(
    enveloppe: Enveloppe, *, montant: Decimal, motif: str, par: Auteur, le: datetime
) -> Enveloppe:
    """Allow an envelope to be exceeded by `montant` euros, signed by the author with a reason (S-19)."""
    enveloppe = _verrouiller(enveloppe)
    verifier(peut_gerer_enveloppes(par, enveloppe.contrat))
    if montant < 0:
        raise RegleEnfreinte("Un dépassement autorisé n’est pas négatif.", champ="montant")
    avant = {"depassement_autorise": str(enveloppe.depassement_autorise)}
    motif = motif_donne(motif)
    enveloppe.depassement_autorise, enveloppe.motif_depassement = montant, motif
    with contraintes_en_francais(), transaction.atomic():
        enveloppe.save(update_fields=["depassement_autorise", "motif_depassement"])
    inscrire(
        enveloppe,
        acte="autoriser_depassement",
        libelle="Dépassement autorisé",
        par=par,
        le=le,
        motif=motif,
        avant=avant,
        apres={"depassement_autorise": str(montant)},
    )
    return enveloppe


def prevenir_des_ecarts(contrats: Collection[int], *, le: datetime) -> int:
    """Plan one e-mail, once a day, to each person who keeps the envelopes of these contracts; how many."""
    personnes = [
        (contrat, personne)
        for contrat in Contrat.objects.filter(pk__in=contrats).order_by("pk")
        for personne in chefs_du_contrat(contrat)
    ]
    for contrat, personne in personnes:
        planifier(
            PREVENIR_D_UN_ECART,
            cible=contrat,
            parametres={"personne": personne.pk},
            cle=f"{PREVENIR_D_UN_ECART}:{contrat.pk}:{personne.pk}:{localdate(le):%Y-%m-%d}",
        )
    return len(personnes)


def expedier_les_ecarts(rangee: Travail) -> bool:
    """Send one of these e-mails; False when all adds up again, or when the person no longer keeps the envelopes."""
    assert rangee.cible_id is not None  # planned for a contract
    contrat = Contrat.objects.get(pk=rangee.cible_id)
    personne = next((p for p in chefs_du_contrat(contrat) if p.pk == rangee.parametres["personne"]), None)
    ecarts = verifier_enveloppes(contrat)
    if personne is None or not ecarts:
        return False
    envoyer(courriel_d_ecarts(contrat, ecarts[0].annee, [str(ecart) for ecart in ecarts], personne))
    return True


def enveloppe_de(demande: DemandeFinancement) -> Enveloppe:
    """The envelope that a request takes from: same funder, year, scheme and nature, in the scheme's section."""
    if demande.enveloppe is not None:
        return demande.enveloppe
    enveloppe = (
        Enveloppe.objects.filter(
            contrat=demande.dossier.contrat,
            financeur=demande.financeur,
            annee=demande.dossier.campagne.annee,
            dispositif=demande.dispositif,
            nature=demande.nature,
            section=demande.dispositif.section,
        )
        .select_related("financeur")
        .first()
    )
    if enveloppe is None:
        nom = demande.financeur.le_nom
        raise RegleEnfreinte(
            f"{nom[:1].upper()}{nom[1:]} n’a pas d’enveloppe {demande.dossier.campagne.annee} pour "
            f"« {demande.dispositif} » en {demande.get_nature_display().lower()}, section "
            f"{demande.dispositif.get_section_display().lower()} : ouvrez-la d’abord."
        )
    return enveloppe


def deplacer(enveloppe: Enveloppe | None, *, programme: Decimal = ZERO, vote: Decimal = ZERO) -> None:
    """Spend by one conditional UPDATE; the CHECK of the table is the second belt (docs/adr/0004)."""
    if enveloppe is None:
        return
    pris = Enveloppe.objects.filter(
        pk=enveloppe.pk,
        montant__gte=F("montant_programme") + F("montant_vote") - F("depassement_autorise") + programme + vote,
    ).update(montant_programme=F("montant_programme") + programme, montant_vote=F("montant_vote") + vote)
    if not pris:
        enveloppe.refresh_from_db()
        raise RegleEnfreinte(
            f"L’enveloppe {enveloppe.annee} {enveloppe.financeur.de_nom} ne laisse que "
            f"{euros(enveloppe.disponible)} : il en faut {euros(programme + vote)}. "
            "Réduisez le montant ou autorisez un dépassement.",
            code="enveloppe_insuffisante",
        )


# --- Inside ----------------------------------------------------------------------------------------------------------


def _verrouiller(enveloppe: Enveloppe) -> Enveloppe:
    """The envelope as it stands now: neither another movement nor a decision changes it until the transaction ends."""
    lues = Enveloppe.objects.select_for_update(of=("self",)).select_related("contrat", "financeur", "dispositif")
    return lues.get(pk=enveloppe.pk)


def _ouvrir(enveloppe: Enveloppe, *, motif: str, par: Auteur, le: datetime) -> Enveloppe:
    with contraintes_en_francais(), transaction.atomic():
        enveloppe.save(force_insert=True)
    _noter(enveloppe, GenreMouvement.ATTENDU, enveloppe.montant, motif, localdate(le))
    inscrire(
        enveloppe,
        acte="ouvrir_enveloppe",
        libelle="Enveloppe ouverte",
        par=par,
        le=le,
        motif=motif,
        apres={"montant": str(enveloppe.montant)},
    )
    return enveloppe


def _deplacer_le_montant(
    enveloppe: Enveloppe,
    montant: Decimal,
    genre: GenreMouvement,
    motif: str,
    jour: date,
    *,
    par: Auteur,
    le: datetime,
    contrepartie: Enveloppe | None = None,
) -> None:
    _verifier_passe(jour, le)
    avant = {"montant": str(enveloppe.montant)}
    _verifier_couverte(enveloppe, enveloppe.montant + montant)
    enveloppe.montant += montant
    with contraintes_en_francais(), transaction.atomic():
        enveloppe.save(update_fields=["montant"])
    _noter(enveloppe, genre, montant, motif, jour, contrepartie)
    inscrire(
        enveloppe,
        acte=f"enveloppe_{genre}",
        libelle=genre.label if contrepartie is None else f"{genre.label} : {contrepartie}",
        par=par,
        le=le,
        motif=motif,
        avant=avant,
        apres={"montant": str(enveloppe.montant)},
    )


def _noter(
    enveloppe: Enveloppe,
    genre: GenreMouvement,
    montant: Decimal,
    motif: str,
    jour: date,
    contrepartie: Enveloppe | None = None,
) -> None:
    MouvementEnveloppe.objects.create(
        enveloppe=enveloppe,
        genre=genre,
        le=jour,
        montant=montant,
        motif=motif[:250],
        contrepartie=contrepartie,
        fictif=enveloppe.fictif,
    )


def _verifier_passe(jour: date, le: datetime) -> None:
    if jour > localdate(le):
        raise RegleEnfreinte("Cette date est à venir : enregistrez le mouvement une fois connu.", champ="jour")


def _verifier_couverte(enveloppe: Enveloppe, montant: Decimal, *, champ: str = "montant") -> None:
    """With this amount, what is programmed and voted stays covered; the table's CHECK says the same to all others."""
    pris = enveloppe.montant_programme + enveloppe.montant_vote
    if montant < 0 or montant + enveloppe.depassement_autorise < pris:
        raise RegleEnfreinte(
            f"{euros(pris)} sont déjà programmés ou votés sur cette enveloppe : elle ne peut pas descendre à "
            f"{euros(montant)}. Déprogrammez d’abord un dossier, ou autorisez un dépassement.",
            champ=champ,
            code="enveloppe_insuffisante",
        )
