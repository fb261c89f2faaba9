"""Creating, changing and withdrawing a commitment: what is written, what is refused, what the journal keeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from commun.auteur import Auteur
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.journal import verifier_chaine
from commun.models import LigneJournal
from contrats import actions
from contrats.actions import SaisieCible, SaisieEngagement
from contrats.etats import Role
from contrats.lectures.presentation import presentation
from contrats.lectures.structure import signataires
from contrats.models import Contrat, Engagement
from tests.fabriques import (
    CibleEngagementFactory,
    EngagementFactory,
    ObjectifFactory,
    OrganismeFactory,
    OrientationFactory,
    PerimetreDuContratFactory,
    PerimetreFactory,
    SignataireFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def chef(auteur_de: Callable[..., Auteur]) -> Auteur:
    return auteur_de(Role.CHEF_DE_PROJET)


@pytest.fixture
def caf() -> Any:
    return OrganismeFactory(caf=True)


@pytest.fixture
def referente(auteur_de: Callable[..., Auteur], caf: Any) -> Auteur:
    return auteur_de(Role.SIGNATAIRE, organisme=caf)


def creer(contrat: Contrat, par: Auteur, **champs: Any) -> Engagement:
    saisie = SaisieEngagement(**{"libelle": "Ouvrir une crèche dans chaque quartier"} | champs)
    return actions.creer_engagement(contrat, saisie, par=par, le=timezone.now())


def modifier(engagement: Engagement, par: Auteur, *, revision: int | None = None, **champs: Any) -> Engagement:
    saisie = replace(actions.saisie_de(engagement), **champs)
    return actions.modifier_engagement(engagement, saisie, revision=revision, par=par, le=timezone.now())


# --- Creating ---------------------------------------------------------------------------------------------------------
def test_un_engagement_complet_est_cree_avec_ses_cibles_et_ses_liens(contrat, chef, caf) -> None:
    orientation = OrientationFactory(contrat=contrat)
    objectif, axe = (
        ObjectifFactory(orientation=orientation),
        OrientationFactory(contrat=contrat, transversale=True),
    )
    perimetre = PerimetreDuContratFactory(contrat=contrat).perimetre
    engagement = creer(
        contrat,
        chef,
        reference=" C1 ",
        organisme=caf,
        signataire=SignataireFactory(contrat=contrat, organisme=caf),
        orientation=orientation,
        objectifs=(objectif,),
        perimetres=(perimetre,),
        axes_transversaux=(axe,),
        partenaires=(OrganismeFactory(departement=True),),
        portee="qpv",
        nature="droit_commun",
        echeance=date(2027, 12, 31),
        cibles=(
            SaisieCible(type="nombre", numerateur="places", valeur=Decimal(20)),
            SaisieCible(type="intervalle", valeur=Decimal(10), valeur_haute=Decimal(20)),
        ),
    )

    engagement = Engagement.objects.get(pk=engagement.pk)
    assert (engagement.reference, engagement.revision, engagement.organisme) == ("C1", 1, caf)
    assert [(c.ordre, c.type, c.valeur) for c in engagement.cibles.all()] == [
        (0, "nombre", Decimal(20)),
        (1, "intervalle", Decimal(10)),
    ]
    assert list(engagement.objectifs.all()) == [objectif]
    assert list(engagement.perimetres.all()) == [perimetre]
    assert list(engagement.axes_transversaux.all()) == [axe]
    ligne = LigneJournal.objects.de(engagement).get()
    assert (ligne.acte, ligne.pour_le_compte_de_nom) == ("creer_engagement", str(caf))
    assert ligne.apres["cibles"][0].startswith("Nombre à atteindre : places")


def test_un_libelle_suffit_et_la_reference_est_tiree(contrat, chef) -> None:
    EngagementFactory(contrat=contrat, reference="E7")
    assert creer(contrat, chef).reference == "E8"
    assert creer(contrat, chef).reference == "E9"


def test_une_reference_tiree_n_est_jamais_celle_d_un_engagement_retire(contrat, chef) -> None:
    retire = creer(contrat, chef)
    actions.retirer_engagement(retire, par=chef, le=timezone.now())
    assert creer(contrat, chef).reference == "E2"


@pytest.mark.parametrize(
    ("champs", "champ", "code"),
    [
        ({"libelle": "  "}, "libelle", "blank"),
        ({"libelle": "x" * 501}, "libelle", "max_length"),
        ({"libelle": "a\x00b"}, "libelle", "caractere_nul"),
        ({"reference": "R" * 31}, "reference", "max_length"),
        ({"portee": "mondiale"}, "portee", "invalid_choice"),
        ({"nature": "mixte"}, "nature", "invalid_choice"),
        ({"cibles": (SaisieCible(type="inconnu"),)}, "cibles.0.type", "invalid_choice"),
        ({"cibles": (SaisieCible(type="nombre", valeur=Decimal("1e15")),)}, "cibles.0.valeur", "max_digits"),
        ({"cibles": (SaisieCible(type="nombre", valeur=Decimal("NaN")),)}, "cibles.0.valeur", "invalid"),
        (
            {"cibles": (SaisieCible(type="intervalle", valeur=Decimal(9), valeur_haute=Decimal(8)),)},
            "cibles.0.valeur_haute",
            "intervalle",
        ),
        (
            {"cibles": (SaisieCible(type="nombre", valeur=Decimal(9), valeur_haute=Decimal(12)),)},
            "cibles.0.valeur_haute",
            "borne_haute",
        ),
        (
            {"cibles": (SaisieCible(type="jalon", reference_le=date(2027, 1, 1), echeance=date(2026, 1, 1)),)},
            "cibles.0.echeance",
            "dates",
        ),
    ],
)
def test_une_saisie_fautive_est_refusee_et_dit_le_champ(contrat, chef, champs, champ, code) -> None:
    with pytest.raises(RegleEnfreinte) as erreur:
        creer(contrat, chef, **champs)
    assert (erreur.value.champ, erreur.value.code) == (champ, code)
    assert not Engagement.tous.exists()


@pytest.mark.parametrize("champ", ["signataire", "orientation", "objectifs", "perimetres", "axes_transversaux"])
def test_ce_qui_est_d_un_autre_contrat_est_refuse(contrat, chef, champ) -> None:
    ailleurs = {
        "signataire": SignataireFactory,
        "orientation": OrientationFactory,
        "objectifs": lambda: (ObjectifFactory(),),
        "perimetres": lambda: (PerimetreFactory(),),
        "axes_transversaux": lambda: (OrientationFactory(contrat=contrat),),  # thematic: not an axis
    }[champ]()
    with pytest.raises(RegleEnfreinte) as erreur:
        creer(contrat, chef, **{champ: ailleurs})
    assert (erreur.value.champ, erreur.value.code) == (champ, "hors_contrat")


def test_une_reference_prise_est_refusee_en_francais(contrat, chef) -> None:
    EngagementFactory(contrat=contrat, reference="C1")
    with pytest.raises(RegleEnfreinte, match="porte déjà cette référence"):
        creer(contrat, chef, reference="C1")


def test_un_identifiant_du_partenaire_ne_sert_qu_une_fois_par_organisme(contrat, referente, caf) -> None:
    creer(contrat, referente, organisme=caf, identifiant_externe="SI-1")
    with pytest.raises(RegleEnfreinte, match="déjà un engagement avec cet identifiant"):
        creer(contrat, referente, organisme=caf, identifiant_externe="SI-1")


# --- Who may ----------------------------------------------------------------------------------------------------------
def test_un_signataire_ecrit_ceux_de_son_organisme_seulement(contrat, referente, caf) -> None:
    ligne = LigneJournal.objects.de(creer(contrat, referente, organisme=caf)).get()
    assert (ligne.organisme_nom, ligne.pour_le_compte_de_nom) == (str(caf), "")
    with pytest.raises(ActeRefuse, match="de votre organisme"):
        creer(contrat, referente, organisme=OrganismeFactory(departement=True))
    with pytest.raises(ActeRefuse, match="de votre organisme"):
        creer(contrat, referente)


def test_un_signataire_ecrit_au_titre_de_sa_signature_ceux_de_ses_services(contrat, auteur_de) -> None:
    etat = OrganismeFactory(type="etat")
    service = OrganismeFactory(type="service_etat", parent=etat)
    signature = SignataireFactory(contrat=contrat, organisme=etat)
    prefet = auteur_de(Role.SIGNATAIRE, organisme=etat)
    assert creer(contrat, prefet, organisme=service, signataire=signature).pk
    with pytest.raises(ActeRefuse):
        creer(contrat, prefet, organisme=OrganismeFactory(caf=True), signataire=signature)


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.CHEF_DE_PROJET, Role.SIGNATAIRE, Role.BAILLEUR)])
def test_les_autres_roles_n_ecrivent_aucun_engagement(contrat, auteur_de, role, caf) -> None:
    autre = auteur_de(role, organisme=caf)
    engagement = EngagementFactory(contrat=contrat, organisme=caf)
    with pytest.raises(ActeRefuse):
        creer(contrat, autre, organisme=caf)
    with pytest.raises(ActeRefuse):
        modifier(engagement, autre, note="x")
    with pytest.raises(ActeRefuse):
        actions.retirer_engagement(engagement, par=autre, le=timezone.now())


def test_un_signataire_d_un_autre_contrat_n_ecrit_rien_ici(contrat, auteur_de, caf) -> None:
    ailleurs = auteur_de(Role.SIGNATAIRE, organisme=caf, contrat=EngagementFactory().contrat)
    with pytest.raises(ActeRefuse):
        creer(contrat, ailleurs, organisme=caf)


def test_un_signataire_ne_donne_pas_son_engagement_a_un_autre(contrat, referente, caf) -> None:
    engagement = EngagementFactory(contrat=contrat, organisme=caf)
    with pytest.raises(ActeRefuse):
        modifier(engagement, referente, organisme=OrganismeFactory(departement=True))


def test_un_chef_de_projet_limite_n_ecrit_que_dans_ses_limites(contrat, auteur_de) -> None:
    sienne, autre = OrientationFactory(contrat=contrat), OrientationFactory(contrat=contrat)
    limite = auteur_de(Role.CHEF_DE_PROJET, orientations=[sienne])
    engagement = creer(contrat, limite, orientation=sienne)
    with pytest.raises(ActeRefuse, match="limités"):
        creer(contrat, limite, orientation=autre)
    with pytest.raises(ActeRefuse, match="limités"):
        modifier(engagement, limite, orientation=autre)


# --- Changing ---------------------------------------------------------------------------------------------------------
def test_modifier_garde_l_avant_et_l_apres_de_ce_qui_change(contrat, chef) -> None:
    engagement = EngagementFactory(contrat=contrat, libelle="Avant")
    CibleEngagementFactory(engagement=engagement)
    modifier(
        engagement, chef, revision=1, libelle="Après", cibles=(SaisieCible(type="jalon", numerateur="Maison ouverte"),)
    )
    engagement.refresh_from_db()
    assert (engagement.libelle, engagement.revision) == ("Après", 2)
    assert [c.numerateur for c in engagement.cibles.all()] == ["Maison ouverte"]
    ligne = LigneJournal.objects.de(engagement).get()
    assert ligne.avant["libelle"] == "Avant"
    assert set(ligne.apres) == {"libelle", "cibles"}
    assert verifier_chaine(engagement)


def test_ecrire_la_meme_chose_n_ecrit_rien(contrat, chef) -> None:
    engagement = EngagementFactory(contrat=contrat)
    CibleEngagementFactory(engagement=engagement)
    modifie_le = engagement.modifie_le
    modifier(engagement, chef, libelle=f" {engagement.libelle} ")
    engagement.refresh_from_db()
    assert (engagement.revision, engagement.modifie_le) == (1, modifie_le)
    assert not LigneJournal.objects.exists()


def test_celui_qui_a_lu_une_ancienne_revision_n_efface_rien(contrat, chef) -> None:
    engagement = EngagementFactory(contrat=contrat)
    modifier(engagement, chef, revision=1, libelle="Premier")
    with pytest.raises(RegleEnfreinte) as erreur:
        modifier(engagement, chef, revision=1, libelle="Second")
    assert erreur.value.code == "conflit"
    engagement.refresh_from_db()
    assert engagement.libelle == "Premier"


# --- Withdrawing ------------------------------------------------------------------------------------------------------
def test_un_engagement_retire_quitte_toutes_les_lectures_et_sa_rangee_reste(contrat, chef) -> None:
    engagement = EngagementFactory(contrat=contrat)
    modifie_le = engagement.modifie_le
    actions.retirer_engagement(engagement, motif="Doublon de E2.", par=chef, le=timezone.now())
    assert not Engagement.objects.exists()
    assert not contrat.engagements.exists()
    assert presentation(contrat).engagements == 0
    garde = Engagement.tous.get()
    assert garde.retire_le is not None
    assert garde.modifie_le > modifie_le
    assert LigneJournal.objects.de(garde).get().motif == "Doublon de E2."


def test_retirer_deux_fois_ne_retire_qu_une_fois(contrat, chef) -> None:
    engagement = EngagementFactory(contrat=contrat)
    le = timezone.now()
    actions.retirer_engagement(engagement, par=chef, le=le)
    actions.retirer_engagement(engagement, par=chef, le=le + timedelta(hours=1))
    assert LigneJournal.objects.de(engagement).count() == 1
    with pytest.raises(ActeRefuse, match="retiré"):
        modifier(engagement, chef, libelle="Trop tard")


def test_un_engagement_retire_ne_compte_plus_dans_les_orientations_ni_les_signatures(contrat, chef) -> None:
    orientation, signature = OrientationFactory(contrat=contrat), SignataireFactory(contrat=contrat)
    garde, retire = EngagementFactory.create_batch(2, contrat=contrat, orientation=orientation, signataire=signature)
    actions.retirer_engagement(retire, par=chef, le=timezone.now())
    assert [o.engagements for o in presentation(contrat).orientations] == [1]
    assert [s.nb_engagements for s in signataires(contrat)] == [1]
    assert list(orientation.engagements.all()) == [garde]
