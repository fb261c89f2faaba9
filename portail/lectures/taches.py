"""What awaits a person in each of its roles: files, commitments, meetings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Min
from django.urls import reverse

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.memoire import retenir
from commun.typographie import nombre
from contrats.etats import EtatEngagement, EtatInscription, EtatVisa, Role
from contrats.lectures.attentes import (
    ReunionAnnoncee,
    attentes_de_l_equipe,
    decisions_a_executer,
    reunions_annoncees,
)
from contrats.lectures.instances import est_en_retard
from contrats.lectures.moyens import reponses_attendues
from contrats.lectures.revue import remarques_sans_suite
from contrats.models import Contrat, DecisionReunion, Engagement, Inscription, PointAvancement, Reunion
from contrats.permissions import RolesTenus, organismes_annonces, roles
from evaluation.permissions import peut_produire
from evaluation.rapports.catalogue import a_corriger
from programmation.etats import EtatAccompagnement, EtatDossier
from programmation.lectures.besoins import compter_les_besoins
from programmation.lectures.echanges import boite
from programmation.lectures.tableau import Attente, en_attente
from programmation.models import Accompagnement, DemandeDeComplement, Dossier, SensMessage, SollicitationAvis
from programmation.permissions.besoins import ANIMENT

# Label, what is awaited, whether only a decider does it.
_ATTENDU_D_UN_FINANCEUR = (
    ("Proposer un montant", Attente.PROPOSITION, False),
    ("Prendre l’acte des montants programmés", Attente.ACTE, True),
    ("Notifier les montants votés et les refus", Attente.NOTIFICATION, True),
)


@dataclass(frozen=True, slots=True)
class Tache:
    """Something that waits for this person; it goes away by itself once done."""

    libelle: str
    nombre: int
    url: str
    qui: str
    echeance: date | None = None


def nombre_de_taches(contrat: Contrat, annee: int, *, pour: Auteur, le: date) -> int:
    """How many lines `taches` has, for the frame of every page. Kept until the next act, a minute at most."""
    quoi = ("taches", annee, le, pour.utilisateur.pk, roles(pour, contrat))
    return retenir(contrat.pk, quoi, lambda: len(taches(contrat, annee, pour=pour, le=le)))


def taches(contrat: Contrat, annee: int, *, pour: Auteur, le: date) -> list[Tache]:
    """What awaits the person in each of its roles, computed from the states; empty lines are left out."""
    tenus = roles(pour, contrat)
    trouvees = [
        *_taches_de_l_equipe(contrat, annee, pour, le, tenus),
        *_taches_du_financeur(contrat, annee, pour, tenus),
        *_taches_du_porteur(contrat, annee, tenus),
        *_avis_demandes(contrat, annee, pour),
        *_besoins_a_mener(contrat, annee, pour, tenus),
        *_echanges(contrat, annee, pour, tenus),
        *_taches_du_signataire(contrat, le, tenus),
        *_moyens_a_dire(contrat, annee, tenus),
        *_catalogue_a_refaire(contrat, annee, pour),
        *_taches_des_reunions(contrat, pour, le, tenus),
    ]
    return [tache for tache in trouvees if tache.nombre]


def _catalogue_a_refaire(contrat: Contrat, annee: int, pour: Auteur) -> list[Tache]:
    """Asked of an edition of hundreds of actions: read again after an act only."""
    if not peut_produire(pour, contrat):
        return []
    combien = retenir(contrat.pk, ("catalogue_a_refaire", annee), lambda: a_corriger(contrat, annee))
    url = reverse("evaluation:catalogue", args=[contrat.slug, annee])
    return [Tache("Publier un nouveau catalogue : celui que tous lisent dit ce qui a changé", combien, url, "Équipe")]


def _taches_de_l_equipe(contrat: Contrat, annee: int, pour: Auteur, le: date, tenus: RolesTenus) -> list[Tache]:
    if not tenus.tient(Role.CHEF_DE_PROJET):
        return []
    dossiers = Dossier.objects.visibles_par(pour, contrat).filter(campagne__annee=annee)
    comptes = dict(dossiers.order_by().values_list("etat").annotate(nombre=Count("pk")))
    tableau = adresse_du_tableau(contrat, annee)
    prets = en_attente(dossiers, Attente.COPIL, pour=pour, contrat=contrat)
    a_viser = (
        PointAvancement.objects.filter(
            engagement__contrat=contrat, engagement__retire_le__isnull=True, visa=EtatVisa.NON_VU
        )
        .order_by("annee")
        .values_list("annee")
        .annotate(nombre=Count("pk"))
    )
    return [
        Tache(
            "Vérifier les inscriptions de porteurs",
            Inscription.objects.filter(contrat=contrat, etat=EtatInscription.A_VERIFIER).count()
            if tenus.pilote_tout
            else 0,
            reverse("contrats:inscriptions_a_verifier", args=[contrat.slug]),
            "Équipe",
        ),
        Tache("Vérifier les dossiers déposés", comptes.get("depose", 0), f"{tableau}?etat=depose", "Équipe"),
        Tache(
            "Relancer : l’échéance d’un complément est passée",
            DemandeDeComplement.objects.ouvertes()
            .filter(dossier__in=dossiers.filter(etat=EtatDossier.INCOMPLET), echeance__lt=le)
            .count(),
            f"{tableau}?etat=incomplet",
            "Équipe",
        ),
        Tache("Se prononcer sur la recevabilité", comptes.get("complet", 0), f"{tableau}?etat=complet", "Équipe"),
        Tache("Ouvrir l’instruction", comptes.get("recevable", 0), f"{tableau}?etat=recevable", "Équipe"),
        Tache(
            "Préparer pour le COPIL : tous les financeurs ont proposé",
            prets.count(),
            f"{tableau}?attend={Attente.COPIL}",
            "Équipe",
        ),
        *(
            Tache(
                f"Viser les déclarations {an} des signataires",
                nombre_du_an,
                reverse("contrats:revue", args=[contrat.slug, an]) + f"?visa={EtatVisa.NON_VU.value}",
                "Équipe",
            )
            for an, nombre_du_an in a_viser
        ),
        *(
            Tache(
                f"Donner suite aux remarques sur la revue {an}",
                sans_suite,
                reverse("contrats:signataires", args=[contrat.slug, an]) + "#remarques",
                "Équipe",
            )
            for an, sans_suite in (remarques_sans_suite(contrat) if tenus.pilote_tout else ())
        ),
    ]


def _besoins_a_mener(contrat: Contrat, annee: int, pour: Auteur, tenus: RolesTenus) -> list[Tache]:
    """The needs to define and the answers to calls, for those who lead them."""
    if not tenus.tient(*ANIMENT):
        return []
    comptes = compter_les_besoins(contrat, pour=pour)
    url = reverse("programmation:besoins", args=[contrat.slug, annee])
    return [
        Tache("Définir l’opportunité des besoins signalés", comptes.signales, url, "Toute l’année"),
        Tache("Répondre aux candidatures", comptes.candidatures, url, "Toute l’année"),
    ]


def _taches_du_financeur(contrat: Contrat, annee: int, pour: Auteur, tenus: RolesTenus) -> list[Tache]:
    """Counted in files, as the list that each task opens counts them."""
    decide = tenus.organismes(Role.DECIDEUR)
    miens = Organisme.objects.filter(pk__in=tenus.organismes(Role.INSTRUCTEUR) | decide)
    dossiers = Dossier.objects.visibles_par(pour, contrat).filter(campagne__annee=annee)
    trouvees = []
    for financeur in miens:
        for libelle, attente, decideur in _ATTENDU_D_UN_FINANCEUR:
            if decideur and financeur.pk not in decide:
                continue
            concernes = en_attente(dossiers, attente, pour=pour, contrat=contrat, financeurs=[financeur.pk])
            url = f"{adresse_du_tableau(contrat, annee)}?financeur={financeur.pk}&attend={attente}"
            trouvees.append(Tache(libelle, concernes.count(), url, financeur.nom_court))
    return trouvees


def _taches_du_porteur(contrat: Contrat, annee: int, tenus: RolesTenus) -> list[Tache]:
    if not tenus.organismes_porteurs:
        return []
    miens = Dossier.objects.filter(contrat=contrat, campagne__annee=annee, porteur__in=tenus.organismes_porteurs)
    incomplets = miens.filter(etat=EtatDossier.INCOMPLET)
    echeance = DemandeDeComplement.objects.ouvertes().filter(dossier__in=incomplets).aggregate(le=Min("echeance"))["le"]
    brouillons = miens.filter(etat=EtatDossier.BROUILLON)
    limite = brouillons.filter(dispositif__permanent=False).aggregate(le=Max("campagne__limite_depot"))["le"]
    url = reverse("programmation:demandes", kwargs={"contrat": contrat.slug, "annee": annee})
    return [
        Tache("Compléter un dossier", incomplets.count(), url, "Porteur", echeance),
        Tache("Finir et déposer une demande", brouillons.count(), url, "Porteur", limite),
        Tache(
            "Répondre à l’appui proposé",
            Accompagnement.objects.filter(
                contrat=contrat, organisme__in=tenus.organismes_porteurs, etat=EtatAccompagnement.PROPOSE
            ).count(),
            reverse("programmation:mon_organisme", args=[contrat.slug]),
            "Porteur",
        ),
    ]


def _avis_demandes(contrat: Contrat, annee: int, pour: Auteur) -> list[Tache]:
    """The opinions that this person's organisation has not given yet, and the first date."""
    attendus = SollicitationAvis.objects.en_attente().adressees_a(pour, contrat).filter(dossier__campagne__annee=annee)
    compte = attendus.order_by().aggregate(nombre=Count("pk"), echeance=Min("echeance"))
    url = reverse("programmation:avis_demandes", kwargs={"contrat": contrat.slug, "annee": annee})
    return [Tache("Donner un avis demandé", compte["nombre"], url, "Avis", compte["echeance"])]


