"""The pages of scenarios: list, rows typed in place, bulk acts, comparison, promotion, exports."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from contrats.models import Contrat
from programmation.models import DemandeFinancement, LigneScenario, Scenario
from tests.fabriques import DemandeFactory, DossierFactory, LigneScenarioFactory, ScenarioFactory
from tests.programmation.conftest import connecte

pytestmark = pytest.mark.django_db

D = Decimal


@pytest.fixture
def client(gens: Any) -> Client:
    """The chef de projet, signed in."""
    return connecte(gens.chef)


@pytest.fixture
def proposee(contrat: Contrat, gens: Any) -> DemandeFinancement:
    dossier = DossierFactory(contrat=contrat, en_instruction=True, intitule="Jardin des Tilleuls")
    return DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)


@pytest.fixture
def scenario(contrat: Contrat, proposee: DemandeFinancement) -> Scenario:
    """The team's, with 4 000 € tried where 5 000 € are proposed."""
    scenario = ScenarioFactory(contrat=contrat, nom="Prudent")
    LigneScenarioFactory(scenario=scenario, demande=proposee)
    return scenario


def test_creer_un_scenario_par_la_page_puis_le_copier(client, chez, proposee) -> None:
    reponse = client.post(chez("nouveau_scenario"), {"nom": "Base", "depart": "propositions", "note": ""})
    base = Scenario.objects.get()
    assert reponse.url == chez("scenario", pk=base.pk)
    assert base.lignes.get().montant == 5000
    page = client.get(chez("nouveau_scenario") + f"?copie_de={base.pk}")
    assert page.context["form"]["depart"].value() == "copie"
    client.post(chez("nouveau_scenario"), {"nom": "Copie", "depart": "copie", "copie_de": base.pk})
    assert Scenario.objects.get(nom="Copie").copie_de == base


def test_un_scenario_mal_cree_garde_ce_qui_est_tape(client, chez, scenario) -> None:
    for saisie, faute in (
        ({"nom": "", "depart": "vide"}, "nom"),
        ({"nom": "X", "depart": "copie"}, "copie_de"),
        ({"nom": "Prudent", "depart": "vide"}, "__all__"),
    ):
        reponse = client.post(chez("nouveau_scenario"), saisie)
        assert (reponse.status_code, list(reponse.context["form"].errors)) == (422, [faute])


def test_la_page_dit_le_solde_les_lignes_et_ce_qui_manque(client, chez, contrat, scenario) -> None:
    DemandeFactory(dossier=DossierFactory(contrat=contrat, en_instruction=True))
    contexte = client.get(chez("scenario", pk=scenario.pk)).context
    assert [(montant, ecart) for _, montant, ecart, _ in contexte["comparaison"].bilans] == [(5000, 0), (4000, -1000)]
    lues = {r["ligne"].intitule: r["ligne"] for r in contexte["rangees"]}
    assert (lues["Jardin des Tilleuls"].propose, lues["Jardin des Tilleuls"].ecart) == (5000, -1000)
    assert contexte["compte"]["sans"] == 1


def test_au_dela_du_seuil_les_lignes_viennent_d_abord_le_bilan_ensuite(client, chez, scenario, monkeypatch) -> None:
    monkeypatch.setattr("programmation.views.scenarios.BILAN_IMMEDIAT", 0)
    adresse = chez("scenario", pk=scenario.pk)
    cache.clear()
    page = client.get(adresse)
    assert (page.context["comparaison"], len(page.context["rangees"])) == (None, 1)
    contenu = page.content.decode()
    assert f'hx-get="{adresse}?bilan=1" hx-trigger="load"' in contenu
    assert '<noscript><a href="?bilan=1">' in contenu

    seul = client.get(adresse + "?bilan=1", headers={"HX-Request": "true"})
    assert [montant for _, montant, *_ in seul.context["comparaison"].bilans] == [5000, 4000]
    assert "<table" not in seul.content.decode().split("<details")[0]
    # Known since, it comes with the rows; without a script, the link waits for it.
    assert client.get(adresse).context["comparaison"] is not None
    cache.clear()
    assert client.get(adresse + "?bilan=1").context["comparaison"] is not None


