"""What candidates are owed: an answer and its reason, a page that stays, a date that holds, no competitor's eye."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.models import Travail
from commun.travaux import executer
from contrats.etats import Role
from programmation.actions import besoins as actions
from programmation.etats import EtatBesoin, EtatCandidature
from programmation.lectures.besoins import besoins_par_etat, compter_les_besoins
from programmation.models import Besoin, Candidature
from programmation.notifications.besoins import courriel_de_reponse
from tests.fabriques import (
    BesoinFactory,
    CandidatureFactory,
    CommuneFactory,
    ContratFactory,
    HabilitationFactory,
    OrganismeFactory,
    UtilisateurFactory,
)

pytestmark = pytest.mark.django_db

JOUR = date(2026, 9, 10)


@pytest.fixture
def publie(contrat) -> Besoin:
    """A call open until 31 December 2026."""
    return BesoinFactory(contrat=contrat, publie=True)


def adresse(contrat: Any, route: str, **cles: Any) -> str:
    return reverse(f"programmation:{route}", kwargs={"contrat": contrat.slug, "annee": 2026} | cles)


# --- Everybody is answered ---------------------------------------------------------------------------------------------
def test_revenir_au_constat_repond_a_ceux_qui_attendent(publie, gens, le, mailoutbox) -> None:
    """The step's reason is theirs; whoever took its answer back is told nothing."""
    attend = CandidatureFactory(besoin=publie)
    CandidatureFactory(besoin=publie, retiree=True)
    HabilitationFactory(contrat=publie.contrat, organisme=attend.organisme, role=Role.PORTEUR)
    actions.avancer_besoin(publie, "revenir_au_constat", motif="Le lieu n’est plus libre.", par=gens.chef, le=le)
    etats = dict(Candidature.objects.values_list("etat", "motif"))
    assert etats == {EtatCandidature.NON_RETENUE: "Le lieu n’est plus libre.", EtatCandidature.RETIREE: ""}
    (travail,) = Travail.objects.filter(nom=actions.REPONDRE_AU_CANDIDAT)
    executer(travail.pk)
    (courriel,) = mailoutbox
    assert "Le lieu n’est plus libre." in courriel.body


@pytest.mark.parametrize(
    ("actes", "dit"),
    [
        (("revenir_au_constat",), "retiré cet appel"),
        (("abandonner",), "ne reçoit plus de candidatures"),
        (("abandonner", "reprendre"), "retiré cet appel"),
    ],
)
def test_un_candidat_relit_toujours_sa_candidature_et_sa_reponse(
    contrat, client_de, gens, le, publie, actes, dit
) -> None:
    porteur = client_de(Role.PORTEUR)
    CandidatureFactory(besoin=publie, organisme=porteur.auteur.organisme)
    for acte in actes:
        actions.avancer_besoin(publie, acte, motif="Le lieu n’est plus libre.", par=gens.chef, le=le)
    lien = adresse(contrat, "appel", pk=publie.pk)
    assert lien in porteur.get(adresse(contrat, "appels")).content.decode()
    page = porteur.get(lien)
    texte = page.content.decode()
    assert page.status_code == 200
    assert "Le lieu n’est plus libre." in texte
    assert dit in texte
    assert client_de(Role.PORTEUR).get(lien).status_code == (404 if "retiré" in dit else 200)


def test_une_opportunite_qui_se_redefinit_ne_se_montre_pas_au_candidat(contrat, client_de, gens, le, publie) -> None:
    porteur = client_de(Role.PORTEUR)
    CandidatureFactory(besoin=publie, organisme=porteur.auteur.organisme)
    actions.avancer_besoin(publie, "revenir_au_constat", motif="À revoir.", par=gens.chef, le=le)
    page = porteur.get(adresse(contrat, "appel", pk=publie.pk)).content.decode()
    assert publie.constat in page
    assert publie.opportunite not in page


