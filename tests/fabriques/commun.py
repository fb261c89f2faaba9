"""Factories of files, journal lines, job rows and answers of the API."""

import hashlib
from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from commun import fichiers
from commun.auteur import Canal
from commun.models import EtatTravail, Fichier, LigneJournal, ReponseIdempotente, ScelleJournal, Travail


class FichierFactory(DjangoModelFactory):
    """A file whose content lies where its row says; `contenu` gives the bytes."""

    nom = factory.Sequence(lambda n: f"pièce-{n}.pdf")
    type_mime = "application/pdf"
    contenu = factory.LazyAttribute(lambda o: f"contenu de {o.nom}".encode())

    class Meta:
        model = Fichier

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return fichiers.ranger(kwargs.pop("contenu"), **kwargs)


class LigneJournalFactory(DjangoModelFactory):
    """The first line of some object's life, with its right hash."""

    cible_type = "essai.objet"
    cible_id = factory.Sequence(lambda n: n + 1)
    numero = 1
    acte = "creer"
    libelle = "Créer l’objet"
    fait_le = factory.LazyFunction(lambda: timezone.now())
    auteur_nom = "Camille Personne"
    canal = Canal.ECRAN

    class Meta:
        model = LigneJournal

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        ligne = model_class(**kwargs)
        ligne.sha256 = kwargs.get("sha256") or ligne.empreinte()
        ligne.save(force_insert=True)
        return ligne


class ScelleJournalFactory(DjangoModelFactory):
    """The seal of a day, another for each call."""

    jour = factory.Sequence(lambda n: timezone.localdate() - timedelta(days=n))
    lignes = 0
    sha256 = hashlib.sha256(b"").hexdigest()

    class Meta:
        model = ScelleJournal


class TravailFactory(DjangoModelFactory):
    """A job waiting since a minute."""

    nom = "commun.sceller_journal"
    a_partir_de = factory.LazyFunction(lambda: timezone.now() - timedelta(minutes=1))

    class Meta:
        model = Travail

    class Params:
        en_cours = factory.Trait(
            etat=EtatTravail.EN_COURS,
            jeton=factory.Faker("uuid4", cast_to=None),
            ouvrier="machine:1",
            battement_le=factory.LazyFunction(lambda: timezone.now()),
            tentatives=1,
        )
        fait = factory.Trait(
            etat=EtatTravail.FAIT,
            tentatives=1,
            termine_le=factory.LazyFunction(lambda: timezone.now()),
            resultat_sha256=hashlib.sha256(b"{}").hexdigest(),
        )
        en_echec = factory.Trait(
            etat=EtatTravail.ECHEC,
            tentatives=3,
            termine_le=factory.LazyFunction(lambda: timezone.now()),
            erreur="Une erreur technique a interrompu le travail.",
        )


class ReponseIdempotenteFactory(DjangoModelFactory):
    """A write of the API under way; `rendue` one that was answered."""

    emetteur = "cle:1"
    cle = factory.Sequence(lambda n: f"demande-{n}")
    empreinte = "0" * 64
    prise_le = factory.LazyFunction(lambda: timezone.now())

    class Meta:
        model = ReponseIdempotente

    class Params:
        rendue = factory.Trait(statut=201, corps="{}")
