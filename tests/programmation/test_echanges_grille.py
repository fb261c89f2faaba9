"""The evaluation grid: justified scores, a weighted average, two readings by two people, ended readings locked."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from commun.erreurs import ActeRefuse, RegleEnfreinte
from programmation import actions
from programmation.actions import NoteSaisie
from programmation.lectures.notation import avec_tri_par_note, grille, moyennes
from programmation.models import Dossier, Notation, NoteCritere, NoteInterne, PartageNote
from programmation.regles.notation import NotePonderee, moyenne_sur_vingt
from tests.fabriques import (
    CritereCampagneFactory,
    DemandeFactory,
    DossierFactory,
    NotationFactory,
    NoteCritereFactory,
    NoteInterneFactory,
    SollicitationAvisFactory,
)
from tests.programmation.actions.reperes import vie


# --- The rule ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("notes", "moyenne"),
    [
        ([], None),
        ([("5", 5, 1)], "20"),
        ([("5", 5, 1), ("0", 5, 1)], "10"),
        ([("5", 5, 3), ("0", 5, 1)], "15"),  # the weight counts
        ([("5", 5, 1), ("5", 10, 1)], "15"),  # not the maximum: 5 out of 10 is one half
        ([("3.5", 5, 2), ("7", 10, 1), ("1", 3, 1)], "12.2"),  # (2 × 0,7 + 0,7 + 1/3) / 4 × 20 = 12,1667
        ([("0.0125", 1, 1)], "0.3"),  # half up
    ],
)
def test_la_moyenne_est_ponderee_et_sur_vingt(notes, moyenne) -> None:
    lues = [NotePonderee(Decimal(note), note_max, poids) for note, note_max, poids in notes]
    assert moyenne_sur_vingt(lues) == (None if moyenne is None else Decimal(moyenne))


# --- The acts ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def criteres(dossier: Any) -> list[Any]:
    """Two criteria: out of 5 with weight 3, out of 10 with weight 1."""
    neuf = {"campagne": dossier.campagne}
    return [
        CritereCampagneFactory(**neuf, libelle="Besoin", poids=3, note_max=5, ordre=1),
        CritereCampagneFactory(**neuf, libelle="Budget", poids=1, note_max=10, ordre=2),
    ]


def noter(dossier: Any, criteres: Any, notes: Any, *, par: Any, le: Any, **suite: Any) -> Notation:
    saisies = {
        critere.pk: NoteSaisie(None if note is None else Decimal(note), "" if note is None else "Vu sur place.")
        for critere, note in zip(criteres, notes, strict=False)
    }
    return actions.noter(dossier, notes=saisies, par=par, le=le, **suite)


@pytest.mark.django_db
def test_une_lecture_en_cours_n_est_lue_que_par_son_auteur_validee_par_ceux_qui_instruisent(
    dossier, criteres, gens, le
) -> None:
    DemandeFactory(dossier=dossier, financeur=gens.departement)
    noter(dossier, criteres, ["4"], par=gens.chef, le=le)
    assert [n.note for n in grille(dossier, pour=gens.chef).miennes.values()] == [4]
    for lecteur in (gens.chef, gens.instructeur):  # not ended: nobody's average
        en_cours = grille(dossier, pour=lecteur)
        assert (en_cours.lectures, en_cours.moyenne) == ((), None)
    assert grille(dossier, pour=gens.instructeur).miennes == {}

    noter(dossier, criteres, ["4", "5"], par=gens.chef, le=le, valider=True, commentaire="Solide")
    lue = grille(dossier, pour=gens.instructeur)
    assert [(x.rang, x.evaluateur, x.commentaire) for x in lue.lectures] == [(1, str(gens.chef.utilisateur), "Solide")]
    assert lue.moyenne == Decimal("14.5")  # (3 × 0,8 + 0,5) / 4 × 20
    assert vie(dossier)[-1].libelle == "Première lecture validée : 14,5 sur 20"


@pytest.mark.django_db
def test_une_lecture_validee_ne_change_plus(dossier, criteres, gens, le) -> None:
    noter(dossier, criteres, ["4", "5"], par=gens.chef, le=le, valider=True)
    with pytest.raises(ActeRefuse, match="rouvrez-la"):
        noter(dossier, criteres, ["1", "1"], par=gens.chef, le=le)
    assert set(NoteCritere.objects.values_list("note", flat=True)) == {4, 5}


@pytest.mark.django_db
def test_une_lecture_validee_se_rouvre_par_son_auteur_avec_un_motif(dossier, criteres, gens, le) -> None:
    DemandeFactory(dossier=dossier, financeur=gens.departement)
    noter(dossier, criteres, ["4", "5"], par=gens.chef, le=le, valider=True)
    with pytest.raises(ActeRefuse, match="pas de lecture validée"):
        actions.rouvrir_sa_lecture(dossier, motif="Erreur", par=gens.instructeur, le=le)
    with pytest.raises(RegleEnfreinte) as refus:
        actions.rouvrir_sa_lecture(dossier, motif=" ", par=gens.chef, le=le)
    assert refus.value.champ == "motif"

    notation = actions.rouvrir_sa_lecture(dossier, motif="Budget relu", par=gens.chef, le=le)
    assert (vie(notation)[-1].acte, vie(notation)[-1].motif) == ("rouvrir", "Budget relu")
    assert (vie(dossier)[-1].libelle, vie(dossier)[-1].motif) == ("Première lecture rouverte", "Budget relu")
    assert grille(dossier, pour=gens.instructeur).moyenne is None
    assert [n.note for n in grille(dossier, pour=gens.chef).miennes.values()] == [4, 5]
    noter(dossier, criteres, ["4", "10"], par=gens.chef, le=le, valider=True)
    lue = grille(dossier, pour=gens.instructeur)
    assert (lue.moyenne, [lecture.libelle for lecture, _ in lue.lignes[0].par_lecture]) == (
        Decimal(17),
        ["Première lecture"],
    )

    Dossier.objects.filter(pk=dossier.pk).update(etat="programme")
    dossier.refresh_from_db()
    with pytest.raises(ActeRefuse, match="avant la décision du COPIL"):
        actions.rouvrir_sa_lecture(dossier, motif="Trop tard", par=gens.chef, le=le)


@pytest.mark.django_db
def test_la_page_rouvre_la_lecture_de_qui_la_demande(dossier, criteres, gens, le) -> None:
    noter(dossier, criteres, ["4", "5"], par=gens.chef, le=le, valider=True)
    client = Client()
    client.force_login(gens.chef.utilisateur)
    cles = {"contrat": dossier.contrat.slug, "annee": dossier.campagne.annee, "numero": dossier.numero}
    page, rouvrir = (reverse(f"programmation:{nom}", kwargs=cles) for nom in ("grille", "rouvrir_sa_lecture"))
    assert rouvrir in client.get(page).content.decode()
    assert client.post(rouvrir, {"motif": ""}).status_code == 422
    assert client.post(rouvrir, {"motif": "Budget relu"})["Location"] == page
    assert "Valider ma lecture" in client.get(page).content.decode()
    assert client.get(rouvrir).status_code == 403


@pytest.mark.django_db
def test_la_seconde_lecture_est_d_une_autre_personne_apres_la_premiere_et_montre_l_ecart(
    dossier, criteres, gens, le
) -> None:
    DemandeFactory(dossier=dossier, financeur=gens.departement)
    noter(dossier, criteres, ["5", "10"], par=gens.chef, le=le)
    with pytest.raises(ActeRefuse, match="tient la première lecture"):
        noter(dossier, criteres, ["1"], par=gens.delegue, le=le)
    noter(dossier, criteres, [], par=gens.chef, le=le, valider=True)
    noter(dossier, criteres, ["3", "10"], par=gens.delegue, le=le, valider=True)

    lue = grille(dossier, pour=gens.instructeur)
    assert [(x.rang, x.moyenne) for x in lue.lectures] == [(1, Decimal(20)), (2, Decimal(14))]
    assert ([ligne.ecart for ligne in lue.lignes], lue.ecart, lue.moyenne) == ([-2, 0], -6, Decimal(17))
    with pytest.raises(ActeRefuse, match="deux lectures"):
        noter(dossier, criteres, ["1"], par=gens.instructeur, le=le)
    assert Notation.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("saisie", "champ"),
    [
        (NoteSaisie(Decimal("5.5"), "Trop"), "note_"),
        (NoteSaisie(Decimal(-1), "Trop peu"), "note_"),
        (NoteSaisie(Decimal(3), "  "), "justification_"),
        (NoteSaisie(None, "Sans note"), "note_"),
    ],
)
def test_une_note_va_de_0_au_maximum_et_se_justifie(dossier, criteres, gens, le, saisie, champ) -> None:
    with pytest.raises(RegleEnfreinte) as refus:
        actions.noter(dossier, notes={criteres[0].pk: saisie}, par=gens.chef, le=le)
    assert refus.value.champ == f"{champ}{criteres[0].pk}"
    assert not Notation.objects.exists()


@pytest.mark.django_db
def test_une_lecture_se_valide_entiere_et_un_critere_d_une_autre_campagne_est_refuse(
    dossier, criteres, gens, le
) -> None:
    with pytest.raises(RegleEnfreinte, match="« Budget »"):
        noter(dossier, criteres, ["4"], par=gens.chef, le=le, valider=True)
    with pytest.raises(RegleEnfreinte, match="plus dans la grille"):
        noter(dossier, [CritereCampagneFactory()], ["4"], par=gens.chef, le=le)
    assert not Notation.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("qui", ["voisin", "porteur", "copil", "conseil", "signataire"])
def test_qui_n_instruit_pas_ne_note_pas(dossier, criteres, gens, le, qui) -> None:
    with pytest.raises(ActeRefuse):
        noter(dossier, criteres, ["4"], par=getattr(gens, qui), le=le)


@pytest.mark.django_db
def test_apres_le_copil_on_ne_note_plus(contrat, gens, le) -> None:
    dossier = DossierFactory(contrat=contrat, programme=True)
    with pytest.raises(ActeRefuse, match="avant la décision"):
        actions.noter(dossier, notes={}, par=gens.chef, le=le)


# --- The average in the table -----------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_la_moyenne_du_tableau_est_celle_de_la_grille_pour_qui_instruit(dossier, criteres, contrat, gens, le) -> None:
    for par, notes in ((gens.chef, ["3.5", "7"]), (gens.delegue, ["1", "3.5"])):
        noter(dossier, criteres, notes, par=par, le=le, valider=True)
    attendue = grille(dossier, pour=gens.chef).moyenne
    assert moyennes([dossier.pk], pour=gens.chef, contrat=contrat) == {dossier.pk: attendue}
    assert moyennes([dossier.pk], pour=gens.instructeur, contrat=contrat) == {}  # not asked by this file
    sans = DossierFactory(contrat=contrat, en_instruction=True)
    NoteCritereFactory(notation=NotationFactory(dossier=sans), critere=criteres[0])  # not ended
    tries = avec_tri_par_note(Dossier.objects.filter(contrat=contrat), pour=gens.chef, contrat=contrat)
    assert [d.pk for d in tries.order_by("-tri_note")] == [dossier.pk, sans.pk]


@pytest.mark.django_db
def test_la_colonne_est_offerte_a_qui_instruit_jamais_au_porteur(dossier, criteres, contrat, gens, le) -> None:
    Dossier.objects.filter(pk=dossier.pk).update(porteur=gens.porteur.organisme)
    noter(dossier, criteres, ["4", "5"], par=gens.chef, le=le, valider=True)
    adresse = reverse("programmation:tableau", args=[contrat.slug, 2026])
    parametres = {"colonnes": ["numero", "note"], "tri": "-note"}
    assert "14,5" in _page(gens.chef, adresse, parametres)
    du_porteur = _page(gens.porteur, adresse, parametres)
    assert dossier.numero in du_porteur
    assert "14,5" not in du_porteur
    assert "Note sur 20" not in du_porteur


# --- The page ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def adresse(contrat: Any, dossier: Any) -> str:
    return reverse("programmation:grille", args=[contrat.slug, 2026, dossier.numero])


@pytest.mark.django_db
def test_on_note_en_plusieurs_fois_rien_de_saisi_ne_se_perd(dossier, criteres, adresse, gens) -> None:
    client = _client(gens.chef)
    un, deux = (c.pk for c in criteres)
    refusee = client.post(adresse, {f"note_{un}": "6", f"justification_{un}": "Diagnostic", "commentaire": "À revoir"})
    assert refusee.status_code == 422
    assert "La note va de 0 à 5." in _mots(refusee)
    assert "Diagnostic" in refusee.content.decode()
    assert not Notation.objects.exists()

    saisie = {f"note_{un}": "3,5", f"justification_{un}": "Diagnostic", "commentaire": "À revoir"}
    assert client.post(adresse, saisie).status_code == 302
    assert 'value="3,5"' in client.get(adresse).content.decode()
    incomplete = client.post(adresse, saisie | {"valider": "1"})
    assert incomplete.status_code == 422
    assert "« Budget »" in _mots(incomplete)
    client.post(adresse, saisie | {f"note_{deux}": "7", f"justification_{deux}": "Sobre", "valider": "1"})
    page = client.get(adresse)
    assert "Moyenne pondérée : 14 sur 20" in _mots(page)
    assert page.context["form"] is None
    assert client.post(adresse, saisie).status_code == 403


@pytest.mark.django_db
def test_sans_critere_la_page_le_dit_et_le_porteur_ne_l_ouvre_pas(dossier, adresse, gens) -> None:
    Dossier.objects.filter(pk=dossier.pk).update(porteur=gens.porteur.organisme)
    assert "La campagne n’a pas de grille" in _mots(_client(gens.chef).get(adresse))
    assert _client(gens.porteur).get(adresse).status_code == 403


def _client(auteur: Any) -> Client:
    client = Client()
    client.force_login(auteur.utilisateur)
    return client


def _mots(reponse: Any) -> str:
    return re.sub(r"[\s\u202f\xa0]+", " ", re.sub(r"<[^>]+>", " ", reponse.content.decode()))


def _page(auteur: Any, adresse: str, parametres: Any) -> str:
    return _mots(_client(auteur).get(adresse, parametres))


@pytest.mark.django_db
def test_qui_est_seulement_consulte_ne_lit_ni_la_grille_ni_les_notes_partagees(
    dossier, criteres, adresse, contrat, gens, le
) -> None:
    """An organisation whose opinion alone is asked reads no funder's answer (docs/regles.md)."""
    noter(dossier, criteres, ["4", "5"], par=gens.chef, le=le, valider=True)
    NoteInterneFactory(
        dossier=dossier, organisme=gens.region, partage=PartageNote.INSTRUCTEURS, texte="Entre financeurs"
    )
    SollicitationAvisFactory(dossier=dossier, organisme=gens.departement)
    assert dossier in Dossier.objects.instruits_par(gens.instructeur, contrat)
    assert moyennes([dossier.pk], pour=gens.instructeur, contrat=contrat) == {}
    assert _client(gens.instructeur).get(adresse).status_code == 404
    notes = NoteInterne.objects.lisibles_par(gens.instructeur, contrat)
    assert not notes.exists()
    actions.ecrire_une_note(dossier, texte="Pour nous", par=gens.instructeur, le=le)
    assert [n.texte for n in notes.all()] == ["Pour nous"]

    DemandeFactory(dossier=dossier, financeur=gens.departement)
    assert moyennes([dossier.pk], pour=gens.instructeur, contrat=contrat) == {dossier.pk: Decimal("14.5")}
    assert {n.texte for n in notes.all()} == {"Pour nous", "Entre financeurs"}
