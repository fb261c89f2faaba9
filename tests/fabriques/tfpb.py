"""Factories of the landlords' conventions and programmes."""

from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from tfpb.etats import AxeTfpb
from tfpb.models import ActionTfpb, ConventionTfpb, Patrimoine, ProgrammeTfpb
from tfpb.regles import famille_de_l_axe

from .acteurs import OrganismeFactory
from .contrats import ContratFactory
from .geographie import CommuneFactory, VersionPerimetreFactory


class ConventionTfpbFactory(DjangoModelFactory):
    contrat = factory.SubFactory(ContratFactory)
    bailleur = factory.SubFactory(OrganismeFactory, bailleur=True)
    premiere_annee = 2025
    derniere_annee = 2030

    class Meta:
        model = ConventionTfpb


class PatrimoineFactory(DjangoModelFactory):
    """Dwellings and abatement; `non_communique` when the landlord gave no figure."""

    contrat = factory.SubFactory(ContratFactory)
    bailleur = factory.SubFactory(OrganismeFactory, bailleur=True)
    version = factory.SubFactory(VersionPerimetreFactory)
    annee = 2026
    logements = 400
    abattement_estime = Decimal("72000.00")

    class Meta:
        model = Patrimoine

    class Params:
        non_communique = factory.Trait(logements=None, abattement_estime=None)


class ProgrammeTfpbFactory(DjangoModelFactory):
    contrat = factory.SubFactory(ContratFactory)
    bailleur = factory.SubFactory(OrganismeFactory, bailleur=True)
    commune = factory.SubFactory(CommuneFactory)
    annee = 2026

    class Meta:
        model = ProgrammeTfpb


class ActionTfpbFactory(DjangoModelFactory):
    """Over-maintenance paid by the landlord alone, three quarters of it valued; `realisee` with its bilan."""

    programme = factory.SubFactory(ProgrammeTfpbFactory)
    axe = AxeTfpb.SUR_ENTRETIEN
    famille = factory.LazyAttribute(lambda o: famille_de_l_axe(o.axe))
    intitule = factory.Sequence(lambda n: f"Nettoyage renforcé des halls {n}")
    depense_prevue = Decimal("12000.00")
    part_bailleur = factory.LazyAttribute(lambda o: o.depense_prevue - o.autre_financement)
    autre_financement = Decimal("0.00")
    valorise = factory.LazyAttribute(lambda o: o.part_bailleur * Decimal("0.75"))

    class Meta:
        model = ActionTfpb

    class Params:
        realisee = factory.Trait(
            depense_realisee=factory.SelfAttribute("depense_prevue"), valorise_realise=factory.SelfAttribute("valorise")
        )
