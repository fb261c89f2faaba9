"""Invents what happens outside the yearly call: initiatives on one page, support offered, needs that look for a porteur."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from acteurs.models import Organisme, TypeOrganisme
from commun.models import Travail
from contrats.models import Comite, Contrat, NatureMoyens, Reunion
from programmation import actions
from programmation.actions import besoins
from programmation.actions.depot import ACCUSER
from programmation.actions.ecriture_demande import AttestationSaisie, LieuSaisi
from programmation.actions.proximite import ANNONCER_UN_APPUI, proposer_accompagnement, suivre_accompagnement
from programmation.actions.seances import appliquer_l_examen
from programmation.etats import DEMANDE_NOTIFIEE
from programmation.models import (
    FAMILLES_DES_BESOINS,
    Accompagnement,
    Besoin,
    Campagne,
    CanalDepot,
    Candidature,
    DemandePic,
    Dispositif,
    Dossier,
    FamilleDispositif,
    FicheProximite,
    ModeLocalisation,
    PisteDeFinancement,
)
from programmation.regles.attestations import textes_demandes

from .calendrier import a_l_heure
from .monde import Monde

STRUCTURES = ("Maison des associations du Denaisis", "Point d’appui à la vie associative de Saint-Amand")
CE_QUI_EST_PROPOSE = "Trois rendez-vous : statuts, comptes, recherche de bénévoles."
CE_QUI_EST_FAIT = "Trois rendez-vous tenus ; un budget annuel et un tableau de trésorerie sont en place."
GRAINE = 5000


class InitiativeInventee(NamedTuple):
    """One page of an association; `jusqu_a` is how far it has come."""

    intitule: str
    resume: str
    besoin: str
    orientation: str
    montant: int
    personnes: int
    benevole: bool
    pic: DemandePic
    jusqu_a: str


INITIATIVES = (
    InitiativeInventee(
        "Un four à pain au pied des tours",
        "Construire un four avec les habitants, et y cuire le pain un dimanche sur deux.",
        "Plus aucun lieu ne réunit les habitants du quartier le dimanche.",
        "O3",
        2_400,
        60,
        True,
        DemandePic.NON,
        "depose",
    ),
    InitiativeInventee(
        "Les mamies racontent",
        "Dix après-midi où des grands-mères racontent leur arrivée au quartier aux enfants de l’école.",
        "Les enfants ne savent rien de l’histoire de leurs immeubles.",
        "O3",
        1_200,
        45,
        True,
        DemandePic.DEMANDE,
        "instruit",
    ),
    InitiativeInventee(
        "Réparer son vélo pour aller travailler",
        "Un atelier du samedi, des outils prêtés, deux mécaniciens bénévoles.",
        "Des habitants refusent un emploi faute de pouvoir s’y rendre.",
        "O1",
        1_200,
        40,
        True,
        DemandePic.NON,
        "propose",
    ),
)
# What the last commission examined: kept as proposed, kept for less, set aside.
EN_COMMISSION = (
    InitiativeInventee(
        "La chorale des cages d’escalier",
        "Répéter un soir par semaine dans un hall différent, et chanter ensemble à la fête de la musique.",
        "Les voisins ne se croisent plus que dans l’ascenseur.",
        "O3",
        600,
        35,
        True,
        DemandePic.NON,
        "propose",
    ),
    InitiativeInventee(
        "Le jardin des odeurs",
        "Planter des herbes aromatiques devant le foyer, avec ses résidents et les enfants du centre social.",
        "Les résidents du foyer ne sortent plus.",
        "O6",
        500,
        30,
        True,
        DemandePic.NON,
        "propose",
    ),
    InitiativeInventee(
        "Un car pour la mer",
        "Une journée à la mer pour les familles du quartier.",
        "Des enfants n’ont jamais vu la mer.",
        "O3",
        1_800,
        50,
        False,
        DemandePic.DEMANDE,
        "propose",
    ),
)
MOINS_QUE_PROPOSE = Decimal(400)
ECARTEE = "Le centre social organise déjà cette sortie, avec des places libres."
DEPOT_AVANT_LA_COMMISSION = 25  # days


def creer_toute_l_annee(monde: Monde) -> None:
    """On the year in execution; the needs of today."""
    hasard = random.Random(GRAINE)
    _completer_les_initiatives(monde, hasard)
    annee = monde.calendrier.aujourdhui.year
    campagne = Campagne.objects.filter(contrat=monde.contrat, annee=annee).select_related("contrat").first()
    if campagne is not None:
        _deposer_des_initiatives(monde, campagne)
        _tenir_une_commission(monde, campagne)
    _prevoir_une_commission(monde)
    _offrir_des_appuis(monde, hasard)
    _signaler_des_besoins(monde)


def effacer_toute_l_annee(contrat: Contrat) -> None:
    """Remove the needs and the support; the initiatives go with the other files."""
    for modele in (Besoin, Accompagnement):
        modele._default_manager.filter(contrat=contrat, fictif=True).delete()


# --- Initiatives -------------------------------------------------------------------------------------------------------
def _completer_les_initiatives(monde: Monde, hasard: random.Random) -> None:
    """What the files of each year answer on their one page."""
    dossiers = Dossier.objects.filter(contrat=monde.contrat, fictif=True, dispositif__famille=FamilleDispositif.SIP)
    FicheProximite.objects.bulk_create(
        FicheProximite(
            dossier=dossier,
            benevole=hasard.random() < 0.8,
            pic=hasard.choices(list(DemandePic), (0.7, 0.2, 0.1))[0],
        )
        for dossier in dossiers.order_by("numero")
    )


def _deposer_des_initiatives(monde: Monde, campagne: Campagne) -> None:
    """Three that the team typed for associations, at each stage before the commission; one that the demo's porteur writes."""
    dispositif = Dispositif.objects.get(contrat=monde.contrat, code="sip")
    deja = set(campagne.dossiers.values_list("porteur", flat=True))
    associations = [p for p in monde.porteurs if not p.est_commune]
    libres = [p for p in associations if p.organisme.pk not in deja] or associations
    for rang, modele in enumerate(INITIATIVES):
        porteur = libres[rang % len(libres)]
        _deposer(monde, campagne, dispositif, modele, porteur.organisme, porteur.commune, jours=12 - 3 * rang)
    _commencer_celle_du_porteur(monde, campagne, dispositif)


