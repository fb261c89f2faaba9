"""The lead's system keeps up the contract: its signature, its structure, its signatories, the perimeters that it covers."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.db import connection

from commun.models import LigneJournal
from contrats.etats import Role
from contrats.models import Orientation, PerimetreDuContrat
from geographie.models import Perimetre, VersionPerimetre
from tests.fabriques import (
    CommuneFactory,
    ContratFactory,
    EngagementFactory,
    ObjectifFactory,
    OrganismeFactory,
    OrientationFactory,
    PerimetreDuContratFactory,
    PerimetreFactory,
    SignataireFactory,
    ThemeP147Factory,
    VersionPerimetreFactory,
)

pytestmark = pytest.mark.django_db
SANTE = {"code": "O2", "nom": "Agir pour la santé", "nom_court": "Santé"}
GARE = {"type": "poche_pauvrete", "nom": "La gare", "communes": ["59172"], "valide_du": "2026-01-01"}


def _actes(objet: Any) -> list[str]:
    return list(LigneJournal.objects.de(objet).values_list("acte", flat=True))


@pytest.fixture
def commune(contrat):
    commune = CommuneFactory(code="59172")
    contrat.communes.add(commune)
    return commune


# --- The contract ----------------------------------------------------------------------------------------------------
def test_le_pilote_date_la_signature_de_son_contrat(pilote, contrat):
    lu = pilote.get("")
    reponse = pilote.patch("", {"signe_a": "Denain", "signe_le": "2024-07-01"}, If_Match=lu["ETag"])
    assert reponse.status_code == 200
    assert reponse.json() == {**lu.json(), "signe_a": "Denain", "signe_le": "2024-07-01"}
    contrat.refresh_from_db()
    assert (contrat.signe_a, contrat.signe_le) == ("Denain", date(2024, 7, 1))
    ligne = LigneJournal.objects.de(contrat).get()
    assert (ligne.acte, ligne.canal, ligne.apres) == (
        "modifier_contrat",
        "api",
        {"signe_a": "Denain", "signe_le": "2024-07-01"},
    )


def test_un_contrat_ne_se_signe_pas_avant_sa_validation(pilote):
    refus = pilote.patch("", {"signe_le": "2024-02-01"}, If_Match="*")
    assert refus.status_code == 409
    assert refus.json()["detail"] == "Le contrat est signé après sa validation par les partenaires."


def test_ce_qui_ne_fait_que_se_lire_ne_se_perd_pas_en_silence(pilote):
    lu = pilote.get("").json()
    assert pilote.patch("", lu, If_Match="*").status_code == 200
    refus = pilote.patch("", {"fin": 2032}, If_Match="*")
    assert refus.status_code == 400
    assert refus.json()["erreurs"] == [{"champ": "fin", "message": "Ce champ se lit, il ne s’écrit pas ici."}]


# --- Orientations and objectives -------------------------------------------------------------------------------------
def test_une_orientation_s_enregistre_par_son_code_autant_de_fois_qu_on_veut(pilote, contrat, codes):
    theme = ThemeP147Factory()
    corps = {**SANTE, "theme_p147": theme.code, "source": "p. 12"}
    del corps["code"]
    cree = pilote.put("orientations/O2/", corps)
    assert cree.status_code == 201
    assert cree["Location"].endswith(f"/contrats/{contrat.slug}/orientations/O2/")
    orientation = Orientation.objects.get(contrat=contrat, code="O2")
    assert (orientation.theme_p147, orientation.ordre) == (theme, codes["orientation"].ordre + 1)

    encore = pilote.put("orientations/O2/", corps)
    assert (encore.status_code, encore.json(), encore["ETag"]) == (200, cree.json(), cree["ETag"])
    assert _actes(orientation) == ["ajouter_orientation"]

    remplacee = pilote.put("orientations/O2/", {"nom": "Santé", "nom_court": "Santé"}, If_Match=cree["ETag"])
    assert remplacee.json()["theme_p147"] is None
    assert remplacee.json()["source"] == ""
    assert _actes(orientation) == ["ajouter_orientation", "modifier_orientation"]


def test_deux_ecrivains_d_une_orientation_ne_s_ecrasent_pas(pilote, codes):
    etag = pilote.get("orientations/O1/")["ETag"]
    assert pilote.patch("orientations/O1/", {"nom_court": "Premier"}, If_Match=etag).status_code == 200
    for methode, corps in (
        ("patch", {"nom_court": "Second"}),
        ("put", {"nom": "Second", "nom_court": "Second"}),
        ("delete", None),
    ):
        assert pilote(methode, "orientations/O1/", corps, If_Match=etag).status_code == 412, methode
    assert pilote.patch("orientations/O1/", {"nom_court": "Second"}).status_code == 428
    assert pilote.put("orientations/O1/", {**SANTE, "code": "O1"}, If_None_Match="*").status_code == 412
    assert pilote.put("orientations/O8/", {**SANTE, "code": "O8"}, If_Match="*").status_code == 412
    assert pilote.get("orientations/O1/").json()["nom_court"] == "Premier"
    assert not Orientation.objects.filter(code="O8").exists()


@pytest.mark.django_db(transaction=True)
def test_de_quatre_ecritures_au_meme_instant_une_seule_passe(appelant, contrat, codes):
    """The revision is compared under the contract's lock: nobody writes between the comparison and the change."""
    systemes = [appelant(Role.CHEF_DE_PROJET) for _ in range(4)]
    etag = systemes[0].get("orientations/O1/")["ETag"]
    depart = threading.Barrier(len(systemes))

    def ecrire(systeme: Any) -> int:
        try:
            depart.wait(timeout=10)
            corps = {"nom_court": f"Parole {systeme.jeton.pk}"}
            return systeme.patch("orientations/O1/", corps, If_Match=etag).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(systemes)) as fils:
        assert sorted(fils.map(ecrire, systemes)) == [200, 412, 412, 412]
    assert _actes(codes["orientation"]) == ["modifier_orientation"]


