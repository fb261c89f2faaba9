"""What funders' information systems send: opinions, proposals, acts, numbers, lots of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from commun.api.problemes import erreurs_de_champs
from commun.auteur import Auteur
from contrats.actions import Issue, ResultatDeLigne
from contrats.forms.echanges import NumeroField, StrictSerializer

from ..actions.saisie import Saisie
from ..actions.saisie_en_lot import LigneASaisir, saisir_lot
from ..etats import SensAvis
from ..lectures.versions import versions
from ..models import DemandeFinancement

LOT_MAX = 250  # a year’s files, answered within a request’s time


def _montant(**options: Any) -> serializers.DecimalField:
    return serializers.DecimalField(12, 2, min_value=0, help_text="En euros.", **options)


def _texte(taille: int, aide: str = "", **options: Any) -> serializers.CharField:
    return serializers.CharField(required=False, allow_blank=True, max_length=taille, help_text=aide, **options)


class _PourLeCompteSerializer(StrictSerializer):
    """Adds the document read by the team when it writes in a funder's place."""

    piece_source = _texte(
        200, "Document qui fait foi, quand le pilote écrit pour le compte d’un financeur.", default=""
    )


class AvisSaisieSerializer(StrictSerializer):
    """L’avis de votre organisme ; il remplace celui que vous aviez donné."""

    IGNORES = ("dossier", "organisme", "rendu_le")

    sens = serializers.ChoiceField(SensAvis.choices)
    texte = _texte(4_000, "Ce qui le fonde : lu par les cofinanceurs du dossier, jamais par le porteur.", default="")


class PropositionSerializer(_PourLeCompteSerializer):
    """Ce que vous proposez. Ce qui n’est pas envoyé reste ce qu’il est."""

    montant = _montant()
    conditions = _texte(2_000)
    partagee = serializers.BooleanField(
        required=False, help_text="Faux : un brouillon que seul votre organisme voit. Vrai à la première proposition."
    )


class NumeroEjSerializer(_PourLeCompteSerializer):
    """Le numéro sous lequel vous engagez la dépense."""

    numero_ej = serializers.CharField(
        allow_blank=True, max_length=20, help_text="Pour l’État, le numéro d’engagement juridique de Chorus."
    )


class MotifSerializer(_PourLeCompteSerializer):
    """Pourquoi."""

    motif = serializers.CharField(
        max_length=2_000, help_text="Lu par les partenaires, et par le porteur une fois notifié."
    )


class VoteSerializer(_PourLeCompteSerializer):
    """L’acte qui rend le montant ferme. Deux demandes décidées par un même acte portent le même numéro."""

    montant = _montant()
    instance = serializers.CharField(max_length=160, help_text="Commission permanente, conseil, préfet…")
    numero = serializers.CharField(max_length=60, help_text="Numéro de la délibération ou de l’arrêté.")
    pris_le = serializers.DateField()


class NotificationSerializer(StrictSerializer):
    """Le jour où le porteur a été prévenu."""

    jour = serializers.DateField()


class LigneDePropositionSerializer(PropositionSerializer):
    """Ce que vous écrivez sur une demande. Ce qui n’est pas envoyé reste ce qu’il est."""

    demande = NumeroField(help_text="`id` de la demande.")
    montant = _montant(required=False)
    numero_ej = _texte(20, "Numéro d’engagement, une fois le montant programmé.")
    version = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        help_text="Version lue : la ligne est refusée si un autre a écrit sur la demande depuis. Sans elle, la ligne dit comment "
        "les choses doivent être.",
    )


class LotDePropositionsSerializer(StrictSerializer):
    """Des lignes à écrire, en une demande."""

    tout_ou_rien = serializers.BooleanField(default=True)
    lignes = serializers.ListField(child=serializers.DictField(), min_length=1, max_length=LOT_MAX)


