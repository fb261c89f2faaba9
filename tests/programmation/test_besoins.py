"""Needs that look for a porteur (FPC, AMI): reported, defined, published, answered, financed, turned into a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from commun.erreurs import ActeRefuse, RegleEnfreinte, RevisionDepassee
from commun.etats import TransitionImpossible
from commun.models import LigneJournal, Travail
from commun.travaux import executer
from contrats.etats import Role
from programmation.actions import besoins as actions
from programmation.etats import EtatBesoin, EtatCandidature, EtatDossier
from programmation.forms.besoins import PisteForm
from programmation.lectures.besoins import besoins_par_etat, compter_les_besoins, etapes, risque_de_requalification
from programmation.models import Besoin, Candidature, FamilleDispositif, PisteDeFinancement
from programmation.regles.requalification import Risque
from tests.fabriques import (
    AccompagnementFactory,
    BesoinFactory,
    CampagneFactory,
    CanalDepotFactory,
    CandidatureFactory,
    CommuneFactory,
    DispositifFactory,
    DossierFactory,
    EnveloppeFactory,
    HabilitationFactory,
    OrganismeFactory,
    OrientationFactory,
    PisteDeFinancementFactory,
    RessourceFactory,
    ReunionFactory,
    SignataireFactory,
    ThemeP147Factory,
    VersionPerimetreFactory,
)

pytestmark = pytest.mark.django_db

JOUR = date(2026, 9, 10)


@pytest.fixture
def ami() -> Any:
    return DispositifFactory(ami=True)


@pytest.fixture
def publie(contrat) -> Besoin:
    return BesoinFactory(contrat=contrat, publie=True)


def relu(besoin: Besoin) -> Besoin:
    return Besoin.objects.get(pk=besoin.pk)


# --- Reported ----------------------------------------------------------------------------------------------------------
def test_un_signataire_signale_pour_son_organisme_et_l_equipe_pour_tous(contrat, gens, le) -> None:
    champs = {"titre": "Garde d’enfants", "constat": "Rien avant 7 heures.", "communes": [CommuneFactory()]}
    besoin = actions.signaler(
        contrat, champs=champs | {"signale_pour": gens.signataire.organisme}, par=gens.signataire, le=le
    )
    assert (besoin.etat, besoin.communes.count()) == (EtatBesoin.SIGNALE, 1)
    with pytest.raises(RegleEnfreinte, match="pour votre organisme"):
        actions.signaler(contrat, champs=champs | {"signale_pour": OrganismeFactory()}, par=gens.signataire, le=le)
    autre = OrganismeFactory(commune=True)
    pour_elle = actions.signaler(contrat, champs=champs | {"signale_pour": autre}, par=gens.chef, le=le)
    (ligne,) = LigneJournal.objects.de(pour_elle)
    assert ligne.pour_le_compte_de_nom == autre.nom_court


@pytest.mark.parametrize("qui", ["porteur", "copil", "conseil"])
def test_ni_un_porteur_ni_un_lecteur_ne_signale(contrat, gens, le, qui) -> None:
    auteur = getattr(gens, qui)
    with pytest.raises(ActeRefuse):
        actions.signaler(
            contrat, champs={"titre": "T", "constat": "C", "signale_pour": auteur.organisme}, par=auteur, le=le
        )


def test_son_auteur_le_modifie_jusqu_a_l_opportunite(contrat, gens, le) -> None:
    besoin = BesoinFactory(contrat=contrat, signale_pour=gens.signataire.organisme)
    actions.modifier_besoin(besoin, champs={"titre": "Autre titre"}, par=gens.signataire, le=le)
    Besoin.objects.filter(pk=besoin.pk).update(etat=EtatBesoin.OPPORTUNITE, opportunite="Une crèche.")
    with pytest.raises(ActeRefuse, match="déjà définie"):
        actions.modifier_besoin(besoin, champs={"titre": "Encore"}, par=gens.signataire, le=le)
    actions.modifier_besoin(besoin, champs={"titre": "Encore"}, par=gens.delegue, le=le)
    assert relu(besoin).titre == "Encore"


# --- The way -----------------------------------------------------------------------------------------------------------
def test_l_opportunite_dit_le_dispositif_et_la_reunion(contrat, gens, le, ami) -> None:
    besoin = BesoinFactory(contrat=contrat)
    reunion = ReunionFactory(comite__contrat=contrat)
    saisie = {"opportunite": "Une crèche à 5 heures.", "dispositif": ami, "reunion": reunion}
    with pytest.raises(RegleEnfreinte, match="fabrique"):
        actions.definir_l_opportunite(besoin, **saisie | {"dispositif": DispositifFactory()}, par=gens.chef, le=le)
    with pytest.raises(RegleEnfreinte, match="autre contrat"):
        actions.definir_l_opportunite(besoin, **saisie | {"reunion": ReunionFactory()}, par=gens.chef, le=le)
    with pytest.raises(RegleEnfreinte, match="opportunité"):
        actions.definir_l_opportunite(besoin, **saisie | {"opportunite": " "}, par=gens.chef, le=le)
    defini = actions.definir_l_opportunite(besoin, **saisie, par=gens.delegue, le=le)
    assert (defini.etat, defini.dispositif, defini.reunion) == (EtatBesoin.OPPORTUNITE, ami, reunion)
    with pytest.raises(ActeRefuse):
        actions.definir_l_opportunite(BesoinFactory(contrat=contrat), **saisie, par=gens.instructeur, le=le)


@pytest.mark.parametrize("etat", ["defini", "porteur_trouve", "finance"])
def test_l_opportunite_se_corrige_sans_revenir_au_constat(contrat, gens, le, ami, etat) -> None:
    besoin = BesoinFactory(contrat=contrat, **{etat: True})
    avant = relu(besoin)
    reunion = ReunionFactory(comite__contrat=contrat)
    saisie = {"opportunite": "Une halte.", "dispositif": ami, "reunion": reunion}
    actions.modifier_l_opportunite(besoin, **saisie, revision=0, par=gens.delegue, le=le)
    lu = relu(besoin)
    assert (lu.etat, lu.porteur, lu.revision) == (avant.etat, avant.porteur, 1)
    assert (lu.opportunite, lu.dispositif, lu.reunion) == ("Une halte.", ami, reunion)
    ligne = LigneJournal.objects.de(besoin).get()
    assert (ligne.acte, ligne.apres["opportunite"]) == ("modifier_opportunite", "Une halte.")
    with pytest.raises(RevisionDepassee):
        actions.modifier_l_opportunite(besoin, **saisie, revision=0, par=gens.chef, le=le)
    with pytest.raises(RegleEnfreinte, match="opportunité"):
        actions.modifier_l_opportunite(besoin, **saisie | {"opportunite": " "}, par=gens.chef, le=le)
    with pytest.raises(ActeRefuse):
        actions.modifier_l_opportunite(besoin, **saisie, par=gens.signataire, le=le)


@pytest.mark.parametrize("etat", ["signale", "en_dossier", "abandonne"])
def test_ce_qui_n_est_pas_defini_ou_n_est_plus_un_besoin_ne_se_corrige_pas(contrat, gens, le, ami, etat) -> None:
    besoin = BesoinFactory(contrat=contrat, **({} if etat == "signale" else {etat: True}))
    with pytest.raises(ActeRefuse):
        actions.modifier_l_opportunite(besoin, opportunite="X", dispositif=ami, reunion=None, par=gens.chef, le=le)


def test_un_appel_publie_garde_son_genre_et_son_dispositif_une_fois_repondu(publie, gens, le) -> None:
    autre, fpc = DispositifFactory(ami=True), DispositifFactory(famille=FamilleDispositif.FPC)
    saisie = {"opportunite": "Une halte.", "reunion": None, "par": gens.chef, "le": le}
    with pytest.raises(RegleEnfreinte, match="publié") as refus:
        actions.modifier_l_opportunite(publie, dispositif=fpc, **saisie)
    assert refus.value.champ == "dispositif"
    actions.modifier_l_opportunite(publie, dispositif=autre, **saisie)
    candidature = CandidatureFactory(besoin=publie, retiree=True)
    actions.modifier_l_opportunite(publie, dispositif=publie.dispositif, **saisie)
    Candidature.objects.filter(pk=candidature.pk).update(etat=EtatCandidature.DEPOSEE)
    with pytest.raises(RegleEnfreinte, match="reçu des réponses"):
        actions.modifier_l_opportunite(publie, dispositif=autre, **saisie)
    actions.modifier_l_opportunite(publie, dispositif=publie.dispositif, **saisie | {"opportunite": "Deux haltes."})
    assert relu(publie).opportunite == "Deux haltes."


def test_un_retour_en_arriere_donne_son_motif(contrat, gens, le) -> None:
    besoin = BesoinFactory(contrat=contrat, finance=True)
    with pytest.raises(RegleEnfreinte, match="motif"):
        actions.avancer_besoin(besoin, "rouvrir_financement", motif=" ", par=gens.chef, le=le)
    actions.avancer_besoin(besoin, "rouvrir_financement", motif="La CAF se retire.", par=gens.chef, le=le)
    actions.avancer_besoin(besoin, "chercher_un_autre", motif="Le porteur renonce.", par=gens.chef, le=le)
    assert (relu(besoin).etat, relu(besoin).porteur) == (EtatBesoin.OPPORTUNITE, None)
    actions.avancer_besoin(besoin, "revenir_au_constat", motif="À reprendre avec la commune.", par=gens.chef, le=le)
    actions.avancer_besoin(besoin, "abandonner", motif="La commune s’en charge.", par=gens.chef, le=le)
    actions.avancer_besoin(besoin, "reprendre", motif="Elle renonce.", par=gens.chef, le=le)
    assert relu(besoin).etat == EtatBesoin.SIGNALE
    with pytest.raises(ActeRefuse):
        actions.avancer_besoin(besoin, "reunir", motif="", par=gens.chef, le=le)


def test_les_financements_sont_reunis_quand_une_piste_est_acquise(contrat, gens, le) -> None:
    besoin = BesoinFactory(contrat=contrat, porteur_trouve=True)
    piste = PisteDeFinancementFactory(besoin=besoin)
    with pytest.raises(RegleEnfreinte, match="Aucune piste"):
        actions.avancer_besoin(besoin, "reunir", motif="", par=gens.chef, le=le)
    actions.ecrire_piste(besoin, piste, champs={"acquise": True}, par=gens.chef, le=le)
    actions.avancer_besoin(besoin, "reunir", motif="", par=gens.chef, le=le)
    assert relu(besoin).etat == EtatBesoin.FINANCE


def test_une_piste_nomme_qui_peut_payer_meme_sans_avoir_signe(contrat) -> None:
    """A funder with an envelope or a door, a service of a signatory, an organisation of the directory; nobody else's."""
    etat = OrganismeFactory(etat=True)
    SignataireFactory(contrat=contrat, organisme=etat)
    attendus = {
        EnveloppeFactory(contrat=contrat).financeur,
        CanalDepotFactory(contrat=contrat).financeur,
        OrganismeFactory(parent=etat),
        RessourceFactory(contrat=contrat).organisme,
        etat,
        contrat.pilote,
    }
    ailleurs = EnveloppeFactory().financeur
    possibles = set(PisteForm(contrat=contrat).fields["organisme"].queryset)
    assert attendus <= possibles
    assert ailleurs not in possibles
    gardee = PisteDeFinancementFactory(organisme=ailleurs, besoin__contrat=contrat)
    assert ailleurs in PisteForm(contrat=contrat, instance=gardee).fields["organisme"].queryset