def test_un_nouvel_appel_se_repond_de_nouveau(contrat, client_de, horloge, gens, publie) -> None:
    """An answer turned down in an earlier call of the same need closes the next one to nobody."""
    horloge.regler(2026, 9, 10, 9)
    le = horloge.maintenant
    porteur = client_de(Role.PORTEUR)
    page = adresse(contrat, "appel", pk=publie.pk)
    saisie = {"organisme": porteur.auteur.organisme.pk, "texte": "Deux salles."}
    assert porteur.post(page, saisie).status_code == 302
    actions.avancer_besoin(publie, "revenir_au_constat", motif="À revoir.", par=gens.chef, le=le)
    besoin = Besoin.objects.get()
    actions.definir_l_opportunite(
        besoin, opportunite="Une halte.", dispositif=publie.dispositif, reunion=None, par=gens.chef, le=le
    )
    le = horloge.avancer(hours=1)
    actions.publier(besoin, jusqu_au=date(2026, 12, 1), par=gens.chef, le=le)
    assert "Répondre de nouveau" in porteur.get(page).content.decode()
    assert porteur.post(page, saisie | {"texte": "Trois salles."}).status_code == 302
    candidature = Candidature.objects.get()
    assert (candidature.etat, candidature.texte, candidature.motif) == (EtatCandidature.DEPOSEE, "Trois salles.", "")
    actions.trancher_candidature(candidature, "ecarter", motif="Trop loin.", par=gens.chef, le=le)
    assert porteur.get(page).context["form"] is None  # answered in this very call


@pytest.mark.parametrize(
    ("etat", "acte", "combien"),
    [
        ("deposee", "revenir_au_constat", "2 candidats reçoivent ce motif"),
        ("deposee", "abandonner", "2 candidats reçoivent ce motif"),
        ("non_retenue", "abandonner", ""),
    ],
)
def test_la_page_d_un_pas_en_arriere_dit_qui_en_recoit_le_motif(
    contrat, client_de, publie, etat, acte, combien
) -> None:
    CandidatureFactory.create_batch(2, besoin=publie, **({} if etat == "deposee" else {etat: True}))
    page = client_de(Role.CHEF_DE_PROJET).get(adresse(contrat, "avancer_besoin", pk=publie.pk, acte=acte))
    texte = page.content.decode().replace("\u202f", " ").replace("\u00a0", " ")
    assert ("ce motif" in texte) == bool(combien)
    assert combien in texte


# --- The published date holds -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("acte", ["retenir", "nommer"])
def test_fermer_un_appel_avant_son_dernier_jour_se_confirme(publie, gens, le, acte) -> None:
    def faire(**suite: Any) -> None:
        if acte == "retenir":
            candidature = Candidature.objects.first() or CandidatureFactory(besoin=publie)
            actions.trancher_candidature(candidature, "retenir", motif="Prêts.", par=gens.chef, le=le, **suite)
        else:
            porteur = OrganismeFactory()
            actions.nommer_le_porteur(publie, porteur=porteur, motif="Prêts.", par=gens.chef, le=le, **suite)

    with pytest.raises(RegleEnfreinte, match=r"31\sdécembre 2026"):
        faire()
    faire(avant_terme=True)
    assert Besoin.objects.get().etat == EtatBesoin.PORTEUR_TROUVE


def test_le_dernier_jour_passe_il_n_y_a_rien_a_confirmer(contrat, client_de, horloge, publie) -> None:
    candidature = CandidatureFactory(besoin=publie)
    chef = client_de(Role.CHEF_DE_PROJET)
    page = adresse(contrat, "trancher_candidature", pk=candidature.pk, acte="retenir")
    horloge.regler(2026, 12, 31, 20)
    ouvert = chef.get(page).content.decode()
    assert "L’appel est encore ouvert" in ouvert
    assert "avant le 31" in ouvert
    refus = chef.post(page, {"motif": "Prêts."})
    assert refus.status_code == 422
    assert "attendez le dernier jour" in refus.content.decode()
    horloge.regler(2027, 1, 1, 8)
    assert "encore ouvert" not in chef.get(page).content.decode()
    assert chef.post(page, {"motif": "Prêts."}).status_code == 302


def test_ecarter_une_candidature_n_attend_pas_le_dernier_jour(publie, gens, le) -> None:
    candidature = CandidatureFactory(besoin=publie)
    actions.trancher_candidature(candidature, "ecarter", motif="Trop loin.", par=gens.chef, le=le)
    assert Candidature.objects.get().etat == EtatCandidature.NON_RETENUE


