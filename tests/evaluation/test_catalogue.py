"""The catalogue of funded actions: who is named when, the published edition, its page, its PDF."""

import json
import re
import subprocess
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from acteurs.models import FicheOrganisme, TypeOrganisme
from commun import fichiers
from commun.models import LigneJournal
from commun.pdf import ecrire_pdf
from contrats.etats import Role
from evaluation.actions import demander_rapport
from evaluation.etats import EtatRapport, TypeRapport
from evaluation.lectures.catalogue import (
    Filtres,
    Regroupement,
    catalogue_en_preparation,
    catalogue_public,
    filtrer,
    regrouper,
)
from evaluation.models import Rapport
from evaluation.rapports import catalogue as edition
from evaluation.rapports.edition import Edition
from geographie.models import TypePerimetre, VersionPerimetre
from portail.lectures.taches import taches
from programmation.etats import EtatDossier
from programmation.lectures.catalogue import Contact
from programmation.models import Etape
from tests.fabriques import (
    ComiteFactory,
    CommuneFactory,
    DemandeFactory,
    DeportFactory,
    DossierFactory,
    EtapeCampagneFactory,
    FicheOrganismeFactory,
    LocalisationFactory,
    OrganismeFactory,
    OrientationFactory,
    PerimetreDuContratFactory,
    RapportFactory,
    ReunionFactory,
    VersionPerimetreFactory,
)
from tests.verapdf.validation import ce_qui_manque, structure_pdf, valider_pdf_ua

pytestmark = pytest.mark.django_db
LE = datetime(2026, 11, 20, 9, 5, tzinfo=ZoneInfo("Europe/Paris"))


def espaces(texte):
    return texte.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.fixture
def monde(contrat):
    """Two actions of 2026: one that the State has notified and the CAF has not, one that nobody has notified."""
    etat, caf = OrganismeFactory(etat=True, sigle="État"), OrganismeFactory(caf=True, sigle="CAF")
    sante = OrientationFactory(contrat=contrat, ordre=2, nom_court="Santé")
    emploi = OrientationFactory(contrat=contrat, ordre=1, nom_court="Emploi")
    commune = CommuneFactory(nom="Denain")
    qpv = VersionPerimetreFactory(nom="Faubourg Duchateau", communes=[commune])
    porteur = OrganismeFactory(nom="Les Passerelles")
    FicheOrganismeFactory(
        organisme=porteur,
        telephone="03 27 00 00 00",
        courriel="dominique.secret@passerelles.example",
        public_courriel="accueil@passerelles.example",
        representant_nom="Dominique Secret",
    )
    commun = {"contrat": contrat, "campagne__annee": 2026, "programme": True}
    notifiee = DossierFactory(
        **commun,
        porteur=porteur,
        orientation=sante,
        intitule="Permanences santé",
        resume="Un médiateur reçoit chaque semaine.",
        debut=date(2026, 3, 1),
        fin=date(2026, 12, 15),
        beneficiaires=120,
        beneficiaires_qpv=84,
    )
    LocalisationFactory(dossier=notifiee, version=qpv)
    DemandeFactory(dossier=notifiee, financeur=etat, notifiee=True, montant_demande=Decimal(12000))
    DemandeFactory(dossier=notifiee, financeur=caf, votee=True, montant_demande=Decimal(3333))
    attendue = DossierFactory(**commun, orientation=emploi, intitule="Un vélo pour l’emploi")
    LocalisationFactory(dossier=attendue, version=None, commune=commune)
    DemandeFactory(dossier=attendue, financeur=caf, programmee=True, montant_demande=Decimal(4444))
    DemandeFactory(
        dossier=DossierFactory(contrat=contrat, campagne__annee=2026, en_instruction=True, intitule="Pas programmée"),
        financeur=caf,
        proposee=True,
        montant_demande=Decimal(5555),
    )
    return {"contrat": contrat, "notifiee": notifiee, "attendue": attendue, "caf": caf}


