"""The catalogue of funded actions as a brochure: cover, contents, actions, indexes — from one snapshot."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.text import slugify

from commun import fichiers, instantanes
from commun import typographie as typo
from commun.colonnes import TypeColonne
from commun.pdf import FEUILLE_RAPPORT, Couverture, EntreeSommaire
from contrats.models import Contrat
from programmation.lectures.catalogue import ENSEMBLE_DES_QPV, Contact, FicheAction

from ..etats import PREMIER_CATALOGUE, EtatRapport, TypeRapport
from ..lectures.catalogue import SCHEMA, Catalogue, Dementi, Regroupement, dementis, index_par_porteur, regrouper
from ..models import Rapport
from .blocs import Col, Ligne, Tableau
from .edition import Edition
from .tableur import Classeur

FEUILLES = (FEUILLE_RAPPORT, "evaluation/catalogue.css")
# What an entry holds, so that three or four stand on a page; the file says the rest.
LONGUEUR_DU_RESUME = 620
LONGUEUR_DE_LIGNE = 160


@dataclass(frozen=True)
class FicheImprimee:
    """One action ready to print."""

    action: FicheAction
    resume: str
    lieux: str
    dates: str
    public: str
    financeurs: str
    contact: str  # empty when the porteur gives none to the public


@dataclass(frozen=True)
class Partie:
    """The actions of one orientation."""

    ancre: str
    titre: str
    constat: str
    fiches: tuple[FicheImprimee, ...]


def figer(catalogue: Catalogue) -> bytes:
    """The snapshot: canonical bytes from which every form of the catalogue is made."""
    return instantanes.figer(catalogue, schema=SCHEMA)


def relire(octets: bytes) -> Catalogue:
    """The catalogue that a snapshot holds, one of the first schema put in the words of today's."""
    if instantanes.schema_de(octets) == PREMIER_CATALOGUE:
        ancien = instantanes.relire(octets, Catalogue, schema=PREMIER_CATALOGUE)
        return replace(ancien, actions=tuple(_du_premier_schema(a) for a in ancien.actions))
    return instantanes.relire(octets, Catalogue, schema=SCHEMA)


def _du_premier_schema(a: FicheAction) -> FicheAction:
    """It held contacts that nobody had made public, and « Ensemble des QPV » among the names of the QPV."""
    return replace(
        a,
        contact=Contact(),
        qpv=tuple(q for q in a.qpv if q != ENSEMBLE_DES_QPV),
        partout=ENSEMBLE_DES_QPV in a.qpv,
    )


@dataclass(frozen=True)
class Reprise:
    """Why a published edition is to be made again: what it tells is no longer so, or was not given to be published."""

    edition: Rapport
    dementis: tuple[Dementi, ...]
    contacts: bool  # its PDF prints telephones and addresses that were given for requests only

    def __bool__(self) -> bool:
        return bool(self.dementis) or self.contacts


def relire_edition(edition: Rapport) -> Catalogue | None:
    """What an edition holds; None when it follows a schema that nobody reads any more: its PDF stays readable."""
    assert edition.instantane is not None
    try:
        return relire(fichiers.lire(edition.instantane))
    except instantanes.InstantaneIllisible:
        return None


def reprise(edition: Rapport, lu: Catalogue | None = None) -> Reprise | None:
    """Whether a published catalogue is to be made again, None when nothing says so; `lu` spares reading it twice."""
    if edition.type != TypeRapport.CATALOGUE or edition.etat != EtatRapport.PUBLIE:
        return None
    lu = lu or relire_edition(edition)
    faux = dementis(lu, edition.contrat) if lu is not None else ()
    return Reprise(edition, faux, edition.schema <= PREMIER_CATALOGUE) or None


def a_corriger(contrat: Contrat, annee: int) -> int:
    """How many things the catalogue that all read tells wrongly; 0 when it may stay."""
    edition = (
        Rapport.objects.filter(contrat=contrat, annee=annee)
        .du_type(TypeRapport.CATALOGUE)
        .publies()
        .select_related("instantane", "contrat")
        .order_by("-version")
        .first()
    )
    lue = reprise(edition) if edition is not None else None
    return len(lue.dementis) + lue.contacts if lue is not None else 0


