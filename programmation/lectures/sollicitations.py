"""Opinions asked: who may be asked of a file, what is asked of a person, what was answered, the sheet that is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet

from acteurs.models import Organisme, TypeOrganisme
from commun.auteur import Auteur
from commun.recherche import normaliser
from contrats.etats import Role
from contrats.models import Comite, Contrat, Habilitation, MembreComite, TypeComite
from contrats.permissions import roles

from ..etats import QualiteAvis
from ..models import Dossier, SollicitationAvis
from ..models.avis import REPONDENT, ROLES_DES_GROUPES
from .destinataires import gens
from .lieux import Lieu, codes_des_communes, lieux_du_dossier


@dataclass(frozen=True, slots=True)
class Candidat:
    """Somebody whose opinion may be asked on a file."""

    cle: str  # « organisme-12 », « groupe-5 »
    libelle: str
    organisme: Organisme
    qualite: str
    comite: Comite | None = None


@dataclass(frozen=True, slots=True)
class GroupeDeCandidats:
    titre: str
    candidats: tuple[Candidat, ...]


@dataclass(frozen=True, slots=True)
class SollicitationLue:
    """An opinion asked, as a list shows it."""

    pk: int
    numero: str
    intitule: str
    porteur: str
    a_qui: str
    question: str
    echeance: date
    sens: str
    sens_libelle: str
    rendu_le: datetime | None
    relancee_le: datetime | None
    en_retard: bool
    fictif: bool

    @property
    def rendue(self) -> bool:
        return self.rendu_le is not None


@dataclass(frozen=True, slots=True)
class FichePourAvis:
    """What is read of a file by those whose opinion is asked: no funder's money, nobody's name."""

    numero: str
    intitule: str
    porteur: str
    annee: int
    caractere: str
    resume: str
    buts: str
    besoin: str
    droit_commun_insuffisant: str
    orientation: str
    objectifs: tuple[str, ...]
    lieux: tuple[Lieu, ...]
    lieu: str
    debut: date | None
    fin: date | None
    calendrier: str
    partenaires: str
    beneficiaires: int | None
    beneficiaires_qpv: int | None
    femmes: int | None
    hommes: int | None
    jeunes: int | None
    cout: Decimal
    fictif: bool


COMMUNES_DE_L_ACTION = "Communes de l’action"


def candidats(dossier: Dossier) -> list[GroupeDeCandidats]:
    """Who may be asked on this file: its communes, délégués, groups, conseils citoyens, the other organisations."""
    communes = Organisme.objects.filter(type=TypeOrganisme.COMMUNE, code_commune__in=codes_des_communes(dossier))
    du_lieu = {o.pk: o for o in communes.exclude(pk=dossier.porteur_id).order_by("nom")}
    return _groupes(dossier.contrat, du_lieu, sauf=dossier.porteur_id, orientation=dossier.orientation_id)


def candidats_du_contrat(contrat: Contrat) -> list[GroupeDeCandidats]:
    """Who may be asked on some file of the contract, its communes aside: they are those of each action."""
    return _groupes(contrat, {}, sauf=None, orientation=None)


def _groupes(
    contrat: Contrat, du_lieu: dict[int, Organisme], *, sauf: int | None, orientation: int | None
) -> list[GroupeDeCandidats]:
    tenues = (
        Habilitation.objects.actives().filter(contrat=contrat).select_related("organisme").order_by("organisme__nom")
    )
    if sauf is not None:
        tenues = tenues.exclude(organisme=sauf)
    par_role: dict[str, dict[int, Organisme]] = defaultdict(dict)
    for habilitation in tenues:
        par_role[habilitation.role][habilitation.organisme_id] = habilitation.organisme
    autres = {
        pk: o
        for role in REPONDENT[QualiteAvis.ORGANISME]
        for pk, o in par_role[role].items()
        if pk not in du_lieu and pk != contrat.pilote_id
    }
    comites = contrat.comites.filter(type=TypeComite.GROUPE_THEMATIQUE).order_by("nom")
    tries = sorted(comites, key=lambda comite: comite.orientation_id != orientation)
    groupes = [
        (COMMUNES_DE_L_ACTION, [_candidat(o, QualiteAvis.ORGANISME) for o in du_lieu.values()]),
        ("Délégués du préfet", [_candidat(o, QualiteAvis.DELEGUE) for o in par_role[Role.DELEGUE_PREFET].values()]),
        (
            "Groupes thématiques",
            [Candidat(f"groupe-{c.pk}", c.nom, contrat.pilote, QualiteAvis.GROUPE, c) for c in tries],
        ),
        ("Conseils citoyens", [_candidat(o, QualiteAvis.CONSEIL) for o in par_role[Role.CONSEIL_CITOYEN].values()]),
        (
            "Autres organismes du contrat",
            [_candidat(o, QualiteAvis.ORGANISME) for o in sorted(autres.values(), key=lambda o: normaliser(o.nom))],
        ),
    ]
    return [GroupeDeCandidats(titre, tuple(trouves)) for titre, trouves in groupes if trouves]


def sollicitations_du_dossier(dossier: Dossier, *, le: date) -> tuple[SollicitationLue, ...]:
    """All that was asked on one file."""
    return tuple(_lire(s, le) for s in _avec_relations(SollicitationAvis.objects.filter(dossier=dossier)))


def avis_demandes(contrat: Contrat, annee: int, *, pour: Auteur, le: date) -> tuple[SollicitationLue, ...]:
    """What is asked of this reader, and of everybody for the team; what awaits first, by date."""
    lisibles = SollicitationAvis.objects.lisibles_par(pour, contrat).filter(dossier__campagne__annee=annee)
    lues = [_lire(s, le) for s in _avec_relations(lisibles)]
    return tuple(sorted(lues, key=lambda s: (s.rendue, s.echeance, s.numero)))


def fiche_pour_avis(dossier: Dossier) -> FichePourAvis:
    """The restricted sheet of a file."""
    return FichePourAvis(
        numero=dossier.numero,
        intitule=dossier.intitule,
        porteur=dossier.porteur.nom,
        annee=dossier.campagne.annee,
        caractere=dossier.get_caractere_display(),
        resume=dossier.resume,
        buts=dossier.buts,
        besoin=dossier.besoin,
        droit_commun_insuffisant=dossier.droit_commun_insuffisant,
        orientation=str(dossier.orientation) if dossier.orientation else "",
        objectifs=tuple(objectif.nom for objectif in dossier.objectifs.all()),
        lieux=lieux_du_dossier(dossier),
        lieu=dossier.lieu,
        debut=dossier.debut,
        fin=dossier.fin,
        calendrier=dossier.calendrier,
        partenaires=dossier.partenaires,
        beneficiaires=dossier.beneficiaires,
        beneficiaires_qpv=dossier.beneficiaires_qpv,
        femmes=dossier.femmes,
        hommes=dossier.hommes,
        jeunes=dossier.jeunes,
        cout=dossier.cout_total,
        fictif=dossier.fictif,
    )


def lit_le_dossier(auteur: Auteur, dossier: Dossier) -> bool:
    """True when this reader may open the whole file, not its sheet alone."""
    tenus = roles(auteur, dossier.contrat)
    return tenus.instruit and Dossier.objects.instruits_par(auteur, dossier.contrat).filter(pk=dossier.pk).exists()


def gens_consultes(contrat: Contrat, sollicitations: Iterable[SollicitationAvis]) -> dict[int, list[SollicitationAvis]]:
    """Who is written to, by account, with what is asked of each: those who answer, and those who sit in the group."""
    trouves: dict[int, list[SollicitationAvis]] = defaultdict(list)
    for sollicitation in sollicitations:
        if sollicitation.comite_id is None:
            attendus = REPONDENT[QualiteAvis(sollicitation.qualite)]
            personnes = gens(contrat, attendus, [sollicitation.organisme_id])
        else:
            siegent = MembreComite.objects.filter(comite=sollicitation.comite_id, invite=False)
            personnes = gens(contrat, ROLES_DES_GROUPES, siegent.values_list("organisme_id", flat=True))
        for personne in personnes:
            trouves[personne.pk].append(sollicitation)
    return trouves


def _candidat(organisme: Organisme, qualite: QualiteAvis) -> Candidat:
    return Candidat(f"{qualite.value}-{organisme.pk}", organisme.nom, organisme, qualite.value)


def _avec_relations(sollicitations: QuerySet[SollicitationAvis]) -> QuerySet[SollicitationAvis]:
    return sollicitations.select_related("dossier__porteur", "dossier__contrat", "organisme", "comite", "avis")


def _lire(s: SollicitationAvis, le: date) -> SollicitationLue:
    return SollicitationLue(
        pk=s.pk,
        numero=s.dossier.numero,
        intitule=s.dossier.intitule,
        porteur=s.dossier.porteur.nom,
        a_qui=s.a_qui,
        question=s.question,
        echeance=s.echeance,
        sens=s.avis.sens if s.avis else "",
        sens_libelle=s.avis.get_sens_display() if s.avis else "",
        rendu_le=s.avis.rendu_le if s.avis else None,
        relancee_le=s.relancee_le,
        en_retard=s.avis_id is None and s.echeance < le,
        fictif=s.dossier.fictif,
    )
