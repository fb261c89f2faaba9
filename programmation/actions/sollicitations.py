"""Opinions asked from others: asked, announced, recalled, answered, withdrawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from acteurs.models import Organisme, Utilisateur
from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.models import Travail
from commun.permissions import verifier
from commun.travaux import planifier
from contrats.models import Comite, Contrat
from contrats.notifications import envoyer

from ..etats import QualiteAvis
from ..lectures.sollicitations import gens_consultes
from ..models import Avis, Dossier, SollicitationAvis
from ..notifications.instruire import courriel_d_avis_demandes
from ..permissions import peut_repondre_a_l_avis, peut_solliciter, repond_pour_lui
from .avis import ecrire_avis
from .ecriture import exiger_la_piece, verrouiller_dossier

ANNONCER = "programmation.annoncer_sollicitations"
PREVENIR = "programmation.prevenir_d_un_avis_demande"
# What is asked within a few minutes, on many files, is announced by one e-mail.
DELAI_D_ANNONCE = timedelta(minutes=5)
# Who is asked is reminded that many days before the day on which its answer is expected.
RAPPEL_AVANT = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Consulte:
    """Who is asked, and in which quality; for a group, the organisation in whose name it is led."""

    organisme: Organisme
    qualite: str = QualiteAvis.ORGANISME
    comite: Comite | None = None


@transaction.atomic
def solliciter_avis(
    dossier: Dossier,
    consultes: Iterable[Consulte],
    *,
    echeance: date,
    par: Auteur,
    le: datetime,
    question: str = "",
) -> list[SollicitationAvis]:
    """Ask these opinions until `echeance`: who is asked may now read the file. One already asked keeps its first date."""
    dossier = verrouiller_dossier(dossier)
    verifier(peut_solliciter(par, dossier))
    if echeance <= timezone.localdate(le):
        raise RegleEnfreinte("Laissez au moins un jour pour répondre : choisissez une date à venir.", champ="echeance")
    demandees = []
    for consulte in consultes:
        _verifier_le_consulte(dossier, consulte)
        demandee, nouvelle = SollicitationAvis.objects.get_or_create(
            dossier=dossier,
            organisme=consulte.organisme,
            qualite=consulte.qualite,
            comite=consulte.comite,
            defaults={
                "echeance": echeance,
                "question": question,
                "demandee_le": le,
                "demandee_par": par.utilisateur,
                "avis": Avis.objects.filter(
                    dossier=dossier,
                    organisme=consulte.organisme,
                    qualite=consulte.qualite,
                    comite=consulte.comite,
                ).first(),
            },
        )
        if nouvelle:
            demandees.append(demandee)
    if not demandees:
        raise RegleEnfreinte("Ces avis sont déjà demandés sur ce dossier.", champ="consultes")
    inscrire(
        dossier,
        acte="solliciter_avis",
        libelle="Avis demandé : " + ", ".join(demandee.a_qui for demandee in demandees),
        par=par,
        le=le,
        motif=question,
        apres={"reponse_attendue_le": echeance.isoformat()},
    )
    for demandee in demandees:
        _annoncer_bientot(demandee, le=le)
    return demandees


@transaction.atomic
def retirer_sollicitation(sollicitation: SollicitationAvis, *, par: Auteur, le: datetime) -> None:
    """Stop waiting for an opinion: who was asked reads the file no more, unless it works on it otherwise."""
    dossier = verrouiller_dossier(sollicitation.dossier)
    sollicitation = SollicitationAvis.objects.select_for_update(of=("self",)).get(pk=sollicitation.pk)
    verifier(peut_solliciter(par, dossier))
    if sollicitation.avis_id is not None:
        raise RegleEnfreinte("L’avis est rendu : il reste au dossier.")
    qui = sollicitation.a_qui
    sollicitation.delete()
    inscrire(dossier, acte="retirer_sollicitation", libelle=f"Demande d’avis retirée : {qui}", par=par, le=le)


@transaction.atomic
def repondre_a_la_sollicitation(
    sollicitation: SollicitationAvis, *, sens: str, texte: str, par: Auteur, le: datetime, piece_source: str = ""
) -> Avis:
    """Give, or change, the opinion that was asked; in another organisation's place, with the document read."""
    dossier = verrouiller_dossier(sollicitation.dossier)
    sollicitation = (
        SollicitationAvis.objects.select_for_update(of=("self",))
        .select_related("organisme", "comite")
        .get(pk=sollicitation.pk)
    )
    sollicitation.dossier = dossier
    verifier(peut_repondre_a_l_avis(par, sollicitation))
    if sollicitation.qualite != QualiteAvis.GROUPE:
        if repond_pour_lui(par, sollicitation) and not par.est_le_produit:
            par = replace(par, organisme=sollicitation.organisme)  # whatever the one it acts for today
        par = par.au_nom_de(sollicitation.organisme)
        if par.pour_le_compte_de is not None:
            exiger_la_piece(sollicitation.organisme, piece_source)
    return ecrire_avis(
        dossier,
        sollicitation.organisme,
        sollicitation.qualite,
        sollicitation.comite,
        sens=sens,
        texte=texte,
        piece_source=piece_source,
        par=par,
        le=le,
    )


