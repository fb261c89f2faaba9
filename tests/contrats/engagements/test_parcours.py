"""Commitments in a real browser: a signatory on its phone with the keyboard alone, the team's pages under axe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from contrats.etats import Role
from contrats.models import Engagement, PointAvancement
from tests.fabriques import (
    CibleEngagementFactory,
    ContratFactory,
    EngagementFactory,
    OrganismeFactory,
    OrientationFactory,
    PointAvancementFactory,
    RemarqueRevueFactory,
    RevueEngagementsFactory,
    SollicitationFactory,
)
from tests.navigateur import BUREAU, TELEPHONE, avancer_jusqu_a

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]


def test_un_signataire_declare_sur_son_telephone_au_clavier(
    page_de: Callable[..., Any], axe: Any, erreurs_du_navigateur: list[str]
) -> None:
    annee = timezone.localdate().year
    contrat, caf = ContratFactory(debut=annee - 2, fin=annee + 4), OrganismeFactory(caf=True)
    engagement = EngagementFactory(contrat=contrat, organisme=caf)
    CibleEngagementFactory(engagement=engagement, unite="places")
    SollicitationFactory(engagement=engagement, annee=annee)
    page = page_de(Role.SIGNATAIRE, contrat=contrat, organisme=caf, taille=TELEPHONE)

    page.goto(f"/c/{contrat.slug}/{annee}/mes-engagements/")
    axe(page)
    avancer_jusqu_a(page, "Déclarer")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    axe(page)
    avancer_jusqu_a(page, "etat")
    page.keyboard.press("Space")
    avancer_jusqu_a(page, "valeur_atteinte")
    page.keyboard.type("1 234,5")
    avancer_jusqu_a(page, "euros_droit_commun")
    page.keyboard.type("beaucoup")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert page.input_value("[name=valeur_atteinte]") == "1 234,5"
    assert "Saisissez un nombre" in page.locator(".resume-erreurs").inner_text()
    axe(page)
    assert [e for e in erreurs_du_navigateur if "422" not in e] == []
    erreurs_du_navigateur.clear()
    page.fill("[name=euros_droit_commun]", "1 500,50")
    avancer_jusqu_a(page, "Déclarer")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/mes-engagements/")
    point = PointAvancement.objects.get()
    assert (point.etat, str(point.valeur_atteinte), str(point.euros_droit_commun)) == (
        "non_commence",
        "1234.500",
        "1500.50",
    )


def test_un_engagement_et_ses_deux_cibles_se_saisissent_au_clavier(page_de: Callable[..., Any]) -> None:
    contrat = ContratFactory()
    page = page_de(Role.CHEF_DE_PROJET, contrat=contrat)
    page.goto(f"/c/{contrat.slug}/engagements/nouveau/")

    def saisir(champ: str, texte: str) -> None:
        avancer_jusqu_a(page, champ)
        page.keyboard.type(texte)

    saisir("libelle", "Ouvrir une maison de santé")
    saisir("cibles-0-type", "Indicateur")
    saisir("cibles-0-numerateur", "consultations")
    avancer_jusqu_a(page, "encore")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    saisir("cibles-1-type", "Nombre")
    saisir("cibles-1-numerateur", "médecins")
    saisir("cibles-1-valeur", "3")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    engagement = Engagement.objects.get()
    assert page.url.partition("#")[0].endswith(f"/engagements/{engagement.pk}/")
    assert [(c.type, c.numerateur, c.valeur) for c in engagement.cibles.order_by("pk")] == [
        ("indicateur", "consultations", None),
        ("nombre", "médecins", 3),
    ]


def test_un_signataire_repond_a_une_remarque_au_clavier(page_de: Callable[..., Any]) -> None:
    annee = timezone.localdate().year
    contrat, caf = ContratFactory(debut=annee - 2, fin=annee + 4), OrganismeFactory(caf=True)
    engagement = EngagementFactory(contrat=contrat, organisme=caf)
    PointAvancementFactory(engagement=engagement, annee=annee, visa="a_completer", remarque="Quels quartiers ?")
    page = page_de(Role.SIGNATAIRE, contrat=contrat, organisme=caf, taille=TELEPHONE)

    page.goto(f"/c/{contrat.slug}/{annee}/mes-engagements/")
    page.get_by_text("Quels quartiers ?").wait_for()
    avancer_jusqu_a(page, "Corriger")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    avancer_jusqu_a(page, "commentaire")
    page.keyboard.press("Control+a")
    page.keyboard.type("Denain et Escaudain.")
    avancer_jusqu_a(page, "Déclarer")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    point = PointAvancement.objects.get()
    assert (point.commentaire, point.visa) == ("Denain et Escaudain.", "non_vu")


@pytest.mark.parametrize("taille", [BUREAU, TELEPHONE], ids=["bureau", "telephone"])
def test_les_pages_de_l_equipe_sont_accessibles(page_de: Callable[..., Any], axe: Any, taille: dict[str, int]) -> None:
    annee = timezone.localdate().year
    contrat = ContratFactory(debut=annee - 2, fin=annee + 4)
    orientation = OrientationFactory(contrat=contrat)
    engagement = EngagementFactory(contrat=contrat, orientation=orientation)
    CibleEngagementFactory(engagement=engagement)
    PointAvancementFactory(engagement=engagement, annee=annee, commentaire="Deux sites.", remarque="Lesquels ?")
    EngagementFactory(contrat=contrat, organisme=None)
    RemarqueRevueFactory(revue=RevueEngagementsFactory(contrat=contrat, annee=annee, envoyee=True))
    page = page_de(Role.CHEF_DE_PROJET, contrat=contrat, taille=taille)
    un, an = f"/c/{contrat.slug}/engagements/{engagement.pk}/", f"/c/{contrat.slug}/{annee}/"
    for adresse in (
        f"/c/{contrat.slug}/engagements/",
        f"/c/{contrat.slug}/engagements/nouveau/",
        f"/c/{contrat.slug}/engagements/importer/",
        un,
        f"{un}modifier/",
        f"{un}retirer/",
        f"{an}engagements/{engagement.pk}/avancement/",
        f"{an}mes-engagements/",
        f"{an}revue/",
        f"{an}revue/?etat=tenu",
        f"{an}revue/matrice/",
        f"{an}revue/signataires/",
    ):
        assert page.goto(adresse).ok
        axe(page)
        large = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert large == 0, f"{adresse} scrolls sideways"


@pytest.mark.parametrize("javascript", [True, False])
def test_la_sorte_de_cible_choisit_les_champs_et_rien_ne_se_perd_sans_script(
    page_de: Callable[..., Any], javascript: bool
) -> None:
    contrat = ContratFactory()
    page = page_de(Role.CHEF_DE_PROJET, contrat=contrat, javascript=javascript)
    page.goto(f"/c/{contrat.slug}/engagements/nouveau/")
    page.fill("[name=libelle]", "Ouvrir une maison de santé")
    page.select_option("[name=cibles-0-type]", "jalon")
    assert page.locator("[name=cibles-0-valeur]").is_visible() is not javascript
    assert page.locator("[data-aide]").is_visible() is javascript
    page.select_option("[name=cibles-0-type]", "intervalle")
    for nom, valeur in (("numerateur", "chantiers"), ("valeur", "10"), ("valeur_haute", "20")):
        page.fill(f"[name=cibles-0-{nom}]", valeur)
    with page.expect_navigation():
        page.click("text=Enregistrer et ajouter une autre cible")
    assert page.locator("[data-cible]").count() == 2
    cible = Engagement.objects.get().cibles.get()
    assert (cible.type, cible.valeur, cible.valeur_haute) == ("intervalle", 10, 20)
