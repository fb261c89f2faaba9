"""The pages of a session: list, one file at a time, the projected screen, what is applied, the record."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from commun.fichiers import ranger
from commun.models import LigneJournal
from contrats.etats import EtatReunion, Role
from contrats.models import Reunion, TypeComite
from programmation import actions
from programmation.etats import EtatDossier, EtatExamen
from programmation.models import ExamenDossier
from tests.fabriques import (
    AvisFactory,
    ComiteFactory,
    DemandeFactory,
    DossierFactory,
    ExamenDossierFactory,
    MembreComiteFactory,
    MontantExamineFactory,
    ReleveDeDecisionsFactory,
    ReunionFactory,
    TravailFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def chef(gens) -> Client:
    client = Client()
    client.force_login(gens.chef.utilisateur)
    return client


@pytest.fixture
def examens(contrat, gens, copil) -> list[ExamenDossier]:
    """Three files on the COPIL's list, each with 5 000 € that the département proposes."""
    trouves = []
    for rang in range(1, 4):
        dossier = DossierFactory(contrat=contrat, numero=f"26-{rang:03d}", en_instruction=True, localise=True)
        DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)
        trouves.append(ExamenDossierFactory(reunion=copil, dossier=dossier, ordre=rang))
    return trouves


def lien(reunion: Reunion, route: str = "seance", **cles: Any) -> str:
    contrat = reunion.comite.contrat.slug
    return reverse(f"programmation:{route}", kwargs={"contrat": contrat, "pk": reunion.pk, **cles})


def saisie(examen: ExamenDossier, montant: str = "3 000", **suite: Any) -> dict[str, Any]:
    """What the form of one file posts."""
    demande = examen.dossier.demandes.get()
    examen.refresh_from_db()
    return {
        f"montant_{demande.pk}": montant,
        "texte": "",
        "note": "",
        "retraits": "",
        "version": examen.version,
    } | suite


def test_une_seance_vide_offre_le_premier_geste(chef, contrat, gens, copil) -> None:
    DemandeFactory(dossier__contrat=contrat, financeur=gens.departement, proposee=True)
    page = chef.get(lien(copil)).content.decode()
    assert "Aucun dossier n’est encore sur la liste" in page

    chef.post(lien(copil, "inscrire_en_seance"), {"source": "proposes"})

    assert copil.examens.count() == 1
    assert "Commencer la saisie" in chef.get(lien(copil)).content.decode()


def test_les_dossiers_choisis_dans_le_tableau_vont_sur_la_liste_d_une_reunion(
    chef, contrat, gens, dossier, horloge
) -> None:
    horloge.regler(2026, 4, 1, 9)
    reunion = ReunionFactory(comite=ComiteFactory(contrat=contrat), le=date(2026, 4, 10))
    ReunionFactory(comite=reunion.comite, le=date(2026, 3, 20), tenue=True)
    ReunionFactory(comite=reunion.comite, le=date(2026, 6, 20))
    DemandeFactory(dossier=dossier, financeur=gens.departement)
    adresse = reverse("programmation:mettre_en_seance", kwargs={"contrat": contrat.slug, "annee": 2026})

    page = chef.post(adresse, {"numero": [dossier.numero]})
    assert (page.status_code, [d.numero for d in page.context["dossiers"]]) == (200, [dossier.numero])
    assert page.context["form"]["reunion"].initial == reunion
    fait = chef.post(adresse, {"choix": dossier.numero, "reunion": reunion.pk})

    assert fait["Location"] == lien(reunion)
    assert reunion.examens.get().dossier == dossier
    tous = chef.post(adresse, {"filtres": ""})
    assert tous.context["choix"] == dossier.numero
    assert chef.post(adresse, {"choix": dossier.numero, "reunion": 0}).status_code == 422


