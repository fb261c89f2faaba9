"""What people type about a contract."""

from .equipe import (
    AccepterForm,
    FiltreEngagementsForm,
    FiltreEquipeForm,
    HabilitationForm,
    InviterForm,
    LimitesForm,
    RechercheOrganismeForm,
)

__all__ = [
    "AccepterForm",
    "FiltreEngagementsForm",
    "FiltreEquipeForm",
    "HabilitationForm",
    "InviterForm",
    "LimitesForm",
    "RechercheOrganismeForm",
]
