"""Spreadsheets: figures stay figures, text never becomes a formula, what was filtered is said."""

import csv
import io
import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from odfdo import Document

from commun import exports
from commun.colonnes import Colonne, TypeColonne
from commun.exports import ExportImpossible, exporter, neutraliser, nom_de_feuille

COLONNES = (
    Colonne("nom", "Nom"),
    Colonne("siret", "SIRET", type=TypeColonne.IDENTIFIANT),
    Colonne("montant", "Montant", type=TypeColonne.EUROS, total=True),
    Colonne("nombre", "Nombre", type=TypeColonne.NOMBRE),
    Colonne("taux", "Taux", type=TypeColonne.POURCENT),
    Colonne("jour", "Jour", type=TypeColonne.DATE),
    Colonne("instant", "Instant", type=TypeColonne.INSTANT),
    Colonne("actif", "Actif", type=TypeColonne.OUI_NON),
)
LIGNE = {
    "nom": "Café « L’Œil » ; & <suite>",
    "siret": "00012345600018",
    "montant": Decimal("1234.50"),
    "nombre": 7,
    "taux": Decimal("0.485"),
    "jour": date(2026, 11, 20),
    "instant": datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    "actif": True,
}
FORMULES = (
    "=1+1",
    '=HYPERLINK("http://exemple.fr";"x")',
    "+33 1 02 03 04 05",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "＝1+1",
    "=cmd|' /C calc'!A0",
    "+A1*2",
)
XLSX = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def produire(format: str, lignes, colonnes=COLONNES, **options) -> bytes:
    sortie = io.BytesIO()
    exporter(colonnes, lignes, sortie, format=format, titre="Liste d’essai", **options)
    return sortie.getvalue()


def lire_csv(octets: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(octets.decode("utf-8-sig"), newline=""), delimiter=";"))


def feuille_xlsx(octets: bytes, numero: int = 1) -> ElementTree.Element:
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        return ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{numero}.xml"))  # noqa: S314 — our own file


def cellules_xlsx(octets: bytes, numero: int = 1) -> dict[str, tuple[str, str]]:
    """Return the type and the text of each cell."""
    cellules = {}
    for cellule in feuille_xlsx(octets, numero).iter(f"{XLSX}c"):
        texte = "".join(element.text or "" for element in cellule.iter() if element.tag in (f"{XLSX}v", f"{XLSX}t"))
        cellules[cellule.get("r")] = (cellule.get("t", "n"), texte)
    return cellules


def lire_ods(octets: bytes, rang: int = 0) -> list[list]:
    return Document(io.BytesIO(octets)).body.tables[rang].get_values()


def test_le_csv_est_lisible_par_un_tableur_francais():
    octets = produire("csv", [LIGNE, dict.fromkeys(LIGNE)])
    assert octets.startswith(b"\xef\xbb\xbf")
    entetes, ligne, vide = lire_csv(octets)
    assert entetes == ["Nom", "SIRET", "Montant (€)", "Nombre", "Taux (%)", "Jour", "Instant", "Actif"]
    assert ligne == [
        "Café « L’Œil » ; & <suite>",
        "00012345600018",
        "1234,50",
        "7",
        "48,5",
        "20/11/2026",
        "20/11/2026 10:30",
        "Oui",
    ]
    assert vide == [""] * 8


def test_le_csv_laisse_ouvert_le_fichier_qu_on_lui_donne():
    sortie = io.BytesIO()
    assert exporter(COLONNES, [LIGNE], sortie, format="csv", titre="T") == 1
    assert not sortie.closed


def test_le_xlsx_garde_les_types():
    cellules = cellules_xlsx(produire("xlsx", [LIGNE]))
    assert cellules["A1"] == ("inlineStr", "Nom")
    assert cellules["A2"] == ("inlineStr", LIGNE["nom"])
    assert cellules["B2"] == ("inlineStr", "00012345600018")
    assert cellules["C2"] == ("n", "1234.5")
    assert cellules["D2"] == ("n", "7")
    assert cellules["E2"] == ("n", "0.485")
    assert cellules["F2"] == ("n", "46346"), "days since 30 December 1899"
    assert float(cellules["G2"][1]) == pytest.approx(46346 + 10.5 / 24)
    assert cellules["H2"] == ("inlineStr", "Oui")


def test_le_xlsx_fige_l_entete_filtre_et_dit_d_ou_il_vient():
    octets = produire(
        "xlsx", [LIGNE] * 3, totaux={"montant": Decimal(5)}, mentions=["Filtre : Denain", "Données fictives"]
    )
    feuille = feuille_xlsx(octets)
    assert feuille.find(f".//{XLSX}pane").get("state") == "frozen"
    assert feuille.find(f"{XLSX}autoFilter").get("ref") == "A1:H4", "the totals row is not sorted with the others"
    assert cellules_xlsx(octets)["A5"] == ("inlineStr", "Total")
    assert cellules_xlsx(octets)["C5"] == ("n", "5")
    assert [texte for _type, texte in cellules_xlsx(octets, 2).values()] == [
        "Liste d’essai",
        "Filtre : Denain",
        "Données fictives",
    ]
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        assert "À propos" in archive.read("xl/workbook.xml").decode()
        assert "#,##0.00\\ €" in archive.read("xl/styles.xml").decode()


