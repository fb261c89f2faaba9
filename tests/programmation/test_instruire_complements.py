"""What a porteur is asked to correct: asked, told by e-mail, recalled, lifted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.typographie import date_longue
from contrats.etats import Role
from portail.lectures.taches import taches
from programmation import actions
from programmation.etats import EtatDossier
from programmation.models import DemandeDeComplement
from tests.fabriques import DemandeDeComplementFactory, DossierFactory, FicheOrganismeFactory
from tests.programmation.actions.reperes import vie

pytestmark = pytest.mark.django_db

ECHEANCE = date(2026, 9, 30)
RELANCE = "Relancer : l’échéance d’un complément est passée"


@pytest.fixture
def depose(contrat, gens):
    return DossierFactory(contrat=contrat, depose=True, porteur=gens.porteur.organisme)


def _taches(contrat, gens, le) -> list[str]:
    return [tache.libelle for tache in taches(contrat, 2026, pour=gens.chef, le=le)]


def demander(dossier, gens, le, **suite):
    champs = {"motif": "Le budget n’est pas équilibré.", "champs": ["budget", "pieces"], "echeance": ECHEANCE} | suite
    return actions.demander_complement(dossier, **champs, par=gens.chef, le=le)


def test_un_complement_rend_le_dossier_incomplet_et_n_ouvre_que_ce_qu_il_nomme(depose, gens, le) -> None:
    demande = demander(depose, gens, le)

    depose.refresh_from_db()
    assert depose.etat == EtatDossier.INCOMPLET
    assert (demande.champs, demande.echeance) == (["budget", "pieces"], ECHEANCE)
    assert [ligne.acte for ligne in vie(depose)] == ["declarer_incomplet", "demander_complement"]
    assert vie(depose)[-1].apres["champs"] == ["Budget de l’action", "Pièces du dossier"]


def test_un_dossier_deja_incomplet_peut_recevoir_une_demande_une_seule_a_la_fois(contrat, gens, le) -> None:
    dossier = DossierFactory(contrat=contrat, incomplet=True)
    demander(dossier, gens, le)
    with pytest.raises(RegleEnfreinte, match="déjà ouverte"):
        demander(dossier, gens, le)
    assert dossier.complements.count() == 1


@pytest.mark.parametrize(
    ("suite", "champ"),
    [
        ({"motif": "  "}, "motif"),
        ({"champs": []}, "champs"),
        ({"champs": ["budget", "numero"]}, "champs"),
        ({"echeance": date(2026, 9, 10)}, "echeance"),
    ],
)
def test_une_demande_mal_dite_est_refusee(depose, gens, le, suite, champ) -> None:
    with pytest.raises(RegleEnfreinte) as refus:
        demander(depose, gens, le, **suite)
    assert refus.value.champ == champ
    depose.refresh_from_db()
    assert depose.etat == EtatDossier.DEPOSE
    assert not DemandeDeComplement.objects.exists()


@pytest.mark.parametrize("qui", ["instructeur", "decideur", "delegue", "porteur", "copil", "conseil", "signataire"])
def test_seule_l_equipe_demande_un_complement_et_le_leve(depose, gens, le, qui) -> None:
    demande = DemandeDeComplementFactory(dossier=depose)
    personne = getattr(gens, qui)
    with pytest.raises(ActeRefuse):
        actions.demander_complement(depose, motif="Motif", champs=["budget"], echeance=ECHEANCE, par=personne, le=le)
    with pytest.raises(ActeRefuse):
        actions.lever_complement(demande, par=personne, le=le)


def test_le_porteur_est_prevenu_puis_relance_une_fois_avant_l_echeance(
    depose, gens, le, horloge, executer_travaux, mailoutbox
) -> None:
    horloge.regler(2026, 9, 10, 14)
    demander(depose, gens, le)
    executer_travaux()
    (premier,) = mailoutbox
    assert premier.to == [gens.porteur.utilisateur.email]
    assert depose.numero in premier.subject
    assert date_longue(ECHEANCE) in premier.body
    assert "Budget de l’action" in premier.body

    for jour, partis in ((26, 1), (27, 2), (28, 2)):  # three days before, once
        horloge.regler(2026, 9, jour, 8)
        actions.relancer_les_complements(timezone.now())
        executer_travaux()
        assert len(mailoutbox) == partis, jour
    assert mailoutbox[1].subject.startswith("Rappel")


def test_sans_compte_le_porteur_est_prevenu_a_l_adresse_de_son_organisme(
    contrat, gens, le, executer_travaux, mailoutbox
):
    dossier = DossierFactory(contrat=contrat, depose=True)
    FicheOrganismeFactory(organisme=dossier.porteur, courriel="contact@association.example")
    demander(dossier, gens, le)
    executer_travaux()
    assert [m.to for m in mailoutbox] == [["contact@association.example"]]


def test_ce_qui_est_leve_n_est_plus_relance_ni_envoye(depose, gens, le, executer_travaux, mailoutbox) -> None:
    demande = demander(depose, gens, le)
    actions.lever_complement(demande, par=gens.chef, le=le)
    executer_travaux()
    assert mailoutbox == []
    assert actions.relancer_les_complements(le + timedelta(days=18)) == 0
    with pytest.raises(RegleEnfreinte, match="n’attend plus"):
        actions.lever_complement(demande, par=gens.chef, le=le)


@pytest.mark.parametrize("acte", ["declarer_complet", "declarer_irrecevable", "retirer"])
def test_se_prononcer_referme_ce_qui_etait_ouvert(depose, gens, le, acte) -> None:
    demande = demander(depose, gens, le)
    getattr(actions, acte)(depose, motif="Vu au téléphone.", par=gens.chef, le=le)
    demande.refresh_from_db()
    assert demande.levee_le == le


def test_renoncer_referme_ce_qui_etait_ouvert_et_l_equipe_n_a_plus_a_relancer(contrat, depose, gens, le) -> None:
    demande = demander(depose, gens, le)
    apres = ECHEANCE + timedelta(days=1)
    assert RELANCE in _taches(contrat, gens, apres)
    depose.refresh_from_db()
    actions.renoncer(depose, motif="L’action n’aura pas lieu.", par=gens.porteur, le=le)
    demande.refresh_from_db()
    assert demande.levee_le == le
    assert RELANCE not in _taches(contrat, gens, apres)


def test_une_demande_restee_ouverte_sur_un_dossier_complet_n_est_pas_a_relancer(contrat, gens, le) -> None:
    dossier = DossierFactory(contrat=contrat, complet=True)
    DemandeDeComplementFactory(dossier=dossier, echeance=ECHEANCE)
    assert RELANCE not in _taches(contrat, gens, ECHEANCE + timedelta(days=1))


def test_le_formulaire_propose_ce_que_les_verifications_ont_trouve(depose, client_de) -> None:
    chef = client_de(Role.CHEF_DE_PROJET)
    url = reverse(
        "programmation:demander_complement",
        kwargs={"contrat": depose.contrat.slug, "annee": 2026, "numero": depose.numero},
    )
    form = chef.get(url).context["form"]
    assert "Le budget n’a pas encore de charges." in form["motif"].value()
    assert {"budget", "localisations", "demandes"} <= set(form["champs"].value())

    passee = chef.post(url, {"motif": "Motif gardé", "champs": ["budget"], "echeance": "2020-01-01"})
    assert passee.status_code == 422
    assert "Motif gardé" in passee.content.decode()
    assert chef.post(url, {"motif": "Motif", "champs": ["budget"], "echeance": "2199-01-01"}).status_code == 302
    assert depose.complements.get().champs == ["budget"]


def test_le_porteur_lit_la_demande_sur_son_dossier(depose, gens, le, client_de) -> None:
    demander(depose, gens, le)
    porteur = client_de(Role.PORTEUR, organisme=depose.porteur)
    url = reverse(
        "programmation:dossier", kwargs={"contrat": depose.contrat.slug, "annee": 2026, "numero": depose.numero}
    )
    page = porteur.get(url).content.decode()
    assert "Le budget n’est pas équilibré." in page
    assert "Corriger la demande et répondre" in page
    assert "Lever la demande" not in page
    equipe = client_de(Role.CHEF_DE_PROJET).get(url).content.decode()
    assert "Corriger la demande et répondre" not in equipe
