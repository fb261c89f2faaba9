"""The engine of states, apart from any table."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from commun.auteur import Auteur, Canal
from commun.etats import Transition, TransitionImpossible, diagramme
from commun.models import LigneJournal
from tests.fabriques import DemandeFactory, DossierFactory, OrganismeFactory

LE = datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_le_diagramme_dit_chaque_passage():
    table = {"ouvrir": Transition(("ferme",), "ouvert", "Ouvrir"), "fermer": Transition(("ouvert",), "ferme", "Fermer")}

    assert diagramme(table, {"ferme": "Fermé", "ouvert": "Ouvert"}, "ferme").splitlines() == [
        "stateDiagram-v2",
        "    ferme : Fermé",
        "    ouvert : Ouvert",
        "    [*] --> ferme",
        "    ferme --> ouvert : ouvrir",
        "    ouvert --> ferme : fermer",
    ]


@pytest.mark.django_db
def test_un_acte_impossible_dit_l_etat_attendu_et_l_etat_actuel():
    dossier = DossierFactory()

    with pytest.raises(TransitionImpossible) as refus:
        dossier.changer_etat("ouvrir_instruction", par=Auteur(), le=LE)

    assert refus.value.message == (
        "« Ouvrir l’instruction » demande l’état « Recevable » ; l’état actuel est « Brouillon ». Rechargez la page."
    )
    assert refus.value.code == "transition_impossible"
    assert not dossier.transition_possible("ouvrir_instruction")
    assert dossier.transition_possible("deposer")


@pytest.mark.django_db
def test_la_ligne_montre_les_champs_avant_et_apres():
    demande = DemandeFactory(proposee=True)
    demande.changer_etat(
        "proposer",
        par=Auteur(canal=Canal.API, organisme=demande.financeur),
        le=LE,
        motif="Révisé en COTECH",
        champs={"montant_propose": Decimal("4200.50"), "saisi_par_organisme": OrganismeFactory(nom="EPCI")},
    )

    ligne = LigneJournal.objects.de(demande).get()
    assert ligne.avant == {"etat": "proposee", "montant_propose": "5000.00", "saisi_par_organisme": None}
    assert ligne.apres == {"etat": "proposee", "montant_propose": "4200.50", "saisi_par_organisme": "EPCI"}
    assert (ligne.motif, ligne.libelle) == ("Révisé en COTECH", "Proposer un montant")
    demande.refresh_from_db()
    assert demande.montant_propose == Decimal("4200.50")


@pytest.mark.django_db
def test_un_acte_inconnu_est_une_erreur_de_programme():
    with pytest.raises(KeyError):
        DossierFactory().changer_etat("voler", par=Auteur(), le=LE)
