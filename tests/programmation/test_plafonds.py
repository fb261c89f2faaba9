"""What a project may receive through a scheme with a ceiling, and which schemes it may ask from its own form."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from commun.erreurs import RegleEnfreinte
from contrats.etats import Role
from contrats.models import TypeComite
from programmation import actions
from programmation.actions import SaisieExamen
from programmation.actions.seances import appliquer_l_examen
from programmation.lectures.campagne import guichets_fermes
from programmation.lectures.demande import controles_de, demande_de
from programmation.models import Dossier
from tests.fabriques import (
    CampagneFactory,
    ComiteFactory,
    DemandeFactory,
    DispositifFactory,
    DossierFactory,
    EnveloppeFactory,
    ExamenDossierFactory,
    OrganismeFactory,
    OuvertureTardiveFactory,
    ReunionFactory,
)

from .actions.reperes import ACTE

pytestmark = pytest.mark.django_db
MILLE = Decimal(1000)


@pytest.fixture
def commission(contrat):
    comite = ComiteFactory(contrat=contrat, type=TypeComite.COMMISSION, valide_programmation=False, valide_sip=True)
    return ReunionFactory(comite=comite, le=date(2026, 4, 14))


@pytest.fixture
def initiative(contrat) -> Dossier:
    """A project of 12 000 € that may have 5 000 € through the scheme."""
    return DossierFactory(
        contrat=contrat, dispositif=DispositifFactory(sip=True), en_instruction=True, cout_total=Decimal(12_000)
    )


@pytest.fixture
def deux(initiative, gens) -> tuple[Any, Any]:
    """5 000 € asked from each of two funders, the first proposes 3 000 €."""
    premiere = DemandeFactory(dossier=initiative, financeur=gens.departement, proposee=True, montant_propose=3 * MILLE)
    return premiere, DemandeFactory(dossier=initiative, financeur=gens.region, dotee=True)


def remarques(dossier: Dossier, le: date | None = None) -> list[str]:
    lus = controles_de(dossier, demande_de(dossier, date(2026, 3, 1)), le)
    return [
        c.message.replace("\u202f", " ").replace("\u00a0", " ") for c in lus if c.bloquant and c.champ == "demandes"
    ]


# --- The ceiling -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("seconde", "bloque"), [(1000, False), (1001, True)])
def test_le_plafond_est_par_projet_tous_financeurs_ensemble(contrat, seconde, bloque) -> None:
    """S-23: at the deposit; another scheme has its own."""
    dossier = DossierFactory(contrat=contrat, dispositif=DispositifFactory(sip=True))
    for montant in (4000, seconde):
        DemandeFactory(dossier=dossier, montant_demande=Decimal(montant))
    DemandeFactory(dossier=dossier, dispositif=DispositifFactory(), montant_demande=Decimal(9000))
    lues = [message for message in remarques(dossier) if "S-23" in message]
    assert bool(lues) is bloque
    if bloque:
        assert "5 001 € dépassent le plafond du dispositif « Soutien aux initiatives de proximité »" in lues[0]


def test_proposer_compte_ce_que_les_autres_partagent(deux, gens, le) -> None:
    """S-23; a private draft of another funder neither counts nor shows."""
    premiere, seconde = deux
    with pytest.raises(RegleEnfreinte, match="au plus par projet") as refus:
        actions.proposer(seconde, montant=Decimal(2001), par=gens.voisin, le=le)
    assert (refus.value.champ, gens.departement.nom_court in refus.value.message) == ("montant", True)
    actions.proposer(seconde, montant=2 * MILLE, par=gens.voisin, le=le)

    actions.proposer(premiere, montant=3 * MILLE, partagee=False, par=gens.instructeur, le=le)
    actions.proposer(seconde, montant=5 * MILLE, par=gens.voisin, le=le)


def test_la_commission_ne_retient_ni_ne_programme_plus_que_le_plafond(deux, commission, gens, le) -> None:
    premiere, seconde = deux
    examen = ExamenDossierFactory(reunion=commission, dossier=premiere.dossier)
    trop = SaisieExamen(montants={premiere.pk: 3 * MILLE, seconde.pk: 3 * MILLE})
    with pytest.raises(RegleEnfreinte, match="S-23"):
        actions.saisir_l_examen(examen, trop, acte="retenir", par=gens.chef, le=le)
    assert not examen.montants.exists()

    # What the meeting lowers makes room for what it gives to the other.
    juste = SaisieExamen(montants={premiere.pk: MILLE, seconde.pk: 4 * MILLE})
    examen = actions.saisir_l_examen(examen, juste, acte="retenir", par=gens.chef, le=le)
    assert appliquer_l_examen(examen, par=gens.chef, le=le).startswith("programmé")


def test_une_proposition_que_la_reunion_laisse_ne_compte_plus_dans_le_plafond(deux, commission, gens, le) -> None:
    """What is accepted in session is applied: the meeting gives all to one funder, the other still proposes."""
    premiere, seconde = deux
    examen = ExamenDossierFactory(reunion=commission, dossier=premiere.dossier)
    saisie = SaisieExamen(montants={premiere.pk: Decimal(0), seconde.pk: 5 * MILLE})
    examen = actions.saisir_l_examen(examen, saisie, acte="retenir", par=gens.chef, le=le)

    assert appliquer_l_examen(examen, par=gens.chef, le=le).startswith("programmé")
    premiere.refresh_from_db()
    assert (premiere.etat, premiere.montant_propose) == ("proposee", 3 * MILLE)


def test_programmer_puis_voter_ne_passent_pas_le_plafond(deux, commission, gens, le) -> None:
    premiere, seconde = deux
    type(seconde).objects.filter(pk=seconde.pk).update(etat="proposee", montant_propose=3 * MILLE)  # an older one
    dossier = premiere.dossier
    with pytest.raises(RegleEnfreinte, match="S-23"):
        actions.programmer(dossier, reunion=commission, par=gens.chef, le=le)
    montants = {premiere.pk: 3 * MILLE, seconde.pk: 2 * MILLE}
    actions.programmer(dossier, reunion=commission, montants=montants, par=gens.chef, le=le)

    with pytest.raises(RegleEnfreinte, match="S-23"):
        actions.voter(premiere, acte=ACTE, montant=3 * MILLE + 1, par=gens.decideur, le=le)
    actions.voter(premiere, acte=ACTE, montant=3 * MILLE, par=gens.decideur, le=le)


# --- The doors ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def reserve(contrat) -> Dossier:
    """A draft of a scheme open all year, in a campaign whose call is closed since December."""
    campagne = CampagneFactory(contrat=contrat)
    return DossierFactory(campagne=campagne, dispositif=DispositifFactory(reserve=True), porteur=OrganismeFactory())


EN_SEPTEMBRE = date(2026, 9, 10)


def test_un_dispositif_ferme_ne_se_demande_pas_par_le_formulaire_d_un_autre(reserve) -> None:
    """S-24: the yearly call stays closed whichever form asks it; a late opening still opens it."""
    appel = DispositifFactory()
    DemandeFactory(dossier=reserve, dispositif=appel)
    DemandeFactory(dossier=reserve)
    (message,) = [m for m in remarques(reserve, EN_SEPTEMBRE) if "S-24" in m]
    assert message.startswith(f"« {appel} » : La date limite de dépôt, le 15 décembre 2025, est passée.")
    assert not [m for m in remarques(reserve, date(2025, 12, 15)) if "S-24" in m]
    assert not [m for m in remarques(reserve) if "S-24" in m]

    OuvertureTardiveFactory(campagne=reserve.campagne, porteur=reserve.porteur, jusqu_au=EN_SEPTEMBRE)
    assert not [m for m in remarques(reserve, EN_SEPTEMBRE) if "S-24" in m]


def test_une_demande_deja_deposee_ne_se_referme_pas(contrat, gens) -> None:
    dossier = DossierFactory(contrat=contrat, dispositif=DispositifFactory(reserve=True), incomplet=True)
    DemandeFactory(dossier=dossier, dispositif=DispositifFactory())
    assert not [m for m in remarques(dossier, EN_SEPTEMBRE) if "S-24" in m]


def test_la_page_des_financeurs_cache_les_guichets_fermes(client_de, contrat, reserve, horloge) -> None:
    """Those already asked stay, so that they may be taken away."""
    horloge.regler(2026, 9, 10, 9)
    ouvert = EnveloppeFactory(contrat=contrat, dispositif=reserve.dispositif)
    ferme = EnveloppeFactory(contrat=contrat, dispositif=DispositifFactory(nom="Appel à projets fermé"))
    client = client_de(Role.PORTEUR, organisme=reserve.porteur)
    cles = {"contrat": contrat.slug, "annee": 2026, "numero": reserve.numero}
    page = reverse("programmation:section", kwargs=cles | {"section": "financeurs"})
    lue = client.get(page).content.decode()
    assert ouvert.financeur.nom_court in lue
    assert "Appel à projets fermé" not in lue

    DemandeFactory(dossier=reserve, dispositif=ferme.dispositif, financeur=ferme.financeur)
    assert "Appel à projets fermé" in client.get(page).content.decode()
    relue = client.get(reverse("programmation:relire", kwargs=cles)).content.decode()
    assert "Retirez ce que vous lui demandez (S-24)" in relue


def test_les_jours_de_chaque_dispositif_se_lisent_en_un_nombre_constant_de_requetes(
    reserve, django_assert_max_num_queries
) -> None:
    def lire(nombre: int) -> int:
        return len(guichets_fermes(reserve, DispositifFactory.create_batch(nombre), EN_SEPTEMBRE))

    dispositifs = DispositifFactory.create_batch(12)
    with django_assert_max_num_queries(5):
        assert len(guichets_fermes(reserve, dispositifs, EN_SEPTEMBRE)) == 12
    reserve.campagne.limite_depot = EN_SEPTEMBRE + timedelta(days=1)
    assert lire(1) == 0
