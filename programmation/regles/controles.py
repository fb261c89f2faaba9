"""What a request lacks before its deposit, and what deserves a second look: one sentence each, with where to answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from commun.typographie import INSECABLE, euros, nombre

from .attestations import textes_demandes
from .budget import ecarts_par_financeur
from .champs import section_du_champ
from .demande import Demande, InvestissementDemande, VacancesDemande
from .public import parts_completes


@dataclass(frozen=True, slots=True)
class PieceExigee:
    """A paper that the campaign asks from this organisation."""

    type: str
    libelle: str
    obligatoire: bool
    organisme: bool  # given once for all requests
    aide: str = ""


@dataclass(frozen=True, slots=True)
class Exigences:
    """What a campaign and a scheme ask; a share that is None is not watched. Shares in %."""

    pieces: tuple[PieceExigee, ...] = ()
    taux_public_max: Decimal | None = None
    charges_indirectes_max: Decimal | None = None
    benevolat_max: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Controle:
    """One remark: an error keeps the request from being deposited, a warning does not."""

    champ: str
    message: str
    bloquant: bool = True

    @property
    def section(self) -> str:
        """The page that answers it."""
        trouvee = section_du_champ(self.champ)
        return trouvee.code if trouvee else ""


def controles(demande: Demande, exigences: Exigences) -> tuple[Controle, ...]:
    """All the remarks on a request, in the order of the form (S-01…S-08, S-17)."""
    return tuple(
        controle
        for verification in (
            _organisme(demande),
            _action(demande),
            _operation(demande),
            _lieux(demande),
            _public(demande),
            _moyens(demande),
            _vacances(demande),
            _indicateurs(demande),
            _budget(demande, exigences),
            _financeurs(demande),
            _pieces(demande, exigences),
            _attestations(demande),
        )
        for controle in verification
    )


def _alerte(champ: str, message: str) -> Controle:
    return Controle(champ, message, bloquant=False)


def _manque(champ: str, valeur: object, message: str) -> Iterator[Controle]:
    if valeur in (None, "", ()):
        yield Controle(champ, message)


def _organisme(demande: Demande) -> Iterator[Controle]:
    if demande.porteur.manques:
        yield _alerte("organisme", f"Complétez la fiche de l’organisme : {', '.join(demande.porteur.manques)}.")


def _action(demande: Demande) -> Iterator[Controle]:
    yield from _manque("intitule", demande.intitule, "Donnez un intitulé à l’action.")
    yield from _manque("resume", demande.resume, "Résumez l’action en quelques lignes.")
    if demande.formulaire != "fiche":
        yield from _manque("buts", demande.buts, "Dites les objectifs de l’action.")
        yield from _manque("besoin", demande.besoin, "Dites à quel besoin des habitants l’action répond.")
    if demande.pose("droit_commun_insuffisant"):
        yield from _manque(
            "droit_commun_insuffisant",
            demande.droit_commun_insuffisant,
            "Dites pourquoi les dispositifs de droit commun ne suffisent pas.",
        )
    yield from _manque("orientation", demande.orientation, "Choisissez l’orientation principale du contrat.")
    if demande.formulaire != "fiche" or demande.orientation:  # on the simplified form it follows the orientation
        yield from _manque("theme_p147", demande.theme_p147, "Choisissez le thème du programme 147.")
    if demande.reconduction and not demande.precedent:
        yield _alerte("intitule", "Cette reconduction n’est reliée à aucun dossier de l’an passé (S-08).")


def _operation(demande: Demande) -> Iterator[Controle]:
    if not demande.pose("nature_operation"):
        return
    fiche = demande.investissement or InvestissementDemande(collectivite=False)
    yield from _manque("nature_operation", fiche.nature, "Dites ce que vous construisez, rénovez ou achetez.")
    yield from _manque("equipement", fiche.equipement, "Dites quel équipement ou quel espace est concerné.")
    yield from _manque("stade", fiche.stade, "Dites où en sont les études.")
    yield from _manque("foncier", fiche.foncier, "Dites à quel titre vous disposez du terrain ou du bâtiment.")
    yield from _manque("autorisation", fiche.autorisation, "Dites où en sont les autorisations d’urbanisme.")
    yield from _manque("marches", fiche.marches, "Dites comment et quand les marchés seront passés.")
    yield from _manque(
        "charges_annuelles",
        fiche.charges_annuelles,
        "Dites ce que l’équipement coûtera chaque année, 0 s’il ne coûte rien.",
    )
    if fiche.charges_annuelles and not fiche.charges_portees_par:
        yield Controle("charges_annuelles", "Dites qui paiera le fonctionnement de l’équipement.")


def _lieux(demande: Demande) -> Iterator[Controle]:
    yield from _manque("localisations", demande.lieux, "Dites où l’action se déroule.")
    if not demande.lieux:
        return
    if not parts_completes(lieu.part for lieu in demande.lieux):
        yield Controle(
            "localisations",
            f"Les parts des lieux font {_pourcents(demande.part_totale)} : elles doivent faire 100 % (S-17).",
        )


def _public(demande: Demande) -> Iterator[Controle]:
    total, qpv = demande.beneficiaires, demande.beneficiaires_qpv
    yield from _manque("beneficiaires", total, "Dites combien de personnes l’action touchera.")
    yield from _manque("beneficiaires", qpv, "Dites combien d’entre elles habitent un quartier prioritaire.")
    if total is not None and qpv is not None:
        if qpv > total:
            yield Controle("beneficiaires", "Les habitants des QPV ne peuvent pas dépasser le public total (S-17).")
        elif total and qpv * 2 <= total:
            yield _alerte("beneficiaires", "Les habitants des QPV ne sont pas majoritaires dans le public (S-17).")
    if demande.pose("sexes"):
        yield from _sexes(demande)
    if demande.ages or demande.pose("ages"):
        yield from _ages(demande)


def _sexes(demande: Demande) -> Iterator[Controle]:
    total = demande.beneficiaires
    sexes = (demande.femmes, demande.hommes, demande.sexe_inconnu)
    if all(nombre is None for nombre in sexes):
        yield Controle("sexes", "Dites combien de femmes et d’hommes, même par une estimation.")
    elif total is not None and sum(nombre or 0 for nombre in sexes) != total:
        yield Controle(
            "sexes",
            f"Femmes, hommes et non renseigné font {sum(nombre or 0 for nombre in sexes)} "
            f"pour un public de {total} (S-17).",
        )


def _ages(demande: Demande) -> Iterator[Controle]:
    total = demande.beneficiaires
    if not demande.ages:
        yield _alerte("ages", "Le public n’est pas réparti par âge.")
    elif total is not None and (somme := sum(nombre for _, nombre in demande.ages)) != total:
        yield Controle("ages", f"Les âges font {somme} pour un public de {total} (S-17).")


def _moyens(demande: Demande) -> Iterator[Controle]:
    yield from _manque("dates", demande.debut, "Dites quand l’action commence.")
    yield from _manque("dates", demande.fin, "Dites quand l’action finit.")
    if demande.debut and demande.fin:
        if demande.fin < demande.debut:
            yield Controle("dates", "L’action finit avant d’avoir commencé.")
        if demande.debut.year != demande.annee:
            yield _alerte("dates", f"L’action ne commence pas en {demande.annee}, l’année de la campagne.")
    if demande.pose("moyens"):
        yield from _manque("moyens", demande.moyens, "Dites avec quels moyens humains et matériels.")
    if demande.pose("benevole") and demande.porteur.association:
        yield from _manque("benevole", demande.benevole, "Dites si l’association est surtout animée par des bénévoles.")
        yield from _manque("pic", demande.pic, "Dites si le projet est aussi présenté au PIC de la Région.")


def _vacances(demande: Demande) -> Iterator[Controle]:
    if not demande.questions:
        return
    fiche = demande.vacances or VacancesDemande()
    yield from _manque(
        "periodes", fiche.periodes, "Dites pendant quelles vacances l’action a lieu, et combien de jours."
    )
    if "places" in demande.questions:
        for periode in fiche.periodes:
            if not periode.total:
                yield Controle("periodes", f"{periode.nom} : dites combien de places, par âge et par sexe.")
    if demande.pose("departs"):
        if fiche.sorties is None or fiche.sejours is None:
            yield Controle("departs", "Dites combien de sorties et de séjours, 0 s’il n’y en a pas.")
        elif fiche.sejours and not fiche.departs:
            yield Controle("departs", "Dites combien de jeunes partent en séjour.")
    if demande.pose("fil_rouge"):
        yield from _manque("fil_rouge", fiche.fil_rouge, "Dites comment l’action suit le fil rouge de l’année.")
    if demande.pose("evenement"):
        complet = fiche.evenement and fiche.evenement_le and fiche.evenement_lieu
        if not complet:
            yield Controle("evenement", "Dites quel temps festif marque l’action, quel jour et où.")
        elif fiche.evenement_le and fiche.evenement_le.year != demande.annee:
            yield _alerte("evenement", f"Le temps festif n’a pas lieu en {demande.annee}.")
    for code, valeur, message in (
        ("participation", fiche.participation, "Dites comment les habitants décident et font avec vous."),
        ("ecoresponsable", fiche.ecoresponsable, "Dites vos engagements écoresponsables."),
    ):
        if demande.pose(code):
            yield from _manque(code, valeur, message)


def _indicateurs(demande: Demande) -> Iterator[Controle]:
    if not demande.pose("indicateurs"):
        return
    yield from _manque("indicateurs", demande.indicateurs, "Choisissez au moins un indicateur, avec sa cible.")
    for indicateur in demande.indicateurs:
        if indicateur.cible is None:
            yield Controle("indicateurs", f"Donnez une cible à l’indicateur « {indicateur.libelle} ».")


def _budget(demande: Demande, exigences: Exigences) -> Iterator[Controle]:
    sommes = demande.totaux
    if not sommes.charges:
        yield Controle("budget", "Le budget n’a pas encore de charges.")
        return
    if sommes.ecart:
        cote = "produits" if sommes.ecart > 0 else "charges"
        yield Controle(
            "budget",
            f"Les charges font {euros(sommes.charges)} et les produits {euros(sommes.produits)} : "
            f"il manque {euros(abs(sommes.ecart))} de {cote} (S-01).",
        )
    if sommes.ecart_en_nature:
        yield Controle(
            "budget",
            f"Les contributions en nature ne s’équilibrent pas : {euros(sommes.emplois_en_nature)} au compte 86, "
            f"{euros(sommes.contributions_en_nature)} au compte 87 (S-02).",
        )
    yield from _part_du_maitre_d_ouvrage(demande)
    yield from _alertes_de_budget(demande, exigences)


def _part_du_maitre_d_ouvrage(demande: Demande) -> Iterator[Controle]:
    lue = demande.participation
    if lue is not None and lue.manque:
        yield Controle(
            "budget",
            f"La part du maître d’ouvrage fait {euros(lue.part)}, soit {_pourcents(lue.taux)} des financements publics : "
            f"il en faut 20{INSECABLE}%, il manque {euros(lue.manque)} (S-21).",
        )
    fonds = demande.fonds_de_concours
    if fonds is not None and fonds.depasse:
        yield Controle(
            "budget",
            f"Les fonds de concours de l’intercommunalité font {euros(fonds.demande)} : ils ne peuvent dépasser la part "
            f"que garde la commune, {euros(fonds.plafond)}. Il y a {euros(fonds.depasse)} de trop (S-22).",
        )


def _alertes_de_budget(demande: Demande, exigences: Exigences) -> Iterator[Controle]:
    sommes, porteur = demande.totaux, demande.porteur
    if _depasse(sommes.part_indirecte, exigences.charges_indirectes_max):
        yield _alerte(
            "budget",
            f"Les charges indirectes font {_pourcents(sommes.part_indirecte)} des charges directes ; "
            f"la campagne signale au-delà de {_pourcents(exigences.charges_indirectes_max)} (S-05).",
        )
    if _depasse(sommes.part_benevolat, exigences.benevolat_max):
        yield _alerte(
            "budget",
            f"Le bénévolat fait {_pourcents(sommes.part_benevolat)} du coût complet ; "
            f"la campagne signale au-delà de {_pourcents(exigences.benevolat_max)} (S-06).",
        )
    if porteur.benevoles and not sommes.emplois_en_nature and demande.formulaire == "cerfa_12156":
        yield _alerte(
            "budget",
            f"Votre organisme déclare {porteur.benevoles} bénévoles, mais le budget ne valorise aucun bénévolat (S-06).",
        )
    # An investment has the law's own rule (S-21).
    if demande.investissement is None and _depasse(sommes.part_publique, exigences.taux_public_max):
        yield _alerte(
            "budget",
            f"Les financements publics font {_pourcents(sommes.part_publique)} des produits ; "
            f"la campagne admet {_pourcents(exigences.taux_public_max)} (S-07).",
        )
    organisme = sum(ligne.montant for ligne in porteur.budget if ligne.sens == "charge" and ligne.compte[:2] != "86")
    if organisme and sommes.charges > organisme:
        yield _alerte("budget", "L’action coûte plus que le budget de l’organisme entier (S-08).")
    if demande.fonctionnement and organisme and sommes.charges < organisme:
        yield _alerte(
            "budget",
            "La demande porte sur le fonctionnement global, mais son budget n’est que celui d’une action (S-08).",
        )


def _financeurs(demande: Demande) -> Iterator[Controle]:
    yield from _manque("demandes", demande.demandes, "Dites à quels financeurs vous demandez une subvention.")
    demandes: dict[str, Decimal] = {}
    for ligne in demande.demandes:
        demandes[ligne.libelle] = demandes.get(ligne.libelle, Decimal(0)) + ligne.montant
        if ligne.montant != int(ligne.montant):
            yield Controle("demandes", f"{ligne.financeur} : demandez un montant en euros entiers (S-03).")
    yield from _plafonds(demande)
    for nom, inscrit, demandee in ecarts_par_financeur(demande.subventions_inscrites, demandes):
        yield Controle(
            "demandes",
            f"{nom} : le budget inscrit {euros(inscrit)}, la demande en sollicite {euros(demandee)} (S-04).",
        )
    if demande.totaux.charges and demande.montant_demande > demande.totaux.charges:
        yield Controle("demandes", "Vous demandez plus que le coût de l’action.")


def _plafonds(demande: Demande) -> Iterator[Controle]:
    """S-23: what a project asks through one scheme, from all its funders together."""
    for nom in dict.fromkeys(ligne.dispositif for ligne in demande.demandes):
        siennes = [ligne for ligne in demande.demandes if ligne.dispositif == nom]
        plafond, total = siennes[0].plafond, sum((ligne.montant for ligne in siennes), Decimal(0))
        if plafond is not None and total > plafond:
            financeurs = ", ".join(ligne.financeur for ligne in siennes)
            yield Controle(
                "demandes",
                f"{financeurs} : {euros(total)} dépassent le plafond du dispositif « {nom} », "
                f"{euros(plafond)} par projet (S-23).",
            )


def _pieces(demande: Demande, exigences: Exigences) -> Iterator[Controle]:
    presentes = {piece.type for piece in demande.pieces}
    for piece in exigences.pieces:
        if piece.type not in presentes:
            yield Controle("pieces", f"Il manque la pièce : {piece.libelle}.", bloquant=piece.obligatoire)


def _attestations(demande: Demande) -> Iterator[Controle]:
    acceptees = {attestation.genre for attestation in demande.attestations}
    for texte in textes_demandes(association=demande.porteur.association):
        if texte.genre not in acceptees:
            yield Controle("attestations", f"Attestation à donner : {texte.titre}.")


def _depasse(part: Decimal | None, maximum: Decimal | None) -> bool:
    return part is not None and maximum is not None and part > maximum


def _pourcents(part: Decimal | None) -> str:
    """A share in % as people write it, to the tenth."""
    return f"{nombre((part or Decimal(0)).quantize(Decimal('0.1')), None)}{INSECABLE}%"
