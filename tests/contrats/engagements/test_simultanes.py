"""Two people at once: one statement, one reference, one lot; nobody's words are lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from commun.erreurs import RegleEnfreinte
from commun.journal import verifier_chaine
from contrats import actions
from contrats.actions import SaisieEngagement
from contrats.etats import Role
from contrats.models import Contrat, Engagement, PointAvancement
from tests.fabriques import EngagementFactory, OrganismeFactory, PointAvancementFactory

pytestmark = pytest.mark.django_db(transaction=True)


def ensemble(*actes: Callable[[], Any]) -> list[Any]:
    """Run these acts at the same moment, each on its own connection; a broken rule is a result."""
    depart = threading.Barrier(len(actes))

    def lancer(acte: Callable[[], Any]) -> Any:
        try:
            depart.wait(timeout=10)
            return acte()
        except RegleEnfreinte as erreur:
            return erreur
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actes)) as fils:
        return list(fils.map(lancer, actes))


def test_deux_declarations_de_la_meme_page_une_seule_est_gardee_l_autre_est_prevenue(contrat, auteur_de) -> None:
    caf = OrganismeFactory(caf=True)
    engagement = EngagementFactory(contrat=contrat, organisme=caf)
    PointAvancementFactory(engagement=engagement, annee=contrat.debut)
    auteurs = [auteur_de(Role.SIGNATAIRE, organisme=caf) for _ in range(4)]

    def declarer(rang: int) -> PointAvancement:
        return actions.declarer_avancement(
            Engagement.objects.get(pk=engagement.pk),
            annee=contrat.debut,
            etat="tenu",
            commentaire=f"Parole {rang}",
            revision=1,
            par=auteurs[rang],
            le=timezone.now(),
        )

    resultats = ensemble(*[lambda rang=rang: declarer(rang) for rang in range(4)])

    (gardee,) = [r for r in resultats if isinstance(r, PointAvancement)]
    assert [r.code for r in resultats if isinstance(r, RegleEnfreinte)] == ["conflit"] * 3
    point = PointAvancement.objects.get(engagement=engagement)
    assert (point.commentaire, point.revision) == (gardee.commentaire, 2)
    assert verifier_chaine(engagement)


def test_deux_engagements_crees_ensemble_ne_tirent_pas_la_meme_reference(contrat, auteur_de) -> None:
    chefs = [auteur_de(Role.CHEF_DE_PROJET) for _ in range(4)]

    def creer(rang: int) -> str:
        saisie = SaisieEngagement(libelle=f"Engagement {rang}")
        ici = Contrat.objects.get(pk=contrat.pk)
        return actions.creer_engagement(ici, saisie, par=chefs[rang], le=timezone.now()).reference

    assert sorted(ensemble(*[lambda rang=rang: creer(rang) for rang in range(4)])) == ["E1", "E2", "E3", "E4"]


def test_le_meme_lot_envoye_deux_fois_a_la_fois_n_est_ecrit_qu_une_fois(contrat, auteur_de) -> None:
    chefs = [auteur_de(Role.CHEF_DE_PROJET) for _ in range(2)]
    lot = [SaisieEngagement(reference=f"L{n}", libelle=f"Engagement {n}") for n in range(50)]

    def envoyer(rang: int) -> set[str]:
        ici = Contrat.objects.get(pk=contrat.pk)
        return {r.issue.value for r in actions.enregistrer_lot(ici, lot, par=chefs[rang], le=timezone.now())}

    resultats = ensemble(*[lambda rang=rang: envoyer(rang) for rang in range(2)])

    assert sorted(resultats, key=sorted) == [{"cree"}, {"inchange"}]
    assert Engagement.objects.filter(contrat=contrat).count() == 50
