"""Yearly statements: who states, what is never lost, the visa beside, the proofs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from commun import fichiers
from commun.auteur import Auteur
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.models import LigneJournal
from contrats import actions
from contrats.actions.avancement import PREUVES_AU_PLUS
from contrats.etats import EtatEngagement, EtatRevue, EtatVisa, Role
from contrats.models import Engagement, PointAvancement
from tests.fabriques import EngagementFactory, OrganismeFactory, PointAvancementFactory, RevueEngagementsFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("horloge")]

PDF = b"%PDF-1.7\n..."


@pytest.fixture
def chef(auteur_de: Callable[..., Auteur]) -> Auteur:
    return auteur_de(Role.CHEF_DE_PROJET)


@pytest.fixture
def caf() -> Any:
    return OrganismeFactory(caf=True, nom="CAF du Nord")


@pytest.fixture
def referente(auteur_de: Callable[..., Auteur], caf: Any) -> Auteur:
    return auteur_de(Role.SIGNATAIRE, organisme=caf)


@pytest.fixture
def engagement(contrat: Any, caf: Any) -> Engagement:
    return EngagementFactory(contrat=contrat, organisme=caf)


def declarer(engagement: Engagement, par: Auteur, **champs: Any) -> PointAvancement:
    saisie = {"annee": 2026, "etat": EtatEngagement.EN_COURS} | champs
    return actions.declarer_avancement(engagement, par=par, le=timezone.now(), **saisie)


# --- Stating ----------------------------------------------------------------------------------------------------------
def test_le_signataire_declare_l_etat_la_valeur_et_les_euros(engagement, referente) -> None:
    point = declarer(
        engagement,
        referente,
        etat=EtatEngagement.PARTIELLEMENT_TENU,
        commentaire=" Deux crèches ouvertes. ",
        valeur_atteinte=Decimal("2"),
        euros_droit_commun=Decimal("12000.50"),
        euros_specifiques=Decimal(0),
    )
    point.refresh_from_db()
    assert (point.etat, point.commentaire, point.valeur_atteinte) == ("partiellement_tenu", "Deux crèches ouvertes.", 2)
    assert (point.euros_droit_commun, point.declare_par, point.revision) == (
        Decimal("12000.50"),
        referente.utilisateur,
        1,
    )
    ligne = LigneJournal.objects.de(engagement).get()
    assert (ligne.acte, ligne.organisme_nom, ligne.pour_le_compte_de_nom) == ("declarer_avancement", "CAF du Nord", "")
    assert (ligne.avant, ligne.apres["euros_droit_commun"]) == ({}, "12000.5")


def test_declarer_de_nouveau_garde_l_ancien_dans_le_journal_et_demande_un_nouveau_visa(
    engagement, referente, chef
) -> None:
    point = declarer(engagement, referente, commentaire="Premier")
    actions.viser(point, visa=EtatVisa.VU, remarque="Merci.", par=chef, le=timezone.now())
    point = declarer(engagement, referente, commentaire="Second", revision=1)
    assert (point.revision, point.visa, point.remarque) == (2, EtatVisa.NON_VU, "Merci.")
    derniere = LigneJournal.objects.de(engagement).last()
    assert (derniere.avant["commentaire"], derniere.apres["commentaire"]) == ("Premier", "Second")
    assert PointAvancement.objects.count() == 1


def test_declarer_la_meme_chose_n_ecrit_rien(engagement, referente) -> None:
    declarer(engagement, referente, valeur_atteinte=Decimal("2"))
    assert declarer(engagement, referente, valeur_atteinte=Decimal("2.000")).revision == 1
    assert LigneJournal.objects.count() == 1


@pytest.mark.parametrize(
    ("champs", "champ"),
    [
        ({"etat": "presque"}, "etat"),
        ({"annee": 2023}, "annee"),
        ({"annee": 2031}, "annee"),
        ({"annee": 2027}, "annee"),
        ({"commentaire": "a\x00b"}, "commentaire"),
        ({"valeur_atteinte": Decimal("1e14")}, "valeur_atteinte"),
        ({"euros_droit_commun": Decimal("1.234")}, "euros_droit_commun"),
    ],
)
def test_une_declaration_fautive_est_refusee_et_dit_le_champ(engagement, referente, champs, champ) -> None:
    with pytest.raises(RegleEnfreinte) as erreur:
        declarer(engagement, referente, **champs)
    assert erreur.value.champ == champ
    assert not PointAvancement.objects.exists()


def test_un_montant_negatif_est_refuse_par_la_base_en_francais(engagement, referente) -> None:
    with pytest.raises(RegleEnfreinte, match="pas négatif"):
        declarer(engagement, referente, euros_specifiques=Decimal(-1))


@pytest.mark.parametrize("revision", [0, 3])
def test_deux_personnes_sur_la_meme_declaration_ne_s_effacent_pas(engagement, referente, revision) -> None:
    declarer(engagement, referente, commentaire="Le premier")
    with pytest.raises(RegleEnfreinte) as erreur:
        declarer(engagement, referente, commentaire="Le second", revision=revision)
    assert erreur.value.code == "conflit"
    assert PointAvancement.objects.get().commentaire == "Le premier"


# --- Pour le compte de ------------------------------------------------------------------------------------------------
def test_le_chef_de_projet_declare_pour_le_compte_de_avec_le_document_lu(engagement, chef) -> None:
    with pytest.raises(RegleEnfreinte) as erreur:
        declarer(engagement, chef)
    assert erreur.value.champ == "document"
    declarer(engagement, chef, document="Courriel du 3 mars 2026")
    ligne = LigneJournal.objects.de(engagement).get()
    assert (ligne.pour_le_compte_de_nom, ligne.motif) == ("CAF du Nord", "Document lu : Courriel du 3 mars 2026.")


def test_le_chef_de_projet_n_ecrit_pas_sur_ce_que_le_signataire_a_dit(engagement, chef, referente) -> None:
    declarer(engagement, referente, commentaire="Ma parole")
    with pytest.raises(RegleEnfreinte) as erreur:
        declarer(engagement, chef, etat=EtatEngagement.NON_TENU, document="Courriel")
    assert erreur.value.code == "declaration_du_signataire"
    assert PointAvancement.objects.get().commentaire == "Ma parole"


def test_le_signataire_reprend_ou_confirme_ce_qui_fut_dit_pour_lui(engagement, chef, referente) -> None:
    declarer(engagement, chef, document="Courriel")
    declarer(engagement, chef, document="Second courriel", commentaire="Corrigé")
    assert declarer(engagement, referente, commentaire="Corrigé").revision == 3
    assert "confirmé" in LigneJournal.objects.de(engagement).last().libelle
    with pytest.raises(RegleEnfreinte, match="lui-même"):
        declarer(engagement, chef, document="Troisième courriel")


def test_le_chef_de_projet_declare_pour_son_propre_organisme_sans_document(contrat, chef) -> None:
    declarer(EngagementFactory(contrat=contrat, organisme=contrat.pilote), chef)
    assert LigneJournal.objects.get().pour_le_compte_de_nom == ""


def test_un_engagement_sans_responsable_connu_est_declare_par_l_equipe(contrat, chef, referente) -> None:
    engagement = EngagementFactory(contrat=contrat, organisme=None)
    assert declarer(engagement, chef).pk
    with pytest.raises(ActeRefuse):
        declarer(engagement, referente)


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.CHEF_DE_PROJET, Role.SIGNATAIRE, Role.BAILLEUR)])
def test_les_autres_roles_ne_declarent_ni_ne_visent(engagement, auteur_de, role, caf) -> None:
    autre = auteur_de(role, organisme=caf)
    point = PointAvancementFactory(engagement=engagement)
    with pytest.raises(ActeRefuse):
        declarer(engagement, autre)
    with pytest.raises(ActeRefuse):
        actions.viser(point, visa=EtatVisa.VU, par=autre, le=timezone.now())
    with pytest.raises(ActeRefuse):
        actions.joindre_preuve(point, nom="a.pdf", contenu=PDF, par=autre, le=timezone.now())


def test_un_signataire_ne_declare_pas_pour_un_autre_ni_dans_un_autre_contrat(engagement, auteur_de, caf) -> None:
    with pytest.raises(ActeRefuse):
        declarer(engagement, auteur_de(Role.SIGNATAIRE))
    with pytest.raises(ActeRefuse):
        declarer(engagement, auteur_de(Role.SIGNATAIRE, organisme=caf, contrat=EngagementFactory().contrat))


def test_un_bailleur_declare_ses_propres_engagements(contrat, auteur_de) -> None:
    bailleur = auteur_de(Role.BAILLEUR, organisme=OrganismeFactory(bailleur=True))
    assert declarer(EngagementFactory(contrat=contrat, organisme=bailleur.organisme), bailleur).pk


# --- After the closing of the review ----------------------------------------------------------------------------------
def test_apres_la_cloture_de_la_revue_une_declaration_change_avec_un_motif(engagement, referente) -> None:
    RevueEngagementsFactory(contrat=engagement.contrat, annee=2026, close=True)
    with pytest.raises(RegleEnfreinte) as erreur:
        declarer(engagement, referente)
    assert (erreur.value.champ, erreur.value.code) == ("motif", "revue_close")
    declarer(engagement, referente, motif="Chiffre définitif reçu après le COPIL.")
    assert LigneJournal.objects.de(engagement).get().motif == "Chiffre définitif reçu après le COPIL."
    assert declarer(engagement, referente, annee=2025).annee == 2025


@pytest.mark.parametrize("etat", [EtatRevue.PREPARATION, EtatRevue.ENVOYEE])
def test_avant_la_cloture_aucun_motif_n_est_demande(engagement, referente, etat) -> None:
    RevueEngagementsFactory(contrat=engagement.contrat, annee=2026, **({etat: True} if etat != "preparation" else {}))
    assert declarer(engagement, referente).pk


# --- Visa -------------------------------------------------------------------------------------------------------------
def test_viser_ne_touche_pas_la_declaration(engagement, referente, chef) -> None:
    point = declarer(engagement, referente, commentaire="Ma parole")
    point = actions.viser(
        point, visa=EtatVisa.A_COMPLETER, remarque="Précisez les quartiers.", par=chef, le=timezone.now()
    )
    point.refresh_from_db()
    assert (point.visa, point.remarque, point.commentaire, point.revision) == (
        EtatVisa.A_COMPLETER,
        "Précisez les quartiers.",
        "Ma parole",
        1,
    )
    ligne = LigneJournal.objects.de(engagement).last()
    assert (ligne.acte, ligne.avant["visa"], ligne.apres["visa"]) == ("viser", "non_vu", "a_completer")


@pytest.mark.parametrize(("visa", "champ"), [(EtatVisa.A_COMPLETER, "remarque"), (EtatVisa.NON_VU, "visa")])
def test_un_visa_incomplet_est_refuse(engagement, referente, chef, visa, champ) -> None:
    point = declarer(engagement, referente)
    with pytest.raises(RegleEnfreinte) as erreur:
        actions.viser(point, visa=visa, par=chef, le=timezone.now())
    assert erreur.value.champ == champ


def test_viser_une_declaration_qui_vient_de_changer_est_refuse(engagement, referente, chef) -> None:
    point = declarer(engagement, referente)
    declarer(engagement, referente, commentaire="Changé")
    with pytest.raises(RegleEnfreinte) as erreur:
        actions.viser(point, visa=EtatVisa.VU, revision=1, par=chef, le=timezone.now())
    assert erreur.value.code == "conflit"


# --- Proofs -----------------------------------------------------------------------------------------------------------
def joindre(point: PointAvancement, par: Auteur, nom: str = "bilan.pdf", contenu: bytes = PDF) -> Any:
    return actions.joindre_preuve(point, nom=nom, contenu=contenu, par=par, le=timezone.now())


def test_une_preuve_est_gardee_entiere_et_inscrite(engagement, referente) -> None:
    point = declarer(engagement, referente)
    fichier = joindre(point, referente)
    assert fichiers.lire(fichier) == PDF
    assert (fichier.nom, fichier.type_mime, fichier.depose_par) == (
        "bilan.pdf",
        "application/pdf",
        referente.utilisateur,
    )
    assert list(point.preuves.all()) == [fichier]
    assert LigneJournal.objects.de(engagement).last().apres["sha256"] == fichier.sha256


def test_la_meme_preuve_n_est_jointe_qu_une_fois(engagement, referente) -> None:
    point = declarer(engagement, referente)
    assert joindre(point, referente) == joindre(point, referente, nom="copie.pdf")
    assert point.preuves.count() == 1


def test_retirer_une_preuve_la_laisse_dans_le_journal(engagement, referente, auteur_de) -> None:
    point = declarer(engagement, referente)
    fichier = joindre(point, referente)
    with pytest.raises(ActeRefuse):
        actions.retirer_preuve(point, fichier, par=auteur_de(Role.SIGNATAIRE), le=timezone.now())
    actions.retirer_preuve(point, fichier, par=referente, le=timezone.now())
    assert not point.preuves.exists()
    assert LigneJournal.objects.de(engagement).last().acte == "retirer_preuve"


def test_au_dela_de_vingt_preuves_la_suivante_est_refusee(engagement, referente) -> None:
    point = declarer(engagement, referente)
    for n in range(PREUVES_AU_PLUS):
        joindre(point, referente, contenu=PDF + bytes([n]))
    with pytest.raises(RegleEnfreinte, match="20 preuves"):
        joindre(point, referente, contenu=PDF + b"encore")


def paquet(*membres: str) -> bytes:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w") as archive:
        for membre in membres:
            archive.writestr(membre, "x")
    return tampon.getvalue()


@pytest.mark.parametrize(
    ("nom", "contenu", "code"),
    [
        ("virus.exe", b"MZ\x90", "fichier_extension"),
        ("sans-extension", PDF, "fichier_extension"),
        ("page.html", b"<html>", "fichier_extension"),
        ("vide.pdf", b"", "fichier_vide"),
        ("lourd.pdf", PDF + b"0" * 10 * 1024 * 1024, "fichier_taille"),
        ("faux.pdf", b"<script>", "fichier_contenu"),
        ("faux.png", b"\xff\xd8\xff", "fichier_contenu"),
        ("faux.docx", b"PK\x03\x04 rien", "fichier_contenu"),
        ("tableur.docx", paquet("xl/workbook.xml"), "fichier_contenu"),
        ("macro.xlsx", paquet("xl/workbook.xml", "xl/vbaProject.bin"), "fichier_contenu"),
    ],
)
def test_un_fichier_douteux_est_refuse(engagement, referente, nom, contenu, code) -> None:
    point = declarer(engagement, referente)
    with pytest.raises(RegleEnfreinte) as erreur:
        joindre(point, referente, nom=nom, contenu=contenu)
    assert erreur.value.code == code
    assert not point.preuves.exists()


@pytest.mark.parametrize(
    ("nom", "contenu", "garde"),
    [
        ("../../etc/bilan.PDF", PDF, "bilan.PDF"),
        ("C:\\Temp\\bilan\u202efdp.pdf", PDF, "bilanfdp.pdf"),
        ("a" * 300 + ".pdf", PDF, "a" * 146 + ".pdf"),
        ("photo.jpeg", b"\xff\xd8\xff\xe0", "photo.jpeg"),
        ("bilan.odt", paquet("content.xml", "mimetype"), "bilan.odt"),
    ],
)
def test_un_fichier_admis_garde_un_nom_sur(engagement, referente, nom, contenu, garde) -> None:
    assert joindre(declarer(engagement, referente), referente, nom=nom, contenu=contenu).nom == garde


def test_une_declaration_dit_quand_et_par_quel_canal(engagement, referente, horloge) -> None:
    declarer(engagement, referente)
    le = horloge.avancer(seconds=timedelta(days=2).total_seconds())
    point = declarer(engagement, referente, commentaire="Plus tard")
    assert (point.declare_le, point.canal) == (le, "ecran")
