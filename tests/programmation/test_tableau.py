"""The instruction table: filters, search, sorts, columns, totals, pages and exports, as the chef de projet uses them."""

from __future__ import annotations

import csv
import io
import zipfile
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from odfdo import Document

from commun.recherche import normaliser
from contrats.etats import Role
from programmation.models import Dossier
from programmation.tables import COLONNES, COLONNES_DU_PORTEUR
from tests.fabriques import (
    CampagneFactory,
    CommuneFactory,
    DemandeFactory,
    DispositifFactory,
    DossierFactory,
    HabilitationFactory,
    LocalisationFactory,
    OrganismeFactory,
    OrientationFactory,
    UtilisateurFactory,
    VersionPerimetreFactory,
)

pytestmark = pytest.mark.django_db

TRIABLES = [colonne.cle for colonne in COLONNES if colonne.tri]


@pytest.fixture
def client(gens: Any) -> Client:
    """The chef de projet, signed in."""
    client = Client()
    client.force_login(gens.chef.utilisateur)
    return client


@pytest.fixture
def adresse(contrat: Any) -> str:
    return reverse("programmation:tableau", kwargs={"contrat": contrat.slug, "annee": 2026})


@pytest.fixture
def varies(contrat, gens) -> dict[str, Any]:
    """Four files, each unlike the others in all that the table filters."""
    a, b = CommuneFactory(nom="Denain"), CommuneFactory(nom="Escaudain")
    chene, fosse = VersionPerimetreFactory(), VersionPerimetreFactory()
    education, emploi = (OrientationFactory(contrat=contrat, ordre=rang) for rang in (1, 2))
    neuf = {"contrat": contrat, "porteur__nom": "Les Amis du théâtre"}
    un = DossierFactory(**neuf, numero="A-1", intitule="Éveil à l’été", orientation=education, depose=True)
    deux = DossierFactory(
        **neuf, numero="A-2", intitule="Chœur d’ados", orientation=emploi, en_instruction=True, caractere="reconduite"
    )
    trois = DossierFactory(
        contrat=contrat,
        numero="A-3",
        intitule="Football 100 % filles",
        orientation=education,
        programme=True,
        tranche_de_cpo=True,
        porteur=OrganismeFactory(nom="Union sportive", sigle="USD"),
    )
    quatre = DossierFactory(
        contrat=contrat,
        numero="A-4",
        intitule="Atelier_vélo",
        orientation=emploi,
        en_instruction=True,
        instructeur=gens.chef.utilisateur,
        porteur=OrganismeFactory(nom="Roue libre"),
    )
    LocalisationFactory(dossier=un, version=chene, commune=a)
    LocalisationFactory(dossier=deux, version=chene, commune=a, part=50)
    LocalisationFactory(dossier=deux, version=fosse, commune=b, part=50)
    LocalisationFactory(dossier=trois, version=fosse, commune=b)
    LocalisationFactory(dossier=quatre, ensemble_des_qpv=True)
    DemandeFactory(dossier=un, financeur=gens.departement, montant_demande=Decimal("1000.50"))
    DemandeFactory(dossier=deux, financeur=gens.departement, montant_demande=Decimal(2000), proposee=True)
    DemandeFactory(dossier=deux, financeur=gens.region, montant_demande=Decimal(300), nature="droit_commun")
    DemandeFactory(dossier=trois, financeur=gens.region, montant_demande=Decimal(4000), programmee=True)
    DemandeFactory(dossier=quatre, financeur=gens.departement, montant_demande=Decimal(500), votee=True)
    DossierFactory(contrat=contrat, numero="B-2025", campagne=CampagneFactory(contrat=contrat, annee=2025), depose=True)
    DossierFactory(contrat=contrat, numero="BROUILLON")
    return {
        "denain": a.pk,
        "escaudain": b.pk,
        "chene": chene.pk,
        "fosse": fosse.pk,
        "education": education.pk,
        "emploi": emploi.pk,
        "departement": gens.departement.pk,
        "region": gens.region.pk,
    }


def numeros(reponse: Any) -> list[str]:
    assert reponse.status_code == 200
    return [rangee.ligne.numero for rangee in reponse.context["rangees"]]


