"""A request from its first line to its deposit, its completion and its correction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail

from acteurs.models import FormeJuridique, TypePiece
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.journal import verifier_chaine
from commun.models import LigneJournal
from contrats.etats import Role
from contrats.models import NatureMoyens
from programmation import actions
from programmation.actions.ecriture_demande import AttestationSaisie, IndicateurSaisi, LieuSaisi
from programmation.etats import EtatDossier
from programmation.lectures.comparaison import versions_de
from programmation.lectures.demande import controles_de, demande_de
from programmation.models import Dossier, Formulaire, GenreVersion, ModeLocalisation
from programmation.regles.attestations import textes_demandes
from programmation.regles.budget import totaux
from programmation.regles.plans_budget import SUBVENTION_DEMANDEE, plan_de
from tests.fabriques import (
    CampagneFactory,
    DemandeDeComplementFactory,
    DemandeFactory,
    DispositifFactory,
    DossierFactory,
    ObjectifFactory,
    OrganismeFactory,
    OrientationFactory,
    OuvertureTardiveFactory,
    PieceOrganismeFactory,
    PieceRequiseFactory,
    ThemeP147Factory,
    VersionPerimetreFactory,
)

LE = datetime(2025, 12, 1, 9, tzinfo=ZoneInfo("Europe/Paris"))
TARD = datetime(2026, 1, 10, 9, tzinfo=ZoneInfo("Europe/Paris"))
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@pytest.fixture
def campagne(contrat):
    """Open from 1 October to 15 December 2025."""
    return CampagneFactory(contrat=contrat, annee=2026)


@pytest.fixture
def porteur(auteur_de: Callable[..., Any]):
    """Somebody of an association."""
    return auteur_de(Role.PORTEUR, organisme=OrganismeFactory(forme_juridique=FormeJuridique.ASSOCIATION_1901))


@pytest.fixture
def brouillon(campagne, porteur) -> Dossier:
    return actions.commencer(
        campagne,
        porteur=porteur.organisme,
        dispositif=DispositifFactory(),
        intitule="Ateliers du mercredi",
        par=porteur,
        le=LE,
    )


@pytest.fixture
def remplir(contrat) -> Callable[..., Dossier]:
    """Give a draft all that its deposit asks; `saute` leaves some answers out."""
    financeur = OrganismeFactory(departement=True)

    def faire(dossier: Dossier, par: Any, *, le: datetime = LE, saute: tuple[str, ...] = ()) -> Dossier:
        reponses: dict[str, Any] = {
            **dict.fromkeys(("resume", "buts", "besoin", "droit_commun_insuffisant", "moyens"), "Texte."),
            "orientation": OrientationFactory(contrat=contrat),
            "objectifs": [ObjectifFactory(orientation__contrat=contrat)],
            "theme_p147": ThemeP147Factory(),
            "localisations": [
                LieuSaisi(ModeLocalisation.PERIMETRE, VersionPerimetreFactory().pk, None, Decimal(60)),
                LieuSaisi(ModeLocalisation.ENSEMBLE_QPV, None, None, Decimal(40)),
            ],
            "beneficiaires": 30,
            "beneficiaires_qpv": 20,
            "femmes": 15,
            "hommes": 15,
            "ages": {"12-15": 20, "18-25": 10},
            "debut": date(2026, 1, 5),
            "fin": date(2026, 12, 18),
            "indicateurs": [IndicateurSaisi(None, "Participants", "personnes", Decimal(30))],
            "demandes": {(financeur.pk, dossier.dispositif_id, NatureMoyens.SPECIFIQUE.value): Decimal(8_000)},
            "budget": {"641": 8_000, "60x": 2_000, "756": 2_000, "864": 500, "870": 500},
            "attestations": {
                texte.genre: AttestationSaisie(True, Decimal(40_000) if texte.demande_un_montant else None)
                for texte in textes_demandes(association=True)
            },
        }
        valeurs = {nom: valeur for nom, valeur in reponses.items() if nom not in saute}
        return actions.ecrire(dossier, valeurs, par=par, le=le)

    return faire


def test_une_demande_complete_se_depose(brouillon, porteur, remplir, executer_travaux) -> None:
    """The deposit gives its number, keeps the request as it is, and sends its receipt; F-06's balance holds."""
    DossierFactory(campagne=brouillon.campagne, numero="2026-041", depose=True)
    remplir(brouillon, porteur)

    dossier = actions.deposer(brouillon, par=porteur, le=LE)

    assert (dossier.etat, dossier.numero, dossier.depose_le) == (EtatDossier.DEPOSE, "2026-042", LE)
    assert dossier.cout_total == 10_000  # contributions in kind apart
    assert dossier.jeunes == 30
    (version,) = versions_de(dossier)
    assert version.demande.numero == "2026-042"
    assert version.demande.intitule == "Ateliers du mercredi"
    assert list(version.demande.subventions_inscrites.values()) == [8_000]
    executer_travaux()
    (courriel,) = mail.outbox
    assert courriel.to == [porteur.utilisateur.email]
    assert "2026-042" in courriel.subject
    assert "8\u202f000" in courriel.body
    assert verifier_chaine(dossier)


