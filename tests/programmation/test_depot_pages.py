"""The pages of a request: kept at each answer, with and without a script, read by whom it concerns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from acteurs.models import FormeJuridique, TypePiece
from contrats.etats import Role
from contrats.models import NatureMoyens
from programmation.etats import EtatDossier
from programmation.models import Dossier, ModeLocalisation
from programmation.regles.champs import sections_de
from tests.fabriques import (
    BudgetPrevisionnelFactory,
    CampagneFactory,
    CanalDepotFactory,
    CommuneFactory,
    DemandeDeComplementFactory,
    DemandeFactory,
    DispositifFactory,
    DossierFactory,
    EnveloppeFactory,
    IndicateurActionFactory,
    LigneBudgetFactory,
    LocalisationFactory,
    ObjectifFactory,
    OrganismeFactory,
    OrientationFactory,
    OuvertureTardiveFactory,
    PerimetreDuContratFactory,
    PieceDossierFactory,
    PieceRequiseFactory,
    ThemeP147Factory,
    VersionPerimetreFactory,
)
from tests.verapdf.validation import structure_pdf, valider

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@pytest.fixture
def client(client_de: Callable[..., Client]) -> Client:
    """Somebody of an association."""
    return client_de(Role.PORTEUR, organisme=OrganismeFactory(forme_juridique=FormeJuridique.ASSOCIATION_1901))


@pytest.fixture
def brouillon(contrat, client: Any) -> Dossier:
    return DossierFactory(
        contrat=contrat,
        porteur=client.auteur.organisme,
        intitule="Ateliers du mercredi",
        orientation=None,
        theme_p147=None,
        beneficiaires=None,
        beneficiaires_qpv=None,
    )


def adresse(route: str, dossier: Dossier, **suite: Any) -> str:
    cles = {"contrat": dossier.contrat.slug, "annee": dossier.campagne.annee, "numero": dossier.numero}
    return reverse(f"programmation:{route}", kwargs=cles | suite)


@pytest.mark.parametrize("section", [s.code for s in sections_de("cerfa_12156")])
def test_chaque_page_s_ouvre_sur_un_brouillon_vide_ou_plein(client, brouillon, section) -> None:
    """Everything that a page may hold is there once: places, doors, indicators, papers, lines of another form."""
    contrat = brouillon.contrat
    assert client.get(adresse("section", brouillon, section=section)).status_code == 200
    ObjectifFactory(orientation__contrat=contrat)
    PerimetreDuContratFactory(contrat=contrat, perimetre=VersionPerimetreFactory().perimetre)
    IndicateurActionFactory(contrat=contrat)
    PieceRequiseFactory(campagne=brouillon.campagne)
    EnveloppeFactory(contrat=contrat, dispositif=brouillon.dispositif)
    CanalDepotFactory(contrat=contrat)
    LigneBudgetFactory(budget=BudgetPrevisionnelFactory(dossier=brouillon), compte="64")
    DemandeFactory(dossier=brouillon)
    assert client.get(adresse("section", brouillon, section=section)).status_code == 200


def test_une_reponse_juste_est_gardee_meme_si_une_autre_ne_l_est_pas(client, brouillon) -> None:
    """With htmx: what is wrong is said and not kept, the rest is."""
    page = adresse("section", brouillon, section="public")
    reponse = client.post(
        page, {"beneficiaires": "1 200", "femmes": "trente", "hommes": "600"}, headers=HTMX
    ).content.decode()

    brouillon.refresh_from_db()
    assert brouillon.beneficiaires == 1_200
    assert (brouillon.femmes, brouillon.hommes) == (None, None)  # they only make sense together
    assert 'data-champ="id_femmes"' in reponse
    assert "Écrivez un nombre entier" in reponse

    reponse = client.post(page, {"beneficiaires": "1200", "femmes": "600", "hommes": "600"}, headers=HTMX)
    brouillon.refresh_from_db()
    assert (brouillon.femmes, brouillon.hommes) == (600, 600)
    assert "Enregistré à" in reponse.content.decode()


def test_sans_script_rien_de_ce_qui_est_ecrit_ne_se_perd(client, brouillon) -> None:
    page = adresse("section", brouillon, section="moyens")
    reponse = client.post(page, {"debut": "2026-05-01", "fin": "2026-02-01", "moyens": "Deux animateurs"})
    assert reponse.status_code == 422
    assert 'value="2026-02-01"' in reponse.content.decode()
    brouillon.refresh_from_db()
    assert brouillon.moyens == "Deux animateurs"
    assert brouillon.fin == date(2026, 12, 31)  # as it was: the two dates go together


def test_enregistrer_et_continuer_mene_a_la_page_suivante(client, brouillon) -> None:
    reponse = client.post(adresse("section", brouillon, section="moyens"), {"continuer": "1"})
    assert reponse["Location"] == adresse("section", brouillon, section="indicateurs")
    reponse = client.post(adresse("section", brouillon, section="attestations"), {"continuer": "1"})
    assert reponse["Location"] == adresse("relire", brouillon)


def test_le_theme_suit_l_orientation(client, brouillon) -> None:
    theme = ThemeP147Factory()
    orientation = OrientationFactory(contrat=brouillon.contrat, theme_p147=theme)
    client.post(
        adresse("section", brouillon, section="action"),
        {"intitule": "Ateliers", "dispositif": brouillon.dispositif.pk, "orientation": orientation.pk},
        headers=HTMX,
    )
    brouillon.refresh_from_db()
    assert (brouillon.intitule, brouillon.orientation, brouillon.theme_p147) == ("Ateliers", orientation, theme)


def test_les_lieux_se_partagent_a_parts_egales(client, brouillon) -> None:
    """Q-02, S-17: the contract's neighbourhoods, in the versions of the year."""
    for _ in range(3):
        PerimetreDuContratFactory(contrat=brouillon.contrat, perimetre=VersionPerimetreFactory().perimetre)
    page = adresse("section", brouillon, section="lieux")
    champs = [c for c in client.get(page).context["form"].fields if c.startswith("part_perimetre")]
    client.post(page, {**dict.fromkeys(champs, "1"), "egal": "1", "lieu": "Maison de quartier"})
    parts = sorted(brouillon.localisations.values_list("part", flat=True))
    assert parts == [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")]
    client.post(page, {"part_ensemble_qpv_0_0": "100"}, headers=HTMX)
    assert brouillon.localisations.get().mode == ModeLocalisation.ENSEMBLE_QPV


def test_le_budget_se_totalise_a_chaque_ligne(client, brouillon) -> None:
    """S-01 beside the sums, S-03 beside the line; the cost of the action follows."""
    page = adresse("section", brouillon, section="budget")
    reponse = client.post(
        page, {"compte_641": "12 000", "compte_60x": "3000", "compte_756": "1.000,50"}, headers=HTMX
    ).content.decode()
    assert "euros entiers" in reponse
    assert "rien n’est enregistré de : Budget de l’action" in reponse.replace("\u202f", " ")
    brouillon.refresh_from_db()
    assert brouillon.cout_total == 20_000  # one wrong line: the budget is kept as it was
    reponse = client.post(page, {"compte_641": "12 000", "compte_60x": "3000"}, headers=HTMX).content.decode()
    brouillon.refresh_from_db()
    assert brouillon.cout_total == 15_000
    assert "(S-01)" in reponse
    assert "15\u202f000" in reponse


def test_les_guichets_disent_ou_deposer(client, brouillon) -> None:
    """S-04: one amount per funder, scheme and nature; a door elsewhere says so."""
    etat = OrganismeFactory(etat=True)
    EnveloppeFactory(contrat=brouillon.contrat, financeur=etat, dispositif=brouillon.dispositif)
    CanalDepotFactory(
        contrat=brouillon.contrat, financeur=etat, dispositif=brouillon.dispositif, adresse="https://usager.example/"
    )
    page = adresse("section", brouillon, section="financeurs")
    assert "https://usager.example/" in client.get(page).content.decode()
    champ = f"demande_{etat.pk}_{brouillon.dispositif.pk}_{NatureMoyens.SPECIFIQUE}"
    client.post(page, {champ: "4 500"}, headers=HTMX)
    assert brouillon.demandes.get().montant_demande == 4_500
    client.post(page, {champ: ""}, headers=HTMX)
    assert not brouillon.demandes.exists()


def test_une_attestation_garde_sa_version_et_sa_date(client, brouillon) -> None:
    """Regles 2.1: the contrat d’engagement républicain, with its date and version."""
    page = adresse("section", brouillon, section="attestations")
    reponse = client.post(page, {"donne_cer": "on", "donne_minimis": "on"}, headers=HTMX)
    assert "Écrivez le montant" in reponse.content.decode()
    client.post(page, {"donne_cer": "on", "donne_minimis": "on", "montant_minimis": "12 000"}, headers=HTMX)
    cer = brouillon.attestations.get(genre="cer")
    assert (cer.version, cer.acceptee_par) == ("décret 2021-1947", client.auteur.utilisateur)
    client.post(page, {"donne_minimis": "on", "montant_minimis": "12 000"}, headers=HTMX)
    assert [a.genre for a in brouillon.attestations.all()] == ["minimis"]


def test_une_piece_refusee_se_dit_a_sa_place(client, brouillon) -> None:
    PieceRequiseFactory(campagne=brouillon.campagne, type=TypePiece.BILAN)
    page = adresse("ajouter_piece", brouillon)
    faux = SimpleUploadedFile("bilan.pdf", b"MZ\x90\x00")
    reponse = client.post(page, {"type": "bilan", "fichier": faux})
    assert reponse.status_code == 422
    assert "fichier-bilan-erreur" in reponse.content.decode()
    vrai = SimpleUploadedFile("bilan.pdf", PDF)
    assert client.post(page, {"type": "bilan", "fichier": vrai}).status_code == 302
    piece = brouillon.pieces.get()
    reponse = client.get(adresse("piece_demande", brouillon, pk=piece.pk))
    assert b"".join(reponse.streaming_content) == PDF


def test_relire_montre_tout_ce_qui_manque_avec_des_liens(client, brouillon) -> None:
    texte = client.get(adresse("relire", brouillon)).content.decode()
    for section in ("action", "lieux", "public", "budget", "financeurs", "attestations"):
        assert f'href="{adresse("section", brouillon, section=section)}"' in texte
    assert adresse("deposer", brouillon) not in texte


def test_relire_avertit_d_un_lieu_que_le_financeur_ne_paie_pas(client, brouillon) -> None:
    """S-18: a warning, with the way to the places."""
    lieu = LocalisationFactory(dossier=brouillon, version=None, commune=CommuneFactory())
    DemandeFactory(dossier=brouillon, financeur=OrganismeFactory(etat=True))
    texte = client.get(adresse("relire", brouillon)).content.decode()
    assert "programme\u00a0147" in texte or "programme 147" in texte
    lieu.delete()
    LocalisationFactory(dossier=brouillon)
    assert "avec un motif écrit" not in client.get(adresse("relire", brouillon)).content.decode()


def test_relire_montre_ce_qui_change_depuis_l_an_passe(client, contrat) -> None:
    passe = DossierFactory(
        campagne=CampagneFactory(contrat=contrat, annee=2025),
        porteur=client.auteur.organisme,
        numero="2025-007",
        clos=True,
        resume="Douze séances.",
    )
    dossier = DossierFactory(
        contrat=contrat,
        porteur=client.auteur.organisme,
        reconduit=True,
        precedent=passe,
        orientation=passe.orientation,
        theme_p147=passe.theme_p147,
        resume="Vingt séances.",
    )
    texte = client.get(adresse("relire", dossier)).content.decode()
    assert "<del>Douze séances.</del>" in texte
    assert "<ins>Vingt séances.</ins>" in texte


def test_un_porteur_commence_une_demande_et_la_retrouve(client, contrat, horloge) -> None:
    campagne = CampagneFactory(contrat=contrat, annee=2027)
    dispositif = DispositifFactory()
    cles = {"contrat": contrat.slug, "annee": 2027}
    reponse = client.post(
        reverse("programmation:commencer", kwargs=cles), {"dispositif": dispositif.pk, "intitule": "Fête des voisins"}
    )
    dossier = campagne.dossiers.get()
    assert reponse["Location"] == adresse("demande", dossier)
    assert "Fête des voisins" in client.get(reverse("programmation:demandes", kwargs=cles)).content.decode()
    assert client.get(adresse("dossier", dossier))["Location"] == adresse("demande", dossier)


def test_un_delai_accorde_se_dit_a_son_porteur(client, contrat, horloge) -> None:
    """After the limit, the page tells a porteur let in by name from the others."""
    horloge.regler(2026, 1, 10, 9)
    campagne = CampagneFactory(contrat=contrat, annee=2026)
    url = reverse("programmation:demandes", kwargs={"contrat": contrat.slug, "annee": 2026})
    assert "un délai vous est ouvert" not in client.get(url).content.decode()
    OuvertureTardiveFactory(campagne=campagne, porteur=client.auteur.organisme, jusqu_au=date(2026, 1, 20))
    assert "un délai vous est ouvert" in client.get(url).content.decode()


def test_les_demandes_ne_coutent_pas_une_requete_chacune(client, contrat, django_assert_num_queries) -> None:
    url = reverse("programmation:demandes", kwargs={"contrat": contrat.slug, "annee": 2026})
    DossierFactory(contrat=contrat, porteur=client.auteur.organisme)
    client.get(url)
    with CaptureQueriesContext(connection) as une:
        client.get(url)
    DossierFactory.create_batch(9, contrat=contrat, porteur=client.auteur.organisme)
    with django_assert_num_queries(len(une)):
        client.get(url)


def test_une_commune_a_son_propre_budget(client_de, contrat) -> None:
    """Regles 2.2: no account 86 for a commune."""
    commune = OrganismeFactory(commune=True, forme_juridique=FormeJuridique.DROIT_PUBLIC)
    client = client_de(Role.PORTEUR, organisme=commune)
    dossier = DossierFactory(contrat=contrat, porteur=commune)
    champs = client.get(adresse("section", dossier, section="budget")).context["form"].fields
    assert "compte_641" in champs
    assert "compte_864" not in champs


# --- Once deposited ----------------------------------------------------------------------------------------------------
def test_un_porteur_lit_un_statut_simple_par_financeur(client, contrat, client_de) -> None:
    """Nothing before each funder's notification; the name of the chef de projet."""
    chef = client_de(Role.CHEF_DE_PROJET).auteur.utilisateur
    dossier = DossierFactory(contrat=contrat, porteur=client.auteur.organisme, programme=True)
    DemandeFactory(dossier=dossier, programmee=True, montant_propose=Decimal("3217.00"))
    DemandeFactory(dossier=dossier, notifiee=True, montant_propose=Decimal("1234.00"))
    texte = client.get(adresse("demande", dossier)).content.decode()
    assert "en cours d’examen" in texte
    assert "1\u202f234\u00a0€ notifiés" in texte
    assert "3\u202f217" not in texte
    assert chef.email in texte


def test_un_complement_n_ouvre_que_ses_champs_a_l_ecran(client, contrat) -> None:
    dossier = DossierFactory(contrat=contrat, porteur=client.auteur.organisme, incomplet=True, resume="Avant")
    DemandeDeComplementFactory(dossier=dossier, champs=["resume"], motif="Précisez le public.")
    assert "Précisez le public." in client.get(adresse("demande", dossier)).content.decode()
    page = adresse("section", dossier, section="action")
    form = client.get(page).context["form"]
    assert [nom for nom, champ in form.fields.items() if not champ.disabled] == ["resume"]
    client.post(page, {"resume": "Après", "intitule": "Autre"}, headers=HTMX)
    dossier.refresh_from_db()
    assert dossier.resume == "Après"
    assert dossier.intitule != "Autre"


def test_l_equipe_corrige_une_page_avec_un_motif(client_de, contrat) -> None:
    chef = client_de(Role.CHEF_DE_PROJET)
    dossier = DossierFactory(contrat=contrat, depose=True, moyens="Un animateur")
    page = adresse("corriger", dossier, section="moyens")
    saisie = {"moyens": "Deux animateurs", "debut": "2026-01-01", "fin": "2026-12-31"}
    reponse = chef.post(page, saisie)
    assert reponse.status_code == 422
    assert "Deux animateurs" in reponse.content.decode()
    reponse = chef.post(page, saisie | {"motif": "Accord du porteur"})
    assert reponse["Location"] == adresse("versions", dossier)
    texte = chef.get(adresse("versions", dossier)).content.decode()
    assert "<del>Un animateur</del>" in texte
    assert "Accord du porteur" in texte


def test_les_montants_d_un_dossier_importe_se_corrigent_avec_leurs_zeros_et_leurs_centimes(client_de, contrat) -> None:
    """An import may bring a proposal where nothing is asked, and cents: the page keeps both and changes the rest."""
    chef = client_de(Role.CHEF_DE_PROJET)
    dossier = DossierFactory(contrat=contrat, en_instruction=True, origine="tableur")
    nulle = DemandeFactory(dossier=dossier, proposee=True, montant_demande=0, montant_propose=3000)
    centimes = DemandeFactory(dossier=dossier, proposee=True, montant_demande=Decimal("1500.50"))
    autre = DemandeFactory(dossier=dossier, montant_demande=2000)
    page = adresse("corriger", dossier, section="financeurs")
    noms = {d.pk: f"demande_{d.financeur_id}_{d.dispositif_id}_{d.nature}" for d in (nulle, centimes, autre)}
    form = chef.get(page).context["form"]
    saisie = {nom: form[nom].value() for nom in noms.values()} | {noms[autre.pk]: "2 500"}
    reponse = chef.post(page, saisie | {"motif": "Accord du porteur"})
    assert reponse.status_code == 302, reponse.context["form"].errors
    assert list(dossier.demandes.order_by("pk").values_list("montant_demande", flat=True)) == [
        0,
        Decimal("1500.50"),
        2500,
    ]
    chef.post(page, saisie | {noms[autre.pk]: "0", "motif": "Accord du porteur"})
    assert not dossier.demandes.filter(pk=autre.pk).exists()


def test_un_porteur_renonce_depuis_sa_page(client, contrat) -> None:
    dossier = DossierFactory(contrat=contrat, porteur=client.auteur.organisme, depose=True)
    assert client.post(adresse("renoncer", dossier), {"motif": ""}).status_code == 422
    client.post(adresse("renoncer", dossier), {"motif": "Plus d’animateur"})
    dossier.refresh_from_db()
    assert dossier.etat == EtatDossier.RETIRE


def test_la_demande_s_imprime_dans_l_ordre_du_cerfa(client, brouillon) -> None:
    BudgetPrevisionnelFactory(dossier=brouillon, equilibre=True)
    reponse = client.get(adresse("demande_pdf", brouillon))
    assert reponse["Content-Type"] == "application/pdf"
    assert reponse.content.startswith(b"%PDF-")
    assert brouillon.numero in reponse["Content-Disposition"]


def test_la_demande_imprimee_est_accessible(client, brouillon, tmp_path) -> None:
    """Tagged, with language and title (F-19), whatever is filled."""
    BudgetPrevisionnelFactory(dossier=brouillon, equilibre=True)
    DemandeFactory(dossier=brouillon)
    LocalisationFactory(dossier=brouillon)
    chemin = tmp_path / "demande.pdf"
    chemin.write_bytes(client.get(adresse("demande_pdf", brouillon)).content)
    assert structure_pdf(chemin).defauts == []
    assert valider([chemin], "ua1") == {chemin: []}


def test_l_adresse_du_brouillon_mene_a_la_demande_deposee(client, contrat) -> None:
    """Deposited twice by a double click, or opened from a bookmark: the request is found under its number."""
    dossier = DossierFactory(contrat=contrat, porteur=client.auteur.organisme, numero="B26-0a1b")
    dossier.changer_etat(
        "deposer", par=client.auteur, le=timezone.now(), champs={"numero": "2026-700", "depose_le": timezone.now()}
    )
    ancienne = DossierFactory.build(contrat=contrat, campagne=dossier.campagne, numero="B26-0a1b")
    assert client.post(adresse("deposer", ancienne))["Location"] == adresse("demande", dossier)
    assert client.get(adresse("demande", ancienne))["Location"] == adresse("demande", dossier)


def test_un_rib_joint_a_la_demande_n_est_pas_lu_par_tous(client, brouillon, client_de) -> None:
    """The bank account is for those who pay, not for every co-funder."""
    Dossier.objects.filter(pk=brouillon.pk).update(
        etat=EtatDossier.DEPOSE, depose_le=timezone.now(), **{c: getattr(DossierFactory(), c) for c in _EXIGES}
    )
    brouillon.refresh_from_db()
    piece = PieceDossierFactory(dossier=brouillon, type=TypePiece.RIB)
    delegue = client_de(Role.DELEGUE_PREFET)
    assert delegue.get(adresse("piece_demande", brouillon, pk=piece.pk)).status_code == 403
    lue = client.get(adresse("piece_demande", brouillon, pk=piece.pk))
    assert b"".join(lue.streaming_content)


_EXIGES = ("orientation_id", "theme_p147_id")
