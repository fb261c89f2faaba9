"""The instruction table and its kanban at 190, 2,000 and 100,000 files: same queries, about the same time.

Each size has a temporary database of its own, so that the small one is not slowed by the large one's tables. « À froid »
empties the cache before each page: the totals are computed again; « à chaud » they come from the cache, as for every
reader of the minute that follows an act.
"""

import itertools
import random
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench.registre import Ligne, banc, mediane, rapport
from commun.pages import PAR_PAGE

TAILLES = (190, 2_000, 100_000)  # an agglomeration, a métropole, a whole country in one table
ANNEE = 2026
LOT = 5_000  # rows per INSERT


@dataclass(frozen=True)
class Terrain:
    """A database with one campaign: how many files, its name, who looks, at which address."""

    dossiers: int
    base: str
    client: Client
    adresse: str

    @property
    def kanban(self) -> str:
        return f"{self.adresse}kanban/"

    @property
    def derniere_page(self) -> str:
        return f"{self.adresse}?page=last"


@banc("tableau")
def tableau_d_instruction(n: int) -> Iterable[Ligne]:
    """Measure the table and the kanban of a signed-in chef de projet, the three sizes in turns."""
    with ExitStack() as pile:
        terrains = [pile.enter_context(un_terrain(taille)) for taille in TAILLES]
        petit, *_, grand = terrains
        for terrain in terrains:
            for adresse in (terrain.adresse, terrain.derniere_page, terrain.kanban):
                _page(terrain, adresse, froid=True)  # plans, templates and pages of the disk, read once
        yield _requetes(petit, grand, froid=True)
        yield _requetes(petit, grand, froid=False)
        yield from _mesurer(n, terrains, "tableau", [terrain.adresse for terrain in terrains], plafond=1.5)
        yield from _mesurer(n, terrains, "kanban", [terrain.kanban for terrain in terrains], plafond=3.0)
        premiere, derniere = _en_alternance(n, [(grand, grand.adresse), (grand, grand.derniere_page)], froid=False)
        yield mediane(f"dernière page de {grand.dossiers} dossiers, à chaud", derniere, "ms")
        yield rapport("dernière page / première", derniere, premiere, plafond=1.3)
        milieu = f"{grand.adresse}?page={grand.dossiers // PAR_PAGE // 2}"
        yield mediane("page du milieu, la plus lointaine", _en_alternance(n, [(grand, milieu)], froid=False)[0], "ms")


def _mesurer(n: int, terrains: list[Terrain], quoi: str, adresses: list[str], *, plafond: float) -> Iterator[Ligne]:
    """One page at each size: from the cache, as for every reader of the minute that follows an act, then after one."""
    pages = list(zip(terrains, adresses, strict=True))
    chauds = _en_alternance(n, pages, froid=False)
    for terrain, temps in zip(terrains, chauds, strict=True):
        yield mediane(f"{quoi}, {terrain.dossiers} dossiers, à chaud", temps, "ms")
    yield rapport(
        f"{quoi}, {terrains[-1].dossiers} / {terrains[0].dossiers} dossiers, à chaud",
        chauds[-1],
        chauds[0],
        plafond=plafond,
    )
    # One reader pays this after each act: to add up all the files takes the time of reading them.
    for terrain, temps in zip(terrains, _en_alternance(n, pages, froid=True), strict=True):
        yield mediane(f"{quoi}, {terrain.dossiers} dossiers, à froid", temps, "ms")


def _requetes(petit: Terrain, grand: Terrain, *, froid: bool) -> Ligne:
    """Compare how many queries one page asks."""
    comptes = []
    for terrain in (petit, grand):
        _page(terrain, terrain.adresse, froid=froid)
        if froid:
            cache.clear()
        with CaptureQueriesContext(connection) as requetes:
            _demander(terrain, terrain.adresse)
        comptes.append(len(requetes))
    mot = "à froid" if froid else "à chaud"
    return Ligne(f"requêtes {mot}", f"{comptes[0]} et {comptes[1]}", 1, "égales", comptes[0] == comptes[1])


def _en_alternance(n: int, pages: list[tuple[Terrain, str]], *, froid: bool) -> list[list[float]]:
    """Time each page `n` times, in turns; milliseconds."""
    temps: list[list[float]] = [[] for _ in pages]
    for _tour in range(n):
        for rang, (terrain, adresse) in enumerate(pages):
            _page(terrain, adresse, froid=False)  # the connection is open, the cache holds what it may
            temps[rang].append(_page(terrain, adresse, froid=froid))
    return temps


def _page(terrain: Terrain, adresse: str, *, froid: bool) -> float:
    """Ask for one page; the milliseconds it took."""
    _viser(terrain.base)
    if froid:
        cache.clear()
    return _demander(terrain, adresse)


def _demander(terrain: Terrain, adresse: str) -> float:
    debut = time.perf_counter()
    reponse = terrain.client.get(adresse)
    duree = (time.perf_counter() - debut) * 1000
    if reponse.status_code != 200:
        raise RuntimeError(f"{adresse}: {reponse.status_code}")
    return duree


# --- A database per size -------------------------------------------------------------------------------------------------
@contextmanager
def un_terrain(dossiers: int) -> Iterator[Terrain]:
    """A temporary database with its campaign, dropped at the end."""
    habituelle = connection.settings_dict["NAME"]
    nom = f"banc_tableau_{dossiers}"
    connection.settings_dict["TEST"]["NAME"] = nom
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        client, adresse = _peupler(dossiers)
        with connection.cursor() as curseur:
            curseur.execute("VACUUM ANALYZE")  # as the server's own daemon does
        yield Terrain(dossiers, nom, client, adresse)
    finally:
        _viser(nom)
        connection.creation.destroy_test_db(habituelle, verbosity=0)


