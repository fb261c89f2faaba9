"""The table of all means: declared beside known, never added; completeness; page, workbook, edition and its PDF."""

import io
import subprocess
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from commun.auteur import Canal, systeme
from commun.pdf import ecrire_pdf
from contrats.etats import Role
from contrats.models import NatureMoyens, Section
from contrats.regles import Completude
from evaluation.etats import EtatRapport, TypeRapport
from evaluation.lectures.moyens import tableau_des_moyens
from evaluation.models import Rapport
from evaluation.rapports import moyens as edition
from evaluation.rapports.edition import Edition
from evaluation.rapports.tableur import tableur
from tests.fabriques import (
    DemandeFactory,
    DispositifFactory,
    DossierFactory,
    MoyenAnnonceFactory,
    OrganismeFactory,
    OrientationFactory,
    SignataireFactory,
)
from tests.verapdf.validation import ce_qui_manque, structure_pdf, valider_pdf_ua

pytestmark = pytest.mark.django_db
PRODUIT = systeme(Canal.TACHE)
LE = datetime(2026, 11, 20, 9, 5, tzinfo=ZoneInfo("Europe/Paris"))


def lire(contrat, pour=PRODUIT, **suite):
    return tableau_des_moyens(contrat, 2026, pour=pour, le=LE, **suite)


@pytest.fixture
def caf(contrat):
    """A signatory that declares 10 000 € of ordinary means, of which 4 000 € for health."""
    caf = OrganismeFactory(caf=True, nom="CAF du Nord", sigle="CAF")
    SignataireFactory(contrat=contrat, organisme=caf, ordre=1)
    sante = OrientationFactory(contrat=contrat, ordre=1, nom_court="Santé")
    MoyenAnnonceFactory(contrat=contrat, organisme=caf, orientation=sante, montant=Decimal(4000))
    MoyenAnnonceFactory(contrat=contrat, organisme=caf, montant=Decimal(6000))
    return caf


def demande(contrat, financeur, montant, trait, *, section=Section.FONCTIONNEMENT, **suite):
    dossier = DossierFactory(contrat=contrat, campagne__annee=2026, programme=True)
    return DemandeFactory(
        dossier=dossier,
        financeur=financeur,
        nature=NatureMoyens.DROIT_COMMUN,
        dispositif=DispositifFactory(section=section),
        montant_demande=Decimal(montant),
        **{trait: True},
        **suite,
    )


def test_les_totaux_ne_comptent_que_les_annonces(contrat, caf):
    demande(contrat, caf, 3000, "programmee")
    t = lire(contrat)
    assert t.total == Decimal(10000)
    assert [(x.nom, x.total) for x in t.par_orientation if x.total] == [("Santé", 4000), ("Non réparti", 6000)]
    assert t.connu_par_la_programmation == Decimal(3000)
    (partenaire,) = t.partenaires
    orientations = len(t.orientations)
    assert partenaire.completude == Completude(orientations, 8 * orientations)


def test_chaque_demande_compte_une_fois_votee_sinon_programmee_sinon_proposee(contrat, caf):
    demande(contrat, caf, 1000, "votee")
    demande(contrat, caf, 200, "programmee")
    DemandeFactory(
        dossier=DossierFactory(contrat=contrat, campagne__annee=2026, en_instruction=True),
        financeur=caf,
        nature=NatureMoyens.DROIT_COMMUN,
        proposee=True,
        montant_demande=Decimal(30),
    )
    demande(contrat, caf, 7, "refusee")
    demande(contrat, caf, 5000, "programmee", section=Section.INVESTISSEMENT)
    fonctionnement, investissement = lire(contrat).rapprochements
    p = fonctionnement.programmation
    assert (p.vote, p.programme, p.propose, p.connu) == (1000, 200, 30, 1230)
    assert (fonctionnement.annonce, fonctionnement.ecart, fonctionnement.constat) == (10000, 8770, "annonce plus large")
    assert not fonctionnement.a_revoir
    assert (investissement.annonce, investissement.ecart) == (None, None)
    assert investissement.constat == "non annoncé"
    assert investissement.a_revoir


