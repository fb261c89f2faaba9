"""Hostile packages are refused quickly and without memory; the refusal lands on the field that sent the file."""

import io
import resource
import struct
import time
import zipfile

import pytest

from commun.erreurs import RegleEnfreinte
from commun.televersement import OCTETS_AU_PLUS, OCTETS_DEBALLES_AU_PLUS, controler, verifier_deballage

MEBIOCTET = 1024 * 1024


def paquet(*, membre="word/document.xml", octets=10, fois=1):
    """A DOCX whose members unpack to `fois` times `octets` zeros."""
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(membre, "x")
        for rang in range(fois):
            with archive.open(f"word/media/{rang}.bmp", "w", force_zip64=True) as entree:
                for _ in range(0, octets, MEBIOCTET):
                    entree.write(bytes(min(octets, MEBIOCTET)))
    return tampon.getvalue()


def refus(nom, contenu):
    with pytest.raises(RegleEnfreinte) as erreur:
        controler(nom, contenu, champ="fichier")
    return erreur.value


@pytest.fixture(scope="module")
def bombe():
    """Less than 10 Mo that unpack to 1 Go."""
    contenu = paquet(octets=1024 * MEBIOCTET)
    assert len(contenu) < OCTETS_AU_PLUS
    return contenu


def test_une_bombe_est_refusee_en_moins_d_une_seconde_sans_memoire(bombe):
    """Refused on what it declares, nothing is unpacked."""
    memoire, debut = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    erreur = refus("bombe.docx", bombe)
    assert time.perf_counter() - debut < 1
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memoire) / 1024 < 50
    assert (erreur.code, erreur.champ) == ("fichier_deballage", "fichier")
    assert "100 Mo" in erreur.message


def test_une_bombe_qui_se_dit_petite_est_refusee():
    """A central directory that lies: the member is unpacked up to what it declares, and is not what it declares."""
    contenu = bytearray(paquet(octets=200 * MEBIOCTET))
    vraie = struct.pack("<L", 200 * MEBIOCTET)
    repertoire = contenu.index(b"PK\x01\x02", contenu.index(b"PK\x01\x02") + 1)
    place = contenu.index(vraie, repertoire)
    contenu[place : place + 4] = struct.pack("<L", 12)
    assert refus("menteur.docx", bytes(contenu)).code == "fichier_abime"


def test_un_paquet_de_trop_de_membres_est_refuse():
    assert refus("miettes.docx", paquet(fois=5_001, octets=0)).code == "fichier_deballage"


def test_un_paquet_protege_par_un_mot_de_passe_est_refuse():
    """An antivirus reads nothing in it, and neither does the reader."""
    contenu = bytearray(paquet())
    for signature, decalage in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = contenu.index(signature) + decalage
        contenu[place] |= 1
    assert refus("secret.docx", bytes(contenu)).code == "fichier_abime"


def test_un_paquet_au_plus_lourd_permis_passe():
    verifier_deballage("lourd.docx", paquet(octets=OCTETS_DEBALLES_AU_PLUS - MEBIOCTET))
    assert controler("léger.docx", paquet()).nom == "léger.docx"


@pytest.mark.parametrize(
    ("nom", "contenu"),
    [("virus.exe", b"MZ"), ("vide.pdf", b""), ("faux.pdf", b"<html>"), ("lourd.pdf", b"%PDF-" * 3_000_000)],
)
def test_le_refus_nomme_le_champ_qui_a_recu_le_fichier(nom, contenu):
    assert refus(nom, contenu).champ == "fichier"
