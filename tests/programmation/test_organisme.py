"""The card, the papers and the budgets of an organisation: who keeps them, who reads what, what is refused."""

from __future__ import annotations

import zipfile
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from acteurs.models import FicheOrganisme, FormeJuridique, Organisme, PieceOrganisme, TypePiece, Verification
from commun.auteur import Auteur
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.models import Analyse, LigneJournal, Travail
from contrats.etats import Role
from programmation.actions.budget_organisme import ecrire_budget_organisme
from programmation.actions.organisme import deposer_piece, ecrire_section
from programmation.etats import EtatCampagne
from programmation.lectures.budget_organisme import budgets_lus
from programmation.lectures.organisme import fiche_lue, pieces_lues
from programmation.models import BudgetOrganisme
from programmation.permissions.depot import peut_commencer
from programmation.regles.organisme import SECTIONS, bientot_perimee, manques, section
from tests.fabriques import (
    CampagneFactory,
    DemandeFactory,
    DossierFactory,
    FicheOrganismeFactory,
    FichierFactory,
    HabilitationFactory,
    OrganismeFactory,
    PieceOrganismeFactory,
    PieceRequiseFactory,
)

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 statuts"
IBAN = "FR7630006000011234567890189"


@pytest.fixture
def organisme() -> Organisme:
    return OrganismeFactory(nom="Les Ateliers", forme_juridique=FormeJuridique.ASSOCIATION_1901)


@pytest.fixture
def porteur(contrat, organisme, auteur_de) -> Auteur:
    return auteur_de(Role.PORTEUR, organisme=organisme)


def client(auteur: Auteur) -> Client:
    navigateur = Client()
    navigateur.force_login(auteur.utilisateur)
    return navigateur


def adresse(nom: str, contrat: Any, organisme: Organisme, *suite: Any) -> str:
    return reverse(f"programmation:{nom}", args=[contrat.slug, organisme.pk, *suite])


def ecrire(code: str, champs: dict[str, Any], *, contrat: Any, organisme: Organisme, par: Auteur) -> FicheOrganisme:
    return ecrire_section(organisme, section(code), champs, contrat=contrat, par=par, le=timezone.now())


def deposer(contrat: Any, organisme: Organisme, par: Auteur, **suite: Any) -> PieceOrganisme:
    donnees = {"type": TypePiece.STATUTS, "nom": "statuts.pdf", "contenu": PDF, "le": timezone.now()}
    return deposer_piece(organisme, contrat=contrat, par=par, **donnees | suite)


# --- Rules -----------------------------------------------------------------------------------------------------------
def test_zero_est_une_reponse_et_une_association_en_doit_plus() -> None:
    moyens = section("moyens")
    assert manques(moyens, {"benevoles": 0, "salaries": None}, association=True) == ("salaries",)
    assert manques(moyens, {}, association=False) == ()


def test_chaque_champ_requis_est_dans_sa_section() -> None:
    for s in SECTIONS:
        assert set(s.requis + s.requis_d_une_association) <= set(s.champs)


@pytest.mark.parametrize(
    ("valable_au", "attendu"),
    [
        (None, False),
        (date(2026, 11, 19), False),
        (date(2026, 11, 20), True),
        (date(2027, 1, 19), True),
        (date(2027, 1, 20), False),
    ],
)
def test_une_piece_se_renouvelle_deux_mois_avant_sa_fin(valable_au, attendu) -> None:
    assert bientot_perimee(valable_au, le=date(2026, 11, 20)) is attendu


# --- The card --------------------------------------------------------------------------------------------------------
def test_le_porteur_ecrit_sa_banque_et_le_journal_n_en_garde_pas_le_numero(contrat, organisme, porteur) -> None:
    page = adresse("modifier_organisme", contrat, organisme, "banque")
    reponse = client(porteur).post(page, {"iban": "fr76 3000 6000 0112 3456 7890 189", "bic": "agri frpp"})
    assert reponse.status_code == 302
    fiche = FicheOrganisme.objects.get(organisme=organisme)
    assert (fiche.iban, fiche.bic) == (IBAN, "AGRIFRPP")
    ligne = LigneJournal.objects.de(organisme).get()
    assert ligne.apres == {"champs": ["IBAN", "BIC"]}


