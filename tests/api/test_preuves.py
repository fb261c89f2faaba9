"""Proof files of a statement through the API: the same checks as on the page, the same readers."""

import pytest

from commun.models import LigneJournal
from contrats.etats import Role
from tests.fabriques import EngagementFactory, PointAvancementFactory

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 un bilan"


@pytest.fixture
def point(partenaire):
    engagement = EngagementFactory(contrat=partenaire.contrat, organisme=partenaire.organisme)
    return PointAvancementFactory(engagement=engagement, annee=2026)


@pytest.fixture
def adresse(point):
    return f"engagements/{point.engagement_id}/points/2026/preuves/"


def test_une_preuve_se_joint_se_lit_se_telecharge_et_se_retire(partenaire, point, adresse):
    declaration = f"engagements/{point.engagement_id}/points/2026/"
    avant = partenaire.get(declaration)["ETag"]

    jointe = partenaire.post(f"{adresse}?nom=bilan.pdf", PDF)

    assert jointe.status_code == 201
    dite = jointe.json()
    assert (dite["nom"], dite["type"], dite["octets"]) == ("bilan.pdf", "application/pdf", len(PDF))
    assert jointe["Location"] == dite["adresse"]
    assert partenaire.get(adresse).json() == {"resultats": [dite]}
    recu = partenaire.get(dite["adresse"])
    assert b"".join(recu.streaming_content) == PDF
    assert 'filename="bilan.pdf"' in recu["Content-Disposition"]
    lue = partenaire.get(declaration, If_None_Match=avant)
    assert (lue.status_code, lue.json()["preuves"]) == (200, ["bilan.pdf"])
    assert partenaire.delete(dite["adresse"]).status_code == 204
    assert partenaire.get(dite["adresse"]).status_code == 404
    assert point.preuves.count() == 0
    actes = LigneJournal.objects.de(point.engagement).values_list("acte", flat=True)
    assert list(actes) == ["joindre_preuve", "retirer_preuve"]


def test_le_meme_fichier_envoye_deux_fois_n_est_joint_qu_une(partenaire, point, adresse):
    premiere, seconde = (partenaire.post(f"{adresse}?nom=bilan.pdf", PDF) for _ in range(2))
    assert premiere.json()["id"] == seconde.json()["id"]
    rejouee = [partenaire.post(f"{adresse}?nom=b.pdf", PDF + b"2", Idempotency_Key="k") for _ in range(2)][1]
    assert rejouee["Idempotency-Replayed"] == "true"
    autre = partenaire.post(f"{adresse}?nom=b.pdf", PDF + b"3", Idempotency_Key="k")
    assert (autre.status_code, point.preuves.count()) == (422, 2)


@pytest.mark.parametrize(
    ("nom", "contenu", "statut", "champ"),
    [
        ("virus.exe", b"MZ", 409, "preuves"),
        ("bilan.pdf", b"<html>", 409, "preuves"),
        ("bilan.pdf", b"", 409, "preuves"),
        ("", PDF, 400, "nom"),
        ("bilan.pdf", b"%PDF-" + b"0" * 10 * 1024 * 1024, 413, None),
    ],
    ids=["extension", "contenu", "vide", "sans nom", "trop gros"],
)
def test_un_mauvais_fichier_est_refuse_comme_a_l_ecran(partenaire, point, adresse, nom, contenu, statut, champ):
    refus = partenaire.post(f"{adresse}?nom={nom}", contenu)
    assert refus.status_code == statut
    assert [e["champ"] for e in refus.json().get("erreurs", [])] == ([champ] if champ else [])
    assert point.preuves.count() == 0


def test_le_corps_est_le_fichier_et_non_du_json(partenaire, adresse):
    refus = partenaire.post(f"{adresse}?nom=bilan.pdf", {"fichier": "x"})
    assert refus.status_code == 415
    assert "application/octet-stream" in refus.json()["detail"]


def test_sans_declaration_pas_de_preuve(partenaire, adresse):
    assert partenaire.post(f"{adresse.replace('2026', '2025')}?nom=bilan.pdf", PDF).status_code == 404


def test_une_preuve_se_lit_par_ceux_qui_lisent_les_declarations(appelant, partenaire, adresse):
    piece = partenaire.post(f"{adresse}?nom=bilan.pdf", PDF).json()["adresse"]
    assert b"".join(appelant(Role.INSTRUCTEUR).get(piece).streaming_content) == PDF
    assert appelant(Role.PORTEUR).get(piece).status_code == 403
    assert appelant(Role.PORTEUR).get(adresse).status_code == 403
