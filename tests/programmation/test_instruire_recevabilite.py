"""Is a file complete and receivable: automatic checks, points that people check, what may be declared."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from acteurs.models import FormeJuridique, TypePiece
from commun.erreurs import ActeRefuse, RegleEnfreinte
from contrats.etats import Role
from programmation import actions
from programmation.actions import Constat
from programmation.etats import EtatDossier
from programmation.lectures.guichets import guichets
from programmation.lectures.recevabilite import controles, manques, recevabilite
from programmation.models import Formulaire, GenreAttestation, OrigineDossier, PointAVerifier
from programmation.regles.champs import section_du_champ
from programmation.regles.controles import Controle as Remarque
from programmation.regles.plans_budget import SUBVENTION_DEMANDEE
from programmation.regles.recevabilite import (
    Annuaire,
    Faits,
    Resultat,
    champs_proposes,
    controler,
    defauts,
    motif_propose,
)
from tests.fabriques import (
    AttestationFactory,
    BudgetPrevisionnelFactory,
    CampagneFactory,
    CanalDepotFactory,
    DemandeFactory,
    DispositifFactory,
    DossierFactory,
    FicheOrganismeFactory,
    LigneBudgetFactory,
    LocalisationFactory,
    OrganismeFactory,
    OuvertureTardiveFactory,
    PieceDossierFactory,
    PieceRequiseFactory,
)
from tests.programmation.actions.reperes import vie

JOUR = date(2026, 1, 10)
COMPLET = Faits(
    depose_le=date(2025, 12, 1),
    limite=date(2025, 12, 15),
    siret="13002526500013",
    annuaire=Annuaire.CONFIRME,
    reconduite=True,
    bilan=True,
)
DESEQUILIBRE = Remarque("budget", "Les charges ne sont pas égales aux produits (S-01).")
PEU_DE_QPV = Remarque("beneficiaires", "Les habitants des QPV ne sont pas majoritaires.", bloquant=False)


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
        (replace(COMPLET, bilan=False), "bilan", Resultat.DEFAUT, "compte rendu"),
        (replace(COMPLET, bilan=False, reconduite=False), "bilan", Resultat.SANS_OBJET, "Nouvelle action"),
        (replace(COMPLET, remarques=(DESEQUILIBRE,)), "budget", Resultat.DEFAUT, "S-01"),
        (replace(COMPLET, remarques=(PEU_DE_QPV,)), "public", Resultat.ALERTE, "majoritaires"),
        (replace(COMPLET, remarques=(PEU_DE_QPV, DESEQUILIBRE)), "action", Resultat.CONFORME, ""),
    ],
)
def test_chaque_verification_dit_ce_qui_manque(faits: Faits, code: str, resultat: Resultat, mot: str) -> None:
    """S-01, S-20."""
    (controle,) = [c for c in controler(faits) if c.code == code]
    assert (controle.resultat, mot in " ".join(controle.details)) == (resultat, True), controle
    ouvrables = all(section_du_champ(champ) for champ in controle.champs)
    assert ouvrables
    if resultat is Resultat.DEFAUT:
        assert champs_proposes(controler(faits)) == list(controle.champs) != []
        assert controle.details[0] in motif_propose(controler(faits))


def test_ce_qui_vient_de_dauphin_n_est_pas_redemande() -> None:
    """S-16: what the other place asks was given there."""
    nu = replace(COMPLET, importe=True, bilan=False, remarques=(DESEQUILIBRE, PEU_DE_QPV))
    assert defauts(controler(nu)) == []
    assert {c.code for c in controler(nu) if c.resultat is Resultat.ALERTE} == {"public"}


# --- Read from the database ------------------------------------------------------------------------------------------
@pytest.fixture
def dossier(contrat):
    """A renewal by a commune in the short form, complete."""
    porteur = OrganismeFactory(commune=True, forme_juridique=FormeJuridique.DROIT_PUBLIC, siret="13002526500013")
    FicheOrganismeFactory(organisme=porteur, verification="confirme")
    dossier = DossierFactory(
        contrat=contrat,
        porteur=porteur,
        depose=True,
        reconduit=True,
        dispositif=DispositifFactory(formulaire=Formulaire.FICHE),
        resume="Des ateliers au pied des tours.",
        femmes=40,
        hommes=40,
    )
    LocalisationFactory(dossier=dossier)
    demande = DemandeFactory(dossier=dossier)
    (guichet,) = guichets(dossier.campagne, demandes=[demande])
    budget = BudgetPrevisionnelFactory(dossier=dossier)
    LigneBudgetFactory(budget=budget)
    LigneBudgetFactory(budget=budget, produit=True, compte=SUBVENTION_DEMANDEE, libelle=guichet.libelle, montant=5000)
    LigneBudgetFactory(budget=budget, produit=True, compte="756", libelle="Cotisations", montant=15_000)
    for genre in GenreAttestation:
        AttestationFactory(dossier=dossier, genre=genre)
    PieceRequiseFactory(campagne=dossier.campagne, type=TypePiece.DELIBERATION, formes=[FormeJuridique.DROIT_PUBLIC])
    PieceRequiseFactory(campagne=dossier.campagne, type=TypePiece.STATUTS, formes=[FormeJuridique.ASSOCIATION_1901])
    PieceDossierFactory(dossier=dossier, type=TypePiece.DELIBERATION)
    PieceDossierFactory(dossier=dossier, type=TypePiece.BILAN)
    return dossier


def en_defaut(dossier) -> set[str]:
    return {c.code for c in controles(dossier) if c.resultat is Resultat.DEFAUT}


@pytest.mark.django_db
def test_les_verifications_sont_celles_du_formulaire_et_celles_du_depot(dossier) -> None:
    """S-01, S-04, S-17: the rules of the form hold after the deposit too."""
    assert en_defaut(dossier) == set(), [c for c in controles(dossier) if c.resultat is Resultat.DEFAUT]

    dossier.attestations.filter(genre=GenreAttestation.SINCERITE).delete()
    dossier.pieces.update(retiree_le=datetime(2026, 1, 1, tzinfo=UTC))
    dossier.localisations.update(part=90)
    LigneBudgetFactory(budget=dossier.budget, montant=100)
    assert en_defaut(dossier) == {"attestations", "bilan", "pieces", "lieux", "budget"}


@pytest.mark.django_db
def test_l_ouverture_tardive_du_porteur_recule_sa_limite(dossier) -> None:
    def delai() -> Resultat:
        return next(c.resultat for c in controles(dossier) if c.code == "delai")

    dossier.depose_le = datetime(2025, 12, 20, 9, tzinfo=UTC)
    assert delai() is Resultat.ALERTE
    OuvertureTardiveFactory(campagne=dossier.campagne, porteur=dossier.porteur)
    assert delai() is Resultat.CONFORME


@pytest.mark.django_db
def test_un_dossier_importe_ne_manque_que_de_son_siret(contrat) -> None:
    dossier = DossierFactory(contrat=contrat, depose=True, origine=OrigineDossier.DAUPHIN)
    PieceRequiseFactory(campagne=dossier.campagne)
    assert en_defaut(dossier) <= {"siret"}


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
    assert "Il manque quelque chose (Les attestations)" in refus.content.decode()
    dossier.refresh_from_db()
    assert dossier.etat == EtatDossier.DEPOSE

    chef.post(url("declarer_complet", dossier), {"motif": "Attestations reçues sur papier."})
    dossier.refresh_from_db()
    assert dossier.etat == EtatDossier.COMPLET
    assert vie(dossier)[-1].motif == "Attestations reçues sur papier."


@pytest.mark.django_db
def test_aucun_chemin_ne_declare_complet_un_dossier_incomplet_sans_motif(dossier, gens, client_de, le) -> None:
    """The page of the kanban, the act on a selection, the action itself; a point found wrong counts as a check."""
    actions.noter_les_points(dossier, {"budget": Constat(False, "Salaires en double.")}, par=gens.chef, le=le)
    assert manques(dossier) == [PointAVerifier.BUDGET.label]
    with pytest.raises(RegleEnfreinte, match="Il manque quelque chose") as refus:
        actions.declarer_complet(dossier, motif="  ", par=gens.chef, le=le)
    assert refus.value.champ == "motif"
    with pytest.raises(RegleEnfreinte, match="Il manque quelque chose"):
        actions.faire_l_acte(dossier, "declarer_complet", {}, par=gens.chef, le=le)
    reponse = client_de(Role.CHEF_DE_PROJET).post(url("avancer", dossier, acte="declarer_complet"), follow=True)
    assert reponse.request["PATH_INFO"] == url("recevabilite", dossier)
    assert "Il manque quelque chose" in reponse.content.decode()
    dossier.refresh_from_db()
    assert dossier.etat == EtatDossier.DEPOSE


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


@pytest.mark.django_db
def test_un_guichet_sans_enveloppe_a_la_nature_de_son_financeur() -> None:
    """A CAF pays from its ordinary means, the State from the contract's own credits."""
    campagne = CampagneFactory()
    etat, caf = OrganismeFactory(etat=True), OrganismeFactory(departement=True)
    for financeur in (etat, caf):
        CanalDepotFactory(contrat=campagne.contrat, financeur=financeur)

    assert {g.financeur: g.nature for g in guichets(campagne)} == {etat: "specifique", caf: "droit_commun"}
