"""F2: two people act on one file at the same moment; one succeeds, the other is told, the journal has one line."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from commun import travaux
from commun.auteur import Canal, systeme
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.journal import verifier_chaine
from commun.models import LigneJournal, Travail
from programmation import actions
from programmation.etats import EtatDemande, EtatDossier
from programmation.lectures.courriers import ENVOYER_LES_COURRIERS, OUVRIR_LES_COURRIERS
from programmation.lectures.enveloppes import verifier_enveloppes
from programmation.models import Dossier
from tests.fabriques import ActeDecisionFactory, ComiteFactory, DemandeFactory, DossierFactory, ReunionFactory

pytestmark = pytest.mark.django_db(transaction=True)

TOURS = 10
LE = datetime(2026, 6, 20, 9, tzinfo=UTC)
MOI = systeme(Canal.COMMANDE)
PIECE = "CP du 15 juin"


def une_seule_reussite(issues: list[Any]) -> None:
    refus = [issue for issue in issues if isinstance(issue, Exception)]
    assert len(refus) == len(issues) - 1, issues
    assert all(isinstance(r, RegleEnfreinte | ActeRefuse) for r in refus), refus


def test_deux_fois_le_meme_acte_sur_un_dossier(en_meme_temps: Any) -> None:
    for _ in range(TOURS):
        dossier = DossierFactory(depose=True)

        issues = en_meme_temps(
            *[lambda d=dossier: actions.declarer_complet(d, motif="Tout est là.", par=MOI, le=LE)] * 2
        )

        une_seule_reussite(issues)
        assert LigneJournal.objects.de(dossier).count() == 1
        assert verifier_chaine(dossier)


def test_le_copil_valide_et_ajourne_au_meme_moment(en_meme_temps: Any) -> None:
    for _ in range(TOURS):
        demande = DemandeFactory(proposee=True)
        dossier = demande.dossier
        copil = ReunionFactory(comite=ComiteFactory(contrat=dossier.contrat), le=date(2026, 4, 10))

        issues = en_meme_temps(
            lambda d=dossier, r=copil: actions.programmer(d, reunion=r, par=MOI, le=LE),
            lambda d=dossier, r=copil: actions.programmer(d, reunion=r, par=MOI, le=LE),
            lambda d=dossier: actions.retirer(d, motif="Abandon", par=MOI, le=LE),
        )

        une_seule_reussite(issues)
        assert LigneJournal.objects.de(dossier).count() == 1
        dossier.refresh_from_db()
        demande.refresh_from_db()
        programme = dossier.etat == EtatDossier.PROGRAMME
        assert (demande.etat == EtatDemande.PROGRAMMEE) is programme
        assert not verifier_enveloppes()


def test_deux_clics_au_meme_moment_ouvrent_et_envoient_un_seul_lot(en_meme_temps: Any) -> None:
    for _ in range(TOURS):
        demande = DemandeFactory(dossier=DossierFactory(programme=True), votee=True)
        campagne, acte = demande.dossier.campagne, demande.acte

        def ouvrir(campagne: Any = campagne, acte: Any = acte) -> Any:
            return actions.ouvrir_les_courriers(campagne, acte.organisme, acte=acte, par=MOI, le=LE)

        un, deux = en_meme_temps(ouvrir, ouvrir)
        assert un == deux
        travaux.executer(Travail.objects.get(nom=OUVRIR_LES_COURRIERS, cible_id=un.pk).pk)
        actions.valider_le_courrier(un.courriers.get(), par=MOI, le=LE)

        premier, second = en_meme_temps(*[lambda lot=un: actions.envoyer_le_lot(lot, par=MOI, le=LE)] * 2)
        assert premier == second
        assert Travail.objects.filter(nom=ENVOYER_LES_COURRIERS, cible_id=un.pk).count() == 1
        assert [ligne.acte for ligne in LigneJournal.objects.de(un)] == ["ouvrir", "envoyer"]


def test_un_financeur_vote_pendant_que_l_equipe_deprogramme(en_meme_temps: Any) -> None:
    for _ in range(TOURS):
        demande = DemandeFactory(dossier=DossierFactory(programme=True), programmee=True)
        acte = ActeDecisionFactory(contrat=demande.dossier.contrat, organisme=demande.financeur)

        def voter(demande: Any = demande, acte: Any = acte) -> Any:
            return actions.voter(demande, acte=acte, montant=Decimal(10), par=MOI, le=LE, piece_source=PIECE)

        issues = en_meme_temps(
            voter, voter, lambda d=demande.dossier: actions.deprogrammer(d, motif="Erreur", par=MOI, le=LE)
        )

        une_seule_reussite(issues)
        assert LigneJournal.objects.de(demande).count() == 1
        assert verifier_chaine(demande)
        assert not verifier_enveloppes()


def test_temoin_sans_verrou_le_meme_acte_se_fait_deux_fois(en_meme_temps: Any) -> None:
    """Without the row lock both read the old state, both succeed, and the file's life tells the same act twice."""
    dossier = DossierFactory(depose=True)
    lus = threading.Barrier(2, timeout=60)

    def sans_verrou() -> None:
        with transaction.atomic():
            exemplaire = Dossier.objects.get(pk=dossier.pk)
            exemplaire.verifier_transition("declarer_complet")
            lus.wait()
            exemplaire.changer_etat("declarer_complet", par=MOI, le=LE)

    assert en_meme_temps(sans_verrou, sans_verrou) == [None, None]
    assert LigneJournal.objects.de(dossier).count() == 2
