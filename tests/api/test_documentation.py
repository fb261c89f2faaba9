"""The documentation page: what it reads in a description, and the whole of ours, in French, without script."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from commun.api.documentation import reference
from commun.api.reference import Nature, lire, nature

DESCRIPTION: dict[str, Any] = {
    "info": {"title": "API", "version": "1"},
    "paths": {
        "/api/v1/a/{nom}/": {
            "put": {
                "operationId": "ecrire",
                "summary": "Écrire un objet",
                "parameters": [
                    {"in": "path", "name": "nom", "schema": {"type": "string"}, "required": True},
                    {"in": "header", "name": "If-None-Match", "schema": {"type": "string"}},
                ],
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {"$ref": "#/components/schemas/A"},
                            "examples": {"e": {"value": {"mot": "l'été"}}},
                        }
                    }
                },
                "responses": {"200": {"content": {}}, "428": {}},
            },
            "get": {"operationId": "lire", "summary": "Lire", "responses": {"200": {}}},
            "post": {
                "operationId": "deposer",
                "summary": "Déposer un fichier",
                "parameters": [{"in": "query", "name": "titre", "schema": {"type": "string"}, "required": True}],
                "requestBody": {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}},
                "responses": {"201": {}},
            },
        }
    },
    "components": {
        "schemas": {
            "A": {
                "properties": {"mot": {"type": "string"}, "b": {"$ref": "#/components/schemas/B"}},
                "required": ["mot"],
            },
            "B": {"enum": ["x", "y"], "description": "Sorte.\n\n* `x` - Premier\n* `y` - Second"},
            "Autre": {"properties": {}},
        }
    },
}


def test_une_operation_donne_un_appel_a_copier():
    lire_operation, deposer, ecrire = lire(DESCRIPTION).themes[0].operations
    assert lire_operation.appel == 'curl -H "Authorization: Bearer $CLE" "$ADRESSE/a/$NOM/"'
    assert '-H "Content-Type: application/pdf" --data-binary "@$FICHIER"' in deposer.appel
    assert '"$ADRESSE/a/$NOM/?titre=$TITRE"' in deposer.appel
    assert ecrire.appel.splitlines()[0] == "curl -X PUT \\"
    assert '-H "If-None-Match: *"' in ecrire.appel
    assert "l'\\''été" in ecrire.appel  # a quote does not end the shell's own


def test_un_objet_dit_ses_champs_et_ses_valeurs():
    a, autre, b = lire(DESCRIPTION).objets
    assert [(c.nom, c.obligatoire) for c in a.champs] == [("mot", True), ("b", False)]
    assert (b.description, b.valeurs) == ("Sorte.", (("x", "Premier"), ("y", "Second")))
    assert autre.champs == ()


@pytest.mark.parametrize(
    ("schema", "attendu"),
    [
        ({"type": ["string", "null"], "format": "date"}, Nature("date", sinon=", ou nul")),
        ({"type": "string", "maxLength": 30}, Nature("texte, 30 caractères au plus")),
        ({"type": "array", "items": {"$ref": "#/components/schemas/A"}}, Nature("A", objet="A", liste=True)),
        (
            {"oneOf": [{"$ref": "#/components/schemas/B"}, {"$ref": "#/components/schemas/BlankEnum"}]},
            Nature("B", objet="B", sinon=", ou vide"),
        ),
        ({}, Nature("valeur quelconque")),
    ],
)
def test_la_nature_d_une_valeur_se_dit_en_mots(schema: dict[str, Any], attendu: Nature):
    assert nature(schema) == attendu


def test_la_recherche_garde_les_operations_et_leurs_objets():
    trouvee = lire(DESCRIPTION).cherchee("ECRIRE objet")
    assert [o.identifiant for t in trouvee.themes for o in t.operations] == ["ecrire"]
    assert [o.nom for o in trouvee.objets] == ["A", "B"]
    assert lire(DESCRIPTION).cherchee("introuvable").themes == ()


def test_la_page_dit_toute_l_api_sans_script_ni_style_a_elle(client, db):
    reponse = client.get(reverse("api:documentation"))
    page = reponse.content.decode()
    for theme in reference().themes:
        for operation in theme.operations:
            assert f'id="{operation.identifiant}"' in page
    cibles = set(re.findall(r'href="#([^"]+)"', page))
    assert {c for c in cibles if f'id="{c}"' not in page} == set()
    assert "unsafe-inline" not in reponse.headers["Content-Security-Policy"]


def test_la_description_est_en_francais():
    lus = [o.description for o in reference().objets]
    lus += [c.description for o in reference().objets for c in o.champs]
    for theme in reference().themes:
        lus += [f"{o.resume} {o.description}" for o in theme.operations]
        lus += [p.description for o in theme.operations for p in o.parametres]
    anglais = re.compile(r"\b(the|of|and|which|what|is|its|with)\b")
    assert [texte for texte in lus if anglais.search(texte)] == []
