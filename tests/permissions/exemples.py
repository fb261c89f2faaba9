"""How to reach each route, and who may: one line per route, without which the matrix fails.

`pour(*roles, methode=, autrui=, **arguments)`:
- `roles`: those who may, in their own contract (none: every role);
- `methode`: « get », or « post » for a route that only acts;
- `autrui`: when the object belongs to an organisation, the roles that reach another organisation's object too;
- `administrateur=False`: an administrator, who holds no habilitation, has nothing to do there;
- each other argument of the address: a path in the scene (« dossier.numero »), a function of the scene and the person,
  or the value itself. `contrat` and `annee` come by themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from contrats.etats import Role
from tests.permissions.monde import Scene

R = Role
EQUIPE = (R.CHEF_DE_PROJET, R.DELEGUE_PREFET, R.JURIDIQUE, R.FINANCES)
INSTRUCTEURS = (*EQUIPE, R.INSTRUCTEUR, R.DECIDEUR)
LECTEURS = (*INSTRUCTEURS, R.PORTEUR)
LECTEURS_DES_RAPPORTS = tuple(role for role in Role if role != R.PORTEUR)
CHEF = (R.CHEF_DE_PROJET,)
FINANCEURS = (R.CHEF_DE_PROJET, R.INSTRUCTEUR, R.DECIDEUR)
DECIDEURS = (R.CHEF_DE_PROJET, R.DECIDEUR)


@dataclass(frozen=True)
class Exemple:
    """How to reach one route, and who may."""

    roles: frozenset[Role]
    methode: str
    autrui: frozenset[Role] | None
    administrateur: bool
    arguments: dict[str, Any]

    def valeurs(self, noms: set[str], scene: Scene, personne: Any) -> dict[str, Any]:
        """The arguments of the address in this scene."""
        valeurs: dict[str, Any] = {"contrat": scene.contrat.slug, "annee": scene.annee}
        for nom, valeur in self.arguments.items():
            if callable(valeur):
                valeurs[nom] = valeur(scene, personne)
            elif hasattr(scene, valeur.split(".")[0]):
                valeurs[nom] = attrgetter(valeur)(scene)
            else:
                valeurs[nom] = valeur
        return {nom: valeurs[nom] for nom in noms}


def pour(
    *roles: Role,
    methode: str = "get",
    autrui: tuple[Role, ...] | None = None,
    administrateur: bool = True,
    **arguments: str | Callable[[Scene, Any], Any],
) -> Exemple:
    """One line of the table below."""
    aussi = None if autrui is None else frozenset(autrui)
    return Exemple(frozenset(roles or Role), methode, aussi, administrateur, arguments)


EXEMPLES: dict[str, Exemple] = {
    # portail
    "portail:accueil": pour(),
    "portail:contrat": pour(),
    "portail:mentions_legales": pour(),
    "portail:accessibilite": pour(),
    "portail:donnees_personnelles": pour(),
    "portail:sante": pour(),
    # acteurs
    "acteurs:profil": pour(),
    # contrats
    "contrats:mon_compte": pour(),
    "contrats:choisir_organisme": pour(methode="post", autrui=(), administrateur=False, organisme=Scene.organisme_de),
    "contrats:invitation": pour(jeton="jeton"),
    "contrats:presentation": pour(),
    "contrats:engagements": pour(),
    "contrats:territoires": pour(),
    "contrats:equipe": pour(*CHEF),
    "contrats:inviter": pour(*CHEF),
    "contrats:invitations": pour(*CHEF),
    "contrats:renvoyer_invitation": pour(*CHEF, methode="post", pk="invitation.pk"),
    "contrats:retirer_invitation": pour(*CHEF, methode="post", pk="invitation.pk"),
    "contrats:habilitation": pour(*CHEF, pk="habilitation.pk"),
    "contrats:clore_habilitation": pour(*CHEF, methode="post", pk="habilitation.pk"),
    # programmation
    "programmation:tableau": pour(*LECTEURS),
    "programmation:export": pour(*LECTEURS, format="csv"),
    "programmation:selection": pour(*CHEF, methode="post"),
    "programmation:travail": pour(*INSTRUCTEURS, autrui=(), pk=lambda scene, qui: scene.travail_de(qui).pk),
    "programmation:enveloppes": pour(*INSTRUCTEURS),
    "programmation:mouvement": pour(*CHEF, pk="enveloppe.pk"),
    "programmation:depassement": pour(*CHEF, pk="enveloppe.pk"),
    "programmation:dossier": pour(*LECTEURS, autrui=EQUIPE, numero="dossier.numero"),
    "programmation:avis": pour(
        *FINANCEURS, R.DELEGUE_PREFET, autrui=(R.CHEF_DE_PROJET, R.DELEGUE_PREFET), numero="dossier.numero"
    ),
    "programmation:programmer": pour(*CHEF, numero="dossier.numero"),
    "programmation:avancer": pour(*CHEF, methode="post", numero="dossier.numero", acte="declarer_complet"),
    "programmation:motiver": pour(*CHEF, numero="dossier.numero", acte="retirer"),
    "programmation:ajourner": pour(*CHEF, numero="dossier.numero"),
    "programmation:proposer": pour(*FINANCEURS, autrui=CHEF, numero="dossier.numero", pk="a_proposer.pk"),
    "programmation:voter": pour(*DECIDEURS, autrui=CHEF, numero="a_programmer.numero", pk="a_voter.pk"),
    "programmation:refuser": pour(*DECIDEURS, autrui=CHEF, numero="dossier.numero", pk="a_proposer.pk"),
    "programmation:rectifier": pour(*DECIDEURS, autrui=CHEF, numero="a_programmer.numero", pk="a_notifier.pk"),
    "programmation:notifier": pour(*DECIDEURS, autrui=CHEF, numero="a_programmer.numero", pk="a_notifier.pk"),
    # evaluation
    "evaluation:rapports": pour(*LECTEURS_DES_RAPPORTS),
    "evaluation:produire": pour(*CHEF, methode="post"),
    "evaluation:rapport": pour(*LECTEURS_DES_RAPPORTS, autrui=CHEF, numero="rapport.pk"),
    "evaluation:avancement": pour(*LECTEURS_DES_RAPPORTS, autrui=CHEF, numero="rapport.pk"),
    "evaluation:relancer": pour(*CHEF, methode="post", numero="a_relancer.pk"),
    "evaluation:publier": pour(*CHEF, methode="post", numero="a_publier.pk"),
    "evaluation:retirer": pour(*CHEF, methode="post", numero="a_publier.pk"),
    "evaluation:pdf": pour(*LECTEURS_DES_RAPPORTS, autrui=CHEF, numero="rapport.pk"),
    "evaluation:tableur": pour(*LECTEURS_DES_RAPPORTS, autrui=CHEF, numero="rapport.pk"),
    "evaluation:instantane": pour(*CHEF, autrui=CHEF, numero="rapport.pk"),
    # API
    "api:contrats": pour(),
    "api:orientations": pour(),
    "api:perimetres": pour(),
    "api:dossiers": pour(),
    "api:enveloppes": pour(),
}
