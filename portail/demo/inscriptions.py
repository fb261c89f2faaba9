"""Invents what the porteurs say of themselves: cards, papers, a budget; and requests to join that await the team."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from acteurs.models import FicheOrganisme, Organisme, PieceOrganisme, TypeOrganisme, TypePiece, Verification
from acteurs.regles import forme_de_la_categorie
from commun import fichiers
from contrats.etats import EtatInscription, Role
from contrats.models import Contrat, Habilitation, Inscription
from programmation.models import BudgetOrganisme, LigneBudgetOrganisme
from programmation.regles.budget_organisme import PLAN

from .calendrier import a_l_heure
from .monde import Monde

ANNUAIRE = settings.BASE_DIR / "fixtures" / "annuaire" / "etablissements.json"
# First name, name, function, words of the project, days since it was asked; the last one is refused.
DEMANDES = (
    ("Inès", "Fictive", "présidente", "Un atelier de réparation de vélos avec les habitants du Faubourg.", 2),
    ("Karim", "Fictif", "coordinateur", "Une radio de quartier faite par des jeunes.", 5),
    ("Louise", "Fictive", "salariée", "Des jardins partagés au pied des immeubles.", 9),
    ("Paul", "Fictif", "trésorier", "Une tournée de spectacles.", 30),
)
MOTIF = "L’établissement est fermé selon l’annuaire : faites une nouvelle demande avec le SIRET actuel."
# Days of validity left, none when the paper does not end; one is out of date, one ends soon.
PIECES = ((TypePiece.STATUTS, None), (TypePiece.RIB, None), (TypePiece.COMPTES, 40), (TypePiece.RAPPORT, -20))
BUDGET = {"604": 8_400, "613": 12_600, "625": 3_100, "641": 96_000, "645": 38_500, "864": 14_000} | {
    "70x": 11_600,
    "74etat": 42_000,
    "74epci": 35_000,
    "74com": 28_000,
    "74orgasoc": 30_000,
    "756": 2_000,
    "758": 10_000,
    "870": 14_000,
}


def creer_porteurs(monde: Monde) -> None:
    """Cards of the invented porteurs, the papers and the budget of the demo's own, requests to join."""
    inventes = [p.organisme for p in monde.porteurs if p.organisme.fictif]
    FicheOrganisme.objects.bulk_create(
        [_fiche(monde, organisme, rang) for rang, organisme in enumerate(inventes)], ignore_conflicts=True
    )
    _pieces(monde, monde.organismes["porteur"])
    _budget(monde, monde.organismes["porteur"])
    Inscription.objects.bulk_create(_inscriptions(monde))
    porteur = Habilitation.objects.filter(contrat=monde.contrat, utilisateur=monde.utilisateurs["porteur"])
    porteur.filter(role=Role.PORTEUR).update(gestionnaire=True)


def effacer_porteurs(contrat: Contrat) -> None:
    """Remove what `creer_porteurs` wrote."""
    Inscription.objects.filter(contrat=contrat, fictif=True).delete()
    for modele in (FicheOrganisme, PieceOrganisme, BudgetOrganisme):
        modele._default_manager.filter(organisme__fictif=True).delete()


def _fiche(monde: Monde, organisme: Organisme, rang: int) -> FicheOrganisme:
    """A card: whole for most, without its representative for some; one SIRET in seven is still to be verified."""
    commune = monde.communes.get(organisme.code_commune)
    verifiee = rang % 7 != 6
    association = organisme.type == TypeOrganisme.ASSOCIATION
    return FicheOrganisme(
        organisme=organisme,
        objet="Agir avec les habitants des quartiers (association fictive)." if association else "",
        adresse=f"{rang * 3 + 1} rue de l’Exemple",
        code_postal=f"{organisme.code_commune[:2]}{rang % 10}00" if organisme.code_commune else "",
        ville=commune.nom if commune else "",
        courriel=f"contact@organisme-{rang + 1}.example",
        # Two in three have something to print in the catalogue; the others said nothing public.
        public_courriel=f"accueil@organisme-{rang + 1}.example" if rang % 3 else "",
        public_site=f"https://organisme-{rang + 1}.example" if rang % 4 == 1 else "",
        public_telephone=f"03 27 99 {rang // 100 % 100:02d} {rang % 100:02d}" if rang % 3 == 1 else "",
        representant_nom="" if rang % 5 == 4 else "Camille Fictive",
        representant_fonction="" if rang % 5 == 4 else ("présidente" if association else "directrice"),
        impots_commerciaux=False if association else None,
        benevoles=rang * 3 % 40 if association else None,
        salaries=rang % 8,
        verification=Verification.CONFIRME if verifiee else Verification.NON_VERIFIE,
        verifie_le=a_l_heure(monde.calendrier.aujourdhui - timedelta(days=30)) if verifiee else None,
    )


