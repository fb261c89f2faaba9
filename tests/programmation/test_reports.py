"""Where requests are deposited, and what is entered again elsewhere: listed, exported, ticked, asked again if it changes."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from commun.auteur import Auteur
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.journal import verifier_chaine
from contrats.etats import Role
from programmation import actions
from programmation.actions.reports import annuler_le_report, noter_les_reports, regler_canal
from programmation.lectures.reports import a_reporter, canaux_de_depot
from programmation.models import CanalDepot, OrigineDossier, Teleservice
from tests.fabriques import CanalDepotFactory, DemandeFactory, DossierFactory, OrganismeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def demande(contrat: Any, gens: Any) -> Any:
    """A request of 5 000 € to the département, which wants it in Subventia too."""
    dossier = DossierFactory(contrat=contrat, en_instruction=True)
    demande = DemandeFactory(dossier=dossier, financeur=gens.departement)
    CanalDepotFactory(
        contrat=contrat, dispositif=demande.dispositif, financeur=gens.departement, canal=Teleservice.SUBVENTIA
    )
    return demande


def lues(demande: Any, pour: Auteur) -> list[Any]:
    return a_reporter(demande.dossier.contrat, 2026, pour=pour)


def test_une_demande_qui_se_depose_ailleurs_est_a_reporter(demande, gens):
    DemandeFactory(dossier=demande.dossier, financeur=gens.region)  # no channel: Pilotville
    (ligne,) = lues(demande, gens.chef)
    assert (ligne.pk, ligne.quoi, ligne.teleservice, ligne.a_faire) == (demande.pk, "La demande", "Subventia", True)


def test_une_demande_lue_dans_dauphin_n_y_est_reportee_qu_une_fois_decidee(contrat, gens):
    dossier = DossierFactory(contrat=contrat, en_instruction=True, origine=OrigineDossier.DAUPHIN)
    demandee = DemandeFactory(dossier=dossier, financeur=gens.departement)
    votee = DemandeFactory(dossier=dossier, financeur=gens.region, votee=True)
    for demande in (demandee, votee):
        CanalDepotFactory(
            contrat=contrat, dispositif=demande.dispositif, financeur=demande.financeur, canal=Teleservice.DAUPHIN
        )
    (ligne,) = a_reporter(contrat, 2026, pour=gens.chef)
    assert (ligne.pk, ligne.quoi, ligne.vote) == (votee.pk, "La décision", 5000)


def test_un_report_note_puis_annule_se_lit_au_journal(demande, gens, le):
    noter_les_reports([demande], reporte_le=date(2026, 9, 9), par=gens.instructeur, le=le)
    (ligne,) = lues(demande, gens.chef)
    assert (ligne.reporte_le, ligne.a_faire) == (date(2026, 9, 9), False)
    annuler_le_report(demande, par=gens.chef, le=le)
    (ligne,) = lues(demande, gens.chef)
    assert (ligne.reporte_le, ligne.a_faire) == (None, True)
    assert verifier_chaine(demande)


def test_ce_qui_change_ici_apres_son_report_est_de_nouveau_a_reporter(demande, gens, le):
    noter_les_reports([demande], reporte_le=le.date(), par=gens.chef, le=le)
    plus_tard = le + timedelta(days=2)
    actions.proposer(demande, montant=4000, par=gens.instructeur, le=plus_tard)
    (ligne,) = lues(demande, gens.chef)
    assert (ligne.change_le, ligne.a_faire) == (plus_tard.date(), True)


def test_ce_qui_change_le_jour_meme_apres_son_report_est_de_nouveau_a_reporter(demande, gens, le):
    actions.proposer(demande, montant=3000, par=gens.instructeur, le=le - timedelta(hours=1))
    noter_les_reports([demande], reporte_le=le.date(), par=gens.chef, le=le)
    (ligne,) = lues(demande, gens.chef)
    assert (ligne.change_le, ligne.a_faire) == (None, False)
    actions.proposer(demande, montant=4000, par=gens.instructeur, le=le + timedelta(hours=1))
    (ligne,) = lues(demande, gens.chef)
    assert (ligne.change_le, ligne.a_faire) == (le.date(), True)
    noter_les_reports([demande], reporte_le=le.date(), par=gens.chef, le=le + timedelta(hours=2))
    assert not lues(demande, gens.chef)[0].a_faire


def test_un_dossier_irrecevable_n_est_pas_a_saisir_ailleurs(contrat, demande, gens):
    dossier = DossierFactory(contrat=contrat, irrecevable=True)
    DemandeFactory(dossier=dossier, financeur=gens.departement, dispositif=demande.dispositif)
    assert [ligne.pk for ligne in lues(demande, gens.chef)] == [demande.pk]


def test_ce_qui_est_retire_ici_apres_son_report_est_a_retirer_la_bas(demande, gens, le):
    noter_les_reports([demande], reporte_le=le.date(), par=gens.chef, le=le)
    actions.retirer(demande.dossier, motif="Plus d’animateur.", par=gens.chef, le=le + timedelta(hours=1))
    (ligne,) = lues(demande, gens.chef)
    assert (ligne.quoi, ligne.change_le, ligne.a_faire) == ("Le retrait", le.date(), True)
    noter_les_reports([demande], reporte_le=le.date(), par=gens.chef, le=le + timedelta(hours=2))
    assert not lues(demande, gens.chef)[0].a_faire


def test_ce_qui_est_retire_ici_sans_avoir_ete_reporte_n_est_pas_a_saisir(demande, gens, le):
    actions.retirer(demande.dossier, motif="Plus d’animateur.", par=gens.chef, le=le)
    assert lues(demande, gens.chef) == []


def test_on_ne_note_ni_a_l_avance_ni_pour_un_autre_financeur(demande, gens, le):
    with pytest.raises(RegleEnfreinte, match="à l’avance"):
        noter_les_reports([demande], reporte_le=date(2026, 9, 11), par=gens.chef, le=le)
    with pytest.raises(ActeRefuse):
        noter_les_reports([demande], reporte_le=le.date(), par=gens.voisin, le=le)
    with pytest.raises(ActeRefuse):
        noter_les_reports([demande], reporte_le=le.date(), par=gens.delegue, le=le)


def test_un_financeur_ne_lit_pas_le_brouillon_d_un_autre(contrat, gens, demande):
    autre = DemandeFactory(dossier=demande.dossier, financeur=gens.region, brouillon=True)
    CanalDepotFactory(contrat=contrat, dispositif=autre.dispositif, financeur=gens.region, canal=Teleservice.DAUPHIN)
    montants = {ligne.pk: ligne.propose for ligne in lues(demande, gens.instructeur)}
    assert montants == {demande.pk: None, autre.pk: None}
    assert {ligne.pk: ligne.propose for ligne in lues(demande, gens.voisin)}[autre.pk] == 5000


def test_un_canal_se_regle_par_dispositif_et_financeur(contrat, gens, demande, le):
    (vu,) = canaux_de_depot(contrat, 2026)
    assert (vu.financeur, vu.canal, vu.demandes) == (gens.departement, Teleservice.SUBVENTIA, 1)
    regles = {"dispositif": vu.dispositif, "financeur": vu.financeur, "par": gens.chef, "le": le}
    assert regler_canal(contrat, **regles, canal=Teleservice.SUBVENTIA) is None
    assert regler_canal(contrat, **regles, canal=Teleservice.AUTRE, consigne="Par courriel").canal == "autre"
    assert CanalDepot.objects.get().consigne == "Par courriel"
    with pytest.raises(ActeRefuse):
        regler_canal(contrat, **{**regles, "par": gens.instructeur}, canal=Teleservice.DAUPHIN)


# --- Pages ------------------------------------------------------------------------------------------------------------
def adresse(contrat: Any, nom: str, **cles: Any) -> str:
    return reverse(f"programmation:{nom}", kwargs={"contrat": contrat.slug, "annee": 2026, **cles})


def test_la_page_montre_exporte_et_note(contrat, demande, client_de, horloge):
    client = client_de(Role.CHEF_DE_PROJET)
    page = client.get(adresse(contrat, "reports")).content.decode()
    assert demande.dossier.numero in page
    export = client.get(adresse(contrat, "reports_export", format="csv"))
    (rangee,) = csv.DictReader(io.StringIO(b"".join(export.streaming_content).decode("utf-8-sig")), delimiter=";")
    assert (rangee["Téléservice"], rangee["Demandé (€)"]) == ("Subventia", "5000,00")
    client.post(
        adresse(contrat, "noter_reports"), {"demande": demande.pk, "reporte_le": "2026-01-02", "filtres": "reste=faits"}
    )
    demande.refresh_from_db()
    assert demande.reporte_le == date(2026, 1, 2)
    assert demande.dossier.numero not in client.get(adresse(contrat, "reports")).content.decode()
    assert demande.dossier.numero in client.get(adresse(contrat, "reports") + "?reste=faits").content.decode()


def test_les_canaux_s_enregistrent_ensemble(contrat, demande, client_de):
    client = client_de(Role.CHEF_DE_PROJET)
    envoi = {
        "r0_canal": "dauphin",
        "r0_adresse": "https://exemple.test/depot",
        "r0_consigne": "",
        "nouveau_canal": "dauphin",
    }
    refus = client.post(adresse(contrat, "canaux"), envoi | {"nouveau_dispositif": demande.dispositif_id})
    assert refus.status_code == 422
    assert "https://exemple.test/depot" in refus.content.decode()
    assert client.post(adresse(contrat, "canaux"), envoi).status_code == 302
    assert CanalDepot.objects.get().canal == Teleservice.DAUPHIN


def test_la_liste_coute_autant_pour_une_ligne_que_pour_trente(contrat, gens, demande, client_de):
    client = client_de(Role.CHEF_DE_PROJET)

    def compter() -> int:
        client.get(adresse(contrat, "reports"))  # what the session and the cache keep
        with CaptureQueriesContext(connection) as requetes:
            client.get(adresse(contrat, "reports"))
        return len(requetes)

    une = compter()
    for _ in range(29):
        dossier = DossierFactory(contrat=contrat, en_instruction=True, porteur=OrganismeFactory())
        DemandeFactory(dossier=dossier, financeur=gens.departement, dispositif=demande.dispositif)
    assert len(lues(demande, gens.chef)) == 30
    assert compter() == une
