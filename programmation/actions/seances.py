"""The session of a meeting: its list of files, what is said of each, what is applied to them afterwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate

from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte, RevisionDepassee
from commun.journal import inscrire
from commun.models import EtatTravail, Travail
from commun.permissions import verifier
from commun.travaux import planifier
from commun.typographie import date_chiffres, euros
from contrats.etats import EtatReunion
from contrats.models import Reunion

from ..etats import DEMANDE_OUVERTE, EtatDemande, EtatDossier, EtatExamen
from ..lectures.listes_de_seance import ORDRES, deports_du_jour, examinables, preparations
from ..lectures.montants_de_seance import cle_du_repere
from ..models import DemandeFinancement, Dossier, ExamenDossier, MontantExamine
from ..models.seance import demandes_de, est_un_brouillon, saisissable
from ..permissions import peut_appliquer, peut_saisir_l_examen, peut_tenir_la_seance
from .copil import ajourner, programmer, reprendre, reprendre_la_demande
from .ecriture import ZERO, verifier_sous_le_cout, verrouiller_dossier
from .montants import verifier_les_montants
from .propositions import proposer

APPLIQUER = "programmation.appliquer_seance"
RETENIR_EN_BLOC = "programmation.retenir_en_bloc"
# How long the projected screen remembers the file that is under discussion.
DUREE_DU_REPERE = 12 * 3600


@dataclass(frozen=True, slots=True)
class SaisieExamen:
    """What is typed of a file in a session. Euros by request (None: nothing kept); `texte` is the question or reason."""

    montants: Mapping[int, Decimal | None] = field(default_factory=dict)
    texte: str = ""
    note: str = ""
    retraits: str = ""


# --- The list --------------------------------------------------------------------------------------------------------


@transaction.atomic
def inscrire_dossiers(reunion: Reunion, numeros: Iterable[str], *, par: Auteur, le: datetime) -> int:
    """Put these files at the end of the meeting's list, by orientation then number; returns how many were not on it.

    What the meetings that prepare this one said of them comes with them: the amounts that they kept.
    """
    reunion = verrouiller_la_seance(reunion, par)
    nouveaux = list(
        examinables(reunion, pour=par)
        .filter(numero__in=list(numeros))
        .exclude(examens__reunion=reunion)
        .order_by("orientation__ordre", "numero")
    )
    if not nouveaux:
        return 0
    rang = reunion.examens.count()
    deports = deports_du_jour(reunion, [dossier.pk for dossier in nouveaux])
    examens = ExamenDossier.objects.bulk_create(
        ExamenDossier(
            reunion=reunion,
            dossier=dossier,
            ordre=rang + n,
            retraits="\n".join(deports.get(dossier.pk, ())),
            fictif=dossier.fictif,
        )
        for n, dossier in enumerate(nouveaux, start=1)
    )
    _reprendre_les_montants(reunion, examens)
    _inscrire(reunion, "inscrire_dossiers", "Dossiers mis sur la liste", par, le, dossiers=[d.numero for d in nouveaux])
    return len(nouveaux)


@transaction.atomic
def retirer_de_la_liste(examen: ExamenDossier, *, par: Auteur, le: datetime) -> None:
    """Take a file off the list; the journal keeps what was said of it.

    Raises:
        RegleEnfreinte: its decision is applied, or the minutes of the meeting are sent out.
    """
    reunion = verrouiller_la_seance(examen.reunion, par)
    verrouiller_dossier(examen.dossier)  # the file, then its examination: as what applies the decisions does
    examen = _verrouiller_examen(examen)
    if examen.applique_le is not None:
        raise RegleEnfreinte("La décision est appliquée au dossier : il reste sur la liste de la réunion.")
    verifier(peut_saisir_l_examen(par, examen))
    if reunion.etat == EtatReunion.RENDUE:
        raise RegleEnfreinte("Le compte rendu de cette réunion est rendu : sa liste ne change plus.")
    dit = {"état": examen.get_etat_display(), "montants": _montants_en_mots(examen)}
    textes = {"question": examen.question, "motif": examen.motif, "note": examen.note}
    numero = examen.dossier.numero
    examen.delete()
    _renumeroter(list(reunion.examens.order_by("ordre", "pk")))
    inscrire(
        reunion,
        acte="retirer_de_la_liste",
        libelle="Dossier retiré de la liste",
        par=par,
        le=le,
        avant=dit | {nom: texte for nom, texte in textes.items() if texte},
        apres={"dossiers": [numero]},
    )


@transaction.atomic
def deplacer_sur_la_liste(examen: ExamenDossier, *, rang: int, par: Auteur, le: datetime) -> None:
    """Bring a file to the rank `rang` (1 is the first); the others make room."""
    reunion = verrouiller_la_seance(examen.reunion, par)
    liste = list(reunion.examens.order_by("ordre", "pk"))
    place = next((n for n, autre in enumerate(liste) if autre.pk == examen.pk), None)
    if place is None:
        raise _plus_sur_la_liste()
    liste.insert(min(max(rang, 1), len(liste)) - 1, liste.pop(place))
    _renumeroter(liste)
    _inscrire(reunion, "ordonner_la_liste", "Ordre de la liste changé", par, le)


@transaction.atomic
def ordonner_la_liste(reunion: Reunion, *, ordre: str, par: Auteur, le: datetime) -> None:
    """Put the whole list in one of `ORDRES`."""
    reunion = verrouiller_la_seance(reunion, par)
    _renumeroter(ORDRES[ordre].trier(reunion))
    _inscrire(reunion, "ordonner_la_liste", "Ordre de la liste changé", par, le, ordre=ORDRES[ordre].libelle)


# --- What is said of a file ------------------------------------------------------------------------------------------


@transaction.atomic
def saisir_l_examen(
    examen: ExamenDossier,
    saisie: SaisieExamen,
    *,
    par: Auteur,
    le: datetime,
    version: int | None = None,
    acte: str = "",
) -> ExamenDossier:
    """Write what the meeting says of a file; `acte` (of its table) decides, none only keeps what is typed.

    `version` is that of the examination that the author has read. Nothing is written when nothing changes.

    Raises:
        RevisionDepassee: somebody else typed since.
        RegleEnfreinte: a file kept without an amount, an amount above the cost, no question or no reason.
    """
    examen = _verrouiller_examen(examen)
    verifier(peut_saisir_l_examen(par, examen))
    change = _changements(examen, saisie, acte)
    if not change:
        return examen
    # A page that saves what is typed may meet its own saving: one is not warned of oneself.
    soi = par.utilisateur is not None and examen.modifie_par_id == par.utilisateur.pk
    if version is not None and examen.version != version and not soi:
        qui = examen.modifie_par or "Quelqu’un d’autre"
        raise RevisionDepassee(
            f"{qui} a saisi ce dossier entre-temps : {examen.get_etat_display().lower()}, "
            f"{_montants_en_mots(examen)}. Enregistrez de nouveau pour mettre votre saisie à la place de la sienne.",
            code="examen_modifie",
        )
    if acte:
        _verifier_le_texte(acte, saisie)
    _ecrire_les_montants(examen, saisie)
    if acte == "retenir":
        _verifier_ce_qui_est_retenu(examen)
    champs: dict[str, Any] = {"note": _note(examen, saisie, acte), "retraits": saisie.retraits.strip()}
    champs |= {"version": examen.version + 1, "modifie_le": le, "modifie_par": par.utilisateur}
    if acte:
        examen.changer_etat(
            acte,
            par=par,
            le=le,
            motif=_montants_en_mots(examen) if acte == "retenir" else saisie.texte.strip(),
            champs=champs | _texte_decide(acte, saisie),
        )
    else:
        champs |= _texte_garde(examen, saisie)
        for nom, valeur in champs.items():
            setattr(examen, nom, valeur)
        examen.save(update_fields=list(champs))
    return examen


@transaction.atomic
def rouvrir_l_examen(examen: ExamenDossier, *, par: Auteur, le: datetime) -> ExamenDossier:
    """Examine a file again; one whose decision was applied, only once it, or the rows of this meeting, came back to the
    instruction."""
    examen = _verrouiller_examen(examen)
    if examen.applique_le is not None and _est_revenu(examen):
        examen.applique_le = None
    verifier(peut_saisir_l_examen(par, examen))
    examen.changer_etat(
        "rouvrir",
        par=par,
        le=le,
        champs={
            "question": "",
            "motif": "",
            "applique_le": None,
            "version": examen.version + 1,
            "modifie_le": le,
            "modifie_par": par.utilisateur,
        },
    )
    return examen


def montrer(examen: ExamenDossier, *, par: Auteur, le: datetime) -> None:
    """The projected screen shows this file from now on. A landmark, not an act: it may be lost and is not journalled."""
    verifier(peut_tenir_la_seance(par, examen.reunion))
    cache.set(cle_du_repere(examen.reunion_id), {"examen": examen.pk, "par": par.nom, "le": le}, DUREE_DU_REPERE)


# --- Many at once ----------------------------------------------------------------------------------------------------


@transaction.atomic
def retenir_en_bloc(reunion: Reunion, *, par: Auteur, le: datetime) -> Travail:
    """Plan to keep, as the preparation proposed them, the files not yet examined; a job, one answer per file."""
    reunion = verrouiller_la_seance(reunion, par)
    return planifier_pour_la_reunion(RETENIR_EN_BLOC, reunion, par)


def retenir_comme_prepare(examen: ExamenDossier, avant: ExamenDossier, *, par: Auteur, le: datetime) -> None:
    """Keep a file with the amounts of its preparation `avant`; one that the meeting has examined stays as it is."""
    if examen.etat != EtatExamen.A_EXAMINER:
        return
    siennes = {d.pk for d in _demandes(examen) if saisissable(d)}  # refused or voted since the preparation: left aside
    montants = {
        m.demande_id: m.montant for dit in (avant, examen) for m in dit.montants.all() if m.demande_id in siennes
    }
    saisie = SaisieExamen(montants=montants, note=examen.note, retraits=examen.retraits)
    saisir_l_examen(examen, saisie, acte="retenir", version=examen.version, par=par, le=le)


@transaction.atomic
def appliquer_les_decisions(reunion: Reunion, *, par: Auteur, le: datetime) -> Travail:
    """Plan what the decisions do to the files: a job, one transaction and one result per file; again for what remains.

    Raises:
        RegleEnfreinte: the meeting is not held yet, or nothing is left to apply.
    """
    reunion = verrouiller_la_seance(reunion, par)
    verifier(peut_appliquer(par, reunion))
    if reunion.le > localdate(le):
        raise RegleEnfreinte(
            f"Cette réunion se tient le {date_chiffres(reunion.le)} : ses décisions s’appliquent à partir de ce jour-là."
        )
    if not reunion.examens.a_appliquer().exists():
        raise RegleEnfreinte("Aucune décision n’attend d’être appliquée.")
    return planifier_pour_la_reunion(APPLIQUER, reunion, par)


@transaction.atomic
def appliquer_l_examen(examen: ExamenDossier, *, par: Auteur, le: datetime) -> str:
    """Do to one file what the meeting said, once; returns what was done, in words.

    Kept: each amount above 0 is programmed, proposed first in the funder's name where it had not proposed; a funder that
    prepares its own proposal confirms the amount itself. Put off: so are the rows of this meeting, and the file with them
    unless other rows go on. Set aside: the file stays in its instruction, and its life tells why; each funder still
    refuses its own row.
    """
    verrouiller_dossier(examen.dossier)  # the file first, as every act does
    examen = _verrouiller_examen(examen)
    if examen.applique_le is not None:
        return "déjà appliqué"
    verifier(peut_appliquer(par, examen.reunion))
    verifier(peut_saisir_l_examen(par, examen))
    fait = _APPLICATIONS[EtatExamen(examen.etat)](examen, par, le)
    examen.applique_le = le
    examen.version += 1
    examen.save(update_fields=["applique_le", "version"])
    inscrire(examen, acte="appliquer", libelle="Décision appliquée au dossier", par=par, le=le, motif=fait)
    return fait


def _programmer(examen: ExamenDossier, par: Auteur, le: datetime) -> str:
    reunion = examen.reunion
    retenus = {m.demande_id: m.montant for m in examen.montants.all() if m.montant}
    if examen.dossier.etat == EtatDossier.AJOURNE:
        examen.dossier = reprendre(examen.dossier, reunion=reunion, par=par, le=le)
    retenues = [d for d in _demandes(examen) if d.pk in retenus and saisissable(d)]
    # A funder who keeps a draft of its own confirms the amount itself; nobody writes over what it has not shared.
    a_confirmer = [
        d for d in retenues if est_un_brouillon(d) and par.au_nom_de(d.financeur).pour_le_compte_de is not None
    ]
    if a_confirmer and len(a_confirmer) == len(retenues):
        noms = ", ".join(d.financeur.nom_court for d in a_confirmer)
        raise RegleEnfreinte(f"Montants à confirmer d’abord par {noms}.", code="a_confirmer")
    montants = {d.pk: retenus[d.pk] for d in retenues if d not in a_confirmer}
    # Beside an amount that it keeps, the meeting gives up the other proposals that it has on its table.
    avec = {d.pk: montants.get(d.pk, ZERO) for d in _demandes(examen) if saisissable(d)}
    for demande in retenues:
        if demande.pk not in montants:
            continue
        if demande.etat == EtatDemande.AJOURNEE:
            demande = reprendre_la_demande(demande, par=par, le=le)
        if not demande.a_la_table_du_copil:
            piece = f"Décision de séance : {reunion}"
            proposer(
                demande,
                montant=montants[demande.pk],
                conditions=demande.conditions,
                piece_source=piece,
                avec=avec,
                par=par,
                le=le,
            )
    # What the meeting did not see stays as it is: a proposal that came since is not programmed unread.
    programmer(examen.dossier, reunion=reunion, montants=montants, par=par, le=le)
    fait = f"programmé, {_en_mots((d, montants[d.pk]) for d in retenues if d.pk in montants)}"
    if a_confirmer:
        fait += f" ; à confirmer : {_en_mots((d, retenus[d.pk]) for d in a_confirmer)}"
    return fait


def _ajourner(examen: ExamenDossier, par: Auteur, le: datetime) -> str:
    dossier = _reprendre_ce_qui_est_ajourne(examen, par, le)
    dossier = ajourner(dossier, reunion=examen.reunion, motif=examen.motif, par=par, le=le)
    if dossier.etat == EtatDossier.AJOURNE:
        return "ajourné"
    return "demandes de cette instance ajournées : le dossier continue avec les autres"


def _ecarter(examen: ExamenDossier, par: Auteur, le: datetime) -> str:
    dossier = verrouiller_dossier(examen.dossier)
    ouvertes = any(saisissable(demande) for demande in _demandes(examen))
    if dossier.etat not in (EtatDossier.EN_INSTRUCTION, EtatDossier.AJOURNE) and not (
        dossier.etat == EtatDossier.PROGRAMME and ouvertes
    ):
        raise RegleEnfreinte(
            f"Le dossier est « {dossier.get_etat_display().lower()} » : la réunion ne l’écarte plus. Reprenez son examen."
        )
    dossier = _reprendre_ce_qui_est_ajourne(examen, par, le)
    inscrire(
        dossier,
        acte="ecarter_en_seance",
        libelle="Écarté de la programmation",
        par=par,
        le=le,
        motif=f"{examen.reunion} : {examen.motif}",
    )
    if dossier.etat == EtatDossier.PROGRAMME:
        return "demandes de cette instance écartées : chaque financeur refuse sa propre ligne, le dossier continue"
    return "écarté : il reste en instruction, chaque financeur refuse sa propre ligne"


def _reprendre_ce_qui_est_ajourne(examen: ExamenDossier, par: Auteur, le: datetime) -> Dossier:
    """What this meeting had put off stands open again: another decision takes its place, and other words are told."""
    dossier = examen.dossier
    if dossier.etat == EtatDossier.AJOURNE:
        return reprendre(dossier, reunion=examen.reunion, par=par, le=le)
    for demande in _demandes(examen):
        if demande.etat == EtatDemande.AJOURNEE:
            reprendre_la_demande(demande, par=par, le=le)
    return dossier


_APPLICATIONS: Mapping[EtatExamen, Callable[[ExamenDossier, Auteur, datetime], str]] = {
    EtatExamen.RETENU: _programmer,
    EtatExamen.AJOURNE: _ajourner,
    EtatExamen.ECARTE: _ecarter,
}


# --- Inside ----------------------------------------------------------------------------------------------------------


def verrouiller_la_seance(reunion: Reunion, par: Auteur) -> Reunion:
    """The meeting's row, locked: one change of its list at a time."""
    reunion = (
        Reunion.objects.select_for_update(of=("self",)).select_related("comite__contrat", "commune").get(pk=reunion.pk)
    )
    verifier(peut_tenir_la_seance(par, reunion))
    return reunion


