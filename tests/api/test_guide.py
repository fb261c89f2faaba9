"""The Python of the ten-minute guide is run as it is written, against a real server."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from django.conf import settings as reglages

from commun.appels import signature
from contrats.models import Engagement

BLOCS = re.findall(
    r"```python\n(.*?)```", (reglages.BASE_DIR / "docs" / "api.md").read_text(encoding="utf-8"), re.DOTALL
)
ADRESSE = "https://pilotville.example/api/v1/contrats/porte-du-hainaut"


@pytest.mark.django_db(transaction=True)
def test_le_script_du_guide_saisit_puis_relit(partenaire, codes, live_server: Any, tmp_path: Any, monkeypatch, capsys):
    script, lecture, _ = BLOCS
    lignes = [
        "identifiant;libelle;orientation;echeance",
        "A-1;Ouvrir une maison de santé;O1;2030-12-31",
        "A-2;Suivre;;",
    ]
    (tmp_path / "engagements.csv").write_text("\n".join([*lignes, "A-3;Égarer;O9;"]), encoding="utf-8-sig")
    monkeypatch.chdir(tmp_path)
    remplace = {ADRESSE: f"{live_server.url}/api/v1/contrats/{partenaire.contrat.slug}", "pv_…": partenaire.secret}
    for ancien, nouveau in remplace.items():
        assert ancien in script
        script = script.replace(ancien, nouveau)
    noms: dict[str, Any] = {}

    for attendu in ("2 créées, 0 modifiées, 0 inchangées", "0 créées, 0 modifiées, 2 inchangées"):
        exec(script, noms)  # noqa: S102 — our own document
        sortie = capsys.readouterr().out
        assert attendu in sortie
        assert "ligne 3 — orientation" in sortie
    exec(lecture, noms)  # noqa: S102
    assert "modifie_depuis = 20" in capsys.readouterr().out
    assert sorted(Engagement.objects.values_list("identifiant_externe", flat=True)) == ["A-1", "A-2"]


def test_la_verification_de_signature_du_guide_est_la_bonne():
    noms: dict[str, Any] = {}
    exec(BLOCS[2], noms)  # noqa: S102
    verifier, maintenant = noms["vient_de_pilotville"], int(time.time())
    assert verifier(b"{}", signature("secret", maintenant, b"{}"), "secret")
    assert not verifier(b"{}", signature("autre", maintenant, b"{}"), "secret")
    assert not verifier(b"[]", signature("secret", maintenant, b"{}"), "secret")
    assert not verifier(b"{}", signature("secret", maintenant - 3600, b"{}"), "secret")
