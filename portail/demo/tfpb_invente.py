"""Invents the TFPB programmes: the contract gives neither dwellings nor amounts of the landlords (L2086-2090)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from contrats.models import Engagement
from geographie.models import VersionPerimetre
from tfpb.etats import AxeTfpb
from tfpb.models import ActionTfpb, ConventionTfpb, Patrimoine, ProgrammeTfpb
from tfpb.regles import famille_de_l_axe

from .lecture import relier
from .monde import Monde
from .textes import ACTIONS_TFPB

PREMIERE_ANNEE, DERNIERE_ANNEE = 2025, 2030


class Parc(NamedTuple):
    """Dwellings of one landlord in one QPV (None: not communicated), and the commune of its programme."""

    bailleur: str
    qpv: str
    commune: str
    logements: int | None


PARCS = [
    Parc("sigh", "QN05950M", "59172", 1450),
    Parc("sigh", "QN05951M", "59179", 620),
    Parc("sigh", "QN05957M", "59526", 480),
    Parc("sigh", "QN05956M", "59526", 360),
    Parc("sigh", "QN05930M", "59564", 120),
    Parc("partenord", "QN05950M", "59172", 540),
    Parc("partenord", "QN05951M", "59179", 230),
    Parc("partenord", "QN05957M", "59526", None),
    Parc("maisons-et-cites", "QN05955M", "59491", 690),
    Parc("maisons-et-cites", "QN05958M", "59632", 510),
    Parc("maisons-et-cites", "QN05952M", "59205", 480),
    Parc("maisons-et-cites", "QN05922M", "59207", 420),
    Parc("maisons-et-cites", "QN05954M", "59172", 260),
    Parc("maisons-et-cites", "QN05953M", "59205", 210),
    Parc("maisons-et-cites", "QN05921M", "59491", 150),
    Parc("sia", "QN05950M", "59172", 610),
    Parc("sia", "QN05955M", "59491", 230),
    Parc("sia", "QN05922M", "59207", 190),
    Parc("sia", "QN05954M", "59172", 180),
    Parc("sia", "QN05952M", "59205", None),
]

# The orientation of the contract that each axis serves most.
ORIENTATION_DE_L_AXE = {1: "O5", 2: "O5", 3: "O6", 4: "O6", 5: "O5", 6: "O4", 7: "O1", 8: "O6"}


def creer_tfpb(monde: Monde) -> None:
    """Conventions 2025-2030, dwellings and abatement per QPV, a programme per landlord, commune and year."""
    bailleurs = dict.fromkeys(parc.bailleur for parc in PARCS)
    ConventionTfpb.objects.bulk_create(
        ConventionTfpb(
            contrat=monde.contrat,
            bailleur=monde.organismes[bailleur],
            signee_le=date(2024, 12, 18),
            premiere_annee=PREMIERE_ANNEE,
            derniere_annee=DERNIERE_ANNEE,
            fictif=True,
        )
        for bailleur in bailleurs
    )
    annees = [annee for annee in monde.calendrier.annees if annee >= PREMIERE_ANNEE]
    patrimoines = [_patrimoine(monde, parc, annee) for annee in annees for parc in PARCS]
    Patrimoine.objects.bulk_create(patrimoines)
    abattements: dict[tuple[str, str, int], Decimal] = defaultdict(Decimal)
    lieux: dict[tuple[str, str, int], list[VersionPerimetre]] = defaultdict(list)
    couples = [(annee, parc) for annee in annees for parc in PARCS]
    for (annee, parc), patrimoine in zip(couples, patrimoines, strict=True):
        abattements[parc.bailleur, parc.commune, annee] += patrimoine.abattement_estime or Decimal(0)
        lieux[parc.bailleur, parc.commune, annee].append(patrimoine.version)
    _programmes(monde, abattements, lieux)


def _patrimoine(monde: Monde, parc: Parc, annee: int) -> Patrimoine:
    hasard = monde.hasard
    estime = None if parc.logements is None else Decimal(round(parc.logements * hasard.uniform(172, 206)))
    connu = annee < monde.calendrier.aujourdhui.year
    reel = None if estime is None or not connu else Decimal(round(float(estime) * hasard.uniform(0.96, 1.03)))
    return Patrimoine(
        contrat=monde.contrat,
        bailleur=monde.organismes[parc.bailleur],
        version=monde.versions[parc.qpv],
        annee=annee,
        logements=parc.logements,
        abattement_estime=estime,
        abattement_reel=reel,
        fictif=True,
    )


def _programmes(
    monde: Monde,
    abattements: dict[tuple[str, str, int], Decimal],
    lieux: dict[tuple[str, str, int], list[VersionPerimetre]],
) -> None:
    """Programmes and actions; the valued expense covers 85 to 110 % of the estimated abatement."""
    hasard, calendrier = monde.hasard, monde.calendrier
    engagements: dict[tuple[int, str], list[Engagement]] = defaultdict(list)
    for engagement in monde.contrat.engagements.select_related("orientation").order_by("reference"):
        if engagement.organisme_id and engagement.orientation:
            engagements[engagement.organisme_id, engagement.orientation.code].append(engagement)
    programmes, actions = [], []
    for (bailleur, commune, annee), abattement in abattements.items():
        if calendrier.est_a_venir(annee) and hasard.random() < 0.5:
            continue
        programme = _programme(monde, bailleur, commune, annee)
        programmes.append(programme)
        a_valoriser = float(abattement or Decimal(30_000)) * hasard.uniform(0.85, 1.1)
        axes = sorted(hasard.sample(range(1, 9), k=hasard.randint(4, 7)))
        poids = [hasard.uniform(0.5, 2) for _ in axes]
        for axe, part in zip(axes, poids, strict=True):
            valorise = Decimal(round(a_valoriser * part / sum(poids)))
            actions.append(_action(monde, programme, axe, valorise))
    ProgrammeTfpb.objects.bulk_create(programmes)
    ActionTfpb.objects.bulk_create(actions)
    cles = {(p.bailleur_id, p.commune.code, p.annee): p for p in programmes}
    versions = {
        cles[monde.organismes[bailleur].pk, commune, annee].pk: du_lieu
        for (bailleur, commune, annee), du_lieu in lieux.items()
        if (monde.organismes[bailleur].pk, commune, annee) in cles
    }
    relier(ActionTfpb.versions, [(a, version) for a in actions for version in versions[a.programme_id]])
    servis = []
    for action in actions:
        choix = engagements[action.programme.bailleur_id, ORIENTATION_DE_L_AXE[action.axe]]
        if choix and hasard.random() < 0.7:
            servis.append((action, hasard.choice(choix)))
    relier(ActionTfpb.engagements, servis)


def _programme(monde: Monde, bailleur: str, commune: str, annee: int) -> ProgrammeTfpb:
    """Visas follow one another in the year's first months; the report comes before the end of September."""
    hasard, calendrier = monde.hasard, monde.calendrier
    commune_le = date(annee, 2, 1) + timedelta(days=hasard.randint(0, 50))
    epci_le = commune_le + timedelta(days=hasard.randint(5, 30))
    etat_le = epci_le + timedelta(days=hasard.randint(5, 40))
    bilan_le = date(annee + 1, 6, 15) + timedelta(days=hasard.randint(0, 140))
    manque_etat = annee == calendrier.aujourdhui.year and hasard.random() < 0.2
    return ProgrammeTfpb(
        contrat=monde.contrat,
        bailleur=monde.organismes[bailleur],
        commune=monde.communes[commune],
        annee=annee,
        visa_commune_le=commune_le if calendrier.est_passe(commune_le) else None,
        visa_epci_le=epci_le if calendrier.est_passe(epci_le) else None,
        visa_etat_le=etat_le if calendrier.est_passe(etat_le) and not manque_etat else None,
        bilan_recu_le=bilan_le if calendrier.est_passe(bilan_le) else None,
        fictif=True,
    )


def _action(monde: Monde, programme: ProgrammeTfpb, axe: int, valorise: Decimal) -> ActionTfpb:
    hasard = monde.hasard
    part_bailleur = Decimal(round(float(valorise) * hasard.uniform(1.0, 1.2)))
    autre = Decimal(round(float(valorise) * hasard.choice((0, 0, 0.1, 0.3))))
    fait = hasard.uniform(0.82, 1.08) if programme.bilan_recu_le else None
    return ActionTfpb(
        programme=programme,
        axe=axe,
        famille=famille_de_l_axe(AxeTfpb(axe)),
        intitule=hasard.choice(ACTIONS_TFPB[axe]),
        depense_prevue=part_bailleur + autre,
        part_bailleur=part_bailleur,
        autre_financement=autre,
        valorise=valorise,
        depense_realisee=None if fait is None else Decimal(round(float(part_bailleur + autre) * fait)),
        valorise_realise=None if fait is None else Decimal(round(float(valorise) * fait)),
        fictif=True,
    )
