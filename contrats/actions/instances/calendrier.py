"""A person's own calendar: the private address that its diary reads."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from acteurs.models import Utilisateur
from commun.auteur import Auteur
from commun.journal import inscrire

from ...models import AbonnementCalendrier
from ...models.calendrier import empreinte_de_calendrier, jeton_de_calendrier


@transaction.atomic
def ouvrir_calendrier(*, par: Auteur, le: datetime) -> str:
    """Give the person a new private address, and close the former one. Returns the secret, shown this once."""
    personne = Utilisateur.objects.select_for_update(of=("self",)).get(pk=par.utilisateur.pk)
    AbonnementCalendrier.objects.ouverts().filter(utilisateur=personne).update(revoque_le=le)
    jeton = jeton_de_calendrier()
    abonnement = AbonnementCalendrier.objects.create(
        utilisateur=personne, jeton_sha256=empreinte_de_calendrier(jeton), ouvert_le=le
    )
    inscrire(abonnement, acte="ouvrir_calendrier", libelle="Adresse de calendrier créée", par=par, le=le)
    return jeton


@transaction.atomic
def fermer_calendrier(*, par: Auteur, le: datetime) -> bool:
    """Revoke the person's private address; False when it has none."""
    abonnement = (
        AbonnementCalendrier.objects.ouverts()
        .select_for_update(of=("self",))
        .filter(utilisateur=par.utilisateur)
        .first()
    )
    if abonnement is None:
        return False
    abonnement.revoque_le = le
    abonnement.save(update_fields=["revoque_le"])
    inscrire(abonnement, acte="fermer_calendrier", libelle="Adresse de calendrier révoquée", par=par, le=le)
    return True