def _viser(base: str) -> None:
    if connection.settings_dict["NAME"] != base:
        connection.close()
        connection.settings_dict["NAME"] = base


# --- One campaign ----------------------------------------------------------------------------------------------------
def _peupler(dossiers: int) -> tuple[Client, str]:
    """Fill the database and sign the chef de projet in.

    The contract's number is the number of files: the two campaigns never share what the cache holds.
    """
    from acteurs.models import Organisme, Utilisateur
    from contrats.etats import Role
    from contrats.models import Contrat, Habilitation, Orientation, ThemeP147
    from geographie.models import Commune, Epci, Perimetre, VersionPerimetre
    from programmation.models import Campagne, DemandeFinancement, Dispositif, Dossier, Localisation

    hasard = random.Random(dossiers)
    organismes = Organisme.objects.bulk_create(
        Organisme(nom=f"Association Éclaircie {rang}", type="association") for rang in range(min(2_000, dossiers))
    )
    financeurs = Organisme.objects.bulk_create(
        Organisme(nom=f"Financeur {rang}", type=type_)
        for rang, type_ in enumerate(("etat", "departement", "region", "epci", "caf", "commune"))
    )
    contrat = Contrat.objects.create(
        pk=dossiers, slug="banc", nom="Contrat", intitule="Contrat", pilote=financeurs[3], debut=2024, fin=2030
    )
    chef = Utilisateur.objects.create(pk=dossiers, email="chef@exemple.test", first_name="Camille", last_name="Chef")
    Habilitation.objects.create(
        utilisateur=chef,
        contrat=contrat,
        organisme=contrat.pilote,
        role=Role.CHEF_DE_PROJET,
        valide_du=date(2024, 1, 1),
    )
    orientations = Orientation.objects.bulk_create(
        Orientation(
            contrat=contrat, nature="thematique", code=f"O{r}", nom=f"Orientation {r}", nom_court=f"O{r}", ordre=r
        )
        for r in range(8)
    )
    theme = ThemeP147.objects.create(code="0101", nom="Éducation")
    dispositif = Dispositif.objects.create(code="AAP", nom="Appel à projets", famille="aap")
    campagne = Campagne.objects.create(
        contrat=contrat,
        annee=ANNEE,
        nom="Programmation",
        ouverte_le=date(ANNEE - 1, 10, 1),
        limite_depot=date(ANNEE - 1, 12, 15),
        copil_prevu_le=date(ANNEE, 4, 10),
    )
    epci = Epci.objects.create(siren="200042190", nom="Agglomération")
    communes = Commune.objects.bulk_create(
        Commune(code=f"59{rang:03d}", nom=f"Commune {rang}", epci=epci) for rang in range(12)
    )
    perimetres = Perimetre.objects.bulk_create(
        Perimetre(type="qpv", code=f"QN0590{rang:02d}M", nom=f"Quartier {rang}", departement="59") for rang in range(24)
    )
    versions = VersionPerimetre.objects.bulk_create(
        VersionPerimetre(
            perimetre=p, generation=2024, code=p.code, nom=p.nom, texte="Décret", valide_du=date(2024, 1, 1)
        )
        for p in perimetres
    )
    etats = ("depose", "complet", "recevable", "en_instruction", "en_instruction", "en_instruction")
    crees = _en_lots(
        Dossier,
        (
            Dossier(
                contrat=contrat,
                campagne=campagne,
                numero=f"{ANNEE}-{rang:06d}",
                etat=hasard.choice(etats),
                caractere="nouvelle",
                dispositif=dispositif,
                porteur=hasard.choice(organismes),
                intitule=f"Ateliers d’été au pied des tours {hasard.randrange(10_000)}",
                orientation=hasard.choice(orientations),
                theme_p147=theme,
                cout_total=Decimal(hasard.randrange(2_000, 60_000)),
                instructeur=chef if rang % 4 == 0 else None,
                depose_le=datetime(ANNEE - 1, 12, 1, 9, tzinfo=UTC),
            )
            for rang in range(dossiers)
        ),
    )
    _en_lots(
        Localisation,
        (
            Localisation(dossier=d, version=hasard.choice(versions), commune=hasard.choice(communes), part=Decimal(100))
            for d in crees
        ),
    )
    _en_lots(
        DemandeFinancement,
        (
            DemandeFinancement(
                dossier=dossier,
                financeur=financeur,
                dispositif=dispositif,
                nature="specifique" if financeur is financeurs[0] else "droit_commun",
                etat="proposee" if rang % 2 else "demandee",
                montant_demande=Decimal(hasard.randrange(500, 15_000)),
                montant_propose=Decimal(hasard.randrange(500, 10_000)) if rang % 2 else None,
                proposition_partagee=rang % 10 != 1,
            )
            for dossier in crees
            for rang, financeur in enumerate(hasard.sample(financeurs, 1 + dossier.pk % 4))
        ),
    )
    client = Client()
    client.force_login(chef)
    return client, reverse("programmation:tableau", kwargs={"contrat": contrat.slug, "annee": ANNEE})


def _en_lots(modele, objets) -> list:
    """Insert by lots, so that the large campaign keeps a short memory."""
    crees = []
    objets = iter(objets)
    while lot := list(itertools.islice(objets, LOT)):
        crees += modele.objects.bulk_create(lot)
    return crees
