"""From a need to its file, and back: what the draft takes, who reads where it comes from, what a given-up file frees."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from acteurs.models import FormeJuridique
from commun.erreurs import ActeRefuse
from commun.models import LigneJournal
from contrats.etats import Role
from contrats.models import NatureMoyens
from programmation import actions as tout
from programmation.actions import besoins as actions
from programmation.etats import EtatBesoin, EtatDossier
from programmation.lectures.besoins import besoins_par_etat, origine_du_dossier
from programmation.lectures.campagne import depot_du_dossier_ouvert
from programmation.lectures.fiches_de_seance import fiches
from programmation.lectures.guichets import guichets
from programmation.models import Besoin, LigneBudget
from programmation.regles.pistes import compte_attendu
from programmation.regles.plans_budget import CERFA, COMMUNE, FICHE, INVESTISSEMENT
from tests.fabriques import (
    BesoinFactory,
    CampagneFactory,
    CanalDepotFactory,
    DemandeFactory,
    DispositifFactory,
    DossierFactory,
    EnveloppeFactory,
    OrganismeFactory,
    PisteDeFinancementFactory,
)

pytestmark = pytest.mark.django_db

SPE, DC = NatureMoyens.SPECIFIQUE, NatureMoyens.DROIT_COMMUN


@pytest.fixture
def fpc() -> Any:
    return DispositifFactory(famille="fpc", code="fpc")


@pytest.fixture
def campagne(contrat) -> Any:
    """Takes deposits from 1 October to 15 December 2025."""
    return CampagneFactory(contrat=contrat, annee=2026)


@pytest.fixture
def finance(contrat) -> Besoin:
    """A need whose association is found and financed."""
    porteur = OrganismeFactory(forme_juridique=FormeJuridique.ASSOCIATION_1901)
    return BesoinFactory(contrat=contrat, finance=True, titre="Un garage solidaire", porteur=porteur)


def adresse(contrat: Any, route: str, **cles: Any) -> str:
    return reverse(f"programmation:{route}", kwargs={"contrat": contrat.slug, "annee": 2026} | cles)


def _texte(reponse: Any) -> str:
    return re.sub(r"\s+", " ", reponse.content.decode())


# --- What the draft takes ---------------------------------------------------------------------------------------------
def test_les_pistes_deviennent_les_demandes_et_les_lignes_du_budget(contrat, campagne, finance, fpc, gens, le) -> None:
    """A door of the draft's own scheme is asked (S-04), in whole euros (S-03); the rest is expected outside the call."""
    epci, etat = contrat.pilote, OrganismeFactory(etat=True)
    region, caf = OrganismeFactory(type="region"), OrganismeFactory(caf=True)
    EnveloppeFactory(contrat=contrat, financeur=epci, annee=2026, dispositif=fpc, nature=SPE)
    CanalDepotFactory(contrat=contrat, financeur=etat, dispositif=fpc, canal="pilotville")
    EnveloppeFactory(contrat=contrat, financeur=region, annee=2026, dispositif=DispositifFactory(), nature=DC)

    def piste(organisme: Any, nature: str, montant: Any, **suite: Any) -> None:
        PisteDeFinancementFactory(besoin=finance, organisme=organisme, nature=nature, montant=montant, **suite)

    piste(epci, SPE, Decimal("10000.50"), acquise=True)
    piste(epci, SPE, Decimal("1999.75"))
    piste(etat, SPE, Decimal(8_000))
    piste(etat, DC, Decimal(900))  # the State has no such door
    piste(region, DC, Decimal(12_000))  # its door is another scheme's
    piste(caf, DC, Decimal(3_000))
    piste(caf, SPE, None)
    dossier = actions.en_faire_un_dossier(finance, campagne, dispositif=fpc, par=gens.chef, le=le)

    assert set(dossier.demandes.values_list("financeur", "dispositif", "nature", "montant_demande")) == {
        (epci.pk, fpc.pk, SPE, Decimal(12_000)),
        (etat.pk, fpc.pk, SPE, Decimal(8_000)),
    }
    lignes = LigneBudget.objects.filter(budget__dossier=dossier).values_list("compte", "montant")
    assert sorted(lignes) == [
        ("74", 8_000),
        ("74", 12_000),
        ("74etat", 900),
        ("74orgasoc", 3_000),
        ("74region", 12_000),
    ]
    (ligne,) = LigneJournal.objects.de(dossier).filter(acte="reprendre_les_pistes")
    assert (ligne.pour_le_compte_de_nom, len(ligne.apres)) == (finance.porteur.nom_court, 5)


