"""Fonds de concours: the investment form, the minimum share of the maître d'ouvrage, the ceiling of its EPCI."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from acteurs.models import TypeOrganisme, TypePiece
from commun.erreurs import RegleEnfreinte
from contrats.etats import Role
from programmation import actions
from programmation.actions.enveloppes import enveloppe_de
from programmation.lectures.comparaison import en_mots
from programmation.lectures.demande import controles_de, demande_de
from programmation.lectures.fiches_de_seance import fiches
from programmation.lectures.investissement import qui_paie_dans_l_annee
from programmation.lectures.recevabilite import points_a_verifier
from programmation.models import (
    DemandeFinancement,
    Dossier,
    Enveloppe,
    FamilleDispositif,
    FicheInvestissement,
    PointAVerifier,
)
from programmation.rapports.demande import document
from programmation.regles.budget import LigneDeBudget
from programmation.regles.champs import se_demande, sections_de
from programmation.regles.investissement import fonds_de_concours, participation, plan_accorde
from tests.fabriques import (
    BudgetPrevisionnelFactory,
    CampagneFactory,
    DemandeFactory,
    DispositifFactory,
    DossierFactory,
    EnveloppeFactory,
    ExamenDossierFactory,
    FicheInvestissementFactory,
    LigneBudgetFactory,
    OrganismeFactory,
    PieceDossierFactory,
    PointVerifieFactory,
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


@pytest.mark.parametrize(
    ("accorde", "part", "publics"),
    [(40_000, 15_000, 100_000), (30_000, 25_000, 100_000), (60_000, -5_000, 100_000), ("40000.50", 14_999, 100_000)],
)
def test_ce_que_les_financeurs_ne_donnent_pas_revient_au_maitre_d_ouvrage(accorde, part, publics) -> None:
    """S-21, after the decisions: the cost stays, and so does what comes from outside the call."""
    demande = [*plan(15_000, 40_000), LigneDeBudget("produit", "74etat", "État", 45_000)]
    lue = participation(plan_accorde(demande, Decimal(accorde)))
    assert (lue.part, lue.financements_publics) == (part, publics)


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
def test_une_derogation_joint_sa_decision(dossier) -> None:
    """The porteur's word is not enough: the letter is a paper of the request."""
    assert not [r for r in remarques(dossier, "pieces") if "dérogation" in r]
    FicheInvestissementFactory(dossier=dossier, derogation_accordee=True)
    assert remarques(dossier, "pieces") == ["Il manque la pièce : Décision de dérogation."]
    PieceDossierFactory(dossier=dossier, type=TypePiece.DEROGATION)
    assert remarques(dossier, "pieces") == []


@pytest.mark.django_db
def test_la_derogation_est_un_point_que_l_equipe_verifie(dossier) -> None:
    """Where one is claimed, and nowhere else."""
    assert PointAVerifier.DEROGATION not in points_a_verifier(dossier)
    FicheInvestissementFactory(dossier=dossier, derogation_accordee=True)
    assert PointAVerifier.DEROGATION in points_a_verifier(dossier)


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


# --- What is granted ---------------------------------------------------------------------------------------------------
@pytest.fixture
def instruit(contrat, commune, gens) -> Dossier:
    """Works of 100 000 €: 50 000 € asked from the EPCI, 20 000 € from the département, the rest is the commune's."""
    dossier = DossierFactory(
        contrat=contrat,
        porteur=commune,
        dispositif=DispositifFactory(fonds_de_concours=True),
        en_instruction=True,
        cout_total=Decimal(100_000),
    )
    budget = BudgetPrevisionnelFactory(dossier=dossier)
    montants = {"231": 100_000, "74": 50_000, "insufprevisionnel": 30_000}
    for compte, montant in montants.items():
        LigneBudgetFactory(
            budget=budget, sens="charge" if compte == "231" else "produit", compte=compte, montant=montant
        )
    LigneBudgetFactory(budget=budget, sens="produit", compte="74", montant=20_000, ordre=9)
    DemandeFactory(dossier=dossier, financeur=OrganismeFactory(epci=True), dotee=True, montant_demande=Decimal(50_000))
    DemandeFactory(
        dossier=dossier, financeur=gens.departement, dotee=True, nature="droit_commun", montant_demande=Decimal(20_000)
    )
    Enveloppe.objects.update(montant=Decimal(500_000))
    return dossier


def ligne_de(dossier: Dossier, type_: str) -> Any:
    return dossier.demandes.get(financeur__type=type_)