def _verrouiller_examen(examen: ExamenDossier) -> ExamenDossier:
    verrouille = (
        ExamenDossier.objects.select_for_update(of=("self",))
        .select_related(
            "reunion__comite__contrat", "reunion__commune", "dossier__contrat", "dossier__campagne", "modifie_par"
        )
        .filter(pk=examen.pk)
        .first()
    )
    if verrouille is None:
        raise _plus_sur_la_liste()
    return verrouille


def _plus_sur_la_liste() -> RegleEnfreinte:
    return RegleEnfreinte("Ce dossier vient d’être retiré de la liste. Rechargez la page.", code="plus_sur_la_liste")


def _est_revenu(examen: ExamenDossier) -> bool:
    """What was applied holds no more: the file is back in its instruction, or goes on with this meeting's rows open."""
    if examen.dossier.etat == EtatDossier.PROGRAMME:
        siennes = list(_demandes(examen))
        return bool(siennes) and all(demande.etat in DEMANDE_OUVERTE for demande in siennes)
    return bool(examen.dossier.etat == EtatDossier.EN_INSTRUCTION)


def _demandes(examen: ExamenDossier) -> Any:
    """The requests of a file that this meeting examines."""
    siennes = DemandeFinancement.objects.filter(demandes_de(examen.reunion.comite), dossier=examen.dossier_id)
    return siennes.select_related("financeur").order_by("financeur__nom", "nature", "pk")


