"""What follows the contract: commitments of the signatories, TFPB, reinforced actions, urban renewal."""

from __future__ import annotations

from decimal import Decimal

from commun import typographie as typo
from commun.colonnes import TypeColonne
from commun.graphiques import Barre, barres_horizontales
from contrats.etats import EtatEngagement
from tfpb.lectures import BailleurTfpb

from ...lectures.synthese import Synthese
from ..blocs import VIDE, Brique, Col, Encadre, Ligne, Section, SousTitre, Tableau
from .mots import NON_COMMUNIQUE, NON_RENSEIGNE, ZERO, en_pourcent, enumerer, millions, part, phrase

_EUROS, _NOMBRE, _POURCENT, _DATE = TypeColonne.EUROS, TypeColonne.NOMBRE, TypeColonne.POURCENT, TypeColonne.DATE
_CODES = [etat.value for etat in EtatEngagement]
_MUETS = _CODES.index("sans_information")
_TENUS = _CODES.index("tenu")
RETARDS_AU_PLUS = 40


def engagements(s: Synthese) -> Section:
    """The seven declared states, signatory by signatory; « sans information » is counted and shown (E-01)."""
    e = s.engagements
    total, muets = e.total.total, e.total.etats[_MUETS]
    constat = phrase(
        f"{typo.pluriel(e.total.etats[_TENUS], 'engagement')} sur {typo.nombre(total)} "
        f"{typo.accord(e.total.etats[_TENUS], 'est tenu', 'sont tenus')} ; "
        f"{typo.nombre(muets)} {typo.accord(muets, 'reste', 'restent')} sans information "
        f"({en_pourcent(part(muets, total))}) et {typo.nombre(e.total.en_retard)} "
        f"{typo.accord(e.total.en_retard, 'a', 'ont')} dépassé "
        f"{typo.accord(e.total.en_retard, 'son échéance', 'leur échéance')}."
        if total
        else "Aucun engagement n’est enregistré dans le contrat."
    )
    briques: list[Brique] = []
    if total:
        briques.append(
            barres_horizontales(
                [
                    Barre(nom, nombre, avant, accent=rang == _MUETS)
                    for rang, (nom, nombre, avant) in enumerate(zip(e.etats, e.total.etats, e.precedent, strict=True))
                ],
                titre=phrase(
                    f"{typo.nombre(muets)} {typo.accord(muets, 'engagement')} sur {typo.nombre(total)} "
                    f"{typo.accord(muets, 'n’a', 'n’ont')} pas d’information"
                ),
                sous_titre=f"Nombre d’engagements par état déclaré, au {typo.date_longue(e.le)} et fin {s.annee - 1}",
                ecrire=typo.nombre,
                entete="État déclaré",
                nom_valeur=typo.date_longue(e.le),
                nom_precedent=f"fin {s.annee - 1}",
                ordonner=False,
            )
        )
    briques += [
        Tableau(
            titre="Engagements par signataire et état déclaré",
            precision=f"nombre, au {typo.date_longue(e.le)}",
            cols=(
                Col("Signataire", largeur=22),
                *(Col(nom, _NOMBRE, 8) for nom in e.etats),
                Col("Total", _NOMBRE, 8),
                Col("En retard", _NOMBRE, 8),
            ),
            lignes=tuple(Ligne((x.signataire, *x.etats, x.total, x.en_retard)) for x in e.par_signataire),
            total=Ligne(("Ensemble", *e.total.etats, total, e.total.en_retard)) if total else None,
            feuille="Engagements",
            source=phrase(
                "État : dernière déclaration du signataire, jamais modifiée par le chef de projet. En retard : échéance "
                "passée, engagement ni tenu ni abandonné."
            ),
            fictif=e.fictif,
            mention="déclarations fictives",
            serre=True,
        ),
        Tableau(
            titre="Moyens déclarés par les signataires",
            precision=f"euros, déclarations de {s.annee}",
            cols=(
                Col("Signataire", largeur=50),
                Col("Droit commun mobilisé", _EUROS, 0, NON_COMMUNIQUE),
                Col("Crédits spécifiques mobilisés", _EUROS, 0, NON_COMMUNIQUE),
            ),
            lignes=tuple(Ligne((x.signataire, x.euros_droit_commun, x.euros_specifiques)) for x in e.par_signataire),
            total=Ligne(("Ensemble des montants déclarés", e.total.euros_droit_commun, e.total.euros_specifiques)),
            feuille="Moyens déclarés",
            serre=True,
            fictif=e.fictif,
            mention="déclarations fictives",
        ),
        SousTitre("Les engagements en retard", "retards"),
        Tableau(
            titre="Engagements dont l’échéance est passée",
            precision=f"au {typo.date_longue(e.le)}"
            + (f", les {RETARDS_AU_PLUS} plus anciens" if len(e.retards) > RETARDS_AU_PLUS else ""),
            cols=(
                Col("Engagement", largeur=45),
                Col("Signataire", largeur=18),
                Col("Échéance", _DATE, 12),
                Col("État déclaré", largeur=15),
                Col("Déclaré en", largeur=10, absent="jamais"),
            ),
            lignes=tuple(
                Ligne(
                    (
                        typo.typographie(f"{r.reference} {r.libelle}"),
                        r.signataire,
                        r.echeance,
                        r.etat_nom,
                        str(r.annee_declaration) if r.annee_declaration else None,
                    )
                )
                for r in e.retards[:RETARDS_AU_PLUS]
            ),
            feuille="Retards",
            repliee=True,
            vide="Aucun engagement n’est en retard.",
            fictif=bool(e.retards) and e.fictif,
            mention="déclarations fictives",
            serre=True,
        ),
    ]
    return Section("engagements", "Les engagements des signataires", constat, tuple(briques))


