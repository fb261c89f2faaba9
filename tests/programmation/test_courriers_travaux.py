"""The jobs of a lot of letters: one at a time, none that walls it in, each letter answered for; what prints them all."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest
from django.db import DatabaseError
from django.template.loader import render_to_string
from django.utils import timezone

from commun import travaux
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.fichiers import lire
from commun.models import EtatTravail, Fichier, LigneJournal, Travail
from commun.travaux import TravailPerdu
from programmation import actions
from programmation.etats import EtatCourrier, EtatDemande
from programmation.lectures.courriers import (
    CHANGER_LES_COURRIERS,
    ENVOYER_LES_COURRIERS,
    OUVRIR_LES_COURRIERS,
    impression_du_lot,
    lot_lu,
)
from programmation.models import Courrier, DemandeFinancement, LotDeCourriers
from programmation.tasks.lots import une_par_une
from tests.fabriques import DemandeFactory, DeportFactory, DossierFactory, TravailFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def lot(contrat: Any, gens: Any, acte: Any, ouvrir: Any) -> LotDeCourriers:
    """Three letters of the Département's act, to be read again."""
    for rang in range(3):
        dossier = DossierFactory(contrat=contrat, programme=True, numero=f"2026-000{rang}")
        DemandeFactory(dossier=dossier, financeur=gens.departement, votee=True, acte=acte)
    return ouvrir(acte, dossier.campagne)


@pytest.fixture
def pret(lot: LotDeCourriers, gens: Any, le: Any) -> LotDeCourriers:
    """The same, ready."""
    for courrier in lot.courriers.all():
        actions.valider_le_courrier(courrier, par=gens.decideur, le=le)
    return lot


def etats(lot: LotDeCourriers) -> list[str]:
    return list(lot.courriers.order_by("dossier__numero").values_list("etat", flat=True))


# --- One at a time ----------------------------------------------------------------------------------------------------
def test_deux_clics_ouvrent_un_seul_lot(contrat, programme, votee, acte, gens, le) -> None:
    un, deux = (
        actions.ouvrir_les_courriers(programme.campagne, gens.departement, acte=acte, par=gens.decideur, le=le)
        for _ in range(2)
    )
    assert un == deux
    assert LotDeCourriers.objects.count() == 1
    assert Travail.objects.filter(nom=OUVRIR_LES_COURRIERS).count() == 1
    assert [ligne.acte for ligne in LigneJournal.objects.de(un)] == ["ouvrir"]


def test_deux_clics_envoient_une_fois(pret, gens, le) -> None:
    un, deux = (actions.envoyer_le_lot(pret, par=gens.decideur, le=le) for _ in range(2))
    assert un == deux
    assert Travail.objects.filter(nom=ENVOYER_LES_COURRIERS).count() == 1
    assert [ligne.acte for ligne in LigneJournal.objects.de(pret)] == ["ouvrir", "envoyer"]


def test_un_courrier_pret_pendant_l_envoi_des_autres_a_le_sien(lot, gens, le, executer_travaux) -> None:
    un, deux, _ = lot.courriers.order_by("dossier__numero")
    actions.valider_le_courrier(un, par=gens.decideur, le=le)
    actions.envoyer_le_lot(lot, par=gens.decideur, le=le)
    actions.valider_le_courrier(deux, par=gens.decideur, le=le)
    assert actions.envoyer_le_lot(lot, par=gens.decideur, le=le).parametres["courriers"] == [deux.pk]
    executer_travaux()
    assert etats(lot) == [EtatCourrier.ENVOYE, EtatCourrier.ENVOYE, EtatCourrier.A_RELIRE]


# --- None walls the lot in --------------------------------------------------------------------------------------------
def test_une_erreur_inattendue_n_arrete_que_sa_lettre(pret, gens, le, executer_travaux, monkeypatch, caplog) -> None:
    from programmation.actions import courriers as module

    faux, vrai = "2026-0001", module.produire_le_pdf

    def tomber(lettre: Any) -> bytes:
        if lettre.reference.startswith(faux):
            raise OSError("disk full")
        return vrai(lettre)

    monkeypatch.setattr(module, "produire_le_pdf", tomber)
    travail = actions.envoyer_le_lot(pret, par=gens.decideur, le=le)
    executer_travaux()
    travail.refresh_from_db()
    assert travail.etat == EtatTravail.FAIT
    assert travail.resultat["reussis"] == ["2026-0000", "2026-0002"]
    (dit,) = travail.resultat["refus"]
    assert dit["numero"] == faux
    assert dit["motif"].startswith("Erreur technique")
    assert "disk full" in caplog.text
    assert etats(pret) == [EtatCourrier.ENVOYE, EtatCourrier.PRET, EtatCourrier.ENVOYE]
    # Whole or not at all: no notification without its letter.
    assert DemandeFinancement.objects.get(dossier__numero=faux).etat == EtatDemande.VOTEE

    monkeypatch.undo()
    monkeypatch.setattr(travaux, "publier", lambda pk: None)
    actions.envoyer_le_lot(pret, par=gens.decideur, le=le)
    executer_travaux()
    assert etats(pret) == [EtatCourrier.ENVOYE] * 3


