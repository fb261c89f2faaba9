"""From what a partner's information system sends to what the actions take: codes and numbers become objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from acteurs.models import Organisme
from commun.api.problemes import erreurs_de_champs
from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.ramasse_miettes import sans_ramasse_miettes
from geographie.models import Perimetre

from ..actions import Issue, ResultatDeLigne, SaisieCible, SaisieEngagement, enregistrer_lot
from ..etats import TypeCible
from ..lectures.echanges import organismes_visibles
from ..models import Contrat, NatureMoyens, Objectif, Orientation, PorteeEngagement, SensCible, Signataire


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses a field that it does not know: a misspelt one would be lost in silence. Read-only ones are ignored."""

    IGNORES: tuple[str, ...] = ()

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            inconnus = data.keys() - self.fields.keys() - set(self.IGNORES)
            if inconnus:
                raise serializers.ValidationError(
                    {nom: ["Ce champ n’existe pas."] for nom in sorted(map(str, inconnus))}
                )
        return super().to_internal_value(data)


class NumeroField(serializers.RegexField):
    """A number of ours, as a string."""

    def __init__(self, **options: Any) -> None:
        messages = {"invalid": "Un identifiant est une suite de chiffres, donnée comme texte."}
        super().__init__(r"^\d{1,18}\Z", error_messages=messages, **options)


class CibleSerializer(StrictSerializer):
    """Une cible d’un engagement. Seul son type est obligatoire : ce qui manque est montré comme manquant."""

    type = serializers.ChoiceField(TypeCible.choices)
    numerateur = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=300, help_text="Ce qui est compté."
    )
    denominateur = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=300, help_text="À quoi c’est rapporté."
    )
    unite = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=60, help_text="Un pourcentage s’écrit 20 pour 20 %."
    )
    reference = serializers.DecimalField(
        14, 3, required=False, default=None, allow_null=True, help_text="Valeur de départ."
    )
    reference_le = serializers.DateField(
        required=False, default=None, allow_null=True, help_text="Date de la valeur de départ."
    )
    valeur = serializers.DecimalField(14, 3, required=False, default=None, allow_null=True, help_text="Valeur visée.")
    valeur_haute = serializers.DecimalField(
        14, 3, required=False, default=None, allow_null=True, help_text="Borne haute, pour un intervalle."
    )
    echeance = serializers.DateField(required=False, default=None, allow_null=True)
    sens = serializers.ChoiceField(SensCible.choices, required=False, default="", allow_blank=True)
    source = serializers.CharField(required=False, default="", allow_blank=True, max_length=200)


def _texte(taille: int, aide: str = "") -> serializers.CharField:
    return serializers.CharField(required=False, allow_blank=True, max_length=taille, help_text=aide)


def _codes(aide: str) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, max_length=200, help_text=aide
    )


class EngagementSaisieSerializer(StrictSerializer):
    """Un engagement tel qu’on le saisit. Seul le libellé est obligatoire."""

    # What a reading gives and a writing does not set: an object read can be sent back as it is.
    IGNORES = ("id", "organisme_nom", "signataire_nom", "fictif", "revision", "modifie_le", "retire_le")

    libelle = serializers.CharField(max_length=500)
    reference = _texte(30, "Référence dans le contrat, unique ; sans elle, la prochaine est attribuée (E12).")
    identifiant_externe = _texte(100, "Identifiant dans votre système, unique pour votre organisme.")
    organisme = NumeroField(
        required=False,
        allow_null=True,
        help_text="Organisme engagé. Par défaut celui de la clé ; null s’il n’est pas connu.",
    )
    signataire = NumeroField(
        required=False, allow_null=True, help_text="Organisme du signataire au titre duquel il s’engage."
    )
    orientation = serializers.CharField(
        required=False, allow_null=True, max_length=10, help_text="Code d’une orientation du contrat."
    )
    objectifs = _codes("Codes d’objectifs du contrat.")
    axes_transversaux = _codes("Codes d’axes transversaux du contrat.")
    perimetres = _codes("Codes de périmètres du contrat.")
    partenaires = serializers.ListField(
        child=NumeroField(), required=False, max_length=200, help_text="Organismes associés."
    )
    portee = serializers.ChoiceField(PorteeEngagement.choices, required=False)
    nature = serializers.ChoiceField(NatureMoyens.choices, required=False, allow_blank=True)
    echeance = serializers.DateField(required=False, allow_null=True)
    echeance_texte = _texte(120, "L’échéance telle que le contrat l’écrit.")
    note = _texte(20_000)
    source = _texte(200)
    cibles = CibleSerializer(many=True, required=False, max_length=100)


