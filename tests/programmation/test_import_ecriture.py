"""Writing what an export holds: once however often it is read (S-16), by the table of states, never past instruction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from acteurs.models import Organisme, TypeOrganisme
from commun import fichiers
from commun.auteur import Auteur, Canal
from commun.erreurs import ActeRefuse
from commun.journal import verifier_chaine
from commun.models import LigneJournal
from contrats.etats import Role
from programmation import actions
from programmation.actions import importation as actes
from programmation.actions.importation import Issue
from programmation.etats import EtatDemande, EtatDossier, EtatImport
from programmation.imports.constats import Lecture
from programmation.imports.dossiers import Reglages, examiner_ou_importer
from programmation.lectures.comparaison import versions_de
from programmation.models import (
    CaractereDossier,
    CorrespondanceColonnes,
    DemandeFinancement,
    Dossier,
    ImportDossiers,
    Localisation,
    OrigineDossier,
    SourceImport,
)
from tests.fabriques import CampagneFactory, DemandeFactory, DossierFactory, OrganismeFactory
from tests.programmation.export_dauphin import LE, TITRES, en_csv, ligne, monter, siret

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
    def _importer(lignes: Any, *, source: str = SourceImport.DAUPHIN, par: Any = chef, **reste: Any) -> Lecture:
        contenu = lignes if isinstance(lignes, bytes) else en_csv(lignes)
        options = {"ecrire": True, "le": LE, **reste}
        return examiner_ou_importer(campagne, contenu, "export.csv", Reglages(source), par=par, **options)

    return _importer


def _simple(texte: str) -> str:
    """With plain spaces."""
    return texte.replace("\u202f", " ").replace("\xa0", " ")


def photo() -> list[Any]:
    """Everything that an import writes, rows and journal."""
    modeles = (Dossier, DemandeFinancement, Localisation, Organisme, LigneJournal)
    return [list(m.objects.order_by("pk").values()) for m in modeles]


def test_un_dossier_importe_est_depose_et_journalise(importer, campagne, chef):
    importer([ligne(1), ligne(1, Financeur="CAF", Nature_des_crédits="Droit commun", Montant_sollicité="2500")])
    dossier = Dossier.objects.get()
    assert (dossier.etat, dossier.origine, dossier.numero_externe) == ("depose", OrigineDossier.DAUPHIN, "10000001")
    assert (dossier.numero, dossier.orientation.code, dossier.theme_p147.code) == ("2026-001", "O2", "1.2")
    assert dossier.cout_total == Decimal(20_000)
    assert dossier.depose_le.strftime("%d/%m/%Y") == "01/12/2025"
    assert dossier.cree_par == chef.utilisateur
    demandes = dossier.demandes.order_by("pk").values_list(
        "financeur__sigle", "nature", "montant_demande", "etat_externe"
    )
    assert list(demandes) == [
        ("État", "specifique", Decimal(5000), "Transmise"),
        ("CAF", "droit_commun", Decimal(2500), "Transmise"),
    ]
    lieu = dossier.localisations.get()
    assert (lieu.version.code, lieu.commune.nom, lieu.part) == ("QN05901M", "Denain", 100)
    journal = list(LigneJournal.objects.de(dossier).values_list("acte", "canal", "motif"))
    assert journal == [
        ("importer", "import", "Import de export.csv, ligne 2"),
        ("deposer", "import", "Import de export.csv"),
    ]
    assert verifier_chaine(dossier)


def test_cent_quatre_vingt_dix_lignes_importees_deux_fois_font_les_memes_rangees(importer):
    """S-16: read twice, written once, to the last column and the last journal line."""
    lignes = [ligne(rang // 2, Financeur=("État", "CAF")[rang % 2]) for rang in range(190)]
    premiere = importer(lignes)
    assert premiere.nombre(Issue.CREE) == 95
    assert DemandeFinancement.objects.count() == 190
    avant = photo()
    seconde = importer(lignes)
    assert seconde.nombre(Issue.INCHANGE) == 95
    assert photo() == avant


@pytest.mark.parametrize(
    ("statut", "etat", "actes_attendus"),
    [
        ("En attente d’instruction", EtatDossier.DEPOSE, ["deposer"]),
        ("Prise en charge", EtatDossier.COMPLET, ["deposer", "declarer_complet"]),
        ("ACCEPTABLE", EtatDossier.RECEVABLE, ["deposer", "declarer_complet", "declarer_recevable"]),
        ("Non recevable", EtatDossier.IRRECEVABLE, ["deposer", "declarer_irrecevable"]),
        ("Clôturée", EtatDossier.IRRECEVABLE, ["deposer", "declarer_irrecevable"]),
        (
            "A justifier",
            EtatDossier.EN_INSTRUCTION,
            ["deposer", "declarer_complet", "declarer_recevable", "ouvrir_instruction"],
        ),
    ],
)
def test_un_statut_de_dauphin_mene_le_dossier_par_sa_table_de_transitions(importer, statut, etat, actes_attendus):
    importer([ligne(1, Statut=statut)])
    dossier = Dossier.objects.get()
    assert dossier.etat == etat
    assert list(LigneJournal.objects.de(dossier).values_list("acte", flat=True)) == ["importer", *actes_attendus]


def test_un_montant_vote_ailleurs_n_est_qu_une_proposition_pour_le_compte_du_financeur(importer, chef):
    """The COPIL and the funder's act are recorded here, never imported."""
    lecture = importer([ligne(1, Statut="Votée", Montant_voté="4000", Engagement_juridique="2103814945")])
    demande = DemandeFinancement.objects.get()
    assert (demande.etat, demande.montant_propose, demande.montant_vote) == (EtatDemande.PROPOSEE, 4000, None)
    assert demande.saisi_par_organisme == chef.organisme
    assert demande.numero_ej == "2103814945"
    assert [r.code for r in lecture.remarques] == ["acte_a_enregistrer"]
    assert LigneJournal.objects.de(demande).last().pour_le_compte_de_nom == "Préfecture du Nord"


