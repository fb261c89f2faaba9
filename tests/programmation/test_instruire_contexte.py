"""What stands beside a file: earlier years, accounts, who else should pay, what is new since one's last visit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from commun import fichiers
from commun.models.fichier import Analyse
from contrats.etats import Role
from programmation import actions
from programmation.lectures.contexte import contexte
from programmation.lectures.dossier import fiche
from programmation.lectures.visites import dossiers_changes, nouveautes
from programmation.models import Dossier, Visite
from programmation.regles.visites import DUREE_D_UNE_VISITE, depuis, nouvelle_visite
from tests.fabriques import (
    CampagneFactory,
    DemandeFactory,
    DossierFactory,
    EnveloppeFactory,
    LocalisationFactory,
    OrganismeFactory,
    PieceDossierFactory,
    RessourceFactory,
    VersionPerimetreFactory,
)

JOUR = date(2026, 1, 10)


@pytest.fixture
def suite(contrat, gens):
    """An action of 2026 that renews 2025's, and another file of the porteur in 2024."""
    porteur = gens.porteur.organisme
    commun = {"porteur": porteur, "intitule": "Jardin partagé"}
    de_2025 = DossierFactory(
        campagne=CampagneFactory(contrat=contrat, annee=2025), numero="D-2025", clos=True, **commun
    )
    de_2024 = DossierFactory(
        campagne=CampagneFactory(contrat=contrat, annee=2024), numero="D-2024", clos=True, **commun
    )
    dossier = DossierFactory(
        contrat=contrat, numero="D-2026", depose=True, caractere="reconduite", precedent=de_2025, **commun
    )
    return dossier, de_2025, de_2024


def lire(dossier, auteur):
    return contexte(Dossier.objects.get(pk=dossier.pk), pour=auteur, contrat=dossier.contrat, le=JOUR)


# --- Earlier years ---------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_les_annees_passees_montrent_les_decisions_que_le_lecteur_peut_lire(suite, gens) -> None:
    dossier, de_2025, de_2024 = suite
    DemandeFactory(dossier=de_2025, financeur=gens.departement, notifiee=True)
    DemandeFactory(dossier=de_2025, financeur=gens.region, brouillon=True, montant_propose=Decimal("4321.09"))
    DemandeFactory(dossier=de_2024, financeur=gens.region, refusee=True)
    DossierFactory(contrat=dossier.contrat, campagne=de_2025.campagne, numero="AUTRUI", clos=True)

    annees = lire(dossier, gens.chef).annees
    assert [(a.numero, a.annee, a.meme_action, a.vote) for a in annees] == [
        ("D-2025", 2025, True, 5000),
        ("D-2024", 2024, False, None),
    ]
    assert {(d.etat_libelle, d.vote) for d in annees[0].decisions} == {("Notifiée", 5000), ("Demandée", None)}
    # A funder reads the earlier files that asked it, and them alone.
    DemandeFactory(dossier=dossier, financeur=gens.departement)
    assert [a.numero for a in lire(dossier, gens.instructeur).annees] == ["D-2025"]


@pytest.mark.django_db
def test_les_bilans_se_lisent_depuis_le_dossier(suite, gens, client_de) -> None:
    dossier, de_2025, _ = suite
    bilan = PieceDossierFactory(
        dossier=de_2025, fichier=fichiers.ranger(b"bilan", nom="bilan-2025.pdf", type_mime="application/pdf")
    )
    PieceDossierFactory(dossier=dossier, retiree_le=datetime(2026, 1, 1, tzinfo=UTC))
    PieceDossierFactory(dossier=dossier, type="devis")
    autrui = PieceDossierFactory(dossier=DossierFactory(contrat=dossier.contrat, depose=True))
    assert [(b.pk, b.numero, b.annee) for b in lire(dossier, gens.chef).bilans] == [(bilan.pk, "D-2025", 2025)]

    def url(pk: int) -> str:
        return reverse(
            "programmation:bilan",
            kwargs={"contrat": dossier.contrat.slug, "annee": 2026, "numero": dossier.numero, "pk": pk},
        )

    chef = client_de(Role.CHEF_DE_PROJET)
    assert b"".join(chef.get(url(bilan.pk)).streaming_content) == b"bilan"
    assert chef.get(url(autrui.pk)).status_code == 404
    DemandeFactory(dossier=dossier, financeur=gens.departement)
    assert (
        client_de(Role.INSTRUCTEUR, organisme=gens.departement).get(url(bilan.pk)).status_code == 404
    )  # 2025 did not ask it
    bilan.fichier.analyse = Analyse.INFECTE
    bilan.fichier.save()
    assert chef.get(url(bilan.pk)).status_code == 404


