"""What the addresses of the programming take."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter

ANNEE = OpenApiParameter("annee", int, OpenApiParameter.PATH, description="Une année du contrat.")