def test_la_liste_montre_ou_en_est_chaque_dossier(chef, copil, examens, gens, le) -> None:
    actions.saisir_l_examen(
        examens[0], actions.SaisieExamen(texte="Bilan attendu"), acte="ajourner", par=gens.chef, le=le
    )
    page = chef.get(lien(copil)).content.decode()
    assert "Bilan attendu" in page
    assert [ligne.numero for ligne, _ in chef.get(lien(copil) + "?etat=ajourne").context["lignes"]] == ["26-001"]
    assert "Aucun dossier n’est dans cet état" in chef.get(lien(copil) + "?etat=retenu").content.decode()


def test_decider_mene_au_prochain_dossier_a_examiner(chef, copil, examens) -> None:
    fait = chef.post(lien(copil, "examiner", examen=examens[0].pk), saisie(examens[0], acte="retenir"))

    assert fait["Location"] == lien(copil, "examiner", examen=examens[1].pk)
    examens[0].refresh_from_db()
    assert (examens[0].etat, examens[0].montants.get().montant) == (EtatExamen.RETENU, 3000)
    reste = chef.post(lien(copil, "examiner", examen=examens[1].pk), saisie(examens[1], acte=""))
    assert reste["Location"] == lien(copil, "examiner", examen=examens[1].pk)


def test_une_decision_refusee_garde_ce_qui_est_tape(chef, copil, examens) -> None:
    refus = chef.post(
        lien(copil, "examiner", examen=examens[0].pk), saisie(examens[0], "90 000", acte="retenir", note="Noté")
    )
    page = refus.content.decode()
    assert refus.status_code == 422
    assert "dépasse le coût total" in page
    assert 'value="90 000"' in page
    assert "Noté" in page
    assert chef.post(lien(copil, "examiner", examen=examens[0].pk), {"acte": "inconnu"}).status_code == 404


def test_deux_personnes_la_seconde_est_prevenue_puis_remplace_si_elle_insiste(chef, copil, examens, client_de) -> None:
    autre = client_de(Role.CHEF_DE_PROJET)
    adresse = lien(copil, "examiner", examen=examens[0].pk)
    avant = saisie(examens[0], "1 000", acte="retenir")
    assert autre.post(adresse, saisie(examens[0], "2 000", acte="retenir")).status_code == 302

    refus = chef.post(adresse, avant)

    page = refus.content.decode()
    assert refus.status_code == 422
    assert f"{autre.auteur.utilisateur} a saisi ce dossier entre-temps" in page
    assert 'value="1 000"' in page
    assert 'name="version" value="2"' in page
    assert chef.post(adresse, avant | {"version": 2}).status_code == 302
    assert examens[0].montants.get().montant == 1000


def test_ce_qui_se_tape_s_enregistre_et_dit_ce_qu_il_reste(chef, copil, examens, client_de) -> None:
    adresse = lien(copil, "noter_examen", examen=examens[0].pk)
    fait = chef.post(adresse, saisie(examens[0], "4 000"), headers={"HX-Request": "true"})

    page = fait.content.decode()
    assert fait.status_code == 200
    assert "Saisie enregistrée" in page
    assert 'name="version" value="2"' in page
    assert "<html" not in page
    assert chef.post(adresse, saisie(examens[0], "x")).status_code == 422
    assert client_de(Role.CHEF_DE_PROJET).post(adresse, saisie(examens[0], "10", version=1)).status_code == 409
    examens[0].refresh_from_db()
    assert (examens[0].etat, examens[0].montants.get().montant) == (EtatExamen.A_EXAMINER, 4000)
    assert not LigneJournal.objects.de(examens[0]).exists()


