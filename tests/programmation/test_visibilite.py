"""Who sees which file and which amount: in lists, totals, file page, envelopes, figures and exports alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse

from commun import journal
from commun.auteur import Auteur, Canal, systeme
from commun.erreurs import ActeRefuse
from commun.models import LigneJournal
from contrats.etats import Role
from contrats.models import Contrat
from portail.lectures.accueil import accueil
from portail.lectures.taches import taches
from programmation import actions
from programmation.etats import DEMANDE_PROPOSE, EtatDemande
from programmation.forms import PropositionForm
from programmation.lectures.dossier import fiche
from programmation.lectures.enveloppes import enveloppes
from programmation.lectures.programmation_annuelle import chiffres_annuels, programmation_annuelle
from programmation.lectures.tableau import avec_relations, lignes, totaux
from programmation.models import DemandeFinancement, Dossier, Localisation
from tests.fabriques import (
    AvisFactory,
    CampagneFactory,
    ComiteFactory,
    CommuneFactory,
    ContratFactory,
    DemandeFactory,
    DossierFactory,
    HabilitationFactory,
    LigneBudgetFactory,
    LigneJournalFactory,
    LocalisationFactory,
    OrganismeFactory,
    OrientationFactory,
    ReunionFactory,
    VersionPerimetreFactory,
)

pytestmark = pytest.mark.django_db

SECRET = Decimal("4321.09")


def vus(auteur: Auteur, contrat: Contrat) -> set[str]:
    return set(Dossier.objects.visibles_par(auteur, contrat).values_list("numero", flat=True))


def ligne_de(auteur: Auteur, dossier: Dossier) -> Any:
    (ligne,) = lignes(
        avec_relations(Dossier.objects.filter(pk=dossier.pk), pour=auteur, contrat=dossier.contrat),
        pour=auteur,
        contrat=dossier.contrat,
    )
    return ligne


def totaux_de(auteur: Auteur, contrat: Contrat) -> Any:
    return totaux(Dossier.objects.visibles_par(auteur, contrat), pour=auteur, contrat=contrat)


# --- Which files ------------------------------------------------------------------------------------------------------
def test_chaque_role_ne_voit_que_ses_dossiers(contrat, gens) -> None:
    neuf = {"contrat": contrat}
    DossierFactory(**neuf, numero="BROUILLON")
    demande = DossierFactory(**neuf, numero="DEPARTEMENT", depose=True)
    DemandeFactory(dossier=demande, financeur=gens.departement)
    ailleurs = DossierFactory(**neuf, numero="REGION", en_instruction=True)
    DemandeFactory(dossier=ailleurs, financeur=gens.region)
    DossierFactory(**neuf, numero="SIEN", porteur=gens.porteur.organisme)
    DossierFactory(numero="AUTRE-CONTRAT", en_instruction=True)

    deposes = {"DEPARTEMENT", "REGION"}
    assert vus(gens.chef, contrat) == vus(gens.delegue, contrat) == deposes
    assert vus(gens.instructeur, contrat) == vus(gens.decideur, contrat) == {"DEPARTEMENT"}
    assert vus(gens.voisin, contrat) == {"REGION"}
    assert vus(gens.porteur, contrat) == {"SIEN"}
    for dehors in (gens.copil, gens.conseil, gens.signataire):
        assert vus(dehors, contrat) == set()
    assert vus(systeme(Canal.COMMANDE), contrat) == {"BROUILLON", "SIEN", *deposes}


def test_une_habilitation_finie_ou_d_un_autre_contrat_ne_montre_rien(contrat, auteur_de) -> None:
    DossierFactory(contrat=contrat, en_instruction=True)
    finie = auteur_de(Role.CHEF_DE_PROJET, valide_au=date(2024, 12, 31))
    ailleurs = auteur_de(Role.CHEF_DE_PROJET, contrat=ContratFactory())
    assert vus(finie, contrat) == vus(ailleurs, contrat) == set()


@pytest.fixture
def lieux(contrat) -> dict[str, Any]:
    """Three files: in a perimeter of commune A, in commune B alone, in the whole contract."""
    a, b = CommuneFactory(), CommuneFactory()
    version = VersionPerimetreFactory(communes=[a])
    education, emploi = OrientationFactory(contrat=contrat), OrientationFactory(contrat=contrat)
    financeur = OrganismeFactory(departement=True)
    neuf = {"contrat": contrat, "en_instruction": True}
    dans_a = DossierFactory(**neuf, numero="A", orientation=education)
    LocalisationFactory(dossier=dans_a, version=version, commune=a, part=60)
    LocalisationFactory(dossier=dans_a, version=None, commune=b, part=40)
    dans_b = DossierFactory(**neuf, numero="B", orientation=emploi)
    LocalisationFactory(dossier=dans_b, version=None, commune=b)
    partout = DossierFactory(**neuf, numero="PARTOUT", orientation=education)
    LocalisationFactory(dossier=partout, ensemble_des_qpv=True)
    for dossier in (dans_a, dans_b, partout):
        DemandeFactory(dossier=dossier, financeur=financeur, montant_demande=Decimal(1000))
    return {
        "a": a,
        "b": b,
        "perimetre": version.perimetre,
        "education": education,
        "emploi": emploi,
        "financeur": financeur,
    }


@pytest.mark.parametrize(
    ("limites", "attendus"),
    [
        ({}, {"A", "B", "PARTOUT"}),
        ({"communes": ["a"]}, {"A"}),
        ({"communes": ["b"]}, {"A", "B"}),
        ({"perimetres": ["perimetre"]}, {"A"}),
        ({"orientations": ["education"]}, {"A", "PARTOUT"}),
        ({"communes": ["b"], "perimetres": ["perimetre"]}, {"A", "B"}),
        ({"communes": ["b"], "orientations": ["emploi"]}, {"B"}),
        ({"perimetres": ["perimetre"], "orientations": ["emploi"]}, set()),
    ],
)
@pytest.mark.parametrize("role", [Role.CHEF_DE_PROJET, Role.INSTRUCTEUR, Role.DELEGUE_PREFET])
def test_une_habilitation_limitee_ne_montre_que_ses_lieux_et_ses_orientations(
    contrat, auteur_de, lieux, role: Role, limites: dict[str, list[str]], attendus: set[str]
) -> None:
    tenues = {nom: [lieux[cle] for cle in cles] for nom, cles in limites.items()}
    auteur = auteur_de(role, organisme=lieux["financeur"], **tenues)

    assert vus(auteur, contrat) == attendus
    lu = totaux_de(auteur, contrat)
    assert (lu.nombre, lu.demande) == (len(attendus), 1000 * len(attendus))


def test_deux_habilitations_limitees_s_ajoutent_sans_compter_deux_fois(contrat, auteur_de, lieux) -> None:
    auteur = auteur_de(Role.CHEF_DE_PROJET, communes=[lieux["a"]])
    HabilitationFactory(
        utilisateur=auteur.utilisateur, contrat=contrat, role=Role.DELEGUE_PREFET, communes=[lieux["b"]]
    )
    assert vus(auteur, contrat) == {"A", "B"}
    assert totaux_de(auteur, contrat).demande == 2000


def test_un_droit_limite_ne_s_etend_pas_aux_dossiers_vus_a_un_autre_titre(contrat, auteur_de, lieux, le) -> None:
    """Chef de projet of commune A, délégué du préfet everywhere: commune B's files are seen, not led."""
    auteur = auteur_de(Role.CHEF_DE_PROJET, communes=[lieux["a"]])
    HabilitationFactory(utilisateur=auteur.utilisateur, contrat=contrat, role=Role.DELEGUE_PREFET)
    ici, ailleurs = (Dossier.objects.get(numero=numero) for numero in ("A", "B"))
    reunion = ReunionFactory(comite=ComiteFactory(contrat=contrat), le=date(2026, 4, 10))
    assert vus(auteur, contrat) == {"A", "B", "PARTOUT"}

    with pytest.raises(ActeRefuse):
        actions.retirer(ailleurs, motif="Motif", par=auteur, le=le)
    with pytest.raises(ActeRefuse):
        actions.ajourner(ailleurs, reunion=reunion, motif="Motif", par=auteur, le=le)
    with pytest.raises(ActeRefuse):
        actions.proposer(ailleurs.demandes.get(), montant=Decimal(1), par=auteur, le=le, piece_source="PV")
    actions.proposer(ici.demandes.get(), montant=Decimal(1), par=auteur, le=le, piece_source="PV")
    actions.ajourner(ici, reunion=reunion, motif="Motif", par=auteur, le=le)
    client = Client()
    client.force_login(auteur.utilisateur)
    pages = {n: reverse("programmation:dossier", args=[contrat.slug, 2026, n]) for n in ("A", "B")}
    assert client.get(pages["A"]).context["actes"]["suivants"]
    assert client.get(pages["B"]).context["actes"] == {"suivants": [], "autres": []}
    refuse = reverse("programmation:motiver", args=[contrat.slug, 2026, "B", "retirer"])
    assert client.post(refuse, {"motif": "Motif"}).status_code == 403


