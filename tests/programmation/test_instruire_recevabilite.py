"""Is a file complete and receivable: automatic checks, points that people check, what may be declared."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from acteurs.models import FormeJuridique, TypePiece
from commun.erreurs import ActeRefuse
from contrats.etats import Role
from programmation import actions
from programmation.actions import Constat
from programmation.etats import EtatDossier
from programmation.lectures.recevabilite import controles, recevabilite
from programmation.models import GenreAttestation, OrigineDossier, PointAVerifier
from programmation.regles.champs import section_du_champ
from programmation.regles.recevabilite import (
    Annuaire,
    Faits,
    PieceAttendue,
    Resultat,
    Totaux,
    champs_proposes,
    controler,
    defauts,
    motif_propose,
)
from tests.fabriques import (
    AttestationFactory,
    BudgetPrevisionnelFactory,
    DemandeFactory,
    DossierFactory,
    FicheOrganismeFactory,
    LigneBudgetFactory,
    LocalisationFactory,
    OrganismeFactory,
    OuvertureTardiveFactory,
    PieceDossierFactory,
    PieceOrganismeFactory,
    PieceRequiseFactory,
)
from tests.programmation.actions.reperes import vie

JOUR = date(2026, 1, 10)
STATUTS = PieceAttendue("Statuts", obligatoire=True, presente=True, de_l_organisme=True)
COMPLET = Faits(
    depose_le=date(2025, 12, 1),
    limite=date(2025, 12, 15),
    siret="13002526500013",
    annuaire=Annuaire.CONFIRME,
    pieces=(STATUTS,),
    attestations_manquantes=(),
    budget=Totaux(20_000, 20_000, 1_500, 1_500),
    parts=(Decimal(60), Decimal("40.05")),
    financeurs=2,
    reconduite=True,
    bilan=True,
)


def test_un_dossier_complet_n_a_aucun_defaut() -> None:
    assert {c.resultat for c in controler(COMPLET)} == {Resultat.CONFORME}
    assert motif_propose(controler(COMPLET)) == ""


@pytest.mark.parametrize(
    ("faits", "code", "resultat", "mot"),
    [
        (replace(COMPLET, depose_le=date(2025, 12, 16)), "delai", Resultat.ALERTE, "après la limite du 15/12/2025"),
        (replace(COMPLET, depose_le=date(2025, 12, 15)), "delai", Resultat.CONFORME, "15/12/2025"),
        (replace(COMPLET, siret=""), "siret", Resultat.DEFAUT, "SIRET"),
        (replace(COMPLET, annuaire=Annuaire.FERME), "siret", Resultat.DEFAUT, "fermé"),
        (replace(COMPLET, annuaire=Annuaire.NON_VERIFIE), "siret", Resultat.ALERTE, "pas encore répondu"),
        (replace(COMPLET, annuaire=Annuaire.INCONNU), "siret", Resultat.ALERTE, "ne connaît pas"),
        (
            replace(COMPLET, pieces=(replace(STATUTS, presente=False),)),
            "pieces",
            Resultat.DEFAUT,
            "Il manque : statuts.",
        ),
        (
            replace(COMPLET, pieces=(replace(STATUTS, presente=False, perimee_le=date(2025, 6, 30)),)),
            "pieces",
            Resultat.DEFAUT,
            "n’est plus valable depuis le 30/06/2025",
        ),
        (
            replace(COMPLET, pieces=(replace(STATUTS, presente=False, obligatoire=False),)),
            "pieces",
            Resultat.SANS_OBJET,
            "",
        ),
        (replace(COMPLET, bilan=False), "bilan", Resultat.DEFAUT, "compte rendu"),
        (replace(COMPLET, bilan=False, reconduite=False), "bilan", Resultat.SANS_OBJET, "Nouvelle action"),
        (replace(COMPLET, attestations_manquantes=("Sincérité",)), "attestations", Resultat.DEFAUT, "« Sincérité »"),
        (replace(COMPLET, budget=None), "budget", Resultat.DEFAUT, "pas rempli"),
        (replace(COMPLET, budget=Totaux(20_000, 19_999)), "budget", Resultat.DEFAUT, "19\u202f999\u00a0€"),
        (replace(COMPLET, budget=Totaux(20_000, 20_000, 10, 0)), "nature", Resultat.DEFAUT, "86"),
        (replace(COMPLET, budget=Totaux(20_000, 20_000)), "nature", Resultat.SANS_OBJET, "Aucune"),
        (replace(COMPLET, parts=()), "lieux", Resultat.DEFAUT, "Aucun lieu"),
        (replace(COMPLET, parts=(Decimal("99.5"),)), "lieux", Resultat.DEFAUT, "99,5\u202f%"),
        (replace(COMPLET, financeurs=0), "financeurs", Resultat.DEFAUT, "Aucun financeur"),
    ],
)
def test_chaque_verification_dit_ce_qui_manque(faits: Faits, code: str, resultat: Resultat, mot: str) -> None:
    """S-01, S-02, S-17, S-20."""
    (controle,) = [c for c in controler(faits) if c.code == code]
    assert (controle.resultat, mot in controle.detail) == (resultat, True), controle
    ouvrables = all(section_du_champ(champ) for champ in controle.champs)
    assert ouvrables
    if resultat is Resultat.DEFAUT:
        assert champs_proposes(controler(faits)) == list(controle.champs) != []
        assert controle.detail in motif_propose(controler(faits))


def test_ce_qui_vient_de_dauphin_n_est_pas_redemande() -> None:
    """S-16: papers, attestations, account and budget were given in the other place."""
    nu = replace(
        COMPLET,
        importe=True,
        pieces=(replace(STATUTS, presente=False),),
        attestations_manquantes=("Sincérité",),
        bilan=False,
        budget=None,
    )
    assert defauts(controler(nu)) == []


# --- Read from the database ------------------------------------------------------------------------------------------
@pytest.fixture
def dossier(contrat):
    """A renewal by an association, complete."""
    porteur = OrganismeFactory(forme_juridique=FormeJuridique.ASSOCIATION_1901, siret="13002526500013")
    FicheOrganismeFactory(organisme=porteur, verification="confirme")
    dossier = DossierFactory(contrat=contrat, porteur=porteur, depose=True, reconduit=True)
    LocalisationFactory(dossier=dossier)
    DemandeFactory(dossier=dossier)
    BudgetPrevisionnelFactory(dossier=dossier, equilibre=True)
    for genre in GenreAttestation.values:
        AttestationFactory(dossier=dossier, genre=genre)
    PieceRequiseFactory(campagne=dossier.campagne, type=TypePiece.STATUTS, formes=[FormeJuridique.ASSOCIATION_1901])
    PieceRequiseFactory(campagne=dossier.campagne, type=TypePiece.DELIBERATION, formes=[FormeJuridique.DROIT_PUBLIC])
    PieceRequiseFactory(campagne=dossier.campagne, type=TypePiece.BILAN, reconduction_seule=True)
    PieceOrganismeFactory(organisme=porteur, type=TypePiece.STATUTS)
    PieceDossierFactory(dossier=dossier, type=TypePiece.BILAN)
    return dossier


def resultats(dossier) -> dict[str, Resultat]:
    return {c.code: c.resultat for c in controles(dossier)}


@pytest.mark.django_db
def test_les_faits_sont_lus_du_dossier_et_de_la_campagne(dossier) -> None:
    attendus = dict.fromkeys(resultats(dossier), Resultat.CONFORME) | {"nature": Resultat.SANS_OBJET}
    assert resultats(dossier) == attendus

    dossier.attestations.filter(genre=GenreAttestation.CER).delete()
    dossier.pieces.update(retiree_le=datetime(2026, 1, 1, tzinfo=UTC))
    dossier.porteur.pieces.update(valable_au=date(2025, 6, 30))
    LigneBudgetFactory(budget=dossier.budget, compte="864", libelle="Bénévolat", montant=900)
    manquent = {"attestations", "bilan", "pieces", "nature"}
    assert {code for code, r in resultats(dossier).items() if r is Resultat.DEFAUT} == manquent


@pytest.mark.django_db
def test_une_commune_n_a_ni_contrat_d_engagement_ni_statuts_a_donner(dossier) -> None:
    dossier.porteur.forme_juridique = FormeJuridique.DROIT_PUBLIC
    dossier.attestations.filter(genre__in=["cer", "minimis"]).delete()
    assert resultats(dossier)["attestations"] is Resultat.CONFORME
    (pieces,) = [c for c in controles(dossier) if c.code == "pieces"]
    assert (pieces.resultat, pieces.detail, pieces.champs) == (
        Resultat.DEFAUT,
        "Il manque : délibération.",
        ("pieces",),
    )


@pytest.mark.django_db
def test_l_ouverture_tardive_du_porteur_recule_sa_limite(dossier) -> None:
    dossier.depose_le = datetime(2025, 12, 20, 9, tzinfo=UTC)
    assert resultats(dossier)["delai"] is Resultat.ALERTE
    OuvertureTardiveFactory(campagne=dossier.campagne, porteur=dossier.porteur)
    assert resultats(dossier)["delai"] is Resultat.CONFORME


@pytest.mark.django_db
def test_un_dossier_importe_ne_manque_de_rien(contrat) -> None:
    dossier = DossierFactory(contrat=contrat, depose=True, origine=OrigineDossier.DAUPHIN)
    PieceRequiseFactory(campagne=dossier.campagne)
    assert {code for code, r in resultats(dossier).items() if r is Resultat.DEFAUT} <= {"siret", "lieux", "financeurs"}


# --- Points that people check ----------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_l_equipe_note_les_points_et_le_journal_le_dit(dossier, gens, le) -> None:
    constats = {
        PointAVerifier.BUDGET.value: Constat(True),
        PointAVerifier.CALENDRIER.value: Constat(False, "Déjà lancée."),
    }
    assert actions.noter_les_points(dossier, constats, par=gens.chef, le=le) == 2
    assert actions.noter_les_points(dossier, constats, par=gens.chef, le=le) == 0  # the same again says nothing

    lue = recevabilite(dossier, pour=gens.chef, le=JOUR)
    assert [(p.point, p.remarque) for p in lue.non_conformes] == [("calendrier", "Déjà lancée.")]
    assert [ligne.acte for ligne in vie(dossier)] == ["verifier"]
    with pytest.raises(ActeRefuse):
        actions.noter_les_points(dossier, {"budget": Constat(False, "Non")}, par=gens.delegue, le=le)


# --- The tab ---------------------------------------------------------------------------------------------------------
def url(nom: str, dossier, **suite) -> str:
    cles = {"contrat": dossier.contrat.slug, "annee": 2026, "numero": dossier.numero}
    return reverse(f"programmation:{nom}", kwargs=cles | suite)


@pytest.mark.django_db
def test_l_onglet_montre_les_verifications_et_ce_qu_on_peut_declarer(dossier, client_de) -> None:
    chef = client_de(Role.CHEF_DE_PROJET)
    page = chef.get(url("recevabilite", dossier)).content.decode()
    assert "Rien ne manque." in page
    assert "Déclarer le dossier complet" in page
    assert url("recevabilite", dossier) in chef.get(url("dossier", dossier)).content.decode()

    instructeur = client_de(Role.INSTRUCTEUR, organisme=dossier.demandes.get().financeur)
    lu = instructeur.get(url("recevabilite", dossier)).content.decode()
    assert "Rien ne manque." in lu
    assert "Se prononcer" not in lu
    porteur = client_de(Role.PORTEUR, organisme=dossier.porteur)
    assert porteur.get(url("recevabilite", dossier)).status_code == 403


@pytest.mark.django_db
def test_un_dossier_incomplet_ne_se_declare_complet_qu_en_disant_pourquoi(dossier, client_de) -> None:
    dossier.attestations.all().delete()
    chef = client_de(Role.CHEF_DE_PROJET)
    refus = chef.post(url("declarer_complet", dossier), {"motif": "  "})
    assert refus.status_code == 422
    assert "Pourquoi passer outre" in refus.content.decode()
    dossier.refresh_from_db()
    assert dossier.etat == EtatDossier.DEPOSE

    chef.post(url("declarer_complet", dossier), {"motif": "Attestations reçues sur papier."})
    dossier.refresh_from_db()
    assert dossier.etat == EtatDossier.COMPLET
    assert vie(dossier)[-1].motif == "Attestations reçues sur papier."


@pytest.mark.django_db
def test_un_point_non_conforme_dit_pourquoi_et_rien_n_est_perdu(dossier, client_de) -> None:
    chef = client_de(Role.CHEF_DE_PROJET)
    reponse = chef.post(url("verifier_points", dossier), {"budget": "non", "pieces": "oui"})
    assert reponse.status_code == 422
    page = reponse.content.decode()
    assert "Dites ce qui n’est pas conforme." in page
    assert not dossier.points_verifies.exists()

    reponse = chef.post(url("verifier_points", dossier), {"budget": "non", "budget_remarque": "Salaires en double."})
    assert reponse.status_code == 302
    assert dossier.points_verifies.get().remarque == "Salaires en double."
