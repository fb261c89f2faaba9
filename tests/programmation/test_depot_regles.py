"""What a request lacks before its deposit: S-01 to S-08, S-17, on plain values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from programmation.regles.attestations import textes_demandes
from programmation.regles.budget import LigneDeBudget, ecarts_par_financeur, totaux
from programmation.regles.champs import choix_par_section, libelles, noms_ouverts, section_du_champ, sections_de
from programmation.regles.controles import Exigences, PieceExigee, controles
from programmation.regles.demande import (
    AttestationDemande,
    Demande,
    IndicateurDemande,
    LieuDemande,
    MontantDemande,
    PorteurDemande,
    parts_egales,
)
from programmation.regles.plans_budget import CERFA, COMMUNE, FICHE, INVESTISSEMENT, formulaire_de, plan_de


def charge(compte: str, montant: int) -> LigneDeBudget:
    return LigneDeBudget("charge", compte, compte, montant)


def produit(compte: str, montant: int, libelle: str = "") -> LigneDeBudget:
    return LigneDeBudget("produit", compte, libelle or compte, montant)


# The DAUPHIN example of regles 2.2.
DAUPHIN = (
    charge("604", 9_174),
    charge("613", 7_010),
    charge("622", 15_714),
    charge("641", 105_444),
    charge("65x", 3_687),
    charge("66x", 83),
    charge("864", 116_000),
    produit("74", 118_425, "CAPH"),
    produit("insufprevisionnel", 22_687),
    produit("870", 116_000),
)
ASSOCIATION = PorteurDemande(
    nom="Les Ateliers du Faubourg",
    siret="35600000000048",
    association=True,
    droit_public=False,
    benevoles=12,
    rubriques=(),
    manques=(),
    budget_annee=2026,
    budget=(charge("641", 300_000), produit("74etat", 300_000)),
)


def demande(**suite: Any) -> Demande:
    """A request that may be deposited without a remark."""
    valeurs: dict[str, Any] = {
        "contrat": "La Porte du Hainaut",
        "campagne": "Programmation 2026",
        "annee": 2026,
        "numero": "B26-abc",
        "formulaire": "cerfa_12156",
        "porteur": ASSOCIATION,
        "caractere": "Nouvelle action",
        "reconduction": False,
        "precedent": "",
        "objet": "Une action",
        "fonctionnement": False,
        "dispositif": "Appel à projets",
        **dict.fromkeys(("intitule", "resume", "buts", "besoin", "droit_commun_insuffisant"), "Texte."),
        **dict.fromkeys(("orientation", "theme_p147", "lieu", "calendrier", "moyens", "partenaires"), "Texte."),
        "axes_transversaux": (),
        "objectifs": (),
        "lieux": (LieuDemande("Faubourg Duchateau", "perimetre", Decimal(100)),),
        "beneficiaires": 80,
        "beneficiaires_qpv": 60,
        "femmes": 40,
        "hommes": 35,
        "sexe_inconnu": 5,
        "ages": (("6 à 11 ans", 80),),
        "debut": date(2026, 1, 5),
        "fin": date(2026, 12, 18),
        "indicateurs": (IndicateurDemande("Participants", "personnes", Decimal(80)),),
        "evaluation": "",
        "budget": DAUPHIN,
        "note_budget": "",
        "demandes": (montant("CAPH", 118_425),),
        "pieces": (),
        "attestations": tuple(
            AttestationDemande(t.genre, t.titre, t.version, None, datetime(2025, 12, 1, tzinfo=UTC), "Mme Durand")
            for t in textes_demandes(association=True)
        ),
    }
    return Demande(**valeurs | suite)


def montant(financeur: str, euros: int, **suite: Any) -> MontantDemande:
    valeurs: dict[str, Any] = {"plafond": None, "canal": "Pilotville"}
    return MontantDemande(financeur, "AAP", "Crédits spécifiques", financeur, **valeurs | suite, montant=Decimal(euros))


def remarques(objet: Demande, **exigences: Any) -> list[tuple[str, bool]]:
    return [(c.message, c.bloquant) for c in controles(objet, Exigences(**exigences))]


def seule(objet: Demande, regle: str, **exigences: Any) -> bool:
    """Whether the one remark that cites this rule blocks the deposit; fails when there is none, or several."""
    ((_, bloquant),) = [r for r in remarques(objet, **exigences) if f"({regle})" in r[0]]
    return bloquant


def test_le_budget_de_dauphin_ne_souleve_aucune_remarque() -> None:
    """F-06: 141 112 € on both sides, 116 000 € in kind on both sides."""
    lus = totaux(DAUPHIN)
    assert (lus.charges, lus.produits) == (141_112, 141_112)
    assert (lus.emplois_en_nature, lus.contributions_en_nature) == (116_000, 116_000)
    assert remarques(demande()) == []


def change(compte: str, montant: int) -> tuple[LigneDeBudget, ...]:
    return tuple(replace(li, montant=li.montant + montant) if li.compte == compte else li for li in DAUPHIN)


def test_un_euro_de_trop_en_charges_bloque_le_depot() -> None:
    """S-01, F-06: 641 by one euro more."""
    assert seule(demande(budget=change("641", 1)), "S-01") is True


def test_les_charges_indirectes_comptent_dans_l_equilibre() -> None:
    """S-01: indirect expenses and own resources are on each side of the balance."""
    budget = (*DAUPHIN, charge("chgfixe", 500))
    assert seule(demande(budget=budget), "S-01") is True
    assert remarques(demande(budget=(*budget, produit("758", 500)))) == []


def test_un_euro_de_trop_en_nature_bloque_le_depot() -> None:
    """S-02, F-06: 864 by one euro more; S-01 is untouched."""
    assert seule(demande(budget=change("864", 1)), "S-02") is True
    assert len(remarques(demande(budget=change("864", 1)))) == 1


def test_un_montant_avec_centimes_est_refuse() -> None:
    """S-03: whole euros."""
    centimes = replace(montant("CAPH", 118_425), montant=Decimal("118425.50"))
    assert seule(demande(demandes=(centimes,)), "S-03") is True


def test_le_budget_et_les_demandes_disent_la_meme_chose_financeur_par_financeur() -> None:
    """S-04: the same total does not do when the funders differ."""
    ecarts = ecarts_par_financeur({"CAPH": 5_000, "CAF": 3_000}, {"CAPH": 4_000, "CAF": 4_000})
    assert [nom for nom, _, _ in ecarts] == ["CAF", "CAPH"]
    partage = (montant("CAPH", 100_000), montant("CAF", 18_425))
    assert [b for m, b in remarques(demande(demandes=partage)) if "(S-04)" in m] == [True, True]


def test_trop_de_charges_indirectes_se_signale() -> None:
    """S-05: a warning, above the campaign's share only."""
    budget = (*change("insufprevisionnel", 20_000), charge("chgfixe", 20_000))
    assert seule(demande(budget=budget), "S-05", charges_indirectes_max=Decimal(10)) is False
    assert remarques(demande(budget=budget), charges_indirectes_max=Decimal(15)) == []


