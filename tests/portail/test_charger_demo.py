"""The invented part of the demo: coherent, marked as fictitious, the same for one seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count, F, Q, Sum

from acteurs.models import Organisme
from acteurs.regles import siret_valide
from commun.auteur import Auteur
from commun.journal import verifier_chaine
from commun.models import LigneJournal
from contrats.etats import EtatDocument, EtatEngagement, EtatEscalade, Role
from contrats.lectures.droit_commun import a_verifier
from contrats.lectures.moyens import moyens_annonces
from contrats.models import (
    ContenuPriorites,
    Contrat,
    Habilitation,
    ItemCompteRendu,
    PointAvancement,
    Reunion,
    Rubrique,
    TypeComite,
)
from portail.demo.calendrier import Calendrier
from portail.demo.chargement import charger
from portail.demo.comptes import MOT_DE_PASSE
from portail.demo.droit_commun import CONTACT_FICTIF
from portail.demo.monde import de, partager, siren_fictif, siret_fictif
from portail.demo.textes import MENTION_FICTIVE
from programmation.etats import DEMANDE_CONSOMME, DEMANDE_FERME, EtatDemande, EtatDossier
from programmation.lectures.initiatives import initiatives
from programmation.models import Campagne, Convention, DemandeFinancement, Dossier, Enveloppe, TypeConvention
from tfpb.models import ActionTfpb

JOUR = date(2026, 11, 20)
APPS = ("acteurs", "geographie", "contrats", "programmation", "tfpb", "evaluation")


@pytest.fixture(scope="module")
def demo_chargee(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The demo loaded once for this module, in a transaction that its last test undoes."""
    with django_db_blocker.unblock(), transaction.atomic():
        charger(aujourdhui=JOUR, graine=2030)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(demo_chargee: None, db: None) -> Contrat:
    return Contrat.objects.get(slug="porte-du-hainaut")


# --- The invented part -----------------------------------------------------------------------------------------------


def test_quatre_campagnes_de_115_a_190_dossiers(demo: Contrat) -> None:
    campagnes = Campagne.objects.annotate(nombre=Count("dossiers")).order_by("annee")

    assert [campagne.annee for campagne in campagnes] == [2024, 2025, 2026, 2027]
    assert all(115 <= campagne.nombre <= 190 for campagne in campagnes)
    a_venir = Dossier.objects.filter(campagne__annee=2027)
    assert a_venir.filter(etat=EtatDossier.EN_INSTRUCTION).count() > 80
    assert {EtatDossier.BROUILLON, EtatDossier.DEPOSE, EtatDossier.INCOMPLET} <= set(
        a_venir.values_list("etat", flat=True)
    )
    assert campagnes.last().limite_depot > JOUR


def test_tout_ce_qui_est_invente_est_marque(demo: Contrat) -> None:
    marques = [
        modele
        for app in APPS
        for modele in apps.get_app_config(app).get_models()
        if "fictif" in {champ.name for champ in modele._meta.fields}
    ]
    reels = {"Organisme", "ActeDecision", "Engagement"}

    assert len(marques) > 12
    for modele in marques:
        assert modele.__name__ in reels or not modele._default_manager.filter(fictif=False).exists(), modele.__name__


def test_les_compteurs_des_enveloppes_sont_ceux_de_leurs_lignes(demo: Contrat) -> None:
    programme, vote = Q(demandes__etat=EtatDemande.PROGRAMMEE), Q(demandes__etat__in=DEMANDE_FERME)
    enveloppes = Enveloppe.objects.annotate(
        programme=Sum("demandes__montant_programme", filter=programme, default=Decimal(0)),
        vote=Sum("demandes__montant_vote", filter=vote, default=Decimal(0)),
    )

    assert enveloppes.count() > 80
    assert not enveloppes.exclude(programme=F("montant_programme"), vote=F("montant_vote")).exists()
    mouvements = Enveloppe.objects.annotate(total=Sum("mouvements__montant"))
    assert not mouvements.exclude(total=F("montant")).exists()


