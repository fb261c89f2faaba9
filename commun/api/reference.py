"""The description of the API (OpenAPI) as its documentation page shows it: operations by theme, objects, calls to copy."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..recherche import mots, normaliser
from .problemes import TITRES

METHODES = ("get", "post", "put", "patch", "delete")
_SUCCES = {200: "Réponse", 201: "Créé", 202: "Reçu, traité ensuite", 204: "Fait", 304: "Rien n’a changé"}
_NATURES = {"string": "texte", "integer": "nombre entier", "number": "nombre", "boolean": "vrai ou faux"}
_FORMATS = {
    "date": "date",
    "date-time": "date et heure",
    "time": "heure",
    "decimal": "nombre décimal, en texte",
    "uri": "adresse",
    "uuid": "UUID",
    "email": "adresse électronique",
    "binary": "fichier",
}
_LIEN = "#/components/schemas/"
_CHOIX = re.compile(r"^\* `(?P<valeur>[^`]*)` - (?P<sens>.+)$")


@dataclass(frozen=True, slots=True)
class Nature:
    """What a value is: plain words, or an object described further on; `liste` of it, and what else it may be."""

    mots: str
    objet: str = ""
    liste: bool = False
    sinon: str = ""


@dataclass(frozen=True, slots=True)
class Champ:
    """A field of an object, or a parameter of an operation."""

    nom: str
    nature: Nature
    obligatoire: bool
    description: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Objet:
    """An object that calls send or receive: its fields, or the values among which it is chosen."""

    nom: str
    description: str
    champs: tuple[Champ, ...]
    valeurs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Exemple:
    """A body as it travels."""

    titre: str
    texte: str


@dataclass(frozen=True, slots=True)
class Reponse:
    """One status that an operation may answer."""

    statut: int
    sens: str
    nature: Nature | None
    exemples: tuple[Exemple, ...]

    @property
    def refus(self) -> bool:
        return self.statut >= 400


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of an address: what it takes, what it answers, how it is called from a terminal."""

    identifiant: str
    methode: str
    chemin: str
    resume: str
    description: str
    parametres: tuple[Champ, ...]
    corps: Nature | None
    reponses: tuple[Reponse, ...]
    appel: str

    @property
    def cherchable(self) -> str:
        noms = " ".join(p.nom for p in self.parametres)
        return normaliser(f"{self.methode} {self.chemin} {self.resume} {self.description} {noms}")

    @property
    def cites(self) -> frozenset[str]:
        """The objects that it sends or answers, errors aside."""
        natures = [self.corps, *(r.nature for r in self.reponses), *(p.nature for p in self.parametres)]
        return frozenset(n.objet for n in natures if n is not None and n.objet)


@dataclass(frozen=True, slots=True)
class Theme:
    nom: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """The whole description."""

    titre: str
    version: str
    description: str
    themes: tuple[Theme, ...]
    objets: tuple[Objet, ...]

    @property
    def nombre(self) -> int:
        return sum(len(theme.operations) for theme in self.themes)

    def cherchee(self, texte: str) -> Reference:
        """Only the operations whose words hold all of `texte`, and the objects that they lead to."""
        cherches = mots(texte)
        if not cherches:
            return self
        gardes = [
            Theme(t.nom, tuple(o for o in t.operations if _trouve(cherches, f"{normaliser(t.nom)} {o.cherchable}")))
            for t in self.themes
        ]
        themes = tuple(t for t in gardes if t.operations)
        atteints = self._atteints(nom for t in themes for o in t.operations for nom in o.cites)
        objets = tuple(o for o in self.objets if o.nom in atteints)
        return Reference(self.titre, self.version, self.description, themes, objets)

    def _atteints(self, noms: Iterable[str]) -> set[str]:
        """These objects and those that their fields name, as far as it goes."""
        par_nom = {o.nom: o for o in self.objets}
        atteints: set[str] = set()
        reste = [n for n in noms if n in par_nom]
        while reste:
            nom = reste.pop()
            if nom not in atteints:
                atteints.add(nom)
                reste += [c.nature.objet for c in par_nom[nom].champs if c.nature.objet in par_nom]
        return atteints