def test_trop_de_benevolat_ou_pas_du_tout_se_signale() -> None:
    """S-06: above a share, or nil although volunteers are declared."""
    assert seule(demande(), "S-06", benevolat_max=Decimal(40)) is False
    sans = tuple(li for li in DAUPHIN if li.compte not in ("864", "870"))
    assert seule(demande(budget=sans), "S-06") is False
    assert remarques(demande(budget=sans, porteur=replace(ASSOCIATION, benevoles=0))) == []


def test_trop_d_argent_public_se_signale() -> None:
    """S-07: 118 425 of 141 112 is 83.9 %; private aid is not public."""
    assert seule(demande(), "S-07", taux_public_max=Decimal(80)) is False
    prive = (*change("74", -20_000), produit("74aidespriv", 20_000))
    demandes = (montant("CAPH", 98_425),)
    assert remarques(demande(budget=prive, demandes=demandes), taux_public_max=Decimal(80)) == []


def test_une_action_plus_grosse_que_son_organisme_se_signale() -> None:
    """S-08, first part."""
    petit = replace(ASSOCIATION, budget=(charge("641", 100_000),))
    assert seule(demande(porteur=petit), "S-08") is False


def test_un_fonctionnement_au_budget_d_action_et_une_reconduction_sans_passe_se_signalent() -> None:
    """S-08, second and third parts."""
    assert seule(demande(fonctionnement=True), "S-08") is False
    assert seule(demande(reconduction=True), "S-08") is False
    assert remarques(demande(reconduction=True, precedent="2025-014")) == []


