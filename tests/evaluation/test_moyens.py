"""The table of all means: declared beside known, never added; completeness; page, workbook, edition and its PDF."""

import io
import subprocess
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from acteurs.models import Organisme
from commun.auteur import Canal, systeme
from commun.pdf import ecrire_pdf
from contrats.etats import Role
from contrats.models import NatureAnnoncee, NatureMoyens, Section
from contrats.regles import Completude
from evaluation.etats import EtatRapport, TypeRapport
from evaluation.lectures.moyens import tableau_des_moyens
from evaluation.models import Rapport
from evaluation.rapports import moyens as edition
from evaluation.rapports.edition import Edition
from evaluation.rapports.parties import tous_les_moyens as parties
from evaluation.rapports.tableur import tableur
from programmation.models import DemandeFinancement
from tests.fabriques import (
    DemandeFactory,
    DispositifFactory,
    DossierFactory,
    ExamenDossierFactory,
    MoyenAnnonceFactory,
    OrganismeFactory,
    OrientationFactory,
    ReunionFactory,
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


@pytest.mark.parametrize(
    ("etat", "ecarte", "connu"),
    [
        ({"en_instruction": True}, False, 30),
        ({"en_instruction": True}, True, 0),
        ({"ajourne": True}, False, 0),
        ({"programme": True}, False, 30),
    ],
)
def test_une_proposition_ajournee_ou_ecartee_n_est_pas_connue(contrat, caf, etat, ecarte, connu):
    """What the COPIL put off or set aside raises no false « à revoir » ; taken up on a later list, it counts again."""
    dossier = DossierFactory(contrat=contrat, campagne__annee=2026, **etat)
    DemandeFactory(
        dossier=dossier,
        financeur=caf,
        nature=NatureMoyens.SPECIFIQUE,
        proposee=True,
        proposition_partagee=True,
        montant_demande=Decimal(30),
    )
    if ecarte:
        reunion = ReunionFactory(comite__contrat=contrat, le=date(2026, 4, 1))
        ExamenDossierFactory(reunion=reunion, dossier=dossier, etat="ecarte", motif="Hors champ", applique_le=LE)
    for publiee in (False, True):
        t = lire(contrat, publiee=publiee)
        assert (t.connu_par_la_programmation, t.a_revoir) == (connu, 1 if connu else 0)
    if ecarte:
        suivante = ReunionFactory(comite=reunion.comite, le=date(2026, 5, 1))
        ExamenDossierFactory(reunion=suivante, dossier=dossier)
        assert lire(contrat).connu_par_la_programmation == 30


def test_le_service_de_l_etat_est_compte_avec_la_ligne_qui_le_couvre(contrat, auteur_de):
    """The DDETS declares nothing: what it was asked is set against the State's line, and is not « non annoncé »."""
    etat = OrganismeFactory(etat=True, nom="État", sigle="État")
    ddets = OrganismeFactory(parent=etat, sigle="DDETS")
    SignataireFactory(contrat=contrat, organisme=etat, ordre=1)
    SignataireFactory(contrat=contrat, organisme=ddets, ordre=2)
    MoyenAnnonceFactory(contrat=contrat, organisme=etat, montant=Decimal(1000))
    demande(contrat, etat, 600, "votee")
    demande(contrat, ddets, 300, "votee")
    t = lire(contrat)
    ligne, service = t.rapprochements
    assert (ligne.ecart, ligne.couvre, ligne.des_services, ligne.constat) == (
        100,
        ("DDETS",),
        300,
        "annonce plus large",
    )
    assert (service.couvert_par, service.ecart, service.constat) == ("État", None, "compté avec État")
    assert (t.connu_par_la_programmation, t.a_revoir, t.doubles_comptes) == (900, 0, ())
    demande(contrat, ddets, 200, "votee")
    assert (lire(contrat).rapprochements[0].constat, lire(contrat).a_revoir) == ("annonce inférieure", 1)
    # A reader of the DDETS alone does not take what it sees for the State's whole.
    (seul,) = lire(contrat, auteur_de(Role.INSTRUCTEUR, organisme=ddets)).rapprochements
    assert (seul.partenaire, seul.couvert_par, seul.a_revoir) == ("DDETS", "État", False)


def test_un_service_et_son_organisme_qui_annoncent_tous_deux_sont_signales(contrat, client_de):
    etat = OrganismeFactory(etat=True, sigle="État")
    ddets = OrganismeFactory(parent=etat, sigle="DDETS")
    for organisme, montant in ((etat, 1000), (ddets, 300)):
        SignataireFactory(contrat=contrat, organisme=organisme)
        MoyenAnnonceFactory(contrat=contrat, organisme=organisme, montant=Decimal(montant))
    demande(contrat, ddets, 200, "votee")
    t = lire(contrat)
    (double,) = t.doubles_comptes
    assert (double.partenaire, double.service, double.montant, double.dont) == ("État", "DDETS", 1000, 300)
    assert t.total == 1300
    # What it declares itself is compared with its own line.
    assert [(r.partenaire, r.ecart, r.couvert_par) for r in t.rapprochements] == [("DDETS", 100, "")]
    page = espaces(client_de(Role.SIGNATAIRE).get(adresse(contrat)).content.decode())
    assert "DDETS annonce 300 € et État, son organisme de rattachement, 1 000 €" in page
    ecrit = " ".join(str(b) for p in edition.sections(t) for b in p.briques)
    assert "Compté deux fois" in ecrit


def test_un_non_reparti_qui_contient_le_detail_est_signale(contrat, caf):
    (double,) = lire(contrat).doubles_comptes
    assert (double.partenaire, double.service, double.montant, double.dont) == ("CAF", "", 6000, 4000)


def test_npnru_et_europe_sont_dits_declares_seulement(contrat, caf, client_de):
    MoyenAnnonceFactory(contrat=contrat, organisme=caf, nature="npnru", montant=Decimal(5000))
    MoyenAnnonceFactory(contrat=contrat, organisme=caf, nature="europe", montant=Decimal(700))
    t = lire(contrat)
    assert t.declares_seulement == 5700
    attendu = "NPNRU et Europe (5 700 €) sont déclarés seulement"
    html = edition.document(t, edition.sections(t), Edition(1, ""))
    assert attendu in espaces(html)
    assert espaces(client_de(Role.SIGNATAIRE).get(adresse(contrat)).content.decode()).count(attendu) == 1
    demande(contrat, caf, 100, "votee")
    assert espaces(client_de(Role.CHEF_DE_PROJET).get(adresse(contrat)).content.decode()).count(attendu) == 1


def test_sans_programmation_une_annonce_se_compare_aux_engagements(contrat_vivant):
    caf = Organisme.objects.get(sigle="CAF")
    DemandeFinancement.objects.filter(financeur=caf).delete()
    MoyenAnnonceFactory(contrat=contrat_vivant, organisme=caf, montant=Decimal(9000))
    ligne = next(r for r in lire(contrat_vivant).rapprochements if r.partenaire == "CAF")
    assert (ligne.programmation, ligne.engagements, ligne.ecart) == (None, 8765, 235)
    assert (ligne.constat, ligne.a_revoir) == ("annonce et engagements", False)


def test_sans_objet_ne_cache_pas_un_montant_annonce(contrat, caf, client_de):
    (sante,) = lire(contrat).orientations
    commun = {"contrat": contrat, "organisme": caf, "nature": "europe"}
    MoyenAnnonceFactory(**commun, orientation_id=sante.pk, sans_objet=True)
    MoyenAnnonceFactory(**commun, montant=Decimal(50123))
    client = client_de(Role.SIGNATAIRE)
    page = client.get(adresse(contrat))
    ligne = next(x for x in page.context["partenaires"][0]["lignes"] if x["nom"] == "Europe, fonctionnement")
    assert not ligne["sans_objet"]
    assert "50 123" in espaces(page.content.decode())


def test_les_cases_s_accordent(contrat, caf, client_de):
    page = espaces(client_de(Role.SIGNATAIRE).get(adresse(contrat)).content.decode())
    assert "dont 7 cases non communiquées" in page
    assert "non communiqués" not in page
    for nature in NatureAnnoncee:
        for section in Section:
            if (nature, section) != (NatureAnnoncee.DROIT_COMMUN, Section.FONCTIONNEMENT):
                MoyenAnnonceFactory(contrat=contrat, organisme=caf, nature=nature, section=section, montant=Decimal(1))
    t = lire(contrat)
    html = espaces(edition.document(t, edition.sections(t), Edition(1, "")))
    assert "dont 0" not in html
    assert "dont 0" not in espaces(client_de(Role.SIGNATAIRE).get(adresse(contrat)).content.decode())


def test_la_page_et_le_classeur_ne_composent_que_ce_qu_ils_montrent(contrat, caf, client_de, monkeypatch):
    """The parts of the document are not laid out for the page, nor the cover and the words of method for the workbook."""

    def interdite(t):
        raise AssertionError("this part is not shown there")

    for nom in ("en_un_coup_d_oeil", "methode", "detail", "completude"):
        monkeypatch.setattr(parties, nom, interdite)
    client = client_de(Role.CHEF_DE_PROJET)
    assert client.get(adresse(contrat)).status_code == 200
    assert {p.ancre for p in edition.tableaux(lire(contrat))} == {
        "completude",
        "orientations",
        "detail",
        "rapprochement",
    }


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
