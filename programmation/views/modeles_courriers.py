"""The templates of letters: read, written with a preview on a real file, compared version by version."""

from __future__ import annotations

import difflib
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from acteurs.models import Organisme
from commun.permissions import verifier
from commun.typographie import typographie
from commun.views import agir, appliquer
from contrats.etats import Role
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from .. import actions
from ..etats import EtatDemande, GenreCourrier
from ..forms.courriers import ModeleForm
from ..lectures.actes import demandes_vues
from ..lectures.courriers import ModeleLu, exemple_de_valeurs, modele_lu, texte_du, versions_du_modele
from ..models import ModeleCourrier
from ..permissions import peut_ecrire_le_modele
from ..regles.courriers import CHAMPS_DU_COURRIER, TexteDeCourrier, paragraphes, rediger
from .actes import adresse, financeur_vu

REDACTEURS = (Role.CHEF_DE_PROJET, Role.DECIDEUR, Role.JURIDIQUE)
# Which rows a template of each genre is tried on.
_ETATS_D_EXEMPLE = {
    GenreCourrier.OCTROI: (EtatDemande.VOTEE, EtatDemande.NOTIFIEE, EtatDemande.CONVENTIONNEE, EtatDemande.PROGRAMMEE),
    GenreCourrier.REFUS: (EtatDemande.REFUSEE,),
    GenreCourrier.AJOURNEMENT: (EtatDemande.AJOURNEE,),
}
EXEMPLES_AU_PLUS = 50


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def lister(request: HttpRequest, portee: Portee) -> HttpResponse:
    """The template that each funder's letters take, genre by genre."""
    contrat = portee.contrat
    financeurs: list[Organisme | None] = [None, *_financeurs(portee)]
    propres = {(m.financeur_id, m.genre): m for m in ModeleCourrier.objects.filter(contrat=contrat, en_vigueur=True)}
    lignes = [
        {
            "financeur": financeur,
            "modeles": [
                {"genre": genre, "modele": propres.get((financeur.pk if financeur else None, genre))}
                for genre in GenreCourrier
            ],
        }
        for financeur in financeurs
    ]
    return render(request, "programmation/courriers/modeles.html", {"lignes": lignes, "genres": list(GenreCourrier)})


@require_http_methods(["GET", "POST"])
@dans_le_contrat(*INSTRUCTEURS)
def ecrire(request: HttpRequest, portee: Portee, genre: str) -> HttpResponse:
    """One template: read by all who instruct, written by who may, tried on a real file of the year."""
    choisi, financeur = _genre(genre), _financeur(request, portee)
    droit = peut_ecrire_le_modele(portee.auteur, portee.contrat, financeur)
    lu = modele_lu(portee.contrat, financeur, choisi)
    versions = list(versions_du_modele(portee.contrat, financeur, choisi))
    montree = _version(request, versions)
    texte = texte_du(montree) if montree else lu.texte
    form = ModeleForm(
        request.POST or None,
        initial={
            "objet": texte.objet,
            "corps": texte.corps,
            "qualite": texte.qualite,
            "depuis": _version_en_vigueur(lu, financeur),
        },
    )
    if request.method == "POST":
        verifier(droit)
        if form.is_valid():
            texte = form.texte
        if "enregistrer" in request.POST:
            modele = appliquer(
                form,
                lambda: actions.ecrire_le_modele(
                    portee.contrat,
                    financeur,
                    choisi,
                    texte=form.texte,
                    depuis=form.cleaned_data["depuis"],
                    par=portee.auteur,
                    le=timezone.now(),
                ),
            )
            if modele is not None:
                messages.success(
                    request, f"La version {modele.version} est en vigueur : les prochains courriers la prennent."
                )
                return redirect(_adresse(portee, choisi, financeur))
    exemples = _exemples(portee, financeur, choisi)
    exemple = next((d for d in exemples if str(d.pk) == request.POST.get("exemple")), exemples[0] if exemples else None)
    contexte = {
        "genre": choisi,
        "financeur": financeur,
        "droit": droit,
        "lu": lu,
        "propre": lu.propre and financeur is not None,
        "versions": versions,
        "montree": montree,
        "differences": differences(texte_du(montree), lu.texte) if montree and not montree.en_vigueur else [],
        "form": form,
        "texte": texte,
        "champs": [("{{ " + nom + " }}", sens) for nom, sens in CHAMPS_DU_COURRIER.items()],
        "exemples": exemples,
        "exemple": exemple,
        "apercu": _apercu(texte, exemple) if exemple and not form.errors else None,
        "adresse": _adresse(portee, choisi, financeur),
    }
    return render(request, "programmation/courriers/modele.html", contexte, status=422 if form.errors else 200)


