"""What people do to files, requests and envelopes: one function per use case, atomic, journalled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.models import Travail
from commun.permissions import verifier
from commun.travaux import planifier
from commun.typographie import date_chiffres, euros
from contrats.models import ActeDecision, Contrat, Reunion

from .etats import EtatDemande, EtatDossier, QualiteAvis
from .models import Avis, DemandeFinancement, Dossier, Enveloppe, MouvementEnveloppe, Section
from .models.enveloppe import EtatEnveloppe
from .permissions import (
    en_delegue,
    peut_donner_avis,
    peut_gerer_enveloppes,
    peut_instruire,
    peut_notifier,
    peut_programmer,
    peut_programmer_dossier,
    peut_proposer,
    peut_rectifier,
    peut_refuser,
    peut_voter,
)

ZERO = Decimal(0)


# --- The file as a file ----------------------------------------------------------------------------------------------


def declarer_complet(dossier: Dossier, *, par: Auteur, le: datetime) -> Dossier:
    """All papers are there."""
    return _avancer(dossier, "declarer_complet", par=par, le=le)


def declarer_incomplet(dossier: Dossier, *, motif: str, par: Auteur, le: datetime) -> Dossier:
    """Something is missing; `motif` says what."""
    return _avancer(dossier, "declarer_incomplet", par=par, le=le, motif=_motif(motif))


def declarer_recevable(dossier: Dossier, *, par: Auteur, le: datetime) -> Dossier:
    """Accept the file's form."""
    return _avancer(dossier, "declarer_recevable", par=par, le=le)


def declarer_irrecevable(dossier: Dossier, *, motif: str, par: Auteur, le: datetime) -> Dossier:
    """Refuse the file's form; `motif` says why."""
    return _avancer(dossier, "declarer_irrecevable", par=par, le=le, motif=_motif(motif))


def ouvrir_instruction(dossier: Dossier, *, par: Auteur, le: datetime) -> Dossier:
    """The funders may now propose their amounts."""
    return _avancer(dossier, "ouvrir_instruction", par=par, le=le)


def retirer(dossier: Dossier, *, motif: str, par: Auteur, le: datetime) -> Dossier:
    """The porteur gives up; `motif` says why."""
    return _avancer(dossier, "retirer", par=par, le=le, motif=_motif(motif))


@transaction.atomic
def donner_avis(dossier: Dossier, *, sens: str, texte: str, par: Auteur, le: datetime, piece_source: str = "") -> Avis:
    """Give, or change, the opinion of the author's organisation (or of the one it writes for)."""
    dossier = _verrouiller_dossier(dossier)
    verifier(peut_donner_avis(par, dossier))
    organisme = par.pour_le_compte_de or par.organisme
    if organisme is None:
        raise RegleEnfreinte("Un avis est celui d’un organisme : choisissez celui pour lequel vous agissez.")
    if par.pour_le_compte_de is not None:
        _exiger_la_piece(organisme, piece_source)
    delegue = par.pour_le_compte_de is None and en_delegue(par, dossier)
    qualite = QualiteAvis.DELEGUE if delegue else QualiteAvis.ORGANISME
    connu = Avis.objects.filter(dossier=dossier, organisme=organisme, qualite=qualite).first()
    avis, nouveau = Avis.objects.update_or_create(
        dossier=dossier,
        organisme=organisme,
        qualite=qualite,
        defaults={
            "sens": sens,
            "texte": texte,
            "rendu_le": le,
            "rendu_par": par.utilisateur,
            "saisi_par_organisme": par.organisme if par.pour_le_compte_de else None,
        },
    )
    auteur_de_l_avis = f"{organisme.nom_court} (délégué du préfet)" if delegue else organisme.nom_court
    libelle = f"Avis {avis.get_sens_display().lower()} — {auteur_de_l_avis}"
    inscrire(
        dossier,
        acte="donner_avis" if nouveau else "modifier_avis",
        libelle=libelle,
        par=par,
        le=le,
        motif=piece_source,
        avant={"sens": connu.sens, "texte": connu.texte} if connu else {},
        apres={"sens": avis.sens, "texte": avis.texte},
    )
    return avis


# --- Each funder's row -----------------------------------------------------------------------------------------------