# --- Filters and search -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("filtre", "attendus"),
    [
        ({}, ["A-1", "A-2", "A-3", "A-4"]),
        ({"etat": "depose"}, ["A-1"]),
        ({"etat": "en_instruction"}, ["A-2", "A-4"]),
        ({"etat": "clos"}, []),
        ({"orientation": "education"}, ["A-1", "A-3"]),
        ({"commune": "denain"}, ["A-1", "A-2"]),
        ({"commune": "escaudain"}, ["A-2", "A-3"]),
        ({"qpv": "fosse"}, ["A-2", "A-3"]),
        ({"financeur": "departement"}, ["A-1", "A-2", "A-4"]),
        ({"financeur": "region"}, ["A-2", "A-3"]),
        ({"caractere": "reconduite"}, ["A-2"]),
        ({"caractere": "nouvelle"}, ["A-1", "A-3", "A-4"]),
        ({"nature": "tranche_cpo"}, ["A-3"]),
        ({"nature": "action"}, ["A-1", "A-2", "A-4"]),
        ({"miens": "on"}, ["A-4"]),
        ({"etat": "en_instruction", "financeur": "region"}, ["A-2"]),
        ({"commune": "denain", "orientation": "emploi"}, ["A-2"]),
        ({"q": "amis", "etat": "depose"}, ["A-1"]),
        # What cannot be understood is left out, never an error.
        ({"etat": "n’importe quoi", "commune": "abc", "financeur": "999999999"}, ["A-1", "A-2", "A-3", "A-4"]),
        ({"page": "abc", "taille": "7", "tri": "password", "colonnes": "secret"}, ["A-1", "A-2", "A-3", "A-4"]),
    ],
)
def test_chaque_filtre_garde_ses_dossiers_et_totalise_ceux_la(
    client, adresse, varies, filtre: dict[str, str], attendus: list[str]
) -> None:
    reponse = client.get(adresse, {nom: varies.get(valeur, valeur) for nom, valeur in filtre.items()})

    assert numeros(reponse) == attendus
    assert reponse.context["page_obj"].paginator.count == len(attendus)


@pytest.mark.parametrize(
    ("texte", "attendus"),
    [
        ("eveil", ["A-1"]),
        ("ÉVEIL", ["A-1"]),
        ("  Eveil   a  l'ete ", ["A-1"]),
        ("l’été", ["A-1"]),
        ("choeur", ["A-2"]),
        ("CHŒUR", ["A-2"]),
        ("theatre", ["A-1", "A-2"]),
        ("usd", ["A-3"]),
        ("a-3", ["A-3"]),
        ("100 %", ["A-3"]),
        ("%", ["A-3"]),
        ("_", ["A-4"]),
        ("introuvable", []),
        ("'; DROP TABLE x; --", []),
    ],
)
def test_la_recherche_ignore_accents_casse_et_apostrophes(client, adresse, varies, texte, attendus) -> None:
    assert numeros(client.get(adresse, {"q": texte})) == attendus


def test_un_financeur_choisi_ne_laisse_que_ses_montants(client, adresse, varies) -> None:
    reponse = client.get(adresse, {"financeur": varies["region"]})
    assert [(r.ligne.numero, r.ligne.demande) for r in reponse.context["rangees"]] == [("A-2", 300), ("A-3", 4000)]
    assert reponse.context["vue"].totaux.demande == 4300
    assert "les montants sont ceux du financeur choisi" in reponse.content.decode()


def test_mes_dossiers_d_un_financeur_sont_ceux_qui_le_sollicitent(contrat, adresse, varies, gens) -> None:
    client = Client()
    client.force_login(gens.voisin.utilisateur)
    assert numeros(client.get(adresse, {"miens": "on"})) == ["A-2", "A-3"]


def test_les_filtres_poses_se_lisent_et_se_retirent_un_a_un(client, adresse, varies) -> None:
    parametres = {
        "etat": "en_instruction",
        "q": "chœur",
        "financeur": varies["departement"],
        "page": "1",
        "tri": "cout",
    }
    puces = dict(client.get(adresse, parametres).context["puces"])
    assert set(puces) >= {"En instruction", "« chœur »"}
    sans_etat = client.get(adresse + puces["En instruction"])
    assert set(dict(sans_etat.context["puces"])) == set(puces) - {"En instruction"}
    assert sans_etat.context["vue"].tri.cle == "cout"