def test_le_contact_public_est_vide_et_dit_qui_le_lira(contrat, organisme, porteur) -> None:
    """What a card holds for requests is not made public by itself; the porteur is told who reads what it gives here."""
    FicheOrganismeFactory(organisme=organisme, telephone="0327000000", courriel="presidente@mobylette.example")
    page = adresse("modifier_organisme", contrat, organisme, "contact_public")
    form = client(porteur).get(page)
    champs = form.context["form"]
    assert [(c.name, c.value()) for c in champs] == [
        ("public_telephone", ""),
        ("public_courriel", ""),
        ("public_site", ""),
    ]
    assert all("Imprimé dans le catalogue" in c.help_text and "lu par tous" in c.help_text for c in champs)
    ecrits = {"public_telephone": "0327111111", "public_courriel": "", "public_site": "mobylette.example"}
    assert client(porteur).post(page, ecrits).status_code == 302
    fiche = FicheOrganisme.objects.get(organisme=organisme)
    assert (fiche.public_telephone, fiche.public_site) == ("0327111111", "https://mobylette.example")
    lue = client(porteur).get(adresse("organisme", contrat, organisme)).content.decode()
    assert "03\u202f27\u202f11\u202f11\u202f11" in lue or "03 27 11 11 11" in lue.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("code", "champs", "champ", "phrase"),
    [
        ("banque", {"iban": "FR7630006000011234567890180", "bic": ""}, "iban", "IBAN n’est pas valide"),
        ("banque", {"iban": "", "bic": "AGRI"}, "bic", "8 ou 11"),
        ("coordonnees", {"code_postal": "592"}, "code_postal", "5 chiffres"),
        ("moyens", {"salaries": "2", "emplois_aides": "3"}, "emplois_aides", "font partie des salariés"),
        ("identite", {"nom": "X", "forme_juridique": "societe", "siret": "12345678901234"}, "siret", "SIRET"),
        ("identite", {"nom": "X", "forme_juridique": "societe", "rna": "595"}, "rna", "RNA"),
    ],
)
def test_une_saisie_fausse_se_corrige_a_sa_place(contrat, organisme, porteur, code, champs, champ, phrase) -> None:
    """F-12, regles 2.10: the error stands beside its field, what was typed stays."""
    reponse = client(porteur).post(adresse("modifier_organisme", contrat, organisme, code), champs)
    assert reponse.status_code == 422
    assert phrase in "".join(reponse.context["form"].errors[champ])
    assert champs[champ] in reponse.content.decode()
    assert not LigneJournal.objects.de(organisme).exists()


def test_un_siret_donne_se_verifie_sans_bloquer_et_ne_change_plus(
    contrat, organisme, porteur, executer_travaux
) -> None:
    """S-20."""
    donnees = {"contrat": contrat, "organisme": organisme, "par": porteur}
    ecrire("identite", {"nom": "Les Ateliers", "siret": "00090001900019"}, **donnees)
    executer_travaux()
    organisme.refresh_from_db()
    assert (organisme.siren, organisme.fiche.verification) == ("000900019", Verification.CONFIRME)
    with pytest.raises(RegleEnfreinte, match="ne change pas"):
        ecrire("identite", {"siret": "00090002700012"}, **donnees)
    page = client(porteur).get(adresse("modifier_organisme", contrat, organisme, "identite"))
    assert {n for n, c in page.context["form"].fields.items() if c.disabled} == {"siret", "nom"}


def test_le_siret_d_un_autre_est_refuse(contrat, organisme, porteur) -> None:
    autre = OrganismeFactory(immatricule=True)
    with pytest.raises(RegleEnfreinte, match="porte déjà ce SIRET"):
        ecrire("identite", {"siret": autre.siret}, contrat=contrat, organisme=organisme, par=porteur)


