"""What the synthesis reads of the contract, the TFPB and the territories, on hand-made cases."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from contrats.etats import EtatEngagement
from contrats.lectures import suivi
from contrats.models import DecisionReunion, TypeComite
from evaluation.lectures.synthese import actions_renforcees
from geographie.lectures import fiches_perimetres, series_indicateurs
from tests.fabriques import (
    ActionRenforceeFactory,
    ActionTfpbFactory,
    AvancementOperationFactory,
    CibleEngagementFactory,
    ComiteFactory,
    DecisionReunionFactory,
    EngagementFactory,
    FiliationPerimetreFactory,
    IndicateurFactory,
    MesureFactory,
    OperationUrbaineFactory,
    OrganismeFactory,
    PatrimoineFactory,
    PerimetreFactory,
    PointAvancementFactory,
    PointEtapeFactory,
    PopulationPerimetreFactory,
    ProgrammeTfpbFactory,
    ReunionFactory,
    VersionPerimetreFactory,
)
from tfpb.lectures import bilan_tfpb

pytestmark = pytest.mark.django_db
LE = date(2026, 11, 20)
ETATS = [etat.value for etat in EtatEngagement]


def declare(engagement, annee, etat, **suite):
    return PointAvancementFactory(
        engagement=engagement,
        annee=annee,
        etat=etat,
        declare_le=datetime(annee, 6, 1, tzinfo=UTC),
        **suite,
    )


def test_les_sept_etats_sont_comptes_et_sans_declaration_vaut_sans_information(contrat):
    organisme = OrganismeFactory(sigle="CAF")
    for etat in EtatEngagement:
        declare(EngagementFactory(contrat=contrat, organisme=organisme), 2026, etat)
    EngagementFactory(contrat=contrat, organisme=organisme)
    EngagementFactory(contrat=contrat, sans_auteur=True)

    e = suivi.engagements(contrat, 2026, le=LE)

    (caf, inconnu) = e.par_signataire
    assert caf.etats == (1, 1, 1, 1, 1, 1, 2)
    assert (inconnu.signataire, inconnu.etats[-1]) == (suivi.SANS_SIGNATAIRE, 1)
    assert e.total.total == sum(e.total.etats) == 9
    assert e.sans_organisme == 1


def test_la_derniere_declaration_faite_a_ce_jour_fait_foi(contrat):
    engagement = EngagementFactory(contrat=contrat)
    declare(engagement, 2025, EtatEngagement.EN_COURS)
    declare(engagement, 2026, EtatEngagement.TENU)

    assert suivi.engagements(contrat, 2026, le=LE).total.etats[ETATS.index("tenu")] == 1
    assert suivi.engagements(contrat, 2026, le=date(2026, 5, 31)).total.etats[ETATS.index("en_cours")] == 1
    assert suivi.engagements(contrat, 2026, le=LE).precedent[ETATS.index("en_cours")] == 1


@pytest.mark.parametrize(
    ("echeance", "etat", "en_retard"),
    [
        (date(2026, 11, 19), EtatEngagement.EN_COURS, 1),
        (date(2026, 11, 19), EtatEngagement.PARTIELLEMENT_TENU, 1),
        (date(2026, 11, 19), EtatEngagement.TENU, 0),
        (date(2026, 11, 19), EtatEngagement.ABANDONNE, 0),
        (date(2026, 11, 20), EtatEngagement.EN_COURS, 0),
        (None, EtatEngagement.EN_COURS, 0),
    ],
)
def test_un_engagement_est_en_retard_apres_son_echeance(contrat, echeance, etat, en_retard):
    declare(EngagementFactory(contrat=contrat, echeance=echeance), 2026, etat)

    e = suivi.engagements(contrat, 2026, le=LE)

    assert e.total.en_retard == len(e.retards) == en_retard


def test_l_echeance_vient_des_cibles_quand_l_engagement_n_en_a_pas(contrat):
    engagement = EngagementFactory(contrat=contrat)
    CibleEngagementFactory(engagement=engagement, echeance=date(2025, 12, 31))

    (retard,) = suivi.engagements(contrat, 2026, le=LE).retards

    assert retard.echeance == date(2025, 12, 31)


def test_les_euros_declares_sont_ceux_de_l_annee_et_l_absence_n_est_pas_un_zero(contrat):
    organisme = OrganismeFactory(sigle="ARS")
    engagement = EngagementFactory(contrat=contrat, organisme=organisme)
    declare(engagement, 2025, EtatEngagement.EN_COURS, euros_droit_commun=Decimal(9000))
    declare(engagement, 2026, EtatEngagement.EN_COURS, euros_droit_commun=Decimal(1000))

    (ars,) = suivi.engagements(contrat, 2026, le=LE).par_signataire

    assert ars.euros_droit_commun == Decimal(1000)
    assert ars.euros_specifiques is None


def test_les_decisions_a_prendre_et_les_suites_des_dernieres(contrat):
    copil = ComiteFactory(contrat=contrat, nom="COPIL")
    passe = ReunionFactory(comite=copil, le=date(2026, 3, 20), tenue=True)
    ancien = ReunionFactory(comite=copil, le=date(2025, 3, 20), tenue=True)
    prochain = ReunionFactory(comite=copil, le=date(2026, 12, 3))
    ReunionFactory(comite=ComiteFactory(contrat=contrat, type=TypeComite.COTECH, nom="COTECH"), le=date(2026, 11, 25))
    DecisionReunionFactory(reunion=prochain, texte="Arrêter la revue.")
    DecisionReunionFactory(reunion=passe, texte="Reporté.", nature=DecisionReunion.Nature.AJOURNEE)
    DecisionReunionFactory(reunion=ancien, texte="Reporté.", nature=DecisionReunion.Nature.AJOURNEE)
    DecisionReunionFactory(reunion=passe, texte="Décidée.", prise=True, echeance=date(2026, 6, 1))
    faite = {"prise": True, "execution": DecisionReunion.Execution.FAITE}
    DecisionReunionFactory(reunion=ancien, texte="Close.", **faite)
    DecisionReunionFactory(reunion=ancien, texte="Encore ouverte.", prise=True)

    d = suivi.decisions_du_copil(contrat, le=LE)

    assert d.prochain_le == date(2026, 12, 3)
    assert [x.texte for x in d.a_decider] == ["Arrêter la revue.", "Reporté."]
    assert [x.texte for x in d.suivies] == ["Décidée.", "Encore ouverte."]
    assert d.suivies[0].en_retard


def test_les_operations_montrent_leur_dernier_avancement_connu(contrat):
    operation = OperationUrbaineFactory(contrat=contrat)
    AvancementOperationFactory(operation=operation, le=date(2026, 1, 1), avancement=10)
    AvancementOperationFactory(operation=operation, le=date(2026, 9, 1), avancement=30)
    AvancementOperationFactory(operation=operation, le=date(2026, 12, 1), avancement=50)

    (suivie,) = suivi.operations_urbaines(contrat, le=LE)

    assert suivie.avancement == 30


def test_une_action_renforcee_sans_point_d_etape_reste_dans_la_liste(contrat):
    muette = ActionRenforceeFactory(contrat=contrat, ordre=2)
    point = PointEtapeFactory(action=ActionRenforceeFactory(contrat=contrat, ordre=1), avancement=40)

    premiere, seconde = actions_renforcees(contrat, le=LE)

    assert (premiere.intitule, premiere.avancement) == (point.action.intitule, 40)
    assert (seconde.intitule, seconde.le, seconde.avancement) == (muette.intitule, None, None)


def tfpb(contrat, bailleur, *, reel=None, estime=None, logements=100, realisee=True, annee=2025):
    PatrimoineFactory(
        contrat=contrat,
        bailleur=bailleur,
        annee=annee,
        logements=logements,
        abattement_estime=estime,
        abattement_reel=reel,
    )
    programme = ProgrammeTfpbFactory(contrat=contrat, bailleur=bailleur, annee=annee)
    return ActionTfpbFactory(programme=programme, realisee=realisee)  # 12 000 € spent, 9 000 € valued


def test_les_ratios_tfpb_disent_quel_abattement_ils_utilisent(contrat):
    bailleur = OrganismeFactory(bailleur=True)
    tfpb(contrat, bailleur, reel=Decimal(10000), estime=Decimal(8000))

    (ligne,) = bilan_tfpb(contrat, 2025).bailleurs

    assert (ligne.abattement.montant, ligne.abattement.nature) == (Decimal(10000), "réel")
    assert str(ligne.couverture) == "90.00"
    assert str(ligne.levier) == "1.33"
    assert str(ligne.par_logement) == "90.00"


def test_un_abattement_reel_partiel_laisse_la_place_a_l_estime_complet(contrat):
    bailleur = OrganismeFactory(bailleur=True)
    tfpb(contrat, bailleur, reel=Decimal(10000), estime=Decimal(8000))
    PatrimoineFactory(contrat=contrat, bailleur=bailleur, annee=2025, abattement_estime=Decimal(2000))

    (ligne,) = bilan_tfpb(contrat, 2025).bailleurs

    assert (ligne.abattement.montant, ligne.abattement.nature) == (Decimal(10000), "estimé")


def test_un_abattement_non_communique_rend_le_total_et_le_taux_inconnus(contrat):
    connu, muet = OrganismeFactory(bailleur=True), OrganismeFactory(bailleur=True)
    tfpb(contrat, connu, reel=Decimal(10000))
    tfpb(contrat, muet, logements=None)

    bilan = bilan_tfpb(contrat, 2025)
    ligne = next(b for b in bilan.bailleurs if b.bailleur == muet.nom_court)

    assert (ligne.abattement.montant, ligne.abattement.perimetres_inconnus, ligne.logements) == (None, 1, None)
    assert ligne.couverture is None
    assert (bilan.total.abattement.montant, bilan.total.couverture, bilan.total.logements) == (None, None, None)
    assert bilan.total.valorise_realise == Decimal(18000)


def test_une_action_sans_realise_rend_le_realise_inconnu(contrat):
    bailleur = OrganismeFactory(bailleur=True)
    action = tfpb(contrat, bailleur, reel=Decimal(10000))
    ActionTfpbFactory(programme=action.programme)

    bilan = bilan_tfpb(contrat, 2025)

    assert bilan.bailleurs[0].valorise_realise is None
    assert bilan.total.actions_sans_realise == 1
    assert bilan.total.valorise == Decimal(18000)


def test_les_huit_axes_sont_toujours_la_et_font_le_total(contrat):
    tfpb(contrat, OrganismeFactory(bailleur=True), reel=Decimal(10000))

    bilan = bilan_tfpb(contrat, 2025)

    assert [a.axe for a in bilan.axes] == list(range(1, 9))
    assert sum(a.depense_prevue for a in bilan.axes) == bilan.total.depense_prevue


def test_une_population_dont_une_part_manque_n_est_pas_une_somme():
    version = VersionPerimetreFactory()
    PopulationPerimetreFactory(version=version, habitants=390)
    PopulationPerimetreFactory(version=version, habitants=None)
    autre = VersionPerimetreFactory()
    PopulationPerimetreFactory(version=autre, habitants=100)
    PopulationPerimetreFactory(version=autre, habitants=43)
    PopulationPerimetreFactory(version=autre, habitants=999, millesime=2015)

    connue, inconnue = fiches_perimetres([version.perimetre_id, autre.perimetre_id], 2026)

    assert (connue.habitants, connue.millesime) == (143, 2020)
    assert inconnue.habitants is None


def test_un_perimetre_se_lit_dans_sa_version_de_l_annee():
    filiation = FiliationPerimetreFactory()

    (fiche,) = fiches_perimetres([filiation.nouvelle.perimetre_id], 2026)
    (avant,) = fiches_perimetres([filiation.nouvelle.perimetre_id], 2023)

    assert fiche.code == filiation.nouvelle.code
    assert avant.code == filiation.ancienne.code


def test_une_serie_garde_secrets_et_sources_au_dernier_millesime():
    perimetre = PerimetreFactory()
    version = VersionPerimetreFactory(perimetre=perimetre)
    indicateur = IndicateurFactory()
    MesureFactory(indicateur=indicateur, version_perimetre=version, millesime="2018", valeur=Decimal(50))
    MesureFactory(indicateur=indicateur, version_perimetre=version, millesime="2021", secret=True)
    MesureFactory(
        indicateur=indicateur, version_perimetre=None, territoire_libre="Nord", millesime="2021", valeur=Decimal("14.7")
    )

    (serie,) = series_indicateurs([perimetre.pk], [])

    assert serie.millesime == "2021"
    assert [(v.statut, v.valeur) for v in serie.valeurs] == [("secret", None), ("valeur", Decimal("14.7"))]
