"""Refusals in bulk: requests that nobody kept, refused by an act or without one, then told by its letters."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from commun.erreurs import RegleEnfreinte
from commun.models import Travail
from programmation import actions
from programmation.actions import LigneDActe
from programmation.etats import EtatDemande, EtatDossier, GenreCourrier
from programmation.lectures.actes import (
    avec_origine,
    financeurs_de_l_annee,
    lignes_a_refuser,
    suivi_du_financeur,
)
from programmation.models import Courrier, DemandeFinancement
from programmation.views.actes import CHAMPS_AU_PLUS, CHAMPS_PAR_LIGNE, LIGNES_AU_PLUS
from tests.fabriques import (
    ActeDecisionFactory,
    ComiteFactory,
    DemandeFactory,
    DeportFactory,
    DispositifFactory,
    DossierFactory,
    EnveloppeFactory,
    ExamenDossierFactory,
    MontantExamineFactory,
    ReunionFactory,
)

pytestmark = pytest.mark.django_db

MOTIF = "Action hors des priorités de l’orientation."


@pytest.fixture
def ecarte(contrat: Any, copil: Any) -> Any:
    """`ecarte("2026-0101", financeur)`: a file that the COPIL set aside, and its request to this funder."""

    def faire(numero: str, financeur: Any, **suite: Any) -> DemandeFinancement:
        dossier = DossierFactory(contrat=contrat, en_instruction=True, numero=numero, **suite)
        ExamenDossierFactory(
            reunion=copil,
            dossier=dossier,
            etat="ecarte",
            motif=MOTIF,
            applique_le=datetime(2026, 4, 11, 9, tzinfo=UTC),
        )
        return DemandeFactory(dossier=dossier, financeur=financeur)

    return faire


@pytest.fixture
def campagne(dossier: Any) -> Any:
    return dossier.campagne


def lues(campagne: Any, financeur: Any, par: Any, **suite: Any) -> list[Any]:
    return avec_origine(lignes_a_refuser(campagne, financeur, pour=par, **suite))


def lisible(texte: str) -> str:
    return texte.replace("\u202f", " ").replace("\xa0", " ")


# --- Which ones -------------------------------------------------------------------------------------------------------
def test_les_demandes_d_un_dossier_ecarte_viennent_avec_le_motif_de_la_seance(ecarte, campagne, gens) -> None:
    demande = ecarte("2026-0101", gens.departement)
    (ligne,) = lues(campagne, gens.departement, gens.decideur)
    assert (ligne.demande, ligne.motif) == (demande, MOTIF)
    assert ligne.origine == "Dossier écarté en séance du 10/04/2026"


@pytest.fixture
def programmer_sans(contrat: Any, copil: Any, gens: Any) -> Any:
    """`programmer_sans(numero, **row)`: a file that the COPIL programmed for the Région, and a row of the Département."""

    def faire(numero: str = "2026-0201", **suite: Any) -> DemandeFinancement:
        programme = DossierFactory(contrat=contrat, programme=True, numero=numero)
        DemandeFactory(dossier=programme, financeur=gens.region, programmee=True, reunion=copil)
        return DemandeFactory(dossier=programme, financeur=gens.departement, **suite)

    return faire


@pytest.mark.parametrize("suite", [{}, {"brouillon": True}, {"proposee": True, "montant_propose": 0}])
def test_ce_que_le_copil_n_a_pas_retenu_vient_sans_motif(programmer_sans, campagne, gens, suite) -> None:
    delaissee = programmer_sans(**suite)
    (ligne,) = lues(campagne, gens.departement, gens.decideur)
    assert (ligne.demande, ligne.motif) == (delaissee, "")
    assert "sans cette demande" in ligne.origine


def test_ce_que_la_seance_a_retenu_et_laisse_a_confirmer_n_est_pas_a_refuser(
    programmer_sans, campagne, copil, gens
) -> None:
    demande = programmer_sans(brouillon=True)
    examen = ExamenDossierFactory(
        reunion=copil, dossier=demande.dossier, retenu=True, applique_le=datetime(2026, 4, 11, 9, tzinfo=UTC)
    )
    MontantExamineFactory(examen=examen, demande=demande, montant=3000)
    assert lues(campagne, gens.departement, gens.decideur) == []
    assert suivi_du_financeur(campagne, gens.departement, pour=gens.decideur).a_refuser == 0
    (ligne,) = lues(campagne, gens.departement, gens.decideur, toutes=True)
    assert ligne.origine == "Dossier « programmé »"


def test_ce_qui_attend_le_prochain_copil_n_est_pas_a_refuser(programmer_sans, campagne, gens) -> None:
    programmer_sans(proposee=True)
    assert lues(campagne, gens.departement, gens.decideur) == []
    (ligne,) = lues(campagne, gens.departement, gens.decideur, toutes=True)
    assert ligne.origine == "Proposée : le prochain COPIL l’examinera"


def test_ce_que_la_seance_a_laisse_a_zero_est_a_refuser_jusqu_a_une_nouvelle_proposition(
    programmer_sans, campagne, copil, gens, le
) -> None:
    demande = programmer_sans(proposee=True)
    applique = datetime(2026, 4, 11, 9, tzinfo=UTC)
    examen = ExamenDossierFactory(reunion=copil, dossier=demande.dossier, retenu=True, applique_le=applique)
    MontantExamineFactory(examen=examen, demande=demande, montant=0)
    (ligne,) = lues(campagne, gens.departement, gens.decideur)
    assert (ligne.demande, "sans cette demande" in ligne.origine) == (demande, True)

    # That meeting does not give it what it left, whoever records its decision.
    with pytest.raises(RegleEnfreinte, match="n’a rien donné"):
        actions.programmer(demande.dossier, reunion=copil, par=gens.chef, le=le)

    actions.proposer(demande, montant=Decimal(900), par=gens.instructeur, le=applique + timedelta(days=3))
    assert lues(campagne, gens.departement, gens.decideur) == []


def test_dans_un_dossier_mixte_chaque_instance_dit_ses_lignes(programmer_sans, campagne, contrat, gens) -> None:
    """The commission has not examined its own row: the COPIL has not said no to it; set aside there, it is to refuse."""
    demande = programmer_sans(dispositif=DispositifFactory(sip=True))
    comite = ComiteFactory(contrat=contrat, type="commission", valide_programmation=False, valide_sip=True)
    assert lues(campagne, gens.departement, gens.decideur) == []
    ExamenDossierFactory(
        reunion=ReunionFactory(comite=comite, le=date(2026, 4, 2)),
        dossier=demande.dossier,
        ecarte=True,
        applique_le=datetime(2026, 4, 3, 9, tzinfo=UTC),
    )
    (ligne,) = lues(campagne, gens.departement, gens.decideur)
    assert (ligne.demande, ligne.motif) == (demande, "Hors des priorités.")
    assert ligne.origine == "Dossier écarté en séance du 02/04/2026"


def test_ni_les_dossiers_en_instruction_ni_ce_qui_a_deja_sa_reponse_n_y_sont(ecarte, contrat, campagne, gens) -> None:
    """Unless asked for: the file that no session has decided of yet."""
    deja = ecarte("2026-0101", gens.departement)
    DemandeFinancement.objects.filter(pk=deja.pk).update(etat="refusee", motif="Non")
    en_cours = DemandeFactory(
        dossier=DossierFactory(contrat=contrat, en_instruction=True, numero="2026-0300"), financeur=gens.departement
    )
    DemandeFactory(dossier=DossierFactory(contrat=contrat, irrecevable=True), financeur=gens.departement)
    assert lues(campagne, gens.departement, gens.decideur) == []
    (ligne,) = lues(campagne, gens.departement, gens.decideur, toutes=True)
    assert (ligne.demande, ligne.motif) == (en_cours, "")


def test_un_dossier_ecarte_puis_repris_n_est_plus_a_refuser(ecarte, campagne, contrat, copil, gens) -> None:
    demande = ecarte("2026-0101", gens.departement)
    suite = type(copil)(comite=copil.comite, le=date(2026, 5, 10))
    suite.save()
    ExamenDossierFactory(
        reunion=suite,
        dossier=demande.dossier,
        etat="ajourne",
        motif="À revoir",
        applique_le=datetime(2026, 5, 11, 9, tzinfo=UTC),
    )
    assert lues(campagne, gens.departement, gens.decideur) == []


def test_une_instance_n_ecarte_que_les_demandes_qu_elle_examine(ecarte, campagne, contrat, copil, gens) -> None:
    """A body that validates the SIP alone says nothing of the call for projects."""
    demande = ecarte("2026-0101", gens.departement)
    sip = DemandeFactory(dossier=demande.dossier, financeur=gens.departement, dispositif=DispositifFactory(sip=True))
    copil.comite.valide_programmation, copil.comite.valide_sip = False, True
    copil.comite.save()
    assert [ligne.demande for ligne in lues(campagne, gens.departement, gens.decideur)] == [sip]


def test_un_deporte_et_un_autre_financeur_n_y_voient_rien(ecarte, campagne, contrat, gens) -> None:
    demande = ecarte("2026-0101", gens.departement)
    assert lues(campagne, gens.departement, gens.voisin) == []
    DeportFactory(dossier=demande.dossier, utilisateur=gens.decideur.utilisateur)
    gens.decideur.utilisateur.__dict__.pop("_deports_connus", None)
    assert lues(campagne, gens.departement, gens.decideur) == []


def test_le_suivi_compte_ce_qui_reste_a_refuser(ecarte, campagne, contrat, gens) -> None:
    ecarte("2026-0101", gens.departement)
    ecarte("2026-0102", gens.departement)
    ecarte("2026-0103", gens.region)
    assert suivi_du_financeur(campagne, gens.departement, pour=gens.decideur).a_refuser == 2
    comptes = {f.organisme: (f.a_refuser, f.a_faire) for f in financeurs_de_l_annee(contrat, 2026, pour=gens.chef)}
    assert comptes == {gens.departement: (2, True), gens.region: (1, True)}


# --- Refused by an act ------------------------------------------------------------------------------------------------
def refuser_par(acte: Any, demandes: list[Any], par: Any, executer_travaux: Any, motif: str = MOTIF) -> Travail:
    lignes = [LigneDActe(d.pk, d.dossier.numero, "refus", motif=motif, etat=d.etat) for d in demandes]
    travail = actions.decider_des_lignes(acte, lignes, annee=2026, par=par)
    executer_travaux()
    travail.refresh_from_db()
    return travail


def test_un_refus_pris_par_un_acte_garde_son_acte_et_sa_lettre_le_cite(
    ecarte, campagne, gens, acte, le, executer_travaux, ouvrir
) -> None:
    demandes = [ecarte("2026-0101", gens.departement), ecarte("2026-0102", gens.departement)]
    travail = refuser_par(acte, demandes, gens.decideur, executer_travaux)
    assert travail.resultat == {"reussis": ["2026-0101", "2026-0102"], "refus": []}
    for demande in demandes:
        demande.refresh_from_db()
        assert (demande.etat, demande.acte, demande.motif) == (EtatDemande.REFUSEE, acte, MOTIF)

    suivi = suivi_du_financeur(campagne, gens.departement, pour=gens.decideur)
    assert suivi.refus == 0
    assert [(lu.acte, lu.lignes, lu.refusees, lu.a_annoncer) for lu in suivi.actes] == [(acte, 2, 2, 2)]
    with pytest.raises(RegleEnfreinte, match="a déjà son courrier"):
        actions.ouvrir_les_courriers(campagne, gens.departement, acte=None, par=gens.decideur, le=le)
    ouvrir(acte, campagne)
    lettres = Courrier.objects.order_by("dossier__numero")
    assert [lettre.genre for lettre in lettres] == [GenreCourrier.REFUS] * 2
    corps = lisible(lettres[0].corps)
    assert f"motif suivant : {MOTIF}" in corps
    assert "l’acte n° CP/2026/118 du 15 juin 2026 (Commission permanente)" in corps
    assert "tribunal administratif" in corps
    assert "deux mois" in corps


def test_l_acte_d_un_refus_se_lit_sur_le_dossier_et_par_l_api(
    ecarte, gens, acte, systeme, page, executer_travaux
) -> None:
    """Its porteur reads neither, until it is told."""
    demande = ecarte("2026-0101", gens.departement, porteur=gens.porteur.organisme)
    refuser_par(acte, [demande], gens.decideur, executer_travaux)
    lu = systeme(gens.departement).get(f"demandes/{demande.pk}/").json()
    assert (lu["etat"], lu["acte"]["numero"]) == ("refusee", "CP/2026/118")
    for par, montre in ((gens.decideur, True), (gens.porteur, False)):
        client, adresse = page(par, "dossier", numero="2026-0101")
        vue = lisible(client.get(adresse, follow=True).content.decode())
        assert ("CP/2026/118" in vue) is montre


def test_rectifier_un_refus_lui_retire_son_acte(ecarte, gens, acte, le, executer_travaux) -> None:
    demande = ecarte("2026-0101", gens.departement)
    refuser_par(acte, [demande], gens.decideur, executer_travaux)
    demande = actions.rectifier(demande, motif="Erreur de ligne", par=gens.decideur, le=le)
    assert (demande.etat, demande.acte, demande.motif) == (EtatDemande.DEMANDEE, None, "")


def test_l_acte_qui_refuse_est_celui_du_financeur_et_deja_pris(ecarte, contrat, gens, le) -> None:
    demande = ecarte("2026-0101", gens.departement)
    autre = ActeDecisionFactory(contrat=contrat, organisme=gens.region)
    futur = ActeDecisionFactory(
        contrat=contrat, organisme=gens.departement, pris_le=date(2026, 9, 20), recu_prefecture_le=None
    )
    with pytest.raises(RegleEnfreinte, match="doit être celui du Département"):
        actions.refuser(demande, motif=MOTIF, par=gens.decideur, le=le, acte=autre)
    with pytest.raises(RegleEnfreinte, match="à venir"):
        actions.refuser(demande, motif=MOTIF, par=gens.decideur, le=le, acte=futur)


def test_la_base_n_admet_un_acte_sans_montant_que_sur_un_refus(ecarte, acte, gens) -> None:
    demande = ecarte("2026-0101", gens.departement)
    with pytest.raises(IntegrityError, match="votee_par_un_acte"), transaction.atomic():
        DemandeFinancement.objects.filter(pk=demande.pk).update(acte=acte)
    with pytest.raises(IntegrityError, match="votee_par_un_acte"), transaction.atomic():
        DemandeFinancement.objects.filter(pk=demande.pk).update(etat="refusee", motif="Non", acte=acte, montant_vote=10)


def test_ce_que_le_copil_a_programme_entre_temps_n_est_pas_refuse(ecarte, gens, acte, executer_travaux) -> None:
    demande = ecarte("2026-0101", gens.departement)
    avant = LigneDActe(demande.pk, "2026-0101", "refus", motif=MOTIF, etat="demandee")
    programmee = DemandeFactory(
        dossier=DossierFactory(contrat=demande.dossier.contrat, programme=True),
        financeur=gens.departement,
        programmee=True,
    )
    ligne = LigneDActe(programmee.pk, programmee.dossier.numero, "refus", motif=MOTIF, etat="proposee")
    travail = actions.decider_des_lignes(acte, [avant, ligne], annee=2026, par=gens.decideur)
    executer_travaux()
    travail.refresh_from_db()
    assert travail.resultat["reussis"] == ["2026-0101"]
    assert "programmée depuis" in travail.resultat["refus"][0]["motif"]
    programmee.refresh_from_db()
    assert programmee.etat == EtatDemande.PROGRAMMEE


def test_demande_deux_fois_c_est_un_seul_travail(ecarte, gens, acte) -> None:
    demande = ecarte("2026-0101", gens.departement)
    ligne = LigneDActe(demande.pk, "2026-0101", "refus", motif=MOTIF)
    un, deux = (actions.decider_des_lignes(acte, [ligne], annee=2026, par=gens.decideur) for _ in range(2))
    assert un == deux
    assert Travail.objects.count() == 1


# --- Refused without an act -------------------------------------------------------------------------------------------
def test_sans_acte_les_refus_ont_leur_lot(ecarte, campagne, gens, executer_travaux, ouvrir) -> None:
    demande = ecarte("2026-0101", gens.departement)
    ligne = LigneDActe(demande.pk, "2026-0101", "refus", motif=MOTIF)
    travail = actions.refuser_des_lignes(campagne, gens.departement, [ligne], par=gens.decideur)
    executer_travaux()
    travail.refresh_from_db()
    assert travail.resultat == {"reussis": ["2026-0101"], "refus": []}
    demande.refresh_from_db()
    assert (demande.etat, demande.acte) == (EtatDemande.REFUSEE, None)
    ouvrir(None, campagne)
    assert "acte n°" not in lisible(Courrier.objects.get().corps)


def test_sans_acte_rien_n_est_vote_et_l_equipe_dit_le_document_lu(ecarte, campagne, gens) -> None:
    demande = ecarte("2026-0101", gens.departement)
    vote = LigneDActe(demande.pk, "2026-0101", "vote", montant=demande.montant_demande)
    refus = LigneDActe(demande.pk, "2026-0101", "refus", motif=MOTIF)
    with pytest.raises(RegleEnfreinte, match="ne fait que refuser"):
        actions.refuser_des_lignes(campagne, gens.departement, [vote], par=gens.decideur)
    with pytest.raises(RegleEnfreinte, match="indiquez le document"):
        actions.refuser_des_lignes(campagne, gens.departement, [refus], par=gens.chef)
    assert not Travail.objects.exists()


# --- Pages ------------------------------------------------------------------------------------------------------------
def test_l_acte_refuse_les_demandes_sans_suite_depuis_sa_page(
    ecarte, programmer_sans, gens, acte, page, executer_travaux
) -> None:
    """The session's reason is there, changed on a line, given once for those that have none."""
    une, deux = ecarte("2026-0101", gens.departement), ecarte("2026-0102", gens.departement)
    trois = programmer_sans(dispositif=DispositifFactory())
    votable = DemandeFactory(dossier=trois.dossier, financeur=gens.departement, programmee=True)
    client, adresse = page(gens.decideur, "lignes_acte", financeur=gens.departement.pk, pk=acte.pk)
    form = client.get(adresse).context["form"]
    assert [form[f"motif_{d.pk}"].value() for d in (une, deux, trois)] == [MOTIF, MOTIF, ""]
    assert [form[f"decision_{d.pk}"].value() for d in (une, deux, trois)] == ["refus", "refus", ""]

    saisie = {f"decision_{d.pk}": "refus" for d in (une, deux, trois)} | {
        f"motif_{une.pk}": MOTIF,
        f"motif_{deux.pk}": "Budget insuffisant.",
        f"decision_{votable.pk}": "vote",
        f"montant_{votable.pk}": "4 000",
    }
    assert client.post(adresse, saisie).status_code == 422  # the third gives no reason
    saisie |= {"motif_commun": "Enveloppe épuisée."}
    relue = client.post(adresse, saisie)
    assert (relue.context["votees"], relue.context["refusees"]) == (1, 3)
    suivi = client.post(adresse, saisie | {"confirmer": "1"})
    executer_travaux()
    assert "4 lignes enregistrées" in lisible(client.get(suivi["Location"]).content.decode())
    for demande, motif in ((une, MOTIF), (deux, "Budget insuffisant."), (trois, "Enveloppe épuisée.")):
        demande.refresh_from_db()
        assert (demande.etat, demande.acte, demande.motif) == (EtatDemande.REFUSEE, acte, motif)
    votable.refresh_from_db()
    assert votable.etat == EtatDemande.VOTEE


