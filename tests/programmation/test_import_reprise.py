"""What a later import leaves to people: the COPIL's decisions, what was answered here, what a porteur keeps to itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from acteurs.models import Organisme
from commun.auteur import Auteur, Canal
from commun.models import LigneJournal
from contrats.etats import Role
from programmation import actions
from programmation.actions.importation import Issue
from programmation.etats import EtatDemande, EtatDossier
from programmation.imports.constats import Lecture
from programmation.imports.dossiers import Reglages, examiner_ou_importer, resume
from programmation.lectures.comparaison import versions_de
from programmation.lectures.enveloppes import verifier_enveloppes
from programmation.models import DemandeFinancement, Dossier, GenreVersion, SourceImport
from tests.fabriques import (
    DemandeDeComplementFactory,
    DemandeFactory,
    DispositifFactory,
    DossierFactory,
    LigneBudgetFactory,
    OrganismeFactory,
)
from tests.programmation.export_dauphin import LE, en_csv, ligne, monter, siret

pytestmark = pytest.mark.django_db


@pytest.fixture
def chef(auteur_de: Callable[..., Auteur]) -> Auteur:
    auteur = auteur_de(Role.CHEF_DE_PROJET)
    return Auteur(auteur.utilisateur, auteur.organisme, Canal.IMPORT)


@pytest.fixture
def campagne(contrat: Any) -> Any:
    return monter(contrat)


@pytest.fixture
def importer(campagne: Any, chef: Auteur) -> Callable[..., Lecture]:
    def _importer(
        lignes: Any, *, source: str = SourceImport.DAUPHIN, valeurs: Any = None, le: datetime = LE, **reste: Any
    ) -> Lecture:
        contenu = lignes if isinstance(lignes, bytes) else en_csv(lignes)
        reglages = Reglages(source, valeurs=valeurs or {})
        options = {"ecrire": True, **reste}
        return examiner_ou_importer(campagne, contenu, "export.csv", reglages, par=chef, le=le, **options)

    return _importer


@pytest.fixture
def porteur() -> Organisme:
    """The porteur of line 1."""
    return OrganismeFactory(siret=siret(1), nom="Association des Quartiers 1")


def _codes(lecture: Lecture) -> list[tuple[int, str]]:
    return [(r.ligne, r.code) for r in lecture.remarques]


def _etat(dossier: Dossier) -> dict[str, Any]:
    return Dossier.objects.filter(pk=dossier.pk).values().get()


# --- What the COPIL and the funders have decided ----------------------------------------------------------------------
@pytest.mark.parametrize(("trait", "geste"), [("programmee", "enregistrez le refus"), ("votee", "rectifiez l’acte")])
def test_un_refus_lu_ailleurs_ne_touche_pas_a_une_demande_qui_prend_sur_une_enveloppe(importer, trait, geste):
    """S-19: the money goes back to its envelope by the act that gives it back, never by a spreadsheet."""
    importer([ligne(1)])
    dossier = Dossier.objects.get()
    dossier.demandes.all().delete()
    demande = DemandeFactory(dossier=dossier, financeur=Organisme.objects.get(sigle="État"), **{trait: True})
    avant = DemandeFinancement.objects.values("etat", "montant_programme", "programme_le", "motif").get()

    lecture = importer([ligne(1, Statut="Rejetée")])

    assert DemandeFinancement.objects.values("etat", "montant_programme", "programme_le", "motif").get() == avant
    assert _codes(lecture) == [(2, "refus_a_enregistrer")]
    assert geste in lecture.remarques[0].message
    demande.enveloppe.refresh_from_db()
    assert demande.enveloppe.disponible == demande.enveloppe.montant - 5000
    assert not verifier_enveloppes()


def test_apres_le_copil_un_import_ne_change_plus_ce_qui_etait_demande(importer):
    importer([ligne(1), ligne(1, Financeur="CAF", Nature_des_crédits="Droit commun", Montant_sollicité="2500")])
    dossier = Dossier.objects.get()
    Dossier.objects.update(etat=EtatDossier.PROGRAMME)
    avant, montants = _etat(dossier), list(dossier.demandes.values_list("montant_demande", flat=True))

    lecture = importer(
        [
            ligne(1, Coût_total="30 000", Intitulé_du_projet="Ateliers renommés", Engagement_juridique="2103814945"),
            ligne(
                1, Intitulé_du_projet="Ateliers renommés", Coût_total="30 000", Financeur="CAF", Montant_sollicité="9"
            ),
            ligne(1, Intitulé_du_projet="Ateliers renommés", Coût_total="30 000", Financeur="Département"),
        ]
    )

    assert _etat(dossier) == avant
    assert list(dossier.demandes.values_list("montant_demande", flat=True)) == montants
    assert sorted(_codes(lecture)) == [(2, "dossier_decide"), (3, "dossier_decide"), (4, "dossier_decide")]
    assert "Ateliers renommés" in lecture.remarques[0].message
    # The number of the commitment follows: it is the funder's, not the request.
    assert dossier.demandes.get(financeur__sigle="État").numero_ej == "2103814945"


def test_un_dossier_retire_ici_est_laisse_et_n_empeche_pas_le_reste(importer):
    importer([ligne(1)])
    Dossier.objects.update(etat=EtatDossier.RETIRE)
    avant = _etat(Dossier.objects.get())
    lecture = importer([ligne(1, Intitulé_du_projet="Autre"), ligne(2)])
    assert (lecture.ecrite, lecture.nombre(Issue.CREE), _codes(lecture)) == (True, 1, [(2, "dossier_retire")])
    assert _etat(Dossier.objects.get(numero_externe="10000001")) == avant


# --- What was answered here -------------------------------------------------------------------------------------------
def test_un_import_n_ecrase_pas_ce_que_l_equipe_a_corrige_ici(importer, chef):
    importer([ligne(1)])
    dossier = Dossier.objects.get()
    actions.corriger(dossier, {"resume": "Corrigé ici"}, motif="Accord du porteur", par=chef, le=LE)
    actions.corriger(dossier, {"intitule": "Titre d’ici"}, motif="Accord du porteur", par=chef, le=LE)

    lecture = importer([ligne(1, Intitulé_du_projet="Titre d’ailleurs", Dont_QPV="30")])

    dossier.refresh_from_db()
    assert (dossier.intitule, dossier.resume, dossier.beneficiaires_qpv) == ("Titre d’ici", "Corrigé ici", 30)
    assert _codes(lecture) == [(2, "repondu_ici")]
    assert "Titre d’ailleurs" in lecture.remarques[0].message


def test_un_import_n_ecrase_pas_ce_que_le_porteur_a_complete_ici(importer, le):
    importer([ligne(1), ligne(2)])
    un, deux = Dossier.objects.order_by("numero_externe")
    DemandeDeComplementFactory(dossier=un, champs=["beneficiaires", "demandes"], repondue_le=le)
    DemandeDeComplementFactory(dossier=deux, champs=["beneficiaires"])  # never answered
    lecture = importer([ligne(n, Dont_QPV="30", Montant_sollicité="6000") for n in (1, 2)])
    assert sorted(_codes(lecture)) == [(2, "repondu_ici"), (2, "repondu_ici")]
    lus = Dossier.objects.order_by("numero_externe").values_list("beneficiaires_qpv", "demandes__montant_demande")
    assert list(lus) == [(60, 5000), (30, 6000)]


def test_le_cout_d_un_dossier_qui_a_son_budget_ici_ne_vient_plus_d_un_fichier(importer):
    importer([ligne(1)])
    LigneBudgetFactory(budget__dossier=Dossier.objects.get())
    lecture = importer([ligne(1, Coût_total="30 000")])
    assert [(r.champ, r.code) for r in lecture.remarques] == [("cout_total", "repondu_ici")]
    assert Dossier.objects.get().cout_total == 20_000


def test_un_import_n_ecrase_rien_de_ce_qui_a_ete_depose_ici(importer, campagne, porteur):
    dossier = DossierFactory(campagne=campagne, porteur=porteur, intitule="Ateliers déposés ici", depose=True)
    DemandeFactory(dossier=dossier, financeur=Organisme.objects.get(sigle="État"), montant_demande=4000)
    avant = _etat(dossier)
    lecture = importer(
        [ligne(1, Statut="Prise en charge")], valeurs={"dossier": {"10000001": str(dossier.pk)}}, bonnes_lignes=True
    )
    assert {code for _, code in _codes(lecture)} == {"repondu_ici"}
    # Only what the other téléservice alone knows: its number, and how far the file is.
    assert _etat(dossier) == avant | {"numero_externe": "10000001", "etat": EtatDossier.COMPLET}
    assert dossier.demandes.get().montant_demande == 4000


def test_ce_qu_un_import_change_garde_une_version_et_son_original(importer, chef, executer_travaux):
    importer([ligne(1)])
    executer_travaux()
    dossier = Dossier.objects.get()
    rangs = list(dossier.versions.values_list("numero", flat=True))
    importer([ligne(1, Statut="Recevable")])  # the request itself does not change
    assert list(dossier.versions.values_list("numero", flat=True)) == rangs
    importer([ligne(1, Intitulé_du_projet="Ateliers renommés", Statut="Recevable")], le=LE + timedelta(days=7))
    executer_travaux()
    *_, original, derniere = versions_de(Dossier.objects.get())
    assert original.demande.intitule == "Ateliers au pied des tours 1"
    assert derniere.genre == GenreVersion.IMPORT.label
    assert (derniere.motif, derniere.auteur) == ("Import de export.csv, ligne 2", str(chef.utilisateur))
    assert [(c.libelle, c.apres) for c in derniere.changements] == [("Intitulé", "Ateliers renommés")]


# --- What a porteur keeps to itself -----------------------------------------------------------------------------------
TABLEAU = (
    "Porteur;Action;Thème;Coût total;État P147\r\n"
    "Association des Quartiers 1;Ateliers au pied des tours 1;1.2 Santé;12 000;4000\r\n"
).encode()


@pytest.mark.parametrize("etat", [EtatDossier.BROUILLON, EtatDossier.RETIRE])
@pytest.mark.parametrize("source", [SourceImport.DAUPHIN, SourceImport.TABLEUR])
def test_un_import_ne_prend_ni_le_brouillon_ni_le_dossier_retire_d_un_porteur(
    importer, campagne, porteur, source, etat
):
    secret = "Ateliers au pied des tours 1"
    sien = DossierFactory(campagne=campagne, porteur=porteur, intitule=secret, etat=etat)
    avant = _etat(sien)
    lignes = [ligne(1)] if source == SourceImport.DAUPHIN else TABLEAU
    cle = "10000001" if source == SourceImport.DAUPHIN else f"{porteur.pk}|ateliers au pied des tours 1"

    (question,) = [lu.question for lu in importer(lignes, source=source).dossiers]
    assert (question.genre, question.cle) == ("dossier", cle)
    assert [valeur for valeur, _ in question.choix] == ["nouveau", "laisser"]
    assert not any(sien.numero in nom for _, nom in question.choix)

    laisse = importer(lignes, source=source, valeurs={"dossier": {cle: "laisser"}})
    assert (laisse.nombre(Issue.IGNORE), Dossier.objects.count()) == (1, 1)
    cree = importer(lignes, source=source, valeurs={"dossier": {cle: "nouveau"}})
    assert (cree.nombre(Issue.CREE), _codes(cree)) == (1, [(2, "a_part")])
    assert _etat(sien) == avant
    assert not LigneJournal.objects.de(sien).exists()


def test_un_essai_de_l_equipe_n_arrete_pas_un_import(importer, campagne, porteur):
    essai = DossierFactory(campagne=campagne, porteur=porteur, intitule="Ateliers au pied des tours 1", essai=True)
    avant = _etat(essai)
    assert importer([ligne(1)]).nombre(Issue.CREE) == 1
    assert _etat(essai) == avant


def test_deux_dossiers_du_meme_intitule_font_poser_la_question(importer, campagne, porteur):
    """Without a number, nothing tells which one the line means: a third is not made each time."""
    deux = [DossierFactory(campagne=campagne, porteur=porteur, intitule="Ateliers au pied des tours 1", depose=True)]
    deux += [DossierFactory(campagne=campagne, porteur=porteur, intitule="Ateliers au pied des Tours 1", depose=True)]
    (lu,) = importer(TABLEAU, source=SourceImport.TABLEUR).dossiers
    assert [valeur for valeur, _ in lu.question.choix] == [*(str(d.pk) for d in deux), "nouveau", "laisser"]
    cle = f"{porteur.pk}|ateliers au pied des tours 1"
    choisi = importer(TABLEAU, source=SourceImport.TABLEUR, valeurs={"dossier": {cle: str(deux[1].pk)}})
    assert choisi.dossiers[0].saisie.existant == deux[1]


# --- What makes a file change at each import, or stops all of it ------------------------------------------------------
def test_une_demande_non_recevable_qui_porte_une_proposition_ne_change_rien_a_la_relecture(importer):
    """S-16: what the preview announces is what is written."""
    lignes = [ligne(1, Statut="Non recevable", Montant_voté="4000")]
    importer(lignes)
    journal = LigneJournal.objects.count()
    assert importer(lignes).nombre(Issue.INCHANGE) == 1
    assert LigneJournal.objects.count() == journal


@pytest.mark.parametrize("etat", [EtatDossier.IRRECEVABLE, EtatDossier.AJOURNE])
def test_une_proposition_lue_ailleurs_n_entre_pas_dans_un_dossier_qui_n_est_pas_en_instruction(importer, etat):
    importer([ligne(1)])
    Dossier.objects.update(etat=etat)
    importer([ligne(1, Statut="Votée", Montant_voté="4000")])
    assert DemandeFinancement.objects.get().etat == EtatDemande.DEMANDEE


@pytest.mark.parametrize(
    ("changes", "champ", "code"),
    [
        ({"Nombre_de_bénéficiaires": "", "Dont_QPV": "90"}, "beneficiaires_qpv", "public_qpv"),
        ({"Nombre_de_bénéficiaires": "50", "Dont_QPV": "", "Femmes": "", "Hommes": ""}, "beneficiaires", "public_qpv"),
        ({"Date_de_début": "", "Date_de_fin": "01/12/2025"}, "fin", "dates_inversees"),
        ({"Date_de_début": "01/02/2027", "Date_de_fin": ""}, "debut", "dates_inversees"),
    ],
)
def test_une_valeur_qui_contredit_celle_d_ici_est_dite_a_sa_ligne(importer, changes, champ, code):
    importer([ligne(1), ligne(2)])
    (faute,) = importer([ligne(2), ligne(1, **changes)]).fautes
    assert (faute.ligne, faute.champ, faute.code) == (3, champ, code)


def test_deux_lignes_d_un_nouveau_dossier_qui_se_contredisent_sont_dites(importer):
    lignes = [
        ligne(1, Dont_QPV=""),
        ligne(1, Financeur="CAF", Nombre_de_bénéficiaires="", Dont_QPV="90"),
    ]
    (faute,) = importer(lignes).fautes
    assert (faute.ligne, faute.code) == (2, "public_qpv")


def test_un_import_qui_dit_le_dossier_complet_ferme_la_demande_de_complement(importer):
    importer([ligne(1)])
    dossier = Dossier.objects.get()
    Dossier.objects.update(etat=EtatDossier.INCOMPLET)
    complement = DemandeDeComplementFactory(dossier=dossier)
    importer([ligne(1)])  # still « Transmise »
    complement.refresh_from_db()
    assert complement.levee_le is None
    importer([ligne(1, Statut="Prise en charge")])
    complement.refresh_from_db()
    assert complement.levee_le == LE
    assert Dossier.objects.get().etat == EtatDossier.COMPLET


def test_un_cout_baisse_sous_ce_qui_est_demande_est_dit(importer):
    importer([ligne(1, Montant_sollicité="5000")])
    (faute,) = importer([ligne(1, Coût_total="4000")]).fautes
    assert faute.code == "montant_depasse_cout"
    assert Dossier.objects.get().cout_total == Decimal(20_000)


def test_une_demande_disparue_de_l_export_d_un_dossier_connu_est_dite(importer):
    deux = [ligne(1), ligne(1, Financeur="CAF", Nature_des_crédits="Droit commun", Montant_sollicité="2500")]
    importer(deux)
    assert resume(importer(deux))["nb_demandes_absentes"] == 0
    lecture = importer(deux[:1])
    bilan = resume(lecture)
    (absente,) = bilan["demandes_absentes"]
    assert (bilan["nb_demandes_absentes"], lecture.nombre(Issue.INCHANGE)) == (1, 1)
    assert (absente["numero"], absente["financeur"], absente["nature"]) == ("2026-001", "CAF", "Droit commun")
    assert DemandeFinancement.objects.count() == 2


def test_ce_qui_n_est_demande_qu_ici_ne_manque_pas_au_fichier(importer, campagne, porteur):
    """A request deposited here asks funders that the other téléservice does not know."""
    dossier = DossierFactory(campagne=campagne, porteur=porteur, depose=True, numero_externe="10000001")
    DemandeFactory(dossier=dossier, montant_demande=4000)
    assert resume(importer([ligne(1)]))["nb_demandes_absentes"] == 0


@pytest.mark.parametrize("decide", [False, True])
def test_un_montant_qui_designe_deux_demandes_du_meme_financeur_n_en_change_aucune(importer, decide):
    """Two schemes of one funder, and a line that names neither: their sum, or one of them, says the same."""
    importer([ligne(1, Montant_sollicité="5000")])
    premiere = DemandeFinancement.objects.get()
    DemandeFactory(
        dossier=premiere.dossier,
        financeur=premiere.financeur,
        dispositif=DispositifFactory(),
        montant_demande=3000,
        etat_externe="Transmise",
    )
    for montant in ("8000", "5000", "3000"):
        assert importer([ligne(1, Montant_sollicité=montant)]).nombre(Issue.INCHANGE) == 1
    if decide:
        Dossier.objects.update(etat=EtatDossier.PROGRAMME)
    lecture = importer([ligne(1, Montant_sollicité="9000")])
    dits = [c.code for c in (lecture.remarques if decide else lecture.fautes)]
    assert dits == ["dossier_decide" if decide else "dispositif_a_dire"]
    assert sorted(DemandeFinancement.objects.values_list("montant_demande", flat=True)) == [3000, 5000]
