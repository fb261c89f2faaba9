"""The document made from the snapshot: all its parts, all its figures, on paper as on screen."""

import io
import re
import shutil
import subprocess
import zipfile
from datetime import datetime
from decimal import Decimal
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from commun.auteur import Canal, systeme
from commun.colonnes import TypeColonne
from commun.instantanes import empreinte
from commun.pdf import ecrire_pdf
from evaluation.lectures.synthese import synthese
from evaluation.rapports import synthese as edition
from evaluation.rapports.blocs import Col, Ligne, Tableau
from evaluation.rapports.carte import carte_des_perimetres
from evaluation.rapports.tableur import tableur
from geographie.lectures import FichePerimetre
from tests.fabriques import DemandeFactory, DossierFactory
from tests.verapdf.validation import ce_qui_manque, structure_pdf, valider_pdf_ua

pytestmark = pytest.mark.django_db
LE = datetime(2026, 11, 20, 9, 5, tzinfo=ZoneInfo("Europe/Paris"))
PARTIES = [
    "decisions",
    "huit-chiffres",
    "perimetres",
    "orientations",
    "financeurs",
    "communes",
    "qpv",
    "cpo",
    "droit-commun",
    "tous-les-moyens",
    "suites",
    "engagements",
    "tfpb",
    "suivi-renforce",
    "renouvellement-urbain",
    "indicateurs",
    "appels",
    "actions",
    "methode",
]


def lire(contrat, **suite):
    return synthese(contrat, 2026, **({"pour": systeme(Canal.TACHE), "le": LE, "publiee": True} | suite))