def _tenir_une_commission(monde: Monde, campagne: Campagne) -> None:
    """The session of the last commission: what it kept, for how much, and what it set aside."""
    jour = monde.calendrier.aujourdhui
    tenues = Reunion.objects.filter(comite__contrat=monde.contrat, comite__valide_sip=True, le__year=campagne.annee)
    reunion = tenues.filter(le__lt=jour).select_related("comite__contrat").order_by("-le").first()
    depot = reunion.le - timedelta(days=DEPOT_AVANT_LA_COMMISSION) if reunion else jour
    if reunion is None or depot < campagne.ouverte_le:
        return
    dispositif = Dispositif.objects.get(contrat=monde.contrat, code="sip")
    a_l_appel = set(campagne.dossiers.exclude(dispositif=dispositif).values_list("porteur", flat=True))
    associations = sorted(
        (p for p in monde.porteurs if p.organisme.type == TypeOrganisme.ASSOCIATION),
        key=lambda p: p.organisme.pk in a_l_appel,
    )
    dossiers = [
        _deposer(monde, campagne, dispositif, modele, porteur.organisme, porteur.commune, jours=(jour - depot).days)
        for modele, porteur in zip(EN_COMMISSION, associations, strict=False)
    ]
    le, par = a_l_heure(reunion.le, 17), monde.chef_de_projet
    actions.inscrire_dossiers(reunion, [dossier.numero for dossier in dossiers], par=par, le=a_l_heure(reunion.le, 9))
    _, _, ecartee = dossiers
    for rang, dossier in enumerate(dossiers):
        examen, demande = reunion.examens.get(dossier=dossier), dossier.demandes.get()
        if dossier == ecartee:
            saisie, acte = actions.SaisieExamen({}, texte=ECARTEE), "ecarter"
        else:
            montant = MOINS_QUE_PROPOSE if rang else demande.montant_propose
            saisie, acte = actions.SaisieExamen({demande.pk: montant}), "retenir"
        examen = actions.saisir_l_examen(examen, saisie, acte=acte, par=par, le=le)
        appliquer_l_examen(examen, par=par, le=le)