def test_le_brouillon_d_un_financeur_n_est_le_chiffre_de_personne(contrat, caf, auteur_de):
    sien = auteur_de(Role.INSTRUCTEUR, organisme=caf)
    dossier = DossierFactory(contrat=contrat, campagne__annee=2026, en_instruction=True)
    DemandeFactory(dossier=dossier, financeur=caf, brouillon=True, montant_demande=Decimal(4321))
    for pour in (PRODUIT, sien, auteur_de(Role.CHEF_DE_PROJET)):
        assert lire(contrat, pour).connu_par_la_programmation == 0
    assert lire(contrat, publiee=True).connu_par_la_programmation == 0


def test_chacun_lit_la_programmation_qu_il_voit_entiere(contrat, caf, auteur_de):
    demande(contrat, caf, 3000, "programmee")
    demande(contrat, OrganismeFactory(departement=True), 500, "programmee")
    lus = {
        Role.CHEF_DE_PROJET: ("toutes", 3500),
        Role.FINANCES: ("toutes", 3500),
        Role.SIGNATAIRE: ("aucune", 0),
    }
    for role, attendu in lus.items():
        t = lire(contrat, auteur_de(role))
        assert (t.programmation_lue, t.connu_par_la_programmation) == attendu
    t = lire(contrat, auteur_de(Role.DECIDEUR, organisme=caf))
    assert (t.programmation_lue, t.connu_par_la_programmation) == ("siennes", 3000)
    limite = auteur_de(Role.CHEF_DE_PROJET, orientations=[OrientationFactory(contrat=contrat)])
    assert lire(contrat, limite).connu_par_la_programmation == 0


def test_les_euros_des_engagements_restent_a_cote(contrat_vivant):
    """The CAF stated 8 765 € of ordinary means on its commitment, and 7 500 € of it are programmed."""
    t = lire(contrat_vivant)
    ligne = next(r for r in t.rapprochements if r.partenaire == "CAF")
    assert (ligne.engagements, ligne.annonce, ligne.programmation.connu) == (8765, None, 7500)
    assert t.total == 0


def test_autant_de_requetes_pour_un_partenaire_que_pour_vingt(contrat, caf):
    lire(contrat)
    with CaptureQueriesContext(connection) as une:
        lire(contrat)
    for _ in range(20):
        moyen = MoyenAnnonceFactory(contrat=contrat)
        demande(contrat, moyen.organisme, 100, "votee")
    with CaptureQueriesContext(connection) as vingt:
        lire(contrat)
    assert len(vingt) == len(une) <= 14


# --- Page -------------------------------------------------------------------------------------------------------------
def adresse(contrat, nom="moyens"):
    return reverse(f"evaluation:{nom}", args=[contrat.slug, 2026])


def espaces(texte):
    return texte.replace("\u202f", " ").replace("\u00a0", " ")


def test_la_page_dit_ce_qui_est_connu_et_qui_relancer(contrat, caf, client_de):
    muet = SignataireFactory(contrat=contrat, ordre=2).organisme
    chef = client_de(Role.CHEF_DE_PROJET)
    page = espaces(chef.get(adresse(contrat)).content.decode())
    assert "10 000" in page
    assert "non communiqué" in page
    assert "2 partenaires à relancer" in page
    assert reverse("contrats:annoncer_moyens", args=[contrat.slug, 2026, muet.pk]) in page
    assert "Relancer les partenaires" in page


