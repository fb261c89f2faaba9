"""In a browser: a visit is remembered, a correction is asked, a conseil citoyen answers on its phone."""

from __future__ import annotations

import pytest
from django.utils import timezone

from contrats.etats import Role
from programmation import actions
from programmation.actions import Consulte
from programmation.etats import EtatDossier, QualiteAvis
from programmation.models import Avis, Visite
from tests.fabriques import DossierFactory
from tests.navigateur import TELEPHONE

pytestmark = pytest.mark.navigateur


def test_de_la_recevabilite_a_l_avis_du_conseil_citoyen(
    contrat, auteur_de, page_de, axe, erreurs_du_navigateur
) -> None:
    chef, conseil = auteur_de(Role.CHEF_DE_PROJET), auteur_de(Role.CONSEIL_CITOYEN)
    dossier = DossierFactory(contrat=contrat, depose=True, intitule="Jardin partagé")
    adresse = f"/c/{contrat.slug}/2026/"
    page = page_de(utilisateur=chef.utilisateur)

    # Opening a file writes nothing; the page then tells that it was seen.
    with page.expect_response("**/vu/") as vu:
        page.goto(f"{adresse}dossiers/{dossier.numero}/")
    assert vu.value.ok
    assert Visite.objects.get().utilisateur == chef.utilisateur

    page.get_by_role("link", name="Vérifier la recevabilité").click()
    page.get_by_role("group", name="Le budget correspond à l’action décrite").get_by_label("Non conforme").check()
    page.get_by_role("button", name="Enregistrer les points vérifiés").click()
    axe(page)
    assert page.get_by_text("Dites ce qui n’est pas conforme.").count() >= 1
    erreurs_du_navigateur.clear()  # the refusal of that form

    page.get_by_role("link", name="Demander un complément").click()
    assert page.get_by_label("Budget de l’action").is_checked()  # what the checks found is proposed
    axe(page)
    page.get_by_role("button", name="Demander le complément").click()
    page.get_by_text("Le complément est demandé").wait_for()
    dossier.refresh_from_db()
    assert dossier.etat == EtatDossier.INCOMPLET

    (demandee,) = actions.solliciter_avis(
        dossier,
        [Consulte(conseil.organisme, QualiteAvis.CONSEIL)],
        echeance=timezone.localdate().replace(year=timezone.localdate().year + 1, day=1),
        par=chef,
        le=timezone.now(),
    )
    telephone = page_de(utilisateur=conseil.utilisateur, taille=TELEPHONE)
    telephone.goto(f"{adresse}avis-demandes/")
    axe(telephone)
    telephone.get_by_role("link", name=dossier.numero).click()
    telephone.get_by_label("Favorable avec réserve").check()
    telephone.get_by_label("Ce qui le fonde").fill("Prévoir des horaires le mercredi.")
    axe(telephone)
    telephone.get_by_role("button", name="Donner l’avis").click()
    telephone.get_by_text("L’avis est enregistré.").wait_for()
    assert telephone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    demandee.refresh_from_db()
    assert demandee.avis == Avis.objects.get(organisme=conseil.organisme)
