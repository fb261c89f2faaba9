"""The list of commitments at 100,000 rows beside a nested ModelSerializer with page numbers; 10,000 lines in one batch.

Both lists answer the same objects through the same WSGI application, key, rate limit and middleware, in turns, in one process.
"""

import io
import json
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import include, path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.pagination import PageNumberPagination

from acteurs.models import JetonApi, Organisme, Utilisateur, empreinte_du_secret
from bench.registre import Ligne, banc, mediane, rapport
from commun.api.curseur import Position
from commun.auteur import Auteur, Canal
from contrats.etats import Role
from contrats.models import CibleEngagement, CleDuContrat, Contrat, Engagement, Habilitation, Objectif, Orientation

ENGAGEMENTS = 100_000
PAR_PAGE = 25
LOT = 10_000
APPELS = 40  # calls timed together, at each turn
SECRET = "pv_banc"  # noqa: S105 — a key of the temporary database


# --- The rival --------------------------------------------------------------------------------------------------------
class CibleRivale(serializers.ModelSerializer):
    class Meta:
        model = CibleEngagement
        fields = [
            *("type", "numerateur", "denominateur", "unite", "reference", "reference_le", "valeur", "valeur_haute"),
            *("echeance", "sens", "source"),
        ]


class EngagementRival(serializers.ModelSerializer):
    """What one writes first with Django REST framework, and the same fields as ours."""

    id = serializers.CharField()
    organisme = serializers.CharField(source="organisme_id", allow_null=True)
    organisme_nom = serializers.CharField(source="organisme.nom", default=None)
    signataire = serializers.CharField(source="signataire.organisme_id", default=None)
    signataire_nom = serializers.CharField(source="signataire.organisme.nom", default=None)
    orientation = serializers.CharField(source="orientation.code", default=None)
    objectifs = serializers.SlugRelatedField(slug_field="code", many=True, read_only=True)
    axes_transversaux = serializers.SlugRelatedField(slug_field="code", many=True, read_only=True)
    perimetres = serializers.SlugRelatedField(slug_field="code", many=True, read_only=True)
    partenaires = serializers.StringRelatedField(many=True)
    cibles = CibleRivale(many=True)

    class Meta:
        model = Engagement
        fields = [
            *("id", "reference", "identifiant_externe", "libelle", "organisme", "organisme_nom", "signataire"),
            *("signataire_nom", "orientation", "objectifs", "axes_transversaux", "perimetres", "partenaires"),
            *("portee", "nature", "echeance", "echeance_texte", "note", "source", "cibles", "fictif", "revision"),
            *("modifie_le", "retire_le"),
        ]


class PagesNumerotees(PageNumberPagination):
    page_size = PAR_PAGE


def _vue_rivale() -> type[ListAPIView]:
    """Made once the settings are read: it stands on the same authentication and rate limit as ours."""
    from contrats.api.vues import VueDuContrat

    class EngagementsRivaux(VueDuContrat, ListAPIView):
        portees = {"GET": "engagements:lire"}
        serializer_class = EngagementRival
        pagination_class = PagesNumerotees

        def get_queryset(self) -> Any:
            return (
                Engagement.tous.filter(contrat=self.portee.contrat, retire_le__isnull=True)
                .select_related("organisme", "signataire__organisme", "orientation")
                .prefetch_related("objectifs", "axes_transversaux", "perimetres", "partenaires", "cibles")
                .order_by("modifie_le", "pk")
            )

    return EngagementsRivaux


class Adresses:
    """Ours and the rival's, for the length of the measure."""

    def __init__(self) -> None:
        self.urlpatterns = [
            path("rival/<slug:contrat>/", _vue_rivale().as_view()),
            path("", include("config.urls")),
        ]


