"""Writing commitments: creating, changing and withdrawing them. The browser, the API and imports call these."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte, RevisionDepassee
from commun.journal import inscrire
from commun.permissions import verifier
from geographie.models import Perimetre

from ..etats import TypeCible
from ..lectures.engagements import cible_en_mots
from ..models import (
    CibleEngagement,
    Contrat,
    Engagement,
    NatureOrientation,
    Objectif,
    Orientation,
    PorteeEngagement,
    Signataire,
)
from ..permissions import (
    Limites,
    organismes_responsables,
    parle_pour,
    peut_creer_engagement,
    peut_ecrire_engagement,
    peut_modifier_engagement,
    roles,
)

_NUMERO = re.compile(r"E(\d{1,6})")


@dataclass(frozen=True, slots=True, kw_only=True)
class SaisieCible:
    """One target as it is given; only its kind is compulsory. `valeur` in `unite`, percentages as 20 for 20 %."""

    type: str
    numerateur: str = ""
    denominateur: str = ""
    unite: str = ""
    reference: Decimal | None = None
    reference_le: date | None = None
    valeur: Decimal | None = None
    valeur_haute: Decimal | None = None
    echeance: date | None = None
    sens: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaisieEngagement:
    """A whole commitment as it is given; only its wording is compulsory. An empty reference is drawn: the next E<n>."""

    libelle: str
    reference: str = ""
    organisme: Organisme | None = None
    signataire: Signataire | None = None
    orientation: Orientation | None = None
    objectifs: tuple[Objectif, ...] = ()
    perimetres: tuple[Perimetre, ...] = ()
    portee: str = PorteeEngagement.CONTRAT.value
    nature: str = ""
    echeance: date | None = None
    echeance_texte: str = ""
    partenaires: tuple[Organisme, ...] = ()
    axes_transversaux: tuple[Orientation, ...] = ()
    note: str = ""
    identifiant_externe: str = ""
    source: str = ""
    cibles: tuple[SaisieCible, ...] = ()


LIENS = ("objectifs", "perimetres", "partenaires", "axes_transversaux")
CHAMPS = tuple(f.name for f in fields(SaisieEngagement) if f.name not in (*LIENS, "cibles"))
CHAMPS_CIBLE = tuple(f.name for f in fields(SaisieCible))


def saisie_de(engagement: Engagement) -> SaisieEngagement:
    """The commitment as it stands, to change a part of it: `replace(saisie_de(e), libelle="…")`."""
    parts: dict[str, Any] = {nom: getattr(engagement, nom) for nom in CHAMPS}
    parts |= {nom: tuple(getattr(engagement, nom).all()) for nom in LIENS}
    parts["cibles"] = tuple(
        SaisieCible(**{nom: getattr(cible, nom) for nom in CHAMPS_CIBLE}) for cible in engagement.cibles.all()
    )
    return SaisieEngagement(**parts)


@transaction.atomic
def creer_engagement(contrat: Contrat, saisie: SaisieEngagement, *, par: Auteur, le: datetime) -> Engagement:
    """Write a new commitment of the contract, with its targets. Raises `RegleEnfreinte` naming the field at fault."""
    verifier(peut_creer_engagement(par, contrat))
    verifier(droit_d_ecrire(par, contrat, saisie))
    saisie = nettoyer(saisie)
    for erreur in erreurs_de_saisie(Cadre.de(contrat), saisie):
        raise erreur
    if not saisie.reference:
        saisie = replace(saisie, reference=prochaines_references(contrat, 1)[0])
    engagement = Engagement(contrat=contrat, **{nom: getattr(saisie, nom) for nom in CHAMPS})
    with contraintes_en_francais(), transaction.atomic():
        engagement.save(force_insert=True)
    for nom in LIENS:
        getattr(engagement, nom).set(getattr(saisie, nom))
    CibleEngagement.objects.bulk_create(cibles_de(engagement, saisie))
    inscrire(
        engagement,
        acte="creer_engagement",
        libelle="Engagement créé",
        par=au_nom_du_responsable(par, engagement),
        le=le,
        apres=en_clair(saisie),
    )
    return engagement


@transaction.atomic
def modifier_engagement(
    engagement: Engagement, saisie: SaisieEngagement, *, revision: int | None, par: Auteur, le: datetime
) -> Engagement:
    """Give the commitment the content of `saisie`, whole; the same content again writes nothing.

    `revision` is the one that the author read: when somebody wrote since, raises `RegleEnfreinte` of code `conflit`.
    None skips that check, for an import that says how things must stand.
    """
    engagement = verrouiller_engagement(engagement)
    verifier(peut_modifier_engagement(par, engagement))
    verifier_revision(engagement, revision)
    verifier(droit_d_ecrire(par, engagement.contrat, saisie))
    saisie = nettoyer(saisie)
    if not saisie.reference:
        saisie = replace(saisie, reference=engagement.reference)
    for erreur in erreurs_de_saisie(Cadre.de(engagement.contrat), saisie):
        raise erreur
    ancienne = saisie_de(engagement)
    changes = differences(ancienne, saisie)
    if not changes:
        return engagement
    for nom in CHAMPS:
        setattr(engagement, nom, getattr(saisie, nom))
    engagement.revision += 1
    with contraintes_en_francais(), transaction.atomic():
        engagement.save(update_fields=[*CHAMPS, "revision", "modifie_le"])
    for nom in LIENS:
        getattr(engagement, nom).set(getattr(saisie, nom))
    if ancienne.cibles != saisie.cibles:
        engagement.cibles.all().delete()
        CibleEngagement.objects.bulk_create(cibles_de(engagement, saisie))
    inscrire(
        engagement,
        acte="modifier_engagement",
        libelle="Engagement modifié",
        par=au_nom_du_responsable(par, engagement),
        le=le,
        avant=en_clair(ancienne, changes),
        apres=en_clair(saisie, changes),
    )
    return engagement


@transaction.atomic
def retirer_engagement(
    engagement: Engagement, *, par: Auteur, le: datetime, motif: str = "", revision: int | None = None
) -> Engagement:
    """Withdraw a commitment: it leaves every list and total, its row and its statements stay. Withdrawing twice is once."""
    engagement = verrouiller_engagement(engagement)
    if engagement.retire_le is not None:
        return engagement
    verifier(peut_modifier_engagement(par, engagement))
    verifier_revision(engagement, revision)
    engagement.retire_le = le
    engagement.revision += 1
    engagement.save(update_fields=["retire_le", "revision", "modifie_le"])
    engagement.points.update(
        modifie_le=engagement.modifie_le
    )  # those who follow the statements learn that they are gone
    inscrire(
        engagement,
        acte="retirer_engagement",
        libelle="Engagement retiré",
        par=au_nom_du_responsable(par, engagement),
        le=le,
        motif=motif,
    )
    return engagement


# --- What the other acts on commitments share -------------------------------------------------------------------------
def verrouiller_engagement(engagement: Engagement) -> Engagement:
    """The commitment as it now stands, withdrawn or not, held until the end of the transaction."""
    return (
        Engagement.tous.select_for_update(of=("self",), no_key=True)
        .select_related("contrat", "organisme__parent", "signataire__organisme", "orientation")
        .get(pk=engagement.pk)
    )


def verifier_revision(objet: Any, revision: int | None) -> None:
    """Refuse to write over what somebody else wrote since the author read `revision`."""
    if revision is not None and objet.revision != revision:
        raise RevisionDepassee(
            "Quelqu’un d’autre a modifié cet objet depuis que vous l’avez lu. Rechargez-le, puis refaites votre "
            "modification.",
            code="conflit",
        )


def au_nom_du_responsable(par: Auteur, engagement: Engagement) -> Auteur:
    """The author as the journal shows it: the correspondent of the organisation, or the team *pour le compte de* it."""
    responsable = engagement.responsable
    if responsable is None or par.est_le_produit:
        return par
    tenus = roles(par, engagement.contrat)
    possibles = organismes_responsables(engagement.organisme, engagement.signataire)
    if par.organisme is not None and par.organisme.pk in possibles:
        return par
    organisme_id = parle_pour(tenus, possibles, Limites())
    if organisme_id is not None:
        organisme = responsable if responsable.pk == organisme_id else Organisme.objects.get(pk=organisme_id)
        return replace(par, organisme=organisme)
    return par.au_nom_de(responsable)


def droit_d_ecrire(par: Auteur, contrat: Contrat, saisie: SaisieEngagement) -> Any:
    """Whether the author may write a commitment with this owner, these places and this orientation."""
    lieux = Limites(
        perimetres=frozenset(p.pk for p in saisie.perimetres),
        orientations=frozenset({saisie.orientation.pk}) if saisie.orientation else frozenset(),
    )
    return peut_ecrire_engagement(
        roles(par, contrat), organismes_responsables(saisie.organisme, saisie.signataire), lieux
    )


@dataclass(frozen=True, slots=True)
class Cadre:
    """What belongs to the contract, by number: read once, for one commitment or for ten thousand."""

    signataires: frozenset[int]
    orientations: frozenset[int]
    axes: frozenset[int]
    objectifs: frozenset[int]
    perimetres: frozenset[int]

    @classmethod
    def de(cls, contrat: Contrat) -> Cadre:
        """The frame of `contrat`, in four queries."""
        natures = dict(contrat.orientations.values_list("pk", "nature"))
        return cls(
            signataires=frozenset(contrat.signataires.values_list("pk", flat=True)),
            orientations=frozenset(natures),
            axes=frozenset(pk for pk, nature in natures.items() if nature == NatureOrientation.TRANSVERSALE),
            objectifs=frozenset(Objectif.objects.filter(orientation__contrat=contrat).values_list("pk", flat=True)),
            perimetres=frozenset(contrat.perimetres.values_list("perimetre_id", flat=True)),
        )


def nettoyer(saisie: SaisieEngagement) -> SaisieEngagement:
    """Texts without spaces around them."""
    cibles = tuple(replace(cible, **_textes_propres(cible, CHAMPS_CIBLE)) for cible in saisie.cibles)
    return replace(saisie, **_textes_propres(saisie, CHAMPS), cibles=cibles)


def _textes_propres(saisie: Any, noms: Iterable[str]) -> dict[str, Any]:
    return {nom: valeur.strip() for nom in noms if isinstance(valeur := getattr(saisie, nom), str)}


def erreurs_de_saisie(cadre: Cadre, saisie: SaisieEngagement) -> list[RegleEnfreinte]:
    """All that is wrong, each with its field (`libelle`, `cibles.0.valeur`…). What is merely missing is not an error."""
    erreurs = list(erreurs_des_champs(Engagement, saisie, CHAMPS))
    if saisie.signataire is not None and saisie.signataire.pk not in cadre.signataires:
        erreurs.append(_hors_contrat("signataire", "Ce signataire n’est pas un signataire de ce contrat."))
    if saisie.orientation is not None and saisie.orientation.pk not in cadre.orientations:
        erreurs.append(_hors_contrat("orientation", "Cette orientation n’est pas dans ce contrat."))
    if not {o.pk for o in saisie.objectifs} <= cadre.objectifs:
        erreurs.append(_hors_contrat("objectifs", "Un des objectifs choisis n’est pas dans ce contrat."))
    if not {p.pk for p in saisie.perimetres} <= cadre.perimetres:
        erreurs.append(_hors_contrat("perimetres", "Un des périmètres choisis n’est pas dans ce contrat."))
    if not {a.pk for a in saisie.axes_transversaux} <= cadre.axes:
        erreurs.append(
            _hors_contrat("axes_transversaux", "Un des axes choisis n’est pas un axe transversal de ce contrat.")
        )
    for rang, cible in enumerate(saisie.cibles):
        erreurs += erreurs_des_champs(CibleEngagement, cible, CHAMPS_CIBLE, prefixe=f"cibles.{rang}.")
        erreurs += _erreurs_de_cible(cible, f"cibles.{rang}.")
    return erreurs


def _hors_contrat(champ: str, message: str) -> RegleEnfreinte:
    return RegleEnfreinte(message, champ=champ, code="hors_contrat")


# Words for what Django's own field checks say in general terms.
_MESSAGES = {
    ("libelle", "blank"): "Écrivez ce que l’organisme s’engage à faire.",
    ("libelle", "max_length"): "Le libellé compte 500 caractères au plus : gardez la suite pour la note.",
    ("reference", "max_length"): "La référence compte 30 caractères au plus.",
}


def erreurs_des_champs(
    modele: type[models.Model], saisie: Any, noms: Iterable[str], prefixe: str = ""
) -> Iterable[RegleEnfreinte]:
    """What the model's own fields refuse: lengths, choices, digits. Foreign keys are checked against the frame."""
    for nom in noms:
        champ: Any = modele._meta.get_field(nom)
        valeur = getattr(saisie, nom)
        if champ.is_relation or (nom == "reference" and modele is Engagement and not valeur):  # drawn later
            continue
        if isinstance(valeur, str) and "\x00" in valeur:
            yield RegleEnfreinte("Ce texte contient un caractère nul.", champ=prefixe + nom, code="caractere_nul")
            continue
        try:
            champ.clean(valeur, None)
        except ValidationError as erreur:
            code = erreur.error_list[0].code or "invalide"
            message = "" if prefixe else _MESSAGES.get((nom, code), "")
            yield RegleEnfreinte(message or " ".join(erreur.messages), champ=prefixe + nom, code=code)