def test_la_comparaison_previent_des_cases_vides_comptees_zero(client, chez, contrat, scenario) -> None:
    comparer = chez("comparer_scenarios") + f"?scenario={scenario.pk}"
    assert "ne dit rien" not in client.get(comparer).content.decode()
    DemandeFactory(dossier=DossierFactory(contrat=contrat, en_instruction=True), proposee=True)
    cache.clear()
    page = client.get(comparer).content.decode().replace("\xa0", " ").replace("\u202f", " ")
    assert "« Prudent » ne dit rien de 1 demande encore à décider" in page


def test_un_scenario_propose_puis_archive_sort_des_archives_propose(client, chez, contrat, scenario) -> None:
    Scenario.objects.update(etat="archive", promu_le=scenario.cree_le)
    adresse = chez("scenario", pk=scenario.pk)
    assert "Sortir des archives" in client.get(adresse).content.decode()
    client.post(chez("changer_scenario", pk=scenario.pk, acte="reprendre"))
    scenario.refresh_from_db()
    assert scenario.etat == "promu"


def test_les_filtres_gardent_des_lignes(client, chez, contrat, gens, scenario) -> None:
    DemandeFactory(dossier=DossierFactory(contrat=contrat, en_instruction=True), financeur=gens.region)

    def lues(parametres: str) -> list[str]:
        page = client.get(chez("scenario", pk=scenario.pk) + parametres)
        return [r["ligne"].financeur for r in page.context["rangees"]]

    assert len(lues("")) == 2
    assert lues("?q=tilleuls") == [gens.departement.nom_court]
    assert lues(f"?financeur={gens.region.pk}") == [gens.region.nom_court]


def test_une_case_tapee_repond_sa_ligne(client, chez, proposee, scenario) -> None:
    adresse = chez("saisir_scenario", pk=scenario.pk, demande=proposee.pk)
    reponse = client.post(adresse, {"champ": "montant", "valeur": "4 500,50", "version": 1})
    assert (reponse.status_code, LigneScenario.objects.get().montant) == (200, D("4500.50"))
    assert b'data-version="2"' in reponse.content

    perimee = client.post(adresse, {"champ": "montant", "valeur": "1", "version": 1})
    assert perimee.status_code == 409
    assert "Entrée remplace" in perimee.content.decode()
    for valeur, message in (("beaucoup", "nombre"), ("20001", "coût total"), ("-1", "0")):
        refusee = client.post(adresse, {"champ": "montant", "valeur": valeur, "version": 2})
        assert refusee.status_code == 422
        assert message in refusee.content.decode()
    assert LigneScenario.objects.get().montant == D("4500.50")


def test_sans_script_un_montant_se_saisit_sur_sa_page(client, chez, proposee, scenario) -> None:
    adresse = chez("saisir_scenario", pk=scenario.pk, demande=proposee.pk)
    assert "Jardin des Tilleuls" in client.get(adresse).content.decode()
    assert client.post(adresse, {"seul": "1", "version": 1, "valeur": "x"}).status_code == 422
    reponse = client.post(adresse, {"seul": "1", "version": 1, "valeur": "3 000"})
    assert (reponse.url, LigneScenario.objects.get().montant) == (chez("scenario", pk=scenario.pk), 3000)


