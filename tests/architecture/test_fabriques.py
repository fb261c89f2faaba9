"""Each model has its factory, and what a factory makes is valid, trait by trait."""

import pytest
from django.apps import apps
from factory import Trait
from factory.django import DjangoModelFactory

from programmation.etats import EtatDemande, EtatDossier
from tests import fabriques
from tests.architecture.projet import APPLICATIONS

pytestmark = pytest.mark.django_db

FABRIQUES: list[type[DjangoModelFactory]] = [getattr(fabriques, nom) for nom in fabriques.__all__]
TRAITS = [
    (fabrique, trait)
    for fabrique in FABRIQUES
    for trait in ["", *(nom for nom, valeur in fabrique._meta.parameters.items() if isinstance(valeur, Trait))]
]


def test_chaque_modele_a_sa_fabrique_et_une_seule():
    modeles = {m for m in apps.get_models() if m._meta.app_label in APPLICATIONS}
    fabriques_des_modeles = [f._meta.model for f in FABRIQUES]
    assert sorted(map(str, fabriques_des_modeles)) == sorted(map(str, modeles))


@pytest.mark.parametrize(("fabrique", "trait"), TRAITS, ids=[f"{f.__name__}-{t or 'defaut'}" for f, t in TRAITS])
def test_la_fabrique_donne_un_objet_valide(fabrique, trait):
    objet = fabrique(**({trait: True} if trait else {}))

    objet.refresh_from_db()
    objet.full_clean(validate_unique=False)  # the database has already said so
    assert str(objet)


@pytest.mark.parametrize("etat", EtatDossier.values[1:])
def test_un_trait_du_dossier_porte_le_nom_de_son_etat(etat):
    assert fabriques.DossierFactory(**{etat: True}).etat == etat


@pytest.mark.parametrize("etat", EtatDemande.values[1:])
def test_un_trait_de_la_demande_porte_le_nom_de_son_etat(etat):
    assert fabriques.DemandeFactory(**{etat: True}).etat == etat


def test_l_enveloppe_compte_ses_demandes():
    programmee = fabriques.DemandeFactory(programmee=True, montant_demande=3000)
    votee = fabriques.DemandeFactory(
        votee=True,
        montant_demande=2000,
        dossier__contrat=programmee.dossier.contrat,
        dossier__campagne=programmee.dossier.campagne,
        dossier__dispositif=programmee.dispositif,
        financeur=programmee.financeur,
    )

    assert votee.enveloppe == programmee.enveloppe
    assert (votee.enveloppe.montant_programme, votee.enveloppe.montant_vote) == (3000, 2000)


def test_un_dossier_demande_pour_un_contrat_prend_sa_campagne():
    contrat = fabriques.ContratFactory()
    un, deux = fabriques.DossierFactory.create_batch(2, contrat=contrat)
    assert un.campagne == deux.campagne
    assert un.campagne.contrat == un.orientation.contrat == contrat
