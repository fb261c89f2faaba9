"""Invents the réserve, the fonds de concours and the holidays of the year in execution: envelopes, dates, files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from acteurs.models import Organisme
from commun.models import Travail
from contrats.models import Contrat, NatureMoyens
from programmation import actions
from programmation.actions.depot import ACCUSER
from programmation.actions.ecriture_demande import (
    AttestationSaisie,
    IndicateurSaisi,
    LieuSaisi,
    PeriodeSaisie,
)
from programmation.etats import EtatEnveloppe
from programmation.lectures.porteur import est_une_association
from programmation.models import (
    CalendrierDispositif,
    Campagne,
    Dispositif,
    Dossier,
    Enveloppe,
    Formulaire,
    GenreMouvement,
    ModeLocalisation,
    MouvementEnveloppe,
    QuestionVacances,
    Vacances,
)
from programmation.regles.attestations import textes_demandes

from .calendrier import a_l_heure
from .monde import Monde

FIL_ROUGE = "L’eau"
SIRET_A_VENIR = "La commune donnera son SIRET avec sa délibération."
ETE = (Vacances.JUILLET, Vacances.AOUT)
QUESTIONS = {
    "nqe": tuple(QuestionVacances.values),
    "vvv": (QuestionVacances.PERIODES, QuestionVacances.PLACES, QuestionVacances.DEPARTS),
}
# Scheme, funder, euros of the year in execution.
ENVELOPPES = (
    ("reserve", "etat", 40_000),
    ("reserve", "caph", 25_000),
    ("fdc", "caph", 400_000),
    ("nqe", "region", 60_000),
    ("nqe", "caph", 20_000),
    ("vvv", "etat", 45_000),
)


@dataclass(frozen=True, slots=True)
class Invente:
    """One file: `jusqu_a` is how far it has come; its subsidies by funder; its own money."""

    dispositif: str
    intitule: str
    resume: str
    besoin: str
    orientation: str
    porteur: int | str  # rank among the associations, or the key of a commune
    lieu: str  # the key of a perimeter's version, or empty for all the quarters
    montants: dict[str, int]
    charges: dict[str, int]
    produits: dict[str, int]
    personnes: int
    jusqu_a: str
    suite: dict[str, Any] = field(default_factory=dict)


OPERATION = {
    "nature_operation": "renovation",
    "equipement": "Maison de quartier, 320 m², et son parvis",
    "stade": "projet",
    "foncier": "propriete",
    "foncier_precision": "Parcelle communale",
    "autorisation": "obtenue",
    "autorisation_precision": "Déclaration préalable sans opposition",
    "marches": "Procédure adaptée en quatre lots ; clause d’insertion de 800 heures.",
    "charges_annuelles": 18_000,
    "charges_portees_par": "La commune",
}
ETE_COMPLET = {
    "sorties": 6,
    "sejours": 1,
    "departs": 18,
    "fil_rouge": "Un atelier d’eau chaque semaine : canal, piscine, récupération de pluie.",
    "evenement": "Grande fête de l’eau",
    "evenement_lieu": "Parc du quartier",
    "participation": "Un comité de douze habitants a choisi les sorties en mai et tient la buvette.",
    "ecoresponsable": "Gourdes et vaisselle lavable, déplacements à vélo ou en car, tri sur place.",
}
VVV = {"sorties": 4, "sejours": 0, "departs": None}


def _ete(juillet: int, aout: int, places: tuple[int, int, int, int]) -> list[PeriodeSaisie]:
    """Days in July and in August; nothing where there is no day."""
    jours = zip(ETE, (juillet, aout), strict=True)
    return [PeriodeSaisie(periode.value, nombre, places) for periode, nombre in jours if nombre]


INVENTES = (
    Invente(
        "nqe",
        "Un été au bord du canal",
        "Cinq semaines d’animations au pied des immeubles, une fête et un séjour de voile.",
        "Deux enfants sur trois du quartier ne partent pas l’été.",
        "O3",
        1,
        "QN05950M",
        {"region": 8_000, "caph": 3_000},
        {"604": 9_000, "641": 4_000},
        {"insufprevisionnel": 2_000},
        180,
        "programmable",
        ETE_COMPLET | {"periodes": _ete(18, 6, (20, 22, 14, 16))},
    ),
    Invente(
        "nqe",
        "Les terrasses d’été",
        "Jeux, cinéma de plein air et ateliers de cuisine, trois soirs par semaine.",
        "Le centre social ferme en août : plus rien n’est ouvert.",
        "O3",
        2,
        "QN05951M",
        {"region": 6_000},
        {"604": 5_000, "641": 3_000},
        {"insufprevisionnel": 2_000},
        140,
        "instruit",
        ETE_COMPLET | {"periodes": _ete(12, 0, (15, 15, 10, 10)), "evenement": "Cinéma de plein air"},
    ),
    Invente(
        "nqe",
        "La caravane de l’eau",
        "Un camion de jeux et d’expériences, une journée dans chaque quartier.",
        "Les familles sans voiture ne vont pas aux plages d’été des villes voisines.",
        "O4",
        7,
        "",
        {"region": 9_000, "caph": 4_000},
        {"604": 12_000, "641": 4_000},
        {"insufprevisionnel": 3_000},
        400,
        "instruit",
        ETE_COMPLET | {"periodes": _ete(13, 0, (25, 25, 10, 10)), "sejours": 0, "departs": None},
    ),
    Invente(
        "vvv",
        "Chantiers de jeunes du printemps à l’été",
        "Des chantiers rémunérés de cinq jours, puis une sortie choisie par le groupe.",
        "Des jeunes de 14 à 17 ans sans activité pendant les vacances.",
        "O1",
        3,
        "QN05957M",
        {"etat": 7_000},
        {"604": 4_000, "641": 5_000},
        {"insufprevisionnel": 2_000},
        36,
        "instruit",
        VVV
        | {
            "periodes": [
                PeriodeSaisie(Vacances.PRINTEMPS.value, 5, (0, 0, 6, 6)),
                PeriodeSaisie(Vacances.JUILLET.value, 10, (0, 0, 8, 8)),
            ]
        },
    ),
    Invente(
        "vvv",
        "Sport et nature à la Toussaint",
        "Escalade, vélo et parcours dans la forêt, avec les clubs de la ville.",
        "Les clubs n’ouvrent pas aux non-licenciés pendant les vacances.",
        "O2",
        4,
        "QN05922M",
        {"etat": 4_500},
        {"604": 4_000, "641": 2_000},
        {"insufprevisionnel": 1_500},
        48,
        "depose",
        VVV | {"periodes": [PeriodeSaisie(Vacances.TOUSSAINT.value, 5, (8, 8, 8, 8))]},
    ),
    Invente(
        "reserve",
        "Un atelier couture pour équiper la salle",
        "Vingt séances pour apprendre à coudre, et des rideaux pour la salle commune.",
        "Des habitantes se sont proposées après l’appel à projets.",
        "O3",
        5,
        "",
        {"etat": 2_500, "caph": 1_500},
        {"604": 3_000, "60x": 2_000},
        {"insufprevisionnel": 1_000},
        24,
        "programmable",
    ),
    Invente(
        "reserve",
        "Permanence d’accès aux droits du samedi",
        "Une écrivaine publique et un juriste, un samedi sur deux.",
        "La maison France services ferme le samedi ; ceux qui travaillent n’y vont pas.",
        "O3",
        6,
        "QN05951M",
        {"etat": 4_000},
        {"604": 5_000},
        {"insufprevisionnel": 1_000},
        90,
        "instruit",
    ),
    Invente(
        "fdc",
        "Rénovation de la maison de quartier",
        "Isolation, accessibilité, salle de motricité et parvis planté.",
        "Le bâtiment de 1974 n’est plus aux normes et ferme l’hiver.",
        "O4",
        "commune-59172",
        "QN05950M",
        {"caph": 90_000},
        {"203": 12_000, "20x": 48_000, "231": 440_000},
        {"74etat": 180_000, "74dep": 60_000, "16x": 100_000, "insufprevisionnel": 70_000},
        900,
        "programmable",
        OPERATION,
    ),
    Invente(
        "fdc",
        "Terrain de jeux et city stade",
        "Un terrain multisports, des jeux pour les petits, des arbres.",
        "Aucun équipement sportif ouvert à moins d’un kilomètre.",
        "O4",
        "commune-59172",
        "QN05954M",
        {"caph": 40_000},
        {"20x": 10_000, "231": 150_000},
        {"74etat": 60_000, "insufprevisionnel": 60_000},
        400,
        "depose",
        OPERATION
        | {
            "nature_operation": "amenagement",
            "equipement": "Terrain multisports et aire de jeux",
            "autorisation": "sans_objet",
            "autorisation_precision": "",
            "charges_annuelles": 6_000,
        },
    ),
)


def creer_fil_de_l_eau(monde: Monde) -> None:
    """Nothing when the contract has no campaign in the year in execution."""
    annee = monde.calendrier.aujourdhui.year
    campagne = Campagne.objects.filter(contrat=monde.contrat, annee=annee).select_related("contrat").first()
    dispositifs = _regler_les_dispositifs(monde)
    if campagne is None:
        return
    _ouvrir_les_enveloppes(monde, campagne, dispositifs)
    _dater(monde, campagne, dispositifs)
    for rang, modele in enumerate(INVENTES):
        _inventer(monde, campagne, dispositifs[modele.dispositif], modele, rang)


def effacer_fil_de_l_eau(contrat: Contrat) -> None:
    """Remove the dates; the files and envelopes go with the others."""
    CalendrierDispositif.objects.filter(contrat=contrat, fictif=True).delete()


def _regler_les_dispositifs(monde: Monde) -> dict[str, Dispositif]:
    """What each asks, as data of the scheme."""
    dispositifs = {d.code: d for d in Dispositif.objects.filter(contrat=monde.contrat)}
    for code, questions in QUESTIONS.items():
        dispositifs[code].questions = list(questions)
    dispositifs["nqe"].vacances = [periode.value for periode in ETE]
    dispositifs["fdc"].formulaire, dispositifs["fdc"].permanent = Formulaire.INVESTISSEMENT, True
    Dispositif.objects.bulk_update(dispositifs.values(), ["questions", "vacances", "formulaire", "permanent"])
    return dispositifs


def _ouvrir_les_enveloppes(monde: Monde, campagne: Campagne, dispositifs: dict[str, Dispositif]) -> None:
    """Notified as they were announced."""
    annonce_le, notifiee_le = monde.calendrier.ouverture(campagne.annee), monde.calendrier.copil(campagne.annee)
    enveloppes = Enveloppe.objects.bulk_create(
        Enveloppe(
            contrat=monde.contrat,
            financeur=monde.organismes[financeur],
            annee=campagne.annee,
            dispositif=dispositifs[code],
            nature=NatureMoyens.SPECIFIQUE,
            section=dispositifs[code].section,
            etat=EtatEnveloppe.NOTIFIEE,
            notifiee_le=notifiee_le,
            reference=f"Lettre n° {campagne.annee}-{code.upper()}",
            montant=Decimal(montant),
            fictif=True,
        )
        for code, financeur, montant in ENVELOPPES
    )
    MouvementEnveloppe.objects.bulk_create(
        MouvementEnveloppe(enveloppe=enveloppe, genre=genre, le=le, montant=montant, motif=motif, fictif=True)
        for enveloppe in enveloppes
        for genre, le, montant, motif in (
            (GenreMouvement.ATTENDU, annonce_le, enveloppe.montant, "Montant attendu"),
            (GenreMouvement.NOTIFICATION, notifiee_le, Decimal(0), enveloppe.reference),
        )
    )


def _fin_du_depot(monde: Monde) -> date:
    """10 April, or three weeks before a demo loaded early in the year."""
    aujourdhui = monde.calendrier.aujourdhui
    return min(date(aujourdhui.year, 4, 10), aujourdhui - timedelta(days=21))


def _dater(monde: Monde, campagne: Campagne, dispositifs: dict[str, Dispositif]) -> None:
    """The summer calls of this year are over; next year's have their dates."""
    ferme = _fin_du_depot(monde)
    jours = {campagne.annee: (ferme - timedelta(days=40), ferme)}
    suivante = campagne.annee + 1
    if suivante in monde.calendrier.annees:
        jours[suivante] = (date(suivante, 3, 1), date(suivante, 4, 10))
    CalendrierDispositif.objects.bulk_create(
        CalendrierDispositif(
            contrat=monde.contrat,
            dispositif=dispositifs[code],
            annee=annee,
            ouvre=ouvre,
            ferme=ferme,
            fil_rouge=FIL_ROUGE if code == "nqe" and annee == campagne.annee else "",
            fictif=True,
        )
        for annee, (ouvre, ferme) in jours.items()
        for code in QUESTIONS
    )


