"""Reading an export of Dauphin: each fault has its line, its column and what to do (S-16, Q-01, Q-02, S-17)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from contrats.etats import Role
from programmation.actions.importation import Issue
from programmation.imports.colonnes import proposer
from programmation.imports.constats import Lecture
from programmation.imports.dossiers import Reglages, examiner_ou_importer, lignes_refusees, resume
from programmation.imports.reperes import choix_des_mots
from programmation.models import Campagne, Dossier, SourceImport
from tests.fabriques import DossierFactory, OrganismeFactory
from tests.fabriques.acteurs import siren_numero, siret_numero
from tests.programmation.export_dauphin import LE, TITRES, en_csv, ligne, monter, siret

pytestmark = pytest.mark.django_db


@pytest.fixture
def chef(auteur_de: Callable[..., Auteur]) -> Auteur:
    return auteur_de(Role.CHEF_DE_PROJET)


@pytest.fixture
def campagne(contrat: Any) -> Campagne:
    return monter(contrat)


@pytest.fixture
def lire(campagne: Campagne, chef: Auteur) -> Callable[..., Lecture]:
    def _lire(contenu: Any, *, nom: str = "dauphin.csv", source: str = SourceImport.DAUPHIN, **reste: Any) -> Lecture:
        octets = contenu if isinstance(contenu, bytes) else en_csv(contenu)
        reglages = Reglages(source, **reste.pop("reglages", {}))
        return examiner_ou_importer(campagne, octets, nom, reglages, par=chef, le=LE, **{"ecrire": False, **reste})

    return _lire


# Every kind of fault: its name, what the line says, the column that the message names, its code, words of the message.
FAUTES: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("numéro absent", {"Référence_administrative": ""}, "Référence administrative", "numero_absent", "reprenez-le"),
    (
        "numéro illisible",
        {"Référence_administrative": "DA123"},
        "Référence administrative",
        "numero_illisible",
        "8 chiffres",
    ),
    ("SIRET abrégé par le tableur", {"SIRET": "8,21E+13"}, "SIRET", "siret_abrege", "format texte"),
    ("porteur absent", {"SIRET": "", "Raison_sociale": ""}, "Raison sociale", "porteur_absent", "SIRET"),
    ("SIRET sans nom", {"SIRET": siret(99), "Raison_sociale": ""}, "Raison sociale", "porteur_sans_nom", "le nom"),
    ("intitulé absent", {"Intitulé_du_projet": ""}, "Intitulé du projet", "intitule_absent", "manque"),
    ("intitulé trop long", {"Intitulé_du_projet": "A" * 251}, "Intitulé du projet", "intitule_trop_long", "251"),
    ("montant en lettres", {"Montant_sollicité": "cinq mille"}, "Montant sollicité", "nombre", "n’est pas un nombre"),
    ("montant négatif", {"Montant_sollicité": "-500"}, "Montant sollicité", "montant_negatif", "signe"),
    ("montant absent", {"Montant_sollicité": ""}, "Montant sollicité", "montant_absent", "État manque"),
    (
        "montant démesuré",
        {"Montant_sollicité": "12345678901234"},
        "Montant sollicité",
        "montant_trop_grand",
        "en euros",
    ),
    ("formule en erreur", {"Coût_total": "#REF!"}, "Coût total", "formule", "formule"),
    (
        "demande au-dessus du coût",
        {"Montant_sollicité": "25000"},
        "Montant sollicité",
        "montant_depasse_cout",
        "coût total",
    ),
    ("financeur absent", {"Financeur": ""}, "Financeur", "financeur_absent", "manque"),
    ("financeur inconnu", {"Financeur": "Mécénat Durand"}, "Financeur", "financeur_inconnu", "ne se trouve pas"),
    (
        "nature de crédits inconnue",
        {"Nature_des_crédits": "Mixte"},
        "Nature des crédits",
        "nature_inconnue",
        "Droit commun",
    ),
    ("statut inconnu", {"Statut": "Mise en veille"}, "Statut", "etat_inconnu", "n’est pas un statut"),
    ("thème inconnu", {"Thématique": "9.9 Espace"}, "Thématique", "theme_p147_inconnu", "ne se trouve pas"),
    ("thème absent", {"Thématique": ""}, "Thématique", "theme_absent", "Ni orientation ni thème"),
    (
        "thème sans orientation dans le contrat",
        {"Thématique": "1.6"},
        "Orientation du contrat",
        "orientation_absente",
        "Aucune orientation",
    ),
    (
        "code de QPV mal formé (Q-01)",
        {"Quartiers_prioritaires": "QN5901M"},
        "Quartiers prioritaires",
        "qpv_mal_forme",
        "8 car",
    ),
    (
        "code de l’ancienne liste (Q-02)",
        {"Quartiers_prioritaires": "QP059005"},
        "Quartiers prioritaires",
        "qpv_ancien",
        "2024",
    ),
    (
        "quartier inconnu",
        {"Quartiers_prioritaires": "Les Tours"},
        "Quartiers prioritaires",
        "quartiers_inconnu",
        "quartiers",
    ),
    (
        "parts qui ne font pas 100 % (S-17)",
        {"Quartiers_prioritaires": "QN05901M (60 %) ; QN05902M (30 %)"},
        "Quartiers prioritaires",
        "parts_fausses",
        "90 %",
    ),
    ("commune inconnue", {"Commune": "Marseille"}, "Commune", "communes_inconnu", "communes"),
    ("dates inversées", {"Date_de_fin": "31/12/2025"}, "Date de fin", "dates_inversees", "avant de commencer"),
    ("date illisible", {"Date_de_début": "45678"}, "Date de début", "date", "n’est pas une date"),
    ("date réduite à l’année", {"Date_de_début": "2026"}, "Date de début", "date_annee", "le jour"),
    ("dépôt dans l’avenir", {"Date_de_transmission": "01/03/2026"}, "Date de transmission", "depot_a_venir", "avenir"),
    ("public des QPV trop grand (S-17)", {"Dont_QPV": "90"}, "Dont QPV", "public_qpv", "S-17"),
    ("femmes et hommes trop nombreux (S-17)", {"Femmes": "70"}, "Femmes", "public_genres", "110 personnes"),
    (
        "public qui n’est pas un entier",
        {"Nombre_de_bénéficiaires": "80,5"},
        "Nombre de bénéficiaires",
        "personnes",
        "entier",
    ),
    ("récurrence inconnue", {"Récurrence": "Peut-être"}, "Récurrence", "caractere_inconnu", "Renouvellement"),
]


@pytest.mark.parametrize(("changes", "colonne", "code", "mots"), [f[1:] for f in FAUTES], ids=[f[0] for f in FAUTES])
def test_une_faute_a_sa_ligne_sa_colonne_et_son_remede(lire, changes, colonne, code, mots):
    lecture = lire([ligne(1), ligne(2, **changes), ligne(3)])
    (faute,) = resume(lecture)["fautes"]
    assert (faute["ligne"], faute["colonne"], faute["code"]) == (3, colonne, code)
    assert mots in faute["message"]
    assert [lu.issue for lu in lecture.dossiers].count(Issue.CREE) == 2


def test_trente_fautes_et_plus_dans_un_meme_export_sont_toutes_dites(lire):
    """One line per kind of fault among 190 good ones: each is named, no good line suffers from it."""
    bonnes = [ligne(rang) for rang in range(1, 191)]
    fautives = [ligne(1000 + rang, **faute[1]) for rang, faute in enumerate(FAUTES)]
    contenu = resume(lire([*bonnes, *fautives]))
    assert len(FAUTES) >= 30
    assert [(f["ligne"], f["code"]) for f in contenu["fautes"]] == [
        (192 + rang, faute[3]) for rang, faute in enumerate(FAUTES)
    ]
    assert contenu["cree"] == 190
    assert not Dossier.objects.exists()


def test_une_ligne_decalee_est_refusee(lire):
    contenu = en_csv([ligne(1)]).rstrip(b"\r\n") + ";de trop".encode("cp1252")
    (faute,) = resume(lire(contenu))["fautes"]
    assert faute["code"] == "hors_colonnes"
    assert "colonne W" in faute["message"]


def test_deux_lignes_pour_le_meme_financeur_sont_refusees(lire):
    """S-16: number, SIRET and funder name one request."""
    (faute,) = lire([ligne(1), ligne(1)]).fautes
    assert (faute.ligne, faute.code) == (3, "ligne_repetee")


def test_deux_natures_de_credits_du_meme_financeur_sont_deux_demandes(lire):
    lecture = lire([ligne(1), ligne(1, Nature_des_crédits="Droit commun")])
    (lu,) = lecture.dossiers
    assert [d.nature for d in lu.saisie.demandes] == ["specifique", "droit_commun"]


@pytest.mark.parametrize(
    ("change", "champ"),
    [
        ({"Intitulé_du_projet": "Autre chose"}, "intitule"),
        ({"SIRET": siret(30)}, "porteur_nom"),
        ({"Coût_total": "9000"}, "cout_total"),
    ],
)
def test_deux_lignes_d_un_dossier_ne_se_contredisent_pas(lire, change, champ):
    lecture = lire([ligne(1), ligne(1, Financeur="CAF", **change)])
    assert (champ, "lignes_contradictoires") in [(f.champ, f.code) for f in lecture.fautes]
    assert lecture.nombre(Issue.REFUSE) == 1


def test_un_code_de_qpv_bien_forme_mais_inconnu_n_est_qu_une_remarque(lire):
    """Q-01."""
    lecture = lire([ligne(1, Quartiers_prioritaires="QN05999N")])
    assert [r.code for r in lecture.remarques] == ["qpv_inconnu"]
    assert lecture.nombre(Issue.CREE) == 1


def test_les_parts_des_lieux_sont_egales_quand_rien_ne_les_dit(lire):
    """S-17: they add up to 100 %; a name that holds a comma stays whole."""
    lecture = lire(
        [
            ligne(1, Quartiers_prioritaires="QN05901M;QN05902M"),
            ligne(2, Quartiers_prioritaires="Le Chêne, les Tilleuls"),
        ]
    )
    deux, un = (lu.saisie.lieux for lu in lecture.dossiers)
    assert [lieu.part for lieu in deux] == [50, 50]
    assert [(lieu.version.code, lieu.part) for lieu in un] == [("QN05902M", 100)]


def test_un_siret_amputé_de_ses_zéros_est_complété(lire):
    """A spreadsheet took the number for a figure: « 01234… » became « 1234… »."""
    complet = siret_numero(siren_numero(4_567_890 - 77_000_000))
    porteur = OrganismeFactory(nom="Les Zéros", siret=complet)
    (lu,) = lire([ligne(1, SIRET=complet.lstrip("0"))]).dossiers
    assert lu.saisie.porteur == porteur


@pytest.mark.parametrize(
    ("changes", "texte"),
    [
        ({"SIRET": "12345678901234"}, "n’est pas valide"),
        ({"SIRET": "", "Raison_sociale": "Inconnus du bataillon"}, "n’a pas de SIRET"),
    ],
)
def test_un_porteur_inconnu_sans_siret_valide_est_a_rapprocher(lire, changes, texte):
    (lu,) = lire([ligne(1, **changes)]).dossiers
    assert lu.issue is Issue.A_RAPPROCHER
    assert texte in lu.question.texte


def test_un_porteur_sans_siret_est_reconnu_a_son_nom(lire):
    porteur = OrganismeFactory(nom="Maison des jeunes")
    (lu,) = lire([ligne(1, SIRET="", Raison_sociale="MAISON  DES JEUNES")]).dossiers
    assert lu.saisie.porteur == porteur


def test_une_demande_encore_en_saisie_dans_dauphin_est_laissee_de_cote(lire):
    lecture = lire(
        [ligne(1, Statut="En cours de saisie", Montant_sollicité=""), ligne(2, Statut="WAITING_FOR_CERTIFICATE")]
    )
    assert lecture.nombre(Issue.IGNORE) == 2
    assert lecture.fautes == []


def test_un_dossier_ressemblant_depose_ici_est_a_rapprocher(lire, campagne):
    porteur = OrganismeFactory(nom="Association des Quartiers 1", siret=siret(1))
    ici = DossierFactory(campagne=campagne, porteur=porteur, intitule="Ateliers au pied des tours", depose=True)
    (lu,) = lire([ligne(1)]).dossiers
    assert lu.question.genre == "dossier"
    assert lu.question.choix[0][0] == str(ici.pk)
    (choisi,) = lire([ligne(1)], reglages={"valeurs": {"dossier": {"10000001": ici.pk}}}).dossiers
    assert choisi.saisie.existant == ici


def test_les_mots_inconnus_sont_reunis_et_leur_sens_est_garde(lire):
    lignes = [ligne(rang, Statut="Examinée", Financeur="DDETS 59") for rang in range(1, 6)]
    lecture = lire(lignes)
    assert {(m.champ, m.mot, m.lignes) for m in lecture.mots} == {("etat", "Examinée", 5), ("financeur", "DDETS 59", 5)}
    etat = lecture.dossiers and OrganismeFactory._meta.model.objects.get(sigle="État")
    gardes = {"etat": {"examinee": "recevable"}, "financeur": {"ddets 59": etat.pk}}
    corrigee = lire(lignes, reglages={"valeurs": gardes})
    assert corrigee.mots == []
    assert corrigee.nombre(Issue.CREE) == 5


def test_sans_colonne_indispensable_rien_n_est_lu_et_on_dit_laquelle(lire):
    titres = [t for t in TITRES if t not in ("Intitulé du projet", "Montant sollicité")]
    lecture = lire(en_csv([ligne(1)], titres=titres))
    assert lecture.manquantes == ["l’intitulé de l’action", "le montant demandé"]
    assert lecture.dossiers == []


@pytest.mark.parametrize("titre", ["Objet bizarre", "Libellé"])
def test_la_correspondance_gardee_l_emporte_sur_la_ressemblance(lire, titre):
    contenu = en_csv([ligne(1)]).replace("Intitulé du projet".encode("cp1252"), titre.encode("cp1252"))
    lecture = lire(contenu, reglages={"colonnes": {titre: "intitule"}})
    assert lecture.dossiers[0].intitule == "Ateliers au pied des tours 1"


def test_un_fichier_illisible_dit_pourquoi(lire):
    with pytest.raises(RegleEnfreinte, match="n’est pas un classeur XLSX lisible"):
        lire(b"pas un classeur", nom="dauphin.xlsx")


def test_les_lignes_refusees_reviennent_avec_leur_remede(lire):
    texte = lignes_refusees(lire([ligne(1), ligne(2, Montant_sollicité="-5")])).decode("utf-8-sig").splitlines()
    assert len(texte) == 2
    assert texte[0].startswith("Ligne d’origine;Référence administrative")
    assert texte[1].startswith("3;DA10000002;")
    assert "Montant sollicité : Un montant n’est pas négatif" in texte[1]


# --- A place that is no neighbourhood ---------------------------------------------------------------------------------
ADRESSE = "12 rue Émile Zola"


def sans_l_adresse(lire: Any, **cellules: Any) -> tuple[list[tuple[str, str, Decimal]], list[str]]:
    """(places, remarks) of one line, once somebody has said that the address is not taken up."""
    decides = {"reglages": {"valeurs": {"quartiers": {"12 rue emile zola": "-"}}}}
    (dossier,) = lire([ligne(1, **cellules)], **decides).dossiers
    assert (dossier.fautes, dossier.saisie is not None) == ([], True)
    lieux = [
        (str(li.mode), str(li.version.code if li.version else li.commune or ""), li.part) for li in dossier.saisie.lieux
    ]
    return lieux, [" ".join(r.message.split()) for r in dossier.remarques]


def test_une_adresse_bloque_jusqu_a_ce_qu_on_dise_quoi_en_faire(lire, campagne):
    lecture = lire([ligne(1, Quartiers_prioritaires=ADRESSE)])
    assert [f.code for f in lecture.fautes] == ["quartiers_inconnu"]
    assert ("-", "Ne pas reprendre ce lieu") in choix_des_mots(campagne)["quartiers"]


@pytest.mark.parametrize("parts", [("QN05901M (60 %) ; %s (40 %)", (60, 40)), ("QN05901M ; %s", (50, 50))])
def test_la_part_d_un_lieu_ecarte_n_est_plus_a_aucun_quartier(lire, parts):
    """S-17: the other places keep theirs."""
    cellule, (reste, ecartee) = parts
    lieux, remarques = sans_l_adresse(lire, Quartiers_prioritaires=cellule.replace("%s", ADRESSE))
    assert lieux == [("perimetre", "QN05901M", reste), ("non_territorialise", "", ecartee)]
    assert any("sa part va à « Non territorialisé »" in r for r in remarques)
    assert not any("S-18" in r for r in remarques)


@pytest.mark.parametrize(
    ("commune", "attendu"),
    [("", [("non_territorialise", "", 100)]), ("Denain", [("perimetre", "Denain", 100)])],
)
def test_une_action_laissee_sans_quartier_en_est_avertie(lire, commune, attendu):
    """S-18."""
    lieux, remarques = sans_l_adresse(lire, Quartiers_prioritaires=ADRESSE, Commune=commune)
    assert lieux == attendu
    assert any("S-18" in r for r in remarques)


# --- The public by age ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("titre", "cle"),
    [
        ("0-2 ans", "age_0-2"),
        ("De 0 à 2 ans", "age_0-2"),
        ("Dont 16/17 ans", "age_16-17"),
        ("Public 18 - 25 ans", "age_18-25"),
        ("60 ans et +", "age_60+"),
        ("18-24 ans", "-"),  # not one of our brackets: a person says what to do
        ("Moins de 60 ans", "-"),
        ("Plus de 12 ans et moins de 15", "-"),
    ],
)
def test_une_colonne_d_age_se_reconnait_a_ses_deux_bornes(titre, cle):
    assert proposer([titre], [], {}) == {titre: cle}


def test_le_public_par_age_est_lu_et_ne_depasse_pas_le_public(lire):
    """S-17."""
    titres = [*TITRES, "12-15 ans", "26-59 ans"]
    ages = {"12-15 ans": "30", "26-59 ans": "20"}
    (dossier,) = lire(en_csv([ligne(1) | ages], titres=titres)).dossiers
    assert dossier.saisie is not None
    assert dossier.saisie.ages == {"12-15": 30, "26-59": 20}
    lecture = lire(en_csv([ligne(1) | ages | {"26-59 ans": "60"}, ligne(2) | {"12-15 ans": "beaucoup"}], titres=titres))
    assert [(f.champ, f.code) for f in lecture.fautes] == [("age_26-59", "public_ages"), ("age_12-15", "nombre")]
