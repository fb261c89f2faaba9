"""Pages of commitments: what each shows, to whom, what a form does, and how many queries they cost."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from commun import fichiers
from contrats.etats import EtatRevue, EtatVisa, Role
from contrats.models import Engagement, PointAvancement, RemarqueRevue, RevueEngagements, Sollicitation
from tests.fabriques import (
    CibleEngagementFactory,
    ContratFactory,
    DossierFactory,
    EngagementFactory,
    FichierFactory,
    OrganismeFactory,
    OrientationFactory,
    PerimetreDuContratFactory,
    PointAvancementFactory,
    RemarqueRevueFactory,
    RevueEngagementsFactory,
    SignataireFactory,
    SollicitationFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("horloge")]

DECLARANTS = {Role.CHEF_DE_PROJET, Role.SIGNATAIRE, Role.BAILLEUR}
INSTRUCTEURS = {
    Role.CHEF_DE_PROJET,
    Role.INSTRUCTEUR,
    Role.DECIDEUR,
    Role.DELEGUE_PREFET,
    Role.JURIDIQUE,
    Role.FINANCES,
}
LECTEURS = INSTRUCTEURS | DECLARANTS
CHEF = {Role.CHEF_DE_PROJET}

# Page → does its address hold a year, a commitment; who opens it for a commitment of its own organisation.
PAGES: dict[str, tuple[bool, bool, set[Role]]] = {
    "engagement": (False, True, set(Role)),
    "creer_engagement": (False, False, DECLARANTS),
    "modifier_engagement": (False, True, DECLARANTS),
    "retirer_engagement": (False, True, DECLARANTS),
    "importer_engagements": (False, False, DECLARANTS),
    "declarer": (True, True, DECLARANTS),
    "mes_engagements": (True, False, DECLARANTS),
    "revue": (True, False, LECTEURS),
    "matrice": (True, False, LECTEURS),
    "signataires": (True, False, LECTEURS),
}
ACTES: dict[str, tuple[bool, set[Role]]] = {
    "viser": (True, CHEF),
    "solliciter": (False, CHEF),
    "ouvrir_revue": (False, CHEF),
    "envoyer_revue": (False, CHEF),
    "clore_revue": (False, CHEF),
    "rouvrir_revue": (False, CHEF),
    "remarquer": (False, LECTEURS),
}


def adresse(nom: str, engagement: Engagement, annee: int = 2026) -> str:
    """The page of this name, about this commitment where it holds one."""
    avec_annee, avec_objet = PAGES[nom][:2] if nom in PAGES else (True, ACTES[nom][0])
    args = [engagement.contrat.slug, *([annee] if avec_annee else []), *([engagement.pk] if avec_objet else [])]
    return reverse(f"contrats:{nom}", args=args)


def page(client: Client, nom: str, engagement: Engagement, **filtres: Any) -> str:
    reponse = client.get(adresse(nom, engagement), filtres)
    assert reponse.status_code == 200, reponse.status_code
    return reponse.content.decode()


@pytest.fixture
def engagement(contrat: Any) -> Engagement:
    return EngagementFactory(
        contrat=contrat, organisme=OrganismeFactory(caf=True, sigle="CAF"), libelle="Ouvrir & tenir"
    )


@pytest.fixture
def chef(client_de: Callable[..., Client]) -> Client:
    return client_de(Role.CHEF_DE_PROJET)


@pytest.fixture
def referente(client_de: Callable[..., Client], engagement: Engagement) -> Client:
    return client_de(Role.SIGNATAIRE, organisme=engagement.organisme)


# --- Who opens what ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", Role)
def test_chaque_page_s_ouvre_a_ses_roles_et_a_eux_seuls(client_de, engagement, role) -> None:
    client = client_de(role, organisme=engagement.organisme)
    ouvertes = {nom for nom in PAGES if client.get(adresse(nom, engagement)).status_code == 200}
    assert ouvertes == {nom for nom, (_, _, roles) in PAGES.items() if role in roles}


@pytest.mark.parametrize("role", Role)
def test_chaque_acte_n_est_fait_que_par_ses_roles(client_de, engagement, role) -> None:
    PointAvancementFactory(engagement=engagement, annee=2026)
    RevueEngagementsFactory(contrat=engagement.contrat, annee=2026, envoyee=True)
    client = client_de(role, organisme=engagement.organisme)
    refuses = {nom for nom in ACTES if client.post(adresse(nom, engagement)).status_code == 403}
    assert refuses == {nom for nom, (_, roles) in ACTES.items() if role not in roles}


@pytest.mark.parametrize("nom", [*PAGES, *ACTES])
def test_rien_ne_s_ouvre_depuis_un_autre_contrat(client_de, engagement, nom) -> None:
    etranger = client_de(Role.CHEF_DE_PROJET, contrat=ContratFactory())
    assert etranger.get(adresse(nom, engagement)).status_code in (404, 405)
    assert etranger.post(adresse(nom, engagement)).status_code in (404, 405)


def test_un_engagement_d_un_autre_contrat_n_existe_pas_ici(chef, contrat) -> None:
    ailleurs = EngagementFactory()
    for nom in ("engagement", "modifier_engagement", "retirer_engagement"):
        assert chef.get(reverse(f"contrats:{nom}", args=[contrat.slug, ailleurs.pk])).status_code == 404
    assert chef.get(reverse("contrats:declarer", args=[contrat.slug, 2026, ailleurs.pk])).status_code == 404


def test_un_signataire_ne_touche_pas_aux_engagements_d_un_autre(client_de, engagement) -> None:
    autre = client_de(Role.SIGNATAIRE)
    for nom in ("modifier_engagement", "retirer_engagement", "declarer"):
        assert autre.get(adresse(nom, engagement)).status_code == 403
        assert autre.post(adresse(nom, engagement), {"etat": "tenu"}).status_code == 403
    assert autre.get(adresse("engagement", engagement)).status_code == 200


def test_les_declarations_et_leurs_preuves_ne_se_montrent_qu_a_qui_les_lit(client_de, engagement) -> None:
    point = PointAvancementFactory(engagement=engagement, annee=2026, commentaire="Parole confidentielle")
    fichier = FichierFactory(nom="preuve.pdf")
    point.preuves.add(fichier)
    lien = reverse("contrats:preuve", args=[engagement.contrat.slug, 2026, engagement.pk, fichier.pk])
    lecteur, membre = client_de(Role.INSTRUCTEUR), client_de(Role.MEMBRE_COPIL)
    assert "Parole confidentielle" in page(lecteur, "engagement", engagement)
    texte = page(membre, "engagement", engagement)
    assert "Parole confidentielle" not in texte
    assert "preuve.pdf" not in texte
    assert "Journal" not in texte
    assert b"".join(lecteur.get(lien).streaming_content) == fichiers.lire(fichier)
    assert membre.get(lien).status_code == 403
    autre = FichierFactory()
    assert lecteur.get(lien.replace(f"/{fichier.pk}/", f"/{autre.pk}/")).status_code == 404


# --- Writing ----------------------------------------------------------------------------------------------------------
def formulaire(client: Client, nom: str, engagement: Engagement) -> dict[str, Any]:
    """The fields of a page's form, as a browser would send them back."""
    texte = page(client, nom, engagement)
    return dict(re.findall(r'<input type="hidden" name="(cibles-[A-Z_]+|revision)" value="([^"]*)"', texte))


