"""What-if programmings: made, typed, adjusted, shared, proposed.

A scenario is one organisation's own work: its amounts bind nobody. Changing many at once is one statement under the
scenario's lock, not a job; proposing them is one, each row apart, through the same action as everywhere else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, FilteredRelation, Q

from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte, RevisionDepassee
from commun.journal import inscrire
from commun.models import EtatTravail, Travail
from commun.permissions import verifier
from commun.travaux import planifier
from commun.typographie import pluriel
from contrats.models import Contrat

from ..lectures.scenarios import demandes_en_jeu, promotion
from ..lectures.scenarios.montants import FIGEE, PROPOSE, retenus_l_an_passe
from ..models import DemandeFinancement, DepartScenario, LigneScenario, Scenario
from ..permissions import (
    peut_creer_un_scenario,
    peut_modifier_le_scenario,
    peut_promouvoir_le_scenario,
    peut_tenir_le_scenario,
)
from ..regles.scenarios import Ajustement, ajuste, sous_le_cout, taux_en_mots
from .ecriture import verifier_sous_le_cout
from .saisie import Saisie, saisir

LOT = 2_000  # rows per statement
PROMOUVOIR = "programmation.promouvoir_scenario"


@transaction.atomic
def creer_scenario(
    contrat: Contrat,
    *,
    annee: int,
    nom: str,
    depart: str,
    par: Auteur,
    le: datetime,
    note: str = "",
    copie_de: Scenario | None = None,
) -> Scenario:
    """Make a scenario for the author's organisation, private, with the first amounts that `depart` says.

    Raises:
        RegleEnfreinte: the organisation has one of that name, or a copy names nothing that the author reads.
    """
    verifier(peut_creer_un_scenario(par, contrat))
    if par.organisme is None:
        raise RegleEnfreinte("Un scénario est celui d’un organisme : choisissez pour lequel vous travaillez.")
    if depart == DepartScenario.COPIE:
        copie_de = _lisible(copie_de, contrat, annee, par)
    scenario = Scenario(
        contrat=contrat,
        annee=annee,
        nom=nom.strip(),
        note=note,
        depart=depart,
        copie_de=copie_de if depart == DepartScenario.COPIE else None,
        organisme=par.organisme,
        auteur=par.utilisateur,
        cree_le=le,
    )
    with contraintes_en_francais(), transaction.atomic():
        scenario.save(force_insert=True)
    lignes = _premieres_lignes(scenario, depart, par)
    inscrire(
        scenario,
        acte="creer_scenario",
        libelle="Scénario créé",
        par=par,
        le=le,
        apres={"nom": scenario.nom, "depart": depart, "lignes": lignes},
    )
    return scenario


@transaction.atomic
def modifier_scenario(scenario: Scenario, *, nom: str, note: str, par: Auteur, le: datetime) -> Scenario:
    """Rename it, or rewrite its note."""
    scenario = _verrouiller(scenario)
    verifier(peut_tenir_le_scenario(par, scenario))
    avant = {"nom": scenario.nom, "note": scenario.note}
    scenario.nom, scenario.note = nom.strip(), note
    with contraintes_en_francais(), transaction.atomic():
        scenario.save(update_fields=["nom", "note"])
    apres = {"nom": scenario.nom, "note": scenario.note}
    inscrire(scenario, acte="modifier_scenario", libelle="Scénario modifié", par=par, le=le, avant=avant, apres=apres)
    return scenario


@transaction.atomic
def saisir_ligne(
    scenario: Scenario,
    demande: DemandeFinancement,
    *,
    par: Auteur,
    le: datetime,
    version: int,
    champ: str,
    valeur: Any,
) -> LigneScenario | None:
    """Type one cell: `champ` is « montant » (euros, None takes the row out of the scenario) or « note ».

    What already stands is neither written nor journalled.

    Raises:
        RevisionDepassee: a colleague wrote on the line since `version` was read.
        RegleEnfreinte: the row is already programmed, the amount is above the cost, a note stands without an amount.
    """
    scenario = _verrouiller(scenario)
    verifier(peut_modifier_le_scenario(par, scenario))
    lue = _en_jeu(scenario, par).filter(pk=demande.pk).select_related("dossier").first()
    if lue is None:
        raise RegleEnfreinte("Cette demande est déjà programmée, ou elle n’est plus à décider : rechargez la page.")
    ligne = LigneScenario.objects.filter(scenario=scenario, demande=lue).first()
    if version != (ligne.version if ligne else 0):
        raise RevisionDepassee("Quelqu’un d’autre a modifié cette ligne depuis votre lecture.", code="ligne_modifiee")
    if ligne is not None and getattr(ligne, champ) == valeur:
        return ligne
    avant = {"montant": str(ligne.montant), "note": ligne.note} if ligne else {}
    if champ == "montant":
        ligne = _taper_le_montant(scenario, lue, ligne, valeur)
    elif ligne is None:
        raise RegleEnfreinte("Saisissez d’abord un montant : la note l’accompagne.", champ="note")
    else:
        ligne.note = valeur
    revision = _numeroter(scenario, version)
    if ligne is not None:
        ligne.version = revision
        ligne.save()
    inscrire(
        scenario,
        acte="saisir_ligne",
        libelle=f"Montant essayé : {lue.dossier.numero}, {lue.financeur.nom_court}",
        par=par,
        le=le,
        avant=avant,
        apres={"montant": str(ligne.montant), "note": ligne.note} if ligne else {},
    )
    return ligne


@transaction.atomic
def ajuster_lignes(
    scenario: Scenario,
    demandes: Collection[int],
    *,
    ajustement: str,
    par: Auteur,
    le: datetime,
    taux: Decimal = Decimal(0),
) -> int:
    """Change many amounts at once; how many did. Rows already programmed, or that the author does not see, stay."""
    scenario = _verrouiller(scenario)
    verifier(peut_modifier_le_scenario(par, scenario))
    choix = Ajustement(ajustement)
    if choix is Ajustement.POURCENT and not -100 <= taux <= 100:
        raise RegleEnfreinte("Un ajustement va de − 100 à + 100 %.", champ="taux")
    lues = _avec_la_ligne(_en_jeu(scenario, par).filter(pk__in=list(demandes)), scenario)
    lues = list(lues.annotate(propose_partage=PROPOSE).select_related("dossier"))
    l_an_passe = retenus_l_an_passe(lues, scenario.contrat, pour=par) if choix is Ajustement.AN_PASSE else {}
    lignes = []
    for d in lues:
        voulu = ajuste(
            choix,
            d.tape,
            taux=taux,
            an_passe=l_an_passe.get(d.pk),
            propose=d.propose_partage,
            demande=d.montant_demande,
            cout=d.dossier.cout_total,
        )
        if voulu is not None and voulu != d.tape:
            lignes.append(
                LigneScenario(
                    scenario=scenario, demande=d, montant=voulu, note=d.note_tapee or "", version=d.version or 0
                )
            )
    _ecrire(scenario, lignes)
    if lignes:
        inscrire(
            scenario,
            acte="ajuster_lignes",
            libelle=taux_en_mots(taux) if choix is Ajustement.POURCENT else choix.label,
            par=par,
            le=le,
            apres={"lignes": len(lignes), "taux": str(taux)},
        )
    return len(lignes)


@transaction.atomic
def completer_scenario(scenario: Scenario, *, depart: str, par: Auteur, le: datetime) -> int:
    """Give an amount to the rows that have none, those deposited since included; how many got one."""
    scenario = _verrouiller(scenario)
    verifier(peut_modifier_le_scenario(par, scenario))
    lignes = _premieres_lignes(scenario, depart, par)
    if not lignes:
        raise RegleEnfreinte("Aucune demande sans montant n’en a un de cette origine : choisissez-en une autre.")
    inscrire(
        scenario,
        acte="completer_scenario",
        libelle="Scénario complété",
        par=par,
        le=le,
        apres={"depart": depart, "lignes": lignes},
    )
    return lignes


@transaction.atomic
def partager_scenario(scenario: Scenario, *, par: Auteur, le: datetime) -> Scenario:
    """Show it to the co-funders: each reads the rows of the files on which it works."""
    scenario = _verrouiller(scenario)
    verifier(peut_tenir_le_scenario(par, scenario))
    if not scenario.lignes.exists():
        raise RegleEnfreinte("Ce scénario est vide : saisissez au moins un montant avant de le partager.")
    scenario.changer_etat("partager", par=par, le=le)
    return scenario


@transaction.atomic
def reprendre_scenario(scenario: Scenario, *, par: Auteur, le: datetime) -> Scenario:
    """Keep it to one's organisation again; put away once its amounts were proposed, it comes back as proposed."""
    scenario = _verrouiller(scenario)
    verifier(peut_tenir_le_scenario(par, scenario))
    _verifier_au_repos(scenario)
    scenario.changer_etat(scenario.acte_de_reprise, par=par, le=le)
    return scenario


