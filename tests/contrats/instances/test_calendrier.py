"""The shared calendar and the private feed: every kind of date, only what the reader may see."""

from __future__ import annotations

import re
from datetime import date, time
from hashlib import sha256

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from commun.auteur import Auteur
from commun.creneaux import CRENEAUX
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.models import LigneJournal
from contrats.actions import instances as actions
from contrats.creneaux import GenreEcheance
from contrats.etats import EtatReunion, Role
from contrats.lectures.calendrier import echeances, mois
from contrats.models import AbonnementCalendrier, TypeComite
from tests.fabriques import (
    AbonnementCalendrierFactory,
    AppelExterneFactory,
    CampagneFactory,
    ComiteFactory,
    CommuneFactory,
    ConventionTfpbFactory,
    HabilitationFactory,
    ItemCompteRenduFactory,
    MembreComiteFactory,
    ReunionFactory,
)

pytestmark = pytest.mark.django_db

ANNEE = (date(2026, 1, 1), date(2027, 12, 31))


def test_chaque_creneau_est_rempli() -> None:
    noms = {
        "contrats.etapes_de_campagne",
        "contrats.dates_tfpb",
        "contrats.programmation_proposee",
        "contrats.actions_sans_point_d_etape",
    }
    assert noms <= set(CRENEAUX)
    assert all(CRENEAUX[nom].reponse is not None for nom in noms)


def test_le_calendrier_reunit_toutes_les_dates(contrat, chef, copil) -> None:
    ReunionFactory(comite=copil, le=date(2026, 12, 4))
    CampagneFactory(
        contrat=contrat,
        annee=2027,
        nom="AAP 2027",
        ouverte_le=date(2026, 10, 1),
        limite_depot=date(2026, 11, 30),
        copil_prevu_le=date(2027, 3, 20),
    )
    AppelExterneFactory(contrat=contrat, nom="Santé", ouvre_le=date(2026, 1, 15), ferme_le=date(2026, 3, 15))
    ConventionTfpbFactory(contrat=contrat, premiere_annee=2026, derniere_annee=2026)

    lues = echeances(contrat, *ANNEE, pour=chef)

    assert {e.genre for e in lues} == set(GenreEcheance) - {GenreEcheance.BILAN}
    assert [e.le for e in lues] == sorted(e.le for e in lues)
    titres = {e.titre: e.le for e in lues}
    assert titres["AAP 2027 : date limite de dépôt"] == date(2026, 11, 30)
    assert titres["AAP 2027 : COPIL prévu"] == date(2027, 3, 20)
    assert any(t.startswith("Clôture") and t.endswith("Santé") for t in titres)
    assert titres["Bilans TFPB 2026 des bailleurs à recevoir"] == date(2027, 9, 30)
    assert len({e.cle for e in lues}) == len(lues)


def test_les_bilans_sont_dus_six_mois_apres_l_annee(contrat, chef) -> None:
    CampagneFactory(contrat=contrat, annee=2026)
    [bilans] = echeances(contrat, *ANNEE, pour=chef, genre=GenreEcheance.BILAN)
    assert bilans.le == date(2027, 6, 30)


def test_le_copil_prevu_s_efface_devant_la_reunion(contrat, chef, copil) -> None:
    CampagneFactory(contrat=contrat, annee=2027, copil_prevu_le=date(2027, 3, 20), limite_depot=date(2027, 1, 10))
    ReunionFactory(comite=copil, le=date(2027, 3, 20))
    assert [e.genre for e in echeances(contrat, date(2027, 3, 20), date(2027, 3, 20), pour=chef)] == ["reunion"]


def test_une_commune_garde_ses_reunions_et_celles_de_tout_le_contrat(contrat, chef, copil) -> None:
    denain, raismes = CommuneFactory(), CommuneFactory()
    ReunionFactory(comite=copil, le=date(2026, 12, 1), objet="tout")
    ReunionFactory(comite=copil, le=date(2026, 12, 2), objet="denain", commune=denain)
    ReunionFactory(comite=copil, le=date(2026, 12, 3), objet="raismes", commune=raismes)
    lues = echeances(contrat, *ANNEE, pour=chef, commune_id=denain.pk)
    assert [e.detail for e in lues] == ["tout", "denain"]


