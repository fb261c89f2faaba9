"""What one does with reports: ask for one, make it, publish it, withdraw it."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from commun.auteur import Auteur, Canal
from commun.erreurs import RegleEnfreinte
from commun.fichiers import ranger
from commun.instantanes import empreinte
from commun.journal import inscrire
from commun.models import EtatTravail, Fichier
from commun.pdf import ecrire_pdf
from commun.permissions import verifier
from commun.travaux import Suivi, planifier
from commun.travaux import relancer as relancer_travail
from contrats.actions.evenements import annoncer
from contrats.etats import EvenementSortant
from contrats.lectures.suivi import prochain_copil
from contrats.models import Contrat

from .etats import EtatRapport, TypeRapport
from .models import Rapport
from .permissions import peut_produire, peut_publier, peut_retirer
from .rapports.edition import Edition
from .rapports.genres import GENRES, Genre
from .rapports.tableur import tableur

ETAPES = 6


def demander_synthese(contrat: Contrat, annee: int, *, par: Auteur, le: datetime) -> Rapport:
    """Ask for the next version of the synthesis of `annee`."""
    return demander_rapport(contrat, annee, TypeRapport.SYNTHESE, par=par, le=le)


@transaction.atomic
def demander_rapport(
    contrat: Contrat, annee: int, type_: TypeRapport, *, par: Auteur, le: datetime, publier: bool = False
) -> Rapport:
    """Ask for the next version of a report on `annee`: its row and its job, together.

    A version still in the making is returned as it is: two clicks make one report. With `publier`, it is published in the
    same name as soon as it is made. Raises `RegleEnfreinte` for a year without a campaign, save for the table of means,
    which does not wait for one.
    """
    verifier(peut_produire(par, contrat))
    if type_ == TypeRapport.MOYENS:
        if annee not in contrat.annees:
            raise RegleEnfreinte(
                f"L’année {annee} n’est pas dans le contrat.", champ="annee", code="annee_hors_contrat"
            )
    elif not contrat.campagnes.filter(annee=annee).exists():
        raise RegleEnfreinte(f"Le contrat n’a pas de campagne en {annee}.", champ="annee", code="annee_sans_campagne")
    # The contract's row serialises two people asking at once: one version number each.
    contrat = Contrat.objects.select_for_update(of=("self",)).get(pk=contrat.pk)
    editions = Rapport.objects.filter(contrat=contrat, type=type_, annee=annee)
    en_cours = editions.filter(
        etat=EtatRapport.EN_PREPARATION, travail__etat__in=[EtatTravail.A_FAIRE, EtatTravail.EN_COURS]
    ).first()
    if en_cours is not None:
        return en_cours
    rapport = Rapport.objects.create(
        contrat=contrat,
        type=type_,
        annee=annee,
        version=(editions.aggregate(derniere=Max("version"))["derniere"] or 0) + 1,
        reunion=prochain_copil(contrat, le=timezone.localdate(le)) if type_ == TypeRapport.SYNTHESE else None,
        demande_par=par.utilisateur,
        demande_le=le,
    )
    rapport.travail = planifier(
        "evaluation.produire_rapport",
        cible=rapport,
        parametres={"publier": publier},
        cle=f"evaluation.produire_rapport:{rapport.pk}",
        par=par,
    )
    rapport.save(update_fields=["travail"])
    libelle = f"Demander : {TypeRapport(type_).label.lower()}"
    if type_ == TypeRapport.SYNTHESE:
        libelle = "Demander la synthèse"
    inscrire(rapport, acte="demander", libelle=libelle, par=par, le=le, apres={"etat": rapport.etat})
    return rapport


def produire_rapport(rapport: Rapport, suivi: Suivi, *, le: datetime) -> Rapport:
    """Make the report from one snapshot of the data: page, PDF and spreadsheet, kept together or not at all.

    Killed midway and taken over, it starts again and ends once: files and state are written in one transaction that
    first checks that the job is still ours.
    """
    if rapport.etat != EtatRapport.EN_PREPARATION:
        return rapport
    genre = GENRES[TypeRapport(rapport.type)]
    par = Auteur(utilisateur=rapport.demande_par, canal=Canal.TACHE)
    suivi.etape(1, ETAPES, "Lecture des chiffres")
    octets = genre.figer(genre.lire(rapport.contrat, rapport.annee, par, le))
    donnees = genre.relire(octets)  # what is shown is what is kept
    suivi.etape(2, ETAPES, "Graphiques et tableaux", total=genre.parties)
    parties = genre.sections(donnees, suivi.avancer)
    suivi.etape(3, ETAPES, "Page à lire en ligne")
    page = genre.page(donnees, parties)
    suivi.etape(4, ETAPES, "Mise en page du PDF")
    html = genre.document(donnees, parties, Edition(rapport.version, empreinte(octets)))
    with tempfile.TemporaryDirectory() as dossier:
        pdf = Path(dossier, "rapport.pdf")
        pages = ecrire_pdf(html, pdf, feuilles=genre.feuilles).pages
        suivi.etape(5, ETAPES, "Tableur")
        classeur = tableur(genre.classeur(donnees, parties))
        suivi.etape(6, ETAPES, "Dépôt des fichiers")
        contenus = {"instantane": octets, "pdf": pdf.read_bytes(), "html": page.encode(), "tableur": classeur}
    return _deposer(
        rapport, suivi, contenus, genre=genre, extrait_le=donnees.extrait_le, pages=pages, par=par, le=timezone.now()
    )


_TYPES = {
    "instantane": ("json", "application/json"),
    "pdf": ("pdf", "application/pdf"),
    "html": ("html", "text/html; charset=utf-8"),
    "tableur": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@transaction.atomic
def _deposer(
    rapport: Rapport,
    suivi: Suivi,
    contenus: dict[str, bytes],
    *,
    genre: Genre,
    extrait_le: datetime,
    pages: int,
    par: Auteur,
    le: datetime,
) -> Rapport:
    suivi.verifier()
    rapport = Rapport.objects.select_for_update(of=("self",)).select_related("contrat").get(pk=rapport.pk)
    if rapport.etat != EtatRapport.EN_PREPARATION:
        return rapport
    fichiers = {forme: _ranger(rapport, genre, forme, contenu) for forme, contenu in contenus.items()}
    rapport.changer_etat(
        "produire",
        par=par,
        le=le,
        motif=f"Instantané SHA-256 {fichiers['instantane'].sha256}",
        champs={**fichiers, "extrait_le": extrait_le, "schema": genre.schema, "pages": pages},
    )
    return rapport


def _ranger(rapport: Rapport, genre: Genre, forme: str, contenu: bytes) -> Fichier:
    extension, type_mime = _TYPES[forme]
    nom = f"{genre.fichiers}-{rapport.contrat.slug}-{rapport.annee}-v{rapport.version}.{extension}"
    return ranger(contenu, nom=nom, type_mime=type_mime, depose_par=rapport.demande_par)


@transaction.atomic
def publier(rapport: Rapport, *, par: Auteur, le: datetime) -> Rapport:
    """Let the members of the contract read and download the report; it does not change any more.

    Its porteurs read the catalogue of actions only.
    """
    rapport = _verrouiller(rapport)
    verifier(peut_publier(par, rapport))
    rapport.changer_etat("publier", par=par, le=le, champs={"publie_le": le})
    annoncer(
        EvenementSortant.RAPPORT_PUBLIE,
        rapport.contrat,
        donnees={"rapport": str(rapport.pk), "type": rapport.type, "annee": rapport.annee, "version": rapport.version},
        le=le,
    )
    return rapport


@transaction.atomic
def retirer(rapport: Rapport, *, par: Auteur, le: datetime, motif: str = "") -> Rapport:
    """Take the report back: its files are kept, only the contract's team sees it."""
    rapport = _verrouiller(rapport)
    verifier(peut_retirer(par, rapport))
    rapport.changer_etat("retirer", par=par, le=le, motif=motif)
    return rapport


@transaction.atomic
def relancer(rapport: Rapport, *, par: Auteur, le: datetime) -> Rapport:
    """Start again the failed making of a report."""
    rapport = _verrouiller(rapport)
    verifier(peut_produire(par, rapport.contrat))
    if rapport.travail is None or rapport.travail.etat != EtatTravail.ECHEC:
        raise RegleEnfreinte("Seul un travail en échec se relance. Rechargez la page.")
    relancer_travail(rapport.travail)
    inscrire(rapport, acte="relancer", libelle="Relancer la production", par=par, le=le)
    return rapport


def _verrouiller(rapport: Rapport) -> Rapport:
    return Rapport.objects.select_for_update(of=("self",)).select_related("contrat", "travail").get(pk=rapport.pk)
