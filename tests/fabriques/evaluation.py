"""Factories of reinforced actions and reports."""

from datetime import date

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from evaluation.etats import EtatActionRenforcee, EtatRapport
from evaluation.models import ActionRenforcee, PointEtape, Rapport

from .commun import FichierFactory
from .contrats import ContratFactory


class ActionRenforceeFactory(DjangoModelFactory):
    contrat = factory.SubFactory(ContratFactory)
    ordre = factory.Sequence(lambda n: n % 30_000)
    intitule = factory.Sequence(lambda n: f"Maison de l’emploi au pied des immeubles {n}")

    class Meta:
        model = ActionRenforcee


class PointEtapeFactory(DjangoModelFactory):
    action = factory.SubFactory(ActionRenforceeFactory)
    le = date(2026, 9, 30)
    etat = EtatActionRenforcee.EN_COURS
    avancement = 40
    texte = "Le local est ouvert trois jours par semaine."

    class Meta:
        model = PointEtape


class RapportFactory(DjangoModelFactory):
    """A synthesis in the making; `pret`, `publie` and `retire` have their files."""

    contrat = factory.SubFactory(ContratFactory)
    annee = 2026
    version = factory.Sequence(lambda n: n % 30_000 + 1)
    demande_le = factory.LazyFunction(lambda: timezone.now())

    class Meta:
        model = Rapport

    class Params:
        produit = factory.Trait(
            extrait_le=factory.LazyFunction(lambda: timezone.now()),
            instantane=factory.SubFactory(FichierFactory, nom="instantane.json", type_mime="application/json"),
            pdf=factory.SubFactory(FichierFactory),
            html=factory.SubFactory(FichierFactory, nom="synthese.html", type_mime="text/html"),
            tableur=factory.SubFactory(FichierFactory, nom="synthese.xlsx", type_mime="application/octet-stream"),
            pages=24,
        )
        pret = factory.Trait(produit=True, etat=EtatRapport.PRET)
        publie = factory.Trait(
            produit=True, etat=EtatRapport.PUBLIE, publie_le=factory.LazyFunction(lambda: timezone.now())
        )
        retire = factory.Trait(produit=True, etat=EtatRapport.RETIRE)