def test_une_demande_rejetee_ailleurs_est_refusee_avec_son_motif(importer):
    importer([ligne(1, Statut="Rejetée")])
    demande = DemandeFinancement.objects.get()
    assert (demande.etat, demande.motif) == (EtatDemande.REFUSEE, "Rejetée dans l’autre téléservice")


def test_un_porteur_inconnu_au_siret_valide_est_cree_une_fois(importer):
    importer([ligne(1), ligne(61), ligne(2, Raison_sociale="CCAS de Denain")])
    crees = Organisme.objects.filter(source__startswith="Import de").order_by("nom")
    assert [(o.nom, o.siret, o.type) for o in crees] == [
        ("Association des Quartiers 1", siret(1), TypeOrganisme.ASSOCIATION),
        ("CCAS de Denain", siret(2), TypeOrganisme.CCAS),
    ]


def test_un_nouvel_export_met_a_jour_ce_qui_a_change_et_rien_d_autre(importer):
    importer([ligne(1), ligne(2)])
    avant = Dossier.objects.get(numero_externe="10000002")
    lecture = importer(
        [
            ligne(1, Intitulé_du_projet="Ateliers renommés", Montant_sollicité="6000", Statut="Recevable"),
            ligne(2, Dont_QPV=""),
        ]
    )
    modifie = next(lu for lu in lecture.dossiers if lu.issue is Issue.MODIFIE)
    assert [(d.quoi, _simple(d.avant), _simple(d.apres)) for d in modifie.resultat.differences] == [
        ("Intitulé", "Ateliers au pied des tours 1", "Ateliers renommés"),
        ("Demandé à État", "5 000 €", "6 000 €"),
        ("Statut chez État", "Transmise", "Recevable"),
        ("État", "Déposé", "Recevable"),
    ]
    dossier = Dossier.objects.get(numero_externe="10000001")
    assert (dossier.intitule, dossier.etat) == ("Ateliers renommés", EtatDossier.RECEVABLE)
    assert dossier.demandes.get().montant_demande == 6000
    assert verifier_chaine(dossier)
    assert verifier_chaine(dossier.demandes.get())
    inchange = Dossier.objects.get(numero_externe="10000002")
    assert inchange.beneficiaires_qpv == avant.beneficiaires_qpv == 60


def test_un_import_ne_fait_jamais_reculer_un_dossier(importer):
    importer([ligne(1, Statut="Recevable")])
    lecture = importer([ligne(1, Statut="Transmise")])
    assert Dossier.objects.get().etat == EtatDossier.RECEVABLE
    assert [d.quoi for d in lecture.dossiers[0].resultat.differences] == ["Statut chez État"]


