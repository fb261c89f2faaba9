"""Opening a new contract: five steps saved as one goes, then the invitations."""

from __future__ import annotations

from datetime import date

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from commun.auteur import Auteur
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.models import LigneJournal
from contrats.actions import ouverture as actions
from contrats.etats import Role
from contrats.models import Contrat, Invitation
from geographie.models import Perimetre, TypePerimetre
from tests.fabriques import (
    CommuneFactory,
    CompteAInviterFactory,
    OrganismeFactory,
    OuvertureContratFactory,
    UtilisateurFactory,
    VersionPerimetreFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrateur():
    return Auteur(utilisateur=UtilisateurFactory(is_superuser=True, is_staff=True))


@pytest.fixture
def client_administrateur(client, administrateur):
    client.force_login(administrateur.utilisateur)
    return client


CONTRAT = {
    "nom": "Cœur de Flandre",
    "intitule": "Contrat de ville de Cœur de Flandre",
    "slug": "coeur-de-flandre",
    "debut": 2024,
    "fin": 2030,
    "part_cpo_visee": 50,
    "actions_renforcees": 3,
}


def test_les_cinq_etapes_menent_au_contrat_ouvert(client_administrateur, executer_travaux) -> None:
    pilote, etat = OrganismeFactory(epci=True), OrganismeFactory(departement=True)
    commune = CommuneFactory(nom="Hazebrouck")
    quartier = VersionPerimetreFactory(communes=[commune]).perimetre

    def poster(nom, /, **donnees):
        reponse = client_administrateur.post(reverse(f"contrats:{nom}", args=[CONTRAT["slug"]]), donnees)
        assert reponse.status_code == 302, reponse.content.decode()
        return reponse.url

    reponse = client_administrateur.post(reverse("contrats:ouvrir_contrat"), {**CONTRAT, "pilote": pilote.pk})
    assert reponse.url == reverse("contrats:ouverture_communes", args=[CONTRAT["slug"]])
    trouvees = client_administrateur.get(reponse.url, {"q": "haze"}).content.decode()
    assert commune.code in trouvees
    poster("ouverture_communes", acte="ajouter", communes=[commune.pk])
    poster("ouverture_communes", acte="ecrire", code="59999", nom="Commune nouvelle")
    assert poster("ouverture_communes", acte="suivre").endswith("/perimetres/")
    poster("ouverture_perimetres", acte="choisir", perimetres=[quartier.pk])
    poster(
        "ouverture_perimetres",
        **{
            "acte": "ecrire",
            "p-type": "poche_pauvrete",
            "p-code": "POCHE-1",
            "p-nom": "Le Rocher",
            "p-valide_du": "2024-01-01",
            "p-communes": [commune.pk],
        },
    )
    poster("ouverture_perimetres", acte="suivre")
    poster("ouverture_partenaires", acte="ajouter", organisme=etat.pk, qualite="signataire")
    poster("ouverture_partenaires", acte="suivre")
    poster("ouverture_comptes", email="Chef@Exemple.test", role=Role.CHEF_DE_PROJET, organisme=pilote.pk)
    poster("ouverture_comptes", email="etat@exemple.test", role=Role.DECIDEUR, organisme=etat.pk)
    assert not Invitation.objects.exists()
    poster("ouverture_ouvrir")

    contrat = Contrat.objects.get(slug=CONTRAT["slug"])
    assert set(contrat.communes.values_list("code", flat=True)) == {commune.code, "59999"}
    assert set(Perimetre.objects.filter(contrats__contrat=contrat).values_list("nom", flat=True)) == {
        quartier.nom,
        "Le Rocher",
    }
    assert list(contrat.signataires.values_list("organisme", "qualite")) == [
        (pilote.pk, "pilote"),
        (etat.pk, "signataire"),
    ]
    assert contrat.ouverture.ouvert_le is not None
    executer_travaux()
    assert sorted(m.to[0] for m in mail.outbox) == ["chef@exemple.test", "etat@exemple.test"]
    actes = [ligne.acte for ligne in LigneJournal.objects.de(contrat)]
    assert actes[0] == "commencer_contrat"
    assert actes[-1] == "ouvrir_contrat"


def test_l_assistant_reprend_ou_il_en_etait(client_administrateur) -> None:
    ouverture = OuvertureContratFactory(etape=3)
    page = client_administrateur.get(reverse("contrats:ouvrir_contrat")).content.decode()
    assert str(ouverture.contrat) in page
    reprise = client_administrateur.get(reverse("contrats:ouverture", args=[ouverture.contrat.slug]))
    assert reprise.url == reverse("contrats:ouverture_partenaires", args=[ouverture.contrat.slug])


def test_franchir_une_etape_ne_recule_jamais(administrateur) -> None:
    ouverture = OuvertureContratFactory(etape=3)
    actions.franchir_etape(ouverture.contrat, 2, par=administrateur)
    ouverture.refresh_from_db()
    assert ouverture.etape == 3


def test_sans_chef_de_projet_ou_sans_commune_le_contrat_ne_s_ouvre_pas(administrateur) -> None:
    ouverture = OuvertureContratFactory()
    with pytest.raises(RegleEnfreinte, match="au moins une commune"):
        actions.ouvrir_contrat(ouverture.contrat, par=administrateur, le=timezone.now())
    ouverture.contrat.communes.add(CommuneFactory())
    CompteAInviterFactory(ouverture=ouverture, role=Role.DECIDEUR)
    with pytest.raises(RegleEnfreinte, match="chef de projet"):
        actions.ouvrir_contrat(ouverture.contrat, par=administrateur, le=timezone.now())
    assert not Invitation.objects.exists()


def test_un_contrat_ouvert_ne_repasse_pas_par_l_assistant(administrateur, client_administrateur) -> None:
    contrat = OuvertureContratFactory(ouvert_le=timezone.now()).contrat
    with pytest.raises(RegleEnfreinte, match="est ouvert"):
        actions.ajouter_communes(contrat, [CommuneFactory()], par=administrateur, le=timezone.now())
    assert client_administrateur.get(reverse("contrats:ouverture", args=[contrat.slug])).status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_seul_un_administrateur_ouvre_un_contrat(contrat, client_de, role) -> None:
    client = client_de(role)
    assert client.get(reverse("contrats:ouvrir_contrat")).status_code == 403
    with pytest.raises(ActeRefuse):
        actions.commencer_contrat(champs={}, par=client.auteur, le=timezone.now())


def test_un_contrat_en_ouverture_n_est_vu_que_des_administrateurs(client_de) -> None:
    contrat = OuvertureContratFactory().contrat
    client = client_de(Role.CHEF_DE_PROJET)
    assert client.get(reverse("contrats:ouverture", args=[contrat.slug])).status_code == 404


def test_ce_qui_est_deja_connu_ne_se_saisit_pas_deux_fois(administrateur) -> None:
    contrat = OuvertureContratFactory().contrat
    commune = CommuneFactory()
    perimetre = VersionPerimetreFactory(communes=[commune]).perimetre
    le = timezone.now()
    with pytest.raises(RegleEnfreinte, match="cherchez-la"):
        actions.ajouter_commune_inconnue(contrat, code=commune.code, nom="Autre", par=administrateur, le=le)
    with pytest.raises(RegleEnfreinte, match="porte déjà ce code"):
        actions.decrire_perimetre(
            contrat,
            type=TypePerimetre.QPV,
            code=perimetre.code,
            nom="Autre",
            communes=[commune],
            valide_du=date(2024, 1, 1),
            par=administrateur,
            le=le,
        )
    actions.choisir_perimetres(contrat, [perimetre], par=administrateur, le=le)
    actions.choisir_perimetres(contrat, [perimetre], par=administrateur, le=le)
    assert contrat.perimetres.count() == 1


def test_ce_qui_a_ete_ajoute_s_ote(administrateur) -> None:
    ouverture = OuvertureContratFactory()
    contrat, le = ouverture.contrat, timezone.now()
    commune, perimetre = CommuneFactory(), VersionPerimetreFactory().perimetre
    actions.ajouter_communes(contrat, [commune], par=administrateur, le=le)
    actions.choisir_perimetres(contrat, [perimetre], par=administrateur, le=le)
    signataire = actions.ajouter_partenaire(
        contrat, organisme=OrganismeFactory(), qualite="signataire", par=administrateur, le=le
    )
    compte = actions.prevoir_compte(
        contrat,
        organisme=signataire.organisme,
        role=Role.SIGNATAIRE,
        email=" A@b.test ",
        par=administrateur,
        le=le,
    )
    assert compte.email == "a@b.test"
    with pytest.raises(RegleEnfreinte, match="ôtez-les d’abord"):
        actions.oter_partenaire(contrat, signataire, par=administrateur, le=le)
    actions.oter_compte(compte, par=administrateur)
    actions.oter_partenaire(contrat, signataire, par=administrateur, le=le)
    actions.oter_commune(contrat, commune, par=administrateur, le=le)
    actions.oter_perimetre(contrat, perimetre, par=administrateur, le=le)
    assert not contrat.communes.exists()
    assert not contrat.perimetres.exists()
    assert not contrat.signataires.exists()
    assert Perimetre.objects.filter(pk=perimetre.pk).exists()
