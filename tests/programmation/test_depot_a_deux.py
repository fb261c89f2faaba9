"""Two people on one page of a request: neither erases the other, and both are told."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from commun.erreurs import RevisionDepassee
from contrats.etats import Role
from programmation import actions
from programmation.actions.pages import PageSaisie
from programmation.models import Dossier, PageEcrite
from programmation.regles.pages import Sort, empreinte, sort
from tests.fabriques import (
    BudgetPrevisionnelFactory,
    DossierFactory,
    LigneBudgetFactory,
    ObjectifFactory,
    OrganismeFactory,
    OrientationFactory,
    PageEcriteFactory,
)

HTMX = {"HX-Request": "true"}


# --- The rule ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("connue", "actuelle", "tapee", "attendu"),
    [
        ("a", "a", "b", Sort.SIEN),
        ("a", "b", "b", Sort.SIEN),  # both wrote the same
        ("a", "b", "a", Sort.DE_L_AUTRE),
        ("a", "b", "c", Sort.CONFLIT),
    ],
)
def test_chaque_champ_a_son_sort(connue, actuelle, tapee, attendu) -> None:
    assert sort(connue=connue, actuelle=actuelle, tapee=tapee) is attendu


@pytest.mark.parametrize(
    ("une", "autre"),
    [
        ("", None),
        ("False", False),
        ([], ""),
        (True, "True"),
        ("1 200", "1\u202f200"),
        ("a\r\nb ", "a\nb"),
        ([2, 1], ["1", "2"]),
    ],
)
def test_ce_que_la_page_montre_et_ce_qu_elle_renvoie_ont_la_meme_empreinte(une, autre) -> None:
    assert empreinte(une) == empreinte(autre)
    assert empreinte(une) != empreinte("autre chose")


# --- The pages --------------------------------------------------------------------------------------------------------
@pytest.fixture
def porteur(client_de: Any) -> Any:
    return client_de(Role.PORTEUR, organisme=OrganismeFactory())


@pytest.fixture
def chef(client_de: Any) -> Any:
    return client_de(Role.CHEF_DE_PROJET)


@pytest.fixture
def brouillon(contrat: Any, porteur: Any, chef: Any) -> Dossier:
    """A draft that the team began for its porteur: both write it."""
    return DossierFactory(
        contrat=contrat,
        porteur=porteur.auteur.organisme,
        saisi_par_organisme=chef.auteur.organisme,
        resume="Des ateliers.",
        buts="Lire.",
    )


def adresse(dossier: Dossier, section: str = "action", route: str = "section") -> str:
    cles = {"contrat": dossier.contrat.slug, "annee": dossier.campagne.annee, "numero": dossier.numero}
    return reverse(f"programmation:{route}", kwargs=cles | {"section": section})


def ouvrir(client: Client, page: str) -> dict[str, Any]:
    """What a browser would send back of the page, untouched."""
    reponse = client.get(page)
    form = reponse.context["form"]
    (ouverture,) = re.findall(r'name="ouverture" value="([^"]+)"', reponse.content.decode())
    champs: dict[str, Any] = {"ouverture": html.unescape(ouverture)}
    for nom, champ in form.fields.items():
        valeur = champ.prepare_value(form.get_initial_for_field(champ, nom))
        if valeur not in (None, "", False):
            champs[nom] = valeur
    return champs


def corps(reponse: Any) -> str:
    """What is read, with ordinary spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", reponse.content.decode())).split())


def dits(reponse: Any) -> list[str]:
    """What is said beside the fields after a save on its own."""
    return [" ".join(html.unescape(m).split()) for m in re.findall(r'data-message="([^"]*)"', reponse.content.decode())]


@pytest.mark.django_db
@pytest.mark.parametrize("entetes", [HTMX, {}])
def test_deux_personnes_sur_des_reponses_differentes_gardent_les_deux(porteur, chef, brouillon, entetes) -> None:
    page = adresse(brouillon)
    la_sienne, celle_du_chef = ouvrir(porteur, page), ouvrir(chef, page)
    chef.post(page, celle_du_chef | {"buts": "Lire et écrire."}, headers=HTMX)
    reponse = porteur.post(page, la_sienne | {"resume": "Des ateliers le mercredi."}, headers=entetes, follow=True)

    brouillon.refresh_from_db()
    assert (brouillon.resume, brouillon.buts) == ("Des ateliers le mercredi.", "Lire et écrire.")
    assert f"{chef.auteur.utilisateur} a aussi modifié cette page" in corps(reponse)


