"""The list of commitments: what was promised, by whom, with which targets, and what was last stated of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from commun.auteur import Auteur
from commun.typographie import date_longue, nombre

from ..etats import EtatEngagement, TypeCible
from ..models import CibleEngagement, Contrat, Engagement, Signataire
from ..permissions import roles, voit_les_declarations
from ..regles import en_retard

TONS = {
    EtatEngagement.NON_COMMENCE: "neutre",
    EtatEngagement.EN_COURS: "info",
    EtatEngagement.TENU: "succes",
    EtatEngagement.PARTIELLEMENT_TENU: "attention",
    EtatEngagement.NON_TENU: "danger",
    EtatEngagement.ABANDONNE: "neutre",
    EtatEngagement.SANS_INFORMATION: "neutre",
}


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the signatory last stated of a commitment."""

    etat: EtatEngagement
    annee: int | None
    en_retard: bool

    @property
    def ton(self) -> str:
        return TONS[self.etat]


@dataclass(frozen=True, slots=True)
class EngagementLu:
    """One commitment, as its list shows it. An unknown owner or deadline stays unknown."""

    pk: int
    reference: str
    libelle: str
    organisme: str
    au_titre_de: str
    orientation: str
    nature: str
    portee: str
    echeance: date | None
    cibles: tuple[str, ...]
    source: str
    fictif: bool
    declaration: Declaration | None  # None when this reader does not see statements


def choisir(
    contrat: Contrat,
    *,
    pour: Auteur,
    texte: str = "",
    signataire: Signataire | None = None,
    orientation: Any = None,
    etat: str = "",
) -> QuerySet[Engagement]:
    """The commitments that answer the filters, in the order of their references.

    A reader who does not see statements cannot filter by them: the answer would tell what is hidden.
    """
    choisis = Engagement.objects.filter(contrat=contrat).avec_derniere_declaration()
    if texte:
        choisis = choisis.cherches(texte)
    if signataire is not None:
        # A commitment that names no signatory is that of the organisation which made it.
        seul = Q(signataire__isnull=True, organisme=signataire.organisme_id)
        choisis = choisis.filter(Q(signataire=signataire) | seul)
    if orientation is not None:
        choisis = choisis.filter(orientation=orientation)
    if etat and voit_les_declarations(roles(pour, contrat)):
        choisis = choisis.declares(etat)
    return choisis.select_related("organisme", "signataire__organisme", "orientation").dans_l_ordre()


def lire(page: Any, contrat: Contrat, *, pour: Auteur, le: date) -> list[EngagementLu]:
    """The rows of one page, as they stand on `le`; the targets are read in one go."""
    engagements = list(page)
    cibles: dict[int, list[CibleEngagement]] = {}
    for cible in CibleEngagement.objects.filter(engagement__in=[e.pk for e in engagements]).order_by("ordre", "pk"):
        cibles.setdefault(cible.engagement_id, []).append(cible)
    declarations = voit_les_declarations(roles(pour, contrat))
    return [_lire(e, cibles.get(e.pk, []), declarations=declarations, le=le) for e in engagements]


def _lire(engagement: Any, cibles: list[CibleEngagement], *, declarations: bool, le: date) -> EngagementLu:
    echeances = [c.echeance for c in cibles if c.echeance is not None]
    echeance = engagement.echeance or (max(echeances) if echeances else None)
    organisme = engagement.organisme.nom_court if engagement.organisme else ""
    signataire = engagement.signataire.organisme.nom_court if engagement.signataire else ""
    return EngagementLu(
        pk=engagement.pk,
        reference=engagement.reference,
        libelle=engagement.libelle,
        organisme=organisme,
        au_titre_de=signataire if signataire != organisme else "",
        orientation=engagement.orientation.nom_court if engagement.orientation else "",
        nature=engagement.get_nature_display() if engagement.nature else "",
        portee=engagement.get_portee_display(),
        echeance=echeance,
        cibles=tuple(cible_en_mots(c) for c in cibles),
        source=engagement.source,
        fictif=engagement.fictif,
        declaration=Declaration(
            EtatEngagement(engagement.declare),
            engagement.declare_annee,
            en_retard(echeance, engagement.declare, le=le),
        )
        if declarations
        else None,
    )


def cible_en_mots(cible: CibleEngagement) -> str:
    """A target in one line; each part that the contract does not give is said to be missing (regles 5.3)."""
    morceaux = [f"{TypeCible(cible.type).label} : {_objet(cible)}"]
    if cible.type not in (TypeCible.DIRECTION, TypeCible.INDICATEUR, TypeCible.JALON):
        morceaux.append(_valeur(cible))
    if cible.reference is not None:
        depart = f"au départ {nombre(cible.reference, None)}"
        morceaux.append(depart + (f" le {date_longue(cible.reference_le)}" if cible.reference_le else ""))
    if cible.sens in ("hausse", "baisse") and cible.type == TypeCible.DIRECTION:
        morceaux.append("à la " + cible.sens)
    morceaux.append(f"d’ici le {date_longue(cible.echeance)}" if cible.echeance else "sans échéance écrite")
    return ", ".join(morceaux)


def _objet(cible: CibleEngagement) -> str:
    compte = cible.numerateur or "objet non précisé"
    return f"{compte} (rapporté à : {cible.denominateur})" if cible.denominateur else compte


def _valeur(cible: CibleEngagement) -> str:
    if cible.valeur is None:
        return "valeur non chiffrée"
    unite = f"\u00a0{cible.unite}" if cible.unite else ""
    if cible.valeur_haute is not None:
        return f"de {nombre(cible.valeur, None)} à {nombre(cible.valeur_haute, None)}{unite}"
    return f"{nombre(cible.valeur, None)}{unite}"