def test_un_instructeur_limite_ne_propose_pas_hors_de_ses_limites(contrat, auteur_de, lieux, le) -> None:
    auteur = auteur_de(Role.DECIDEUR, organisme=lieux["financeur"], orientations=[lieux["education"]])
    demandes = {d.dossier.numero: d for d in DemandeFinancement.objects.all()}
    with pytest.raises(ActeRefuse):
        actions.proposer(demandes["B"], montant=Decimal(1), par=auteur, le=le)
    with pytest.raises(ActeRefuse):
        actions.refuser(demandes["B"], motif="Non", par=auteur, le=le)
    actions.proposer(demandes["PARTOUT"], montant=Decimal(1), par=auteur, le=le)


def test_une_commune_porteuse_reste_un_porteur_sur_ses_propres_actions(contrat, gens, auteur_de, le) -> None:
    """It instructs the files that ask it; on the one it carries, and that asks others, it waits like any porteur."""
    commune = OrganismeFactory(commune=True)
    mairie = auteur_de(Role.INSTRUCTEUR, organisme=commune)
    HabilitationFactory(utilisateur=mairie.utilisateur, contrat=contrat, organisme=commune, role=Role.PORTEUR)
    sien = DossierFactory(contrat=contrat, porteur=commune, en_instruction=True, numero="SIEN")
    DemandeFactory(dossier=sien, financeur=gens.departement, proposee=True, montant_demande=Decimal(700))
    AvisFactory(dossier=sien, organisme=gens.departement)
    sollicite = DossierFactory(contrat=contrat, en_instruction=True, numero="SOLLICITE")
    DemandeFactory(dossier=sollicite, financeur=gens.departement, proposee=True, montant_demande=Decimal(300))
    DemandeFactory(dossier=sollicite, financeur=commune)

    assert vus(mairie, contrat) == {"SIEN", "SOLLICITE"}
    assert (ligne_de(mairie, sien).propose, ligne_de(mairie, sollicite).propose) == (None, 300)
    assert totaux_de(mairie, contrat).propose == 300
    assert chiffres_annuels(contrat, 2026, pour=mairie)[0].propose == 300
    lue = fiche(sien, pour=mairie, contrat=contrat)
    assert (lue.avis, lue.vie, lue.livre.propose) == ((), (), 0)
    with pytest.raises(ActeRefuse):
        actions.donner_avis(sien, sens="favorable", texte="", par=mairie, le=le)
    DemandeFinancement.objects.filter(dossier=sollicite, financeur=gens.departement).update(proposition_partagee=False)
    assert ligne_de(mairie, sollicite).propose is None