def _echanges(contrat: Contrat, annee: int, pour: Auteur, tenus: RolesTenus) -> list[Tache]:
    """What was written to this person and that it has not read; messages of porteurs await the team alone."""
    if not tenus.instruit and not tenus.organismes_porteurs:
        return []
    recus = boite(contrat, annee, pour=pour)
    equipe = [m for m in recus.messages if m.sens == SensMessage.DU_PORTEUR] if tenus.pilote else []
    porteur = [m for m in recus.messages if m.sens == SensMessage.AU_PORTEUR]
    url = reverse("programmation:boite", kwargs={"contrat": contrat.slug, "annee": annee})
    return [
        Tache("Lire les messages des porteurs", len(equipe), url, "Équipe"),
        Tache("Lire les messages de l’équipe", len(porteur), url, "Porteur"),
        Tache("Lire les notes qui vous nomment", len(recus.mentions), url, "Échanges"),
    ]


def _taches_du_signataire(contrat: Contrat, le: date, tenus: RolesTenus) -> list[Tache]:
    miens = tenus.organismes(Role.SIGNATAIRE, Role.BAILLEUR)
    if not miens:
        return []
    if le.year not in contrat.annees:
        return []
    siens = Engagement.objects.filter(contrat=contrat).des_organismes(miens)
    points = PointAvancement.objects.filter(annee=le.year)
    sans_point = siens.exclude(pk__in=points.exclude(etat=EtatEngagement.SANS_INFORMATION).values("engagement"))
    a_completer = siens.filter(pk__in=points.filter(visa=EtatVisa.A_COMPLETER).values("engagement"))
    url = reverse("contrats:mes_engagements", args=[contrat.slug, le.year])
    return [
        Tache(f"Dire où en sont vos engagements en {le.year}", sans_point.count(), url, "Signataire"),
        Tache(f"Compléter vos déclarations {le.year}", a_completer.count(), url, "Signataire"),
    ]


