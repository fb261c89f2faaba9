"""The table filled away from Pilotville: untouched it changes nothing; changed, it is read again before it is written."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from commun.models import LigneJournal, Travail
from contrats.etats import Role
from programmation import actions
from programmation.imports.saisie import comparer
from programmation.models import DemandeFinancement
from tests.fabriques import DemandeFactory, DispositifFactory, DossierFactory

pytestmark = pytest.mark.django_db

FORMATS = ("csv", "xlsx", "ods")


@pytest.fixture
def demandes(contrat: Any, gens: Any) -> list[DemandeFinancement]:
    """What four files ask the département: nothing said yet, proposed with conditions, a draft, programmed."""
    dossiers = [DossierFactory(contrat=contrat, numero=f"H-{rang}", en_instruction=True) for rang in range(4)]
    suites: list[dict[str, Any]] = [
        {},
        {"proposee": True, "montant_propose": Decimal("1234.50"), "conditions": "=Sous réserve\n du bilan "},
        {"proposee": True, "montant_propose": Decimal(0), "proposition_partagee": False, "conditions": "-10 % ?"},
        {"programmee": True, "numero_ej": "0021034567"},
    ]
    return [
        DemandeFactory(dossier=dossier, financeur=gens.departement, **suite)
        for dossier, suite in zip(dossiers, suites, strict=True)
    ]


@pytest.fixture
def client(gens: Any) -> Client:
    client = Client()
    client.force_login(gens.instructeur.utilisateur)
    return client


def adresse(contrat: Any, route: str, **cles: Any) -> str:
    return reverse(f"programmation:{route}", kwargs={"contrat": contrat.slug, "annee": 2026, **cles})


def telecharger(client: Client, contrat: Any, format: str = "csv", **filtres: Any) -> bytes:
    return b"".join(client.get(adresse(contrat, "hors_ligne", format=format), filtres).streaming_content)


def renvoyer(client: Client, contrat: Any, contenu: bytes, format: str = "csv", **suite: Any) -> Any:
    fichier = SimpleUploadedFile(f"tableau.{format}", contenu)
    return client.post(adresse(contrat, "importer_saisie"), {"fichier": fichier, **suite})


def remplir(contenu: bytes, cellules: dict[str, dict[str, str]]) -> bytes:
    """The CSV with some cells changed, by number of file then heading."""
    lignes = list(csv.reader(io.StringIO(contenu.decode("utf-8-sig")), delimiter=";"))
    titres = lignes[0]
    for ligne in lignes[1:]:
        for titre, valeur in cellules.get(ligne[titres.index("N°")], {}).items():
            ligne[next(rang for rang, lu in enumerate(titres) if lu.startswith(titre))] = valeur
    sortie = io.StringIO()
    csv.writer(sortie, delimiter=";").writerows(lignes)
    return sortie.getvalue().encode()


def etat() -> list[tuple[Any, ...]]:
    champs = ("pk", "etat", "montant_propose", "conditions", "numero_ej", "proposition_partagee")
    return list(DemandeFinancement.objects.order_by("pk").values_list(*champs))


# --- Untouched --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("format", FORMATS)
def test_cent_quatre_vingt_dix_dossiers_renvoyes_tels_quels_ne_changent_rien(
    client, contrat, gens, demandes, format, executer_travaux
) -> None:
    """190 files exported, sent back: equal."""
    dispositif = DispositifFactory()
    for rang in range(186):
        dossier = DossierFactory(contrat=contrat, numero=f"M-{rang}", dispositif=dispositif, en_instruction=True)
        montant = Decimal(rang * 137) / 100
        DemandeFactory(
            dossier=dossier,
            dispositif=dispositif,
            financeur=gens.departement,
            **({"proposee": True, "montant_propose": montant, "conditions": "Réserve"} if rang % 2 else {}),
        )
    avant, journal = etat(), LigneJournal.objects.count()

    page = renvoyer(client, contrat, telecharger(client, contrat, format), format)

    assert page.status_code == 200, page.context["form"].errors
    comparaison = page.context["comparaison"]
    assert (len(comparaison.lignes), comparaison.inchangees) == (190, 190)
    assert "rien à enregistrer" in page.content.decode()
    executer_travaux()
    assert (etat(), LigneJournal.objects.count(), Travail.objects.count()) == (avant, journal, 0)


# --- Filled -----------------------------------------------------------------------------------------------------------
def test_ce_qui_change_est_montre_puis_enregistre_ligne_par_ligne(client, contrat, demandes, executer_travaux) -> None:
    contenu = remplir(
        telecharger(client, contrat),
        {
            "H-0": {"Proposition": "1 500,25 €", "Conditions": "Après bilan"},
            "H-3": {"N° d’engagement": "2103456789"},
        },
    )
    page = renvoyer(client, contrat, contenu)
    changees = page.context["comparaison"].changees
    assert [(ligne.numero, [c.libelle for c in ligne.changements]) for ligne in changees] == [
        ("H-0", ["Proposition", "Conditions"]),
        ("H-3", ["N° d’engagement"]),
    ]
    assert DemandeFinancement.objects.get(pk=demandes[0].pk).montant_propose is None  # nothing before the agreement

    suivi = client.post(adresse(contrat, "importer_saisie"), {"lignes": page.context["lignes"]})
    (travail,) = executer_travaux()

    assert (travail.resultat["reussis"], travail.resultat["refus"]) == (["H-0", "H-3"], [])
    une, quatre = (DemandeFinancement.objects.get(pk=demandes[rang].pk) for rang in (0, 3))
    assert (une.montant_propose, une.conditions, quatre.numero_ej) == (Decimal("1500.25"), "Après bilan", "2103456789")
    assert LigneJournal.objects.de(une).get(acte="proposer").canal == "import"
    assert "lignes enregistrées" in client.get(suivi["Location"]).content.decode()


def test_une_ligne_modifiee_entre_temps_n_est_remplacee_que_cochee(
    client, contrat, gens, demandes, le, executer_travaux
) -> None:
    contenu = telecharger(client, contrat)
    for demande in demandes[:2]:
        actions.proposer(demande, montant=Decimal(4000), par=gens.decideur, le=le)
    rempli = remplir(contenu, {"H-0": {"Proposition": "100"}, "H-1": {"Proposition": "200", "Conditions": ""}})
    page = renvoyer(client, contrat, rempli)
    assert [ligne.numero for ligne in page.context["comparaison"].depassees] == ["H-0", "H-1"]

    client.post(adresse(contrat, "importer_saisie"), {"lignes": page.context["lignes"], "remplacer": [demandes[1].pk]})
    executer_travaux()

    montants = [DemandeFinancement.objects.get(pk=demande.pk).montant_propose for demande in demandes[:2]]
    assert montants == [Decimal(4000), Decimal(200)]


def test_une_ligne_modifiee_entre_la_relecture_et_l_ecriture_est_refusee(
    client, contrat, gens, demandes, le, executer_travaux
) -> None:
    page = renvoyer(client, contrat, remplir(telecharger(client, contrat), {"H-0": {"Proposition": "100"}}))
    client.post(adresse(contrat, "importer_saisie"), {"lignes": page.context["lignes"]})
    actions.proposer(demandes[0], montant=Decimal(4000), par=gens.decideur, le=le)
    (travail,) = executer_travaux()
    assert [ligne["numero"] for ligne in travail.resultat["refus"]] == ["H-0"]
    assert "modifié cette ligne" in travail.resultat["refus"][0]["motif"]
    assert DemandeFinancement.objects.get(pk=demandes[0].pk).montant_propose == Decimal(4000)


@pytest.mark.parametrize(
    ("titre", "valeur", "attendu"),
    [
        ("Proposition", "beaucoup", "n’est pas un nombre"),
        ("Proposition", "-3", "pas négatif"),
        ("Proposition", "1,234", "centimes"),
        ("Proposition", "", "ne s’efface pas"),
        ("N° d’engagement", "21", "une fois le montant programmé"),
        ("Ligne", "999999", "pas une des vôtres"),
        ("Ligne", "x", "pas une des vôtres"),
    ],
)
def test_chaque_faute_dit_sa_ligne_et_quoi_faire(client, contrat, demandes, titre, valeur, attendu) -> None:
    page = renvoyer(client, contrat, remplir(telecharger(client, contrat), {"H-1": {titre: valeur}}))
    (fautive,) = page.context["comparaison"].fautives
    assert (fautive.rang, attendu in fautive.refus) == (3, True)
    assert not page.context["comparaison"].changees


def test_une_ligne_en_double_est_dite(client, contrat, demandes) -> None:
    contenu = telecharger(client, contrat).decode("utf-8-sig")
    page = renvoyer(client, contrat, (contenu + contenu.splitlines()[1] + "\r\n").encode())
    assert "deux fois" in page.context["comparaison"].fautives[0].refus


def test_un_fichier_illisible_revient_avec_sa_raison(client, contrat, demandes) -> None:
    page = renvoyer(client, contrat, b"A;B\n1;2\n")
    assert page.status_code == 422
    assert "n’est pas une colonne connue" in str(page.context["form"].errors)


def test_une_relecture_contrefaite_n_ecrit_rien(client, contrat, demandes) -> None:
    reponse = client.post(adresse(contrat, "importer_saisie"), {"lignes": "[{}]"})
    assert (reponse.status_code, Travail.objects.count()) == (422, 0)


# --- For whom ---------------------------------------------------------------------------------------------------------
def test_les_lignes_d_un_autre_financeur_ne_se_remplissent_pas(client, contrat, gens, demandes) -> None:
    voisine = DemandeFactory(dossier=demandes[0].dossier, financeur=gens.region)
    contenu = telecharger(client, contrat)
    assert str(voisine.pk) not in [ligne.split(";")[0] for ligne in contenu.decode().splitlines()]
    page = renvoyer(client, contrat, remplir(contenu, {"H-0": {"Ligne": str(voisine.pk)}}))
    assert "pas une des vôtres" in page.context["comparaison"].fautives[0].refus


def test_le_chef_de_projet_nomme_le_document_qu_il_recopie(contrat, gens, demandes, executer_travaux) -> None:
    chef = Client()
    chef.force_login(gens.chef.utilisateur)
    importer = adresse(contrat, "importer_saisie") + f"?financeur={gens.departement.pk}"
    rempli = remplir(telecharger(chef, contrat, financeur=gens.departement.pk), {"H-0": {"Proposition": "100"}})
    sans = chef.post(importer, {"fichier": SimpleUploadedFile("t.csv", rempli)})
    assert (sans.status_code, "piece_source" in sans.context["form"].errors) == (422, True)
    page = chef.post(importer, {"fichier": SimpleUploadedFile("t.csv", rempli), "piece_source": "Courriel du 12 mars"})
    chef.post(importer, {"lignes": page.context["lignes"], "piece_source": page.context["piece_source"]})
    executer_travaux()
    demande = DemandeFinancement.objects.get(pk=demandes[0].pk)
    assert (demande.montant_propose, demande.piece_source) == (Decimal(100), "Courriel du 12 mars")


def test_qui_ne_finance_rien_ne_telecharge_rien(contrat, client_de, demandes) -> None:
    delegue = client_de(Role.DELEGUE_PREFET)
    assert delegue.get(adresse(contrat, "hors_ligne", format="xlsx")).status_code == 403
    assert delegue.get(adresse(contrat, "importer_saisie")).status_code == 403


def test_les_colonnes_que_le_fichier_ne_tient_pas_restent_telles_quelles() -> None:
    """A file with the amounts alone leaves conditions and numbers as they are."""
    from commun.permissions import OUI
    from programmation.lectures.saisie import LigneSaisie

    connue = LigneSaisie(7, "AAP", "Proposée", Decimal(9), Decimal(5), "Réserve", "21", False, 2, OUI, OUI)
    comparaison = comparer(b"Ligne;Version;Proposition\n7;2;6\n", "t.csv", lambda cles: {7: ("H-1", connue)})
    (ligne,) = comparaison.changees
    assert (ligne.ecriture.montant, ligne.ecriture.conditions, ligne.ecriture.numero_ej) == (Decimal(6), None, None)