def _deposer(
    monde: Monde,
    campagne: Campagne,
    dispositif: Dispositif,
    modele: InitiativeInventee,
    porteur: Organisme,
    commune: str,
    *,
    jours: int,
) -> Dossier:
    jour = monde.calendrier.aujourdhui - timedelta(days=jours)
    le, par = a_l_heure(jour, 10), monde.chef_de_projet
    dossier = actions.commencer(
        campagne, porteur=porteur, dispositif=dispositif, intitule=modele.intitule, par=par, le=le
    )
    actions.ecrire(dossier, _reponses(monde, dispositif, modele, commune, jour), par=par, le=le)
    dossier = actions.deposer(dossier, par=par, le=a_l_heure(jour, 11))
    suite = {"depose": (), "instruit": _INSTRUIRE, "propose": _INSTRUIRE}[modele.jusqu_a]
    for rang, acte in enumerate(suite, start=1):
        dossier = acte(dossier, par=par, le=a_l_heure(jour + timedelta(days=rang), 11))
    if modele.jusqu_a == "propose":
        demande = dossier.demandes.get()
        actions.proposer(demande, montant=Decimal(modele.montant), par=par, le=a_l_heure(jour + timedelta(days=4), 14))
    Travail.objects.filter(nom=ACCUSER, cible_id=dossier.pk).delete()  # the demo writes to nobody
    Dossier.objects.filter(pk=dossier.pk).update(fictif=True, cree_le=le, instructeur=par.utilisateur)
    dossier.demandes.update(fictif=True)
    return dossier


_INSTRUIRE = (actions.declarer_complet, actions.declarer_recevable, actions.ouvrir_instruction)


def _reponses(
    monde: Monde, dispositif: Dispositif, modele: InitiativeInventee, commune: str, jour: date
) -> dict[str, object]:
    """All that the page asks, by field (S-01…S-04, S-17)."""
    orientation = monde.orientations[modele.orientation]
    qpv, femmes = modele.personnes * 8 // 10, modele.personnes * 55 // 100
    epargne = modele.montant // 4
    return {
        "resume": modele.resume,
        "besoin": modele.besoin,
        "orientation": orientation,
        "theme_p147": orientation.theme_p147 or next(iter(monde.themes.values())),
        "localisations": [LieuSaisi(ModeLocalisation.PERIMETRE, None, monde.communes[commune].pk, Decimal(100))],
        "lieu": "Local commun résidentiel",
        "debut": jour + timedelta(days=20),
        "fin": jour + timedelta(days=140),
        "partenaires": "Le conseil citoyen et l’amicale des locataires.",
        "benevole": modele.benevole,
        "beneficiaires": modele.personnes,
        "beneficiaires_qpv": qpv,
        "femmes": femmes,
        "hommes": modele.personnes - femmes,
        "demandes": {
            (monde.organismes["caph"].pk, dispositif.pk, NatureMoyens.SPECIFIQUE.value): Decimal(modele.montant)
        },
        "pic": modele.pic,
        "budget": {
            "60x": modele.montant,
            "62x": epargne,
            "insufprevisionnel": epargne,
            "864": 400,
            "870": 400,
        },
        "attestations": {
            texte.genre: AttestationSaisie(True, Decimal(0) if texte.demande_un_montant else None)
            for texte in textes_demandes(association=True)
        },
    }


def _commencer_celle_du_porteur(monde: Monde, campagne: Campagne, dispositif: Dispositif) -> None:
    """Half-way: what it lacks is told on its page."""
    porteur = monde.organismes["porteur"]
    par = monde.auteur_du_depot(porteur)
    le = a_l_heure(monde.calendrier.aujourdhui - timedelta(days=1), 18)
    dossier = actions.commencer(
        campagne, porteur=porteur, dispositif=dispositif, intitule="Une fête de la soupe", par=par, le=le
    )
    actions.ecrire(
        dossier,
        {
            "resume": "Éplucher, cuire et partager des soupes du monde, un samedi de décembre.",
            "localisations": [LieuSaisi(ModeLocalisation.PERIMETRE, None, monde.communes["59172"].pk, Decimal(100))],
            "lieu": "Place du marché",
            "beneficiaires": 120,
            "benevole": True,
            "demandes": {(monde.organismes["caph"].pk, dispositif.pk, NatureMoyens.SPECIFIQUE.value): Decimal(900)},
            "budget": {"60x": 900},
        },
        par=par,
        le=le,
    )
    # The number of a draft is drawn at random: the demo is the same each time.
    numero = f"B{campagne.annee % 100:02d}-demo-sip"
    Dossier.objects.filter(pk=dossier.pk).update(fictif=True, cree_le=le, numero=numero)
    dossier.demandes.update(fictif=True)


