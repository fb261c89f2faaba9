"""Which scheme for a project, with the reasons (PdH 1.9.1, R4 to R9); subsidy or public contract (regles 2.4)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from contrats.etats import Role
from programmation.regles.aiguillage import Initiative, Offre, Projet, Verdict, conseiller
from programmation.regles.requalification import Faits, Qui, Risque, analyser
from tests.fabriques import CampagneFactory, CanalDepotFactory, DispositifFactory, DossierFactory, OrganismeFactory

AAP = Offre(1, "aap", False)
SIP = Offre(2, "sip", False, plafond=Decimal(5000), formes=frozenset({"association_1901"}))
CPO = Offre(3, "cpo", False)
FPC = Offre(4, "fpc", False)
FDC = Offre(5, "fonds_de_concours", True)
FIPD = Offre(6, "fipd", False)
VVV = Offre(7, "vacances", False)
AMI = Offre(8, "ami", False)
TOUS = [AAP, SIP, CPO, FPC, FDC, FIPD, VVV, AMI]


def projet(**reponses: Any) -> Projet:
    depart: dict[str, Any] = {"investissement": False, "initiative": Initiative.PORTEUR}
    return Projet(**(depart | reponses))


@pytest.mark.parametrize(
    ("reponses", "offre", "verdict", "raison"),
    [
        ({}, AAP, Verdict.CONSEILLE, "instruisent ensemble"),
        ({"benevole": True, "montant": Decimal(5000)}, SIP, Verdict.CONSEILLE, "toute l’année"),
        ({"benevole": True, "montant": Decimal("5000.01")}, SIP, Verdict.NON, "Plafonné à 5\u202f000\u00a0€"),
        ({"forme": "droit_public"}, SIP, Verdict.NON, "forme juridique"),
        ({"benevole": True, "deja_a_l_appel": True}, SIP, Verdict.POSSIBLE, "pas répondu à l’appel annuel"),
        ({"benevole": False}, SIP, Verdict.POSSIBLE, "surtout par des bénévoles"),
        ({}, CPO, Verdict.NON, "déjà fait ses preuves"),
        ({"deja_menee": True}, CPO, Verdict.POSSIBLE, "proposée par les financeurs"),
        ({}, FPC, Verdict.NON, "repéré par un signataire"),
        ({"initiative": Initiative.SIGNATAIRES}, FPC, Verdict.CONSEILLE, "repéré par les partenaires"),
        ({}, FDC, Verdict.NON, "Finance l’investissement"),
        ({"investissement": True, "forme": "droit_public"}, FDC, Verdict.CONSEILLE, "communes"),
        ({"investissement": True, "forme": "association_1901"}, FDC, Verdict.NON, "Réservé aux communes"),
        ({"investissement": True}, AAP, Verdict.NON, "pas des travaux"),
        ({}, FIPD, Verdict.NON, "prévention de la délinquance"),
        ({"prevention": True}, FIPD, Verdict.CONSEILLE, "prévient la délinquance"),
        ({"vacances": True}, VVV, Verdict.CONSEILLE, "vacances"),
        ({}, VVV, Verdict.NON, "vacances"),
        ({}, AMI, Verdict.POSSIBLE, "chef de projet"),
    ],
)
def test_chaque_dispositif_dit_pourquoi(reponses, offre, verdict, raison) -> None:
    conseil = conseiller(projet(**reponses), [offre])[0]
    assert conseil.verdict == verdict
    assert any(raison in phrase for phrase in (*conseil.pour, *conseil.contre))


def test_un_besoin_des_partenaires_mene_a_un_appel() -> None:
    (conseil,) = conseiller(projet(initiative=Initiative.SIGNATAIRES), [AMI])
    assert (conseil.verdict, conseil.contre) == (Verdict.CONSEILLE, ())


def test_un_dispositif_ferme_le_dit_et_les_conseilles_viennent_d_abord() -> None:
    ferme = Offre(9, "aap", False, ferme="La date limite est passée.")
    conseils = conseiller(projet(benevole=True), [ferme, *TOUS])
    assert [c.verdict for c in conseils] == sorted((c.verdict for c in conseils), key=list(Verdict).index)
    assert next(c for c in conseils if c.offre.pk == 9).contre == ("La date limite est passée.",)


@pytest.mark.parametrize(
    ("faits", "risque", "nombre"),
    [
        (Faits(Qui.PORTEUR, Qui.PORTEUR, False, False), Risque.FAIBLE, 0),
        (Faits(Qui.ENSEMBLE, Qui.PORTEUR, False, False), Risque.A_SURVEILLER, 0),
        (Faits(Qui.COLLECTIVITE, Qui.PORTEUR, False, False), Risque.A_SURVEILLER, 1),
        (Faits(Qui.COLLECTIVITE, Qui.COLLECTIVITE, False, False), Risque.FORT, 2),
        (Faits(Qui.PORTEUR, Qui.COLLECTIVITE, True, False), Risque.FORT, 2),
        (Faits(Qui.PORTEUR, Qui.PORTEUR, False, True), Risque.FORT, 1),
        (Faits(Qui.PORTEUR, Qui.PORTEUR, True, False), Risque.A_SURVEILLER, 1),
    ],
)
def test_le_risque_de_requalification_vient_de_l_initiative_du_contenu_et_du_prix(faits, risque, nombre) -> None:
    """Loi 2000-321, article 9-1: project initiated and defined by the organism, not the price of a service."""
    analyse = analyser(faits)
    assert (analyse.risque, len(analyse.indices)) == (risque, nombre)
    assert analyse.precautions


def test_la_page_donne_les_guichets_et_les_raisons(contrat, client_de, horloge) -> None:
    CampagneFactory(contrat=contrat, annee=2026, ouverte_le=date(2025, 10, 1), limite_depot=date(2025, 12, 15))
    sip = DispositifFactory(contrat=contrat, famille="sip", nom="Initiatives de proximité", permanent=True)
    DispositifFactory(contrat=contrat, famille="fpc", nom="Fabrique")
    caf = OrganismeFactory(caf=True, sigle="CAF")
    CanalDepotFactory(contrat=contrat, dispositif=sip, financeur=caf, canal="autre", consigne="Portail de la CAF")
    url = f"/c/{contrat.slug}/2026/quel-dispositif/"
    client = client_de(Role.PORTEUR)
    assert 'id="reponse"' not in client.get(url).content.decode()
    reponses = {"forme": "", "objet": "action", "montant": "4 000", "initiative": "porteur", "benevole": "oui"}
    reponses |= dict.fromkeys(("deja_menee", "deja_a_l_appel", "vacances", "prevention"), "non")

    page = client.get(url, reponses).content.decode()

    assert "Initiatives de proximité" in page
    assert "Portail de la CAF" in page
    assert "repéré par un signataire" in page
    assert "requalifiée" not in page
    chef = client_de(Role.CHEF_DE_PROJET).get(url, {**reponses, "initiative": "signataires"}).content.decode()
    assert "requalifiée en marché public" in chef


def test_la_note_se_remplit_depuis_un_dossier_et_s_imprime(contrat, client_de) -> None:
    dossier = DossierFactory(contrat=contrat, en_instruction=True, intitule="Médiation au pied des tours")
    client, url = client_de(Role.CHEF_DE_PROJET), f"/c/{contrat.slug}/2026/quel-dispositif/marche-public/"
    assert "Médiation au pied des tours" in client.get(url, {"dossier": dossier.numero}).content.decode()
    reponses = {
        "intitule": dossier.intitule,
        "porteur": str(dossier.porteur),
        "initiative": "collectivite",
        "definition": "collectivite",
        "besoin_propre": "non",
        "prix": "non",
    }
    note = client.get(url, reponses).content.decode()
    assert "Risque fort" in note
    assert "article 9-1" in note
    manque = client.get(url, {**reponses, "porteur": ""})
    assert manque.status_code == 422


def test_une_note_sans_reponse_dit_ce_qui_manque(contrat, client_de) -> None:
    url = f"/c/{contrat.slug}/2026/quel-dispositif/marche-public/"
    page = client_de(Role.CHEF_DE_PROJET).get(url, {"intitule": "", "porteur": ""}).content.decode()
    assert 'href="#id_initiative' in page
    assert "Ce champ est obligatoire." in page
