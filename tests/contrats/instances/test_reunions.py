"""A meeting from the calendar to the minutes: each act, its refusals, its journal, its e-mails."""

from __future__ import annotations

import base64
import smtplib
from dataclasses import replace
from datetime import date, time

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from commun.auteur import Auteur
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.etats import TransitionImpossible
from commun.journal import verifier_chaine
from commun.models import LigneJournal, Travail
from commun.travaux import PERIODIQUES, planifier
from contrats.actions import instances as actions
from contrats.etats import EtatReunion, Role
from contrats.lectures.instances import destinataires, sieges_sans_adresse
from contrats.models import DecisionReunion, ItemCompteRendu, Presence, TypeComite
from tests.fabriques import (
    ActionRenforceeFactory,
    ComiteFactory,
    CommuneFactory,
    DecisionReunionFactory,
    HabilitationFactory,
    MembreComiteFactory,
    OrganismeFactory,
    PerimetreDuContratFactory,
    PerimetreFactory,
    PointEtapeFactory,
    ReunionFactory,
)

pytestmark = pytest.mark.django_db

FICHE = actions.FicheDeReunion(
    le=date(2026, 12, 4), debut=time(14), fin=time(16, 30), lieu="Siège, salle 2", objet="Revue des engagements"
)


def piece_ics(courriel) -> str:
    [piece] = courriel.attachments
    assert piece.get_content_type() == "text/calendar"
    return base64.b64decode(piece.get_payload()).decode()


def convoquer(reunion, chef, horloge, executer_travaux):
    actions.convoquer(reunion, par=chef, le=horloge.maintenant)
    executer_travaux()
    reunion.refresh_from_db()
    return reunion


# --- Calendar --------------------------------------------------------------------------------------------------------
def test_une_reunion_prevue_ne_previent_personne(copil, chef, horloge, executer_travaux) -> None:
    reunion = actions.prevoir_reunion(copil, FICHE, par=chef, le=horloge.maintenant)
    executer_travaux()
    assert reunion.etat == EtatReunion.PREVUE
    assert mail.outbox == []
    assert LigneJournal.objects.de(reunion).get().acte == "prevoir"


@pytest.mark.parametrize("role", [r for r in Role if r != Role.CHEF_DE_PROJET])
def test_seul_un_chef_de_projet_reunit(copil, auteur_de, horloge, role) -> None:
    with pytest.raises(ActeRefuse):
        actions.prevoir_reunion(copil, FICHE, par=auteur_de(role), le=horloge.maintenant)


def test_un_chef_de_projet_communal_reunit_dans_sa_commune_seulement(contrat, auteur_de, horloge) -> None:
    denain, raismes = CommuneFactory(), CommuneFactory()
    contrat.communes.set([denain, raismes])
    dialogue = ComiteFactory(contrat=contrat, type=TypeComite.DIALOGUE_DE_PROJETS, par_commune=True)
    communal = auteur_de(Role.CHEF_DE_PROJET, communes=[denain])

    reunion = actions.prevoir_reunion(dialogue, replace(FICHE, commune=denain), par=communal, le=horloge.maintenant)
    assert reunion.commune == denain
    with pytest.raises(ActeRefuse, match="limités"):
        actions.prevoir_reunion(dialogue, replace(FICHE, commune=raismes), par=communal, le=horloge.maintenant)
    with pytest.raises(ActeRefuse):
        actions.modifier_reunion(reunion, replace(FICHE, commune=raismes), par=communal, le=horloge.maintenant)


@pytest.mark.parametrize(
    ("change", "mots"),
    [
        ({"fin": time(13)}, "finit après son début"),
        ({"debut": None}, "heure de début"),
    ],
)
def test_les_heures_sont_en_ordre(copil, chef, horloge, change, mots) -> None:
    with pytest.raises(RegleEnfreinte, match=mots):
        actions.prevoir_reunion(copil, replace(FICHE, **change), par=chef, le=horloge.maintenant)


