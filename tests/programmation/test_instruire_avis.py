"""Opinions asked: who is asked, what it then reads, how it answers, who is told."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from acteurs.models import TypeOrganisme
from commun.erreurs import ActeRefuse, RegleEnfreinte
from contrats.etats import Role
from contrats.models import TypeComite
from portail.lectures.taches import taches
from programmation import actions
from programmation.actions import Consulte
from programmation.etats import QualiteAvis
from programmation.lectures.contexte import contexte
from programmation.lectures.dossier import fiche
from programmation.lectures.sollicitations import candidats
from programmation.lectures.tableau import totaux
from programmation.models import Avis, DemandeFinancement, Dossier, SollicitationAvis
from tests.fabriques import (
    AvisFactory,
    ComiteFactory,
    CommuneFactory,
    DemandeFactory,
    DossierFactory,
    HabilitationFactory,
    LocalisationFactory,
    MembreComiteFactory,
    OrganismeFactory,
    SollicitationAvisFactory,
    VersionPerimetreFactory,
)
from tests.programmation.actions.reperes import PIECE, vie

pytestmark = pytest.mark.django_db

ECHEANCE = date(2026, 9, 30)
PROPOSE = Decimal("3217.43")


@pytest.fixture
def dossier(contrat, gens):
    """A file that asks the région, which has proposed; the commune and the conseil citoyen are asked nothing yet."""
    dossier = DossierFactory(contrat=contrat, en_instruction=True, cout_total=20_000, intitule="Jardin partagé")
    DemandeFactory(dossier=dossier, financeur=gens.region, proposee=True, montant_propose=PROPOSE)
    AvisFactory(dossier=dossier, organisme=gens.region, texte="Avis de la région")
    return dossier


def solliciter(dossier, gens, le, *consultes: Consulte, **suite) -> list[SollicitationAvis]:
    return actions.solliciter_avis(
        dossier, consultes, par=gens.chef, le=le, **({"echeance": ECHEANCE, "question": "Utile ?"} | suite)
    )


def conseil(gens) -> Consulte:
    return Consulte(gens.conseil.organisme, QualiteAvis.CONSEIL)


# --- Asking ----------------------------------------------------------------------------------------------------------
def test_demander_un_avis_s_inscrit_au_journal_et_ne_se_fait_qu_une_fois(dossier, gens, le) -> None:
    (demandee,) = solliciter(dossier, gens, le, conseil(gens))
    assert (demandee.echeance, demandee.demandee_par, demandee.avis) == (ECHEANCE, gens.chef.utilisateur, None)
    assert gens.conseil.organisme.nom_court in vie(dossier)[-1].libelle

    (autre,) = solliciter(dossier, gens, le, conseil(gens), Consulte(gens.departement), echeance=date(2026, 10, 15))
    assert autre.organisme == gens.departement
    demandee.refresh_from_db()
    assert demandee.echeance == ECHEANCE
    with pytest.raises(RegleEnfreinte, match="déjà demandés"):
        solliciter(dossier, gens, le, conseil(gens))


@pytest.mark.parametrize("qui", ["instructeur", "decideur", "delegue", "porteur", "conseil", "signataire"])
def test_seule_l_equipe_demande_et_retire(dossier, gens, le, qui) -> None:
    demandee = SollicitationAvisFactory(dossier=dossier)
    with pytest.raises(ActeRefuse):
        actions.solliciter_avis(dossier, [Consulte(gens.departement)], echeance=ECHEANCE, par=getattr(gens, qui), le=le)
    with pytest.raises(ActeRefuse):
        actions.retirer_sollicitation(demandee, par=getattr(gens, qui), le=le)


def test_on_ne_demande_ni_au_porteur_ni_a_un_comite_d_ailleurs_ni_pour_hier(dossier, gens, le) -> None:
    mauvais = [
        (Consulte(dossier.porteur), {}, "consultes"),
        (Consulte(gens.departement, QualiteAvis.GROUPE, ComiteFactory()), {}, "consultes"),
        (Consulte(gens.departement, QualiteAvis.GROUPE), {}, "consultes"),
        (Consulte(gens.departement), {"echeance": date(2026, 9, 10)}, "echeance"),
    ]
    for consulte, suite, champ in mauvais:
        with pytest.raises(RegleEnfreinte) as refus:
            solliciter(dossier, gens, le, consulte, **suite)
        assert refus.value.champ == champ
    programme = DossierFactory(contrat=dossier.contrat, programme=True)
    with pytest.raises(ActeRefuse, match="avant la décision"):
        solliciter(programme, gens, le, conseil(gens))


def test_les_candidats_sont_les_communes_du_lieu_les_delegues_les_groupes_et_les_conseils(dossier, gens) -> None:
    ici, ailleurs = CommuneFactory(code="59172"), CommuneFactory(code="59606")
    LocalisationFactory(dossier=dossier, version=VersionPerimetreFactory(communes=[ici]))
    mairie = OrganismeFactory(type=TypeOrganisme.COMMUNE, code_commune=ici.code)
    OrganismeFactory(type=TypeOrganisme.COMMUNE, code_commune=ailleurs.code)
    groupe = ComiteFactory(contrat=dossier.contrat, type=TypeComite.GROUPE_THEMATIQUE)
    ComiteFactory(contrat=dossier.contrat, type=TypeComite.COTECH)
    attendus = {
        "Communes de l’action": [mairie],
        "Délégués du préfet": [gens.delegue.organisme],
        "Groupes thématiques": [dossier.contrat.pilote],
        "Conseils citoyens": [gens.conseil.organisme],
        "Autres organismes du contrat": [gens.signataire.organisme],
    }
    trouves = candidats(dossier)
    assert {g.titre: [c.organisme for c in g.candidats] for g in trouves} == attendus
    assert [c.comite for g in trouves for c in g.candidats if c.comite] == [groupe]


# --- Reading ---------------------------------------------------------------------------------------------------------
def lus(auteur, contrat) -> set[str]:
    return set(Dossier.objects.visibles_par(auteur, contrat).values_list("numero", flat=True))


def test_l_organisme_consulte_lit_le_dossier_et_lui_seul(contrat, dossier, gens, le) -> None:
    """docs/regles.md, « Who decides, who sees »."""
    DossierFactory(contrat=contrat, en_instruction=True)
    assert lus(gens.instructeur, contrat) == lus(gens.voisin, contrat) - {dossier.numero} == set()

    (demandee,) = solliciter(dossier, gens, le, Consulte(gens.departement))
    assert lus(gens.instructeur, contrat) == {dossier.numero}
    for autre in (gens.conseil, gens.signataire, gens.copil, gens.porteur):
        assert lus(autre, contrat) == set()

    actions.retirer_sollicitation(demandee, par=gens.chef, le=le)
    assert lus(gens.instructeur, contrat) == set()


def test_l_organisme_consulte_ne_lit_ni_les_montants_ni_les_avis_des_financeurs(contrat, dossier, gens, le) -> None:
    solliciter(dossier, gens, le, Consulte(gens.departement))
    dossier = Dossier.objects.get(pk=dossier.pk)

    lue = fiche(dossier, pour=gens.instructeur, contrat=contrat)
    (ligne,) = lue.livre.lignes
    assert (ligne.demande, ligne.propose, ligne.etat) == (5000, None, "demandee")
    assert lue.avis == ()
    assert "3217" not in str(lue.vie)
    siens = Dossier.objects.visibles_par(gens.instructeur, contrat)
    assert totaux(siens, pour=gens.instructeur, contrat=contrat).propose == 0
    assert fiche(dossier, pour=gens.voisin, contrat=contrat).livre.propose == PROPOSE

    an_passe = DossierFactory(campagne__contrat=contrat, campagne__annee=2025, porteur=dossier.porteur, clos=True)
    DemandeFactory(dossier=an_passe, financeur=gens.region, notifiee=True, montant_demande=Decimal("7654.32"))
    Dossier.objects.filter(pk=dossier.pk).update(caractere="reconduite", precedent=an_passe)
    dossier.refresh_from_db()
    assert fiche(dossier, pour=gens.instructeur, contrat=contrat).an_passe is None
    assert not contexte(dossier, pour=gens.instructeur, contrat=contrat, le=le.date()).payeurs
    assert fiche(dossier, pour=gens.chef, contrat=contrat).an_passe.vote == Decimal("7654.32")

    # Once the file asks it for money too, it reads as a co-funder.
    DemandeFactory(dossier=dossier, financeur=gens.departement)
    assert fiche(dossier, pour=gens.instructeur, contrat=contrat).livre.propose == PROPOSE


def test_un_montant_repris_ne_parait_pas_au_journal_de_qui_est_consulte(contrat, dossier, gens, le) -> None:
    """A row put off then taken up again is « demandée » for all: its past proposal stays the co-funders'."""
    demande = dossier.demandes.get()
    demande.changer_etat("ajourner", par=gens.voisin, le=le, motif="À revoir", champs={"motif": "À revoir"})
    demande.changer_etat("reprendre", par=gens.voisin, le=le, champs={"montant_propose": None, "motif": ""})
    solliciter(dossier, gens, le, Consulte(gens.departement))
    vue = fiche(Dossier.objects.get(pk=dossier.pk), pour=gens.instructeur, contrat=contrat).vie
    assert [ligne.libelle for ligne in vue if gens.region.nom_court in ligne.libelle] == []


