"""A file as one reader sees it: its ledger of funders, opinions, last year, journal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone

from commun.auteur import Auteur
from commun.models import LigneJournal
from commun.permissions import Reponse
from commun.typographie import euros
from contrats.models import Contrat, NatureMoyens
from contrats.permissions import roles

from ..etats import DEMANDE_FERME, DEMANDE_PROPOSE, EtatDemande, EtatDossier
from ..models import Avis, BudgetPrevisionnel, DemandeFinancement, Dossier, LigneBudget, SensLigne
from ..models.avis import nom_selon_la_qualite
from ..permissions import (
    instruit,
    peut_notifier,
    peut_proposer,
    peut_rectifier,
    peut_refuser,
    peut_reprendre_la_demande,
    peut_voter,
    seulement_consulte,
)
from ..regles import Accord, accord, alertes_public, manque_pour_equilibrer
from ..regles.plans_budget import SUBVENTION_DEMANDEE, est_en_nature
from .eligibilite import alertes_des_lieux
from .lieux import Lieu, lieux_du_dossier
from .proximite import alerte_de_cumul, seance_de_decision

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class LigneFinanceur:
    """One request: what was asked, proposed, programmed, voted, in euros; what this reader may do with it."""

    pk: int
    financeur: str
    financeur_id: int
    dispositif: str
    nature: str
    nature_libelle: str
    etat: str
    etat_libelle: str
    demande: Decimal
    propose: Decimal | None
    programme: Decimal | None
    vote: Decimal | None
    an_passe: Decimal | None
    conditions: str
    motif: str
    acte: str
    saisi_par: str
    privee: bool
    a_moi: bool
    proposer: Reponse
    voter: Reponse
    refuser: Reponse
    rectifier: Reponse
    notifier: Reponse
    reprendre: Reponse
    fictif: bool

    @property
    def ferme(self) -> bool:
        return self.etat in DEMANDE_FERME

    @property
    def apport(self) -> Decimal:
        """What it brings as known today: voted, else programmed, else proposed, else asked; nothing once refused."""
        if self.etat == EtatDemande.REFUSEE:
            return ZERO
        connus = (self.vote, self.programme, self.propose)
        return next((montant for montant in connus if montant is not None), self.demande)


@dataclass(frozen=True, slots=True)
class GroupeFinanceur:
    """A funder's rows together: the State may pay from P147 and from FIPD."""

    financeur: str
    lignes: tuple[LigneFinanceur, ...]


@dataclass(frozen=True, slots=True)
class Livre:
    """The balanced ledger of a file, in euros."""

    groupes: tuple[GroupeFinanceur, ...]
    cout: Decimal  # 0 when nobody has given it
    autres_produits: Decimal | None  # None without a budget: imported files have none
    demande: Decimal
    propose: Decimal
    programme: Decimal
    vote: Decimal
    manque: Decimal | None  # None when the other income or the cost is unknown
    accord: Accord

    @property
    def lignes(self) -> list[LigneFinanceur]:
        return [ligne for groupe in self.groupes for ligne in groupe.lignes]

    @property
    def a_la_table_du_copil(self) -> list[LigneFinanceur]:
        """The proposals that a validation would programme: shared, above 0."""
        return [li for li in self.lignes if li.etat == EtatDemande.PROPOSEE and not li.privee and li.propose]

    @property
    def hors_de_la_table(self) -> list[LigneFinanceur]:
        """The rows that a validation would leave as they are: not proposed yet, or one's own draft."""
        attendues = (EtatDemande.DEMANDEE, EtatDemande.PROPOSEE)
        return [li for li in self.lignes if li.etat in attendues and li not in self.a_la_table_du_copil]

    @property
    def surplus(self) -> Decimal:
        """Euros brought beyond the cost of the action."""
        return max(ZERO, -(self.manque or ZERO))

    @property
    def en_moins(self) -> Decimal:
        """Euros that the funders do not bring of what they were asked: all that is known without a budget."""
        lignes = [ligne for ligne in self.lignes if ligne.etat != EtatDemande.ANNULEE]
        return sum((max(ZERO, ligne.demande - ligne.apport) for ligne in lignes), ZERO)