def test_les_cpo_restent_sous_la_moitie_des_credits_specifiques(demo: Contrat) -> None:
    specifiques = DemandeFinancement.objects.filter(
        dossier__campagne__annee=2026, nature="specifique", etat__in=DEMANDE_CONSOMME
    )
    total = specifiques.aggregate(total=Sum("montant_programme"))["total"]
    cpo = specifiques.filter(dossier__nature="tranche_cpo").aggregate(total=Sum("montant_programme"))["total"]

    assert Decimal("0.45") < cpo / total < Decimal("0.50")


def test_des_conventions_annuelles_couvrent_les_associations_au_dessus_du_seuil(demo: Contrat) -> None:
    votes = (
        DemandeFinancement.objects.filter(
            dossier__campagne__annee=2025, dossier__convention__isnull=True, notifie_le__isnull=False
        )
        .exclude(dossier__porteur__type="commune")
        .values("financeur", "dossier__porteur")
        .annotate(vote=Sum("montant_vote"))
        .filter(vote__gt=23_000)
    )
    annuelles = Convention.objects.filter(type=TypeConvention.ANNUELLE, premiere_annee=2025)
    en_vigueur = Convention.objects.filter(premiere_annee__lte=2025, derniere_annee__gte=2025)

    assert sorted(annuelles.values_list("porteur", flat=True)) == sorted(v["dossier__porteur"] for v in votes)
    assert not annuelles.filter(signee_le__isnull=True).exists()
    assert 0.4 < 1 - annuelles.count() / en_vigueur.count() < 0.6


def test_les_financeurs_pesent_ce_que_dit_l_evaluation(demo: Contrat) -> None:
    lignes = DemandeFinancement.objects.filter(dossier__campagne__annee=2026, etat__in=DEMANDE_CONSOMME)
    total = lignes.aggregate(total=Sum("montant_programme"))["total"]
    etat = lignes.filter(financeur__sigle="État", nature="specifique").aggregate(t=Sum("montant_programme"))["t"]
    droit_commun_seul = lignes.filter(financeur__type__in=["departement", "caf", "ars", "cpam"])

    assert 3_600_000 <= total <= 4_500_000
    assert 1_400_000 <= etat <= 1_500_000
    assert set(droit_commun_seul.values_list("nature", flat=True)) == {"droit_commun"}


def test_chaque_budget_est_equilibre_et_chaque_lieu_compte_pour_100(demo: Contrat) -> None:
    dossiers = Dossier.objects.prefetch_related("budget__lignes", "localisations", "demandes__financeur")

    for dossier in dossiers:
        lignes = [ligne for ligne in dossier.budget.lignes.all() if not ligne.compte.startswith(("86", "87"))]
        charges = sum(ligne.montant for ligne in lignes if ligne.sens == "charge")
        produits = sum(ligne.montant for ligne in lignes if ligne.sens == "produit")
        subventions = sum(ligne.montant for ligne in lignes if ligne.compte == "74")
        assert charges == produits == dossier.cout_total, dossier.numero
        assert subventions == sum(demande.montant_demande for demande in dossier.demandes.all())
        assert sum(lieu.part for lieu in dossier.localisations.all()) == 100


def test_une_reconduction_montre_le_dossier_de_l_an_passe(demo: Contrat) -> None:
    suites = Dossier.objects.filter(precedent__isnull=False).select_related("precedent__campagne", "campagne")

    assert suites.count() > 200
    assert all(d.precedent.campagne.annee == d.campagne.annee - 1 for d in suites)
    assert all(d.precedent.porteur_id == d.porteur_id for d in suites)


def test_rien_n_est_date_apres_le_jour_de_la_demo(demo: Contrat) -> None:
    # The line that tells the loading itself is dated by the clock.
    assert not LigneJournal.objects.exclude(acte="charger_demo").filter(fait_le__date__gt=JOUR).exists()
    assert not DemandeFinancement.objects.filter(Q(programme_le__gt=JOUR) | Q(notifie_le__gt=JOUR)).exists()
    assert not PointAvancement.objects.filter(declare_le__date__gt=JOUR).exists()