# --- Another funder's private draft -----------------------------------------------------------------------------------
@pytest.fixture
def brouillon(dossier, gens) -> DemandeFinancement:
    """The département keeps a draft of 4 321,09 €; the région proposes 1 000 € for all to see."""
    DemandeFactory(dossier=dossier, financeur=gens.region, proposee=True, montant_demande=Decimal(1000))
    return DemandeFactory(
        dossier=dossier,
        financeur=gens.departement,
        brouillon=True,
        montant_demande=Decimal(5000),
        montant_propose=SECRET,
        conditions="Sous réserve du bilan",
    )


def test_le_brouillon_d_un_financeur_n_est_lu_que_de_lui(brouillon, gens) -> None:
    dossier = brouillon.dossier
    for sien in (gens.instructeur, gens.decideur, systeme(Canal.TACHE)):
        assert ligne_de(sien, dossier).propose == SECRET + 1000
        assert totaux_de(sien, dossier.contrat).propose == SECRET + 1000
    for autre in (gens.chef, gens.voisin, gens.delegue):
        assert ligne_de(autre, dossier).propose == 1000
        assert totaux_de(autre, dossier.contrat).propose == 1000


def test_la_fiche_montre_la_ligne_d_un_brouillon_comme_demandee_a_qui_n_en_est_pas(brouillon, gens, le) -> None:
    actions.proposer(brouillon, montant=SECRET, par=gens.instructeur, le=le, partagee=False)
    LigneBudgetFactory(budget__dossier=brouillon.dossier)
    for auteur, lisible in ((gens.instructeur, True), (gens.chef, False), (gens.voisin, False)):
        lue = fiche(brouillon.dossier, pour=auteur, contrat=brouillon.dossier.contrat)
        ligne = next(ligne for ligne in lue.livre.lignes if ligne.pk == brouillon.pk)
        assert (ligne.etat == EtatDemande.PROPOSEE) is lisible
        assert (ligne.propose == SECRET) is lisible
        assert bool(ligne.privee) is lisible
        assert any("proposition" in trace.libelle for trace in lue.vie) is lisible
        # What is not proposed counts for what was asked: 20 000 − 1 000 − 5 000.
        assert lue.livre.manque == (20_000 - 1000 - SECRET if lisible else 14_000)
        attend = "Proposer un montant" if not lisible else "Valider la programmation en COPIL"
        assert lue.prochain.libelle == attend


