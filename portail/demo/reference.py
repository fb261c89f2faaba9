"""The real contracts of `fixtures/`, a folder each: every row tells its source (see fixtures/README.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models

from acteurs.models import Organisme
from contrats.models import (
    ActeDecision,
    AppelExterne,
    CibleEngagement,
    Comite,
    Contrat,
    Engagement,
    Objectif,
    OperationUrbaine,
    Orientation,
    PerimetreDuContrat,
    QualiteSignataire,
    Ressource,
    Signataire,
    ThemeP147,
)
from geographie.models import (
    Commune,
    Epci,
    FiliationPerimetre,
    Indicateur,
    Mesure,
    Perimetre,
    PopulationPerimetre,
    VersionPerimetre,
)
from programmation.models import EligibilitePerimetre

from .lecture import decimal, dossiers, entier, jour, lignes, poser, provenance, relier
from .plan import charger_plan

# The contract that the fictitious part of the demo lives in.
DOSSIER = "porte-du-hainaut"

# Codes of territories that are none of the base; elsewhere a territory of comparison is written in words.
TERRITOIRES_LIBRES = {
    "QPV-CAPH": "QPV de La Porte du Hainaut (liste de 2015)",
    "QPV-59": "QPV du Nord (liste de 2015)",
    "QPV-FM": "QPV de France métropolitaine (liste de 2015)",
    "EPCI-QPV-FM": "EPCI de France métropolitaine comportant un QPV",
    "59": "Nord",
    "FM": "France métropolitaine",
}

ETATS_RESSOURCE = {
    "annexe": "Renvoi à l’annexe du contrat",
    "a_organiser": "Mobilisation à organiser avec le territoire",
    "a_completer": "À compléter",
}


def charger_reference() -> dict[str, Contrat]:
    """Load or refresh what the published text of every contract gives; by folder. Twice changes nothing more."""
    _partages()
    return {dossier: _charger(dossier) for dossier in _dossiers()}


def organismes_de_reference(dossier: str = DOSSIER) -> dict[str, Organisme]:
    """The organisations of a contract by the key that its fixtures use."""
    presents = {organisme.nom: organisme for organisme in Organisme.objects.filter(fictif=False)}
    return {ligne["cle"]: presents[ligne["nom"]] for ligne in _lire(dossier, "organismes")}


def _charger(dossier: str) -> Contrat:
    organismes = organismes_de_reference(dossier)
    _geographie(dossier)
    _mesures(dossier)
    contrat = _contrat(dossier, organismes)
    orientations = _orientations(dossier, contrat)
    _engagements(dossier, contrat, organismes, orientations)
    _autour_du_contrat(dossier, contrat, organismes, orientations)
    charger_plan(dossier, contrat, organismes)
    return contrat


def _dossiers() -> list[str]:
    """The folders of the contracts, the demo's first: on what several contracts share, its rows tell the source."""
    return sorted(dossiers(), key=lambda dossier: (dossier != DOSSIER, dossier))


def _lire(dossier: str, nom: str) -> list[dict[str, str]]:
    return lignes(f"{dossier}/{nom}.csv")


def _communs(nom: str, cle: str) -> list[dict[str, str]]:
    """The rows of a file in every folder, one for each natural key `cle`, with the folder that gives it."""
    vues: dict[str, dict[str, str]] = {}
    for dossier in _dossiers():
        for ligne in _lire(dossier, nom):
            vues.setdefault(ligne[cle], ligne | {"dossier": dossier})
    return list(vues.values())


