"""Pages of meetings: who reaches them, other contracts, what a GET costs and never writes, the way through."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contrats.etats import EtatReunion, Role
from contrats.models import Comite, DecisionReunion, Presence, Reunion, TypeComite
from tests.fabriques import (
    ActionRenforceeFactory,
    AppelExterneFactory,
    ComiteFactory,
    CommuneFactory,
    ContratFactory,
    DecisionReunionFactory,
    FichierFactory,
    HabilitationFactory,
    ItemCompteRenduFactory,
    MembreComiteFactory,
    OrganismeFactory,
    OrientationFactory,
    PerimetreDuContratFactory,
    PointOrdreDuJourFactory,
    ReunionFactory,
)

pytestmark = pytest.mark.django_db

LISTES = ("calendrier", "reunions", "decisions", "comites", "extraits", "appels")
D_UNE_REUNION = ("modifier_reunion", "annuler_reunion", "presences", "creer_point", "creer_item", "creer_decision")
POSTS = ("convoquer", "clore_reunion", "rendre_compte", "produire_paquet")


@pytest.fixture
def client_chef(client_de, horloge) -> Client:
    return client_de(Role.CHEF_DE_PROJET)


def client_du(auteur) -> Client:
    client = Client()
    client.force_login(auteur.utilisateur)
    return client


def adresse(nom: str, contrat, **suite) -> str:
    return reverse(f"contrats:{nom}", kwargs={"contrat": contrat.slug, **suite})


def texte(reponse) -> str:
    return reponse.content.decode()


def telecharge(reponse) -> bytes:
    """The bytes of a file served; reading them to the end closes it."""
    return b"".join(reponse.streaming_content)


def remplir(comite: Comite, nombre: int) -> None:
    """As many meetings, decisions, seats and items as asked."""
    for i in range(nombre):
        MembreComiteFactory(comite=comite)
        a_venir = ReunionFactory(comite=comite, le=date(2026, 11, 21) + timedelta(days=i % 9))
        PointOrdreDuJourFactory(reunion=a_venir, ordre=1)
        rendue = ReunionFactory(comite=comite, le=date(2026, 1, 5) + timedelta(days=i), etat=EtatReunion.RENDUE)
        DecisionReunionFactory(reunion=rendue, prise=True, echeance=date(2026, 6, 1))
        perimetre = PerimetreDuContratFactory(contrat=comite.contrat).perimetre
        ItemCompteRenduFactory(reunion=rendue, perimetres=[perimetre])
        AppelExterneFactory(contrat=comite.contrat, ferme_le=date(2026, 11, 25), ouvre_le=None)


# --- Who reaches what ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("nom", LISTES)
def test_chaque_role_lit_les_listes(contrat, client_de, horloge, nom, role) -> None:
    assert client_de(role).get(adresse(nom, contrat)).status_code == 200


@pytest.mark.parametrize("role", [r for r in Role if r != Role.CHEF_DE_PROJET])
def test_seul_un_chef_de_projet_atteint_les_pages_qui_ecrivent(contrat, client_de, reunion, role) -> None:
    client = client_de(role)
    for nom in ("creer_reunion", "modeles_comites", "creer_comite", "creer_appel"):
        assert client.get(adresse(nom, contrat)).status_code == 403, nom
    for nom in D_UNE_REUNION:
        assert client.get(adresse(nom, contrat, pk=reunion.pk)).status_code == 403, nom
    for nom in POSTS:
        assert client.post(adresse(nom, contrat, pk=reunion.pk)).status_code == 403, nom
    reunion.refresh_from_db()
    assert reunion.etat == EtatReunion.PREVUE


def test_une_reunion_d_un_autre_contrat_n_existe_pas(client_chef, contrat) -> None:
    etrangere = ReunionFactory(comite=ComiteFactory(contrat=ContratFactory()))
    PointOrdreDuJourFactory(reunion=etrangere, ordre=1)
    for nom in ("reunion", "agenda_reunion", "paquet", "avancement_paquet", *D_UNE_REUNION):
        assert client_chef.get(adresse(nom, contrat, pk=etrangere.pk)).status_code == 404, nom
        assert client_chef.get(adresse(nom, etrangere.comite.contrat, pk=etrangere.pk)).status_code == 404, nom
    for nom in POSTS:
        assert client_chef.post(adresse(nom, contrat, pk=etrangere.pk)).status_code == 404, nom
    assert client_chef.get(adresse("comite", contrat, pk=etrangere.comite_id)).status_code == 404
    assert client_chef.get(adresse("modifier_comite", contrat, pk=etrangere.comite_id)).status_code == 404
    etranger = MembreComiteFactory(comite=etrangere.comite)
    assert client_chef.post(adresse("retirer_membre", contrat, pk=etranger.pk)).status_code == 404
    decision = DecisionReunionFactory(reunion=etrangere, prise=True)
    assert client_chef.get(adresse("suivre_decision", contrat, pk=decision.pk)).status_code == 404
    appel = AppelExterneFactory(contrat=etrangere.comite.contrat)
    assert client_chef.post(adresse("retirer_appel", contrat, pk=appel.pk)).status_code == 404


def test_un_point_une_decision_d_une_autre_reunion_n_existent_pas(client_chef, contrat, reunion, copil) -> None:
    autre = ReunionFactory(comite=copil, le=date(2026, 12, 20))
    point = PointOrdreDuJourFactory(reunion=autre, ordre=1)
    decision = DecisionReunionFactory(reunion=autre)
    item = ItemCompteRenduFactory(reunion=autre)
    for nom, objet in (("point", point), ("decision", decision), ("item", item), ("piece", point)):
        assert client_chef.get(adresse(nom, contrat, pk=reunion.pk, numero=objet.pk)).status_code == 404, nom
    for nom, objet in (("retirer_point", point), ("deplacer_point", point), ("retirer_item", item)):
        assert client_chef.post(adresse(nom, contrat, pk=reunion.pk, numero=objet.pk)).status_code == 404, nom


def test_qui_ne_siege_pas_voit_la_date_et_rien_d_autre(client_de, contrat, reunion) -> None:
    reunion.etat, reunion.paquet = EtatReunion.CONVOQUEE, FichierFactory()
    reunion.save()
    DecisionReunionFactory(reunion=reunion, texte="Décision secrète.")
    client = client_de(Role.INSTRUCTEUR)
    page = texte(client.get(adresse("reunion", contrat, pk=reunion.pk)))
    assert "ne siège pas" in page
    assert "Décision secrète." not in page
    assert "Ordre du jour</h2>" not in page
    assert client.get(adresse("paquet", contrat, pk=reunion.pk)).status_code == 404
    assert client_de(Role.PORTEUR).get(adresse("reunion", contrat, pk=reunion.pk)).status_code == 404


def test_chacun_lit_les_items_de_son_audience(contrat, reunion, membre, invite, client_de) -> None:
    for audience in ("membres", "invites", "contrat"):
        ItemCompteRenduFactory(reunion=reunion, texte=f"Texte {audience}.", audience=audience)
    page = adresse("reunion", contrat, pk=reunion.pk)
    reunion.etat = EtatReunion.TENUE
    reunion.save()
    assert "Texte contrat." not in texte(client_du(membre).get(page))  # not sent yet

    reunion.etat = EtatReunion.RENDUE
    reunion.save()
    lus = {
        nom: set(re.findall(r"Texte (\w+)\.", texte(client.get(page))))
        for nom, client in (
            ("membre", client_du(membre)),
            ("invite", client_du(invite)),
            ("porteur", client_de(Role.PORTEUR)),
        )
    }
    assert lus == {
        "membre": {"membres", "invites", "contrat"},
        "invite": {"invites", "contrat"},
        "porteur": {"contrat"},
    }


def test_les_extraits_d_un_quartier_suivent_l_audience(contrat, copil, membre, client_de) -> None:
    quartier = PerimetreDuContratFactory(contrat=contrat).perimetre
    rendue = ReunionFactory(comite=copil, le=date(2026, 3, 3), etat=EtatReunion.RENDUE)
    tenue = ReunionFactory(comite=copil, le=date(2026, 4, 3), etat=EtatReunion.TENUE)
    ItemCompteRenduFactory(reunion=rendue, texte="Pour les membres.", perimetres=[quartier])
    ItemCompteRenduFactory(reunion=rendue, texte="Pour tous.", audience="contrat", perimetres=[quartier])
    ItemCompteRenduFactory(reunion=rendue, texte="Ailleurs.", audience="contrat")
    ItemCompteRenduFactory(reunion=tenue, texte="Brouillon.", audience="contrat", perimetres=[quartier])

    pages = [texte(c.get(adresse("extraits", contrat))) for c in (client_du(membre), client_de(Role.PORTEUR))]

    assert [("Pour les membres." in p, "Pour tous." in p, "Ailleurs." in p, "Brouillon." in p) for p in pages] == [
        (True, True, False, False),
        (False, True, False, False),
    ]


# --- Cost ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [Role.CHEF_DE_PROJET, Role.MEMBRE_COPIL])
@pytest.mark.parametrize("nom", LISTES)
def test_une_liste_coute_autant_de_requetes_pour_1_et_pour_30(contrat, copil, client_de, horloge, nom, role) -> None:
    client = client_de(role)

    def requetes() -> int:
        with CaptureQueriesContext(
            connection,
        ) as lues:
            reponse = client.get(adresse(nom, contrat))
        assert reponse.status_code == 200
        assert not [q for q in lues if re.match(r"\s*(INSERT|UPDATE|DELETE)", q["sql"])]
        return len(lues)

    remplir(copil, 1)
    requetes()
    une = requetes()
    remplir(copil, 29)
    assert requetes() <= une


def test_une_reunion_coute_autant_quel_que_soit_le_nombre_de_points(contrat, copil, client_chef, reunion) -> None:
    page = adresse("reunion", contrat, pk=reunion.pk)

    def requetes() -> int:
        with CaptureQueriesContext(connection) as lues:
            assert client_chef.get(page).status_code == 200
        return len(lues)

    def ajouter(nombre: int) -> None:
        for _ in range(nombre):
            point = PointOrdreDuJourFactory(reunion=reunion, rapporteur=OrganismeFactory(), piece=FichierFactory())
            ItemCompteRenduFactory(
                reunion=reunion, point=point, perimetres=[PerimetreDuContratFactory(contrat=contrat).perimetre]
            )
            DecisionReunionFactory(reunion=reunion, responsable=OrganismeFactory())
            MembreComiteFactory(comite=copil)
            HabilitationFactory(contrat=contrat)

    ajouter(2)
    requetes()
    peu = requetes()
    ajouter(10)
    assert requetes() <= peu


# --- The way through -------------------------------------------------------------------------------------------------
def test_d_un_contrat_sans_comite_au_compte_rendu_envoye(
    contrat, client_chef, horloge, executer_travaux, mailoutbox
) -> None:
    signataire = HabilitationFactory(contrat=contrat, role=Role.SIGNATAIRE)
    vide = texte(client_chef.get(adresse("comites", contrat)))
    assert adresse("modeles_comites", contrat) in vide

    client_chef.post(adresse("adopter_modele", contrat, cle="copil"))
    copil = Comite.objects.get()
    client_chef.post(
        adresse("ajouter_membre", contrat, pk=copil.pk), {"organisme": signataire.organisme_id, "courriel": ""}
    )
    assert copil.membres.count() == 2

    reponse = client_chef.post(
        adresse("creer_reunion", contrat),
        {"comite": copil.pk, "le": "2026-12-04", "debut": "14:00", "fin": "16:00", "lieu": "Siège", "objet": "Revue"},
    )
    reunion = Reunion.objects.get()
    page = adresse("reunion", contrat, pk=reunion.pk)
    assert reponse.url == page
    refus = client_chef.post(adresse("convoquer", contrat, pk=reunion.pk), follow=True)
    assert "au moins un point" in texte(refus)

    piece = SimpleUploadedFile("note.pdf", b"%PDF-1.7 note", content_type="text/html")
    client_chef.post(adresse("creer_point", contrat, pk=reunion.pk), {"titre": "Revue des engagements", "piece": piece})
    point = reunion.ordre_du_jour.get()
    servie = client_chef.get(adresse("piece", contrat, pk=reunion.pk, numero=point.pk))
    assert servie["Content-Type"] == "application/pdf"  # what its name says, not what the sender says
    assert "attachment" in servie["Content-Disposition"]
    assert telecharge(servie) == b"%PDF-1.7 note"

    client_chef.post(adresse("convoquer", contrat, pk=reunion.pk))
    executer_travaux()
    assert {m.to[0] for m in mailoutbox} == {signataire.utilisateur.email, client_chef.auteur.utilisateur.email}
    mailoutbox.clear()

    horloge.regler(2026, 12, 4, 17)
    client_chef.post(
        adresse("presences", contrat, pk=reunion.pk),
        {f"statut_{signataire.organisme_id}": "present", f"statut_{contrat.pilote_id}": "present"},
    )
    assert set(reunion.presences.values_list("statut", flat=True)) == {Presence.Statut.PRESENT}
    client_chef.post(
        adresse("creer_item", contrat, pk=reunion.pk), {"texte": "Tout est vu.", "audience": "membres", "point": ""}
    )
    client_chef.post(
        adresse("creer_decision", contrat, pk=reunion.pk),
        {
            "texte": "Publier la revue.",
            "nature": "decidee",
            "responsable": signataire.organisme_id,
            "echeance": "2026-12-31",
        },
    )
    client_chef.post(adresse("clore_reunion", contrat, pk=reunion.pk), {"derogation": ""})
    client_chef.post(adresse("rendre_compte", contrat, pk=reunion.pk))
    executer_travaux()
    assert len(mailoutbox) == 2
    assert "Tout est vu." in mailoutbox[0].body

    decision = DecisionReunion.objects.get()
    responsable = Client()
    responsable.force_login(signataire.utilisateur)
    horloge.regler(2027, 1, 5, 9)
    assert "en retard" in texte(responsable.get(adresse("decisions", contrat), {"situation": "retard"}))
    responsable.post(
        adresse("suivre_decision", contrat, pk=decision.pk), {"execution": "faite", "suite": "Publiée le 3."}
    )
    decision.refresh_from_db()
    assert decision.execution == "faite"
    assert "Publiée le 3." in texte(client_chef.get(adresse("decisions", contrat), {"situation": "finies"}))
    for nom in ("reunion",):
        assert client_chef.get(adresse(nom, contrat, pk=reunion.pk)).status_code == 200


def test_clore_un_copil_demande_un_motif_sur_la_page(contrat, client_chef, reunion, horloge) -> None:
    ActionRenforceeFactory(contrat=contrat, intitule="Cité éducative")
    horloge.regler(2026, 12, 4, 18)
    page = texte(client_chef.get(adresse("reunion", contrat, pk=reunion.pk)))
    assert "Cité éducative" in page
    refus = client_chef.post(adresse("clore_reunion", contrat, pk=reunion.pk), {"derogation": "non"})
    assert refus.status_code == 422
    assert "E-02" in texte(refus)
    client_chef.post(adresse("clore_reunion", contrat, pk=reunion.pk), {"derogation": "Le pilote est en arrêt."})
    reunion.refresh_from_db()
    assert reunion.etat == EtatReunion.TENUE


@pytest.mark.parametrize(("nom", "mots"), [("virus.exe", "pas accepté"), ("page.html", "pas accepté")])
def test_une_piece_d_un_autre_type_est_refusee(contrat, client_chef, reunion, nom, mots) -> None:
    piece = SimpleUploadedFile(nom, b"MZ")
    reponse = client_chef.post(adresse("creer_point", contrat, pk=reunion.pk), {"titre": "x", "piece": piece})
    assert reponse.status_code == 422
    assert mots in texte(reponse)


@pytest.mark.parametrize(
    ("nom", "donnees"),
    [
        ("creer_reunion", {"le": ""}),
        ("creer_comite", {"nom": ""}),
        ("creer_appel", {"nom": "x", "ouvre_le": "2026-05-01", "ferme_le": "2026-01-01"}),
    ],
)
def test_une_saisie_fautive_revient_avec_ses_erreurs(contrat, client_chef, copil, nom, donnees) -> None:
    reponse = client_chef.post(adresse(nom, contrat), donnees)
    assert reponse.status_code == 422
    assert "resume-erreurs" in texte(reponse)


def test_le_calendrier_se_filtre_et_se_lit_en_liste(contrat, client_chef, copil) -> None:
    denain = CommuneFactory(nom="Denain")
    contrat.communes.add(denain)
    ReunionFactory(comite=copil, le=date(2026, 12, 4))
    AppelExterneFactory(contrat=contrat, nom="Parentalité", ouvre_le=None, ferme_le=date(2026, 12, 15))
    page = adresse("calendrier", contrat)

    decembre = texte(client_chef.get(page, {"mois": "2026-12"}))
    assert "Décembre 2026" in decembre
    assert "Parentalité" in decembre
    liste = texte(client_chef.get(page, {"mois": "2026-12", "vue": "liste", "genre": "reunion"}))
    assert 'class="mois"' not in liste
    assert "Parentalité" not in liste
    assert 'value="2026-12"' in liste  # the month stays when one filters
    assert "Novembre 2026" in texte(client_chef.get(page, {"mois": "n’importe quoi", "commune": denain.pk}))


def test_les_comites_disent_leur_retard_au_chef_de_projet(contrat, client_chef) -> None:
    orientation = OrientationFactory(contrat=contrat)
    ComiteFactory(
        contrat=contrat,
        type=TypeComite.COTECH,
        nom="COTECH Emploi",
        reunions_par_an=3,
        orientation=orientation,
        valide_programmation=False,
    )
    page = texte(client_chef.get(adresse("comites", contrat)))
    assert "0 COTECH sur 3 tenu en 2026, il en manque 3 avant le 31 décembre." in page


def test_une_reunion_s_emporte_dans_son_agenda(contrat, reunion, membre) -> None:
    reponse = client_du(membre).get(adresse("agenda_reunion", contrat, pk=reunion.pk))
    assert reponse["Content-Type"].startswith("text/calendar")
    assert b"DTSTART:20261204T130000Z" in reponse.content


def test_le_dossier_de_seance_se_produit_depuis_la_page(
    contrat, client_chef, reunion, membre, executer_travaux
) -> None:
    client_chef.post(adresse("produire_paquet", contrat, pk=reunion.pk))
    assert "en attente" in texte(client_chef.get(adresse("avancement_paquet", contrat, pk=reunion.pk)))
    assert "progression" in texte(client_chef.get(adresse("reunion", contrat, pk=reunion.pk)))
    executer_travaux()
    servi = client_chef.get(adresse("paquet", contrat, pk=reunion.pk))
    assert servi["Content-Type"] == "application/pdf"
    assert telecharge(servi).startswith(b"%PDF")
    assert client_du(membre).get(adresse("paquet", contrat, pk=reunion.pk)).status_code == 404  # not called yet


def test_l_heure_qui_passe_ne_change_pas_une_reunion(contrat, client_chef, reunion, horloge) -> None:
    horloge.regler(2027, 2, 1, 9)
    client_chef.get(adresse("reunions", contrat))
    reunion.refresh_from_db()
    assert reunion.etat == EtatReunion.PREVUE
    assert timezone.localdate() > reunion.le
    assert "à terminer" in texte(client_chef.get(adresse("reunions", contrat)))


def test_les_appels_sans_date_sont_comptes_la_ou_ils_manquent(contrat, client_chef) -> None:
    for sans_date in (1, 2):
        AppelExterneFactory(contrat=contrat, ouvre_le=None, ferme_le=None)
        AppelExterneFactory(contrat=contrat, ouvre_le=None, ferme_le=date(2026, 12, 1))
        mots = {1: "1\xa0appel sans date", 2: "2\xa0appels sans date"}[sans_date]
        for nom in ("calendrier", "appels"):
            assert mots in texte(client_chef.get(adresse(nom, contrat)))
