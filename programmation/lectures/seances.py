"""What committees and the shared calendar read of the programming: files proposed to a meeting, stages of campaigns."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localdate

from commun.auteur import Auteur
from commun.typographie import date_courte, pluriel
from contrats.creneaux import DossierPropose, Echeance, GenreEcheance, LienDeReunion, ProgrammationProposee
from contrats.etats import Role
from contrats.models import Contrat, Reunion, TypeComite
from contrats.permissions import roles

from ..etats import DEMANDE_CONSOMME, DOSSIER_A_LA_TABLE_DU_COPIL, EtatDemande
from ..models import CalendrierDispositif, Campagne, DemandeFinancement, Dossier, ReleveDeDecisions
from ..models.dossier import deports_de
from ..models.seance import demandes_de
from ..permissions import peut_tenir_la_seance
from ..permissions.campagne import voit_la_campagne
from .calendriers import dates_au_calendrier
from .campagne import etapes_au_calendrier
from .fiches_de_seance import fiches
from .listes_de_seance import deports_du_jour
from .montants_de_seance import PARTAGE, demandes_de_la_seance, par_financeur

ZERO = Decimal(0)
# The accounts of an action are due six months after the end of its year (loi 2000-321, art. 10).
JOUR_DES_BILANS = (6, 30)


def programmation_proposee(reunion: Reunion, ecartes: frozenset[int] = frozenset()) -> ProgrammationProposee | None:
    """The files on the meeting's list; without a list, those that one which validates is asked to programme, then those
    it did. None when there is none.

    Shared proposals only: a funder's private draft is not printed. A body that validates the SIP alone reads the SIP;
    where none does, the one that validates the programming reads them too. The files of `ecartes` (by key) are named only:
    the copy of the packet for whoever is withdrawn from them.
    """
    comite = reunion.comite
    liste = list(reunion.examens.order_by("ordre", "pk").values_list("dossier", flat=True))
    if liste:
        demandes = [d for d in demandes_de_la_seance(reunion, liste) if d.etat != EtatDemande.REFUSEE]
    elif comite.decide_des_dossiers:
        demandes = _a_programmer(reunion)
    else:
        return None
    par_dossier: dict[int, list[DemandeFinancement]] = {cle: [] for cle in liste}
    for demande in demandes:
        par_dossier.setdefault(demande.dossier_id, []).append(demande)
    par_dossier = {cle: groupe for cle, groupe in par_dossier.items() if groupe}
    if not par_dossier:
        return None
    lus = Dossier.objects.select_related("porteur", "orientation", "campagne").in_bulk(list(par_dossier))
    tus = [cle for cle in par_dossier if cle in ecartes]
    par_dossier = {cle: groupe for cle, groupe in par_dossier.items() if cle not in ecartes}
    deports = deports_du_jour(reunion, par_dossier)
    dossiers = tuple(_propose(lus[cle], groupe, deports.get(cle, ())) for cle, groupe in par_dossier.items())
    return ProgrammationProposee(
        annee=max(dossier.campagne.annee for dossier in lus.values()),
        dossiers=dossiers,
        total_demande=sum((d.demande for d in dossiers), ZERO),
        total_propose=sum((d.propose for d in dossiers), ZERO),
        fiches=fiches(reunion, par_dossier),
        prepare=not comite.decide_des_dossiers,
        ecartes=tuple(f"{lus[cle].numero}, {lus[cle].intitule}" for cle in tus),
    )


def ecartes_de_la_seance(reunion: Reunion, pour: Auteur) -> frozenset[int]:
    """The files of the packet from which this reader is withdrawn today (by key)."""
    deportes = deports_de(pour, reunion.comite.contrat)
    if not deportes:
        return frozenset()
    liste = set(reunion.examens.values_list("dossier", flat=True))
    if not liste and reunion.comite.decide_des_dossiers:
        liste = {demande.dossier_id for demande in _a_programmer(reunion)}
    return deportes & liste


def _a_programmer(reunion: Reunion) -> list[DemandeFinancement]:
    """What is proposed and not validated yet, before the meeting; what the meeting programmed."""
    programmees = Q(reunion=reunion, etat__in=DEMANDE_CONSOMME)
    if not reunion.tenue:
        programmees |= Q(
            etat=EtatDemande.PROPOSEE,
            proposition_partagee=True,
            dossier__etat__in=DOSSIER_A_LA_TABLE_DU_COPIL,
            # What an earlier year left in instruction does not come back by itself.
            dossier__campagne__annee__gte=reunion.le.year,
        )
    demandes = DemandeFinancement.objects.filter(
        programmees, demandes_de(reunion.comite), dossier__contrat=reunion.comite.contrat_id
    )
    return list(
        demandes.annotate(partage=PARTAGE)
        .select_related("financeur")
        .order_by("dossier__orientation__ordre", "dossier__numero", "financeur__recherche", "nature")
    )


def _propose(dossier: Dossier, demandes: list[Any], deports: tuple[str, ...]) -> DossierPropose:
    lus = ((demande.financeur, demande.montant_programme or demande.partage) for demande in demandes)
    montants = par_financeur((financeur, montant) for financeur, montant in lus if montant)
    return DossierPropose(
        numero=dossier.numero,
        intitule=dossier.intitule,
        porteur=dossier.porteur.nom_court,
        orientation=dossier.orientation.nom_court if dossier.orientation else "",
        demande=sum((d.montant_demande for d in demandes), ZERO),
        propose=sum((montant for _, montant in montants), ZERO),
        financeurs=montants,
        fictif=dossier.fictif,
        deports=deports,
    )


def liens_de_reunion(reunion: Reunion, pour: Auteur) -> list[LienDeReunion]:
    """The session's pages for whoever runs it, and the records that this reader may open, the latest version first."""
    liens = []
    cles = {"contrat": reunion.comite.contrat.slug, "pk": reunion.pk}
    if peut_tenir_la_seance(pour, reunion):
        nombre = reunion.examens.count()
        detail = f"{pluriel(nombre, 'dossier')} sur la liste" if nombre else "Aucun dossier n’est encore sur la liste"
        url = reverse("programmation:seance", kwargs=cles)
        liens.append(LienDeReunion("Examen des dossiers", url, "list-ol", detail))
    releves = ReleveDeDecisions.objects.visibles_par(pour, reunion.comite.contrat).filter(reunion=reunion)
    for releve in releves.order_by("-version"):
        publie = f"publié le {date_courte(localdate(releve.publie_le))}" if releve.publie_le else "pas encore publié"
        url = reverse("programmation:releve", kwargs=cles | {"version": releve.version})
        nom = "Relevé de décisions" if reunion.comite.decide_des_dossiers else "Relevé de propositions"
        liens.append(LienDeReunion(f"{nom}, version {releve.version} (PDF)", url, "file-earmark-pdf", publie))
    return liens