@transaction.atomic
def archiver_scenario(scenario: Scenario, *, par: Auteur, le: datetime) -> Scenario:
    """Put it away: it is listed no more, nothing is lost."""
    scenario = _verrouiller(scenario)
    verifier(peut_tenir_le_scenario(par, scenario))
    _verifier_au_repos(scenario)
    scenario.changer_etat("archiver", par=par, le=le)
    return scenario


@transaction.atomic
def promouvoir_scenario(scenario: Scenario, *, empreinte: str, par: Auteur, le: datetime) -> Travail:
    """Plan the proposal of each row that differs, once its author has read them (`Promotion.empreinte`)."""
    scenario = _verrouiller(scenario)
    verifier(peut_promouvoir_le_scenario(par, scenario))
    lue = promotion(scenario, pour=par)
    if not lue.possibles:
        raise RegleEnfreinte("Aucune ligne n’est à proposer : les propositions disent déjà ce que dit le scénario.")
    if lue.empreinte != empreinte:
        raise RegleEnfreinte(
            "Le scénario ou les propositions ont changé depuis votre lecture : relisez les lignes, puis confirmez.",
            code="promotion_depassee",
        )
    inscrire(
        scenario,
        acte="demander_promotion",
        libelle="Proposition des montants demandée",
        par=par,
        le=le,
        apres={"lignes": len(lue.possibles), "refusees": len(lue.refusees)},
    )
    return planifier(
        PROMOUVOIR,
        cible=scenario,
        parametres={
            "organisme": par.organisme.pk if par.organisme else None,
            "lignes": [
                {
                    "demande": ligne.demande_id,
                    "numero": ligne.numero,
                    "financeur": ligne.financeur,
                    "avant": None if ligne.avant is None else str(ligne.avant),
                    "montant": str(ligne.apres),
                    "version": ligne.version,
                }
                for ligne in lue.possibles
            ],
            "refusees": [
                {"numero": ligne.numero, "financeur": ligne.financeur, "motif": ligne.refus} for ligne in lue.refusees
            ],
        },
        par=par,
    )


