"""Rights in their two forms, and what a view declares."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from commun.erreurs import ActeRefuse
from commun.permissions import OUI, Acces, acces, non, verifier


def test_une_reponse_se_lit_comme_un_booleen():
    assert OUI
    assert not non("Votre rôle ne permet pas cet acte.")


def test_verifier_leve_avec_la_raison():
    verifier(OUI)
    with pytest.raises(ActeRefuse) as refus:
        verifier(non("Seul le financeur vote."))
    assert refus.value.motif == "Seul le financeur vote."
    assert isinstance(refus.value, PermissionDenied)


@pytest.mark.parametrize(("niveau", "connexion"), [(Acces.PUBLIC, False), (Acces.CONNECTE, True)])
def test_une_vue_declare_son_acces(niveau, connexion):
    @acces(niveau)
    def vue(request):
        return HttpResponse()

    assert vue.acces is niveau
    assert getattr(vue, "login_required", True) is connexion


@pytest.mark.django_db
def test_sans_connexion_on_est_envoye_a_la_page_de_connexion(client):
    reponse = client.get("/")
    assert reponse.status_code == 302
    assert reponse["Location"].startswith("/compte/login/")
