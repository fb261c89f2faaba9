"""What a porteur is told of the decisions on its file: on its page, and by e-mail, with or without an account."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core import mail
from django.urls import reverse

from commun.erreurs import RegleEnfreinte
from contrats.etats import Role
from programmation import actions
from programmation.actions.actes import notifier_par_courrier
from programmation.etats import EtatDossier
from programmation.models import Dossier, Message
from tests.fabriques import DemandeFactory, DossierFactory, FicheOrganismeFactory

pytestmark = pytest.mark.django_db


def _page(dossier: Dossier) -> str:
    cles = {"contrat": dossier.contrat.slug, "annee": dossier.campagne.annee, "numero": dossier.numero}
    return reverse("programmation:demande", kwargs=cles)


@pytest.fixture
def dossier(contrat, gens) -> Dossier:
    """A complete file of the porteur, which asks one funder."""
    complet = DossierFactory(contrat=contrat, complet=True, porteur=gens.porteur.organisme)
    DemandeFactory(dossier=complet, financeur=gens.departement)
    return complet


def test_le_porteur_lit_pourquoi_son_dossier_est_irrecevable(dossier, gens, le, client, executer_travaux) -> None:
    actions.declarer_irrecevable(dossier, motif="Action hors de l’année 2026.", par=gens.chef, le=le)
    executer_travaux()

    (courriel,) = mail.outbox
    assert courriel.to == [gens.porteur.utilisateur.email]
    assert "irrecevable" in courriel.subject
    assert "Action hors de l’année 2026." in courriel.body
    client.force_login(gens.porteur.utilisateur)
    page = client.get(_page(dossier)).content.decode()
    assert "Action hors de l’année 2026." in page
    assert "non examinée" in page
    assert "en cours d’examen" not in page


def test_l_examen_reprend_et_le_porteur_l_apprend(dossier, gens, le, executer_travaux) -> None:
    actions.declarer_irrecevable(dossier, motif="SIRET fermé.", par=gens.chef, le=le)
    actions.reprendre_l_examen(dossier, motif="Le SIRET est celui du siège.", par=gens.chef, le=le)
    executer_travaux()

    dossier.refresh_from_db()
    assert dossier.etat == EtatDossier.DEPOSE
    # The refusal was undone before its e-mail left: it is not sent.
    (courriel,) = mail.outbox
    assert "reprend" in courriel.subject


def test_un_brouillon_abandonne_ne_se_reprend_pas(contrat, gens, le) -> None:
    abandonne = DossierFactory(contrat=contrat, etat=EtatDossier.RETIRE)

    with pytest.raises(RegleEnfreinte, match="abandonné avant son dépôt"):
        actions.reprendre_l_examen(abandonne, motif="Erreur", par=gens.chef, le=le)


def test_sans_compte_l_organisme_est_prevenu_a_son_adresse(contrat, gens, le, executer_travaux) -> None:
    fiche = FicheOrganismeFactory(courriel="contact@association.example")
    dossier = DossierFactory(contrat=contrat, complet=True, porteur=fiche.organisme)

    actions.declarer_irrecevable(dossier, motif="Hors périmètre.", par=gens.chef, le=le)
    actions.ecrire_un_message(dossier, objet="Votre demande", texte="Appelez-nous.", par=gens.chef, le=le)
    executer_travaux()

    assert [c.to for c in mail.outbox] == [["contact@association.example"]] * 2
    assert all("n’a encore de compte" in c.body for c in mail.outbox)


def test_une_notification_porte_le_montant_et_les_conditions(contrat, gens, le, auteur_de, executer_travaux) -> None:
    dossier = DossierFactory(contrat=contrat, programme=True, porteur=gens.porteur.organisme)
    demande = DemandeFactory(
        dossier=dossier,
        votee=True,
        montant_vote=Decimal(4000),
        conditions="Bilan au 30 juin.",
        acte__pris_le=date(2026, 5, 4),
    )
    decideur = auteur_de(Role.DECIDEUR, organisme=demande.financeur)

    actions.notifier(demande, jour=date(2026, 6, 1), par=decideur, le=le)
    executer_travaux()

    (courriel,) = mail.outbox
    assert demande.financeur.nom in courriel.subject
    assert "4 000 €" in courriel.body.replace("\u202f", " ").replace("\xa0", " ")
    assert "Bilan au 30 juin." in courriel.body


def test_une_lettre_qui_notifie_se_passe_de_courriel(contrat, gens, le, auteur_de, executer_travaux) -> None:
    dossier = DossierFactory(contrat=contrat, programme=True, porteur=gens.porteur.organisme)
    demande = DemandeFactory(dossier=dossier, votee=True, acte__pris_le=date(2026, 5, 4))

    notifier_par_courrier(
        demande, jour=date(2026, 6, 1), par=auteur_de(Role.DECIDEUR, organisme=demande.financeur), le=le
    )
    executer_travaux()

    assert mail.outbox == []


def test_un_message_a_plusieurs_ne_lit_pas_les_questions_recues(dossier, gens, le, executer_travaux) -> None:
    actions.ecrire_un_message(dossier, objet="Une question", texte="Quand ?", par=gens.porteur, le=le)
    actions.ecrire_a_une_selection(
        dossier.campagne, [dossier.numero], objet="Rappel", corps="Bonjour.", par=gens.chef, le=le
    )
    executer_travaux()

    assert Message.objects.a_lire_par(gens.chef, dossier.contrat).count() == 1
    actions.ecrire_un_message(dossier, objet="Réponse", texte="Demain.", par=gens.chef, le=le)
    assert not Message.objects.a_lire_par(gens.chef, dossier.contrat).exists()
