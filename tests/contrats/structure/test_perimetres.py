"""The perimeters that an open contract covers: what retains one, what does not."""

import pytest
from django.utils import timezone

from commun.erreurs import RegleEnfreinte
from contrats.actions.perimetres import detacher_perimetre
from contrats.etats import Role
from contrats.lectures.dependances import dependances
from geographie.regles import departement_de
from tests.fabriques import (
    DossierFactory,
    HabilitationFactory,
    LocalisationFactory,
    PerimetreDuContratFactory,
    VersionPerimetreFactory,
)


@pytest.mark.parametrize(("commune", "departement"), [("59172", "59"), ("2A004", "2A"), ("97411", "974")])
def test_le_departement_se_lit_dans_le_code_de_la_commune(commune, departement):
    assert departement_de(commune) == departement


@pytest.mark.django_db
def test_un_dossier_retient_le_perimetre_de_son_contrat_et_de_lui_seul(contrat, auteur_de):
    version = VersionPerimetreFactory()
    ici, ailleurs = (PerimetreDuContratFactory(perimetre=version.perimetre, **ou) for ou in ({"contrat": contrat}, {}))
    LocalisationFactory(dossier=DossierFactory(contrat=contrat), version=version)
    assert dependances(version, dans=contrat) == [("1\xa0localisation", 1)]
    assert dependances(version, dans=ailleurs.contrat) == []

    chef, maintenant = auteur_de(Role.CHEF_DE_PROJET), timezone.now()
    with pytest.raises(RegleEnfreinte, match="1\xa0localisation en dépend"):
        detacher_perimetre(contrat, ici.perimetre, par=chef, le=maintenant)
    autre = auteur_de(Role.CHEF_DE_PROJET, contrat=ailleurs.contrat)
    detacher_perimetre(ailleurs.contrat, ailleurs.perimetre, par=autre, le=maintenant)
    assert [lien.contrat for lien in version.perimetre.contrats.all()] == [contrat]


@pytest.mark.django_db
def test_une_habilitation_limitee_a_un_perimetre_le_retient(contrat, auteur_de):
    """Without it, the person would be limited to nothing: free everywhere."""
    lien = PerimetreDuContratFactory(contrat=contrat)
    HabilitationFactory(contrat=contrat, perimetres=[lien.perimetre])
    with pytest.raises(RegleEnfreinte, match="habilitation"):
        detacher_perimetre(contrat, lien.perimetre, par=auteur_de(Role.CHEF_DE_PROJET), le=timezone.now())
