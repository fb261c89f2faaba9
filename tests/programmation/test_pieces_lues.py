"""Who opens the papers of a request, and how the team joins one that it received."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from acteurs.models import TypePiece
from programmation.models import Dossier
from tests.fabriques import DemandeFactory, DossierFactory, PieceDossierFactory, PieceOrganismeFactory

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def _url(nom: str, dossier: Dossier, **suite: Any) -> str:
    cles = {"contrat": dossier.contrat.slug, "annee": dossier.campagne.annee, "numero": dossier.numero}
    return reverse(f"programmation:{nom}", kwargs=cles | suite)


@pytest.fixture
def dossier(contrat, gens) -> Dossier:
    """A deposited file with a paper of its own, its organisation's statutes and its bank account."""
    depose = DossierFactory(contrat=contrat, depose=True)
    DemandeFactory(dossier=depose, financeur=gens.departement)
    PieceDossierFactory(dossier=depose, type=TypePiece.DEVIS, fichier__nom="devis.pdf")
    PieceOrganismeFactory(organisme=depose.porteur, type=TypePiece.STATUTS, fichier__nom="statuts.pdf")
    PieceOrganismeFactory(organisme=depose.porteur, type=TypePiece.RIB, fichier__nom="rib.pdf")
    return depose


@pytest.mark.parametrize(("qui", "banque"), [("chef", True), ("instructeur", True), ("delegue", False)])
@pytest.mark.parametrize("page", ["demande", "recevabilite"])
def test_ceux_qui_instruisent_ouvrent_les_pieces(dossier, gens, client, page, qui, banque) -> None:
    client.force_login(getattr(gens, qui).utilisateur)
    texte = client.get(_url(page, dossier)).content.decode()

    assert f'href="{_url("piece_demande", dossier, pk=dossier.pieces.get().pk)}"' in texte
    assert "statuts.pdf" in texte
    assert ("réservé à qui prépare le paiement" in texte) is not banque


def test_l_equipe_joint_une_piece_recue_et_une_version_la_garde(dossier, gens, client) -> None:
    client.force_login(gens.chef.utilisateur)
    url = _url("joindre_piece_recue", dossier)
    envoi = {
        "type": TypePiece.COMPTES,
        "fichier": SimpleUploadedFile("comptes.pdf", PDF),
        "motif": "Reçus par courriel.",
    }

    assert client.post(url, envoi | {"motif": "", "fichier": SimpleUploadedFile("comptes.pdf", PDF)}).status_code == 422
    envoi["fichier"] = SimpleUploadedFile("comptes.pdf", PDF)
    assert client.post(url, envoi).status_code == 302

    assert dossier.pieces.filter(type=TypePiece.COMPTES, retiree_le__isnull=True).exists()
    assert [v.genre for v in dossier.versions.order_by("numero")] == ["depot", "correction"]
    assert "Reçus par courriel." in client.get(_url("versions", dossier)).content.decode()


def test_le_contexte_dit_ce_qui_change_depuis_l_an_passe(contrat, gens, client) -> None:
    dossier = DossierFactory(contrat=contrat, depose=True, reconduit=True, intitule="Ateliers du mercredi")
    DemandeFactory(dossier=dossier, financeur=gens.departement)
    Dossier.objects.filter(pk=dossier.precedent_id).update(intitule="Ateliers du samedi")
    client.force_login(gens.chef.utilisateur)

    texte = client.get(_url("contexte", dossier)).content.decode()
    assert "<del>Ateliers du samedi</del>" in texte
    assert "<ins>Ateliers du mercredi</ins>" in texte

    # A funder that did not see last year's file does not read it here either.
    client.force_login(gens.instructeur.utilisateur)
    assert "Ateliers du samedi" not in client.get(_url("contexte", dossier)).content.decode()