def test_les_guichets_des_besoins_ne_s_ouvrent_qu_a_ce_qui_y_repond(contrat, campagne, fpc) -> None:
    """Whoever answers the yearly call finds no door of FPC or AMI beside the others, unless it already knocked there."""
    aap = DispositifFactory()
    EnveloppeFactory(contrat=contrat, financeur=contrat.pilote, annee=2026, dispositif=aap, nature=SPE)
    EnveloppeFactory(contrat=contrat, financeur=contrat.pilote, annee=2026, dispositif=fpc, nature=SPE)

    def portes(**suite: Any) -> set[Any]:
        return {guichet.dispositif for guichet in guichets(campagne, **suite)}

    assert portes(dispositif=aap.pk) == portes() == {aap}
    assert portes(dispositif=fpc.pk) == {aap, fpc}
    demande = DemandeFactory(dossier__campagne=campagne, financeur=contrat.pilote, dispositif=fpc, nature=SPE)
    assert portes(dispositif=aap.pk, demandes=[demande]) == {aap, fpc}


def test_un_besoin_sans_montant_ne_chiffre_rien(campagne, finance, fpc, gens, le) -> None:
    PisteDeFinancementFactory(besoin=finance, montant=None)
    dossier = actions.en_faire_un_dossier(finance, campagne, dispositif=fpc, par=gens.chef, le=le)
    assert not dossier.demandes.exists()
    assert not LigneBudget.objects.filter(budget__dossier=dossier).exists()


@pytest.mark.parametrize("plan", [CERFA, COMMUNE, FICHE, INVESTISSEMENT])
def test_toute_aide_attendue_a_sa_ligne_dans_chaque_budget(plan) -> None:
    types = ["etat", "service_etat", "region", "departement", "epci", "commune", "caf", "bailleur", "ars", "inconnu"]
    assert {compte_attendu(t) for t in types} <= set(plan.comptes)


# --- Where it comes from ----------------------------------------------------------------------------------------------
@pytest.fixture
def ne(contrat, finance) -> Any:
    """A file under instruction, born of the need."""
    dossier = DossierFactory(contrat=contrat, en_instruction=True, porteur=finance.porteur, numero="26-077")
    Besoin.objects.update(etat=EtatBesoin.DOSSIER, dossier=dossier)
    return dossier


@pytest.mark.parametrize("page", ["dossier", "recevabilite", "grille", "echanges", "contexte"])
def test_chaque_page_de_l_instruction_nomme_le_besoin(contrat, client_de, finance, ne, page) -> None:
    texte = _texte(client_de(Role.CHEF_DE_PROJET).get(adresse(contrat, page, numero=ne.numero)))
    assert "Né du besoin" in texte
    assert f'<a href="{adresse(contrat, "besoin", pk=finance.pk)}">« Un garage solidaire »</a>' in texte
    assert f"signalé par {finance.signale_pour.nom_court}" in texte


def test_un_dossier_ordinaire_ne_parle_d_aucun_besoin(contrat, client_de) -> None:
    dossier = DossierFactory(contrat=contrat, en_instruction=True)
    assert "Né du besoin" not in _texte(
        client_de(Role.CHEF_DE_PROJET).get(adresse(contrat, "dossier", numero=dossier.numero))
    )


def test_le_porteur_lit_de_quel_besoin_vient_sa_demande(contrat, client_de, campagne, finance, fpc, gens, le) -> None:
    """By name: the need's own page is the partners'; the published call is its own."""
    porteur = client_de(Role.PORTEUR, organisme=finance.porteur)
    dossier = actions.en_faire_un_dossier(finance, campagne, dispositif=fpc, par=gens.chef, le=le)
    page = adresse(contrat, "demande", numero=dossier.numero)
    texte = _texte(porteur.get(page))
    assert "Cette demande répond au besoin « Un garage solidaire »" in texte
    assert adresse(contrat, "besoin", pk=finance.pk) not in texte
    Besoin.objects.update(publie_le=le, publie_jusqu_au=date(2026, 9, 1))
    assert adresse(contrat, "appel", pk=finance.pk) in _texte(porteur.get(page))
    Besoin.objects.update(publie_le=None, publie_jusqu_au=None)
    assert origine_du_dossier(dossier, pour=gens.porteur) is None  # another association


def test_la_fiche_de_seance_nomme_le_besoin(ne, copil) -> None:
    (fiche,) = fiches(copil, [ne.pk])
    assert fiche.origine == "Un garage solidaire"


