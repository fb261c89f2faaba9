"""Invents what follows the programming: commitments' yearly progress, urban renewal, reinforced actions."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from commun.auteur import Canal
from contrats.etats import EtatEngagement, EtatVisa
from contrats.models import AvancementOperation, Engagement, NatureMoyens, PointAvancement, ProgrammeUrbain
from evaluation.etats import EtatActionRenforcee
from evaluation.models import ActionRenforcee, PointEtape

from .calendrier import a_l_heure
from .lecture import relier
from .monde import Monde
from .reunions import Agenda

E = EtatEngagement
# Chances of each declared state, from the contract's first year on: commitments are kept little by little.
CHANCES_ETAT = [
    {E.NON_COMMENCE: 0.34, E.EN_COURS: 0.42, E.TENU: 0.04, E.PARTIELLEMENT_TENU: 0.05, E.SANS_INFORMATION: 0.15},
    {
        E.NON_COMMENCE: 0.17,
        E.EN_COURS: 0.45,
        E.TENU: 0.13,
        E.PARTIELLEMENT_TENU: 0.12,
        E.NON_TENU: 0.02,
        E.ABANDONNE: 0.01,
        E.SANS_INFORMATION: 0.1,
    },
    {
        E.NON_COMMENCE: 0.12,
        E.EN_COURS: 0.46,
        E.TENU: 0.15,
        E.PARTIELLEMENT_TENU: 0.13,
        E.NON_TENU: 0.05,
        E.ABANDONNE: 0.03,
        E.SANS_INFORMATION: 0.06,
    },
]
COMMENTAIRES = {
    E.NON_COMMENCE: "Cadrage en cours, démarrage prévu l’an prochain.",
    E.EN_COURS: "Action engagée, déploiement à poursuivre dans les quartiers.",
    E.TENU: "Objectif atteint.",
    E.PARTIELLEMENT_TENU: "Une partie des quartiers est couverte.",
    E.NON_TENU: "Objectif hors d’atteinte à l’échéance, moyens non réunis.",
    E.ABANDONNE: "Dispositif arrêté au niveau national.",
    E.SANS_INFORMATION: "",
}
REMARQUES = ["Préciser la part réalisée dans les quartiers du contrat.", "Joindre le justificatif annoncé."]

ACTIONS_RENFORCEES = [
    (
        "Aller vers les soins : médiation santé dans chaque QPV",
        "Rendre la médiation santé présente chaque semaine dans tous les QPV.",
        "O2",
        "O2.A1.1",
        "ars",
        ("E25", "E36"),
    ),
    (
        "Retour à l’emploi des mères seules",
        "Lever les freins de garde et de mobilité de 150 mères seules par an.",
        "O1",
        "O1.A1.3",
        "caph",
        ("E22", "E48"),
    ),
    (
        "Collégiens : ne laisser personne décrocher",
        "Proposer un mentor à chaque collégien repéré par les établissements.",
        "O3",
        "O3.A2.1",
        "education-nationale",
        ("E8", "E11"),
    ),
]
POINTS = {
    EtatActionRenforcee.A_LANCER: ("Chef de projet désigné, feuille de route en écriture.", "Réunir les partenaires."),
    EtatActionRenforcee.EN_COURS: (
        "Déploiement selon la feuille de route.",
        "Étendre l’action aux quartiers restants.",
    ),
    EtatActionRenforcee.EN_DIFFICULTE: ("Recrutement retardé, calendrier décalé.", "Trouver un relais temporaire."),
    EtatActionRenforcee.ACHEVEE: ("Objectif atteint, relais pris par le droit commun.", "Capitaliser."),
}


def creer_points_avancement(monde: Monde) -> None:
    """One statement a year and commitment; this year's are coming in; an unknown owner rarely states anything."""
    hasard, calendrier = monde.hasard, monde.calendrier
    points: list[PointAvancement] = []
    engagements = list(
        monde.contrat.engagements.select_related("organisme").prefetch_related("cibles").order_by("reference")
    )
    declarants = {
        monde.organismes["sigh"].pk: monde.utilisateurs["bailleur"],
        monde.organismes["caph"].pk: monde.utilisateurs["chef-de-projet"],
    }
    for engagement in engagements:
        precedent: EtatEngagement | None = None
        for rang, annee in enumerate(a for a in calendrier.annees if not calendrier.est_a_venir(a)):
            en_cours = annee == calendrier.aujourdhui.year
            chance = 0.3 if engagement.organisme is None else 0.93
            if hasard.random() > chance * (0.7 if en_cours else 1):
                continue
            # Once kept or given up, a commitment stays so.
            etat = precedent if precedent in (E.TENU, E.ABANDONNE) else _etat(monde, engagement, rang)
            declare = date(annee, 11, 1) + timedelta(days=hasard.randint(-30, 75))
            declare = min(declare, calendrier.aujourdhui - timedelta(days=hasard.randint(0, 20)))
            compte = declarants.get(engagement.organisme_id) if engagement.organisme_id else None
            visa = EtatVisa.NON_VU if en_cours else hasard.choice([EtatVisa.VU, EtatVisa.VU, EtatVisa.A_COMPLETER])
            points.append(
                PointAvancement(
                    engagement=engagement,
                    annee=annee,
                    etat=etat,
                    commentaire=COMMENTAIRES[etat],
                    valeur_atteinte=_valeur_atteinte(monde, engagement, etat),
                    declare_le=a_l_heure(declare, 15),
                    declare_par=compte,
                    canal=Canal.ECRAN if compte else hasard.choice([Canal.API, Canal.IMPORT]),
                    visa=visa,
                    remarque=hasard.choice(REMARQUES) if visa == EtatVisa.A_COMPLETER else "",
                    fictif=True,
                    **_euros(monde, engagement, etat),
                )
            )
            precedent = etat
    for annee in (calendrier.aujourdhui.year - 1, calendrier.aujourdhui.year):
        _montrer_les_sept_etats([point for point in points if point.annee == annee])
    PointAvancement.objects.bulk_create(points)


