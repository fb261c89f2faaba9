"""A message to the porteurs of many files: its merge fields, its preview, its job and its log."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.models import EtatTravail, Travail
from contrats.etats import Role
from programmation import actions
from programmation.lectures.envois import journal_d_envoi, valeurs_de_fusion
from programmation.models import Envoi, Message
from programmation.regles.fusion import CHAMPS_DE_FUSION, fautes_de_fusion, fusionner
from tests.fabriques import CampagneFactory, DemandeFactory, DossierFactory, EnvoiFactory, MessageFactory

CORPS = "Bonjour {{porteur}},\nvotre dossier {{ numero }} demande {{ montant_demande }}."


# --- The merge fields -------------------------------------------------------------------------------------------------
def test_un_champ_connu_est_remplace_et_sa_valeur_n_est_pas_relue() -> None:
    valeurs = {"numero": "2026-0001", "intitule": "{{ porteur }}", "porteur": "Le Foyer"}
    assert fusionner("{{numero}} : {{ intitule }}", valeurs) == "2026-0001 : {{ porteur }}"


@pytest.mark.parametrize(
    ("texte", "mot"),
    [
        ("Bonjour {{ prenom }}", "« prenom »"),
        ("Bonjour {{ }}", "« »"),
        ("Le {{ dossier.demandes }}", "« dossier.demandes »"),
        ("Votre {{ numero }", "accolades"),
        ("Votre numero }}", "accolades"),
    ],
)
def test_un_champ_inconnu_ou_mal_ferme_est_dit(texte: str, mot: str) -> None:
    (faute,) = fautes_de_fusion(texte)
    assert mot in faute.replace("«  »", "« »")
    assert fautes_de_fusion(CORPS) == []


@pytest.mark.django_db
def test_chaque_champ_declare_a_sa_valeur_sur_un_dossier() -> None:
    dossier = DossierFactory(depose=True)
    DemandeFactory(dossier=dossier, montant_demande=5000)
    DemandeFactory(dossier=dossier, montant_demande=700, annulee=True)
    valeurs = valeurs_de_fusion(dossier)
    assert set(valeurs) == set(CHAMPS_DE_FUSION)
    assert valeurs["montant_demande"].replace("\u202f", " ").replace("\xa0", " ") == "5 000 €"
    assert valeurs["suivi_par"] == "l’équipe du contrat"


# --- The sending ------------------------------------------------------------------------------------------------------
@pytest.fixture
def deposes(contrat: Any, gens: Any) -> list[Any]:
    """A file whose porteur has an account, one whose porteur has nobody."""
    avec = DossierFactory(contrat=contrat, depose=True, porteur=gens.porteur.organisme, numero="2026-0001")
    return [avec, DossierFactory(contrat=contrat, depose=True, numero="2026-0002")]


@pytest.mark.django_db
def test_un_envoi_ecrit_un_message_par_dossier_et_son_journal_dit_qui_n_est_pas_prevenu(
    contrat, deposes, gens, le, executer_travaux
) -> None:
    brouillon = DossierFactory(contrat=contrat)
    numeros = [d.numero for d in deposes] + [brouillon.numero, "2026-0001"]
    envoi = actions.ecrire_a_une_selection(
        deposes[0].campagne, numeros, objet="Dossier {{ numero }}", corps=CORPS, par=gens.chef, le=le
    )
    executer_travaux()

    assert [m.objet for m in Message.objects.order_by("objet")] == ["Dossier 2026-0001", "Dossier 2026-0002"]
    premier = Message.objects.get(dossier=deposes[0])
    assert premier.texte.startswith(f"Bonjour {gens.porteur.organisme.nom},\n")
    assert (premier.auteur, premier.organisme) == (gens.chef.utilisateur, contrat.pilote)
    assert [c.to for c in mail.outbox] == [[gens.porteur.utilisateur.email]]

    journal = journal_d_envoi(envoi, pour=gens.chef, contrat=contrat)
    assert [(m.numero, m.partis, m.sans_compte) for m in journal.messages] == [
        ("2026-0001", 1, False),
        ("2026-0002", 0, True),
    ]
    assert journal.refus == ()  # the draft is nobody's to see: its refusal is kept from the log
    assert [r["numero"] for r in journal.travail.resultat["refus"]] == [brouillon.numero]
    actions.marquer_lu(deposes[0], par=gens.porteur, le=le)
    assert journal_d_envoi(envoi, pour=gens.chef, contrat=contrat).lus == 1


@pytest.mark.django_db
def test_un_travail_repris_n_ecrit_pas_deux_fois(deposes, gens, le, executer_travaux) -> None:
    envoi = actions.ecrire_a_une_selection(
        deposes[0].campagne, [d.numero for d in deposes], objet="Rappel", corps=CORPS, par=gens.chef, le=le
    )
    executer_travaux()
    Travail.objects.filter(cible_id=envoi.pk, nom="programmation.envoyer_a_chacun").update(
        etat=EtatTravail.A_FAIRE, termine_le=None, tentatives=0
    )
    executer_travaux()
    assert Message.objects.count() == 2
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_un_champ_inconnu_ou_une_selection_vide_n_envoient_rien(contrat, deposes, gens, le) -> None:
    campagne = deposes[0].campagne
    with pytest.raises(RegleEnfreinte) as refus:
        actions.ecrire_a_une_selection(
            campagne, ["2026-0001"], objet="Rappel", corps="Bonjour {{ prenom }}", par=gens.chef, le=le
        )
    assert (refus.value.champ, refus.value.code) == ("corps", "champ_inconnu")
    with pytest.raises(RegleEnfreinte, match="au moins un dossier"):
        actions.ecrire_a_une_selection(campagne, [], objet="Rappel", corps=CORPS, par=gens.chef, le=le)
    assert not Envoi.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("qui", ["instructeur", "decideur", "delegue", "porteur", "copil"])
def test_seule_l_equipe_ecrit_a_plusieurs_porteurs(deposes, gens, le, qui) -> None:
    with pytest.raises(ActeRefuse):
        actions.ecrire_a_une_selection(
            deposes[0].campagne, ["2026-0001"], objet="Rappel", corps=CORPS, par=getattr(gens, qui), le=le
        )
    assert not Envoi.objects.exists()


# --- The pages --------------------------------------------------------------------------------------------------------
@pytest.fixture
def client(gens: Any) -> Client:
    client = Client()
    client.force_login(gens.chef.utilisateur)
    return client


def textes(reponse: Any) -> str:
    return re.sub(r"[\s\u202f\xa0]+", " ", re.sub(r"<[^>]+>", " ", reponse.content.decode()))


@pytest.mark.django_db
def test_du_tableau_a_l_apercu_puis_a_l_envoi(client, contrat, deposes, executer_travaux) -> None:
    adresse = reverse("programmation:ecrire_selection", args=[contrat.slug, 2026])
    filtree = client.post(adresse, {"filtres": "q=2026-0002"})
    assert filtree.context["choix"] == "2026-0002"
    vide = client.post(adresse, {"numero": ["2026-0001", "2026-0002", "AILLEURS"]})
    assert vide.context["choix"] == "2026-0001\n2026-0002"
    assert "disabled" in vide.content.decode()

    saisie = {"choix": vide.context["choix"], "objet": "Dossier {{ numero }}", "corps": CORPS}
    apercu = client.post(adresse, saisie | {"apercu": "1", "exemple": "2026-0002"})
    assert apercu.context["apercu"]["objet"] == "Dossier 2026-0002"
    assert not Envoi.objects.exists()
    refuse = client.post(adresse, saisie | {"envoyer": "1", "corps": "{{ prenom }}"})
    assert refuse.status_code == 422
    assert "n’est pas un champ connu" in textes(refuse)

    parti = client.post(adresse, saisie | {"envoyer": "1"})
    envoi = Envoi.objects.get()
    assert parti["Location"] == reverse("programmation:envoi", args=[contrat.slug, 2026, envoi.pk])
    assert "en attente" in textes(client.get(parti["Location"]))
    executer_travaux()
    page = textes(client.get(parti["Location"]))
    assert "2 messages écrits" in page
    assert "aucun compte" in page
    assert envoi.objet in textes(client.get(reverse("programmation:envois", args=[contrat.slug, 2026])))


@pytest.mark.django_db
def test_l_envoi_d_un_autre_contrat_n_existe_pas(client, contrat, client_de) -> None:
    ailleurs = EnvoiFactory()
    assert client.get(reverse("programmation:envoi", args=[contrat.slug, 2026, ailleurs.pk])).status_code == 404
    sien = EnvoiFactory(campagne=CampagneFactory(contrat=contrat))
    adresse = reverse("programmation:envoi", args=[contrat.slug, 2026, sien.pk])
    assert client.get(adresse).status_code == 200
    assert client_de(Role.INSTRUCTEUR).get(adresse).status_code == 403


@pytest.mark.django_db
def test_le_journal_d_un_envoi_coute_autant_de_requetes_pour_un_message_que_pour_vingt(client, contrat) -> None:
    envoi = EnvoiFactory(campagne=CampagneFactory(contrat=contrat))
    adresse = reverse("programmation:envoi", args=[contrat.slug, 2026, envoi.pk])
    comptes = []
    for nombre in (1, 19):
        for _ in range(nombre):
            MessageFactory(dossier=DossierFactory(contrat=contrat, depose=True), envoi=envoi)
        client.get(adresse)
        with CaptureQueriesContext(connection) as requetes:
            client.get(adresse)
        comptes.append(len(requetes))
    assert comptes[0] == comptes[1]
