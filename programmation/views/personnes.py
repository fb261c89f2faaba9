"""The people who act for a porteur: its manager invites them, and takes their access away."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from acteurs.models import Organisme
from commun.permissions import verifier
from commun.views import appliquer, faire
from contrats import actions
from contrats.actions.equipe import nommer_gestionnaire
from contrats.etats import Role
from contrats.lectures.equipe import invitations_en_attente, membres
from contrats.models import Habilitation, Invitation
from contrats.permissions import limites_du_porteur, peut_gerer_les_porteurs
from contrats.portee import Portee, dans_le_contrat

from ..forms.personnes import InviterPorteurForm
from ..permissions.organisme import organismes_visibles
from .onglets_organisme import cadre_de_l_organisme


@require_http_methods(["GET", "HEAD", "POST"])
@dans_le_contrat(Role.PORTEUR, Role.CHEF_DE_PROJET)
def personnes(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Who acts for the organisation, who is invited, and the form that invites."""
    organisme = _organisme(portee, pk)
    form = InviterPorteurForm(request.POST or None)
    if request.method == "POST" and (
        invitation := appliquer(
            form,
            lambda: actions.inviter(
                portee.contrat,
                organisme=organisme,
                role=Role.PORTEUR,
                limites=limites_du_porteur(portee.auteur, portee.contrat, organisme),
                par=portee.auteur,
                le=timezone.now(),
                **form.cleaned_data,
            ),
        )
    ):
        messages.success(request, f"L’invitation part à {invitation.email}. Elle reste valable quatorze jours.")
        return redirect(_adresse(portee, organisme))
    contexte = {
        **cadre_de_l_organisme(portee, organisme, "personnes_organisme"),
        "membres": membres(portee.contrat, role=Role.PORTEUR, organisme=organisme),
        "invitations": invitations_en_attente(
            portee.contrat, pour=portee.auteur, organisme=organisme, role=Role.PORTEUR
        ),
        "form": form,
        "contrat": portee.contrat,
    }
    return render(request, "programmation/organisme/personnes.html", contexte, status=422 if form.errors else 200)


@require_POST
@dans_le_contrat(Role.PORTEUR, Role.CHEF_DE_PROJET)
def renvoyer(request: HttpRequest, portee: Portee, pk: int, invitation: int) -> HttpResponse:
    """Send an invitation again."""
    organisme, trouvee = _invitation(portee, pk, invitation)
    return faire(
        request,
        lambda: actions.renvoyer_invitation(trouvee, par=portee.auteur, le=timezone.now()),
        retour=_adresse(portee, organisme),
        succes=f"L’invitation repart à {trouvee.email} ; le lien précédent ne sert plus.",
    )


@require_POST
@dans_le_contrat(Role.PORTEUR, Role.CHEF_DE_PROJET)
def retirer(request: HttpRequest, portee: Portee, pk: int, invitation: int) -> HttpResponse:
    """Withdraw an invitation."""
    organisme, trouvee = _invitation(portee, pk, invitation)
    return faire(
        request,
        lambda: actions.retirer_invitation(trouvee, par=portee.auteur, le=timezone.now()),
        retour=_adresse(portee, organisme),
        succes=f"L’invitation de {trouvee.email} est retirée : son lien n’ouvre plus rien.",
    )


@require_POST
@dans_le_contrat(Role.PORTEUR, Role.CHEF_DE_PROJET)
def clore(request: HttpRequest, portee: Portee, pk: int, habilitation: int) -> HttpResponse:
    """End the access of a person."""
    organisme, trouvee = _habilitation(portee, pk, habilitation)
    return faire(
        request,
        lambda: actions.clore_habilitation(trouvee, par=portee.auteur, le=timezone.now()),
        retour=_adresse(portee, organisme),
        succes=f"{trouvee.utilisateur} n’agit plus pour {organisme.nom_court}.",
    )


@require_POST
@dans_le_contrat(Role.PORTEUR, Role.CHEF_DE_PROJET)
def nommer(request: HttpRequest, portee: Portee, pk: int, habilitation: int) -> HttpResponse:
    """Let a person manage the accesses too, or no more."""
    organisme, trouvee = _habilitation(portee, pk, habilitation)
    oui = request.POST.get("gestionnaire") == "oui"
    return faire(
        request,
        lambda: nommer_gestionnaire(trouvee, nommer=oui, par=portee.auteur, le=timezone.now()),
        retour=_adresse(portee, organisme),
        succes=f"{trouvee.utilisateur} {'gère maintenant' if oui else 'ne gère plus'} les accès de l’organisme.",
    )


def _organisme(portee: Portee, pk: int) -> Organisme:
    organisme = get_object_or_404(organismes_visibles(portee.auteur, portee.contrat), pk=pk)
    verifier(peut_gerer_les_porteurs(portee.auteur, portee.contrat, organisme))
    return organisme


def _invitation(portee: Portee, pk: int, numero: int) -> tuple[Organisme, Invitation]:
    organisme = _organisme(portee, pk)
    return organisme, get_object_or_404(
        Invitation, pk=numero, contrat=portee.contrat, organisme=organisme, role=Role.PORTEUR
    )


def _habilitation(portee: Portee, pk: int, numero: int) -> tuple[Organisme, Habilitation]:
    organisme = _organisme(portee, pk)
    tenues = Habilitation.objects.select_related("utilisateur")
    return organisme, get_object_or_404(
        tenues, pk=numero, contrat=portee.contrat, organisme=organisme, role=Role.PORTEUR
    )


def _adresse(portee: Portee, organisme: Organisme) -> str:
    return reverse("programmation:personnes_organisme", kwargs={"contrat": portee.contrat.slug, "pk": organisme.pk})
