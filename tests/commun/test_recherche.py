"""Search and sort: Python and the database normalise alike, and people find what they type."""

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acteurs.models import Organisme
from commun.recherche import normaliser
from geographie.models import Commune
from tests.fabriques import CommuneFactory, DossierFactory, EngagementFactory, OrganismeFactory

pytestmark = pytest.mark.django_db

# What French names are written with: Latin and Greek letters, figures, every kind of space, quotes and dashes.
SIGNES = "".join(
    chr(code)
    for debut, fin in [
        (0x20, 0x24F),
        (0x300, 0x36F),
        (0x370, 0x3FF),
        (0x1E00, 0x1FFF),
        (0x2000, 0x206F),
        (0xFB00, 0xFB06),
    ]
    for code in range(debut, fin + 1)
    if unicodedata.category(chr(code)) not in {"Cn", "Cc", "Cf", "Cs"}
)
TEXTES = st.text(st.sampled_from(SIGNES + "\t\n\r" + "œŒæÆ’éÉ  "), max_size=40)


@pytest.fixture
def commune():
    return CommuneFactory()


@given(texte=TEXTES)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_la_base_et_python_normalisent_de_meme(commune, texte):
    Commune.objects.filter(pk=commune.pk).update(nom=texte)
    commune.refresh_from_db()
    assert commune.recherche == normaliser(texte)


def test_plusieurs_champs_se_normalisent_ensemble():
    organisme = OrganismeFactory(nom="Œuvre de l’Été", sigle="", siret="")
    assert organisme.recherche == "oeuvre de l'ete"


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("Saint-Amand-les-Eaux", "saint-amand-les-eaux"),
        ("L’ŒUVRE à Æon", "l'oeuvre a aeon"),
        ("  Été\u00a0:\u202fdeux   mots ", "ete : deux mots"),
        ("600 m²", "600 m2"),
        ("ΟΔΟΣ", "οδοσ"),
        ("", ""),
    ],
)
def test_normaliser(texte, attendu):
    assert normaliser(texte) == attendu


@given(texte=TEXTES)
@settings(max_examples=200, deadline=None)
def test_normaliser_deux_fois_ne_change_rien(texte):
    assert normaliser(normaliser(texte)) == normaliser(texte)


@pytest.mark.parametrize("saisie", ["ete", "ÉTÉ", "  été ", "l'ete", "L’Été", "foyer de l’été", "foyer\u00a0de"])
def test_on_trouve_ce_que_l_on_tape(saisie):
    organisme = OrganismeFactory(nom="Le Foyer  de\u202fl’Été")
    OrganismeFactory(nom="Autre association")
    assert list(Organisme.objects.cherches(saisie)) == [organisme]


@pytest.mark.parametrize("saisie", ["saint amand", "amand saint", "SAINT-AMAND", "d'escaut", "escaut cles"])
def test_les_mots_se_cherchent_dans_n_importe_quel_ordre(saisie):
    """A hyphen or an apostrophe that one types, or leaves out, changes nothing."""
    organisme = OrganismeFactory(nom="Clés d’Escaut de Saint-Amand")
    OrganismeFactory(nom="Les Clés de Saint-Saulve")
    assert list(Organisme.objects.cherches(saisie)) == [organisme]


def test_un_numero_reste_entier():
    voulu = OrganismeFactory(nom="Action 2026-014")
    OrganismeFactory(nom="Action 014 de 2026")
    assert list(Organisme.objects.cherches("2026-014")) == [voulu]


def test_un_dossier_se_trouve_par_un_mot_de_son_titre_et_un_de_son_porteur():
    dossier = DossierFactory(intitule="Ateliers rue Gambetta", porteur__nom="Recyclerie du Denaisis")
    DossierFactory(intitule="Ateliers rue Gambetta", porteur__nom="Autre")
    assert list(type(dossier).objects.cherches("denaisis gambetta")) == [dossier]


def test_un_engagement_se_trouve_par_un_mot_de_son_texte_et_un_de_son_organisme():
    engagement = EngagementFactory(libelle="Ouvrir l’accueil aux jeunes", organisme__nom="Mission locale du Denaisis")
    EngagementFactory(libelle="Ouvrir l’accueil aux jeunes", organisme__nom="Autre")
    assert list(type(engagement).objects.cherches("denaisis jeunes l'accueil")) == [engagement]


def test_les_signes_de_like_se_cherchent_pour_eux_memes():
    voulu = OrganismeFactory(nom="100 % quartiers")
    OrganismeFactory(nom="100 quartiers")
    assert list(Organisme.objects.cherches("100 %")) == [voulu]


def test_un_dossier_se_trouve_par_son_porteur():
    dossier = DossierFactory(porteur__nom="Club d’Échecs")
    assert list(type(dossier).objects.cherches("echecs")) == [dossier]


def test_le_tri_ignore_accents_et_casse():
    for nom in ("Zuydcoote", "Écaillon", "eppe", "Œuf", "Oisy"):
        CommuneFactory(nom=nom)
    noms = Commune.objects.filter(nom__in=["Zuydcoote", "Écaillon", "eppe", "Œuf", "Oisy"]).values_list(
        "nom", flat=True
    )
    assert list(noms) == ["Écaillon", "eppe", "Œuf", "Oisy", "Zuydcoote"]