def test_l_edition_publique_ne_dit_que_ce_qui_est_notifie(monde):
    c = catalogue_public(monde["contrat"], 2026, le=LE)
    (action,) = c.actions
    assert action.intitule == "Permanences santé"
    assert [(f.nom, f.montant) for f in action.financeurs] == [("État", Decimal(12000))]
    assert (action.qpv, action.communes) == (("Faubourg Duchateau",), ("Denain",))
    assert c.en_attente == 0


def test_l_equipe_prepare_avec_les_noms_et_les_seuls_montants_notifies(monde, auteur_de):
    chef = auteur_de(Role.CHEF_DE_PROJET)
    c = catalogue_en_preparation(monde["contrat"], 2026, pour=chef, le=LE)
    assert [a.intitule for a in c.actions] == ["Un vélo pour l’emploi", "Permanences santé"]
    financeurs = {a.intitule: [(f.nom, f.montant) for f in a.financeurs] for a in c.actions}
    assert financeurs == {
        "Un vélo pour l’emploi": [("CAF", None)],
        "Permanences santé": [("État", Decimal(12000)), ("CAF", None)],
    }
    assert c.en_attente == 1


def test_un_cofinanceur_prepare_les_siennes_et_une_personne_deportee_rien(monde, auteur_de):
    autre = auteur_de(Role.INSTRUCTEUR)
    assert catalogue_en_preparation(monde["contrat"], 2026, pour=autre, le=LE).actions == ()
    caf = auteur_de(Role.INSTRUCTEUR, organisme=monde["caf"])
    assert len(catalogue_en_preparation(monde["contrat"], 2026, pour=caf, le=LE).actions) == 2
    deporte = auteur_de(Role.CHEF_DE_PROJET)
    DeportFactory(dossier=monde["notifiee"], utilisateur=deporte.utilisateur)
    lues = catalogue_en_preparation(monde["contrat"], 2026, pour=deporte, le=LE).actions
    assert [a.intitule for a in lues] == ["Un vélo pour l’emploi"]


def test_filtres_et_regroupements(monde, auteur_de):
    c = catalogue_en_preparation(monde["contrat"], 2026, pour=auteur_de(Role.CHEF_DE_PROJET), le=LE)

    def trouves(**filtres):
        return [a.intitule for a in filtrer(c.actions, Filtres(**filtres))]

    assert trouves(texte="VELO") == ["Un vélo pour l’emploi"]
    assert trouves(texte="passerelles sante") == ["Permanences santé"]
    assert trouves(orientation="Emploi") == ["Un vélo pour l’emploi"]
    assert trouves(qpv="Faubourg Duchateau") == ["Permanences santé"]
    assert len(trouves(commune="Denain")) == 2
    assert [nom for nom, _ in regrouper(c.actions)] == ["Emploi", "Santé"]
    assert [nom for nom, _ in regrouper(c.actions, Regroupement.COMMUNE)] == ["Denain"]
    assert [nom for nom, _ in regrouper(c.actions, Regroupement.QPV)] == [
        "Faubourg Duchateau",
        "Sans quartier précisé",
    ]
    assert (c.orientations, c.communes, c.quartiers) == (("Emploi", "Santé"), ("Denain",), ("Faubourg Duchateau",))


def test_seul_le_contact_rendu_public_est_publie(monde):
    c = catalogue_public(monde["contrat"], 2026, le=LE)
    (action,) = c.actions
    assert action.contact == Contact(courriel="accueil@passerelles.example")
    FicheOrganisme.objects.update(public_courriel="")
    muet = catalogue_public(monde["contrat"], 2026, le=LE)
    assert edition.imprimer(muet.actions[0]).contact == ""
    html = edition.document(muet, edition.sections(muet), Edition(1, ""))
    for ecrit in (html, edition.figer(muet).decode()):
        for secret in ("03 27 00 00 00", "dominique.secret", "12 rue de la Paix"):
            assert secret not in ecrit
    assert ">Contact<" not in html


