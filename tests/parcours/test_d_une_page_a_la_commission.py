"""A neighbourhood initiative: written on a phone, proposed by the agglomération, decided by the commission, announced."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from django.core import mail
from django.utils import timezone

from acteurs.models import FormeJuridique
from commun.auteur import Auteur
from contrats.etats import Role
from contrats.models import Contrat
from programmation import actions
from programmation.actions.actes import NouvelActe
from programmation.etats import EtatAccompagnement, EtatDemande, EtatDossier
from programmation.lectures.enveloppes import verifier_enveloppes
from programmation.models import Accompagnement, DemandeFinancement, Dossier
from tests.fabriques import (
    CampagneFactory,
    ComiteFactory,
    DispositifFactory,
    EnveloppeFactory,
    FicheOrganismeFactory,
    OrganismeFactory,
    OrientationFactory,
    PerimetreDuContratFactory,
    ReunionFactory,
    ThemeP147Factory,
    VersionPerimetreFactory,
)
from tests.navigateur import TELEPHONE

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]

TITRE = "Un jardin au pied des tours"


class Quartier(NamedTuple):
    """The contract, who writes, who decides."""

    contrat: Contrat
    porteur: Auteur
    chef: Auteur

    @property
    def annee(self) -> str:
        return f"/c/{self.contrat.slug}/2026/"

    def dossier(self, dossier: Dossier) -> str:
        return f"{self.annee}dossiers/{dossier.numero}/"


@pytest.fixture
def quartier(contrat: Contrat, auteur_de: Callable[..., Auteur], horloge: Any) -> Quartier:
    """In September, the yearly call closed long ago; the commission sits on the 23rd."""
    horloge.regler(2026, 9, 10, 18)
    association = OrganismeFactory(
        nom="Les Jardins du Rivage", forme_juridique=FormeJuridique.ASSOCIATION_1901, immatricule=True
    )
    FicheOrganismeFactory(organisme=association)
    CampagneFactory(contrat=contrat, close=True)
    dispositif = DispositifFactory(contrat=contrat, sip=True)
    EnveloppeFactory(contrat=contrat, dispositif=dispositif, financeur=contrat.pilote, montant=Decimal(10_000))
    OrientationFactory(contrat=contrat, nom="Vivre ensemble", theme_p147=ThemeP147Factory())
    version = VersionPerimetreFactory(nom="Cité du Rivage")
    PerimetreDuContratFactory(contrat=contrat, perimetre=version.perimetre)
    commission = ComiteFactory(
        contrat=contrat, nom="Commission de la ville", type="commission", valide_sip=True, valide_programmation=False
    )
    ReunionFactory(comite=commission, le=date(2026, 9, 23))
    return Quartier(contrat, auteur_de(Role.PORTEUR, organisme=association), auteur_de(Role.CHEF_DE_PROJET))


def _texte(page: Any, quoi: str = "main") -> str:
    return re.sub(r"[\u202f\u00a0]", " ", page.locator(quoi).inner_text())


def _tient_en_largeur(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE["width"]


def test_une_initiative_va_d_une_page_sur_un_telephone_a_la_commission(
    quartier, page_de, axe, horloge, executer_travaux
):
    telephone = page_de(utilisateur=quartier.porteur.utilisateur, taille=TELEPHONE)
    bureau = page_de(utilisateur=quartier.chef.utilisateur)
    dossier = _l_association_ecrit_sa_page_et_la_depose(telephone, quartier, axe)
    _l_equipe_propose(bureau, quartier, dossier, axe, horloge)
    _la_commission_decide_sur_la_page(bureau, quartier, dossier, axe, horloge, executer_travaux)
    _l_association_ne_lit_rien_avant_la_notification(telephone, quartier, dossier)
    _elle_est_financee_et_accepte_un_appui(bureau, telephone, quartier, dossier, axe, horloge, executer_travaux)
    assert verifier_enveloppes() == []


def _l_association_ecrit_sa_page_et_la_depose(page, quartier, axe) -> Dossier:
    """Nothing but one page, kept as it is written; it says what it lacks."""
    page.goto(f"{quartier.annee}toute-l-annee/")
    _tient_en_largeur(page)
    axe(page)
    page.get_by_role("link", name="Demander une aide pour un petit projet").click()
    page.get_by_role("link", name="Soutien aux initiatives de proximité").click()
    page.get_by_label("Intitulé").fill(TITRE)
    axe(page)
    page.get_by_role("button", name="Commencer").click()
    page.get_by_role("heading", name=TITRE).wait_for()
    _tient_en_largeur(page)
    axe(page)

    dossier = Dossier.objects.get(intitule=TITRE)
    for nom, valeur in {
        "resume": "Douze carrés potagers, cultivés par les habitants.",
        "besoin": "Les habitants l’ont demandé à la fête du quartier.",
        "lieu": "Square des Lilas",
        "debut": "2026-10-01",
        "fin": "2026-12-15",
        "partenaires": "Le club d’échecs prête sa salle.",
        "beneficiaires": "40",
        "beneficiaires_qpv": "35",
        "femmes": "22",
        "hommes": "18",
        "compte_60x": "1500",
        "compte_864": "300",
        "compte_870": "300",
        "montant_minimis": "0",
    }.items():
        page.locator(f"#id_{nom}").fill(valeur)
    page.locator("#id_orientation").select_option(label="Vivre ensemble")
    quartiers = page.locator("#id_quartier")
    quartiers.select_option(quartiers.locator("option", has_text="Cité du Rivage").first.get_attribute("value"))
    page.locator("[name=benevole][value=oui]").check()
    page.locator("[name=pic][value=non]").check()
    demande = page.locator("[name^=demande_]")
    demande.fill("5 001")
    demande.press("Tab")
    page.get_by_text("dépassent le plafond du dispositif").first.wait_for()
    demande.fill("1 500")
    for case in page.locator(".attestation input[type=checkbox]").all():
        case.check()
    page.get_by_role("heading", name="La fiche est complète").wait_for()
    _tient_en_largeur(page)
    axe(page)
    page.get_by_role("button", name="Relire et déposer").click()
    page.get_by_role("heading", name="Relire et déposer").wait_for()
    axe(page)
    page.get_by_role("button", name="Déposer la demande").click()
    page.get_by_role("dialog").get_by_role("button", name="Déposer").click()
    page.get_by_text("La demande est déposée.").wait_for()
    _tient_en_largeur(page)

    dossier.refresh_from_db()
    assert dossier.etat == EtatDossier.DEPOSE
    assert dossier.localisations.get().part == 100
    return dossier


def _l_equipe_propose(page, quartier, dossier, axe, horloge) -> None:
    """The form is checked as any other file's; a private draft is not ready for the commission, a shared proposal is."""
    le = timezone.now()
    for acte in (actions.declarer_complet, actions.declarer_recevable, actions.ouvrir_instruction):
        acte(dossier, par=quartier.chef, le=le)
    horloge.regler(2026, 9, 14, 10)
    page.goto(f"{quartier.annee}initiatives/")
    assert "1 financeur attendu" in _texte(page, "#a-instruire")
    assert "prioritaire" in _texte(page, "#a-instruire")
    demande = dossier.demandes.get()
    page.goto(f"{quartier.dossier(dossier)}demandes/{demande.pk}/proposer/")
    page.get_by_label("Montant proposé").fill("1 200")
    page.get_by_label("Visible des cofinanceurs").uncheck()
    page.get_by_role("button", name="Proposer un montant").click()
    page.wait_for_url("**#financeurs")
    page.goto(f"{quartier.annee}initiatives/")
    assert TITRE in _texte(page, "#a-instruire")
    assert TITRE not in _texte(page, "#pretes")

    page.goto(f"{quartier.dossier(dossier)}demandes/{demande.pk}/proposer/")
    page.get_by_label("Visible des cofinanceurs").check()
    page.get_by_role("button", name="Proposer un montant").click()
    page.wait_for_url("**#financeurs")
    page.goto(f"{quartier.annee}initiatives/")
    assert TITRE in _texte(page, "#pretes")
    assert "8 800 € si les initiatives prêtes sont validées" in _texte(page)
    assert page.get_by_role("button", name="Enregistrer la décision").count() == 0, "no commission was held"
    axe(page)


