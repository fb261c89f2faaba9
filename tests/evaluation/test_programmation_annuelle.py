"""The year's programming on hand-made cases: each total, each split, who sees what."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from acteurs.models import TypeOrganisme
from commun.auteur import Canal, systeme
from contrats.etats import Role
from contrats.models import NatureMoyens
from programmation.lectures.programmation_annuelle import programmation_annuelle
from programmation.regles import centimes_sans_perte
from tests.fabriques import (
    CampagneFactory,
    ComiteFactory,
    CommuneFactory,
    ConventionFactory,
    DemandeFactory,
    DispositifFactory,
    DossierFactory,
    EnveloppeFactory,
    LocalisationFactory,
    OrganismeFactory,
    OrientationFactory,
    PerimetreFactory,
    ReunionFactory,
    VersionPerimetreFactory,
)

pytestmark = pytest.mark.django_db
PRODUIT = systeme(Canal.TACHE)
LE = date(2026, 1, 20)


def lire(contrat, annee=2026, **suite):
    return programmation_annuelle(contrat, annee, **({"pour": PRODUIT, "publiee": True, "le": LE} | suite))


def euros(montant):
    return Decimal(montant)


def demande(contrat, montant, trait="programmee", *, annee=2026, dossier=None, **suite):
    dossier = dossier or DossierFactory(contrat=contrat, campagne__annee=annee, programme=True)
    return DemandeFactory(dossier=dossier, montant_demande=euros(montant), **({trait: True} if trait else {}), **suite)


@given(st.lists(st.decimals(min_value=0, max_value=10**7, places=5), max_size=30))
def test_les_centimes_d_une_repartition_font_le_total(exacts):
    arrondis = centimes_sans_perte(exacts)
    assert sum(arrondis, Decimal(0)) == sum(exacts, Decimal(0)).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    assert all(abs(a - e) <= Decimal("0.01") for a, e in zip(arrondis, exacts, strict=True))


def test_un_dossier_a_deux_financeurs_compte_une_fois_et_ses_euros_deux(contrat):
    dossier = DossierFactory(contrat=contrat, programme=True, beneficiaires_qpv=60)
    demande(contrat, 3000, dossier=dossier)
    demande(contrat, 2000, "votee", dossier=dossier, nature=NatureMoyens.DROIT_COMMUN)
    demande(contrat, 500, "refusee", dossier=dossier)
    demande(contrat, 700, "annulee", dossier=dossier)

    c = lire(contrat).chiffres

    assert (c.dossiers, c.actions, c.porteurs) == (1, 1, 1)
    assert c.demande == euros(5500)
    assert c.programme == euros(5000)
    assert c.vote == euros(2000)
    assert (c.droit_commun, c.specifiques) == (euros(2000), euros(3000))
    assert c.beneficiaires_qpv == 60


def test_les_brouillons_et_les_dossiers_retires_ne_comptent_nulle_part(contrat):
    for trait in ({}, {"retire": True}):
        DemandeFactory(dossier=DossierFactory(contrat=contrat, **trait))

    p = lire(contrat)

    assert p.chiffres.dossiers == 0
    assert p.chiffres.demande == 0
    assert p.etats_dossiers == ()


def test_le_brouillon_d_un_financeur_n_entre_pas_dans_la_lecture_publiee(contrat):
    partagee = DemandeFactory(
        dossier=DossierFactory(contrat=contrat, en_instruction=True), proposee=True, montant_demande=euros(1000)
    )
    DemandeFactory(dossier=partagee.dossier, brouillon=True, montant_demande=euros(4000))

    p = lire(contrat)

    assert p.chiffres.demande == euros(5000)
    assert p.chiffres.propose == euros(1000)
    assert [(a.montant, a.dossiers) for a in p.a_valider] == [(euros(1000), 1)]
    assert p.dossiers_a_valider == 1


def test_le_brouillon_reste_visible_de_son_seul_auteur(contrat, auteur_de):
    sien, autre = auteur_de(Role.INSTRUCTEUR), auteur_de(Role.INSTRUCTEUR)
    dossier = DossierFactory(contrat=contrat, en_instruction=True)
    DemandeFactory(dossier=dossier, brouillon=True, financeur=sien.organisme, montant_demande=euros(4000))
    DemandeFactory(dossier=dossier, financeur=autre.organisme)

    assert lire(contrat, pour=sien, publiee=False).chiffres.propose == euros(4000)
    assert lire(contrat, pour=autre, publiee=False).chiffres.propose == 0


def test_un_membre_du_copil_ne_lit_rien_avant_publication(contrat, auteur_de):
    demande(contrat, 3000, "votee")

    p = lire(contrat, pour=auteur_de(Role.MEMBRE_COPIL), publiee=False)

    assert p.chiffres.programme == 0
    assert p.actions == ()
    assert p.enveloppes == ()


def test_l_orientation_compare_les_deux_annees_et_montre_les_vides(contrat):
    emploi = OrientationFactory(contrat=contrat, ordre=1, nom_court="Emploi")
    OrientationFactory(contrat=contrat, ordre=2, nom_court="Santé")
    for annee, montant in ((2025, 800), (2026, 1000)):
        dossier = DossierFactory(contrat=contrat, campagne__annee=annee, programme=True, orientation=emploi)
        demande(contrat, montant, dossier=dossier)

    lignes = {ligne.nom: ligne for ligne in lire(contrat).par_orientation}

    assert lignes["Emploi"].montants.programme == euros(1000)
    assert lignes["Emploi"].precedent == euros(800)
    assert lignes["Santé"].montants.dossiers == 0


def test_les_financeurs_disent_ce_qui_reste_dans_leur_enveloppe(contrat):
    etat = OrganismeFactory(etat=True)
    dispositif = DispositifFactory()
    EnveloppeFactory(contrat=contrat, financeur=etat, dispositif=dispositif, montant=euros(10000), notifiee=True)
    dossier = DossierFactory(contrat=contrat, programme=True, dispositif=dispositif)
    demande(contrat, 4000, dossier=dossier, financeur=etat)

    (ligne,) = lire(contrat).par_financeur

    assert (ligne.enveloppe, ligne.consomme, ligne.reste) == (euros(10000), euros(4000), euros(6000))
    assert ligne.enveloppe_etat == "notifiée"


def test_les_lieux_partagent_les_euros_sans_les_compter_deux_fois(contrat):
    commune = CommuneFactory(nom="Denain")
    autre = CommuneFactory(nom="Raismes")
    qpv = VersionPerimetreFactory(nom="Faubourg", communes=[commune])
    a_cheval = VersionPerimetreFactory(nom="Rives", communes=[commune, autre])
    dossier = DossierFactory(contrat=contrat, programme=True)
    for champs in (
        {"version": qpv, "part": Decimal("33.33")},
        {"version": a_cheval, "part": Decimal("33.33")},
        {"ensemble_des_qpv": True, "part": Decimal("33.34")},
    ):
        LocalisationFactory(dossier=dossier, **champs)
    demande(contrat, "1000.01", dossier=dossier)
    LocalisationFactory(dossier=(seul := DossierFactory(contrat=contrat, programme=True)), non_territorialise=True)
    demande(contrat, 500, dossier=seul)
    demande(contrat, 250)  # a file without any place

    p = lire(contrat)

    for lignes in (p.par_commune, p.par_qpv):
        assert sum(ligne.montants.programme for ligne in lignes) == p.chiffres.programme == euros("1750.01")
        assert sum(ligne.montants.demande for ligne in lignes) == p.chiffres.demande
    communes = {ligne.nom: ligne for ligne in p.par_commune}
    assert communes["Denain"].montants.programme == euros("333.30")
    assert communes["Rives (plusieurs communes, part non précisée)"].genre == "autre"
    assert communes["Ensemble des QPV"].genre == "ensemble"
    assert communes["Non territorialisé"].montants.programme == euros(500)
    assert communes["Lieu non renseigné"].montants.programme == euros(250)
    assert {ligne.nom for ligne in p.par_qpv} >= {"Faubourg", "Rives", "Ensemble des QPV", "Non territorialisé"}


def test_des_parts_a_un_dixieme_pres_ne_laissent_pas_de_reste(contrat):
    dossier = DossierFactory(contrat=contrat, programme=True)
    for _ in range(3):
        LocalisationFactory(dossier=dossier, part=Decimal("33.33"))
    demande(contrat, 1000, dossier=dossier)

    p = lire(contrat)

    assert len(p.par_qpv) == 3
    assert sum(ligne.montants.programme for ligne in p.par_qpv) == euros(1000)


def test_des_parts_incompletes_laissent_une_ligne(contrat):
    dossier = DossierFactory(contrat=contrat, programme=True)
    LocalisationFactory(dossier=dossier, part=Decimal(60))
    demande(contrat, 1000, dossier=dossier)

    reste = next(ligne for ligne in lire(contrat).par_qpv if ligne.genre == "non_localise")

    assert reste.montants.programme == euros(400)


def test_une_poche_n_est_pas_un_qpv(contrat):
    poche = VersionPerimetreFactory(perimetre=PerimetreFactory(poche=True), nom="Cité des Fosses")
    dossier = DossierFactory(contrat=contrat, programme=True)
    LocalisationFactory(dossier=dossier, version=poche)
    demande(contrat, 1000, dossier=dossier)

    (ligne,) = lire(contrat).par_qpv

    assert (ligne.genre, ligne.nom) == ("autre", "Cité des Fosses")


@pytest.mark.parametrize(
    ("en_cpo", "part", "manque", "atteinte"), [(4690, "46.90", "310", False), (5000, "50.00", "0", True)]
)
def test_la_part_des_cpo_se_mesure_sur_l_enveloppe_notifiee_de_l_etat(contrat, en_cpo, part, manque, atteinte):
    etat = OrganismeFactory(etat=True)
    dispositif = DispositifFactory()
    EnveloppeFactory(contrat=contrat, financeur=etat, dispositif=dispositif, montant=euros(10000), notifiee=True)
    EnveloppeFactory(
        contrat=contrat, financeur=etat, dispositif=dispositif, nature=NatureMoyens.DROIT_COMMUN, montant=euros(9999)
    )
    tranche = DossierFactory(contrat=contrat, programme=True, tranche_de_cpo=True, dispositif=dispositif)
    demande(contrat, en_cpo, dossier=tranche, financeur=etat)
    demande(contrat, 800, dossier=tranche)  # another funder's euros do not count
    demande(
        contrat, 1000, dossier=DossierFactory(contrat=contrat, programme=True, dispositif=dispositif), financeur=etat
    )
    ConventionFactory(contrat=contrat, annuelle=True, premiere_annee=2026)
    ConventionFactory(contrat=contrat, annuelle=True, premiere_annee=2025)  # another year

    cpo = lire(contrat).chiffres.cpo

    assert (cpo.montant, cpo.base, cpo.base_notifiee) == (euros(en_cpo), euros(10000), True)
    assert (str(cpo.part), str(cpo.manque.normalize()), cpo.atteinte) == (
        part,
        str(Decimal(manque).normalize()),
        atteinte,
    )
    assert (cpo.conventions_cpo, cpo.conventions, str(cpo.part_nombre)) == (1, 2, "50.00")


def test_un_montant_vote_l_emporte_sur_le_programme_dans_la_part_des_cpo(contrat):
    etat = OrganismeFactory(etat=True)
    dossier = DossierFactory(contrat=contrat, programme=True, tranche_de_cpo=True)
    demande(contrat, 4000, "votee", dossier=dossier, financeur=etat, montant_vote=euros(3500))

    assert lire(contrat).chiffres.cpo.montant == euros(3500)


def test_les_communes_se_regroupent_dans_ce_qui_est_a_valider(contrat):
    dossier = DossierFactory(contrat=contrat, en_instruction=True)
    for _ in range(2):
        DemandeFactory(
            dossier=dossier,
            proposee=True,
            financeur=OrganismeFactory(type=TypeOrganisme.COMMUNE),
            montant_demande=euros(500),
        )

    (ligne,) = lire(contrat).a_valider

    assert (ligne.financeur, ligne.dossiers, ligne.montant) == ("Communes", 1, euros(1000))


def test_une_proposition_venue_apres_la_programmation_attend_encore_le_copil(contrat):
    demande(contrat, 500, "proposee", dossier=DossierFactory(contrat=contrat, programme=True))

    assert [p.montant for p in lire(contrat).a_valider] == [500]


@pytest.mark.parametrize(
    ("copil", "prevu", "limite", "au_copil"),
    [
        (date(2026, 12, 3), date(2026, 12, 3), date(2026, 9, 1), True),
        (date(2026, 12, 3), date(2026, 12, 4), date(2026, 9, 1), False),
        (date(2026, 12, 3), date(2026, 3, 21), date(2026, 1, 15), True),  # put off from an earlier one
        (date(2026, 12, 3), None, date(2026, 1, 19), True),
        (date(2026, 12, 3), None, date(2026, 1, 20), False),  # the last day to deposit
        (None, date(2026, 12, 4), date(2026, 1, 19), True),
        (None, date(2026, 12, 4), date(2026, 1, 20), False),
    ],
)
def test_le_prochain_copil_ne_valide_que_les_campagnes_qui_lui_reviennent(contrat, copil, prevu, limite, au_copil):
    comite = ComiteFactory(contrat=contrat)
    ReunionFactory(comite=comite, le=date(2026, 1, 19))  # past
    if copil:
        ReunionFactory(comite=comite, le=date(2027, 6, 1))
        ReunionFactory(comite=comite, le=copil)
    campagne = CampagneFactory(contrat=contrat, ouverte_le=date(2025, 10, 1), limite_depot=limite, copil_prevu_le=prevu)
    dossier = DossierFactory(contrat=contrat, campagne=campagne, en_instruction=True)
    DemandeFactory(dossier=dossier, proposee=True, montant_demande=euros(1000))

    p = lire(contrat)

    attendue, autre = (p.a_valider, p.en_instruction) if au_copil else (p.en_instruction, p.a_valider)
    assert [(a.annee, a.copil_prevu_le, a.dossiers, a.montant) for a in attendue] == [(2026, prevu, 1, euros(1000))]
    assert autre == ()
    assert (p.dossiers_a_valider, p.dossiers_en_instruction) == ((1, 0) if au_copil else (0, 1))


def test_la_part_en_nombre_ne_se_calcule_pas_sans_convention_annuelle(contrat):
    DossierFactory(contrat=contrat, programme=True, tranche_de_cpo=True)
    ConventionFactory(contrat=contrat, annuelle=True, premiere_annee=2025)

    cpo = lire(contrat).chiffres.cpo

    assert (cpo.conventions_cpo, cpo.conventions, cpo.part_nombre) == (1, 1, None)


def test_ce_qui_manque_est_compte(contrat):
    dossier = DossierFactory(contrat=contrat, programme=True, beneficiaires_qpv=None)
    demande(contrat, 500, dossier=dossier)

    p = lire(contrat)

    assert (p.sans_objectif, p.sans_engagement, p.sans_localisation, p.chiffres.publics_inconnus) == (1, 1, 1, 1)


def test_le_contrat_d_a_cote_ne_compte_pas(contrat):
    demande(DossierFactory(programme=True).contrat, 9000)

    assert lire(contrat).chiffres.demande == 0


def test_le_nombre_de_requetes_ne_depend_pas_du_nombre_de_dossiers(contrat, django_assert_num_queries):
    def charger(nombre):
        for _ in range(nombre):
            dossier = DossierFactory(contrat=contrat, programme=True, localise=True)
            demande(contrat, 500, dossier=dossier)

    charger(10)

    with CaptureQueriesContext(connection) as peu:
        lire(contrat)
    charger(90)
    with django_assert_num_queries(len(peu)):
        lire(contrat)