def test_une_action_de_tous_les_quartiers_est_dans_chacun(monde):
    """A resident finds at home what takes place in all the QPV, told as such; « Ensemble des QPV » is not a quarter."""
    contrat = monde["contrat"]
    voisin = VersionPerimetreFactory(nom="Chabaud-Latour", communes=[CommuneFactory(nom="Escaudain")])
    for quartier in (voisin, VersionPerimetre.objects.get(nom="Faubourg Duchateau")):
        PerimetreDuContratFactory(contrat=contrat, perimetre=quartier.perimetre)
    partout = DossierFactory(contrat=contrat, campagne__annee=2026, programme=True, intitule="Ludobus")
    LocalisationFactory(dossier=partout, ensemble_des_qpv=True)
    DemandeFactory(dossier=partout, notifiee=True)
    c = catalogue_public(contrat, 2026, le=LE)
    assert c.quartiers == ("Chabaud-Latour", "Faubourg Duchateau")
    par_quartier = {q: [a.intitule for a in filtrer(c.actions, Filtres(qpv=q))] for q in c.quartiers}
    assert par_quartier["Chabaud-Latour"] == ["Ludobus"]
    assert set(par_quartier["Faubourg Duchateau"]) == {"Ludobus", "Permanences santé"}
    index = regrouper(c.actions, Regroupement.QPV, quartiers=c.quartiers)
    assert [(nom, [a.intitule for a in actions]) for nom, actions in index] == [
        ("Chabaud-Latour", ["Ludobus"]),
        ("Faubourg Duchateau", ["Permanences santé", "Ludobus"]),
    ]
    par_commune = {nom: {a.intitule for a in filtrer(c.actions, Filtres(commune=nom))} for nom in c.communes}
    assert par_commune == {"Denain": {"Ludobus", "Permanences santé"}, "Escaudain": {"Ludobus"}}
    assert [nom for nom, _ in regrouper(c.actions, Regroupement.COMMUNE)] == ["Denain", "Escaudain"]
    html = edition.document(c, edition.sections(c), Edition(1, ""))
    assert html.count(">Dans tous les quartiers<") == 2


@pytest.mark.parametrize(
    ("lieu", "groupe"),
    [
        (None, "Sans quartier précisé"),
        ({"non_territorialise": True}, "Sans quartier précisé"),
        ({"version__perimetre__type": TypePerimetre.POCHE, "version__nom": "La Solitude"}, "Hors quartier prioritaire"),
    ],
)
def test_sans_quartier_n_est_pas_hors_quartier(contrat, lieu, groupe):
    """« Hors quartier prioritaire » is said of a place that is known not to be one, never of a file without any place."""
    dossier = DossierFactory(contrat=contrat, campagne__annee=2026, programme=True)
    DemandeFactory(dossier=dossier, notifiee=True)
    if lieu is not None:
        LocalisationFactory(dossier=dossier, **lieu)
    c = catalogue_public(contrat, 2026, le=LE)
    assert [nom for nom, _ in regrouper(c.actions, Regroupement.QPV, quartiers=c.quartiers)] == [groupe]


def test_deux_financeurs_de_meme_sigle_restent_deux(contrat):
    dossier = DossierFactory(contrat=contrat, campagne__annee=2026, programme=True)
    for ville, montant in (("Denain", 1000), ("Escaudain", 500)):
        ccas = OrganismeFactory(type=TypeOrganisme.CCAS, sigle="CCAS", nom=f"CCAS de {ville}")
        DemandeFactory(dossier=dossier, financeur=ccas, notifiee=True, montant_demande=Decimal(montant))
    c = catalogue_public(contrat, 2026, le=LE)
    dits = [(f.nom, f.montant) for f in c.actions[0].financeurs]
    assert dits == [("CCAS de Denain", 1000), ("CCAS de Escaudain", 500)]
    _actions, financeurs = edition.classeur(c, ()).tableaux
    assert [ligne.valeurs for ligne in financeurs[1].lignes] == [
        ("CCAS de Denain", 1, Decimal(1000)),
        ("CCAS de Escaudain", 1, Decimal(500)),
    ]


