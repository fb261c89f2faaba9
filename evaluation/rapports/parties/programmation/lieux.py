"""Where the money goes."""

from __future__ import annotations

from decimal import Decimal

from commun import typographie as typo
from commun.graphiques import Barre, barres_horizontales
from programmation.lectures.programmation_annuelle import Ventilation

from ....lectures.synthese import Synthese
from ...blocs import Brique, Col, Ligne, Section, Tableau, Texte
from ..mots import ZERO, en_pourcent, millions, part, phrase
from .mesures import MONTANTS, NOMBRE, POURCENT, mesure, montants_totaux, quatre

BARRES_AU_PLUS = 10  # beyond, the table tells it better


def par_commune(s: Synthese) -> Section:
    """Where the money goes, commune by commune."""
    return _par_lieu(
        s, s.programmation.par_commune, "communes", "commune", "La programmation par commune", "Commune", "Communes"
    )


def par_qpv(s: Synthese) -> Section:
    """Where the money goes, perimeter by perimeter."""
    return _par_lieu(
        s,
        s.programmation.par_qpv,
        "qpv",
        "qpv",
        "La programmation par quartier prioritaire",
        "Quartier ou périmètre",
        "Quartiers",
    )


def _par_lieu(
    s: Synthese,
    lignes: tuple[Ventilation, ...],
    ancre: str,
    genre: str,
    titre: str,
    entete: str,
    feuille: str,
) -> Section:
    c = s.programmation.chiffres
    champ, mot = mesure(s)
    total = getattr(c, champ)
    servis = sorted((li for li in lignes if getattr(li.montants, champ)), key=lambda li: -getattr(li.montants, champ))
    precis = [li for li in servis if li.genre == genre]
    ensemble = sum((getattr(li.montants, champ) for li in lignes if li.genre == "ensemble"), ZERO)
    ailleurs = sum((li.montants.programme for li in lignes if li.genre == "non_territorialise"), ZERO)
    mots = ("commune", "communes") if genre == "commune" else ("quartier prioritaire", "quartiers prioritaires")
    briques: list[Brique] = []
    if precis:
        premier = precis[0]
        tete = en_pourcent(part(getattr(premier.montants, champ), total))
        constat = phrase(
            f"{premier.nom} réunit {tete} du montant {mot} ; {typo.pluriel(len(precis), *mots)} "
            f"{typo.accord(len(precis), 'est concernée', 'sont concernées') if genre == 'commune' else typo.accord(len(precis), 'est concerné', 'sont concernés')}"
            + (f", et {typo.euros(ensemble, False)} {_vont(ensemble)} à l’ensemble des QPV." if ensemble else ".")
        )
        premiers = servis[:BARRES_AU_PLUS]
        briques.append(
            barres_horizontales(
                [Barre(li.nom, getattr(li.montants, champ), accent=li is premier) for li in premiers],
                titre=f"{premier.nom} réunit {tete} du montant {mot}",
                sous_titre=f"Montant {mot} selon la répartition des dossiers, euros, {s.annee}"
                + (f", les {BARRES_AU_PLUS} premières lignes" if len(servis) > BARRES_AU_PLUS else ""),
                ecrire=millions,
                entete=entete,
                nom_valeur=mot.capitalize(),
            )
        )
    else:
        constat = phrase(f"Aucun montant n’est localisé en {s.annee}.")
    briques.append(
        Tableau(
            titre=titre.replace("La p", "P"),
            precision=f"euros, {s.annee}",
            cols=(
                Col(entete, largeur=30),
                Col("Actions", NOMBRE, 8),
                *MONTANTS,
                Col("Part du programmé", POURCENT, 12),
            ),
            lignes=tuple(
                Ligne(
                    (li.nom, li.montants.actions, *quatre(li.montants), part(li.montants.programme, c.programme)),
                    forte=li.genre in ("ensemble", "non_territorialise", "non_localise"),
                )
                for li in lignes
            ),
            total=Ligne(
                (
                    "Ensemble, chaque action comptée une fois",
                    c.actions,
                    *montants_totaux(s),
                    part(c.programme, c.programme),
                )
            )
            if lignes
            else None,
            feuille=feuille,
            serre=True,
            source=phrase(
                "Source : répartition des dossiers par lieu (parts de 100 %). Un dossier présent en plusieurs lieux "
                "compte dans chacun, ses euros sont partagés selon ses parts : les montants s’additionnent, pas les "
                "nombres d’actions."
            ),
            fictif=s.programmation.fictif,
        )
    )
    if ailleurs:
        briques.append(
            Texte(
                phrase(
                    f"{typo.euros(ailleurs, False)} sont « non territorialisés » : ces actions ne désignent aucun quartier."
                ),
                "note",
            )
        )
    return Section(ancre, titre, constat, tuple(briques))


def _vont(montant: Decimal) -> str:
    return typo.accord(montant, "va", "vont")
