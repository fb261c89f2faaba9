"""French typography of figures, dates and sentences, as pure functions used by pages, e-mails, spreadsheets and PDFs.

Conventions: U+202F (narrow no-break space) between thousands and before ``; : ! ?``, U+00A0 before a unit,
decimal comma, true minus sign, zero written 0 and an unknown value written as a dash.
"""

import re
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

ESPACE_FINE = "\u202f"
INSECABLE = "\u00a0"
MOINS = "\u2212"
ABSENT = "—"

MOIS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
MOIS_ABREGES = (
    "janv.",
    "févr.",
    "mars",
    "avr.",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
)

Valeur = Decimal | int | float | str


def _decimal(valeur: Valeur) -> Decimal:
    """Return the value as a Decimal; a float goes through its shortest writing, so that 0.1 stays 0.1."""
    return valeur if isinstance(valeur, Decimal) else Decimal(str(valeur))


def nombre(valeur: Valeur | None, decimales: int | None = 0) -> str:
    """Write a number: ``1 234,5``. ``decimales=None`` keeps the value's own decimals, without trailing zeros."""
    if valeur is None or valeur == "":
        return ABSENT
    exact = _decimal(valeur)
    if decimales is None:
        texte = f"{exact.normalize():,f}"
    else:
        exact = exact.quantize(Decimal(1).scaleb(-decimales), rounding=ROUND_HALF_UP)
        texte = f"{exact:,f}"
    texte = texte.replace(",", ESPACE_FINE).replace(".", ",")
    if exact == 0:
        return texte.lstrip("-")
    return texte.replace("-", MOINS)


def montant(valeur: Valeur | None, centimes: bool | None = None) -> str:
    """Write an amount without its unit, for a column whose head says euros: ``1 234``, ``1 234,50``.

    ``centimes=None`` shows cents only when there are some, ``True`` always, ``False`` rounds to the euro.
    """
    if valeur is None or valeur == "":
        return ABSENT
    exact = _decimal(valeur).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    if centimes is None:
        centimes = exact != exact.to_integral_value()
    return nombre(exact, 2 if centimes else 0)


def euros(valeur: Valeur | None, centimes: bool | None = None) -> str:
    """Write an amount in euros: ``1 234 567,89 €``; cents as `montant` does."""
    ecrit = montant(valeur, centimes)
    return ecrit if ecrit == ABSENT else f"{ecrit}{INSECABLE}€"


def euros_abreges(montant: Valeur | None) -> str:
    """Write an amount with three significant figures, for charts and tiles: ``1,52 M€``, ``845 k€``, ``950 €``."""
    if montant is None or montant == "":
        return ABSENT
    exact = _decimal(montant)
    for seuil, diviseur, unite in ((Decimal(999_500), 1_000_000, "M€"), (Decimal(9_950), 1_000, "k€")):
        if abs(exact) >= seuil:
            quotient = exact / diviseur
            decimales = 2 if abs(quotient) < Decimal("9.995") else 1 if abs(quotient) < Decimal("99.95") else 0
            return f"{nombre(nombre_utile(quotient, decimales), None)}{INSECABLE}{unite}"
    return euros(exact, centimes=False)


def nombre_utile(valeur: Decimal, decimales: int) -> Decimal:
    """Round half up to at most `decimales` decimals and drop the zeros that say nothing (1,50 → 1,5)."""
    return valeur.quantize(Decimal(1).scaleb(-decimales), rounding=ROUND_HALF_UP).normalize()


def pourcent(taux: Valeur | None, decimales: int = 1) -> str:
    """Write a rate given as a fraction of one: ``0.485`` → ``48,5 %``."""
    if taux is None or taux == "":
        return ABSENT
    return f"{nombre(_decimal(taux) * 100, decimales)}{INSECABLE}%"


def ecart(valeur: Valeur | None, decimales: int = 0) -> str:
    """Write a difference with its sign: ``+ 12``, ``− 3``, ``0``."""
    if valeur is None or valeur == "":
        return ABSENT
    texte = nombre(valeur, decimales)
    if texte.startswith(MOINS):
        return f"{MOINS}{ESPACE_FINE}{texte[1:]}"
    return f"+{ESPACE_FINE}{texte}" if texte.strip("0,") else texte


def date_chiffres(jour: date | None) -> str:
    """Write a date in figures: ``20/11/2026``."""
    return ABSENT if jour is None else f"{jour:%d/%m/}{jour.year:04d}"


def date_courte(jour: date | None) -> str:
    """Write a date for a table: ``20 nov. 2026``."""
    return ABSENT if jour is None else _date_lettres(jour, MOIS_ABREGES)