def test_une_piste_acquise_a_un_montant(contrat, gens, le) -> None:
    besoin = BesoinFactory(contrat=contrat)
    champs = {"organisme": OrganismeFactory(caf=True), "nature": "droit_commun", "montant": None, "acquise": True}
    with pytest.raises(RegleEnfreinte, match="a un montant"):
        actions.ecrire_piste(besoin, None, champs=champs, par=gens.chef, le=le)
    piste = actions.ecrire_piste(besoin, None, champs=champs | {"montant": Decimal(9_000)}, par=gens.chef, le=le)
    ligne = LigneJournal.objects.de(besoin).last()
    assert ligne is not None
    assert ligne.apres["montant"] == "9000"
    actions.retirer_piste(piste, par=gens.chef, le=le)
    assert not PisteDeFinancement.objects.exists()
    ailleurs = PisteDeFinancementFactory()
    with pytest.raises(RegleEnfreinte, match="autre besoin"):
        actions.ecrire_piste(besoin, ailleurs, champs={}, par=gens.chef, le=le)


def test_le_besoin_devient_le_brouillon_de_son_porteur(contrat, gens, le) -> None:
    """Q-02, S-17: title, finding, opportunity, orientation with its theme, places in equal shares."""
    campagne = CampagneFactory(contrat=contrat, annee=2026)
    orientation = OrientationFactory(contrat=contrat, theme_p147=ThemeP147Factory())
    besoin = BesoinFactory(contrat=contrat, finance=True, orientation=orientation)
    versions = VersionPerimetreFactory.create_batch(3)
    besoin.perimetres.set([version.perimetre for version in versions])
    dispositif = DispositifFactory()
    with pytest.raises(ActeRefuse, match="chef de projet"):
        actions.en_faire_un_dossier(besoin, campagne, dispositif=dispositif, par=gens.delegue, le=le)
    dossier = actions.en_faire_un_dossier(besoin, campagne, dispositif=dispositif, par=gens.chef, le=le)
    assert (dossier.etat, dossier.porteur, dossier.intitule) == (EtatDossier.BROUILLON, besoin.porteur, besoin.titre)
    assert (dossier.besoin, dossier.resume) == (besoin.constat, besoin.opportunite)
    assert dossier.theme_p147 == orientation.theme_p147
    assert sum(dossier.localisations.values_list("part", flat=True)) == 100
    assert (relu(besoin).etat, relu(besoin).dossier) == (EtatBesoin.DOSSIER, dossier)
    with pytest.raises(ActeRefuse):
        actions.en_faire_un_dossier(besoin, campagne, dispositif=dispositif, par=gens.chef, le=le)


