"""Who brings what."""

from __future__ import annotations

from decimal import Decimal

from acteurs.models import TypeOrganisme
from commun import typographie as typo
from commun.graphiques import barres_empilees

from ....lectures.synthese import Synthese
from ...blocs import VIDE, Brique, Col, Ligne, Section, SousTitre, Tableau
from ..mots import NATURES, ZERO, en_pourcent, millions, part, phrase
from .mesures import EUROS, MONTANTS, NOMBRE, mesure, montants_totaux, quatre, source_des_montants


def par_financeur(s: Synthese) -> Section:
    """Who brings what, and what is left in the envelopes."""
    p = s.programmation
    c = p.chiffres
    champ, mot = mesure(s)
    totaux: dict[str, list[Decimal]] = {}
    groupes: dict[str, list[Decimal]] = {}  # the communes together: a dozen thin bars say nothing
    for li in p.par_financeur:
        groupe = "Communes" if li.type == TypeOrganisme.COMMUNE else li.financeur
        groupes.setdefault(groupe, [ZERO, ZERO])[0 if li.nature == "droit_commun" else 1] += getattr(li.montants, champ)
        paire = totaux.setdefault(li.financeur, [ZERO, ZERO])
        paire[0 if li.nature == "droit_commun" else 1] += getattr(li.montants, champ)
    servis = {nom: paire for nom, paire in totaux.items() if sum(paire)}
    sollicites = len(totaux)
    if servis:
        premier = max(servis, key=lambda nom: sum(servis[nom]))
        poids = en_pourcent(part(sum(servis[premier]), getattr(c, champ)))
        constat = phrase(
            f"{typo.pluriel(len(servis), 'financeur')} sur {sollicites} "
            f"{typo.accord(len(servis), 'a programmé', 'ont programmé')} {typo.euros(c.programme)} ; "
            f"le premier, {premier}, en apporte {poids}."
            if c.programme
            else f"{typo.pluriel(sollicites, 'financeur est sollicité', 'financeurs sont sollicités')} pour "
            f"{typo.euros(c.demande)} ; le premier, {premier}, pour {poids}."
        )
    else:
        constat = phrase(f"Aucun financeur n’est encore sollicité en {s.annee}.")
    briques: list[Brique] = []
    if servis:
        briques.append(
            barres_empilees(
                [(nom, paire) for nom, paire in groupes.items() if sum(paire)],
                parts=("Droit commun", "Crédits spécifiques"),
                titre=phrase(f"Premier financeur : {premier}, {poids} du montant {mot}"),
                sous_titre=f"Montant {mot} par financeur et nature de moyens, euros, {s.annee}",
                ecrire=millions,
                entete="Financeur",
                ordonner=True,
            )
        )
    briques.append(
        Tableau(
            titre="Programmation par financeur et nature de moyens",
            precision=f"euros, {s.annee}",
            cols=(
                Col("Financeur", largeur=18),
                Col("Moyens", largeur=15),
                Col("Dossiers", NOMBRE, 8),
                *(Col(m.libelle, m.type, 12) for m in MONTANTS),
                Col(f"Programmé {s.annee - 1}", EUROS, 12),
            ),
            lignes=tuple(
                Ligne((li.financeur, NATURES[li.nature], li.montants.dossiers, *quatre(li.montants), li.precedent))
                for li in p.par_financeur
            ),
            total=Ligne(
                (
                    "Ensemble, chaque dossier compté une fois",
                    VIDE,
                    c.dossiers,
                    *montants_totaux(s),
                    p.precedents.programme,
                )
            ),
            feuille="Financeurs",
            serre=True,
            source=source_des_montants(s),
            fictif=p.fictif,
            vide="Aucune demande de financement.",
        )
    )
    reste = sum((e.reste for e in p.enveloppes), ZERO)
    briques += [
        SousTitre("Ce qui reste dans les enveloppes", "enveloppes"),
        Tableau(
            titre="Enveloppes de l’année",
            precision=f"euros, {s.annee}, reste à programmer : {typo.euros(reste)}" if p.enveloppes else str(s.annee),
            cols=(
                Col("Financeur", largeur=15),
                Col("Dispositif", largeur=28),
                Col("Moyens", largeur=15),
                Col("État", largeur=10),
                Col("Montant", EUROS, 10),
                Col("Consommé", EUROS, 10),
                Col("Reste", EUROS, 10),
            ),
            lignes=tuple(
                Ligne(
                    (
                        e.financeur,
                        e.dispositif,
                        NATURES[e.nature],
                        "notifiée" if e.notifiee else "attendue",
                        e.montant + e.depassement,
                        e.consomme,
                        e.reste,
                    )
                )
                for e in p.enveloppes
            ),
            total=Ligne(
                (
                    "Ensemble",
                    VIDE,
                    VIDE,
                    VIDE,
                    sum((e.montant + e.depassement for e in p.enveloppes), ZERO),
                    sum((e.consomme for e in p.enveloppes), ZERO),
                    reste,
                )
            )
            if p.enveloppes
            else None,
            feuille="Enveloppes",
            repliee=True,
            source=phrase(
                "Consommé : programmé, ou voté une fois l’acte pris. Montant : dépassement autorisé compris."
            ),
            fictif=p.fictif,
            serre=True,
        ),
    ]
    return Section("financeurs", "La programmation par financeur", constat, tuple(briques))
