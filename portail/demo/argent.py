"""Invents the envelopes and what each funder does of the requests, as far as today allows."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from commun.auteur import Auteur
from commun.vie import Vie
from contrats.models import ActeDecision, NatureMoyens, Reunion
from programmation.etats import DEMANDE_FERME, EtatDemande, EtatDossier, EtatEnveloppe
from programmation.models import DemandeFinancement, Dispositif, Enveloppe, GenreMouvement, MouvementEnveloppe

from .calendrier import a_l_heure
from .financeurs import FIPD_ANNUEL, MONTANTS_ANNUELS, NIVEAUX, PARTS_CPO, SIP_ANNUEL, SPE, Guichet, instance
from .monde import Monde, centaines, partager
from .prevus import DemandePrevue, DossierPrevu

SEUIL_CONVENTION = Decimal(23_000)
PLAFOND_SIP = 5_000
PART_UTILISEE = 0.985
# What funders propose for the coming year adds up to a little more than they expect to have.
PART_PROPOSEE = 1.03

MOTIFS_REFUS = [
    "Action relevant du droit commun",
    "Crédits insuffisants, action non prioritaire cette année",
    "Part d’habitants des QPV trop faible",
    "Bilan de l’année précédente non fourni",
]
MOTIFS_AJOURNEMENT = ["Plan de financement à revoir", "Précisions attendues sur le public et les lieux"]


class Argent:
    """One year's envelopes, shared among the files; then every row's life."""

    def __init__(self, monde: Monde, dispositifs: dict[str, Dispositif], annee: int, niveau: int) -> None:
        self.monde, self.hasard, self.calendrier = monde, monde.hasard, monde.calendrier
        self.dispositifs, self.annee, self.niveau = dispositifs, annee, niveau
        self.a_venir = self.calendrier.est_a_venir(annee)
        self.enveloppes: dict[Guichet, Enveloppe] = {}
        self.actes: dict[tuple[str, date], ActeDecision] = {}

    # --- Sharing ------------------------------------------------------------------------------------------------------

    def repartir(self, prevus: list[DossierPrevu]) -> None:
        """Share each envelope among the files kept, then write what each file asks for and its total cost."""
        par_guichet: dict[Guichet, list[tuple[DossierPrevu, float]]] = defaultdict(list)
        for prevu in prevus:
            for guichet in prevu.guichets:
                par_guichet[guichet].append((prevu, prevu.action.poids * self.hasard.uniform(0.8, 1.2)))
        montants = self._montants(par_guichet)
        for guichet, rangs in par_guichet.items():
            self.enveloppes[guichet] = self._enveloppe(guichet, montants[guichet])
            gardes = [(prevu, poids) for prevu, poids in rangs if prevu.garde]
            total = Decimal(round(float(montants[guichet]) * (PART_PROPOSEE if self.a_venir else PART_UTILISEE)))
            plafond = PLAFOND_SIP if guichet.dispositif == "sip" else None
            accordes = partager(total, [poids for _, poids in gardes], plafond=plafond)
            for (prevu, _), accorde in zip(gardes, accordes, strict=True):
                self._demander(prevu, guichet, accorde)
            moyenne = float(total) / max(1, len(gardes))
            for prevu, poids in rangs:
                if not prevu.garde:
                    self._demander(prevu, guichet, centaines(moyenne * min(1.6, poids / 9)))
        for prevu in prevus:
            demande = sum(p.demande.montant_demande for p in prevu.demandes)
            # Public money stays under the limit of the call (S-07).
            prevu.dossier.cout_total = centaines(float(demande) / self.hasard.uniform(0.6, 0.79) + 50)

    def _montants(self, par_guichet: dict[Guichet, list[tuple[DossierPrevu, float]]]) -> dict[Guichet, Decimal]:
        """Euros of each envelope; the specific credits are split so that the CPO share is the one wanted."""
        facteur = NIVEAUX[self.niveau]
        poids: dict[tuple[str, NatureMoyens], dict[str, float]] = defaultdict(dict)
        for guichet, rangs in par_guichet.items():
            poids[guichet.financeur, guichet.nature][guichet.dispositif] = sum(p for q, p in rangs if q.garde)
        specifiques = facteur * sum(m for (_, nature), m in MONTANTS_ANNUELS.items() if nature == SPE)
        part_cpo = PARTS_CPO[self.niveau] * (specifiques + SIP_ANNUEL) / specifiques
        montants: dict[Guichet, Decimal] = {}
        for guichet, rangs in par_guichet.items():
            annuel = MONTANTS_ANNUELS.get((guichet.financeur, guichet.nature), 0) * facteur
            du_financeur = poids[guichet.financeur, guichet.nature]
            somme = du_financeur.get("aap", 0) + du_financeur.get("cpo", 0)
            if guichet.dispositif == "sip":
                montant: float = SIP_ANNUEL
            elif guichet.dispositif == "fipd":
                montant = FIPD_ANNUEL * facteur
            elif guichet.nature == SPE:
                seul = not {"aap", "cpo"} <= du_financeur.keys()
                montant = annuel * (1 if seul else part_cpo if guichet.dispositif == "cpo" else 1 - part_cpo)
            elif annuel:
                montant = annuel * du_financeur[guichet.dispositif] / somme if somme else annuel
            else:
                montant = 260 * sum(p for _, p in rangs)
            montants[guichet] = centaines(montant)
        return montants

    def _enveloppe(self, guichet: Guichet, montant: Decimal) -> Enveloppe:
        enveloppe = Enveloppe(
            contrat=self.monde.contrat,
            financeur=self.monde.organismes[guichet.financeur],
            annee=self.annee,
            dispositif=self.dispositifs[guichet.dispositif],
            nature=guichet.nature,
            section=self.dispositifs[guichet.dispositif].section,
            montant=montant,
            montant_programme=Decimal(0),
            montant_vote=Decimal(0),
            fictif=True,
        )
        if not self.a_venir:
            enveloppe.etat = EtatEnveloppe.NOTIFIEE
            enveloppe.notifiee_le, enveloppe.reference = self._notifiee_le(), self._reference(enveloppe)
        return enveloppe

    def _demander(self, prevu: DossierPrevu, guichet: Guichet, accorde: Decimal) -> None:
        """The row of one funder: what is asked is what will be granted, and some more."""
        demande = centaines(float(accorde) * (1 + self.hasard.choice((0, 0, 0.08, 0.15, 0.25, 0.4))))
        if guichet.dispositif == "sip":
            demande = min(demande, Decimal(PLAFOND_SIP))
        financeur = self.monde.organismes[guichet.financeur]
        auteur = self.monde.auteur(financeur)
        pour_le_compte = auteur.pour_le_compte_de is not None
        objet = DemandeFinancement(
            dossier=prevu.dossier,
            financeur=financeur,
            dispositif=self.dispositifs[guichet.dispositif],
            nature=guichet.nature,
            enveloppe=self.enveloppes[guichet],
            montant_demande=demande,
            saisi_par_organisme=auteur.organisme if pour_le_compte else None,
            piece_source="Courriel du financeur" if pour_le_compte else "",
            fictif=True,
        )
        prevu.demandes.append(DemandePrevue(guichet, objet, Vie(objet), accorde))

    # --- Deciding -----------------------------------------------------------------------------------------------------

    def faire_vivre(self, prevu: DossierPrevu, reunion: Reunion | None) -> None:
        """Every row's life; `reunion` is the meeting that examines the file, None when it is not yet called."""
        if prevu.dossier.etat in (EtatDossier.IRRECEVABLE, EtatDossier.RETIRE):
            retire = prevu.dossier.etat == EtatDossier.RETIRE
            motif = "Dossier retiré par le porteur" if retire else "Dossier irrecevable"
            for prevue in prevu.demandes:
                self._ecarter(prevue, "annuler", prevu.instruit_le, motif)
        elif prevu.dossier.etat == EtatDossier.EN_INSTRUCTION:
            for prevue in prevu.demandes:
                if prevu.garde:
                    self._decider(prevu, prevue, reunion)
                elif reunion is not None and self.calendrier.est_passe(reunion.le):
                    self._ecarter(prevue, "refuser", reunion.le, self.hasard.choice(MOTIFS_REFUS))
                    prevue.demande.notifie_le = min(reunion.le + timedelta(days=12), self.calendrier.aujourdhui)

    def _ecarter(self, prevue: DemandePrevue, acte: str, le: date, motif: str) -> None:
        par = self.monde.chef_de_projet if acte == "annuler" else self.monde.auteur(prevue.demande.financeur)
        prevue.vie.faire(acte, a_l_heure(le, 15), par, motif=motif)
        prevue.demande.motif = motif

    def _decider(self, prevu: DossierPrevu, prevue: DemandePrevue, reunion: Reunion | None) -> None:
        """Proposal, COPIL, the funder's own act, then the money."""
        hasard, calendrier, demande = self.hasard, self.calendrier, prevue.demande
        fin = reunion.le if reunion is not None else calendrier.aujourdhui + timedelta(days=40)
        delai = min(max(1, (fin - prevu.instruit_le).days - 3), 2 + round(45 * hasard.random() ** 1.5))
        propose = prevu.instruit_le + timedelta(days=delai)
        if not calendrier.est_passe(propose):
            return
        tire = hasard.random()
        if len(prevu.demandes) > 1 and prevu.action.convention is None and tire < 0.03:
            self._ecarter(prevue, "refuser", propose, hasard.choice(MOTIFS_REFUS))
            return
        if len(prevu.demandes) > 1 and self.a_venir and tire < 0.045:
            self._ecarter(prevue, "ajourner", propose, hasard.choice(MOTIFS_AJOURNEMENT))
            return
        # A few proposals of the coming year are still a funder's private draft.
        demande.proposition_partagee = not (self.a_venir and hasard.random() < 0.07)
        heure = a_l_heure(propose, 14, hasard.randint(0, 59))
        prevue.vie.faire(
            "proposer", heure, self.monde.auteur(demande.financeur), champs={"montant_propose": prevue.accorde}
        )
        if reunion is None or not calendrier.est_passe(reunion.le):
            return
        prevue.vie.faire(
            "programmer",
            a_l_heure(reunion.le, 16),
            self.monde.chef_de_projet,
            champs={"montant_programme": prevue.accorde, "programme_le": reunion.le, "reunion": reunion},
        )
        acte = self._acte(prevue.guichet.financeur, reunion.le)
        if acte is None:
            return
        vote = prevue.accorde if hasard.random() > 0.03 else centaines(float(prevue.accorde) * 0.9)
        decideur = self.monde.auteur(demande.financeur, decide=True)
        prevue.vie.faire("voter", a_l_heure(acte.pris_le, 18), decideur, champs={"montant_vote": vote, "acte": acte})
        self._payer(prevue, acte.pris_le, decideur, conventionne=prevu.action.convention is not None)

    def _payer(self, prevue: DemandePrevue, vote_le: date, decideur: Auteur, *, conventionne: bool) -> None:
        """Notification, convention where one is due (S-11), advance, and the balance after the report."""
        hasard, calendrier = self.hasard, self.calendrier
        conventionne = conventionne or (prevue.demande.montant_vote or 0) > SEUIL_CONVENTION
        etapes = [
            ("notifier", 8, 22),
            *([("conventionner", 14, 40)] if conventionne else []),
            ("verser_avance", 12, 45),
        ]
        jour = vote_le
        for acte, au_moins, au_plus in etapes:
            jour += timedelta(days=hasard.randint(au_moins, au_plus))
            if not calendrier.est_passe(jour):
                return
            champs: dict[str, object] = {}
            if acte == "notifier":
                champs["notifie_le"] = jour
                if prevue.guichet.financeur == "etat":
                    champs["numero_ej"] = f"21{hasard.randint(10_000_000, 99_999_999)}"
            prevue.vie.faire(acte, a_l_heure(jour, 9), decideur, champs=champs)
        solde = max(jour, date(self.annee + 1, 6, 20)) + timedelta(days=round(200 * hasard.random() ** 1.6))
        if calendrier.est_passe(solde):
            prevue.vie.faire("solder", a_l_heure(solde, 9), decideur)

    def _acte(self, cle: str, copil: date) -> ActeDecision | None:
        """The act of one session of the funder's body, None when that session is still to come."""
        corps = instance(cle)
        (session,) = self.hasard.choices(corps.sessions, [s.part for s in corps.sessions])
        pris_le = copil + timedelta(days=session.jours)
        if not self.calendrier.est_passe(pris_le):
            return None
        if (cle, pris_le) not in self.actes:
            recu = pris_le + timedelta(days=6)
            self.actes[cle, pris_le] = ActeDecision.objects.create(
                contrat=self.monde.contrat,
                organisme=self.monde.organismes[cle],
                instance=corps.nom,
                numero=f"{self.annee}-{len(self.actes) + 11:03d}",
                pris_le=pris_le,
                voix_pour=self.hasard.randint(24, 68) if corps.vote else None,
                voix_contre=0 if corps.vote else None,
                abstentions=self.hasard.randint(0, 3) if corps.vote else None,
                recu_prefecture_le=recu if corps.vote and self.calendrier.est_passe(recu) else None,
                fictif=True,
            )
        return self.actes[cle, pris_le]

    # --- Writing ------------------------------------------------------------------------------------------------------

    def ecrire(self, prevus: list[DossierPrevu]) -> None:
        """Counters from the rows, then the envelopes and their dated movements."""
        for prevue in (prevue for prevu in prevus for prevue in prevu.demandes):
            demande, enveloppe = prevue.demande, self.enveloppes[prevue.guichet]
            if demande.etat == EtatDemande.PROGRAMMEE:
                enveloppe.montant_programme += demande.montant_programme or 0
            elif demande.etat in DEMANDE_FERME:
                enveloppe.montant_vote += demande.montant_vote or 0
        Enveloppe.objects.bulk_create(self.enveloppes.values())
        MouvementEnveloppe.objects.bulk_create(
            MouvementEnveloppe(enveloppe=enveloppe, genre=genre, le=le, montant=montant, motif=motif, fictif=True)
            for enveloppe in self.enveloppes.values()
            for genre, le, montant, motif in self._mouvements(enveloppe)
        )

    def _mouvements(self, enveloppe: Enveloppe) -> list[tuple[GenreMouvement, date, Decimal, str]]:
        """What was announced, and the difference once notified."""
        annonce_le = self.calendrier.ouverture(self.annee)
        attendu, notification = GenreMouvement.ATTENDU, GenreMouvement.NOTIFICATION
        if enveloppe.etat == EtatEnveloppe.ATTENDUE:
            return [(attendu, annonce_le, enveloppe.montant, "Montant attendu")]
        annonce = centaines(float(enveloppe.montant) * self.hasard.choice((0.95, 0.98, 1.0)))
        return [
            (attendu, annonce_le, annonce, "Montant attendu"),
            (notification, self._notifiee_le(), enveloppe.montant - annonce, self._reference(enveloppe)),
        ]

    def _notifiee_le(self) -> date:
        return self.calendrier.copil(self.annee) - timedelta(days=25)

    def _reference(self, enveloppe: Enveloppe) -> str:
        return f"Lettre n° {self.annee}-{enveloppe.financeur_id:03d}"