def test_les_choix_des_filtres_sont_ceux_des_dossiers_que_l_on_voit(contrat, adresse, varies, gens) -> None:
    ailleurs = DossierFactory(contrat=contrat, en_instruction=True)
    LocalisationFactory(dossier=ailleurs, version=None, commune=CommuneFactory(nom="Ville cachée"))
    client = Client()
    client.force_login(gens.voisin.utilisateur)

    champs = client.get(adresse).context["vue"].filtre.form.fields

    assert set(champs["commune"].queryset.values_list("pk", flat=True)) == {varies["denain"], varies["escaudain"]}
    assert set(champs["qpv"].queryset.values_list("pk", flat=True)) == {varies["chene"], varies["fosse"]}


# --- Columns and sorts ------------------------------------------------------------------------------------------------
def test_les_colonnes_choisies_s_affichent_dans_leur_ordre(client, adresse, varies) -> None:
    reponse = client.get(adresse + "?colonnes=vote&colonnes=numero&colonnes=inconnue&colonnes=lieux")
    assert [entete["cle"] for entete in reponse.context["entetes"]] == ["numero", "lieux", "vote"]
    assert [c.texte for c in reponse.context["rangees"][3].cellules][:2] == ["A-4", "Ensemble des QPV"]


def test_sans_choix_on_voit_les_colonnes_usuelles(client, adresse, varies) -> None:
    usuelles = [colonne.cle for colonne in COLONNES if colonne.visible]
    for suite in ("", "?colonnes=inconnue"):
        assert [e["cle"] for e in client.get(adresse + suite).context["entetes"]] == usuelles


def test_un_porteur_n_a_ni_colonne_ni_tri_des_montants_qu_il_ne_voit_pas(contrat, adresse, varies) -> None:
    dossier = Dossier.objects.get(numero="A-3")
    habilitation = HabilitationFactory(contrat=contrat, role=Role.PORTEUR, organisme=dossier.porteur)
    client = Client()
    client.force_login(habilitation.utilisateur)
    reponse = client.get(adresse + "?colonnes=propose&colonnes=programme&colonnes=numero&tri=suivi_par")
    assert [e["cle"] for e in reponse.context["entetes"]] == ["numero"]
    assert reponse.context["vue"].tri.cle == "numero"
    assert {c.cle for c in COLONNES_DU_PORTEUR}.isdisjoint({"propose", "programme", "suivi_par"})
    assert numeros(reponse) == ["A-3"]


def test_la_colonne_action_trie_par_intitule_sans_accents(client, adresse, varies) -> None:
    assert numeros(client.get(adresse, {"tri": "intitule"})) == ["A-4", "A-2", "A-1", "A-3"]
    assert numeros(client.get(adresse, {"tri": "-intitule"})) == ["A-3", "A-1", "A-2", "A-4"]


def test_la_colonne_porteur_trie_par_nom(client, adresse, varies) -> None:
    ordre = [r.ligne.porteur for r in client.get(adresse, {"tri": "porteur"}).context["rangees"]]
    assert ordre == sorted(ordre, key=normaliser)


@pytest.mark.parametrize("cle", TRIABLES)
def test_chaque_tri_se_renverse_exactement_hors_ex_aequo(client, adresse, varies, cle: str) -> None:
    colonne = next(c for c in COLONNES if c.cle == cle)

    def valeurs(sens: str) -> list[Any]:
        return [colonne.lire(r.ligne) for r in client.get(adresse, {"tri": sens}).context["rangees"]]

    assert valeurs(f"-{cle}") == valeurs(cle)[::-1]
    if cle == "cout":
        assert valeurs(cle) == sorted(valeurs(cle))


@pytest.mark.parametrize("cle", ["demande", "propose", "programme", "vote"])
def test_un_montant_se_trie_et_ce_qui_manque_vient_avant_zero(client, adresse, varies, cle: str) -> None:
    lues = [getattr(r.ligne, cle) for r in client.get(adresse, {"tri": cle}).context["rangees"]]
    assert lues == sorted(lues, key=lambda montant: -1 if montant is None else montant)
    assert len({montant for montant in lues if montant is not None}) >= 1


def test_le_tri_d_un_montant_est_celui_du_financeur_choisi(client, adresse, varies) -> None:
    reponse = client.get(adresse, {"tri": "-demande", "financeur": varies["region"]})
    assert numeros(reponse) == ["A-3", "A-2"]
    reponse = client.get(adresse, {"tri": "-demande", "financeur": varies["departement"]})
    assert numeros(reponse) == ["A-2", "A-1", "A-4"]


