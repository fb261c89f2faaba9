"""Home: what awaits each person, the year's figures as it may read them, the way to its contract."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from commun.auteur import Auteur, Canal, systeme
from commun.typographie import euros_abreges
from contrats.etats import EtatEngagement, EtatVisa, Role
from contrats.models import Contrat, Reunion
from evaluation.lectures.synthese import synthese
from evaluation.rapports.synthese import figer
from portail.lectures.accueil import accueil, annee_courante
from portail.lectures.taches import nombre_de_taches, taches
from programmation import actions
from programmation.models import Dossier
from tests.fabriques import (
    CampagneFactory,
    ComiteFactory,
    CommuneFactory,
    ContratFactory,
    DecisionReunionFactory,
    DemandeFactory,
    DossierFactory,
    EngagementFactory,
    EnveloppeFactory,
    FichierFactory,
    HabilitationFactory,
    LocalisationFactory,
    MembreComiteFactory,
    OrganismeFactory,
    PointAvancementFactory,
    PointOrdreDuJourFactory,
    RapportFactory,
    RemarqueRevueFactory,
    ReunionFactory,
    RevueEngagementsFactory,
    UtilisateurFactory,
)

pytestmark = pytest.mark.django_db

JOUR = date(2026, 4, 1)
LE = datetime(2026, 4, 10, 14, tzinfo=ZoneInfo("Europe/Paris"))


def attentes(auteur: Auteur, contrat: Contrat) -> dict[str, int]:
    """The tasks of a person: label → how many."""
    return {tache.libelle: tache.nombre for tache in taches(contrat, 2026, pour=auteur, le=JOUR)}


def page_d_accueil(contrat: Contrat, annee: int = 2026) -> str:
    return reverse("portail:contrat", kwargs={"contrat": contrat.slug, "annee": annee})


# --- The way in -------------------------------------------------------------------------------------------------------
def test_qui_n_a_qu_un_contrat_y_arrive_tout_droit(contrat, client_de) -> None:
    CampagneFactory(contrat=contrat, annee=2027)
    reponse = client_de(Role.INSTRUCTEUR).get(reverse("portail:accueil"))
    assert reponse["Location"] == page_d_accueil(contrat, 2027)


def test_qui_en_a_plusieurs_choisit_et_qui_n_en_a_pas_le_lit(contrat) -> None:
    habilitation = HabilitationFactory(contrat=contrat)
    second = HabilitationFactory(utilisateur=habilitation.utilisateur)
    etranger = ContratFactory(nom="Contrat étranger")
    client = Client()
    client.force_login(habilitation.utilisateur)
    page = client.get(reverse("portail:accueil")).content.decode()
    assert contrat.nom in page
    assert second.contrat.nom in page
    assert etranger.nom not in page

    client.force_login(UtilisateurFactory())
    reponse = client.get(reverse("portail:accueil"))
    assert reponse.status_code == 200
    assert contrat.nom not in reponse.content.decode()


def test_un_contrat_etranger_ou_une_annee_hors_contrat_n_existe_pas(contrat, client_de) -> None:
    client = client_de(Role.CHEF_DE_PROJET)
    assert client.get(page_d_accueil(ContratFactory())).status_code == 404
    for annee in (2023, 2031):
        assert client.get(page_d_accueil(contrat, annee)).status_code == 404
    for annee in (2024, 2030):  # a year without a campaign is an empty home, not an error
        assert client.get(page_d_accueil(contrat, annee)).status_code == 200


@pytest.mark.parametrize(("campagnes", "attendue"), [([], 2026), ([2025], 2025), ([2025, 2028], 2028)])
def test_l_annee_courante_est_celle_de_la_derniere_campagne(contrat, horloge, campagnes, attendue) -> None:
    for annee in campagnes:
        CampagneFactory(contrat=contrat, annee=annee)
    assert annee_courante(contrat) == attendue


def test_l_annee_courante_reste_dans_le_contrat(horloge, db) -> None:
    assert annee_courante(ContratFactory(debut=2015, fin=2023)) == 2023


# --- What awaits ------------------------------------------------------------------------------------------------------
def test_l_equipe_lit_ce_qu_elle_doit_faire_puis_la_ligne_disparait(contrat, auteur_de) -> None:
    chef = auteur_de(Role.CHEF_DE_PROJET)
    deposes = [DossierFactory(contrat=contrat, depose=True) for _ in range(2)]
    DossierFactory(contrat=contrat, complet=True)
    DossierFactory(contrat=contrat, recevable=True)
    DossierFactory(contrat=contrat, campagne=CampagneFactory(contrat=contrat, annee=2025), depose=True)
    DossierFactory(depose=True)

    assert attentes(chef, contrat) == {
        "Vérifier les dossiers déposés": 2,
        "Se prononcer sur la recevabilité": 1,
        "Ouvrir l’instruction": 1,
    }
    for dossier in deposes:
        actions.declarer_complet(dossier, motif="Tout est là.", par=chef, le=LE)
    assert attentes(chef, contrat) == {"Se prononcer sur la recevabilité": 3, "Ouvrir l’instruction": 1}


def test_les_remarques_sans_suite_attendent_le_pilote(contrat, auteur_de) -> None:
    revue = RevueEngagementsFactory(contrat=contrat, annee=2026, envoyee=True)
    RemarqueRevueFactory(revue=revue, repondue=True)
    RemarqueRevueFactory.create_batch(2, revue=revue)
    RemarqueRevueFactory()
    assert attentes(auteur_de(Role.CHEF_DE_PROJET), contrat) == {"Donner suite aux remarques sur la revue 2026": 2}
    assert attentes(auteur_de(Role.SIGNATAIRE), contrat) == {}


def test_un_dossier_est_pret_pour_le_copil_quand_tous_ont_propose(contrat, auteur_de) -> None:
    chef, pret = auteur_de(Role.CHEF_DE_PROJET), "Préparer pour le COPIL : tous les financeurs ont proposé"
    dossier = DossierFactory(contrat=contrat, en_instruction=True)
    DemandeFactory(dossier=dossier, proposee=True)
    derniere = DemandeFactory(dossier=dossier, dotee=True)
    DossierFactory(contrat=contrat, en_instruction=True)  # nobody is asked: nothing to validate
    assert pret not in attentes(chef, contrat)

    actions.proposer(derniere, montant=Decimal(10), par=chef, le=LE, piece_source="Courriel")
    assert attentes(chef, contrat)[pret] == 1
    DemandeFactory(dossier=dossier, refusee=True)
    assert attentes(chef, contrat)[pret] == 1


def test_un_financeur_lit_ses_propres_lignes_et_le_decideur_ses_actes(contrat, auteur_de) -> None:
    departement, region = OrganismeFactory(departement=True), OrganismeFactory(departement=True)
    en_cours = DossierFactory(contrat=contrat, en_instruction=True)
    programme = DossierFactory(contrat=contrat, programme=True)
    DemandeFactory(dossier=en_cours, financeur=departement)
    DemandeFactory(dossier=en_cours, financeur=region)
    DemandeFactory(dossier=DossierFactory(contrat=contrat, recevable=True), financeur=departement)  # not yet
    DemandeFactory(dossier=programme, financeur=departement, programmee=True)
    DemandeFactory(dossier=programme, financeur=region, votee=True)

    instructeur = auteur_de(Role.INSTRUCTEUR, organisme=departement)
    decideur = auteur_de(Role.DECIDEUR, organisme=departement)
    voisin = auteur_de(Role.DECIDEUR, organisme=region)
    assert attentes(instructeur, contrat) == {"Proposer un montant": 1}
    assert attentes(decideur, contrat) == {"Proposer un montant": 1, "Prendre l’acte des montants programmés": 1}
    assert attentes(voisin, contrat) == {"Proposer un montant": 1, "Notifier les montants votés et les refus": 1}
    (tache, _) = taches(contrat, 2026, pour=decideur, le=JOUR)
    assert tache.qui == departement.nom


def test_un_financeur_limite_a_une_commune_n_est_pas_appele_ailleurs(contrat, auteur_de) -> None:
    financeur, commune = OrganismeFactory(departement=True), CommuneFactory()
    ici = DossierFactory(contrat=contrat, en_instruction=True)
    LocalisationFactory(dossier=ici, version=None, commune=commune)
    for dossier in (ici, DossierFactory(contrat=contrat, en_instruction=True)):
        DemandeFactory(dossier=dossier, financeur=financeur)
    assert attentes(auteur_de(Role.INSTRUCTEUR, organisme=financeur), contrat) == {"Proposer un montant": 2}
    limite = auteur_de(Role.INSTRUCTEUR, organisme=financeur, communes=[commune])
    assert attentes(limite, contrat) == {"Proposer un montant": 1}


def test_chaque_tache_mene_a_la_liste_de_ce_qu_elle_compte(contrat, auteur_de) -> None:
    """For the team and for a decider, one of whose files asks it twice."""
    chef = auteur_de(Role.CHEF_DE_PROJET)
    decideur = auteur_de(Role.DECIDEUR, organisme=OrganismeFactory(departement=True))
    financeur, voisin = decideur.organisme, OrganismeFactory(departement=True)
    for trait in ("depose", "depose", "complet", "recevable"):
        DossierFactory(contrat=contrat, **{trait: True})
    ouvert, pret, refuse = (DossierFactory(contrat=contrat, en_instruction=True) for _ in range(3))
    programme, vote = (DossierFactory(contrat=contrat, programme=True) for _ in range(2))
    DemandeFactory(dossier=ouvert, financeur=financeur)
    DemandeFactory(dossier=ouvert, financeur=financeur, nature="droit_commun")
    DemandeFactory(dossier=ouvert, financeur=voisin, proposee=True)
    DemandeFactory(dossier=pret, financeur=financeur, proposee=True)
    DemandeFactory(dossier=pret, financeur=voisin, proposee=True)
    DemandeFactory(dossier=refuse, financeur=financeur, refusee=True)
    DemandeFactory(dossier=programme, financeur=financeur, programmee=True)
    DemandeFactory(dossier=programme, financeur=voisin, votee=True)
    DemandeFactory(dossier=vote, financeur=financeur, votee=True)
    attendues = {chef: [2, 1, 1, 1], decideur: [1, 1, 2]}
    for personne, nombres in attendues.items():
        client = Client()
        client.force_login(personne.utilisateur)
        lues = [tache for tache in taches(contrat, 2026, pour=personne, le=JOUR) if tache.qui != "Comités"]
        assert [tache.nombre for tache in lues] == nombres
        for tache in lues:
            assert client.get(tache.url).context["page_obj"].paginator.count == tache.nombre, tache.libelle


def test_un_porteur_lit_ses_dossiers_a_completer(contrat, auteur_de) -> None:
    porteur = auteur_de(Role.PORTEUR)
    DossierFactory(contrat=contrat, incomplet=True, porteur=porteur.organisme)
    DossierFactory(contrat=contrat, incomplet=True)
    assert attentes(porteur, contrat) == {"Compléter un dossier": 1}


def test_un_signataire_dit_ou_en_sont_ses_engagements(contrat, auteur_de) -> None:
    signataire = auteur_de(Role.SIGNATAIRE)
    dit, tu, muet = EngagementFactory.create_batch(3, contrat=contrat, organisme=signataire.organisme)
    EngagementFactory(contrat=contrat)
    PointAvancementFactory(engagement=dit, annee=2026)
    PointAvancementFactory(engagement=tu, annee=2025)
    PointAvancementFactory(engagement=muet, annee=2026, etat=EtatEngagement.SANS_INFORMATION)
    assert attentes(signataire, contrat) == {"Dire où en sont vos engagements en 2026": 2}


def test_un_signataire_est_mene_a_ce_qu_on_lui_demande_de_completer(contrat, auteur_de) -> None:
    signataire = auteur_de(Role.SIGNATAIRE)
    engagement = EngagementFactory(contrat=contrat, organisme=signataire.organisme)
    PointAvancementFactory(engagement=engagement, annee=2026, visa=EtatVisa.A_COMPLETER)
    (tache,) = taches(contrat, 2026, pour=signataire, le=JOUR)
    assert (tache.libelle, tache.nombre) == ("Compléter vos déclarations 2026", 1)
    assert tache.url == f"/c/{contrat.slug}/2026/mes-engagements/"


def test_le_chef_de_projet_vise_annee_par_annee(contrat, auteur_de) -> None:
    for annee, visa in ((2025, EtatVisa.NON_VU), (2026, EtatVisa.NON_VU), (2026, EtatVisa.VU)):
        PointAvancementFactory(engagement=EngagementFactory(contrat=contrat), annee=annee, visa=visa)
    PointAvancementFactory(engagement=EngagementFactory(contrat=contrat, retire_le=timezone.now()), annee=2026)
    chef = auteur_de(Role.CHEF_DE_PROJET)
    attendues = {"Viser les déclarations 2025 des signataires": 1, "Viser les déclarations 2026 des signataires": 1}
    assert attentes(chef, contrat) == attendues
    client = Client()
    client.force_login(chef.utilisateur)
    for tache in taches(contrat, 2026, pour=chef, le=JOUR):
        assert client.get(tache.url).context["page_obj"].paginator.count == tache.nombre


@pytest.mark.parametrize("role", [Role.MEMBRE_COPIL, Role.CONSEIL_CITOYEN, Role.FINANCES, Role.JURIDIQUE])
def test_qui_n_a_rien_a_faire_le_lit(contrat, client_de, role: Role) -> None:
    DemandeFactory(dossier=DossierFactory(contrat=contrat, en_instruction=True))
    reponse = client_de(role).get(page_d_accueil(contrat))
    assert reponse.context["accueil"].taches == ()
    assert "Rien n’attend votre organisme aujourd’hui." in reponse.content.decode()


def test_le_cadre_compte_les_memes_taches_et_suit_chaque_acte(contrat, auteur_de) -> None:
    chef = auteur_de(Role.CHEF_DE_PROJET)
    dossier = DossierFactory(contrat=contrat, depose=True)
    assert nombre_de_taches(contrat, 2026, pour=chef, le=JOUR) == 1
    actions.retirer(dossier, motif="Abandon", par=chef, le=LE)
    assert nombre_de_taches(contrat, 2026, pour=chef, le=JOUR) == 0


# --- Figures ----------------------------------------------------------------------------------------------------------
def tuiles(auteur: Auteur, contrat: Contrat) -> dict[str, Any]:
    return {tuile.libelle: tuile for tuile in accueil(contrat, 2026, pour=auteur, le=JOUR).tuiles}


def test_les_chiffres_de_l_annee_se_comparent_a_la_precedente(contrat, auteur_de) -> None:
    chef = auteur_de(Role.CHEF_DE_PROJET)
    avant = DossierFactory(campagne=CampagneFactory(contrat=contrat, annee=2025), programme=True)
    DemandeFactory(dossier=avant, votee=True, montant_demande=Decimal(8000))
    for _ in range(2):
        DemandeFactory(dossier=DossierFactory(contrat=contrat, en_instruction=True), proposee=True)
    DossierFactory(contrat=contrat)  # a draft is no deposited file

    lues = tuiles(chef, contrat)

    assert (lues["Dossiers déposés"].valeur, lues["Dossiers déposés"].comparaison) == ("2", "1 en 2025")
    assert lues["Dossiers déposés"].sens == "2 en cours d’instruction"
    assert "10" in lues["Demandé aux financeurs"].valeur
    assert "8" in lues["Demandé aux financeurs"].comparaison
    assert lues["Programmé par le COPIL"].sens == "rien avant le COPIL"
    assert "8" in lues["Programmé par le COPIL"].comparaison


def test_la_part_en_cpo_se_juge_sur_les_credits_specifiques_de_l_etat(contrat, auteur_de) -> None:
    chef, etat = auteur_de(Role.CHEF_DE_PROJET), OrganismeFactory(etat=True)
    cpo = DossierFactory(contrat=contrat, programme=True, tranche_de_cpo=True)
    demande = DemandeFactory(dossier=cpo, financeur=etat, programmee=True, montant_demande=Decimal(5000))
    enveloppe = demande.enveloppe
    enveloppe.montant = Decimal(10_000)
    enveloppe.save()
    tuile = tuiles(chef, contrat)["Crédits spécifiques de l’État en CPO"]
    assert (tuile.sens, tuile.ton) == ("objectif atteint", "succes")

    EnveloppeFactory(contrat=contrat, financeur=etat, montant=Decimal("0.02"))  # another scheme of the State
    tuile = tuiles(chef, contrat)["Crédits spécifiques de l’État en CPO"]
    assert tuile.ton == "attention"
    assert tuile.sens.startswith("il manque")


def test_un_financeur_ne_compte_que_ses_dossiers(contrat, auteur_de) -> None:
    instructeur = auteur_de(Role.INSTRUCTEUR)
    DemandeFactory(dossier=DossierFactory(contrat=contrat, en_instruction=True), financeur=instructeur.organisme)
    DemandeFactory(dossier=DossierFactory(contrat=contrat, en_instruction=True))
    assert tuiles(instructeur, contrat)["Dossiers déposés"].valeur == "1"


@pytest.mark.parametrize(
    "role", [Role.MEMBRE_COPIL, Role.CONSEIL_CITOYEN, Role.PORTEUR, Role.SIGNATAIRE, Role.BAILLEUR]
)
def test_qui_n_instruit_pas_lit_les_chiffres_dans_les_rapports_publies(contrat, auteur_de, role: Role) -> None:
    DemandeFactory(dossier=DossierFactory(contrat=contrat, programme=True), votee=True)
    assert tuiles(auteur_de(role), contrat) == {}


def test_l_accueil_montre_le_prochain_copil_et_la_derniere_synthese_publiee(contrat, client_de) -> None:
    comite = ComiteFactory(contrat=contrat)
    ReunionFactory(comite=comite, le=date(2026, 3, 31))
    prochain = ReunionFactory(comite=comite, le=date(2026, 4, 10))
    ReunionFactory(comite=comite, le=date(2026, 10, 10))
    RapportFactory(contrat=contrat)
    client = client_de(Role.MEMBRE_COPIL)

    lu = accueil(contrat, 2026, pour=client.auteur, le=JOUR)

    assert lu.copil == prochain
    assert lu.rapport is None  # not published
    assert "Aucune synthèse n’est encore publiée." in client.get(page_d_accueil(contrat)).content.decode()

    publie = RapportFactory(contrat=contrat, publie=True)
    RapportFactory(contrat=contrat, pret=True)
    RapportFactory(publie=True)
    assert accueil(contrat, 2026, pour=client.auteur, le=JOUR).rapport == publie
    assert client.get(page_d_accueil(contrat)).status_code == 200


def test_des_donnees_inventees_se_disent(contrat, auteur_de) -> None:
    chef = auteur_de(Role.CHEF_DE_PROJET)
    campagne = CampagneFactory(contrat=contrat)
    assert not accueil(contrat, 2026, pour=chef, le=JOUR).fictif
    campagne.fictif = True
    campagne.save()
    assert accueil(contrat, 2026, pour=chef, le=JOUR).fictif


def test_l_accueil_coute_autant_pour_un_dossier_que_pour_soixante(contrat, client_de: Callable[..., Client]) -> None:
    client = client_de(Role.CHEF_DE_PROJET)

    def cout() -> int:
        cache.clear()
        client.get(page_d_accueil(contrat))
        cache.clear()
        with CaptureQueriesContext(connection) as requetes:
            assert client.get(page_d_accueil(contrat)).status_code == 200
        return len(requetes)

    def ajouter(nombre: int) -> None:
        for _ in range(nombre):
            DemandeFactory(dossier=DossierFactory(contrat=contrat, en_instruction=True), proposee=True)

    ajouter(1)
    pour_un = cout()
    ajouter(59)
    assert cout() == pour_un
    assert Dossier.objects.filter(contrat=contrat).count() == 60


# --- Who does not work on the files -----------------------------------------------------------------------------------
def test_un_membre_du_copil_lit_les_chiffres_de_la_derniere_synthese_publiee(contrat, client_de) -> None:
    """Frozen figures: what changes after the publication does not change them."""
    demande = DemandeFactory(dossier=DossierFactory(contrat=contrat, programme=True), votee=True)
    octets = figer(synthese(contrat, 2026, pour=systeme(Canal.COMMANDE), le=LE, publiee=True))
    instantane = FichierFactory(nom="instantane.json", type_mime="application/json", contenu=octets)
    rapport = RapportFactory(contrat=contrat, publie=True, instantane=instantane)
    DossierFactory(contrat=contrat, depose=True)
    client = client_de(Role.MEMBRE_COPIL)

    reponse = client.get(page_d_accueil(contrat))

    lues = {tuile.libelle: tuile for tuile in reponse.context["accueil"].tuiles_du_rapport}
    assert lues["Dossiers déposés"].valeur == "1"
    assert lues["Demandé aux financeurs"].valeur == euros_abreges(demande.montant_demande)
    assert reverse("evaluation:pdf", args=[contrat.slug, rapport.pk]) in reponse.content.decode()
    assert client_de(Role.CHEF_DE_PROJET).get(page_d_accueil(contrat)).context["accueil"].tuiles_du_rapport == ()


def test_un_instantane_d_un_autre_schema_ne_donne_pas_de_chiffres(contrat, client_de) -> None:
    RapportFactory(contrat=contrat, publie=True)
    reponse = client_de(Role.MEMBRE_COPIL).get(page_d_accueil(contrat))
    assert reponse.status_code == 200
    assert reponse.context["accueil"].tuiles_du_rapport == ()


def test_un_porteur_voit_ses_dossiers_de_toutes_les_annees_et_arrive_sur_le_dernier(contrat, client_de) -> None:
    client = client_de(Role.PORTEUR)
    CampagneFactory(contrat=contrat, annee=2027)
    porteur = client.auteur.organisme
    DossierFactory(
        contrat=contrat, campagne=CampagneFactory(contrat=contrat, annee=2025), porteur=porteur, numero="P-25"
    )
    secret = DossierFactory(contrat=contrat, programme=True, porteur=porteur, numero="P-26")
    DemandeFactory(dossier=secret, programmee=True, montant_demande=Decimal(1000))
    DossierFactory(contrat=contrat, depose=True)

    assert client.get(reverse("portail:accueil"))["Location"] == page_d_accueil(contrat, 2026)
    lus = client.get(page_d_accueil(contrat, 2027)).context["accueil"].dossiers
    assert [(d.numero, d.annee, d.demande) for d in lus] == [("P-26", 2026, 1000), ("P-25", 2025, 0)]
    assert lus[0].etat == "en_instruction"  # what the COPIL said is not told before a notification


def test_le_cadre_ne_propose_que_les_annees_qui_ont_commence(contrat, client_de) -> None:
    CampagneFactory(contrat=contrat, annee=2026)
    client = client_de(Role.CHEF_DE_PROJET)

    def annees(affichee: int) -> list[int]:
        return [a for a, _, _ in client.get(page_d_accueil(contrat, affichee)).context["portee"]["annees"]]

    assert annees(2026) == [2026, 2025, 2024]
    assert annees(2029) == [2029, 2026, 2025, 2024]  # the year shown is always among them


@pytest.mark.parametrize(
    ("role", "attendues"),
    [
        (Role.CHEF_DE_PROJET, ["Accueil", "Programmation", "Enveloppes"]),
        (Role.MEMBRE_COPIL, ["Accueil", "Contrat", "Rapports"]),
        (Role.PORTEUR, ["Accueil", "Programmation", "Demandes"]),
    ],
)
def test_la_barre_du_telephone_mene_a_ce_qui_sert(contrat, client_de, role: Role, attendues: list[str]) -> None:
    rapide = client_de(role).get(page_d_accueil(contrat)).context["navigation_rapide"]
    assert [entree.libelle for entree in rapide] == attendues


def test_une_annee_sans_dossier_ne_dit_pas_que_tous_sont_instruits(contrat, auteur_de) -> None:
    assert tuiles(auteur_de(Role.CHEF_DE_PROJET), contrat)["Dossiers déposés"].sens == "aucun dossier à ce jour"


# --- Meetings ---------------------------------------------------------------------------------------------------------
def reunion(contrat: Contrat, **champs: Any) -> Any:
    return ReunionFactory(**{"comite__contrat": contrat, "comite__type": "cotech", "le": JOUR + timedelta(10)} | champs)


def test_une_reunion_proche_attend_son_ordre_du_jour_puis_ses_convocations_puis_son_dossier(contrat, auteur_de) -> None:
    chef = auteur_de(Role.CHEF_DE_PROJET)
    prochaine = reunion(contrat)
    reunion(contrat, le=JOUR + timedelta(31))  # too far
    reunion(contrat, annulee=True)
    reunion(ContratFactory())
    assert attentes(chef, contrat) == {f"Écrire l’ordre du jour : {prochaine}": 1}
    PointOrdreDuJourFactory(reunion=prochaine)
    assert attentes(chef, contrat) == {f"Envoyer les convocations : {prochaine}": 1}
    Reunion.objects.filter(pk=prochaine.pk).update(etat="convoquee", convoquee_le=LE)
    assert attentes(chef, contrat) == {f"Produire le dossier de séance : {prochaine}": 1}
    Reunion.objects.filter(pk=prochaine.pk).update(paquet=FichierFactory())
    assert attentes(chef, contrat) == {}


def test_une_reunion_tenue_attend_son_compte_rendu(contrat, auteur_de) -> None:
    chef = auteur_de(Role.CHEF_DE_PROJET)
    tenue = reunion(contrat, le=JOUR - timedelta(3), tenue=True)
    reunion(contrat, le=JOUR - timedelta(3), rendue=True)
    assert attentes(chef, contrat) == {f"Envoyer le compte rendu : {tenue}": 1}
    reunion(contrat, le=JOUR - timedelta(1), convoquee=True)  # held, and never closed
    (tache,) = taches(contrat, 2026, pour=chef, le=JOUR)
    assert (tache.libelle, tache.nombre) == ("Envoyer le compte rendu de plusieurs réunions", 2)
    assert tache.url == reverse("contrats:reunions", args=[contrat.slug])


def test_un_chef_de_projet_limite_ne_prepare_que_les_reunions_qu_il_conduit(contrat, auteur_de) -> None:
    commune = CommuneFactory()
    communal = auteur_de(Role.CHEF_DE_PROJET, communes=[commune])
    sienne = reunion(contrat, commune=commune)
    ailleurs = reunion(contrat)
    for autre in (sienne, ailleurs):
        DecisionReunionFactory(
            reunion=reunion(contrat, le=JOUR - timedelta(90), rendue=True, commune=autre.commune),
            prise=True,
            echeance=JOUR - timedelta(1),
        )
    assert attentes(communal, contrat) == {
        f"Écrire l’ordre du jour : {sienne}": 1,
        "Relancer les décisions en retard": 1,
    }


def test_un_membre_lit_le_dossier_de_la_reunion_a_laquelle_il_est_convoque(contrat, auteur_de) -> None:
    caf = OrganismeFactory(caf=True)
    membre = auteur_de(Role.SIGNATAIRE, organisme=caf)
    prochaine = reunion(contrat, convoquee=True)
    assert attentes(membre, contrat) == {}
    MembreComiteFactory(comite=prochaine.comite, organisme=caf)
    assert attentes(membre, contrat) == {f"Participer à la réunion : {prochaine}": 1}
    Reunion.objects.filter(pk=prochaine.pk).update(paquet=FichierFactory())
    (tache,) = taches(contrat, 2026, pour=membre, le=JOUR)
    assert (tache.libelle, tache.echeance) == (f"Lire le dossier de séance : {prochaine}", prochaine.le)
    assert taches(contrat, 2026, pour=membre, le=prochaine.le + timedelta(1)) == []
    Reunion.objects.filter(pk=prochaine.pk).update(etat="prevue")
    assert attentes(membre, contrat) == {}


def test_un_invite_ne_lit_pas_le_dossier_d_un_comite_qui_decide(contrat, auteur_de) -> None:
    habitants = OrganismeFactory()
    invite = auteur_de(Role.CONSEIL_CITOYEN, organisme=habitants)
    prochaine = reunion(contrat, convoquee=True, paquet=FichierFactory(), comite__valide_programmation=True)
    MembreComiteFactory(comite=prochaine.comite, organisme=habitants, invite=True)
    assert attentes(invite, contrat) == {f"Participer à la réunion : {prochaine}": 1}


def test_une_decision_attend_l_organisme_qui_l_execute(contrat, auteur_de, client_de) -> None:
    caf = OrganismeFactory(caf=True)
    tenue = reunion(contrat, le=JOUR - timedelta(90), rendue=True)
    proche = DecisionReunionFactory(reunion=tenue, prise=True, responsable=caf, echeance=JOUR + timedelta(9))
    DecisionReunionFactory(reunion=tenue, prise=True, responsable=caf)
    DecisionReunionFactory(reunion=tenue, prise=True, responsable=caf, execution="faite")
    DecisionReunionFactory(reunion=tenue, prise=True, responsable=OrganismeFactory())
    (tache,) = taches(contrat, 2026, pour=auteur_de(Role.SIGNATAIRE, organisme=caf), le=JOUR)
    assert (tache.libelle, tache.nombre, tache.echeance) == ("Exécuter les décisions des comités", 2, proche.echeance)
    assert tache.qui == caf.nom_court
    (plus_tard,) = taches(contrat, 2026, pour=auteur_de(Role.SIGNATAIRE, organisme=caf), le=JOUR + timedelta(10))
    assert (plus_tard.libelle, plus_tard.echeance) == ("Exécuter les décisions des comités, dont 1 en retard", None)
    liste = client_de(Role.SIGNATAIRE, organisme=caf).get(tache.url)
    assert len(liste.context["lignes"]) == 2  # the list counts as the task does
    assert taches(contrat, 2026, pour=auteur_de(Role.PORTEUR, organisme=caf), le=JOUR) == []


@pytest.mark.parametrize("role", [Role.CHEF_DE_PROJET, Role.SIGNATAIRE])
def test_les_taches_des_reunions_coutent_autant_pour_une_que_pour_trente(contrat, auteur_de, role) -> None:
    caf = OrganismeFactory(caf=True)
    auteur = auteur_de(role, organisme=caf)
    comite = ComiteFactory(contrat=contrat, type="cotech")
    MembreComiteFactory(comite=comite, organisme=caf)

    def cout() -> int:
        with CaptureQueriesContext(connection) as requetes:
            assert taches(contrat, 2026, pour=auteur, le=JOUR)
        return len(requetes)

    def ajouter(nombre: int) -> None:
        for rang in range(nombre):
            ReunionFactory(comite=comite, le=JOUR + timedelta(rang % 20), convoquee=True, paquet=FichierFactory())
            tenue = ReunionFactory(comite=comite, le=JOUR - timedelta(90), rendue=True)
            DecisionReunionFactory(reunion=tenue, prise=True, responsable=caf, echeance=JOUR - timedelta(1))

    ajouter(1)
    cout()
    pour_une = cout()
    ajouter(29)
    assert cout() == pour_une
