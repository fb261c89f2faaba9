"""All year round: where each file stands, the money left for each funder, who decides and when, for each reader."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from acteurs.models import FormeJuridique
from commun.typographie import euros
from contrats.etats import EtatReunion, Role
from programmation.etats import EtatDemande, EtatDossier, EtatEnveloppe
from programmation.lectures.calendriers import OuvertHorsAppel
from programmation.lectures.fil_de_l_eau import FilDeLEau, au_fil_de_l_eau
from programmation.lectures.initiatives import Proximite, initiatives
from programmation.lectures.proximite import initiatives_ouvertes
from programmation.lectures.toute_l_annee import permanents
from programmation.models import DemandeFinancement, Enveloppe, FamilleDispositif
from programmation.regles.fil_de_l_eau import Rang, Reponse, ranger, reponse_lue
from tests.fabriques import (
    CalendrierDispositifFactory,
    CampagneFactory,
    ComiteFactory,
    DemandeFactory,
    DispositifFactory,
    DossierFactory,
    EnveloppeFactory,
    ExamenDossierFactory,
    FicheProximiteFactory,
    LocalisationFactory,
    OrganismeFactory,
    PeriodeVacancesFactory,
    ReunionFactory,
    SollicitationAvisFactory,
)

JOUR = date(2026, 9, 10)
ATTENDUE, PROPOSEE, ACCORDEE, AJOURNEE, REFUSEE = Reponse


def demande_de(contrat: Any, dispositif: Any, **suite: Any) -> DemandeFinancement:
    """What a file of this scheme, under instruction, asks one funder."""
    return DemandeFactory(dossier=DossierFactory(contrat=contrat, dispositif=dispositif, en_instruction=True), **suite)


# --- The rule ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("etat", "reponses", "rang"),
    [
        ("depose", [ATTENDUE], Rang.A_INSTRUIRE),
        ("en_instruction", [], Rang.A_INSTRUIRE),
        ("en_instruction", [PROPOSEE, ATTENDUE], Rang.A_INSTRUIRE),
        ("en_instruction", [PROPOSEE, REFUSEE], Rang.PRET),
        ("en_instruction", [PROPOSEE, AJOURNEE], Rang.PRET),
        ("en_instruction", [REFUSEE, REFUSEE], Rang.SANS_SUITE),
        ("en_instruction", [REFUSEE, ATTENDUE], Rang.A_INSTRUIRE),
        ("en_instruction", [REFUSEE, AJOURNEE], Rang.AJOURNE),
        ("complet", [PROPOSEE], Rang.A_INSTRUIRE),
        ("ajourne", [PROPOSEE], Rang.AJOURNE),
        ("ajourne", [REFUSEE], Rang.SANS_SUITE),
        ("irrecevable", [ATTENDUE], Rang.SANS_SUITE),
        ("programme", [ACCORDEE, REFUSEE], Rang.DECIDE),
        ("programme", [REFUSEE], Rang.SANS_SUITE),
        ("clos", [ACCORDEE], Rang.DECIDE),
        ("clos", [AJOURNEE], Rang.SANS_SUITE),
    ],
)
def test_un_dossier_se_range_selon_les_reponses_de_ses_financeurs(etat, reponses, rang) -> None:
    assert ranger(etat, reponses, ecarte=False) is rang


def test_un_dossier_ecarte_est_sans_suite_tant_qu_il_n_est_pas_programme() -> None:
    assert ranger("en_instruction", [PROPOSEE], ecarte=True) is Rang.SANS_SUITE
    assert ranger("programme", [ACCORDEE], ecarte=True) is Rang.DECIDE


@pytest.mark.parametrize(
    ("reponses", "ailleurs", "ecarte", "rang"),
    [
        ([PROPOSEE], [ACCORDEE], False, Rang.PRET),
        ([PROPOSEE, ATTENDUE], [ACCORDEE], False, Rang.A_INSTRUIRE),
        ([AJOURNEE], [ACCORDEE], False, Rang.AJOURNE),
        ([PROPOSEE], [ACCORDEE], True, Rang.SANS_SUITE),
        ([ACCORDEE, PROPOSEE], [ACCORDEE], False, Rang.DECIDE),
        ([ATTENDUE], [ATTENDUE], False, Rang.DECIDE),  # a reader who knows no answer knows that the file is programmed
    ],
)
def test_programme_par_l_autre_instance_un_dossier_se_range_par_ses_lignes(reponses, ailleurs, ecarte, rang) -> None:
    assert ranger("programme", reponses, ecarte=ecarte, ailleurs=ailleurs) is rang


@pytest.mark.parametrize(
    ("etat", "partagee", "propose", "reponse"),
    [
        ("demandee", True, False, ATTENDUE),
        ("proposee", True, True, PROPOSEE),
        ("proposee", False, True, ATTENDUE),  # a private draft, for its own author either
        ("proposee", True, False, REFUSEE),  # 0 €
        ("notifiee", True, True, ACCORDEE),
        ("annulee", True, True, REFUSEE),
    ],
)
def test_une_ligne_repond_quand_elle_est_partagee(etat, partagee, propose, reponse) -> None:
    assert reponse_lue(etat, partagee=partagee, propose=propose) is reponse


# --- The réserve -------------------------------------------------------------------------------------------------------
pytestmark = pytest.mark.django_db


@pytest.fixture
def reserve(contrat) -> Any:
    return DispositifFactory(contrat=contrat, reserve=True)


def lire(contrat, pour, famille=FamilleDispositif.RESERVE, le=JOUR) -> FilDeLEau:
    return au_fil_de_l_eau(contrat, 2026, famille, pour=pour, le=le)


def numeros(dossiers: Any) -> list[str]:
    return [dossier.numero for dossier in dossiers]


@pytest.fixture
def partage(contrat, gens, reserve) -> Any:
    """A ready file: the département proposes 5 000 €, another funder 20 000; 100 000 € each."""
    siennes = demande_de(contrat, reserve, financeur=gens.departement, proposee=True)
    DemandeFactory(dossier=siennes.dossier, financeur=gens.region, montant_demande=Decimal(20_000), proposee=True)
    return siennes.dossier


def test_le_reste_d_un_financeur_ne_perd_que_ses_propres_propositions(contrat, gens, partage) -> None:
    sien = lire(contrat, gens.instructeur)
    assert numeros(sien.prets) == [partage.numero]
    assert sien.total_pret == 25_000
    assert (sien.argent.reste, sien.argent.reste_apres, sien.argent.ton) == (100_000, 95_000, "succes")
    tout = lire(contrat, gens.chef)
    assert (tout.argent.reste, tout.argent.reste_apres) == (200_000, 175_000)


def test_une_ligne_d_un_autre_dispositif_ne_prend_pas_sur_la_reserve(contrat, gens, partage) -> None:
    ailleurs = DispositifFactory(contrat=contrat)
    DemandeFactory(dossier=partage, financeur=gens.departement, dispositif=ailleurs, proposee=True)
    DemandeFactory(dossier=partage, financeur=gens.departement, nature="droit_commun", proposee=True)
    lu = lire(contrat, gens.instructeur).argent
    assert [(e.dispositif, e.nature, e.pret) for e in lu.enveloppes] == [
        (partage.dispositif.nom, "Droit commun", 5_000),
        (partage.dispositif.nom, "Crédits spécifiques", 5_000),
    ]


def test_ce_qui_reste_a_l_un_ne_paie_pas_la_ligne_de_l_autre(contrat, gens, reserve, partage, client_de) -> None:
    region = EnveloppeFactory(contrat=contrat, financeur=gens.region, dispositif=reserve)
    region.montant = Decimal(15_000)
    region.save(update_fields=["montant"])
    lu = lire(contrat, gens.chef).argent
    assert lu.reste_apres == 90_000
    assert (lu.depassees, lu.ton) == (1, "danger")
    page = client_de(Role.CHEF_DE_PROJET).get(reverse("programmation:reserve", args=[contrat.slug, 2026]))
    assert "1 enveloppe ne suffirait pas aux dossiers prêts" in _plat(page)


def fermer(*enveloppes: Any) -> None:
    """As if these had never been opened; what is proposed stays."""
    DemandeFinancement.objects.filter(enveloppe__in=enveloppes).update(enveloppe=None)
    Enveloppe.objects.filter(pk__in=[e.pk for e in enveloppes]).delete()


def test_une_enveloppe_a_ouvrir_se_dit_avant_que_la_programmation_soit_refusee(
    contrat, gens, reserve, partage, client_de
) -> None:
    """Whoever sees the envelopes of all reads that one is missing; a funder reads its own."""
    fermer(*Enveloppe.objects.filter(financeur=gens.region))
    url = reverse("programmation:reserve", args=[contrat.slug, 2026])
    lu = lire(contrat, gens.chef).argent
    assert [(e.financeur, e.reste, e.pret, e.a_ouvrir) for e in lu.enveloppes] == [
        (gens.departement.nom_court, 100_000, 5_000, False),
        (gens.region.nom_court, 0, 20_000, True),
    ]
    assert (lu.reste, lu.reste_apres, lu.depassees, lu.ton) == (100_000, 75_000, 1, "danger")
    assert "enveloppe à ouvrir" in _plat(client_de(Role.CHEF_DE_PROJET).get(url))
    sien = lire(contrat, gens.instructeur).argent
    assert (sien.reste_apres, sien.ton) == (95_000, "succes")


def test_plusieurs_enveloppes_a_ouvrir_se_lisent_en_une_requete(contrat, gens, reserve, partage) -> None:
    fermer(*Enveloppe.objects.filter(financeur=gens.region))
    lire(contrat, gens.chef)
    with CaptureQueriesContext(connection) as une:
        lire(contrat, gens.chef)
    for _ in range(4):
        DemandeFactory(dossier=partage, financeur=OrganismeFactory(), dispositif=reserve, proposee=True)
    fermer(*Enveloppe.objects.exclude(financeur=gens.departement))
    with CaptureQueriesContext(connection) as plusieurs:
        lu = lire(contrat, gens.chef).argent
    assert lu.depassees == 5
    assert len(plusieurs) == len(une)


def test_une_enveloppe_d_une_autre_section_ne_compte_pas(contrat, gens, client_de) -> None:
    """On a fonds de concours, running-cost money pays nothing: the envelopes page says to move it."""
    fonds = DispositifFactory(contrat=contrat, fonds_de_concours=True)
    sienne = EnveloppeFactory(contrat=contrat, dispositif=fonds, financeur=gens.departement)
    a_redeployer = EnveloppeFactory(
        contrat=contrat, dispositif=fonds, financeur=gens.departement, section="fonctionnement"
    )

    def carte() -> Any:
        lus = permanents(contrat, 2026, pour=gens.chef, le=JOUR)
        return next(lu for lu in lus if lu.titre == "Fonds de concours")

    lu = lire(contrat, gens.chef, FamilleDispositif.FONDS_DE_CONCOURS).argent
    assert (lu.reste, lu.reste_apres) == (sienne.montant, sienne.montant)
    assert carte().chiffres[-1] == ("Reste", euros(sienne.montant))

    demande_de(contrat, fonds, financeur=gens.departement, proposee=True)
    fermer(sienne)
    lu = lire(contrat, gens.chef, FamilleDispositif.FONDS_DE_CONCOURS).argent
    assert [(e.reste, e.a_ouvrir) for e in lu.enveloppes] == [(0, True)]
    assert Enveloppe.objects.get() == a_redeployer
    assert "Reste" not in dict(carte().chiffres)


def test_qui_ne_lit_aucune_enveloppe_ne_lit_pas_qu_il_n_y_en_a_pas(contrat, partage, client_de) -> None:
    """The délégué du préfet instructs and pays nothing."""
    url = reverse("programmation:reserve", args=[contrat.slug, 2026])
    lu = _plat(client_de(Role.DELEGUE_PREFET).get(url))
    assert "Aucune enveloppe n’est ouverte" not in lu
    assert "Chaque financeur lit ses propres enveloppes" in lu


def test_une_enveloppe_attendue_se_dit(contrat, gens, partage) -> None:
    assert lire(contrat, gens.instructeur).argent.attendue == 100_000
    Enveloppe.objects.filter(financeur=gens.departement).update(etat=EtatEnveloppe.NOTIFIEE, notifiee_le=JOUR)
    assert lire(contrat, gens.instructeur).argent.attendue == 0
    assert lire(contrat, gens.chef).argent.attendue == 100_000


def test_son_propre_brouillon_ne_rend_rien_pret(contrat, gens, reserve) -> None:
    """The COPIL programmes shared proposals only: the author of a private draft must not read otherwise."""
    demande = demande_de(contrat, reserve, financeur=gens.departement, brouillon=True)
    for lecteur in (gens.instructeur, gens.chef):
        lu = lire(contrat, lecteur)
        assert numeros(lu.prets) == []
        assert [(d.numero, d.sans_reponse) for d in lu.a_instruire] == [(demande.dossier.numero, 1)]
        assert lu.argent.reste_apres == lu.argent.reste


def test_ce_que_tous_refusent_quitte_les_comptes(contrat, gens, reserve) -> None:
    refuse = demande_de(contrat, reserve, refusee=True).dossier
    nul = demande_de(contrat, reserve, proposee=True, montant_propose=Decimal(0)).dossier
    ajourne = DossierFactory(contrat=contrat, dispositif=reserve, ajourne=True)
    ecarte = demande_de(contrat, reserve, proposee=True).dossier
    examen = ExamenDossierFactory(dossier=ecarte, ecarte=True)
    lu = lire(contrat, gens.chef)
    assert numeros(lu.prets) == [ecarte.numero], "what a session said is not applied yet"
    examen.applique_le = datetime(2026, 9, 9, 9, tzinfo=UTC)
    examen.save()
    lu = lire(contrat, gens.chef)
    assert (lu.prets, lu.a_instruire) == ((), ())
    assert numeros(lu.ajournes) == [ajourne.numero]
    assert {d.numero: d.suite for d in lu.sans_suite} == {
        refuse.numero: "refusé par tous ses financeurs",
        nul.numero: "refusé par tous ses financeurs",
        ecarte.numero: f"écarté : {examen.reunion}",
    }
    (tuile,) = [p for p in permanents(contrat, 2026, pour=gens.chef, le=JOUR) if "Réserve" in p.titre]
    assert tuile.attend == ""


def test_un_dossier_remis_sur_une_liste_n_est_plus_ecarte(contrat, gens, reserve) -> None:
    dossier = demande_de(contrat, reserve, proposee=True).dossier
    copil = ComiteFactory(contrat=contrat)
    le = datetime(2026, 4, 10, 18, tzinfo=UTC)
    ExamenDossierFactory(dossier=dossier, reunion__comite=copil, ecarte=True, applique_le=le)
    assert numeros(lire(contrat, gens.chef).sans_suite) == [dossier.numero]
    ExamenDossierFactory(dossier=dossier, reunion__comite=copil, reunion__le=date(2026, 6, 10))
    assert numeros(lire(contrat, gens.chef).prets) == [dossier.numero]


def test_qui_n_est_que_consulte_ne_lit_aucune_reponse(contrat, gens, partage) -> None:
    """Asked for its opinion, it reads neither that the funders agree, nor that they refuse, nor what a session said."""
    SollicitationAvisFactory(dossier=partage, organisme=OrganismeFactory())
    organisme = partage.sollicitations.get().organisme
    consulte = gens._auteur_de(Role.INSTRUCTEUR, organisme=organisme)
    lu = lire(contrat, consulte)
    assert numeros(lu.a_instruire) == [partage.numero]
    assert lu.a_instruire[0].propose is None
    DemandeFinancement.objects.filter(dossier=partage).update(etat=EtatDemande.REFUSEE, motif="Non.")
    ExamenDossierFactory(dossier=partage, ecarte=True, applique_le=datetime(2026, 9, 9, 9, tzinfo=UTC))
    assert numeros(lire(contrat, consulte).a_instruire) == [partage.numero]
    assert numeros(lire(contrat, gens.chef).sans_suite) == [partage.numero]


def test_la_derniere_reunion_est_tenue_et_celle_d_aujourd_hui_est_a_venir(contrat, gens, reserve) -> None:
    copil = ComiteFactory(contrat=contrat)
    tenue = ReunionFactory(comite=copil, le=date(2026, 4, 10), tenue=True)
    ReunionFactory(comite=copil, le=date(2026, 6, 10))  # its day is past, and nobody has held it
    ReunionFactory(comite=copil, le=date(2026, 7, 10), annulee=True)
    aujourd_hui = ReunionFactory(comite=copil, le=JOUR)
    (instance,) = lire(contrat, gens.chef).instances
    assert (instance.derniere, instance.prochaine) == (tenue, aujourd_hui)


def test_le_bouton_propose_un_dispositif_en_vigueur(contrat, gens, reserve) -> None:
    reserve.valide_au = date(2026, 6, 30)
    reserve.save()
    assert lire(contrat, gens.chef).dispositif is None
    nouveau = DispositifFactory(contrat=contrat, reserve=True, valide_du=date(2026, 7, 1))
    lu = lire(contrat, gens.chef)
    assert lu.dispositif == nouveau
    assert set(lu.dispositifs) == {reserve, nouveau}


def test_une_page_sans_dossier_ne_promet_le_depot_continu_que_s_il_l_est(contrat, reserve, client_de) -> None:
    CampagneFactory(contrat=contrat)
    url = reverse("programmation:reserve", args=[contrat.slug, 2026])
    chef = client_de(Role.CHEF_DE_PROJET)
    assert "déposent quand ils veulent" in _plat(chef.get(url))
    reserve.permanent = False
    reserve.save()
    page = _plat(chef.get(url))
    assert "quand ils veulent" not in page
    assert "toute l’année," not in page


# --- The initiatives ---------------------------------------------------------------------------------------------------
@pytest.fixture
def sip() -> Any:
    return DispositifFactory(sip=True)


def initiatives_de(contrat, pour, le=JOUR) -> Proximite:
    return initiatives(contrat, 2026, pour=pour, le=le)


def test_le_brouillon_de_l_agglomeration_ne_rend_pas_l_initiative_prete(contrat, gens, sip, client_de) -> None:
    """The EPCI leads the contract and pays the initiatives: its own draft programmes nothing."""
    ReunionFactory(comite=ComiteFactory(contrat=contrat), le=date(2026, 9, 3), tenue=True)
    demande_de(contrat, sip, financeur=contrat.pilote, brouillon=True)
    lue = initiatives_de(contrat, gens.chef)
    assert (len(lue.a_instruire), lue.prets, lue.total_pret) == (1, (), 0)
    page = client_de(Role.CHEF_DE_PROJET).get(reverse("programmation:initiatives", args=[contrat.slug, 2026]))
    assert "Enregistrer la décision" not in _plat(page)


def test_une_initiative_attend_tous_ses_financeurs(contrat, gens, sip) -> None:
    demande = demande_de(contrat, sip, proposee=True)
    autre = DemandeFactory(dossier=demande.dossier)
    assert [i.sans_reponse for i in initiatives_de(contrat, gens.chef).a_instruire] == [1]
    DemandeFinancement.objects.filter(pk=autre.pk).update(etat=EtatDemande.REFUSEE, motif="Non.")
    assert numeros(initiatives_de(contrat, gens.chef).prets) == [demande.dossier.numero]


def test_une_ligne_pour_le_copil_ne_retient_pas_l_initiative(contrat, gens, sip) -> None:
    """The commission settles the rows of the initiatives alone."""
    demande = demande_de(contrat, sip, proposee=True)
    DemandeFactory(dossier=demande.dossier, dispositif=DispositifFactory(contrat=contrat))
    assert numeros(initiatives_de(contrat, gens.chef).prets) == [demande.dossier.numero]


def test_les_benevoles_hors_de_l_appel_passent_d_abord(contrat, gens, sip) -> None:
    """Regles 2.13: the order of the list, then the date of deposit."""

    def prete(jour: int, benevole: bool | None, **suite: Any) -> str:
        dossier = DossierFactory(
            contrat=contrat,
            dispositif=sip,
            en_instruction=True,
            depose_le=datetime(2026, 5, jour, 9, tzinfo=UTC),
            **suite,
        )
        DemandeFactory(dossier=dossier, proposee=True)
        if benevole is not None:
            FicheProximiteFactory(dossier=dossier, benevole=benevole)
        return dossier.numero

    a_l_appel = OrganismeFactory()
    DossierFactory(contrat=contrat, porteur=a_l_appel, depose=True)
    tard = prete(1, True, porteur=a_l_appel)
    muette = prete(2, None)
    salariee = prete(3, False)
    premiere, seconde = prete(4, True), prete(5, True)
    ordre = numeros(initiatives_de(contrat, gens.chef).prets)
    assert ordre == [premiere, seconde, muette, tard, salariee]


def test_le_nombre_de_commissions_se_dit_quand_aucune_n_est_prevue(contrat, gens, sip, client_de) -> None:
    CampagneFactory(contrat=contrat)
    ComiteFactory(contrat=contrat, valide_sip=True, valide_programmation=False, reunions_par_an=4)
    assert initiatives_de(contrat, gens.chef).attendues == 4
    page = client_de(Role.CHEF_DE_PROJET).get(reverse("programmation:initiatives", args=[contrat.slug, 2026]))
    assert "au moins 4 par an" in _plat(page)


def test_une_initiative_de_decembre_se_decide_en_janvier(contrat, gens, sip, client_de, horloge) -> None:
    commission = ComiteFactory(contrat=contrat, valide_sip=True, valide_programmation=False)
    demande = demande_de(contrat, sip, proposee=True)
    assert not initiatives_de(contrat, gens.chef, le=date(2027, 1, 20)).enregistrable
    reunion = ReunionFactory(comite=commission, le=date(2027, 1, 14), etat=EtatReunion.TENUE)
    horloge.regler(2027, 1, 20, 9)
    chef = client_de(Role.CHEF_DE_PROJET)
    page = chef.get(reverse("programmation:initiatives", args=[contrat.slug, 2026]))
    assert "Enregistrer la décision" in _plat(page)
    choix = chef.post(
        reverse("programmation:selection", args=[contrat.slug, 2026]), {"numero": [demande.dossier.numero]}
    )
    assert reunion in choix.context["form"].fields["reunion"].queryset


def test_sans_commission_la_page_dit_quand_le_copil_se_reunit(contrat, gens, sip) -> None:
    copil = ReunionFactory(comite=ComiteFactory(contrat=contrat), le=date(2026, 12, 1))
    assert initiatives_de(contrat, gens.chef).prochaine == copil


def test_un_dispositif_suit_ses_propres_jours_la_ou_il_s_ouvre(contrat, sip) -> None:
    """The door shown is the one that the deposit opens."""
    campagne = CampagneFactory(contrat=contrat)
    assert initiatives_ouvertes(campagne, JOUR) == [OuvertHorsAppel(sip, None)]
    CalendrierDispositifFactory(contrat=contrat, dispositif=sip, ouvre=date(2026, 3, 2), ferme=date(2026, 4, 10))
    assert initiatives_ouvertes(campagne, JOUR) == []
    assert initiatives_ouvertes(campagne, date(2026, 4, 10)) == [OuvertHorsAppel(sip, date(2026, 4, 10))]


# --- All the year ------------------------------------------------------------------------------------------------------
def test_un_porteur_ne_lit_que_la_porte_qui_lui_est_ouverte(contrat, auteur_de) -> None:
    association = auteur_de(Role.PORTEUR, organisme=OrganismeFactory(forme_juridique=FormeJuridique.ASSOCIATION_1901))
    commune = auteur_de(Role.PORTEUR, organisme=OrganismeFactory(forme_juridique=FormeJuridique.DROIT_PUBLIC))

    def porte(pour: Any, le: date = JOUR) -> bool:
        return any("petit projet" in p.titre for p in permanents(contrat, 2026, pour=pour, le=le))

    CampagneFactory(contrat=contrat)
    assert not porte(association), "no scheme"
    DispositifFactory(sip=True, formes_admises=[FormeJuridique.ASSOCIATION_1901])
    assert porte(association)
    assert not porte(commune)
    assert not porte(association, date(2027, 1, 4))


def test_toute_l_annee_compte_comme_les_pages_sans_les_lire(
    contrat, gens, sip, reserve, client_de, django_assert_num_queries
) -> None:
    """The same figures as the pages; neither places nor budgets are read, whatever the number of files."""
    nqe, fonds = (
        DispositifFactory(contrat=contrat, nqe=True),
        DispositifFactory(contrat=contrat, fonds_de_concours=True),
    )
    ReunionFactory(comite=ComiteFactory(contrat=contrat), le=date(2026, 12, 3))

    def une_annee() -> None:
        for dispositif in (sip, reserve, fonds, nqe):
            for etat in ("proposee", "refusee", "programmee"):
                dossier = DossierFactory(
                    contrat=contrat, dispositif=dispositif, en_instruction=True, programme=etat == "programmee"
                )
                DemandeFactory(dossier=dossier, financeur=gens.departement, **{etat: True})
        PeriodeVacancesFactory(dossier=dossier)
        LocalisationFactory(dossier=dossier)

    une_annee()
    url = reverse("programmation:toute_l_annee", args=[contrat.slug, 2026])
    client = client_de(Role.CHEF_DE_PROJET)
    client.get(url)
    with CaptureQueriesContext(connection) as une:
        client.get(url)
    for _ in range(3):
        une_annee()
    with django_assert_num_queries(len(une)) as plusieurs:
        client.get(url)
    lues = " ".join(requete["sql"] for requete in plusieurs.captured_queries)
    assert "programmation_lignebudget" not in lues
    assert len(une) <= 40

    tuiles = {p.titre: dict(p.chiffres) for p in permanents(contrat, 2026, pour=gens.chef, le=JOUR)}
    lu = lire(contrat, gens.chef)
    assert tuiles["Réserve au fil de l’eau"]["Prêts"] == str(len(lu.prets)) == "4"
    assert tuiles["Réserve au fil de l’eau"]["À instruire"] == str(len(lu.a_instruire)) == "0"
    assert tuiles["Initiatives de proximité"]["Décidées"] == str(len(initiatives_de(contrat, gens.chef).decides)) == "4"


def test_une_famille_sans_dispositif_mais_avec_un_dossier_se_lit(contrat, gens, reserve) -> None:
    reserve.valide_au = date(2025, 12, 31)
    reserve.save()
    assert [p.titre for p in permanents(contrat, 2026, pour=gens.chef, le=JOUR) if "Réserve" in p.titre] == []
    dossier = DossierFactory(contrat=contrat, dispositif=reserve, depose=True)
    assert dossier.etat == EtatDossier.DEPOSE
    assert [p.titre for p in permanents(contrat, 2026, pour=gens.chef, le=JOUR) if "Réserve" in p.titre]


def _plat(page: Any) -> str:
    """The page's text with ordinary spaces."""
    assert page.status_code == 200
    return page.content.decode().replace("\u00a0", " ").replace("\u202f", " ")