def test_ecrire_un_engagement_avec_une_cible(chef, engagement) -> None:
    orientation = OrientationFactory(contrat=engagement.contrat)
    donnees = formulaire(chef, "creer_engagement", engagement) | {
        "libelle": "Ouvrir une maison de santé",
        "organisme": engagement.organisme_id,
        "orientation": orientation.pk,
        "portee": "contrat",
        "cibles-0-type": "part",
        "cibles-0-numerateur": "patients sans médecin",
        "cibles-0-valeur": "1 234,5",
        "cibles-0-valeur_haute": "9999",  # hidden for a share: not kept
        "cibles-0-unite": "%",
    }
    reponse = chef.post(adresse("creer_engagement", engagement), donnees)
    ecrit = Engagement.objects.get(libelle="Ouvrir une maison de santé")
    assert reponse.url == adresse("engagement", ecrit)
    cible = ecrit.cibles.get()
    assert (cible.valeur, cible.valeur_haute, cible.unite) == (Decimal("1234.5"), None, "%")


def test_un_engagement_incomplet_est_accepte_et_signale(chef, engagement) -> None:
    donnees = formulaire(chef, "creer_engagement", engagement) | {"libelle": "À préciser", "portee": "contrat"}
    reponse = chef.post(adresse("creer_engagement", engagement), donnees, follow=True)
    texte = reponse.content.decode()
    assert "responsable inconnu, orientation manquante, échéance manquante, aucune cible" in texte


