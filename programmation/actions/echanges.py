"""Notes between those who instruct a file, messages with its porteur: written, told by e-mail, read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from acteurs.models import Utilisateur
from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.fichiers import ranger
from commun.journal import inscrire
from commun.models import Fichier, Travail
from commun.permissions import verifier
from commun.televersement import controler
from commun.travaux import planifier
from contrats.notifications import envoyer

from ..lectures.destinataires import adresse_de, destinataires_du_porteur
from ..lectures.echanges import gens_de_l_equipe
from ..lectures.envois import PREVENIR_DU_MESSAGE
from ..models import Dossier, Envoi, Mention, Message, NoteInterne, PartageNote, SensMessage
from ..notifications.echanges import courriel_de_mention, courriel_de_message
from ..permissions import (
    instruit,
    peut_ecrire_un_message,
    peut_ecrire_une_note,
    peut_retirer_une_note,
    sens_du_message,
)
from .ecriture import verrouiller_dossier

PREVENIR_DE_LA_MENTION = "programmation.prevenir_de_la_mention"
PIECES_AU_PLUS = 5


# --- Notes ------------------------------------------------------------------------------------------------------------
@transaction.atomic
def ecrire_une_note(
    dossier: Dossier,
    *,
    texte: str,
    par: Auteur,
    le: datetime,
    partage: str = PartageNote.ORGANISME,
    mentions: Iterable[Utilisateur] = (),
) -> NoteInterne:
    """Write a note for one's organisation, or for all who instruct the file; each person named is told by e-mail.

    Raises:
        RegleEnfreinte: the note is empty, or a person named would not be able to read it.
    """
    dossier = verrouiller_dossier(dossier)
    verifier(peut_ecrire_une_note(par, dossier))
    if par.organisme is None or par.utilisateur is None:
        raise RegleEnfreinte("Une note est écrite par une personne, pour son organisme.")
    note = NoteInterne.objects.create(
        dossier=dossier,
        auteur=par.utilisateur,
        organisme=par.organisme,
        partage=partage,
        texte=_texte_donne(texte, "la note"),
        ecrite_le=le,
    )
    inscrire(note, acte="ecrire", libelle="Note interne", par=par, le=le, apres={"partage": str(partage)})
    for personne in {p.pk: p for p in mentions}.values():
        _mentionner(note, personne)
    return note


@transaction.atomic
def retirer_une_note(note: NoteInterne, *, par: Auteur, le: datetime) -> NoteInterne:
    """Take a note back: nobody reads it any more, and it leaves the tasks of those whom it named."""
    verrouiller_dossier(note.dossier)
    note = NoteInterne.objects.select_for_update(of=("self",)).select_related("dossier").get(pk=note.pk)
    verifier(peut_retirer_une_note(par, note))
    note.retiree_le = le
    note.save(update_fields=["retiree_le"])
    inscrire(note, acte="retirer", libelle="Note retirée", par=par, le=le)
    return note


def _mentionner(note: NoteInterne, personne: Utilisateur) -> None:
    lisible = NoteInterne.objects.lisibles_par(Auteur(utilisateur=personne), note.dossier.contrat).filter(pk=note.pk)
    if not lisible.exists():
        ou = (
            ""
            if instruit(Auteur(utilisateur=personne), note.dossier)
            else " : cette personne n’instruit pas ce dossier"
        )
        raise RegleEnfreinte(
            f"{personne} ne pourrait pas lire cette note{ou or ' : partagez-la avec tous ceux qui instruisent'}.",
            champ="mentions",
        )
    Mention.objects.create(note=note, utilisateur=personne)
    planifier(
        PREVENIR_DE_LA_MENTION,
        cible=note,
        parametres={"personne": personne.pk},
        cle=f"{PREVENIR_DE_LA_MENTION}:{note.pk}:{personne.pk}",
    )


# --- Messages ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def ecrire_un_message(
    dossier: Dossier,
    *,
    objet: str,
    texte: str,
    par: Auteur,
    le: datetime,
    pieces: Iterable[tuple[str, bytes]] = (),
    envoi: Envoi | None = None,
) -> Message:
    """Write to the porteur, or as the porteur; the other side is told by e-mail. Answering reads what was received.

    Raises:
        RegleEnfreinte: no subject, no words, too many attachments or one that is refused.
    """
    dossier = verrouiller_dossier(dossier)
    verifier(peut_ecrire_un_message(par, dossier))
    sens = sens_du_message(par, dossier)
    assert sens is not None
    message = Message.objects.create(
        dossier=dossier,
        sens=sens,
        envoi=envoi,
        objet=_texte_donne(objet, "l’objet", champ="objet"),
        texte=_texte_donne(texte, "le message"),
        auteur=par.utilisateur,
        organisme=par.organisme,
        ecrit_le=le,
    )
    message.pieces.set(_pieces(pieces, par))
    if envoi is None:  # a message to many answers nobody's question
        _lire_les_messages(dossier, par=par, le=le)
    inscrire(
        dossier,
        acte="ecrire_un_message",
        libelle="Message au porteur" if sens == SensMessage.AU_PORTEUR else "Message du porteur",
        par=par,
        le=le,
        motif=message.objet,
        apres={"message": message.pk},
    )
    for personne in destinataires(message):
        planifier(
            PREVENIR_DU_MESSAGE,
            cible=message,
            parametres={"personne": personne},
            cle=f"{PREVENIR_DU_MESSAGE}:{message.pk}:{personne or 'organisme'}",
        )
    return message


@transaction.atomic
def marquer_lu(dossier: Dossier, *, par: Auteur, le: datetime, mentions_seules: bool = False) -> int:
    """The author has read what names it and, unless `mentions_seules`, its side has read the messages received.

    Returns how many messages and mentions were still to be read.
    """
    dossier = verrouiller_dossier(dossier)
    siennes = Mention.objects.filter(note__dossier=dossier, utilisateur=par.utilisateur, lue_le__isnull=True)
    return siennes.update(lue_le=le) + (0 if mentions_seules else _lire_les_messages(dossier, par=par, le=le))


def destinataires(message: Message) -> list[int | None]:
    """Who is told of a message, by account: the porteur's people, or those who follow the file; never its own author.

    None is the porteur's own address, where nobody has an account.
    """
    if message.sens == SensMessage.DU_PORTEUR:
        prevenus: list[int | None] = [personne.pk for personne in gens_de_l_equipe(message.dossier)]
    else:
        prevenus = destinataires_du_porteur(message.dossier)
    return [personne for personne in prevenus if personne is None or personne != message.auteur_id]


def expedier_le_message(rangee: Travail) -> bool:
    """Send one e-mail of a message; False when the person's account was closed meanwhile."""
    assert rangee.cible_id is not None  # planned for a message
    message = Message.objects.select_related(
        "dossier__contrat", "dossier__campagne", "dossier__porteur", "auteur", "organisme"
    ).get(pk=rangee.cible_id)
    adresse = adresse_de(message.dossier, rangee.parametres["personne"])
    if not adresse:
        return False
    envoyer(courriel_de_message(message, adresse, sans_compte=rangee.parametres["personne"] is None))
    return True