def sections(c: Catalogue, avancer: Callable[[int], None] = lambda fait: None) -> tuple[Partie, ...]:
    """The actions under their orientation."""
    parties = tuple(
        Partie(
            ancre=f"orientation-{slugify(nom)}",
            titre=nom,
            constat=typo.typographie(
                f"{typo.pluriel(len(actions), 'action financée', 'actions financées')}, "
                f"{typo.pluriel(len({a.porteur for a in actions}), 'porteur')}."
            ),
            fiches=tuple(imprimer(a) for a in actions),
        )
        for nom, actions in regrouper(c.actions)
    )
    avancer(1)
    return parties


def imprimer(a: FicheAction) -> FicheImprimee:
    """What the entry of an action says, in words."""
    return FicheImprimee(
        action=a,
        resume=typo.typographie(couper(a.resume, LONGUEUR_DU_RESUME)) or "Résumé non renseigné.",
        lieux=couper(", ".join(a.lieux), LONGUEUR_DE_LIGNE) or "Non renseigné",
        dates=dates_en_mots(a),
        public=public_en_mots(a),
        financeurs=financeurs_en_mots(a),
        contact=couper(
            typo.typographie(" · ".join(x for x in (a.contact.telephone, a.contact.courriel, a.contact.site) if x)),
            LONGUEUR_DE_LIGNE,
        ),
    )


def couper(texte: str, longueur: int) -> str:
    """The beginning of a text, cut between two words and said to be cut."""
    texte = re.sub(r"\s+", " ", texte).strip()
    if len(texte) <= longueur:
        return texte
    return texte[:longueur].rsplit(" ", 1)[0].rstrip(" ,;:.–-") + " …"


def dates_en_mots(a: FicheAction) -> str:
    """« du 1er mars 2026 au 30 juin 2026 »."""
    if a.debut and a.fin:
        return typo.typographie(f"du {typo.date_longue(a.debut)} au {typo.date_longue(a.fin)}")
    if a.debut or a.fin:
        return typo.typographie(
            f"à partir du {typo.date_longue(a.debut)}" if a.debut else f"jusqu’au {typo.date_longue(a.fin)}"
        )
    return "Non renseignées"


def public_en_mots(a: FicheAction) -> str:
    """« 120 personnes, dont 84 habitants des QPV ; 6 à 11 ans, 12 à 15 ans »."""
    if a.beneficiaires is None and not a.ages:
        return "Non renseigné"
    morceaux = []
    if a.beneficiaires is not None:
        nombre = typo.pluriel(a.beneficiaires, "personne")
        if a.beneficiaires_qpv is not None:
            nombre += f", dont {typo.pluriel(a.beneficiaires_qpv, 'habitant')} des QPV"
        morceaux.append(nombre)
    if a.ages:
        morceaux.append(", ".join(a.ages))
    return typo.typographie(couper(" ; ".join(morceaux), LONGUEUR_DE_LIGNE))


def financeurs_en_mots(a: FicheAction) -> str:
    """« État 12 000 €, CAF 3 000 € »; a funder that has not notified yet is named alone."""
    return typo.typographie(
        ", ".join(f"{f.nom} {typo.euros(f.montant)}" if f.montant is not None else f.nom for f in a.financeurs)
    )


def page(c: Catalogue, parties: tuple[Partie, ...]) -> str:
    """The body of the web page, kept with the edition."""
    return render_to_string("evaluation/catalogue/page.html", {"parties": parties, "c": c})


