"""A broken database constraint becomes the French sentence that its model declares."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from commun.contraintes import contraintes_en_francais, messages
from commun.erreurs import RegleEnfreinte
from tests.architecture.projet import modeles
from tests.fabriques import (
    CampagneFactory,
    EnveloppeFactory,
    OrganismeFactory,
    UtilisateurFactory,
    VersionPerimetreFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("faire", "nom"),
    [
        (lambda: OrganismeFactory(siren="12"), "acteurs_organisme_siren"),
        (lambda: EnveloppeFactory(montant=100, montant_programme=101), "programmation_enveloppe_non_depassee"),
        (lambda: CampagneFactory(limite_depot=date(2020, 1, 1)), "programmation_campagne_dates_en_ordre"),
        (
            lambda: VersionPerimetreFactory(perimetre=VersionPerimetreFactory().perimetre),
            "geographie_version_une_a_la_fois",
        ),
    ],
    ids=lambda valeur: valeur if isinstance(valeur, str) else "",
)
def test_une_contrainte_enfreinte_se_lit_en_francais(faire, nom):
    with pytest.raises(RegleEnfreinte) as regle, contraintes_en_francais(), transaction.atomic():
        faire()

    assert regle.value.code == nom
    assert regle.value.message == messages()[nom]
    assert isinstance(regle.value.__cause__, IntegrityError)


def test_une_erreur_sans_contrainte_nommee_passe_inchangee():
    personne = UtilisateurFactory()
    with pytest.raises(IntegrityError), contraintes_en_francais(), transaction.atomic():
        UtilisateurFactory(email=personne.email)  # unique=True on a field: Django names it, we do not


def test_sans_erreur_rien_ne_change():
    with contraintes_en_francais():
        assert OrganismeFactory().pk


def test_la_base_connait_chaque_contrainte_declaree(db):
    from django.db import connection

    with connection.cursor() as curseur:
        curseur.execute("SELECT conname FROM pg_constraint UNION SELECT indexname FROM pg_indexes")
        connues = {nom for (nom,) in curseur.fetchall()}
    declarees = {c.name for m in modeles() for c in m._meta.constraints}
    assert declarees - connues == set()
    assert declarees == set(messages()) & declarees