def test_la_fiche_dit_ce_qui_manque(contrat, organisme, porteur) -> None:
    avant = fiche_lue(organisme, pour=porteur, contrat=contrat).nombre_de_manques
    ecrire(
        "representant",
        {"representant_nom": "Lou", "representant_fonction": "présidente"},
        contrat=contrat,
        organisme=organisme,
        par=porteur,
    )
    lue = fiche_lue(organisme, pour=porteur, contrat=contrat)
    assert lue.nombre_de_manques == avant - 2
    assert next(s for s in lue.sections if s.section.code == "banque").manques == ("IBAN", "BIC")


def test_un_chef_de_projet_ecrit_pour_le_compte_de(contrat, organisme, porteur, auteur_de) -> None:
    chef = auteur_de(Role.CHEF_DE_PROJET)
    ecrire("coordonnees", {"ville": "Denain"}, contrat=contrat, organisme=organisme, par=chef)
    ligne = LigneJournal.objects.de(organisme).get()
    assert (ligne.organisme_nom, ligne.pour_le_compte_de_nom) == (str(contrat.pilote), "Les Ateliers")


def test_qui_ne_tient_pas_la_fiche_ne_l_ecrit_pas(contrat, organisme, porteur, auteur_de) -> None:
    DossierFactory(contrat=contrat, porteur=organisme, en_instruction=True)
    for auteur in (auteur_de(Role.PORTEUR), auteur_de(Role.DELEGUE_PREFET), auteur_de(Role.INSTRUCTEUR)):
        with pytest.raises(ActeRefuse):
            ecrire("coordonnees", {"ville": "X"}, contrat=contrat, organisme=organisme, par=auteur)
        with pytest.raises(ActeRefuse):
            deposer(contrat, organisme, auteur)
        with pytest.raises(ActeRefuse):
            ecrire_budget_organisme(organisme, 2026, {"604": 1}, contrat=contrat, par=auteur, le=timezone.now())


def test_chacun_lit_ce_qu_il_instruit_et_la_banque_a_part(contrat, organisme, porteur, auteur_de) -> None:
    """A funder reads the card of those who ask it; the account number goes to those who pay."""
    FicheOrganismeFactory(organisme=organisme, iban=IBAN)
    rib = PieceOrganismeFactory(organisme=organisme, type=TypePiece.RIB)
    dossier = DossierFactory(contrat=contrat, porteur=organisme, en_instruction=True)
    financeur, voisin = auteur_de(Role.INSTRUCTEUR), auteur_de(Role.INSTRUCTEUR)
    DemandeFactory(dossier=dossier, financeur=financeur.organisme)
    delegue, juriste = auteur_de(Role.DELEGUE_PREFET), auteur_de(Role.JURIDIQUE)
    lu = {}
    for nom, auteur in {
        "porteur": porteur,
        "financeur": financeur,
        "voisin": voisin,
        "delegue": delegue,
        "juriste": juriste,
    }.items():
        page = client(auteur).get(adresse("organisme", contrat, organisme))
        piece = client(auteur).get(adresse("piece_organisme", contrat, organisme, rib.pk))
        if piece.streaming:
            b"".join(piece.streaming_content)
        lu[nom] = (page.status_code, "FR76\u202f3000" in page.content.decode(), piece.status_code)
    assert lu == {
        "porteur": (200, True, 200),
        "financeur": (200, True, 200),
        "voisin": (404, False, 404),
        "delegue": (200, False, 403),
        "juriste": (200, False, 403),
    }


