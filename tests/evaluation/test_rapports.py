"""Reports: asked, made once, published as they are, withdrawn."""

import uuid
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from commun import travaux
from commun.auteur import Auteur, Canal, systeme
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.fichiers import lire
from commun.instantanes import empreinte
from commun.models import EtatTravail, Fichier, LigneJournal, Travail
from commun.travaux import Suivi, TravailPerdu
from contrats.etats import Role
from evaluation import actions
from evaluation.etats import EtatRapport
from evaluation.models import Rapport
from evaluation.rapports import synthese as edition
from tests.fabriques import (
    CampagneFactory,
    CommuneFactory,
    DemandeFactory,
    DossierFactory,
    RapportFactory,
    TravailFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def chef(auteur_de):
    return auteur_de(Role.CHEF_DE_PROJET)


def demander(contrat, par, annee=2026):
    return actions.demander_synthese(contrat, annee, par=par, le=timezone.now())


def produire(contrat, par, executer_travaux):
    rapport = demander(contrat, par)
    executer_travaux()
    rapport.refresh_from_db()
    return rapport


def test_la_synthese_se_produit_avec_ses_quatre_formes(contrat_vivant, chef, executer_travaux, horloge):
    rapport = produire(contrat_vivant, chef, executer_travaux)

    assert (rapport.etat, rapport.version) == (EtatRapport.PRET, 1)
    assert rapport.reunion.le.isoformat() == "2026-12-03"
    octets = lire(rapport.instantane)
    assert rapport.instantane.sha256 == empreinte(octets)
    assert lire(rapport.pdf).startswith(b"%PDF-")
    assert lire(rapport.tableur).startswith(b"PK")
    assert "L’année 2026 en huit chiffres" in lire(rapport.html).decode()
    assert rapport.extrait_le == edition.relire(octets).extrait_le
    assert rapport.pages > 10
    assert (rapport.travail.etapes, rapport.travail.etape, rapport.travail.pourcentage) == (6, 6, 100)


def test_deux_demandes_coup_sur_coup_font_un_rapport(contrat, chef):
    CampagneFactory(contrat=contrat, annee=2026)
    assert demander(contrat, chef) == demander(contrat, chef)
    assert Travail.objects.count() == 1


def test_les_versions_se_suivent(contrat_vivant, chef, executer_travaux):
    assert [produire(contrat_vivant, chef, executer_travaux).version for _ in range(2)] == [1, 2]
    assert demander(contrat_vivant, chef, 2025).version == 1


@pytest.mark.parametrize("annee", [2027, 2031])
def test_une_annee_sans_campagne_est_refusee(contrat, chef, annee):
    CampagneFactory(contrat=contrat, annee=2026)
    CampagneFactory(annee=2027)  # of another contract
    with pytest.raises(RegleEnfreinte, match=f"pas de campagne en {annee}"):
        demander(contrat, chef, annee)


@pytest.mark.parametrize("role", [r for r in Role if r != Role.CHEF_DE_PROJET])
def test_seul_un_chef_de_projet_produit(contrat, auteur_de, role):
    with pytest.raises(ActeRefuse):
        demander(contrat, auteur_de(role))


def test_un_chef_de_projet_limite_a_une_commune_ne_produit_pas(contrat, chef):
    chef.utilisateur.habilitations.get().communes.add(CommuneFactory())
    with pytest.raises(ActeRefuse, match="limite à certains lieux"):
        demander(contrat, chef)


def test_un_rapport_publie_ne_change_plus_quand_les_donnees_changent(contrat_vivant, chef, executer_travaux):
    rapport = actions.publier(produire(contrat_vivant, chef, executer_travaux), par=chef, le=timezone.now())
    avant = {forme: lire(getattr(rapport, forme)) for forme in ("instantane", "pdf", "html", "tableur")}
    contrat_vivant.dossiers.update(intitule="Tout autre chose")
    contrat_vivant.engagements.all().delete()

    suivant = produire(contrat_vivant, chef, executer_travaux)

    rapport.refresh_from_db()
    assert {forme: lire(getattr(rapport, forme)) for forme in avant} == avant
    assert lire(suivant.instantane) != avant["instantane"]
    assert edition.page(edition.sections(edition.relire(avant["instantane"]))).encode() == avant["html"]


def test_publier_puis_retirer_s_inscrit_au_journal(contrat_vivant, chef, executer_travaux):
    rapport = produire(contrat_vivant, chef, executer_travaux)
    rapport = actions.publier(rapport, par=chef, le=timezone.now())
    rapport = actions.retirer(rapport, par=chef, le=timezone.now())

    actes = list(LigneJournal.objects.de(rapport).values_list("acte", flat=True))
    assert actes == ["demander", "produire", "publier", "retirer"]
    assert rapport.etat == EtatRapport.RETIRE


def test_un_rapport_se_publie_une_fois_et_par_un_chef_de_projet(contrat, chef, auteur_de):
    rapport = RapportFactory(contrat=contrat, pret=True)
    with pytest.raises(ActeRefuse):
        actions.publier(rapport, par=auteur_de(Role.MEMBRE_COPIL), le=timezone.now())
    actions.publier(rapport, par=chef, le=timezone.now())
    with pytest.raises(ActeRefuse, match="publié"):
        actions.publier(rapport, par=chef, le=timezone.now())


def test_un_travail_repris_par_un_autre_ouvrier_finit_une_seule_fois(
    contrat_vivant, chef, executer_travaux, monkeypatch
):
    """The first worker is silent during the layout; another takes the job; the first must write nothing."""
    rapport = demander(contrat_vivant, chef)
    mettre_en_page = actions.ecrire_pdf

    def pendant_la_mise_en_page(*args, **kwargs):
        monkeypatch.setattr(actions, "ecrire_pdf", mettre_en_page)
        vieux = timezone.now() - travaux.SILENCE - timedelta(seconds=1)
        Travail.objects.filter(pk=rapport.travail_id).update(battement_le=vieux)
        travaux.executer(rapport.travail_id)  # the second worker, from start to end
        return mettre_en_page(*args, **kwargs)

    monkeypatch.setattr(actions, "ecrire_pdf", pendant_la_mise_en_page)
    monkeypatch.setattr(travaux, "BATTEMENT", timedelta(days=1))
    travaux.executer(rapport.travail_id)

    rapport.refresh_from_db()
    assert rapport.etat == EtatRapport.PRET
    assert (rapport.travail.etat, rapport.travail.tentatives) == (EtatTravail.FAIT, 2)
    assert Fichier.objects.count() == 4
    assert LigneJournal.objects.de(rapport).filter(acte="produire").count() == 1


def test_un_ouvrier_depossede_au_dernier_moment_n_ecrit_rien(contrat_vivant, chef, monkeypatch):
    rapport = demander(contrat_vivant, chef)
    Travail.objects.filter(pk=rapport.travail_id).update(etat=EtatTravail.EN_COURS, jeton=(jeton := uuid.uuid4()))
    suivi = Suivi(Travail.objects.get(pk=rapport.travail_id), jeton)
    faire_le_tableur = actions.tableur

    def perdre(*args):
        suivi_etape = Suivi.etape
        monkeypatch.setattr(Suivi, "etape", lambda soi, *a, **k: None if a[0] == 6 else suivi_etape(soi, *a, **k))
        Travail.objects.filter(pk=rapport.travail_id).update(jeton=uuid.uuid4())
        return faire_le_tableur(*args)

    monkeypatch.setattr(actions, "tableur", perdre)
    with pytest.raises(TravailPerdu):
        actions.produire_rapport(rapport, suivi, le=timezone.now())

    assert Rapport.objects.get().etat == EtatRapport.EN_PREPARATION
    assert Fichier.objects.count() == 0


def test_reprendre_un_rapport_deja_produit_ne_fait_rien(contrat_vivant, chef, executer_travaux):
    rapport = produire(contrat_vivant, chef, executer_travaux)
    Travail.objects.filter(pk=rapport.travail_id).update(etat=EtatTravail.A_FAIRE, termine_le=None)
    executer_travaux()
    assert Fichier.objects.count() == 4


def test_un_echec_se_relance(contrat_vivant, chef, executer_travaux):
    rapport = RapportFactory(
        contrat=contrat_vivant, travail=TravailFactory(nom="evaluation.produire_rapport", en_echec=True)
    )
    Travail.objects.update(cible_id=rapport.pk)
    actions.relancer(rapport, par=chef, le=timezone.now())
    executer_travaux()
    rapport.refresh_from_db()
    assert rapport.etat == EtatRapport.PRET
    with pytest.raises(RegleEnfreinte, match="échec"):
        actions.relancer(rapport, par=chef, le=timezone.now())


def test_le_brouillon_de_l_agglomeration_n_entre_pas_dans_le_rapport(contrat_vivant, chef, executer_travaux):
    """The chef de projet who asks sees the private drafts of its own organisation; the COPIL must not."""
    DemandeFactory(
        dossier=DossierFactory(contrat=contrat_vivant, en_instruction=True),
        financeur=contrat_vivant.pilote,
        brouillon=True,
        montant_demande=98765,
        montant_propose=87654,
    )
    octets = lire(produire(contrat_vivant, chef, executer_travaux).instantane).decode()
    assert "87654" not in octets
    assert "98765" in octets


def test_la_commande_ecrit_le_meme_pdf(contrat_vivant, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(travaux, "BATTEMENT", timedelta(days=1))
    sortie = tmp_path / "synthese.pdf"
    call_command("produire_synthese", contrat=contrat_vivant.slug, annee=2026, sortie=sortie, publier=True)
    rapport = Rapport.objects.get()
    assert rapport.etat == EtatRapport.PUBLIE
    assert sortie.read_bytes() == lire(rapport.pdf)
    assert rapport.pdf.sha256 in capsys.readouterr().out


def test_l_auteur_du_rapport_reste_celui_qui_l_a_demande(contrat_vivant, chef, executer_travaux):
    rapport = produire(contrat_vivant, chef, executer_travaux)
    ligne = LigneJournal.objects.de(rapport).get(acte="produire")
    assert (ligne.utilisateur, ligne.canal) == (chef.utilisateur, Canal.TACHE)
    assert demander(contrat_vivant, Auteur(canal=Canal.COMMANDE)).demande_par is None
    assert systeme(Canal.TACHE).utilisateur is None