def _montrer_les_sept_etats(points: list[PointAvancement]) -> None:
    """Give each declared state that nobody took that year to a commitment under way."""
    en_cours = [point for point in points if point.etat == E.EN_COURS]
    manquants = [etat for etat in E if all(point.etat != etat for point in points)]
    for etat, point in zip(manquants, en_cours, strict=False):
        point.etat, point.commentaire, point.valeur_atteinte = etat, COMMENTAIRES[etat], None
        point.euros_droit_commun = point.euros_specifiques = None


def _etat(monde: Monde, engagement: Engagement, rang: int) -> EtatEngagement:
    chances = CHANCES_ETAT[min(rang, len(CHANCES_ETAT) - 1)]
    (etat,) = monde.hasard.choices(list(chances), list(chances.values()))
    return etat


def _valeur_atteinte(monde: Monde, engagement: Engagement, etat: EtatEngagement) -> Decimal | None:
    """A value only where the first target is a number to rise to, and something was done."""
    cible = next(iter(engagement.cibles.all()), None)
    parts = {E.EN_COURS: (0.3, 0.8), E.PARTIELLEMENT_TENU: (0.6, 0.95), E.TENU: (1.0, 1.08), E.NON_TENU: (0.1, 0.5)}
    if cible is None or not cible.valeur or cible.sens != "hausse" or etat not in parts:
        return None
    depart = float(cible.reference or 0)
    visee = float(cible.valeur)
    atteinte = depart + (visee - depart) * monde.hasard.uniform(*parts[etat])
    if cible.unite == "%":
        return Decimal(str(round(min(atteinte, 100), 1)))
    return Decimal(round(atteinte)) if visee >= 2 else Decimal(1 if etat == E.TENU else 0)


