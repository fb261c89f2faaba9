"""Two information systems write at the same moment: no lost update, one creation per identifier, one effect per key."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from django.test import Client

from commun.journal import verifier_chaine
from commun.models import LigneJournal
from contrats.actions import avancement
from contrats.etats import Role
from contrats.models import Engagement, PointAvancement
from tests.fabriques import CleDuContratFactory, EngagementFactory, HabilitationFactory, JetonApiFactory

pytestmark = pytest.mark.django_db(transaction=True)

TOURS = 8


def _systeme() -> tuple[Any, Any]:
    """A signatory's commitment, and how its system calls the API."""
    engagement = EngagementFactory()
    HabilitationFactory(contrat=engagement.contrat, organisme=engagement.organisme, role=Role.SIGNATAIRE)
    secret = f"pv_ecrivain-{engagement.pk}"
    CleDuContratFactory(
        contrat=engagement.contrat, jeton=JetonApiFactory(organisme=engagement.organisme, secret=secret)
    )

    def appeler(methode: str, chemin: str, corps: Any, **entetes: str) -> Any:
        adresse = f"/api/v1/contrats/{engagement.contrat.slug}/{chemin}"
        return getattr(Client(), methode)(
            adresse,
            json.dumps(corps),
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}", **{n.replace("_", "-"): v for n, v in entetes.items()}},
        )

    return engagement, appeler


def _ecrire_a_deux(en_meme_temps: Any, engagement: Any, appeler: Any) -> list[int]:
    """Both have read revision 1 and write something else."""
    adresse = f"engagements/{engagement.pk}/points/2026/"
    etag = appeler("put", adresse, {"etat": "non_commence"}, If_None_Match="*")["ETag"]
    reponses = en_meme_temps(
        lambda: appeler("put", adresse, {"etat": "en_cours", "commentaire": "A"}, If_Match=etag),
        lambda: appeler("put", adresse, {"etat": "tenu", "commentaire": "B"}, If_Match=etag),
    )
    return sorted(r.status_code for r in reponses)


def test_deux_ecrivains_sur_un_point_d_avancement(en_meme_temps: Any) -> None:
    for _ in range(TOURS):
        engagement, appeler = _systeme()
        assert _ecrire_a_deux(en_meme_temps, engagement, appeler) == [200, 412]
        assert PointAvancement.objects.get(engagement=engagement).revision == 2
        assert LigneJournal.objects.de(engagement).filter(acte="declarer_avancement").count() == 2
        assert verifier_chaine(engagement)


def test_sans_la_garde_une_ecriture_se_perd(en_meme_temps: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with the check of revisions removed, the second write covers the first without a word."""
    monkeypatch.setattr(avancement, "verifier_revision", lambda objet, revision: None)
    engagement, appeler = _systeme()
    assert _ecrire_a_deux(en_meme_temps, engagement, appeler) == [200, 200]


def test_deux_premieres_declarations(en_meme_temps: Any) -> None:
    for _ in range(TOURS):
        engagement, appeler = _systeme()
        adresse = f"engagements/{engagement.pk}/points/2026/"
        reponses = en_meme_temps(
            *[partial(appeler, "put", adresse, {"etat": etat}, If_None_Match="*") for etat in ("en_cours", "tenu")]
        )
        assert sorted(r.status_code for r in reponses) == [201, 412]


def test_deux_modifications_d_un_engagement(en_meme_temps: Any) -> None:
    for _ in range(TOURS):
        engagement, appeler = _systeme()
        reponses = en_meme_temps(
            *[
                partial(appeler, "patch", f"engagements/{engagement.pk}/", {"note": note}, If_Match='"1"')
                for note in "AB"
            ]
        )
        assert sorted(r.status_code for r in reponses) == [200, 412]


def test_deux_creations_sous_le_meme_identifiant(en_meme_temps: Any) -> None:
    for _ in range(TOURS):
        engagement, appeler = _systeme()
        corps = {"libelle": "Le même"}
        reponses = en_meme_temps(*[partial(appeler, "put", "engagements/par-identifiant/X-1/", corps)] * 3)
        assert Engagement.objects.filter(identifiant_externe="X-1", organisme=engagement.organisme).count() == 1
        assert {r.status_code for r in reponses} <= {200, 201, 409}
        assert [r.status_code for r in reponses].count(201) == 1


def test_deux_fois_la_meme_demande_en_meme_temps(en_meme_temps: Any) -> None:
    for _ in range(TOURS):
        engagement, appeler = _systeme()
        corps = {"libelle": "Une seule fois"}
        reponses = en_meme_temps(*[partial(appeler, "post", "engagements/", corps, Idempotency_Key="d-1")] * 3)
        assert Engagement.objects.filter(contrat=engagement.contrat, libelle="Une seule fois").count() == 1
        statuts = [r.status_code for r in reponses]
        assert set(statuts) <= {201, 409}
        assert 201 in statuts


def test_deux_lots_en_meme_temps(en_meme_temps: Any) -> None:
    for _ in range(TOURS):
        engagement, appeler = _systeme()
        lot = {"lignes": [{"identifiant_externe": f"L{n}", "libelle": f"Ligne {n}"} for n in range(5)]}
        reponses = en_meme_temps(*[partial(appeler, "post", "engagements/lot/", lot)] * 2)
        assert [r.status_code for r in reponses] == [200, 200]
        assert sorted(r.json()["crees"] for r in reponses) == [0, 5]
        assert Engagement.objects.filter(contrat=engagement.contrat).count() == 6
