"""The tab « Échanges »: notes between those who instruct, messages with the porteur, what waits to be read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from commun.erreurs import ActeRefuse, RegleEnfreinte
from contrats.etats import Role
from portail.lectures.taches import taches
from programmation import actions
from programmation.lectures.echanges import boite, echanges, nombre_a_lire
from programmation.models import Mention, Message, NoteInterne, PartageNote, SensMessage
from tests.fabriques import (
    DemandeFactory,
    DossierFactory,
    FichierFactory,
    MentionFactory,
    MessageFactory,
    NoteInterneFactory,
)
from tests.programmation.actions.reperes import vie
from tests.programmation.conftest import connecte

pytestmark = pytest.mark.django_db

TEXTE = "Le recrutement est prévu en mars."


@pytest.fixture
def depose(contrat: Any, gens: Any) -> Any:
    """A deposited file of the porteur, that asks the département for money."""
    dossier = DossierFactory(contrat=contrat, depose=True, porteur=gens.porteur.organisme)
    DemandeFactory(dossier=dossier, financeur=gens.departement)
    return dossier


@pytest.fixture
def chez(contrat: Any, depose: Any) -> Callable[..., str]:
    """`chez("echanges")`: an address of that file."""
    cles = {"contrat": contrat.slug, "annee": 2026, "numero": depose.numero}
    return lambda nom, **suite: reverse(f"programmation:{nom}", kwargs=cles | suite)


def textes(reponse: Any) -> str:
    """The page's words, its spaces made plain."""
    return re.sub(r"[\s\u202f\xa0]+", " ", re.sub(r"<[^>]+>", " ", reponse.content.decode()))


def ecrire(dossier: Any, par: Any, le: Any, **suite: Any) -> Message:
    champs = {"objet": "Calendrier", "texte": "Pouvez-vous préciser le calendrier ?"} | suite
    return actions.ecrire_un_message(dossier, **champs, par=par, le=le)


# --- Notes ------------------------------------------------------------------------------------------------------------
def lues(auteur: Any, dossier: Any) -> list[str]:
    return [note.texte for note in echanges(dossier, pour=auteur, contrat=dossier.contrat).notes]


def test_une_note_de_l_organisme_reste_dans_l_organisme_une_note_partagee_va_a_ceux_qui_instruisent(
    depose, gens, le
) -> None:
    actions.ecrire_une_note(depose, texte="Pour nous", par=gens.instructeur, le=le)
    actions.ecrire_une_note(depose, texte="Pour tous", partage=PartageNote.INSTRUCTEURS, par=gens.instructeur, le=le)

    assert lues(gens.decideur, depose) == ["Pour tous", "Pour nous"]  # of the same département
    assert lues(gens.chef, depose) == lues(gens.delegue, depose) == ["Pour tous"]
    for dehors in (gens.voisin, gens.porteur, gens.conseil, gens.copil):
        assert lues(dehors, depose) == []


@pytest.mark.parametrize("qui", ["voisin", "porteur", "copil", "conseil", "signataire"])
def test_qui_n_instruit_pas_le_dossier_n_y_ecrit_pas_de_note(depose, gens, le, qui) -> None:
    with pytest.raises(ActeRefuse):
        actions.ecrire_une_note(depose, texte=TEXTE, par=getattr(gens, qui), le=le)
    assert not NoteInterne.objects.exists()


def test_une_mention_previent_par_courriel_sans_le_texte_et_reste_a_faire_jusqu_a_la_lecture(
    depose, contrat, gens, le, executer_travaux
) -> None:
    actions.ecrire_une_note(
        depose,
        texte=TEXTE,
        partage=PartageNote.INSTRUCTEURS,
        mentions=[gens.instructeur.utilisateur],
        par=gens.chef,
        le=le,
    )
    executer_travaux()

    (courriel,) = mail.outbox
    assert courriel.to == [gens.instructeur.utilisateur.email]
    assert depose.numero in courriel.subject
    assert TEXTE not in courriel.body + courriel.alternatives[0][0]
    assert nombre_a_lire(depose, pour=gens.instructeur, contrat=contrat) == 1
    assert [m.note.texte for m in boite(contrat, 2026, pour=gens.instructeur).mentions] == [TEXTE]
    assert "Lire les notes qui vous nomment" in _a_faire(gens.instructeur, contrat)

    actions.marquer_lu(depose, par=gens.instructeur, le=le)
    assert nombre_a_lire(depose, pour=gens.instructeur, contrat=contrat) == 0
    assert "Lire les notes qui vous nomment" not in _a_faire(gens.instructeur, contrat)


@pytest.mark.parametrize(
    ("qui", "partage"),
    [("voisin", PartageNote.INSTRUCTEURS), ("porteur", PartageNote.INSTRUCTEURS), ("chef", PartageNote.ORGANISME)],
)
def test_on_ne_previent_que_qui_pourra_lire_la_note(depose, gens, le, qui, partage) -> None:
    with pytest.raises(RegleEnfreinte) as refus:
        actions.ecrire_une_note(
            depose,
            texte=TEXTE,
            partage=partage,
            mentions=[getattr(gens, qui).utilisateur],
            par=gens.instructeur,
            le=le,
        )
    assert refus.value.champ == "mentions"
    assert not NoteInterne.objects.exists()