# --- The link of the e-mail -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("deposee_le", "annee"),
    [
        (datetime(2025, 12, 31, 23, 30, tzinfo=UTC), "/2026/"),  # 00 h 30 in Paris
        (datetime(2031, 2, 1, 9, tzinfo=UTC), "/2030/"),
        (datetime(2023, 2, 1, 9, tzinfo=UTC), "/2024/"),
    ],
)
def test_le_courriel_mene_a_une_annee_du_contrat(publie, deposee_le, annee) -> None:
    """The contract runs from 2024 to 2030; days are those of Paris."""
    candidature = CandidatureFactory(besoin=publie, deposee_le=deposee_le)
    courriel = courriel_de_reponse(candidature, UtilisateurFactory(), retenue=True, motif="Prêts.")
    assert annee in courriel.body


# --- Somebody of two organisations ------------------------------------------------------------------------------------
@pytest.fixture
def de_deux(contrat, client_de: Callable[..., Client], horloge) -> Any:
    """Somebody who acts for « Atelier » and for « Boutique »."""
    horloge.regler(2026, 9, 10, 9)
    atelier, boutique = OrganismeFactory(nom="Atelier"), OrganismeFactory(nom="Boutique")
    client = client_de(Role.PORTEUR, organisme=atelier)
    HabilitationFactory(contrat=contrat, organisme=boutique, role=Role.PORTEUR, utilisateur=client.auteur.utilisateur)
    client.atelier, client.boutique = atelier, boutique
    return client


def test_une_association_ecartee_n_empeche_pas_l_autre_de_repondre(contrat, de_deux, publie) -> None:
    CandidatureFactory(besoin=publie, organisme=de_deux.atelier, non_retenue=True, texte="Un atelier.")
    page = adresse(contrat, "appel", pk=publie.pk)
    lue = de_deux.get(page)
    assert (lue.context["organisme"], lue.context["form"].initial["texte"]) == (de_deux.boutique, "")
    assert "Répondre à l’appel — Boutique" in lue.content.decode()
    assert "Un atelier." in lue.content.decode()  # what the other one answered stays readable
    assert de_deux.post(page, {"organisme": de_deux.boutique.pk, "texte": "Une boutique."}).status_code == 302
    assert publie.candidatures.get(organisme=de_deux.boutique).texte == "Une boutique."


def test_chaque_association_a_son_texte(contrat, de_deux, publie) -> None:
    CandidatureFactory(besoin=publie, organisme=de_deux.atelier, texte="Un atelier.")
    page = adresse(contrat, "appel", pk=publie.pk)
    choix = de_deux.get(page)
    assert choix.context["form"] is None
    assert f"?organisme={de_deux.boutique.pk}" in choix.content.decode()
    de_l_atelier = de_deux.get(page, {"organisme": de_deux.atelier.pk})
    assert "Modifier votre réponse — Atelier" in de_l_atelier.content.decode()
    assert de_l_atelier.context["form"]["texte"].value() == "Un atelier."
    de_la_boutique = de_deux.get(page, {"organisme": de_deux.boutique.pk})
    assert "Répondre à l’appel — Boutique" in de_la_boutique.content.decode()
    form = de_la_boutique.context["form"]
    assert (form["organisme"].value(), form["texte"].value()) == (de_deux.boutique.pk, "")


def test_la_reponse_d_une_collegue_ne_s_ecrase_pas_avec_deux_organismes(contrat, client_de, de_deux, publie) -> None:
    collegue = client_de(Role.PORTEUR, organisme=de_deux.boutique)
    page = adresse(contrat, "appel", pk=publie.pk)
    url = f"{page}?organisme={de_deux.boutique.pk}"
    form = de_deux.get(url).context["form"]
    ouverture = {champ.html_name: champ.value() for champ in form}
    assert collegue.post(page, {"organisme": de_deux.boutique.pk, "texte": "Une boutique."}).status_code == 302
    refus = de_deux.post(url, ouverture | {"texte": "Deux boutiques."})
    assert refus.status_code == 422
    assert "a écrit ici" in refus.content.decode()
    assert publie.candidatures.get().texte == "Une boutique."


def test_une_reponse_envoyee_trop_tard_revient_avec_ce_qui_est_ecrit(contrat, de_deux, publie) -> None:
    """It is never taken for the other organisation's."""
    CandidatureFactory(besoin=publie, organisme=de_deux.atelier, non_retenue=True)
    page = adresse(contrat, "appel", pk=publie.pk)
    refus = de_deux.post(page, {"organisme": de_deux.atelier.pk, "texte": "Un atelier plus près."})
    assert refus.status_code == 422
    assert "a déjà une réponse" in refus.content.decode()
    assert "Un atelier plus près." in refus.content.decode()
    assert not publie.candidatures.filter(organisme=de_deux.boutique).exists()


