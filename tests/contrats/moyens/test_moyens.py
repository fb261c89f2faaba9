"""What partners say of their means: the rules, one action for every channel, who may, the reminders."""

from decimal import Decimal

import pytest
from django.core import mail

from commun.erreurs import ActeRefuse, RevisionDepassee
from commun.journal import verifier_chaine
from commun.models import LigneJournal
from contrats.actions.lot import Issue
from contrats.actions.moyens import RETIRER, SaisieMoyen, annoncer_moyens, relancer_les_partenaires
from contrats.etats import Role, StatutMoyen
from contrats.lectures.moyens import moyens_annonces, version, visibles
from contrats.models import MoyenAnnonce, NatureAnnoncee, Section
from contrats.regles import Completude, ReponseDeCase, reponse_de_la_case
from portail.lectures.taches import taches
from tests.fabriques import (
    ContratFactory,
    HabilitationFactory,
    MoyenAnnonceFactory,
    OrganismeFactory,
    OrientationFactory,
    SignataireFactory,
)

C, NR, SO, NC = (
    ReponseDeCase.COMMUNIQUE,
    ReponseDeCase.NON_REPARTI,
    ReponseDeCase.SANS_OBJET,
    ReponseDeCase.NON_COMMUNIQUE,
)


# --- Rules ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("propre", "ensemble", "attendue"),
    [
        (None, None, NC),
        ("communique", None, C),
        ("communique", "sans_objet", C),
        (None, "communique", NR),
        (None, "sans_objet", SO),
        (None, "non_communique", NC),
        ("sans_objet", "communique", SO),
        ("non_communique", "communique", NC),
    ],
)
def test_une_case_dit_ce_qu_elle_porte_sinon_ce_que_dit_l_ensemble(propre, ensemble, attendue):
    assert reponse_de_la_case(propre, ensemble) is attendue


def test_la_completude_ne_compte_pas_ce_qui_est_sans_objet():
    c = Completude.de([C, NR, SO, NC])
    assert (c.connues, c.attendues, c.manquantes, c.complete, c.taux) == (2, 3, 1, False, 66)


def test_cent_pour_cent_veut_dire_entier():
    assert Completude(999, 1000).taux == 99
    assert Completude(0, 0).taux == 100
    assert Completude(0, 0).complete
    assert (Completude(1, 2) + Completude(2, 2)) == Completude(3, 4)


# --- Writing ----------------------------------------------------------------------------------------------------------
def saisie(organisme, **suite):
    depart = {
        "annee": 2026,
        "nature": NatureAnnoncee.DROIT_COMMUN,
        "section": Section.FONCTIONNEMENT,
        "montant": Decimal(1000),
    }
    return SaisieMoyen(organisme=organisme, **(depart | suite))


@pytest.fixture
def caf(auteur_de):
    return auteur_de(Role.SIGNATAIRE, organisme=OrganismeFactory(caf=True, sigle="CAF"))


def ecrire(contrat, par, horloge, *saisies, **suite):
    return annoncer_moyens(contrat, list(saisies), par=par, le=horloge.maintenant, **suite)


def codes(resultats):
    return [erreur.code for resultat in resultats for erreur in resultat.erreurs]


def test_un_partenaire_annonce_corrige_et_retire(contrat, caf, horloge):
    (cree,) = ecrire(contrat, caf, horloge, saisie(caf.organisme))
    (inchange,) = ecrire(contrat, caf, horloge, saisie(caf.organisme))
    horloge.avancer(hours=1)
    (corrige,) = ecrire(contrat, caf, horloge, saisie(caf.organisme, montant=Decimal("1200.50")))

    assert [r.issue for r in (cree, inchange, corrige)] == [Issue.CREE, Issue.INCHANGE, Issue.MODIFIE]
    moyen = MoyenAnnonce.objects.get()
    assert (moyen.montant, moyen.revision, moyen.saisi_par) == (Decimal("1200.50"), 2, caf.utilisateur)
    assert moyen.saisi_par_organisme is None
    assert moyen.modifie_le == horloge.maintenant
    assert LigneJournal.objects.de(moyen).count() == 2
    assert verifier_chaine(moyen)

    (retire,) = ecrire(contrat, caf, horloge, saisie(caf.organisme, statut=RETIRER, montant=None))
    assert retire.issue is Issue.MODIFIE
    assert not MoyenAnnonce.objects.exists()
    assert LigneJournal.objects.filter(acte="retirer_moyens").get().avant["montant"] == "1200.5"


