"""Two people on one need: neither writes over the other unknowingly; funding said to be there stays there."""

from __future__ import annotations

import html
import re
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from commun.erreurs import RegleEnfreinte, RevisionDepassee
from commun.models import LigneJournal
from contrats.etats import Role
from programmation.actions import besoins as actions
from programmation.etats import EtatBesoin
from programmation.models import Besoin, PisteDeFinancement
from tests.fabriques import (
    BesoinFactory,
    CommuneFactory,
    DispositifFactory,
    OrganismeFactory,
    PisteDeFinancementFactory,
    VersionPerimetreFactory,
)

pytestmark = pytest.mark.django_db

TITRE, CONSTAT = "Garde d’enfants à 6 heures", "Rien n’ouvre avant 8 heures."


@pytest.fixture
def besoin(contrat) -> Besoin:
    return BesoinFactory(contrat=contrat, titre=TITRE, constat=CONSTAT)


@pytest.fixture
def chef(client_de) -> Any:
    return client_de(Role.CHEF_DE_PROJET)


@pytest.fixture
def delegue(client_de) -> Any:
    """Of another organisation than the one that reported the need."""
    return client_de(Role.DELEGUE_PREFET, organisme=OrganismeFactory(etat=True))


def adresse(objet: Besoin, route: str, **cles: Any) -> str:
    pk = {} if "pk" in cles else {"pk": objet.pk}
    return reverse(f"programmation:{route}", kwargs={"contrat": objet.contrat.slug, "annee": 2026} | pk | cles)


def ouverte(client: Any, url: str) -> dict[str, Any]:
    """What the form of a page sends back when nothing is touched, as a browser does."""
    reponse = client.get(url)
    assert reponse.status_code == 200
    return _saisie(reponse)


def _saisie(reponse: Any) -> dict[str, Any]:
    form, envoi = reponse.context["form"], {}
    for champ in form:
        valeur = champ.value()
        if valeur not in (None, False, ""):
            envoi[champ.html_name] = "on" if valeur is True else valeur
    return envoi


def _lue(reponse: Any) -> str:
    return html.unescape(re.sub(r"[\u202f\u00a0]", " ", reponse.content.decode()))


# --- What is said of the need -----------------------------------------------------------------------------------------
def test_un_delegue_du_prefet_modifie_un_besoin_a_l_ecran(besoin, delegue) -> None:
    """It changes what is said, never who reported it."""
    url = adresse(besoin, "modifier_besoin")
    assert delegue.post(url, ouverte(delegue, url) | {"titre": "Garde à 5 heures"}).status_code == 302
    relu = Besoin.objects.get()
    assert (relu.titre, relu.signale_pour) == ("Garde à 5 heures", besoin.signale_pour)
    with pytest.raises(RegleEnfreinte, match="qui a signalé"):
        actions.modifier_besoin(
            besoin, champs={"signale_pour": OrganismeFactory()}, par=delegue.auteur, le=besoin.signale_le
        )


def test_modifier_ne_perd_ni_quartier_ni_commune_ni_organisme_d_avant(besoin, chef) -> None:
    """A quarter of another generation, a commune and an organisation that have left: the page shows and keeps them."""
    perimetre = VersionPerimetreFactory().perimetre
    commune = CommuneFactory()
    besoin.perimetres.set([perimetre])
    besoin.communes.set([commune])
    url = adresse(besoin, "modifier_besoin")
    assert chef.post(url, ouverte(chef, url) | {"publics": "Parents isolés"}).status_code == 302
    relu = Besoin.objects.get()
    assert (relu.publics, relu.signale_pour) == ("Parents isolés", besoin.signale_pour)
    assert (list(relu.perimetres.all()), list(relu.communes.all())) == ([perimetre], [commune])


def test_deux_personnes_sur_deux_champs_gardent_chacune_le_leur(besoin, chef, delegue) -> None:
    url = adresse(besoin, "modifier_besoin")
    envoi_du_chef, envoi_du_delegue = ouverte(chef, url), ouverte(delegue, url)
    assert chef.post(url, envoi_du_chef | {"constat": "Rien n’ouvre avant 7 heures."}).status_code == 302
    assert delegue.post(url, envoi_du_delegue | {"publics": "Mères isolées"}).status_code == 302
    relu = Besoin.objects.get()
    assert (relu.constat, relu.publics) == ("Rien n’ouvre avant 7 heures.", "Mères isolées")