class LotDePropositionsDecritSerializer(serializers.Serializer[Any]):
    """Des propositions, des conditions ou des numéros d’engagement à écrire, en une demande (250 lignes au plus)."""

    tout_ou_rien = serializers.BooleanField(
        required=False,
        help_text="Vrai (par défaut) : une seule ligne fausse, et rien n’est écrit. Faux : les lignes justes le sont.",
    )
    lignes = LigneDePropositionSerializer(many=True)


Erreurs = dict[int, list[dict[str, Any]]]
# From the numbers of requests to those that the author may write.
Trouver = Callable[[list[int]], dict[int, DemandeFinancement]]


def traiter_les_propositions(
    lignes: list[dict[str, Any]], *, tout_ou_rien: bool, trouver: Trouver, introuvable: str, par: Auteur
) -> dict[str, Any]:
    """Read each line, write those that can be, tell what became of each; `introuvable` is said of any other request.

    All or nothing: a wrong line and nothing is written, every error of every line is told.
    """
    erreurs: Erreurs = {}
    connues, a_saisir = _lire(lignes, trouver, introuvable, erreurs)
    resultats = saisir_lot(
        a_saisir, par=par, le=timezone.now(), tout_ou_rien=tout_ou_rien, essai=tout_ou_rien and bool(erreurs)
    )
    erreurs |= {
        r.numero: [_erreur(r.numero, erreur.champ or "ligne", erreur.message) for erreur in r.erreurs]
        for r in resultats
        if r.erreurs
    }
    return _bilan(resultats, erreurs, versions(connues))


def _lire(
    lignes: list[dict[str, Any]], trouver: Trouver, introuvable: str, erreurs: Erreurs
) -> tuple[list[int], list[LigneASaisir]]:
    """The requests that were found, and the lines that make sense; `erreurs` receives what the others lack."""
    lues: dict[int, dict[str, Any]] = {}
    lecteur = LigneDePropositionSerializer()  # one for all lines: making it costs more than reading a line
    for rang, ligne in enumerate(lignes, start=1):
        try:
            lues[rang] = lecteur.run_validation(ligne)
        except serializers.ValidationError as erreur:
            erreurs[rang] = [{"ligne": rang, **e} for e in erreurs_de_champs(erreur.detail)]
    connues = trouver([int(lue["demande"]) for lue in lues.values()])
    premieres: dict[int, int] = {}
    a_saisir = []
    for rang, lue in lues.items():
        pk = int(lue.pop("demande"))
        premiere = premieres.setdefault(pk, rang)
        if pk not in connues:
            erreurs[rang] = [_erreur(rang, "demande", introuvable)]
        elif premiere != rang:
            erreurs[rang] = [
                _erreur(rang, "demande", f"Cette demande est déjà à la ligne {premiere} : gardez l’une des deux.")
            ]
        else:
            version, piece = lue.pop("version", None), lue.pop("piece_source")
            a_saisir.append(LigneASaisir(rang, connues[pk], Saisie(**lue), version, piece))
    return list(connues), a_saisir


def _erreur(rang: int, champ: str, message: str) -> dict[str, Any]:
    return {"ligne": rang, "champ": champ, "message": message}


def _bilan(resultats: list[ResultatDeLigne], erreurs: Erreurs, par_demande: dict[int, int]) -> dict[str, Any]:
    par_rang = {
        r.numero: {
            "ligne": r.numero,
            "resultat": r.issue.value,
            "demande": str(r.pk),
            "version": par_demande[r.pk or 0],
            "erreurs": erreurs.get(r.numero, []),
        }
        for r in resultats
    }
    for rang, siennes in erreurs.items():
        refusee = {"ligne": rang, "resultat": Issue.REFUSE.value, "demande": None, "version": None, "erreurs": siennes}
        par_rang.setdefault(rang, refusee)
    lignes = [par_rang[rang] for rang in sorted(par_rang)]
    comptes = Counter(ligne["resultat"] for ligne in lignes)
    return {
        "modifies": comptes[Issue.MODIFIE],
        "inchanges": comptes[Issue.INCHANGE],
        "refuses": comptes[Issue.REFUSE],
        "lignes": lignes,
    }
