"""Neighbourhood initiatives: one page on a phone, the commission that decides, the support offered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from acteurs.models import FormeJuridique
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.models import LigneJournal
from contrats.etats import EtatReunion, Role
from programmation import actions
from programmation.actions.proximite import proposer_accompagnement, suivre_accompagnement
from programmation.etats import EtatAccompagnement, EtatDossier
from programmation.lectures.comparaison import en_mots, relire_version
from programmation.lectures.demande import RELATIONS, controles_de, demande_de
from programmation.lectures.dossier import fiche, pour_la_fiche
from programmation.lectures.initiatives import initiatives
from programmation.lectures.proximite import alerte_de_cumul
from programmation.lectures.recevabilite import controles
from programmation.lectures.seances import programmation_proposee
from programmation.models import Accompagnement, Dossier, FicheProximite
from programmation.rapports.demande import document
from programmation.regles.champs import NOMS_DE_LA_FICHE, TOUS_LES_NOMS, se_demande
from programmation.regles.proximite import instance_competente, priorite
from programmation.regles.recevabilite import Resultat
from tests.fabriques import (
    AccompagnementFactory,
    CampagneFactory,
    ComiteFactory,
    DemandeDeComplementFactory,
    DemandeFactory,
    DeportFactory,
    DispositifFactory,
    DossierFactory,
    EnveloppeFactory,
    FicheOrganismeFactory,
    FicheProximiteFactory,
    OrganismeFactory,
    OrientationFactory,
    PerimetreDuContratFactory,
    ReunionFactory,
    SollicitationAvisFactory,
    ThemeP147Factory,
    VersionPerimetreFactory,
)

HTMX = {"HX-Request": "true"}
PARIS = ZoneInfo("Europe/Paris")


# --- Rules -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("benevole", "appel", "attendu"),
    [(True, 0, True), (True, 1, False), (False, 0, False), (None, 0, None), (None, 2, False)],
)
def test_la_priorite_va_aux_benevoles_qui_n_ont_pas_repondu_a_l_appel(benevole, appel, attendu) -> None:
    """Regles 2.13: the sentence says why."""
    lue = priorite(benevole=benevole, dossiers_a_l_appel=appel)
    assert lue.prioritaire is attendu
    assert lue.motif.endswith(".")


@pytest.mark.parametrize(
    ("sip", "programmation", "valide_sip", "confie", "permis"),
    [
        (True, False, True, True, True),  # the commission, on its initiatives
        (True, True, False, True, False),  # the COPIL, when a commission is in charge of them
        (True, True, False, False, True),  # the COPIL, when nobody is
        (False, False, True, True, False),  # the commission, on any other file
        (False, True, True, True, True),
    ],
)
def test_chaque_instance_valide_ce_qui_lui_revient(sip, programmation, valide_sip, confie, permis) -> None:
    assert (
        instance_competente(sip=sip, valide_programmation=programmation, valide_sip=valide_sip, sip_confie=confie)
        is permis
    )


def test_la_fiche_demande_moins_et_deux_choses_de_plus() -> None:
    assert NOMS_DE_LA_FICHE < TOUS_LES_NOMS
    assert {"benevole", "pic", "resume", "budget"} <= NOMS_DE_LA_FICHE
    assert not {"buts", "indicateurs", "dispositif", "pieces"} & NOMS_DE_LA_FICHE
    assert not se_demande("pic", "cerfa_12156")
    assert se_demande("buts", "cerfa_12156")


# --- The one page ------------------------------------------------------------------------------------------------------
@pytest.fixture
def client(client_de: Callable[..., Client]) -> Any:
    """Somebody of an association."""
    return client_de(Role.PORTEUR, organisme=OrganismeFactory(forme_juridique=FormeJuridique.ASSOCIATION_1901))


@pytest.fixture
def sip() -> Any:
    return DispositifFactory(sip=True)


@pytest.fixture
def brouillon(contrat, client, sip) -> Dossier:
    return DossierFactory(
        contrat=contrat,
        campagne=CampagneFactory(contrat=contrat, annee=2026, close=True),
        porteur=client.auteur.organisme,
        dispositif=sip,
        intitule="",
        orientation=None,
        theme_p147=None,
        beneficiaires=None,
        beneficiaires_qpv=None,
        debut=None,
        fin=None,
    )


def adresse(route: str, dossier: Dossier, **suite: Any) -> str:
    cles = {"contrat": dossier.contrat.slug, "annee": dossier.campagne.annee, "numero": dossier.numero}
    return reverse(f"programmation:{route}", kwargs=cles | suite)


@pytest.fixture
def reponses(contrat, brouillon, sip) -> dict[str, Any]:
    """All that the page asks, as a browser sends it."""
    orientation = OrientationFactory(contrat=contrat, theme_p147=ThemeP147Factory())
    version = VersionPerimetreFactory()
    PerimetreDuContratFactory(contrat=contrat, perimetre=version.perimetre)
    financeur = OrganismeFactory(epci=True)
    EnveloppeFactory(contrat=contrat, dispositif=sip, financeur=financeur)
    return {
        "intitule": "Un jardin au pied des tours",
        "resume": "Douze carrés potagers, cultivés par les habitants.",
        "besoin": "Les habitants l’ont demandé à la fête du quartier.",
        "orientation": orientation.pk,
        "lieu": "Square des Lilas",
        "part_ensemble_qpv_0_0": "100",
        "debut": "2026-10-01",
        "fin": "2026-12-15",
        "partenaires": "Le club d’échecs prête sa salle.",
        "benevole": "oui",
        "beneficiaires": "40",
        "beneficiaires_qpv": "35",
        "femmes": "22",
        "hommes": "18",
        f"demande_{financeur.pk}_{sip.pk}_specifique": "1 500",
        "pic": "non",
        "compte_60x": "1500",
        "compte_864": "300",
        "compte_870": "300",
        "donne_cer": "on",
        "donne_sociales": "on",
        "donne_sincerite": "on",
        "donne_pouvoir": "on",
        "donne_minimis": "on",
        "montant_minimis": "0",
    }


pytestmark = pytest.mark.django_db


def test_une_page_suffit_a_deposer_apres_la_limite_de_l_appel(client, brouillon, reponses, horloge) -> None:
    """S-01…S-04, S-17: the same checks as the long form; the scheme stays open all year."""
    horloge.regler(2026, 9, 10, 9)
    assert client.get(adresse("demande", brouillon))["Location"] == adresse("fiche", brouillon)
    textes = client.get(adresse("fiche", brouillon)).context["form"].sections["attestations"].textes
    reponses |= {f"donne_{texte.genre}": "on" for texte in textes}
    suite = client.post(adresse("fiche", brouillon), reponses | {"continuer": "1"})
    assert suite["Location"] == adresse("relire", brouillon)

    brouillon.refresh_from_db()
    assert brouillon.theme_p147 == brouillon.orientation.theme_p147
    assert brouillon.cout_total == 1_500
    manques = [c for c in controles_de(brouillon, demande_de(brouillon, date(2026, 9, 10))) if c.bloquant]
    assert manques == []
    reponse = client.post(adresse("deposer", brouillon))
    brouillon.refresh_from_db()
    assert brouillon.etat == EtatDossier.DEPOSE
    assert reponse["Location"] == adresse("demande", brouillon)
    version = brouillon.versions.get()
    demande = relire_version(version)
    assert (demande.benevole, demande.pic) == (True, "Non")
    (delai, *_) = controles(Dossier.objects.select_related("contrat", "campagne", "porteur", "dispositif").get())
    assert delai.resultat is Resultat.CONFORME, "a permanent scheme has the whole year"


def test_ce_qui_est_juste_est_garde_et_le_reste_se_dit(client, brouillon, reponses) -> None:
    """With htmx: each section keeps its own; what remains follows."""
    reponse = client.post(
        adresse("fiche", brouillon), reponses | {"beneficiaires": "quarante", "fin": "2026-01-01"}, headers=HTMX
    ).content.decode()
    brouillon.refresh_from_db()
    assert brouillon.intitule == "Un jardin au pied des tours"
    assert brouillon.beneficiaires is None
    assert 'data-champ="id_beneficiaires"' in reponse
    assert 'data-champ="id_fin"' in reponse
    assert 'id="reste"' in reponse
    assert FicheProximite.objects.get(dossier=brouillon).benevole is True


def test_sans_script_la_page_refusee_garde_ce_qui_est_ecrit(client, brouillon, reponses) -> None:
    reponse = client.post(adresse("fiche", brouillon), reponses | {"beneficiaires": "quarante"})
    assert reponse.status_code == 422
    assert 'value="quarante"' in reponse.content.decode()


def test_un_quartier_se_choisit_ou_plusieurs_se_partagent(client, brouillon, reponses) -> None:
    """S-17: one place is the whole action; the shares count when several are asked for."""
    page = adresse("fiche", brouillon)
    champs = client.get(page).context["form"].sections["lieux"].fields
    quartiers = [cle.removeprefix("part_") for cle in champs if cle.startswith("part_perimetre")]
    client.post(page, reponses | {"quartier": quartiers[0]}, headers=HTMX)
    lieu = brouillon.localisations.get()
    assert (lieu.part, lieu.version is None and lieu.commune is None) == (100, False)
    assert client.get(page).context["form"].sections["lieux"]["quartier"].value() == quartiers[0]
    partage = {"quartier": "plusieurs", "part_ensemble_qpv_0_0": "40", f"part_{quartiers[0]}": "60"}
    client.post(page, reponses | partage, headers=HTMX)
    assert sorted(brouillon.localisations.values_list("part", flat=True)) == [40, 60]
    assert client.get(page).context["form"].sections["lieux"].plusieurs


def test_un_montant_au_dela_du_plafond_se_dit(client, brouillon, reponses) -> None:
    demande = next(nom for nom in reponses if nom.startswith("demande_"))
    client.post(adresse("fiche", brouillon), reponses | {demande: "5 001"}, headers=HTMX)
    page = client.get(adresse("fiche", brouillon)).content.decode()
    assert "dépassent le plafond du dispositif" in page


def test_une_page_de_la_longue_demande_mene_a_sa_partie_de_la_fiche(client, brouillon) -> None:
    reponse = client.get(adresse("section", brouillon, section="budget"))
    assert reponse["Location"] == adresse("fiche", brouillon) + "#partie-budget"
    assert client.get(adresse("section", brouillon, section="organisme")).status_code == 200


def test_une_demande_ordinaire_n_a_pas_de_fiche(client, contrat) -> None:
    dossier = DossierFactory(contrat=contrat, porteur=client.auteur.organisme)
    assert client.get(adresse("fiche", dossier))["Location"] == adresse("demande", dossier)
    assert "benevole" not in client.get(adresse("section", dossier, section="moyens")).context["form"].fields
    champs = [r.champ for lue in en_mots(demande_de(dossier, date(2026, 1, 1))) for r in lue.reponses]
    assert not {"benevole", "pic"} & set(champs)


def test_un_complement_n_ouvre_que_ses_champs_sur_la_fiche(client, contrat, sip) -> None:
    dossier = DossierFactory(contrat=contrat, porteur=client.auteur.organisme, dispositif=sip, incomplet=True)
    DemandeDeComplementFactory(dossier=dossier, champs=["pic"], motif="Et le PIC ?")
    form = client.get(adresse("fiche", dossier)).context["form"]
    assert [nom for nom, champ in form.fields.items() if not champ.disabled] == ["pic"]
    client.post(adresse("fiche", dossier), {"pic": "demande", "intitule": "Autre"}, headers=HTMX)
    assert FicheProximite.objects.get(dossier=dossier).pic == "demande"
    dossier.refresh_from_db()
    assert dossier.intitule != "Autre"


def test_la_fiche_n_enregistre_que_ce_qui_a_change(client, brouillon, reponses) -> None:
    """A keystroke in one section writes that section alone."""
    client.post(adresse("fiche", brouillon), reponses, headers=HTMX)
    lieu = brouillon.localisations.get()
    suite = {"quartier": "ensemble_qpv_0_0", "resume": "Quinze carrés."}
    client.post(adresse("fiche", brouillon), reponses | suite, headers=HTMX)
    assert brouillon.localisations.get().pk == lieu.pk
    brouillon.refresh_from_db()
    assert brouillon.resume == "Quinze carrés."


def _envoyee(page: Any) -> dict[str, str]:
    """What the page sends back of what it showed, section by section."""
    return {partie.nom_d_ouverture: partie.ouverture for partie in page.context["sections"].values()}


def test_deux_personnes_gardent_chacune_leurs_reponses_sur_la_fiche(client, brouillon, client_de, reponses) -> None:
    """Somebody of the same association writes meanwhile: what differs is chosen, the rest stays."""
    page = adresse("fiche", brouillon)
    client.post(page, reponses, headers=HTMX)
    collegue = client_de(Role.PORTEUR, organisme=brouillon.porteur)
    ouverte = _envoyee(client.get(page))
    chez_lui = _envoyee(collegue.get(page))
    quartier = {"quartier": "ensemble_qpv_0_0"}
    collegue.post(page, reponses | quartier | chez_lui | {"lieu": "La halle", "resume": "Vingt carrés."}, headers=HTMX)

    reponse = client.post(page, reponses | quartier | ouverte | {"resume": "Trente carrés."}, headers=HTMX)
    brouillon.refresh_from_db()
    assert (brouillon.lieu, brouillon.resume) == ("La halle", "Vingt carrés.")
    texte = reponse.content.decode()
    assert 'name="garder_action"' in texte
    assert "Ses réponses sont gardées avec les vôtres" in texte

    revision = client.get(page).context["sections"]["action"].page.revision
    garder = {"garder_action": str(revision)}
    assert client.post(page, reponses | quartier | ouverte | garder | {"resume": "Trente carrés."}).status_code == 302
    brouillon.refresh_from_db()
    assert (brouillon.lieu, brouillon.resume) == ("La halle", "Trente carrés.")


def test_la_liste_ouvre_les_initiatives_quand_l_appel_est_clos(client, contrat, brouillon, horloge) -> None:
    horloge.regler(2026, 9, 10, 9)
    url = reverse("programmation:demandes", kwargs={"contrat": contrat.slug, "annee": 2026})
    page = client.get(url).content.decode()
    assert f"?dispositif={brouillon.dispositif.pk}" in page
    horloge.regler(2027, 1, 4, 9)
    assert f"?dispositif={brouillon.dispositif.pk}" not in client.get(url).content.decode()


# --- Both in the call and among the initiatives ----------------------------------------------------------------------
def test_le_cumul_se_dit_des_deux_cotes(contrat, gens, sip) -> None:
    porteur = OrganismeFactory()
    initiative = DossierFactory(contrat=contrat, porteur=porteur, dispositif=sip, depose=True)
    assert alerte_de_cumul(initiative) == ""
    appel = DossierFactory(contrat=contrat, porteur=porteur)
    assert alerte_de_cumul(initiative) == "", "a draft is nobody's answer yet"
    Dossier.objects.filter(pk=appel.pk).update(etat=EtatDossier.RECEVABLE, depose_le=initiative.depose_le)
    assert appel.numero in alerte_de_cumul(initiative, pour=gens.chef)
    assert initiative.numero in alerte_de_cumul(appel, pour=gens.chef)
    DossierFactory(contrat=contrat, dispositif=sip, depose=True)
    assert appel.numero in alerte_de_cumul(initiative, pour=gens.chef)


def test_le_cumul_ne_nomme_que_les_dossiers_que_l_on_voit(contrat, gens, client_de, sip) -> None:
    """A co-funder of the initiative learns that the association answered the call, not under which number."""
    porteur = OrganismeFactory()
    appel = DossierFactory(contrat=contrat, porteur=porteur, en_instruction=True)
    initiative = DossierFactory(contrat=contrat, porteur=porteur, dispositif=sip, en_instruction=True)
    DemandeFactory(dossier=initiative, financeur=gens.departement)
    assert "a déjà répondu à l’appel" in alerte_de_cumul(initiative, pour=gens.instructeur)
    for pour in (gens.instructeur, None):
        assert appel.numero not in alerte_de_cumul(initiative, pour=pour)
    page = client_de(Role.INSTRUCTEUR, organisme=gens.departement).get(adresse("dossier", initiative)).content.decode()
    assert "a déjà répondu à l’appel" in page
    assert appel.numero not in page
    assert not [
        c for c in controles_de(initiative, demande_de(initiative, date(2026, 9, 10))) if appel.numero in c.message
    ]


def test_le_porteur_et_l_instructeur_lisent_le_cumul(contrat, client, client_de, sip) -> None:
    porteur = client.auteur.organisme
    appel = DossierFactory(contrat=contrat, porteur=porteur, en_instruction=True)
    initiative = DossierFactory(contrat=contrat, porteur=porteur, dispositif=sip, en_instruction=True)
    phrase = "a déjà répondu à l’appel à projets"
    assert phrase in client.get(adresse("dossier", initiative)).content.decode()
    assert phrase in client_de(Role.CHEF_DE_PROJET).get(adresse("dossier", initiative)).content.decode()
    assert "une initiative de proximité" in client.get(adresse("dossier", appel)).content.decode()


# --- Decided by the commission -----------------------------------------------------------------------------------------
@pytest.fixture
def commission(contrat) -> Any:
    """A commission of elected members that validates the initiatives and nothing else."""
    comite = ComiteFactory(
        contrat=contrat, nom="Commission", type="commission", valide_sip=True, valide_programmation=False
    )
    return ReunionFactory(comite=comite, le=date(2026, 9, 3), etat=EtatReunion.TENUE)


def _propose(contrat, dispositif) -> Any:
    dossier = DossierFactory(contrat=contrat, dispositif=dispositif, en_instruction=True)
    return DemandeFactory(dossier=dossier, proposee=True, montant_demande=Decimal(1_500))


def test_la_commission_programme_une_initiative(contrat, sip, commission, copil, gens, le) -> None:
    demande = _propose(contrat, sip)
    with pytest.raises(RegleEnfreinte, match="valide les initiatives de proximité"):
        actions.programmer(demande.dossier, reunion=copil, par=gens.chef, le=le)
    actions.programmer(demande.dossier, reunion=commission, par=gens.chef, le=le)
    demande.refresh_from_db()
    assert (demande.montant_programme, demande.reunion) == (1_500, commission)


def test_la_commission_ne_programme_pas_l_appel(contrat, commission, copil, gens, le) -> None:
    demande = _propose(contrat, DispositifFactory())
    with pytest.raises(RegleEnfreinte, match="valide la programmation"):
        actions.programmer(demande.dossier, reunion=commission, par=gens.chef, le=le)
    actions.programmer(demande.dossier, reunion=copil, par=gens.chef, le=le)


def test_sans_commission_le_copil_valide_les_initiatives(contrat, sip, copil, gens, le) -> None:
    demande = _propose(contrat, sip)
    actions.programmer(demande.dossier, reunion=copil, par=gens.chef, le=le)
    demande.refresh_from_db()
    assert demande.montant_programme == 1_500


def test_la_page_de_validation_propose_les_reunions_de_la_commission(
    contrat, sip, commission, copil, client_de, horloge
) -> None:
    demande = _propose(contrat, sip)
    page = client_de(Role.CHEF_DE_PROJET).get(adresse("programmer", demande.dossier))
    assert list(page.context["form"].fields["reunion"].queryset) == [commission]
    autre = _propose(contrat, DispositifFactory())
    page = client_de(Role.CHEF_DE_PROJET).get(adresse("programmer", autre.dossier))
    assert list(page.context["form"].fields["reunion"].queryset) == [copil]


def test_le_dossier_dit_ou_l_initiative_va_ensuite(contrat, sip, commission, gens, horloge) -> None:
    """The commission and its next meeting, not the COPIL of the yearly call; else the COPIL."""
    horloge.regler(2026, 9, 10, 9)
    demande = _propose(contrat, sip)

    def prochain() -> tuple[str, str, Any]:
        lue = fiche(pour_la_fiche().get(pk=demande.dossier_id), pour=gens.chef, contrat=contrat).prochain
        return lue.libelle, lue.qui, lue.echeance

    assert prochain() == ("Valider l’initiative en commission", "Commission", None)
    ReunionFactory(comite=commission.comite, le=date(2026, 12, 3))
    assert prochain()[2] == date(2026, 12, 3)
    commission.comite.reunions.all().delete()
    commission.comite.delete()
    assert prochain() == ("Valider la programmation en COPIL", "Le comité de pilotage", date(2026, 4, 10))


def test_la_fiche_imprimee_dit_ce_qu_elle_demande_de_plus(contrat, sip) -> None:
    dossier = FicheProximiteFactory(
        dossier=DossierFactory(contrat=contrat, dispositif=sip, depose=True), pic="demande"
    ).dossier
    relu = Dossier.objects.select_related(*RELATIONS).get(pk=dossier.pk)
    page = document(demande_de(relu, date(2026, 9, 10)), relu, le=datetime(2026, 9, 10, 9, tzinfo=PARIS))
    assert "Oui, demandé" in page
    assert "Animée surtout par des bénévoles" in page
    assert "Les indicateurs" not in page


# --- The year ----------------------------------------------------------------------------------------------------------
def test_la_page_range_les_initiatives_et_compte_l_argent(contrat, sip, commission, gens) -> None:
    prete = _propose(contrat, sip)
    FicheProximiteFactory(dossier=prete.dossier)
    DossierFactory(contrat=contrat, dispositif=sip, depose=True)
    DossierFactory(contrat=contrat, dispositif=sip)  # a draft awaits nobody
    notifiee = DemandeFactory(
        dossier=DossierFactory(contrat=contrat, dispositif=sip, programme=True),
        notifiee=True,
        financeur=prete.financeur,
        montant_demande=Decimal(2_000),
    )
    ReunionFactory(comite=commission.comite, le=date(2026, 12, 3))
    lue = initiatives(contrat, 2026, pour=gens.chef, le=date(2026, 11, 20))
    assert [len(lue.a_instruire), len(lue.prets), len(lue.decides)] == [1, 1, 1]
    assert lue.prochaine is not None
    assert (lue.prochaine.le, lue.tenues, lue.prevues) == (date(2026, 12, 3), 1, 1)
    assert lue.prets[0].priorite.prioritaire is True
    assert (lue.argent.reste, lue.argent.reste_apres) == (98_000, 96_500)
    assert lue.decides[0].programme == 2_000
    assert lue.sans_appui == 1
    AccompagnementFactory(dossier=notifiee.dossier)
    assert initiatives(contrat, 2026, pour=gens.chef, le=date(2026, 11, 20)).sans_appui == 0


def test_la_decision_de_la_commission_s_enregistre_depuis_la_page(contrat, sip, commission, client_de) -> None:
    """The existing selection takes over: the meeting, then one result per file."""
    demande = _propose(contrat, sip)
    chef = client_de(Role.CHEF_DE_PROJET)
    page = reverse("programmation:initiatives", kwargs={"contrat": contrat.slug, "annee": 2026})
    selection = reverse("programmation:selection", kwargs={"contrat": contrat.slug, "annee": 2026})
    assert f'action="{selection}"' in chef.get(page).content.decode()
    apercu = chef.post(selection, {"numero": [demande.dossier.numero]})
    assert commission in apercu.context["form"].fields["reunion"].queryset
    commission.comite.reunions.all().delete()
    assert f'action="{selection}"' not in chef.get(page).content.decode()


def test_le_copil_lit_les_initiatives_quand_nulle_commission_ne_les_valide(contrat, sip, copil) -> None:
    demande = _propose(contrat, sip)
    ReunionFactory(comite=copil.comite, le=date(2026, 12, 1))
    proposee = programmation_proposee(copil)
    assert proposee is not None
    assert [d.numero for d in proposee.dossiers] == [demande.dossier.numero]
    ComiteFactory(contrat=contrat, nom="Commission", valide_sip=True, valide_programmation=False)
    assert programmation_proposee(copil) is None


def test_un_brouillon_prive_ne_rend_l_initiative_prete_pour_personne(contrat, sip, gens) -> None:
    dossier = DossierFactory(contrat=contrat, dispositif=sip, en_instruction=True)
    DemandeFactory(dossier=dossier, brouillon=True, financeur=gens.departement)
    jour = date(2026, 11, 20)
    for lecteur in (gens.instructeur, gens.chef):
        assert initiatives(contrat, 2026, pour=lecteur, le=jour).prets == ()


def test_les_initiatives_ne_coutent_pas_une_requete_chacune(
    contrat, sip, commission, client_de, django_assert_num_queries
) -> None:
    url = reverse("programmation:initiatives", kwargs={"contrat": contrat.slug, "annee": 2026})
    client = client_de(Role.CHEF_DE_PROJET)
    _propose(contrat, sip)
    client.get(url)
    with CaptureQueriesContext(connection) as une:
        client.get(url)
    for _ in range(6):
        FicheProximiteFactory(dossier=_propose(contrat, sip).dossier)
    with django_assert_num_queries(len(une)):
        client.get(url)


# --- Support -----------------------------------------------------------------------------------------------------------
def _finance(contrat, sip) -> Dossier:
    dossier = DossierFactory(contrat=contrat, dispositif=sip, programme=True)
    DemandeFactory(dossier=dossier, notifiee=True)
    return dossier


def _suivre(appui: Accompagnement, acte: str) -> str:
    cles = {"contrat": appui.contrat.slug, "pk": appui.pk, "acte": acte}
    return reverse("programmation:suivre_accompagnement", kwargs=cles)


def test_un_appui_se_propose_une_fois_l_aide_notifiee(contrat, sip, gens, le) -> None:
    programme = DossierFactory(contrat=contrat, dispositif=sip, programme=True)
    DemandeFactory(dossier=programme, votee=True)
    with pytest.raises(ActeRefuse, match="notifiée"):
        proposer_accompagnement(programme, structure="Maison des associations", note="", par=gens.chef, le=le)
    dossier = _finance(contrat, sip)
    appui = proposer_accompagnement(dossier, structure="Maison des associations", note="", par=gens.chef, le=le)
    assert (appui.organisme, appui.etat) == (dossier.porteur, EtatAccompagnement.PROPOSE)
    with pytest.raises(ActeRefuse, match="déjà proposé"):
        proposer_accompagnement(dossier, structure="Autre", note="", par=gens.chef, le=le)
    with pytest.raises(ActeRefuse):
        proposer_accompagnement(_finance(contrat, sip), structure="Autre", note="", par=gens.instructeur, le=le)


def test_l_offre_la_reponse_et_ce_qui_est_fait_gardent_chacun_leurs_mots(contrat, client, gens, le) -> None:
    """Nobody's words replace another's: all three stay on the file."""
    dossier = DossierFactory(contrat=contrat, programme=True, porteur=client.auteur.organisme)
    appui = AccompagnementFactory(dossier=dossier, note="Trois rendez-vous sur les comptes.")
    porteur = client.auteur
    suivre_accompagnement(appui, "accepter", texte="Plutôt le soir.", par=porteur, le=le)
    with pytest.raises(ActeRefuse):
        suivre_accompagnement(appui, "realiser", texte="Fait.", par=porteur, le=le)
    with pytest.raises(RegleEnfreinte, match="ce qui a été fait"):
        suivre_accompagnement(appui, "realiser", texte=" ", par=gens.chef, le=le)
    suivre_accompagnement(appui, "realiser", texte="Deux rendez-vous.", par=gens.chef, le=le)
    appui.refresh_from_db()
    assert appui.etat == EtatAccompagnement.REALISE
    mots = (appui.note, appui.reponse, appui.fait)
    assert mots == ("Trois rendez-vous sur les comptes.", "Plutôt le soir.", "Deux rendez-vous.")
    page = client.get(adresse("dossier", dossier)).content.decode()
    for texte in mots:
        assert texte in page


def test_la_page_de_reponse_laisse_l_offre_telle_quelle(contrat, client) -> None:
    dossier = DossierFactory(contrat=contrat, programme=True, porteur=client.auteur.organisme)
    appui = AccompagnementFactory(dossier=dossier, note="Trois rendez-vous sur les comptes.")
    page = _suivre(appui, "decliner")
    ouverte = client.get(page)
    assert "Trois rendez-vous sur les comptes." in ouverte.content.decode()
    assert ouverte.context["form"]["texte"].value() in (None, "")
    assert client.post(page, {"texte": "Nous avons déjà un comptable."}).status_code == 302
    appui.refresh_from_db()
    assert (appui.note, appui.reponse) == ("Trois rendez-vous sur les comptes.", "Nous avons déjà un comptable.")


def test_une_seconde_structure_se_propose_apres_un_refus(contrat, client, gens, sip, le) -> None:
    """And once it has taken its place, the first cannot be accepted any more."""
    dossier = _finance(contrat, sip)
    Dossier.objects.filter(pk=dossier.pk).update(porteur=client.auteur.organisme)
    premier = proposer_accompagnement(dossier, structure="Maison des associations", note="", par=gens.chef, le=le)
    with pytest.raises(ActeRefuse, match="déjà proposé"):
        proposer_accompagnement(dossier, structure="Fédération", note="", par=gens.chef, le=le)
    suivre_accompagnement(premier, "decliner", texte="Trop loin.", par=client.auteur, le=le)
    second = proposer_accompagnement(dossier, structure="Fédération", note="", par=gens.chef, le=le)
    assert second.etat == EtatAccompagnement.PROPOSE
    with pytest.raises(ActeRefuse, match="Un autre appui est proposé"):
        suivre_accompagnement(premier, "accepter", texte="", par=client.auteur, le=le)
    page = client.get(adresse("dossier", dossier)).content.decode()
    assert "Maison des associations" in page
    assert _suivre(premier, "accepter") not in page
    assert _suivre(second, "accepter") in page
    (lue,) = initiatives(contrat, 2026, pour=gens.chef, le=date(2026, 11, 20)).decides
    assert lue.appui == "proposé", "the last one offered"


def test_la_base_refuse_deux_appuis_ouverts_sur_un_dossier(contrat) -> None:
    appui = AccompagnementFactory(decline=True)
    AccompagnementFactory(dossier=appui.dossier)
    with pytest.raises(IntegrityError, match="programmation_accompagnement_unique"), transaction.atomic():
        AccompagnementFactory(dossier=appui.dossier)


# --- The e-mail of the offer -------------------------------------------------------------------------------------------
def _offrir(dossier: Dossier, gens: Any, le: datetime) -> Accompagnement:
    note = "Trois rendez-vous sur les comptes."
    return proposer_accompagnement(dossier, structure="Maison des associations", note=note, par=gens.chef, le=le)


def test_l_association_apprend_par_courriel_qu_un_appui_lui_est_propose(
    contrat, gens, sip, le, executer_travaux
) -> None:
    dossier = _finance(contrat, sip)
    Dossier.objects.filter(pk=dossier.pk).update(porteur=gens.porteur.organisme)
    _offrir(dossier, gens, le)
    executer_travaux()
    (courriel,) = mail.outbox
    assert courriel.to == [gens.porteur.utilisateur.email]
    assert "appui" in courriel.subject
    for corps in (courriel.body, str(courriel.alternatives[0][0])):
        assert "Maison des associations" in corps
        assert "Trois rendez-vous sur les comptes." in corps
        assert dossier.numero in corps
    assert f"{adresse('dossier', dossier)}#appui" in courriel.body


def test_sans_compte_l_association_est_prevenue_a_son_adresse(contrat, gens, sip, le, executer_travaux) -> None:
    dossier = _finance(contrat, sip)
    FicheOrganismeFactory(organisme=dossier.porteur, courriel="contact@association.example")
    _offrir(dossier, gens, le)
    executer_travaux()
    (courriel,) = mail.outbox
    assert courriel.to == ["contact@association.example"]
    assert "n’a encore de compte" in courriel.body


def test_une_offre_deja_repondue_ne_part_pas(contrat, gens, sip, le, executer_travaux) -> None:
    """Answered on the phone before the e-mail left."""
    dossier = _finance(contrat, sip)
    Dossier.objects.filter(pk=dossier.pk).update(porteur=gens.porteur.organisme)
    suivre_accompagnement(_offrir(dossier, gens, le), "accepter", texte="", par=gens.chef, le=le)
    executer_travaux()
    assert mail.outbox == []


def test_l_equipe_repond_pour_l_association_et_le_journal_le_dit(contrat, gens, le) -> None:
    appui = AccompagnementFactory(dossier=DossierFactory(contrat=contrat, programme=True))
    suivre_accompagnement(appui, "decliner", texte="Pas le temps cette année.", par=gens.chef, le=le)
    ligne = LigneJournal.objects.de(appui).last()
    assert ligne is not None
    assert ligne.pour_le_compte_de_nom == appui.organisme.nom_court


def test_un_appui_ne_se_lit_ni_de_qui_n_est_que_consulte_ni_de_qui_s_est_deporte(contrat, gens) -> None:
    """It tells that a funder has paid."""
    dossier = DossierFactory(contrat=contrat, programme=True)
    appui = AccompagnementFactory(dossier=dossier)
    DemandeFactory(dossier=dossier, financeur=gens.departement, notifiee=True)
    SollicitationAvisFactory(dossier=dossier, organisme=gens.region)
    vus = Accompagnement.objects
    assert set(vus.visibles_par(gens.instructeur, contrat)) == {appui}
    assert not vus.visibles_par(gens.voisin, contrat).exists()
    DeportFactory(dossier=dossier, utilisateur=gens.delegue.utilisateur)
    assert not vus.visibles_par(gens.delegue, contrat).exists()
    assert set(vus.visibles_par(gens.chef, contrat)) == {appui}


def test_une_association_ne_repond_pas_pour_une_autre(contrat, gens, le) -> None:
    appui = AccompagnementFactory(dossier=DossierFactory(contrat=contrat, programme=True))
    with pytest.raises(ActeRefuse):
        suivre_accompagnement(appui, "accepter", texte="", par=gens.porteur, le=le)


def test_l_appui_se_lit_sur_le_dossier_et_sur_la_fiche_de_l_organisme(contrat, client, client_de) -> None:
    dossier = DossierFactory(contrat=contrat, programme=True, porteur=client.auteur.organisme)
    AccompagnementFactory(dossier=dossier, structure="Maison des associations de Denain")
    organisme = reverse("programmation:organisme", kwargs={"contrat": contrat.slug, "pk": dossier.porteur_id})
    chef = client_de(Role.CHEF_DE_PROJET)
    for lecteur in (client, chef):
        for url in (adresse("dossier", dossier), organisme):
            assert "Maison des associations de Denain" in lecteur.get(url).content.decode()


def test_un_appui_se_propose_et_s_accepte_a_l_ecran(contrat, client, client_de, sip) -> None:
    dossier = _finance(contrat, sip)
    Dossier.objects.filter(pk=dossier.pk).update(porteur=client.auteur.organisme)
    chef = client_de(Role.CHEF_DE_PROJET)
    page = adresse("proposer_accompagnement", dossier)
    assert page in chef.get(adresse("dossier", dossier)).content.decode()
    assert chef.post(page, {"structure": "Maison des associations", "note": ""}).status_code == 302
    appui = dossier.accompagnements.get()
    suivre = _suivre(appui, "accepter")
    assert suivre in client.get(adresse("dossier", dossier)).content.decode()
    assert client.post(suivre, {"texte": ""}).status_code == 302
    appui.refresh_from_db()
    assert appui.etat == EtatAccompagnement.ACCEPTE
