"""Pages of a long list: numbered, as quick at the end as at the beginning."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import models

PAR_PAGE = 50


class Pagination(Paginator):  # type: ignore[type-arg]
    """Django's paginator over a totally ordered queryset whose number of rows is already known.

    Keys first, rows after: skipping costs an index walk only. Beyond the middle the walk starts from the end.
    """

    def __init__(self, objets: models.QuerySet[Any], *, total: int, par_page: int = PAR_PAGE) -> None:
        super().__init__(objets, par_page)
        self._total = total

    @cached_property
    def count(self) -> int:
        return self._total

    def page(self, number: int | str) -> Page[Any]:
        numero = self.validate_number(number)
        debut = (numero - 1) * self.per_page
        fin = min(debut + self.per_page, self.count)
        objets: Any = self.object_list
        cles = objets.values_list("pk", flat=True)
        if debut > self.count // 2:
            tranche = list(cles.reverse()[self.count - fin : self.count - debut])[::-1]
        else:
            tranche = list(cles[debut:fin])
        par_cle = {objet.pk: objet for objet in objets.order_by().filter(pk__in=tranche)}
        return self._get_page([par_cle[cle] for cle in tranche if cle in par_cle], numero, self)
