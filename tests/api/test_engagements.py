"""Commitments through the API: reading, entering, changing, withdrawing, and what each refusal says."""

from datetime import timedelta

import pytest
from django.utils import timezone

from commun.auteur import Canal
from commun.journal import verifier_chaine
from commun.models import LigneJournal
from contrats.models import Engagement
from tests.fabriques import CibleEngagementFactory, EngagementFactory, OrganismeFactory, SignataireFactory

pytestmark = pytest.mark.django_db

SAISIE = {
    "identifiant_externe": "DEP-1",
    "libelle": "Couvrir tous les QPV par un médiateur santé",
    "portee": "contrat",
    "nature": "droit_commun",
    "echeance": "2030-12-31",
    "cibles": [{"type": "couverture", "numerateur": "QPV couverts", "unite": "%", "valeur": "100"}],
}


def test_un_partenaire_saisit_son_engagement_avec_ses_cibles(partenaire, codes):
    saisie = SAISIE | {
        "orientation": "O1",
        "objectifs": ["O1.1"],
        "axes_transversaux": ["T1"],
        "perimetres": [codes["perimetre"].code],
    }

    reponse = partenaire.post("engagements/", saisie)

    assert reponse.status_code == 201
    lu = reponse.json()
    assert lu["organisme"] == str(partenaire.organisme.pk)
    assert lu["reference"] == "E1"
    assert lu["cibles"][0]["valeur"] == "100.000"
    assert {nom: lu[nom] for nom in saisie if nom != "cibles"} == {
        nom: saisie[nom] for nom in saisie if nom != "cibles"
    }
    engagement = Engagement.objects.get(pk=lu["id"])
    (ligne,) = LigneJournal.objects.de(engagement)
    assert (ligne.canal, ligne.organisme_id, ligne.utilisateur) == (Canal.API, partenaire.organisme.pk, None)
    assert partenaire.jeton.nom in ligne.auteur_nom
    assert partenaire.get(reponse["Location"]).json() == lu


def test_le_meme_contenu_lu_puis_renvoye_ne_change_rien(partenaire):
    lu = partenaire.post("engagements/", SAISIE).json()

    reponse = partenaire.patch(f"engagements/{lu['id']}/", lu, If_Match='"1"')

    assert reponse.status_code == 200
    assert reponse.json() == lu


def test_un_engagement_incomplet_est_accepte(partenaire):
    assert partenaire.post("engagements/", {"libelle": "Ouvrir deux maisons de santé"}).status_code == 201


@pytest.mark.parametrize(
    ("champ", "valeur"),
    [
        ("libelle", ""),
        ("libelle", "x" * 501),
        ("libelle", None),
        ("echeance", "31/12/2030"),
        ("portee", "mondiale"),
        ("orientation", "O9"),
        ("objectifs", ["rien"]),
        ("perimetres", ["QN00000"]),
        ("partenaires", ["999999"]),
        ("organisme", "abc"),
        ("signataire", "999999"),
        ("libele", "faute de frappe"),
        ("cibles.0.type", {"cibles": [{"type": "autre"}]}),
        ("cibles.0.valeur", {"cibles": [{"type": "nombre", "valeur": "beaucoup"}]}),
        ("cibles.0.valeurs", {"cibles": [{"type": "nombre", "valeurs": "1"}]}),
    ],
)
def test_une_valeur_fausse_est_nommee(partenaire, champ, valeur):
    corps = SAISIE | (valeur if isinstance(valeur, dict) else {champ: valeur})

    reponse = partenaire.post("engagements/", corps)

    assert reponse.status_code == 400
    assert reponse["Content-Type"] == "application/problem+json"
    assert [e["champ"] for e in reponse.json()["erreurs"]] == [champ]
    assert not Engagement.tous.exists()


def test_une_regle_enfreinte_est_un_409_qui_nomme_le_champ(partenaire):
    cible = {"type": "intervalle", "valeur": "20", "valeur_haute": "10"}
    reponse = partenaire.post("engagements/", SAISIE | {"cibles": [cible]})
    assert reponse.status_code == 409
    assert reponse.json()["erreurs"][0]["champ"] == "cibles.0.valeur_haute"


def test_un_partenaire_n_ecrit_pas_pour_un_autre(partenaire):
    autre = OrganismeFactory()
    SignataireFactory(contrat=partenaire.contrat, organisme=autre)

    reponse = partenaire.post("engagements/", SAISIE | {"organisme": str(autre.pk)})

    assert reponse.status_code == 403
    assert "votre organisme" in reponse.json()["detail"]


