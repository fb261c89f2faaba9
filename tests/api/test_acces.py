"""Every use of a key against every route, and every route against a foreign contract: nothing opens by accident."""

import json
import uuid

import pytest
from django.urls import get_resolver, reverse
from rest_framework.views import APIView

from acteurs.etats import PorteeApi
from contrats.api.vues import VueDApi
from contrats.etats import Role
from tests.fabriques import (
    AvisFactory,
    ContratFactory,
    CourrierFactory,
    DecisionReunionFactory,
    DemandeFactory,
    DossierFactory,
    EngagementFactory,
    FichierFactory,
    MembreComiteFactory,
    ObjectifFactory,
    OrientationFactory,
    PerimetreDuContratFactory,
    PerimetreFactory,
    PointAvancementFactory,
    RessourceFactory,
    ReunionFactory,
    SignataireFactory,
)

pytestmark = pytest.mark.django_db

ROUTES = [
    route
    for resolveur in get_resolver().url_patterns
    if getattr(resolveur, "namespace", None) == "api"
    for route in resolveur.url_patterns
    if issubclass(getattr(route.callback, "cls", object), VueDApi)
]
OPERATIONS = [
    (route.name, methode, portee) for route in ROUTES for methode, portee in sorted(route.callback.cls.portees.items())
]
CORPS = {
    ("engagements", "POST"): {"libelle": "Un"},
    ("engagement", "PATCH"): {"note": "x"},
    ("engagement_par_identifiant", "PUT"): {"libelle": "Un"},
    ("lot", "POST"): {"lignes": [{"libelle": "Un"}]},
    ("point", "PUT"): {"etat": "en_cours"},
    ("ressources", "POST"): {"nom": "Une"},
    ("lot_de_moyens", "POST"): {
        "lignes": [{"annee": 2026, "nature": "europe", "section": "fonctionnement", "montant": "1"}]
    },
    ("ressource", "PATCH"): {"public": "Tous"},
    ("contrat", "PATCH"): {"signe_a": "Denain"},
    ("orientations", "POST"): {"code": "O9", "nom": "Neuve", "nom_court": "Neuve"},
    ("orientation", "PUT"): {"nom": "Autre", "nom_court": "Autre"},
    ("orientation", "PATCH"): {"nom": "Autre"},
    ("objectifs", "POST"): {"code": "O1.9", "nom": "Neuf"},
    ("objectif", "PUT"): {"nom": "Autre"},
    ("objectif", "PATCH"): {"nom": "Autre"},
    ("signataire", "PUT"): {"qualite": "partenaire"},
    ("perimetre", "PUT"): {},
    ("preuves", "POST"): b"%PDF-1.7 un bilan",
    ("reunions", "POST"): {"comite": "0", "le": "2026-12-08"},
    ("reunion", "PATCH"): {"lieu": "Ailleurs"},
    ("annuler", "POST"): {"motif": "Le quorum manque."},
    ("tenir", "POST"): {},
    ("ordre_du_jour", "PUT"): {"ordre_du_jour": []},
    ("presences", "PUT"): {"presences": []},
    ("compte_rendu", "PUT"): {"compte_rendu": []},
    ("inscrire_decision", "POST"): {"texte": "Décider"},
    ("decision", "PATCH"): {"texte": "Décider"},
    ("execution", "PUT"): {"execution": "faite"},
    ("avis", "PUT"): {"sens": "favorable"},
    ("lot_de_propositions", "POST"): {"lignes": [{"demande": "0", "montant": "10"}]},
    ("proposition", "PUT"): {"montant": "10"},
    ("numero_ej", "PUT"): {"numero_ej": "2104567890"},
    ("refuser", "POST"): {"motif": "Hors des priorités."},
    ("rectifier", "POST"): {"motif": "Mauvais numéro."},
    ("voter", "POST"): {"montant": "10", "instance": "CP", "numero": "118", "pris_le": "2026-06-15"},
    ("notifier", "POST"): {"jour": "2026-07-01"},
}
# Uses that only the lead's organisation may make something of.
DU_PILOTE = (PorteeApi.CONTRATS_ECRIRE, PorteeApi.PERIMETRES_ECRIRE)
# Uses that only who instructs may make something of.
DES_FINANCEURS = (PorteeApi.INSTRUCTION_LIRE, PorteeApi.INSTRUCTION_ECRIRE)
# What the right key receives: the object is one's own, the revision is not asked for by « * ».
ATTENDUS = {
    ("engagements", "POST"): 201,
    ("ressources", "POST"): 201,
    ("preuves", "POST"): 201,
    ("preuve", "DELETE"): 204,
    # The right use, but a signatory runs no meeting.
    ("reunions", "POST"): 400,
    **dict.fromkeys([(acte, "POST") for acte in ("convoquer", "annuler", "tenir", "rendre_compte")], 403),
    **dict.fromkeys([(partie, "PUT") for partie in ("ordre_du_jour", "presences", "compte_rendu")], 403),
    ("reunion", "PATCH"): 403,
    ("inscrire_decision", "POST"): 403,
    ("decision", "PATCH"): 403,
    ("engagement", "DELETE"): 204,
    ("ressource", "DELETE"): 204,
    ("orientations", "POST"): 201,
    ("objectifs", "POST"): 201,
    ("orientation", "DELETE"): 409,
    ("objectif", "DELETE"): 204,
    ("signataire", "DELETE"): 204,
    ("perimetre", "DELETE"): 204,
    ("lot_suivi", "GET"): 404,
    # The right use, on a request that nothing has programmed nor refused yet.
    ("lot_de_propositions", "POST"): 400,
    ("numero_ej", "PUT"): 403,
    **dict.fromkeys([(acte, "POST") for acte in ("voter", "rectifier", "notifier")], 403),
}