def _moyens_a_dire(contrat: Contrat, annee: int, tenus: RolesTenus) -> list[Tache]:
    """The means of the organisations for which the person answers, once the team has asked for them."""
    siens = organismes_annonces(tenus)
    return [
        Tache(
            f"Dire vos moyens {annee}",
            p.completude.manquantes,
            reverse("contrats:annoncer_moyens", args=[contrat.slug, annee, p.pk]),
            p.nom,
        )
        for p in (reponses_attendues(contrat, annee, siens) if siens else ())
    ]


def _taches_des_reunions(contrat: Contrat, pour: Auteur, le: date, tenus: RolesTenus) -> list[Tache]:
    """What the team prepares and closes, what the others are called to, what each organisation must carry out."""
    if tenus.tient(Role.CHEF_DE_PROJET):
        trouvees = _reunions_de_l_equipe(contrat, pour, le)
    else:
        trouvees = [_reunion_du_membre(contrat, annoncee) for annoncee in reunions_annoncees(contrat, pour=pour, le=le)]
    if decisions := decisions_a_executer(contrat, pour=pour):
        trouvees.append(_decisions_de_l_organisme(contrat, decisions, le))
    return trouvees


def _reunion_du_membre(contrat: Contrat, annoncee: ReunionAnnoncee) -> Tache:
    reunion = annoncee.reunion
    if annoncee.dossier:
        return Tache(f"Lire le dossier de séance : {reunion}", 1, _reunion(contrat, reunion), "Comités", reunion.le)
    return Tache(f"Participer à la réunion : {reunion}", 1, _reunion(contrat, reunion), "Comités")


