"""The session of a meeting: its list, what is said of each file, what is applied to them, who may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from commun.erreurs import ActeRefuse, RegleEnfreinte, RevisionDepassee
from commun.journal import verifier_chaine
from commun.models import LigneJournal, Travail
from contrats.etats import Role
from contrats.models import Reunion, TypeComite
from programmation import actions
from programmation.actions import SaisieExamen
from programmation.actions.seances import appliquer_l_examen, retenir_comme_prepare
from programmation.etats import EtatDemande, EtatDossier, EtatExamen
from programmation.lectures.enveloppes import verifier_enveloppes
from programmation.lectures.listes_de_seance import examinables, liste, preparations, sources
from programmation.lectures.montants_de_seance import bilan
from programmation.models import DemandeFinancement, Dossier, Enveloppe, ExamenDossier, FamilleDispositif, Section
from programmation.permissions import peut_appliquer, peut_saisir_l_examen, peut_tenir_la_seance
from programmation.regles.seances import couper, reste_en_mots
from tests.fabriques import (
    ComiteFactory,
    DemandeFactory,
    DeportFactory,
    DispositifFactory,
    DossierFactory,
    EnveloppeFactory,
    ExamenDossierFactory,
    MontantExamineFactory,
    OrientationFactory,
    ReunionFactory,
)
from tests.programmation.conftest import connecte

pytestmark = pytest.mark.django_db


@pytest.fixture
def cotech(contrat) -> Reunion:
    """The technical meeting that prepares the COPIL, three weeks before."""
    comite = ComiteFactory(contrat=contrat, type=TypeComite.COTECH, valide_programmation=False)
    return ReunionFactory(comite=comite, le=date(2026, 3, 17))


@pytest.fixture
def demande(dossier, gens) -> DemandeFinancement:
    """5 000 € asked of the département, that it proposes."""
    return DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)


@pytest.fixture
def examen(copil, demande) -> ExamenDossier:
    return ExamenDossierFactory(reunion=copil, dossier=demande.dossier)


@pytest.fixture
def dire(gens, le) -> Callable[..., ExamenDossier]:
    """`dire(examen, "retenir", {demande: 3000})`: the chef types what the meeting says."""

    def faire(examen: ExamenDossier, acte: str, montants: dict[Any, int] | None = None, **suite: Any) -> ExamenDossier:
        euros = {d.pk: None if m is None else Decimal(m) for d, m in (montants or {}).items()}
        version = suite.pop("version", None)
        saisie = SaisieExamen(montants=euros, **suite)
        return actions.saisir_l_examen(examen, saisie, acte=acte, version=version, par=gens.chef, le=le)

    return faire


# --- The list --------------------------------------------------------------------------------------------------------


def test_la_liste_prend_les_dossiers_proposes_par_orientation_et_une_seule_fois(contrat, gens, copil, le) -> None:
    deux, un = OrientationFactory(contrat=contrat, ordre=2), OrientationFactory(contrat=contrat, ordre=1)
    for numero, orientation in (("A", deux), ("B", un), ("C", deux)):
        dossier = DossierFactory(contrat=contrat, numero=numero, orientation=orientation, en_instruction=True)
        DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)
    DemandeFactory(dossier__contrat=contrat, dossier__numero="SANS", financeur=gens.departement)
    DemandeFactory(dossier=DossierFactory(contrat=contrat, numero="TOT", complet=True), proposee=True)
    DemandeFactory(proposee=True)  # another contract
    (source,) = sources(copil, pour=gens.chef)
    numeros = list(source.dossiers.values_list("numero", flat=True))

    assert (source.cle, sorted(numeros)) == ("proposes", ["A", "B", "C"])
    assert actions.inscrire_dossiers(copil, [*numeros, "TOT", "INCONNU"], par=gens.chef, le=le) == 3
    assert [examen.dossier.numero for examen in copil.examens.order_by("ordre")] == ["B", "A", "C"]
    assert actions.inscrire_dossiers(copil, numeros, par=gens.chef, le=le) == 0
    assert sources(copil, pour=gens.chef) == []
    (ligne,) = LigneJournal.objects.de(copil)
    assert ligne.apres == {"dossiers": ["B", "A", "C"]}


def test_un_brouillon_de_financeur_ne_met_pas_un_dossier_sur_la_liste(contrat, gens, copil) -> None:
    DemandeFactory(dossier__contrat=contrat, financeur=gens.departement, brouillon=True)
    assert sources(copil, pour=gens.chef) == []


def test_chaque_instance_examine_sa_famille(contrat, gens, copil, cotech) -> None:
    sip = DispositifFactory(famille=FamilleDispositif.SIP)
    petit = DossierFactory(contrat=contrat, dispositif=sip, en_instruction=True)
    grand = DossierFactory(contrat=contrat, en_instruction=True)
    for dossier in (petit, grand):
        DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)
    commission = ReunionFactory(
        comite=ComiteFactory(contrat=contrat, type=TypeComite.COMMISSION, valide_programmation=False, valide_sip=True)
    )
    tout = ReunionFactory(comite=ComiteFactory(contrat=contrat, valide_sip=True))

    assert {
        nom: set(examinables(reunion, pour=gens.chef))
        for nom, reunion in {"copil": copil, "cotech": cotech, "commission": commission, "tout": tout}.items()
    } == {"copil": {grand}, "cotech": {grand}, "commission": {petit}, "tout": {petit, grand}}


def test_la_commission_des_sip_programme_ses_dossiers_et_pas_les_autres(contrat, gens, le) -> None:
    commission = ReunionFactory(
        comite=ComiteFactory(contrat=contrat, type=TypeComite.COMMISSION, valide_programmation=False, valide_sip=True)
    )
    sip = DemandeFactory(
        dossier__contrat=contrat,
        dossier__dispositif=DispositifFactory(famille=FamilleDispositif.SIP),
        financeur=gens.departement,
        proposee=True,
    )
    aap = DemandeFactory(dossier__contrat=contrat, financeur=gens.departement, proposee=True)

    actions.programmer(sip.dossier, reunion=commission, par=gens.chef, le=le)
    with pytest.raises(RegleEnfreinte, match="instance qui valide"):
        actions.programmer(aap.dossier, reunion=commission, par=gens.chef, le=le)


def test_la_liste_se_range_et_se_deplace(contrat, gens, copil, cotech, le) -> None:
    examens = []
    for rang in range(1, 5):
        demande = DemandeFactory(
            dossier__contrat=contrat, dossier__numero=f"N-{rang}", financeur=gens.departement, proposee=True
        )
        examens.append(ExamenDossierFactory(reunion=copil, dossier=demande.dossier, ordre=rang))
    ExamenDossierFactory(reunion=cotech, dossier=examens[2].dossier, a_arbitrer=True)

    def numeros() -> list[str]:
        return list(copil.examens.order_by("ordre", "pk").values_list("dossier__numero", flat=True))

    actions.deplacer_sur_la_liste(examens[3], rang=1, par=gens.chef, le=le)
    assert numeros() == ["N-4", "N-1", "N-2", "N-3"]
    actions.deplacer_sur_la_liste(examens[0], rang=99, par=gens.chef, le=le)
    assert numeros() == ["N-4", "N-2", "N-3", "N-1"]
    actions.ordonner_la_liste(copil, ordre="arbitrages", par=gens.chef, le=le)
    assert numeros()[0] == "N-3"
    actions.ordonner_la_liste(copil, ordre="numero", par=gens.chef, le=le)
    assert numeros() == ["N-1", "N-2", "N-3", "N-4"]
    actions.retirer_de_la_liste(examens[1], par=gens.chef, le=le)
    assert list(copil.examens.order_by("ordre").values_list("ordre", flat=True)) == [1, 2, 3]


# --- What is said ----------------------------------------------------------------------------------------------------


def test_un_dossier_retenu_garde_ses_montants_et_le_journal_les_dit(examen, demande, dire) -> None:
    dit = dire(examen, "retenir", {demande: 3000}, note="Sous réserve du budget.")

    assert (dit.etat, dit.version, dit.note) == (EtatExamen.RETENU, 2, "Sous réserve du budget.")
    assert dit.montants.get().montant == 3000
    (ligne,) = LigneJournal.objects.de(examen)
    assert ligne.motif == f"{demande.financeur.nom_court} 3\u202f000\u00a0€"
    assert verifier_chaine(examen)


@pytest.mark.parametrize(
    ("acte", "montant", "texte", "phrase"),
    [
        ("retenir", None, "", "au moins un montant"),
        ("retenir", 0, "", "au moins un montant"),
        ("retenir", 20_001, "", "dépasse le coût"),
        ("soumettre", None, " ", "question"),
        ("ajourner", None, "", "pourquoi"),
        ("ecarter", None, "", "pourquoi"),
    ],
)
def test_une_decision_incomplete_est_refusee_et_rien_n_est_ecrit(
    examen, demande, dire, acte, montant, texte, phrase
) -> None:
    with pytest.raises(RegleEnfreinte, match=phrase):
        dire(examen, acte, {demande: montant}, texte=texte)

    examen.refresh_from_db()
    assert (examen.etat, examen.version, examen.montants.count()) == (EtatExamen.A_EXAMINER, 1, 0)


def test_le_texte_va_ou_la_decision_le_veut(examen, dire) -> None:
    dit = dire(examen, "soumettre", texte="Garder les deux ?")
    assert (dit.question, dit.motif) == ("Garder les deux ?", "")
    dit = dire(dit, "ajourner", texte="Budget à revoir.")
    assert (dit.question, dit.motif) == ("", "Budget à revoir.")


def test_saisir_deux_fois_la_meme_chose_n_ecrit_qu_une_fois(examen, demande, dire) -> None:
    dire(examen, "retenir", {demande: 3000})
    dit = dire(examen, "retenir", {demande: 3000})

    assert dit.version == 2
    assert LigneJournal.objects.de(examen).count() == 1


def test_ce_qui_se_tape_se_garde_sans_decider(examen, demande, dire) -> None:
    dit = dire(examen, "", {demande: 1200}, texte="Voir le budget", note="À revoir")

    assert (dit.etat, dit.question, dit.note, dit.version) == (EtatExamen.A_EXAMINER, "Voir le budget", "À revoir", 2)
    dit = dire(dit, "", {demande: None}, texte="")
    assert (dit.question, dit.note, dit.montants.count()) == ("", "", 0)


def test_la_seconde_personne_est_prevenue_et_rien_de_la_premiere_ne_se_perd(
    examen, demande, dire, auteur_de, le
) -> None:
    premiere = examen.version
    saisie = SaisieExamen(montants={demande.pk: Decimal(3000)})
    autre = auteur_de(Role.CHEF_DE_PROJET)
    actions.saisir_l_examen(examen, saisie, acte="retenir", version=premiere, par=autre, le=le)

    with pytest.raises(RevisionDepassee, match="entre-temps : retenu"):
        dire(examen, "ajourner", texte="Plus tard", version=premiere)

    examen.refresh_from_db()
    assert (examen.etat, examen.montants.get().montant) == (EtatExamen.RETENU, 3000)
    dire(examen, "ajourner", texte="Plus tard", version=examen.version)
    dire(examen, "ajourner", texte="En mars", version=premiere)  # one is not warned of oneself


def test_un_montant_deja_programme_ne_se_saisit_plus(copil, dossier, gens, dire) -> None:
    ancienne = DemandeFactory(dossier=dossier, financeur=gens.departement, programmee=True)
    examen = ExamenDossierFactory(reunion=copil, dossier=dossier)
    with pytest.raises(RegleEnfreinte, match="déjà « programmée"):
        dire(examen, "", {ancienne: 100})


def test_une_demande_d_un_autre_dossier_est_refusee(examen, dire) -> None:
    with pytest.raises(RegleEnfreinte, match="pas de celles"):
        dire(examen, "", {DemandeFactory(proposee=True): 100})


# --- Who may ---------------------------------------------------------------------------------------------------------


def test_seul_un_chef_de_projet_tient_la_seance(gens, copil, examen) -> None:
    for nom in ("instructeur", "decideur", "delegue", "porteur", "copil", "conseil", "signataire"):
        assert not peut_tenir_la_seance(getattr(gens, nom), copil), nom
        assert not peut_saisir_l_examen(getattr(gens, nom), examen), nom
    assert peut_tenir_la_seance(gens.chef, copil)


def test_un_comite_qui_n_examine_rien_n_a_pas_de_seance(contrat, gens) -> None:
    groupe = ComiteFactory(contrat=contrat, type=TypeComite.GROUPE_THEMATIQUE, valide_programmation=False)
    assert "n’examine pas" in peut_tenir_la_seance(gens.chef, ReunionFactory(comite=groupe)).motif
    assert not peut_tenir_la_seance(gens.chef, ReunionFactory(comite=ComiteFactory(contrat=contrat), annulee=True))


def test_qui_s_est_deporte_ne_saisit_pas_ce_dossier_mais_tient_la_seance(gens, examen, demande, dire, le) -> None:
    DeportFactory(dossier=examen.dossier, utilisateur=gens.chef.utilisateur)

    assert peut_tenir_la_seance(gens.chef, examen.reunion)
    for acte in ("", "retenir"):
        with pytest.raises(ActeRefuse, match="déporté"):
            dire(examen, acte, {demande: 3000})
    with pytest.raises(ActeRefuse):
        actions.rouvrir_l_examen(examen, par=gens.chef, le=le)


def test_un_dossier_dont_on_s_est_deporte_reste_sur_la_liste_sans_ses_montants(gens, copil, demande, le) -> None:
    deport = DeportFactory(dossier=demande.dossier, utilisateur=gens.chef.utilisateur)

    assert actions.inscrire_dossiers(copil, [demande.dossier.numero], par=gens.chef, le=le) == 1
    (ligne,) = liste(copil, pour=gens.chef).lignes
    assert (ligne.deporte, ligne.demande, ligne.propose, ligne.retenu) == (True, None, None, None)
    organisme = gens.chef.organisme.nom_court
    assert ligne.retraits == (f"{deport.utilisateur} ({organisme})",)


# --- From the preparation to the decision ----------------------------------------------------------------------------


def test_le_copil_repart_de_ce_que_le_cotech_propose(gens, copil, cotech, demande, dire, le) -> None:
    actions.inscrire_dossiers(cotech, [demande.dossier.numero], par=gens.chef, le=le)
    dire(cotech.examens.get(), "retenir", {demande: 3500}, note="Baisse acceptée.")

    assert [s.cle for s in sources(copil, pour=gens.chef)] == ["preparation", "proposes"]
    actions.inscrire_dossiers(copil, [demande.dossier.numero], par=gens.chef, le=le)

    examen = copil.examens.get()
    assert (examen.etat, examen.montants.get().montant) == (EtatExamen.A_EXAMINER, 3500)
    assert preparations(copil, [demande.dossier_id])[demande.dossier_id].note == "Baisse acceptée."
    lue = liste(copil, pour=gens.chef)
    assert (lue.en_bloc, lue.lignes[0].preparation) == (1, "Retenu")


def test_les_points_a_arbitrer_du_cotech_arrivent_avec_leur_question(gens, copil, cotech, demande, dire, le) -> None:
    actions.inscrire_dossiers(cotech, [demande.dossier.numero], par=gens.chef, le=le)
    dire(cotech.examens.get(), "soumettre", texte="Une ou deux années ?")
    assert "arbitrages" in [s.cle for s in sources(copil, pour=gens.chef)]
    actions.inscrire_dossiers(copil, [demande.dossier.numero], par=gens.chef, le=le)

    assert [ligne.question for ligne in liste(copil, pour=gens.chef).a_arbitrer] == ["Une ou deux années ?"]
    dire(copil.examens.get(), "retenir", {demande: 1000})
    assert liste(copil, pour=gens.chef).a_arbitrer == ()


def test_retenir_en_bloc_ne_touche_que_ce_que_la_preparation_retient(
    contrat, gens, copil, cotech, dire, le, executer_travaux
) -> None:
    demandes = [
        DemandeFactory(dossier__contrat=contrat, dossier__numero=f"B-{n}", financeur=gens.departement, proposee=True)
        for n in range(3)
    ]
    for demande in demandes:
        actions.inscrire_dossiers(cotech, [demande.dossier.numero], par=gens.chef, le=le)
    dire(cotech.examens.get(dossier=demandes[0].dossier), "retenir", {demandes[0]: 1500})
    dire(cotech.examens.get(dossier=demandes[1].dossier), "soumettre", texte="Faut-il ?")
    actions.inscrire_dossiers(copil, ["B-0", "B-1", "B-2"], par=gens.chef, le=le)

    actions.retenir_en_bloc(copil, par=gens.chef, le=le)
    (travail,) = executer_travaux()

    assert travail.resultat == {"reussis": ["B-0"], "refus": []}
    etats = dict(copil.examens.values_list("dossier__numero", "etat"))
    assert etats == {"B-0": "retenu", "B-1": "a_examiner", "B-2": "a_examiner"}
    retenir_comme_prepare(
        copil.examens.get(dossier=demandes[0].dossier), cotech.examens.first(), par=gens.chef, le=le
    )  # examined already: nothing changes
    assert LigneJournal.objects.de(copil.examens.get(dossier=demandes[0].dossier)).count() == 1


def test_le_bilan_dit_ce_qu_il_reste_de_chaque_enveloppe(gens, copil, demande, examen, dire, le) -> None:
    Enveloppe.objects.update(montant=Decimal(4000))
    dire(examen, "", {demande: 4500})

    (ligne,) = bilan(copil, pour=gens.chef).lignes
    assert (ligne.disponible, ligne.retenu, ligne.reste_en_mots) == (4000, 0, "il reste 4\u202f000\u00a0€")
    (avec,) = bilan(copil, pour=gens.chef, avec=examen.pk).lignes
    assert (avec.reste, avec.reste_en_mots) == (-500, "il manque 500\u00a0€")
    dire(examen, "retenir", {demande: 4500})
    assert bilan(copil, pour=gens.chef).depassees[0].reste == -500
    chef = gens.chef.utilisateur
    actions.declarer_un_deport(examen.dossier, personne=chef, motif="Bénévole", par=gens.chef, le=le)
    assert bilan(copil, pour=gens.chef).lignes == ()


def test_un_deporte_ne_lit_pas_ce_qui_reste_de_l_enveloppe_qui_paie_le_dossier(
    contrat, gens, copil, demande, examen, dire, le
) -> None:
    """On the session's page, before applying, and on the projected screen that it opens."""
    paye = DossierFactory(contrat=contrat, programme=True)
    DemandeFactory(dossier=paye, financeur=gens.departement, dispositif=demande.dispositif, programmee=True)
    dire(examen, "retenir", {demande: 3000})
    (vue,) = bilan(copil, pour=gens.chef).lignes
    assert vue.disponible == 95_000
    actions.declarer_un_deport(paye, personne=gens.chef.utilisateur, motif="Bénévole", par=gens.chef, le=le)

    lu = bilan(copil, pour=gens.chef)
    (ligne,) = lu.lignes
    assert (ligne.disponible, ligne.retenu, ligne.reste, ligne.reste_en_mots) == (None, 3000, None, "reste non montré")
    assert (lu.masquee, lu.depassees, lu.retenu) == (True, (), 3000)
    actions.montrer(examen, par=gens.chef, le=le)
    client = connecte(gens.chef)
    for route in ("seance", "appliquer_la_seance", "projection"):
        page = client.get(reverse(f"programmation:{route}", kwargs={"contrat": contrat.slug, "pk": copil.pk}))
        lue = page.content.decode()
        assert (page.status_code, "92\u202f000" in lue) == (200, False)
        assert "Vous vous êtes déporté" in lue or "reste non montré" in lue


