"""Which funder pays for what in the invented campaigns, with how much, and when its body meets."""

from __future__ import annotations

from typing import NamedTuple

from contrats.models import NatureMoyens

DC, SPE = NatureMoyens.DROIT_COMMUN, NatureMoyens.SPECIFIQUE


class Guichet(NamedTuple):
    """A window where a file asks for money: funder (key of the fixtures), scheme, nature of the means."""

    financeur: str
    dispositif: str
    nature: NatureMoyens


# Euros a year at full level. Order of magnitude of the former contract: 3.6 to 4.5 M€ in all, 1.5 M€ of the State's
# specific credits, the EPCI on a par, the others by droit commun (source « evaluation 2015-2023 »).
MONTANTS_ANNUELS: dict[tuple[str, NatureMoyens], int] = {
    ("etat", SPE): 1_500_000,
    ("caph", SPE): 1_480_000,
    ("region", SPE): 260_000,
    ("departement", DC): 235_000,
    ("caf", DC): 265_000,
    ("ars", DC): 150_000,
    ("cpam", DC): 40_000,
}
FIPD_ANNUEL = 90_000
SIP_ANNUEL = 36_000

# Growth towards the full level, from the first campaign to the last.
NIVEAUX = (0.93, 0.96, 1.0, 1.0)
# Share of the specific credits programmed in CPO: a little under the 50 % aimed at, so that the alert shows.
PARTS_CPO = (0.31, 0.39, 0.472, 0.478)

# Chances that a file of an orientation asks this funder.
CHANCES: dict[tuple[str, NatureMoyens], dict[str, float]] = {
    ("etat", SPE): {"O1": 0.9, "O2": 0.85, "O3": 0.88, "O4": 0.85, "O5": 0.85, "O6": 0.88},
    ("caph", SPE): {"O1": 0.86, "O2": 0.82, "O3": 0.84, "O4": 0.9, "O5": 0.84, "O6": 0.9},
    ("region", SPE): {"O1": 0.22, "O2": 0.06, "O3": 0.16, "O4": 0.3, "O5": 0.05, "O6": 0.36},
    ("departement", DC): {"O1": 0.28, "O2": 0.25, "O3": 0.28, "O4": 0.14, "O5": 0.28, "O6": 0.1},
    ("caf", DC): {"O1": 0.1, "O2": 0.06, "O3": 0.5, "O4": 0.05, "O5": 0.16, "O6": 0.16},
    ("ars", DC): {"O1": 0.0, "O2": 0.66, "O3": 0.0, "O4": 0.12, "O5": 0.05, "O6": 0.0},
    ("cpam", DC): {"O1": 0.0, "O2": 0.28, "O3": 0.0, "O4": 0.0, "O5": 0.0, "O6": 0.0},
}
CHANCE_COMMUNE = 0.36
CHANCE_FIPD = 0.5

# Share of the programming that each orientation weighs when actions are drawn.
POIDS_ORIENTATIONS = {"O1": 0.23, "O2": 0.13, "O3": 0.33, "O4": 0.09, "O5": 0.11, "O6": 0.11}


class Session(NamedTuple):
    """A meeting of the funder's own body: days after the COPIL, share of the files it decides."""

    jours: int
    part: float


class Instance(NamedTuple):
    """The body that makes a funder's money firm."""

    nom: str
    sessions: tuple[Session, ...]
    vote: bool = True


INSTANCES: dict[str, Instance] = {
    "etat": Instance("Arrêté du préfet", (Session(26, 0.8), Session(68, 0.2)), vote=False),
    "caph": Instance("Conseil communautaire", (Session(18, 0.72), Session(94, 0.28))),
    "region": Instance("Commission permanente du Conseil régional", (Session(72, 0.7), Session(255, 0.3))),
    "departement": Instance("Commission permanente du Conseil départemental", (Session(64, 0.6), Session(186, 0.4))),
    "caf": Instance("Commission d’action sociale", (Session(48, 0.7), Session(205, 0.3)), vote=False),
    "ars": Instance("Décision du directeur général", (Session(60, 1.0),), vote=False),
    "cpam": Instance("Commission d’action sanitaire et sociale", (Session(82, 1.0),), vote=False),
}
INSTANCE_COMMUNE = Instance("Conseil municipal", (Session(33, 0.75), Session(258, 0.25)))


def instance(cle: str) -> Instance:
    return INSTANCES.get(cle, INSTANCE_COMMUNE)
