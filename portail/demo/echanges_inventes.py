"""Invents what is written around the coming year's files: a grid and its readings, notes, messages, a withdrawal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import cycle

from commun.auteur import Auteur
from commun.journal import inscrire_lot, preparer
from commun.models import LigneJournal
from contrats.permissions import roles
from programmation import actions
from programmation.actions import NoteSaisie
from programmation.etats import EtatDossier
from programmation.models import (
    CritereCampagne,
    DemandeFinancement,
    Dossier,
    Envoi,
    Mention,
    Message,
    NoteInterne,
    PartageNote,
    SensMessage,
)

from .calendrier import a_l_heure
from .monde import Monde

_GRILLE = (
    ("Réponse à un besoin du quartier", "Diagnostic, avis des habitants, absence d’offre voisine.", 3),
    ("Recherche du droit commun", "Les moyens ordinaires ont été sollicités d’abord.", 2),
    ("Public des quartiers prioritaires", "Part d’habitants des QPV, égalité entre femmes et hommes.", 2),
    ("Participation des habitants", "Ils préparent, font ou évaluent l’action.", 1),
    ("Budget et cofinancements", "Coût par personne, autres financeurs, part demandée.", 2),
)
_JUSTIFICATIONS = (
    "Précisé dans la demande et vérifié auprès de la mairie.",
    "Partiellement : le dossier reste général sur ce point.",
    "Bien décrit, avec des chiffres de l’an passé.",
    "À confirmer lors de la rencontre avec le porteur.",
)
_NOTES = (
    ("Vu avec le porteur au téléphone : le recrutement est prévu en mars.", PartageNote.ORGANISME),
    ("Action proche de celle du centre social : voir s’ils peuvent se coordonner.", PartageNote.INSTRUCTEURS),
    ("Le bilan de l’an passé montre moins de filles que prévu. À suivre.", PartageNote.INSTRUCTEURS),
)
_QUESTIONS = (
    ("Calendrier de l’action", "Bonjour, pouvez-vous préciser les dates des ateliers pendant les vacances ?"),
    ("Nombre de participants", "Bonjour, les 80 participants annoncés sont-ils des personnes différentes ?"),
)
_REPONSE = "Bonjour, les ateliers ont lieu du 15 au 26 avril, de 14 h à 17 h. Le détail est dans le projet pédagogique."
_ENVOI = (
    "Rencontre des porteurs",
    "Bonjour {porteur},\nvotre dossier {numero} est en cours d’instruction. L’équipe vous reçoit à la rencontre des "
    "porteurs, à l’hôtel d’agglomération, pour en parler avec les financeurs.",
)
_DEPORT = "Membre du conseil d’administration du porteur (donnée fictive)."


def creer_echanges(monde: Monde) -> None:
    """Write it for the files in instruction of the coming year, if there is one."""
    a_venir = [annee for annee in monde.calendrier.annees if monde.calendrier.est_a_venir(annee)]
    dossiers = list(
        Dossier.objects.filter(
            contrat=monde.contrat, campagne__annee__in=a_venir, fictif=True, etat=EtatDossier.EN_INSTRUCTION
        )
        .select_related("campagne", "contrat", "porteur")
        .order_by("numero")
    )
    if not dossiers:
        return
    criteres = _grille(dossiers[0])
    for rang, dossier in enumerate(dossiers[:16]):
        _noter(monde, dossier, criteres, rang)
    _notes(monde, dossiers[:6])
    inscrire_lot([*_messages(monde, dossiers), *_envoi(monde, dossiers[:10])], nouveaux=False)
    _deport(monde, dossiers[-1])


def _il_y_a(monde: Monde, jours: int, heure: int = 15) -> datetime:
    return a_l_heure(monde.calendrier.aujourdhui - timedelta(days=jours), heure)


def _grille(dossier: Dossier) -> list[CritereCampagne]:
    """The campaign's own criteria, or these when it has none yet."""
    campagne = dossier.campagne
    if not campagne.criteres.exists():
        CritereCampagne.objects.bulk_create(
            CritereCampagne(campagne=campagne, libelle=libelle, aide=aide, poids=poids, ordre=rang)
            for rang, (libelle, aide, poids) in enumerate(_GRILLE, start=1)
        )
    return list(campagne.criteres.all())


