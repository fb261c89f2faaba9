"""Jobs: one effect for one cause, whatever is lost, slow or killed."""

import hashlib
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from celery import Celery
from django.conf import settings as reglages
from django.db import connection, transaction
from django.utils import timezone
from redis import Redis

from commun import travaux
from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.models import EtatTravail, Travail
from commun.travaux import SILENCE, TravailPerdu, balayer, executer, planifier, relancer
from tests.fabriques import OrganismeFactory, TravailFactory, UtilisateurFactory

publier_pour_de_bon = travaux.publier  # before the fixture that records instead


@pytest.fixture
def traitement(monkeypatch):
    """Registers a handler for « essai.travail », for one test."""

    def poser(faire, nom="essai.travail"):
        monkeypatch.setitem(travaux.TRAITEMENTS, nom, faire)
        return nom

    return poser


@pytest.fixture(autouse=True)
def sans_periodiques(monkeypatch):
    """The daily jobs do not blur the counts; the tests about them put one back."""
    monkeypatch.setattr(travaux, "PERIODIQUES", {})


def ne_rien_faire(rangee, suivi):
    return {}


# --- Planning --------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_le_message_part_apres_la_validation(traitement, messages_publies, django_capture_on_commit_callbacks):
    traitement(ne_rien_faire)
    cible, personne = OrganismeFactory(), UtilisateurFactory()

    with django_capture_on_commit_callbacks() as apres:
        rangee = planifier("essai.travail", cible=cible, parametres={"a": 1}, par=Auteur(utilisateur=personne))
        assert messages_publies == []
    for rappel in apres:
        rappel()

    assert messages_publies == [rangee.pk]
    rangee.refresh_from_db()
    assert (rangee.cible_type, rangee.cible_id) == ("acteurs.organisme", cible.pk)
    assert (rangee.etat, rangee.parametres, rangee.demande_par) == (EtatTravail.A_FAIRE, {"a": 1}, personne)


@pytest.mark.django_db
def test_rien_ne_part_quand_la_transaction_echoue(traitement, messages_publies, django_capture_on_commit_callbacks):
    traitement(ne_rien_faire)

    @transaction.atomic
    def casser():
        planifier("essai.travail")
        raise ZeroDivisionError

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ZeroDivisionError):
        casser()

    assert messages_publies == []
    assert not Travail.objects.exists()


@pytest.mark.django_db
def test_une_meme_cle_ne_donne_qu_un_travail(traitement, messages_publies, django_capture_on_commit_callbacks):
    traitement(ne_rien_faire)

    with django_capture_on_commit_callbacks(execute=True):
        un = planifier("essai.travail", cle="une cause", parametres={"n": 1})
        deux = planifier("essai.travail", cle="une cause", parametres={"n": 2})

    assert un == deux
    assert deux.parametres == {"n": 1}
    assert messages_publies == [un.pk]


@pytest.mark.django_db
def test_un_travail_sans_traitement_est_refuse_tout_de_suite():
    with pytest.raises(LookupError, match=r"essai\.inconnu"):
        planifier("essai.inconnu")


# --- The broker ------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_le_message_ne_porte_que_le_numero():
    rangee = TravailFactory()
    publier_pour_de_bon(rangee.pk)

    with Redis.from_url(reglages.REDIS_URL) as redis:
        (message,) = redis.lrange("celery", 0, -1)
    assert b"commun.executer_travail" in message
    assert str(rangee.pk).encode() in message


@pytest.mark.django_db
def test_sans_courtier_la_rangee_reste_et_le_balai_l_enverra(traitement, monkeypatch, caplog, horloge):
    traitement(ne_rien_faire)
    muet = Celery("essai", broker="redis://127.0.0.1:1/0", set_as_current=False)
    muet.conf.broker_transport_options = reglages.CELERY_BROKER_TRANSPORT_OPTIONS
    monkeypatch.setattr(travaux, "current_app", muet)
    rangee = planifier("essai.travail")

    debut = time.monotonic()
    publier_pour_de_bon(rangee.pk)

    assert time.monotonic() - debut < 3  # nobody waits for a broker in front of a page
    assert "left to the sweeper" in caplog.text
    rangee.refresh_from_db()
    assert rangee.etat == EtatTravail.A_FAIRE
    horloge.avancer(seconds=11)
    assert balayer() == 1


