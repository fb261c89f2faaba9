"""The list of commitments: what was promised, by whom, with which targets, and what was last stated of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from commun.auteur import Auteur, Canal
from commun.models import Fichier, LigneJournal
from commun.permissions import Reponse
from commun.typographie import date_longue, nombre

from ..creneaux import DossierServant, dossiers_servant
from ..etats import EtatEngagement, EtatVisa, TypeCible
from ..models import (
    CibleEngagement,
    Contrat,
    Engagement,
    PointAvancement,
    RemarqueRevue,
    Signataire,
    Sollicitation,
)
from ..permissions import (
    peut_declarer,
    peut_modifier_engagement,
    peut_viser,
    roles,
    voit_les_declarations,
)
from ..regles import CibleEcrite, en_retard, manques_d_un_engagement

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


def manques_de(engagement: Engagement, cibles: Sequence[CibleEngagement]) -> tuple[str, ...]:
    """What the commitment does not say yet, in words."""
    return manques_d_un_engagement(
        responsable=engagement.responsable is not None,
        orientation=engagement.orientation_id is not None,
        echeance=engagement.echeance,
        cibles=[CibleEcrite(c.type, c.numerateur, c.valeur, c.echeance) for c in cibles],
    )


# --- One commitment, whole --------------------------------------------------------------------------------------------
TONS_VISA = {EtatVisa.NON_VU: "neutre", EtatVisa.VU: "succes", EtatVisa.A_COMPLETER: "attention"}


@dataclass(frozen=True, slots=True)
class PointLu:
    """One year's statement, what the chef de projet says of it beside, and what the reader may do."""

    point: PointAvancement
    etat: EtatEngagement
    visa: EtatVisa
    par: str
    preuves: tuple[Fichier, ...]
    vise: Reponse

    @property
    def ton(self) -> str:
        return TONS[self.etat]

    @property
    def ton_visa(self) -> str:
        return TONS_VISA[self.visa]


@dataclass(frozen=True, slots=True)
class Evenement:
    """One act in the life of a commitment, as `composants/ligne_de_temps.html` shows it."""

    le: datetime
    texte: str
    par: str
    pour_le_compte_de: str
    canal: str
    detail: str
    icone: str


@dataclass(frozen=True, slots=True)
class FicheEngagement:
    """A commitment with all that hangs from it. Statements, remarks and journal are None for who does not see them."""

    engagement: Engagement
    cibles: tuple[tuple[str, str], ...]  # kind, and the target in words
    manques: tuple[str, ...]
    echeance: date | None
    en_retard: bool
    etat: EtatEngagement | None
    annee_etat: int | None
    points: tuple[PointLu, ...] | None
    sollicitations: tuple[Sollicitation, ...]
    remarques: tuple[RemarqueRevue, ...]
    journal: tuple[Evenement, ...]
    servants: tuple[DossierServant, ...]
    modifie: Reponse
    declare: Reponse

    @property
    def ton(self) -> str:
        return TONS[self.etat] if self.etat is not None else "neutre"


ICONES = {
    "creer_engagement": "plus-circle",
    "modifier_engagement": "pencil",
    "retirer_engagement": "trash",
    "declarer_avancement": "flag",
    "viser": "eye",
    "joindre_preuve": "paperclip",
    "retirer_preuve": "paperclip",
    "solliciter": "envelope",
}
LIBELLES_JOURNAL = {
    "libelle": "libellé",
    "reference": "référence",
    "organisme": "organisme",
    "signataire": "au titre de",
    "orientation": "orientation",
    "objectifs": "objectifs",
    "perimetres": "périmètres",
    "portee": "portée",
    "nature": "nature des moyens",
    "echeance": "échéance",
    "echeance_texte": "échéance telle qu’écrite",
    "partenaires": "partenaires",
    "axes_transversaux": "axes transversaux",
    "note": "note",
    "identifiant_externe": "identifiant chez le partenaire",
    "source": "source",
    "cibles": "cibles",
    "etat": "état",
    "commentaire": "commentaire",
    "valeur_atteinte": "valeur atteinte",
    "euros_droit_commun": "droit commun (€)",
    "euros_specifiques": "crédits spécifiques (€)",
    "visa": "visa",
    "remarque": "remarque",
}