@pytest.mark.django_db
def test_deux_personnes_sur_la_meme_reponse_choisissent(porteur, chef, brouillon) -> None:
    page = adresse(brouillon)
    la_sienne, celle_du_chef = ouvrir(porteur, page), ouvrir(chef, page)
    chef.post(page, celle_du_chef | {"buts": "Écrire."}, headers=HTMX)
    tape = la_sienne | {"buts": "Compter.", "besoin": "L’école le dit."}
    lu = corps(reponse := porteur.post(page, tape, headers=HTMX))
    brouillon.refresh_from_db()
    assert (brouillon.buts, brouillon.besoin) == ("Écrire.", "L’école le dit.")
    assert f"{chef.auteur.utilisateur} a modifié cette page le " in lu
    assert dits(reponse) == [f"{chef.auteur.utilisateur} a écrit ici : « Écrire. »"]
    (revision,) = re.findall(r'name="garder" value="(\d+)"', reponse.content.decode())

    # Without a script: nothing typed is lost, and the choice is asked in the same words.
    sans = porteur.post(page, tape)
    assert (sans.status_code, "Compter." in corps(sans)) == (422, True)
    porteur.post(page, tape | {"garder": revision})
    brouillon.refresh_from_db()
    assert brouillon.buts == "Compter."
    # The other one, who had not seen it, is told in turn.
    reponse = chef.post(page, celle_du_chef | {"buts": "Écrire mieux."}, headers=HTMX)
    assert dits(reponse) == [f"{porteur.auteur.utilisateur} a écrit ici : « Compter. »"]


@pytest.mark.django_db
def test_garder_les_siennes_ne_vaut_pas_pour_ce_qui_est_ecrit_ensuite(porteur, chef, brouillon) -> None:
    page = adresse(brouillon)
    la_sienne = ouvrir(porteur, page)
    chef.post(page, ouvrir(chef, page) | {"buts": "Écrire."}, headers=HTMX)
    chef.post(page, ouvrir(chef, page) | {"buts": "Écrire encore."}, headers=HTMX)
    reponse = porteur.post(page, la_sienne | {"buts": "Compter.", "garder": "1"})
    assert reponse.status_code == 422
    brouillon.refresh_from_db()
    assert brouillon.buts == "Écrire encore."


@pytest.mark.django_db
def test_qui_ecrit_plusieurs_fois_sans_recharger_ne_se_heurte_pas_a_lui_meme(porteur, chef, brouillon) -> None:
    """Each save on its own sends the page as it was opened; one answer of another changes nothing to that."""
    page = adresse(brouillon)
    la_sienne = ouvrir(porteur, page)
    porteur.post(page, la_sienne | {"resume": "Un"}, headers=HTMX)
    chef.post(page, ouvrir(chef, page) | {"besoin": "Repéré par l’école."}, headers=HTMX)
    for resume in ("Un deux", "Un deux trois", "Un"):
        assert dits(porteur.post(page, la_sienne | {"resume": resume}, headers=HTMX)) == []
        brouillon.refresh_from_db()
        assert (brouillon.resume, brouillon.besoin) == (resume, "Repéré par l’école.")
    porteur.post(page, la_sienne, headers=HTMX)  # back to what it was at first
    brouillon.refresh_from_db()
    assert brouillon.resume == "Des ateliers."
    assert PageEcrite.objects.filter(dossier=brouillon).count() == 2