def test_la_couverture_porte_le_jour_de_la_journee(monde):
    contrat = monde["contrat"]

    def couverture():
        c = catalogue_public(contrat, 2026, le=LE)
        texte = espaces(edition.document(c, (), Edition(1, "")))
        return re.search(r'class="destinataire">([^<]*)</p>\s*<p class="jour">([^<]*)<', texte).groups()

    assert couverture() == ("Habitants, porteurs et partenaires", "20 novembre 2026")
    comite = ComiteFactory(contrat=contrat, nom="Journée de la programmation")
    ReunionFactory(comite=comite, le=date(2026, 5, 28), annulee=True)
    ReunionFactory(comite=ComiteFactory(contrat=contrat, nom="Journée de rencontre des porteurs"), le=date(2026, 2, 3))
    assert couverture()[1] == "20 novembre 2026"
    ReunionFactory(comite=comite, le=date(2026, 6, 4))
    assert couverture() == ("Journée de la programmation", "4 juin 2026")
    EtapeCampagneFactory(campagne=monde["notifiee"].campagne, etape=Etape.JOURNEE, du=date(2026, 6, 11))
    assert couverture() == ("Journée de la programmation", "11 juin 2026")


def test_autant_de_requetes_pour_une_action_que_pour_vingt(monde):
    contrat = monde["contrat"]
    with CaptureQueriesContext(connection) as une:
        catalogue_public(contrat, 2026, le=LE)
    for _ in range(20):
        dossier = DossierFactory(contrat=contrat, campagne__annee=2026, programme=True)
        DemandeFactory(dossier=dossier, notifiee=True)
        LocalisationFactory(dossier=dossier)
    with CaptureQueriesContext(connection) as vingt:
        assert len(catalogue_public(contrat, 2026, le=LE).actions) == 21
    assert len(vingt) == len(une) <= 12


# --- Page and edition -------------------------------------------------------------------------------------------------
def adresse(contrat, nom="catalogue"):
    return reverse(f"evaluation:{nom}", args=[contrat.slug, 2026])


def publier(contrat, chef, executer_travaux):
    chef.post(adresse(contrat, "produire_catalogue"))
    executer_travaux()
    rapport = Rapport.objects.get()
    assert (rapport.type, rapport.etat) == (TypeRapport.CATALOGUE, EtatRapport.PRET)
    chef.post(reverse("evaluation:publier", args=[contrat.slug, rapport.pk]))
    rapport.refresh_from_db()
    return rapport


def test_avant_publication_seuls_l_equipe_et_les_cofinanceurs_lisent(monde, client_de):
    contrat = monde["contrat"]
    RapportFactory(contrat=contrat, type=TypeRapport.CATALOGUE, pret=True)
    for role in (Role.PORTEUR, Role.CONSEIL_CITOYEN, Role.MEMBRE_COPIL, Role.SIGNATAIRE):
        client = client_de(role)
        page = client.get(adresse(contrat)).content.decode()
        assert "Le catalogue n’est pas encore publié" in page
        assert "Permanences santé" not in page
        assert client.get(adresse(contrat, "catalogue_pdf")).status_code == 404
    page = client_de(Role.CHEF_DE_PROJET).get(adresse(contrat)).content.decode()
    assert "Permanences santé" in page
    assert "1 action attend" in espaces(page)


@pytest.mark.parametrize("role", [Role.PORTEUR, Role.CONSEIL_CITOYEN, Role.MEMBRE_COPIL, Role.SIGNATAIRE])
def test_l_edition_publiee_est_lue_de_tous(monde, client_de, executer_travaux, role):
    contrat, chef = monde["contrat"], client_de(Role.CHEF_DE_PROJET)
    rapport = publier(contrat, chef, executer_travaux)
    client = client_de(role)
    page = espaces(client.get(adresse(contrat)).content.decode())
    assert "Permanences santé" in page
    assert "12 000" in page
    assert "accueil@passerelles.example" in page
    for secret in ("Un vélo", "CAF", "3 333", "4 444", "Secret", "03 27 00 00 00", "dominique.secret"):
        assert secret not in page
    pdf = client.get(adresse(contrat, "catalogue_pdf"))
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")
    assert f"catalogue-{contrat.slug}-2026-v1.pdf" in pdf["Content-Disposition"]
    assert "En préparation" not in page
    assert rapport.publie_le is not None


