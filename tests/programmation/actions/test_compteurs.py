"""The counters of the envelopes equal the sums of their rows, whatever happens."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from commun.auteur import Auteur
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.journal import verifier_chaine
from programmation import actions
from programmation.etats import DEMANDE_CONSOMME, EtatDemande
from programmation.lectures.enveloppes import fiche_enveloppe, verifier_enveloppes
from programmation.models import DemandeFinancement, Dossier, Enveloppe
from tests.fabriques import (
    CampagneFactory,
    ContratFactory,
    DemandeFactory,
    DispositifFactory,
    DossierFactory,
    EnveloppeFactory,
    OrganismeFactory,
)
from tests.programmation.actions.reperes import ACTE, PIECE, euros

pytestmark = pytest.mark.django_db


class Promenade:
    """Acts drawn at random by everybody on a few files that share tight envelopes."""

    def __init__(self, contrat: Any, gens: Any, copil: Any, le: Any, graine: int) -> None:
        self.hasard = random.Random(graine)
        self.gens, self.copil, self.le = gens, copil, le
        campagne, dispositif = CampagneFactory(contrat=contrat), DispositifFactory()
        dossiers = DossierFactory.create_batch(
            12, campagne=campagne, dispositif=dispositif, en_instruction=True, cout_total=euros(9000)
        )
        for dossier in dossiers:
            for financeur in (gens.departement, gens.region):
                DemandeFactory(dossier=dossier, financeur=financeur, dotee=True, montant_demande=euros(4000))
        Enveloppe.objects.update(montant=euros(15_000))
        self.faits: dict[str, int] = {}
        self.refus = 0

    def pas(self) -> None:
        nom = self.hasard.choice(
            ["proposer"] * 6
            + ["programmer"] * 4
            + ["voter", "deprogrammer"] * 3
            + ["refuser", "notifier", "ajourner", "mouvementer", "depasser", "perime"]
        )
        try:
            getattr(self, f"_{nom}")()
        except (RegleEnfreinte, ActeRefuse):
            self.refus += 1
        else:
            self.faits[nom] = self.faits.get(nom, 0) + 1

    def _tirer(self, objets: Any) -> Any:
        return self.hasard.choice(list(objets.order_by("pk")))

    def _par(self) -> Auteur:
        return self.hasard.choice([self.gens.decideur, self.gens.voisin, self.gens.chef])

    def _montant(self) -> Decimal:
        return euros(self.hasard.randrange(1, 5000_00)) / 100

    def _proposer(self) -> None:
        demande = self._tirer(DemandeFinancement.objects)
        actions.proposer(
            demande,
            montant=self._montant(),
            par=self._par(),
            le=self.le,
            piece_source=PIECE,
            partagee=self.hasard.random() < 0.8,
        )

    def _programmer(self) -> None:
        actions.programmer(self._tirer(Dossier.objects), reunion=self.copil, par=self.gens.chef, le=self.le)

    def _voter(self) -> None:
        demande = self._tirer(DemandeFinancement.objects)
        numero = f"{demande.financeur_id}-{self.hasard.randrange(5)}"
        acte = replace(ACTE, numero=numero)
        actions.voter(demande, acte=acte, montant=self._montant(), par=self._par(), le=self.le, piece_source=PIECE)

    def _refuser(self) -> None:
        demande = self._tirer(DemandeFinancement.objects)
        actions.refuser(demande, motif="Non", par=self._par(), le=self.le, piece_source=PIECE)

    def _notifier(self) -> None:
        actions.notifier(self._tirer(DemandeFinancement.objects), jour=date(2026, 7, 1), par=self._par(), le=self.le)

    def _ajourner(self) -> None:
        dossier = self._tirer(Dossier.objects)
        actions.ajourner(dossier, reunion=self.copil, motif="Plus tard", par=self.gens.chef, le=self.le)
        actions.programmer(dossier, reunion=self.copil, par=self.gens.chef, le=self.le)

    def _deprogrammer(self) -> None:
        actions.deprogrammer(self._tirer(Dossier.objects), motif="Erreur", par=self.gens.chef, le=self.le)

    def _mouvementer(self) -> None:
        actions.mouvementer_enveloppe(
            self._tirer(Enveloppe.objects),
            genre=self.hasard.choice(["abondement", "reduction"]),
            montant=self._montant(),
            motif="Gel",
            jour=date(2026, 5, 1),
            par=self.gens.chef,
            le=self.le,
        )

    def _depasser(self) -> None:
        actions.autoriser_depassement(
            self._tirer(Enveloppe.objects), montant=self._montant(), motif="Report", par=self.gens.chef, le=self.le
        )

    def _perime(self) -> None:
        """A stale copy, as a page left open sends it."""
        demande = self._tirer(DemandeFinancement.objects)
        demande.etat, demande.montant_programme = EtatDemande.PROGRAMMEE, euros(1)
        actions.voter(demande, acte=ACTE, montant=self._montant(), par=self._par(), le=self.le, piece_source=PIECE)


def test_les_compteurs_des_enveloppes_sont_la_somme_de_leurs_lignes_apres_des_actes_au_hasard(
    contrat, gens, copil, le
) -> None:
    promenade = Promenade(contrat, gens, copil, le, graine=2030)
    for _ in range(300):
        promenade.pas()
        assert not verifier_enveloppes()

    assert {"proposer", "programmer", "voter", "refuser", "deprogrammer"} <= promenade.faits.keys()
    assert 30 < promenade.refus < 270
    for enveloppe in Enveloppe.objects.all():
        consomme = enveloppe.montant_programme + enveloppe.montant_vote
        assert consomme <= enveloppe.montant + enveloppe.depassement_autorise
    objets = [*Dossier.objects.all(), *DemandeFinancement.objects.all(), *Enveloppe.objects.all()]
    assert all(verifier_chaine(objet) for objet in objets)
    pris = DemandeFinancement.objects.filter(etat__in=DEMANDE_CONSOMME).aggregate(n=Sum("montant_programme"))["n"]
    assert pris > 0


def test_la_commande_accepte_des_enveloppes_justes_et_sort_en_erreur_sur_un_compteur_fausse(votee, capsys) -> None:
    call_command("verifier_enveloppes")
    assert "justes" in capsys.readouterr().out

    Enveloppe.objects.filter(pk=votee.enveloppe_id).update(montant_vote=euros("4999.99"))
    with pytest.raises(CommandError, match="1 enveloppe"):
        call_command("verifier_enveloppes")
    erreur = capsys.readouterr().err
    assert "voté 4\u202f999,99\xa0€ au lieu de 5\u202f000\xa0€ (écart : −\u202f0,01\xa0€)" in erreur
    assert "programmé" not in erreur


def test_un_montant_qui_n_est_pas_la_somme_de_ses_mouvements_se_dit(contrat, gens, le) -> None:
    enveloppe = actions.ouvrir_enveloppe(
        contrat,
        financeur=gens.departement,
        annee=2026,
        dispositif=DispositifFactory(),
        nature="specifique",
        montant=euros(30_000),
        par=gens.chef,
        le=le,
    )
    EnveloppeFactory(contrat=contrat)  # written without an opening: nothing to compare
    par = {"jour": le.date(), "par": gens.chef, "le": le}
    actions.notifier_enveloppe(enveloppe, montant=euros(29_000), reference="2026-1", **par)
    actions.mouvementer_enveloppe(enveloppe, genre="abondement", montant=euros(500), motif="Gel levé", **par)
    assert verifier_enveloppes() == []
    Enveloppe.objects.filter(pk=enveloppe.pk).update(montant=euros(29_400))
    (ecart,) = verifier_enveloppes()
    assert [(c.nom, c.lu, c.attendu, c.ecart) for c in ecart.compteurs] == [("montant", 29_400, 29_500, -100)]
    assert [m.apres for m in fiche_enveloppe(Enveloppe.objects.get(pk=enveloppe.pk), pour=gens.chef).mouvements] == [
        30_000,
        29_000,
        29_500,
    ]


def test_la_verification_s_en_tient_au_contrat_demande(votee) -> None:
    Enveloppe.objects.filter(pk=votee.enveloppe_id).update(montant_programme=euros(1))
    assert len(verifier_enveloppes(votee.dossier.contrat)) == 1
    assert verifier_enveloppes(ContratFactory(pilote=OrganismeFactory(epci=True))) == []