def test_des_moyens_en_nature_se_disent_sans_montant(contrat, caf, horloge):
    ecrire(contrat, caf, horloge, saisie(caf.organisme, montant=None, precision="2 ETP de médiateurs"))
    (lue,) = moyens_annonces(contrat, 2026).partenaires
    ligne = lue.lignes[0]
    assert ligne.total is None
    assert ligne.en_nature == ("2 ETP de médiateurs",)


def test_pourquoi_une_case_n_est_pas_dite_n_est_pas_un_moyen_en_nature(contrat, caf):
    MoyenAnnonceFactory(
        contrat=contrat, organisme=caf.organisme, non_communique=True, precision="En attente de la CNAF"
    )
    (lue,) = moyens_annonces(contrat, 2026).partenaires
    assert (lue.lignes[0].en_nature, lue.lignes[0].precisions) == ((), ("En attente de la CNAF",))


@pytest.mark.parametrize(
    ("suite", "code"),
    [
        ({"annee": 2019}, "annee"),
        ({"nature": "mecenat"}, "nature"),
        ({"section": "tout"}, "section"),
        ({"statut": "peut_etre"}, "statut"),
        ({"montant": None}, "montant"),
        ({"montant": Decimal(-1)}, "montant"),
        ({"montant": Decimal("1.234")}, "montant"),
        ({"statut": StatutMoyen.SANS_OBJET}, "montant"),
        ({"precision": "x" * 2001}, "precision"),
    ],
)
def test_une_saisie_fausse_est_refusee(contrat, caf, horloge, suite, code):
    assert codes(ecrire(contrat, caf, horloge, saisie(caf.organisme, **suite))) == [code]
    assert not MoyenAnnonce.objects.exists()


def test_un_axe_transversal_et_l_orientation_d_un_autre_contrat_ne_portent_pas_d_euros(contrat, caf, horloge):
    for orientation in (OrientationFactory(contrat=contrat, transversale=True), OrientationFactory()):
        assert codes(ecrire(contrat, caf, horloge, saisie(caf.organisme, orientation=orientation))) == ["orientation"]


def test_tout_ou_rien_et_essai(contrat, caf, horloge):
    bonne, fausse = saisie(caf.organisme), saisie(caf.organisme, section=Section.INVESTISSEMENT, montant=None)
    assert [r.issue for r in ecrire(contrat, caf, horloge, bonne, fausse)] == [Issue.NON_ECRIT, Issue.REFUSE]
    assert [r.issue for r in ecrire(contrat, caf, horloge, bonne, essai=True)] == [Issue.CREE]
    assert not MoyenAnnonce.objects.exists()
    resultats = ecrire(contrat, caf, horloge, bonne, fausse, tout_ou_rien=False)
    assert [r.issue for r in resultats] == [Issue.CREE, Issue.REFUSE]
    assert MoyenAnnonce.objects.count() == 1


def test_deux_lignes_d_un_lot_ne_disent_pas_la_meme_case(contrat, caf, horloge):
    resultats = ecrire(contrat, caf, horloge, saisie(caf.organisme), saisie(caf.organisme, montant=Decimal(5)))
    assert codes(resultats) == ["ligne_repetee"]


def test_deux_personnes_n_ecrivent_pas_l_une_par_dessus_l_autre(contrat, caf, horloge):
    """Both read an empty table; the second to write is told, and what the first wrote stands."""
    lue = version(contrat, 2026, caf.organisme)
    ecrire(contrat, caf, horloge, saisie(caf.organisme), version_lue=lue)
    with pytest.raises(RevisionDepassee):
        ecrire(contrat, caf, horloge, saisie(caf.organisme, montant=Decimal(5)), version_lue=lue)
    assert MoyenAnnonce.objects.get().montant == 1000


# --- Who --------------------------------------------------------------------------------------------------------------
def test_un_partenaire_n_ecrit_que_les_siens(contrat, caf, horloge):
    assert codes(ecrire(contrat, caf, horloge, saisie(OrganismeFactory()))) == ["interdit"]


def test_l_equipe_n_annonce_que_pour_les_organismes_du_contrat(contrat, auteur_de, horloge):
    chef, ailleurs = auteur_de(Role.CHEF_DE_PROJET), SignataireFactory().organisme
    assert codes(ecrire(contrat, chef, horloge, saisie(ailleurs, source="Presse"))) == ["hors_du_contrat"]
    SignataireFactory(contrat=contrat, organisme=ailleurs)
    assert codes(ecrire(contrat, chef, horloge, saisie(ailleurs, source="Presse"))) == []