DECISIONS_DU_FINANCEUR = ("refuser", "voter", "rectifier", "notifier")
SEANCE = ("convoquer", "annuler", "tenir", "rendre_compte", "ordre_du_jour", "presences", "compte_rendu")


def _adresse(
    nom,
    contrat,
    *,
    engagement=0,
    ressource=0,
    signataire=0,
    fichier=0,
    reunion=0,
    decision=0,
    dossier=0,
    demande=0,
    courrier=0,
):
    cles = {
        **{route: {"dossier": dossier} for route in ("dossier_a_instruire", "avis")},
        **{route: {"demande": demande} for route in ("demande", "proposition", "numero_ej", *DECISIONS_DU_FINANCEUR)},
        "courriers": {"demande": demande},
        "courrier": {"demande": demande, "courrier": courrier},
        **{route: {"reunion": reunion} for route in ("reunion", "inscrire_decision", *SEANCE)},
        **{route: {"decision": decision} for route in ("decision", "execution")},
        "preuves": {"engagement": engagement, "annee": 2026},
        "preuve": {"engagement": engagement, "annee": 2026, "fichier": fichier},
        "contrats": {},
        "perimetres": {"annee": 2026},
        "dossiers": {"annee": 2026},
        "enveloppes": {"annee": 2026},
        "engagement": {"engagement": engagement},
        "engagement_par_identifiant": {"identifiant": "X-1"},
        "lot_suivi": {"lot": uuid.uuid4()},
        "point": {"engagement": engagement, "annee": 2026},
        "ressource": {"ressource": ressource},
        "orientation": {"orientation": "O1"},
        "objectifs": {"orientation": "O1"},
        "objectif": {"orientation": "O1", "objectif": "O1.1"},
        "signataire": {"signataire": signataire},
        "perimetre": {"perimetre": "QN05901M"},
    }.get(nom, {})
    adresse = reverse(f"api:{nom}", kwargs=cles if nom == "contrats" else {"contrat": contrat.slug, **cles})
    return f"{adresse}?nom=bilan.pdf" if nom == "preuves" else adresse


def _appeler(systeme, nom, methode, *, contrat=None):
    contrat = contrat or systeme.contrat
    engagement = EngagementFactory(contrat=contrat, organisme=systeme.organisme, identifiant_externe="X-1")
    fichier = FichierFactory()
    PointAvancementFactory(engagement=engagement).preuves.add(fichier)
    ressource = RessourceFactory(contrat=contrat, organisme=systeme.organisme)
    siege = MembreComiteFactory(comite__contrat=contrat, organisme=systeme.organisme)
    reunion = ReunionFactory(comite=siege.comite, tenue=True)
    demande = DemandeFactory(dossier=DossierFactory(contrat=contrat, en_instruction=True), financeur=systeme.organisme)
    AvisFactory(dossier=demande.dossier, organisme=systeme.organisme)
    courrier = CourrierFactory(dossier=demande.dossier, lot__financeur=systeme.organisme, envoye=True)
    courrier.demandes.add(demande)
    adresse = _adresse(
        nom,
        contrat,
        dossier=demande.dossier_id,
        demande=demande.pk,
        courrier=courrier.pk,
        engagement=engagement.pk,
        ressource=ressource.pk,
        signataire=_structure(contrat).organisme_id,
        fichier=fichier.pk,
        reunion=reunion.pk,
        decision=DecisionReunionFactory(reunion=reunion, prise=True, responsable=systeme.organisme).pk,
    )
    return systeme(methode.lower(), adresse, CORPS.get((nom, methode)), If_Match="*")