# --- Measures ---------------------------------------------------------------------------------------------------------
@banc("api")
def liste_et_lot(n: int) -> Iterable[Ligne]:
    """Measure the list and the batch on a temporary database."""
    reglages = override_settings(ROOT_URLCONF=Adresses(), API_APPELS_PAR_MINUTE=10**9)
    with _base(), reglages:
        contrat = _peupler()
        appeler = _appelant()
        nous, rival = f"/api/v1/contrats/{contrat.slug}/engagements/?taille={PAR_PAGE}", f"/rival/{contrat.slug}/"
        derniere = f"{nous}&curseur={_dernier_curseur(contrat)}"
        _memes_objets(appeler(nous), appeler(rival))
        assert len(appeler(derniere)["resultats"]) == PAR_PAGE
        temps: dict[str, list[float]] = {adresse: [] for adresse in (nous, rival, derniere)}
        for _tour in range(n):
            for adresse, durees in temps.items():
                durees.append(_milliseconds(appeler, adresse))
        yield mediane(
            f"liste de {PAR_PAGE} parmi {ENGAGEMENTS}, ModelSerializer imbriqué, pages numérotées", temps[rival], "ms"
        )
        yield mediane(f"liste de {PAR_PAGE} parmi {ENGAGEMENTS}, la nôtre", temps[nous], "ms")
        yield rapport("la nôtre / le rival, en temps", temps[nous], temps[rival], plafond=1 / 2.5)
        yield rapport("dernière page / première", temps[derniere], temps[nous], plafond=1.3)
        yield from _requetes(appeler, nous)
        yield from _lots(contrat, n)


def _requetes(appeler: Callable[[str], Any], adresse: str) -> Iterator[Ligne]:
    for taille in (PAR_PAGE, 1000):
        with CaptureQueriesContext(connection) as vues:
            appeler(adresse.replace(f"taille={PAR_PAGE}", f"taille={taille}"))
        yield Ligne(f"requêtes pour une page de {taille}", str(len(vues)), 1, "≤ 4", len(vues) <= 4)


def _lots(contrat: Contrat, n: int) -> Iterator[Ligne]:
    from contrats.forms.echanges import Repertoire, traiter_lot

    cle = JetonApi.objects.select_related("organisme").get()
    secondes: dict[str, list[float]] = {"cree": [], "modifie": [], "inchange": []}
    for tour in range(n):
        lignes = _lignes(tour)
        for issue, durees in secondes.items():
            if issue == "modifie":
                lignes = [{**ligne, "note": "Précisé."} for ligne in lignes]
            auteur = Auteur(organisme=cle.organisme, canal=Canal.API, cle=cle)
            debut = time.perf_counter()
            bilan = traiter_lot(Repertoire(contrat, auteur), lignes, tout_ou_rien=True)
            durees.append(time.perf_counter() - debut)
            assert bilan[f"{issue}s"] == LOT, bilan["lignes"][:1]
    for issue, mot in (("cree", "créées"), ("modifie", "modifiées"), ("inchange", "inchangées")):
        yield mediane(f"lot de {LOT} lignes {mot}, journal compris", secondes[issue], "s", plafond=10)


def _milliseconds(appeler: Callable[[str], Any], adresse: str) -> float:
    durees = []
    for _appel in range(APPELS):
        debut = time.perf_counter()
        appeler.brut(adresse)  # type: ignore[attr-defined]
        durees.append((time.perf_counter() - debut) * 1000)
    return statistics.median(durees)


def _memes_objets(notre: Any, rivale: Any) -> None:
    """Both pages hold the same objects: what is compared is the way, not the content."""

    def simple(objets: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{nom: valeur for nom, valeur in objet.items() if nom != "modifie_le"} for objet in objets]

    assert simple(notre["resultats"]) == simple(rivale["results"])
    assert len(notre["resultats"]) == PAR_PAGE


def _dernier_curseur(contrat: Contrat) -> Position:
    rangs = Engagement.tous.filter(contrat=contrat).order_by("-modifie_le", "-pk").values_list("modifie_le", "pk")
    return Position(*rangs[PAR_PAGE])


def _appelant() -> Callable[[str], Any]:
    """Calls the WSGI application as a server does, without a network."""
    application = get_wsgi_application()

    def brut(adresse: str) -> bytes:
        chemin, _, requete = adresse.partition("?")
        statuts: list[str] = []
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": chemin,
            "QUERY_STRING": requete,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_AUTHORIZATION": f"Bearer {SECRET}",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
        }
        reponse = application(environ, lambda statut, entetes, *suite: statuts.append(statut))
        corps = b"".join(reponse)
        reponse.close()
        assert statuts == ["200 OK"], (statuts, corps[:500])
        return corps

    def appeler(adresse: str) -> Any:
        return json.loads(brut(adresse))

    appeler.brut = brut  # type: ignore[attr-defined]
    return appeler