def test_ajouter_une_cible_enregistre_et_revient_aux_cibles(chef, engagement) -> None:
    CibleEngagementFactory(engagement=engagement)
    donnees = formulaire(chef, "modifier_engagement", engagement) | {
        "libelle": engagement.libelle,
        "portee": "contrat",
        "organisme": engagement.organisme_id,
        "cibles-0-type": "nombre",
        "cibles-0-numerateur": "jeunes accompagnés",
        "cibles-0-valeur": "120",
        "cibles-1-type": "jalon",
        "cibles-1-numerateur": "Maison ouverte",
        "encore": "1",
    }
    reponse = chef.post(adresse("modifier_engagement", engagement), donnees)
    assert reponse.url == adresse("modifier_engagement", engagement) + "#cibles"
    assert [c.type for c in engagement.cibles.all()] == ["nombre", "jalon"]


def test_supprimer_une_cible(chef, engagement) -> None:
    CibleEngagementFactory(engagement=engagement)
    donnees = formulaire(chef, "modifier_engagement", engagement) | {
        "libelle": engagement.libelle,
        "portee": "contrat",
        "cibles-0-type": "nombre",
        "cibles-0-DELETE": "on",
    }
    chef.post(adresse("modifier_engagement", engagement), donnees)
    assert not engagement.cibles.exists()


def test_une_saisie_fautive_garde_tout_et_dit_ou(chef, engagement) -> None:
    donnees = formulaire(chef, "creer_engagement", engagement) | {
        "libelle": "Gardé tel quel",
        "portee": "contrat",
        "cibles-0-type": "intervalle",
        "cibles-0-numerateur": "chantiers",
        "cibles-0-valeur": "20",
        "cibles-0-valeur_haute": "10",
    }
    reponse = chef.post(adresse("creer_engagement", engagement), donnees)
    texte = reponse.content.decode()
    assert reponse.status_code == 422
    assert "Gardé tel quel" in texte
    assert 'href="#id_cibles-0-valeur_haute"' in texte
    assert "La borne haute est sous la borne basse." in texte


def test_ecrire_sur_une_page_perimee_est_refuse_sans_rien_perdre(chef, engagement) -> None:
    donnees = formulaire(chef, "modifier_engagement", engagement) | {"libelle": "Le mien", "portee": "contrat"}
    Engagement.objects.filter(pk=engagement.pk).update(revision=2, libelle="Le sien")
    reponse = chef.post(adresse("modifier_engagement", engagement), donnees)
    assert reponse.status_code == 422
    assert "Le mien" in reponse.content.decode()
    engagement.refresh_from_db()
    assert engagement.libelle == "Le sien"


def test_un_trou_de_la_matrice_ouvre_un_formulaire_deja_commence(chef, engagement) -> None:
    orientation = OrientationFactory(contrat=engagement.contrat)
    texte = page(chef, "matrice", engagement)
    lien = f"?organisme={engagement.organisme_id}&amp;orientation={orientation.pk}"
    assert lien in texte
    assert "aucun" in texte
    texte = page(chef, "creer_engagement", engagement, organisme=engagement.organisme_id, orientation=orientation.pk)
    assert f'<option value="{orientation.pk}" selected' in texte


def test_retirer_demande_pourquoi(chef, engagement) -> None:
    assert chef.post(adresse("retirer_engagement", engagement), {"motif": ""}).status_code == 422
    chef.post(adresse("retirer_engagement", engagement), {"motif": "Doublon."})
    assert not Engagement.objects.exists()
    assert chef.get(adresse("engagement", engagement)).status_code == 404


# --- Stating ----------------------------------------------------------------------------------------------------------
def test_un_signataire_declare_avec_ses_preuves_et_revient_a_sa_liste(referente, engagement) -> None:
    liste = adresse("mes_engagements", engagement)
    assert f"?suite={liste}" in page(referente, "mes_engagements", engagement)
    preuve = SimpleUploadedFile("bilan.pdf", b"%PDF-1.7")
    reponse = referente.post(
        adresse("declarer", engagement),
        {
            "etat": "tenu",
            "valeur_atteinte": "1 234,5",
            "euros_droit_commun": "12 000,50 €",
            "commentaire": "Fait.",
            "preuves": [preuve],
            "revision": "0",
            "suite": liste,
        },
    )
    assert reponse.url == liste
    point = PointAvancement.objects.get()
    assert (point.etat, point.valeur_atteinte, point.euros_droit_commun) == (
        "tenu",
        Decimal("1234.5"),
        Decimal("12000.5"),
    )
    assert [p.nom for p in point.preuves.all()] == ["bilan.pdf"]


