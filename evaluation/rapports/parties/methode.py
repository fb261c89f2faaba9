"""Other funders' calls, and how the report was made: years, definitions, missing data, date of extraction."""

from __future__ import annotations

from django.utils import timezone

from commun import typographie as typo
from commun.colonnes import TypeColonne

from ...lectures.synthese import Synthese
from ..blocs import Col, Definitions, Ligne, Section, SousTitre, Tableau, Texte
from .mots import NON_RENSEIGNE, phrase

_DATE = TypeColonne.DATE


def appels(s: Synthese) -> Section:
    """Calls of other funders that concern the quarters."""
    dates = [a for a in s.appels if a.ouvre_le or a.ferme_le or a.periode]
    constat = phrase(
        f"{typo.pluriel(len(s.appels), 'appel ou dispositif', 'appels ou dispositifs')} d’autres financeurs "
        f"{typo.accord(len(s.appels), 'concerne', 'concernent')} les quartiers ; la période de {len(dates)} est connue."
        if s.appels
        else "Aucun appel d’un autre financeur n’est renseigné."
    )
    return Section(
        "appels",
        "Les autres appels à projets",
        constat,
        (
            Tableau(
                titre="Appels et dispositifs des autres financeurs",
                precision="calendrier connu à la date d’extraction",
                cols=(
                    Col("Organisme", largeur=20),
                    Col("Appel", largeur=40),
                    Col("Période", absent=NON_RENSEIGNE),
                    Col("Ouvre le", _DATE, 12),
                    Col("Ferme le", _DATE, 12),
                ),
                lignes=tuple(
                    Ligne((a.organisme, typo.typographie(a.nom), a.periode, a.ouvre_le, a.ferme_le)) for a in s.appels
                ),
                feuille="Autres appels",
                repliee=True,
                serre=True,
            ),
        ),
        suite=True,
    )


def methode(s: Synthese) -> Section:
    """Years, definitions, what is missing."""
    le = timezone.localtime(s.extrait_le)
    e, p, n = s.engagements, s.programmation, s.annee
    manques = (
        (f"Dossiers {n} sans lieu", p.sans_localisation, p.chiffres.dossiers),
        (f"Dossiers {n} sans objectif du contrat", p.sans_objectif, p.chiffres.dossiers),
        (f"Dossiers {n} reliés à aucun engagement", p.sans_engagement, p.chiffres.dossiers),
        (f"Actions {n} sans public renseigné", p.chiffres.publics_inconnus, p.chiffres.actions),
        ("Engagements sans information", e.total.etats[-1], e.total.total),
        ("Engagements dont le responsable n’est pas nommé", e.sans_organisme, e.total.total),
        ("Engagements sans échéance", e.sans_echeance, e.total.total),
        ("Engagements sans cible chiffrée", e.sans_cible, e.total.total),
        (f"Engagements sans déclaration depuis {n - 1}", e.non_actualises, e.total.total),
        (f"Actions TFPB {n - 1} sans réalisé", s.tfpb.total.actions_sans_realise, s.tfpb.total.actions),
        (
            f"Quartiers dont l’abattement {n - 1} n’est pas communiqué",
            s.tfpb.total.abattement.perimetres_inconnus,
            s.tfpb.total.abattement.perimetres,
        ),
        (
            "Périmètres sans population connue",
            sum(1 for x in s.perimetres if x.habitants is None),
            len(s.perimetres),
        ),
        ("Périmètres sans contour", sum(1 for x in s.perimetres if not x.contour), len(s.perimetres)),
    )
    return Section(
        "methode",
        "Méthode, définitions et données manquantes",
        phrase(
            f"Tous les chiffres ont été extraits ensemble le {typo.date_longue(le)} à {le.hour} h {le.minute:02d} ; "
            "ils ne changent plus dans cette version."
        ),
        (
            Definitions(
                (
                    (
                        "Années",
                        phrase(
                            f"Programmation : {n}. Suites des décisions et TFPB réalisée : {n - 1}. Engagements, décisions et renouvellement urbain : à la date d’extraction."
                        ),
                    ),
                    ("Dossier déposé", phrase("Dossier sorti du brouillon et non retiré par son porteur.")),
                    ("Demandé", phrase("Somme des demandes faites à chaque financeur, hors demandes annulées.")),
                    (
                        "Proposé",
                        phrase(
                            "Montant proposé par le financeur et partagé avec les cofinanceurs. Les brouillons d’un financeur ne sont jamais comptés."
                        ),
                    ),
                    (
                        "Programmé",
                        phrase("Montant validé par le COPIL. Le COPIL valide une programmation ; il n’attribue rien."),
                    ),
                    ("Voté", phrase("Montant rendu ferme par l’acte du financeur : délibération ou arrêté.")),
                    (
                        "Action programmée",
                        phrase(
                            "Dossier dont au moins une demande est programmée ou votée ; comptée une fois quel que soit le nombre de financeurs."
                        ),
                    ),
                    (
                        "Répartition par lieu",
                        phrase(
                            "Les euros d’un dossier suivent ses parts par lieu. « Ensemble des QPV » et « non territorialisé » restent des lignes à part : la somme des lignes est le total."
                        ),
                    ),
                    (
                        "Part des CPO",
                        phrase(
                            "Crédits spécifiques de l’État retenus en convention pluriannuelle, rapportés à son enveloppe de l’année, section de fonctionnement ; ce qui n’est pas encore notifié compte pour ce qui est attendu."
                        ),
                    ),
                    (
                        "Engagement en retard",
                        phrase("Échéance passée, sans que l’engagement soit déclaré tenu ni abandonné."),
                    ),
                    (
                        "Non communiqué, nd, secret",
                        phrase(
                            "Donnée que le partenaire n’a pas transmise, que la source ne donne pas, ou que le secret statistique protège. Aucune n’est comptée comme un zéro."
                        ),
                    ),
                )
            ),
            SousTitre("Ce qui manque", "donnees-manquantes"),
            Tableau(
                titre="Données manquantes",
                precision="nombre, à la date d’extraction",
                cols=(
                    Col("Donnée", largeur=60),
                    Col("Manquantes", TypeColonne.NOMBRE),
                    Col("Sur", TypeColonne.NOMBRE),
                ),
                lignes=tuple(Ligne(ligne) for ligne in manques),
                feuille="Données manquantes",
                serre=True,
            ),
            *(
                (
                    Texte(
                        phrase(
                            "Les dossiers, montants, enveloppes, déclarations et programmes TFPB de cette édition sont "
                            "fictifs : ils illustrent le fonctionnement de l’outil. Les périmètres, engagements, moyens "
                            "et indicateurs viennent du contrat."
                        ),
                        "note",
                    ),
                )
                if s.fictif
                else ()
            ),
        ),
        suite=True,
    )