def expedier_la_mention(rangee: Travail) -> bool:
    """Send one e-mail of a mention; False when the note was taken back, or read, or may be read no more."""
    mention = (
        Mention.objects.filter(note=rangee.cible_id, utilisateur=rangee.parametres["personne"], lue_le__isnull=True)
        .select_related("utilisateur", "note__dossier__contrat", "note__dossier__campagne", "note__auteur")
        .first()
    )
    if mention is None or not mention.utilisateur.is_active:
        return False
    note = mention.note
    lecteur = Auteur(utilisateur=mention.utilisateur)
    if not NoteInterne.objects.lisibles_par(lecteur, note.dossier.contrat).filter(pk=note.pk).exists():
        return False
    envoyer(courriel_de_mention(note, mention.utilisateur))
    return True


def _lire_les_messages(dossier: Dossier, *, par: Auteur, le: datetime) -> int:
    """The messages that the author's side had not read; each keeps when and by whom."""
    recus = list(Message.objects.a_lire_par(par, dossier.contrat).filter(dossier=dossier))
    for message in recus:
        message.lu_le = le
        message.save(update_fields=["lu_le"])
        inscrire(message, acte="lire", libelle="Message lu", par=par, le=le)
    return len(recus)


def _pieces(pieces: Iterable[tuple[str, bytes]], par: Auteur) -> list[Fichier]:
    """The attachments, each checked on its content, then kept."""
    controlees = [(controler(nom, contenu, champ="pieces"), contenu) for nom, contenu in pieces]
    if len(controlees) > PIECES_AU_PLUS:
        raise RegleEnfreinte(f"Un message porte {PIECES_AU_PLUS} pièces jointes au plus.", champ="pieces")
    return [
        ranger(contenu, nom=piece.nom, type_mime=piece.type_mime, depose_par=par.utilisateur)
        for piece, contenu in controlees
    ]


def _texte_donne(texte: str, quoi: str, *, champ: str = "texte") -> str:
    if not texte.strip():
        raise RegleEnfreinte(f"Écrivez {quoi}.", champ=champ)
    return texte.strip()
