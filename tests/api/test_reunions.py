"""Meetings through the API: kept by the lead, read by those who sit, decisions executed by those who answer for them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from commun.auteur import Canal
from commun.models import LigneJournal, Travail
from contrats.etats import Role
from contrats.models import DecisionReunion, Reunion
from tests.fabriques import (
    CommuneFactory,
    DecisionReunionFactory,
    ItemCompteRenduFactory,
    MembreComiteFactory,
    OrganismeFactory,
    PointOrdreDuJourFactory,
    ReunionFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def siege(partenaire):
    """The partner's seat in a committee that decides no programming."""
    return MembreComiteFactory(
        comite__contrat=partenaire.contrat, comite__type="cotech", organisme=partenaire.organisme, courriel="si@dep.fr"
    )


def _jour(jours):
    return (timezone.localdate() + timedelta(days=jours)).isoformat()


def test_le_pilote_tient_une_reunion_de_bout_en_bout(pilote, partenaire, siege, codes, horloge):
    pilote.jeton.expire_le = horloge.maintenant + timedelta(days=60)
    pilote.jeton.save()
    prevue = pilote.post("reunions/", {"comite": str(siege.comite_id), "le": _jour(20), "debut": "14:00"})
    assert (prevue.status_code, prevue.json()["etat"]) == (201, "prevue")
    adresse, etag = prevue["Location"], prevue["ETag"]

    assert pilote.post(f"{adresse}convoquer/", None).json()["code"] == "odj_vide"
    points = [{"titre": "Un", "minutes": 10}, {"titre": "Deux", "rapporteur": str(partenaire.organisme.pk)}]
    preparee = pilote.put(f"{adresse}ordre-du-jour/", {"ordre_du_jour": points}, If_Match=etag)
    assert [p["titre"] for p in preparee.json()["ordre_du_jour"]] == ["Un", "Deux"]
    assert pilote.post(f"{adresse}decisions/", {"texte": "Étendre la médiation"}).json()["nature"] == "a_decider"
    convoquee = pilote.post(f"{adresse}convoquer/", None)
    assert (convoquee.status_code, convoquee.json()["etat"]) == (200, "convoquee")
    assert Travail.objects.filter(parametres__sujet="convocation").exists()

    horloge.avancer(days=20)
    presence = {"organisme": str(partenaire.organisme.pk), "statut": "present"}
    presents = pilote.put(f"{adresse}presences/", {"presences": [presence]}, If_Match="*")
    assert [p["statut"] for p in presents.json()["presences"]] == ["present"]
    assert pilote.post(f"{adresse}tenir/", {}).json()["etat"] == "tenue"
    item = {"texte": "Neuf QPV sur treize.", "audience": "contrat", "perimetres": [codes["perimetre"].code]}
    item["point"] = presents.json()["ordre_du_jour"][0]["id"]
    ecrite = pilote.put(f"{adresse}compte-rendu/", {"compte_rendu": [item]}, If_Match="*").json()
    assert {n: ecrite["compte_rendu"][0][n] for n in item} == item
    decision = ecrite["decisions"][0]["id"]
    corps = {"nature": "decidee", "responsable": str(partenaire.organisme.pk), "echeance": _jour(100)}
    prise = pilote.patch(f"decisions/{decision}/", corps, If_Match="*").json()
    assert (prise["texte"], prise["execution"]) == ("Étendre la médiation", "a_faire")
    rendue = pilote.post(f"{adresse}rendre-compte/", None)
    assert (rendue.status_code, rendue.json()["etat"]) == (200, "rendue")

    refus = pilote.patch(f"decisions/{decision}/", {"texte": "x"}, If_Match="*")
    assert (refus.status_code, refus.json()["code"]) == (409, "reunion_close")
    lignes = LigneJournal.objects.de(Reunion.objects.get())
    assert {ligne.canal for ligne in lignes} == {Canal.API}
    assert {"prevoir", "convoquer", "tenir", "rendre_compte"} <= {ligne.acte for ligne in lignes}


