"""A porteur joins a contract: asked without an account, nothing revealed, confirmed by e-mail, decided by the team."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from acteurs.models import FicheOrganisme, Organisme, Utilisateur, Verification
from commun.auteur import Auteur
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.etats import TransitionImpossible
from commun.journal import verifier_chaine
from commun.models import Travail
from contrats import actions
from contrats.actions.inscriptions import purger_les_inscriptions
from contrats.etats import EtatInscription, Role
from contrats.models import Contrat, Habilitation, Inscription, Invitation
from contrats.views import inscription as pages
from tests.fabriques import (
    CommuneFactory,
    HabilitationFactory,
    InscriptionFactory,
    InvitationFactory,
    OrganismeFactory,
    UtilisateurFactory,
)

pytestmark = pytest.mark.django_db
SIRET = "00090001900019"
PHRASE = "une phrase que l’on retient 2030"
SAISIE = {
    "nom_organisme": "Les Ateliers",
    "prenom": "Lou",
    "nom": "Demande",
    "fonction": "présidente",
    "email": "Lou@Ateliers.test",
    "accord": "on",
}


@pytest.fixture
def chef(auteur_de: Callable[..., Auteur]) -> Auteur:
    return auteur_de(Role.CHEF_DE_PROJET)


def demander(contrat: Contrat, siret: str = SIRET, **saisie: Any) -> Any:
    adresse = reverse("contrats:inscription_personne", args=[contrat.slug, siret])
    return Client().post(adresse, SAISIE | saisie)


def lien(sujet: str) -> str:
    """The link of the last e-mail of that subject."""
    courriel = next(c for c in reversed(mail.outbox) if sujet in c.subject)
    return re.search(r"https?://[^/\s]+(/\S+)", courriel.body)[1]


# --- The whole way ---------------------------------------------------------------------------------------------------
def test_du_siret_au_compte_gestionnaire(contrat, chef, client_de, executer_travaux) -> None:
    """SIRET, e-mail confirmed, accepted by the team, account opened: a porteur that manages its organisation."""
    public = Client()
    premiere = public.post(reverse("contrats:inscription", args=[contrat.slug]), {"siret": "000 900 019 00019"})
    page = public.get(premiere["Location"])
    assert "LES ATELIERS DU ROULEUR" in page.content.decode()
    envoyee = public.post(premiere["Location"], SAISIE)
    assert envoyee["Location"] == reverse("contrats:inscription_envoyee", args=[contrat.slug])
    executer_travaux()

    adresse = lien("Confirmez")
    assert "Confirmer mon adresse" in public.get(adresse).content.decode()
    inscription = Inscription.objects.get()
    assert inscription.etat == EtatInscription.A_CONFIRMER  # reading the page confirms nothing
    public.post(adresse)
    executer_travaux()
    assert "Inscription à vérifier" in mail.outbox[-1].subject
    assert mail.outbox[-1].to == [chef.utilisateur.email]

    navigateur = Client()
    navigateur.force_login(chef.utilisateur)
    a_trancher = lien("Inscription à vérifier")
    assert "lou@ateliers.test" in navigateur.get(a_trancher).content.decode()
    acceptee = navigateur.post(f"{a_trancher}accepter/", {"gestionnaire": "on"})
    assert acceptee.status_code == 302
    executer_travaux()

    organisme = Organisme.objects.get(siret=SIRET)
    assert (organisme.nom, organisme.siren, organisme.rna) == (
        "LES ATELIERS DU ROULEUR (FICTIF)",
        "000900019",
        "W595990001",
    )
    assert (organisme.fiche.verification, organisme.fiche.ville) == (Verification.CONFIRME, "DENAIN")
    invitation = lien("Invitation à rejoindre")
    public.post(invitation, {"prenom": "Lou", "nom": "Demande", "mot_de_passe": PHRASE, "confirmation": PHRASE})
    habilitation = Habilitation.objects.get(utilisateur__email="lou@ateliers.test")
    assert (habilitation.role, habilitation.organisme, habilitation.gestionnaire) == (Role.PORTEUR, organisme, True)
    inscription.refresh_from_db()
    assert inscription.etat == EtatInscription.ACCEPTEE
    assert verifier_chaine(inscription)


# --- Nothing is revealed ---------------------------------------------------------------------------------------------
def test_la_reponse_est_la_meme_quoi_que_l_on_sache_deja(contrat, chef, executer_travaux) -> None:
    """An organisation already there, a known account, a request already confirmed: one answer, no e-mail tells."""
    connu = OrganismeFactory(siret=SIRET, siren=SIRET[:9], nom="Nom que personne ne lit ici")
    HabilitationFactory(contrat=contrat, organisme=connu, role=Role.PORTEUR, utilisateur__email="lou@ateliers.test")
    InscriptionFactory(contrat=contrat, siret=SIRET, email="deja@ateliers.test", a_verifier=True)

    reponses = [
        demander(contrat),
        demander(contrat, email="deja@ateliers.test"),
        demander(contrat, siret="00090002700012", email="inconnue@ateliers.test"),
    ]
    assert {(r.status_code, r["Location"]) for r in reponses} == {
        (302, reverse("contrats:inscription_envoyee", args=[contrat.slug]))
    }
    page = Client().get(reverse("contrats:inscription_personne", args=[contrat.slug, SIRET])).content.decode()
    assert "Nom que personne ne lit ici" not in page
    executer_travaux()
    assert sorted(c.to[0] for c in mail.outbox) == ["inconnue@ateliers.test", "lou@ateliers.test"]


def test_une_adresse_ne_recoit_que_quelques_courriels_par_jour(contrat, chef, executer_travaux) -> None:
    for _ in range(pages.COURRIELS_PAR_JOUR + 2):
        assert demander(contrat).status_code == 302
        executer_travaux()
    assert len(mail.outbox) == pages.COURRIELS_PAR_JOUR


def test_un_reseau_trop_presse_attend(contrat, chef, monkeypatch) -> None:
    monkeypatch.setattr(pages, "RECHERCHES_PAR_HEURE", 2)
    adresse = reverse("contrats:inscription_personne", args=[contrat.slug, SIRET])
    assert [Client().get(adresse).status_code for _ in range(3)] == [200, 200, 429]


def test_sans_redis_rien_n_est_refuse(contrat, chef, monkeypatch) -> None:
    from redis.exceptions import ConnectionError as RedisAbsent

    def absent(*args: Any, **suite: Any) -> Any:
        raise RedisAbsent

    monkeypatch.setattr(cache, "incr", absent)
    monkeypatch.setattr(pages, "RECHERCHES_PAR_HEURE", 0)
    assert Client().get(reverse("contrats:inscription_personne", args=[contrat.slug, SIRET])).status_code == 200


def test_seul_le_dernier_lien_confirme(contrat, chef, executer_travaux) -> None:
    demander(contrat)
    executer_travaux()
    ancien = lien("Confirmez")
    demander(contrat)
    executer_travaux()
    assert Inscription.objects.count() == 1
    assert Client().get(ancien).status_code == 404
    assert Client().get(lien("Confirmez")).status_code == 200


def test_un_lien_expire_ne_confirme_plus_et_la_demande_s_efface(contrat, chef, horloge) -> None:
    inscription = InscriptionFactory(contrat=contrat, jeton="secret", demandee_le=horloge.maintenant)
    horloge.avancer(days=7)
    assert Client().post(reverse("contrats:confirmer_inscription", args=["secret"])).status_code == 410
    gardee = InscriptionFactory(contrat=contrat, a_verifier=True, demandee_le=inscription.demandee_le)
    assert purger_les_inscriptions(le=horloge.avancer(seconds=1)) == 1
    assert list(Inscription.objects.all()) == [gardee]


# --- The directory's silence -----------------------------------------------------------------------------------------
def test_un_annuaire_muet_ne_bloque_pas_l_inscription(contrat, chef, settings, executer_travaux) -> None:
    """S-20, F-18: what was typed is kept, « non vérifié », and the organisation is asked again once there."""
    bonne, settings.ANNUAIRE_URL = settings.ANNUAIRE_URL, "http://127.0.0.1:9"
    assert (
        "ne répond pas"
        in Client().get(reverse("contrats:inscription_personne", args=[contrat.slug, SIRET])).content.decode()
    )
    demander(contrat)
    executer_travaux()
    inscription = actions.confirmer_inscription(lien("Confirmez").split("/")[-2], le=timezone.now())
    assert (inscription.nom_organisme, inscription.verification) == ("Les Ateliers", Verification.NON_VERIFIE)

    settings.ANNUAIRE_URL = bonne
    cache.clear()
    accepter(inscription, chef)
    executer_travaux()
    assert FicheOrganisme.objects.get(organisme__siret=SIRET).verification == Verification.CONFIRME


@pytest.mark.parametrize(("siret", "phrase"), [("00090004300019", "fermé"), ("20003452800014", "ne connaît pas")])
def test_un_siret_ferme_ou_inconnu_se_dit_sans_bloquer(contrat, chef, siret, phrase) -> None:
    adresse = reverse("contrats:inscription_personne", args=[contrat.slug, siret])
    assert phrase in Client().get(adresse).content.decode()
    assert Client().post(adresse, SAISIE).status_code == 302


def test_un_siret_faux_se_corrige_et_rien_n_est_perdu(contrat, chef) -> None:
    reponse = Client().post(reverse("contrats:inscription", args=[contrat.slug]), {"siret": "123 456 789 01234"})
    assert reponse.status_code == 422
    assert "123 456 789 01234" in reponse.content.decode()
    incomplete = demander(contrat, email="pas une adresse", accord="")
    assert incomplete.status_code == 422
    assert 'value="présidente"' in incomplete.content.decode()


# --- The team --------------------------------------------------------------------------------------------------------
def accepter(inscription: Inscription, par: Auteur, **suite: Any) -> Inscription:
    return actions.accepter_inscription(inscription, par=par, le=timezone.now(), **{"gestionnaire": True} | suite)


def test_accepter_reprend_l_organisme_du_meme_siret(contrat, chef) -> None:
    connu = OrganismeFactory(siret=SIRET, siren=SIRET[:9], nom="Les Ateliers connus")
    accepter(InscriptionFactory(contrat=contrat, siret=SIRET, a_verifier=True), chef, gestionnaire=False)
    invitation = Invitation.objects.get()
    assert (invitation.organisme, invitation.gestionnaire) == (connu, False)


def test_accepter_donne_son_siret_a_un_organisme_qui_n_en_a_pas(contrat, chef) -> None:
    sans_numero = OrganismeFactory(nom="Association du Terril vert")
    autre = OrganismeFactory(immatricule=True)
    inscription = InscriptionFactory(contrat=contrat, a_verifier=True, nom_organisme="ASSOCIATION DU TERRIL VERT")
    with pytest.raises(RegleEnfreinte, match="autre SIRET"):
        accepter(inscription, chef, organisme=autre)
    assert accepter(inscription, chef, organisme=sans_numero).organisme == sans_numero
    sans_numero.refresh_from_db()
    assert sans_numero.siret == inscription.siret


def test_refuser_dit_pourquoi_a_la_personne(contrat, chef, executer_travaux) -> None:
    inscription = InscriptionFactory(contrat=contrat, a_verifier=True)
    with pytest.raises(RegleEnfreinte, match="pourquoi"):
        actions.refuser_inscription(inscription, motif=" ", par=chef, le=timezone.now())
    actions.refuser_inscription(inscription, motif="Hors du territoire.", par=chef, le=timezone.now())
    executer_travaux()
    assert (mail.outbox[-1].to, "Hors du territoire." in mail.outbox[-1].body) == ([inscription.email], True)
    with pytest.raises(TransitionImpossible):
        accepter(inscription, chef)
    assert not Utilisateur.objects.filter(email=inscription.email).exists()


def test_seul_un_chef_de_projet_de_tout_le_contrat_tranche(contrat, chef, auteur_de) -> None:
    inscription = InscriptionFactory(contrat=contrat, a_verifier=True)
    commune = CommuneFactory()
    contrat.communes.add(commune)
    communal = HabilitationFactory(contrat=contrat, organisme=contrat.pilote, role=Role.CHEF_DE_PROJET)
    communal.communes.add(commune)
    refuses = [
        auteur_de(Role.INSTRUCTEUR),
        auteur_de(Role.PORTEUR),
        Auteur(utilisateur=communal.utilisateur),
        Auteur(utilisateur=HabilitationFactory(chef_de_projet=True).utilisateur),
    ]
    for auteur in refuses:
        with pytest.raises(ActeRefuse):
            accepter(inscription, auteur)
        with pytest.raises(ActeRefuse):
            actions.refuser_inscription(inscription, motif="Non", par=auteur, le=timezone.now())
    assert not Invitation.objects.exists()


def test_une_demande_non_confirmee_n_est_pas_montree(contrat, client_de) -> None:
    client = client_de(Role.CHEF_DE_PROJET)
    cachee = InscriptionFactory(contrat=contrat, nom_organisme="Pas encore confirmée")
    InscriptionFactory(contrat=contrat, nom_organisme="À lire", a_verifier=True)
    page = client.get(reverse("contrats:inscriptions_a_verifier", args=[contrat.slug])).content.decode()
    assert ("À lire" in page, "Pas encore confirmée" in page) == (True, False)
    assert client.get(reverse("contrats:inscription_a_trancher", args=[contrat.slug, cachee.pk])).status_code == 404


def test_un_contrat_que_personne_ne_mene_n_accueille_personne(contrat) -> None:
    assert Client().get(reverse("contrats:inscription", args=[contrat.slug])).status_code == 404
    assert "Aucun contrat" in Client().get(reverse("contrats:inscription_liste")).content.decode()


# --- The manager of a porteur ----------------------------------------------------------------------------------------
@pytest.fixture
def gestionnaire(contrat, auteur_de) -> Auteur:
    """The manager of an association, limited to a commune."""
    organisme = OrganismeFactory(nom="Association gérée")
    auteur = auteur_de(Role.PORTEUR, organisme=organisme)
    Habilitation.objects.filter(utilisateur=auteur.utilisateur).update(gestionnaire=True)
    return auteur


def inviter(contrat: Contrat, par: Auteur, **suite: Any) -> Invitation:
    donnees = {
        "organisme": par.organisme,
        "role": Role.PORTEUR,
        "email": "collegue@exemple.test",
        "le": timezone.now(),
    }
    return actions.inviter(contrat, par=par, **donnees | suite)


def test_le_gestionnaire_invite_les_siens_et_eux_seuls(contrat, gestionnaire, executer_travaux) -> None:
    invitation = inviter(contrat, gestionnaire)
    executer_travaux()
    assert mail.outbox[-1].to == ["collegue@exemple.test"]
    for refusee in ({"organisme": OrganismeFactory()}, {"role": Role.INSTRUCTEUR}, {"role": Role.CHEF_DE_PROJET}):
        with pytest.raises(ActeRefuse):
            inviter(contrat, gestionnaire, **refusee)
    with pytest.raises(ActeRefuse):
        inviter(HabilitationFactory(chef_de_projet=True).contrat, gestionnaire)
    actions.renvoyer_invitation(invitation, par=gestionnaire, le=timezone.now())
    actions.retirer_invitation(invitation, par=gestionnaire, le=timezone.now())
    with pytest.raises(ActeRefuse):
        actions.retirer_invitation(InvitationFactory(contrat=contrat), par=gestionnaire, le=timezone.now())


def test_un_simple_porteur_n_invite_personne(contrat, gestionnaire, auteur_de) -> None:
    simple = auteur_de(Role.PORTEUR, organisme=gestionnaire.organisme)
    with pytest.raises(ActeRefuse):
        inviter(contrat, simple)


def test_le_gestionnaire_n_accorde_pas_plus_que_ses_propres_limites(contrat, gestionnaire) -> None:
    commune = CommuneFactory()
    contrat.communes.add(commune)
    gestionnaire.utilisateur.habilitations.get().communes.add(commune)
    limite = Auteur(
        utilisateur=Utilisateur.objects.get(pk=gestionnaire.utilisateur.pk), organisme=gestionnaire.organisme
    )
    with pytest.raises(ActeRefuse):
        inviter(contrat, limite)


def test_le_gestionnaire_retire_un_acces_mais_pas_le_sien(contrat, gestionnaire, auteur_de) -> None:
    collegue = HabilitationFactory(contrat=contrat, organisme=gestionnaire.organisme, role=Role.PORTEUR)
    actions.clore_habilitation(collegue, par=gestionnaire, le=timezone.now())
    collegue.refresh_from_db()
    assert collegue.close_le is not None
    sienne = gestionnaire.utilisateur.habilitations.get()
    with pytest.raises(ActeRefuse, match="votre propre accès"):
        actions.clore_habilitation(sienne, par=gestionnaire, le=timezone.now())
    with pytest.raises(ActeRefuse):
        actions.clore_habilitation(HabilitationFactory(contrat=contrat), par=gestionnaire, le=timezone.now())


def test_la_page_des_personnes_est_celle_du_gestionnaire(contrat, gestionnaire, client_de) -> None:
    adresse = reverse("programmation:personnes_organisme", args=[contrat.slug, gestionnaire.organisme.pk])
    client = Client()
    client.force_login(gestionnaire.utilisateur)
    assert client.post(adresse, {"email": "collegue@exemple.test"}).status_code == 302
    assert "collegue@exemple.test" in client.get(adresse).content.decode()
    assert Travail.objects.filter(nom="contrats.envoyer_invitation").exists()
    assert client_de(Role.PORTEUR, organisme=gestionnaire.organisme).get(adresse).status_code == 403
    assert client_de(Role.PORTEUR).get(adresse).status_code == 404


def test_un_compte_connu_garde_son_mot_de_passe(contrat, chef, executer_travaux) -> None:
    """An address that has an account accepts signed in: the request opens nothing by itself."""
    compte = UtilisateurFactory(email="lou@ateliers.test")
    inscription = InscriptionFactory(contrat=contrat, email=compte.email, a_verifier=True)
    accepter(inscription, chef)
    executer_travaux()
    jeton = lien("Invitation à rejoindre").split("/")[-2]
    with pytest.raises(RegleEnfreinte, match="connectez-vous"):
        actions.accepter_invitation(jeton, par=Auteur(), le=timezone.now(), mot_de_passe=PHRASE)
    habilitation = actions.accepter_invitation(jeton, par=Auteur(utilisateur=compte), le=timezone.now())
    assert habilitation.gestionnaire


def test_une_demande_confirmee_deux_fois_ne_previent_qu_une_fois(contrat, chef) -> None:
    InscriptionFactory(contrat=contrat, jeton="secret")
    for _ in range(2):
        actions.confirmer_inscription("secret", le=timezone.now() + timedelta(minutes=1))
    assert Travail.objects.filter(nom="contrats.annoncer_inscription").count() == 1
