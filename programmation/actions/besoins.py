"""A need, from what partners see to the file that answers it; a published call and its answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte, RevisionDepassee
from commun.journal import inscrire
from commun.models import Travail
from commun.permissions import verifier
from commun.travaux import planifier
from commun.typographie import date_longue
from contrats.actions.ecriture import ecrire
from contrats.models import Contrat, Reunion
from contrats.notifications import envoyer
from contrats.permissions import roles

from ..etats import EtatBesoin, EtatCandidature
from ..lectures.besoins import ouvert_jusqu_au
from ..models import (
    FAMILLES_DES_BESOINS,
    Besoin,
    Campagne,
    Candidature,
    Dispositif,
    Dossier,
    FamilleDispositif,
    PisteDeFinancement,
)
from ..notifications.besoins import courriel_de_reponse, gens_du_candidat
from ..permissions.besoins import (
    peut_candidater,
    peut_chiffrer,
    peut_faire_avancer_besoin,
    peut_modifier_besoin,
    peut_modifier_l_opportunite,
    peut_publier,
    peut_retirer_candidature,
    peut_signaler,
    peut_trancher,
)
from .depot import commencer
from .ecriture import motif_donne
from .lieux import poser_les_lieux
from .pistes import reprendre_les_pistes

REPONDRE_AU_CANDIDAT = "programmation.repondre_au_candidat"
# Steps that need a reason and nothing else.
SIMPLES = (
    "reunir",
    "revenir_au_constat",
    "chercher_un_autre",
    "rouvrir_financement",
    "abandonner",
    "reprendre",
    "rouvrir",
)
_SANS_MOTIF = ("reunir",)
# What each step makes of the answers to the call, with its own reason: those in these states are turned down.
_ECARTE = {
    "chercher_un_autre": (EtatCandidature.RETENUE,),
    "revenir_au_constat": (EtatCandidature.DEPOSEE,),
    "abandonner": (EtatCandidature.RETENUE, EtatCandidature.DEPOSEE),
}
# What it leaves behind.
_VIDE: dict[str, dict[str, Any]] = {
    "chercher_un_autre": {"porteur": None},
    "revenir_au_constat": {"publie_le": None, "publie_jusqu_au": None},
    "reprendre": {"porteur": None, "publie_le": None, "publie_jusqu_au": None},
    "rouvrir": {"dossier": None},
}


# --- The need ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def signaler(contrat: Contrat, *, champs: Mapping[str, Any], par: Auteur, le: datetime) -> Besoin:
    """Report a need; the team may write it in the name of the partner that saw it.

    Raises:
        RegleEnfreinte: a partner reports in the name of another one.
    """
    verifier(peut_signaler(par, contrat))
    if not roles(par, contrat).pilote and champs["signale_pour"].pk not in roles(par, contrat).organismes_partenaires:
        raise RegleEnfreinte("Vous signalez pour votre organisme.", champ="signale_pour")
    besoin = Besoin(contrat=contrat, signale_le=le, signale_par=par.utilisateur)
    auteur = par.au_nom_de(champs["signale_pour"])
    ecrire(besoin, champs, acte="signaler", libelle="Besoin signalé", par=auteur, le=le)
    return besoin


@transaction.atomic
def modifier_besoin(
    besoin: Besoin, *, champs: Mapping[str, Any], par: Auteur, le: datetime, revision: int | None = None
) -> Besoin:
    """Change what is said of it; `revision` is the one that was read.

    Raises:
        RevisionDepassee: somebody else has written it since.
        RegleEnfreinte: a partner gives it to another one.
    """
    besoin = _tenir(besoin)
    verifier(peut_modifier_besoin(par, besoin))
    _tenir_la_revision(besoin, revision)
    pour = champs.get("signale_pour", besoin.signale_pour)
    if pour != besoin.signale_pour and not roles(par, besoin.contrat).pilote:
        raise RegleEnfreinte("Seule l’équipe change qui a signalé un besoin.", champ="signale_pour")
    ecrire(besoin, champs, acte="modifier", libelle="Besoin modifié", par=par, le=le)
    return besoin


@transaction.atomic
def definir_l_opportunite(
    besoin: Besoin,
    *,
    opportunite: str,
    dispositif: Dispositif,
    reunion: Reunion | None,
    par: Auteur,
    le: datetime,
    revision: int | None = None,
) -> Besoin:
    """Say what would be done and why now, through which scheme, at which meeting it was discussed."""
    besoin = _tenir(besoin)
    verifier(peut_faire_avancer_besoin(par, besoin, "definir"))
    _tenir_la_revision(besoin, revision)
    champs = _champs_de_l_opportunite(besoin, opportunite, dispositif, reunion)
    with contraintes_en_francais():
        besoin.changer_etat("definir", par=par, le=le, champs=champs)
        besoin.save(update_fields=["revision"])
    return besoin


@transaction.atomic
def modifier_l_opportunite(
    besoin: Besoin,
    *,
    opportunite: str,
    dispositif: Dispositif,
    reunion: Reunion | None,
    par: Auteur,
    le: datetime,
    revision: int | None = None,
) -> Besoin:
    """Correct what was defined, as it was read at `revision`; the need stays where it stands, and so do the answers.

    Raises:
        RevisionDepassee: somebody else has written it since.
        RegleEnfreinte: the scheme changes under those who answered its call, or a published call would no longer be one.
    """
    besoin = _tenir(besoin)
    verifier(peut_modifier_l_opportunite(par, besoin))
    _tenir_la_revision(besoin, revision)
    champs = _champs_de_l_opportunite(besoin, opportunite, dispositif, reunion)
    if dispositif != besoin.dispositif:
        _verifier_l_appel(besoin, dispositif)
    ecrire(besoin, champs, acte="modifier_opportunite", libelle="Opportunité modifiée", par=par, le=le)
    return besoin


def _champs_de_l_opportunite(
    besoin: Besoin, opportunite: str, dispositif: Dispositif, reunion: Reunion | None
) -> dict[str, Any]:
    """What it writes, once its scheme and its meeting are those of such a need."""
    if dispositif.famille not in FAMILLES_DES_BESOINS:
        raise RegleEnfreinte(
            "Un besoin passe par la fabrique des projets concertés ou un appel à manifestation d’intérêt.",
            champ="dispositif",
        )
    if reunion is not None and reunion.comite.contrat_id != besoin.contrat_id:
        raise RegleEnfreinte("Cette réunion est celle d’un autre contrat.", champ="reunion")
    return {"opportunite": opportunite.strip(), "dispositif": dispositif, "reunion": reunion}


def _verifier_l_appel(besoin: Besoin, dispositif: Dispositif) -> None:
    """What is published stays a call, and keeps its scheme once porteurs have answered."""
    if besoin.appel_repondu:
        raise RegleEnfreinte("L’appel a reçu des réponses : son dispositif ne change plus.", champ="dispositif")
    if besoin.publie_le is not None and dispositif.famille != FamilleDispositif.AMI:
        raise RegleEnfreinte(
            "L’appel est publié : choisissez un appel à manifestation d’intérêt, ou revenez au constat.",
            champ="dispositif",
        )


@transaction.atomic
def nommer_le_porteur(
    besoin: Besoin, *, porteur: Organisme, motif: str, par: Auteur, le: datetime, avant_terme: bool = False
) -> Besoin:
    """Name who carries it, and why: the partners chose it without a call.

    Raises:
        RegleEnfreinte: porteurs have answered a published call and await their own answer; its last day is to come,
            which `avant_terme` says to be known.
    """
    besoin = _tenir(besoin)
    verifier(peut_faire_avancer_besoin(par, besoin, "trouver_porteur"))
    if besoin.candidatures.filter(etat=EtatCandidature.DEPOSEE).exists():
        raise RegleEnfreinte("Des porteurs ont répondu à l’appel : retenez l’une de leurs candidatures, ou aucune.")
    _tenir_la_date(besoin, avant_terme, le)
    besoin.changer_etat("trouver_porteur", par=par, le=le, motif=motif_donne(motif), champs={"porteur": porteur})
    return besoin


@transaction.atomic
def avancer_besoin(besoin: Besoin, acte: str, *, motif: str, par: Auteur, le: datetime) -> Besoin:
    """One of the steps of `SIMPLES`; a step back says why, and so does it to the candidates that it turns down.

    Raises:
        RegleEnfreinte: the funding is said to be there while no lead is.
    """
    besoin = _tenir(besoin)
    verifier(peut_faire_avancer_besoin(par, besoin, acte))
    raison = motif.strip() if acte in _SANS_MOTIF else motif_donne(motif)
    if acte == "reunir" and not besoin.pistes.filter(acquise=True).exists():
        raise RegleEnfreinte("Aucune piste de financement n’est acquise : notez-en au moins une.")
    for candidature in candidats_ecartes(besoin, acte):
        _repondre(candidature, "ecarter", raison, par=par, le=le)
    besoin.changer_etat(acte, par=par, le=le, motif=raison, champs=_VIDE.get(acte, {}))
    return besoin


def candidats_ecartes(besoin: Besoin, acte: str) -> list[Candidature]:
    """Those that a step turns down: they receive its reason."""
    return list(besoin.candidatures.filter(etat__in=_ECARTE.get(acte, ())).order_by("pk"))


@transaction.atomic
def publier(besoin: Besoin, *, jusqu_au: date, par: Auteur, le: datetime, revision: int | None = None) -> Besoin:
    """Put the need out to any porteur until a day, or change that day; `revision` is the one that was read."""
    besoin = _tenir(besoin)
    verifier(peut_publier(par, besoin))
    _tenir_la_revision(besoin, revision)
    if jusqu_au < localdate(le):
        raise RegleEnfreinte("Choisissez une date à venir.", champ="jusqu_au")
    champs = {"publie_le": besoin.publie_le or le, "publie_jusqu_au": jusqu_au}
    libelle = f"Appel publié jusqu’au {date_longue(jusqu_au)}"
    ecrire(besoin, champs, acte="publier", libelle=libelle, par=par, le=le)
    return besoin


@transaction.atomic
def en_faire_un_dossier(
    besoin: Besoin, campagne: Campagne, *, dispositif: Dispositif, par: Auteur, le: datetime
) -> Dossier:
    """Begin the request of its porteur with what is known: title, finding, opportunity, orientation, places, leads."""
    besoin = _tenir(besoin)
    verifier(peut_faire_avancer_besoin(par, besoin, "devenir_dossier"))
    assert besoin.porteur is not None  # said by the state
    dossier = commencer(campagne, porteur=besoin.porteur, dispositif=dispositif, intitule=besoin.titre, par=par, le=le)
    dossier.resume, dossier.besoin = besoin.opportunite, besoin.constat
    dossier.orientation = besoin.orientation
    dossier.theme_p147 = besoin.orientation.theme_p147 if besoin.orientation else None
    dossier.save(update_fields=["resume", "besoin", "orientation", "theme_p147"])
    poser_les_lieux(dossier, perimetres=besoin.perimetres.all(), communes=besoin.communes.all())
    reprendre_les_pistes(dossier, besoin.pistes.select_related("organisme"), par=par, le=le)
    if not dossier.essai:  # a trial disappears: the need stays to be answered
        besoin.changer_etat("devenir_dossier", par=par, le=le, champs={"dossier": dossier})
    return dossier


# --- Leads of funding --------------------------------------------------------------------------------------------------
@transaction.atomic
def ecrire_piste(
    besoin: Besoin,
    piste: PisteDeFinancement | None,
    *,
    champs: Mapping[str, Any],
    par: Auteur,
    le: datetime,
    revision: int | None = None,
) -> PisteDeFinancement:
    """Add a lead, or change one as it was read at `revision`.

    Raises:
        RevisionDepassee: somebody else has written it since.
        RegleEnfreinte: it is gone; the funding said to be there would no longer be.
    """
    besoin = _tenir(besoin)
    verifier(peut_chiffrer(par, besoin))
    ecrite = PisteDeFinancement(besoin=besoin) if piste is None else _relire_la_piste(besoin, piste)
    _tenir_la_revision(ecrite, revision)
    with contraintes_en_francais():
        for nom, valeur in champs.items():
            setattr(ecrite, nom, valeur)
        ecrite.save()
    _exiger_une_piste_acquise(besoin)
    _inscrire_la_piste(besoin, "modifier_piste" if piste else "ajouter_piste", ecrite, par=par, le=le)
    return ecrite


@transaction.atomic
def retirer_piste(piste: PisteDeFinancement, *, par: Auteur, le: datetime, revision: int | None = None) -> None:
    """Take a lead away, as it was read at `revision`.

    Raises:
        RevisionDepassee: somebody else has written it since.
        RegleEnfreinte: it is gone already; the funding said to be there would no longer be.
    """
    besoin = _tenir(piste.besoin)
    verifier(peut_chiffrer(par, besoin))
    piste = _relire_la_piste(besoin, piste)
    _tenir_la_revision(piste, revision)
    _inscrire_la_piste(besoin, "retirer_piste", piste, par=par, le=le)
    piste.delete()
    _exiger_une_piste_acquise(besoin)


def _relire_la_piste(besoin: Besoin, piste: PisteDeFinancement) -> PisteDeFinancement:
    """The lead as it stands now: its need is locked."""
    if piste.besoin_id != besoin.pk:
        raise RegleEnfreinte("Cette piste est celle d’un autre besoin.")
    relue = besoin.pistes.select_related("organisme").filter(pk=piste.pk).first()
    if relue is None:
        raise RegleEnfreinte("Cette piste vient d’être retirée par quelqu’un d’autre.", code="piste_retiree")
    return relue


def _exiger_une_piste_acquise(besoin: Besoin) -> None:
    """Funding said to be there is there."""
    if besoin.etat == EtatBesoin.FINANCE and not besoin.pistes.filter(acquise=True).exists():
        raise RegleEnfreinte(
            "C’est la dernière piste acquise, et les financements sont dits réunis : rouvrez d’abord leur recherche.",
            code="financements_reunis",
        )


_LIBELLES_DE_PISTE = {
    "ajouter_piste": "Piste de financement ajoutée",
    "modifier_piste": "Piste de financement modifiée",
    "retirer_piste": "Piste de financement retirée",
}


def _inscrire_la_piste(besoin: Besoin, acte: str, piste: PisteDeFinancement, *, par: Auteur, le: datetime) -> None:
    inscrire(
        besoin,
        acte=acte,
        libelle=_LIBELLES_DE_PISTE[acte],
        par=par,
        le=le,
        motif=str(piste),
        apres={
            "piste": piste.pk,
            "montant": None if piste.montant is None else str(piste.montant),
            "acquise": piste.acquise,
            "note": piste.note,
        },
    )


# --- Answers to a published call ---------------------------------------------------------------------------------------
@transaction.atomic
def candidater(
    besoin: Besoin, *, organisme: Organisme, texte: str, par: Auteur, le: datetime, revision: int | None = None
) -> Candidature:
    """Answer a call for one's own organisation, or change one's answer, until its last day.

    `revision` is the one that was read, 0 when there was no answer yet: a colleague's own raises `RevisionDepassee`.
    """
    besoin = _tenir(besoin)
    verifier(peut_candidater(par, besoin, localdate(le)))
    if organisme.pk not in roles(par, besoin.contrat).organismes_porteurs:
        raise RegleEnfreinte("Vous ne répondez que pour votre organisme.", champ="organisme")
    connue = besoin.candidatures.select_related("besoin").filter(organisme=organisme).first()
    if connue is not None and not connue.se_repond_encore:
        raise RegleEnfreinte("Votre candidature a déjà une réponse.")
    nouvelle = connue is None
    connue = connue or Candidature(besoin=besoin, organisme=organisme, deposee_le=le, deposee_par=par.utilisateur)
    _tenir_la_revision(connue, revision)
    if nouvelle:
        ecrire(connue, {"texte": texte.strip()}, acte="deposer", libelle="Candidature déposée", par=par, le=le)
    elif connue.etat != EtatCandidature.DEPOSEE:
        champs = {"texte": texte.strip(), "deposee_le": le, "motif": ""}
        connue.changer_etat("deposer", par=par, le=le, champs=champs)
        connue.save(update_fields=["revision"])
    else:
        ecrire(connue, {"texte": texte.strip()}, acte="modifier", libelle="Candidature modifiée", par=par, le=le)
    return connue


@transaction.atomic
def retirer_candidature(candidature: Candidature, *, par: Auteur, le: datetime) -> Candidature:
    """Give one's answer up."""
    _tenir(candidature.besoin)
    candidature = _relire(candidature)
    verifier(peut_retirer_candidature(par, candidature))
    candidature.changer_etat("retirer", par=par, le=le)
    return candidature