def test_l_ordre_du_jour_devient_la_liste_donnee(pilote, siege):
    reunion = ReunionFactory(comite=siege.comite, le=timezone.localdate() + timedelta(days=9))
    anciens = [PointOrdreDuJourFactory(reunion=reunion, ordre=n, titre=t) for n, t in enumerate("ABC", start=1)]
    adresse = f"reunions/{reunion.pk}/ordre-du-jour/"
    voulu = [{"titre": "Nouveau"}, {"titre": "C", "minutes": 20}, {"id": str(anciens[0].pk), "titre": "A bis"}]

    lus = pilote.put(adresse, {"ordre_du_jour": voulu}, If_Match="*").json()["ordre_du_jour"]

    assert [p["titre"] for p in lus] == ["Nouveau", "C", "A bis"]
    assert [p["id"] for p in lus[1:]] == [str(anciens[2].pk), str(anciens[0].pk)]
    nombre = LigneJournal.objects.de(reunion).count()
    renvoye = pilote.put(adresse, {"ordre_du_jour": lus}, If_Match="*").json()["ordre_du_jour"]
    assert (renvoye, LigneJournal.objects.de(reunion).count()) == (lus, nombre)
    perdu = pilote.put(adresse, {"ordre_du_jour": [{"id": str(anciens[1].pk), "titre": "B"}]}, If_Match="*")
    assert (perdu.status_code, perdu.json()["erreurs"][0]["champ"]) == (409, "ordre_du_jour.0.id")


def test_les_presences_et_le_compte_rendu_renvoyes_n_ecrivent_rien(pilote, siege):
    reunion = ReunionFactory(comite=siege.comite, tenue=True)
    absent = MembreComiteFactory(comite=siege.comite)
    ItemCompteRenduFactory(reunion=reunion)
    lignes = [
        {"organisme": str(absent.organisme_id), "statut": "excuse", "pouvoir_a": str(siege.organisme_id)},
        {"organisme": str(siege.organisme_id), "statut": "present"},
    ]
    lue = pilote.put(f"reunions/{reunion.pk}/presences/", {"presences": lignes}, If_Match="*").json()
    assert {p["organisme"]: p["pouvoir_a"] for p in lue["presences"]} == {
        str(absent.organisme_id): str(siege.organisme_id),
        str(siege.organisme_id): None,
    }
    nombre = LigneJournal.objects.de(reunion).count()
    for partie, chemin in (("presences", "presences/"), ("compte_rendu", "compte-rendu/")):
        encore = pilote.put(f"reunions/{reunion.pk}/{chemin}", {partie: lue[partie]}, If_Match="*")
        assert (encore.status_code, encore.json()[partie]) == (200, lue[partie])
    assert LigneJournal.objects.de(reunion).count() == nombre
    vide = pilote.put(f"reunions/{reunion.pk}/presences/", {"presences": []}, If_Match="*").json()
    assert {p["statut"] for p in vide["presences"]} == {""}


@pytest.mark.parametrize(
    ("methode", "chemin", "corps", "statut", "champ"),
    [
        ("post", "", {"comite": "999999", "le": "2026-12-08"}, 400, "comite"),
        ("post", "", {"le": "2026-12-08"}, 400, "comite"),
        ("patch", "{r}/", {"comite": "999999"}, 400, "comite"),
        ("patch", "{r}/", {"commune": "00000"}, 400, "commune"),
        ("patch", "{r}/", {"fin": "16:00"}, 409, "debut"),
        ("patch", "{r}/", {"lieux": "x"}, 400, "lieux"),
        ("put", "{r}/ordre-du-jour/", {"ordre_du_jour": [{"titre": ""}]}, 400, "ordre_du_jour.0.titre"),
        (
            "put",
            "{r}/ordre-du-jour/",
            {"ordre_du_jour": [{"titre": "x", "rapporteur": "999999"}]},
            400,
            "ordre_du_jour.0.rapporteur",
        ),
        ("put", "{r}/presences/", {"presences": [{"organisme": "1", "statut": "la"}]}, 400, "presences.0.statut"),
        ("put", "{r}/presences/", {"presences": [{"organisme": "999999", "statut": "present"}]}, 409, None),
        ("put", "{r}/presences/", {"presences": [{"organisme": "1", "statut": ""}] * 2}, 400, "presences.1.organisme"),
        (
            "put",
            "{r}/compte-rendu/",
            {"compte_rendu": [{"texte": "x", "point": "999999"}]},
            409,
            "compte_rendu.0.point",
        ),
        ("put", "{r}/compte-rendu/", {"compte_rendu": [{"texte": "x", "perimetres": ["QN0"]}]}, 400, "perimetres"),
        ("post", "{r}/decisions/", {"texte": "x", "nature": "decidee"}, 409, "nature"),
        ("post", "{r}/decisions/", {"texte": "x", "responsable": "999999"}, 400, "responsable"),
        ("post", "{r}/annuler/", {}, 409, "motif"),
    ],
)
def test_une_valeur_fausse_est_nommee(pilote, siege, methode, chemin, corps, statut, champ):
    reunion = ReunionFactory(comite=siege.comite, le=timezone.localdate() + timedelta(days=9), convoquee=True)
    reponse = pilote(methode, f"reunions/{chemin.format(r=reunion.pk)}", corps, If_Match="*")
    assert reponse.status_code == statut
    assert reponse["Content-Type"] == "application/problem+json"
    assert [e["champ"] for e in reponse.json().get("erreurs", [])] == ([champ] if champ else [])


