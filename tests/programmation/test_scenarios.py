"""What-if programmings: made, typed, adjusted, shared, compared, proposed; who reads what of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from commun.erreurs import ActeRefuse, RegleEnfreinte, RevisionDepassee
from commun.etats import TransitionImpossible
from commun.models import LigneJournal
from contrats.etats import Role
from programmation import actions
from programmation.lectures.programmation_annuelle import chiffres_annuels, programmation_annuelle
from programmation.lectures.scenarios import (
    avec_ce_qu_elles_montrent,
    comparaison_connue,
    comparer,
    comparer_et_retenir,
    compte_des_rangees,
    lire_les_rangees,
    promotion,
    rangees_du_scenario,
    scenarios,
)
from programmation.models import DemandeFinancement, Enveloppe, LigneScenario, Scenario
from programmation.regles.scenarios import part_du_public
from tests.fabriques import (
    CommuneFactory,
    ConventionFactory,
    DemandeFactory,
    DeportFactory,
    DispositifFactory,
    DossierFactory,
    EnveloppeFactory,
    LigneScenarioFactory,
    LocalisationFactory,
    OrganismeFactory,
    OrientationFactory,
    PublicParAgeFactory,
    ScenarioFactory,
    SollicitationAvisFactory,
    VersionPerimetreFactory,
)

pytestmark = pytest.mark.django_db

D = Decimal
BROUILLON = D("4321.09")  # what a funder keeps to itself


@pytest.fixture
def demande(contrat: Any, gens: Any) -> Callable[..., DemandeFinancement]:
    """`demande(financeur, trait=True, …)`: a request on a file of its own, under instruction in the test's contract."""

    def faire(financeur: Any = None, dossier: Any = None, **champs: Any) -> DemandeFinancement:
        programmee = {"programmee", "votee"} & champs.keys()
        dossier = dossier or DossierFactory(
            contrat=contrat, **({"programme": True} if programmee else {"en_instruction": True})
        )
        return DemandeFactory(dossier=dossier, financeur=financeur or gens.departement, **champs)

    return faire


@pytest.fixture
def creer(contrat: Any, gens: Any, le: datetime) -> Callable[..., Scenario]:
    """`creer(depart, par=…)`: a scenario of 2026 made by the action."""

    def faire(depart: str = "propositions", *, par: Any = None, nom: str = "Essai", **champs: Any) -> Scenario:
        return actions.creer_scenario(
            contrat, annee=2026, nom=nom, depart=depart, par=par or gens.chef, le=le, **champs
        )

    return faire


def montants(scenario: Scenario) -> dict[int, Decimal]:
    """The amounts of its lines, by request."""
    return dict(scenario.lignes.values_list("demande", "montant"))


def rangees(scenario: Scenario, pour: Any) -> dict[int, Any]:
    lues = avec_ce_qu_elles_montrent(rangees_du_scenario(scenario, pour=pour))
    return {ligne.demande_id: ligne for ligne in lire_les_rangees(lues, scenario, pour=pour)}


def total(scenario: Scenario, pour: Any) -> Decimal:
    return comparer(scenario.contrat, scenario.annee, [scenario], pour=pour).total.montants[1]


# --- First amounts ----------------------------------------------------------------------------------------------------
def test_partir_des_propositions_ne_prend_que_celles_qui_sont_partagees(demande, creer, gens) -> None:
    partagee = demande(proposee=True)
    demande()
    demande(brouillon=True, montant_propose=BROUILLON)
    demande(gens.region, brouillon=True, montant_propose=BROUILLON)
    assert montants(creer(par=gens.chef)) == {partagee.pk: 5000}
    # Not even the funder's own draft: who opens the scenario once shared would read it.
    assert montants(creer(par=gens.instructeur)) == {partagee.pk: 5000}


def test_partir_de_ce_qui_est_demande_sans_depasser_le_cout(contrat, demande, creer) -> None:
    a_part = DossierFactory(contrat=contrat, en_instruction=True, cout_total=D(3000))
    un, deux = demande(montant_demande=D(800)), demande(dossier=a_part)
    for ecartee in ({"refusee": True}, {"annulee": True}):
        demande(**ecartee)
    for dossier in ({"retire": True}, {"irrecevable": True}, {"clos": True}, {}):
        demande(dossier=DossierFactory(contrat=contrat, **dossier))
    demande(programmee=True)
    assert montants(creer("demandes")) == {un.pk: 800, deux.pk: 3000}


def test_partir_de_l_an_passe_pour_les_reconductions(contrat, demande, creer, gens) -> None:
    reconduit = DossierFactory(contrat=contrat, en_instruction=True, reconduit=True)
    dispositif = DispositifFactory()
    DemandeFactory(
        dossier=reconduit.precedent,
        financeur=gens.departement,
        dispositif=dispositif,
        votee=True,
        montant_demande=D(700),
    )
    DemandeFactory(dossier=reconduit.precedent, financeur=gens.region, dispositif=dispositif, refusee=True)
    sienne = demande(dossier=reconduit, dispositif=dispositif)
    demande(gens.region, dossier=reconduit, dispositif=dispositif)
    demande()
    assert montants(creer("an_passe")) == {sienne.pk: 700}


def test_copier_un_scenario_prend_ses_montants_et_ses_notes(demande, creer, gens) -> None:
    un = demande()
    source = ScenarioFactory(contrat=un.dossier.contrat, partage=True)
    LigneScenarioFactory(scenario=source, demande=un, montant=D(123), note="À voir")
    copie = creer("copie", copie_de=source, par=gens.instructeur)
    (ligne,) = copie.lignes.all()
    assert (ligne.montant, ligne.note, copie.copie_de, copie.organisme) == (123, "À voir", source, gens.departement)


def test_copier_ce_qu_on_ne_lit_pas_est_refuse(contrat, creer, gens) -> None:
    prive = ScenarioFactory(contrat=contrat, organisme=gens.region)
    for source in (prive, None, ScenarioFactory(partage=True)):
        with pytest.raises(RegleEnfreinte) as refus:
            creer("copie", copie_de=source, par=gens.instructeur)
        assert refus.value.champ == "copie_de"


def test_un_scenario_vide_ne_dit_rien_d_aucune_demande(demande, creer, gens) -> None:
    demande()
    scenario = creer("vide")
    assert montants(scenario) == {}
    assert (scenario.etat, scenario.organisme) == ("brouillon", gens.chef.organisme)