@transaction.atomic
def proposer(
    demande: DemandeFinancement,
    *,
    montant: Decimal,
    par: Auteur,
    le: datetime,
    conditions: str = "",
    partagee: bool = True,
    piece_source: str = "",
) -> DemandeFinancement:
    """Propose `montant` euros on one's own row, or *pour le compte de* its funder with the document read."""
    demande = _verrouiller_demande(demande)
    verifier(peut_proposer(par, demande))
    if montant < 0:
        raise RegleEnfreinte("Un montant proposé n’est pas négatif.", champ="montant")
    _verifier_sous_le_cout(montant, demande.dossier)
    par, saisi_par = _pour_le_compte(par, demande, piece_source)
    demande.changer_etat(
        "proposer",
        par=par,
        le=le,
        motif=piece_source,
        champs={
            "montant_propose": montant,
            "conditions": conditions,
            "proposition_partagee": partagee or saisi_par is not None,
            "saisi_par_organisme": saisi_par,
            "piece_source": piece_source,
        },
    )
    return demande


@dataclass(frozen=True, slots=True)
class NouvelActe:
    """A funder's act that is not recorded yet: délibération or arrêté, its body, number and date."""

    instance: str
    numero: str
    pris_le: date


@transaction.atomic
def voter(
    demande: DemandeFinancement,
    *,
    acte: ActeDecision | NouvelActe,
    montant: Decimal,
    par: Auteur,
    le: datetime,
    piece_source: str = "",
) -> DemandeFinancement:
    """Record the funder's own act: its amount becomes firm. `montant` euros may differ from what was programmed."""
    demande = _verrouiller_demande(demande)
    verifier(peut_voter(par, demande))
    if isinstance(acte, NouvelActe):
        acte = _enregistrer_acte(acte, demande, le)
    if acte.organisme_id != demande.financeur_id or acte.contrat_id != demande.dossier.contrat_id:
        raise RegleEnfreinte(f"L’acte doit être celui de {demande.financeur.nom_court}, dans ce contrat.", champ="acte")
    _verifier_date_de_l_acte(acte.pris_le, demande, le, champ="acte")
    if montant <= 0:
        raise RegleEnfreinte("Un montant voté est supérieur à 0 ; sinon, enregistrez un refus.", champ="montant")
    _verifier_sous_le_cout(montant, demande.dossier)
    par, saisi_par = _pour_le_compte(par, demande, piece_source)
    _deplacer(demande.enveloppe, programme=-(demande.montant_programme or ZERO), vote=montant)
    demande.changer_etat(
        "voter",
        par=par,
        le=le,
        motif=piece_source,
        champs={"montant_vote": montant, "acte": acte, "saisi_par_organisme": saisi_par, "piece_source": piece_source},
    )
    return demande


@transaction.atomic
def refuser(
    demande: DemandeFinancement, *, motif: str, par: Auteur, le: datetime, piece_source: str = ""
) -> DemandeFinancement:
    """The funder says no; what it had programmed goes back to its envelope."""
    demande = _verrouiller_demande(demande)
    verifier(peut_refuser(par, demande))
    par, saisi_par = _pour_le_compte(par, demande, piece_source)
    if demande.etat == EtatDemande.PROGRAMMEE:
        _deplacer(demande.enveloppe, programme=-(demande.montant_programme or ZERO))
    demande.changer_etat(
        "refuser",
        par=par,
        le=le,
        motif=_motif(motif),
        champs={
            "motif": motif,
            "montant_programme": None,
            "programme_le": None,
            "saisi_par_organisme": saisi_par,
            "piece_source": piece_source,
        },
    )
    return demande


@transaction.atomic
def rectifier(
    demande: DemandeFinancement, *, motif: str, par: Auteur, le: datetime, piece_source: str = ""
) -> DemandeFinancement:
    """Undo an act or a refusal entered by mistake, before the porteur is told: back to what stood before it.

    The euros of an act go back from voted to programmed; after a refusal the funder proposes again.
    """
    demande = _verrouiller_demande(demande)
    verifier(peut_rectifier(par, demande))
    par, saisi_par = _pour_le_compte(par, demande, piece_source)
    champs = {"saisi_par_organisme": saisi_par, "piece_source": piece_source}
    if demande.etat == EtatDemande.REFUSEE:
        acte, champs = "revenir_sur_le_refus", champs | {"motif": "", "montant_propose": None, "reunion": None}
    else:
        acte, champs = "rectifier", champs | {"montant_vote": None, "acte": None}
        _deplacer(demande.enveloppe, programme=demande.montant_programme or ZERO, vote=-(demande.montant_vote or ZERO))
    demande.changer_etat(acte, par=par, le=le, motif=_motif(motif), champs=champs)
    return demande


