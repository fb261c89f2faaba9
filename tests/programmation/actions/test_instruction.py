"""A file as a file: who moves it forward, from which state, and what the journal says."""

from __future__ import annotations

import pytest

from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.etats import TransitionImpossible
from programmation import actions
from programmation.etats import EtatDossier
from tests.fabriques import ContratFactory, DossierFactory
from tests.programmation.actions.reperes import vie

pytestmark = pytest.mark.django_db


PAS = [
    ("declarer_complet", "depose", EtatDossier.COMPLET, True),
    ("declarer_complet", "incomplet", EtatDossier.COMPLET, True),
    ("declarer_incomplet", "depose", EtatDossier.INCOMPLET, True),
    ("declarer_incomplet", "complet", EtatDossier.INCOMPLET, True),
    ("declarer_recevable", "complet", EtatDossier.RECEVABLE, False),
    ("declarer_irrecevable", "complet", EtatDossier.IRRECEVABLE, True),
    ("ouvrir_instruction", "recevable", EtatDossier.EN_INSTRUCTION, False),
    ("retirer", "en_instruction", EtatDossier.RETIRE, True),
    ("reprendre_l_examen", "irrecevable", EtatDossier.DEPOSE, True),
    ("reprendre_l_examen", "retire", EtatDossier.DEPOSE, True),
    ("reprendre", "ajourne", EtatDossier.EN_INSTRUCTION, False),
]


@pytest.mark.parametrize(("acte", "depart", "arrivee", "motive"), PAS)
def test_l_equipe_fait_avancer_un_dossier_et_le_journal_le_dit(
    contrat, gens, le, acte: str, depart: str, arrivee: str, motive: bool
) -> None:
    dossier = DossierFactory(contrat=contrat, **{depart: True})
    avant = dossier.etat

    suite = {"motif": "  Il manque le RIB.  "} if motive else {}
    getattr(actions, acte)(dossier, par=gens.chef, le=le, **suite)

    dossier.refresh_from_db()
    assert dossier.etat == arrivee
    (ligne,) = vie(dossier)
    assert (ligne.acte, ligne.fait_le, ligne.utilisateur) == (acte, le, gens.chef.utilisateur)
    assert (ligne.avant, ligne.apres) == ({"etat": avant}, {"etat": arrivee})
    assert ligne.motif == ("Il manque le RIB." if motive else "")


@pytest.mark.parametrize(
    "qui", ["instructeur", "decideur", "voisin", "delegue", "porteur", "copil", "conseil", "signataire"]
)
@pytest.mark.parametrize(("acte", "depart", "arrivee", "motive"), PAS)
def test_personne_d_autre_que_l_equipe_ne_fait_avancer_un_dossier(
    contrat, gens, le, qui: str, acte: str, depart: str, arrivee: str, motive: bool
) -> None:
    dossier = DossierFactory(contrat=contrat, **{depart: True})
    avant = dossier.etat

    with pytest.raises(ActeRefuse):
        getattr(actions, acte)(dossier, par=getattr(gens, qui), le=le, **({"motif": "Motif"} if motive else {}))

    dossier.refresh_from_db()
    assert dossier.etat == avant
    assert not vie(dossier)


@pytest.mark.parametrize("acte", sorted({acte for acte, *_, motive in PAS if motive} | {"deprogrammer"}))
@pytest.mark.parametrize("motif", ["", "   \n"])
def test_un_acte_que_l_on_devra_expliquer_demande_un_motif(contrat, gens, le, acte: str, motif: str) -> None:
    depart = {"deprogrammer": "programme"}.get(acte, "depose")
    dossier = DossierFactory(contrat=contrat, **{depart: True})
    avant = dossier.etat

    with pytest.raises(RegleEnfreinte) as refus:
        getattr(actions, acte)(dossier, motif=motif, par=gens.chef, le=le)

    dossier.refresh_from_db()
    assert refus.value.champ == "motif"
    assert dossier.etat == avant


def test_un_chef_de_projet_d_un_autre_contrat_ne_touche_a_rien(auteur_de, dossier, le) -> None:
    etranger = auteur_de("chef_de_projet", contrat=ContratFactory())
    with pytest.raises(ActeRefuse):
        actions.retirer(dossier, motif="Motif", par=etranger, le=le)


def test_un_acte_hors_de_son_etat_dit_l_etat_attendu_et_l_etat_reel(dossier, gens, le) -> None:
    with pytest.raises(TransitionImpossible, match=r"« Recevable ».*« En instruction »"):
        actions.ouvrir_instruction(dossier, par=gens.chef, le=le)
    assert not vie(dossier)


def test_un_exemplaire_perime_ne_rejoue_pas_un_acte(contrat, gens, le) -> None:
    perime = DossierFactory(contrat=contrat, depose=True)
    actions.declarer_complet(perime, motif="Tout est là.", par=gens.chef, le=le)

    with pytest.raises(TransitionImpossible):
        actions.declarer_complet(perime, par=gens.chef, le=le)
    assert len(vie(perime)) == 1