def test_le_formulaire_pour_le_compte_d_un_financeur_ne_dit_pas_son_brouillon(brouillon, gens) -> None:
    for auteur, montant in ((gens.chef, 5000), (gens.instructeur, SECRET)):
        vue = brouillon.dossier.demandes.avec_montants_vus(auteur, brouillon.dossier.contrat).get(pk=brouillon.pk)
        form = PropositionForm(demande=vue, pour_le_compte=True)
        assert form.initial["montant"] == montant
        assert bool(form.initial["conditions"]) is (auteur is gens.instructeur)


def test_ni_l_accueil_ni_les_enveloppes_ni_les_chiffres_ne_comptent_le_brouillon_d_un_autre(brouillon, gens) -> None:
    contrat = brouillon.dossier.contrat
    for auteur, propose in ((gens.instructeur, SECRET + 1000), (gens.chef, 1000), (gens.delegue, 1000)):
        chiffres, _ = chiffres_annuels(contrat, 2026, pour=auteur)
        assert chiffres.propose == propose
        annuelle = programmation_annuelle(contrat, 2026, pour=auteur)
        assert sum(p.montants.propose for p in annuelle.par_financeur) == propose
        assert sum(a.montant for a in annuelle.a_valider) == propose
        assert sum(v.montants.propose for v in annuelle.par_qpv) == propose
    assert programmation_annuelle(contrat, 2026, pour=gens.instructeur, publiee=True).chiffres.propose == 1000

    par_financeur = {e.financeur: e.propose for e in enveloppes(contrat, 2026, pour=gens.chef)}
    assert par_financeur == {gens.departement.nom: 0, gens.region.nom: 1000}
    (sienne,) = enveloppes(contrat, 2026, pour=gens.instructeur)
    assert sienne.propose == SECRET

    pret = "Préparer pour le COPIL : tous les financeurs ont proposé"
    assert pret not in [tache.libelle for tache in taches(contrat, 2026, pour=gens.chef, le=date(2026, 4, 1))]
    DemandeFinancement.objects.filter(pk=brouillon.pk).update(proposition_partagee=True)
    assert pret in [tache.libelle for tache in taches(contrat, 2026, pour=gens.chef, le=date(2026, 4, 1))]


