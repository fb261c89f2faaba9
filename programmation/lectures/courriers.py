"""Letters as people read them: what their fields give, what is printed, where each of them stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case, F, Q, Sum, When
from django.db.models.functions import Left

from acteurs.models import FicheOrganisme, Organisme, TypeOrganisme
from acteurs.regles import article, contracter
from commun.auteur import Auteur
from commun.models import EtatTravail, Fichier, Travail
from commun.typographie import date_longue, euros, typographie
from contrats.models import ActeDecision, Contrat

from ..etats import DEMANDE_FERME, DOSSIER_SANS_EXAMEN, EtatCourrier, EtatDemande, GenreCourrier
from ..models import Campagne, Courrier, DemandeFinancement, Dossier, LotDeCourriers, ModeleCourrier
from ..regles import convention_requise, seuil_de_convention
from ..regles.courriers import (
    MODELES_D_ORIGINE,
    VALEURS_SUIVIES,
    TexteDeCourrier,
    ce_qui_a_change,
    paragraphes,
    phrase_de_motif,
)
from .destinataires import destinataires_des_porteurs
from .porteur import est_de_droit_public, siren_de

ZERO = Decimal(0)
PREVENIR_DU_COURRIER = "programmation.prevenir_du_courrier"
OUVRIR_LES_COURRIERS = "programmation.ouvrir_les_courriers"
CHANGER_LES_COURRIERS = "programmation.changer_les_courriers"
ENVOYER_LES_COURRIERS = "programmation.envoyer_les_courriers"
IMPRIMER_LES_COURRIERS = "programmation.imprimer_les_courriers"

# Authorities whose refusal may be brought before the administrative court.
_AUTORITES = frozenset(
    {
        TypeOrganisme.ETAT,
        TypeOrganisme.SERVICE_ETAT,
        TypeOrganisme.REGION,
        TypeOrganisme.DEPARTEMENT,
        TypeOrganisme.EPCI,
        TypeOrganisme.COMMUNE,
        TypeOrganisme.CCAS,
        TypeOrganisme.ARS,
    }
)
# Services of one legal person: what each attributes is the State's (S-11).
_DE_L_ETAT = (TypeOrganisme.ETAT, TypeOrganisme.SERVICE_ETAT)


# --- Rows that await a letter -----------------------------------------------------------------------------------------
def a_annoncer(campagne: Campagne, financeur: Organisme) -> Any:
    """The funder's decided rows of a year that no letter tells yet, and that the porteur does not know."""
    annoncees = Courrier.objects.vivants().filter(lot__financeur=financeur, dossier__campagne=campagne)
    lues = DemandeFinancement.objects.filter(financeur=financeur, dossier__campagne=campagne)
    return lues.a_dire().pas_encore_dites(annoncees)


def du_lot(lot: LotDeCourriers) -> Any:
    """The rows that the letters of this lot tell: what the act votes and refuses, with the refusals that no act carries
    on the files where it votes; without an act, the refusals and the postponements on the other files."""
    attendues = a_annoncer(lot.campagne, lot.financeur)
    if lot.acte_id is None:
        actees = attendues.filter(acte__isnull=False)
        return attendues.filter(acte__isnull=True).exclude(dossier__in=actees.values("dossier"))
    siennes = attendues.filter(acte=lot.acte_id)
    refusees = Q(etat=EtatDemande.REFUSEE, acte__isnull=True, dossier__in=siennes.values("dossier"))
    return attendues.filter(Q(pk__in=siennes.values("pk")) | refusees)


def annoncables(demandes: Iterable[DemandeFinancement], acte: int | None) -> list[DemandeFinancement]:
    """Those that a letter of this act (or of none) may still tell, and that the porteur does not know; read with their
    file."""

    def tient(demande: DemandeFinancement) -> bool:
        if demande.notifie_le is not None:
            return False
        if demande.etat == EtatDemande.REFUSEE:
            return demande.acte_id in (None, acte)
        if demande.etat == EtatDemande.AJOURNEE:
            return demande.dossier.etat not in DOSSIER_SANS_EXAMEN
        return demande.etat == EtatDemande.VOTEE and demande.acte_id == acte

    return [demande for demande in demandes if tient(demande)]


def genre_de(demandes: Iterable[DemandeFinancement]) -> GenreCourrier:
    """What one letter about these rows is: something is granted, else refused, else put off."""
    etats = {demande.etat for demande in demandes}
    if etats & {*DEMANDE_FERME}:
        return GenreCourrier.OCTROI
    return GenreCourrier.REFUS if EtatDemande.REFUSEE in etats else GenreCourrier.AJOURNEMENT