def test_une_proposition_faite_ici_par_son_financeur_n_est_pas_ecrasee(importer):
    importer([ligne(1, Statut="Votée", Montant_voté="4000")])
    demande = DemandeFinancement.objects.get()
    DemandeFinancement.objects.filter(pk=demande.pk).update(montant_propose=3000, piece_source="")
    lecture = importer([ligne(1, Statut="Votée", Montant_voté="4500")])
    assert lecture.nombre(Issue.INCHANGE) == 1
    demande.refresh_from_db()
    assert demande.montant_propose == 3000


def test_une_demande_deja_programmee_ne_change_plus_par_un_import(importer, campagne):
    importer([ligne(1)])
    dossier = Dossier.objects.get()
    etat = Organisme.objects.get(sigle="État")
    dossier.demandes.all().delete()
    DemandeFactory(dossier=dossier, financeur=etat, programmee=True)
    lecture = importer([ligne(1, Montant_sollicité="7000")])
    (faute,) = lecture.fautes
    assert (faute.ligne, faute.champ, faute.code) == (2, "montant_demande", "demande_decidee")
    assert "programmée" in faute.message


def test_une_ligne_fautive_retient_tout_sauf_si_l_on_demande_les_bonnes(importer):
    lignes = [ligne(1), ligne(2, Montant_sollicité="-1")]
    assert importer(lignes).ecrite is False
    assert not Dossier.objects.exists()
    assert importer(lignes, bonnes_lignes=True).ecrite is True
    assert Dossier.objects.get().numero_externe == "10000001"


def test_ce_qui_a_disparu_de_l_export_est_dit(importer):
    importer([ligne(1), ligne(2)])
    assert [d.numero_externe for d in importer([ligne(2)]).absents] == ["10000001"]


def test_une_reconduction_suit_le_dossier_de_l_an_passe(importer, contrat):
    porteur = OrganismeFactory(siret=siret(1), nom="Association des Quartiers 1")
    passe = DossierFactory(
        campagne=CampagneFactory(contrat=contrat, annee=2025),
        porteur=porteur,
        intitule="Ateliers au pied des TOURS 1",
        clos=True,
    )
    importer([ligne(1, Récurrence="RENOUVELLEMENT")])
    dossier = Dossier.objects.get(campagne__annee=2026)
    assert (dossier.caractere, dossier.precedent) == (CaractereDossier.RECONDUITE, passe)


def test_le_tableau_d_une_agglomeration_donne_les_financeurs_en_colonnes(importer):
    """Titles above the head, one column per funder, a row of totals, no number: the file is known by its title."""
    tableau = (
        "Programmation 2026 – version du COTECH;;;;;;;\r\n;;;;;;;\r\n"
        "Porteur;Action;Orientation;QPV;Coût total;État P147;Demandé CAF;État P147 proposé\r\n"
        "CCAS de Denain;Épicerie solidaire;Santé;Duclos Bellevue;12 000;4000;1500,50;3000\r\n"
        "CCAS de Denain;Jardin partagé;O2;Ensemble des QPV;8000;2000;;\r\n"
        "TOTAL;;;;20000;6000;1500,50;3000\r\n"
    ).encode()
    OrganismeFactory(nom="CCAS de Denain")
    lecture = importer(tableau, source=SourceImport.TABLEUR)
    assert (lecture.ligne_d_entete, lecture.ecartees, lecture.fautes) == (3, (6,), [])
    epicerie, jardin = Dossier.objects.order_by("numero")
    demandes = epicerie.demandes.order_by("pk").values_list(
        "financeur__sigle", "nature", "montant_demande", "montant_propose", "etat"
    )
    assert list(demandes) == [
        ("État", "specifique", Decimal(4000), Decimal(3000), "proposee"),
        ("CAF", "droit_commun", Decimal("1500.50"), None, "demandee"),
    ]
    assert (epicerie.origine, epicerie.etat) == (OrigineDossier.TABLEUR, EtatDossier.EN_INSTRUCTION)
    assert (jardin.etat, jardin.localisations.get().mode) == (EtatDossier.DEPOSE, "ensemble_qpv")
    assert importer(tableau, source=SourceImport.TABLEUR).nombre(Issue.INCHANGE) == 2


