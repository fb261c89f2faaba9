"""Acts of the team on many files at once: shown, then done by a job, each file apart, each refusal with its reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from acteurs.models import TypeOrganisme
from commun import travaux
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.models import LigneJournal, Travail
from programmation import actions, tasks
from programmation.etats import TRANSITIONS_DOSSIER, EtatDossier
from programmation.models import Dossier, OrigineDossier, SollicitationAvis
from tests.fabriques import CommuneFactory, DemandeFactory, DossierFactory, LocalisationFactory, OrganismeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossiers(contrat: Any) -> list[Dossier]:
    """Three files deposited in Dauphin, where nothing was missing; one already complete, one closed."""
    deposes = [DossierFactory(contrat=contrat, numero=f"D-{rang}", sans_manque=True) for rang in range(3)]
    complet = DossierFactory(contrat=contrat, numero="D-3", complet=True)
    clos = DossierFactory(contrat=contrat, numero="D-4", clos=True)
    return [*deposes, complet, clos]


@pytest.fixture
def client(gens: Any) -> Client:
    client = Client()
    client.force_login(gens.chef.utilisateur)
    return client


@pytest.fixture
def adresse(contrat: Any) -> Callable[[str], str]:
    return lambda acte: reverse("programmation:lot", kwargs={"contrat": contrat.slug, "annee": 2026, "acte": acte})


def etats() -> dict[str, str]:
    return dict(Dossier.objects.order_by("numero").values_list("numero", "etat"))


def test_la_page_dit_ce_qui_change_puis_le_travail_le_fait(
    client, adresse, contrat, dossiers, executer_travaux
) -> None:
    revue = client.post(adresse("declarer_complet"), {"numero": [d.numero for d in dossiers]})
    assert revue.status_code == 200
    assert [d.numero for d in revue.context["possibles"]] == ["D-0", "D-1", "D-2"]
    assert [d.numero for d in revue.context["impossibles"]] == ["D-3", "D-4"]
    assert not Travail.objects.exists()

    suivi = client.post(adresse("declarer_complet"), {"choix": revue.context["choix"], "confirme": "1"})
    (travail,) = executer_travaux()

    assert travail.resultat == {"reussis": ["D-0", "D-1", "D-2"], "refus": []}
    assert etats() == dict.fromkeys(["D-0", "D-1", "D-2", "D-3"], "complet") | {"D-4": "clos"}
    assert "Déclarer le dossier complet" in client.get(suivi["Location"]).content.decode()


def test_toutes_les_pages_du_tableau_filtre_se_traitent_d_un_geste(client, adresse, contrat, dossiers) -> None:
    DossierFactory(contrat=contrat, numero="Z-1", depose=True)
    revue = client.post(adresse("declarer_complet"), {"filtres": "q=D-"})
    assert [d.numero for d in revue.context["possibles"]] == ["D-0", "D-1", "D-2"]


def test_un_acte_motive_demande_son_motif_et_le_garde(client, adresse, dossiers, executer_travaux) -> None:
    saisie = {"choix": "D-0\r\nD-1", "confirme": "1"}
    assert client.post(adresse("declarer_irrecevable"), saisie).status_code == 422
    assert not Travail.objects.exists()
    client.post(adresse("declarer_irrecevable"), saisie | {"motif": "Déposé hors délai"})
    executer_travaux()
    assert [etats()[numero] for numero in ("D-0", "D-1", "D-2")] == ["irrecevable", "irrecevable", "depose"]
    assert LigneJournal.objects.de(dossiers[0]).get(acte="declarer_irrecevable").motif == "Déposé hors délai"


def test_un_dossier_change_entre_temps_dit_pourquoi_sans_arreter_les_autres(
    contrat, gens, dossiers, le, executer_travaux
) -> None:
    etranger = DossierFactory(numero="AILLEURS", depose=True)
    numeros = ["D-0", "D-1", etranger.numero]
    actions.agir_sur_selection(contrat, numeros, acte="declarer_complet", par=gens.chef)
    actions.retirer(dossiers[0], motif="Abandon", par=gens.chef, le=le)
    (travail,) = executer_travaux()
    assert travail.resultat["reussis"] == ["D-1"]
    refus = {ligne["numero"]: ligne["motif"] for ligne in travail.resultat["refus"]}
    assert "l’état actuel est « Retiré »" in refus["D-0"]
    assert refus["AILLEURS"] == "Ce dossier n’existe pas, ou votre organisme ne le voit pas."


def test_un_dossier_incomplet_du_lot_dit_ce_qui_lui_manque(contrat, gens, dossiers, executer_travaux) -> None:
    Dossier.objects.filter(pk=dossiers[1].pk).update(origine=OrigineDossier.PILOTVILLE)
    actions.agir_sur_selection(contrat, ["D-0", "D-1"], acte="declarer_complet", par=gens.chef)
    (travail,) = executer_travaux()
    assert travail.resultat["reussis"] == ["D-0"]
    (refus,) = travail.resultat["refus"]
    assert refus["numero"] == "D-1"
    assert "Il manque quelque chose (" in refus["motif"]
    assert "Le budget" in refus["motif"]


def test_repris_apres_une_panne_ce_qui_etait_fait_compte_comme_fait(contrat, gens, dossiers, monkeypatch) -> None:
    travail = actions.agir_sur_selection(contrat, ["D-0", "D-1", "D-2"], acte="declarer_complet", par=gens.chef)
    monkeypatch.setattr(travaux, "BATTEMENT", timedelta(days=1))
    faire, appels = actions.faire_l_acte, []

    def mourir_au_second(dossier: Dossier, acte: str, champs: Any, **suite: Any) -> None:
        if appels:
            raise SystemExit("killed")
        appels.append(dossier.numero)
        faire(dossier, acte, champs, **suite)

    monkeypatch.setattr(tasks.lots.actions, "faire_l_acte", mourir_au_second)
    with pytest.raises(SystemExit):
        travaux.executer(travail.pk)
    monkeypatch.setattr(tasks.lots.actions, "faire_l_acte", faire)
    Travail.objects.filter(pk=travail.pk).update(battement_le=timezone.now() - travaux.SILENCE * 2)
    travaux.executer(travail.pk)

    travail.refresh_from_db()
    assert travail.resultat == {"reussis": ["D-0", "D-1", "D-2"], "refus": []}
    assert LigneJournal.objects.filter(acte="declarer_complet").count() == 3


@pytest.mark.parametrize("acte", sorted(nom for nom, acte in actions.ACTES_EN_LOT.items() if acte.vers))
def test_chaque_acte_propose_mene_ou_sa_transition_le_dit(contrat, gens, acte, executer_travaux) -> None:
    transition = TRANSITIONS_DOSSIER[acte]
    dossier = DossierFactory(contrat=contrat, sans_manque=True)
    DemandeFactory(dossier=dossier, financeur=gens.departement)
    Dossier.objects.filter(pk=dossier.pk).update(etat=transition.de[0])
    champs = {"motif": "Raison"} if actions.ACTES_EN_LOT[acte].forme else {}
    actions.agir_sur_selection(contrat, [dossier.numero], acte=acte, champs=champs, par=gens.chef)
    (travail,) = executer_travaux()
    assert (travail.resultat["refus"], Dossier.objects.get().etat) == ([], EtatDossier(transition.vers))


def test_une_selection_vide_ou_un_autre_role_est_refuse(contrat, gens, dossiers) -> None:
    with pytest.raises(RegleEnfreinte, match="au moins un dossier"):
        actions.agir_sur_selection(contrat, [], acte="declarer_complet", par=gens.chef)
    with pytest.raises(ActeRefuse):
        actions.agir_sur_selection(contrat, ["D-0"], acte="declarer_complet", par=gens.decideur)
    assert not Travail.objects.exists()


def test_un_acte_inconnu_n_existe_pas(client, adresse, dossiers) -> None:
    assert client.post(adresse("voter"), {"numero": ["D-0"]}).status_code == 404


def test_des_avis_se_demandent_sur_une_selection_a_qui_chaque_dossier_concerne(
    client, adresse, contrat, gens, dossiers, executer_travaux
) -> None:
    """The communes are those of each action; a file of the one who is asked says why it was left aside."""
    denain = CommuneFactory(nom="Denain")
    mairie = OrganismeFactory(type=TypeOrganisme.COMMUNE, code_commune=denain.code)
    LocalisationFactory(dossier=dossiers[0], version=None, commune=denain)
    gens.delegue  # noqa: B018 — a délégué holds a role in the contract
    saisie = {"choix": "D-0\nD-1\nD-4", "confirme": "1", "echeance": "2999-01-01"}
    assert client.post(adresse("solliciter_avis"), saisie).status_code == 422  # nobody is chosen yet
    assert (
        client.post(
            adresse("solliciter_avis"), saisie | {"consultes": ["communes"], "echeance": "2020-01-01"}
        ).status_code
        == 422
    )

    client.post(adresse("solliciter_avis"), saisie | {"consultes": ["communes"], "question": "Utile ?"})
    travail = next(t for t in executer_travaux() if t.nom == "programmation.agir_sur_selection")

    assert travail.resultat["reussis"] == ["D-0"]
    refus = {ligne["numero"]: ligne["motif"] for ligne in travail.resultat["refus"]}
    assert "n’est consulté sur ce dossier" in refus["D-1"]
    assert set(refus) == {"D-1", "D-4"}
    sollicitation = SollicitationAvis.objects.get()
    assert (sollicitation.organisme, sollicitation.question) == (mairie, "Utile ?")
