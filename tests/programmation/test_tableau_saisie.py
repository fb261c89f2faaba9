"""Cells typed in the table: one's own rows, one cell at a time, nothing lost when another writes at once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from commun.erreurs import RegleEnfreinte, RevisionDepassee
from commun.models import LigneJournal
from contrats.etats import Role
from programmation import actions
from programmation.actions import Saisie
from programmation.lectures.versions import version
from programmation.models import DemandeFinancement
from programmation.tables import POUR_SAISIR
from tests.fabriques import CommuneFactory, DemandeFactory, DossierFactory, LocalisationFactory, OrganismeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def demande(dossier: Any, gens: Any) -> DemandeFinancement:
    """What the département is asked on the file of the test."""
    return DemandeFactory(dossier=dossier, financeur=gens.departement, montant_demande=Decimal(5000))


@pytest.fixture
def instructeur(gens: Any) -> Client:
    client = Client()
    client.force_login(gens.instructeur.utilisateur)
    return client


@pytest.fixture
def chef(gens: Any) -> Client:
    client = Client()
    client.force_login(gens.chef.utilisateur)
    return client


def adresse(demande: DemandeFinancement) -> str:
    return reverse("programmation:saisie", args=[demande.dossier.contrat.slug, 2026, demande.pk])


def tableau(contrat: Any, **parametres: Any) -> tuple[str, dict[str, Any]]:
    return reverse("programmation:tableau", args=[contrat.slug, 2026]), {"colonnes": POUR_SAISIR, **parametres}


def taper(client: Client, demande: DemandeFinancement, champ: str, valeur: str, **suite: Any) -> Any:
    vue = "&".join(f"colonnes={cle}" for cle in POUR_SAISIR)
    return client.post(
        adresse(demande),
        {"champ": champ, "valeur": valeur, "version": version(demande), "vue": vue} | suite,
    )


# --- One cell ---------------------------------------------------------------------------------------------------------
def test_une_case_tapee_propose_le_montant_et_rend_sa_ligne(instructeur, demande) -> None:
    reponse = taper(instructeur, demande, "montant", "1 234,50 €")

    demande.refresh_from_db()
    assert (reponse.status_code, demande.etat, demande.montant_propose) == (200, "proposee", Decimal("1234.50"))
    page = reponse.content.decode()
    assert page.strip().startswith("<tr")
    assert 'data-brut="1234,50"' in page
    assert f'data-version="{version(demande)}"' in page


def test_chaque_case_garde_les_autres(instructeur, demande) -> None:
    taper(instructeur, demande, "montant", "1200")
    taper(instructeur, demande, "conditions", "Sous réserve du bilan 2025")
    taper(instructeur, demande, "montant", "900")
    demande.refresh_from_db()
    assert (demande.montant_propose, demande.conditions) == (Decimal(900), "Sous réserve du bilan 2025")


def test_retaper_la_meme_valeur_n_ecrit_rien(instructeur, demande) -> None:
    taper(instructeur, demande, "montant", "1200")
    avant = LigneJournal.objects.count()
    assert taper(instructeur, demande, "montant", "1 200,00").status_code == 200
    assert LigneJournal.objects.count() == avant


@pytest.mark.parametrize(
    ("champ", "valeur", "attendu"),
    [
        ("montant", "mille", "Saisissez un nombre"),
        ("montant", "", "Une proposition est un montant"),
        ("montant", "30000", "dépasse le coût total"),
        ("montant", "-5", "supérieure ou égale à 0"),
        ("conditions", "Sous réserve", "Proposez d’abord un montant"),
        ("numero_ej", "2103456789", "une fois le montant programmé"),
    ],
)
def test_une_case_refusee_dit_pourquoi_a_cote_d_elle(instructeur, demande, champ, valeur, attendu) -> None:
    reponse = taper(instructeur, demande, champ, valeur)
    assert reponse.status_code == 422
    assert f'id="erreur-{champ}-{demande.pk}"' in reponse.content.decode() or champ == "numero_ej"
    assert attendu in str(reponse.context["erreur"]["message"]).replace("\u202f", " ").replace("\xa0", " ")
    demande.refresh_from_db()
    assert (demande.etat, demande.montant_propose, demande.conditions, demande.numero_ej) == ("demandee", None, "", "")


def test_le_numero_d_engagement_s_ecrit_une_fois_le_montant_programme(instructeur, gens, dossier) -> None:
    programmee = DemandeFactory(dossier=dossier, financeur=gens.departement, programmee=True)
    assert taper(instructeur, programmee, "numero_ej", " 2103456789 ").status_code == 200
    programmee.refresh_from_db()
    assert programmee.numero_ej == "2103456789"
    ligne = LigneJournal.objects.de(programmee).get(acte="engager")
    assert (ligne.avant, ligne.apres) == ({"numero_ej": ""}, {"numero_ej": "2103456789"})


# --- Two people at once -----------------------------------------------------------------------------------------------
def test_une_ligne_changee_depuis_la_lecture_est_montree_puis_remplacee_en_connaissance(instructeur, gens, demande, le):
    lue = version(demande)
    actions.proposer(demande, montant=Decimal(3000), par=gens.decideur, le=le)

    reponse = taper(instructeur, demande, "montant", "2000", version=lue)

    demande.refresh_from_db()
    assert (reponse.status_code, demande.montant_propose) == (409, Decimal(3000))
    page = reponse.content.decode()
    assert 'data-brut="3000"' in page  # theirs, with the version to overwrite
    assert f'data-version="{version(demande)}"' in page
    assert taper(instructeur, demande, "montant", "2000").status_code == 200
    demande.refresh_from_db()
    assert demande.montant_propose == Decimal(2000)


def test_saisir_sur_une_version_depassee_n_ecrit_rien(gens, demande, le) -> None:
    actions.proposer(demande, montant=Decimal(3000), par=gens.decideur, le=le)
    with pytest.raises(RevisionDepassee):
        actions.saisir(demande, Saisie(montant=Decimal(1)), version=0, par=gens.decideur, le=le)
    assert LigneJournal.objects.de(demande).count() == 1


# --- For whom ---------------------------------------------------------------------------------------------------------
def test_la_ligne_d_un_autre_financeur_ne_se_tape_pas(instructeur, gens, demande) -> None:
    """Who decides, who sees: each funder writes its own row."""
    voisine = DemandeFactory(dossier=demande.dossier, financeur=gens.region, montant_demande=Decimal(900))
    reponse = taper(instructeur, voisine, "montant", "900")
    assert reponse.status_code == 422
    assert "décident de sa ligne" in reponse.context["erreur"]["message"]
    voisine.refresh_from_db()
    assert voisine.montant_propose is None


def test_la_ligne_d_un_dossier_invisible_n_existe_pas(instructeur, demande) -> None:
    ailleurs = DemandeFactory(dossier=DossierFactory(en_instruction=True))
    reponse = instructeur.post(
        reverse("programmation:saisie", args=[demande.dossier.contrat.slug, 2026, ailleurs.pk]),
        {"champ": "montant", "valeur": "1", "version": 0},
    )
    assert reponse.status_code == 404


def test_le_chef_de_projet_nomme_une_fois_le_document_lu(chef, contrat, gens, demande) -> None:
    refus = taper(chef, demande, "montant", "800")
    assert (refus.status_code, "indiquez le document" in refus.context["erreur"]["message"]) == (422, True)

    vue = f"financeur={gens.departement.pk}&colonnes=notre_proposition"
    assert taper(chef, demande, "montant", "800", vue=vue, piece_source="Courriel du 12 mars").status_code == 200

    demande.refresh_from_db()
    assert (demande.piece_source, demande.saisi_par_organisme) == ("Courriel du 12 mars", gens.chef.organisme)
    page = chef.get(*tableau(contrat, financeur=gens.departement.pk))
    assert page.context["saisie"]["piece_source"] == "Courriel du 12 mars"
    assert 'value="Courriel du 12 mars"' in page.content.decode()


def test_le_brouillon_prive_d_un_financeur_reste_le_sien_et_n_est_pas_lu(gens, demande, le) -> None:
    actions.proposer(demande, montant=Decimal(1), conditions="Entre nous", partagee=False, par=gens.instructeur, le=le)
    with pytest.raises(RegleEnfreinte, match="Proposez d’abord un montant"):
        actions.saisir(demande, Saisie(conditions="Dites"), par=gens.chef, le=le, piece_source="Courriel")
    with pytest.raises(RegleEnfreinte, match="pas encore partagée"):
        actions.saisir(demande, Saisie(montant=Decimal(2)), par=gens.chef, le=le, piece_source="Courriel")
    demande.refresh_from_db()
    assert (demande.montant_propose, demande.conditions) == (Decimal(1), "Entre nous")


def test_son_propre_brouillon_reste_un_brouillon(gens, demande, le) -> None:
    actions.proposer(demande, montant=Decimal(1), partagee=False, par=gens.instructeur, le=le)
    actions.saisir(demande, Saisie(montant=Decimal(2)), par=gens.instructeur, le=le)
    demande.refresh_from_db()
    assert (demande.montant_propose, demande.proposition_partagee) == (Decimal(2), False)


def test_deux_lignes_d_un_financeur_sur_un_dossier_se_tapent_a_part(instructeur, contrat, gens, demande) -> None:
    seconde = DemandeFactory(
        dossier=demande.dossier, financeur=gens.departement, nature="droit_commun", dispositif=demande.dispositif
    )
    page = instructeur.get(*tableau(contrat)).content.decode()
    assert page.count('data-champ="montant"') == 2
    taper(instructeur, seconde, "montant", "70")
    demande.refresh_from_db()
    assert demande.montant_propose is None


# --- The table --------------------------------------------------------------------------------------------------------
def test_le_tableau_offre_de_saisir_a_qui_le_peut_seulement(contrat, client_de, instructeur, demande) -> None:
    ouverte = instructeur.get(*tableau(contrat)).content.decode()
    assert 'data-champ="montant"' in ouverte
    assert instructeur.get(tableau(contrat)[0]).context["saisie"]["url"].count("colonnes=") == len(POUR_SAISIR)
    delegue = client_de(Role.DELEGUE_PREFET).get(*tableau(contrat))
    assert delegue.context["saisie"] is None
    assert "data-saisie=" not in delegue.content.decode()


def test_le_tableau_de_saisie_coute_autant_de_requetes_pour_un_dossier_que_pour_vingt(
    contrat, auteur_de, gens, django_assert_num_queries
) -> None:
    """Limited to a commune, the rights of each row are asked together."""
    commune = CommuneFactory()
    client = Client()
    client.force_login(auteur_de(Role.INSTRUCTEUR, organisme=gens.departement, communes=[commune]).utilisateur)

    def un_dossier() -> None:
        dossier = DossierFactory(contrat=contrat, en_instruction=True)
        LocalisationFactory(dossier=dossier, version=None, commune=commune)
        DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)

    def compter() -> int:
        client.get(*tableau(contrat))
        with CaptureQueriesContext(connection) as requetes:
            page = client.get(*tableau(contrat))
        assert 'data-champ="montant"' in page.content.decode()
        return len(requetes)

    un_dossier()
    pour_un = compter()
    for _ in range(19):
        un_dossier()
    assert compter() == pour_un


def test_un_financeur_sans_demande_ne_voit_pas_de_case(contrat, auteur_de, demande) -> None:
    autre = auteur_de(Role.INSTRUCTEUR, organisme=OrganismeFactory(departement=True))
    client = Client()
    client.force_login(autre.utilisateur)
    assert client.post(adresse(demande), {"champ": "montant", "valeur": "1", "version": 0}).status_code == 404