def test_un_organisme_n_a_pas_deux_scenarios_du_meme_nom(creer, gens) -> None:
    creer("vide", nom="Santé")
    creer("vide", nom="Santé", par=gens.instructeur)
    with pytest.raises(RegleEnfreinte, match="déjà un scénario de ce nom"):
        creer("vide", nom=" Santé ")


@pytest.mark.parametrize("qui", ["delegue", "porteur", "copil", "conseil"])
def test_un_scenario_se_prepare_par_l_equipe_ou_un_financeur(creer, gens, qui: str) -> None:
    with pytest.raises(ActeRefuse):
        creer("vide", par=getattr(gens, qui))


# --- Typing and adjusting ---------------------------------------------------------------------------------------------
def test_saisir_un_montant_puis_une_note_puis_retirer(demande, creer, gens, le) -> None:
    un = demande()
    scenario = creer("vide")
    saisie = {"par": gens.chef, "le": le}
    actions.saisir_ligne(scenario, un, champ="montant", valeur=D("1200.50"), version=0, **saisie)
    actions.saisir_ligne(scenario, un, champ="note", valeur="Selon le CA", version=1, **saisie)
    ligne = scenario.lignes.get()
    assert (ligne.montant, ligne.note, ligne.version) == (D("1200.50"), "Selon le CA", 2)
    actions.saisir_ligne(scenario, un, champ="montant", valeur=None, version=2, **saisie)
    assert not scenario.lignes.exists()
    actes = LigneJournal.objects.de(scenario).filter(acte="saisir_ligne")
    assert [ligne.apres.get("montant") for ligne in actes] == ["1200.50", "1200.50", None]


def test_retaper_ce_qui_est_deja_la_n_ecrit_rien(demande, creer, gens, le) -> None:
    un = demande()
    scenario = creer("demandes")
    actions.saisir_ligne(scenario, un, champ="montant", valeur=D(5000), version=1, par=gens.chef, le=le)
    assert scenario.lignes.get().version == 1
    assert [ligne.acte for ligne in LigneJournal.objects.de(scenario)] == ["creer_scenario"]


def test_une_ligne_retiree_puis_retapee_ne_reprend_pas_une_version_deja_lue(demande, creer, gens, le) -> None:
    un = demande()
    scenario = creer("demandes")
    lue = scenario.lignes.get().version
    saisie = {"champ": "montant", "par": gens.chef, "le": le}
    actions.saisir_ligne(scenario, un, valeur=None, version=lue, **saisie)
    retapee = actions.saisir_ligne(scenario, un, valeur=D(100), version=0, **saisie)
    assert retapee.version > lue
    with pytest.raises(RevisionDepassee):
        actions.saisir_ligne(scenario, un, valeur=D(2), version=lue, **saisie)
    actions.saisir_ligne(scenario, un, valeur=None, version=retapee.version, **saisie)
    actions.completer_scenario(scenario, depart="demandes", par=gens.chef, le=le)
    assert scenario.lignes.get().version > retapee.version


def test_deux_collegues_sur_une_ligne_le_second_relit(demande, creer, gens, le) -> None:
    un = demande()
    scenario = creer("vide")
    saisie = {"champ": "montant", "version": 0, "par": gens.chef, "le": le}
    actions.saisir_ligne(scenario, un, valeur=D(1), **saisie)
    with pytest.raises(RevisionDepassee):
        actions.saisir_ligne(scenario, un, valeur=D(2), **saisie)
    assert montants(scenario) == {un.pk: 1}


@pytest.mark.parametrize(
    ("champ", "valeur", "message"),
    [("montant", D(20_001), "coût total"), ("montant", D(-1), "négatif"), ("note", "Rien", "d’abord un montant")],
)
def test_une_saisie_impossible_est_refusee(demande, creer, gens, le, champ, valeur, message) -> None:
    un = demande()
    scenario = creer("vide")
    with pytest.raises(RegleEnfreinte, match=message):
        actions.saisir_ligne(scenario, un, champ=champ, valeur=valeur, version=0, par=gens.chef, le=le)
    assert montants(scenario) == {}


def test_ce_qui_est_programme_ne_s_essaie_plus_et_compte_tel_quel(demande, creer, gens, le) -> None:
    ouverte, prise = demande(), demande(programmee=True, montant_demande=D(3000))
    scenario = creer("demandes")
    LigneScenarioFactory(scenario=scenario, demande=prise, montant=D(1))  # typed before the COPIL
    with pytest.raises(RegleEnfreinte, match="déjà programmée"):
        actions.saisir_ligne(scenario, prise, champ="montant", valeur=D(2), version=1, par=gens.chef, le=le)
    assert actions.ajuster_lignes(scenario, [ouverte.pk, prise.pk], ajustement="zero", par=gens.chef, le=le) == 1
    lues = rangees(scenario, gens.chef)
    assert (lues[prise.pk].montant, lues[prise.pk].figee, lues[ouverte.pk].montant) == (3000, True, 0)
    assert total(scenario, gens.chef) == 3000


def test_ajuster_une_selection_laisse_les_autres(demande, creer, gens, le) -> None:
    un, deux, trois = demande(), demande(), demande()
    scenario = creer("demandes")
    LigneScenario.objects.filter(demande=un).update(note="Gardez-moi")
    n = actions.ajuster_lignes(scenario, [un.pk, deux.pk], ajustement="pourcent", taux=D(-5), par=gens.chef, le=le)
    assert (n, montants(scenario)) == (2, {un.pk: 4750, deux.pk: 4750, trois.pk: 5000})
    ligne = scenario.lignes.get(demande=un)
    assert (ligne.note, ligne.version) == ("Gardez-moi", 2)
    assert actions.ajuster_lignes(scenario, [un.pk], ajustement="pourcent", par=gens.chef, le=le) == 0
    actes = [ligne.acte for ligne in LigneJournal.objects.de(scenario)]
    assert actes == ["creer_scenario", "ajuster_lignes"]
    assert LigneJournal.objects.de(scenario).last().libelle == "Baisser de 5\xa0%"