def rangees(demandes: Any) -> list[DemandeFinancement]:
    """Rows in the order in which a letter tells them: granted, refused, put off."""
    return dans_l_ordre(demandes.select_related("dispositif", "financeur", "acte"))


def dans_l_ordre(demandes: Iterable[DemandeFinancement]) -> list[DemandeFinancement]:
    """The same, of rows already read with their scheme."""
    rangs: dict[str, int] = {EtatDemande.REFUSEE: 1, EtatDemande.AJOURNEE: 2}
    return sorted(demandes, key=lambda d: (rangs.get(d.etat, 0), d.dispositif.nom, d.nature, d.pk))


def demandes_du_courrier(courrier: Courrier) -> list[DemandeFinancement]:
    """The rows that this letter tells, in that order, each with its file."""
    demandes = rangees(courrier.demandes.all())
    for demande in demandes:
        demande.dossier = courrier.dossier  # read already
    return demandes


# --- Text -------------------------------------------------------------------------------------------------------------
def attribue_dans_l_annee(
    campagne: Campagne, financeur: Organisme, porteurs: Iterable[Organisme]
) -> dict[int, Decimal]:
    """Euros that this funder's authority attributed in the year to the legal person of each porteur (S-11); one query.

    Its own act attributes: what the COPIL only programmed does not count. Organisations of one SIREN are one legal
    person; the State and its services are one authority.
    """
    sirens = {porteur.pk: siren_de(porteur) for porteur in porteurs}
    siren = Case(
        When(~Q(dossier__porteur__siren=""), F("dossier__porteur__siren")), default=Left("dossier__porteur__siret", 9)
    )
    lues = (
        DemandeFinancement.objects.fermes()
        .filter(_de_la_meme_autorite(financeur), dossier__campagne=campagne)
        .annotate(siren=siren)
        .filter(Q(dossier__porteur__in=sirens) | Q(siren__in={lu for lu in sirens.values() if lu}))
    )
    sommes: dict[str | int, Decimal] = defaultdict(Decimal)
    for porteur, lu, somme in (
        lues.order_by().values_list("dossier__porteur", "siren").annotate(somme=Sum("montant_vote"))
    ):
        sommes[lu or porteur] += somme or ZERO
    return {pk: sommes[lu or pk] for pk, lu in sirens.items()}


def _de_la_meme_autorite(financeur: Organisme) -> Q:
    """Rows of the legal person that this funder is."""
    if financeur.type in _DE_L_ETAT:
        return Q(financeur__type__in=_DE_L_ETAT)
    if siren := siren_de(financeur):
        return Q(financeur=financeur) | Q(financeur__siren=siren) | Q(financeur__siret__startswith=siren)
    return Q(financeur=financeur)


def convention_due(porteur: Organisme, attribue: Decimal, annee: int) -> bool:
    """True when a convention is required for what one authority attributes in a year to this organisation (S-11)."""
    return not est_de_droit_public(porteur) and convention_requise([attribue], seuil=seuil_de_l_annee(annee))


def seuil_de_l_annee(annee: int) -> Decimal:
    """The threshold of S-11 for the grants of a year, in euros."""
    return seuil_de_convention(date(annee, 12, 31))


