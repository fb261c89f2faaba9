"""Invents the yearly campaigns: files, budgets, opinions, and their journal."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import F, Sum

from acteurs.models import Utilisateur
from commun.journal import inscrire_lot
from commun.vie import Vie
from contrats.models import Engagement, Reunion
from geographie.models import PopulationPerimetre
from programmation.etats import EtatDemande, EtatDossier, SensAvis
from programmation.models import (
    Avis,
    BudgetPrevisionnel,
    Campagne,
    CaractereDossier,
    Convention,
    DemandeFinancement,
    Dispositif,
    Dossier,
    Formulaire,
    LigneBudget,
    Localisation,
    NatureDossier,
    PublicParAge,
    SensLigne,
    TrancheAge,
    TypeConvention,
)
from programmation.regles import convention_requise

from .actions_inventees import ActionSuivie, Tirage
from .argent import SEUIL_CONVENTION, Argent
from .calendrier import a_l_heure
from .financeurs import CHANCE_COMMUNE, CHANCE_FIPD, CHANCES, DC, SPE, Guichet
from .lecture import decimal, lignes, poser, provenance, relier
from .monde import Monde
from .prevus import DemandePrevue, DossierPrevu
from .textes import AVIS_DEFAVORABLES, AVIS_FAVORABLES, AVIS_RESERVES, DESCRIPTIONS

TAUX_PUBLIC_MAX = 80
DELAI_DE_SIGNATURE = timedelta(days=21)
FAMILLES = {
    "aap": "aap",
    "cpo": "cpo",
    "sip": "sip",
    "fpc": "fpc",
    "ami": "ami",
    "reserve": "reserve",
    "fdc": "fonds_de_concours",
    "nqe": "vacances",
    "vvv": "vacances",
    "fipd": "fipd",
}
FORMULAIRES = {"sip": Formulaire.FICHE}
# Files and multi-year tranches of each campaign, from the first to the last; the SIP come on top.
EFFECTIFS = (139, 151, 158, 149)
TRANCHES_CPO = (13, 19, 25, 26)
SIP_PAR_AN = 9
# Chances that a file is refused, not receivable, withdrawn; the others live their life.
SORTS = {"refus": 0.055, "irrecevable": 0.02, "retrait": 0.01}
BESOIN = "Besoin repéré avec les habitants et les partenaires du quartier."
DROIT_COMMUN = "Les dispositifs existants ne vont pas jusqu’au quartier, ou leur seuil d’accès est trop haut."
TERMINEES = (EtatDemande.SOLDEE, EtatDemande.REFUSEE, EtatDemande.ANNULEE)


def creer_dispositifs(monde: Monde) -> dict[str, Dispositif]:
    """The schemes of the fixtures, by code."""
    poses = poser(
        Dispositif,
        ("code",),
        (
            {
                "code": ligne["code"],
                "nom": ligne["libelle"],
                "famille": FAMILLES.get(ligne["code"], "autre"),
                "plafond": decimal(ligne["plafond_par_projet"]),
                "section": ligne["section"],
                "formulaire": FORMULAIRES.get(ligne["code"], Formulaire.CERFA),
                "permanent": ligne["periodicite"] == "permanente",
                "pluriannuel": ligne["periodicite"] == "pluriannuelle",
                "source": provenance(ligne),
            }
            for ligne in lignes("nomenclatures/dispositifs.csv")
        ),
        contrat=monde.contrat,
    )
    return {code: dispositif for (code,), dispositif in poses.items()}


class Campagnes:
    """Writes every campaign, year after year, so that each file may point to last year's."""

    def __init__(self, monde: Monde, copils: dict[int, Reunion], commissions: dict[int, list[Reunion]]) -> None:
        self.monde, self.hasard, self.calendrier = monde, monde.hasard, monde.calendrier
        self.copils, self.commissions = copils, commissions
        self.dispositifs = creer_dispositifs(monde)
        habitants = PopulationPerimetre.objects.order_by().values_list("version_id").annotate(Sum("habitants"))
        self.tirage = Tirage(monde, {version: total or 0 for version, total in habitants})
        self.vivantes: list[ActionSuivie] = []
        self.engagements: dict[str, list[Engagement]] = defaultdict(list)
        servis = monde.contrat.engagements.filter(reference__regex="^[EC][0-9]")
        for engagement in servis.select_related("orientation").order_by("reference"):
            if engagement.orientation is not None:
                self.engagements[engagement.orientation.code].append(engagement)

    def creer(self) -> None:
        """All the years; a demo far into the contract has more of them than levels, and its first ones are alike."""
        annees = self.calendrier.annees
        for rang, annee in enumerate(annees):
            self._creer_annee(annee, max(0, rang + len(EFFECTIFS) - len(annees)))

    def _creer_annee(self, annee: int, niveau: int) -> None:
        campagne = Campagne.objects.create(
            contrat=self.monde.contrat,
            annee=annee,
            nom=f"Appel à projets {annee}",
            ouverte_le=self.calendrier.ouverture(annee),
            limite_depot=self.calendrier.limite(annee),
            copil_prevu_le=self.calendrier.copil(annee),
            taux_public_max=TAUX_PUBLIC_MAX,
            fictif=True,
        )
        prevus = [self._prevoir(campagne, action) for action in self._actions_de_l_annee(annee, niveau)]
        fin = a_l_heure(self.calendrier.aujourdhui + timedelta(days=1))
        prevus.sort(key=lambda prevu: prevu.dossier.depose_le or fin)
        for rang, prevu in enumerate(prevus, start=1):
            prevu.dossier.numero = f"{annee}-{rang:03d}"
        argent = Argent(self.monde, self.dispositifs, annee, niveau)
        argent.repartir(prevus)
        for prevu in prevus:
            reunion = self._reunion(annee, prevu)
            argent.faire_vivre(prevu, reunion)
            if prevu.dossier.etat == EtatDossier.EN_INSTRUCTION and reunion and self.calendrier.est_passe(reunion.le):
                acte, motif = (
                    ("programmer", str(reunion)) if prevu.garde else ("ajourner", "Aucun financeur ne retient l’action")
                )
                prevu.vie.faire(acte, a_l_heure(reunion.le, 16), self.monde.chef_de_projet, motif=motif)
            self._donner_avis(prevu)
            self._clore(annee, prevu)
        argent.ecrire(prevus)
        self._conclure_des_annuelles(annee, prevus)
        self._ecrire(prevus)
        for prevu in prevus:
            prevu.action.dernier = prevu.dossier
        self.vivantes = [prevu.action for prevu in prevus if prevu.garde and not prevu.action.sip]

    # --- Which actions, which files -----------------------------------------------------------------------------------

    def _actions_de_l_annee(self, annee: int, niveau: int) -> list[ActionSuivie]:
        """The actions that go on, those that become CPO, and new ones up to the year's number of files."""
        hasard, porteurs = self.hasard, self.monde.porteurs
        actions = []
        for action in self.vivantes:
            if action.convention is not None and action.convention.derniere_annee < annee:
                action.convention = None
            if action.convention is not None or hasard.random() < 0.76:
                actions.append(action)
        while len(actions) < EFFECTIFS[niveau]:
            actions.append(self.tirage.action(hasard.choice(porteurs)))
        self._conclure_des_cpo(annee, actions, TRANCHES_CPO[niveau])
        if not self.calendrier.est_a_venir(annee):
            # SIP goes first to associations that did not answer the call (L2291 of the contract).
            sollicites = {action.porteur.organisme.pk for action in actions}
            associations = [p for p in porteurs if not p.est_commune]
            petites = [p for p in associations if p.organisme.pk not in sollicites] or associations
            actions += [self.tirage.action(hasard.choice(petites), sip=True) for _ in range(SIP_PAR_AN)]
        return actions

    def _conclure_des_cpo(self, annee: int, actions: list[ActionSuivie], tranches: int) -> None:
        """Offer a multi-year agreement to the weightiest actions, those already known first, up to `tranches`."""
        manquent = tranches - sum(1 for action in actions if action.convention is not None)
        candidates = [action for action in actions if action.convention is None]
        candidates.sort(key=lambda action: (action.dernier is None, -action.poids))
        signature = self.calendrier.copil(annee) + timedelta(days=62)
        for rang, action in enumerate(candidates[: max(0, manquent)], start=1):
            # Bigger than the yearly files, and closer to one another.
            action.poids = 8 + 0.6 * action.poids
            action.convention = Convention.objects.create(
                contrat=self.monde.contrat,
                numero=f"CPO-{annee}-{rang:02d}",
                type=TypeConvention.CPO,
                porteur=action.porteur.organisme,
                premiere_annee=annee,
                derniere_annee=min(annee + 2, self.monde.contrat.fin),
                signee_le=signature if self.calendrier.est_passe(signature) else None,
                fictif=True,
            )

    def _conclure_des_annuelles(self, annee: int, prevus: list[DossierPrevu]) -> None:
        """An agreement for the year wherever one funder notified one association more than the threshold (S-11)."""
        notifiees: dict[tuple[str, int], list[DemandePrevue]] = defaultdict(list)
        for prevu in prevus:
            if prevu.action.convention is None and not prevu.action.porteur.est_commune:
                for prevue in prevu.demandes:
                    if prevue.demande.notifie_le is not None and prevue.demande.montant_vote:
                        notifiees[prevue.guichet.financeur, prevu.dossier.porteur_id].append(prevue)
        dues = [
            (self._signature(siennes), porteur)
            for (_, porteur), siennes in notifiees.items()
            if convention_requise((p.demande.montant_vote or Decimal(0) for p in siennes), seuil=SEUIL_CONVENTION)
        ]
        dues.sort(key=lambda due: due[0] or date.max)
        Convention.objects.bulk_create(
            Convention(
                contrat=self.monde.contrat,
                numero=f"CA-{annee}-{rang:02d}",
                type=TypeConvention.ANNUELLE,
                porteur_id=porteur,
                premiere_annee=annee,
                derniere_annee=annee,
                signee_le=signature,
                fictif=True,
            )
            for rang, (signature, porteur) in enumerate(dues, start=1)
        )

    def _signature(self, prevues: list[DemandePrevue]) -> date | None:
        """The day the funder's own row was put under agreement, else some weeks after the last notification."""
        conventionnees = [a["le"].date() for p in prevues for a in p.vie.actes if a["acte"] == "conventionner"]
        notifiees = [p.demande.notifie_le for p in prevues if p.demande.notifie_le is not None]
        signature = max(conventionnees) if conventionnees else max(notifiees) + DELAI_DE_SIGNATURE
        return signature if self.calendrier.est_passe(signature) else None

    def _prevoir(self, campagne: Campagne, action: ActionSuivie) -> DossierPrevu:
        """The file, and its life up to the opening of its instruction."""
        hasard, annee = self.hasard, campagne.annee
        dispositif = "sip" if action.sip else "cpo" if action.convention else "aap"
        sort = "normal"
        if dispositif == "aap":
            (sort,) = hasard.choices(["normal", *SORTS], [1 - sum(SORTS.values()), *SORTS.values()])
        depose = self._jour_de_depot(campagne, action)
        # Before the first campaign of the base there were others: half of its actions are not new.
        reconduite = action.dernier is not None or (
            annee == self.calendrier.premiere and not action.sip and hasard.random() < 0.55
        )
        personnes = max(6, round(action.personnes * hasard.uniform(0.9, 1.15)))
        part_femmes = hasard.uniform(0.9, 1) if action.modele.public == "femmes" else hasard.uniform(0.4, 0.62)
        part_jeunes = {"jeunes": 0.9, "enfants": 0.35, "seniors": 0.0}.get(action.modele.public, 0.2)
        femmes = round(personnes * part_femmes)
        debut = depose + timedelta(days=45) if action.sip else date(annee, 1, 1)
        dossier = Dossier(
            contrat=self.monde.contrat,
            campagne=campagne,
            nature=NatureDossier.TRANCHE_CPO if action.convention else NatureDossier.ACTION,
            caractere=CaractereDossier.RECONDUITE if reconduite else CaractereDossier.NOUVELLE,
            dispositif=self.dispositifs[dispositif],
            convention=action.convention,
            precedent=action.dernier,
            porteur=action.porteur.organisme,
            intitule=action.titre,
            resume=self._resume(action),
            besoin=BESOIN,
            droit_commun_insuffisant=DROIT_COMMUN,
            orientation=self.monde.orientations[action.orientation],
            theme_p147=self.monde.themes[action.modele.theme],
            debut=debut,
            fin=max(date(annee, 12, 31), debut + timedelta(days=60)),
            beneficiaires=personnes,
            beneficiaires_qpv=round(personnes * hasard.uniform(0.45, 0.95)),
            femmes=femmes,
            hommes=personnes - femmes,
            jeunes=round(personnes * part_jeunes),
            instructeur=self._suivi_par(action),
            fictif=True,
        )
        prevu = DossierPrevu(action, dossier, Vie(dossier), sort, depose, self._guichets(action, dispositif))
        if self.calendrier.est_passe(depose):
            self._deposer_et_instruire(prevu, depose)
        return prevu

    def _jour_de_depot(self, campagne: Campagne, action: ActionSuivie) -> date:
        """Towards the limit; at the opening for a CPO tranche, which nobody deposits; along the year for a SIP."""
        hasard = self.hasard
        if action.convention is not None:
            return campagne.ouverte_le + timedelta(days=2)
        if action.sip:
            debut = self.calendrier.copil(campagne.annee)
            fin = min(date(campagne.annee, 10, 31), self.calendrier.aujourdhui)
            return debut + timedelta(days=hasard.randint(0, max(1, (fin - debut).days)))
        duree = (campagne.limite_depot - campagne.ouverte_le).days
        if self.calendrier.est_a_venir(campagne.annee):
            # A few are still drafts: their day of deposit lies ahead.
            tire = hasard.random()
            # The last days bring a wave that is not instructed yet.
            part = 1.0 if tire < 0.06 else hasard.uniform(0.75, 0.88) if tire < 0.3 else hasard.uniform(0.04, 0.75)
        else:
            part = hasard.uniform(0.05, 1) ** 0.6
        return campagne.ouverte_le + timedelta(days=round(duree * part))

    def _resume(self, action: ActionSuivie) -> str:
        modele = action.modele.titre[0].lower() + action.modele.titre[1:]
        lieu = action.titre.rsplit(" – ", 1)[1]
        texte = self.hasard.choice(DESCRIPTIONS).format(quoi=modele)
        return f"{texte[0].upper()}{texte[1:]} Lieu : {lieu}."

    def _suivi_par(self, action: ActionSuivie) -> Utilisateur:
        cle = "chef-de-projet-denain" if action.porteur.commune == "59172" else "chef-de-projet"
        return self.monde.utilisateurs[cle]

    def _guichets(self, action: ActionSuivie, dispositif: str) -> list[Guichet]:
        """The funders asked; always one at least of specific credits."""
        if dispositif == "sip":
            return [Guichet("caph", "sip", SPE)]
        hasard = self.hasard
        # A multi-year agreement brings more funders round the table.
        prime = 1.25 if dispositif == "cpo" else 1.0
        guichets = [
            Guichet(cle, dispositif, nature)
            for (cle, nature), chances in CHANCES.items()
            if hasard.random() < chances[action.orientation] * prime
        ]
        if not any(guichet.nature == SPE for guichet in guichets):
            guichets.append(Guichet("etat", dispositif, SPE))
        if not action.porteur.est_commune and hasard.random() < CHANCE_COMMUNE:
            guichets.append(Guichet(f"commune-{action.porteur.commune}", dispositif, DC))
        if action.orientation == "O5" and hasard.random() < CHANCE_FIPD:
            guichets.append(Guichet("etat", "fipd", DC))
        return guichets

    # --- The life of a file -------------------------------------------------------------------------------------------

    def _deposer_et_instruire(self, prevu: DossierPrevu, depose: date) -> None:
        """From the deposit to the opening of the instruction, as far as today allows."""
        hasard = self.hasard
        par, pilote = self.monde.auteur_du_depot(prevu.dossier.porteur), self.monde.chef_de_projet
        heure = a_l_heure(depose, hasard.randint(8, 18), hasard.randint(0, 59))
        tranche = prevu.dossier.convention is not None
        motif = "Tranche née de la convention, sans dépôt (C-03)" if tranche else ""
        prevu.vie.faire("deposer", heure, pilote if tranche else par, motif=motif, champs={"depose_le": heure})
        etapes = [("declarer_complet", ""), ("declarer_recevable", ""), ("ouvrir_instruction", "")]
        if prevu.sort == "retrait":
            etapes = [("retirer", "Action abandonnée par le porteur")]
        elif prevu.sort == "irrecevable":
            etapes = [("declarer_irrecevable", "Hors des orientations du contrat")]
        elif not tranche and hasard.random() < 0.12:
            etapes.insert(0, ("declarer_incomplet", "Plan de financement non équilibré"))
        jour = depose
        for acte, raison in etapes:
            attente = 14 if prevu.dossier.etat == EtatDossier.INCOMPLET else 6
            jour += timedelta(days=1 if tranche else hasard.randint(1, attente))
            if not self.calendrier.est_passe(jour):
                return
            prevu.vie.faire(
                acte,
                a_l_heure(jour, 19 if tranche else 11, hasard.randint(0, 59)),
                par if acte == "retirer" else pilote,
                motif=raison,
            )
        prevu.instruit_le = jour

    def _reunion(self, annee: int, prevu: DossierPrevu) -> Reunion | None:
        """The meeting that examines the file: the COPIL, or the next commission for a SIP."""
        if not prevu.action.sip:
            return self.copils[annee]
        suivantes = [r for r in self.commissions[annee] if r.le >= prevu.instruit_le + timedelta(days=3)]
        return suivantes[0] if suivantes else None

    def _donner_avis(self, prevu: DossierPrevu) -> None:
        """Opinions of the State and of the funders asked, once the file is instructed."""
        if prevu.dossier.etat not in (EtatDossier.EN_INSTRUCTION, EtatDossier.PROGRAMME, EtatDossier.AJOURNE):
            return
        hasard, etat = self.hasard, self.monde.organismes["etat"]
        donneurs = {etat.pk: etat} | {p.demande.financeur.pk: p.demande.financeur for p in prevu.demandes}
        for organisme in donneurs.values():
            rendu = prevu.instruit_le + timedelta(days=hasard.randint(1, 25))
            if hasard.random() > 0.5 or not self.calendrier.est_passe(rendu):
                continue
            if not prevu.garde:
                sens, texte = SensAvis.DEFAVORABLE, hasard.choice(AVIS_DEFAVORABLES)
            elif hasard.random() < 0.2:
                sens, texte = SensAvis.RESERVE, hasard.choice(AVIS_RESERVES)
            else:
                sens, texte = SensAvis.FAVORABLE, hasard.choice(AVIS_FAVORABLES)
            auteur = self.monde.auteur(organisme)
            avis = Avis(
                dossier=prevu.dossier,
                organisme=organisme,
                sens=sens,
                texte=texte,
                rendu_le=a_l_heure(rendu, 15),
                rendu_par=auteur.utilisateur,
                saisi_par_organisme=auteur.organisme if auteur.pour_le_compte_de is not None else None,
                fictif=True,
            )
            prevu.avis.append(avis)
            libelle = f"Avis {avis.get_sens_display().lower()} de {organisme.nom_court}"
            motif = "Courriel du financeur" if avis.saisi_par_organisme else ""
            prevu.vie.noter("donner_avis", libelle, avis.rendu_le, auteur, motif=motif)

    def _clore(self, annee: int, prevu: DossierPrevu) -> None:
        """A file is closed when nothing is owed any more; one that was not kept, after two months."""
        etat, jour = prevu.dossier.etat, None
        if etat in (EtatDossier.AJOURNE, EtatDossier.IRRECEVABLE):
            jour = self.calendrier.copil(annee) + timedelta(days=60)
        elif etat == EtatDossier.PROGRAMME and all(p.demande.etat in TERMINEES for p in prevu.demandes):
            jour = max(p.vie.actes[-1]["le"].date() for p in prevu.demandes) + timedelta(days=15)
        if jour is not None and self.calendrier.est_passe(jour):
            prevu.vie.faire("clore", a_l_heure(jour, 17), self.monde.chef_de_projet)

    # --- Writing ------------------------------------------------------------------------------------------------------

    def _ecrire(self, prevus: list[DossierPrevu]) -> None:
        dossiers = Dossier.objects.bulk_create([prevu.dossier for prevu in prevus])
        # The clock fills this column; the file was begun some days before it was deposited.
        ecrits = Dossier.objects.filter(pk__in=[dossier.pk for dossier in dossiers])
        ecrits.filter(depose_le__isnull=False).update(cree_le=F("depose_le") - timedelta(days=9))
        ecrits.filter(depose_le__isnull=True).update(cree_le=a_l_heure(self.calendrier.aujourdhui - timedelta(days=4)))
        demandes = [prevue for prevu in prevus for prevue in prevu.demandes]
        DemandeFinancement.objects.bulk_create(prevue.demande for prevue in demandes)
        Localisation.objects.bulk_create(
            Localisation(dossier=p.dossier, mode=lieu.mode, version=lieu.version, commune=lieu.commune, part=lieu.part)
            for p in prevus
            for lieu in p.action.lieux
        )
        # One file in seven does not tell its ages.
        PublicParAge.objects.bulk_create(age for rang, p in enumerate(prevus) if rang % 7 for age in _ages(p))
        Avis.objects.bulk_create(avis for prevu in prevus for avis in prevu.avis)
        budgets = BudgetPrevisionnel.objects.bulk_create(BudgetPrevisionnel(dossier=p.dossier) for p in prevus)
        LigneBudget.objects.bulk_create(
            ligne for prevu, budget in zip(prevus, budgets, strict=True) for ligne in _lignes_de_budget(prevu, budget)
        )
        relier(
            Dossier.axes_transversaux,
            [(p.dossier, self.monde.orientations[axe]) for p in prevus for axe in p.action.modele.axes],
        )
        relier(Dossier.objectifs, [(p.dossier, self.monde.objectifs[p.action.modele.objectif]) for p in prevus])
        relier(
            Dossier.engagements,
            [
                (p.dossier, self.hasard.choice(self.engagements[p.action.orientation]))
                for p in prevus
                if self.hasard.random() < 0.45
            ],
        )
        vies = [*(prevu.vie for prevu in prevus), *(prevue.vie for prevue in demandes)]
        inscrire_lot(ligne for vie in vies for ligne in vie.lignes())