def test_un_ajustement_reste_entre_moins_et_plus_cent_pour_cent(demande, creer, gens, le) -> None:
    un = demande()
    with pytest.raises(RegleEnfreinte) as refus:
        actions.ajuster_lignes(creer("demandes"), [un.pk], ajustement="pourcent", taux=D(-101), par=gens.chef, le=le)
    assert refus.value.champ == "taux"


def test_les_dossiers_deposes_depuis_se_disent_et_se_completent(contrat, demande, creer, gens, le) -> None:
    un = demande()
    scenario = creer("demandes")
    tardif = DossierFactory(contrat=contrat, en_instruction=True, depose_le=datetime(2026, 9, 12, tzinfo=UTC))
    deux = demande(dossier=tardif, proposee=True, montant_demande=D(900))
    assert compte_des_rangees(scenario, pour=gens.chef) == {"ouvertes": 2, "sans": 1, "deposees_depuis": 1}
    assert rangees(scenario, gens.chef)[deux.pk].recente

    assert actions.completer_scenario(scenario, depart="propositions", par=gens.chef, le=le) == 1
    assert montants(scenario) == {un.pk: 5000, deux.pk: 900}
    with pytest.raises(RegleEnfreinte, match="Aucune demande sans montant"):
        actions.completer_scenario(scenario, depart="propositions", par=gens.chef, le=le)


# --- Whose it is ------------------------------------------------------------------------------------------------------
def test_un_brouillon_ne_se_lit_que_dans_son_organisme(contrat, creer, gens) -> None:
    scenario = creer("vide", par=gens.instructeur)
    lisent = {
        qui: [s.pk for s in scenarios(contrat, 2026, pour=getattr(gens, qui))] == [scenario.pk]
        for qui in ("instructeur", "decideur", "voisin", "chef", "delegue", "porteur", "copil", "conseil")
    }
    assert lisent == dict.fromkeys(lisent, False) | {"instructeur": True, "decideur": True}


def test_un_scenario_partage_se_lit_par_ceux_qui_instruisent_seulement(demande, creer, gens, le) -> None:
    un = demande()
    scenario = creer("demandes", par=gens.instructeur)
    actions.partager_scenario(scenario, par=gens.instructeur, le=le)
    contrat = un.dossier.contrat
    for qui, lit in (("chef", True), ("voisin", True), ("delegue", True), ("porteur", False), ("copil", False)):
        assert bool(scenarios(contrat, 2026, pour=getattr(gens, qui))) == lit, qui
    actions.reprendre_scenario(scenario, par=gens.instructeur, le=le)
    assert not scenarios(contrat, 2026, pour=gens.chef)


def test_seul_son_organisme_le_change(demande, creer, gens, le) -> None:
    un = demande()
    scenario = creer("demandes", par=gens.instructeur)
    actions.partager_scenario(scenario, par=gens.instructeur, le=le)
    par = {"par": gens.voisin, "le": le}
    for refuse in (
        lambda: actions.saisir_ligne(scenario, un, champ="montant", valeur=D(1), version=1, **par),
        lambda: actions.ajuster_lignes(scenario, [un.pk], ajustement="zero", **par),
        lambda: actions.completer_scenario(scenario, depart="demandes", **par),
        lambda: actions.modifier_scenario(scenario, nom="Autre", note="", **par),
        lambda: actions.archiver_scenario(scenario, **par),
        lambda: actions.reprendre_scenario(scenario, **par),
    ):
        with pytest.raises(ActeRefuse):
            refuse()
    assert montants(scenario) == {un.pk: 5000}


def test_un_scenario_vide_ne_se_partage_pas(creer, gens, le) -> None:
    with pytest.raises(RegleEnfreinte, match="vide"):
        actions.partager_scenario(creer("vide"), par=gens.chef, le=le)


def test_un_scenario_archive_ne_se_saisit_plus_et_ne_se_liste_que_demande(contrat, demande, creer, gens, le) -> None:
    un = demande()
    scenario = creer("demandes")
    actions.archiver_scenario(scenario, par=gens.chef, le=le)
    assert scenarios(contrat, 2026, pour=gens.chef) == []
    assert len(scenarios(contrat, 2026, pour=gens.chef, archives=True)) == 1
    with pytest.raises(ActeRefuse, match="copiez-le"):
        actions.saisir_ligne(scenario, un, champ="montant", valeur=D(1), version=1, par=gens.chef, le=le)


# --- Each reads its own rows ------------------------------------------------------------------------------------------
def test_un_financeur_ne_lit_que_les_lignes_de_ses_dossiers_et_leur_total(demande, creer, gens, le) -> None:
    sienne, partagee = demande(montant_demande=D(100)), demande(montant_demande=D(200))
    voisine = demande(gens.region, dossier=partagee.dossier, montant_demande=D(400))
    ailleurs = demande(gens.region, montant_demande=D(800))
    scenario = creer("demandes")
    actions.partager_scenario(scenario, par=gens.chef, le=le)
    assert set(rangees(scenario, gens.instructeur)) == {sienne.pk, partagee.pk, voisine.pk}
    assert (total(scenario, gens.instructeur), total(scenario, gens.chef)) == (700, 1500)
    copie = creer("copie", copie_de=scenario, par=gens.instructeur, nom="Le mien")
    assert ailleurs.pk not in montants(copie)
    assert len(montants(copie)) == 3


def test_un_chef_de_projet_communal_ne_lit_que_sa_commune(contrat, demande, creer, gens, auteur_de, le) -> None:
    commune = CommuneFactory()
    dossier = DossierFactory(contrat=contrat, en_instruction=True)
    LocalisationFactory(dossier=dossier, version=None, commune=commune)
    dedans, dehors = demande(dossier=dossier), demande()
    communal = auteur_de(Role.CHEF_DE_PROJET, communes=[commune], organisme=gens.chef.organisme)
    scenario = creer("demandes")
    assert set(rangees(scenario, communal)) == {dedans.pk}
    acte = {"ajustement": "zero", "par": communal, "le": le}
    assert actions.ajuster_lignes(scenario, [dedans.pk, dehors.pk], **acte) == 1
    assert montants(scenario) == {dedans.pk: 0, dehors.pk: 5000}