def _trouve(cherches: list[str], texte: str) -> bool:
    return all(mot in texte for mot in cherches)


def lire(description: Mapping[str, Any]) -> Reference:
    """Read an OpenAPI description; its paths keep their order within each theme."""
    themes: dict[str, list[Operation]] = {}
    for chemin, methodes in description["paths"].items():
        for methode in METHODES:
            if methode in methodes:
                brute = methodes[methode]
                theme = (brute.get("tags") or ["Autres"])[0]
                themes.setdefault(theme, []).append(_operation(chemin, methode, brute, description))
    schemas = description["components"]["schemas"]
    return Reference(
        titre=description["info"]["title"],
        version=description["info"]["version"],
        description=description["info"].get("description", ""),
        themes=tuple(Theme(nom, tuple(operations)) for nom, operations in themes.items()),
        objets=tuple(_objet(nom, schema) for nom, schema in sorted(schemas.items()) if not _sans_page(nom)),
    )


def _operation(chemin: str, methode: str, brute: Mapping[str, Any], description: Mapping[str, Any]) -> Operation:
    contenus = brute.get("requestBody", {}).get("content", {})
    parametres = tuple(_parametre(p) for p in brute.get("parameters", ()))
    return Operation(
        identifiant=brute["operationId"],
        methode=methode.upper(),
        chemin=chemin,
        resume=brute.get("summary", ""),
        description=brute.get("description", ""),
        parametres=parametres,
        corps=next((nature(c["schema"]) for c in contenus.values() if "schema" in c), None),
        reponses=tuple(_reponse(int(s), r) for s, r in sorted(brute["responses"].items())),
        appel=_appel(chemin, methode, parametres, brute, description),
    )


def _parametre(brut: Mapping[str, Any]) -> Champ:
    places = {"path": "adresse", "query": "requête", "header": "en-tête"}
    return Champ(
        nom=brut["name"],
        nature=nature(brut["schema"]),
        obligatoire=brut.get("required", False),
        description=_sans_choix(brut.get("description", "")),
        place=places.get(brut["in"], brut["in"]),
    )


def _reponse(statut: int, brute: Mapping[str, Any]) -> Reponse:
    sens = TITRES.get(statut) or _SUCCES.get(statut, "")
    contenu: Mapping[str, Any] = next(iter(brute.get("content", {}).values()), {})
    lue = nature(contenu["schema"]) if "schema" in contenu else None
    return Reponse(statut, sens, lue, tuple(_exemples(contenu)))


def _exemples(contenu: Mapping[str, Any]) -> Iterator[Exemple]:
    for nom, exemple in contenu.get("examples", {}).items():
        texte = json.dumps(exemple["value"], ensure_ascii=False, indent=2, default=str)
        yield Exemple(exemple.get("summary", nom), texte)


def _objet(nom: str, schema: Mapping[str, Any]) -> Objet:
    texte = schema.get("description", "")
    obligatoires = schema.get("required", ())
    champs = tuple(
        Champ(cle, nature(brut), cle in obligatoires, _sans_choix(brut.get("description", "")))
        for cle, brut in schema.get("properties", {}).items()
    )
    sens = {m["valeur"]: m["sens"] for ligne in texte.splitlines() if (m := _CHOIX.match(ligne.strip()))}
    valeurs = tuple((str(v), sens.get(str(v), "")) for v in schema.get("enum", ()))
    return Objet(nom, _sans_choix(texte), champs, valeurs)


def _sans_page(nom: str) -> bool:
    """An empty text or nothing at all is said in words where it may stand."""
    return nom in ("BlankEnum", "NullEnum")