def test_une_edition_publiee_ne_change_plus(monde, client_de, executer_travaux):
    contrat, chef = monde["contrat"], client_de(Role.CHEF_DE_PROJET)
    publier(contrat, chef, executer_travaux)
    monde["notifiee"].intitule = "Autre titre"
    monde["notifiee"].save()
    assert "Permanences santé" in client_de(Role.PORTEUR).get(adresse(contrat)).content.decode()
    assert "Autre titre" in chef.get(adresse(contrat), {"vue": "preparation"}).content.decode()


def _vieillir(rapport):
    """The edition as the first schema kept it: contacts of the cards, « Ensemble des QPV » as a quarter."""
    contenu = json.loads(fichiers.lire(rapport.instantane))
    contenu["schema"] = 1
    for champ in ("quartiers_du_contrat", "journee"):
        del contenu["donnees"][champ]
    for action in contenu["donnees"]["actions"]:
        del action["partout"]
        action["qpv"] = ["Ensemble des QPV"]
        action["contact"] = {
            "adresse": "12 rue de la Paix, 59220 Denain",
            "telephone": "03 27 00 00 00",
            "courriel": "dominique.secret@passerelles.example",
            "site": "",
        }
        for financeur in action["financeurs"]:
            del financeur["cle"]
    octets = json.dumps(contenu).encode()
    rapport.instantane = fichiers.ranger(octets, nom="ancien.json", type_mime="application/json")
    rapport.schema = 1
    rapport.save()


def test_une_edition_du_premier_schema_se_relit_sans_ses_contacts(monde, client_de, executer_travaux):
    contrat, chef = monde["contrat"], client_de(Role.CHEF_DE_PROJET)
    _vieillir(publier(contrat, chef, executer_travaux))
    page = client_de(Role.PORTEUR).get(adresse(contrat))
    lu = page.content.decode()
    assert "Permanences santé" in lu
    assert (page.context["catalogue"].actions[0].partout, page.context["catalogue"].actions[0].qpv) == (True, ())
    for secret in ("03 27 00 00 00", "dominique.secret", "Produire une nouvelle édition"):
        assert secret not in lu
    equipe = chef.get(adresse(contrat)).content.decode()
    assert "impriment le téléphone et le courriel" in equipe
    assert "Produire une nouvelle édition" in equipe


def test_une_edition_du_premier_schema_ne_se_publie_plus(monde, client_de, executer_travaux):
    contrat, chef = monde["contrat"], client_de(Role.CHEF_DE_PROJET)
    chef.post(adresse(contrat, "produire_catalogue"))
    executer_travaux()
    rapport = Rapport.objects.get()
    _vieillir(rapport)
    assert chef.post(reverse("evaluation:publier", args=[contrat.slug, rapport.pk])).status_code == 403
    rapport.refresh_from_db()
    assert rapport.etat == EtatRapport.PRET


def test_l_equipe_sait_qu_une_edition_publiee_dit_ce_qui_n_est_plus(monde, client_de, executer_travaux):
    contrat, chef = monde["contrat"], client_de(Role.CHEF_DE_PROJET)
    rapport = publier(contrat, chef, executer_travaux)
    lu = reverse("evaluation:rapport", args=[contrat.slug, rapport.pk])
    for page in (adresse(contrat), lu):
        assert "Produire une nouvelle édition" not in chef.get(page).content.decode()
    demande = monde["notifiee"].demandes.get(financeur__sigle="État")
    demande.montant_vote = Decimal(9000)
    demande.save()
    cache.clear()  # an act of the product renews what the home page keeps
    pour = chef.auteur
    (tache,) = (t for t in taches(contrat, 2026, pour=pour, le=LE.date()) if "nouveau catalogue" in t.libelle)
    assert (tache.nombre, tache.url) == (1, adresse(contrat))
    for page in (adresse(contrat), lu):
        dit = espaces(chef.get(page).content.decode())
        assert "Permanences santé" in dit
        assert "12 000 € publiés, 9 000 € aujourd’hui" in dit
        assert reverse("evaluation:produire_catalogue", args=[contrat.slug, 2026]) in dit
    monde["notifiee"].etat = EtatDossier.RETIRE
    monde["notifiee"].save()
    assert "12 000 € publiés, plus rien n’est accordé" in espaces(chef.get(adresse(contrat)).content.decode())
    for role in (Role.PORTEUR, Role.MEMBRE_COPIL, Role.INSTRUCTEUR):
        assert "plus rien n’est accordé" not in client_de(role).get(adresse(contrat)).content.decode()


