"""The euros of a session: what funders share, what is kept, what each envelope has left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, DecimalField, F, Q, Sum, When

from acteurs.models import Organisme
from commun.auteur import Auteur
from contrats.models import NatureMoyens, Reunion
from contrats.permissions import roles

from ..etats import DEMANDE_CONSOMME, EtatDemande, EtatExamen
from ..models import DemandeFinancement, Enveloppe, MontantExamine
from ..models.dossier import deports_de
from ..models.seance import demandes_de
from ..regles.seances import reste_en_mots
from .enveloppes import masquees

ZERO = Decimal(0)
# What the room may read of a row: a funder's private draft is not on the table, whoever looks at the screen.
PARTAGE = Case(
    When(
        # Put off, a row keeps what was proposed: it may be examined again.
        Q(etat__in=(EtatDemande.PROPOSEE, EtatDemande.AJOURNEE), proposition_partagee=True)
        | Q(etat__in=DEMANDE_CONSOMME),
        then=F("montant_propose"),
    ),
    default=None,
    output_field=DecimalField(),
)


def cle_du_repere(reunion: int) -> str:
    """Where the cache keeps which file a session is looking at."""
    return f"seance:{reunion}:dossier"


# Funder, year, scheme, nature: what tells the envelope that a request takes from.
CleEnveloppe = tuple[int, int, int, str]


@dataclass(frozen=True, slots=True)
class LigneBilan:
    """One envelope during the session, in euros: what may still be programmed, what is kept on it, what that leaves.

    `disponible` and `reste` are None for a reader withdrawn from a file that it pays.
    """

    cle: CleEnveloppe
    financeur: str
    dispositif: str
    nature: str
    disponible: Decimal | None
    retenu: Decimal

    @property
    def masquee(self) -> bool:
        return self.disponible is None

    @property
    def reste(self) -> Decimal | None:
        return None if self.disponible is None else self.disponible - self.retenu

    @property
    def reste_en_mots(self) -> str:
        return "reste non montré" if self.reste is None else reste_en_mots(self.reste)


@dataclass(frozen=True, slots=True)
class Bilan:
    """The envelopes that the files of the session ask, and what is kept where no envelope is open."""

    lignes: tuple[LigneBilan, ...]
    sans_enveloppe: tuple[tuple[str, Decimal], ...]

    @property
    def retenu(self) -> Decimal:
        return sum((ligne.retenu for ligne in self.lignes), ZERO) + sum((m for _, m in self.sans_enveloppe), ZERO)

    def de(self, cles: Set[CleEnveloppe]) -> Bilan:
        """The envelopes of one file, and what is kept without any."""
        return Bilan(tuple(ligne for ligne in self.lignes if ligne.cle in cles), self.sans_enveloppe)

    def hors(self, cles: Set[CleEnveloppe]) -> Bilan:
        """The other ones."""
        return Bilan(tuple(ligne for ligne in self.lignes if ligne.cle not in cles), ())

    @property
    def masquee(self) -> bool:
        """The counters of one of them are not for this reader."""
        return any(ligne.masquee for ligne in self.lignes)

    @property
    def depassees(self) -> tuple[LigneBilan, ...]:
        return tuple(ligne for ligne in self.lignes if ligne.reste is not None and ligne.reste < 0)


def demandes_de_la_seance(reunion: Reunion, dossiers: Iterable[int]) -> list[DemandeFinancement]:
    """The rows that the meeting examines on these files, each with `partage`: what the room may read. One query."""
    lues = DemandeFinancement.objects.filter(demandes_de(reunion.comite), dossier__in=list(dossiers))
    return list(
        lues.exclude(etat=EtatDemande.ANNULEE)
        .annotate(partage=PARTAGE)
        .select_related("financeur", "dispositif")
        .order_by("financeur__type", "financeur__nom", "nature", "pk")
    )


def par_financeur(montants: Iterable[tuple[Organisme, Decimal]]) -> tuple[tuple[str, Decimal], ...]:
    """What each funder brings, by its short name, in the order given; two services of the same sigle are not one."""
    sommes: dict[int, Decimal] = defaultdict(lambda: ZERO)
    noms: dict[int, str] = {}
    for financeur, montant in montants:
        sommes[financeur.pk] += montant
        noms[financeur.pk] = financeur.nom_court
    return tuple((noms[cle], somme) for cle, somme in sommes.items())


def retenus(reunion: Reunion, examens: Iterable[int]) -> dict[int, dict[int, Decimal]]:
    """For each of these examinations (by key), the euros kept by request."""
    trouves: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for examen, demande, montant in MontantExamine.objects.filter(examen__in=list(examens)).values_list(
        "examen", "demande", "montant"
    ):
        trouves[examen][demande] = montant
    return trouves


def bilan(
    reunion: Reunion, *, pour: Auteur, avec: int | None = None, montres: Mapping[CleEnveloppe, Decimal] | None = None
) -> Bilan:
    """What the files kept so far take from each envelope, and what `avec` (an examination) would; two queries, three for
    who is withdrawn from a file.

    `montres`: besides, the amounts that its screen shows and nobody has touched: they would be kept as they are.

    A reader sees its own envelopes, the whole contract's team all of them; the files from which it is withdrawn are
    left out, and the counters of the envelopes that pay them are not told. What was programmed since is already in the
    envelope.
    """
    contrat = reunion.comite.contrat
    tenus = roles(pour, contrat)
    demandes = (
        DemandeFinancement.objects.filter(demandes_de(reunion.comite), dossier__examens__reunion=reunion)
        .exclude(dossier__in=deports_de(pour, contrat))
        .exclude(etat__in=[EtatDemande.ANNULEE, EtatDemande.REFUSEE])
    )
    if not tenus.pilote_tout:
        demandes = demandes.filter(financeur__in=tenus.organismes_instructeurs)
    compte = Q(montants_examines__examen__etat=EtatExamen.RETENU) | Q(montants_examines__examen=avec)
    garde = compte & Q(montants_examines__examen__reunion=reunion) & ~Q(etat__in=DEMANDE_CONSOMME)
    sommes = (
        demandes.order_by()
        .values_list("financeur", "dossier__campagne__annee", "dispositif", "nature")
        .annotate(retenu=Sum("montants_examines__montant", filter=garde))
        .values_list("financeur", "dossier__campagne__annee", "dispositif", "nature", "retenu", "financeur__nom")
    )
    touchees = {ligne[:4]: ligne[4:] for ligne in sommes}
    enveloppes = Enveloppe.objects.filter(
        contrat=contrat,
        financeur__in={cle[0] for cle in touchees},
        annee__in={cle[1] for cle in touchees},
        section=F("dispositif__section"),  # the one that a request takes from
    ).select_related("financeur", "dispositif")
    cachees = masquees(contrat, pour)
    lignes = []
    for enveloppe in enveloppes.order_by("nature", "financeur__type", "financeur__nom", "dispositif__code"):
        cle = (enveloppe.financeur_id, enveloppe.annee, enveloppe.dispositif_id, enveloppe.nature)
        if cle in touchees:
            retenu, _ = touchees.pop(cle)
            retenu = (retenu or ZERO) + (montres or {}).get(cle, ZERO)
            lignes.append(
                LigneBilan(
                    cle,
                    enveloppe.financeur.nom_court,
                    enveloppe.dispositif.nom,
                    NatureMoyens(enveloppe.nature).label,
                    None if enveloppe.pk in cachees else enveloppe.disponible,
                    retenu,
                )
            )
    orphelins = tuple((nom, retenu) for retenu, nom in touchees.values() if retenu)
    return Bilan(tuple(lignes), orphelins)
