"""Parts of the contract known by a code of their own and written by its lead: what their routes share.

They carry no revision: their ETag is a digest of what a reading gives. A write holds the contract's row, as the page's does, so that
what `If-Match` was compared with is what is changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from rest_framework import serializers

from commun.api.concurrence import etiquette_du_contenu, exiger_etiquette, inchange
from commun.api.reponses import ReponseJson, en_json

from ..actions.ecriture import tenir_contrat
from ..forms.echanges import StrictSerializer
from ..lectures.echanges import Ligne
from .vues import VueDuContrat

Changer = Callable[[Any, dict[str, Any], datetime], None]
Creer = Callable[[dict[str, Any], datetime], Model]


class VueDesParties(VueDuContrat):
    """A route of such parts. `lire` reads rows as what is answered, `route` and `cles` give one's own address."""

    saisie: type[StrictSerializer]
    route = ""

    def lire(self, objets: QuerySet[Any]) -> list[Ligne]:
        """What is answered of these rows."""
        raise NotImplementedError

    def cles(self, ligne: Ligne) -> dict[str, Any]:
        """The part's place in its address."""
        return {}

    def repondre(self, objets: QuerySet[Any], *, statut: int = 200) -> HttpResponse:
        """The only part among `objets`, with its ETag; raises `Http404` when there is none."""
        for ligne in self.lire(objets):
            reponse = ReponseJson(ligne, statut=statut)
            reponse["ETag"] = etiquette_du_contenu(reponse.content)
            if self.request.method in ("GET", "HEAD") and inchange(self.request, reponse["ETag"]):
                return HttpResponse(status=304, headers={"ETag": reponse["ETag"]})
            if statut == 201:
                chemin = reverse(f"api:{self.route}", kwargs={"contrat": self.portee.contrat.slug, **self.cles(ligne)})
                reponse["Location"] = self.request.build_absolute_uri(chemin)
            return reponse
        raise Http404

    def ajouter(self, creer: Creer) -> HttpResponse:
        """A new part, from the body."""
        with self._ecriture() as le:
            cree = creer(self._donnees({}, partial=False), le)
            return self.repondre(self._seul(cree), statut=201)

    def enregistrer(
        self, objets: QuerySet[Any], *, creer: Creer, changer: Changer, adresse: dict[str, str]
    ) -> HttpResponse:
        """The part becomes what the body describes, in whole; it is created when it does not exist.

        `adresse` is what the address already says: the body may leave it out, not contradict it.
        """
        with self._ecriture() as le:
            objet, ligne = self._tenu(objets, obligatoire=False)
            donnees = self._donnees(ligne or {}, partial=False, adresse=adresse)
            if objet is None:
                return self.repondre(self._seul(creer(donnees, le)), statut=201)
            changer(objet, donnees, le)
            return self.repondre(self._seul(objet))

    def modifier(self, objets: QuerySet[Any], changer: Changer) -> HttpResponse:
        """Change what the body gives."""
        with self._ecriture() as le:
            objet, ligne = self._tenu(objets, obligatoire=True)
            if objet is None or ligne is None:
                raise Http404
            changer(objet, self._donnees(ligne, partial=True), le)
            return self.repondre(self._seul(objet))

    def retirer(self, objets: QuerySet[Any], retirer: Callable[[Any, datetime], None]) -> HttpResponse:
        """Remove it."""
        with self._ecriture() as le:
            objet, _ = self._tenu(objets, obligatoire=True)
            if objet is None:
                raise Http404
            retirer(objet, le)
        return HttpResponse(status=204)

    @contextmanager
    def _ecriture(self) -> Iterator[datetime]:
        """The right, then the contract's row, held until all is answered."""
        with transaction.atomic():
            tenir_contrat(self.portee.contrat, self.portee.auteur)
            yield timezone.now()

    def _tenu(self, objets: QuerySet[Any], *, obligatoire: bool) -> tuple[Any, Ligne | None]:
        objet = objets.first()
        ligne = None
        if objet is not None:
            (ligne,) = self.lire(objets)
        elif obligatoire:
            raise Http404
        etag = None if ligne is None else etiquette_du_contenu(en_json(ligne))
        exiger_etiquette(self.request, etag, obligatoire=obligatoire)
        return objet, ligne

    def _donnees(self, ligne: Ligne, *, partial: bool, adresse: dict[str, str] | None = None) -> dict[str, Any]:
        """The body, valid; what only a reading gives may be sent back as it was read, not otherwise."""
        envoye, dite = self.request.data, adresse or {}
        if isinstance(envoye, dict):
            autres = [nom for nom, valeur in dite.items() if envoye.get(nom, valeur) != valeur]
            if autres:
                raise serializers.ValidationError({nom: ["Ce n’est pas ce que dit l’adresse."] for nom in autres})
            envoye = {**envoye, **dite}
        saisie = self.saisie(data=envoye, partial=partial)
        saisie.is_valid(raise_exception=True)
        lu = {**dite, **json.loads(en_json(ligne))}
        autres = [nom for nom in saisie.IGNORES if nom in envoye and envoye[nom] != lu.get(nom)]
        if autres:
            raise serializers.ValidationError({nom: ["Ce champ se lit, il ne s’écrit pas ici."] for nom in autres})
        return saisie.validated_data

    @staticmethod
    def _seul(objet: Model) -> QuerySet[Any]:
        return type(objet)._default_manager.filter(pk=objet.pk)