def valeurs_du_courrier(
    dossier: Dossier,
    demandes: Sequence[DemandeFinancement],
    financeur: Organisme,
    acte: ActeDecision | None,
    *,
    attribue: Mapping[int, Decimal] | None = None,
) -> dict[str, str]:
    """What each field of `regles.courriers` gives for one letter; only the funder's own decisions.

    `attribue` spares the query of the year's grants, already asked for many porteurs.
    """
    votees = [demande for demande in demandes if demande.montant_vote]
    refusees = [demande for demande in demandes if demande.etat == EtatDemande.REFUSEE]
    refus = [phrase_de_motif(d.motif) for d in demandes if d.etat in (EtatDemande.REFUSEE, EtatDemande.AJOURNEE)]
    conditions = [phrase_de_motif(d.conditions) for d in votees if d.conditions.strip()]
    le_financeur = article(financeur.nom, financeur.nom) + financeur.nom  # a letter writes names in full
    autorite = "l’État" if financeur.type in _DE_L_ETAT else le_financeur
    annee = dossier.campagne.annee
    requise = False
    if votees:
        if attribue is None:
            attribue = attribue_dans_l_annee(dossier.campagne, financeur, [dossier.porteur])
        requise = convention_due(dossier.porteur, attribue[dossier.porteur_id], annee)
    valeurs = {
        "numero": dossier.numero,
        "intitule": dossier.intitule,
        "porteur": dossier.porteur.nom,
        "annee": str(annee),
        "financeur": financeur.nom,
        "le_financeur": le_financeur,
        "du_financeur": contracter("de", le_financeur),
        "montant_demande": euros(sum((d.montant_demande for d in demandes), ZERO)),
        "montant_vote": euros(sum((d.montant_vote or ZERO for d in votees), ZERO)),
        "instance": acte.instance if acte else "",
        "numero_acte": acte.numero if acte else "",
        "date_acte": date_longue(acte.pris_le) if acte else "",
        "motif": " ".join(dict.fromkeys(refus)) if not votees else "",
        "conditions": _phrase_des_conditions(list(dict.fromkeys(conditions))),
        "convention": (
            f"Le total des subventions attribuées à votre organisme par {autorite} en {annee} "
            f"dépasse {euros(seuil_de_l_annee(annee))} : une convention vous sera adressée pour signature."
            if requise
            else ""
        ),
        "acte_de_refus": _phrase_de_l_acte(acte) if acte and refusees and not votees else "",
        "recours": _phrase_de_recours(financeur, le_financeur, entier=not votees) if refusees else "",
        "suivi_par": str(dossier.instructeur) if dossier.instructeur else "l’équipe du contrat",
    }
    return {nom: typographie(valeur) for nom, valeur in valeurs.items()}


def valeurs_suivies(valeurs: Mapping[str, str], demandes: Sequence[DemandeFinancement]) -> dict[str, str]:
    """Those that a letter keeps, to know later that it still tells what stands; the printed table with them."""
    imprimees = [_decision(demande) for demande in demandes] if len(demandes) > 1 else []
    tableau = "\n".join(f"{d.objet} : {euros(d.demande)} : {d.reponse}" for d in imprimees)
    return {nom: valeurs[nom] for nom in VALEURS_SUIVIES if nom in valeurs} | {"decisions": tableau}


def empechement(
    courrier: Courrier, demandes: Sequence[DemandeFinancement], *, attribue: Mapping[int, Decimal] | None = None
) -> str:
    """Why this letter may not leave as it is written, and what to do; empty when it still tells what stands."""
    lot = courrier.lot
    tenues = annoncables(demandes, lot.acte_id)
    reprises = [d for d in demandes if d.reprise_le is not None and courrier.redige_le <= d.reprise_le]
    if not demandes or len(tenues) < len(demandes) or reprises or genre_de(demandes) != courrier.genre:
        return "Une décision a changé depuis l’ouverture de ce courrier : réécrivez-le, ou annulez-le s’il n’annonce plus rien."
    valeurs = valeurs_du_courrier(courrier.dossier, demandes, lot.financeur, lot.acte, attribue=attribue)
    if not courrier.valeurs:
        return "Ce que ce courrier annonce n’a pas été gardé quand il a été écrit : réécrivez-le avant de l’envoyer."
    if changees := ce_qui_a_change(courrier.valeurs, valeurs_suivies(valeurs, demandes)):
        return (
            f"Ceci a changé depuis que ce courrier est écrit : {', '.join(changees)}. Réécrivez-le avant de l’envoyer."
        )
    return ""


def empechements(courriers: Sequence[Courrier]) -> dict[int, str]:
    """The same for many letters of one lot that have not left, by letter; those that may leave are absent. Two queries."""
    ouverts = [courrier for courrier in courriers if courrier.etat in (EtatCourrier.A_RELIRE, EtatCourrier.PRET)]
    if not ouverts:
        return {}
    lot = ouverts[0].lot
    dites: dict[int, list[DemandeFinancement]] = defaultdict(list)
    liens = Courrier.demandes.through.objects.filter(courrier__in=ouverts).select_related(
        "demandefinancement__dispositif", "demandefinancement__financeur"
    )
    dossiers = {courrier.pk: courrier.dossier for courrier in ouverts}
    for lien in liens:
        lien.demandefinancement.dossier = dossiers[lien.courrier_id]
        dites[lien.courrier_id].append(lien.demandefinancement)
    attribue = attribue_dans_l_annee(lot.campagne, lot.financeur, [courrier.dossier.porteur for courrier in ouverts])
    trouves = {c.pk: empechement(c, dans_l_ordre(dites[c.pk]), attribue=attribue) for c in ouverts}
    return {pk: phrase for pk, phrase in trouves.items() if phrase}


