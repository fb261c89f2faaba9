"""The journal: one line per act, a chain that tells what was touched, a seal per day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from commun.auteur import Auteur, Canal
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire, inscrire_lot, preparer, sceller, verifier_chaine, verifier_scelle
from commun.models import LigneJournal, ScelleJournal
from tests.fabriques import DossierFactory, LigneJournalFactory, OrganismeFactory, UtilisateurFactory

pytestmark = pytest.mark.django_db

LE = datetime(2026, 11, 20, 9, 30, 12, 345678, tzinfo=UTC)
JOUR = date(2026, 11, 20)


@pytest.fixture
def vie():
    """An object with three lines of journal."""
    objet = DossierFactory()
    auteur = Auteur(utilisateur=UtilisateurFactory(), organisme=OrganismeFactory()).au_nom_de(OrganismeFactory())
    for rang in range(3):
        inscrire(
            objet,
            acte="noter",
            libelle=f"Noter {rang}",
            par=auteur,
            le=LE + timedelta(minutes=rang),
            motif="Parce que",
            avant={"montant": "5000.00"},
            apres={"montant": None},
        )
    return objet


def test_une_ligne_dit_qui_pour_qui_et_par_ou():
    personne, organisme, represente = UtilisateurFactory(), OrganismeFactory(), OrganismeFactory(nom="CAF du Nord")
    auteur = Auteur(personne, organisme, Canal.IMPORT).au_nom_de(represente)
    dossier = DossierFactory()

    ligne = inscrire(dossier, acte="noter", libelle="Noter", par=auteur, le=LE)

    assert (ligne.utilisateur, ligne.auteur_nom) == (personne, str(personne))
    assert (ligne.organisme_id, ligne.organisme_nom) == (organisme.pk, organisme.nom)
    assert (ligne.pour_le_compte_de_id, ligne.pour_le_compte_de_nom) == (represente.pk, "CAF du Nord")
    assert (ligne.canal, ligne.contrat_id, ligne.numero) == (Canal.IMPORT, dossier.contrat_id, 1)


def test_agir_au_nom_de_son_propre_organisme_n_est_pas_agir_pour_autrui():
    organisme = OrganismeFactory()
    auteur = Auteur(organisme=organisme)
    assert auteur.au_nom_de(organisme) is auteur


def test_un_nom_tres_long_n_empeche_pas_l_acte():
    personne = UtilisateurFactory(first_name="A" * 150, last_name="B" * 150)
    ligne = inscrire(DossierFactory(), acte="noter", libelle="Noter", par=Auteur(personne), le=LE)
    assert len(ligne.auteur_nom) == 200


def test_une_vie_intacte_se_verifie(vie):
    assert [ligne.numero for ligne in LigneJournal.objects.de(vie)] == [1, 2, 3]
    assert verifier_chaine(vie)


@pytest.mark.parametrize(
    "champs",
    [
        {"libelle": "Autre"},
        {"acte": "autre"},
        {"motif": ""},
        {"fait_le": LE - timedelta(days=1)},
        {"auteur_nom": "Quelqu’un d’autre"},
        {"organisme_id": 0},
        {"organisme_nom": "Un autre organisme"},
        {"pour_le_compte_de_id": None},
        {"pour_le_compte_de_nom": ""},
        {"canal": Canal.API},
        {"contrat_id": 0},
        {"avant": {"montant": "6000.00"}},
        {"apres": {}},
        {"precedent_sha256": "0" * 64},
        {"sha256": "0" * 64},
    ],
    ids=lambda champs: next(iter(champs)),
)
@pytest.mark.parametrize("rang", [1, 2])
def test_une_ligne_modifiee_se_voit(vie, champs, rang):
    LigneJournal.objects.de(vie).filter(numero=rang).update(**champs)
    assert not verifier_chaine(vie)


def test_une_ligne_retiree_du_milieu_se_voit(vie):
    LigneJournal.objects.de(vie).filter(numero=2).delete()
    assert not verifier_chaine(vie)


def test_une_ligne_intercalee_se_voit(vie):
    LigneJournal.objects.de(vie).filter(numero=3).update(numero=4)
    LigneJournalFactory(cible_type="programmation.dossier", cible_id=vie.pk, numero=3)
    assert not verifier_chaine(vie)


def test_deux_actes_au_meme_rang_sont_refuses_en_francais(vie):
    with pytest.raises(RegleEnfreinte, match="en même temps"), contraintes_en_francais(), transaction.atomic():
        LigneJournalFactory(cible_type="programmation.dossier", cible_id=vie.pk, numero=3)


def test_la_ligne_survit_a_l_objet_et_a_la_personne(vie):
    pk = vie.pk
    vie.delete()
    assert LigneJournal.objects.filter(cible_type="programmation.dossier", cible_id=pk).count() == 3


def test_un_lot_chaine_chaque_objet_a_part():
    un, deux = DossierFactory.create_batch(2)
    par = Auteur(canal=Canal.IMPORT)

    inscrire_lot(preparer(objet, acte="creer", libelle="Créer", par=par, le=LE) for objet in (un, deux, un))

    assert verifier_chaine(un)
    assert verifier_chaine(deux)
    assert LigneJournal.objects.de(un).count() == 2
    inscrire(un, acte="noter", libelle="Noter", par=par, le=LE)
    assert verifier_chaine(un)


def test_un_lot_sur_un_objet_qui_a_deja_une_vie_est_refuse(vie):
    ligne = preparer(vie, acte="creer", libelle="Créer", par=Auteur(), le=LE)
    with pytest.raises(IntegrityError), transaction.atomic():
        inscrire_lot([ligne])


# --- Seals -----------------------------------------------------------------------------------------------------------
def test_sceller_deux_fois_ne_change_rien(vie):
    premier = sceller(JOUR)
    inscrire(DossierFactory(), acte="noter", libelle="Antidaté", par=Auteur(), le=LE)

    assert sceller(JOUR) == premier
    assert ScelleJournal.objects.get().lignes == 3


def test_un_jour_sans_acte_se_scelle_aussi():
    scelle = sceller(JOUR)
    assert scelle.lignes == 0
    assert verifier_scelle(scelle)


def test_le_scelle_est_celui_du_jour_de_paris():
    inscrire(
        DossierFactory(), acte="noter", libelle="Noter", par=Auteur(), le=datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
    )
    assert sceller(JOUR).lignes == 1


def test_un_scelle_intact_se_verifie(vie):
    scelle = sceller(JOUR)
    inscrire(vie, acte="noter", libelle="Le lendemain", par=Auteur(), le=LE + timedelta(days=1))
    assert verifier_scelle(scelle)


def test_le_scelle_voit_la_derniere_ligne_retiree_que_la_chaine_ne_voit_pas(vie):
    scelle = sceller(JOUR)
    LigneJournal.objects.de(vie).filter(numero=3).delete()

    assert verifier_chaine(vie)
    assert not verifier_scelle(scelle)


def test_le_scelle_voit_une_ligne_antidatee(vie):
    scelle = sceller(JOUR)
    inscrire(DossierFactory(), acte="noter", libelle="Antidaté", par=Auteur(), le=LE)
    assert not verifier_scelle(scelle)


def test_le_scelle_voit_une_vie_entiere_reecrite(vie):
    scelle = sceller(JOUR)
    precedent = ""
    for ligne in LigneJournal.objects.de(vie):
        ligne.motif, ligne.precedent_sha256 = "Réécrit", precedent
        ligne.sha256 = precedent = ligne.empreinte()
        ligne.save()

    assert verifier_chaine(vie)
    assert not verifier_scelle(scelle)