@dataclass(frozen=True, slots=True)
class AvisLu:
    organisme: str
    sens: str
    sens_libelle: str
    texte: str
    rendu_le: datetime
    saisi_par: str


@dataclass(frozen=True, slots=True)
class LigneBudgetLue:
    compte: str
    libelle: str
    montant: int


@dataclass(frozen=True, slots=True)
class Budget:
    """Both sides of the forecast budget, in whole euros; contributions in kind (86, 87) apart."""

    charges: tuple[LigneBudgetLue, ...]
    produits: tuple[LigneBudgetLue, ...]
    nature_charges: tuple[LigneBudgetLue, ...]
    nature_produits: tuple[LigneBudgetLue, ...]

    @property
    def total_charges(self) -> int:
        return sum(ligne.montant for ligne in self.charges)

    @property
    def total_produits(self) -> int:
        return sum(ligne.montant for ligne in self.produits)

    @property
    def equilibre(self) -> bool:
        return self.total_charges == self.total_produits


@dataclass(frozen=True, slots=True)
class AnPasse:
    """The renewed file of the year before: what was asked and made firm, in euros."""

    numero: str
    annee: int
    etat_libelle: str
    cout: Decimal
    demande: Decimal
    vote: Decimal | None
    beneficiaires: int | None


@dataclass(frozen=True, slots=True)
class LigneDeVie:
    """A line of the journal, as people read it."""

    numero: int
    le: datetime
    libelle: str
    auteur: str
    organisme: str
    pour_le_compte_de: str
    motif: str
    auteur_id: int | None = None


@dataclass(frozen=True, slots=True)
class ProchainActe:
    """What the file waits for, who does it, and until when where a date is known."""

    libelle: str
    qui: str = ""
    echeance: date | None = None


@dataclass(frozen=True, slots=True)
class Fiche:
    """All that the page of a file shows to one reader."""

    dossier: Dossier
    etat: str  # as this reader may know it
    etat_libelle: str
    lieux: tuple[Lieu, ...]
    livre: Livre
    prochain: ProchainActe
    avis: tuple[AvisLu, ...]
    budget: Budget | None
    an_passe: AnPasse | None
    vie: tuple[LigneDeVie, ...]
    alertes: tuple[str, ...]
    annee: int


def fiche(dossier: Dossier, *, pour: Auteur, contrat: Contrat) -> Fiche:
    """Read the whole page of `dossier`, already found through `visibles_par`; a constant number of queries."""
    lus = Dossier.objects.filter(pk__in=[dossier.pk, dossier.precedent_id]).avec_etat_vu(pour, contrat)
    etats = dict(lus.values_list("pk", "etat_vu"))
    demandes = _demandes(dossier, pour, contrat)
    travaille = instruit(pour, dossier)
    # Consulted only: neither the others' opinions nor what the funders answer, this year and the last.
    miens = roles(pour, contrat).organismes_instructeurs if seulement_consulte(pour, dossier) else None
    passees = _demandes(dossier.precedent, pour, contrat) if dossier.precedent and miens is None else []
    budget = _budget(dossier)
    livre = _livre(dossier, demandes, passees, pour, contrat)
    return Fiche(
        dossier=dossier,
        etat=etats[dossier.pk],
        etat_libelle=EtatDossier(etats[dossier.pk]).label,
        lieux=lieux_du_dossier(dossier),
        livre=livre,
        prochain=_prochain_acte(dossier, etats[dossier.pk], livre),
        avis=_avis(dossier, seulement_de=miens) if travaille else (),
        budget=budget,
        an_passe=_an_passe(dossier, passees, etats) if miens is None else None,
        vie=_vie(dossier, demandes, pour, contrat, seulement_de=miens) if travaille else (),
        alertes=(*_alertes(dossier, budget), *alertes_des_lieux(dossier, demandes), *_cumul(dossier, pour)),
        annee=dossier.campagne.annee,
    )


