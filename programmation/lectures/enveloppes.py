"""Envelopes as people read them, and the check of their counters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from itertools import groupby

from django.db.models import DecimalField, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from commun.auteur import Auteur
from commun.models import LigneJournal
from commun.recherche import normaliser
from contrats.models import Contrat, NatureMoyens

from ..etats import (
    DEMANDE_CONSOMME,
    DEMANDE_FERME,
    DOSSIER_A_LA_TABLE_DU_COPIL,
    EtatDemande,
    EtatEnveloppe,
)
from ..models import DemandeFinancement, Dossier, Enveloppe
from ..models.demande import DemandeFinancementQuerySet

ZERO = Decimal(0)
_EUROS = DecimalField(max_digits=14, decimal_places=2)


@dataclass(frozen=True, slots=True)
class LigneEnveloppe:
    """One envelope, in euros: its amount, what was proposed, programmed and voted on it, what is left."""

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
    programme: Decimal
    vote: Decimal
    disponible: Decimal
    fictif: bool

    @property
    def consomme(self) -> Decimal:
        return self.programme + self.vote

    @property
    def taux(self) -> Decimal | None:
        """Programmed and voted over the amount, in %; None for an empty envelope."""
        return _taux(self.consomme, self.montant)

    @property
    def reste_apres_propositions(self) -> Decimal:
        """What would be left if every proposal were programmed; negative when proposals go too far."""
        return self.disponible - self.propose


@dataclass(frozen=True, slots=True)
class TotalEnveloppes:
    """The sum of the envelopes that one reader sees. Euros."""

    montant: Decimal
    propose: Decimal
    programme: Decimal
    vote: Decimal
    disponible: Decimal

    @property
    def taux(self) -> Decimal | None:
        """Programmed and voted over the amounts, in %; None when there is no money."""
        return _taux(self.programme + self.vote, self.montant)


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
        **{champ.name: sum((getattr(e, champ.name) for e in lues), ZERO) for champ in fields(TotalEnveloppes)}
    )


def enveloppes(contrat: Contrat, annee: int, *, pour: Auteur) -> list[LigneEnveloppe]:
    """The envelopes of a year: all of them for the whole contract's team, its own for a funder. One query."""
    lues = Enveloppe.objects.visibles_par(pour, contrat).filter(annee=annee)
    # Proposals of this envelope's own kind that a COPIL may still programme, drafts kept to their funder.
    proposees = (
        _a_programmer(
            DemandeFinancement.objects.filter(
                dossier__campagne__annee=OuterRef("annee"),
                dossier__contrat=OuterRef("contrat"),
                financeur=OuterRef("financeur"),
                dispositif=OuterRef("dispositif"),
                nature=OuterRef("nature"),
            )
        )
        .avec_montants_vus(pour, contrat)
        .order_by()
        .values("financeur")
        .annotate(somme=Sum("propose_vu"))
        .values("somme")
    )
    lues = lues.annotate(
        propose=Coalesce(Subquery(proposees, output_field=_EUROS), Value(ZERO), output_field=_EUROS)
    ).select_related("financeur", "dispositif")
    return [_ligne(e, e.propose) for e in lues.order_by("nature", "financeur__nom", "dispositif__code")]


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
                pk__in=_a_programmer(
                    DemandeFinancement.objects.filter(
                        dossier__contrat=contrat,
                        dossier__campagne__annee=enveloppe.annee,
                        financeur=enveloppe.financeur_id,
                        dispositif=enveloppe.dispositif_id,
                        nature=enveloppe.nature,
                    )
                ).values("pk")
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
        ligne=_ligne(enveloppe, sum((d.propose or ZERO for d in payees), ZERO)),
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


def _a_programmer(demandes: DemandeFinancementQuerySet) -> DemandeFinancementQuerySet:
    """Those proposed that a COPIL may still programme."""
    return demandes.filter(etat=EtatDemande.PROPOSEE, dossier__etat__in=DOSSIER_A_LA_TABLE_DU_COPIL)


def _mouvements(enveloppe: Enveloppe) -> tuple[Mouvement, ...]:
    """Its movements with the amount after each, the oldest first; what was there before any has a line of its own."""
    lus = list(enveloppe.mouvements.select_related("contrepartie__dispositif", "contrepartie__financeur"))
    montant = enveloppe.montant - sum((m.montant for m in lus), ZERO)
    mouvements = [Mouvement(None, "Montant à l’ouverture", "", montant, montant, "")] if montant else []
    for m in lus:
        montant += m.montant
        autre = f"{m.contrepartie.dispositif}, {m.contrepartie.get_nature_display().lower()}" if m.contrepartie else ""
        mouvements.append(Mouvement(m.le, m.get_genre_display(), m.motif, m.montant, montant, autre))
    return tuple(mouvements)


def _ligne(e: Enveloppe, propose: Decimal) -> LigneEnveloppe:
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
        programme=e.montant_programme,
        vote=e.montant_vote,
        disponible=e.disponible,
        fictif=e.fictif,
    )


def _taux(consomme: Decimal, montant: Decimal) -> Decimal | None:
    return (consomme * 100 / montant).quantize(Decimal("0.1")) if montant else None


@dataclass(frozen=True, slots=True)
class EcartEnveloppe:
    """An envelope whose counters are not the sum of its rows, in euros."""

    enveloppe: str
    programme: Decimal
    programme_attendu: Decimal
    vote: Decimal
    vote_attendu: Decimal

    def __str__(self) -> str:
        return (
            f"{self.enveloppe} : programmé {self.programme} au lieu de {self.programme_attendu}, "
            f"voté {self.vote} au lieu de {self.vote_attendu}"
        )


def verifier_enveloppes(contrat: Contrat | None = None) -> list[EcartEnveloppe]:
    """The envelopes whose counters differ from the sum of their rows; an empty list when all is right."""
    lues = Enveloppe.objects.filter(contrat=contrat) if contrat else Enveloppe.objects.all()
    lues = lues.select_related("financeur", "dispositif").annotate(
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
        EcartEnveloppe(str(e), e.montant_programme, e.attendu_programme, e.montant_vote, e.attendu_vote)
        for e in lues
        if (e.montant_programme, e.montant_vote) != (e.attendu_programme, e.attendu_vote)
    ]