def _ages(prevu: DossierPrevu) -> list[PublicParAge]:
    """The public by age, which adds up to all that the file expects; the young are those of 12 to 25."""
    jeunes, tous = prevu.dossier.jeunes or 0, prevu.dossier.beneficiaires or 0
    autres = tous - jeunes
    petits = autres * {"enfants": 85, "seniors": 0}.get(prevu.action.modele.public, 10) // 100
    aines = (autres - petits) * (90 if prevu.action.modele.public == "seniors" else 15) // 100
    nombres = {
        TrancheAge.A6_11: petits,
        TrancheAge.A12_15: jeunes * 40 // 100,
        TrancheAge.A16_17: jeunes * 25 // 100,
        TrancheAge.A18_25: jeunes - jeunes * 40 // 100 - jeunes * 25 // 100,
        TrancheAge.A26_59: autres - petits - aines,
        TrancheAge.A60: aines,
    }
    return [PublicParAge(dossier=prevu.dossier, tranche=t, nombre=nombre) for t, nombre in nombres.items() if nombre]


def _lignes_de_budget(prevu: DossierPrevu, budget: BudgetPrevisionnel) -> list[LigneBudget]:
    """A balanced budget in whole euros; volunteers stand apart, the same on both sides (S-01, S-02)."""
    total = int(prevu.dossier.cout_total)
    charges = [
        ("60", "Achats", total * 10 // 100),
        ("61", "Services extérieurs", total * 7 // 100),
        ("62", "Autres services extérieurs", total * 12 // 100),
        ("65", "Autres charges de gestion courante", total * 3 // 100),
    ]
    charges.insert(3, ("64", "Charges de personnel", total - sum(montant for _, _, montant in charges)))
    produits = []
    for demande in (prevue.demande for prevue in prevu.demandes):
        nom = f"{demande.financeur.nom_court} – {demande.get_nature_display().lower()}"
        produits.append(("74", f"{nom} ({demande.dispositif.code.upper()})", int(demande.montant_demande)))
    reste = total - sum(montant for _, _, montant in produits)
    usagers, autres = reste * 30 // 100, reste * 20 // 100
    produits += [
        ("70", "Participations des usagers", usagers),
        ("75", "Autres produits de gestion courante", autres),
        ("Ressources propres", "Autofinancement", reste - usagers - autres),
    ]
    benevolat = 0 if prevu.action.porteur.est_commune else total * 6 // 100
    if benevolat:
        charges.append(("864", "Personnel bénévole", benevolat))
        produits.append(("870", "Bénévolat", benevolat))
    return [
        LigneBudget(budget=budget, sens=sens, compte=compte, libelle=libelle, montant=montant, ordre=ordre)
        for sens, lignes_du_sens in ((SensLigne.CHARGE, charges), (SensLigne.PRODUIT, produits))
        for ordre, (compte, libelle, montant) in enumerate(lignes_du_sens, start=1)
    ]
