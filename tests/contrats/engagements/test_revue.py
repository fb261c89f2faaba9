"""The yearly review: calling on signatories, reminders once each, draft, remarks, closing; what the e-mails say."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from acteurs.models import Utilisateur
from commun.auteur import Auteur, Canal, systeme
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.etats import TransitionImpossible
from commun.journal import verifier_chaine
from commun.models import LigneJournal, Travail
from commun.travaux import planifier
from contrats import actions
from contrats.actions.revue import reunions_a_preparer
from contrats.etats import EtatReponse, EtatRevue, EtatVisa, Role
from contrats.lectures.revue import (
    Filtres,
    compter,
    de_l_annee,
    filtrer,
    lignes,
    matrice,
    remarques_sans_suite,
    suivi_des_signataires,
)
from contrats.models import RemarqueRevue, Sollicitation, TypeComite
from tests.fabriques import (
    CibleEngagementFactory,
    ComiteFactory,
    EngagementFactory,
    OrganismeFactory,
    OrientationFactory,
    PerimetreDuContratFactory,
    PointAvancementFactory,
    RemarqueRevueFactory,
    ReunionFactory,
    RevueEngagementsFactory,
    SignataireFactory,
    SollicitationFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("horloge")]

AUJOURD_HUI = date(2026, 11, 20)


@pytest.fixture
def chef(auteur_de: Callable[..., Auteur]) -> Auteur:
    return auteur_de(Role.CHEF_DE_PROJET)


@pytest.fixture
def caf() -> Any:
    return OrganismeFactory(caf=True, nom="CAF du <Nord>", sigle="CAF")


@pytest.fixture
def referente(auteur_de: Callable[..., Auteur], caf: Any) -> Auteur:
    return auteur_de(Role.SIGNATAIRE, organisme=caf)


def solliciter(contrat: Any, caf: Any, chef: Auteur, annee: int = 2026) -> list[Sollicitation]:
    return actions.solliciter(contrat, annee=annee, organisme=caf, par=chef, le=timezone.now())


# --- Calling on -------------------------------------------------------------------------------------------------------
def test_solliciter_demande_tout_ce_qui_attend_et_ecrit_une_fois(
    contrat, caf, chef, referente, executer_travaux
) -> None:
    attendu = EngagementFactory(contrat=contrat, organisme=caf, libelle="Ouvrir <20> places")
    au_titre = EngagementFactory(
        contrat=contrat, organisme=None, signataire=SignataireFactory(contrat=contrat, organisme=caf)
    )
    repondu = EngagementFactory(contrat=contrat, organisme=caf)
    PointAvancementFactory(engagement=repondu, annee=2026)
    EngagementFactory(contrat=contrat)
    EngagementFactory(organisme=caf)

    faites = solliciter(contrat, caf, chef)

    assert {s.engagement_id for s in faites} == {attendu.pk, au_titre.pk}
    assert {s.faite_le for s in faites} == {AUJOURD_HUI}
    assert verifier_chaine(attendu)
    assert solliciter(contrat, caf, chef) == []
    executer_travaux()
    (courriel,) = mail.outbox
    assert courriel.to == [referente.utilisateur.email]
    assert courriel.subject == "2 engagements à renseigner pour CAF (2026)"
    for texte in (attendu.reference, au_titre.reference, contrat.intitule, "20\u00a0mai 2027"):
        assert texte in courriel.body
    assert "Ouvrir <20> places" in courriel.body
    html = courriel.alternatives[0].content
    assert "Ouvrir &lt;20&gt; places" in html
    assert f"/c/{contrat.slug}/2026/mes-engagements/" in courriel.body
    assert repondu.reference + " (" not in courriel.body


def test_le_courriel_range_les_references_dans_leur_ordre(contrat, caf, chef, referente, executer_travaux) -> None:
    for reference in ("C15", "C3", "C1"):
        EngagementFactory(contrat=contrat, organisme=caf, reference=reference)
    solliciter(contrat, caf, chef)
    executer_travaux()
    (courriel,) = mail.outbox
    assert re.findall(r"^- (C\d+)", courriel.body, re.MULTILINE) == ["C1", "C3", "C15"]


def test_une_seconde_sollicitation_ne_porte_que_sur_ce_qui_est_nouveau(contrat, caf, chef) -> None:
    EngagementFactory(contrat=contrat, organisme=caf)
    solliciter(contrat, caf, chef)
    nouveau = EngagementFactory(contrat=contrat, organisme=caf)
    assert [s.engagement_id for s in solliciter(contrat, caf, chef)] == [nouveau.pk]


@pytest.mark.parametrize("cause", ["repondu", "habilitation fermée", "compte désactivé", "engagement retiré"])
def test_un_courriel_devenu_sans_objet_ne_part_pas(contrat, caf, chef, referente, executer_travaux, cause) -> None:
    engagement = EngagementFactory(contrat=contrat, organisme=caf)
    solliciter(contrat, caf, chef)
    if cause == "repondu":
        PointAvancementFactory(engagement=engagement, annee=2026)
    elif cause == "engagement retiré":
        actions.retirer_engagement(engagement, par=chef, le=timezone.now())
    elif cause == "compte désactivé":
        Utilisateur.objects.filter(pk=referente.utilisateur.pk).update(is_active=False)
    else:
        referente.utilisateur.habilitations.update(close_le=timezone.now())
    faites = executer_travaux()
    assert [t.resultat for t in faites] == [{"parti": False}]
    assert mail.outbox == []


def test_un_organisme_sans_compte_est_sollicite_sans_courriel(contrat, caf, chef) -> None:
    EngagementFactory(contrat=contrat, organisme=caf)
    assert len(solliciter(contrat, caf, chef)) == 1
    assert not Travail.objects.exists()


@pytest.mark.parametrize("annee", [2023, 2027, 2031])
def test_on_ne_sollicite_que_pour_une_annee_commencee_du_contrat(contrat, caf, chef, annee) -> None:
    with pytest.raises(RegleEnfreinte):
        solliciter(contrat, caf, chef, annee)


@pytest.mark.parametrize("role", [r for r in Role if r != Role.CHEF_DE_PROJET])
def test_seul_le_chef_de_projet_anime_la_revue(contrat, caf, auteur_de, role) -> None:
    autre = auteur_de(role, organisme=caf)
    le = timezone.now()
    with pytest.raises(ActeRefuse):
        actions.solliciter(contrat, annee=2026, organisme=caf, par=autre, le=le)
    with pytest.raises(ActeRefuse):
        actions.ouvrir_revue(contrat, annee=2026, par=autre, le=le)
    revue = RevueEngagementsFactory(contrat=contrat)
    with pytest.raises(ActeRefuse):
        actions.envoyer_revue(revue, remarques_avant_le=date(2026, 12, 20), par=autre, le=le)
    with pytest.raises(ActeRefuse):
        actions.clore_revue(revue, par=autre, le=le)


def test_un_chef_de_projet_limite_n_anime_pas_la_revue_de_tout_le_contrat(contrat, caf, auteur_de) -> None:
    limite = auteur_de(Role.CHEF_DE_PROJET, orientations=[OrientationFactory(contrat=contrat)])
    with pytest.raises(ActeRefuse, match="tout le contrat"):
        actions.ouvrir_revue(contrat, annee=2026, par=limite, le=timezone.now())


# --- Reminders --------------------------------------------------------------------------------------------------------
def reunion(contrat: Any, dans: int, type_: TypeComite = TypeComite.COPIL, **champs: Any) -> Any:
    comite = ComiteFactory(contrat=contrat, type=type_)
    return ReunionFactory(comite=comite, le=AUJOURD_HUI + timedelta(days=dans), **champs)


def appeler(contrat: Any, caf: Any, il_y_a: int = 60) -> Sollicitation:
    engagement = EngagementFactory(contrat=contrat, organisme=caf)
    return SollicitationFactory(engagement=engagement, faite_le=AUJOURD_HUI - timedelta(days=il_y_a))


def test_on_relance_quinze_jours_avant_un_cotech_ou_un_copil_seulement(contrat) -> None:
    attendues = {reunion(contrat, 15), reunion(contrat, 1, TypeComite.COTECH)}
    reunion(contrat, 16)
    reunion(contrat, 0)
    reunion(contrat, 5, TypeComite.GROUPE_THEMATIQUE)
    reunion(contrat, 5, etat="annulee")
    assert set(reunions_a_preparer(AUJOURD_HUI)) == attendues


def test_chaque_signataire_est_relance_une_fois_par_reunion(
    contrat, caf, chef, referente, executer_travaux, horloge
) -> None:
    copil = reunion(contrat, 10)
    sollicitation, repondue = appeler(contrat, caf), appeler(contrat, caf)
    PointAvancementFactory(engagement=repondue.engagement, annee=2026)

    for _ in range(3):
        planifier("contrats.relancer_les_signataires")
        executer_travaux()
        horloge.avancer(days=1)

    (courriel,) = mail.outbox
    assert courriel.subject.startswith("Rappel avant la réunion du 30 novembre 2026 : 1 engagement")
    assert copil.comite.nom in courriel.body
    assert repondue.engagement.reference + " (" not in courriel.body
    sollicitation.refresh_from_db()
    assert sollicitation.relancee_le == AUJOURD_HUI


def test_une_relance_dit_ce_qui_attend_depuis_plus_de_six_mois(contrat, caf, referente, executer_travaux) -> None:
    reunion(contrat, 10)
    appeler(contrat, caf, il_y_a=200)
    planifier("contrats.relancer_les_signataires")
    executer_travaux()
    assert "1\u00a0réponse est attendue depuis plus de six mois." in mail.outbox[0].body


def test_qui_vient_d_etre_sollicite_n_est_pas_relance_aussitot(contrat, caf, referente) -> None:
    appeler(contrat, caf, il_y_a=2)
    assert actions.relancer(reunion(contrat, 10), par=systeme(Canal.TACHE), le=timezone.now()) == 0


# --- Draft, remarks, closing ------------------------------------------------------------------------------------------
def test_la_revue_s_ouvre_une_fois_par_an(contrat, chef) -> None:
    copil = reunion(contrat, 40)
    revue = actions.ouvrir_revue(contrat, annee=2026, reunion=copil, par=chef, le=timezone.now())
    assert (revue.etat, revue.reunion) == (EtatRevue.PREPARATION, copil)
    assert LigneJournal.objects.de(revue).get().acte == "ouvrir_revue"
    with pytest.raises(RegleEnfreinte, match="existe déjà"):
        actions.ouvrir_revue(contrat, annee=2026, par=chef, le=timezone.now())
    with pytest.raises(RegleEnfreinte, match="pas dans ce contrat"):
        actions.ouvrir_revue(contrat, annee=2025, reunion=ReunionFactory(), par=chef, le=timezone.now())


def test_envoyer_le_projet_ecrit_a_chaque_signataire_ce_qu_il_dit_de_lui(
    contrat, caf, chef, referente, executer_travaux
) -> None:
    tenu, muet = EngagementFactory.create_batch(2, contrat=contrat, organisme=caf)
    PointAvancementFactory(engagement=tenu, annee=2026, etat="tenu")
    muet.echeance = date(2026, 1, 1)
    muet.save()
    revue = RevueEngagementsFactory(contrat=contrat, annee=2026)

    revue = actions.envoyer_revue(revue, remarques_avant_le=date(2026, 12, 15), par=chef, le=timezone.now())

    executer_travaux()
    (courriel,) = mail.outbox
    assert (revue.etat, courriel.to) == (EtatRevue.ENVOYEE, [referente.utilisateur.email])
    assert courriel.subject == "Revue des engagements 2026 : vos remarques avant le 15 décembre 2026"
    for texte in (
        "Tenu\u202f: 1",
        "Sans information\u202f: 1",
        "échéance dépassée\u202f: 1",
        f"/c/{contrat.slug}/2026/revue/",
    ):
        assert texte in courriel.body
    assert "CAF du &lt;Nord&gt;" in courriel.alternatives[0].content


def test_la_date_des_remarques_est_a_venir(contrat, chef) -> None:
    revue = RevueEngagementsFactory(contrat=contrat)
    with pytest.raises(RegleEnfreinte) as erreur:
        actions.envoyer_revue(revue, remarques_avant_le=AUJOURD_HUI, par=chef, le=timezone.now())
    assert erreur.value.champ == "remarques_avant_le"


def remarquer(revue: Any, organisme: Any, par: Auteur, texte: str = "À préciser.", **suite: Any) -> RemarqueRevue:
    return actions.remarquer(revue, organisme=organisme, texte=texte, par=par, le=timezone.now(), **suite)


def test_un_signataire_remarque_jusqu_a_la_date(contrat, caf, referente, horloge) -> None:
    engagement = EngagementFactory(contrat=contrat, organisme=caf)
    revue = RevueEngagementsFactory(contrat=contrat, envoyee=True, remarques_avant_le=date(2026, 12, 1))
    remarque = remarquer(revue, caf, referente, " À préciser. ", engagement=engagement)
    assert (remarque.texte, remarque.organisme, remarque.faite_par) == ("À préciser.", caf, referente.utilisateur)
    horloge.regler(2026, 12, 1, 23)
    remarquer(revue, caf, referente)
    horloge.regler(2026, 12, 2, 0)
    with pytest.raises(RegleEnfreinte, match="01/12/2026"):
        remarquer(revue, caf, referente)
    assert [ligne.acte for ligne in LigneJournal.objects.de(revue)] == ["remarquer", "remarquer"]


@pytest.mark.parametrize("texte", ["  ", "a\x00b", "x" * 5001])
def test_une_remarque_est_un_texte(contrat, caf, referente, texte) -> None:
    with pytest.raises(RegleEnfreinte):
        remarquer(RevueEngagementsFactory(contrat=contrat, envoyee=True), caf, referente, texte)


def test_la_suite_donnee_arrive_par_courriel_une_fois_par_version(
    contrat, caf, referente, chef, executer_travaux, horloge
) -> None:
    revue = RevueEngagementsFactory(contrat=contrat, annee=2026, envoyee=True)
    remarque = remarquer(revue, caf, referente, engagement=EngagementFactory(contrat=contrat, reference="C7"))
    assert remarques_sans_suite(contrat) == [(2026, 1)]
    horloge.avancer(days=1)
    actions.donner_suite(remarque, texte="On précise.", par=chef, le=timezone.now())
    actions.donner_suite(remarque, texte=" On précise. ", par=chef, le=timezone.now())
    executer_travaux()
    (courriel,) = mail.outbox
    assert courriel.to == [referente.utilisateur.email]
    assert courriel.subject == "Revue des engagements 2026 : suite donnée à votre remarque"
    for texte in ("À préciser.", "On précise.", "(C7)", f"/2026/revue/signataires/#remarque-{remarque.pk}"):
        assert texte in courriel.body
    assert "CAF du &lt;Nord&gt;" in courriel.alternatives[0].content

    # Two corrections before the post leaves: only the last is told.
    for texte in ("On précise enfin.", "C’est fait."):
        horloge.avancer(minutes=1)
        actions.donner_suite(remarque, texte=texte, par=chef, le=timezone.now())
    executer_travaux()
    assert len(mail.outbox) == 2
    assert "C’est fait." in mail.outbox[1].body
    remarque.refresh_from_db()
    assert (remarque.suite, remarque.suite_par) == ("C’est fait.", chef.utilisateur)
    assert remarques_sans_suite(contrat) == []
    actes = [ligne.acte for ligne in LigneJournal.objects.de(revue)]
    assert actes.count("donner_suite") == 3


def test_seul_le_pilote_donne_suite_meme_apres_la_cloture(contrat, caf, referente, chef) -> None:
    close = RevueEngagementsFactory(contrat=contrat, annee=2026, close=True)
    remarque = RemarqueRevueFactory(revue=close, organisme=caf)
    with pytest.raises(ActeRefuse):
        actions.donner_suite(remarque, texte="Oui.", par=referente, le=timezone.now())
    for vide in ("", "  ", "x" * 5001):
        with pytest.raises(RegleEnfreinte, match="la suite donnée"):
            actions.donner_suite(remarque, texte=vide, par=chef, le=timezone.now())
    assert actions.donner_suite(remarque, texte="Oui.", par=chef, le=timezone.now()).suite == "Oui."


def test_une_remarque_se_fait_au_nom_de_son_organisme_sur_une_revue_envoyee(contrat, caf, referente, chef) -> None:
    envoyee = RevueEngagementsFactory(contrat=contrat, envoyee=True)
    with pytest.raises(ActeRefuse):
        remarquer(envoyee, OrganismeFactory(departement=True), referente)
    with pytest.raises(RegleEnfreinte, match="pas dans ce contrat"):
        remarquer(envoyee, caf, referente, engagement=EngagementFactory(organisme=caf))
    remarquer(envoyee, caf, chef)
    assert LigneJournal.objects.de(envoyee).last().pour_le_compte_de_nom == str(caf)
    with pytest.raises(RegleEnfreinte, match="en ce moment"):
        remarquer(RevueEngagementsFactory(contrat=contrat, annee=2025), caf, referente)


def test_clore_puis_rouvrir_avec_un_motif(contrat, chef) -> None:
    revue = RevueEngagementsFactory(contrat=contrat, envoyee=True)
    revue = actions.clore_revue(revue, par=chef, le=timezone.now())
    assert (revue.etat, revue.close_le) == (EtatRevue.CLOSE, timezone.now())
    with pytest.raises(TransitionImpossible):
        actions.clore_revue(revue, par=chef, le=timezone.now())
    with pytest.raises(RegleEnfreinte) as erreur:
        actions.rouvrir_revue(revue, motif=" ", par=chef, le=timezone.now())
    assert erreur.value.champ == "motif"
    revue = actions.rouvrir_revue(revue, motif="Chiffre manquant.", par=chef, le=timezone.now())
    assert (revue.etat, revue.close_le) == (EtatRevue.ENVOYEE, None)
    assert LigneJournal.objects.de(revue).last().motif == "Chiffre manquant."


# --- Readings ---------------------------------------------------------------------------------------------------------
def test_les_comptes_disent_les_sept_etats_les_retards_et_les_reponses(contrat, caf) -> None:
    tenu, en_cours, muet, _libre = EngagementFactory.create_batch(
        4, contrat=contrat, organisme=caf, echeance=date(2026, 6, 30)
    )
    PointAvancementFactory(engagement=tenu, annee=2026, etat="tenu", visa=EtatVisa.VU)
    PointAvancementFactory(engagement=en_cours, annee=2026, etat="en_cours", visa=EtatVisa.A_COMPLETER)
    PointAvancementFactory(engagement=muet, annee=2025, etat="tenu")
    SollicitationFactory(engagement=muet, faite_le=date(2026, 5, 1))

    comptes = compter(de_l_annee(contrat, 2026, le=AUJOURD_HUI))

    assert {e.value: n for e, n in comptes.etats if n} == {"tenu": 1, "en_cours": 1, "sans_information": 2}
    assert (comptes.total, comptes.en_retard, comptes.declares) == (4, 3, 2)
    assert comptes.reponses[EtatReponse.EN_RETARD] == comptes.reponses[EtatReponse.A_SOLLICITER] == 1
    assert (comptes.a_viser, comptes.a_completer) == (0, 1)


@pytest.mark.parametrize(
    ("filtres", "attendus"),
    [
        ({"organisme": "caf"}, {"A1", "A2"}),
        ({"organisme": "sans"}, {"B1"}),
        ({"orientation": "o"}, {"A1"}),
        ({"orientation": "sans"}, {"A2", "B1"}),
        ({"perimetre": "p"}, {"A2", "B1", "A1"}),
        ({"etat": "tenu"}, {"A1"}),
        ({"reponse": "repondu"}, {"A1"}),
        ({"visa": "non_vu"}, {"A1"}),
        ({"en_retard": True}, {"A2"}),
        ({"texte": "CRECHE"}, {"A2"}),
    ],
)
def test_la_revue_se_filtre(contrat, caf, filtres, attendus) -> None:
    orientation = OrientationFactory(contrat=contrat)
    la, ailleurs = PerimetreDuContratFactory.create_batch(2, contrat=contrat)
    un = EngagementFactory(contrat=contrat, organisme=caf, reference="A1", orientation=orientation)
    un.perimetres.add(la.perimetre)
    PointAvancementFactory(engagement=un, annee=2026, etat="tenu")
    deux = EngagementFactory(contrat=contrat, organisme=caf, reference="A2", libelle="Une crèche")
    CibleEngagementFactory(engagement=deux, echeance=date(2025, 1, 1))
    EngagementFactory(contrat=contrat, organisme=None, reference="B1")
    vrais = {"caf": str(caf.pk), "o": str(orientation.pk), "p": str(la.perimetre_id)}
    demande = Filtres(**{n: vrais.get(v, v) for n, v in filtres.items()})
    trouves = {e.reference for e in filtrer(de_l_annee(contrat, 2026, le=AUJOURD_HUI), demande)}
    assert trouves == attendus
    assert ailleurs.perimetre_id != la.perimetre_id


def test_ce_que_dit_la_base_et_ce_que_dit_la_regle_concordent(contrat, caf) -> None:
    for n in range(8):
        engagement = EngagementFactory(contrat=contrat, organisme=caf, echeance=date(2026, 11, 17 + n % 5))
        SollicitationFactory(engagement=engagement, faite_le=date(2026, 5, 17 + n))
        if n % 3 == 0:
            PointAvancementFactory(engagement=engagement, annee=2026, etat="en_cours")
    choisis = list(de_l_annee(contrat, 2026, le=AUJOURD_HUI))
    lues = {ligne.pk: ligne for ligne in lignes(choisis, 2026, le=AUJOURD_HUI)}
    for e in choisis:
        ligne = lues[e.pk]
        assert (ligne.reponse, ligne.en_retard, ligne.etat) == (e.reponse, e.est_en_retard, e.etat_declare)


def test_la_matrice_montre_aussi_qui_n_a_rien_promis(contrat, caf) -> None:
    sante, emploi = OrientationFactory.create_batch(2, contrat=contrat)
    axe = OrientationFactory(contrat=contrat, transversale=True)
    muet = SignataireFactory(contrat=contrat).organisme
    EngagementFactory.create_batch(2, contrat=contrat, organisme=caf, orientation=sante)
    EngagementFactory(contrat=contrat, organisme=None, orientation=axe)

    lue = matrice(contrat, 2026, le=AUJOURD_HUI)

    assert [cle for cle, _ in lue.orientations] == [str(sante.pk), str(emploi.pk), "sans"]
    rangees = {r.cle: r for r in lue.rangees}
    assert [c.nombre for c in rangees[str(caf.pk)].cases] == [2, 0, 0]
    assert rangees[str(caf.pk)].cases[0].sans_information == 2
    assert (rangees[str(muet.pk)].total, rangees[str(muet.pk)].vides) == (0, 2)
    assert [c.nombre for c in rangees["sans"].cases] == [0, 0, 1]
    assert (lue.totaux, lue.total) == ((2, 0, 1), 3)


def test_le_suivi_dit_qui_recoit_les_courriels(contrat, caf, referente) -> None:
    EngagementFactory(contrat=contrat, organisme=caf)
    sans_compte = EngagementFactory(contrat=contrat).organisme
    suivis = {s.organisme: s for s in suivi_des_signataires(contrat, 2026, le=AUJOURD_HUI)}
    assert suivis[caf].destinataires == (str(referente.utilisateur),)
    assert suivis[sans_compte].destinataires == ()
    assert suivis[caf].a_solliciter == 1