def _partages() -> None:
    """What contracts share, one row each: EPCI, communes, organisations, indicators, themes of programme 147."""
    poser(
        Epci,
        ("siren",),
        (
            {
                "siren": ligne["siren"],
                "nom": ligne["nom"],
                "population": entier(ligne["population_municipale"]),
                "source": provenance(ligne),
            }
            for ligne in _communs("epci", "siren")
        ),
    )
    epci = {e.siren: e for e in Epci.objects.all()}
    poser(
        Commune,
        ("code",),
        (
            {
                "code": ligne["code_insee"],
                "nom": ligne["nom"],
                "epci_id": epci[ligne["epci_siren"]].pk,
                "population": entier(ligne["population_municipale"]),
                "source": provenance(ligne),
            }
            for ligne in _communs("communes", "code_insee")
        ),
    )
    _organismes()
    poser(
        Indicateur,
        ("code",),
        (
            {
                "code": ligne["code"],
                "nom": ligne["libelle"],
                "theme": ligne["theme"],
                "unite": ligne["unite"],
                "numerateur": ligne["numerateur"],
                "denominateur": ligne["denominateur"],
                "additif": ligne["additif"] == "oui",
                "sens": ligne["sens_favorable"],
                "producteur": ligne["source_libelle"],
                "source": provenance(ligne),
            }
            for ligne in _communs("indicateurs", "code")
        ),
    )
    _themes()


def _organismes() -> None:
    """Signatories, State services, operators and communes, known by their name; then the one each belongs to."""
    attendus = _communs("organismes", "nom")
    organismes = poser(
        Organisme,
        ("nom",),
        (
            {
                "nom": ligne["nom"],
                "sigle": ligne["nom_court"],
                "type": ligne["type"],
                "siren": ligne["siren"],
                "code_commune": ligne["code_insee"],
                "source": provenance(ligne),
            }
            for ligne in attendus
        ),
        fictif=False,
    )
    noms = {(dossier, o["cle"]): o["nom"] for dossier in _dossiers() for o in _lire(dossier, "organismes")}
    a_rattacher = []
    for ligne in attendus:
        organisme = organismes[(ligne["nom"],)]
        parent = organismes[(noms[ligne["dossier"], ligne["parent"]],)] if ligne["parent"] else None
        if organisme.parent_id != (parent.pk if parent else None):
            organisme.parent = parent
            a_rattacher.append(organisme)
    Organisme.objects.bulk_update(a_rattacher, ["parent"])


def _themes() -> None:
    lues = lignes("nomenclatures/themes_p147.csv")
    themes = poser(
        ThemeP147,
        ("code",),
        ({"code": ligne["code"], "nom": ligne["libelle"], "source": provenance(ligne)} for ligne in lues),
    )
    a_rattacher = []
    for ligne in lues:
        if ligne["code_parent"]:
            theme = themes[(ligne["code"],)]
            theme.parent = themes[(ligne["code_parent"],)]
            a_rattacher.append(theme)
    ThemeP147.objects.bulk_update(a_rattacher, ["parent"])


