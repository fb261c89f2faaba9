"""Keys of the API: who creates them, what they open, when they end, what is kept of them."""

import hashlib
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from redis.exceptions import ConnectionError as Coupe

from acteurs.etats import PorteeApi
from acteurs.models import JetonApi
from acteurs.permissions import peut_administrer
from commun.api import debit
from commun.auteur import Auteur, Canal
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.models import LigneJournal
from commun.travaux import planifier
from contrats.actions.acces_api import annoncer_les_echeances, creer_cle, revoquer_cle
from contrats.actions.equipe import nommer_gestionnaire
from contrats.etats import Role
from contrats.models import Contrat, Habilitation
from contrats.permissions import Limites, RolesTenus, organismes_geres, roles
from tests.fabriques import (
    CleDuContratFactory,
    CommuneFactory,
    ContratFactory,
    HabilitationFactory,
    JetonApiFactory,
    OrganismeFactory,
)

pytestmark = pytest.mark.django_db


def _demain(jours=30):
    return timezone.localdate() + timedelta(days=jours)


def _creer(contrat, organisme, par, **suite):
    options = {"nom": "SIG", "portees": [PorteeApi.ENGAGEMENTS_LIRE], "expire_le": _demain()} | suite
    return creer_cle(contrat, organisme, par=par, le=timezone.now(), **options)


def _gestionnaire(auteur_de, **suite):
    auteur = auteur_de(Role.SIGNATAIRE, **suite)
    auteur.utilisateur.habilitations.update(gestionnaire=True)
    return auteur


# --- What is kept -----------------------------------------------------------------------------------------------------
def test_seule_l_empreinte_de_la_cle_est_gardee(contrat, auteur_de):
    gestionnaire = _gestionnaire(auteur_de)

    cle, secret = _creer(contrat, gestionnaire.organisme, gestionnaire)

    assert secret.startswith("pv_")
    assert len(secret) >= 40
    assert cle.jeton.empreinte == hashlib.sha256(secret.encode()).hexdigest()
    assert secret.startswith(cle.jeton.prefixe)
    gardes = [str(v) for ligne in JetonApi.objects.values_list() for v in ligne]
    gardes += [repr(ligne) for ligne in LigneJournal.objects.values_list()]
    assert not any(secret in garde for garde in gardes)
    (ligne,) = LigneJournal.objects.de(cle)
    assert (ligne.acte, ligne.contrat_id) == ("creer_cle", contrat.pk)


@pytest.mark.parametrize(
    ("champ", "suite"),
    [
        ("portees", {"portees": []}),
        ("portees", {"portees": ["tout"]}),
        ("expire_le", {"expire_le": timezone.localdate()}),
        ("expire_le", {"expire_le": timezone.localdate() + timedelta(days=400)}),
    ],
)
def test_une_cle_a_un_usage_et_une_fin(contrat, auteur_de, champ, suite):
    gestionnaire = _gestionnaire(auteur_de)
    with pytest.raises(RegleEnfreinte) as refus:
        _creer(contrat, gestionnaire.organisme, gestionnaire, **suite)
    assert refus.value.champ == champ


def test_un_organisme_n_a_pas_de_cles_sans_nombre(contrat, auteur_de):
    gestionnaire = _gestionnaire(auteur_de)
    for _ in range(20):
        CleDuContratFactory(contrat=contrat, jeton__organisme=gestionnaire.organisme)
    with pytest.raises(RegleEnfreinte, match="20 clés"):
        _creer(contrat, gestionnaire.organisme, gestionnaire)


# --- Who creates them -------------------------------------------------------------------------------------------------
def test_le_gestionnaire_cree_pour_son_organisme_seulement(contrat, auteur_de):
    gestionnaire = _gestionnaire(auteur_de)
    with pytest.raises(ActeRefuse):
        _creer(contrat, OrganismeFactory(), gestionnaire)
    with pytest.raises(ActeRefuse):
        _creer(contrat, contrat.pilote, gestionnaire)


def test_un_signataire_qui_n_est_pas_gestionnaire_ne_cree_rien(contrat, auteur_de):
    signataire = auteur_de(Role.SIGNATAIRE)
    with pytest.raises(ActeRefuse):
        _creer(contrat, signataire.organisme, signataire)