def lister(client, contrat) -> str:
    url = reverse("programmation:avis_demandes", kwargs={"contrat": contrat.slug, "annee": 2026})
    return client.get(url).content.decode()


def lire(client, demandee):
    cles = {"contrat": demandee.dossier.contrat.slug, "annee": 2026, "pk": demandee.pk}
    return client.get(reverse("programmation:repondre_avis", kwargs=cles))


def test_le_conseil_citoyen_lit_une_fiche_sans_montant_de_financeur_ni_nom_de_personne(
    contrat, dossier, gens, le, client_de
) -> None:
    Dossier.objects.update(instructeur=gens.chef.utilisateur)
    (demandee,) = solliciter(dossier, gens, le, conseil(gens))
    client = client_de(Role.CONSEIL_CITOYEN, organisme=gens.conseil.organisme)
    assert "Jardin partagé" in lister(client, contrat)

    page = lire(client, demandee).content.decode()
    assert "Jardin partagé" in page
    assert "Utile ?" in page
    principal = page[page.index("<main") : page.index("</main>")]
    for secret in ("3\u202f217", "3217", gens.region.nom_court, str(gens.chef.utilisateur), "Avis de la région"):
        assert secret not in principal
    assert "Ouvrir tout le dossier" not in page
    cles = {"contrat": contrat.slug, "annee": 2026, "numero": dossier.numero}
    assert client.get(reverse("programmation:dossier", kwargs=cles)).status_code == 403

    voisin = client_de(Role.CONSEIL_CITOYEN)  # another one, that nobody asked
    assert "Jardin partagé" not in lister(voisin, contrat)
    assert lire(voisin, demandee).status_code == 404


