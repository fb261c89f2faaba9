"""Factories of organisations and accounts."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory, Password
from stdnum import luhn

from acteurs.etats import PorteeApi
from acteurs.models import (
    FicheOrganisme,
    FormeJuridique,
    JetonApi,
    Organisme,
    PieceOrganisme,
    TypeOrganisme,
    TypePiece,
    Utilisateur,
    empreinte_du_secret,
)

MOT_DE_PASSE = "un mot de passe de test"


def siren_numero(rang: int) -> str:
    """A well-formed SIREN, another for each rank."""
    debut = f"{77_000_000 + rang:08d}"
    return debut + luhn.calc_check_digit(debut)


def siret_numero(siren: str, rang: int = 1) -> str:
    """The SIRET of the head office of a SIREN, or of another of its sites."""
    debut = f"{siren}{rang:04d}"
    return debut + luhn.calc_check_digit(debut)


class OrganismeFactory(DjangoModelFactory):
    """An association without numbers."""

    nom = factory.Sequence(lambda n: f"Association Éclaircie {n}")
    type = TypeOrganisme.ASSOCIATION

    class Meta:
        model = Organisme

    class Params:
        immatricule = factory.Trait(
            siren=factory.Sequence(siren_numero),
            siret=factory.LazyAttribute(lambda o: siret_numero(o.siren)),
            forme_juridique=FormeJuridique.ASSOCIATION_1901,
        )
        etat = factory.Trait(
            nom=factory.Sequence(lambda n: f"État (préfecture) {n}"), sigle="État", type=TypeOrganisme.ETAT
        )
        epci = factory.Trait(nom=factory.Sequence(lambda n: f"Communauté d’agglomération {n}"), type=TypeOrganisme.EPCI)
        commune = factory.Trait(nom=factory.Sequence(lambda n: f"Ville de Commune-{n}"), type=TypeOrganisme.COMMUNE)
        departement = factory.Trait(nom=factory.Sequence(lambda n: f"Département {n}"), type=TypeOrganisme.DEPARTEMENT)
        caf = factory.Trait(nom=factory.Sequence(lambda n: f"CAF {n}"), type=TypeOrganisme.CAF)
        bailleur = factory.Trait(nom=factory.Sequence(lambda n: f"Bailleur {n}"), type=TypeOrganisme.BAILLEUR)


class UtilisateurFactory(DjangoModelFactory):
    """An active account without any habilitation; its password is `MOT_DE_PASSE`."""

    email = factory.Sequence(lambda n: f"personne{n}@exemple.test")
    first_name = "Camille"
    last_name = factory.Sequence(lambda n: f"Personne {n}")
    password = Password(MOT_DE_PASSE)

    class Meta:
        model = Utilisateur

    class Params:
        administrateur = factory.Trait(is_staff=True, is_superuser=True)
        inactif = factory.Trait(is_active=False)


class JetonApiFactory(DjangoModelFactory):
    """A key of an organisation, for all uses, a year long; `secret` is what its holder shows."""

    organisme = factory.SubFactory(OrganismeFactory, departement=True)
    nom = factory.Sequence(lambda n: f"Système d’information {n}")
    prefixe = factory.LazyAttribute(lambda o: o.secret[:11])
    empreinte = factory.LazyAttribute(lambda o: empreinte_du_secret(o.secret))
    portees = factory.LazyFunction(lambda: list(PorteeApi.values))
    cree_le = factory.LazyFunction(lambda: timezone.now() - timedelta(days=1))
    expire_le = factory.LazyAttribute(lambda o: o.cree_le + timedelta(days=365))

    class Meta:
        model = JetonApi

    class Params:
        secret = factory.Sequence(lambda n: f"pv_cle-de-test-{n:08d}")
        expiree = factory.Trait(expire_le=factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1)))
        revoquee = factory.Trait(revoque_le=factory.LazyFunction(lambda: timezone.now()))


class FicheOrganismeFactory(DjangoModelFactory):
    """The card of an association."""

    organisme = factory.SubFactory(OrganismeFactory)
    adresse = "12 rue de la Paix"
    code_postal = "59220"
    ville = "Denain"

    class Meta:
        model = FicheOrganisme


class PieceOrganismeFactory(DjangoModelFactory):
    """Its statutes."""

    organisme = factory.SubFactory(OrganismeFactory)
    type = TypePiece.STATUTS
    fichier = factory.SubFactory("tests.fabriques.commun.FichierFactory")
    deposee_le = factory.LazyFunction(timezone.now)

    class Meta:
        model = PieceOrganisme
