"""A year's programming, each at its own screen: tried, prepared by the COTECH, decided by the COPIL, voted, announced."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.core import mail

from commun.auteur import Auteur
from contrats.etats import Role
from contrats.models import Contrat, Reunion, TypeComite
from programmation.etats import EtatCourrier, EtatDemande, EtatDossier, EtatScenario
from programmation.lectures.enveloppes import verifier_enveloppes
from programmation.models import Courrier, DemandeFinancement, Dossier, Enveloppe, ExamenDossier, Scenario
from tests.fabriques import (
    ComiteFactory,
    DemandeFactory,
    DispositifFactory,
    DossierFactory,
    FicheOrganismeFactory,
    MembreComiteFactory,
    OrganismeFactory,
    ReunionFactory,
)
from tests.fabriques.acteurs import MOT_DE_PASSE
from tests.navigateur import TELEPHONE
from tests.verapdf.validation import structure_pdf

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]

PIECE = "Courriel de la Région du 10 avril 2026"
ECARTE = "La fête relève du budget participatif de la commune."
D = Decimal


class Equipe(NamedTuple):
    """Who meets around the year's files."""

    chef: Auteur
    etat: Auteur
    departement: Auteur
    region: Any
    porteur: Auteur
    autre_porteur: Auteur


class Programmation(NamedTuple):
    """Four files under instruction, with what each funder shares on them, and the two meetings."""

    contrat: Contrat
    velo: Dossier
    jardin: Dossier
    cafe: Dossier
    fete: Dossier
    cotech: Reunion
    copil: Reunion

    @property
    def annee(self) -> str:
        return f"/c/{self.contrat.slug}/2026/"

    def seance(self, reunion: Reunion) -> str:
        return f"/c/{self.contrat.slug}/seances/{reunion.pk}/"


@pytest.fixture
def equipe(auteur_de: Callable[..., Auteur]) -> Equipe:
    def association(nom: str) -> Auteur:
        organisme = OrganismeFactory(nom=nom, immatricule=True)
        FicheOrganismeFactory(organisme=organisme)
        return auteur_de(Role.PORTEUR, organisme=organisme)

    return Equipe(
        auteur_de(Role.CHEF_DE_PROJET),
        auteur_de(Role.DECIDEUR, organisme=OrganismeFactory(etat=True, nom="Préfecture du Nord")),
        auteur_de(Role.DECIDEUR, organisme=OrganismeFactory(departement=True, nom="Département du Nord")),
        OrganismeFactory(nom="Région Hauts-de-France", type="region"),
        association("Les Roues libres"),
        association("Au pied des tours"),
    )


@pytest.fixture
def programmation(contrat: Contrat, equipe: Equipe, horloge: Any) -> Programmation:
    """On the day of the COPIL: 6 000 € and 4 000 € proposed on one file, 5 000 € and 3 000 €, 2 000 €, then 1 000 €."""
    horloge.regler(2026, 4, 10, 14)
    dispositif = DispositifFactory()

    def dossier(numero: str, intitule: str, porteur: Auteur, **proposes: int) -> Dossier:
        dossier = DossierFactory(
            contrat=contrat,
            numero=numero,
            intitule=intitule,
            porteur=porteur.organisme,
            dispositif=dispositif,
            en_instruction=True,
            localise=True,
        )
        for nom, montant in proposes.items():
            financeur = equipe.region if nom == "region" else getattr(equipe, nom).organisme
            DemandeFactory(dossier=dossier, financeur=financeur, montant_demande=D(montant), proposee=True)
        return dossier

    velo = dossier("26-001", "Atelier vélo", equipe.porteur, etat=6_000, departement=4_000)
    jardin = dossier("26-002", "Jardin partagé", equipe.autre_porteur, etat=5_000, region=3_000)
    cafe = dossier("26-003", "Café des parents", equipe.autre_porteur, departement=2_000)
    fete = dossier("26-004", "Fête des voisins", equipe.autre_porteur, departement=1_000)
    Enveloppe.objects.update(montant=D(11_000))
    comite = ComiteFactory(contrat=contrat, nom="Comité de pilotage")
    MembreComiteFactory(comite=comite, organisme=equipe.etat.organisme)
    cotech = ComiteFactory(contrat=contrat, type=TypeComite.COTECH, nom="Comité technique", valide_programmation=False)
    return Programmation(
        contrat,
        velo,
        jardin,
        cafe,
        fete,
        ReunionFactory(comite=cotech, le=date(2026, 4, 3)),
        ReunionFactory(comite=comite, le=date(2026, 4, 10)),
    )