def test_le_bilan_lit_l_enveloppe_de_la_section_du_dispositif(contrat, gens, copil, demande, examen, dire) -> None:
    """Another section of the same funder and scheme is not what a request takes from."""
    autre = EnveloppeFactory.build(
        contrat=contrat,
        financeur=gens.departement,
        dispositif=demande.dispositif,
        section=Section.INVESTISSEMENT,
        montant=Decimal(1),
    )
    autre.save()
    dire(examen, "retenir", {demande: 3000})

    (ligne,) = bilan(copil, pour=gens.chef).lignes
    assert (ligne.disponible, ligne.retenu) == (100_000, 3000)


def test_ce_qui_est_retenu_sans_enveloppe_se_voit(contrat, gens, copil, dossier, dire) -> None:
    sans = DemandeFactory(dossier=dossier, financeur=gens.region)
    examen = ExamenDossierFactory(reunion=copil, dossier=dossier)
    dire(examen, "retenir", {sans: 700})
    assert bilan(copil, pour=gens.chef).sans_enveloppe == ((gens.region.nom, Decimal(700)),)


# --- Applying --------------------------------------------------------------------------------------------------------


@pytest.fixture
def seance(contrat, gens, copil, dire) -> dict[str, ExamenDossier]:
    """Five files on the COPIL's list, one per thing that it may say."""
    dispositif = DispositifFactory()
    examens = {}
    for rang, nom in enumerate(("retenu", "ajourne", "ecarte", "arbitrage", "attente"), start=1):
        dossier = DossierFactory(contrat=contrat, numero=f"S-{nom}", dispositif=dispositif, en_instruction=True)
        DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True, montant_demande=Decimal(1000))
        examens[nom] = ExamenDossierFactory(reunion=copil, dossier=dossier, ordre=rang)
    dire(examens["retenu"], "retenir", {examens["retenu"].dossier.demandes.get(): 800})
    dire(examens["ajourne"], "ajourner", texte="Bilan attendu.")
    dire(examens["ecarte"], "ecarter", texte="Hors priorités.")
    dire(examens["arbitrage"], "soumettre", texte="Qui porte ?")
    return examens


