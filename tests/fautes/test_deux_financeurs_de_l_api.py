"""F2 through the API: two transitions of one file at the same moment, thirty times; one succeeds, the other is told.

One journal line, one e-mail planned; nobody's proposal is covered without a word; two lots on the same files both end.
"""

from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.test import Client

from commun.auteur import Canal, systeme
from commun.erreurs import RegleEnfreinte
from commun.journal import verifier_chaine
from commun.models import LigneJournal, Travail
from contrats.etats import Role
from programmation import actions
from programmation.actions import actes
from programmation.api import demandes as vues
from programmation.etats import EtatDemande
from programmation.lectures.enveloppes import verifier_enveloppes
from programmation.models import DemandeFinancement
from tests.fabriques import CleDuContratFactory, DemandeFactory, DossierFactory, HabilitationFactory, JetonApiFactory

pytestmark = pytest.mark.django_db(transaction=True)

TOURS = 30
ACTE = {"montant": "10", "instance": "Commission permanente", "numero": "118", "pris_le": "2026-06-15"}


def _financeur(**traits: Any) -> tuple[DemandeFinancement, Any]:
    """A request, and how its funder's system calls the API."""
    demande = DemandeFactory(**traits)
    contrat, secret = demande.dossier.contrat, f"pv_financeur-{demande.pk}"
    HabilitationFactory(contrat=contrat, organisme=demande.financeur, role=Role.DECIDEUR)
    CleDuContratFactory(contrat=contrat, jeton=JetonApiFactory(organisme=demande.financeur, secret=secret))

    def appeler(methode: str, chemin: str, corps: Any = None, **entetes: str) -> Any:
        suite = {} if corps is None else {"data": json.dumps(corps), "content_type": "application/json"}
        recus = {"Authorization": f"Bearer {secret}", **{n.replace("_", "-"): v for n, v in entetes.items()}}
        adresse = f"/api/v1/contrats/{contrat.slug}/demandes/{chemin}"
        return getattr(Client(), methode)(adresse, headers=recus, **suite)

    return demande, appeler


def _statuts(reponses: list[Any]) -> list[int]:
    assert all(hasattr(reponse, "status_code") for reponse in reponses), reponses
    return sorted(reponse.status_code for reponse in reponses)


def test_deux_decisions_au_meme_moment(en_meme_temps: Any) -> None:
    """The act and the refusal of the same money: one stands, the envelope counts it once."""
    for _ in range(TOURS):
        demande, appeler = _financeur(dossier=DossierFactory(programme=True), programmee=True)

        reponses = en_meme_temps(
            partial(appeler, "post", f"{demande.pk}/voter/", ACTE),
            partial(appeler, "post", f"{demande.pk}/refuser/", {"motif": "Hors des priorités."}),
        )

        assert _statuts(reponses) == [200, 403]
        perdue = next(r for r in reponses if r.status_code == 403)
        assert perdue["Content-Type"] == "application/problem+json"
        assert LigneJournal.objects.de(demande).count() == 1
        demande.refresh_from_db()
        assert demande.etat in (EtatDemande.VOTEE, EtatDemande.REFUSEE)
        assert verifier_chaine(demande)
        assert not verifier_enveloppes()


def test_deux_propositions_lues_au_meme_moment(en_meme_temps: Any) -> None:
    for _ in range(TOURS):
        demande, appeler = _financeur()
        etag = appeler("get", f"{demande.pk}/")["ETag"]

        reponses = en_meme_temps(*_deux_propositions(demande, appeler, etag))

        assert _statuts(reponses) == [200, 412]
        ecrite = next(r for r in reponses if r.status_code == 200)
        demande.refresh_from_db()
        assert Decimal(ecrite.json()["montant_propose"]) == demande.montant_propose
        assert LigneJournal.objects.de(demande).count() == 1


def test_deux_demandes_de_complement_font_un_seul_courriel(en_meme_temps: Any) -> None:
    for _ in range(TOURS):
        dossier = DossierFactory(depose=True)
        HabilitationFactory(contrat=dossier.contrat, organisme=dossier.porteur, role=Role.PORTEUR)
        Travail.objects.all().delete()
        demander = partial(
            actions.demander_complement,
            dossier,
            motif="Le budget n’est pas équilibré.",
            champs=["budget"],
            echeance=date(2026, 7, 1),
            par=systeme(Canal.COMMANDE),
            le=datetime(2026, 6, 20, 9, tzinfo=UTC),
        )

        issues = en_meme_temps(demander, demander)

        assert sum(isinstance(issue, RegleEnfreinte) for issue in issues) == 1, issues
        assert LigneJournal.objects.de(dossier).filter(acte="demander_complement").count() == 1
        assert LigneJournal.objects.de(dossier).count() == 2
        assert Travail.objects.count() == 1


def _deux_propositions(demande: DemandeFinancement, appeler: Any, etag: str) -> list[Any]:
    adresse = f"{demande.pk}/proposition/"
    return [partial(appeler, "put", adresse, {"montant": montant}, If_Match=etag) for montant in ("100", "200")]


def test_deux_lots_sur_les_memes_dossiers_s_attendent(en_meme_temps: Any) -> None:
    """In opposite orders: without one order of locks, PostgreSQL would kill one of them."""
    for _ in range(10):
        demande, appeler = _financeur()
        contrat, financeur = demande.dossier.contrat, demande.financeur
        autres = [
            DemandeFactory(dossier=DossierFactory(contrat=contrat, en_instruction=True), financeur=financeur)
            for _ in range(4)
        ]
        lignes = [{"demande": str(d.pk), "montant": "100"} for d in (demande, *autres)]

        reponses = en_meme_temps(
            *[partial(appeler, "post", "lot/", {"lignes": siennes}) for siennes in (lignes, lignes[::-1])]
        )

        assert _statuts(reponses) == [200, 200]
        assert sorted(r.json()["modifies"] for r in reponses) == [0, 5]
        assert all(LigneJournal.objects.de(d).count() == 1 for d in (demande, *autres))


# --- The controls -----------------------------------------------------------------------------------------------------
def test_temoin_sans_la_garde_une_proposition_se_perd(en_meme_temps: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `If-Match` ignored, the second proposal covers the first without a word."""
    monkeypatch.setattr(vues, "exiger_etiquette", lambda *args, **suite: None)
    demande, appeler = _financeur()
    etag = appeler("get", f"{demande.pk}/")["ETag"]
    assert _statuts(en_meme_temps(*_deux_propositions(demande, appeler, etag))) == [200, 200]
    assert LigneJournal.objects.de(demande).count() == 2


def test_temoin_sans_verrou_la_meme_decision_se_prend_deux_fois(
    en_meme_temps: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the row lock both read the old state, both succeed, and the row's life tells the same refusal twice."""
    lues = threading.Barrier(2, timeout=60)

    def sans_verrou(demande: DemandeFinancement) -> DemandeFinancement:
        exemplaire = DemandeFinancement.objects.select_related("dossier__contrat", "financeur").get(pk=demande.pk)
        lues.wait()
        return exemplaire

    monkeypatch.setattr(actes, "verrouiller_demande", sans_verrou)
    monkeypatch.setattr(vues, "verrouiller_demande", lambda demande: demande)
    demande, appeler = _financeur()
    refus = partial(appeler, "post", f"{demande.pk}/refuser/", {"motif": "Non."})
    assert _statuts(en_meme_temps(refus, refus)) == [200, 200]
    assert LigneJournal.objects.de(demande).count() == 2
