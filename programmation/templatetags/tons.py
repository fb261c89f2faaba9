"""The tone of each state: always shown with an icon and a word."""

from django import template

from ..tables import TON_DE_L_ETAT, TON_DE_LA_DEMANDE

register = template.Library()

_TON_DE_L_AVIS = {"favorable": "succes", "reserve": "attention", "defavorable": "danger"}
_TON_DU_COURRIER = {"a_relire": "attention", "pret": "info", "envoye": "succes", "annule": "neutre"}


@register.filter
def ton_du_dossier(etat: str) -> str:
    return TON_DE_L_ETAT[etat]


@register.filter
def ton_de_la_demande(etat: str) -> str:
    return TON_DE_LA_DEMANDE[etat]


@register.filter
def ton_de_l_avis(sens: str) -> str:
    return _TON_DE_L_AVIS[sens]


@register.filter
def ton_du_courrier(etat: str) -> str:
    return _TON_DU_COURRIER[etat]


_TON_DE_L_APPUI = {"propose": "attention", "accepte": "info", "decline": "neutre", "realise": "succes"}


@register.filter
def ton_de_l_appui(etat: str) -> str:
    return _TON_DE_L_APPUI[etat]