@transaction.atomic
def notifier(demande: DemandeFinancement, *, jour: date, par: Auteur, le: datetime) -> DemandeFinancement:
    """The porteur is told the amount voted, or the refusal and its reason; from now on it reads them."""
    demande = _verrouiller_demande(demande)
    verifier(peut_notifier(par, demande))
    if demande.acte is not None and jour < demande.acte.pris_le:
        raise RegleEnfreinte("La notification suit l’acte du financeur : vérifiez la date.", champ="jour")
    _verifier_passe(jour, le, champ="jour")
    acte = "notifier_refus" if demande.etat == EtatDemande.REFUSEE else "notifier"
    demande.changer_etat(acte, par=par, le=le, champs={"notifie_le": jour})
    return demande


# --- The COPIL -------------------------------------------------------------------------------------------------------


@transaction.atomic
def programmer(
    dossier: Dossier,
    *,
    reunion: Reunion,
    par: Auteur,
    le: datetime,
    montants: Mapping[int, Decimal] | None = None,
) -> Dossier:
    """Record the COPIL's validation of one file: each proposal on its table takes from its envelope, or nothing does.

    `montants` gives the euros that the COPIL kept for a request when they differ from the proposal; 0 leaves the
    request as it is. On a file already programmed, the rows proposed since are added.

    Raises:
        RegleEnfreinte: the meeting has not been held yet or was before the deposit, no amount is proposed, an
            envelope is missing or does not suffice.
    """
    dossier = _verrouiller_dossier(dossier)
    verifier(peut_programmer_dossier(par, dossier))
    acte = "completer_programmation" if dossier.etat == EtatDossier.PROGRAMME else "programmer"
    dossier.verifier_transition(acte)
    _verifier_reunion(reunion, dossier, le)
    demandes = [d for d in _verrouiller_demandes(dossier, EtatDemande.PROPOSEE) if d.a_la_table_du_copil]
    retenus = {d.pk: (montants or {}).get(d.pk, d.montant_propose or ZERO) for d in demandes}
    for montant in retenus.values():
        _verifier_sous_le_cout(montant, dossier)
    prises = [(_enveloppe_de(d), d, retenus[d.pk]) for d in demandes if retenus[d.pk] > 0]
    if not prises:
        raise RegleEnfreinte(f"Aucun financeur ne propose de montant sur le dossier {dossier.numero}.")
    # Always in the order of the envelopes: two files programmed at once never wait for each other.
    for enveloppe, demande, montant in sorted(prises, key=lambda prise: (prise[0].pk, prise[1].pk)):
        _deplacer(enveloppe, programme=montant)
        demande.changer_etat(
            "programmer",
            par=par,
            le=le,
            champs={
                "montant_programme": montant,
                "programme_le": reunion.le,
                "reunion": reunion,
                "enveloppe": enveloppe,
            },
        )
    dossier.changer_etat(acte, par=par, le=le, motif=str(reunion))
    return dossier


@transaction.atomic
def ajourner(dossier: Dossier, *, reunion: Reunion, motif: str, par: Auteur, le: datetime) -> Dossier:
    """The COPIL puts the file off; `motif` says until what."""
    dossier = _verrouiller_dossier(dossier)
    verifier(peut_programmer_dossier(par, dossier))
    _verifier_reunion(reunion, dossier, le)
    dossier.changer_etat("ajourner", par=par, le=le, motif=f"{reunion} : {_motif(motif)}")
    return dossier


@transaction.atomic
def reprendre(dossier: Dossier, *, par: Auteur, le: datetime) -> Dossier:
    """A file put off comes back to its instruction: the funders may propose again."""
    dossier = _verrouiller_dossier(dossier)
    verifier(peut_programmer_dossier(par, dossier))
    dossier.changer_etat("reprendre", par=par, le=le)
    return dossier


@transaction.atomic
def deprogrammer(dossier: Dossier, *, motif: str, par: Auteur, le: datetime) -> Dossier:
    """Undo a validation entered by mistake, as long as no funder has acted: the euros go back to the envelopes."""
    dossier = _verrouiller_dossier(dossier)
    verifier(peut_programmer_dossier(par, dossier))
    dossier.verifier_transition("deprogrammer")
    if dossier.demandes.fermes().exists():
        raise RegleEnfreinte("Un financeur a déjà pris son acte : le dossier ne revient plus à l’instruction.")
    for demande in _verrouiller_demandes(dossier, EtatDemande.PROGRAMMEE):
        _deplacer(demande.enveloppe, programme=-(demande.montant_programme or ZERO))
        demande.changer_etat(
            "deprogrammer",
            par=par,
            le=le,
            champs={"montant_programme": None, "programme_le": None, "reunion": None},
        )
    dossier.changer_etat("deprogrammer", par=par, le=le, motif=_motif(motif))
    return dossier


