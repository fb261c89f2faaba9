"""What a session prints: one sheet per file in the packet, and the record of what was said."""

from __future__ import annotations

import re
import subprocess
from datetime import date
from decimal import Decimal
from typing import Any

import pikepdf
import pytest
from django.urls import reverse

from acteurs.models import Utilisateur
from commun.auteur import Auteur
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.fichiers import lire
from commun.models import LigneJournal
from contrats.actions import instances
from contrats.creneaux import programmation_proposee
from contrats.etats import Role
from contrats.lectures.instances import fiche_reunion
from contrats.lectures.paquet import paquet
from contrats.models import Reunion, TypeComite
from contrats.rapports.paquet import rediger_paquet
from programmation import actions
from programmation.etats import SensAvis
from programmation.lectures.fiches_de_seance import fiches
from programmation.lectures.releve import releve
from programmation.models import ExamenDossier, ReleveDeDecisions
from programmation.models.dossier import DEPORTS_CONNUS
from programmation.rapports.releve import document
from tests.fabriques import (
    AvisFactory,
    ComiteFactory,
    DemandeFactory,
    DeportFactory,
    DossierFactory,
    ExamenDossierFactory,
    FichierFactory,
    LocalisationFactory,
    MembreComiteFactory,
    MontantExamineFactory,
    OrganismeFactory,
    PresenceFactory,
    ReunionFactory,
)
from tests.verapdf.validation import structure_pdf, valider

pytestmark = pytest.mark.django_db

LONG = "Un accompagnement des habitantes et des habitants vers l’emploi, la santé et la vie du quartier. " * 40


@pytest.fixture
def cotech(contrat) -> Reunion:
    comite = ComiteFactory(contrat=contrat, type=TypeComite.COTECH, valide_programmation=False)
    return ReunionFactory(comite=comite, le=date(2026, 3, 17))


@pytest.fixture
def bavard(contrat, gens) -> Any:
    """`bavard("26-001")`: a file with everything, at its longest."""

    def faire(numero: str, financeurs: int = 8) -> Any:
        dossier = DossierFactory(
            contrat=contrat,
            numero=numero,
            intitule="Ateliers au pied des tours " * 9,
            resume=LONG,
            besoin=LONG,
            droit_commun_insuffisant=LONG,
            en_instruction=True,
            femmes=40,
            hommes=40,
            jeunes=20,
        )
        for _ in range(9):
            LocalisationFactory(dossier=dossier, part=Decimal(11))
        for _ in range(financeurs):
            DemandeFactory(dossier=dossier, proposee=True)
        for _ in range(8):
            AvisFactory(dossier=dossier, texte=LONG, sens=SensAvis.RESERVE)
        return dossier

    return faire


def test_chaque_fiche_tient_sur_une_page_meme_bavarde(contrat, gens, copil, cotech, bavard, le, tmp_path) -> None:
    for rang, financeurs in enumerate((5, 8, 16), start=1):
        dossier = bavard(f"26-{rang:03d}", financeurs)
        ExamenDossierFactory(reunion=cotech, dossier=dossier, a_arbitrer=True, question=LONG, note=LONG)
        ExamenDossierFactory(reunion=copil, dossier=dossier, ordre=rang)
        DeportFactory(dossier=dossier)

    octets, pages = rediger_paquet(copil, le=le)

    chemin = tmp_path / "paquet.pdf"
    chemin.write_bytes(octets)
    assert structure_pdf(chemin).defauts == []
    assert valider([chemin], "ua1") == {chemin: []}
    assert len(paquet(copil, le=le).programmation.fiches) == 3
    ExamenDossier.objects.filter(reunion=copil, ordre__gt=1).delete()
    assert rediger_paquet(copil, le=le)[1] == pages - 2


