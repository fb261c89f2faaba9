"""The lines of each form's budget: CERFA 12156 for associations, forms of their own for communes and investment (2.2)."""

from __future__ import annotations

from dataclasses import dataclass

CHARGE, PRODUIT = "charge", "produit"
# A line of account 74 that holds a request of this call, kept in step with the requests (S-04).
SUBVENTION_DEMANDEE = "74"
CHARGES_INDIRECTES = ("chgfixe", "fraisfin", "autchgindirect", "excprev")
AIDES_PRIVEES = "74aidespriv"
RESSOURCES_PROPRES = "insufprevisionnel"
BENEVOLAT = "864"
_AUTRES = {CHARGE: "65", PRODUIT: "75"}


@dataclass(frozen=True, slots=True)
class LignePlan:
    """A line that is typed."""

    compte: str  # DAUPHIN's reference where there is one
    libelle: str

    @property
    def titre(self) -> str:
        """With its number, when accountants know it: « 641 – Rémunération des personnels »."""
        return titre_de_ligne(self.compte, self.libelle)


@dataclass(frozen=True, slots=True)
class PostePlan:
    """A heading of the form and its lines."""

    compte: str
    libelle: str
    lignes: tuple[LignePlan, ...]

    @property
    def seule(self) -> bool:
        """True when the heading is its own and only line."""
        return len(self.lignes) == 1 and self.lignes[0].libelle == self.libelle

    @property
    def en_nature(self) -> bool:
        """Contributions in kind, balanced apart (S-02)."""
        return est_en_nature(self.compte)


@dataclass(frozen=True, slots=True)
class PlanBudget:
    """Both sides of one form's budget, in its order."""

    titre: str
    charges: tuple[PostePlan, ...]
    produits: tuple[PostePlan, ...]

    @property
    def comptes(self) -> dict[str, str]:
        """Account → its label, over both sides."""
        return {ligne.compte: ligne.libelle for poste in (*self.charges, *self.produits) for ligne in poste.lignes}

    def sens(self, compte: str) -> str:
        """The side of an account of this form."""
        charges = {ligne.compte for poste in self.charges for ligne in poste.lignes}
        return CHARGE if compte in charges else PRODUIT

    def compte_de_reprise(self, compte: str, sens: str) -> str | None:
        """The line that takes over an amount written in another form, or at the level of a heading; None when none does."""
        if compte in self.comptes:
            return compte
        if not compte[:1].isdigit() and sens == PRODUIT:
            return RESSOURCES_PROPRES
        postes = self.charges if sens == CHARGE else self.produits
        # What has no heading of its own falls on « other charges » or « other products », where the form has them.
        for racine in (compte[:2], None if est_en_nature(compte) else _AUTRES[sens]):
            for poste in postes:
                if poste.compte[:2] == racine:
                    generale = [ligne.compte for ligne in poste.lignes if ligne.compte.endswith("x")]
                    return (generale or [poste.lignes[0].compte])[0]
        return None


def titre_de_ligne(compte: str, libelle: str) -> str:
    """A line in words; the references that only téléservices know (60x, 74etat) are left out."""
    numero = compte.removesuffix("x") if len(compte) == 3 and compte.endswith("x") else compte
    return f"{numero} – {libelle}" if numero.isdigit() else libelle


def est_en_nature(compte: str) -> bool:
    """True for the accounts of contributions in kind."""
    return compte.startswith(("86", "87"))


def _poste(compte: str, libelle: str, *lignes: tuple[str, str]) -> PostePlan:
    return PostePlan(compte, libelle, tuple(LignePlan(*ligne) for ligne in lignes or ((f"{compte}x", libelle),)))


_SUBVENTIONS = _poste(
    "74",
    "Subventions attendues hors de cet appel à projets",
    ("74etat", "État : ministères, services déconcentrés"),
    ("74region", "Conseil régional"),
    ("74dep", "Conseil départemental"),
    ("74epci", "Communautés de communes ou d’agglomération"),
    ("74com", "Communes"),
    ("74orgasoc", "Organismes sociaux (CAF…)"),
    ("74fe", "Fonds européens (FSE, FEDER…)"),
    ("74agenceserv", "Agence de services et de paiement (emplois aidés)"),
    ("74x", "Autres établissements publics"),
    (AIDES_PRIVEES, "Aides privées (fondations)"),
)