def test_deux_systemes_n_ecrivent_pas_l_un_sur_l_autre(pilote, siege):
    reunion = ReunionFactory(comite=siege.comite, le=timezone.localdate() + timedelta(days=9))
    adresse = f"reunions/{reunion.pk}/"
    etag = pilote.get(adresse)["ETag"]
    assert pilote.get(adresse, If_None_Match=etag).status_code == 304
    assert pilote.patch(adresse, {"lieu": "A"}).status_code == 428
    assert pilote.patch(adresse, {"lieu": "A"}, If_Match=etag).status_code == 200
    assert pilote.patch(adresse, {"lieu": "B"}, If_Match=etag).status_code == 412
    # What is held inside counts as well.
    etag = pilote.get(adresse)["ETag"]
    PointOrdreDuJourFactory(reunion=reunion)
    assert pilote.put(f"{adresse}ordre-du-jour/", {"ordre_du_jour": []}, If_Match=etag).status_code == 412
    assert pilote.post(f"{adresse}annuler/", {}, If_Match=etag).status_code == 412
    reunion.refresh_from_db()
    assert (reunion.lieu, reunion.etat) == ("A", "prevue")


def test_une_reunion_par_commune_se_prevoit_par_code_insee(pilote, siege):
    commune = CommuneFactory()
    pilote.contrat.communes.add(commune)
    siege.comite.par_commune = True
    siege.comite.save()
    corps = {"comite": str(siege.comite_id), "le": _jour(9), "commune": commune.code}
    prevue = pilote.post("reunions/", corps, Idempotency_Key="r-1")
    assert prevue.json()["commune"] == commune.code
    assert pilote.post("reunions/", corps, Idempotency_Key="r-1").content == prevue.content
    assert Reunion.objects.count() == 1
    assert pilote.post("reunions/", corps).status_code == 409  # already on the calendar


def test_une_annulation_revient_dans_le_flux(pilote, siege, horloge):
    annulee = ReunionFactory(comite=siege.comite, le=timezone.localdate() + timedelta(days=9))
    horloge.avancer(hours=1)
    depuis = pilote.get("reunions/").json()["reprendre_depuis"].replace("+", "%2B")
    assert pilote.get(f"reunions/?modifie_depuis={depuis}").json()["resultats"] == []
    pilote.post(f"reunions/{annulee.pk}/annuler/", {})
    (lue,) = pilote.get(f"reunions/?modifie_depuis={depuis}").json()["resultats"]
    assert (lue["id"], lue["etat"]) == (str(annulee.pk), "annulee")


def test_la_suite_d_une_decision_ramene_sa_reunion_dans_le_flux(pilote, siege, horloge):
    reunion = ReunionFactory(comite=siege.comite, tenue=True, le=timezone.localdate())
    ecrites = [lambda: pilote.post(f"reunions/{reunion.pk}/decisions/", {"texte": "Étendre", "nature": "decidee"})]
    ecrites.append(
        lambda: pilote.put(f"decisions/{reunion.decisions.get().pk}/execution/", {"execution": "faite"}, If_Match="*")
    )
    for ecrire, execution in zip(ecrites, ("a_faire", "faite"), strict=True):
        horloge.avancer(hours=1)
        depuis = pilote.get("reunions/").json()["reprendre_depuis"].replace("+", "%2B")
        assert pilote.get(f"reunions/?modifie_depuis={depuis}").json()["resultats"] == []
        assert ecrire().status_code in (200, 201)
        (lue,) = pilote.get(f"reunions/?modifie_depuis={depuis}").json()["resultats"]
        assert [d["execution"] for d in lue["decisions"]] == [execution]