def test_deux_personnes_sur_le_meme_champ_choisissent(besoin, chef, delegue, gens, le) -> None:
    """The second one keeps what it typed and reads the other's; sent again, its own stands, and the journal has both."""
    url = adresse(besoin, "modifier_besoin")
    envoi_du_chef, envoi_du_delegue = ouverte(chef, url), ouverte(delegue, url)
    chef.post(url, envoi_du_chef | {"titre": "Garde à 7 heures", "publics": "Parents isolés"})
    # Whoever wrote elsewhere since is not taken for the one who wrote here.
    piste = {"organisme": OrganismeFactory(caf=True), "nature": "droit_commun", "montant": Decimal(900)}
    actions.ecrire_piste(besoin, None, champs=piste, par=gens.delegue, le=le)
    refus = delegue.post(url, envoi_du_delegue | {"titre": "Garde à 5 heures"})
    assert refus.status_code == 422
    lue = _lue(refus)
    assert f"{chef.auteur.utilisateur} a écrit ici : « Garde à 7 heures »" in lue
    assert 'value="Garde à 5 heures"' in lue
    assert 'value="Parents isolés"' in lue  # what it had not touched is the other's
    assert Besoin.objects.get().titre == "Garde à 7 heures"
    assert delegue.post(url, _saisie(refus)).status_code == 302
    relu = Besoin.objects.get()
    assert (relu.titre, relu.publics) == ("Garde à 5 heures", "Parents isolés")
    titres = [ligne.apres["titre"] for ligne in LigneJournal.objects.de(besoin) if "titre" in ligne.apres]
    assert titres == ["Garde à 7 heures", "Garde à 5 heures"]


def test_un_besoin_lu_avant_un_autre_n_est_pas_ecrit(besoin, gens, le) -> None:
    lue = besoin.revision
    actions.modifier_besoin(besoin, champs={"titre": "Un"}, revision=lue, par=gens.chef, le=le)
    with pytest.raises(RevisionDepassee):
        actions.modifier_besoin(besoin, champs={"titre": "Deux"}, revision=lue, par=gens.delegue, le=le)
    assert Besoin.objects.get().titre == "Un"


def test_ce_qui_est_ecrit_sur_un_besoin_devenu_dossier_reste_a_l_ecran(besoin, chef) -> None:
    url = adresse(besoin, "modifier_besoin")
    envoi = ouverte(chef, url)
    Besoin.objects.update(etat=EtatBesoin.ABANDONNE)
    refus = chef.post(url, envoi | {"titre": "Garde à 5 heures"})
    assert refus.status_code == 422
    assert 'value="Garde à 5 heures"' in _lue(refus)
    assert "abandonné" in _lue(refus)


def test_deux_opportunites_ecrites_en_meme_temps_se_lisent_l_une_a_cote_de_l_autre(besoin, chef, delegue) -> None:
    dispositif = DispositifFactory(ami=True)
    url = adresse(besoin, "avancer_besoin", acte="definir")
    du_chef, du_delegue = ouverte(chef, url), ouverte(delegue, url)
    dit = {"dispositif": dispositif.pk}
    assert chef.post(url, du_chef | dit | {"opportunite": "Une crèche."}).status_code == 302
    refus = delegue.post(url, du_delegue | dit | {"opportunite": "Une halte."})
    assert refus.status_code == 422
    assert "a écrit ici : « Une crèche. »" in _lue(refus)
    assert "Une halte." in _lue(refus)
    assert Besoin.objects.get().opportunite == "Une crèche."


def test_deux_dates_limites_ne_s_ecrasent_pas(contrat, chef, delegue, horloge) -> None:
    horloge.regler(2026, 9, 10, 9)
    besoin = BesoinFactory(contrat=contrat, publie=True)
    url = adresse(besoin, "publier_besoin")
    du_chef, du_delegue = ouverte(chef, url), ouverte(delegue, url)
    assert chef.post(url, du_chef | {"jusqu_au": "2026-12-01"}).status_code == 302
    refus = delegue.post(url, du_delegue | {"jusqu_au": "2026-11-15"})
    assert refus.status_code == 422
    assert "a écrit ici : « 01/12/2026 »" in _lue(refus)
    assert delegue.post(url, _saisie(refus)).status_code == 302
    assert str(Besoin.objects.get().publie_jusqu_au) == "2026-11-15"


# --- An answer to the call --------------------------------------------------------------------------------------------
def test_deux_collegues_ne_s_ecrasent_pas_leur_reponse(contrat, client_de, horloge) -> None:
    """The first answer as much as a change."""
    horloge.regler(2026, 9, 10, 9)
    besoin = BesoinFactory(contrat=contrat, publie=True)
    organisme = OrganismeFactory()
    une, autre = (client_de(Role.PORTEUR, organisme=organisme) for _ in range(2))
    url = adresse(besoin, "appel")
    de_l_une, de_l_autre = ouverte(une, url), ouverte(autre, url)
    assert une.post(url, de_l_une | {"texte": "Deux salles."}).status_code == 302
    refus = autre.post(url, de_l_autre | {"texte": "Un jardin."})
    assert refus.status_code == 422
    assert f"{une.auteur.utilisateur} a écrit ici : « Deux salles. »" in _lue(refus)
    assert besoin.candidatures.get().texte == "Deux salles."
    assert autre.post(url, _saisie(refus) | {"texte": "Deux salles, un jardin."}).status_code == 302
    assert une.post(url, ouverte(une, url) | {"texte": "Trois salles."}).status_code == 302
    assert besoin.candidatures.get().texte == "Trois salles."