# --- Who else should pay ---------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_qui_d_autre_devrait_payer_se_lit_de_l_annuaire_des_enveloppes_et_de_l_an_passe(suite, gens) -> None:
    dossier, de_2025, _ = suite
    version, ailleurs = VersionPerimetreFactory(), VersionPerimetreFactory()
    LocalisationFactory(dossier=dossier, version=version)
    caf, cpam, mission = OrganismeFactory.create_batch(3)
    commun = {"contrat": dossier.contrat, "orientation": dossier.orientation}
    utile = RessourceFactory(**commun, organisme=caf)
    utile.perimetres.add(version.perimetre)
    RessourceFactory(**commun, organisme=cpam).perimetres.add(ailleurs.perimetre)  # another place
    RessourceFactory(contrat=dossier.contrat, organisme=mission)  # another orientation
    RessourceFactory(**commun, organisme=gens.region)  # asked already
    DemandeFactory(dossier=dossier, financeur=gens.region)
    DemandeFactory(dossier=de_2025, financeur=gens.departement, notifiee=True)
    EnveloppeFactory(contrat=dossier.contrat, annee=2026, dispositif=dossier.dispositif, financeur=gens.departement)
    EnveloppeFactory(contrat=dossier.contrat, annee=2025, dispositif=dossier.dispositif, financeur=mission)

    payeurs = lire(dossier, gens.chef).payeurs
    assert [(p.organisme, len(p.raisons)) for p in payeurs] == [(gens.departement, 2), (caf, 1)]
    assert [r.ressource for r in payeurs[1].ressources] == [utile]
    assert "a financé l’action en 2025" in payeurs[0].raisons


@pytest.mark.django_db
def test_l_onglet_coute_autant_de_requetes_pour_une_annee_et_pour_vingt_dossiers(suite, gens) -> None:
    dossier, de_2025, _ = suite

    def cout() -> int:
        with CaptureQueriesContext(connection) as requetes:
            lire(dossier, gens.chef)
        return len(requetes)

    DemandeFactory(dossier=de_2025, notifiee=True)
    RessourceFactory(contrat=dossier.contrat, orientation=dossier.orientation, organisme=OrganismeFactory())
    cout()  # what the reader is here is read once
    avant = cout()
    for _ in range(6):
        passe = DossierFactory(campagne=de_2025.campagne, porteur=dossier.porteur, clos=True)
        DemandeFactory(dossier=passe, refusee=True)
        RessourceFactory(contrat=dossier.contrat, orientation=dossier.orientation, organisme=OrganismeFactory())
    assert cout() == avant


# --- What is new -----------------------------------------------------------------------------------------------------
MIDI = datetime(2026, 1, 10, 12, tzinfo=UTC)


def test_une_visite_dure_tant_qu_on_revient_dans_la_demi_heure() -> None:
    assert not nouvelle_visite(MIDI, MIDI + DUREE_D_UNE_VISITE - timedelta(seconds=1))
    assert nouvelle_visite(MIDI, MIDI + DUREE_D_UNE_VISITE)
    hier = MIDI - timedelta(days=1)
    assert depuis(MIDI, hier, MIDI + timedelta(minutes=10)) == hier
    assert depuis(MIDI, hier, MIDI + timedelta(hours=1)) == MIDI
    assert depuis(MIDI, None, MIDI + timedelta(minutes=10)) is None


