"""What the COPIL does to files: validates, puts off, takes back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate

from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.models import Travail
from commun.permissions import verifier
from commun.travaux import planifier
from commun.typographie import date_chiffres
from contrats.models import Contrat, Reunion

from ..etats import EtatDemande, EtatDossier
from ..lectures.proximite import est_un_sip, valide_le_dossier
from ..models import DemandeFinancement, Dossier
from ..permissions import peut_programmer, peut_programmer_dossier
from .ecriture import ZERO, motif_donne, verifier_sous_le_cout, verrouiller_dossier
from .enveloppes import deplacer, enveloppe_de


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
    dossier = verrouiller_dossier(dossier)
    verifier(peut_programmer_dossier(par, dossier))
    acte = "completer_programmation" if dossier.etat == EtatDossier.PROGRAMME else "programmer"
    dossier.verifier_transition(acte)
    _verifier_reunion(reunion, dossier, le)
    demandes = [d for d in _verrouiller_demandes(dossier, EtatDemande.PROPOSEE) if d.a_la_table_du_copil]
    retenus = {d.pk: (montants or {}).get(d.pk, d.montant_propose or ZERO) for d in demandes}
    for montant in retenus.values():
        verifier_sous_le_cout(montant, dossier)
    prises = [(enveloppe_de(d), d, retenus[d.pk]) for d in demandes if retenus[d.pk] > 0]
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
    """The COPIL puts the file off; `motif` says until what."""
    dossier = verrouiller_dossier(dossier)
    verifier(peut_programmer_dossier(par, dossier))
    _verifier_reunion(reunion, dossier, le)
    dossier.changer_etat("ajourner", par=par, le=le, motif=f"{reunion} : {motif_donne(motif)}")
    return dossier


@transaction.atomic
def reprendre(dossier: Dossier, *, par: Auteur, le: datetime) -> Dossier:
    """A file put off comes back to its instruction: the funders may propose again."""
    dossier = verrouiller_dossier(dossier)
    verifier(peut_programmer_dossier(par, dossier))
    dossier.changer_etat("reprendre", par=par, le=le)
    return dossier


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


def _verrouiller_demandes(dossier: Dossier, etat: EtatDossier | EtatDemande) -> list[DemandeFinancement]:
    """The rows of a file in one state, in the order of their envelopes."""
    return list(
        dossier.demandes.select_for_update(of=("self",))
        .filter(etat=etat)
        .select_related("dossier__contrat", "dossier__campagne", "financeur", "dispositif", "enveloppe__financeur")
        .order_by("enveloppe_id", "financeur_id", "dispositif_id", "nature")
    )


def _verifier_reunion(reunion: Reunion, dossier: Dossier, le: datetime) -> None:
    """The meeting is of the body that validates such files, has been held, and the file was deposited before it."""
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