def test_le_pilote_saisit_pour_le_compte_d_un_signataire(pilote):
    autre = OrganismeFactory()
    reponse = pilote.post("engagements/", SAISIE | {"organisme": str(autre.pk)})
    assert reponse.status_code == 201
    ligne = LigneJournal.objects.get(cible_id=reponse.json()["id"], acte="creer_engagement")
    assert (ligne.organisme_id, ligne.pour_le_compte_de_id) == (pilote.organisme.pk, autre.pk)


def test_une_ecriture_sans_revision_est_refusee(partenaire):
    lu = partenaire.post("engagements/", SAISIE).json()
    assert partenaire.patch(f"engagements/{lu['id']}/", {"note": "x"}).status_code == 428
    assert partenaire.delete(f"engagements/{lu['id']}/").status_code == 428


def test_une_ecriture_sur_une_revision_depassee_est_refusee(partenaire):
    reponse = partenaire.post("engagements/", SAISIE)
    adresse, etag = reponse["Location"], reponse["ETag"]
    premiere = partenaire.patch(adresse, {"note": "La première."}, If_Match=etag)

    seconde = partenaire.patch(adresse, {"note": "La seconde."}, If_Match=etag)

    assert (premiere.status_code, seconde.status_code) == (200, 412)
    assert partenaire.get(adresse).json()["note"] == "La première."
    assert partenaire.patch(adresse, {"note": "x"}, If_Match='"rien"').status_code == 412


def test_rien_n_est_renvoye_a_qui_connait_deja_la_revision(partenaire):
    reponse = partenaire.post("engagements/", SAISIE)
    relue = partenaire.get(reponse["Location"], If_None_Match=reponse["ETag"])
    assert (relue.status_code, relue.content) == (304, b"")
    assert partenaire.get(reponse["Location"], If_None_Match='"9"').status_code == 200


def test_un_engagement_retire_sort_de_la_liste_et_reste_dans_le_flux(partenaire):
    reponse = partenaire.post("engagements/", SAISIE)
    avant = (timezone.now() - timedelta(minutes=1)).isoformat()

    retrait = partenaire.delete(reponse["Location"], If_Match=reponse["ETag"])

    assert retrait.status_code == 204
    assert partenaire.get("engagements/").json()["resultats"] == []
    page = partenaire("get", "engagements/?modifie_depuis=" + avant.replace("+", "%2B")).json()
    assert page["resultats"][0]["id"] == reponse.json()["id"]
    assert page["resultats"][0]["retire_le"] is not None
    chaine = Engagement.tous.get(pk=reponse.json()["id"])
    assert verifier_chaine(chaine)


# --- By the partner's own identifier ----------------------------------------------------------------------------------
def test_le_meme_enregistrement_deux_fois_donne_un_engagement(partenaire):
    adresse = "engagements/par-identifiant/DEP-1/"
    premiere, seconde = partenaire.put(adresse, SAISIE), partenaire.put(adresse, SAISIE)
    assert (premiere.status_code, seconde.status_code) == (201, 200)
    assert premiere.json() == seconde.json() == partenaire.get(adresse).json()
    assert LigneJournal.objects.filter(cible_type="contrats.engagement").count() == 1


def test_l_enregistrement_met_a_jour_ce_qui_a_change(partenaire):
    adresse = "engagements/par-identifiant/DEP-1/"
    partenaire.put(adresse, SAISIE)

    lu = partenaire.put(adresse, SAISIE | {"libelle": "Autrement", "cibles": []}).json()

    assert (lu["libelle"], lu["cibles"], lu["revision"]) == ("Autrement", [], 2)


def test_l_enregistrement_respecte_les_conditions(partenaire):
    adresse = "engagements/par-identifiant/DEP-1/"
    assert partenaire.put(adresse, SAISIE, If_Match='"1"').status_code == 412
    assert partenaire.put(adresse, SAISIE, If_None_Match="*").status_code == 201
    assert partenaire.put(adresse, SAISIE, If_None_Match="*").status_code == 412
    assert partenaire.put(adresse, SAISIE | {"note": "x"}, If_Match='"7"').status_code == 412
    assert partenaire.put(adresse, SAISIE | {"note": "x"}, If_Match='"1"').status_code == 200


def test_le_meme_identifiant_chez_deux_organismes_designe_deux_engagements(partenaire, appelant):
    autre = appelant()
    un, deux = (a.put("engagements/par-identifiant/DEP-1/", SAISIE).json() for a in (partenaire, autre))
    assert un["id"] != deux["id"]
    assert partenaire.get("engagements/par-identifiant/DEP-1/").json()["id"] == un["id"]
    assert (
        partenaire.get(f"engagements/par-identifiant/DEP-1/?organisme={autre.organisme.pk}").json()["id"] == deux["id"]
    )


