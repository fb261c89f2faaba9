"""A porteur joins a contract: asked without an account, confirmed by e-mail, decided by the team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from acteurs.actions import interroger_l_annuaire
from acteurs.models import FicheOrganisme, Organisme, Utilisateur, Verification
from acteurs.regles import forme_de_la_categorie, rna_valide, siret_valide
from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier
from commun.travaux import planifier
from commun.typographie import date_longue

from ..etats import EtatInscription, Role
from ..models import Contrat, Habilitation, Inscription
from ..models.habilitation import empreinte_du_jeton, jeton_d_invitation
from ..notifications import courriel_a_l_equipe, courriel_d_inscription, courriel_de_refus, envoyer
from ..permissions import peut_trancher_les_inscriptions
from .equipe import inviter

DUREE_DE_CONFIRMATION = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class SaisieInscription:
    """What a person says of itself and of its organisation."""

    siret: str
    nom_organisme: str
    prenom: str
    nom: str
    fonction: str
    email: str
    telephone: str = ""
    projet: str = ""


@transaction.atomic
def demander_inscription(contrat: Contrat, saisie: SaisieInscription, *, le: datetime) -> None:
    """Keep a request and plan its e-mail. Nothing is answered: who asks learns nothing of what is already there.

    What the directory says of the SIRET is kept beside what was typed; its silence blocks nothing (S-20). The same request
    made again sends a new link, and the former opens nothing more; once confirmed, it sends nothing.
    """
    if not siret_valide(saisie.siret):
        raise RegleEnfreinte("Ce SIRET n’est pas valide : vérifiez ses 14 chiffres.", champ="siret", code="siret")
    email = saisie.email.strip().lower()
    ouvertes = Inscription.objects.select_for_update().filter(contrat=contrat, siret=saisie.siret, email=email)
    deja = ouvertes.filter(etat__in=(EtatInscription.A_CONFIRMER, EtatInscription.A_VERIFIER)).first()
    if deja is not None and deja.etat == EtatInscription.A_VERIFIER:
        return
    inscription = deja or Inscription(contrat=contrat, siret=saisie.siret, email=email)
    inscription.jeton_sha256 = empreinte_du_jeton(jeton_d_invitation())  # no link matches until the e-mail is written
    inscription.demandee_le = le
    inscription.nom_organisme, inscription.prenom, inscription.nom = saisie.nom_organisme, saisie.prenom, saisie.nom
    inscription.fonction, inscription.telephone = saisie.fonction, saisie.telephone
    inscription.projet = saisie.projet
    _completer(inscription)
    with contraintes_en_francais(), transaction.atomic():
        inscription.save()
    planifier(
        "contrats.envoyer_inscription",
        cible=inscription,
        parametres={"demandee": le.isoformat()},
        cle=f"contrats.envoyer_inscription:{inscription.pk}:{le.isoformat()}",
    )


def expedier_inscription(inscription: Inscription, *, demandee: datetime) -> bool:
    """Send the link that confirms the address; its secret stands in the e-mail only. False when a newer one was asked."""
    with transaction.atomic():
        inscription = _verrouiller(inscription)
        if inscription.demandee_le != demandee or inscription.etat != EtatInscription.A_CONFIRMER:
            return False
        jeton = jeton_d_invitation()
        inscription.jeton_sha256 = empreinte_du_jeton(jeton)
        inscription.save(update_fields=["jeton_sha256"])
    envoyer(courriel_d_inscription(inscription, jeton))
    return True


@transaction.atomic
def confirmer_inscription(jeton: str, *, le: datetime) -> Inscription:
    """The person reads its e-mail: the request goes to the team. Confirmed twice, it is confirmed once."""
    try:
        inscription = Inscription.objects.select_for_update(of=("self",)).du_jeton(jeton).get()
    except Inscription.DoesNotExist as erreur:
        raise RegleEnfreinte(
            "Ce lien n’est pas reconnu. Ouvrez celui du dernier courriel reçu.", code="inscription_inconnue"
        ) from erreur
    if refus := refus_de_confirmation(inscription, le):
        raise refus
    if inscription.etat != EtatInscription.A_CONFIRMER:
        return inscription
    inscription.changer_etat("confirmer", par=Auteur(), le=le, champs={"confirmee_le": le})
    for chef in _chefs_de_projet(inscription.contrat):
        planifier("contrats.annoncer_inscription", cible=inscription, parametres={"personne": chef.pk})
    return inscription


def refus_de_confirmation(inscription: Inscription, le: datetime) -> RegleEnfreinte | None:
    """Why its link confirms nothing on `le`; None when it does, or did."""
    fin = inscription.demandee_le + DUREE_DE_CONFIRMATION
    if inscription.etat == EtatInscription.A_CONFIRMER and fin <= le:
        return RegleEnfreinte(
            f"Ce lien a expiré le {date_longue(fin.date())} : faites une nouvelle demande.", code="inscription_expiree"
        )
    return None


@transaction.atomic
def accepter_inscription(
    inscription: Inscription,
    *,
    gestionnaire: bool,
    par: Auteur,
    le: datetime,
    organisme: Organisme | None = None,
) -> Inscription:
    """Join the organisation to the contract and invite the person to act for it; its account is born from that link.

    The organisation is the one of that SIRET, else `organisme`, which has none yet and takes it, else a new one.
    """
    inscription = _verrouiller(inscription)
    verifier(peut_trancher_les_inscriptions(par, inscription.contrat))
    inscription.verifier_transition("accepter")
    inscrit = _organisme_inscrit(inscription, organisme, par=par, le=le)
    invitation = inviter(
        inscription.contrat,
        organisme=inscrit,
        role=Role.PORTEUR,
        email=inscription.email,
        gestionnaire=gestionnaire,
        par=par,
        le=le,
    )
    inscription.organisme, inscription.invitation = inscrit, invitation
    inscription.save(update_fields=["organisme", "invitation"])
    inscription.changer_etat("accepter", par=par, le=le, champs={"tranchee_le": le, "tranchee_par": par.utilisateur})
    return inscription


@transaction.atomic
def refuser_inscription(inscription: Inscription, *, motif: str, par: Auteur, le: datetime) -> Inscription:
    """Refuse, with the reason that the person will read."""
    inscription = _verrouiller(inscription)
    verifier(peut_trancher_les_inscriptions(par, inscription.contrat))
    if not motif.strip():
        raise RegleEnfreinte("Dites pourquoi la demande est refusée.", champ="motif", code="motif")
    champs = {"tranchee_le": le, "tranchee_par": par.utilisateur, "motif": motif.strip()}
    inscription.changer_etat("refuser", par=par, le=le, champs=champs)
    planifier("contrats.refuser_inscription", cible=inscription, par=par)
    return inscription


def annoncer_inscription(inscription: Inscription, personne: Utilisateur) -> bool:
    """Tell one chef de projet that a request awaits; nothing once it is decided."""
    if inscription.etat != EtatInscription.A_VERIFIER:
        return False
    envoyer(courriel_a_l_equipe(inscription, personne))
    return True


def annoncer_le_refus(inscription: Inscription) -> None:
    """Tell the person why."""
    envoyer(courriel_de_refus(inscription))


def purger_les_inscriptions(*, le: datetime) -> int:
    """Forget the requests that nobody confirmed; returns how many."""
    oubliees, _ = Inscription.objects.abandonnees(le - DUREE_DE_CONFIRMATION).delete()
    return oubliees


def _completer(inscription: Inscription) -> None:
    """What the directory says of the SIRET; the name typed stays when it says nothing."""
    inscription.verification, trouve = interroger_l_annuaire(inscription.siret)
    if trouve is None:
        return
    inscription.nom_organisme = trouve.nom[:250] or inscription.nom_organisme
    inscription.sigle, inscription.adresse = trouve.sigle[:60], trouve.adresse[:250]
    inscription.code_postal, inscription.ville = trouve.code_postal[:5], trouve.ville[:120]
    inscription.rna = trouve.rna if rna_valide(trouve.rna) else ""
    inscription.type, inscription.forme_juridique = forme_de_la_categorie(trouve.categorie)


def _organisme_inscrit(inscription: Inscription, choisi: Organisme | None, *, par: Auteur, le: datetime) -> Organisme:
    connu = Organisme.objects.filter(siret=inscription.siret).first()
    if connu is not None:
        return connu
    if choisi is not None and choisi.siret:
        raise RegleEnfreinte("Cet organisme porte un autre SIRET.", champ="organisme", code="autre_siret")
    organisme = choisi or Organisme(
        nom=inscription.nom_organisme,
        sigle=inscription.sigle,
        type=inscription.type,
        forme_juridique=inscription.forme_juridique,
        rna=inscription.rna,
        source=f"Inscription du {inscription.demandee_le:%d/%m/%Y}",
        fictif=inscription.fictif,
    )
    organisme.siren, organisme.siret = inscription.siret[:9], inscription.siret
    with contraintes_en_francais(), transaction.atomic():
        organisme.save()
    FicheOrganisme.objects.get_or_create(
        organisme=organisme,
        defaults={
            "adresse": inscription.adresse,
            "code_postal": inscription.code_postal,
            "ville": inscription.ville,
            "verification": inscription.verification,
            "verifie_le": None if inscription.verification == Verification.NON_VERIFIE else inscription.demandee_le,
        },
    )
    libelle = "SIRET donné à l’organisme" if choisi else "Organisme inscrit"
    inscrire(organisme, acte="inscrire_organisme", libelle=libelle, par=par, le=le, apres={"siret": organisme.siret})
    if inscription.verification == Verification.NON_VERIFIE:
        planifier("acteurs.verifier_organisme", cible=organisme, par=par)
    return organisme


def _verrouiller(inscription: Inscription) -> Inscription:
    return (
        Inscription.objects.select_for_update(of=("self",))
        .select_related("contrat", "contrat__pilote")
        .get(pk=inscription.pk)
    )


def _chefs_de_projet(contrat: Contrat) -> list[Utilisateur]:
    """Those who decide: the chefs de projet of the whole contract."""
    tenues = Habilitation.objects.actives().filter(
        contrat=contrat,
        role=Role.CHEF_DE_PROJET,
        communes__isnull=True,
        perimetres__isnull=True,
        orientations__isnull=True,
        utilisateur__is_active=True,
    )
    return list(Utilisateur.objects.filter(habilitations__in=tenues).distinct().order_by("pk"))