def test_le_chef_de_projet_de_tout_le_contrat_cree_pour_le_pilote(contrat, auteur_de):
    assert _creer(contrat, contrat.pilote, auteur_de(Role.CHEF_DE_PROJET))
    communal = auteur_de(Role.CHEF_DE_PROJET, communes=[CommuneFactory()])
    with pytest.raises(ActeRefuse):
        _creer(contrat, contrat.pilote, communal)


def test_une_cle_ne_cree_ni_ne_revoque_de_cle(pilote):
    par = Auteur(organisme=pilote.organisme, canal=Canal.API, cle=pilote.jeton)
    assert organismes_geres(par, pilote.contrat) == frozenset()
    with pytest.raises(ActeRefuse):
        _creer(pilote.contrat, pilote.organisme, par)
    with pytest.raises(ActeRefuse):
        revoquer_cle(pilote.jeton.ouverture, par=par, le=timezone.now())


def test_le_gestionnaire_d_un_contrat_ne_gere_pas_l_autre(auteur_de, contrat):
    gestionnaire = _gestionnaire(auteur_de)
    with pytest.raises(ActeRefuse):
        _creer(ContratFactory(), gestionnaire.organisme, gestionnaire)


def test_le_chef_de_projet_nomme_le_gestionnaire(contrat, auteur_de):
    chef, signataire = auteur_de(Role.CHEF_DE_PROJET), auteur_de(Role.SIGNATAIRE)
    habilitation = Habilitation.objects.get(utilisateur=signataire.utilisateur)
    with pytest.raises(ActeRefuse):
        nommer_gestionnaire(habilitation, nommer=True, par=signataire, le=timezone.now())

    for _ in range(2):
        nommer_gestionnaire(habilitation, nommer=True, par=chef, le=timezone.now())

    assert organismes_geres(signataire, contrat) == {signataire.organisme.pk}
    assert LigneJournal.objects.de(habilitation).count() == 1


# --- What they open ---------------------------------------------------------------------------------------------------
def test_une_cle_n_administre_jamais(appelant):
    for role in Role:
        systeme = appelant(role)
        par = Auteur(organisme=systeme.organisme, canal=Canal.API, cle=systeme.jeton)
        tenus = roles(par, systeme.contrat)
        assert not tenus.administre
        assert [h.role for h in tenus.habilitations] == [role]
        assert not par.est_le_produit
        assert not peut_administrer(par)


def test_une_cle_fait_ce_que_font_les_gens_de_son_organisme_dans_leurs_limites(contrat, appelant, codes):
    systeme = appelant(Role.SIGNATAIRE, orientations=[codes["orientation"]])
    tenus = roles(Auteur(organisme=systeme.organisme, cle=systeme.jeton), contrat)
    assert [h.limites for h in tenus.habilitations] == [Limites(orientations=frozenset({codes["orientation"].pk}))]
    assert systeme.post("engagements/", {"libelle": "Ici", "orientation": "O1"}).status_code == 201
    assert systeme.post("engagements/", {"libelle": "Ailleurs"}).status_code == 403


def test_une_cle_finit_avec_les_habilitations_de_son_organisme(partenaire):
    assert partenaire.get("engagements/").status_code == 200
    Habilitation.objects.filter(organisme=partenaire.organisme).update(close_le=timezone.now())
    assert partenaire.get("engagements/").status_code == 404
    assert partenaire.get("/api/v1/contrats/").json()["resultats"] == []


def test_une_cle_n_ouvre_que_son_contrat(partenaire, appelant):
    ailleurs = ContratFactory()
    HabilitationFactory(contrat=ailleurs, organisme=partenaire.organisme, role=Role.SIGNATAIRE)
    par = Auteur(organisme=partenaire.organisme, cle=partenaire.jeton)
    assert roles(par, ailleurs) == RolesTenus()
    assert list(Contrat.objects.visibles_par(par)) == [partenaire.contrat]
    assert partenaire.get(f"/api/v1/contrats/{ailleurs.slug}/engagements/").status_code == 404
    assert partenaire.get("/api/v1/contrats/inconnu/engagements/").status_code == 404