# --- Who reads, who writes --------------------------------------------------------------------------------------------
def test_une_reunion_se_lit_selon_la_place_que_l_on_y_tient(appelant, pilote, partenaire, siege):
    reunion = ReunionFactory(comite=siege.comite, le=timezone.localdate())
    PointOrdreDuJourFactory(reunion=reunion)
    ItemCompteRenduFactory(reunion=reunion)
    DecisionReunionFactory(reunion=reunion, prise=True)
    autre, instructeur = appelant(), appelant(Role.INSTRUCTEUR)
    invite = appelant()
    MembreComiteFactory(comite=siege.comite, organisme=invite.organisme, invite=True)
    parties = ("ordre_du_jour", "compte_rendu", "decisions")

    def ouvre(systeme):
        lue = systeme.get(f"reunions/{reunion.pk}/")
        if lue.status_code == 404:
            assert systeme.get("reunions/").json()["resultats"] == []
            return None
        (dite,) = systeme.get("reunions/").json()["resultats"]
        return [len(lue.json()[p]) for p in parties], len(dite["decisions"])

    # The team reads everything; a member the agenda once called; an instructor who does not sit, the date alone.
    assert [ouvre(s) for s in (pilote, partenaire, invite, instructeur, autre)] == [
        ([1, 1, 1], 0),
        ([0, 0, 0], 0),
        ([0, 0, 0], 0),
        ([0, 0, 0], 0),
        None,
    ]
    Reunion.objects.update(etat="tenue")
    assert [ouvre(s) for s in (pilote, partenaire, invite, instructeur)] == [
        ([1, 1, 1], 1),
        ([1, 0, 1], 1),
        ([1, 0, 0], 0),
        ([0, 0, 0], 0),
    ]
    Reunion.objects.update(etat="rendue")
    # The item is for the members.
    assert [ouvre(s) for s in (partenaire, invite, instructeur)] == [([1, 1, 1], 1), ([1, 0, 1], 1), ([0, 0, 0], 0)]


def test_qui_ne_conduit_pas_la_reunion_lit_pourquoi(partenaire, siege):
    reunion = ReunionFactory(comite=siege.comite, convoquee=True)
    for methode, chemin, corps in (
        ("patch", "", {"lieu": "Ailleurs"}),
        ("post", "annuler/", {"motif": "Non"}),
        ("put", "ordre-du-jour/", {"ordre_du_jour": []}),
        ("post", "decisions/", {"texte": "Autre chose"}),
    ):
        refus = partenaire(methode, f"reunions/{reunion.pk}/{chemin}", corps, If_Match="*")
        assert (refus.status_code, refus.json()["detail"]) == (
            403,
            "Seul un chef de projet du contrat organise une réunion.",
        )
    refus = partenaire.post("reunions/", {"comite": str(siege.comite_id), "le": _jour(9)})
    assert refus.status_code == 403
    assert not LigneJournal.objects.de(reunion).exists()


def test_un_pilote_limite_ne_reunit_que_chez_lui(appelant, contrat, siege):
    chef = appelant(Role.CHEF_DE_PROJET, organisme=OrganismeFactory(), communes=[CommuneFactory()])
    refus = chef.post("reunions/", {"comite": str(siege.comite_id), "le": _jour(9)})
    assert (refus.status_code, "limités" in refus.json()["detail"]) == (403, True)


# --- What became of a decision ----------------------------------------------------------------------------------------
def test_l_organisme_responsable_dit_ou_en_est_sa_decision(appelant, contrat):
    responsable, autre = appelant(), appelant()
    decision = DecisionReunionFactory(
        reunion=ReunionFactory(comite__contrat=contrat, tenue=True),
        prise=True,
        responsable=responsable.organisme,
        echeance=timezone.localdate() - timedelta(days=1),
    )
    assert [d["id"] for d in responsable.get("decisions/?en_retard=true").json()["resultats"]] == [str(decision.pk)]
    assert responsable.get("decisions/?en_retard=false").json()["resultats"] == []
    assert autre.get("decisions/").json()["resultats"] == []
    adresse = f"decisions/{decision.pk}/"
    etag = responsable.get(adresse)["ETag"]

    assert autre.put(f"{adresse}execution/", {"execution": "faite"}, If_Match="*").status_code == 404
    assert responsable.put(f"{adresse}execution/", {"execution": "faite"}).status_code == 428
    corps = {"execution": "en_cours", "suite_donnee": "Deux postes sont publiés."}
    dite = responsable.put(f"{adresse}execution/", corps, If_Match=etag)
    assert (dite.status_code, dite.json()["suite_donnee"]) == (200, "Deux postes sont publiés.")
    assert responsable.put(f"{adresse}execution/", {"execution": "faite"}, If_Match=etag).status_code == 412
    refus = responsable.put(f"{adresse}execution/", {"execution": "abandonnee"}, If_Match=dite["ETag"])
    assert (refus.status_code, refus.json()["erreurs"][0]["champ"]) == (409, "suite_donnee")
    decision.refresh_from_db()
    assert decision.execution == DecisionReunion.Execution.EN_COURS
    assert LigneJournal.objects.de(decision.reunion).get().organisme_id == responsable.organisme.pk


def test_un_membre_suit_une_decision_sans_pouvoir_l_executer(partenaire, siege):
    decision = DecisionReunionFactory(reunion=ReunionFactory(comite=siege.comite, tenue=True), prise=True)
    assert partenaire.get(f"decisions/{decision.pk}/").status_code == 200
    refus = partenaire.put(f"decisions/{decision.pk}/execution/", {"execution": "faite"}, If_Match="*")
    assert refus.status_code == 403
    assert "responsable" in refus.json()["detail"]