def test_la_page_se_filtre_et_se_regroupe(monde, client_de):
    chef = client_de(Role.CHEF_DE_PROJET)
    page = chef.get(adresse(monde["contrat"]), {"q": "vélo", "par": "commune"})
    assert [nom for nom, _ in page.context["groupes"]] == ["Denain"]
    assert page.context["nombre"] == 1
    vide = chef.get(adresse(monde["contrat"]), {"q": "introuvable"}).content.decode()
    assert "Aucune action ne répond" in vide


def test_une_edition_se_publie_des_qu_elle_est_faite_si_on_le_demande(monde, auteur_de, executer_travaux):
    chef = auteur_de(Role.CHEF_DE_PROJET)
    demande = {"par": chef, "le": LE, "publier": True}
    rapport = demander_rapport(monde["contrat"], 2026, TypeRapport.CATALOGUE, **demande)
    executer_travaux()
    rapport.refresh_from_db()
    assert rapport.etat == EtatRapport.PUBLIE
    assert LigneJournal.objects.de(rapport).filter(acte="publier").count() == 1


def test_une_edition_retiree_avant_d_etre_faite_ne_laisse_pas_d_echec(monde, auteur_de, executer_travaux):
    par = auteur_de(Role.CHEF_DE_PROJET)
    demander_rapport(monde["contrat"], 2026, TypeRapport.CATALOGUE, par=par, le=LE).delete()
    (travail,) = executer_travaux()
    assert travail.resultat == {"rapport": None}


def test_une_annee_sans_campagne_n_a_pas_de_catalogue(contrat, client_de):
    chef = client_de(Role.CHEF_DE_PROJET)
    reponse = chef.post(adresse(contrat, "produire_catalogue"), follow=True)
    assert "n’a pas de campagne en 2026" in reponse.content.decode()
    assert not Rapport.objects.exists()


def test_le_texte_long_est_coupe_entre_deux_mots():
    assert edition.couper("un deux trois", 9) == "un deux …"
    assert edition.couper("court", 9) == "court"


def test_la_brochure_est_accessible_et_indexee(monde, tmp_path):
    for rang in range(5):
        dossier = DossierFactory(
            contrat=monde["contrat"],
            campagne__annee=2026,
            programme=True,
            orientation=monde["notifiee"].orientation,
            intitule=f"Atelier {rang}",
            resume="Des ateliers chaque semaine, avec les familles du quartier. " * 30,
        )
        DemandeFactory(dossier=dossier, notifiee=True)
    c = catalogue_public(monde["contrat"], 2026, le=LE)
    octets = edition.figer(c)
    assert edition.relire(octets) == c
    parties = edition.sections(c)
    chemin = tmp_path / "catalogue.pdf"
    ecrire_pdf(edition.document(c, parties, Edition(3, "0" * 64)), chemin, feuilles=edition.FEUILLES)
    lu = espaces(subprocess.run(["pdftotext", str(chemin), "-"], capture_output=True, check=True).stdout.decode())
    assert "Édition 3" in lu
    assert "6 actions financées" in lu
    assert "du 1er mars 2026 au 15 décembre 2026" in re.sub(r"\s+", " ", lu)
    assert "Index par porteur" in lu
    assert "Index par quartier" in lu
    assert "Secret" not in lu
    assert structure_pdf(chemin).defauts == []
    if not ce_qui_manque():
        assert valider_pdf_ua(chemin) == []


def test_une_brochure_sans_action_se_produit(contrat):
    c = catalogue_public(contrat, 2026, le=LE)
    html = edition.document(c, edition.sections(c), Edition(1, ""))
    assert "Aucune action n’est encore notifiée." in html
