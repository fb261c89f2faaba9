"""Envelopes: movements, overruns, and their bounds."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from commun.erreurs import ActeRefuse, RegleEnfreinte
from programmation import actions
from programmation.models import Enveloppe
from tests.fabriques import EnveloppeFactory
from tests.programmation.actions.reperes import euros, vie

pytestmark = pytest.mark.django_db


def test_un_mouvement_change_l_enveloppe_et_garde_sa_trace(contrat, gens, le) -> None:
    enveloppe = EnveloppeFactory(contrat=contrat, etat="attendue", montant=euros(1000))

    jour = date(2026, 3, 1)
    actions.mouvementer_enveloppe(
        enveloppe, montant=euros("-250.50"), motif="Gel", jour=jour, par=gens.chef, le=le, notifiee=True
    )

    enveloppe.refresh_from_db()
    assert (enveloppe.montant, enveloppe.etat) == (euros("749.50"), "notifiee")
    mouvement = enveloppe.mouvements.get()
    assert (mouvement.le, mouvement.montant, mouvement.motif) == (jour, euros("-250.50"), "Gel")
    (ligne,) = vie(enveloppe)
    assert ligne.avant == {"montant": "1000.00", "etat": "attendue"}
    assert ligne.apres == {"montant": "749.50", "etat": "notifiee"}


def test_une_enveloppe_ne_descend_pas_sous_ce_qui_est_pris(programmee, gens, le) -> None:
    enveloppe = programmee.enveloppe
    baisse = {"motif": "Gel", "jour": date(2026, 5, 1), "par": gens.chef, "le": le}
    with pytest.raises(RegleEnfreinte, match="ne suffit pas"):
        actions.mouvementer_enveloppe(enveloppe, montant=euros("-95000.01"), **baisse)
    enveloppe.refresh_from_db()
    assert enveloppe.montant == 100_000
    assert not enveloppe.mouvements.exists()
    actions.mouvementer_enveloppe(enveloppe, montant=euros(-95_000), **baisse)


def test_un_depassement_accorde_ne_se_retire_pas_une_fois_pris(programmee, gens, le) -> None:
    enveloppe = programmee.enveloppe
    actions.autoriser_depassement(enveloppe, montant=euros(500), motif="Report", par=gens.chef, le=le)
    Enveloppe.objects.filter(pk=enveloppe.pk).update(montant=euros(4500))
    with pytest.raises(RegleEnfreinte, match="ne suffit pas"):
        actions.autoriser_depassement(enveloppe, montant=euros("499.99"), motif="Retrait", par=gens.chef, le=le)
    ligne = vie(enveloppe)[-1]
    assert ligne.avant == {"depassement_autorise": "0.00"}
    assert ligne.apres == {"depassement_autorise": "500"}


@pytest.mark.parametrize(("montant", "motif", "champ"), [("-1", "Report", "montant"), ("1", " ", "motif")])
def test_un_depassement_est_positif_et_motive(contrat, gens, le, montant: str, motif: str, champ: str) -> None:
    with pytest.raises(RegleEnfreinte) as refus:
        actions.autoriser_depassement(
            EnveloppeFactory(contrat=contrat), montant=euros(montant), motif=motif, par=gens.chef, le=le
        )
    assert refus.value.champ == champ


def test_un_mouvement_sans_motif_ne_change_rien(contrat, gens, le) -> None:
    enveloppe = EnveloppeFactory(contrat=contrat)
    with pytest.raises(RegleEnfreinte) as refus:
        actions.mouvementer_enveloppe(
            enveloppe, montant=euros(1), motif="", jour=date(2026, 3, 1), par=gens.chef, le=le
        )
    enveloppe.refresh_from_db()
    assert (refus.value.champ, enveloppe.montant) == ("motif", 100_000)


@pytest.mark.parametrize("qui", ["instructeur", "decideur", "delegue", "porteur", "copil"])
def test_les_enveloppes_sont_tenues_par_l_equipe(contrat, gens, le, qui: str) -> None:
    enveloppe = EnveloppeFactory(contrat=contrat, financeur=gens.departement)
    with pytest.raises(ActeRefuse):
        actions.mouvementer_enveloppe(
            enveloppe, montant=euros(1), motif="Gel", jour=date(2026, 3, 1), par=getattr(gens, qui), le=le
        )
    with pytest.raises(ActeRefuse):
        actions.autoriser_depassement(enveloppe, montant=euros(1), motif="Report", par=getattr(gens, qui), le=le)


def test_la_base_refuse_un_compteur_au_dela_de_l_enveloppe_meme_sans_l_action(contrat) -> None:
    enveloppe = EnveloppeFactory(contrat=contrat, montant=euros(100))
    with pytest.raises(IntegrityError, match="programmation_enveloppe_non_depassee"), transaction.atomic():
        Enveloppe.objects.filter(pk=enveloppe.pk).update(montant_programme=euros("100.01"))
