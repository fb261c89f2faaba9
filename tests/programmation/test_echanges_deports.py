"""Whoever is withdrawn from a file reads neither its amounts nor its opinions, and acts on nothing there."""

from __future__ import annotations

import inspect
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from acteurs.models import Utilisateur
from commun.auteur import Auteur
from commun.erreurs import ActeRefuse, RegleEnfreinte
from contrats.etats import Role
from contrats.lectures.paquet import paquet
from contrats.rapports.paquet import document
from programmation import actions, permissions
from programmation.lectures.dossier import fiche, pour_la_fiche
from programmation.lectures.echanges import gens_de_l_equipe, mentionnables
from programmation.lectures.seances import programmation_proposee
from programmation.lectures.tableau import totaux
from programmation.models import Deport, Dossier, Notation
from tests.fabriques import (
    AvisFactory,
    ComiteFactory,
    CritereCampagneFactory,
    DemandeFactory,
    DeportFactory,
    DossierFactory,
    HabilitationFactory,
    NotationFactory,
    NoteCritereFactory,
    ReunionFactory,
    UtilisateurFactory,
)
from tests.programmation.actions.reperes import vie

pytestmark = pytest.mark.django_db

MOTIF = "Membre du conseil d’administration du porteur."


def de_nouveau(auteur: Auteur) -> Auteur:
    """The same person at its next request: nothing of the former one is remembered."""
    return replace(auteur, utilisateur=Utilisateur.objects.get(pk=auteur.utilisateur.pk))


def deporter(dossier: Any, auteur: Any, le: datetime, *, par: Any = None) -> Deport:
    return actions.declarer_un_deport(dossier, personne=auteur.utilisateur, motif=MOTIF, par=par or auteur, le=le)


@pytest.fixture
def proposee(dossier: Any, gens: Any) -> Any:
    return DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)


# --- What is read -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("qui", ["chef", "instructeur", "decideur", "delegue"])
def test_un_dossier_dont_on_se_deporte_quitte_tout_ce_qu_on_lit(proposee, contrat, gens, le, qui) -> None:
    personne, dossier = getattr(gens, qui), proposee.dossier
    autre = DemandeFactory(dossier__contrat=contrat, financeur=gens.departement, montant_demande=Decimal(700)).dossier
    assert Dossier.objects.visibles_par(personne, contrat).count() == 2

    deporter(dossier, personne, le)
    lecteur = de_nouveau(personne)
    assert list(Dossier.objects.visibles_par(lecteur, contrat)) == [autre]
    assert list(Dossier.objects.instruits_par(lecteur, contrat)) == [autre]
    assert totaux(Dossier.objects.visibles_par(lecteur, contrat), pour=lecteur, contrat=contrat).demande == 700
    (ligne,) = dossier.demandes.avec_montants_vus(lecteur, contrat)
    assert (ligne.propose_vu, ligne.programme_vu, ligne.vote_vu, ligne.etat_vu) == (None, None, None, "demandee")


def test_un_administrateur_se_deporte_aussi(proposee, contrat, gens) -> None:
    personne = UtilisateurFactory(administrateur=True)
    assert proposee.dossier in Dossier.objects.visibles_par(Auteur(utilisateur=personne), contrat)
    DeportFactory(dossier=proposee.dossier, utilisateur=personne)
    lecteur = de_nouveau(Auteur(utilisateur=personne))
    assert not Dossier.objects.visibles_par(lecteur, contrat).exists()
    assert not permissions.peut_proposer(lecteur, proposee)


def test_l_an_passe_dont_on_s_est_deporte_ne_dit_aucun_montant(contrat, gens, le) -> None:
    passe = DossierFactory(contrat=contrat, campagne__contrat=contrat, campagne__annee=2025, clos=True)
    DemandeFactory(dossier=passe, financeur=gens.departement, votee=True)
    dossier = DossierFactory(contrat=contrat, en_instruction=True, caractere="reconduite", precedent=passe)
    DemandeFactory(dossier=dossier, financeur=gens.departement)
    assert fiche(pour_la_fiche().get(pk=dossier.pk), pour=gens.chef, contrat=contrat).an_passe.vote == 5000
    DeportFactory(dossier=passe, utilisateur=gens.chef.utilisateur)
    lue = fiche(pour_la_fiche().get(pk=dossier.pk), pour=de_nouveau(gens.chef), contrat=contrat)
    assert lue.an_passe.vote is None


def test_la_page_dit_le_deport_et_le_tableau_se_tait(proposee, contrat, gens, le) -> None:
    AvisFactory(dossier=proposee.dossier, texte="Avis réservé aux instructeurs")
    client = Client()
    client.force_login(gens.decideur.utilisateur)
    cles = {"contrat": contrat.slug, "annee": 2026}
    page = reverse("programmation:dossier", kwargs=cles | {"numero": proposee.dossier.numero})
    assert "Avis réservé" in client.get(page).content.decode()

    deporter(proposee.dossier, gens.decideur, le)
    refus = client.get(page)
    assert refus.status_code == 403
    assert "Vous vous êtes déporté" in refus.content.decode()
    assert "Avis réservé" not in refus.content.decode()
    for route in ("tableau", "boite"):
        assert (
            proposee.dossier.numero not in client.get(reverse(f"programmation:{route}", kwargs=cles)).content.decode()
        )
    export = client.get(reverse("programmation:export", kwargs=cles | {"format": "csv"}))
    assert proposee.dossier.numero not in b"".join(export.streaming_content).decode()


