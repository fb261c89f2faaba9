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
from contrats.models import Reunion

from ..etats import EtatDemande, EtatDossier, EtatExamen
from ..lectures.listes_de_seance import ORDRES, deports_du_jour, examinables, preparations
from ..lectures.montants_de_seance import cle_du_repere
from ..models import DemandeFinancement, ExamenDossier, MontantExamine
from ..models.seance import demandes_de, saisissable
from ..permissions import peut_appliquer, peut_saisir_l_examen, peut_tenir_la_seance
from .copil import ajourner, programmer, reprendre
from .ecriture import ZERO, verifier_sous_le_cout, verrouiller_dossier
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
    """Take a file off the list; what was applied to it stays where it is."""
    reunion = verrouiller_la_seance(examen.reunion, par)
    examen = ExamenDossier.objects.select_related("dossier").get(pk=examen.pk)
    if examen.applique_le is not None:
        raise RegleEnfreinte("La décision est appliquée au dossier : il reste sur la liste de la réunion.")
    numero = examen.dossier.numero
    examen.delete()
    _renumeroter(list(reunion.examens.order_by("ordre", "pk")))
    _inscrire(reunion, "retirer_de_la_liste", "Dossier retiré de la liste", par, le, dossiers=[numero])


@transaction.atomic
def deplacer_sur_la_liste(examen: ExamenDossier, *, rang: int, par: Auteur, le: datetime) -> None:
    """Bring a file to the rank `rang` (1 is the first); the others make room."""
    reunion = verrouiller_la_seance(examen.reunion, par)
    liste = list(reunion.examens.order_by("ordre", "pk"))
    place = next(n for n, autre in enumerate(liste) if autre.pk == examen.pk)
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
    if acte == "retenir" and not examen.montants.filter(montant__gt=0).exists():
        raise RegleEnfreinte("Un dossier retenu garde au moins un montant : écrivez-le, ou ajournez le dossier.")
    champs: dict[str, Any] = {"note": saisie.note.strip(), "retraits": saisie.retraits.strip()}
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
    """Examine a file again; one whose decision was applied, only once it came back to its instruction."""
    examen = _verrouiller_examen(examen)
    if examen.applique_le is not None and examen.dossier.etat == EtatDossier.EN_INSTRUCTION:
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
    montants = {m.demande_id: m.montant for prepare in (avant, examen) for m in prepare.montants.all()}
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

    Kept: each amount above 0 is programmed, proposed first in the funder's name where it had not proposed. Put off: so
    is the file. Set aside: the file stays in its instruction, and its life tells why; each funder still refuses its own row.
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
    retenus = {m.demande_id: m.montant for m in examen.montants.all()}
    demandes = list(_demandes(examen))
    a_proposer = [d for d in demandes if retenus.get(d.pk, ZERO) > 0 and not d.a_la_table_du_copil and saisissable(d)]
    if a_proposer and examen.dossier.etat == EtatDossier.AJOURNE:
        examen.dossier = reprendre(examen.dossier, par=par, le=le)
    for demande in a_proposer:
        proposer(demande, montant=retenus[demande.pk], par=par, le=le, piece_source=f"Décision de séance : {reunion}")
    # What the meeting did not see stays as it is: a proposal that came since is not programmed unread.
    montants = {demande.pk: retenus.get(demande.pk, ZERO) for demande in demandes}
    programmer(examen.dossier, reunion=reunion, montants=montants, par=par, le=le)
    return f"programmé, {_montants_en_mots(examen)}"


def _ajourner(examen: ExamenDossier, par: Auteur, le: datetime) -> str:
    dossier = examen.dossier
    if dossier.etat == EtatDossier.AJOURNE:
        dossier = reprendre(dossier, par=par, le=le)
    ajourner(dossier, reunion=examen.reunion, motif=examen.motif, par=par, le=le)
    return "ajourné"


def _ecarter(examen: ExamenDossier, par: Auteur, le: datetime) -> str:
    dossier = verrouiller_dossier(examen.dossier)
    if dossier.etat not in (EtatDossier.EN_INSTRUCTION, EtatDossier.AJOURNE):
        raise RegleEnfreinte(
            f"Le dossier est « {dossier.get_etat_display().lower()} » : la réunion ne l’écarte plus. Reprenez son examen."
        )
    inscrire(
        dossier,
        acte="ecarter_en_seance",
        libelle="Écarté de la programmation",
        par=par,
        le=le,
        motif=f"{examen.reunion} : {examen.motif}",
    )
    return "écarté : il reste en instruction, chaque financeur refuse sa propre ligne"


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
    return (
        ExamenDossier.objects.select_for_update(of=("self",))
        .select_related(
            "reunion__comite__contrat", "reunion__commune", "dossier__contrat", "dossier__campagne", "modifie_par"
        )
        .get(pk=examen.pk)
    )


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
    champs = {"note": saisie.note.strip(), "retraits": saisie.retraits.strip()}
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


def _verifier_le_texte(acte: str, saisie: SaisieExamen) -> None:
    if acte == "retenir" or saisie.texte.strip():
        return
    if acte == "soumettre":
        raise RegleEnfreinte("Écrivez la question à arbitrer.", champ="texte")
    raise RegleEnfreinte("Écrivez pourquoi : le motif est lu par les partenaires.", champ="texte")


def _texte_garde(examen: ExamenDossier, saisie: SaisieExamen) -> dict[str, str]:
    """What the text becomes when nothing is decided: a draft before, then words that are changed but never emptied."""
    texte = saisie.texte.strip()
    if examen.etat == EtatExamen.A_EXAMINER:
        return {"question": texte}
    if examen.etat == EtatExamen.RETENU or not texte:
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
    ecrits = [
        f"{m.demande.financeur.nom_court} {euros(m.montant)}" for m in montants.order_by("demande__financeur__nom")
    ]
    return ", ".join(ecrits) or "aucun montant"


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
