"""Pages where the lead corrects the contract's own particulars and keeps its perimeters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from commun.models import LigneJournal
from contrats.etats import Role
from geographie.models import Perimetre, TypePerimetre
from tests.fabriques import (
    CommuneFactory,
    DossierFactory,
    LocalisationFactory,
    PerimetreDuContratFactory,
    VersionPerimetreFactory,
)

pytestmark = pytest.mark.django_db

TRACE = {"type": TypePerimetre.POCHE, "code": "DENAIN-GARE", "nom": "Quartier de la gare", "valide_du": "2026-01-01"}


@pytest.fixture
def chef(client_de: Callable[..., Client]) -> Client:
    return client_de(Role.CHEF_DE_PROJET)


def adresse(contrat: Any, nom: str, *args: Any) -> str:
    return reverse(f"contrats:{nom}", args=[contrat.slug, *args])


def test_le_chef_de_projet_corrige_l_intitule_et_la_signature(contrat, chef) -> None:
    url = adresse(contrat, "contrat")
    saisie = {
        "nom": "Contrat de ville",
        "intitule": "Contrat « Quartiers 2030 »",
        "valide_le": "2024-03-01",
        "signe_le": "2024-04-10",
        "signe_a": "Denain",
        "part_cpo_visee": "40",
        "actions_renforcees": "4",
    }
    assert chef.post(url, {**saisie, "signe_le": "2024-02-01"}).status_code == 422
    for part in ("part_cpo_visee", "part_femmes_visee", "part_adolescents_visee"):
        assert chef.post(url, {**saisie, part: "140"}).status_code == 422
    contrat.refresh_from_db()
    assert contrat.signe_le != date(2024, 2, 1)

    slug, pilote, annees = contrat.slug, contrat.pilote_id, contrat.annees
    assert chef.post(url, {**saisie, "slug": "pris", "debut": "2010"}).url == url
    contrat.refresh_from_db()
    assert (contrat.nom, contrat.signe_le, contrat.part_cpo_visee) == ("Contrat de ville", date(2024, 4, 10), 40)
    assert (contrat.slug, contrat.pilote_id, contrat.annees) == (slug, pilote, annees)
    assert (contrat.part_femmes_visee, contrat.part_adolescents_visee) == (None, None)
    chef.post(url, {**saisie, "part_adolescents_visee": "12.5"})
    contrat.refresh_from_db()
    assert (contrat.part_femmes_visee, contrat.part_adolescents_visee) == (None, Decimal("12.5"))
    page = chef.get(reverse("contrats:presentation", args=[contrat.slug])).content.decode()
    assert "visée pour les adolescents" in page
    assert "visée pour les femmes" not in page
    assert LigneJournal.objects.filter(acte="modifier_contrat", contrat_id=contrat.pk).count() == 2


def test_un_perimetre_connu_se_choisit_puis_se_retire(contrat, chef) -> None:
    commune = CommuneFactory()
    contrat.communes.add(commune)
    voisin = VersionPerimetreFactory(communes=[commune]).perimetre
    ailleurs = VersionPerimetreFactory(communes=[CommuneFactory()]).perimetre
    liste = adresse(contrat, "perimetres")
    assert chef.post(liste, {"perimetres": [ailleurs.pk]}).status_code == 422
    assert chef.post(liste, {}).status_code == 422
    assert chef.post(liste, {"perimetres": [voisin.pk]}).url == liste
    assert [lien.perimetre for lien in contrat.perimetres.all()] == [voisin]

    assert chef.post(adresse(contrat, "detacher_perimetre", voisin.pk)).url == liste
    assert not contrat.perimetres.exists()
    assert Perimetre.objects.filter(pk=voisin.pk).exists()


def test_un_perimetre_cite_reste_et_dit_pourquoi(contrat, chef) -> None:
    version = VersionPerimetreFactory()
    PerimetreDuContratFactory(contrat=contrat, perimetre=version.perimetre)
    LocalisationFactory(dossier=DossierFactory(contrat=contrat), version=version)
    page = adresse(contrat, "perimetre", version.perimetre.pk)
    assert "1\xa0localisation en dépend" in chef.get(page).content.decode()
    assert chef.post(adresse(contrat, "detacher_perimetre", version.perimetre.pk)).url == page
    assert contrat.perimetres.exists()


def test_le_contrat_trace_puis_corrige_son_perimetre(contrat, chef) -> None:
    communes = [CommuneFactory(), CommuneFactory()]
    contrat.communes.add(*communes)
    tracer, saisie = adresse(contrat, "tracer_perimetre"), {**TRACE, "communes": [communes[0].pk]}
    assert chef.post(tracer, {**saisie, "type": TypePerimetre.QPV}).status_code == 422
    assert chef.post(tracer, {**saisie, "communes": [CommuneFactory().pk]}).status_code == 422
    assert chef.post(tracer, saisie).url == adresse(contrat, "perimetres")
    deux_fois = chef.post(tracer, saisie)
    assert deux_fois.status_code == 422
    assert "porte déjà ce code" in deux_fois.content.decode()

    trace = Perimetre.objects.get(code="DENAIN-GARE")
    page = adresse(contrat, "perimetre", trace.pk)
    correction = {**saisie, "nom": "La gare", "valide_au": "2025-01-01", "communes": [c.pk for c in communes]}
    assert chef.post(page, correction).status_code == 422
    assert chef.post(page, {**correction, "valide_au": "2028-12-31", "code": "AUTRE"}).status_code == 302
    trace.refresh_from_db()
    version = trace.versions.get()
    assert (trace.nom, trace.code, version.nom, version.valide_au) == (
        "La gare",
        "DENAIN-GARE",
        "La gare",
        date(2028, 12, 31),
    )
    assert set(version.communes.all()) == set(communes)


def test_nul_ne_redessine_un_qpv_ni_le_perimetre_d_un_autre_contrat(contrat, chef) -> None:
    qpv = VersionPerimetreFactory(perimetre__type=TypePerimetre.QPV).perimetre
    partage = VersionPerimetreFactory(perimetre__type=TypePerimetre.POCHE).perimetre
    PerimetreDuContratFactory(perimetre=partage)
    for perimetre, motif in ((qpv, "délimité par décret"), (partage, "aussi celui d’un autre contrat")):
        PerimetreDuContratFactory(contrat=contrat, perimetre=perimetre)
        page, nom = adresse(contrat, "perimetre", perimetre.pk), perimetre.nom
        assert motif in chef.get(page).content.decode()
        assert chef.post(page, {**TRACE, "communes": []}).status_code == 422
        perimetre.refresh_from_db()
        assert perimetre.nom == nom


def test_le_perimetre_d_un_autre_contrat_est_introuvable(contrat, chef) -> None:
    autre = PerimetreDuContratFactory().perimetre
    assert chef.get(adresse(contrat, "perimetre", autre.pk)).status_code == 404
    assert chef.post(adresse(contrat, "detacher_perimetre", autre.pk)).status_code == 404


def test_un_chef_de_projet_communal_lit_sans_ecrire(contrat, client_de) -> None:
    commune = CommuneFactory()
    contrat.communes.add(commune)
    communal = client_de(Role.CHEF_DE_PROJET, communes=[commune])
    assert "Tracer un périmètre local</a>" not in communal.get(adresse(contrat, "perimetres")).content.decode()
    refus = communal.post(adresse(contrat, "tracer_perimetre"), {**TRACE, "communes": [commune.pk]})
    assert refus.status_code in (403, 422)
    assert not Perimetre.objects.filter(code="DENAIN-GARE").exists()
    nom = contrat.nom
    communal.post(
        adresse(contrat, "contrat"), {"nom": "Pris", "intitule": "Pris", "part_cpo_visee": 1, "actions_renforcees": 1}
    )
    contrat.refresh_from_db()
    assert contrat.nom == nom


def test_la_liste_coute_autant_pour_1_et_30_perimetres(
    contrat, chef, django_assert_num_queries, django_assert_max_num_queries
) -> None:
    def remplir(nombre: int) -> None:
        for _ in range(nombre):
            version = VersionPerimetreFactory(communes=[CommuneFactory()])
            PerimetreDuContratFactory(contrat=contrat, perimetre=version.perimetre)

    remplir(1)
    chef.get(adresse(contrat, "perimetres"))
    with django_assert_max_num_queries(25) as pour_un:
        chef.get(adresse(contrat, "perimetres"))
    remplir(29)
    with django_assert_num_queries(len(pour_un)):
        chef.get(adresse(contrat, "perimetres"))