def exemple_de_valeurs(demande: DemandeFinancement) -> dict[str, str]:
    """What the fields give on a real row, to try a template: programmed but not voted yet, as if it were voted."""
    if demande.montant_vote is None and demande.montant_programme is not None:
        demande.montant_vote = demande.montant_programme
    valeurs = valeurs_du_courrier(demande.dossier, [demande], demande.financeur, demande.acte)
    if demande.acte is None:
        valeurs |= dict.fromkeys(("instance", "numero_acte", "date_acte"), "…")
    return valeurs


def _phrase_de_l_acte(acte: ActeDecision) -> str:
    return (
        f"Cette décision est prise par l’acte n°\u00a0{acte.numero} du {date_longue(acte.pris_le)} ({acte.instance})."
    )


def _phrase_de_recours(financeur: Organisme, le_financeur: str, *, entier: bool) -> str:
    """How to challenge a refusal, before which judge, until when (code de justice administrative, R. 421-1 and R. 421-5)."""
    if financeur.type not in _AUTORITES:
        return ""
    quoi = "Cette décision peut être contestée" if entier else "Ce qui est refusé ici peut être contesté"
    return (
        f"{quoi} dans les deux mois qui suivent la notification de ce courrier, par un recours gracieux "
        f"auprès {contracter('de', le_financeur)}, ou par un recours devant le tribunal administratif compétent, "
        "déposé sur place, envoyé par courrier ou par l’application Télérecours citoyens (www.telerecours.fr)."
    )


def _phrase_des_conditions(conditions: list[str]) -> str:
    if not conditions:
        return ""
    debut = "de la condition suivante" if len(conditions) == 1 else "des conditions suivantes"
    return f"Cette attribution est assortie {debut} : {' '.join(conditions)}"


# --- Templates --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class ModeleLu:
    """The template that a letter of this genre takes for this funder, and where it comes from."""

    genre: GenreCourrier
    texte: TexteDeCourrier
    modele: ModeleCourrier | None  # none: the text that everyone starts from
    propre: bool  # the funder's own, not the common one

    @property
    def version(self) -> int:
        """0 for the text that everyone starts from."""
        return self.modele.version if self.modele else 0

    @property
    def provenance(self) -> str:
        if self.modele is None:
            return "texte d’origine"
        return f"{'modèle du financeur' if self.propre else 'modèle commun'}, version {self.modele.version}"


def texte_du(modele: ModeleCourrier) -> TexteDeCourrier:
    """What this version holds."""
    return TexteDeCourrier(modele.objet, modele.corps, modele.qualite)


def modele_lu(contrat: Contrat, financeur: Organisme | None, genre: str) -> ModeleLu:
    """The funder's own template in force, else the common one, else the text that everyone starts from."""
    en_vigueur = ModeleCourrier.objects.filter(contrat=contrat, genre=genre, en_vigueur=True).filter(
        Q(financeur=financeur) | Q(financeur__isnull=True)
    )
    modeles = sorted(en_vigueur.select_related("financeur"), key=lambda m: m.financeur_id is None)
    if not modeles:
        return ModeleLu(GenreCourrier(genre), MODELES_D_ORIGINE[genre], None, propre=False)
    modele = modeles[0]
    return ModeleLu(GenreCourrier(genre), texte_du(modele), modele, propre=modele.financeur_id is not None)


def versions_du_modele(contrat: Contrat, financeur: Organisme | None, genre: str) -> Any:
    """All versions ever written, the latest first."""
    lues = ModeleCourrier.objects.filter(contrat=contrat, financeur=financeur, genre=genre)
    return lues.select_related("cree_par").order_by("-version")


# --- What is printed --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class DecisionImprimee:
    """One row of the letter's table: what was asked, and the answer in words."""

    objet: str
    demande: Decimal  # euros
    reponse: str


@dataclass(frozen=True, slots=True)
class LettreAImprimer:
    """A letter ready for the page or the PDF: nothing more is asked of the database."""

    reference: str
    le: date
    contrat: str
    financeur: str
    destinataire: tuple[str, ...]
    objet: str
    paragraphes: tuple[tuple[str, ...], ...]
    decisions: tuple[DecisionImprimee, ...]  # empty when a single row says all
    qualite: str
    fictif: bool