def test_ni_la_page_ni_les_exports_ni_le_tri_ne_trahissent_un_brouillon(brouillon, gens, client_de) -> None:
    contrat, dossier = brouillon.dossier.contrat, brouillon.dossier
    autre = DossierFactory(contrat=contrat, en_instruction=True, numero="Z-1")
    DemandeFactory(dossier=autre, financeur=gens.region, proposee=True, montant_demande=Decimal(2000))
    client = Client()
    client.force_login(gens.chef.utilisateur)
    cles = {"contrat": contrat.slug, "annee": 2026}
    pages = [
        reverse("programmation:tableau", kwargs=cles),
        reverse("programmation:tableau", kwargs=cles) + f"?financeur={gens.departement.pk}",
        reverse("programmation:dossier", kwargs={**cles, "numero": dossier.numero}),
        reverse("programmation:proposer", kwargs={**cles, "numero": dossier.numero, "pk": brouillon.pk}),
        reverse("programmation:programmer", kwargs={**cles, "numero": dossier.numero}),
        reverse("programmation:enveloppes", kwargs=cles),
        reverse("portail:contrat", kwargs=cles),
        reverse("programmation:export", kwargs={**cles, "format": "csv"}),
    ]
    for adresse in pages:
        reponse = client.get(adresse)
        texte = b"".join(reponse) if reponse.streaming else reponse.content
        clair = texte.decode().replace("\u202f", "").replace("\xa0", "")
        assert reponse.status_code == 200
        for forme in ("4321", "5321", "7321"):
            assert forme not in clair, adresse
    # Whatever the draft says, the file comes after the one whose proposal is read: an order would tell its amount.
    for montant in (1, 20_000):
        DemandeFinancement.objects.filter(pk=brouillon.pk).update(montant_propose=montant)
        ordre = client.get(pages[0] + "?tri=-propose").context["rangees"]
        assert [r.ligne.numero for r in ordre] == ["Z-1", dossier.numero]


def test_un_brouillon_ne_se_programme_pas_et_reste_cache_apres_le_copil(brouillon, gens, copil, le) -> None:
    dossier = brouillon.dossier
    actions.programmer(dossier, reunion=copil, par=gens.chef, le=le)
    lu = ligne_de(gens.chef, dossier)
    assert (lu.propose, lu.programme) == (1000, 1000)
    frais = Dossier.objects.get(pk=dossier.pk)
    assert fiche(frais, pour=gens.chef, contrat=frais.contrat).prochain.qui == gens.region.nom


# --- The porteur ------------------------------------------------------------------------------------------------------
@pytest.fixture
def sien(contrat, gens) -> Dossier:
    """A file of the porteur with one row per state; all that is decided and not notified is 7 777 €."""
    dossier = DossierFactory(contrat=contrat, programme=True, porteur=gens.porteur.organisme)
    for trait in ("proposee", "programmee", "votee", "annulee", "refusee"):
        DemandeFactory(dossier=dossier, **{trait: True}, montant_demande=Decimal(7777))
    DemandeFactory(dossier=dossier, financeur=gens.departement, notifiee=True, montant_demande=Decimal(500))
    return dossier


def test_le_porteur_ne_voit_que_ce_que_chaque_financeur_lui_a_notifie(sien, gens) -> None:
    lu = ligne_de(gens.porteur, sien)
    assert (lu.propose, lu.programme, lu.vote) == (None, None, 500)
    assert lu.demande == 4 * 7777 + 500  # what is cancelled is asked no more
    assert lu.accord_libelle == "accordé par 1 financeur sur 5"
    total = totaux_de(gens.porteur, sien.contrat)
    assert (total.propose, total.programme, total.vote, total.demande) == (0, 0, 500, lu.demande)

    lue = fiche(sien, pour=gens.porteur, contrat=sien.contrat)
    etats = sorted(ligne.etat for ligne in lue.livre.lignes)
    assert etats == ["annulee", *["demandee"] * 4, "notifiee"]
    assert lue.livre.demande == lu.demande
    assert (lue.avis, lue.vie) == ((), ())
    assert not any(ligne.proposer or ligne.voter or ligne.refuser or ligne.notifier for ligne in lue.livre.lignes)
    assert lue.prochain.libelle == "Attendre les financeurs qui ne se sont pas prononcés"


