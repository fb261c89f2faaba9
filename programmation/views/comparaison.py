"""Scenarios beside one another, and beside today's proposals."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from commun.colonnes import Colonne, TypeColonne
from commun.erreurs import RegleEnfreinte
from commun.exports import TYPES_MIME, ExportImpossible, exporter
from commun.graphiques import Barre, Graphique, barres_horizontales
from commun.typographie import date_heure, euros_abreges, pluriel
from contrats.portee import INSTRUCTEURS, Portee, dans_le_contrat

from ..forms.scenarios import MAX_COMPARES
from ..lectures.enveloppes import somme_lisible
from ..lectures.scenarios import Comparaison, comparer_et_retenir, scenarios
from ..models import Scenario
from .vue_du_tableau import adresse


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def comparer_scenarios(request: HttpRequest, portee: Portee) -> HttpResponse:
    """One to four scenarios and the base, their differences marked."""
    assert portee.annee is not None
    choisis = _choisis(request, portee)
    contexte: dict[str, Any] = {
        "possibles": [
            (s, s.pk in {c.pk for c in choisis}) for s in scenarios(portee.contrat, portee.annee, pour=portee.auteur)
        ],
        "maximum": MAX_COMPARES,
        "choisis": choisis,
        "trop": len(request.GET.getlist("scenario")) > MAX_COMPARES,
        "comparaison": None,
    }
    if choisis:
        comparaison = comparer_et_retenir(portee.contrat, portee.annee, choisis, pour=portee.auteur)
        contexte |= {
            "comparaison": comparaison,
            "graphique": _graphique(comparaison, portee.annee),
            "exports": [
                (nom.upper(), adresse(portee, "exporter_comparaison", format=nom) + "?" + request.GET.urlencode())
                for nom in TYPES_MIME
            ],
        }
    return render(request, "programmation/scenarios/comparer.html", contexte)


@require_safe
@dans_le_contrat(*INSTRUCTEURS)
def exporter_comparaison(request: HttpRequest, portee: Portee, format: str) -> HttpResponse | FileResponse:
    """The comparison as a spreadsheet: one line per figure, one column per scenario."""
    choisis = _choisis(request, portee)
    if format not in TYPES_MIME:
        raise Http404
    if not choisis:
        return redirect(adresse(portee, "comparer_scenarios"))
    assert portee.annee is not None
    comparaison = comparer_et_retenir(portee.contrat, portee.annee, choisis, pour=portee.auteur)
    mentions = [
        f"Extrait de Pilotville le {date_heure(timezone.localtime())}",
        "Un scénario n’engage personne. Les montants programmés ou votés comptent de même dans chacun.",
        *(
            f"« {nom} » ne dit rien de {pluriel(n, 'demande', 'demandes')} encore à décider : comptées pour 0."
            for nom, n in comparaison.incomplets
        ),
        *(f"{i.nom} : {i.definition}" for i in comparaison.indicateurs if i.definition),
    ]
    if comparaison.fictif:
        mentions.append("Données fictives de démonstration.")
    sortie = tempfile.TemporaryFile()
    try:
        exporter(
            _colonnes(comparaison),
            _lignes(comparaison),
            sortie,
            format=format,
            titre=f"Scénarios comparés {portee.annee} — {portee.contrat.nom}",
            mentions=mentions,
        )
    except ExportImpossible as erreur:
        sortie.close()
        raise RegleEnfreinte(str(erreur)) from erreur
    sortie.seek(0)
    nom = f"scenarios-{portee.contrat.slug}-{portee.annee}.{format}"
    return FileResponse(sortie, as_attachment=True, filename=nom, content_type=TYPES_MIME[format])


# --- Inside ----------------------------------------------------------------------------------------------------------


def _choisis(request: HttpRequest, portee: Portee) -> list[Scenario]:
    """The scenarios that the address names and that this reader may open, in the order named, four at most."""
    cles = [int(cle) for cle in dict.fromkeys(request.GET.getlist("scenario")) if cle.isdigit()]
    lus = Scenario.objects.visibles_par(portee.auteur, portee.contrat).filter(annee=portee.annee).in_bulk(cles)
    return [lus[cle] for cle in cles if cle in lus][:MAX_COMPARES]


def _graphique(comparaison: Comparaison, annee: int) -> Graphique:
    """What each hypothesis would take from the envelopes that the reader sees, against what they allow."""
    permis = somme_lisible(e.enveloppe.disponible for e in comparaison.enveloppes)
    prend = [sum((e.prend[rang] for e in comparaison.enveloppes), Decimal(0)) for rang in range(len(comparaison.noms))]
    trop = []
    titre = "Ce que chaque hypothèse prend sur les enveloppes"
    if permis is not None:
        trop = [nom for nom, montant in zip(comparaison.noms[1:], prend[1:], strict=True) if montant > permis]
        titre = "Chaque scénario tient dans ce que laissent les enveloppes, toutes ensemble"
    if trop:
        titre = f"{' et '.join(f'« {nom} »' for nom in trop)} : plus que ce que laissent les enveloppes"
    return barres_horizontales(
        [
            Barre(nom, montant, accent=rang > 0)
            for rang, (nom, montant) in enumerate(zip(comparaison.noms, prend, strict=True))
        ],
        titre=titre,
        sous_titre=f"Euros à prendre sur les enveloppes {annee}, en plus de ce qui est programmé ou voté",
        ecrire=euros_abreges,
        entete="Hypothèse",
        nom_valeur="Montant",
        cible=permis,
        nom_cible="Disponible :" if permis is not None else "",
        ordonner=False,
    )


@dataclass(frozen=True, slots=True)
class _Ligne:
    """One line of the spreadsheet."""

    partie: str
    nom: str
    unite: str
    valeurs: tuple[Decimal | None, ...]


def _colonnes(comparaison: Comparaison) -> list[Colonne]:
    """The figure, then one column per hypothesis, then one per difference with the base."""

    def valeur(rang: int) -> Any:
        return lambda ligne: ligne.valeurs[rang]

    def ecart(rang: int) -> Any:
        return lambda ligne: (
            None if ligne.valeurs[rang] is None or ligne.valeurs[0] is None else ligne.valeurs[rang] - ligne.valeurs[0]
        )

    nombre = {"type": TypeColonne.NOMBRE, "largeur": 22}
    return [
        Colonne("partie", "Partie", largeur=22),
        Colonne("nom", "Ligne", largeur=40),
        Colonne("unite", "Unité", largeur=10),
        *(Colonne(f"v{rang}", nom, valeur(rang), **nombre) for rang, nom in enumerate(comparaison.noms)),
        *(
            Colonne(f"e{rang}", f"Écart : {nom}", ecart(rang), **nombre)
            for rang, nom in enumerate(comparaison.noms)
            if rang
        ),
    ]


def _lignes(comparaison: Comparaison) -> Iterator[_Ligne]:
    for indicateur in comparaison.indicateurs:
        yield _Ligne("Ensemble", indicateur.nom, indicateur.unite, indicateur.valeurs)
        if indicateur.euros:
            yield _Ligne("Ensemble", f"{indicateur.nom} : montant", "€", indicateur.euros)
        if indicateur.actions:
            yield _Ligne("Ensemble", f"{indicateur.nom} : nombre", "actions", tuple(map(Decimal, indicateur.actions)))
    for titre, lignes in comparaison.groupes:
        for ligne in lignes:
            yield _Ligne(titre, ligne.nom, "€", ligne.montants)
    for e in comparaison.enveloppes:
        nom = f"{e.enveloppe.financeur}, {e.enveloppe.dispositif}, {e.enveloppe.titre}"
        yield _Ligne("Reste sur l’enveloppe", nom, "€", e.restes)
    for sans in comparaison.sans_enveloppe:
        nom = f"{sans.financeur}, {sans.dispositif}, {sans.nature.lower()}"
        yield _Ligne("Sans enveloppe ouverte", nom, "€", sans.montants)
