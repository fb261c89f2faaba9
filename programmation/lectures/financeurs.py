"""What funders' information systems read: the files that ask them, whole, with each funder's row as the page shows it.

Rows come as plain values, in as many queries whatever their number. Amounts are euros; what its reader may not read is
null or empty.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import F, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from commun.api.curseur import Position
from commun.auteur import Auteur
from commun.models import LigneJournal
from contrats.models import Contrat
from contrats.permissions import roles

from ..etats import EtatDemande, QualiteAvis
from ..models import Avis, DemandeFinancement, Dossier
from ..permissions import en_delegue
from ..regles.budget import LigneDeBudget
from .demande import demande_de
from .dossier import fiche, pour_la_fiche
from .versions import versions

Ligne = dict[str, Any]


def dossiers_a_instruire(contrat: Contrat, *, pour: Auteur) -> Any:  # the type of annotated rows
    """The files on which this author works, with `modifie_le`: when what it reads of each last changed.

    A file changes with each act on it, and on the rows that this reader sees as they are: a private draft stays silent.
    """
    lisibles = DemandeFinancement.objects.avec_montants_vus(pour, contrat).filter(
        etat_vu=F("etat"), dossier=OuterRef(OuterRef("pk"))
    )
    du_dossier = LigneJournal.objects.filter(cible_type=Dossier._meta.label_lower, cible_id=OuterRef("pk"))
    de_ses_lignes = LigneJournal.objects.filter(
        cible_type=DemandeFinancement._meta.label_lower, cible_id__in=lisibles.values("pk")
    )
    return Dossier.objects.instruits_par(pour, contrat).annotate(
        modifie_le=Greatest(Coalesce("depose_le", "cree_le"), _dernier(du_dossier), _dernier(de_ses_lignes))
    )


def _dernier(lignes: QuerySet[LigneJournal]) -> Subquery:
    return Subquery(lignes.order_by().values("cible_type").annotate(dernier=Max("fait_le")).values("dernier"))


def demandes_lisibles(contrat: Contrat, *, pour: Auteur) -> Any:
    """The requests of those files, with the amounts that this author may read."""
    lisibles = DemandeFinancement.objects.avec_montants_vus(pour, contrat).filter(
        dossier__in=Dossier.objects.instruits_par(pour, contrat).values("pk")
    )
    return lisibles.select_related("dossier", "financeur", "dispositif", "acte", "saisi_par_organisme")


def dossiers(objets: QuerySet[Dossier], *, pour: Auteur, contrat: Contrat) -> list[Ligne]:
    """Files of `dossiers_a_instruire` with their rows: three queries."""
    lus: list[Any] = list(
        objets.select_related("campagne", "porteur", "dispositif", "orientation", "theme_p147", "precedent")
    )
    lignes = _demandes_par_dossier(lus, pour=pour, contrat=contrat)
    return [{**_entete(lu), "demandes": lignes[lu.pk], "_position": Position(lu.modifie_le, lu.pk)} for lu in lus]


def dossier(objet: Dossier, *, pour: Auteur, contrat: Contrat, le: date) -> Ligne:
    """One file of `dossiers_a_instruire`, whole; papers of the organisation are those valid on `le`."""
    objet.contrat = contrat
    lue = fiche(objet, pour=pour, contrat=contrat)
    return {
        **_entete(objet),
        "demandes": _demandes_par_dossier([objet], pour=pour, contrat=contrat)[objet.pk],
        **_contenu(objet, le),
        "avis": [
            {
                "organisme_nom": avis.organisme,
                "sens": avis.sens,
                "texte": avis.texte,
                "rendu_le": avis.rendu_le,
                "saisi_par": avis.saisi_par,
            }
            for avis in lue.avis
        ],
        "an_passe": _an_passe(lue.an_passe),
        "alertes": list(lue.alertes),
    }


def un_dossier(contrat: Contrat, pk: int, *, pour: Auteur) -> Any:
    """The file of this number, with all that `dossier` reads joined; None when this author does not work on it."""
    annotes = dossiers_a_instruire(contrat, pour=pour).filter(pk=pk)
    trouve = annotes.values_list("modifie_le", flat=True).first()
    if trouve is None:
        return None
    objet = pour_la_fiche().get(pk=pk)
    objet.modifie_le = trouve
    return objet


def demandes(objets: Iterable[Any], *, pour: Auteur, contrat: Contrat) -> list[Ligne]:
    """Rows of `demandes_lisibles`: two queries. One's own come with the version that a write must match."""
    lues = list(objets)
    tenus = roles(pour, contrat)
    siennes = {d.pk for d in lues if tenus.pilote or d.financeur_id in tenus.organismes_instructeurs}
    rangs = versions(siennes)
    return [_demande(demande, rangs.get(demande.pk)) for demande in lues]


def avis_de(dossier: Dossier, *, pour: Auteur) -> Avis | None:
    """The opinion that the author's organisation gave on this file, in the quality in which it gives them."""
    qualite = QualiteAvis.DELEGUE if en_delegue(pour, dossier) else QualiteAvis.ORGANISME
    if pour.pour_le_compte_de is not None:
        qualite = QualiteAvis.ORGANISME
    organisme = pour.pour_le_compte_de or pour.organisme
    return Avis.objects.filter(dossier=dossier, organisme=organisme, qualite=qualite, comite=None).first()


def avis(objet: Avis) -> Ligne:
    """An opinion, as its organisation reads it back."""
    return {
        "dossier": str(objet.dossier_id),
        "organisme": str(objet.organisme_id),
        "sens": objet.sens,
        "texte": objet.texte,
        "rendu_le": objet.rendu_le,
    }