def _cumul(dossier: Dossier, pour: Auteur) -> list[str]:
    alerte = alerte_de_cumul(dossier, pour=pour)
    return [alerte] if alerte else []


def livre_du_dossier(dossier: Dossier, *, pour: Auteur, contrat: Contrat) -> Livre:
    """The ledger alone, without last year's; a constant number of queries."""
    return _livre(dossier, _demandes(dossier, pour, contrat), [], pour, contrat)


def pour_la_fiche() -> Any:
    """The relations that `fiche` reads, joined once."""
    return Dossier.objects.select_related(
        "contrat",
        "campagne",
        "porteur",
        "orientation",
        "theme_p147",
        "dispositif",
        "convention",
        "instructeur",
        "precedent__campagne",
    ).prefetch_related("axes_transversaux", "objectifs", "engagements__organisme")


def _demandes(dossier: Dossier, pour: Auteur, contrat: Contrat) -> list[DemandeFinancement]:
    lues = list(
        dossier.demandes.avec_montants_vus(pour, contrat)
        .select_related("financeur", "dispositif", "acte", "saisi_par_organisme", "enveloppe")
        .order_by("financeur__type", "financeur__nom", "nature")
    )
    for demande in lues:
        demande.dossier = dossier  # permissions read the file's state and contract without a query per row
    return lues


def _livre(
    dossier: Dossier,
    demandes: list[DemandeFinancement],
    passees: list[DemandeFinancement],
    pour: Auteur,
    contrat: Contrat,
) -> Livre:
    an_passe = {(d.financeur_id, d.nature): d.vote_vu for d in passees}  # type: ignore[attr-defined]
    miens = roles(pour, contrat).organismes_instructeurs
    groupes: dict[str, list[LigneFinanceur]] = defaultdict(list)
    for demande in demandes:
        groupes[demande.financeur.nom_court].append(_ligne(demande, an_passe, miens, pour))
    lignes = [ligne for groupe in groupes.values() for ligne in groupe if ligne.etat != EtatDemande.ANNULEE]
    autres = _autres_produits(dossier)
    return Livre(
        groupes=tuple(GroupeFinanceur(nom, tuple(groupe)) for nom, groupe in groupes.items()),
        cout=dossier.cout_total,
        autres_produits=autres,
        demande=sum((ligne.demande for ligne in lignes), ZERO),
        propose=sum((ligne.propose or ZERO for ligne in lignes if ligne.etat in DEMANDE_PROPOSE), ZERO),
        programme=sum((ligne.programme or ZERO for ligne in lignes), ZERO),
        vote=sum((ligne.vote or ZERO for ligne in lignes), ZERO),
        manque=manque_connu(dossier.cout_total, autres, [ligne.apport for ligne in lignes]),
        accord=accord([(ligne.financeur_id, ligne.etat) for ligne in lignes]),
    )


def _ligne(
    demande: DemandeFinancement, an_passe: dict[tuple[int, str], Decimal | None], miens: frozenset[int], pour: Auteur
) -> LigneFinanceur:
    vue: Any = demande
    visible = vue.etat_vu == demande.etat
    refusee = visible and demande.etat == EtatDemande.REFUSEE  # an act may refuse, without an amount
    return LigneFinanceur(
        pk=demande.pk,
        financeur=demande.financeur.nom_court,
        financeur_id=demande.financeur_id,
        dispositif=demande.dispositif.nom,
        nature=demande.nature,
        nature_libelle=NatureMoyens(demande.nature).label,
        etat=vue.etat_vu,
        etat_libelle=EtatDemande(vue.etat_vu).label,
        demande=demande.montant_demande,
        propose=vue.propose_vu,
        programme=vue.programme_vu,
        vote=vue.vote_vu,
        an_passe=an_passe.get((demande.financeur_id, demande.nature)),
        conditions=demande.conditions if vue.propose_vu is not None else "",
        motif=demande.motif if visible else "",
        acte=str(demande.acte) if demande.acte and (vue.vote_vu is not None or refusee) else "",
        saisi_par=str(demande.saisi_par_organisme) if demande.saisi_par_organisme and visible else "",
        privee=not demande.proposition_partagee and vue.propose_vu is not None,
        a_moi=demande.financeur_id in miens,
        proposer=peut_proposer(pour, demande),
        voter=peut_voter(pour, demande),
        refuser=peut_refuser(pour, demande),
        rectifier=peut_rectifier(pour, demande),
        notifier=peut_notifier(pour, demande),
        reprendre=peut_reprendre_la_demande(pour, demande),
        fictif=demande.fictif,
    )


