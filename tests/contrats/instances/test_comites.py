"""Committees: presets, membership, who may draw them."""

from __future__ import annotations

import pytest

from commun.auteur import Auteur
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.journal import verifier_chaine
from commun.models import LigneJournal
from contrats.actions import instances as actions
from contrats.etats import Role
from contrats.lectures.modeles_comites import MODELES, modele, modeles_proposes
from contrats.models import Comite, TypeComite
from contrats.permissions import Place, place_dans, roles
from tests.fabriques import (
    ComiteFactory,
    CommuneFactory,
    HabilitationFactory,
    MembreComiteFactory,
    OrganismeFactory,
    OrientationFactory,
    SignataireFactory,
)

pytestmark = pytest.mark.django_db


def test_un_modele_se_cree_une_fois_avec_ses_membres(contrat, chef, horloge) -> None:
    signataire = SignataireFactory(contrat=contrat)

    [copil] = actions.adopter_modele(contrat, modele("copil"), par=chef, le=horloge.maintenant)
    encore = actions.adopter_modele(contrat, modele("copil"), par=chef, le=horloge.maintenant)

    assert encore == []
    assert copil.type == TypeComite.COPIL
    assert copil.valide_programmation
    assert copil.reunions_par_an == 1
    assert {m.organisme_id for m in copil.membres.all()} == {contrat.pilote_id, signataire.organisme_id}
    assert LigneJournal.objects.de(copil).get().acte == "creer_comite"


def test_un_modele_par_orientation_cree_un_comite_par_theme(contrat, chef, horloge) -> None:
    sante = OrientationFactory(contrat=contrat, nom_court="Santé")
    emploi = OrientationFactory(contrat=contrat, nom_court="Emploi")
    OrientationFactory(contrat=contrat, transversale=True)

    crees = actions.adopter_modele(contrat, modele("cotech-theme"), par=chef, le=horloge.maintenant)

    assert {c.orientation for c in crees} == {sante, emploi}
    assert {c.reunions_par_an for c in crees} == {3}
    assert "COTECH – Santé" in {c.nom for c in crees}


def test_les_minimums_des_contrats_sont_ceux_des_textes() -> None:
    attendus = {"copil": 1, "cotech-theme": 3, "dialogue-projets": 2, "table-citoyenne": 1}
    assert {m.cle: m.reunions_par_an for m in MODELES if m.cle in attendus} == attendus
    assert modele("dialogue-projets").par_commune
    assert modele("commission-pv-ru").pouvoirs == ("SIP",)
    assert modele("instance-tfpb").pouvoirs == ("TFPB",)


def test_ce_qui_manque_d_un_modele_est_propose(contrat, chef, horloge) -> None:
    actions.adopter_modele(contrat, modele("copil"), par=chef, le=horloge.maintenant)
    proposes = {p.modele.cle: p for p in modeles_proposes(contrat)}
    assert proposes["copil"].complet
    assert proposes["seminaire"].manquants == ("Séminaire partenarial",)


@pytest.mark.parametrize("role", [r for r in Role if r != Role.CHEF_DE_PROJET])
def test_seul_un_chef_de_projet_dessine_les_comites(contrat, auteur_de, horloge, role) -> None:
    auteur = auteur_de(role)
    with pytest.raises(ActeRefuse):
        actions.adopter_modele(contrat, modele("copil"), par=auteur, le=horloge.maintenant)
    assert not Comite.objects.filter(contrat=contrat).exists()


def test_un_chef_de_projet_limite_ne_dessine_pas_les_comites(contrat, auteur_de, horloge) -> None:
    commune = CommuneFactory()
    contrat.communes.add(commune)
    limite = auteur_de(Role.CHEF_DE_PROJET, communes=[commune])
    with pytest.raises(ActeRefuse, match="tout le contrat"):
        actions.adopter_modele(contrat, modele("copil"), par=limite, le=horloge.maintenant)


def test_un_comite_change_et_son_journal_le_dit(contrat, chef, copil, horloge) -> None:
    fiche = actions.FicheDeComite(type=TypeComite.COPIL, nom="COPIL stratégique", reunions_par_an=2, valide_tfpb=True)

    actions.modifier_comite(copil, fiche, par=chef, le=horloge.maintenant)

    copil.refresh_from_db()
    assert (copil.nom, copil.reunions_par_an, copil.valide_tfpb) == ("COPIL stratégique", 2, True)
    ligne = LigneJournal.objects.de(copil).get()
    assert (ligne.avant["nom"], ligne.apres["nom"]) == ("COPIL", "COPIL stratégique")


def test_deux_comites_ne_portent_pas_le_meme_nom(contrat, chef, copil, horloge) -> None:
    with pytest.raises(RegleEnfreinte, match="déjà ce nom"):
        actions.creer_comite(
            contrat, actions.FicheDeComite(type=TypeComite.AUTRE, nom="COPIL"), par=chef, le=horloge.maintenant
        )


def test_une_orientation_d_un_autre_contrat_est_refusee(contrat, chef, horloge) -> None:
    fiche = actions.FicheDeComite(type=TypeComite.COTECH, nom="COTECH", orientation=OrientationFactory())
    with pytest.raises(RegleEnfreinte, match="pas dans ce contrat"):
        actions.creer_comite(contrat, fiche, par=chef, le=horloge.maintenant)


def test_un_siege_change_de_place_sans_se_doubler(contrat, chef, copil, horloge) -> None:
    organisme = OrganismeFactory(caf=True)
    actions.faire_sieger(copil, organisme, invite=False, par=chef, le=horloge.maintenant)
    actions.faire_sieger(copil, organisme, invite=True, courriel="caf@exemple.test", par=chef, le=horloge.maintenant)

    [membre] = copil.membres.all()
    assert (membre.invite, membre.courriel) == (True, "caf@exemple.test")

    actions.retirer_membre(membre, par=chef, le=horloge.maintenant)
    assert not copil.membres.exists()
    assert [ligne.acte for ligne in LigneJournal.objects.de(copil)] == [
        "faire_sieger",
        "faire_sieger",
        "retirer_membre",
    ]
    assert verifier_chaine(copil)


# --- Places ----------------------------------------------------------------------------------------------------------
def test_la_place_vient_du_siege_de_l_organisme(contrat, copil, chef, membre, invite, auteur_de) -> None:
    def place(auteur) -> Place:
        return place_dans(roles(auteur, contrat), copil)

    assert place(chef) == Place.ANIMATEUR
    assert place(membre) == Place.MEMBRE
    assert place(invite) == Place.INVITE
    assert place(auteur_de(Role.MEMBRE_COPIL)) == Place.MEMBRE
    assert place(auteur_de(Role.INSTRUCTEUR)) == Place.AUCUNE


def test_un_porteur_ne_siege_pas_ou_la_programmation_se_decide(contrat) -> None:
    ville = OrganismeFactory(commune=True)
    decide = ComiteFactory(contrat=contrat, valide_programmation=True)
    discute = ComiteFactory(contrat=contrat, type=TypeComite.AUTRE, valide_programmation=False)
    for comite in (decide, discute):
        MembreComiteFactory(comite=comite, organisme=ville)
    porteur = HabilitationFactory(contrat=contrat, organisme=ville, role=Role.PORTEUR).utilisateur
    tenus = roles(Auteur(utilisateur=porteur), contrat)
    assert place_dans(tenus, decide) == Place.AUCUNE
    assert place_dans(tenus, discute) == Place.MEMBRE
