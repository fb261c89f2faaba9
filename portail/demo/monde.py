"""What the invented data lean on: the contract, its organisations, who acts for whom, the seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from acteurs.models import FormeJuridique, Organisme, TypeOrganisme, Utilisateur
from commun.auteur import Auteur, Canal
from contrats.models import Contrat, Objectif, Orientation, ThemeP147
from geographie.models import Commune, VersionPerimetre

from .calendrier import Calendrier
from .lecture import poser
from .textes import ASSOCIATIONS, CCAS, COMMUNES_PORTEUSES

SOURCE = "donnée fictive de démonstration"


@dataclass(frozen=True, slots=True)
class Porteur:
    """An organisation that carries actions: where it sits, what it works on."""

    organisme: Organisme
    commune: str
    orientations: tuple[str, ...]
    est_commune: bool = False


@dataclass(frozen=True, slots=True)
class Monde:
    """Everything that stands before the first campaign is invented."""

    contrat: Contrat
    calendrier: Calendrier
    hasard: random.Random
    organismes: dict[str, Organisme]
    utilisateurs: dict[str, Utilisateur]
    porteurs: list[Porteur]
    orientations: dict[str, Orientation]
    themes: dict[str, ThemeP147]
    objectifs: dict[str, Objectif]
    communes: dict[str, Commune]
    versions: dict[str, VersionPerimetre]

    def auteur(self, financeur: Organisme, *, decide: bool = False) -> Auteur:
        """Who acts for a funder: its own account when it has one, else the chef de projet on its behalf."""
        cle = next((c for c, organisme in self.organismes.items() if organisme.pk == financeur.pk), "")
        compte = {
            "etat": "decideur-etat" if decide else "instructeur-etat",
            "caph": "decideur-agglomeration" if decide else "chef-de-projet",
            "region": "instructeur-region",
            "departement": "instructeur-departement",
            "caf": "instructeur-caf",
            "ars": "instructeur-ars",
            "commune-59172": "instructeur-denain",
        }.get(cle)
        if compte:
            return Auteur(self.utilisateurs[compte], financeur)
        return self.chef_de_projet.au_nom_de(financeur)

    @property
    def chef_de_projet(self) -> Auteur:
        return Auteur(self.utilisateurs["chef-de-projet"], self.organismes["caph"])

    def auteur_du_depot(self, porteur: Organisme) -> Auteur:
        """The porteur itself where it has an account, else the takeover of the former tool's files."""
        if porteur.pk == self.organismes["porteur"].pk:
            return Auteur(self.utilisateurs["porteur"], porteur)
        return Auteur(None, porteur, Canal.IMPORT)


def organismes_inventes(communes: dict[str, Commune]) -> list[Porteur]:
    """The fictitious organisations: associations and CCAS, with numbers that follow Luhn but are never given out."""
    attendus = [
        {
            "nom": a.nom,
            "sigle": a.sigle,
            "type": TypeOrganisme.ASSOCIATION,
            "forme_juridique": FormeJuridique.ASSOCIATION_1901,
            "code_commune": a.commune,
        }
        for a in ASSOCIATIONS
    ] + [
        {
            "nom": f"CCAS {de(communes[code].nom)}",
            "sigle": "",
            "type": TypeOrganisme.CCAS,
            "forme_juridique": FormeJuridique.DROIT_PUBLIC,
            "code_commune": code,
        }
        for code in CCAS
    ]
    for rang, organisme in enumerate(attendus, start=1):
        siren = siren_fictif(rang)
        organisme |= {"siren": siren, "siret": siret_fictif(siren), "source": SOURCE}
    attendus.append(
        {
            "nom": "Conseil citoyen du Denaisis",
            "sigle": "",
            "type": TypeOrganisme.CONSEIL_CITOYEN,
            "forme_juridique": FormeJuridique.INCONNUE,
            "code_commune": "59172",
            "siren": "",
            "siret": "",
            "source": SOURCE,
        }
    )
    poses = poser(Organisme, ("nom",), attendus, fictif=True)
    porteurs = [Porteur(poses[(a.nom,)], a.commune, a.orientations) for a in ASSOCIATIONS]
    porteurs += [Porteur(poses[(f"CCAS {de(communes[code].nom)}",)], code, themes) for code, themes in CCAS.items()]
    return porteurs


def communes_porteuses(organismes: dict[str, Organisme]) -> list[Porteur]:
    """The communes that carry actions of their own: real organisations, fictitious files."""
    return [
        Porteur(organismes[f"commune-{code}"], code, themes, est_commune=True)
        for code, themes in COMMUNES_PORTEUSES.items()
    ]


def de(nom: str) -> str:
    """The name of a commune after « de », elided before a vowel or the silent h of these names."""
    return f"d’{nom}" if nom[0] in "AEÉHIOUY" else f"de {nom}"


def _cle_de_luhn(chiffres: str) -> str:
    """The digit that makes `chiffres` follow Luhn."""
    somme = 0
    for rang, chiffre in enumerate(reversed(chiffres)):
        valeur = int(chiffre) * (2 if rang % 2 == 0 else 1)
        somme += valeur - 9 if valeur > 9 else valeur
    return str(-somme % 10)


def siren_fictif(rang: int) -> str:
    """A SIREN beginning with 000, a block that Insee never gives."""
    debut = f"000{rang * 137 % 100000:05d}"
    return debut + _cle_de_luhn(debut)


def siret_fictif(siren: str) -> str:
    debut = f"{siren}0001"
    return debut + _cle_de_luhn(debut)


def centaines(montant: float) -> Decimal:
    """The nearest hundred euros, never zero."""
    return Decimal(max(1, round(montant / 100)) * 100)


def partager(total: Decimal, poids: Sequence[float], *, plafond: int | None = None) -> list[Decimal]:
    """`total` euros shared in proportion to `poids`, in hundreds: none at zero, each under `plafond`, never above."""
    somme = sum(poids)
    parts = [max(300, int(float(total) * p / somme) // 100 * 100) for p in poids]
    if plafond is not None:
        parts = [min(part, plafond) for part in parts]
    while sum(parts) > total:
        plus_grande = max(range(len(parts)), key=parts.__getitem__)
        parts[plus_grande] -= 100
    return [Decimal(part) for part in parts]