def test_le_tri_ne_dit_rien_d_un_brouillon_cache(contrat, adresse, gens) -> None:
    """Another funder's private draft weighs nothing in the order that a reader sees."""
    for rang, partagee in enumerate((True, False, True)):
        dossier = DossierFactory(contrat=contrat, numero=f"C-{rang}", en_instruction=True)
        proposee = {"proposee": True, "montant_propose": Decimal(100 * (rang + 1)), "proposition_partagee": partagee}
        DemandeFactory(dossier=dossier, financeur=gens.departement, **proposee)
        DemandeFactory(dossier=dossier, financeur=gens.region)
    ordres = {}
    for nom in ("instructeur", "voisin"):
        client = Client()
        client.force_login(getattr(gens, nom).utilisateur)
        ordres[nom] = numeros(client.get(adresse, {"tri": "-propose"}))
    assert ordres == {"instructeur": ["C-2", "C-1", "C-0"], "voisin": ["C-2", "C-0", "C-1"]}


def test_les_etats_se_trient_dans_l_ordre_de_la_vie_d_un_dossier(client, adresse, varies) -> None:
    assert numeros(client.get(adresse, {"tri": "etat_libelle"})) == ["A-1", "A-2", "A-4", "A-3"]


# --- What is awaited --------------------------------------------------------------------------------------------------
@pytest.fixture
def attendus(contrat, gens) -> None:
    """One file per thing that may be awaited from the département."""
    sans, prive, pret, programme, vote, refuse, annonce = (
        DossierFactory(contrat=contrat, numero=f"W-{rang}", **{trait: True})
        for rang, trait in enumerate(["en_instruction"] * 3 + ["programme"] * 2 + ["en_instruction"] * 2)
    )
    DemandeFactory(dossier=sans, financeur=gens.departement)
    DemandeFactory(dossier=sans, financeur=gens.region, proposee=True)
    DemandeFactory(dossier=prive, financeur=gens.departement, proposee=True, proposition_partagee=False)
    DemandeFactory(dossier=pret, financeur=gens.departement, proposee=True)
    DemandeFactory(dossier=pret, financeur=gens.region, proposee=True)
    DemandeFactory(dossier=programme, financeur=gens.departement, programmee=True)
    DemandeFactory(dossier=vote, financeur=gens.departement, votee=True)
    DemandeFactory(dossier=refuse, financeur=gens.departement, refusee=True)
    DemandeFactory(dossier=annonce, financeur=gens.departement, refusee=True, notifie_le="2026-04-02")


@pytest.mark.parametrize(
    ("personne", "attente", "lus"),
    [
        ("chef", "proposition", ["W-0", "W-1"]),  # a private draft reads « demandée »
        ("chef", "copil", ["W-2"]),
        ("chef", "acte", ["W-3"]),
        ("chef", "notification", ["W-4", "W-5"]),
        ("decideur", "proposition", ["W-0"]),  # its own draft is a proposal
        ("decideur", "copil", ["W-2"]),
        ("decideur", "acte", ["W-3"]),
        ("decideur", "notification", ["W-4", "W-5"]),
        ("voisin", "proposition", []),
        ("voisin", "copil", ["W-2"]),
        ("voisin", "acte", []),
    ],
)
def test_le_tableau_se_reduit_a_ce_qui_est_attendu(
    adresse, attendus, gens, personne: str, attente: str, lus: list[str]
) -> None:
    client = Client()
    client.force_login(getattr(gens, personne).utilisateur)
    reponse = client.get(adresse, {"attend": attente})
    assert numeros(reponse) == lus
    assert any(mot.startswith("attend ") for mot, _ in reponse.context["puces"])


def test_un_dossier_programme_attend_encore_le_financeur_qui_n_a_pas_propose(contrat, client, adresse, gens) -> None:
    """The COPIL validated one funder's row; the other's passes to a later COPIL."""
    dossier = DossierFactory(contrat=contrat, numero="W-9", programme=True)
    DemandeFactory(dossier=dossier, financeur=gens.departement, programmee=True)
    tardive = DemandeFactory(dossier=dossier, financeur=gens.region)
    assert numeros(client.get(adresse, {"attend": "proposition"})) == ["W-9"]
    assert client.get(adresse).context["a_valider"] == 0
    type(tardive).objects.filter(pk=tardive.pk).update(etat="proposee", montant_propose=Decimal(10))
    cache.clear()
    assert numeros(client.get(adresse, {"attend": "copil"})) == ["W-9"]
    assert client.get(adresse).context["a_valider"] == 1


