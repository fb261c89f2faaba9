"""Opinions: whose they are, until when, and on which document."""

from __future__ import annotations

import pytest

from commun.auteur import Canal, systeme
from commun.erreurs import ActeRefuse, RegleEnfreinte
from programmation import actions
from programmation.etats import SensAvis
from programmation.models import Avis
from tests.fabriques import DemandeFactory, DossierFactory
from tests.programmation.actions.reperes import PIECE, vie

pytestmark = pytest.mark.django_db


def test_un_avis_se_donne_puis_se_change_et_le_journal_garde_les_deux(dossier, demande, gens, le) -> None:
    actions.donner_avis(dossier, sens=SensAvis.RESERVE, texte="Budget à revoir", par=gens.instructeur, le=le)
    actions.donner_avis(dossier, sens=SensAvis.FAVORABLE, texte="Budget revu", par=gens.decideur, le=le)

    avis = Avis.objects.get(dossier=dossier)
    assert (avis.organisme, avis.sens, avis.texte, avis.rendu_le) == (gens.departement, "favorable", "Budget revu", le)
    assert avis.saisi_par_organisme is None
    premier, second = vie(dossier)
    assert (premier.acte, second.acte) == ("donner_avis", "modifier_avis")
    assert second.avant == premier.apres == {"sens": "reserve", "texte": "Budget à revoir"}


@pytest.mark.parametrize("qui", ["voisin", "porteur", "copil", "conseil", "signataire"])
def test_qui_n_instruit_pas_le_dossier_ne_donne_pas_d_avis(dossier, demande, gens, le, qui: str) -> None:
    with pytest.raises(ActeRefuse):
        actions.donner_avis(dossier, sens="favorable", texte="", par=getattr(gens, qui), le=le)
    assert not Avis.objects.exists()


def test_un_avis_vient_avant_la_decision(contrat, gens, le) -> None:
    dossier = DossierFactory(contrat=contrat, programme=True)
    DemandeFactory(dossier=dossier, financeur=gens.departement)
    with pytest.raises(ActeRefuse, match="avant la décision"):
        actions.donner_avis(dossier, sens="favorable", texte="", par=gens.instructeur, le=le)


def test_l_avis_d_un_autre_organisme_s_ecrit_par_l_equipe_sur_piece(dossier, gens, le) -> None:
    pour_la_region = gens.chef.au_nom_de(gens.region)
    with pytest.raises(RegleEnfreinte, match="document"):
        actions.donner_avis(dossier, sens="favorable", texte="", par=pour_la_region, le=le)

    actions.donner_avis(dossier, sens="favorable", texte="", par=pour_la_region, le=le, piece_source=PIECE)

    avis = Avis.objects.get(dossier=dossier)
    assert (avis.organisme, avis.saisi_par_organisme) == (gens.region, gens.chef.organisme)
    (ligne,) = vie(dossier)
    assert (ligne.pour_le_compte_de_id, ligne.motif) == (gens.region.pk, PIECE)


def test_un_cofinanceur_n_ecrit_pas_l_avis_d_un_autre(dossier, demande, gens, le) -> None:
    with pytest.raises(ActeRefuse, match="autre organisme"):
        actions.donner_avis(
            dossier,
            sens="defavorable",
            texte="",
            par=gens.instructeur.au_nom_de(gens.region),
            le=le,
            piece_source=PIECE,
        )


def test_un_avis_est_celui_d_un_organisme(dossier, le) -> None:
    with pytest.raises(RegleEnfreinte, match="organisme"):
        actions.donner_avis(dossier, sens="favorable", texte="", par=systeme(Canal.COMMANDE), le=le)