def _decisions_de_l_organisme(contrat: Contrat, decisions: list[DecisionReunion], le: date) -> Tache:
    responsables = {d.responsable_id: d.responsable.nom_court for d in decisions if d.responsable}
    retards = sum(est_en_retard(d, le) for d in decisions)
    return Tache(
        "Exécuter les décisions des comités" + (f", dont {nombre(retards)} en retard" if retards else ""),
        len(decisions),
        reverse("contrats:decisions", args=[contrat.slug]) + "?situation=miennes",
        ", ".join(responsables.values()),
        next((d.echeance for d in decisions if d.echeance and d.echeance >= le), None),
    )


def _reunions_de_l_equipe(contrat: Contrat, pour: Auteur, le: date) -> list[Tache]:
    attentes = attentes_de_l_equipe(contrat, pour=pour, le=le)
    suites = (
        ("Écrire l’ordre du jour", attentes.sans_ordre_du_jour),
        ("Envoyer les convocations", attentes.a_convoquer),
        ("Produire le dossier de séance", attentes.sans_dossier),
        ("Envoyer le compte rendu", attentes.sans_compte_rendu),
    )
    retards = len(attentes.decisions_en_retard)
    url = reverse("contrats:decisions", args=[contrat.slug]) + "?situation=retard"
    return [
        *(_tache_de_reunions(contrat, libelle, reunions, le) for libelle, reunions in suites if reunions),
        Tache("Relancer les décisions en retard", retards, url, "Comités"),
    ]


def _tache_de_reunions(contrat: Contrat, libelle: str, reunions: tuple[Reunion, ...], le: date) -> Tache:
    """One meeting opens by itself; several open their list. The first one gives its date, when it is to come."""
    premiere = reunions[0]
    echeance = premiere.le if premiere.le >= le else None
    if len(reunions) == 1:
        return Tache(f"{libelle} : {premiere}", 1, _reunion(contrat, premiere), "Comités", echeance)
    toutes = reverse("contrats:reunions", args=[contrat.slug])
    return Tache(f"{libelle} de plusieurs réunions", len(reunions), toutes, "Comités", echeance)


def _reunion(contrat: Contrat, reunion: Reunion) -> str:
    return reverse("contrats:reunion", args=[contrat.slug, reunion.pk])


def adresse_du_tableau(contrat: Contrat, annee: int) -> str:
    """The instruction table of a year."""
    return reverse("programmation:tableau", kwargs={"contrat": contrat.slug, "annee": annee})
