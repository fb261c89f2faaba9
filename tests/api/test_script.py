"""The script that partners download is run as they run it: the commitments of the three real contracts, twice."""

from __future__ import annotations

import csv
import importlib.util
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as reglages

from contrats.etats import Role, TypeCible
from contrats.imports.engagements import COLONNES, modele_csv
from contrats.lectures import echanges
from contrats.models import Contrat, Engagement, NatureMoyens, PorteeEngagement, SensCible
from portail.demo.chargement import charger

SCRIPT = reglages.BASE_DIR / "docs" / "exemples" / "envoyer_engagements.py"
CIBLES = ("numerateur", "denominateur", "unite", "reference", "reference_le", "valeur", "valeur_haute", "echeance")


def _lancer(fichier: Path, adresse: str, cle: str, *options: str) -> subprocess.CompletedProcess[str]:
    """The script in a process of its own, where nothing of the project can be imported."""
    entourage = {"PATH": os.environ["PATH"], "PILOTVILLE_ADRESSE": adresse, "PILOTVILLE_CLE": cle, "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(fichier), *options],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=entourage,
        cwd=fichier.parent,
        timeout=300,
    )


def _lus(contrat: Contrat) -> list[dict[str, Any]]:
    """The commitments of a contract, as the API tells them."""
    return echanges.engagements(Engagement.tous.filter(contrat=contrat).order_by("reference"))