def test_un_comite_par_commune_demande_la_commune(contrat, chef, horloge) -> None:
    dialogue = ComiteFactory(contrat=contrat, par_commune=True)
    with pytest.raises(RegleEnfreinte, match="par commune"):
        actions.prevoir_reunion(dialogue, FICHE, par=chef, le=horloge.maintenant)
    with pytest.raises(RegleEnfreinte, match="pas dans ce contrat"):
        actions.prevoir_reunion(dialogue, replace(FICHE, commune=CommuneFactory()), par=chef, le=horloge.maintenant)


# --- Convocation -----------------------------------------------------------------------------------------------------
def test_convoquer_ecrit_une_fois_a_chacun_avec_le_fichier_d_agenda(
    reunion, chef, membre, invite, horloge, executer_travaux
) -> None:
    convoquer(reunion, chef, horloge, executer_travaux)
    executer_travaux()

    assert reunion.etat == EtatReunion.CONVOQUEE
    assert sorted(m.to[0] for m in mail.outbox) == sorted(
        [chef.utilisateur.email, membre.utilisateur.email, invite.utilisateur.email]
    )
    [a_l_invite] = [m for m in mail.outbox if m.to == [invite.utilisateur.email]]
    assert a_l_invite.subject == "Convocation : COPIL, 4 décembre 2026"
    assert "Vous êtes invité(e)" in a_l_invite.body
    assert "1. Revue des engagements" in a_l_invite.body
    ics = piece_ics(a_l_invite)
    assert "DTSTART:20261204T130000Z\r\n" in ics
    assert "DTEND:20261204T153000Z\r\n" in ics
    assert "SEQUENCE:0\r\n" in ics
    assert verifier_chaine(reunion)


def test_convoquer_deux_fois_est_refuse(reunion, chef, horloge, executer_travaux) -> None:
    convoquer(reunion, chef, horloge, executer_travaux)
    with pytest.raises(TransitionImpossible):
        actions.convoquer(reunion, par=chef, le=horloge.maintenant)
    executer_travaux()
    assert len(mail.outbox) == 3


@pytest.mark.parametrize("cas", ["ordre du jour", "date", "membres"])
def test_convoquer_demande_un_ordre_du_jour_une_date_et_quelqu_un(contrat, reunion, chef, horloge, cas) -> None:
    if cas == "ordre du jour":
        reunion.ordre_du_jour.all().delete()
        mots = "ordre du jour"
    elif cas == "date":
        horloge.regler(2027, 1, 5, 9)
        mots = "date est passée"
    else:
        contrat.habilitations.update(valide_au=date(2026, 1, 1), valide_du=date(2025, 1, 1))
        chef = Auteur()  # the product itself, for nobody is left in the contract
        mots = "Personne ne recevrait"
    with pytest.raises(RegleEnfreinte, match=mots):
        actions.convoquer(reunion, par=chef, le=horloge.maintenant)
    reunion.refresh_from_db()
    assert reunion.etat == EtatReunion.PREVUE
    assert not Travail.objects.filter(nom=actions.ENVOYER).exists()


def test_une_personne_et_une_structure_recoivent_chacune_un_courriel(copil, chef, membre, reunion, horloge) -> None:
    muet = MembreComiteFactory(comite=copil, organisme=OrganismeFactory(bailleur=True))
    MembreComiteFactory(comite=copil, courriel="accueil@exemple.test", organisme=OrganismeFactory())
    HabilitationFactory(  # a second role of the same person
        contrat=copil.contrat, utilisateur=membre.utilisateur, organisme=membre.organisme, role=Role.INSTRUCTEUR
    )

    adresses = [d.email for d in destinataires(reunion, le=date(2026, 11, 20))]

    assert sorted(adresses) == sorted(set(adresses))
    assert "accueil@exemple.test" in adresses
    assert adresses.count(membre.utilisateur.email) == 1
    assert sieges_sans_adresse(reunion, le=date(2026, 11, 20)) == [muet]


