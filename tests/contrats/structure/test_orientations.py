"""Orientations and objectives: who writes them, their order, what keeps them from being removed."""

from __future__ import annotations

import pytest
from django.utils import timezone

from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.journal import verifier_chaine
from commun.models import LigneJournal
from contrats.actions import structure as actions
from contrats.etats import Role
from contrats.lectures.dependances import dependances
from contrats.models import NatureOrientation, Objectif, Orientation
from tests.fabriques import (
    CommuneFactory,
    DossierFactory,
    EngagementFactory,
    HabilitationFactory,
    ObjectifFactory,
    OrientationFactory,
    SignataireFactory,
)

pytestmark = pytest.mark.django_db

CHAMPS = {"code": "7", "nom": "Accès aux droits", "nom_court": "Droits", "theme_etat": "", "theme_p147": None}


@pytest.fixture
def chef(auteur_de):
    return auteur_de(Role.CHEF_DE_PROJET)


def ajouter(contrat, par, **champs):
    return actions.ajouter_orientation(
        contrat, nature=NatureOrientation.THEMATIQUE, champs={**CHAMPS, **champs}, par=par, le=timezone.now()
    )


def test_une_orientation_ajoutee_est_la_derniere_de_sa_nature(contrat, chef) -> None:
    OrientationFactory(contrat=contrat, ordre=4)
    OrientationFactory(contrat=contrat, ordre=9, transversale=True)

    orientation = ajouter(contrat, chef)

    assert (orientation.ordre, orientation.nature) == (5, "thematique")
    (ligne,) = LigneJournal.objects.de(orientation)
    assert (ligne.acte, ligne.contrat_id, ligne.apres["nom"]) == (
        "ajouter_orientation",
        contrat.pk,
        "Accès aux droits",
    )


def test_deux_orientations_ne_portent_pas_le_meme_code(contrat, chef) -> None:
    OrientationFactory(contrat=contrat, code="7")
    with pytest.raises(RegleEnfreinte, match="porte déjà ce code"):
        ajouter(contrat, chef)


@pytest.mark.parametrize("role", [r for r in Role if r != Role.CHEF_DE_PROJET])
def test_les_autres_roles_n_ecrivent_pas_la_structure(contrat, auteur_de, role) -> None:
    with pytest.raises(ActeRefuse, match="chef de projet de tout le contrat"):
        ajouter(contrat, auteur_de(role))
    assert not Orientation.objects.exists()


def test_un_chef_de_projet_communal_n_ecrit_pas_la_structure(contrat, auteur_de) -> None:
    communal = auteur_de(Role.CHEF_DE_PROJET, communes=[CommuneFactory()])
    with pytest.raises(ActeRefuse):
        ajouter(contrat, communal)


def test_modifier_ne_garde_au_journal_que_ce_qui_change(contrat, chef) -> None:
    orientation = OrientationFactory(contrat=contrat, **CHAMPS)
    champs = {**CHAMPS, "nom": "Accès aux droits et médiation"}
    actions.modifier_orientation(orientation, champs=champs, par=chef, le=timezone.now())

    orientation.refresh_from_db()
    assert orientation.nom == "Accès aux droits et médiation"
    (ligne,) = LigneJournal.objects.de(orientation)
    assert (ligne.avant, ligne.apres) == ({"nom": "Accès aux droits"}, {"nom": "Accès aux droits et médiation"})


def test_enregistrer_sans_rien_changer_n_ecrit_rien(contrat, chef) -> None:
    orientation = OrientationFactory(contrat=contrat, **CHAMPS)
    actions.modifier_orientation(orientation, champs=CHAMPS, par=chef, le=timezone.now())
    assert not LigneJournal.objects.de(orientation).exists()


def noms(contrat) -> list[str]:
    return list(contrat.orientations.order_by("nature", "ordre").values_list("nom", flat=True))


def test_monter_et_descendre_restent_dans_leur_nature(contrat, chef) -> None:
    a, b = (OrientationFactory(contrat=contrat, nom=n, ordre=3) for n in "ab")
    axe = OrientationFactory(contrat=contrat, nom="axe", transversale=True, ordre=1)

    actions.deplacer_orientation(b, sens="haut", par=chef, le=timezone.now())
    assert noms(contrat) == ["b", "a", "axe"]
    actions.deplacer_orientation(a, sens="bas", par=chef, le=timezone.now())
    actions.deplacer_orientation(axe, sens="haut", par=chef, le=timezone.now())
    assert noms(contrat) == ["b", "a", "axe"]
    assert not LigneJournal.objects.de(a).exists()
    assert verifier_chaine(b)


def test_une_orientation_nue_se_retire_et_garde_son_journal(contrat, chef) -> None:
    orientation = OrientationFactory(contrat=contrat)
    pk = orientation.pk
    actions.retirer_orientation(orientation, par=chef, le=timezone.now())
    assert not Orientation.objects.exists()
    assert LigneJournal.objects.filter(cible_id=pk, acte="retirer_orientation").exists()