def test_la_fiche_dit_l_essentiel_et_coupe_ce_qui_deborde(contrat, gens, copil, cotech, bavard, le) -> None:
    dossier = bavard("26-001", financeurs=16)
    passe = DossierFactory(contrat=contrat, clos=True, campagne__annee=2025, campagne__contrat=contrat)
    DemandeFactory(dossier=passe, financeur=gens.departement, votee=True, montant_demande=Decimal(4000))
    dossier.precedent, dossier.caractere = passe, "reconduite"
    dossier.save()
    avant = ExamenDossierFactory(reunion=cotech, dossier=dossier, a_arbitrer=True)
    premiere = dossier.demandes.order_by("financeur__nom").first()
    MontantExamineFactory(examen=avant, demande=premiere, montant=Decimal(1234))

    (fiche,) = fiches(copil, [dossier.pk])

    assert fiche.resume.endswith("… suite au dossier")
    assert fiche.public == (
        "80\u00a0personnes, dont 60\u00a0habitants des QPV, 40\u00a0femmes, 40\u00a0hommes, "
        "20\u00a0jeunes de 12 à 25 ans"
    )
    assert fiche.an_passe == f"2025 : 4\u202f000\u00a0€ votés ({gens.departement.nom_court} 4\u202f000\u00a0€)"
    assert fiche.question == avant.question
    assert "À arbitrer (" in fiche.preparation
    assert (fiche.besoin, fiche.droit_commun) == ("", "")  # sixteen funders take the page
    assert (len(fiche.avis), fiche.autres_avis) == (2, 6)
    assert fiche.lignes[-1].financeur == "5 autres financeurs"
    assert (fiche.demande, fiche.propose, fiche.retenu) == (80_000, 80_000, 1234)


def test_la_fiche_dit_le_besoin_et_ce_que_le_droit_commun_ne_fait_pas(contrat, gens, copil, bavard) -> None:
    dossier = bavard("26-001", financeurs=3)
    dossier.droit_commun_insuffisant = "Le CLAS s’arrête au collège."
    dossier.save()

    (fiche,) = fiches(copil, [dossier.pk])

    assert fiche.besoin.startswith("Un accompagnement")
    assert fiche.besoin.endswith("… suite au dossier")
    assert fiche.droit_commun == "Le CLAS s’arrête au collège."


def test_un_brouillon_n_est_pas_imprime(contrat, gens, copil, dossier) -> None:
    DemandeFactory(dossier=dossier, financeur=gens.departement, brouillon=True, montant_propose=Decimal(4321))
    DemandeFactory(dossier=dossier, financeur=gens.region, refusee=True)
    ExamenDossierFactory(reunion=copil, dossier=dossier)

    proposee = programmation_proposee(copil)

    (ligne,) = proposee.dossiers
    assert (ligne.demande, ligne.propose, ligne.financeurs) == (5000, 0, ())
    (fiche,) = proposee.fiches
    assert [(li.financeur, li.propose) for li in fiche.lignes] == [(gens.departement.nom_court, None)]


