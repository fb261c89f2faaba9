"""The directory of droit commun, the actors' cards, the escalation notes: rights, search, tree, states."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.etats import TransitionImpossible
from commun.models import LigneJournal
from contrats.actions import droit_commun as actions
from contrats.etats import EtatEscalade, Role
from contrats.lectures.droit_commun import a_verifier, arbre, fiches, notes_visibles, ressources
from tests.fabriques import (
    EngagementFactory,
    FicheActeurFactory,
    NoteEscaladeFactory,
    OrganismeFactory,
    OrientationFactory,
    RessourceFactory,
    ReunionFactory,
)

pytestmark = pytest.mark.django_db

LE = date(2026, 11, 20)


@pytest.fixture
def chef(auteur_de):
    return auteur_de(Role.CHEF_DE_PROJET)


def champs(**autres):
    return {"nom": "Point conseil budget", "organisme": None, "orientation": None, "ouverte": True} | autres


# --- Directory -------------------------------------------------------------------------------------------------------
def test_une_ressource_ecrite_est_verifiee_du_jour(contrat, chef, horloge) -> None:
    ressource = actions.ajouter_ressource(contrat, champs=champs(), par=chef, le=timezone.now())
    assert ressource.verifie_le == date(2026, 11, 20)
    horloge.avancer(days=400)
    assert a_verifier(ressource.verifie_le, le=timezone.localdate())
    actions.confirmer_ressource(ressource, par=chef, le=timezone.now())
    ressource.refresh_from_db()
    assert ressource.verifie_le == timezone.localdate()
    actes = [ligne.acte for ligne in LigneJournal.objects.de(ressource)]
    assert actes == ["ajouter_ressource", "confirmer_ressource"]


def test_a_verifier_commence_apres_douze_mois() -> None:
    assert not a_verifier(LE - timedelta(days=365), le=LE)
    assert a_verifier(LE - timedelta(days=366), le=LE)
    assert a_verifier(None, le=LE)


def test_un_organisme_tient_ses_ressources_et_elles_seules(contrat, auteur_de) -> None:
    caf = auteur_de(Role.SIGNATAIRE)
    ressource = actions.ajouter_ressource(contrat, champs=champs(organisme=caf.organisme), par=caf, le=timezone.now())
    actions.modifier_ressource(
        ressource, champs=champs(organisme=caf.organisme, public="Familles"), par=caf, le=timezone.now()
    )
    ressource.refresh_from_db()
    assert ressource.public == "Familles"
    autre = RessourceFactory(contrat=contrat)
    for refuse in (
        lambda: actions.modifier_ressource(autre, champs=champs(), par=caf, le=timezone.now()),
        lambda: actions.modifier_ressource(
            ressource, champs=champs(organisme=autre.organisme), par=caf, le=timezone.now()
        ),
        lambda: actions.ajouter_ressource(contrat, champs=champs(), par=caf, le=timezone.now()),
        lambda: actions.retirer_ressource(autre, par=caf, le=timezone.now()),
    ):
        with pytest.raises(ActeRefuse):
            refuse()


@pytest.mark.parametrize("role", [Role.PORTEUR, Role.MEMBRE_COPIL, Role.CONSEIL_CITOYEN, Role.DELEGUE_PREFET])
def test_les_autres_roles_lisent_sans_ecrire(contrat, auteur_de, role) -> None:
    lecteur = auteur_de(role)
    with pytest.raises(ActeRefuse):
        actions.ajouter_ressource(contrat, champs=champs(organisme=lecteur.organisme), par=lecteur, le=timezone.now())
    assert not contrat.ressources.exists()


def test_un_porteur_ne_lit_que_les_ressources_ouvertes(contrat, auteur_de) -> None:
    ouverte = RessourceFactory(contrat=contrat)
    fermee = RessourceFactory(contrat=contrat, ouverte=False)
    RessourceFactory()

    def lues(role):
        return {lue.ressource for lue in ressources(contrat, pour=auteur_de(role), le=LE)}

    assert lues(Role.PORTEUR) == lues(Role.CONSEIL_CITOYEN) == {ouverte}
    assert lues(Role.CHEF_DE_PROJET) == lues(Role.SIGNATAIRE) == {ouverte, fermee}


def test_la_recherche_ignore_accents_et_casse_et_lit_l_organisme(contrat, chef) -> None:
    orientation = OrientationFactory(contrat=contrat)
    une = RessourceFactory(
        contrat=contrat,
        nom="Médiation numérique",
        organisme=OrganismeFactory(nom="Maison de l’Œuvre"),
        orientation=orientation,
        verifie_le=LE,
    )
    RessourceFactory(contrat=contrat, nom="Aide alimentaire")

    def trouver(**filtres):
        return [lue.ressource for lue in ressources(contrat, pour=chef, le=LE, **filtres)]

    assert trouver(texte="MEDIATION numerique") == trouver(texte="oeuvre") == trouver(orientation=orientation) == [une]
    assert trouver(organisme=une.organisme) == [une]
    assert une not in trouver(seulement_a_verifier=True)
    assert trouver(texte="rien de tel") == []


def test_l_arbre_range_par_orientation_puis_organisme_et_montre_les_manques(contrat, chef) -> None:
    pleine = OrientationFactory(contrat=contrat, ordre=1)
    vide = OrientationFactory(contrat=contrat, ordre=2)
    OrientationFactory(contrat=contrat, transversale=True)
    organisme = OrganismeFactory()
    RessourceFactory.create_batch(2, contrat=contrat, orientation=pleine, organisme=organisme)
    RessourceFactory(contrat=contrat, orientation=None, organisme=None)

    troncs = arbre(contrat, ressources(contrat, pour=chef, le=LE))

    assert [(t.orientation, t.ressources) for t in troncs] == [(pleine, 2), (vide, 0), (None, 1)]
    (branche,) = troncs[0].branches
    assert (branche.organisme, len(branche.ressources)) == (organisme, 2)


def test_une_ressource_qu_une_note_attend_ne_se_retire_pas(contrat, chef) -> None:
    ressource = RessourceFactory(contrat=contrat)
    NoteEscaladeFactory(contrat=contrat).ressources.add(ressource)
    with pytest.raises(RegleEnfreinte, match="1\xa0note"):
        actions.retirer_ressource(ressource, par=chef, le=timezone.now())


# --- Actors' cards ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [Role.PORTEUR, Role.SIGNATAIRE, Role.BAILLEUR])
def test_un_organisme_ecrit_sa_fiche_quel_que_soit_son_role(contrat, auteur_de, role) -> None:
    membre = auteur_de(role)
    donnees = {"missions": "Insertion", "publics": "", "actions": "", "perimetres": [], "contact": ""}
    fiche = actions.enregistrer_fiche(contrat, membre.organisme, champs=donnees, par=membre, le=timezone.now())
    encore = actions.enregistrer_fiche(
        contrat, membre.organisme, champs={**donnees, "publics": "Jeunes"}, par=membre, le=timezone.now()
    )
    assert encore.pk == fiche.pk
    assert (encore.publics, encore.verifie_le) == ("Jeunes", timezone.localdate())
    with pytest.raises(ActeRefuse):
        actions.enregistrer_fiche(contrat, OrganismeFactory(), champs=donnees, par=membre, le=timezone.now())


def test_les_fiches_se_cherchent_et_comptent_les_ressources_que_l_on_voit(contrat, auteur_de) -> None:
    fiche = FicheActeurFactory(contrat=contrat, missions="Accueil des aînés")
    FicheActeurFactory(contrat=contrat, missions="Sport")
    RessourceFactory(contrat=contrat, organisme=fiche.organisme)
    RessourceFactory(contrat=contrat, organisme=fiche.organisme, ouverte=False)
    for role, nombre in ((Role.PORTEUR, 1), (Role.INSTRUCTEUR, 2)):
        (lue,) = fiches(contrat, pour=auteur_de(role), le=LE, texte="aines")
        assert (lue.fiche, lue.ressources, lue.a_verifier) == (fiche, nombre, False)


def test_une_fiche_se_retire(contrat, chef) -> None:
    fiche = FicheActeurFactory(contrat=contrat)
    actions.retirer_fiche(fiche, par=chef, le=timezone.now())
    assert not contrat.fiches.exists()


# --- Escalation ------------------------------------------------------------------------------------------------------
NOTE = {"titre": "Santé scolaire", "orientation": None, "constat": "c", "argumentaire": "a", "demande": "d"}


def test_une_note_va_du_brouillon_au_copil_puis_recoit_une_suite(contrat, auteur_de) -> None:
    delegue = auteur_de(Role.DELEGUE_PREFET)
    liens = {"ressources": [RessourceFactory(contrat=contrat)], "engagements": [EngagementFactory(contrat=contrat)]}
    note = actions.ecrire_note(contrat, champs={**NOTE, **liens}, par=delegue, le=timezone.now())
    reunion = ReunionFactory(comite__contrat=contrat)
    actions.porter_note(note, "porter_au_cotech", reunion=None, par=delegue, le=timezone.now())
    actions.porter_note(note, "porter_au_copil", reunion=reunion, par=delegue, le=timezone.now())
    with pytest.raises(RegleEnfreinte, match="suite donnée"):
        actions.traiter_note(note, suite="  ", par=delegue, le=timezone.now())
    actions.traiter_note(note, suite="Un poste ouvre.", par=delegue, le=timezone.now())

    note.refresh_from_db()
    assert (note.etat, note.suite, note.reunion) == (EtatEscalade.TRAITEE, "Un poste ouvre.", reunion)
    assert [ligne.acte for ligne in LigneJournal.objects.de(note)] == [
        "ecrire_note",
        "porter_au_cotech",
        "porter_au_copil",
        "traiter",
    ]
    with pytest.raises(RegleEnfreinte, match="ne change plus"):
        actions.modifier_note(note, champs=NOTE, par=delegue, le=timezone.now())


def test_une_note_ne_saute_pas_le_cotech(contrat, chef) -> None:
    note = NoteEscaladeFactory(contrat=contrat)
    with pytest.raises(TransitionImpossible):
        actions.porter_note(note, "porter_au_copil", reunion=None, par=chef, le=timezone.now())


def test_une_note_ne_lie_que_ce_qui_est_du_contrat(contrat, chef) -> None:
    with pytest.raises(RegleEnfreinte, match="pas de ce contrat"):
        actions.ecrire_note(contrat, champs={**NOTE, "ressources": [RessourceFactory()]}, par=chef, le=timezone.now())
    with pytest.raises(RegleEnfreinte, match="réunion n’est pas de ce contrat"):
        actions.porter_note(
            NoteEscaladeFactory(contrat=contrat),
            "porter_au_cotech",
            reunion=ReunionFactory(),
            par=chef,
            le=timezone.now(),
        )


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.CHEF_DE_PROJET, Role.DELEGUE_PREFET)])
def test_les_autres_roles_n_ecrivent_pas_de_note(contrat, auteur_de, role) -> None:
    with pytest.raises(ActeRefuse):
        actions.ecrire_note(contrat, champs=NOTE, par=auteur_de(role), le=timezone.now())


def test_le_copil_lit_les_notes_portees_devant_lui_et_un_porteur_aucune(contrat, auteur_de) -> None:
    brouillon = NoteEscaladeFactory(contrat=contrat)
    portee = NoteEscaladeFactory(contrat=contrat, au_copil=True)
    assert set(notes_visibles(contrat, pour=auteur_de(Role.INSTRUCTEUR))) == {brouillon, portee}
    assert set(notes_visibles(contrat, pour=auteur_de(Role.MEMBRE_COPIL))) == {portee}
    assert not notes_visibles(contrat, pour=auteur_de(Role.PORTEUR))