def test_un_brouillon_incomplet_ne_se_depose_pas(brouillon, porteur, remplir) -> None:
    remplir(brouillon, porteur, saute=("orientation",))
    with pytest.raises(RegleEnfreinte, match="Il reste 1 point à compléter"):
        actions.deposer(brouillon, par=porteur, le=LE)
    brouillon.refresh_from_db()
    assert brouillon.etat == EtatDossier.BROUILLON
    assert not brouillon.versions.exists()


def test_un_depot_en_retard_demande_une_ouverture_a_son_nom(brouillon, porteur, remplir) -> None:
    """After the limit a deposit is refused, unless this porteur was let in by name, until that day."""
    remplir(brouillon, porteur)
    with pytest.raises(RegleEnfreinte, match="date limite"):
        actions.deposer(brouillon, par=porteur, le=TARD)
    OuvertureTardiveFactory(campagne=brouillon.campagne, porteur=OrganismeFactory(), jusqu_au=date(2026, 2, 1))
    with pytest.raises(RegleEnfreinte, match="date limite"):
        actions.deposer(brouillon, par=porteur, le=TARD)
    ouverture = OuvertureTardiveFactory(
        campagne=brouillon.campagne, porteur=porteur.organisme, jusqu_au=date(2026, 1, 9)
    )
    with pytest.raises(RegleEnfreinte, match="a pris fin"):
        actions.deposer(brouillon, par=porteur, le=TARD)
    ouverture.jusqu_au = date(2026, 1, 10)
    ouverture.save()
    assert actions.deposer(brouillon, par=porteur, le=TARD).etat == EtatDossier.DEPOSE


def test_un_dispositif_permanent_n_a_pas_de_date_limite(brouillon, porteur, remplir) -> None:
    brouillon.dispositif.permanent = True
    brouillon.dispositif.save()
    remplir(brouillon, porteur)
    assert actions.deposer(brouillon, par=porteur, le=TARD).etat == EtatDossier.DEPOSE


def test_un_porteur_n_ecrit_ni_ne_depose_le_brouillon_d_un_autre(brouillon, auteur_de) -> None:
    autre = auteur_de(Role.PORTEUR)
    with pytest.raises(ActeRefuse):
        actions.ecrire(brouillon, {"resume": "Texte."}, par=autre, le=LE)
    with pytest.raises(ActeRefuse):
        actions.deposer(brouillon, par=autre, le=LE)
    assert brouillon not in Dossier.objects.ouverts_a(autre, brouillon.contrat)


def test_l_equipe_ne_touche_pas_au_brouillon_d_un_porteur(brouillon, gens) -> None:
    """A draft is its porteur's own until the deposit."""
    assert brouillon not in Dossier.objects.ouverts_a(gens.chef, brouillon.contrat)
    with pytest.raises(ActeRefuse):
        actions.ecrire(brouillon, {"resume": "Texte."}, par=gens.chef, le=LE)


def test_l_equipe_saisit_et_depose_pour_un_porteur(campagne, gens, remplir) -> None:
    """It shows in the journal, on behalf of the porteur, who finds the draft among its own."""
    association = OrganismeFactory(forme_juridique=FormeJuridique.ASSOCIATION_1901)
    dossier = actions.commencer(
        campagne, porteur=association, dispositif=DispositifFactory(), intitule="Fête", par=gens.chef, le=LE
    )
    assert dossier in Dossier.objects.ouverts_a(gens.chef, dossier.contrat)
    assert dossier not in Dossier.objects.visibles_par(gens.instructeur, dossier.contrat)
    remplir(dossier, gens.chef)
    actions.deposer(dossier, par=gens.chef, le=LE)
    lignes = LigneJournal.objects.de(dossier)
    assert [(li.acte, li.pour_le_compte_de_nom) for li in lignes] == [
        ("commencer", association.nom),
        ("deposer", association.nom),
    ]


