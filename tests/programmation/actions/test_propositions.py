"""Proposals: each funder on its own row."""

from __future__ import annotations

import pytest

from commun.erreurs import ActeRefuse, RegleEnfreinte
from programmation import actions
from programmation.etats import EtatDemande
from tests.fabriques import DemandeFactory, DossierFactory
from tests.programmation.actions.reperes import PIECE, compteurs, euros, vie

pytestmark = pytest.mark.django_db


def test_un_financeur_propose_puis_corrige_sa_proposition(demande, gens, le) -> None:
    actions.proposer(demande, montant=euros("3500.50"), conditions="Sur facture", par=gens.instructeur, le=le)
    actions.proposer(demande, montant=euros(4000), par=gens.decideur, le=le, partagee=False)

    demande.refresh_from_db()
    assert (demande.etat, demande.montant_propose) == (EtatDemande.PROPOSEE, euros(4000))
    assert (demande.proposition_partagee, demande.saisi_par_organisme) == (False, None)
    premiere, seconde = vie(demande)
    assert (premiere.avant["etat"], premiere.avant["montant_propose"]) == ("demandee", None)
    assert premiere.apres["montant_propose"] == seconde.avant["montant_propose"] == "3500.50"
    assert seconde.apres["montant_propose"] == "4000"
    assert compteurs(demande.enveloppe) == (0, 0)


@pytest.mark.parametrize("qui", ["voisin", "delegue", "porteur", "copil", "conseil", "signataire"])
def test_seul_le_financeur_propose_sur_sa_ligne(demande, gens, le, qui: str) -> None:
    with pytest.raises(ActeRefuse):
        actions.proposer(demande, montant=euros(10), par=getattr(gens, qui), le=le, piece_source=PIECE)
    demande.refresh_from_db()
    assert (demande.etat, demande.montant_propose) == (EtatDemande.DEMANDEE, None)


@pytest.mark.parametrize("montant", ["-0.01", "20000.01"])
def test_une_proposition_va_de_zero_au_cout_de_l_action(demande, gens, le, montant: str) -> None:
    with pytest.raises(RegleEnfreinte) as refus:
        actions.proposer(demande, montant=euros(montant), par=gens.instructeur, le=le)
    assert refus.value.champ == "montant"
    for limite in ("0", "20000"):
        actions.proposer(demande, montant=euros(limite), par=gens.instructeur, le=le)


def test_l_equipe_propose_pour_le_compte_d_un_financeur_sur_piece(demande, gens, le) -> None:
    with pytest.raises(RegleEnfreinte) as refus:
        actions.proposer(demande, montant=euros(100), par=gens.chef, le=le, piece_source="  ")
    assert refus.value.champ == "piece_source"

    actions.proposer(demande, montant=euros(100), par=gens.chef, le=le, piece_source=PIECE, partagee=False)

    demande.refresh_from_db()
    assert (demande.saisi_par_organisme, demande.piece_source) == (gens.chef.organisme, PIECE)
    assert demande.proposition_partagee  # what the team typed is no private draft
    (ligne,) = vie(demande)
    assert ligne.pour_le_compte_de_id == gens.departement.pk
    assert (ligne.organisme_id, ligne.motif) == (gens.chef.organisme.pk, PIECE)


def test_l_equipe_n_ecrase_pas_le_brouillon_d_un_financeur(demande, gens, le) -> None:
    actions.proposer(demande, montant=euros(300), par=gens.instructeur, le=le, partagee=False)

    with pytest.raises(RegleEnfreinte, match="pas encore partagée"):
        actions.proposer(demande, montant=euros(100), par=gens.chef, le=le, piece_source=PIECE)

    demande.refresh_from_db()
    assert (demande.montant_propose, demande.proposition_partagee) == (euros(300), False)


def test_le_financeur_qui_confirme_efface_la_mention_de_la_saisie(demande, gens, le) -> None:
    actions.proposer(demande, montant=euros(100), par=gens.chef, le=le, piece_source=PIECE)
    actions.proposer(demande, montant=euros(100), par=gens.instructeur, le=le)
    demande.refresh_from_db()
    assert (demande.saisi_par_organisme, demande.piece_source) == (None, "")


@pytest.mark.parametrize("etat", ["depose", "recevable", "ajourne", "retire", "clos"])
def test_on_ne_propose_que_pendant_l_instruction(contrat, gens, le, etat: str) -> None:
    demande = DemandeFactory(
        dossier=DossierFactory(contrat=contrat, **{etat: True}), financeur=gens.departement, dotee=True
    )
    with pytest.raises(ActeRefuse, match="pendant l’instruction"):
        actions.proposer(demande, montant=euros(10), par=gens.instructeur, le=le)


def test_on_ne_propose_plus_apres_un_refus(dossier, gens, le) -> None:
    demande = DemandeFactory(dossier=dossier, financeur=gens.departement, refusee=True)
    with pytest.raises(ActeRefuse, match="déjà « refusée »"):
        actions.proposer(demande, montant=euros(10), par=gens.instructeur, le=le)