def test_une_personne_deportee_ne_lit_ni_n_essaie_rien_sur_le_dossier(demande, creer, gens, le) -> None:
    un, deux = demande(proposee=True, montant_demande=D(100)), demande(proposee=True, montant_demande=D(200))
    scenario = creer("propositions")
    DeportFactory(dossier=un.dossier, utilisateur=gens.chef.utilisateur)
    gens.chef.utilisateur.__dict__.pop("_deports_connus", None)
    assert set(rangees(scenario, gens.chef)) == {deux.pk}
    comparaison = comparer(scenario.contrat, 2026, [scenario], pour=gens.chef)
    assert comparaison.total.montants == (200, 200)
    assert montants(creer("propositions", nom="Autre")) == {deux.pk: 200}
    assert actions.ajuster_lignes(scenario, [un.pk], ajustement="zero", par=gens.chef, le=le) == 0
    lue = promotion(scenario, pour=gens.chef)
    assert un.pk not in {ligne.demande_id for ligne in (*lue.possibles, *lue.refusees)}


def test_un_organisme_seulement_consulte_n_y_lit_aucune_ligne(demande, creer, gens, auteur_de, le) -> None:
    un = demande(proposee=True)
    consulte = auteur_de(Role.INSTRUCTEUR, organisme=OrganismeFactory(departement=True))
    SollicitationAvisFactory(dossier=un.dossier, organisme=consulte.organisme)
    scenario = creer("propositions")
    actions.partager_scenario(scenario, par=gens.chef, le=le)
    assert rangees(scenario, consulte) == {}
    assert comparer(scenario.contrat, 2026, [scenario], pour=consulte).total.montants == (0, 0)


@pytest.mark.parametrize("qui", ["chef", "instructeur", "voisin", "delegue"])
def test_le_brouillon_d_un_financeur_n_est_dans_la_base_de_personne(demande, creer, gens, le, qui: str) -> None:
    """Nor in the rows, in the totals, in a completion, in the preview of a promotion."""
    prive = demande(brouillon=True, montant_propose=BROUILLON)
    demande(gens.region, dossier=prive.dossier, proposee=True, montant_demande=D(1000))
    scenario = creer("propositions")
    actions.partager_scenario(scenario, par=gens.chef, le=le)
    lecteur = getattr(gens, qui)
    comparaison = comparer(scenario.contrat, 2026, [scenario], pour=lecteur)
    assert comparaison.total.montants == (1000, 1000)
    assert str(BROUILLON) not in repr(rangees(scenario, lecteur))
    assert actions.ajuster_lignes(scenario, [prive.pk], ajustement="proposition", par=gens.chef, le=le) == 0
    if qui != "instructeur":  # its own envelope, its own row
        assert str(BROUILLON) not in repr(comparaison)
        assert str(BROUILLON) not in repr(promotion(scenario, pour=lecteur))


# --- Comparing --------------------------------------------------------------------------------------------------------
@pytest.fixture
def annee(contrat: Any, gens: Any) -> dict[str, Any]:
    """Two actions: a new one in a QPV for the département; a CPO renewed, half in two places, for the State."""
    etat, dispositif = OrganismeFactory(etat=True), DispositifFactory()
    qpv = VersionPerimetreFactory(nom="Faubourg", communes=[CommuneFactory(nom="Denain")])
    neuve = DossierFactory(
        contrat=contrat, en_instruction=True, dispositif=dispositif, beneficiaires=80, femmes=20, jeunes=None
    )
    cpo = DossierFactory(
        contrat=contrat,
        en_instruction=True,
        dispositif=dispositif,
        nature="tranche_cpo",
        convention=ConventionFactory(contrat=contrat),
        reconduit=True,
        orientation=OrientationFactory(contrat=contrat, ordre=9),
        beneficiaires=50,
        beneficiaires_qpv=40,
        femmes=50,
        jeunes=25,
        cout_total=D(20_000),
    )
    LocalisationFactory(dossier=neuve, version=qpv)
    LocalisationFactory(dossier=cpo, version=qpv, part=D("33.33"))
    LocalisationFactory(dossier=cpo, non_territorialise=True, part=D("66.67"))
    EnveloppeFactory(contrat=contrat, financeur=etat, dispositif=dispositif, montant=D(5000), notifiee=True)
    une = DemandeFactory(
        dossier=neuve, financeur=gens.departement, dispositif=dispositif, proposee=True, montant_demande=D(1000)
    )
    deux = DemandeFactory(dossier=cpo, financeur=etat, dispositif=dispositif, proposee=True, montant_demande=D(3000))
    return {"etat": etat, "une": une, "deux": deux}


def test_les_scenarios_se_comparent_a_la_base_ligne_a_ligne(contrat, annee, creer, gens, le) -> None:
    moins, plus = creer("propositions", nom="Moins"), creer("propositions", nom="Plus")
    saisie = {"champ": "montant", "version": 1, "par": gens.chef, "le": le}
    actions.saisir_ligne(moins, annee["une"], valeur=D(0), **saisie)
    actions.saisir_ligne(plus, annee["deux"], valeur=D(9000), **saisie)

    c = comparer(contrat, 2026, [moins, plus], pour=gens.chef)

    assert c.noms == ("Propositions d’aujourd’hui", "Moins", "Plus")
    assert (c.total.montants, c.total.ecarts) == ((4000, 3000, 10_000), (-1000, 6000))
    assert {ligne.nom: ligne.montants for ligne in c.par_financeur} == {
        gens.departement.nom_court: (1000, 0, 1000),
        annee["etat"].nom_court: (3000, 3000, 9000),
    }
    assert {ligne.nom: ligne.montants for ligne in c.par_qpv} == {
        "Faubourg": (D("1999.90"), D("999.90"), D("3999.70")),
        "Non territorialisé": (D("2000.10"), D("2000.10"), D("6000.30")),
    }
    assert {ligne.nom: ligne.montants for ligne in c.par_commune} == {
        "Denain": (D("1999.90"), D("999.90"), D("3999.70")),
        "Non territorialisé": (D("2000.10"), D("2000.10"), D("6000.30")),
    }
    assert {ligne.nom: ligne.montants for ligne in c.par_orientation if any(ligne.montants)} == {
        annee["une"].dossier.orientation.nom_court: (1000, 0, 1000),
        annee["deux"].dossier.orientation.nom_court: (3000, 3000, 9000),
    }
    indicateurs = {i.cle: i for i in c.indicateurs}
    assert indicateurs["actions"].valeurs == (2, 1, 2)
    assert indicateurs["qpv"].valeurs == (D("50.0"), D("33.3"), D("40.0"))
    # (1000 × ¼ + 3000) / 4000 = 81,25: half up
    assert indicateurs["femmes"].valeurs == (D("81.3"), D(100), D("92.5"))
    assert indicateurs["femmes"].euros == (3250, 3000, 9250)
    assert indicateurs["jeunes"].valeurs == (D(50), D(50), D(50))  # the new action's young public is unknown
    assert indicateurs["jeunes"].precision[0].startswith("public inconnu pour 25")
    assert indicateurs["cpo"].valeurs == (D(60), D(60), D(180))
    assert indicateurs["cpo"].euros == (3000, 3000, 9000)
    neuves, reconduites = indicateurs["nouvelle"], indicateurs["reconduite"]
    assert (neuves.valeurs, neuves.ecarts) == ((D(25), D(0), D(10)), (D(-25), D(-15)))
    assert (neuves.euros, neuves.actions) == ((1000, 0, 1000), (1, 0, 1))
    assert (reconduites.valeurs, reconduites.euros) == ((D(75), D(100), D(90)), (3000, 3000, 9000))
    assert reconduites.actions == (1, 1, 1)


