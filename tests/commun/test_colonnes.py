"""Declared columns: reading, writing, choosing, sorting and adding up."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db.models import TextChoices

from commun.colonnes import (
    Colonne,
    JeuDeColonnes,
    TypeColonne,
    cellules,
    ligne_de_totaux,
    totaliser,
    totaux_agreges,
)

F, N = "\u202f", "\u00a0"


class Saison(TextChoices):
    ETE = "ete", "Été"


@dataclass
class Ville:
    nom: str


@dataclass
class Fiche:
    nom: str
    ville: Ville | None = None
    montant: Decimal | None = None

    def initiale(self) -> str:
        return self.nom[0]


NOM = Colonne("nom", "Nom", tri="nom_tri")
VILLE = Colonne("ville", "Ville", "ville.nom", tri=("ville__nom", "-montant"), visible=False)
MONTANT = Colonne("montant", "Montant", type=TypeColonne.EUROS, tri="montant", total=True)
INITIALE = Colonne("initiale", "Initiale", "initiale")
JEU = JeuDeColonnes((NOM, VILLE, MONTANT, INITIALE), tri_defaut="-montant")


def test_une_valeur_se_lit_par_chemin_par_methode_ou_par_fonction():
    fiche = Fiche("Acacia", Ville("Denise"), Decimal(3))
    assert VILLE.lire(fiche) == "Denise"
    assert INITIALE.lire(fiche) == "A"
    assert Colonne("x", "X", lambda ligne: ligne.montant * 2).lire(fiche) == 6
    assert Colonne("cle", "Clé").lire({"cle": 4}) == 4


def test_un_lien_absent_donne_rien_et_une_faute_de_frappe_se_voit():
    assert VILLE.lire(Fiche("Acacia")) is None
    with pytest.raises(AttributeError):
        Colonne("nnom", "Nom").lire(Fiche("Acacia"))


@pytest.mark.parametrize(
    ("type_", "valeur", "ecrit"),
    [
        (TypeColonne.EUROS, Decimal("1234.50"), f"1{F}234,50{N}€"),
        (TypeColonne.NOMBRE, 1200, f"1{F}200"),
        (TypeColonne.POURCENT, Decimal("0.5"), f"50,0{N}%"),
        (TypeColonne.DATE, date(2026, 11, 20), f"20{N}nov. 2026"),
        (TypeColonne.INSTANT, datetime(2026, 11, 20, 9, 0, tzinfo=UTC), f"20{N}nov. 2026 à 10{N}h{N}00"),
        (TypeColonne.OUI_NON, False, "Non"),
        (TypeColonne.OUI_NON, True, "Oui"),
        (TypeColonne.ETAT, Saison.ETE, "Été"),
        (TypeColonne.IDENTIFIANT, "00123", "00123"),
        (TypeColonne.EUROS, None, "—"),
        (TypeColonne.EUROS, 0, f"0{N}€"),
        (TypeColonne.TEXTE, "", "—"),
    ],
)
def test_chaque_type_s_ecrit_a_la_francaise(type_, valeur, ecrit):
    assert Colonne("c", "C", type=type_).ecrire(valeur) == ecrit


def test_une_cellule_garde_la_valeur_typee_a_cote_de_la_valeur_ecrite():
    premiere, seconde = cellules((NOM, MONTANT), Fiche("Acacia", montant=Decimal("2.5")))
    assert (premiere.valeur, premiere.texte) == ("Acacia", "Acacia")
    assert (seconde.valeur, seconde.texte) == (Decimal("2.5"), f"2,50{N}€")
    assert seconde.colonne.numerique
    assert not premiere.colonne.numerique


def test_les_colonnes_choisies_gardent_l_ordre_et_les_cles_inconnues_sont_ignorees():
    assert JEU.choisir(["montant", "pirate", "nom"]) == (NOM, MONTANT)
    assert JEU.choisir(None) == (NOM, MONTANT, INITIALE)
    assert JEU.choisir(["pirate"]) == (NOM, MONTANT, INITIALE)


def test_le_tri_est_valide_et_toujours_departage():
    assert JEU.trier("nom").expressions == ("nom_tri", "pk")
    assert JEU.trier("-ville").expressions == ("-ville__nom", "montant", "pk")
    assert JEU.trier("-ville").parametre == "-ville"


@pytest.mark.parametrize("parametre", [None, "", "initiale", "mot_de_passe", "nom; DROP TABLE", "--nom", "nom_tri"])
def test_un_tri_invalide_rend_le_tri_par_defaut(parametre):
    assert JEU.trier(parametre).expressions == ("-montant", "pk")


def test_sans_tri_par_defaut_un_tri_invalide_ne_rend_rien():
    assert JeuDeColonnes((NOM,)).trier("pirate") is None


def test_les_entetes_disent_le_tri_et_proposent_le_suivant():
    def resume(tri):
        return [(entete.aria_sort, entete.tri_suivant) for entete in JEU.entetes((NOM, MONTANT, INITIALE), tri)]

    assert resume(JEU.trier("nom")) == [("ascending", "-nom"), ("none", "montant"), ("", "")]
    assert resume(JEU.trier("-montant")) == [("none", "nom"), ("descending", "montant"), ("", "")]


def test_une_declaration_fautive_est_refusee_au_demarrage():
    with pytest.raises(ValueError, match="duplicate"):
        JeuDeColonnes((NOM, NOM))
    with pytest.raises(ValueError, match="not a sortable column"):
        JeuDeColonnes((INITIALE,), tri_defaut="initiale")


def test_les_totaux_ignorent_l_inconnu():
    fiches = [Fiche("A", montant=Decimal("1.10")), Fiche("B", montant=None), Fiche("C", montant=Decimal("2.20"))]
    assert totaliser((NOM, MONTANT), fiches) == {"montant": Decimal("3.30")}


def test_les_totaux_peuvent_venir_de_la_base():
    sommes = JEU.sommes((NOM, MONTANT))
    assert list(sommes) == ["total_montant"]
    assert sommes["total_montant"].source_expressions[0].name == "montant"
    assert totaux_agreges((NOM, MONTANT), {"total_montant": None}) == {"montant": 0}


def test_le_champ_somme_suit_le_chemin_ou_ce_qui_est_dit():
    assert Colonne("m", "M", "dossier.montant").champ_somme == "dossier__montant"
    assert Colonne("m", "M", lambda ligne: 1, somme="lignes__m").champ_somme == "lignes__m"


def test_la_ligne_de_totaux_porte_son_nom_dans_la_premiere_colonne_libre():
    ligne = ligne_de_totaux((NOM, INITIALE, MONTANT), {"montant": Decimal(5)})
    assert [cellule.texte for cellule in ligne] == ["Total", "", f"5{N}€"]