# --- What is done -----------------------------------------------------------------------------------------------------
_DROITS = {
    nom: droit
    for nom in permissions.__all__
    if nom.startswith("peut_") and len(inspect.signature(droit := getattr(permissions, nom)).parameters) == 2
}
_SUR_UN_DOSSIER = [n for n, d in _DROITS.items() if list(inspect.signature(d).parameters)[1] == "dossier"]
_SUR_UNE_DEMANDE = [n for n, d in _DROITS.items() if list(inspect.signature(d).parameters)[1] == "demande"]
# The state of the request in which each act is possible.
_ETAT = {"peut_voter": "programmee", "peut_notifier": "votee", "peut_rectifier": "votee", "peut_engager": "programmee"}
# What a chef de projet may do on a file in instruction: the others belong to a porteur, or to another state.
_PERMIS_AVANT = {
    *("peut_instruire", "peut_donner_avis", "peut_programmer_dossier", "peut_noter", "peut_solliciter"),
    *("peut_ecrire_une_note", "peut_ecrire_un_message"),
    *("peut_proposer", "peut_voter", "peut_refuser", "peut_rectifier", "peut_notifier", "peut_engager"),
}


@pytest.mark.parametrize("nom", [*_SUR_UN_DOSSIER, *_SUR_UNE_DEMANDE])
def test_aucun_acte_n_est_permis_sur_un_dossier_dont_on_s_est_deporte(contrat, gens, le, nom) -> None:
    """Every right that is about a file or about one of its requests, those to come included."""
    dossier = DossierFactory(contrat=contrat, en_instruction=True)
    demande = DemandeFactory(dossier=dossier, financeur=gens.departement, **{_ETAT.get(nom, "proposee"): True})
    objet = demande if nom in _SUR_UNE_DEMANDE else dossier
    if nom in _PERMIS_AVANT:
        assert _DROITS[nom](gens.chef, objet).permis

    deporter(dossier, gens.chef, le)
    frais = type(objet).objects.get(pk=objet.pk)
    assert not _DROITS[nom](de_nouveau(gens.chef), frais).permis


def test_les_droits_essayes_sont_ceux_du_dossier_et_de_ses_demandes() -> None:
    assert {*_SUR_UN_DOSSIER, *_SUR_UNE_DEMANDE} >= _PERMIS_AVANT


def test_un_porteur_qui_se_deporte_de_l_instruction_reste_le_porteur(contrat, gens, le) -> None:
    """A commune instructs and carries actions: withdrawn from its own, it reads and writes as its porteur alone."""
    personne = gens.chef.utilisateur
    HabilitationFactory(contrat=contrat, utilisateur=personne, organisme=contrat.pilote, role=Role.PORTEUR)
    dossier = DossierFactory(contrat=contrat, en_instruction=True, porteur=contrat.pilote)
    DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)
    deporter(dossier, gens.chef, le)

    lecteur = de_nouveau(gens.chef)
    assert list(Dossier.objects.visibles_par(lecteur, contrat)) == [dossier]
    assert dossier.demandes.avec_montants_vus(lecteur, contrat).get().propose_vu is None
    assert not permissions.peut_instruire(lecteur, dossier)
    assert permissions.sens_du_message(lecteur, dossier) == "du_porteur"


def test_les_actes_eux_memes_se_refusent(proposee, copil, gens, le) -> None:
    dossier = proposee.dossier
    for personne in (gens.chef, gens.instructeur):
        deporter(dossier, personne, le)
    chef, instructeur = de_nouveau(gens.chef), de_nouveau(gens.instructeur)
    for acte in (
        lambda: actions.programmer(dossier, reunion=copil, par=chef, le=le),
        lambda: actions.ajourner(dossier, reunion=copil, motif="Plus tard", par=chef, le=le),
        lambda: actions.retirer(dossier, motif="Abandon", par=chef, le=le),
        lambda: actions.proposer(proposee, montant=Decimal(1), par=instructeur, le=le),
        lambda: actions.donner_avis(dossier, sens="favorable", texte="", par=instructeur, le=le),
        lambda: actions.ecrire_une_note(dossier, texte="Note", par=instructeur, le=le),
        lambda: actions.ecrire_un_message(dossier, objet="Objet", texte="Texte", par=chef, le=le),
        lambda: deporter(dossier, gens.delegue, le, par=chef),
    ):
        with pytest.raises(ActeRefuse):
            acte()
    proposee.refresh_from_db()
    assert proposee.montant_propose == 5000