def nature(schema: Mapping[str, Any]) -> Nature:
    """What a schema accepts, in words."""
    if "$ref" in schema:
        nom = schema["$ref"].removeprefix(_LIEN)
        return Nature(nom, objet=nom)
    variantes = schema.get("oneOf") or schema.get("anyOf") or schema.get("allOf")
    if variantes:
        return _parmi(variantes)
    types = schema.get("type", ())
    types = [types] if isinstance(types, str) else list(types)
    sinon = ", ou nul" if "null" in types else ""
    principal = next((t for t in types if t != "null"), "")
    if principal == "array":
        dedans = nature(schema.get("items", {}))
        return Nature(dedans.mots, dedans.objet, True, dedans.sinon + sinon)
    if "enum" in schema:
        return Nature(" ou ".join(f"« {v} »" for v in schema["enum"] if v is not None), sinon=sinon)
    if principal == "object" or not principal:
        return Nature("objet" if principal else "valeur quelconque", sinon=sinon)
    longueur = f", {schema['maxLength']} caractères au plus" if "maxLength" in schema else ""
    return Nature(_FORMATS.get(schema.get("format", ""), _NATURES.get(principal, principal)) + longueur, sinon=sinon)


def _parmi(variantes: Iterable[Mapping[str, Any]]) -> Nature:
    lues = [nature(v) for v in variantes if not _sans_page(v.get("$ref", "").removeprefix(_LIEN))]
    noms = [v.get("$ref", "").removeprefix(_LIEN) for v in variantes]
    sinon = (", ou vide" if "BlankEnum" in noms else "") + (", ou nul" if "NullEnum" in noms else "")
    premiere = lues[0] if lues else Nature("valeur quelconque")
    autres = "".join(f" ou {n.mots}" for n in lues[1:] if n.mots != "valeur quelconque")
    return Nature(premiere.mots, premiere.objet, premiere.liste, premiere.sinon + autres + sinon)


def _sans_choix(texte: str) -> str:
    """The description without its list of values, which the object they belong to gives in a table."""
    return "\n".join(ligne for ligne in texte.splitlines() if not _CHOIX.match(ligne.strip())).strip()


# --- Calls to copy ----------------------------------------------------------------------------------------------------
def _appel(
    chemin: str,
    methode: str,
    parametres: tuple[Champ, ...],
    brute: Mapping[str, Any],
    description: Mapping[str, Any],
) -> str:
    """The same call from a terminal: what the address needs stands in variables, written in capitals."""
    contenus, statuts = brute.get("requestBody", {}).get("content", {}), brute["responses"]
    adresse = re.sub(r"{(\w+)}", lambda m: f"${m[1].upper()}", re.sub(r"^/api/v\d+", "", chemin))
    if demandes := [p.nom for p in parametres if p.place == "requête" and p.obligatoire]:
        adresse += "?" + "&".join(f"{nom}=${nom.upper()}" for nom in demandes)
    cle = '-H "Authorization: Bearer $CLE"'
    if methode == "get":
        return f'curl {cle} "$ADRESSE{adresse}"'
    lignes = [f"curl -X {methode.upper()}", cle]
    entetes = {p.nom for p in parametres if p.place == "en-tête"}
    if methode in ("patch", "delete") and "If-Match" in entetes:
        lignes.append('-H "If-Match: $ETAG"')
    if methode == "put" and "If-None-Match" in entetes and "428" in statuts:
        lignes.append('-H "If-None-Match: *"')
    if methode == "post" and "Idempotency-Key" in entetes:
        lignes.append('-H "Idempotency-Key: $(uuidgen)"')
    lignes += _corps(contenus, description)
    lignes.append(f'"$ADRESSE{adresse}"')
    return " \\\n  ".join(lignes)


def _corps(contenus: Mapping[str, Any], description: Mapping[str, Any]) -> list[str]:
    if "application/json" in contenus:
        exemple: Mapping[str, Any] = next(
            iter(contenus["application/json"].get("examples", {}).values()), {"value": {}}
        )
        texte = json.dumps(exemple["value"], ensure_ascii=False, indent=2, default=str).replace("'", "'\\''")
        return ['-H "Content-Type: application/json"', f"-d '{texte}'"]
    if "multipart/form-data" in contenus:
        schema = contenus["multipart/form-data"].get("schema", {})
        schema = description["components"]["schemas"].get(schema.get("$ref", "").removeprefix(_LIEN), schema)
        return [
            f'-F "{nom}=@$FICHIER"' if champ.get("format") == "binary" else f'-F "{nom}=…"'
            for nom, champ in schema.get("properties", {}).items()
        ]
    return [f'-H "Content-Type: {sorte}" --data-binary "@$FICHIER"' for sorte in list(contenus)[:1]]
