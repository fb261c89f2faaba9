"""Each funder's own act: vote, refusal, notification, and what refuses them."""

from __future__ import annotations

from datetime import date

import pytest

from commun.erreurs import ActeRefuse, RegleEnfreinte
from contrats.models import Position
from programmation import actions
from programmation.actions import NouvelActe
from programmation.etats import EtatDemande
from programmation.forms.demandes import VoteForm
from programmation.lectures.enveloppes import verifier_enveloppes
from programmation.models import Dossier
from tests.fabriques import ActeDecisionFactory, DemandeFactory, DispositifFactory
from tests.programmation.actions.reperes import ACTE, PIECE, compteurs, euros, vie

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("montant", ["5000", "1200.10", "7000"])
def test_l_acte_du_financeur_rend_son_montant_ferme(programmee, gens, le, montant: str) -> None:
    actions.voter(programmee, acte=ACTE, montant=euros(montant), par=gens.decideur, le=le)

    programmee.refresh_from_db()
    assert (programmee.etat, programmee.montant_vote) == (EtatDemande.VOTEE, euros(montant))
    assert programmee.montant_programme == 5000  # what the COPIL validated stays on record
    acte = programmee.acte
    assert (acte.organisme, acte.numero, acte.pris_le) == (gens.departement, ACTE.numero, ACTE.pris_le)
    assert compteurs(programmee.enveloppe) == (0, euros(montant))
    (ligne,) = vie(programmee)
    assert (ligne.avant["montant_vote"], ligne.apres["montant_vote"]) == (None, montant)
    assert not verifier_enveloppes()


def test_un_vote_au_dela_de_l_enveloppe_est_refuse(programmee, gens, le) -> None:
    """S-19."""
    Dossier.objects.update(cout_total=200_000)
    with pytest.raises(RegleEnfreinte) as refus:
        actions.voter(programmee, acte=ACTE, montant=euros("100000.01"), par=gens.decideur, le=le)
    assert refus.value.code == "enveloppe_insuffisante"
    assert compteurs(programmee.enveloppe) == (5000, 0)
    actions.voter(programmee, acte=ACTE, montant=euros(100_000), par=gens.decideur, le=le)


def test_deux_lignes_du_meme_acte_le_partagent(programmee, gens, le) -> None:
    seconde = DemandeFactory(
        dossier=programmee.dossier, financeur=gens.departement, programmee=True, dispositif=DispositifFactory()
    )
    for demande in (programmee, seconde):
        actions.voter(demande, acte=ACTE, montant=euros(10), par=gens.decideur, le=le)
        demande.refresh_from_db()
    assert programmee.acte == seconde.acte


def test_un_meme_numero_d_acte_n_a_pas_deux_dates(programmee, gens, le) -> None:
    ActeDecisionFactory(
        contrat=programmee.dossier.contrat,
        organisme=gens.departement,
        numero=ACTE.numero,
        pris_le=date(2026, 6, 14),
        recu_prefecture_le=None,
    )
    with pytest.raises(RegleEnfreinte, match="14/06/2026") as refus:
        actions.voter(programmee, acte=ACTE, montant=euros(10), par=gens.decideur, le=le)
    assert refus.value.champ == "numero"


def test_l_acte_est_celui_du_financeur_dans_ce_contrat(programmee, gens, le) -> None:
    d_un_autre = ActeDecisionFactory(contrat=programmee.dossier.contrat, organisme=gens.region)
    d_ailleurs = ActeDecisionFactory(organisme=gens.departement)
    for acte in (d_un_autre, d_ailleurs):
        with pytest.raises(RegleEnfreinte) as refus:
            actions.voter(programmee, acte=acte, montant=euros(10), par=gens.decideur, le=le)
        assert refus.value.champ == "acte"


def test_un_acte_qui_prend_acte_ne_rend_rien_ferme(programmee, gens, le) -> None:
    """Picked in the list, or found again under its number."""
    note = ActeDecisionFactory(
        contrat=programmee.dossier.contrat,
        organisme=gens.departement,
        numero=ACTE.numero,
        pris_le=ACTE.pris_le,
        recu_prefecture_le=None,
        position=Position.PREND_ACTE,
    )
    assert note not in VoteForm(demande=programmee, pour_le_compte=False).fields["acte"].queryset
    for acte, champ in ((note, "acte"), (ACTE, "numero")):
        with pytest.raises(RegleEnfreinte, match="« prend acte »") as refus:
            actions.voter(programmee, acte=acte, montant=euros(10), par=gens.decideur, le=le)
        assert refus.value.champ == champ
    assert compteurs(programmee.enveloppe) == (5000, 0)


def test_l_acte_suit_le_copil_qu_il_soit_nouveau_ou_deja_enregistre(programmee, gens, le) -> None:
    veille, jour_meme = date(2026, 4, 9), date(2026, 4, 10)
    enregistre = ActeDecisionFactory(
        contrat=programmee.dossier.contrat, organisme=gens.departement, pris_le=veille, recu_prefecture_le=None
    )
    for acte, champ in ((NouvelActe("CP", "1", veille), "pris_le"), (enregistre, "acte")):
        with pytest.raises(RegleEnfreinte, match="suit la validation du COPIL") as refus:
            actions.voter(programmee, acte=acte, montant=euros(10), par=gens.decideur, le=le)
        assert refus.value.champ == champ
    assert compteurs(programmee.enveloppe) == (5000, 0)
    actions.voter(programmee, acte=NouvelActe("CP", "2", jour_meme), montant=euros(10), par=gens.decideur, le=le)


