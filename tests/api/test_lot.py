"""Many commitments in one request: a result per line, all or nothing or not, at once or in the background."""

import csv
import json

import pytest
from django.conf import settings as reglages

from commun.journal import verifier_chaine
from commun.models import EtatTravail, LigneJournal, Travail
from contrats.api import engagements as api
from contrats.etats import Role
from contrats.models import CibleEngagement, Engagement
from portail.demo.lecture import jour
from tests.fabriques import (
    ContratFactory,
    EngagementFactory,
    HabilitationFactory,
    OrganismeFactory,
    OrientationFactory,
    SignataireFactory,
)

pytestmark = pytest.mark.django_db


def _lignes(combien):
    return [
        {
            "identifiant_externe": f"L{n}",
            "libelle": f"Engagement {n}",
            "cibles": [{"type": "nombre", "numerateur": "jeunes", "valeur": str(n)}],
        }
        for n in range(1, combien + 1)
    ]


def test_le_meme_lot_deux_fois_donne_les_memes_lignes(partenaire):
    premier = partenaire.post("engagements/lot/", {"lignes": _lignes(5)}).json()
    second = partenaire.post("engagements/lot/", {"lignes": _lignes(5)}).json()
    assert (premier["crees"], second["crees"], second["inchanges"]) == (5, 0, 5)
    assert [ligne["id"] for ligne in premier["lignes"]] == [ligne["id"] for ligne in second["lignes"]]
    assert LigneJournal.objects.filter(cible_type="contrats.engagement").count() == 5


def test_un_lot_met_a_jour_et_garde_la_chaine_du_journal(partenaire):
    partenaire.post("engagements/lot/", {"lignes": _lignes(3)})
    lignes = _lignes(3)
    lignes[1]["note"] = "Précisé."
    bilan = partenaire.post("engagements/lot/", {"lignes": lignes}).json()
    assert [ligne["resultat"] for ligne in bilan["lignes"]] == ["inchange", "modifie", "inchange"]
    change = Engagement.objects.get(identifiant_externe="L2")
    assert (change.note, change.revision) == ("Précisé.", 2)
    assert verifier_chaine(change)


def test_tout_ou_rien_n_ecrit_rien_et_cite_chaque_ligne_fausse(partenaire):
    lignes = _lignes(4)
    lignes[1]["orientation"] = "O9"
    lignes[3]["cibles"] = [{"type": "intervalle", "valeur": "2", "valeur_haute": "1"}]

    reponse = partenaire.post("engagements/lot/", {"lignes": lignes})

    assert reponse.status_code == 400
    assert reponse["Content-Type"] == "application/problem+json"
    assert [(e["ligne"], e["champ"]) for e in reponse.json()["erreurs"]] == [
        (2, "orientation"),
        (4, "cibles.0.valeur_haute"),
    ]
    assert not Engagement.tous.exists()


def test_en_partie_ecrit_les_lignes_justes(partenaire):
    lignes = _lignes(4)
    lignes[1]["orientation"] = "O9"
    lignes[2]["organisme"] = str(OrganismeFactory().pk)
    lignes[3] = {"identifiant_externe": "L1", "libelle": "Encore le premier"}

    bilan = partenaire.post("engagements/lot/", {"tout_ou_rien": False, "lignes": lignes}).json()

    assert [ligne["resultat"] for ligne in bilan["lignes"]] == ["cree", "refuse", "refuse", "refuse"]
    assert (bilan["crees"], bilan["refuses"]) == (1, 3)
    assert all(ligne["erreurs"][0]["ligne"] == ligne["ligne"] for ligne in bilan["lignes"][1:])
    assert Engagement.objects.count() == 1


def test_une_ligne_ne_remplace_pas_ce_qui_a_change_depuis_l_export(partenaire):
    partenaire.post("engagements/lot/", {"lignes": _lignes(3)})
    export = {e["identifiant_externe"]: e for e in partenaire.get("engagements/").json()["resultats"]}
    change = export["L2"]["id"]
    partenaire.patch(f"engagements/{change}/", {"note": "Corrigé à l’écran."}, If_Match="*")
    lignes = [e | {"libelle": f"{e['libelle']}, précisé"} for e in export.values()]
    lignes.append({"identifiant_externe": "L9", "libelle": "Jamais vu", "revision": 1})

    bilan = partenaire.post("engagements/lot/", {"tout_ou_rien": False, "lignes": lignes}).json()

    assert [ligne["resultat"] for ligne in bilan["lignes"]] == ["modifie", "refuse", "modifie", "refuse"]
    refus = [ligne["erreurs"][0] for ligne in bilan["lignes"] if ligne["erreurs"]]
    assert [(e["ligne"], e["champ"]) for e in refus] == [(2, "revision"), (4, "revision")]
    assert "a changé depuis votre lecture" in refus[0]["message"]
    assert Engagement.objects.get(pk=change).note == "Corrigé à l’écran."
    # The same lot again: what stands already is written over by nobody.
    encore = partenaire.post("engagements/lot/", {"tout_ou_rien": False, "lignes": lignes}).json()
    assert [ligne["resultat"] for ligne in encore["lignes"]] == ["inchange", "refuse", "inchange", "refuse"]


