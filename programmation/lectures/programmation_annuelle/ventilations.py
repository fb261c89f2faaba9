"""The year split by orientation, by commune and by perimeter."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from contrats.models import Contrat, NatureMoyens, Orientation
from geographie.models import Commune, TypePerimetre, VersionPerimetre

from ...models import DemandeFinancement, ModeLocalisation
from ...regles import centimes_sans_perte
from .chiffres import Chiffres
from .montants import FERME, NON_ANNULEE, PROPOSEE, RETENUE, ZERO, Montants, agregats, montants_de, somme


@dataclass(frozen=True, slots=True)
class Ventilation:
    """One line of a split of the year: an orientation or a place. Amounts programmed, in euros."""

    genre: str  # orientation, commune, qpv, autre, ensemble, non_territorialise, non_localise
    nom: str
    montants: Montants
    droit_commun: Decimal
    specifiques: Decimal
    precedent: Decimal | None  # programmed the year before; None where perimeters changed or are not compared


def repartir_par_orientation(
    contrat: Contrat, demandes: QuerySet[DemandeFinancement], annee: int
) -> tuple[Ventilation, ...]:
    """Every thematic orientation of the contract, even without a file: an empty line says something."""
    lignes: dict[int | None, Any] = {
        ligne["dossier__orientation"]: ligne
        for ligne in demandes.filter(dossier__campagne__annee=annee)
        .values("dossier__orientation")
        .annotate(
            **agregats(),
            droit_commun=somme("programme_vu", RETENUE & Q(nature=NatureMoyens.DROIT_COMMUN)),
            specifiques=somme("programme_vu", RETENUE & Q(nature=NatureMoyens.SPECIFIQUE)),
        )
        .order_by()
    }
    avant: dict[int | None, Decimal] = dict(
        demandes.filter(dossier__campagne__annee=annee - 1)
        .values_list("dossier__orientation")
        .annotate(total=somme("programme_vu", RETENUE))
        .order_by()
    )
    orientations = Orientation.objects.filter(contrat=contrat, nature="thematique").order_by("ordre")
    noms: list[tuple[int | None, str]] = [(o.pk, o.nom_court) for o in orientations]
    if None in lignes:
        noms.append((None, "Sans orientation"))
    vide = {"droit_commun": ZERO, "specifiques": ZERO}
    return tuple(
        Ventilation(
            genre="orientation",
            nom=nom,
            montants=montants_de(lignes[cle]) if cle in lignes else Montants(),
            droit_commun=lignes.get(cle, vide)["droit_commun"],
            specifiques=lignes.get(cle, vide)["specifiques"],
            precedent=avant.get(cle, ZERO),
        )
        for cle, nom in noms
    )


def repartir_par_lieu(
    demandes: QuerySet[DemandeFinancement], total: Chiffres
) -> tuple[tuple[Ventilation, ...], tuple[Ventilation, ...]]:
    """The year split by commune and by perimeter: each file's euros go to its places by their shares (S-17).

    The lines of each split add up to the total: what has no place, or a share under 100 %, is a line of its own.
    """
    # A file without any place keeps all its euros, on the line « Lieu non renseigné ».
    part = Coalesce(F("dossier__localisations__part"), Value(Decimal(100)), output_field=DecimalField())

    def portion(champ: str, filtre: Q) -> Coalesce:
        return Coalesce(
            Sum(F(champ) * part / Value(Decimal(100)), filter=filtre, output_field=DecimalField()),
            Value(ZERO),
            output_field=DecimalField(),
        )

    lignes = list(
        demandes.values(
            mode=F("dossier__localisations__mode"),
            version=F("dossier__localisations__version"),
            commune=F("dossier__localisations__commune"),
        )
        .annotate(
            demande=portion("montant_demande", NON_ANNULEE),
            propose=portion("propose_vu", PROPOSEE),
            programme=portion("programme_vu", RETENUE),
            vote=portion("vote_vu", FERME),
            droit_commun=portion("programme_vu", RETENUE & Q(nature=NatureMoyens.DROIT_COMMUN)),
            specifiques=portion("programme_vu", RETENUE & Q(nature=NatureMoyens.SPECIFIQUE)),
            dossiers=Count("dossier", distinct=True, filter=NON_ANNULEE),
            actions=Count("dossier", distinct=True, filter=RETENUE),
        )
        .order_by()
    )
    versions = {
        v.pk: v
        for v in VersionPerimetre.objects.filter(pk__in={li["version"] for li in lignes if li["version"]})
        .select_related("perimetre")
        .prefetch_related("communes")
    }
    communes = Commune.objects.in_bulk({li["commune"] for li in lignes if li["commune"]})
    return (
        _ventiler(lignes, total, lambda li: commune_de(li, versions, communes)),
        _ventiler(lignes, total, lambda li: perimetre_de(li, versions)),
    )


SANS_LIEU = {
    None: ("non_localise", "Lieu non renseigné"),
    ModeLocalisation.ENSEMBLE_QPV.value: ("ensemble", "Ensemble des QPV"),
    ModeLocalisation.NON_TERRITORIALISE.value: ("non_territorialise", "Non territorialisé"),
}
RANG_DU_LIEU = {"commune": 0, "qpv": 0, "autre": 1, "ensemble": 2, "non_territorialise": 3, "non_localise": 4}


def commune_de(
    ligne: dict[str, Any], versions: dict[int, VersionPerimetre], communes: dict[int, Commune]
) -> tuple[str, str]:
    if ligne["mode"] != ModeLocalisation.PERIMETRE:
        return SANS_LIEU[ligne["mode"]]
    if ligne["commune"]:
        return "commune", communes[ligne["commune"]].nom
    noms = sorted(commune.nom for commune in versions[ligne["version"]].communes.all())
    if len(noms) == 1:
        return "commune", noms[0]
    return "autre", f"{versions[ligne['version']].nom} (plusieurs communes, part non précisée)"


def perimetre_de(ligne: dict[str, Any], versions: dict[int, VersionPerimetre]) -> tuple[str, str]:
    if ligne["mode"] != ModeLocalisation.PERIMETRE:
        return SANS_LIEU[ligne["mode"]]
    if not ligne["version"]:
        return "autre", "Communes, hors périmètre précis"
    version = versions[ligne["version"]]
    return ("qpv" if version.perimetre.type == TypePerimetre.QPV else "autre"), version.nom


_CHAMPS_LIEU = ("demande", "propose", "programme", "vote", "droit_commun", "specifiques")


# Shares that add up to 99,9 or 100,1 % are complete (S-17): the difference is rounding, not a missing place.
_TOLERANCE = Decimal("0.001")


def _ventiler(lignes: list[Any], total: Chiffres, lieu_de: Any) -> tuple[Ventilation, ...]:
    """Group the rows by place and bring each column to cents without losing one: its sum is the year's total."""
    exacts: dict[tuple[str, str], dict[str, Any]] = {}
    for ligne in lignes:
        groupe = exacts.setdefault(lieu_de(ligne), dict.fromkeys((*_CHAMPS_LIEU, "dossiers", "actions"), ZERO))
        for champ in groupe:
            groupe[champ] += ligne[champ]
    for champ in _CHAMPS_LIEU:
        attendu, trouve = getattr(total, champ), sum((g[champ] for g in exacts.values()), ZERO)
        if trouve and abs(attendu - trouve) <= attendu * _TOLERANCE:
            for groupe in exacts.values():
                groupe[champ] = groupe[champ] * attendu / trouve
        elif attendu != trouve:
            incomplet = exacts.setdefault(
                ("non_localise", "Part non précisée"), dict.fromkeys((*_CHAMPS_LIEU, "dossiers", "actions"), ZERO)
            )
            incomplet[champ] += attendu - trouve
    cles = sorted(
        exacts, key=lambda cle: (RANG_DU_LIEU[cle[0]], -exacts[cle]["programme"], -exacts[cle]["demande"], cle[1])
    )
    colonnes = {champ: centimes_sans_perte([exacts[cle][champ] for cle in cles]) for champ in _CHAMPS_LIEU}
    return tuple(
        Ventilation(
            genre=cle[0],
            nom=cle[1],
            montants=Montants(
                demande=colonnes["demande"][rang],
                propose=colonnes["propose"][rang],
                programme=colonnes["programme"][rang],
                vote=colonnes["vote"][rang],
                dossiers=int(exacts[cle]["dossiers"]),
                actions=int(exacts[cle]["actions"]),
            ),
            droit_commun=colonnes["droit_commun"][rang],
            specifiques=colonnes["specifiques"][rang],
            precedent=None,
        )
        for rang, cle in enumerate(cles)
    )
