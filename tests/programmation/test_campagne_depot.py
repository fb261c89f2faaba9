"""When a call takes deposits: its state, its two days, a late opening by name, the schemes open all year."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from contrats.models import Contrat
from programmation.lectures.campagne import depot_ouvert
from programmation.regles.campagne import motif_de_fermeture
from tests.fabriques import CampagneFactory, DispositifFactory, OrganismeFactory, OuvertureTardiveFactory

JOURS = {"ouverte_le": date(2026, 10, 1), "limite_depot": date(2026, 12, 15)}


@pytest.mark.parametrize(
    ("etat", "le", "debut_du_motif"),
    [
        ("preparation", date(2026, 11, 2), "L’appel à projets n’est pas encore ouvert"),
        ("essai", date(2026, 11, 2), "L’appel à projets n’est pas encore ouvert"),
        ("ouverte", date(2026, 9, 30), "Le dépôt ouvre le 1er\u00a0octobre 2026"),
        ("ouverte", date(2026, 10, 1), ""),
        ("ouverte", date(2026, 12, 15), ""),
        ("ouverte", date(2026, 12, 16), "La date limite de dépôt, le 15\u00a0décembre 2026, est passée"),
        ("close", date(2026, 11, 2), "L’appel à projets a été clos"),
        ("close", date(2026, 12, 16), "La date limite de dépôt"),
    ],
)
def test_le_depot_s_ouvre_et_se_ferme_avec_la_campagne(etat: str, le: date, debut_du_motif: str) -> None:
    motif = motif_de_fermeture(etat, le=le, **JOURS)
    assert motif.startswith(debut_du_motif)
    assert bool(motif) is bool(debut_du_motif)


@pytest.mark.parametrize(
    ("etat", "le", "ouvert"),
    [
        ("ouverte", date(2026, 12, 20), True),
        ("close", date(2026, 12, 20), True),
        ("ouverte", date(2026, 12, 21), False),
        ("preparation", date(2026, 12, 20), False),
    ],
)
def test_une_ouverture_tardive_tient_jusqu_a_son_jour(etat: str, le: date, ouvert: bool) -> None:
    motif = motif_de_fermeture(etat, le=le, **JOURS, ouvert_jusqu_au=date(2026, 12, 20))
    assert (motif == "") is ouvert


def test_un_delai_supplementaire_passe_est_dit_avec_son_jour() -> None:
    motif = motif_de_fermeture("ouverte", le=date(2027, 1, 4), **JOURS, ouvert_jusqu_au=date(2026, 12, 20))
    assert motif.startswith("Votre délai supplémentaire a pris fin le 20\u00a0décembre 2026.")


def test_un_dispositif_permanent_se_depose_apres_la_limite_de_l_appel(contrat: Contrat) -> None:
    """The SIP of PdH 1.9.1 are deposited all year round."""
    campagne = CampagneFactory(contrat=contrat, annee=2027)
    porteur, sip = OrganismeFactory(), DispositifFactory(permanent=True)
    assert depot_ouvert(campagne, porteur, date(2027, 12, 31), dispositif=sip)
    assert not depot_ouvert(campagne, porteur, date(2028, 1, 1), dispositif=sip)
    assert not depot_ouvert(campagne, porteur, date(2027, 12, 31))


def test_seul_le_porteur_nomme_depose_en_retard(contrat: Contrat) -> None:
    campagne = CampagneFactory(contrat=contrat, annee=2027)
    nomme, autre = OrganismeFactory(), OrganismeFactory()
    ouverture = OuvertureTardiveFactory(campagne=campagne, porteur=nomme, jusqu_au=date(2026, 12, 25))
    assert depot_ouvert(campagne, nomme, date(2026, 12, 25))
    assert not depot_ouvert(campagne, autre, date(2026, 12, 25))
    ouverture.retiree_le = datetime(2026, 12, 20, tzinfo=UTC)
    ouverture.save(update_fields=["retiree_le"])
    assert not depot_ouvert(campagne, nomme, date(2026, 12, 25))


def test_la_limite_est_le_jour_de_paris(contrat: Contrat) -> None:
    """23:30 UTC on the last day is already the day after in Paris."""
    campagne, porteur = CampagneFactory(contrat=contrat, annee=2027), OrganismeFactory()
    assert depot_ouvert(campagne, porteur, datetime(2026, 12, 15, 22, 30, tzinfo=UTC))
    assert not depot_ouvert(campagne, porteur, datetime(2026, 12, 15, 23, 30, tzinfo=UTC))