def test_une_personne_limitee_a_une_autre_commune_n_est_pas_convoquee(contrat, copil, horloge) -> None:
    denain, raismes = CommuneFactory(), CommuneFactory()
    contrat.communes.set([denain, raismes])
    organisme = OrganismeFactory(departement=True)
    MembreComiteFactory(comite=copil, organisme=organisme)
    la = HabilitationFactory(contrat=contrat, organisme=organisme, communes=[denain]).utilisateur
    ailleurs = HabilitationFactory(contrat=contrat, organisme=organisme, communes=[raismes]).utilisateur
    reunion = ReunionFactory(comite=copil, commune=denain, le=date(2026, 12, 4))

    adresses = {d.email for d in destinataires(reunion, le=date(2026, 11, 20))}

    assert la.email in adresses
    assert ailleurs.email not in adresses


def test_un_depart_entre_le_clic_et_l_envoi_arrete_le_courriel(
    reunion, chef, membre, horloge, executer_travaux
) -> None:
    actions.convoquer(reunion, par=chef, le=horloge.maintenant)
    membre.utilisateur.habilitations.update(close_le=horloge.maintenant)
    executer_travaux()
    assert membre.utilisateur.email not in [m.to[0] for m in mail.outbox]


def test_un_changement_de_date_remplace_la_convocation(reunion, chef, horloge, executer_travaux) -> None:
    convoquer(reunion, chef, horloge, executer_travaux)
    mail.outbox.clear()

    actions.modifier_reunion(reunion, replace(FICHE, le=date(2026, 12, 11)), par=chef, le=horloge.maintenant)
    executer_travaux()

    assert len(mail.outbox) == 3
    assert mail.outbox[0].subject.startswith("Réunion modifiée")
    ics = piece_ics(mail.outbox[0])
    assert "SEQUENCE:1\r\n" in ics
    assert "DTSTART:20261211T130000Z" in ics


def test_un_changement_d_objet_n_ecrit_a_personne(reunion, chef, horloge, executer_travaux) -> None:
    convoquer(reunion, chef, horloge, executer_travaux)
    mail.outbox.clear()
    actions.modifier_reunion(reunion, replace(FICHE, objet="Autre objet"), par=chef, le=horloge.maintenant)
    executer_travaux()
    assert mail.outbox == []


def test_annuler_previent_ceux_qui_etaient_convoques(reunion, chef, horloge, executer_travaux) -> None:
    convoquer(reunion, chef, horloge, executer_travaux)
    mail.outbox.clear()
    with pytest.raises(RegleEnfreinte, match="pourquoi"):
        actions.annuler(reunion, motif=" ", par=chef, le=horloge.maintenant)

    actions.annuler(reunion, motif="Salle indisponible.", par=chef, le=horloge.maintenant)
    executer_travaux()

    assert len(mail.outbox) == 3
    assert "Salle indisponible." in mail.outbox[0].body
    ics = piece_ics(mail.outbox[0])
    assert "METHOD:CANCEL\r\n" in ics
    assert "STATUS:CANCELLED\r\n" in ics
    assert LigneJournal.objects.de(reunion).last().motif == "Salle indisponible."


def test_annuler_une_reunion_seulement_prevue_n_ecrit_a_personne(reunion, chef, horloge, executer_travaux) -> None:
    actions.annuler(reunion, motif="", par=chef, le=horloge.maintenant)
    executer_travaux()
    assert mail.outbox == []


# --- Agenda ----------------------------------------------------------------------------------------------------------
def test_l_ordre_du_jour_s_ecrit_se_range_et_se_retire(reunion, chef, horloge) -> None:
    le = horloge.maintenant
    deux = actions.inscrire_point(reunion, titre="TFPB", minutes=15, par=chef, le=le)
    trois = actions.inscrire_point(reunion, titre="NPNRU", par=chef, le=le)

    actions.deplacer_point(trois, vers_le_haut=True, par=chef, le=le)
    actions.deplacer_point(trois, vers_le_haut=True, par=chef, le=le)
    trois.refresh_from_db()
    actions.deplacer_point(trois, vers_le_haut=True, par=chef, le=le)  # already the first
    assert [p.titre for p in reunion.ordre_du_jour.order_by("ordre")] == ["NPNRU", "Revue des engagements", "TFPB"]

    actions.retirer_point(trois, par=chef, le=le)
    assert [(p.ordre, p.titre) for p in reunion.ordre_du_jour.order_by("ordre")] == [
        (1, "Revue des engagements"),
        (2, "TFPB"),
    ]
    actions.modifier_point(deux, titre="TFPB 2026", par=chef, le=le)
    deux.refresh_from_db()
    assert (deux.titre, deux.minutes) == ("TFPB 2026", None)
    assert verifier_chaine(reunion)


