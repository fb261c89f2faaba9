"""The means of all partners through the API: lots written once, one's own only, readings by their changes."""

import pytest

from contrats.etats import Role
from contrats.models import MoyenAnnonce
from tests.fabriques import MoyenAnnonceFactory, OrganismeFactory

pytestmark = pytest.mark.django_db
LIGNE = {"annee": 2026, "nature": "droit_commun", "section": "fonctionnement", "montant": "1200.50"}


def test_le_meme_lot_deux_fois_n_ecrit_qu_une_fois(partenaire, codes):
    lignes = [LIGNE, {**LIGNE, "orientation": "O1", "montant": None, "precision": "2 ETP"}]
    premier = partenaire.post("moyens/lot/", {"lignes": lignes}).json()
    second = partenaire.post("moyens/lot/", {"lignes": lignes}).json()
    assert (premier["crees"], second["crees"], second["inchanges"]) == (2, 0, 2)
    assert {m.canal for m in MoyenAnnonce.objects.all()} == {"api"}
    assert {m.organisme for m in MoyenAnnonce.objects.all()} == {partenaire.organisme}


def test_une_case_lue_se_renvoie_telle_quelle_et_se_retire(partenaire, codes):
    partenaire.post("moyens/lot/", {"lignes": [{**LIGNE, "orientation": "O1"}]})
    debut = partenaire.get("moyens/").json()
    (lue,) = debut["resultats"]
    assert (lue["orientation"], lue["montant"], lue["pour_le_compte"]) == ("O1", "1200.50", False)
    assert partenaire.post("moyens/lot/", {"lignes": [lue]}).json()["inchanges"] == 1
    retire = partenaire.post("moyens/lot/", {"lignes": [{**lue, "statut": None, "montant": None}]}).json()
    assert retire["modifies"] == 1
    suite = partenaire.get(f"moyens/?modifie_depuis={debut['reprendre_depuis']}".replace("+", "%2B")).json()
    assert (suite["resultats"], suite["retires"]) == ([], [lue["id"]])


def test_les_retraits_sont_ceux_que_l_on_peut_lire_et_que_les_filtres_gardent(contrat, appelant, partenaire):
    depuis = appelant(Role.SIGNATAIRE).get("moyens/").json()["reprendre_depuis"].replace("+", "%2B")
    autre = appelant(Role.SIGNATAIRE)
    for qui, nature in ((partenaire, "europe"), (autre, "npnru")):
        (cree,) = qui.post("moyens/lot/", {"lignes": [{**LIGNE, "nature": nature}]}).json()["lignes"]
        qui.numero = cree["id"]
        qui.post("moyens/lot/", {"lignes": [{**LIGNE, "nature": nature, "statut": None, "montant": None}]})

    def retires(qui, filtre=""):
        return qui.get(f"moyens/?modifie_depuis={depuis}{filtre}").json()["retires"]

    assert retires(autre) == [partenaire.numero, autre.numero]  # signatories share their means
    assert retires(autre, "&nature=europe") == [partenaire.numero]
    assert retires(autre, f"&organisme={autre.organisme.pk}") == [autre.numero]
    assert retires(autre, "&annee=2025") == []
    assert retires(appelant(Role.PORTEUR)) == []


def test_tout_ou_rien_cite_chaque_ligne_fausse_ou_ecrit_les_justes(partenaire, codes):
    lignes = [LIGNE, {**LIGNE, "orientation": "O9"}, {**LIGNE, "section": "tout"}, {**LIGNE, "annee": 2019}]
    refus = partenaire.post("moyens/lot/", {"lignes": lignes})
    assert refus.status_code == 400
    assert [(e["ligne"], e["champ"]) for e in refus.json()["erreurs"]] == [
        (2, "orientation"),
        (3, "section"),
        (4, "annee"),
    ]
    assert not MoyenAnnonce.objects.exists()
    bilan = partenaire.post("moyens/lot/", {"lignes": lignes, "tout_ou_rien": False}).json()
    assert [ligne["resultat"] for ligne in bilan["lignes"]] == ["cree", "refuse", "refuse", "refuse"]


def test_on_n_ecrit_pas_les_moyens_d_un_autre(partenaire, appelant):
    autre = appelant()
    refus = partenaire.post("moyens/lot/", {"lignes": [{**LIGNE, "organisme": str(autre.organisme.pk)}]})
    assert refus.status_code == 400
    assert refus.json()["erreurs"][0]["champ"] == "organisme"


def test_la_cle_du_pilote_ecrit_pour_le_compte_avec_la_source(pilote, partenaire):
    ligne = {**LIGNE, "organisme": str(partenaire.organisme.pk)}
    assert pilote.post("moyens/lot/", {"lignes": [ligne]}).status_code == 400
    assert pilote.post("moyens/lot/", {"lignes": [{**ligne, "source": "Courrier du 3 mars"}]}).status_code == 200
    assert MoyenAnnonce.objects.get().saisi_par_organisme == pilote.organisme


def test_une_cle_idempotente_rejoue_la_meme_reponse(partenaire):
    premier = partenaire.post("moyens/lot/", {"lignes": [LIGNE]}, Idempotency_Key="m-1")
    rejoue = partenaire.post("moyens/lot/", {"lignes": [LIGNE]}, Idempotency_Key="m-1")
    assert rejoue.json() == premier.json()
    assert rejoue.json()["crees"] == 1


def test_filtres_et_visibilite(contrat, appelant):
    moyen = MoyenAnnonceFactory(contrat=contrat, annee=2025)
    MoyenAnnonceFactory(contrat=contrat, nature="europe", organisme=OrganismeFactory())
    systeme = appelant(Role.INSTRUCTEUR)
    assert len(systeme.get("moyens/").json()["resultats"]) == 2
    for filtre in (f"organisme={moyen.organisme_id}", "annee=2025", "nature=droit_commun"):
        assert [m["id"] for m in systeme.get(f"moyens/?{filtre}").json()["resultats"]] == [str(moyen.pk)]
    assert appelant(Role.PORTEUR).get("moyens/").json()["resultats"] == []
