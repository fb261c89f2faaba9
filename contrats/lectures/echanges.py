"""What partners' information systems read: plain rows, few queries whatever the size of the page.

Identifiers are strings. A row to be paged carries `_position`. Organisations are known by their number, orientations, objectives and
perimeters by the code that the contract gives them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from acteurs.models import Organisme
from commun.api.curseur import Position
from commun.auteur import Auteur
from geographie.models import TypePerimetre, VersionPerimetre

from ..models import (
    CibleEngagement,
    Comite,
    Contrat,
    DecisionReunion,
    Engagement,
    MoyenAnnonce,
    Objectif,
    Orientation,
    PerimetreDuContrat,
    PointAvancement,
    Ressource,
    Reunion,
    Signataire,
)
from ..permissions import roles
from .instances import FicheReunion, decisions_prises

Ligne = dict[str, Any]


def _numero(pk: int | None) -> str | None:
    return None if pk is None else str(pk)


def _codes(table: Any, colonne: str, valeur: str) -> ArraySubquery:
    """The codes at the other end of an n-n, gathered in the row's own query."""
    liens = table.objects.filter(**{colonne: OuterRef("pk")}).order_by(valeur)
    return ArraySubquery(liens.values(valeur))


# --- Commitments ------------------------------------------------------------------------------------------------------
CHAMPS_CIBLE = (
    "type",
    "numerateur",
    "denominateur",
    "unite",
    "reference",
    "reference_le",
    "valeur",
    "valeur_haute",
    "echeance",
    "sens",
    "source",
)


# Name given to partners → column.
_COLONNES_ENGAGEMENT = {
    "id": "pk",
    "reference": "reference",
    "identifiant_externe": "identifiant_externe",
    "libelle": "libelle",
    "organisme": "organisme_id",
    "organisme_nom": "organisme__nom",
    "signataire": "signataire__organisme_id",
    "signataire_nom": "signataire__organisme__nom",
    "orientation": "orientation__code",
    "portee": "portee",
    "nature": "nature",
    "echeance": "echeance",
    "echeance_texte": "echeance_texte",
    "note": "note",
    "source": "source",
    "fictif": "fictif",
    "revision": "revision",
    "modifie_le": "modifie_le",
    "retire_le": "retire_le",
}
_LIENS_ENGAGEMENT = ("objectifs", "axes_transversaux", "perimetres", "partenaires")


def engagements(objets: QuerySet[Engagement]) -> list[Ligne]:
    """Commitments with their targets and their links, in the order of `objets`: two queries."""
    liens = [
        _codes(Engagement.objectifs.through, "engagement_id", "objectif__code"),
        _codes(Engagement.axes_transversaux.through, "engagement_id", "orientation__code"),
        _codes(Engagement.perimetres.through, "engagement_id", "perimetre__code"),
        _codes(Engagement.partenaires.through, "engagement_id", "organisme_id"),
    ]
    noms = (*_COLONNES_ENGAGEMENT, *_LIENS_ENGAGEMENT)
    lignes = [
        dict(zip(noms, valeurs, strict=True)) for valeurs in objets.values_list(*_COLONNES_ENGAGEMENT.values(), *liens)
    ]
    cibles = _cibles([ligne["id"] for ligne in lignes])
    for ligne in lignes:
        pk = ligne["id"]
        ligne["cibles"] = cibles.get(pk, [])
        ligne["_position"] = Position(ligne["modifie_le"], pk)
        ligne["id"] = str(pk)
        ligne["organisme"] = _numero(ligne["organisme"])
        ligne["signataire"] = _numero(ligne["signataire"])
        ligne["partenaires"] = [str(numero) for numero in ligne["partenaires"]]
    return lignes


def _cibles(engagements: list[int]) -> dict[int, list[Ligne]]:
    lues = (
        CibleEngagement.objects.filter(engagement__in=engagements)
        .order_by("ordre", "pk")
        .values_list("engagement_id", *CHAMPS_CIBLE)
    )
    par_engagement: dict[int, list[Ligne]] = {}
    for engagement, *valeurs in lues:
        par_engagement.setdefault(engagement, []).append(dict(zip(CHAMPS_CIBLE, valeurs, strict=True)))
    return par_engagement