def fiche(engagement: Engagement, *, pour: Auteur, le: date) -> FicheEngagement:
    """All of a commitment that this reader may see, as it stands on `le`."""
    cibles = list(engagement.cibles.all())
    echeances = [c.echeance for c in cibles if c.echeance is not None]
    echeance = engagement.echeance or (max(echeances) if echeances else None)
    declarations = voit_les_declarations(roles(pour, engagement.contrat))
    points = list(engagement.points.select_related("declare_par").prefetch_related("preuves")) if declarations else []
    for point in points:
        point.engagement = engagement
    dernier = points[0] if points else None
    etat = EtatEngagement(dernier.etat) if dernier else EtatEngagement.SANS_INFORMATION
    lignes = list(LigneJournal.objects.de(engagement).reverse()) if declarations else []
    return FicheEngagement(
        engagement=engagement,
        cibles=tuple((TypeCible(c.type).label, cible_en_mots(c)) for c in cibles),
        manques=manques_de(engagement, cibles),
        echeance=echeance,
        en_retard=declarations and en_retard(echeance, etat, le=le),
        etat=etat if declarations else None,
        annee_etat=dernier.annee if dernier else None,
        points=tuple(_point(p, lignes, pour) for p in points) if declarations else None,
        sollicitations=tuple(engagement.sollicitations.all()) if declarations else (),
        remarques=tuple(engagement.remarques.select_related("organisme", "revue", "suite_par").order_by("-faite_le"))
        if declarations
        else (),
        journal=tuple(_evenement(ligne) for ligne in lignes),
        servants=tuple(dossiers_servant(engagement, pour)),
        modifie=peut_modifier_engagement(pour, engagement),
        declare=peut_declarer(pour, engagement),
    )


def _point(point: PointAvancement, lignes: Sequence[LigneJournal], pour: Auteur) -> PointLu:
    actes = [x for x in lignes if x.acte == "declarer_avancement" and x.apres.get("annee") == point.annee]
    if actes:
        par = actes[0].par_qui
        if actes[0].pour_le_compte_de_nom:
            par += f", pour le compte de {actes[0].pour_le_compte_de_nom}"
    else:
        par = str(point.declare_par) if point.declare_par else ""
    return PointLu(
        point=point,
        etat=EtatEngagement(point.etat),
        visa=EtatVisa(point.visa),
        par=par,
        preuves=tuple(point.preuves.all()),
        vise=peut_viser(pour, point),
    )


def _evenement(ligne: LigneJournal) -> Evenement:
    return Evenement(
        le=ligne.fait_le,
        texte=ligne.libelle,
        par=ligne.par_qui,
        pour_le_compte_de=ligne.pour_le_compte_de_nom,
        canal=Canal(ligne.canal).label if ligne.canal != Canal.ECRAN else "",
        detail=" — ".join(filter(None, [ligne.motif, _changements(ligne)])),
        icone=ICONES.get(ligne.acte, "dot"),
    )


def _changements(ligne: LigneJournal) -> str:
    """What a line changed, in words: « état : En cours → Tenu »; nothing for a first writing."""
    morceaux = []
    for nom, apres in ligne.apres.items():
        avant = ligne.avant.get(nom)
        if nom in LIBELLES_JOURNAL and nom in ligne.avant and avant != apres:
            morceaux.append(f"{LIBELLES_JOURNAL[nom]} : {_mot(nom, avant)} → {_mot(nom, apres)}")
    return " ; ".join(morceaux)


def _mot(nom: str, valeur: Any) -> str:
    if valeur in (None, "", []):
        return "rien"
    if nom == "etat":
        return EtatEngagement(valeur).label
    if nom == "visa":
        return EtatVisa(valeur).label
    return " / ".join(valeur) if isinstance(valeur, list) else str(valeur)
