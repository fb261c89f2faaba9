"""The pages of a request: one form per section, none of which requires anything before the deposit."""

from __future__ import annotations

from .annexes import OperationForm, VacancesForm
from .base import SectionForm
from .commencer import CommencerForm, PieceForm, PieceRecueForm, RenoncerForm, RepondreForm
from .fiche import PARTIES, FicheForm, partie_de
from .lignes import AttestationsForm, BudgetForm, FinanceursForm, IndicateursForm, LieuxForm
from .sections import ActionForm, MoyensForm, PublicForm

FORMULAIRES: dict[str, type[SectionForm]] = {
    formulaire.section: formulaire
    for formulaire in (
        ActionForm,
        OperationForm,
        LieuxForm,
        PublicForm,
        MoyensForm,
        VacancesForm,
        IndicateursForm,
        BudgetForm,
        FinanceursForm,
        AttestationsForm,
    )
}

__all__ = [
    "FORMULAIRES",
    "PARTIES",
    "CommencerForm",
    "FicheForm",
    "PieceForm",
    "PieceRecueForm",
    "RenoncerForm",
    "RepondreForm",
    "SectionForm",
    "partie_de",
]
