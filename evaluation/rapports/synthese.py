"""The annual synthesis as a document: its parts in order, its cover, its page, its PDF — all from one snapshot."""

from __future__ import annotations

from collections.abc import Callable

from django.template.loader import render_to_string
from django.utils import timezone

from commun import instantanes
from commun import typographie as typo
from commun.colonnes import TypeColonne
from commun.pdf import FEUILLE_RAPPORT, Couverture, EntreeSommaire

from ..lectures.synthese import SCHEMA, Synthese
from .blocs import Col, Ligne, Section, SousTitre, Tableau, numeroter
from .edition import Edition
from .parties import decisions, methode, programmation, suivi, territoires, tous_les_moyens
from .tableur import Classeur

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
    tous_les_moyens.en_bref,
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


def classeur(s: Synthese, parties: tuple[Section, ...]) -> Classeur:
    """Every table of the report; the funded actions on one sheet, all of them."""
    tableaux = [(p.titre, t) for p in parties for t in p.tableaux if p.ancre != "actions"]
    tableaux.append((next(p.titre for p in parties if p.ancre == "actions"), _actions(s)))
    titre = f"Synthèse annuelle {s.annee} — {s.contrat.nom}"
    return Classeur(titre, s.contrat.pilote, s.extrait_le, s.fictif, tuple(tableaux))


def _actions(s: Synthese) -> Tableau:
    """All the funded actions: paper stops at some length, a spreadsheet does not."""
    return Tableau(
        titre="Actions financées",
        precision=f"euros, {s.annee}",
        cols=(
            Col("Numéro", largeur=10),
            Col("Action", largeur=45),
            Col("Porteur", largeur=25),
            Col("Orientation", largeur=18),
            Col("Lieux", largeur=30),
            Col("Caractère", largeur=12),
            Col("CPO", largeur=5),
            Col("Demandé", TypeColonne.EUROS, 12),
            Col("Programmé", TypeColonne.EUROS, 12),
            Col("Voté", TypeColonne.EUROS, 12),
        ),
        lignes=tuple(
            Ligne(
                (
                    a.numero,
                    a.intitule,
                    a.porteur,
                    a.orientation,
                    a.lieux,
                    a.caractere,
                    "oui" if a.cpo else "non",
                    a.demande,
                    a.programme,
                    a.vote,
                )
            )
            for a in s.programmation.actions
        ),
        feuille="Actions financées",
        fictif=s.programmation.fictif,
    )
