"""The page of a file, the forms of its acts and the envelopes, through the browser's requests."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from commun.models import LigneJournal
from contrats.models import ActeDecision, Contrat
from programmation import actions
from programmation.etats import EtatDemande, EtatDossier
from programmation.models import Avis, DemandeFinancement, Dossier, Enveloppe
from tests.fabriques import (
    ActeDecisionFactory,
    AvisFactory,
    BudgetPrevisionnelFactory,
    CommuneFactory,
    DemandeFactory,
    DispositifFactory,
    DossierFactory,
    LocalisationFactory,
    OrganismeFactory,
)
from tests.programmation.conftest import connecte

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(gens: Any) -> Client:
    """The chef de projet, signed in."""
    return connecte(gens.chef)


@pytest.fixture
def proposee(dossier: Dossier, gens: Any) -> DemandeFinancement:
    return DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)


@pytest.fixture
def programmee(contrat: Contrat, gens: Any) -> DemandeFinancement:
    dossier = DossierFactory(contrat=contrat, programme=True)
    return DemandeFactory(dossier=dossier, financeur=gens.departement, programmee=True)


def textes(reponse: Any) -> str:
    """The page's words, its spaces made plain."""
    return re.sub(r"[\s\u202f\xa0]+", " ", re.sub(r"<[^>]+>", " ", reponse.content.decode()))


# --- The page of a file -----------------------------------------------------------------------------------------------
def test_la_page_d_un_dossier_montre_une_ligne_par_financeur_et_ce_qui_manque(client, chez, dossier, gens) -> None:
    LocalisationFactory(dossier=dossier, version=None, commune=CommuneFactory(nom="Denain"))
    BudgetPrevisionnelFactory(dossier=dossier, equilibre=True)
    AvisFactory(dossier=dossier, organisme=gens.region, sens="reserve", texte="Public à préciser")
    DemandeFactory(dossier=dossier, financeur=gens.departement, montant_demande=Decimal("6000.50"), proposee=True)
    DemandeFactory(dossier=dossier, financeur=gens.departement, nature="droit_commun", montant_demande=Decimal(1000))
    DemandeFactory(dossier=dossier, financeur=gens.region, montant_demande=Decimal(3000))

    reponse = client.get(chez("dossier", numero=dossier.numero))

    livre = reponse.context["fiche"].livre
    assert [(g.financeur, len(g.lignes)) for g in livre.groupes] == [(gens.departement.nom, 2), (gens.region.nom, 1)]
    assert livre.manque == Decimal(20_000) - Decimal("6000.50") - 1000 - 3000
    page = textes(reponse)
    for mot in (dossier.intitule, "Denain", "Public à préciser", "6 000,50", gens.region.nom):
        assert mot in page, mot


@pytest.mark.parametrize(
    "page", ["dossier", "recevabilite", "contexte", "grille", "echanges", "solliciter", "affecter"]
)
def test_chaque_page_du_dossier_se_range_sous_la_programmation(client, chez, dossier, page) -> None:
    reponse = client.get(chez(page, numero=dossier.numero))
    assert 'aria-current="page" data-titre="Programmation"' in reponse.content.decode()


@pytest.mark.parametrize(
    ("qui", "code"),
    [
        ("chef", 200),
        ("instructeur", 200),
        ("decideur", 200),
        ("delegue", 200),
        ("voisin", 404),
        ("porteur", 404),
        ("copil", 403),
        ("conseil", 403),
        ("signataire", 403),
    ],
)
def test_qui_ouvre_la_page_d_un_dossier(chez, proposee, gens, qui: str, code: int) -> None:
    assert connecte(getattr(gens, qui)).get(chez("dossier", numero=proposee.dossier.numero)).status_code == code


def test_sans_compte_on_va_a_la_connexion(chez, proposee) -> None:
    reponse = Client().get(chez("dossier", numero=proposee.dossier.numero))
    assert reponse.status_code == 302
    assert reponse["Location"].startswith(reverse("account_login"))


def test_les_actes_de_l_equipe_ne_s_offrent_qu_a_elle(chez, proposee, gens) -> None:
    adresse = chez("dossier", numero=proposee.dossier.numero)
    actes = connecte(gens.chef).get(adresse).context["actes"]
    assert [a["libelle"] for a in actes["suivants"]] == ["Valider la programmation (COPIL)"]
    assert {a["libelle"] for a in actes["autres"]} == {"Ajourner (COPIL)", "Retirer le dossier"}
    assert connecte(gens.decideur).get(adresse).context["actes"] == {"suivants": [], "autres": []}


