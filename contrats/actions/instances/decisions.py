"""What a meeting has to decide, what it decided, and where that stands."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier

from ...etats import EtatReunion
from ...models import DecisionReunion, Reunion
from ...permissions import peut_suivre
from .seance import rang_suivant, verrouiller


@transaction.atomic
def inscrire_decision(
    reunion: Reunion,
    *,
    texte: str,
    par: Auteur,
    le: datetime,
    nature: str = DecisionReunion.Nature.A_DECIDER,
    responsable: Organisme | None = None,
    echeance: date | None = None,
    decision: DecisionReunion | None = None,
) -> DecisionReunion:
    """Write what is to decide, or what was decided or put off; a decision taken starts its execution."""
    reunion = verrouiller(reunion, par)
    if reunion.etat in (EtatReunion.RENDUE, EtatReunion.ANNULEE):
        raise RegleEnfreinte("Les décisions ne changent plus après l’envoi du compte rendu.", code="reunion_close")
    if nature != DecisionReunion.Nature.A_DECIDER and not _a_eu_lieu(reunion, le):
        raise RegleEnfreinte(
            "Rien n’est décidé avant la réunion : laissez « à décider ».", champ="nature", code="pas_encore"
        )
    nouvelle = decision is None
    if decision is None:
        decision = DecisionReunion(
            reunion=reunion, ordre=rang_suivant(reunion.decisions.aggregate(m=Max("ordre"))["m"])
        )
    avant = {} if nouvelle else {"nature": decision.nature, "texte": decision.texte}
    decision.texte, decision.nature, decision.responsable, decision.echeance = texte, nature, responsable, echeance
    if nature != DecisionReunion.Nature.DECIDEE:
        decision.execution = ""
    elif not decision.execution:
        decision.execution = DecisionReunion.Execution.A_FAIRE
    with contraintes_en_francais(), transaction.atomic():
        decision.save()
    reunion.save(update_fields=["modifie_le"])  # whoever follows the meetings reads their decisions
    inscrire(
        reunion,
        acte="inscrire_decision",
        libelle="Décision inscrite" if nouvelle else "Décision modifiée",
        par=par,
        le=le,
        avant=avant,
        apres={"decision": decision.pk, "nature": nature, "texte": texte},
    )
    return decision


@transaction.atomic
def suivre_decision(
    decision: DecisionReunion, *, execution: str, suite: str, par: Auteur, le: datetime
) -> DecisionReunion:
    """Say where a decision taken stands; giving it up needs a word of explanation."""
    # The journal of a meeting holds those of its decisions: its row, held first by every act on them, serialises their lines.
    reunion = Reunion.objects.select_for_update(of=("self",)).select_related("comite").get(pk=decision.reunion_id)
    decision = (
        DecisionReunion.objects.select_for_update(of=("self",))
        .select_related("reunion__comite__contrat")
        .get(pk=decision.pk)
    )
    verifier(peut_suivre(par, decision))
    if decision.nature != DecisionReunion.Nature.DECIDEE:
        raise RegleEnfreinte("Seule une décision prise a un état d’exécution.", code="non_decidee")
    if execution == DecisionReunion.Execution.ABANDONNEE and not suite.strip():
        raise RegleEnfreinte("Dites pourquoi la décision est abandonnée.", champ="suite", code="motif")
    avant = {"execution": decision.execution, "suite": decision.suite_donnee}
    decision.execution, decision.suite_donnee = execution, suite
    decision.save(update_fields=["execution", "suite_donnee"])
    reunion.save(update_fields=["modifie_le"])
    inscrire(
        reunion,
        acte="suivre_decision",
        libelle="Suite d’une décision",
        par=par,
        le=le,
        motif=decision.texte[:200],
        avant=avant,
        apres={"decision": decision.pk, "execution": execution, "suite": suite},
    )
    return decision


def _a_eu_lieu(reunion: Reunion, le: datetime) -> bool:
    return reunion.tenue or reunion.le <= timezone.localdate(le)
