"""Many commitments at once: what each line would do, then all of it in a dozen statements (API, imports)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction

from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire_lot, preparer
from commun.permissions import verifier

from ..models import CibleEngagement, Contrat, Engagement
from ..permissions import AUCUN_ENGAGEMENT, engagement_d_autrui, peut_creer_engagement
from .engagements import (
    CHAMPS,
    CHAMPS_CIBLE,
    LIENS,
    Cadre,
    SaisieCible,
    SaisieEngagement,
    au_nom_du_responsable,
    cibles_de,
    differences,
    droit_d_ecrire,
    en_clair,
    erreurs_de_saisie,
    nettoyer,
    prochaines_references,
)

PAR_ENVOI = 1000


class Issue(StrEnum):
    """What became of a line."""

    CREE = "cree"
    MODIFIE = "modifie"
    INCHANGE = "inchange"
    REFUSE = "refuse"
    NON_ECRIT = "non_ecrit"  # nothing wrong with it, but the lot is all or nothing and another line is refused


@dataclass(frozen=True, slots=True)
class ResultatDeLigne:
    """One line of a lot: its number, what it did (or would do), the commitment, what is wrong with it."""

    numero: int
    issue: Issue
    reference: str = ""
    pk: int | None = None
    erreurs: tuple[RegleEnfreinte, ...] = ()


@dataclass(slots=True)
class _Ligne:
    numero: int
    saisie: SaisieEngagement
    existant: Engagement | None
    ancienne: SaisieEngagement | None
    erreurs: list[RegleEnfreinte]

    @property
    def issue(self) -> Issue:
        if self.erreurs:
            return Issue.REFUSE
        if self.ancienne is None:
            return Issue.CREE
        return Issue.MODIFIE if differences(self.ancienne, self.saisie) else Issue.INCHANGE


@transaction.atomic
def enregistrer_lot(
    contrat: Contrat,
    saisies: Sequence[SaisieEngagement],
    *,
    par: Auteur,
    le: datetime,
    tout_ou_rien: bool = True,
    essai: bool = False,
    numeros: Sequence[int] | None = None,
    donnes: Sequence[Collection[str]] | None = None,
    revisions: Sequence[int | None] | None = None,
) -> list[ResultatDeLigne]:
    """Create or change one commitment per line, and say what became of each; the same lot again writes nothing.

    A line designates a commitment by (organisation, `identifiant_externe`), else by its reference; otherwise it is a
    new one. `tout_ou_rien` writes nothing when a line is refused, else the good lines are written. `essai` only tells
    what would happen. `numeros` are the lines' numbers as the sender knows them (1, 2, 3… by default).
    `donnes` names, for each line, the parts that it gives: an existing commitment keeps the others (all by default).
    `revisions` are those that the sender read: a line that would write over a later one is refused; None skips that.
    """
    verifier(peut_creer_engagement(par, contrat))
    # One lot at a time in a contract: two of them must not create the same commitment.
    Contrat.objects.select_for_update(no_key=True).get(pk=contrat.pk)
    numeros = numeros or range(1, len(saisies) + 1)
    lignes = _examiner(contrat, [nettoyer(s) for s in saisies], numeros, donnes, par)
    for ligne, revision in zip(lignes, revisions or (), strict=bool(revisions)):
        ligne.erreurs += _depassee(ligne, revision)
    refuses = any(ligne.erreurs for ligne in lignes)
    if essai or (refuses and tout_ou_rien):
        return [_sans_ecrire(ligne, essai=essai) for ligne in lignes]
    with contraintes_en_francais(), transaction.atomic():
        _creer([ligne for ligne in lignes if ligne.issue is Issue.CREE], contrat, par, le)
        _modifier([ligne for ligne in lignes if ligne.issue is Issue.MODIFIE], par, le)
    return [_ecrite(ligne) for ligne in lignes]


# --- What each line would do ------------------------------------------------------------------------------------------
def _examiner(
    contrat: Contrat,
    saisies: list[SaisieEngagement],
    numeros: Sequence[int],
    donnes: Sequence[Collection[str]] | None,
    par: Auteur,
) -> list[_Ligne]:
    cadre = Cadre.de(contrat)
    existants = _existants(contrat, saisies)
    anciennes = _anciennes(existants)
    par_reference = {e.reference: e for e in existants}
    par_externe = {(e.organisme_id, e.identifiant_externe): e for e in existants if e.identifiant_externe}
    vues: dict[Any, int] = {}
    lignes = []
    for rang, (numero, saisie) in enumerate(zip(numeros, saisies, strict=True)):
        existant = _designe(saisie, par_reference, par_externe)
        if existant is not None and donnes is not None:
            parts = {nom: getattr(saisie, nom) for nom in donnes[rang]}
            saisie = replace(anciennes[existant.pk], **parts)
        if existant is not None and not saisie.reference:
            saisie = replace(saisie, reference=existant.reference)
        ligne = _Ligne(numero, saisie, existant, anciennes[existant.pk] if existant else None, [])
        ligne.erreurs += erreurs_de_saisie(cadre, saisie)
        ligne.erreurs += _refus(par, contrat, ligne)
        ligne.erreurs += _repetitions(ligne, vues)
        ligne.erreurs += _references_prises(ligne, par_reference)
        lignes.append(ligne)
    return lignes


def _existants(contrat: Contrat, saisies: list[SaisieEngagement]) -> list[Engagement]:
    """The commitments that the lines may designate, withdrawn ones included, held until the end."""
    references = {s.reference for s in saisies if s.reference}
    externes = {s.identifiant_externe for s in saisies if s.identifiant_externe}
    tous = Engagement.tous.filter(contrat=contrat)
    cles = set(tous.filter(reference__in=references).values_list("pk", flat=True))
    cles |= set(tous.filter(identifiant_externe__in=externes).values_list("pk", flat=True))
    trouves = (
        Engagement.tous.filter(pk__in=cles)
        .select_for_update(of=("self",), no_key=True)
        .select_related("organisme", "signataire__organisme", "orientation")
        .order_by("pk")
    )
    existants = list(trouves)
    for engagement in existants:
        engagement.contrat = contrat
    return existants


def _anciennes(existants: list[Engagement]) -> dict[int, SaisieEngagement]:
    """What they say now, by number: as `saisie_de`, for thousands of them, in ten queries."""
    cles = [e.pk for e in existants]
    liens = {nom: _liens(nom, cles) for nom in LIENS}
    cibles: dict[int, list[SaisieCible]] = {}
    rangees = CibleEngagement.objects.filter(engagement__in=cles).order_by("ordre", "pk")
    for cle, *valeurs in rangees.values_list("engagement_id", *CHAMPS_CIBLE):
        cibles.setdefault(cle, []).append(SaisieCible(**dict(zip(CHAMPS_CIBLE, valeurs, strict=True))))
    anciennes = {}
    for e in existants:
        parts: dict[str, Any] = {nom: getattr(e, nom) for nom in CHAMPS}
        parts |= {nom: tuple(liens[nom].get(e.pk, ())) for nom in LIENS}
        anciennes[e.pk] = SaisieEngagement(**parts, cibles=tuple(cibles.get(e.pk, ())))
    return anciennes


def _liens(nom: str, cles: list[int]) -> dict[int, list[Any]]:
    """The objects that each commitment is linked to under this name."""
    liaison, de, vers = _liaison(nom)
    couples = list(liaison.objects.filter(**{f"{de}__in": cles}).values_list(de, vers))
    modele: Any = Engagement._meta.get_field(nom).related_model
    objets = modele.objects.in_bulk({autre for _, autre in couples})
    trouves: dict[int, list[Any]] = {}
    for cle, autre in couples:
        trouves.setdefault(cle, []).append(objets[autre])
    return trouves


def _liaison(nom: str) -> tuple[Any, str, str]:
    """The table that joins, and the names of its two columns."""
    champ: Any = Engagement._meta.get_field(nom)
    return champ.remote_field.through, champ.m2m_field_name() + "_id", champ.m2m_reverse_field_name() + "_id"


def _designe(
    saisie: SaisieEngagement,
    par_reference: dict[str, Engagement],
    par_externe: dict[tuple[int | None, str], Engagement],
) -> Engagement | None:
    if saisie.identifiant_externe and saisie.organisme is not None:
        connu = par_externe.get((saisie.organisme.pk, saisie.identifiant_externe))
        if connu is not None:
            return connu
    return par_reference.get(saisie.reference) if saisie.reference else None


def _refus(par: Auteur, contrat: Contrat, ligne: _Ligne) -> list[RegleEnfreinte]:
    """Why the author may not write this line."""
    if ligne.existant is not None and engagement_d_autrui(par, ligne.existant):
        externe = ligne.existant.identifiant_externe
        champ = "identifiant_externe" if externe and externe == ligne.saisie.identifiant_externe else "reference"
        return [RegleEnfreinte(AUCUN_ENGAGEMENT, champ=champ, code="engagement_d_autrui")]
    if ligne.existant is not None and ligne.existant.retire_le is not None:
        message = "Cet engagement a été retiré : donnez une autre référence ou un autre identifiant."
        return [RegleEnfreinte(message, champ="reference", code="retire")]
    for saisie in (ligne.ancienne, ligne.saisie):
        if saisie is not None and not (reponse := droit_d_ecrire(par, contrat, saisie)):
            return [RegleEnfreinte(reponse.motif, champ="organisme", code="interdit")]
    return []


def _repetitions(ligne: _Ligne, vues: dict[Any, int]) -> list[RegleEnfreinte]:
    """A commitment is designated by one line of the lot only."""
    saisie = ligne.saisie
    cles: list[tuple[str, Any]] = []
    if ligne.existant is not None:
        cles.append(("reference", ligne.existant.pk))
    if saisie.reference:
        cles.append(("reference", saisie.reference))
    if saisie.identifiant_externe and saisie.organisme is not None:
        cles.append(("identifiant_externe", (saisie.organisme.pk, saisie.identifiant_externe)))
    for champ, cle in cles:
        premiere = vues.setdefault((champ, cle), ligne.numero)
        if premiere != ligne.numero:
            message = f"La ligne {premiere} désigne déjà cet engagement : gardez une seule des deux."
            return [RegleEnfreinte(message, champ=champ, code="ligne_repetee")]
    return []


def _references_prises(ligne: _Ligne, par_reference: dict[str, Engagement]) -> list[RegleEnfreinte]:
    """A line that designates a commitment by its identifier cannot take the reference of another one."""
    autre = par_reference.get(ligne.saisie.reference)
    if autre is None or ligne.existant is None or autre.pk == ligne.existant.pk:
        return []
    message = "Un autre engagement du contrat porte déjà cette référence."
    return [RegleEnfreinte(message, champ="reference", code="contrats_engagement_reference_unique")]


def _depassee(ligne: _Ligne, revision: int | None) -> list[RegleEnfreinte]:
    """What changed since the sender read it; a line that says what already stands writes over nothing."""
    if revision is None or ligne.issue is Issue.INCHANGE:
        return []
    if ligne.existant is None:
        message = "Aucun engagement ne correspond à cette ligne : retirez la révision pour le créer."
    elif ligne.existant.retire_le is None and ligne.existant.revision != revision:
        message = "Cet engagement a changé depuis votre lecture : relisez-le, puis refaites votre modification."
    else:
        return []
    return [RegleEnfreinte(message, champ="revision", code="revision_depassee")]


def _sans_ecrire(ligne: _Ligne, *, essai: bool) -> ResultatDeLigne:
    issue = ligne.issue if essai or ligne.erreurs else Issue.NON_ECRIT
    pk = ligne.existant.pk if ligne.existant is not None else None
    return ResultatDeLigne(ligne.numero, issue, ligne.saisie.reference, pk, tuple(ligne.erreurs))


def _ecrite(ligne: _Ligne) -> ResultatDeLigne:
    if ligne.erreurs or ligne.existant is None:
        return ResultatDeLigne(ligne.numero, Issue.REFUSE, ligne.saisie.reference, None, tuple(ligne.erreurs))
    return ResultatDeLigne(ligne.numero, ligne.issue, ligne.existant.reference, ligne.existant.pk)


# --- Writing ----------------------------------------------------------------------------------------------------------
def _creer(lignes: list[_Ligne], contrat: Contrat, par: Auteur, le: datetime) -> None:
    sans_reference = [ligne for ligne in lignes if not ligne.saisie.reference]
    donnees = [ligne.saisie.reference for ligne in lignes if ligne.saisie.reference]
    tirees = prochaines_references(contrat, len(sans_reference), aussi=donnees) if sans_reference else []
    for ligne, reference in zip(sans_reference, tirees, strict=True):
        ligne.saisie = replace(ligne.saisie, reference=reference)
    nouveaux = [Engagement(contrat=contrat, **{n: getattr(ligne.saisie, n) for n in CHAMPS}) for ligne in lignes]
    Engagement.tous.bulk_create(nouveaux, batch_size=PAR_ENVOI)
    for ligne, engagement in zip(lignes, nouveaux, strict=True):
        ligne.existant = engagement
    _ecrire_liens_et_cibles(lignes, LIENS)
    inscrire_lot(
        preparer(
            e,
            acte="creer_engagement",
            libelle="Engagement créé",
            par=au_nom_du_responsable(par, e),
            le=le,
            apres=en_clair(ligne.saisie),
        )
        for ligne in lignes
        if (e := ligne.existant) is not None
    )


def _modifier(lignes: list[_Ligne], par: Auteur, le: datetime) -> None:
    changes: list[tuple[list[str], Engagement, dict[str, Any], dict[str, Any]]] = []
    for ligne in lignes:
        assert ligne.existant is not None
        assert ligne.ancienne is not None
        noms = differences(ligne.ancienne, ligne.saisie)
        for nom in noms:
            if nom in CHAMPS:
                setattr(ligne.existant, nom, getattr(ligne.saisie, nom))
        ligne.existant.revision += 1
        changes.append((noms, ligne.existant, en_clair(ligne.ancienne, noms), en_clair(ligne.saisie, noms)))
    engagements = [e for _, e, _, _ in changes]
    # One INSERT … ON CONFLICT for a thousand rows: `bulk_update` writes a CASE per row and column, minutes of it.
    Engagement.tous.bulk_create(
        engagements,
        batch_size=PAR_ENVOI,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*CHAMPS, "revision", "modifie_le"],
    )
    for nom in (*LIENS, "cibles"):
        touches = [ligne for ligne, (noms, *_) in zip(lignes, changes, strict=True) if nom in noms]
        if nom == "cibles":
            CibleEngagement.objects.filter(engagement__in=[t.existant.pk for t in touches if t.existant]).delete()
            _ecrire_liens_et_cibles(touches, ())
        elif touches:
            liaison, de, _ = _liaison(nom)
            liaison.objects.filter(**{f"{de}__in": [t.existant.pk for t in touches if t.existant]}).delete()
            _ecrire_liens(touches, nom)
    inscrire_lot(
        [
            preparer(
                e,
                acte="modifier_engagement",
                libelle="Engagement modifié",
                par=au_nom_du_responsable(par, e),
                le=le,
                avant=avant,
                apres=apres,
            )
            for _, e, avant, apres in changes
        ],
        nouveaux=False,
    )


def _ecrire_liens_et_cibles(lignes: list[_Ligne], liens: Sequence[str]) -> None:
    for nom in liens:
        _ecrire_liens(lignes, nom)
    cibles = [c for ligne in lignes if ligne.existant for c in cibles_de(ligne.existant, ligne.saisie)]
    CibleEngagement.objects.bulk_create(cibles, batch_size=PAR_ENVOI)


def _ecrire_liens(lignes: list[_Ligne], nom: str) -> None:
    liaison, de, vers = _liaison(nom)
    rangees = [
        liaison(**{de: ligne.existant.pk, vers: pk})
        for ligne in lignes
        if ligne.existant is not None
        for pk in {x.pk for x in getattr(ligne.saisie, nom)}
    ]
    liaison.objects.bulk_create(rangees, batch_size=PAR_ENVOI)