def test_un_porteur_ne_filtre_pas_par_ce_qui_est_attendu(contrat, adresse, attendus) -> None:
    """It would tell what the COPIL said before the porteur is notified."""
    dossier = Dossier.objects.get(numero="W-3")
    habilitation = HabilitationFactory(contrat=contrat, role=Role.PORTEUR, organisme=dossier.porteur)
    client = Client()
    client.force_login(habilitation.utilisateur)
    assert numeros(client.get(adresse, {"attend": "proposition"})) == ["W-3"]


def test_un_filtre_illisible_est_laisse_de_cote_et_le_tableau_le_dit(client, adresse, varies) -> None:
    reponse = client.get(adresse, {"etat": "nimp", "caractere": "reconduite"})
    assert numeros(reponse) == ["A-2"]
    assert "laissé de côté\u202f: état." in reponse.content.decode()
    assert not reponse.context["vue"].filtre.form.errors


# --- Totals and pages -------------------------------------------------------------------------------------------------
@pytest.fixture
def soixante(contrat, gens) -> list[Dossier]:
    """Sixty files alike: every sort is full of ties, and a third of them is followed by somebody."""
    campagne, dispositif = CampagneFactory(contrat=contrat), DispositifFactory()
    commun = {
        "campagne": campagne,
        "dispositif": dispositif,
        "porteur": OrganismeFactory(),
        "orientation": OrientationFactory(contrat=contrat),
        "en_instruction": True,
        "intitule": "Ateliers",
    }
    suivi = UtilisateurFactory()
    dossiers = [
        DossierFactory(**commun, numero=f"N-{(rang * 37) % 61:03d}", instructeur=suivi if rang % 3 == 0 else None)
        for rang in range(60)
    ]
    for rang, dossier in enumerate(dossiers):
        DemandeFactory(dossier=dossier, financeur=gens.departement, montant_demande=Decimal(f"{100 + rang}.10"))
        if rang % 2:
            DemandeFactory(dossier=dossier, financeur=gens.region, proposee=True, montant_demande=Decimal("7.05"))
    return dossiers


@pytest.mark.parametrize("sens", ["", "-"])
@pytest.mark.parametrize("cle", TRIABLES)
def test_aucun_dossier_ne_se_perd_ni_ne_se_double_d_une_page_a_l_autre(client, adresse, soixante, cle, sens) -> None:
    """Three pages of 25: the last one is read from the end of the list."""
    tri = {"tri": f"{sens}{cle}", "taille": "25"}
    pages = [numeros(client.get(adresse, {**tri, "page": page})) for page in (1, 2, 3)]

    assert [len(page) for page in pages] == [25, 25, 10]
    lus = [numero for page in pages for numero in page]
    assert sorted(lus) == sorted(dossier.numero for dossier in soixante)
    assert lus == numeros(client.get(adresse, {**tri, "taille": "100"}))


def test_une_page_hors_de_la_liste_montre_la_derniere(client, adresse, soixante) -> None:
    derniere = numeros(client.get(adresse, {"taille": "25", "page": "3"}))
    assert numeros(client.get(adresse, {"taille": "25", "page": "99"})) == derniere
    assert numeros(client.get(adresse, {"taille": "25", "page": "0"})) == derniere


@pytest.mark.parametrize("filtre", [{}, {"q": "N-01"}, {"financeur": "region"}, {"q": "absent"}])
def test_les_totaux_sont_la_somme_de_toutes_les_pages(client, adresse, soixante, gens, filtre) -> None:
    filtre = {nom: gens.region.pk if valeur == "region" else valeur for nom, valeur in filtre.items()}
    colonnes = [("colonnes", c.cle) for c in COLONNES]
    premiere = client.get(adresse, [*filtre.items(), *colonnes, ("taille", "25")])
    nombre_de_pages = premiere.context["page_obj"].paginator.num_pages
    rangees = [
        rangee
        for page in range(1, nombre_de_pages + 1)
        for rangee in client.get(adresse, [*filtre.items(), ("taille", "25"), ("page", page)]).context["rangees"]
    ]

    totaux = {cellule.colonne.cle: cellule.valeur for cellule in premiere.context["totaux"] if cellule.colonne.total}

    assert set(totaux) == {"cout", "demande", "droit_commun", "specifique", "propose", "programme", "vote"}
    for cle, total in totaux.items():
        assert total == sum((getattr(r.ligne, cle) or Decimal(0) for r in rangees), Decimal(0)), cle
    assert premiere.context["page_obj"].paginator.count == len(rangees)


