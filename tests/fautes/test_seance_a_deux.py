"""F2: two people type in one session, or apply its decisions twice: one succeeds, the other is told, money moves once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from commun.auteur import Canal, systeme
from commun.erreurs import RegleEnfreinte, RevisionDepassee
from commun.journal import verifier_chaine
from commun.models import LigneJournal
from programmation import actions
from programmation.actions.seances import appliquer_l_examen
from programmation.etats import EtatDemande
from programmation.lectures.enveloppes import verifier_enveloppes
from programmation.models import ExamenDossier
from tests.fabriques import ComiteFactory, DemandeFactory, ExamenDossierFactory, ReunionFactory

pytestmark = pytest.mark.django_db(transaction=True)

TOURS = 8
LE = datetime(2026, 6, 20, 9, tzinfo=UTC)
MOI = systeme(Canal.COMMANDE)


def examen_du_copil() -> tuple[ExamenDossier, Any]:
    demande = DemandeFactory(proposee=True)
    copil = ReunionFactory(comite=ComiteFactory(contrat=demande.dossier.contrat), le=date(2026, 4, 10))
    return ExamenDossierFactory(reunion=copil, dossier=demande.dossier), demande


def test_deux_personnes_saisissent_le_meme_dossier(en_meme_temps: Any) -> None:
    for _ in range(TOURS):
        examen, demande = examen_du_copil()

        def dire(montant: int, e: Any = examen, d: Any = demande) -> Any:
            saisie = actions.SaisieExamen(montants={d.pk: Decimal(montant)})
            return actions.saisir_l_examen(e, saisie, acte="retenir", version=1, par=MOI, le=LE)

        issues = en_meme_temps(lambda dire=dire: dire(1000), lambda dire=dire: dire(2000))

        (refus,) = [issue for issue in issues if isinstance(issue, Exception)]
        assert isinstance(refus, RevisionDepassee)
        (garde,) = [issue for issue in issues if not isinstance(issue, Exception)]
        examen.refresh_from_db()
        assert examen.version == 2
        assert examen.montants.get().montant == garde.montants.get().montant
        assert LigneJournal.objects.de(examen).count() == 1
        assert verifier_chaine(examen)


def test_une_decision_appliquee_deux_fois_au_meme_moment_ne_prend_qu_une_fois(en_meme_temps: Any) -> None:
    for _ in range(TOURS):
        examen, demande = examen_du_copil()
        saisie = actions.SaisieExamen(montants={demande.pk: Decimal(3000)})
        actions.saisir_l_examen(examen, saisie, acte="retenir", par=MOI, le=LE)

        issues = en_meme_temps(
            lambda e=examen: appliquer_l_examen(e, par=MOI, le=LE),
            lambda e=examen: appliquer_l_examen(e, par=MOI, le=LE),
        )

        assert "déjà appliqué" in issues, issues
        demande.refresh_from_db()
        assert (demande.etat, demande.montant_programme) == (EtatDemande.PROGRAMMEE, 3000)
        assert not verifier_enveloppes()


def test_la_decision_et_la_validation_du_tableau_ne_se_doublent_pas(en_meme_temps: Any) -> None:
    for _ in range(TOURS):
        examen, demande = examen_du_copil()
        saisie = actions.SaisieExamen(montants={demande.pk: Decimal(3000)})
        actions.saisir_l_examen(examen, saisie, acte="retenir", par=MOI, le=LE)

        issues = en_meme_temps(
            lambda e=examen: appliquer_l_examen(e, par=MOI, le=LE),
            lambda e=examen: actions.programmer(e.dossier, reunion=e.reunion, par=MOI, le=LE),
        )

        (refus,) = [issue for issue in issues if isinstance(issue, Exception)]
        assert isinstance(refus, RegleEnfreinte)
        demande.refresh_from_db()
        assert demande.etat == EtatDemande.PROGRAMMEE
        assert not verifier_enveloppes()
