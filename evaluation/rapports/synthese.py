"""The annual synthesis as a document: its parts in order, its cover, its page, its PDF — all from one snapshot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils import timezone

from commun import instantanes
from commun import typographie as typo
from commun.pdf import FEUILLE_RAPPORT, Couverture, EntreeSommaire

from ..lectures.synthese import SCHEMA, Synthese
from .blocs import Section, SousTitre, numeroter
from .parties import decisions, methode, programmation, suivi, territoires

FEUILLES = (FEUILLE_RAPPORT, "evaluation/synthese.css")
PARTIES = (
    decisions.decisions,
    decisions.huit_chiffres,
    territoires.perimetres,
    programmation.par_orientation,
    programmation.par_financeur,
    programmation.par_commune,
    programmation.par_qpv,
    programmation.cpo,
    programmation.droit_commun,
    programmation.suites,
    suivi.engagements,
    suivi.tfpb,
    suivi.renforcees,
    suivi.renouvellement,
    territoires.indicateurs,
    methode.appels,
    programmation.liste,
    methode.methode,
)
# Read before the contents: what is asked, then the year at a glance.
AVANT_LE_SOMMAIRE = 2


@dataclass(frozen=True)
class Edition:
    """What the cover says of one version of the report."""

    version: int
    empreinte: str
    publie: bool = False


def figer(synthese: Synthese) -> bytes:
    """The snapshot: canonical bytes from which every form of the report is made."""
    return instantanes.figer(synthese, schema=SCHEMA)


def relire(octets: bytes) -> Synthese:
    """The synthesis that a snapshot holds."""
    return instantanes.relire(octets, Synthese, schema=SCHEMA)


def sections(s: Synthese, *, avancer: Callable[[int], None] = lambda fait: None) -> tuple[Section, ...]:
    """All the parts, numbered; a part without content says so, none disappears. `avancer` hears how many are done."""
    faites = []
    for rang, partie in enumerate(PARTIES, start=1):
        faites.append(partie(s))
        avancer(rang)
    return numeroter(faites)


def sommaire(parties: tuple[Section, ...]) -> list[EntreeSommaire]:
    """Parts, and headings inside them."""
    entrees = []
    for partie in parties:
        entrees.append(EntreeSommaire(partie.ancre, f"{partie.numero}. {partie.titre}"))
        if partie.ancre != "actions":
            entrees += [EntreeSommaire(b.ancre, b.titre, 2) for b in partie.briques if isinstance(b, SousTitre)]
    return entrees


def page(parties: tuple[Section, ...]) -> str:
    """The body of the web page, kept with the report: the same words and figures as the PDF."""
    return render_to_string(
        "evaluation/synthese/page.html", {"sections": parties, "sommaire": sommaire(parties), "imprime": False}
    )


def document(s: Synthese, parties: tuple[Section, ...], edition: Edition) -> str:
    """The HTML that the PDF is made from."""
    le = timezone.localtime(s.extrait_le)
    titre = f"Synthèse annuelle {s.annee} — {s.contrat.nom}"
    mention = "Données fictives" if s.fictif else ""
    copil = s.decisions.prochain_le
    return render_to_string(
        "evaluation/synthese/document.html",
        {
            "titre": titre,
            "auteur": s.contrat.pilote,
            "courant": f"{s.contrat.nom} — synthèse {s.annee}",
            "pied": f"Extraction du {typo.date_longue(le)}",
            "mention": mention,
            "couverture": Couverture(
                surtitre=s.contrat.intitule,
                titre=f"Synthèse annuelle {s.annee}",
                sous_titre=f"Programmation {s.annee}, bilan {s.annee - 1}, engagements au {typo.date_longue(le)}",
                destinataire="Comité de pilotage",
                date=typo.date_longue(copil) if copil else "Date du COPIL à fixer",
                signataires=s.contrat.signataires,
                mentions=(mention,) if mention else (),
                version=typo.typographie(
                    f"Version {edition.version}, données extraites le {typo.date_longue(le)} à {le.hour} h {le.minute:02d}"
                ),
                empreinte=edition.empreinte,
            ),
            "liminaires": parties[:AVANT_LE_SOMMAIRE],
            "suite": parties[AVANT_LE_SOMMAIRE:],
            "entrees": sommaire(parties),
            "imprime": True,
        },
    )
