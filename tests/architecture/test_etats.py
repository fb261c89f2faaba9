"""Every table of states: its page is fresh, and every act is tried from every state on a real object."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from commun.auteur import Auteur, Canal
from commun.etats import ModeleAEtats, TransitionImpossible
from commun.journal import verifier_chaine
from commun.management.commands.ecrire_diagrammes import DOSSIER, pages
from commun.models import LigneJournal
from tests import fabriques
from tests.fabriques import ActeDecisionFactory, AvenantFactory, FichierFactory, OrganismeFactory

LE = datetime(2026, 11, 20, 9, tzinfo=UTC)
MODELES = [m for m in apps.get_models() if issubclass(m, ModeleAEtats)]
FABRIQUES = {getattr(fabriques, nom)._meta.model: getattr(fabriques, nom) for nom in fabriques.__all__}

# What the database asks together with a state: (model, act) → fields.
Champs = Callable[[Any], dict[str, Any]]
CHAMPS: dict[tuple[str, str], Champs] = {
    ("Dossier", "deposer"): lambda d: {"depose_le": LE},
    ("DemandeFinancement", "proposer"): lambda d: {"montant_propose": 4000},
    ("DemandeFinancement", "programmer"): lambda d: {"montant_programme": 4000, "programme_le": date(2026, 4, 10)},
    ("DemandeFinancement", "deprogrammer"): lambda d: {"montant_programme": None, "programme_le": None},
    ("DemandeFinancement", "rectifier"): lambda d: {"montant_vote": None, "acte": None},
    ("DemandeFinancement", "voter"): lambda d: {
        "montant_vote": 4000,
        "acte": ActeDecisionFactory(contrat=d.dossier.contrat, organisme=d.financeur),
    },
    ("DemandeFinancement", "notifier"): lambda d: {"notifie_le": date(2026, 7, 1)},
    ("DemandeFinancement", "refuser"): lambda d: {"motif": "Hors priorités."},
    ("DemandeFinancement", "ajourner"): lambda d: {"motif": "Budget à préciser."},
    ("DemandeFinancement", "reprendre_la_proposition"): lambda d: {"montant_propose": 4000},
    ("DemandeFinancement", "annuler"): lambda d: {"motif": "Action abandonnée."},
    ("Enveloppe", "notifier"): lambda e: {"notifiee_le": date(2026, 3, 2), "reference": "2026-118"},
    ("Enveloppe", "revenir"): lambda e: {"notifiee_le": None, "reference": ""},
    ("Scenario", "promouvoir"): lambda s: {"promu_le": LE},
    ("Scenario", "ressortir"): lambda s: {"promu_le": LE},
    ("ExamenDossier", "soumettre"): lambda e: {"question": "Faut-il garder les deux actions ?"},
    ("ExamenDossier", "ajourner"): lambda e: {"motif": "Budget à préciser."},
    ("ExamenDossier", "ecarter"): lambda e: {"motif": "Hors des priorités."},
    ("Accompagnement", "realiser"): lambda a: {"fait": "Deux rendez-vous."},
    ("Besoin", "definir"): lambda b: {"opportunite": "Une crèche ouverte dès 5 heures."},
    ("Besoin", "trouver_porteur"): lambda b: {"porteur": OrganismeFactory()},
    ("Candidature", "retenir"): lambda c: {"motif": "La réponse la plus proche du besoin."},
    ("Candidature", "ecarter"): lambda c: {"motif": "Trop loin du quartier."},
    ("Rapport", "produire"): lambda r: {
        "extrait_le": LE,
        "instantane": FichierFactory(),
        "pdf": FichierFactory(),
        "html": FichierFactory(),
    },
    ("Rapport", "publier"): lambda r: {"publie_le": LE},
    ("VoletCommunal", "adopter"): lambda v: {"acte": ActeDecisionFactory(contrat=v.contrat)},
    ("VoletCommunal", "annexer"): lambda v: {"avenant": AvenantFactory(contrat=v.contrat)},
    ("Inscription", "confirmer"): lambda i: {"confirmee_le": LE},
    ("Inscription", "accepter"): lambda i: {"tranchee_le": LE, "organisme": OrganismeFactory()},
    ("Inscription", "refuser"): lambda i: {"tranchee_le": LE, "motif": "Sans lien avec les quartiers."},
    ("Courrier", "envoyer"): lambda c: {"pdf": FichierFactory(), "envoye_le": LE},
    ("RevueEngagements", "envoyer"): lambda r: {"envoyee_le": LE, "remarques_avant_le": date(2026, 12, 20)},
}


def _etats(modele: type[models.Model]) -> list[str]:
    return list(dict(modele._meta.get_field("etat").flatchoices))


COUPLES = [(m, etat, acte) for m in MODELES for etat in _etats(m) for acte in m.TRANSITIONS]
PERMIS = [c for c in COUPLES if c[1] in c[0].TRANSITIONS[c[2]].de]
INTERDITS = [c for c in COUPLES if c[1] not in c[0].TRANSITIONS[c[2]].de]


def _noms(couples: list[tuple[Any, str, str]]) -> list[str]:
    return [f"{modele.__name__}-{etat}-{acte}" for modele, etat, acte in couples]


def _objet(modele: type[models.Model], etat: str) -> Any:
    depart = modele._meta.get_field("etat").default
    return FABRIQUES[modele](**({} if etat == depart else {etat: True}))


def test_les_pages_des_etats_sont_a_jour():
    ecrites = {c.name: c.read_text(encoding="utf-8") for c in DOSSIER.glob("*.md")}
    assert ecrites == pages(), "run manage.py ecrire_diagrammes"


@pytest.mark.parametrize("modele", MODELES)
def test_tout_etat_se_rejoint_depuis_le_depart(modele):
    atteints = {str(modele._meta.get_field("etat").default)}
    while suite := {t.vers for t in modele.TRANSITIONS.values() if atteints & set(t.de)} - atteints:
        atteints |= suite
    assert atteints == set(_etats(modele))


@pytest.mark.django_db
@pytest.mark.parametrize(("modele", "etat", "acte"), PERMIS, ids=_noms(PERMIS))
def test_un_acte_permis_change_l_etat_et_laisse_une_ligne(modele, etat, acte):
    objet = _objet(modele, etat)
    champs = CHAMPS.get((modele.__name__, acte), lambda o: {})(objet)

    objet.changer_etat(acte, par=Auteur(canal=Canal.COMMANDE), le=LE, champs=champs)

    objet.refresh_from_db()
    assert objet.etat == modele.TRANSITIONS[acte].vers
    (ligne,) = LigneJournal.objects.de(objet)
    assert (ligne.acte, ligne.avant["etat"], ligne.apres["etat"]) == (acte, etat, objet.etat)
    assert set(ligne.apres) == {"etat", *champs}
    assert ligne.contrat_id == objet.contrat_id
    assert verifier_chaine(objet)


@pytest.mark.django_db
@pytest.mark.parametrize(("modele", "etat", "acte"), INTERDITS, ids=_noms(INTERDITS))
def test_un_acte_interdit_ne_change_rien_et_n_ecrit_rien(modele, etat, acte):
    objet = _objet(modele, etat)

    with pytest.raises(TransitionImpossible, match="Rechargez la page"):
        objet.changer_etat(acte, par=Auteur(canal=Canal.COMMANDE), le=LE)

    objet.refresh_from_db()
    assert objet.etat == etat
    assert not LigneJournal.objects.exists()
