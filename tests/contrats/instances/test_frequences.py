"""The minimum of meetings a year, watched and said."""

from __future__ import annotations

from datetime import date

import pytest

from contrats.lectures.instances import frequences
from contrats.models import TypeComite
from contrats.regles import Frequence
from tests.fabriques import ComiteFactory, CommuneFactory, ReunionFactory


@pytest.mark.parametrize(
    ("attendues", "tenues", "prevues", "le", "retard"),
    [
        (3, 1, 0, date(2026, 11, 20), True),
        (3, 1, 2, date(2026, 11, 20), False),  # all on the calendar
        (3, 3, 0, date(2026, 11, 20), False),
        (1, 0, 0, date(2026, 6, 1), False),  # half a year is left for one meeting
        (1, 0, 0, date(2026, 11, 20), True),
        (2, 0, 1, date(2026, 10, 1), False),
    ],
)
def test_le_retard_compte_deux_mois_par_reunion_sans_date(attendues, tenues, prevues, le, retard) -> None:
    assert Frequence(2026, attendues, tenues, prevues).en_retard(le) is retard


@pytest.mark.django_db
def test_la_phrase_dit_ce_qui_est_tenu_et_ce_qui_manque(contrat) -> None:
    cotech = ComiteFactory(contrat=contrat, type=TypeComite.COTECH, nom="COTECH Emploi", reunions_par_an=3)
    ReunionFactory(comite=cotech, le=date(2026, 3, 3), etat="rendue")
    ReunionFactory(comite=cotech, le=date(2026, 5, 3), etat="annulee")
    ReunionFactory(comite=cotech, le=date(2025, 5, 3), etat="tenue")

    [suivie] = frequences(contrat, le=date(2026, 11, 20))

    assert suivie.phrase == "1 COTECH sur 3 tenu en 2026, il en manque 2 avant le 31 décembre."
    assert suivie.en_retard


@pytest.mark.django_db
def test_la_phrase_compte_ce_qui_est_au_calendrier(contrat) -> None:
    cotech = ComiteFactory(contrat=contrat, type=TypeComite.COTECH, reunions_par_an=2)
    ReunionFactory(comite=cotech, le=date(2026, 3, 3), etat="tenue")
    ReunionFactory(comite=cotech, le=date(2026, 12, 3))

    [suivie] = frequences(contrat, le=date(2026, 11, 20))

    assert suivie.phrase.endswith("il en manque 1 avant le 31 décembre, dont 1 est au calendrier.")
    assert not suivie.en_retard


@pytest.mark.django_db
def test_un_dialogue_par_commune_se_compte_dans_chaque_commune(contrat) -> None:
    denain, raismes = CommuneFactory(nom="Denain"), CommuneFactory(nom="Raismes")
    contrat.communes.set([denain, raismes])
    dialogue = ComiteFactory(contrat=contrat, type=TypeComite.DIALOGUE_DE_PROJETS, reunions_par_an=2, par_commune=True)
    for jour in (3, 4):
        ReunionFactory(comite=dialogue, le=date(2026, 3, jour), etat="tenue", commune=denain)

    suivies = {s.commune.nom: s for s in frequences(contrat, le=date(2026, 11, 20))}

    assert suivies["Denain"].phrase == "2 dialogues sur 2 tenus en 2026 à Denain : le compte y est."
    assert suivies["Raismes"].en_retard