def _renumeroter(examens: list[ExamenDossier]) -> None:
    for rang, examen in enumerate(examens, start=1):
        examen.ordre = rang
    ExamenDossier.objects.bulk_update(examens, ["ordre"])


def _reprendre_les_montants(reunion: Reunion, examens: list[ExamenDossier]) -> None:
    """What the preparation kept is where the meeting that validates starts from."""
    if not reunion.comite.decide_des_dossiers:
        return
    prepares = preparations(reunion, [examen.dossier_id for examen in examens])
    gardes: dict[int, list[tuple[int, Decimal]]] = defaultdict(list)
    montants = MontantExamine.objects.filter(examen__in=[p.pk for p in prepares.values()]).select_related("demande")
    for montant in montants:
        if saisissable(montant.demande):
            gardes[montant.demande.dossier_id].append((montant.demande_id, montant.montant))
    MontantExamine.objects.bulk_create(
        MontantExamine(examen=examen, demande_id=demande, montant=montant)
        for examen in examens
        for demande, montant in gardes[examen.dossier_id]
    )


def _changements(examen: ExamenDossier, saisie: SaisieExamen, acte: str) -> bool:
    """True when this would write something else than what stands."""
    connus = {m.demande_id: m.montant for m in examen.montants.all()}
    montants = any(connus.get(demande) != montant for demande, montant in saisie.montants.items())
    champs = {"note": _note(examen, saisie, acte), "retraits": saisie.retraits.strip()}
    champs |= _texte_decide(acte, saisie) if acte else _texte_garde(examen, saisie)
    if acte:
        champs["etat"] = examen.TRANSITIONS[acte].vers
    return montants or any(getattr(examen, nom) != valeur for nom, valeur in champs.items())


