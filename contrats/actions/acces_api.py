"""Opening the API to an organisation: its keys, and the addresses told of what happens."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from acteurs.etats import PorteeApi
from acteurs.models import JetonApi, Organisme, empreinte_du_secret, nouveau_secret
from commun.appels import AppelInterdit, verifier_adresse
from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier
from commun.travaux import planifier

from ..etats import EvenementSortant
from ..models import AbonnementApi, CleDuContrat, Contrat
from ..notifications import courriel_de_cle_expirante, envoyer
from ..permissions import gestionnaires_des_cles, peut_gerer_les_cles

DUREE_MAX = timedelta(days=366)
CLES_AU_PLUS = 20
ANNONCE_AVANT = timedelta(days=15)


@transaction.atomic
def creer_cle(
    contrat: Contrat,
    organisme: Organisme,
    *,
    nom: str,
    portees: Collection[str],
    expire_le: date,
    par: Auteur,
    le: datetime,
) -> tuple[CleDuContrat, str]:
    """Make a key of `organisme` for this contract, valid until the end of `expire_le`; also return the key itself.

    It is the only time that the key is known: the database keeps its SHA-256.
    """
    verifier(peut_gerer_les_cles(par, contrat, organisme))
    if not portees or not set(portees) <= set(PorteeApi.values):
        raise RegleEnfreinte("Choisissez au moins un usage.", champ="portees", code="portees")
    aujourdhui = timezone.localdate(le)
    if not aujourdhui < expire_le <= aujourdhui + DUREE_MAX:
        raise RegleEnfreinte(
            "Une clé expire entre demain et dans un an : renouvelez-la plutôt que de la prolonger.",
            champ="expire_le",
            code="duree",
        )
    # The contract's row is held: two requests at once do not pass the limit together.
    Contrat.objects.select_for_update(of=("self",), no_key=True).get(pk=contrat.pk)
    actives = JetonApi.objects.actifs(le).filter(organisme=organisme, ouverture__contrat=contrat)
    if actives.count() >= CLES_AU_PLUS:
        raise RegleEnfreinte(
            f"Un organisme a {CLES_AU_PLUS} clés actives au plus : révoquez celles qui ne servent plus.",
            code="trop_de_cles",
        )
    secret = nouveau_secret()
    jeton = JetonApi.objects.create(
        organisme=organisme,
        nom=nom.strip(),
        prefixe=secret[: JetonApi.PREFIXE],
        empreinte=empreinte_du_secret(secret),
        portees=[portee for portee in PorteeApi.values if portee in portees],
        cree_le=le,
        cree_par=par.utilisateur,
        expire_le=timezone.make_aware(datetime.combine(expire_le, datetime.max.time().replace(microsecond=0))),
    )
    cle = CleDuContrat.objects.create(contrat=contrat, jeton=jeton)
    inscrire(
        cle,
        acte="creer_cle",
        libelle=f"Clé d’API « {jeton.nom} » créée",
        par=par,
        le=le,
        apres={"prefixe": jeton.prefixe, "portees": jeton.portees, "expire_le": expire_le.isoformat()},
    )
    return cle, secret


@transaction.atomic
def revoquer_cle(cle: CleDuContrat, *, par: Auteur, le: datetime) -> CleDuContrat:
    """End a key now: its next call is refused. Revoking twice is once."""
    cle = CleDuContrat.objects.select_related("contrat", "jeton__organisme").get(pk=cle.pk)
    verifier(peut_gerer_les_cles(par, cle.contrat, cle.jeton.organisme))
    jeton = JetonApi.objects.select_for_update(of=("self",)).get(pk=cle.jeton_id)
    if jeton.revoque_le is None:
        jeton.revoque_le = le
        jeton.save(update_fields=["revoque_le"])
        inscrire(cle, acte="revoquer_cle", libelle=f"Clé d’API « {jeton.nom} » révoquée", par=par, le=le)
    return cle


@transaction.atomic
def annoncer_les_echeances(le: datetime) -> int:
    """Plan one e-mail for each key that soon expires. Returns how many."""
    proches = JetonApi.objects.actifs(le).filter(expire_le__lte=le + ANNONCE_AVANT, prevenu_le__isnull=True)
    cles = CleDuContrat.objects.filter(jeton__in=proches)
    for cle in cles:
        planifier("contrats.prevenir_cle_expirante", cible=cle, cle=f"contrats.prevenir_cle_expirante:{cle.pk}")
    return len(cles)


def prevenir_cle_expirante(cle: CleDuContrat, *, le: datetime) -> int:
    """Tell the managers of the key's organisation that it soon expires, once. Returns how many were told."""
    if not JetonApi.objects.actifs(le).filter(pk=cle.jeton_id, prevenu_le__isnull=True).exists():
        return 0
    destinataires = gestionnaires_des_cles(cle.contrat, cle.jeton.organisme)
    for personne in destinataires:
        envoyer(courriel_de_cle_expirante(cle, personne))
    JetonApi.objects.filter(pk=cle.jeton_id).update(prevenu_le=le)
    return len(destinataires)


@transaction.atomic
def abonner(
    contrat: Contrat, organisme: Organisme, *, adresse: str, evenements: Collection[str], par: Auteur, le: datetime
) -> AbonnementApi:
    """Have an address of `organisme` called when these events happen."""
    verifier(peut_gerer_les_cles(par, contrat, organisme))
    if not evenements or not set(evenements) <= set(EvenementSortant.values):
        raise RegleEnfreinte("Choisissez au moins un événement.", champ="evenements", code="evenements")
    try:
        verifier_adresse(adresse)
    except AppelInterdit as erreur:
        raise RegleEnfreinte(str(erreur), champ="adresse", code="adresse_interdite") from erreur
    with contraintes_en_francais(), transaction.atomic():
        abonnement = AbonnementApi.objects.create(
            contrat=contrat,
            organisme=organisme,
            adresse=adresse,
            evenements=[evenement for evenement in EvenementSortant.values if evenement in evenements],
            cree_le=le,
        )
    inscrire(
        abonnement,
        acte="abonner",
        libelle="Abonnement ouvert",
        par=par,
        le=le,
        apres={"adresse": adresse, "evenements": abonnement.evenements},
    )
    return abonnement


@transaction.atomic
def resilier(abonnement: AbonnementApi, *, par: Auteur, le: datetime) -> AbonnementApi:
    """Call this address no more. Ending twice is once."""
    abonnement = (
        AbonnementApi.objects.select_for_update(of=("self",))
        .select_related("contrat", "organisme")
        .get(pk=abonnement.pk)
    )
    verifier(peut_gerer_les_cles(par, abonnement.contrat, abonnement.organisme))
    if abonnement.resilie_le is None:
        abonnement.resilie_le = le
        abonnement.save(update_fields=["resilie_le"])
        inscrire(abonnement, acte="resilier", libelle="Abonnement résilié", par=par, le=le)
    return abonnement