@pytest.mark.parametrize("situation", ["expiree", "revoquee"])
def test_une_cle_finie_est_refusee(contrat, appelant, situation):
    systeme = appelant()
    fin = JetonApiFactory(organisme=systeme.organisme, secret=f"pv_{situation}", **{situation: True})
    CleDuContratFactory(contrat=contrat, jeton=fin)
    reponse = systeme.client.get("/api/v1/contrats/", headers={"Authorization": f"Bearer pv_{situation}"})
    assert reponse.status_code == 401
    assert reponse["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("entete", ["Bearer", "Bearer pv_inconnue", "Bearer é", "Basic eDp5", "pv_x", ""])
def test_sans_cle_reconnue_rien_n_est_ouvert(contrat, client, entete):
    reponse = client.get("/api/v1/contrats/", headers={"Authorization": entete})
    assert reponse.status_code == 401
    assert reponse["Content-Type"] == "application/problem+json"
    assert reponse["Cache-Control"] == "private, no-store"


def test_une_cle_revoquee_est_refusee_tout_de_suite(contrat, auteur_de, client):
    gestionnaire = _gestionnaire(auteur_de)
    cle, secret = _creer(contrat, gestionnaire.organisme, gestionnaire)
    entetes = {"Authorization": f"Bearer {secret}"}
    adresse = f"/api/v1/contrats/{contrat.slug}/engagements/"
    assert client.get(adresse, headers=entetes).status_code == 200
    for _ in range(2):
        revoquer_cle(cle, par=gestionnaire, le=timezone.now())
    assert client.get(adresse, headers=entetes).status_code == 401
    assert LigneJournal.objects.de(cle).filter(acte="revoquer_cle").count() == 1


def test_le_dernier_usage_est_note_de_temps_en_temps(partenaire, horloge):
    partenaire.jeton.expire_le = horloge.maintenant + timedelta(days=1)
    partenaire.jeton.cree_le = horloge.maintenant - timedelta(days=1)
    partenaire.jeton.save()
    notes = []
    for minutes in (0, 1, 10):
        horloge.avancer(minutes=minutes)
        partenaire.get("engagements/")
        partenaire.jeton.refresh_from_db()
        notes.append(partenaire.jeton.dernier_usage_le)
    assert notes[0] == notes[1] < notes[2] == horloge.maintenant


# --- Rate -------------------------------------------------------------------------------------------------------------
def test_trop_d_appels_sont_differes(partenaire, appelant, settings):
    settings.API_APPELS_PAR_MINUTE = 3
    statuts = [partenaire.get("engagements/").status_code for _ in range(3)]
    refus = partenaire.get("engagements/")
    assert set(statuts) == {200}
    assert refus.status_code == 429
    assert 1 <= int(refus["Retry-After"]) <= 61
    assert "Attendez" in refus.json()["detail"]
    assert appelant().get("engagements/").status_code == 200  # each key has its own count


def test_sans_redis_les_appels_passent(partenaire, monkeypatch):
    def coupe(*args, **kwargs):
        raise Coupe

    monkeypatch.setattr(debit.cache, "incr", coupe)
    assert partenaire.get("engagements/").status_code == 200


# --- Notice -----------------------------------------------------------------------------------------------------------
def test_l_echeance_est_annoncee_une_fois_aux_gestionnaires(contrat, auteur_de, executer_travaux):
    gestionnaire = _gestionnaire(auteur_de)
    auteur_de(Role.SIGNATAIRE, organisme=gestionnaire.organisme)  # not a manager: told nothing
    cle, _ = _creer(contrat, gestionnaire.organisme, gestionnaire, expire_le=_demain(10))
    _creer(contrat, gestionnaire.organisme, gestionnaire, expire_le=_demain(100))

    for _ in range(2):
        annoncer_les_echeances(timezone.now())
        executer_travaux()

    (courriel,) = mail.outbox
    assert courriel.to == [gestionnaire.utilisateur.email]
    assert cle.jeton.prefixe in courriel.body
    assert reverse("contrats:cles", kwargs={"contrat": contrat.slug}) in courriel.body


def test_l_annonce_se_fait_chaque_jour(executer_travaux):
    planifier("contrats.annoncer_les_echeances_de_cles")
    (rangee,) = executer_travaux()
    assert rangee.resultat == {"annoncees": 0}


def test_l_echeance_de_la_cle_du_pilote_est_annoncee_aux_chefs_de_projet(contrat, auteur_de, executer_travaux):
    chef = auteur_de(Role.CHEF_DE_PROJET)
    _creer(contrat, contrat.pilote, chef, expire_le=_demain(10))
    annoncer_les_echeances(timezone.now())
    executer_travaux()
    assert [c.to for c in mail.outbox] == [[chef.utilisateur.email]]


# --- Pages ------------------------------------------------------------------------------------------------------------
def _page(contrat, nom, **cles):
    return reverse(f"contrats:{nom}", kwargs={"contrat": contrat.slug, **cles})


def test_la_cle_creee_est_montree_une_fois_puis_employee(contrat, client_de, client):
    gestionnaire = client_de(Role.SIGNATAIRE)
    gestionnaire.auteur.utilisateur.habilitations.update(gestionnaire=True)
    saisie = {"nom": "SIG", "portees": ["engagements:lire"], "expire_le": _demain().isoformat()}

    reponse = gestionnaire.post(_page(contrat, "creer_cle"), saisie)

    assert reponse["Cache-Control"] == "private, no-store"
    secret = re.search(r'value="(pv_[^"]+)"', reponse.content.decode()).group(1)
    appel = client.get(f"/api/v1/contrats/{contrat.slug}/engagements/", headers={"Authorization": f"Bearer {secret}"})
    assert appel.status_code == 200
    liste = gestionnaire.get(_page(contrat, "cles")).content.decode()
    assert secret[:11] in liste
    assert secret not in liste


def test_une_saisie_fausse_reste_sur_le_formulaire(contrat, client_de):
    chef = client_de(Role.CHEF_DE_PROJET)
    saisie = {"nom": "SIG", "portees": ["engagements:lire"], "expire_le": "2020-01-01"}
    reponse = chef.post(_page(contrat, "creer_cle"), saisie)
    assert reponse.status_code == 422
    assert "dans un an" in reponse.content.decode()
    assert not JetonApi.objects.exists()


def test_la_page_se_refuse_a_qui_ne_gere_rien(contrat, client_de):
    for nom in ("cles", "creer_cle", "abonner"):
        assert client_de(Role.SIGNATAIRE).get(_page(contrat, nom)).status_code == 403


def test_un_gestionnaire_ne_revoque_pas_la_cle_d_un_autre(contrat, client_de):
    gestionnaire = client_de(Role.SIGNATAIRE)
    gestionnaire.auteur.utilisateur.habilitations.update(gestionnaire=True)
    autre = CleDuContratFactory(contrat=contrat)
    assert gestionnaire.post(_page(contrat, "revoquer_cle", pk=autre.pk)).status_code == 404
    sienne = CleDuContratFactory(contrat=contrat, jeton__organisme=gestionnaire.auteur.organisme)
    assert gestionnaire.post(_page(contrat, "revoquer_cle", pk=sienne.pk)).status_code == 302
    sienne.jeton.refresh_from_db()
    assert sienne.jeton.revoque_le is not None


def test_la_liste_coute_autant_de_requetes_pour_une_cle_que_pour_trente(contrat, client_de):
    chef = client_de(Role.CHEF_DE_PROJET)
    chef.get(_page(contrat, "cles"))  # the session is read from the base the first time
    couts = []
    for combien in (1, 30):
        for _ in range(combien):
            CleDuContratFactory(contrat=contrat, jeton__organisme=contrat.pilote)
        with CaptureQueriesContext(connection) as vues:
            assert chef.get(_page(contrat, "cles")).status_code == 200
        couts.append(len(vues))
    assert couts[0] == couts[1]


def test_le_compte_mene_aux_cles_de_qui_les_gere(contrat, client_de):
    chef, signataire = client_de(Role.CHEF_DE_PROJET), client_de(Role.SIGNATAIRE)
    lien = _page(contrat, "cles")
    assert lien in chef.get(reverse("contrats:mon_compte")).content.decode()
    assert lien not in signataire.get(reverse("contrats:mon_compte")).content.decode()