def test_l_an_passe_se_lit_a_cote(client, chez, contrat, gens) -> None:
    precedent = DossierFactory(contrat=contrat, clos=True, campagne__contrat=contrat, campagne__annee=2025)
    DemandeFactory(dossier=precedent, financeur=gens.departement, votee=True, montant_demande=Decimal("4321.00"))
    dossier = DossierFactory(contrat=contrat, en_instruction=True, caractere="reconduite", precedent=precedent)
    DemandeFactory(dossier=dossier, financeur=gens.departement)

    lue = client.get(chez("dossier", numero=dossier.numero)).context["fiche"]

    assert (lue.an_passe.annee, lue.an_passe.vote) == (2025, Decimal(4321))
    assert lue.livre.lignes[0].an_passe == Decimal(4321)


# --- Acts by a button -------------------------------------------------------------------------------------------------
def test_un_bouton_fait_avancer_le_dossier_et_le_dit(client, chez, contrat) -> None:
    dossier = DossierFactory(contrat=contrat, sans_manque=True)
    reponse = client.post(chez("avancer", numero=dossier.numero, acte="declarer_complet"), follow=True)
    dossier.refresh_from_db()
    assert dossier.etat == EtatDossier.COMPLET
    assert "Déclarer le dossier complet : c’est fait." in textes(reponse)


def test_un_bouton_presse_trop_tard_ramene_a_la_page_avec_la_raison(client, chez, dossier) -> None:
    reponse = client.post(chez("avancer", numero=dossier.numero, acte="declarer_complet"), follow=True)
    assert reponse.status_code == 200
    assert "l’état actuel est « En instruction »" in textes(reponse)


@pytest.mark.parametrize("acte", ["programmer", "retirer", "deposer", "clore", "inconnu"])
def test_seuls_les_actes_prevus_ont_un_bouton(client, chez, dossier, acte: str) -> None:
    assert client.post(chez("avancer", numero=dossier.numero, acte=acte)).status_code == 404


def test_un_acte_ne_se_fait_pas_par_un_simple_lien(client, chez, contrat, proposee) -> None:
    dossier = DossierFactory(contrat=contrat, depose=True)
    assert client.get(chez("avancer", numero=dossier.numero, acte="declarer_complet")).status_code == 405
    assert client.get(chez("selection")).status_code == 405
    for nom in ("programmer", "avis"):
        assert client.get(chez(nom, numero=proposee.dossier.numero)).status_code == 200
    assert client.get(chez("proposer", numero=proposee.dossier.numero, pk=proposee.pk)).status_code == 200
    assert not LigneJournal.objects.exists()


@pytest.mark.parametrize("qui", ["instructeur", "decideur", "delegue"])
def test_un_cofinanceur_qui_force_l_adresse_d_un_acte_de_l_equipe_est_refuse(chez, proposee, gens, qui: str) -> None:
    client, numero = connecte(getattr(gens, qui)), proposee.dossier.numero
    for adresse in (
        chez("motiver", numero=numero, acte="retirer"),
        chez("ajourner", numero=numero),
        chez("programmer", numero=numero),
        chez("avancer", numero=numero, acte="declarer_complet"),
        chez("selection"),
    ):
        assert client.post(adresse, {"motif": "Motif"}).status_code == 403, adresse
    assert not LigneJournal.objects.exists()


# --- Forms: an act done, or the form again ----------------------------------------------------------------------------
def test_proposer_par_la_page(chez, dossier, gens) -> None:
    demande = DemandeFactory(dossier=dossier, financeur=gens.departement)
    reponse = connecte(gens.instructeur).post(
        chez("proposer", numero=dossier.numero, pk=demande.pk),
        {"montant": "1 234,56 €", "conditions": "Sur facture", "partagee": "on"},
    )
    assert reponse["Location"] == chez("dossier", numero=dossier.numero) + "#financeurs"
    demande.refresh_from_db()
    assert (demande.montant_propose, demande.conditions) == (Decimal("1234.56"), "Sur facture")
    assert demande.proposition_partagee


