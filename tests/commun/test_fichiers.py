"""Private files: content first, then its row; nothing half-written, nothing lost, nothing kept for nobody."""

import errno
import os
import stat
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from commun import fichiers
from commun.models import Fichier
from tests.fabriques import UtilisateurFactory

pytestmark = pytest.mark.django_db


def ranger(contenu=b"contenu", nom="statuts.pdf"):
    return fichiers.ranger(contenu, nom=nom, type_mime="application/pdf")


def sur_disque(settings):
    return [c for c in settings.RACINE_FICHIERS.rglob("*") if c.is_file()]


def vieillir(chemin, duree):
    instant = (timezone.now() - duree).timestamp()
    os.utime(chemin, (instant, instant))


def test_un_fichier_range_se_relit(settings, tmp_path):
    source = tmp_path / "source.pdf"
    source.write_bytes(b"%PDF-")
    personne = UtilisateurFactory()

    fichier = fichiers.ranger(source, nom="Statuts été.pdf", type_mime="application/pdf", depose_par=personne)

    assert fichiers.lire(Fichier.objects.get()) == b"%PDF-"
    assert (fichier.octets, fichier.depose_par) == (5, personne)
    assert fichier.chemin.name == fichier.sha256
    assert fichier.chemin.parent.parent.parent == settings.RACINE_FICHIERS


def test_un_fichier_n_est_lisible_que_par_le_produit():
    assert stat.S_IMODE(ranger().chemin.stat().st_mode) == 0o600


def test_le_meme_contenu_n_est_garde_qu_une_fois(settings):
    un, deux = ranger(nom="un.pdf"), ranger(nom="deux.pdf")

    assert un.pk != deux.pk
    assert un.chemin == deux.chemin
    assert len(sur_disque(settings)) == 1


def test_un_contenu_deja_la_n_est_jamais_reecrit():
    premier = ranger()
    noeud = premier.chemin.stat().st_ino
    assert ranger().chemin.stat().st_ino == noeud


def test_la_reponse_porte_le_nom_d_origine():
    reponse = fichiers.reponse(ranger(nom="Synthèse 2026.pdf"))

    assert b"".join(reponse.streaming_content) == b"contenu"
    reponse.close()
    assert reponse["Content-Type"] == "application/pdf"
    assert reponse["Content-Disposition"].startswith("attachment")
    assert "Synth%C3%A8se%202026.pdf" in reponse["Content-Disposition"]


def test_un_disque_plein_ne_laisse_ni_fichier_ni_rangee(settings, monkeypatch):
    def plein(descripteur):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", plein)
    with pytest.raises(OSError, match="No space left"):
        ranger()

    assert sur_disque(settings) == []
    assert not Fichier.objects.exists()


def test_le_fichier_n_a_son_nom_qu_une_fois_entier(settings, monkeypatch):
    vus = []
    synchroniser = os.fsync

    def regarder(descripteur):
        vus.extend(c.name for c in sur_disque(settings))
        synchroniser(descripteur)

    monkeypatch.setattr(os, "fsync", regarder)
    fichier = ranger()

    assert len(vus) == 1
    assert vus[0].startswith(".en-cours-")
    assert [c.name for c in sur_disque(settings)] == [fichier.sha256]


def test_une_panne_avant_la_rangee_laisse_un_orphelin_balaye_au_bout_d_un_jour(settings, monkeypatch):
    def panne(self, *args, **kwargs):
        raise IntegrityError("the server fell")

    with monkeypatch.context() as pendant:
        pendant.setattr(Fichier, "save", panne)
        with pytest.raises(IntegrityError):
            ranger()
    (orphelin,) = sur_disque(settings)

    vieillir(orphelin, timedelta(hours=23))
    assert fichiers.balayer_orphelins() == 0
    assert orphelin.exists()
    vieillir(orphelin, timedelta(hours=25))
    assert fichiers.balayer_orphelins() == 1
    assert not orphelin.exists()


def test_le_reste_d_une_ecriture_tuee_est_balaye(settings):
    reste = settings.RACINE_FICHIERS / "ab" / "cd" / ".en-cours-tuee"
    reste.parent.mkdir(parents=True)
    reste.write_bytes(b"moiti")
    vieillir(reste, timedelta(days=2))

    assert fichiers.balayer_orphelins() == 1


def test_un_vieux_contenu_nomme_par_une_rangee_reste():
    fichier = ranger()
    vieillir(fichier.chemin, timedelta(days=400))

    assert fichiers.balayer_orphelins() == 0
    assert fichiers.lire(fichier) == b"contenu"


def test_un_orphelin_redonne_pendant_le_balayage_est_sauve(settings, monkeypatch):
    fichier = ranger()
    vieillir(fichier.chemin, timedelta(days=2))
    Fichier.objects.all().delete()
    chercher = Fichier.objects.filter

    def puis_redonner(*args, **kwargs):
        trouves = list(chercher(*args, **kwargs).values_list("sha256", flat=True))
        ranger()  # somebody gives the same content just after the sweeper looked for its row
        return type("Lu", (), {"values_list": lambda self, *a, **k: trouves})()

    monkeypatch.setattr(Fichier.objects, "filter", puis_redonner)
    assert fichiers.balayer_orphelins() == 0
    assert fichier.chemin.exists()


def test_un_dossier_absent_n_a_pas_d_orphelin(settings):
    assert not settings.RACINE_FICHIERS.exists()
    assert fichiers.balayer_orphelins() == 0
