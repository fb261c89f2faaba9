"""What partners read of the contract: structure, signatories, organisations, perimeters, meetings, droit commun."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contrats.etats import Role
from tests.fabriques import (
    ComiteFactory,
    CommuneFactory,
    DecisionReunionFactory,
    EngagementFactory,
    MembreComiteFactory,
    ObjectifFactory,
    OrganismeFactory,
    PerimetreDuContratFactory,
    PointAvancementFactory,
    RessourceFactory,
    ReunionFactory,
    SignataireFactory,
    VersionPerimetreFactory,
)

pytestmark = pytest.mark.django_db


def test_le_contrat_et_sa_structure(partenaire, codes):
    contrat = partenaire.contrat
    assert partenaire.get("").json() == partenaire.get("/api/v1/contrats/").json()["resultats"][0]
    assert partenaire.get("").json()["slug"] == contrat.slug
    lues = {o["code"]: o for o in partenaire.get("orientations/").json()["resultats"]}
    assert [o["code"] for o in lues["O1"]["objectifs"]] == ["O1.1"]
    assert lues["T1"]["nature"] == "transversale"


def test_les_signataires_et_les_organismes_du_contrat(partenaire, pilote):
    signataire = SignataireFactory(contrat=partenaire.contrat)
    etranger = OrganismeFactory(nom="Élan d’ailleurs")
    assert [s["organisme"] for s in partenaire.get("signataires/").json()["resultats"]] == [
        str(signataire.organisme_id)
    ]
    vus = {o["id"] for o in partenaire.get("organismes/").json()["resultats"]}
    assert {str(signataire.organisme_id), str(partenaire.organisme.pk), str(partenaire.contrat.pilote_id)} <= vus
    assert str(etranger.pk) not in vus
    assert [o["id"] for o in pilote.get("organismes/?q=elan").json()["resultats"]] == [str(etranger.pk)]


def test_les_perimetres_d_une_annee(partenaire, codes):
    VersionPerimetreFactory(perimetre=codes["perimetre"])
    lus = partenaire.get("2026/perimetres/").json()
    assert [f["properties"]["perimetre"] for f in lus["features"]] == [codes["perimetre"].code]
    assert partenaire.get("2019/perimetres/").status_code == 404


def test_les_reunions_se_filtrent_par_dates(partenaire):
    comite = ComiteFactory(contrat=partenaire.contrat)
    MembreComiteFactory(comite=comite, organisme=partenaire.organisme)
    for mois in (3, 6, 9):
        ReunionFactory(comite=comite, le=date(2026, mois, 1))
    lues = partenaire.get(f"reunions/?du=2026-05-01&au=2026-07-01&comite={comite.pk}").json()["resultats"]
    assert [r["le"] for r in lues] == ["2026-06-01"]


# --- Statements -------------------------------------------------------------------------------------------------------
@pytest.fixture
def engagement(partenaire):
    return EngagementFactory(contrat=partenaire.contrat, organisme=partenaire.organisme)


def test_un_signataire_declare_puis_corrige(partenaire, engagement):
    adresse = f"engagements/{engagement.pk}/points/2026/"
    assert partenaire.get(adresse).status_code == 404
    assert partenaire.put(adresse, {"etat": "en_cours"}).status_code == 428
    declare = partenaire.put(adresse, {"etat": "en_cours", "euros_droit_commun": "1200.50"}, If_None_Match="*")
    assert declare.status_code == 201
    assert declare.json()["euros_droit_commun"] == "1200.50"
    assert declare.json()["canal"] == "api"
    assert partenaire.put(adresse, {"etat": "tenu"}, If_None_Match="*").status_code == 412
    corrige = partenaire.put(adresse, {"etat": "tenu"}, If_Match=declare["ETag"])
    assert (corrige.status_code, corrige.json()["revision"]) == (200, 2)
    assert partenaire.put(adresse, {"etat": "abandonne"}, If_Match=declare["ETag"]).status_code == 412
    assert partenaire.get(adresse).json() == corrige.json()
    assert partenaire.get(adresse, If_None_Match=corrige["ETag"]).status_code == 304


def test_le_visa_se_voit_sans_gener_la_correction(partenaire, engagement, auteur_de):
    from contrats.actions import viser

    adresse = f"engagements/{engagement.pk}/points/2026/"
    etag = partenaire.put(adresse, {"etat": "en_cours"}, If_None_Match="*")["ETag"]
    viser(engagement.points.get(), visa="vu", par=auteur_de(Role.CHEF_DE_PROJET), le=timezone.now())
    assert partenaire.get(adresse, If_None_Match=etag).json()["visa"] == "vu"
    assert partenaire.put(adresse, {"etat": "tenu"}, If_Match=etag).status_code == 200


@pytest.mark.parametrize(
    ("annee", "corps", "statut", "champ"),
    [
        (2026, {"etat": "fini"}, 400, "etat"),
        (2026, {}, 400, "etat"),
        (2026, {"etat": "tenu", "euros_droit_commun": "-1"}, 400, "euros_droit_commun"),
        (2026, {"etat": "tenu", "euros": "1"}, 400, "euros"),
        (2023, {"etat": "tenu"}, 404, None),
        (2031, {"etat": "tenu"}, 404, None),
        (2030, {"etat": "tenu"}, 409, "annee"),
    ],
)
def test_une_declaration_fausse_est_nommee(partenaire, engagement, horloge, annee, corps, statut, champ):
    partenaire.jeton.cree_le = horloge.maintenant - timedelta(days=1)
    partenaire.jeton.expire_le = horloge.maintenant + timedelta(days=1)
    partenaire.jeton.save()
    reponse = partenaire.put(f"engagements/{engagement.pk}/points/{annee}/", corps, If_None_Match="*")
    assert reponse.status_code == statut
    if champ:
        assert reponse.json()["erreurs"][0]["champ"] == champ


def test_le_pilote_qui_declare_pour_un_signataire_nomme_le_document(pilote, engagement):
    adresse = f"engagements/{engagement.pk}/points/2026/"
    refus = pilote.put(adresse, {"etat": "tenu"}, If_None_Match="*")
    assert (refus.status_code, refus.json()["erreurs"][0]["champ"]) == (409, "document")
    corps = {"etat": "tenu", "document": "Rapport d’activité 2026, p. 12"}
    assert pilote.put(adresse, corps, If_None_Match="*").status_code == 201


def test_les_points_se_listent_et_se_filtrent(partenaire, engagement):
    PointAvancementFactory(engagement=engagement, annee=2025, etat="tenu")
    voulu = PointAvancementFactory(engagement=engagement, annee=2026)
    PointAvancementFactory()
    for filtre in ("annee=2026", "etat=en_cours", f"annee=2026&organisme={partenaire.organisme.pk}&visa=non_vu"):
        lus = partenaire.get(f"points/?{filtre}").json()["resultats"]
        assert [p["id"] for p in lus] == [str(voulu.pk)], filtre
    assert len(partenaire.get("points/").json()["resultats"]) == 2


def test_les_declarations_d_un_engagement_retire_restent_dans_le_flux(partenaire, engagement):
    point = PointAvancementFactory(engagement=engagement)
    depuis = partenaire.get("points/").json()["reprendre_depuis"].replace("+", "%2B")
    partenaire.delete(f"engagements/{engagement.pk}/", If_Match="*")

    assert partenaire.get("points/").json()["resultats"] == []
    (retiree,) = partenaire.get(f"points/?modifie_depuis={depuis}").json()["resultats"]
    lu = partenaire.get(f"engagements/?modifie_depuis={depuis}").json()["resultats"][0]
    assert (retiree["id"], retiree["retire_le"]) == (str(point.pk), lu["retire_le"])
    assert retiree["modifie_le"] == lu["modifie_le"]
    apres = lu["modifie_le"].replace("+", "%2B")
    assert len(partenaire.get(f"points/?modifie_depuis={apres}").json()["resultats"]) == 1


# --- Droit commun -----------------------------------------------------------------------------------------------------
def test_un_organisme_tient_ses_ressources(partenaire, codes):
    cree = partenaire.post(
        "ressources/",
        {"nom": "Accompagnement à la scolarité", "orientation": "O1", "perimetres": [codes["perimetre"].code]},
    )
    assert cree.status_code == 201
    lue = cree.json()
    assert (lue["organisme"], lue["orientation"]) == (str(partenaire.organisme.pk), "O1")
    adresse, etag = cree["Location"], cree["ETag"]
    assert partenaire.patch(adresse, {"public": "Enfants"}).status_code == 428
    change = partenaire.patch(adresse, {"public": "Enfants"}, If_Match=etag)
    assert (change.status_code, change.json()["public"]) == (200, "Enfants")
    assert partenaire.patch(adresse, {"public": "Parents"}, If_Match=etag).status_code == 412
    depuis = (timezone.now() - timedelta(minutes=1)).isoformat().replace("+", "%2B")
    assert partenaire.delete(adresse, If_Match=change["ETag"]).status_code == 204
    page = partenaire.get(f"ressources/?modifie_depuis={depuis}").json()
    assert (page["resultats"], page["retirees"]) == ([], [lue["id"]])


def test_une_ressource_d_un_autre_ne_s_ecrit_pas(partenaire):
    autre = RessourceFactory(contrat=partenaire.contrat)
    assert partenaire.patch(f"ressources/{autre.pk}/", {"public": "x"}, If_Match="*").status_code == 403
    assert partenaire.patch("ressources/999999/", {"public": "x"}, If_Match="*").status_code == 404
    refus = partenaire.post("ressources/", {"nom": "x", "organisme": str(autre.organisme_id)})
    assert refus.status_code in (403, 409)


def test_une_ressource_fermee_ne_se_lit_pas_par_un_porteur(appelant):
    porteur = appelant(Role.PORTEUR)
    fermee = RessourceFactory(contrat=porteur.contrat, ouverte=False)
    ouverte = RessourceFactory(contrat=porteur.contrat)
    assert [r["id"] for r in porteur.get("ressources/").json()["resultats"]] == [str(ouverte.pk)]
    assert porteur.get(f"ressources/{fermee.pk}/").status_code == 404


@pytest.mark.parametrize(
    "chemin", ["points/", "reunions/", "decisions/", "ressources/", "orientations/", "signataires/", "perimetres/"]
)
def test_une_liste_coute_quatre_requetes_au_plus(partenaire, chemin):
    contrat = partenaire.contrat

    def peupler():
        PointAvancementFactory(engagement=EngagementFactory(contrat=contrat))
        siege = MembreComiteFactory(comite__contrat=contrat, organisme=partenaire.organisme)
        DecisionReunionFactory(reunion=ReunionFactory(comite=siege.comite, tenue=True), prise=True)
        RessourceFactory(contrat=contrat)
        ObjectifFactory(orientation__contrat=contrat)
        SignataireFactory(contrat=contrat)
        version = VersionPerimetreFactory()
        version.communes.add(CommuneFactory())
        PerimetreDuContratFactory(contrat=contrat, perimetre=version.perimetre)

    couts = []
    partenaire.get(chemin)
    for combien in (1, 12):
        for _ in range(combien):
            peupler()
        with CaptureQueriesContext(connection) as vues:
            assert partenaire.get(chemin).status_code == 200
        couts.append(len(vues))
    assert couts[0] == couts[1] <= 4