def test_chacun_voit_les_reunions_de_ses_comites(contrat, chef, copil, membre, invite, auteur_de) -> None:
    autre = ComiteFactory(contrat=contrat, nom="Commission", type=TypeComite.COMMISSION, valide_programmation=False)
    ReunionFactory(comite=copil, le=date(2026, 12, 1))
    ReunionFactory(comite=autre, le=date(2026, 12, 2))
    rendue = ReunionFactory(comite=autre, le=date(2026, 3, 2), etat=EtatReunion.RENDUE)
    ItemCompteRenduFactory(reunion=rendue, audience="contrat")
    secrete = ReunionFactory(comite=autre, le=date(2026, 2, 2), etat=EtatReunion.RENDUE)
    ItemCompteRenduFactory(reunion=secrete, audience="membres")

    def vues(auteur) -> set[date]:
        return {e.le for e in echeances(contrat, *ANNEE, pour=auteur)}

    publiques = {rendue.le}
    toutes = {date(2026, 12, 1), date(2026, 12, 2), rendue.le, secrete.le}
    assert vues(chef) == vues(auteur_de(Role.INSTRUCTEUR)) == toutes
    assert vues(membre) == vues(invite) == vues(auteur_de(Role.MEMBRE_COPIL)) == {date(2026, 12, 1)} | publiques
    assert vues(auteur_de(Role.PORTEUR)) == publiques
    assert vues(Auteur(utilisateur=HabilitationFactory().utilisateur)) == set()  # of another contract


def test_un_porteur_voit_la_campagne_mais_ni_le_copil_prevu_ni_la_tfpb(contrat, auteur_de) -> None:
    CampagneFactory(contrat=contrat, annee=2026, copil_prevu_le=date(2026, 3, 20), nom="AAP")
    ConventionTfpbFactory(contrat=contrat, premiere_annee=2026, derniere_annee=2026)
    lues = echeances(contrat, *ANNEE, pour=auteur_de(Role.PORTEUR))
    assert GenreEcheance.TFPB not in {e.genre for e in lues}
    assert not any("COPIL" in e.titre for e in lues)
    assert any(e.genre == GenreEcheance.BILAN for e in lues)


def test_le_mois_va_du_lundi_au_dimanche(contrat, chef, copil) -> None:
    ReunionFactory(comite=copil, le=date(2026, 12, 4))
    lu = mois(date(2026, 12, 1), echeances(contrat, *ANNEE, pour=chef), aujourdhui=date(2026, 12, 4))
    assert lu.titre == "décembre 2026"
    assert all(len(semaine) == 7 and semaine[0].le.weekday() == 0 for semaine in lu.semaines)
    [plein] = [j for semaine in lu.semaines for j in semaine if j.echeances]
    assert plein.aujourdhui
    assert (lu.precedent, lu.suivant) == (date(2026, 11, 1), date(2027, 1, 1))


# --- Feed ------------------------------------------------------------------------------------------------------------
def flux(jeton: str):
    return Client().get(reverse("contrats:flux_calendrier", kwargs={"jeton": jeton}))


def test_l_adresse_est_montree_une_fois_et_gardee_hachee(client_de, horloge) -> None:
    client = client_de(Role.CHEF_DE_PROJET)
    page = client.post(reverse("contrats:mon_calendrier"))
    jeton = re.search(r"/calendrier/([\w-]+)\.ics", page.content.decode())[1]

    [abonnement] = AbonnementCalendrier.objects.all()
    assert jeton not in abonnement.jeton_sha256
    assert "no-store" in page["Cache-Control"]
    assert jeton not in client.get(reverse("contrats:mon_calendrier")).content.decode()
    assert flux(jeton).status_code == 200
    assert LigneJournal.objects.de(abonnement).get().acte == "ouvrir_calendrier"


