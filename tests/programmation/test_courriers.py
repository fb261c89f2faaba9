"""Letters of a funder: opened from its decisions, corrected, sent once with their PDF; what each reader sees of them."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from typing import Any

import pikepdf
import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from commun.erreurs import ActeRefuse, RegleEnfreinte, RevisionDepassee
from commun.fichiers import lire
from commun.journal import verifier_chaine
from commun.models import LigneJournal, Travail
from contrats.etats import Role
from programmation import actions
from programmation.actions.courriers import empreinte
from programmation.etats import EtatCourrier, EtatDemande, GenreCourrier
from programmation.lectures.courriers import PREVENIR_DU_COURRIER, lot_lu
from programmation.models import Courrier, ModeleCourrier
from programmation.rapports.courrier import archiver, assembler
from programmation.regles.courriers import (
    CHAMPS_DU_COURRIER,
    MODELES_D_ORIGINE,
    TexteDeCourrier,
    paragraphes,
    rediger,
)
from programmation.regles.fusion import fautes_de_fusion
from tests.fabriques import (
    CourrierFactory,
    DemandeFactory,
    DeportFactory,
    DispositifFactory,
    DossierFactory,
    FicheOrganismeFactory,
    OrganismeFactory,
)
from tests.verapdf.validation import structure_pdf, valider_pdf_ua


def lisible(texte: str) -> str:
    """Without the spaces of French typography."""
    return texte.replace("\u202f", " ").replace("\xa0", " ")


# --- Rules ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("genre", GenreCourrier)
def test_les_modeles_d_origine_n_emploient_que_des_champs_connus(genre: str) -> None:
    texte = MODELES_D_ORIGINE[genre]
    for partie in (texte.objet, texte.corps, texte.qualite):
        assert fautes_de_fusion(partie, CHAMPS_DU_COURRIER) == []


def test_un_champ_qui_ne_donne_rien_ne_laisse_pas_de_trou() -> None:
    texte = TexteDeCourrier("Objet  {{ numero }}", "Un\n\n{{ conditions }}\n\n{{ convention }}\n\nDeux\r\nsuite", "Q")
    lu = rediger(texte, {"numero": "7", "conditions": "", "convention": ""})
    assert (lu.objet, lu.corps) == ("Objet 7", "Un\n\nDeux\nsuite")
    assert paragraphes(lu.corps) == [["Un"], ["Deux", "suite"]]


# --- Opening ----------------------------------------------------------------------------------------------------------
pytestmark = pytest.mark.django_db


def test_un_acte_ouvre_un_courrier_par_dossier_avec_ce_qu_il_refuse(programme, votee, acte, gens, ouvrir) -> None:
    refusee = DemandeFactory(
        dossier=programme, financeur=gens.departement, dispositif=DispositifFactory(), refusee=True, motif="Hors cadre"
    )
    DemandeFactory(dossier=programme, financeur=gens.region, votee=True)  # another funder's

    lot = ouvrir(acte, programme.campagne)

    (courrier,) = Courrier.objects.all()
    assert (courrier.lot, courrier.genre, courrier.etat) == (lot, GenreCourrier.OCTROI, EtatCourrier.A_RELIRE)
    assert set(courrier.demandes.all()) == {votee, refusee}
    assert courrier.montant == 5000
    assert "« Ateliers d’été »" in lisible(courrier.objet)
    corps = lisible(courrier.corps)
    assert "une subvention de 5 000 € vous est attribuée" in corps
    assert "acte n° CP/2026/118 du 15 juin 2026, Commission permanente" in corps
    assert "{{" not in corps + courrier.qualite
    assert "\n\n\n" not in courrier.corps
    assert "convention" not in corps
    assert courrier.modele.version == 1
    assert verifier_chaine(courrier)


def test_au_dela_de_23_000_euros_dans_l_annee_le_courrier_annonce_une_convention(
    contrat, programme, gens, acte, ouvrir
) -> None:
    """S-11: over the year, per authority and organisation."""
    association = OrganismeFactory()
    programme.porteur = association
    programme.save(update_fields=["porteur"])
    DemandeFactory(
        dossier=programme, financeur=gens.departement, votee=True, acte=acte, montant_demande=Decimal(12_000)
    )
    autre = DossierFactory(contrat=contrat, programme=True, porteur=association, numero="2026-0002")
    DemandeFactory(dossier=autre, financeur=gens.departement, notifiee=True, montant_demande=Decimal(11_500))

    ouvrir(acte, programme.campagne)

    assert "une convention vous sera adressée" in Courrier.objects.get().corps


def test_refus_et_ajournements_ont_leur_lot_et_disent_leur_motif(contrat, programme, gens, ouvrir) -> None:
    refusee = DemandeFactory(dossier=programme, financeur=gens.departement, refusee=True, motif="Hors des priorités")
    autre = DossierFactory(contrat=contrat, ajourne=True, numero="2026-0002")
    DemandeFactory(dossier=autre, financeur=gens.departement, ajournee=True, motif="Budget à préciser.")

    ouvrir(None, programme.campagne)

    un, deux = Courrier.objects.order_by("dossier__numero")
    assert (un.genre, deux.genre) == (GenreCourrier.REFUS, GenreCourrier.AJOURNEMENT)
    assert "motif suivant : Hors des priorités.\n" in lisible(un.corps)
    assert "motif suivant : Budget à préciser.\n" in lisible(deux.corps)
    assert "tribunal administratif" in un.corps
    assert list(un.demandes.all()) == [refusee]


def test_une_decision_qui_a_son_courrier_n_en_ouvre_pas_un_second(programme, votee, acte, gens, ouvrir, le) -> None:
    ouvrir(acte, programme.campagne)
    with pytest.raises(RegleEnfreinte, match="a déjà son courrier"):
        ouvrir(acte, programme.campagne)
    actions.annuler_le_courrier(Courrier.objects.get(), motif="Erreur de modèle", par=gens.decideur, le=le)
    ouvrir(acte, programme.campagne)
    un, deux = Courrier.objects.order_by("pk")
    assert (un.etat, deux.etat) == (EtatCourrier.ANNULE, EtatCourrier.A_RELIRE)
    assert deux.reference == f"{un.reference}-2"


def test_les_courriers_d_un_autre_financeur_sont_refuses(programme, votee, acte, gens, le) -> None:
    with pytest.raises(ActeRefuse):
        actions.ouvrir_les_courriers(programme.campagne, gens.departement, acte=acte, par=gens.voisin, le=le)
    with pytest.raises(ActeRefuse):
        actions.ouvrir_les_courriers(programme.campagne, gens.departement, acte=acte, par=gens.instructeur, le=le)
    with pytest.raises(RegleEnfreinte, match="L’acte doit être celui"):
        actions.ouvrir_les_courriers(programme.campagne, gens.region, acte=acte, par=gens.chef, le=le)


# --- Reading again ----------------------------------------------------------------------------------------------------
def corriger(courrier: Courrier, par: Any, le: Any, **suite: Any) -> Courrier:
    saisie = {"objet": courrier.objet, "corps": "Madame,\r\n\r\nMerci.", "qualite": courrier.qualite}
    return actions.corriger_le_courrier(courrier, **saisie, **{"lue": empreinte(courrier), **suite}, par=par, le=le)


def test_corriger_garde_les_mots_et_demande_de_relire_encore(courrier, gens, le) -> None:
    actions.valider_le_courrier(courrier, par=gens.decideur, le=le)
    courrier.refresh_from_db()
    corriger(courrier, gens.decideur, le)
    courrier.refresh_from_db()
    assert (courrier.corps, courrier.etat) == ("Madame,\n\nMerci.", EtatCourrier.A_RELIRE)
    assert [ligne.acte for ligne in LigneJournal.objects.de(courrier)] == ["ouvrir", "valider", "corriger"]


def test_deux_relecteurs_ne_s_effacent_pas_l_un_l_autre(courrier, gens, le) -> None:
    lue = empreinte(courrier)
    corriger(courrier, gens.chef, le)
    courrier.refresh_from_db()
    with pytest.raises(RevisionDepassee):
        corriger(courrier, gens.decideur, le, lue=lue)


def test_un_deporte_n_ecrit_pas_le_courrier_du_dossier(courrier, gens, le) -> None:
    DeportFactory(dossier=courrier.dossier, utilisateur=gens.decideur.utilisateur)
    gens.decideur.utilisateur.__dict__.pop("_deports_connus", None)
    with pytest.raises(ActeRefuse):
        actions.valider_le_courrier(courrier, par=gens.decideur, le=le)
    assert not Courrier.objects.visibles_par(gens.decideur, courrier.dossier.contrat).exists()


# --- Sending ----------------------------------------------------------------------------------------------------------
def envoyer(courrier: Courrier, par: Any, le: Any, executer_travaux: Any, **suite: Any) -> Travail:
    actions.valider_le_courrier(courrier, par=par, le=le)
    travail = actions.envoyer_le_lot(courrier.lot, par=par, le=le)
    executer_travaux(**suite)
    travail.refresh_from_db()
    return travail


def test_envoyer_produit_le_pdf_notifie_et_ecrit_au_porteur(courrier, votee, gens, le, executer_travaux) -> None:
    FicheOrganismeFactory(
        organisme=courrier.dossier.porteur, adresse="3 rue des Lilas", code_postal="59220", ville="Denain"
    )
    travail = envoyer(courrier, gens.decideur, le, executer_travaux)

    assert travail.resultat == {"reussis": ["2026-0001"], "refus": []}
    courrier.refresh_from_db()
    votee.refresh_from_db()
    assert courrier.etat == EtatCourrier.ENVOYE
    assert votee.etat == EtatDemande.NOTIFIEE
    assert votee.notifie_le == courrier.envoye_le.date()
    (courriel,) = mail.outbox
    assert courriel.to == [gens.porteur.utilisateur.email]
    nom, contenu, _ = courriel.attachments[0]
    assert nom == f"courrier-{courrier.reference}.pdf"
    assert contenu == lire(courrier.pdf)
    texte = texte_du_pdf(contenu)
    for attendu in ("5 000 €", courrier.dossier.porteur.nom, "59220 Denain", courrier.reference, "Ateliers d’été"):
        assert attendu in texte
    lu = lot_lu(courrier.lot, pour=gens.decideur, contrat=courrier.dossier.contrat)
    assert (lu.envoyes, lu.lignes[0].partis, lu.a_poster) == (1, 1, 0)


def texte_du_pdf(contenu: bytes) -> str:
    """What a reader copies from it, on one line."""
    import subprocess

    sortie = subprocess.run(["pdftotext", "-layout", "-", "-"], input=contenu, capture_output=True, check=True)
    return " ".join(lisible(sortie.stdout.decode()).split())


def test_le_pdf_est_accessible(courrier, votee, gens, le, executer_travaux) -> None:
    DemandeFactory(
        dossier=courrier.dossier, financeur=gens.departement, dispositif=DispositifFactory(), refusee=True, motif="Non"
    )
    actions.annuler_le_courrier(courrier, motif="Un refus s’ajoute", par=gens.decideur, le=le)
    actions.ouvrir_les_courriers(
        courrier.lot.campagne, gens.departement, acte=courrier.lot.acte, par=gens.decideur, le=le
    )
    executer_travaux()
    courrier = Courrier.objects.latest("pk")
    envoyer(courrier, gens.decideur, le, executer_travaux)
    courrier.refresh_from_db()
    structure = structure_pdf(courrier.pdf.chemin)
    assert (structure.defauts, structure.pages) == ([], 1)
    assert structure.titre.startswith(f"Courrier {courrier.reference}")
    assert "Refusé : Non." in texte_du_pdf(lire(courrier.pdf))
    assert valider_pdf_ua(courrier.pdf.chemin) == []


def test_un_travail_relance_n_envoie_rien_deux_fois(courrier, gens, le, executer_travaux) -> None:
    travail = envoyer(courrier, gens.decideur, le, executer_travaux)
    Travail.objects.filter(pk=travail.pk).update(etat="a_faire", termine_le=None)
    executer_travaux()
    travail.refresh_from_db()
    assert travail.resultat == {"reussis": ["2026-0001"], "refus": []}
    assert len(mail.outbox) == 1
    assert Travail.objects.filter(nom=PREVENIR_DU_COURRIER).count() == 1
    assert [ligne.acte for ligne in LigneJournal.objects.de(courrier)].count("envoyer") == 1


def test_une_decision_rectifiee_arrete_son_courrier(courrier, votee, gens, le, executer_travaux) -> None:
    actions.valider_le_courrier(courrier, par=gens.decideur, le=le)
    actions.rectifier(votee, motif="Mauvais montant", par=gens.decideur, le=le)
    travail = actions.envoyer_le_lot(courrier.lot, par=gens.decideur, le=le)
    executer_travaux()
    travail.refresh_from_db()
    assert "a changé depuis l’ouverture" in travail.resultat["refus"][0]["motif"]
    courrier.refresh_from_db()
    assert courrier.etat == EtatCourrier.PRET
    assert mail.outbox == []


def test_sans_compte_l_adresse_de_l_organisme_sert_sinon_la_poste(contrat, gens, acte, ouvrir, le, executer_travaux):
    avec, sans = DossierFactory.create_batch(2, contrat=contrat, programme=True)
    FicheOrganismeFactory(organisme=avec.porteur, courriel="contact@asso.example")
    for dossier in (avec, sans):
        DemandeFactory(dossier=dossier, financeur=gens.departement, votee=True, acte=acte)
    lot = ouvrir(acte, avec.campagne)
    for courrier in lot.courriers.all():
        actions.valider_le_courrier(courrier, par=gens.chef, le=le)
    actions.envoyer_le_lot(lot, par=gens.chef, le=le)
    executer_travaux()
    assert [courriel.to for courriel in mail.outbox] == [["contact@asso.example"]]
    assert lot_lu(lot, pour=gens.chef, contrat=contrat).a_poster == 1
    pieces = [courrier.pdf for courrier in Courrier.objects.select_related("pdf").order_by("pk")]
    assert len(pikepdf.open(io.BytesIO(assembler(pieces))).pages) == 2
    assert zipfile.ZipFile(io.BytesIO(b"".join(archiver(pieces)))).namelist() == [piece.nom for piece in pieces]


# --- Who reads --------------------------------------------------------------------------------------------------------
def test_qui_lit_un_courrier_avant_et_apres_l_envoi(courrier, gens, contrat, le, executer_travaux) -> None:
    DemandeFactory(dossier=courrier.dossier, financeur=gens.region)  # a co-funder

    def lecteurs() -> set[str]:
        noms = ("chef", "decideur", "instructeur", "delegue", "voisin", "porteur", "copil", "conseil", "signataire")
        return {nom for nom in noms if Courrier.objects.visibles_par(getattr(gens, nom), contrat).exists()}

    equipe = {"chef", "decideur", "instructeur", "delegue"}
    assert lecteurs() == equipe
    envoyer(courrier, gens.decideur, le, executer_travaux)
    assert lecteurs() == equipe | {"voisin", "porteur"}


def test_un_porteur_ne_lit_pas_les_courriers_d_un_autre(gens, contrat) -> None:
    CourrierFactory(dossier=DossierFactory(contrat=contrat, programme=True), envoye=True)
    assert not Courrier.objects.visibles_par(gens.porteur, contrat).exists()


# --- Templates --------------------------------------------------------------------------------------------------------
TEXTE = TexteDeCourrier("Dossier {{ numero }}", "Madame, Monsieur,\n\n{{ motif }}", "Le président")


def ecrire(contrat: Any, financeur: Any, par: Any, le: Any, *, depuis: int = 0, texte: TexteDeCourrier = TEXTE) -> Any:
    return actions.ecrire_le_modele(contrat, financeur, "refus", texte=texte, depuis=depuis, par=par, le=le)


def test_un_modele_modifie_fait_une_version_et_l_ancienne_reste(contrat, gens, le) -> None:
    ecrire(contrat, None, gens.chef, le)
    suite = TexteDeCourrier(TEXTE.objet, TEXTE.corps + "\n\nMerci.", TEXTE.qualite)
    ecrire(contrat, None, gens.chef, le, depuis=1, texte=suite)
    assert list(ModeleCourrier.objects.order_by("version").values_list("version", "en_vigueur")) == [
        (1, False),
        (2, True),
    ]
    with pytest.raises(RegleEnfreinte, match="Une autre version"):
        ecrire(contrat, None, gens.chef, le, depuis=1)
    with pytest.raises(RegleEnfreinte, match="déjà en vigueur"):
        ecrire(contrat, None, gens.chef, le, depuis=2, texte=suite)


def test_un_champ_inconnu_du_modele_est_refuse(contrat, gens, le) -> None:
    with pytest.raises(RegleEnfreinte, match="« prenom »") as refus:
        ecrire(contrat, None, gens.chef, le, texte=TexteDeCourrier("Objet", "Bonjour {{ prenom }}", "Q"))
    assert refus.value.champ == "corps"


def test_le_modele_du_financeur_passe_devant_le_commun_puis_s_en_va(
    programme, gens, contrat, le, ouvrir, executer_travaux
) -> None:
    ecrire(contrat, None, gens.chef, le)
    ecrire(contrat, gens.departement, gens.decideur, le, texte=TexteDeCourrier("Objet", "Texte du Département", "Q"))
    DemandeFactory(dossier=programme, financeur=gens.departement, refusee=True)
    ouvrir(None, programme.campagne)
    courrier = Courrier.objects.get()
    assert courrier.corps.partition("\n")[0] == "Texte du Département"
    actions.annuler_le_courrier(courrier, motif="Modèle", par=gens.decideur, le=le)
    actions.revenir_au_modele_commun(contrat, gens.departement, "refus", par=gens.decideur, le=le)
    ouvrir(None, programme.campagne)
    assert "Texte du Département" not in Courrier.objects.latest("pk").corps


def test_qui_ecrit_les_modeles(contrat, gens, auteur_de, le) -> None:
    for refuse in (gens.instructeur, gens.voisin, gens.porteur, gens.delegue):
        with pytest.raises(ActeRefuse):
            ecrire(contrat, gens.departement, refuse, le)
    with pytest.raises(ActeRefuse):
        ecrire(contrat, None, gens.decideur, le)
    ecrire(contrat, gens.departement, auteur_de(Role.JURIDIQUE), le)


# --- Pages ------------------------------------------------------------------------------------------------------------
def test_de_l_acte_au_courrier_lu_par_le_porteur(programme, votee, acte, gens, page, executer_travaux) -> None:
    client, ouvrir = page(gens.decideur, "ouvrir_courriers", financeur=gens.departement.pk)
    lot = client.post(ouvrir, {"acte": acte.pk})["Location"]
    assert "Rédaction des courriers" in client.get(lot).content.decode()
    executer_travaux()
    (ligne,) = client.get(lot).context["lu"].lignes
    adresse = f"{lot}{ligne.courrier.pk}/"

    vue = client.get(adresse)
    saisie = dict(vue.context["form"].initial) | {"corps": "Madame, Monsieur,\n\nVoici 5 000 €."}
    apercu = client.post(adresse, saisie | {"apercu": "1"})
    assert apercu.context["lettre"].paragraphes[-1] == ("Voici 5 000\xa0€.",)
    ligne.courrier.refresh_from_db()
    assert "Voici" not in ligne.courrier.corps
    client.post(adresse, saisie | {"pret": "1"})
    ligne.courrier.refresh_from_db()
    assert ligne.courrier.etat == EtatCourrier.PRET
    assert client.get(f"{adresse}courrier.pdf").content.startswith(b"%PDF-")

    porteur, du_dossier = page(gens.porteur, "courriers_du_dossier", numero="2026-0001")
    assert porteur.get(du_dossier).context["courriers"] == ()
    client.post(f"{lot}envoyer/")
    executer_travaux()
    (recu,) = porteur.get(du_dossier).context["courriers"]
    _, telecharger = page(gens.porteur, "courrier_du_dossier", numero="2026-0001", pk=recu.courrier.pk)
    assert b"".join(porteur.get(telecharger).streaming_content).startswith(b"%PDF-")
    assert client.get(f"{lot}ensemble.pdf").status_code == 404
    client.post(f"{lot}imprimer/")
    executer_travaux()
    assert b"".join(client.get(f"{lot}ensemble.pdf").streaming_content).startswith(b"%PDF-")
    assert b"".join(client.get(f"{lot}ensemble.zip").streaming_content).startswith(b"PK")
    refus = client.post(adresse, saisie | {"corps": "Trop tard", "enregistrer": "1"}, follow=True)
    assert "il ne se corrige plus" in refus.content.decode()
    ligne.courrier.refresh_from_db()
    assert "Voici" in ligne.courrier.corps


def test_valider_annuler_et_rouvrir_depuis_les_pages(courrier, gens, page, executer_travaux) -> None:
    client, valider = page(gens.chef, "valider_courriers", lot=courrier.lot_id)
    client.post(valider, {"courrier": courrier.pk})
    executer_travaux()
    courrier.refresh_from_db()
    assert courrier.etat == EtatCourrier.PRET
    for acte, saisie, etat in (
        ("relire", {}, EtatCourrier.A_RELIRE),
        ("annuler", {}, EtatCourrier.A_RELIRE),  # without its reason
        ("annuler", {"motif": "Erreur"}, EtatCourrier.ANNULE),
    ):
        _, changer = page(gens.chef, "changer_courrier", lot=courrier.lot_id, pk=courrier.pk, acte=acte)
        client.post(changer, saisie)
        courrier.refresh_from_db()
        assert courrier.etat == etat


def test_un_modele_s_essaie_sur_un_vrai_dossier_puis_dit_ce_qui_change(votee, gens, page) -> None:
    client, adresse = page(gens.chef, "modele_courrier", genre="octroi")
    saisie = {"objet": "Dossier {{ numero }}", "corps": "Bonjour", "qualite": "Le président", "depuis": "0"}
    apercu = client.post(adresse, saisie | {"apercu": "1"})
    assert apercu.context["apercu"]["objet"] == "Dossier 2026-0001"
    assert client.post(adresse, saisie | {"corps": "{{ prenom }}", "enregistrer": "1"}).status_code == 422
    client.post(adresse, saisie | {"enregistrer": "1"})
    client.post(adresse, saisie | {"corps": "Bonsoir", "depuis": "1", "enregistrer": "1"})
    ancienne = client.get(adresse, {"version": "1"})
    assert ("-", "Bonjour") in ancienne.context["differences"]
    assert ("+", "Bonsoir") in ancienne.context["differences"]


def test_la_page_d_un_lot_coute_autant_pour_un_courrier_que_pour_douze(courrier, gens, page) -> None:
    client, adresse = page(gens.chef, "lot_courriers", lot=courrier.lot_id)
    client.get(adresse)

    def compter() -> int:
        with CaptureQueriesContext(connection) as requetes:
            assert client.get(adresse).status_code == 200
        return len(requetes)

    peu = compter()
    for _ in range(11):
        dossier = DossierFactory(contrat=courrier.dossier.contrat, programme=True)
        CourrierFactory(lot=courrier.lot, dossier=dossier, envoye=True)
    assert compter() == peu


# --- API --------------------------------------------------------------------------------------------------------------
def test_un_financeur_lit_ses_courriers_par_l_api(courrier, votee, gens, systeme, le, executer_travaux) -> None:
    appelant = systeme(gens.departement)
    chemin = f"demandes/{votee.pk}/courriers/"
    (lu,) = appelant.get(chemin).json()["resultats"]
    assert (lu["reference"], lu["etat"], lu["adresse"]) == (courrier.reference, "a_relire", None)
    assert appelant.get(f"{chemin}{courrier.pk}/").status_code == 404
    envoyer(courrier, gens.decideur, le, executer_travaux)
    (lu,) = appelant.get(chemin).json()["resultats"]
    assert (lu["etat"], lu["montant"]) == ("envoye", "5000.00")
    assert b"".join(appelant.get(f"{chemin}{courrier.pk}/").streaming_content).startswith(b"%PDF-")
    assert systeme(gens.region).get(chemin).status_code == 404