def proposer_la_ligne(
    scenario: Scenario, demande: int, *, montant: Decimal, version: int, par: Auteur, le: datetime
) -> None:
    """One row of a promotion: the scenario is the document that its funder's proposal names; its conditions stay."""
    lue = demandes_en_jeu(scenario.contrat, scenario.annee, pour=par).filter(pk=demande).first()
    if lue is None:
        raise RegleEnfreinte("Cette demande n’est plus à décider, ou votre organisme ne la voit plus.")
    saisir(
        lue, Saisie(montant=montant, partagee=True), version=version, piece_source=str(scenario)[:200], par=par, le=le
    )


@transaction.atomic
def constater_la_promotion(scenario: Scenario, *, proposees: int, refusees: int, par: Auteur, le: datetime) -> Scenario:
    """At least one row was proposed. Proposed by its own organisation, the scenario is closed to typing.

    Another organisation proposes what it takes from it, and closes nobody's work: the scenario's journal tells it.
    """
    scenario = _verrouiller(scenario)
    motif = f"{pluriel(proposees, 'montant proposé', 'montants proposés')}, {pluriel(refusees, 'refusé')}"
    if peut_tenir_le_scenario(par, scenario) and scenario.transition_possible("promouvoir"):
        scenario.changer_etat("promouvoir", par=par, le=le, motif=motif, champs={"promu_le": scenario.promu_le or le})
    else:
        inscrire(
            scenario,
            acte="proposer_des_montants",
            libelle="Montants proposés à partir de ce scénario",
            par=par,
            le=le,
            motif=motif,
            apres={"proposees": proposees, "refusees": refusees},
        )
    return scenario


# --- Inside ----------------------------------------------------------------------------------------------------------


def _verrouiller(scenario: Scenario) -> Scenario:
    """The scenario as it stands now; whoever writes one of its lines holds this lock."""
    return Scenario.objects.select_for_update(of=("self",)).select_related("contrat", "organisme").get(pk=scenario.pk)


def _numeroter(scenario: Scenario, deja: int) -> int:
    """A version that no line of this scenario has ever worn; `deja` is the highest that those to be written wear."""
    scenario.revision = max(scenario.revision, deja) + 1
    scenario.save(update_fields=["revision"])
    return scenario.revision


def _verifier_au_repos(scenario: Scenario) -> None:
    """Its amounts are being proposed: taken back or put away meanwhile, it would say that nothing was."""
    en_cours = Travail.objects.filter(
        nom=PROMOUVOIR,
        cible_type=Scenario._meta.label_lower,
        cible_id=scenario.pk,
        etat__in=(EtatTravail.A_FAIRE, EtatTravail.EN_COURS),
    )
    if en_cours.exists():
        raise RegleEnfreinte("Ses montants sont en train d’être proposés : attendez que ce soit terminé.")


