"""S-11: the convention that the year's grants of one authority to one private body require."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from acteurs.models import FormeJuridique, TypeOrganisme
from programmation.lectures.actes import avec_convention
from programmation.lectures.courriers import attribue_dans_l_annee, convention_due
from programmation.regles import seuil_de_convention
from tests.fabriques import DemandeFactory, DossierFactory, OrganismeFactory
from tests.fabriques.acteurs import siret_numero

pytestmark = pytest.mark.django_db


@pytest.fixture
def voter(contrat: Any) -> Any:
    """`voter(financeur, porteur, euros)`: a row voted, and its file."""

    def faire(financeur: Any, porteur: Any, euros: int, **suite: Any) -> Any:
        dossier = DossierFactory(contrat=contrat, programme=True, porteur=porteur)
        etat = suite or {"votee": True}
        return DemandeFactory(dossier=dossier, financeur=financeur, montant_demande=Decimal(euros), **etat)

    return faire


def attribue(financeur: Any, porteur: Any, campagne: Any) -> Decimal:
    return attribue_dans_l_annee(campagne, financeur, [porteur])[porteur.pk]


def test_le_seuil_est_une_donnee_datee() -> None:
    assert seuil_de_convention(date(2026, 12, 31)) == 23_000
    with pytest.raises(ValueError):
        seuil_de_convention(date(2001, 6, 5))


def test_deux_etablissements_d_une_association_n_en_font_qu_une(gens, voter) -> None:
    """12 000 € to one SIRET, 12 000 € to another, of one SIREN."""
    siege = OrganismeFactory(immatricule=True)
    antenne = OrganismeFactory(siren="", siret=siret_numero(siege.siren, 2))
    une = voter(gens.departement, siege, 12_000)
    voter(gens.departement, antenne, 12_000)
    voter(gens.departement, OrganismeFactory(immatricule=True), 5_000)
    assert attribue(gens.departement, siege, une.dossier.campagne) == 24_000
    assert attribue(gens.departement, antenne, une.dossier.campagne) == 24_000


def test_sans_siren_un_organisme_ne_se_confond_avec_aucun_autre(gens, voter) -> None:
    un, deux = OrganismeFactory(), OrganismeFactory()
    une = voter(gens.departement, un, 12_000)
    voter(gens.departement, deux, 12_000)
    assert attribue(gens.departement, un, une.dossier.campagne) == 12_000


def test_l_etat_et_ses_services_sont_une_seule_autorite(gens, voter) -> None:
    porteur = OrganismeFactory()
    prefecture = OrganismeFactory(etat=True)
    drac = OrganismeFactory(type=TypeOrganisme.SERVICE_ETAT, nom="DRAC")
    une = voter(prefecture, porteur, 12_000)
    voter(drac, porteur, 11_500)
    voter(gens.departement, porteur, 9_000)
    assert attribue(prefecture, porteur, une.dossier.campagne) == 23_500
    assert attribue(drac, porteur, une.dossier.campagne) == 23_500
    assert attribue(gens.departement, porteur, une.dossier.campagne) == 9_000


def test_une_autorite_inscrite_deux_fois_se_reconnait_a_son_siren(voter) -> None:
    departement = OrganismeFactory(departement=True, immatricule=True)
    direction = OrganismeFactory(departement=True, siren=departement.siren)
    porteur = OrganismeFactory()
    une = voter(departement, porteur, 12_000)
    voter(direction, porteur, 12_000)
    assert attribue(departement, porteur, une.dossier.campagne) == 24_000


def test_seul_l_acte_du_financeur_attribue(gens, voter) -> None:
    """What the COPIL programmed is granted by nobody yet; what was notified still counts."""
    porteur = OrganismeFactory()
    une = voter(gens.departement, porteur, 12_000)
    voter(gens.departement, porteur, 9_000, programmee=True)
    voter(gens.departement, porteur, 1_000, soldee=True)
    assert attribue(gens.departement, porteur, une.dossier.campagne) == 13_000


@pytest.mark.parametrize(
    ("porteur", "due"),
    [
        ({"type": TypeOrganisme.ASSOCIATION}, True),
        ({"type": TypeOrganisme.COMMUNE}, False),
        ({"type": TypeOrganisme.CCAS}, False),
        ({"type": TypeOrganisme.AUTRE, "forme_juridique": FormeJuridique.DROIT_PUBLIC}, False),
        ({"type": TypeOrganisme.AUTRE, "forme_juridique": FormeJuridique.SOCIETE}, True),
    ],
)
def test_la_convention_n_est_due_qu_aux_organismes_de_droit_prive(porteur, due) -> None:
    """Décret n° 2001-495: « organisme de droit privé »; strictly above 23 000 €."""
    organisme = OrganismeFactory(**porteur)
    assert convention_due(organisme, Decimal("23000.01"), 2026) is due
    assert convention_due(organisme, Decimal(23_000), 2026) is False


def test_les_lignes_de_l_acte_s_ajoutent_meme_celles_qu_une_recherche_cache(gens, voter) -> None:
    siege = OrganismeFactory(immatricule=True)
    antenne = OrganismeFactory(siret=siret_numero(siege.siren, 3))
    une = voter(gens.departement, siege, 12_000, programmee=True)
    cachee = voter(gens.departement, antenne, 12_000, programmee=True)
    votes = {une.pk: Decimal(12_000), cachee.pk: Decimal(12_000)}

    def requise(**suite: Any) -> bool:
        (ligne,) = avec_convention([une], une.dossier.campagne, gens.departement, votes, **suite)
        return ligne.convention

    assert (requise(), requise(parmi=[une, cachee])) == (False, True)
