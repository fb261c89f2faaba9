"""From what a partner's information system sends of its means to what the action takes."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from commun.api.problemes import erreurs_de_champs

from ..actions.lot import Issue
from ..actions.moyens import LONGUEUR_PRECISION, LONGUEUR_SOURCE, RETIRER, SaisieMoyen, annoncer_moyens
from ..etats import StatutMoyen
from ..models import NatureAnnoncee, Section
from .echanges import NumeroField, Repertoire, StrictSerializer


class MoyenSaisiSerializer(StrictSerializer):
    """Une case du tableau des moyens : organisme, année, nature, section et orientation la désignent."""

    # What a reading gives and a writing does not set: a box read can be sent back as it is.
    IGNORES = (*("id", "organisme_nom", "pour_le_compte", "canal", "saisi_le", "fictif", "revision", "modifie_le"),)

    organisme = NumeroField(required=False, help_text="Par défaut celui de la clé.")
    annee = serializers.IntegerField(min_value=1900, max_value=2200)
    nature = serializers.ChoiceField(NatureAnnoncee.choices)
    section = serializers.ChoiceField(Section.choices)
    orientation = serializers.CharField(
        required=False,
        allow_null=True,
        max_length=10,
        help_text="Code d’une orientation ; nul : toutes ensemble, non réparti. Ce montant s’ajoute aux autres.",
    )
    statut = serializers.ChoiceField(
        StatutMoyen.choices,
        required=False,
        allow_null=True,
        default=StatutMoyen.COMMUNIQUE,
        help_text="Nul : retire ce qui était dit.",
    )
    montant = serializers.DecimalField(
        14, 2, required=False, allow_null=True, min_value=0, help_text="En euros ; nul pour des moyens en nature."
    )
    precision = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGUEUR_PRECISION, help_text="Moyens en nature, précisions."
    )
    source = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=LONGUEUR_SOURCE,
        help_text="Document lu, obligatoire pour le compte d’un autre organisme.",
    )


def traiter_lot_de_moyens(
    repertoire: Repertoire, lignes: list[dict[str, Any]], *, tout_ou_rien: bool
) -> dict[str, Any]:
    """Read each line, write those that can be, tell what became of each."""
    saisies, numeros = [], []
    erreurs: dict[int, list[dict[str, Any]]] = {}
    lecteur = MoyenSaisiSerializer()
    for rang, ligne in enumerate(lignes, start=1):
        try:
            saisies.append(_saisie(repertoire, lecteur.run_validation(ligne)))
            numeros.append(rang)
        except serializers.ValidationError as erreur:
            erreurs[rang] = [{"ligne": rang, **e} for e in erreurs_de_champs(erreur.detail)]
    fausses = bool(erreurs) and tout_ou_rien
    resultats = annoncer_moyens(
        repertoire.contrat,
        saisies,
        par=repertoire.auteur,
        le=timezone.now(),
        numeros=numeros,
        tout_ou_rien=tout_ou_rien,
        essai=fausses,
    )
    bilan = {rang: _ligne(rang, Issue.REFUSE, None, siennes) for rang, siennes in erreurs.items()}
    for r in resultats:
        siennes = [{"ligne": r.numero, "champ": e.champ or "ligne", "message": e.message} for e in r.erreurs]
        issue = Issue.NON_ECRIT if fausses and not siennes else r.issue
        bilan[r.numero] = _ligne(r.numero, issue, r.pk, siennes)
    rangees = [bilan[rang] for rang in sorted(bilan)]
    comptes = {issue: sum(ligne["resultat"] == issue for ligne in rangees) for issue in Issue}
    return {
        "crees": comptes[Issue.CREE],
        "modifies": comptes[Issue.MODIFIE],
        "inchanges": comptes[Issue.INCHANGE],
        "refuses": comptes[Issue.REFUSE],
        "lignes": rangees,
    }


def _saisie(repertoire: Repertoire, donnees: dict[str, Any]) -> SaisieMoyen:
    """The box that these data describe. Raises `serializers.ValidationError` on a code that means nothing here."""
    organisme = repertoire.organisme(donnees.get("organisme"), "organisme") or repertoire.auteur.organisme
    code = donnees.get("orientation")
    orientation = repertoire.orientations.get(code) if code else None
    if code and orientation is None:
        message = f"« {code} » n’est pas une orientation du contrat : voyez GET …/orientations/."
        raise serializers.ValidationError({"orientation": [message]})
    return SaisieMoyen(
        organisme=organisme,
        annee=donnees["annee"],
        nature=donnees["nature"],
        section=donnees["section"],
        orientation=orientation,
        statut=donnees["statut"] or RETIRER,
        montant=donnees.get("montant"),
        precision=donnees.get("precision"),
        source=donnees.get("source"),
    )


def _ligne(rang: int, issue: Issue, pk: int | None, erreurs: list[dict[str, Any]]) -> dict[str, Any]:
    return {"ligne": rang, "resultat": issue.value, "id": None if pk is None else str(pk), "erreurs": erreurs}