def test_un_dossier_ne_se_commence_pas_avant_les_financements(contrat, gens, le) -> None:
    besoin = BesoinFactory(contrat=contrat, porteur_trouve=True)
    with pytest.raises((ActeRefuse, TransitionImpossible)):
        actions.en_faire_un_dossier(
            besoin, CampagneFactory(contrat=contrat), dispositif=DispositifFactory(), par=gens.chef, le=le
        )


def test_le_risque_de_requalification_se_dit_quand_un_porteur_est_nomme(contrat, ami) -> None:
    """Regles 2.4: the partners started it; whoever answers a call defines its answer."""
    assert risque_de_requalification(BesoinFactory(contrat=contrat, defini=True)) is None
    fabrique = risque_de_requalification(BesoinFactory(contrat=contrat, porteur_trouve=True))
    assert fabrique is not None
    assert fabrique.risque is Risque.A_SURVEILLER
    assert fabrique.precautions
    appel = risque_de_requalification(BesoinFactory(contrat=contrat, porteur_trouve=True, dispositif=ami))
    assert appel is not None
    assert appel.indices


def test_le_chemin_dit_ce_qui_est_fait(contrat) -> None:
    lues = etapes(BesoinFactory(contrat=contrat, porteur_trouve=True))
    assert [e.faite for e in lues] == [True, True, False, False, False]
    assert [e.en_cours for e in lues] == [False, False, True, False, False]
    assert etapes(BesoinFactory(contrat=contrat, abandonne=True)) == []