def test_une_orientation_se_renomme_et_garde_ses_objectifs(pilote, codes):
    lue = pilote.get("orientations/O1/")
    renommee = pilote.patch("orientations/O1/", {**lue.json(), "code": "O7"}, If_Match=lue["ETag"])
    assert renommee.json() == {**lue.json(), "code": "O7"}
    assert pilote.get("orientations/O1/").status_code == 404
    assert pilote.get("orientations/O7/", If_None_Match=renommee["ETag"]).status_code == 304


def test_une_orientation_ne_change_ni_de_nature_ni_d_objectifs_par_son_adresse(pilote, codes):
    nature = pilote.patch("orientations/O1/", {"nature": "transversale"}, If_Match="*")
    objectifs = pilote.patch("orientations/O1/", {"objectifs": []}, If_Match="*")
    ailleurs = pilote.put("orientations/O1/", SANTE)
    theme = pilote.patch("orientations/O1/", {"theme_p147": "ZZ"}, If_Match="*")
    for refus, champ in ((nature, "nature"), (objectifs, "objectifs"), (ailleurs, "code"), (theme, "theme_p147")):
        assert refus.status_code == 400
        assert [e["champ"] for e in refus.json()["erreurs"]] == [champ]


def test_une_orientation_que_l_on_cite_ne_se_retire_pas(pilote, contrat, codes):
    EngagementFactory(contrat=contrat, orientation=codes["orientation"])
    refus = pilote.delete("orientations/O1/", If_Match="*")
    assert refus.status_code == 409
    assert "1\xa0engagement" in refus.json()["detail"]
    assert pilote.delete("orientations/T1/", If_Match="*").status_code == 204
    assert [o["code"] for o in pilote.get("orientations/").json()["resultats"]] == ["O1"]


def test_la_meme_demande_n_ajoute_qu_une_orientation(pilote, contrat, codes):
    premiere, rejouee = (pilote.post("orientations/", SANTE, Idempotency_Key="un") for _ in range(2))
    assert (premiere.status_code, rejouee.status_code) == (201, 201)
    assert rejouee["Idempotency-Replayed"] == "true"
    assert rejouee["ETag"] == premiere["ETag"] == pilote.get("orientations/O2/")["ETag"]
    assert contrat.orientations.filter(code="O2").count() == 1
    double = pilote.post("orientations/", SANTE)
    assert (double.status_code, double.json()["detail"]) == (409, "Une orientation du contrat porte déjà ce code.")


def test_un_objectif_se_lit_s_ecrit_et_se_retire_par_son_code(pilote, contrat, codes):
    but = {"nom": "Former les médiateurs", "ambition": "Accéder aux soins", "prioritaire": True}
    cree = pilote.put("orientations/O1/objectifs/O1.2/", but)
    assert cree.status_code == 201
    assert cree.json() == {"code": "O1.2", **but, "source": ""}
    assert pilote.put("orientations/O1/objectifs/O1.2/", but)["ETag"] == cree["ETag"]
    lus = pilote.get("orientations/O1/").json()["objectifs"]
    assert [o["code"] for o in lus] == ["O1.1", "O1.2"]
    adresse = "orientations/O1/objectifs/O1.2/"
    change = pilote.patch(adresse, {"prioritaire": False}, If_Match=cree["ETag"])
    assert change.json() == {**cree.json(), "prioritaire": False}
    assert pilote.delete(adresse, If_Match=cree["ETag"]).status_code == 412
    assert pilote.delete(adresse, If_Match=change["ETag"]).status_code == 204
    ajoute = pilote.post("orientations/O1/objectifs/", {"code": "O1.3", "nom": "Un autre"})
    assert ajoute["Location"].endswith("/orientations/O1/objectifs/O1.3/")
    assert pilote.put("orientations/O9/objectifs/O9.1/", {"nom": "Sans orientation"}).status_code == 404


