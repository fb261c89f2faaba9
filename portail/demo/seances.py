"""Invents what surrounds the meetings: who sits, agendas, attendance, the minutes of those held."""

from __future__ import annotations

from datetime import time

from contrats.models import (
    ItemCompteRendu,
    MembreComite,
    PointOrdreDuJour,
    Presence,
    Reunion,
    Signataire,
    TypeComite,
)
from geographie.models import Perimetre

from .monde import Monde
from .reunions import Agenda

SIEGENT = (TypeComite.COPIL, TypeComite.COTECH, TypeComite.GROUPE_THEMATIQUE, TypeComite.REVUE_DE_PROJETS)
ORDRE_DU_JOUR = (
    ("Suites des décisions du dernier COPIL", "caph", 10),
    ("Actions à suivi renforcé : points d’étape", "caph", 20),
    ("Renouvellement urbain et programmes TFPB", "bailleurs", 30),
)
SUJETS = {"Programmation": ("Programmation proposée", "caph", 60), "Revue": ("Revue des engagements", "etat", 60)}
AUDIENCE = ItemCompteRendu.Audience
COMPTE_RENDU = (
    ("Les financeurs présentent l’équilibre entre droit commun et crédits spécifiques.", AUDIENCE.MEMBRES, 0),
    ("Le bailleur expose le calendrier des travaux et les actions menées avec les habitants.", AUDIENCE.INVITES, 1),
    ("Le comité salue les projets portés avec le conseil citoyen et demande leur reconduction.", AUDIENCE.CONTRAT, 2),
)


def creer_seances(monde: Monde, agenda: Agenda) -> None:
    """Seats, then an agenda for every COPIL, attendance and tagged minutes for those held."""
    _sieges(monde)
    Reunion.objects.filter(comite__contrat=monde.contrat, fictif=True).update(debut=time(14), fin=time(16, 30))
    quartiers = list(Perimetre.objects.filter(contrats__contrat=monde.contrat, type="qpv").order_by("nom"))
    points, presences, items, marques = [], [], [], []
    for rang, copil in enumerate(agenda.des_copils):
        sujet = SUJETS["Revue" if "Revue" in copil.objet else "Programmation"]
        for ordre, (titre, cle, minutes) in enumerate((ORDRE_DU_JOUR[0], sujet, *ORDRE_DU_JOUR[1:]), start=1):
            points.append(
                PointOrdreDuJour(
                    reunion=copil, ordre=ordre, titre=titre, rapporteur=monde.organismes[cle], minutes=minutes
                )
            )
        if not copil.tenue:
            continue
        for numero, membre in enumerate(copil.comite.membres.order_by("invite", "pk")):
            statut = Presence.Statut.EXCUSE if (numero + rang) % 5 == 4 else Presence.Statut.PRESENT
            presences.append(Presence(reunion=copil, organisme_id=membre.organisme_id, statut=statut))
        for ordre, (texte, audience, decalage) in enumerate(COMPTE_RENDU, start=1):
            items.append(ItemCompteRendu(reunion=copil, ordre=ordre, texte=texte, audience=audience))
            marques.append(quartiers[(rang + decalage) % len(quartiers)])
    PointOrdreDuJour.objects.bulk_create(points)
    Presence.objects.bulk_create(presences)
    lien = ItemCompteRendu.perimetres.through
    lien.objects.bulk_create(
        lien(itemcompterendu_id=item.pk, perimetre_id=quartier.pk)
        for item, quartier in zip(ItemCompteRendu.objects.bulk_create(items), marques, strict=True)
    )


def _sieges(monde: Monde) -> None:
    """The signatories sit, the conseil citoyen is invited to the COPIL, the lead alone elsewhere."""
    signataires = list(
        Signataire.objects.filter(contrat=monde.contrat).order_by("ordre", "pk").values_list("organisme_id", flat=True)
    )
    sieges = []
    for comite in monde.contrat.comites.all():
        membres = dict.fromkeys([monde.contrat.pilote_id, *(signataires if comite.type in SIEGENT else [])])
        sieges += [MembreComite(comite=comite, organisme_id=organisme) for organisme in membres]
        if comite.type == TypeComite.COPIL:
            habitants = monde.organismes["conseil-citoyen"]
            sieges.append(MembreComite(comite=comite, organisme=habitants, invite=True))
    MembreComite.objects.bulk_create(sieges, ignore_conflicts=True)