def test_ce_qui_depend_d_une_orientation_est_dit_et_la_retient(contrat, chef) -> None:
    orientation = OrientationFactory(contrat=contrat)
    ObjectifFactory.create_batch(2, orientation=orientation)
    EngagementFactory(contrat=contrat, orientation=orientation)
    DossierFactory(contrat=contrat, orientation=orientation)

    with pytest.raises(RegleEnfreinte) as refus:
        actions.retirer_orientation(orientation, par=chef, le=timezone.now())
    for morceau in ("2\xa0objectifs", "1\xa0engagement", "1\xa0dossier", "en dépendent"):
        assert morceau in refus.value.message


def test_une_habilitation_limitee_retient_son_orientation(contrat) -> None:
    """Without the orientation, the habilitation would have no limit any more."""
    orientation = OrientationFactory(contrat=contrat)
    HabilitationFactory(contrat=contrat, orientations=[orientation])
    assert dependances(orientation) == [("1\xa0habilitation", 1)]


# --- Objectives ------------------------------------------------------------------------------------------------------
@pytest.fixture
def orientation(contrat):
    orientation = OrientationFactory(contrat=contrat)
    for rang, (code, ambition) in enumerate([("1", "Agir"), ("2", "Agir"), ("3", "Former"), ("4", "Former")]):
        ObjectifFactory(orientation=orientation, code=code, ambition=ambition, ordre=rang)
    return orientation


def codes(orientation) -> str:
    return "".join(Objectif.objects.filter(orientation=orientation).order_by("ordre").values_list("code", flat=True))


def test_un_objectif_se_deplace_dans_son_ambition_seulement(orientation, chef) -> None:
    deux, trois = orientation.objectifs.get(code="2"), orientation.objectifs.get(code="3")
    actions.deplacer_objectif(deux, sens="haut", par=chef, le=timezone.now())
    assert codes(orientation) == "2134"
    actions.deplacer_objectif(trois, sens="haut", par=chef, le=timezone.now())
    assert codes(orientation) == "2134"


def test_une_ambition_se_deplace_avec_ses_objectifs(orientation, chef) -> None:
    actions.deplacer_ambition(orientation, "Former", sens="haut", par=chef, le=timezone.now())
    assert codes(orientation) == "3412"
    actions.deplacer_ambition(orientation, "Inconnue", sens="haut", par=chef, le=timezone.now())
    assert codes(orientation) == "3412"


def test_un_objectif_ajoute_puis_retenu_laisse_deux_lignes(orientation, chef) -> None:
    champs = {"code": "5", "nom": "Prévenir les ruptures", "ambition": "Agir", "prioritaire": False}
    objectif = actions.ajouter_objectif(orientation, champs=champs, par=chef, le=timezone.now())
    actions.modifier_objectif(objectif, champs={**champs, "prioritaire": True}, par=chef, le=timezone.now())

    objectif.refresh_from_db()
    assert objectif.prioritaire
    lignes = LigneJournal.objects.de(objectif)
    assert [ligne.acte for ligne in lignes] == ["ajouter_objectif", "modifier_objectif"]
    assert lignes[1].apres == {"prioritaire": True}
    assert {ligne.contrat_id for ligne in lignes} == {orientation.contrat_id}


def test_un_objectif_servi_par_un_engagement_ne_se_retire_pas(orientation, chef) -> None:
    objectif = orientation.objectifs.get(code="1")
    EngagementFactory(contrat=orientation.contrat).objectifs.add(objectif)
    with pytest.raises(RegleEnfreinte, match="1\xa0engagement en dépend"):
        actions.retirer_objectif(objectif, par=chef, le=timezone.now())
    actions.retirer_objectif(orientation.objectifs.get(code="2"), par=chef, le=timezone.now())
    assert codes(orientation) == "134"


# --- Signatories -----------------------------------------------------------------------------------------------------
def test_un_signataire_s_ajoute_a_la_fin_et_se_deplace(contrat, chef, auteur_de) -> None:
    premier = SignataireFactory(contrat=contrat, ordre=0)
    champs = {"qualite": "signataire", "signe_le": None, "siege_au_copil": True}
    organisme = EngagementFactory().organisme
    second = actions.ajouter_signataire(contrat, organisme=organisme, champs=champs, par=chef, le=timezone.now())
    actions.deplacer_signataire(second, sens="haut", par=chef, le=timezone.now())
    assert list(contrat.signataires.order_by("ordre")) == [second, premier]
    with pytest.raises(RegleEnfreinte, match="déjà signataire"):
        actions.ajouter_signataire(contrat, organisme=organisme, champs=champs, par=chef, le=timezone.now())


def test_un_signataire_engage_ne_se_retire_pas(contrat, chef) -> None:
    signataire = SignataireFactory(contrat=contrat)
    engagement = EngagementFactory(contrat=contrat, signataire=signataire)
    with pytest.raises(RegleEnfreinte, match="1\xa0engagement"):
        actions.retirer_signataire(signataire, par=chef, le=timezone.now())
    engagement.delete()
    actions.retirer_signataire(signataire, par=chef, le=timezone.now())
    assert not contrat.signataires.exists()