@transaction.atomic
def programmer_selection(
    contrat: Contrat, numeros: list[str], *, reunion: Reunion, par: Auteur, le: datetime
) -> Travail:
    """Plan the COPIL's validation of many files: a job, one transaction and one result per file."""
    verifier(peut_programmer(par, contrat))
    if not numeros:
        raise RegleEnfreinte("Choisissez au moins un dossier.")
    return planifier(
        "programmation.programmer_selection",
        cible=contrat,
        parametres={
            "numeros": numeros,
            "reunion": reunion.pk,
            "organisme": par.organisme.pk if par.organisme else None,
        },
        par=par,
    )


# --- Envelopes -------------------------------------------------------------------------------------------------------


@transaction.atomic
def mouvementer_enveloppe(
    enveloppe: Enveloppe,
    *,
    montant: Decimal,
    motif: str,
    jour: date,
    par: Auteur,
    le: datetime,
    notifiee: bool = False,
) -> Enveloppe:
    """Raise or lower an envelope by `montant` euros on `jour`; `notifiee` says that the funder has now notified it."""
    enveloppe = Enveloppe.objects.select_for_update().select_related("contrat", "financeur").get(pk=enveloppe.pk)
    verifier(peut_gerer_enveloppes(par, enveloppe.contrat))
    avant = {"montant": str(enveloppe.montant), "etat": enveloppe.etat}
    enveloppe.montant += montant
    if notifiee:
        enveloppe.etat = EtatEnveloppe.NOTIFIEE
    with contraintes_en_francais(), transaction.atomic():
        enveloppe.save(update_fields=["montant", "etat"])
    MouvementEnveloppe.objects.create(enveloppe=enveloppe, le=jour, montant=montant, motif=_motif(motif))
    inscrire(
        enveloppe,
        acte="mouvementer_enveloppe",
        libelle="Mouvement d’enveloppe",
        par=par,
        le=le,
        motif=motif,
        avant=avant,
        apres={"montant": str(enveloppe.montant), "etat": enveloppe.etat},
    )
    return enveloppe


@transaction.atomic
def autoriser_depassement(
    enveloppe: Enveloppe, *, montant: Decimal, motif: str, par: Auteur, le: datetime
) -> Enveloppe:
    """Allow an envelope to be exceeded by `montant` euros, signed by the author with a reason (S-19)."""
    enveloppe = Enveloppe.objects.select_for_update().select_related("contrat", "financeur").get(pk=enveloppe.pk)
    verifier(peut_gerer_enveloppes(par, enveloppe.contrat))
    if montant < 0:
        raise RegleEnfreinte("Un dépassement autorisé n’est pas négatif.", champ="montant")
    avant = {"depassement_autorise": str(enveloppe.depassement_autorise)}
    enveloppe.depassement_autorise, enveloppe.motif_depassement = montant, _motif(motif)
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


# --- Inside ----------------------------------------------------------------------------------------------------------


def _avancer(dossier: Dossier, acte: str, *, par: Auteur, le: datetime, motif: str = "") -> Dossier:
    with transaction.atomic():
        dossier = _verrouiller_dossier(dossier)
        verifier(peut_instruire(par, dossier))
        with contraintes_en_francais():
            dossier.changer_etat(acte, par=par, le=le, motif=motif)
    return dossier


def _verrouiller_dossier(dossier: Dossier) -> Dossier:
    return Dossier.objects.select_for_update(of=("self",)).select_related("contrat", "campagne").get(pk=dossier.pk)


def _verrouiller_demande(demande: DemandeFinancement) -> DemandeFinancement:
    """Lock the file first, then the row: every act takes the locks in the same order."""
    Dossier.objects.select_for_update(of=("self",)).get(pk=demande.dossier_id)
    return (
        DemandeFinancement.objects.select_for_update(of=("self",))
        .select_related("dossier__contrat", "dossier__campagne", "financeur", "enveloppe__financeur", "acte")
        .get(pk=demande.pk)
    )


def _verrouiller_demandes(dossier: Dossier, etat: EtatDossier | EtatDemande) -> list[DemandeFinancement]:
    """The rows of a file in one state, in the order of their envelopes."""
    return list(
        dossier.demandes.select_for_update(of=("self",))
        .filter(etat=etat)
        .select_related("dossier__contrat", "dossier__campagne", "financeur", "dispositif", "enveloppe__financeur")
        .order_by("enveloppe_id", "financeur_id", "dispositif_id", "nature")
    )


def _pour_le_compte(par: Auteur, demande: DemandeFinancement, piece_source: str) -> tuple[Auteur, object | None]:
    """The author as it shows in the journal, and the organisation that typed in another's place (else None)."""
    auteur = par.au_nom_de(demande.financeur)
    if auteur.pour_le_compte_de is None:
        return auteur, None
    _exiger_la_piece(demande.financeur, piece_source)
    return auteur, par.organisme