def test_l_ordre_du_jour_d_une_reunion_tenue_ne_change_plus(reunion, chef, horloge) -> None:
    reunion.etat = EtatReunion.TENUE
    reunion.save()
    with pytest.raises(RegleEnfreinte, match="plus à venir"):
        actions.inscrire_point(reunion, titre="Oubli", par=chef, le=horloge.maintenant)


# --- Session ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def seance(reunion, chef, horloge, executer_travaux):
    """The meeting on its day."""
    convoquer(reunion, chef, horloge, executer_travaux)
    mail.outbox.clear()
    horloge.regler(2026, 12, 4, 17)
    return reunion


def test_les_presences_et_les_pouvoirs_se_notent(seance, copil, chef, membre, horloge) -> None:
    autre = MembreComiteFactory(comite=copil).organisme
    actions.noter_presences(
        seance,
        {membre.organisme.pk: ("excuse", autre.pk), autre.pk: ("present", None)},
        par=chef,
        le=horloge.maintenant,
    )
    notees = {p.organisme_id: p for p in seance.presences.all()}
    assert notees[membre.organisme.pk].pouvoir_a == autre
    actions.noter_presences(seance, {membre.organisme.pk: ("", None)}, par=chef, le=horloge.maintenant)
    assert not seance.presences.filter(organisme=membre.organisme).exists()


def test_un_pouvoir_mal_donne_est_refuse(seance, copil, chef, membre, invite, horloge) -> None:
    autre = MembreComiteFactory(comite=copil).organisme
    present, excuse = Presence.Statut.PRESENT, Presence.Statut.EXCUSE
    cas = [
        {membre.organisme.pk: (present, autre.pk), autre.pk: (present, None)},  # present oneself
        {membre.organisme.pk: (excuse, autre.pk), autre.pk: (excuse, None)},  # to somebody away
        {membre.organisme.pk: (excuse, invite.organisme.pk), invite.organisme.pk: (present, None)},  # to a guest
        {OrganismeFactory().pk: (present, None)},  # not of the committee
    ]
    for presences in cas:
        with pytest.raises(RegleEnfreinte):
            actions.noter_presences(seance, presences, par=chef, le=horloge.maintenant)
    assert not seance.presences.exists()


def test_la_seance_ne_se_clot_pas_avant_son_jour(reunion, chef, horloge) -> None:
    with pytest.raises(RegleEnfreinte, match="pas encore eu lieu"):
        actions.tenir(reunion, par=chef, le=horloge.maintenant)


def test_un_copil_se_clot_avec_les_points_d_etape_ou_un_motif(seance, contrat, chef, horloge) -> None:
    action = ActionRenforceeFactory(contrat=contrat, intitule="Cité éducative")
    with pytest.raises(RegleEnfreinte, match="Cité éducative") as refus:
        actions.tenir(seance, par=chef, le=horloge.maintenant)
    assert refus.value.champ == "derogation"
    with pytest.raises(RegleEnfreinte):
        actions.tenir(seance, derogation="trop court"[:5], par=chef, le=horloge.maintenant)

    actions.tenir(seance, derogation="Pilote absent, point reporté à janvier.", par=chef, le=horloge.maintenant)

    seance.refresh_from_db()
    assert seance.etat == EtatReunion.TENUE
    assert LigneJournal.objects.de(seance).last().motif == "Pilote absent, point reporté à janvier."
    assert action.points.count() == 0