def _geographie(dossier: str) -> None:
    """Perimeters and their generations, populations and filiations."""
    epci = {e.siren: e for e in Epci.objects.all()}
    communes = {c.code: c for c in Commune.objects.all()}

    departements = {ligne["code_insee"]: ligne["departement"] for ligne in _lire(dossier, "communes")}
    filiations = _filiations(dossier)
    suite_de = _suites(filiations)
    lieux = {ligne["cle"]: ligne for ligne in _lire(dossier, "perimetres")}
    perimetres = poser(
        Perimetre,
        ("code",),
        (
            {
                "code": ligne["code"] or cle,
                "type": ligne["type"],
                "nom": ligne["nom"],
                "departement": departements[ligne["communes"].split(";")[0]],
                "note": ligne["note"],
                "source": provenance(ligne),
            }
            for cle, ligne in lieux.items()
            if cle not in suite_de
        ),
    )
    versions = poser(
        VersionPerimetre,
        ("perimetre_id", "generation"),
        (
            {
                "perimetre_id": perimetres[(suite_de.get(v["perimetre"], v["perimetre"]),)].pk,
                "generation": int(v["generation"]),
                "code": lieux[v["perimetre"]]["code"],
                "nom": lieux[v["perimetre"]]["nom"],
                "texte": v["fondement"],
                "valide_du": date.fromisoformat(v["valide_du"]),
                "valide_au": jour(v["valide_au"]),
                "source": provenance(v),
            }
            for v in _lire(dossier, "versions_perimetres")
        ),
    )
    par_cle = _versions_par_cle(dossier, suite_de, perimetres, versions)
    relier(
        VersionPerimetre.communes,
        ((par_cle[cle], communes[code]) for cle, ligne in lieux.items() for code in ligne["communes"].split(";")),
    )
    poser(
        PopulationPerimetre,
        ("version_id", "commune_id", "epci_id", "millesime"),
        (
            {
                "version_id": par_cle[p["version"]].pk,
                "commune_id": communes[p["commune"]].pk if p["commune"] else None,
                "epci_id": epci[p["epci"]].pk if p["epci"] else None,
                "millesime": entier(p["annee"]),
                "habitants": entier(p["population"]),
                "est_une_part": p["etendue"] == "part_epci",
                "source": provenance(p),
            }
            for p in _lire(dossier, "populations")
        ),
    )
    poser(
        FiliationPerimetre,
        ("ancienne_id", "nouvelle_id"),
        (
            {
                "ancienne_id": par_cle[filiation["version_ancienne"]].pk,
                "nouvelle_id": par_cle[filiation["version_nouvelle"]].pk,
                "deduite": filiation["deduit"] == "oui",
                "source": provenance(filiation),
            }
            for filiation in filiations
        ),
    )


def _filiations(dossier: str) -> list[dict[str, str]]:
    return [ligne for ligne in _lire(dossier, "filiations") if ligne["version_ancienne"]]


def _suites(filiations: list[dict[str, str]]) -> dict[str, str]:
    """An old QPV with one and the same successor lives on under the new code; a merged one keeps a place of its own."""
    suite_de: dict[str, str] = {}
    for filiation in filiations:
        if filiation["version_nouvelle"] not in suite_de.values():
            suite_de[filiation["version_ancienne"]] = filiation["version_nouvelle"]
    return suite_de


def _versions_par_cle(
    dossier: str,
    suite_de: dict[str, str],
    perimetres: dict[tuple[Any, ...], Perimetre],
    versions: dict[tuple[Any, ...], Any],
) -> dict[str, VersionPerimetre]:
    return {
        v["cle"]: versions[perimetres[(suite_de.get(v["perimetre"], v["perimetre"]),)].pk, int(v["generation"])]
        for v in _lire(dossier, "versions_perimetres")
    }


def versions_par_cle(dossier: str = DOSSIER) -> dict[str, VersionPerimetre]:
    """The versions of a contract's perimeters by the key that its fixtures use: a QN code, or QP2015-…, POCHE-…."""
    perimetres = {(p.code,): p for p in Perimetre.objects.all()}
    versions = {(v.perimetre_id, v.generation): v for v in VersionPerimetre.objects.all()}
    return _versions_par_cle(dossier, _suites(_filiations(dossier)), perimetres, versions)


def _mesures(dossier: str) -> None:
    """What the text measures, on its perimeters and on what it compares them with."""
    indicateurs = {i.code: i for i in Indicateur.objects.all()}
    versions = versions_par_cle(dossier)
    communes = {c.code: c for c in Commune.objects.all()}
    epci = {e.siren: e for e in Epci.objects.all()}

    def mesure(ligne: dict[str, str]) -> dict[str, Any]:
        type_, territoire = ligne["territoire_type"], ligne["territoire"]
        a_verifier = f" ; à vérifier : {ligne['a_verifier']}" if ligne["a_verifier"] else ""
        return {
            "indicateur_id": indicateurs[ligne["indicateur"]].pk,
            "version_perimetre_id": versions[territoire].pk if type_ == "perimetre" else None,
            "commune_id": communes[territoire].pk if type_ == "commune" else None,
            "epci_id": epci[territoire].pk if type_ == "epci" else None,
            "territoire_libre": ""
            if type_ in ("perimetre", "commune", "epci")
            else TERRITOIRES_LIBRES.get(territoire, territoire),
            "millesime": ligne["millesime"] or "non précisé",
            "valeur": decimal(ligne["valeur"]),
            "statut": ligne["etat"],
            "source": (provenance(ligne) + a_verifier)[:200],
        }

    poser(
        Mesure,
        ("indicateur_id", "version_perimetre_id", "commune_id", "epci_id", "territoire_libre", "millesime"),
        map(mesure, _lire(dossier, "mesures")),
    )


