"""Public pages by which a porteur asks to join a contract: SIRET, who asks, the e-mail that confirms.

The same answer comes whatever the installation already knows: nobody learns here who has an account.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from acteurs.actions import interroger_l_annuaire
from acteurs.regles import siret_lisible, siret_valide
from commun.cadence import permettre
from commun.erreurs import RegleEnfreinte
from commun.permissions import Acces, acces
from commun.views import dire_l_erreur

from .. import actions
from ..forms.inscriptions import InscriptionForm, SiretForm
from ..lectures.inscriptions import contrats_ouverts
from ..models import Contrat, Inscription

# For one address of the network, and for one e-mail address.
RECHERCHES_PAR_HEURE = 60
DEMANDES_PAR_HEURE = 20
COURRIELS_PAR_JOUR = 3


@acces(Acces.PUBLIC)
@require_safe
def liste(request: HttpRequest) -> HttpResponse:
    """The contracts that may be joined."""
    return render(request, "contrats/inscription/liste.html", {"contrats": contrats_ouverts(timezone.localdate())})


@acces(Acces.PUBLIC)
@require_http_methods(["GET", "HEAD", "POST"])
def siret(request: HttpRequest, identifiant: str) -> HttpResponse:
    """First the number of the organisation."""
    objet = _ouvert(identifiant)
    form = SiretForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("contrats:inscription_personne", identifiant=objet.slug, siret=form.cleaned_data["siret"])
    contexte = {"contrat": objet, "form": form}
    return render(request, "contrats/inscription/siret.html", contexte, status=422 if form.errors else 200)


@acces(Acces.PUBLIC)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def personne(request: HttpRequest, identifiant: str, siret: str) -> HttpResponse:
    """Then what the directory says of it, and who asks. The directory's silence blocks nothing (S-20)."""
    objet = _ouvert(identifiant)
    if not siret_valide(siret):
        return redirect("contrats:inscription", identifiant=objet.slug)
    if not _permis(request, "recherche", RECHERCHES_PAR_HEURE):
        return _trop(request, objet)
    reponse, trouve = interroger_l_annuaire(siret)
    form = InscriptionForm(request.POST or None, nom_connu=trouve.nom if trouve else "")
    if request.method == "POST" and form.is_valid():
        if not _permis(request, "demande", DEMANDES_PAR_HEURE):
            return _trop(request, objet)
        try:
            _demander(objet, siret, form.cleaned_data)
        except RegleEnfreinte as erreur:
            dire_l_erreur(form, erreur)
        else:
            return redirect("contrats:inscription_envoyee", identifiant=objet.slug)
    contexte = {
        "contrat": objet,
        "siret": siret_lisible(siret),
        "form": form,
        "trouve": trouve,
        "verification": reponse,
    }
    return render(request, "contrats/inscription/personne.html", contexte, status=422 if form.errors else 200)


@acces(Acces.PUBLIC)
@require_safe
def envoyee(request: HttpRequest, identifiant: str) -> HttpResponse:
    """What happens next."""
    return render(request, "contrats/inscription/envoyee.html", {"contrat": _ouvert(identifiant)})


@acces(Acces.PUBLIC)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirmer(request: HttpRequest, jeton: str) -> HttpResponse:
    """The link of the e-mail: one gesture confirms, for mail programs open links by themselves."""
    maintenant = timezone.now()
    inscription = Inscription.objects.du_jeton(jeton).select_related("contrat", "contrat__pilote").first()
    if inscription is None:
        return render(request, "contrats/inscription/lien.html", {"phrase": "", "contrat": None}, status=404)
    if refus := actions.refus_de_confirmation(inscription, maintenant):
        contexte = {"phrase": refus.message, "contrat": inscription.contrat}
        return render(request, "contrats/inscription/lien.html", contexte, status=410)
    if request.method == "POST":
        inscription = actions.confirmer_inscription(jeton, le=maintenant)
        return redirect("contrats:confirmer_inscription", jeton=jeton)
    return render(
        request,
        "contrats/inscription/confirmer.html",
        {"inscription": inscription, "contrat": inscription.contrat, "confirmee": inscription.confirmee_le},
    )


def _ouvert(slug: str) -> Contrat:
    for contrat in contrats_ouverts(timezone.localdate()):
        if contrat.slug == slug:
            return contrat
    raise Http404("No contract of that name is open to requests.")


def _demander(contrat: Contrat, siret: str, saisie: dict[str, Any]) -> None:
    """Keep the request; an address that already received enough e-mails today receives no other, and nobody is told."""
    if not permettre("inscription:courriel", saisie["email"].lower(), fois=COURRIELS_PAR_JOUR, par=timedelta(days=1)):
        return
    champs = {nom: valeur for nom, valeur in saisie.items() if nom != "accord"}
    actions.demander_inscription(contrat, actions.SaisieInscription(siret=siret, **champs), le=timezone.now())


def _permis(request: HttpRequest, quoi: str, fois: int) -> bool:
    adresse = get_adapter(request).get_client_ip(request)
    return permettre(f"inscription:{quoi}", str(adresse), fois=fois, par=timedelta(hours=1))


def _trop(request: HttpRequest, contrat: Contrat) -> HttpResponse:
    return render(request, "contrats/inscription/trop.html", {"contrat": contrat}, status=429)
