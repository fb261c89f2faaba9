"""A letter tells what stands, or does not leave: what changed since it was written is named, and it is written again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from commun.erreurs import RegleEnfreinte
from commun.models import LigneJournal
from programmation import actions
from programmation.actions.courriers import empreinte
from programmation.etats import EtatCourrier, EtatDemande, GenreCourrier
from programmation.lectures.courriers import lot_lu
from programmation.models import Courrier, DemandeFinancement
from programmation.regles.courriers import TexteDeCourrier, ce_qui_a_change
from tests.fabriques import (
    DemandeFactory,
    DispositifFactory,
    DossierFactory,
    OrganismeFactory,
)

pytestmark = pytest.mark.django_db


def lisible(texte: str) -> str:
    return texte.replace("\u202f", " ").replace("\xa0", " ")


@pytest.fixture
def refus(programme: Any, gens: Any, ouvrir: Any) -> Courrier:
    """The letter of a refusal « Hors cadre », marked ready."""
    DemandeFactory(dossier=programme, financeur=gens.departement, refusee=True, motif="Hors cadre.")
    ouvrir(None, programme.campagne)
    return Courrier.objects.get()


def refuser_autrement(courrier: Courrier, motif: str, gens: Any, le: Any) -> None:
    demande = courrier.demandes.get()
    actions.rectifier(demande, motif="Mauvais motif", par=gens.decideur, le=le)
    actions.refuser(demande, motif=motif, par=gens.decideur, le=le)


def test_les_valeurs_qui_changent_sont_nommees_une_fois() -> None:
    avant = {"motif": "Non", "numero_acte": "1", "date_acte": "2 mai", "conditions": ""}
    assert ce_qui_a_change(avant, avant) == ()
    apres = {"motif": "Si", "numero_acte": "2", "date_acte": "3 mai", "conditions": ""}
    assert ce_qui_a_change(avant, apres) == ("le motif", "l’acte")


def test_un_motif_change_arrete_la_lettre_puis_elle_se_reecrit(refus, gens, le, executer_travaux) -> None:
    actions.valider_le_courrier(refus, par=gens.decideur, le=le)
    refuser_autrement(refus, "Dossier caduc.", gens, le)

    travail = actions.envoyer_le_lot(refus.lot, par=gens.decideur, le=le)
    executer_travaux()
    travail.refresh_from_db()
    (dit,) = travail.resultat["refus"]
    assert "a changé depuis que ce courrier est écrit : le motif. Réécrivez-le" in dit["motif"]
    assert mail.outbox == []

    refus = actions.reecrire_le_courrier(refus, par=gens.decideur, le=le)
    assert refus.etat == EtatCourrier.A_RELIRE
    assert "Dossier caduc." in refus.corps
    assert "Hors cadre" not in refus.corps
    actions.valider_le_courrier(refus, par=gens.decideur, le=le)
    ligne = LigneJournal.objects.de(refus).get(acte="reecrire")
    assert "Hors cadre." in ligne.avant["corps"]


def test_une_lettre_corrigee_a_la_main_reste_arretee_par_un_motif_change(refus, gens, le) -> None:
    refuser_autrement(refus, "Dossier caduc.", gens, le)
    corrige = actions.corriger_le_courrier(
        refus, objet="Objet", corps="Hors cadre.", qualite="Q", lue=empreinte(refus), par=gens.decideur, le=le
    )
    with pytest.raises(RegleEnfreinte, match="le motif") as arret:
        actions.valider_le_courrier(corrige, par=gens.decideur, le=le)
    assert arret.value.code == "decision_changee"


@pytest.mark.parametrize(
    ("quoi", "champs"),
    [
        ("les conditions", {"conditions": "Sous réserve du bilan 2025."}),
        ("le montant attribué", {"montant_vote": Decimal(4_000)}),
        ("le montant demandé", {"montant_demande": Decimal(9_000)}),
    ],
)
def test_ce_que_la_ligne_dit_autrement_arrete_la_lettre(courrier, votee, gens, le, quoi, champs) -> None:
    DemandeFinancement.objects.filter(pk=votee.pk).update(**champs)
    with pytest.raises(RegleEnfreinte, match=quoi):
        actions.valider_le_courrier(courrier, par=gens.decideur, le=le)


def test_un_acte_redate_ou_renumerote_arrete_la_lettre(courrier, acte, gens, le) -> None:
    acte.numero, acte.pris_le = "CP/2026/119", date(2026, 6, 14)
    acte.save()
    with pytest.raises(RegleEnfreinte, match=r"écrit : l’acte\. Réécrivez"):
        actions.valider_le_courrier(courrier, par=gens.decideur, le=le)
    courrier = actions.reecrire_le_courrier(courrier, par=gens.decideur, le=le)
    assert "CP/2026/119 du 14 juin 2026" in lisible(courrier.corps)


def test_un_second_acte_qui_passe_le_seuil_arrete_la_premiere_lettre(contrat, gens, acte, ouvrir, le) -> None:
    """S-11 is yearly: the convention that the first letter did not announce is due since the second act."""
    porteur = OrganismeFactory()
    premier, second = (DossierFactory(contrat=contrat, programme=True, porteur=porteur) for _ in range(2))
    DemandeFactory(dossier=premier, financeur=gens.departement, votee=True, acte=acte, montant_demande=Decimal(12_000))
    ouvrir(acte, premier.campagne)
    courrier = Courrier.objects.get()
    DemandeFactory(dossier=second, financeur=gens.departement, votee=True, montant_demande=Decimal(11_500))
    with pytest.raises(RegleEnfreinte, match="la phrase sur la convention"):
        actions.valider_le_courrier(courrier, par=gens.decideur, le=le)
    courrier = actions.reecrire_le_courrier(courrier, par=gens.decideur, le=le)
    assert "une convention vous sera adressée" in courrier.corps


def test_le_tableau_imprime_compte_aussi(programme, votee, acte, gens, ouvrir, le) -> None:
    """A letter of several rows prints their reasons from the rows themselves."""
    refusee = DemandeFactory(
        dossier=programme, financeur=gens.departement, dispositif=DispositifFactory(), refusee=True, motif="Hors cadre"
    )
    ouvrir(acte, programme.campagne)
    DemandeFinancement.objects.filter(pk=refusee.pk).update(motif="Caduc")
    with pytest.raises(RegleEnfreinte, match="le détail des décisions"):
        actions.valider_le_courrier(Courrier.objects.get(), par=gens.decideur, le=le)


def test_une_lettre_dont_rien_n_est_garde_est_a_reecrire(courrier, gens, le) -> None:
    """Those written before the values were kept."""
    Courrier.objects.update(valeurs={})
    with pytest.raises(RegleEnfreinte, match="n’a pas été gardé"):
        actions.valider_le_courrier(courrier, par=gens.decideur, le=le)
    courrier = actions.reecrire_le_courrier(courrier, par=gens.decideur, le=le)
    actions.valider_le_courrier(courrier, par=gens.decideur, le=le)


def test_reecrire_suit_le_vote_devenu_refus_et_le_refuse_quand_rien_ne_reste(courrier, votee, acte, gens, le) -> None:
    actions.rectifier(votee, motif="Erreur de ligne", par=gens.decideur, le=le)
    with pytest.raises(RegleEnfreinte, match="annulez-le"):
        actions.reecrire_le_courrier(courrier, par=gens.decideur, le=le)
    votee.refresh_from_db()
    actions.refuser(votee, motif="Doublon.", par=gens.decideur, le=le, acte=acte)
    courrier = actions.reecrire_le_courrier(courrier, par=gens.decideur, le=le)
    assert (courrier.genre, courrier.montant) == (GenreCourrier.REFUS, 0)
    assert "Doublon." in courrier.corps
    assert "tribunal administratif" in courrier.corps


def test_un_courrier_envoye_ne_se_reecrit_pas(courrier, gens, le, executer_travaux) -> None:
    actions.valider_le_courrier(courrier, par=gens.decideur, le=le)
    actions.envoyer_le_lot(courrier.lot, par=gens.decideur, le=le)
    executer_travaux()
    avant = Courrier.objects.get().corps
    with pytest.raises(RegleEnfreinte):
        actions.reecrire_le_courrier(courrier, par=gens.decideur, le=le)
    assert Courrier.objects.get().corps == avant


def test_comparer_avant_d_envoyer_ne_coute_que_deux_requetes(courrier, gens, le) -> None:
    """Its rows, and what the year attributed: 150 letters leave one after the other."""
    dossier = courrier.dossier
    dossier.instructeur = gens.instructeur.utilisateur
    dossier.save(update_fields=["instructeur"])
    with transaction.atomic():
        tenu = actions.courriers._verrouiller(courrier, gens.decideur)
        with CaptureQueriesContext(connection) as requetes:
            actions.courriers.verifier_les_decisions(tenu)
    assert len(requetes) == 2


# --- How to challenge a refusal ---------------------------------------------------------------------------------------
def test_accorder_et_refuser_dit_les_voies_et_delais_de_recours(programme, votee, acte, gens, ouvrir) -> None:
    DemandeFactory(dossier=programme, financeur=gens.departement, dispositif=DispositifFactory(), refusee=True)
    ouvrir(acte, programme.campagne)
    corps = lisible(Courrier.objects.get().corps)
    assert "Ce qui est refusé ici peut être contesté dans les deux mois" in corps
    assert "tribunal administratif" in corps
    assert "recours gracieux auprès du" in corps


def test_ce_qui_accorde_tout_ne_parle_pas_de_recours(courrier) -> None:
    assert "tribunal" not in courrier.corps


def test_un_modele_qui_oublie_le_recours_le_dit_quand_meme(programme, contrat, acte, gens, ouvrir, le) -> None:
    texte = TexteDeCourrier("Objet", "Non : {{ motif }}", "Q")
    actions.ecrire_le_modele(contrat, None, "refus", texte=texte, depuis=0, par=gens.chef, le=le)
    demande = DemandeFactory(dossier=programme, financeur=gens.departement)
    actions.refuser(demande, motif="Hors cadre", par=gens.decideur, le=le, acte=acte)
    ouvrir(acte, programme.campagne)
    corps = lisible(Courrier.objects.get().corps)
    assert corps.startswith("Non : Hors cadre.\n\nCette décision est prise par l’acte n° CP/2026/118")
    assert corps.endswith("(www.telerecours.fr).")


def test_un_organisme_prive_n_a_pas_de_juge_administratif(programme, contrat, gens, le, executer_travaux) -> None:
    caf = OrganismeFactory(caf=True)
    demande = DemandeFactory(dossier=programme, financeur=caf, refusee=True)
    actions.ouvrir_les_courriers(programme.campagne, caf, acte=None, par=gens.chef, le=le)
    executer_travaux()
    assert "tribunal" not in Courrier.objects.get(demandes=demande).corps


# --- References -------------------------------------------------------------------------------------------------------
def test_la_reference_d_un_financeur_ne_compte_pas_celles_d_un_autre(programme, gens, le, executer_travaux) -> None:
    """« CAF » after « CAF Nord » on the same file: its first letter is no second one."""
    nord, caf = OrganismeFactory(caf=True, sigle="CAF Nord"), OrganismeFactory(caf=True, sigle="CAF")
    for financeur in (nord, caf):
        DemandeFactory(dossier=programme, financeur=financeur, refusee=True)
        actions.ouvrir_les_courriers(programme.campagne, financeur, acte=None, par=gens.chef, le=le)
        executer_travaux()
    references = Courrier.objects.order_by("pk").values_list("reference", flat=True)
    assert list(references) == ["2026-0001-CAF-NORD", "2026-0001-CAF"]


# --- Pages ------------------------------------------------------------------------------------------------------------
def test_la_page_dit_ce_qui_a_change_et_reecrit(refus, gens, le, page) -> None:
    client, adresse = page(gens.decideur, "courrier", lot=refus.lot_id, pk=refus.pk)
    assert f"{adresse}reecrire/" not in client.get(adresse).content.decode()
    refuser_autrement(refus, "Dossier caduc.", gens, le)
    vue = client.get(adresse).content.decode()
    assert "a changé depuis que ce courrier est écrit" in lisible(vue)
    assert f"{adresse}reecrire/" in vue
    client.post(f"{adresse}reecrire/")
    refus.refresh_from_db()
    assert "Dossier caduc." in refus.corps
    assert f"{adresse}reecrire/" not in client.get(adresse).content.decode()


def test_le_lot_dit_combien_sont_a_reecrire_et_les_reecrit(
    contrat, programme, votee, acte, gens, ouvrir, le, page, executer_travaux
) -> None:
    autre = DossierFactory(contrat=contrat, programme=True, numero="2026-0002")
    seconde = DemandeFactory(dossier=autre, financeur=gens.departement, votee=True, acte=acte)
    lot = ouvrir(acte, programme.campagne)
    assert lot_lu(lot, pour=gens.chef, contrat=contrat).a_reecrire == 0
    DemandeFinancement.objects.filter(pk=seconde.pk).update(conditions="Sous réserve du bilan.")
    lu = lot_lu(lot, pour=gens.chef, contrat=contrat)
    assert [bool(ligne.empechement) for ligne in lu.lignes] == [False, True]
    client, reecrire = page(gens.chef, "reecrire_courriers", lot=lot.pk)
    client.post(reecrire)
    executer_travaux()
    assert lot_lu(lot, pour=gens.chef, contrat=contrat).a_reecrire == 0
    un, deux = Courrier.objects.order_by("dossier__numero")
    assert [ligne.acte for ligne in LigneJournal.objects.de(un)] == ["ouvrir"]
    assert "Sous réserve du bilan." in deux.corps


def test_comparer_coute_autant_pour_un_courrier_que_pour_dix(contrat, courrier, acte, gens, page, ouvrir) -> None:
    """Letters that have not left are compared with what stands."""
    client, adresse = page(gens.chef, "lot_courriers", lot=courrier.lot_id)

    def compter() -> int:
        with CaptureQueriesContext(connection) as requetes:
            assert client.get(adresse).status_code == 200
        return len(requetes)

    compter()
    peu = compter()
    for rang in range(9):
        dossier = DossierFactory(contrat=contrat, programme=True, numero=f"2026-1{rang:03d}")
        DemandeFactory(dossier=dossier, financeur=gens.departement, votee=True, acte=acte)
        actions.courriers.ouvrir_le_courrier(courrier.lot, dossier, par=gens.chef, le=courrier.lot.ouvert_le)
    compter()  # what the frame of the page keeps is read again after an act
    assert compter() == peu
    assert Courrier.objects.filter(demandes__etat=EtatDemande.VOTEE).count() == 10