def test_un_point_d_etape_de_la_seance_suffit(seance, contrat, chef, horloge) -> None:
    action = ActionRenforceeFactory(contrat=contrat)
    PointEtapeFactory(action=action, reunion=seance, le=seance.le)
    actions.tenir(seance, derogation="sans objet ici", par=chef, le=horloge.maintenant)
    assert LigneJournal.objects.de(seance).last().motif == ""


def test_un_point_d_etape_d_avant_le_dernier_copil_ne_suffit_pas(seance, copil, contrat, chef, horloge) -> None:
    ReunionFactory(comite=copil, le=date(2026, 6, 1), etat=EtatReunion.TENUE)
    PointEtapeFactory(action=ActionRenforceeFactory(contrat=contrat), reunion=None, le=date(2026, 5, 1))
    with pytest.raises(RegleEnfreinte, match="point d’étape"):
        actions.tenir(seance, par=chef, le=horloge.maintenant)


def test_un_cotech_n_attend_pas_les_points_d_etape(contrat, chef, horloge) -> None:
    ActionRenforceeFactory(contrat=contrat)
    cotech = ComiteFactory(contrat=contrat, type=TypeComite.COTECH)
    reunion = ReunionFactory(comite=cotech, le=date(2026, 11, 19))
    actions.tenir(reunion, par=chef, le=horloge.maintenant)
    reunion.refresh_from_db()
    assert reunion.etat == EtatReunion.TENUE


# --- Minutes ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def tenue(seance, contrat, chef, horloge):
    """The session closed, three items of three audiences."""
    textes = {"membres": "Entre membres.", "invites": "Aux invités aussi.", "contrat": "À tous."}
    quartiers = [
        PerimetreDuContratFactory(contrat=contrat, perimetre__nom=nom).perimetre for nom in ("Épi", "Faubourg")
    ]
    for audience, texte in textes.items():
        actions.ecrire_item(
            seance, texte=texte, audience=audience, perimetres=quartiers, par=chef, le=horloge.maintenant
        )
    actions.tenir(seance, par=chef, le=horloge.maintenant)
    seance.refresh_from_db()
    return seance


def test_chacun_recoit_ce_que_son_audience_permet(tenue, chef, membre, invite, horloge, executer_travaux) -> None:
    actions.rendre_compte(tenue, par=chef, le=horloge.maintenant)
    executer_travaux()

    recus = {m.to[0]: m for m in mail.outbox}
    au_membre, a_l_invite = recus[membre.utilisateur.email], recus[invite.utilisateur.email]
    assert "Entre membres. [Épi, Faubourg]" in au_membre.body
    assert "Épi, Faubourg" in au_membre.alternatives[0][0]
    for corps in (a_l_invite.body, a_l_invite.alternatives[0][0]):
        assert "Entre membres." not in corps
        assert "Aux invités aussi." in corps
        assert "À tous." in corps
    assert len(mail.outbox) == 3
    executer_travaux()
    assert len(mail.outbox) == 3


def test_le_compte_rendu_envoye_ne_change_plus(tenue, chef, horloge, executer_travaux) -> None:
    actions.rendre_compte(tenue, par=chef, le=horloge.maintenant)
    item = tenue.items.first()
    for acte in (
        lambda: actions.ecrire_item(tenue, texte="x", audience="membres", par=chef, le=horloge.maintenant),
        lambda: actions.retirer_item(item, par=chef, le=horloge.maintenant),
        lambda: actions.inscrire_decision(tenue, texte="x", par=chef, le=horloge.maintenant),
        lambda: actions.noter_presences(tenue, {}, par=chef, le=horloge.maintenant),
    ):
        with pytest.raises(RegleEnfreinte):
            acte()
    assert ItemCompteRendu.objects.filter(reunion=tenue).count() == 3


def test_le_compte_rendu_attend_que_tout_soit_tranche(tenue, chef, horloge) -> None:
    DecisionReunionFactory(reunion=tenue)
    with pytest.raises(RegleEnfreinte, match="à décider"):
        actions.rendre_compte(tenue, par=chef, le=horloge.maintenant)