# --- A published call --------------------------------------------------------------------------------------------------
def test_seul_un_ami_defini_se_publie(contrat, gens, le, ami) -> None:
    besoin = BesoinFactory(contrat=contrat, defini=True)
    with pytest.raises(ActeRefuse, match="manifestation"):
        actions.publier(besoin, jusqu_au=date(2026, 12, 1), par=gens.chef, le=le)
    Besoin.objects.filter(pk=besoin.pk).update(dispositif=ami)
    with pytest.raises(RegleEnfreinte, match="à venir"):
        actions.publier(relu(besoin), jusqu_au=date(2026, 9, 9), par=gens.chef, le=le)
    actions.publier(relu(besoin), jusqu_au=date(2026, 12, 1), par=gens.chef, le=le)
    premiere = relu(besoin).publie_le
    actions.publier(relu(besoin), jusqu_au=date(2026, 12, 15), par=gens.delegue, le=le)
    assert (relu(besoin).publie_le, relu(besoin).publie_jusqu_au) == (premiere, date(2026, 12, 15))


def test_un_porteur_repond_et_change_sa_reponse_jusqu_au_dernier_jour(publie, gens, le) -> None:
    porteur = gens.porteur
    actions.candidater(publie, organisme=porteur.organisme, texte="Une réponse.", par=porteur, le=le)
    actions.candidater(publie, organisme=porteur.organisme, texte="Une meilleure.", par=porteur, le=le)
    candidature = publie.candidatures.get()
    assert candidature.texte == "Une meilleure."
    with pytest.raises(RegleEnfreinte, match="pour votre organisme"):
        actions.candidater(publie, organisme=OrganismeFactory(), texte="Autre.", par=porteur, le=le)
    actions.retirer_candidature(candidature, par=porteur, le=le)
    actions.candidater(publie, organisme=porteur.organisme, texte="Finalement.", par=porteur, le=le)
    assert publie.candidatures.get().etat == EtatCandidature.DEPOSEE
    dernier = datetime(2026, 12, 31, 22, tzinfo=ZoneInfo("Europe/Paris"))
    actions.candidater(publie, organisme=porteur.organisme, texte="Au dernier jour.", par=porteur, le=dernier)
    apres = datetime(2027, 1, 1, 9, tzinfo=ZoneInfo("Europe/Paris"))
    with pytest.raises(ActeRefuse, match="date limite"):
        actions.candidater(publie, organisme=porteur.organisme, texte="Trop tard.", par=porteur, le=apres)