def _prevoir_une_commission(monde: Monde) -> None:
    """The initiatives always have a meeting to go to."""
    comite = Comite.objects.filter(contrat=monde.contrat, valide_sip=True).first()
    if comite is None or comite.reunions.filter(le__gte=monde.calendrier.aujourdhui, etat="prevue").exists():
        return
    Reunion.objects.create(
        comite=comite,
        le=monde.calendrier.aujourdhui + timedelta(days=19),
        objet="Soutien aux initiatives de proximité",
        fictif=True,
    )


def _offrir_des_appuis(monde: Monde, hasard: random.Random) -> None:
    """Most of the associations financed in the last two years were offered support; some took it."""
    annees = (monde.calendrier.aujourdhui.year - 1, monde.calendrier.aujourdhui.year)
    finances = (
        Dossier.objects.filter(
            contrat=monde.contrat,
            campagne__annee__in=annees,
            dispositif__famille=FamilleDispositif.SIP,
            demandes__etat__in=DEMANDE_NOTIFIEE,
            fictif=True,
        )
        .select_related("contrat", "campagne", "porteur")
        .distinct()
        .order_by("numero")
    )
    par, hier = monde.chef_de_projet, monde.calendrier.aujourdhui - timedelta(days=1)
    for rang, dossier in enumerate(finances):
        if rang % 4 == 3:
            continue
        le = a_l_heure(hier - timedelta(days=20 + rang), 15)
        appui = proposer_accompagnement(
            dossier, structure=hasard.choice(STRUCTURES), note=CE_QUI_EST_PROPOSE, par=par, le=le
        )
        Accompagnement.objects.filter(pk=appui.pk).update(fictif=True)
        Travail.objects.filter(nom=ANNONCER_UN_APPUI, cible_id=appui.pk).delete()  # the demo writes to nobody
        for acte, texte in _SUITES[rang % len(_SUITES)]:
            le += timedelta(days=4)
            suivre_accompagnement(appui, acte, texte=texte, par=par, le=le)


_SUITES: tuple[tuple[tuple[str, str], ...], ...] = (
    (("accepter", ""), ("realiser", CE_QUI_EST_FAIT)),
    (),
    (("accepter", ""),),
    (),
    (("decliner", "L’association a déjà son comptable bénévole."),),
)


# --- Needs -------------------------------------------------------------------------------------------------------------
def _signaler_des_besoins(monde: Monde) -> None:
    """One just reported, a call open with an answer, one whose porteur looks for money."""
    _ouvrir_leurs_guichets(monde)
    _un_besoin_signale(monde)
    _un_appel_ouvert(monde)
    _un_porteur_trouve(monde)
    siens = Besoin.objects.filter(contrat=monde.contrat)
    siens.update(fictif=True)
    Candidature.objects.filter(besoin__in=siens).update(fictif=True)
    PisteDeFinancement.objects.filter(besoin__in=siens).update(fictif=True)


def _ouvrir_leurs_guichets(monde: Monde) -> None:
    """What answers a need is asked to the two that lead the contract; the others are expected in its budget."""
    for dispositif in Dispositif.objects.filter(contrat=monde.contrat, famille__in=FAMILLES_DES_BESOINS):
        for cle in ("caph", "etat"):
            CanalDepot.objects.get_or_create(
                contrat=monde.contrat, dispositif=dispositif, financeur=monde.organismes[cle]
            )


def _signaler(monde: Monde, jours: int, *, par_qui: str, **champs: object) -> Besoin:
    le = a_l_heure(monde.calendrier.aujourdhui - timedelta(days=jours), 9)
    return besoins.signaler(
        monde.contrat,
        champs=champs | {"signale_pour": monde.organismes[par_qui]},
        par=monde.chef_de_projet,
        le=le,
    )