def tfpb(s: Synthese) -> Section:
    """The abatement: realised the year before, planned this year."""
    b = s.tfpb
    connus = [x for x in b.bailleurs if x.couverture is not None]
    sous = [x.bailleur for x in connus if x.couverture is not None and x.couverture < 100]
    muets = [x.bailleur for x in b.bailleurs if x.couverture is None]
    if not b.bailleurs:
        constat = phrase(f"Aucune donnée TFPB n’est renseignée pour {b.annee}.")
    else:
        fait = b.total.valorise_realise
        constat = phrase(
            f"Les bailleurs ont valorisé {typo.euros(fait)} en {b.annee}."
            if fait is not None
            else f"Le montant valorisé en {b.annee} n’est pas communiqué par tous les bailleurs.",
            f"{enumerer(sous)} {typo.accord(len(sous), 'reste', 'restent')} sous 100 % de l’abattement"
            + ("." if fait is not None else " (réalisé, à défaut prévu).")
            if sous
            else ("Chaque bailleur connu couvre son abattement." if connus else ""),
            f"Non calculable pour {enumerer(muets)}." if muets else "",
        )
    briques: list[Brique] = []
    if connus:
        briques.append(
            barres_horizontales(
                [Barre(x.bailleur, x.couverture, accent=x.bailleur in sous) for x in b.bailleurs],
                titre=phrase(
                    f"{typo.pluriel(len(sous), 'bailleur')} sous 100 % de l’abattement en {b.annee}"
                    if sous
                    else f"Tous les bailleurs connus couvrent leur abattement en {b.annee}"
                ),
                sous_titre=f"Taux de couverture : montant valorisé rapporté à l’abattement, en %, {b.annee}",
                ecrire=lambda v: en_pourcent(v) if v is not None else NON_COMMUNIQUE,
                entete="Bailleur",
                nom_valeur="Couverture",
                cible=100,
                nom_cible="Abattement",
            )
        )
    briques += [
        Tableau(
            titre="TFPB réalisée par bailleur",
            precision=f"euros, {b.annee}",
            cols=(
                Col("Bailleur", largeur=15),
                Col("Logements", _NOMBRE, 15, NON_COMMUNIQUE),
                Col("Abattement", _EUROS, 15, NON_COMMUNIQUE),
                Col("Abattement utilisé", largeur=18, absent=NON_COMMUNIQUE),
                Col("Dépense réalisée", _EUROS, 12, NON_COMMUNIQUE),
                Col("Valorisé réalisé", _EUROS, 12, NON_COMMUNIQUE),
                Col("Bilans reçus"),
            ),
            lignes=tuple(_ligne_bailleur(x) for x in b.bailleurs),
            total=_ligne_bailleur(b.total) if b.bailleurs else None,
            feuille="TFPB bailleurs",
            fictif=b.fictif,
            serre=True,
        ),
        Tableau(
            titre="Ratios par bailleur",
            precision=str(b.annee),
            cols=(
                Col("Bailleur", largeur=25),
                Col("Calculé sur"),
                Col("Abattement utilisé", absent=NON_COMMUNIQUE),
                Col("Couverture", _POURCENT, 0, "non calculable"),
                Col("Effet de levier", _NOMBRE, 0, "non calculable", "€ pour 1 €"),
                Col("Valorisé par logement", _EUROS, 0, "non calculable"),
            ),
            lignes=tuple(
                Ligne(
                    (
                        x.bailleur,
                        "réalisé" if x.valorise_realise is not None else "prévu",
                        x.abattement.nature,
                        x.couverture,
                        x.levier,
                        x.par_logement,
                    ),
                    forte=x is b.total,
                )
                for x in ([*b.bailleurs, b.total] if b.bailleurs else [])
            ),
            feuille="TFPB ratios",
            serre=True,
            source=phrase(
                "Couverture : valorisé / abattement. Effet de levier : dépense / valorisé (repère national 1,3 à 1,4). "
                "Valorisé par logement : repère national 183 €. Un abattement est « réel » quand l’avis d’imposition est connu "
                "pour tous les quartiers du bailleur, « estimé » sinon ; le total n’existe que si tous l’ont communiqué."
            ),
            fictif=b.fictif,
        ),
        *_axes(s),
        Tableau(
            titre="Programmes TFPB de l’année",
            precision=f"prévisionnel, euros, {s.tfpb_programme.annee}",
            cols=(
                Col("Bailleur", largeur=30),
                Col("Actions", _NOMBRE),
                Col("Dépense prévue", _EUROS),
                Col("Valorisé prévu", _EUROS),
                Col("Abattement", _EUROS, 0, NON_COMMUNIQUE),
            ),
            lignes=tuple(
                Ligne((x.bailleur, x.actions, x.depense_prevue, x.valorise, x.abattement.montant))
                for x in s.tfpb_programme.bailleurs
            ),
            total=(
                Ligne(
                    (
                        "Ensemble",
                        s.tfpb_programme.total.actions,
                        s.tfpb_programme.total.depense_prevue,
                        s.tfpb_programme.total.valorise,
                        s.tfpb_programme.total.abattement.montant,
                    )
                )
                if s.tfpb_programme.bailleurs
                else None
            ),
            feuille="TFPB programme",
            serre=True,
            fictif=s.tfpb_programme.fictif,
        ),
    ]
    return Section("tfpb", "L’abattement de TFPB", constat, tuple(briques))


