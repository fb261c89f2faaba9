"""150 letters of one act in one job: each with its PDF/UA, its file, its notification and its planned e-mails.

The database and the files are temporary; no message leaves. The last line compares one letter with stock WeasyPrint,
which reads sheet and fonts again for each document.
"""

import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from unittest.mock import patch

from django.db import connection
from django.test import override_settings

from bench.base import base_temporaire
from bench.pdf import avec_style
from bench.registre import Ligne, banc, mediane, rapport

COURRIERS = 150
PLAFOND = 50  # milliseconds a letter
COMPARES = 5  # letters rendered by each side of the comparison, in turns
LE = datetime(2026, 6, 20, 9, tzinfo=UTC)


@banc("courriers")
def courriers_d_un_acte(n: int) -> Iterable[Ligne]:
    """Open, validate and send a lot, `n` times, each time on files of its own."""
    ouverture, envoi, calcul = [], [], []
    with _terrain() as (contrat, decideur):
        _chauffer()
        for tour in range(n):
            campagne, acte = _voter(contrat, decideur, tour)
            _analyser()
            lot, duree, _ = _faire(lambda c=campagne, a=acte: _ouvrir(c, a, decideur))
            ouverture.append(duree)
            _valider(lot)
            _analyser()
            _, duree, processeur = _faire(lambda lot=lot: _envoyer(lot, decideur))
            envoi.append(duree)
            calcul.append(processeur)
            partis = lot.courriers.filter(etat="envoye", pdf__isnull=False).count()
            yield Ligne(f"tour {tour + 1}, courriers partis", str(partis), 1, str(COURRIERS), partis == COURRIERS)
        yield mediane(f"un courrier parmi {COURRIERS}, produit et envoyé", envoi, "ms", plafond=PLAFOND)
        yield mediane("dont calcul du programme", calcul, "ms")
        yield mediane("un courrier ouvert et rédigé", ouverture, "ms")
        yield _comparer(lot, n)


@contextmanager
def _terrain() -> Iterator[tuple]:
    """A contract, a département and its decider, on a temporary database; jobs are run here, not sent."""
    from acteurs.models import Organisme, Utilisateur
    from commun.auteur import Auteur
    from contrats.etats import Role
    from contrats.models import Contrat, Habilitation

    with (
        base_temporaire("banc_courriers"),
        tempfile.TemporaryDirectory() as dossier,
        override_settings(RACINE_FICHIERS=dossier),
        patch("commun.travaux.publier"),
    ):
        pilote = Organisme.objects.create(nom="Communauté d’agglomération", type="epci")
        financeur = Organisme.objects.create(nom="Département du Nord", sigle="Département", type="departement")
        contrat = Contrat.objects.create(
            slug="banc", nom="Contrat de ville", intitule="Contrat", pilote=pilote, debut=2024, fin=2030
        )
        personne = Utilisateur.objects.create(email="decideur@exemple.test", last_name="Décideur")
        Habilitation.objects.create(
            utilisateur=personne,
            contrat=contrat,
            organisme=financeur,
            role=Role.DECIDEUR,
            valide_du=date(2024, 1, 1),
        )
        yield contrat, Auteur(personne, financeur)


def _voter(contrat, decideur, tour: int) -> tuple:
    """One act and its 150 rows voted, each of a porteur of its own that has an address and a person."""
    from acteurs.models import FicheOrganisme, Organisme, Utilisateur
    from contrats.etats import Role
    from contrats.models import ActeDecision, Habilitation, Orientation, ThemeP147
    from programmation.models import Campagne, DemandeFinancement, Dispositif, Dossier, Enveloppe

    campagne, _ = Campagne.objects.get_or_create(
        contrat=contrat,
        annee=2026,
        defaults={
            "nom": "Programmation 2026",
            "ouverte_le": date(2025, 10, 1),
            "limite_depot": date(2025, 12, 15),
            "copil_prevu_le": date(2026, 4, 10),
        },
    )
    orientation, _ = Orientation.objects.get_or_create(
        contrat=contrat,
        code="O1",
        defaults={"nature": "thematique", "nom": "Éducation", "nom_court": "Éducation", "ordre": 1},
    )
    theme, _ = ThemeP147.objects.get_or_create(code="0101", defaults={"nom": "Éducation"})
    dispositif, _ = Dispositif.objects.get_or_create(code="AAP", defaults={"nom": "Appel à projets", "famille": "aap"})
    enveloppe, _ = Enveloppe.objects.get_or_create(
        contrat=contrat,
        financeur=decideur.organisme,
        annee=2026,
        dispositif=dispositif,
        nature="specifique",
        defaults={"montant": Decimal(100_000_000)},
    )
    acte = ActeDecision.objects.create(
        contrat=contrat,
        organisme=decideur.organisme,
        instance="Commission permanente",
        numero=f"CP/2026/{tour}",
        pris_le=date(2026, 6, 15),
    )
    porteurs = Organisme.objects.bulk_create(
        Organisme(nom=f"Association Éclaircie {tour}-{rang}", type="association") for rang in range(COURRIERS)
    )
    FicheOrganisme.objects.bulk_create(
        FicheOrganisme(organisme=porteur, adresse="3 rue des Lilas", code_postal="59220", ville="Denain")
        for porteur in porteurs
    )
    personnes = Utilisateur.objects.bulk_create(
        Utilisateur(email=f"porteur-{porteur.pk}@exemple.test") for porteur in porteurs
    )
    Habilitation.objects.bulk_create(
        Habilitation(
            utilisateur=personne,
            contrat=contrat,
            organisme=porteur,
            role=Role.PORTEUR,
            valide_du=date(2024, 1, 1),
        )
        for personne, porteur in zip(personnes, porteurs, strict=True)
    )
    dossiers = Dossier.objects.bulk_create(
        Dossier(
            contrat=contrat,
            campagne=campagne,
            numero=f"2026-{tour}{rang:03d}",
            etat="programme",
            dispositif=dispositif,
            porteur=porteur,
            intitule=f"Ateliers d’été au pied des tours {rang}",
            orientation=orientation,
            theme_p147=theme,
            cout_total=Decimal(20_000),
            depose_le=datetime(2025, 12, 1, 9, tzinfo=UTC),
        )
        for rang, porteur in enumerate(porteurs)
    )
    DemandeFinancement.objects.bulk_create(
        DemandeFinancement(
            dossier=dossier,
            financeur=decideur.organisme,
            dispositif=dispositif,
            nature="specifique",
            etat="votee",
            enveloppe=enveloppe,
            montant_demande=Decimal(5_000),
            montant_propose=Decimal(5_000),
            montant_programme=Decimal(5_000),
            montant_vote=Decimal(5_000 + rang),
            programme_le=date(2026, 4, 10),
            acte=acte,
        )
        for rang, dossier in enumerate(dossiers)
    )
    return campagne, acte