def test_ajuster_les_lignes_cochees_ou_toutes_celles_des_filtres(client, chez, contrat, gens, proposee, scenario):
    autre = DemandeFactory(dossier=DossierFactory(contrat=contrat, en_instruction=True), financeur=gens.region)
    LigneScenarioFactory(scenario=scenario, demande=autre, montant=D(1000))
    adresse = chez("ajuster_scenario", pk=scenario.pk)
    montants = lambda: dict(LigneScenario.objects.values_list("demande", "montant"))  # noqa: E731 — read again each time

    client.post(adresse, {"ajustement": "pourcent", "taux": "− 5", "numero": [proposee.pk]})
    assert montants() == {proposee.pk: 3800, autre.pk: 1000}
    client.post(adresse, {"ajustement": "zero", "tout": "1", "filtres": f"financeur={gens.region.pk}"})
    assert montants() == {proposee.pk: 3800, autre.pk: 0}
    for saisie in ({"ajustement": "zero"}, {"ajustement": "pourcent", "numero": [autre.pk]}, {"numero": [autre.pk]}):
        client.post(adresse, saisie)
    assert montants() == {proposee.pk: 3800, autre.pk: 0}


def test_completer_partager_reprendre_archiver_renommer_par_la_page(client, chez, contrat, gens, scenario) -> None:
    DemandeFactory(dossier=DossierFactory(contrat=contrat, en_instruction=True), montant_demande=D(700))
    cle = {"pk": scenario.pk}
    client.post(chez("completer_scenario", **cle), {"depart": "demandes"})
    assert scenario.lignes.count() == 2
    client.post(chez("modifier_scenario", **cle), {"nom": "Très prudent", "note": "Pour le COTECH"})
    vus = []
    for acte in ("partager", "reprendre", "archiver"):
        client.post(chez("changer_scenario", acte=acte, **cle))
        scenario.refresh_from_db()
        vus.append(scenario.etat)
    assert (scenario.nom, vus) == ("Très prudent", ["partage", "brouillon", "archive"])
    assert client.post(chez("changer_scenario", acte="supprimer", **cle)).status_code == 404


def test_un_cofinanceur_lit_le_scenario_partage_sans_rien_pouvoir_y_taper(chez, gens, scenario) -> None:
    voisin = connecte(gens.instructeur)
    assert voisin.get(chez("scenario", pk=scenario.pk)).status_code == 404
    Scenario.objects.update(etat="partage")
    page = voisin.get(chez("scenario", pk=scenario.pk))
    assert "data-saisie=" not in page.content.decode()
    (rangee,) = page.context["rangees"]
    assert rangee["ligne"].montant == 4000
    refuse = voisin.post(
        chez("saisir_scenario", pk=scenario.pk, demande=rangee["ligne"].demande_id),
        {"champ": "montant", "valeur": "1", "version": 1},
    )
    assert refuse.status_code == 403


def test_comparer_par_la_page_quatre_au_plus_et_seulement_ce_qu_on_lit(client, chez, contrat, gens, scenario) -> None:
    autres = ScenarioFactory.create_batch(4, contrat=contrat)
    prive = ScenarioFactory(contrat=contrat, organisme=gens.region)
    cles = [scenario.pk, prive.pk, *(s.pk for s in autres)]
    page = client.get(chez("comparer_scenarios") + "?" + "&".join(f"scenario={cle}" for cle in cles))
    assert [s.pk for s in page.context["choisis"]] == [scenario.pk, *(s.pk for s in autres[:3])]
    assert page.context["trop"]
    assert page.context["comparaison"].total.montants[:2] == (5000, 4000)
    assert client.get(chez("comparer_scenarios") + "?scenario=abc").context["comparaison"] is None


def test_les_exports_disent_ce_que_disent_les_pages(client, chez, scenario) -> None:
    def feuille(adresse: str) -> list[list[Any]]:
        contenu = b"".join(client.get(adresse).streaming_content)
        return CalamineWorkbook.from_filelike(io.BytesIO(contenu)).get_sheet_by_index(0).to_python()

    entetes, ligne, pied = feuille(chez("exporter_scenario", pk=scenario.pk, format="xlsx"))
    lue = dict(zip(entetes, ligne, strict=True))
    assert (lue["Action"], lue["Proposé"], lue["Scénario"]) == ("Jardin des Tilleuls", 5000, 4000)
    assert pied[entetes.index("Scénario")] == 4000

    comparee = feuille(chez("exporter_comparaison", format="xlsx") + f"?scenario={scenario.pk}")
    assert comparee[0][-3:] == ["Propositions d’aujourd’hui", "Prudent", "Écart : Prudent"]
    assert comparee[1][:3] == ["Ensemble", "Total", "€"]
    assert comparee[1][-3:] == [5000, 4000, -1000]
    lus = {ligne[1]: ligne[3:5] for ligne in comparee[1:] if ligne[0] == "Ensemble"}
    assert (lus["Actions nouvelles : montant"], lus["Actions nouvelles : nombre"]) == ([5000, 4000], [1, 1])


