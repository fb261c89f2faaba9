"""Where each funder pays: the warnings of a file (S-18), from data of the contract (PdH 1.2.1)."""

from __future__ import annotations

import pytest

from contrats.etats import Role
from geographie.models import TypePerimetre
from programmation.lectures.dossier import fiche, pour_la_fiche
from programmation.models import EligibilitePerimetre, Localisation, ModeLocalisation
from programmation.regles.lieux import DemandeSituee, LieuDeDossier, RegleDEligibilite, alertes_de_lieu
from tests.fabriques import (
    DemandeFactory,
    DossierFactory,
    EligibilitePerimetreFactory,
    OrganismeFactory,
    PerimetreDuContratFactory,
    VersionPerimetreFactory,
)

ETAT, EPCI = 1, 2
REGLES = [
    RegleDEligibilite(ETAT, "", "qpv", None, "oui"),
    RegleDEligibilite(ETAT, "specifique", "poche_pauvrete", None, "exception", "Dans le cadre du contrat."),
    RegleDEligibilite(ETAT, "specifique", "geographie_complementaire", None, "non"),
    RegleDEligibilite(ETAT, "droit_commun", "geographie_complementaire", None, "oui"),
    RegleDEligibilite(ETAT, "specifique", "geographie_complementaire", 7, "oui"),
    RegleDEligibilite(EPCI, "", "geographie_complementaire", None, "oui"),
]
SPECIFIQUE = DemandeSituee(ETAT, "l’État", "specifique", etat=True)
DROIT_COMMUN = DemandeSituee(ETAT, "l’État", "droit_commun", etat=True)
CAPH = DemandeSituee(EPCI, "CAPH", "specifique")
QPV = LieuDeDossier("Couture Savonnerie", "qpv", 3)
POCHE = LieuDeDossier("Cité Boca", "poche_pauvrete", 4)
COMPLEMENTAIRE = LieuDeDossier("Denain, autres quartiers", "geographie_complementaire", 5)
EXCEPTEE = LieuDeDossier("Haveluy", "geographie_complementaire", 7)
COMMUNE = LieuDeDossier("Hérin")


@pytest.mark.parametrize(
    ("lieux", "demandes", "debuts"),
    [
        ([QPV], [SPECIFIQUE], []),
        ([POCHE], [SPECIFIQUE], ["L’État ne finance ce lieu qu’à titre exceptionnel\u202f: Cité Boca. Dans le cadre"]),
        ([COMPLEMENTAIRE], [SPECIFIQUE], ["L’État ne finance pas ce lieu\u202f: Denain, autres quartiers."]),
        ([COMPLEMENTAIRE], [DROIT_COMMUN], []),
        ([COMPLEMENTAIRE], [CAPH], []),
        ([EXCEPTEE], [SPECIFIQUE], []),
        ([QPV, COMPLEMENTAIRE], [SPECIFIQUE, CAPH], ["L’État ne finance pas ce lieu"]),
        ([COMMUNE], [SPECIFIQUE], ["Aucun quartier ni territoire du contrat n’est indiqué"]),
        ([COMMUNE], [DROIT_COMMUN, CAPH], []),
        ([COMMUNE, QPV], [SPECIFIQUE], []),
        ([], [SPECIFIQUE], ["Aucun quartier ni territoire du contrat n’est indiqué"]),
        ([], [DROIT_COMMUN], []),
    ],
)
def test_chaque_financeur_intervient_ou_il_l_a_dit(lieux, demandes, debuts) -> None:
    """S-18 and the table of PdH 1.2.1."""
    alertes = alertes_de_lieu(lieux, demandes, REGLES)
    assert len(alertes) == len(debuts)
    assert all(alerte.startswith(debut) for alerte, debut in zip(alertes, debuts, strict=True))


def test_un_lieu_refuse_deux_fois_ne_s_ecrit_qu_une() -> None:
    deux_demandes = [SPECIFIQUE, DemandeSituee(ETAT, "l’État", "specifique", etat=True)]
    assert len(alertes_de_lieu([COMPLEMENTAIRE, COMPLEMENTAIRE], deux_demandes, REGLES)) == 1


def test_la_page_du_dossier_alerte_sur_ses_lieux(contrat, gens) -> None:
    etat = OrganismeFactory(etat=True, nom="État", sigle="État")
    version = VersionPerimetreFactory(perimetre__type=TypePerimetre.COMPLEMENTAIRE)
    PerimetreDuContratFactory(contrat=contrat, perimetre=version.perimetre)
    dossier = DossierFactory(contrat=contrat, en_instruction=True)
    Localisation.objects.create(dossier=dossier, version=version, part=100)
    DemandeFactory(dossier=dossier, financeur=etat)
    EligibilitePerimetreFactory(
        contrat=contrat, financeur=etat, type_perimetre=TypePerimetre.COMPLEMENTAIRE, admission="non"
    )
    lu = fiche(pour_la_fiche().get(pk=dossier.pk), pour=gens.chef, contrat=contrat)
    assert any(alerte.startswith("L’État ne finance pas ce lieu") for alerte in lu.alertes)

    # A rule whose years are over says nothing any more.
    EligibilitePerimetre.objects.update(valide_au="2025-12-31")
    lu = fiche(pour_la_fiche().get(pk=dossier.pk), pour=gens.chef, contrat=contrat)
    assert not any("ne finance pas" in alerte for alerte in lu.alertes)


def test_l_ensemble_des_qpv_vaut_un_qpv(contrat, gens) -> None:
    dossier = DossierFactory(contrat=contrat, en_instruction=True)
    Localisation.objects.create(dossier=dossier, mode=ModeLocalisation.ENSEMBLE_QPV, part=100)
    DemandeFactory(dossier=dossier, financeur=OrganismeFactory(etat=True))
    lu = fiche(pour_la_fiche().get(pk=dossier.pk), pour=gens.chef, contrat=contrat)
    assert not any("programme 147" in alerte for alerte in lu.alertes)


def test_les_regles_s_ecrivent_a_l_ecran(contrat, client_de) -> None:
    client, base = client_de(Role.CHEF_DE_PROJET), f"/c/{contrat.slug}/2026/eligibilite/"
    version = VersionPerimetreFactory(perimetre__type=TypePerimetre.QPV)
    PerimetreDuContratFactory(contrat=contrat, perimetre=version.perimetre)
    saisie = {"financeur": contrat.pilote_id, "type_perimetre": "poche_pauvrete", "admission": "exception"}
    refus = client.post(f"{base}ajouter/", {**saisie, "perimetre": version.perimetre_id})
    assert refus.status_code == 422
    assert "est d’un autre type" in refus.content.decode()

    assert client.post(f"{base}ajouter/", saisie).status_code == 302
    double = client.post(f"{base}ajouter/", saisie)
    assert (double.status_code, "existe déjà pour ce financeur" in double.content.decode()) == (422, True)

    regle = EligibilitePerimetre.objects.get()
    client.post(f"{base}{regle.pk}/", {**saisie, "condition": "Avec l’accord du délégué."})
    assert "Avec l’accord du délégué." in client.get(base).content.decode()
    client.post(f"{base}{regle.pk}/retirer/")
    assert not EligibilitePerimetre.objects.exists()
