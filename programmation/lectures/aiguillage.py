"""Which schemes of the contract suit a project, with where each funder takes the requests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from contrats.models import Contrat

from ..models import Campagne, Dispositif, Section
from ..regles.aiguillage import Conseil, Offre, Projet, Verdict, conseiller
from ..regles.campagne import motif_de_fermeture
from .dispositifs import GuichetLu, en_vigueur, guichets_par_dispositif

TONS_VERDICT = {Verdict.CONSEILLE: "succes", Verdict.POSSIBLE: "info", Verdict.NON: "neutre"}
LIBELLES_VERDICT = {Verdict.CONSEILLE: "Conseillé", Verdict.POSSIBLE: "Possible", Verdict.NON: "Ne convient pas"}


@dataclass(frozen=True, slots=True)
class ConseilLu:
    """What is said of one scheme of the contract."""

    dispositif: Dispositif
    libelle: str
    ton: str
    pour: tuple[str, ...]
    contre: tuple[str, ...]
    guichets: tuple[GuichetLu, ...]
    ecarte: bool


def conseils(contrat: Contrat, annee: int, projet: Projet, *, le: date) -> list[ConseilLu]:
    """Every scheme in force, the most fitting first; four queries."""
    campagne = Campagne.objects.filter(contrat=contrat, annee=annee).first()
    dispositifs = {d.pk: d for d in en_vigueur(contrat, le)}
    guichets = guichets_par_dispositif(contrat, annee)
    return [_lire(conseil, dispositifs, guichets) for conseil in conseiller(projet, _offres(dispositifs, campagne, le))]


def _offres(dispositifs: dict[int, Dispositif], campagne: Campagne | None, le: date) -> Iterable[Offre]:
    for dispositif in dispositifs.values():
        yield Offre(
            pk=dispositif.pk,
            famille=dispositif.famille,
            investissement=dispositif.section == Section.INVESTISSEMENT,
            plafond=dispositif.plafond,
            formes=frozenset(dispositif.formes_admises),
            ferme=_motif(dispositif, campagne, le),
        )


def _motif(dispositif: Dispositif, campagne: Campagne | None, le: date) -> str:
    """Why nothing may be deposited today; a call still to come is not a reason to look elsewhere."""
    if campagne is None or le < campagne.ouverte_le:
        return ""
    return motif_de_fermeture(
        campagne.etat,
        ouverte_le=campagne.ouverte_le,
        limite_depot=campagne.limite_depot,
        le=le,
        fin_du_permanent=date(campagne.annee, 12, 31) if dispositif.permanent else None,
    )


def _lire(
    conseil: Conseil, dispositifs: dict[int, Dispositif], guichets: dict[int, tuple[GuichetLu, ...]]
) -> ConseilLu:
    return ConseilLu(
        dispositif=dispositifs[conseil.offre.pk],
        libelle=LIBELLES_VERDICT[conseil.verdict],
        ton=TONS_VERDICT[conseil.verdict],
        pour=conseil.pour,
        contre=conseil.contre,
        guichets=guichets.get(conseil.offre.pk, ()),
        ecarte=conseil.verdict == Verdict.NON,
    )