def test_voter_par_la_page_avec_un_acte_nouveau_ou_deja_enregistre(chez, programmee, gens) -> None:
    adresse = chez("voter", numero=programmee.dossier.numero, pk=programmee.pk)
    client = connecte(gens.decideur)
    assert client.get(adresse).context["form"]["montant"].value() == "5 000".replace(" ", "\u202f")

    saisie = {"montant": "4 000", "instance": "Commission permanente", "numero": "CP-1", "pris_le": "2026-06-15"}
    assert client.post(adresse, saisie).status_code == 302
    programmee.refresh_from_db()
    assert (programmee.montant_vote, programmee.acte.numero) == (4000, "CP-1")

    autre = DemandeFactory(
        dossier=programmee.dossier, financeur=gens.departement, programmee=True, dispositif=DispositifFactory()
    )
    adresse = chez("voter", numero=autre.dossier.numero, pk=autre.pk)
    assert "Donnez le numéro du nouvel acte." in textes(client.post(adresse, {"montant": "10", "instance": "Préfet"}))
    assert client.post(adresse, {"montant": "10", "acte": programmee.acte_id}).status_code == 302
    autre.refresh_from_db()
    assert autre.acte == programmee.acte


def test_seuls_les_actes_du_financeur_posterieurs_au_copil_se_choisissent(chez, programmee, gens) -> None:
    contrat = programmee.dossier.contrat
    bon = ActeDecisionFactory(contrat=contrat, organisme=gens.departement)
    ActeDecisionFactory(contrat=contrat, organisme=gens.region)
    ActeDecisionFactory(contrat=contrat, organisme=gens.departement, pris_le=date(2026, 4, 9), recu_prefecture_le=None)
    form = (
        connecte(gens.decideur).get(chez("voter", numero=programmee.dossier.numero, pk=programmee.pk)).context["form"]
    )
    assert list(form.fields["acte"].queryset) == [bon]


def test_refuser_puis_notifier_par_la_page(chez, contrat, gens) -> None:
    dossier = DossierFactory(contrat=contrat, programme=True)
    votee = DemandeFactory(dossier=dossier, financeur=gens.departement, votee=True)
    a_refuser = DemandeFactory(
        dossier=dossier, financeur=gens.departement, programmee=True, dispositif=DispositifFactory()
    )
    client = connecte(gens.decideur)
    client.post(chez("notifier", numero=dossier.numero, pk=votee.pk), {"jour": "2026-07-01"})
    client.post(chez("refuser", numero=dossier.numero, pk=a_refuser.pk), {"motif": "Hors priorités"})
    votee.refresh_from_db()
    a_refuser.refresh_from_db()
    assert (votee.etat, votee.notifie_le) == (EtatDemande.NOTIFIEE, date(2026, 7, 1))
    assert (a_refuser.etat, a_refuser.motif) == (EtatDemande.REFUSEE, "Hors priorités")


def test_donner_son_avis_par_la_page_puis_le_retrouver(chez, proposee, gens) -> None:
    client, adresse = connecte(gens.delegue), chez("avis", numero=proposee.dossier.numero)
    assert client.post(adresse, {"sens": "reserve", "texte": "Public à préciser"}).status_code == 302
    avis = Avis.objects.get()
    assert (avis.organisme, avis.sens) == (gens.delegue.organisme, "reserve")
    form = client.get(adresse).context["form"]
    assert (form["sens"].value(), form["texte"].value()) == ("reserve", "Public à préciser")


def test_programmer_par_la_page(client, chez, proposee, copil) -> None:
    adresse = chez("programmer", numero=proposee.dossier.numero)
    assert "5 000" in textes(client.get(adresse))
    retenu = {"reunion": copil.pk, f"montant_{proposee.pk}": "4 200,50"}
    assert client.post(adresse, retenu).status_code == 302
    proposee.refresh_from_db()
    assert (proposee.etat, proposee.montant_programme) == (EtatDemande.PROGRAMMEE, Decimal("4200.50"))


def test_la_page_du_copil_dit_ce_qu_elle_laisse(client, chez, proposee, gens) -> None:
    DemandeFactory(dossier=proposee.dossier, financeur=gens.region, dotee=True)
    texte = textes(client.get(chez("programmer", numero=proposee.dossier.numero)))
    assert f"Restent en attente : {gens.region.nom_court}" in texte


