"""The fictitious part of the demo, the same for one seed and one day; every record is marked `fictif`."""

from __future__ import annotations

import random
from datetime import date

from django.apps import apps
from django.db import models

from acteurs.models import Organisme
from commun.planificateur import compter
from contrats.models import (
    ActeDecision,
    AvancementOperation,
    Contrat,
    DecisionReunion,
    Objectif,
    PointAvancement,
    Reunion,
    ThemeP147,
)
from evaluation.models import ActionRenforcee
from geographie.models import Commune
from programmation.models import Campagne, Convention, Dossier, Enveloppe
from tfpb.models import ConventionTfpb, Patrimoine, ProgrammeTfpb

from .appel import creer_appels
from .calendrier import Calendrier
from .campagnes import Campagnes
from .communal import creer_documents_communaux, effacer_documents_communaux
from .comptes import creer_comptes
from .courriers_inventes import creer_courriers, effacer_courriers
from .depot_invente import creer_depot
from .droit_commun import creer_fiches, creer_notes_d_escalade, effacer_droit_commun, verifier_ressources
from .echanges_inventes import creer_echanges
from .examens_inventes import creer_examens
from .fil_de_l_eau_invente import creer_fil_de_l_eau, effacer_fil_de_l_eau
from .imports import creer_imports, effacer_imports
from .inscriptions import creer_porteurs, effacer_porteurs
from .instruction_inventee import creer_instruction
from .monde import Monde, communes_porteuses, organismes_inventes
from .moyens_inventes import creer_moyens, demander_catalogue, effacer_moyens
from .reference import organismes_de_reference, versions_par_cle
from .reunions import creer_decisions, creer_reunions
from .scenarios_inventes import creer_scenarios, effacer_scenarios
from .seances import creer_seances
from .suivi import creer_actions_renforcees, creer_avancement_urbain, creer_points_avancement
from .tfpb_invente import creer_tfpb
from .toute_l_annee_inventee import creer_toute_l_annee, effacer_toute_l_annee
from .vues_inventees import creer_vues, effacer_vues


def inventer(contrat: Contrat, *, aujourdhui: date, graine: int) -> None:
    """Write the whole fictitious part around `aujourdhui`, on a base that holds none of it."""
    monde = _monde(contrat, aujourdhui, graine)
    agenda = creer_reunions(monde)
    Campagnes(monde, agenda.copils, agenda.commissions).creer()
    creer_appels(monde)
    creer_depot(monde)
    _faire_compter()
    creer_decisions(monde, agenda)
    creer_seances(monde, agenda)
    creer_points_avancement(monde)
    creer_avancement_urbain(monde)
    creer_actions_renforcees(monde, agenda)
    creer_tfpb(monde)
    creer_documents_communaux(monde)
    verifier_ressources(monde)
    creer_fiches(monde)
    creer_notes_d_escalade(monde)
    creer_instruction(monde)
    creer_vues(monde)
    creer_porteurs(monde)
    creer_echanges(monde)
    creer_examens(monde)
    creer_imports(monde)
    creer_moyens(monde)
    demander_catalogue(monde)
    _faire_compter()
    creer_scenarios(monde)
    creer_courriers(monde)
    creer_toute_l_annee(monde)
    creer_fil_de_l_eau(monde)


def _faire_compter() -> None:
    """What follows reads what was just written, in the same transaction: the database must know how much there is."""
    compter(apps.get_models(include_auto_created=True))


def effacer(contrat: Contrat) -> None:
    """Remove the fictitious part and the reports made of it; organisations, accounts and the journal stay."""
    contrat.rapports.all().delete()
    effacer_documents_communaux(contrat)
    effacer_droit_commun(contrat)
    effacer_moyens(contrat)
    effacer_vues(contrat)
    effacer_scenarios(contrat)
    effacer_porteurs(contrat)
    effacer_courriers(contrat)
    effacer_toute_l_annee(contrat)
    effacer_fil_de_l_eau(contrat)
    ActionRenforcee.objects.filter(contrat=contrat, fictif=True).delete()
    dossiers = Dossier.objects.filter(contrat=contrat, fictif=True)
    dossiers.update(precedent=None)
    dossiers.delete()
    modeles: tuple[type[models.Model], ...] = (
        Enveloppe,
        Campagne,
        Convention,
        ActeDecision,
        ProgrammeTfpb,
        Patrimoine,
        ConventionTfpb,
    )
    for modele in modeles:
        modele._default_manager.filter(contrat=contrat, fictif=True).delete()
    effacer_imports(contrat)
    DecisionReunion.objects.filter(reunion__comite__contrat=contrat, fictif=True).delete()
    Reunion.objects.filter(comite__contrat=contrat, fictif=True).delete()
    PointAvancement.objects.filter(engagement__contrat=contrat, fictif=True).delete()
    AvancementOperation.objects.filter(operation__contrat=contrat, fictif=True).delete()


def _monde(contrat: Contrat, aujourdhui: date, graine: int) -> Monde:
    communes = {commune.code: commune for commune in Commune.objects.order_by("code")}
    organismes = organismes_de_reference()
    porteurs = organismes_inventes(communes)
    organismes["porteur"] = porteurs[0].organisme
    organismes["conseil-citoyen"] = Organisme.objects.get(type="conseil_citoyen", fictif=True)
    return Monde(
        contrat=contrat,
        calendrier=Calendrier.autour_de(aujourdhui, debut=contrat.debut, fin=contrat.fin),
        hasard=random.Random(graine),
        organismes=organismes,
        utilisateurs=creer_comptes(contrat, organismes),
        porteurs=[*porteurs, *communes_porteuses(organismes)],
        orientations={orientation.code: orientation for orientation in contrat.orientations.all()},
        themes={theme.code: theme for theme in ThemeP147.objects.all()},
        objectifs={o.code: o for o in Objectif.objects.filter(orientation__contrat=contrat)},
        communes=communes,
        versions=versions_par_cle(),
    )