def test_les_communes_ne_s_echangent_pas(contrat, demande, creer, gens) -> None:
    for nom, montant in (("Denain", 100), ("Haveluy", 40)):
        un = demande(proposee=True, montant_demande=D(montant))
        LocalisationFactory(dossier=un.dossier, version=None, commune=CommuneFactory(nom=nom))
    c = comparer(contrat, 2026, [creer("propositions")], pour=gens.chef)
    assert [(ligne.nom, ligne.montants) for ligne in c.par_commune] == [("Denain", (100, 100)), ("Haveluy", (40, 40))]


# --- Earmarks ---------------------------------------------------------------------------------------------------------
def indicateur(contrat: Any, cle: str, pour: Any, *scenarios_compares: Scenario) -> Any:
    """One figure of the comparison; None when this reader has none."""
    c = comparer(contrat, 2026, scenarios_compares, pour=pour)
    return next((i for i in c.indicateurs if i.cle == cle), None)


def test_les_adolescents_ont_de_12_a_17_ans(contrat, demande, gens) -> None:
    """regles 2.9: brackets 12-15 and 16-17; what is for people of 18 to 25 is for the young, not for adolescents."""
    mjc = DossierFactory(contrat=contrat, en_instruction=True, beneficiaires=40, beneficiaires_qpv=0, jeunes=40)
    for tranche, nombre in (("12-15", 6), ("16-17", 4), ("18-25", 30)):
        PublicParAgeFactory(dossier=mjc, tranche=tranche, nombre=nombre)
    petits = DossierFactory(contrat=contrat, en_instruction=True, beneficiaires=30, beneficiaires_qpv=0, jeunes=0)
    PublicParAgeFactory(dossier=petits)
    demande(dossier=mjc, proposee=True, montant_demande=D(1000))
    demande(dossier=petits, proposee=True, montant_demande=D(600))
    demande(proposee=True, montant_demande=D(400))  # a file that tells no age
    ados, jeunes = (indicateur(contrat, cle, gens.chef) for cle in ("adolescents", "jeunes"))
    assert (ados.valeurs, ados.euros) == ((D("15.6"),), (250,))  # 1000 × 10/40, over 1600
    assert (jeunes.valeurs, jeunes.euros) == ((D("62.5"),), (1000,))
    assert ados.precision == ("public inconnu pour 20\u202f% des euros".replace("\u202f", "\xa0"),)


def test_un_flechage_vise_dit_ce_qui_manque_et_rien_n_est_vise_d_office(contrat, demande, gens) -> None:
    dossier = DossierFactory(contrat=contrat, en_instruction=True, beneficiaires=40, beneficiaires_qpv=0, femmes=10)
    demande(dossier=dossier, proposee=True, montant_demande=D(1000))
    assert indicateur(contrat, "femmes", gens.chef).precision == ("",)
    contrat.part_femmes_visee = D("37.5")
    assert indicateur(contrat, "femmes", gens.chef).precision == ("il manque 125\xa0€ pour atteindre 37,5\xa0%",)
    contrat.part_femmes_visee = D(25)
    assert indicateur(contrat, "femmes", gens.chef).precision == ("objectif de 25\xa0% atteint",)


# --- C-04 -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("qui", ["instructeur", "voisin", "delegue", "communal"])
def test_la_part_des_cpo_ne_dit_l_enveloppe_de_l_etat_qu_a_qui_les_lit_toutes(
    contrat, annee, creer, gens, auteur_de, le, qui: str
) -> None:
    """A share and what it lacks would tell the envelope to the euro."""
    scenario = creer("propositions")
    actions.partager_scenario(scenario, par=gens.chef, le=le)
    lecteur = getattr(gens, qui, None) or auteur_de(Role.CHEF_DE_PROJET, communes=[CommuneFactory()])
    for cle in ("cpo", "conventions"):
        assert indicateur(contrat, cle, lecteur, scenario) is None
        assert indicateur(contrat, cle, gens.chef, scenario) is not None
    chiffres, _ = chiffres_annuels(contrat, 2026, pour=lecteur)
    assert (chiffres.cpo.base, chiffres.cpo.part) == (0, None)
    assert chiffres_annuels(contrat, 2026, pour=gens.chef)[0].cpo.base == 5000


def test_la_base_des_cpo_additionne_ce_qui_est_notifie_et_ce_qui_est_attendu(contrat, annee, gens) -> None:
    """C-04: a first small letter does not make the others disappear; investments are another matter."""
    etat = annee["etat"]
    EnveloppeFactory(contrat=contrat, financeur=etat, montant=D(25_000))
    EnveloppeFactory(
        contrat=contrat, financeur=etat, dispositif=DispositifFactory(section="investissement"), montant=D(70_000)
    )
    lu = indicateur(contrat, "cpo", gens.chef)
    assert (lu.valeurs, lu.precision) == ((D(10),), ("il manque 12\u202f000\xa0€",))
    assert "en partie attendue" in lu.definition
    chiffres = programmation_annuelle(contrat, 2026, pour=gens.chef, publiee=True).chiffres.cpo
    assert (chiffres.base, chiffres.base_en_mots) == (30_000, "en partie attendue")
    Enveloppe.objects.filter(financeur=etat).update(etat="notifiee")
    assert (
        "enveloppe de l’année en fonctionnement (C-04), notifiée." in indicateur(contrat, "cpo", gens.chef).definition
    )


