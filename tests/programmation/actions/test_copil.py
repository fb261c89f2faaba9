"""What the COPIL does: it takes from the envelopes whole or not at all, and gives back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.etats import TransitionImpossible
from contrats.etats import Role
from contrats.models import Reunion
from programmation import actions
from programmation.actions import copil as copil_en_actes
from programmation.etats import EtatDemande, EtatDossier
from programmation.lectures.enveloppes import enveloppes, verifier_enveloppes
from programmation.lectures.seances import programmation_proposee
from programmation.lectures.tableau import a_valider
from programmation.models import Avis, Dossier, Enveloppe
from tests.fabriques import (
    ComiteFactory,
    DemandeFactory,
    DispositifFactory,
    DossierFactory,
    EnveloppeFactory,
    OrganismeFactory,
    ReunionFactory,
)
from tests.programmation.actions.reperes import ACTE, compteurs, euros, vie

pytestmark = pytest.mark.django_db


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
    """S-19: a file whose funders cannot all pay takes nothing from any of them."""
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
    deplacer = copil_en_actes.deplacer
    monkeypatch.setattr(copil_en_actes, "deplacer", lambda e, **suite: (prises.append(e.pk), deplacer(e, **suite)))
    for deja in ({}, {"enveloppe": None}):
        dossier = DossierFactory(contrat=contrat, en_instruction=True, dispositif=dispositif)
        for financeur in (gens.departement, gens.region):
            DemandeFactory(dossier=dossier, financeur=financeur, proposee=True, **deja)
        actions.programmer(dossier, reunion=copil, par=gens.chef, le=le)
    assert prises == [pour_la_region.pk, pour_le_departement.pk] * 2


def test_le_total_d_un_financeur_ne_passe_son_enveloppe_que_par_un_depassement_signe(contrat, gens, copil, le) -> None:
    """S-19: file after file, the sum stops at the envelope; an override says who allowed it, how much, and why."""
    dispositif = DispositifFactory()
    enveloppe = EnveloppeFactory(
        contrat=contrat, financeur=gens.region, dispositif=dispositif, montant=euros(10_000), depassement_autorise=0
    )

    def programmer(montant: str | int) -> None:
        dossier = DossierFactory(contrat=contrat, en_instruction=True, dispositif=dispositif)
        DemandeFactory(
            dossier=dossier,
            financeur=gens.region,
            proposee=True,
            enveloppe=enveloppe,
            montant_demande=euros(montant),
        )
        actions.programmer(dossier, reunion=copil, par=gens.chef, le=le)

    programmer(4000)
    programmer(4000)
    with pytest.raises(RegleEnfreinte, match="ne laisse que") as refus:
        programmer(4000)
    assert refus.value.code == "enveloppe_insuffisante"
    assert compteurs(enveloppe) == (8000, 0)

    actions.autoriser_depassement(enveloppe, montant=euros(2000), motif="Report de 2025", par=gens.chef, le=le)
    programmer(4000)
    with pytest.raises(RegleEnfreinte, match="ne laisse que"):
        programmer("0.01")

    enveloppe.refresh_from_db()
    assert compteurs(enveloppe) == (12_000, 0)
    assert enveloppe.montant_programme > enveloppe.montant
    (derogation,) = [ligne for ligne in vie(enveloppe) if ligne.motif]
    assert (derogation.motif, derogation.apres) == ("Report de 2025", {"depassement_autorise": "2000"})
    assert derogation.utilisateur == gens.chef.utilisateur
    assert not verifier_enveloppes()


def test_un_depassement_autorise_laisse_programmer_et_pas_un_centime_de_plus(
    dossier, gens, copil, proposee, le
) -> None:
    """S-19."""
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


@pytest.mark.parametrize("acte", ["programmer", "ajourner"])
def test_une_reunion_annulee_n_a_rien_decide(dossier, gens, copil, proposee, le, acte: str) -> None:
    reunion = ReunionFactory(comite=copil.comite, le=copil.le, annulee=True)
    suite = {"motif": "Motif"} if acte == "ajourner" else {}
    with pytest.raises(RegleEnfreinte, match="annulée") as refus:
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


def test_la_table_du_copil_est_la_meme_partout(contrat, gens, copil) -> None:
    """The list to validate, the packet and what is left of an envelope count the same proposals."""
    financeur = gens.departement
    enveloppe = EnveloppeFactory(contrat=contrat, financeur=financeur, annee=2026, montant=Decimal(100_000))
    suite = {"financeur": financeur, "dispositif": enveloppe.dispositif, "nature": enveloppe.nature, "proposee": True}
    a_la_table = [
        DemandeFactory(dossier=DossierFactory(contrat=contrat, **{etat: True}), **suite)
        for etat in ("en_instruction", "ajourne", "programme")
    ]
    ancienne = DossierFactory(campagne__contrat=contrat, campagne__annee=2025, en_instruction=True)
    DemandeFactory(dossier=ancienne, **suite)
    numeros = {d.dossier.numero for d in a_la_table}
    Reunion.objects.filter(pk=copil.pk).update(etat="prevue")
    copil.refresh_from_db()

    assert {d.numero for d in a_valider(Dossier.objects.filter(campagne__annee=2026))} == numeros
    assert {d.numero for d in programmation_proposee(copil).dossiers} == numeros
    (ligne,) = enveloppes(contrat, 2026, pour=gens.chef)
    assert ligne.propose == sum(d.montant_propose for d in a_la_table)
