"""The programming of the year: by orientation, funder and place, CPO share, ordinary means, list of actions."""

from __future__ import annotations

from decimal import Decimal

from acteurs.models import TypeOrganisme
from commun import typographie as typo
from commun.colonnes import TypeColonne
from commun.graphiques import Barre, barres_empilees, barres_horizontales
from commun.pdf import PLAFOND_LIGNES, plafonner
from programmation.lectures.programmation_annuelle import Montants, Ventilation

from ...lectures.synthese import Synthese
from ..blocs import VIDE, Brique, Col, Ligne, Section, SousTitre, Tableau, Texte
from .decisions import sens_cpo
from .mots import NATURES, NON_RENSEIGNE, ZERO, capitale, compter, en_pourcent, enumerer, millions, part, phrase

_EUROS, _NOMBRE, _POURCENT = TypeColonne.EUROS, TypeColonne.NOMBRE, TypeColonne.POURCENT
_MONTANTS = (
    Col("Demandé", _EUROS, 12),
    Col("Proposé", _EUROS, 12),
    Col("Programmé", _EUROS, 12),
    Col("Voté", _EUROS, 12),
)


BARRES_AU_PLUS = 10  # beyond, the table tells it better


def _quatre(m: Montants) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    return m.demande, m.propose, m.programme, m.vote


def _mesure(s: Synthese) -> tuple[str, str]:
    """What the charts show: the amount programmed or, before the COPIL, the amount asked; the field and its word."""
    return ("programme", "programmé") if s.programmation.chiffres.programme else ("demande", "demandé")


def _total(s: Synthese) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    c = s.programmation.chiffres
    return c.demande, c.propose, c.programme, c.vote


def _source(s: Synthese) -> str:
    return phrase(
        f"Source : dossiers et demandes de financement {s.annee}, à la date d’extraction. "
        "Programmé : validé par le COPIL. Voté : décidé par l’acte du financeur."
    )


def par_orientation(s: Synthese) -> Section:
    """Which orientation receives what, against last year."""
    p = s.programmation
    c, a = p.chiffres, p.precedents
    lignes = p.par_orientation
    champ, mot = _mesure(s)
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
                Col("Dossiers", _NOMBRE, 8),
                Col("Actions", _NOMBRE, 8),
                *_MONTANTS,
                Col(f"Programmé {a.annee}", _EUROS, 12),
            ),
            lignes=tuple(
                Ligne((li.nom, li.montants.dossiers, li.montants.actions, *_quatre(li.montants), li.precedent))
                for li in lignes
            ),
            total=Ligne(("Ensemble", c.dossiers, c.actions, *_total(s), a.programme)),
            feuille="Orientations",
            serre=True,
            source=_source(s) + phrase(" Les axes transversaux ne portent pas d’euros et ne s’additionnent pas."),
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
                    Col("Dossiers", _NOMBRE),
                    Col("Actions", _NOMBRE),
                    Col("Porteurs", _NOMBRE),
                    Col("Demandé", _EUROS),
                    Col("Programmé", _EUROS),
                    Col("Voté", _EUROS),
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


def par_financeur(s: Synthese) -> Section:
    """Who brings what, and what is left in the envelopes."""
    p = s.programmation
    c = p.chiffres
    champ, mot = _mesure(s)
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
                Col("Dossiers", _NOMBRE, 8),
                *(Col(m.libelle, m.type, 12) for m in _MONTANTS),
                Col(f"Programmé {s.annee - 1}", _EUROS, 12),
            ),
            lignes=tuple(
                Ligne((li.financeur, NATURES[li.nature], li.montants.dossiers, *_quatre(li.montants), li.precedent))
                for li in p.par_financeur
            ),
            total=Ligne(
                (
                    "Ensemble, chaque dossier compté une fois",
                    VIDE,
                    c.dossiers,
                    *_total(s),
                    p.precedents.programme,
                )
            ),
            feuille="Financeurs",
            serre=True,
            source=_source(s),
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
                Col("Montant", _EUROS, 10),
                Col("Consommé", _EUROS, 10),
                Col("Reste", _EUROS, 10),
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
    champ, mot = _mesure(s)
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
                Col("Actions", _NOMBRE, 8),
                *_MONTANTS,
                Col("Part du programmé", _POURCENT, 12),
            ),
            lignes=tuple(
                Ligne(
                    (li.nom, li.montants.actions, *_quatre(li.montants), part(li.montants.programme, c.programme)),
                    forte=li.genre in ("ensemble", "non_territorialise", "non_localise"),
                )
                for li in lignes
            ),
            total=Ligne(
                ("Ensemble, chaque action comptée une fois", c.actions, *_total(s), part(c.programme, c.programme))
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
                sous_titre="Part des crédits spécifiques de l’État programmés en CPO, en % de l’enveloppe notifiée",
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
                Col("Crédits de l’État en CPO", _EUROS, 15),
                Col("Enveloppe de l’État", _EUROS, 15, NON_RENSEIGNE),
                Col("Part en montant", _POURCENT, 12),
                Col("Manque", _EUROS, 12),
                Col("CPO", _NOMBRE, 8),
                Col("Toutes conventions", _NOMBRE, 12),
                Col("Part en nombre", _POURCENT, 12, "non calculable"),
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
                f"programmés) rapportés à son enveloppe {'notifiée' if c.base_notifiee else 'attendue, faute de notification'}. "
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
                Col("Droit commun", _EUROS),
                Col("Crédits spécifiques", _EUROS),
                Col("Ensemble", _EUROS),
                Col("Part du droit commun", _POURCENT),
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
                Col("Moyens recensés", _NOMBRE),
                Col("Organismes", _NOMBRE),
                Col("Restant à organiser", _NOMBRE),
                Col("Engagements de droit commun", _NOMBRE),
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
            cols=(Col("État", largeur=50), Col("Demandes", _NOMBRE), Col("Montant", _EUROS)),
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
                    Col("Demandé", _EUROS, 8),
                    Col("Programmé", _EUROS, 8),
                    Col("Voté", _EUROS, 8),
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
