"""Files that ask money through schemes of several bodies: each body says what becomes of its own rows, and of no other."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from commun.erreurs import RegleEnfreinte
from contrats.models import Reunion, TypeComite
from programmation import actions
from programmation.actions import SaisieExamen
from programmation.actions.seances import appliquer_l_examen
from programmation.etats import EtatDemande, EtatDossier
from programmation.forms import ValidationForm
from programmation.lectures.actes import lignes_a_refuser
from programmation.lectures.courriers import a_annoncer
from programmation.lectures.enveloppes import verifier_enveloppes
from programmation.lectures.listes_de_seance import examinables
from programmation.models import DemandeFinancement, Dossier, FamilleDispositif
from tests.fabriques import (
    ComiteFactory,
    DemandeFactory,
    DispositifFactory,
    DossierFactory,
    ExamenDossierFactory,
    ReunionFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def commission(contrat) -> Reunion:
    """The body in charge of the initiatives, the same week as the COPIL."""
    comite = ComiteFactory(contrat=contrat, type=TypeComite.COMMISSION, valide_programmation=False, valide_sip=True)
    return ReunionFactory(comite=comite, le=date(2026, 4, 14))


@pytest.fixture
def sip():
    return DispositifFactory(sip=True)


@pytest.fixture(params=["appel", "initiative"])
def mixte(request, contrat, sip) -> Dossier:
    """A file of each kind, which also asks money through the other scheme."""
    dispositif = DispositifFactory() if request.param == "appel" else sip
    return DossierFactory(contrat=contrat, dispositif=dispositif, en_instruction=True)


@pytest.fixture
def lignes(mixte, sip, gens) -> dict[str, DemandeFinancement]:
    """10 000 € proposed on the yearly call, 4 000 € on the initiatives."""
    appel = mixte.dispositif if mixte.dispositif != sip else DispositifFactory()
    return {
        "appel": DemandeFactory(
            dossier=mixte, dispositif=appel, financeur=gens.departement, proposee=True, montant_demande=Decimal(10_000)
        ),
        "sip": DemandeFactory(
            dossier=mixte, dispositif=sip, financeur=gens.region, proposee=True, montant_demande=Decimal(4000)
        ),
    }


def etats(lignes: dict[str, DemandeFinancement]) -> dict[str, str]:
    return {nom: DemandeFinancement.objects.get(pk=ligne.pk).etat for nom, ligne in lignes.items()}


def retenir(reunion: Reunion, ligne: DemandeFinancement, gens, le) -> str:
    """The meeting keeps what is proposed on one row, and its decision is applied."""
    examen = ExamenDossierFactory(reunion=reunion, dossier=ligne.dossier)
    saisie = SaisieExamen(montants={ligne.pk: ligne.montant_propose})
    examen = actions.saisir_l_examen(examen, saisie, acte="retenir", par=gens.chef, le=le)
    return appliquer_l_examen(examen, par=gens.chef, le=le)


@pytest.mark.parametrize(("qui", "sienne", "autre"), [("copil", "appel", "sip"), ("commission", "sip", "appel")])
def test_une_seance_ne_programme_que_les_lignes_de_son_instance(
    request, mixte, lignes, gens, le, commission, qui, sienne, autre
) -> None:
    reunion = request.getfixturevalue(qui)

    retenir(reunion, lignes[sienne], gens, le)

    assert etats(lignes) == {sienne: EtatDemande.PROGRAMMEE, autre: EtatDemande.PROPOSEE}
    lignes[autre].enveloppe.refresh_from_db()
    assert lignes[autre].enveloppe.montant_programme == 0
    assert not verifier_enveloppes()


@pytest.mark.parametrize(("qui", "sienne", "autre"), [("copil", "appel", "sip"), ("commission", "sip", "appel")])
def test_sans_seance_non_plus(request, mixte, lignes, gens, le, commission, qui, sienne, autre) -> None:
    """By the file's own page, whatever the page sends."""
    reunion = request.getfixturevalue(qui)
    montants = {ligne.pk: ligne.montant_propose for ligne in lignes.values()}

    actions.programmer(mixte, reunion=reunion, montants=montants, par=gens.chef, le=le)

    assert etats(lignes) == {sienne: EtatDemande.PROGRAMMEE, autre: EtatDemande.PROPOSEE}


def test_une_ligne_que_la_reunion_n_a_pas_vue_reste_comme_elle_est(dossier, gens, copil, le) -> None:
    vue = DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)
    absente = DemandeFactory(dossier=dossier, financeur=gens.region, proposee=True)

    actions.programmer(dossier, reunion=copil, montants={vue.pk: Decimal(3000)}, par=gens.chef, le=le)

    assert etats({"vue": vue, "absente": absente}) == {"vue": "programmee", "absente": "proposee"}


def test_chaque_instance_applique_a_son_tour_ce_qu_elle_a_dit(mixte, lignes, gens, le, copil, commission) -> None:
    for reunion in (copil, commission):
        assert mixte in examinables(reunion, pour=gens.chef)
    retenir(commission, lignes["sip"], gens, le)
    retenir(copil, lignes["appel"], gens, le)

    assert set(etats(lignes).values()) == {EtatDemande.PROGRAMMEE}
    mixte.refresh_from_db()
    assert mixte.etat == EtatDossier.PROGRAMME
    assert not verifier_enveloppes()