def manque_connu(cout: Decimal, autres_produits: Decimal | None, apports: Iterable[Decimal]) -> Decimal | None:
    """Euros still to find; None when the cost or the other income is unknown."""
    if not cout or autres_produits is None:
        return None
    return manque_pour_equilibrer(cout, autres_produits, apports)


def _autres_produits(dossier: Dossier) -> Decimal | None:
    """Income of the action that no funder of the ledger brings: own resources, fees, aid from outside the call. Euros.

    None as long as no budget says it: without any expense, what stands there are the requests themselves.
    """
    lignes = list(LigneBudget.objects.filter(budget__dossier=dossier))
    if not any(ligne.sens == SensLigne.CHARGE for ligne in lignes):
        return None
    produits = [ligne for ligne in lignes if ligne.sens == SensLigne.PRODUIT]
    return Decimal(
        sum(
            ligne.montant
            for ligne in produits
            if ligne.compte != SUBVENTION_DEMANDEE and not est_en_nature(ligne.compte)
        )
    )


def _avis(dossier: Dossier, *, seulement_de: frozenset[int] | None) -> tuple[AvisLu, ...]:
    """Opinions, shared among those who instruct; of these organisations alone for who is only consulted."""
    lus = Avis.objects.filter(dossier=dossier).select_related("organisme", "comite", "saisi_par_organisme")
    if seulement_de is not None:
        lus = lus.filter(organisme__in=seulement_de)
    return tuple(
        AvisLu(
            organisme=avis.comite.nom if avis.comite else nom_selon_la_qualite(avis.organisme, avis.qualite),
            sens=avis.sens,
            sens_libelle=avis.get_sens_display(),
            texte=avis.texte,
            rendu_le=avis.rendu_le,
            saisi_par=str(avis.saisi_par_organisme) if avis.saisi_par_organisme else "",
        )
        for avis in lus
    )


def _budget(dossier: Dossier) -> Budget | None:
    budget = BudgetPrevisionnel.objects.filter(dossier=dossier).prefetch_related("lignes").first()
    if budget is None:
        return None
    lignes = sorted(budget.lignes.all(), key=lambda ligne: ligne.ordre)

    def cote(sens: str, *, en_nature: bool) -> tuple[LigneBudgetLue, ...]:
        return tuple(
            LigneBudgetLue(ligne.compte, ligne.libelle, ligne.montant)
            for ligne in lignes
            if ligne.sens == sens and ligne.compte.startswith(("86", "87")) is en_nature
        )

    return Budget(
        charges=cote(SensLigne.CHARGE, en_nature=False),
        produits=cote(SensLigne.PRODUIT, en_nature=False),
        nature_charges=cote(SensLigne.CHARGE, en_nature=True),
        nature_produits=cote(SensLigne.PRODUIT, en_nature=True),
    )


def _an_passe(dossier: Dossier, passees: list[DemandeFinancement], etats: dict[int, str]) -> AnPasse | None:
    precedent = dossier.precedent
    if precedent is None:
        return None
    votes = [d.vote_vu for d in passees if d.vote_vu is not None]  # type: ignore[attr-defined]
    return AnPasse(
        numero=precedent.numero,
        annee=precedent.campagne.annee,
        etat_libelle=EtatDossier(etats[precedent.pk]).label,
        cout=precedent.cout_total,
        demande=sum((d.montant_demande for d in passees), ZERO),
        vote=sum(votes, ZERO) if votes else None,
        beneficiaires=precedent.beneficiaires,
    )