@pytest.mark.parametrize("role", [Role.PORTEUR, Role.MEMBRE_COPIL, Role.CONSEIL_CITOYEN, Role.JURIDIQUE])
def test_les_autres_roles_n_annoncent_rien(contrat, auteur_de, horloge, role):
    auteur = auteur_de(role)
    with pytest.raises(ActeRefuse):
        ecrire(contrat, auteur, horloge, saisie(auteur.organisme))


def test_un_chef_de_projet_limite_n_ecrit_pas_le_tableau_de_tout_le_contrat(contrat, auteur_de, horloge):
    limite = auteur_de(Role.CHEF_DE_PROJET, orientations=[OrientationFactory(contrat=contrat)])
    with pytest.raises(ActeRefuse):
        ecrire(contrat, limite, horloge, saisie(contrat.pilote))


def test_l_equipe_repond_pour_le_compte_avec_le_document_lu(contrat, auteur_de, caf, horloge):
    chef = auteur_de(Role.CHEF_DE_PROJET)
    assert codes(ecrire(contrat, chef, horloge, saisie(caf.organisme))) == ["document_manquant"]
    ecrire(contrat, chef, horloge, saisie(caf.organisme, source="Courrier du 3 mars 2026"))
    moyen = MoyenAnnonce.objects.get()
    assert moyen.saisi_par_organisme == contrat.pilote
    assert LigneJournal.objects.de(moyen).get().pour_le_compte_de_id == caf.organisme.pk

    (confirme,) = ecrire(contrat, caf, horloge, saisie(caf.organisme))
    assert confirme.issue is Issue.MODIFIE
    moyen.refresh_from_db()
    assert moyen.saisi_par_organisme is None
    assert LigneJournal.objects.de(moyen).last().libelle == "Moyens confirmés par l’organisme"


def test_l_equipe_ne_remplace_pas_ce_que_l_organisme_a_dit(contrat, auteur_de, caf, horloge):
    ecrire(contrat, caf, horloge, saisie(caf.organisme))
    chef = auteur_de(Role.CHEF_DE_PROJET)
    autre = saisie(caf.organisme, montant=Decimal(5), source="Presse")
    assert codes(ecrire(contrat, chef, horloge, autre)) == ["annonce_de_l_organisme"]
    assert ecrire(contrat, chef, horloge, saisie(caf.organisme))[0].issue is Issue.INCHANGE
    vider = saisie(caf.organisme, statut=RETIRER, montant=None)
    assert codes(ecrire(contrat, chef, horloge, vider)) == ["annonce_de_l_organisme"]


def test_le_pilote_annonce_les_siens_en_son_nom(contrat, auteur_de, horloge):
    ecrire(contrat, auteur_de(Role.CHEF_DE_PROJET), horloge, saisie(contrat.pilote))
    assert MoyenAnnonce.objects.get().saisi_par_organisme is None


def test_qui_partage_les_moyens_les_lit_tous_les_autres_rien(contrat, auteur_de, caf):
    MoyenAnnonceFactory(contrat=contrat)
    MoyenAnnonceFactory(contrat=ContratFactory())
    for role in (Role.CHEF_DE_PROJET, Role.INSTRUCTEUR, Role.SIGNATAIRE, Role.DELEGUE_PREFET):
        assert visibles(contrat, pour=auteur_de(role)).count() == 1
    for role in (Role.PORTEUR, Role.MEMBRE_COPIL, Role.CONSEIL_CITOYEN):
        assert visibles(contrat, pour=auteur_de(role)).count() == 0