def test_qui_s_est_deporte_lit_un_exemplaire_sans_le_dossier(
    contrat, gens, copil, le, executer_travaux, client_de, tmp_path
) -> None:
    secret, ordinaire = (
        DemandeFactory(dossier__contrat=contrat, dossier__en_instruction=True, proposee=True, montant_propose=montant)
        for montant in (Decimal(7654), Decimal(3000))
    )
    for rang, demande in enumerate((secret, ordinaire), start=1):
        ExamenDossierFactory(reunion=copil, dossier=demande.dossier, ordre=rang)
    instances.demander_paquet(copil, par=gens.chef, le=le)
    executer_travaux()
    copil.refresh_from_db()
    client = client_de(Role.CHEF_DE_PROJET)
    personne = client.auteur.utilisateur
    entier = fiche_reunion(copil, pour=Auteur(personne), le=copil.le).paquet
    DeportFactory(dossier=secret.dossier, utilisateur=personne)
    page = reverse("contrats:reunion", kwargs={"contrat": contrat.slug, "pk": copil.pk})

    assert entier == copil.paquet
    assert "Préparer mon exemplaire" in client.get(page).content.decode()
    adresse = reverse("contrats:paquet", kwargs={"contrat": contrat.slug, "pk": copil.pk})
    assert client.get(adresse)["Location"] == f"{page}#dossier"
    client.post(reverse("contrats:exemplaire_paquet", kwargs={"contrat": contrat.slug, "pk": copil.pk}))
    executer_travaux()
    chemin = tmp_path / "exemplaire.pdf"
    chemin.write_bytes(b"".join(client.get(adresse).streaming_content))
    lu = subprocess.run(["pdftotext", str(chemin), "-"], capture_output=True, check=True).stdout.decode()
    lu = " ".join(lu.split())

    assert secret.dossier.numero in lu
    assert "7 654" not in lu
    assert "pour 3 000 € proposés" in lu
    assert lire(copil.paquet) != chemin.read_bytes()
    # The packet made again has its own copies.
    instances.demander_paquet(copil, par=gens.chef, le=le)
    executer_travaux()
    copil.refresh_from_db()
    relue = Utilisateur.objects.get(pk=personne.pk)
    assert fiche_reunion(copil, pour=Auteur(relue), le=copil.le).paquet is None


def test_qui_ne_s_est_pas_deporte_n_a_pas_d_exemplaire(contrat, gens, copil, le) -> None:
    copil.paquet = FichierFactory()
    copil.save()
    with pytest.raises(RegleEnfreinte, match="entier"):
        instances.demander_un_exemplaire(copil, par=gens.chef, le=le)


def test_un_releve_pas_encore_publie_ne_se_lit_pas_par_qui_s_est_deporte(tenue, gens, le, executer_travaux) -> None:
    actions.demander_le_releve(tenue, par=gens.chef, le=le)
    executer_travaux()
    releve = ReleveDeDecisions.objects.get(reunion=tenue)
    contrat = tenue.comite.contrat
    assert releve in ReleveDeDecisions.objects.visibles_par(gens.chef, contrat)

    DeportFactory(dossier=tenue.examens.first().dossier, utilisateur=gens.chef.utilisateur)
    gens.chef.utilisateur.__dict__.pop(DEPORTS_CONNUS, None)
    assert releve not in ReleveDeDecisions.objects.visibles_par(gens.chef, contrat)

    releve.publie_le = releve.produit_le
    releve.save()
    assert releve in ReleveDeDecisions.objects.visibles_par(gens.chef, contrat)


def test_le_paquet_suit_l_ordre_de_la_liste_et_un_cotech_sans_liste_n_imprime_rien(
    contrat, gens, copil, cotech
) -> None:
    for rang, numero in enumerate(("C", "A", "B"), start=1):
        demande = DemandeFactory(dossier__contrat=contrat, dossier__numero=numero, financeur=gens.departement)
        ExamenDossierFactory(reunion=copil, dossier=demande.dossier, ordre=rang)
    assert [d.numero for d in programmation_proposee(copil).dossiers] == ["C", "A", "B"]
    assert programmation_proposee(cotech) is None
    ExamenDossierFactory(reunion=cotech, dossier=demande.dossier)
    assert programmation_proposee(cotech).prepare


def test_les_fiches_coutent_autant_pour_une_que_pour_dix(contrat, gens, copil, django_assert_max_num_queries) -> None:
    dossiers = [
        DemandeFactory(dossier__contrat=contrat, financeur=gens.departement, proposee=True).dossier.pk
        for _ in range(10)
    ]
    fiches(copil, dossiers[:1])
    with django_assert_max_num_queries(12) as une:
        fiches(copil, dossiers[:1])
    with django_assert_max_num_queries(len(une.captured_queries)):
        assert len(fiches(copil, dossiers)) == 10


# --- The record ------------------------------------------------------------------------------------------------------


