"""The packet of a meeting: made by a job, tagged PDF, with the files proposed where programming is decided."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pikepdf
import pytest

from commun.erreurs import ActeRefuse
from commun.fichiers import lire
from commun.models import LigneJournal
from contrats.actions import instances as actions
from contrats.creneaux import programmation_proposee
from contrats.etats import EtatReunion, Role
from contrats.lectures.instances import fiche_reunion
from contrats.lectures.paquet import paquet
from contrats.models import TypeComite
from tests.fabriques import (
    ComiteFactory,
    DecisionReunionFactory,
    DemandeFactory,
    FichierFactory,
    PointOrdreDuJourFactory,
    ReunionFactory,
)
from tests.verapdf.validation import structure_pdf, valider

pytestmark = pytest.mark.django_db


@pytest.fixture
def rempli(reunion, copil, membre):
    """A session with a paper, something to decide, and decisions of the last COPIL."""
    PointOrdreDuJourFactory(
        reunion=reunion, ordre=2, titre="TFPB", rapporteur=membre.organisme, piece=FichierFactory(nom="tfpb.pdf")
    )
    DecisionReunionFactory(reunion=reunion, texte="Valider la revue des engagements.")
    dernier = ReunionFactory(comite=copil, le=date(2026, 3, 20), etat=EtatReunion.RENDUE)
    DecisionReunionFactory(reunion=dernier, prise=True, texte="Dresser la liste.", echeance=date(2026, 6, 1))
    DecisionReunionFactory(reunion=dernier, prise=True, texte="Signer la charte.", execution="faite")
    avant = ReunionFactory(comite=copil, le=date(2025, 3, 20), etat=EtatReunion.RENDUE)
    DecisionReunionFactory(reunion=avant, prise=True, texte="Associer les habitants.")
    DecisionReunionFactory(reunion=avant, prise=True, texte="Ancienne et faite.", execution="faite")
    return reunion


def test_le_paquet_dit_l_ordre_du_jour_ce_qui_se_decide_et_ce_qui_a_ete_decide(rempli, chef, horloge) -> None:
    seance = paquet(rempli, le=horloge.maintenant)

    assert [p.titre for p in seance.points] == ["Revue des engagements", "TFPB"]
    assert [p.piece for p in seance.pieces] == ["tfpb.pdf"]
    assert seance.a_decider == ("Valider la revue des engagements.",)
    assert [s.texte for s in seance.suites] == ["Dresser la liste.", "Signer la charte.", "Associer les habitants."]
    assert seance.retards == 1
    assert seance.heures == "de 14 h à 16 h 30"
    assert len(seance.membres) == len(seance.invites) == 1
    assert seance.programmation is None


def test_le_paquet_du_copil_montre_les_dossiers_proposes(reunion, contrat, chef, horloge) -> None:
    partagee = DemandeFactory(proposee=True, dossier__contrat=contrat, montant_propose=Decimal("3000"))
    cachee = DemandeFactory(
        proposee=True, dossier__contrat=contrat, montant_propose=Decimal("700"), proposition_partagee=False
    )
    DemandeFactory(proposee=True, montant_propose=Decimal("900"))  # another contract
    for demande in (partagee, cachee):
        demande.dossier.etat = "en_instruction"
        demande.dossier.save()

    proposee = programmation_proposee(reunion)

    assert [d.numero for d in proposee.dossiers] == [partagee.dossier.numero]
    assert proposee.total_propose == Decimal("3000")
    assert paquet(reunion, le=horloge.maintenant).programmation == proposee


def test_un_comite_qui_ne_decide_pas_ne_montre_aucun_dossier(contrat, horloge) -> None:
    demande = DemandeFactory(proposee=True, dossier__contrat=contrat)
    demande.dossier.etat = "en_instruction"
    demande.dossier.save()
    cotech = ComiteFactory(contrat=contrat, type=TypeComite.COTECH, valide_programmation=False)
    assert paquet(ReunionFactory(comite=cotech), le=horloge.maintenant).programmation is None


def test_le_paquet_est_un_pdf_conforme_produit_par_un_travail(
    rempli, contrat, chef, horloge, executer_travaux, tmp_path
) -> None:
    demande = DemandeFactory(proposee=True, dossier__contrat=contrat)
    demande.dossier.etat = "en_instruction"
    demande.dossier.save()

    un = actions.demander_paquet(rempli, par=chef, le=horloge.maintenant)
    deux = actions.demander_paquet(rempli, par=chef, le=horloge.maintenant)
    assert un == deux
    executer_travaux()

    rempli.refresh_from_db()
    octets = lire(rempli.paquet)
    chemin = tmp_path / "paquet.pdf"
    chemin.write_bytes(octets)
    assert structure_pdf(chemin).defauts == []
    assert valider([chemin], "ua1") == {chemin: []}
    with pikepdf.open(chemin) as pdf:
        assert "dossier de séance" in str(pdf.docinfo["/Title"])
        assert len(pdf.pages) == 4  # cover, agenda, table of files, one sheet
    ligne = LigneJournal.objects.de(rempli).last()
    assert (ligne.acte, ligne.apres["sha256"]) == ("produire_paquet", rempli.paquet.sha256)


def test_le_paquet_se_produit_de_nouveau(rempli, chef, horloge, executer_travaux) -> None:
    actions.demander_paquet(rempli, par=chef, le=horloge.maintenant)
    executer_travaux()
    rempli.refresh_from_db()
    premier = rempli.paquet
    actions.inscrire_point(rempli, titre="Un point de plus", par=chef, le=horloge.maintenant)

    actions.demander_paquet(rempli, par=chef, le=horloge.maintenant)
    executer_travaux()

    rempli.refresh_from_db()
    assert rempli.paquet.sha256 != premier.sha256


def test_un_membre_ne_produit_pas_le_paquet(rempli, membre, horloge) -> None:
    with pytest.raises(ActeRefuse):
        actions.demander_paquet(rempli, par=membre, le=horloge.maintenant)


@pytest.mark.parametrize(
    ("etat", "lecteurs"),
    [(EtatReunion.PREVUE, {"chef"}), (EtatReunion.CONVOQUEE, {"chef", "membre", "copil"})],
)
def test_le_paquet_d_un_copil_se_lit_par_ses_membres_une_fois_convoques(
    reunion, chef, membre, invite, auteur_de, etat, lecteurs
) -> None:
    reunion.paquet, reunion.etat = FichierFactory(), etat
    reunion.save()
    personnes = {
        "chef": chef,
        "membre": membre,
        "invite": invite,
        "copil": auteur_de(Role.MEMBRE_COPIL),
        "ailleurs": auteur_de(Role.INSTRUCTEUR),
        "porteur": auteur_de(Role.PORTEUR, organisme=membre.organisme),
    }
    lus = {n for n, p in personnes.items() if fiche_reunion(reunion, pour=p, le=reunion.le).paquet is not None}
    assert lus == lecteurs