# --- Declared and lifted ----------------------------------------------------------------------------------------------
def test_un_deport_fait_tomber_la_lecture_le_suivi_et_les_courriels(dossier, gens, le) -> None:
    dossier.instructeur = gens.chef.utilisateur
    dossier.save(update_fields=["instructeur"])
    notation = NotationFactory(dossier=dossier, evaluateur=gens.chef.utilisateur, validee_le=le)
    NoteCritereFactory(notation=notation, critere=CritereCampagneFactory(campagne=dossier.campagne))
    gens.delegue  # noqa: B018 — somebody remains to be named
    assert gens.chef.utilisateur in mentionnables(dossier)

    deporter(dossier, gens.chef, le)
    dossier.refresh_from_db()
    assert dossier.instructeur is None
    assert not Notation.objects.exists()
    assert [ligne.acte for ligne in vie(dossier)] == ["ecarter_une_lecture", "declarer_un_deport"]
    assert list(vie(dossier)[0].avant["notes"].values()) == ["4.0"]
    assert MOTIF not in str([(li.libelle, li.motif, li.apres) for li in vie(dossier)])
    assert mentionnables(dossier) == [gens.delegue.utilisateur]
    assert gens_de_l_equipe(dossier) == []


def test_l_equipe_inscrit_le_deport_d_un_autre_chacun_ne_declare_que_le_sien(proposee, gens, le) -> None:
    with pytest.raises(ActeRefuse):
        deporter(proposee.dossier, gens.decideur, le, par=gens.instructeur)
    with pytest.raises(RegleEnfreinte, match="n’instruit pas"):
        deporter(proposee.dossier, gens.voisin, le, par=gens.chef)
    with pytest.raises(RegleEnfreinte) as refus:
        actions.declarer_un_deport(proposee.dossier, personne=gens.chef.utilisateur, motif=" ", par=gens.chef, le=le)
    assert refus.value.champ == "motif"
    assert deporter(proposee.dossier, gens.decideur, le, par=gens.chef).utilisateur == gens.decideur.utilisateur
    with pytest.raises(RegleEnfreinte, match="déjà déportée"):
        deporter(proposee.dossier, gens.decideur, le, par=gens.chef)


def test_un_deport_leve_rend_le_dossier(proposee, contrat, gens, auteur_de, le) -> None:
    deport = deporter(proposee.dossier, gens.decideur, le)
    with pytest.raises(ActeRefuse):
        actions.lever_un_deport(deport, par=gens.instructeur, le=le)
    actions.lever_un_deport(deport, par=de_nouveau(gens.decideur), le=le)
    assert proposee.dossier in Dossier.objects.visibles_par(de_nouveau(gens.decideur), contrat)
    with pytest.raises(ActeRefuse, match="déjà levé"):
        actions.lever_un_deport(deport, par=gens.chef, le=le)
    # A chef de projet who is withdrawn too does not bring the others back.
    second = deporter(proposee.dossier, gens.decideur, le)
    deporter(proposee.dossier, gens.chef, le)
    with pytest.raises(ActeRefuse):
        actions.lever_un_deport(second, par=de_nouveau(gens.chef), le=le)
    actions.lever_un_deport(second, par=auteur_de(Role.CHEF_DE_PROJET), le=le)


def test_on_se_deporte_et_on_revient_par_les_pages(proposee, contrat, gens) -> None:
    client = Client()
    client.force_login(gens.decideur.utilisateur)
    cles = {"contrat": contrat.slug, "annee": 2026}
    adresse = reverse("programmation:deporter", kwargs=cles | {"numero": proposee.dossier.numero})
    assert "si ce n’est pas vous" not in client.get(adresse).content.decode()
    assert client.post(adresse, {"motif": ""}).status_code == 422
    liste = client.post(adresse, {"motif": MOTIF}, follow=True).content.decode()
    assert MOTIF in liste
    chef = Client()
    chef.force_login(gens.chef.utilisateur)
    assert MOTIF in chef.get(reverse("programmation:deports", kwargs=cles)).content.decode()
    voisin = Client()
    voisin.force_login(gens.voisin.utilisateur)
    assert MOTIF not in voisin.get(reverse("programmation:deports", kwargs=cles)).content.decode()
    lever = reverse("programmation:lever_deport", kwargs=cles | {"pk": Deport.objects.get().pk})
    assert voisin.post(lever).status_code == 404
    client.post(lever)
    assert Deport.objects.get().leve_le is not None


def test_le_dossier_de_seance_nomme_les_deports_en_vigueur_ce_jour_la(proposee, contrat, gens, le) -> None:
    copil = ReunionFactory(comite=ComiteFactory(contrat=contrat), le=date(2026, 10, 9))
    nomme = DeportFactory(dossier=proposee.dossier, declare_le=le)
    DeportFactory(dossier=proposee.dossier, declare_le=le, leve_le=le + timedelta(days=1))
    (propose,) = programmation_proposee(copil).dossiers
    assert propose.deports == (str(nomme.utilisateur),)
    page = document(paquet(copil, le=le))
    assert f"{proposee.dossier.intitule}\xa0: {nomme.utilisateur}</li>" in page.replace("&nbsp;", "\xa0")
    assert nomme.motif not in page