def _chauffer() -> None:
    """Print one letter: a worker reads sheet and fonts once in its life."""
    from programmation.lectures.courriers import LettreAImprimer
    from programmation.rapports.courrier import rediger

    texte = (("Madame, Monsieur,",), ("Une ligne.",))
    rediger(LettreAImprimer("2026-0", LE.date(), "Contrat", "Département", ("Asso",), "Essai", texte, (), "Q", False))


def _analyser() -> None:
    """Let the server count its rows, as its own daemon does within a minute."""
    with connection.cursor() as curseur:
        curseur.execute("ANALYZE")


def _ouvrir(campagne, acte, decideur):
    from programmation import actions

    lot = actions.ouvrir_les_courriers(campagne, decideur.organisme, acte=acte, par=decideur, le=LE)
    _executer("programmation.ouvrir_les_courriers", lot)
    return lot


def _valider(lot) -> None:
    """Mark them ready without the acts, which are not what is measured."""
    lot.courriers.update(etat="pret")


def _envoyer(lot, decideur) -> None:
    from programmation import actions

    actions.envoyer_le_lot(lot, par=decideur, le=LE)
    _executer("programmation.envoyer_les_courriers", lot)


def _executer(nom: str, lot) -> None:
    """Do the work of the lot's job as a worker does."""
    from commun import travaux
    from commun.models import EtatTravail, Travail

    travail = Travail.objects.get(nom=nom, cible_id=lot.pk)
    travaux.executer(travail.pk)
    travail.refresh_from_db()
    if travail.etat != EtatTravail.FAIT or travail.resultat["refus"]:
        raise RuntimeError(f"the job did not do it all: {travail.erreur} {travail.resultat}")


def _faire(acte) -> tuple:
    """What it returns, and the milliseconds that one letter took: of the clock, then of the processor."""
    debut, calcul = time.perf_counter(), time.process_time()
    rendu = acte()
    return (
        rendu,
        (time.perf_counter() - debut) * 1000 / COURRIERS,
        (time.process_time() - calcul) * 1000 / COURRIERS,
    )


def _comparer(lot, n: int) -> Ligne:
    """One letter by our renderer, as inside the job, and by stock WeasyPrint: seconds of processor, in turns."""
    import weasyprint
    from django.template.loader import render_to_string

    from commun.ramasse_miettes import sans_ramasse_miettes
    from programmation.lectures.courriers import demandes_du_courrier, lettre
    from programmation.rapports.courrier import FEUILLES, rediger

    courriers = lot.courriers.select_related("lot__financeur", "dossier__contrat", "dossier__porteur")[:COMPARES]
    lettres = [lettre(c, demandes_du_courrier(c), le=LE.date(), adresse=("3 rue des Lilas",)) for c in courriers]
    pages = [avec_style(render_to_string("impression/courrier.html", {"lettre": le}), FEUILLES) for le in lettres]
    notre, standard = [], []
    for _tour in range(n):
        with sans_ramasse_miettes():
            notre.append(statistics.median(_calcul(lambda le=le: rediger(le)) for le in lettres))
        standard.append(
            statistics.median(
                _calcul(lambda page=page: weasyprint.HTML(string=page).write_pdf(pdf_variant="pdf/ua-1"))
                for page in pages
            )
        )
    return rapport("un PDF de courrier, notre rendu / WeasyPrint seul", notre, standard, plafond=0.5)


def _calcul(acte) -> float:
    debut = time.process_time()
    acte()
    return time.process_time() - debut