def _etats(examens: dict[str, ExamenDossier]) -> dict[str, str]:
    return {nom: Dossier.objects.get(pk=examen.dossier_id).etat for nom, examen in examens.items()}


def test_appliquer_programme_ajourne_et_dit_pourquoi(seance, gens, copil, le, executer_travaux) -> None:
    actions.appliquer_les_decisions(copil, par=gens.chef, le=le)
    (travail,) = executer_travaux()

    assert travail.resultat["reussis"] == ["S-retenu", "S-ajourne", "S-ecarte"]
    assert [fait["fait"].split(",")[0] for fait in travail.resultat["faits"]] == [
        "programmé",
        "ajourné",
        "écarté : il reste en instruction",
    ]
    assert _etats(seance) == {
        "retenu": EtatDossier.PROGRAMME,
        "ajourne": EtatDossier.AJOURNE,
        "ecarte": EtatDossier.EN_INSTRUCTION,
        "arbitrage": EtatDossier.EN_INSTRUCTION,
        "attente": EtatDossier.EN_INSTRUCTION,
    }
    demande = seance["retenu"].dossier.demandes.get()
    assert (demande.etat, demande.montant_programme, demande.reunion) == (EtatDemande.PROGRAMMEE, 800, copil)
    assert not verifier_enveloppes()
    motif = LigneJournal.objects.de(seance["ecarte"].dossier).last().motif
    assert motif == f"{copil} : Hors priorités."
    with pytest.raises(RegleEnfreinte, match="Aucune décision"):
        actions.appliquer_les_decisions(copil, par=gens.chef, le=le)


