"""Accounts of the demo: one per role, on a domain that cannot exist."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.contrib.auth.hashers import make_password

from acteurs.models import Organisme, Utilisateur
from contrats.etats import Role
from contrats.models import Contrat, Habilitation
from geographie.models import Commune

DOMAINE = "porte-du-hainaut.example"
# Known by everybody who reads this page: the command refuses to load these accounts where no demo is wanted.
MOT_DE_PASSE = "quartiers-2030-demo"


class Compte(NamedTuple):
    """Who signs in, for which organisation of the fixtures (or of the invented ones), in which roles."""

    cle: str
    nom: str
    organisme: str
    roles: tuple[Role, ...]
    commune: str = ""

    @property
    def adresse(self) -> str:
        return f"{self.cle}@{DOMAINE}"


COMPTES = [
    Compte("chef-de-projet", "Chef de projet", "caph", (Role.CHEF_DE_PROJET,)),
    Compte("chef-de-projet-denain", "Chef de projet communal", "commune-59172", (Role.CHEF_DE_PROJET,), "59172"),
    Compte("decideur-agglomeration", "Décideur de l’agglomération", "caph", (Role.DECIDEUR,)),
    Compte("instructeur-etat", "Instructeur de l’État", "etat", (Role.INSTRUCTEUR,)),
    Compte("decideur-etat", "Décideur de l’État", "etat", (Role.DECIDEUR,)),
    Compte("delegue-prefet", "Délégué du préfet", "etat", (Role.DELEGUE_PREFET,)),
    Compte("instructeur-region", "Instructeur de la Région", "region", (Role.INSTRUCTEUR, Role.DECIDEUR)),
    Compte("instructeur-departement", "Instructeur du Département", "departement", (Role.INSTRUCTEUR, Role.DECIDEUR)),
    Compte("instructeur-caf", "Instructeur de la CAF", "caf", (Role.INSTRUCTEUR, Role.DECIDEUR)),
    Compte("instructeur-ars", "Instructeur de l’ARS", "ars", (Role.INSTRUCTEUR, Role.DECIDEUR)),
    Compte("instructeur-denain", "Instructeur de Denain", "commune-59172", (Role.INSTRUCTEUR, Role.DECIDEUR)),
    Compte("signataire", "Signataire (CAF)", "caf", (Role.SIGNATAIRE,)),
    Compte("bailleur", "Bailleur (SIGH)", "sigh", (Role.BAILLEUR, Role.SIGNATAIRE)),
    Compte("porteur", "Porteur de projets", "porteur", (Role.PORTEUR,)),
    Compte("juridique", "Juriste de l’agglomération", "caph", (Role.JURIDIQUE,)),
    Compte("finances", "Finances de l’agglomération", "caph", (Role.FINANCES,)),
    Compte("membre-copil", "Membre du COPIL", "departement", (Role.MEMBRE_COPIL,)),
    Compte("conseil-citoyen", "Conseil citoyen", "conseil-citoyen", (Role.CONSEIL_CITOYEN,)),
]
ADMINISTRATEUR = Compte("administrateur", "Administrateur", "caph", ())


def creer_comptes(contrat: Contrat, organismes: dict[str, Organisme]) -> dict[str, Utilisateur]:
    """Create what is missing among the demo's accounts; those already there are left as they are."""
    # One hash for all: they share the password, and Argon2 is slow on purpose.
    empreinte = make_password(MOT_DE_PASSE)
    tous = [*COMPTES, ADMINISTRATEUR]
    Utilisateur.objects.bulk_create(
        [
            Utilisateur(
                email=compte.adresse,
                password=empreinte,
                last_name=compte.nom,
                fonction="Compte de démonstration",
                is_staff=compte is ADMINISTRATEUR,
                is_superuser=compte is ADMINISTRATEUR,
            )
            for compte in tous
        ],
        ignore_conflicts=True,
    )
    presents = {u.email: u for u in Utilisateur.objects.filter(email__endswith=f"@{DOMAINE}")}
    utilisateurs = {compte.cle: presents[compte.adresse] for compte in tous}
    for compte in COMPTES:
        for role in compte.roles:
            habilitation, creee = Habilitation.objects.get_or_create(
                utilisateur=utilisateurs[compte.cle],
                contrat=contrat,
                organisme=organismes[compte.organisme],
                role=role,
                # In force whatever the day of the demo, which may lie behind or ahead of the clock.
                defaults={"valide_du": date(contrat.debut, 1, 1)},
            )
            if creee and compte.commune:
                habilitation.communes.set(Commune.objects.filter(code=compte.commune))
    return utilisateurs
