"""The table of all means as a document: its parts in order, its cover, its workbook — all from one snapshot."""

from __future__ import annotations

from collections.abc import Callable

from django.template.loader import render_to_string
from django.utils import timezone

from commun import instantanes
from commun import typographie as typo
from commun.colonnes import TypeColonne
from commun.pdf import FEUILLE_RAPPORT, Couverture
from contrats.models import NatureAnnoncee
from contrats.models import Section as SectionDeMoyens

from ..lectures.moyens import SCHEMA, TableauDesMoyens
from .blocs import Col, Ligne, Section, Tableau, numeroter
from .edition import Edition
from .parties import tous_les_moyens as parties_des_moyens
from .parties.tous_les_moyens import mot_de_la_case
from .synthese import sommaire
from .tableur import Classeur

FEUILLES = (FEUILLE_RAPPORT, "evaluation/synthese.css", "evaluation/moyens.css")
PARTIES = (
    parties_des_moyens.en_un_coup_d_oeil,
    parties_des_moyens.completude,
    parties_des_moyens.par_orientation,
    parties_des_moyens.detail,
    parties_des_moyens.rapprochement,
    parties_des_moyens.methode,
)

PARTIES_A_TABLEAUX = (
    parties_des_moyens.completude,
    parties_des_moyens.par_orientation,
    parties_des_moyens.detail,
    parties_des_moyens.rapprochement,
)


def figer(tableau: TableauDesMoyens) -> bytes:
    """The snapshot: canonical bytes from which every form of the report is made."""
    return instantanes.figer(tableau, schema=SCHEMA)


def relire(octets: bytes) -> TableauDesMoyens:
    """The table that a snapshot holds."""
    return instantanes.relire(octets, TableauDesMoyens, schema=SCHEMA)


def sections(t: TableauDesMoyens, avancer: Callable[[int], None] = lambda fait: None) -> tuple[Section, ...]:
    """All the parts, numbered; `avancer` hears how many are done."""
    faites = []
    for rang, partie in enumerate(PARTIES, start=1):
        faites.append(partie(t))
        avancer(rang)
    return numeroter(faites)


def tableaux(t: TableauDesMoyens) -> tuple[Section, ...]:
    """The parts that hold a table, which is all that a workbook takes: the cover page and its charts are not laid out."""
    return tuple(partie(t) for partie in PARTIES_A_TABLEAUX)


def document(t: TableauDesMoyens, parties: tuple[Section, ...], edition: Edition) -> str:
    """The HTML that the PDF is made from."""
    le = timezone.localtime(t.extrait_le)
    mention = "Données fictives" if t.fictif else ""
    return render_to_string(
        "evaluation/synthese/document.html",
        {
            "titre": f"Tableau des moyens {t.annee} — {t.contrat.nom}",
            "auteur": t.contrat.pilote,
            "courant": f"{t.contrat.nom} — moyens {t.annee}",
            "pied": f"Extraction du {typo.date_longue(le)}",
            "mention": mention,
            "couverture": Couverture(
                surtitre=t.contrat.intitule,
                titre=f"Tableau des moyens {t.annee}",
                sous_titre="Tous les partenaires, droit commun et crédits spécifiques, fonctionnement et investissement",
                destinataire="Partenaires du contrat de ville",
                date=typo.date_longue(le),
                signataires=t.contrat.signataires,
                mentions=(mention,) if mention else (),
                version=typo.typographie(
                    f"Version {edition.version}, données extraites le {typo.date_longue(le)} à {le.hour} h {le.minute:02d}"
                ),
                empreinte=edition.empreinte,
            ),
            "liminaires": (),
            "suite": parties,
            "entrees": sommaire(parties),
            "imprime": True,
        },
    )


def classeur(t: TableauDesMoyens, parties: tuple[Section, ...]) -> Classeur:
    """The tables of the report, then every box on a line of its own."""
    tableaux = [(p.titre, tableau) for p in parties for tableau in p.tableaux]
    tableaux.append(("Toutes les cases", _cases(t)))
    titre = f"Tableau des moyens {t.annee} — {t.contrat.nom}"
    return Classeur(titre, t.contrat.pilote, t.extrait_le, t.fictif, tuple(tableaux))


def _cases(t: TableauDesMoyens) -> Tableau:
    lignes = []
    for p in t.partenaires:
        for x in p.lignes:
            noms = ["Non réparti", *(o.nom for o in t.orientations)]
            for nom, case in zip(noms, (x.ensemble, *x.cases), strict=True):
                if case is None:
                    continue
                mot = "communiqué" if case.montant is not None else mot_de_la_case(case)
                lignes.append(
                    Ligne(
                        (
                            p.nom,
                            NatureAnnoncee(x.nature).label,
                            SectionDeMoyens(x.section).label,
                            nom,
                            mot,
                            case.montant,
                            case.precision,
                        )
                    )
                )
    return Tableau(
        titre="Toutes les cases",
        precision=f"euros, {t.annee}",
        cols=(
            Col("Partenaire", largeur=25),
            Col("Nature", largeur=18),
            Col("Section", largeur=15),
            Col("Orientation", largeur=25),
            Col("Réponse", largeur=15),
            Col("Montant", TypeColonne.EUROS, 15),
            Col("Précisions", largeur=45),
        ),
        lignes=tuple(lignes),
        feuille="Toutes les cases",
        fictif=t.fictif,
    )
