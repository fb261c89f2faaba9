"""Writes the files of an import: thousands of them in a dozen statements, each act checked by its table of states."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.journal import inscrire_lot, preparer
from commun.models import LigneJournal
from commun.permissions import verifier
from commun.planificateur import compter
from commun.recherche import normaliser
from commun.vie import Vie
from contrats.models import Contrat

from ...etats import EtatDossier
from ...models import (
    Campagne,
    CaractereDossier,
    DemandeFinancement,
    Dossier,
    Localisation,
    OrigineDossier,
    PublicParAge,
)
from ...permissions import peut_importer
from ..complements import fermer_les_complements
from ..depot import relire_dossier
from ..ecriture_demande import jeunes
from ..numeros import prochains_numeros
from ..versions import garder_l_original, planifier_les_versions
from .examen import PIECE_D_IMPORT, DossierExamine, LigneDeDemande, examiner
from .saisie import CHAMPS, Issue, NouveauPorteur, ResultatDeDossier, SaisieDossier

PAR_ENVOI = 1000
BEAUCOUP = 500  # files, from which the planner is told of them
_LIBELLES = {
    OrigineDossier.DAUPHIN: "Dossier importé de Dauphin",
    OrigineDossier.TABLEUR: "Dossier importé d’un tableur",
}


def tenir_les_imports(campagne: Campagne) -> None:
    """One import at a time in a contract, until the end of the transaction: two must not create the same file."""
    Contrat.objects.select_for_update(no_key=True).get(pk=campagne.contrat_id)


@transaction.atomic
def importer_lot(
    campagne: Campagne,
    saisies: Sequence[SaisieDossier],
    *,
    origine: OrigineDossier,
    fichier: str,
    par: Auteur,
    le: datetime,
    essai: bool = False,
    tout_ou_rien: bool = True,
) -> list[ResultatDeDossier]:
    """Create or change one file per entry and say what became of each; the same entries again write nothing (S-16).

    What the COPIL validates and what a funder votes are never imported: a file goes no further than its instruction.
    The caller holds the campaign's imports (`tenir_les_imports`) since it read what stands here. `essai` only tells what would happen. With `tout_ou_rien` one refused file keeps all from being written. `fichier`
    is the name of the spreadsheet, kept in the journal.
    """
    verifier(peut_importer(par, campagne.contrat))
    piece = f"{PIECE_D_IMPORT}{fichier}"[:200]
    examines = examiner(saisies)
    refuse = any(e.issue is Issue.REFUSE for e in examines)
    if not essai and not (refuse and tout_ou_rien):
        ecrivain = _Ecrivain(campagne, origine, piece, par, le)
        with contraintes_en_francais():
            ecrivain.creer([e for e in examines if e.issue is Issue.CREE])
            ecrivain.modifier([e for e in examines if e.issue is Issue.MODIFIE])
        if changes := [e for e in examines if e.issue in (Issue.CREE, Issue.MODIFIE)]:
            modifies = [e.saisie.existant.pk for e in changes if e.saisie.existant is not None]
            planifier_les_versions(campagne, modifies, par=par)
        if sum(e.issue is Issue.CREE for e in examines) >= BEAUCOUP:
            compter((Dossier, DemandeFinancement, Localisation, LigneJournal, Organisme))
    return [
        ResultatDeDossier(
            e.saisie,
            e.issue,
            e.numero,
            tuple(e.differences),
            tuple(e.erreurs),
            tuple(e.remarques),
            tuple(e.restantes),
        )
        for e in examines
    ]


class _Ecrivain:
    """Writes examined files, with the import's author and moment."""

    def __init__(self, campagne: Campagne, origine: OrigineDossier, piece: str, par: Auteur, le: datetime) -> None:
        self.campagne, self.origine, self.piece, self.par, self.le = campagne, origine, piece, par, le

    # --- New files ----------------------------------------------------------------------------------------------------
    def creer(self, examines: list[DossierExamine]) -> None:
        """The organisations nobody had named, the files, their places, their rows, their journal."""
        if not examines:
            return
        porteurs = self._creer_les_porteurs(examines)
        numeros = prochains_numeros(self.campagne, len(examines))
        precedents = self._de_l_an_passe([e.saisie.porteur for e in examines if _reconduit(e)])
        vies = []
        dossiers = []
        for examine, numero in zip(examines, numeros, strict=True):
            saisie, examine.numero = examine.saisie, numero
            porteur = porteurs[saisie.porteur.siret] if isinstance(saisie.porteur, NouveauPorteur) else saisie.porteur
            dossier = Dossier(
                contrat_id=self.campagne.contrat_id,
                campagne=self.campagne,
                numero=numero,
                porteur=porteur,
                origine=self.origine,
                numero_externe=saisie.numero_externe,
                cree_par=self.par.utilisateur,
                fictif=self.campagne.fictif,
                **examine.champs,
            )
            _compter_les_jeunes(dossier, examine)
            if _reconduit(examine):
                dossier.precedent_id = precedents.get((porteur.pk, normaliser(dossier.intitule)))
            vies.append(self._vivre(dossier, examine, _LIBELLES[self.origine]))
            dossiers.append(dossier)
        Dossier.objects.bulk_create(dossiers, batch_size=PAR_ENVOI)
        self._ecrire_les_lieux(zip(dossiers, examines, strict=True))
        self._ecrire_les_ages(zip(dossiers, examines, strict=True))
        lignes = [(d, ligne) for d, e in zip(dossiers, examines, strict=True) for ligne in e.demandes]
        vies += self._creer_les_demandes(lignes)
        inscrire_lot(ligne for vie in vies for ligne in vie.lignes())

    def _creer_les_porteurs(self, examines: list[DossierExamine]) -> dict[str, Organisme]:
        """One organisation per SIRET; somebody may have named it since the spreadsheet was read."""
        nouveaux = {p.siret: p for e in examines if isinstance(p := e.saisie.porteur, NouveauPorteur)}
        connus = {o.siret: o for o in Organisme.objects.filter(siret__in=nouveaux)}
        crees = Organisme.objects.bulk_create(
            [
                Organisme(
                    nom=p.nom,
                    siret=p.siret,
                    siren=p.siret[:9],
                    type=p.type,
                    forme_juridique=p.forme_juridique,
                    source=self.piece,
                    fictif=self.campagne.fictif,
                )
                for siret, p in nouveaux.items()
                if siret not in connus
            ],
            batch_size=PAR_ENVOI,
        )
        inscrire_lot(
            preparer(o, acte="creer_organisme", libelle="Organisme créé par un import", par=self.par, le=self.le)
            for o in crees
        )
        return connus | {o.siret: o for o in crees}

    def _de_l_an_passe(self, porteurs: Iterable[Organisme | NouveauPorteur]) -> dict[tuple[int, str], int]:
        """Last year's files of these, by porteur and title: a renewal follows the one that bears the same title."""
        passes = Dossier.objects.filter(
            campagne__contrat=self.campagne.contrat_id,
            campagne__annee=self.campagne.annee - 1,
            porteur__in={p.pk for p in porteurs if isinstance(p, Organisme)},
        )
        return {
            (porteur, normaliser(intitule)): pk
            for pk, porteur, intitule in passes.order_by("-pk").values_list("pk", "porteur", "intitule")
        }

    # --- Files that stand here ----------------------------------------------------------------------------------------
    def modifier(self, examines: list[DossierExamine]) -> None:
        """What changes in each, and nothing else."""
        if not examines:
            return
        vies, dossiers, lieux, ages = [], [], [], []
        crees: list[tuple[Dossier, LigneDeDemande]] = []
        changees: list[LigneDeDemande] = []
        redits = [e.saisie.existant for e in examines if e.change_la_demande and e.saisie.existant is not None]
        for redit in redits:
            garder_l_original(relire_dossier(redit))
        completes = []
        for examine in examines:
            dossier = examine.saisie.existant
            assert dossier is not None
            if dossier.etat == EtatDossier.INCOMPLET and examine.actes:
                completes.append(dossier.pk)
            vie = self._vivre(dossier, examine, "Dossier mis à jour par un import")
            if examine.champs.get("caractere") == CaractereDossier.NOUVELLE:
                dossier.precedent = None
            vies.append(vie)
            dossiers.append(dossier)
            _compter_les_jeunes(dossier, examine)
            if examine.ages is not None:
                ages.append((dossier, examine))
            if examine.lieux:
                lieux.append((dossier, examine))
            for ligne in examine.demandes:
                if ligne.existante is None:
                    crees.append((dossier, ligne))
                elif ligne.changes or ligne.propose is not None or ligne.refuse:
                    ligne.existante.dossier = dossier
                    changees.append(ligne)
        champs = [*CHAMPS, "etat", "depose_le", "numero_externe", "precedent", "jeunes"]
        _mettre_a_jour(Dossier, dossiers, champs)
        Localisation.objects.filter(dossier__in=[d.pk for d, _ in lieux]).delete()
        self._ecrire_les_lieux(lieux)
        PublicParAge.objects.filter(dossier__in=[d.pk for d, _ in ages]).delete()
        self._ecrire_les_ages(ages)
        vies_changees = [self._changer(ligne) for ligne in changees]
        _mettre_a_jour(
            DemandeFinancement,
            [ligne.existante for ligne in changees],
            [
                *("montant_demande", "etat_externe", "numero_ej", "numero_externe", "etat", "motif"),
                *("montant_propose", "proposition_partagee", "saisi_par_organisme", "piece_source"),
            ],
        )
        nouvelles = self._creer_les_demandes(crees)
        inscrire_lot(ligne for vie in nouvelles for ligne in vie.lignes())
        inscrire_lot((ligne for vie in (*vies, *vies_changees) for ligne in vie.lignes()), nouveaux=False)
        fermer_les_complements(completes, le=self.le)

    def _changer(self, ligne: LigneDeDemande) -> Vie:
        """One row that stands here: its changes, then the proposal or the refusal read elsewhere."""
        demande = ligne.existante
        assert demande is not None
        vie = Vie(demande)
        if ligne.changes:
            avant = {nom: str(getattr(demande, nom)) for nom in ligne.changes}
            for nom, valeur in ligne.changes.items():
                setattr(demande, nom, valeur)
            self._noter(vie, "Demande mise à jour par un import", ligne.saisie.ligne, avant, ligne.changes)
        if not demande.numero_externe:
            demande.numero_externe = demande.dossier.numero_externe
        self._decider(vie, ligne)
        return vie

    # --- What both share ----------------------------------------------------------------------------------------------
    def _vivre(self, dossier: Dossier, examine: DossierExamine, libelle: str) -> Vie:
        """The journal line of the import, then the acts that bring the file to the state read elsewhere."""
        vie = Vie(dossier)
        saisie = examine.saisie
        avant = {nom: _simple(getattr(dossier, nom)) for nom in examine.champs} if saisie.existant is not None else {}
        for nom, valeur in examine.champs.items():
            setattr(dossier, nom, valeur)
        apres = examine.champs if saisie.existant is not None else {"numero_externe": saisie.numero_externe}
        self._noter(vie, libelle, saisie.lignes[0], avant, apres)
        for acte in examine.actes:
            champs = {"depose_le": saisie.depose_le} if acte == "deposer" else {}
            motif = self.piece if acte != "declarer_irrecevable" else f"Déclarée irrecevable ailleurs ({self.piece})"
            vie.faire(acte, self.le, self.par, motif=motif, champs=champs)
        return vie

    def _creer_les_demandes(self, lignes: Sequence[tuple[Dossier, LigneDeDemande]]) -> list[Vie]:
        vies = []
        demandes = []
        for dossier, ligne in lignes:
            saisie = ligne.saisie
            demande = DemandeFinancement(
                dossier=dossier,
                financeur=saisie.financeur,
                dispositif_id=saisie.dispositif.pk if saisie.dispositif is not None else dossier.dispositif_id,
                nature=saisie.nature or saisie.nature_par_defaut,
                montant_demande=saisie.montant_demande or Decimal(),
                etat_externe=saisie.etat_externe,
                numero_ej=saisie.numero_ej,
                numero_externe=dossier.numero_externe,
                fictif=self.campagne.fictif,
            )
            vie = Vie(demande)
            self._noter(vie, "Demande importée", saisie.ligne, {}, {"montant_demande": saisie.montant_demande})
            self._decider(vie, ligne)
            vies.append(vie)
            demandes.append(demande)
        DemandeFinancement.objects.bulk_create(demandes, batch_size=PAR_ENVOI)
        return vies

    def _decider(self, vie: Vie, ligne: LigneDeDemande) -> None:
        """A proposal, or a refusal, that its funder made elsewhere: written *pour le compte de*, with the spreadsheet."""
        saisie = ligne.saisie
        par = self.par.au_nom_de(saisie.financeur)
        saisi_par = self.par.organisme if par.pour_le_compte_de is not None else None
        champs = {"saisi_par_organisme": saisi_par, "piece_source": self.piece}
        if ligne.refuse:
            motif = f"{saisie.etat_externe or 'Rejetée'} dans l’autre téléservice"
            vie.faire("refuser", self.le, par, motif=motif, champs={**champs, "motif": motif})
        elif ligne.propose is not None:
            proposition = {"montant_propose": ligne.propose, "proposition_partagee": True}
            vie.faire("proposer", self.le, par, motif=self.piece, champs={**champs, **proposition})

    def _ecrire_les_lieux(self, couples: Iterable[tuple[Dossier, DossierExamine]]) -> None:
        Localisation.objects.bulk_create(
            [
                Localisation(
                    dossier=dossier, mode=lieu.mode, version=lieu.version, commune=lieu.commune, part=lieu.part
                )
                for dossier, examine in couples
                for lieu in examine.saisie.lieux or ()
            ],
            batch_size=PAR_ENVOI,
        )

    def _ecrire_les_ages(self, couples: Iterable[tuple[Dossier, DossierExamine]]) -> None:
        PublicParAge.objects.bulk_create(
            [
                PublicParAge(dossier=dossier, tranche=tranche, nombre=nombre)
                for dossier, examine in couples
                for tranche, nombre in (examine.ages or {}).items()
            ],
            batch_size=PAR_ENVOI,
        )

    def _noter(self, vie: Vie, libelle: str, ligne: int, avant: dict[str, Any], apres: Any) -> None:
        vie.actes.append(
            {
                "acte": "importer",
                "libelle": libelle,
                "par": self.par,
                "le": self.le,
                "motif": f"{self.piece}, ligne {ligne}",
                "avant": avant,
                "apres": {nom: _simple(valeur) for nom, valeur in apres.items()},
            }
        )


def _reconduit(examine: DossierExamine) -> bool:
    return examine.champs.get("caractere") == CaractereDossier.RECONDUITE


def _compter_les_jeunes(dossier: Dossier, examine: DossierExamine) -> None:
    if examine.ages is not None:
        dossier.jeunes = jeunes(examine.ages)


def _mettre_a_jour(modele: Any, objets: Sequence[Any], champs: Sequence[str]) -> None:
    """One INSERT … ON CONFLICT for a thousand rows: `bulk_update` writes a CASE per row and column."""
    if objets:
        modele.objects.bulk_create(
            objets, batch_size=PAR_ENVOI, update_conflicts=True, unique_fields=["id"], update_fields=list(champs)
        )


def _simple(valeur: Any) -> Any:
    """A value as the journal keeps it."""
    return valeur if valeur is None or isinstance(valeur, bool | int | str) else str(valeur)
