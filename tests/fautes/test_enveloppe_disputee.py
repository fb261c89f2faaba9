"""F1: sixteen processes take from one envelope at once; what is taken stops at its cap, to the cent.

The control takes the two belts off, the conditional UPDATE and the CHECK, from the same action on the same table: it
spends more than there is.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from programmation.lectures.enveloppes import verifier_enveloppes
from programmation.models import DemandeFinancement, Dossier, Enveloppe
from tests.fabriques import (
    ActeDecisionFactory,
    ComiteFactory,
    DemandeFactory,
    DispositifFactory,
    DossierFactory,
    ReunionFactory,
)
from tests.fautes.gestes import ACTES, prendre, voter_sans_garde

pytestmark = pytest.mark.django_db(transaction=True)

PROCESSUS = 16
ADMIS = 250  # out of 400: the cap falls in the middle of a round


def test_seize_processus_prennent_sur_une_enveloppe_exactement_ce_qu_elle_permet(en_processus: Any) -> None:
    """S-19. Half of them programme files of 10 €; the others vote 15 € where 5 € were programmed: 10 € more each time."""
    enveloppe, *arguments = _quatre_cents_actes()

    total = sum((Counter(issues) for issues in en_processus(PROCESSUS, prendre, *arguments)), Counter())

    assert total == {"fait": ADMIS, "enveloppe_insuffisante": PROCESSUS * ACTES - ADMIS}
    enveloppe.refresh_from_db()
    assert enveloppe.montant_programme + enveloppe.montant_vote == enveloppe.montant
    assert enveloppe.disponible == 0
    assert not verifier_enveloppes()


def test_seize_processus_qui_votent_vingt_cinq_fois_depensent_l_enveloppe_a_l_euro(en_processus: Any) -> None:
    """All vote 15 € where 5 € were programmed, on one envelope that allows 250 of the 400 votes."""
    enveloppe, *arguments = _quatre_cents_actes(votes_seuls=True)

    total = sum((Counter(issues) for issues in en_processus(PROCESSUS, prendre, *arguments)), Counter())

    assert total == {"fait": ADMIS, "enveloppe_insuffisante": PROCESSUS * ACTES - ADMIS}
    enveloppe.refresh_from_db()
    assert enveloppe.montant_vote == 15 * ADMIS
    assert enveloppe.disponible == 0
    assert not verifier_enveloppes()


def test_temoin_les_memes_votes_sans_les_deux_gardes_depensent_plus_que_l_enveloppe(en_processus: Any) -> None:
    enveloppe, *arguments = _quatre_cents_actes(votes_seuls=True)
    garde = next(c for c in Enveloppe._meta.constraints if c.name == "programmation_enveloppe_non_depassee")
    with connection.schema_editor() as schema:
        schema.remove_constraint(Enveloppe, garde)
    try:
        total = sum((Counter(issues) for issues in en_processus(PROCESSUS, voter_sans_garde, *arguments)), Counter())
        votees = DemandeFinancement.objects.filter(enveloppe=enveloppe, etat="votee").count()
    finally:
        Enveloppe.objects.update(montant=F("montant_programme") + F("montant_vote"))
        with connection.schema_editor() as schema:
            schema.add_constraint(Enveloppe, garde)
    assert votees == total["fait"]
    assert 15 * votees + 5 * (PROCESSUS * ACTES - votees) > enveloppe.montant


def _quatre_cents_actes(*, votes_seuls: bool = False) -> tuple[Enveloppe, list[list[int]], int, int]:
    """One envelope, for each process its own files, the COPIL, the funder's act; half of the processes vote, or all."""
    modele = DossierFactory(en_instruction=True, dispositif=DispositifFactory(), cout_total=Decimal(1000))
    contrat = modele.contrat
    copil = ReunionFactory(comite=ComiteFactory(contrat=contrat), le=date(2026, 4, 10))
    type_ = DemandeFactory(dossier=modele, dotee=True, montant_demande=Decimal(10))
    acte = ActeDecisionFactory(contrat=contrat, organisme=type_.financeur)
    voteurs = PROCESSUS if votes_seuls else PROCESSUS // 2
    enveloppe = type_.enveloppe
    enveloppe.montant_programme = Decimal(5 * voteurs * ACTES)
    enveloppe.montant = enveloppe.montant_programme + 10 * ADMIS
    enveloppe.save()

    def dossier(numero: int, etat: str) -> Dossier:
        return Dossier(
            contrat=contrat,
            campagne=modele.campagne,
            numero=f"F1-{numero:04d}",
            etat=etat,
            dispositif=modele.dispositif,
            porteur=modele.porteur,
            intitule="Dossier disputé",
            orientation=modele.orientation,
            theme_p147=modele.theme_p147,
            cout_total=Decimal(1000),
            depose_le=modele.depose_le,
        )

    rangs = range(PROCESSUS * ACTES)
    a_voter = {rang: votes_seuls or rang % PROCESSUS % 2 == 1 for rang in rangs}
    dossiers = Dossier.objects.bulk_create(dossier(r, "programme" if a_voter[r] else "en_instruction") for r in rangs)
    DemandeFinancement.objects.bulk_create(
        DemandeFinancement(
            dossier=dossiers[rang],
            financeur=type_.financeur,
            dispositif=type_.dispositif,
            nature=type_.nature,
            enveloppe=enveloppe,
            montant_demande=Decimal(10),
            montant_propose=Decimal(10),
            **(
                {
                    "etat": "programmee",
                    "montant_programme": Decimal(5),
                    "programme_le": copil.le,
                    "reunion": copil,
                }
                if a_voter[rang]
                else {"etat": "proposee"}
            ),
        )
        for rang in rangs
    )

    lots = [[dossiers[rang].pk for rang in rangs if rang % PROCESSUS == p] for p in range(PROCESSUS)]
    return enveloppe, lots, copil.pk, acte.pk