def _texte_decide(acte: str, saisie: SaisieExamen) -> dict[str, str]:
    """Where the text goes: a question to arbitrate, the reason of what is put off or set aside, nothing otherwise."""
    texte = saisie.texte.strip()
    if acte == "retenir":
        return {"question": "", "motif": ""}
    return {"question": texte, "motif": ""} if acte == "soumettre" else {"question": "", "motif": texte}


def _note(examen: ExamenDossier, saisie: SaisieExamen, acte: str) -> str:
    """The note; a file that is kept asks nothing, so what was typed for a question goes there rather than away."""
    note, texte = saisie.note.strip(), saisie.texte.strip()
    tranche = examen.etat not in (EtatExamen.A_EXAMINER, EtatExamen.RETENU) and texte in (examen.question, examen.motif)
    if acte != "retenir" or tranche or texte in note:
        return note
    return f"{note}\n{texte}".strip()


def _verifier_ce_qui_est_retenu(examen: ExamenDossier) -> None:
    """At least one amount; together, no more than the scheme and the law admit (S-21, S-22, S-23)."""
    montants = dict(examen.montants.filter(montant__gt=0).values_list("demande", "montant"))
    if not montants:
        raise RegleEnfreinte("Un dossier retenu garde au moins un montant : écrivez-le, ou ajournez le dossier.")
    try:
        verifier_les_montants(examen.dossier, montants)
    except RegleEnfreinte as refus:
        raise RegleEnfreinte(refus.message, code=refus.code) from refus  # of the whole file, not of one field