def _erreurs_de_cible(cible: SaisieCible, prefixe: str) -> Iterable[RegleEnfreinte]:
    if cible.valeur is not None and cible.valeur_haute is not None and cible.valeur_haute < cible.valeur:
        yield RegleEnfreinte(
            "La borne haute est sous la borne basse.", champ=prefixe + "valeur_haute", code="intervalle"
        )
    if cible.valeur_haute is not None and cible.type in TypeCible and cible.type != TypeCible.INTERVALLE:
        yield RegleEnfreinte(
            "Seul un intervalle a une borne haute : choisissez le type « Intervalle », ou retirez-la.",
            champ=prefixe + "valeur_haute",
            code="borne_haute",
        )
    if cible.reference_le and cible.echeance and cible.echeance < cible.reference_le:
        yield RegleEnfreinte(
            "L’échéance de la cible vient avant sa date de départ.", champ=prefixe + "echeance", code="dates"
        )


def prochaines_references(contrat: Contrat, nombre: int, *, aussi: Iterable[str] = ()) -> list[str]:
    """The next references E<n>, beyond those of the contract and those of `aussi`, given by the same lot.

    The contract's row is held, so that two authors never draw the same.
    """
    Contrat.objects.select_for_update(no_key=True).get(pk=contrat.pk)
    prises = [*Engagement.tous.filter(contrat=contrat).values_list("reference", flat=True), *aussi]
    dernier = max((int(m[1]) for r in prises if (m := _NUMERO.fullmatch(r))), default=0)
    return [f"E{dernier + rang}" for rang in range(1, nombre + 1)]