# --- Statements -------------------------------------------------------------------------------------------------------
_COLONNES_POINT = {
    "id": "pk",
    "engagement": "engagement_id",
    "engagement_reference": "engagement__reference",
    "engagement_identifiant_externe": "engagement__identifiant_externe",
    "organisme": "engagement__organisme_id",
    "annee": "annee",
    "etat": "etat",
    "commentaire": "commentaire",
    "valeur_atteinte": "valeur_atteinte",
    "euros_droit_commun": "euros_droit_commun",
    "euros_specifiques": "euros_specifiques",
    "declare_le": "declare_le",
    "canal": "canal",
    "visa": "visa",
    "remarque": "remarque",
    "fictif": "fictif",
    "revision": "revision",
    "modifie_le": "modifie_le",
    "retire_le": "engagement__retire_le",
}


def points(objets: QuerySet[PointAvancement]) -> list[Ligne]:
    """Yearly statements: one query. The proofs are told, not carried."""
    preuves = _codes(PointAvancement.preuves.through, "pointavancement_id", "fichier__nom")
    noms = (*_COLONNES_POINT, "preuves")
    lignes = [
        dict(zip(noms, valeurs, strict=True)) for valeurs in objets.values_list(*_COLONNES_POINT.values(), preuves)
    ]
    for ligne in lignes:
        ligne["_position"] = Position(ligne["modifie_le"], ligne["id"])
        ligne["id"], ligne["engagement"] = str(ligne["id"]), str(ligne["engagement"])
        ligne["organisme"] = _numero(ligne["organisme"])
    return lignes


# --- The contract -----------------------------------------------------------------------------------------------------
def contrats(objets: QuerySet[Contrat]) -> list[Ligne]:
    """The contracts: one query."""
    return [
        {
            "slug": c.slug,
            "nom": c.nom,
            "intitule": c.intitule,
            "pilote": str(c.pilote_id),
            "pilote_nom": c.pilote.nom,
            "debut": c.debut,
            "fin": c.fin,
            "valide_le": c.valide_le,
            "signe_le": c.signe_le,
            "signe_a": c.signe_a,
            "part_cpo_visee": c.part_cpo_visee,
            "part_femmes_visee": c.part_femmes_visee,
            "part_adolescents_visee": c.part_adolescents_visee,
            "actions_renforcees": c.actions_renforcees,
        }
        for c in objets.select_related("pilote")
    ]


def orientations(objets: QuerySet[Orientation]) -> list[Ligne]:
    """Orientations with their objectives inside: two queries."""
    return [
        {
            "code": o.code,
            "nature": o.nature,
            "nom": o.nom,
            "nom_court": o.nom_court,
            "theme_etat": o.theme_etat,
            "theme_p147": o.theme_p147.code if o.theme_p147 else None,
            "source": o.source,
            "objectifs": objectifs(o.objectifs.all()),
        }
        for o in objets.select_related("theme_p147").prefetch_related(
            Prefetch("objectifs", Objectif.objects.order_by("ordre", "pk"))
        )
    ]


def objectifs(objets: Iterable[Objectif]) -> list[Ligne]:
    """Objectives of one orientation, in the order given."""
    return [
        {"code": o.code, "nom": o.nom, "ambition": o.ambition, "prioritaire": o.prioritaire, "source": o.source}
        for o in objets
    ]


def signataires(objets: QuerySet[Signataire]) -> list[Ligne]:
    """Who signed: one query."""
    return [
        {
            "organisme": str(s.organisme_id),
            "organisme_nom": s.organisme.nom,
            "qualite": s.qualite,
            "signe_le": s.signe_le,
            "siege_au_copil": s.siege_au_copil,
            "source": s.source,
        }
        for s in objets.select_related("organisme")
    ]


def organismes_visibles(contrat: Contrat, *, pour: Auteur) -> QuerySet[Organisme]:
    """The organisations of the contract; all those of the installation for its team, who may name any of them."""
    if roles(pour, contrat).pilote:
        return Organisme.objects.all()
    lies = (
        Q(pk=contrat.pilote_id)
        | Q(pk__in=contrat.signataires.values("organisme"))
        | Q(pk__in=contrat.habilitations.values("organisme"))
        | Q(pk__in=Engagement.objects.filter(contrat=contrat).values("organisme"))
        | Q(pk__in=contrat.ressources.values("organisme"))
    )
    return Organisme.objects.filter(lies)