def _demandes_par_dossier(lus: list[Any], *, pour: Auteur, contrat: Contrat) -> dict[int, list[Ligne]]:
    lignes: dict[int, list[Ligne]] = defaultdict(list)
    choisies = demandes_lisibles(contrat, pour=pour).filter(dossier__in=[lu.pk for lu in lus])
    for ligne in demandes(choisies.order_by("financeur__nom", "nature", "pk"), pour=pour, contrat=contrat):
        lignes[int(ligne["dossier"])].append(ligne)
    return lignes


def _entete(lu: Any) -> Ligne:
    return {
        "id": str(lu.pk),
        "numero": lu.numero,
        "annee": lu.campagne.annee,
        "intitule": lu.intitule,
        "etat": lu.etat,
        "porteur": {"id": str(lu.porteur_id), "nom": lu.porteur.nom, "siret": lu.porteur.siret},
        "caractere": lu.caractere,
        "precedent": lu.precedent.numero if lu.precedent else None,
        "dispositif": lu.dispositif.code,
        "orientation": lu.orientation.code if lu.orientation else None,
        "theme_p147": lu.theme_p147.code if lu.theme_p147 else None,
        "cout_total": lu.cout_total,
        "depose_le": lu.depose_le,
        "numero_externe": lu.numero_externe,
        "fictif": lu.fictif,
        "modifie_le": lu.modifie_le,
    }


def _demande(demande: Any, version: int | None) -> Ligne:
    """One row; `version` is None on a row that its reader does not write, and then its numbers in other systems too."""
    vue = demande.etat_vu == demande.etat
    propose, vote = demande.propose_vu is not None, demande.vote_vu is not None
    sienne = version is not None
    refusee = vue and demande.etat == EtatDemande.REFUSEE  # an act may refuse, without an amount
    return {
        "id": str(demande.pk),
        "dossier": str(demande.dossier_id),
        "dossier_numero": demande.dossier.numero,
        "financeur": str(demande.financeur_id),
        "financeur_nom": demande.financeur.nom,
        "dispositif": demande.dispositif.code,
        "nature": demande.nature,
        "etat": demande.etat_vu,
        "montant_demande": demande.montant_demande,
        "montant_propose": demande.propose_vu,
        "montant_programme": demande.programme_vu,
        "montant_vote": demande.vote_vu,
        "partagee": demande.proposition_partagee if propose else None,
        "conditions": demande.conditions if propose else "",
        "motif": demande.motif if vue else "",
        "programme_le": demande.programme_le if demande.programme_vu is not None else None,
        "acte": _acte(demande.acte) if demande.acte and (vote or refusee) else None,
        "notifie_le": demande.notifie_le if vue else None,
        "numero_ej": demande.numero_ej if sienne else "",
        "numero_externe": demande.numero_externe if sienne else "",
        "saisi_par": str(demande.saisi_par_organisme) if vue and demande.saisi_par_organisme else "",
        "fictif": demande.fictif,
        "version": version,
    }


def _acte(acte: Any) -> Ligne:
    return {"instance": acte.instance, "numero": acte.numero, "pris_le": acte.pris_le}


def _an_passe(passe: Any) -> Ligne | None:
    if passe is None:
        return None
    return {
        "numero": passe.numero,
        "annee": passe.annee,
        "cout_total": passe.cout,
        "montant_demande": passe.demande,
        "montant_vote": passe.vote,
        "beneficiaires": passe.beneficiaires,
    }


def _contenu(objet: Dossier, le: date) -> Ligne:
    """The request in the order of its form, without the organisation's card: bank details and people stay on the pages."""
    demande = demande_de(objet, le)
    return {
        "objet": objet.objet,
        "resume": demande.resume,
        "besoin": demande.besoin,
        "buts": demande.buts,
        "droit_commun_insuffisant": demande.droit_commun_insuffisant,
        "objectifs": [objectif.code for objectif in objet.objectifs.all()],
        "axes_transversaux": [axe.code for axe in objet.axes_transversaux.all()],
        "lieux": _lieux(objet),
        "lieu": demande.lieu,
        "public": {
            "beneficiaires": demande.beneficiaires,
            "beneficiaires_qpv": demande.beneficiaires_qpv,
            "femmes": demande.femmes,
            "hommes": demande.hommes,
            "sexe_inconnu": demande.sexe_inconnu,
            "ages": [{"tranche": age.tranche, "nombre": age.nombre} for age in objet.ages.order_by("tranche")],
        },
        "debut": demande.debut,
        "fin": demande.fin,
        "calendrier": demande.calendrier,
        "moyens": demande.moyens,
        "partenaires": demande.partenaires,
        "indicateurs": [
            {"libelle": prevu.libelle, "unite": prevu.unite, "cible": prevu.cible} for prevu in demande.indicateurs
        ],
        "evaluation": demande.evaluation,
        "budget": {"lignes": [_ligne_de_budget(li) for li in demande.budget], "note": demande.note_budget},
        "pieces": [{"type": piece.type, "nom": piece.nom} for piece in demande.pieces],
        "attestations": [
            {"genre": a.genre, "version": a.version, "montant": a.montant, "acceptee_le": a.acceptee_le}
            for a in demande.attestations
        ],
    }


def _lieux(objet: Dossier) -> list[Ligne]:
    lieux = objet.localisations.select_related("version__perimetre", "commune").order_by("-part", "pk")
    return [
        {
            "mode": lieu.mode,
            "perimetre": lieu.version.perimetre.code if lieu.version else None,
            "commune": lieu.commune.code if lieu.commune else None,
            "part": lieu.part,
        }
        for lieu in lieux
    ]


def _ligne_de_budget(ligne: LigneDeBudget) -> Ligne:
    return {"sens": ligne.sens, "compte": ligne.compte, "libelle": ligne.libelle, "montant": ligne.montant}