def _verifier_le_texte(acte: str, saisie: SaisieExamen) -> None:
    if acte == "retenir" or saisie.texte.strip():
        return
    if acte == "soumettre":
        raise RegleEnfreinte("Écrivez la question à arbitrer.", champ="texte")
    raise RegleEnfreinte("Écrivez pourquoi : le motif est lu par les partenaires.", champ="texte")


def _texte_garde(examen: ExamenDossier, saisie: SaisieExamen) -> dict[str, str]:
    """What the text becomes when nothing is decided: a draft of what may be, else words that are changed but never emptied."""
    texte = saisie.texte.strip()
    if examen.etat in (EtatExamen.A_EXAMINER, EtatExamen.RETENU):
        return {"question": texte}
    if not texte:
        return {}
    return {"question": texte} if examen.etat == EtatExamen.A_ARBITRER else {"motif": texte}


def _ecrire_les_montants(examen: ExamenDossier, saisie: SaisieExamen) -> None:
    """The euros kept, on the rows that a meeting may still decide; checked against the cost of the action."""
    demandes = {demande.pk: demande for demande in _demandes(examen)}
    connus = {m.demande_id: m for m in examen.montants.all()}
    for cle, montant in saisie.montants.items():
        if cle not in demandes:
            raise RegleEnfreinte("Cette demande n’est pas de celles que la réunion examine.", code="hors_seance")
        connu = connus.get(cle)
        if montant is None:
            if connu is not None:
                connu.delete()
            continue
        if connu is not None and connu.montant == montant:
            continue
        if not saisissable(demandes[cle]):
            etat = EtatDemande(demandes[cle].etat).label.lower()
            raise RegleEnfreinte(
                f"{demandes[cle].financeur.nom_court} : cette demande est déjà « {etat} ».", champ=f"montant_{cle}"
            )
        try:
            verifier_sous_le_cout(montant, examen.dossier)
        except RegleEnfreinte as refus:
            raise RegleEnfreinte(refus.message, champ=f"montant_{cle}") from refus
        with contraintes_en_francais(), transaction.atomic():
            MontantExamine.objects.update_or_create(examen=examen, demande_id=cle, defaults={"montant": montant})


