"""Whom a porteur may ask for money in a campaign: funder, scheme, nature of the credits, and where it is deposited."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from acteurs.models import Organisme, TypeOrganisme
from contrats.models import NatureMoyens

from ..models import (
    FAMILLES_DES_BESOINS,
    Campagne,
    CanalDepot,
    DemandeFinancement,
    Dispositif,
    Enveloppe,
    FamilleDispositif,
    Teleservice,
)
from .dispositifs import admet

Cle = tuple[int, int, str]  # funder, scheme, nature

# Those that have credits of the contract's own; the others pay from their ordinary means.
_SPECIFIQUES = (TypeOrganisme.ETAT, TypeOrganisme.SERVICE_ETAT, TypeOrganisme.EPCI, TypeOrganisme.COMMUNE)


@dataclass(frozen=True, slots=True)
class Guichet:
    """One door to knock at; the amount is what the file asks there, in euros."""

    cle: Cle
    financeur: Organisme
    dispositif: Dispositif
    nature: str
    canal: str
    ailleurs: bool  # also to be entered in another téléservice
    adresse: str
    consigne: str
    demande: Decimal | None = None

    @property
    def libelle(self) -> str:
        """As the budget's line says it."""
        return libelle_de_subvention(self.financeur, self.nature, self.dispositif)

    @property
    def nature_libelle(self) -> str:
        return NatureMoyens(self.nature).label


def nature_habituelle(financeur: Organisme) -> str:
    """The nature of this funder's money when nothing says it."""
    return NatureMoyens.SPECIFIQUE if financeur.type in _SPECIFIQUES else NatureMoyens.DROIT_COMMUN


def libelle_de_subvention(financeur: Organisme, nature: str, dispositif: Dispositif) -> str:
    """How a request to a funder reads in a budget (account 74)."""
    return f"{financeur.nom_court} – {NatureMoyens(nature).label.lower()} ({dispositif.code.upper()})"


def guichets(
    campagne: Campagne,
    *,
    forme: str = "",
    demandes: list[DemandeFinancement] | None = None,
    dispositif: int | None = None,
) -> list[Guichet]:
    """The doors of a campaign: its year's envelopes and deposit channels, and what is already asked. Four queries.

    `forme`: the legal form of who asks; a scheme that does not admit it is left out unless already asked. So is what
    several years' conventions bring: nobody asks it in a call (C-03). `dispositif`: the scheme, by number, of who asks; the
    doors of FPC and AMI are for the files of these schemes.
    """
    deja = {(d.financeur_id, d.dispositif_id, d.nature): d.montant_demande for d in demandes or []}
    canaux = {
        (canal.dispositif_id, canal.financeur_id): canal
        for canal in CanalDepot.objects.filter(contrat=campagne.contrat_id)
    }
    enveloppes = Enveloppe.objects.filter(contrat=campagne.contrat_id, annee=campagne.annee)
    cles: set[Cle] = set(enveloppes.values_list("financeur_id", "dispositif_id", "nature"))
    connus = {(dispositif, financeur) for financeur, dispositif, _ in cles}
    cles |= set(deja)
    financeurs = Organisme.objects.in_bulk({cle[0] for cle in cles} | {financeur for _, financeur in canaux})
    cles |= {(f, d, nature_habituelle(financeurs[f])) for d, f in canaux if (d, f) not in connus}
    dispositifs = Dispositif.objects.in_bulk({cle[1] for cle in cles})
    ouverts = {pk for pk, d in dispositifs.items() if d.famille not in FAMILLES_DES_BESOINS or pk == dispositif}
    admis = [cle for cle in cles if cle in deja or (cle[1] in ouverts and _admet(dispositifs[cle[1]], forme))]
    lus = []
    for cle in admis:
        canal = canaux.get((cle[1], cle[0]))
        service = Teleservice(canal.canal) if canal else Teleservice.PILOTVILLE
        lus.append(
            Guichet(
                cle=cle,
                financeur=financeurs[cle[0]],
                dispositif=dispositifs[cle[1]],
                nature=cle[2],
                canal=service.label,
                ailleurs=service != Teleservice.PILOTVILLE,
                adresse=canal.adresse if canal else "",
                consigne=canal.consigne if canal else "",
                demande=deja.get(cle),
            )
        )
    return sorted(lus, key=lambda g: (g.financeur.type, g.financeur.nom_court, g.dispositif.code, g.nature))


def _admet(dispositif: Dispositif, forme: str) -> bool:
    return dispositif.famille != FamilleDispositif.CPO and admet(dispositif, forme)
