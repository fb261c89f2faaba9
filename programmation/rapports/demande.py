"""The request as a document, in the order of CERFA 12156 (regles 2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.template.loader import render_to_string

from commun import typographie as typo
from commun.pdf import FEUILLE_RAPPORT, rendre_pdf

from ..etats import EtatDossier
from ..lectures.comparaison import SectionLue, en_mots
from ..models import Dossier
from ..regles.budget import LigneDeBudget
from ..regles.demande import Demande
from ..regles.plans_budget import SUBVENTION_DEMANDEE, PostePlan, est_en_nature, plan_de

FEUILLES = (FEUILLE_RAPPORT, "programmation/demande.css")
# Sections that the document prints as answers; the others have a table of their own.
_EN_REPONSES = ("action", "operation", "lieux", "public", "moyens", "vacances", "indicateurs")


@dataclass(frozen=True, slots=True)
class PosteImprime:
    """A heading of the budget, its total and its lines that are not nil."""

    libelle: str
    total: int
    lignes: tuple[LigneDeBudget, ...]
    en_nature: bool = False


def rediger(demande: Demande, dossier: Dossier, *, le: datetime) -> bytes:
    """The PDF of the request as it stands at `le`."""
    return rendre_pdf(document(demande, dossier, le=le), feuilles=FEUILLES)


def document(demande: Demande, dossier: Dossier, *, le: datetime) -> str:
    """The whole page that is printed."""
    brouillon = dossier.etat == EtatDossier.BROUILLON
    mentions = ["Brouillon, non déposé"] if brouillon else []
    contexte = {
        "titre": f"Demande de subvention {demande.numero} – {demande.intitule}",
        "auteur": demande.porteur.nom,
        "courant": f"{demande.contrat} – {demande.campagne}",
        "pied": f"Édité le {typo.date_heure(le)}",
        "mention": " · ".join(mentions + (["Données fictives"] if dossier.fictif else [])),
        "couverture": None,
        "sommaire": (),
        "demande": demande,
        "depose_le": dossier.depose_le,
        "sections": _sections(demande),
        "charges": _cote(demande.budget, plan_de(demande.formulaire).charges, "charge"),
        "produits": _produits(demande),
        "organisme": demande.porteur.budget,
    }
    return render_to_string("programmation/depot/impression.html", contexte)


def _sections(demande: Demande) -> list[SectionLue]:
    return [lue for lue in en_mots(demande) if lue.section.code in _EN_REPONSES]


def _cote(lignes: tuple[LigneDeBudget, ...], postes: tuple[PostePlan, ...], sens: str) -> list[PosteImprime]:
    """The lines by heading of the form; those of another form come after, each alone."""
    reste = [li for li in lignes if li.sens == sens and li.montant and li.compte != SUBVENTION_DEMANDEE]
    imprimes = []
    for poste in postes:
        comptes = {ligne.compte for ligne in poste.lignes}
        siennes = tuple(li for li in reste if li.compte in comptes)
        reste = [li for li in reste if li.compte not in comptes]
        if siennes:
            code = f"{poste.compte} – " if poste.compte.isdigit() else ""
            total = sum(li.montant for li in siennes)
            imprimes.append(PosteImprime(code + poste.libelle, total, siennes, poste.en_nature))
    return imprimes + [PosteImprime(li.libelle, li.montant, (), est_en_nature(li.compte)) for li in reste]


def _produits(demande: Demande) -> list[PosteImprime]:
    """Income: what this request asks stands first, funder by funder."""
    demandees = tuple(li for li in demande.budget if li.compte == SUBVENTION_DEMANDEE and li.montant)
    cote = _cote(demande.budget, plan_de(demande.formulaire).produits, "produit")
    if not demandees:
        return cote
    total = sum(li.montant for li in demandees)
    return [PosteImprime("74 – Subventions demandées dans cet appel à projets", total, demandees), *cote]
