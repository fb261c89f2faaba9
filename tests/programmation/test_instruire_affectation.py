"""Who of the team follows which file: one by one, or all at once from the habilitations' limits."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from commun.erreurs import ActeRefuse, RegleEnfreinte
from contrats.etats import Role
from programmation import actions
from programmation.lectures.affectation import repartition
from programmation.models import Dossier
from programmation.regles.affectation import Charge, choisir
from tests.fabriques import CommuneFactory, DossierFactory, LocalisationFactory, OrientationFactory
from tests.programmation.actions.reperes import vie


def test_la_charge_la_plus_precise_l_emporte_puis_la_moins_lourde() -> None:
    tout, commune, commune_et_theme = Charge(1, 0), Charge(2, 1), Charge(3, 2)
    assert choisir([tout, commune_et_theme, commune], {}) == 3
    assert choisir([tout, commune], {2: 90}) == 2
    assert choisir([Charge(5, 1), Charge(4, 1)], {4: 2, 5: 1}) == 5
    assert choisir([Charge(5, 1), Charge(4, 1)], {}) == 4
    assert choisir([], {}) is None


@pytest.fixture
def equipe(contrat, auteur_de):
    """A chef de projet of the whole contract, that of a commune, and that of an orientation in this commune."""
    commune, theme = CommuneFactory(), OrientationFactory(contrat=contrat)
    return {
        "commune": commune,
        "theme": theme,
        "tout": auteur_de(Role.CHEF_DE_PROJET),
        "de_la_commune": auteur_de(Role.CHEF_DE_PROJET, communes=[commune]),
        "du_theme": auteur_de(Role.CHEF_DE_PROJET, communes=[commune], orientations=[theme]),
    }


@pytest.fixture
def dossiers(contrat, equipe):
    """One file in the commune, one in it and on the orientation, one elsewhere."""

    def faire(numero: str, commune, **suite) -> Dossier:
        dossier = DossierFactory(contrat=contrat, numero=numero, depose=True, **suite)
        LocalisationFactory(dossier=dossier, version=None, commune=commune)
        return dossier

    return [
        faire("ICI", equipe["commune"]),
        faire("THEME", equipe["commune"], orientation=equipe["theme"]),
        faire("AILLEURS", CommuneFactory()),
    ]


def proposes(contrat, dossiers) -> dict[str, int | None]:
    return {li.dossier.numero: li.propose for li in repartition(contrat, 2026, dossiers)}


@pytest.mark.django_db
def test_chaque_dossier_est_propose_a_qui_couvre_son_lieu_et_son_theme(contrat, equipe, dossiers) -> None:
    assert proposes(contrat, dossiers) == {
        "ICI": equipe["de_la_commune"].utilisateur.pk,
        "THEME": equipe["du_theme"].utilisateur.pk,
        "AILLEURS": equipe["tout"].utilisateur.pk,
    }
    dossiers[0].instructeur = equipe["tout"].utilisateur  # somebody follows it already: it is left there
    assert proposes(contrat, dossiers)["ICI"] == equipe["tout"].utilisateur.pk


@pytest.mark.django_db
def test_entre_egaux_la_charge_se_partage(contrat, auteur_de) -> None:
    un, deux = (auteur_de(Role.CHEF_DE_PROJET).utilisateur.pk for _ in range(2))
    dossiers = DossierFactory.create_batch(5, contrat=contrat, depose=True)
    comptes = list(proposes(contrat, dossiers).values())
    assert (comptes.count(un), comptes.count(deux)) == (3, 2)


@pytest.mark.django_db
def test_un_dossier_se_confie_a_qui_le_couvre(contrat, equipe, dossiers, le) -> None:
    ailleurs = dossiers[2]
    personne = equipe["tout"].utilisateur
    actions.affecter(ailleurs, personne, par=equipe["tout"], le=le)
    ailleurs.refresh_from_db()
    assert ailleurs.instructeur == personne
    (ligne,) = vie(ailleurs)
    assert (ligne.acte, ligne.apres) == ("affecter", {"suivi par": str(personne)})

    with pytest.raises(RegleEnfreinte, match="ne couvre pas") as refus:
        actions.affecter(ailleurs, equipe["de_la_commune"].utilisateur, par=equipe["tout"], le=le)
    assert refus.value.champ == "instructeur"
    with pytest.raises(ActeRefuse):
        actions.affecter(ailleurs, personne, par=equipe["de_la_commune"], le=le)

    actions.affecter(ailleurs, None, par=equipe["tout"], le=le)
    ailleurs.refresh_from_db()
    assert ailleurs.instructeur is None


@pytest.mark.django_db
def test_un_lot_se_confie_en_entier_ou_pas_du_tout(contrat, equipe, dossiers, le) -> None:
    commune, tout = equipe["de_la_commune"].utilisateur, equipe["tout"].utilisateur
    with pytest.raises(RegleEnfreinte, match="AILLEURS"):
        actions.affecter_lot({dossiers[0].pk: commune, dossiers[2].pk: commune}, par=equipe["tout"], le=le)
    assert not Dossier.objects.filter(instructeur__isnull=False).exists()

    choix = {dossiers[0].pk: commune, dossiers[1].pk: tout, dossiers[2].pk: tout}
    assert actions.affecter_lot(choix, par=equipe["tout"], le=le) == 3
    assert actions.affecter_lot(choix, par=equipe["tout"], le=le) == 0
    assert [len(vie(dossier)) for dossier in dossiers] == [1, 1, 1]
    with pytest.raises(ActeRefuse):  # a chef de projet of a commune gives nothing elsewhere
        actions.affecter_lot({dossiers[2].pk: commune}, par=equipe["de_la_commune"], le=le)


@pytest.mark.django_db
def test_confier_cent_dossiers_coute_autant_de_requetes_qu_en_confier_un(contrat, auteur_de, le) -> None:
    chef = auteur_de(Role.CHEF_DE_PROJET)

    def cout(nombre: int) -> int:
        dossiers = DossierFactory.create_batch(nombre, contrat=contrat, depose=True)
        with CaptureQueriesContext(connection) as requetes:
            actions.affecter_lot({d.pk: chef.utilisateur for d in dossiers}, par=chef, le=le)
        return len(requetes)

    cout(1)
    assert cout(1) == cout(30)


@pytest.mark.django_db
def test_la_page_propose_et_un_clic_confie_ce_que_gardent_les_filtres(contrat, equipe, dossiers, client_de) -> None:
    DossierFactory(contrat=contrat, numero="CLOS", clos=True)
    chef = client_de(Role.CHEF_DE_PROJET)
    url = reverse("programmation:repartir", kwargs={"contrat": contrat.slug, "annee": 2026})
    page = chef.get(url)
    assert [li.dossier.numero for li in page.context["lignes"]] == ["AILLEURS", "ICI", "THEME"]
    assert page.context["sans_suivi"] == 3

    # The filters of the table hold: what they leave out is not given, whatever is posted.
    filtres = f"orientation={equipe['theme'].pk}"
    assert [li.dossier.numero for li in chef.get(f"{url}?{filtres}").context["lignes"]] == ["THEME"]
    envoi = {f"suivi-{d.pk}": equipe["tout"].utilisateur.pk for d in dossiers} | {"filtres": filtres}
    assert chef.post(url, envoi).status_code == 302
    assert list(Dossier.objects.filter(instructeur__isnull=False).values_list("numero", flat=True)) == ["THEME"]
    assert chef.post(url, {f"suivi-{dossiers[0].pk}": "pas un numéro"}).status_code == 302
    dossiers[0].refresh_from_db()
    assert dossiers[0].instructeur is None


@pytest.mark.django_db
def test_la_page_d_un_dossier_ne_propose_que_qui_le_couvre(contrat, equipe, dossiers, client_de) -> None:
    chef = client_de(Role.CHEF_DE_PROJET)
    cles = {"contrat": contrat.slug, "annee": 2026, "numero": "AILLEURS"}
    url = reverse("programmation:affecter", kwargs=cles)
    assert url in chef.get(reverse("programmation:dossier", kwargs=cles)).content.decode()
    refus = chef.post(url, {"instructeur": equipe["de_la_commune"].utilisateur.pk})
    assert refus.status_code == 422
    assert chef.post(url, {"instructeur": equipe["tout"].utilisateur.pk}).status_code == 302
    dossiers[2].refresh_from_db()
    assert dossiers[2].instructeur == equipe["tout"].utilisateur
