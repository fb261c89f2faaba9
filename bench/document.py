"""An invented report with every block of the print sheet, as long as one wants: for measures and for tests."""

from decimal import Decimal
from pathlib import Path

from django.template import Context, Template

from commun import typographie as typo
from commun.graphiques import (
    Barre,
    barres_empilees,
    barres_horizontales,
    colonnes_par_annee,
    pente,
    petits_multiples,
)
from commun.pdf import Couverture, EntreeSommaire, Tuile

QUARTIERS = (
    "Les Acacias",
    "Bellevue",
    "Centre ancien",
    "La Fontaine",
    "Grand Pré",
    "Les Moulins",
    "Pont de pierre",
)
THEMES = (
    "Santé et accès aux soins",
    "Éducation",
    "Emploi et insertion professionnelle",
    "Cadre de vie",
    "Culture et sport",
)


def _montant(graine: int) -> Decimal:
    """Return an amount that looks drawn at random and is always the same."""
    return Decimal(graine * 7919 % 90_000 + 1_500) + Decimal(graine % 4) / 4


def _tableau(partie: int, lignes: int) -> list[dict]:
    return [
        {
            "nom": f"Action {partie}.{rang} — {THEMES[rang % 5].lower()}, « {QUARTIERS[rang % 7]} »",
            "porteur": f"Association d’exemple n° {rang % 23 + 1}",
            "demande": _montant(partie * 100 + rang),
            "accorde": None if rang % 11 == 0 else _montant(partie * 57 + rang),
            "taux": Decimal(rang * 37 % 100) / 100,
        }
        for rang in range(1, lignes + 1)
    ]


def _graphiques(partie: int) -> list:
    sommes = {theme: _montant(partie * 13 + rang) * 8 for rang, theme in enumerate(THEMES)}
    source = "Euros, 2026, données inventées"
    barres = [
        Barre(nom, valeur, precedent=valeur * Decimal("0.8") + 30_000, accent=rang == 2)
        for rang, (nom, valeur) in enumerate(sommes.items())
    ]
    lignes = [
        (quartier, [_montant(partie + rang * n) for n in (3, 5, 7)]) for rang, quartier in enumerate(QUARTIERS, start=1)
    ]
    choix = partie % 4
    if choix == 1:
        return [
            barres_horizontales(
                barres,
                titre="L’emploi reçoit plus que l’an passé",
                sous_titre=source,
                ecrire=typo.euros_abreges,
                entete="Thème",
                nom_valeur="2026",
                nom_precedent="2025",
                cible=300_000,
                nom_cible="Cible",
            )
        ]
    if choix == 2:
        return [
            barres_empilees(
                lignes,
                parts=("Ville", "Agglomération", "État"),
                titre="La part de chaque financeur varie d’un quartier à l’autre",
                sous_titre=source,
                ecrire=typo.euros_abreges,
                entete="Quartier",
                ordonner=True,
            )
        ]
    if choix == 3:
        return [
            pente(
                barres,
                annees=("2025", "2026"),
                titre="Trois thèmes sur cinq progressent",
                sous_titre=source,
                ecrire=typo.euros_abreges,
                entete="Thème",
            )
        ]
    annees = ("2023", "2024", "2025", "2026")
    return [
        petits_multiples(
            [(nom, [_montant(partie * rang + n) for n in range(4)]) for rang, nom in enumerate(QUARTIERS[:6], start=2)],
            annees=annees,
            titre="Bellevue double en quatre ans",
            sous_titre=source,
            ecrire=typo.euros_abreges,
            entete="Quartier",
        ),
        colonnes_par_annee(
            [110, 125, None, 160],
            annees=annees,
            titre="Cent soixante actions en 2026",
            sous_titre="Nombre d’actions, données inventées",
        ),
    ]


def document_exemple(parties: int = 6, lignes_par_partie: int = 24) -> str:
    """Return the HTML of a report: cover, contents, then `parties` parts with a chart and a table each.

    Key figures open every third part, so that a long report is as dense as a short one: 3 parts make 12 pages.
    """
    titres = [f"{THEMES[numero % 5]}, partie {numero}" for numero in range(1, parties + 1)]
    tuiles = [
        Tuile(
            f"Chiffre clé n° {n}",
            typo.euros_abreges(_montant(n) * 30),
            f"{typo.ecart(n * 3 - 9)} % en un an",
            sens,
        )
        for n, sens in enumerate(["Il manque 31 000 € pour atteindre la moitié."] * 4 + [""] * 4, start=1)
    ]
    contexte = {
        "titre": "Rapport d’exemple 2026",
        "auteur": "Collectivité d’exemple",
        "courant": "Rapport d’exemple 2026",
        "pied": "Données extraites le 20 novembre 2026",
        "mention": "Données fictives",
        "couverture": Couverture(
            surtitre="Collectivité d’exemple",
            titre="Synthèse annuelle 2026",
            sous_titre="Ce qui a été financé, pour qui, avec quel effet",
            destinataire="Comité de pilotage",
            date="20 novembre 2026",
            signataires=(
                "Ville d’exemple",
                "Agglomération d’exemple",
                "Département d’exemple",
                "Région d’exemple",
            ),
            mentions=("Données fictives",),
            version="Version 3, établie le 20 novembre 2026 à 14 h 05",
            empreinte="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ),
        "sommaire": [
            EntreeSommaire("chiffres-1", "L’année en huit chiffres"),
            *(EntreeSommaire(f"partie-{n}", titre) for n, titre in enumerate(titres, start=1)),
        ],
        "tuiles": tuiles,
        "parties": [
            {
                "numero": numero,
                "ouvre_un_volet": numero % 3 == 1,
                "titre": titre,
                "graphiques": _graphiques(numero),
                "lignes": (lignes := _tableau(numero, lignes_par_partie)),
                "total_demande": sum((ligne["demande"] for ligne in lignes), Decimal(0)),
                "total_accorde": sum((ligne["accorde"] or Decimal(0) for ligne in lignes), Decimal(0)),
            }
            for numero, titre in enumerate(titres, start=1)
        ],
    }
    gabarit = Path(__file__).with_name("exemple.html").read_text(encoding="utf-8")
    return Template(gabarit).render(Context(contexte))