def test_la_part_des_cpo_se_dit_aussi_en_nombre_de_conventions(contrat, annee, creer, gens, le) -> None:
    assert indicateur(contrat, "conventions", gens.chef).valeurs == (None,)  # no annual convention is recorded
    annuelle = ConventionFactory(contrat=contrat, annuelle=True, premiere_annee=2026)
    for convention in (annuelle, ConventionFactory(contrat=contrat, annuelle=True, premiere_annee=2025)):
        dossier = DossierFactory(contrat=contrat, en_instruction=True, convention=convention)
        DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)
    sans = creer("propositions")
    actions.saisir_ligne(sans, annee["deux"], champ="montant", valeur=D(0), version=1, par=gens.chef, le=le)
    lu = indicateur(contrat, "conventions", gens.chef, sans)
    assert lu.valeurs == (D(50), D(0))
    assert lu.precision == ("1 sur 2\xa0conventions", "0 sur 1\xa0convention")


def test_chaque_repartition_fait_le_total(contrat, annee, demande, creer, gens) -> None:
    demande(proposee=True, montant_demande=D("333.33"))  # a file without any place
    c = comparer(contrat, 2026, [creer("demandes")], pour=gens.chef)
    for _, lignes in c.groupes:
        assert tuple(map(sum, zip(*(ligne.montants for ligne in lignes), strict=True))) == c.total.montants


def test_un_depassement_se_dit_par_enveloppe_et_une_enveloppe_absente_aussi(contrat, annee, creer, gens, le) -> None:
    scenario = creer("propositions")
    actions.saisir_ligne(scenario, annee["deux"], champ="montant", valeur=D(5001), version=1, par=gens.chef, le=le)
    c = comparer(contrat, 2026, [scenario], pour=gens.chef)
    etat = next(e for e in c.enveloppes if e.enveloppe.financeur == annee["etat"].nom_court)
    assert (etat.prend, etat.restes, etat.depassee) == ((3000, 5001), (2000, -1), True)
    assert [nombre for *_, nombre in c.bilans] == [0, 1]
    assert c.sans_enveloppe == ()
    Enveloppe.objects.filter(financeur=gens.departement).update(annee=2025)
    (sans,) = comparer(contrat, 2026, [scenario], pour=gens.chef).sans_enveloppe
    assert (sans.financeur, sans.montants) == (gens.departement.nom_court, (1000, 1000))


def test_ce_qui_est_programme_ne_compte_pas_deux_fois_dans_l_enveloppe(demande, creer, gens) -> None:
    prise = demande(programmee=True, montant_demande=D(3000))
    ouverte = demande(dispositif=prise.dispositif, montant_demande=D(2000))
    c = comparer(prise.dossier.contrat, 2026, [creer("demandes")], pour=gens.chef)
    (e,) = [e for e in c.enveloppes if e.enveloppe.dispositif_id == ouverte.dispositif_id]
    assert (e.prend, e.restes[1], c.total.montants) == ((0, 2000), 95_000, (3000, 5000))


def test_deux_sections_d_un_dispositif_ne_comptent_pas_deux_fois_les_memes_demandes(contrat, demande, creer, gens):
    """regles 2.6: a request takes from its scheme's section."""
    une = demande(proposee=True, montant_demande=D(3000))
    sienne, autre = (
        EnveloppeFactory(contrat=contrat, financeur=gens.departement, dispositif=une.dispositif, section=section)
        for section in ("fonctionnement", "investissement")
    )
    c = comparer(contrat, 2026, [creer("propositions")], pour=gens.chef)
    assert {e.enveloppe.pk: (e.prend, e.enveloppe.propose) for e in c.enveloppes} == {
        sienne.pk: ((3000, 3000), 3000),
        autre.pk: ((0, 0), 0),
    }


def test_qui_s_est_deporte_d_un_dossier_paye_ne_lit_pas_ce_qui_reste(demande, creer, gens) -> None:
    prise = demande(programmee=True, montant_demande=D(3000))
    ouverte = demande(dispositif=prise.dispositif, proposee=True, montant_demande=D(2000))
    scenario = creer("propositions")
    DeportFactory(dossier=prise.dossier, utilisateur=gens.chef.utilisateur)
    gens.chef.utilisateur.__dict__.pop("_deports_connus", None)
    c = comparer(prise.dossier.contrat, 2026, [scenario], pour=gens.chef)
    (e,) = [e for e in c.enveloppes if e.enveloppe.dispositif_id == ouverte.dispositif_id]
    assert (e.prend, e.restes, e.depassee) == ((2000, 2000), (None, None), False)
    assert [nombre for *_, nombre in c.bilans] == [0, 0]


def test_ce_dont_un_scenario_ne_dit_rien_se_compte_par_scenario(demande, creer, gens) -> None:
    demande(proposee=True), demande(), demande(programmee=True)
    plein, creux = creer("demandes", nom="Plein"), creer("propositions", nom="Creux")
    c = comparer(plein.contrat, 2026, [plein, creux], pour=gens.chef)
    assert (c.sans_montant, c.incomplets) == ((0, 1), (("Creux", 1),))


def test_une_comparaison_se_retient_jusqu_au_prochain_acte_et_par_lecteur(annee, creer, gens, le) -> None:
    cache.clear()
    scenario = creer("propositions")
    actions.partager_scenario(scenario, par=gens.chef, le=le)
    jeu = (scenario.contrat, 2026, [scenario])
    assert comparaison_connue(*jeu, pour=gens.chef) is None
    assert comparer_et_retenir(*jeu, pour=gens.chef) == comparer(*jeu, pour=gens.chef)
    assert comparaison_connue(*jeu, pour=gens.chef).total.montants == (4000, 4000)
    assert comparaison_connue(*jeu, pour=gens.instructeur) is None
    actions.saisir_ligne(scenario, annee["une"], champ="montant", valeur=D(1), version=1, par=gens.chef, le=le)
    assert comparaison_connue(*jeu, pour=gens.chef) is None
    assert comparer_et_retenir(*jeu, pour=gens.chef).total.montants == (4000, 3001)