class LigneDeLotSerializer(EngagementSaisieSerializer):
    """Un engagement d’un lot."""

    IGNORES = tuple(nom for nom in EngagementSaisieSerializer.IGNORES if nom != "revision")

    revision = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="Révision lue : la ligne est refusée si l’engagement a changé depuis. Sans elle, la ligne dit comment les "
        "choses doivent être.",
    )


class Repertoire:
    """What the codes and numbers of a contract mean for one author, read once for one commitment or ten thousand."""

    def __init__(self, contrat: Contrat, auteur: Auteur) -> None:
        self.contrat = contrat
        self.auteur = auteur

    @cached_property
    def orientations(self) -> dict[str, Orientation]:
        return {o.code: o for o in self.contrat.orientations.all()}

    @cached_property
    def objectifs(self) -> dict[str, list[Objectif]]:
        par_code: dict[str, list[Objectif]] = {}
        for objectif in Objectif.objects.filter(orientation__contrat=self.contrat):
            par_code.setdefault(objectif.code, []).append(objectif)
        return par_code

    @cached_property
    def perimetres(self) -> dict[str, Perimetre]:
        return {p.code: p for p in Perimetre.objects.filter(contrats__contrat=self.contrat)}

    @cached_property
    def signataires(self) -> dict[int, Signataire]:
        return {s.organisme_id: s for s in self.contrat.signataires.select_related("organisme")}

    @cached_property
    def organismes(self) -> dict[int, Organisme]:
        visibles = organismes_visibles(self.contrat, pour=self.auteur).select_related("parent")
        connus = {o.pk: o for o in visibles}
        if (agissant := self.auteur.organisme) is not None:
            connus.setdefault(agissant.pk, agissant)
        return connus

    def organisme(self, numero: str | None, champ: str) -> Organisme | None:
        """The organisation of this number. Raises `serializers.ValidationError` on `champ` when nobody here bears it."""
        if not numero:
            return None
        connu = self.organismes.get(int(numero))
        if connu is None:
            raise serializers.ValidationError({champ: [f"« {numero} » {_INCONNU['organisme']}"]})
        return connu

    def saisie(self, donnees: dict[str, Any], depart: SaisieEngagement | None = None) -> SaisieEngagement:
        """The commitment that `donnees` (valid for `EngagementSaisieSerializer`) describe; `depart` fills what they omit.

        Raises `serializers.ValidationError` naming every code that means nothing here.
        """
        erreurs: dict[str, list[str]] = {}
        valeurs = {
            nom: valeur
            for nom, valeur in donnees.items()
            if nom not in ("organisme", "signataire", "orientation", "cibles") and nom not in self._resoudre_listes
        }
        for nom, resoudre in self._resoudre_un.items():
            if nom in donnees:
                valeurs[nom] = self._un(nom, donnees[nom], resoudre, erreurs)
        if "organisme" not in donnees and depart is None:
            valeurs["organisme"] = self.auteur.organisme
        orientation = valeurs.get("orientation", depart.orientation if depart else None)
        for nom in self._resoudre_listes:
            if nom in donnees:
                valeurs[nom] = tuple(self._plusieurs(nom, donnees[nom], orientation, erreurs))
        if erreurs:
            raise serializers.ValidationError(erreurs)
        if "cibles" in donnees:
            valeurs["cibles"] = tuple(SaisieCible(**cible) for cible in donnees["cibles"])
        return replace(depart, **valeurs) if depart is not None else SaisieEngagement(**valeurs)

    @property
    def _resoudre_un(self) -> dict[str, Callable[[str], Any]]:
        return {
            "organisme": lambda numero: self.organismes.get(int(numero)),
            "signataire": lambda numero: self.signataires.get(int(numero)),
            "orientation": lambda code: self.orientations.get(code),
        }

    _resoudre_listes = ("objectifs", "axes_transversaux", "perimetres", "partenaires")

    def _un(self, nom: str, valeur: str | None, resoudre: Callable[[str], Any], erreurs: dict[str, list[str]]) -> Any:
        if not valeur:
            return None
        objet = resoudre(valeur)
        if objet is None:
            erreurs[nom] = [f"« {valeur} » {_INCONNU[nom]}"]
        return objet

    def _plusieurs(
        self, nom: str, codes: Iterable[str], orientation: Orientation | None, erreurs: dict[str, list[str]]
    ) -> Iterable[Any]:
        for code in dict.fromkeys(codes):
            try:
                yield self._membre(nom, code, orientation)
            except LookupError as erreur:
                erreurs.setdefault(nom, []).append(str(erreur.args[0]))

    def _membre(self, nom: str, code: str, orientation: Orientation | None) -> Any:
        if nom == "objectifs":
            return self._objectif(code, orientation)
        connus: dict[Any, Any] = {
            "axes_transversaux": self.orientations,
            "perimetres": self.perimetres,
            "partenaires": self.organismes,
        }[nom]
        objet = connus.get(int(code) if nom == "partenaires" else code)
        if objet is None:
            raise LookupError(f"« {code} » {_INCONNU[nom]}")
        return objet

    def _objectif(self, code: str, orientation: Orientation | None) -> Objectif:
        possibles = self.objectifs.get(code, [])
        if len(possibles) > 1 and orientation is not None:
            possibles = [o for o in possibles if o.orientation_id == orientation.pk] or possibles
        if not possibles:
            raise LookupError(f"« {code} » {_INCONNU['objectifs']}")
        if len(possibles) > 1:
            raise LookupError(f"« {code} » désigne plusieurs objectifs : précisez l’orientation de l’engagement.")
        return possibles[0]


