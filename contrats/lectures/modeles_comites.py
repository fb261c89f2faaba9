"""The committees that contracts usually have, ready to be created: powers, minimum frequency, who sits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from acteurs.models import Organisme, TypeOrganisme

from ..models import Comite, Contrat, NatureOrientation, Orientation, Signataire, TypeComite


class Composition(StrEnum):
    """Which organisations a preset seats; anybody may be added or removed afterwards."""

    SIGNATAIRES = "signataires"
    FINANCEURS = "financeurs"
    PILOTE = "pilote"


_FINANCEURS = (
    TypeOrganisme.ETAT,
    TypeOrganisme.SERVICE_ETAT,
    TypeOrganisme.REGION,
    TypeOrganisme.DEPARTEMENT,
    TypeOrganisme.EPCI,
    TypeOrganisme.COMMUNE,
    TypeOrganisme.CAF,
    TypeOrganisme.ARS,
)


@dataclass(frozen=True, slots=True)
class ModeleComite:
    """A preset. With `par_orientation` it gives one committee per thematic orientation."""

    cle: str
    type: TypeComite
    nom: str
    mission: str
    reunions_par_an: int | None = None
    par_commune: bool = False
    par_orientation: bool = False
    valide_programmation: bool = False
    valide_sip: bool = False
    valide_tfpb: bool = False
    composition: Composition = Composition.SIGNATAIRES
    source: str = ""

    @property
    def pouvoirs(self) -> tuple[str, ...]:
        """What it decides, in words."""
        mots = (
            (self.valide_programmation, "programmation"),
            (self.valide_sip, "SIP"),
            (self.valide_tfpb, "TFPB"),
        )
        return tuple(mot for vrai, mot in mots if vrai)


MODELES: tuple[ModeleComite, ...] = (
    ModeleComite(
        "copil",
        TypeComite.COPIL,
        "Comité de pilotage (COPIL)",
        "Coordonne les signataires, valide la programmation annuelle, suit les engagements, la TFPB, le renouvellement "
        "urbain et les actions à suivi renforcé.",
        reunions_par_an=1,
        valide_programmation=True,
        source="La Porte du Hainaut, L1746-1775",
    ),
    ModeleComite(
        "cotech",
        TypeComite.COTECH,
        "Comité technique (COTECH)",
        "Prépare le COPIL, propose les arbitrages et co-construit la note de cadrage avant l’appel à projets.",
        reunions_par_an=2,
        source="La Porte du Hainaut, L1777-1785",
    ),
    ModeleComite(
        "cotech-theme",
        TypeComite.COTECH,
        "COTECH",
        "Suit la mise en œuvre de l’orientation, ses engagements et ses moyens de droit commun.",
        reunions_par_an=3,
        par_orientation=True,
        source="Hazebrouck, R7, L2204",
    ),
    ModeleComite(
        "comite-programmation",
        TypeComite.AUTRE,
        "Comité de programmation – conférence des financeurs",
        "Confronte les avis et les montants des financeurs, puis propose une programmation au COPIL.",
        reunions_par_an=1,
        composition=Composition.FINANCEURS,
        source="La Porte du Hainaut, étapes 8 à 10",
    ),
    ModeleComite(
        "groupe-thematique",
        TypeComite.GROUPE_THEMATIQUE,
        "Groupe thématique",
        "Recense les moyens de droit commun, partage appels et données, remonte les difficultés avec un argumentaire.",
        par_orientation=True,
        source="La Porte du Hainaut, L1787-1804",
    ),
    ModeleComite(
        "dialogue-projets",
        TypeComite.DIALOGUE_DE_PROJETS,
        "Dialogue de projets",
        "Avec chaque commune : diagnostic partagé, droit commun, priorités communales, ingénierie, bilan.",
        reunions_par_an=2,
        par_commune=True,
        composition=Composition.PILOTE,
        source="La Porte du Hainaut, L1708-1735",
    ),
    ModeleComite(
        "revue-projets",
        TypeComite.REVUE_DE_PROJETS,
        "Revue de projets",
        "Avant le dépôt : regard des financeurs sur l’éligibilité des actions envisagées et sur le droit commun.",
        reunions_par_an=1,
        composition=Composition.FINANCEURS,
        source="La Porte du Hainaut, L1806-1813",
    ),
    ModeleComite(
        "commission-pv-ru",
        TypeComite.COMMISSION,
        "Commission politique de la ville et renouvellement urbain",
        "Suivi régulier par les élus communautaires ; valide les projets SIP à chaque réunion.",
        valide_sip=True,
        composition=Composition.PILOTE,
        source="La Porte du Hainaut, L1702 et L2296",
    ),
    ModeleComite(
        "instance-tfpb",
        TypeComite.TFPB,
        "Comité de suivi de l’abattement de TFPB",
        "Programmes et bilans des bailleurs, avec les communes et l’État.",
        reunions_par_an=1,
        valide_tfpb=True,
        source="La Porte du Hainaut, L1731 et L2382",
    ),
    ModeleComite(
        "groupe-droit-commun",
        TypeComite.AUTRE,
        "Groupe droit commun",
        "Tient l’annuaire des moyens de droit commun et prépare les notes portées au COPIL.",
        reunions_par_an=2,
        source="Armentières, L877 ; La Porte du Hainaut, L1800",
    ),
    ModeleComite(
        "table-citoyenne",
        TypeComite.AUTRE,
        "Tables citoyennes",
        "Réunit les habitants, une fois par an au moins, sur l’état des lieux et les avancées.",
        reunions_par_an=1,
        composition=Composition.PILOTE,
        source="Hazebrouck, L2216",
    ),
    ModeleComite(
        "seminaire",
        TypeComite.AUTRE,
        "Séminaire partenarial",
        "Lance le calendrier de l’appel à projets : priorités, puis ateliers.",
        reunions_par_an=1,
        source="La Porte du Hainaut, L1892-1894",
    ),
)


@dataclass(frozen=True, slots=True)
class ModelePropose:
    """A preset as a contract may take it: what is still missing of it."""

    modele: ModeleComite
    manquants: tuple[str, ...]

    @property
    def complet(self) -> bool:
        return not self.manquants


def modele(cle: str) -> ModeleComite:
    """The preset called `cle`; raises `KeyError`."""
    return {m.cle: m for m in MODELES}[cle]


def declinaisons(modele: ModeleComite, contrat: Contrat) -> list[tuple[str, Orientation | None]]:
    """The committees that the contract still misses of a preset: name, orientation.

    A committee of its kind counts under any name: « Instances TFPB » is the contract's own word for the TFPB preset.
    """
    return _manquants(modele, list(contrat.comites.all()), _orientations(contrat))


def _orientations(contrat: Contrat) -> list[Orientation]:
    return list(contrat.orientations.filter(nature=NatureOrientation.THEMATIQUE).order_by("ordre"))


def _manquants(
    modele: ModeleComite, comites: list[Comite], orientations: list[Orientation]
) -> list[tuple[str, Orientation | None]]:
    noms = {comite.nom for comite in comites}
    if modele.par_orientation:
        faits = {comite.orientation_id for comite in comites if comite.type == modele.type}
        possibles = [(f"{modele.nom} – {o.nom_court}", o) for o in orientations]
        return [(nom, o) for nom, o in possibles if nom not in noms and o.pk not in faits]
    autre_nom = modele.type != TypeComite.AUTRE and any(
        comite.type == modele.type and comite.orientation_id is None for comite in comites
    )
    return [] if modele.nom in noms or autre_nom else [(modele.nom, None)]


def composition(modele: ModeleComite, contrat: Contrat) -> list[Organisme]:
    """The organisations that the preset seats: the lead always, then signatories or funders among them."""
    if modele.composition == Composition.PILOTE:
        return [contrat.pilote]
    signataires = Signataire.objects.filter(contrat=contrat)
    if modele.composition == Composition.FINANCEURS:
        signataires = signataires.filter(organisme__type__in=_FINANCEURS)
    numeros = {contrat.pilote_id, *signataires.values_list("organisme_id", flat=True)}
    return list(Organisme.objects.filter(pk__in=numeros))


def modeles_proposes(contrat: Contrat) -> list[ModelePropose]:
    """Every preset, with what the contract does not have of it yet."""
    comites, orientations = list(contrat.comites.all()), _orientations(contrat)
    return [ModelePropose(m, tuple(nom for nom, _ in _manquants(m, comites, orientations))) for m in MODELES]
