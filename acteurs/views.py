"""Pages of the accounts."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from commun.auteur import Auteur
from commun.permissions import Acces, acces

from .actions import modifier_profil
from .forms import ProfilForm
from .models import Utilisateur


@acces(Acces.CONNECTE)
@require_http_methods(["GET", "HEAD", "POST"])
def profil(request: HttpRequest) -> HttpResponse:
    """Correct one's own name and function."""
    assert request.user.pk is not None  # signed in
    # A copy: the form must not change the name shown in the frame before it is saved.
    compte = Utilisateur.objects.get(pk=request.user.pk)
    form = ProfilForm(request.POST or None, instance=compte)
    if request.method == "POST" and form.is_valid():
        modifier_profil(
            compte,
            prenom=form.cleaned_data["first_name"],
            nom=form.cleaned_data["last_name"],
            fonction=form.cleaned_data["fonction"],
            par=Auteur(utilisateur=request.user),
            le=timezone.now(),
        )
        messages.success(request, "Votre profil est enregistré.")
        return redirect("acteurs:profil")
    return render(request, "acteurs/profil.html", {"form": form}, status=422 if form.errors else 200)
