"""Holidays: what a scheme asks as data, its own days, the coverage of the quarters; the réserve beside."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.exports import TYPES_MIME
from contrats.etats import Role
from programmation.actions.dispositifs import dater_dispositif, retirer_dates
from programmation.lectures.campagne import depot_ouvert
from programmation.lectures.demande import controles_de, demande_de
from programmation.lectures.depot import ouverts_hors_appel
from programmation.lectures.fil_de_l_eau import au_fil_de_l_eau
from programmation.lectures.seances import etapes_de_campagne
from programmation.lectures.toute_l_annee import permanents
from programmation.lectures.vacances import vacances
from programmation.models import (
    CalendrierDispositif,
    Dispositif,
    Dossier,
    FamilleDispositif,
    FicheVacances,
    PeriodeVacances,
)
from programmation.rapports.demande import document
from programmation.regles.campagne import motif_de_fermeture
from programmation.regles.champs import sections_de
from programmation.regles.vacances import arrondir, parts
from tests.fabriques import (
    CalendrierDispositifFactory,
    CampagneFactory,
    ComiteFactory,
    CommuneFactory,
    DemandeFactory,
    DeportFactory,
    DispositifFactory,
    DossierFactory,
    EnveloppeFactory,
    ExamenDossierFactory,
    FicheInvestissementFactory,
    FicheVacancesFactory,
    LocalisationFactory,
    OrganismeFactory,
    PerimetreDuContratFactory,
    PeriodeVacancesFactory,
    ReunionFactory,
    VersionPerimetreFactory,
)

HTMX = {"HX-Request": "true"}
MARS, AVRIL = date(2026, 3, 2), date(2026, 4, 10)


# --- The rules ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("le", "jusqu_au", "motif"),
    [
        (date(2026, 3, 1), None, "Ce dispositif ouvre le 2 mars 2026."),
        (date(2026, 3, 2), None, ""),  # after the limit of the call, which no longer counts
        (date(2026, 4, 10), None, ""),
        (date(2026, 4, 11), None, "Ce dispositif est fermé depuis le 10 avril 2026."),
        (date(2026, 4, 11), date(2026, 4, 20), ""),  # a porteur's own late opening
        (date(2026, 3, 1), date(2026, 4, 20), "Ce dispositif ouvre le 2 mars 2026."),
    ],
)
def test_un_dispositif_suit_ses_propres_jours(le, jusqu_au, motif) -> None:
    lu = motif_de_fermeture(
        "ouverte",
        ouverte_le=date(2025, 10, 1),
        limite_depot=date(2025, 12, 15),
        le=le,
        ouvert_jusqu_au=jusqu_au,
        fin_du_permanent=date(2026, 12, 31),
        jours_propres=(MARS, AVRIL),
    )
    assert lu.replace("\u00a0", " ").replace("\u202f", " ") == motif


def test_une_campagne_en_preparation_ferme_aussi_ses_dispositifs() -> None:
    assert motif_de_fermeture(
        "preparation",
        ouverte_le=date(2025, 10, 1),
        limite_depot=date(2025, 12, 15),
        le=date(2026, 3, 10),
        jours_propres=(MARS, AVRIL),
    )


def test_les_parts_font_un() -> None:
    assert parts({"a": 1, "b": 3}) == {"a": Decimal("0.25"), "b": Decimal("0.75")}
    assert parts({"a": 0, "b": 0}) == {"a": Decimal("0.5"), "b": Decimal("0.5")}


def test_un_dispositif_pose_ses_questions() -> None:
    assert "vacances" in [s.code for s in sections_de("cerfa_12156", ["periodes"])]
    assert "vacances" not in [s.code for s in sections_de("cerfa_12156")]


# --- The scheme's own days ---------------------------------------------------------------------------------------------
@pytest.fixture
def nqe(contrat) -> Dispositif:
    return DispositifFactory(contrat=contrat, nqe=True)


@pytest.mark.django_db
def test_le_depot_respecte_le_calendrier(contrat, nqe) -> None:
    campagne, porteur = CampagneFactory(contrat=contrat, annee=2026), OrganismeFactory()
    assert not depot_ouvert(campagne, porteur, date(2026, 3, 15), dispositif=nqe)
    CalendrierDispositifFactory(contrat=contrat, dispositif=nqe)
    assert depot_ouvert(campagne, porteur, date(2026, 3, 15), dispositif=nqe)
    assert not depot_ouvert(campagne, porteur, date(2026, 5, 1), dispositif=nqe)
    assert [o.dispositif for o in ouverts_hors_appel(campagne, porteur, date(2026, 3, 15))] == [nqe]
    assert ouverts_hors_appel(campagne, porteur, date(2026, 5, 1)) == []


def test_le_chef_de_projet_fixe_les_dates(contrat, gens, nqe, le) -> None:
    champs = {"ouvre": MARS, "ferme": AVRIL, "fil_rouge": "L’eau"}
    dater_dispositif(nqe, contrat, 2026, champs=champs, par=gens.chef, le=le)
    dater_dispositif(nqe, contrat, 2026, champs=champs | {"ferme": date(2026, 4, 17)}, par=gens.chef, le=le)
    assert CalendrierDispositif.objects.get().ferme == date(2026, 4, 17)
    with pytest.raises(RegleEnfreinte):
        dater_dispositif(nqe, contrat, 2026, champs=champs | {"ferme": date(2026, 1, 1)}, par=gens.chef, le=le)
    with pytest.raises(ActeRefuse):
        dater_dispositif(nqe, contrat, 2026, champs=champs, par=gens.instructeur, le=le)
    retirer_dates(nqe, contrat, 2026, par=gens.chef, le=le)
    assert not CalendrierDispositif.objects.exists()


def test_la_page_des_dates(client_de, contrat, nqe) -> None:
    CampagneFactory(contrat=contrat, annee=2026)
    client = client_de(Role.CHEF_DE_PROJET)
    page = reverse("programmation:dater_dispositif", args=[contrat.slug, 2026, nqe.pk])
    assert client.post(page, {"ouvre": "2026-04-10", "ferme": "2026-03-02"}).status_code == 422
    assert client.post(page, {"ouvre": "2026-03-02", "ferme": "2026-04-10", "fil_rouge": "L’eau"}).status_code == 302
    liste = client.get(reverse("programmation:dispositifs", args=[contrat.slug, 2026])).content.decode()
    assert "du 02/03/2026 au 10/04/2026" in liste.replace("\u00a0", " ").replace("\u202f", " ")


def test_le_calendrier_partage_montre_ces_jours(contrat, gens, nqe) -> None:
    CampagneFactory(contrat=contrat, annee=2026)
    CalendrierDispositifFactory(contrat=contrat, dispositif=nqe)
    titres = [e.titre for e in etapes_de_campagne(contrat, date(2026, 3, 1), date(2026, 4, 30), gens.chef)]
    assert f"{nqe.nom} 2026 : ouverture du dépôt" in titres
    assert f"{nqe.nom} 2026 : date limite de dépôt" in titres


# --- The request -------------------------------------------------------------------------------------------------------
@pytest.fixture
def demande(contrat, nqe) -> Dossier:
    return DossierFactory(contrat=contrat, dispositif=nqe, porteur=OrganismeFactory())


def adresse(route: str, dossier: Dossier, **suite: Any) -> str:
    cles = {"contrat": dossier.contrat.slug, "annee": dossier.campagne.annee, "numero": dossier.numero}
    return reverse(f"programmation:{route}", kwargs=cles | suite)


def manques(dossier: Dossier) -> list[str]:
    lus = controles_de(dossier, demande_de(dossier, date(2026, 3, 1)))
    return [c.champ for c in lus if c.section == "vacances" and c.bloquant]


@pytest.mark.django_db
def test_chaque_question_du_dispositif_est_attendue(demande) -> None:
    tout = ["periodes", "departs", "fil_rouge", "evenement", "participation", "ecoresponsable"]
    assert manques(demande) == tout
    PeriodeVacancesFactory(dossier=demande, filles_enfants=0, garcons_enfants=0, filles_ados=0, garcons_ados=0)
    FicheVacancesFactory(dossier=demande)
    assert manques(demande) == ["periodes"]  # days, but no place
    PeriodeVacances.objects.update(filles_ados=8)
    assert manques(demande) == []
    Dispositif.objects.filter(pk=demande.dispositif_id).update(questions=[])
    demande.dispositif.refresh_from_db()
    assert manques(demande) == []


def test_la_page_garde_ce_qui_est_juste(client_de, contrat, demande) -> None:
    CalendrierDispositifFactory(contrat=contrat, dispositif=demande.dispositif)
    client = client_de(Role.PORTEUR, organisme=demande.porteur)
    page = adresse("section", demande, section="vacances")
    contenu = client.get(page).content.decode()
    assert "jours_juillet" in contenu
    assert "jours_noel" not in contenu  # this scheme is about the summer
    assert "L’eau" in contenu

    client.post(
        page,
        {
            "jours_juillet": "10",
            "filles_ados_juillet": "8",
            "sorties": "4",
            "sejours": "0",
            "evenement": "Fête de l’eau",
            "evenement_le": "2026-08-28",
            "evenement_lieu": "Parc",
        },
        headers=HTMX,
    )
    periode = PeriodeVacances.objects.get(dossier=demande)
    assert (periode.periode, periode.jours, periode.filles_ados) == ("juillet", 10, 8)
    fiche = FicheVacances.objects.get(dossier=demande)
    assert (fiche.sorties, fiche.sejours, fiche.evenement) == (4, 0, "Fête de l’eau")

    reponse = client.post(page, {"jours_juillet": "90"}, headers=HTMX).content.decode()
    assert "62 jours" in reponse.replace("\u00a0", " ").replace("\u202f", " ")
    assert PeriodeVacances.objects.get(dossier=demande).jours == 10
    reponse = client.post(page, {"filles_ados_aout": "5"}, headers=HTMX).content.decode()
    assert "sans eux, ces places ne sont pas gardées" in reponse


@pytest.mark.django_db
def test_le_pdf_dit_les_vacances(demande) -> None:
    FicheVacancesFactory(dossier=demande)
    PeriodeVacancesFactory(dossier=demande)
    page = document(demande_de(demande, date(2026, 3, 1)), demande, le=timezone.now())
    assert "Les vacances" in page
    assert "Fête de la fin de l’été" in page
    assert "42" in page  # places in July


# --- The page of the year ----------------------------------------------------------------------------------------------
@pytest.fixture
def quartiers(contrat) -> list[Any]:
    versions = [VersionPerimetreFactory(nom="Les Lilas"), VersionPerimetreFactory(nom="Le Parc")]
    for version in versions:
        PerimetreDuContratFactory(contrat=contrat, perimetre=version.perimetre)
    return versions


@pytest.fixture
def ete(contrat, nqe, quartiers) -> Dossier:
    """Ten days in July and thirty in August, in one quarter; 4 000 € asked."""
    dossier = DossierFactory(contrat=contrat, en_instruction=True, dispositif=nqe)
    LocalisationFactory(dossier=dossier, version=quartiers[0], part=Decimal(100))
    PeriodeVacancesFactory(dossier=dossier)
    PeriodeVacancesFactory(dossier=dossier, periode="aout", jours=30)
    DemandeFactory(dossier=dossier, dispositif=nqe, montant_demande=Decimal(4_000))
    return dossier


def test_les_montants_se_partagent_selon_les_jours(contrat, gens, ete) -> None:
    lue = vacances(contrat, ete.campagne.annee, pour=gens.chef)
    assert [(p.code, p.total.jours, p.total.demande) for p in lue.periodes] == [
        ("juillet", 10, Decimal("1000.00")),
        ("aout", 30, Decimal("3000.00")),
    ]
    assert lue.periodes[0].total.places == 42
    assert lue.dossiers == 1


def test_la_couverture_dit_quel_quartier_n_a_rien(contrat, gens, nqe, ete) -> None:
    lue = vacances(contrat, ete.campagne.annee, pour=gens.chef)
    assert lue.colonnes == ("Juillet", "Août")
    assert [(trou.periode, trou.quartiers) for trou in lue.trous] == [("Juillet", ("Le Parc",)), ("Août", ("Le Parc",))]

    pour_tous = DossierFactory(contrat=contrat, campagne=ete.campagne, en_instruction=True, dispositif=nqe)
    LocalisationFactory(dossier=pour_tous, mode="ensemble_qpv", version=None, commune=None, part=Decimal(100))
    PeriodeVacancesFactory(dossier=pour_tous)
    lue = vacances(contrat, ete.campagne.annee, pour=gens.chef)
    assert [trou.periode for trou in lue.trous] == ["Août"]


def _case(lue: Any, quartier: str, periode: str) -> tuple[int, int]:
    """(programmed, asked) in that quarter."""
    (lu,) = [q for q in lue.quartiers if q.nom == quartier]
    case = lu.cases[lue.colonnes.index(periode)]
    return case.programmees, case.demandees


@pytest.mark.parametrize("situation", ["ajourne", "irrecevable", "refuse", "ecarte", "annule"])
def test_une_action_qui_n_aura_pas_lieu_ne_couvre_rien(contrat, gens, ete, le, situation) -> None:
    """Refused by all, put off, set aside in session: the quarter where it was asked has nothing."""
    avant = vacances(contrat, 2026, pour=gens.chef)
    assert _case(avant, "Les Lilas", "Juillet") == (0, 1)
    match situation:
        case "refuse" | "annule":
            etat = {"refuse": "refusee", "annule": "annulee"}[situation]
            ete.demandes.update(etat=etat, motif="Hors des priorités.")
        case "ecarte":
            ExamenDossierFactory(dossier=ete, ecarte=True, applique_le=le)
        case _:
            Dossier.objects.filter(pk=ete.pk).update(etat=situation)
    lue = vacances(contrat, 2026, pour=gens.chef)
    assert _case(lue, "Les Lilas", "Juillet") == (0, 0)
    assert [trou.nulle_part for trou in lue.trous] == [True, True]
    assert (lue.sans_ete, lue.dossiers, lue.de_cote, lue.periodes) == (2, 0, 1, ())
    (tuile,) = [p for p in permanents(contrat, 2026, pour=gens.chef, le=date(2026, 6, 1)) if "Vacances" in p.titre]
    assert dict(tuile.chiffres)["Quartiers sans rien l’été"] == "2"
    assert dict(tuile.chiffres)["Dossiers"] == "0"


def test_ce_qui_est_programme_se_distingue_de_ce_qui_est_demande(contrat, gens, nqe, ete, quartiers, client_de) -> None:
    programmee = DossierFactory(contrat=contrat, programme=True, dispositif=nqe)
    LocalisationFactory(dossier=programmee, version=quartiers[0], part=Decimal(100))
    PeriodeVacancesFactory(dossier=programmee)
    DemandeFactory(dossier=programmee, programmee=True)
    lue = vacances(contrat, 2026, pour=gens.chef)
    assert _case(lue, "Les Lilas", "Juillet") == (1, 1)
    assert _case(lue, "Les Lilas", "Août") == (0, 1)
    page = client_de(Role.CHEF_DE_PROJET).get(reverse("programmation:vacances", args=[contrat.slug, 2026]))
    texte = page.content.decode().replace("\u00a0", " ").replace("\u202f", " ")
    assert "1 programmée" in texte
    assert "1 demandée" in texte


def test_qui_ne_voit_pas_tout_ne_lit_pas_rien_nulle_part(contrat, gens, ete, client_de, auteur_de, quartiers) -> None:
    """A funder reads the files that ask it; a chef de projet of some places, those; who withdrew from one, the others."""
    page = reverse("programmation:vacances", args=[contrat.slug, 2026])
    annee = reverse("programmation:toute_l_annee", args=[contrat.slug, 2026])
    ailleurs = auteur_de(Role.CHEF_DE_PROJET, communes=[CommuneFactory()])
    deporte = auteur_de(Role.CHEF_DE_PROJET)
    DeportFactory(dossier=ete, utilisateur=deporte.utilisateur)
    for lecteur in (gens.instructeur, ailleurs, deporte):
        lue = vacances(contrat, 2026, pour=lecteur)
        assert (lue.entiere, lue.dossiers) == (False, 0)
        client = Client()
        client.force_login(lecteur.utilisateur)
        contenu = client.get(page).content.decode()
        assert "nulle part" not in contenu
        assert "rien-du-tout" not in contenu
        assert "d’autres actions peuvent se tenir" in contenu
        assert "Quartiers sans rien" not in client.get(annee).content.decode()
    assert "d’autres actions" not in client_de(Role.CHEF_DE_PROJET).get(page).content.decode()


def test_les_parts_arrondies_font_le_total() -> None:
    """Ten places over three communes: 4, 3 and 3, not three times 3."""
    un_tiers = Decimal(10) / 3
    assert list(arrondir({"a": un_tiers, "b": un_tiers, "c": un_tiers}, Decimal(1)).values()) == [4, 3, 3]
    assert arrondir({"a": Decimal("0.4"), "b": Decimal("0.6")}, Decimal(1)) == {"a": 0, "b": 1}
    assert arrondir({"a": Decimal("1.005"), "b": Decimal("1.005")}, Decimal("0.01"), total=Decimal("2.01")) == {
        "a": Decimal("1.01"),
        "b": Decimal("1.00"),
    }
    assert arrondir({}, Decimal(1)) == {}


def test_les_communes_s_ajoutent_a_leur_periode(contrat, gens, nqe) -> None:
    dossier = DossierFactory(contrat=contrat, en_instruction=True, dispositif=nqe)
    for part in ("33.33", "33.33", "33.34"):
        LocalisationFactory(dossier=dossier, version=None, commune=CommuneFactory(), part=Decimal(part))
    for periode in ("juillet", "aout", "toussaint"):
        PeriodeVacancesFactory(
            dossier=dossier,
            periode=periode,
            jours=5,
            filles_enfants=10,
            garcons_enfants=0,
            filles_ados=0,
            garcons_ados=0,
        )
    DemandeFactory(dossier=dossier, dispositif=nqe, montant_demande=Decimal(1_000))
    lue = vacances(contrat, 2026, pour=gens.chef)
    assert sum(p.total.demande for p in lue.periodes) == 1_000
    for periode in lue.periodes:
        assert sorted(ligne.places for ligne in periode.lignes) == [3, 3, 4]
        assert sum(ligne.demande for ligne in periode.lignes) == periode.total.demande


@pytest.mark.parametrize("format", ["csv", "xlsx", "ods"])
@pytest.mark.parametrize("partie", ["actions", "quartiers"])
def test_la_page_se_lit_en_tableur(client_de, contrat, ete, partie, format) -> None:
    client = client_de(Role.CHEF_DE_PROJET)
    cles = {"contrat": contrat.slug, "annee": 2026, "partie": partie, "format": format}
    url = reverse("programmation:exporter_vacances", kwargs=cles)
    assert url in client.get(reverse("programmation:vacances", args=[contrat.slug, 2026])).content.decode()
    reponse = client.get(url)
    assert reponse["Content-Type"].split(";")[0] == TYPES_MIME[format].split(";")[0]
    contenu = b"".join(reponse.streaming_content)
    if format == "csv":
        lignes = list(csv.reader(io.StringIO(contenu.decode("utf-8-sig")), delimiter=";"))
        if partie == "actions":
            assert lignes[1][:1] + lignes[1][2:] == ["Juillet", "1", "10", "42", "1000,00", "0,00", "0,00"]
            assert [ligne[0] for ligne in lignes[1:]] == ["Juillet", "Août"]
        else:
            assert lignes[0] == ["Quartier", "Période", "Actions programmées", "Actions demandées"]
            assert ["Le Parc", "Juillet", "0", "0"] in lignes
            assert ["Les Lilas", "Août", "0", "1"] in lignes
    else:
        assert contenu.startswith(b"PK")


def test_le_tableur_ne_garde_que_le_dispositif_choisi(client_de, contrat, ete) -> None:
    autre = DispositifFactory(contrat=contrat, famille=FamilleDispositif.VACANCES, nom="Ville vie vacances")
    cles = {"contrat": contrat.slug, "annee": 2026, "partie": "actions", "format": "csv"}
    url = reverse("programmation:exporter_vacances", kwargs=cles)
    lu = b"".join(client_de(Role.CHEF_DE_PROJET).get(url, {"dispositif": autre.pk}).streaming_content)
    assert len(lu.decode("utf-8-sig").splitlines()) == 1
    inconnue = reverse("programmation:exporter_vacances", kwargs=cles | {"partie": "ailleurs"})
    assert client_de(Role.CHEF_DE_PROJET).get(inconnue).status_code == 404


def test_la_page_des_vacances_coute_autant_pour_un_et_pour_plusieurs(client_de, contrat, nqe, ete) -> None:
    client = client_de(Role.CHEF_DE_PROJET)
    page = reverse("programmation:vacances", args=[contrat.slug, ete.campagne.annee])
    contenu = client.get(page).content.decode()
    assert "Le Parc" in contenu
    assert "rien-du-tout" in contenu
    with CaptureQueriesContext(connection) as une:
        client.get(page)
    for _ in range(3):
        autre = DossierFactory(contrat=contrat, campagne=ete.campagne, en_instruction=True, dispositif=nqe)
        PeriodeVacancesFactory(dossier=autre)
        DemandeFactory(dossier=autre, dispositif=nqe)
    with CaptureQueriesContext(connection) as plusieurs:
        assert client.get(page, {"dispositif": nqe.pk}).status_code == 200
    assert len(plusieurs) <= len(une)


def test_le_tableau_se_filtre_par_dispositif(client_de, contrat, ete) -> None:
    autre = DossierFactory(contrat=contrat, campagne=ete.campagne, en_instruction=True, intitule="Hors de l’été")
    client = client_de(Role.CHEF_DE_PROJET)
    page = reverse("programmation:tableau", args=[contrat.slug, ete.campagne.annee])
    contenu = client.get(page, {"dispositif": ete.dispositif_id}).content.decode()
    assert ete.numero in contenu
    assert autre.intitule not in contenu


# --- The réserve and the fonds de concours of the year -----------------------------------------------------------------
def test_un_dossier_est_pret_quand_tous_ont_repondu(contrat, gens) -> None:
    reserve = DispositifFactory(contrat=contrat, reserve=True)
    pret = DossierFactory(contrat=contrat, en_instruction=True, dispositif=reserve)
    DemandeFactory(dossier=pret, dispositif=reserve, proposee=True)
    attend = DossierFactory(contrat=contrat, campagne=pret.campagne, en_instruction=True, dispositif=reserve)
    DemandeFactory(dossier=attend, dispositif=reserve, proposee=True)
    DemandeFactory(dossier=attend, dispositif=reserve)
    EnveloppeFactory(contrat=contrat, dispositif=reserve, annee=pret.campagne.annee, financeur=OrganismeFactory())
    comite = ComiteFactory(contrat=contrat, nom="Consultation écrite des cofinanceurs")
    ReunionFactory(comite=comite, le=date(2026, 9, 20))

    lue = au_fil_de_l_eau(contrat, pret.campagne.annee, FamilleDispositif.RESERVE, pour=gens.chef, le=date(2026, 9, 10))
    assert [d.numero for d in lue.prets] == [pret.numero]
    assert [(d.numero, d.sans_reponse) for d in lue.a_instruire] == [(attend.numero, 1)]
    assert lue.prochaine is not None
    assert lue.prochaine.le == date(2026, 9, 20)
    assert lue.argent.reste is not None


def test_les_pages_et_les_tuiles_de_l_annee(client_de, contrat, gens, ete) -> None:
    annee = ete.campagne.annee
    FicheInvestissementFactory(
        dossier__contrat=contrat,
        dossier__campagne=ete.campagne,
        dossier__porteur=OrganismeFactory(commune=True),
        dossier__dispositif=DispositifFactory(contrat=contrat, fonds_de_concours=True),
    )
    DispositifFactory(contrat=contrat, reserve=True)
    client = client_de(Role.CHEF_DE_PROJET)
    for route, titre in (("reserve", "Réserve"), ("fonds_de_concours", "Part du maître d’ouvrage")):
        contenu = client.get(reverse(f"programmation:{route}", args=[contrat.slug, annee])).content.decode()
        assert titre in contenu
    titres = [p.titre for p in permanents(contrat, annee, pour=gens.chef, le=date(2026, 6, 1))]
    assert {"Réserve au fil de l’eau", "Fonds de concours", "Vacances et quartiers d’été"} <= set(titres)
