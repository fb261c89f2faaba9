"""What a funder's information system reads: the files that ask it, whole, its co-funders' rows as the page shows them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contrats.etats import Role
from programmation import actions
from programmation.models import DemandeFinancement
from tests.api.conftest import Appelant
from tests.fabriques import (
    AvisFactory,
    BudgetPrevisionnelFactory,
    DemandeFactory,
    DossierFactory,
    LocalisationFactory,
    OrganismeFactory,
    SollicitationAvisFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def departement(systeme, gens):
    return systeme(gens.departement)


@pytest.fixture
def region(systeme, gens):
    return systeme(gens.region)


def _numeros(systeme: Appelant, **parametres: Any) -> list[str]:
    suite = "&".join(f"{nom}={valeur}" for nom, valeur in parametres.items())
    return [lu["numero"] for lu in systeme.get(f"dossiers/?{suite}").json()["resultats"]]


def test_un_financeur_lit_les_dossiers_qui_le_sollicitent_et_eux_seuls(contrat, dossier, gens, departement, region):
    DemandeFactory(dossier=dossier, financeur=gens.departement)
    autre = DemandeFactory(dossier=DossierFactory(contrat=contrat, en_instruction=True), financeur=gens.region)
    brouillon = DemandeFactory(dossier=DossierFactory(contrat=contrat), financeur=gens.departement)
    ailleurs = DemandeFactory(financeur=gens.departement)

    assert _numeros(departement) == [dossier.numero]
    assert _numeros(region) == [autre.dossier.numero]
    assert departement.get(f"dossiers/{dossier.pk}/").status_code == 200
    for cache in (autre, brouillon, ailleurs):
        assert departement.get(f"dossiers/{cache.dossier_id}/").status_code == 404
        assert departement.get(f"demandes/{cache.pk}/").status_code == 404


@pytest.mark.parametrize("role", [Role.SIGNATAIRE, Role.PORTEUR, Role.MEMBRE_COPIL, Role.CONSEIL_CITOYEN])
def test_qui_n_instruit_pas_ne_lit_rien(dossier, systeme, role):
    demande = DemandeFactory(dossier=dossier, proposee=True)
    de_trop = systeme(dossier.porteur if role == Role.PORTEUR else demande.financeur, role)
    for adresse in ("dossiers/", f"dossiers/{dossier.pk}/", f"dossiers/{dossier.pk}/avis/", f"demandes/{demande.pk}/"):
        refus = de_trop.get(adresse)
        assert (refus.status_code, "sollicitent" in refus.json()["detail"]) == (403, True)


def test_le_dossier_entier_dit_la_demande_ses_lieux_son_budget_et_les_avis(dossier, gens, departement):
    DemandeFactory(dossier=dossier, financeur=gens.departement)
    BudgetPrevisionnelFactory(dossier=dossier, equilibre=True)
    lieu = LocalisationFactory(dossier=dossier)
    AvisFactory(dossier=dossier, texte="Attendu des familles.")
    dossier.besoin = "Un lieu calme."
    dossier.save(update_fields=["besoin"])

    lu = departement.get(f"dossiers/{dossier.pk}/").json()

    assert (lu["besoin"], lu["cout_total"], lu["public"]["beneficiaires_qpv"]) == ("Un lieu calme.", "20000.00", 60)
    assert lu["lieux"] == [
        {"mode": "perimetre", "perimetre": lieu.version.perimetre.code, "commune": None, "part": "100.00"}
    ]
    assert [(li["sens"], li["montant"]) for li in lu["budget"]["lignes"]] == [("charge", 20000), ("produit", 20000)]
    assert [(a["sens"], a["texte"]) for a in lu["avis"]] == [("favorable", "Attendu des familles.")]


def test_le_brouillon_d_un_cofinanceur_reste_le_sien_et_ne_compte_pas_comme_un_changement(
    dossier, gens, departement, region, le
):
    demandes = [DemandeFactory(dossier=dossier, financeur=f) for f in (gens.departement, gens.region)]
    avant = departement.get("dossiers/").json()["resultats"][0]["modifie_le"]
    actions.proposer(demandes[1], montant=Decimal("4321.09"), partagee=False, par=gens.voisin, le=le)

    sien = {d["financeur_nom"]: d for d in region.get("dossiers/").json()["resultats"][0]["demandes"]}
    vu = departement.get("dossiers/").json()["resultats"][0]
    autrui = next(d for d in vu["demandes"] if d["financeur"] == str(gens.region.pk))

    assert sien[gens.region.nom]["montant_propose"] == "4321.09"
    assert (sien[gens.region.nom]["partagee"], sien[gens.region.nom]["version"]) == (False, 1)
    assert (autrui["etat"], autrui["montant_propose"], autrui["partagee"]) == ("demandee", None, None)
    assert (autrui["version"], vu["modifie_le"]) == (None, avant)
    assert "4321.09" not in departement.get(f"dossiers/{dossier.pk}/").content.decode()

    actions.proposer(demandes[1], montant=Decimal("4321.09"), par=gens.voisin, le=le)
    partage = departement.get("dossiers/").json()["resultats"][0]
    assert partage["modifie_le"] > avant
    assert "4321.09" in departement.get(f"dossiers/{dossier.pk}/").content.decode()


def test_qui_n_est_que_consulte_ne_lit_ni_les_reponses_des_autres_ni_leurs_avis(dossier, gens, region):
    DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True, montant_propose=Decimal("3217.43"))
    AvisFactory(dossier=dossier, organisme=gens.departement, texte="Entre nous.")
    SollicitationAvisFactory(dossier=dossier, organisme=gens.region)
    lu = region.get(f"dossiers/{dossier.pk}/")
    assert lu.status_code == 200
    assert "3217.43" not in lu.content.decode()
    assert lu.json()["avis"] == []


def test_le_numero_d_engagement_ne_sort_que_pour_son_financeur(dossier, gens, departement, region):
    DemandeFactory(dossier=dossier, financeur=gens.region)
    demande = DemandeFactory(dossier=dossier, financeur=gens.departement, programmee=True, numero_ej="EJ-1")
    assert departement.get(f"demandes/{demande.pk}/").json()["numero_ej"] == "EJ-1"
    assert region.get(f"demandes/{demande.pk}/").json()["numero_ej"] == ""


def test_le_flux_donne_ce_qui_a_change_depuis_et_se_reprend(contrat, gens, departement, horloge):
    demandes = [
        DemandeFactory(dossier=DossierFactory(contrat=contrat, en_instruction=True), financeur=gens.departement)
        for _ in range(3)
    ]
    page = departement.get("dossiers/?taille=2").json()
    suite = departement.get(page["suivante"]).json()
    lus = [d["numero"] for d in (*page["resultats"], *suite["resultats"])]
    assert lus == sorted(d.dossier.numero for d in demandes)
    assert suite["suivante"] is None

    horloge.avancer(hours=1)
    reprise = departement.get("dossiers/").json()["reprendre_depuis"].replace("+", "%2B")
    actions.proposer(demandes[1], montant=Decimal(10), par=gens.instructeur, le=horloge.maintenant)
    assert _numeros(departement, modifie_depuis=reprise) == [demandes[1].dossier.numero]


def test_les_filtres(contrat, gens, departement, region):
    en_cours = DemandeFactory(dossier=DossierFactory(contrat=contrat, en_instruction=True), financeur=gens.departement)
    depose = DemandeFactory(dossier=DossierFactory(contrat=contrat, depose=True), financeur=gens.departement)
    DemandeFactory(dossier=depose.dossier, financeur=gens.region)
    assert _numeros(departement, etat="depose") == [depose.dossier.numero]
    assert _numeros(departement, financeur=gens.region.pk) == [depose.dossier.numero]
    assert _numeros(departement, numero=en_cours.dossier.numero) == [en_cours.dossier.numero]
    assert _numeros(departement, annee=2025) == []
    assert departement.get("dossiers/?inconnu=1").status_code == 400


def test_une_lecture_deja_connue_est_un_304(dossier, gens, departement):
    demande = DemandeFactory(dossier=dossier, financeur=gens.departement)
    for adresse in (f"dossiers/{dossier.pk}/", f"demandes/{demande.pk}/"):
        etag = departement.get(adresse)["ETag"]
        assert departement.get(adresse, If_None_Match=etag).status_code == 304
        DemandeFinancement.objects.filter(pk=demande.pk).update(numero_externe=adresse)
        assert departement.get(adresse, If_None_Match=etag).status_code == 200


def test_la_liste_coute_autant_pour_un_que_pour_trente(contrat, gens, departement):
    def ajouter(nombre: int) -> None:
        for _ in range(nombre):
            dossier = DossierFactory(contrat=contrat, en_instruction=True)
            DemandeFactory(dossier=dossier, financeur=gens.departement)
            DemandeFactory(dossier=dossier, financeur=OrganismeFactory(departement=True), proposee=True)

    def cout() -> int:
        with CaptureQueriesContext(connection) as requetes:
            assert departement.get("dossiers/").status_code == 200
        return len(requetes)

    ajouter(1)
    cout()
    pour_un = cout()
    ajouter(29)
    assert cout() == pour_un <= 8
