"""The pages of the call for projects, through the client."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contrats.etats import Role
from contrats.models import Contrat
from programmation.etats import EtatCampagne
from programmation.lectures.seances import etapes_de_campagne
from programmation.models import Campagne, CritereCampagne, EtapeCampagne, OuvertureTardive
from tests.fabriques import (
    CampagneFactory,
    CritereCampagneFactory,
    DispositifFactory,
    DossierFactory,
    EtapeCampagneFactory,
    HabilitationFactory,
    OrientationFactory,
    PieceRequiseFactory,
)

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


@pytest.fixture
def campagne(contrat: Contrat) -> Campagne:
    """The call of 2027, in preparation."""
    return CampagneFactory(contrat=contrat, annee=2027, preparation=True)


def adresse(contrat: Contrat, route: str = "campagne", annee: int = 2027, **cles: Any) -> str:
    return reverse(f"programmation:{route}", kwargs={"contrat": contrat.slug, "annee": annee, **cles})


def test_la_campagne_de_l_an_prochain_vient_de_la_derniere(contrat, client_de):
    ancienne = CampagneFactory(contrat=contrat, annee=2026, limite_depot=date(2025, 12, 15))
    client = client_de(Role.CHEF_DE_PROJET)
    page = client.get(adresse(contrat, "creer_campagne"))
    assert 'value="2026-12-15"' in page.content.decode()

    saisie = {"nom": "Appel à projets 2027", "ouverte_le": "2026-10-01", "limite_depot": "2026-12-18"}
    reponse = client.post(adresse(contrat, "creer_campagne"), saisie)

    assert reponse.url == adresse(contrat)
    campagne = Campagne.objects.get(contrat=contrat, annee=2027)
    assert (campagne.etat, campagne.limite_depot) == (EtatCampagne.PREPARATION, date(2026, 12, 18))
    assert ancienne.etat == EtatCampagne.OUVERTE


def test_des_dates_dans_le_desordre_sont_refusees_avec_ce_qu_il_faut_faire(contrat, client_de):
    saisie = {"nom": "Appel", "ouverte_le": "2026-12-20", "limite_depot": "2026-12-18"}
    reponse = client_de(Role.CHEF_DE_PROJET).post(adresse(contrat, "creer_campagne"), saisie)
    assert reponse.status_code == 422
    assert "s’ouvre, se ferme, puis passe en COPIL" in reponse.content.decode()
    assert 'value="2026-12-20"' in reponse.content.decode()


def test_en_preparation_les_porteurs_ne_la_lisent_pas(contrat, campagne, client_de):
    assert "Critères d’instruction" in client_de(Role.INSTRUCTEUR).get(adresse(contrat)).content.decode()
    page = client_de(Role.PORTEUR).get(adresse(contrat)).content.decode()
    assert "n’est pas encore ouvert" in page
    assert "Critères d’instruction" not in page

    client_de(Role.CHEF_DE_PROJET).post(adresse(contrat, "changer_campagne", acte="ouvrir"))

    assert "Critères d’instruction" in client_de(Role.PORTEUR).get(adresse(contrat)).content.decode()


def test_la_note_de_cadrage_se_depose_en_pdf_et_se_lit_a_l_ouverture(contrat, campagne, client_de):
    client = client_de(Role.CHEF_DE_PROJET)
    saisie = {
        "nom": campagne.nom,
        "ouverte_le": "2026-10-01",
        "limite_depot": "2026-12-15",
        "taux_public_max": "80",
        "cadrage": "Priorité à l’emploi des femmes.",
    }
    faux = SimpleUploadedFile("note.pdf", b"pas un PDF")
    refus = client.post(adresse(contrat, "modifier_campagne"), {**saisie, "document": faux})
    assert refus.status_code == 422
    assert "n’est pas un fichier PDF" in refus.content.decode()

    client.post(adresse(contrat, "modifier_campagne"), {**saisie, "document": SimpleUploadedFile("note.pdf", PDF)})

    porteur = client_de(Role.PORTEUR)
    assert porteur.get(adresse(contrat, "note_de_cadrage")).status_code == 404
    client.post(adresse(contrat, "changer_campagne", acte="ouvrir"))
    assert b"".join(porteur.get(adresse(contrat, "note_de_cadrage")).streaming_content) == PDF


def test_les_pieces_de_la_campagne_s_ecrivent_une_a_une(contrat, campagne, client_de):
    client = client_de(Role.CHEF_DE_PROJET)
    critere = {"libelle": "Réponse au besoin", "poids": "3", "note_max": "5", "ordre": "1"}
    assert client.post(adresse(contrat, "ajouter_element", genre="criteres"), critere).status_code == 302
    ecrit = CritereCampagne.objects.get(campagne=campagne)
    double = client.post(adresse(contrat, "ajouter_element", genre="criteres"), critere)
    assert double.status_code == 422
    assert "déjà dans la grille" in double.content.decode()

    trop_lourd = client.post(
        adresse(contrat, "modifier_element", genre="criteres", pk=ecrit.pk), {**critere, "poids": 30}
    )
    assert trop_lourd.status_code == 422

    etape = {"etape": "revue", "du": "2026-11-02", "au": "2026-11-20"}
    client.post(adresse(contrat, "ajouter_element", genre="etapes"), etape)
    assert EtapeCampagne.objects.get(campagne=campagne).au == date(2026, 11, 20)
    client.post(adresse(contrat, "retirer_element", genre="criteres", pk=ecrit.pk))
    assert not campagne.criteres.exists()


def test_un_delai_se_lit_sur_la_page_de_l_equipe_seule(contrat, campagne, client_de):
    porteur = HabilitationFactory(contrat=contrat, role=Role.PORTEUR).organisme
    client = client_de(Role.CHEF_DE_PROJET)
    trop_tot = {"porteur": porteur.pk, "jusqu_au": "2026-12-01", "motif": "Panne."}
    assert client.post(adresse(contrat, "ouvrir_tardivement"), trop_tot).status_code == 422
    saisie = {"porteur": porteur.pk, "jusqu_au": "2099-12-31", "motif": "Panne du téléservice."}
    assert client.post(adresse(contrat, "ouvrir_tardivement"), saisie).status_code == 302
    client.post(adresse(contrat, "changer_campagne", acte="ouvrir"))

    assert "Panne du téléservice." in client.get(adresse(contrat)).content.decode()
    assert "Panne du téléservice." not in client_de(Role.PORTEUR).get(adresse(contrat)).content.decode()
    client.post(adresse(contrat, "retirer_ouverture", pk=OuvertureTardive.objects.get().pk))
    assert OuvertureTardive.objects.get().retiree_le is not None


def test_une_orientation_sans_dossier_se_voit(contrat, client_de):
    campagne = CampagneFactory(contrat=contrat, annee=2026)
    DossierFactory(contrat=contrat, campagne=campagne, en_instruction=True)
    OrientationFactory(contrat=contrat, nom_court="Accès aux droits oublié")
    page = client_de(Role.CHEF_DE_PROJET).get(adresse(contrat, annee=2026)).content.decode()
    assert "1\u00a0orientation n’a aucun dossier" in page
    assert "Accès aux droits oublié" in page


def test_un_dispositif_national_se_lit_sans_se_modifier(contrat, client_de):
    national, propre = DispositifFactory(), DispositifFactory(contrat=contrat, code="sip")
    client = client_de(Role.CHEF_DE_PROJET)
    assert "est national" in client.get(adresse(contrat, "dispositif", pk=national.pk)).content.decode()
    refus = client.post(adresse(contrat, "dispositif", pk=national.pk), {"nom": "Détourné"})
    national.refresh_from_db()
    assert (refus.status_code, "Détourné" in national.nom) == (422, False)

    saisie = {"code": "sip", "nom": "Initiatives", "famille": "sip", "section": "fonctionnement", "plafond": "5 000"}
    reponse = client.post(adresse(contrat, "dispositif", pk=propre.pk), {**saisie, "formulaire": "fiche"})
    propre.refresh_from_db()
    assert (reponse.status_code, propre.plafond) == (302, 5000)


def test_la_page_coute_le_meme_nombre_de_requetes(contrat, campagne, client_de, django_assert_max_num_queries):
    client = client_de(Role.CHEF_DE_PROJET)
    CritereCampagneFactory(campagne=campagne)
    client.get(adresse(contrat))
    CritereCampagneFactory.create_batch(12, campagne=campagne)
    PieceRequiseFactory(campagne=campagne)
    for jour in range(1, 13):
        EtapeCampagneFactory(campagne=campagne, du=date(2026, 11, jour))
    with django_assert_max_num_queries(26):
        client.get(adresse(contrat))


def test_les_etapes_sont_au_calendrier_partage_de_qui_lit_la_campagne(contrat, campagne, auteur_de):
    EtapeCampagneFactory(campagne=campagne, du=date(2026, 11, 3), au=date(2026, 11, 20))
    mois = (contrat, date(2026, 11, 1), date(2026, 11, 30))

    def titres(role: Role) -> list[str]:
        return [echeance.titre for echeance in etapes_de_campagne(*mois, auteur_de(role))]

    attendus = ["Programmation 2027 : revues de projets : début", "Programmation 2027 : revues de projets : fin"]
    assert (titres(Role.INSTRUCTEUR), titres(Role.PORTEUR)) == (attendus, [])
    Campagne.objects.update(etat=EtatCampagne.OUVERTE)
    assert titres(Role.PORTEUR) == attendus