def _ligne_bailleur(x: BailleurTfpb) -> Ligne:
    inconnus = x.abattement.perimetres_inconnus
    return Ligne(
        (
            x.bailleur,
            x.logements,
            x.abattement.montant,
            x.abattement.nature
            or (
                f"manque pour {typo.pluriel(inconnus, 'quartier')} sur {x.abattement.perimetres}" if inconnus else None
            ),
            x.depense_realisee,
            x.valorise_realise,
            f"{x.bilans_recus} sur {x.programmes}" if x.programmes else "aucun programme",
        )
    )


def _axes(s: Synthese) -> list[Brique]:
    b = s.tfpb
    servis = [a for a in b.axes if a.valorise_realise]
    briques: list[Brique] = [SousTitre("Par axe du cadre national", "tfpb-axes")]
    if servis:
        premier = max(servis, key=lambda a: a.valorise_realise or ZERO)
        briques.append(
            barres_horizontales(
                [Barre(f"{a.axe}. {a.nom}", a.valorise_realise, accent=a is premier) for a in b.axes],
                titre=phrase(f"« {premier.nom} » : premier axe, {typo.euros(premier.valorise_realise)} valorisés"),
                sous_titre=f"Montant valorisé réalisé par axe, euros, {b.annee}",
                ecrire=lambda v: millions(v) if v is not None else NON_COMMUNIQUE,
                entete="Axe",
                nom_valeur="Valorisé",
                ordonner=False,
            )
        )
    briques.append(
        Tableau(
            titre="TFPB réalisée par axe",
            precision=f"euros, {b.annee}",
            cols=(
                Col("Axe", largeur=35),
                Col("Famille", largeur=15),
                Col("Actions", _NOMBRE, 8),
                Col("Dépense prévue", _EUROS),
                Col("Dépense réalisée", _EUROS, 0, NON_COMMUNIQUE),
                Col("Valorisé réalisé", _EUROS, 0, NON_COMMUNIQUE),
            ),
            lignes=tuple(
                Ligne(
                    (
                        f"{a.axe}. {a.nom}",
                        a.famille,
                        a.actions,
                        a.depense_prevue,
                        a.depense_realisee if a.actions else ZERO,
                        a.valorise_realise if a.actions else ZERO,
                    )
                )
                for a in b.axes
            )
            if b.bailleurs
            else (),
            total=Ligne(
                (
                    "Ensemble",
                    VIDE,
                    b.total.actions,
                    b.total.depense_prevue,
                    b.total.depense_realisee,
                    b.total.valorise_realise,
                )
            )
            if b.bailleurs
            else None,
            feuille="TFPB axes",
            serre=True,
            fictif=b.fictif,
        )
    )
    return briques