@pytest.fixture
def tenue(contrat, gens, copil) -> Reunion:
    """A COPIL that said one thing of each kind, with its attendance and somebody who withdrew."""
    un, deux = OrganismeFactory(nom="Ville de Denain"), OrganismeFactory(nom="Bailleur du Nord")
    for organisme, statut in ((un, "present"), (deux, "excuse")):
        MembreComiteFactory(comite=copil.comite, organisme=organisme)
        PresenceFactory(reunion=copil, organisme=organisme, statut=statut)
    for rang, trait in enumerate(("retenu", "ajourne", "ecarte", "a_arbitrer", ""), start=1):
        dossier = DossierFactory(contrat=contrat, numero=f"26-{rang:03d}", en_instruction=True)
        demande = DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)
        examen = ExamenDossierFactory(reunion=copil, dossier=dossier, ordre=rang, **({trait: True} if trait else {}))
        MontantExamineFactory(examen=examen, demande=demande, montant=Decimal("2500"))
    ExamenDossier.objects.filter(ordre=1).update(retraits="M. Lebrun (Région)")
    return copil


def test_le_releve_dit_qui_etait_la_qui_s_est_retire_et_ce_qui_est_decide(tenue, gens, le) -> None:
    lu = releve(tenue, le=le)

    assert (lu.presents, lu.excuses) == (("Ville de Denain",), ("Bailleur du Nord",))
    assert [ligne.decision for ligne in lu.lignes] == ["Retenu", "Ajourné", "Écarté", "À arbitrer", "À examiner"]
    assert lu.total == 2500  # what was typed on a file that is not kept does not count
    assert [(t.nom, t.dossiers, t.montant) for t in lu.par_financeur] == [(gens.departement.nom_court, 1, 2500)]
    assert sum(t.montant for t in lu.par_orientation) == 2500
    html = re.sub(r"<[^>]+>", " ", document(lu, version=1))
    for phrase in ("M. Lebrun (Région)", "Budget à préciser.", "Hors des priorités.", "Faut-il garder", "2\u202f500"):
        assert phrase in html


def test_le_releve_est_un_pdf_conforme_dont_les_versions_restent(tenue, gens, le, executer_travaux, tmp_path) -> None:
    for _ in range(2):
        actions.demander_le_releve(tenue, par=gens.chef, le=le)
        executer_travaux()

    un, deux = tenue.releves.order_by("version")
    assert (un.version, deux.version) == (1, 2)
    chemin = tmp_path / "releve.pdf"
    chemin.write_bytes(lire(un.fichier))
    assert structure_pdf(chemin).defauts == []
    assert valider([chemin], "ua1") == {chemin: []}
    with pikepdf.open(chemin) as pdf:
        assert "Relevé de décisions" in str(pdf.docinfo["/Title"])
    (ligne,) = LigneJournal.objects.de(un)
    assert ligne.apres == {"version": 1, "sha256": un.fichier.sha256}


def test_le_releve_d_un_cotech_dit_qu_il_propose(cotech, le) -> None:
    html = document(releve(cotech, le=le), version=1)
    assert "Relevé de propositions" in html
    assert "l’instance qui valide en décide" in html


def test_qui_ne_tient_pas_la_seance_ne_produit_ni_ne_publie(tenue, gens, le, executer_travaux) -> None:
    with pytest.raises(ActeRefuse):
        actions.demander_le_releve(tenue, par=gens.copil, le=le)
    actions.demander_le_releve(tenue, par=gens.chef, le=le)
    executer_travaux()
    produit = tenue.releves.get()
    with pytest.raises(ActeRefuse):
        actions.publier_le_releve(produit, par=gens.decideur, le=le)
    horodate = produit.produit_le
    actions.publier_le_releve(produit, par=gens.chef, le=horodate)
    with pytest.raises(RegleEnfreinte, match="déjà publié"):
        actions.publier_le_releve(produit, par=gens.chef, le=horodate)


def test_sans_dossier_il_n_y_a_rien_a_relever(copil, gens, le) -> None:
    with pytest.raises(RegleEnfreinte, match="rien à relever"):
        actions.demander_le_releve(copil, par=gens.chef, le=le)