def date_longue(jour: date | None) -> str:
    """Write a date for a sentence: ``20 novembre 2026``, ``1er janvier 2026``."""
    return ABSENT if jour is None else _date_lettres(jour, MOIS)


def _date_lettres(jour: date, mois: tuple[str, ...]) -> str:
    numero = "1er" if jour.day == 1 else str(jour.day)
    return f"{numero}{INSECABLE}{mois[jour.month - 1]} {jour.year}"


def date_heure(instant: datetime | None) -> str:
    """Write an instant, in the zone it carries: ``20 nov. 2026 à 14 h 05``."""
    if instant is None:
        return ABSENT
    return f"{date_courte(instant)} à {instant.hour}{INSECABLE}h{INSECABLE}{instant.minute:02d}"


def duree(temps: timedelta | Valeur | None) -> str:
    """Write a duration (timedelta, or seconds) with its two largest units: ``45 s``, ``3 min 20 s``, ``2 h 05``."""
    if temps is None or temps == "":
        return ABSENT
    secondes = _decimal(temps.total_seconds() if isinstance(temps, timedelta) else temps)
    signe = f"{MOINS}{ESPACE_FINE}" if secondes < 0 else ""
    secondes = abs(secondes)
    if 0 < secondes < 1:
        return f"{signe}{nombre(secondes * 1000)}{INSECABLE}ms"
    entier = int(secondes.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    minutes, reste = divmod(entier, 60)
    heures, minutes_restantes = divmod(minutes, 60)
    jours, heures_restantes = divmod(heures, 24)
    if jours:
        morceaux = [f"{jours}{INSECABLE}j", f"{heures_restantes}{INSECABLE}h" if heures_restantes else ""]
    elif heures:
        morceaux = [f"{heures}{INSECABLE}h", f"{minutes_restantes:02d}" if minutes_restantes else ""]
    elif minutes:
        morceaux = [f"{minutes}{INSECABLE}min", f"{reste}{INSECABLE}s" if reste else ""]
    else:
        morceaux = [f"{reste}{INSECABLE}s"]
    return signe + INSECABLE.join(morceau for morceau in morceaux if morceau)


def accord(quantite: Valeur, singulier: str, pluriel: str | None = None) -> str:
    """Return the word alone in the right number; in French the plural begins at two (1,5 km stays singular)."""
    if abs(_decimal(quantite)) < 2:
        return singulier
    if pluriel is not None:
        return pluriel
    return " ".join(mot if mot[-1:] in "sxz" else f"{mot}s" for mot in singulier.split(" "))


def pluriel(quantite: Valeur, singulier: str, pluriel: str | None = None) -> str:
    """Write a quantity with its word: ``0 pièce``, ``1 pièce``, ``1 250 pièces``.

    Without `pluriel`, each word takes an s unless it ends in s, x or z; give it for « avis reçu », « cheval »…
    """
    return f"{nombre(quantite, None)}{INSECABLE}{accord(quantite, singulier, pluriel)}"


def minuscule(texte: str) -> str:
    """Write a label inside a sentence: its first letter is lowered, its acronyms stay."""
    return texte[:1].lower() + texte[1:]


_ESPACES = f"[ {INSECABLE}{ESPACE_FINE}]"
_REGLES = (
    # An apostrophe follows a letter: « l'État », « aujourd'hui »; 5' (feet, minutes) stays.
    (re.compile(r"(?<=[^\W\d_])'"), "’"),
    (re.compile(rf"«{_ESPACES}*(?=\S)"), f"«{ESPACE_FINE}"),
    (re.compile(rf"(?<=[^\s«]){_ESPACES}*»"), f"{ESPACE_FINE}»"),
    # High punctuation written with a space, or glued to a word and followed by a space or the end: neither
    # 10:30 nor https:// nor ?a=1 are touched.
    (re.compile(rf"(?<=\S){_ESPACES}+(?=[;:!?]+(?:[\s)\]»]|{_ESPACES}|$))"), ESPACE_FINE),
    (re.compile(r"(?<=[\w)\]%€’”»])(?=[;:!?]+(?:[\s)\]»]|$))"), ESPACE_FINE),
    (re.compile(r"\.\.\.(?!\.)"), "…"),
    # A figure is never parted from its unit.
    (re.compile(r"(?<=\d) (?=[%€])"), INSECABLE),
)


def typographie(texte: str | None) -> str:
    """Set a sentence by French rules; plain text only, never HTML, whose entities end with a semicolon.

    Idempotent: text already set comes back unchanged.
    """
    if not texte:
        return ""
    for motif, remplacement in _REGLES:
        texte = motif.sub(remplacement, texte)
    return texte