@pytest.mark.parametrize("premier", ["retenir", "ajourner"])
def test_une_instance_ajourne_ses_lignes_quand_l_autre_continue(
    mixte, lignes, gens, le, copil, commission, premier
) -> None:
    """The commission puts the initiative off; the COPIL validates the rest, before or after."""
    examen = ExamenDossierFactory(reunion=commission, dossier=mixte)
    if premier == "retenir":
        retenir(copil, lignes["appel"], gens, le)
    actions.saisir_l_examen(examen, SaisieExamen(texte="Devis attendu"), acte="ajourner", par=gens.chef, le=le)
    fait = appliquer_l_examen(examen, par=gens.chef, le=le)
    if premier == "ajourner":
        mixte.refresh_from_db()
        assert mixte.etat == EtatDossier.EN_INSTRUCTION
        retenir(copil, lignes["appel"], gens, le)

    assert "le dossier continue" in fait
    assert etats(lignes) == {"appel": EtatDemande.PROGRAMMEE, "sip": EtatDemande.AJOURNEE}
    mixte.refresh_from_db()
    assert mixte.etat == EtatDossier.PROGRAMME


def test_une_instance_ecarte_ses_lignes_d_un_dossier_que_l_autre_a_programme(
    mixte, lignes, gens, le, copil, commission
) -> None:
    retenir(copil, lignes["appel"], gens, le)
    examen = ExamenDossierFactory(reunion=commission, dossier=mixte)
    actions.saisir_l_examen(examen, SaisieExamen(texte="Hors du quartier"), acte="ecarter", par=gens.chef, le=le)
    assert appliquer_l_examen(examen, par=gens.chef, le=le).startswith("demandes de cette instance écartées")
    repris = actions.rouvrir_l_examen(examen, par=gens.chef, le=le)
    assert repris.applique_le is None


def test_une_instance_sans_ligne_au_dossier_n_en_decide_pas(contrat, gens, le, copil, commission, sip) -> None:
    dossier = DossierFactory(contrat=contrat, en_instruction=True)
    ligne = DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)
    for acte, suite in (("programmer", {}), ("ajourner", {"motif": "Plus tard"})):
        with pytest.raises(RegleEnfreinte, match="instance qui valide la programmation") as refus:
            getattr(actions, acte)(dossier, reunion=commission, par=gens.chef, le=le, **suite)
        assert refus.value.champ == "reunion"
    assert etats({"ligne": ligne}) == {"ligne": EtatDemande.PROPOSEE}


def test_la_page_offre_les_reunions_de_chaque_instance_qui_a_une_ligne(
    contrat, mixte, lignes, gens, copil, commission, horloge
) -> None:
    horloge.regler(2026, 6, 1, 9)
    assert mixte.dispositif.famille in (FamilleDispositif.AAP, FamilleDispositif.SIP)
    form = ValidationForm(contrat=contrat, annee=2026, dossier=mixte, lignes=[])
    assert set(form.fields["reunion"].queryset) == {copil, commission}


def dire(reunion: Reunion, dossier: Dossier, acte: str, texte: str, gens, le) -> str:
    """The meeting puts the file off or sets it aside, and its decision is applied."""
    examen = ExamenDossierFactory(reunion=reunion, dossier=dossier)
    examen = actions.saisir_l_examen(examen, SaisieExamen(texte=texte), acte=acte, par=gens.chef, le=le)
    return appliquer_l_examen(examen, par=gens.chef, le=le)


@pytest.mark.parametrize("copil_d_abord", [True, False])
def test_des_lignes_deja_ajournees_le_sont_encore_avec_le_nouveau_motif(
    mixte, lignes, gens, le, copil, commission, copil_d_abord
) -> None:
    if copil_d_abord:
        retenir(copil, lignes["appel"], gens, le)
    dire(commission, mixte, "ajourner", "Devis attendu", gens, le)
    suivante = ReunionFactory(comite=commission.comite, le=date(2026, 4, 15))

    fait = dire(suivante, mixte, "ajourner", "Statuts attendus", gens, le)

    assert "le dossier continue" in fait
    lignes["sip"].refresh_from_db()
    assert (lignes["sip"].etat, lignes["sip"].motif) == (EtatDemande.AJOURNEE, "Statuts attendus")
    assert etats(lignes)["appel"] == (EtatDemande.PROGRAMMEE if copil_d_abord else EtatDemande.PROPOSEE)


@pytest.mark.parametrize("copil_d_abord", [True, False])
def test_des_lignes_ajournees_puis_ecartees_attendent_le_refus_de_leur_financeur(
    mixte, lignes, gens, le, copil, commission, copil_d_abord
) -> None:
    if copil_d_abord:
        retenir(copil, lignes["appel"], gens, le)
    dire(commission, mixte, "ajourner", "Devis attendu", gens, le)
    suivante = ReunionFactory(comite=commission.comite, le=date(2026, 4, 15))

    dire(suivante, mixte, "ecarter", "Hors du quartier", gens, le)

    sip = DemandeFinancement.objects.get(pk=lignes["sip"].pk)
    assert (sip.etat, sip.motif) == (EtatDemande.PROPOSEE, "")
    assert not a_annoncer(mixte.campagne, sip.financeur).filter(pk=sip.pk).exists()
    actions.refuser(sip, motif="Hors du quartier", piece_source="Compte rendu", par=gens.chef, le=le)


def test_un_dossier_ajourne_puis_ecarte_revient_a_l_instruction(dossier, gens, le, copil) -> None:
    demande = DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)
    dire(copil, dossier, "ajourner", "Budget à préciser", gens, le)
    suivant = ReunionFactory(comite=copil.comite, le=date(2026, 4, 15))
    dire(suivant, dossier, "ecarter", "Action hors contrat", gens, le)

    dossier.refresh_from_db()
    assert dossier.etat == EtatDossier.EN_INSTRUCTION
    assert etats({"demande": demande}) == {"demande": EtatDemande.PROPOSEE}
    assert demande in lignes_a_refuser(dossier.campagne, gens.departement, pour=gens.decideur)