@pytest.mark.parametrize("suite", ["https://ailleurs.test/", "//ailleurs.test", "javascript:alert(1)", "ailleurs"])
def test_on_ne_revient_que_sur_nos_pages(referente, engagement, suite) -> None:
    reponse = referente.post(adresse("declarer", engagement), {"etat": "tenu", "revision": "0", "suite": suite})
    assert reponse.url == adresse("engagement", engagement)


def test_une_preuve_refusee_ne_laisse_pas_une_declaration_a_moitie(referente, engagement) -> None:
    faux = SimpleUploadedFile("bilan.pdf", b"<html>")
    reponse = referente.post(
        adresse("declarer", engagement), {"etat": "tenu", "commentaire": "Gardé", "preuves": [faux]}
    )
    assert reponse.status_code == 422
    assert "n’est pas un fichier PDF" in reponse.content.decode()
    assert "Gardé" in reponse.content.decode()
    assert not PointAvancement.objects.exists()


def test_le_chef_de_projet_dit_quel_document_il_a_lu(chef, engagement) -> None:
    assert "pour le compte de" in page(chef, "declarer", engagement)
    assert chef.post(adresse("declarer", engagement), {"etat": "tenu"}).status_code == 422
    chef.post(adresse("declarer", engagement), {"etat": "tenu", "document": "Courriel", "revision": "0"})
    assert PointAvancement.objects.get().etat == "tenu"


def test_le_chef_de_projet_ne_peut_pas_ecrire_sur_la_parole_du_signataire(chef, referente, engagement) -> None:
    referente.post(adresse("declarer", engagement), {"etat": "tenu", "revision": "0"})
    texte = page(chef, "declarer", engagement)
    assert "a déclaré lui-même" in texte
    assert 'name="etat"' not in texte


def test_une_annee_a_venir_ne_se_declare_pas(referente, engagement) -> None:
    assert referente.get(adresse("declarer", engagement, annee=2027)).status_code == 404


def test_retirer_une_preuve(referente, client_de, engagement) -> None:
    point = PointAvancementFactory(engagement=engagement, annee=2026)
    fichier = FichierFactory()
    point.preuves.add(fichier)
    lien = reverse("contrats:retirer_preuve", args=[engagement.contrat.slug, 2026, engagement.pk, fichier.pk])
    assert client_de(Role.SIGNATAIRE).post(lien).status_code == 403
    referente.post(lien)
    assert not point.preuves.exists()


def test_ce_qui_attend_un_signataire_vient_dans_l_ordre_de_l_urgence(referente, contrat, engagement) -> None:
    organisme = engagement.organisme
    a_completer = EngagementFactory(contrat=contrat, organisme=organisme, reference="Z1")
    PointAvancementFactory(engagement=a_completer, visa=EtatVisa.A_COMPLETER, remarque="Où ?")
    en_retard = EngagementFactory(contrat=contrat, organisme=organisme, reference="Y1")
    SollicitationFactory(engagement=en_retard, faite_le=date(2026, 1, 1))
    declare = EngagementFactory(contrat=contrat, organisme=organisme, reference="A1")
    PointAvancementFactory(engagement=declare)
    EngagementFactory(contrat=contrat, reference="AUTRE")
    texte = page(referente, "mes_engagements", engagement)
    titres = ["Z1</a>", "Y1</a>", f"{engagement.reference}</a>", "A1</a>"]
    places = [texte.index(t) for t in titres]
    assert places == sorted(places)
    assert "Où ?" in texte
    assert "AUTRE" not in texte


# --- Visa -------------------------------------------------------------------------------------------------------------
def test_viser_depuis_la_liste_prend_un_clic_et_revient_aux_memes_filtres(chef, engagement) -> None:
    point = PointAvancementFactory(engagement=engagement, annee=2026, remarque="Déjà dit")
    liste = adresse("revue", engagement) + "?etat=en_cours"
    assert "etat=en_cours" in page(chef, "revue", engagement, etat="en_cours")
    reponse = chef.post(adresse("viser", engagement), {"visa": "vu", "revision": "1", "suite": liste})
    assert reponse.url == liste
    point.refresh_from_db()
    assert (point.visa, point.remarque) == (EtatVisa.VU, "Déjà dit")


