"""Opening a new contract: five steps, each saved as it is done, then the invitations leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier
from geographie.models import Commune, Perimetre, TypePerimetre

from ..etats import Role
from ..models import (
    CompteAInviter,
    Contrat,
    OuvertureContrat,
    PerimetreDuContrat,
    QualiteSignataire,
    Signataire,
)
from ..permissions import peut_ouvrir_un_contrat
from .ecriture import ecrire
from .equipe import inviter
from .perimetres import ecrire_perimetre


@transaction.atomic
def commencer_contrat(*, champs: Mapping[str, Any], par: Auteur, le: datetime) -> Contrat:
    """Step 1: the contract and its lead, who signs it too. Nobody but administrators sees it until people are invited."""
    verifier(peut_ouvrir_un_contrat(par))
    contrat = Contrat()
    ecrire(contrat, champs, acte="commencer_contrat", libelle="Contrat créé", par=par, le=le)
    OuvertureContrat.objects.create(contrat=contrat, commencee_le=le)
    ajouter_partenaire(contrat, organisme=contrat.pilote, qualite=QualiteSignataire.PILOTE, par=par, le=le)
    return contrat


@transaction.atomic
def reprendre_contrat(contrat: Contrat, *, champs: Mapping[str, Any], par: Auteur, le: datetime) -> Contrat:
    """Step 1 again: what was written of the contract, corrected."""
    _en_cours(contrat, par)
    contrat = Contrat.objects.select_for_update(of=("self",)).get(pk=contrat.pk)
    ecrire(contrat, champs, acte="reprendre_contrat", libelle="Contrat corrigé", par=par, le=le)
    return contrat


@transaction.atomic
def ajouter_communes(contrat: Contrat, communes: Iterable[Commune], *, par: Auteur, le: datetime) -> None:
    """Step 2: communes of the contract, among those that the installation knows."""
    _en_cours(contrat, par)
    communes = list(communes)
    contrat.communes.add(*communes)
    _inscrire(contrat, "ajouter_communes", "Communes ajoutées", communes, par, le)


@transaction.atomic
def ajouter_commune_inconnue(contrat: Contrat, *, code: str, nom: str, par: Auteur, le: datetime) -> Commune:
    """Step 2: a commune that the installation does not know yet, by its INSEE code."""
    _en_cours(contrat, par)
    commune = Commune(code=code, nom=nom, source="saisie à l’ouverture du contrat")
    if Commune.objects.filter(code=code).exists():
        raise RegleEnfreinte("Cette commune est déjà connue : cherchez-la.", champ="code", code="commune_connue")
    with contraintes_en_francais(), transaction.atomic():
        commune.save()
    contrat.communes.add(commune)
    _inscrire(contrat, "ajouter_communes", "Commune ajoutée", [commune], par, le)
    return commune


@transaction.atomic
def oter_commune(contrat: Contrat, commune: Commune, *, par: Auteur, le: datetime) -> None:
    """Step 2: a commune that was not of the contract."""
    _en_cours(contrat, par)
    contrat.communes.remove(commune)
    _inscrire(contrat, "oter_commune", "Commune ôtée", [commune], par, le)


@transaction.atomic
def choisir_perimetres(contrat: Contrat, perimetres: Iterable[Perimetre], *, par: Auteur, le: datetime) -> None:
    """Step 3: perimeters already known that the contract covers."""
    _en_cours(contrat, par)
    deja = set(contrat.perimetres.values_list("perimetre_id", flat=True))
    nouveaux = [p for p in perimetres if p.pk not in deja]
    PerimetreDuContrat.objects.bulk_create(PerimetreDuContrat(contrat=contrat, perimetre=p) for p in nouveaux)
    _inscrire(contrat, "choisir_perimetres", "Périmètres ajoutés", nouveaux, par, le)


@transaction.atomic
def decrire_perimetre(
    contrat: Contrat,
    *,
    type: TypePerimetre,
    code: str,
    nom: str,
    communes: Iterable[Commune],
    valide_du: date,
    par: Auteur,
    le: datetime,
) -> Perimetre:
    """Step 3: a perimeter written by hand, with its first version; its contour may come later."""
    _en_cours(contrat, par)
    perimetre = ecrire_perimetre(
        contrat,
        {"type": type, "code": code, "nom": nom},
        {"nom": nom, "valide_du": valide_du},
        communes=communes,
        source="saisi à l’ouverture du contrat",
    )
    inscrire(perimetre, acte="decrire_perimetre", libelle="Périmètre saisi", par=par, le=le, apres={"code": code})
    _inscrire(contrat, "choisir_perimetres", "Périmètre ajouté", [perimetre], par, le)
    return perimetre


@transaction.atomic
def oter_perimetre(contrat: Contrat, perimetre: Perimetre, *, par: Auteur, le: datetime) -> None:
    """Step 3: the contract does not cover this perimeter after all; the perimeter itself stays known."""
    _en_cours(contrat, par)
    contrat.perimetres.filter(perimetre=perimetre).delete()
    _inscrire(contrat, "oter_perimetre", "Périmètre ôté", [perimetre], par, le)


@transaction.atomic
def ajouter_partenaire(
    contrat: Contrat, *, organisme: Organisme, qualite: QualiteSignataire, par: Auteur, le: datetime
) -> Signataire:
    """Step 4: a funder or another signatory."""
    _en_cours(contrat, par)
    signataire = Signataire(contrat=contrat, organisme=organisme, ordre=contrat.signataires.count())
    ecrire(signataire, {"qualite": qualite}, acte="ajouter_signataire", libelle="Signataire ajouté", par=par, le=le)
    return signataire


@transaction.atomic
def oter_partenaire(contrat: Contrat, signataire: Signataire, *, par: Auteur, le: datetime) -> None:
    """Step 4: an organisation that does not sign."""
    ouverture = _en_cours(contrat, par)
    if ouverture.comptes.filter(organisme=signataire.organisme_id).exists():
        raise RegleEnfreinte("Des comptes de cet organisme sont à inviter : ôtez-les d’abord.", code="encore_utilise")
    _inscrire(contrat, "oter_signataire", "Signataire ôté", [signataire], par, le)
    signataire.delete()


@transaction.atomic
def prevoir_compte(
    contrat: Contrat, *, organisme: Organisme, role: Role, email: str, par: Auteur, le: datetime
) -> CompteAInviter:
    """Step 5: a person to invite when the contract opens; nothing leaves yet."""
    compte = CompteAInviter(
        ouverture=_en_cours(contrat, par), organisme=organisme, role=role, email=email.strip().lower()
    )
    with contraintes_en_francais(), transaction.atomic():
        compte.save()
    return compte


@transaction.atomic
def oter_compte(compte: CompteAInviter, *, par: Auteur) -> None:
    """Step 5: a person who will not be invited."""
    _en_cours(compte.ouverture.contrat, par)
    compte.delete()


@transaction.atomic
def franchir_etape(contrat: Contrat, etape: int, *, par: Auteur) -> None:
    """Remember the farthest step done, so that the assistant takes up there."""
    ouverture = _en_cours(contrat, par)
    if etape > ouverture.etape:
        ouverture.etape = etape
        ouverture.save(update_fields=["etape"])


@transaction.atomic
def ouvrir_contrat(contrat: Contrat, *, par: Auteur, le: datetime) -> int:
    """Open the contract: each person of the list is invited. Returns how many invitations are planned."""
    ouverture = _en_cours(contrat, par)
    comptes = list(ouverture.comptes.select_related("organisme"))
    if not contrat.communes.exists():
        raise RegleEnfreinte("Un contrat couvre au moins une commune : voyez l’étape 2.", code="sans_commune")
    if not any(c.role == Role.CHEF_DE_PROJET for c in comptes):
        raise RegleEnfreinte(
            "Personne ne pourra tenir ce contrat : invitez au moins un chef de projet.", code="sans_chef_de_projet"
        )
    for compte in comptes:
        inviter(contrat, organisme=compte.organisme, role=Role(compte.role), email=compte.email, par=par, le=le)
    ouverture.etape, ouverture.ouvert_le, ouverture.ouvert_par = 5, le, par.utilisateur
    ouverture.save()
    inscrire(
        contrat,
        acte="ouvrir_contrat",
        libelle="Contrat ouvert",
        par=par,
        le=le,
        apres={"invitations": len(comptes)},
    )
    return len(comptes)


def _en_cours(contrat: Contrat, par: Auteur) -> OuvertureContrat:
    """The right, then the opening's row, locked; refused once the contract is open."""
    verifier(peut_ouvrir_un_contrat(par))
    ouverture = OuvertureContrat.objects.select_for_update(of=("self",)).filter(contrat=contrat).first()
    if ouverture is None or ouverture.ouvert_le is not None:
        raise RegleEnfreinte(
            "Ce contrat est ouvert : il se modifie dans ses propres pages.", code="contrat_deja_ouvert"
        )
    return ouverture


def _inscrire(contrat: Contrat, acte: str, libelle: str, objets: Iterable[Any], par: Auteur, le: datetime) -> None:
    noms = [str(o) for o in objets]
    if noms:
        inscrire(contrat, acte=acte, libelle=libelle, par=par, le=le, apres={"noms": " ; ".join(noms)})
