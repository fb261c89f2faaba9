"""Invents the team's work on the coming year's files: checks, corrections asked, opinions asked, accounts joined."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle

from acteurs.models import Organisme, TypePiece
from commun import fichiers
from commun.journal import inscrire_lot, preparer
from commun.models import LigneJournal
from contrats.models import TypeComite
from programmation.etats import EtatDossier, QualiteAvis, SensAvis
from programmation.models import (
    Attestation,
    Avis,
    CaractereDossier,
    DemandeDeComplement,
    Dossier,
    GenreAttestation,
    IndicateurPrevu,
    PieceDossier,
    PointAVerifier,
    PointVerifie,
    SollicitationAvis,
)

from .calendrier import a_l_heure
from .monde import Monde

E = EtatDossier
VERIFIES = (E.COMPLET, E.RECEVABLE, E.EN_INSTRUCTION)
# What is asked, which fields open, how many days are left; below zero the date is past.
COMPLEMENTS = (
    (
        "Le relevé d’identité bancaire n’est pas au nom de l’association, et le bilan manque.",
        ["organisme", "pieces"],
        9,
    ),
    ("Précisez le nombre de femmes attendues et la répartition entre les quartiers.", ["sexes", "localisations"], 3),
    ("Le montant demandé n’est pas le même dans le budget et auprès des financeurs.", ["budget", "demandes"], -2),
)
QUESTIONS = {
    QualiteAvis.CONSEIL: "L’action répond-elle à un besoin des habitants du quartier\u202f?",
    QualiteAvis.ORGANISME: "L’action est-elle complémentaire de ce que fait la commune\u202f?",
    QualiteAvis.GROUPE: "Le groupe connaît-il une offre de droit commun pour ce public\u202f?",
}
REPONSES = (
    (SensAvis.FAVORABLE, "Attendue par les habitants\u202f; prévoir des horaires le mercredi."),
    (SensAvis.RESERVE, "Oui, à condition de mieux faire connaître l’action au pied des immeubles."),
)
BILAN = "Compte rendu fictif, joint pour la démonstration. Aucune donnée réelle."
BUTS = "Permettre aux habitants d’accéder à une activité près de chez eux, puis d’y prendre des responsabilités."
MOYENS = "Un animateur à mi-temps, des bénévoles de l’association, une salle prêtée par la commune."
INDICATEUR = "Participants réguliers"


def creer_instruction(monde: Monde) -> None:
    """Write it for the coming year's campaign, if there is one."""
    a_venir = [annee for annee in monde.calendrier.annees if monde.calendrier.est_a_venir(annee)]
    dossiers = list(
        Dossier.objects.filter(contrat=monde.contrat, campagne__annee__in=a_venir, fictif=True, depose_le__isnull=False)
        .select_related("porteur", "orientation", "precedent")
        .order_by("numero")
    )
    lignes = [
        *_complements(monde, [d for d in dossiers if d.etat == E.INCOMPLET]),
        *_avis(monde, [d for d in dossiers if d.etat == E.EN_INSTRUCTION]),
    ]
    inscrire_lot(sorted(lignes, key=lambda ligne: ligne.fait_le), nouveaux=False)
    _attestations(dossiers)
    _reponses(dossiers)
    _points(monde, [d for d in dossiers if d.etat in VERIFIES])
    # The last wave is given to nobody yet.
    Dossier.objects.filter(pk__in=[d.pk for d in dossiers if d.etat == E.DEPOSE]).update(instructeur=None)
    _bilans(monde, [d for d in dossiers if d.caractere == CaractereDossier.RECONDUITE])


def _hier(monde: Monde, jours: int) -> datetime:
    return a_l_heure(monde.calendrier.aujourdhui - timedelta(days=jours), 11)


def _attestations(dossiers: list[Dossier]) -> None:
    """Nine associations out of ten have given theirs."""
    Attestation.objects.bulk_create(
        (
            Attestation(dossier=dossier, genre=genre, version="2026-1", acceptee_le=dossier.depose_le)
            for rang, dossier in enumerate(dossiers)
            if rang % 10
            for genre in GenreAttestation
        ),
        ignore_conflicts=True,
    )


def _points(monde: Monde, dossiers: list[Dossier]) -> None:
    chef = monde.utilisateurs["chef-de-projet"]
    PointVerifie.objects.bulk_create(
        PointVerifie(dossier=dossier, point=point, conforme=True, verifie_le=dossier.depose_le, verifie_par=chef)
        for dossier in dossiers
        for point in PointAVerifier
        if point != PointAVerifier.DEROGATION
    )