_INSTRUIRE: tuple[Callable[..., Dossier], ...] = (
    actions.declarer_recevable,
    actions.ouvrir_instruction,
)


def _inventer(monde: Monde, campagne: Campagne, dispositif: Dispositif, modele: Invente, rang: int) -> None:
    """Typed by the team for the porteur, deposited, instructed as far as the model says."""
    par = monde.chef_de_projet
    jour = _fin_du_depot(monde) - timedelta(days=12 - rang)
    porteur = _porteur(monde, modele)
    le = a_l_heure(jour, 10)
    dossier = actions.commencer(
        campagne, porteur=porteur, dispositif=dispositif, intitule=modele.intitule, par=par, le=le
    )
    actions.ecrire(dossier, _reponses(monde, dispositif, modele, porteur, campagne.annee), par=par, le=le)
    dossier = actions.deposer(dossier, par=par, le=a_l_heure(jour, 11))
    if modele.jusqu_a != "depose":
        motif = "" if porteur.siret else SIRET_A_VENIR
        dossier = actions.declarer_complet(dossier, motif=motif, par=par, le=a_l_heure(jour + timedelta(days=1), 11))
        for suite, acte in enumerate(_INSTRUIRE, start=2):
            dossier = acte(dossier, par=par, le=a_l_heure(jour + timedelta(days=suite), 11))
    if modele.jusqu_a == "programmable":
        for demande in dossier.demandes.select_related("financeur").order_by("pk"):
            actions.proposer(
                demande,
                montant=demande.montant_demande,
                par=monde.auteur(demande.financeur),
                le=a_l_heure(jour + timedelta(days=6), 14),
            )
    Travail.objects.filter(nom=ACCUSER, cible_id=dossier.pk).delete()  # the demo writes to nobody
    Dossier.objects.filter(pk=dossier.pk).update(fictif=True, cree_le=le, instructeur=par.utilisateur)
    dossier.demandes.update(fictif=True)