def _noter(monde: Monde, dossier: Dossier, criteres: list[CritereCampagne], rang: int) -> None:
    """A first reading by the team; a second one by the délégué on one file out of three; the last ones go on."""
    chef = monde.chef_de_projet
    fini = rang < 12
    lus = criteres if fini else criteres[: len(criteres) // 2]
    premiere = {c.pk: _note(monde, c) for c in lus}
    actions.noter(dossier, notes=premiere, par=chef, le=_il_y_a(monde, 5), valider=fini)
    if fini and rang % 3 == 0:
        seconde = {c.pk: _note(monde, c) for c in criteres}
        delegue = Auteur(monde.utilisateurs["delegue-prefet"], monde.organismes["etat"])
        actions.noter(dossier, notes=seconde, par=delegue, le=_il_y_a(monde, 3), valider=True)


def _note(monde: Monde, critere: CritereCampagne) -> NoteSaisie:
    demis = monde.hasard.randint(critere.note_max, 2 * critere.note_max)  # between the half and the whole
    return NoteSaisie(Decimal(demis) / 2, monde.hasard.choice(_JUSTIFICATIONS))


def _notes(monde: Monde, dossiers: list[Dossier]) -> None:
    """The State names the chef de projet in the shared ones."""
    chef, delegue = monde.utilisateurs["chef-de-projet"], monde.utilisateurs["delegue-prefet"]
    for rang, (dossier, (texte, partage)) in enumerate(zip(dossiers, cycle(_NOTES), strict=False)):
        partagee = partage == PartageNote.INSTRUCTEURS
        note = NoteInterne.objects.create(
            dossier=dossier,
            auteur=delegue if partagee else chef,
            organisme=monde.organismes["etat" if partagee else "caph"],
            partage=partage,
            texte=texte,
            ecrite_le=_il_y_a(monde, 4),
        )
        if partagee and rang < 3:
            Mention.objects.create(note=note, utilisateur=chef)


def _messages(monde: Monde, dossiers: list[Dossier]) -> Iterator[LigneJournal]:
    """The demo's porteur was asked two questions and answered one; the team has not read the answer yet."""
    chef, porteur = monde.chef_de_projet, monde.organismes["porteur"]
    deposes = Dossier.objects.filter(
        contrat=monde.contrat, porteur=porteur, etat=EtatDossier.EN_INSTRUCTION, fictif=True
    )
    siens = [*deposes.order_by("-numero")[:1], *dossiers][:2]
    for rang, (dossier, (objet, texte)) in enumerate(zip(siens, _QUESTIONS, strict=False)):
        le = _il_y_a(monde, 3, 9)
        reponse_le = _il_y_a(monde, 1, 18)
        Message.objects.create(
            dossier=dossier,
            sens=SensMessage.AU_PORTEUR,
            objet=objet,
            texte=texte,
            auteur=chef.utilisateur,
            organisme=chef.organisme,
            ecrit_le=le,
            lu_le=reponse_le if rang == 0 else None,
        )
        yield preparer(dossier, acte="ecrire_un_message", libelle="Message au porteur", par=chef, le=le, motif=objet)
        if rang == 0 and dossier.porteur_id == porteur.pk:
            par = monde.auteur_du_depot(porteur)
            Message.objects.create(
                dossier=dossier,
                sens=SensMessage.DU_PORTEUR,
                objet=f"Re : {objet}",
                texte=_REPONSE,
                auteur=par.utilisateur,
                organisme=porteur,
                ecrit_le=reponse_le,
            )
            yield preparer(
                dossier, acte="ecrire_un_message", libelle="Message du porteur", par=par, le=reponse_le, motif=objet
            )


def _envoi(monde: Monde, dossiers: list[Dossier]) -> Iterator[LigneJournal]:
    """One message to ten porteurs."""
    chef, le = monde.chef_de_projet, _il_y_a(monde, 2, 10)
    objet, corps = _ENVOI
    envoi = Envoi.objects.create(
        campagne=dossiers[0].campagne,
        objet=objet,
        corps=corps.format(porteur="{{ porteur }}", numero="{{ numero }}"),
        auteur=chef.utilisateur,
        organisme=chef.organisme,
        demande_le=le,
    )
    for dossier in dossiers:
        Message.objects.create(
            dossier=dossier,
            sens=SensMessage.AU_PORTEUR,
            envoi=envoi,
            objet=objet,
            texte=corps.format(porteur=dossier.porteur.nom, numero=dossier.numero),
            auteur=chef.utilisateur,
            organisme=chef.organisme,
            ecrit_le=le,
        )
        yield preparer(dossier, acte="ecrire_un_message", libelle="Message au porteur", par=chef, le=le, motif=objet)


def _deport(monde: Monde, dossier: Dossier) -> None:
    """Somebody of a funder sits on the porteur's board."""
    for demande in DemandeFinancement.objects.filter(dossier=dossier).select_related("financeur").order_by("pk"):
        par = monde.auteur(demande.financeur)
        if par.pour_le_compte_de is None and not roles(par, monde.contrat).pilote:
            actions.declarer_un_deport(
                dossier, personne=par.utilisateur, motif=_DEPORT, par=par, le=_il_y_a(monde, 6, 11)
            )
            return