def test_une_enveloppe_qui_ne_suffit_pas_le_dit_et_le_dossier_reste_a_appliquer(
    seance, gens, copil, le, executer_travaux
) -> None:
    Enveloppe.objects.update(montant=Decimal(500))
    actions.appliquer_les_decisions(copil, par=gens.chef, le=le)
    (travail,) = executer_travaux()

    (refus,) = travail.resultat["refus"]
    assert refus["numero"] == "S-retenu"
    assert "ne laisse que" in refus["motif"]
    assert _etats(seance)["retenu"] == EtatDossier.EN_INSTRUCTION
    seance["retenu"].refresh_from_db()
    assert seance["retenu"].applique_le is None

    Enveloppe.objects.update(montant=Decimal(900))
    actions.appliquer_les_decisions(copil, par=gens.chef, le=le)
    (reprise,) = executer_travaux()
    assert reprise.resultat["reussis"] == ["S-retenu"]


def test_demande_deux_fois_l_application_n_est_planifiee_qu_une_fois(seance, gens, copil, le) -> None:
    un = actions.appliquer_les_decisions(copil, par=gens.chef, le=le)
    assert actions.appliquer_les_decisions(copil, par=gens.chef, le=le) == un
    assert Travail.objects.count() == 1


def test_un_travail_repris_apres_une_panne_ne_programme_pas_deux_fois(
    seance, gens, copil, le, horloge, executer_travaux
) -> None:
    horloge.maintenant = le
    travail = actions.appliquer_les_decisions(copil, par=gens.chef, le=le)
    assert appliquer_l_examen(seance["retenu"], par=gens.chef, le=travail.cree_le).startswith("programmé")

    (fait,) = executer_travaux()

    assert fait.resultat["reussis"] == ["S-retenu", "S-ajourne", "S-ecarte"]
    assert fait.resultat["faits"][0]["fait"] == "déjà appliqué"
    assert seance["retenu"].dossier.demandes.get().montant_programme == 800
    assert not verifier_enveloppes()