# --- Papers ----------------------------------------------------------------------------------------------------------
def test_une_piece_se_joint_se_remplace_et_se_retire(contrat, organisme, porteur) -> None:
    navigateur = client(porteur)
    fichier = SimpleUploadedFile("statuts.pdf", PDF)
    page = adresse("joindre_piece_organisme", contrat, organisme)
    assert navigateur.post(page, {"type": "statuts", "fichier": fichier}).status_code == 302
    premiere = PieceOrganisme.objects.get()
    remplacer = adresse("remplacer_piece_organisme", contrat, organisme, premiere.pk)
    neuf = SimpleUploadedFile("statuts-2026.pdf", PDF + b"2")
    assert navigateur.post(remplacer, {"fichier": neuf, "valable_au": "2027-06-30"}).status_code == 302
    en_cours = PieceOrganisme.objects.valables(timezone.localdate()).get()
    assert (en_cours.fichier.nom, en_cours.type, en_cours.valable_au) == (
        "statuts-2026.pdf",
        "statuts",
        date(2027, 6, 30),
    )
    navigateur.post(adresse("retirer_piece_organisme", contrat, organisme, en_cours.pk))
    assert not PieceOrganisme.objects.valables(timezone.localdate()).exists()
    assert PieceOrganisme.objects.count() == 2  # what was given stays readable
    assert [ligne.libelle for ligne in LigneJournal.objects.de(organisme)] == [
        "Pièce déposée : statuts",
        "Pièce remplacée : statuts",
        "Pièce retirée : statuts",
    ]


def test_un_fichier_refuse_l_est_sur_son_champ(contrat, organisme, porteur) -> None:
    bombe = BytesIO()
    with zipfile.ZipFile(bombe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(101 * 1024 * 1024))
    page = adresse("joindre_piece_organisme", contrat, organisme)
    for nom, contenu, phrase in (("virus.exe", b"MZ", "pas accepté"), ("bombe.docx", bombe.getvalue(), "100 Mo")):
        envoi = {"type": "statuts", "fichier": SimpleUploadedFile(nom, contenu)}
        reponse = client(porteur).post(page, envoi)
        assert reponse.status_code == 422
        assert phrase in "".join(reponse.context["form"].errors["fichier"])
    with pytest.raises(RegleEnfreinte) as erreur:
        deposer(contrat, organisme, porteur, nom="virus.exe")
    assert erreur.value.champ == "fichier"
    assert not PieceOrganisme.objects.exists()


def test_une_validite_a_l_envers_et_une_piece_de_dossier_sont_refusees(contrat, organisme, porteur) -> None:
    with pytest.raises(RegleEnfreinte, match="finit après"):
        deposer(contrat, organisme, porteur, valable_du=date(2026, 2, 1), valable_au=date(2026, 1, 1))
    with pytest.raises(RegleEnfreinte, match="se joint à un dossier"):
        deposer(contrat, organisme, porteur, type=TypePiece.DEVIS)


def test_une_piece_infectee_n_est_servie_a_personne(contrat, organisme, porteur) -> None:
    fichier = FichierFactory()
    fichier.analyse = Analyse.INFECTE
    fichier.save()
    piece = PieceOrganismeFactory(organisme=organisme, fichier=fichier)
    reponse = client(porteur).get(adresse("piece_organisme", contrat, organisme, piece.pk))
    assert reponse.status_code == 403
    assert "programme malveillant" in reponse.content.decode()
    liste = client(porteur).get(adresse("pieces_organisme", contrat, organisme)).content.decode()
    assert "fichier infecté" in liste
    assert adresse("piece_organisme", contrat, organisme, piece.pk) + '"' not in liste