def test_sans_acte_les_refus_se_font_aussi_depuis_leur_page(ecarte, contrat, gens, page, executer_travaux) -> None:
    une, deux = ecarte("2026-0101", gens.departement), ecarte("2026-0102", gens.departement)
    client, adresse = page(gens.chef, "refuser_lignes", financeur=gens.departement.pk)
    assert [ligne.demande for ligne in client.get(adresse).context["form"].a_refuser] == [une, deux]
    assert len(client.get(adresse, {"q": "0102"}).context["form"].a_refuser) == 1
    saisie = {f"decision_{une.pk}": "refus", f"motif_{une.pk}": MOTIF, f"decision_{deux.pk}": ""}
    assert client.post(adresse, saisie | {"confirmer": "1"}).status_code == 422  # no document read
    saisie |= {"piece_source": "Courriel du 20 avril", "confirmer": "1"}
    suivi = client.post(adresse, saisie)
    executer_travaux()
    assert client.get(suivi["Location"]).status_code == 200
    une.refresh_from_db()
    deux.refresh_from_db()
    assert (une.etat, une.acte, une.piece_source) == (EtatDemande.REFUSEE, None, "Courriel du 20 avril")
    assert deux.etat == EtatDemande.DEMANDEE
    assert une.dossier.etat == EtatDossier.EN_INSTRUCTION