def _euros(monde: Monde, engagement: Engagement, etat: EtatEngagement) -> dict[str, Decimal | None]:
    """Droit commun mobilised, told for half of what is under way."""
    dit = etat in (E.EN_COURS, E.TENU, E.PARTIELLEMENT_TENU) and monde.hasard.random() < 0.5
    montant = Decimal(monde.hasard.randint(8, 240) * 500) if dit else None
    specifique = engagement.nature == NatureMoyens.SPECIFIQUE
    return {"euros_droit_commun": None if specifique else montant, "euros_specifiques": montant if specifique else None}


def creer_avancement_urbain(monde: Monde) -> None:
    """Two dated states of each operation: a year ago and this autumn."""
    hasard, calendrier = monde.hasard, monde.calendrier
    phases = ((15, "Études"), (40, "Marchés de travaux"), (85, "Travaux en cours"), (100, "Livraison par tranches"))
    etats = []
    for operation in monde.contrat.operations.order_by("nom"):
        fin = 100 if "Turenne" in operation.nom else hasard.randint(30, 88)
        for recul, part in ((400, 0.6), (35, 1.0)):
            avancement = 100 if fin == 100 else round(fin * part)
            phase = next(nom for seuil, nom in phases if avancement <= seuil)
            if fin == 100:
                phase = "Achevée"
            npnru = operation.programme == ProgrammeUrbain.NPNRU
            etats.append(
                AvancementOperation(
                    operation=operation,
                    le=calendrier.aujourdhui - timedelta(days=recul),
                    phase=phase,
                    avancement=avancement,
                    commentaire="Relogement suivi avec les bailleurs." if npnru else "Chantier coordonné avec la TFPB.",
                    fictif=True,
                )
            )
    AvancementOperation.objects.bulk_create(etats)


def creer_actions_renforcees(monde: Monde, agenda: Agenda) -> None:
    """Three actions under reinforced follow-up, each with one statement per COPIL held (E-02)."""
    actions = ActionRenforcee.objects.bulk_create(
        ActionRenforcee(
            contrat=monde.contrat,
            ordre=ordre,
            intitule=intitule,
            objectif_vise=vise,
            orientation=monde.orientations[orientation],
            pilote=monde.organismes[pilote],
            fictif=True,
        )
        for ordre, (intitule, vise, orientation, _, pilote, _) in enumerate(ACTIONS_RENFORCEES, start=1)
    )
    par_reference = {e.reference: e for e in monde.contrat.engagements.all()}
    relier(
        ActionRenforcee.objectifs,
        [
            (a, monde.objectifs[objectif])
            for a, (_, _, _, objectif, _, _) in zip(actions, ACTIONS_RENFORCEES, strict=True)
        ],
    )
    relier(
        ActionRenforcee.engagements,
        [
            (action, par_reference[reference])
            for action, (*_, references) in zip(actions, ACTIONS_RENFORCEES, strict=True)
            for reference in references
        ],
    )
    tenus = [reunion for reunion in agenda.des_copils if reunion.tenue]
    points = []
    for rang, action in enumerate(actions):
        for ordre, reunion in enumerate(tenus, start=1):
            avancement = round(78 * ordre / len(tenus)) - 9 * rang
            etat = EtatActionRenforcee.EN_COURS if avancement > 10 else EtatActionRenforcee.A_LANCER
            if rang == 1 and ordre == len(tenus) - 1:
                etat = EtatActionRenforcee.EN_DIFFICULTE
            texte, suite = POINTS[etat]
            points.append(
                PointEtape(
                    action=action,
                    reunion=reunion,
                    le=reunion.le,
                    etat=etat,
                    avancement=max(0, avancement),
                    texte=texte,
                    prochaine_etape=suite,
                    fictif=True,
                )
            )
    PointEtape.objects.bulk_create(points)
