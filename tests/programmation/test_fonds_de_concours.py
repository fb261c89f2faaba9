"""Fonds de concours: the investment form, the minimum share of the maître d'ouvrage, the ceiling of its EPCI."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from acteurs.models import TypeOrganisme
from contrats.etats import Role
from programmation import actions
from programmation.actions.enveloppes import enveloppe_de
from programmation.lectures.comparaison import en_mots
from programmation.lectures.demande import controles_de, demande_de
from programmation.models import Dossier, FicheInvestissement
from programmation.rapports.demande import document
from programmation.regles.budget import LigneDeBudget
from programmation.regles.champs import se_demande, sections_de
from programmation.regles.investissement import fonds_de_concours, participation
from tests.fabriques import (
    BudgetPrevisionnelFactory,
    CampagneFactory,
    DemandeFactory,
    DispositifFactory,
    DossierFactory,
    EnveloppeFactory,
    FicheInvestissementFactory,
    LigneBudgetFactory,
    OrganismeFactory,
)

HTMX = {"HX-Request": "true"}


def plan(propres: int, subventions: int, *, emprunt: int = 0, prive: int = 0, epci: int = 0) -> list[LigneDeBudget]:
    """The income of a financing plan; `subventions` are asked in the call."""
    montants = {"insufprevisionnel": propres, "74": subventions, "16x": emprunt, "74aidespriv": prive, "74epci": epci}
    return [LigneDeBudget("produit", compte, compte, montant) for compte, montant in montants.items() if montant]


# --- The rules ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("propres", "subventions", "minimum", "manque"),
    [
        (20_000, 80_000, 20_000, 0),  # exactly 20 %
        (19_999, 80_001, 20_000, 1),  # one euro short
        (0, 100_000, 20_000, 20_000),
        (20_001, 80_002, 20_001, 0),  # 100 003 × 20 % = 20 000,60: the euro above
        (20_000, 80_003, 20_001, 1),
        (50_000, 0, 10_000, 0),
        (0, 0, 0, 0),
    ],
)
def test_le_maitre_d_ouvrage_apporte_un_cinquieme_des_financements_publics(
    propres, subventions, minimum, manque
) -> None:
    """S-21: CGCT L.1111-10 III, to the euro."""
    lue = participation(plan(propres, subventions))
    assert (lue.minimum, lue.manque) == (minimum, manque)


def test_l_emprunt_compte_comme_sa_part_et_le_mecenat_ne_compte_pas() -> None:
    """S-21: what it borrows it will repay; a private gift is not public funding."""
    lue = participation(plan(5_000, 80_000, emprunt=15_000, prive=50_000))
    assert (lue.part, lue.financements_publics, lue.manque) == (20_000, 100_000, 0)
    assert lue.taux == 20


def test_une_derogation_leve_le_minimum() -> None:
    assert participation(plan(0, 100_000), derogation=True).manque == 0


@pytest.mark.parametrize(
    ("demande", "epci", "propres", "depasse"),
    [(30_000, 0, 30_000, 0), (30_001, 0, 30_000, 1), (20_000, 15_000, 30_000, 5_000)],
)
def test_les_fonds_de_concours_ne_depassent_pas_la_part_de_la_commune(demande, epci, propres, depasse) -> None:
    """S-22: CGCT L.5216-5 VI; what the EPCI gives elsewhere in the plan adds up."""
    lus = fonds_de_concours(plan(propres, demande, epci=epci), demande=demande)
    assert lus is not None
    assert lus.depasse == depasse


def test_sans_fonds_de_concours_il_n_y_a_pas_de_plafond() -> None:
    assert fonds_de_concours(plan(10_000, 20_000), demande=0) is None


def test_le_formulaire_d_investissement_a_ses_pages() -> None:
    codes = [s.code for s in sections_de("investissement")]
    assert "operation" in codes
    assert not {"indicateurs", "vacances"} & set(codes)
    assert "operation" not in [s.code for s in sections_de("cerfa_12156")]
    assert not se_demande("moyens", "investissement")


# --- The request -------------------------------------------------------------------------------------------------------
@pytest.fixture
def commune() -> Any:
    return OrganismeFactory(commune=True)


@pytest.fixture
def dossier(contrat, commune) -> Dossier:
    """Works of 100 000 €: 40 000 € asked from the EPCI, 45 000 € from the State elsewhere, 15 000 € left to the commune."""
    dossier = DossierFactory(contrat=contrat, porteur=commune, dispositif=DispositifFactory(fonds_de_concours=True))
    budget = BudgetPrevisionnelFactory(dossier=dossier)
    for sens, compte, montant in (
        ("charge", "231", 100_000),
        ("produit", "74", 40_000),
        ("produit", "74etat", 45_000),
        ("produit", "insufprevisionnel", 15_000),
    ):
        LigneBudgetFactory(budget=budget, sens=sens, compte=compte, montant=montant)
    DemandeFactory(
        dossier=dossier,
        financeur=OrganismeFactory(epci=True),
        dispositif=dossier.dispositif,
        montant_demande=Decimal(40_000),
    )
    return dossier


def remarques(dossier: Dossier, section: str) -> list[str]:
    le = date(2026, 3, 1)
    lus = controles_de(dossier, demande_de(dossier, le))
    return [c.message.replace("\u202f", " ").replace("\u00a0", " ") for c in lus if c.section == section and c.bloquant]


@pytest.mark.django_db
def test_la_demande_dit_ce_qui_manque_en_euros(dossier) -> None:
    textes = " ".join(remarques(dossier, "budget"))
    assert "il manque 5 000 € (S-21)" in textes
    assert "Il y a 25 000 € de trop (S-22)" in textes
    FicheInvestissementFactory(dossier=dossier, derogation_accordee=True)
    assert "S-21" not in " ".join(remarques(dossier, "budget"))


@pytest.mark.django_db
def test_une_association_n_est_pas_tenue_a_la_part_minimale(dossier) -> None:
    """The law binds collectivités and groups of them."""
    dossier.porteur.type = TypeOrganisme.ASSOCIATION
    dossier.porteur.save()
    assert "S-2" not in " ".join(remarques(dossier, "budget"))


@pytest.mark.django_db
def test_chaque_question_de_l_operation_est_attendue(dossier) -> None:
    assert len(remarques(dossier, "operation")) == 7
    FicheInvestissementFactory(dossier=dossier, charges_portees_par="")
    assert remarques(dossier, "operation") == ["Dites qui paiera le fonctionnement de l’équipement."]


@pytest.mark.django_db
def test_l_enveloppe_est_celle_de_la_section_du_dispositif(dossier) -> None:
    """A fonds de concours takes from investment money."""
    demande = dossier.demandes.get()
    enveloppe = EnveloppeFactory(
        contrat=dossier.contrat, financeur=demande.financeur, dispositif=demande.dispositif, nature=demande.nature
    )
    assert enveloppe.section == "investissement"
    assert enveloppe_de(demande) == enveloppe


# --- The pages ---------------------------------------------------------------------------------------------------------
def adresse(route: str, dossier: Dossier, **suite: Any) -> str:
    cles = {"contrat": dossier.contrat.slug, "annee": dossier.campagne.annee, "numero": dossier.numero}
    return reverse(f"programmation:{route}", kwargs=cles | suite)


def test_la_commune_ecrit_son_operation(client_de, contrat, commune, dossier) -> None:
    client = client_de(Role.PORTEUR, organisme=commune)
    page = adresse("section", dossier, section="operation")
    assert "Terrain et autorisations" in client.get(page).content.decode()

    reponse = client.post(
        page,
        {"nature_operation": "renovation", "equipement": "Maison de quartier", "derogation": "prefet"},
        headers=HTMX,
    )
    fiche = FicheInvestissement.objects.get(dossier=dossier)
    assert (fiche.nature_operation, fiche.equipement) == ("renovation", "Maison de quartier")
    assert fiche.derogation == ""  # its reason was not given: neither is kept
    assert "Une dérogation dit sa référence et son motif." in reponse.content.decode()

    assert client.get(adresse("section", dossier, section="indicateurs")).status_code == 404
    moyens = client.get(adresse("section", dossier, section="moyens")).content.decode()
    assert "Calendrier" in moyens
    assert "Moyens humains" not in moyens
    public = client.get(adresse("section", dossier, section="public")).content.decode()
    assert "dont femmes" not in public
    budget = client.get(adresse("section", dossier, section="budget")).content.decode()
    assert 'id="participation"' in budget
    assert "Il manque" in budget


def test_les_sommes_suivent_la_saisie(client_de, contrat, commune, dossier) -> None:
    """With htmx the share of the maître d'ouvrage is told again after each answer."""
    client = client_de(Role.PORTEUR, organisme=commune)
    page = adresse("section", dossier, section="budget")
    reponse = client.post(
        page, {"compte_231": "100 000", "compte_74etat": "0", "compte_insufprevisionnel": "60 000"}, headers=HTMX
    ).content.decode()
    assert 'id="participation" hx-swap-oob="true"' in reponse
    assert "Il manque" not in reponse