def etapes_de_campagne(contrat: Contrat, du: date, au: date, pour: Auteur) -> list[Echeance]:
    """Opening and closing of each campaign and of the schemes that have their own days, its stages, its COPIL until a
    meeting stands for it, the day the bilans are due.

    Whoever acts in the contract reads them; a campaign in preparation and the planned COPIL are for those who instruct.
    """
    tenus = roles(pour, contrat)
    suit = tenus.instruit or tenus.tient(Role.PORTEUR)
    copils = set(
        Reunion.objects.filter(comite__contrat=contrat, comite__type=TypeComite.COPIL).values_list("le", flat=True)
    )
    campagnes = [
        campagne
        for campagne in Campagne.objects.filter(contrat=contrat).select_related("contrat").prefetch_related("etapes")
        if voit_la_campagne(pour, campagne)
    ]
    etapes = [e for c in campagnes for e in _etapes(c, contrat, copils if tenus.instruit else None, suit=suit)]
    propres = _jours_des_dispositifs(contrat, [campagne.annee for campagne in campagnes])
    return [echeance for echeance in (*etapes, *propres) if du <= echeance.le <= au]


def _jours_des_dispositifs(contrat: Contrat, annees: list[int]) -> Iterable[Echeance]:
    siens = CalendrierDispositif.objects.filter(contrat=contrat, annee__in=annees).select_related("dispositif")
    for calendrier in siens.order_by("ouvre", "pk"):
        url = ""
        if calendrier.annee in contrat.annees:
            url = reverse("programmation:dispositifs", kwargs={"contrat": contrat.slug, "annee": calendrier.annee})
        for cle, titre, le in dates_au_calendrier(calendrier):
            yield Echeance(cle=cle, genre=GenreEcheance.CAMPAGNE, titre=titre, le=le, url=url, fictif=calendrier.fictif)


def _etapes(campagne: Campagne, contrat: Contrat, copils: set[date] | None, *, suit: bool) -> Iterable[Echeance]:
    """`suit`: the reader may open the files."""
    tableau = {"contrat": contrat.slug, "annee": campagne.annee}
    url = reverse("programmation:tableau", kwargs=tableau) if suit and campagne.annee in contrat.annees else ""
    jours = [
        ("ouverture", GenreEcheance.CAMPAGNE, f"{campagne.nom} : ouverture du dépôt", campagne.ouverte_le),
        ("limite", GenreEcheance.CAMPAGNE, f"{campagne.nom} : date limite de dépôt", campagne.limite_depot),
        (
            "bilans",
            GenreEcheance.BILAN,
            f"Bilans des actions {campagne.annee} à rendre",
            date(campagne.annee + 1, *JOUR_DES_BILANS),
        ),
    ]
    if copils is not None and campagne.copil_prevu_le is not None and campagne.copil_prevu_le not in copils:
        jours.append(("copil", GenreEcheance.CAMPAGNE, f"{campagne.nom} : COPIL prévu", campagne.copil_prevu_le))
    jours += [
        (cle, GenreEcheance.CAMPAGNE, f"{campagne.nom} : {nom[0].lower()}{nom[1:]}", le)
        for cle, nom, le in etapes_au_calendrier(campagne)
    ]
    for cle, genre, titre, le in jours:
        yield Echeance(
            cle=f"campagne-{campagne.pk}-{cle}", genre=genre, titre=titre, le=le, url=url, fictif=campagne.fictif
        )