@pytest.mark.django_db
def test_proposer_ne_passe_pas_la_part_de_la_commune(instruit, auteur_de, gens, le) -> None:
    """S-22: the EPCI may give half of what is left once the others have given, and no more."""
    fonds = ligne_de(instruit, "epci")
    epci = auteur_de(Role.DECIDEUR, organisme=fonds.financeur)
    with pytest.raises(RegleEnfreinte, match="S-22") as refus:
        actions.proposer(fonds, montant=Decimal(50_001), par=epci, le=le)
    assert (refus.value.champ, refus.value.code) == ("montant", "fonds_de_concours")
    actions.proposer(fonds, montant=Decimal(50_000), par=epci, le=le)

    # What the département shares counts with it, and is said before anything is programmed.
    departement = ligne_de(instruit, "departement")
    with pytest.raises(RegleEnfreinte, match="S-22"):
        actions.proposer(departement, montant=Decimal(10_000), par=gens.decideur, le=le)
    actions.proposer(fonds, montant=Decimal(40_000), par=epci, le=le)
    actions.proposer(departement, montant=Decimal(20_000), par=gens.decideur, le=le)


@pytest.mark.django_db
def test_programmer_et_voter_ne_passent_pas_le_maximum_legal(instruit, copil, auteur_de, gens, le) -> None:
    """S-21, S-22: what older proposals sum to, what the COPIL types, what the act says."""
    fonds, departement = ligne_de(instruit, "epci"), ligne_de(instruit, "departement")
    instruit.demandes.filter(pk=fonds.pk).update(etat="proposee", montant_propose=Decimal(45_000))
    instruit.demandes.filter(pk=departement.pk).update(etat="proposee", montant_propose=Decimal(20_000))
    with pytest.raises(RegleEnfreinte, match="S-22"):
        actions.programmer(instruit, reunion=copil, par=gens.chef, le=le)
    examen = ExamenDossierFactory(reunion=copil, dossier=instruit)
    saisie = actions.SaisieExamen(montants={fonds.pk: Decimal(45_000), departement.pk: Decimal(20_000)})
    with pytest.raises(RegleEnfreinte, match="S-22"):
        actions.saisir_l_examen(examen, saisie, acte="retenir", par=gens.chef, le=le)
    instruit.demandes.filter(pk=departement.pk).update(montant_propose=Decimal(75_000))
    montants = {fonds.pk: Decimal(10_000), departement.pk: Decimal(75_000)}
    with pytest.raises(RegleEnfreinte, match="S-21"):
        actions.programmer(instruit, reunion=copil, montants=montants, par=gens.chef, le=le)

    montants = {fonds.pk: Decimal(40_000), departement.pk: Decimal(20_000)}
    actions.programmer(instruit, reunion=copil, montants=montants, par=gens.chef, le=le)
    epci = auteur_de(Role.DECIDEUR, organisme=fonds.financeur)
    acte = actions.NouvelActe("Conseil communautaire", "26-77", date(2026, 6, 15))
    with pytest.raises(RegleEnfreinte, match="S-22"):
        actions.voter(fonds, acte=acte, montant=Decimal(40_001), par=epci, le=le)
    actions.voter(fonds, acte=acte, montant=Decimal(40_000), par=epci, le=le)


@pytest.mark.django_db
def test_une_derogation_compte_une_fois_verifiee_par_l_equipe(instruit, copil, gens, le) -> None:
    FicheInvestissementFactory(dossier=instruit, derogation_accordee=True)
    departement = ligne_de(instruit, "departement")
    with pytest.raises(RegleEnfreinte, match="pas encore vérifiée"):
        actions.proposer(departement, montant=Decimal(85_000), par=gens.decideur, le=le)

    constat = {PointAVerifier.DEROGATION.value: actions.Constat(False, "La lettre vise un autre équipement.")}
    actions.noter_les_points(instruit, constat, par=gens.chef, le=le)
    with pytest.raises(RegleEnfreinte, match="S-21") as refus:
        actions.proposer(departement, montant=Decimal(85_000), par=gens.decideur, le=le)
    assert "pas encore vérifiée" not in refus.value.message

    constat = {PointAVerifier.DEROGATION.value: actions.Constat(True)}
    actions.noter_les_points(instruit, constat, par=gens.chef, le=le)
    actions.proposer(departement, montant=Decimal(85_000), par=gens.decideur, le=le)


