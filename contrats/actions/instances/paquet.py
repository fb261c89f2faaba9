"""The packet of a meeting: one PDF of the session."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from commun.auteur import Auteur, Canal
from commun.erreurs import RegleEnfreinte
from commun.fichiers import ranger
from commun.journal import inscrire
from commun.models import EtatTravail, Fichier, Travail
from commun.travaux import Suivi, planifier

from ...etats import EtatReunion
from ...lectures.instances import paquet_lisible
from ...models import ExemplaireDuPaquet, Reunion
from ...permissions import place_dans, roles
from ...rapports.paquet import rediger_paquet
from .seance import verrouiller

PRODUIRE_PAQUET = "contrats.produire_paquet"
PRODUIRE_EXEMPLAIRE = "contrats.produire_exemplaire"


@transaction.atomic
def demander_paquet(reunion: Reunion, *, par: Auteur, le: datetime) -> Travail:
    """Ask for the packet of the meeting; one already being made is returned."""
    reunion = verrouiller(reunion, par)
    if reunion.etat == EtatReunion.ANNULEE:
        raise RegleEnfreinte("Une réunion annulée n’a pas de dossier de séance.", code="reunion_annulee")
    en_cours = travail_du_paquet(reunion)
    if en_cours is not None and en_cours.etat in (EtatTravail.A_FAIRE, EtatTravail.EN_COURS):
        return en_cours
    travail = planifier(PRODUIRE_PAQUET, cible=reunion, par=par)
    inscrire(reunion, acte="demander_paquet", libelle="Dossier de séance demandé", par=par, le=le)
    return travail


def travail_du_paquet(reunion: Reunion) -> Travail | None:
    """The latest making of the packet."""
    travaux = Travail.objects.filter(nom=PRODUIRE_PAQUET, cible_type=reunion._meta.label_lower, cible_id=reunion.pk)
    return travaux.order_by("-cree_le").first()


def produire_paquet(reunion: Reunion, suivi: Suivi, *, le: datetime) -> Fichier:
    """Make the PDF of the session from what the meeting holds now; it replaces the former one."""
    suivi.etape(1, 2, "Lecture de la séance")
    octets, pages = rediger_paquet(reunion, le=le)
    suivi.etape(2, 2, "Dépôt du document")
    with transaction.atomic():
        suivi.verifier()
        reunion = Reunion.objects.select_for_update(of=("self",)).select_related("comite__contrat").get(pk=reunion.pk)
        nom = f"dossier-de-seance-{reunion.comite.contrat.slug}-{reunion.le:%Y-%m-%d}-{reunion.pk}.pdf"
        fichier = ranger(octets, nom=nom, type_mime="application/pdf", depose_par=suivi.travail.demande_par)
        reunion.paquet = fichier
        reunion.save(update_fields=["paquet"])
        inscrire(
            reunion,
            acte="produire_paquet",
            libelle="Dossier de séance produit",
            par=Auteur(utilisateur=suivi.travail.demande_par, canal=Canal.TACHE),
            le=le,
            apres={"sha256": fichier.sha256, "pages": pages},
        )
    return fichier


@transaction.atomic
def demander_un_exemplaire(reunion: Reunion, *, par: Auteur, le: datetime) -> Travail:
    """Ask for one's own copy of the packet, without the files from which one is withdrawn; one already asked is returned.

    Raises:
        RegleEnfreinte: there is no packet to copy, or nothing to leave out of it.
    """
    document, ecartes = paquet_lisible(
        reunion, place_dans(roles(par, reunion.comite.contrat), reunion.comite), pour=par
    )
    if not ecartes:
        raise RegleEnfreinte("Vous lisez le dossier de séance entier : il n’y a pas d’exemplaire à préparer.")
    if document is not None:
        raise RegleEnfreinte("Votre exemplaire est prêt : rechargez la page.")
    en_cours = travail_de_l_exemplaire(reunion, ecartes)
    if en_cours is not None and not en_cours.est_fini:
        return en_cours
    parametres = {"paquet": reunion.paquet_id, "ecartes": sorted(ecartes)}
    travail = planifier(PRODUIRE_EXEMPLAIRE, cible=reunion, parametres=parametres, par=par)
    inscrire(reunion, acte="demander_un_exemplaire", libelle="Exemplaire sans les dossiers écartés", par=par, le=le)
    return travail


def travail_de_l_exemplaire(reunion: Reunion, ecartes: frozenset[int]) -> Travail | None:
    """The latest making of the copy of today's packet without these files."""
    travaux = Travail.objects.filter(
        nom=PRODUIRE_EXEMPLAIRE,
        cible_type=reunion._meta.label_lower,
        cible_id=reunion.pk,
        parametres={"paquet": reunion.paquet_id, "ecartes": sorted(ecartes)},
    )
    return travaux.order_by("-cree_le").first()


def produire_l_exemplaire(reunion: Reunion, suivi: Suivi, *, le: datetime) -> Fichier:
    """Make that copy. A packet made again meanwhile has its own copies: this one is then nobody's."""
    parametres = suivi.travail.parametres
    suivi.etape(1, 2, "Lecture de la séance")
    octets, _pages = rediger_paquet(reunion, le=le, ecartes=frozenset(parametres["ecartes"]))
    suivi.etape(2, 2, "Dépôt du document")
    with transaction.atomic():
        suivi.verifier()
        nom = f"dossier-de-seance-{reunion.comite.contrat.slug}-{reunion.le:%Y-%m-%d}-{reunion.pk}-exemplaire.pdf"
        fichier = ranger(octets, nom=nom, type_mime="application/pdf", depose_par=suivi.travail.demande_par)
        ExemplaireDuPaquet.objects.update_or_create(
            reunion=reunion,
            paquet_id=parametres["paquet"],
            ecartes=parametres["ecartes"],
            defaults={"fichier": fichier},
        )
    return fichier