def organismes(objets: Iterable[Organisme]) -> list[Ligne]:
    """Organisations, by name."""
    return [
        {"id": str(o.pk), "nom": o.nom, "sigle": o.sigle, "type": o.type, "siren": o.siren, "siret": o.siret}
        for o in objets
    ]


def perimetres_du_contrat(objets: QuerySet[PerimetreDuContrat]) -> list[Ligne]:
    """The perimeters that a contract covers, whatever the year, as their latest version tells them: two queries."""
    communes = _codes(VersionPerimetre.communes.through, "versionperimetre_id", "commune__code")
    versions = VersionPerimetre.objects.annotate(codes=communes).order_by("valide_du")
    partages = PerimetreDuContrat.objects.filter(perimetre=OuterRef("perimetre")).exclude(contrat=OuterRef("contrat"))
    lus = (
        objets.select_related("perimetre")
        .annotate(partage=Exists(partages))
        .prefetch_related(Prefetch("perimetre__versions", versions))
        .order_by("perimetre__type", "perimetre__recherche", "pk")
    )
    return [_perimetre_du_contrat(lien) for lien in lus]


def _perimetre_du_contrat(lien: Any) -> Ligne:
    perimetre = lien.perimetre
    version = next(reversed(perimetre.versions.all()), None)
    return {
        "code": perimetre.code,
        "type": perimetre.type,
        "nom": perimetre.nom,
        "communes": version.codes if version else [],
        "texte": version.texte if version else "",
        "valide_du": version.valide_du if version else None,
        "valide_au": version.valide_au if version else None,
        "modifiable": perimetre.type != TypePerimetre.QPV and not lien.partage,
    }


def perimetres(contrat: Contrat, annee: int) -> Ligne:
    """The perimeters in force in `annee` as a GeoJSON collection; a geometry is null while the contour is unknown."""
    versions = (
        VersionPerimetre.objects.de_l_annee(annee)
        .filter(perimetre__contrats__contrat=contrat)
        .select_related("perimetre")
        .prefetch_related("communes")
    )
    entites = [
        {
            "type": "Feature",
            "properties": {
                "perimetre": version.perimetre.code,
                "code": version.code or version.perimetre.code,
                "nom": version.nom,
                "type": version.perimetre.type,
                "generation": version.generation,
                "communes": [commune.code for commune in version.communes.all()],
            },
            "geometry": version.contour,
        }
        for version in versions
    ]
    return {"type": "FeatureCollection", "features": entites}


# --- Committees and resources -----------------------------------------------------------------------------------------
def comites(contrat: Contrat) -> list[Ligne]:
    """The bodies of the contract: one query."""
    lus: QuerySet[Comite] = contrat.comites.select_related("orientation")
    return [
        {
            "id": str(c.pk),
            "type": c.type,
            "nom": c.nom,
            "mission": c.mission,
            "reunions_par_an": c.reunions_par_an,
            "orientation": c.orientation.code if c.orientation else None,
        }
        for c in lus
    ]


def reunions(objets: QuerySet[Reunion], *, contrat: Contrat, pour: Auteur) -> list[Ligne]:
    """Meetings, and what they decided for those who may read it: two queries."""
    lues = list(objets)
    decisions: dict[int, list[Ligne]] = {}
    prises = decisions_prises(contrat, pour=pour).filter(reunion__in=[r.pk for r in lues])
    for d in prises.select_related(None).order_by("ordre", "pk"):
        decisions.setdefault(d.reunion_id, []).append(decision(d))
    return [
        {**_reunion(r), "decisions": decisions.get(r.pk, []), "_position": Position(r.modifie_le, r.pk)} for r in lues
    ]