# --- Signatories -----------------------------------------------------------------------------------------------------
def test_un_signataire_s_ecrit_par_le_numero_de_son_organisme(pilote, contrat):
    organisme = OrganismeFactory()
    adresse = f"signataires/{organisme.pk}/"
    cree = pilote.put(adresse, {"qualite": "signataire"})
    assert cree.status_code == 201
    assert cree.json() == {
        "organisme": str(organisme.pk),
        "organisme_nom": organisme.nom,
        "qualite": "signataire",
        "signe_le": None,
        "siege_au_copil": True,
        "source": "",
    }
    assert pilote.put(adresse, {**cree.json(), "signe_le": "2024-04-10"}).json()["signe_le"] == "2024-04-10"
    assert pilote.put(adresse, {"qualite": "signataire", "organisme": "0"}).status_code == 400
    assert pilote.put("signataires/999999999/", {"qualite": "signataire"}).status_code == 404
    assert pilote.delete(adresse, If_Match=cree["ETag"]).status_code == 412
    EngagementFactory(contrat=contrat, signataire=contrat.signataires.get())
    assert pilote.delete(adresse, If_Match="*").status_code == 409
    contrat.engagements.all().delete()
    assert pilote.delete(adresse, If_Match="*").status_code == 204


# --- Perimeters ------------------------------------------------------------------------------------------------------
def test_un_quartier_connu_se_rattache_puis_se_detache(pilote, contrat, commune):
    quartier = PerimetreFactory(code="QN05901M")
    assert pilote.put("perimetres/QN05901M/", {}).status_code == 409  # lies on no commune of the contract
    VersionPerimetreFactory(perimetre=quartier).communes.add(commune)
    cree = pilote.put("perimetres/QN05901M/", {})
    assert (cree.status_code, cree.json()["communes"], cree.json()["modifiable"]) == (201, ["59172"], False)
    assert pilote.put("perimetres/QN05901M/", cree.json(), If_Match=cree["ETag"]).status_code == 200
    assert [p["code"] for p in pilote.get("perimetres/").json()["resultats"]] == ["QN05901M"]
    refus = pilote.put("perimetres/QN05901M/", {"nom": "Autre nom"})
    assert refus.status_code == 403
    assert "décret" in refus.json()["detail"]

    engagement = EngagementFactory(contrat=contrat)
    engagement.perimetres.add(quartier)
    cite = pilote.delete("perimetres/QN05901M/", If_Match=cree["ETag"])
    assert (cite.status_code, cite.json()["code"]) == (409, "encore_utilise")
    engagement.perimetres.clear()
    assert pilote.delete("perimetres/QN05901M/", If_Match=cree["ETag"]).status_code == 204
    assert Perimetre.objects.filter(pk=quartier.pk).exists()
    assert _actes(contrat) == ["rattacher_perimetre", "detacher_perimetre"]


def test_ce_qui_le_cite_dans_un_autre_contrat_ne_retient_pas_un_perimetre(pilote, codes):
    ailleurs = PerimetreDuContratFactory(perimetre=codes["perimetre"]).contrat
    EngagementFactory(contrat=ailleurs).perimetres.add(codes["perimetre"])
    adresse = f"perimetres/{codes['perimetre'].code}/"
    assert pilote.delete(adresse, If_Match="*").status_code == 204
    assert list(PerimetreDuContrat.objects.values_list("contrat", flat=True)) == [ailleurs.pk]