@transaction.atomic
def trancher_candidature(
    candidature: Candidature,
    acte: str,
    *,
    motif: str,
    motif_des_autres: str = "",
    avant_terme: bool = False,
    par: Auteur,
    le: datetime,
) -> Candidature:
    """Keep one answer: its organisation carries the need, the others are told why not; or turn one answer down.

    Raises:
        RegleEnfreinte: others would be turned down without a word; the last day of the call is to come, which
            `avant_terme` says to be known.
    """
    besoin = _tenir(candidature.besoin)
    candidature = _relire(candidature)
    verifier(peut_trancher(par, candidature, acte))
    if acte == "retenir":
        _tenir_la_date(besoin, avant_terme, le)
    _repondre(candidature, acte, motif_donne(motif), par=par, le=le)
    if acte != "retenir":
        return candidature
    autres = list(besoin.candidatures.filter(etat=EtatCandidature.DEPOSEE).order_by("pk"))
    if autres and not motif_des_autres.strip():
        raise RegleEnfreinte("Dites aux autres candidats pourquoi ils ne sont pas retenus.", champ="motif_des_autres")
    for autre in autres:
        _repondre(autre, "ecarter", motif_des_autres.strip(), par=par, le=le)
    besoin.changer_etat(
        "trouver_porteur", par=par, le=le, motif=motif.strip(), champs={"porteur": candidature.organisme}
    )
    return candidature


