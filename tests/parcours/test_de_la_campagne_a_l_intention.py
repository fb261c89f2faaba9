"""Before any deposit: the call is prepared and opened, a porteur finds its scheme and tells its project, a funder answers."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from contrats.etats import Role
from contrats.models import Contrat
from programmation.etats import EtatIntention
from programmation.models import Campagne, Intention
from tests.fabriques import (
    CampagneFactory,
    CritereCampagneFactory,
    DispositifFactory,
    EnveloppeFactory,
    EtapeCampagneFactory,
    OrganismeFactory,
    OrientationFactory,
    PieceRequiseFactory,
)
from tests.navigateur import TELEPHONE

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]


def _sans_defilement(page) -> None:
    """Nothing scrolls sideways."""
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_une_campagne_s_ouvre_et_une_intention_devient_une_demande(contrat: Contrat, page_de, axe, horloge):
    passee = CampagneFactory(contrat=contrat, annee=2026)
    CritereCampagneFactory(campagne=passee, libelle="Réponse au besoin du quartier")
    PieceRequiseFactory(campagne=passee)
    EtapeCampagneFactory(campagne=passee, du=date(2025, 11, 3))
    OrientationFactory(contrat=contrat)
    sip = DispositifFactory(contrat=contrat, famille="sip", nom="Initiatives de proximité", permanent=True)
    caf = OrganismeFactory(caf=True, sigle="CAF")
    EnveloppeFactory(contrat=contrat, annee=2027, financeur=caf, dispositif=sip)
    base = f"/c/{contrat.slug}/2027"

    # The chef de projet prepares next year's call from this year's, tries it, opens it.
    chef = page_de(Role.CHEF_DE_PROJET, contrat=contrat)
    chef.goto(f"/c/{contrat.slug}/2026/campagne/")
    chef.get_by_role("link", name="Préparer 2027").click()
    chef.get_by_label("Date limite de dépôt").fill("2026-12-18")
    axe(chef)
    chef.get_by_role("button", name="Préparer la campagne").click()
    chef.get_by_role("link", name="Réponse au besoin du quartier").wait_for()
    assert chef.get_by_text("3 nov. 2026").count() == 1
    axe(chef)
    chef.get_by_role("button", name="Mettre à l’essai").click()
    chef.get_by_role("button", name="Ouvrir la campagne").click()
    chef.get_by_role("dialog").get_by_role("button", name="Confirmer").click()
    chef.get_by_text("Ouverte", exact=True).wait_for()
    assert Campagne.objects.get(contrat=contrat, annee=2027).limite_depot == date(2026, 12, 18)

    # On a phone, a porteur reads it, finds the scheme of its project, and tells the project.
    porteur = page_de(Role.PORTEUR, contrat=contrat, taille=TELEPHONE)
    porteur.goto(f"{base}/campagne/")
    axe(porteur)
    _sans_defilement(porteur)
    porteur.goto(f"{base}/quel-dispositif/")
    porteur.get_by_label("Combien demanderiez-vous, en tout").fill("4 000")
    porteur.get_by_role("button", name="Trouver le dispositif").click()
    porteur.get_by_role("heading", name="Initiatives de proximité").wait_for()
    axe(porteur)
    _sans_defilement(porteur)
    porteur.get_by_role("link", name="En parler d’abord").click()
    porteur.get_by_label("Intitulé").fill("Atelier vélo")
    axe(porteur)
    _sans_defilement(porteur)
    porteur.get_by_role("button", name="Proposer l’intention").click()
    porteur.get_by_role("heading", name="Atelier vélo").wait_for()
    intention = Intention.objects.get(intitule="Atelier vélo")

    # A funder says what it thinks of it, the team answers.
    financeur = page_de(Role.INSTRUCTEUR, contrat=contrat, organisme=caf)
    financeur.goto(f"{base}/intentions/")
    axe(financeur)
    financeur.get_by_role("link", name="Atelier vélo").click()
    financeur.get_by_role("link", name="Donner un avis").click()
    financeur.get_by_label("Probablement éligible").check()
    axe(financeur)
    financeur.get_by_role("button", name="Enregistrer l’avis").click()
    financeur.get_by_text("Probablement éligible").first.wait_for()
    chef.goto(f"{base}/intentions/{intention.pk}/")
    chef.get_by_text("Répondre", exact=True).click()
    chef.get_by_role("link", name="Encourager à déposer").click()
    chef.get_by_label("Réponse au porteur").fill("La CAF est partante.")
    chef.get_by_role("button", name="Encourager à déposer").click()
    chef.get_by_text("La CAF est partante.").first.wait_for()
    axe(chef)

    # The porteur reads the answer, not the views, and begins its request with what is known.
    porteur.reload()
    porteur.get_by_text("La CAF est partante.").wait_for()
    assert porteur.get_by_text("Probablement éligible").count() == 0
    axe(porteur)
    porteur.get_by_role("link", name="En faire un dossier").click()
    porteur.get_by_role("button", name="En faire un dossier").click()
    porteur.get_by_text("Atelier vélo").first.wait_for()
    intention.refresh_from_db()
    assert intention.etat == EtatIntention.DEPOSEE
    assert intention.dossier is not None
    demande = {"contrat": contrat.slug, "annee": 2027, "numero": intention.dossier.numero}
    assert reverse("programmation:demande", kwargs=demande) in porteur.url

    # The other pages of the call.
    for chemin in ("dispositifs/", "eligibilite/", "eligibilite/ajouter/", "campagne/modifier/", "intentions/"):
        chef.goto(f"{base}/{chemin}")
        axe(chef)
        _sans_defilement(chef)
