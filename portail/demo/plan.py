"""The plan d'actions, the communal volets and the actors' cards of a contract's text.

They are written once: what people change of them afterwards is theirs, and stays when the fixtures are read again.
"""

from __future__ import annotations

from collections.abc import Mapping

from acteurs.models import Organisme
from commun.typographie import date_chiffres
from contrats.etats import EtatDocument
from contrats.models import ActeDecision, ActionContrat, Contrat, FicheActeur, Objectif, VoletCommunal
from geographie.models import Commune

from .lecture import jour, lignes, poser, provenance, relier


def charger_plan(dossier: str, contrat: Contrat, organismes: Mapping[str, Organisme]) -> None:
    """Load what is not in the base yet, for one contract."""
    objectifs = {o.code: o for o in Objectif.objects.filter(orientation__contrat=contrat)}
    _actions(dossier, contrat, organismes, objectifs)
    _volets(dossier, contrat, organismes, objectifs)
    _fiches(dossier, contrat, organismes)


def _actions(
    dossier: str, contrat: Contrat, organismes: Mapping[str, Organisme], objectifs: Mapping[str, Objectif]
) -> None:
    """What the text says is done, to improve, to do or to check for each objective."""
    deja = set(contrat.plan.values_list("objectif__code", "intitule"))
    lues = [a for a in lignes(f"{dossier}/plan_actions.csv") if (a["objectif"], a["libelle"]) not in deja]
    actions = poser(
        ActionContrat,
        ("objectif_id", "intitule"),
        (
            {
                "objectif_id": objectifs[ligne["objectif"]].pk,
                "intitule": ligne["libelle"],
                "statut": ligne["etat"],
                "organisme_id": organismes[ligne["organisme"]].pk if ligne["organisme"] else None,
                "prochaine_etape": ligne["prochaine_etape"],
                "source": provenance(ligne),
            }
            for ligne in lues
        ),
        contrat=contrat,
    )
    engagements = {e.reference: e for e in contrat.engagements.all()}
    posees = [(actions[objectifs[ligne["objectif"]].pk, ligne["libelle"]], ligne) for ligne in lues]
    relier(
        ActionContrat.partenaires, [(a, organismes[cle]) for a, ligne in posees for cle in _codes(ligne, "partenaires")]
    )
    relier(
        ActionContrat.engagements, [(a, engagements[r]) for a, ligne in posees for r in _codes(ligne, "engagements")]
    )


def _volets(
    dossier: str, contrat: Contrat, organismes: Mapping[str, Organisme], objectifs: Mapping[str, Objectif]
) -> None:
    """The volets that communes voted; the objectives of the second level are those that the commune selects."""
    communes = {c.code: c for c in Commune.objects.all()}
    deja = set(contrat.volets.values_list("commune__code", flat=True))
    lues = [ligne for ligne in lignes(f"{dossier}/volets.csv") if ligne["commune"] not in deja]
    actes = {(a.organisme_id, a.numero): a for a in ActeDecision.objects.filter(contrat=contrat)}
    volets = poser(
        VoletCommunal,
        ("commune_id",),
        (
            {
                "commune_id": communes[ligne["commune"]].pk,
                "etat": EtatDocument(ligne["etat"]),
                "texte": _texte(ligne),
                "acte_id": actes[organismes[f"commune-{ligne['commune']}"].pk, ligne["acte"]].pk,
                "source": provenance(ligne),
            }
            for ligne in lues
        ),
        contrat=contrat,
    )
    retenus = [objectifs[o["code"]] for o in lignes(f"{dossier}/objectifs.csv") if o.get("niveau") == "volet"]
    nouveaux = [volets[(communes[ligne["commune"]].pk,)] for ligne in lues]
    relier(VoletCommunal.objectifs, [(volet, objectif) for volet in nouveaux for objectif in retenus])


def _texte(ligne: Mapping[str, str]) -> str:
    """What the text tells of the volet itself: when it was written, and what it announces."""
    du, au = jour(ligne["redige_du"]), jour(ligne["redige_au"])
    periode = f", rédigé du {date_chiffres(du)} au {date_chiffres(au)}" if du and au else ""
    return f"{ligne['libelle']}{periode}. {ligne['note']}.".strip()


def _fiches(dossier: str, contrat: Contrat, organismes: Mapping[str, Organisme]) -> None:
    """Who does what; nobody has checked these cards since the contract was signed."""
    deja = set(contrat.fiches.values_list("organisme_id", flat=True))
    lues = [ligne for ligne in lignes(f"{dossier}/acteurs.csv") if organismes[ligne["organisme"]].pk not in deja]
    poser(
        FicheActeur,
        ("organisme_id",),
        (
            {
                "organisme_id": organismes[ligne["organisme"]].pk,
                "missions": f"{ligne['missions']}\n\nSource\u00a0: {provenance(ligne)}.",
                "publics": ligne["publics"],
                "actions": ligne["actions"],
                "contact": ligne["contact"],
            }
            for ligne in lues
        ),
        contrat=contrat,
    )


def _codes(ligne: Mapping[str, str], colonne: str) -> list[str]:
    return list(filter(None, ligne[colonne].split(";")))
