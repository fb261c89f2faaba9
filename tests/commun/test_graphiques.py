"""Charts: what they show, how they order it, and that they can be read by anyone."""

import re
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string

from commun import typographie as typo
from commun.graphiques import (
    LARGEUR,
    Barre,
    barres_empilees,
    barres_horizontales,
    colonnes_par_annee,
    couper,
    largeur_texte,
    pente,
    petits_multiples,
)

SVG = "{http://www.w3.org/2000/svg}"
MOTS = {
    "titre": "La santé reçoit le plus",
    "sous_titre": "Euros, 2026",
    "entete": "Thème",
}


def trois_barres(**options):
    barres = [
        Barre("Culture", 20, 30),
        Barre("Santé", 100, 50),
        Barre("Emploi", None, None),
    ]
    return barres_horizontales(barres, **MOTS, **options)


def tous_les_graphiques() -> list:
    lignes = [("Denise", [3, None, 5]), ("Émile & fils", [1, 2, 3])]
    return [
        trois_barres(nom_precedent="2025", cible=80, nom_cible="Cible"),
        barres_empilees(lignes, parts=("A", "B", "C"), **MOTS),
        barres_empilees(lignes, parts=("A", "B", "C"), en_part=True, **MOTS),
        pente(
            [Barre("Un", 3, 2), Barre("Deux", 5, 5), Barre("Trois", None, 4)],
            annees=("2025", "2026"),
            **MOTS,
        ),
        petits_multiples([("Un", [1, 2]), ("Deux", [None, 0])], annees=("2025", "2026"), **MOTS),
        colonnes_par_annee([1, 2], annees=("2025", "2026"), titre="T", sous_titre="S"),
        barres_horizontales([], **MOTS),
        pente([], annees=("2025", "2026"), **MOTS),
    ]


def arbre(graphique) -> ElementTree.Element:
    return ElementTree.fromstring(graphique.svg)  # noqa: S314 — our own drawing


def textes(graphique) -> list[str]:
    return [element.text for element in arbre(graphique).iter(f"{SVG}text")]


def test_chaque_graphique_est_un_svg_nomme_et_sans_style_ni_script():
    for graphique in tous_les_graphiques():
        racine = arbre(graphique)
        assert racine.get("role") == "img"
        assert racine[0].tag == f"{SVG}title"
        assert graphique.titre in racine[0].text
        assert "style=" not in graphique.svg
        assert not list(racine.iter(f"{SVG}script"))


def test_chaque_graphique_porte_un_tableau_regulier():
    for graphique in tous_les_graphiques():
        assert all(len(ligne) == len(graphique.tableau.entetes) for ligne in graphique.tableau.lignes)


def test_les_barres_sont_ordonnees_et_l_inconnu_vient_en_dernier():
    assert trois_barres().tableau.lignes == (
        ("Santé", "100"),
        ("Culture", "20"),
        ("Emploi", "—"),
    )


def test_l_ordre_donne_peut_etre_garde():
    assert [ligne[0] for ligne in trois_barres(ordonner=False).tableau.lignes] == [
        "Culture",
        "Santé",
        "Emploi",
    ]


def test_la_longueur_des_barres_est_proportionnelle_et_part_de_zero():
    racine = arbre(trois_barres())
    barres = [rect for rect in racine.iter(f"{SVG}rect") if rect.get("height") == "14"]
    longueurs = [float(rect.get("width")) for rect in barres]
    assert len(longueurs) == 2, "an unknown value has no bar"
    assert longueurs[1] / longueurs[0] == pytest.approx(0.2, rel=0.01)
    assert {rect.get("x") for rect in barres} == {racine.findall(f"{SVG}line")[-1].get("x1")}


def test_un_montant_negatif_part_de_zero_vers_la_gauche():
    graphique = barres_horizontales([Barre("A", 10), Barre("B", -5)], **MOTS)
    racine = arbre(graphique)
    positive, negative = list(racine.iter(f"{SVG}rect"))
    assert float(negative.get("x")) + float(negative.get("width")) == pytest.approx(float(positive.get("x")), abs=0.11)


def test_l_annee_precedente_et_la_cible_sont_nommees():
    graphique = trois_barres(nom_valeur="2026", nom_precedent="2025", cible=80, nom_cible="Objectif")
    assert {"2025", "2026", "Objectif 80"} <= set(textes(graphique))
    assert graphique.tableau.entetes == ("Thème", "2026", "2025")
    assert 'stroke-dasharray="4 3"' in graphique.svg