def _complements(monde: Monde, dossiers: list[Dossier]) -> Iterator[LigneJournal]:
    """A correction asked on each file as it was declared incomplete; one out of three is late."""
    chef = monde.chef_de_projet
    declares = dict(
        LigneJournal.objects.filter(
            cible_type=Dossier._meta.label_lower, cible_id__in=[d.pk for d in dossiers], acte="declarer_incomplet"
        ).values_list("cible_id", "fait_le")
    )
    demandes = [
        DemandeDeComplement(
            dossier=dossier,
            motif=motif,
            champs=champs,
            echeance=monde.calendrier.aujourdhui + timedelta(days=reste),
            demandee_le=declares.get(dossier.pk) or _hier(monde, 6),
            demandee_par=chef.utilisateur,
        )
        for dossier, (motif, champs, reste) in zip(dossiers, cycle(COMPLEMENTS), strict=False)
    ]
    for demande in DemandeDeComplement.objects.bulk_create(demandes):
        yield preparer(
            demande.dossier,
            acte="demander_complement",
            libelle="Complément demandé",
            par=chef,
            le=demande.demandee_le,
            motif=demande.motif,
            apres={"echeance": demande.echeance.isoformat()},
        )


def _avis(monde: Monde, dossiers: list[Dossier]) -> Iterator[LigneJournal]:
    """Opinions asked from the conseil citoyen, a commune and a group; one out of four has come."""
    conseil, denain = monde.organismes["conseil-citoyen"], monde.organismes["commune-59172"]
    groupe = monde.contrat.comites.filter(type=TypeComite.GROUPE_THEMATIQUE).order_by("pk").first()
    consultes: list[tuple[Organisme, QualiteAvis]] = [(conseil, QualiteAvis.CONSEIL), (denain, QualiteAvis.ORGANISME)]
    if groupe is not None:
        consultes.append((monde.contrat.pilote, QualiteAvis.GROUPE))
    chef, le, rendu_le = monde.chef_de_projet, _hier(monde, 8), _hier(monde, 2)
    for rang, dossier in enumerate(dossiers[:24]):
        organisme, qualite = consultes[rang % len(consultes)]
        if dossier.porteur_id == organisme.pk:
            continue
        comite = groupe if qualite == QualiteAvis.GROUPE else None
        cles = {"dossier": dossier, "organisme": organisme, "qualite": qualite, "comite": comite}
        avis = Avis.objects.filter(**cles).first()
        if avis is None and rang % 4 == 0:
            sens, texte = REPONSES[rang // 4 % len(REPONSES)]
            avis = Avis.objects.create(**cles, sens=sens, texte=texte, rendu_le=rendu_le, fictif=True)
        demandee = SollicitationAvis.objects.create(
            **cles,
            question=QUESTIONS[qualite],
            echeance=monde.calendrier.aujourdhui + timedelta(days=7 + rang % 5),
            demandee_le=le,
            demandee_par=chef.utilisateur,
            annoncee_le=le,
            avis=avis,
        )
        libelle = f"Avis demandé : {demandee.a_qui}"
        yield preparer(dossier, acte="solliciter_avis", libelle=libelle, par=chef, le=le, motif=demandee.question)


def _bilans(monde: Monde, dossiers: list[Dossier]) -> None:
    """The account of last year's action, joined to nine renewals out of ten."""
    fichier = fichiers.ranger(BILAN.encode(), nom="compte-rendu-fictif.txt", type_mime="text/plain")
    PieceDossier.objects.bulk_create(
        PieceDossier(
            dossier=dossier, type=TypePiece.BILAN, fichier=fichier, deposee_le=dossier.depose_le or _hier(monde, 1)
        )
        for rang, dossier in enumerate(dossiers)
        if rang % 10 != 9
    )


def _reponses(dossiers: list[Dossier]) -> None:
    """What the form asks and that nothing else invents: aims, means, one indicator."""
    cles = [dossier.pk for dossier in dossiers]
    Dossier.objects.filter(pk__in=cles, buts="").update(buts=BUTS)
    Dossier.objects.filter(pk__in=cles, moyens="").update(moyens=MOYENS)
    sans_indicateur = Dossier.objects.filter(pk__in=cles, indicateurs__isnull=True)
    IndicateurPrevu.objects.bulk_create(
        IndicateurPrevu(dossier=dossier, libelle=INDICATEUR, unite="personnes", cible=dossier.beneficiaires)
        for dossier in sans_indicateur
    )