def _contrat(dossier: str, organismes: dict[str, Organisme]) -> Contrat:
    (ligne,) = _lire(dossier, "contrat")
    contrat, _ = Contrat.objects.update_or_create(
        slug=ligne["cle"],
        defaults={
            "nom": ligne["nom_court"],
            "intitule": ligne["titre"],
            "pilote": organismes[ligne["pilote"]],
            "debut": int(ligne["periode_debut"][:4]),
            "fin": int(ligne["periode_fin"][:4]),
            "valide_le": jour(ligne["valide_le"]),
            "signe_le": jour(ligne["signe_le"]),
            "signe_a": ligne["signe_a"],
            "actions_renforcees": int(ligne["nombre_actions_renforcees"]),
            "part_cpo_visee": Decimal(ligne["seuil_cpo"]),
            "note": ligne["note"],
            "source": provenance(ligne)[:200],
        },
    )
    codes = [ligne["code_insee"] for ligne in _lire(dossier, "communes") if ligne["geographie_contrat"]]
    relier(Contrat.communes, ((contrat, commune) for commune in Commune.objects.filter(code__in=codes)))
    actuels = [ligne for ligne in _lire(dossier, "perimetres") if ligne["generation"] == "2024"]
    perimetres = {p.code: p for p in Perimetre.objects.all()}
    poser(
        PerimetreDuContrat,
        ("perimetre_id",),
        (
            {"perimetre_id": perimetres[ligne["code"] or ligne["cle"]].pk, "source": provenance(ligne)}
            for ligne in actuels
        ),
        contrat=contrat,
    )
    return contrat


def _orientations(dossier: str, contrat: Contrat) -> dict[str, Orientation]:
    """Orientations and their objectives, those that the partners selected marked as such."""
    themes = {theme.code: theme for theme in ThemeP147.objects.all()}
    themes_etat = {ligne["code"]: ligne["libelle"] for ligne in lignes("nomenclatures/themes_etat.csv")}
    orientations = poser(
        Orientation,
        ("code",),
        (
            {
                "code": ligne["code"],
                "nature": ligne["nature"],
                "ordre": int(ligne["rang"]),
                "nom": ligne["libelle"],
                "nom_court": ligne["libelle_court"],
                "theme_etat": themes_etat.get(ligne["theme_etat"], ""),
                "theme_p147_id": themes[ligne["theme_p147"]].pk,
                "source": provenance(ligne),
            }
            for ligne in _lire(dossier, "orientations")
        ),
        contrat=contrat,
    )
    par_code = {code: orientation for (code,), orientation in orientations.items()}
    ambitions = {ligne["code"]: ligne for ligne in _lire(dossier, "ambitions")}
    poser(
        Objectif,
        ("orientation_id", "code"),
        (
            {
                "orientation_id": par_code[ambitions[ligne["ambition"]]["orientation"]].pk,
                "code": ligne["code"],
                "nom": ligne["libelle"],
                "ambition": ambitions[ligne["ambition"]]["libelle"],
                "prioritaire": ligne.get("prioritaire") == "oui",
                "ordre": rang,
                "source": provenance(ligne),
            }
            for rang, ligne in enumerate(_lire(dossier, "objectifs"), start=1)
        ),
    )
    return par_code


