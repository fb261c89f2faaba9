"""The page that an invitation's link opens: who invites, to what; then the account and the habilitation."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from acteurs.models import Utilisateur
from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.permissions import Acces, acces

from .. import actions
from ..etats import Role
from ..forms import AccepterForm
from ..lectures.equipe import limites_en_mots
from ..models import Invitation
from ..regles import CE_QUE_VOIT


@acces(Acces.PUBLIC)
@never_cache
@sensitive_post_parameters("mot_de_passe", "confirmation")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, jeton: str) -> HttpResponse:
    """Answer an invitation. Whoever holds the link may open the account of the address it was sent to, and no other."""
    maintenant = timezone.now()
    objet = Invitation.objects.du_jeton(jeton).select_related("contrat", "organisme", "invite_par").first()
    if objet is None:
        return render(request, "contrats/invitation_close.html", {"motif": "inconnue"}, status=404)
    if refus := actions.refus_d_invitation(objet, maintenant):
        contexte = {"motif": refus.code, "phrase_refus": refus.message, "invitation": objet}
        return render(request, "contrats/invitation_close.html", contexte, status=410)

    compte = Utilisateur.objects.filter(email=objet.email).first()
    connecte = request.user if request.user.is_authenticated else None
    a_ouvrir = compte is None and connecte is None
    form = AccepterForm(request.POST or None, email=objet.email) if a_ouvrir else None
    est_lui = compte is not None and connecte is not None and connecte.pk == compte.pk
    if request.method == "POST" and (est_lui or (form is not None and form.is_valid())):
        donnees = form.cleaned_data if form is not None else {}
        try:
            habilitation = actions.accepter_invitation(
                jeton,
                par=Auteur(utilisateur=connecte),
                le=maintenant,
                mot_de_passe=donnees.get("mot_de_passe", ""),
                prenom=donnees.get("prenom", ""),
                nom=donnees.get("nom", ""),
            )
        except RegleEnfreinte as erreur:
            messages.error(request, erreur.message)
            return redirect("contrats:invitation", jeton=jeton)
        if connecte is None:
            login(request, habilitation.utilisateur)
        messages.success(request, f"Bienvenue. Vous agissez pour {habilitation.organisme} dans ce contrat.")
        return redirect("contrats:presentation", contrat=habilitation.contrat.slug)

    contexte = {
        "invitation": objet,
        "contrat": objet.contrat,
        "ce_que_voit": CE_QUE_VOIT[Role(objet.role)],
        "limites": limites_en_mots(objet),
        "form": form,
        "est_lui": est_lui,
        "autre_compte": connecte is not None and not est_lui,
    }
    return render(request, "contrats/invitation.html", contexte, status=422 if form and form.errors else 200)