def document(c: Catalogue, parties: tuple[Partie, ...], edition: Edition) -> str:
    """The HTML that the PDF is made from."""
    le = timezone.localtime(c.extrait_le)
    mention = "Données fictives" if c.fictif else ""
    entrees = [EntreeSommaire(p.ancre, f"{p.titre} ({len(p.fiches)})") for p in parties]
    if c.actions:
        entrees += [
            EntreeSommaire("index-porteurs", "Index par porteur"),
            EntreeSommaire("index-qpv", "Index par quartier"),
        ]
    return render_to_string(
        "evaluation/catalogue/document.html",
        {
            "titre": f"Catalogue des actions {c.annee} — {c.contrat.nom}",
            "auteur": c.contrat.pilote,
            "courant": f"{c.contrat.nom} — actions {c.annee}",
            "pied": f"Extraction du {typo.date_longue(le)}",
            "mention": mention,
            "couverture": Couverture(
                surtitre=c.contrat.intitule,
                titre=f"Les actions {c.annee}",
                sous_titre=typo.typographie(
                    f"{typo.pluriel(len(c.actions), 'action financée', 'actions financées')} dans les quartiers, "
                    f"{typo.pluriel(c.porteurs, 'porteur')}"
                ),
                destinataire="Journée de la programmation" if c.journee else "Habitants, porteurs et partenaires",
                date=typo.date_longue(c.journee or le),
                signataires=c.contrat.signataires,
                mentions=(mention,) if mention else (),
                version=typo.typographie(f"Édition {edition.version}, données extraites le {typo.date_longue(le)}"),
                empreinte=edition.empreinte,
            ),
            "sommaire": entrees,
            "parties": parties,
            "porteurs": index_par_porteur(c.actions),
            "quartiers": regrouper(c.actions, Regroupement.QPV, quartiers=c.quartiers) if c.actions else [],
        },
    )


def classeur(c: Catalogue, parties: tuple[Partie, ...]) -> Classeur:
    """One line per action, one line per funder of an action."""
    tableaux = (("Actions financées", _actions(c)), ("Financeurs", _financeurs(c)))
    titre = f"Catalogue des actions {c.annee} — {c.contrat.nom}"
    return Classeur(titre, c.contrat.pilote, c.extrait_le, c.fictif, tableaux)


def _actions(c: Catalogue) -> Tableau:
    return Tableau(
        titre="Actions financées",
        precision=f"euros, {c.annee}",
        cols=(
            Col("Numéro", largeur=10),
            Col("Action", largeur=45),
            Col("Porteur", largeur=30),
            Col("Orientation", largeur=20),
            Col("Lieux", largeur=35),
            Col("Début", TypeColonne.DATE, 12),
            Col("Fin", TypeColonne.DATE, 12),
            Col("Public attendu", TypeColonne.NOMBRE, 12),
            Col("dont habitants des QPV", TypeColonne.NOMBRE, 12),
            Col("Financeurs", largeur=35),
            Col("Accordé", TypeColonne.EUROS, 12),
            Col("Résumé", largeur=60),
            Col("Téléphone public", largeur=15),
            Col("Courriel", largeur=25),
            Col("Site", largeur=25),
        ),
        lignes=tuple(
            Ligne(
                (
                    a.numero,
                    a.intitule,
                    a.porteur,
                    a.orientation,
                    ", ".join(a.lieux),
                    a.debut,
                    a.fin,
                    a.beneficiaires,
                    a.beneficiaires_qpv,
                    ", ".join(f.nom for f in a.financeurs),
                    a.montant,
                    a.resume,
                    a.contact.telephone,
                    a.contact.courriel,
                    a.contact.site,
                )
            )
            for a in c.actions
        ),
        feuille="Actions",
        fictif=c.fictif,
    )


def _financeurs(c: Catalogue) -> Tableau:
    totaux: dict[tuple[str, int], Decimal] = {}
    nombres: dict[tuple[str, int], int] = {}
    for a in c.actions:
        for f in a.financeurs:
            qui = (f.nom, f.cle)
            totaux[qui] = totaux.get(qui, Decimal(0)) + (f.montant or Decimal(0))
            nombres[qui] = nombres.get(qui, 0) + 1
    return Tableau(
        titre="Montants notifiés par financeur",
        precision=f"euros, {c.annee}",
        cols=(
            Col("Financeur", largeur=30),
            Col("Actions", TypeColonne.NOMBRE, 12),
            Col("Accordé", TypeColonne.EUROS, 15),
        ),
        lignes=tuple(Ligne((qui[0], nombres[qui], totaux[qui])) for qui in sorted(totaux)),
        feuille="Financeurs",
        fictif=c.fictif,
    )
