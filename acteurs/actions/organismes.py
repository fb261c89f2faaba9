"""What the national directory says of an organisation, kept on its card (S-20)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from commun.auteur import Auteur
from commun.journal import inscrire
from commun.permissions import verifier

from .. import annuaire
from ..annuaire import AnnuaireMuet, Etablissement
from ..models import FicheOrganisme, Organisme, Verification
from ..permissions import peut_administrer

# The directory takes seven questions a second from one address: the nightly round stays far below.
VERIFICATIONS_PAR_NUIT = 500
SILENCES_TOLERES = 3


def interroger_l_annuaire(siret: str) -> tuple[Verification, Etablissement | None]:
    """What the directory says of a SIRET; « non vérifié » when it says nothing, which blocks nothing (S-20)."""
    try:
        trouve = annuaire.chercher(siret)
    except AnnuaireMuet:
        return Verification.NON_VERIFIE, None
    if trouve is None:
        return Verification.INCONNU, None
    return (Verification.CONFIRME if trouve.ouvert else Verification.FERME), trouve


def verifier_organisme(organisme: Organisme, *, par: Auteur, le: datetime) -> Verification:
    """Ask the directory for this organisation, and keep its answer on the card, which is opened if need be.

    The address is filled where the card has none; what people wrote stays. A silence changes nothing.
    """
    verifier(peut_administrer(par))
    reponse, trouve = interroger_l_annuaire(organisme.siret)
    with transaction.atomic():
        Organisme.objects.select_for_update(of=("self",)).get(pk=organisme.pk)
        fiche, _ = FicheOrganisme.objects.get_or_create(organisme=organisme)
        if reponse is Verification.NON_VERIFIE:
            return reponse
        if trouve is not None and not fiche.adresse:
            fiche.adresse, fiche.code_postal, fiche.ville = trouve.adresse, trouve.code_postal, trouve.ville
        avant, fiche.verification, fiche.verifie_le = fiche.verification, reponse, le
        fiche.save()
        if avant != reponse:
            libelle = f"SIRET : {reponse.label.lower()}"
            inscrire(
                organisme, acte="verifier_siret", libelle=libelle, par=par, le=le, apres={"siret": organisme.siret}
            )
    return reponse


def verifier_les_organismes(*, par: Auteur, le: datetime) -> int:
    """Ask again for the cards that are not checked yet; returns how many answers came. A silent directory is left alone."""
    verifies, silences = 0, 0
    a_verifier = Organisme.objects.filter(fiche__verification=Verification.NON_VERIFIE).exclude(siret="")
    for organisme in a_verifier.order_by("fiche__pk")[:VERIFICATIONS_PAR_NUIT]:
        if verifier_organisme(organisme, par=par, le=le) is not Verification.NON_VERIFIE:
            verifies, silences = verifies + 1, 0
            continue
        silences += 1
        if silences >= SILENCES_TOLERES:
            break
    return verifies