_INCONNU = {
    "organisme": "n’est pas un organisme du contrat : cherchez-le dans GET …/organismes/.",
    "signataire": "n’est pas l’organisme d’un signataire : voyez GET …/signataires/.",
    "orientation": "n’est pas une orientation du contrat : voyez GET …/orientations/.",
    "objectifs": "n’est pas un objectif du contrat : voyez GET …/orientations/.",
    "axes_transversaux": "n’est pas un axe transversal du contrat : voyez GET …/orientations/.",
    "perimetres": "n’est pas un périmètre du contrat : voyez GET …/perimetres/.",
    "partenaires": "n’est pas un organisme du contrat : cherchez-le dans GET …/organismes/.",
}


@sans_ramasse_miettes()
def traiter_lot(repertoire: Repertoire, lignes: list[dict[str, Any]], *, tout_ou_rien: bool) -> dict[str, Any]:
    """Read each line, write those that can be, tell what became of each.

    All or nothing: a wrong line and nothing is written, every error of every line is told.
    """
    saisies, numeros, revisions, erreurs = [], [], [], {}
    lecteur = LigneDeLotSerializer()  # one for all lines: making it costs three times what reading a line does
    for rang, ligne in enumerate(lignes, start=1):
        try:
            donnees = lecteur.run_validation(ligne)
            revision = donnees.pop("revision", None)
            saisies.append(repertoire.saisie(donnees))
            numeros.append(rang)
            revisions.append(revision)
        except serializers.ValidationError as erreur:
            erreurs[rang] = [{"ligne": rang, **e} for e in erreurs_de_champs(erreur.detail)]
    resultats = enregistrer_lot(
        repertoire.contrat,
        saisies,
        par=repertoire.auteur,
        le=timezone.now(),
        tout_ou_rien=tout_ou_rien,
        essai=bool(erreurs) and tout_ou_rien,
        numeros=numeros,
        revisions=revisions,
    )
    if erreurs and tout_ou_rien:
        resultats = [r if r.issue is Issue.REFUSE else replace(r, issue=Issue.NON_ECRIT) for r in resultats]
    erreurs |= {r.numero: [_erreur(r.numero, e) for e in r.erreurs] for r in resultats if r.erreurs}
    return _bilan(resultats, erreurs)


def _erreur(rang: int, erreur: RegleEnfreinte) -> dict[str, Any]:
    return {"ligne": rang, "champ": erreur.champ or "ligne", "message": erreur.message}


def _bilan(resultats: list[ResultatDeLigne], erreurs: dict[int, list[dict[str, Any]]]) -> dict[str, Any]:
    par_rang = {
        r.numero: {
            "ligne": r.numero,
            "resultat": r.issue.value,
            "id": None if r.pk is None else str(r.pk),
            "reference": r.reference,
            "erreurs": erreurs.get(r.numero, []),
        }
        for r in resultats
    }
    for rang, siennes in erreurs.items():
        par_rang.setdefault(
            rang, {"ligne": rang, "resultat": Issue.REFUSE.value, "id": None, "reference": "", "erreurs": siennes}
        )
    lignes = [par_rang[rang] for rang in sorted(par_rang)]
    comptes = {issue: sum(ligne["resultat"] == issue for ligne in lignes) for issue in Issue}
    return {
        "crees": comptes[Issue.CREE],
        "modifies": comptes[Issue.MODIFIE],
        "inchanges": comptes[Issue.INCHANGE],
        "refuses": comptes[Issue.REFUSE],
        "lignes": lignes,
    }