def test_une_campagne_sans_dossier_montre_un_tableau_vide(client, adresse) -> None:
    reponse = client.get(adresse)
    assert numeros(reponse) == []
    assert "Aucun dossier n’est encore déposé en 2026" in reponse.content.decode()
    assert "Aucun dossier ne répond à ces filtres" in client.get(adresse, {"q": "absent"}).content.decode()


# --- What htmx asks for -----------------------------------------------------------------------------------------------
def test_htmx_ne_recoit_que_le_tableau(client, adresse, varies) -> None:
    entiere = client.get(adresse, {"etat": "depose"})
    morceau = client.get(adresse, {"etat": "depose"}, headers={"HX-Request": "true"})
    assert "<html" in entiere.content.decode()
    assert "<html" not in morceau.content.decode()
    assert numeros(morceau) == ["A-1"]
    assert 'aria-label="Filtrer les dossiers"' in morceau.content.decode()


# --- Exports ----------------------------------------------------------------------------------------------------------
def exporter(client: Client, contrat: Any, format: str, parametres: Any) -> bytes:
    adresse = reverse("programmation:export", kwargs={"contrat": contrat.slug, "annee": 2026, "format": format})
    reponse = client.get(adresse, parametres)
    assert reponse.status_code == 200
    assert f"programmation-{contrat.slug}-2026.{format}" in reponse["Content-Disposition"]
    return b"".join(reponse.streaming_content)


def lire(octets: bytes, format: str) -> list[list[str]]:
    """The rows of an export as text; figures as spreadsheets hold them."""
    if format == "csv":
        rangees: Any = csv.reader(io.StringIO(octets.decode("utf-8-sig"), newline=""), delimiter=";")
        return [[mot.replace(",", ".") if mot[:1].isdigit() else mot for mot in rangee] for rangee in rangees]
    if format == "ods":
        valeurs = Document(io.BytesIO(octets)).body.tables[0].get_values()
        return [["" if valeur is None else str(valeur) for valeur in rangee] for rangee in valeurs]
    espace = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        feuille = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))  # noqa: S314 — our own file
    rangees = []
    for rangee in feuille.iter(f"{espace}row"):
        ligne: list[str] = []
        for cellule in rangee.iter(f"{espace}c"):
            rang = ord(cellule.get("r", "A")[0]) - ord("A")
            ligne += [""] * (rang - len(ligne))
            ligne.append("".join(e.text or "" for e in cellule.iter() if e.tag in (f"{espace}v", f"{espace}t")))
        rangees.append(ligne)
    return rangees


@pytest.mark.parametrize("format", ["csv", "xlsx", "ods"])
def test_l_export_contient_ce_que_l_ecran_montre_toutes_pages_reunies(
    client, contrat, adresse, soixante, gens, format: str
) -> None:
    choix = [("tri", "-demande"), ("tri", "-cout"), ("q", "N-0"), ("taille", "25")]
    cles = ["numero", "intitule", "etat_libelle", "demande", "propose", "accord_libelle"]
    parametres = choix + [("colonnes", cle) for cle in cles]
    ecran = []
    for page in (1, 2, 3):
        ecran += client.get(adresse, [*parametres, ("page", page)]).context["rangees"]

    entetes, *rangees = lire(exporter(client, contrat, format, parametres), format)

    assert [entete.removesuffix(" (€)") for entete in entetes] == [
        next(c.libelle for c in COLONNES if c.cle == cle) for cle in cles
    ]
    total = [] if format == "csv" else rangees[len(ecran) :]
    rangees = rangees[: len(ecran)]
    assert len(rangees) == len(ecran) == 60
    for lue, rangee in zip(rangees, ecran, strict=True):
        for cle, mot in zip(cles, [*lue, *[""] * (len(cles) - len(lue))], strict=True):
            attendu = getattr(rangee.ligne, cle)
            if isinstance(attendu, Decimal):
                assert Decimal(mot) == attendu
            else:
                assert mot == ("" if attendu is None else attendu)
    if total:
        assert Decimal(total[0][3]) == sum(rangee.ligne.demande for rangee in ecran)