def test_un_compte_rendu_vide_ne_part_pas(seance, chef, horloge) -> None:
    actions.tenir(seance, par=chef, le=horloge.maintenant)
    with pytest.raises(RegleEnfreinte, match="vide"):
        actions.rendre_compte(seance, par=chef, le=horloge.maintenant)


def test_un_item_se_corrige_et_porte_ses_quartiers(seance, contrat, chef, horloge) -> None:
    quartier = PerimetreDuContratFactory(contrat=contrat).perimetre
    item = actions.ecrire_item(seance, texte="v1", audience="membres", par=chef, le=horloge.maintenant)
    actions.ecrire_item(
        seance, texte="v2", audience="contrat", perimetres=[quartier], item=item, par=chef, le=horloge.maintenant
    )
    item.refresh_from_db()
    assert (item.texte, item.audience, list(item.perimetres.all())) == ("v2", "contrat", [quartier])
    with pytest.raises(RegleEnfreinte, match="pas dans ce contrat"):
        actions.ecrire_item(
            seance,
            texte="x",
            audience="membres",
            perimetres=[PerimetreFactory()],
            par=chef,
            le=horloge.maintenant,
        )


# --- Decisions -------------------------------------------------------------------------------------------------------
def test_rien_n_est_decide_avant_la_reunion(reunion, chef, horloge) -> None:
    with pytest.raises(RegleEnfreinte, match="avant la réunion"):
        actions.inscrire_decision(reunion, texte="Oui.", nature="decidee", par=chef, le=horloge.maintenant)
    decision = actions.inscrire_decision(reunion, texte="Valider ?", par=chef, le=horloge.maintenant)
    assert decision.nature == DecisionReunion.Nature.A_DECIDER


def test_une_decision_prise_est_a_faire_et_le_responsable_la_suit(
    seance, chef, membre, invite, horloge, auteur_de
) -> None:
    decision = actions.inscrire_decision(
        seance,
        texte="Dresser la liste.",
        nature="decidee",
        responsable=membre.organisme,
        echeance=date(2027, 1, 31),
        par=chef,
        le=horloge.maintenant,
    )
    assert decision.execution == DecisionReunion.Execution.A_FAIRE

    actions.suivre_decision(decision, execution="en_cours", suite="Commencé.", par=membre, le=horloge.maintenant)

    decision.refresh_from_db()
    assert (decision.execution, decision.suite_donnee) == ("en_cours", "Commencé.")
    assert LigneJournal.objects.de(seance).last().acte == "suivre_decision"
    with pytest.raises(ActeRefuse):
        actions.suivre_decision(decision, execution="faite", suite="", par=invite, le=horloge.maintenant)
    with pytest.raises(RegleEnfreinte, match="pourquoi"):
        actions.suivre_decision(decision, execution="abandonnee", suite=" ", par=chef, le=horloge.maintenant)


def test_une_decision_ajournee_n_a_pas_d_execution(seance, chef, horloge) -> None:
    decision = actions.inscrire_decision(seance, texte="x", nature="decidee", par=chef, le=horloge.maintenant)
    actions.inscrire_decision(seance, texte="x", nature="ajournee", decision=decision, par=chef, le=horloge.maintenant)
    decision.refresh_from_db()
    assert decision.execution == ""
    with pytest.raises(RegleEnfreinte, match="décision prise"):
        actions.suivre_decision(decision, execution="faite", suite="", par=chef, le=horloge.maintenant)


# --- Reminders -------------------------------------------------------------------------------------------------------
def test_une_reunion_est_rappelee_une_semaine_avant_une_fois(reunion, chef, horloge, executer_travaux) -> None:
    convoquer(reunion, chef, horloge, executer_travaux)
    mail.outbox.clear()
    assert actions.rappeler(horloge.maintenant).reunions == 0  # a fortnight before

    horloge.regler(2026, 11, 27, 7)
    assert actions.rappeler(horloge.maintenant).reunions == 3
    executer_travaux()
    horloge.regler(2026, 11, 28, 7)
    assert actions.rappeler(horloge.maintenant).reunions == 0
    executer_travaux()

    assert [m.subject.split(" :")[0] for m in mail.outbox] == ["Rappel"] * 3


