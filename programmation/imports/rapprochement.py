"""Which file of the campaign each file of a spreadsheet is: by its number and its porteur, else a person says (S-16)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from commun.recherche import mots, normaliser

from ..etats import EtatDossier
from ..models import Campagne, Dossier, OrigineDossier, SourceImport
from .constats import Constat, DossierLu, Question

NOUVEAU = "nouveau"
RESSEMBLANCE = 0.6  # share of the words of two titles that are the same
ORIGINES = {SourceImport.DAUPHIN: OrigineDossier.DAUPHIN, SourceImport.TABLEUR: OrigineDossier.TABLEUR}


class Registre:
    """The files of a campaign as an import may designate them; locked when it is about to write."""

    def __init__(self, campagne: Campagne, choisis: Mapping[str, Any], *, verrouiller: bool) -> None:
        dossiers = Dossier.objects.filter(campagne=campagne).defer("recherche")
        if verrouiller:
            dossiers = dossiers.select_for_update(of=("self",), no_key=True)
        lus = dossiers.select_related("porteur", "dispositif", "orientation", "theme_p147").order_by("pk")
        self.dossiers = list(lus)
        self._choisis = choisis
        self._par_cle: dict[tuple[str, int], Dossier] = {}
        self._par_numero: dict[str, list[Dossier]] = defaultdict(list)
        self._par_porteur: dict[int, list[Dossier]] = defaultdict(list)
        self._par_pk = {d.pk: d for d in self.dossiers}
        self._pris: set[int] = set()
        for dossier in self.dossiers:
            dossier.campagne, dossier.contrat = campagne, campagne.contrat
            self._par_porteur[dossier.porteur_id].append(dossier)
            if dossier.numero_externe:
                self._par_cle[dossier.numero_externe, dossier.porteur_id] = dossier
                self._par_numero[dossier.numero_externe].append(dossier)

    def rapprocher(self, lus: list[DossierLu]) -> None:
        """Give each file read the one that it is here, or the question to ask."""
        for lu in lus:
            if lu.saisie is None:
                continue
            existant = self._designe(lu)
            if existant is None and lu.question is None:
                self._interroger(lu)
            if existant is None:
                continue
            if existant.pk in self._pris:
                message = f"D’autres lignes désignent déjà le dossier {existant.numero} : gardez-en une."
                lu.fautes.append(Constat(lu.lignes[0], "numero_externe", message, "dossier_repete"))
                lu.saisie = None
                continue
            self._pris.add(existant.pk)
            lu.saisie = replace(lu.saisie, existant=existant)

    def absents(self, lus: list[DossierLu], source: str) -> list[Dossier]:
        """The files that such a spreadsheet brought and that it no longer holds, unless they are over here."""
        numeros = {lu.numero_externe for lu in lus}
        return [
            d
            for d in self.dossiers
            if d.origine == ORIGINES[SourceImport(source)]
            and d.pk not in self._pris
            and d.numero_externe not in numeros
            and d.etat not in (EtatDossier.RETIRE, EtatDossier.CLOS)
        ]

    def _designe(self, lu: DossierLu) -> Dossier | None:
        assert lu.saisie is not None
        choisi = str(self._choisis.get(lu.numero_externe, ""))
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
        """A number that another porteur bears, or a file of the porteur that resembles: a person says if it is the same."""
        assert lu.saisie is not None
        if not lu.numero_externe or self._choisis.get(lu.numero_externe) == NOUVEAU:
            return
        autres = self._par_numero.get(lu.numero_externe, [])
        pk = getattr(lu.saisie.porteur, "pk", None)
        siens = [d for d in self._par_porteur.get(pk or 0, []) if not d.numero_externe]
        proches = [d for d in siens if _se_ressemblent(d.intitule, lu.intitule)]
        if not autres and not proches:
            return
        if autres:
            texte = (
                f"Le numéro {lu.numero_externe} est déjà celui d’un dossier de « {autres[0].porteur} » ; le fichier le donne à "
                f"« {lu.porteur} ». Est-ce le même dossier ?"
            )
        else:
            texte = (
                f"« {lu.porteur} » a déjà ici un dossier qui ressemble à « {lu.intitule} » ({lu.numero_externe}). "
                "Est-ce le même ?"
            )
        choix = [(str(d.pk), f"C’est le dossier {d.numero} : {d.intitule}") for d in (*autres, *proches)]
        lu.question = Question(
            "dossier", lu.numero_externe, texte, (*choix, (NOUVEAU, "Non : créer un nouveau dossier"))
        )
        lu.saisie = None


def _se_ressemblent(un: str, autre: str) -> bool:
    a, b = set(mots(un)), set(mots(autre))
    return bool(a | b) and len(a & b) / len(a | b) >= RESSEMBLANCE
