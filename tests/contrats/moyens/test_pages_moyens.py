"""The table where a partner tells its means, and the import of a spreadsheet."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from commun.models import LigneJournal
from contrats.etats import Role
from contrats.imports.moyens import lire_case
from contrats.lectures.moyens import moyens_annonces
from contrats.models import MoyenAnnonce, NatureAnnoncee, Section
from contrats.views import moyens as vues
from tests.fabriques import (
    DemandeFactory,
    DossierFactory,
    MoyenAnnonceFactory,
    OrganismeFactory,
    OrientationFactory,
    SignataireFactory,
)

DC, FONC = NatureAnnoncee.DROIT_COMMUN, Section.FONCTIONNEMENT


@pytest.fixture
def sante(contrat):
    return OrientationFactory(contrat=contrat, code="O2", nom_court="Santé")


@pytest.fixture
def caf(client_de, sante):
    return client_de(Role.SIGNATAIRE, organisme=OrganismeFactory(caf=True, sigle="CAF"))


def espaces(texte):
    return texte.replace("\u202f", " ").replace("\u00a0", " ")


def adresse(contrat, organisme, nom="annoncer_moyens", **suite):
    return reverse(f"contrats:{nom}", kwargs={"contrat": contrat.slug, "annee": 2026, "organisme": organisme.pk})


def depart(client, url):
    """What the page keeps of what each box said when it was opened."""
    return client.get(url).context["form"]["depart"].value()


def test_un_partenaire_remplit_son_tableau(contrat, caf, sante):
    url = adresse(contrat, caf.auteur.organisme)
    page = caf.get(reverse("contrats:mes_moyens", args=[contrat.slug, 2026]), follow=True)
    assert page.redirect_chain[-1][0] == url
    reponse = caf.post(
        url,
        {
            "droit_commun-fonctionnement-0": "12 500,50 €",
            f"droit_commun-fonctionnement-{sante.pk}": "300",
            "droit_commun-fonctionnement-mots": "2 ETP",
            "npnru-investissement-0": "nc",
            "reste": "sans_objet",
        },
        follow=True,
    )
    assert "8 réponses" in reponse.content.decode() or "réponses enregistrées" in reponse.content.decode()
    dits = {(m.nature, m.section, m.orientation_id): m for m in MoyenAnnonce.objects.all()}
    assert len(dits) == 9
    assert dits[DC, FONC, None].montant == Decimal("12500.50")
    assert dits[DC, FONC, None].precision == "2 ETP"
    assert dits[DC, FONC, sante.pk].montant == 300
    assert dits["npnru", "investissement", None].statut == "non_communique"
    assert dits["europe", "fonctionnement", None].statut == "sans_objet"
    page = caf.get(url).content.decode()
    assert 'value="12\u202f500,50"' in page
    assert 'value="so"' in page


# --- The words of a line ----------------------------------------------------------------------------------------------
def ligne_dite(contrat, organisme):
    """The first line of the table, droit commun in running costs, as everybody reads it."""
    return moyens_annonces(contrat, 2026, organismes=[organisme.pk]).partenaires[0].lignes[0]


def enregistrer(client, url, *, source="", **saisie):
    """What the page sends back: all that it shows, with these boxes of the first line typed over."""
    form = client.get(url).context["form"]
    montre = {nom: form[nom].value() for nom in form.fields if form[nom].value()} | {"source": source}
    return client.post(url, montre | {f"droit_commun-fonctionnement-{nom}": dit for nom, dit in saisie.items()})


@pytest.fixture
def emploi(contrat):
    return OrientationFactory(contrat=contrat, code="O3", nom_court="Emploi")


def test_des_precisions_ne_disent_rien_des_cases_laissees_vides(contrat, caf, sante, emploi):
    """Words beside one amount go with it: the silent boxes stay « non communiqué », the partner is still reminded."""
    organisme, url = caf.auteur.organisme, adresse(contrat, caf.auteur.organisme)
    mots = "subvention au centre social"
    assert enregistrer(caf, url, **{str(sante.pk): "12 500", "mots": mots}).status_code == 302
    moyen = MoyenAnnonce.objects.get()
    assert (moyen.orientation, moyen.montant, moyen.precision) == (sante, 12500, mots)
    ligne = ligne_dite(contrat, organisme)
    assert [c.reponse for c in ligne.cases] == ["communique", "non_communique"]
    assert (ligne.completude.connues, ligne.completude.attendues) == (1, 2)
    assert caf.get(url).context["form"]["droit_commun-fonctionnement-mots"].value() == mots
    assert "Rien n’a changé" in caf.get(enregistrer(caf, url).url).content.decode()


def test_les_precisions_suivent_la_case_qui_reste(contrat, caf, sante, emploi):
    """What is given for all is emptied beside an amount: its words go with the amount."""
    organisme, url = caf.auteur.organisme, adresse(contrat, caf.auteur.organisme)
    MoyenAnnonceFactory(contrat=contrat, organisme=organisme, montant=None, precision="subvention")
    MoyenAnnonceFactory(contrat=contrat, organisme=organisme, orientation=sante, montant=Decimal(300))
    assert enregistrer(caf, url, **{"0": ""}).status_code == 302
    assert [(m.orientation, m.precision) for m in MoyenAnnonce.objects.all()] == [(sante, "subvention")]
    # Emptied in its turn, the words left alone would answer for every orientation.
    vide = enregistrer(caf, url, **{str(sante.pk): ""})
    assert vide.status_code == 422
    assert set(vide.context["form"].errors) == {"droit_commun-fonctionnement-mots"}
    assert enregistrer(caf, url, **{str(sante.pk): "", "mots": ""}).status_code == 302
    assert not MoyenAnnonce.objects.exists()


def test_les_precisions_de_plusieurs_cases_se_lisent_ensemble(contrat, caf, sante, emploi):
    organisme, url = caf.auteur.organisme, adresse(contrat, caf.auteur.organisme)
    for orientation, mots in ((sante, "2 ETP"), (emploi, "un\nlocal")):
        MoyenAnnonceFactory(contrat=contrat, organisme=organisme, orientation=orientation, precision=mots)
    assert caf.get(url).context["form"]["droit_commun-fonctionnement-mots"].value() == "2 ETP ; un local"
    enregistrer(caf, url, **{str(emploi.pk): "70"})
    assert set(MoyenAnnonce.objects.values_list("montant", "precision")) == {(120_000, "2 ETP"), (70, "un\nlocal")}
    MoyenAnnonceFactory(contrat=contrat, organisme=organisme, montant=Decimal(9), precision="12 ETP ; un local")
    assert caf.get(url).context["form"]["droit_commun-fonctionnement-mots"].value() == "12 ETP ; un local ; 2 ETP"
    enregistrer(caf, url, mots="3 ETP")
    assert ligne_dite(contrat, organisme).precisions == ("3 ETP",)


def test_en_nature_se_dit_pour_une_orientation(contrat, caf, sante, emploi):
    organisme, url = caf.auteur.organisme, adresse(contrat, caf.auteur.organisme)
    assert enregistrer(caf, url, **{str(sante.pk): "en nature", "mots": "2 ETP"}).status_code == 302
    moyen = MoyenAnnonce.objects.get()
    assert (moyen.orientation, moyen.statut, moyen.montant, moyen.precision) == (sante, "communique", None, "2 ETP")
    ligne = ligne_dite(contrat, organisme)
    assert ligne.en_nature == ("2 ETP",)
    assert (ligne.completude.connues, ligne.completude.attendues) == (1, 2)
    # The same words say another box too, without being typed again.
    assert enregistrer(caf, url, **{str(emploi.pk): "en nature"}).status_code == 302
    assert set(MoyenAnnonce.objects.values_list("orientation__code", "precision")) == {("O2", "2 ETP"), ("O3", "2 ETP")}


def test_en_nature_sans_mots_dit_ou_les_ecrire_et_rien_ne_se_perd(contrat, caf, sante):
    url = adresse(contrat, caf.auteur.organisme)
    refus = enregistrer(caf, url, **{str(sante.pk): "en nature", "0": "500"})
    assert refus.status_code == 422
    form = refus.context["form"]
    assert set(form.errors) == {"droit_commun-fonctionnement-mots"}
    assert form[f"droit_commun-fonctionnement-{sante.pk}"].value() == "en nature"
    assert form["droit_commun-fonctionnement-0"].value() == "500"
    assert not MoyenAnnonce.objects.exists()


def test_l_equipe_ajoute_ses_precisions_a_ce_qu_elle_ecrit_seulement(contrat, client_de, sante, emploi):
    """What the organisation said itself is not written over by the words that come with another box."""
    chef, caf = client_de(Role.CHEF_DE_PROJET), SignataireFactory(contrat=contrat).organisme
    MoyenAnnonceFactory(contrat=contrat, organisme=caf, orientation=sante, montant=Decimal(300))
    saisie = {str(emploi.pk): "80", "mots": "centre social"}
    url = adresse(contrat, caf)
    assert enregistrer(chef, url, source="Courrier du 2 avril", **saisie).status_code == 302
    dits = set(MoyenAnnonce.objects.values_list("orientation__code", "montant", "precision"))
    assert dits == {("O2", 300, ""), ("O3", 80, "centre social")}


def test_rien_de_change_n_ecrit_rien_et_une_case_videe_retire(contrat, caf):
    organisme = caf.auteur.organisme
    MoyenAnnonceFactory(contrat=contrat, organisme=organisme)
    url = adresse(contrat, organisme)
    tel_quel = {"droit_commun-fonctionnement-0": "120\u202f000", "depart": depart(caf, url)}
    assert "Rien n’a changé" in caf.post(url, tel_quel, follow=True).content.decode()
    assert MoyenAnnonce.objects.get().revision == 1
    caf.post(url, {"depart": depart(caf, url)})
    assert not MoyenAnnonce.objects.exists()


def test_deux_personnes_remplissent_des_cases_differentes(contrat, caf, sante):
    """A save on a page that somebody else wrote since puts the two together, what was taken back included."""
    organisme = caf.auteur.organisme
    url = adresse(contrat, organisme)
    retiree = MoyenAnnonceFactory(contrat=contrat, organisme=organisme, nature="specifique", montant=Decimal(9))
    lue = depart(caf, url)
    MoyenAnnonceFactory(contrat=contrat, organisme=organisme, orientation=sante, montant=Decimal(300))
    retiree.delete()
    reponse = caf.post(
        url, {"depart": lue, "specifique-fonctionnement-0": "9", "europe-fonctionnement-0": "77"}, follow=True
    )
    assert "1 réponse enregistrée" in reponse.content.decode()
    assert "ses réponses sont gardées avec les vôtres" in reponse.content.decode()
    dits = MoyenAnnonce.objects.values_list("nature", "orientation", "montant")
    assert set(dits) == {("europe", None, Decimal(77)), ("droit_commun", sante.pk, Decimal(300))}


def test_deux_personnes_remplissent_la_meme_case(contrat, caf, sante):
    """Only the box that both changed is shown; nothing typed is lost, and sent again it is written knowingly."""
    organisme = caf.auteur.organisme
    url = adresse(contrat, organisme)
    lue = depart(caf, url)
    MoyenAnnonceFactory(contrat=contrat, organisme=organisme, montant=Decimal(500))
    MoyenAnnonceFactory(contrat=contrat, organisme=organisme, orientation=sante, montant=Decimal(300))
    saisie = {
        "droit_commun-fonctionnement-0": "600",
        "europe-fonctionnement-0": "77",
        "npnru-fonctionnement-mots": "1 ETP",
    }
    refus = caf.post(url, {"depart": lue, **saisie})
    assert refus.status_code == 422
    form = refus.context["form"]
    assert set(form.errors) == {"__all__", "droit_commun-fonctionnement-0"}
    assert "« 500 »" in espaces(form.errors["droit_commun-fonctionnement-0"][0])
    repris = {nom: form[nom].value() for nom in form.fields if form[nom].value()}
    assert {nom: repris[nom] for nom in saisie} == saisie
    assert repris[f"droit_commun-fonctionnement-{sante.pk}"] == "300"
    assert set(MoyenAnnonce.objects.values_list("montant", flat=True)) == {500, 300}
    assert caf.post(url, repris).status_code == 302
    dits = {(m.nature, m.orientation_id): (m.montant, m.precision) for m in MoyenAnnonce.objects.all()}
    assert dits == {
        (DC, None): (600, ""),
        (DC, sante.pk): (300, ""),
        ("europe", None): (77, ""),
        ("npnru", None): (None, "1 ETP"),
    }


def test_le_meme_montant_ecrit_autrement_n_est_pas_une_difference(contrat, caf):
    organisme = caf.auteur.organisme
    url = adresse(contrat, organisme)
    moyen = MoyenAnnonceFactory(contrat=contrat, organisme=organisme, montant=Decimal(12500))
    lue = depart(caf, url)
    MoyenAnnonce.objects.filter(pk=moyen.pk).update(montant=Decimal(13000))
    assert caf.post(url, {"depart": lue, "droit_commun-fonctionnement-0": "12500"}).status_code == 302
    assert MoyenAnnonce.objects.get().montant == 13000


def test_une_ecriture_entre_la_lecture_et_la_sauvegarde_se_fusionne_aussi(contrat, caf, sante, monkeypatch):
    """Somebody writes after the form was read and before its boxes are: the table is read again, once."""
    organisme = caf.auteur.organisme
    url = adresse(contrat, organisme)
    vraie, lectures = vues.version, []

    def version_puis_ecriture(*args):
        marque = vraie(*args)
        lectures.append(marque)
        if len(lectures) == 1:
            MoyenAnnonceFactory(contrat=contrat, organisme=organisme, orientation=sante, montant=Decimal(300))
        return marque

    monkeypatch.setattr(vues, "version", version_puis_ecriture)
    assert caf.post(url, {"depart": "{}", "europe-fonctionnement-0": "77"}).status_code == 302
    assert len(lectures) == 2
    assert set(MoyenAnnonce.objects.values_list("montant", flat=True)) == {77, 300}


@pytest.mark.parametrize("lu", ["", "pas du JSON", "[1]", '{"europe-fonctionnement-0": 3}'])
def test_un_depart_illisible_ne_retire_rien(contrat, caf, lu):
    MoyenAnnonceFactory(contrat=contrat, organisme=caf.auteur.organisme, montant=Decimal(500))
    url = adresse(contrat, caf.auteur.organisme)
    assert caf.post(url, {"depart": lu, "npnru-fonctionnement-0": "77"}).status_code == 302
    assert set(MoyenAnnonce.objects.values_list("montant", flat=True)) == {500, 77}


def test_un_non_reparti_qui_contient_le_detail_est_signale(contrat, caf, sante):
    organisme, url = caf.auteur.organisme, adresse(contrat, caf.auteur.organisme)
    ensemble = MoyenAnnonceFactory(contrat=contrat, organisme=organisme, montant=Decimal(299))
    MoyenAnnonceFactory(contrat=contrat, organisme=organisme, orientation=sante, montant=Decimal(300))
    assert "Compté deux fois" not in caf.get(url).content.decode()
    ensemble.montant = Decimal(300)
    ensemble.save()
    page = espaces(caf.get(url).content.decode())
    assert "Droit commun, fonctionnement : 300 € non répartis et 300 € par orientation, soit 600 €." in page


def test_une_case_illisible_dit_quoi_ecrire_et_rien_ne_se_perd(contrat, caf):
    url = adresse(contrat, caf.auteur.organisme)
    reponse = caf.post(url, {"europe-fonctionnement-0": "beaucoup", "npnru-fonctionnement-0": "500"})
    assert reponse.status_code == 422
    page = reponse.content.decode()
    assert "« beaucoup » ne se lit pas".replace(" ", "\u202f") in page.replace("\u00a0", "\u202f").replace(
        " ", "\u202f"
    )
    assert 'value="500"' in page
    assert not MoyenAnnonce.objects.exists()


def test_l_equipe_repond_pour_un_partenaire_avec_sa_source(contrat, client_de, sante):
    chef, region = client_de(Role.CHEF_DE_PROJET), SignataireFactory(contrat=contrat).organisme
    url = adresse(contrat, region)
    sans = chef.post(url, {"droit_commun-fonctionnement-0": "10"})
    assert sans.status_code == 422
    avec = chef.post(url, {"droit_commun-fonctionnement-0": "10", "source": "Courriel du 2 avril"})
    assert avec.status_code == 302
    moyen = MoyenAnnonce.objects.get()
    assert (moyen.saisi_par_organisme, moyen.source) == (contrat.pilote, "Courriel du 2 avril")


def test_le_tableau_d_un_autre_organisme_n_existe_pas(contrat, caf):
    assert caf.get(adresse(contrat, OrganismeFactory())).status_code == 404


def test_l_equipe_n_ouvre_que_les_partenaires_de_son_contrat(contrat, client_de, executer_travaux):
    """Signatories, their services and the funders that files ask; an organisation of another contract is no business here."""
    chef = client_de(Role.CHEF_DE_PROJET)
    etat = SignataireFactory(contrat=contrat, organisme=OrganismeFactory(etat=True)).organisme
    service = OrganismeFactory(parent=etat)
    sollicite = DemandeFactory(dossier=DossierFactory(contrat=contrat, depose=True)).financeur
    for organisme in (etat, service, sollicite):
        assert chef.get(adresse(contrat, organisme)).status_code == 200
    ailleurs = SignataireFactory().organisme
    assert chef.get(adresse(contrat, ailleurs)).status_code == 404
    chef.post(reverse("contrats:relancer_moyens", args=[contrat.slug, 2026]), {"organisme": [ailleurs.pk]})
    assert not LigneJournal.objects.filter(acte="relancer_moyens").exists()
    texte = f"Organisme;Nature;Section;Montant;Document source\n{ailleurs.nom};Europe;Fonctionnement;1;Courrier\n"
    (erreur,) = chef.get(importer(chef, contrat, texte, executer_travaux)).context["bilan"]["erreurs"]
    assert erreur["colonne"] == "Organisme"


@pytest.mark.parametrize(
    ("texte", "dit"),
    [
        ("12 500", ("communique", Decimal(12500))),
        ("1 234,56 €", ("communique", Decimal("1234.56"))),
        ("NC", ("non_communique", None)),
        ("n.c.", ("non_communique", None)),
        ("Non communiqué", ("non_communique", None)),
        ("s.o.", ("sans_objet", None)),
        ("en nature", ("communique", None)),
        (0.0, ("communique", Decimal(0))),
    ],
)
def test_ce_qu_une_case_peut_dire(texte, dit):
    assert lire_case(texte) == dit


# --- Import -----------------------------------------------------------------------------------------------------------
def importer(client, contrat, texte, executer_travaux):
    url = reverse("contrats:importer_moyens", args=[contrat.slug, 2026])
    fichier = SimpleUploadedFile("moyens.csv", texte.encode(), content_type="text/csv")
    suivi = client.post(url, {"fichier": fichier}).url
    executer_travaux()
    return suivi


def test_un_tableur_est_verifie_puis_importe_et_deux_fois_ne_change_rien(contrat, caf, sante, executer_travaux):
    texte = (
        "Nature;Section;Orientation;Montant;Moyens en nature, précisions\n"
        "Droit commun;Fonctionnement;O2;12 500;\n"
        "Crédits spécifiques;Fonctionnement;;so;\n"
        "Europe;Investissement;;;Un local prêté\n"
    )
    suivi = importer(caf, contrat, texte, executer_travaux)
    examen = caf.get(suivi)
    assert examen.context["bilan"]["cree"] == 3
    assert not MoyenAnnonce.objects.exists()
    ecriture = caf.post(suivi, {"mode": "tout"}).url
    executer_travaux()
    assert "Import terminé" in caf.get(ecriture).content.decode()
    assert set(MoyenAnnonce.objects.values_list("nature", "orientation__code", "montant", "canal")) == {
        ("droit_commun", "O2", Decimal(12500), "import"),
        ("specifique", None, None, "import"),
        ("europe", None, None, "import"),
    }
    encore = caf.get(importer(caf, contrat, texte, executer_travaux))
    assert (encore.context["bilan"]["inchange"], encore.context["a_ecrire"]) == (3, 0)


def test_les_lignes_fausses_sont_dites_case_par_case(contrat, caf, executer_travaux):
    texte = (
        "Organisme;Nature;Section;Montant\n"
        ";Mécénat;Fonctionnement;10\n"
        ";Droit commun;;10\n"
        ";Droit commun;Fonctionnement;\n"
        f"{OrganismeFactory(nom='Ville de Lourches').nom};Droit commun;Fonctionnement;10\n"
        ";Droit commun;Fonctionnement;10\n"
    )
    bilan = caf.get(importer(caf, contrat, texte, executer_travaux)).context["bilan"]
    assert [(e["ligne"], e["colonne"]) for e in bilan["erreurs"]] == [
        (2, "Nature"),
        (3, "Section"),
        (4, "Montant"),
        (5, "Organisme"),
    ]
    assert bilan["cree"] == 1


def test_l_import_d_un_autre_n_existe_pas(contrat, caf, client_de, executer_travaux):
    suivi = importer(caf, contrat, "Nature;Section;Montant\nEurope;Fonctionnement;1\n", executer_travaux)
    assert client_de(Role.SIGNATAIRE).get(suivi).status_code == 404
    assert client_de(Role.CHEF_DE_PROJET).get(suivi).status_code == 200


def test_relancer_les_partenaires_coches(contrat, caf, client_de):
    chef, url = client_de(Role.CHEF_DE_PROJET), reverse("contrats:relancer_moyens", args=[contrat.slug, 2026])
    assert "Cochez au moins un partenaire" in chef.post(url, follow=True).content.decode()
    sans_compte = SignataireFactory(contrat=contrat).organisme
    reponse = chef.post(url, {"organisme": [caf.auteur.organisme.pk, sans_compte.pk]}, follow=True)
    page = reponse.content.decode()
    assert "Les rappels partent" in page
    assert "1 partenaire sans correspondant" in page.replace("\u202f", " ").replace("\u00a0", " ")
