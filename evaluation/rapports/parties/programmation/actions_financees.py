"""The funded actions: what became of last year's, the list of this year's."""

from __future__ import annotations

from commun import typographie as typo
from commun.graphiques import Barre, barres_horizontales
from commun.pdf import PLAFOND_LIGNES, plafonner

from ....lectures.synthese import Synthese
from ...blocs import VIDE, Brique, Col, Ligne, Section, SousTitre, Tableau, Texte
from ..mots import NON_RENSEIGNE, ZERO, capitale, compter, phrase
from .mesures import EUROS, NOMBRE


def suites(s: Synthese) -> Section:
    """What became of last year's decisions, request by request."""
    lignes = s.programmation.etats_demandes_precedents
    annee = s.annee - 1
    par_code = {li.code: li for li in lignes}
    soldees = par_code["soldee"].nombre if "soldee" in par_code else 0
    retenues = sum(
        li.nombre for li in lignes if li.code not in ("demandee", "proposee", "refusee", "ajournee", "annulee")
    )
    constat = phrase(
        (
            f"{typo.pluriel(soldees, 'financement')} sur {retenues} "
            f"{typo.accord(soldees, 'est soldé', 'sont soldés')} parmi ceux décidés en {annee}."
            if soldees
            else f"Aucun des {typo.pluriel(retenues, 'financement')} de {annee} n’est encore soldé."
        )
        if retenues
        else f"Aucun financement n’a été décidé en {annee}."
        if lignes
        else f"Les suites de la programmation {annee} ne sont pas renseignées."
    )
    briques: list[Brique] = []
    if lignes:
        briques.append(
            barres_horizontales(
                [Barre(li.nom, li.nombre, accent=li.code == "soldee") for li in lignes],
                titre=capitale(
                    f"{compter(soldees, 'financement')} {annee} {typo.accord(soldees, 'soldé', 'soldés')} sur {retenues}"
                ),
                sous_titre=f"Nombre de demandes de financement {annee} par état, à la date d’extraction",
                ecrire=typo.nombre,
                entete="État",
                nom_valeur="Demandes",
                ordonner=False,
            )
        )
    briques += [
        Tableau(
            titre=f"Les demandes de financement {annee} par état",
            precision=f"programmation {annee}, à la date d’extraction",
            cols=(Col("État", largeur=50), Col("Demandes", NOMBRE), Col("Montant", EUROS)),
            lignes=tuple(Ligne((li.nom, li.nombre, li.montant)) for li in lignes),
            total=Ligne(("Ensemble", sum(li.nombre for li in lignes), sum((li.montant for li in lignes), ZERO)))
            if lignes
            else None,
            feuille="Suites N-1",
            serre=True,
            source=phrase(
                "Une demande par financeur, dispositif et nature. Montant : voté, à défaut programmé, à défaut demandé."
            ),
            fictif=s.programmation.fictif,
        ),
        Texte(phrase(f"Bilans qualitatifs des actions {annee} : non renseigné.")),
    ]
    return Section("suites", f"Ce que sont devenues les décisions de {annee}", constat, tuple(briques), suite=True)


def liste(s: Synthese) -> Section:
    """Every action with at least one funding programmed."""
    p = s.programmation
    gardees = plafonner(p.actions, PLAFOND_LIGNES)
    constat = phrase(
        f"{typo.pluriel(len(p.actions), 'action')} {typo.accord(len(p.actions), 'reçoit', 'reçoivent')} au moins un "
        f"financement programmé en {s.annee}."
        if p.actions
        else f"Aucune action n’est encore programmée en {s.annee}."
    )
    briques: list[Brique] = []
    for orientation in dict.fromkeys(a.orientation for a in gardees.lignes):
        siennes = [a for a in gardees.lignes if a.orientation == orientation]
        briques += [
            SousTitre(orientation, f"actions-{len(briques) // 2 + 1}"),
            Tableau(
                titre=phrase(
                    f"{orientation} : {typo.pluriel(len(siennes), 'action programmée', 'actions programmées')}"
                ),
                precision=f"euros, {s.annee}",
                cols=(
                    Col("Action", largeur=35),
                    Col("Porteur", largeur=18),
                    Col("Lieux", largeur=22),
                    Col("Demandé", EUROS, 8),
                    Col("Programmé", EUROS, 8),
                    Col("Voté", EUROS, 8),
                ),
                lignes=tuple(
                    Ligne(
                        (
                            typo.typographie(f"{a.numero} {a.intitule}" + (" (CPO)" if a.cpo else "")),
                            a.porteur,
                            a.lieux,
                            a.demande,
                            a.programme,
                            a.vote,
                        ),
                        fictif=a.fictif,
                    )
                    for a in siennes
                ),
                total=Ligne(
                    (
                        "Ensemble",
                        VIDE,
                        VIDE,
                        sum((a.demande for a in siennes), ZERO),
                        sum((a.programme for a in siennes), ZERO),
                        sum((a.vote for a in siennes), ZERO),
                    )
                ),
                feuille=f"Actions {len(briques) // 2 + 1}",
                repliee=True,
                fictif=all(a.fictif for a in siennes),
                serre=True,
            ),
        ]
    if gardees.omises:
        briques.append(
            Texte(
                phrase(f"{typo.pluriel(gardees.omises, 'action')} de plus : la suite est dans le tableur joint."),
                "note",
            )
        )
    if not p.actions:
        briques.append(Texte(NON_RENSEIGNE))
    return Section("actions", "La liste des actions financées", constat, tuple(briques))