def _structure(contrat):
    """O1, its objective, a neighbourhood; returns the signatory."""
    ObjectifFactory(orientation=OrientationFactory(contrat=contrat, code="O1"), code="O1.1")
    perimetre = PerimetreFactory(code="QN05901M")
    PerimetreDuContratFactory(contrat=contrat, perimetre=perimetre)
    return SignataireFactory(contrat=contrat)


def test_chaque_methode_de_chaque_route_dit_l_usage_qu_elle_demande():
    methodes = {"get", "post", "put", "patch", "delete"}
    for route in ROUTES:
        vue = route.callback.cls
        assert {m.upper() for m in methodes if hasattr(vue, m)} == set(vue.portees), route.name
        assert set(vue.portees.values()) <= set(PorteeApi)
    autres = next(r for r in get_resolver().url_patterns if getattr(r, "namespace", None) == "api").url_patterns
    nues = [r.name for r in autres if r not in ROUTES and issubclass(getattr(r.callback, "cls", object), APIView)]
    assert nues == ["schema"]


@pytest.mark.parametrize(("nom", "methode", "portee"), OPERATIONS, ids=[f"{m} {n}" for n, m, _ in OPERATIONS])
def test_seul_l_usage_demande_ouvre_la_route(appelant, nom, methode, portee):
    organisme = None
    role = Role.CHEF_DE_PROJET if portee in DU_PILOTE else Role.SIGNATAIRE
    if portee in DES_FINANCEURS:
        role = Role.DECIDEUR
    for autre in PorteeApi:
        systeme = appelant(role, organisme=organisme, portees=[autre.value])
        organisme = systeme.organisme
        if autre == portee:
            continue
        refus = systeme(
            methode.lower(), _adresse(nom, systeme.contrat, engagement=1, ressource=1), CORPS.get((nom, methode))
        )
        assert refus.status_code == 403, (nom, methode, autre)
        assert portee.value in refus.json()["detail"]
        assert refus["Content-Type"] == "application/problem+json"

    permise = _appeler(appelant(role, portees=[portee.value]), nom, methode)
    if permise.streaming:
        permise.close()

    assert permise.status_code == ATTENDUS.get((nom, methode), 200), permise
    assert permise["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(("nom", "methode", "portee"), OPERATIONS, ids=[f"{m} {n}" for n, m, _ in OPERATIONS])
def test_la_cle_d_un_autre_contrat_ne_trouve_rien(appelant, nom, methode, portee):
    if nom == "contrats":
        return
    ailleurs = ContratFactory()
    systeme = appelant(Role.CHEF_DE_PROJET)
    assert _appeler(systeme, nom, methode, contrat=ailleurs).status_code == 404


@pytest.mark.parametrize(("nom", "methode", "portee"), OPERATIONS, ids=[f"{m} {n}" for n, m, _ in OPERATIONS])
def test_sans_cle_ni_session_rien_ne_s_ouvre(contrat, client, nom, methode, portee):
    corps = CORPS.get((nom, methode))
    suite = {} if corps is None else {"data": corps if isinstance(corps, bytes) else json.dumps(corps)}
    suite |= {"content_type": "application/json"} if suite else {}
    reponse = getattr(client, methode.lower())(_adresse(nom, contrat), **suite)
    assert reponse.status_code == 401


@pytest.mark.parametrize("role", list(Role), ids=[r.value for r in Role])
def test_la_cle_d_un_autre_organisme_lit_l_engagement_et_ne_le_trouve_pas_pour_l_ecrire(appelant, role):
    autre = appelant()
    engagement = EngagementFactory(contrat=autre.contrat, organisme=autre.organisme, identifiant_externe="X-1")
    point = PointAvancementFactory(engagement=engagement)
    fichier = FichierFactory()
    point.preuves.add(fichier)
    systeme = appelant(role)
    adresse = f"engagements/{engagement.pk}/"

    assert systeme.get(adresse).status_code == 200
    lecture = systeme.get(f"{adresse}points/2026/").status_code
    voit = role not in (Role.PORTEUR, Role.MEMBRE_COPIL, Role.CONSEIL_CITOYEN)
    assert lecture == (200 if voit else 403)
    if role == Role.CHEF_DE_PROJET:
        return  # the team writes for all, pour le compte de
    externe = "engagements/par-identifiant/X-1/"
    refus = [
        systeme.patch(adresse, {"note": "x"}, If_Match="*"),
        systeme.delete(adresse, If_Match="*"),
        systeme.put(externe, {"libelle": "x", "organisme": str(autre.organisme.pk)}),
        systeme.put(f"{adresse}points/2026/", {"etat": "tenu"}, If_Match="*"),
        systeme.post(f"{adresse}points/2026/preuves/?nom=a.pdf", b"%PDF-1.7"),
        systeme.delete(f"{adresse}points/2026/preuves/{fichier.pk}/"),
    ]
    assert [r.status_code for r in refus] == [404] * 6
    assert all("Aucun engagement de votre organisme" in r.json()["detail"] for r in refus)
    jamais_vu = systeme.patch("engagements/999999/", {"note": "x"}, If_Match="*")
    assert jamais_vu.content == refus[0].content
    engagement.refresh_from_db()
    point.refresh_from_db()
    assert (engagement.revision, engagement.retire_le, point.revision, point.preuves.count()) == (1, None, 1, 1)


def test_les_siens_dont_le_role_n_ecrit_pas_lisent_pourquoi(appelant):
    instructeur = appelant(Role.INSTRUCTEUR)
    engagement = EngagementFactory(contrat=instructeur.contrat, organisme=instructeur.organisme)
    refus = instructeur.patch(f"engagements/{engagement.pk}/", {"note": "x"}, If_Match="*")
    assert (refus.status_code, "signataires" in refus.json()["detail"]) == (403, True)


def test_une_personne_connectee_appelle_l_api_sous_protection_csrf(contrat, client_de):
    from django.test import Client

    chef = client_de(Role.CHEF_DE_PROJET)
    adresse = f"/api/v1/contrats/{contrat.slug}/engagements/"
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(chef.auteur.utilisateur)
    corps = {"data": json.dumps({"libelle": "Un"}), "content_type": "application/json"}
    assert chef.post(adresse, **corps).status_code == 201
    assert strict.post(adresse, **corps).status_code == 403
    assert strict.get(adresse).status_code == 200


def test_une_methode_inconnue_est_un_405(partenaire):
    assert partenaire("put", "engagements/", {}).status_code == 405
    assert (
        partenaire.client.options(
            "/api/v1/contrats/", headers={"Authorization": f"Bearer {partenaire.secret}"}
        ).status_code
        == 405
    )


def test_une_lecture_des_entetes_demande_le_meme_usage(appelant):
    systeme = appelant(portees=["contrats:lire"])
    entetes = {"Authorization": f"Bearer {systeme.secret}"}
    adresse = f"/api/v1/contrats/{systeme.contrat.slug}/"
    assert systeme.client.head(adresse, headers=entetes).status_code == 200
    assert systeme.client.head(f"{adresse}engagements/", headers=entetes).status_code == 403


ETRANGERS = {
    "engagement": ("GET", "PATCH", "DELETE"),
    "point": ("GET", "PUT"),
    "preuves": ("GET", "POST"),
    "preuve": ("GET", "DELETE"),
    "ressource": ("GET", "PATCH", "DELETE"),
    "reunion": ("GET", "PATCH"),
    **dict.fromkeys(("convoquer", "annuler", "tenir", "rendre_compte", "inscrire_decision"), ("POST",)),
    **dict.fromkeys(("ordre_du_jour", "presences", "compte_rendu", "execution"), ("PUT",)),
    "decision": ("GET", "PATCH"),
    "dossier_a_instruire": ("GET",),
    "avis": ("GET", "PUT"),
    "demande": ("GET",),
    **dict.fromkeys(("proposition", "numero_ej"), ("PUT",)),
    **dict.fromkeys(DECISIONS_DU_FINANCEUR, ("POST",)),
}


@pytest.mark.parametrize("nom", ETRANGERS)
def test_l_objet_d_un_autre_contrat_ne_s_atteint_pas_par_l_adresse_du_sien(pilote, nom):
    """The slug of one's own contract with the number of another contract's object."""
    fichier = FichierFactory()
    point = PointAvancementFactory()
    point.preuves.add(fichier)
    decision = DecisionReunionFactory(reunion=ReunionFactory(tenue=True), prise=True)
    demande = DemandeFactory()
    adresse = _adresse(
        nom,
        pilote.contrat,
        dossier=demande.dossier_id,
        demande=demande.pk,
        engagement=point.engagement_id,
        ressource=RessourceFactory().pk,
        fichier=fichier.pk,
        reunion=decision.reunion_id,
        decision=decision.pk,
    )
    for methode in ETRANGERS[nom]:
        assert pilote(methode.lower(), adresse, CORPS.get((nom, methode)), If_Match="*").status_code == 404
