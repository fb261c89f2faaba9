"""The plan d'actions: writing, links, filters."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.models import LigneJournal
from contrats.actions import plan as actions
from contrats.etats import Role, StatutAction
from contrats.lectures.plan import en_nombre, plan
from tests.fabriques import (
    ActionContratFactory,
    EngagementFactory,
    ObjectifFactory,
    OrganismeFactory,
    OrientationFactory,
    PerimetreFactory,
)

pytestmark = pytest.mark.django_db

LE = date(2026, 11, 20)


@pytest.fixture
def chef(auteur_de):
    return auteur_de(Role.CHEF_DE_PROJET)


def champs(contrat, **autres):
    return {
        "intitule": "Navette vers la maison médicale",
        "objectif": ObjectifFactory(orientation__contrat=contrat),
        "statut": StatutAction.A_VERIFIER,
        "organisme": None,
        "engagements": [],
        "perimetres": [],
        "partenaires": [],
    } | autres


def test_une_action_que_personne_ne_subventionne_entre_au_plan(contrat, chef) -> None:
    engagement = EngagementFactory(contrat=contrat)
    action = actions.ajouter_action(
        contrat, champs=champs(contrat, engagements=[engagement]), par=chef, le=timezone.now()
    )
    assert list(action.engagements.all()) == [engagement]
    ligne = LigneJournal.objects.de(action).get()
    assert (ligne.contrat_id, ligne.apres["engagements"]) == (contrat.pk, str(engagement))


def test_une_action_se_modifie_puis_se_retire(contrat, chef) -> None:
    action = ActionContratFactory(contrat=contrat)
    nouveaux = champs(contrat, objectif=action.objectif, statut=StatutAction.EXISTANTE)
    actions.modifier_action(action, champs=nouveaux, par=chef, le=timezone.now())
    action.refresh_from_db()
    assert (action.statut, action.intitule) == (StatutAction.EXISTANTE, "Navette vers la maison médicale")
    actions.retirer_action(action, par=chef, le=timezone.now())
    assert not contrat.plan.exists()


def test_une_action_ne_lie_que_ce_qui_est_du_contrat(contrat, chef) -> None:
    with pytest.raises(RegleEnfreinte, match="objectif n’est pas de ce contrat"):
        actions.ajouter_action(contrat, champs=champs(contrat, objectif=ObjectifFactory()), par=chef, le=timezone.now())
    with pytest.raises(RegleEnfreinte, match="engagements choisis"):
        actions.ajouter_action(
            contrat, champs=champs(contrat, engagements=[EngagementFactory()]), par=chef, le=timezone.now()
        )


@pytest.mark.parametrize("role", [r for r in Role if r != Role.CHEF_DE_PROJET])
def test_les_autres_roles_ne_modifient_pas_le_plan(contrat, auteur_de, role) -> None:
    with pytest.raises(ActeRefuse):
        actions.ajouter_action(contrat, champs=champs(contrat), par=auteur_de(role), le=timezone.now())
    assert not contrat.plan.exists()


def test_un_chef_de_projet_thematique_reste_dans_son_orientation(contrat, auteur_de) -> None:
    sienne = OrientationFactory(contrat=contrat)
    thematique = auteur_de(Role.CHEF_DE_PROJET, orientations=[sienne])
    action = actions.ajouter_action(
        contrat, champs=champs(contrat, objectif=ObjectifFactory(orientation=sienne)), par=thematique, le=timezone.now()
    )
    with pytest.raises(ActeRefuse, match="ne couvre pas"):
        actions.ajouter_action(contrat, champs=champs(contrat), par=thematique, le=timezone.now())
    with pytest.raises(ActeRefuse, match="ne couvre pas"):
        actions.modifier_action(action, champs=champs(contrat), par=thematique, le=timezone.now())


def test_le_plan_se_filtre_et_se_cherche_sans_accent(contrat) -> None:
    porteur, partenaire, quartier = OrganismeFactory(), OrganismeFactory(), PerimetreFactory()
    une = ActionContratFactory(contrat=contrat, intitule="Épicerie solidaire", organisme=porteur)
    une.perimetres.add(quartier)
    deux = ActionContratFactory(contrat=contrat, statut=StatutAction.EXISTANTE, echeance=date(2026, 1, 1))
    deux.partenaires.add(partenaire)
    ActionContratFactory()

    def trouver(**filtres):
        return {lue.action for lue in plan(contrat, le=LE, **filtres)}

    assert trouver() == {une, deux}
    assert trouver(texte="epicerie SOLIDAIRE") == {une}
    assert trouver(organisme=porteur) == trouver(perimetre=quartier) == {une}
    assert trouver(organisme=partenaire) == trouver(statut=StatutAction.EXISTANTE) == {deux}
    assert trouver(orientation=une.objectif.orientation) == {une}


@pytest.mark.parametrize(
    ("statut", "nombre", "attendu"),
    [("existante", 1, "1\xa0existante"), ("existante", 13, "13\xa0existantes"), ("a_verifier", 2, "2\xa0à vérifier")],
)
def test_le_statut_s_accorde_en_nombre(statut, nombre, attendu) -> None:
    assert en_nombre(StatutAction(statut), nombre) == attendu


def test_une_action_existante_n_est_jamais_en_retard(contrat) -> None:
    ActionContratFactory(contrat=contrat, echeance=date(2026, 11, 19))
    ActionContratFactory(contrat=contrat, echeance=date(2026, 11, 19), statut=StatutAction.EXISTANTE)
    ActionContratFactory(contrat=contrat, echeance=LE)
    assert sorted(lue.en_retard for lue in plan(contrat, le=LE)) == [False, False, True]