def test_la_ligne_d_un_autre_organisme_n_existe_pas(partenaire, pilote):
    autre = EngagementFactory(contrat=partenaire.contrat, organisme=OrganismeFactory())
    ligne = {"reference": autre.reference, "libelle": "Pris"}

    bilan = partenaire.post("engagements/lot/", {"tout_ou_rien": False, "lignes": [ligne]}).json()

    (resultat,) = bilan["lignes"]
    assert (resultat["resultat"], resultat["id"]) == ("refuse", None)
    assert "Aucun engagement de votre organisme" in resultat["erreurs"][0]["message"]
    du_pilote = pilote.post("engagements/lot/", {"lignes": [ligne | {"organisme": str(autre.organisme_id)}]})
    assert du_pilote.json()["modifies"] == 1


@pytest.mark.parametrize("revision", [0, "x", 2**31, None])
def test_une_revision_mal_formee_est_nommee(partenaire, revision):
    reponse = partenaire.post("engagements/lot/", {"lignes": [{"libelle": "Un", "revision": revision}]})
    assert (reponse.status_code, reponse.json()["erreurs"][0]["champ"]) == (400, "revision")


@pytest.mark.parametrize(
    "corps", [{}, {"lignes": []}, {"lignes": "x"}, {"lignes": ["x"]}, {"lignes": [{}], "mode": "x"}]
)
def test_un_lot_mal_forme_est_refuse(partenaire, corps):
    assert partenaire.post("engagements/lot/", corps).status_code == 400


def test_qui_n_ecrit_pas_ne_depose_pas_de_lot(appelant):
    instructeur = appelant(Role.INSTRUCTEUR)
    assert instructeur.post("engagements/lot/", {"lignes": _lignes(1)}).status_code == 403


# --- In the background ------------------------------------------------------------------------------------------------
@pytest.fixture
def long_des_deux_lignes(monkeypatch):
    monkeypatch.setattr(api, "LOT_IMMEDIAT", 1)


def test_un_long_lot_se_suit_a_son_adresse(partenaire, appelant, executer_travaux, long_des_deux_lignes):
    lignes = _lignes(3)
    lignes[2]["orientation"] = "O9"

    recu = partenaire.post("engagements/lot/", {"tout_ou_rien": False, "lignes": lignes})

    assert recu.status_code == 202
    suivi = recu["Location"]
    assert (partenaire.get(suivi).json()["etat"], partenaire.get(suivi).json()["resultat"]) == ("a_faire", None)
    executer_travaux()
    fini = partenaire.get(suivi).json()
    assert fini["etat"] == "fait"
    assert Travail.objects.get().parametres["lignes"] == []
    assert [ligne["resultat"] for ligne in fini["resultat"]["lignes"]] == ["cree", "cree", "refuse"]
    assert Engagement.objects.filter(organisme=partenaire.organisme).count() == 2
    assert appelant(Role.SIGNATAIRE, organisme=partenaire.organisme).get(suivi).status_code == 404


def test_un_long_lot_tout_ou_rien_n_ecrit_rien_s_il_est_faux(partenaire, executer_travaux, long_des_deux_lignes):
    lignes = [*_lignes(2), {"libelle": ""}]
    suivi = partenaire.post("engagements/lot/", {"lignes": lignes})["Location"]
    executer_travaux()
    bilan = partenaire.get(suivi).json()["resultat"]
    assert [ligne["resultat"] for ligne in bilan["lignes"]] == ["non_ecrit", "non_ecrit", "refuse"]
    assert not Engagement.tous.exists()


def test_une_cle_revoquee_entre_temps_n_ecrit_plus(partenaire, executer_travaux, long_des_deux_lignes):
    partenaire.post("engagements/lot/", {"lignes": _lignes(3)})
    partenaire.jeton.revoque_le = partenaire.jeton.cree_le
    partenaire.jeton.save()
    (rangee,) = executer_travaux(echecs_admis=True)
    assert rangee.etat == EtatTravail.ECHEC
    assert "révoquée" in rangee.erreur
    assert not Engagement.tous.exists()


def test_un_long_lot_d_une_personne_se_fait_en_son_nom(contrat, client_de, executer_travaux, long_des_deux_lignes):
    chef = client_de(Role.CHEF_DE_PROJET)
    adresse = f"/api/v1/contrats/{contrat.slug}/engagements/lot/"
    recu = chef.post(adresse, json.dumps({"lignes": _lignes(2)}), content_type="application/json")
    assert recu.status_code == 202
    executer_travaux()
    assert chef.get(recu["Location"]).json()["resultat"]["crees"] == 2
    assert LigneJournal.objects.filter(acte="creer_engagement", utilisateur=chef.auteur.utilisateur).count() == 2