@pytest.mark.parametrize("role", [Role.INSTRUCTEUR, Role.DECIDEUR, Role.PORTEUR, Role.DELEGUE_PREFET])
def test_seul_un_chef_de_projet_importe(importer, auteur_de, role):
    with pytest.raises(ActeRefuse):
        importer([ligne(1)], par=auteur_de(role))


# --- The life of an import --------------------------------------------------------------------------------------------
@pytest.fixture
def importation(campagne: Any, chef: Auteur) -> ImportDossiers:
    fichier = fichiers.ranger(en_csv([ligne(1, Statut="Vue en comité")]), nom="export.csv", type_mime="text/csv")
    return actes.recevoir_fichier(campagne, fichier, source=SourceImport.DAUPHIN, par=chef, le=LE)


def test_un_import_est_lu_explique_puis_ecrit_par_des_travaux(importation, chef, executer_travaux):
    actes.demander_la_lecture(importation, par=chef, le=LE)
    executer_travaux()
    importation.refresh_from_db()
    assert importation.etat == EtatImport.PRET
    assert [m["mot"] for m in importation.apercu["mots"]] == ["Vue en comité"]
    assert not Dossier.objects.exists()

    actes.expliquer_les_mots(importation, {"etat": {"vue en comite": "recevable"}}, par=chef, le=LE)
    executer_travaux()
    importation.refresh_from_db()
    assert (importation.apercu["cree"], importation.apercu["mots"]) == (1, [])

    actes.demander_l_ecriture(importation, bonnes_lignes=False, par=chef, le=LE)
    executer_travaux()
    importation.refresh_from_db()
    assert importation.etat == EtatImport.FAIT
    assert importation.resultat["crees"][0]["numero"] == Dossier.objects.get().numero
    # What was learnt serves the next file.
    correspondance = CorrespondanceColonnes.objects.get(contrat=importation.campagne.contrat)
    assert correspondance.colonnes["Raison sociale"] == "porteur_nom"
    assert correspondance.valeurs == {"etat": {"vue en comite": "recevable"}}


def test_un_import_qui_bute_sur_des_fautes_reste_pret_et_n_ecrit_rien(importation, chef, executer_travaux):
    actes.demander_la_lecture(importation, par=chef, le=LE)
    executer_travaux()
    actes.demander_l_ecriture(importation, bonnes_lignes=False, par=chef, le=LE)
    executer_travaux()
    importation.refresh_from_db()
    assert (importation.etat, importation.resultat) == (EtatImport.PRET, {})
    assert importation.apercu["refus"]


# --- The command ------------------------------------------------------------------------------------------------------
def _commande(campagne: Any, chemin: Path, *options: str) -> str:
    sortie = StringIO()
    call_command(
        "importer_dauphin",
        str(chemin),
        *("--contrat", campagne.contrat.slug, "--campagne", str(campagne.annee)),
        *options,
        stdout=sortie,
        stderr=sortie,
    )
    return sortie.getvalue()


@pytest.fixture
def export(tmp_path: Path) -> Callable[..., Path]:
    def _export(*lignes: Any) -> Path:
        chemin = tmp_path / "export.csv"
        chemin.write_bytes(en_csv(lignes))
        return chemin

    return _export


def test_la_commande_simule_sans_rien_ecrire_puis_ecrit(campagne, export):
    chemin = export(ligne(1), ligne(2))
    assert "créés : 2" in _commande(campagne, chemin, "--simuler")
    assert not Dossier.objects.exists()
    assert not ImportDossiers.objects.exists()
    assert "Ce qui est écrit — créés : 2" in _commande(campagne, chemin)
    assert Dossier.objects.count() == 2
    assert ImportDossiers.objects.get().etat == EtatImport.FAIT
    assert "inchangés : 2" in _commande(campagne, chemin)


def test_la_commande_echoue_quand_une_ligne_est_fautive(campagne, export):
    chemin = export(ligne(1), ligne(2, Montant_sollicité="beaucoup"))
    with pytest.raises(CommandError, match=r"1.dossier ne peut pas être écrit\. Rien n’est écrit"):
        _commande(campagne, chemin)
    assert not Dossier.objects.exists()
    with pytest.raises(CommandError, match=r"1.dossier ne peut"):
        _commande(campagne, chemin, "--bonnes-lignes")
    assert Dossier.objects.count() == 1