def _engagements(
    dossier: str, contrat: Contrat, organismes: dict[str, Organisme], orientations: dict[str, Orientation]
) -> None:
    """Signatories, what they promised, and each target. An owner that the text does not name stays unknown."""
    poser(
        Signataire,
        ("organisme_id",),
        (
            {
                "organisme_id": organismes[ligne["organisme"]].pk,
                "qualite": QualiteSignataire.PILOTE
                if organismes[ligne["organisme"]].pk == contrat.pilote_id
                else QualiteSignataire(ligne["statut"]),
                "signe_le": jour(ligne["signe_le"]),
                "ordre": rang,
                "source": provenance(ligne),
            }
            for rang, ligne in enumerate(_lire(dossier, "signataires"), start=1)
        ),
        contrat=contrat,
    )
    signataires = {s.organisme_id: s for s in contrat.signataires.all()}
    engagements = poser(
        Engagement,
        ("reference",),
        (
            {
                "reference": ligne["identifiant"],
                "organisme_id": _pk(organismes, ligne["organisme"]),
                "signataire_id": signataires[organismes[ligne["signataire"]].pk].pk if ligne["signataire"] else None,
                "orientation_id": _pk(orientations, ligne["orientation"]),
                "portee": ligne["portee"],
                "nature": ligne["nature"],
                "libelle": ligne["libelle"],
                "echeance": jour(ligne["echeance"]),
                "source": _source_engagement(ligne),
            }
            for ligne in _lire(dossier, "engagements")
        ),
        contrat=contrat,
    )
    perimetres = {p.code: p for p in Perimetre.objects.all()}
    relier(
        Engagement.perimetres,
        (
            (engagements[(ligne["identifiant"],)], perimetres[code])
            for ligne in _lire(dossier, "engagements")
            for code in filter(None, ligne.get("perimetres", "").split(";"))
        ),
    )
    poser(
        CibleEngagement,
        ("engagement_id", "ordre"),
        (
            {
                "engagement_id": engagements[(ligne["engagement"],)].pk,
                "ordre": int(ligne["rang"]),
                "type": ligne["type"],
                "numerateur": ligne["numerateur"] or ligne["indicateur"],
                "denominateur": ligne["denominateur"],
                "unite": ligne["unite"],
                "reference": decimal(ligne["valeur_reference"]),
                "reference_le": jour(ligne["date_reference"]),
                "valeur": decimal(ligne["valeur"]),
                "valeur_haute": decimal(ligne["valeur_max"]),
                "echeance": jour(ligne["echeance"]),
                "sens": ligne["sens"],
                "source": provenance(ligne),
            }
            for ligne in _lire(dossier, "cibles")
        ),
        engagement__contrat=contrat,
    )


def _pk(objets: Mapping[str, models.Model], cle: str) -> int | None:
    """The number of the object of this key; none when the text names none (`nd`)."""
    return None if cle in ("", "nd") else objets[cle].pk


def _source_engagement(ligne: dict[str, str]) -> str:
    remarque = f" — {ligne['note']}" if ligne["note"] else ""
    return (provenance(ligne) + remarque)[:200]