@pytest.mark.parametrize(
    "suite",
    [
        {"beneficiaires_qpv": 81},
        {"femmes": 41},
        {"ages": (("6 à 11 ans", 79),)},
        {"lieux": (LieuDemande("Denain", "perimetre", Decimal("99.8")),)},
    ],
)
def test_un_public_ou_des_lieux_qui_ne_tombent_pas_juste_bloquent(suite: dict[str, Any]) -> None:
    """S-17: inhabitants of QPV, sexes, ages, shares of places."""
    assert seule(demande(**suite), "S-17") is True


def test_un_public_minoritaire_ou_sans_ages_ne_bloque_pas() -> None:
    """S-17: warnings."""
    assert seule(demande(beneficiaires_qpv=40), "S-17") is False
    assert remarques(demande(ages=())) == [("Le public n’est pas réparti par âge.", False)]


def test_le_plafond_du_dispositif_bloque() -> None:
    objet = demande(demandes=(montant("CAPH", 118_425, plafond=Decimal(100_000)),))
    assert [bloquant for message, bloquant in remarques(objet) if "plafond" in message] == [True]


def test_une_piece_obligatoire_manquante_bloque_une_facultative_se_signale() -> None:
    exigees = (PieceExigee("rib", "RIB", True, True), PieceExigee("devis", "Devis", False, False))
    assert [bloquant for _, bloquant in remarques(demande(), pieces=exigees)] == [True, False]


def test_une_commune_ne_signe_ni_contrat_republicain_ni_minimis() -> None:
    """Regles 2.1: the contrat d’engagement républicain concerns associations."""
    genres = {texte.genre for texte in textes_demandes(association=False)}
    assert genres == {"representant", "obligations", "sincerite"}
    sans = demande(attestations=tuple(a for a in demande().attestations if a.genre != "cer"))
    assert remarques(sans) == [("Attestation à donner : Contrat d’engagement républicain.", True)]


def test_chaque_remarque_mene_a_la_page_qui_y_repond() -> None:
    """Everything is missing: each remark names a section of the form."""
    textes = ("intitule", "resume", "buts", "besoin", "droit_commun_insuffisant", "orientation", "theme_p147", "moyens")
    vide = demande(
        **dict.fromkeys(textes, ""),
        **dict.fromkeys(("lieux", "ages", "indicateurs", "budget", "demandes", "attestations"), ()),
        **dict.fromkeys(("beneficiaires", "beneficiaires_qpv", "femmes", "hommes", "sexe_inconnu", "debut", "fin")),
    )
    trouvees = controles(vide, Exigences(pieces=(PieceExigee("rib", "RIB", True, True),)))
    assert {c.section for c in trouvees} == {s.code for s in sections_de("cerfa_12156")} - {"organisme"}


def test_chaque_formulaire_a_ses_lignes() -> None:
    """Regles 2.2: CERFA for associations, forms of their own for communes and investment."""
    assert formulaire_de("cerfa_12156", droit_public=True) == "commune"
    assert formulaire_de("fiche", droit_public=True) == "fiche"
    assert plan_de("cerfa_12156") is CERFA
    assert {"864", "870", "chgfixe", "74aidespriv", "789"} <= set(CERFA.comptes)
    assert not any(compte.startswith("86") for compte in COMMUNE.comptes)
    assert INVESTISSEMENT.sens("231") == "charge"


def test_un_montant_d_un_autre_formulaire_trouve_sa_ligne() -> None:
    """A renewal from a file whose budget was written at the level of headings, or in another form."""
    assert CERFA.compte_de_reprise("641", "charge") == "641"
    assert CERFA.compte_de_reprise("60", "charge") == "60x"
    assert CERFA.compte_de_reprise("Ressources propres", "produit") == "insufprevisionnel"
    assert INVESTISSEMENT.compte_de_reprise("641", "charge") is None
    assert FICHE.compte_de_reprise("chgfixe", "charge") == "65x"
    assert FICHE.compte_de_reprise("861", "charge") == "864"
    assert INVESTISSEMENT.compte_de_reprise("861", "charge") is None


def test_des_parts_egales_font_toujours_cent() -> None:
    assert parts_egales(3) == [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")]
    assert sum(parts_egales(7)) == 100


def test_un_champ_demande_ouvre_tous_ceux_qui_vont_avec_lui() -> None:
    """Women and men are corrected together; an unknown code opens nothing."""
    assert noms_ouverts(["sexes", "inconnu"]) == {"femmes", "hommes", "sexe_inconnu"}
    assert section_du_champ("dates").code == "moyens"  # type: ignore[union-attr]
    assert libelles(["budget", "intitule"]) == ["Intitulé de l’action", "Budget de l’action"]
    assert choix_par_section()[1][0] == "L’action"