def annoncer(en_attente: QuerySet[SollicitationAvis], *, le: datetime, rappel: bool) -> int:
    """Plan one e-mail per person asked, whatever the number of its files, and mark what was told. Returns how many."""
    champ = "relancee_le" if rappel else "annoncee_le"
    with transaction.atomic():
        demandees = list(
            en_attente.filter(**{f"{champ}__isnull": True})
            .select_for_update(of=("self",))
            .select_related("dossier__contrat", "organisme", "comite")
        )
        par_contrat: dict[Contrat, list[SollicitationAvis]] = defaultdict(list)
        for demandee in demandees:
            par_contrat[demandee.dossier.contrat].append(demandee)
        for contrat, siennes in par_contrat.items():
            for personne, pour_elle in gens_consultes(contrat, siennes).items():
                planifier(
                    PREVENIR,
                    cible=contrat,
                    parametres={
                        "personne": personne,
                        "sollicitations": [s.pk for s in pour_elle],
                        "rappel": rappel,
                    },
                )
        SollicitationAvis.objects.filter(pk__in=[s.pk for s in demandees]).update(**{champ: le})
    return len(demandees)


def expedier(rangee: Travail) -> bool:
    """Send one e-mail of opinions asked; False when all were given or withdrawn meanwhile."""
    personne = Utilisateur.objects.filter(pk=rangee.parametres["personne"], is_active=True).first()
    attendues = list(
        SollicitationAvis.objects.en_attente()
        .filter(pk__in=rangee.parametres["sollicitations"])
        .select_related("dossier__campagne", "dossier__porteur", "dossier__contrat")
        .order_by("echeance", "dossier__numero")
    )
    if personne is None or not attendues:
        return False
    contrat = attendues[0].dossier.contrat
    envoyer(courriel_d_avis_demandes(contrat, personne, attendues, rappel=rangee.parametres["rappel"]))
    return True


def relancer_les_avis(le: datetime) -> int:
    """Remind, once, those whose opinion is expected within three days. Returns how many opinions."""
    jour = timezone.localdate(le)
    attendues = SollicitationAvis.objects.en_attente().filter(echeance__gte=jour, echeance__lte=jour + RAPPEL_AVANT)
    return annoncer(attendues, le=le, rappel=True)


def _verifier_le_consulte(dossier: Dossier, consulte: Consulte) -> None:
    if (consulte.qualite == QualiteAvis.GROUPE) is not (consulte.comite is not None):
        raise RegleEnfreinte("L’avis d’un groupe est celui d’un comité du contrat.", champ="consultes")
    if consulte.comite is not None and consulte.comite.contrat_id != dossier.contrat_id:
        raise RegleEnfreinte("Ce comité n’est pas dans ce contrat.", champ="consultes")
    if consulte.organisme.pk == dossier.porteur_id:
        raise RegleEnfreinte("Le porteur ne donne pas d’avis sur son propre dossier.", champ="consultes")


def _annoncer_bientot(demandee: SollicitationAvis, *, le: datetime) -> None:
    """One job for all that is asked of the contract in this slice of time."""
    tranche = int(le.timestamp() // DELAI_D_ANNONCE.total_seconds())
    planifier(
        ANNONCER,
        cible=demandee.dossier.contrat,
        cle=f"{ANNONCER}:{demandee.dossier.contrat_id}:{tranche}",
        a_partir_de=le + DELAI_D_ANNONCE,
    )