def test_un_financeur_compare_sur_ses_seules_enveloppes(contrat, annee, creer, gens) -> None:
    c = comparer(contrat, 2026, [creer("propositions", par=gens.instructeur)], pour=gens.instructeur)
    assert {e.enveloppe.financeur for e in c.enveloppes} == {gens.departement.nom_court}
    assert c.total.montants == (1000, 1000)
    assert c.sans_enveloppe == ()


@pytest.mark.parametrize(("femmes", "public"), [(20, 80), (90, 80), (None, 80), (20, None), (20, 0), (0, 80)])
def test_la_base_et_la_regle_comptent_les_euros_pour_les_femmes_de_meme(contrat, demande, creer, gens, femmes, public):
    dossier = DossierFactory(
        contrat=contrat, en_instruction=True, femmes=femmes, beneficiaires=public, beneficiaires_qpv=None
    )
    demande(dossier=dossier, proposee=True)
    c = comparer(contrat, 2026, [creer("propositions")], pour=gens.chef)
    lu = next(i for i in c.indicateurs if i.cle == "femmes").valeurs[0]
    part = part_du_public(femmes, public)
    assert lu == (None if part is None else (part * 100).quantize(D("0.1"), ROUND_HALF_UP))


def test_comparer_coute_autant_de_requetes_pour_trente_dossiers_que_pour_deux(contrat, annee, demande, creer, gens):
    deux = [creer("demandes", nom=nom) for nom in "ab"]

    def cout() -> int:
        with CaptureQueriesContext(connection) as requetes:
            comparer(contrat, 2026, deux, pour=gens.chef)
        return len(requetes)

    cout()  # roles and types are read once
    pour_deux = cout()
    for rang in range(28):
        LocalisationFactory(dossier=demande(proposee=True).dossier, version__nom=f"Quartier {rang}")
    assert cout() == pour_deux


# --- Proposing --------------------------------------------------------------------------------------------------------
@pytest.fixture
def partage(demande: Any, creer: Any, gens: Any, le: datetime) -> Scenario:
    """The team's scenario, shared: 5 000 € asked of each of two funders on one file, 4 000 € tried for the first."""
    un = demande(montant_demande=D(4000))
    demande(gens.region, dossier=un.dossier, proposee=True)
    scenario = creer("demandes")
    actions.partager_scenario(scenario, par=gens.chef, le=le)
    return scenario


def promouvoir(scenario: Scenario, par: Any, le: Any, executer: Any) -> dict[str, Any]:
    """Read, confirm, and the job's result."""
    lue = promotion(scenario, pour=par)
    actions.promouvoir_scenario(scenario, empreinte=lue.empreinte, par=par, le=le)
    (travail,) = [t for t in executer() if t.nom == "programmation.promouvoir_scenario"]
    return travail.resultat


def test_l_equipe_propose_pour_le_compte_de_chacun_ce_qui_differe(partage, gens, le, executer_travaux) -> None:
    lue = promotion(partage, pour=gens.chef)
    (ligne,) = lue.possibles
    assert (ligne.avant, ligne.apres, ligne.pour_le_compte, lue.identiques) == (None, 4000, True, 1)

    resultat = promouvoir(partage, gens.chef, le, executer_travaux)

    demande = DemandeFinancement.objects.get(financeur=gens.departement)
    assert (demande.etat, demande.montant_propose) == ("proposee", 4000)
    assert (demande.piece_source, demande.saisi_par_organisme) == ("Scénario « Essai »", gens.chef.organisme)
    assert [(p["numero"], p["avant"], p["apres"]) for p in resultat["proposees"]] == [
        (demande.dossier.numero, None, "4000.00")
    ]
    assert resultat["refusees"] == []
    partage.refresh_from_db()
    assert partage.etat == "promu"


def test_un_financeur_ne_propose_que_ses_lignes(partage, demande, gens, le, executer_travaux) -> None:
    resultat = promouvoir(partage, gens.instructeur, le, executer_travaux)
    (proposee,) = resultat["proposees"]
    assert proposee["financeur"] == gens.departement.nom_court
    # The team's work stays open: another organisation took its row from it, and the journal tells so.
    partage.refresh_from_db()
    assert (partage.etat, partage.promu_le) == ("partage", None)
    derniere = LigneJournal.objects.de(partage).last()
    assert (derniere.acte, derniere.organisme_nom) == ("proposer_des_montants", gens.departement.nom)
    voisine = DemandeFinancement.objects.get(financeur=gens.region)
    assert actions.saisir_ligne(partage, voisine, champ="montant", valeur=D(7), version=1, par=gens.chef, le=le)
    sienne = DemandeFinancement.objects.get(financeur=gens.departement)
    assert (sienne.montant_propose, sienne.saisi_par_organisme) == (4000, None)
    # Proposed by one, the scenario may still be by another, on its own rows.
    assert [ligne.financeur for ligne in promotion(partage, pour=gens.voisin).possibles] == [gens.region.nom_court]


def test_une_ligne_refusee_se_dit_et_les_autres_passent(partage, demande, gens, le, executer_travaux) -> None:
    tot = demande(dossier=DossierFactory(contrat=partage.contrat, recevable=True))
    LigneScenarioFactory(scenario=partage, demande=tot)
    apercu = promotion(partage, pour=gens.chef)
    assert [ligne.demande_id for ligne in apercu.refusees] == [tot.pk]
    actions.promouvoir_scenario(partage, empreinte=apercu.empreinte, par=gens.chef, le=le)
    # Between the reading and the job, the funder writes on its own row.
    sienne = DemandeFinancement.objects.get(financeur=gens.departement, dossier__etat="en_instruction")
    actions.proposer(sienne, montant=D(10), par=gens.instructeur, le=le)

    (travail,) = executer_travaux()

    motifs = {ligne["numero"]: ligne["motif"] for ligne in travail.resultat["refusees"]}
    assert "pendant l’instruction" in motifs[tot.dossier.numero]
    assert "Quelqu’un d’autre a modifié" in motifs[sienne.dossier.numero]
    assert travail.resultat["proposees"] == []
    sienne.refresh_from_db()
    partage.refresh_from_db()
    assert (sienne.montant_propose, partage.etat) == (10, "partage")