FORMULES = [
    "=1+1",
    '=HYPERLINK("http://exemple.fr";"x")',
    "+33 1 02 03 04 05",
    "-2+3",
    "@SUM(A1:A9)",
    "=cmd|' /C calc'!A0",
    "＝1+1",
    "\t=1+1",
    "+A1*2",
    "-@1",
    "=IMPORTXML(1)",
    "@x",
]


@pytest.mark.parametrize("format", ["csv", "xlsx", "ods"])
def test_un_intitule_qui_commence_comme_une_formule_sort_en_texte(client, contrat, format: str) -> None:
    """F16: nothing live in any export, and the figures beside stay figures."""
    for rang, formule in enumerate(FORMULES):
        dossier = DossierFactory(contrat=contrat, en_instruction=True, numero=f"F-{rang:02d}", intitule=formule)
        DemandeFactory(dossier=dossier, montant_demande=Decimal("10.50"))

    octets = exporter(
        client, contrat, format, [("colonnes", "numero"), ("colonnes", "intitule"), ("colonnes", "demande")]
    )

    rangees = lire(octets, format)[1 : len(FORMULES) + 1]
    assert all(Decimal(rangee[2]) == Decimal("10.50") for rangee in rangees)
    if format == "csv":
        assert not [r[1] for r in rangees if r[1].startswith(("=", "+", "-", "@", "\t", "＝"))]
    else:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            tout = b"".join(archive.read(nom) for nom in archive.namelist() if nom.endswith(".xml"))
        assert b"<f>" not in tout
        assert b"table:formula" not in tout


def test_un_format_inconnu_n_existe_pas(client, contrat, varies) -> None:
    adresse = reverse("programmation:export", kwargs={"contrat": contrat.slug, "annee": 2026, "format": "pdf"})
    assert client.get(adresse).status_code == 404


# --- Constant cost ----------------------------------------------------------------------------------------------------
def cout(client: Client, adresse: str) -> int:
    """Queries of a page with nothing kept from a reader before."""
    cache.clear()
    client.get(adresse)
    cache.clear()
    with CaptureQueriesContext(connection) as requetes:
        assert client.get(adresse).status_code == 200
    return len(requetes)


def test_le_tableau_coute_autant_de_requetes_pour_un_dossier_que_pour_soixante(client, contrat, adresse, gens) -> None:
    un = DossierFactory(contrat=contrat, en_instruction=True, numero="A-0")
    LocalisationFactory(dossier=un)
    DemandeFactory(dossier=un, financeur=gens.departement, proposee=True)
    pour_un = cout(client, adresse + "?taille=100")

    for rang in range(59):
        autre = DossierFactory(contrat=contrat, en_instruction=True, numero=f"B-{rang}")
        LocalisationFactory(dossier=autre)
        DemandeFactory(dossier=autre, financeur=gens.departement, proposee=True)

    assert cout(client, adresse + "?taille=100") == pour_un
    assert len(client.get(adresse + "?taille=100").context["rangees"]) == 60


def test_le_tableau_est_celui_de_l_annee_et_du_contrat_de_son_adresse(client, contrat, varies) -> None:
    autre_annee = reverse("programmation:tableau", kwargs={"contrat": contrat.slug, "annee": 2025})
    assert numeros(client.get(autre_annee)) == ["B-2025"]
    for annee in (2023, 2031):
        assert client.get(reverse("programmation:tableau", args=[contrat.slug, annee])).status_code == 404


def test_un_dossier_retire_quitte_le_travail_et_les_totaux(contrat, client_de) -> None:
    client = client_de(Role.CHEF_DE_PROJET)
    reste = DossierFactory(contrat=contrat, depose=True)
    parti = DossierFactory(contrat=contrat, campagne=reste.campagne, retire=True)
    base = f"/c/{contrat.slug}/{reste.campagne.annee}/programmation/"

    for page in (base, f"{base}kanban/"):
        texte = client.get(page).content.decode()
        assert reste.numero in texte
        assert parti.numero not in texte
    assert parti.numero in client.get(base, {"etat": "retire"}).content.decode()