def test_un_essai_ne_se_depose_pas(contrat, gens, remplir) -> None:
    """Before the opening, the team tries the form."""
    campagne = CampagneFactory(contrat=contrat, annee=2026, essai=True)
    dossier = actions.commencer(
        campagne, porteur=OrganismeFactory(), dispositif=DispositifFactory(), intitule="Essai", par=gens.chef, le=LE
    )
    remplir(dossier, gens.chef)
    assert dossier.essai
    with pytest.raises(ActeRefuse, match="essai"):
        actions.deposer(dossier, par=gens.chef, le=LE)


def test_un_porteur_ne_commence_rien_avant_l_ouverture(contrat, porteur) -> None:
    campagne = CampagneFactory(contrat=contrat, annee=2026, essai=True)
    with pytest.raises(ActeRefuse, match="pas encore ouvert"):
        actions.commencer(
            campagne,
            porteur=porteur.organisme,
            dispositif=DispositifFactory(),
            intitule="Trop tôt",
            par=porteur,
            le=LE,
        )


def test_changer_de_formulaire_ne_laisse_aucune_ligne_cachee(brouillon, porteur, remplir) -> None:
    """S-01 counts what a page shows: a line of the former form falls on one of the new, and none stays behind."""
    remplir(brouillon, porteur)
    actions.ecrire(brouillon, {"budget": {"613": 500, "chgfixe": 300, "756": 800}}, par=porteur, le=LE)
    fiche = DispositifFactory(formulaire=Formulaire.FICHE)

    brouillon = actions.ecrire(brouillon, {"dispositif": fiche}, par=porteur, le=LE)

    lue = demande_de(brouillon, LE.date())
    plan = plan_de("fiche")
    assert all(ligne.compte in {*plan.comptes, SUBVENTION_DEMANDEE} for ligne in lue.budget)
    assert totaux(lue.budget).charges == 800
    assert brouillon.cout_total == 800

    actions.ecrire(
        brouillon, {"dispositif": DispositifFactory(formulaire=Formulaire.INVESTISSEMENT)}, par=porteur, le=LE
    )
    assert totaux(demande_de(brouillon, LE.date()).budget).charges == 0


def test_les_montants_demandes_suivent_dans_le_budget(brouillon, porteur, remplir) -> None:
    """S-04: what is asked is written once; changed, it changes in the budget too; an empty one leaves."""
    remplir(brouillon, porteur)
    demande = brouillon.demandes.get()
    caf = OrganismeFactory(departement=True)
    cle = (demande.financeur_id, demande.dispositif_id, demande.nature)
    montants = {cle: Decimal(5_000), (caf.pk, demande.dispositif_id, "droit_commun"): Decimal(3_000)}
    actions.ecrire(brouillon, {"demandes": montants}, par=porteur, le=LE)
    lue = demande_de(brouillon, LE.date())
    assert sorted(lue.subventions_inscrites.values()) == [3_000, 5_000]
    assert not [c for c in controles_de(brouillon, lue) if "S-04" in c.message]
    actions.ecrire(brouillon, {"demandes": {cle: Decimal(5_000)}}, par=porteur, le=LE)
    assert list(demande_de(brouillon, LE.date()).subventions_inscrites.values()) == [5_000]


def test_une_reconduction_reprend_l_an_passe(contrat, campagne, porteur, remplir) -> None:
    """Places in the versions of this year (Q-02), dates one year later, nothing certified in advance."""
    passee = CampagneFactory(contrat=contrat, annee=2025)
    ancien = DossierFactory(campagne=passee, porteur=porteur.organisme, dispositif=DispositifFactory())
    remplir(ancien, porteur)
    Dossier.objects.filter(pk=ancien.pk).update(etat=EtatDossier.CLOS, depose_le=LE, numero="2025-007")
    ancien.refresh_from_db()

    nouveau = actions.commencer(
        campagne,
        porteur=porteur.organisme,
        dispositif=ancien.dispositif,
        intitule=ancien.intitule,
        precedent=ancien,
        par=porteur,
        le=LE,
    )

    avant, apres = demande_de(ancien, LE.date()), demande_de(nouveau, LE.date())
    assert apres.reconduction
    assert apres.precedent == "2025-007"
    assert (apres.debut, apres.fin) == (date(2027, 1, 5), date(2027, 12, 18))
    assert apres.attestations == ()
    memes = ("resume", "lieux", "ages", "indicateurs", "budget", "demandes", "objectifs", "orientation")
    assert [nom for nom in memes if getattr(avant, nom) != getattr(apres, nom)] == []


