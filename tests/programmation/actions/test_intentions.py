"""Projects before any deposit: told, looked at, answered, turned into files."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.models import LigneJournal
from contrats.etats import Role
from programmation.actions import intentions as actions
from programmation.etats import EtatDossier, EtatIntention
from programmation.lectures.intentions import financeurs_sans_avis, intentions_de, reponse_a
from programmation.models import Dossier, Intention
from programmation.regles.intentions import parts_egales
from tests.fabriques import (
    AvisIntentionFactory,
    CampagneFactory,
    ComiteFactory,
    CommuneFactory,
    DispositifFactory,
    EnveloppeFactory,
    IntentionFactory,
    OrganismeFactory,
    OrientationFactory,
    RessourceFactory,
    ReunionFactory,
)


@pytest.fixture
def campagne(contrat):
    """The call of 2027, whose deposits are open on the day of the tests (10 September 2026)."""
    return CampagneFactory(contrat=contrat, annee=2027, ouverte_le="2026-09-01", limite_depot="2026-12-15")


@pytest.fixture
def intention(campagne, gens):
    """A project of the porteur."""
    return IntentionFactory(campagne=campagne, porteur=gens.porteur.organisme, cout_estime=Decimal(12_000))


def test_un_porteur_ne_propose_que_pour_lui(campagne, gens, le):
    champs = {"porteur": gens.porteur.organisme, "intitule": "Vélos", "resume": "Un atelier."}
    proposee = actions.proposer_intention(campagne, champs=champs, par=gens.porteur, le=le)
    assert (proposee.etat, proposee.porteur) == (EtatIntention.PROPOSEE, gens.porteur.organisme)
    with pytest.raises(RegleEnfreinte, match="que pour votre organisme"):
        actions.proposer_intention(campagne, champs={**champs, "porteur": OrganismeFactory()}, par=gens.porteur, le=le)
    with pytest.raises(ActeRefuse):
        actions.proposer_intention(campagne, champs=champs, par=gens.decideur, le=le)


def test_l_equipe_propose_pour_un_porteur_pas_encore_inscrit(campagne, gens, le):
    champs = {"porteur": None, "porteur_pressenti": "Collectif Bellevue", "intitule": "Jardin"}
    proposee = actions.proposer_intention(campagne, champs=champs, par=gens.chef, le=le)
    assert proposee.nom_du_porteur == "Collectif Bellevue"
    with pytest.raises(RegleEnfreinte, match="qui porterait l’action"):
        actions.modifier_intention(proposee, champs={"porteur_pressenti": ""}, par=gens.chef, le=le)
    with pytest.raises(ActeRefuse, match="pas encore inscrit"):
        actions.en_faire_un_dossier(proposee, dispositif=DispositifFactory(), par=gens.chef, le=le)


def test_chacun_voit_les_intentions_de_son_role(campagne, intention, contrat, gens):
    autre = IntentionFactory(campagne=campagne)
    ailleurs = IntentionFactory()
    AvisIntentionFactory(intention=intention, texte="Hors de nos critères cette année.")

    def vues(auteur):
        return set(Intention.objects.visibles_par(auteur, contrat))

    assert vues(gens.chef) == vues(gens.decideur) == vues(gens.delegue) == {intention, autre}
    assert vues(gens.porteur) == {intention}
    assert vues(gens.copil) == vues(gens.conseil) == vues(gens.signataire) == set()
    assert ailleurs not in vues(gens.chef)
    # A porteur reads the team's answer, never what each funder thinks.
    assert intentions_de(campagne, pour=gens.porteur)[0].avis == ()
    assert [lue.avis for lue in intentions_de(campagne, pour=gens.decideur) if lue.avis]


def test_un_financeur_donne_son_avis_puis_le_change(intention, gens, le):
    EnveloppeFactory(contrat=intention.contrat, annee=2027, financeur=gens.departement)
    ressource = RessourceFactory(contrat=intention.contrat)
    saisie = {"texte": "", "droit_commun": "Fonds social", "ressources": [ressource], "le": le}
    assert financeurs_sans_avis(intention) == [gens.departement.nom_court]
    actions.donner_avis_intention(intention, eligibilite="a_revoir", par=gens.decideur, **saisie)
    avis = actions.donner_avis_intention(intention, eligibilite="probable", par=gens.instructeur, **saisie)
    assert intention.avis.get() == avis
    assert (avis.eligibilite, list(avis.ressources.all())) == ("probable", [ressource])
    assert financeurs_sans_avis(intention) == []


def test_l_equipe_ecrit_l_avis_d_un_financeur_avec_ce_qui_fait_foi(intention, gens, le):
    saisie = {"eligibilite": "non", "texte": "", "droit_commun": "", "ressources": [], "le": le}
    pour_le_departement = gens.chef.au_nom_de(gens.departement)
    with pytest.raises(RegleEnfreinte, match="document qui en fait foi"):
        actions.donner_avis_intention(intention, par=pour_le_departement, **saisie)
    actions.donner_avis_intention(intention, par=pour_le_departement, piece_source="Revue du 10/09", **saisie)
    assert intention.avis.get().organisme == gens.departement
    assert LigneJournal.objects.de(intention).last().motif == "Revue du 10/09"
    with pytest.raises(ActeRefuse):
        actions.donner_avis_intention(
            intention, par=gens.decideur.au_nom_de(gens.region), piece_source="Rien", **saisie
        )


@pytest.mark.parametrize("role", ["porteur", "copil", "conseil", "signataire"])
def test_les_autres_roles_ne_donnent_pas_d_avis(intention, gens, le, role):
    with pytest.raises(ActeRefuse):
        actions.donner_avis_intention(
            intention, eligibilite="non", texte="", droit_commun="", ressources=[], par=getattr(gens, role), le=le
        )


def test_la_reponse_de_l_equipe_se_lit_avec_le_droit_commun_ouvert(intention, gens, le):
    ouverte = RessourceFactory(contrat=intention.contrat, ouverte=True)
    fermee = RessourceFactory(contrat=intention.contrat, ouverte=False)
    AvisIntentionFactory(intention=intention).ressources.add(ouverte, fermee)
    assert reponse_a(intention) is None
    with pytest.raises(RegleEnfreinte, match="motif"):
        actions.repondre_intention(intention, "reorienter", motif=" ", par=gens.chef, le=le)
    with pytest.raises(ActeRefuse):
        actions.repondre_intention(intention, "encourager", motif="", par=gens.decideur, le=le)
    actions.repondre_intention(intention, "reorienter", motif="Voyez la CAF.", par=gens.chef, le=le)
    reponse = reponse_a(intention)
    assert reponse is not None
    assert (reponse.texte, reponse.ressources) == ("Voyez la CAF.", (ouverte,))


def test_la_reponse_de_l_equipe_reste_quand_l_intention_devient_un_dossier(intention, gens, le):
    actions.repondre_intention(intention, "encourager", motif="Visez deux quartiers.", par=gens.chef, le=le)
    actions.en_faire_un_dossier(intention, dispositif=DispositifFactory(), par=gens.porteur, le=le)
    reponse = reponse_a(intention)
    assert reponse is not None
    assert (reponse.libelle, reponse.texte) == ("Encouragée à déposer", "Visez deux quartiers.")


def test_le_porteur_qui_abandonne_ne_se_repond_pas(intention, gens, le):
    actions.repondre_intention(intention, "deconseiller", motif="Hors sujet.", par=gens.chef, le=le)
    actions.repondre_intention(intention, "abandonner", motif="Plus de salle.", par=gens.porteur, le=le)
    reponse = reponse_a(intention)
    assert reponse is not None
    assert (reponse.libelle, reponse.texte) == ("Déconseillée", "Hors sujet.")


def test_le_porteur_de_plusieurs_organismes_abandonne_pour_celui_de_l_intention(intention, gens, le):
    d_ailleurs = replace(gens.porteur, organisme=OrganismeFactory())
    actions.repondre_intention(intention, "abandonner", motif="Plus de salle.", par=d_ailleurs, le=le)
    assert reponse_a(intention) is None


def test_l_equipe_qui_abandonne_une_intention_repond(intention, gens, le):
    actions.repondre_intention(intention, "abandonner", motif="L’action existe déjà.", par=gens.chef, le=le)
    reponse = reponse_a(intention)
    assert reponse is not None
    assert (reponse.libelle, reponse.texte) == ("Abandonnée", "L’action existe déjà.")


def test_le_porteur_n_abandonne_que_la_sienne(campagne, intention, gens, le):
    autre = IntentionFactory(campagne=campagne)
    with pytest.raises(ActeRefuse):
        actions.repondre_intention(autre, "abandonner", motif="Plus de salle.", par=gens.porteur, le=le)
    faite = actions.repondre_intention(intention, "abandonner", motif="Plus de salle.", par=gens.porteur, le=le)
    assert faite.etat == EtatIntention.ABANDONNEE


def test_une_revue_inscrit_les_intentions_de_son_contrat(intention, gens, le):
    ici = ReunionFactory(comite=ComiteFactory(contrat=intention.contrat))
    assert actions.inscrire_a_la_revue(ici, [intention], par=gens.chef, le=le)[0].reunion == ici
    with pytest.raises(RegleEnfreinte, match="autre contrat"):
        actions.inscrire_a_la_revue(ReunionFactory(), [intention], par=gens.chef, le=le)
    with pytest.raises(ActeRefuse):
        actions.inscrire_a_la_revue(ici, [intention], par=gens.decideur, le=le)


def test_une_intention_devient_un_brouillon_avec_ce_que_l_on_sait(intention, contrat, gens, le):
    intention.orientation = OrientationFactory(contrat=contrat)
    intention.reconduite = True
    intention.save()
    intention.communes.set(CommuneFactory.create_batch(3))
    sip = DispositifFactory(contrat=contrat)

    dossier = actions.en_faire_un_dossier(intention, dispositif=sip, par=gens.porteur, le=le)

    intention.refresh_from_db()
    assert (intention.etat, intention.dossier) == (EtatIntention.DEPOSEE, dossier)
    assert (dossier.etat, dossier.dispositif, dossier.porteur) == (EtatDossier.BROUILLON, sip, intention.porteur)
    assert (dossier.intitule, dossier.orientation, dossier.cout_total) == (
        intention.intitule,
        intention.orientation,
        12_000,
    )
    assert dossier.caractere == "reconduite"
    assert sum(lieu.part for lieu in dossier.localisations.all()) == 100
    with pytest.raises(ActeRefuse, match="déjà devenue un dossier"):
        actions.en_faire_un_dossier(intention, dispositif=sip, par=gens.porteur, le=le)


def test_hors_des_dates_le_porteur_ne_commence_pas_de_dossier(campagne, intention, gens, le):
    campagne.limite_depot = "2026-09-05"
    campagne.copil_prevu_le = None
    campagne.save()
    with pytest.raises(RegleEnfreinte, match="date limite de dépôt"):
        actions.en_faire_un_dossier(intention, dispositif=DispositifFactory(), par=gens.porteur, le=le)
    assert not Dossier.objects.exists()


def test_pendant_l_essai_le_dossier_n_est_qu_un_essai(contrat, gens, le):
    campagne = CampagneFactory(contrat=contrat, annee=2028, essai=True)
    intention = IntentionFactory(campagne=campagne)
    dossier = actions.en_faire_un_dossier(intention, dispositif=DispositifFactory(), par=gens.chef, le=le)
    intention.refresh_from_db()
    assert (dossier.essai, intention.etat) == (True, EtatIntention.PROPOSEE)


@given(st.integers(min_value=1, max_value=200))
def test_des_parts_egales_font_cent(nombre):
    """S-17: the shares of a location add up to 100 %."""
    parts = parts_egales(nombre)
    assert (len(parts), sum(parts)) == (nombre, 100)
    assert min(parts) > 0


def test_la_page_du_porteur_ne_montre_aucun_avis(campagne, contrat, client_de):
    client = client_de(Role.PORTEUR)
    organisme = contrat.habilitations.get(role=Role.PORTEUR).organisme
    intention = IntentionFactory(campagne=campagne, porteur=organisme)
    AvisIntentionFactory(intention=intention, texte="Secret de financeur.")
    url = f"/c/{contrat.slug}/2027/intentions/{intention.pk}/"
    page = client.get(url).content.decode()
    assert "Secret de financeur." not in page
    assert "En faire un dossier" in page
    assert "Secret de financeur." in client_de(Role.DECIDEUR).get(url).content.decode()


def test_la_liste_coute_le_meme_nombre_de_requetes(campagne, contrat, client_de, django_assert_num_queries):
    client, url = client_de(Role.CHEF_DE_PROJET), f"/c/{contrat.slug}/2027/intentions/"
    AvisIntentionFactory(intention=IntentionFactory(campagne=campagne))
    client.get(url)
    with CaptureQueriesContext(connection) as une:
        client.get(url)
    for _ in range(8):
        intention = IntentionFactory(campagne=campagne)
        intention.communes.add(CommuneFactory())
        AvisIntentionFactory(intention=intention).ressources.add(RessourceFactory(contrat=contrat))
    with django_assert_num_queries(len(une) + 1):  # the organisations of the first means named
        client.get(url)