# --- Back to the need -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("etat", [EtatDossier.RETIRE, EtatDossier.IRRECEVABLE, EtatDossier.CLOS])
def test_un_besoin_dont_le_dossier_finit_se_rouvre(contrat, campagne, finance, fpc, ne, gens, le, etat) -> None:
    PisteDeFinancementFactory(besoin=finance, acquise=True)
    type(ne).objects.update(etat=etat)
    actions.avancer_besoin(finance, "rouvrir", motif="L’association a renoncé.", par=gens.delegue, le=le)
    relu = Besoin.objects.get()
    assert (relu.etat, relu.dossier, relu.porteur) == (EtatBesoin.FINANCE, None, finance.porteur)
    ligne = LigneJournal.objects.de(relu).last()
    assert ligne is not None
    assert "26-077" in ligne.avant["dossier"]
    suivant = actions.en_faire_un_dossier(relu, campagne, dispositif=fpc, par=gens.chef, le=le)
    assert Besoin.objects.get().dossier == suivant


def test_un_besoin_dont_le_dossier_vit_ne_se_rouvre_pas(finance, ne, gens, le) -> None:
    with pytest.raises(ActeRefuse, match="dossier en cours"):
        actions.avancer_besoin(finance, "rouvrir", motif="M.", par=gens.chef, le=le)


def test_un_brouillon_abandonne_rend_le_besoin_a_l_equipe(contrat, client_de, campagne, finance, fpc, gens, le) -> None:
    """Its page no longer says that it is answered; the next act is told, on the list too."""
    PisteDeFinancementFactory(besoin=finance, acquise=True)
    chef = client_de(Role.CHEF_DE_PROJET)
    dossier = actions.en_faire_un_dossier(finance, campagne, dispositif=fpc, par=gens.chef, le=le)
    page, acte = (
        adresse(contrat, "besoin", pk=finance.pk),
        adresse(contrat, "avancer_besoin", pk=finance.pk, acte="rouvrir"),
    )
    assert acte not in _texte(chef.get(page))
    porteur = client_de(Role.PORTEUR, organisme=finance.porteur)
    tout.renoncer(dossier, motif="Plus de local.", par=porteur.auteur, le=le)
    lue = chef.get(page)
    assert "n’a plus de réponse" in _texte(lue)
    assert [a["url"] for a in lue.context["avancer"]] == [acte]
    (groupe,) = besoins_par_etat(contrat, pour=gens.chef, le=le.date())
    assert groupe.besoins[0].prochain.startswith("Rouvrir ce besoin")
    assert chef.post(acte, {"motif": "L’association renonce."}).status_code == 302
    texte = _texte(chef.get(page))
    assert "n’a plus de réponse" not in texte
    assert "En faire un dossier" in texte


# --- Deposited all year -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("famille", ["ami", "fpc"])
def test_ce_qui_repond_a_un_besoin_se_depose_toute_l_annee(contrat, campagne, gens, le, famille) -> None:
    """Regles 2.13: the limit of the call, 15 December 2025, is not that of an AMI; the year's end is."""
    dispositif = DispositifFactory(famille=famille, permanent=False)
    besoin = BesoinFactory(contrat=contrat, finance=True)
    dossier = actions.en_faire_un_dossier(besoin, campagne, dispositif=dispositif, par=gens.chef, le=le)
    assert depot_du_dossier_ouvert(dossier, date(2026, 12, 31))
    assert not depot_du_dossier_ouvert(dossier, date(2027, 1, 1))
    spontane = DossierFactory(contrat=contrat, campagne=campagne, dispositif=dispositif)
    assert not depot_du_dossier_ouvert(spontane, le)
    au_titre_de_l_appel = actions.en_faire_un_dossier(
        BesoinFactory(contrat=contrat, finance=True), campagne, dispositif=DispositifFactory(), par=gens.chef, le=le
    )
    assert not depot_du_dossier_ouvert(au_titre_de_l_appel, le)


def test_la_page_d_un_brouillon_ne_d_un_ami_laisse_deposer(contrat, client_de, horloge, campagne, gens) -> None:
    horloge.regler(2026, 9, 10, 9)
    besoin = BesoinFactory(contrat=contrat, finance=True)
    ami = DispositifFactory(ami=True, permanent=False)
    dossier = actions.en_faire_un_dossier(besoin, campagne, dispositif=ami, par=gens.chef, le=horloge.maintenant)
    page = client_de(Role.PORTEUR, organisme=besoin.porteur).get(adresse(contrat, "relire", numero=dossier.numero))
    assert page.context["ouverture"].permis
    assert "date limite de dépôt" not in _texte(page)
