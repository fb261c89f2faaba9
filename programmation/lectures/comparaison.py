"""A request in words, field by field: read again before the deposit, and compared between two dates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from commun import fichiers, instantanes
from commun.auteur import Auteur
from commun.typographie import INSECABLE, date_chiffres, euros, nombre, pluriel

from ..models import Dossier, VersionDossier
from ..regles.champs import SECTIONS, SectionDemande, section_du_champ
from ..regles.demande import SCHEMA, Demande, InvestissementDemande, VacancesDemande
from ..regles.plans_budget import titre_de_ligne
from .demande import RELATIONS, demande_de


@dataclass(frozen=True, slots=True)
class ReponseLue:
    """One answer, as lines of text; none when it is not given yet."""

    champ: str
    libelle: str
    lignes: tuple[str, ...]
    liste: bool = False  # independent lines: places, amounts, papers…


@dataclass(frozen=True, slots=True)
class SectionLue:
    """A section of the form and its answers."""

    section: SectionDemande
    reponses: tuple[ReponseLue, ...]


@dataclass(frozen=True, slots=True)
class Changement:
    """One answer that is not the same at two dates."""

    section: str
    libelle: str
    avant: str
    apres: str


@dataclass(frozen=True, slots=True)
class VersionLue:
    """A version kept: who wrote it, when, why, and what it changed."""

    numero: int
    genre: str
    ecrite_le: datetime
    auteur: str
    organisme: str
    motif: str
    sha256: str
    demande: Demande
    changements: tuple[Changement, ...]

    @property
    def sections(self) -> tuple[SectionLue, ...]:
        """The request in words, as it was."""
        return en_mots(self.demande)


def en_mots(demande: Demande) -> tuple[SectionLue, ...]:
    """The whole request in words, in the order of the form; what that form does not ask is left out, unless it is said."""
    lues = (
        SectionLue(lue.section, tuple(r for r in lue.reponses if r.lignes or demande.pose(r.champ)))
        for lue in _toutes_les_reponses(demande)
    )
    return tuple(lue for lue in lues if lue.reponses)


def _toutes_les_reponses(demande: Demande) -> tuple[SectionLue, ...]:
    """Every answer of every form, given or not."""
    par_section: dict[str, list[ReponseLue]] = {section.code: [] for section in SECTIONS}
    for code, libelle, lire in _REPONSES:
        section = section_du_champ(code)
        assert section is not None  # the table below names fields of the form
        valeur = lire(demande)
        liste = isinstance(valeur, list | tuple)
        par_section[section.code].append(ReponseLue(code, libelle, tuple(_lignes(valeur)), liste))
    return tuple(SectionLue(section, tuple(par_section[section.code])) for section in SECTIONS)


def comparer(avant: Demande, apres: Demande) -> tuple[Changement, ...]:
    """What differs between two requests, answer by answer; of a list, the lines that are not on both sides."""
    anciennes = {(r.champ, r.libelle): r for lue in _toutes_les_reponses(avant) for r in lue.reponses}
    changements = []
    for lue in _toutes_les_reponses(apres):
        for nouvelle in lue.reponses:
            ancienne = anciennes[nouvelle.champ, nouvelle.libelle]
            if set(ancienne.lignes) == set(nouvelle.lignes) if nouvelle.liste else ancienne.lignes == nouvelle.lignes:
                continue
            cote_avant, cote_apres = _ce_qui_differe(ancienne, nouvelle), _ce_qui_differe(nouvelle, ancienne)
            changements.append(Changement(lue.section.titre, nouvelle.libelle, cote_avant, cote_apres))
    return tuple(changements)


# Sections that are given anew each year: nothing to compare.
ANNUELLES = ("L’organisme", "Les pièces", "Les attestations")


def depuis_l_an_passe(
    dossier: Dossier, le: date, *, pour: Auteur, demande: Demande | None = None
) -> tuple[Changement, ...] | None:
    """What a renewal changes; None when it renews nothing, or a file that this reader does not see."""
    if dossier.precedent_id is None:
        return None
    visibles = Dossier.objects.visibles_par(pour, dossier.contrat).select_related(*RELATIONS)
    passe = visibles.filter(pk=dossier.precedent_id).first()
    if passe is None:
        return None
    changements = comparer(demande_de(passe, le), demande or demande_de(dossier, le))
    return tuple(c for c in changements if c.section not in ANNUELLES)


def _ce_qui_differe(reponse: ReponseLue, autre: ReponseLue) -> str:
    return "\n".join(ligne for ligne in reponse.lignes if not reponse.liste or ligne not in autre.lignes)


def versions_de(dossier: Dossier) -> tuple[VersionLue, ...]:
    """Each version kept of a file, the first first, with what it changed from the one before."""
    lues: list[VersionLue] = []
    suite = dossier.versions.select_related("instantane", "ecrite_par", "organisme").order_by("numero")
    for version in suite:
        demande = relire_version(version)
        lues.append(
            VersionLue(
                numero=version.numero,
                genre=version.get_genre_display(),
                ecrite_le=version.ecrite_le,
                auteur=str(version.ecrite_par or ""),
                organisme=version.organisme.nom_court if version.organisme else "",
                motif=version.motif,
                sha256=version.instantane.sha256,
                demande=demande,
                changements=comparer(lues[-1].demande, demande) if lues else (),
            )
        )
    return tuple(lues)


def relire_version(version: VersionDossier) -> Demande:
    """The request as it was kept that day."""
    return instantanes.relire(fichiers.lire(version.instantane), Demande, schema=SCHEMA)


Valeur = str | int | Decimal | date | None | Iterable[str]


def _lignes(valeur: Valeur) -> Iterable[str]:
    if valeur is None or valeur == "":
        return []
    if isinstance(valeur, str):
        return valeur.splitlines()
    if isinstance(valeur, date):
        return [date_chiffres(valeur)]
    if isinstance(valeur, int | Decimal):
        return [nombre(valeur, None)]
    return valeur


def _porteur(demande: Demande) -> list[str]:
    return [f"{nom} : {valeur}" for rubrique in demande.porteur.rubriques for nom, valeur in rubrique.lignes]


def _indicateurs(demande: Demande) -> list[str]:
    return [
        f"{i.libelle} : {'cible à donner' if i.cible is None else f'{nombre(i.cible, None)} {i.unite}'.strip()}"
        for i in demande.indicateurs
    ]


def _budget(demande: Demande) -> list[str]:
    return [f"{titre_de_ligne(ligne.compte, ligne.libelle)} : {euros(ligne.montant)}" for ligne in demande.budget]


def _montants(demande: Demande) -> list[str]:
    return [f"{d.financeur}, {d.dispositif}, {d.nature.lower()} : {euros(d.montant)}" for d in demande.demandes]


def _pieces(demande: Demande) -> list[str]:
    return [f"{piece.libelle} : {piece.nom}" for piece in demande.pieces]


def _attestations(demande: Demande) -> list[str]:
    return [
        f"{a.libelle} ({a.version}), acceptée le {date_chiffres(a.acceptee_le)}"
        + (f" : {euros(a.montant)}" if a.montant is not None else "")
        for a in demande.attestations
    ]


def _oui_ou_non(reponse: bool | None) -> str:
    return "" if reponse is None else "Oui" if reponse else "Non"


def _sur_l_operation(lire: Callable[[InvestissementDemande], Valeur]) -> Callable[[Demande], Valeur]:
    return lambda d: None if d.investissement is None else lire(d.investissement)


def _sur_les_vacances(lire: Callable[[VacancesDemande], Valeur]) -> Callable[[Demande], Valeur]:
    return lambda d: None if d.vacances is None else lire(d.vacances)


def _precise(reponse: str, precision: str) -> str:
    return f"{reponse} : {precision}" if reponse and precision else reponse


def _fonctionnement(fiche: InvestissementDemande) -> str:
    if fiche.charges_annuelles is None:
        return ""
    par_an = f"{euros(fiche.charges_annuelles)} par an"
    return f"{par_an}, à la charge de : {fiche.charges_portees_par}" if fiche.charges_portees_par else par_an


_PLACES = ("filles de moins de 12 ans", "garçons de moins de 12 ans", "filles de 12 à 17 ans", "garçons de 12 à 17 ans")


def _periodes(fiche: VacancesDemande) -> list[str]:
    lignes = []
    for periode in fiche.periodes:
        places = [f"{nombre} {qui}" for nombre, qui in zip(periode.places, _PLACES, strict=True) if nombre]
        detail = f", {pluriel(periode.total, 'place')} ({', '.join(places)})" if places else ""
        lignes.append(f"{periode.nom} : {pluriel(periode.jours, 'jour')}{detail}")
    return lignes


def _departs(fiche: VacancesDemande) -> str:
    if fiche.sorties is None and fiche.sejours is None:
        return ""
    partent = f", {pluriel(fiche.departs, 'jeune part', 'jeunes partent')}" if fiche.departs else ""
    return f"{pluriel(fiche.sorties or 0, 'sortie')}, {pluriel(fiche.sejours or 0, 'séjour')}{partent}"


def _evenement(fiche: VacancesDemande) -> str:
    quand = f"le {date_chiffres(fiche.evenement_le)}" if fiche.evenement_le else ""
    return ", ".join(mot for mot in (fiche.evenement, quand, fiche.evenement_lieu) if mot)


# Code of the field, its label, what it says.
_REPONSES: tuple[tuple[str, str, Callable[[Demande], Valeur]], ...] = (
    ("organisme", "Fiche de l’organisme", _porteur),
    ("intitule", "Intitulé", lambda d: d.intitule),
    ("objet", "Objet de la demande", lambda d: d.objet),
    ("precedent", "Caractère", lambda d: f"{d.caractere} du dossier {d.precedent}" if d.precedent else d.caractere),
    ("dispositif", "Dispositif", lambda d: d.dispositif),
    ("resume", "Résumé", lambda d: d.resume),
    ("buts", "Objectifs de l’action", lambda d: d.buts),
    ("besoin", "Besoin auquel l’action répond", lambda d: d.besoin),
    ("droit_commun_insuffisant", "Pourquoi le droit commun ne suffit pas", lambda d: d.droit_commun_insuffisant),
    ("orientation", "Orientation principale", lambda d: d.orientation),
    ("axes_transversaux", "Axes transversaux", lambda d: d.axes_transversaux),
    ("objectifs", "Objectifs du contrat", lambda d: d.objectifs),
    ("theme_p147", "Thème du programme 147", lambda d: d.theme_p147),
    ("nature_operation", "Nature de l’opération", _sur_l_operation(lambda o: o.nature)),
    ("equipement", "Équipement ou espace concerné", _sur_l_operation(lambda o: o.equipement)),
    ("stade", "Avancement des études", _sur_l_operation(lambda o: o.stade)),
    ("foncier", "Maîtrise foncière", _sur_l_operation(lambda o: _precise(o.foncier, o.foncier_precision))),
    (
        "autorisation",
        "Autorisations d’urbanisme",
        _sur_l_operation(lambda o: _precise(o.autorisation, o.autorisation_precision)),
    ),
    ("marches", "Marchés", _sur_l_operation(lambda o: o.marches)),
    ("charges_annuelles", "Fonctionnement après travaux", _sur_l_operation(_fonctionnement)),
    (
        "derogation",
        "Dérogation à la participation minimale",
        _sur_l_operation(lambda o: _precise(o.derogation, o.derogation_motif)),
    ),
    (
        "localisations",
        "Répartition",
        lambda d: [f"{lieu.nom} : {nombre(lieu.part, None)}{INSECABLE}%" for lieu in d.lieux],
    ),
    ("lieu", "Lieux de réalisation", lambda d: d.lieu),
    ("beneficiaires", "Public attendu", lambda d: d.beneficiaires),
    ("beneficiaires", "dont habitants des QPV", lambda d: d.beneficiaires_qpv),
    ("sexes", "dont femmes", lambda d: d.femmes),
    ("sexes", "dont hommes", lambda d: d.hommes),
    ("sexes", "dont non renseigné", lambda d: d.sexe_inconnu),
    ("ages", "Âges", lambda d: [f"{tranche} : {pluriel(n, 'personne')}" for tranche, n in d.ages]),
    ("dates", "Début", lambda d: d.debut),
    ("dates", "Fin", lambda d: d.fin),
    ("calendrier", "Calendrier", lambda d: d.calendrier),
    ("moyens", "Moyens humains et matériels", lambda d: d.moyens),
    ("partenaires", "Partenaires", lambda d: d.partenaires),
    ("benevole", "Animée surtout par des bénévoles", lambda d: _oui_ou_non(d.benevole)),
    ("periodes", "Périodes, jours et places", _sur_les_vacances(_periodes)),
    ("departs", "Sorties et séjours", _sur_les_vacances(_departs)),
    ("fil_rouge", "Lien avec le fil rouge de l’année", _sur_les_vacances(lambda v: v.fil_rouge)),
    ("evenement", "Temps festif", _sur_les_vacances(_evenement)),
    ("participation", "Démarche collective et participative", _sur_les_vacances(lambda v: v.participation)),
    ("ecoresponsable", "Engagements écoresponsables", _sur_les_vacances(lambda v: v.ecoresponsable)),
    ("indicateurs", "Indicateurs", _indicateurs),
    ("evaluation", "Façon d’évaluer", lambda d: d.evaluation),
    ("budget", "Budget", _budget),
    ("budget", "Précisions sur le budget", lambda d: d.note_budget),
    ("demandes", "Montants demandés", _montants),
    ("pic", "PIC de la Région", lambda d: d.pic),
    ("pieces", "Pièces", _pieces),
    ("attestations", "Attestations", _attestations),
)


def codes_des_libelles(libelles: Iterable[str]) -> set[str]:
    """The fields that these labels name, as a correction keeps them in the journal."""
    nommes = set(libelles)
    return {code for code, libelle, _ in _REPONSES if libelle in nommes}