def test_le_porteur_ne_lit_ni_avis_ni_motif_ni_condition_dans_ses_pages(sien, gens) -> None:
    AvisFactory(dossier=sien, organisme=gens.departement, texte="Association fragile")
    sien.demandes.filter(etat="programmee").update(conditions="Sous réserve du bilan")
    client = Client()
    client.force_login(gens.porteur.utilisateur)
    cles = {"contrat": sien.contrat.slug, "annee": 2026}
    for adresse in (
        reverse("programmation:dossier", kwargs={**cles, "numero": sien.numero}),
        reverse("programmation:tableau", kwargs=cles),
        reverse("portail:contrat", kwargs=cles),
    ):
        page = client.get(adresse).content.decode()
        for tu in ("Association fragile", "Sous réserve du bilan", "Hors des priorités", "Programmée (COPIL)", "Votée"):
            assert tu not in page, (adresse, tu)


def test_le_porteur_voit_le_montant_le_jour_ou_il_lui_est_notifie(contrat, gens, le) -> None:
    dossier = DossierFactory(contrat=contrat, programme=True, porteur=gens.porteur.organisme)
    demande = DemandeFactory(dossier=dossier, financeur=gens.departement, votee=True)
    assert ligne_de(gens.porteur, dossier).vote is None

    actions.notifier(demande, jour=date(2026, 7, 1), par=gens.decideur, le=le)
    assert ligne_de(gens.porteur, dossier).vote == 5000


@pytest.mark.parametrize("etat", ["programme", "ajourne"])
def test_le_porteur_ne_lit_ce_que_le_copil_a_dit_qu_a_la_premiere_notification(contrat, gens, le, etat: str) -> None:
    dossier = DossierFactory(contrat=contrat, **{etat: True}, porteur=gens.porteur.organisme)
    demande = DemandeFactory(dossier=dossier, financeur=gens.departement, refusee=True)
    client = Client()
    client.force_login(gens.porteur.utilisateur)
    tableau = reverse("programmation:tableau", kwargs={"contrat": contrat.slug, "annee": 2026})
    assert ligne_de(gens.porteur, dossier).etat == "en_instruction"
    assert fiche(dossier, pour=gens.porteur, contrat=contrat).etat == "en_instruction"
    assert dossier.numero not in client.get(tableau, {"etat": etat}).content.decode()
    assert ligne_de(gens.chef, dossier).etat == etat

    actions.notifier(demande, jour=date(2026, 7, 1), par=gens.decideur, le=le)

    assert ligne_de(gens.porteur, dossier).etat == etat
    assert dossier.numero in client.get(tableau, {"etat": etat}).content.decode()


def test_le_porteur_lit_le_refus_et_son_motif_une_fois_notifies(contrat, gens, le) -> None:
    dossier = DossierFactory(contrat=contrat, programme=True, porteur=gens.porteur.organisme)
    demande = DemandeFactory(dossier=dossier, financeur=gens.departement, refusee=True, motif="Hors des priorités")
    (avant,) = fiche(dossier, pour=gens.porteur, contrat=contrat).livre.lignes
    assert (avant.etat, avant.motif) == ("demandee", "")

    actions.notifier(demande, jour=date(2026, 7, 1), par=gens.decideur, le=le)

    (apres,) = fiche(dossier, pour=gens.porteur, contrat=contrat).livre.lignes
    assert (apres.etat, apres.motif) == ("refusee", "Hors des priorités")
    with pytest.raises(ActeRefuse):
        actions.notifier(demande, jour=date(2026, 7, 2), par=gens.decideur, le=le)


def test_le_porteur_lit_l_an_passe_sous_la_meme_regle(contrat, gens) -> None:
    dossier = DossierFactory(contrat=contrat, en_instruction=True, reconduit=True, porteur=gens.porteur.organisme)
    DemandeFactory(dossier=dossier.precedent, financeur=gens.departement, votee=True)
    assert fiche(dossier, pour=gens.porteur, contrat=contrat).an_passe.vote is None
    assert fiche(dossier, pour=gens.chef, contrat=contrat).an_passe.vote == 5000


