"""The pages of a request: one form per section, none of which requires anything before the deposit."""

from __future__ import annotations

from .base import SectionForm
from .commencer import CommencerForm, PieceForm, RenoncerForm, RepondreForm
from .lignes import AttestationsForm, BudgetForm, FinanceursForm, IndicateursForm, LieuxForm
from .sections import ActionForm, MoyensForm, PublicForm

FORMULAIRES: dict[str, type[SectionForm]] = {
    formulaire.section: formulaire
    for formulaire in (
        ActionForm,
        LieuxForm,
        PublicForm,
        MoyensForm,
        IndicateursForm,
        BudgetForm,
        FinanceursForm,
        AttestationsForm,
    )
}

__all__ = ["FORMULAIRES", "CommencerForm", "PieceForm", "RenoncerForm", "RepondreForm", "SectionForm"]
