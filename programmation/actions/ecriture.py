"""What every act does before it writes: locks in one order, the reason, the document read, the author shown."""

from __future__ import annotations

from decimal import Decimal

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.typographie import euros

from ..models import DemandeFinancement, Dossier

ZERO = Decimal(0)


def verrouiller_dossier(dossier: Dossier) -> Dossier:
    """The file as it stands now, locked until the end of the transaction."""
    return Dossier.objects.select_for_update(of=("self",)).select_related("contrat", "campagne").get(pk=dossier.pk)


def tenir_le_dossier(cle: int) -> None:
    """Lock a file until the end of the transaction without reading it.

    Raises:
        Dossier.DoesNotExist: it was removed.
    """
    Dossier.objects.select_for_update(of=("self",)).values_list("pk").get(pk=cle)


def verrouiller_demande(demande: DemandeFinancement) -> DemandeFinancement:
    """Lock the file first, then the row: every act takes the locks in the same order."""
    tenir_le_dossier(demande.dossier_id)
    return (
        DemandeFinancement.objects.select_for_update(of=("self",))
        .select_related("dossier__contrat", "dossier__campagne", "financeur", "enveloppe__financeur", "acte")
        .get(pk=demande.pk)
    )


def pour_le_compte(par: Auteur, demande: DemandeFinancement, piece_source: str) -> tuple[Auteur, object | None]:
    """The author as it shows in the journal, and the organisation that typed in another's place (else None)."""
    auteur = par.au_nom_de(demande.financeur)
    if auteur.pour_le_compte_de is None:
        return auteur, None
    exiger_la_piece(demande.financeur, piece_source)
    return auteur, par.organisme


def exiger_la_piece(organisme: Organisme, piece_source: str) -> None:
    """Who writes in another's place names the document read."""
    if not piece_source.strip():
        raise RegleEnfreinte(
            f"Vous écrivez pour le compte {organisme.de_nom} : indiquez le document qui en fait foi.",
            champ="piece_source",
        )


def verifier_sous_le_cout(montant: Decimal, dossier: Dossier) -> None:
    """`montant`, in euros, is not more than the whole cost of the action, when it is known.

    An imported file may come without its cost: 0 is no ceiling.
    """
    if dossier.cout_total and montant > dossier.cout_total:
        raise RegleEnfreinte(
            f"Ce montant dépasse le coût total de l’action ({euros(dossier.cout_total)}).", champ="montant"
        )


def motif_donne(motif: str) -> str:
    """The reason, without its outer spaces; none is refused."""
    if not motif.strip():
        raise RegleEnfreinte("Donnez le motif : il est lu par les partenaires.", champ="motif")
    return motif.strip()
