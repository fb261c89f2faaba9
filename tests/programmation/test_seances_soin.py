"""What a session must not lose, betray or write in somebody's place."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.models import LigneJournal
from contrats.etats import EtatReunion, Role
from contrats.models import Reunion, TypeComite
from programmation import actions
from programmation.actions import SaisieExamen
from programmation.actions.seances import appliquer_l_examen, retenir_comme_prepare
from programmation.etats import EtatDemande, EtatExamen
from programmation.lectures.fiches_de_seance import fiches, public_en_mots
from programmation.lectures.listes_de_seance import deports_du_jour, preparations
from programmation.lectures.releve import releve
from programmation.lectures.seance_directe import marque
from programmation.lectures.seances import programmation_proposee
from programmation.models import DemandeFinancement, Enveloppe, ExamenDossier
from tests.fabriques import (
    ComiteFactory,
    DemandeFactory,
    DeportFactory,
    DossierFactory,
    ExamenDossierFactory,
    MontantExamineFactory,
    OrganismeFactory,
    ReunionFactory,
)

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")
LE_JOUR = date(2026, 4, 10)


@pytest.fixture
def demande(dossier, gens) -> DemandeFinancement:
    """5 000 € asked of the département, that it proposes."""
    return DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)


@pytest.fixture
def examen(copil, demande) -> ExamenDossier:
    return ExamenDossierFactory(reunion=copil, dossier=demande.dossier)


@pytest.fixture
def chef(gens) -> Client:
    client = Client()
    client.force_login(gens.chef.utilisateur)
    return client


@pytest.fixture
def dire(gens, le) -> Callable[..., ExamenDossier]:
    """`dire(examen, "retenir", {demande: 3000})`: the chef types what the meeting says."""

    def faire(examen: ExamenDossier, acte: str, montants: dict[Any, int] | None = None, **suite: Any) -> ExamenDossier:
        euros = {d.pk: Decimal(m) for d, m in (montants or {}).items()}
        return actions.saisir_l_examen(examen, SaisieExamen(montants=euros, **suite), acte=acte, par=gens.chef, le=le)

    return faire


def lien(reunion: Reunion, route: str = "seance", **cles: Any) -> str:
    contrat = reunion.comite.contrat.slug
    return reverse(f"programmation:{route}", kwargs={"contrat": contrat, "pk": reunion.pk, **cles})


def page_postee(client: Client, examen: ExamenDossier) -> dict[str, Any]:
    """What the browser would send back of the page of a file, nothing touched."""
    form = client.get(lien(examen.reunion, "examiner", examen=examen.pk)).context["form"]
    envoi: dict[str, Any] = {}
    for champ in form:
        envoi[champ.html_name] = champ.value() or ""
        if champ.field.show_hidden_initial:
            envoi[champ.html_initial_name] = champ.value() or ""
    return envoi


# --- Off the list ------------------------------------------------------------------------------------------------------
def test_retirer_de_la_liste_laisse_au_journal_ce_qui_en_etait_dit(gens, copil, demande, examen, dire, le) -> None:
    dire(examen, "retenir", {demande: 3000}, note="Baisse acceptée.")

    actions.retirer_de_la_liste(examen, par=gens.chef, le=le)

    ligne = LigneJournal.objects.de(copil).last()
    assert ligne.avant == {
        "état": "Retenu",
        "montants": f"{gens.departement.nom_court} 3\u202f000\u00a0€",
        "note": "Baisse acceptée.",
    }


def test_qui_s_est_deporte_ne_retire_pas_son_dossier_de_la_liste(gens, copil, examen, auteur_de, le) -> None:
    DeportFactory(dossier=examen.dossier, utilisateur=gens.chef.utilisateur)
    with pytest.raises(ActeRefuse, match="déporté"):
        actions.retirer_de_la_liste(examen, par=gens.chef, le=le)
    actions.retirer_de_la_liste(examen, par=auteur_de(Role.CHEF_DE_PROJET), le=le)
    assert not copil.examens.exists()


def test_une_liste_dont_le_compte_rendu_est_parti_ne_change_plus(gens, copil, examen, le) -> None:
    Reunion.objects.filter(pk=copil.pk).update(etat=EtatReunion.RENDUE)
    with pytest.raises(RegleEnfreinte, match="compte rendu"):
        actions.retirer_de_la_liste(examen, par=gens.chef, le=le)


def test_un_dossier_retire_entre_temps_se_dit_au_lieu_de_se_perdre(gens, copil, demande, examen, dire, le) -> None:
    autre = ExamenDossierFactory(reunion=copil)
    actions.retirer_de_la_liste(ExamenDossier.objects.get(pk=examen.pk), par=gens.chef, le=le)
    gestes: list[Callable[[], object]] = [
        lambda: actions.deplacer_sur_la_liste(examen, rang=1, par=gens.chef, le=le),
        lambda: dire(examen, "retenir", {demande: 10}),
        lambda: actions.rouvrir_l_examen(examen, par=gens.chef, le=le),
        lambda: actions.retirer_de_la_liste(examen, par=gens.chef, le=le),
        lambda: appliquer_l_examen(examen, par=gens.chef, le=le),
    ]
    for geste in gestes:
        with pytest.raises(RegleEnfreinte) as refus:
            geste()
        assert refus.value.code == "plus_sur_la_liste"
    assert list(copil.examens.all()) == [autre]


# --- The preparation ---------------------------------------------------------------------------------------------------
@pytest.fixture
def cotech(contrat) -> Reunion:
    comite = ComiteFactory(contrat=contrat, type=TypeComite.COTECH, valide_programmation=False)
    return ReunionFactory(comite=comite, le=date(2026, 3, 17))


def test_une_preparation_annulee_ne_prepare_rien(gens, copil, cotech, demande, dire, le) -> None:
    actions.inscrire_dossiers(cotech, [demande.dossier.numero], par=gens.chef, le=le)
    dire(cotech.examens.get(), "retenir", {demande: 3500})
    Reunion.objects.filter(pk=cotech.pk).update(etat=EtatReunion.ANNULEE)

    assert preparations(copil, [demande.dossier_id]) == {}
    actions.inscrire_dossiers(copil, [demande.dossier.numero], par=gens.chef, le=le)
    assert not copil.examens.get().montants.exists()


def test_retenir_comme_prepare_laisse_ce_qui_a_ete_refuse_depuis(gens, copil, cotech, dossier, demande, le) -> None:
    refusee = DemandeFactory(dossier=dossier, financeur=gens.region, refusee=True)
    avant = ExamenDossierFactory(reunion=cotech, dossier=dossier, retenu=True)
    for ligne in (demande, refusee):
        MontantExamineFactory(examen=avant, demande=ligne, montant=Decimal(2000))
    examen = ExamenDossierFactory(reunion=copil, dossier=dossier)

    retenir_comme_prepare(examen, avant, par=gens.chef, le=le)

    examen.refresh_from_db()
    assert (examen.etat, list(examen.montants.values_list("demande", flat=True))) == (EtatExamen.RETENU, [demande.pk])


def test_des_mots_tapes_d_un_dossier_retenu_ne_sont_pas_une_question(gens, copil, cotech, demande, dire) -> None:
    avant = ExamenDossierFactory(reunion=cotech, dossier=demande.dossier)
    dire(dire(avant, "retenir", {demande: 3000}), "", {demande: 3000}, texte="Et le local ?")
    (fiche,) = fiches(copil, [demande.dossier_id])
    assert fiche.question == ""


# --- What is typed -----------------------------------------------------------------------------------------------------
def test_ce_qui_se_tape_d_un_dossier_retenu_n_est_pas_perdu(examen, demande, dire) -> None:
    dit = dire(examen, "retenir", {demande: 3000})
    dit = dire(dit, "", {demande: 3000}, texte="Bilan en retard")
    assert dit.question == "Bilan en retard"  # a draft: « Ajourner » will take it as its reason
    dit = dire(dit, "ajourner", texte="Bilan en retard")
    assert (dit.question, dit.motif) == ("", "Bilan en retard")


@pytest.mark.parametrize(("note", "attendue"), [("", "Garder ?"), ("Noté", "Noté\nGarder ?"), ("Garder ?", "Garder ?")])
def test_un_brouillon_de_question_passe_en_note_quand_le_dossier_est_retenu(
    examen, demande, dire, note, attendue
) -> None:
    dit = dire(examen, "", texte="Garder ?")
    dit = dire(dit, "retenir", {demande: 3000}, texte="Garder ?", note=note)
    assert (dit.question, dit.note) == ("", attendue)


def test_une_question_tranchee_ne_passe_pas_en_note(examen, demande, dire) -> None:
    dit = dire(examen, "soumettre", texte="Une ou deux années ?")
    dit = dire(dit, "retenir", {demande: 3000}, texte="Une ou deux années ?")
    assert (dit.question, dit.note) == ("", "")


def test_une_note_prise_a_l_avance_ne_fige_aucun_montant(chef, copil, examen, demande, gens, le) -> None:
    """The chef notes a word on Monday; on Tuesday the département raises its proposal; the COPIL programmes it."""
    Enveloppe.objects.update(montant=Decimal(50_000))
    lundi = page_postee(chef, examen) | {"note": "Appeler le porteur"}
    assert chef.post(lien(copil, "noter_examen", examen=examen.pk), lundi).status_code == 200
    examen.refresh_from_db()
    assert (examen.note, examen.montants.count()) == ("Appeler le porteur", 0)

    actions.proposer(demande, montant=Decimal(6000), par=gens.instructeur, le=le)
    seance = page_postee(chef, examen)
    assert seance[f"montant_{demande.pk}"] == "6\u202f000"
    assert chef.post(lien(copil, "examiner", examen=examen.pk), seance | {"acte": "retenir"}).status_code == 302
    assert examen.montants.get().montant == 6000


def test_un_montant_touche_s_enregistre_seul(chef, copil, dossier, examen, demande, gens) -> None:
    autre = DemandeFactory(dossier=dossier, financeur=gens.region, proposee=True)
    envoi = page_postee(chef, examen) | {f"montant_{demande.pk}": "1 200"}

    suivi = chef.post(lien(copil, "noter_examen", examen=examen.pk), envoi)

    assert list(examen.montants.values_list("demande", "montant")) == [(demande.pk, 1200)]
    assert not examen.montants.filter(demande=autre).exists()
    # The envelopes and the room count the other as it is shown: it would be kept so.
    assert suivi.context["bilan"].retenu == 1200 + 5000
    assert suivi.context["lu"].montre == 1200 + 5000


def test_un_montant_intact_qui_a_change_se_montre_avant_d_etre_retenu(chef, copil, examen, demande, gens, le) -> None:
    envoi = page_postee(chef, examen) | {"acte": "retenir"}
    actions.proposer(demande, montant=Decimal(7000), par=gens.instructeur, le=le)

    refus = chef.post(lien(copil, "examiner", examen=examen.pk), envoi)

    page = refus.content.decode().replace("\u202f", " ").replace("\u00a0", " ")
    assert refus.status_code == 422
    assert "Ce montant a changé entre-temps : 7 000 €" in page
    assert 'value="7 000"' in page
    assert not examen.montants.exists()
    envoi |= {f"{p}montant_{demande.pk}": "7000" for p in ("", "initial-")}
    assert chef.post(lien(copil, "examiner", examen=examen.pk), envoi).status_code == 302
    assert examen.montants.get().montant == 7000


# --- What a funder keeps for itself ------------------------------------------------------------------------------------
def test_les_autres_lignes_s_appliquent_quand_un_financeur_prepare_la_sienne(
    dossier, copil, demande, examen, gens, dire, le
) -> None:
    brouillon = DemandeFactory(dossier=dossier, financeur=gens.region, brouillon=True, montant_propose=Decimal(900))
    dire(examen, "retenir", {demande: 3000, brouillon: 2000})

    fait = appliquer_l_examen(examen, par=gens.chef, le=le)

    brouillon.refresh_from_db()
    assert (brouillon.etat, brouillon.montant_propose, brouillon.proposition_partagee) == ("proposee", 900, False)
    demande.refresh_from_db()
    assert demande.etat == EtatDemande.PROGRAMMEE
    assert fait.replace("\u202f", " ").replace("\u00a0", " ") == (
        f"programmé, {gens.departement.nom_court} 3 000 € ; à confirmer : {gens.region.nom_court} 2 000 €"
    )


def test_seul_son_brouillon_en_jeu_le_dossier_attend_le_financeur(dossier, copil, examen, gens, dire, le) -> None:
    brouillon = DemandeFactory(dossier=dossier, financeur=gens.region, brouillon=True)
    dire(examen, "retenir", {brouillon: 2000})
    with pytest.raises(RegleEnfreinte, match="à confirmer d’abord") as refus:
        appliquer_l_examen(examen, par=gens.chef, le=le)
    assert "prépare" not in refus.value.message


def test_la_salle_lit_la_meme_chose_d_un_brouillon_et_d_une_absence_de_reponse(
    chef, dossier, copil, examen, gens
) -> None:
    for trait, financeur in (("brouillon", gens.region), ("dotee", OrganismeFactory(departement=True))):
        DemandeFactory(dossier=dossier, financeur=financeur, **{trait: True})
    page = chef.get(lien(copil, "examiner", examen=examen.pk)).content.decode()
    assert page.count("à confirmer par le financeur") == 2


def test_les_conditions_d_une_proposition_restent_quand_la_seance_lui_donne_un_montant(
    dossier, copil, examen, gens, dire, le
) -> None:
    zero = DemandeFactory(
        dossier=dossier,
        financeur=gens.region,
        proposee=True,
        montant_propose=Decimal(0),
        conditions="Après remise du bilan.",
    )
    dire(examen, "retenir", {zero: 1500})
    appliquer_l_examen(examen, par=gens.chef, le=le)
    zero.refresh_from_db()
    assert (zero.montant_programme, zero.conditions) == (1500, "Après remise du bilan.")


def test_un_refus_d_appliquer_tait_les_montants_a_qui_s_est_deporte(
    chef, copil, examen, demande, gens, dire, le, client_de, executer_travaux
) -> None:
    dire(examen, "retenir", {demande: 3000})
    Enveloppe.objects.update(montant=Decimal(2345))
    autre = client_de(Role.CHEF_DE_PROJET)
    fait = autre.post(lien(copil, "appliquer_la_seance"))
    executer_travaux()
    actions.declarer_un_deport(examen.dossier, personne=gens.chef.utilisateur, motif="Bénévole", par=gens.chef, le=le)
    assert "2\u202f345" in autre.get(fait["Location"]).content.decode()
    tu = chef.get(fait["Location"]).content.decode()
    assert "2\u202f345" not in tu
    assert "déporté" in tu


# --- The screen --------------------------------------------------------------------------------------------------------
def test_la_marque_de_l_ecran_change_avec_ce_que_les_autres_font(copil, dossier, demande, examen, gens, le) -> None:
    vues = [marque(copil, examen.pk)]

    def suit() -> None:
        vues.append(marque(copil, examen.pk))
        assert vues[-1] != vues[-2]

    assert marque(copil, examen.pk) == vues[-1]
    actions.proposer(demande, montant=Decimal(4321), par=gens.instructeur, le=le)
    suit()
    actions.autoriser_depassement(demande.enveloppe, montant=Decimal(1000), motif="Report", par=gens.chef, le=le)
    suit()
    Enveloppe.objects.update(montant=Decimal(90_000))
    suit()
    deport = DeportFactory(dossier=dossier)
    suit()
    deport.leve_le = le
    deport.save()
    DeportFactory(dossier=dossier)  # as many as before, somebody else
    suit()
    cotech = ComiteFactory(contrat=dossier.contrat, type=TypeComite.COTECH, valide_programmation=False)
    ExamenDossierFactory(reunion=ReunionFactory(comite=cotech, le=date(2026, 3, 17)), dossier=dossier, a_arbitrer=True)
    suit()


# --- Who took no part --------------------------------------------------------------------------------------------------
def a(heure: int, jour: date = LE_JOUR) -> datetime:
    return datetime(jour.year, jour.month, jour.day, heure, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("declare", "leve", "saisi", "tenait"),
    [
        (a(9), a(19), a(15), True),  # lifted that evening, once the file was examined
        (a(9), a(11), a(15), False),  # lifted before it was
        (a(16), None, a(15), False),  # declared afterwards, the same day
        (a(9, date(2026, 4, 13)), None, a(15), False),  # three days later, the meeting not closed yet
        (a(9, date(2026, 4, 13)), None, a(10, date(2026, 4, 14)), False),  # typed even later
        (a(9), a(19), a(10, date(2026, 4, 14)), True),  # typed later: whoever was withdrawn that day
        (a(9, date(2026, 3, 1)), a(9, date(2026, 4, 9)), a(15), False),  # lifted the day before
    ],
)
def test_un_deport_compte_au_moment_ou_la_reunion_examine_le_dossier(
    copil, dossier, demande, declare, leve, saisi, tenait
) -> None:
    assert localdate(declare) <= date(2026, 4, 13)
    ExamenDossierFactory(reunion=copil, dossier=dossier, ecarte=True, modifie_le=saisi)
    deport = DeportFactory(dossier=dossier, declare_le=declare, leve_le=leve)

    attendus = (str(deport.utilisateur),) if tenait else ()
    assert deports_du_jour(copil, [dossier.pk]).get(dossier.pk, ()) == attendus
    (ligne,) = releve(copil, le=a(9, date(2026, 4, 20))).lignes
    assert ligne.retraits == attendus
    assert programmation_proposee(copil).dossiers[0].deports == attendus


# --- Figures and words -------------------------------------------------------------------------------------------------
def test_deux_services_de_meme_sigle_ne_s_additionnent_pas(contrat, dossier, gens, copil, dire) -> None:
    services = [OrganismeFactory(departement=True, nom=nom, sigle="CCAS") for nom in ("CCAS de Denain", "CCAS d’Anzin")]
    demandes = [DemandeFactory(dossier=dossier, financeur=service, proposee=True) for service in services]
    examen = ExamenDossierFactory(reunion=copil, dossier=dossier)
    dire(examen, "retenir", {demandes[0]: 1000, demandes[1]: 2000})

    lu = releve(copil, le=a(18))

    assert sorted(lu.lignes[0].montants) == [("CCAS", 1000), ("CCAS", 2000)]
    assert [(t.nom, t.montant) for t in lu.par_financeur] == [("CCAS", 2000), ("CCAS", 1000)]
    assert sorted(programmation_proposee(copil).dossiers[0].financeurs) == [("CCAS", 5000), ("CCAS", 5000)]


def test_une_seule_personne_s_ecrit_au_singulier(contrat) -> None:
    dossier = DossierFactory(contrat=contrat, beneficiaires=1, beneficiaires_qpv=1, femmes=1, hommes=0, jeunes=1)
    assert public_en_mots(dossier).replace("\u00a0", " ") == (
        "1 personne, dont 1 habitant des QPV, 1 femme, 0 homme, 1 jeune de 12 à 25 ans"
    )


def test_plusieurs_personnes_ne_prennent_pas_part(chef, copil, examen) -> None:
    ExamenDossier.objects.update(retraits="Mme Alpha (Ville)\nM. Bêta (CAF)")
    page = chef.get(lien(copil)).content.decode()
    assert re.search(r"Mme Alpha \(Ville\), M. Bêta \(CAF\)\s:\sne prennent pas part", page)