def test_un_signataire_lit_le_tableau_et_ne_repond_que_pour_le_sien(contrat, caf, client_de):
    autre = SignataireFactory(contrat=contrat, ordre=2).organisme
    page = client_de(Role.SIGNATAIRE, organisme=caf).get(adresse(contrat)).content.decode()
    assert reverse("contrats:annoncer_moyens", args=[contrat.slug, 2026, caf.pk]) in page
    assert reverse("contrats:annoncer_moyens", args=[contrat.slug, 2026, autre.pk]) not in page
    assert "Réservé à ceux qui instruisent" in page
    assert "Relancer les partenaires" not in page


def test_le_classeur_tient_chaque_case_sur_une_ligne(contrat, caf, client_de):
    reponse = client_de(Role.CHEF_DE_PROJET).get(adresse(contrat, "moyens_tableur"))
    classeur = CalamineWorkbook.from_filelike(io.BytesIO(reponse.content))
    lignes = classeur.get_sheet_by_name("Toutes les cases").to_python()
    cases = [ligne for ligne in lignes if ligne and ligne[0] == "CAF"]
    assert ["CAF", "Droit commun", "Fonctionnement", "Santé", "communiqué", 4000.0, ""] in cases
    assert ["CAF", "Europe", "Investissement", "Santé", "non communiqué", "", ""] in cases


# --- Edition ----------------------------------------------------------------------------------------------------------
def test_une_edition_est_produite_par_un_travail_puis_publiee(contrat, caf, client_de, executer_travaux):
    chef = client_de(Role.CHEF_DE_PROJET)
    suivi = chef.post(adresse(contrat, "produire_moyens")).url
    executer_travaux()
    rapport = Rapport.objects.get()
    assert (rapport.type, rapport.etat, rapport.reunion) == (TypeRapport.MOYENS, EtatRapport.PRET, None)
    assert rapport.pdf.nom == f"moyens-{contrat.slug}-2026-v1.pdf"
    assert "Tableau des moyens 2026" in chef.get(suivi).content.decode()
    membre = client_de(Role.MEMBRE_COPIL)
    lu = reverse("evaluation:rapport", args=[contrat.slug, rapport.pk])
    assert membre.get(lu).status_code == 404
    chef.post(reverse("evaluation:publier", args=[contrat.slug, rapport.pk]))
    assert "10 000" in espaces(membre.get(lu).content.decode())
    assert client_de(Role.PORTEUR).get(lu).status_code == 403


def test_l_instantane_rend_le_tableau_tel_quel(contrat, caf):
    demande(contrat, caf, 3000, "votee")
    t = lire(contrat, publiee=True)
    octets = edition.figer(t)
    assert edition.relire(octets) == t
    assert edition.figer(edition.relire(octets)) == octets


def test_le_pdf_est_accessible_et_dit_ce_qui_manque(contrat, caf, tmp_path):
    MoyenAnnonceFactory(contrat=contrat, organisme=caf, nature="npnru", en_nature=True)
    MoyenAnnonceFactory(contrat=contrat, organisme=caf, nature="europe", sans_objet=True)
    SignataireFactory(contrat=contrat, ordre=2)
    demande(contrat, caf, 3000, "votee")
    t = lire(contrat, publiee=True)
    parties = edition.sections(t)
    chemin = tmp_path / "moyens.pdf"
    ecrire_pdf(edition.document(t, parties, Edition(1, "0" * 64)), chemin, feuilles=edition.FEUILLES)
    lu = subprocess.run(["pdftotext", str(chemin), "-"], capture_output=True, check=True).stdout.decode()
    assert "non communiqué" in lu
    assert "2 ETP de médiateurs" in espaces(lu)
    assert structure_pdf(chemin).defauts == []
    if not ce_qui_manque():
        assert valider_pdf_ua(chemin) == []
    assert tableur(edition.classeur(t, parties)) == tableur(edition.classeur(t, parties))


def test_un_tableau_vide_le_dit(contrat):
    t = lire(contrat)
    parties = edition.sections(t)
    assert t.completude.taux == 100
    assert "Aucun montant n’est encore annoncé" in " ".join(p.constat for p in parties)
