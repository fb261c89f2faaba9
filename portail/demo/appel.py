"""Invents what a call for projects says, and the projects told before any deposit; all marked fictitious."""

from __future__ import annotations

from datetime import date, timedelta

from acteurs.models import FormeJuridique, Organisme
from contrats.models import Ressource, Reunion
from programmation.actions.intentions import donner_avis_intention, proposer_intention, repondre_intention
from programmation.models import (
    Campagne,
    CritereCampagne,
    Dispositif,
    Etape,
    EtapeCampagne,
    Intention,
    OuvertureTardive,
)

from .calendrier import a_l_heure
from .monde import Monde
from .textes import (
    CADRAGE,
    CRITERES,
    DESCRIPTIONS_DES_DISPOSITIFS,
    INTENTIONS,
    MENTION_FICTIVE,
    IntentionInventee,
)

ASSOCIATIONS = [FormeJuridique.ASSOCIATION_1901, FormeJuridique.ASSOCIATION_LOCALE]
FORMES_ADMISES = {"sip": ASSOCIATIONS, "fdc": [FormeJuridique.DROIT_PUBLIC], "dpv": [FormeJuridique.DROIT_PUBLIC]}


def creer_appels(monde: Monde) -> None:
    """What each year's call says; its projects for the coming year only."""
    _completer_les_dispositifs(monde)
    campagnes = list(Campagne.objects.filter(contrat=monde.contrat, fictif=True).order_by("annee"))
    for campagne in campagnes:
        _ecrire_la_campagne(monde, campagne)
    if campagnes:
        _proposer_des_intentions(monde, campagnes[-1])


def _completer_les_dispositifs(monde: Monde) -> None:
    dispositifs = list(Dispositif.objects.filter(contrat=monde.contrat))
    for dispositif in dispositifs:
        dispositif.description = DESCRIPTIONS_DES_DISPOSITIFS.get(dispositif.code, dispositif.description)
        dispositif.formes_admises = FORMES_ADMISES.get(dispositif.code, [])
    Dispositif.objects.bulk_update(dispositifs, ["description", "formes_admises"])


def _ecrire_la_campagne(monde: Monde, campagne: Campagne) -> None:
    campagne.cadrage = f"{CADRAGE} {MENTION_FICTIVE}"
    campagne.save(update_fields=["cadrage"])
    prioritaires = sorted(monde.objectifs.items())[campagne.annee % 3 :: 9]
    campagne.priorites.set([objectif for _, objectif in prioritaires])
    CritereCampagne.objects.bulk_create(
        CritereCampagne(campagne=campagne, ordre=rang, libelle=libelle, aide=aide, poids=poids)
        for rang, (libelle, aide, poids) in enumerate(CRITERES, start=1)
    )
    EtapeCampagne.objects.bulk_create(
        EtapeCampagne(campagne=campagne, etape=etape, du=du, au=au) for etape, du, au in _etapes(campagne)
    )
    if monde.calendrier.est_a_venir(campagne.annee):
        porteur = monde.porteurs[7].organisme
        OuvertureTardive.objects.create(
            campagne=campagne,
            porteur=porteur,
            jusqu_au=campagne.limite_depot + timedelta(days=12),
            motif="Assemblée générale reportée\u202f: les comptes approuvés arrivent après la date limite.",
            ouverte_le=a_l_heure(monde.calendrier.aujourdhui - timedelta(days=3), 15),
            ouverte_par=monde.chef_de_projet.utilisateur,
        )


def _etapes(campagne: Campagne) -> list[tuple[Etape, date, date | None]]:
    """The stages around the campaign's own days."""
    ouverture, limite = campagne.ouverte_le, campagne.limite_depot
    copil = campagne.copil_prevu_le or limite + timedelta(days=60)

    def jours(depart: date, nombre: int) -> date:
        return depart + timedelta(days=nombre)

    return [
        (Etape.CADRAGE, jours(ouverture, -21), None),
        (Etape.LANCEMENT, ouverture, None),
        (Etape.RENCONTRE, jours(ouverture, 10), None),
        (Etape.REVUE, jours(ouverture, 15), jours(ouverture, 32)),
        (Etape.DEPOT, ouverture, limite),
        (Etape.RECEVABILITE, jours(limite, 1), jours(limite, 14)),
        (Etape.INSTRUCTION, jours(limite, 10), jours(copil, -25)),
        (Etape.ARBITRAGE, jours(copil, -24), None),
        (Etape.VOTES, jours(copil, 20), jours(copil, 100)),
        (Etape.JOURNEE, jours(copil, 60), None),
        (Etape.REMISE_DES_BILANS, date(campagne.annee + 1, 6, 30), None),
    ]


def _proposer_des_intentions(monde: Monde, campagne: Campagne) -> None:
    debut = campagne.ouverte_le + timedelta(days=2)
    revue = (
        Reunion.objects.filter(comite__contrat=monde.contrat, le__gte=debut, objet__startswith="Projets envisagés")
        .order_by("le")
        .first()
    )
    porteurs = [monde.organismes["porteur"], *(porteur.organisme for porteur in monde.porteurs[1:])]
    annuaire = list(Ressource.objects.filter(contrat=monde.contrat, ouverte=True).order_by("orientation", "pk"))
    for rang, modele in enumerate(INTENTIONS):
        porteur = porteurs[0] if rang in (0, 4) else porteurs[(rang * 5 + 3) % len(porteurs)]
        intention = _proposer(monde, campagne, modele, porteur, debut + timedelta(days=rang))
        if modele.etat == "proposee" and rang % 2:
            continue
        Intention.objects.filter(pk=intention.pk).update(reunion=revue)
        _faire_regarder(monde, intention, modele, annuaire, debut + timedelta(days=20))


def _proposer(monde: Monde, campagne: Campagne, modele: IntentionInventee, porteur: Organisme, jour: date) -> Intention:
    inscrit = not modele.pressenti
    champs = {
        "porteur": porteur if inscrit else None,
        "porteur_pressenti": modele.pressenti,
        "intitule": modele.intitule,
        "resume": modele.resume,
        "orientation": monde.orientations[modele.orientation],
        "cout_estime": modele.cout,
        "reconduite": modele.reconduite,
        "communes": [monde.communes[modele.commune]],
        "fictif": True,
    }
    heure = a_l_heure(min(jour, monde.calendrier.aujourdhui), 10)
    return proposer_intention(campagne, champs=champs, par=monde.chef_de_projet, le=heure)


def _faire_regarder(
    monde: Monde, intention: Intention, modele: IntentionInventee, annuaire: list[Ressource], jour: date
) -> None:
    heure = a_l_heure(min(jour, monde.calendrier.aujourdhui), 15)
    for cle, eligibilite, texte in modele.avis:
        financeur = monde.organismes[cle]
        auteur = monde.auteur(financeur)
        siennes = [
            r for r in annuaire if (r.organisme_id, r.orientation_id) == (financeur.pk, intention.orientation_id)
        ]
        ressources = siennes[:1] if eligibilite != "probable" else []
        avis = donner_avis_intention(
            intention,
            eligibilite=eligibilite,
            texte=texte,
            droit_commun=modele.droit_commun if ressources else "",
            ressources=ressources,
            piece_source="Revue de projets" if auteur.pour_le_compte_de else "",
            par=auteur,
            le=heure,
        )
        avis.fictif = True
        avis.save(update_fields=["fictif"])
    actes = {"encouragee": "encourager", "reorientee": "reorienter", "deconseillee": "deconseiller"}
    if acte := actes.get(modele.etat):
        repondre_intention(intention, acte, motif=modele.reponse, par=monde.chef_de_projet, le=heure)
