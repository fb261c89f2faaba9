"""Acts of decision, avenants, the structure that each keeps, and what changed between two versions."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.fichiers import lire
from commun.models import LigneJournal
from contrats.actions import structure as actions
from contrats.etats import EtatDocument, Role
from contrats.lectures.structure import comparer, structure_actuelle, structure_de
from contrats.models import Avenant
from tests.fabriques import (
    ActeDecisionFactory,
    CommuneFactory,
    DemandeFactory,
    ObjectifFactory,
    OrientationFactory,
    PrioritesCommunalesFactory,
    SignataireFactory,
    VoletCommunalFactory,
)

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 essai"


@pytest.fixture
def chef(auteur_de):
    return auteur_de(Role.CHEF_DE_PROJET)


def champs_acte(contrat, **autres):
    return {
        "organisme": contrat.pilote,
        "instance": "Conseil communautaire",
        "numero": "2026-051",
        "pris_le": date(2026, 9, 24),
        "position": "retient",
        "voix_pour": 61,
        "voix_contre": 0,
        "abstentions": 2,
        "deports": "",
        "recu_prefecture_le": date(2026, 9, 30),
    } | autres


# --- Acts ------------------------------------------------------------------------------------------------------------
def test_un_acte_garde_son_vote_sa_reception_et_son_document(contrat, chef) -> None:
    acte = actions.enregistrer_acte(
        contrat, champs=champs_acte(contrat), piece=PDF, nom="deliberation.pdf", par=chef, le=timezone.now()
    )
    assert (acte.voix_pour, acte.abstentions, acte.recu_prefecture_le) == (61, 2, date(2026, 9, 30))
    assert lire(acte.piece) == PDF
    assert LigneJournal.objects.de(acte).get().acte == "enregistrer_acte"


def test_un_acte_n_est_pas_recu_avant_d_etre_pris(contrat, chef) -> None:
    champs = champs_acte(contrat, recu_prefecture_le=date(2026, 9, 1))
    with pytest.raises(RegleEnfreinte, match="après avoir été pris"):
        actions.enregistrer_acte(contrat, champs=champs, par=chef, le=timezone.now())


def test_le_document_d_un_acte_est_un_pdf(contrat, chef) -> None:
    with pytest.raises(RegleEnfreinte, match="en PDF"):
        actions.enregistrer_acte(
            contrat, champs=champs_acte(contrat), piece=b"MZ", nom="acte.exe", par=chef, le=timezone.now()
        )


def test_l_acte_d_un_financeur_ne_recoit_que_sa_reception(contrat, chef) -> None:
    demande = DemandeFactory(votee=True, dossier__contrat=contrat)
    acte = demande.acte
    actions.corriger_acte(
        acte,
        champs={"numero": "FAUX", "recu_prefecture_le": date(2026, 12, 1)},
        par=chef,
        le=timezone.now(),
    )
    avant = acte.numero
    acte.refresh_from_db()
    assert (acte.numero, acte.recu_prefecture_le) == (avant, date(2026, 12, 1))
    with pytest.raises(RegleEnfreinte, match="rend fermes des montants"):
        actions.corriger_acte(acte, champs={"numero": "FAUX"}, par=chef, le=timezone.now())
    with pytest.raises(RegleEnfreinte, match="1\xa0demande"):
        actions.retirer_acte(acte, par=chef, le=timezone.now())


def test_l_acte_du_contrat_se_corrige_et_se_retire(contrat, chef) -> None:
    acte = ActeDecisionFactory(contrat=contrat)
    actions.corriger_acte(acte, champs={"numero": "2026-052"}, par=chef, le=timezone.now())
    acte.refresh_from_db()
    assert acte.numero == "2026-052"
    actions.retirer_acte(acte, par=chef, le=timezone.now())
    assert not contrat.actes.exists()


@pytest.mark.parametrize("role", [Role.DECIDEUR, Role.DELEGUE_PREFET, Role.MEMBRE_COPIL, Role.PORTEUR])
def test_les_autres_roles_n_enregistrent_ni_acte_ni_avenant(contrat, auteur_de, role) -> None:
    autre = auteur_de(role)
    with pytest.raises(ActeRefuse):
        actions.enregistrer_acte(contrat, champs=champs_acte(contrat), par=autre, le=timezone.now())
    with pytest.raises(ActeRefuse):
        actions.figer_contrat_signe(contrat, signe_le=date(2024, 4, 10), par=autre, le=timezone.now())


# --- Avenants --------------------------------------------------------------------------------------------------------
def figer(contrat, chef) -> Avenant:
    return actions.figer_contrat_signe(contrat, signe_le=date(2024, 4, 10), par=chef, le=timezone.now())


def avenant(contrat, chef, *, signe_le=date(2026, 6, 20), documents=(), objet="Priorités communales") -> Avenant:
    return actions.enregistrer_avenant(
        contrat,
        champs={"objet": objet, "resume": "", "signe_le": signe_le, "acte": None},
        documents=documents,
        par=chef,
        le=timezone.now(),
    )


def test_les_avenants_se_numerotent_et_gardent_la_structure(contrat, chef) -> None:
    orientation = OrientationFactory(contrat=contrat, nom="Emploi")
    origine = figer(contrat, chef)
    orientation.nom = "Emploi et insertion"
    orientation.save()
    premier, second = avenant(contrat, chef), avenant(contrat, chef)

    assert [a.numero for a in (origine, premier, second)] == [0, 1, 2]
    assert [structure_de(a).orientations[0].nom for a in (origine, premier)] == ["Emploi", "Emploi et insertion"]
    assert str(premier) == "Avenant n° 1 : Priorités communales"


def test_la_version_d_origine_vient_d_abord_et_une_fois(contrat, chef) -> None:
    with pytest.raises(RegleEnfreinte, match="d’abord la version d’origine"):
        avenant(contrat, chef)
    figer(contrat, chef)
    with pytest.raises(RegleEnfreinte, match="déjà gardée"):
        figer(contrat, chef)


def test_un_avenant_ne_precede_pas_la_version_qu_il_modifie(contrat, chef) -> None:
    figer(contrat, chef)
    with pytest.raises(RegleEnfreinte, match="signé après"):
        avenant(contrat, chef, signe_le=date(2024, 1, 1))


def test_corriger_un_avenant_ne_touche_pas_a_sa_structure(contrat, chef) -> None:
    figer(contrat, chef)
    objet = avenant(contrat, chef)
    instantane = objet.instantane_id
    OrientationFactory(contrat=contrat)
    actions.corriger_avenant(objet, champs={"objet": "Bailleurs"}, par=chef, le=timezone.now())
    objet.refresh_from_db()
    assert (objet.objet, objet.numero, objet.instantane_id) == ("Bailleurs", 1, instantane)


def test_un_avenant_annexe_ce_que_les_communes_ont_adopte(contrat, chef) -> None:
    volet = VoletCommunalFactory(contrat=contrat, adopte=True)
    objectif = ObjectifFactory(orientation__contrat=contrat, code="A1")
    volet.objectifs.add(objectif)
    priorites = PrioritesCommunalesFactory(contrat=contrat, adopte=True)
    figer(contrat, chef)

    objet = avenant(contrat, chef, documents=[volet, priorites])

    for document in (volet, priorites):
        document.refresh_from_db()
        assert (document.etat, document.avenant) == (EtatDocument.ANNEXE, objet)
    assert [(v.commune, v.objectifs) for v in structure_de(objet).volets] == [(volet.commune.nom, ("A1",))]


def test_un_document_non_adopte_ou_d_ailleurs_ne_s_annexe_pas(contrat, chef) -> None:
    figer(contrat, chef)
    for document in (VoletCommunalFactory(contrat=contrat), VoletCommunalFactory(adopte=True)):
        with pytest.raises(RegleEnfreinte):
            avenant(contrat, chef, documents=[document])
    assert contrat.avenants.count() == 1


def test_un_volet_repris_compte_comme_sa_derniere_version_annexee(contrat, chef) -> None:
    volet = VoletCommunalFactory(contrat=contrat, adopte=True)
    figer(contrat, chef)
    premier = avenant(contrat, chef, documents=[volet])
    volet.refresh_from_db()
    volet.etat = EtatDocument.REVISE
    volet.save()
    volet.objectifs.add(ObjectifFactory(orientation__contrat=contrat))
    assert structure_actuelle(contrat).volets == structure_de(premier).volets


# --- Between two versions --------------------------------------------------------------------------------------------
def test_la_comparaison_dit_ce_qui_vient_part_et_change(contrat, chef) -> None:
    garde = ObjectifFactory(orientation__contrat=contrat, code="1", ambition="Agir", prioritaire=False)
    partant = ObjectifFactory(orientation=garde.orientation, code="2")
    signataire = SignataireFactory(contrat=contrat, signe_le=None)
    avant = structure_actuelle(contrat)
    partant.delete()
    garde.prioritaire = True
    garde.save()
    signataire.signe_le = date(2026, 9, 1)
    signataire.save()
    nouvelle = OrientationFactory(contrat=contrat)
    contrat.communes.add(commune := CommuneFactory())

    parties = dict(comparer(avant, structure_actuelle(contrat)))

    assert set(parties) == {"Orientations", "Objectifs", "Signataires", "Communes"}
    assert [(e.genre, e.nom) for e in parties["Orientations"]] == [("ajout", f"{nouvelle.code} {nouvelle.nom}")]
    assert [(e.genre, e.details) for e in parties["Objectifs"]] == [
        ("changement", (("Retenu comme prioritaire", "non", "oui"),)),
        ("retrait", ()),
    ]
    assert parties["Signataires"][0].details == (("Signé le", "", "01/09/2026"),)
    assert [(e.genre, e.nom) for e in parties["Communes"]] == [("ajout", commune.nom)]


def test_deux_versions_pareilles_n_ont_pas_d_ecart(contrat) -> None:
    ObjectifFactory(orientation__contrat=contrat)
    assert comparer(structure_actuelle(contrat), structure_actuelle(contrat)) == ()
