"""French typography of figures, dates and sentences."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from commun import typographie as typo

F, N = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("montant", "centimes", "attendu"),
    [
        (Decimal("1234567.89"), None, f"1{F}234{F}567,89{N}€"),
        (Decimal("1200.00"), None, f"1{F}200{N}€"),
        (1200, True, f"1{F}200,00{N}€"),
        (Decimal("1200.50"), False, f"1{F}201{N}€"),
        (Decimal("0.005"), None, f"0,01{N}€"),
        (Decimal("-0.004"), None, f"0{N}€"),
        (Decimal("-45.10"), None, f"−45,10{N}€"),
        (0, None, f"0{N}€"),
        (None, None, "—"),
    ],
)
def test_euros(montant, centimes, attendu):
    assert typo.euros(montant, centimes) == attendu


@pytest.mark.parametrize(
    ("montant", "attendu"),
    [
        (1_520_000, f"1,52{N}M€"),
        (1_500_000, f"1,5{N}M€"),
        (24_360_000, f"24,4{N}M€"),
        (999_600, f"1{N}M€"),
        (845_000, f"845{N}k€"),
        (31_250, f"31,3{N}k€"),
        (9_400, f"9{F}400{N}€"),
        (-31_000, f"−31{N}k€"),
        (None, "—"),
    ],
)
def test_euros_abreges(montant, attendu):
    assert typo.euros_abreges(montant) == attendu


@pytest.mark.parametrize(
    ("valeur", "decimales", "attendu"),
    [
        (1234567, 0, f"1{F}234{F}567"),
        (Decimal("12.340"), None, "12,34"),
        (Decimal("1E+3"), None, f"1{F}000"),
        (0.1, 2, "0,10"),
        (Decimal("2.5"), 0, "3"),
        (-3, 0, "−3"),
        (Decimal("-0.2"), 0, "0"),
        (None, 0, "—"),
    ],
)
def test_nombre(valeur, decimales, attendu):
    assert typo.nombre(valeur, decimales) == attendu


def test_pourcent_prend_une_fraction():
    assert typo.pourcent(Decimal("0.485")) == f"48,5{N}%"
    assert typo.pourcent(Decimal("0.5"), 0) == f"50{N}%"
    assert typo.pourcent(0) == f"0,0{N}%"
    assert typo.pourcent(None) == "—"


def test_ecart_porte_son_signe():
    assert typo.ecart(12) == f"+{F}12"
    assert typo.ecart(-1500) == f"−{F}1{F}500"
    assert typo.ecart(0) == "0"
    assert typo.ecart(None) == "—"


def test_dates():
    jour = date(2026, 11, 20)
    assert typo.date_chiffres(jour) == "20/11/2026"
    assert typo.date_courte(jour) == f"20{N}nov. 2026"
    assert typo.date_longue(jour) == f"20{N}novembre 2026"
    assert typo.date_longue(date(2026, 1, 1)) == f"1er{N}janvier 2026"
    assert typo.date_heure(datetime(2026, 5, 3, 9, 5, tzinfo=UTC)) == f"3{N}mai 2026 à 9{N}h{N}05"
    assert [
        typo.date_courte(None),
        typo.date_longue(None),
        typo.date_chiffres(None),
        typo.date_heure(None),
    ] == ["—"] * 4


@pytest.mark.parametrize(
    ("temps", "attendu"),
    [
        (0, f"0{N}s"),
        (0.85, f"850{N}ms"),
        (45, f"45{N}s"),
        (timedelta(minutes=3, seconds=20), f"3{N}min{N}20{N}s"),
        (59.7, f"1{N}min"),
        (7500, f"2{N}h{N}05"),
        (timedelta(days=2, hours=3), f"2{N}j{N}3{N}h"),
        (None, "—"),
    ],
)
def test_duree(temps, attendu):
    assert typo.duree(temps) == attendu


def test_un_mot_mis_dans_une_phrase_garde_ses_sigles():
    assert typo.minuscule("Programmée (COPIL)") == "programmée (COPIL)"
    assert typo.minuscule("") == ""


def test_le_pluriel_commence_a_deux():
    assert typo.pluriel(0, "pièce jointe") == f"0{N}pièce jointe"
    assert typo.pluriel(Decimal("1.5"), "mois") == f"1,5{N}mois"
    assert typo.pluriel(2, "pièce jointe") == f"2{N}pièces jointes"
    assert typo.pluriel(1250, "avis", "avis") == f"1{F}250{N}avis"
    assert typo.accord(3, "est", "sont") == "sont"


@pytest.mark.parametrize(
    ("brut", "compose"),
    [
        ('l\'État : "oui" !', f'l’État{F}: "oui"{F}!'),
        ("Vraiment?", f"Vraiment{F}?"),
        ("« Quartiers »", f"«{F}Quartiers{F}»"),
        ("«Quartiers»", f"«{F}Quartiers{F}»"),
        ("Fin ;", f"Fin{F};"),
        ("à 10:30", "à 10:30"),
        ("voir https://exemple.fr/?a=1", "voir https://exemple.fr/?a=1"),
        ("Quoi ?!", f"Quoi{F}?!"),
        ("un écran de 5' de haut", "un écran de 5' de haut"),
        ("48 % et 12 €", f"48{N}% et 12{N}€"),
        ("etc...", "etc…"),
        (None, ""),
    ],
)
def test_typographie(brut, compose):
    assert typo.typographie(brut) == compose


@given(st.text(alphabet="ab1 ';:!?«»().%€/…\u202f\u00a0", max_size=30))
def test_typographie_est_stable(texte):
    une_fois = typo.typographie(texte)
    assert typo.typographie(une_fois) == une_fois


def rendre(source: str, **contexte) -> str:
    return Template("{% load typographie %}" + source).render(Context(contexte))


def test_les_filtres_portent_les_memes_noms():
    assert rendre("{{ m|euros }}", m=Decimal("12.50")) == f"12,50{N}€"
    assert rendre("{{ m|euros:False }}", m=Decimal("12.50")) == f"13{N}€"
    assert rendre("{{ n|nombre }} {{ t|pourcent:0 }}", n=1200, t=Decimal("0.5")) == f"1{F}200 50{N}%"
    assert rendre("{{ j|date_longue }}", j=date(2026, 11, 20)) == f"20{N}novembre 2026"
    assert rendre('{{ n|pluriel:"avis reçu|avis reçus" }} {{ n|accord:"est|sont" }}', n=3) == f"3{N}avis reçus sont"
    assert rendre("{{ t|typographie }}", t="l'eau <b> !") == f"l’eau &lt;b&gt;{F}!"


def test_les_dates_des_gabarits_sont_a_l_heure_de_paris():
    minuit_passe = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
    assert rendre("{{ i|date_heure }}", i=minuit_passe) == f"20{N}nov. 2026 à 0{N}h{N}30"