def test_on_ne_repond_pas_pour_un_organisme_d_ailleurs(contrat, de_deux, publie) -> None:
    page = adresse(contrat, "appel", pk=publie.pk)
    assert de_deux.post(page, {"organisme": OrganismeFactory().pk, "texte": "Rien."}).context["form"] is None
    assert not publie.candidatures.exists()


# --- A competitor reads nothing ---------------------------------------------------------------------------------------
@pytest.fixture
def concurrente(contrat, client_de: Callable[..., Client]) -> Any:
    """A commune that instructs what asks it for money, and carries actions."""
    commune = OrganismeFactory(commune=True)
    client = client_de(Role.INSTRUCTEUR, organisme=commune)
    HabilitationFactory(contrat=contrat, organisme=commune, role=Role.PORTEUR, utilisateur=client.auteur.utilisateur)
    return client


def test_une_commune_candidate_ne_lit_pas_ses_concurrents(contrat, client_de, concurrente, publie) -> None:
    CandidatureFactory(besoin=publie, texte="La réponse d’un concurrent.")
    ailleurs = CandidatureFactory(besoin=BesoinFactory(contrat=contrat, publie=True))
    page = adresse(contrat, "besoin", pk=publie.pk)
    auteur = concurrente.auteur
    assert "La réponse d’un concurrent." in concurrente.get(page).content.decode()
    assert compter_les_besoins(contrat, pour=auteur).candidatures == 2

    sienne = CandidatureFactory(besoin=publie, organisme=auteur.organisme, texte="La réponse de la commune.")
    texte = concurrente.get(page).content.decode()
    assert "La réponse d’un concurrent." not in texte
    assert "La réponse de la commune." in texte
    assert set(Candidature.objects.visibles_par(auteur, contrat)) == {sienne, ailleurs}
    assert compter_les_besoins(contrat, pour=auteur).candidatures == 2
    (groupe,) = besoins_par_etat(contrat, pour=auteur, le=JOUR)
    assert {lu.besoin.pk: lu.candidatures for lu in groupe.besoins} == {publie.pk: 1, ailleurs.besoin_id: 1}
    # A colleague of the same commune who only instructs is no less its colleague.
    collegue = client_de(Role.INSTRUCTEUR, organisme=auteur.organisme)
    assert set(Candidature.objects.visibles_par(collegue.auteur, contrat)) == {sienne, ailleurs}
    assert Candidature.objects.visibles_par(client_de(Role.CHEF_DE_PROJET).auteur, contrat).count() == 3


def test_un_chef_de_projet_communal_ne_tranche_pas_pour_sa_commune(contrat, auteur_de, gens, publie, le) -> None:
    """Nobody judges between its own organisation and others; the chef de projet of the whole contract does."""
    commune = OrganismeFactory(commune=True)
    communal = auteur_de(Role.CHEF_DE_PROJET, organisme=commune, communes=[CommuneFactory()])
    sienne = CandidatureFactory(besoin=publie, organisme=commune)
    autre = CandidatureFactory(besoin=publie)
    for candidature, acte in ((sienne, "retenir"), (autre, "ecarter")):
        with pytest.raises(ActeRefuse, match="le reste de l’équipe"):
            actions.trancher_candidature(candidature, acte, motif="M.", avant_terme=True, par=communal, le=le)
    ailleurs = CandidatureFactory(besoin=BesoinFactory(contrat=contrat, publie=True))
    actions.trancher_candidature(ailleurs, "ecarter", motif="Trop loin.", par=communal, le=le)
    actions.trancher_candidature(autre, "ecarter", motif="Trop loin.", par=gens.chef, le=le)
    assert set(Candidature.objects.filter(etat=EtatCandidature.NON_RETENUE)) == {ailleurs, autre}


def test_un_appel_d_ailleurs_reste_ailleurs(client_de, publie) -> None:
    autre = BesoinFactory(contrat=ContratFactory(), publie=True)
    porteur = client_de(Role.PORTEUR)
    CandidatureFactory(besoin=autre, organisme=porteur.auteur.organisme)
    assert porteur.get(adresse(publie.contrat, "appel", pk=autre.pk)).status_code == 404