def test_l_ecran_projete_suit_la_saisie_et_se_tait_quand_rien_ne_change(chef, copil, examens, gens) -> None:
    adresse = lien(copil, "projection")
    assert "26-001" in chef.get(adresse).content.decode()
    chef.post(lien(copil, "montrer_examen", examen=examens[1].pk))
    page = chef.get(adresse)
    assert "26-002" in page.content.decode()

    vu = page.context["marque"]
    suite = {"headers": {"HX-Request": "true"}}
    assert chef.get(adresse, {"vu": vu}, **suite).status_code == 204
    chef.post(lien(copil, "noter_examen", examen=examens[1].pk), saisie(examens[1], "1 234"))
    change = chef.get(adresse, {"vu": vu}, **suite)
    assert change.status_code == 200
    assert "1\u202f234" in change.content.decode()
    assert "<html" not in change.content.decode()
    ExamenDossier.objects.all().delete()
    assert "Aucun dossier n’est encore sur la liste" in chef.get(adresse).content.decode()


def test_la_premiere_personne_sait_qu_une_autre_conduit_la_seance(chef, copil, examens, client_de) -> None:
    autre = client_de(Role.CHEF_DE_PROJET)
    autre.post(lien(copil, "montrer_examen", examen=examens[0].pk))
    page = chef.get(lien(copil, "examiner", examen=examens[0].pk)).content.decode()
    assert f"{autre.auteur.utilisateur} conduit aussi cette séance" in page
    assert "conduit aussi" not in autre.get(lien(copil, "examiner", examen=examens[0].pk)).content.decode()


def test_un_brouillon_n_est_ni_saisi_ni_projete(chef, copil, contrat, gens) -> None:
    """The lead's own draft, that its chef de projet reads elsewhere, is not for the room."""
    dossier = DossierFactory(contrat=contrat, en_instruction=True)
    DemandeFactory(dossier=dossier, financeur=contrat.pilote, brouillon=True, montant_propose=Decimal("4321"))
    examen = ExamenDossierFactory(reunion=copil, dossier=dossier)
    for adresse in (lien(copil), lien(copil, "projection"), lien(copil, "examiner", examen=examen.pk)):
        page = chef.get(adresse).content.decode()
        assert dossier.numero in page
        assert "321" not in page.replace(dossier.numero, "")


def test_qui_s_est_deporte_ne_lit_rien_et_le_retrait_est_en_tete(chef, copil, examens, gens, le) -> None:
    AvisFactory(dossier=examens[0].dossier, texte="Un avis très réservé")
    personne = gens.chef.utilisateur
    actions.declarer_un_deport(examens[0].dossier, personne=personne, motif="Bénévole", par=gens.chef, le=le)
    for adresse in (lien(copil, "examiner", examen=examens[0].pk), lien(copil, "projection")):
        page = chef.get(adresse).content.decode()
        assert "ne prend pas part" in page
        assert "5\u202f000" not in page
        assert "très réservé" not in page
    refus = chef.post(lien(copil, "examiner", examen=examens[0].pk), saisie(examens[0], acte="retenir"))
    assert refus.status_code == 422
    assert not examens[0].montants.exists()


def test_on_va_a_un_dossier_par_son_rang_ou_son_numero(chef, copil, examens) -> None:
    adresse = lien(copil, "aller_a")
    assert chef.get(adresse, {"a": "2"})["Location"] == lien(copil, "examiner", examen=examens[1].pk)
    assert chef.get(adresse, {"a": "26-003"})["Location"] == lien(copil, "examiner", examen=examens[2].pk)
    assert "n’a ce rang ni ce numéro" in chef.get(adresse, {"a": "77"}, follow=True).content.decode()