def test_les_pieces_que_demande_un_appel_ouvert_sont_dites(contrat, organisme, porteur) -> None:
    campagne = CampagneFactory(contrat=contrat, annee=2027, etat=EtatCampagne.OUVERTE)
    PieceRequiseFactory(campagne=campagne, type=TypePiece.STATUTS, formes=[FormeJuridique.ASSOCIATION_1901])
    PieceRequiseFactory(campagne=campagne, type=TypePiece.COMPTES, formes=[FormeJuridique.DROIT_PUBLIC])
    PieceRequiseFactory(campagne=campagne, type=TypePiece.RAPPORT, formes=[])
    PieceOrganismeFactory(organisme=organisme, type=TypePiece.RAPPORT, valable_au=date(2026, 1, 31))

    def etat(le: date) -> dict[str, tuple[tuple[int, ...], bool]]:
        lues = pieces_lues(organisme, pour=porteur, contrat=contrat, le=le)
        return {p.type.value: (p.demandee_par, p.manque) for p in lues if p.demandee_par}

    assert etat(date(2026, 1, 31)) == {"statuts": ((2027,), True), "rapport": ((2027,), False)}
    assert etat(date(2026, 2, 1))["rapport"] == ((2027,), True)


def test_la_page_des_pieces_coute_autant_pour_trente_pieces(
    contrat, organisme, porteur, django_assert_max_num_queries
) -> None:
    PieceOrganismeFactory.create_batch(30, organisme=organisme)
    navigateur = client(porteur)
    navigateur.get(adresse("pieces_organisme", contrat, organisme))
    with django_assert_max_num_queries(25):
        navigateur.get(adresse("pieces_organisme", contrat, organisme))


# --- Budgets ---------------------------------------------------------------------------------------------------------
def test_le_budget_s_ecrit_en_euros_entiers_et_dit_son_equilibre(contrat, organisme, porteur) -> None:
    """S-01, S-02, S-03: kept as typed, and shown to balance."""
    annee = timezone.localdate().year
    page = adresse("budget_organisme", contrat, organisme, annee)
    navigateur = client(porteur)
    saisie = {"c_641": "12 000", "c_864": "500", "c_756": "4000", "c_74dep": "8 000 €", "c_870": "500"}
    assert navigateur.post(page, saisie).status_code == 302
    (lu,) = (b for b in budgets_lus(organisme, range(annee, annee + 1)) if b.saisi)
    assert (lu.totaux.charges, lu.totaux.produits, lu.totaux.emplois_en_nature, lu.equilibre) == (
        12_000,
        12_000,
        500,
        True,
    )
    navigateur.post(page, saisie | {"c_756": "3999"})
    assert "à équilibrer" in navigateur.get(adresse("budgets_organisme", contrat, organisme)).content.decode()
    assert BudgetOrganisme.objects.get().lignes.count() == 5
    refusee = navigateur.post(page, saisie | {"c_641": "12,50"})
    assert refusee.status_code == 422
    assert "sans centimes" in refusee.content.decode()


def test_le_budget_d_une_annee_lointaine_n_existe_pas(contrat, organisme, porteur) -> None:
    assert client(porteur).get(adresse("budget_organisme", contrat, organisme, 1999)).status_code == 404


# --- Ways in ---------------------------------------------------------------------------------------------------------
def test_mon_organisme_mene_a_celui_pour_lequel_on_agit(contrat, organisme, porteur) -> None:
    reponse = client(porteur).get(reverse("programmation:mon_organisme", args=[contrat.slug]))
    assert reponse["Location"] == adresse("organisme", contrat, organisme)
    assert "Mon organisme" in client(porteur).get(reponse["Location"]).content.decode()
    assert not Travail.objects.exists()


def test_un_organisme_d_un_autre_contrat_ne_s_ouvre_pas_a_l_equipe(contrat, gens) -> None:
    """Its card, its people and its bank account are its own contract's business until it joins."""
    ailleurs = DossierFactory(depose=True)
    campagne = CampagneFactory(contrat=contrat, etat=EtatCampagne.OUVERTE)

    refus = peut_commencer(gens.chef, campagne, ailleurs.porteur)
    assert not refus
    assert "autre contrat" in refus.motif
    assert peut_commencer(gens.chef, campagne, OrganismeFactory())
    HabilitationFactory(contrat=contrat, organisme=ailleurs.porteur, role=Role.PORTEUR)
    assert peut_commencer(gens.chef, campagne, ailleurs.porteur)