def test_l_identifiant_du_corps_est_celui_de_l_adresse(partenaire):
    assert partenaire.put("engagements/par-identifiant/AUTRE/", SAISIE).status_code == 400


def test_un_identifiant_peut_porter_des_signes(partenaire):
    assert partenaire.put("engagements/par-identifiant/2026.%20n%C2%B0%2014:b/", {"libelle": "Un"}).status_code == 201
    assert Engagement.objects.get().identifiant_externe == "2026. n° 14:b"


# --- The list ---------------------------------------------------------------------------------------------------------
def test_la_liste_se_lit_de_page_en_page_sans_perte_ni_doublon(partenaire):
    for _ in range(7):
        CibleEngagementFactory(engagement=EngagementFactory(contrat=partenaire.contrat))
    EngagementFactory()  # another contract's
    vus, suivante = [], "engagements/?taille=3"
    while suivante:
        page = partenaire.get(suivante).json()
        vus += [e["id"] for e in page["resultats"]]
        suivante = page["suivante"]
    attendus = Engagement.objects.filter(contrat=partenaire.contrat).order_by("modifie_le", "pk")
    assert vus == [str(pk) for pk in attendus.values_list("pk", flat=True)]


def test_ce_qui_change_pendant_la_lecture_est_vu(partenaire):
    premier, *_ = [EngagementFactory(contrat=partenaire.contrat) for _ in range(4)]
    page = partenaire.get("engagements/?taille=2").json()
    premier.libelle = "Changé entre deux pages"
    premier.save()

    suite = partenaire.get(page["suivante"]).json()

    assert "Changé entre deux pages" in [e["libelle"] for e in suite["resultats"]] + [
        e["libelle"] for e in (partenaire.get(suite["suivante"]).json()["resultats"] if suite["suivante"] else [])
    ]


def test_les_filtres_choisissent(partenaire, codes):
    contrat = partenaire.contrat
    voulu = EngagementFactory(
        contrat=contrat,
        orientation=codes["orientation"],
        portee="qpv",
        libelle="Été des jeunes",
        identifiant_externe="X",
    )
    EngagementFactory(contrat=contrat)
    for filtre in ("orientation=O1", "portee=qpv", "q=ete", "identifiant_externe=X", f"organisme={voulu.organisme_id}"):
        lus = partenaire.get(f"engagements/?{filtre}").json()["resultats"]
        assert [e["id"] for e in lus] == [str(voulu.pk)], filtre


@pytest.mark.parametrize(
    "parametres", ["taille=0", "taille=1001", "curseur=abc", "portee=x", "tri=nom", "modifie_depuis=hier", "q=%00"]
)
def test_un_parametre_faux_est_nomme(partenaire, parametres):
    reponse = partenaire.get(f"engagements/?{parametres}")
    assert reponse.status_code == 400
    assert reponse.json()["erreurs"][0]["champ"] == parametres.split("=")[0]


@pytest.mark.parametrize("taille", [1, 40])
def test_une_page_coute_quatre_requetes_quelle_que_soit_sa_taille(partenaire, taille, django_assert_num_queries):
    for _ in range(taille):
        CibleEngagementFactory(engagement=EngagementFactory(contrat=partenaire.contrat))
    partenaire.get("engagements/")  # the last use of the key is written once in a while

    with django_assert_num_queries(4):  # the key and its contract, its roles, the commitments, their targets
        page = partenaire.get("engagements/?taille=1000").json()

    assert len(page["resultats"]) == taille


@pytest.mark.parametrize(
    "corps", ['{"libelle": "\\u0000"}', '{"libelle": "\\ud800"}', "{", "[" * 100_000, "[]", '"x"', "1e999"]
)
def test_un_corps_hostile_est_refuse_proprement(partenaire, corps):
    reponse = partenaire.post("engagements/", corps)
    assert reponse.status_code == 400
    assert reponse["Content-Type"] == "application/problem+json"


def test_un_corps_trop_long_est_refuse(partenaire):
    reponse = partenaire.post("engagements/", {"libelle": "x" * 1_100_000})
    assert reponse.status_code == 413


def test_un_autre_format_que_json_est_refuse(partenaire):
    reponse = partenaire.client.post(
        f"/api/v1/contrats/{partenaire.contrat.slug}/engagements/",
        "libelle=x",
        content_type="application/x-www-form-urlencoded",
        headers={"Authorization": f"Bearer {partenaire.secret}"},
    )
    assert reponse.status_code == 415