def test_les_parts_se_distinguent_sans_couleur_et_somment_au_total():
    graphique = barres_empilees(
        [("A", [Decimal(60), Decimal(40)])],
        parts=("Commune", "État"),
        ecrire=typo.euros,
        **MOTS,
    )
    remplissages = [rect.get("fill") for rect in arbre(graphique).iter(f"{SVG}rect")]
    assert any(fond.startswith("url(#m") for fond in remplissages)
    assert graphique.tableau.lignes == (("A", "60\u00a0€", "40\u00a0€", "100\u00a0€"),)


def test_six_parts_sont_refusees():
    with pytest.raises(ValueError, match="6 parts"):
        barres_empilees([("A", [1] * 6)], parts=list("abcdef"), **MOTS)


def test_deux_graphiques_d_une_page_ne_partagent_aucun_identifiant():
    premiers = re.findall(r' id="([^"]+)"', barres_empilees([("A", [1])], parts=("X",), **MOTS).svg)
    seconds = re.findall(r' id="([^"]+)"', barres_empilees([("A", [2])], parts=("X",), **MOTS).svg)
    assert premiers
    assert not set(premiers) & set(seconds)


def test_les_etiquettes_d_une_pente_ne_se_couvrent_pas():
    lignes = [Barre(f"Ligne {n}", 110 + n, 110 - n) for n in range(6)]
    racine = arbre(pente(lignes, annees=("2025", "2026"), **MOTS))
    for ancre in ("end", None):
        hauteurs = sorted(
            float(t.get("y")) for t in racine.iter(f"{SVG}text") if t.get("text-anchor") == ancre and t.text[0] == "1"
        )
        assert len(hauteurs) == 6
        assert min(b - a for a, b in pairwise(hauteurs)) >= 14


def test_les_textes_sont_echappes():
    graphique = barres_horizontales(
        [Barre("<script>alert(1)</script>", 1)],
        titre='"a" & <b>',
        sous_titre="s",
        entete="e",
    )
    assert "<script>" not in graphique.svg
    assert "<b>" not in graphique.svg


def test_un_long_libelle_tient_dans_sa_colonne():
    lignes = couper(
        "Accompagnement des familles monoparentales vers l’emploi durable et la formation",
        200,
    )
    assert len(lignes) == 2
    assert lignes[1].endswith("…")
    assert all(largeur_texte(ligne) <= 200 for ligne in lignes)
    assert couper("x" * 200, 100)[0].endswith("…")


def test_aucune_etiquette_ne_sort_du_cadre():
    long = "Association pour le développement des pratiques artistiques et culturelles du quartier"
    graphiques = [
        barres_horizontales(
            [Barre(long, 1_234_567, accent=True), Barre("B", 3)],
            ecrire=typo.euros,
            **MOTS,
        ),
        barres_empilees(
            [(long, [1_234_567, 3_000])],
            parts=("Part", long),
            ecrire=typo.euros,
            **MOTS,
        ),
        pente(
            [Barre(long, 1_234_567, 900_000, accent=True)],
            annees=("2025", "2026"),
            ecrire=typo.euros,
            **MOTS,
        ),
    ]
    for graphique in graphiques:
        for element in arbre(graphique).iter(f"{SVG}text"):
            gras = element.get("font-weight") is not None
            largeur = largeur_texte(element.text, float(element.get("font-size", 12)), gras)
            debut = float(element.get("x")) - {
                "end": largeur,
                "middle": largeur / 2,
            }.get(element.get("text-anchor"), 0)
            assert debut >= -1, element.text
            assert debut + largeur <= LARGEUR + 1, element.text


def test_le_composant_replie_le_tableau_a_l_ecran_et_l_imprime_ouvert():
    source = "{% load graphiques %}{% graphique g %}|{% graphique g imprime=True %}"
    ecran, imprime = Template(source).render(Context({"g": trois_barres()})).split("|")
    assert "<details" in ecran
    assert "<details" not in imprime
    for rendu in (ecran, imprime):
        assert rendu.count("<figcaption>") == 1
        assert '<th scope="row">Santé</th>' in rendu
        assert "La santé reçoit le plus" in rendu
        assert "style=" not in rendu


def test_les_tuiles_omettent_ce_qui_est_vide():
    from commun.pdf import Tuile

    rendu = render_to_string("impression/_tuiles.html", {"tuiles": [Tuile("Actions", "163")]})
    assert "163" in rendu
    assert "tuile-sens" not in rendu
