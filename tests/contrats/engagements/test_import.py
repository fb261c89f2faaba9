"""Importing commitments from a spreadsheet: every fault has its line, its column and what to do; nothing is lost."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.exports import exporter
from commun.models import EtatTravail, LigneJournal, Travail
from contrats import actions
from contrats.actions import Issue
from contrats.etats import Role
from contrats.imports.engagements import (
    COLONNES,
    Bilan,
    examiner_ou_importer,
    lignes_refusees,
    modele_csv,
    modele_xlsx,
)
from contrats.models import CibleEngagement, Engagement
from tests.fabriques import (
    CibleEngagementFactory,
    EngagementFactory,
    ObjectifFactory,
    OrganismeFactory,
    OrientationFactory,
    PerimetreDuContratFactory,
    PerimetreFactory,
    SignataireFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def chef(auteur_de: Callable[..., Auteur]) -> Auteur:
    return auteur_de(Role.CHEF_DE_PROJET)


@pytest.fixture
def caf(contrat: Any) -> Any:
    organisme = OrganismeFactory(caf=True, nom="Caisse d’allocations familiales du Nord", sigle="CAF")
    SignataireFactory(contrat=contrat, organisme=organisme)
    return organisme


@pytest.fixture(autouse=True)
def structure(contrat: Any, caf: Any) -> None:
    """Names that lines may use."""
    orientation = OrientationFactory(contrat=contrat, code="O3", nom="Réussite éducative", nom_court="Éducation")
    ObjectifFactory(orientation=orientation, code="O3.1", nom="Prévenir le décrochage")
    OrientationFactory(contrat=contrat, transversale=True, code="T1", nom="Égalité", nom_court="Égalité")
    for code, nom in (("QN05901M", "Duclos Bellevue"), ("QN05902M", "Le Chêne")):
        PerimetreDuContratFactory(contrat=contrat, perimetre=PerimetreFactory(code=code, nom=nom))


def en_csv(*lignes: dict[str, Any] | str, encodage: str = "utf-8-sig", separateur: str = ";") -> bytes:
    titres = list(dict.fromkeys(t for ligne in lignes if isinstance(ligne, dict) for t in ligne))
    sortie = io.StringIO(newline="")
    feuille = csv.DictWriter(sortie, titres, delimiter=separateur)
    feuille.writeheader()
    feuille.writerows(lignes)  # type: ignore[arg-type]
    return sortie.getvalue().encode(encodage)


def en_xlsx(*lignes: dict[str, Any]) -> bytes:
    titres = list(dict.fromkeys(t for ligne in lignes for t in ligne))
    sortie = io.BytesIO()
    with xlsxwriter.Workbook(sortie, {"in_memory": True}) as classeur:
        feuille = classeur.add_worksheet()
        jour = classeur.add_format({"num_format": "dd/mm/yyyy"})
        for x, titre in enumerate(titres):
            feuille.write(0, x, titre)
        for y, ligne in enumerate(lignes, start=1):
            for x, titre in enumerate(titres):
                valeur = ligne.get(titre)
                if isinstance(valeur, datetime):
                    feuille.write_datetime(y, x, valeur, jour)
                elif valeur is not None:
                    feuille.write(y, x, valeur)
    return sortie.getvalue()


def traiter(contrat: Any, par: Auteur, contenu: bytes, nom: str = "a.csv", **options: Any) -> Bilan:
    options = {"essai": False} | options
    return examiner_ou_importer(contrat, contenu, nom, par=par, le=timezone.now(), **options)


LIGNE = {
    "Référence": "C1",
    "Engagement": "Ouvrir vingt places de crèche",
    "Organisme engagé": "caf",
    "Orientation": "o3",
    "Objectifs": "O3.1",
    "Quartiers": "duclos bellevue; QN05902M",
    "Axes transversaux": "T1",
    "Nature des moyens": "droit commun",
    "Portée": "Certains QPV",
    "Échéance": "31/12/2027",
    "Sorte de cible": "Nombre à atteindre",
    "Ce qui est compté": "places de crèche",
    "Valeur visée": "1 234,5",
    "Sens": "Hausse",
}


# --- What is read -----------------------------------------------------------------------------------------------------
def verifier_la_ligne(caf: Any) -> None:
    engagement = Engagement.objects.get()
    assert (engagement.reference, engagement.organisme, engagement.orientation.code) == ("C1", caf, "O3")
    assert (engagement.nature, engagement.portee, engagement.echeance) == ("droit_commun", "qpv", date(2027, 12, 31))
    assert {p.nom for p in engagement.perimetres.all()} == {"Duclos Bellevue", "Le Chêne"}
    assert [o.code for o in engagement.objectifs.all()] == ["O3.1"]
    assert [a.code for a in engagement.axes_transversaux.all()] == ["T1"]
    cible = engagement.cibles.get()
    assert (cible.type, cible.valeur, cible.sens) == ("nombre", Decimal("1234.5"), "hausse")


@pytest.mark.parametrize(
    ("encodage", "separateur"), [("utf-8-sig", ";"), ("utf-8", ","), ("cp1252", ";"), ("utf-8", "\t")]
)
def test_un_csv_est_lu_quels_que_soient_son_encodage_et_son_separateur(
    contrat, chef, caf, encodage, separateur
) -> None:
    ligne = LIGNE | {"Quartiers": "QN05901M;QN05902M"}
    bilan = traiter(contrat, chef, en_csv(ligne, encodage=encodage, separateur=separateur))
    assert [e.issue for e in bilan.engagements] == [Issue.CREE], bilan.erreurs
    verifier_la_ligne(caf)


def test_un_classeur_xlsx_est_lu_avec_ses_vrais_nombres_et_ses_vraies_dates(contrat, chef, caf) -> None:
    ligne = LIGNE | {"Valeur visée": 1234.5, "Échéance": datetime(2027, 12, 31)}  # noqa: DTZ001
    bilan = traiter(contrat, chef, en_xlsx(ligne), "a.xlsx")
    assert bilan.erreurs == []
    verifier_la_ligne(caf)


def test_un_classeur_ods_est_lu(contrat, chef) -> None:
    from commun.colonnes import Colonne

    sortie = io.BytesIO()
    colonnes = [Colonne("Référence", "Référence", lambda x: "C1"), Colonne("Engagement", "Engagement", lambda x: x)]
    exporter(colonnes, ["Ouvrir une crèche"], sortie, format="ods", titre="Engagements")
    traiter(contrat, chef, sortie.getvalue(), "a.ods")
    assert Engagement.objects.get().libelle == "Ouvrir une crèche"


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_le_modele_se_relit_tel_quel(contrat, chef, caf, format) -> None:
    contenu = modele_csv() if format == "csv" else modele_xlsx(contrat)
    if format == "xlsx":
        with pytest.raises(RegleEnfreinte, match="aucune ligne"):
            traiter(contrat, chef, contenu, "modele.xlsx")
        return
    bilan = traiter(contrat, chef, contenu.replace(b"CAF du Nord", b"CAF"), "modele.csv", essai=True)
    assert bilan.erreurs == []


def test_plusieurs_lignes_donnent_plusieurs_cibles(contrat, chef) -> None:
    suite = {"Référence": "C1", "Sorte de cible": "Étape franchie ou non", "Ce qui est compté": "Maison ouverte"}
    bilan = traiter(contrat, chef, en_csv(LIGNE, suite, {"Engagement": "Un autre"}))
    assert [e.lignes for e in bilan.engagements] == [(2, 3), (4,)]
    engagement = Engagement.objects.get(reference="C1")
    assert [c.type for c in engagement.cibles.all()] == ["nombre", "jalon"]


def test_une_case_vide_ou_une_colonne_absente_ne_change_rien(contrat, chef, caf) -> None:
    engagement = EngagementFactory(contrat=contrat, reference="C1", organisme=caf, note="À garder", nature="specifique")
    CibleEngagementFactory(engagement=engagement)
    bilan = traiter(
        contrat, chef, en_csv({"Référence": "C1", "Engagement": "Nouveau libellé", "Nature des moyens": ""})
    )
    assert [e.issue for e in bilan.engagements] == [Issue.MODIFIE]
    engagement.refresh_from_db()
    assert (engagement.libelle, engagement.note, engagement.nature) == ("Nouveau libellé", "À garder", "specifique")
    assert engagement.cibles.count() == 1


def test_importer_deux_fois_ne_change_rien_la_seconde(contrat, chef) -> None:
    fichier = en_csv(
        LIGNE, {"Engagement": "Sans référence", "Identifiant chez le partenaire": "SI-9", "Organisme engagé": "CAF"}
    )
    assert [e.issue for e in traiter(contrat, chef, fichier).engagements] == [Issue.CREE, Issue.CREE]
    lignes = LigneJournal.objects.count()
    assert [e.issue for e in traiter(contrat, chef, fichier).engagements] == [Issue.INCHANGE, Issue.INCHANGE]
    assert (Engagement.objects.count(), LigneJournal.objects.count(), CibleEngagement.objects.count()) == (2, lignes, 1)


# --- Faults of a line -------------------------------------------------------------------------------------------------
FAUTES: dict[str, tuple[dict[str, Any], str, str]] = {
    "libellé vide": ({"Engagement": ""}, "Engagement", "blank"),
    "libellé trop long": ({"Engagement": "x" * 501}, "Engagement", "max_length"),
    "référence trop longue": ({"Référence": "R" * 31}, "Référence", "max_length"),
    "organisme inconnu": (
        {"Organisme engagé": "Caisse d’alocations familiales du Nord"},
        "Organisme engagé",
        "inconnu",
    ),
    "organisme ambigu": ({"Organisme engagé": "Doublon"}, "Organisme engagé", "ambigu"),
    "signataire qui n’a pas signé": ({"Au titre de": "Doublon seul"}, "Au titre de", "inconnu"),
    "orientation inconnue": ({"Orientation": "O9"}, "Orientation", "inconnu"),
    "axe pris pour une orientation": ({"Orientation": "T1"}, "Orientation", "inconnu"),
    "objectif inconnu": ({"Objectifs": "O3.1; O9.9"}, "Objectifs", "inconnu"),
    "quartier hors du contrat": ({"Quartiers": "QN00000X"}, "Quartiers", "inconnu"),
    "axe inconnu": ({"Axes transversaux": "O3"}, "Axes transversaux", "inconnu"),
    "partenaire inconnu": ({"Partenaires": "Personne"}, "Partenaires", "inconnu"),
    "portée inconnue": ({"Portée": "Monde"}, "Portée", "choix"),
    "nature inconnue": ({"Nature des moyens": "les deux"}, "Nature des moyens", "choix"),
    "date impossible": ({"Échéance": "31/02/2027"}, "Échéance", "date"),
    "date à l’américaine": ({"Échéance": "12/31/2027"}, "Échéance", "date"),
    "année au lieu d’une date": ({"Échéance": "2027"}, "Échéance", "date_annee"),
    "date en toutes lettres": ({"Échéance": "fin 2027"}, "Échéance", "date"),
    "échéance écrite trop longue": ({"Échéance telle qu’écrite": "x" * 121}, "Échéance telle qu’écrite", "max_length"),
    "sorte de cible inconnue": ({"Sorte de cible": "Record"}, "Sorte de cible", "choix"),
    "cible sans sorte": ({"Sorte de cible": ""}, "Sorte de cible", "cible_sans_sorte"),
    "valeur en lettres": ({"Valeur visée": "vingt"}, "Valeur visée", "nombre"),
    "valeur avec son unité": ({"Valeur visée": "20 places"}, "Valeur visée", "nombre"),
    "valeur infinie": ({"Valeur visée": "Infinity"}, "Valeur visée", "nombre"),
    "valeur trop grande": ({"Valeur visée": "1" * 15}, "Valeur visée", "max_digits"),
    "trop de décimales": ({"Valeur visée": "1,23456"}, "Valeur visée", "max_decimal_places"),
    "borne haute sans intervalle": ({"Borne haute": "2000"}, "Borne haute", "borne_haute"),
    "bornes inversées": ({"Sorte de cible": "Intervalle", "Borne haute": "2"}, "Borne haute", "intervalle"),
    "sens inconnu": ({"Sens": "vers le haut"}, "Sens", "choix"),
    "échéance de cible avant son départ": (
        {"Date de départ": "01/01/2027", "Échéance de la cible": "01/01/2026"},
        "Échéance de la cible",
        "dates",
    ),
    "erreur de formule": ({"Ce qui est compté": "#REF!"}, "Ce qui est compté", "formule"),
    "source trop longue": ({"Source": "x" * 201}, "Source", "max_length"),
    "identifiant trop long": (
        {"Identifiant chez le partenaire": "x" * 101},
        "Identifiant chez le partenaire",
        "max_length",
    ),
}


@pytest.mark.parametrize(("changement", "colonne", "code"), FAUTES.values(), ids=list(FAUTES))
def test_une_faute_est_dite_avec_sa_ligne_sa_colonne_et_que_faire(contrat, chef, changement, colonne, code) -> None:
    OrganismeFactory.create_batch(2, nom="Doublon")
    OrganismeFactory(nom="Doublon seul")
    bonne = {"Engagement": "Une bonne ligne"}
    bilan = traiter(contrat, chef, en_csv(bonne, LIGNE | changement), tout_ou_rien=False)
    assert [(e.ligne, e.colonne, e.code) for e in bilan.erreurs] == [(3, colonne, code)]
    assert bilan.erreurs[0].message.endswith((".", "?"))
    assert [e.libelle for e in Engagement.objects.all()] == ["Une bonne ligne"]


def test_un_nom_mal_ecrit_propose_le_bon(contrat, chef) -> None:
    bilan = traiter(contrat, chef, en_csv(LIGNE | {"Organisme engagé": "Caisse d’alocations familiales du Nord"}))
    assert "« Caisse d’allocations familiales du Nord »" in bilan.erreurs[0].message


def test_un_sigle_dans_un_nom_plus_long_est_propose(contrat, chef) -> None:
    bilan = traiter(contrat, chef, en_csv(LIGNE | {"Organisme engagé": "Caf du Hainaut"}))
    assert "Vouliez-vous dire « CAF » ?" in bilan.erreurs[0].message


def test_deux_lignes_pour_le_meme_engagement_sont_dites(contrat, chef) -> None:
    bilan = traiter(contrat, chef, en_csv(LIGNE, LIGNE))
    assert [(e.ligne, e.colonne) for e in bilan.erreurs] == [(3, "Référence")]
    assert "ligne 2" in bilan.erreurs[0].message


def test_toutes_les_fautes_d_une_ligne_sont_dites_ensemble(contrat, chef) -> None:
    bilan = traiter(contrat, chef, en_csv(LIGNE | {"Orientation": "O9", "Échéance": "demain", "Portée": "Monde"}))
    assert {e.colonne for e in bilan.erreurs} == {"Orientation", "Échéance", "Portée"}


def test_une_faute_dans_la_seconde_cible_dit_la_ligne_de_cette_cible(contrat, chef) -> None:
    suite = {"Sorte de cible": "Nombre à atteindre", "Valeur visée": "3", "Borne haute": "9"}
    bilan = traiter(contrat, chef, en_csv(LIGNE, suite))
    assert [(e.ligne, e.colonne) for e in bilan.erreurs] == [(3, "Borne haute")]


def test_un_mot_hors_des_colonnes_est_dit(contrat, chef) -> None:
    bilan = traiter(contrat, chef, b"Engagement;\r\nUn;perdu\r\n")
    assert bilan.erreurs[0].code == "hors_colonnes"
    assert "« perdu »" in bilan.erreurs[0].message


def test_tout_ou_rien_n_ecrit_rien_a_cause_d_une_cellule_illisible(contrat, chef) -> None:
    bilan = traiter(contrat, chef, en_csv({"Engagement": "Bon"}, LIGNE | {"Échéance": "demain"}))
    assert [e.issue for e in bilan.engagements] == [Issue.NON_ECRIT, Issue.REFUSE]
    assert not Engagement.objects.exists()


def test_un_signataire_n_importe_que_ses_engagements(contrat, auteur_de, caf) -> None:
    autre = OrganismeFactory(departement=True, sigle="CD")
    EngagementFactory(contrat=contrat, reference="D1", organisme=autre)
    referente = auteur_de(Role.SIGNATAIRE, organisme=caf)
    bilan = traiter(
        contrat,
        referente,
        en_csv(LIGNE, {"Référence": "D1", "Engagement": "Pris"}, {"Engagement": "Sien", "Organisme engagé": "CD"}),
        tout_ou_rien=False,
    )
    assert [e.issue.value for e in bilan.engagements] == ["cree", "refuse", "refuse"]
    assert {(e.ligne, e.colonne) for e in bilan.erreurs} == {(3, "Référence"), (4, "Organisme engagé")}


# --- Faults of the whole file -----------------------------------------------------------------------------------------
def bombe() -> bytes:
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as paquet:
        for n in range(3):
            paquet.writestr(f"xl/{n}.xml", b"0" * 80_000_000)
    return sortie.getvalue()


FICHIERS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "vide": ("a.csv", lambda: b"", "fichier_vide"),
    "des espaces": ("a.csv", lambda: b" \r\n ; \r\n", "fichier_vide"),
    "sans ligne": ("a.csv", lambda: "Référence;Engagement\r\n".encode(), "fichier_vide"),
    "sans la colonne obligatoire": ("a.csv", lambda: "Référence\r\nC1".encode(), "fichier_colonne_absente"),
    "colonne inconnue": ("a.csv", lambda: b"Engagement;Budget\r\nUn;3", "fichier_colonne_inconnue"),
    "colonne deux fois": ("a.csv", lambda: b"Engagement;Note;note\r\nUn;a;b", "fichier_colonne_double"),
    "guillemet ouvert": ("a.csv", lambda: b'Engagement\r\n"Un', "fichier_contenu"),
    "octets nuls": ("a.csv", lambda: b"Engagement\r\nU\x00n", "fichier_contenu"),
    "classeur nommé csv": ("a.csv", lambda: en_xlsx({"Engagement": "Un"}), "fichier_contenu"),
    "csv nommé xlsx": ("a.xlsx", lambda: b"Engagement\r\nUn", "fichier_contenu"),
    "classeur abîmé": ("a.xlsx", lambda: en_xlsx({"Engagement": "Un"})[:400], "fichier_contenu"),
    "autre format": ("a.pdf", lambda: b"%PDF-1.7", "fichier_extension"),
    "bombe": ("a.xlsx", bombe, "fichier_taille"),
    "trop lourd": ("a.csv", lambda: b"Engagement\r\n" + b"x" * 10 * 1024 * 1024, "fichier_taille"),
    "trop de lignes": ("a.csv", lambda: b"Engagement\r\n" + b"Un\r\n" * 10_001, "fichier_lignes"),
    "trop de colonnes": ("a.csv", lambda: b";".join([b"Engagement"] * 61) + b"\r\nUn", "fichier_colonnes"),
}


@pytest.mark.parametrize(("nom", "contenu", "code"), FICHIERS.values(), ids=list(FICHIERS))
def test_un_fichier_qui_ne_se_lit_pas_est_refuse_en_entier(contrat, chef, nom, contenu, code) -> None:
    with pytest.raises(RegleEnfreinte) as erreur:
        traiter(contrat, chef, contenu(), nom)
    assert (erreur.value.champ, erreur.value.code) == ("fichier", code)


# --- Nothing is lost --------------------------------------------------------------------------------------------------
def test_les_lignes_refusees_reviennent_entieres_et_se_reimportent_corrigees(contrat, chef) -> None:
    suite = {"Sorte de cible": "Étape franchie ou non", "Ce qui est compté": "=1+1"}
    contenu = en_csv({"Engagement": "Bon"}, LIGNE | {"Échéance": "demain"}, suite)
    bilan = traiter(contrat, chef, contenu, tout_ou_rien=False)

    rendu = lignes_refusees(contenu, "a.csv", bilan)

    rangees = list(csv.DictReader(io.StringIO(rendu.decode("utf-8-sig")), delimiter=";"))
    assert [r["Ligne d’origine"] for r in rangees] == ["3", "4"]
    assert rangees[0]["À corriger"].startswith("Échéance : « demain » n’est pas une date")
    assert rangees[1]["Ce qui est compté"] == "'=1+1"
    corrige = rendu.decode("utf-8-sig").replace("demain", "31/12/2027", 1).encode()
    assert traiter(contrat, chef, corrige).erreurs == []
    engagement = Engagement.objects.get(reference="C1")
    assert [c.numerateur for c in engagement.cibles.all()] == ["places de crèche", "=1+1"]


# --- In the browser ---------------------------------------------------------------------------------------------------
def adresse(nom: str, contrat: Any, *suite: Any) -> str:
    return reverse(f"contrats:{nom}", args=[contrat.slug, *suite])


def deposer(client: Client, contrat: Any, contenu: bytes, nom: str = "engagements.csv") -> Any:
    return client.post(adresse("importer_engagements", contrat), {"fichier": SimpleUploadedFile(nom, contenu)})


def test_on_verifie_puis_on_importe_et_le_rapport_reste(contrat, client_de, executer_travaux) -> None:
    client = client_de(Role.CHEF_DE_PROJET)
    examen = deposer(client, contrat, en_csv(LIGNE, LIGNE | {"Référence": "C2", "Échéance": "demain"}))
    assert "en attente" in client.get(examen.url).content.decode()
    executer_travaux()
    page = client.get(examen.url).content.decode()
    assert not Engagement.objects.exists()
    for texte in (
        "Rien n’a été écrit",
        "«\u202fdemain\u202f» n’est pas une date",
        "Importer seulement 1\u00a0ligne valide",
    ):
        assert texte in page

    import_ = client.post(examen.url, {"mode": "valides"})
    assert client.post(examen.url, {"mode": "valides"}).url == import_.url
    executer_travaux()
    page = client.get(import_.url).content.decode()
    assert "Les lignes valides sont écrites" in page
    assert [e.reference for e in Engagement.objects.all()] == ["C1"]
    travail = Travail.objects.get(nom="contrats.importer_engagements")
    refusees = client.get(adresse("lignes_refusees", contrat, travail.pk))
    assert "demain" in b"".join(refusees.streaming_content).decode()
    assert LigneJournal.objects.get(acte="creer_engagement").canal == "import"


def test_un_fichier_illisible_dit_pourquoi_et_ne_se_retente_pas(contrat, client_de, executer_travaux) -> None:
    client = client_de(Role.CHEF_DE_PROJET)
    examen = deposer(client, contrat, b"Engagement;Budget\r\nUn;3")
    (travail,) = executer_travaux(echecs_admis=True)
    assert travail.etat == EtatTravail.ECHEC
    page = client.get(examen.url).content.decode().replace("\u202f", " ")
    assert "« Budget » n’est pas une colonne connue" in page
    assert client.post(examen.url).status_code == 404


def test_un_mauvais_fichier_est_refuse_des_le_depot(contrat, client_de) -> None:
    reponse = deposer(client_de(Role.CHEF_DE_PROJET), contrat, b"%PDF", "a.pdf")
    assert reponse.status_code == 422
    assert "Choisissez un fichier CSV, XLSX ou ODS." in reponse.content.decode()


def test_l_import_d_un_autre_ne_se_voit_pas(contrat, client_de, caf, executer_travaux) -> None:
    referente = client_de(Role.SIGNATAIRE, organisme=caf)
    examen = deposer(referente, contrat, en_csv(LIGNE))
    executer_travaux()
    assert referente.get(examen.url).status_code == 200
    assert client_de(Role.SIGNATAIRE).get(examen.url).status_code == 404
    assert client_de(Role.CHEF_DE_PROJET).get(examen.url).status_code == 200
    assert client_de(Role.PORTEUR).get(examen.url).status_code == 403
    assert client_de(Role.CHEF_DE_PROJET, contrat=EngagementFactory().contrat).get(examen.url).status_code == 404


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_le_modele_se_telecharge(contrat, client_de, format) -> None:
    reponse = client_de(Role.SIGNATAIRE).get(adresse("modele_engagements", contrat, format))
    assert reponse["Content-Disposition"] == f'attachment; filename="modele-engagements.{format}"'
    assert client_de(Role.SIGNATAIRE).get(adresse("modele_engagements", contrat, "pdf")).status_code == 404


def test_chaque_colonne_du_modele_est_lue(contrat, chef) -> None:
    pleine = {c.titre: c.exemple or "" for c in COLONNES} | LIGNE
    pleine |= {"Note": "Note", "Partenaires": "CAF", "Au titre de": "CAF", "Unité": "places", "Rapporté à": "tout"}
    pleine |= {"Valeur de départ": "3", "Date de départ": "01/01/2024", "Échéance de la cible": "31/12/2030"}
    pleine |= {"Identifiant chez le partenaire": "SI", "Échéance telle qu’écrite": "fin 2027", "Source": "p. 34"}
    pleine["Borne haute"] = ""
    assert traiter(contrat, chef, en_csv(pleine)).erreurs == []
    saisie = actions.saisie_de(Engagement.objects.get())
    assert (saisie.note, saisie.source, saisie.identifiant_externe) == ("Note", "p. 34", "SI")
    cible = saisie.cibles[0]
    assert (cible.denominateur, cible.unite, cible.reference) == ("tout", "places", 3)
    assert (cible.reference_le, cible.echeance) == (date(2024, 1, 1), date(2030, 12, 31))