def test_le_journal_de_chaque_dossier_mene_a_son_etat(demo: Contrat) -> None:
    dossiers = list(Dossier.objects.exclude(etat=EtatDossier.BROUILLON).order_by("?")[:40])

    for dossier in dossiers:
        lignes = LigneJournal.objects.de(dossier)
        assert verifier_chaine(dossier)
        assert [ligne.apres["etat"] for ligne in lignes if "etat" in ligne.apres][-1] == dossier.etat


def test_les_sept_etats_d_un_engagement_se_voient_chaque_annee(demo: Contrat) -> None:
    for annee in (2025, 2026):
        etats = PointAvancement.objects.filter(annee=annee).values_list("etat", flat=True)
        assert set(etats) == set(EtatEngagement)


def test_les_huit_axes_tfpb_servent(demo: Contrat) -> None:
    assert set(ActionTfpb.objects.filter(programme__annee=2026).values_list("axe", flat=True)) == set(range(1, 9))


def test_un_compte_par_role_ouvre_la_demo(demo: Contrat, client: Any) -> None:
    assert set(Habilitation.objects.actives().values_list("role", flat=True)) == set(Role)
    assert client.login(email="chef-de-projet@porte-du-hainaut.example", password=MOT_DE_PASSE)


# --- Loading again ---------------------------------------------------------------------------------------------------


def test_charger_deux_fois_ne_change_rien(demo: Contrat) -> None:
    avant = _comptes()

    phrase = charger(aujourdhui=JOUR, graine=2030)

    assert phrase == "Données déjà chargées"
    assert _comptes() == avant


def test_de_nouvelles_fixtures_laissent_ce_qui_a_ete_saisi(demo: Contrat, monkeypatch: pytest.MonkeyPatch) -> None:
    Dossier.objects.filter(numero="2027-001").update(intitule="Intitulé corrigé par le porteur")
    Contrat.objects.filter(pk=demo.pk).update(signe_a="Ailleurs")
    monkeypatch.setattr("portail.demo.lecture.empreinte", lambda: "autre")

    charger(aujourdhui=JOUR, graine=2030)

    assert Dossier.objects.get(numero="2027-001").intitule == "Intitulé corrigé par le porteur"
    demo.refresh_from_db()
    assert demo.signe_a == "Wallers"


def test_reprendre_refait_la_meme_chose_et_une_autre_graine_autre_chose(demo: Contrat) -> None:
    avant = _resume()
    Dossier.objects.filter(numero="2026-010").update(intitule="Essai")

    charger(aujourdhui=JOUR, graine=2030, reprendre=True)
    assert _resume() == avant

    charger(aujourdhui=JOUR, graine=7, reprendre=True)
    assert _resume() != avant


@pytest.mark.parametrize("jour", [date(2025, 2, 3), date(2029, 1, 5)])
def test_la_demo_se_place_autour_de_n_importe_quel_jour(demo: Contrat, jour: date) -> None:
    charger(aujourdhui=jour, graine=2030, reprendre=True)

    annees = set(Campagne.objects.values_list("annee", flat=True))
    assert {2025, jour.year, jour.year + 1} <= annees
    assert Dossier.objects.filter(campagne__annee=jour.year + 1, etat=EtatDossier.EN_INSTRUCTION).exists()


def test_la_commande_refuse_les_comptes_publics_en_production(settings: Any) -> None:
    settings.DONNEES_DE_DEMONSTRATION = False

    with pytest.raises(CommandError, match="--reference-seule"):
        call_command("charger_demo")


def test_la_commande_donne_le_mot_de_passe_de_la_demo() -> None:
    sortie = StringIO()
    call_command("comptes_demo", stdout=sortie)
    assert MOT_DE_PASSE in sortie.getvalue()


# --- Small pieces ----------------------------------------------------------------------------------------------------