def test_a_completer_demande_une_remarque(chef, engagement) -> None:
    point = PointAvancementFactory(engagement=engagement, annee=2026)
    reponse = chef.post(adresse("viser", engagement), {"visa": "a_completer", "remarque": ""}, follow=True)
    assert "Dites au signataire ce qui manque" in reponse.content.decode()
    chef.post(adresse("viser", engagement), {"visa": "a_completer", "remarque": "Où ?"})
    point.refresh_from_db()
    assert (point.visa, point.remarque) == (EtatVisa.A_COMPLETER, "Où ?")
    assert chef.post(adresse("viser", engagement), {}, follow=True).status_code == 200


# --- The review -------------------------------------------------------------------------------------------------------
def test_la_vie_de_la_revue_en_pages(chef, referente, engagement, contrat) -> None:
    chef.post(adresse("ouvrir_revue", engagement), {"reunion": ""})
    revue = RevueEngagements.objects.get()
    assert chef.post(adresse("envoyer_revue", engagement), {"remarques_avant_le": "2026-11-01"}).status_code == 422
    chef.post(adresse("envoyer_revue", engagement), {"remarques_avant_le": "2026-12-15"})
    organisme = engagement.organisme_id
    vide = referente.post(adresse("remarquer", engagement), {"organisme": organisme, "texte": ""})
    assert vide.status_code == 422
    referente.post(
        adresse("remarquer", engagement),
        {"organisme": organisme, "engagement": engagement.pk, "texte": "À <préciser>."},
    )
    assert "À &lt;préciser&gt;." in page(chef, "signataires", engagement)
    chef.post(adresse("clore_revue", engagement))
    assert chef.post(adresse("rouvrir_revue", engagement), {"motif": ""}).status_code == 422
    chef.post(adresse("rouvrir_revue", engagement), {"motif": "Oubli."})
    revue.refresh_from_db()
    assert (revue.etat, RemarqueRevue.objects.count()) == (EtatRevue.ENVOYEE, 1)


def test_un_signataire_ne_remarque_pas_au_nom_d_un_autre(referente, engagement, contrat) -> None:
    RevueEngagementsFactory(contrat=contrat, annee=2026, envoyee=True)
    autre = OrganismeFactory(departement=True)
    reponse = referente.post(adresse("remarquer", engagement), {"organisme": autre.pk, "texte": "Usurpé"})
    assert reponse.status_code == 422
    assert not RemarqueRevue.objects.exists()


def test_une_remarque_recoit_une_suite_que_le_signataire_lit(chef, referente, engagement, contrat) -> None:
    revue = RevueEngagementsFactory(contrat=contrat, annee=2026, envoyee=True)
    remarque, autre = RemarqueRevueFactory.create_batch(
        2, revue=revue, organisme=engagement.organisme, engagement=engagement
    )
    url = reverse("contrats:donner_suite", args=[contrat.slug, 2026, remarque.pk])
    assert "Pas encore de suite" in page(referente, "signataires", engagement)
    assert "Donner une suite" not in page(referente, "signataires", engagement)

    vide = chef.post(url, {f"suite-{remarque.pk}-texte": " "})
    assert vide.status_code == 422
    assert vide.content.decode().count('<details class="visa" open>') == 1
    reponse = chef.post(url, {f"suite-{remarque.pk}-texte": "Pris <en compte>."})
    assert reponse.url == f"{adresse('signataires', engagement)}#remarque-{remarque.pk}"
    for nom in ("signataires", "engagement"):
        assert "Pris &lt;en compte&gt;." in page(referente, nom, engagement)
    autre.refresh_from_db()
    assert autre.suite == ""
    ailleurs = reverse("contrats:donner_suite", args=[contrat.slug, 2025, remarque.pk])
    assert chef.post(ailleurs, {}).status_code == 404


def test_solliciter_les_organismes_coches(chef, engagement, contrat) -> None:
    autre = EngagementFactory(contrat=contrat)
    reponse = chef.post(adresse("solliciter", engagement), {"organisme": [engagement.organisme_id, "x"]}, follow=True)
    assert "1\u00a0organisme sollicité pour 1\u00a0engagement" in reponse.content.decode()
    assert [s.engagement for s in Sollicitation.objects.all()] == [engagement]
    assert autre.sollicitations.count() == 0
    assert "Rien à demander" in chef.post(adresse("solliciter", engagement), follow=True).content.decode()