# --- Who sees no file at all ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [Role.MEMBRE_COPIL, Role.CONSEIL_CITOYEN, Role.SIGNATAIRE, Role.BAILLEUR])
def test_qui_ne_suit_pas_les_dossiers_n_en_voit_ni_page_ni_chiffre(
    contrat, gens, proposee_au_tableau, client_de: Callable[..., Client], role: Role
) -> None:
    client = client_de(role)
    cles = {"contrat": contrat.slug, "annee": 2026}
    numero = proposee_au_tableau.dossier.numero
    for nom, suite in (
        ("tableau", {}),
        ("export", {"format": "csv"}),
        ("enveloppes", {}),
        ("dossier", {"numero": numero}),
        ("avis", {"numero": numero}),
        ("programmer", {"numero": numero}),
        ("proposer", {"numero": numero, "pk": proposee_au_tableau.pk}),
    ):
        assert client.get(reverse(f"programmation:{nom}", kwargs=cles | suite)).status_code == 403, nom

    lu = accueil(contrat, 2026, pour=client.auteur, le=date(2026, 4, 1))
    assert lu.tuiles == ()
    page = client.get(reverse("portail:contrat", kwargs=cles)).content.decode()
    assert numero not in page
    assert enveloppes(contrat, 2026, pour=client.auteur) == []
    chiffres, _ = chiffres_annuels(contrat, 2026, pour=client.auteur)
    assert (chiffres.dossiers, chiffres.demande, chiffres.cpo.base) == (0, 0, 0)


@pytest.fixture
def proposee_au_tableau(dossier, gens) -> DemandeFinancement:
    return DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)


def test_le_dossier_d_un_autre_est_introuvable_plutot_qu_interdit(contrat, gens, proposee_au_tableau) -> None:
    numero, pk = proposee_au_tableau.dossier.numero, proposee_au_tableau.pk
    ailleurs = DossierFactory(en_instruction=True)
    cles = {"contrat": contrat.slug, "annee": 2026}
    client = Client()
    client.force_login(gens.voisin.utilisateur)
    for nom, suite in (
        ("dossier", {"numero": numero}),
        ("avis", {"numero": numero}),
        ("proposer", {"numero": numero, "pk": pk}),
        ("voter", {"numero": numero, "pk": pk}),
        ("refuser", {"numero": numero, "pk": pk}),
        ("notifier", {"numero": numero, "pk": pk}),
        ("dossier", {"numero": ailleurs.numero}),
    ):
        assert client.get(reverse(f"programmation:{nom}", kwargs=cles | suite)).status_code == 404, nom
    # The right file under another year does not exist either.
    client.force_login(gens.chef.utilisateur)
    CampagneFactory(contrat=contrat, annee=2025)
    assert client.get(reverse("programmation:dossier", args=[contrat.slug, 2025, numero])).status_code == 404
    assert client.get(reverse("programmation:dossier", args=[contrat.slug, 2026, numero])).status_code == 200


# --- Totals tell the same as rows -------------------------------------------------------------------------------------
@pytest.mark.parametrize("qui", ["chef", "instructeur", "voisin", "delegue", "porteur"])
def test_pour_chaque_lecteur_les_totaux_sont_la_somme_des_lignes(contrat, gens, qui: str) -> None:
    auteur = getattr(gens, qui)
    traits = ("dotee", "proposee", "brouillon", "programmee", "votee", "notifiee", "refusee", "ajournee", "annulee")
    for rang, trait in enumerate(traits):
        dossier = DossierFactory(contrat=contrat, en_instruction=True, porteur=gens.porteur.organisme)
        for financeur in (gens.departement, gens.region):
            DemandeFactory(
                dossier=dossier,
                financeur=financeur,
                montant_demande=Decimal(100 + rang),
                nature="droit_commun" if rang % 2 else "specifique",
                **{trait: True},
            )
    DemandeFinancement.objects.filter(etat="refusee").update(montant_propose=Decimal(50))

    visibles = Dossier.objects.visibles_par(auteur, contrat)
    for financeur in (None, gens.departement.pk):
        total = totaux(visibles, pour=auteur, contrat=contrat, financeur=financeur)
        lues = lignes(
            avec_relations(visibles, pour=auteur, contrat=contrat), pour=auteur, contrat=contrat, financeur=financeur
        )
        assert total.nombre == len(lues) == len(traits)
        for nom in ("cout", "demande", "droit_commun", "specifique", "propose", "programme", "vote"):
            somme = sum((getattr(ligne, nom) or Decimal(0) for ligne in lues), Decimal(0))
            assert getattr(total, nom) == somme, (nom, financeur)
    if auteur is not gens.porteur:
        chiffres, _ = chiffres_annuels(contrat, 2026, pour=auteur)
        tout = totaux(visibles, pour=auteur, contrat=contrat)
        assert (chiffres.demande, chiffres.propose) == (tout.demande, tout.propose)
        assert (chiffres.programme, chiffres.vote) == (tout.programme, tout.vote)