def test_les_numeros_fictifs_suivent_luhn_et_ne_sont_jamais_attribues(demo: Contrat) -> None:
    inventes = Organisme.objects.filter(fictif=True).exclude(siret="")

    assert inventes.count() == 68
    assert all(siret_valide(organisme.siret) and organisme.siren.startswith("000") for organisme in inventes)
    assert siret_fictif(siren_fictif(1)) != siret_fictif(siren_fictif(2))


def test_partager_ne_depasse_jamais_le_total() -> None:
    parts = partager(Decimal(10_050), [1, 2, 3, 0.01])

    assert sum(parts) <= 10_050
    assert all(part > 0 and part % 100 == 0 for part in parts)
    assert max(partager(Decimal(40_000), [1, 9], plafond=5_000)) == 5_000


@pytest.mark.parametrize(
    ("nom", "attendu"),
    [
        ("Denain", "de Denain"),
        ("Escaudain", "d’Escaudain"),
        ("Hérin", "d’Hérin"),
        ("La Sentinelle", "de La Sentinelle"),
    ],
)
def test_de_s_elide_devant_une_voyelle(nom: str, attendu: str) -> None:
    assert de(nom) == attendu


def test_le_copil_de_l_annee_est_toujours_passe() -> None:
    for jour in (date(2026, 1, 2), date(2026, 3, 22), date(2026, 12, 31)):
        calendrier = Calendrier.autour_de(jour, debut=2024, fin=2030)
        assert calendrier.copil(jour.year) < jour < calendrier.copil(jour.year + 1)


def _comptes() -> dict[str, int]:
    return {
        modele.__name__: modele._default_manager.count()
        for app in (*APPS, "commun")
        for modele in apps.get_app_config(app).get_models()
    }


def _resume() -> list[tuple[Any, ...]]:
    """What a reader would see of every request, numbers of rows aside."""
    return list(
        DemandeFinancement.objects.order_by(
            "dossier__numero", "financeur__nom", "nature", "dispositif__code"
        ).values_list(
            "dossier__numero",
            "dossier__intitule",
            "dossier__etat",
            "financeur__nom",
            "nature",
            "etat",
            "montant_demande",
            "montant_vote",
            "acte__numero",
        )
    )


# --- Meetings --------------------------------------------------------------------------------------------------------


def test_chaque_copil_a_ses_membres_son_ordre_du_jour_et_son_compte_rendu(demo: Contrat) -> None:
    copils = Reunion.objects.filter(comite__contrat=demo, comite__type=TypeComite.COPIL)
    assert copils.count() >= 6
    for copil in copils:
        assert copil.comite.membres.filter(invite=False).count() > 10
        assert copil.ordre_du_jour.count() == 4
        assert copil.items.exists() == copil.presences.exists() == copil.tenue
    items = ItemCompteRendu.objects.filter(reunion__in=copils)
    assert set(items.values_list("audience", flat=True)) == set(ItemCompteRendu.Audience.values)
    assert not items.filter(perimetres__isnull=True).exists()


# --- What communes write, who does what, where droit commun is missing ---------------------------------------------


def test_les_documents_communaux_se_voient_a_chaque_etape(demo: Contrat) -> None:
    assert set(demo.priorites.values_list("annee", "etat")) == {
        (2025, EtatDocument.ANNEXE),
        (2025, EtatDocument.ADOPTE),
        (2026, EtatDocument.ADOPTE),
        (2026, EtatDocument.REDIGE),
        (2026, EtatDocument.REVISE),
    }
    entieres = demo.priorites.annotate(nombre=Count("contenus")).filter(nombre=len(Rubrique))
    assert not demo.priorites.filter(etat=EtatDocument.ADOPTE).exclude(pk__in=entieres).exists()
    assert set(demo.volets.values_list("etat", flat=True)) == {EtatDocument.ADOPTE, EtatDocument.REDIGE}
    assert not demo.volets.filter(objectifs__isnull=True).exists()
    assert [a.version for a in demo.avenants.order_by("numero")] == ["Contrat signé", "Avenant n° 1"]
    assert not demo.avenants.filter(instantane__isnull=True).exists()
    assert demo.avenants.get(numero=0).signe_le == demo.signe_le
    assert not ContenuPriorites.objects.exclude(texte__endswith=MENTION_FICTIVE).exists()


