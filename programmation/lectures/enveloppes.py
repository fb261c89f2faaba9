"""Envelopes as people read them, and the check of their counters.

Whoever is withdrawn from a file that an envelope pays reads none of its counters: beside the other rows, they would tell
what was given to that one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import DecimalField, Exists, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from commun.auteur import Auteur
from commun.models import LigneJournal
from commun.recherche import normaliser
from commun.typographie import INSECABLE, ecart, euros
from contrats.models import Contrat, NatureMoyens, Section

from ..etats import (
    DEMANDE_CONSOMME,
    DEMANDE_FERME,
    DOSSIER_A_LA_TABLE_DU_COPIL,
    EtatDemande,
    EtatEnveloppe,
)
from ..models import DemandeFinancement, Dossier, Enveloppe, GenreMouvement, MouvementEnveloppe
from ..models.demande import DemandeFinancementQuerySet
from ..models.dossier import deports_de
from ..regles.scenarios import en_pourcent

ZERO = Decimal(0)
_EUROS = DecimalField(max_digits=14, decimal_places=2)


@dataclass(frozen=True, slots=True)
class LigneEnveloppe:
    """One envelope, in euros: its amount, what was proposed, programmed and voted on it, what is left.

    `programme`, `vote` and `disponible` are None for a reader withdrawn from a file that it pays. `hors_section`: the
    requests of its scheme take from another section, hence never from it.
    """

    pk: int
    financeur_id: int
    financeur: str
    dispositif_id: int
    dispositif: str
    nature: str
    nature_libelle: str
    section: str
    section_libelle: str
    etat_libelle: str
    notifiee: bool
    montant: Decimal
    depassement: Decimal
    propose: Decimal
    programme: Decimal | None
    vote: Decimal | None
    disponible: Decimal | None
    fictif: bool
    hors_section: bool = False

    @property
    def titre(self) -> str:
        """Its nature, and its section when it is not running costs."""
        return self.nature_libelle.lower() + (", investissement" if self.section == Section.INVESTISSEMENT else "")

    @property
    def masquee(self) -> bool:
        """The reader is withdrawn from a file that it pays."""
        return self.disponible is None

    @property
    def consomme(self) -> Decimal | None:
        return None if self.programme is None or self.vote is None else self.programme + self.vote

    @property
    def taux(self) -> Decimal | None:
        """Programmed and voted over the amount, in %; None for an empty envelope."""
        return None if self.consomme is None else en_pourcent(self.consomme, self.montant)

    @property
    def reste_apres_propositions(self) -> Decimal | None:
        """What would be left if every proposal were programmed; negative when proposals go too far."""
        return None if self.disponible is None else self.disponible - self.propose

    @property
    def trop_propose(self) -> bool:
        """All that is proposed is more than what is left."""
        return self.reste_apres_propositions is not None and self.reste_apres_propositions < 0


@dataclass(frozen=True, slots=True)
class TotalEnveloppes:
    """The sum of the envelopes that one reader sees. Euros; None where it may not read one of them."""

    montant: Decimal
    propose: Decimal
    programme: Decimal | None
    vote: Decimal | None
    disponible: Decimal | None

    @property
    def taux(self) -> Decimal | None:
        """Programmed and voted over the amounts, in %; None when there is no money."""
        if self.programme is None or self.vote is None:
            return None
        return en_pourcent(self.programme + self.vote, self.montant)


@dataclass(frozen=True, slots=True)
class SousTotal:
    """The envelopes of one nature or of one funder."""

    genre: str  # nature, financeur
    nom: str
    total: TotalEnveloppes


@dataclass(frozen=True, slots=True)
class Mouvement:
    """A dated change of an envelope and the amount after it, in euros."""

    le: date | None  # None: before the movements were recorded
    genre: str
    motif: str
    montant: Decimal
    apres: Decimal
    contrepartie: str


@dataclass(frozen=True, slots=True)
class DemandePayee:
    """A request that an envelope pays, or would. Euros; each under the one state where it stands."""

    numero: str
    intitule: str
    porteur: str
    etat: str
    etat_libelle: str
    demande: Decimal
    propose: Decimal | None
    programme: Decimal | None
    vote: Decimal | None
    fictif: bool

    @property
    def colonnes(self) -> tuple[tuple[Decimal | None, str], ...]:
        """Its amount in the column of its state, nothing in the others."""
        return ((self.propose, "Proposé"), (self.programme, "Programmé"), (self.vote, "Voté"))


@dataclass(frozen=True, slots=True)
class FicheEnveloppe:
    """All that the page of an envelope shows to one reader."""

    ligne: LigneEnveloppe
    notifiee_le: date | None
    reference: str
    lettre: str  # name of the file, empty without one
    motif_depassement: str
    mouvements: tuple[Mouvement, ...]
    demandes: tuple[DemandePayee, ...]
    vie: tuple[LigneJournal, ...]  # latest first


def total(lignes: Iterable[LigneEnveloppe]) -> TotalEnveloppes:
    """The totals of these envelopes."""
    lues = list(lignes)
    return TotalEnveloppes(
        **{champ.name: somme_lisible(getattr(e, champ.name) for e in lues) for champ in fields(TotalEnveloppes)}  # type: ignore[arg-type]
    )


def somme_lisible(montants: Iterable[Decimal | None]) -> Decimal | None:
    """Their sum, None as soon as one of them is not for this reader: the others would tell it."""
    lus = list(montants)
    connus = [montant for montant in lus if montant is not None]
    return sum(connus, ZERO) if len(connus) == len(lus) else None


def enveloppes(contrat: Contrat, annee: int, *, pour: Auteur) -> list[LigneEnveloppe]:
    """The envelopes of a year: all of them for the whole contract's team, its own for a funder.

    Two queries, three for who is withdrawn from a file.
    """
    lues = (
        Enveloppe.objects.visibles_par(pour, contrat)
        .filter(annee=annee)
        .select_related("financeur", "dispositif")
        .order_by("nature", "financeur__nom", "dispositif__code", "section")
    )
    proposees = {
        (financeur, dispositif, nature, section): somme or ZERO
        for financeur, dispositif, nature, section, somme in _proposees(contrat, annee, pour)
        .order_by()
        .values_list("financeur", "dispositif", "nature", "dispositif__section")
        .annotate(somme=Sum("propose_vu"))
    }
    cachees = masquees(contrat, pour)
    return [
        _ligne(
            e,
            proposees.get((e.financeur_id, e.dispositif_id, e.nature, e.section), ZERO),
            masquee=e.pk in cachees,
        )
        for e in lues
    ]


def sous_totaux(lignes: Iterable[LigneEnveloppe]) -> list[SousTotal]:
    """What these envelopes add up to by nature, then by funder; the totals of two lists of one set are equal."""
    lues = list(lignes)

    def par(genre: str, cle: Callable[[LigneEnveloppe], str]) -> list[SousTotal]:
        triees = sorted(lues, key=lambda e: (normaliser(cle(e)), cle(e)))
        return [SousTotal(genre, nom, total(siennes)) for nom, siennes in groupby(triees, key=cle)]

    return par("nature", lambda e: e.nature_libelle) + par("financeur", lambda e: e.financeur)


def fiche_enveloppe(enveloppe: Enveloppe, *, pour: Auteur) -> FicheEnveloppe:
    """One envelope with its history and the rows that it pays, as this reader may see their amounts."""
    contrat = enveloppe.contrat
    siennes = (
        DemandeFinancement.objects.filter(
            Q(enveloppe=enveloppe, etat__in=DEMANDE_CONSOMME)
            | Q(
                pk__in=_proposees(contrat, enveloppe.annee, pour)
                .filter(
                    financeur=enveloppe.financeur_id,
                    dispositif=enveloppe.dispositif_id,
                    nature=enveloppe.nature,
                    dispositif__section=enveloppe.section,
                )
                .values("pk")
            ),
            dossier__in=Dossier.objects.instruits_par(pour, contrat).values("pk"),
        )
        .avec_montants_vus(pour, contrat)
        .select_related("dossier__porteur")
        .order_by("dossier__numero", "pk")
    )
    payees = tuple(
        DemandePayee(
            numero=d.dossier.numero,
            intitule=d.dossier.intitule,
            porteur=d.dossier.porteur.nom,
            etat=d.etat_vu,
            etat_libelle=EtatDemande(d.etat_vu).label,
            demande=d.montant_demande,
            propose=d.propose_vu if d.etat_vu == EtatDemande.PROPOSEE else None,
            programme=d.programme_vu if d.etat_vu == EtatDemande.PROGRAMMEE else None,
            vote=d.vote_vu if d.etat_vu in DEMANDE_FERME else None,
            fictif=d.fictif,
        )
        for d in siennes
        if d.etat_vu != EtatDemande.DEMANDEE
    )
    return FicheEnveloppe(
        ligne=_ligne(
            enveloppe,
            sum((d.propose or ZERO for d in payees), ZERO),
            masquee=enveloppe.pk in masquees(contrat, pour),
        ),
        notifiee_le=enveloppe.notifiee_le,
        reference=enveloppe.reference,
        lettre=enveloppe.lettre.nom if enveloppe.lettre else "",
        motif_depassement=enveloppe.motif_depassement,
        mouvements=_mouvements(enveloppe),
        demandes=payees,
        vie=tuple(
            LigneJournal.objects.filter(cible_type=Enveloppe._meta.label_lower, cible_id=enveloppe.pk).order_by("-id")
        ),
    )


def compteurs_masques(enveloppe: Enveloppe, *, pour: Auteur) -> bool:
    """This reader is withdrawn from a file that the envelope pays: its counters are not for it."""
    return enveloppe.pk in masquees(enveloppe.contrat, pour)


def masquees(contrat: Contrat, pour: Auteur) -> frozenset[int]:
    """The envelopes that pay a file from which this reader is withdrawn."""
    deportes = deports_de(pour, contrat)
    if not deportes:
        return frozenset()
    payees = DemandeFinancement.objects.consommant().filter(dossier__in=deportes, enveloppe__isnull=False)
    return frozenset(payees.values_list("enveloppe", flat=True))


def _proposees(contrat: Contrat, annee: int, pour: Auteur) -> DemandeFinancementQuerySet:
    """The proposals of the files that this author instructs, that a COPIL may still programme; drafts kept to their funder."""
    instruits = Dossier.objects.instruits_par(pour, contrat).filter(
        campagne__annee=annee, etat__in=DOSSIER_A_LA_TABLE_DU_COPIL
    )
    proposees: DemandeFinancementQuerySet = DemandeFinancement.objects.filter(
        etat=EtatDemande.PROPOSEE, dossier__in=instruits.order_by().values("pk")
    ).avec_montants_vus(pour, contrat)
    return proposees


def _mouvements(enveloppe: Enveloppe) -> tuple[Mouvement, ...]:
    """Its movements with the amount after each, the oldest first.

    Where no opening was recorded, what was there before any movement has a line of its own; elsewhere a difference with
    the amount is a fault, and `verifier_enveloppes` tells it.
    """
    lus = list(enveloppe.mouvements.select_related("contrepartie__dispositif", "contrepartie__financeur"))
    montant = ZERO
    if all(m.genre != GenreMouvement.ATTENDU for m in lus):
        montant = enveloppe.montant - sum((m.montant for m in lus), ZERO)
    mouvements = [Mouvement(None, "Montant à l’ouverture", "", montant, montant, "")] if montant else []
    for m in lus:
        montant += m.montant
        autre = f"{m.contrepartie.dispositif}, {m.contrepartie.get_nature_display().lower()}" if m.contrepartie else ""
        mouvements.append(Mouvement(m.le, m.get_genre_display(), m.motif, m.montant, montant, autre))
    return tuple(mouvements)


def _ligne(e: Enveloppe, propose: Decimal, *, masquee: bool) -> LigneEnveloppe:
    return LigneEnveloppe(
        pk=e.pk,
        financeur_id=e.financeur_id,
        financeur=e.financeur.nom_court,
        dispositif_id=e.dispositif_id,
        dispositif=e.dispositif.nom,
        nature=e.nature,
        nature_libelle=NatureMoyens(e.nature).label,
        section=e.section,
        section_libelle=e.get_section_display(),
        etat_libelle=e.get_etat_display(),
        notifiee=e.etat == EtatEnveloppe.NOTIFIEE,
        montant=e.montant,
        depassement=e.depassement_autorise,
        propose=propose,
        programme=None if masquee else e.montant_programme,
        vote=None if masquee else e.montant_vote,
        disponible=None if masquee else e.disponible,
        fictif=e.fictif,
        hors_section=e.section != e.dispositif.section,
    )


@dataclass(frozen=True, slots=True)
class Compteur:
    """A figure kept on an envelope and the sum that it should be, in euros."""

    nom: str
    lu: Decimal
    attendu: Decimal

    @property
    def ecart(self) -> Decimal:
        return self.lu - self.attendu

    def __str__(self) -> str:
        sens = ecart(self.ecart, 2 if self.ecart % 1 else 0)
        return f"{self.nom} {euros(self.lu)} au lieu de {euros(self.attendu)} (écart : {sens}{INSECABLE}€)"


@dataclass(frozen=True, slots=True)
class EcartEnveloppe:
    """An envelope with a figure that is not the sum of its rows, or of its movements."""

    contrat_id: int
    annee: int
    enveloppe: str
    compteurs: tuple[Compteur, ...]  # those that differ

    def __str__(self) -> str:
        return f"{self.enveloppe} : {' ; '.join(map(str, self.compteurs))}"


def verifier_enveloppes(contrat: Contrat | None = None) -> list[EcartEnveloppe]:
    """The envelopes whose counters differ from the sum of their rows, or their amount from that of their movements.

    An empty list when all is right. Movements are added up where the opening is one of them: older envelopes, and those
    that an administrator wrote, have no first line.
    """
    lues = Enveloppe.objects.filter(contrat=contrat) if contrat else Enveloppe.objects.all()
    siens = MouvementEnveloppe.objects.filter(enveloppe=OuterRef("pk")).order_by()
    lues = lues.select_related("financeur", "dispositif").annotate(
        ouverte=Exists(siens.filter(genre=GenreMouvement.ATTENDU)),
        attendu_montant=Subquery(siens.values("enveloppe").annotate(n=Sum("montant")).values("n")),
        attendu_programme=Coalesce(
            Sum("demandes__montant_programme", filter=Q(demandes__etat=EtatDemande.PROGRAMMEE)),
            Value(ZERO),
            output_field=_EUROS,
        ),
        attendu_vote=Coalesce(
            Sum("demandes__montant_vote", filter=Q(demandes__etat__in=DEMANDE_FERME)), Value(ZERO), output_field=_EUROS
        ),
    )
    return [
        EcartEnveloppe(e.contrat_id, e.annee, str(e), differents)
        for e in lues
        if (differents := tuple(compteur for compteur in _compteurs(e) if compteur.ecart))
    ]


def _compteurs(e: Any) -> list[Compteur]:
    compteurs = [
        Compteur("programmé", e.montant_programme, e.attendu_programme),
        Compteur("voté", e.montant_vote, e.attendu_vote),
    ]
    if e.ouverte:
        compteurs.append(Compteur("montant", e.montant, e.attendu_montant))
    return compteurs
