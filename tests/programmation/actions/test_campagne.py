"""The call for projects: copied from last year's, tried, opened, closed, opened late by name."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from acteurs.models import FormeJuridique, TypePiece
from commun.auteur import Auteur
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.etats import TransitionImpossible
from commun.models import LigneJournal
from contrats.etats import Role
from programmation.actions import campagne as actions
from programmation.etats import EtatCampagne
from programmation.models import Campagne, Dossier
from tests.fabriques import (
    BudgetPrevisionnelFactory,
    CampagneFactory,
    CommuneFactory,
    CritereCampagneFactory,
    DossierFactory,
    EtapeCampagneFactory,
    HabilitationFactory,
    NotationFactory,
    NoteCritereFactory,
    ObjectifFactory,
    OrganismeFactory,
    OuvertureTardiveFactory,
    PieceRequiseFactory,
)


def test_la_campagne_suivante_reprend_les_regles_et_decale_les_etapes(contrat, gens, le):
    passee = CampagneFactory(contrat=contrat, annee=2027, taux_public_max=80, cadrage="Droit commun d’abord.")
    CritereCampagneFactory(campagne=passee, libelle="Besoin", poids=3)
    PieceRequiseFactory(campagne=passee, type=TypePiece.STATUTS, formes=[FormeJuridique.ASSOCIATION_1901])
    EtapeCampagneFactory(campagne=passee, du=date(2028, 2, 29), au=date(2028, 3, 4))
    OuvertureTardiveFactory(campagne=passee)
    passee.priorites.add(ObjectifFactory(orientation__contrat=contrat))

    champs = {"nom": "Appel 2028", "ouverte_le": date(2027, 10, 1), "limite_depot": date(2027, 12, 15)}
    neuve = actions.creer_campagne(contrat, annee=2028, champs=champs, modele=passee, par=gens.chef, le=le)

    assert (neuve.etat, neuve.taux_public_max, neuve.cadrage) == ("preparation", 80, "Droit commun d’abord.")
    assert [(c.libelle, c.poids) for c in neuve.criteres.all()] == [("Besoin", 3)]
    assert neuve.pieces_requises.get().formes == [FormeJuridique.ASSOCIATION_1901]
    assert (neuve.etapes.get().du, neuve.etapes.get().au) == (date(2029, 2, 28), date(2029, 3, 4))
    assert list(neuve.priorites.all()) == list(passee.priorites.all())
    assert not neuve.ouvertures.exists()
    assert passee.criteres.count() == passee.etapes.count() == 1


def test_deux_campagnes_d_une_meme_annee_sont_refusees_en_francais(contrat, gens, le):
    CampagneFactory(contrat=contrat, annee=2028)
    champs = {"nom": "Doublon", "ouverte_le": date(2027, 10, 1), "limite_depot": date(2027, 12, 15)}
    with pytest.raises(RegleEnfreinte, match="existe déjà pour cette année"):
        actions.creer_campagne(contrat, annee=2028, champs=champs, par=gens.chef, le=le)


@pytest.mark.parametrize("role", ["instructeur", "decideur", "delegue", "porteur", "copil", "signataire"])
def test_un_autre_role_ne_prepare_pas_la_campagne(contrat, gens, le, role):
    campagne = CampagneFactory(contrat=contrat, annee=2028, preparation=True)
    with pytest.raises(ActeRefuse, match="Seul un chef de projet"):
        actions.changer_campagne(campagne, "ouvrir", par=getattr(gens, role), le=le)


def test_ouvrir_efface_les_essais_de_l_equipe_et_eux_seuls(contrat, gens, le):
    campagne = CampagneFactory(contrat=contrat, annee=2028, essai=True)
    essai = DossierFactory(contrat=contrat, campagne=campagne, essai=True)
    BudgetPrevisionnelFactory(dossier=essai, equilibre=True)
    ailleurs = DossierFactory(contrat=contrat, campagne=CampagneFactory(contrat=contrat, annee=2027), essai=True)

    actions.changer_campagne(campagne, "ouvrir", par=gens.chef, le=le)

    assert list(Dossier.objects.all()) == [ailleurs]
    assert LigneJournal.objects.de(campagne).last().motif == "Essais retirés\u202f: 1"


def test_une_campagne_ouverte_ne_se_referme_plus_quand_un_porteur_a_commence(contrat, gens, le):
    campagne = CampagneFactory(contrat=contrat, annee=2028)
    brouillon = DossierFactory(contrat=contrat, campagne=campagne)
    with pytest.raises(RegleEnfreinte, match="demandes sont déjà commencées"):
        actions.changer_campagne(campagne, "revenir", par=gens.chef, le=le)
    brouillon.delete()
    assert actions.changer_campagne(campagne, "revenir", par=gens.chef, le=le).etat == EtatCampagne.PREPARATION


def test_le_cycle_d_une_campagne_et_ses_actes_impossibles(contrat, gens, le):
    campagne = CampagneFactory(contrat=contrat, annee=2028, preparation=True)
    for acte, etat in [("essayer", "essai"), ("ouvrir", "ouverte"), ("clore", "close"), ("rouvrir", "ouverte")]:
        assert actions.changer_campagne(campagne, acte, par=gens.chef, le=le).etat == etat
    with pytest.raises(TransitionImpossible):
        actions.changer_campagne(campagne, "essayer", par=gens.chef, le=le)


def test_un_delai_se_donne_une_fois_pour_un_jour_a_venir_avec_son_motif(contrat, gens, le):
    campagne: Campagne = CampagneFactory(
        contrat=contrat, annee=2027, limite_depot=date(2026, 9, 1), copil_prevu_le=None, ouverte_le=date(2026, 6, 1)
    )
    porteur = OrganismeFactory()
    suite = {"porteur": porteur, "par": gens.chef, "le": le}
    with pytest.raises(RegleEnfreinte, match="Donnez le motif"):
        actions.ouvrir_tardivement(campagne, jusqu_au=date(2026, 9, 20), motif=" ", **suite)
    with pytest.raises(RegleEnfreinte, match="déjà passé"):
        actions.ouvrir_tardivement(campagne, jusqu_au=le.date() - timedelta(days=1), motif="Panne.", **suite)
    ouverture = actions.ouvrir_tardivement(campagne, jusqu_au=date(2026, 9, 20), motif="Panne.", **suite)
    with pytest.raises(RegleEnfreinte, match="déjà une ouverture tardive"):
        actions.ouvrir_tardivement(campagne, jusqu_au=date(2026, 9, 25), motif="Encore.", **suite)

    actions.retirer_ouverture(ouverture, par=gens.chef, le=le)
    actions.ouvrir_tardivement(campagne, jusqu_au=date(2026, 9, 25), motif="Encore.", **suite)
    actes = list(LigneJournal.objects.de(campagne).values_list("acte", "motif"))
    assert actes == [("ouvrir_tardivement", "Panne."), ("retirer_ouverture", ""), ("ouvrir_tardivement", "Encore.")]


def test_un_critere_deja_note_ne_se_retire_pas(contrat, gens, le):
    dossier = DossierFactory(contrat=contrat, depose=True)
    note = NoteCritereFactory(
        notation=NotationFactory(dossier=dossier), critere=CritereCampagneFactory(campagne=dossier.campagne)
    )
    with pytest.raises(RegleEnfreinte, match="porte déjà des notes"):
        actions.retirer_element(note.critere, par=gens.chef, le=le)


def test_la_note_maximale_ne_descend_pas_sous_une_note_donnee(contrat, gens, le):
    dossier = DossierFactory(contrat=contrat, depose=True)
    critere = CritereCampagneFactory(campagne=dossier.campagne, note_max=5)
    NoteCritereFactory(notation=NotationFactory(dossier=dossier), critere=critere, note=4)

    with pytest.raises(RegleEnfreinte, match="déjà reçu 4 sur ce critère") as refus:
        actions.ecrire_element(critere, champs={"note_max": 3}, par=gens.chef, le=le)
    assert refus.value.champ == "note_max"
    actions.ecrire_element(critere, champs={"note_max": 4}, par=gens.chef, le=le)


def test_une_campagne_ne_s_ouvre_pas_apres_sa_date_limite(contrat, gens, le):
    campagne = CampagneFactory(
        contrat=contrat,
        etat=EtatCampagne.PREPARATION,
        ouverte_le=date(2026, 7, 1),
        limite_depot=date(2026, 9, 9),
        copil_prevu_le=None,
    )

    with pytest.raises(RegleEnfreinte, match="reportez-la d’abord"):
        actions.changer_campagne(campagne, "ouvrir", par=gens.chef, le=le)


def test_un_chef_de_projet_d_une_commune_ne_prepare_pas_l_appel_de_tous(contrat, le):
    campagne = CampagneFactory(contrat=contrat, annee=2028, preparation=True)
    tenue = HabilitationFactory(contrat=contrat, role=Role.CHEF_DE_PROJET)
    tenue.communes.add(CommuneFactory())
    auteur = Auteur(utilisateur=tenue.utilisateur, organisme=tenue.organisme)
    with pytest.raises(ActeRefuse, match="tout le contrat"):
        actions.changer_campagne(campagne, "essayer", par=auteur, le=le)