def texte(html):
    return re.sub(r"[ \n]+", " ", unescape(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", html, flags=re.S)))


def chiffres(contenu):
    """Every figure of a text, narrow spaces included."""
    return set(re.findall(r"\d+(?:\u202f\d{3})*(?:,\d+)?", contenu))


def manquants(attendus, lu):
    """Figures that a text does not hold, whole; the reader of a PDF may change one space for another."""
    espaces = "[ \u00a0\u202f]"
    motifs = {f: r"(?<![\d,])" + f.replace("\u202f", espaces) + r"(?!\d|,\d)" for f in attendus}
    return {f for f, motif in motifs.items() if not re.search(motif, lu)}


def test_l_instantane_rend_la_synthese_telle_quelle(contrat_vivant):
    s = lire(contrat_vivant)
    octets = edition.figer(s)
    assert edition.relire(octets) == s
    assert edition.figer(edition.relire(octets)) == octets


def test_chaque_annee_est_la_bonne(contrat_vivant):
    s = lire(contrat_vivant)
    assert (s.programmation.annee, s.tfpb.annee, s.tfpb_precedent.annee, s.tfpb_programme.annee) == (
        2026,
        2025,
        2024,
        2026,
    )
    assert s.programmation.chiffres.programme == 23456 + 7500
    assert s.programmation.precedents.programme == 11111 + 7500


def test_le_sens_du_taux_de_cpo_se_dit_en_mots(contrat_vivant):
    tuiles = edition.sections(lire(contrat_vivant))[1].briques[0].tuiles
    cpo = next(t for t in tuiles if "CPO" in t.nom)
    assert cpo.valeur == "37,8\u00a0%"
    assert cpo.sens == "Il manque 7\u202f544\u00a0€ pour atteindre 50\u00a0%."
    assert len(tuiles) == 8


def test_toutes_les_parties_sont_la_meme_sans_donnee(contrat):
    parties = edition.sections(lire(contrat))
    assert [p.ancre for p in parties] == PARTIES
    assert all(p.constat for p in parties)
    page = texte(edition.page(parties))
    for annonce in (
        "Les actions à suivi renforcé ne sont pas renseignées.",
        "Aucun engagement n’est enregistré dans le contrat.",
        "Aucune donnée TFPB n’est renseignée pour 2025.",
        "Aucun indicateur n’est renseigné.",
        "Non renseigné",
    ):
        assert annonce in page


def test_les_constats_s_accordent_en_nombre(contrat_vivant):
    constats = {p.ancre: p.constat for p in edition.sections(lire(contrat_vivant))}
    assert constats["engagements"].startswith("0\u00a0engagement sur 1 est tenu\u202f; 0 reste sans information")
    assert "1 a dépassé son échéance" in constats["engagements"]
    assert "se prononcer sur 1\u00a0point\u202f; aucun dossier proposé" in constats["decisions"]
    assert "Pour information, 1\u00a0dossier 2027 est en instruction, proposé pour 3\u202f210" in constats["decisions"]
    assert constats["actions"].startswith("1\u00a0action reçoit au moins un")


def test_le_copil_n_est_invite_a_valider_que_ce_qui_lui_revient(contrat_vivant):
    decisions = edition.sections(lire(contrat_vivant))[0]
    tableaux = {t.titre: t for t in decisions.tableaux}
    assert tableaux["Propositions des financeurs à valider"].lignes == ()
    (ligne,) = tableaux["Propositions en instruction, pour information"].ecrites
    assert [c.texte for c in ligne.cellules][1:3] == ["2027", "10\u00a0avr. 2027"]

    DemandeFactory(
        dossier=DossierFactory(contrat=contrat_vivant, en_instruction=True), proposee=True, montant_demande=Decimal(777)
    )
    decisions = edition.sections(lire(contrat_vivant))[0]
    assert "à valider 1\u00a0dossier proposé pour 777" in decisions.constat


def test_la_part_en_nombre_dit_quand_elle_n_est_pas_calculable(contrat_vivant):
    cpo = edition.sections(lire(contrat_vivant))[PARTIES.index("cpo")].tableaux[0]
    assert [ligne.cellules[-1].texte for ligne in cpo.ecrites] == ["non calculable", "non calculable"]


def test_le_pdf_a_tous_les_chiffres_de_la_page(contrat_vivant, tmp_path):
    s = lire(contrat_vivant)
    parties = edition.sections(s)
    html = edition.document(s, parties, edition.Edition(1, empreinte(edition.figer(s))))
    chemin = tmp_path / "synthese.pdf"
    pages = ecrire_pdf(html, chemin, feuilles=edition.FEUILLES).pages

    assert shutil.which("pdftotext"), "poppler is part of what the suite needs (.ci/run)"
    lu = subprocess.run(["pdftotext", "-layout", str(chemin), "-"], capture_output=True, check=True).stdout.decode()
    attendus = chiffres(texte(edition.page(parties)))
    assert {"30\u202f956", "4\u202f321", "3\u202f210", "8\u202f765", "34,5"} <= attendus
    assert manquants(attendus, lu) == set()
    assert manquants({"30\u202f957"}, lu)
    assert pages >= 15
    structure = structure_pdf(chemin)
    assert structure.defauts == []
    if not ce_qui_manque():
        assert valider_pdf_ua(chemin) == []


def test_la_page_2_porte_les_decisions_et_la_page_3_les_chiffres(contrat_vivant, tmp_path):
    s = lire(contrat_vivant)
    chemin = tmp_path / "synthese.pdf"
    ecrire_pdf(
        edition.document(s, edition.sections(s), edition.Edition(4, "0" * 64)), chemin, feuilles=edition.FEUILLES
    )

    def page(numero):
        commande = ["pdftotext", "-f", str(numero), "-l", str(numero), str(chemin), "-"]
        return subprocess.run(commande, capture_output=True, check=True).stdout.decode()

    assert "Version 4" in page(1)
    assert "0" * 64 in page(1)
    assert "Ce que le COPIL est invité à décider" in page(2)
    assert "Ouvrir une maison des projets." in page(2)
    assert "L’année 2026 en huit chiffres" in page(3)
    assert "Sommaire" in page(4)


def test_le_tableur_a_une_feuille_par_tableau_et_des_nombres(contrat_vivant):
    s = lire(contrat_vivant)
    parties = edition.sections(s)
    classeur = edition.classeur(s, parties)
    octets = tableur(classeur)
    assert octets == tableur(classeur)
    with zipfile.ZipFile(io.BytesIO(octets)) as classeur:
        feuilles = re.findall(r'<sheet name="([^"]+)"', classeur.read("xl/workbook.xml").decode())
        contenu = "".join(
            classeur.read(nom).decode() for nom in classeur.namelist() if nom.startswith("xl/worksheets/sheet")
        )
    tableaux = [t for p in parties for t in p.tableaux if p.ancre != "actions"]
    assert len(feuilles) == len(set(feuilles)) == len(tableaux) + 2
    assert feuilles[-1] == "Actions financées"
    assert "<v>30956</v>" in contenu
    assert "<f>" not in contenu


def test_un_tableau_montre_des_centimes_partout_ou_nulle_part():
    tableau = Tableau(
        titre="t",
        precision="p",
        cols=(Col("Nom"), Col("Voté", TypeColonne.EUROS), Col("Demandé", TypeColonne.EUROS)),
        lignes=(Ligne(("a", Decimal("10.50"), Decimal(3))), Ligne(("b", Decimal(2), None))),
        feuille="f",
    )
    assert [[c.texte for c in ligne.cellules] for ligne in tableau.ecrites] == [["a", "10,50", "3"], ["b", "2,00", "—"]]


def test_les_donnees_fictives_se_disent_sur_chaque_forme(contrat_vivant):
    DemandeFactory(dossier=DossierFactory(contrat=contrat_vivant, programme=True, fictif=True), programmee=True)
    s = lire(contrat_vivant)
    parties = edition.sections(s)
    assert 'data-mention="Données fictives"' in edition.document(s, parties, edition.Edition(1, ""))
    assert "données fictives" in edition.page(parties)


def test_la_page_replie_les_longues_listes_et_le_pdf_les_deroule(contrat_vivant):
    s = lire(contrat_vivant)
    parties = edition.sections(s)
    resumes = [texte(r).strip() for r in re.findall(r"<summary>(.*?)</summary>", edition.page(parties), flags=re.S)]
    assert "Enveloppes de l’année (2\u00a0lignes)" in resumes
    assert "Les indicateurs et leurs territoires de comparaison (2\u00a0lignes)" in resumes
    assert {p.ancre for p in parties for t in p.tableaux if t.repliee} >= {"actions", "appels", "financeurs"}
    assert "<details" not in edition.document(s, parties, edition.Edition(1, ""))


def test_chaque_indicateur_dit_sa_source_et_son_millesime(contrat_vivant):
    tableau = edition.sections(lire(contrat_vivant))[PARTIES.index("indicateurs")].tableaux[0]
    emploi = next(li for li in tableau.ecrites if "Taux d’emploi" in li.cellules[0].texte)
    assert [c.col.libelle for c in emploi.cellules[1:3]] == ["Source", "Millésime"]
    assert emploi.cellules[1].texte == "Insee"


def test_la_page_n_a_ni_style_ni_script_en_ligne(contrat_vivant):
    page = edition.page(edition.sections(lire(contrat_vivant)))
    assert " style=" not in page
    assert "<script" not in page
    assert " on" not in re.sub(r">[^<]*<", "><", page)


def test_le_nombre_de_requetes_reste_le_meme(contrat_vivant, django_assert_num_queries):
    with CaptureQueriesContext(connection) as peu:
        lire(contrat_vivant)
    for _ in range(30):
        DemandeFactory(dossier=DossierFactory(contrat=contrat_vivant, programme=True, localise=True), programmee=True)
    with django_assert_num_queries(len(peu)):
        lire(contrat_vivant)


def fiche(nom, type_="qpv", contour=""):
    return FichePerimetre("QN05901M", nom, type_, type_, ("Denain",), 100, 2024, False, contour)


def test_la_carte_ne_se_dessine_qu_avec_un_contour():
    carre = '{"type":"Polygon","coordinates":[[[3.1,50.3],[3.2,50.3],[3.2,50.4],[3.1,50.3]]]}'
    assert carte_des_perimetres([fiche("A")], 2026) is None
    carte = carte_des_perimetres([fiche("A & B", contour=carre), fiche("C")], 2026)
    assert carte.titre == "1 périmètre sur 2 a un contour connu"
    assert carte.svg.count("<path") == 1
    assert carte.tableau.lignes == (("1", "A & B"),)
