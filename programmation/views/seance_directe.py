"""One file of a session: typed by one person, projected for the room."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commun.views import agir, appliquer
from contrats.etats import Role
from contrats.portee import Portee, dans_le_contrat

from .. import actions
from ..etats import TRANSITIONS_EXAMEN, EtatExamen
from ..forms.seances import ExamenForm
from ..lectures.montants_de_seance import bilan
from ..lectures.seance_directe import examen_lu, examen_montre, marque, repere
from ..models import ExamenDossier
from .seances import TONS, adresse_de, examen_de, seance_de

# Button of the page → act of the table, and its key.
ACTES = (("retenir", "r"), ("soumettre", "a"), ("ajourner", "j"), ("ecarter", "e"))


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_http_methods(["GET", "HEAD", "POST"])
def examiner(request: HttpRequest, portee: Portee, pk: int, examen: int) -> HttpResponse:
    """Type what the meeting says of one file, and go to the next."""
    objet = examen_de(portee, pk, examen)
    lu = examen_lu(objet, pour=portee.auteur)
    form = ExamenForm(request.POST or None, lu=lu)
    if request.method == "POST":
        acte = request.POST.get("acte", "")
        if acte not in ("", *(nom for nom, _ in ACTES)):
            raise Http404
        if _saisir(portee, objet, form, acte) is not None:
            if acte and lu.position.a_examiner is None:
                messages.success(request, "Tous les dossiers de la liste sont examinés.")
                return redirect(adresse_de(portee, objet.reunion))
            vers = lu.position.a_examiner if acte else objet.pk
            return redirect(adresse_de(portee, objet.reunion, "examiner", examen=vers))
    return render(
        request,
        "programmation/seance/examiner.html",
        _contexte(portee, objet) | {"form": form},
        status=422 if form.errors else 200,
    )


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_POST
def noter(request: HttpRequest, portee: Portee, pk: int, examen: int) -> HttpResponse:
    """Keep what is typed as it is typed: the projected screen follows. 409 when somebody else typed since."""
    objet = examen_de(portee, pk, examen)
    form = ExamenForm(request.POST, lu=examen_lu(objet, pour=portee.auteur))
    fait = _saisir(portee, objet, form, "")
    contexte = _contexte(portee, objet) | {"garde": fait is not None, "form": form}
    depassee = form.cleaned_data.get("version", objet.version) != objet.version
    statut = 200 if fait is not None else 409 if depassee else 422
    return render(request, "programmation/seance/_suivi.html", contexte, status=statut)


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_POST
def rouvrir(request: HttpRequest, portee: Portee, pk: int, examen: int) -> HttpResponse:
    """Examine the file again."""
    objet = examen_de(portee, pk, examen)
    agir(
        request,
        lambda: actions.rouvrir_l_examen(objet, par=portee.auteur, le=timezone.now()),
        succes=f"Le dossier {objet.dossier.numero} est à examiner de nouveau.",
    )
    return redirect(adresse_de(portee, objet.reunion, "examiner", examen=objet.pk))


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_POST
def montrer(request: HttpRequest, portee: Portee, pk: int, examen: int) -> HttpResponse:
    """Bring the projected screen to this file; sent by the page once it is shown."""
    objet = examen_de(portee, pk, examen)
    actions.montrer(objet, par=portee.auteur, le=timezone.now())
    return HttpResponse()  # nothing to show: the page sends it and reads no answer


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_safe
def aller_a(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """Go to the file of that number, else to that rank; back to the list when there is none."""
    reunion = seance_de(portee, pk)
    cherche = request.GET.get("a", "").strip()
    examens = list(reunion.examens.order_by("ordre", "pk").values_list("pk", "dossier__numero"))
    trouve = next((cle for cle, numero in examens if numero.casefold() == cherche.casefold()), None)
    if trouve is None and cherche.isdecimal() and 0 < int(cherche) <= len(examens):
        trouve = examens[int(cherche) - 1][0]
    if trouve is None:
        return redirect(adresse_de(portee, reunion) + "?" + urlencode({"introuvable": cherche[:30]}))
    return redirect(adresse_de(portee, reunion, "examiner", examen=trouve))


@dans_le_contrat(Role.CHEF_DE_PROJET)
@require_safe
def projeter(request: HttpRequest, portee: Portee, pk: int) -> HttpResponse:
    """The screen of the room: it follows by itself whoever types; nothing new is an empty answer."""
    reunion = seance_de(portee, pk)
    montre = examen_montre(reunion)
    contexte: dict[str, Any] = {"reunion": reunion, "contrat": portee.contrat, "lu": None, "marque": ""}
    if montre is not None:
        contexte["marque"] = marque(reunion, montre)
        if request.htmx and request.GET.get("vu") == contexte["marque"]:  # type: ignore[attr-defined]
            return HttpResponse(status=204)
        contexte |= _montre(portee, examen_de(portee, pk, montre))
    gabarit = "programmation/seance/_projection.html" if request.htmx else "programmation/seance/projection.html"  # type: ignore[attr-defined]
    return render(request, gabarit, contexte)


def _saisir(portee: Portee, objet: ExamenDossier, form: ExamenForm, acte: str) -> ExamenDossier | None:
    return appliquer(
        form,
        lambda: actions.saisir_l_examen(
            objet,
            form.saisie if acte else form.saisie_touchee,
            version=form.cleaned_data["version"],
            acte=acte,
            par=portee.auteur,
            le=timezone.now(),
        ),
    )


def _montre(portee: Portee, objet: ExamenDossier) -> dict[str, Any]:
    """What both screens show of one file."""
    lu = examen_lu(objet, pour=portee.auteur)
    tout = bilan(objet.reunion, pour=portee.auteur, avec=objet.pk, montres=lu.intacts)
    return {
        "lu": lu,
        "bilan": tout.de(lu.enveloppes),
        "autres_enveloppes": tout.hors(lu.enveloppes),
        "ton": TONS[EtatExamen(objet.etat)],
        "decide": objet.reunion.comite.decide_des_dossiers,
    }


def _contexte(portee: Portee, objet: ExamenDossier) -> dict[str, Any]:
    """The page as it stands now: what was typed meanwhile included."""
    frais = examen_de(portee, objet.reunion_id, objet.pk)
    montre = repere(frais.reunion)
    ailleurs = montre.par_un_autre(portee.auteur, timezone.now()) if montre is not None else ""
    return {
        "reunion": frais.reunion,
        "contrat": portee.contrat,
        **_montre(portee, frais),
        "actes": [(nom, TRANSITIONS_EXAMEN[nom].libelle, touche) for nom, touche in ACTES],
        "autre_personne": ailleurs,
        "garde": False,
    }
