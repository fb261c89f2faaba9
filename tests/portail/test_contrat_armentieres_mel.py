"""The metropolitan contract of Lille and the communal volet of Armentières: two levels, and the three contracts apart."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Count, F, Model

from acteurs.models import Organisme
from contrats.etats import EtatDocument, TypeCible
from contrats.models import CibleEngagement, Contrat, Engagement, Objectif, PerimetreDuContrat
from geographie.lectures import series_indicateurs
from geographie.models import Mesure, StatutMesure
from portail.demo import lecture
from portail.demo.chargement import charger
from portail.demo.reference import charger_reference

JOUR = date(2026, 11, 20)
SLUGS = {"armentieres-mel", "hazebrouck", "porte-du-hainaut"}
APPS = ("acteurs", "geographie", "contrats")


@pytest.fixture
def contrat(db: None) -> Contrat:
    charger(aujourdhui=JOUR, graine=2030, reference_seule=True)
    return Contrat.objects.get(slug="armentieres-mel")


# --- The contract of the métropole -----------------------------------------------------------------------------------


def test_le_cadre_metropolitain_est_entier(contrat: Contrat) -> None:
    assert contrat.pilote.siren == "200093201"
    assert (contrat.signe_le, contrat.valide_le, contrat.actions_renforcees) == (date(2024, 5, 7), None, 3)
    types = Counter(p.perimetre.type for p in contrat.perimetres.select_related("perimetre"))
    assert types == {"qpv": 26, "attention_complementaire": 12}
    assert not contrat.perimetres.exclude(perimetre__versions__code="").exists()
    qpv = contrat.communes.filter(versions_perimetres__perimetre__type="qpv").distinct()
    assert (qpv.count(), contrat.communes.count()) == (19, 21)
    assert contrat.operations.filter(programme="npnru").count() == 14
    assert contrat.operations.values("communes").distinct().count() == 8
    assert contrat.orientations.count() == 6


def test_un_qpv_intercommunal_garde_ses_communes(contrat: Contrat) -> None:
    versions = (
        PerimetreDuContrat.objects.filter(contrat=contrat, perimetre__type="qpv", perimetre__versions__generation=2024)
        .annotate(nombre=Count("perimetre__versions__communes", distinct=True))
        .filter(nombre__gt=1)
    )
    assert sorted(versions.values_list("nombre", flat=True)) == [2, 3, 3, 4, 4]


def test_les_deux_niveaux_se_distinguent(contrat: Contrat) -> None:
    objectifs = Objectif.objects.filter(orientation__contrat=contrat)
    assert objectifs.filter(ambition__startswith="Métropole, horizon 2027").count() == 7
    assert objectifs.filter(ambition__startswith="Métropole, horizon 2030").count() == 28
    assert objectifs.filter(ambition__startswith="Armentières").count() == 46
    assert not objectifs.filter(prioritaire=True).exists(), "the marks of selection are lost in the source"
    locaux = contrat.engagements.filter(portee="qpv")
    assert all(
        set(engagement.perimetres.values_list("nom", flat=True)) == {"Attargette – Chanzy", "Bizet – Briqueterie"}
        for engagement in locaux
    )
    assert not Engagement.objects.filter(contrat=contrat, portee="contrat", perimetres__isnull=False).exists()


def test_les_trente_trois_cibles_du_texte(contrat: Contrat) -> None:
    references = set(contrat.engagements.values_list("reference", flat=True))
    assert references == {f"T{rang}" for rang in range(1, 34)}
    cibles = CibleEngagement.objects.filter(engagement__contrat=contrat)
    assert not contrat.engagements.filter(cibles__isnull=True).exists()
    enfants = cibles.get(engagement__reference="T1")
    assert (enfants.type, enfants.valeur, enfants.valeur_haute, enfants.echeance) == ("intervalle", 50, 80, None)
    assert cibles.get(engagement__reference="T2").valeur is None
    delais = cibles.filter(type=TypeCible.DELAI).values_list("engagement__reference", "valeur", "unite")
    assert set(delais) == {("T12", 15, "jours"), ("T20", 6, "mois")}
    rehabilites = cibles.filter(engagement__reference="T10").values_list("type", "valeur")
    assert set(rehabilites) == {("flux_annuel", 3000), ("plancher", 60)}


def test_qui_a_signe_et_qui_s_est_engage(contrat: Contrat) -> None:
    qualites = contrat.signataires.values_list("qualite", "organisme__sigle")
    assert {sigle for qualite, sigle in qualites if qualite != "partenaire"} == {"MEL", "État"}
    assert Counter(qualite for qualite, _ in qualites) == {"pilote": 1, "signataire": 1, "partenaire": 7}
    actes = {acte.numero: acte for acte in contrat.actes.all()}
    assert actes["24-C-0073"].deports
    assert actes["24-C-0073"].recu_prefecture_le is None
    assert actes["DE24.050"].recu_prefecture_le == date(2024, 5, 31)


def test_ce_qui_n_est_pas_mesure_au_quartier_le_dit(contrat: Contrat) -> None:
    absentes = Mesure.objects.filter(indicateur__code="mel-sans-diplome", version_perimetre__isnull=False)
    assert set(absentes.values_list("statut", "valeur")) == {(StatutMesure.ND, None)}
    assert absentes.count() == 2
    iris = Mesure.objects.filter(indicateur__code="mel-sans-diplome", territoire_libre__startswith="IRIS")
    assert iris.count() == 4


def test_les_frequences_locales_sont_celles_du_calendrier(contrat: Contrat) -> None:
    locaux = contrat.comites.filter(nom__startswith="Armentières")
    frequences = {comite.nom.split(" – ")[1]: comite.reunions_par_an for comite in locaux}
    assert frequences["Réunion des acteurs de proximité"] == frequences["Point d’actu des acteurs des quartiers"] == 6
    assert frequences["Réseau des médiateurs"] == 12
    assert not contrat.comites.filter(par_commune=True).exists()


def test_le_plan_d_actions_tient_aux_objectifs_de_la_commune(contrat: Contrat) -> None:
    assert Counter(contrat.plan.values_list("statut", flat=True)) == {
        "a_mettre_en_place": 44,
        "existante": 40,
        "a_verifier": 10,
    }
    assert not contrat.plan.exclude(objectif__ambition__startswith="Armentières").exists()
    assert not contrat.plan.filter(source="").exists()
    connus = contrat.plan.filter(organisme__isnull=False)
    assert (connus.count(), connus.filter(organisme__code_commune="59017").count()) == (26, 13)


def test_le_volet_d_armentieres_est_adopte_par_sa_deliberation(contrat: Contrat) -> None:
    volet = contrat.volets.get()
    assert (volet.commune.code, volet.etat, volet.acte.numero) == ("59017", EtatDocument.ADOPTE, "DE24.050")
    assert volet.objectifs.count() == 46
    assert "du 01/02/2024 au 14/03/2024" in volet.texte
    assert volet.avenant is None, "its annexing is announced only"


def test_ce_que_les_gens_changent_du_plan_reste(contrat: Contrat) -> None:
    action = contrat.plan.filter(statut="a_verifier").first()
    action.statut = "existante"
    action.save()
    contrat.volets.update(texte="Réécrit par la commune")
    nombre = contrat.plan.count()

    charger_reference()

    action.refresh_from_db()
    assert (action.statut, contrat.plan.count()) == ("existante", nombre)
    assert contrat.volets.get().texte == "Réécrit par la commune"


# --- The three contracts together ------------------------------------------------------------------------------------


def test_un_dossier_par_contrat(contrat: Contrat) -> None:
    assert set(lecture.dossiers()) == set(Contrat.objects.values_list("slug", flat=True)) == SLUGS


def test_les_types_de_cibles_se_voient_tous(contrat: Contrat) -> None:
    types = CibleEngagement.objects.exclude(engagement__contrat__slug="porte-du-hainaut").values_list("type", flat=True)
    assert set(types) == set(TypeCible)


def test_ce_que_les_contrats_partagent_n_est_ecrit_qu_une_fois(contrat: Contrat) -> None:
    noms = Counter(Organisme.objects.filter(fictif=False).values_list("nom", flat=True))
    assert set(noms.values()) == {1}
    for sigle in ("État", "Région", "Département", "CAF"):
        organisme = Organisme.objects.get(sigle=sigle)
        assert set(organisme.signatures.values_list("contrat__slug", flat=True)) == SLUGS
        assert organisme.source.startswith("contrat-cadre 2024-2030"), "the first contract tells the source"


@pytest.mark.parametrize(
    ("modele", "chemin"), [("Engagement", "orientation"), ("Engagement", "signataire"), ("Ressource", "orientation")]
)
def test_rien_ne_renvoie_a_un_autre_contrat(contrat: Contrat, modele: str, chemin: str) -> None:
    classe: type[Model] = apps.get_model("contrats", modele)
    rattaches = classe._default_manager.filter(**{f"{chemin}__isnull": False})
    assert set(rattaches.values_list("contrat__slug", flat=True)) == SLUGS
    assert not rattaches.exclude(**{f"{chemin}__contrat": F("contrat")}).exists()


def test_les_perimetres_ne_sont_que_d_un_contrat(contrat: Contrat) -> None:
    partages = PerimetreDuContrat.objects.values("perimetre").annotate(nombre=Count("contrat")).filter(nombre__gt=1)
    assert not partages.exists()


def test_les_indicateurs_d_un_contrat_ne_paraissent_pas_dans_un_autre(contrat: Contrat) -> None:
    for slug, prefixe in (("armentieres-mel", "mel-"), ("hazebrouck", "haz-")):
        autre = Contrat.objects.get(slug=slug)
        perimetres = list(autre.perimetres.values_list("perimetre", flat=True))
        series = series_indicateurs(perimetres, [autre.pilote.siren])
        assert series
        assert all(serie.code.startswith(prefixe) for serie in series)
    hainaut = Contrat.objects.get(slug="porte-du-hainaut")
    series = series_indicateurs(list(hainaut.perimetres.values_list("perimetre", flat=True)), [hainaut.pilote.siren])
    assert not [serie.code for serie in series if serie.code.startswith(("mel-", "haz-"))]


def test_relire_les_fixtures_ne_change_aucune_ligne(contrat: Contrat) -> None:
    avant = _lignes()

    charger_reference()

    assert _lignes() == avant


def _lignes() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the apps that the fixtures fill, keys included."""
    return {
        modele.__name__: list(modele._default_manager.order_by("pk").values_list())
        for app in APPS
        for modele in apps.get_app_config(app).get_models(include_auto_created=True)
    }
