"""Requests to join a contract, as the team reads them; the contracts that a porteur may ask to join."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from acteurs.models import Organisme, Verification
from acteurs.regles import siret_lisible
from commun.recherche import mots

from ..etats import EtatInscription, Role
from ..models import Contrat, Habilitation, Inscription

RESSEMBLANCES = 5
_TONS_VERIFICATION = {
    Verification.CONFIRME: "succes",
    Verification.FERME: "danger",
    Verification.INCONNU: "attention",
    Verification.NON_VERIFIE: "neutre",
}
_TONS_ETAT = {
    EtatInscription.A_CONFIRMER: "neutre",
    EtatInscription.A_VERIFIER: "attention",
    EtatInscription.ACCEPTEE: "succes",
    EtatInscription.REFUSEE: "danger",
}


def contrats_ouverts(le: date) -> list[Contrat]:
    """The contracts in force that somebody leads: a request to join them will be read."""
    menes = Habilitation.objects.actives(le).filter(role=Role.CHEF_DE_PROJET).values("contrat")
    return list(Contrat.objects.filter(pk__in=menes, debut__lte=le.year, fin__gte=le.year).select_related("pilote"))


@dataclass(frozen=True, slots=True)
class InscriptionLue:
    """One request: who asks, for whom, and what the directory said."""

    pk: int
    organisme: str
    siret: str
    personne: str
    fonction: str
    email: str
    demandee_le: datetime
    etat: str
    ton: str
    verification: str
    ton_verification: str
    a_trancher: bool
    fictif: bool


def inscriptions(contrat: Contrat, *, a_trancher: bool) -> list[InscriptionLue]:
    """Those that await the team, the oldest first; or those already decided, the latest first."""
    lues = Inscription.objects.filter(contrat=contrat).exclude(etat=EtatInscription.A_CONFIRMER)
    if a_trancher:
        lues = lues.filter(etat=EtatInscription.A_VERIFIER).order_by("confirmee_le")
    else:
        lues = lues.exclude(etat=EtatInscription.A_VERIFIER).order_by("-tranchee_le")
    return [lue(i) for i in lues]


def lue(inscription: Inscription) -> InscriptionLue:
    """One request as it is read."""
    return InscriptionLue(
        pk=inscription.pk,
        organisme=inscription.nom_organisme,
        siret=siret_lisible(inscription.siret),
        personne=inscription.personne,
        fonction=inscription.fonction,
        email=inscription.email,
        demandee_le=inscription.demandee_le,
        etat=inscription.get_etat_display(),
        ton=_TONS_ETAT[EtatInscription(inscription.etat)],
        verification=inscription.get_verification_display(),
        ton_verification=_TONS_VERIFICATION[Verification(inscription.verification)],
        a_trancher=inscription.etat == EtatInscription.A_VERIFIER,
        fictif=inscription.fictif,
    )


@dataclass(frozen=True, slots=True)
class Rapprochement:
    """What the installation already knows of the organisation that asks."""

    connu: Organisme | None
    personnes: tuple[str, ...]  # who already acts for it here
    a_un_gestionnaire: bool
    ressemblants: tuple[Organisme, ...]  # without a SIRET yet


def rapprochement(inscription: Inscription) -> Rapprochement:
    """The organisation of that SIRET, who acts for it here, and those without a SIRET that may be the same one."""
    connu = Organisme.objects.filter(siret=inscription.siret).first()
    if connu is None:
        return Rapprochement(None, (), False, tuple(_ressemblants(inscription)))
    tenues = Habilitation.objects.actives().filter(
        contrat=inscription.contrat, organisme=connu, role=Role.PORTEUR, utilisateur__is_active=True
    )
    tenues = tenues.select_related("utilisateur").order_by("utilisateur__last_name")
    return Rapprochement(
        connu,
        tuple(str(h.utilisateur) for h in tenues),
        any(h.gestionnaire for h in tenues),
        (),
    )


def _ressemblants(inscription: Inscription) -> list[Organisme]:
    """Organisations without a SIRET of the same SIREN, or whose name holds the longest words of this one."""
    longs = sorted((m for m in mots(inscription.nom_organisme) if len(m) > 3), key=len, reverse=True)[:2]
    pareils = Q(siren=inscription.siret[:9])
    if longs:
        pareils |= Q(*(("recherche__contains", mot) for mot in longs))
    return list(Organisme.objects.filter(pareils, siret="").order_by("recherche")[:RESSEMBLANCES])