def test_rien_ne_s_applique_avant_le_jour_ni_par_un_cotech(seance, gens, copil, cotech, le) -> None:
    Reunion.objects.filter(pk=copil.pk).update(le=date(2026, 12, 1))
    with pytest.raises(RegleEnfreinte, match="à partir de ce jour-là"):
        actions.appliquer_les_decisions(copil, par=gens.chef, le=le)
    with pytest.raises(ActeRefuse, match="prépare"):
        actions.appliquer_les_decisions(cotech, par=gens.chef, le=le)
    assert not peut_appliquer(gens.decideur, copil)


def test_un_financeur_qui_n_avait_pas_propose_est_inscrit_pour_son_compte(copil, dossier, gens, dire, le) -> None:
    annoncee = DemandeFactory(dossier=dossier, financeur=gens.region, dotee=True)
    examen = ExamenDossierFactory(reunion=copil, dossier=dossier)
    dire(examen, "retenir", {annoncee: 2500})

    appliquer_l_examen(examen, par=gens.chef, le=le)

    annoncee.refresh_from_db()
    assert (annoncee.etat, annoncee.montant_propose, annoncee.montant_programme) == ("programmee", 2500, 2500)
    assert annoncee.piece_source == f"Décision de séance : {copil}"
    assert annoncee.saisi_par_organisme == gens.chef.organisme