def _texte(page: Any, quoi: str = "main") -> str:
    return re.sub(r"[\u202f\u00a0]", " ", page.locator(quoi).inner_text())


def _demande(dossier: Dossier, financeur: Any) -> DemandeFinancement:
    return dossier.demandes.get(financeur=getattr(financeur, "organisme", financeur))


def _texte_du_pdf(chemin: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("skipped: no pdftotext")
    texte = subprocess.run(["pdftotext", "-layout", chemin, "-"], capture_output=True, text=True, check=True).stdout
    return re.sub(r"\s+", " ", texte.replace("\u202f", " ").replace("\u00a0", " "))


def _telecharger(page: Any, lien: Any, vers: Path) -> str:
    """Save what the link gives, see that it is an accessible document, return its words."""
    with page.expect_download() as telechargement:
        lien.click()
    telechargement.value.save_as(vers)
    assert structure_pdf(vers).defauts == []
    return _texte_du_pdf(vers)


def test_une_programmation_va_du_scenario_a_la_lettre_du_porteur(
    equipe, programmation, page_de, axe, horloge, executer_travaux, tmp_path
):
    bureau = page_de(utilisateur=equipe.chef.utilisateur)
    _le_chef_de_projet_essaie_compare_et_propose(bureau, equipe, programmation, axe, executer_travaux)
    _le_cotech_retient_un_dossier_et_en_laisse_un_a_arbitrer(bureau, equipe, programmation, axe)
    _le_copil_decide_de_tout(bureau, page_de, equipe, programmation, axe, executer_travaux)
    _le_releve_est_publie(bureau, page_de, equipe, programmation, axe, executer_travaux, tmp_path)
    _chaque_financeur_prend_son_acte(bureau, page_de, equipe, programmation, axe, executer_travaux)
    _l_etat_envoie_ses_courriers(page_de, equipe, programmation, axe, horloge, executer_travaux)
    _le_departement_annonce_ses_refus(page_de, equipe, programmation, axe, horloge, executer_travaux)
    _chaque_porteur_lit_son_courrier(page_de, equipe, programmation, axe, tmp_path)

    assert verifier_enveloppes() == []
    votes = Enveloppe.objects.values_list("financeur", "montant_programme", "montant_vote")
    assert set(votes) == {
        (equipe.etat.organisme.pk, 0, 10_500),
        (equipe.departement.organisme.pk, 0, 4_000),
        (equipe.region.pk, 0, 2_500),
    }


def _le_chef_de_projet_essaie_compare_et_propose(bureau, equipe, programmation, axe, executer_travaux):
    """From the shared proposals, 500 € less of the Région; nothing moves until it is proposed."""
    de_la_region = _demande(programmation.jardin, equipe.region)
    bureau.goto(f"{programmation.annee}scenarios/")
    # Nothing here is fictitious: without the band that says so, the navigation still stands beside the page.
    assert bureau.locator("#navigation").bounding_box()["y"] == bureau.locator("main").bounding_box()["y"]
    axe(bureau)
    bureau.get_by_role("link", name="Nouveau scénario").click()
    bureau.get_by_label("Nom").fill("Priorité aux quartiers")
    axe(bureau)
    bureau.get_by_role("button", name="Créer le scénario").click()
    bureau.locator(f"a[data-saisie='{de_la_region.pk}'][data-champ=montant]").focus()
    bureau.keyboard.press("Enter")
    bureau.keyboard.type("2 500")
    bureau.keyboard.press("Enter")
    bureau.locator(f"a[data-saisie='{de_la_region.pk}'][data-champ=montant]", has_text="2\u202f500").wait_for()
    bureau.keyboard.press("Escape")
    bureau.locator("[data-vif=bilan]").get_by_text(re.compile(r"20\s500")).first.wait_for()
    axe(bureau)
    bureau.get_by_role("button", name="Partager").click()
    bureau.get_by_role("dialog").get_by_role("button", name="Partager").click()
    bureau.get_by_role("link", name=re.compile("^Proposer ces montants")).wait_for()
    page_du_scenario = bureau.url
    assert Scenario.objects.get().etat == EtatScenario.PARTAGE

    bureau.goto(f"{programmation.annee}scenarios/")
    bureau.get_by_role("checkbox", name="Comparer le scénario Priorité aux quartiers").check()
    bureau.get_by_role("button", name="Comparer les scénarios cochés").click()
    bureau.get_by_role("region", name="Ensemble").wait_for()
    assert re.search(r"Région Hauts-de-France\s+3 000\s+2 500\s+− 500", _texte(bureau))
    axe(bureau)
    de_la_region.refresh_from_db()
    assert de_la_region.montant_propose == 3_000

    bureau.goto(page_du_scenario)
    bureau.get_by_role("link", name=re.compile("^Proposer ces montants")).click()
    bureau.get_by_text("1 ligne sera proposée").wait_for()
    axe(bureau)
    bureau.get_by_role("button", name="Proposer 1 montant").click()
    bureau.get_by_role("heading", name="Proposition des montants", level=1).wait_for()
    executer_travaux()
    bureau.get_by_text("1 montant proposé").wait_for()
    axe(bureau)
    de_la_region.refresh_from_db()
    assert (de_la_region.etat, de_la_region.montant_propose) == (EtatDemande.PROPOSEE, 2_500)


def _le_cotech_retient_un_dossier_et_en_laisse_un_a_arbitrer(bureau, equipe, programmation, axe):
    bureau.goto(programmation.seance(programmation.cotech))
    axe(bureau)
    bureau.get_by_role("button", name="Inscrire les dossiers proposés").click()
    bureau.get_by_text("4 dossiers ajoutés à la liste").wait_for()
    bureau.get_by_role("link", name="Commencer la saisie").click()
    bureau.get_by_role("heading", name=re.compile("26-001")).wait_for()
    axe(bureau)
    with bureau.expect_navigation():
        bureau.locator("body").press("r")
    bureau.get_by_role("heading", name=re.compile("26-002")).wait_for()
    with bureau.expect_navigation():
        bureau.locator("body").press("ArrowRight")
    bureau.get_by_role("heading", name=re.compile("26-003")).wait_for()
    bureau.get_by_label("Question à arbitrer, ou motif").fill("La caisse des écoles finance-t-elle déjà ce café ?")
    bureau.keyboard.press("Escape")
    with bureau.expect_navigation():
        bureau.locator("body").press("a")
    bureau.goto(programmation.seance(programmation.cotech))
    assert "1 point à arbitrer" in _texte(bureau)
    axe(bureau)


def _le_copil_decide_de_tout(bureau, page_de, equipe, programmation, axe, executer_travaux):
    """Its list starts from the COTECH's; the room follows; the decisions are then applied by a job."""
    seance = programmation.seance(programmation.copil)
    bureau.goto(seance)
    bureau.get_by_role("button", name="Reprendre la liste de la préparation (2)").click()
    bureau.get_by_text("2 dossiers ajoutés à la liste").wait_for()
    bureau.get_by_role("button", name="Inscrire les dossiers proposés (2)").click()
    bureau.get_by_text("2 dossiers ajoutés à la liste").wait_for()
    axe(bureau)
    bureau.get_by_role("link", name="Commencer la saisie").click()
    bureau.get_by_role("heading", name=re.compile("26-001")).wait_for()
    assert "Comité technique" in _texte(bureau, ".seance-cote")
    axe(bureau)
    salle = page_de(utilisateur=equipe.chef.utilisateur)
    salle.goto(seance + "projection/")
    assert "26-001 Atelier vélo" in _texte(salle)
    axe(salle)
    with bureau.expect_navigation():
        bureau.locator("body").press("r")

    bureau.get_by_role("heading", name=re.compile("26-003")).wait_for()
    salle.get_by_text("26-003 Café des parents").wait_for()
    assert "La caisse des écoles finance-t-elle déjà ce café ?" in _texte(salle)
    champ = bureau.get_by_label(re.compile("Montant retenu"))
    champ.fill("1 500")
    champ.press("Tab")
    bureau.get_by_text("Saisie enregistrée").wait_for()
    salle.get_by_role("cell", name="1 500").first.wait_for()
    bureau.keyboard.press("Escape")
    axe(bureau)
    axe(salle)
    with bureau.expect_navigation():
        bureau.locator("body").press("r")

    bureau.get_by_role("heading", name=re.compile("26-002")).wait_for()
    bureau.get_by_label(re.compile("Montant retenu.*État")).fill("4 500")
    bureau.keyboard.press("Escape")
    with bureau.expect_navigation():
        bureau.locator("body").press("r")

    bureau.get_by_role("heading", name=re.compile("26-004")).wait_for()
    bureau.get_by_label("Question à arbitrer, ou motif").fill(ECARTE)
    bureau.keyboard.press("Escape")
    with bureau.expect_navigation():
        bureau.locator("body").press("e")
    bureau.get_by_text("Tous les dossiers de la liste sont examinés").wait_for()
    axe(bureau)
    bureau.get_by_role("link", name="Appliquer les décisions…").click()
    axe(bureau)
    bureau.get_by_role("button", name="Appliquer les décisions").click()
    bureau.get_by_role("heading", name="Application des décisions").first.wait_for()
    executer_travaux()
    bureau.get_by_text("4 dossiers traités").wait_for()
    axe(bureau)
    salle.close()
    assert not ExamenDossier.objects.filter(reunion=programmation.copil, applique_le=None).exists()
    ecarte = Dossier.objects.exclude(etat=EtatDossier.PROGRAMME).get()
    assert (ecarte, ecarte.etat) == (programmation.fete, EtatDossier.EN_INSTRUCTION)
    assert verifier_enveloppes() == []


def _le_releve_est_publie(bureau, page_de, equipe, programmation, axe, executer_travaux, tmp_path):
    """A member of the committee reads the record once it is published, and not before."""
    reunion = f"/c/{programmation.contrat.slug}/reunions/{programmation.copil.pk}/"
    membre = page_de(utilisateur=equipe.etat.utilisateur)
    bureau.goto(programmation.seance(programmation.copil))
    bureau.get_by_role("button", name="Produire le relevé").click()
    executer_travaux()
    bureau.get_by_text("La version 1 du relevé est prête").wait_for()
    membre.goto(reunion)
    assert "Relevé de décisions" not in _texte(membre)
    bureau.get_by_role("link", name="Revenir à la séance").click()
    bureau.get_by_role("button", name="Publier aux membres").click()
    bureau.get_by_role("dialog").get_by_role("button", name="Publier").click()
    bureau.get_by_text("La version 1 du relevé est publiée").wait_for()
    axe(bureau)

    membre.reload()
    axe(membre)
    lien = membre.get_by_role("link", name="Relevé de décisions, version 1 (PDF)")
    releve = _telecharger(membre, lien, tmp_path / "releve.pdf")
    for dit in ("Atelier vélo", "Jardin partagé", "Café des parents", "10 500", "5 500", "2 500"):
        assert dit in releve


def _chaque_financeur_prend_son_acte(bureau, page_de, equipe, programmation, axe, executer_travaux):
    """Two record their own; the chef de projet records the third for the Région.

    The Département refuses a row that was programmed, and the one of the file set aside, in the session's own words. The État's pages are the Département's without the refusal: `axe` reads the latter.
    """
    cafe, fete = (_demande(dossier, equipe.departement) for dossier in (programmation.cafe, programmation.fete))
    etat = page_de(utilisateur=equipe.etat.utilisateur)
    _acter(
        etat, equipe.etat.organisme, programmation, lambda page: None, executer_travaux, "Préfet du Nord", "2026-ARR-1"
    )
    _acter(
        page_de(utilisateur=equipe.departement.utilisateur),
        equipe.departement.organisme,
        programmation,
        axe,
        executer_travaux,
        "Commission permanente",
        "CP/2026/118",
        refus={cafe: "Cette action relève de la caisse des écoles."},
    )
    _acter(bureau, equipe.region, programmation, axe, executer_travaux, "Commission permanente", "R-77", PIECE)
    bureau.goto(f"{programmation.annee}actes/")
    axe(bureau)
    cafe.refresh_from_db()
    assert (cafe.etat, cafe.motif) == (EtatDemande.REFUSEE, "Cette action relève de la caisse des écoles.")
    fete.refresh_from_db()
    assert (fete.etat, fete.motif, fete.acte.numero) == (EtatDemande.REFUSEE, ECARTE, "CP/2026/118")
    autres = DemandeFinancement.objects.exclude(pk__in=(cafe.pk, fete.pk))
    assert set(autres.values_list("etat", flat=True)) == {EtatDemande.VOTEE}
    assert _demande(programmation.jardin, equipe.region).acte.source == PIECE


def _acter(page, financeur, programmation, axe, executer_travaux, instance, numero, piece="", refus=None):
    """From the list of funders to the rows done; `piece` is the document read by whoever writes in another's place."""
    page.goto(f"{programmation.annee}actes/")
    page.get_by_role("link", name=financeur.nom_court, exact=True).click()
    axe(page)
    page.get_by_role("link", name="Enregistrer un acte").click()
    page.get_by_label("Instance").fill(instance)
    page.get_by_label("Numéro").fill(numero)
    page.get_by_label("Pris le").fill("2026-04-10")
    assert page.get_by_label("Document qui fait foi").count() == bool(piece)
    if piece:
        page.get_by_label("Document qui fait foi").fill(piece)
    axe(page)
    page.get_by_role("button", name="Enregistrer et choisir les lignes").click()
    page.get_by_role("heading", name=f"Ce que décide l’acte n° {numero}").wait_for()
    for demande, motif in (refus or {}).items():
        page.get_by_label(f"Décision du dossier {demande.dossier.numero}").select_option("Refusé")
        page.get_by_label(f"Motif du refus du dossier {demande.dossier.numero}").fill(motif)
    axe(page)
    page.get_by_role("button", name="Relire avant d’enregistrer").click()
    page.get_by_role("heading", name=f"Relire l’acte n° {numero}").wait_for()
    axe(page)
    page.get_by_role("button", name=re.compile("^Enregistrer .* ligne")).click()
    page.get_by_role("heading", name="Lignes de l’acte").first.wait_for()
    executer_travaux()
    page.get_by_text(re.compile("lignes? enregistrées?")).first.wait_for()
    axe(page)


def _l_etat_envoie_ses_courriers(page_de, equipe, programmation, axe, horloge, executer_travaux):
    """Opened by a job, one corrected, the other marked ready as it is, sent by a job."""
    page = page_de(utilisateur=equipe.etat.utilisateur)
    page.goto(f"{programmation.annee}actes/{equipe.etat.organisme.pk}/")
    page.get_by_role("button", name="Ouvrir les courriers (2)").click()
    executer_travaux()
    page.get_by_text("2 à relire").wait_for()
    axe(page)
    lot = page.url
    courrier = Courrier.objects.get(dossier=programmation.velo)
    page.get_by_role("link", name=courrier.reference).click()
    texte = page.get_by_label("Texte")
    precision = "Vos vélos seront rangés au local des Tilleuls."
    texte.fill(texte.input_value().replace("Pour toute question", f"{precision}\n\nPour toute question"))
    page.locator("#apercu").get_by_text(precision).wait_for()
    axe(page)
    page.get_by_role("button", name="Enregistrer et marquer prêt").click()
    page.get_by_text("est enregistré").wait_for()
    page.goto(lot)
    horloge.avancer(minutes=10)
    page.get_by_role("button", name="Marquer prêt le courrier à relire").click()
    page.get_by_role("heading", name="Relecture des courriers").wait_for()
    executer_travaux()
    page.get_by_text("2 prêts").wait_for()
    axe(page)
    mail.outbox.clear()
    horloge.avancer(minutes=10)
    page.get_by_role("button", name="Produire et envoyer 2 courriers").click()
    page.get_by_role("dialog").get_by_role("button", name="Envoyer").click()
    page.get_by_role("heading", name="Production et envoi").wait_for()
    executer_travaux()
    page.get_by_text("2 envoyés.").wait_for()
    axe(page)
    destinataires = {equipe.porteur.utilisateur.email, equipe.autre_porteur.utilisateur.email}
    assert {adresse for courriel in mail.outbox for adresse in courriel.to} == destinataires
    assert set(Courrier.objects.values_list("etat", flat=True)) == {EtatCourrier.ENVOYE}


def _le_departement_annonce_ses_refus(page_de, equipe, programmation, axe, horloge, executer_travaux):
    """From the act's own lot, two of its three letters: what it votes waits."""
    page = page_de(utilisateur=equipe.departement.utilisateur)
    page.goto(f"{programmation.annee}actes/{equipe.departement.organisme.pk}/")
    assert "Ouvrir les courriers de refus" not in _texte(page)
    page.get_by_role("button", name="Ouvrir les courriers (3)").click()
    executer_travaux()
    page.get_by_text("3 à relire").wait_for()
    for dossier in (programmation.cafe, programmation.fete):
        page.get_by_role("checkbox", name=re.compile(f"courrier {dossier.numero}")).check()
    horloge.avancer(minutes=10)
    page.get_by_role("button", name="Marquer prêts les courriers cochés").click()
    page.get_by_role("heading", name="Relecture des courriers").wait_for()
    executer_travaux()
    horloge.avancer(minutes=10)
    page.get_by_role("button", name="Produire et envoyer 2 courriers").click()
    page.get_by_role("dialog").get_by_role("button", name="Envoyer").click()
    page.get_by_role("heading", name="Production et envoi").wait_for()
    executer_travaux()
    page.get_by_text("2 envoyés.").wait_for()
    axe(page)


def _chaque_porteur_lit_son_courrier(page_de, equipe, programmation, axe, tmp_path):
    """On a phone, from the sign-in: the amount, the letter; nothing of another's file."""
    courriers = f"{programmation.annee}dossiers/{programmation.velo.numero}/courriers/"
    telephone = page_de(None, taille=TELEPHONE)
    telephone.goto("/")
    telephone.locator("input[name=login]").fill(equipe.porteur.utilisateur.email)
    telephone.locator("input[name=password]").fill(MOT_DE_PASSE)
    telephone.get_by_role("button", name="Se connecter").click()
    telephone.get_by_role("link", name="Atelier vélo").first.wait_for()
    axe(telephone)
    telephone.get_by_role("link", name="Atelier vélo").first.click()
    telephone.get_by_role("heading", name=re.compile("Atelier vélo")).first.wait_for()
    axe(telephone)
    telephone.get_by_role("link", name="Courriers").first.click()
    telephone.get_by_text("6\u202f000").first.wait_for()
    assert "4 000" not in _texte(telephone)  # the Département has not announced its own yet
    assert telephone.evaluate("document.documentElement.scrollWidth") <= TELEPHONE["width"]
    axe(telephone)
    lien = telephone.get_by_role("link", name=re.compile("^Télécharger"))
    lettre = _telecharger(telephone, lien, tmp_path / "lettre.pdf")
    for dit in ("Les Roues libres", "Atelier vélo", "6 000", "2026-ARR-1", "Vos vélos seront rangés au local"):
        assert dit in lettre

    autre = page_de(utilisateur=equipe.autre_porteur.utilisateur, taille=TELEPHONE)
    pdf = Courrier.objects.get(dossier=programmation.velo, etat=EtatCourrier.ENVOYE)
    for adresse in (courriers, f"{courriers}{pdf.pk}/"):
        assert autre.request.get(adresse).status == 404
    autre.goto(f"{programmation.annee}dossiers/{programmation.cafe.numero}/courriers/")
    refus = _telecharger(autre, autre.get_by_role("link", name=re.compile("^Télécharger")), tmp_path / "refus.pdf")
    assert "Cette action relève de la caisse des écoles." in refus
    autre.goto(f"{programmation.annee}dossiers/{programmation.fete.numero}/courriers/")
    ecarte = _telecharger(autre, autre.get_by_role("link", name=re.compile("^Télécharger")), tmp_path / "ecarte.pdf")
    for dit in (ECARTE, "acte n° CP/2026/118 du 10 avril 2026 (Commission permanente)", "tribunal administratif"):
        assert dit in ecarte
    axe(autre)