def test_qui_siege_au_groupe_lit_la_fiche_et_qui_l_anime_repond(contrat, dossier, gens, le, client_de) -> None:
    groupe = ComiteFactory(contrat=contrat, type=TypeComite.GROUPE_THEMATIQUE, nom="Groupe santé")
    siege = MembreComiteFactory(comite=groupe).organisme
    invite = MembreComiteFactory(comite=groupe, invite=True).organisme
    (demandee,) = solliciter(dossier, gens, le, Consulte(contrat.pilote, QualiteAvis.GROUPE, groupe))

    membre = client_de(Role.SIGNATAIRE, organisme=siege)
    page = lire(membre, demandee).content.decode()
    assert "Jardin partagé" in page
    assert "Cet avis est demandé à un autre." in page
    assert lire(client_de(Role.SIGNATAIRE, organisme=invite), demandee).status_code == 404
    with pytest.raises(ActeRefuse):
        actions.repondre_a_la_sollicitation(demandee, sens="favorable", texte="", par=membre.auteur, le=le)
    avis = actions.repondre_a_la_sollicitation(demandee, sens="reserve", texte="Oui, mais", par=gens.delegue, le=le)
    assert (avis.qualite, avis.comite, avis.organisme) == (QualiteAvis.GROUPE, groupe, contrat.pilote)
    lue = fiche(Dossier.objects.get(pk=dossier.pk), pour=gens.chef, contrat=contrat)
    assert "Groupe santé" in [a.organisme for a in lue.avis]