def test_qui_n_est_pas_porteur_ne_candidate_pas(publie, gens, le) -> None:
    with pytest.raises(ActeRefuse, match="porteur de projets"):
        actions.candidater(publie, organisme=gens.signataire.organisme, texte="T", par=gens.signataire, le=le)


def test_une_candidature_retenue_donne_son_porteur_et_les_autres_l_apprennent(
    contrat, publie, gens, le, mailoutbox
) -> None:
    retenue, autre = CandidatureFactory.create_batch(2, besoin=publie)
    for candidature in (retenue, autre):
        HabilitationFactory(contrat=contrat, organisme=candidature.organisme, role=Role.PORTEUR)
    with pytest.raises(RegleEnfreinte, match="autres candidats"):
        actions.trancher_candidature(
            retenue, "retenir", motif="La plus proche.", avant_terme=True, par=gens.chef, le=le
        )
    actions.trancher_candidature(
        retenue,
        "retenir",
        motif="La plus proche.",
        motif_des_autres="Une réponse plus proche.",
        avant_terme=True,
        par=gens.chef,
        le=le,
    )
    assert (relu(publie).etat, relu(publie).porteur) == (EtatBesoin.PORTEUR_TROUVE, retenue.organisme)
    autre.refresh_from_db()
    assert (autre.etat, autre.motif) == (EtatCandidature.NON_RETENUE, "Une réponse plus proche.")
    for travail in Travail.objects.filter(nom=actions.REPONDRE_AU_CANDIDAT):
        executer(travail.pk)
    assert sorted(c.subject for c in mailoutbox) == sorted(
        [
            f"Votre candidature est retenue : {publie.titre}",
            f"Réponse à votre candidature : {publie.titre}",
        ]
    )
    assert any("Une réponse plus proche." in courriel.body for courriel in mailoutbox)


def test_un_porteur_ne_se_nomme_pas_par_dessus_les_candidatures(publie, gens, le) -> None:
    CandidatureFactory(besoin=publie)
    with pytest.raises(RegleEnfreinte, match="ont répondu à l’appel"):
        actions.nommer_le_porteur(publie, porteur=OrganismeFactory(), motif="Le seul.", par=gens.chef, le=le)
    actions.trancher_candidature(publie.candidatures.get(), "ecarter", motif="Trop loin.", par=gens.chef, le=le)
    actions.nommer_le_porteur(
        publie, porteur=OrganismeFactory(), motif="Le seul.", avant_terme=True, par=gens.chef, le=le
    )
    assert relu(publie).etat == EtatBesoin.PORTEUR_TROUVE


