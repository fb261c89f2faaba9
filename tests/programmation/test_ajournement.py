"""What is put off: the rows with their reason, the letter that tells it, and the ways back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse

from commun.erreurs import ActeRefuse, RegleEnfreinte
from contrats.etats import Role
from contrats.models import Reunion
from programmation import actions
from programmation.actions import SaisieExamen
from programmation.actions.modeles_courriers import modele_a_utiliser
from programmation.actions.seances import appliquer_l_examen
from programmation.etats import EtatDemande, EtatDossier, GenreCourrier
from programmation.lectures.courriers import a_annoncer, empechements
from programmation.lectures.enveloppes import verifier_enveloppes
from programmation.lectures.listes_de_seance import sources
from programmation.models import Courrier, DemandeFinancement
from tests.fabriques import CourrierFactory, DemandeFactory, ExamenDossierFactory, LotDeCourriersFactory, ReunionFactory

from .actions.reperes import ACTE, vie

pytestmark = pytest.mark.django_db


@pytest.fixture
def demandes(dossier, gens) -> dict[str, DemandeFinancement]:
    """One row that proposes, one that keeps a draft, one that has not answered, one refused already."""
    suite = {"dossier": dossier}
    return {
        "proposee": DemandeFactory(**suite, financeur=gens.departement, proposee=True),
        "brouillon": DemandeFactory(**suite, financeur=gens.region, brouillon=True, montant_propose=Decimal(700)),
        "demandee": DemandeFactory(**suite, dotee=True),
        "refusee": DemandeFactory(**suite, refusee=True),
    }


def etats(demandes: dict[str, DemandeFinancement]) -> dict[str, str]:
    for demande in demandes.values():
        demande.refresh_from_db()
    return {nom: demande.etat for nom, demande in demandes.items()}


@pytest.fixture
def ajourner(copil, gens, le):
    """`ajourner(dossier)`: a session puts the file off, « Budget à préciser »."""

    def faire(dossier, reunion: Reunion | None = None):
        examen = ExamenDossierFactory(reunion=reunion or copil, dossier=dossier)
        saisie = SaisieExamen(texte="Budget à préciser")
        examen = actions.saisir_l_examen(examen, saisie, acte="ajourner", par=gens.chef, le=le)
        assert appliquer_l_examen(examen, par=gens.chef, le=le) == "ajourné"
        return examen

    return faire


def test_ajourner_un_dossier_ajourne_ses_lignes_ouvertes_avec_le_motif(dossier, copil, demandes, ajourner) -> None:
    ajourner(dossier)

    assert etats(demandes) == {
        "proposee": EtatDemande.AJOURNEE,
        "brouillon": EtatDemande.AJOURNEE,
        "demandee": EtatDemande.AJOURNEE,
        "refusee": EtatDemande.REFUSEE,
    }
    assert demandes["proposee"].motif == "Budget à préciser"
    assert vie(demandes["proposee"])[-1].motif == f"{copil} : Budget à préciser"
    assert demandes["refusee"].motif == "Hors des priorités du financeur."
    dossier.refresh_from_db()
    assert dossier.etat == EtatDossier.AJOURNE


def test_reprendre_rend_a_chaque_ligne_ce_qu_elle_avait(dossier, gens, demandes, ajourner, le) -> None:
    ajourner(dossier)

    actions.reprendre(dossier, par=gens.chef, le=le)

    assert etats(demandes) == {
        "proposee": EtatDemande.PROPOSEE,
        "brouillon": EtatDemande.PROPOSEE,
        "demandee": EtatDemande.DEMANDEE,
        "refusee": EtatDemande.REFUSEE,
    }
    proposee, brouillon = demandes["proposee"], demandes["brouillon"]
    assert (proposee.montant_propose, proposee.motif, proposee.reprise_le) == (5000, "", le)
    assert (brouillon.montant_propose, brouillon.proposition_partagee) == (700, False)


def test_d_une_seance_a_la_suivante_la_ligne_est_retenue_votee_et_chaque_courrier_la_dit(
    contrat, dossier, gens, copil, ajourner, le
) -> None:
    """The way of H6: put off, told, taken up at the next meeting, programmed, voted, told again."""
    demande = DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)
    reste = DemandeFactory(dossier=dossier, financeur=gens.departement, nature="droit_commun", refusee=True)
    campagne, financeur = dossier.campagne, gens.departement
    ajourner(dossier)
    assert set(a_annoncer(campagne, financeur)) == {demande, reste}
    lot = LotDeCourriersFactory(campagne=campagne, financeur=financeur, ouvert_le=le + timedelta(days=1))
    CourrierFactory(lot=lot, dossier=dossier, envoye=True, demandes=[demande, reste])
    assert not a_annoncer(campagne, financeur).exists()

    juin = ReunionFactory(comite=copil.comite, le=date(2026, 6, 12))
    assert [s.cle for s in sources(juin, pour=gens.chef)] == ["ajournes"]
    actions.inscrire_dossiers(juin, [dossier.numero], par=gens.chef, le=le)
    plus_tard = le + timedelta(days=60)
    saisie = SaisieExamen(montants={demande.pk: Decimal(4000)})
    examen = actions.saisir_l_examen(juin.examens.get(), saisie, acte="retenir", par=gens.chef, le=plus_tard)
    assert appliquer_l_examen(examen, par=gens.chef, le=plus_tard).startswith("programmé")
    actions.voter(demande, acte=ACTE_DE_JUIN, montant=Decimal(4000), par=gens.decideur, le=plus_tard)

    demande.refresh_from_db()
    assert (demande.etat, demande.montant_vote, demande.motif) == (EtatDemande.VOTEE, 4000, "")
    assert list(a_annoncer(campagne, financeur)) == [demande]  # the refusal was told once and for all
    assert not verifier_enveloppes()


ACTE_DE_JUIN = actions.NouvelActe(ACTE.instance, "CP-2026-204", date(2026, 6, 30))


def test_un_second_ajournement_se_dit_aussi(dossier, gens, ajourner, copil, le) -> None:
    demande = DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)
    ajourner(dossier)
    un_peu_avant = le - timedelta(hours=1)
    lot = LotDeCourriersFactory(campagne=dossier.campagne, financeur=gens.departement, ouvert_le=un_peu_avant)
    CourrierFactory(lot=lot, dossier=dossier, envoye=True, demandes=[demande])
    actions.reprendre(dossier, par=gens.chef, le=le)
    assert not a_annoncer(dossier.campagne, gens.departement).exists()

    ajourner(dossier, ReunionFactory(comite=copil.comite, le=date(2026, 5, 20)))

    assert list(a_annoncer(dossier.campagne, gens.departement)) == [demande]


def test_le_courrier_reecrit_apres_un_second_ajournement_ne_part_qu_une_fois(
    dossier, gens, ajourner, copil, le
) -> None:
    """Opened for a first postponement, not sent; written again for the second one, it tells it."""
    demande = DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)
    ajourner(dossier)
    jours = [le + timedelta(days=n) for n in range(6)]
    lot = LotDeCourriersFactory(campagne=dossier.campagne, financeur=gens.departement, ouvert_le=jours[0])
    modele_a_utiliser(dossier.contrat, gens.departement, GenreCourrier.AJOURNEMENT, par=gens.decideur, le=le)
    courrier = actions.ouvrir_le_courrier(lot, dossier, par=gens.decideur, le=jours[0])
    actions.reprendre(dossier, par=gens.chef, le=jours[1])
    ajourner(dossier, ReunionFactory(comite=copil.comite, le=date(2026, 5, 20)))
    assert list(a_annoncer(dossier.campagne, gens.departement)) == [demande]
    with pytest.raises(RegleEnfreinte, match="a changé"):  # the same reason, but of another meeting
        actions.valider_le_courrier(courrier, par=gens.decideur, le=jours[2])

    courrier = actions.reecrire_le_courrier(courrier, par=gens.decideur, le=jours[3])
    assert not a_annoncer(dossier.campagne, gens.departement).exists()
    actions.valider_le_courrier(courrier, par=gens.decideur, le=jours[4])
    actions.envoyer_le_courrier(courrier, par=gens.decideur, le=jours[5])
    assert not a_annoncer(dossier.campagne, gens.departement).exists()


def test_les_courriers_d_avant_disent_quand_ils_ont_ete_ecrits(dossier, gens, ajourner, le) -> None:
    """By the journal, else by the opening of their lot."""
    DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)
    ajourner(dossier)
    lot = LotDeCourriersFactory(campagne=dossier.campagne, financeur=gens.departement)
    modele_a_utiliser(dossier.contrat, gens.departement, GenreCourrier.AJOURNEMENT, par=gens.decideur, le=le)
    ecrit = actions.ouvrir_le_courrier(lot, dossier, par=gens.decideur, le=le)
    actions.reecrire_le_courrier(ecrit, par=gens.decideur, le=le + timedelta(days=1))
    ancien = CourrierFactory()
    Courrier.objects.update(redige_le=le + timedelta(days=9))

    import_module("programmation.migrations.0024_courriers_rediges").dire_quand_ils_sont_ecrits(apps, None)

    lus = dict(Courrier.objects.values_list("pk", "redige_le"))
    assert lus == {ecrit.pk: le + timedelta(days=1), ancien.pk: ancien.lot.ouvert_le}


def test_reecrire_un_courrier_ne_redit_pas_ce_qu_un_autre_dit_deja(dossier, gens, ajourner, copil, le) -> None:
    DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)
    ajourner(dossier)
    modele_a_utiliser(dossier.contrat, gens.departement, GenreCourrier.AJOURNEMENT, par=gens.decideur, le=le)
    lots = LotDeCourriersFactory.create_batch(2, campagne=dossier.campagne, financeur=gens.departement, ouvert_le=le)
    ancien = actions.ouvrir_le_courrier(lots[0], dossier, par=gens.decideur, le=le)
    actions.reprendre(dossier, par=gens.chef, le=le + timedelta(days=1))
    ajourner(dossier, ReunionFactory(comite=copil.comite, le=date(2026, 5, 20)))
    assert actions.ouvrir_le_courrier(lots[1], dossier, par=gens.decideur, le=le + timedelta(days=2)) is not None
    with pytest.raises(RegleEnfreinte, match="annulez-le"):
        actions.reecrire_le_courrier(ancien, par=gens.decideur, le=le + timedelta(days=3))


@pytest.mark.parametrize("etat", ["retire", "irrecevable", "clos"])
def test_l_ajournement_d_un_dossier_qu_on_n_examine_plus_ne_se_dit_plus(dossier, gens, ajourner, le, etat) -> None:
    """No letter promises that it will be examined again: none is opened, and the one that was is kept."""
    DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)
    ajourner(dossier)
    lot = LotDeCourriersFactory(campagne=dossier.campagne, financeur=gens.departement, ouvert_le=le)
    modele_a_utiliser(dossier.contrat, gens.departement, GenreCourrier.AJOURNEMENT, par=gens.decideur, le=le)
    courrier = actions.ouvrir_le_courrier(lot, dossier, par=gens.decideur, le=le)
    courrier = actions.valider_le_courrier(courrier, par=gens.decideur, le=le)

    if etat == "retire":
        actions.retirer(dossier, motif="Le porteur renonce", par=gens.chef, le=le)
    else:
        type(dossier).objects.filter(pk=dossier.pk).update(etat=etat)

    assert empechements([Courrier.objects.get(pk=courrier.pk)])
    with pytest.raises(RegleEnfreinte, match="a changé"):
        actions.envoyer_le_courrier(courrier, par=gens.decideur, le=le)
    with pytest.raises(RegleEnfreinte, match="annulez-le"):
        actions.reecrire_le_courrier(courrier, par=gens.decideur, le=le)
    actions.annuler_le_courrier(courrier, motif="Retiré", par=gens.decideur, le=le)
    assert not a_annoncer(dossier.campagne, gens.departement).exists()


def test_programmer_un_dossier_ajourne_reprend_ses_lignes(dossier, gens, copil, demandes, ajourner, le) -> None:
    ajourner(dossier)
    actions.programmer(dossier, reunion=copil, par=gens.chef, le=le)
    assert etats(demandes) == {
        "proposee": EtatDemande.PROGRAMMEE,
        "brouillon": EtatDemande.PROPOSEE,
        "demandee": EtatDemande.DEMANDEE,
        "refusee": EtatDemande.REFUSEE,
    }


def test_une_ligne_seule_reprend_sur_un_dossier_qui_continue(contrat, dossier, gens, copil, le, client_de) -> None:
    ajournee = DemandeFactory(dossier=dossier, financeur=gens.departement, ajournee=True)
    client = client_de(Role.INSTRUCTEUR, organisme=gens.departement)
    cles = {"contrat": contrat.slug, "annee": 2026, "numero": dossier.numero}
    page = reverse("programmation:reprendre_la_demande", kwargs=cles | {"pk": ajournee.pk})
    fiche = reverse("programmation:dossier", kwargs=cles)

    assert page in client.get(fiche).content.decode()
    assert "Reprendre l’instruction" in client.get(page).content.decode()
    assert client.post(page).status_code == 302

    ajournee.refresh_from_db()
    assert (ajournee.etat, ajournee.motif) == (EtatDemande.DEMANDEE, "")
    assert page not in client.get(fiche).content.decode()
    with pytest.raises(ActeRefuse, match="pas ajournée"):
        actions.reprendre_la_demande(ajournee, par=gens.instructeur, le=le)


def test_une_ligne_ne_reprend_pas_sans_son_dossier_ni_pour_un_autre_financeur(
    dossier, gens, demandes, ajourner, le
) -> None:
    ajourner(dossier)
    with pytest.raises(ActeRefuse, match="dossier entier est ajourné"):
        actions.reprendre_la_demande(demandes["proposee"], par=gens.instructeur, le=le)
    with pytest.raises(ActeRefuse):
        actions.reprendre_la_demande(demandes["proposee"], par=gens.voisin, le=le)
