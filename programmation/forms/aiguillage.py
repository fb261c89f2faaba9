"""A few questions on a project: which scheme suits it; is its subsidy at risk of being a public contract?"""

from __future__ import annotations

from django import forms

from acteurs.models import FormeJuridique
from commun.formulaires import ChampMontant

from ..regles.aiguillage import Initiative, Projet
from ..regles.requalification import Faits, Qui

_OUI_NON = [("oui", "Oui"), ("non", "Non")]
_QUI = [
    (Qui.PORTEUR, "Le porteur"),
    (Qui.ENSEMBLE, "Le porteur et la collectivité ensemble"),
    (Qui.COLLECTIVITE, "La collectivité"),
]


def _oui_ou_non(libelle: str, aide: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=libelle, choices=_OUI_NON, widget=forms.RadioSelect, help_text=aide, initial="non")


class AiguillageForm(forms.Form):
    """The questions put to a porteur; every one has an answer before it is asked, so that a page is never empty."""

    forme = forms.ChoiceField(
        label="Qui porte le projet ?", choices=[("", "Je ne sais pas encore"), *FormeJuridique.choices], required=False
    )
    objet = forms.ChoiceField(
        label="Que faut-il financer ?",
        choices=[("action", "Une action"), ("investissement", "Des travaux ou un équipement")],
        widget=forms.RadioSelect,
        initial="action",
    )
    montant = ChampMontant(label="Combien demanderiez-vous, en tout ?", required=False)
    initiative = forms.ChoiceField(
        label="Qui a eu l’idée ?",
        choices=[
            (Initiative.PORTEUR, "Le porteur, ou des habitants avec lui"),
            (Initiative.SIGNATAIRES, "Une commune ou un partenaire du contrat, qui cherche un porteur"),
        ],
        widget=forms.RadioSelect,
        initial=Initiative.PORTEUR,
    )
    benevole = _oui_ou_non("L’action est-elle menée surtout par des bénévoles ?")
    deja_menee = _oui_ou_non("L’action a-t-elle déjà été financée par le contrat, au moins une année ?")
    deja_a_l_appel = _oui_ou_non("Avez-vous déposé une demande à l’appel à projets de cette année ?")
    vacances = _oui_ou_non("A-t-elle lieu pendant les vacances ?")
    prevention = _oui_ou_non("Prévient-elle la délinquance ou la radicalisation ?")

    @property
    def projet(self) -> Projet:
        """The answers, as the rules read them."""
        lues = self.cleaned_data
        return Projet(
            investissement=lues["objet"] == "investissement",
            initiative=Initiative(lues["initiative"]),
            forme="" if lues["forme"] == FormeJuridique.INCONNUE else lues["forme"],
            montant=lues["montant"],
            **{
                nom: lues[nom] == "oui"
                for nom in ("benevole", "deja_menee", "deja_a_l_appel", "vacances", "prevention")
            },
        )


class RequalificationForm(forms.Form):
    """How the action was born, what is paid for; and the names that the note carries."""

    intitule = forms.CharField(label="Action", max_length=250)
    porteur = forms.CharField(label="Porteur", max_length=200)
    initiative = forms.ChoiceField(
        label="Qui a pris l’initiative de l’action ?", choices=_QUI, widget=forms.RadioSelect
    )
    definition = forms.ChoiceField(
        label="Qui en a défini le contenu : public, lieux, moyens ?", choices=_QUI, widget=forms.RadioSelect
    )
    besoin_propre = _oui_ou_non(
        "Sans elle, la collectivité devrait-elle assurer ou acheter ce service ?",
        "Un service qui relève de sa compétence, qu’elle rend d’habitude elle-même.",
    )
    prix = _oui_ou_non(
        "La somme est-elle calculée par prestation rendue ?", "Un prix par séance, par personne envoyée, par heure."
    )
    precisions = forms.CharField(
        label="Précisions à garder", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    @property
    def faits(self) -> Faits:
        """The answers, as the rules read them."""
        lues = self.cleaned_data
        return Faits(
            Qui(lues["initiative"]), Qui(lues["definition"]), lues["besoin_propre"] == "oui", lues["prix"] == "oui"
        )

    @property
    def reponses(self) -> list[tuple[str, str]]:
        """Each question with its answer in words, for the note."""
        choix = ("initiative", "definition", "besoin_propre", "prix")
        return [
            (str(self.fields[nom].label), dict(self.fields[nom].choices)[self.cleaned_data[nom]])  # type: ignore[attr-defined]
            for nom in choix
        ]
