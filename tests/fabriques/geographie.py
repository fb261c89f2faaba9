"""Factories of territories and of facts about them."""

from datetime import date
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from geographie.models import (
    Commune,
    Epci,
    FiliationPerimetre,
    Indicateur,
    Mesure,
    Perimetre,
    PopulationPerimetre,
    StatutMesure,
    TypePerimetre,
    VersionPerimetre,
)

from .acteurs import siren_numero


class EpciFactory(DjangoModelFactory):
    siren = factory.Sequence(lambda n: siren_numero(10_000_000 + n))
    nom = factory.Sequence(lambda n: f"Agglomération du Hainaut {n}")
    population = 158_000

    class Meta:
        model = Epci


class CommuneFactory(DjangoModelFactory):
    code = factory.Sequence(lambda n: f"{59 + n // 1000:02d}{n % 1000:03d}")
    nom = factory.Sequence(lambda n: f"Écaillon-{n}")
    epci = factory.SubFactory(EpciFactory)
    population = 12_000

    class Meta:
        model = Commune


class PerimetreFactory(DjangoModelFactory):
    """A QPV of the 2024 list, without any version."""

    type = TypePerimetre.QPV
    code = factory.Sequence(lambda n: f"QN0{10 + n // 100:02d}{n % 100:02d}M")
    nom = factory.Sequence(lambda n: f"Quartier du Chêne {n}")
    departement = "59"

    class Meta:
        model = Perimetre

    class Params:
        poche = factory.Trait(
            type=TypePerimetre.POCHE,
            code=factory.Sequence(lambda n: f"POCHE-{n}"),
            nom=factory.Sequence(lambda n: f"Poche de la Fosse {n}"),
        )


class VersionPerimetreFactory(DjangoModelFactory):
    """The version in force since the 2024 list; `generation_2015` the one before."""

    perimetre = factory.SubFactory(PerimetreFactory)
    generation = 2024
    code = factory.SelfAttribute("perimetre.code")
    nom = factory.SelfAttribute("perimetre.nom")
    texte = "Décret n° 2023-1314 du 28 décembre 2023"
    valide_du = date(2024, 1, 1)

    class Meta:
        model = VersionPerimetre
        skip_postgeneration_save = True

    class Params:
        generation_2015 = factory.Trait(
            generation=2015,
            code=factory.Sequence(lambda n: f"QP0{10 + n // 1000:02d}{n % 1000:03d}"),
            texte="Décret n° 2014-1750 du 30 décembre 2014",
            valide_du=date(2015, 1, 1),
            valide_au=date(2023, 12, 31),
        )

    @factory.post_generation
    def communes(self, create, extracted, **kwargs):
        """The communes on which it lies: `communes=[…]`."""
        if create and extracted:
            self.communes.set(extracted)


class PopulationPerimetreFactory(DjangoModelFactory):
    version = factory.SubFactory(VersionPerimetreFactory)
    commune = factory.SubFactory(CommuneFactory)
    habitants = 2_150
    millesime = 2020

    class Meta:
        model = PopulationPerimetre


class FiliationPerimetreFactory(DjangoModelFactory):
    """A perimeter of 2024 and the version it comes from."""

    ancienne = factory.SubFactory(VersionPerimetreFactory, generation_2015=True)
    nouvelle = factory.SubFactory(VersionPerimetreFactory, perimetre=factory.SelfAttribute("..ancienne.perimetre"))

    class Meta:
        model = FiliationPerimetre


class IndicateurFactory(DjangoModelFactory):
    code = factory.Sequence(lambda n: f"indicateur-{n}")
    nom = factory.Sequence(lambda n: f"Part des ménages sous le seuil de pauvreté {n}")
    theme = "Revenus"
    unite = "%"

    class Meta:
        model = Indicateur


class MesureFactory(DjangoModelFactory):
    """A value on a perimeter; `secret` and `non_disponible` say why there is none."""

    indicateur = factory.SubFactory(IndicateurFactory)
    version_perimetre = factory.SubFactory(VersionPerimetreFactory)
    millesime = "2021"
    valeur = Decimal("43.5")

    class Meta:
        model = Mesure

    class Params:
        secret = factory.Trait(statut=StatutMesure.SECRET, valeur=None)
        non_disponible = factory.Trait(statut=StatutMesure.ND, valeur=None)