# --- Doing -----------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_un_travail_fait_garde_son_resultat_et_son_empreinte(traitement):
    traitement(lambda rangee, suivi: {"pages": 24})
    rangee = TravailFactory(nom="essai.travail")

    executer(rangee.pk)

    rangee.refresh_from_db()
    assert (rangee.etat, rangee.resultat, rangee.tentatives) == (EtatTravail.FAIT, {"pages": 24}, 1)
    assert rangee.resultat_sha256 == hashlib.sha256(b'{"pages": 24}').hexdigest()
    assert rangee.termine_le is not None
    assert rangee.jeton is None
    assert rangee.pourcentage == 100


@pytest.mark.django_db(transaction=True)
def test_huit_ouvriers_pour_un_travail_un_seul_le_fait(traitement):
    faits = []
    depart = threading.Barrier(8)
    traitement(lambda rangee, suivi: faits.append(rangee.pk))
    rangee = TravailFactory(nom="essai.travail")

    def ouvrier(_):
        depart.wait()
        try:
            executer(rangee.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as ouvriers:
        list(ouvriers.map(ouvrier, range(8)))

    assert faits == [rangee.pk]
    rangee.refresh_from_db()
    assert (rangee.etat, rangee.tentatives) == (EtatTravail.FAIT, 1)


@pytest.mark.django_db
def test_un_travail_a_venir_attend_son_heure(traitement, horloge):
    faits = []
    traitement(lambda rangee, suivi: faits.append(1))
    rangee = TravailFactory(nom="essai.travail", a_partir_de=horloge.maintenant + timedelta(minutes=5))

    executer(rangee.pk)
    assert faits == []
    horloge.avancer(minutes=5)
    executer(rangee.pk)
    assert faits == [1]


@pytest.mark.django_db
def test_l_avancement_se_lit_pendant_le_travail(traitement):
    lus = []

    def faire(rangee, suivi):
        suivi.etape(1, 2, "Lire")
        lus.append(Travail.objects.get(pk=rangee.pk))
        suivi.etape(2, 2, "Écrire", total=4)
        suivi.avancer(3)
        lus.append(Travail.objects.get(pk=rangee.pk))

    traitement(faire)
    executer(TravailFactory(nom="essai.travail").pk)

    assert [(lu.libelle_etape, lu.pourcentage) for lu in lus] == [("Lire", 0), ("Écrire", 87)]


@pytest.mark.django_db(transaction=True)
def test_le_coeur_bat_pendant_un_travail_silencieux(traitement, monkeypatch):
    monkeypatch.setattr(travaux, "BATTEMENT", timedelta(seconds=0.02))
    battements = set()
    assez = threading.Event()

    def faire(rangee, suivi):
        for _ in range(200):
            battements.add(Travail.objects.get(pk=rangee.pk).battement_le)
            if len(battements) > 2:
                return
            assez.wait(0.02)

    traitement(faire)
    executer(TravailFactory(nom="essai.travail").pk)
    assert len(battements) > 2


@pytest.mark.django_db(transaction=True)
def test_le_coeur_qui_bat_decouvre_que_le_travail_est_perdu(traitement, monkeypatch):
    monkeypatch.setattr(travaux, "BATTEMENT", timedelta(seconds=0.02))
    vus = []

    def faire(rangee, suivi):
        Travail.objects.filter(pk=rangee.pk).update(jeton=uuid.uuid4())
        vus.append(suivi.perdu.wait(5))

    traitement(faire)
    executer(TravailFactory(nom="essai.travail").pk)
    assert vus == [True]


# --- Failing ---------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_un_travail_qui_casse_est_repris_plus_tard_puis_abandonne(traitement, horloge):
    def casser(rangee, suivi):
        raise ZeroDivisionError("secret d’un tiers")

    traitement(casser)
    rangee = TravailFactory(nom="essai.travail")

    for tentative in (1, 2):
        executer(rangee.pk)
        rangee.refresh_from_db()
        assert (rangee.etat, rangee.tentatives) == (EtatTravail.A_FAIRE, tentative)
        assert rangee.a_partir_de == horloge.maintenant + timedelta(seconds=20 * tentative)
        executer(rangee.pk)  # before its time: nothing
        rangee.refresh_from_db()
        assert rangee.tentatives == tentative
        horloge.avancer(seconds=20 * tentative)
    executer(rangee.pk)

    rangee.refresh_from_db()
    assert (rangee.etat, rangee.tentatives) == (EtatTravail.ECHEC, 3)
    assert rangee.erreur.startswith("Une erreur technique a interrompu le travail")
    assert str(rangee.pk) in rangee.erreur
    assert "secret" not in rangee.erreur
    executer(rangee.pk)
    assert Travail.objects.get(pk=rangee.pk).tentatives == 3


@pytest.mark.django_db
def test_une_regle_enfreinte_n_est_pas_retentee(traitement):
    def refuser(rangee, suivi):
        raise RegleEnfreinte("L’enveloppe ne suffit pas.")

    traitement(refuser)
    rangee = TravailFactory(nom="essai.travail")
    executer(rangee.pk)

    rangee.refresh_from_db()
    assert (rangee.etat, rangee.tentatives) == (EtatTravail.ECHEC, 1)
    assert rangee.erreur == "L’enveloppe ne suffit pas."


@pytest.mark.django_db
def test_relancer_rend_ses_tentatives_a_un_travail_en_echec(
    traitement, messages_publies, django_capture_on_commit_callbacks
):
    traitement(ne_rien_faire)
    en_echec, fait = TravailFactory(nom="essai.travail", en_echec=True), TravailFactory(fait=True)

    with django_capture_on_commit_callbacks(execute=True):
        relancer(en_echec)
        relancer(fait)
    assert messages_publies == [en_echec.pk]
    executer(en_echec.pk)

    en_echec.refresh_from_db()
    assert (en_echec.etat, en_echec.erreur) == (EtatTravail.FAIT, "")


# --- Sweeping --------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_un_message_perdu_est_renvoye(traitement, messages_publies, horloge):
    traitement(ne_rien_faire)
    rangee = planifier("essai.travail")

    horloge.avancer(seconds=9)
    assert balayer() == 0
    horloge.avancer(seconds=2)
    assert balayer() == 1
    assert messages_publies == [rangee.pk]


@pytest.mark.django_db
def test_le_balai_laisse_ce_qui_est_a_venir_et_ce_qui_est_fini(horloge):
    TravailFactory(a_partir_de=horloge.maintenant + timedelta(hours=1))
    TravailFactory(fait=True)
    TravailFactory(en_echec=True)
    TravailFactory(en_cours=True)
    horloge.avancer(seconds=20)

    assert balayer() == 0


@pytest.mark.django_db
def test_un_ouvrier_muet_est_remplace(traitement, messages_publies, horloge):
    traitement(lambda rangee, suivi: {"par": "le second"})
    rangee = TravailFactory(nom="essai.travail", en_cours=True)

    horloge.avancer(seconds=29)
    executer(rangee.pk)
    assert Travail.objects.get(pk=rangee.pk).etat == EtatTravail.EN_COURS
    horloge.avancer(seconds=2)
    assert balayer() == 1
    executer(messages_publies[0])

    rangee.refresh_from_db()
    assert (rangee.etat, rangee.tentatives, rangee.resultat) == (EtatTravail.FAIT, 2, {"par": "le second"})


@pytest.mark.django_db
def test_le_premier_ouvrier_trop_lent_s_arrete_sans_second_resultat(traitement, caplog):
    passages = []

    def faire(rangee, suivi):
        passages.append(suivi.jeton)
        if len(passages) > 1:
            return {"par": "le second"}
        # The first falls asleep; meanwhile another takes the job over and ends it.
        Travail.objects.filter(pk=rangee.pk).update(battement_le=timezone.now() - SILENCE * 2)
        executer(rangee.pk)
        with pytest.raises(TravailPerdu), transaction.atomic():
            suivi.verifier()
        suivi.avancer(0)
        raise AssertionError("the first worker went on")

    traitement(faire)
    rangee = TravailFactory(nom="essai.travail")
    executer(rangee.pk)

    rangee.refresh_from_db()
    assert len(passages) == 2
    assert (rangee.etat, rangee.resultat, rangee.erreur) == (EtatTravail.FAIT, {"par": "le second"}, "")
    assert "taken over" in caplog.text


@pytest.mark.django_db
def test_le_premier_ouvrier_qui_finit_quand_meme_n_ecrase_rien(traitement):
    passages = []

    def faire(rangee, suivi):
        passages.append(1)
        if len(passages) == 1:
            Travail.objects.filter(pk=rangee.pk).update(battement_le=timezone.now() - SILENCE * 2)
            executer(rangee.pk)
            return {"par": "le premier"}
        return {"par": "le second"}

    traitement(faire)
    rangee = TravailFactory(nom="essai.travail")
    executer(rangee.pk)

    rangee.refresh_from_db()
    assert rangee.resultat == {"par": "le second"}


@pytest.mark.django_db
def test_trop_de_silences_font_un_echec_qui_se_lit(horloge, messages_publies):
    rangee = TravailFactory(en_cours=True, tentatives=3)
    horloge.avancer(seconds=31)

    assert balayer() == 0
    rangee.refresh_from_db()
    assert rangee.etat == EtatTravail.ECHEC
    assert rangee.erreur.startswith("Le travail s’est interrompu plusieurs fois.")
    assert messages_publies == []


@pytest.mark.django_db
def test_un_travail_quotidien_est_prevu_une_fois_par_jour_apres_son_heure(traitement, monkeypatch, horloge):
    traitement(ne_rien_faire)
    monkeypatch.setattr(travaux, "PERIODIQUES", {"essai.travail": 2})

    horloge.regler(2026, 11, 20, 1, 59)
    balayer()
    assert Travail.objects.count() == 0
    for minute in (0, 1, 30):
        horloge.regler(2026, 11, 20, 2, minute)
        balayer()
    assert [t.cle_idempotence for t in Travail.objects.all()] == ["essai.travail:2026-11-20"]
    horloge.regler(2026, 11, 21, 3)
    balayer()
    assert Travail.objects.count() == 2


@pytest.mark.django_db
def test_executer_travaux_fait_tout_ce_qui_est_du(traitement, executer_travaux):
    traitement(lambda rangee, suivi: planifier("essai.suite") and None)
    traitement(lambda rangee, suivi: {"suite": True}, nom="essai.suite")
    TravailFactory(nom="essai.travail")

    assert [t.nom for t in executer_travaux()] == ["essai.travail", "essai.suite"]


@pytest.mark.django_db
def test_executer_travaux_dit_l_echec(traitement, executer_travaux):
    traitement(lambda rangee, suivi: 1 / 0)
    TravailFactory(nom="essai.travail")

    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        executer_travaux()


@pytest.mark.django_db
def test_les_travaux_de_la_maison_se_font(executer_travaux):
    TravailFactory(nom="commun.sceller_journal")
    TravailFactory(nom="commun.balayer_fichiers")

    assert [t.etat for t in executer_travaux()] == [EtatTravail.FAIT, EtatTravail.FAIT]