# What the journal tells of opinions: read like them.
_ACTES_D_AVIS = ("donner_avis", "modifier_avis", "solliciter_avis", "retirer_sollicitation")


def _vie(
    dossier: Dossier,
    demandes: list[DemandeFinancement],
    pour: Auteur,
    contrat: Contrat,
    *,
    seulement_de: frozenset[int] | None,
) -> tuple[LigneDeVie, ...]:
    """The file's journal and that of the rows this reader sees as they are, latest first; for those who instruct.

    Who is only consulted reads the file's own, and of the opinions those of its organisations (`seulement_de`).
    """
    visibles: dict[int, DemandeFinancement] = {}
    miens = roles(pour, contrat).organismes_instructeurs
    du_dossier = LigneJournal.objects.filter(cible_type=Dossier._meta.label_lower, cible_id=dossier.pk)
    if seulement_de is None:
        visibles = {d.pk: d for d in demandes if d.etat_vu == d.etat}  # type: ignore[attr-defined]
    else:
        du_dossier = du_dossier.exclude(~Q(organisme_id__in=seulement_de), acte__in=_ACTES_D_AVIS)
    lignes = du_dossier | (
        LigneJournal.objects.filter(cible_type=DemandeFinancement._meta.label_lower, cible_id__in=list(visibles))
    )
    return tuple(
        LigneDeVie(
            numero=ligne.pk,
            le=ligne.fait_le,
            libelle=_libelle_de_vie(ligne, visibles, miens),
            auteur=ligne.auteur_nom,
            organisme=ligne.organisme_nom,
            pour_le_compte_de=ligne.pour_le_compte_de_nom,
            motif=ligne.motif,
            auteur_id=ligne.utilisateur_id,
        )
        for ligne in lignes.order_by("-fait_le", "-id")
    )


# What is written once done, and the amount that goes with it.
_FAIT = {
    "deposer": "Dossier déposé",
    "demander_complement": "Complément demandé au porteur",
    "lever_complement": "Demande de complément levée",
    "repondre": "Réponse du porteur à la demande de complément",
    "verifier": "Points de recevabilité vérifiés",
    "affecter": "Dossier confié",
    "declarer_incomplet": "Dossier déclaré incomplet",
    "declarer_complet": "Dossier déclaré complet",
    "declarer_recevable": "Dossier déclaré recevable",
    "declarer_irrecevable": "Dossier déclaré irrecevable",
    "ouvrir_instruction": "Instruction ouverte",
    "programmer": "Programmation validée par le COPIL",
    "completer_programmation": "Programmation complétée par le COPIL",
    "ajourner": "Dossier ajourné par le COPIL",
    "ajourner_des_demandes": "Demandes ajournées en séance",
    "reprendre": "Instruction reprise",
    "deprogrammer": "Dossier revenu à l’instruction",
    "clore": "Dossier clos",
    "retirer": "Dossier retiré",
    "reprendre_l_examen": "Examen repris",
}
_FAIT_SUR_UNE_DEMANDE = {
    "proposer": ("proposition de {}", "montant_propose"),
    "programmer": ("{} programmés", "montant_programme"),
    "deprogrammer": ("retrait de la programmation", ""),
    "voter": ("acte enregistré, {} votés", "montant_vote"),
    "rectifier": ("acte rectifié", ""),
    "refuser": ("refus", ""),
    "revenir_sur_le_refus": ("retour sur le refus", ""),
    "ajourner": ("ajournement", ""),
    "reprendre": ("instruction reprise", ""),
    "reprendre_la_proposition": ("instruction reprise, avec sa proposition", ""),
    "notifier": ("notification au porteur", ""),
    "notifier_refus": ("refus notifié au porteur", ""),
    "conventionner": ("convention", ""),
    "verser_avance": ("avance versée", ""),
    "solder": ("solde versé", ""),
    "annuler": ("annulation", ""),
}