def test_une_note_retiree_n_est_plus_lue_ni_attendue(depose, contrat, gens, le, executer_travaux) -> None:
    note = actions.ecrire_une_note(
        depose,
        texte=TEXTE,
        partage=PartageNote.INSTRUCTEURS,
        mentions=[gens.chef.utilisateur],
        par=gens.decideur,
        le=le,
    )
    with pytest.raises(ActeRefuse):
        actions.retirer_une_note(note, par=gens.chef, le=le)
    actions.retirer_une_note(note, par=gens.decideur, le=le)
    executer_travaux()

    assert lues(gens.decideur, depose) == lues(gens.chef, depose) == []
    assert Mention.objects.filter(lue_le__isnull=True).exists()
    assert nombre_a_lire(depose, pour=gens.chef, contrat=contrat) == 0
    assert mail.outbox == []
    assert [ligne.acte for ligne in vie(note)] == ["ecrire", "retirer"]


# --- Messages ---------------------------------------------------------------------------------------------------------
def test_un_message_va_aux_gens_du_porteur_et_leur_reponse_revient_a_qui_a_ecrit(
    depose, contrat, gens, le, executer_travaux
) -> None:
    question = ecrire(depose, gens.instructeur, le)
    executer_travaux()
    assert [(c.to, question.texte in c.body) for c in mail.outbox] == [([gens.porteur.utilisateur.email], True)]
    assert "Lire les messages de l’équipe" in _a_faire(gens.porteur, contrat)

    gens.chef  # noqa: B018 — the chef de projet exists before the answer
    reponse = ecrire(depose, gens.porteur, le, objet="Re : Calendrier", texte="En mars.")
    question.refresh_from_db()
    assert (question.sens, reponse.sens) == (SensMessage.AU_PORTEUR, SensMessage.DU_PORTEUR)
    assert question.lu_le == le  # answering reads
    executer_travaux()
    attendus = {gens.chef.utilisateur.email, gens.instructeur.utilisateur.email}
    assert {c.to[0] for c in mail.outbox[1:]} == attendus
    assert "Lire les messages des porteurs" in _a_faire(gens.chef, contrat)
    assert [ligne.libelle for ligne in vie(depose)] == ["Message au porteur", "Message du porteur"]


def test_qui_suit_le_dossier_recoit_seul_les_messages_du_porteur(depose, gens, auteur_de, le, executer_travaux) -> None:
    suit = auteur_de(Role.CHEF_DE_PROJET)
    gens.chef  # noqa: B018 — another chef de projet, who does not follow it
    depose.instructeur = suit.utilisateur
    depose.save(update_fields=["instructeur"])
    ecrire(depose, gens.porteur, le)
    executer_travaux()
    assert [c.to for c in mail.outbox] == [[suit.utilisateur.email]]


@pytest.mark.parametrize("qui", ["voisin", "copil", "conseil", "signataire"])
def test_qui_ne_voit_pas_le_dossier_n_ecrit_ni_ne_lit(depose, chez, gens, le, qui) -> None:
    MessageFactory(dossier=depose, texte=TEXTE)
    personne = getattr(gens, qui)
    with pytest.raises(ActeRefuse):
        ecrire(depose, personne, le)
    assert connecte(personne).get(chez("echanges")).status_code in {403, 404}
    assert Message.objects.count() == 1


def test_un_brouillon_n_a_pas_de_messages(contrat, gens, le) -> None:
    brouillon = DossierFactory(contrat=contrat, porteur=gens.porteur.organisme)
    with pytest.raises(ActeRefuse, match="une fois le dossier déposé"):
        ecrire(brouillon, gens.porteur, le)


@pytest.mark.parametrize("manque", [{"objet": "  "}, {"texte": " \n"}])
def test_un_message_vide_est_refuse(depose, gens, le, manque) -> None:
    with pytest.raises(RegleEnfreinte) as refus:
        ecrire(depose, gens.chef, le, **manque)
    assert refus.value.champ == next(iter(manque))
    assert not Message.objects.exists()


def test_l_equipe_dit_avoir_lu_le_porteur_a_lu_en_ouvrant(depose, contrat, chez, gens) -> None:
    """A GET writes nothing: the page of the porteur says so itself, once opened."""
    recu = MessageFactory(dossier=depose, sens=SensMessage.AU_PORTEUR)
    envoye = MessageFactory(dossier=depose, sens=SensMessage.DU_PORTEUR)
    porteur, chef = connecte(gens.porteur), connecte(gens.chef)

    assert 'hx-trigger="load"' in porteur.get(chez("echanges")).content.decode()
    assert 'hx-trigger="load"' not in chef.get(chez("echanges")).content.decode()
    assert not Message.objects.filter(lu_le__isnull=False).exists()

    assert porteur.post(chez("echanges_lus"), headers={"HX-Request": "true"}).status_code == 204
    recu.refresh_from_db()
    envoye.refresh_from_db()
    assert (recu.lu_le is not None, envoye.lu_le) == (True, None)
    chef.post(chez("echanges_lus"), {"mentions_seules": "1"})
    assert nombre_a_lire(depose, pour=gens.chef, contrat=contrat) == 1
    chef.post(chez("echanges_lus"))
    assert nombre_a_lire(depose, pour=gens.chef, contrat=contrat) == 0


