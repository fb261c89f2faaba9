"""The pages of the envelopes: list, one envelope, its acts, its export."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from commun.travaux import planifier
from contrats.etats import Role
from contrats.models import Contrat
from programmation import actions
from programmation.lectures.enveloppes import enveloppes, sous_totaux, total
from programmation.models import DemandeFinancement, Dossier, Enveloppe
from tests.fabriques import (
    CommuneFactory,
    DemandeFactory,
    DeportFactory,
    DispositifFactory,
    DossierFactory,
    EnveloppeFactory,
    LocalisationFactory,
    MouvementEnveloppeFactory,
    OrganismeFactory,
)
from tests.programmation.conftest import connecte

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(gens: Any) -> Client:
    """The chef de projet, signed in."""
    return connecte(gens.chef)


@pytest.fixture
def proposee(dossier: Dossier, gens: Any) -> DemandeFinancement:
    return DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)


@pytest.fixture
def programmee(contrat: Contrat, gens: Any) -> DemandeFinancement:
    dossier = DossierFactory(contrat=contrat, programme=True)
    return DemandeFactory(dossier=dossier, financeur=gens.departement, programmee=True)


# --- The list ---------------------------------------------------------------------------------------------------------
def test_les_enveloppes_se_lisent_a_l_euro(client, chez, contrat, programmee) -> None:
    enveloppe = programmee.enveloppe
    autre = DossierFactory(contrat=contrat, en_instruction=True, dispositif=enveloppe.dispositif)
    DemandeFactory(dossier=autre, financeur=enveloppe.financeur, proposee=True, montant_demande=Decimal(96_000))

    (lue,) = client.get(chez("enveloppes")).context["enveloppes"]

    assert (lue.montant, lue.programme, lue.vote, lue.disponible) == (100_000, 5000, 0, 95_000)
    assert (lue.propose, lue.reste_apres_propositions, lue.taux) == (96_000, -1000, Decimal("5.0"))


def test_une_proposition_sur_un_dossier_retire_ne_pese_plus_sur_l_enveloppe(client, chez, proposee, gens, le) -> None:
    assert client.get(chez("enveloppes")).context["enveloppes"][0].propose == 5000
    actions.retirer(proposee.dossier, motif="Abandon", par=gens.chef, le=le)
    assert client.get(chez("enveloppes")).context["enveloppes"][0].propose == 0


def test_le_pied_des_enveloppes_est_la_somme_des_lignes(client, chez, contrat, programmee) -> None:
    EnveloppeFactory(contrat=contrat, montant=Decimal(30_000))
    contexte = client.get(chez("enveloppes")).context
    lues, total = contexte["enveloppes"], contexte["total"]
    assert len(lues) == 2
    for nom in ("montant", "propose", "programme", "vote", "disponible"):
        assert getattr(total, nom) == sum(getattr(e, nom) for e in lues), nom
    assert total.taux == ((total.programme + total.vote) * 100 / total.montant).quantize(Decimal("0.1"))


def test_chacun_voit_ses_enveloppes(chez, contrat, auteur_de, gens) -> None:
    for financeur in (gens.departement, gens.region):
        EnveloppeFactory(contrat=contrat, financeur=financeur)
    EnveloppeFactory(contrat=contrat, annee=2025)
    communal = auteur_de(Role.CHEF_DE_PROJET, communes=[CommuneFactory()], organisme=OrganismeFactory(commune=True))

    def vues(auteur: Any) -> set[str]:
        return {e.financeur for e in connecte(auteur).get(chez("enveloppes")).context["enveloppes"]}

    assert vues(gens.chef) == {gens.departement.nom, gens.region.nom}
    assert vues(gens.instructeur) == {gens.departement.nom}
    assert vues(gens.voisin) == {gens.region.nom}
    assert vues(communal) == set()


def test_les_sous_totaux_par_nature_et_par_financeur_font_le_total(contrat, gens) -> None:
    for financeur, nature, montant in (
        (gens.departement, "specifique", 10),
        (gens.departement, "droit_commun", 20),
        (gens.region, "specifique", 40),
    ):
        EnveloppeFactory(contrat=contrat, financeur=financeur, nature=nature, montant=Decimal(montant))
    lues = enveloppes(contrat, 2026, pour=gens.chef)
    par = {(s.genre, s.nom): s.total.montant for s in sous_totaux(lues)}
    assert par == {
        ("nature", "Crédits spécifiques"): 50,
        ("nature", "Droit commun"): 20,
        ("financeur", gens.departement.nom_court): 30,
        ("financeur", gens.region.nom_court): 40,
    }
    assert total(lues).montant == 70


def test_l_export_dit_ce_que_dit_la_page(client, chez, programmee) -> None:
    reponse = client.get(chez("exporter_enveloppes", format="xlsx"))
    classeur = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(reponse.streaming_content)))
    entetes, ligne, pied = classeur.get_sheet_by_index(0).to_python()
    lue = dict(zip(entetes, ligne, strict=True))
    assert (lue["Financeur"], lue["Montant"], lue["Programmé"], lue["Reste"]) == (
        programmee.financeur.nom_court,
        100_000,
        5000,
        95_000,
    )
    assert pied[entetes.index("Reste")] == 95_000
    assert client.get(chez("exporter_enveloppes", format="pdf")).status_code == 404


def test_sans_enveloppe_la_page_offre_les_premiers_actes(client, chez, contrat, gens) -> None:
    EnveloppeFactory(contrat=contrat, financeur=gens.departement, annee=2025)
    page = client.get(chez("enveloppes")).content.decode()
    assert chez("ouvrir_enveloppe") in page
    client.post(chez("reconduire_enveloppes"))
    (reprise,) = Enveloppe.objects.filter(annee=2026)
    assert (reprise.etat, reprise.montant) == ("attendue", 100_000)
    assert chez("ouvrir_enveloppe") not in connecte(gens.voisin).get(chez("enveloppes")).content.decode()


def test_un_compteur_fausse_se_dit_a_l_equipe_et_au_journal_du_serveur(
    client, chez, programmee, gens, caplog, executer_travaux
):
    assert client.get(chez("enveloppes")).context["ecarts"] == []
    Enveloppe.objects.filter(pk=programmee.enveloppe_id).update(montant_programme=Decimal("4999.99"))
    dit = "programmé 4\u202f999,99\xa0€ au lieu de 5\u202f000\xa0€ (écart\u202f: −\u202f0,01\xa0€)"
    assert dit in client.get(chez("enveloppes")).content.decode()
    assert connecte(gens.instructeur).get(chez("enveloppes")).context["ecarts"] == []

    planifier("programmation.verifier_enveloppes")
    executer_travaux()
    assert "programmé 4\u202f999,99\xa0€ au lieu de 5\u202f000\xa0€" in caplog.text


def test_un_ecart_trouve_la_nuit_s_ecrit_aux_chefs_de_projet_de_tout_le_contrat_une_fois(
    chez, programmee, gens, auteur_de, executer_travaux, mailoutbox
) -> None:
    auteur_de(Role.CHEF_DE_PROJET, communes=[CommuneFactory()])
    for auteur in (gens.chef, gens.decideur, gens.delegue):
        assert auteur.utilisateur.email
    planifier("programmation.verifier_enveloppes")
    executer_travaux()
    assert mailoutbox == []

    Enveloppe.objects.filter(pk=programmee.enveloppe_id).update(montant_programme=Decimal("4999.99"))
    for _ in "ab":  # the check done twice in one night
        planifier("programmation.verifier_enveloppes")
        executer_travaux()
    (courriel,) = mailoutbox
    assert courriel.to == [gens.chef.utilisateur.email]
    assert courriel.subject.startswith("Enveloppes en écart")
    assert "4\u202f999,99\xa0€ au lieu de 5\u202f000\xa0€" in courriel.body
    assert chez("enveloppes") in courriel.body


def test_un_ecart_corrige_avant_l_envoi_ne_s_ecrit_pas(programmee, gens, executer_travaux, mailoutbox, le) -> None:
    assert gens.chef
    actions.enveloppes.prevenir_des_ecarts({programmee.dossier.contrat_id}, le=le)
    executer_travaux()
    assert mailoutbox == []


# --- One envelope -----------------------------------------------------------------------------------------------------
def test_ouvrir_une_enveloppe_puis_lire_sa_page(client, chez, contrat, gens) -> None:
    dispositif = DispositifFactory()
    DemandeFactory(dossier=DossierFactory(contrat=contrat, depose=True), financeur=gens.departement)
    saisie = {
        "financeur": gens.departement.pk,
        "dispositif": dispositif.pk,
        "nature": "specifique",
        "montant": "12 500,50",
    }
    reponse = client.post(chez("ouvrir_enveloppe"), saisie)
    enveloppe = Enveloppe.objects.get()
    assert reponse.url == chez("enveloppe", pk=enveloppe.pk)
    fiche = client.get(reponse.url).context["fiche"]
    assert (fiche.ligne.montant, fiche.ligne.notifiee) == (Decimal("12500.50"), False)
    assert [(m.genre, m.apres) for m in fiche.mouvements] == [("Montant attendu", Decimal("12500.50"))]
    assert client.post(chez("ouvrir_enveloppe"), saisie).status_code == 422


def test_la_page_d_une_enveloppe_montre_ce_qu_elle_paie_sans_le_brouillon_d_un_autre(
    chez, contrat, programmee, gens
) -> None:
    enveloppe = programmee.enveloppe
    commun = {"financeur": enveloppe.financeur, "dispositif": enveloppe.dispositif}
    DemandeFactory(dossier=DossierFactory(contrat=contrat, en_instruction=True), proposee=True, **commun)
    DemandeFactory(dossier=DossierFactory(contrat=contrat, en_instruction=True), brouillon=True, **commun)
    DemandeFactory(dossier=DossierFactory(contrat=contrat, en_instruction=True), **commun)
    adresse = chez("enveloppe", pk=enveloppe.pk)

    def lues(auteur: Any) -> list[str]:
        return sorted(d.etat for d in connecte(auteur).get(adresse).context["fiche"].demandes)

    assert lues(gens.instructeur) == ["programmee", "proposee", "proposee"]
    assert lues(gens.chef) == ["programmee", "proposee"]
    assert connecte(gens.chef).get(adresse).context["fiche"].ligne.propose == 5000
    assert connecte(gens.voisin).get(adresse).status_code == 404


def test_l_historique_part_de_ce_qui_etait_la_avant_le_premier_mouvement(client, chez, contrat) -> None:
    enveloppe = EnveloppeFactory(contrat=contrat, montant=Decimal(100))
    MouvementEnveloppeFactory(enveloppe=enveloppe, montant=Decimal(30))
    fiche = client.get(chez("enveloppe", pk=enveloppe.pk)).context["fiche"]
    assert [(m.montant, m.apres) for m in fiche.mouvements] == [(70, 70), (30, 100)]


def test_notifier_par_la_page_avec_la_lettre_puis_revenir(client, chez, contrat, gens) -> None:
    enveloppe = EnveloppeFactory(contrat=contrat, financeur=gens.departement)
    lettre = SimpleUploadedFile("lettre.pdf", b"%PDF-1.7 essai")
    saisie = {"montant": "95 000", "jour": "2026-03-01", "reference": "2026-118", "lettre": lettre}
    client.post(chez("notifier_enveloppe", pk=enveloppe.pk), saisie)
    enveloppe.refresh_from_db()
    assert (enveloppe.montant, enveloppe.etat) == (95_000, "notifiee")
    lue = connecte(gens.instructeur).get(chez("lettre_enveloppe", pk=enveloppe.pk))
    assert b"".join(lue.streaming_content) == b"%PDF-1.7 essai"
    assert connecte(gens.voisin).get(chez("lettre_enveloppe", pk=enveloppe.pk)).status_code == 404

    client.post(chez("revenir_enveloppe", pk=enveloppe.pk), {"motif": "Mauvaise année"})
    enveloppe.refresh_from_db()
    assert (enveloppe.montant, enveloppe.etat) == (100_000, "attendue")
    assert client.get(chez("lettre_enveloppe", pk=enveloppe.pk)).status_code == 404


def test_mouvementer_redeployer_et_autoriser_un_depassement_par_la_page(client, chez, contrat, gens) -> None:
    de, vers = (
        EnveloppeFactory(contrat=contrat, financeur=gens.departement, dispositif=DispositifFactory()) for _ in "ab"
    )
    mouvement = {"genre": "reduction", "montant": "5 000", "motif": "Gel", "jour": "2026-03-01"}
    client.post(chez("mouvement", pk=de.pk), mouvement)
    client.post(
        chez("redeployer", pk=de.pk), {"vers": vers.pk, "montant": "1 000", "motif": "Santé", "jour": "2026-03-01"}
    )
    client.post(chez("depassement", pk=de.pk), {"montant": "1 000", "motif": "Report"})
    de.refresh_from_db()
    vers.refresh_from_db()
    assert (de.montant, de.depassement_autorise, vers.montant) == (94_000, 1000, 101_000)


@pytest.mark.parametrize(
    ("nom", "saisie", "faute"),
    [
        ("mouvement", {"genre": "reduction", "montant": "", "motif": "Gardez-moi", "jour": "2026-03-01"}, "montant"),
        ("mouvement", {"genre": "reduction", "montant": "100001", "motif": "X", "jour": "2026-03-01"}, "montant"),
        ("mouvement", {"genre": "notification", "montant": "1", "motif": "X", "jour": "2026-03-01"}, "genre"),
        ("mouvement", {"genre": "abondement", "montant": "1", "motif": "", "jour": "2026-03-01"}, "motif"),
        ("mouvement", {"genre": "abondement", "montant": "1", "motif": "Gardez-moi", "jour": "hier"}, "jour"),
        ("redeployer", {"vers": "0", "montant": "1", "motif": "Gardez-moi", "jour": "2026-03-01"}, "vers"),
        ("notifier_enveloppe", {"montant": "1", "jour": "2026-03-01", "reference": ""}, "reference"),
        ("depassement", {"montant": "-1", "motif": "Gardez-moi"}, "montant"),
        ("depassement", {"montant": "1", "motif": ""}, "motif"),
    ],
)
def test_une_saisie_fautive_ne_change_pas_l_enveloppe(client, chez, contrat, nom, saisie, faute) -> None:
    enveloppe = EnveloppeFactory(contrat=contrat)
    reponse = client.post(chez(nom, pk=enveloppe.pk), saisie)
    assert reponse.status_code == 422
    assert faute in reponse.context["form"].errors
    assert {champ: reponse.context["form"][champ].value() for champ in saisie} == saisie
    enveloppe.refresh_from_db()
    assert (enveloppe.montant, enveloppe.depassement_autorise) == (100_000, 0)


def test_une_baisse_sous_le_programme_se_dit_en_clair(client, chez, programmee) -> None:
    reponse = client.post(
        chez("mouvement", pk=programmee.enveloppe.pk),
        {"genre": "reduction", "montant": "95001", "motif": "Gel", "jour": "2026-03-01"},
    )
    assert "déjà programmés ou votés" in str(reponse.context["form"].errors["montant"])


@pytest.mark.parametrize("nom", ["mouvement", "depassement", "notifier_enveloppe", "revenir_enveloppe", "redeployer"])
def test_les_enveloppes_se_changent_par_l_equipe_de_tout_le_contrat(chez, contrat, auteur_de, gens, nom: str) -> None:
    enveloppe = EnveloppeFactory(contrat=contrat, financeur=gens.departement)
    communal = auteur_de(Role.CHEF_DE_PROJET, communes=[CommuneFactory()])
    for auteur in (gens.decideur, gens.delegue, communal):
        assert connecte(auteur).get(chez(nom, pk=enveloppe.pk)).status_code == 403
    ailleurs = EnveloppeFactory()
    assert connecte(gens.chef).get(chez(nom, pk=ailleurs.pk)).status_code == 404


# --- Withdrawn from a file ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("qui", ["chef", "instructeur"])
def test_qui_s_est_deporte_d_un_dossier_paye_ne_lit_pas_les_compteurs(chez, contrat, programmee, gens, qui) -> None:
    """Beside the other rows, they would tell what was given to that file."""
    enveloppe, auteur = programmee.enveloppe, getattr(gens, qui)
    autre = EnveloppeFactory(contrat=contrat, financeur=enveloppe.financeur, montant=Decimal(7))
    lecteur = connecte(auteur)
    adresse = chez("enveloppe", pk=enveloppe.pk)
    assert "95\u202f000" in lecteur.get(adresse).content.decode()
    DeportFactory(dossier=programmee.dossier, utilisateur=auteur.utilisateur)

    contexte = lecteur.get(chez("enveloppes")).context
    lues = {e.pk: e for e in contexte["enveloppes"]}
    assert [(e.programme, e.vote, e.disponible, e.taux) for e in (lues[enveloppe.pk], lues[autre.pk])] == [
        (None, None, None, None),
        (0, 0, 7, 0),
    ]
    assert (contexte["total"].disponible, contexte["total"].montant) == (None, 100_007)
    assert {s.nom: s.total.disponible for s in contexte["sous_totaux"]}[enveloppe.financeur.nom_court] is None
    for page in (chez("enveloppes"), adresse):
        contenu = lecteur.get(page).content.decode()
        assert "déporté" in contenu
        assert "95\u202f0" not in contenu
        assert "5\u202f000" not in contenu.replace("100\u202f000", "")
    export = b"".join(lecteur.get(chez("exporter_enveloppes", format="csv")).streaming_content).decode()
    assert "95000" not in export
    if qui == "chef":
        assert "95\u202f000" not in lecteur.get(chez("mouvement", pk=enveloppe.pk)).content.decode()


def test_la_liste_et_la_page_d_une_enveloppe_comptent_les_memes_propositions(
    chez, contrat, gens, auteur_de, proposee
) -> None:
    """For whoever instructs some places only, and for who is withdrawn from a file."""
    commun = {"financeur": proposee.financeur, "dispositif": proposee.dispositif, "proposee": True}
    dedans, deporte = (DossierFactory(contrat=contrat, en_instruction=True) for _ in "ab")
    commune = CommuneFactory()
    for dossier, montant in ((dedans, 300), (deporte, 70)):
        LocalisationFactory(dossier=dossier, version=None, commune=commune)
        DemandeFactory(dossier=dossier, montant_demande=Decimal(montant), **commun)
    enveloppe = EnveloppeFactory(
        contrat=contrat, financeur=proposee.financeur, dispositif=proposee.dispositif, nature=proposee.nature
    )
    limite = auteur_de(Role.INSTRUCTEUR, organisme=gens.departement, communes=[commune])
    DeportFactory(dossier=deporte, utilisateur=limite.utilisateur)
    for auteur, attendu in ((gens.chef, 5370), (limite, 300)):
        lecteur = connecte(auteur)
        (lue,) = [e for e in lecteur.get(chez("enveloppes")).context["enveloppes"] if e.pk == enveloppe.pk]
        fiche = lecteur.get(chez("enveloppe", pk=enveloppe.pk)).context["fiche"]
        assert (lue.propose, fiche.ligne.propose) == (attendu, attendu)


# --- Sections ---------------------------------------------------------------------------------------------------------
def test_l_autre_section_d_un_dispositif_s_ouvre_et_ne_compte_aucune_demande(client, chez, proposee) -> None:
    saisie = {
        "financeur": proposee.financeur_id,
        "dispositif": proposee.dispositif_id,
        "nature": proposee.nature,
        "section": "investissement",
        "montant": "900",
    }
    autre = client.post(chez("ouvrir_enveloppe"), saisie).url
    lues = {e.section: e for e in client.get(chez("enveloppes")).context["enveloppes"]}
    assert {section: (e.propose, e.hors_section) for section, e in lues.items()} == {
        "fonctionnement": (5000, False),
        "investissement": (0, True),
    }
    page = client.get(autre)
    assert (page.context["fiche"].demandes, page.context["fiche"].ligne.propose) == ((), 0)
    assert "n’en paie aucune" in page.content.decode()


# --- A notification typed while the envelope moves -----------------------------------------------------------------------
def test_une_notification_tapee_sur_un_montant_deplace_se_confirme(client, chez, contrat, gens, le) -> None:
    enveloppe = EnveloppeFactory(contrat=contrat, financeur=gens.departement)
    adresse = chez("notifier_enveloppe", pk=enveloppe.pk)
    lu = client.get(adresse).context["form"]["attendu"].value()
    saisie = {"montant": "100 000", "jour": "2026-03-01", "reference": "2026-118"}
    actions.mouvementer_enveloppe(
        enveloppe, genre="abondement", montant=Decimal(5000), motif="Gel levé", jour=le.date(), par=gens.chef, le=le
    )
    refus = client.post(adresse, saisie | {"attendu": str(lu or "100000.00")})
    assert refus.status_code == 422
    assert "105\u202f000" in str(refus.context["form"].errors["montant"])
    assert 'name="attendu" value="105000.00"' in refus.content.decode()
    enveloppe.refresh_from_db()
    assert (enveloppe.etat, enveloppe.montant) == ("attendue", 105_000)
    client.post(adresse, saisie | {"attendu": "105000.00"})
    enveloppe.refresh_from_db()
    assert (enveloppe.etat, enveloppe.montant) == ("notifiee", 100_000)


# --- Constant cost ----------------------------------------------------------------------------------------------------
def cout(client: Client, adresse: str) -> int:
    """Queries of a page with nothing kept from a reader before."""
    cache.clear()
    client.get(adresse)
    cache.clear()
    with CaptureQueriesContext(connection) as requetes:
        assert client.get(adresse).status_code == 200
    return len(requetes)


def test_les_enveloppes_coutent_autant_pour_une_que_pour_soixante(client, chez, contrat) -> None:
    EnveloppeFactory(contrat=contrat)
    pour_une = cout(client, chez("enveloppes"))
    EnveloppeFactory.create_batch(59, contrat=contrat)
    assert cout(client, chez("enveloppes")) == pour_une
    assert len(client.get(chez("enveloppes")).context["enveloppes"]) == 60


def test_la_page_d_une_enveloppe_coute_autant_avec_une_demande_qu_avec_vingt(client, chez, contrat, programmee) -> None:
    enveloppe = programmee.enveloppe

    def remplir(nombre: int) -> None:
        for _ in range(nombre):
            MouvementEnveloppeFactory(enveloppe=enveloppe, redeploye=True)
            DemandeFactory(
                dossier=DossierFactory(contrat=contrat, programme=True),
                financeur=enveloppe.financeur,
                dispositif=enveloppe.dispositif,
                programmee=True,
                montant_demande=Decimal(100),
            )

    remplir(1)
    adresse = chez("enveloppe", pk=enveloppe.pk)
    pour_une = cout(client, adresse)
    remplir(19)
    assert cout(client, adresse) == pour_une
    assert len(client.get(adresse).context["fiche"].demandes) == 21