def test_l_export_d_un_scenario_se_lit_par_blocs_dans_l_ordre_de_la_page(
    client, chez, contrat, scenario, monkeypatch
) -> None:
    monkeypatch.setattr("programmation.lectures.scenarios.rangees.PAR_BLOC", 2)
    for montant in (10, 20, 30, 40):
        demande = DemandeFactory(dossier=DossierFactory(contrat=contrat, en_instruction=True))
        LigneScenarioFactory(scenario=scenario, demande=demande, montant=D(montant))
    contenu = b"".join(client.get(chez("exporter_scenario", pk=scenario.pk, format="xlsx")).streaming_content)
    entetes, *lignes, pied = CalamineWorkbook.from_filelike(io.BytesIO(contenu)).get_sheet_by_index(0).to_python()
    numeros = [r["ligne"].numero for r in client.get(chez("scenario", pk=scenario.pk)).context["rangees"]]
    assert [ligne[0] for ligne in lignes] == numeros
    assert pied[entetes.index("Scénario")] == 4100


def test_proposer_par_la_page_et_lire_le_resultat(client, chez, scenario, proposee, gens, executer_travaux) -> None:
    Scenario.objects.update(etat="partage")
    adresse = chez("promouvoir_scenario", pk=scenario.pk)
    empreinte = client.get(adresse).context["promotion"].empreinte
    assert client.post(adresse, {"empreinte": "périmée"}).status_code == 422
    suivi = client.post(adresse, {"empreinte": empreinte}).url
    executer_travaux()
    page = client.get(suivi).content.decode()
    assert "1 montant proposé" in page.replace("\u202f", " ").replace("\xa0", " ")
    proposee.refresh_from_db()
    assert proposee.montant_propose == 4000
    assert connecte(gens.instructeur).get(suivi).status_code == 404


def test_ce_qu_un_autre_propose_d_un_scenario_se_lit_au_journal_de_qui_le_tient(
    client, chez, scenario, proposee, gens, executer_travaux
) -> None:
    Scenario.objects.update(etat="partage")
    financeur = connecte(gens.instructeur)
    adresse = chez("promouvoir_scenario", pk=scenario.pk)
    financeur.post(adresse, {"empreinte": financeur.get(adresse).context["promotion"].empreinte})
    executer_travaux()
    page = chez("scenario", pk=scenario.pk)
    lu = client.get(page)
    assert [(e["texte"], e["detail"].replace("\xa0", " ")) for e in lu.context["evenements"]][:1] == [
        ("Montants proposés à partir de ce scénario", "1 montant proposé, 0 refusé")
    ]
    assert gens.departement.nom in lu.content.decode()
    assert lu.context["modifier"].permis
    assert financeur.get(page).context["evenements"] == []


def test_la_page_d_un_scenario_coute_autant_pour_une_ligne_que_pour_trente(client, chez, contrat, gens, scenario):
    adresse = chez("scenario", pk=scenario.pk)

    def cout() -> int:
        cache.clear()
        client.get(adresse)
        cache.clear()
        with CaptureQueriesContext(connection) as requetes:
            assert client.get(adresse).status_code == 200
        return len(requetes)

    pour_une = cout()
    for _ in range(29):
        demande = DemandeFactory(
            dossier=DossierFactory(contrat=contrat, en_instruction=True), financeur=gens.departement, proposee=True
        )
        LigneScenarioFactory(scenario=scenario, demande=demande)
    assert cout() == pour_une
