"""In a real browser: from the invitation to the contract, and every page of the contract under axe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from commun import travaux
from commun.models import Travail
from contrats.etats import EtatEngagement, Role
from tests.fabriques import (
    CibleEngagementFactory,
    ComiteFactory,
    CommuneFactory,
    EngagementFactory,
    HabilitationFactory,
    InvitationFactory,
    MesureFactory,
    ObjectifFactory,
    OrganismeFactory,
    OrientationFactory,
    PerimetreDuContratFactory,
    PointAvancementFactory,
    PopulationPerimetreFactory,
    SignataireFactory,
    VersionPerimetreFactory,
)
from tests.navigateur import BUREAU, TELEPHONE

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]

PHRASE = "une phrase que l’on retient 2030"


@pytest.fixture
def contrat_rempli(contrat: Any) -> Any:
    """One row of each kind, so that every page shows something."""
    commune = CommuneFactory()
    contrat.communes.add(commune)
    ObjectifFactory(orientation__contrat=contrat, ambition="Réussir", prioritaire=True)
    OrientationFactory(contrat=contrat, transversale=True)
    ComiteFactory(contrat=contrat, mission="Pilote le contrat.", reunions_par_an=1)
    engagement = EngagementFactory(contrat=contrat, signataire=SignataireFactory(contrat=contrat))
    CibleEngagementFactory(engagement=engagement)
    PointAvancementFactory(engagement=engagement, etat=EtatEngagement.PARTIELLEMENT_TENU)
    perimetre = PerimetreDuContratFactory(contrat=contrat).perimetre
    PopulationPerimetreFactory(version=VersionPerimetreFactory(perimetre=perimetre, communes=[commune]))
    VersionPerimetreFactory(perimetre=perimetre, generation_2015=True)
    MesureFactory(version_perimetre=perimetre.versions.first(), secret=True)
    InvitationFactory(contrat=contrat)
    return contrat


@pytest.mark.parametrize("taille", [BUREAU, TELEPHONE], ids=["bureau", "telephone"])
def test_les_pages_du_contrat_respectent_l_accessibilite(contrat_rempli, page_de, axe, taille: dict[str, int]) -> None:
    habilitation = HabilitationFactory(contrat=contrat_rempli)
    page = page_de(Role.CHEF_DE_PROJET, taille=taille)
    racine = reverse("contrats:presentation", args=[contrat_rempli.slug])
    suites = ["", "engagements/", "territoires/", "equipe/", "equipe/invitations/", "equipe/inviter/"]
    suites += [f"equipe/inviter/?organisme={habilitation.organisme_id}", f"equipe/{habilitation.pk}/"]
    for adresse in [*(racine + suite for suite in suites), reverse("contrats:mon_compte"), reverse("acteurs:profil")]:
        page.goto(adresse)
        for repli in page.locator("main details:not([data-menu])").all():
            repli.evaluate("d => d.open = true")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= taille["width"], adresse


def test_de_l_invitation_au_contrat(
    contrat,
    page_de: Callable[..., Any],
    axe: Callable[..., None],
    live_server: Any,
    settings: Any,
    erreurs_du_navigateur: list[str],
) -> None:
    settings.INSTALLATION = settings.INSTALLATION | {"adresse": live_server.url}
    OrganismeFactory(nom="Centre social des Écoliers")
    chef = page_de(Role.CHEF_DE_PROJET)
    chef.goto(reverse("contrats:equipe", args=[contrat.slug]))
    chef.get_by_role("link", name="Inviter une personne").first.click()
    chef.get_by_role("searchbox", name="Organisme", exact=True).fill("ecoliers")
    chef.get_by_role("button", name="Chercher").click()
    chef.get_by_role("link", name="Centre social des Écoliers").click()
    chef.get_by_label("Adresse électronique").fill("ada@exemple.test")
    chef.get_by_role("button", name="Envoyer l’invitation").click()
    assert "Rôle" in chef.locator(".resume-erreurs").inner_text()
    axe(chef)
    assert "422" in erreurs_du_navigateur.pop()
    chef.get_by_label("Porteur de projets").check()
    chef.get_by_role("button", name="Envoyer l’invitation").click()
    chef.get_by_text("L’invitation part à ada@exemple.test").wait_for()
    travaux.executer(Travail.objects.get().pk)

    invitee = page_de(None, taille=TELEPHONE)
    invitee.goto(next(mot for mot in mail.outbox[0].body.split() if "/invitation/" in mot))
    axe(invitee)
    invitee.get_by_label("Prénom").fill("Ada")
    invitee.get_by_label("Nom", exact=True).fill("Martin")
    invitee.get_by_label("Mot de passe", exact=True).fill(PHRASE)
    invitee.get_by_label("Le même mot de passe").fill(PHRASE)
    invitee.get_by_role("button", name="Accepter et ouvrir mon compte").click()
    invitee.get_by_role("heading", name=contrat.intitule).wait_for()

    chef.goto(reverse("contrats:equipe", args=[contrat.slug]))
    assert chef.get_by_role("link", name="Ada Martin").count() == 1