def test_une_proposition_venue_apres_la_seance_n_est_pas_programmee_sans_etre_lue(
    copil, demande, examen, gens, dire, le
) -> None:
    dire(examen, "retenir", {demande: 3000})
    tardive = DemandeFactory(dossier=examen.dossier, financeur=gens.region, proposee=True)

    appliquer_l_examen(examen, par=gens.chef, le=le)

    tardive.refresh_from_db()
    assert tardive.etat == EtatDemande.PROPOSEE


def test_un_dossier_deja_ajourne_reprend_puis_passe_ou_reste_ajourne(copil, gens, contrat, dire, le) -> None:
    ajourne = DossierFactory(contrat=contrat, ajourne=True)
    annoncee = DemandeFactory(dossier=ajourne, financeur=gens.region, dotee=True)
    examen = ExamenDossierFactory(reunion=copil, dossier=ajourne)
    dire(examen, "retenir", {annoncee: 400})
    appliquer_l_examen(examen, par=gens.chef, le=le)
    ajourne.refresh_from_db()
    assert ajourne.etat == EtatDossier.PROGRAMME

    autre = DossierFactory(contrat=contrat, ajourne=True)
    DemandeFactory(dossier=autre, financeur=gens.region)
    second = ExamenDossierFactory(reunion=copil, dossier=autre)
    dire(second, "ajourner", texte="Toujours rien.")
    appliquer_l_examen(second, par=gens.chef, le=le)
    autre.refresh_from_db()
    assert autre.etat == EtatDossier.AJOURNE
    assert LigneJournal.objects.de(autre).last().motif.endswith("Toujours rien.")