@pytest.mark.django_db
def test_le_pdf_et_la_relecture_disent_l_operation(dossier) -> None:
    FicheInvestissementFactory(dossier=dossier)
    demande = demande_de(dossier, date(2026, 3, 1))
    assert "operation" in [lue.section.code for lue in en_mots(demande)]
    page = document(demande, dossier, le=timezone.now())
    assert "Aire de jeux du parc des Lilas" in page
    assert "Le maître d’ouvrage apporte" in page


def test_une_reconduction_reprend_l_operation(contrat, gens, dossier) -> None:
    FicheInvestissementFactory(dossier=dossier)
    suivante = CampagneFactory(contrat=contrat, annee=2027)
    suite = actions.commencer(
        suivante,
        porteur=dossier.porteur,
        dispositif=dossier.dispositif,
        intitule="Deuxième tranche",
        precedent=dossier,
        par=gens.chef,
        le=timezone.now(),
    )
    assert FicheInvestissement.objects.get(dossier=suite).equipement == "Aire de jeux du parc des Lilas"


def test_la_page_du_dossier_montre_l_operation_et_qui_paie(client_de, contrat, commune) -> None:
    """Those who instruct read the operation and the share of the maître d'ouvrage; another file has neither."""
    fiche = FicheInvestissementFactory(
        dossier__contrat=contrat, dossier__porteur=commune, dossier__dispositif__contrat=contrat
    )
    budget = BudgetPrevisionnelFactory(dossier=fiche.dossier)
    LigneBudgetFactory(budget=budget, sens="charge", compte="231", montant=50_000)
    LigneBudgetFactory(budget=budget, sens="produit", compte="insufprevisionnel", montant=50_000)
    client = client_de(Role.CHEF_DE_PROJET)
    page = client.get(adresse("dossier", fiche.dossier)).content.decode()
    assert fiche.equipement in page
    assert 'id="participation"' in page

    ordinaire = DossierFactory(contrat=contrat, campagne=fiche.dossier.campagne, depose=True)
    assert 'id="participation"' not in client.get(adresse("dossier", ordinaire)).content.decode()
