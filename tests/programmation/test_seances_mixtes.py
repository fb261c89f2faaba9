"""Files that ask money through schemes of several bodies: each body says what becomes of its own rows, and of no other."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from commun.erreurs import RegleEnfreinte
from commun.typographie import euros
from contrats.etats import Role
from contrats.models import Reunion, TypeComite
from programmation import actions
from programmation.actions import SaisieExamen
from programmation.actions.seances import appliquer_l_examen
from programmation.etats import EtatDemande, EtatDossier
from programmation.forms import ValidationForm
from programmation.lectures.actes import lignes_a_refuser
from programmation.lectures.courriers import a_annoncer
from programmation.lectures.enveloppes import verifier_enveloppes
from programmation.lectures.initiatives import Proximite, initiatives
from programmation.lectures.listes_de_seance import examinables
from programmation.lectures.moyens import moyens_programmes
from programmation.lectures.proximite import comites_validant
from programmation.lectures.rangs import compter
from programmation.models import DemandeFinancement, Dossier, FamilleDispositif
from programmation.regles.fil_de_l_eau import Rang
from tests.fabriques import (
    ComiteFactory,
    DemandeFactory,
    DispositifFactory,
    DossierFactory,
    ExamenDossierFactory,
    OrganismeFactory,
    ReunionFactory,
    SollicitationAvisFactory,
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
    form = ValidationForm(comites=comites_validant(mixte), annee=2026, lignes=[])
    assert set(form.fields["reunion"].queryset) == {copil, commission}
    assert form.fields["reunion"].empty_label, "neither body is chosen for who answers"


def dire(reunion: Reunion, dossier: Dossier, acte: str, texte: str, gens, le) -> str:
    """The meeting puts the file off or sets it aside, and its decision is applied."""
    examen = ExamenDossierFactory(reunion=reunion, dossier=dossier)
    examen = actions.saisir_l_examen(examen, SaisieExamen(texte=texte), acte=acte, par=gens.chef, le=le)
    return appliquer_l_examen(examen, par=gens.chef, le=le)


@pytest.fixture(params=[True, False], ids=["copil-d-abord", "commission-d-abord"])
def copil_d_abord(request) -> bool:
    return request.param


@pytest.fixture
def suivante(copil_d_abord, mixte, lignes, gens, le, copil, commission) -> Reunion:
    """The commission's next meeting: it put its rows off at the last one, after or without the COPIL's decision."""
    if copil_d_abord:
        retenir(copil, lignes["appel"], gens, le)
    dire(commission, mixte, "ajourner", "Devis attendu", gens, le)
    return ReunionFactory(comite=commission.comite, le=date(2026, 4, 15))


def test_des_lignes_deja_ajournees_le_sont_encore_avec_le_nouveau_motif(
    mixte, lignes, gens, le, suivante, copil_d_abord
) -> None:
    fait = dire(suivante, mixte, "ajourner", "Statuts attendus", gens, le)

    assert "le dossier continue" in fait
    lignes["sip"].refresh_from_db()
    assert (lignes["sip"].etat, lignes["sip"].motif) == (EtatDemande.AJOURNEE, "Statuts attendus")
    assert etats(lignes)["appel"] == (EtatDemande.PROGRAMMEE if copil_d_abord else EtatDemande.PROPOSEE)


def test_des_lignes_ajournees_puis_ecartees_attendent_le_refus_de_leur_financeur(
    mixte, lignes, gens, le, suivante
) -> None:
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


# --- The initiatives page and the table of means -----------------------------------------------------------------------
def de_la_page(contrat, gens) -> Proximite:
    return initiatives(contrat, 2026, pour=gens.chef, le=date(2026, 9, 10))


@pytest.fixture
def initiative(contrat, sip, gens) -> dict[str, DemandeFinancement]:
    """An initiative: 4 000 € proposed on its scheme, 10 000 € on the yearly call."""
    dossier = DossierFactory(contrat=contrat, dispositif=sip, en_instruction=True)
    commun = {"dossier": dossier, "proposee": True}
    return {
        "sip": DemandeFactory(**commun, dispositif=sip, financeur=gens.region, montant_demande=Decimal(4000)),
        "appel": DemandeFactory(
            **commun, dispositif=DispositifFactory(), financeur=gens.departement, montant_demande=Decimal(10_000)
        ),
    }


def ecarter(reunion: Reunion, dossier: Dossier, gens, le) -> None:
    dire(reunion, dossier, "ecarter", "Hors sujet", gens, le)


def proposes(contrat, gens) -> dict[int, Decimal]:
    """What the table of means reads as proposed, by funder."""
    return {m.financeur: m.propose for m in moyens_programmes(contrat, 2026, pour=gens.chef) if m.propose}


def test_une_initiative_se_lit_par_ses_seules_lignes(contrat, initiative, gens, commission) -> None:
    (prete,) = de_la_page(contrat, gens).prets
    assert (prete.demande, prete.propose) == (4000, 4000)
    assert de_la_page(contrat, gens).total_pret == 4000
    assert compter(contrat, 2026, [FamilleDispositif.SIP], pour=gens.chef)[FamilleDispositif.SIP].demande == 4000


def test_une_initiative_programmee_au_copil_attend_encore_la_commission(
    contrat, initiative, gens, le, copil, commission
) -> None:
    retenir(copil, initiative["appel"], gens, le)

    page = de_la_page(contrat, gens)
    assert page.decides == ()
    assert [(i.propose, i.programme, i.reunion) for i in page.prets] == [(4000, None, "")]
    assert [e.pret for e in page.argent.enveloppes] == [4000]
    compte = compter(contrat, 2026, [FamilleDispositif.SIP], pour=gens.chef)[FamilleDispositif.SIP]
    assert (compte.combien(Rang.PRET), compte.combien(Rang.DECIDE)) == (1, 0)

    retenir(commission, initiative["sip"], gens, le)
    (decidee,) = de_la_page(contrat, gens).decides
    assert (decidee.programme, decidee.reunion) == (4000, str(commission))


def test_qui_ne_lit_pas_les_reponses_lit_que_le_dossier_est_programme(contrat, initiative, gens, le, copil) -> None:
    """Consulted and asked for nothing, it reads neither whose row was granted nor whose waits."""
    SollicitationAvisFactory(dossier=initiative["sip"].dossier, organisme=OrganismeFactory())
    consulte = gens._auteur_de(Role.INSTRUCTEUR, organisme=initiative["sip"].dossier.sollicitations.get().organisme)
    retenir(copil, initiative["appel"], gens, le)
    assert len(initiatives(contrat, 2026, pour=consulte, le=date(2026, 9, 10)).decides) == 1


def test_le_copil_n_ecarte_pas_une_initiative(contrat, initiative, gens, le, copil, commission) -> None:
    ecarter(copil, initiative["sip"].dossier, gens, le)
    page = de_la_page(contrat, gens)
    assert (page.sans_suite, len(page.prets)) == ((), 1)
    assert proposes(contrat, gens) == {gens.region.pk: 4000}


def test_une_liste_du_copil_ne_reprend_pas_ce_que_la_commission_ecarte(
    contrat, initiative, gens, le, commission
) -> None:
    dossier = initiative["sip"].dossier
    ecarter(commission, dossier, gens, le)
    ExamenDossierFactory(
        reunion=ReunionFactory(comite=ComiteFactory(contrat=contrat), le=date(2026, 6, 1)), dossier=dossier
    )
    (ecartee,) = de_la_page(contrat, gens).sans_suite
    assert ecartee.suite == f"écarté : {commission}"
    assert proposes(contrat, gens) == {gens.departement.pk: 10_000}


def test_sans_commission_le_copil_ecarte_l_initiative(contrat, initiative, gens, le, copil) -> None:
    ecarter(copil, initiative["sip"].dossier, gens, le)
    assert [i.suite for i in de_la_page(contrat, gens).sans_suite] == [f"écarté : {copil}"]
    assert proposes(contrat, gens) == {}


# --- A decision recorded for many files --------------------------------------------------------------------------------
@pytest.fixture
def selection(contrat, client_de, copil, commission, horloge):
    """`selection(dossier, **saisie)`: what the chef de projet sends after both bodies have met."""
    horloge.regler(2026, 9, 12, 9)
    chef = client_de(Role.CHEF_DE_PROJET)
    adresse = reverse("programmation:selection", kwargs={"contrat": contrat.slug, "annee": 2026})
    return lambda *dossiers, **saisie: chef.post(adresse, {"numero": [d.numero for d in dossiers], **saisie})


def offertes(page: Any) -> list[Reunion]:
    return list(page.context["form"].fields["reunion"].queryset)


def test_la_page_des_initiatives_n_enregistre_que_la_decision_de_la_commission(
    contrat, initiative, gens, selection, copil, commission, client_de, executer_travaux
) -> None:
    ReunionFactory(comite=copil.comite, le=date(2026, 9, 10))  # the latest is not the one that decides
    page = client_de(Role.CHEF_DE_PROJET).get(
        reverse("programmation:initiatives", kwargs={"contrat": contrat.slug, "annee": 2026})
    )
    assert 'name="depuis" value="initiatives"' in page.content.decode()

    apercu = selection(initiative["sip"].dossier, depuis="initiatives")
    assert offertes(apercu) == [commission]
    assert apercu.context["form"].fields["reunion"].empty_label is None
    assert apercu.context["a_programmer"] == euros(4000)
    assert 'name="depuis" value="initiatives"' in apercu.content.decode()
    assert selection(initiative["sip"].dossier, depuis="initiatives", reunion=copil.pk).status_code == 422

    selection(initiative["sip"].dossier, depuis="initiatives", reunion=commission.pk)
    executer_travaux()
    assert etats(initiative) == {"sip": EtatDemande.PROGRAMMEE, "appel": EtatDemande.PROPOSEE}


def test_du_tableau_une_selection_mixte_demande_quelle_instance_a_decide(
    initiative, selection, copil, commission
) -> None:
    apercu = selection(initiative["sip"].dossier)
    assert set(offertes(apercu)) == {copil, commission}
    assert apercu.context["form"].fields["reunion"].empty_label == "Choisissez"
    assert (
        apercu.context["a_programmer"]
        == f"{euros(10_000)} ({copil.comite.nom}), {euros(4000)} ({commission.comite.nom})"
    )
    ((_, montants, restent),) = apercu.context["lignes"]
    assert montants == ((copil.comite, 10_000), (commission.comite, 4000))
    assert restent == ()


def test_du_tableau_une_selection_de_l_appel_n_offre_que_le_copil(contrat, gens, selection, copil, commission) -> None:
    dossier = DossierFactory(contrat=contrat, en_instruction=True)
    DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True, montant_demande=Decimal(1000))
    apercu = selection(dossier)
    assert offertes(apercu) == [copil]
    assert apercu.context["a_programmer"] == euros(1000)


@pytest.mark.parametrize("etat", [EtatDossier.EN_INSTRUCTION, EtatDossier.AJOURNE])
def test_une_ligne_ajournee_n_attend_son_instance_que_si_le_dossier_l_est(
    initiative, selection, copil, commission, etat
) -> None:
    dossier = initiative["sip"].dossier
    DemandeFinancement.objects.filter(pk=initiative["sip"].pk).update(etat=EtatDemande.AJOURNEE, motif="Devis.")
    Dossier.objects.filter(pk=dossier.pk).update(etat=etat)
    attendues = {copil} if etat == EtatDossier.EN_INSTRUCTION else {copil, commission}
    assert set(offertes(selection(dossier))) == attendues
