"""Which orientation receives what."""

from __future__ import annotations

from decimal import Decimal

from commun import typographie as typo
from commun.graphiques import Barre, barres_horizontales

from ....lectures.synthese import Synthese
from ...blocs import Brique, Col, Ligne, Section, SousTitre, Tableau
from ..mots import en_pourcent, enumerer, millions, part, phrase
from .mesures import EUROS, MONTANTS, NOMBRE, mesure, montants_totaux, quatre, source_des_montants


def par_orientation(s: Synthese) -> Section:
    """Which orientation receives what, against last year."""
    p = s.programmation
    c, a = p.chiffres, p.precedents
    lignes = p.par_orientation
    champ, mot = mesure(s)
    total = getattr(c, champ)
    servies = sorted((li for li in lignes if getattr(li.montants, champ)), key=lambda li: -getattr(li.montants, champ))
    muettes = [li.nom for li in lignes if not li.montants.programme]
    briques: list[Brique] = []
    if servies:
        premiere = servies[0]
        montant = getattr(premiere.montants, champ)
        tete = en_pourcent(part(montant, total))
        if c.programme:
            constat = phrase(
                f"{premiere.nom} est l’orientation la mieux dotée en {s.annee} : {typo.euros(montant)}, {tete} du programmé.",
                f"{enumerer(muettes)} {typo.accord(len(muettes), 'n’a', 'n’ont')} aucune action programmée."
                if muettes
                else "",
            )
        else:
            constat = phrase(
                f"Rien n’est encore programmé en {s.annee} ; {premiere.nom} concentre {tete} des {typo.euros(total)} demandés."
            )
        briques.append(
            barres_horizontales(
                [Barre(li.nom, getattr(li.montants, champ), li.precedent, accent=li is premiere) for li in lignes],
                titre=f"{premiere.nom} réunit {tete} du montant {mot}",
                sous_titre=f"Montant {mot} par orientation principale, euros, {s.annee}"
                + (f", et montant programmé {a.annee}" if a.programme else ""),
                ecrire=millions,
                entete="Orientation",
                nom_valeur=f"{mot.capitalize()} {s.annee}",
                nom_precedent=f"Programmé {a.annee}" if a.programme else "",
            )
        )
    else:
        constat = phrase(f"Aucune orientation n’a encore de dossier en {s.annee}.")
    briques.append(
        Tableau(
            titre="Programmation par orientation principale",
            precision=f"euros, {s.annee}",
            cols=(
                Col("Orientation", largeur=22),
                Col("Dossiers", NOMBRE, 8),
                Col("Actions", NOMBRE, 8),
                *MONTANTS,
                Col(f"Programmé {a.annee}", EUROS, 12),
            ),
            lignes=tuple(
                Ligne((li.nom, li.montants.dossiers, li.montants.actions, *quatre(li.montants), li.precedent))
                for li in lignes
            ),
            total=Ligne(("Ensemble", c.dossiers, c.actions, *montants_totaux(s), a.programme)),
            feuille="Orientations",
            serre=True,
            source=source_des_montants(s)
            + phrase(" Les axes transversaux ne portent pas d’euros et ne s’additionnent pas."),
            fictif=p.fictif,
        )
    )
    historique = [h for h in p.historique if h.programme]
    if len(historique) > 1:
        briques += [
            SousTitre("D’une année à l’autre", "historique"),
            barres_horizontales(
                [Barre(str(h.annee), h.programme, accent=h.annee == s.annee) for h in historique],
                titre=_titre_historique(historique[0].annee, historique[0].programme, c.programme),
                sous_titre="Montant programmé par an, euros, tous financeurs",
                ecrire=millions,
                entete="Année",
                nom_valeur="Programmé",
                ordonner=False,
            ),
            Tableau(
                titre="Les années du contrat",
                precision=f"euros, {historique[0].annee} à {s.annee}",
                cols=(
                    Col("Année", largeur=15),
                    Col("Dossiers", NOMBRE),
                    Col("Actions", NOMBRE),
                    Col("Porteurs", NOMBRE),
                    Col("Demandé", EUROS),
                    Col("Programmé", EUROS),
                    Col("Voté", EUROS),
                ),
                lignes=tuple(
                    Ligne((str(h.annee), h.dossiers, h.actions, h.porteurs, h.demande, h.programme, h.vote))
                    for h in p.historique
                ),
                feuille="Historique",
                fictif=p.fictif,
                serre=True,
            ),
        ]
    return Section("orientations", "La programmation par orientation", constat, tuple(briques))


def _titre_historique(premiere: int, avant: Decimal, apres: Decimal) -> str:
    ecart = part(apres - avant, avant)
    if ecart is None or abs(ecart) < 1:
        return f"Le montant programmé est stable depuis {premiere}"
    sens = "progresse" if ecart > 0 else "recule"
    return f"Le montant programmé {sens} de {en_pourcent(abs(ecart))} depuis {premiere}"
