"""In a real browser: a chef de projet prepares and calls a meeting with the keyboard; every page under axe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from contrats.etats import EtatReunion, Role
from contrats.models import Comite, Reunion
from tests.fabriques import (
    AppelExterneFactory,
    ComiteFactory,
    CommuneFactory,
    DecisionReunionFactory,
    HabilitationFactory,
    ItemCompteRenduFactory,
    MembreComiteFactory,
    PerimetreDuContratFactory,
    PointOrdreDuJourFactory,
    ReunionFactory,
)
from tests.navigateur import BUREAU, TELEPHONE, avancer_jusqu_a

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def seance(contrat: Any) -> Reunion:
    """A committee that met, and will meet."""
    contrat.communes.add(CommuneFactory())
    jour = timezone.localdate()
    copil = ComiteFactory(contrat=contrat, nom="COPIL", mission="Pilote le contrat.", reunions_par_an=3)
    organisme = HabilitationFactory(contrat=contrat, role=Role.SIGNATAIRE).organisme
    MembreComiteFactory(comite=copil, organisme=organisme)
    MembreComiteFactory(comite=copil, invite=True)
    passee = ReunionFactory(comite=copil, le=jour - timedelta(days=90), etat=EtatReunion.RENDUE)
    DecisionReunionFactory(reunion=passee, prise=True, echeance=jour - timedelta(days=3))
    quartier = PerimetreDuContratFactory(contrat=contrat).perimetre
    ItemCompteRenduFactory(reunion=passee, audience="contrat", perimetres=[quartier])
    AppelExterneFactory(contrat=contrat, ouvre_le=None, ferme_le=jour)
    reunion = ReunionFactory(comite=copil, le=jour + timedelta(days=1))
    PointOrdreDuJourFactory(reunion=reunion, ordre=1)
    DecisionReunionFactory(reunion=reunion)
    return reunion


@pytest.mark.parametrize("taille", [BUREAU, TELEPHONE], ids=["bureau", "telephone"])
def test_les_pages_des_reunions_sont_accessibles(
    contrat: Any, seance: Reunion, page_de: Callable[..., Any], axe: Callable[..., None], taille: dict[str, int]
) -> None:
    page = page_de(Role.CHEF_DE_PROJET, taille=taille)
    du_contrat = {"contrat": contrat.slug}
    adresses = [
        reverse(f"contrats:{nom}", kwargs=du_contrat)
        for nom in ("calendrier", "reunions", "decisions", "comites", "extraits", "appels", "modeles_comites")
    ]
    adresses += [reverse(f"contrats:{n}", kwargs=du_contrat) for n in ("creer_reunion", "creer_comite", "creer_appel")]
    adresses += [
        reverse(f"contrats:{nom}", kwargs={**du_contrat, "pk": seance.pk})
        for nom in ("reunion", "modifier_reunion", "annuler_reunion", "presences", "creer_point", "creer_item")
    ]
    adresses.append(reverse("contrats:comite", kwargs={**du_contrat, "pk": seance.comite_id}))
    adresses.append(reverse("contrats:mon_calendrier"))
    for adresse in adresses:
        page.goto(adresse)
        axe(page)
        largeur = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert largeur <= 0, f"{adresse} overflows by {largeur} px"


def test_une_reunion_se_prepare_et_se_convoque_au_clavier(
    contrat: Any, seance: Reunion, page_de: Callable[..., Any]
) -> None:
    page = page_de(Role.CHEF_DE_PROJET)
    page.goto(reverse("contrats:creer_reunion", kwargs={"contrat": contrat.slug}))

    def presser(texte: str) -> None:
        avancer_jusqu_a(page, texte)
        page.keyboard.press("Enter")

    def saisir(champ: str, texte: str) -> None:
        avancer_jusqu_a(page, champ)
        page.keyboard.type(texte)

    saisir("comite", "C")  # the first option that begins so
    saisir("objet", "Programmation")
    # The order of a native date's parts is the browser's own.
    page.get_by_label("Date").fill((timezone.localdate() + timedelta(days=20)).isoformat())
    with page.expect_navigation():
        presser("Enregistrer")
    with page.expect_navigation():
        presser("point")
    saisir("titre", "Validation de la programmation")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    presser("convocations")
    presser("Envoyer")
    page.get_by_text("Les convocations partent").wait_for()

    convoquee = Reunion.objects.get(objet="Programmation")
    assert convoquee.etat == EtatReunion.CONVOQUEE
    assert convoquee.ordre_du_jour.get().titre == "Validation de la programmation"


def test_les_comites_se_creent_d_un_clic_sans_javascript(contrat: Any, page_de: Callable[..., Any]) -> None:
    page = page_de(Role.CHEF_DE_PROJET, javascript=False)
    page.goto(reverse("contrats:modeles_comites", kwargs={"contrat": contrat.slug}))
    page.get_by_role("listitem").filter(has_text="Comité de pilotage (COPIL)").get_by_role(
        "button", name="Créer"
    ).click()
    page.get_by_text("1 comité créé").wait_for()
    assert Comite.objects.get().contrat == contrat
