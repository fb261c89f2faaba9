"""Forms of committees and meetings: drawing, calling, agenda, attendance, minutes, decisions, filters of the calendar."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from acteurs.models import Organisme
from commun.formulaires import SaisieDate
from geographie.models import Commune, Perimetre

from ..creneaux import GenreEcheance
from ..lectures.instances import LignePresence
from ..models import (
    Comite,
    Contrat,
    DecisionReunion,
    ItemCompteRendu,
    Orientation,
    PointOrdreDuJour,
    Presence,
    Reunion,
    TypeComite,
)

# What may be joined to an agenda, and how it is served.
TYPES_DE_PIECE = {
    ".pdf": "application/pdf",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}
PIECE_MAX = 20 * 1024 * 1024


class SaisieHeure(forms.TimeInput):
    """The browser's own time field."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"data-court": "1", **(attrs or {})}, format="%H:%M")


def organismes_du_contrat(contrat: Contrat) -> Any:
    """Those that people choose among: signatories, the lead, whoever acts in the contract or sits in a committee."""
    return (
        Organisme.objects.filter(
            Q(pk=contrat.pilote_id)
            | Q(signatures__contrat=contrat)
            | Q(habilitations__contrat=contrat)
            | Q(sieges__comite__contrat=contrat)
        )
        .distinct()
        .order_by("recherche")
    )


class ComiteForm(forms.Form):
    """What a committee is, what it validates, how often it meets."""

    nom = forms.CharField(label="Nom", max_length=200)
    type = forms.ChoiceField(label="Type", choices=TypeComite.choices)
    mission = forms.CharField(label="Mission", required=False, widget=forms.Textarea({"rows": 3}))
    valide_programmation = forms.BooleanField(label="Valide la programmation", required=False)
    valide_sip = forms.BooleanField(label="Valide les SIP", required=False)
    valide_tfpb = forms.BooleanField(label="Valide la TFPB", required=False)
    reunions_par_an = forms.IntegerField(
        label="Réunions par an, au moins",
        required=False,
        min_value=1,
        max_value=52,
        widget=forms.NumberInput({"data-court": "1"}),
        help_text="Laissez vide si le contrat n’en fixe pas.",
    )
    par_commune = forms.BooleanField(label="Ce nombre vaut pour chaque commune", required=False)
    orientation = forms.ModelChoiceField(
        Orientation.objects.none(), label="Orientation", required=False, empty_label="Toutes"
    )

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["orientation"].queryset = contrat.orientations.all()  # type: ignore[attr-defined]


class MembreForm(forms.Form):
    """An organisation that sits or is invited."""

    organisme = forms.ModelChoiceField(Organisme.objects.none(), label="Organisme", empty_label="Choisir…")
    invite = forms.BooleanField(label="Invité, sans voix", required=False)
    courriel = forms.EmailField(
        label="Adresse de la structure",
        required=False,
        help_text="Pour un organisme où personne n’a de compte.",
    )

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisme"].queryset = organismes_du_contrat(contrat)  # type: ignore[attr-defined]