def test_les_filtres_poses_suivent_l_export(chef, engagement, contrat) -> None:
    PointAvancementFactory(engagement=engagement, annee=2026, euros_droit_commun=Decimal("1200.50"))
    EngagementFactory(contrat=contrat, reference="AUTRE")
    texte = page(chef, "revue", engagement, organisme=engagement.organisme_id)
    lien = re.search(r'href="([^"]*export\.csv[^"]*)"', texte)
    assert lien is not None
    contenu = b"".join(chef.get(lien[1].replace("&amp;", "&")).streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    (ligne,) = csv.DictReader(io.StringIO(contenu), delimiter=";")
    assert (ligne["Référence"], ligne["État déclaré"], ligne["Droit commun mobilisé (€)"]) == (
        engagement.reference,
        "En cours",
        "1200,50",
    )


@pytest.mark.parametrize("format", ["csv", "xlsx", "ods"])
def test_la_revue_s_exporte_dans_trois_formats(chef, engagement, format) -> None:
    reponse = chef.get(reverse("contrats:exporter_revue", args=[engagement.contrat.slug, 2026, format]))
    assert len(b"".join(reponse.streaming_content)) > 100  # type: ignore[attr-defined]
    assert chef.get(reverse("contrats:exporter_revue", args=[engagement.contrat.slug, 2026, "doc"])).status_code == 404


@pytest.mark.parametrize(
    "filtres", [{"organisme": "abc"}, {"etat": "inconnu"}, {"orientation": "-1"}, {"page": "x"}, {"q": "\x00"}]
)
def test_une_adresse_fantaisiste_ne_casse_rien(chef, engagement, filtres) -> None:
    assert engagement.reference in page(chef, "revue", engagement, **filtres)


# --- The page of a commitment -----------------------------------------------------------------------------------------
def test_la_page_dit_ce_qui_sert_l_engagement_a_qui_peut_le_voir(client_de, chef, engagement) -> None:
    dossier = DossierFactory(contrat=engagement.contrat, en_instruction=True, intitule="Crèche mobile")
    dossier.engagements.add(engagement)
    assert "Crèche mobile" in page(chef, "engagement", engagement)
    assert "Crèche mobile" not in page(client_de(Role.MEMBRE_COPIL), "engagement", engagement)


def test_le_journal_dit_qui_a_change_quoi(chef, referente, engagement) -> None:
    referente.post(adresse("declarer", engagement), {"etat": "en_cours", "revision": "0"})
    referente.post(adresse("declarer", engagement), {"etat": "tenu", "revision": "1"})
    texte = page(chef, "engagement", engagement)
    assert "état : En cours → Tenu" in texte


# --- Cost -------------------------------------------------------------------------------------------------------------
def remplir(contrat: Any, organisme: Any, nombre: int) -> None:
    for _ in range(nombre):
        orientation = OrientationFactory(contrat=contrat)
        signataire = SignataireFactory(contrat=contrat)
        engagement = EngagementFactory(
            contrat=contrat, organisme=organisme, orientation=orientation, signataire=signataire
        )
        engagement.perimetres.add(PerimetreDuContratFactory(contrat=contrat).perimetre)
        CibleEngagementFactory(engagement=engagement)
        point = PointAvancementFactory(engagement=engagement, annee=2026)
        point.preuves.add(FichierFactory())
        autre = EngagementFactory(contrat=contrat, orientation=orientation, signataire=signataire)
        SollicitationFactory(engagement=autre)


@pytest.mark.parametrize(
    "nom", ["revue", "matrice", "signataires", "mes_engagements", "engagement", "creer_engagement"]
)
def test_une_page_coute_autant_pour_une_ligne_que_pour_vingt(chef, contrat, nom) -> None:
    revue = RevueEngagementsFactory(contrat=contrat, annee=2026, envoyee=True)
    engagement = EngagementFactory(contrat=contrat, organisme=contrat.pilote)

    def cout() -> int:
        with CaptureQueriesContext(connection) as requetes:
            page(chef, nom, engagement)
        return len(requetes)

    remplir(contrat, contrat.pilote, 1)
    RemarqueRevueFactory(revue=revue, engagement=engagement)
    PointAvancementFactory(engagement=engagement, annee=2024).preuves.add(FichierFactory())
    cout()
    peu = cout()
    remplir(contrat, contrat.pilote, 12)
    for annee in (2025, 2026):
        PointAvancementFactory(engagement=engagement, annee=annee).preuves.add(FichierFactory())
        RemarqueRevueFactory(revue=revue, engagement=engagement)
    assert cout() == peu