@pytest.mark.django_db
def test_un_dossier_venu_sans_son_budget_ne_se_bloque_pas(instruit, gens, le) -> None:
    instruit.budget.delete()
    actions.proposer(ligne_de(instruit, "departement"), montant=Decimal(90_000), par=gens.decideur, le=le)


@pytest.mark.django_db
def test_le_fonds_d_un_epci_compte_par_quelque_dispositif_qu_il_passe(dossier) -> None:
    """S-22: the same EPCI asked through another scheme of the call."""
    fonds = dossier.demandes.get()
    DemandeFactory(dossier=dossier, financeur=fonds.financeur, dispositif=DispositifFactory(reserve=True))
    assert "Il y a 30 000 € de trop (S-22)" in " ".join(remarques(dossier, "budget"))


def test_la_liste_et_la_fiche_disent_qui_paie_apres_les_decisions(instruit, copil, client_de, gens, le) -> None:
    FicheInvestissementFactory(dossier=instruit, derogation_accordee=True)
    client = client_de(Role.CHEF_DE_PROJET)
    liste = reverse("programmation:fonds_de_concours", kwargs={"contrat": instruit.contrat.slug, "annee": 2026})

    def lue() -> str:
        return unescape(client.get(liste).content.decode()).replace("\u202f", " ").replace("\u00a0", " ")

    page = lue()
    assert "30,0 %" in page
    assert "suivent" not in page
    assert "dérogation à vérifier" in page
    (fiche,) = fiches(copil, [instruit.pk])
    assert fiche.maitre_d_ouvrage == "30,0\u00a0% des financements publics, dérogation à vérifier"

    PointVerifieFactory(dossier=instruit, point=PointAVerifier.DEROGATION)
    fonds, departement = ligne_de(instruit, "epci"), ligne_de(instruit, "departement")
    repondre(fonds, etat="proposee", montant_propose=Decimal(40_000))
    page = lue()
    assert "40,0 % si les autres financeurs suivent" in page  # the département's 20 000 € still stand as asked
    assert "dérogation validée" in page
    (fiche,) = fiches(copil, [instruit.pk])
    assert fiche.maitre_d_ouvrage.endswith("40,0\u00a0% si les autres financeurs suivent, dérogation validée")

    repondre(departement, etat="proposee", montant_propose=Decimal(15_000))
    assert "45,0 % selon les propositions" in lue()
    repondre(departement, etat="proposee", montant_propose=Decimal(0))
    assert "60,0 % selon les propositions" in lue()
    actions.programmer(instruit, reunion=copil, montants={fonds.pk: Decimal(30_000)}, par=gens.chef, le=le)
    assert "70,0 % après décisions" in lue()
    (fiche,) = fiches(copil, [instruit.pk])
    assert "70,0\u00a0% après décisions" in fiche.maitre_d_ouvrage


def repondre(demande: Any, **valeurs: Any) -> None:
    DemandeFinancement.objects.filter(pk=demande.pk).update(**valeurs)


@pytest.mark.django_db
def test_son_propre_brouillon_ne_change_pas_qui_paie(instruit, gens) -> None:
    """A private draft is no answer, for its author either: nobody reads another share than the room does."""
    departement = ligne_de(instruit, "departement")

    def taux() -> Any:
        lus = qui_paie_dans_l_annee(instruit.contrat, 2026, FamilleDispositif.FONDS_DE_CONCOURS, pour=gens.instructeur)
        accorde = lus[instruit.numero].accorde
        return accorde and accorde.taux

    repondre(departement, etat="proposee", montant_propose=Decimal(5_000), proposition_partagee=False)
    assert taux() is None
    repondre(ligne_de(instruit, "epci"), etat="proposee", montant_propose=Decimal(40_000))
    assert taux() == 40


def test_qui_paie_se_lit_en_un_nombre_constant_de_requetes(
    instruit, commune, gens, django_assert_max_num_queries
) -> None:
    def lire() -> int:
        lus = qui_paie_dans_l_annee(instruit.contrat, 2026, FamilleDispositif.FONDS_DE_CONCOURS, pour=gens.chef)
        return len(lus)

    lire()
    with django_assert_max_num_queries(8) as un:
        assert lire() == 1
    for _ in range(6):
        autre = DossierFactory(
            contrat=instruit.contrat, porteur=commune, dispositif=instruit.dispositif, en_instruction=True
        )
        FicheInvestissementFactory(dossier=autre, derogation_accordee=True)
        DemandeFactory(dossier=autre, proposee=True)
    with django_assert_max_num_queries(len(un.captured_queries)):
        assert lire() == 7


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