def test_une_decision_appliquee_ne_change_plus_tant_que_le_dossier_n_est_pas_revenu(
    seance, gens, copil, dire, le
) -> None:
    examen = seance["retenu"]
    appliquer_l_examen(examen, par=gens.chef, le=le)
    with pytest.raises(ActeRefuse, match="appliquée"):
        dire(examen, "ajourner", texte="Erreur")
    with pytest.raises(ActeRefuse):
        actions.rouvrir_l_examen(examen, par=gens.chef, le=le)
    with pytest.raises(RegleEnfreinte, match="reste sur la liste"):
        actions.retirer_de_la_liste(examen, par=gens.chef, le=le)

    actions.deprogrammer(examen.dossier, motif="Saisi par erreur", par=gens.chef, le=le)
    repris = actions.rouvrir_l_examen(examen, par=gens.chef, le=le)
    assert (repris.etat, repris.applique_le) == (EtatExamen.A_EXAMINER, None)


def test_un_chef_deporte_laisse_ses_dossiers_a_une_autre_personne(
    seance, gens, copil, le, auteur_de, executer_travaux
) -> None:
    DeportFactory(dossier=seance["retenu"].dossier, utilisateur=gens.chef.utilisateur)
    actions.appliquer_les_decisions(copil, par=gens.chef, le=le)
    (travail,) = executer_travaux()
    assert [r["numero"] for r in travail.resultat["refus"]] == ["S-retenu"]
    assert "déporté" in travail.resultat["refus"][0]["motif"]

    actions.appliquer_les_decisions(copil, par=auteur_de(Role.CHEF_DE_PROJET), le=le)
    (suite,) = executer_travaux()
    assert suite.resultat["reussis"] == ["S-retenu"]