def _pieces(monde: Monde, organisme: Organisme) -> None:
    aujourdhui = monde.calendrier.aujourdhui
    for rang, (type_, reste) in enumerate(PIECES):
        fichier = fichiers.ranger(_pdf(), nom=f"{type_.value}-fictif.pdf", type_mime="application/pdf")
        PieceOrganisme.objects.create(
            organisme=organisme,
            type=type_,
            fichier=fichier,
            valable_au=None if reste is None else aujourdhui + timedelta(days=reste),
            deposee_le=a_l_heure(aujourdhui - timedelta(days=200 - rang)),
        )


def _budget(monde: Monde, organisme: Organisme) -> None:
    budget, nouveau = BudgetOrganisme.objects.get_or_create(organisme=organisme, annee=monde.calendrier.aujourdhui.year)
    if nouveau:
        LigneBudgetOrganisme.objects.bulk_create(
            LigneBudgetOrganisme(
                budget=budget,
                sens=PLAN.sens(compte),
                compte=compte,
                libelle=PLAN.comptes[compte],
                montant=montant,
                ordre=rang,
            )
            for rang, (compte, montant) in enumerate(BUDGET.items())
        )


def _inscriptions(monde: Monde) -> list[Inscription]:
    """From the establishments of the demo's directory: SIREN that Insee never gives."""
    connus: list[dict[str, Any]] = json.loads(ANNUAIRE.read_text(encoding="utf-8"))["results"]
    return [
        _inscription(monde, rang, connu, demande)
        for rang, (connu, demande) in enumerate(zip(connus, DEMANDES, strict=False))
    ]


def _inscription(
    monde: Monde, rang: int, connu: dict[str, Any], demande: tuple[str, str, str, str, int]
) -> Inscription:
    prenom, nom, fonction, projet, jours = demande
    le = a_l_heure(monde.calendrier.aujourdhui - timedelta(days=jours))
    ouvert = connu["etat_administratif"] == "A"
    type_, forme = forme_de_la_categorie(connu["nature_juridique"])
    return Inscription(
        contrat=monde.contrat,
        etat=EtatInscription.A_VERIFIER if ouvert else EtatInscription.REFUSEE,
        siret=connu["siege"]["siret"],
        nom_organisme=connu["nom_complet"],
        sigle=connu["sigle"] or "",
        type=type_,
        forme_juridique=forme,
        rna=connu["complements"]["identifiant_association"] or "",
        adresse=connu["siege"]["adresse"],
        code_postal=connu["siege"]["code_postal"],
        ville=connu["siege"]["libelle_commune"],
        verification=Verification.CONFIRME if ouvert else Verification.FERME,
        prenom=prenom,
        nom=nom,
        fonction=fonction,
        email=f"{prenom.lower().replace('è', 'e')}.{nom.lower()}@organisme-{rang}.example",
        projet=projet,
        jeton_sha256=hashlib.sha256(f"{monde.contrat.pk}-{rang}-{timezone.now()}".encode()).hexdigest(),
        demandee_le=le,
        confirmee_le=le + timedelta(hours=1),
        tranchee_le=None if ouvert else le + timedelta(days=3),
        motif="" if ouvert else MOTIF,
        fictif=True,
    )


def _pdf() -> bytes:
    """The smallest page that says what it is."""
    texte = b"BT /F1 18 Tf 60 760 Td (Piece fictive de la demonstration) Tj ET"
    objets = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(texte), texte),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    corps, places = b"%PDF-1.4\n", []
    for rang, objet in enumerate(objets, start=1):
        places.append(len(corps))
        corps += b"%d 0 obj\n%s\nendobj\n" % (rang, objet)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    fin = b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(corps)
    return corps + b"xref\n0 6\n0000000000 65535 f \n" + table + fin