def _libelle_de_vie(ligne: LigneJournal, demandes: dict[int, DemandeFinancement], miens: frozenset[int]) -> str:
    """A line in words, with its amount; that of a draft stays its funder's."""
    if ligne.cible_type == Dossier._meta.label_lower:
        fait = _FAIT.get(ligne.acte, ligne.libelle)
        suivi_par = ligne.apres.get("suivi par")
        return f"{fait} à {suivi_par}" if suivi_par else fait
    demande = demandes[ligne.cible_id]
    phrase, champ = _FAIT_SUR_UNE_DEMANDE.get(ligne.acte, (ligne.libelle[0].lower() + ligne.libelle[1:], ""))
    prive = ligne.apres.get("proposition_partagee") is False and demande.financeur_id not in miens
    montant = ligne.apres.get(champ) if champ else None
    if montant is None or prive:
        return f"{demande.financeur.nom_court} : {phrase.replace('{}', 'un montant')}"
    return f"{demande.financeur.nom_court} : {phrase.format(euros(Decimal(montant)))}"


def _alertes(dossier: Dossier, budget: Budget | None) -> list[str]:
    alertes = alertes_public(
        total=dossier.beneficiaires,
        qpv=dossier.beneficiaires_qpv,
        femmes=dossier.femmes,
        hommes=dossier.hommes,
    )
    if budget and not budget.equilibre:
        alertes.append("Le total des charges n’est pas égal au total des produits.")
    return alertes


_EQUIPE = "L’équipe du contrat"


def _prochain_acte(dossier: Dossier, etat: str, livre: Livre) -> ProchainActe:
    """The one thing that the file waits for now."""
    campagne = dossier.campagne
    match etat:
        case EtatDossier.BROUILLON:
            limite = date(campagne.annee, 12, 31) if dossier.dispositif.permanent else campagne.limite_depot
            return ProchainActe("Déposer le dossier", str(dossier.porteur), limite)
        case EtatDossier.DEPOSE:
            return ProchainActe("Vérifier que le dossier est complet", _EQUIPE)
        case EtatDossier.INCOMPLET:
            return ProchainActe("Compléter le dossier", str(dossier.porteur))
        case EtatDossier.COMPLET:
            return ProchainActe("Se prononcer sur la recevabilité", _EQUIPE)
        case EtatDossier.RECEVABLE:
            return ProchainActe("Ouvrir l’instruction", _EQUIPE)
        case EtatDossier.EN_INSTRUCTION:
            return _prochaine_proposition(livre, dossier)
        case EtatDossier.AJOURNE:
            commission = seance_de_decision(dossier, timezone.localdate()) is not None
            return ProchainActe("Repasser en commission" if commission else "Repasser en COPIL", _EQUIPE)
        case EtatDossier.PROGRAMME:
            return _prochain_vote(livre)
    return ProchainActe("Plus rien à faire")


def _prochaine_proposition(livre: Livre, dossier: Dossier) -> ProchainActe:
    seance = seance_de_decision(dossier, timezone.localdate())
    copil = dossier.campagne.copil_prevu_le if seance is None else seance.le
    attendus = _financeurs(livre, EtatDemande.DEMANDEE)
    if attendus:
        return ProchainActe("Proposer un montant", attendus, copil)
    if seance is not None:
        return ProchainActe("Valider l’initiative en commission", seance.comite, copil)
    return ProchainActe("Valider la programmation en COPIL", "Le comité de pilotage", copil)


def _prochain_vote(livre: Livre) -> ProchainActe:
    if attendus := _financeurs(livre, EtatDemande.PROGRAMMEE):
        return ProchainActe("Prendre l’acte qui rend le montant ferme", attendus)
    if attendus := _financeurs(livre, EtatDemande.VOTEE):
        return ProchainActe("Notifier le montant au porteur", attendus)
    if attendus := _financeurs(livre, EtatDemande.DEMANDEE, EtatDemande.PROPOSEE):
        return ProchainActe("Attendre les financeurs qui ne se sont pas prononcés", attendus)
    return ProchainActe("Tous les financeurs se sont prononcés")


def _financeurs(livre: Livre, *etats: str) -> str:
    return ", ".join(dict.fromkeys(ligne.financeur for ligne in livre.lignes if ligne.etat in etats))