def test_chaque_note_d_escalade_est_a_une_autre_etape(demo: Contrat) -> None:
    assert set(demo.escalades.values_list("etat", flat=True)) == set(EtatEscalade.values)
    assert not demo.escalades.filter(ressources__isnull=True).exists()
    assert all(verifier_chaine(note) for note in demo.escalades.all())


def test_le_droit_commun_verifie_l_est_de_notre_invention_et_ne_l_est_pas_partout(demo: Contrat) -> None:
    etats = [a_verifier(r.verifie_le, le=JOUR) for r in demo.ressources.exclude(verifie_le=None)]
    assert {True, False} == set(etats)
    assert demo.ressources.filter(verifie_le=None).exists()
    assert not demo.ressources.exclude(verifie_le=None).exclude(contact=CONTACT_FICTIF).exists()


def test_le_signataire_a_des_engagements_et_des_communes_leurs_dialogues(demo: Contrat) -> None:
    compte = Habilitation.objects.get(contrat=demo, utilisateur__email__startswith="signataire@")
    assert demo.engagements.filter(organisme=compte.organisme).count() >= 5
    tenus = Reunion.objects.filter(comite__contrat=demo, comite__type="dialogue_projets", le__year=JOUR.year)
    par_commune = Counter(tenus.values_list("commune", flat=True))
    assert {1, 2} == set(par_commune.values())
    assert 0 < len(par_commune) < demo.communes.count()
    assert not tenus.exclude(fictif=True, le__lte=JOUR).exists()


def test_les_fiches_des_signataires_sont_du_texte_et_les_autres_inventees(demo: Contrat) -> None:
    reelles = demo.fiches.filter(organisme__fictif=False)
    assert reelles.count() == 11
    assert not reelles.exclude(missions__contains="Source\u00a0: contrat-cadre 2024-2030, L").exists()
    inventees = demo.fiches.filter(organisme__fictif=True)
    assert inventees.count() == 12
    assert not inventees.exclude(missions__endswith=MENTION_FICTIVE).exists()


def test_le_plan_d_actions_vient_du_contrat(demo: Contrat) -> None:
    assert demo.plan.count() == 39
    assert not demo.plan.exclude(source__startswith="contrat-cadre 2024-2030, L").exists()
    couvertes = set(demo.plan.values_list("objectif__orientation__code", flat=True))
    assert couvertes == {"O1", "O2", "O3", "O4", "O5", "O6"}


def test_des_partenaires_ont_dit_leurs_moyens_et_d_autres_rien(demo: Contrat) -> None:
    taux = {p.nom: p.completude.taux for p in moyens_annonces(demo, JOUR.year).partenaires}
    assert taux["CAPH"] == 100
    assert 0 in taux.values()
    assert any(0 < t < 100 for t in taux.values())


def test_la_derniere_commission_a_tenu_sa_seance(demo: Contrat) -> None:
    """The page of the initiatives shows what a session kept, and what it set aside; what is ready still has its money."""
    chef = Habilitation.objects.filter(contrat=demo, role=Role.CHEF_DE_PROJET, communes=None, perimetres=None).first()
    assert chef is not None
    pour = Auteur(utilisateur=chef.utilisateur, organisme=chef.organisme)
    lue = initiatives(demo, JOUR.year, pour=pour, le=JOUR)
    commission = Reunion.objects.filter(comite__valide_sip=True, le__lt=JOUR).latest("le")
    assert commission.examens.filter(applique_le__isnull=False).count() == 3
    decidees = [i for i in lue.decides if i.reunion == str(commission)]
    assert any(i.programme is not None and i.propose is not None and i.programme < i.propose for i in decidees)
    assert [i.suite for i in lue.sans_suite] == [f"écarté : {commission}"]
    assert lue.prets
    assert lue.argent.depassees == 0
