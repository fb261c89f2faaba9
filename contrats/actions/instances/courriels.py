"""E-mails about meetings: one job row per person, sent only while its cause stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils import timezone

from acteurs.models import Utilisateur
from commun.auteur import Auteur
from commun.models import EtatTravail, Travail
from commun.travaux import planifier

from ... import notifications
from ...etats import EtatReunion
from ...lectures.instances import Destinataire, destinataires, est_en_retard, frequences, lit_le_paquet
from ...models import Comite, DecisionReunion, MembreComite, Reunion
from ...notifications import envoyer

ENVOYER = "contrats.envoyer_courriel_de_reunion"


def ecrire_a_tous(reunion: Reunion, sujet: str, *, par: Auteur, le: datetime, motif: str = "") -> None:
    """One job row per person: a refused address stops nobody else, and asking twice writes once."""
    for destinataire in destinataires(reunion, le=timezone.localdate(le)):
        planifier_courriel(reunion, sujet, destinataire.cle, par=par, version=reunion.version, motif=motif)


def planifier_courriel(
    cible: Model, sujet: str, destinataire: str, *, par: Auteur | None, version: Any, motif: str = ""
) -> None:
    """Plan one e-mail about `cible`; the same subject, version and reader plan it once."""
    planifier(
        ENVOYER,
        cible=cible,
        parametres={"sujet": sujet, "destinataire": destinataire, "version": version, "motif": motif},
        cle=f"{ENVOYER}:{sujet}:{cible.pk}:{version}:{destinataire}",
        par=par,
    )


def courriels_refuses(reunion: Reunion) -> list[str]:
    """Names of those whose e-mail about this meeting could not leave: to be told in another way."""
    echecs = Travail.objects.filter(
        nom=ENVOYER, cible_type=reunion._meta.label_lower, cible_id=reunion.pk, etat=EtatTravail.ECHEC
    )
    cles = {travail.parametres["destinataire"] for travail in echecs}
    personnes = Utilisateur.objects.filter(pk__in=[c[1:] for c in cles if c.startswith("u")])
    sieges = MembreComite.objects.filter(pk__in=[c[1:] for c in cles if c.startswith("m")]).select_related("organisme")
    return sorted([str(personne) for personne in personnes] + [str(siege.organisme) for siege in sieges])


def expedier(travail: Travail, *, le: datetime) -> bool:
    """Send one e-mail; False when its cause or its reader is gone since it was planned."""
    assert travail.cible_id is not None  # `planifier_courriel` names its target
    sujet, cle = travail.parametres["sujet"], travail.parametres["destinataire"]
    if sujet == "rappel_decision":
        return _expedier_rappel_de_decision(travail.cible_id, cle, le)
    if sujet == "rappel_frequence":
        return _expedier_rappel_de_frequence(travail.cible_id, cle, le)
    reunion = Reunion.objects.select_related("comite__contrat", "commune", "paquet").get(pk=travail.cible_id)
    attendu = {
        "convocation": (EtatReunion.CONVOQUEE,),
        "modification": (EtatReunion.CONVOQUEE,),
        "rappel": (EtatReunion.CONVOQUEE,),
        "annulation": (EtatReunion.ANNULEE,),
        "compte_rendu": (EtatReunion.RENDUE,),
    }[sujet]
    if reunion.etat not in attendu or reunion.version != travail.parametres["version"]:
        return False
    destinataire = _destinataire(reunion, cle, le)
    if destinataire is None:
        return False
    envoyer(
        notifications.courriel_de_reunion(
            reunion,
            destinataire,
            sujet,
            motif=travail.parametres["motif"],
            avec_paquet=reunion.paquet is not None and lit_le_paquet(reunion, destinataire.place),
        )
    )
    return True


def _destinataire(reunion: Reunion, cle: str, le: datetime) -> Destinataire | None:
    return next((d for d in destinataires(reunion, le=timezone.localdate(le)) if d.cle == cle), None)


def _expedier_rappel_de_decision(pk: int, cle: str, le: datetime) -> bool:
    decision = DecisionReunion.objects.select_related("reunion__comite__contrat", "responsable").get(pk=pk)
    personne = Utilisateur.objects.filter(pk=cle.removeprefix("u"), is_active=True).first()
    if personne is None or not est_en_retard(decision, timezone.localdate(le)):
        return False
    envoyer(notifications.courriel_de_decision(decision, personne))
    return True


def _expedier_rappel_de_frequence(pk: int, cle: str, le: datetime) -> bool:
    comite = Comite.objects.select_related("contrat").get(pk=pk)
    personne = Utilisateur.objects.filter(pk=cle.removeprefix("u"), is_active=True).first()
    phrases = [
        s.phrase
        for s in frequences(comite.contrat, le=timezone.localdate(le))
        if s.comite.pk == comite.pk and s.en_retard
    ]
    if personne is None or not phrases:
        return False
    envoyer(notifications.courriel_de_frequence(comite, phrases, personne))
    return True