def test_chercher_un_autre_porteur_rend_les_candidatures_ecartees_retenables(publie, gens, le) -> None:
    retenue, autre = CandidatureFactory.create_batch(2, besoin=publie)
    actions.trancher_candidature(
        retenue,
        "retenir",
        motif="La plus proche.",
        motif_des_autres="Plus loin.",
        avant_terme=True,
        par=gens.chef,
        le=le,
    )
    actions.avancer_besoin(publie, "chercher_un_autre", motif="Il renonce.", par=gens.chef, le=le)
    retenue.refresh_from_db()
    assert (retenue.etat, retenue.motif) == (EtatCandidature.NON_RETENUE, "Il renonce.")
    actions.trancher_candidature(autre, "retenir", motif="La suivante.", avant_terme=True, par=gens.chef, le=le)
    assert relu(publie).porteur == autre.organisme


def test_abandonner_repond_a_tous_les_candidats(publie, gens, le) -> None:
    CandidatureFactory.create_batch(2, besoin=publie)
    actions.avancer_besoin(publie, "abandonner", motif="La commune s’en charge.", par=gens.chef, le=le)
    assert {c.etat for c in Candidature.objects.all()} == {EtatCandidature.NON_RETENUE}


def test_personne_d_autre_que_l_equipe_ne_tranche(publie, gens, le) -> None:
    candidature = CandidatureFactory(besoin=publie)
    for auteur in (gens.instructeur, gens.signataire, gens.porteur):
        with pytest.raises(ActeRefuse):
            actions.trancher_candidature(candidature, "retenir", motif="M", par=auteur, le=le)


# --- Who sees ----------------------------------------------------------------------------------------------------------
def test_un_porteur_ne_lit_que_les_appels_publies(contrat, gens, publie) -> None:
    BesoinFactory(contrat=contrat)
    porte = BesoinFactory(contrat=contrat, porteur_trouve=True, porteur=gens.porteur.organisme)
    assert set(Besoin.objects.visibles_par(gens.porteur, contrat)) == {publie, porte}
    for qui in ("copil", "conseil", "signataire", "instructeur"):
        assert Besoin.objects.visibles_par(getattr(gens, qui), contrat).count() == 3


def test_une_candidature_se_lit_de_qui_instruit_et_de_son_auteur(contrat, gens, publie) -> None:
    sienne = CandidatureFactory(besoin=publie, organisme=gens.porteur.organisme)
    autre = CandidatureFactory(besoin=publie)
    vues = Candidature.objects
    assert set(vues.visibles_par(gens.porteur, contrat)) == {sienne}
    assert set(vues.visibles_par(gens.instructeur, contrat)) == {sienne, autre}
    assert not vues.visibles_par(gens.signataire, contrat).exists()


def test_l_argent_et_les_candidatures_ne_se_montrent_qu_a_qui_instruit(contrat, client_de, publie) -> None:
    PisteDeFinancementFactory(besoin=publie, montant=Decimal("7654.00"))
    CandidatureFactory(besoin=publie, texte="Notre réponse confidentielle.")
    url = reverse("programmation:besoin", kwargs={"contrat": contrat.slug, "annee": 2026, "pk": publie.pk})
    instruit = client_de(Role.INSTRUCTEUR).get(url).content.decode()
    assert "7\u202f654" in instruit
    assert "Notre réponse confidentielle." in instruit
    for role in (Role.SIGNATAIRE, Role.MEMBRE_COPIL, Role.CONSEIL_CITOYEN):
        page = client_de(role).get(url)
        assert page.status_code == 200
        texte = page.content.decode()
        assert publie.constat in texte
        assert not any(ecrit in texte for ecrit in ("7\u202f654", "7654"))
        assert "confidentielle" not in texte


def test_les_comptes_suivent_leur_lecteur(contrat, gens, publie) -> None:
    CandidatureFactory(besoin=publie)
    BesoinFactory(contrat=contrat)
    lus = compter_les_besoins(contrat, pour=gens.chef)
    assert (lus.signales, lus.en_recherche, lus.dossiers, lus.candidatures) == (1, 1, 0, 1)
    assert compter_les_besoins(contrat, pour=gens.signataire).candidatures == 0


def test_les_besoins_se_rangent_dans_l_ordre_du_chemin(contrat, gens, publie) -> None:
    BesoinFactory(contrat=contrat, abandonne=True)
    BesoinFactory(contrat=contrat)
    groupes = besoins_par_etat(contrat, pour=gens.chef, le=JOUR)
    assert [g.libelle for g in groupes] == ["Signalé", "Opportunité définie", "Abandonné"]
    filtres = besoins_par_etat(contrat, pour=gens.chef, le=JOUR, filtres={"etat": EtatBesoin.SIGNALE})
    assert [g.libelle for g in filtres] == ["Signalé"]


