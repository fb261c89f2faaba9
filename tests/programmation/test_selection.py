"""The COPIL's validation of a selection: one job, one transaction and one answer per file, even after a crash."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from commun import travaux
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.models import EtatTravail, LigneJournal, Travail
from commun.typographie import euros
from contrats.etats import Role
from contrats.models import Habilitation
from programmation import actions, tasks
from programmation.etats import EtatDossier
from programmation.lectures.enveloppes import verifier_enveloppes
from programmation.models import Dossier, Enveloppe
from tests.fabriques import (
    CommuneFactory,
    DemandeFactory,
    DispositifFactory,
    DossierFactory,
    ExamenDossierFactory,
    LocalisationFactory,
    MontantExamineFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def lot(contrat, gens) -> list[Dossier]:
    """Five files with 1 000 € proposed on one envelope that allows four of them."""
    dispositif = DispositifFactory()
    dossiers = [
        DossierFactory(contrat=contrat, numero=f"L-{rang}", dispositif=dispositif, en_instruction=True)
        for rang in range(5)
    ]
    for dossier in dossiers:
        DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True, montant_demande=Decimal(1000))
    Enveloppe.objects.update(montant=Decimal(4000))
    return dossiers


@pytest.fixture
def client(gens: Any) -> Client:
    client = Client()
    client.force_login(gens.chef.utilisateur)
    return client


@pytest.fixture
def adresse(contrat: Any) -> str:
    return reverse("programmation:selection", kwargs={"contrat": contrat.slug, "annee": 2026})


def numeros(dossiers: list[Dossier]) -> list[str]:
    return [dossier.numero for dossier in dossiers]


def etats(dossiers: list[Dossier]) -> list[str]:
    return [Dossier.objects.get(pk=dossier.pk).etat for dossier in dossiers]


def test_chaque_dossier_est_valide_a_part_et_les_refus_disent_pourquoi(
    contrat, gens, copil, lot, le, executer_travaux
) -> None:
    actions.ajourner(lot[1], reunion=copil, motif="Plus tard", par=gens.chef, le=le)
    actions.retirer(lot[2], motif="Abandon", par=gens.chef, le=le)
    sans_proposition = DossierFactory(contrat=contrat, numero="L-9", en_instruction=True)
    etranger = DossierFactory(numero="AILLEURS", en_instruction=True)

    choisis = [*numeros(lot), sans_proposition.numero, etranger.numero, "INCONNU"]
    actions.programmer_selection(contrat, choisis, reunion=copil, par=gens.chef, le=le)
    (travail,) = executer_travaux()

    assert travail.resultat["reussis"] == ["L-0", "L-1", "L-3", "L-4"]
    refus = {ligne["numero"]: ligne["motif"] for ligne in travail.resultat["refus"]}
    assert set(refus) == {"L-2", "L-9", "AILLEURS", "INCONNU"}
    assert "l’état actuel est « Retiré »" in refus["L-2"]
    assert "Aucun financeur ne propose" in refus["L-9"]
    assert refus["AILLEURS"] == refus["INCONNU"]  # another contract's file does not show that it exists
    assert not verifier_enveloppes()


def test_une_enveloppe_epuisee_refuse_les_derniers_sans_toucher_aux_premiers(
    contrat, gens, copil, lot, le, executer_travaux
) -> None:
    actions.programmer_selection(contrat, numeros(lot), reunion=copil, par=gens.chef, le=le)
    (travail,) = executer_travaux()

    assert travail.resultat["reussis"] == ["L-0", "L-1", "L-2", "L-3"]
    assert [ligne["numero"] for ligne in travail.resultat["refus"]] == ["L-4"]
    assert etats(lot) == [EtatDossier.PROGRAMME] * 4 + [EtatDossier.EN_INSTRUCTION]
    assert Enveloppe.objects.get().disponible == 0


def test_un_ouvrier_tue_en_chemin_laisse_le_suivant_finir_sans_rien_refaire(
    contrat, gens, copil, lot, le, monkeypatch, executer_travaux
) -> None:
    """The worker dies after two files; the job is taken over once it has been silent long enough."""
    monkeypatch.setattr(travaux, "BATTEMENT", timedelta(days=1))
    travail = actions.programmer_selection(contrat, numeros(lot), reunion=copil, par=gens.chef, le=le)
    programmer, appels = actions.programmer, []

    def mourir_au_troisieme(dossier: Dossier, **suite: Any) -> Dossier:
        if len(appels) == 2:
            raise SystemExit("killed")
        appels.append(dossier.numero)
        return programmer(dossier, **suite)

    monkeypatch.setattr(tasks.copil.actions, "programmer", mourir_au_troisieme)
    with pytest.raises(SystemExit):
        travaux.executer(travail.pk)
    travail.refresh_from_db()
    assert (travail.etat, etats(lot).count(EtatDossier.PROGRAMME)) == (EtatTravail.EN_COURS, 2)
    travaux.executer(travail.pk)  # still held: nobody else takes it
    assert etats(lot).count(EtatDossier.PROGRAMME) == 2

    monkeypatch.setattr(tasks.copil.actions, "programmer", programmer)
    Travail.objects.filter(pk=travail.pk).update(battement_le=timezone.now() - travaux.SILENCE * 2)
    travaux.executer(travail.pk)

    travail.refresh_from_db()
    assert travail.etat == EtatTravail.FAIT
    assert travail.resultat["reussis"] == ["L-0", "L-1", "L-2", "L-3"]
    assert [ligne["numero"] for ligne in travail.resultat["refus"]] == ["L-4"]
    for dossier in lot[:4]:
        assert LigneJournal.objects.de(dossier).filter(acte="programmer").count() == 1
    assert not verifier_enveloppes()


def test_un_dossier_revenu_a_l_instruction_se_reprogramme_a_la_meme_reunion(
    contrat, gens, copil, lot, le, executer_travaux
) -> None:
    """A row refused meanwhile keeps its meeting: it must not pass for a file already validated."""
    dossier = lot[0]
    refusee = DemandeFactory(dossier=dossier, financeur=gens.region, proposee=True, montant_demande=Decimal(100))
    actions.programmer(dossier, reunion=copil, par=gens.chef, le=le)
    actions.refuser(refusee, motif="Non", par=gens.voisin, le=le)
    actions.deprogrammer(dossier, motif="Erreur", par=gens.chef, le=le)
    assert etats([dossier]) == [EtatDossier.EN_INSTRUCTION]

    actions.programmer_selection(contrat, [dossier.numero], reunion=copil, par=gens.chef, le=le)
    (travail,) = executer_travaux()

    assert travail.resultat["reussis"] == [dossier.numero]
    assert etats([dossier]) == [EtatDossier.PROGRAMME]


def test_un_droit_retire_entre_temps_refuse_chaque_ligne(contrat, gens, copil, lot, le, executer_travaux) -> None:
    actions.programmer_selection(contrat, numeros(lot), reunion=copil, par=gens.chef, le=le)
    Habilitation.objects.filter(utilisateur=gens.chef.utilisateur).update(close_le=timezone.now())
    (travail,) = executer_travaux()
    assert (travail.resultat["reussis"], len(travail.resultat["refus"])) == ([], 5)
    assert EtatDossier.PROGRAMME not in etats(lot)


def test_un_chef_de_projet_communal_ne_programme_que_les_dossiers_de_sa_commune(
    contrat, auteur_de, copil, lot, le, executer_travaux
) -> None:
    commune = CommuneFactory()
    LocalisationFactory(dossier=lot[0], version=None, commune=commune)
    communal = auteur_de(Role.CHEF_DE_PROJET, communes=[commune])
    actions.programmer_selection(contrat, numeros(lot), reunion=copil, par=communal, le=le)
    (travail,) = executer_travaux()
    assert travail.resultat["reussis"] == ["L-0"]
    assert {ligne["motif"] for ligne in travail.resultat["refus"]} == {
        "Ce dossier n’existe pas, ou votre organisme ne le voit pas."
    }


def test_le_journal_dit_qui_a_demande_et_par_quel_canal(contrat, gens, copil, lot, le, executer_travaux) -> None:
    actions.programmer_selection(contrat, [lot[0].numero], reunion=copil, par=gens.chef, le=le)
    executer_travaux()
    ligne = LigneJournal.objects.de(lot[0]).get(acte="programmer")
    assert (ligne.utilisateur, ligne.canal, ligne.organisme_id) == (
        gens.chef.utilisateur,
        "tache",
        gens.chef.organisme.pk,
    )


def test_une_selection_vide_est_refusee(contrat, gens, copil, le) -> None:
    with pytest.raises(RegleEnfreinte, match="au moins un dossier"):
        actions.programmer_selection(contrat, [], reunion=copil, par=gens.chef, le=le)
    assert not Travail.objects.exists()


# --- Pages ------------------------------------------------------------------------------------------------------------
def test_la_page_montre_la_selection_puis_planifie_et_suit_le_travail(
    client, adresse, contrat, copil, lot, executer_travaux
) -> None:
    choisis = numeros(lot)
    revue = client.post(adresse, {"numero": choisis})
    assert revue.status_code == 200
    assert [ligne.numero for ligne, *_ in revue.context["lignes"]] == choisis
    assert revue.context["a_programmer"] == euros(5000)
    assert not Travail.objects.exists()

    suivi = client.post(adresse, {"choix": revue.context["choix"], "reunion": copil.pk})
    travail = Travail.objects.get()
    assert suivi["Location"] == reverse("programmation:travail", args=[contrat.slug, 2026, travail.pk])
    assert client.get(suivi["Location"]).status_code == 200

    executer_travaux()
    fini = client.get(suivi["Location"]).content.decode()
    assert "L-4" in fini
    assert "ne laisse que" in fini
    morceau = client.get(suivi["Location"], headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in morceau


def test_la_page_et_le_resultat_nomment_les_financeurs_qui_restent_en_attente(
    client, adresse, contrat, copil, lot, gens, executer_travaux
) -> None:
    DemandeFactory(dossier=lot[0], financeur=gens.region, montant_demande=Decimal(700))
    revue = client.post(adresse, {"numero": [lot[0].numero]})
    assert revue.context["a_programmer"] == euros(1000)
    assert [restent for *_, restent in revue.context["lignes"]] == [(gens.region.nom_court,)]

    suivi = client.post(adresse, {"choix": revue.context["choix"], "reunion": copil.pk})
    executer_travaux()
    fini = client.get(suivi["Location"]).content.decode()
    assert "n’ont pas encore proposé" in fini
    assert gens.region.nom_court in fini


def test_plus_de_mille_dossiers_se_confirment_d_un_geste(contrat, client, adresse, lot, copil, settings) -> None:
    """Django reads a thousand fields at most; the choice is one, whatever its length."""
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 4
    revue = client.post(adresse, {"filtres": ""})
    page = revue.content.decode()
    assert page.count('name="choix"') == 1
    assert 'name="numero"' not in page

    suivi = client.post(adresse, {"choix": revue.context["choix"].replace("\n", "\r\n"), "reunion": copil.pk})

    assert suivi.status_code == 302
    assert Travail.objects.get().parametres["numeros"] == numeros(lot)


@pytest.mark.parametrize("saisie", [{"reunion": ""}, {"reunion": "999999"}])
def test_sans_reunion_la_page_revient_avec_la_selection(client, adresse, lot, saisie: dict[str, str]) -> None:
    reponse = client.post(adresse, {"numero": numeros(lot), **saisie})
    assert reponse.status_code == 422
    assert [ligne.numero for ligne, *_ in reponse.context["lignes"]] == numeros(lot)
    assert not Travail.objects.exists()


def test_confirmer_une_selection_vide_revient_avec_la_raison(client, adresse, copil) -> None:
    assert client.post(adresse, {"reunion": copil.pk}).status_code == 422
    assert not Travail.objects.exists()


def test_la_page_ne_montre_pas_les_dossiers_d_ailleurs(client, adresse, lot) -> None:
    ailleurs = DossierFactory(numero="AILLEURS", en_instruction=True)
    autre_annee = DossierFactory(
        contrat=lot[0].contrat,
        numero="L-2025",
        en_instruction=True,
        campagne__contrat=lot[0].contrat,
        campagne__annee=2025,
    )
    reponse = client.post(adresse, {"numero": ["L-0", ailleurs.numero, autre_annee.numero]})
    assert [ligne.numero for ligne, *_ in reponse.context["lignes"]] == ["L-0"]


def test_toute_la_liste_filtree_se_valide_d_un_geste(contrat, client, adresse, lot, copil) -> None:
    """The server reads the filters again: all pages, and only what the COPIL may validate."""
    DossierFactory(contrat=contrat, numero="L-8", depose=True)
    DossierFactory(contrat=contrat, numero="M-1", en_instruction=True)
    tableau = reverse("programmation:tableau", kwargs={"contrat": contrat.slug, "annee": 2026})
    page = client.get(tableau, {"q": "L-", "taille": "25"})
    assert page.context["a_valider"] == 5

    reponse = client.post(adresse, {"filtres": page.context["filtres"]})

    assert [ligne.numero for ligne, *_ in reponse.context["lignes"]] == numeros(lot)
    assert not Travail.objects.exists()  # nothing before the confirmation


def test_le_suivi_n_est_lu_que_de_qui_l_a_demande(contrat, gens, copil, lot, le, client_de) -> None:
    travail = actions.programmer_selection(contrat, numeros(lot), reunion=copil, par=gens.chef, le=le)
    adresse = reverse("programmation:travail", args=[contrat.slug, 2026, travail.pk])
    assert client_de(Role.CHEF_DE_PROJET).get(adresse).status_code == 404
    assert client_de(Role.MEMBRE_COPIL).get(adresse).status_code == 403


def test_un_autre_role_n_atteint_pas_la_validation(contrat, gens, copil, lot, le, adresse) -> None:
    client = Client()
    client.force_login(gens.decideur.utilisateur)
    assert client.post(adresse, {"numero": numeros(lot), "reunion": copil.pk}).status_code == 403
    with pytest.raises(ActeRefuse):
        actions.programmer_selection(contrat, numeros(lot), reunion=copil, par=gens.decideur, le=le)
    assert not Travail.objects.exists()


def test_ce_qui_est_propose_depuis_se_valide_a_la_meme_reunion(dossier, gens, copil, le, executer_travaux) -> None:
    """« Programmé » is said of what was: a funder shares its proposal after the COPIL validated the others."""
    DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)
    actions.programmer(dossier, reunion=copil, par=gens.chef, le=le)
    tardive = DemandeFactory(dossier=dossier, financeur=gens.region, proposee=True, montant_demande=Decimal(4000))

    actions.programmer_selection(dossier.contrat, [dossier.numero], reunion=copil, par=gens.chef, le=le)
    (travail,) = executer_travaux()

    assert travail.resultat["reussis"] == [dossier.numero]
    tardive.refresh_from_db()
    assert (tardive.etat, tardive.montant_programme) == ("programmee", 4000)


def test_ce_que_la_reunion_a_laisse_a_zero_ne_se_valide_pas_en_son_nom(
    dossier, gens, copil, le, executer_travaux
) -> None:
    """It is told, not counted as programmed; taken over after a crash, what the job had programmed counts as done."""
    DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)
    laissee = DemandeFactory(dossier=dossier, financeur=gens.region, proposee=True)
    examen = ExamenDossierFactory(reunion=copil, dossier=dossier, retenu=True, applique_le=le)
    MontantExamineFactory(examen=examen, demande=laissee, montant=0)
    actions.programmer(dossier, reunion=copil, par=gens.chef, le=le)

    actions.programmer_selection(dossier.contrat, [dossier.numero], reunion=copil, par=gens.chef, le=le)
    (travail,) = executer_travaux()

    (refus,) = travail.resultat["refus"]
    assert "n’a rien donné" in refus["motif"]
    laissee.refresh_from_db()
    assert (laissee.etat, laissee.montant_programme) == ("proposee", None)

    repris = actions.programmer_selection(dossier.contrat, [dossier.numero], reunion=copil, par=gens.chef, le=le)
    Travail.objects.filter(pk=repris.pk).update(tentatives=1)  # a worker died after it had programmed the file
    (repris,) = executer_travaux()
    assert repris.resultat["reussis"] == [dossier.numero]