def _en_jeu(scenario: Scenario, par: Auteur) -> Any:
    """The rows on which the author may still try an amount."""
    return demandes_en_jeu(scenario.contrat, scenario.annee, pour=par).filter(~FIGEE).select_related("financeur")


def _avec_la_ligne(demandes: Any, scenario: Scenario) -> Any:
    """Adds `tape`, `note_tapee` and `version`: what this scenario says of each row, None when nothing."""
    return demandes.annotate(
        ligne=FilteredRelation("lignes_de_scenario", condition=Q(lignes_de_scenario__scenario=scenario.pk))
    ).annotate(tape=F("ligne__montant"), note_tapee=F("ligne__note"), version=F("ligne__version"))


def _taper_le_montant(
    scenario: Scenario, demande: Any, ligne: LigneScenario | None, montant: Decimal | None
) -> LigneScenario | None:
    if montant is None:
        if ligne is not None:
            ligne.delete()
        return None
    if montant < 0:
        raise RegleEnfreinte("Un montant n’est pas négatif.", champ="montant")
    verifier_sous_le_cout(montant, demande.dossier)
    ligne = ligne or LigneScenario(scenario=scenario, demande=demande)
    ligne.montant = montant
    return ligne


def _premieres_lignes(scenario: Scenario, depart: str, par: Auteur) -> int:
    """A line for each row in play that has none and for which `depart` gives an amount; how many."""
    vides = _en_jeu(scenario, par).exclude(lignes_de_scenario__scenario=scenario.pk)
    notes: dict[int, str] = {}
    match DepartScenario(depart):
        case DepartScenario.PROPOSITIONS:
            lus = vides.annotate(premier=PROPOSE)
        case DepartScenario.DEMANDES:
            lus = vides.annotate(premier=F("montant_demande"))
        case DepartScenario.AN_PASSE:
            return _premieres_de_l_an_passe(scenario, vides, par)
        case DepartScenario.COPIE if scenario.copie_de is not None:
            copiees = scenario.copie_de.lignes.values_list("demande", "note").exclude(note="")
            notes = dict(copiees)
            lus = vides.annotate(
                source=FilteredRelation(
                    "lignes_de_scenario", condition=Q(lignes_de_scenario__scenario=scenario.copie_de.pk)
                )
            ).annotate(premier=F("source__montant"))
        case _:
            return 0
    montants = lus.order_by("pk").values_list("pk", "premier", "dossier__cout_total")
    return _premieres(scenario, montants, notes)


def _premieres_de_l_an_passe(scenario: Scenario, vides: Any, par: Auteur) -> int:
    lues = list(vides.select_related("dossier").order_by("pk"))
    retenus = retenus_l_an_passe(lues, scenario.contrat, pour=par)
    return _premieres(scenario, ((d.pk, retenus.get(d.pk), d.dossier.cout_total) for d in lues), {})


def _premieres(
    scenario: Scenario, montants: Iterable[tuple[int, Decimal | None, Decimal]], notes: dict[int, str]
) -> int:
    """Write the lines of these (request, amount, cost of its file), where an amount is known; how many."""
    lignes = [
        LigneScenario(
            scenario=scenario,
            demande_id=pk,
            montant=sous_le_cout(premier, cout),
            note=notes.get(pk, ""),
            version=0,
        )
        for pk, premier, cout in montants
        if premier is not None
    ]
    _ecrire(scenario, lignes)
    return len(lignes)


def _ecrire(scenario: Scenario, lignes: list[LigneScenario]) -> None:
    """Write these lines, over those that the scenario already has on the same requests, in one new version."""
    if not lignes:
        return
    revision = _numeroter(scenario, max(ligne.version for ligne in lignes))
    for ligne in lignes:
        ligne.version = revision
    LigneScenario.objects.bulk_create(
        lignes,
        batch_size=LOT,
        update_conflicts=True,
        unique_fields=["scenario", "demande"],
        update_fields=["montant", "note", "version"],
    )


def _lisible(scenario: Scenario | None, contrat: Contrat, annee: int, par: Auteur) -> Scenario:
    """The scenario to copy, when the author may read it."""
    lu = None
    if scenario is not None:
        lu = Scenario.objects.visibles_par(par, contrat).filter(pk=scenario.pk, annee=annee).first()
    if lu is None:
        raise RegleEnfreinte("Choisissez le scénario à copier.", champ="copie_de")
    return lu