def reunion(fiche: FicheReunion) -> Ligne:
    """One meeting with all that its reader's place opens."""
    r = fiche.reunion
    return {
        **_reunion(r),
        "convoquee_le": r.convoquee_le,
        "rendue_le": r.rendue_le,
        "ordre_du_jour": [
            {
                "id": str(p.pk),
                "titre": p.titre,
                "texte": p.texte,
                "rapporteur": _numero(p.rapporteur_id),
                "minutes": p.minutes,
                "piece": p.piece.nom if p.piece else None,
            }
            for p in fiche.points
        ],
        "presences": [
            {
                "organisme": str(ligne.membre.organisme_id),
                "organisme_nom": ligne.membre.organisme.nom,
                "invite": ligne.membre.invite,
                "statut": ligne.statut,
                "pouvoir_a": _numero(ligne.presence.pouvoir_a_id) if ligne.presence else None,
            }
            for ligne in fiche.presences
        ],
        "compte_rendu": [
            {
                "id": str(item.pk),
                "texte": item.texte,
                "audience": item.audience,
                "point": _numero(item.point_id),
                "perimetres": sorted(p.code for p in item.perimetres.all()),
            }
            for item in fiche.items
        ],
        "decisions": [decision(suivie.decision) for suivie in fiche.decisions],
    }


def _reunion(r: Reunion) -> Ligne:
    return {
        "id": str(r.pk),
        "comite": str(r.comite_id),
        "comite_nom": r.comite.nom,
        "le": r.le,
        "debut": r.debut,
        "fin": r.fin,
        "lieu": r.lieu,
        "commune": r.commune.code if r.commune else None,
        "objet": r.objet,
        "etat": r.etat,
        "fictif": r.fictif,
        "modifie_le": r.modifie_le,
    }


def decision(d: DecisionReunion) -> Ligne:
    """Something to decide or decided, and what became of it."""
    return {
        "id": str(d.pk),
        "reunion": str(d.reunion_id),
        "texte": d.texte,
        "nature": d.nature,
        "responsable": _numero(d.responsable_id),
        "echeance": d.echeance,
        "execution": d.execution,
        "suite_donnee": d.suite_donnee,
    }


def ressources(objets: QuerySet[Ressource]) -> list[Ligne]:
    """The directory of droit commun: one query."""
    codes = _codes(Ressource.perimetres.through, "ressource_id", "perimetre__code")
    lues = objets.annotate(
        codes_perimetres=codes, code_orientation=F("orientation__code"), nom_organisme=F("organisme__nom")
    )
    return [
        {
            "id": str(r.pk),
            "nom": r.nom,
            "organisme": _numero(r.organisme_id),
            "organisme_nom": r.nom_organisme,
            "orientation": r.code_orientation,
            "perimetres": r.codes_perimetres,
            "moyens": r.moyens,
            "public": r.public,
            "conditions": r.conditions,
            "contact": r.contact,
            "lien": r.lien,
            "ouverte": r.ouverte,
            "verifie_le": r.verifie_le,
            "modifie_le": r.modifie_le,
            "_position": Position(r.modifie_le, r.pk),
        }
        for r in lues
    ]


# --- The means of all partners ----------------------------------------------------------------------------------------
_COLONNES_MOYEN = {
    "id": "pk",
    "annee": "annee",
    "organisme": "organisme_id",
    "organisme_nom": "organisme__nom",
    "nature": "nature",
    "section": "section",
    "orientation": "orientation__code",
    "statut": "statut",
    "montant": "montant",
    "precision": "precision",
    "source": "source",
    "pour_le_compte": "saisi_par_organisme_id",
    "canal": "canal",
    "saisi_le": "saisi_le",
    "fictif": "fictif",
    "revision": "revision",
    "modifie_le": "modifie_le",
}


def moyens(objets: QuerySet[MoyenAnnonce]) -> list[Ligne]:
    """Boxes of the table of means: one query."""
    lignes = [
        dict(zip(_COLONNES_MOYEN, valeurs, strict=True)) for valeurs in objets.values_list(*_COLONNES_MOYEN.values())
    ]
    for ligne in lignes:
        ligne["_position"] = Position(ligne["modifie_le"], ligne["id"])
        ligne["id"], ligne["organisme"] = str(ligne["id"]), str(ligne["organisme"])
        ligne["pour_le_compte"] = ligne["pour_le_compte"] is not None
    return lignes