def _la_commission_decide_sur_la_page(page, quartier, dossier, axe, horloge, executer_travaux) -> None:
    horloge.regler(2026, 9, 24, 10)
    page.goto(f"{quartier.annee}initiatives/")
    page.get_by_role("checkbox", name=re.compile(f"Retenir {dossier.numero}")).wait_for()
    page.get_by_role("button", name="Enregistrer la décision d’une commission").click()
    page.get_by_role("heading", name=re.compile("Enregistrer la décision")).wait_for()
    assert "Commission de la ville" in _texte(page)
    axe(page)
    page.get_by_role("button", name="Enregistrer la décision").click()
    page.get_by_role("heading", name="Validation de la programmation").first.wait_for()
    executer_travaux()
    page.get_by_text(re.compile("dossier programmé")).first.wait_for()

    page.goto(f"{quartier.annee}initiatives/")
    assert TITRE in _texte(page, "#decidees")
    assert "1 200" in _texte(page, "#decidees")
    axe(page)
    demande = DemandeFinancement.objects.get(dossier=dossier)
    assert (demande.etat, demande.montant_programme) == (EtatDemande.PROGRAMMEE, 1_200)
    assert demande.reunion is not None
    assert demande.reunion.comite.nom == "Commission de la ville"


def _l_association_ne_lit_rien_avant_la_notification(page, quartier, dossier) -> None:
    """The funder tells, not the commission."""
    page.goto(f"{quartier.annee}dossiers/{dossier.numero}/demande/")
    lu = _texte(page)
    assert "en cours d’examen" in lu
    assert "1 200" not in lu