def test_une_reunion_convoquee_tard_n_est_pas_rappelee(reunion, chef, horloge, executer_travaux) -> None:
    horloge.regler(2026, 11, 30, 9)
    convoquer(reunion, chef, horloge, executer_travaux)
    assert actions.rappeler(horloge.avancer(days=1)).reunions == 0


def test_une_reunion_annulee_n_est_plus_rappelee(reunion, chef, horloge, executer_travaux) -> None:
    convoquer(reunion, chef, horloge, executer_travaux)
    horloge.regler(2026, 11, 27, 7)
    actions.rappeler(horloge.maintenant)
    actions.annuler(reunion, motif="Reportée.", par=chef, le=horloge.maintenant)
    mail.outbox.clear()
    executer_travaux()
    assert {m.subject.split(" :")[0] for m in mail.outbox} == {"Réunion annulée"}


def test_une_decision_en_retard_est_rappelee_a_son_responsable_une_fois(
    copil, chef, membre, horloge, executer_travaux
) -> None:
    passee = ReunionFactory(comite=copil, le=date(2026, 3, 1), etat=EtatReunion.RENDUE)
    DecisionReunionFactory(
        reunion=passee, prise=True, responsable=membre.organisme, echeance=date(2026, 11, 1), texte="Faire la liste."
    )
    DecisionReunionFactory(
        reunion=passee, prise=True, responsable=membre.organisme, echeance=date(2026, 11, 1), execution="faite"
    )
    DecisionReunionFactory(  # nobody of that organisation has an account
        reunion=passee, prise=True, echeance=date(2026, 11, 1), texte="Orpheline.", responsable=OrganismeFactory()
    )

    assert actions.rappeler(horloge.maintenant).decisions == 2
    executer_travaux()
    assert actions.rappeler(horloge.avancer(days=1)).decisions == 0

    recus = {m.to[0]: m.body for m in mail.outbox if "Décision en retard" in m.subject}
    assert "Faire la liste." in recus[membre.utilisateur.email]
    assert "Orpheline." in recus[chef.utilisateur.email]


def test_un_comite_en_retard_est_signale_au_chef_de_projet_une_fois(
    copil, chef, membre, horloge, executer_travaux
) -> None:
    assert actions.rappeler(horloge.maintenant).frequences == 1
    executer_travaux()
    assert actions.rappeler(horloge.avancer(days=3)).frequences == 0
    [courriel] = [m for m in mail.outbox if m.subject.startswith("Réunions à prévoir")]
    assert courriel.to == [chef.utilisateur.email]
    assert "0 COPIL sur 1 tenu en 2026, il en manque 1 avant le 31 décembre." in courriel.body


def test_le_rappel_du_jour_est_un_travail_quotidien(copil, chef, horloge, executer_travaux) -> None:
    assert PERIODIQUES["contrats.rappeler_instances"] == 7
    planifier("contrats.rappeler_instances")
    faits = executer_travaux()
    assert faits[0].resultat == {"reunions": 0, "decisions": 0, "frequences": 1}


def test_un_courriel_refuse_n_arrete_pas_les_autres_et_se_dit(
    reunion, chef, membre, horloge, executer_travaux, monkeypatch
) -> None:
    refusee = membre.utilisateur.email
    envoi = EmailMultiAlternatives.send

    def serveur(courriel, *args, **kwargs):
        if courriel.to == [refusee]:
            raise smtplib.SMTPRecipientsRefused({refusee: (550, b"inconnue")})
        return envoi(courriel, *args, **kwargs)

    monkeypatch.setattr(EmailMultiAlternatives, "send", serveur)
    actions.convoquer(reunion, par=chef, le=horloge.maintenant)
    executer_travaux(echecs_admis=True)

    assert len(mail.outbox) == 2
    assert actions.courriels_refuses(reunion) == [str(membre.utilisateur)]