@pytest.mark.parametrize("montant", ["0", "-1"])
def test_un_montant_vote_est_positif(programmee, gens, le, montant: str) -> None:
    with pytest.raises(RegleEnfreinte, match="enregistrez un refus"):
        actions.voter(programmee, acte=ACTE, montant=euros(montant), par=gens.decideur, le=le)


@pytest.mark.parametrize("qui", ["instructeur", "voisin", "delegue", "porteur", "copil", "conseil", "signataire"])
def test_seul_le_decideur_du_financeur_acte_refuse_et_notifie(programmee, votee, gens, le, qui: str) -> None:
    par = getattr(gens, qui)
    with pytest.raises(ActeRefuse):
        actions.voter(programmee, acte=ACTE, montant=euros(10), par=par, le=le, piece_source=PIECE)
    with pytest.raises(ActeRefuse):
        actions.refuser(programmee, motif="Non", par=par, le=le, piece_source=PIECE)
    with pytest.raises(ActeRefuse):
        actions.notifier(votee, jour=date(2026, 7, 1), par=par, le=le)


@pytest.mark.parametrize("etat", ["dotee", "proposee", "votee", "refusee", "notifiee"])
def test_l_acte_s_enregistre_apres_le_copil_et_une_seule_fois(dossier, gens, le, etat: str) -> None:
    demande = DemandeFactory(dossier=dossier, financeur=gens.departement, **{etat: True})
    with pytest.raises(ActeRefuse, match="après la validation du COPIL"):
        actions.voter(demande, acte=ACTE, montant=euros(10), par=gens.decideur, le=le)


def test_l_equipe_enregistre_l_acte_d_un_financeur_sur_piece(programmee, gens, le) -> None:
    with pytest.raises(RegleEnfreinte) as refus:
        actions.voter(programmee, acte=ACTE, montant=euros(10), par=gens.chef, le=le)
    assert refus.value.champ == "piece_source"
    assert compteurs(programmee.enveloppe) == (5000, 0)

    actions.voter(programmee, acte=ACTE, montant=euros(10), par=gens.chef, le=le, piece_source=PIECE)
    programmee.refresh_from_db()
    assert (programmee.saisi_par_organisme, programmee.piece_source) == (gens.chef.organisme, PIECE)
    assert vie(programmee)[-1].pour_le_compte_de_nom == str(gens.departement)


@pytest.mark.parametrize("etat", ["dotee", "proposee", "programmee"])
def test_un_refus_rend_ce_qui_etait_programme(dossier, gens, le, etat: str) -> None:
    demande = DemandeFactory(dossier=dossier, financeur=gens.departement, **{etat: True})
    avant = demande.etat

    actions.refuser(demande, motif="Hors des priorités", par=gens.decideur, le=le)

    demande.refresh_from_db()
    assert (demande.etat, demande.motif) == (EtatDemande.REFUSEE, "Hors des priorités")
    assert (demande.montant_programme, demande.programme_le) == (None, None)
    assert compteurs(demande.enveloppe) == (0, 0)
    (ligne,) = vie(demande)
    assert (ligne.avant["etat"], ligne.apres["etat"]) == (avant, "refusee")


def test_un_refus_dit_son_motif_et_sa_piece_quand_un_autre_l_ecrit(programmee, gens, le) -> None:
    with pytest.raises(RegleEnfreinte) as refus:
        actions.refuser(programmee, motif=" ", par=gens.decideur, le=le)
    assert refus.value.champ == "motif"
    with pytest.raises(RegleEnfreinte) as refus:
        actions.refuser(programmee, motif="Non", par=gens.chef, le=le)
    assert refus.value.champ == "piece_source"
    assert compteurs(programmee.enveloppe) == (5000, 0)

    actions.refuser(programmee, motif="Non", par=gens.chef, le=le, piece_source=PIECE)
    programmee.refresh_from_db()
    assert (programmee.saisi_par_organisme, programmee.piece_source) == (gens.chef.organisme, PIECE)


def test_un_financeur_ne_refuse_plus_ce_qu_il_a_vote(votee, gens, le) -> None:
    with pytest.raises(ActeRefuse, match="déjà « votée »"):
        actions.refuser(votee, motif="Non", par=gens.decideur, le=le)
    assert compteurs(votee.enveloppe) == (0, 5000)


def test_notifier_date_l_information_du_porteur(votee, gens, le) -> None:
    with pytest.raises(RegleEnfreinte) as refus:
        actions.notifier(votee, jour=date(2026, 6, 14), par=gens.decideur, le=le)
    assert refus.value.champ == "jour"

    actions.notifier(votee, jour=date(2026, 6, 15), par=gens.decideur, le=le)
    votee.refresh_from_db()
    assert (votee.etat, votee.notifie_le) == (EtatDemande.NOTIFIEE, date(2026, 6, 15))
    assert vie(votee)[-1].apres == {"etat": "notifiee", "notifie_le": "2026-06-15"}
    with pytest.raises(ActeRefuse, match="une fois voté"):
        actions.notifier(votee, jour=date(2026, 6, 15), par=gens.decideur, le=le)
