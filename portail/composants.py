"""The page that shows every component with invented data, for developers; routed only when DEBUG is on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from commun.formulaires import ChampMontant, SaisieDate
from commun.graphiques import Barre, barres_horizontales
from commun.permissions import Acces, acces
from commun.typographie import euros, nombre


class ExempleForm(forms.Form):
    """One field of each kind."""

    intitule = forms.CharField(label="Intitulé de l’action", help_text="Tel qu’il paraîtra sur la convention.")
    montant = ChampMontant(label="Montant demandé", help_text="Crédits spécifiques de la politique de la ville.")
    debut = forms.DateField(label="Début de l’action", widget=SaisieDate)
    orientation = forms.ChoiceField(
        label="Orientation principale",
        choices=[("", "Choisir"), ("emploi", "Emploi et développement économique"), ("sante", "Accès aux soins")],
    )
    public = forms.MultipleChoiceField(
        label="Public visé",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("jeunes", "Jeunes de 16 à 25 ans"), ("femmes", "Femmes"), ("familles", "Familles")],
    )
    nature = forms.ChoiceField(
        label="Nature de la demande",
        widget=forms.RadioSelect,
        choices=[("nouvelle", "Action nouvelle"), ("renouvelee", "Action renouvelée")],
    )
    resume = forms.CharField(label="Résumé", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    accord = forms.BooleanField(label="Je certifie l’exactitude de ces renseignements")


class FiltresForm(forms.Form):
    """Filters of a list."""

    q = forms.CharField(label="Mots", required=False)
    commune = forms.ChoiceField(label="Commune", required=False, choices=[("", "Toutes"), ("denain", "Denain")])
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), ("instruction", "En instruction")])


@dataclass(frozen=True)
class _Colonne:
    libelle: str
    nombre: bool = False
    essentiel: bool = False
    unite: str = ""
    url_tri: str = ""
    tri: str = ""


def _tableau() -> dict[str, Any]:
    colonnes = (
        _Colonne("Action", url_tri="?tri=action", tri="ascending"),
        _Colonne("Porteur", url_tri="?tri=porteur"),
        _Colonne("Commune", url_tri="?tri=commune"),
        _Colonne("Coût", nombre=True, unite="€"),
        _Colonne("Demandé à l’État", nombre=True, essentiel=True, unite="€", url_tri="?tri=etat"),
        _Colonne("Proposé", nombre=True, essentiel=True, unite="€"),
        _Colonne("Programmé", nombre=True, unite="€"),
        _Colonne("État", essentiel=True),
    )
    lignes = [
        (
            "Jardins partagés du quartier Duchateau",
            "Association Terre d’échanges",
            "Denain",
            48_500,
            12_000,
            9_000,
            None,
        ),
        ("Ateliers sociolinguistiques", "Centre social des Marais", "Denain", 32_000, 15_000, 15_000, 15_000),
        ("Médiation santé", "CCAS de Raismes", "Raismes", 61_200, 20_000, 0, None),
    ]
    return {
        "legende": "Dossiers déposés à l’appel à projets 2026",
        "colonnes": colonnes,
        "lignes": [
            {
                "url": "#",
                "fictif": True,
                "cellules": list(
                    zip(
                        colonnes,
                        (
                            *ligne[:3],
                            *(None if montant is None else nombre(montant) for montant in ligne[3:]),
                            "en instruction",
                        ),
                        strict=True,
                    )
                ),
            }
            for ligne in lignes
        ],
        "totaux": list(
            zip(
                colonnes,
                (
                    "Total de 3 dossiers",
                    None,
                    None,
                    nombre(141_700),
                    nombre(47_000),
                    nombre(24_000),
                    nombre(15_000),
                    None,
                ),
                strict=True,
            )
        ),
        "vide": "Aucun dossier ne répond à ces filtres.",
    }


def _travail(numero: int, **valeurs: Any) -> SimpleNamespace:
    base = {"etape": 0, "etapes": 0, "libelle_etape": "", "fait": 0, "total": 0, "pourcentage": 0, "erreur": ""}
    return SimpleNamespace(pk=numero, est_fini=valeurs["etat"] in ("fait", "echec"), **base | valeurs)


@acces(Acces.PUBLIC)
def composants(request: HttpRequest) -> HttpResponse:
    """Show every component. `?erreurs` shows the form with its errors."""
    donnees = {"intitule": "", "montant": "douze mille", "debut": "2026-02-30"} if "erreurs" in request.GET else None
    paris = ZoneInfo("Europe/Paris")
    contexte = {
        "fil": [("Programmation", "#"), ("Appel à projets 2026", "#")],
        "form": ExempleForm(donnees),
        "form_filtres": FiltresForm({"commune": "denain"}, prefix="filtre"),
        "puces": [("Denain", "#"), ("Santé", "#"), ("demandé à l’État", "#"), ("en instruction", "#")],
        "onglets": [
            {"libelle": "Tous", "url": "#", "actif": True, "nombre": 156},
            {"libelle": "Les miens", "url": "#", "actif": False, "nombre": 12},
            {"libelle": "À décider au COPIL", "url": "#", "actif": False, "nombre": None},
        ],
        "entrees": [
            {"libelle": "Exporter en XLSX", "url": "#", "icone": "file-earmark-spreadsheet"},
            {"libelle": "Clore le dossier", "url": "#", "icone": "lock", "refus": "Le bilan n’est pas encore reçu."},
            {
                "libelle": "Retirer le dossier",
                "url": "#",
                "icone": "trash",
                "post": True,
                "dangereux": True,
                "confirmer": "Le dossier quittera la programmation 2026. Cet acte ne peut pas être annulé.",
            },
        ],
        "tableau": _tableau(),
        "tableau_sans_ligne": _tableau() | {"lignes": [], "totaux": [], "legende": "Dossiers retirés en 2026"},
        "actes_selection": [
            {"libelle": "Programmer", "nom": "acte", "valeur": "programmer"},
            {"libelle": "Notifier", "nom": "acte", "valeur": "notifier", "refus": "Deux lignes ne sont pas votées."},
        ],
        "graphique_exemple": barres_horizontales(
            [
                Barre("Emploi et développement économique", 412_000, accent=True),
                Barre("Cohésion sociale", 380_500),
                Barre("Accès aux soins", 121_000),
                Barre("Cadre de vie", 64_000),
            ],
            titre="L’emploi reçoit le plus de crédits spécifiques",
            sous_titre="Crédits spécifiques programmés en 2026, en euros (données inventées)",
            ecrire=euros,
            entete="Orientation",
            nom_valeur="Programmé",
        ),
        "page_obj": Paginator(range(312), 50).page(2),
        "travaux": [
            _travail(1, etat="a_faire"),
            _travail(
                2, etat="en_cours", etape=3, etapes=6, libelle_etape="mise en page", fait=84, total=156, pourcentage=42
            ),
            _travail(3, etat="fait", pourcentage=100),
            _travail(4, etat="echec", erreur="la carte n’a pas pu être dessinée"),
        ],
        "evenements": [
            {
                "le": datetime(2026, 11, 20, 14, 5, tzinfo=paris),
                "texte": "Montant proposé : 9 000 €",
                "par": "Instructrice, Région",
                "pour_le_compte_de": "Région Hauts-de-France",
                "detail": "Courrier du 18 novembre 2026.",
                "icone": "pencil",
            },
            {
                "le": datetime(2026, 10, 2, 9, 30, tzinfo=paris),
                "texte": "Dossier déposé",
                "par": "Association Terre d’échanges",
                "canal": "API",
                "icone": "send",
            },
        ],
        "chiffres": [("Coût", euros(48_500)), ("Demandé", euros(12_000)), ("Proposé", euros(9_000))],
        "definitions": [("Porteur", "Association Terre d’échanges"), ("SIRET", None), ("Commune", "Denain")],
    }
    return render(request, "portail/composants.html", contexte)
