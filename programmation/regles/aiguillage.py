"""Which scheme suits a project, and why not the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from commun.typographie import euros


class Initiative(StrEnum):
    """Who had the idea."""

    PORTEUR = "porteur"
    SIGNATAIRES = "signataires"


class Verdict(StrEnum):
    CONSEILLE = "conseille"
    POSSIBLE = "possible"
    NON = "non"


@dataclass(frozen=True, slots=True)
class Projet:
    """What a porteur answers; `montant` in euros, None when it does not know yet; `forme` empty likewise."""

    investissement: bool
    initiative: Initiative
    forme: str = ""
    montant: Decimal | None = None
    benevole: bool = False  # mostly run by volunteers
    deja_menee: bool = False  # with these funders, one year at least
    deja_a_l_appel: bool = False  # asked in this year's call
    vacances: bool = False  # takes place in the holidays
    prevention: bool = False  # prevents delinquency


@dataclass(frozen=True, slots=True)
class Offre:
    """A scheme as far as the answer depends on it; `ferme` says why it takes no request today."""

    pk: int
    famille: str
    investissement: bool
    plafond: Decimal | None = None
    formes: frozenset[str] = frozenset()
    ferme: str = ""


@dataclass(frozen=True, slots=True)
class Conseil:
    """What is said of one scheme: `pour` and `contre` are French sentences."""

    offre: Offre
    verdict: Verdict
    pour: tuple[str, ...]
    contre: tuple[str, ...]


@dataclass(slots=True)
class _Balance:
    """Reasons gathered on one scheme: for, against, and what only makes it less likely."""

    pour: list[str]
    contre: list[str]
    reserves: list[str]


def conseiller(projet: Projet, offres: Iterable[Offre]) -> list[Conseil]:
    """Every scheme with its reasons: those advised first, then the possible ones, then the others."""
    ordre = list(Verdict)
    return sorted((_peser(projet, offre) for offre in offres), key=lambda conseil: ordre.index(conseil.verdict))


def _peser(projet: Projet, offre: Offre) -> Conseil:
    balance = _Balance([], _obstacles(projet, offre), [])
    if not balance.contre:
        _FAMILLES.get(offre.famille, _autre)(projet, balance)
    if not balance.contre and offre.ferme:
        balance.contre.append(offre.ferme)
    if balance.contre:
        verdict = Verdict.NON
    else:
        verdict = Verdict.CONSEILLE if balance.pour and not balance.reserves else Verdict.POSSIBLE
    return Conseil(offre, verdict, tuple(balance.pour), (*balance.contre, *balance.reserves))


def _obstacles(projet: Projet, offre: Offre) -> list[str]:
    """What no scheme passes over: section, legal form, ceiling."""
    obstacles = []
    if projet.investissement != offre.investissement:
        obstacles.append(
            "Finance l’investissement\u202f: bâtiments, équipements."
            if offre.investissement
            else "Finance des actions, pas des travaux ni des équipements."
        )
    if projet.forme and offre.formes and projet.forme not in offre.formes:
        obstacles.append("N’est pas ouvert à votre forme juridique.")
    if projet.montant is not None and offre.plafond is not None and projet.montant > offre.plafond:
        obstacles.append(f"Plafonné à {euros(offre.plafond)} par dossier.")
    return obstacles


def _appel(projet: Projet, balance: _Balance) -> None:
    balance.pour.append("Tous les financeurs du contrat instruisent ensemble, une fois par an.")


def _cpo(projet: Projet, balance: _Balance) -> None:
    if not projet.deja_menee:
        balance.contre.append("Les financeurs la proposent à une action qui a déjà fait ses preuves.")
        return
    balance.pour.append("L’action dure\u202f: une convention sur plusieurs années évite de redéposer chaque année.")
    balance.reserves.append(
        "Elle est proposée par les financeurs, vous l’acceptez ou non\u202f: parlez-en au chef de projet."
    )


def _sip(projet: Projet, balance: _Balance) -> None:
    balance.pour.append("Se dépose toute l’année, avec une fiche simplifiée.")
    if not projet.benevole:
        balance.reserves.append("Va d’abord aux associations animées surtout par des bénévoles.")
    if projet.deja_a_l_appel:
        balance.reserves.append("Va d’abord à ceux qui n’ont pas répondu à l’appel annuel.")


def _fpc(projet: Projet, balance: _Balance) -> None:
    if projet.initiative == Initiative.PORTEUR:
        balance.contre.append(
            "Part d’un besoin repéré par un signataire ou une commune, qui cherche ensuite un porteur."
        )
        return
    balance.pour.append("Le besoin est repéré par les partenaires, qui cherchent le porteur et les financements.")


def _ami(projet: Projet, balance: _Balance) -> None:
    if projet.initiative == Initiative.PORTEUR:
        balance.reserves.append(
            "Répond à un besoin que les partenaires ont publié\u202f: voyez les appels ouverts, ou demandez au chef de projet."
        )
        return
    balance.pour.append("Le besoin est publié, et tout porteur peut y répondre jusqu’à une date.")


def _fonds_de_concours(projet: Projet, balance: _Balance) -> None:
    if projet.forme not in ("", "droit_public"):
        balance.contre.append("Réservé aux communes.")
        return
    balance.pour.append("Cofinance les investissements des communes dans la géographie prioritaire.")


def _vacances(projet: Projet, balance: _Balance) -> None:
    if not projet.vacances:
        balance.contre.append("Finance des actions pendant les vacances.")
        return
    balance.pour.append("L’action a lieu pendant les vacances.")


def _fipd(projet: Projet, balance: _Balance) -> None:
    if not projet.prevention:
        balance.contre.append("Finance la prévention de la délinquance et de la radicalisation.")
        return
    balance.pour.append("L’action prévient la délinquance.")


def _autre(projet: Projet, balance: _Balance) -> None:
    balance.reserves.append("Ses conditions lui sont propres\u202f: demandez au chef de projet.")


_FAMILLES: dict[str, Callable[[Projet, _Balance], None]] = {
    "aap": _appel,
    "cpo": _cpo,
    "sip": _sip,
    "fpc": _fpc,
    "ami": _ami,
    "fonds_de_concours": _fonds_de_concours,
    "vacances": _vacances,
    "fipd": _fipd,
}
