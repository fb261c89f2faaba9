"""The calendars that we write follow RFC 5545."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from commun.ical import Evenement, Methode, calendrier

INSTANT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def evenement(**suite) -> Evenement:
    defauts = {"identifiant": "reunion-1@exemple.test", "titre": "COPIL", "debut": INSTANT, "modifie_le": INSTANT}
    return Evenement(**{**defauts, **suite})


def lire(octets: bytes) -> list[tuple[str, str]]:
    """Unfold and split, as a reader does: name with parameters, raw value."""
    texte = octets.decode("utf-8")
    assert texte.endswith("\r\n")
    deplie = re.sub("\r\n[ \t]", "", texte)
    assert "\n" not in deplie.replace("\r\n", "")
    return [tuple(ligne.split(":", 1)) for ligne in deplie.removesuffix("\r\n").split("\r\n")]


def valeur(octets: bytes, nom: str) -> str:
    return next(v for n, v in lire(octets) if n.split(";")[0] == nom)


def rendre(brut: str) -> str:
    """Undo the escaping of a TEXT value."""
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], brut)


def test_un_calendrier_commence_et_finit_comme_il_se_doit() -> None:
    lignes = lire(calendrier([evenement(), evenement(identifiant="b")], nom="Mon contrat"))
    assert lignes[0] == ("BEGIN", "VCALENDAR")
    assert lignes[1] == ("VERSION", "2.0")
    assert lignes[-1] == ("END", "VCALENDAR")
    noms = [nom for nom, _ in lignes]
    assert noms.count("PRODID") == noms.count("METHOD") == 1
    assert noms.count("UID") == noms.count("DTSTAMP") == noms.count("DTSTART") == 2
    assert [v for n, v in lignes if n == "BEGIN"].count("VEVENT") == [v for n, v in lignes if n == "END"].count(
        "VEVENT"
    )


def test_un_texte_revient_comme_il_est_parti() -> None:
    titre = "COPIL, « Denain » ; salle C:\\2\nsuite\r\nfin"
    octets = calendrier([evenement(titre=titre, lieu="Rue de l’Épi; bât. A, 1er")])
    assert rendre(valeur(octets, "SUMMARY")) == titre.replace("\r\n", "\n")
    assert rendre(valeur(octets, "LOCATION")) == "Rue de l’Épi; bât. A, 1er"


def test_aucune_ligne_ne_depasse_75_octets_ni_ne_coupe_un_caractere() -> None:
    titre = "é" * 200 + "😀" * 40
    octets = calendrier([evenement(titre=titre)])
    for ligne in octets.split(b"\r\n"):
        assert len(ligne) <= 75
        ligne.decode("utf-8")
    assert rendre(valeur(octets, "SUMMARY")) == titre


def test_un_texte_n_injecte_pas_de_ligne() -> None:
    octets = calendrier([evenement(titre="a\r\nATTENDEE:mailto:x@y", adresse="https://a.test/\r\nX-MAL:1")])
    noms = {nom.split(";")[0] for nom, _ in lire(octets)}
    assert "ATTENDEE" not in noms
    assert "X-MAL" not in noms


def test_les_caracteres_de_commande_sont_otes() -> None:
    assert valeur(calendrier([evenement(titre="a\x00b\x07c")]), "SUMMARY") == "abc"


def test_une_heure_est_dite_en_temps_universel() -> None:
    octets = calendrier([evenement(debut=datetime.fromisoformat("2026-07-01T14:00:00+02:00"))])
    assert valeur(octets, "DTSTART") == "20260701T120000Z"


def test_le_dernier_jour_est_compris() -> None:
    octets = calendrier([evenement(debut=date(2026, 12, 30), fin=date(2026, 12, 31))])
    assert ("DTSTART;VALUE=DATE", "20261230") in lire(octets)
    assert ("DTEND;VALUE=DATE", "20270101") in lire(octets)
    assert valeur(octets, "TRANSP") == "TRANSPARENT"


def test_une_annulation_le_dit_et_monte_la_version() -> None:
    octets = calendrier([evenement(annule=True, version=3)], methode=Methode.ANNULER)
    assert valeur(octets, "METHOD") == "CANCEL"
    assert valeur(octets, "STATUS") == "CANCELLED"
    assert valeur(octets, "SEQUENCE") == "3"
