"""Reading pages of the contract: presentation, commitments, territories."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from contrats.etats import EtatEngagement, Role, TypeCible
from contrats.lectures.engagements import choisir, cible_en_mots
from contrats.lectures.presentation import presentation
from contrats.models import Engagement
from contrats.regles import en_retard
from geographie.models import StatutMesure
from tests.fabriques import (
    CibleEngagementFactory,
    ComiteFactory,
    CommuneFactory,
    EngagementFactory,
    FiliationPerimetreFactory,
    IndicateurFactory,
    MesureFactory,
    ObjectifFactory,
    OrientationFactory,
    PerimetreDuContratFactory,
    PointAvancementFactory,
    PopulationPerimetreFactory,
    SignataireFactory,
    VersionPerimetreFactory,
)

pytestmark = pytest.mark.django_db

PAGES = ["presentation", "engagements", "territoires"]


@pytest.fixture
def client_instructeur(client_de: Callable[..., Client]) -> Client:
    return client_de(Role.INSTRUCTEUR)


def lire(client: Client, nom: str, contrat: Any, **filtres: Any) -> str:
    """The text of one of the contract's pages."""
    return client.get(reverse(f"contrats:{nom}", args=[contrat.slug]), filtres).content.decode()


def remplir(contrat: Any, nombre: int) -> None:
    """Rows of every kind that the three pages show."""
    for rang in range(nombre):
        orientation = OrientationFactory(contrat=contrat)
        ObjectifFactory(orientation=orientation)
        signataire = SignataireFactory(contrat=contrat)
        ComiteFactory(contrat=contrat)
        engagement = EngagementFactory(contrat=contrat, signataire=signataire, orientation=orientation)
        CibleEngagementFactory(engagement=engagement)
        PointAvancementFactory(engagement=engagement)
        commune = CommuneFactory()
        contrat.communes.add(commune)
        perimetre = PerimetreDuContratFactory(contrat=contrat).perimetre
        filiation = FiliationPerimetreFactory(nouvelle__perimetre=perimetre, nouvelle__communes=[commune])
        PopulationPerimetreFactory(version=filiation.nouvelle)
        MesureFactory(version_perimetre=filiation.ancienne, indicateur__theme="Revenus", valeur=Decimal(rang))


@pytest.mark.parametrize("nom", PAGES)
def test_chaque_page_coute_autant_de_requetes_pour_1_et_30_lignes(
    contrat, client_instructeur, nom: str, django_assert_num_queries, django_assert_max_num_queries
) -> None:
    adresse = reverse(f"contrats:{nom}", args=[contrat.slug])
    remplir(contrat, 1)
    client_instructeur.get(adresse)
    with django_assert_max_num_queries(35) as pour_une:
        client_instructeur.get(adresse)
    remplir(contrat, 29)
    with django_assert_num_queries(len(pour_une)):
        client_instructeur.get(adresse)


@pytest.mark.parametrize("nom", PAGES)
def test_un_contrat_vide_dit_ce_qui_sera_la(contrat, client_instructeur, nom: str) -> None:
    assert "n’est encore" in lire(client_instructeur, nom, contrat)


@pytest.mark.parametrize("nom", PAGES)
def test_la_page_ne_montre_rien_d_un_autre_contrat(contrat, client_instructeur, nom: str) -> None:
    ailleurs = EngagementFactory(libelle="Promesse d’ailleurs").contrat
    OrientationFactory(contrat=ailleurs, nom="Orientation d’ailleurs")
    VersionPerimetreFactory(nom="Quartier d’ailleurs", perimetre=PerimetreDuContratFactory(contrat=ailleurs).perimetre)
    assert "d’ailleurs" not in lire(client_instructeur, nom, contrat)


# --- Presentation ----------------------------------------------------------------------------------------------------
def test_la_presentation_garde_l_ordre_des_orientations(contrat: Any) -> None:
    for ordre in (3, 1, 2):
        orientation = OrientationFactory(contrat=contrat, code=f"O{ordre}", ordre=ordre)
        EngagementFactory.create_batch(ordre, contrat=contrat, orientation=orientation)

    lue = presentation(contrat)

    assert [(o.orientation.code, o.engagements) for o in lue.orientations] == [("O1", 1), ("O2", 2), ("O3", 3)]