def renforcees(s: Synthese) -> Section:
    """The few actions reported at each strategic COPIL (E-02)."""
    actions = s.renforcees
    sans_point = [a for a in actions if a.le is None]
    difficiles = [a for a in actions if a.etat == "en_difficulte"]
    manque = s.renforcees_attendues - len(actions)
    constat = phrase(
        f"{typo.pluriel(len(actions), 'action suivie', 'actions suivies')} de près, {s.renforcees_attendues} attendues ; "
        + (
            f"{typo.pluriel(len(difficiles), 'action')} en difficulté."
            if difficiles
            else "aucune n’est déclarée en difficulté."
        )
        if actions
        else "Les actions à suivi renforcé ne sont pas renseignées.",
        f"{typo.pluriel(len(sans_point), 'action')} sans point d’étape." if sans_point else "",
        f"{typo.pluriel(manque, 'action')} {typo.accord(manque, 'reste', 'restent')} à désigner."
        if actions and manque > 0
        else "",
    )
    briques: list[Brique] = []
    connues = [a for a in actions if a.avancement is not None]
    if connues:
        moins = min(connues, key=lambda a: a.avancement or 0)
        briques.append(
            barres_horizontales(
                [Barre(a.intitule, a.avancement, accent=a is moins) for a in actions],
                titre=phrase(f"« {moins.intitule} » est la moins avancée : {moins.avancement} %"),
                sous_titre="Avancement déclaré au dernier point d’étape, en %",
                ecrire=lambda v: en_pourcent(Decimal(v)) if v is not None else NON_RENSEIGNE,
                entete="Action",
                nom_valeur="Avancement",
                ordonner=False,
                cible=100,
                nom_cible="Achèvement",
            )
        )
    briques.append(
        Tableau(
            titre="Actions à suivi renforcé",
            precision=f"dernier point d’étape connu au {typo.date_longue(s.engagements.le)}",
            cols=(
                Col("Action", largeur=25),
                Col("Pilote", largeur=20, absent=NON_RENSEIGNE),
                Col("Point du", _DATE, 12, NON_RENSEIGNE),
                Col("État", largeur=10, absent=NON_RENSEIGNE),
                Col("Fait", _NOMBRE, 8, NON_RENSEIGNE, "%"),
                Col("Prochaine étape", absent=NON_RENSEIGNE),
            ),
            lignes=tuple(
                Ligne(
                    (
                        typo.typographie(a.intitule),
                        a.pilote,
                        a.le,
                        a.etat_nom,
                        a.avancement,
                        typo.typographie(a.prochaine_etape),
                    ),
                    fictif=a.fictif,
                )
                for a in actions
            ),
            feuille="Suivi renforcé",
            fictif=bool(actions) and all(a.fictif for a in actions),
        )
    )
    briques += [
        Encadre(
            typo.typographie(a.intitule),
            tuple(
                phrase(ligne)
                for ligne in (
                    f"Objectif : {a.objectif}" if a.objectif else "",
                    f"Point d’étape : {a.texte or NON_RENSEIGNE.lower()}",
                )
                if ligne
            ),
        )
        for a in actions
    ]
    return Section("suivi-renforce", "Les actions à suivi renforcé", constat, tuple(briques))