def test_l_apercu_d_une_promotion_coute_autant_pour_vingt_lignes_que_pour_deux(
    partage, demande, gens, auteur_de
) -> None:
    communal = auteur_de(Role.CHEF_DE_PROJET, communes=[CommuneFactory()])

    def cout(pour: Any) -> int:
        with CaptureQueriesContext(connection) as requetes:
            promotion(partage, pour=pour)
        return len(requetes)

    for lecteur in (gens.chef, gens.instructeur, communal):
        cout(lecteur)  # roles are read once
    pour_deux = [cout(lecteur) for lecteur in (gens.chef, gens.instructeur, communal)]
    for _ in range(18):
        LigneScenarioFactory(scenario=partage, demande=demande())
    assert [cout(lecteur) for lecteur in (gens.chef, gens.instructeur, communal)] == pour_deux


def test_une_promotion_reprise_apres_un_arret_ne_refait_rien(partage, gens, le, executer_travaux) -> None:
    lue = promotion(partage, pour=gens.chef)
    actions.promouvoir_scenario(partage, empreinte=lue.empreinte, par=gens.chef, le=le)
    (ligne,) = lue.possibles
    actions.proposer_la_ligne(
        partage, ligne.demande_id, montant=ligne.apres, version=ligne.version, par=gens.chef, le=le
    )
    (travail,) = executer_travaux()
    assert len(travail.resultat["proposees"]) == 1
    demande = DemandeFinancement.objects.get(pk=ligne.demande_id)
    assert LigneJournal.objects.de(demande).filter(acte="proposer").count() == 1


def test_un_apercu_perime_ne_se_confirme_pas(partage, gens, le) -> None:
    lue = promotion(partage, pour=gens.chef)
    sienne = DemandeFinancement.objects.get(financeur=gens.departement)
    actions.proposer(sienne, montant=D(10), par=gens.instructeur, le=le)
    with pytest.raises(RegleEnfreinte, match="relisez"):
        actions.promouvoir_scenario(partage, empreinte=lue.empreinte, par=gens.chef, le=le)


def test_rien_a_proposer_se_dit(partage, gens, le) -> None:
    LigneScenario.objects.filter(demande__financeur=gens.departement).delete()
    with pytest.raises(RegleEnfreinte, match="Aucune ligne"):
        actions.promouvoir_scenario(
            partage, empreinte=promotion(partage, pour=gens.chef).empreinte, par=gens.chef, le=le
        )


def test_un_brouillon_ne_se_propose_pas_et_qui_n_instruit_pas_non_plus(demande, creer, gens, le, partage) -> None:
    demande()
    brouillon = creer("demandes", nom="Autre")
    for scenario, par in ((brouillon, gens.chef), (partage, gens.delegue), (partage, gens.porteur)):
        with pytest.raises(ActeRefuse):
            actions.promouvoir_scenario(scenario, empreinte="", par=par, le=le)


@pytest.mark.parametrize("acte", [actions.reprendre_scenario, actions.archiver_scenario])
def test_un_scenario_que_l_on_propose_ne_se_reprend_ni_ne_s_archive(partage, gens, le, executer_travaux, acte) -> None:
    lue = promotion(partage, pour=gens.chef)
    actions.promouvoir_scenario(partage, empreinte=lue.empreinte, par=gens.chef, le=le)
    with pytest.raises(RegleEnfreinte, match="en train d’être proposés"):
        acte(partage, par=gens.chef, le=le)
    executer_travaux()
    partage.refresh_from_db()
    assert partage.etat == "promu"
    assert actions.archiver_scenario(partage, par=gens.chef, le=le).etat == "archive"


def test_une_promotion_dont_le_scenario_a_change_d_etat_garde_son_resultat(partage, gens, le, executer_travaux) -> None:
    """Taken back behind its back (an administrator, a job left for dead): what was proposed is told all the same."""
    lue = promotion(partage, pour=gens.chef)
    actions.promouvoir_scenario(partage, empreinte=lue.empreinte, par=gens.chef, le=le)
    Scenario.objects.update(etat="brouillon")
    (travail,) = [t for t in executer_travaux() if t.nom == "programmation.promouvoir_scenario"]
    assert (travail.etat, len(travail.resultat["proposees"])) == ("fait", 1)
    partage.refresh_from_db()
    assert partage.etat == "brouillon"
    assert LigneJournal.objects.de(partage).last().acte == "proposer_des_montants"


def test_un_scenario_propose_puis_archive_revient_propose(partage, gens, le, executer_travaux) -> None:
    promouvoir(partage, gens.chef, le, executer_travaux)
    actions.archiver_scenario(partage, par=gens.chef, le=le)
    repris = actions.reprendre_scenario(partage, par=gens.chef, le=le)
    assert repris.etat == "promu"
    demande = DemandeFinancement.objects.get(financeur=gens.departement)
    with pytest.raises(ActeRefuse, match="copiez-le"):
        actions.saisir_ligne(repris, demande, champ="montant", valeur=D(1), version=1, par=gens.chef, le=le)


def test_un_scenario_promu_ne_se_saisit_plus(partage, gens, le, executer_travaux) -> None:
    promouvoir(partage, gens.chef, le, executer_travaux)
    demande = DemandeFinancement.objects.get(financeur=gens.departement)
    with pytest.raises(ActeRefuse, match="copiez-le"):
        actions.saisir_ligne(partage, demande, champ="montant", valeur=D(1), version=1, par=gens.chef, le=le)
    with pytest.raises(TransitionImpossible):
        actions.reprendre_scenario(partage, par=gens.chef, le=le)


# --- The database -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("champs", [{"promu": True, "promu_le": None}, {"promu_le": datetime(2026, 4, 1, tzinfo=UTC)}])
def test_la_base_refuse_un_scenario_propose_sans_date_ou_redevenu_brouillon(champs) -> None:
    with pytest.raises(IntegrityError, match="programmation_scenario_promu_date"), transaction.atomic():
        ScenarioFactory(**champs)


def test_la_base_refuse_deux_lignes_pour_une_demande_et_un_montant_negatif() -> None:
    ligne = LigneScenarioFactory()
    with pytest.raises(IntegrityError, match="programmation_ligne_scenario_unique"), transaction.atomic():
        LigneScenarioFactory(scenario=ligne.scenario, demande=ligne.demande)
    with pytest.raises(IntegrityError, match="programmation_ligne_scenario_montant_positif"), transaction.atomic():
        LigneScenarioFactory(scenario=ligne.scenario, montant=-1)