# --- Data -------------------------------------------------------------------------------------------------------------
@contextmanager
def _base() -> Iterator[None]:
    """A database of its own, removed at the end; connections are kept between calls, as in production."""
    ancien = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"banc_{ancien}"  # not the one of the tests, which may be running
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    duree = connection.settings_dict["CONN_MAX_AGE"]
    connection.settings_dict["CONN_MAX_AGE"] = None
    cache.clear()
    try:
        yield
    finally:
        connection.settings_dict["CONN_MAX_AGE"] = duree
        connection.creation.destroy_test_db(ancien, verbosity=0)


def _peupler() -> Contrat:
    """One contract of 100,000 commitments, two targets each, of 60 organisations, and the lead's key."""
    maintenant = timezone.now()
    organismes = Organisme.objects.bulk_create(
        Organisme(nom=f"Organisme {rang}", type="association") for rang in range(60)
    )
    contrat = Contrat.objects.create(
        slug="banc", nom="Banc", intitule="Banc", pilote=organismes[0], debut=2024, fin=2030
    )
    orientations = Orientation.objects.bulk_create(
        Orientation(
            contrat=contrat, nature="thematique", code=f"O{rang}", nom=f"O{rang}", nom_court=f"O{rang}", ordre=rang
        )
        for rang in range(1, 7)
    )
    objectifs = Objectif.objects.bulk_create(
        Objectif(orientation=orientation, code=f"{orientation.code}.1", nom="Un objectif")
        for orientation in orientations
    )
    personne = Utilisateur.objects.create_user("banc@exemple.test")
    Habilitation.objects.create(
        utilisateur=personne, contrat=contrat, organisme=organismes[0], role=Role.CHEF_DE_PROJET
    )
    jeton = JetonApi.objects.create(
        organisme=organismes[0],
        nom="Banc",
        prefixe=SECRET[:11],
        empreinte=empreinte_du_secret(SECRET),
        portees=["engagements:lire", "engagements:ecrire"],
        cree_le=maintenant,
        expire_le=maintenant + timedelta(days=30),
    )
    CleDuContrat.objects.create(contrat=contrat, jeton=jeton)
    for debut in range(0, ENGAGEMENTS, 10_000):
        engagements = Engagement.tous.bulk_create(
            Engagement(
                contrat=contrat,
                reference=f"R{rang}",
                organisme=organismes[rang % 60],
                orientation=orientations[rang % 6],
                libelle=f"Maintenir les permanences sociales du quartier, année {rang}",
                nature="droit_commun",
                identifiant_externe=f"X{rang}",
            )
            for rang in range(debut, debut + 10_000)
        )
        Engagement.objectifs.through.objects.bulk_create(
            Engagement.objectifs.through(engagement_id=e.pk, objectif_id=objectifs[e.pk % 6].pk) for e in engagements
        )
        CibleEngagement.objects.bulk_create(
            CibleEngagement(engagement=e, ordre=rang, type="nombre", numerateur="jeunes accompagnés", valeur=120)
            for e in engagements
            for rang in range(2)
        )
    with connection.cursor() as curseur:
        curseur.execute("ANALYZE")
    return contrat


def _lignes(tour: int) -> list[dict[str, Any]]:
    """Lines as a partner sends them."""
    return [
        {
            "identifiant_externe": f"L{tour}-{rang}",
            "reference": f"L{tour}-{rang}",
            "libelle": f"Ouvrir une permanence dans le quartier {rang}",
            "orientation": f"O{rang % 6 + 1}",
            "objectifs": [f"O{rang % 6 + 1}.1"],
            "echeance": "2030-12-31",
            "cibles": [{"type": "nombre", "numerateur": "permanences", "valeur": str(rang), "echeance": "2030-12-31"}],
        }
        for rang in range(LOT)
    ]