def test_la_presentation_dit_dates_signataires_perimetres_orientations_et_instances(
    contrat, client_instructeur
) -> None:
    signataire = SignataireFactory(contrat=contrat)
    objectif = ObjectifFactory(orientation__contrat=contrat, prioritaire=True)
    axe = OrientationFactory(contrat=contrat, transversale=True)
    perimetre = PerimetreDuContratFactory(contrat=contrat).perimetre
    VersionPerimetreFactory(perimetre=perimetre, generation_2015=True, nom="Ancien contour")
    VersionPerimetreFactory(perimetre=perimetre, nom="Contour en vigueur")
    comite = ComiteFactory(contrat=contrat, reunions_par_an=2)

    page = lire(client_instructeur, "presentation", contrat)
    for attendu in (
        str(signataire),
        objectif.nom,
        axe.nom,
        "Contour en vigueur",
        comite.nom,
        "14 juin 2024".replace(" ", "\xa0", 1),
    ):
        assert attendu in page
    assert "Ancien contour" not in page
    assert "2\xa0réunions par an" in page


# --- Commitments -----------------------------------------------------------------------------------------------------
def test_les_engagements_se_cherchent_sans_accents(contrat, auteur_de) -> None:
    trouve = EngagementFactory(contrat=contrat, libelle="Créer une crèche à l’École")
    EngagementFactory(contrat=contrat, libelle="Autre chose")
    assert list(choisir(contrat, pour=auteur_de(Role.INSTRUCTEUR), texte="CRECHE a l'ecole")) == [trouve]


def test_les_engagements_vont_dans_l_ordre_de_leurs_numeros(contrat, auteur_de) -> None:
    for reference in ("E10", "E2", "C1", "E1"):
        EngagementFactory(contrat=contrat, reference=reference)
    lus = choisir(contrat, pour=auteur_de(Role.INSTRUCTEUR))
    assert [e.reference for e in lus] == ["C1", "E1", "E2", "E10"]


def test_l_etat_montre_est_le_dernier_declare(contrat, client_instructeur) -> None:
    engagement = EngagementFactory(contrat=contrat, libelle="Ouvrir dix places")
    PointAvancementFactory(engagement=engagement, annee=2024, etat=EtatEngagement.NON_COMMENCE)
    PointAvancementFactory(engagement=engagement, annee=2025, etat=EtatEngagement.TENU)
    EngagementFactory(contrat=contrat, libelle="Promesse muette")

    tenus = lire(client_instructeur, "engagements", contrat, etat=EtatEngagement.TENU)
    assert "Ouvrir dix places" in tenus
    assert "Promesse muette" not in tenus
    assert "Ouvrir dix places" not in lire(client_instructeur, "engagements", contrat, etat=EtatEngagement.NON_COMMENCE)
    assert "Promesse muette" in lire(client_instructeur, "engagements", contrat, etat=EtatEngagement.SANS_INFORMATION)


def test_les_engagements_se_filtrent_par_signataire_et_par_orientation(contrat, client_instructeur) -> None:
    signataire = SignataireFactory(contrat=contrat)
    orientation = OrientationFactory(contrat=contrat)
    EngagementFactory(contrat=contrat, signataire=signataire, libelle="Par signataire")
    EngagementFactory(contrat=contrat, organisme=signataire.organisme, libelle="Par organisme")
    EngagementFactory(contrat=contrat, orientation=orientation, libelle="Par orientation")

    page = lire(client_instructeur, "engagements", contrat, signataire=signataire.pk)
    assert "Par signataire" in page
    assert "Par organisme" in page
    assert "Par orientation" not in page
    page = lire(client_instructeur, "engagements", contrat, orientation=orientation.pk)
    assert "Par orientation" in page
    assert "Par signataire" not in page


@pytest.mark.parametrize("role", [Role.PORTEUR, Role.MEMBRE_COPIL, Role.CONSEIL_CITOYEN])
def test_les_declarations_ne_se_voient_ni_ne_se_devinent_hors_de_l_equipe(contrat, client_de, role: Role) -> None:
    engagement = EngagementFactory(contrat=contrat, libelle="Ouvrir dix places")
    PointAvancementFactory(engagement=engagement, etat=EtatEngagement.NON_TENU)
    client = client_de(role)
    page = lire(client, "engagements", contrat)
    assert "Ouvrir dix places" in page
    assert "Non tenu" not in page
    assert "Ouvrir dix places" in lire(client, "engagements", contrat, etat=EtatEngagement.TENU)
    assert choisir(contrat, pour=client.auteur, etat=EtatEngagement.TENU).count() == 1


def test_ce_que_le_contrat_ne_dit_pas_est_montre_comme_absent(contrat, client_instructeur) -> None:
    EngagementFactory(contrat=contrat, sans_auteur=True)
    page = lire(client_instructeur, "engagements", contrat)
    for absent in ("non précisé", "non écrite", "aucune cible écrite", "Sans information"):
        assert absent in page