# --- Leads of funding -------------------------------------------------------------------------------------------------
def test_deux_personnes_sur_une_piste_choisissent(besoin, chef, delegue) -> None:
    piste = PisteDeFinancementFactory(besoin=besoin, montant=Decimal(12_000))
    url = adresse(besoin, "modifier_piste", piste=piste.pk)
    du_chef, du_delegue = ouverte(chef, url), ouverte(delegue, url)
    assert chef.post(url, du_chef | {"montant": "9 000", "acquise": "on"}).status_code == 302
    refus = delegue.post(url, du_delegue | {"montant": "10 000"})
    assert refus.status_code == 422
    assert "a écrit ici : « 9 000 »" in _lue(refus)
    assert PisteDeFinancement.objects.get().montant == 9_000
    assert delegue.post(url, _saisie(refus)).status_code == 302
    relue = PisteDeFinancement.objects.get()
    assert (relue.montant, relue.acquise) == (10_000, True)


def test_une_piste_retiree_entre_temps_ne_revient_pas_toute_seule(besoin, chef, delegue, gens, le) -> None:
    """What was typed stays on the page, for a new lead if that is what is meant."""
    piste = PisteDeFinancementFactory(besoin=besoin, organisme=besoin.contrat.pilote)
    url = adresse(besoin, "modifier_piste", piste=piste.pk)
    envoi = ouverte(delegue, url) | {"montant": "7 500"}
    actions.retirer_piste(PisteDeFinancement.objects.get(), par=chef.auteur, le=le)
    refus = delegue.post(url, envoi)
    assert refus.status_code == 422
    lue = _lue(refus)
    assert f"{chef.auteur.utilisateur} a retiré cette piste" in lue
    assert 'value="7 500"' in lue
    assert f'action="{adresse(besoin, "ajouter_piste")}"' in lue
    assert not PisteDeFinancement.objects.exists()
    assert delegue.get(url).status_code == 404
    with pytest.raises(RegleEnfreinte, match="retirée"):
        actions.ecrire_piste(besoin, piste, champs={"montant": Decimal(7_500)}, par=gens.chef, le=le)
    assert delegue.post(adresse(besoin, "ajouter_piste"), envoi).status_code == 302
    assert PisteDeFinancement.objects.get().montant == 7_500


def test_une_piste_changee_entre_temps_ne_se_retire_pas_sans_se_relire(besoin, chef, gens, le) -> None:
    piste = PisteDeFinancementFactory(besoin=besoin)
    page = chef.get(adresse(besoin, "besoin"))
    assert f'name="revision" value="{piste.revision}"' in page.content.decode()
    actions.ecrire_piste(besoin, piste, champs={"montant": Decimal(9_000)}, par=gens.delegue, le=le)
    url = adresse(besoin, "retirer_piste", piste=piste.pk)
    reponse = chef.post(url, {"revision": str(piste.revision)}, follow=True)
    assert "vient de le modifier" in _lue(reponse)
    assert chef.post(url, {"revision": str(PisteDeFinancement.objects.get().revision)}).status_code == 302
    assert not PisteDeFinancement.objects.exists()
    assert "déjà retirée" in _lue(chef.post(url, {"revision": "1"}, follow=True))


def test_les_financements_reunis_le_restent(besoin, gens, le) -> None:
    """The last acquired lead neither goes nor falls back to a hope, until the search is opened again."""
    Besoin.objects.update(etat=EtatBesoin.FINANCE, opportunite="Une crèche.", porteur=OrganismeFactory())
    besoin.refresh_from_db()
    une, autre = PisteDeFinancementFactory.create_batch(2, besoin=besoin, acquise=True)
    PisteDeFinancementFactory(besoin=besoin)
    actions.retirer_piste(une, par=gens.chef, le=le)
    with pytest.raises(RegleEnfreinte, match="dernière piste acquise"):
        actions.retirer_piste(autre, par=gens.chef, le=le)
    with pytest.raises(RegleEnfreinte, match="dernière piste acquise"):
        actions.ecrire_piste(besoin, autre, champs={"acquise": False}, par=gens.chef, le=le)
    assert PisteDeFinancement.objects.filter(acquise=True).get() == autre
    actions.avancer_besoin(besoin, "rouvrir_financement", motif="La CAF se retire.", par=gens.chef, le=le)
    actions.retirer_piste(autre, par=gens.chef, le=le)
    assert not PisteDeFinancement.objects.filter(acquise=True).exists()


def test_retirer_la_derniere_piste_acquise_le_dit_a_l_ecran(besoin, chef) -> None:
    Besoin.objects.update(etat=EtatBesoin.FINANCE, opportunite="Une crèche.", porteur=OrganismeFactory())
    piste = PisteDeFinancementFactory(besoin=besoin, acquise=True)
    url = adresse(besoin, "retirer_piste", piste=piste.pk)
    assert "rouvrez d’abord leur recherche" in _lue(chef.post(url, {"revision": "0"}, follow=True))
    url = adresse(besoin, "modifier_piste", piste=piste.pk)
    envoi = ouverte(chef, url)
    del envoi["acquise"]
    refus = chef.post(url, envoi)
    assert refus.status_code == 422
    assert "rouvrez d’abord leur recherche" in _lue(refus)