def test_un_envoi_interrompu_ne_laisse_rien(pret, gens, le, executer_travaux, monkeypatch) -> None:
    """What fails at the end of a letter undoes it whole."""

    def tomber(*args: Any, **kwargs: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("programmation.actions.courriers._prevenir", tomber)
    actions.envoyer_le_lot(pret, par=gens.decideur, le=le)
    executer_travaux()
    assert etats(pret) == [EtatCourrier.PRET] * 3
    assert not Courrier.objects.filter(pdf__isnull=False).exists()
    assert set(DemandeFinancement.objects.values_list("etat", flat=True)) == {EtatDemande.VOTEE}


@pytest.mark.parametrize("perdue", [TravailPerdu("pris"), DatabaseError("server closed the connection")])
def test_une_base_perdue_ou_un_travail_repris_arretent_tout(perdue, monkeypatch) -> None:
    """The rest would fail alike: the job is tried again whole."""
    monkeypatch.setattr("django.db.connection.is_usable", lambda: False)

    def faire(ligne: str) -> None:
        raise perdue

    suivi = type("Suivi", (), {"etape": lambda *a, **k: None, "avancer": lambda *a: None})()
    with pytest.raises(type(perdue)):
        une_par_une(suivi, ["2026-0001"], numero=str, faire=faire, libelle="Essai")


def test_un_travail_en_echec_laisse_les_lettres_et_se_recommence(
    pret, gens, le, page, executer_travaux, monkeypatch
) -> None:
    travail = actions.envoyer_le_lot(pret, par=gens.decideur, le=le)
    actions.envoyer_le_courrier(pret.courriers.order_by("pk").first(), par=gens.decideur, le=le)  # had left before
    Travail.objects.filter(pk=travail.pk).update(
        etat=EtatTravail.ECHEC, termine_le=timezone.now(), tentatives=3, erreur="Une erreur technique."
    )
    client, adresse = page(gens.decideur, "lot_courriers", lot=pret.pk)
    vue = client.get(adresse).content.decode()
    assert "Recommencer" in vue
    assert "Rien n’a été modifié" not in vue
    assert "Ce qui était déjà fait le reste" in vue
    assert vue.count("<tr>") == 4  # the table stays
    _, recommencer = page(gens.decideur, "recommencer_courriers", lot=pret.pk)
    client.post(recommencer)
    executer_travaux()
    travail.refresh_from_db()
    assert travail.etat == EtatTravail.FAIT
    assert travail.resultat["refus"] == []
    assert etats(pret) == [EtatCourrier.ENVOYE] * 3


def test_qui_ne_decide_pas_ne_recommence_pas(pret, contrat, gens) -> None:
    travail = TravailFactory(en_echec=True)
    with pytest.raises(ActeRefuse):
        actions.recommencer_un_travail(travail, contrat, gens.departement, par=gens.voisin)
    travail.refresh_from_db()
    assert travail.etat == EtatTravail.ECHEC


def test_les_lignes_d_un_acte_en_echec_se_recommencent(contrat, programme, acte, gens, page, executer_travaux) -> None:
    demande = DemandeFactory(dossier=programme, financeur=gens.departement, programmee=True)
    ligne = actions.LigneDActe(demande.pk, "2026-0001", "refus", motif="Hors cadre")
    travail = actions.decider_des_lignes(acte, [ligne], annee=2026, par=gens.decideur)
    Travail.objects.filter(pk=travail.pk).update(etat=EtatTravail.ECHEC, termine_le=timezone.now(), tentatives=3)
    client, adresse = page(gens.decideur, "travail_actes", financeur=gens.departement.pk, pk=travail.pk)
    assert "Recommencer" in client.get(adresse).content.decode()
    client.post(f"{adresse}recommencer/")
    executer_travaux()
    demande.refresh_from_db()
    assert demande.etat == EtatDemande.REFUSEE


def test_seul_un_travail_atomique_dit_que_rien_n_a_change() -> None:
    travail = TravailFactory(en_echec=True)
    contexte = {"travail": travail, "titre_travail": "Essai", "url_suivi": "/"}
    dit = render_to_string("composants/progression.html", contexte)
    assert "Rien n’a été modifié" not in dit
    assert "Ce qui était déjà fait le reste" in dit
    assert "Rien n’a été modifié" in render_to_string("composants/progression.html", contexte | {"atomique": True})


# --- Marked ready -----------------------------------------------------------------------------------------------------
def test_tout_marquer_pret_nomme_les_lettres_fautives_et_fait_les_autres(lot, gens, page, executer_travaux) -> None:
    fautive = lot.courriers.get(dossier__numero="2026-0001")
    fautive.demandes.update(conditions="Sous réserve du bilan.")
    client, valider = page(gens.decideur, "valider_courriers", lot=lot.pk)
    suite = client.post(valider, {"tous": "1"})
    assert Travail.objects.filter(nom=CHANGER_LES_COURRIERS).count() == 1
    executer_travaux()
    assert etats(lot) == [EtatCourrier.PRET, EtatCourrier.A_RELIRE, EtatCourrier.PRET]
    (manque,) = client.get(suite["Location"]).context["manques"]
    assert manque.courrier == fautive
    assert "les conditions" in manque.motif


def test_rien_a_marquer_pret_ne_planifie_rien(pret, gens, le) -> None:
    with pytest.raises(RegleEnfreinte, match="au moins un courrier"):
        actions.changer_les_courriers(
            pret, [c.pk for c in pret.courriers.all()], acte="valider", par=gens.decideur, le=le
        )
    with pytest.raises(ActeRefuse):
        actions.changer_les_courriers(pret, [], acte="valider", par=gens.voisin, le=le)


# --- Printing ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def envoye(pret: LotDeCourriers, gens: Any, le: Any, executer_travaux: Any) -> LotDeCourriers:
    """The same, sent."""
    actions.envoyer_le_lot(pret, par=gens.decideur, le=le)
    executer_travaux()
    return pret


def impression(lot: LotDeCourriers, contrat: Any, par: Any) -> Any:
    return impression_du_lot(lot_lu(lot, pour=par, contrat=contrat), pour=par)


def test_tout_imprimer_est_un_travail_qui_garde_son_document(envoye, contrat, gens, le, executer_travaux) -> None:
    un, deux = (actions.imprimer_le_lot(envoye, par=gens.instructeur, le=le) for _ in range(2))
    assert un == deux
    assert impression(envoye, contrat, gens.instructeur) is None
    executer_travaux()
    faite = impression(envoye, contrat, gens.instructeur)
    assert faite.courriers == 3
    assert len(pikepdf.open(io.BytesIO(lire(faite.fichier))).pages) == 3
    assert impression(envoye, contrat, gens.chef) is None  # each reader's own

    actions.imprimer_le_lot(envoye, par=gens.instructeur, le=le)
    executer_travaux()
    assert not Fichier.objects.filter(pk=faite.fichier.pk).exists()  # the new one takes its place
    assert impression(envoye, contrat, gens.instructeur).courriers == 3


def test_un_document_tient_tant_que_son_lecteur_en_voit_chaque_lettre(
    envoye, contrat, gens, le, page, executer_travaux
) -> None:
    actions.imprimer_le_lot(envoye, par=gens.instructeur, le=le)
    executer_travaux()
    DeportFactory(dossier=envoye.courriers.order_by("pk").first().dossier, utilisateur=gens.instructeur.utilisateur)
    client, adresse = page(gens.instructeur, "ensemble_courriers", lot=envoye.pk, format="pdf")
    assert client.get(adresse).status_code == 404


def test_rien_d_envoye_rien_a_imprimer(pret, gens, le) -> None:
    with pytest.raises(RegleEnfreinte, match="rien à imprimer"):
        actions.imprimer_le_lot(pret, par=gens.decideur, le=le)


# --- Its log ----------------------------------------------------------------------------------------------------------
def test_la_page_du_lot_montre_son_journal(envoye, gens, page) -> None:
    client, adresse = page(gens.decideur, "lot_courriers", lot=envoye.pk)
    vue = client.get(adresse)
    assert [ligne.acte for ligne in vue.context["journal"]] == ["ouvrir", "envoyer"]
    assert "Envoi demandé" in vue.content.decode()