@pytest.mark.django_db
def test_cases_choix_et_lignes_de_budget_se_reunissent_aussi(porteur, chef, brouillon) -> None:
    objectif = ObjectifFactory(orientation__contrat=brouillon.contrat)
    orientation = OrientationFactory(contrat=brouillon.contrat, nom="Emploi", nom_court="Emploi")
    page = adresse(brouillon)
    la_sienne, celle_du_chef = ouvrir(porteur, page), ouvrir(chef, page)
    chef.post(page, celle_du_chef | {"objectifs": [objectif.pk], "orientation": orientation.pk}, headers=HTMX)
    autre = OrientationFactory(contrat=brouillon.contrat)
    (dit,) = dits(porteur.post(page, la_sienne | {"orientation": autre.pk}, headers=HTMX))
    assert "a écrit ici : « Emploi" in dit
    brouillon.refresh_from_db()
    assert (list(brouillon.objectifs.all()), brouillon.orientation) == ([objectif], orientation)

    LigneBudgetFactory(budget=BudgetPrevisionnelFactory(dossier=brouillon), compte="641", montant=12_000)
    page = adresse(brouillon, "budget")
    la_sienne, celle_du_chef = ouvrir(porteur, page), ouvrir(chef, page)
    chef.post(page, celle_du_chef | {"compte_641": "10 000"}, headers=HTMX)
    porteur.post(page, la_sienne | {"compte_60x": "3000"}, headers=HTMX)
    lignes = dict(brouillon.budget.lignes.values_list("compte", "montant"))
    assert (lignes["641"], lignes["60x"]) == (10_000, 3_000)


@pytest.mark.django_db
def test_le_porteur_et_l_equipe_corrigent_la_meme_demande(contrat, porteur, chef) -> None:
    depose = DossierFactory(contrat=contrat, porteur=porteur.auteur.organisme, depose=True, buts="Lire.")
    page = adresse(depose, route="corriger")
    celle_du_chef = ouvrir(chef, page)
    PageEcriteFactory(dossier=depose, personne=porteur.auteur.utilisateur)
    Dossier.objects.filter(pk=depose.pk).update(buts="Écrire.")
    reponse = chef.post(page, celle_du_chef | {"buts": "Compter.", "motif": "Au téléphone"})
    assert (reponse.status_code, "a écrit ici : « Écrire. »" in corps(reponse)) == (422, True)
    chef.post(page, celle_du_chef | {"buts": "Compter.", "motif": "Au téléphone", "garder": "1"})
    depose.refresh_from_db()
    assert depose.buts == "Compter."


@pytest.mark.django_db
def test_l_action_refuse_une_page_que_l_autre_vient_d_ecrire(porteur, chef, brouillon, le) -> None:
    """Between the reading and the lock: the page is settled again on what the other wrote."""
    PageEcriteFactory(dossier=brouillon, personne=chef.auteur.utilisateur, revision=3)
    with pytest.raises(RevisionDepassee, match="vient de modifier"):
        actions.ecrire(brouillon, {"resume": "x"}, page=PageSaisie("action", 2), par=porteur.auteur, le=le)
    actions.ecrire(brouillon, {"resume": "x"}, page=PageSaisie("action", 3), par=porteur.auteur, le=le)
    assert PageEcrite.objects.get(personne=porteur.auteur.utilisateur).revision == 4


@pytest.mark.django_db
@pytest.mark.parametrize("ouverture", ["", "{", "[]", '{"revision": "x"}', '{"revision": 1, "marques": []}'])
def test_une_page_qui_ne_dit_pas_ce_qu_elle_montrait_s_enregistre(porteur, brouillon, ouverture) -> None:
    porteur.post(
        adresse(brouillon), {"intitule": "Ateliers", "dispositif": brouillon.dispositif.pk, "ouverture": ouverture}
    )
    brouillon.refresh_from_db()
    assert brouillon.intitule == "Ateliers"


# --- One person, in a hurry -------------------------------------------------------------------------------------------
@pytest.mark.navigateur
def test_quitter_la_page_attend_l_enregistrement_deja_parti(page_de, contrat, brouillon, porteur) -> None:
    """A save read after the one that leaves the page would put older answers back."""
    page = page_de(utilisateur=porteur.auteur.utilisateur)
    envois: list[str] = []

    def lente(route: Any) -> None:
        est_un_enregistrement = "hx-request" in route.request.headers
        if route.request.method == "POST":
            envois.append("enregistrement" if est_un_enregistrement else "départ")
        if not est_un_enregistrement:
            route.continue_()
            return
        reponse = route.fetch()
        page.wait_for_timeout(600)
        envois.append("réponse")
        route.fulfill(response=reponse)

    page.goto(adresse(brouillon))
    page.route("**/action/", lente)
    page.get_by_label("Intitulé").fill("Ateliers du soir")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.wait_for_url(re.compile(r"(?<!/action)/$"))

    assert envois == ["enregistrement", "réponse", "départ"]
    brouillon.refresh_from_db()
    assert brouillon.intitule == "Ateliers du soir"