def test_le_contrat_trace_et_corrige_ses_perimetres_locaux(pilote, contrat, commune):
    cree = pilote.put("perimetres/DENAIN-GARE/", GARE)
    assert cree.status_code == 201
    assert cree.json() == {
        "code": "DENAIN-GARE",
        **GARE,
        "texte": "",
        "valide_au": None,
        "modifiable": True,
    }
    version = VersionPerimetre.objects.get(perimetre__code="DENAIN-GARE")
    assert (version.perimetre.departement, version.nom) == ("59", "La gare")

    autre = CommuneFactory(code="59292")
    contrat.communes.add(autre)
    corrige = pilote.put("perimetres/DENAIN-GARE/", {"nom": "Gare et abords", "communes": ["59292", "59172"]})
    assert corrige.json() == {**cree.json(), "nom": "Gare et abords", "communes": ["59172", "59292"]}
    version.refresh_from_db()
    assert version.nom == "Gare et abords"
    assert _actes(contrat) == ["rattacher_perimetre", "modifier_perimetre"]
    assert pilote.put("perimetres/DENAIN-GARE/", corrige.json()).status_code == 200
    assert _actes(contrat) == ["rattacher_perimetre", "modifier_perimetre"]
    fin = pilote.put("perimetres/DENAIN-GARE/", {"valide_au": "2025-01-01"})
    assert (fin.status_code, fin.json()["detail"]) == (409, "La fin de validité vient après le début.")

    PerimetreDuContratFactory(perimetre=version.perimetre)
    partage = pilote.put("perimetres/DENAIN-GARE/", {"nom": "La gare"})
    assert (partage.status_code, "autre contrat" in partage.json()["detail"]) == (403, True)


def test_un_perimetre_mal_decrit_dit_ce_qui_manque_ou_qui_est_faux(pilote, commune):
    vide = pilote.put("perimetres/INCONNU/", {})
    assert [e["champ"] for e in vide.json()["erreurs"]] == ["type", "nom", "communes", "valide_du"]
    dehors = pilote.put("perimetres/DEHORS/", {**GARE, "communes": ["59172", "75056"]})
    assert dehors.json()["erreurs"] == [{"champ": "communes", "message": "« 75056 » n’est pas une commune du contrat."}]
    decret = pilote.put("perimetres/QN05999M/", {**GARE, "type": "qpv"})
    assert (decret.status_code, decret.json()["code"]) == (409, "qpv_par_decret")
    assert not Perimetre.objects.exists()


# --- Who may ---------------------------------------------------------------------------------------------------------
ECRITURES = [
    ("patch", "", {"signe_a": "Denain"}),
    ("post", "orientations/", SANTE),
    ("put", "orientations/O1/", {"nom": "Autre", "nom_court": "Autre"}),
    ("patch", "orientations/O1/", {"nom": "Autre"}),
    ("delete", "orientations/O1/", None),
    ("post", "orientations/O1/objectifs/", {"code": "O1.9", "nom": "Neuf"}),
    ("put", "orientations/O1/objectifs/O1.1/", {"nom": "Autre"}),
    ("patch", "orientations/O1/objectifs/O1.1/", {"nom": "Autre"}),
    ("delete", "orientations/O1/objectifs/O1.1/", None),
    ("put", "signataires/{organisme}/", {"qualite": "pilote"}),
    ("delete", "signataires/{organisme}/", None),
    ("put", "perimetres/QN05901M/", {"nom": "Autre"}),
    ("delete", "perimetres/QN05901M/", None),
]


@pytest.mark.parametrize(("methode", "chemin", "corps"), ECRITURES, ids=[f"{m} {c}" for m, c, _ in ECRITURES])
@pytest.mark.parametrize("role", [Role.SIGNATAIRE, Role.INSTRUCTEUR, Role.PORTEUR, Role.CHEF_DE_PROJET])
def test_la_structure_ne_s_ecrit_que_par_le_pilote_de_tout_le_contrat(appelant, contrat, role, methode, chemin, corps):
    """A chef de projet limited to some orientations is not one of the whole contract."""
    orientation = OrientationFactory(contrat=contrat, code="O1")
    ObjectifFactory(orientation=orientation, code="O1.1")
    PerimetreDuContratFactory(contrat=contrat, perimetre=PerimetreFactory(code="QN05901M"))
    signataire = SignataireFactory(contrat=contrat)
    limites = {"orientations": [orientation]} if role == Role.CHEF_DE_PROJET else {}
    systeme = appelant(role, **limites)
    refus = systeme(methode, chemin.format(organisme=signataire.organisme_id), corps, If_Match="*")
    assert refus.status_code == 403
    assert refus.json()["detail"] == "Seul un chef de projet de tout le contrat modifie sa structure."
    assert not LigneJournal.objects.exists()


def test_la_cle_d_un_autre_contrat_ne_trouve_pas_celui_ci(appelant, contrat, codes):
    etranger = appelant(Role.CHEF_DE_PROJET, ailleurs=ContratFactory())
    ici = f"/api/v1/contrats/{contrat.slug}/"
    assert etranger.patch(ici, {"nom": "Pris"}, If_Match="*").status_code == 404
    assert etranger.put(f"{ici}orientations/O1/", SANTE).status_code == 404
    assert etranger.put(f"{ici}perimetres/{codes['perimetre'].code}/", {}).status_code == 404