def _contenu(lus: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the template can say of them: neither our own numbers, nor the line of the text where a target stands."""
    numeros = ("id", "revision", "modifie_le", "fictif", "_position")
    return [
        {nom: valeur for nom, valeur in lu.items() if nom not in numeros}
        | {"cibles": [{nom: v for nom, v in cible.items() if nom != "source"} for cible in lu["cibles"]]}
        for lu in lus
    ]


def _cellule(valeur: Any) -> str:
    if valeur is None:
        return ""
    return f"{valeur:%d/%m/%Y}" if isinstance(valeur, date) else str(valeur)


def _rangees(contrat: Contrat) -> list[dict[str, str]]:
    """The commitments of a contract as people fill in the template: names, words, one row for each further target."""
    rangees = []
    for e in Engagement.objects.filter(contrat=contrat).order_by("reference"):
        rangee = {
            "reference": e.reference,
            "libelle": e.libelle,
            "organisme": e.organisme.nom if e.organisme else "",
            "signataire": e.signataire.organisme.nom if e.signataire else "",
            "orientation": e.orientation.nom if e.orientation else "",
            "portee": e.get_portee_display(),
            "nature": e.get_nature_display() if e.nature else "",
            "echeance": _cellule(e.echeance),
            "echeance_texte": e.echeance_texte,
            "note": e.note,
            "source": e.source,
            "objectifs": ";".join(o.code for o in e.objectifs.all()),
            "perimetres": " ; ".join(p.code for p in e.perimetres.all()),
            "partenaires": " ; ".join(o.nom for o in e.partenaires.all()),
            "axes_transversaux": ";".join(o.code for o in e.axes_transversaux.all()),
        }
        for rang, c in enumerate(e.cibles.order_by("ordre", "pk")):
            cible = {f"cible_{nom}": _cellule(getattr(c, nom)) for nom in CIBLES}
            for nom in ("cible_reference", "cible_valeur", "cible_valeur_haute"):
                cible[nom] = cible[nom].replace(".", ",")
            cible["cible_type"] = c.get_type_display()
            cible["cible_sens"] = c.get_sens_display() if c.sens else ""
            rangees.append({**rangee, **cible} if rang == 0 else {"reference": e.reference, **cible})
        if not e.cibles.exists():
            rangees.append(rangee)
    return rangees


def _ecrire(chemin: Path, rangees: list[dict[str, str]]) -> Path:
    with chemin.open("w", encoding="utf-8-sig", newline="") as fichier:
        feuille = csv.writer(fichier, delimiter=";")
        feuille.writerow([c.titre for c in COLONNES])
        feuille.writerows([rangee.get(c.cle, "") for c in COLONNES] for rangee in rangees)
    return chemin


@pytest.mark.django_db(transaction=True)
def test_les_engagements_des_trois_contrats_se_saisissent_deux_fois_sans_se_doubler(
    appelant, live_server: Any, tmp_path: Path
) -> None:
    charger(aujourdhui=date(2026, 11, 20), graine=2030, reference_seule=True)
    contrats = list(Contrat.objects.filter(slug__in=["armentieres-mel", "hazebrouck", "porte-du-hainaut"]))
    assert len(contrats) == 3
    for contrat in contrats:
        attendus = _contenu(_lus(contrat))
        assert len(attendus) > 10
        fichier = _ecrire(tmp_path / f"{contrat.slug}.csv", _rangees(contrat))
        Engagement.tous.filter(contrat=contrat).delete()
        systeme = appelant(
            Role.CHEF_DE_PROJET,
            ailleurs=contrat,
            portees=["contrats:lire", "perimetres:lire", "engagements:ecrire"],
        )
        adresse = f"{live_server.url}/api/v1/contrats/{contrat.slug}"

        premiere = _lancer(fichier, adresse, systeme.secret, "--organisme-inconnu", "--tout-ou-rien")
        apres = _lus(contrat)
        assert premiere.stdout == f"créés : {len(attendus)} ; modifiés : 0 ; inchangés : 0 ; refusés : 0\n", (
            premiere.stderr
        )
        assert premiere.returncode == 0
        assert _contenu(apres) == attendus

        seconde = _lancer(fichier, adresse, systeme.secret, "--organisme-inconnu")
        assert seconde.stdout == f"créés : 0 ; modifiés : 0 ; inchangés : {len(attendus)} ; refusés : 0\n", (
            seconde.stderr
        )
        assert _lus(contrat) == apres


@pytest.mark.django_db(transaction=True)
def test_le_script_nomme_chaque_ligne_fausse_et_le_dit_par_son_code_de_sortie(
    partenaire, codes, live_server: Any, tmp_path: Path
) -> None:
    adresse = f"{live_server.url}/api/v1/contrats/{partenaire.contrat.slug}"
    bonne = {"libelle": "Ouvrir une maison de santé", "identifiant_externe": "A-1", "orientation": "O1"}
    rangees = [
        bonne,
        {"libelle": "Égarer", "orientation": "O9", "echeance": "31/02/2027"},
        {"libelle": "Viser", "identifiant_externe": "A-3", "cible_type": "Intervalle", "cible_valeur": "20"},
        {"cible_type": "Intervalle", "cible_valeur": "30", "cible_valeur_haute": "10"},
        {"libelle": "D’un autre", "organisme": partenaire.contrat.pilote.nom},
    ]
    fichier = _ecrire(tmp_path / "engagements.csv", rangees)

    rien = _lancer(fichier, adresse, partenaire.secret, "--tout-ou-rien")
    assert rien.returncode == 1
    assert "Rien n’est écrit" in rien.stdout
    assert not Engagement.objects.exists()

    partie = _lancer(fichier, adresse, partenaire.secret)
    assert partie.returncode == 1
    lignes = partie.stdout.splitlines()
    assert lignes[0] == "créés : 1 ; modifiés : 0 ; inchangés : 0 ; refusés : 3"
    assert lignes[1].startswith("ligne 3 — Orientation : « O9 » ne se trouve pas parmi les orientations")
    assert lignes[2].startswith("ligne 3 — Échéance : « 31/02/2027 » n’est pas une date")
    assert any(ligne.startswith("ligne 5 — ") for ligne in lignes[3:]), lignes
    assert any(ligne.startswith("ligne 6 — ") for ligne in lignes[3:]), lignes
    assert [e.identifiant_externe for e in Engagement.objects.all()] == ["A-1"]


@pytest.mark.django_db(transaction=True)
def test_le_script_dit_pourquoi_il_n_a_rien_pu_envoyer(partenaire, live_server: Any, tmp_path: Path) -> None:
    fichier = tmp_path / "modele.csv"
    fichier.write_bytes(modele_csv())
    adresse = f"{live_server.url}/api/v1/contrats/{partenaire.contrat.slug}"
    autre = tmp_path / "autre.csv"
    autre.write_text("Nom;Prix\nUn;2\n", encoding="utf-8")
    for tentative, message in (
        (_lancer(fichier, adresse, "pv_perdue"), "n’est pas reconnue"),
        (_lancer(fichier, "http://pilotville.example/api/v1/contrats/x", "pv_x"), "en clair"),
        (_lancer(autre, adresse, partenaire.secret), "la colonne « Nom » n’est pas connue"),
        (_lancer(tmp_path / "absent.csv", adresse, partenaire.secret), "ne s’ouvre pas"),
        (_lancer(fichier, adresse, ""), "PILOTVILLE_CLE"),
    ):
        assert tentative.returncode == 2, tentative
        assert message in tentative.stderr


def test_le_script_lit_le_modele_de_la_page_d_import() -> None:
    spec = importlib.util.spec_from_file_location("envoyer_engagements", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert {c.titre: c.cle for c in COLONNES} == script.COLONNES
    choix = {"portee": PorteeEngagement, "nature": NatureMoyens, "cible_sens": SensCible, "cible_type": TypeCible}
    assert {nom: {libelle: v for v, libelle in liste.choices} for nom, liste in choix.items()} == script.CHOIX