@pytest.mark.parametrize(
    ("nom", "saisie", "faute"),
    [
        ("proposer", {"montant": "mille", "conditions": "Gardez-moi", "piece_source": "PV"}, "montant"),
        ("proposer", {"montant": "-5", "conditions": "Gardez-moi", "piece_source": "PV"}, "montant"),
        ("proposer", {"montant": "20000,01", "conditions": "Gardez-moi", "piece_source": "PV"}, "montant"),
        ("proposer", {"montant": "1,234", "conditions": "Gardez-moi", "piece_source": "PV"}, "montant"),
        ("proposer", {"montant": "99999999999", "conditions": "Gardez-moi", "piece_source": "PV"}, "montant"),
        ("proposer", {"montant": "10", "conditions": "Gardez-moi", "piece_source": ""}, "piece_source"),
        ("avis", {"sens": "", "texte": "Gardez-moi"}, "sens"),
        ("avis", {"sens": "peut-être", "texte": "Gardez-moi"}, "sens"),
        ("motiver", {"motif": "   "}, "motif"),
        ("programmer", {"reunion": "999999"}, "reunion"),
        ("programmer", {"reunion": ""}, "reunion"),
    ],
)
def test_un_formulaire_fautif_revient_avec_tout_ce_qui_a_ete_tape(
    client, chez, proposee, nom: str, saisie: dict[str, str], faute: str
) -> None:
    cles = {"numero": proposee.dossier.numero}
    cles |= {"pk": proposee.pk} if nom == "proposer" else {}
    cles |= {"acte": "retirer"} if nom == "motiver" else {}

    reponse = client.post(chez(nom, **cles), saisie)

    assert reponse.status_code == 422
    assert faute in reponse.context["form"].errors
    for champ, valeur in saisie.items():
        assert reponse.context["form"][champ].value() == valeur
    if "Gardez-moi" in saisie.values():
        assert "Gardez-moi" in reponse.content.decode()
    assert not LigneJournal.objects.exists()


@pytest.mark.parametrize(
    ("saisie", "faute"),
    [
        ({"montant": "4000"}, {"instance", "numero", "pris_le"}),
        ({"montant": "4000", "instance": "Gardez-moi", "numero": "1", "pris_le": "2026-04-09"}, {"pris_le"}),
        ({"montant": "0", "instance": "Gardez-moi", "numero": "1", "pris_le": "2026-06-15"}, {"montant"}),
        ({"montant": "4000", "instance": "Gardez-moi", "numero": "1", "pris_le": "31/02/2026"}, {"pris_le"}),
        ({"montant": "200000", "instance": "Gardez-moi", "numero": "1", "pris_le": "2026-06-15"}, {"montant"}),
    ],
)
def test_un_vote_fautif_revient_avec_tout_ce_qui_a_ete_tape(chez, programmee, gens, saisie, faute) -> None:
    reponse = connecte(gens.decideur).post(chez("voter", numero=programmee.dossier.numero, pk=programmee.pk), saisie)
    assert reponse.status_code == 422
    assert set(reponse.context["form"].errors) == faute
    assert {champ: reponse.context["form"][champ].value() for champ in saisie} == saisie
    programmee.refresh_from_db()
    assert programmee.etat == EtatDemande.PROGRAMMEE
    assert not ActeDecision.objects.exists()


def test_une_enveloppe_insuffisante_se_dit_sur_la_page_du_copil(client, chez, proposee, copil) -> None:
    Enveloppe.objects.update(montant=Decimal("4999.99"))
    reponse = client.post(
        chez("programmer", numero=proposee.dossier.numero), {"reunion": copil.pk, f"montant_{proposee.pk}": "5000"}
    )
    assert reponse.status_code == 422
    assert "ne laisse que 4 999,99 €" in textes(reponse)
    assert reponse.context["form"]["reunion"].value() == str(copil.pk)


# --- Constant cost ----------------------------------------------------------------------------------------------------
def cout(client: Client, adresse: str) -> int:
    """Queries of a page with nothing kept from a reader before."""
    cache.clear()
    client.get(adresse)
    cache.clear()
    with CaptureQueriesContext(connection) as requetes:
        assert client.get(adresse).status_code == 200
    return len(requetes)


def test_la_page_d_un_dossier_coute_autant_avec_une_ligne_qu_avec_dix(client, chez, dossier, gens, le) -> None:
    def remplir(nombre: int) -> None:
        for _ in range(nombre):
            organisme = OrganismeFactory(departement=True)
            demande = DemandeFactory(dossier=dossier, financeur=organisme, dotee=True)
            actions.proposer(demande, montant=Decimal(10), par=gens.chef, le=le, piece_source="PV")
            AvisFactory(dossier=dossier, organisme=organisme)
            LocalisationFactory(dossier=dossier, part=1)

    BudgetPrevisionnelFactory(dossier=dossier, equilibre=True)
    remplir(1)
    adresse = chez("dossier", numero=dossier.numero)
    pour_une = cout(client, adresse)
    remplir(9)
    assert cout(client, adresse) == pour_une
    assert len(client.get(adresse).context["fiche"].livre.lignes) == 10
