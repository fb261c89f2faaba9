"""What the team asks a porteur to correct: asked, recalled, lifted; the porteur's answer is an act of the deposit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.models import Travail
from commun.permissions import verifier
from commun.travaux import planifier
from contrats.notifications import envoyer

from ..etats import EtatDossier
from ..lectures.destinataires import adresse_de, destinataires_du_porteur
from ..models import DemandeDeComplement, Dossier
from ..notifications.instruire import courriel_de_complement
from ..permissions import peut_instruire
from ..regles.champs import libelles, section_du_champ
from .ecriture import motif_donne, verrouiller_dossier

PREVENIR = "programmation.prevenir_du_complement"
# The porteur is reminded that many days before the day on which its answer is expected.
RAPPEL_AVANT = timedelta(days=3)


@transaction.atomic
def demander_complement(
    dossier: Dossier, *, motif: str, champs: Iterable[str], echeance: date, par: Auteur, le: datetime
) -> DemandeDeComplement:
    """Ask the porteur to correct `champs`, and them alone, until `echeance`; the file becomes incomplete."""
    dossier = verrouiller_dossier(dossier)
    verifier(peut_instruire(par, dossier))
    motif = motif_donne(motif)
    champs = list(dict.fromkeys(champs))
    if not champs or any(section_du_champ(code) is None for code in champs):
        raise RegleEnfreinte("Choisissez au moins un champ à ouvrir, dans la liste.", champ="champs")
    if echeance <= timezone.localdate(le):
        raise RegleEnfreinte("Laissez au porteur au moins un jour : choisissez une date à venir.", champ="echeance")
    if dossier.etat != EtatDossier.INCOMPLET:
        dossier.changer_etat("declarer_incomplet", par=par, le=le, motif=motif)
    with contraintes_en_francais(), transaction.atomic():
        demande = DemandeDeComplement.objects.create(
            dossier=dossier,
            motif=motif,
            champs=champs,
            echeance=echeance,
            demandee_le=le,
            demandee_par=par.utilisateur,
        )
    inscrire(
        dossier,
        acte="demander_complement",
        libelle="Complément demandé",
        par=par,
        le=le,
        motif=motif,
        apres={"champs": libelles(champs), "echeance": echeance.isoformat()},
    )
    _prevenir(demande, relance=False)
    return demande


@transaction.atomic
def lever_complement(demande: DemandeDeComplement, *, par: Auteur, le: datetime) -> None:
    """Give up waiting for the porteur: what was asked came another way, or is needed no more. Nothing stays unlocked."""
    dossier = verrouiller_dossier(demande.dossier)
    verifier(peut_instruire(par, dossier))
    if not fermer_le_complement(dossier, le=le):
        raise RegleEnfreinte("Cette demande de complément n’attend plus de réponse. Rechargez la page.")
    inscrire(dossier, acte="lever_complement", libelle="Demande de complément levée", par=par, le=le)


def fermer_le_complement(dossier: Dossier, *, le: datetime) -> bool:
    """Lock again what was open to correction; the caller holds the file's lock. False when nothing was open."""
    return bool(fermer_les_complements([dossier.pk], le=le))


def fermer_les_complements(dossiers: Sequence[int], *, le: datetime) -> int:
    """The same for many files, by key; returns how many were open."""
    return DemandeDeComplement.objects.ouvertes().filter(dossier__in=dossiers).update(levee_le=le)


def relancer_les_complements(le: datetime) -> int:
    """Remind, once, each porteur whose answer is expected within three days. Returns how many requests."""
    jour = timezone.localdate(le)
    attendues = DemandeDeComplement.objects.ouvertes().filter(
        dossier__etat=EtatDossier.INCOMPLET,
        relancee_le__isnull=True,
        echeance__gte=jour,
        echeance__lte=jour + RAPPEL_AVANT,
    )
    with transaction.atomic():
        a_relancer = list(attendues.select_for_update(of=("self",)).select_related("dossier"))
        for demande in a_relancer:
            demande.relancee_le = le
            demande.save(update_fields=["relancee_le"])
            _prevenir(demande, relance=True)
    return len(a_relancer)


def expedier(rangee: Travail) -> bool:
    """Send one e-mail of a correction request; False when it was answered or lifted meanwhile, or nobody is known."""
    assert rangee.cible_id is not None  # planned for a request
    demande = DemandeDeComplement.objects.select_related(
        "dossier__contrat", "dossier__campagne", "dossier__porteur"
    ).get(pk=rangee.cible_id)
    if demande.repondue_le or demande.levee_le:
        return False
    adresse = adresse_de(demande.dossier, rangee.parametres["personne"])
    if not adresse:
        return False
    envoyer(courriel_de_complement(demande, adresse, relance=rangee.parametres["relance"]))
    return True


def _prevenir(demande: DemandeDeComplement, *, relance: bool) -> None:
    """One job per person of the porteur; its organisation's own address when nobody has an account."""
    for personne in destinataires_du_porteur(demande.dossier):
        planifier(
            PREVENIR,
            cible=demande,
            parametres={"personne": personne, "relance": relance},
            cle=f"{PREVENIR}:{demande.pk}:{personne or 'organisme'}:{'relance' if relance else 'demande'}",
        )