def _autour_du_contrat(
    dossier: str, contrat: Contrat, organismes: dict[str, Organisme], orientations: dict[str, Orientation]
) -> None:
    """Acts, where each funder pays, bodies, droit commun, other funders' calls, urban renewal."""
    poser(
        ActeDecision,
        ("organisme_id", "numero"),
        (
            {
                "organisme_id": organismes[ligne["organisme"]].pk,
                "numero": ligne["numero"],
                "instance": ligne["instance"],
                "pris_le": jour(ligne["pris_le"]),
                "position": ligne["position"],
                "voix_pour": entier(ligne["voix_pour"]),
                "voix_contre": entier(ligne["voix_contre"]),
                "abstentions": entier(ligne["abstentions"]),
                "deports": ligne.get("deports", ""),
                "recu_prefecture_le": jour(ligne["recu_prefecture_le"]),
                "source": f"{provenance(ligne)} — {ligne['note']}"[:200],
            }
            for ligne in _lire(dossier, "actes")
        ),
        contrat=contrat,
    )
    poser(
        EligibilitePerimetre,
        ("financeur_id", "nature", "type_perimetre"),
        (
            {
                "financeur_id": organismes[ligne["financeur"]].pk,
                "nature": ligne["nature"],
                "type_perimetre": ligne["type_perimetre"],
                "admission": ligne["admission"],
                "condition": ligne["condition"],
                "source": provenance(ligne),
            }
            for ligne in _lire(dossier, "eligibilites")
        ),
        contrat=contrat,
    )
    poser(
        Comite,
        ("nom",),
        (
            {
                "nom": ligne["nom"],
                "type": ligne["type"],
                "mission": ligne["mission"],
                "valide_programmation": ligne["pouvoir"] == "programmation",
                "valide_sip": ligne["pouvoir"] == "sip",
                "valide_tfpb": ligne["pouvoir"] == "tfpb",
                "reunions_par_an": entier(ligne["frequence_minimum"]),
                "par_commune": ligne["perimetre"].startswith("commune"),
                "source": provenance(ligne),
            }
            for ligne in _lire(dossier, "comites")
        ),
        contrat=contrat,
    )
    poser(
        Ressource,
        ("organisme_id", "orientation_id", "nom", "source"),
        (
            {
                "organisme_id": _pk(organismes, ligne["organisme"]),
                "orientation_id": _pk(orientations, ligne["orientation"]),
                "nom": ligne["libelle"],
                "source": provenance(ligne),
                "conditions": ligne["note"] or ETATS_RESSOURCE.get(ligne["etat"], ""),
            }
            for ligne in _lire(dossier, "ressources")
        ),
        contrat=contrat,
    )
    poser(
        AppelExterne,
        ("organisme_id", "nom"),
        (
            {
                "organisme_id": _pk(organismes, ligne["organisme"]),
                "nom": ligne["libelle"],
                "periode": "-".join(dict.fromkeys(filter(None, (ligne["annee_debut"], ligne["annee_fin"])))),
                "note": ligne["quantites"],
                "source": provenance(ligne),
            }
            for ligne in _lire(dossier, "appels_externes")
        ),
        contrat=contrat,
    )
    _operations(dossier, contrat)


def _operations(dossier: str, contrat: Contrat) -> None:
    operations = poser(
        OperationUrbaine,
        ("nom",),
        (
            {
                "nom": ligne["nom"],
                "programme": ligne["cadre"],
                "cout": decimal(ligne["montant"]),
                "logements_demolis": entier(ligne["logements_demolis"]),
                "logements_construits": _somme(ligne["logements_sociaux_crees"], ligne["accessions_creees"]),
                "logements_rehabilites": entier(ligne["logements_renoves"]),
                "description": ligne["description"],
                "source": provenance(ligne) + (f" — {ligne['deduction']}" if ligne["deduction"] else ""),
            }
            for ligne in _lire(dossier, "operations_urbaines")
        ),
        contrat=contrat,
    )
    communes = {c.code: c for c in Commune.objects.all()}
    perimetres = {p.code: p for p in Perimetre.objects.all()}
    couples: list[tuple[models.Model, models.Model]] = []
    lieux: list[tuple[models.Model, models.Model]] = []
    for ligne in _lire(dossier, "operations_urbaines"):
        operation = operations[(ligne["nom"],)]
        couples += [(operation, communes[code]) for code in ligne["communes"].split(";")]
        lieux += [(operation, perimetres[code]) for code in ligne["perimetre"].split(";") if code]
    relier(OperationUrbaine.communes, couples)
    relier(OperationUrbaine.perimetres, lieux)


def _somme(*textes: str) -> int | None:
    connus = [int(texte) for texte in textes if texte]
    return sum(connus) if connus else None
