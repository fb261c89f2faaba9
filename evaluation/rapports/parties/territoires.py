"""The places of the contract and what is known of them: perimeters, inhabitants, indicators."""

from __future__ import annotations

from commun import typographie as typo
from commun.colonnes import TypeColonne
from commun.graphiques import Barre, barres_horizontales
from commun.recherche import normaliser
from geographie.lectures import SerieIndicateur, Valeur

from ...lectures.synthese import Synthese
from ..blocs import VIDE, Brique, Col, Ligne, Section, SousTitre, Tableau, Texte
from ..carte import carte_des_perimetres
from .mots import NON_RENSEIGNE, compter, en_pourcent, part, phrase

_NOMBRE = TypeColonne.NOMBRE
# Told first when the contract has them: one figure per great theme.
CHOISIS = (
    "population",
    "taux_pauvrete",
    "taux_emploi",
    "minima_couverture",
    "c2s_total",
    "scolarisation_15_24",
    "defm_abc",
)


def perimetres(s: Synthese) -> Section:
    """The map where contours are known; the list of perimeters with their inhabitants always."""
    lieux = s.perimetres
    qpv = [p for p in lieux if p.type == "qpv"]
    connus = [p for p in qpv if p.habitants is not None]
    habitants = sum(p.habitants or 0 for p in connus)
    complet = len(connus) == len(qpv)
    if connus:
        premier = connus[0]
        poids = en_pourcent(part(premier.habitants or 0, habitants))
        constat = phrase(
            f"{typo.pluriel(len(qpv), 'quartier prioritaire', 'quartiers prioritaires')} et "
            f"{typo.nombre(habitants)} habitants"
            + ("" if complet else f" dans les {len(connus)} dont la population est connue")
            + f" ; {premier.nom} en compte {poids}."
        )
    else:
        constat = phrase(
            f"{typo.pluriel(len(qpv), 'quartier prioritaire', 'quartiers prioritaires')} ; population non renseignée."
        )
    briques: list[Brique] = []
    carte = carte_des_perimetres(lieux, s.annee)
    if carte is not None:
        briques.append(carte)
    elif connus:
        briques.append(
            barres_horizontales(
                [Barre(p.nom, p.habitants, accent=p is premier) for p in qpv],
                titre=phrase(f"{premier.nom} compte {poids} des habitants des quartiers prioritaires"),
                sous_titre=f"Habitants par quartier prioritaire, périmètres en vigueur en {s.annee}",
                entete="Quartier",
                nom_valeur="Habitants",
            )
        )
    briques.append(
        Tableau(
            titre="Périmètres d’intervention du contrat",
            precision=f"en vigueur au 1er janvier {s.annee}",
            cols=(
                Col("Périmètre", largeur=35),
                Col("Code", largeur=15),
                Col("Communes", largeur=25, absent=NON_RENSEIGNE),
                Col("Habitants", _NOMBRE, 12, "nd"),
                Col("Millésime", largeur=10, absent="nd"),
            ),
            lignes=tuple(
                ligne
                for type_nom in dict.fromkeys(p.type_nom for p in lieux)
                for ligne in (
                    Ligne((type_nom, VIDE, VIDE, _somme(s, type_nom), VIDE), forte=True),
                    *(
                        Ligne(
                            (
                                typo.typographie(p.nom) + (" *" if p.est_une_part else ""),
                                p.code,
                                ", ".join(p.communes),
                                p.habitants,
                                str(p.millesime) if p.millesime else None,
                            )
                        )
                        for p in lieux
                        if p.type_nom == type_nom
                    ),
                )
            ),
            feuille="Périmètres",
            repliee=True,
            source=phrase(
                "* Part du quartier située dans l’agglomération. « nd » : population non donnée par les sources.",
                "" if carte else "Les contours ne sont pas renseignés : la liste remplace la carte.",
            ),
            serre=True,
        )
    )
    return Section("perimetres", "Les quartiers du contrat", constat, tuple(briques))