def test_changer_d_adresse_ou_la_revoquer_ferme_l_ancienne(client_de) -> None:
    client = client_de(Role.CHEF_DE_PROJET)
    auteur = client.auteur
    un = actions.ouvrir_calendrier(par=auteur, le=timezone.now())
    page = client.post(reverse("contrats:mon_calendrier"))
    deux = re.search(r"/calendrier/([\w-]+)\.ics", page.content.decode())[1]
    assert (flux(un).status_code, flux(deux).status_code) == (404, 200)

    client.post(reverse("contrats:fermer_calendrier"))
    assert flux(deux).status_code == 404
    assert flux("inconnu").status_code == 404


def test_le_flux_d_un_compte_ferme_ou_d_une_habilitation_close_est_vide(copil, membre) -> None:
    ReunionFactory(comite=copil, le=timezone.localdate(), objet="Secret")
    abonnement = AbonnementCalendrierFactory(utilisateur=membre.utilisateur, jeton_sha256=_sha("clef"))
    assert "SUMMARY:COPIL" in flux("clef").content.decode()

    membre.utilisateur.habilitations.update(valide_au=date(2025, 1, 1))
    assert "SUMMARY" not in flux("clef").content.decode()

    abonnement.utilisateur.is_active = False
    abonnement.utilisateur.save()
    assert flux("clef").status_code == 404


def _sha(jeton: str) -> str:
    return sha256(jeton.encode()).hexdigest()


def test_le_flux_ne_montre_que_ce_que_la_personne_peut_voir(contrat, copil, membre, auteur_de) -> None:
    jour = timezone.localdate()
    ReunionFactory(comite=copil, le=jour, debut=time(14), etat=EtatReunion.ANNULEE)
    cachee = ComiteFactory(contrat=contrat, nom="Commission fermée", valide_programmation=False)
    ReunionFactory(comite=cachee, le=jour)
    ailleurs = ComiteFactory(nom="Autre contrat")
    MembreComiteFactory(comite=ailleurs, organisme=membre.organisme)
    ReunionFactory(comite=ailleurs, le=jour)
    AbonnementCalendrierFactory(utilisateur=membre.utilisateur, jeton_sha256=_sha("clef"))

    reponse = flux("clef")
    texte = reponse.content.decode()

    assert reponse["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in reponse["Cache-Control"]
    assert "SUMMARY:COPIL" in texte
    assert "STATUS:CANCELLED" in texte
    assert "Commission fermée" not in texte
    assert "Autre contrat" not in texte
    AbonnementCalendrierFactory(utilisateur=auteur_de(Role.PORTEUR).utilisateur, jeton_sha256=_sha("porteur"))
    assert "SUMMARY:COPIL" not in flux("porteur").content.decode()


def test_lire_le_flux_n_ecrit_rien(membre, copil) -> None:
    AbonnementCalendrierFactory(utilisateur=membre.utilisateur, jeton_sha256=_sha("clef"))
    with CaptureQueriesContext(connection) as requetes:
        flux("clef")
    assert not [q for q in requetes if not q["sql"].lstrip().upper().startswith("SELECT")]


# --- Calls -----------------------------------------------------------------------------------------------------------
def test_un_appel_se_note_se_change_et_se_retire(contrat, chef, membre, horloge) -> None:
    fiche = actions.FicheAppel(nom="AAP Santé", ouvre_le=date(2026, 12, 1), ferme_le=date(2027, 1, 15))
    appel = actions.enregistrer_appel(contrat, fiche, par=chef, le=horloge.maintenant)
    with pytest.raises(RegleEnfreinte, match="après son ouverture"):
        actions.enregistrer_appel(
            contrat,
            actions.FicheAppel(nom="AAP Santé", ouvre_le=date(2026, 12, 1), ferme_le=date(2026, 1, 1)),
            appel=appel,
            par=chef,
            le=horloge.maintenant,
        )
    with pytest.raises(ActeRefuse):
        actions.retirer_appel(appel, par=membre, le=horloge.maintenant)
    numero = appel.pk
    actions.retirer_appel(appel, par=chef, le=horloge.maintenant)
    actes = LigneJournal.objects.filter(cible_type="contrats.appelexterne", cible_id=numero).order_by("numero")
    assert [ligne.acte for ligne in actes] == ["enregistrer_appel", "retirer_appel"]