def lettre(
    courrier: Courrier, demandes: Sequence[DemandeFinancement], *, le: date, adresse: tuple[str, ...]
) -> LettreAImprimer:
    """This letter as it would leave on `le`. `adresse` comes from `adresses_de`."""
    return LettreAImprimer(
        reference=courrier.reference,
        le=le,
        contrat=courrier.dossier.contrat.nom,
        financeur=courrier.lot.financeur.nom,
        destinataire=(courrier.dossier.porteur.nom, *adresse),
        objet=typographie(courrier.objet),
        paragraphes=tuple(tuple(typographie(li) for li in bloc) for bloc in paragraphes(courrier.corps)),
        decisions=tuple(_decision(demande) for demande in demandes) if len(demandes) > 1 else (),
        qualite=typographie(courrier.qualite),
        fictif=courrier.dossier.fictif,
    )


def _decision(demande: DemandeFinancement) -> DecisionImprimee:
    if demande.etat == EtatDemande.REFUSEE:
        reponse = f"Refusé : {phrase_de_motif(demande.motif)}"
    elif demande.etat == EtatDemande.AJOURNEE:
        reponse = f"Reporté : {phrase_de_motif(demande.motif)}"
    else:
        reponse = f"{euros(demande.montant_vote)} attribués"
    objet = f"{demande.dispositif.nom}, {demande.get_nature_display().lower()}"
    return DecisionImprimee(objet, demande.montant_demande, typographie(reponse))


def adresses_de(porteurs: Collection[int]) -> dict[int, tuple[str, ...]]:
    """The postal address of each of these organisations, as lines; no line when it gave none."""
    adresses = {}
    for fiche in FicheOrganisme.objects.filter(organisme__in=porteurs):
        rue = fiche.adresse_de_correspondance or fiche.adresse
        ville = f"{fiche.code_postal} {fiche.ville}".strip() if not fiche.adresse_de_correspondance else ""
        adresses[fiche.organisme_id] = tuple(ligne for ligne in (rue, ville) if ligne)
    return adresses


@dataclass(frozen=True, slots=True)
class Entourage:
    """What a letter needs beside the rows that it tells."""

    adresse: tuple[str, ...]  # postal, as lines
    destinataires: tuple[int | None, ...]  # of its e-mails: see `destinataires_du_porteur`
    attribue: Mapping[int, Decimal]  # euros of the year by organisation (S-11)


def entourages(lot: LotDeCourriers, courriers: Sequence[Courrier]) -> dict[int, Entourage]:
    """Those of letters of this lot, by letter: four queries, however many they are."""
    porteurs = {courrier.dossier.porteur_id: courrier.dossier.porteur for courrier in courriers}
    adresses = adresses_de(porteurs)
    destinataires = destinataires_des_porteurs(lot.campagne.contrat, porteurs)
    attribue = attribue_dans_l_annee(lot.campagne, lot.financeur, porteurs.values())
    return {
        courrier.pk: Entourage(adresses.get(porteur, ()), tuple(destinataires[porteur]), attribue)
        for courrier in courriers
        for porteur in [courrier.dossier.porteur_id]
    }


# --- The lots and their letters ---------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class CourrierLu:
    """One line of a lot: the letter, what became of its e-mails, and why it may not leave as it is written."""

    courrier: Courrier
    partis: int
    en_attente: int
    echecs: int
    empechement: str = ""

    @property
    def sans_adresse(self) -> bool:
        """Sent, and nobody could be told by e-mail: it goes by post."""
        return self.courrier.etat == EtatCourrier.ENVOYE and not (self.partis or self.en_attente or self.echecs)


@dataclass(frozen=True, slots=True)
class LotLu:
    """A lot as one reader sees it: its letters, how many in each state, its jobs under way."""

    lot: LotDeCourriers
    lignes: tuple[CourrierLu, ...]

    def nombre(self, *etats: str) -> int:
        return sum(ligne.courrier.etat in etats for ligne in self.lignes)

    @property
    def a_relire(self) -> int:
        return self.nombre(EtatCourrier.A_RELIRE)

    @property
    def prets(self) -> int:
        return self.nombre(EtatCourrier.PRET)

    @property
    def a_reecrire(self) -> int:
        return sum(bool(ligne.empechement) for ligne in self.lignes)

    @property
    def envoyes(self) -> int:
        return self.nombre(EtatCourrier.ENVOYE)

    @property
    def vivants(self) -> int:
        return len(self.lignes) - self.nombre(EtatCourrier.ANNULE)

    @property
    def a_poster(self) -> int:
        return sum(ligne.sans_adresse for ligne in self.lignes)

    @property
    def montant(self) -> Decimal:
        """Euros told by the letters that stand."""
        return sum((li.courrier.montant for li in self.lignes if li.courrier.etat != EtatCourrier.ANNULE), ZERO)


