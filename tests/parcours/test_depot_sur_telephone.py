"""A porteur finishes on its phone the request that it had begun, deposits it, and reads where it stands."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from commun import travaux
from commun.models import Travail
from programmation.etats import EtatDossier
from programmation.models import Campagne, Dossier, Formulaire
from tests.navigateur import TELEPHONE

pytestmark = pytest.mark.navigateur

PDF = {"name": "piece.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"}
ATTESTATIONS = ("representant", "obligations", "cer", "minimis")


def _ouvrir_le_depot() -> None:
    """The demo stands on its own day; the deposit follows the clock."""
    jour = timezone.localdate()
    Campagne.objects.filter(annee=2027).update(
        ouverte_le=jour - timedelta(days=20), limite_depot=jour + timedelta(days=10), copil_prevu_le=None
    )


def test_un_porteur_finit_et_depose_sa_demande_sur_son_telephone(page_du_compte, axe):
    _ouvrir_le_depot()
    brouillons = Dossier.objects.filter(
        etat=EtatDossier.BROUILLON, porteur__habilitations__utilisateur__email__startswith="porteur@"
    )
    dossier = brouillons.exclude(dispositif__formulaire=Formulaire.FICHE).get()
    page = page_du_compte("porteur", taille=TELEPHONE)

    def tient_en_largeur() -> None:
        page.wait_for_load_state("domcontentloaded")
        assert page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE["width"]

    def ouvrir(titre: str) -> None:
        page.goto(f"/c/porte-du-hainaut/2027/dossiers/{dossier.numero}/demande/")
        with page.expect_navigation():
            page.get_by_role("link", name=titre).first.click()
        tient_en_largeur()
        axe(page)

    page.goto("/c/porte-du-hainaut/2027/demandes/")
    page.get_by_role("link", name=dossier.intitule).click()
    assert "à compléter" in page.locator("main").inner_text()
    axe(page)

    # Kept without any button; what is wrong says so beside its field, and the rest is kept.
    ouvrir("Calendrier et moyens")
    page.get_by_label("Moyens humains et matériels").fill("Deux animateurs, douze vélos")
    page.get_by_label("Partenaires").click()
    page.get_by_text("Enregistré à").wait_for()
    dossier.refresh_from_db()
    assert dossier.moyens == "Deux animateurs, douze vélos"

    ouvrir("Les indicateurs")
    page.get_by_label("Cible : Participants différents").fill("beaucoup")
    page.get_by_label("Cible : Séances tenues").fill("30")
    page.get_by_label("Comment allez-vous").click()
    page.locator(".indicateur-cible.en-erreur").wait_for()
    assert not dossier.indicateurs.filter(cible=30).exists()  # one list, kept whole
    page.get_by_label("Cible : Participants différents").fill("40")
    page.get_by_label("Comment allez-vous").click()
    page.get_by_text("Enregistré à").wait_for()
    assert sorted(dossier.indicateurs.values_list("cible", flat=True)) == [30, 40]

    # The sums follow while one types (S-01); an amount asked comes into the budget by itself (S-04).
    ouvrir("Le budget")
    avant = page.locator("#totaux").inner_text()
    charge = page.get_by_label("604 – Prestations de services")
    charge.fill("100")
    page.locator("#totaux .equilibre .manque").wait_for()
    assert "(S-01)" in page.locator("#totaux").inner_text()
    charge.fill("")
    page.locator("#totaux .equilibre .manque").wait_for(state="detached")
    assert page.locator("#totaux").inner_text() == avant

    ouvrir("Les pièces")
    for rang in range(page.locator(".piece .etat-attention").count()):
        piece = page.locator(".piece:has(.etat-attention)").first
        piece.locator("summary").click()
        piece.locator("input[type=file]").set_input_files({**PDF, "name": f"piece-{rang}.pdf"})
        piece.get_by_role("button", name="Joindre").click()
        page.get_by_role("link", name=f"piece-{rang}.pdf").wait_for()

    ouvrir("Les attestations")
    for genre in ATTESTATIONS:
        page.locator(f"#id_donne_{genre}").check()
    page.get_by_label("Montant total sur les trois exercices").fill("12 000")
    page.get_by_role("button", name="Enregistrer et continuer").click()

    page.get_by_role("heading", name="Relire et déposer").wait_for()
    tient_en_largeur()
    axe(page)
    assert page.locator(".resume-erreurs").count() == 0
    assert "Ce qui change depuis 2026" in page.locator("main").inner_text()
    page.get_by_role("button", name="Déposer la demande").click()
    page.get_by_role("dialog").get_by_role("button", name="Déposer").click()
    page.get_by_text("La demande est déposée.").wait_for()

    dossier.refresh_from_db()
    assert dossier.etat == EtatDossier.DEPOSE
    assert re.fullmatch(r"2027-\d{3}", dossier.numero)
    assert dossier.versions.count() == 1
    assert "en cours d’examen" in page.locator("main").inner_text()
    tient_en_largeur()
    axe(page)
    for travail in Travail.objects.filter(nom="programmation.accuser_reception", cible_id=dossier.pk):
        travaux.executer(travail.pk)
    assert dossier.numero in mail.outbox[0].subject
