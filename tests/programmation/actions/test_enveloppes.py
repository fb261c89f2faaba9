"""Envelopes: opened, notified, moved, overrun, and their bounds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import RestrictedError

from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.etats import TransitionImpossible
from programmation import actions
from programmation.models import Enveloppe, MouvementEnveloppe, Section
from tests.fabriques import (
    DemandeFactory,
    DispositifFactory,
    EnveloppeFactory,
    MouvementEnveloppeFactory,
    OrganismeFactory,
)
from tests.programmation.actions.reperes import euros, vie

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


JOUR = date(2026, 3, 1)


def genres(enveloppe: Enveloppe) -> list[tuple[str, Decimal]]:
    """Its movements, the oldest first."""
    return list(enveloppe.mouvements.values_list("genre", "montant"))


# --- Opening ----------------------------------------------------------------------------------------------------------
def test_une_enveloppe_s_ouvre_attendue_dans_la_section_de_son_dispositif(contrat, gens, le) -> None:
    dispositif = DispositifFactory(section=Section.INVESTISSEMENT)
    enveloppe = actions.ouvrir_enveloppe(
        contrat,
        financeur=gens.departement,
        annee=2026,
        dispositif=dispositif,
        nature="droit_commun",
        montant=euros(30_000),
        motif="Budget primitif",
        par=gens.chef,
        le=le,
    )
    assert (enveloppe.etat, enveloppe.section, enveloppe.disponible) == ("attendue", "investissement", 30_000)
    assert genres(enveloppe) == [("attendu", euros(30_000))]
    assert [ligne.acte for ligne in vie(enveloppe)] == ["ouvrir_enveloppe"]
    with pytest.raises(RegleEnfreinte, match="existe déjà"):
        actions.ouvrir_enveloppe(
            contrat,
            financeur=gens.departement,
            annee=2026,
            dispositif=dispositif,
            nature="droit_commun",
            montant=euros(1),
            par=gens.chef,
            le=le,
        )


def test_les_enveloppes_de_l_an_passe_se_reprennent_en_un_acte_sans_toucher_celles_qui_sont_ouvertes(
    contrat, gens, le
) -> None:
    un, deux = DispositifFactory.create_batch(2)
    passees = [
        EnveloppeFactory(contrat=contrat, financeur=gens.departement, annee=2025, dispositif=d, montant=euros(m))
        for d, m in ((un, 1000), (deux, 2000))
    ]
    EnveloppeFactory(contrat=contrat, financeur=gens.region, annee=2024, dispositif=un)
    ouverte = EnveloppeFactory(contrat=contrat, financeur=gens.departement, dispositif=un, montant=euros(7))

    (reprise,) = actions.reconduire_enveloppes(contrat, 2026, par=gens.chef, le=le)

    assert (reprise.dispositif, reprise.etat, reprise.montant) == (passees[1].dispositif, "attendue", 2000)
    assert genres(reprise) == [("attendu", euros(2000))]
    ouverte.refresh_from_db()
    assert ouverte.montant == 7
    with pytest.raises(RegleEnfreinte, match="Aucune enveloppe de 2025"):
        actions.reconduire_enveloppes(contrat, 2026, par=gens.chef, le=le)


# --- Notification -----------------------------------------------------------------------------------------------------
def test_la_notification_donne_le_total_sa_lettre_et_l_ecart_et_se_defait(contrat, gens, le) -> None:
    enveloppe = EnveloppeFactory(contrat=contrat, montant=euros(1000))

    actions.notifier_enveloppe(
        enveloppe,
        montant=euros(940),
        jour=JOUR,
        reference=" 2026-118 ",
        lettre=("lettre.pdf", PDF),
        par=gens.chef,
        le=le,
    )

    enveloppe.refresh_from_db()
    assert (enveloppe.etat, enveloppe.montant, enveloppe.notifiee_le) == ("notifiee", 940, JOUR)
    assert (enveloppe.reference, enveloppe.lettre.nom) == ("2026-118", "lettre.pdf")
    assert genres(enveloppe) == [("notification", euros(-60))]
    (ligne,) = vie(enveloppe)
    assert (ligne.avant["montant"], ligne.apres["montant"], ligne.avant["etat"]) == ("1000.00", "940", "attendue")

    actions.revenir_sur_la_notification(enveloppe, motif="Lettre d’une autre année", par=gens.chef, le=le)
    enveloppe.refresh_from_db()
    assert (enveloppe.etat, enveloppe.montant, enveloppe.notifiee_le) == ("attendue", 1000, None)
    assert (enveloppe.reference, enveloppe.lettre) == ("", None)
    assert genres(enveloppe) == [("notification", euros(-60)), ("notification", euros(60))]


def test_revenir_sur_une_notification_garde_ce_qui_a_bouge_depuis(contrat, gens, le) -> None:
    enveloppe = EnveloppeFactory(contrat=contrat, montant=euros(1000))
    par = {"par": gens.chef, "le": le}
    actions.notifier_enveloppe(enveloppe, montant=euros(1500), jour=JOUR, reference="A", **par)
    actions.mouvementer_enveloppe(
        enveloppe, genre="abondement", montant=euros(100), motif="Complément", jour=JOUR, **par
    )
    actions.revenir_sur_la_notification(enveloppe, motif="Erreur", **par)
    enveloppe.refresh_from_db()
    assert enveloppe.montant == 1100


def test_une_notification_sous_ce_qui_est_deja_programme_est_refusee(programmee, gens, le) -> None:
    enveloppe = programmee.enveloppe
    with pytest.raises(RegleEnfreinte, match="déjà programmés ou votés") as refus:
        actions.notifier_enveloppe(enveloppe, montant=euros("4999.99"), jour=JOUR, reference="A", par=gens.chef, le=le)
    assert (refus.value.champ, enveloppe.mouvements.count()) == ("montant", 0)


@pytest.mark.parametrize(
    ("saisie", "champ"), [({"reference": "  "}, "reference"), ({"jour": date(2027, 1, 1)}, "jour")]
)
def test_une_notification_a_une_reference_et_une_date_passee(contrat, gens, le, saisie, champ: str) -> None:
    enveloppe = EnveloppeFactory(contrat=contrat)
    with pytest.raises(RegleEnfreinte) as refus:
        actions.notifier_enveloppe(
            enveloppe, **({"montant": euros(1), "jour": JOUR, "reference": "A"} | saisie), par=gens.chef, le=le
        )
    assert refus.value.champ == champ


def test_une_enveloppe_notifiee_ne_se_notifie_pas_deux_fois(contrat, gens, le) -> None:
    with pytest.raises(TransitionImpossible):
        actions.notifier_enveloppe(
            EnveloppeFactory(contrat=contrat, notifiee=True),
            montant=euros(1),
            jour=JOUR,
            reference="A",
            par=gens.chef,
            le=le,
        )


def test_la_base_refuse_une_lettre_a_une_enveloppe_attendue(contrat) -> None:
    with pytest.raises(IntegrityError, match="programmation_enveloppe_attendue_sans_lettre"), transaction.atomic():
        EnveloppeFactory(contrat=contrat, reference="2026-118")


# --- Movements --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("genre", "signe"), [("abondement", 1), ("reduction", -1)])
def test_un_mouvement_change_l_enveloppe_et_garde_sa_trace(contrat, gens, le, genre: str, signe: int) -> None:
    enveloppe = EnveloppeFactory(contrat=contrat, montant=euros(1000))

    actions.mouvementer_enveloppe(
        enveloppe, genre=genre, montant=euros("250.50"), motif="Gel", jour=JOUR, par=gens.chef, le=le
    )

    enveloppe.refresh_from_db()
    assert enveloppe.montant == 1000 + signe * euros("250.50")
    mouvement = enveloppe.mouvements.get()
    assert (mouvement.genre, mouvement.le, mouvement.motif) == (genre, JOUR, "Gel")
    assert mouvement.montant == signe * euros("250.50")
    (ligne,) = vie(enveloppe)
    assert (ligne.avant, ligne.apres) == ({"montant": "1000.00"}, {"montant": str(enveloppe.montant)})


def test_une_enveloppe_ne_descend_pas_sous_ce_qui_est_pris(programmee, gens, le) -> None:
    enveloppe = programmee.enveloppe
    baisse = {"genre": "reduction", "motif": "Gel", "jour": JOUR, "par": gens.chef, "le": le}
    with pytest.raises(RegleEnfreinte, match="déjà programmés ou votés") as refus:
        actions.mouvementer_enveloppe(enveloppe, montant=euros("95000.01"), **baisse)
    assert (refus.value.champ, refus.value.code) == ("montant", "enveloppe_insuffisante")
    enveloppe.refresh_from_db()
    assert enveloppe.montant == 100_000
    assert not enveloppe.mouvements.exists()
    actions.mouvementer_enveloppe(enveloppe, montant=euros(95_000), **baisse)


def test_un_redeploiement_est_deux_mouvements_lies(contrat, gens, le) -> None:
    de, vers = (
        EnveloppeFactory(contrat=contrat, financeur=gens.departement, dispositif=DispositifFactory()) for _ in "ab"
    )
    actions.redeployer(de, vers=vers, montant=euros(300), motif="Priorité santé", jour=JOUR, par=gens.chef, le=le)
    for enveloppe, autre, ecart in ((de, vers, -300), (vers, de, 300)):
        enveloppe.refresh_from_db()
        assert enveloppe.montant == 100_000 + ecart
        mouvement = enveloppe.mouvements.get()
        assert (mouvement.genre, mouvement.montant, mouvement.contrepartie) == ("redeploiement", ecart, autre)
        assert len(vie(enveloppe)) == 1


def test_supprimer_une_enveloppe_ne_perd_pas_l_historique_de_celle_vers_qui_elle_a_redeploye(contrat, gens, le) -> None:
    de, vers = (
        EnveloppeFactory(contrat=contrat, financeur=gens.departement, dispositif=DispositifFactory()) for _ in "ab"
    )
    actions.redeployer(de, vers=vers, montant=euros(300), motif="Priorité santé", jour=JOUR, par=gens.chef, le=le)
    with pytest.raises(RestrictedError):
        de.delete()
    assert vers.mouvements.get().contrepartie == de


def test_un_redeploiement_impossible_ne_laisse_aucune_trace(programmee, contrat, gens, le) -> None:
    pleine = programmee.enveloppe
    vers = EnveloppeFactory(contrat=contrat, financeur=pleine.financeur, dispositif=DispositifFactory())
    acte = {"motif": "Priorité", "jour": JOUR, "par": gens.chef, "le": le}
    with pytest.raises(RegleEnfreinte, match="déjà programmés ou votés"):
        actions.redeployer(pleine, vers=vers, montant=euros(95_001), **acte)
    for ailleurs in (pleine, EnveloppeFactory(contrat=contrat), EnveloppeFactory(financeur=pleine.financeur)):
        with pytest.raises(RegleEnfreinte) as refus:
            actions.redeployer(pleine, vers=ailleurs, montant=euros(1), **acte)
        assert refus.value.champ == "vers"
    assert not MouvementEnveloppe.objects.exists()


@pytest.mark.parametrize(("genre", "montant"), [("abondement", -1), ("reduction", 1), ("attendu", -1)])
def test_la_base_refuse_un_mouvement_a_contresens(contrat, genre: str, montant: int) -> None:
    with pytest.raises(IntegrityError, match="programmation_mouvement_signe"), transaction.atomic():
        MouvementEnveloppeFactory(genre=genre, montant=montant)


def test_la_base_refuse_un_redeploiement_vers_nulle_part_ou_vers_soi() -> None:
    enveloppe = EnveloppeFactory()
    for cas in (
        {"genre": "redeploiement", "contrepartie": None},
        {"genre": "redeploiement", "contrepartie": enveloppe},
        {"contrepartie": EnveloppeFactory()},
    ):
        with pytest.raises(IntegrityError, match="programmation_mouvement_contrepartie"), transaction.atomic():
            MouvementEnveloppeFactory(enveloppe=enveloppe, **cas)


# --- Spending ---------------------------------------------------------------------------------------------------------
def test_une_demande_prend_sur_l_enveloppe_de_la_section_de_son_dispositif(contrat, dossier, gens, le, copil) -> None:
    dispositif = DispositifFactory(section=Section.INVESTISSEMENT)
    demande = DemandeFactory(dossier=dossier, financeur=gens.departement, dispositif=dispositif)
    actions.proposer(demande, montant=euros(5000), par=gens.instructeur, le=le)
    fonctionnement = EnveloppeFactory(
        contrat=contrat, financeur=gens.departement, dispositif=dispositif, section=Section.FONCTIONNEMENT
    )
    with pytest.raises(RegleEnfreinte, match="section investissement"):
        actions.programmer(dossier, reunion=copil, par=gens.chef, le=le)
    investissement = EnveloppeFactory(contrat=contrat, financeur=gens.departement, dispositif=dispositif)
    actions.programmer(dossier, reunion=copil, par=gens.chef, le=le)
    for enveloppe, pris in ((fonctionnement, 0), (investissement, 5000)):
        enveloppe.refresh_from_db()
        assert enveloppe.montant_programme == pris


# --- Overruns and rights ----------------------------------------------------------------------------------------------
def test_un_depassement_accorde_ne_se_retire_pas_une_fois_pris(programmee, gens, le) -> None:
    """S-19: what was allowed beyond the envelope stays written, with who allowed it and why."""
    enveloppe = programmee.enveloppe
    actions.autoriser_depassement(enveloppe, montant=euros(500), motif="Report", par=gens.chef, le=le)
    Enveloppe.objects.filter(pk=enveloppe.pk).update(montant=euros(4500))
    with pytest.raises(RegleEnfreinte, match="ne suffit pas"):
        actions.autoriser_depassement(enveloppe, montant=euros("499.99"), motif="Retrait", par=gens.chef, le=le)
    ligne = vie(enveloppe)[-1]
    assert ligne.avant == {"depassement_autorise": "0.00"}
    assert ligne.apres == {"depassement_autorise": "500"}


def test_le_motif_d_un_depassement_s_ecrit_de_meme_partout_et_l_enveloppe_se_nomme_en_francais(
    programmee, contrat, gens, le
) -> None:
    enveloppe = programmee.enveloppe
    actions.autoriser_depassement(enveloppe, montant=euros(5), motif="  Report ", par=gens.chef, le=le)
    enveloppe.refresh_from_db()
    assert (enveloppe.motif_depassement, vie(enveloppe)[-1].motif) == ("Report", "Report")
    sienne = EnveloppeFactory(contrat=contrat, financeur=OrganismeFactory(etat=True, nom="État", sigle="État"))
    with pytest.raises(RegleEnfreinte, match="L’enveloppe 2026 de l’État ne laisse que"):
        actions.enveloppes.deplacer(sienne, programme=euros(100_001))


@pytest.mark.parametrize(("montant", "motif", "champ"), [("-1", "Report", "montant"), ("1", " ", "motif")])
def test_un_depassement_est_positif_et_motive(contrat, gens, le, montant: str, motif: str, champ: str) -> None:
    with pytest.raises(RegleEnfreinte) as refus:
        actions.autoriser_depassement(
            EnveloppeFactory(contrat=contrat), montant=euros(montant), motif=motif, par=gens.chef, le=le
        )
    assert refus.value.champ == champ


@pytest.mark.parametrize(
    ("saisie", "champ"),
    [({"motif": ""}, "motif"), ({"montant": euros(0)}, "montant"), ({"jour": date(2027, 1, 1)}, "jour")],
)
def test_un_mouvement_mal_dit_ne_change_rien(contrat, gens, le, saisie, champ: str) -> None:
    enveloppe = EnveloppeFactory(contrat=contrat)
    bien_dit = {"genre": "abondement", "montant": euros(1), "motif": "Report", "jour": JOUR}
    with pytest.raises(RegleEnfreinte) as refus:
        actions.mouvementer_enveloppe(enveloppe, **(bien_dit | saisie), par=gens.chef, le=le)
    enveloppe.refresh_from_db()
    assert (refus.value.champ, enveloppe.montant) == (champ, 100_000)


@pytest.mark.parametrize("qui", ["instructeur", "decideur", "delegue", "porteur", "copil"])
def test_les_enveloppes_sont_tenues_par_l_equipe(contrat, gens, le, qui: str) -> None:
    un, deux = (
        EnveloppeFactory(contrat=contrat, financeur=gens.departement, dispositif=DispositifFactory()) for _ in "ab"
    )
    par = {"par": getattr(gens, qui), "le": le}
    somme = {"montant": euros(1), "jour": JOUR}
    for refuse in (
        lambda: actions.ouvrir_enveloppe(
            contrat,
            financeur=gens.departement,
            annee=2027,
            dispositif=un.dispositif,
            nature="specifique",
            montant=euros(1),
            **par,
        ),
        lambda: actions.reconduire_enveloppes(contrat, 2027, **par),
        lambda: actions.notifier_enveloppe(un, reference="A", **somme, **par),
        lambda: actions.revenir_sur_la_notification(un, motif="Erreur", **par),
        lambda: actions.mouvementer_enveloppe(un, genre="abondement", motif="Gel", **somme, **par),
        lambda: actions.redeployer(un, vers=deux, motif="Gel", **somme, **par),
        lambda: actions.autoriser_depassement(un, montant=euros(1), motif="Report", **par),
    ):
        with pytest.raises(ActeRefuse):
            refuse()


def test_la_base_refuse_un_compteur_au_dela_de_l_enveloppe_meme_sans_l_action(contrat) -> None:
    """S-19."""
    enveloppe = EnveloppeFactory(contrat=contrat, montant=euros(100))
    with pytest.raises(IntegrityError, match="programmation_enveloppe_non_depassee"), transaction.atomic():
        Enveloppe.objects.filter(pk=enveloppe.pk).update(montant_programme=euros("100.01"))