def renouvellement(s: Synthese) -> Section:
    """Urban renewal operations, their programme and their last known progress."""
    operations = s.operations
    couts = [o.cout for o in operations if o.cout is not None]
    rehabilites = [o.rehabilites for o in operations if o.rehabilites is not None]
    suivies = [o for o in operations if o.avancement is not None]
    constat = phrase(
        f"{typo.pluriel(len(operations), 'opération')} "
        f"{typo.accord(len(operations), 'transforme', 'transforment')} les quartiers ; l’avancement de "
        f"{len(suivies)} d’entre elles est connu."
        if operations
        else "Aucune opération de renouvellement urbain n’est renseignée."
    )
    briques: list[Brique] = []
    if suivies:
        premiere = max(suivies, key=lambda o: o.avancement or 0)
        briques.append(
            barres_horizontales(
                [Barre(o.nom, o.avancement, accent=o is premiere) for o in operations],
                titre=phrase(f"{premiere.nom} est la plus avancée : {premiere.avancement} %"),
                sous_titre="Avancement au dernier point connu, en %",
                ecrire=lambda v: en_pourcent(Decimal(v)) if v is not None else NON_RENSEIGNE,
                entete="Opération",
                nom_valeur="Avancement",
                cible=100,
                nom_cible="Achèvement",
            )
        )
    elif rehabilites:
        premiere = max(operations, key=lambda o: o.rehabilites or 0)
        briques.append(
            barres_horizontales(
                [Barre(o.nom, o.rehabilites, accent=o is premiere) for o in operations if o.rehabilites],
                titre=phrase(f"{premiere.nom} compte le plus de logements à réhabiliter : {premiere.rehabilites}"),
                sous_titre="Logements à réhabiliter par opération, nombre inscrit au contrat",
                entete="Opération",
                nom_valeur="Logements",
            )
        )
    briques.append(
        Tableau(
            titre="Opérations de renouvellement urbain",
            precision=f"dernier avancement connu au {typo.date_longue(s.engagements.le)}",
            cols=(
                Col("Opération", largeur=20),
                Col("Programme", largeur=8),
                Col("Coût", _EUROS, 10, "nd"),
                Col("Démolis", _NOMBRE, 8, "nd"),
                Col("Construits", _NOMBRE, 8, "nd"),
                Col("Réhabilités", _NOMBRE, 8, "nd"),
                Col("Point du", _DATE, 12, NON_RENSEIGNE),
                Col("Phase", absent=NON_RENSEIGNE),
                Col("Fait", _NOMBRE, 5, "nd", "%"),
            ),
            lignes=tuple(
                Ligne(
                    (
                        o.nom,
                        o.programme.split(" (")[0],
                        o.cout,
                        o.demolis,
                        o.construits,
                        o.rehabilites,
                        o.le,
                        phrase(o.phase, f"({o.commentaire.rstrip('.')})" if o.commentaire else ""),
                        o.avancement,
                    )
                )
                for o in operations
            ),
            feuille="Renouvellement urbain",
            fictif=any(o.fictif for o in operations),
            mention="avancements fictifs",
            source=phrase(
                "Logements en nombre ; « nd » : non donné par les sources.",
                f"Coût connu pour {typo.pluriel(len(couts), 'opération')} sur {len(operations)}." if operations else "",
            ),
            serre=True,
        )
    )
    return Section("renouvellement-urbain", "Le renouvellement urbain", constat, tuple(briques))