@require_POST
@dans_le_contrat(*REDACTEURS)
def revenir(request: HttpRequest, portee: Portee, genre: str, financeur: int) -> HttpResponse:
    """The funder takes the common template again."""
    choisi, organisme = _genre(genre), financeur_vu(portee, financeur)
    agir(
        request,
        lambda: actions.revenir_au_modele_commun(
            portee.contrat, organisme, choisi, par=portee.auteur, le=timezone.now()
        ),
        succes=f"Les prochains courriers {organisme.de_nom} prennent le modèle commun.",
    )
    return redirect(_adresse(portee, choisi, organisme))


def differences(avant: TexteDeCourrier, apres: TexteDeCourrier) -> list[tuple[str, str]]:
    """What changed from one version to the other, line by line: (« - », « + » or « », words)."""
    un, deux = ("\n".join([t.objet, "", t.corps, "", t.qualite]).splitlines() for t in (avant, apres))
    return [
        (ligne[0].strip(), ligne[2:])
        for ligne in difflib.ndiff(un, deux)
        if not ligne.startswith("?") and ligne[2:].strip()
    ]


def _genre(genre: str) -> GenreCourrier:
    if genre not in GenreCourrier.values:
        raise Http404
    return GenreCourrier(genre)


def _financeurs(portee: Portee) -> Any:
    assert portee.annee is not None
    vues = demandes_vues(portee.contrat, portee.annee, pour=portee.auteur)
    return Organisme.objects.filter(pk__in=vues.values("financeur")).order_by("type", "nom")


def _financeur(request: HttpRequest, portee: Portee) -> Organisme | None:
    """The funder named in the address, among those that the reader follows; none for the common template."""
    numero = request.GET.get("financeur", "")
    if not numero:
        return None
    if not numero.isdigit():
        raise Http404
    return get_object_or_404(_financeurs(portee), pk=numero)


def _version(request: HttpRequest, versions: list[ModeleCourrier]) -> ModeleCourrier | None:
    """The earlier version that the address asks to read."""
    numero = request.GET.get("version", "")
    if not numero:
        return None
    trouvee = next((modele for modele in versions if str(modele.version) == numero), None)
    if trouvee is None:
        raise Http404
    return trouvee


def _version_en_vigueur(lu: ModeleLu, financeur: Organisme | None) -> int:
    """The version that a change follows: the funder's own, 0 while it takes the common one."""
    return lu.version if lu.propre == (financeur is not None) else 0


def _exemples(portee: Portee, financeur: Organisme | None, genre: GenreCourrier) -> list[Any]:
    assert portee.annee is not None
    vues = demandes_vues(portee.contrat, portee.annee, pour=portee.auteur).filter(etat__in=_ETATS_D_EXEMPLE[genre])
    if financeur is not None:
        vues = vues.filter(financeur=financeur)
    lues = vues.select_related("dossier__porteur", "dossier__instructeur", "dossier__campagne", "financeur", "acte")
    return list(lues.order_by("dossier__numero", "pk")[:EXEMPLES_AU_PLUS])


def _apercu(texte: TexteDeCourrier, demande: Any) -> dict[str, Any]:
    """The template on this row's file, as its porteur would read it."""
    redige = rediger(texte, exemple_de_valeurs(demande))
    return {
        "objet": typographie(redige.objet),
        "paragraphes": [[typographie(ligne) for ligne in bloc] for bloc in paragraphes(redige.corps)],
        "qualite": typographie(redige.qualite),
    }


def _adresse(portee: Portee, genre: GenreCourrier, financeur: Organisme | None) -> str:
    return adresse(portee, "modele_courrier", genre=genre.value) + (f"?financeur={financeur.pk}" if financeur else "")
