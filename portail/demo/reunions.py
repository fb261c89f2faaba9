"""Invents the meetings of the bodies, what they had to decide, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from commun.typographie import euros
from contrats.etats import EtatReunion
from contrats.models import Comite, DecisionReunion, Reunion
from programmation.models import DemandeFinancement

from .calendrier import Calendrier, a_l_heure
from .monde import Monde

Nature, Execution = DecisionReunion.Nature, DecisionReunion.Execution

COPIL = "Comité de pilotage (COPIL)"
COTECH = "Comité technique (COTECH)"
COMMISSION = "Commission Renouvellement urbain – Politique de la ville et Cohésion sociale"
REVUE = "Revue de projets"
DIALOGUE = "Dialogue de projets"
LIEU = "Siège de l’agglomération"

# Month, day of the two dialogues of a commune in a year, and how many communes of three held theirs.
DIALOGUES = ((5, 12, 2), (10, 8, 1))
# Month and day of the commission that validates the SIP, each year.
JOURS_COMMISSION = ((2, 11), (4, 22), (6, 24), (9, 23), (12, 9))


@dataclass(slots=True)
class Agenda:
    """The meetings that the campaigns refer to."""

    copils: dict[int, Reunion] = field(default_factory=dict)
    revues: dict[int, Reunion] = field(default_factory=dict)
    commissions: dict[int, list[Reunion]] = field(default_factory=dict)
    premiere_serie: Reunion | None = None

    @property
    def des_copils(self) -> list[Reunion]:
        """Every COPIL, the oldest first."""
        serie = [self.premiere_serie] if self.premiere_serie else []
        return sorted([*self.copils.values(), *self.revues.values(), *serie], key=lambda reunion: reunion.le)


def creer_reunions(monde: Monde) -> Agenda:
    """Two COPIL a year (programming, review of commitments), three COTECH, a review of projects, commissions, dialogues."""
    calendrier = monde.calendrier
    comites = {comite.nom: comite for comite in monde.contrat.comites.all()}
    agenda, autres = Agenda(), []

    def reunion(comite: str, le: date, objet: str) -> Reunion:
        return Reunion(
            comite=comites[comite],
            le=le,
            lieu=LIEU,
            objet=objet,
            fictif=True,
            **_etat(calendrier, le, comite),
        )

    # A first series of the coming year was just validated: what one records in the demo has its meeting.
    agenda.premiere_serie = reunion(COPIL, calendrier.aujourdhui - timedelta(days=2), "Programmation, première série")
    autres.append(agenda.premiere_serie)
    for annee in calendrier.annees:
        copil = calendrier.copil(annee)
        agenda.copils[annee] = reunion(COPIL, copil, f"Programmation {annee}")
        autres.append(reunion(COTECH, copil - timedelta(days=24), f"Préparation de la programmation {annee}"))
        autres.append(
            reunion(REVUE, calendrier.ouverture(annee) + timedelta(days=18), f"Projets envisagés pour {annee}")
        )
        agenda.commissions[annee] = []
        if calendrier.est_a_venir(annee):
            continue
        agenda.commissions[annee] = [
            reunion(COMMISSION, date(annee, mois, jour), "Soutien aux initiatives de proximité")
            for mois, jour in JOURS_COMMISSION
        ]
        revue = date(annee, 12, 3)
        if not calendrier.est_passe(revue):
            revue = max(revue, calendrier.aujourdhui + timedelta(days=13))
        agenda.revues[annee] = reunion(COPIL, revue, f"Revue des engagements {annee}")
        autres.append(reunion(COTECH, revue - timedelta(days=21), f"Revue des engagements {annee}"))
        autres.append(reunion(COTECH, date(annee, 10, 6), f"Note de cadrage {annee + 1}"))
    autres += _dialogues(monde, comites[DIALOGUE])
    commissions = [r for du_jour in agenda.commissions.values() for r in du_jour]
    Reunion.objects.bulk_create([*agenda.copils.values(), *agenda.revues.values(), *commissions, *autres])
    return agenda


def _dialogues(monde: Monde, comite: Comite) -> list[Reunion]:
    """The dialogues held with the communes, each in its town hall; some communes are behind, in one or in both."""
    communes = list(monde.contrat.communes.order_by("code"))
    return [
        Reunion(
            comite=comite,
            commune=commune,
            le=date(annee, mois, 1 + (jour + 3 * rang) % 28),
            lieu=f"Mairie de {commune.nom}",
            objet=f"Priorités communales {annee}",
            etat=EtatReunion.RENDUE,
            fictif=True,
        )
        for annee in monde.calendrier.annees
        for mois, jour, sur_trois in DIALOGUES
        for rang, commune in enumerate(communes)
        if rang % 3 < sur_trois and monde.calendrier.est_passe(date(annee, mois, 28))
    ]


def _etat(calendrier: Calendrier, le: date, comite: str) -> dict[str, Any]:
    """Past meetings gave their minutes, but for the technical one just held; the COPIL of the coming days is called."""
    attente = (calendrier.aujourdhui - le).days
    if attente >= 0:
        return {"etat": EtatReunion.TENUE if comite == COTECH and attente < 12 else EtatReunion.RENDUE}
    if attente >= -15 and comite == COPIL:
        return {
            "etat": EtatReunion.CONVOQUEE,
            "convoquee_le": a_l_heure(min(le - timedelta(days=15), calendrier.aujourdhui - timedelta(days=1))),
        }
    return {"etat": EtatReunion.PREVUE}


def creer_decisions(monde: Monde, agenda: Agenda) -> None:
    """What each COPIL had, or will have, to decide; figures are those of the base."""
    programmes = {
        ligne["reunion_id"]: (ligne["dossiers"], ligne["total"])
        for ligne in DemandeFinancement.objects.filter(reunion__isnull=False)
        .order_by()
        .values("reunion_id")
        .annotate(dossiers=Count("dossier", distinct=True), total=Sum("montant_programme"))
    }
    decisions = []
    for annee, reunion in agenda.copils.items():
        if reunion.tenue:
            dossiers, total = programmes.get(reunion.pk, (0, Decimal(0)))
            decisions += _programmation(monde, reunion, annee, dossiers, total)
        else:
            decisions += _a_decider(monde, reunion, annee)
    for annee, reunion in agenda.revues.items():
        decisions += _revue(monde, reunion, annee)
    for annee, reunions in agenda.commissions.items():
        for reunion in reunions:
            if reunion.pk in programmes:
                dossiers, total = programmes[reunion.pk]
                texte = f"Valider {dossiers} projet{'s' if dossiers > 1 else ''} SIP de {annee}, pour {euros(total)}."
                decisions.append(_decision(reunion, 1, texte, "caph", monde, Execution.FAITE, "Aides votées."))
    DecisionReunion.objects.bulk_create(decisions)


def _programmation(monde: Monde, reunion: Reunion, annee: int, dossiers: int, total: Decimal) -> list[DecisionReunion]:
    derniere = annee >= monde.calendrier.aujourdhui.year
    encours = Execution.EN_COURS if derniere else Execution.FAITE
    return [
        _decision(
            reunion,
            1,
            f"Valider la programmation {annee} : {dossiers} dossiers, {euros(total)}.",
            "caph",
            monde,
            encours,
            "Votes des financeurs en cours." if derniere else "Tous les financeurs ont voté.",
        ),
        _decision(
            reunion,
            2,
            "Proposer une convention pluriannuelle aux actions structurantes reconduites.",
            "etat",
            monde,
            Execution.FAITE,
            "Conventions signées au début de l’été.",
        ),
        _decision(
            reunion,
            3,
            "Dresser avec chaque financeur la liste des actions qui relèvent du droit commun.",
            "departement",
            monde,
            Execution.EN_COURS if derniere else Execution.ABANDONNEE,
            "Listes reçues de deux financeurs." if derniere else "Reprise par les groupes thématiques.",
        ),
        DecisionReunion(
            reunion=reunion,
            ordre=4,
            texte="Associer des habitants à l’instruction des dossiers.",
            nature=Nature.AJOURNEE,
            responsable=monde.organismes["caph"],
            fictif=True,
        ),
    ]


def _a_decider(monde: Monde, reunion: Reunion, annee: int) -> list[DecisionReunion]:
    textes = [
        (f"Valider la programmation {annee}.", "caph"),
        (f"Arrêter les conventions pluriannuelles {annee}-{min(annee + 2, monde.contrat.fin)}.", "etat"),
        ("Porter la part des CPO à la moitié des crédits spécifiques.", "etat"),
        (f"Prendre connaissance des programmes TFPB {annee}.", "bailleurs"),
        ("Désigner les porteurs associés aux suivis de cohorte.", "caph"),
    ]
    return _a_trancher(monde, reunion, textes)


def _a_trancher(monde: Monde, reunion: Reunion, textes: list[tuple[str, str]]) -> list[DecisionReunion]:
    """What a coming meeting has to decide: each text, and who will carry it out."""
    return [
        DecisionReunion(
            reunion=reunion,
            ordre=ordre,
            texte=texte,
            nature=Nature.A_DECIDER,
            responsable=monde.organismes[responsable],
            echeance=reunion.le,
            fictif=True,
        )
        for ordre, (texte, responsable) in enumerate(textes, start=1)
    ]


def _revue(monde: Monde, reunion: Reunion, annee: int) -> list[DecisionReunion]:
    textes = [
        (f"Arrêter la revue des engagements {annee}.", "caph", Execution.FAITE, "Revue publiée."),
        (
            "Demander un point d’avancement aux signataires sans information.",
            "etat",
            Execution.EN_COURS,
            "Relance faite.",
        ),
        ("Suivre à chaque COPIL les trois actions renforcées.", "caph", Execution.FAITE, "Points d’étape présentés."),
    ]
    if not reunion.tenue:
        return _a_trancher(monde, reunion, [(texte, responsable) for texte, responsable, _, _ in textes])
    return [
        _decision(reunion, ordre, texte, responsable, monde, execution, suite)
        for ordre, (texte, responsable, execution, suite) in enumerate(textes, start=1)
    ]


def _decision(
    reunion: Reunion, ordre: int, texte: str, responsable: str, monde: Monde, execution: str, suite: str
) -> DecisionReunion:
    return DecisionReunion(
        reunion=reunion,
        ordre=ordre,
        texte=texte,
        nature=Nature.DECIDEE,
        responsable=monde.organismes[responsable],
        echeance=reunion.le + timedelta(days=120),
        execution=execution,
        suite_donnee=suite,
        fictif=True,
    )
