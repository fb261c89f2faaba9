"""The reverse of a call for projects: a need is reported, published, answered; who is kept finds its file begun."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.core import mail

from contrats.etats import Role
from contrats.models import Contrat, NatureMoyens
from programmation.etats import EtatBesoin, EtatCandidature, EtatDossier
from programmation.models import Besoin, Candidature, Dossier
from tests.fabriques import (
    CampagneFactory,
    DispositifFactory,
    EnveloppeFactory,
    FicheOrganismeFactory,
    OrganismeFactory,
    OrientationFactory,
)
from tests.navigateur import TELEPHONE

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]


def _sans_defilement(page) -> None:
    """Nothing scrolls sideways."""
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def _texte(page) -> str:
    return re.sub(r"[\u202f\u00a0]", " ", page.locator("main").inner_text())


def _association(nom: str):
    organisme = OrganismeFactory(nom=nom, immatricule=True)
    FicheOrganismeFactory(organisme=organisme)
    return organisme


def test_un_besoin_publie_devient_le_dossier_de_qui_y_repond(contrat: Contrat, page_de, axe, horloge, executer_travaux):
    horloge.regler(2026, 9, 10, 9)
    CampagneFactory(contrat=contrat, annee=2026)
    OrientationFactory(contrat=contrat)
    ami = DispositifFactory(contrat=contrat, ami=True, nom="Appel à manifestation d’intérêt")
    EnveloppeFactory(
        contrat=contrat, annee=2026, financeur=contrat.pilote, dispositif=ami, nature=NatureMoyens.SPECIFIQUE
    )
    garage, velos = _association("Le Garage du coin"), _association("Les Roues libres")
    base = f"/c/{contrat.slug}/2026"

    # A commune reports what it sees, on a phone.
    commune = page_de(Role.SIGNATAIRE, contrat=contrat, organisme=OrganismeFactory(commune=True), taille=TELEPHONE)
    commune.goto(f"{base}/besoins/")
    commune.get_by_role("link", name="Signaler un besoin").first.click()
    commune.get_by_label("Besoin", exact=True).fill("Un garage solidaire")
    commune.get_by_label("Constat").fill("Quatre demandeurs d’emploi sur dix n’ont pas de voiture en état.")
    axe(commune)
    _sans_defilement(commune)
    commune.get_by_role("button", name="Signaler le besoin").click()
    commune.get_by_role("heading", name="Un garage solidaire").wait_for()
    page_du_besoin = commune.url

    # The délégué du préfet makes it more precise; the team says what would be done, and publishes it.
    delegue = page_de(Role.DELEGUE_PREFET, contrat=contrat, organisme=OrganismeFactory(etat=True))
    delegue.goto(page_du_besoin)
    delegue.get_by_role("link", name="Modifier", exact=True).click()
    delegue.get_by_label("Publics concernés").fill("Demandeurs d’emploi")
    axe(delegue)
    delegue.get_by_role("button", name="Enregistrer").click()
    delegue.get_by_text("Le besoin est enregistré").wait_for()
    chef = page_de(Role.CHEF_DE_PROJET, contrat=contrat)
    chef.goto(page_du_besoin)
    assert "Demandeurs d’emploi" in _texte(chef)
    chef.get_by_role("link", name="Définir l’opportunité").click()
    chef.get_by_label("Opportunité").fill("Un local de 300 m² se libère en octobre.")
    axe(chef)
    chef.get_by_role("button", name="Définir l’opportunité").click()
    chef.get_by_role("link", name="Publier l’appel").click()
    chef.get_by_label("Candidatures jusqu’au").fill("2026-10-31")
    axe(chef)
    chef.get_by_role("button", name="Publier l’appel").click()
    chef.get_by_text("L’appel est publié").wait_for()
    axe(chef)

    # Two associations answer it, one of them on a phone.
    porteur = page_de(Role.PORTEUR, contrat=contrat, organisme=garage, taille=TELEPHONE)
    autre = page_de(Role.PORTEUR, contrat=contrat, organisme=velos)
    for page, reponse in ((porteur, "Nous avons deux mécaniciens."), (autre, "Nous réparons déjà des vélos.")):
        page.goto(f"{base}/appels/")
        axe(page)
        page.get_by_role("link", name="Un garage solidaire").click()
        page.get_by_label("Votre réponse").fill(reponse)
        axe(page)
        _sans_defilement(page)
        page.get_by_role("button", name="Déposer ma candidature").click()
        page.get_by_text("Votre candidature est déposée").wait_for()

    # The team keeps one of them before the last day, knowingly, and tells the other why not.
    chef.goto(page_du_besoin)
    assert "Nous réparons déjà des vélos." in _texte(chef)
    axe(chef)
    chef.get_by_role("link", name=re.compile(r"^Retenir la candidature\W+Le Garage du coin$")).click()
    assert "L’appel est encore ouvert" in _texte(chef)
    chef.get_by_label("Réponse au candidat").fill("Ils peuvent ouvrir dès octobre.")
    chef.get_by_label("Réponse aux autres candidats").fill("Une réponse plus proche du besoin.")
    chef.get_by_label(re.compile("Je ferme cet appel")).check()
    axe(chef)
    mail.outbox.clear()
    chef.get_by_role("button", name="Retenir la candidature").click()
    chef.get_by_text("La réponse est enregistrée").wait_for()
    executer_travaux()
    assert {courriel.subject for courriel in mail.outbox} == {
        "Votre candidature est retenue : Un garage solidaire",
        "Réponse à votre candidature : Un garage solidaire",
    }
    autre.goto(f"{base}/appels/")
    autre.get_by_role("link", name="Un garage solidaire").click()
    autre.get_by_text("Une réponse plus proche du besoin.").wait_for()
    assert "Ils peuvent ouvrir" not in _texte(autre)
    axe(autre)
    assert set(Candidature.objects.values_list("organisme", "etat")) == {
        (garage.pk, EtatCandidature.RETENUE),
        (velos.pk, EtatCandidature.NON_RETENUE),
    }

    # The money is found, then the file is begun in the porteur's place.
    chef.goto(page_du_besoin)
    chef.get_by_role("link", name="Ajouter une piste").click()
    chef.get_by_label("Financeur").select_option(str(contrat.pilote.pk))
    chef.get_by_label("Nature des crédits").select_option("specifique")
    chef.get_by_label("Montant").fill("8 000")
    chef.get_by_label("Le financement est acquis").check()
    axe(chef)
    chef.get_by_role("button", name="Ajouter une piste de financement").click()
    chef.get_by_text(re.compile(r"8\s000\s€ acquis")).wait_for()
    chef.get_by_role("link", name="Les financements sont réunis").click()
    chef.get_by_role("button", name="Les financements sont réunis").click()
    chef.get_by_role("link", name="En faire un dossier").click()
    axe(chef)
    chef.get_by_role("button", name="En faire un dossier").click()
    chef.get_by_text("Le brouillon de la demande est créé").wait_for()
    axe(chef)
    dossier = Dossier.objects.get()
    assert (dossier.etat, dossier.porteur, Besoin.objects.get().etat) == (
        EtatDossier.BROUILLON,
        garage,
        EtatBesoin.DOSSIER,
    )
    assert dossier.demandes.get().montant_demande == Decimal(8_000)
    chef.goto(page_du_besoin)
    chef.get_by_role("link", name="Le brouillon de la demande est commencé").wait_for()
    axe(chef)
    _sans_defilement(chef)

    # The porteur finds it, with what was spoken of and the need that it answers.
    porteur.goto(f"{base}/demandes/")
    porteur.get_by_role("link", name="Un garage solidaire").first.click()
    porteur.get_by_text("Cette demande répond au besoin").wait_for()
    axe(porteur)
    _sans_defilement(porteur)
    porteur.get_by_role("link", name=re.compile(r"^«\sUn garage solidaire\s»$")).click()
    porteur.get_by_text("Ils peuvent ouvrir dès octobre.").wait_for()
    axe(porteur)
    _sans_defilement(porteur)