def cibles_de(engagement: Engagement, saisie: SaisieEngagement) -> list[CibleEngagement]:
    """The rows of the targets, in their order, not yet saved."""
    return [
        CibleEngagement(engagement=engagement, ordre=rang, **{n: getattr(cible, n) for n in CHAMPS_CIBLE})
        for rang, cible in enumerate(saisie.cibles)
    ]


def differences(ancienne: SaisieEngagement, nouvelle: SaisieEngagement) -> list[str]:
    """The parts that differ; the order of links does not count, that of targets does."""
    return [
        *(n for n in (*CHAMPS, "cibles") if getattr(ancienne, n) != getattr(nouvelle, n)),
        *(n for n in LIENS if {x.pk for x in getattr(ancienne, n)} != {x.pk for x in getattr(nouvelle, n)}),
    ]


def en_clair(saisie: SaisieEngagement, seulement: Iterable[str] = (*CHAMPS, *LIENS, "cibles")) -> dict[str, Any]:
    """The commitment, or these parts of it, in words: as the journal keeps it."""
    clair: dict[str, Any] = {}
    for nom in seulement:
        valeur = getattr(saisie, nom)
        if nom == "cibles":
            clair[nom] = [_cible_en_clair(c) for c in valeur]
        elif nom in LIENS:
            clair[nom] = sorted(str(x) for x in valeur)
        else:
            clair[nom] = valeur if valeur is None or isinstance(valeur, str) else str(valeur)
    return clair


def _cible_en_clair(cible: SaisieCible) -> str:
    return cible_en_mots(CibleEngagement(**{n: getattr(cible, n) for n in CHAMPS_CIBLE}))
