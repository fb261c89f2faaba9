"""How the money comes: multi-year conventions, ordinary means, specific credits."""

from __future__ import annotations

from commun import typographie as typo
from commun.graphiques import Barre, barres_empilees, barres_horizontales

from ....lectures.synthese import Synthese
from ...blocs import Brique, Col, Ligne, Section, SousTitre, Tableau, Texte
from ..decisions import sens_cpo
from ..mots import NON_RENSEIGNE, en_pourcent, millions, part, phrase
from .mesures import EUROS, NOMBRE, POURCENT


def cpo(s: Synthese) -> Section:
    """The share of the State's specific credits under multi-year conventions, by amount and by number (C-04)."""
    p = s.programmation
    c = p.chiffres.cpo
    if c.part is None:
        constat = phrase(sens_cpo(s))
    else:
        constat = phrase(
            f"{en_pourcent(c.part, 1)} des crédits spécifiques de l’État passent par une CPO.", sens_cpo(s)
        )
    connus = [h for h in p.historique if h.cpo.part is not None]
    briques: list[Brique] = []
    if connus:
        briques.append(
            barres_horizontales(
                [Barre(str(h.annee), h.cpo.part, accent=h.annee == s.annee) for h in connus],
                titre=phrase(
                    f"L’objectif de {en_pourcent(c.visee)} est atteint en {s.annee}"
                    if c.atteinte
                    else f"Il manque {typo.euros(c.manque)} en CPO pour atteindre {en_pourcent(c.visee)}"
                )
                if c.part is not None
                else "Part des CPO des années précédentes",
                sous_titre="Part des crédits spécifiques de l’État programmés en CPO, en % de son enveloppe",
                ecrire=lambda v: en_pourcent(v, 1) if v is not None else typo.ABSENT,
                entete="Année",
                nom_valeur="Part en CPO",
                cible=c.visee,
                nom_cible="Objectif",
                ordonner=False,
            )
        )
    briques.append(
        Tableau(
            titre="Part des conventions pluriannuelles d’objectifs",
            precision="par année, euros et nombre de conventions",
            cols=(
                Col("Année", largeur=10),
                Col("Crédits de l’État en CPO", EUROS, 15),
                Col("Enveloppe de l’État", EUROS, 15, NON_RENSEIGNE),
                Col("Part en montant", POURCENT, 12),
                Col("Manque", EUROS, 12),
                Col("CPO", NOMBRE, 8),
                Col("Toutes conventions", NOMBRE, 12),
                Col("Part en nombre", POURCENT, 12, "non calculable"),
            ),
            lignes=tuple(
                Ligne(
                    (
                        str(h.annee),
                        h.cpo.montant,
                        h.cpo.base or None,
                        h.cpo.part,
                        h.cpo.manque if h.cpo.base else None,
                        h.cpo.conventions_cpo,
                        h.cpo.conventions,
                        h.cpo.part_nombre,
                    )
                )
                for h in p.historique
            ),
            feuille="CPO",
            serre=True,
            source=phrase(
                "Objectif mesuré sur le montant : crédits spécifiques de l’État retenus en CPO (votés, à défaut "
                f"programmés) rapportés à son enveloppe {c.base_en_mots}. "
                "La part en nombre est donnée pour information : les deux lectures de l’objectif existent. Elle n’est "
                "pas calculable pour une année dont aucune convention annuelle n’est enregistrée."
            ),
            fictif=p.fictif,
        )
    )
    return Section("cpo", "La part des conventions pluriannuelles", constat, tuple(briques), suite=True)


def droit_commun(s: Synthese) -> Section:
    """Ordinary means against specific credits."""
    p = s.programmation
    c, a = p.chiffres, p.precedents
    taux = part(c.droit_commun, c.programme)
    constat = phrase(
        f"{en_pourcent(taux, 1)} du montant programmé en {s.annee} vient du droit commun, "
        f"{en_pourcent(100 - taux, 1)} des crédits spécifiques."
        if taux is not None
        else f"Aucun montant n’étant programmé en {s.annee}, la part du droit commun n’est pas calculable."
    )
    briques: list[Brique] = []
    if taux is not None:
        briques.append(
            barres_empilees(
                [(li.nom, (li.droit_commun, li.specifiques)) for li in p.par_orientation if li.montants.programme],
                parts=("Droit commun", "Crédits spécifiques"),
                titre=f"Le droit commun apporte {en_pourcent(taux, 1)} du montant programmé",
                sous_titre=f"Part de chaque nature de moyens par orientation, euros, {s.annee}",
                ecrire=millions,
                entete="Orientation",
                en_part=True,
            )
        )
    briques += [
        Tableau(
            titre="Droit commun et crédits spécifiques par orientation",
            precision=f"montants programmés, euros, {s.annee}",
            cols=(
                Col("Orientation", largeur=30),
                Col("Droit commun", EUROS),
                Col("Crédits spécifiques", EUROS),
                Col("Ensemble", EUROS),
                Col("Part du droit commun", POURCENT),
            ),
            lignes=tuple(
                Ligne(
                    (
                        li.nom,
                        li.droit_commun,
                        li.specifiques,
                        li.montants.programme,
                        part(li.droit_commun, li.montants.programme),
                    )
                )
                for li in p.par_orientation
            ),
            total=Ligne(("Ensemble", c.droit_commun, c.specifiques, c.programme, taux)),
            feuille="Droit commun",
            serre=True,
            source=phrase(
                f"En {a.annee} : {typo.euros(a.droit_commun)} de droit commun, {typo.euros(a.specifiques)} de crédits "
                "spécifiques programmés."
            ),
            fictif=p.fictif,
        ),
        SousTitre("Les moyens de droit commun recensés", "droit-commun-recense"),
        Tableau(
            titre="Moyens de droit commun nommés par le contrat",
            precision="nombre, à la date d’extraction",
            cols=(
                Col("Orientation", largeur=30),
                Col("Moyens recensés", NOMBRE),
                Col("Organismes", NOMBRE),
                Col("Restant à organiser", NOMBRE),
                Col("Engagements de droit commun", NOMBRE),
            ),
            lignes=tuple(
                Ligne((d.orientation, d.ressources, d.organismes, d.a_organiser, d.engagements)) for d in s.droit_commun
            ),
            feuille="Moyens recensés",
            serre=True,
            source=phrase("Source : annuaire du droit commun et engagements du contrat."),
        ),
        Texte(
            phrase(
                f"{typo.pluriel(p.droit_commun_explique, 'dossier')} {s.annee} sur {c.dossiers} "
                f"{typo.accord(p.droit_commun_explique, 'explique', 'expliquent')} pourquoi le droit commun ne suffit pas.",
                "Difficultés remontées par les groupes thématiques : non renseigné.",
            )
        ),
    ]
    return Section("droit-commun", "Droit commun et crédits spécifiques", constat, tuple(briques))