def test_une_piece_jointe_est_controlee_et_lue_par_les_deux_cotes(depose, chez, gens) -> None:
    porteur = connecte(gens.porteur)
    saisie = {"message-objet": "Statuts", "message-texte": "Les voici."}
    faux = SimpleUploadedFile("statuts.pdf", b"MZ\x90 pas un PDF")
    reponse = porteur.post(chez("ecrire_message"), saisie | {"message-pieces": faux})
    assert reponse.status_code == 422
    assert "n’est pas un fichier PDF" in textes(reponse)
    assert 'value="Statuts"' in reponse.content.decode()
    assert not Message.objects.exists()

    vrai = SimpleUploadedFile("statuts.pdf", b"%PDF-1.7 ...")
    assert porteur.post(chez("ecrire_message"), saisie | {"message-pieces": vrai}).status_code == 302
    message = Message.objects.get()
    adresse = chez("piece_message", pk=message.pk, fichier=message.pieces.get().pk)
    for lecteur in (gens.porteur, gens.chef, gens.instructeur):
        assert b"".join(connecte(lecteur).get(adresse).streaming_content).startswith(b"%PDF")
    assert connecte(gens.voisin).get(adresse).status_code == 404


def test_la_page_de_l_equipe_montre_notes_et_messages_celle_du_porteur_ses_messages(depose, chez, gens) -> None:
    NoteInterneFactory(dossier=depose, texte="Entre nous", partage=PartageNote.INSTRUCTEURS)
    MessageFactory(dossier=depose, texte="Bonjour à vous", sens=SensMessage.DU_PORTEUR)

    equipe = connecte(gens.chef).get(chez("echanges"))
    assert {"Entre nous", "Bonjour à vous"} <= set(re.findall("Entre nous|Bonjour à vous", textes(equipe)))
    assert [(o["libelle"], o["nombre"]) for o in equipe.context["onglets"] if o["actif"]] == [("Échanges", 1)]
    porteur = textes(connecte(gens.porteur).get(chez("echanges")))
    assert "Bonjour à vous" in porteur
    assert "Entre nous" not in porteur
    assert "Notes internes" not in porteur


def test_une_note_s_ecrit_et_se_retire_depuis_la_page(depose, chez, gens) -> None:
    client = connecte(gens.instructeur)
    mention = {"note-mentions": [gens.chef.utilisateur.pk]}
    refusee = client.post(chez("ecrire_note"), {"note-texte": TEXTE, "note-partage": "organisme", **mention})
    assert refusee.status_code == 422
    assert "ne pourrait pas lire cette note" in textes(refusee)
    assert TEXTE in textes(refusee)
    client.post(chez("ecrire_note"), {"note-texte": TEXTE, "note-partage": "instructeurs", **mention})
    note = NoteInterne.objects.get()
    assert [p.pk for p in note.mentions.all()] == [gens.chef.utilisateur.pk]
    assert TEXTE in textes(connecte(gens.chef).get(chez("echanges")))

    retrait = chez("retirer_note", pk=note.pk)
    assert connecte(gens.voisin).post(retrait).status_code == 404
    assert connecte(gens.chef).post(retrait).status_code == 404
    client.post(retrait)
    note.refresh_from_db()
    assert note.retiree_le is not None


def _a_faire(auteur: Any, contrat: Any) -> list[str]:
    return [t.libelle for t in taches(contrat, 2026, pour=auteur, le=timezone.localdate())]


@pytest.mark.parametrize("route", ["echanges", "boite"])
def test_une_page_coute_autant_de_requetes_pour_un_message_que_pour_vingt(depose, chez, contrat, gens, route) -> None:
    adresse = chez(route) if route == "echanges" else reverse("programmation:boite", args=[contrat.slug, 2026])
    client = connecte(gens.chef)

    def garnir(nombre: int) -> None:
        for _ in range(nombre):
            message = MessageFactory(dossier=depose, sens=SensMessage.DU_PORTEUR, auteur=gens.porteur.utilisateur)
            message.pieces.add(FichierFactory())
            note = NoteInterneFactory(dossier=depose, partage=PartageNote.INSTRUCTEURS)
            MentionFactory(note=note, utilisateur=gens.chef.utilisateur)

    garnir(1)
    client.get(adresse)
    with CaptureQueriesContext(connection) as un:
        client.get(adresse)
    garnir(19)
    client.get(adresse)
    with CaptureQueriesContext(connection) as vingt:
        client.get(adresse)
    assert len(vingt) == len(un)