def _somme(s: Synthese, type_nom: str) -> int | None:
    """Inhabitants of one kind of perimeter, only when every one of them is known."""
    valeurs = [p.habitants for p in s.perimetres if p.type_nom == type_nom]
    return None if None in valeurs else sum(v for v in valeurs if v is not None)


def indicateurs(s: Synthese) -> Section:
    """The indicators with source and vintage; secret and unknown shown as such, nothing summed."""
    series = s.indicateurs
    quartiers = _quartiers(series)
    secrets = sum(1 for x in series for v in x.valeurs if v.statut == "secret")
    absents = sum(1 for x in series for v in x.valeurs if v.statut in ("nd", "vide"))
    constat = phrase(
        f"{typo.pluriel(len(series), 'indicateur')} {typo.accord(len(series), 'décrit', 'décrivent')} les quartiers, "
        f"{_periode(series)} ; "
        f"{compter(secrets, 'valeur', aucun='aucune')} sous secret statistique, "
        f"{typo.nombre(absents)} {typo.accord(absents, 'non disponible', 'non disponibles')}."
        if series
        else "Aucun indicateur n’est renseigné."
    )
    briques: list[Brique] = []
    par_code = {x.code: x for x in series}
    emploi = par_code.get("taux_emploi")
    if emploi is not None:
        briques.append(_graphique_emploi(emploi))
    briques.append(Texte(phrase("Suivi de cohortes : non renseigné. Baromètre des quartiers : non renseigné.")))
    comparees = _territoires_de_comparaison(series)
    briques.append(
        Tableau(
            titre="Les indicateurs et leurs territoires de comparaison",
            precision="dernier millésime de chaque indicateur",
            cols=(
                Col("Indicateur", largeur=25),
                Col("Source", largeur=15, absent=NON_RENSEIGNE),
                Col("Millésime", largeur=8),
                *(Col(_court(nom), largeur=10, absent="nd", droite=True) for nom in comparees),
                Col("Étendue des quartiers", absent="nd", droite=True),
            ),
            lignes=tuple(
                ligne
                for theme in sorted({x.theme for x in series}, key=normaliser)
                for ligne in (
                    Ligne((theme, *(VIDE for _ in range(len(comparees) + 3))), forte=True),
                    *(
                        Ligne(
                            (
                                typo.typographie(f"{x.nom} ({x.unite})"),
                                typo.typographie(x.producteur),
                                x.millesime,
                                *(_ecrire(_valeur(x, nom)) for nom in comparees),
                                _etendue(x),
                            )
                        )
                        for x in series
                        if x.theme == theme
                    ),
                )
            ),
            feuille="Indicateurs",
            repliee=True,
            serre=True,
        )
    )
    choisis = [par_code[code] for code in CHOISIS if code in par_code and _etendue(par_code[code])]
    if choisis and quartiers:
        briques += [
            SousTitre("Quartier par quartier", "indicateurs-quartiers"),
            Tableau(
                titre="Quelques indicateurs par quartier",
                precision="dernier millésime de chaque indicateur",
                cols=(
                    Col("Quartier", largeur=30),
                    *(Col(f"{x.nom}, {x.millesime}", unite=x.unite, absent="nd", droite=True) for x in choisis),
                ),
                lignes=tuple(
                    Ligne((typo.typographie(nom), *(_ecrire(_valeur(x, nom)) for x in choisis)))
                    for nom in _mesures_pour(choisis, quartiers)
                ),
                feuille="Quartiers détaillés",
                repliee=True,
                source=phrase(
                    f"Sources : {' ; '.join(f'{x.nom}, {_source(x)}' for x in choisis)}.",
                    "Géographie de chaque source : les mesures antérieures à 2024 portent sur les quartiers de la liste "
                    "de 2015. Un secret statistique ou une valeur absente n’est jamais un zéro, et rien n’est additionné.",
                ),
                serre=True,
            ),
        ]
    return Section("indicateurs", "Les indicateurs des quartiers", constat, tuple(briques))