def _porteur(monde: Monde, modele: Invente) -> Organisme:
    if isinstance(modele.porteur, str):
        return monde.organismes[modele.porteur]
    associations = [p.organisme for p in monde.porteurs if not p.est_commune and est_une_association(p.organisme)]
    return associations[modele.porteur % len(associations)]


def _reponses(monde: Monde, dispositif: Dispositif, modele: Invente, porteur: Organisme, annee: int) -> dict[str, Any]:
    """All that the request asks, by field (S-01…S-04, S-17)."""
    orientation = monde.orientations[modele.orientation]
    qpv, femmes = modele.personnes * 8 // 10, modele.personnes // 2
    lieu = LieuSaisi(ModeLocalisation.ENSEMBLE_QPV, None, None, Decimal(100))
    if modele.lieu:
        version = monde.versions[modele.lieu]
        commune = version.communes.order_by("code").first()
        lieu = LieuSaisi(ModeLocalisation.PERIMETRE, version.pk, commune.pk if commune else None, Decimal(100))
    communes = {
        "resume": modele.resume,
        "buts": "Que les habitants y trouvent leur place, et s’y rencontrent.",
        "besoin": modele.besoin,
        "orientation": orientation,
        "theme_p147": orientation.theme_p147 or next(iter(monde.themes.values())),
        "localisations": [lieu],
        "lieu": "Au cœur du quartier",
        "debut": date(annee, 3, 1),
        "fin": date(annee, 12, 15),
        "beneficiaires": modele.personnes,
        "beneficiaires_qpv": qpv,
        "demandes": {
            (monde.organismes[financeur].pk, dispositif.pk, NatureMoyens.SPECIFIQUE.value): Decimal(montant)
            for financeur, montant in modele.montants.items()
        },
        "budget": modele.charges | modele.produits,
        "attestations": {
            texte.genre: AttestationSaisie(True, Decimal(0) if texte.demande_un_montant else None)
            for texte in textes_demandes(association=est_une_association(porteur))
        },
    }
    if dispositif.formulaire != Formulaire.INVESTISSEMENT:
        communes |= {
            "droit_commun_insuffisant": "Les dispositifs existants ne couvrent ni ces jours ni ce quartier.",
            "femmes": femmes,
            "hommes": modele.personnes - femmes,
            "moyens": "Deux animateurs diplômés, des bénévoles, les salles de la commune.",
            "indicateurs": [IndicateurSaisi(None, "Participants différents", "personnes", Decimal(modele.personnes))],
        }
    if "evenement" in modele.suite:
        communes["evenement_le"] = date(annee, 8, 28)
    return communes | modele.suite
