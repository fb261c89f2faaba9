"""An investment's way: a commune writes its financing plan, its 20 % told as it types; then what the law admits, decided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from acteurs.models import FormeJuridique
from commun.auteur import Auteur
from contrats.etats import Role
from contrats.models import Contrat
from programmation import actions
from programmation.actions.ecriture_demande import LieuSaisi
from programmation.etats import EtatDemande, EtatDossier
from programmation.models import Dossier, ModeLocalisation
from programmation.regles.attestations import textes_demandes
from tests.fabriques import (
    CampagneFactory,
    ComiteFactory,
    DispositifFactory,
    EnveloppeFactory,
    ObjectifFactory,
    OrganismeFactory,
    OrientationFactory,
    ReunionFactory,
    ThemeP147Factory,
)
from tests.navigateur import TELEPHONE

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]


class Equipe(NamedTuple):
    """Who meets around the works."""

    commune: Auteur
    chef: Auteur
    epci: Auteur


@pytest.fixture
def equipe(auteur_de: Callable[..., Auteur]) -> Equipe:
    return Equipe(
        auteur_de(
            Role.PORTEUR,
            organisme=OrganismeFactory(commune=True, immatricule=True, forme_juridique=FormeJuridique.DROIT_PUBLIC),
        ),
        auteur_de(Role.CHEF_DE_PROJET),
        auteur_de(Role.DECIDEUR, organisme=OrganismeFactory(epci=True, nom="Communauté de la Scarpe", sigle="")),
    )


@pytest.fixture
def brouillon(contrat: Contrat, equipe: Equipe, horloge: Any) -> Dossier:
    """A play area to rebuild, in the spring, long after the limit of the yearly call; its money is not written yet."""
    dispositif = DispositifFactory(fonds_de_concours=True)
    campagne = CampagneFactory(contrat=contrat, annee=2026)
    EnveloppeFactory(contrat=contrat, annee=2026, financeur=equipe.epci.organisme, dispositif=dispositif)
    dossier = actions.commencer(
        campagne,
        porteur=equipe.commune.organisme,
        dispositif=dispositif,
        intitule="Aire de jeux du parc des Lilas",
        par=equipe.commune,
        le=horloge.maintenant,
    )
    reponses: dict[str, Any] = {
        **dict.fromkeys(("resume", "buts", "besoin", "droit_commun_insuffisant"), "Jouer dehors, en bas de chez soi."),
        "orientation": OrientationFactory(contrat=contrat),
        "objectifs": [ObjectifFactory(orientation__contrat=contrat)],
        "theme_p147": ThemeP147Factory(),
        "localisations": [LieuSaisi(ModeLocalisation.ENSEMBLE_QPV, None, None, Decimal(100))],
        "beneficiaires": 400,
        "beneficiaires_qpv": 300,
        "debut": date(2026, 9, 1),
        "fin": date(2026, 12, 18),
        "nature_operation": "amenagement",
        "equipement": "Aire de jeux",
        "stade": "projet",
        "foncier": "propriete",
        "autorisation": "sans_objet",
        "marches": "Procédure adaptée, consultation en avril.",
        "charges_annuelles": 0,
    }
    return actions.ecrire(dossier, reponses, par=equipe.commune, le=horloge.maintenant)


def test_un_investissement_va_de_son_plan_de_financement_a_l_acte_qui_le_finance(
    equipe, brouillon, page_de, axe, horloge, erreurs_du_navigateur
):
    horloge.regler(2026, 3, 2, 9)
    base = f"/c/{brouillon.contrat.slug}/2026"
    demande = f"{base}/dossiers/{brouillon.numero}/demande/"
    copil = ReunionFactory(comite=ComiteFactory(contrat=brouillon.contrat), le=date(2026, 4, 10))

    # The commune asks its EPCI, then writes who else pays: what it lacks is told as it types.
    commune = page_de(utilisateur=equipe.commune.utilisateur, taille=TELEPHONE)

    def au_telephone() -> None:
        assert commune.evaluate("document.documentElement.scrollWidth") <= TELEPHONE["width"]
        axe(commune)

    commune.goto(f"{demande}financeurs/")
    commune.get_by_label(equipe.epci.organisme.nom).fill("20 000")
    commune.get_by_role("button", name="Enregistrer et continuer").click()
    commune.get_by_role("heading", name="Les pièces", level=1).wait_for()
    commune.goto(f"{demande}budget/")
    participation = commune.locator("#participation")
    for compte, montant in (("231", "100 000"), ("74etat", "70 000"), ("insufprevisionnel", "10 000")):
        champ = commune.locator(f"#id_compte_{compte}")
        champ.fill(montant)
        champ.blur()
    participation.get_by_text("10,0").wait_for()
    assert [texte.partition(",")[0] for texte in participation.locator(".manque dd").all_inner_texts()] == [
        "10\u202f000\u00a0€",  # its share
        "10\u202f000\u00a0€",  # what lacks (S-21)
        "20\u202f000\u00a0€",  # the fonds de concours
        "10\u202f000\u00a0€",  # of which too much (S-22)
    ]
    au_telephone()
    for compte, montant in (("74etat", "50 000"), ("insufprevisionnel", "30 000")):
        champ = commune.locator(f"#id_compte_{compte}")
        champ.fill(montant)
        champ.blur()
    participation.get_by_text("30,0").wait_for()
    participation.get_by_text("Il manque").wait_for(state="detached")
    au_telephone()
    commune.goto(f"{demande}attestations/")
    for texte in textes_demandes(association=False):
        commune.locator(f"#id_donne_{texte.genre}").check()
        if texte.demande_un_montant:
            commune.locator(f"#id_montant_{texte.genre}").fill("0")
    commune.get_by_role("button", name="Enregistrer et continuer").click()
    commune.get_by_role("heading", name="Relire et déposer").wait_for()
    au_telephone()
    commune.get_by_role("button", name="Déposer la demande").click()
    commune.get_by_role("dialog").get_by_role("button", name="Déposer").click()
    commune.get_by_text("La demande est déposée.").wait_for()
    dossier = Dossier.objects.get(pk=brouillon.pk)
    assert dossier.etat == EtatDossier.DEPOSE

    # The chef de projet brings it to its instruction.
    page_du_dossier = f"{base}/dossiers/{dossier.numero}/"
    bureau = page_de(utilisateur=equipe.chef.utilisateur)
    bureau.goto(f"{page_du_dossier}recevabilite/")
    bureau.get_by_role("button", name="Déclarer le dossier complet").click()
    bureau.get_by_role("button", name="Déclarer le dossier recevable").click()
    bureau.get_by_role("button", name="Ouvrir l’instruction").wait_for()
    axe(bureau)
    bureau.goto(page_du_dossier)
    bureau.get_by_role("button", name="Ouvrir l’instruction").click()
    bureau.get_by_text("Ouvrir l’instruction : c’est fait.").wait_for()

    # The EPCI would give more than the share that the commune keeps: the law says how much.
    epci = page_de(utilisateur=equipe.epci.utilisateur)
    epci.goto(page_du_dossier)
    epci.get_by_role("link", name="Proposer").click()
    epci.get_by_label("Montant proposé").fill("30 000")
    epci.get_by_role("button", name="Proposer un montant").click()
    epci.locator("#id_montant_error").get_by_text("la part que garde la commune").wait_for()
    axe(epci)
    assert epci.get_by_label("Montant proposé").input_value() == "30 000"
    (refus,) = erreurs_du_navigateur
    assert "422" in refus  # asked for
    erreurs_du_navigateur.clear()
    epci.get_by_label("Montant proposé").fill("25 000")
    epci.get_by_role("button", name="Proposer un montant").click()
    epci.get_by_text("la proposition est enregistrée").wait_for()

    # The COPIL validates it, on its day; the page of the year tells the share before and after.
    horloge.regler(2026, 4, 13, 9)
    bureau.goto(f"{page_du_dossier}programmer/")
    assert bureau.get_by_label("Réunion").input_value() == str(copil.pk)
    axe(bureau)
    bureau.get_by_role("button", name="Valider la programmation").click()
    bureau.get_by_text("est validée").wait_for()
    bureau.goto(f"{base}/fonds-de-concours/")
    ligne = bureau.locator("#decides tbody tr")
    ligne.get_by_text("30,0").wait_for()
    ligne.get_by_text("25,0\u00a0% après décisions").wait_for()
    axe(bureau)

    # The conseil communautaire deliberates: the money is firm.
    horloge.regler(2026, 6, 22, 9)
    epci.goto(page_du_dossier)
    epci.get_by_role("link", name="Enregistrer l’acte").click()
    epci.get_by_label("Instance").fill("Conseil communautaire")
    epci.get_by_label("Numéro").fill("26-118")
    epci.locator("#id_pris_le").fill("2026-06-15")
    axe(epci)
    epci.get_by_role("button", name="Enregistrer l’acte du financeur").click()
    epci.get_by_text("son montant est ferme").wait_for()
    assert list(dossier.demandes.values_list("etat", "montant_vote")) == [(EtatDemande.VOTEE, Decimal(25_000))]
