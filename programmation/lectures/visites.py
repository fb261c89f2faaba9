"""What happened to a file since a person last looked at it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from commun.auteur import Auteur
from commun.models import LigneJournal
from contrats.models import Contrat

from ..models import DemandeFinancement, Dossier, Visite
from ..regles.visites import depuis
from .dossier import LigneDeVie


@dataclass(frozen=True, slots=True)
class Nouveautes:
    """What others did since the person's last visit, the latest first."""

    depuis: datetime
    lignes: tuple[LigneDeVie, ...]


def nouveautes(dossier: Dossier, vie: Iterable[LigneDeVie], *, pour: Auteur, le: datetime) -> Nouveautes | None:
    """Of the life that this reader sees, what is new to it; None at the first visit or when nothing is."""
    visite = Visite.objects.filter(dossier=dossier, utilisateur=pour.utilisateur).first()
    repere = depuis(visite.vu_le, visite.precedente_le, le) if visite else None
    if repere is None:
        return None
    lignes = tuple(li for li in vie if li.le > repere and li.auteur_id != pour.utilisateur.pk)
    return Nouveautes(repere, lignes) if lignes else None


def dossiers_changes(dossiers: Iterable[int], *, pour: Auteur, contrat: Contrat, le: datetime) -> frozenset[int]:
    """Those of `dossiers` (by key) that others touched since this person's last visit; three queries at most.

    The rows whose state is hidden from this reader tell nothing.
    """
    visites = Visite.objects.filter(dossier__in=list(dossiers), utilisateur=pour.utilisateur)
    reperes = {v.dossier_id: repere for v in visites if (repere := depuis(v.vu_le, v.precedente_le, le))}
    if not reperes:
        return frozenset()
    demandes = DemandeFinancement.objects.filter(dossier__in=reperes).avec_montants_vus(pour, contrat)
    du_dossier = {d.pk: d.dossier_id for d in demandes if d.etat_vu == d.etat}
    debut = min(reperes.values())
    lignes = LigneJournal.objects.filter(contrat_id=contrat.pk, fait_le__gt=debut).exclude(utilisateur=pour.utilisateur)
    des_dossiers = lignes.filter(cible_type=Dossier._meta.label_lower, cible_id__in=list(reperes))
    des_demandes = lignes.filter(cible_type=DemandeFinancement._meta.label_lower, cible_id__in=list(du_dossier))
    faits = (des_dossiers | des_demandes).values_list("cible_type", "cible_id", "fait_le")
    changes = set()
    for cible_type, cible, fait_le in faits:
        dossier = cible if cible_type == Dossier._meta.label_lower else du_dossier[cible]
        if fait_le > reperes[dossier]:
            changes.add(dossier)
    return frozenset(changes)
