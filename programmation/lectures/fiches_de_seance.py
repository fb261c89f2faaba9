"""The one-page sheet of each file that a meeting examines, as its packet prints it and its screen shows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from commun.auteur import Canal, systeme
from commun.typographie import euros, pluriel
from contrats.creneaux import AvisDeFiche, FicheDeSeance, LigneDeFiche
from contrats.models import NatureMoyens, Reunion

from ..etats import EtatDemande, EtatExamen
from ..models import Avis, Besoin, DemandeFinancement, Dossier, ExamenDossier, Localisation
from ..models.avis import nom_selon_la_qualite
from ..regles.seances import couper
from .investissement import QuiPaie, qui_paie_en_seance
from .lieux import nom_du_lieu
from .listes_de_seance import deports_du_jour, preparations
from .montants_de_seance import demandes_de_la_seance, retenus
from .notation import moyennes

ZERO = Decimal(0)
# What holds on one page of A4 beside the words of the file: measured on the longest files.
LIGNES_MAX = 12
LIGNES_SANS_PEINE = 5
AVIS_MAX = 4
AVIS_MIN = 2
SIGNES_DU_RESUME = 900  # with those of the needs and of droit commun
SIGNES_PAR_LIGNE = 50
SIGNES_DU_BESOIN = 250  # and as many for what droit commun does not do
SIGNES_D_UN_AVIS = 200
SIGNES_D_UN_TITRE = 130
SIGNES_D_UNE_QUESTION = 320
SIGNES_DES_LIEUX = 240


def fiches(reunion: Reunion, dossiers: Iterable[int]) -> tuple[FicheDeSeance, ...]:
    """The sheets of these files (by key), in that order; a constant number of queries.

    As the room may read them: what funders share, never a private draft; opinions and scores as the team knows them.
    """
    cles = list(dossiers)
    lus = Dossier.objects.select_related(
        "porteur", "orientation", "campagne", "dispositif", "precedent__campagne"
    ).in_bulk(cles)
    demandes: dict[int, list[Any]] = defaultdict(list)
    for demande in demandes_de_la_seance(reunion, cles):
        demandes[demande.dossier_id].append(demande)
    avant = preparations(reunion, cles)
    gardes = retenus(reunion, [examen.pk for examen in avant.values()])
    avis = _avis(cles)
    lieux = _lieux(cles)
    passes = _passes([d.precedent_id for d in lus.values() if d.precedent_id])
    notes = moyennes(cles, pour=systeme(Canal.TACHE), contrat=reunion.comite.contrat)
    deports = deports_du_jour(reunion, cles)
    origines = dict(Besoin.objects.filter(dossier__in=cles).values_list("dossier", "titre"))
    paient = qui_paie_en_seance(lus.values())
    return tuple(
        _fiche(
            lus[cle],
            demandes[cle],
            avis[cle],
            lieux[cle],
            passes.get(lus[cle].precedent_id or 0, ()),
            notes.get(cle),
            avant.get(cle),
            gardes[avant[cle].pk] if cle in avant else {},
            deports.get(cle, ()),
            couper(origines.get(cle, ""), SIGNES_D_UN_TITRE),
            paient.get(cle),
        )
        for cle in cles
    )


def _fiche(
    dossier: Dossier,
    demandes: list[Any],
    avis: list[AvisDeFiche],
    lieux: list[str],
    passees: Iterable[Any],
    note: Decimal | None,
    avant: ExamenDossier | None,
    gardes: dict[int, Decimal],
    deports: tuple[str, ...],
    origine: str,
    paie: QuiPaie | None,
) -> FicheDeSeance:
    lignes = _lignes([d for d in demandes if d.etat != EtatDemande.REFUSEE], gardes)
    de_trop = max(0, len(lignes) - LIGNES_SANS_PEINE)
    montres = max(AVIS_MIN, AVIS_MAX - de_trop)
    # Where many funders take the page, what the action answers is read in the file.
    besoin = "" if de_trop else couper(dossier.besoin, SIGNES_DU_BESOIN)
    droit_commun = "" if de_trop else couper(dossier.droit_commun_insuffisant, SIGNES_DU_BESOIN)
    resume = SIGNES_DU_RESUME - SIGNES_PAR_LIGNE * de_trop - len(besoin) - len(droit_commun) - len(origine)
    return FicheDeSeance(
        numero=dossier.numero,
        intitule=couper(dossier.intitule, SIGNES_D_UN_TITRE),
        porteur=dossier.porteur.nom,
        orientation=dossier.orientation.nom_court if dossier.orientation else "",
        caractere=dossier.get_caractere_display(),
        lieux=couper(", ".join(lieux), SIGNES_DES_LIEUX),
        public=public_en_mots(dossier),
        resume=couper(dossier.resume or dossier.buts, resume),
        besoin=besoin,
        droit_commun=droit_commun,
        cout=dossier.cout_total,
        lignes=tuple(lignes),
        avis=tuple(avis[:montres]),
        autres_avis=max(0, len(avis) - montres),
        note=note,
        an_passe=_an_passe(dossier, passees),
        preparation=_preparation(avant),
        question=_question(avant),
        deports=deports,
        origine=origine,
        maitre_d_ouvrage=paie.en_mots if paie is not None else "",
    )


def _lignes(demandes: list[Any], gardes: dict[int, Decimal]) -> list[LigneDeFiche]:
    lignes = [
        LigneDeFiche(
            d.financeur.nom_court,
            NatureMoyens(d.nature).label,
            d.montant_demande,
            d.partage,
            d.montant_programme if d.montant_programme is not None else gardes.get(d.pk),
        )
        for d in demandes
    ]
    if len(lignes) <= LIGNES_MAX:
        return lignes
    reste = lignes[LIGNES_MAX - 1 :]
    ensemble = LigneDeFiche(
        f"{len(reste)} autres financeurs",
        "",
        sum((ligne.demande for ligne in reste), ZERO),
        _somme(ligne.propose for ligne in reste),
        _somme(ligne.retenu for ligne in reste),
    )
    return [*lignes[: LIGNES_MAX - 1], ensemble]


def _somme(montants: Iterable[Decimal | None]) -> Decimal | None:
    connus = [montant for montant in montants if montant is not None]
    return sum(connus, ZERO) if connus else None


def public_en_mots(dossier: Dossier) -> str:
    """« 120 personnes, dont 80 habitants des QPV, 60 femmes, 45 jeunes de 12 à 25 ans »."""
    if dossier.beneficiaires is None:
        return "non renseigné"
    details = [
        pluriel(combien, *mots)
        for combien, mots in (
            (dossier.beneficiaires_qpv, ("habitant des QPV", "habitants des QPV")),
            (dossier.femmes, ("femme", "femmes")),
            (dossier.hommes, ("homme", "hommes")),
            (dossier.jeunes, ("jeune de 12 à 25 ans", "jeunes de 12 à 25 ans")),
        )
        if combien is not None
    ]
    dont = ", dont " + ", ".join(details) if details else ""
    return f"{pluriel(dossier.beneficiaires, 'personne')}{dont}"


def _preparation(avant: ExamenDossier | None) -> str:
    """« Retenu (Comité technique du 17/03/2027) : note »."""
    if avant is None:
        return ""
    dit = f"{avant.get_etat_display()} ({avant.reunion})"
    raison = avant.motif or avant.note
    return f"{dit} : {couper(raison, SIGNES_D_UN_AVIS)}" if raison else dit


def _question(avant: ExamenDossier | None) -> str:
    """What the preparation left to settle; words typed of a file that it settled are no question."""
    if avant is None or avant.etat != EtatExamen.A_ARBITRER:
        return ""
    return couper(avant.question, SIGNES_D_UNE_QUESTION)


def _an_passe(dossier: Dossier, passees: Iterable[Any]) -> str:
    precedent = dossier.precedent
    if precedent is None:
        return ""
    votes = [(d.financeur.nom_court, d.montant_vote) for d in passees if d.montant_vote]
    annee = precedent.campagne.annee
    if not votes:
        return f"{annee} : {precedent.get_etat_display().lower()}, aucun montant voté"
    total = sum((montant for _, montant in votes), ZERO)
    detail = ", ".join(f"{nom} {euros(montant)}" for nom, montant in votes[:LIGNES_SANS_PEINE])
    reste = len(votes) - LIGNES_SANS_PEINE
    suite = f" et {reste} autres" if reste > 0 else ""
    return f"{annee} : {euros(total)} votés ({detail}{suite})"


def _passes(precedents: list[int]) -> dict[int, list[Any]]:
    """The rows of last year's files, by file."""
    trouvees: dict[int, list[Any]] = defaultdict(list)
    lues = DemandeFinancement.objects.filter(dossier__in=precedents).select_related("financeur")
    for demande in lues.order_by("-montant_vote", "financeur__nom"):
        trouvees[demande.dossier_id].append(demande)
    return trouvees


def _avis(dossiers: list[int]) -> dict[int, list[AvisDeFiche]]:
    trouves: dict[int, list[AvisDeFiche]] = defaultdict(list)
    for avis in (
        Avis.objects.filter(dossier__in=dossiers).select_related("organisme", "comite").order_by("rendu_le", "pk")
    ):
        de = avis.comite.nom if avis.comite else nom_selon_la_qualite(avis.organisme, avis.qualite)
        trouves[avis.dossier_id].append(AvisDeFiche(de, avis.get_sens_display(), couper(avis.texte, SIGNES_D_UN_AVIS)))
    return trouves


def _lieux(dossiers: list[int]) -> dict[int, list[str]]:
    trouves: dict[int, list[str]] = defaultdict(list)
    localisations = Localisation.objects.filter(dossier__in=dossiers).select_related("version", "commune")
    for localisation in localisations.order_by("-part", "pk"):
        trouves[localisation.dossier_id].append(nom_du_lieu(localisation))
    return trouves
