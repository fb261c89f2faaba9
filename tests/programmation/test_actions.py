"""Acts on files, requests and envelopes: what each changes and writes down, and all that refuses it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.db.models import Sum

from commun.auteur import Auteur, Canal, systeme
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.etats import TransitionImpossible
from commun.journal import verifier_chaine
from commun.models import LigneJournal
from contrats.etats import Role
from programmation import actions
from programmation.actions import NouvelActe
from programmation.etats import DEMANDE_CONSOMME, EtatDemande, EtatDossier, SensAvis
from programmation.lectures.enveloppes import verifier_enveloppes
from programmation.models import Avis, DemandeFinancement, Dossier, Enveloppe
from tests.fabriques import (
    ActeDecisionFactory,
    CampagneFactory,
    ComiteFactory,
    ContratFactory,
    DemandeFactory,
    DispositifFactory,
    DossierFactory,
    EnveloppeFactory,
    OrganismeFactory,
    ReunionFactory,
)

pytestmark = pytest.mark.django_db

ACTE = NouvelActe("Commission permanente", "CP-2026-118", date(2026, 6, 15))
PIECE = "Courriel du 12 mars 2026"


def vie(objet: Any) -> list[LigneJournal]:
    return list(LigneJournal.objects.de(objet))


def euros(texte: str | int) -> Decimal:
    return Decimal(texte)


@pytest.fixture
def demande(dossier: Dossier, gens: Any) -> DemandeFinancement:
    """5 000 € asked of the département, which has an envelope of 100 000 €."""
    return DemandeFactory(dossier=dossier, financeur=gens.departement, dotee=True)


@pytest.fixture
def proposee(dossier: Dossier, gens: Any) -> DemandeFinancement:
    return DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)


@pytest.fixture
def programmee(contrat, gens: Any) -> DemandeFinancement:
    dossier = DossierFactory(contrat=contrat, programme=True)
    return DemandeFactory(dossier=dossier, financeur=gens.departement, programmee=True)


@pytest.fixture
def votee(contrat, gens: Any) -> DemandeFinancement:
    dossier = DossierFactory(contrat=contrat, programme=True)
    return DemandeFactory(dossier=dossier, financeur=gens.departement, votee=True)


def compteurs(enveloppe: Enveloppe) -> tuple[Decimal, Decimal]:
    enveloppe.refresh_from_db()
    return enveloppe.montant_programme, enveloppe.montant_vote


# --- The file as a file -----------------------------------------------------------------------------------------------
PAS = [
    ("declarer_complet", "depose", EtatDossier.COMPLET, False),
    ("declarer_complet", "incomplet", EtatDossier.COMPLET, False),
    ("declarer_incomplet", "depose", EtatDossier.INCOMPLET, True),
    ("declarer_incomplet", "complet", EtatDossier.INCOMPLET, True),
    ("declarer_recevable", "complet", EtatDossier.RECEVABLE, False),
    ("declarer_irrecevable", "complet", EtatDossier.IRRECEVABLE, True),
    ("ouvrir_instruction", "recevable", EtatDossier.EN_INSTRUCTION, False),
    ("retirer", "en_instruction", EtatDossier.RETIRE, True),
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
    actions.declarer_complet(perime, par=gens.chef, le=le)

    with pytest.raises(TransitionImpossible):
        actions.declarer_complet(perime, par=gens.chef, le=le)
    assert len(vie(perime)) == 1


# --- Opinions ---------------------------------------------------------------------------------------------------------
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


# --- Proposals --------------------------------------------------------------------------------------------------------
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


# --- The COPIL --------------------------------------------------------------------------------------------------------
def test_programmer_prend_chaque_proposition_sur_son_enveloppe(dossier, gens, copil, proposee, le) -> None:
    autre = DemandeFactory(dossier=dossier, financeur=gens.region, proposee=True, montant_demande=euros(3000))

    actions.programmer(dossier, reunion=copil, par=gens.chef, le=le)

    dossier.refresh_from_db()
    assert dossier.etat == EtatDossier.PROGRAMME
    for demande, montant in ((proposee, 5000), (autre, 3000)):
        demande.refresh_from_db()
        assert (demande.etat, demande.montant_programme) == (EtatDemande.PROGRAMMEE, montant)
        assert (demande.programme_le, demande.reunion) == (copil.le, copil)
        assert compteurs(demande.enveloppe) == (montant, 0)
        (ligne,) = vie(demande)
        assert (ligne.avant["montant_programme"], ligne.apres["montant_programme"]) == (None, f"{montant}.00")
    (ligne,) = vie(dossier)
    assert (ligne.acte, ligne.motif) == ("programmer", str(copil))
    assert not verifier_enveloppes()


def test_le_copil_peut_retenir_un_autre_montant_que_la_proposition(dossier, gens, copil, proposee, le) -> None:
    autre = DemandeFactory(dossier=dossier, financeur=gens.region, proposee=True)

    montants = {proposee.pk: euros("1234.56"), autre.pk: euros(0)}
    actions.programmer(dossier, reunion=copil, par=gens.chef, le=le, montants=montants)

    proposee.refresh_from_db()
    autre.refresh_from_db()
    assert (proposee.montant_programme, proposee.montant_propose) == (euros("1234.56"), 5000)
    assert autre.etat == EtatDemande.PROPOSEE
    assert compteurs(proposee.enveloppe) == (euros("1234.56"), 0)


def test_programmer_laisse_les_lignes_sans_proposition_et_les_brouillons(dossier, gens, copil, proposee, le) -> None:
    muette = DemandeFactory(dossier=dossier)
    brouillon = DemandeFactory(dossier=dossier, financeur=gens.region, brouillon=True)

    actions.programmer(dossier, reunion=copil, par=gens.chef, le=le)

    muette.refresh_from_db()
    brouillon.refresh_from_db()
    assert (muette.etat, brouillon.etat) == (EtatDemande.DEMANDEE, EtatDemande.PROPOSEE)
    assert brouillon.montant_programme is None


def test_programmer_sans_proposition_partagee_est_refuse_sans_trahir_le_brouillon(dossier, gens, copil, le) -> None:
    DemandeFactory(dossier=dossier, financeur=gens.departement, brouillon=True)
    with pytest.raises(RegleEnfreinte) as avec_brouillon:
        actions.programmer(dossier, reunion=copil, par=gens.chef, le=le)
    assert avec_brouillon.value.message == f"Aucun financeur ne propose de montant sur le dossier {dossier.numero}."


def test_programmer_est_refuse_sans_enveloppe(dossier, gens, copil, le) -> None:
    demande = DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True, enveloppe=None)
    with pytest.raises(RegleEnfreinte, match="n’a pas d’enveloppe 2026"):
        actions.programmer(dossier, reunion=copil, par=gens.chef, le=le)
    EnveloppeFactory(
        contrat=dossier.contrat, financeur=gens.departement, annee=2025, dispositif=demande.dispositif
    )  # another year's does not serve
    with pytest.raises(RegleEnfreinte, match="n’a pas d’enveloppe 2026"):
        actions.programmer(dossier, reunion=copil, par=gens.chef, le=le)

    bonne = EnveloppeFactory(contrat=dossier.contrat, financeur=gens.departement, dispositif=demande.dispositif)
    actions.programmer(dossier, reunion=copil, par=gens.chef, le=le)
    demande.refresh_from_db()
    assert demande.enveloppe == bonne


def test_une_enveloppe_insuffisante_n_entame_aucune_autre(dossier, gens, copil, proposee, le) -> None:
    courte = DemandeFactory(dossier=dossier, financeur=gens.region, proposee=True)
    Enveloppe.objects.filter(pk=courte.enveloppe_id).update(montant=euros("4999.99"))

    with pytest.raises(RegleEnfreinte) as refus:
        actions.programmer(dossier, reunion=copil, par=gens.chef, le=le)

    assert refus.value.code == "enveloppe_insuffisante"
    dossier.refresh_from_db()
    proposee.refresh_from_db()
    assert (dossier.etat, proposee.etat) == (EtatDossier.EN_INSTRUCTION, EtatDemande.PROPOSEE)
    assert compteurs(proposee.enveloppe) == compteurs(courte.enveloppe) == (0, 0)
    assert not vie(dossier)
    assert not vie(proposee)


def test_les_enveloppes_se_prennent_toujours_dans_le_meme_ordre(contrat, gens, copil, le, monkeypatch) -> None:
    """Two files programmed at once would else wait for each other: PostgreSQL kills one of them."""
    dispositif = DispositifFactory()
    pour_la_region = EnveloppeFactory(contrat=contrat, financeur=gens.region, dispositif=dispositif)
    pour_le_departement = EnveloppeFactory(contrat=contrat, financeur=gens.departement, dispositif=dispositif)
    prises: list[int] = []
    deplacer = actions._deplacer
    monkeypatch.setattr(actions, "_deplacer", lambda e, **suite: (prises.append(e.pk), deplacer(e, **suite)))
    for deja in ({}, {"enveloppe": None}):
        dossier = DossierFactory(contrat=contrat, en_instruction=True, dispositif=dispositif)
        for financeur in (gens.departement, gens.region):
            DemandeFactory(dossier=dossier, financeur=financeur, proposee=True, **deja)
        actions.programmer(dossier, reunion=copil, par=gens.chef, le=le)
    assert prises == [pour_la_region.pk, pour_le_departement.pk] * 2


def test_un_depassement_autorise_laisse_programmer_et_pas_un_centime_de_plus(
    dossier, gens, copil, proposee, le
) -> None:
    enveloppe = proposee.enveloppe
    Enveloppe.objects.filter(pk=enveloppe.pk).update(montant=euros(4000))
    actions.autoriser_depassement(enveloppe, montant=euros("999.99"), motif="Report", par=gens.chef, le=le)
    with pytest.raises(RegleEnfreinte):
        actions.programmer(dossier, reunion=copil, par=gens.chef, le=le)

    actions.autoriser_depassement(enveloppe, montant=euros(1000), motif="Report", par=gens.chef, le=le)
    actions.programmer(dossier, reunion=copil, par=gens.chef, le=le)
    assert compteurs(enveloppe) == (5000, 0)
    assert enveloppe.disponible == 0


@pytest.mark.parametrize("qui", ["instructeur", "decideur", "voisin", "delegue", "porteur", "copil", "conseil"])
def test_seule_l_equipe_enregistre_les_actes_du_copil(dossier, gens, copil, proposee, le, qui: str) -> None:
    par = getattr(gens, qui)
    with pytest.raises(ActeRefuse):
        actions.programmer(dossier, reunion=copil, par=par, le=le)
    with pytest.raises(ActeRefuse):
        actions.programmer_selection(dossier.contrat, [dossier.numero], reunion=copil, par=par, le=le)
    with pytest.raises(ActeRefuse):
        actions.deprogrammer(dossier, motif="Motif", par=par, le=le)
    assert compteurs(proposee.enveloppe) == (0, 0)


def test_seule_l_instance_du_contrat_qui_valide_la_programmation_programme(dossier, gens, proposee, le) -> None:
    sans_pouvoir = ReunionFactory(comite=ComiteFactory(contrat=dossier.contrat, valide_programmation=False))
    ailleurs = ReunionFactory()
    for reunion in (sans_pouvoir, ailleurs):
        with pytest.raises(RegleEnfreinte) as refus:
            actions.programmer(dossier, reunion=reunion, par=gens.chef, le=le)
        assert refus.value.champ == "reunion"


@pytest.mark.parametrize("etat", ["depose", "complet", "recevable", "irrecevable", "clos", "retire"])
def test_le_copil_ne_valide_qu_un_dossier_instruit_ou_ajourne(contrat, gens, copil, le, etat: str) -> None:
    dossier = DossierFactory(contrat=contrat, **{etat: True})
    DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)
    with pytest.raises(TransitionImpossible):
        actions.programmer(dossier, reunion=copil, par=gens.chef, le=le)


def test_un_dossier_ajourne_repasse_en_copil(dossier, gens, copil, proposee, le) -> None:
    actions.ajourner(dossier, reunion=copil, motif="Budget à préciser", par=gens.chef, le=le)
    assert vie(dossier)[0].motif == f"{copil} : Budget à préciser"
    actions.programmer(dossier, reunion=copil, par=gens.chef, le=le)
    dossier.refresh_from_db()
    assert dossier.etat == EtatDossier.PROGRAMME


def test_un_dossier_ajourne_reprend_son_instruction_et_ses_propositions(dossier, gens, copil, proposee, le) -> None:
    actions.ajourner(dossier, reunion=copil, motif="Budget à préciser", par=gens.chef, le=le)
    with pytest.raises(ActeRefuse):
        actions.proposer(proposee, montant=euros(10), par=gens.instructeur, le=le)
    actions.reprendre(dossier, par=gens.chef, le=le)
    assert actions.proposer(proposee, montant=euros(10), par=gens.instructeur, le=le).montant_propose == 10


@pytest.mark.parametrize("acte", ["programmer", "ajourner"])
@pytest.mark.parametrize(("jour", "faute"), [(date(2026, 9, 11), "se tient le"), (date(2025, 11, 30), "déposé après")])
def test_le_copil_a_eu_lieu_et_apres_le_depot(
    dossier, gens, copil, proposee, le, acte: str, jour: date, faute: str
) -> None:
    reunion = ReunionFactory(comite=copil.comite, le=jour)
    suite = {"motif": "Motif"} if acte == "ajourner" else {}
    with pytest.raises(RegleEnfreinte, match=faute) as refus:
        getattr(actions, acte)(dossier, reunion=reunion, par=gens.chef, le=le, **suite)
    assert refus.value.champ == "reunion"


def test_ce_que_le_copil_n_a_pas_vu_se_programme_ensuite(dossier, gens, copil, proposee, le) -> None:
    """A row not proposed on the day of the COPIL, and a draft, are left aside, then take their turn."""
    tardive = DemandeFactory(dossier=dossier, financeur=gens.region, dotee=True)
    actions.programmer(dossier, reunion=copil, par=gens.chef, le=le)
    tardive.refresh_from_db()
    assert tardive.etat == EtatDemande.DEMANDEE

    actions.proposer(tardive, montant=euros(700), par=gens.voisin, le=le)
    actions.programmer(dossier, reunion=copil, par=gens.chef, le=le)

    tardive.refresh_from_db()
    assert (tardive.etat, tardive.montant_programme) == (EtatDemande.PROGRAMMEE, 700)
    assert [ligne.acte for ligne in vie(dossier)] == ["programmer", "completer_programmation"]
    assert not verifier_enveloppes()


def test_un_acte_saisi_par_erreur_se_rectifie_tant_que_le_porteur_n_est_pas_notifie(gens, programmee, le) -> None:
    avant = Enveloppe.objects.get(pk=programmee.enveloppe_id)
    actions.voter(programmee, acte=ACTE, montant=euros(123), par=gens.decideur, le=le)

    actions.rectifier(programmee, motif="Erreur de frappe", par=gens.decideur, le=le)

    programmee.refresh_from_db()
    assert (programmee.etat, programmee.montant_vote, programmee.acte) == (EtatDemande.PROGRAMMEE, None, None)
    apres = Enveloppe.objects.get(pk=programmee.enveloppe_id)
    assert (apres.montant_programme, apres.montant_vote) == (avant.montant_programme, avant.montant_vote)
    actions.voter(programmee, acte=ACTE, montant=euros(456), par=gens.decideur, le=le)
    actions.notifier(programmee, jour=date(2026, 7, 1), par=gens.decideur, le=le)
    with pytest.raises(ActeRefuse, match="notifié"):
        actions.rectifier(programmee, motif="Trop tard", par=gens.decideur, le=le)
    assert not verifier_enveloppes()


def test_un_refus_saisi_par_erreur_se_rectifie(gens, proposee, le) -> None:
    actions.refuser(proposee, motif="Non", par=gens.decideur, le=le)
    actions.rectifier(proposee, motif="Mauvaise ligne", par=gens.decideur, le=le)
    proposee.refresh_from_db()
    assert (proposee.etat, proposee.motif, proposee.montant_propose) == (EtatDemande.DEMANDEE, "", None)


def test_un_vote_ne_depasse_pas_le_cout_de_l_action(gens, programmee, le) -> None:
    trop = programmee.dossier.cout_total + 1
    with pytest.raises(RegleEnfreinte, match="coût total") as refus:
        actions.voter(programmee, acte=ACTE, montant=trop, par=gens.decideur, le=le)
    assert refus.value.champ == "montant"


def test_une_decision_s_enregistre_une_fois_prise(gens, programmee, le) -> None:
    demain = date(2026, 9, 11)
    acte = actions.NouvelActe("Commission", "1", demain)
    with pytest.raises(RegleEnfreinte, match="à venir"):
        actions.voter(programmee, acte=acte, montant=euros(10), par=gens.decideur, le=le)
    actions.voter(programmee, acte=ACTE, montant=euros(10), par=gens.decideur, le=le)
    with pytest.raises(RegleEnfreinte, match="à venir"):
        actions.notifier(programmee, jour=demain, par=gens.decideur, le=le)


def test_l_avis_du_delegue_se_tient_a_cote_de_celui_de_l_etat(contrat, dossier, auteur_de, le) -> None:
    etat = OrganismeFactory(departement=True)
    DemandeFactory(dossier=dossier, financeur=etat, dotee=True)
    instructeur = auteur_de(Role.INSTRUCTEUR, organisme=etat)
    delegue = auteur_de(Role.DELEGUE_PREFET, organisme=etat)
    actions.donner_avis(dossier, sens="favorable", texte="", par=instructeur, le=le)
    actions.donner_avis(dossier, sens="reserve", texte="", par=delegue, le=le)
    assert sorted(Avis.objects.values_list("qualite", "sens")) == [("delegue", "reserve"), ("organisme", "favorable")]


@pytest.mark.parametrize("role", [Role.JURIDIQUE, Role.FINANCES])
def test_qui_suit_les_conventions_ou_les_paiements_ne_donne_pas_d_avis(dossier, auteur_de, le, role: Role) -> None:
    with pytest.raises(ActeRefuse):
        actions.donner_avis(dossier, sens="favorable", texte="", par=auteur_de(role), le=le)


def test_deprogrammer_rend_les_euros_et_permet_de_recommencer(dossier, gens, copil, proposee, le) -> None:
    actions.programmer(dossier, reunion=copil, par=gens.chef, le=le)

    actions.deprogrammer(dossier, motif="Erreur de saisie", par=gens.chef, le=le)

    dossier.refresh_from_db()
    proposee.refresh_from_db()
    assert (dossier.etat, proposee.etat) == (EtatDossier.EN_INSTRUCTION, EtatDemande.PROPOSEE)
    assert (proposee.montant_programme, proposee.programme_le, proposee.reunion) == (None, None, None)
    assert compteurs(proposee.enveloppe) == (0, 0)
    assert vie(proposee)[-1].avant["montant_programme"] == "5000.00"
    actions.programmer(dossier, reunion=copil, par=gens.chef, le=le)
    assert compteurs(proposee.enveloppe) == (5000, 0)


def test_deprogrammer_est_refuse_des_qu_un_financeur_a_pris_son_acte(programmee, gens, le) -> None:
    dossier = programmee.dossier
    DemandeFactory(dossier=dossier, financeur=gens.region, votee=True)
    with pytest.raises(RegleEnfreinte, match="déjà pris son acte"):
        actions.deprogrammer(dossier, motif="Erreur", par=gens.chef, le=le)
    assert compteurs(programmee.enveloppe) == (5000, 0)


# --- Each funder's own act --------------------------------------------------------------------------------------------
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


# --- Envelopes --------------------------------------------------------------------------------------------------------
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


# --- Counters equal sums, whatever happens ----------------------------------------------------------------------------
class Promenade:
    """Acts drawn at random by everybody on a few files that share tight envelopes."""

    def __init__(self, contrat: Any, gens: Any, copil: Any, le: Any, graine: int) -> None:
        self.hasard = random.Random(graine)
        self.gens, self.copil, self.le = gens, copil, le
        campagne, dispositif = CampagneFactory(contrat=contrat), DispositifFactory()
        dossiers = DossierFactory.create_batch(
            12, campagne=campagne, dispositif=dispositif, en_instruction=True, cout_total=euros(9000)
        )
        for dossier in dossiers:
            for financeur in (gens.departement, gens.region):
                DemandeFactory(dossier=dossier, financeur=financeur, dotee=True, montant_demande=euros(4000))
        Enveloppe.objects.update(montant=euros(15_000))
        self.faits: dict[str, int] = {}
        self.refus = 0

    def pas(self) -> None:
        nom = self.hasard.choice(
            ["proposer"] * 6
            + ["programmer"] * 4
            + ["voter", "deprogrammer"] * 3
            + ["refuser", "notifier", "ajourner", "mouvementer", "depasser", "perime"]
        )
        try:
            getattr(self, f"_{nom}")()
        except (RegleEnfreinte, ActeRefuse):
            self.refus += 1
        else:
            self.faits[nom] = self.faits.get(nom, 0) + 1

    def _tirer(self, objets: Any) -> Any:
        return self.hasard.choice(list(objets.order_by("pk")))

    def _par(self) -> Auteur:
        return self.hasard.choice([self.gens.decideur, self.gens.voisin, self.gens.chef])

    def _montant(self) -> Decimal:
        return euros(self.hasard.randrange(1, 5000_00)) / 100

    def _proposer(self) -> None:
        demande = self._tirer(DemandeFinancement.objects)
        actions.proposer(
            demande,
            montant=self._montant(),
            par=self._par(),
            le=self.le,
            piece_source=PIECE,
            partagee=self.hasard.random() < 0.8,
        )

    def _programmer(self) -> None:
        actions.programmer(self._tirer(Dossier.objects), reunion=self.copil, par=self.gens.chef, le=self.le)

    def _voter(self) -> None:
        demande = self._tirer(DemandeFinancement.objects)
        numero = f"{demande.financeur_id}-{self.hasard.randrange(5)}"
        acte = replace(ACTE, numero=numero)
        actions.voter(demande, acte=acte, montant=self._montant(), par=self._par(), le=self.le, piece_source=PIECE)

    def _refuser(self) -> None:
        demande = self._tirer(DemandeFinancement.objects)
        actions.refuser(demande, motif="Non", par=self._par(), le=self.le, piece_source=PIECE)

    def _notifier(self) -> None:
        actions.notifier(self._tirer(DemandeFinancement.objects), jour=date(2026, 7, 1), par=self._par(), le=self.le)

    def _ajourner(self) -> None:
        dossier = self._tirer(Dossier.objects)
        actions.ajourner(dossier, reunion=self.copil, motif="Plus tard", par=self.gens.chef, le=self.le)
        actions.programmer(dossier, reunion=self.copil, par=self.gens.chef, le=self.le)

    def _deprogrammer(self) -> None:
        actions.deprogrammer(self._tirer(Dossier.objects), motif="Erreur", par=self.gens.chef, le=self.le)

    def _mouvementer(self) -> None:
        montant = self._montant() - 2500
        enveloppe = self._tirer(Enveloppe.objects)
        actions.mouvementer_enveloppe(
            enveloppe, montant=montant, motif="Gel", jour=date(2026, 5, 1), par=self.gens.chef, le=self.le
        )

    def _depasser(self) -> None:
        actions.autoriser_depassement(
            self._tirer(Enveloppe.objects), montant=self._montant(), motif="Report", par=self.gens.chef, le=self.le
        )

    def _perime(self) -> None:
        """A stale copy, as a page left open sends it."""
        demande = self._tirer(DemandeFinancement.objects)
        demande.etat, demande.montant_programme = EtatDemande.PROGRAMMEE, euros(1)
        actions.voter(demande, acte=ACTE, montant=self._montant(), par=self._par(), le=self.le, piece_source=PIECE)


def test_les_compteurs_des_enveloppes_sont_la_somme_de_leurs_lignes_apres_des_actes_au_hasard(
    contrat, gens, copil, le
) -> None:
    promenade = Promenade(contrat, gens, copil, le, graine=2030)
    for _ in range(300):
        promenade.pas()
        assert not verifier_enveloppes()

    assert {"proposer", "programmer", "voter", "refuser", "deprogrammer"} <= promenade.faits.keys()
    assert 30 < promenade.refus < 270
    for enveloppe in Enveloppe.objects.all():
        consomme = enveloppe.montant_programme + enveloppe.montant_vote
        assert consomme <= enveloppe.montant + enveloppe.depassement_autorise
    objets = [*Dossier.objects.all(), *DemandeFinancement.objects.all(), *Enveloppe.objects.all()]
    assert all(verifier_chaine(objet) for objet in objets)
    pris = DemandeFinancement.objects.filter(etat__in=DEMANDE_CONSOMME).aggregate(n=Sum("montant_programme"))["n"]
    assert pris > 0


def test_la_commande_accepte_des_enveloppes_justes_et_sort_en_erreur_sur_un_compteur_fausse(votee, capsys) -> None:
    call_command("verifier_enveloppes")
    assert "justes" in capsys.readouterr().out

    Enveloppe.objects.filter(pk=votee.enveloppe_id).update(montant_vote=euros("4999.99"))
    with pytest.raises(CommandError, match="1 enveloppe"):
        call_command("verifier_enveloppes")
    erreur = capsys.readouterr().err
    assert "voté 4999.99 au lieu de 5000.00" in erreur


def test_la_verification_s_en_tient_au_contrat_demande(votee) -> None:
    Enveloppe.objects.filter(pk=votee.enveloppe_id).update(montant_programme=euros(1))
    assert len(verifier_enveloppes(votee.dossier.contrat)) == 1
    assert verifier_enveloppes(ContratFactory(pilote=OrganismeFactory(epci=True))) == []