def test_on_ne_reconduit_pas_le_dossier_d_un_autre(contrat, campagne, porteur) -> None:
    ailleurs = DossierFactory(campagne=CampagneFactory(contrat=contrat, annee=2025), depose=True)
    with pytest.raises(RegleEnfreinte, match="même porteur"):
        actions.commencer(
            campagne,
            porteur=porteur.organisme,
            dispositif=DispositifFactory(),
            intitule="Copie",
            precedent=ailleurs,
            par=porteur,
            le=LE,
        )


@pytest.fixture
def depose(brouillon, porteur, remplir) -> Dossier:
    remplir(brouillon, porteur)
    return actions.deposer(brouillon, par=porteur, le=LE)


def test_une_fois_deposee_la_demande_ne_bouge_plus(depose, porteur) -> None:
    with pytest.raises(ActeRefuse, match="déposée"):
        actions.ecrire(depose, {"resume": "Autre chose."}, par=porteur, le=LE)


def test_un_complement_n_ouvre_que_les_champs_nommes(depose, porteur) -> None:
    """The porteur corrects what is asked, nothing else, and answers; the original stays."""
    Dossier.objects.filter(pk=depose.pk).update(etat=EtatDossier.INCOMPLET)
    DemandeDeComplementFactory(dossier=depose, champs=["sexes", "resume"])
    with pytest.raises(RegleEnfreinte, match="pas ouverte"):
        actions.ecrire(depose, {"resume": "Précisé.", "intitule": "Changé"}, par=porteur, le=LE)
    actions.ecrire(depose, {"resume": "Précisé.", "femmes": 20, "hommes": 10}, par=porteur, le=LE)

    dossier = actions.repondre(depose, reponse="C’est précisé.", par=porteur, le=TARD)

    assert dossier.etat == EtatDossier.DEPOSE
    premiere, seconde = versions_de(dossier)
    assert premiere.demande.resume == "Texte."
    assert seconde.genre == GenreVersion.COMPLEMENT.label
    assert [(c.libelle, c.avant, c.apres) for c in seconde.changements] == [
        ("Résumé", "Texte.", "Précisé."),
        ("dont femmes", "15", "20"),
        ("dont hommes", "15", "10"),
    ]
    complement = dossier.complements.get()
    assert (complement.repondue_le, complement.reponse) == (TARD, "C’est précisé.")
    with pytest.raises(ActeRefuse):
        actions.ecrire(dossier, {"resume": "Encore."}, par=porteur, le=TARD)


def test_une_reponse_qui_ne_tombe_pas_juste_est_refusee(depose, porteur) -> None:
    """S-17 holds for a correction too."""
    Dossier.objects.filter(pk=depose.pk).update(etat=EtatDossier.INCOMPLET)
    DemandeDeComplementFactory(dossier=depose, champs=["sexes"])
    actions.ecrire(depose, {"femmes": 2}, par=porteur, le=LE)
    with pytest.raises(RegleEnfreinte, match="S-17"):
        actions.repondre(depose, reponse="", par=porteur, le=LE)


def test_l_equipe_corrige_et_l_original_reste(depose, gens, porteur) -> None:
    with pytest.raises(RegleEnfreinte, match="motif"):
        actions.corriger(depose, {"intitule": "Ateliers"}, motif=" ", par=gens.chef, le=TARD)
    with pytest.raises(RegleEnfreinte, match="Rien n’a changé"):
        actions.corriger(depose, {"intitule": depose.intitule}, motif="Rien", par=gens.chef, le=TARD)
    with pytest.raises(ActeRefuse):
        actions.corriger(depose, {"intitule": "Ateliers"}, motif="Moi", par=porteur, le=TARD)

    actions.corriger(depose, {"intitule": "Ateliers"}, motif="Accord du porteur au téléphone", par=gens.chef, le=TARD)

    premiere, seconde = versions_de(depose)
    assert (premiere.demande.intitule, seconde.demande.intitule) == ("Ateliers du mercredi", "Ateliers")
    ligne = LigneJournal.objects.de(depose).last()
    assert ligne is not None
    assert (ligne.acte, ligne.avant, ligne.apres) == (
        "corriger",
        {"Intitulé": "Ateliers du mercredi"},
        {"Intitulé": "Ateliers"},
    )