# --- Reading ----------------------------------------------------------------------------------------------------------
def test_le_tableau_compte_les_cases_connues_et_n_invente_aucun_zero(contrat, django_assert_num_queries):
    sante, emploi = (OrientationFactory(contrat=contrat, ordre=n) for n in (1, 2))
    muet = SignataireFactory(contrat=contrat, ordre=1).organisme
    region = SignataireFactory(contrat=contrat, ordre=2).organisme
    du_partenaire = {"contrat": contrat, "organisme": region}
    MoyenAnnonceFactory(**du_partenaire, orientation=sante, montant=Decimal(300))
    MoyenAnnonceFactory(**du_partenaire, montant=Decimal(700))
    MoyenAnnonceFactory(**du_partenaire, section=Section.INVESTISSEMENT, sans_objet=True)
    MoyenAnnonceFactory(**du_partenaire, nature=NatureAnnoncee.EUROPE, non_communique=True)
    MoyenAnnonceFactory(**du_partenaire, annee=2025, montant=Decimal(9999))

    with django_assert_num_queries(5):
        annonces = moyens_annonces(contrat, 2026)

    assert [o.pk for o in annonces.orientations] == [sante.pk, emploi.pk]
    premier, second = annonces.partenaires
    assert (premier.pk, premier.total, premier.completude) == (muet.pk, None, Completude(0, 16))
    assert (second.pk, second.total) == (region.pk, Decimal(1000))
    assert second.completude == Completude(2, 14)
    fonctionnement, investissement = second.lignes[:2]
    assert [c.reponse for c in fonctionnement.cases] == [C, NR]
    assert fonctionnement.total == Decimal(1000)
    assert investissement.sans_objet
    assert second.lignes[2].muette


def test_qui_n_a_pas_signe_mais_repond_est_dans_le_tableau(contrat):
    moyen = MoyenAnnonceFactory(contrat=contrat)
    (lu,) = moyens_annonces(contrat, 2026).partenaires
    assert (lu.pk, lu.signataire) == (moyen.organisme_id, False)


# --- Reminding --------------------------------------------------------------------------------------------------------
def test_un_rappel_part_une_fois_par_jour_a_qui_doit_encore_repondre(
    contrat, auteur_de, caf, horloge, executer_travaux
):
    OrientationFactory(contrat=contrat)
    SignataireFactory(contrat=contrat, organisme=caf.organisme)
    repondu = SignataireFactory(contrat=contrat).organisme
    HabilitationFactory(contrat=contrat, organisme=repondu, role=Role.SIGNATAIRE)
    for nature in NatureAnnoncee:
        for section in Section:
            MoyenAnnonceFactory(contrat=contrat, organisme=repondu, nature=nature, section=section)
    chef = auteur_de(Role.CHEF_DE_PROJET)
    demande = {"annee": 2026, "organismes": [caf.organisme, repondu], "par": chef, "le": horloge.maintenant}

    assert relancer_les_partenaires(contrat, **demande) == 1
    relancer_les_partenaires(contrat, **demande)
    executer_travaux()

    (courriel,) = mail.outbox
    assert courriel.to == [caf.utilisateur.email]
    assert "0 sur 8\u202fcases" in courriel.body.replace("\u00a0", "\u202f")
    assert "/2026/moyens/partenaires/" in courriel.body
    lu = next(p for p in moyens_annonces(contrat, 2026).partenaires if p.pk == caf.organisme.pk)
    assert lu.relance_le == horloge.maintenant.date()


def test_un_partenaire_relance_le_lit_dans_ses_taches_jusqu_a_sa_reponse(contrat, auteur_de, caf, horloge):
    OrientationFactory(contrat=contrat)
    lire = {"pour": caf, "le": horloge.maintenant.date()}

    def attendus():
        return [t.nombre for t in taches(contrat, 2026, **lire) if t.libelle == "Dire vos moyens 2026"]

    assert attendus() == []
    chef = auteur_de(Role.CHEF_DE_PROJET)
    relancer_les_partenaires(contrat, annee=2026, organismes=[caf.organisme], par=chef, le=horloge.maintenant)
    assert attendus() == [8]
    for nature in NatureAnnoncee:
        for section in Section:
            MoyenAnnonceFactory(contrat=contrat, organisme=caf.organisme, nature=nature, section=section)
    assert attendus() == []


def test_un_rappel_ne_part_pas_a_qui_a_repondu_entre_temps(contrat, auteur_de, caf, horloge, executer_travaux):
    OrientationFactory(contrat=contrat)
    SignataireFactory(contrat=contrat, organisme=caf.organisme)
    relancer_les_partenaires(
        contrat,
        annee=2026,
        organismes=[caf.organisme],
        par=auteur_de(Role.CHEF_DE_PROJET),
        le=horloge.maintenant,
    )
    for nature in NatureAnnoncee:
        for section in Section:
            MoyenAnnonceFactory(contrat=contrat, organisme=caf.organisme, nature=nature, section=section)
    executer_travaux()
    assert mail.outbox == []


def test_seul_un_chef_de_projet_relance(contrat, caf, horloge):
    with pytest.raises(ActeRefuse):
        relancer_les_partenaires(contrat, annee=2026, organismes=[], par=caf, le=horloge.maintenant)
