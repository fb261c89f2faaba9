"""What the bodies that validate do to files: validate, put off, take up again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate

from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.models import Travail
from commun.permissions import verifier
from commun.travaux import planifier
from commun.typographie import date_chiffres
from contrats.etats import EtatReunion
from contrats.models import Contrat, Reunion

from ..etats import DEMANDE_OUVERTE, EtatDemande, EtatDossier
from ..lectures.proximite import est_un_sip, valide_le_dossier
from ..models import DemandeFinancement, Dossier, MontantExamine
from ..models.seance import demandes_de
from ..permissions import peut_programmer, peut_programmer_dossier, peut_reprendre_la_demande
from .ecriture import ZERO, motif_donne, verrouiller_demande, verrouiller_dossier
from .enveloppes import deplacer, enveloppe_de
from .montants import verifier_les_montants


@transaction.atomic
def programmer(
    dossier: Dossier,
    *,
    reunion: Reunion,
    par: Auteur,
    le: datetime,
    montants: Mapping[int, Decimal] | None = None,
) -> Dossier:
    """Record a meeting's validation of one file: each proposal on its table takes from its envelope, or nothing does.

    Only the rows that this body examines are on its table: another body's own stay as they are (regles 2.13).
    `montants` gives the euros kept for each request that the meeting saw; 0, or a request that is not there, leaves the
    row as it is. None keeps every proposal, save those that this meeting left at 0 in session. On a file already
    programmed, the rows proposed since are added.

    Raises:
        RegleEnfreinte: the meeting has not been held yet or was before the deposit, no amount is proposed, one is more
            than the scheme or the law admits (S-21, S-22, S-23), an envelope is missing or does not suffice.
    """
    dossier = verrouiller_dossier(dossier)
    verifier(peut_programmer_dossier(par, dossier))
    acte = "completer_programmation" if dossier.etat == EtatDossier.PROGRAMME else "programmer"
    dossier.verifier_transition(acte)
    _verifier_reunion(reunion, dossier, le)
    if dossier.etat == EtatDossier.AJOURNE:
        _reprendre_les_demandes(dossier, demandes_de(reunion.comite), par=par, le=le)
    siennes = _verrouiller_demandes(dossier, EtatDemande.PROPOSEE, siennes=demandes_de(reunion.comite))
    demandes = [d for d in siennes if d.a_la_table_du_copil]
    laissees: set[int] = set()
    if montants is None:
        laissees = set(
            MontantExamine.objects.laisses()
            .filter(examen__reunion=reunion, demande__in=demandes)
            .values_list("demande", flat=True)
        )
        retenus = {d.pk: d.montant_propose or ZERO for d in demandes if d.pk not in laissees}
    else:
        retenus = {d.pk: montants[d.pk] for d in demandes if d.pk in montants}
    verifier_les_montants(dossier, {cle: montant for cle, montant in retenus.items() if montant})
    prises = [(enveloppe_de(d), d, retenus[d.pk]) for d in demandes if retenus.get(d.pk, ZERO) > 0]
    if not prises and laissees:
        raise RegleEnfreinte(
            f"Dossier {dossier.numero} : cette réunion n’a rien donné à ce qui est encore proposé. "
            "Choisissez la réunion qui l’a retenu.",
            champ="reunion",
        )
    if not prises:
        raise RegleEnfreinte(f"Aucun financeur ne propose de montant sur le dossier {dossier.numero}.")
    # Always in the order of the envelopes: two files programmed at once never wait for each other.
    for enveloppe, demande, montant in sorted(prises, key=lambda prise: (prise[0].pk, prise[1].pk)):
        deplacer(enveloppe, programme=montant)
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
    """The meeting puts off the open rows that it examines; `motif` says until what, and the letters tell it.

    The file is put off with them, unless rows of another body are still open, or were programmed.
    """
    dossier = verrouiller_dossier(dossier)
    verifier(peut_programmer_dossier(par, dossier))
    motif = motif_donne(motif)
    _verifier_reunion(reunion, dossier, le)
    demandes = _verrouiller_demandes(dossier, *DEMANDE_OUVERTE, siennes=demandes_de(reunion.comite))
    if dossier.etat != EtatDossier.PROGRAMME or not demandes:
        dossier.verifier_transition("ajourner")
    dit = f"{reunion} : {motif}"
    for demande in demandes:
        demande.changer_etat("ajourner", par=par, le=le, motif=dit, champs={"motif": motif})
    if dossier.etat == EtatDossier.PROGRAMME or dossier.demandes.filter(etat__in=DEMANDE_OUVERTE).exists():
        inscrire(dossier, acte="ajourner_des_demandes", libelle="Demandes ajournées", par=par, le=le, motif=dit)
    else:
        dossier.changer_etat("ajourner", par=par, le=le, motif=dit)
    return dossier


@transaction.atomic
def reprendre(dossier: Dossier, *, par: Auteur, le: datetime, reunion: Reunion | None = None) -> Dossier:
    """A file put off comes back to its instruction, its rows with what they proposed: the funders may propose again.

    `reunion` takes up again the rows that this meeting examines, and leaves another body's own put off.
    """
    dossier = verrouiller_dossier(dossier)
    verifier(peut_programmer_dossier(par, dossier))
    dossier.changer_etat("reprendre", par=par, le=le)
    _reprendre_les_demandes(dossier, demandes_de(reunion.comite) if reunion is not None else Q(), par=par, le=le)
    return dossier


@transaction.atomic
def reprendre_la_demande(demande: DemandeFinancement, *, par: Auteur, le: datetime) -> DemandeFinancement:
    """One row put off comes back, on a file that goes on without it; with what it proposed, if it did."""
    demande = verrouiller_demande(demande)
    verifier(peut_reprendre_la_demande(par, demande))
    _reprendre(demande, par=par, le=le)
    return demande


@transaction.atomic
def deprogrammer(dossier: Dossier, *, motif: str, par: Auteur, le: datetime) -> Dossier:
    """Undo a validation entered by mistake, as long as no funder has acted: the euros go back to the envelopes."""
    dossier = verrouiller_dossier(dossier)
    verifier(peut_programmer_dossier(par, dossier))
    dossier.verifier_transition("deprogrammer")
    if dossier.demandes.fermes().exists():
        raise RegleEnfreinte("Un financeur a déjà pris son acte : le dossier ne revient plus à l’instruction.")
    for demande in _verrouiller_demandes(dossier, EtatDemande.PROGRAMMEE):
        deplacer(demande.enveloppe, programme=-(demande.montant_programme or ZERO))
        demande.changer_etat(
            "deprogrammer",
            par=par,
            le=le,
            champs={"montant_programme": None, "programme_le": None, "reunion": None},
        )
    dossier.changer_etat("deprogrammer", par=par, le=le, motif=motif_donne(motif))
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


def _verrouiller_demandes(dossier: Dossier, *etats: EtatDemande, siennes: Q | None = None) -> list[DemandeFinancement]:
    """The rows of a file in these states, in the order of their envelopes; `siennes` keeps those of one body."""
    return list(
        dossier.demandes.select_for_update(of=("self",))
        .filter(siennes if siennes is not None else Q(), etat__in=etats)
        .select_related("dossier__contrat", "dossier__campagne", "financeur", "dispositif", "enveloppe__financeur")
        .order_by("enveloppe_id", "financeur_id", "dispositif_id", "nature")
    )


def _reprendre_les_demandes(dossier: Dossier, siennes: Q, *, par: Auteur, le: datetime) -> None:
    for demande in _verrouiller_demandes(dossier, EtatDemande.AJOURNEE, siennes=siennes):
        _reprendre(demande, par=par, le=le)


def _reprendre(demande: DemandeFinancement, *, par: Auteur, le: datetime) -> None:
    """What it proposed stands again; the letters that told the postponement tell nothing any more."""
    acte = "reprendre" if demande.montant_propose is None else "reprendre_la_proposition"
    demande.changer_etat(acte, par=par, le=le, champs={"motif": "", "reprise_le": le})


def _verifier_reunion(reunion: Reunion, dossier: Dossier, le: datetime) -> None:
    """The meeting is of a body that validates rows of this file, was held, and the file was deposited before it."""
    if reunion.etat == EtatReunion.ANNULEE:
        raise RegleEnfreinte("Cette réunion a été annulée : choisissez celle qui a décidé.", champ="reunion")
    if reunion.contrat_id != dossier.contrat_id or not valide_le_dossier(reunion.comite, dossier):
        quoi = "les initiatives de proximité" if est_un_sip(dossier) else "la programmation"
        raise RegleEnfreinte(f"Choisissez une réunion de l’instance qui valide {quoi}.", champ="reunion")
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
