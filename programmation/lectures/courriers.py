"""Letters as people read them: what their fields give, what is printed, where each of them stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from acteurs.models import FicheOrganisme, Organisme, TypeOrganisme
from acteurs.regles import article, contracter
from commun.auteur import Auteur
from commun.models import EtatTravail, Travail
from commun.typographie import date_longue, euros, typographie
from contrats.models import ActeDecision, Contrat

from ..etats import DEMANDE_FERME, EtatCourrier, EtatDemande, GenreCourrier
from ..models import Campagne, Courrier, DemandeFinancement, Dossier, LotDeCourriers, ModeleCourrier
from ..regles import convention_requise
from ..regles.courriers import MODELES_D_ORIGINE, SEUIL_DE_CONVENTION, TexteDeCourrier, paragraphes, phrase_de_motif

ZERO = Decimal(0)
PREVENIR_DU_COURRIER = "programmation.prevenir_du_courrier"
OUVRIR_LES_COURRIERS = "programmation.ouvrir_les_courriers"
ENVOYER_LES_COURRIERS = "programmation.envoyer_les_courriers"

# Authorities whose refusal may be brought before the administrative court.
_AUTORITES = frozenset(
    {
        TypeOrganisme.ETAT,
        TypeOrganisme.SERVICE_ETAT,
        TypeOrganisme.REGION,
        TypeOrganisme.DEPARTEMENT,
        TypeOrganisme.EPCI,
        TypeOrganisme.COMMUNE,
        TypeOrganisme.ARS,
    }
)


# --- Rows that await a letter -----------------------------------------------------------------------------------------
def a_annoncer(campagne: Campagne, financeur: Organisme) -> Any:
    """The funder's decided rows of a year that no letter tells yet, and that the porteur does not know."""
    attendues = Q(etat__in=(EtatDemande.VOTEE, EtatDemande.REFUSEE), notifie_le__isnull=True) | Q(
        etat=EtatDemande.AJOURNEE
    )
    annoncees = Courrier.objects.vivants().filter(lot__financeur=financeur, dossier__campagne=campagne)
    lues = DemandeFinancement.objects.filter(attendues, financeur=financeur, dossier__campagne=campagne)
    return lues.exclude(pk__in=annoncees.values("demandes"))


def du_lot(lot: LotDeCourriers) -> Any:
    """The rows that the letters of this lot tell: an act's own, with what the funder refuses on the same files; without
    an act, the refusals and the postponements on the other files."""
    attendues = a_annoncer(lot.campagne, lot.financeur)
    votees = attendues.filter(etat=EtatDemande.VOTEE)
    if lot.acte_id is None:
        return attendues.exclude(dossier__in=votees.values("dossier"))
    siennes = votees.filter(acte=lot.acte_id)
    refusees = Q(etat=EtatDemande.REFUSEE, dossier__in=siennes.values("dossier"))
    return attendues.filter(Q(pk__in=siennes.values("pk")) | refusees)


def genre_de(demandes: Iterable[DemandeFinancement]) -> GenreCourrier:
    """What one letter about these rows is: something is granted, else refused, else put off."""
    etats = {demande.etat for demande in demandes}
    if etats & {*DEMANDE_FERME}:
        return GenreCourrier.OCTROI
    return GenreCourrier.REFUS if EtatDemande.REFUSEE in etats else GenreCourrier.AJOURNEMENT


def rangees(demandes: Any) -> list[DemandeFinancement]:
    """Rows in the order in which a letter tells them: granted, refused, put off."""
    rangs = {EtatDemande.REFUSEE: 1, EtatDemande.AJOURNEE: 2}
    lues = demandes.select_related("dispositif", "financeur")
    return sorted(lues, key=lambda d: (rangs.get(d.etat, 0), d.dispositif.nom, d.nature))


def demandes_du_courrier(courrier: Courrier) -> list[DemandeFinancement]:
    """The rows that this letter tells, in that order."""
    return rangees(courrier.demandes.all())


