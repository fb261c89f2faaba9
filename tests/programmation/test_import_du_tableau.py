"""The table goes out as a spreadsheet and comes back as an agglomeration's own: same rows, nothing changed (S-16)."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from acteurs.models import Organisme
from commun.models import LigneJournal
from contrats.etats import Role
from contrats.models import Orientation
from geographie.models import VersionPerimetre
from programmation.etats import EtatDossier, EtatImport
from programmation.imports.colonnes import ColonneFinanceur, proposer
from programmation.models import DemandeFinancement, Dispositif, Dossier, ImportDossiers, Localisation, OrigineDossier
from programmation.tables import COLONNES
from tests.fabriques import (
    DemandeFactory,
    DossierFactory,
    LocalisationFactory,
    OrganismeFactory,
    PerimetreDuContratFactory,
    PerimetreFactory,
    VersionPerimetreFactory,
)
from tests.programmation.export_dauphin import LE, monter

pytestmark = pytest.mark.django_db

TOUTES = [("colonnes", colonne.cle) for colonne in COLONNES.colonnes]
_ETATS = [etat for etat in EtatDossier.values if etat != EtatDossier.BROUILLON]


@pytest.fixture
def campagne(contrat: Any) -> Any:
    return monter(contrat)


@pytest.fixture
def client(client_de: Callable[..., Client]) -> Client:
    return client_de(Role.CHEF_DE_PROJET)


@pytest.fixture
def dossiers(campagne: Any) -> list[Dossier]:
    """190 files in all states and of all origins, one to three funders each, one place, several, or none."""
    orientation = Orientation.objects.get(nom_court="Santé")
    financeurs = list(Organisme.objects.filter(sigle__in=["État", "CAF", "Département"]).order_by("sigle"))
    chene, duclos = VersionPerimetre.objects.filter(valide_au=None).order_by("nom").reverse()
    denain = campagne.contrat.communes.get(nom="Denain")
    # A perimeter that bears the name of its commune.
    meme_nom = VersionPerimetreFactory(perimetre=PerimetreFactory(nom="Denain"), communes=[denain])
    PerimetreDuContratFactory(contrat=campagne.contrat, perimetre=meme_nom.perimetre)
    autre = Dispositif.objects.create(code="fipd-test", nom="FIPD", famille="fipd", contrat=campagne.contrat)
    porteurs = [OrganismeFactory(nom=f"Association n° {rang}") for rang in range(40)]
    faits = []
    for rang, etat in zip(range(190), itertools.cycle(_ETATS), strict=False):
        dossier = DossierFactory(
            campagne=campagne,
            porteur=porteurs[rang % 40],
            intitule=("=1+1 été", "Ateliers ; « d’été »", "- Sorties, jeux")[rang % 3] + f" {rang // 3}",
            orientation=orientation,
            theme_p147=orientation.theme_p147,
            dispositif=Dispositif.objects.get(code="aap-test"),
            cout_total=Decimal(rang * 1000) + Decimal("0.50") if rang % 7 else Decimal(0),
            origine=OrigineDossier.values[rang % 3],
            etat=etat,
            depose_le=LE,
        )
        for numero in range(rang % 3 + 1):
            DemandeFactory(
                dossier=dossier,
                financeur=financeurs[(rang + numero) % 3],
                nature=("specifique", "droit_commun")[numero % 2],
                montant_demande=Decimal(100 + rang) + Decimal("0.25") * numero,
                **({"proposee": True} if rang % 5 == 0 else {}),
            )
        if rang % 10 == 0:  # the same funder, the same nature, another scheme
            premiere = dossier.demandes.order_by("pk").first()
            DemandeFactory(
                dossier=dossier,
                financeur=premiere.financeur,
                nature=premiere.nature,
                dispositif=autre,
                montant_demande=Decimal(777),
            )
        places: list[dict[str, Any]] = [
            {"version": duclos, "commune": denain, "part": Decimal("33.33")},
            {"version": chene, "commune": None, "part": Decimal("33.33")},
            {"version": None, "commune": denain, "part": Decimal("33.34")},
        ]
        for place in ([], places, [places[1] | {"part": 100}], [places[2] | {"part": 100}])[rang % 4]:
            LocalisationFactory(dossier=dossier, **place)
        faits.append(dossier)
    return faits


def _adresse(campagne: Any, nom: str, **cles: Any) -> str:
    return reverse(f"programmation:{nom}", kwargs={"contrat": campagne.contrat.slug, "annee": campagne.annee, **cles})


def _exporter(client: Client, campagne: Any, format: str, parametres: Any) -> bytes:
    reponse = client.get(_adresse(campagne, "export", format=format), parametres)
    return b"".join(reponse.streaming_content)


def _importer(client: Client, campagne: Any, octets: bytes, nom: str, executer_travaux: Any) -> ImportDossiers:
    """Through the browser: sent, read, and written when nothing stops it."""
    donnees = {
        "fichier": SimpleUploadedFile(nom, octets),
        "source": "tableur",
        "dispositif": Dispositif.objects.get(code="aap-test").pk,
    }
    client.post(_adresse(campagne, "importer"), donnees)
    executer_travaux()
    importation = ImportDossiers.objects.latest("pk")
    if importation.etat == EtatImport.PRET:
        client.post(_adresse(campagne, "import_ecrire", pk=importation.pk), {"mode": "tout"})
        executer_travaux()
    importation.refresh_from_db()
    return importation


def _photo() -> list[Any]:
    lignes = LigneJournal.objects.exclude(cible_type=ImportDossiers._meta.label_lower)
    tables = [m.objects.order_by("pk").values() for m in (Dossier, DemandeFinancement, Localisation, Organisme)]
    return [*map(list, tables), list(lignes.order_by("pk").values())]


@pytest.mark.parametrize("format", ["csv", "xlsx", "ods"])
def test_190_dossiers_exportes_et_reimportes_donnent_les_memes_rangees(
    client, campagne, dossiers, executer_travaux, format
) -> None:
    avant = _photo()
    importation = _importer(
        client, campagne, _exporter(client, campagne, format, TOUTES), f"table.{format}", executer_travaux
    )
    bilan = importation.resultat
    assert importation.etat == EtatImport.FAIT, importation.apercu
    retires = sum(d.etat == EtatDossier.RETIRE for d in dossiers)
    assert retires
    # Files given up are out of the table, and of what it exports.
    assert (bilan["inchange"], bilan["ignore"], bilan["total"]) == (190 - retires, 0, 190 - retires)
    assert (bilan["cree"], bilan["modifie"], bilan["mots"], bilan["questions"], bilan["remarques"]) == (
        0,
        0,
        [],
        [],
        [],
    )
    assert (bilan["nb_absents"], bilan["nb_demandes_absentes"]) == (0, 0)
    assert _photo() == avant


def test_les_colonnes_habituelles_du_tableau_reviennent_aussi_sans_rien_regler(
    client, campagne, dossiers, executer_travaux
) -> None:
    """The columns shown at first tell the totals alone: what each funder is asked is left as it is."""
    avant = _photo()
    importation = _importer(client, campagne, _exporter(client, campagne, "csv", []), "table.csv", executer_travaux)
    assert importation.etat == EtatImport.FAIT, importation.apercu
    assert _photo() == avant


def test_les_titres_du_tableau_sont_reconnus_d_eux_memes(campagne) -> None:
    financeurs = list(Organisme.objects.filter(sigle__in=["État", "CAF"]).order_by("sigle"))
    caf, etat = financeurs
    titres = ["Demandé à CAF, droit commun (€)", "Demandé à État, crédits spécifiques (€)"]
    lus = proposer([*(c.libelle for c in COLONNES.colonnes), *titres], financeurs, {})
    assert {titre: cle for titre, cle in lus.items() if cle != "-" and titre not in titres} == {
        "N°": "numero_externe",
        "Action": "intitule",
        "Porteur": "porteur_nom",
        "État": "etat",
        "Orientation": "orientation",
        "Quartiers et communes": "quartiers",
        "Nouvelle ou reconduite": "caractere",
        "Dispositif": "dispositif",
        "Coût": "cout_total",
        "Demandé": "montant_demande",
        "Proposé": "montant_propose",
        "Voté": "montant_vote",
    }
    assert [ColonneFinanceur.lire(lus[titre]) for titre in titres] == [
        ColonneFinanceur("demande", caf.pk, "droit_commun"),
        ColonneFinanceur("demande", etat.pk, "specifique"),
    ]


def test_un_financeur_qui_s_appelle_etat_garde_sa_colonne_parmi_d_autres(campagne) -> None:
    """« État » beside « CAF » holds amounts; alone, it tells where the file stands."""
    financeurs = list(Organisme.objects.filter(sigle__in=["État", "CAF"]))
    assert ColonneFinanceur.lire(proposer(["Action", "État", "CAF"], financeurs, {})["État"]) is not None
    assert proposer(["Action", "État", "Montant"], financeurs, {})["État"] == "etat"


def test_ce_que_l_on_change_dans_le_tableur_est_repris(client, campagne, executer_travaux) -> None:
    """A file imported from a spreadsheet: its cost and one funder's amount changed in the table that went out."""
    caf = Organisme.objects.get(sigle="CAF")
    dossier = DossierFactory(campagne=campagne, depose=True, origine=OrigineDossier.TABLEUR)
    demande = DemandeFactory(dossier=dossier, financeur=caf, nature="droit_commun", montant_demande=Decimal("2500.00"))
    octets = _exporter(client, campagne, "csv", TOUTES).replace(b"20000,00", b"21000,00")
    tete, *rangees = octets.decode("utf-8-sig").splitlines()
    rang = tete.split(";").index("Demandé à CAF, droit commun (€)")
    cases = rangees[0].split(";")
    cases[rang] = "2600,00"
    _importer(client, campagne, "\n".join([tete, ";".join(cases)]).encode(), "table.csv", executer_travaux)
    dossier.refresh_from_db()
    demande.refresh_from_db()
    assert (dossier.cout_total, demande.montant_demande, dossier.numero_externe) == (21_000, 2_600, "")