def avec_relations(courriers: Any) -> Any:
    """Letters with all that their lines show; a constant number of queries."""
    return courriers.select_related(
        "dossier__porteur",
        "dossier__contrat",
        "dossier__campagne",
        "dossier__instructeur",
        "lot__campagne",
        "lot__financeur",
        "lot__acte",
        "pdf",
        "modele",
    )


def lot_lu(lot: LotDeCourriers, *, pour: Auteur, contrat: Contrat) -> LotLu:
    """The letters of this lot that the reader sees, in the order of the files; four queries and those of its rights."""
    courriers = list(
        avec_relations(Courrier.objects.visibles_par(pour, contrat).filter(lot=lot)).order_by("dossier__numero", "pk")
    )
    return LotLu(lot, lus(courriers, empeches=empechements(courriers)))


@dataclass(frozen=True, slots=True)
class RefusDuLot:
    """What a job could not do to a letter, and why; no letter when the file has none in this lot."""

    numero: str
    motif: str
    courrier: Courrier | None


def refus_du_travail(travail: Travail, lu: LotLu) -> tuple[RefusDuLot, ...]:
    """The letters at fault of a job of this lot, among those that its reader sees, and the files that it could not open."""
    courriers = {li.courrier.dossier.numero: li.courrier for li in lu.lignes if li.courrier.etat != EtatCourrier.ANNULE}
    refus = travail.resultat.get("refus", ())
    return tuple(RefusDuLot(dit["numero"], dit["motif"], courriers.get(dit["numero"])) for dit in refus)


@dataclass(frozen=True, slots=True)
class Impression:
    """The document that prints the letters sent of a lot, as it was made for one reader."""

    fichier: Fichier
    courriers: int
    faite_le: datetime


def impression_du_lot(lu: LotLu, *, pour: Auteur) -> Impression | None:
    """The last one made for this reader, as long as it still sees every letter in it."""
    faites = Travail.objects.filter(
        nom=IMPRIMER_LES_COURRIERS,
        cible_type=lu.lot._meta.label_lower,
        cible_id=lu.lot.pk,
        demande_par=pour.utilisateur,
        etat=EtatTravail.FAIT,
    )
    derniere = faites.order_by("-cree_le").first()
    if derniere is None or derniere.termine_le is None:
        return None
    dedans = set(derniere.resultat["courriers"])
    fichier = Fichier.objects.filter(pk=derniere.resultat["fichier"]).first()
    if fichier is None or not dedans <= {ligne.courrier.pk for ligne in lu.lignes}:
        return None
    return Impression(fichier, len(dedans), derniere.termine_le)


def lus(courriers: Sequence[Courrier], *, empeches: Mapping[int, str] | None = None) -> tuple[CourrierLu, ...]:
    """These letters with the state of their e-mails; one query. `empeches` says why some may not leave."""
    comptes: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    travaux = Travail.objects.filter(
        nom=PREVENIR_DU_COURRIER, cible_type=Courrier._meta.label_lower, cible_id__in=[c.pk for c in courriers]
    )
    for cible, etat, parti in travaux.order_by().values_list("cible_id", "etat", "resultat__parti"):
        # Somebody whose account was closed meanwhile was told nothing.
        if etat != EtatTravail.FAIT or parti:
            comptes[cible or 0][etat] += 1
    return tuple(
        CourrierLu(
            courrier,
            partis=comptes[courrier.pk][EtatTravail.FAIT],
            en_attente=comptes[courrier.pk][EtatTravail.A_FAIRE] + comptes[courrier.pk][EtatTravail.EN_COURS],
            echecs=comptes[courrier.pk][EtatTravail.ECHEC],
            empechement=(empeches or {}).get(courrier.pk, ""),
        )
        for courrier in courriers
    )


def courriers_du_dossier(dossier: Dossier, *, pour: Auteur) -> tuple[CourrierLu, ...]:
    """The letters about a file that this reader may see, the latest first."""
    vus = avec_relations(Courrier.objects.visibles_par(pour, dossier.contrat).filter(dossier=dossier))
    return lus(list(vus.order_by("-envoye_le", "-pk")))
