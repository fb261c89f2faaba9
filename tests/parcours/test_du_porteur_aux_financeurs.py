"""A file's way, each at its own screen: deposited on a phone, corrected once, declared complete, funded by two, balanced."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from django.core import mail

from commun.auteur import Auteur
from contrats.etats import Role
from contrats.models import Contrat
from programmation import actions
from programmation.actions.ecriture_demande import IndicateurSaisi, LieuSaisi
from programmation.etats import EtatDemande, EtatDossier
from programmation.models import Dossier, ModeLocalisation, PointAVerifier, SollicitationAvis
from programmation.regles.attestations import textes_demandes
from tests.fabriques import (
    CampagneFactory,
    DispositifFactory,
    EnveloppeFactory,
    ObjectifFactory,
    OrganismeFactory,
    OrientationFactory,
    ThemeP147Factory,
)
from tests.navigateur import TELEPHONE

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]


class Equipe(NamedTuple):
    """Who meets around the file."""

    porteur: Auteur
    chef: Auteur
    etat: Auteur
    departement: Auteur
    conseil: Auteur


@pytest.fixture
def equipe(auteur_de: Callable[..., Auteur]) -> Equipe:
    return Equipe(
        auteur_de(Role.PORTEUR, organisme=OrganismeFactory(immatricule=True)),
        auteur_de(Role.CHEF_DE_PROJET),
        auteur_de(Role.INSTRUCTEUR, organisme=OrganismeFactory(etat=True)),
        auteur_de(Role.INSTRUCTEUR, organisme=OrganismeFactory(departement=True)),
        auteur_de(Role.CONSEIL_CITOYEN, organisme=OrganismeFactory(nom="Conseil citoyen des Tilleuls")),
    )


@pytest.fixture
def brouillon(contrat: Contrat, equipe: Equipe, horloge: Any) -> Dossier:
    """A request of 12 000 € that still lacks its means, its funders and its attestations."""
    dispositif = DispositifFactory()
    campagne = CampagneFactory(contrat=contrat, annee=2027)
    for financeur in (equipe.etat.organisme, equipe.departement.organisme):
        EnveloppeFactory(contrat=contrat, annee=2027, financeur=financeur, dispositif=dispositif)
    dossier = actions.commencer(
        campagne,
        porteur=equipe.porteur.organisme,
        dispositif=dispositif,
        intitule="Atelier vélo",
        par=equipe.porteur,
        le=horloge.maintenant,
    )
    reponses: dict[str, Any] = {
        **dict.fromkeys(("resume", "buts", "besoin", "droit_commun_insuffisant"), "Apprendre à réparer son vélo."),
        "orientation": OrientationFactory(contrat=contrat),
        "objectifs": [ObjectifFactory(orientation__contrat=contrat)],
        "theme_p147": ThemeP147Factory(),
        "localisations": [LieuSaisi(ModeLocalisation.ENSEMBLE_QPV, None, None, Decimal(100))],
        "beneficiaires": 30,
        "beneficiaires_qpv": 20,
        "femmes": 15,
        "hommes": 15,
        "ages": {"12-15": 20, "18-25": 10},
        "debut": date(2027, 1, 4),
        "fin": date(2027, 12, 17),
        "indicateurs": [IndicateurSaisi(None, "Participants", "personnes", Decimal(30))],
        "budget": {"641": 10_000, "60x": 2_000, "756": 2_000},
    }
    return actions.ecrire(dossier, reponses, par=equipe.porteur, le=horloge.maintenant)


def test_une_demande_va_du_telephone_du_porteur_a_l_equilibre_de_ses_financeurs(
    equipe, brouillon, page_de, axe, horloge, executer_travaux
):
    base = f"/c/{brouillon.contrat.slug}/2027"
    dossier = brouillon
    etat, departement = equipe.etat.organisme, equipe.departement.organisme

    def relu() -> Dossier:
        dossier.refresh_from_db()
        return dossier

    def au_telephone() -> None:
        telephone.wait_for_load_state("load")
        assert telephone.evaluate("document.documentElement.scrollWidth") <= TELEPHONE["width"]
        axe(telephone)

    def ouvrir(titre: str) -> None:
        telephone.goto(f"{base}/dossiers/{relu().numero}/demande/")
        telephone.get_by_role("link", name=titre).first.click()
        telephone.get_by_role("heading", name=titre, level=1).wait_for()
        au_telephone()

    # The porteur gives on its phone what its request still lacks, and deposits it.
    telephone = page_de(utilisateur=equipe.porteur.utilisateur, taille=TELEPHONE)
    telephone.goto(f"{base}/demandes/")
    au_telephone()
    telephone.get_by_role("link", name="Atelier vélo").click()
    telephone.get_by_role("link", name="Relire et déposer").wait_for()
    au_telephone()
    ouvrir("Calendrier et moyens")
    telephone.get_by_label("Moyens humains et matériels").fill("Deux animateurs, douze vélos")
    telephone.get_by_role("button", name="Enregistrer et continuer").click()
    telephone.get_by_role("heading", name="Les indicateurs", level=1).wait_for()
    ouvrir("Les financeurs sollicités")
    for financeur, montant in ((etat, "6 000"), (departement, "4 000")):
        telephone.get_by_label(financeur.nom).fill(montant)
    telephone.get_by_role("button", name="Enregistrer et continuer").click()
    telephone.get_by_role("heading", name="Les pièces", level=1).wait_for()
    ouvrir("Les attestations")
    for texte in textes_demandes(association=True):
        telephone.locator(f"#id_donne_{texte.genre}").check()
    telephone.get_by_label("Montant total sur les trois exercices").fill("12 000")
    telephone.get_by_role("button", name="Enregistrer et continuer").click()
    telephone.get_by_role("heading", name="Relire et déposer").wait_for()
    au_telephone()
    telephone.get_by_role("button", name="Déposer la demande").click()
    telephone.get_by_role("dialog").get_by_role("button", name="Déposer").click()
    telephone.get_by_text("La demande est déposée.").wait_for()
    au_telephone()
    assert relu().etat == EtatDossier.DEPOSE
    executer_travaux()
    assert [courriel.to for courriel in mail.outbox] == [[equipe.porteur.utilisateur.email]]
    page_du_dossier = f"{base}/dossiers/{dossier.numero}/"

    # The chef de projet checks its form and asks one correction.
    bureau = page_de(utilisateur=equipe.chef.utilisateur)
    bureau.goto(f"{base}/programmation/")
    axe(bureau)
    bureau.get_by_role("link", name=dossier.numero, exact=True).click()
    bureau.get_by_role("link", name="Vérifier la recevabilité").click()
    bureau.get_by_text("Rien ne manque.").wait_for()
    axe(bureau)

    def noter(reponse: str, remarque: str = "") -> None:
        point = bureau.locator(".point", has_text=PointAVerifier.CALENDRIER.label)
        point.get_by_label(reponse, exact=True).check()
        point.get_by_label("Remarque").fill(remarque)
        bureau.get_by_role("button", name="Enregistrer les points vérifiés").click()
        bureau.wait_for_url("**/recevabilite/#points")

    noter("Non conforme", "Le calendrier ne dit pas quand l’action commence.")
    bureau.get_by_text("Le dossier n’est pas complet").wait_for()
    bureau.get_by_role("link", name="Demander un complément").click()
    bureau.get_by_label("Ce qui manque ou doit être corrigé").fill("Dites quels jours l’atelier est ouvert.")
    bureau.get_by_label("Calendrier", exact=True).check()
    axe(bureau)
    bureau.get_by_role("button", name="Demander le complément").click()
    bureau.get_by_text("Le complément est demandé").wait_for()
    axe(bureau)
    assert relu().etat == EtatDossier.INCOMPLET
    mail.outbox.clear()
    executer_travaux()
    assert [courriel.to for courriel in mail.outbox] == [[equipe.porteur.utilisateur.email]]

    # The porteur corrects that answer, and no other, and sends it back.
    telephone.goto(f"{page_du_dossier}demande/")
    telephone.get_by_text("Dites quels jours l’atelier est ouvert.").wait_for()
    au_telephone()
    ouvrir("Calendrier et moyens")
    assert telephone.get_by_label("Partenaires").is_disabled()
    telephone.locator("#id_calendrier").fill("Le mercredi, de janvier à décembre")
    with telephone.expect_navigation():
        telephone.get_by_role("button", name="Enregistrer", exact=True).click()
    telephone.goto(f"{page_du_dossier}demande/")
    telephone.get_by_role("link", name="Envoyer ma réponse").click()
    telephone.get_by_label("Votre message à l’équipe").fill("Les jours sont écrits.")
    au_telephone()
    telephone.get_by_role("button", name="Envoyer ma réponse").click()
    telephone.get_by_text("Votre réponse est partie").wait_for()
    au_telephone()
    assert (relu().etat, dossier.calendrier) == (EtatDossier.DEPOSE, "Le mercredi, de janvier à décembre")

    # The chef de projet reads the answer, declares the file complete then receivable, and opens its instruction.
    bureau.goto(f"{page_du_dossier}recevabilite/")
    bureau.get_by_text("Les jours sont écrits.").wait_for()
    noter("Conforme")
    bureau.get_by_role("button", name="Déclarer le dossier complet").click()
    bureau.get_by_role("button", name="Déclarer le dossier recevable").click()
    bureau.get_by_role("button", name="Ouvrir l’instruction").wait_for()
    axe(bureau)
    bureau.goto(page_du_dossier)
    bureau.get_by_role("button", name="Ouvrir l’instruction").click()
    bureau.get_by_text("Ouvrir l’instruction : c’est fait.").wait_for()
    axe(bureau)
    assert relu().etat == EtatDossier.EN_INSTRUCTION

    # It asks the conseil citoyen what it thinks, which is told so by e-mail.
    bureau.get_by_role("link", name="Demander des avis").click()
    bureau.get_by_label(equipe.conseil.organisme.nom).check()
    bureau.get_by_label("Ce que vous demandez").fill("L’atelier répond-il à un besoin du quartier ?")
    axe(bureau)
    bureau.get_by_role("button", name="Demander ces avis").click()
    bureau.get_by_text("Les avis sont demandés").wait_for()
    axe(bureau)
    assert SollicitationAvis.objects.get().organisme == equipe.conseil.organisme
    mail.outbox.clear()
    horloge.avancer(hours=1)
    executer_travaux()
    assert [equipe.conseil.utilisateur.email] in [courriel.to for courriel in mail.outbox]

    # The State answers in the table without a mouse.
    page_etat = page_de(utilisateur=equipe.etat.utilisateur)
    page_etat.goto(f"{base}/programmation/")
    page_etat.get_by_role("link", name="Saisir les propositions").click()
    page_etat.locator("[data-saisie]").first.wait_for()
    page_etat.get_by_role("link", name=dossier.numero, exact=True).focus()
    page_etat.keyboard.press("e")
    page_etat.keyboard.type("6000")
    page_etat.keyboard.press("Enter")
    page_etat.locator("td.saisie a", has_text="6\u202f000").wait_for()
    axe(page_etat)

    # The département answers on the file's page: what would be missing is said as it types.
    page_departement = page_de(utilisateur=equipe.departement.utilisateur)
    page_departement.goto(page_du_dossier)
    axe(page_departement)
    page_departement.get_by_role("link", name="Proposer").click()
    equilibre = page_departement.locator("#equilibre")
    page_departement.get_by_label("Montant proposé").fill("3500")
    equilibre.get_by_text("Il manque 500").wait_for()
    page_departement.get_by_label("Montant proposé").fill("4000")
    equilibre.get_by_text("L’action est équilibrée.").wait_for()
    axe(page_departement)
    page_departement.get_by_role("button", name="Proposer un montant").click()
    page_departement.get_by_text("la proposition est enregistrée").wait_for()
    axe(page_departement)

    # The chef de projet sees what both bring: nothing is missing.
    bureau.goto(page_du_dossier)
    livre = bureau.locator("#financeurs")
    assert livre.locator("tfoot td").all_inner_texts()[:2] == ["10\u202f000", "10\u202f000"]
    assert livre.locator(".equilibre dt").last.inner_text() == "Équilibré"
    axe(bureau)
    proposes = dossier.demandes.order_by("-montant_propose").values_list("financeur", "montant_propose", "etat")
    assert list(proposes) == [
        (etat.pk, Decimal(6_000), EtatDemande.PROPOSEE),
        (departement.pk, Decimal(4_000), EtatDemande.PROPOSEE),
    ]
