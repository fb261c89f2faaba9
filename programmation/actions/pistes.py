"""What a draft takes from the leads of funding of the need that it answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.journal import inscrire

from ..lectures.demande import formulaire_du_dossier
from ..lectures.guichets import Cle, guichets, libelle_de_subvention
from ..models import Dossier, PisteDeFinancement
from ..regles.pistes import compte_attendu
from ..regles.plans_budget import plan_de
from .ecriture_demande import ecrire_valeurs

ZERO = Decimal(0)


def reprendre_les_pistes(dossier: Dossier, pistes: Iterable[PisteDeFinancement], *, par: Auteur, le: datetime) -> None:
    """Ask each funder of a lead what was spoken of, where the draft's scheme has its door; else expect it in the budget.

    Whole euros (S-03); a lead without an amount brings nothing. The porteur corrects all of it before its deposit.
    """
    siennes = guichets(dossier.campagne, forme=dossier.porteur.forme_juridique, dispositif=dossier.dispositif_id)
    portes = {guichet.cle for guichet in siennes}
    demandes: dict[Cle, Decimal] = defaultdict(Decimal)
    attendues: dict[str, int] = defaultdict(int)
    lignes: dict[str, str] = {}
    plan = plan_de(formulaire_du_dossier(dossier))
    for financeur, nature, montant in _sommes(pistes):
        cle = (financeur.pk, dossier.dispositif_id, nature)
        if cle in portes:
            demandes[cle] = montant
            lignes[libelle_de_subvention(financeur, nature, dossier.dispositif)] = str(montant)
        else:
            compte = compte_attendu(financeur.type)
            attendues[compte] += int(montant)
            lignes[f"{financeur.nom_court} – {plan.comptes[compte]}"] = str(montant)
    if not lignes:
        return
    ecrire_valeurs(dossier, {"budget": attendues, "demandes": demandes}, par=par, le=le)
    auteur = par.au_nom_de(dossier.porteur)
    libelle = "Pistes de financement du besoin reprises"
    inscrire(dossier, acte="reprendre_les_pistes", libelle=libelle, par=auteur, le=le, apres=lignes)


def _sommes(pistes: Iterable[PisteDeFinancement]) -> list[tuple[Organisme, str, Decimal]]:
    """What each funder may give in each nature, in whole euros."""
    organismes: dict[int, Organisme] = {}
    sommes: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for piste in pistes:
        organismes[piste.organisme_id] = piste.organisme
        sommes[piste.organisme_id, piste.nature] += piste.montant or ZERO
    entieres = ((pk, nature, somme.quantize(Decimal(1), ROUND_HALF_UP)) for (pk, nature), somme in sommes.items())
    return [(organismes[pk], nature, somme) for pk, nature, somme in entieres if somme]