# --- Answering -------------------------------------------------------------------------------------------------------
def test_le_conseil_citoyen_repond_et_la_demande_le_sait(dossier, gens, le) -> None:
    (demandee,) = solliciter(dossier, gens, le, conseil(gens))
    avis = actions.repondre_a_la_sollicitation(demandee, sens="favorable", texte="Oui.", par=gens.conseil, le=le)

    demandee.refresh_from_db()
    assert demandee.avis == avis
    assert (avis.qualite, avis.organisme, avis.saisi_par_organisme) == (
        QualiteAvis.CONSEIL,
        gens.conseil.organisme,
        None,
    )
    assert not SollicitationAvis.objects.en_attente().exists()
    with pytest.raises(RegleEnfreinte, match="rendu"):
        actions.retirer_sollicitation(demandee, par=gens.chef, le=le)
    assert Avis.objects.filter(dossier=dossier).count() == 2  # the région's still stands


def test_l_equipe_repond_en_son_nom_avec_le_document_lu(dossier, gens, le) -> None:
    (demandee,) = solliciter(dossier, gens, le, conseil(gens))
    with pytest.raises(RegleEnfreinte) as refus:
        actions.repondre_a_la_sollicitation(demandee, sens="favorable", texte="", par=gens.chef, le=le)
    assert refus.value.champ == "piece_source"
    avis = actions.repondre_a_la_sollicitation(
        demandee, sens="favorable", texte="", par=gens.chef, le=le, piece_source=PIECE
    )
    assert (avis.organisme, avis.saisi_par_organisme) == (gens.conseil.organisme, gens.chef.organisme)


def test_l_avis_d_un_financeur_repond_a_ce_qui_lui_etait_demande(dossier, gens, le) -> None:
    (demandee,) = solliciter(dossier, gens, le, Consulte(gens.departement))
    actions.donner_avis(dossier, sens="favorable", texte="", par=gens.instructeur, le=le)
    demandee.refresh_from_db()
    assert demandee.avis is not None
    # Asked after it was given: it is answered at once.
    (deja,) = solliciter(dossier, gens, le, Consulte(gens.region))
    assert deja.avis is not None


@pytest.mark.parametrize("qui", ["voisin", "porteur", "copil", "signataire", "delegue"])
def test_personne_d_autre_ne_repond(dossier, gens, le, qui) -> None:
    (demandee,) = solliciter(dossier, gens, le, conseil(gens))
    with pytest.raises(ActeRefuse):
        actions.repondre_a_la_sollicitation(demandee, sens="favorable", texte="", par=getattr(gens, qui), le=le)


def test_plus_d_avis_apres_la_decision(dossier, gens, le) -> None:
    (demandee,) = solliciter(dossier, gens, le, conseil(gens))
    Dossier.objects.update(etat="programme")
    with pytest.raises(ActeRefuse, match="avant la décision"):
        actions.repondre_a_la_sollicitation(demandee, sens="favorable", texte="", par=gens.conseil, le=le)


def test_le_formulaire_de_reponse_garde_ce_qui_est_tape(dossier, gens, le, client_de) -> None:
    (demandee,) = solliciter(dossier, gens, le, conseil(gens))
    client = client_de(Role.CONSEIL_CITOYEN, organisme=gens.conseil.organisme)
    url = reverse(
        "programmation:repondre_avis", kwargs={"contrat": dossier.contrat.slug, "annee": 2026, "pk": demandee.pk}
    )
    refus = client.post(url, {"texte": "Les habitants y tiennent."})
    assert refus.status_code == 422
    assert "Les habitants y tiennent." in refus.content.decode()
    assert client.post(url, {"sens": "favorable", "texte": "Oui."}).status_code == 302
    demandee.refresh_from_db()
    assert demandee.avis.texte == "Oui."