CERFA = PlanBudget(
    "Budget prévisionnel de l’action (CERFA 12156)",
    charges=(
        _poste(
            "60",
            "Achats",
            ("604", "Prestations de services"),
            ("601", "Achats de matières et fournitures"),
            ("60x", "Autres fournitures"),
        ),
        _poste(
            "61",
            "Services extérieurs",
            ("613", "Locations"),
            ("615", "Entretien et réparation"),
            ("616", "Assurance"),
            ("618", "Documentation"),
        ),
        _poste(
            "62",
            "Autres services extérieurs",
            ("622", "Rémunérations intermédiaires et honoraires"),
            ("623", "Publicité, publication"),
            ("625", "Déplacements, missions"),
            ("62x", "Services bancaires, autres"),
        ),
        _poste(
            "63",
            "Impôts et taxes",
            ("631", "Impôts et taxes sur rémunération"),
            ("635", "Autres impôts et taxes"),
        ),
        _poste(
            "64",
            "Charges de personnel",
            ("641", "Rémunération des personnels"),
            ("645", "Charges sociales"),
            ("647", "Autres charges de personnel"),
        ),
        _poste("65", "Autres charges de gestion courante"),
        _poste("66", "Charges financières"),
        _poste("67", "Charges exceptionnelles"),
        _poste("68", "Dotation aux amortissements, provisions et engagements"),
        _poste("69", "Impôt sur les bénéfices, participation des salariés"),
        _poste(
            "indirectes",
            "Charges indirectes affectées à l’action",
            ("chgfixe", "Charges fixes de fonctionnement"),
            ("fraisfin", "Frais financiers"),
            ("autchgindirect", "Autres charges indirectes"),
            ("excprev", "Excédent prévisionnel (bénéfice)"),
        ),
        _poste(
            "86",
            "Emplois des contributions volontaires en nature",
            ("860", "Secours en nature"),
            ("861", "Mise à disposition gratuite de biens et services"),
            ("862", "Prestations"),
            (BENEVOLAT, "Personnel bénévole"),
        ),
    ),
    produits=(
        _poste("70", "Vente de produits finis, de marchandises, prestations de services"),
        _poste("73", "Dotations et produits de tarification"),
        _SUBVENTIONS,
        _poste(
            "75",
            "Autres produits de gestion courante",
            ("756", "Cotisations"),
            ("758", "Dons manuels, mécénat"),
            ("750", "Autres"),
        ),
        _poste("76", "Produits financiers"),
        _poste("77", "Produits exceptionnels"),
        _poste(
            "78",
            "Reprises sur amortissements, dépréciations et provisions",
            ("78x", "Reprises"),
            ("789", "Report de ressources affectées et non utilisées"),
        ),
        _poste("79", "Transfert de charges"),
        _poste(
            "propres",
            "Ressources propres affectées à l’action",
            (RESSOURCES_PROPRES, "Autofinancement (insuffisance prévisionnelle, déficit)"),
        ),
        _poste(
            "87",
            "Contributions volontaires en nature",
            ("870", "Bénévolat"),
            ("871", "Prestations en nature"),
            ("875", "Dons en nature"),
        ),
    ),
)

COMMUNE = PlanBudget(
    "Budget prévisionnel de l’action d’une collectivité ou d’un établissement public",
    charges=(
        _poste(
            "60",
            "Charges à caractère général",
            ("604", "Prestations de services"),
            ("60x", "Fournitures et autres achats"),
            ("61x", "Locations, entretien, assurances"),
            ("62x", "Honoraires, transports, communication"),
        ),
        _poste(
            "64",
            "Charges de personnel",
            ("641", "Agents affectés à l’action"),
            ("64x", "Vacations et autres charges de personnel"),
        ),
        _poste("65", "Autres charges de gestion courante"),
        _poste("indirectes", "Frais de structure", ("chgfixe", "Frais de structure affectés à l’action")),
    ),
    produits=(
        _poste("70", "Participation des usagers et produits des services"),
        _SUBVENTIONS,
        _poste("75", "Autres produits de gestion courante"),
        _poste("propres", "Autofinancement", (RESSOURCES_PROPRES, "Part de la collectivité ou de l’établissement")),
    ),
)

FICHE = PlanBudget(
    "Budget simplifié de l’action",
    charges=(
        _poste("60", "Achats et fournitures"),
        _poste("62", "Prestations, locations, déplacements"),
        _poste("64", "Personnel"),
        _poste("65", "Autres dépenses"),
        _poste("86", "Emplois des contributions en nature", (BENEVOLAT, "Personnel bénévole")),
    ),
    produits=(
        _poste("70", "Participation des habitants"),
        _SUBVENTIONS,
        _poste("75", "Autres recettes"),
        _poste("propres", "Ressources propres", (RESSOURCES_PROPRES, "Autofinancement")),
        _poste("87", "Contributions en nature", ("870", "Bénévolat")),
    ),
)

INVESTISSEMENT = PlanBudget(
    "Plan de financement d’un investissement, hors taxes",
    charges=(
        _poste("20", "Études", ("203", "Études, diagnostics"), ("20x", "Maîtrise d’œuvre et assistance")),
        _poste("21", "Acquisitions", ("211", "Terrains et bâtiments"), ("218", "Équipements et matériel")),
        _poste("23", "Travaux", ("231", "Travaux"), ("23x", "Aléas et révisions de prix")),
    ),
    produits=(
        _SUBVENTIONS,
        _poste("16", "Emprunt"),
        _poste("propres", "Autofinancement", (RESSOURCES_PROPRES, "Part du maître d’ouvrage")),
    ),
)

_PLANS = {"cerfa_12156": CERFA, "commune": COMMUNE, "fiche": FICHE, "investissement": INVESTISSEMENT}


def formulaire_de(formulaire: str, *, droit_public: bool) -> str:
    """The form that applies: a public body does not fill the associations' CERFA."""
    return "commune" if formulaire == "cerfa_12156" and droit_public else formulaire


def plan_de(formulaire: str) -> PlanBudget:
    """The budget's lines of a form."""
    return _PLANS[formulaire]