# --- Pages -------------------------------------------------------------------------------------------------------------
def adresse(contrat: Any, route: str, **cles: Any) -> str:
    return reverse(f"programmation:{route}", kwargs={"contrat": contrat.slug, "annee": 2026} | cles)


def test_du_signalement_au_dossier_a_l_ecran(contrat, client_de: Callable[..., Client], horloge, ami) -> None:
    horloge.regler(2026, 9, 10, 9)
    CampagneFactory(contrat=contrat, annee=2026)
    chef = client_de(Role.CHEF_DE_PROJET)
    porteur = client_de(Role.PORTEUR)
    commune = OrganismeFactory(commune=True)
    chef_organisme = chef.auteur.organisme.pk
    assert commune.pk not in {chef_organisme}
    chef.post(
        adresse(contrat, "signaler_besoin"),
        {"titre": "Un garage solidaire", "constat": "Sans voiture, pas d’emploi.", "signale_pour": chef_organisme},
    )
    besoin = Besoin.objects.get()
    page = adresse(contrat, "besoin", pk=besoin.pk)

    def faire(acte: str, saisie: dict[str, Any]) -> None:
        reponse = chef.post(adresse(contrat, "avancer_besoin", pk=besoin.pk, acte=acte), saisie)
        assert reponse.status_code == 302, reponse.content.decode()

    faire("definir", {"opportunite": "Un local se libère en octobre.", "dispositif": ami.pk})
    assert chef.post(adresse(contrat, "publier_besoin", pk=besoin.pk), {"jusqu_au": "2026-10-31"}).status_code == 302
    assert "Un garage solidaire" in porteur.get(adresse(contrat, "appels")).content.decode()
    appel = adresse(contrat, "appel", pk=besoin.pk)
    siens = {"organisme": porteur.auteur.organisme.pk, "texte": "Nous avons deux mécaniciens bénévoles."}
    assert porteur.post(appel, siens).status_code == 302
    candidature = besoin.candidatures.get()
    assert "deux mécaniciens" in chef.get(page).content.decode()
    trancher = adresse(contrat, "trancher_candidature", pk=candidature.pk, acte="retenir")
    assert "marché public" in chef.get(trancher).content.decode()
    assert chef.post(trancher, {"motif": "Ils sont prêts.", "avant_terme": "on"}).status_code == 302
    assert "Ils sont prêts." in porteur.get(appel).content.decode()
    texte = chef.get(page).content.decode()
    assert "Subvention ou marché public" in texte
    note = chef.get(adresse(contrat, "requalification") + f"?besoin={besoin.pk}").content.decode()
    assert 'value="Un garage solidaire"' in note
    chef.post(
        adresse(contrat, "ajouter_piste", pk=besoin.pk),
        {"organisme": contrat.pilote.pk, "nature": "specifique", "montant": "8 000", "acquise": "on"},
    )
    faire("reunir", {"motif": ""})
    faire("devenir_dossier", {"dispositif": ami.pk})
    besoin.refresh_from_db()
    assert besoin.dossier is not None
    assert besoin.dossier.intitule == "Un garage solidaire"
    assert chef.get(page).status_code == 200


def test_l_opportunite_se_corrige_a_l_ecran(contrat, client_de, publie, horloge) -> None:
    horloge.regler(2026, 9, 10, 9)
    chef = client_de(Role.CHEF_DE_PROJET)
    ancienne = ReunionFactory(comite__contrat=contrat, le=date(2025, 1, 10))
    Besoin.objects.update(reunion=ancienne)
    autre = DispositifFactory(contrat=contrat, ami=True)
    page, url = adresse(contrat, "besoin", pk=publie.pk), adresse(contrat, "modifier_opportunite", pk=publie.pk)
    assert url in chef.get(page).content.decode()
    assert url not in client_de(Role.SIGNATAIRE).get(page).content.decode()
    form = chef.get(url).context["form"]
    assert form.initial["opportunite"] == publie.opportunite
    assert set(form.fields["dispositif"].queryset) == {publie.dispositif, autre}
    CandidatureFactory(besoin=publie)
    saisie = {"opportunite": "Une halte.", "dispositif": autre.pk, "reunion": ancienne.pk}
    refus = chef.post(url, saisie)
    assert refus.status_code == 422
    assert "son dispositif ne change plus" in refus.content.decode()
    assert chef.post(url, saisie | {"dispositif": publie.dispositif.pk}).status_code == 302
    lu = relu(publie)
    assert (lu.opportunite, lu.reunion, lu.etat) == ("Une halte.", ancienne, EtatBesoin.OPPORTUNITE)