# --- Telling ---------------------------------------------------------------------------------------------------------
def test_un_seul_courriel_pour_tout_ce_qui_est_demande_en_quelques_minutes(
    contrat, dossier, gens, horloge, executer_travaux, mailoutbox
) -> None:
    le = horloge.regler(2026, 9, 10, 14)
    second = DossierFactory(contrat=contrat, depose=True)
    solliciter(dossier, gens, le, conseil(gens))
    solliciter(second, gens, le + timedelta(seconds=20), conseil(gens))
    executer_travaux()
    assert mailoutbox == []  # the others are still being asked

    horloge.avancer(minutes=6)
    executer_travaux()
    (courriel,) = mailoutbox
    assert courriel.to == [gens.conseil.utilisateur.email]
    assert dossier.numero in courriel.body
    assert second.numero in courriel.body


def test_un_seul_rappel_avant_l_echeance_et_aucun_a_qui_a_repondu(
    contrat, dossier, gens, horloge, executer_travaux, mailoutbox
) -> None:
    le = horloge.regler(2026, 9, 10, 14)
    solliciter(dossier, gens, le, conseil(gens))
    (repondue,) = solliciter(DossierFactory(contrat=contrat, depose=True), gens, le, conseil(gens))
    SollicitationAvis.objects.update(annoncee_le=le)
    actions.repondre_a_la_sollicitation(repondue, sens="favorable", texte="", par=gens.conseil, le=le)
    for jour, partis in ((26, 0), (27, 1), (28, 1)):
        horloge.regler(2026, 9, jour, 8)
        actions.relancer_les_avis(timezone.now())
        executer_travaux()
        assert len(mailoutbox) == partis, jour
    assert mailoutbox[0].subject.startswith("Rappel")
    assert repondue.dossier.numero not in mailoutbox[0].body


def test_ce_qui_est_attendu_parait_dans_mes_taches(contrat, dossier, gens, le) -> None:
    def attendues(auteur) -> list[tuple[int, date | None]]:
        trouvees = taches(contrat, 2026, pour=auteur, le=date(2026, 9, 12))
        return [(t.nombre, t.echeance) for t in trouvees if t.libelle == "Donner un avis demandé"]

    HabilitationFactory(contrat=contrat, organisme=gens.conseil.organisme, role=Role.CONSEIL_CITOYEN)
    (demandee,) = solliciter(dossier, gens, le, conseil(gens))
    assert attendues(gens.conseil) == [(1, ECHEANCE)]
    assert attendues(gens.signataire) == attendues(gens.chef) == []
    actions.repondre_a_la_sollicitation(demandee, sens="favorable", texte="", par=gens.conseil, le=le)
    assert attendues(gens.conseil) == []


def test_la_page_du_dossier_montre_les_avis_attendus_a_ceux_qui_l_instruisent(dossier, gens, le, client_de) -> None:
    solliciter(dossier, gens, le, conseil(gens), Consulte(gens.departement))
    actions.donner_avis(dossier, sens="favorable", texte="", par=gens.voisin, le=le)
    cles = {"contrat": dossier.contrat.slug, "annee": 2026, "numero": dossier.numero}
    url = reverse("programmation:dossier", kwargs=cles)
    chef = client_de(Role.CHEF_DE_PROJET)
    page = chef.get(url).content.decode()
    assert "Ne plus demander" in page
    assert gens.conseil.organisme.nom_court in page
    consulte = client_de(Role.INSTRUCTEUR, organisme=gens.departement).get(url).content.decode()
    assert gens.conseil.organisme.nom_court not in consulte, "who else is asked"
    assert "Avis favorable" not in consulte
    assert "Donner l’avis" in consulte
    chez_lui = client_de(Role.INSTRUCTEUR, organisme=gens.departement)
    for onglet in ("recevabilite", "contexte"):
        assert chez_lui.get(reverse(f"programmation:{onglet}", kwargs=cles)).status_code == 404

    demander = chef.get(reverse("programmation:solliciter", kwargs=cles))
    assert "Conseils citoyens" in demander.content.decode()
    autre = f"organisme-{gens.signataire.organisme.pk}"
    envoi = {"consultes": [autre], "echeance": "2199-01-01", "question": ""}
    assert chef.post(reverse("programmation:solliciter", kwargs=cles), envoi).status_code == 302
    assert dossier.sollicitations.count() == 3
    assert DemandeFinancement.objects.filter(dossier=dossier).count() == 1
