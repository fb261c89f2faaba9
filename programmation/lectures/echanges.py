"""What is written around a file: notes between those who instruct it, messages with its porteur, what is not read yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from acteurs.models import Utilisateur
from commun.auteur import Auteur
from commun.models import Analyse
from commun.permissions import Reponse
from contrats.etats import Role
from contrats.models import Contrat, Habilitation
from contrats.permissions import ROLES_INSTRUCTEURS

from ..models import Dossier, Mention, Message, NoteInterne, SensMessage
from ..permissions import instruit, peut_ecrire_un_message, peut_ecrire_une_note, peut_retirer_une_note
from .destinataires import destinataires_du_porteur


@dataclass(frozen=True, slots=True)
class NoteLue:
    """A note as its readers see it; `pour_moi` while this reader is named in it and has not read it."""

    pk: int
    auteur: str
    organisme: str
    partage: str
    texte: str
    prevenues: tuple[str, ...]
    ecrite_le: datetime
    pour_moi: bool
    retirer: Reponse


@dataclass(frozen=True, slots=True)
class PieceJointe:
    pk: int
    nom: str
    octets: int
    refusee: bool  # the antivirus found something: not served


@dataclass(frozen=True, slots=True)
class MessageLu:
    """A message of the thread; `a_lire` while this reader's side has not read it."""

    pk: int
    du_porteur: bool
    auteur: str
    organisme: str
    objet: str
    texte: str
    pieces: tuple[PieceJointe, ...]
    ecrit_le: datetime
    lu_le: datetime | None
    a_lire: bool
    groupe: bool


@dataclass(frozen=True, slots=True)
class Echanges:
    """The tab of one file for one reader; a porteur reads no note."""

    notes: tuple[NoteLue, ...]
    messages: tuple[MessageLu, ...]
    noter: Reponse
    ecrire: Reponse
    sans_destinataire: bool  # the porteur has neither account nor address: a message stands here, and nobody is told

    @property
    def a_lire(self) -> bool:
        return any(m.a_lire for m in self.messages)

    @property
    def me_mentionnent(self) -> bool:
        return any(n.pour_moi for n in self.notes)


def echanges(dossier: Dossier, *, pour: Auteur, contrat: Contrat) -> Echanges:
    """The notes and the messages of `dossier`, already found through `visibles_par`, the latest note first."""
    instructeur = instruit(pour, dossier)
    return Echanges(
        notes=_notes(dossier, pour, contrat) if instructeur else (),
        messages=_messages(dossier, pour, contrat),
        noter=peut_ecrire_une_note(pour, dossier),
        ecrire=peut_ecrire_un_message(pour, dossier),
        sans_destinataire=instructeur and not destinataires_du_porteur(dossier),
    )


def nombre_a_lire(dossier: Dossier, *, pour: Auteur, contrat: Contrat) -> int:
    """How many messages and mentions of this file wait for this reader."""
    messages = Message.objects.a_lire_par(pour, contrat).filter(dossier=dossier).count()
    return messages + _mentions(pour, contrat).filter(note__dossier=dossier).count()


@dataclass(frozen=True, slots=True)
class Boite:
    """What waits to be read, over all the files of a year, the oldest first."""

    messages: tuple[Message, ...]
    mentions: tuple[Mention, ...]


def boite(contrat: Contrat, annee: int, *, pour: Auteur) -> Boite:
    """The messages that this reader's side has not read, and the notes that name it."""
    messages = Message.objects.a_lire_par(pour, contrat).filter(dossier__campagne__annee=annee)
    mentions = _mentions(pour, contrat).filter(note__dossier__campagne__annee=annee)
    return Boite(
        tuple(messages.select_related("dossier__porteur", "auteur", "organisme").order_by("ecrit_le")),
        tuple(mentions.select_related("note__dossier", "note__auteur", "note__organisme").order_by("note__ecrite_le")),
    )


