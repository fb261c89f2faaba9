"""What the porteur is told by e-mail of what others decide on its file; the words are read again when it leaves."""

from __future__ import annotations

from commun.models import Travail
from commun.travaux import planifier
from contrats.notifications import envoyer

from ..lectures.destinataires import adresse_de, destinataires_du_porteur
from ..lectures.nouvelles import GenreNouvelle, nouvelle
from ..models import Dossier
from ..notifications.nouvelles import courriel_de_nouvelle

ANNONCER_AU_PORTEUR = "programmation.annoncer_au_porteur"


def annoncer_au_porteur(dossier: Dossier, genre: GenreNouvelle, *, demande: int | None = None) -> None:
    """Plan one e-mail per person of the porteur, or to its own address; `demande` is the row that its funder notified.

    Called inside the transaction of the act that it tells.
    """
    for personne in destinataires_du_porteur(dossier):
        planifier(
            ANNONCER_AU_PORTEUR,
            cible=dossier,
            parametres={"personne": personne, "genre": genre.value, "demande": demande},
        )


def expedier_la_nouvelle(rangee: Travail) -> bool:
    """Send one e-mail; False when what it tells was undone meanwhile, or the account closed."""
    assert rangee.cible_id is not None  # planned for a file
    dossier = Dossier.objects.select_related("contrat", "campagne", "porteur", "instructeur").get(pk=rangee.cible_id)
    lue = nouvelle(dossier, GenreNouvelle(rangee.parametres["genre"]), demande=rangee.parametres["demande"])
    adresse = adresse_de(dossier, rangee.parametres["personne"])
    if lue is None or not adresse:
        return False
    envoyer(courriel_de_nouvelle(lue, adresse, sans_compte=rangee.parametres["personne"] is None))
    return True
