"""`Idempotency-Key`: the same request sent again is done once, also when two arrive together or a process dies."""

from datetime import timedelta

import pytest
from django.utils import timezone

from commun.api import idempotence
from commun.models import ReponseIdempotente
from commun.travaux import planifier
from contrats.models import Engagement
from tests.fabriques import ReponseIdempotenteFactory

pytestmark = pytest.mark.django_db
SAISIE = {"libelle": "Ouvrir deux maisons de santé"}


def test_la_meme_demande_recoit_la_meme_reponse_et_n_ecrit_qu_une_fois(partenaire):
    premiere, seconde = (partenaire.post("engagements/", SAISIE, Idempotency_Key="a-1") for _ in range(2))
    assert premiere.status_code == seconde.status_code == 201
    assert premiere.content == seconde.content
    assert (premiere["Location"], premiere["ETag"]) == (seconde["Location"], seconde["ETag"])
    assert "Idempotency-Replayed" not in premiere
    assert seconde["Idempotency-Replayed"] == "true"
    assert Engagement.objects.count() == 1


def test_sans_cle_chaque_demande_ecrit(partenaire):
    for _ in range(2):
        partenaire.post("engagements/", SAISIE)
    assert Engagement.objects.count() == 2


def test_une_autre_demande_sous_la_meme_cle_est_refusee(partenaire):
    partenaire.post("engagements/", SAISIE, Idempotency_Key="a-1")
    reponse = partenaire.post("engagements/", SAISIE | {"note": "x"}, Idempotency_Key="a-1")
    assert (reponse.status_code, reponse.json()["code"]) == (422, "cle_deja_employee")
    ailleurs = partenaire.post("engagements/lot/", {"lignes": [SAISIE]}, Idempotency_Key="a-1")
    assert ailleurs.status_code == 422


def test_une_demande_en_cours_fait_attendre(partenaire, monkeypatch):
    partenaire.post("engagements/", SAISIE, Idempotency_Key="a-1")
    ReponseIdempotente.objects.update(statut=None)
    reponse = partenaire.post("engagements/", SAISIE, Idempotency_Key="a-1")
    assert (reponse.status_code, reponse.json()["code"], reponse["Retry-After"]) == (409, "demande_en_cours", "5")


def test_une_demande_dont_le_processus_est_mort_se_refait(partenaire, horloge):
    partenaire.jeton.cree_le, partenaire.jeton.expire_le = (
        horloge.maintenant - timedelta(days=1),
        horloge.maintenant + timedelta(days=1),
    )
    partenaire.jeton.save()
    partenaire.post("engagements/", SAISIE, Idempotency_Key="a-1")
    Engagement.objects.all().delete()  # what the dead process had not committed
    ReponseIdempotente.objects.update(statut=None)
    horloge.avancer(minutes=3)
    assert partenaire.post("engagements/", SAISIE, Idempotency_Key="a-1").status_code == 201
    assert Engagement.objects.count() == 1


def test_un_refus_ne_garde_pas_la_cle(partenaire):
    assert partenaire.post("engagements/", {"libelle": ""}, Idempotency_Key="a-1").status_code == 400
    assert partenaire.post("engagements/", SAISIE, Idempotency_Key="a-1").status_code == 201


def test_une_erreur_annule_l_ecriture_et_rend_la_cle(partenaire, monkeypatch):
    from contrats.api.engagements import EngagementsView

    def casser(*args, **kwargs):
        raise RuntimeError("after the write, before the answer")

    with monkeypatch.context() as panne:
        panne.setattr(EngagementsView, "reponse", casser)
        with pytest.raises(RuntimeError):
            partenaire.post("engagements/", SAISIE, Idempotency_Key="a-1")
    assert not Engagement.tous.exists()
    assert not ReponseIdempotente.objects.exists()
    assert partenaire.post("engagements/", SAISIE, Idempotency_Key="a-1").status_code == 201


def test_deux_appelants_ont_chacun_leurs_cles(partenaire, appelant):
    for systeme in (partenaire, appelant()):
        assert systeme.post("engagements/", SAISIE, Idempotency_Key="a-1").status_code == 201
    assert Engagement.objects.count() == 2


def test_une_cle_trop_longue_est_refusee(partenaire):
    assert partenaire.post("engagements/", SAISIE, Idempotency_Key="x" * 201).status_code == 400


def test_les_vieilles_reponses_s_oublient(executer_travaux):
    garde = ReponseIdempotenteFactory(rendue=True)
    ReponseIdempotenteFactory(rendue=True, prise_le=timezone.now() - timedelta(days=8))
    planifier("commun.purger_idempotence")
    (rangee,) = executer_travaux()
    assert rangee.resultat == {"oubliees": 1}
    assert list(ReponseIdempotente.objects.all()) == [garde]
    assert idempotence.purger(timezone.now()) == 0