def _tenir_la_date(besoin: Besoin, avant_terme: bool, le: datetime) -> None:
    """The day published is a promise to those who prepare their answer: it is not shortened unknowingly."""
    fin = ouvert_jusqu_au(besoin, localdate(le))
    if fin is not None and not avant_terme:
        raise RegleEnfreinte(
            f"L’appel reçoit des réponses jusqu’au {date_longue(fin)} : confirmez que vous le fermez.",
            champ="avant_terme",
        )


def _repondre(candidature: Candidature, acte: str, motif: str, *, par: Auteur, le: datetime) -> None:
    """The answer, and one e-mail to each of the candidate's people."""
    candidature.changer_etat(acte, par=par, le=le, motif=motif, champs={"motif": motif})
    for personne in gens_du_candidat(candidature):
        planifier(
            REPONDRE_AU_CANDIDAT,
            cible=candidature,
            parametres={"personne": personne.pk, "etat": candidature.etat, "motif": motif},
            cle=f"{REPONDRE_AU_CANDIDAT}:{candidature.pk}:{personne.pk}:{le.isoformat()}",
        )


def expedier_la_reponse(rangee: Travail) -> bool:
    """Send one e-mail of an answer; False when the person may no longer read it."""
    assert rangee.cible_id is not None  # planned for an answer
    candidature = Candidature.objects.select_related("besoin__contrat", "organisme").get(pk=rangee.cible_id)
    personne = next((p for p in gens_du_candidat(candidature) if p.pk == rangee.parametres["personne"]), None)
    if personne is None:
        return False
    retenue = rangee.parametres["etat"] == EtatCandidature.RETENUE
    envoyer(courriel_de_reponse(candidature, personne, retenue=retenue, motif=rangee.parametres["motif"]))
    return True


def _tenir_la_revision(objet: Besoin | PisteDeFinancement | Candidature, lue: int | None) -> None:
    """One revision more, once sure that nobody has written since the one read; the caller saves it."""
    if lue is not None and lue != objet.revision:
        raise RevisionDepassee(
            "Quelqu’un d’autre vient de le modifier : enregistrez à nouveau.", code="revision_depassee"
        )
    objet.revision += 1


def _tenir(besoin: Besoin) -> Besoin:
    """The need as it stands now, locked until the end of the transaction."""
    tenus = Besoin.objects.select_for_update(of=("self",))
    relations = ("contrat", "dispositif", "porteur", "orientation__theme_p147", "signale_pour", "dossier")
    return tenus.select_related(*relations).get(pk=besoin.pk)


def _relire(candidature: Candidature) -> Candidature:
    """Its need is locked: nobody else answers it meanwhile."""
    return Candidature.objects.select_related("besoin__contrat", "organisme").get(pk=candidature.pk)