def test_une_ligne_programmee_entre_la_relecture_et_la_confirmation_n_est_pas_refusee(
    programmer_sans, gens, acte, page, executer_travaux
) -> None:
    """The state read goes from page to page: what the COPIL kept meanwhile is shown again, and refused only knowingly."""
    demande = programmer_sans(brouillon=True)
    client, adresse = page(gens.decideur, "lignes_acte", financeur=gens.departement.pk, pk=acte.pk)
    assert f'name="etat_{demande.pk}" value="proposee"' in client.get(adresse).content.decode()
    saisie = {f"decision_{demande.pk}": "refus", f"motif_{demande.pk}": MOTIF, f"etat_{demande.pk}": "proposee"}
    relue = client.post(adresse, saisie)
    assert f'name="etat_{demande.pk}" value="proposee"' in relue.content.decode()
    programmer(demande)

    rendue = client.post(adresse, saisie | {"confirmer": "1"})
    assert rendue.status_code == 422
    assert "depuis que vous l’avez lue" in rendue.content.decode()
    assert f'name="etat_{demande.pk}" value="programmee"' in rendue.content.decode()
    assert not Travail.objects.exists()
    assert client.post(adresse, saisie | {f"etat_{demande.pk}": "programmee"}).status_code == 200

    lignes = [LigneDActe(demande.pk, "2026-0201", "refus", motif=MOTIF, etat="proposee")]  # programmed once planned
    travail = actions.decider_des_lignes(acte, lignes, annee=2026, par=gens.decideur)
    executer_travaux()
    travail.refresh_from_db()
    assert "programmée depuis" in travail.resultat["refus"][0]["motif"]