def test_qui_n_ecrit_pas_ne_depose_pas_de_long_lot(appelant, long_des_deux_lignes):
    assert appelant(Role.INSTRUCTEUR).post("engagements/lot/", {"lignes": _lignes(2)}).status_code == 403
    assert not Travail.objects.exists()


# --- The commitments of a contract, from its CSV ----------------------------------------------------------------------
def _csv(contrat, nom):
    with (reglages.BASE_DIR / "fixtures" / contrat / f"{nom}.csv").open(encoding="utf-8", newline="") as fichier:
        return list(csv.DictReader(fichier))


def _jour(texte):
    """A date of the CSV, sometimes a year alone."""
    lu = jour(texte)
    return None if lu is None else lu.isoformat()


CONTRATS = sorted(c.parent.name for c in (reglages.BASE_DIR / "fixtures").glob("*/engagements.csv"))


@pytest.mark.parametrize("dossier", CONTRATS)
def test_les_engagements_du_contrat_saisis_deux_fois_par_un_script_donnent_les_memes_lignes(appelant, dossier):
    """A script of the lead reads the CSV, looks up organisations by name through the API, and sends a batch."""
    contrat = ContratFactory(slug=dossier)
    noms = {ligne["cle"]: ligne["nom"] for ligne in _csv(dossier, "organismes")}
    for nom in noms.values():
        OrganismeFactory(nom=nom)
    for ligne in _csv(dossier, "orientations"):
        OrientationFactory(contrat=contrat, code=ligne["code"], nature=ligne["nature"])
    pilote = appelant(Role.CHEF_DE_PROJET, ailleurs=contrat)
    numeros = {o["nom"]: o["id"] for o in pilote.get("organismes/").json()["resultats"]}
    lignes_csv = _csv(dossier, "engagements")
    for cle in {ligne["signataire"] for ligne in lignes_csv if ligne["signataire"]}:
        SignataireFactory(contrat=contrat, organisme_id=int(numeros[noms[cle]]))
    cibles = {}
    for ligne in _csv(dossier, "cibles"):
        cible = {
            "type": ligne["type"],
            "numerateur": ligne["numerateur"] or ligne["indicateur"],
            "denominateur": ligne["denominateur"],
            "unite": ligne["unite"],
            "reference": ligne["valeur_reference"] or None,
            "reference_le": _jour(ligne["date_reference"]),
            "valeur": ligne["valeur"] or None,
            "valeur_haute": ligne["valeur_max"] or None,
            "echeance": _jour(ligne["echeance"]),
            "sens": ligne["sens"],
        }
        cibles.setdefault(ligne["engagement"], []).append(cible)
    lot = {
        "lignes": [
            {
                "reference": ligne["identifiant"],
                "libelle": ligne["libelle"],
                "organisme": None if ligne["organisme"] == "nd" else numeros[noms[ligne["organisme"]]],
                "signataire": numeros[noms[ligne["signataire"]]] if ligne["signataire"] else None,
                "orientation": ligne["orientation"] or None,
                "portee": ligne["portee"],
                "nature": ligne["nature"],
                "echeance": _jour(ligne["echeance"]),
                "echeance_texte": ligne["echeance_texte"],
                "cibles": cibles.get(ligne["identifiant"], []),
            }
            for ligne in lignes_csv
        ]
    }

    bilans = [pilote.post("engagements/lot/", lot) for _ in range(2)]

    assert [b.status_code for b in bilans] == [200, 200], bilans[0].json().get("erreurs")
    premier, second = (b.json() for b in bilans)
    assert premier["crees"] == second["inchanges"] == len(lignes_csv) > 0
    assert [ligne["id"] for ligne in premier["lignes"]] == [ligne["id"] for ligne in second["lignes"]]
    assert CibleEngagement.objects.filter(engagement__contrat=contrat).count() == sum(map(len, cibles.values()))
    vus, suivante = {}, "engagements/?taille=50"
    while suivante:
        page = pilote.get(suivante).json()
        vus |= {e["reference"]: e for e in page["resultats"]}
        suivante = page["suivante"]
    assert {r: e["libelle"] for r, e in vus.items()} == {li["identifiant"]: li["libelle"] for li in lignes_csv}
    assert {len(e["cibles"]) for e in vus.values()} == {len(cibles.get(li["identifiant"], [])) for li in lignes_csv}


def test_un_script_repris_au_milieu_reprend_sans_doublon(partenaire):
    """One by one under one's own identifier, a script killed at any point is simply run again."""
    for arret in (3, 6):
        for ligne in _lignes(6)[:arret]:
            adresse = f"engagements/par-identifiant/{ligne['identifiant_externe']}/"
            assert partenaire.put(adresse, ligne).status_code in (200, 201)
    HabilitationFactory(contrat=partenaire.contrat, organisme=partenaire.organisme, role=Role.BAILLEUR)
    assert Engagement.objects.count() == 6