# --- Text -------------------------------------------------------------------------------------------------------------
def attribue_dans_l_annee(campagne: Campagne, financeur: Organisme, porteurs: Collection[int]) -> dict[int, Decimal]:
    """What one funder made firm this year for each of these porteurs, in euros (S-11)."""
    fermes = DemandeFinancement.objects.fermes().filter(
        financeur=financeur, dossier__campagne=campagne, dossier__porteur__in=porteurs
    )
    sommes = fermes.order_by().values_list("dossier__porteur").annotate(somme=Sum("montant_vote"))
    return {porteur: somme or ZERO for porteur, somme in sommes}


def valeurs_du_courrier(
    dossier: Dossier, demandes: Sequence[DemandeFinancement], financeur: Organisme, acte: ActeDecision | None
) -> dict[str, str]:
    """What each field of `regles.courriers` gives for one letter; only the funder's own decisions."""
    votees = [demande for demande in demandes if demande.montant_vote]
    refus = [phrase_de_motif(d.motif) for d in demandes if d.etat in (EtatDemande.REFUSEE, EtatDemande.AJOURNEE)]
    conditions = [phrase_de_motif(d.conditions) for d in votees if d.conditions.strip()]
    le_financeur = article(financeur.nom, financeur.nom) + financeur.nom  # a letter writes names in full
    requise = False
    if votees:
        annee = attribue_dans_l_annee(dossier.campagne, financeur, [dossier.porteur_id])
        requise = convention_requise(annee.values(), seuil=SEUIL_DE_CONVENTION)
    valeurs = {
        "numero": dossier.numero,
        "intitule": dossier.intitule,
        "porteur": dossier.porteur.nom,
        "annee": str(dossier.campagne.annee),
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
            f"Le total des subventions attribuées à votre organisme par {le_financeur} en {dossier.campagne.annee} "
            f"dépasse {euros(SEUIL_DE_CONVENTION)} : une convention vous sera adressée pour signature."
            if requise
            else ""
        ),
        "recours": (
            "Cette décision peut être contestée devant le tribunal administratif dans les deux mois qui suivent sa "
            "notification."
            if financeur.type in _AUTORITES
            else ""
        ),
        "suivi_par": str(dossier.instructeur) if dossier.instructeur else "l’équipe du contrat",
    }
    return {nom: typographie(valeur) for nom, valeur in valeurs.items()}


def exemple_de_valeurs(demande: DemandeFinancement) -> dict[str, str]:
    """What the fields give on a real row, to try a template: programmed but not voted yet, as if it were voted."""
    if demande.montant_vote is None and demande.montant_programme is not None:
        demande.montant_vote = demande.montant_programme
    valeurs = valeurs_du_courrier(demande.dossier, [demande], demande.financeur, demande.acte)
    if demande.acte is None:
        valeurs |= dict.fromkeys(("instance", "numero_acte", "date_acte"), "…")
    return valeurs


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


# --- The lots and their letters ---------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class CourrierLu:
    """One line of a lot: the letter, and what became of its e-mails."""

    courrier: Courrier
    partis: int
    en_attente: int
    echecs: int

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
        "dossier__porteur", "dossier__contrat", "dossier__campagne", "lot__financeur", "lot__acte", "pdf", "modele"
    )


def lot_lu(lot: LotDeCourriers, *, pour: Auteur, contrat: Contrat) -> LotLu:
    """The letters of this lot that the reader sees, in the order of the files; two queries and those of its rights."""
    courriers = list(
        avec_relations(Courrier.objects.visibles_par(pour, contrat).filter(lot=lot)).order_by("dossier__numero", "pk")
    )
    return LotLu(lot, lus(courriers))


def lus(courriers: Sequence[Courrier]) -> tuple[CourrierLu, ...]:
    """These letters with the state of their e-mails; one query."""
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
        )
        for courrier in courriers
    )


def courriers_du_dossier(dossier: Dossier, *, pour: Auteur) -> tuple[CourrierLu, ...]:
    """The letters about a file that this reader may see, the latest first."""
    vus = avec_relations(Courrier.objects.visibles_par(pour, dossier.contrat).filter(dossier=dossier))
    return lus(list(vus.order_by("-envoye_le", "-pk")))