def _montants_en_mots(examen: ExamenDossier) -> str:
    """« État 3 000 €, Région 2 000 € »."""
    montants = MontantExamine.objects.filter(examen=examen, montant__gt=0).select_related("demande__financeur")
    ecrits = _en_mots((m.demande, m.montant) for m in montants.order_by("demande__financeur__nom"))
    return ecrits or "aucun montant"


def _en_mots(montants: Iterable[tuple[DemandeFinancement, Decimal]]) -> str:
    return ", ".join(f"{demande.financeur.nom_court} {euros(montant)}" for demande, montant in montants)


def planifier_pour_la_reunion(nom: str, reunion: Reunion, par: Auteur) -> Travail:
    """One job of a kind at a time for a meeting: asked twice, it is the same."""
    en_cours = Travail.objects.filter(
        Q(etat=EtatTravail.A_FAIRE) | Q(etat=EtatTravail.EN_COURS),
        nom=nom,
        cible_type=reunion._meta.label_lower,
        cible_id=reunion.pk,
    ).first()
    if en_cours is not None:
        return en_cours
    return planifier(nom, cible=reunion, parametres={"organisme": par.organisme.pk if par.organisme else None}, par=par)


def _inscrire(reunion: Reunion, acte: str, libelle: str, par: Auteur, le: datetime, **apres: Any) -> None:
    inscrire(reunion, acte=acte, libelle=libelle, par=par, le=le, apres=apres)