def _un_besoin_signale(monde: Monde) -> None:
    _signaler(
        monde,
        6,
        par_qui="commune-59172",
        titre="Accompagner les démarches en ligne après 18 heures",
        constat="L’espace numérique ferme à 17 heures ; ceux qui travaillent en horaires décalés n’y vont jamais.",
        publics="Salariés en horaires décalés",
        orientation=monde.orientations["O1"],
        communes=[monde.communes["59172"]],
    )


def _un_appel_ouvert(monde: Monde) -> None:
    aujourdhui, par = monde.calendrier.aujourdhui, monde.chef_de_projet
    besoin = _signaler(
        monde,
        40,
        par_qui="caf",
        titre="Garder les enfants avant 7 heures et après 19 heures",
        constat="Des mères isolées refusent un emploi en horaires décalés : aucune garde n’ouvre assez tôt.",
        publics="Familles monoparentales, enfants de moins de 6 ans",
        orientation=monde.orientations["O1"],
        communes=[monde.communes["59172"]],
    )
    besoins.definir_l_opportunite(
        besoin,
        opportunite="Trois assistantes maternelles sont volontaires ; il manque une association pour les réunir "
        "et un lieu près de la gare. Deux ans d’essai, puis la convention territoriale prend le relais.",
        dispositif=Dispositif.objects.get(contrat=monde.contrat, famille=FamilleDispositif.AMI),
        reunion=None,
        par=par,
        le=a_l_heure(aujourdhui - timedelta(days=25), 11),
    )
    besoins.publier(
        besoin, jusqu_au=aujourdhui + timedelta(days=21), par=par, le=a_l_heure(aujourdhui - timedelta(days=20), 9)
    )
    candidat = next(p.organisme for p in monde.porteurs[1:] if not p.est_commune and "O1" not in p.orientations)
    Candidature.objects.create(
        besoin=besoin,
        organisme=candidat,
        texte="Nous gérons déjà une halte-garderie ; notre conseil est prêt à ouvrir un lieu de 5 h 30 à 21 heures, "
        "avec deux salariées et les assistantes maternelles volontaires.",
        deposee_le=a_l_heure(aujourdhui - timedelta(days=5), 16),
    )


def _un_porteur_trouve(monde: Monde) -> None:
    aujourdhui, par = monde.calendrier.aujourdhui, monde.chef_de_projet
    besoin = _signaler(
        monde,
        90,
        par_qui="etat",
        titre="Un garage solidaire dans le Denaisis",
        constat="Quatre demandeurs d’emploi sur dix n’ont pas de voiture en état ; les garages solidaires sont à 30 km.",
        publics="Demandeurs d’emploi, salariés en insertion",
        orientation=monde.orientations["O1"],
        communes=[monde.communes["59172"]],
    )
    besoins.definir_l_opportunite(
        besoin,
        opportunite="Un local de 300 m² se libère, le lycée prête un pont élévateur, un chantier d’insertion est prêt.",
        dispositif=Dispositif.objects.get(contrat=monde.contrat, code="fpc"),
        reunion=Reunion.objects.filter(comite__contrat=monde.contrat, comite__type="cotech", le__lt=aujourdhui)
        .order_by("-le")
        .first(),
        par=par,
        le=a_l_heure(aujourdhui - timedelta(days=60), 11),
    )
    besoins.nommer_le_porteur(
        besoin,
        porteur=next(p.organisme for p in monde.porteurs if p.organisme.nom == "Mobil’Escaut Solidaire"),
        motif="L’association a elle-même proposé l’atelier, et forme déjà des mécaniciens.",
        par=par,
        le=a_l_heure(aujourdhui - timedelta(days=30), 11),
    )
    pistes = (
        ("caph", NatureMoyens.SPECIFIQUE, 18_000, True, "Accord de principe de la vice-présidence."),
        ("region", NatureMoyens.DROIT_COMMUN, 12_000, False, "Dossier demandé avant la commission de janvier."),
        ("etat", NatureMoyens.SPECIFIQUE, None, False, "À revoir une fois le lieu trouvé."),
    )
    for cle, nature, montant, acquise, note in pistes:
        besoins.ecrire_piste(
            besoin,
            None,
            champs={
                "organisme": monde.organismes[cle],
                "nature": nature,
                "montant": None if montant is None else Decimal(montant),
                "acquise": acquise,
                "note": note,
            },
            par=par,
            le=a_l_heure(aujourdhui - timedelta(days=12), 15),
        )