def test_un_montant_propose_puis_refuse_ne_compte_plus(dossier, gens, le) -> None:
    demande = DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)
    assert totaux_de(gens.chef, dossier.contrat).propose == 5000
    actions.refuser(demande, motif="Non", par=gens.decideur, le=le)
    assert EtatDemande.REFUSEE not in DEMANDE_PROPOSE
    assert totaux_de(gens.chef, dossier.contrat).propose == 0
    assert ligne_de(gens.chef, dossier).propose is None


# --- The totals are kept a minute and never wrong ---------------------------------------------------------------------
def test_les_totaux_gardes_changent_avec_chaque_acte(dossier, gens, le, django_assert_num_queries) -> None:
    demande = DemandeFactory(dossier=dossier, financeur=gens.departement, dotee=True)
    contrat = dossier.contrat
    assert totaux_de(gens.chef, contrat).propose == 0
    with django_assert_num_queries(1):  # the head of the journal
        totaux_de(gens.chef, contrat)

    actions.proposer(demande, montant=Decimal(10), par=gens.decideur, le=le)
    assert totaux_de(gens.chef, contrat).propose == 10


def test_les_totaux_gardes_ne_passent_pas_d_un_lecteur_a_l_autre(brouillon, gens) -> None:
    contrat = brouillon.dossier.contrat
    visibles = Dossier.objects.filter(contrat=contrat)  # the same query for both
    assert totaux(visibles, pour=gens.instructeur, contrat=contrat).propose == SECRET + 1000
    assert totaux(visibles, pour=gens.chef, contrat=contrat).propose == 1000


@contextmanager
def autre_connexion() -> Iterator[Any]:
    connexion = connections.create_connection("default")
    try:
        yield connexion
    finally:
        connexion.close()


@pytest.mark.django_db(transaction=True)
def test_un_acte_valide_en_retard_change_aussi_la_marque_du_journal() -> None:
    ligne = LigneJournalFactory.build(contrat_id=77)
    with autre_connexion() as lente:
        lente.set_autocommit(False)
        with lente.cursor() as curseur:  # takes its number first, commits last
            curseur.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [LigneJournal._meta.db_table])
            (pk,) = curseur.fetchone()
        with transaction.atomic():
            LigneJournalFactory(contrat_id=77)
        avant = journal.tete(77)

        ligne.pk = pk
        ligne.cible_id = 999_999
        ligne.sha256 = ligne.empreinte()
        ligne.save(force_insert=True)
        lente.rollback()
    assert journal.tete(77) != avant


def test_un_quartier_donne_sans_commune_compte_pour_les_communes_ou_il_s_etend(contrat, auteur_de) -> None:
    version = VersionPerimetreFactory()
    commune = CommuneFactory()
    version.communes.add(commune)
    dossier = DossierFactory(contrat=contrat, en_instruction=True)
    LocalisationFactory(dossier=dossier, version=version, commune=None)
    communal = auteur_de(Role.CHEF_DE_PROJET, communes=[commune])
    ailleurs = auteur_de(Role.CHEF_DE_PROJET, communes=[CommuneFactory()])

    assert list(Dossier.objects.visibles_par(communal, contrat)) == [dossier]
    assert list(Dossier.objects.visibles_par(ailleurs, contrat)) == []
    assert Localisation.objects.dans(commune).get().dossier == dossier