def _exiger_la_piece(organisme: Organisme, piece_source: str) -> None:
    if not piece_source.strip():
        raise RegleEnfreinte(
            f"Vous écrivez pour le compte de {organisme.nom_court} : indiquez le document qui en fait foi.",
            champ="piece_source",
        )


def _enveloppe_de(demande: DemandeFinancement) -> Enveloppe:
    """The envelope that a request takes from: same funder, year, scheme and nature."""
    if demande.enveloppe is not None:
        return demande.enveloppe
    enveloppe = (
        Enveloppe.objects.filter(
            contrat=demande.dossier.contrat,
            financeur=demande.financeur,
            annee=demande.dossier.campagne.annee,
            dispositif=demande.dispositif,
            nature=demande.nature,
            section=Section.FONCTIONNEMENT,
        )
        .select_related("financeur")
        .first()
    )
    if enveloppe is None:
        raise RegleEnfreinte(
            f"{demande.financeur.nom_court} n’a pas d’enveloppe {demande.dossier.campagne.annee} pour "
            f"« {demande.dispositif} » en {demande.get_nature_display().lower()} : ouvrez-la d’abord."
        )
    return enveloppe


def _deplacer(enveloppe: Enveloppe | None, *, programme: Decimal = ZERO, vote: Decimal = ZERO) -> None:
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
            f"L’enveloppe {enveloppe.annee} de {enveloppe.financeur.nom_court} ne laisse que "
            f"{euros(enveloppe.disponible)} : il en faut {euros(programme + vote)}. "
            "Réduisez le montant ou autorisez un dépassement.",
            code="enveloppe_insuffisante",
        )


def _enregistrer_acte(nouveau: NouvelActe, demande: DemandeFinancement, le: datetime) -> ActeDecision:
    """The funder's act under its number; two rows decided by one act share it."""
    _verifier_date_de_l_acte(nouveau.pris_le, demande, le, champ="pris_le")
    acte, cree = ActeDecision.objects.get_or_create(
        contrat=demande.dossier.contrat,
        organisme=demande.financeur,
        numero=nouveau.numero,
        defaults={"instance": nouveau.instance, "pris_le": nouveau.pris_le, "fictif": demande.fictif},
    )
    if not cree and acte.pris_le != nouveau.pris_le:
        raise RegleEnfreinte(
            f"L’acte n° {acte.numero} est déjà enregistré à la date du {date_chiffres(acte.pris_le)}.", champ="numero"
        )
    return acte


def _verifier_reunion(reunion: Reunion, dossier: Dossier, le: datetime) -> None:
    """The meeting validates the programming, has been held, and the file was deposited before it."""
    if reunion.contrat_id != dossier.contrat_id or not reunion.comite.valide_programmation:
        raise RegleEnfreinte("Choisissez une réunion de l’instance qui valide la programmation.", champ="reunion")
    if reunion.le > localdate(le):
        raise RegleEnfreinte(
            f"Cette réunion se tient le {date_chiffres(reunion.le)} : sa décision s’enregistre à partir de ce jour-là.",
            champ="reunion",
        )
    if dossier.depose_le is not None and localdate(dossier.depose_le) > reunion.le:
        raise RegleEnfreinte(
            f"Le dossier {dossier.numero} a été déposé après cette réunion, le {date_chiffres(dossier.depose_le)}.",
            champ="reunion",
        )


def _verifier_sous_le_cout(montant: Decimal, dossier: Dossier) -> None:
    if montant > dossier.cout_total:
        raise RegleEnfreinte(
            f"Ce montant dépasse le coût total de l’action ({euros(dossier.cout_total)}).", champ="montant"
        )


def _verifier_passe(jour: date, le: datetime, *, champ: str) -> None:
    if jour > localdate(le):
        raise RegleEnfreinte("Cette date est à venir : enregistrez la décision une fois prise.", champ=champ)


def _verifier_date_de_l_acte(pris_le: date, demande: DemandeFinancement, le: datetime, *, champ: str) -> None:
    _verifier_passe(pris_le, le, champ=champ)
    if demande.programme_le is not None and pris_le < demande.programme_le:
        raise RegleEnfreinte("L’acte d’un financeur suit la validation du COPIL : vérifiez sa date.", champ=champ)


def _motif(motif: str) -> str:
    if not motif.strip():
        raise RegleEnfreinte("Donnez le motif : il est lu par les partenaires.", champ="motif")
    return motif.strip()