class ReunionForm(forms.Form):
    """When and where a meeting is held, and about what."""

    comite = forms.ModelChoiceField(Comite.objects.none(), label="Comité", empty_label="Choisir…")
    commune = forms.ModelChoiceField(
        Commune.objects.none(),
        label="Commune",
        required=False,
        empty_label="Tout le contrat",
        help_text="Demandée pour un comité qui se réunit par commune.",
    )
    objet = forms.CharField(label="Objet", max_length=250, required=False)
    le = forms.DateField(label="Date", widget=SaisieDate)
    debut = forms.TimeField(label="Début", required=False, widget=SaisieHeure)
    fin = forms.TimeField(label="Fin", required=False, widget=SaisieHeure)
    lieu = forms.CharField(label="Lieu", max_length=160, required=False)

    def __init__(self, *args: Any, contrat: Contrat, reunion: Reunion | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comite"].queryset = contrat.comites.order_by("type", "nom")  # type: ignore[attr-defined]
        self.fields["commune"].queryset = contrat.communes.order_by("nom")  # type: ignore[attr-defined]
        if reunion is not None:
            del self.fields["comite"]


class AnnulerForm(forms.Form):
    """Why a meeting is called off."""

    motif = forms.CharField(
        label="Motif",
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text="Les personnes déjà convoquées le liront.",
    )


class PointForm(forms.Form):
    """A point of the agenda and its paper."""

    titre = forms.CharField(label="Point", max_length=250)
    texte = forms.CharField(label="Précision", required=False, widget=forms.Textarea({"rows": 2}))
    rapporteur = forms.ModelChoiceField(Organisme.objects.none(), label="Rapporteur", required=False, empty_label="—")
    minutes = forms.IntegerField(
        label="Durée",
        required=False,
        min_value=1,
        max_value=600,
        widget=forms.NumberInput({"data-unite": "min"}),
    )
    piece = forms.FileField(label="Pièce", required=False, help_text="PDF, texte, tableur, diaporama ou image, 20 Mo.")

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rapporteur"].queryset = organismes_du_contrat(contrat)  # type: ignore[attr-defined]

    def clean_piece(self) -> Any:
        piece = self.cleaned_data.get("piece")
        if piece:
            if PurePath(piece.name).suffix.lower() not in TYPES_DE_PIECE:
                raise ValidationError("Ce type de fichier n’est pas accepté.")
            if piece.size > PIECE_MAX:
                raise ValidationError("Ce fichier dépasse 20 Mo.")
        return piece


class PresencesForm(forms.Form):
    """One line per seat: whether it came, and whom it gave its proxy."""

    def __init__(self, *args: Any, lignes: tuple[LignePresence, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lignes = lignes
        votants = [(str(li.membre.organisme_id), str(li.membre.organisme)) for li in lignes if not li.membre.invite]
        for ligne in lignes:
            numero = ligne.membre.organisme_id
            nom = str(ligne.membre.organisme)
            self.fields[f"statut_{numero}"] = forms.ChoiceField(
                label=f"Présence de {nom}",
                required=False,
                choices=[("", "—"), *Presence.Statut.choices],
                initial=ligne.statut,
            )
            if not ligne.membre.invite:
                autres = [(cle, libelle) for cle, libelle in votants if cle != str(numero)]
                self.fields[f"pouvoir_{numero}"] = forms.ChoiceField(
                    label=f"Pouvoir de {nom} à",
                    required=False,
                    choices=[("", "—"), *autres],
                    initial=ligne.presence.pouvoir_a_id if ligne.presence else None,
                )

    @property
    def rangees(self) -> list[dict[str, Any]]:
        """The lines of the table: seat, and its two fields."""
        return [
            {
                "membre": ligne.membre,
                "statut": self[f"statut_{ligne.membre.organisme_id}"],
                "pouvoir": None if ligne.membre.invite else self[f"pouvoir_{ligne.membre.organisme_id}"],
            }
            for ligne in self.lignes
        ]

    @property
    def presences(self) -> dict[int, tuple[str, int | None]]:
        """By organisation: its status, and whom it gave its proxy."""
        donnees = self.cleaned_data
        return {
            numero: (donnees[f"statut_{numero}"], int(donnees.get(f"pouvoir_{numero}") or 0) or None)
            for numero in (ligne.membre.organisme_id for ligne in self.lignes)
        }


class ItemForm(forms.Form):
    """An item of the minutes, with its tags."""

    texte = forms.CharField(label="Texte", widget=forms.Textarea({"rows": 4}))
    audience = forms.ChoiceField(
        label="Qui le lit",
        choices=ItemCompteRendu.Audience.choices,
        initial=ItemCompteRendu.Audience.MEMBRES,
        help_text="Le compte rendu envoyé à chacun ne contient que ce qui lui est ouvert.",
    )
    point = forms.ModelChoiceField(
        PointOrdreDuJour.objects.none(),
        label="Point de l’ordre du jour",
        required=False,
        empty_label="Hors ordre du jour",
    )
    perimetres = forms.ModelMultipleChoiceField(
        Perimetre.objects.none(),
        label="Quartiers concernés",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, reunion: Reunion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["point"].queryset = reunion.ordre_du_jour.all()  # type: ignore[attr-defined]
        self.fields["perimetres"].queryset = Perimetre.objects.filter(  # type: ignore[attr-defined]
            contrats__contrat=reunion.comite.contrat
        ).order_by("nom")


class DecisionForm(forms.Form):
    """Something to decide, or decided."""

    texte = forms.CharField(label="Décision", widget=forms.Textarea({"rows": 3}))
    nature = forms.ChoiceField(label="Suite", choices=DecisionReunion.Nature.choices)
    responsable = forms.ModelChoiceField(
        Organisme.objects.none(), label="Responsable de l’exécution", required=False, empty_label="Non désigné"
    )
    echeance = forms.DateField(label="À exécuter avant le", required=False, widget=SaisieDate)

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["responsable"].queryset = organismes_du_contrat(contrat)  # type: ignore[attr-defined]


class SuiviForm(forms.Form):
    """Where a decision stands."""

    execution = forms.ChoiceField(
        label="Exécution", choices=DecisionReunion.Execution.choices, widget=forms.RadioSelect
    )
    suite = forms.CharField(label="Suite donnée", required=False, widget=forms.Textarea({"rows": 3}))


class CloreForm(forms.Form):
    """Closing a session; the reason is asked only when progress entries are missing (E-02)."""

    derogation = forms.CharField(
        label="Pourquoi clore sans point d’étape",
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text="Dix caractères au moins ; ce motif reste au journal de la réunion.",
    )


class AppelForm(forms.Form):
    """A call of another funder."""

    nom = forms.CharField(label="Nom de l’appel", max_length=250)
    organisme = forms.ModelChoiceField(Organisme.objects.none(), label="Financeur", required=False, empty_label="—")
    periode = forms.CharField(
        label="Période", max_length=200, required=False, help_text="Telle que le financeur l’écrit : « 2024-2027 »."
    )
    ouvre_le = forms.DateField(label="Ouvre le", required=False, widget=SaisieDate)
    ferme_le = forms.DateField(label="Ferme le", required=False, widget=SaisieDate)
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        du_contrat = organismes_du_contrat(contrat).values("pk")
        des_appels = contrat.appels_externes.values("organisme")
        self.fields["organisme"].queryset = Organisme.objects.filter(  # type: ignore[attr-defined]
            Q(pk__in=du_contrat) | Q(pk__in=des_appels)
        ).order_by("recherche")


class FiltreCalendrierForm(forms.Form):
    """Filters of the calendar; the month and the view are kept beside."""

    genre = forms.ChoiceField(label="Type de date", required=False, choices=[("", "Toutes"), *GenreEcheance.choices])
    commune = forms.ModelChoiceField(Commune.objects.none(), label="Commune", required=False, empty_label="Toutes")
    mois = forms.CharField(required=False, widget=forms.HiddenInput)
    vue = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["commune"].queryset = contrat.communes.order_by("nom")  # type: ignore[attr-defined]


class FiltreReunionsForm(forms.Form):
    """Filters of the list of meetings."""

    comite = forms.ModelChoiceField(Comite.objects.none(), label="Comité", required=False, empty_label="Tous")
    periode = forms.ChoiceField(
        label="Période", required=False, choices=[("", "À venir"), ("passees", "Passées"), ("toutes", "Toutes")]
    )

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comite"].queryset = contrat.comites.order_by("type", "nom")  # type: ignore[attr-defined]


class FiltreExtraitsForm(forms.Form):
    """Which perimeter's extracts are read, among those that the minutes name."""

    perimetre = forms.ModelChoiceField(Perimetre.objects.none(), label="Quartier", required=False, empty_label=None)

    def __init__(self, *args: Any, perimetres: QuerySet[Perimetre], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["perimetre"].queryset = perimetres  # type: ignore[attr-defined]


class FiltreDecisionsForm(forms.Form):
    """Filters of the decisions followed."""

    situation = forms.ChoiceField(
        label="Situation",
        required=False,
        choices=[
            ("", "À exécuter"),
            ("miennes", "À notre charge"),
            ("retard", "En retard"),
            ("finies", "Exécutées ou abandonnées"),
            ("toutes", "Toutes"),
        ],
    )
    comite = forms.ModelChoiceField(Comite.objects.none(), label="Comité", required=False, empty_label="Tous")

    def __init__(self, *args: Any, contrat: Contrat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comite"].queryset = contrat.comites.order_by("type", "nom")  # type: ignore[attr-defined]
