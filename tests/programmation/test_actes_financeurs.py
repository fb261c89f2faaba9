"""A funder's act: recorded with its paper, its rows decided by a job, what it changes told before."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.models import LigneJournal, Travail
from contrats.models import ActeDecision, Position
from programmation import actions
from programmation.actions import LigneDActe
from programmation.etats import EtatDemande
from programmation.lectures.actes import avec_convention, effets_sur_les_enveloppes, financeurs_de_l_annee
from programmation.lectures.enveloppes import verifier_enveloppes
from programmation.models import Enveloppe
from tests.fabriques import ActeDecisionFactory, DemandeFactory, DeportFactory, DossierFactory

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 une deliberation"
CHAMPS = {"instance": "Commission permanente", "numero": "CP/2026/118", "pris_le": date(2026, 6, 15)}


@pytest.fixture
def programmees(contrat: Any, gens: Any) -> list[Any]:
    """Two rows of the Département, one of the Région, on three programmed files."""
    dossiers = [DossierFactory(contrat=contrat, programme=True, numero=f"2026-000{n}") for n in range(3)]
    financeurs = (gens.departement, gens.departement, gens.region)
    return [
        DemandeFactory(dossier=dossier, financeur=financeur, dispositif=dossiers[0].dispositif, programmee=True)
        for dossier, financeur in zip(dossiers, financeurs, strict=True)
    ]


def enregistrer(contrat: Any, financeur: Any, par: Any, le: Any, **suite: Any) -> ActeDecision:
    return actions.enregistrer_l_acte(contrat, financeur, par=par, le=le, **{"champs": CHAMPS, **suite})


# --- The act ----------------------------------------------------------------------------------------------------------
def test_un_decideur_enregistre_l_acte_de_son_organisme_avec_son_document(contrat, gens, le) -> None:
    acte = enregistrer(contrat, gens.departement, gens.decideur, le, piece=("deliberation.pdf", PDF))
    assert (acte.organisme, acte.numero, acte.position) == (gens.departement, "CP/2026/118", Position.RETIENT)
    assert acte.piece.chemin.read_bytes() == PDF
    (ligne,) = LigneJournal.objects.de(acte)
    assert ligne.pour_le_compte_de_id is None


def test_un_chef_de_projet_l_enregistre_pour_le_compte_du_financeur_avec_la_piece_lue(contrat, gens, le) -> None:
    with pytest.raises(RegleEnfreinte, match="indiquez le document"):
        enregistrer(contrat, gens.departement, gens.chef, le)
    acte = enregistrer(contrat, gens.departement, gens.chef, le, piece_source="Courriel du 16 juin")
    assert acte.source == "Courriel du 16 juin"
    assert LigneJournal.objects.de(acte).get().pour_le_compte_de_id == gens.departement.pk


def test_ni_un_autre_financeur_ni_un_instructeur_n_enregistrent_d_acte(contrat, gens, le) -> None:
    for refuse in (gens.voisin, gens.instructeur, gens.porteur, gens.delegue):
        with pytest.raises(ActeRefuse):
            enregistrer(contrat, gens.departement, refuse, le)


@pytest.mark.parametrize(
    ("champs", "motif"),
    [
        ({"pris_le": date(2026, 9, 11)}, "à venir"),
        ({"recu_prefecture_le": date(2026, 6, 1)}, "après avoir été pris"),
        ({"numero": "DÉJÀ"}, "porte déjà ce numéro"),
    ],
)
def test_un_acte_incoherent_est_refuse_en_francais(contrat, gens, le, champs, motif) -> None:
    ActeDecisionFactory(contrat=contrat, organisme=gens.departement, numero="DÉJÀ")
    with pytest.raises(RegleEnfreinte, match=motif):
        enregistrer(contrat, gens.departement, gens.decideur, le, champs=CHAMPS | champs)


def test_un_document_qui_n_en_est_pas_un_est_refuse(contrat, gens, le) -> None:
    with pytest.raises(RegleEnfreinte, match="PDF"):
        enregistrer(contrat, gens.departement, gens.decideur, le, piece=("acte.pdf", b"<html>"))
    assert not ActeDecision.objects.exists()


# --- Its rows ---------------------------------------------------------------------------------------------------------
def test_chaque_ligne_est_votee_ou_refusee_par_le_travail(programmees, acte, gens, executer_travaux) -> None:
    une, deux, autre = programmees
    travail = actions.decider_des_lignes(
        acte,
        [
            LigneDActe(une.pk, "2026-0000", "vote", Decimal("4000.50")),
            LigneDActe(deux.pk, "2026-0001", "refus", motif="Hors des priorités"),
            LigneDActe(autre.pk, "2026-0002", "vote", Decimal(10)),
        ],
        annee=2026,
        par=gens.decideur,
    )
    executer_travaux()
    travail.refresh_from_db()
    assert travail.resultat["reussis"] == ["2026-0001", "2026-0000"]  # what gives back first
    assert [ligne["numero"] for ligne in travail.resultat["refus"]] == ["2026-0002"]
    for demande in programmees:
        demande.refresh_from_db()
    assert (une.etat, une.montant_vote, une.acte) == (EtatDemande.VOTEE, Decimal("4000.50"), acte)
    assert (deux.etat, deux.motif, deux.acte) == (EtatDemande.REFUSEE, "Hors des priorités", acte)
    assert autre.etat == EtatDemande.PROGRAMMEE
    assert not verifier_enveloppes()


def test_un_acte_qui_tient_dans_l_enveloppe_passe_quel_que_soit_l_ordre_des_lignes(
    programmees, acte, gens, executer_travaux
) -> None:
    """10 000 € wholly programmed: the row that takes more, first by its number, waits for the one that gives back."""
    une, deux, _ = programmees
    Enveloppe.objects.filter(pk=une.enveloppe_id).update(montant=10_000)
    lignes = [
        LigneDActe(une.pk, "2026-0000", "vote", Decimal(6000)),
        LigneDActe(deux.pk, "2026-0001", "vote", Decimal(4000)),
    ]
    travail = actions.decider_des_lignes(acte, lignes, annee=2026, par=gens.decideur)
    assert actions.decider_des_lignes(acte, lignes[::-1], annee=2026, par=gens.decideur) == travail
    executer_travaux()
    travail.refresh_from_db()
    assert travail.resultat == {"reussis": ["2026-0001", "2026-0000"], "refus": []}


def test_un_travail_repris_compte_ce_qui_est_deja_decide(programmees, acte, gens, executer_travaux) -> None:
    lignes = [LigneDActe(d.pk, d.dossier.numero, "vote", Decimal(100)) for d in programmees[:2]]
    travail = actions.decider_des_lignes(acte, lignes, annee=2026, par=gens.decideur)
    executer_travaux()
    Travail.objects.filter(pk=travail.pk).update(etat="a_faire", termine_le=None)
    executer_travaux()
    travail.refresh_from_db()
    assert travail.resultat["refus"] == []
    assert len(LigneJournal.objects.de(programmees[0])) == 1


@pytest.mark.parametrize(
    ("ligne", "motif"),
    [
        ({"decision": "vote", "montant": Decimal(0)}, "supérieur à 0"),
        ({"decision": "vote", "montant": None}, "supérieur à 0"),
        ({"decision": "refus", "motif": "  "}, "motif"),
    ],
)
def test_une_ligne_incomplete_est_refusee_avant_tout_travail(programmees, acte, gens, ligne, motif) -> None:
    with pytest.raises(RegleEnfreinte, match=motif):
        actions.decider_des_lignes(
            acte, [LigneDActe(programmees[0].pk, "2026-0000", **ligne)], annee=2026, par=gens.decideur
        )
    with pytest.raises(RegleEnfreinte, match="au moins une ligne"):
        actions.decider_des_lignes(acte, [], annee=2026, par=gens.decideur)
    assert not Travail.objects.exists()


def test_un_acte_qui_prend_acte_ne_vote_rien(programmees, acte, gens) -> None:
    acte.position = Position.PREND_ACTE
    acte.save()
    with pytest.raises(RegleEnfreinte, match="prend acte"):
        actions.decider_des_lignes(
            acte, [LigneDActe(programmees[0].pk, "1", "vote", Decimal(10))], annee=2026, par=gens.decideur
        )


# --- What it changes --------------------------------------------------------------------------------------------------
def test_l_effet_sur_l_enveloppe_rend_ce_qui_n_est_pas_vote(contrat, programmees, gens) -> None:
    une, deux = programmees[:2]
    (effet,) = effets_sur_les_enveloppes([une, deux], {une.pk: Decimal(4000)}, contrat=contrat, pour=gens.decideur)
    effet.enveloppe.refresh_from_db()
    assert (effet.programme_apres, effet.vote_apres) == (0, 4000)
    assert effet.disponible_apres == effet.enveloppe.montant - 4000
    assert effet.suffit


def test_un_deporte_ne_lit_pas_les_compteurs_de_l_enveloppe_dans_la_relecture(programmees, acte, gens, page) -> None:
    """With the other rows of the envelope, they would tell the amount of the file from which it withdrew."""
    une, deux, _ = programmees
    DeportFactory(dossier=deux.dossier, utilisateur=gens.decideur.utilisateur)
    Enveloppe.objects.filter(pk=une.enveloppe_id).update(montant=10_000)
    client, adresse = page(gens.decideur, "lignes_acte", financeur=gens.departement.pk, pk=acte.pk)
    relue = client.post(adresse, {f"decision_{une.pk}": "vote", f"montant_{une.pk}": "6 000"})
    (effet,) = relue.context["effets"]
    assert (effet.programme_avant, effet.programme_apres, effet.vote_avant, effet.vote_apres) == (None,) * 4
    assert (effet.disponible_avant, effet.disponible_apres, relue.context["insuffisante"]) == (None, None, False)
    vue = relue.content.decode().replace("\u202f", " ")
    assert "ses compteurs ne vous sont pas montrés" in vue
    assert "10 000" not in vue


def test_la_convention_se_compte_sur_l_annee_par_financeur_et_porteur(contrat, programmees, gens) -> None:
    """S-11: strictly above 23 000 €, per authority and organisation."""
    une = programmees[0]
    autre = DossierFactory(contrat=contrat, programme=True, porteur=une.dossier.porteur)
    DemandeFactory(dossier=autre, financeur=gens.departement, votee=True, montant_demande=Decimal(12_000))
    DemandeFactory(dossier=autre, financeur=gens.region, votee=True, montant_demande=Decimal(90_000))

    def requise(vote: int) -> bool:
        (ligne,) = avec_convention([une], une.dossier.campagne, gens.departement, {une.pk: Decimal(vote)})
        return ligne.convention

    assert [requise(11_000), requise(11_001)] == [False, True]


# --- Pages ------------------------------------------------------------------------------------------------------------
def test_de_l_acte_a_ses_lignes_en_trois_pages(programmees, gens, page, executer_travaux) -> None:
    une, deux, _ = programmees
    client, adresse = page(gens.decideur, "enregistrer_acte", financeur=gens.departement.pk)
    saisie = {"instance": "Commission permanente", "numero": "118", "pris_le": "2026-06-15", "position": "retient"}
    assert client.post(adresse, {"instance": ""}).status_code == 422
    suite = client.post(adresse, saisie | {"piece": SimpleUploadedFile("acte.pdf", PDF)})
    acte = ActeDecision.objects.get(numero="118")
    assert acte.piece is not None

    lignes = client.get(suite["Location"])
    assert [d.pk for d in lignes.context["form"].demandes] == [une.pk, deux.pk]
    assert len(client.get(suite["Location"], {"q": "0001"}).context["form"].demandes) == 1
    saisie = {f"decision_{une.pk}": "vote", f"montant_{une.pk}": "4 000,50", f"decision_{deux.pk}": "refus"}
    assert client.post(suite["Location"], saisie).status_code == 422
    saisie[f"motif_{deux.pk}"] = "Hors des priorités"
    relue = client.post(suite["Location"], saisie)
    assert relue.status_code == 200
    assert (relue.context["votees"], relue.context["refusees"]) == (1, 1)
    assert not Travail.objects.exists()
    assert client.post(suite["Location"], saisie | {"modifier": "1"}).templates[0].name.endswith("lignes.html")

    suivi = client.post(suite["Location"], saisie | {"confirmer": "1"})
    executer_travaux()
    assert "1" in client.get(suivi["Location"]).content.decode()
    une.refresh_from_db()
    deux.refresh_from_db()
    assert (une.montant_vote, deux.etat) == (Decimal("4000.50"), EtatDemande.REFUSEE)
    client, adresse = page(gens.decideur, "actes_financeur", financeur=gens.departement.pk)
    suivi = client.get(adresse).context["suivi"]
    assert [(lu.lignes, lu.refusees, lu.a_annoncer) for lu in suivi.actes] == [(2, 1, 2)]
    assert suivi.refus == 0


def test_un_financeur_ne_voit_que_ses_lignes_et_l_equipe_les_voit_toutes(contrat, programmees, gens) -> None:
    def financeurs(par: Any) -> set[int]:
        return {f.organisme.pk for f in financeurs_de_l_annee(contrat, 2026, pour=par)}

    assert financeurs(gens.decideur) == {gens.departement.pk}
    assert financeurs(gens.chef) == financeurs(gens.delegue) == {gens.departement.pk, gens.region.pk}
    assert financeurs(gens.porteur) == set()
    (lu,) = financeurs_de_l_annee(contrat, 2026, pour=gens.decideur)
    assert (lu.programmees, lu.programme) == (2, 10_000)


def test_la_page_des_lignes_coute_autant_pour_trois_que_pour_trente(contrat, programmees, acte, gens, page) -> None:
    client, adresse = page(gens.chef, "lignes_acte", financeur=gens.departement.pk, pk=acte.pk)
    client.get(adresse)

    def compter() -> int:
        with CaptureQueriesContext(connection) as requetes:
            assert client.get(adresse).status_code == 200
        return len(requetes)

    peu = compter()
    for _ in range(12):
        dossier = DossierFactory(contrat=contrat, programme=True)
        DemandeFactory(dossier=dossier, financeur=gens.departement, programmee=True)
    assert compter() == peu
