"""Meetings as a partner's information system sends them: codes and numbers become objects."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ..actions.instances import FicheDeReunion
from ..actions.seances import ItemVoulu, PointVoulu
from ..models import Comite, Contrat, DecisionReunion, ItemCompteRendu, Presence, Reunion
from .echanges import NumeroField, Repertoire, StrictSerializer

_TEXTE = 20_000


def _numero(aide: str = "") -> NumeroField:
    return NumeroField(required=False, allow_null=True, default=None, help_text=aide)


class ReunionSaisieSerializer(StrictSerializer):
    """Une réunion : quand, où, à quel sujet."""

    IGNORES = (
        *("id", "comite_nom", "etat", "convoquee_le", "rendue_le", "fictif", "modifie_le"),
        *("ordre_du_jour", "presences", "compte_rendu", "decisions"),
    )

    comite = NumeroField(help_text="`id` du comité qui se réunit. Il ne change plus ensuite.")
    le = serializers.DateField()
    debut = serializers.TimeField(required=False, allow_null=True, help_text="Heure, « 14:00 ».")
    fin = serializers.TimeField(required=False, allow_null=True)
    lieu = serializers.CharField(required=False, allow_blank=True, max_length=160)
    objet = serializers.CharField(required=False, allow_blank=True, max_length=250)
    commune = serializers.CharField(
        required=False,
        allow_null=True,
        max_length=5,
        help_text="Code INSEE ; demandée pour un comité qui se réunit par commune.",
    )


class PointSerializer(StrictSerializer):
    """Un point de l’ordre du jour."""

    IGNORES = ("piece",)

    id = _numero("Point repris ; sans lui, celui qui porte ce titre, sinon un nouveau.")
    titre = serializers.CharField(max_length=250)
    texte = serializers.CharField(required=False, default="", allow_blank=True, max_length=_TEXTE)
    rapporteur = _numero("Organisme.")
    minutes = serializers.IntegerField(required=False, default=None, allow_null=True, min_value=1, max_value=600)


class OrdreDuJourSerializer(StrictSerializer):
    """L’ordre du jour entier, dans l’ordre."""

    ordre_du_jour = PointSerializer(many=True, max_length=100)


class PresenceSerializer(StrictSerializer):
    """La présence d’un organisme du comité."""

    IGNORES = ("organisme_nom", "invite")

    organisme = NumeroField()
    statut = serializers.ChoiceField(Presence.Statut.choices, allow_blank=True, help_text="Vide : non renseignée.")
    pouvoir_a = _numero("Membre présent à qui un membre excusé ou absent donne pouvoir.")


class PresencesSerializer(StrictSerializer):
    """Toutes les présences."""

    presences = PresenceSerializer(many=True, max_length=500)


class ItemSerializer(StrictSerializer):
    """Un point du compte rendu."""

    id = _numero("Point repris ; sans lui, celui qui porte ce texte, sinon un nouveau.")
    texte = serializers.CharField(max_length=_TEXTE)
    audience = serializers.ChoiceField(
        ItemCompteRendu.Audience.choices,
        default=ItemCompteRendu.Audience.MEMBRES.value,
        help_text="Qui le lit : « membres » par défaut.",
    )
    point = _numero("`id` du point de l’ordre du jour dont il rend compte.")
    perimetres = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, default=list, max_length=200, help_text="Codes."
    )


class CompteRenduSerializer(StrictSerializer):
    """Le compte rendu entier."""

    compte_rendu = ItemSerializer(many=True, max_length=200)


class AnnulationSerializer(StrictSerializer):
    """Pourquoi une réunion est annulée."""

    motif = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=500,
        help_text="Demandé si la réunion est convoquée : les personnes le liront.",
    )


class ClotureSerializer(StrictSerializer):
    """La clôture d’une séance."""

    derogation = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=500,
        help_text="Pourquoi un COPIL stratégique se clôt sans ses points d’étape : dix caractères au moins (E-02).",
    )


class DecisionSaisieSerializer(StrictSerializer):
    """Ce qui est à décider, décidé ou ajourné."""

    IGNORES = ("id", "reunion", "execution", "suite_donnee")

    texte = serializers.CharField(max_length=_TEXTE)
    nature = serializers.ChoiceField(DecisionReunion.Nature.choices, required=False)
    responsable = NumeroField(required=False, allow_null=True, help_text="Organisme qui répond de l’exécution.")
    echeance = serializers.DateField(required=False, allow_null=True, help_text="À exécuter avant ce jour.")


class ExecutionSerializer(StrictSerializer):
    """Où en est une décision."""

    IGNORES = ("id", "reunion", "texte", "nature", "responsable", "echeance")

    execution = serializers.ChoiceField(DecisionReunion.Execution.choices)
    suite_donnee = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=_TEXTE,
        help_text="Ce qui a été fait ; pourquoi, si la décision est abandonnée.",
    )


# --- What they mean ---------------------------------------------------------------------------------------------------
def comite_et_fiche(contrat: Contrat, donnees: dict[str, Any]) -> tuple[Comite, FicheDeReunion]:
    """A new meeting: its committee, and what is said of it."""
    comite = contrat.comites.filter(pk=int(donnees["comite"])).select_related("contrat", "orientation").first()
    if comite is None:
        raise serializers.ValidationError({"comite": ["Ce comité n’est pas dans le contrat : voyez GET …/comites/."]})
    return comite, FicheDeReunion(**_champs(contrat, donnees))


def fiche_modifiee(reunion: Reunion, donnees: dict[str, Any]) -> FicheDeReunion:
    """The meeting with the parts given; its committee stays."""
    if donnees.get("comite", str(reunion.comite_id)) != str(reunion.comite_id):
        raise serializers.ValidationError({"comite": ["Une réunion ne change pas de comité : annulez-la."]})
    lue = {nom: getattr(reunion, nom) for nom in ("le", "debut", "fin", "lieu", "objet", "commune")}
    return FicheDeReunion(**(lue | _champs(reunion.comite.contrat, donnees)))


def _champs(contrat: Contrat, donnees: dict[str, Any]) -> dict[str, Any]:
    champs = {nom: valeur for nom, valeur in donnees.items() if nom != "comite"}
    if champs.get("commune"):
        champs["commune"] = contrat.communes.filter(code=donnees["commune"]).first()
        if champs["commune"] is None:
            message = f"« {donnees['commune']} » n’est pas le code INSEE d’une commune du contrat."
            raise serializers.ValidationError({"commune": [message]})
    elif "commune" in champs:
        champs["commune"] = None
    return champs


def points_voulus(repertoire: Repertoire, donnees: dict[str, Any]) -> list[PointVoulu]:
    """The agenda whole."""
    return [
        PointVoulu(
            numero=_entier(point["id"]),
            titre=point["titre"],
            texte=point["texte"],
            rapporteur=repertoire.organisme(point["rapporteur"], f"ordre_du_jour.{rang}.rapporteur"),
            minutes=point["minutes"],
        )
        for rang, point in enumerate(donnees["ordre_du_jour"])
    ]


def presences_voulues(donnees: dict[str, Any]) -> dict[int, tuple[str, int | None]]:
    """The attendance whole, by organisation; each of them is named once."""
    presences: dict[int, tuple[str, int | None]] = {}
    for rang, ligne in enumerate(donnees["presences"]):
        numero = int(ligne["organisme"])
        if numero in presences:
            raise serializers.ValidationError({f"presences.{rang}.organisme": ["Cet organisme est cité deux fois."]})
        presences[numero] = (ligne["statut"], _entier(ligne["pouvoir_a"]))
    return presences


def items_voulus(repertoire: Repertoire, donnees: dict[str, Any]) -> list[ItemVoulu]:
    """The minutes whole."""
    return [
        ItemVoulu(
            numero=_entier(item["id"]),
            texte=item["texte"],
            audience=item["audience"],
            point=_entier(item["point"]),
            perimetres=tuple(repertoire.saisie({"libelle": "", "perimetres": item["perimetres"]}).perimetres),
        )
        for item in donnees["compte_rendu"]
    ]


def champs_de_decision(repertoire: Repertoire, donnees: dict[str, Any]) -> dict[str, Any]:
    """What is said of a decision, its organisation found."""
    champs = dict(donnees)
    if "responsable" in champs:
        champs["responsable"] = repertoire.organisme(champs["responsable"], "responsable")
    return champs


def _entier(numero: str | None) -> int | None:
    return int(numero) if numero else None