def test_l_ods_garde_les_types():
    octets = produire("ods", [LIGNE], totaux={"montant": Decimal(5)}, mentions=["Données fictives"])
    entetes, ligne, total = lire_ods(octets)
    assert entetes[:2] == ["Nom", "SIRET"]
    assert ligne[:5] == [LIGNE["nom"], "00012345600018", Decimal("1234.50"), 7, Decimal("0.485")]
    assert ligne[5] == date(2026, 11, 20)
    assert ligne[6] == datetime(2026, 11, 20, 10, 30)  # noqa: DTZ001 — spreadsheets know no time zone
    assert total[:3] == ["Total", None, 5]
    assert [rangee[0] for rangee in lire_ods(octets, 1)] == ["Liste d’essai", "Données fictives"]


def test_l_ods_est_un_paquet_bien_forme():
    octets = produire("ods", [LIGNE])
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        assert archive.infolist()[0].filename == "mimetype"
        assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED
        assert archive.read("mimetype") == b"application/vnd.oasis.opendocument.spreadsheet"
        assert b"'Liste d\xe2\x80\x99essai'.A1:'Liste d\xe2\x80\x99essai'.H2" in archive.read("content.xml")


def test_l_ods_garde_tabulations_espaces_et_retours():
    octets = produire("ods", [{"nom": "  a   b\tc\nd\x07"}], COLONNES[:1])
    assert lire_ods(octets)[1][0] == "  a   b\tc\nd"


@pytest.mark.parametrize("formule", FORMULES)
def test_aucun_texte_ne_devient_une_formule(formule):
    ligne = [{"nom": formule}]
    champ = lire_csv(produire("csv", ligne, COLONNES[:1]))[1][0]
    assert champ == f"'{formule}"
    octets = produire("xlsx", ligne, COLONNES[:1])
    assert not list(feuille_xlsx(octets).iter(f"{XLSX}f"))
    assert cellules_xlsx(octets)["A2"][0] == "inlineStr"
    with zipfile.ZipFile(io.BytesIO(produire("ods", ligne, COLONNES[:1]))) as archive:
        contenu = archive.read("content.xml").decode()
    assert "table:formula" not in contenu
    assert contenu.count('office:value-type="string"') == 3


@pytest.mark.parametrize("format", ["xlsx", "ods"])
def test_un_intitule_ou_une_mention_n_est_pas_une_formule(format):
    octets = produire(format, [], (Colonne("a", "=1+1"),), mentions=["=2+2"])
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        tout = b"".join(archive.read(nom) for nom in archive.namelist() if nom.endswith(".xml"))
    assert not re.search(rb"<f>|<f |table:formula", tout)


def test_un_montant_negatif_reste_un_nombre():
    ligne = [{"montant": Decimal("-12.5")}]
    assert lire_csv(produire("csv", ligne, COLONNES[2:3]))[1] == ["-12,50"]
    assert cellules_xlsx(produire("xlsx", ligne, COLONNES[2:3]))["A2"] == ("n", "-12.5")
    assert lire_ods(produire("ods", ligne, COLONNES[2:3]))[1] == [Decimal("-12.5")]


@pytest.mark.parametrize(
    ("montant", "ecrit"), [("10", "10,00"), ("0", "0,00"), ("1E+5", "100000,00"), ("0.005", "0,01")]
)
def test_les_nombres_ronds_du_csv_n_ont_ni_exposant_ni_separateur(montant, ecrit):
    assert lire_csv(produire("csv", [{"montant": Decimal(montant)}], COLONNES[2:3]))[1] == [ecrit]


def test_un_texte_innocent_reste_intact():
    assert neutraliser("Café - thé = bon") == "Café - thé = bon"
    assert neutraliser("") == ""


def test_un_texte_trop_long_est_coupe_et_non_perdu():
    _type, texte = cellules_xlsx(produire("xlsx", [{"nom": "é" * 40_000}], COLONNES[:1]))["A2"]
    assert len(texte) == 32_767
    assert texte.endswith("…")


@pytest.mark.parametrize(
    ("titre", "nom"),
    [("Dossiers [2026] : « tout »", "Dossiers  2026    « tout »"), ("'", "Données"), ("x" * 40, "x" * 31)],
)
def test_le_nom_de_feuille_est_accepte_partout(titre, nom):
    assert nom_de_feuille(titre) == nom


def test_l_ods_refuse_les_tres_longues_listes_en_disant_que_faire(monkeypatch):
    monkeypatch.setattr(exports, "PLAFOND_ODS", 3)
    assert len(lire_ods(produire("ods", [{"nom": "a"}] * 3, COLONNES[:1]))) == 4
    with pytest.raises(ExportImpossible, match="XLSX ou CSV"):
        produire("ods", [{"nom": "a"}] * 4, COLONNES[:1])


def test_un_format_inconnu_est_refuse():
    with pytest.raises(ExportImpossible, match="pdf"):
        produire("pdf", [])


@pytest.mark.parametrize("format", ["xlsx", "ods"])
def test_une_panne_au_milieu_ne_laisse_pas_un_classeur_qui_semble_entier(format):
    def lignes():
        yield LIGNE
        raise RuntimeError("base coupée")

    sortie = io.BytesIO()
    with pytest.raises(RuntimeError, match="base coupée"):
        exporter(COLONNES, lignes(), sortie, format=format, titre="T")
    assert sortie.getvalue() == b""


def test_les_lignes_sont_lues_au_fil_de_l_eau():
    lues = []

    def lignes():
        for rang in range(5):
            lues.append(rang)
            yield {"nom": str(rang)}

    sortie = io.BytesIO()
    assert exporter(COLONNES[:1], lignes(), sortie, format="xlsx", titre="T") == 5
    assert lues == list(range(5))