def test_la_liste_se_compose_depuis_sa_page(chef, copil, examens, contrat, gens) -> None:
    nouveau = DemandeFactory(dossier__contrat=contrat, dossier__numero="26-900", financeur=gens.departement).dossier
    chef.post(lien(copil, "inscrire_en_seance"), {"numeros": "26-900, 26-001"})
    chef.post(lien(copil, "deplacer_examen", examen=examens[2].pk), {"rang": 1})
    assert list(copil.examens.order_by("ordre").values_list("dossier__numero", flat=True)) == [
        "26-003",
        "26-001",
        "26-002",
        "26-900",
    ]
    chef.post(lien(copil, "ordonner_la_seance"), {"ordre": "numero"})
    chef.post(lien(copil, "retirer_examen", examen=copil.examens.get(dossier=nouveau).pk))
    assert [e.ordre for e in copil.examens.order_by("dossier__numero")] == [1, 2, 3]
    refus = chef.post(lien(copil, "ordonner_la_seance"), {"ordre": "hasard"}, follow=True)
    assert "un des ordres proposés" in refus.content.decode()
    refus = chef.post(lien(copil, "deplacer_examen", examen=examens[0].pk), {"rang": "0"}, follow=True)
    assert "Indiquez un rang" in refus.content.decode()


def test_appliquer_dit_d_abord_ce_qui_se_passera_puis_le_fait(chef, copil, examens, horloge, executer_travaux) -> None:
    chef.post(lien(copil, "examiner", examen=examens[0].pk), saisie(examens[0], acte="retenir"))
    chef.post(lien(copil, "examiner", examen=examens[1].pk), saisie(examens[1], acte="ecarter", texte="Hors priorités"))
    page = chef.get(lien(copil, "appliquer_la_seance")).content.decode()
    assert "1\u00a0dossier retenu" in page
    assert "restent en instruction" in page

    fait = chef.post(lien(copil, "appliquer_la_seance"))
    executer_travaux()

    suivi = chef.get(fait["Location"]).content.decode()
    assert "2\u00a0dossiers traités" in suivi
    assert "programmé" in suivi
    examens[0].dossier.refresh_from_db()
    assert examens[0].dossier.etat == EtatDossier.PROGRAMME
    assert "appliqué le" in chef.get(lien(copil)).content.decode()
    assert chef.post(lien(copil, "appliquer_la_seance"), follow=True).redirect_chain[0][0] == lien(copil)


def test_le_resultat_tait_les_montants_des_dossiers_dont_on_s_est_deporte(
    chef, copil, examens, gens, client_de, le, executer_travaux
) -> None:
    autre = client_de(Role.CHEF_DE_PROJET)
    autre.post(lien(copil, "examiner", examen=examens[0].pk), saisie(examens[0], acte="retenir"))
    fait = autre.post(lien(copil, "appliquer_la_seance"))
    executer_travaux()
    personne = gens.chef.utilisateur
    actions.declarer_un_deport(examens[0].dossier, personne=personne, motif="Bénévole", par=gens.chef, le=le)

    assert "3\u202f000" in autre.get(fait["Location"]).content.decode()
    tu = chef.get(fait["Location"]).content.decode()
    assert "programmé" in tu
    assert "3\u202f000" not in tu


def test_le_dernier_dossier_decide_ramene_a_la_liste(chef, copil, examens) -> None:
    for examen in examens:
        fait = chef.post(lien(copil, "examiner", examen=examen.pk), saisie(examen, acte="retenir"))
    assert fait["Location"] == lien(copil)


def test_avant_le_jour_la_page_dit_quand_les_decisions_s_appliquent(chef, contrat, gens, horloge) -> None:
    horloge.regler(2026, 4, 1, 9)
    reunion = ReunionFactory(comite=ComiteFactory(contrat=contrat), le=date(2026, 4, 10))
    demande = DemandeFactory(dossier__contrat=contrat, financeur=gens.departement, proposee=True)
    examen = ExamenDossierFactory(reunion=reunion, dossier=demande.dossier, retenu=True)
    MontantExamineFactory(examen=examen, demande=demande)
    for route in ("seance", "appliquer_la_seance"):
        assert "à partir du jour de la réunion" in chef.get(lien(reunion, route)).content.decode()