# --- Readings and rules ----------------------------------------------------------------------------------------------


def test_la_liste_coute_autant_pour_un_dossier_que_pour_trente(
    contrat, gens, copil, django_assert_max_num_queries
) -> None:
    def ajouter(nombre: int) -> None:
        for _ in range(nombre):
            demande = DemandeFactory(dossier__contrat=contrat, financeur=gens.departement, proposee=True)
            MontantExamineFactory(
                examen=ExamenDossierFactory(reunion=copil, dossier=demande.dossier, retenu=True), demande=demande
            )

    ajouter(1)
    liste(copil, pour=gens.chef)  # roles and withdrawals are read once per request
    with django_assert_max_num_queries(6) as un:
        liste(copil, pour=gens.chef)
    ajouter(29)
    with django_assert_max_num_queries(len(un.captured_queries)):
        lue = liste(copil, pour=gens.chef)
    assert (len(lue.lignes), lue.a_appliquer, lue.examines) == (30, 30, 30)
    bilan(copil, pour=gens.chef)
    with django_assert_max_num_queries(2):
        assert bilan(copil, pour=gens.chef).retenu == 30 * 3000


@pytest.mark.parametrize(
    ("texte", "signes", "attendu"),
    [
        ("Un  texte\ncourt", 40, "Un texte court"),
        ("Un texte bien trop long pour tenir sur la page", 40, "Un texte bien trop… suite au dossier"),
        ("Mot, mot, mot, mot, mot, mot, mot, mot, mot, mot", 40, "Mot, mot, mot, mot… suite au dossier"),
        ("", 40, ""),
    ],
)
def test_un_texte_se_coupe_a_un_mot(texte, signes, attendu) -> None:
    assert couper(texte, signes) == attendu
    assert len(couper(texte, signes)) <= signes


@pytest.mark.parametrize(
    ("reste", "attendu"), [(-3400, "il manque 3\u202f400\u00a0€"), (0, "tout est pris"), (12, "il reste 12\u00a0€")]
)
def test_ce_qui_reste_se_dit_en_mots(reste, attendu) -> None:
    assert reste_en_mots(Decimal(reste)) == attendu
