"""What a funder's information system writes: its opinion, its proposals, its decisions, never another's."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from commun.auteur import Canal
from commun.journal import verifier_chaine
from commun.models import LigneJournal
from contrats.etats import Role
from contrats.models import ActeDecision
from programmation import actions
from programmation.etats import EtatDemande
from programmation.models import Avis, DemandeFinancement
from tests.fabriques import DemandeFactory, DossierFactory, SollicitationAvisFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def demande(dossier, gens):
    """5 000 € asked of the département on a file of 20 000 €."""
    return DemandeFactory(dossier=dossier, financeur=gens.departement)


@pytest.fixture
def departement(systeme, gens):
    return systeme(gens.departement)


@pytest.fixture
def region(systeme, gens):
    return systeme(gens.region)


def _lignes(objet: Any) -> list[str]:
    return list(LigneJournal.objects.de(objet).values_list("acte", flat=True))


def _refusee(reponse: Any) -> tuple[int, str]:
    return reponse.status_code, reponse.json().get("code", "")


# --- Proposals --------------------------------------------------------------------------------------------------------
def test_proposer_dit_qui_par_ou_et_renvoye_n_ecrit_rien(demande, departement):
    adresse = f"demandes/{demande.pk}/"
    etag = departement.get(adresse)["ETag"]
    corps = {"montant": "4500.00", "conditions": "Ouvrir aux collégiens."}

    ecrite = departement.put(f"{adresse}proposition/", corps, If_Match=etag)

    assert ecrite.status_code == 200
    assert {n: ecrite.json()[n] for n in ("etat", "montant_propose", "conditions", "partagee", "version")} == {
        "etat": "proposee",
        "montant_propose": "4500.00",
        "conditions": "Ouvrir aux collégiens.",
        "partagee": True,
        "version": 1,
    }
    (ligne,) = LigneJournal.objects.de(demande)
    assert (ligne.canal, ligne.organisme_id) == (Canal.API, departement.organisme.pk)
    encore = departement.put(f"{adresse}proposition/", corps, If_Match=ecrite["ETag"])
    assert (encore.json(), encore["ETag"]) == (ecrite.json(), ecrite["ETag"])
    partiel = departement.put(f"{adresse}proposition/", {"montant": "4000"}, If_Match="*")
    assert (partiel.json()["conditions"], _lignes(demande)) == ("Ouvrir aux collégiens.", ["proposer"] * 2)


def test_un_brouillon_ne_se_partage_que_si_on_le_dit(demande, departement):
    adresse = f"demandes/{demande.pk}/proposition/"
    for corps, partagee in (
        ({"montant": "10", "partagee": False}, False),
        ({"montant": "11"}, False),
        ({"montant": "11", "partagee": True}, True),
    ):
        assert departement.put(adresse, corps, If_Match="*").json()["partagee"] is partagee
    assert len(_lignes(demande)) == 3


def test_personne_n_ecrase_ce_qu_un_autre_vient_d_ecrire(demande, departement, gens, le):
    adresse = f"demandes/{demande.pk}/"
    etag = departement.get(adresse)["ETag"]
    actions.proposer(demande, montant=Decimal(3000), par=gens.instructeur, le=le)

    perimee = departement.put(f"{adresse}proposition/", {"montant": "4500"}, If_Match=etag)
    sans = departement.put(f"{adresse}proposition/", {"montant": "4500"})
    acte = departement.post(f"{adresse}refuser/", {"motif": "Non."}, If_Match=etag)

    assert _refusee(perimee) == _refusee(acte) == (412, "revision_depassee")
    assert _refusee(sans) == (428, "revision_absente")
    demande.refresh_from_db()
    assert (demande.montant_propose, demande.etat) == (3000, EtatDemande.PROPOSEE)


@pytest.mark.parametrize(
    ("corps", "statut", "champ"),
    [
        ({"montant": "-1"}, 400, "montant"),
        ({"montant": "12,5"}, 400, "montant"),
        ({"conditions": "Seules."}, 400, "montant"),
        ({"montant": "10", "montnat": "10"}, 400, "montnat"),
        ({"montant": "20000.01"}, 409, "montant"),
    ],
)
def test_une_valeur_fausse_est_nommee(demande, departement, corps, statut, champ):
    refus = departement.put(f"demandes/{demande.pk}/proposition/", corps, If_Match="*")
    assert (refus.status_code, refus.json()["erreurs"][0]["champ"]) == (statut, champ)
    assert refus["Content-Type"] == "application/problem+json"
    assert _lignes(demande) == []


# --- Decisions --------------------------------------------------------------------------------------------------------
def test_un_acte_se_vote_se_rectifie_se_revote_et_se_notifie(dossier, gens, departement):
    demande = DemandeFactory(dossier=dossier, financeur=gens.departement, programmee=True)
    adresse = f"demandes/{demande.pk}/"
    acte = {"instance": "Commission permanente", "numero": "CP/118", "pris_le": "2026-06-15"}

    votee = departement.post(f"{adresse}voter/", {"montant": "4000.00", **acte})
    assert (votee.status_code, votee.json()["etat"], votee.json()["montant_vote"]) == (200, "votee", "4000.00")
    assert votee.json()["acte"] == acte
    rectifiee = departement.post(f"{adresse}rectifier/", {"motif": "Mauvais montant."})
    assert (rectifiee.json()["etat"], rectifiee.json()["acte"]) == ("programmee", None)
    assert departement.post(f"{adresse}voter/", {"montant": "4100", **acte}).json()["montant_vote"] == "4100.00"
    assert departement.post(f"{adresse}notifier/", {"jour": "2026-06-01"}).status_code == 409
    notifiee = departement.post(f"{adresse}notifier/", {"jour": "2026-07-01"}).json()
    assert (notifiee["etat"], notifiee["notifie_le"]) == ("notifiee", "2026-07-01")
    assert departement.post(f"{adresse}rectifier/", {"motif": "Trop tard."}).status_code == 403
    ej = departement.put(f"{adresse}numero-ej/", {"numero_ej": "2104567890"}, If_Match="*").json()
    assert ej["numero_ej"] == "2104567890"
    assert ActeDecision.objects.filter(organisme=gens.departement, numero="CP/118").count() == 1
    assert _lignes(demande) == ["voter", "rectifier", "voter", "notifier", "engager"]
    assert verifier_chaine(demande)


def test_un_refus_porte_son_motif_et_se_notifie(demande, departement):
    adresse = f"demandes/{demande.pk}/"
    assert departement.post(f"{adresse}refuser/", {"motif": " "}).status_code == 400
    refusee = departement.post(f"{adresse}refuser/", {"motif": "Relève de « Devoirs faits »."}).json()
    assert (refusee["etat"], refusee["motif"]) == ("refusee", "Relève de « Devoirs faits ».")
    assert departement.post(f"{adresse}notifier/", {"jour": "2026-07-01"}).json()["notifie_le"] == "2026-07-01"


def test_un_acte_avant_le_copil_et_un_ej_avant_la_programmation_disent_pourquoi(demande, departement):
    acte = {"montant": "10", "instance": "CP", "numero": "1", "pris_le": "2026-06-15"}
    avant = departement.post(f"demandes/{demande.pk}/voter/", acte)
    assert (avant.status_code, "COPIL" in avant.json()["detail"]) == (403, True)
    ej = departement.put(f"demandes/{demande.pk}/numero-ej/", {"numero_ej": "1"}, If_Match="*")
    assert (ej.status_code, "programmé" in ej.json()["detail"]) == (403, True)
    assert _lignes(demande) == []


def test_un_instructeur_propose_mais_ne_decide_pas(demande, systeme, gens):
    instructeur = systeme(gens.departement, Role.INSTRUCTEUR)
    adresse = f"demandes/{demande.pk}/"
    assert instructeur.put(f"{adresse}proposition/", {"montant": "10"}, If_Match="*").status_code == 200
    assert instructeur.post(f"{adresse}refuser/", {"motif": "Non."}).status_code == 403


def test_la_meme_demande_renvoyee_recoit_la_meme_reponse(demande, departement):
    premiere, seconde = [
        departement.post(f"demandes/{demande.pk}/refuser/", {"motif": "Non."}, Idempotency_Key="k-1") for _ in range(2)
    ]
    assert (premiere.status_code, seconde.json()) == (200, premiere.json())
    assert seconde["Idempotency-Replayed"] == "true"
    assert _lignes(demande) == ["refuser"]


# --- Another's --------------------------------------------------------------------------------------------------------
ECRITURES = [
    ("put", "proposition", {"montant": "1"}),
    ("put", "numero-ej", {"numero_ej": "1"}),
    ("post", "refuser", {"motif": "Non."}),
    ("post", "voter", {"montant": "1", "instance": "CP", "numero": "1", "pris_le": "2026-06-15"}),
    ("post", "rectifier", {"motif": "Non."}),
    ("post", "notifier", {"jour": "2026-07-01"}),
]


@pytest.mark.parametrize(("methode", "acte", "corps"), ECRITURES, ids=[acte for _, acte, _ in ECRITURES])
def test_la_demande_d_un_autre_ne_s_ecrit_pas(dossier, demande, region, gens, methode, acte, corps):
    """Read as a co-funder or never seen: the same 404."""
    DemandeFactory(dossier=dossier, financeur=gens.region)
    cachee = DemandeFactory(dossier=DossierFactory(contrat=dossier.contrat, en_instruction=True))
    assert region.get(f"demandes/{demande.pk}/").status_code == 200
    refus = [region(methode, f"demandes/{d}/{acte}/", corps, If_Match="*") for d in (demande.pk, cachee.pk, 0)]
    assert [_refusee(r) for r in refus] == [(404, "demande_d_autrui")] * 3
    assert len({r.content for r in refus}) == 1
    assert _lignes(demande) == []


def test_le_pilote_ecrit_pour_le_compte_d_un_financeur_avec_le_document_lu(demande, systeme, contrat):
    pilote = systeme(contrat.pilote, Role.CHEF_DE_PROJET)
    adresse = f"demandes/{demande.pk}/proposition/"
    sans = pilote.put(adresse, {"montant": "10"}, If_Match="*")
    assert (sans.status_code, sans.json()["erreurs"][0]["champ"]) == (409, "piece_source")
    avec = pilote.put(adresse, {"montant": "10", "piece_source": "Courriel du 12 mars"}, If_Match="*").json()
    assert (avec["saisi_par"], avec["partagee"]) == (str(contrat.pilote), True)


# --- Opinions ---------------------------------------------------------------------------------------------------------
def test_un_avis_se_donne_se_change_et_repond_a_qui_le_demandait(dossier, departement):
    demandee = SollicitationAvisFactory(dossier=dossier, organisme=departement.organisme)
    adresse = f"dossiers/{dossier.pk}/avis/"
    assert departement.get(adresse).status_code == 404

    donne = departement.put(adresse, {"sens": "reserve", "texte": "Si c’est gratuit."})
    assert donne.status_code == 201
    assert departement.put(adresse, {"sens": "reserve", "texte": "Si c’est gratuit."}).json() == donne.json()
    assert _refusee(departement.put(adresse, {"sens": "favorable"})) == (428, "revision_absente")
    change = departement.put(adresse, {"sens": "favorable"}, If_Match=donne["ETag"])
    assert (change.status_code, change.json()["sens"]) == (200, "favorable")
    assert departement.put(adresse, {"sens": "defavorable"}, If_Match=donne["ETag"]).status_code == 412

    demandee.refresh_from_db()
    assert demandee.avis == Avis.objects.get()
    assert _lignes(dossier) == ["donner_avis", "modifier_avis"]
    assert departement.get(f"dossiers/{dossier.pk}/").json()["avis"][0]["sens"] == "favorable"


def test_un_avis_ne_se_donne_plus_apres_le_copil(dossier, gens, departement):
    programme = DemandeFactory(
        dossier=DossierFactory(contrat=dossier.contrat, programme=True), financeur=gens.departement
    )
    refus = departement.put(f"dossiers/{programme.dossier_id}/avis/", {"sens": "favorable"})
    assert (refus.status_code, "COPIL" in refus.json()["detail"]) == (403, True)


# --- Lots -------------------------------------------------------------------------------------------------------------
@pytest.fixture
def lot(contrat, gens):
    """Three requests to the département, on three files of 20 000 €."""
    return [
        DemandeFactory(
            dossier=DossierFactory(contrat=contrat, en_instruction=True, cout_total=Decimal(20_000)),
            financeur=gens.departement,
        )
        for _ in range(3)
    ]


def test_un_lot_dit_ce_qu_est_devenue_chaque_ligne(lot, gens, departement):
    autrui = DemandeFactory(dossier=lot[0].dossier, financeur=gens.region)
    lignes = [
        {"demande": str(lot[0].pk), "montant": "1000", "conditions": "Une."},
        {"demande": str(lot[1].pk), "montant": "20000.01"},
        {"demande": str(lot[2].pk), "montant": "2000", "version": 7},
        {"demande": str(autrui.pk), "montant": "1"},
        {"demande": str(lot[0].pk), "montant": "3"},
        {"demande": "x", "montant": "beaucoup"},
    ]
    reponse = departement.post("demandes/lot/", {"tout_ou_rien": False, "lignes": lignes})

    bilan = reponse.json()
    assert (reponse.status_code, bilan["modifies"], bilan["refuses"]) == (200, 1, 5)
    assert [(li["resultat"], li["version"]) for li in bilan["lignes"][:3]] == [
        ("modifie", 1),
        ("refuse", 0),
        ("refuse", 0),
    ]
    champs = [sorted(e["champ"] for e in li["erreurs"]) for li in bilan["lignes"]]
    assert champs == [[], ["montant"], ["ligne"], ["demande"], ["demande"], ["demande", "montant"]]
    assert list(
        DemandeFinancement.objects.filter(financeur=gens.departement).order_by("pk").values_list("montant_propose")
    ) == [(1000,), (None,), (None,)]


def test_tout_ou_rien_n_ecrit_rien_et_dit_toutes_les_erreurs(lot, departement):
    lignes = [
        {"demande": str(lot[0].pk), "montant": "1000"},
        {"demande": str(lot[1].pk), "montant": "20000.01"},
        {"demande": str(lot[2].pk), "montant": "-1"},
    ]
    for envoyees, attendues in ((lignes, [2, 3]), (lignes[:2], [2])):
        refus = departement.post("demandes/lot/", {"lignes": envoyees})
        assert (refus.status_code, [e["ligne"] for e in refus.json()["erreurs"]]) == (400, attendues)
    assert not DemandeFinancement.objects.exclude(etat=EtatDemande.DEMANDEE).exists()
    assert [_lignes(demande) for demande in lot] == [[], [], []]


def test_un_lot_renvoye_n_ecrit_rien_de_plus(lot, departement):
    lignes = [{"demande": str(d.pk), "montant": "1000", "version": 0} for d in lot]
    assert departement.post("demandes/lot/", {"lignes": lignes}).json()["modifies"] == 3
    sans_version = [{nom: ligne[nom] for nom in ("demande", "montant")} for ligne in lignes]
    encore = departement.post("demandes/lot/", {"lignes": sans_version}).json()
    assert (encore["modifies"], encore["inchanges"]) == (0, 3)
    assert {li["version"] for li in encore["lignes"]} == {1}


def test_un_lot_trop_long_se_coupe_en_plusieurs(departement):
    refus = departement.post("demandes/lot/", {"lignes": [{"demande": "1"}] * 251})
    assert (refus.status_code, refus.json()["erreurs"][0]["champ"]) == (400, "lignes")
