"""Who reads the card and the papers of an organisation, and who keeps them."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.permissions import OUI, Reponse, non
from contrats.etats import Role
from contrats.models import Contrat, Habilitation
from contrats.permissions import roles

from ..models import DemandeFinancement, Dossier

# Those who prepare the payment; a funder reads the account of whoever asks it for money.
_LISENT_LA_BANQUE = (Role.CHEF_DE_PROJET, Role.FINANCES)


def organismes_visibles(auteur: Auteur, contrat: Contrat) -> QuerySet[Organisme]:
    """The organisations whose card the author reads in this contract.

    Its own, as a porteur; those whose files it instructs; for a chef de projet, those that hold a porteur's
    habilitation or for which the team began a request too.
    """
    tenus = roles(auteur, contrat)
    visibles = Organisme.objects.filter(pk__in=tenus.organismes_porteurs)
    if tenus.instruit:
        dossiers = Dossier.objects.instruits_par(auteur, contrat)
        visibles |= Organisme.objects.filter(pk__in=dossiers.values("porteur"))
    if tenus.pilote:
        porteurs = Habilitation.objects.actives().filter(contrat=contrat, role=Role.PORTEUR)
        visibles |= Organisme.objects.filter(pk__in=porteurs.values("organisme"))
        visibles |= Organisme.objects.filter(pk__in=Dossier.objects.ouverts_a(auteur, contrat).values("porteur"))
    return visibles


def porteurs(contrat: Contrat | None = None) -> QuerySet[Organisme]:
    """The organisations that carry actions in the contract, or have somebody who may; in any contract when none is given."""
    tenus = Habilitation.objects.filter(role=Role.PORTEUR)
    deja = Dossier.objects.filter(depose_le__isnull=False)
    if contrat is not None:
        tenus, deja = tenus.filter(contrat=contrat), deja.filter(contrat=contrat)
    return Organisme.objects.filter(Q(pk__in=tenus.values("organisme")) | Q(pk__in=deja.values("porteur"))).order_by(
        "recherche"
    )


def agit_ici(contrat: Contrat, organisme: Organisme) -> bool:
    """True for an organisation that is this contract's own business: it carries actions here, or nowhere yet.

    One that is known only in another contract of the installation opens its card, its people and its bank account
    to nobody here until it joins: by an invitation, or by registering.
    """
    return porteurs(contrat).filter(pk=organisme.pk).exists() or not porteurs().filter(pk=organisme.pk).exists()


def peut_tenir_la_fiche(auteur: Auteur, contrat: Contrat, organisme: Organisme) -> Reponse:
    """Its own people; a chef de projet *pour le compte de*, for an organisation that it reads."""
    tenus = roles(auteur, contrat)
    if organisme.pk in tenus.organismes_porteurs:
        return OUI
    if tenus.pilote and organismes_visibles(auteur, contrat).filter(pk=organisme.pk).exists():
        return OUI
    return non("Cette fiche est tenue par son organisme, ou pour son compte par un chef de projet.")


def peut_lire_la_banque(auteur: Auteur, contrat: Contrat, organisme: Organisme) -> Reponse:
    """The account number and the RIB: its own people, the team, the funders that it asks."""
    tenus = roles(auteur, contrat)
    if organisme.pk in tenus.organismes_porteurs or tenus.administre or tenus.tient(*_LISENT_LA_BANQUE):
        return OUI
    financeurs = tenus.organismes(Role.INSTRUCTEUR, Role.DECIDEUR)
    sollicites = DemandeFinancement.objects.filter(dossier__contrat=contrat, dossier__porteur=organisme)
    if financeurs and sollicites.filter(financeur__in=financeurs).exists():
        return OUI
    return non("Le compte bancaire est lu par l’organisme, les financeurs et l’équipe du contrat.")