@pytest.fixture
def instruit(contrat, gens):
    dossier = DossierFactory(contrat=contrat, en_instruction=True, cout_total=20_000)
    DemandeFactory(dossier=dossier, financeur=gens.departement, dotee=True)
    return dossier


def nouvelles(dossier, auteur, le) -> list[str]:
    lue = fiche(Dossier.objects.get(pk=dossier.pk), pour=auteur, contrat=dossier.contrat)
    trouvees = nouveautes(dossier, lue.vie, pour=auteur, le=le)
    changes = dossiers_changes([dossier.pk], pour=auteur, contrat=dossier.contrat, le=le)
    assert bool(trouvees) is (dossier.pk in changes)  # the banner and the table's mark say the same
    return [ligne.libelle for ligne in trouvees.lignes] if trouvees else []


@pytest.mark.django_db
def test_ce_que_les_autres_ont_fait_depuis_ma_visite_m_est_dit(instruit, gens) -> None:
    assert nouvelles(instruit, gens.chef, MIDI) == []  # never opened: nothing is called new
    actions.noter_visite(instruit, par=gens.chef, le=MIDI)
    proposer = MIDI + timedelta(hours=1)
    actions.proposer(instruit.demandes.get(), montant=Decimal(4000), par=gens.instructeur, le=proposer)
    actions.donner_avis(instruit, sens="favorable", texte="", par=gens.chef, le=proposer)  # my own act is no news

    retour = MIDI + timedelta(hours=2)
    assert len(nouvelles(instruit, gens.chef, retour)) == 1
    actions.noter_visite(instruit, par=gens.chef, le=retour)
    assert len(nouvelles(instruit, gens.chef, retour + timedelta(minutes=5))) == 1  # still the same visit
    assert nouvelles(instruit, gens.chef, retour + timedelta(hours=1)) == []
    assert Visite.objects.get().precedente_le == MIDI


@pytest.mark.django_db
def test_le_brouillon_d_un_autre_financeur_n_est_pas_une_nouvelle(instruit, gens) -> None:
    DemandeFactory(dossier=instruit, financeur=gens.region)
    actions.noter_visite(instruit, par=gens.voisin, le=MIDI)
    demande = instruit.demandes.get(financeur=gens.departement)
    actions.proposer(demande, montant=Decimal(4000), partagee=False, par=gens.instructeur, le=MIDI + timedelta(hours=1))
    assert nouvelles(instruit, gens.voisin, MIDI + timedelta(hours=2)) == []


@pytest.mark.django_db
def test_la_page_dit_ce_qui_est_nouveau_et_un_get_n_ecrit_rien(instruit, gens, client_de, horloge) -> None:
    cles = {"contrat": instruit.contrat.slug, "annee": 2026, "numero": instruit.numero}
    page, vu = (reverse(f"programmation:{nom}", kwargs=cles) for nom in ("dossier", "visiter"))
    tableau = reverse("programmation:tableau", kwargs={"contrat": instruit.contrat.slug, "annee": 2026})
    chef = client_de(Role.CHEF_DE_PROJET)
    assert vu in chef.get(page).content.decode()
    assert not Visite.objects.exists()
    assert chef.post(vu).status_code == 200

    horloge.avancer(hours=1)
    actions.proposer(instruit.demandes.get(), montant=Decimal(4000), par=gens.instructeur, le=horloge.maintenant)
    horloge.avancer(hours=1)
    assert "Depuis votre visite du" in chef.get(page).content.decode()
    assert "modifié depuis votre dernière visite" in chef.get(tableau).content.decode()
    porteur = client_de(Role.PORTEUR, organisme=instruit.porteur)
    assert vu not in porteur.get(page).content.decode()
    assert porteur.post(vu).status_code == 403
