"""Which file of the campaign each file of a spreadsheet is: by its number and its porteur, else a person says (S-16)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from django.db.models import Q

from commun.recherche import mots, normaliser

from ..etats import EtatDossier
from ..models import Campagne, Dossier, OrigineDossier, SourceImport
from .constats import Constat, DossierLu, Question

NOUVEAU, LAISSER = "nouveau", "laisser"
RESSEMBLANCE = 0.6  # share of the words of two titles that are the same
ORIGINES = {SourceImport.DAUPHIN: OrigineDossier.DAUPHIN, SourceImport.TABLEUR: OrigineDossier.TABLEUR}
# A porteur's own: an import never writes there.
_A_PART = (EtatDossier.BROUILLON, EtatDossier.RETIRE)


class Connu(NamedTuple):
    """What designates a file of the campaign."""

    pk: int
    porteur_id: int
    porteur: str
    numero: str
    numero_externe: str
    intitule: str
    etat: str


class Registre:
    """The files of a campaign that a spreadsheet may designate, and no other: a campaign may hold many more."""

    def __init__(
        self, campagne: Campagne, lus: Sequence[DossierLu], choisis: Mapping[str, Any], *, source: str
    ) -> None:
        self._campagne, self._choisis = campagne, choisis
        self._origine = ORIGINES[SourceImport(source)]
        self._par_cle: dict[tuple[str, int], Connu] = {}
        self._par_numero: dict[str, list[Connu]] = defaultdict(list)
        self._par_porteur: dict[int, list[Connu]] = defaultdict(list)
        self._a_part: dict[int, list[Connu]] = defaultdict(list)
        self._par_pk: dict[int, Connu] = {}
        self._pris: set[int] = set()
        self._numeros = {lu.numero_externe for lu in lus} - {""}
        connus = self._connus(lus)
        for connu in connus:
            self._ranger(connu)
        for connu in connus:  # our own number, that our exports give, unless the other téléservice gives it to another
            if connu.etat != EtatDossier.BROUILLON and (connu.numero, connu.porteur_id) not in self._par_cle:
                self._par_cle[connu.numero, connu.porteur_id] = connu
                self._par_numero[connu.numero].append(connu)

    def _connus(self, lus: Sequence[DossierLu]) -> list[Connu]:
        """Asked apart, so that each is found by its index: by number, by porteur, by what a person has said.

        A file that bears a number of the other téléservice is sought under that number, unless some line has none. A
        trial of the team's is nobody's request.
        """
        dossiers = Dossier.objects.filter(campagne=self._campagne, essai=False).order_by()
        porteurs: set[int] = set()
        sans_numero: set[int] = set()
        for lu in lus:
            if lu.saisie is not None and (pk := getattr(lu.saisie.porteur, "pk", None)) is not None:
                (porteurs if lu.numero_externe else sans_numero).add(pk)
        dits = {int(c) for lu in lus if (c := str(self._choisis.get(_cle(lu), ""))).isdigit()}
        trouves: dict[int, Connu] = {}
        for condition in (
            Q(numero_externe__in=self._numeros),
            Q(numero__in=self._numeros),
            Q(porteur__in=porteurs, numero_externe=""),
            Q(porteur__in=sans_numero),
            Q(pk__in=dits),
        ):
            lignes = dossiers.filter(condition).values_list(
                "pk", "porteur", "porteur__nom", "numero", "numero_externe", "intitule", "etat"
            )
            trouves |= {ligne[0]: Connu(*ligne) for ligne in lignes}
        return [trouves[pk] for pk in sorted(trouves)]

    def _ranger(self, connu: Connu) -> None:
        if connu.etat != EtatDossier.BROUILLON:
            self._par_pk[connu.pk] = connu
            if connu.numero_externe:
                self._par_cle[connu.numero_externe, connu.porteur_id] = connu
                self._par_numero[connu.numero_externe].append(connu)
        (self._a_part if connu.etat in _A_PART else self._par_porteur)[connu.porteur_id].append(connu)

    def rapprocher(self, lus: Sequence[DossierLu], *, verrouiller: bool) -> None:
        """Give each file read the one that it is here, or the question to ask; locked when it is about to be written."""
        designes: list[tuple[DossierLu, int]] = []
        for lu in lus:
            if lu.saisie is None:
                continue
            connu = self._designe(lu)
            if connu is None:
                self._interroger(lu)
                if lu.saisie is not None and lu.manques:
                    lu.fautes += lu.manques
                    lu.saisie = None
                continue
            if connu.pk in self._pris:
                message = f"D’autres lignes désignent déjà le dossier {connu.numero} : gardez-en une."
                lu.fautes.append(Constat(lu.lignes[0], "numero_externe", message, "dossier_repete"))
                lu.saisie = None
                continue
            self._pris.add(connu.pk)
            designes.append((lu, connu.pk))
        dossiers = self._lire([pk for _, pk in designes], verrouiller=verrouiller)
        for lu, pk in designes:
            assert lu.saisie is not None  # designated above
            lu.saisie = replace(lu.saisie, existant=dossiers[pk])

    def absents(self, montres: int) -> tuple[int, list[Dossier]]:
        """How many files such a spreadsheet brought and no longer holds, unless they are over here, and the first."""
        absents = (
            Dossier.objects.filter(campagne=self._campagne, origine=self._origine)
            .exclude(pk__in=self._pris)
            .exclude(numero_externe__in=self._numeros)
            .exclude(etat__in=[EtatDossier.RETIRE, EtatDossier.CLOS])
        )
        premiers = list(absents.defer("recherche").select_related("porteur").order_by("pk")[:montres])
        return (len(premiers) if len(premiers) < montres else absents.count()), premiers

    def _lire(self, cles: Iterable[int], *, verrouiller: bool) -> dict[int, Dossier]:
        dossiers = Dossier.objects.filter(pk__in=cles).defer("recherche").order_by("pk")
        if verrouiller:
            dossiers = dossiers.select_for_update(of=("self",), no_key=True)
        lus = {d.pk: d for d in dossiers.select_related("porteur", "dispositif", "orientation", "theme_p147")}
        for dossier in lus.values():
            dossier.campagne, dossier.contrat = self._campagne, self._campagne.contrat
        return lus

    def _designe(self, lu: DossierLu) -> Connu | None:
        assert lu.saisie is not None
        choisi = str(self._choisis.get(_cle(lu), ""))
        if choisi.isdigit() and int(choisi) in self._par_pk:
            return self._par_pk[int(choisi)]
        pk = getattr(lu.saisie.porteur, "pk", None)
        if pk is None:
            return None
        if lu.numero_externe:
            return self._par_cle.get((lu.numero_externe, pk))
        memes = [d for d in self._par_porteur.get(pk, []) if normaliser(d.intitule) == normaliser(lu.intitule)]
        return memes[0] if len(memes) == 1 else None

    def _interroger(self, lu: DossierLu) -> None:
        """What a person has to say before a new file is made.

        A number that another porteur bears, a file of the porteur that resembles; or what the porteur keeps to itself
        here and that resembles: a request that it has begun, or given up. Those are neither shown nor written.
        """
        assert lu.saisie is not None
        pk = getattr(lu.saisie.porteur, "pk", None) or 0
        cle = _cle(lu)
        reponse = self._choisis.get(cle)
        a_part = [d for d in self._a_part.get(pk, []) if _se_ressemblent(d.intitule, lu.intitule)]
        if reponse == LAISSER:
            lu.ignore, lu.saisie = True, None
            return
        if reponse == NOUVEAU:
            lu.remarques += [Constat(lu.lignes[0], "intitule", _rappel(d), "a_part") for d in a_part]
            return
        autres = self._par_numero.get(lu.numero_externe, []) if lu.numero_externe else []
        siens = self._par_porteur.get(pk, [])
        if lu.numero_externe:
            proches = [d for d in siens if not d.numero_externe and _se_ressemblent(d.intitule, lu.intitule)]
        else:  # several bear the very title
            proches = [d for d in siens if normaliser(d.intitule) == normaliser(lu.intitule)]
        if not autres and not proches and not a_part:
            return
        if autres:
            texte = (
                f"Le numéro {lu.numero_externe} est déjà celui d’un dossier de « {autres[0].porteur} » ; le fichier le donne à "
                f"« {lu.porteur} ». Est-ce le même dossier ?"
            )
        elif proches:
            texte = (
                f"« {lu.porteur} » a déjà ici un dossier qui ressemble à « {lu.intitule} »{_entre(lu.numero_externe)}. "
                "Est-ce le même ?"
            )
        else:
            texte = (
                f"« {lu.porteur} » {_ce_qu_il_a(a_part[0])} qui ressemble à « {lu.intitule} » : un import n’y touche pas. "
                "Que faire de ces lignes ?"
            )
        choix = [(str(d.pk), f"C’est le dossier {d.numero} : {d.intitule}") for d in (*autres, *proches)]
        nouveau = "Non : créer un nouveau dossier" if choix else "Créer un nouveau dossier"
        lu.question = Question(
            "dossier", cle, texte, (*choix, (NOUVEAU, nouveau), (LAISSER, "Laisser ces lignes de côté"))
        )
        lu.saisie = None


def _cle(lu: DossierLu) -> str:
    """Under what a person's answer is kept: the number, else the porteur and the title."""
    if lu.numero_externe or lu.saisie is None:
        return lu.numero_externe
    return f"{getattr(lu.saisie.porteur, 'pk', '')}|{normaliser(lu.intitule)}"


def _entre(numero: str) -> str:
    return f" ({numero})" if numero else ""


def _ce_qu_il_a(connu: Connu) -> str:
    if connu.etat == EtatDossier.BROUILLON:
        return "a commencé ici une demande, pas encore déposée,"
    return f"a retiré ici le dossier {connu.numero},"


def _rappel(connu: Connu) -> str:
    suite = "invitez-le à l’abandonner." if connu.etat == EtatDossier.BROUILLON else "il reste retiré."
    return f"Le porteur {_ce_qu_il_a(connu)} qui ressemble à celle-ci : {suite}"


def _se_ressemblent(un: str, autre: str) -> bool:
    a, b = set(mots(un)), set(mots(autre))
    return bool(a | b) and len(a & b) / len(a | b) >= RESSEMBLANCE
