"""Template filters that write figures, dates and sentences the French way; see `commun.typographie`."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from commun import typographie as typo
from commun.gabarits import composer

register = template.Library()

register.filter("euros", typo.euros)
register.filter("montant", typo.montant)
register.filter("decimal", lambda valeur: typo.nombre(valeur, None))
register.filter("euros_abreges", typo.euros_abreges)
register.filter("nombre", typo.nombre)
register.filter("pourcent", typo.pourcent)
register.filter("ecart", typo.ecart)
register.filter("duree", typo.duree)
# `expects_localtime`: an aware instant is first brought to the reader's time zone.
register.filter("date_chiffres", typo.date_chiffres, expects_localtime=True)
register.filter("date_courte", typo.date_courte, expects_localtime=True)
register.filter("date_longue", typo.date_longue, expects_localtime=True)
register.filter("date_heure", typo.date_heure, expects_localtime=True)
register.filter("minuscule", typo.minuscule)
register.filter("typographie", typo.typographie)


@register.filter
def pluriel(quantite, mots: str) -> str:
    """Write `{{ n|pluriel:"avis reçu|avis reçus" }}`; the plural form may be left out when it is regular."""
    singulier, _, forme_plurielle = mots.partition("|")
    return typo.pluriel(quantite, singulier, forme_plurielle or None)


@register.filter
def accord(quantite, mots: str) -> str:
    """Return the word alone: `{{ n|accord:"est|sont" }}`."""
    singulier, _, forme_plurielle = mots.partition("|")
    return typo.accord(quantite, singulier, forme_plurielle or None)


@register.filter
def espaces(texte) -> str:
    """Set the spaces of a sentence written in the code; HTML already safe stays safe, since only spaces change."""
    texte = texte if isinstance(texte, str) else str(texte)  # a message of Django's, a lazy sentence
    compose = composer(texte)
    return mark_safe(compose) if isinstance(texte, SafeString) else compose