def test_la_commande_prend_un_financeur_pour_tout_le_fichier(campagne, export):
    _commande(campagne, export(ligne(1, Financeur="")), "--financeur", "CAF")
    assert DemandeFinancement.objects.get().financeur.sigle == "CAF"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--contrat", "nulle-part"], "n’existe pas. Contrats"),
        (["--campagne", "2029"], "pas de campagne 2029"),
        (["--correspondance", "Jamais vue"], "pas de correspondance"),
        (["--financeur", "Mécène"], "ne désigne pas un seul organisme"),
    ],
)
def test_la_commande_dit_ce_qu_elle_ne_connait_pas(campagne, export, options, message):
    with pytest.raises(CommandError, match=message):
        _commande(campagne, export(ligne(1)), *options)


# --- Versions ---------------------------------------------------------------------------------------------------------
def versions(dossier: Dossier) -> list[tuple[int, str]]:
    return list(dossier.versions.values_list("numero", "genre"))


def test_ce_qui_est_importe_est_garde_tel_quel_puis_montre_ce_qu_on_y_corrige(importer, chef, executer_travaux):
    importer([ligne(1), ligne(2)])
    executer_travaux()
    premier, second = Dossier.objects.order_by("pk")
    assert versions(premier) == versions(second) == [(1, "import")]
    gardee = premier.versions.get()
    assert (gardee.ecrite_par, gardee.organisme, gardee.ecrite_le) == (chef.utilisateur, chef.organisme, LE)

    actions.corriger(premier, {"intitule": "Chorale des tours"}, motif="Coquille", par=chef, le=LE)
    assert versions(premier) == [(1, "import"), (2, "correction")]
    (change,) = versions_de(premier)[1].changements
    assert (change.libelle, change.apres) == ("Intitulé", "Chorale des tours")


def test_un_import_qui_modifie_garde_une_version_de_plus_et_une_seule(importer, executer_travaux):
    importer([ligne(1), ligne(2)])
    executer_travaux()
    neuf = ligne(1, **{"Intitulé du projet": "Chorale des tours"})
    plus_tard = LE + timedelta(days=1)
    importer([neuf, ligne(2)], le=plus_tard)
    executer_travaux()
    importer([neuf, ligne(2)], le=plus_tard + timedelta(days=1))
    executer_travaux()
    premier, second = Dossier.objects.order_by("pk")
    assert (versions(premier), versions(second)) == ([(1, "import"), (2, "import")], [(1, "import")])
    assert "Chorale des tours" in [c.apres for c in versions_de(premier)[1].changements]


def test_le_travail_repris_ne_garde_pas_deux_fois(importer, chef, executer_travaux):
    importer([ligne(1)])
    actions.corriger(dossier := Dossier.objects.get(), {"intitule": "Corrigé"}, motif="Tôt", par=chef, le=LE)
    assert versions(dossier) == [(1, "import"), (2, "correction")]  # before the job itself
    executer_travaux()
    assert versions(dossier) == [(1, "import"), (2, "correction")]


# --- The public by age ------------------------------------------------------------------------------------------------
def test_le_public_par_age_est_ecrit_puis_compare_tranche_par_tranche(importer):
    titres = [*TITRES, "12-15 ans", "18-25 ans", "26-59 ans"]

    def importer_les_ages(**ages: str) -> Lecture:
        return importer(en_csv([ligne(1) | {f"{a.replace('_', '-')} ans": n for a, n in ages.items()}], titres=titres))

    assert importer_les_ages(**{"12_15": "30", "26_59": "20"}).nombre(Issue.CREE) == 1
    dossier = Dossier.objects.get()
    assert dict(dossier.ages.values_list("tranche", "nombre")) == {"12-15": 30, "26-59": 20}
    assert dossier.jeunes == 30
    assert importer_les_ages(**{"12_15": "30"}).nombre(Issue.INCHANGE) == 1  # a bracket left blank says nothing

    (lu,) = importer_les_ages(**{"18_25": "10", "26_59": "25"}).dossiers
    assert [(d.quoi, d.apres) for d in lu.resultat.differences] == [
        ("Âges du public", "12 à 15 ans : 30 ; 18 à 25 ans : 10 ; 26 à 59 ans : 25")
    ]
    dossier.refresh_from_db()
    assert dict(dossier.ages.values_list("tranche", "nombre")) == {"12-15": 30, "18-25": 10, "26-59": 25}
    assert dossier.jeunes == 40
