"""The plan d'actions as its list shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from acteurs.models import Organisme
from commun.recherche import normaliser
from commun.typographie import pluriel
from geographie.models import Perimetre

from ..etats import StatutAction
from ..models import ActionContrat, Contrat, Orientation

TONS = {
    StatutAction.EXISTANTE: "succes",
    StatutAction.A_AMELIORER: "attention",
    StatutAction.A_METTRE_EN_PLACE: "info",
    StatutAction.A_VERIFIER: "neutre",
}


def en_nombre(statut: StatutAction, nombre: int) -> str:
    """« 13 existantes », « 4 à améliorer »: the other words do not change in number."""
    mot = statut.label.lower()
    return pluriel(nombre, mot, "existantes" if statut is StatutAction.EXISTANTE else mot)


@dataclass(frozen=True, slots=True)
class ActionLue:
    """One action of the plan, with how many things it links."""

    action: ActionContrat
    engagements: tuple[str, ...]
    perimetres: tuple[str, ...]
    partenaires: tuple[str, ...]
    en_retard: bool

    @property
    def etat(self) -> tuple[str, str]:
        """Where it stands in a word, and the tone of that word."""
        statut = StatutAction(self.action.statut)
        return statut.label, TONS[statut]


def plan(
    contrat: Contrat,
    *,
    le: date,
    texte: str = "",
    orientation: Orientation | None = None,
    statut: str = "",
    organisme: Organisme | None = None,
    perimetre: Perimetre | None = None,
) -> list[ActionLue]:
    """The actions by orientation then objective; `texte` is sought without accents.

    A plan counts some hundreds of actions: they are read whole, then searched.
    """
    actions = contrat.plan.select_related("objectif__orientation", "organisme")
    if orientation:
        actions = actions.filter(objectif__orientation=orientation)
    if statut:
        actions = actions.filter(statut=statut)
    if organisme:
        actions = actions.filter(organisme=organisme) | actions.filter(partenaires=organisme)
    if perimetre:
        actions = actions.filter(perimetres=perimetre)
    lues = [
        ActionLue(
            action=action,
            engagements=tuple(e.reference for e in action.engagements.all()),
            perimetres=tuple(p.nom for p in action.perimetres.all()),
            partenaires=tuple(p.nom_court for p in action.partenaires.all()),
            en_retard=(
                action.echeance is not None and action.echeance < le and action.statut != StatutAction.EXISTANTE
            ),
        )
        for action in actions.distinct()
        .prefetch_related("engagements", "perimetres", "partenaires")
        .order_by(
            "objectif__orientation__nature",
            "objectif__orientation__ordre",
            "objectif__ordre",
            "objectif_id",
            "intitule",
        )
    ]
    mots = normaliser(texte).split()
    return [a for a in lues if all(mot in _cherchable(a) for mot in mots)]


def _cherchable(lue: ActionLue) -> str:
    action = lue.action
    return normaliser(
        " ".join(
            [
                action.intitule,
                action.prochaine_etape,
                action.objectif.nom,
                str(action.organisme or ""),
                *lue.partenaires,
                *lue.engagements,
            ]
        )
    )