def _elle_est_financee_et_accepte_un_appui(bureau, page, quartier, dossier, axe, horloge, executer_travaux) -> None:
    """The agglomération's own act, its notification; then support is offered from the page, and accepted on the phone."""
    horloge.regler(2026, 10, 8, 10)
    demande, le = dossier.demandes.get(), timezone.now()
    acte = NouvelActe(
        instance="Bureau communautaire",
        numero="2026-DB-41",
        pris_le=date(2026, 10, 5),
    )
    actions.voter(demande, acte=acte, montant=Decimal(1_200), par=quartier.chef, le=le)
    actions.notifier(demande, jour=date(2026, 10, 8), par=quartier.chef, le=le)
    bureau.goto(f"{quartier.annee}initiatives/")
    bureau.get_by_role("link", name=re.compile("Proposer un appui")).click()
    bureau.get_by_label("Structure d’appui").fill("Maison des associations")
    bureau.get_by_label("Ce qui est proposé").fill("Trois rendez-vous sur les comptes.")
    axe(bureau)
    bureau.get_by_role("button", name="Proposer un appui").click()
    bureau.get_by_text("L’appui est proposé à l’association.").wait_for()
    mail.outbox.clear()
    executer_travaux()
    assert any("Un appui vous est proposé" in courriel.subject for courriel in mail.outbox)

    page.goto(f"{quartier.annee}dossiers/{dossier.numero}/demande/")
    assert "1 200 €" in _texte(page)
    _tient_en_largeur(page)
    axe(page)
    page.goto(quartier.dossier(dossier))
    page.get_by_role("link", name="Accepter l’appui").click()
    assert "Trois rendez-vous sur les comptes." in _texte(page)
    page.get_by_label("Un mot de réponse").fill("Plutôt le soir.")
    _tient_en_largeur(page)
    axe(page)
    page.get_by_role("button", name="Accepter l’appui").click()
    page.get_by_text("C’est enregistré.").wait_for()
    appui = Accompagnement.objects.get()
    assert (appui.etat, appui.note, appui.reponse) == (
        EtatAccompagnement.ACCEPTE,
        "Trois rendez-vous sur les comptes.",
        "Plutôt le soir.",
    )
    assert "Plutôt le soir." in _texte(page)
