"""A small contract with something in every part of the synthesis."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from contrats.etats import EtatEngagement
from contrats.models import NatureMoyens
from tests.fabriques import (
    ActionRenforceeFactory,
    ActionTfpbFactory,
    AppelExterneFactory,
    AvancementOperationFactory,
    ComiteFactory,
    CommuneFactory,
    ConventionFactory,
    DecisionReunionFactory,
    DemandeFactory,
    DispositifFactory,
    DossierFactory,
    EngagementFactory,
    EnveloppeFactory,
    IndicateurFactory,
    LocalisationFactory,
    MesureFactory,
    OperationUrbaineFactory,
    OrganismeFactory,
    OrientationFactory,
    PatrimoineFactory,
    PerimetreDuContratFactory,
    PointAvancementFactory,
    PointEtapeFactory,
    PopulationPerimetreFactory,
    ProgrammeTfpbFactory,
    RessourceFactory,
    ReunionFactory,
    VersionPerimetreFactory,
)


@pytest.fixture
def contrat_vivant(contrat):
    """Two years, two funders, one QPV, one landlord, one commitment, one of each thing that a COPIL reads."""
    commune = CommuneFactory(nom="Denain")
    qpv = VersionPerimetreFactory(nom="Faubourg Duchateau", communes=[commune])
    PerimetreDuContratFactory(contrat=contrat, perimetre=qpv.perimetre)
    PopulationPerimetreFactory(version=qpv, commune=commune, habitants=4321)
    etat, caf = OrganismeFactory(etat=True), OrganismeFactory(caf=True, sigle="CAF")
    sante = OrientationFactory(contrat=contrat, ordre=1, nom_court="Santé")
    OrientationFactory(contrat=contrat, ordre=2, nom_court="Emploi")
    dispositif = DispositifFactory()
    EnveloppeFactory(contrat=contrat, financeur=etat, dispositif=dispositif, montant=Decimal(62000), notifiee=True)
    for annee, montant in ((2025, 11111), (2026, 23456)):
        convention = ConventionFactory(contrat=contrat, porteur=OrganismeFactory(nom=f"Les Passerelles {annee}"))
        dossier = DossierFactory(
            contrat=contrat,
            campagne__annee=annee,
            programme=True,
            orientation=sante,
            porteur=convention.porteur,
            nature="tranche_cpo",
            convention=convention,
            dispositif=dispositif,
            intitule=f"Permanences santé {annee}",
            beneficiaires_qpv=57,
        )
        LocalisationFactory(dossier=dossier, version=qpv)
        DemandeFactory(dossier=dossier, financeur=etat, votee=True, montant_demande=Decimal(montant))
        DemandeFactory(
            dossier=dossier,
            financeur=caf,
            programmee=True,
            montant_demande=Decimal(7500),
            nature=NatureMoyens.DROIT_COMMUN,
        )
    DemandeFactory(
        dossier=DossierFactory(contrat=contrat, campagne__annee=2027, en_instruction=True, orientation=sante),
        financeur=etat,
        proposee=True,
        montant_demande=Decimal(3210),
    )
    copil = ComiteFactory(contrat=contrat, nom="Comité de pilotage")
    DecisionReunionFactory(
        reunion=ReunionFactory(comite=copil, le=date(2026, 12, 3)), texte="Arrêter la revue des engagements."
    )
    DecisionReunionFactory(
        reunion=ReunionFactory(comite=copil, le=date(2026, 3, 20), tenue=True),
        texte="Ouvrir une maison des projets.",
        prise=True,
    )
    engagement = EngagementFactory(contrat=contrat, organisme=caf, echeance=date(2025, 12, 31))
    PointAvancementFactory(
        engagement=engagement,
        annee=2026,
        etat=EtatEngagement.EN_COURS,
        declare_le=datetime(2026, 6, 1, tzinfo=UTC),
        euros_droit_commun=Decimal(8765),
    )
    bailleur = OrganismeFactory(bailleur=True, sigle="SIGH")
    PatrimoineFactory(
        contrat=contrat, bailleur=bailleur, version=qpv, annee=2025, logements=321, abattement_reel=Decimal(10000)
    )
    ActionTfpbFactory(
        programme=ProgrammeTfpbFactory(contrat=contrat, bailleur=bailleur, commune=commune, annee=2025), realisee=True
    )
    PointEtapeFactory(action=ActionRenforceeFactory(contrat=contrat, intitule="Médiation santé"), avancement=62)
    AvancementOperationFactory(operation=OperationUrbaineFactory(contrat=contrat, nom="Denain Centre"), avancement=31)
    indicateur = IndicateurFactory(code="taux_emploi", nom="Taux d’emploi", theme="Emploi", producteur="Insee")
    MesureFactory(indicateur=indicateur, version_perimetre=qpv, valeur=Decimal("34.5"))
    MesureFactory(indicateur=IndicateurFactory(theme="Revenus", producteur="Insee"), version_perimetre=qpv, secret=True)
    AppelExterneFactory(contrat=contrat, organisme=caf)
    RessourceFactory(contrat=contrat, organisme=caf, orientation=sante)
    return contrat