def mentionnables(dossier: Dossier, *, sauf: Any = None) -> list[Utilisateur]:
    """The people who may be named in a note: the team's, and those of the funders that the file asks."""
    equipe = set(ROLES_INSTRUCTEURS) - {Role.INSTRUCTEUR, Role.DECIDEUR}
    des_financeurs = Q(role__in=(Role.INSTRUCTEUR, Role.DECIDEUR), organisme__in=dossier.demandes.values("financeur"))
    tenues = Habilitation.objects.actives().filter(Q(role__in=equipe) | des_financeurs, contrat=dossier.contrat_id)
    gens = Utilisateur.objects.filter(is_active=True, habilitations__in=tenues)
    deportees = dossier.deports.filter(leve_le__isnull=True).values("utilisateur")
    if sauf is not None:
        gens = gens.exclude(pk=sauf.pk)
    return list(gens.exclude(pk__in=deportees).distinct())


def gens_de_l_equipe(dossier: Dossier) -> list[Utilisateur]:
    """Who is told of a porteur's message: who follows the file, else its chefs de projet, and who last wrote to it."""
    suivi = [dossier.instructeur] if dossier.instructeur is not None else []
    chefs = Habilitation.objects.actives().filter(contrat=dossier.contrat_id, role=Role.CHEF_DE_PROJET)
    pressentis = suivi or list(Utilisateur.objects.filter(habilitations__in=chefs).distinct().order_by("pk"))
    ecrits = dossier.messages.filter(sens=SensMessage.AU_PORTEUR, auteur__isnull=False).select_related("auteur")
    if (dernier := ecrits.order_by("-ecrit_le").first()) is not None and dernier.auteur is not None:
        pressentis.append(dernier.auteur)
    uniques = {personne.pk: personne for personne in pressentis if personne.is_active}
    return [personne for personne in uniques.values() if instruit(Auteur(utilisateur=personne), dossier)]


def _mentions(pour: Auteur, contrat: Contrat) -> Any:
    """The notes that name this person and that it still may read, not read yet."""
    notes = NoteInterne.objects.lisibles_par(pour, contrat).values("pk")
    return Mention.objects.filter(utilisateur=pour.utilisateur, lue_le__isnull=True, note__in=notes)


def _notes(dossier: Dossier, pour: Auteur, contrat: Contrat) -> tuple[NoteLue, ...]:
    lues = (
        NoteInterne.objects.lisibles_par(pour, contrat)
        .filter(dossier=dossier)
        .select_related("auteur", "organisme")
        .prefetch_related("prevenues__utilisateur")
        .order_by("-ecrite_le", "-pk")
    )
    moi = pour.utilisateur.pk if pour.utilisateur is not None else None
    return tuple(
        NoteLue(
            pk=note.pk,
            auteur=str(note.auteur) if note.auteur else "",
            organisme=note.organisme.nom_court,
            partage=note.get_partage_display(),
            texte=note.texte,
            prevenues=tuple(str(m.utilisateur) for m in note.prevenues.all()),
            ecrite_le=note.ecrite_le,
            pour_moi=any(m.utilisateur_id == moi and m.lue_le is None for m in note.prevenues.all()),
            retirer=peut_retirer_une_note(pour, note),
        )
        for note in lues
    )


def _messages(dossier: Dossier, pour: Auteur, contrat: Contrat) -> tuple[MessageLu, ...]:
    attendus = set(Message.objects.a_lire_par(pour, contrat).filter(dossier=dossier).values_list("pk", flat=True))
    lus = dossier.messages.select_related("auteur", "organisme").prefetch_related("pieces").order_by("ecrit_le", "pk")
    return tuple(
        MessageLu(
            pk=message.pk,
            du_porteur=message.sens == SensMessage.DU_PORTEUR,
            auteur=str(message.auteur) if message.auteur else "",
            organisme=message.organisme.nom_court if message.organisme else "",
            objet=message.objet,
            texte=message.texte,
            pieces=tuple(
                PieceJointe(f.pk, f.nom, f.octets, f.analyse == Analyse.INFECTE) for f in message.pieces.all()
            ),
            ecrit_le=message.ecrit_le,
            lu_le=message.lu_le,
            a_lire=message.pk in attendus,
            groupe=message.envoi_id is not None,
        )
        for message in lus
    )