def test_un_dossier_importe_garde_son_original_a_la_premiere_correction(contrat, gens) -> None:
    dossier = DossierFactory(contrat=contrat, en_instruction=True, intitule="Venu d’ailleurs")
    actions.corriger(dossier, {"intitule": "Corrigé"}, motif="Coquille", par=gens.chef, le=TARD)
    assert [v.demande.intitule for v in versions_de(dossier)] == ["Venu d’ailleurs", "Corrigé"]


def test_un_montant_deja_propose_ne_disparait_pas(contrat, gens) -> None:
    """A funder has answered: its row is not taken away from it."""
    dossier = DossierFactory(contrat=contrat, en_instruction=True)
    DemandeFactory(dossier=dossier, proposee=True)
    with pytest.raises(RegleEnfreinte, match="déjà répondu"):
        actions.corriger(dossier, {"demandes": {}}, motif="Retrait", par=gens.chef, le=TARD)
    assert dossier.demandes.count() == 1


def test_un_porteur_renonce_avec_un_motif(depose, porteur, gens) -> None:
    with pytest.raises(RegleEnfreinte, match="motif"):
        actions.renoncer(depose, motif="", par=porteur, le=TARD)
    with pytest.raises(ActeRefuse):
        actions.renoncer(depose, motif="Non", par=gens.chef, le=TARD)
    assert actions.renoncer(depose, motif="Départ de l’animatrice", par=porteur, le=TARD).etat == EtatDossier.RETIRE


def test_un_brouillon_s_abandonne_sans_motif(brouillon, porteur) -> None:
    assert actions.renoncer(brouillon, motif="", par=porteur, le=LE).etat == EtatDossier.RETIRE


def test_les_pieces_de_l_organisme_servent_a_ses_demandes(brouillon, porteur, remplir) -> None:
    """Given once, they count until they expire; those of the request are given here."""
    PieceRequiseFactory(campagne=brouillon.campagne, type=TypePiece.RIB)
    PieceRequiseFactory(campagne=brouillon.campagne, type=TypePiece.DELIBERATION, formes=[FormeJuridique.DROIT_PUBLIC])
    PieceRequiseFactory(campagne=brouillon.campagne, type=TypePiece.BILAN, reconduction_seule=True)
    remplir(brouillon, porteur)
    rib = PieceOrganismeFactory(organisme=porteur.organisme, type=TypePiece.RIB, valable_au=date(2025, 11, 30))
    with pytest.raises(RegleEnfreinte, match="RIB"):
        actions.deposer(brouillon, par=porteur, le=LE)
    rib.valable_au = date(2026, 12, 31)
    rib.save()
    assert actions.deposer(brouillon, par=porteur, le=LE).etat == EtatDossier.DEPOSE


def test_une_piece_remplace_celle_du_meme_genre(brouillon, porteur) -> None:
    for nom in ("bilan.pdf", "bilan-corrige.pdf"):
        actions.deposer_piece(brouillon, type=TypePiece.BILAN, nom=nom, contenu=PDF, par=porteur, le=LE)
    (piece,) = demande_de(brouillon, LE.date()).pieces
    assert piece.nom == "bilan-corrige.pdf"
    actions.retirer_piece(brouillon.pieces.get(retiree_le=None), par=porteur, le=LE)
    assert demande_de(brouillon, LE.date()).pieces == ()


def test_une_piece_qui_ment_sur_son_format_est_refusee(brouillon, porteur) -> None:
    with pytest.raises(RegleEnfreinte, match="PDF") as refus:
        actions.deposer_piece(brouillon, type=TypePiece.BILAN, nom="bilan.pdf", contenu=b"MZ\x90", par=porteur, le=LE)
    assert refus.value.champ == "fichier"


def test_ce_qu_un_complement_n_ouvre_pas_n_est_pas_exige(depose, porteur) -> None:
    """A paper out of date since, what another téléservice had asked: its porteur could not mend it here."""
    Dossier.objects.filter(pk=depose.pk).update(etat=EtatDossier.INCOMPLET)
    DemandeDeComplementFactory(dossier=depose, champs=["resume"])
    depose.attestations.all().delete()
    actions.ecrire(depose, {"resume": ""}, par=porteur, le=LE)
    with pytest.raises(RegleEnfreinte, match="Il reste 1 point"):
        actions.repondre(depose, reponse="", par=porteur, le=LE)
    actions.ecrire(depose, {"resume": "Précisé."}, par=porteur, le=LE)
    assert actions.repondre(depose, reponse="", par=porteur, le=LE).etat == EtatDossier.DEPOSE