@pytest.mark.parametrize(
    ("champs", "phrase"),
    [
        (
            {"type": TypeCible.INTERVALLE, "valeur": Decimal(3), "valeur_haute": Decimal(4), "unite": "cités"},
            "Intervalle : jeunes accompagnés, de 3 à 4\xa0cités, sans échéance écrite",
        ),
        (
            {"numerateur": "", "valeur": None, "echeance": date(2027, 12, 31)},
            "Nombre à atteindre : objet non précisé, valeur non chiffrée, d’ici le 31\xa0décembre 2027",
        ),
        (
            {"type": TypeCible.PART, "denominateur": "tous", "unite": "%", "reference": Decimal("18.8")},
            f"{TypeCible.PART.label} : jeunes accompagnés (rapporté à : tous), 120\xa0%, au départ 18,8, "
            "sans échéance écrite",
        ),
        (
            {"type": TypeCible.DIRECTION, "valeur": None, "sens": "hausse"},
            "Sens d’évolution seul : jeunes accompagnés, à la hausse, sans échéance écrite",
        ),
    ],
)
def test_une_cible_se_dit_en_une_ligne(champs: dict[str, Any], phrase: str) -> None:
    assert cible_en_mots(CibleEngagementFactory.build(engagement=Engagement(), **champs)) == phrase


@pytest.mark.parametrize(
    ("etat", "retard"),
    [
        (EtatEngagement.EN_COURS, True),
        (EtatEngagement.SANS_INFORMATION, True),
        (EtatEngagement.TENU, False),
        (EtatEngagement.ABANDONNE, False),
    ],
)
def test_le_retard_se_calcule_apres_l_echeance(etat: EtatEngagement, retard: bool) -> None:
    echeance = date(2026, 6, 30)
    assert en_retard(echeance, etat, le=date(2026, 7, 1)) is retard
    assert not en_retard(echeance, etat, le=echeance)
    assert not en_retard(None, etat, le=date(2030, 1, 1))


# --- Territories -----------------------------------------------------------------------------------------------------
def test_un_perimetre_montre_ses_versions_ses_habitants_et_d_ou_il_vient(contrat, client_instructeur) -> None:
    perimetre = PerimetreDuContratFactory(contrat=contrat).perimetre
    filiation = FiliationPerimetreFactory(
        ancienne__nom="Brunehaut d’avant", nouvelle__perimetre=perimetre, nouvelle__nom="Rivage", deduite=True
    )
    PopulationPerimetreFactory(version=filiation.nouvelle, habitants=390, est_une_part=True, commune__nom="Sentinelle")
    PopulationPerimetreFactory(version=filiation.nouvelle, habitants=None)

    page = lire(client_instructeur, "territoires", contrat)
    assert "Rivage" in page
    assert "Brunehaut d’avant (2015)" in page
    assert "(déduit)" in page
    assert "part sur Sentinelle" in page
    assert '<span class="rien">nd</span>' in page


def test_une_mesure_absente_dit_pourquoi_et_jamais_zero(contrat, client_instructeur) -> None:
    version = VersionPerimetreFactory(perimetre=PerimetreDuContratFactory(contrat=contrat).perimetre)
    for statut in (StatutMesure.SECRET, StatutMesure.ND, StatutMesure.VIDE):
        MesureFactory(version_perimetre=version, statut=statut, valeur=None)
    MesureFactory(version_perimetre=version, valeur=Decimal("1234.5"), source="Insee, Filosofi")

    page = lire(client_instructeur, "territoires", contrat)
    for attendu in (">secret<", ">nd<", ">vide<", "secret statistique", ">1\u202f234,5<", "Insee, Filosofi", "2021"):
        assert attendu in page
    assert ">0<" not in page


def test_les_indicateurs_se_lisent_theme_par_theme(contrat, client_instructeur) -> None:
    version = VersionPerimetreFactory(perimetre=PerimetreDuContratFactory(contrat=contrat).perimetre)
    for theme in ("Emploi", "Revenus"):
        MesureFactory(version_perimetre=version, indicateur=IndicateurFactory(theme=theme, nom=f"Taux de {theme}"))
    assert "Taux de Emploi" in lire(client_instructeur, "territoires", contrat)
    page = lire(client_instructeur, "territoires", contrat, theme="Revenus")
    assert "Taux de Revenus" in page
    assert "Taux de Emploi" not in page
    assert "Taux de Emploi" in lire(client_instructeur, "territoires", contrat, theme="inventé")
