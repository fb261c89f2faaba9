"""The templates of letters: written version after version, never changed once written."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier
from contrats.models import Contrat

from ..etats import GenreCourrier
from ..lectures.courriers import modele_lu
from ..models import ModeleCourrier
from ..permissions import peut_ecrire_le_modele
from ..regles.courriers import CHAMPS_DU_COURRIER, TexteDeCourrier
from ..regles.fusion import fautes_de_fusion


@transaction.atomic
def ecrire_le_modele(
    contrat: Contrat,
    financeur: Organisme | None,
    genre: str,
    *,
    texte: TexteDeCourrier,
    depuis: int,
    par: Auteur,
    le: datetime,
) -> ModeleCourrier:
    """Write the next version of a template, common when `financeur` is None; `depuis` is the version that was read.

    Raises:
        RegleEnfreinte: a merge field that is not known, nothing changed, or somebody else wrote a version meanwhile.
    """
    verifier(peut_ecrire_le_modele(par, contrat, financeur))
    verifier_le_texte(texte)
    lu = modele_lu(contrat, financeur, genre)
    sien = (
        lu.modele if lu.modele is not None and lu.modele.financeur_id == (financeur.pk if financeur else None) else None
    )
    if (sien.version if sien else 0) != depuis:
        raise RegleEnfreinte("Une autre version a été écrite pendant votre saisie : relisez-la avant d’enregistrer.")
    if texte == lu.texte:
        raise RegleEnfreinte("Ce texte est celui qui est déjà en vigueur : rien n’est à enregistrer.")
    return _nouvelle_version(contrat, financeur, genre, texte, par=par, le=le)


@transaction.atomic
def revenir_au_modele_commun(
    contrat: Contrat, financeur: Organisme, genre: str, *, par: Auteur, le: datetime
) -> ModeleCourrier:
    """The funder's next letters take the common template again; its own versions stay readable."""
    verifier(peut_ecrire_le_modele(par, contrat, financeur))
    modele = (
        ModeleCourrier.objects.select_for_update(of=("self",))
        .filter(contrat=contrat, financeur=financeur, genre=genre, en_vigueur=True)
        .first()
    )
    if modele is None:
        raise RegleEnfreinte(f"{financeur.nom_court} prend déjà le modèle commun.")
    modele.en_vigueur = False
    modele.save(update_fields=["en_vigueur"])
    inscrire(modele, acte="retirer_le_modele", libelle="Modèle de courrier retiré", par=par, le=le)
    return modele


def modele_a_utiliser(
    contrat: Contrat, financeur: Organisme, genre: str, *, par: Auteur, le: datetime
) -> ModeleCourrier:
    """The version that a new letter takes; the text that everyone starts from becomes the common version 1."""
    lu = modele_lu(contrat, financeur, genre)
    if lu.modele is not None:
        return lu.modele
    return _nouvelle_version(contrat, None, genre, lu.texte, par=par, le=le)


def verifier_le_texte(texte: TexteDeCourrier) -> None:
    """Refuse an empty part, or a merge field that is not known, beside the field where it stands."""
    for champ in ("objet", "corps", "qualite"):
        valeur = getattr(texte, champ)
        if not valeur.strip():
            raise RegleEnfreinte("Ce texte est vide.", champ=champ)
        if fautes := fautes_de_fusion(valeur, CHAMPS_DU_COURRIER):
            raise RegleEnfreinte(" ".join(fautes), champ=champ, code="champ_inconnu")


def _nouvelle_version(
    contrat: Contrat, financeur: Organisme | None, genre: str, texte: TexteDeCourrier, *, par: Auteur, le: datetime
) -> ModeleCourrier:
    versions = ModeleCourrier.objects.select_for_update(of=("self",)).filter(
        contrat=contrat, financeur=financeur, genre=genre
    )
    derniere = max((modele.version for modele in versions), default=0)
    versions.filter(en_vigueur=True).update(en_vigueur=False)
    with contraintes_en_francais(), transaction.atomic():
        modele = ModeleCourrier.objects.create(
            contrat=contrat,
            financeur=financeur,
            genre=GenreCourrier(genre),
            version=derniere + 1,
            objet=texte.objet,
            corps=texte.corps,
            qualite=texte.qualite,
            cree_le=le,
            cree_par=par.utilisateur,
        )
    inscrire(
        modele,
        acte="ecrire_le_modele",
        libelle="Modèle de courrier écrit",
        par=par,
        le=le,
        apres={"version": modele.version, "genre": str(modele.genre)},
    )
    return modele