def _source(serie: SerieIndicateur) -> str:
    return serie.producteur or NON_RENSEIGNE.lower()


def _graphique_emploi(serie: SerieIndicateur) -> Brique:
    valeurs = {v.territoire: v for v in serie.valeurs}
    comparees = [v for v in serie.valeurs if v.valeur is not None and not _est_un_quartier(v)]
    return barres_horizontales(
        [Barre(v.territoire, v.valeur, accent="QPV" in v.territoire) for v in comparees or valeurs.values()],
        titre="Le taux d’emploi des quartiers reste sous celui de l’agglomération"
        if _sous_l_agglomeration(serie)
        else "Le taux d’emploi des quartiers et de leurs territoires de comparaison",
        sous_titre=f"{serie.nom}, en {serie.unite}, {serie.millesime}, {serie.producteur}",
        ecrire=lambda v: typo.nombre(v, 1),
        entete="Territoire",
        nom_valeur=serie.nom,
    )


def _sous_l_agglomeration(serie: SerieIndicateur) -> bool:
    qpv = next(
        (v.valeur for v in serie.valeurs if v.territoire.startswith("QPV de ") and "France" not in v.territoire), None
    )
    agglomeration = next((v.valeur for v in serie.valeurs if v.territoire.startswith("Communauté")), None)
    return qpv is not None and agglomeration is not None and qpv < agglomeration


def _est_un_quartier(valeur: Valeur) -> bool:
    return valeur.genre == "perimetre"


def _quartiers(series: tuple[SerieIndicateur, ...]) -> list[str]:
    return sorted({v.territoire for x in series for v in x.valeurs if _est_un_quartier(v)})


def _mesures_pour(choisis: list[SerieIndicateur], quartiers: list[str]) -> list[str]:
    """The quarters that at least one of these indicators speaks of."""
    return [nom for nom in quartiers if any(_valeur(x, nom) is not None for x in choisis)]


def _territoires_de_comparaison(series: tuple[SerieIndicateur, ...]) -> list[str]:
    """The four territories that carry the most measures, beside the quarters themselves."""
    comptes: dict[str, int] = {}
    for serie in series:
        for valeur in serie.valeurs:
            if not _est_un_quartier(valeur):
                comptes[valeur.territoire] = comptes.get(valeur.territoire, 0) + 1
    return sorted(comptes, key=lambda nom: (-comptes[nom], nom))[:4]


def _court(nom: str) -> str:
    return (
        nom.replace(" (liste de 2015)", "")
        .replace("Communauté d’agglomération", "Agglo.")
        .replace("France métropolitaine", "France métrop.")
    )


def _periode(series: tuple[SerieIndicateur, ...]) -> str:
    """« de 2018 à 2022 »: the vintages that are years."""
    annees = sorted(x.millesime for x in series if x.millesime.isdigit())
    if not annees:
        return "sans millésime précisé"
    return f"de {annees[0]} à {annees[-1]}" if annees[0] != annees[-1] else f"en {annees[0]}"


def _valeur(serie: SerieIndicateur, territoire: str) -> Valeur | None:
    return next((v for v in serie.valeurs if v.territoire == territoire), None)


def _ecrire(valeur: Valeur | None) -> str | None:
    """A value, or the word that says why there is none."""
    if valeur is None:
        return None
    if valeur.valeur is None:
        return {"secret": "secret", "nd": "nd"}.get(valeur.statut, "vide")
    return typo.nombre(valeur.valeur, None)


def _etendue(serie: SerieIndicateur) -> str | None:
    """From the lowest to the highest quarter: a spread may be told of any indicator, a sum may not."""
    valeurs = [v.valeur for v in serie.valeurs if v.valeur is not None and _est_un_quartier(v)]
    if not valeurs:
        return None
    if min(valeurs) == max(valeurs):
        return typo.nombre(min(valeurs), None)
    return f"{typo.nombre(min(valeurs), None)} à {typo.nombre(max(valeurs), None)}"
