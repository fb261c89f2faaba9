"""Communal documents: who writes them, their life, the eleven contents, what changed since the year before."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from commun.auteur import Canal, systeme
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.etats import TransitionImpossible
from commun.models import LigneJournal
from contrats.actions import communal as actions
from contrats.etats import EtatDocument, Role
from contrats.lectures.communal import contenus, ecart_de_textes, peut_lire, priorites, volets
from contrats.models import PrioritesCommunales, Rubrique, VoletCommunal
from tests.fabriques import (
    ActeDecisionFactory,
    CommuneFactory,
    ContenuPrioritesFactory,
    ObjectifFactory,
    OrientationFactory,
    PrioritesCommunalesFactory,
    VoletCommunalFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def commune(contrat):
    commune = CommuneFactory()
    contrat.communes.add(commune)
    return commune


@pytest.fixture
def communal(auteur_de, commune):
    """The chef de projet of the commune alone."""
    return auteur_de(Role.CHEF_DE_PROJET, communes=[commune])


def champs_acte(contrat):
    return {
        "organisme": contrat.pilote,
        "instance": "Conseil municipal",
        "numero": "24-118",
        "pris_le": date(2026, 9, 24),
        "position": "retient",
    }


# --- Volets ----------------------------------------------------------------------------------------------------------
def test_le_chef_de_projet_communal_ecrit_et_fait_adopter_son_volet(contrat, commune, communal) -> None:
    le = timezone.now()
    objectif = ObjectifFactory(orientation__contrat=contrat)
    volet = actions.commencer_volet(contrat, commune, par=communal, le=le)
    actions.rediger_volet(volet, texte="Ce que retient la ville.", objectifs=[objectif], par=communal, le=le)
    actions.adopter(volet, nouvel_acte=champs_acte(contrat), par=communal, le=le)

    volet.refresh_from_db()
    assert (volet.etat, volet.acte.numero, list(volet.objectifs.all())) == (
        EtatDocument.ADOPTE,
        "24-118",
        [objectif],
    )
    actes = [ligne.acte for ligne in LigneJournal.objects.de(volet)]
    assert actes == ["commencer_volet", "rediger_volet", "adopter"]


def test_un_volet_adopte_ne_se_recrit_qu_apres_une_revision(contrat, communal, commune) -> None:
    volet = VoletCommunalFactory(contrat=contrat, commune=commune, adopte=True)
    with pytest.raises(RegleEnfreinte, match="ouvrez d’abord une révision"):
        actions.rediger_volet(volet, texte="Autre", objectifs=[], par=communal, le=timezone.now())
    actions.reviser(volet, par=communal, le=timezone.now())
    actions.rediger_volet(volet, texte="Autre", objectifs=[], par=communal, le=timezone.now())
    volet.refresh_from_db()
    assert (volet.etat, volet.texte) == (EtatDocument.REVISE, "Autre")


def test_une_adoption_demande_un_acte_du_contrat(contrat, communal, commune) -> None:
    volet = VoletCommunalFactory(contrat=contrat, commune=commune)
    with pytest.raises(RegleEnfreinte, match="porte la délibération"):
        actions.adopter(volet, par=communal, le=timezone.now())
    with pytest.raises(RegleEnfreinte, match="pas de ce contrat"):
        actions.adopter(volet, acte=ActeDecisionFactory(), par=communal, le=timezone.now())
    actions.adopter(volet, acte=ActeDecisionFactory(contrat=contrat), par=communal, le=timezone.now())
    with pytest.raises(TransitionImpossible):
        actions.adopter(volet, nouvel_acte=champs_acte(contrat), par=communal, le=timezone.now())
    assert contrat.actes.count() == 1


def test_un_volet_ne_retient_que_des_objectifs_du_contrat(contrat, communal, commune) -> None:
    volet = VoletCommunalFactory(contrat=contrat, commune=commune)
    with pytest.raises(RegleEnfreinte, match="pas de ce contrat"):
        actions.rediger_volet(volet, texte="", objectifs=[ObjectifFactory()], par=communal, le=timezone.now())


@pytest.mark.parametrize("role", [r for r in Role if r != Role.CHEF_DE_PROJET])
def test_les_autres_roles_n_ecrivent_pas_pour_une_commune(contrat, commune, auteur_de, role) -> None:
    with pytest.raises(ActeRefuse, match="chef de projet de la commune"):
        actions.commencer_volet(contrat, commune, par=auteur_de(role), le=timezone.now())
    assert not VoletCommunal.objects.exists()


def test_le_chef_de_projet_d_une_commune_n_ecrit_pas_pour_une_autre(contrat, communal) -> None:
    autre = VoletCommunalFactory(contrat=contrat)
    with pytest.raises(ActeRefuse):
        actions.rediger_volet(autre, texte="", objectifs=[], par=communal, le=timezone.now())


def test_un_chef_de_projet_limite_a_une_orientation_n_ecrit_pour_aucune_commune(contrat, commune, auteur_de) -> None:
    limite = auteur_de(Role.CHEF_DE_PROJET, orientations=[OrientationFactory(contrat=contrat)])
    with pytest.raises(ActeRefuse):
        actions.commencer_volet(contrat, commune, par=limite, le=timezone.now())


def test_une_commune_hors_du_contrat_n_a_pas_de_volet(contrat, auteur_de) -> None:
    with pytest.raises(RegleEnfreinte, match="pas dans le contrat"):
        actions.commencer_volet(contrat, CommuneFactory(), par=auteur_de(Role.CHEF_DE_PROJET), le=timezone.now())


def test_une_commune_n_a_qu_un_volet(contrat, commune, communal) -> None:
    VoletCommunalFactory(contrat=contrat, commune=commune)
    with pytest.raises(RegleEnfreinte, match="déjà un volet"):
        actions.commencer_volet(contrat, commune, par=communal, le=timezone.now())


def test_seuls_ceux_qui_travaillent_lisent_un_document_en_ecriture(contrat, auteur_de, commune) -> None:
    redige = VoletCommunalFactory(contrat=contrat, commune=commune)
    adopte = VoletCommunalFactory(contrat=contrat, adopte=True)
    for role, attendu in ((Role.INSTRUCTEUR, True), (Role.PORTEUR, False), (Role.MEMBRE_COPIL, False)):
        lecteur = auteur_de(role)
        assert peut_lire(lecteur, redige) is attendu
        assert peut_lire(lecteur, adopte)
        montrees = {ligne.commune for ligne in volets(contrat, pour=lecteur) if ligne.document}
        assert montrees == ({commune, adopte.commune} if attendu else {adopte.commune})


# --- Priorités communales --------------------------------------------------------------------------------------------
def test_les_onze_contenus_s_ecrivent_un_par_un(contrat, commune, communal) -> None:
    document = actions.commencer_priorites(contrat, commune, 2026, par=communal, le=timezone.now())
    le = timezone.now()
    contenu = actions.rediger_rubrique(document, Rubrique.CARTE, texte="Carte jointe.", par=communal, le=le)
    assert (contenu.modifie_le, contenu.modifie_par) == (le, communal.utilisateur)
    lus, precedent = contenus(document)
    assert precedent is None
    assert len(lus) == 11
    assert [lu.texte for lu in lus if lu.texte] == ["Carte jointe."]
    ligne = LigneJournal.objects.de(document).last()
    assert (ligne.acte, ligne.apres) == ("rediger_rubrique", {"02_carte": "Carte jointe."})


def test_reprendre_copie_les_textes_de_la_derniere_annee_ecrite(contrat, commune, communal) -> None:
    ancien = PrioritesCommunalesFactory(contrat=contrat, commune=commune, annee=2024)
    ContenuPrioritesFactory(priorites=ancien, texte="Des commerces ferment.")
    document = actions.commencer_priorites(contrat, commune, 2026, reprendre=True, par=communal, le=timezone.now())
    lus, precedent = contenus(document)
    assert precedent == ancien
    assert (lus[0].texte, lus[0].reconduit) == ("Des commerces ferment.", True)
    actions.rediger_rubrique(
        document, Rubrique.DIAGNOSTIC, texte="Des commerces ouvrent.", par=communal, le=timezone.now()
    )
    lu = contenus(document)[0][0]
    assert not lu.reconduit
    assert [(m.genre, m.texte) for m in lu.ecart] == [
        ("egal", "Des commerces "),
        ("retrait", "ferment."),
        ("ajout", "ouvrent."),
    ]
    assert ancien.contenus.get().texte == "Des commerces ferment."


def test_sans_annee_precedente_rien_n_est_a_reprendre(contrat, commune, communal) -> None:
    with pytest.raises(RegleEnfreinte, match="Aucune année précédente"):
        actions.commencer_priorites(contrat, commune, 2026, reprendre=True, par=communal, le=timezone.now())
    assert not PrioritesCommunales.objects.exists()


def test_les_priorites_d_une_annee_ne_se_commencent_pas_deux_fois_ni_hors_du_contrat(contrat, commune) -> None:
    par = systeme(Canal.COMMANDE)
    actions.commencer_priorites(contrat, commune, 2026, par=par, le=timezone.now())
    with pytest.raises(RegleEnfreinte, match="existent déjà"):
        actions.commencer_priorites(contrat, commune, 2026, par=par, le=timezone.now())
    with pytest.raises(RegleEnfreinte, match="hors du contrat"):
        actions.commencer_priorites(contrat, commune, 2031, par=par, le=timezone.now())


def test_des_priorites_adoptees_ne_changent_plus(contrat, communal, commune) -> None:
    document = PrioritesCommunalesFactory(contrat=contrat, commune=commune, adopte=True)
    with pytest.raises(RegleEnfreinte, match="ouvrez d’abord une révision"):
        actions.rediger_rubrique(document, Rubrique.CARTE, texte="x", par=communal, le=timezone.now())


def test_la_liste_compte_les_contenus_ecrits(contrat, auteur_de) -> None:
    document = PrioritesCommunalesFactory(contrat=contrat)
    ContenuPrioritesFactory(priorites=document)
    ContenuPrioritesFactory(priorites=document, rubrique=Rubrique.CARTE, texte="")
    (ligne,) = priorites(contrat, 2026, pour=auteur_de(Role.CHEF_DE_PROJET))
    assert (ligne.remplies, ligne.etat[0], ligne.modifiable) == (1, "en rédaction", True)


def test_l_ecart_garde_les_sauts_de_ligne() -> None:
    morceaux = ecart_de_textes("Un\n\nDeux", "Un\n\nTrois")
    assert [(m.genre, m.texte) for m in morceaux] == [("egal", "Un\n\n"), ("retrait", "Deux"), ("ajout", "Trois")]
    assert ecart_de_textes("", "Neuf")[0].genre == "ajout"
