"""Many commitments at once: one result per line, nothing written twice, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from commun.auteur import Auteur, Canal
from commun.erreurs import ActeRefuse
from commun.journal import verifier_chaine
from commun.models import LigneJournal
from contrats import actions
from contrats.actions import Issue, SaisieCible, SaisieEngagement
from contrats.etats import Role
from contrats.models import CibleEngagement, Engagement
from tests.fabriques import (
    CibleEngagementFactory,
    EngagementFactory,
    ObjectifFactory,
    OrganismeFactory,
    OrientationFactory,
    PerimetreDuContratFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def chef(auteur_de: Callable[..., Auteur]) -> Auteur:
    return auteur_de(Role.CHEF_DE_PROJET)


def envoyer(contrat: Any, par: Auteur, *saisies: SaisieEngagement, **options: Any) -> list[actions.ResultatDeLigne]:
    return actions.enregistrer_lot(contrat, saisies, par=par, le=timezone.now(), **options)


def dire(resultats: list[actions.ResultatDeLigne]) -> list[str]:
    return [r.issue.value for r in resultats]


def test_le_meme_lot_deux_fois_donne_les_memes_rangees(contrat, chef) -> None:
    caf = OrganismeFactory(caf=True)
    orientation = OrientationFactory(contrat=contrat)
    objectif = ObjectifFactory(orientation=orientation)
    perimetre = PerimetreDuContratFactory(contrat=contrat).perimetre
    lot = [
        SaisieEngagement(
            reference="C1",
            libelle="Un",
            organisme=caf,
            orientation=orientation,
            objectifs=(objectif,),
            perimetres=(perimetre,),
            cibles=(SaisieCible(type="nombre", valeur=Decimal("20")), SaisieCible(type="jalon")),
        ),
        SaisieEngagement(libelle="Deux", organisme=caf, identifiant_externe="SI-2", echeance=date(2027, 12, 31)),
    ]
    assert dire(envoyer(contrat, chef, *lot)) == ["cree", "cree"]
    avant = list(Engagement.objects.order_by("pk").values_list("pk", "reference", "revision", "modifie_le"))
    lignes = LigneJournal.objects.count()

    assert dire(envoyer(contrat, chef, *lot)) == ["inchange", "inchange"]
    assert list(Engagement.objects.order_by("pk").values_list("pk", "reference", "revision", "modifie_le")) == avant
    assert (LigneJournal.objects.count(), CibleEngagement.objects.count()) == (lignes, 2)
    assert [r for _, r, _, _ in avant] == ["C1", "E1"]


def test_une_ligne_change_ce_qui_existe_et_le_journal_garde_l_avant(contrat, chef) -> None:
    engagement = EngagementFactory(contrat=contrat, reference="C1", libelle="Avant")
    CibleEngagementFactory(engagement=engagement)
    intact = EngagementFactory(contrat=contrat, reference="C2")
    perimetre = PerimetreDuContratFactory(contrat=contrat).perimetre
    saisie = replace(
        actions.saisie_de(engagement), libelle="Après", perimetres=(perimetre,), cibles=(SaisieCible(type="jalon"),)
    )
    (resultat,) = envoyer(contrat, chef, saisie)
    assert (resultat.issue, resultat.pk) == (Issue.MODIFIE, engagement.pk)
    engagement.refresh_from_db()
    assert (engagement.libelle, engagement.revision) == ("Après", 2)
    assert [c.type for c in engagement.cibles.all()] == ["jalon"]
    assert list(engagement.perimetres.all()) == [perimetre]
    ligne = LigneJournal.objects.de(engagement).get()
    assert (ligne.avant["libelle"], ligne.apres["libelle"]) == ("Avant", "Après")
    envoyer(contrat, chef, replace(saisie, libelle="Encore"))
    assert LigneJournal.objects.de(engagement).count() == 2
    assert verifier_chaine(engagement)
    intact.refresh_from_db()
    assert intact.revision == 1


def test_tout_ou_rien_n_ecrit_rien_quand_une_ligne_est_refusee(contrat, chef) -> None:
    resultats = envoyer(contrat, chef, SaisieEngagement(libelle="Bon"), SaisieEngagement(libelle=""))
    assert dire(resultats) == ["non_ecrit", "refuse"]
    assert [(e.champ, e.code) for e in resultats[1].erreurs] == [("libelle", "blank")]
    assert not Engagement.tous.exists()
    assert not LigneJournal.objects.exists()


def test_les_bonnes_lignes_seules_sont_ecrites_sur_demande(contrat, chef) -> None:
    lot = (SaisieEngagement(libelle="Bon"), SaisieEngagement(libelle=""), SaisieEngagement(libelle="Bon aussi"))
    assert dire(envoyer(contrat, chef, *lot, tout_ou_rien=False)) == ["cree", "refuse", "cree"]
    assert [e.libelle for e in Engagement.objects.order_by("reference")] == ["Bon", "Bon aussi"]


def test_un_essai_dit_ce_qui_arriverait_et_n_ecrit_rien(contrat, chef) -> None:
    engagement = EngagementFactory(contrat=contrat, reference="C1")
    lot = (
        replace(actions.saisie_de(engagement), libelle="Autre"),
        SaisieEngagement(libelle="Nouveau"),
        SaisieEngagement(libelle=""),
    )
    assert dire(envoyer(contrat, chef, *lot, essai=True)) == ["modifie", "cree", "refuse"]
    engagement.refresh_from_db()
    assert engagement.libelle != "Autre"
    assert Engagement.tous.count() == 1


def test_deux_lignes_ne_designent_pas_le_meme_engagement(contrat, chef) -> None:
    caf = OrganismeFactory(caf=True)
    EngagementFactory(contrat=contrat, reference="C1", organisme=caf, identifiant_externe="SI-1")
    resultats = envoyer(
        contrat,
        chef,
        SaisieEngagement(reference="C1", libelle="Un"),
        SaisieEngagement(organisme=caf, identifiant_externe="SI-1", libelle="Le même"),
        SaisieEngagement(reference="C9", libelle="Nouveau"),
        SaisieEngagement(reference="C9", libelle="Nouveau, une autre fois"),
        numeros=[2, 3, 4, 5],
        tout_ou_rien=False,
    )
    assert dire(resultats) == ["modifie", "refuse", "cree", "refuse"]
    assert "ligne 2" in resultats[1].erreurs[0].message
    assert "ligne 4" in resultats[3].erreurs[0].message


def test_une_ligne_ne_prend_pas_la_reference_d_un_autre(contrat, chef) -> None:
    caf = OrganismeFactory(caf=True)
    EngagementFactory(contrat=contrat, reference="C1")
    EngagementFactory(contrat=contrat, reference="C2", organisme=caf, identifiant_externe="SI-2")
    (resultat,) = envoyer(
        contrat, chef, SaisieEngagement(reference="C1", libelle="x", organisme=caf, identifiant_externe="SI-2")
    )
    assert resultat.erreurs[0].champ == "reference"


def test_un_engagement_retire_ne_revient_pas_par_un_lot(contrat, chef) -> None:
    engagement = EngagementFactory(contrat=contrat, reference="C1")
    actions.retirer_engagement(engagement, par=chef, le=timezone.now())
    (resultat,) = envoyer(contrat, chef, SaisieEngagement(reference="C1", libelle="Revenu"))
    assert "retiré" in resultat.erreurs[0].message


def test_un_signataire_n_envoie_que_ses_lignes(contrat, auteur_de) -> None:
    caf, autre = OrganismeFactory(caf=True), OrganismeFactory(departement=True)
    EngagementFactory(contrat=contrat, reference="C1", organisme=autre)
    referente = auteur_de(Role.SIGNATAIRE, organisme=caf)
    resultats = envoyer(
        contrat,
        referente,
        SaisieEngagement(libelle="Le mien", organisme=caf),
        SaisieEngagement(libelle="Le sien", organisme=autre),
        SaisieEngagement(reference="C1", libelle="Pris", organisme=caf),
        tout_ou_rien=False,
    )
    assert dire(resultats) == ["cree", "refuse", "refuse"]
    with pytest.raises(ActeRefuse):
        envoyer(contrat, auteur_de(Role.PORTEUR), SaisieEngagement(libelle="x"))


def test_dix_mille_lignes_coutent_quelques_requetes(contrat, chef, django_assert_max_num_queries) -> None:
    caf = OrganismeFactory(caf=True)
    lot = [
        SaisieEngagement(
            reference=f"X{n}", libelle=f"Engagement {n}", organisme=caf, cibles=(SaisieCible(type="jalon"),)
        )
        for n in range(300)
    ]
    with django_assert_max_num_queries(40):
        envoyer(contrat, chef, *lot)
    with django_assert_max_num_queries(40):
        envoyer(contrat, replace(chef, canal=Canal.IMPORT), *[replace(s, note="Revu") for s in lot])
    assert Engagement.objects.filter(note="Revu", revision=2).count() == 300