def test_un_travail_d_une_autre_reunion_est_introuvable(chef, copil) -> None:
    autre = TravailFactory(nom="programmation.appliquer_seance", cible_type="contrats.reunion", cible_id=copil.pk + 1)
    assert chef.get(lien(copil, "travail_de_seance", travail=autre.pk)).status_code == 404


# --- On the meeting's own page, and for its members ------------------------------------------------------------------


def test_la_page_de_la_reunion_mene_a_la_seance_et_au_releve_publie(chef, contrat, copil, client_de, gens) -> None:
    copil.etat = EtatReunion.RENDUE
    copil.save()
    prive = ReleveDeDecisionsFactory(reunion=copil)
    page = reverse("contrats:reunion", kwargs={"contrat": contrat.slug, "pk": copil.pk})
    du_chef = chef.get(page).content.decode()
    assert lien(copil) in du_chef
    assert lien(copil, "releve", version=1) in du_chef

    membre = client_de(Role.MEMBRE_COPIL)
    assert lien(copil, "releve", version=1) not in membre.get(page).content.decode()
    assert membre.get(lien(copil, "releve", version=1)).status_code == 404
    chef.post(lien(copil, "publier_releve", version=1))
    prive.refresh_from_db()
    assert prive.publie_par == gens.chef.utilisateur
    assert lien(copil, "releve", version=1) in membre.get(page).content.decode()


def test_qui_lit_un_releve_publie(contrat, copil, client_de) -> None:
    """The members of the committee; neither its guests, nor those who instruct without a seat, nor a porteur."""
    fichier = ranger(b"%PDF-1.7", nom="releve.pdf", type_mime="application/pdf")
    ReleveDeDecisionsFactory(reunion=copil, publie=True, fichier=fichier)
    roles = (Role.MEMBRE_COPIL, Role.SIGNATAIRE, Role.INSTRUCTEUR, Role.CONSEIL_CITOYEN, Role.PORTEUR)
    clients = {role: client_de(role) for role in roles}
    for role, invite in ((Role.SIGNATAIRE, False), (Role.CONSEIL_CITOYEN, True), (Role.PORTEUR, False)):
        MembreComiteFactory(comite=copil.comite, organisme=clients[role].auteur.organisme, invite=invite)

    lus = set()
    for role, client in clients.items():
        reponse = client.get(lien(copil, "releve", version=1))
        if reponse.status_code == 200:
            lus.add(role)
            assert b"".join(reponse.streaming_content) == b"%PDF-1.7"
    assert lus == {Role.MEMBRE_COPIL, Role.SIGNATAIRE}


def test_un_porteur_n_a_pas_de_siege_ou_se_preparent_les_decisions(contrat, client_de) -> None:
    cotech = ComiteFactory(contrat=contrat, type=TypeComite.COTECH, valide_programmation=False)
    porteur = client_de(Role.PORTEUR)
    MembreComiteFactory(comite=cotech, organisme=porteur.auteur.organisme)
    reunion = ReunionFactory(comite=cotech, convoquee=True)
    assert (
        porteur.get(reverse("contrats:reunion", kwargs={"contrat": contrat.slug, "pk": reunion.pk})).status_code == 404
    )


@pytest.mark.parametrize("route", ["seance", "projection"])
def test_une_page_de_seance_coute_autant_pour_un_dossier_que_pour_trente(
    chef, contrat, gens, copil, route, django_assert_max_num_queries
) -> None:
    def ajouter(nombre: int) -> None:
        for _ in range(nombre):
            dossier = DossierFactory(contrat=contrat, en_instruction=True, localise=True)
            demande = DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)
            MontantExamineFactory(
                examen=ExamenDossierFactory(reunion=copil, dossier=dossier, retenu=True), demande=demande
            )

    ajouter(1)
    chef.get(lien(copil, route))
    with django_assert_max_num_queries(60) as un:
        chef.get(lien(copil, route))
    ajouter(29)
    with django_assert_max_num_queries(len(un.captured_queries)):
        chef.get(lien(copil, route))