def programmer(demande: DemandeFinancement) -> None:
    DemandeFinancement.objects.filter(pk=demande.pk).update(
        etat="programmee",
        montant_programme=demande.montant_propose,
        programme_le=date(2026, 4, 10),
        enveloppe=EnveloppeFactory(contrat=demande.dossier.contrat, financeur=demande.financeur),
        proposition_partagee=True,
    )


def test_une_ligne_decidee_ailleurs_ne_disparait_pas_sans_un_mot(ecarte, gens, acte, page) -> None:
    une, deux = ecarte("2026-0101", gens.departement), ecarte("2026-0102", gens.departement)
    client, adresse = page(gens.decideur, "lignes_acte", financeur=gens.departement.pk, pk=acte.pk)
    saisie = {f"decision_{d.pk}": "refus" for d in (une, deux)} | {"motif_commun": MOTIF, "confirmer": "1"}
    DemandeFinancement.objects.filter(pk=une.pk).update(etat="refusee", motif="Non")
    rendue = client.post(adresse, saisie)
    assert rendue.status_code == 422
    assert "dossier 2026-0101 (demande refusée, dossier en instruction)" in lisible(rendue.content.decode())
    DemandeFinancement.objects.filter(pk=deux.pk).update(etat="refusee", motif="Non")
    rendue = client.post(adresse, saisie)  # nothing is left to decide: it is said all the same
    assert (rendue.status_code, "dossier 2026-0102" in lisible(rendue.content.decode())) == (422, True)
    assert client.post(adresse, saisie | {f"decision_{d.pk}": "" for d in (une, deux)}).status_code == 422
    assert not Travail.objects.exists()


def test_la_page_la_plus_longue_reste_sous_la_limite_de_champs() -> None:
    """Django refuses more than a thousand: some are left for the token, the common reason, the document read, the button."""
    assert CHAMPS_PAR_LIGNE * LIGNES_AU_PLUS <= CHAMPS_AU_PLUS <= settings.DATA_UPLOAD_MAX_NUMBER_FIELDS - 10


def test_la_page_coute_autant_pour_deux_refus_que_pour_vingt(ecarte, gens, acte, page) -> None:
    client, adresse = page(gens.chef, "lignes_acte", financeur=gens.departement.pk, pk=acte.pk)

    def compter() -> int:
        with CaptureQueriesContext(connection) as requetes:
            assert client.get(adresse).status_code == 200
        return len(requetes)

    for rang in range(2):
        ecarte(f"2026-010{rang}", gens.departement)
    compter()
    peu = compter()
    for rang in range(18):
        ecarte(f"2026-02{rang:02d}", gens.departement)
    assert compter() == peu