def test_une_saisie_refusee_revient_avec_sa_phrase(contrat, client_de, publie) -> None:
    chef = client_de(Role.CHEF_DE_PROJET)
    reponse = chef.post(adresse(contrat, "avancer_besoin", pk=publie.pk, acte="abandonner"), {"motif": ""})
    assert reponse.status_code == 422
    reponse = chef.post(adresse(contrat, "ajouter_piste", pk=publie.pk), {"acquise": "on"})
    assert reponse.status_code == 422
    assert "Une piste acquise a un montant." in reponse.content.decode()
    assert chef.get(adresse(contrat, "avancer_besoin", pk=publie.pk, acte="inconnu")).status_code == 404


def test_un_appel_clos_se_lit_sans_formulaire(contrat, client_de, horloge, publie) -> None:
    horloge.regler(2027, 1, 5, 9)
    porteur = client_de(Role.PORTEUR)
    page = porteur.get(adresse(contrat, "appel", pk=publie.pk))
    assert "ne reçoit plus de candidatures" in page.content.decode()
    assert page.context["form"] is None
    assert porteur.post(adresse(contrat, "appel", pk=publie.pk), {"texte": "T"}).status_code == 403
    assert publie.titre not in porteur.get(adresse(contrat, "appels")).content.decode()


def test_les_besoins_ne_coutent_pas_une_requete_chacun(contrat, client_de, django_assert_num_queries) -> None:
    chef = client_de(Role.CHEF_DE_PROJET)
    url = adresse(contrat, "besoins")
    BesoinFactory(contrat=contrat, publie=True)
    chef.get(url)
    with CaptureQueriesContext(connection) as une:
        chef.get(url)
    for _ in range(6):
        CandidatureFactory(besoin=BesoinFactory(contrat=contrat, publie=True))
    with django_assert_num_queries(len(une)):
        chef.get(url)


# --- The list of what is open all year -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("role", "attendus"),
    [
        (Role.CHEF_DE_PROJET, ["Initiatives de proximité", "Besoins qui cherchent un porteur"]),
        (Role.SIGNATAIRE, ["Besoins qui cherchent un porteur"]),
        (Role.PORTEUR, ["Demander une aide pour un petit projet", "Appels à manifestation d’intérêt"]),
        (Role.CONSEIL_CITOYEN, ["Besoins qui cherchent un porteur"]),
    ],
)
def test_toute_l_annee_mene_chacun_a_ce_qui_le_concerne(contrat, client_de, publie, role, attendus, horloge) -> None:
    horloge.regler(2026, 9, 10, 9)
    CampagneFactory(contrat=contrat)
    DispositifFactory(sip=True)
    page = client_de(role).get(adresse(contrat, "toute_l_annee"))
    assert [p.titre for p in page.context["permanents"]] == attendus
    assert "Toute l’année" in page.content.decode()


def test_ce_qui_attend_se_lit_a_l_accueil(contrat, client_de, publie) -> None:
    """Needs and answers for those who lead them; the support offered for its association."""
    CandidatureFactory(besoin=publie)
    accueil = reverse("portail:contrat", kwargs={"contrat": contrat.slug, "annee": 2026})
    for role in (Role.CHEF_DE_PROJET, Role.DELEGUE_PREFET):
        assert "Répondre aux candidatures" in client_de(role).get(accueil).content.decode()
    assert "Répondre aux candidatures" not in client_de(Role.INSTRUCTEUR).get(accueil).content.decode()
    porteur = client_de(Role.PORTEUR)
    AccompagnementFactory(dossier=DossierFactory(contrat=contrat, programme=True, porteur=porteur.auteur.organisme))
    assert "Répondre à l’appui proposé" in porteur.get(accueil).content.decode()
