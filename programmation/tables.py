"""Columns of the instruction table, declared once for the screen, the menu, the totals and the exports."""

from __future__ import annotations

from commun.colonnes import Colonne, JeuDeColonnes, TypeColonne

# Sorts named « tri_… » are added by `lectures.tableau.avec_tri`, only when asked.
COLONNES = JeuDeColonnes(
    (
        Colonne("numero", "N°", type=TypeColonne.IDENTIFIANT, tri="numero"),
        Colonne("intitule", "Action", tri="recherche", largeur=45),
        Colonne("porteur", "Porteur", tri="porteur__recherche", largeur=32),
        Colonne("etat_libelle", "État", type=TypeColonne.ETAT, tri="tri_etat_libelle"),
        Colonne("orientation", "Orientation", tri="orientation__ordre"),
        Colonne("lieux", "Quartiers et communes", visible=False, largeur=40),
        Colonne("caractere", "Nouvelle ou reconduite", visible=False, tri="caractere"),
        Colonne("nature", "Annuelle ou CPO", visible=False, tri="nature"),
        Colonne("dispositif", "Dispositif", visible=False, tri="dispositif__code", largeur=30),
        Colonne("financeurs", "Financeurs sollicités", visible=False, largeur=40),
        Colonne("par_financeur", "Demandé à chaque financeur", visible=False, largeur=48),
        # 0 is a cost that nobody has given: an imported file may come without.
        Colonne(
            "cout",
            "Coût",
            lambda ligne: ligne.cout or None,
            type=TypeColonne.EUROS,
            tri="cout_total",
            total=True,
            visible=False,
        ),
        Colonne("demande", "Demandé", type=TypeColonne.EUROS, tri="tri_demande", total=True),
        Colonne(
            "droit_commun",
            "dont droit commun",
            type=TypeColonne.EUROS,
            tri="tri_droit_commun",
            total=True,
            visible=False,
        ),
        Colonne(
            "specifique", "dont spécifiques", type=TypeColonne.EUROS, tri="tri_specifique", total=True, visible=False
        ),
        Colonne("propose", "Proposé", type=TypeColonne.EUROS, tri="tri_propose", total=True),
        Colonne("programme", "Programmé", type=TypeColonne.EUROS, tri="tri_programme", total=True),
        Colonne("vote", "Voté", type=TypeColonne.EUROS, tri="tri_vote", total=True),
        Colonne("accord_libelle", "Accords", largeur=28),
        Colonne("note", "Note sur 20", type=TypeColonne.NOMBRE, decimales=1, tri="tri_note", visible=False),
        Colonne("suivi_par", "Suivi par", visible=False, tri="instructeur__last_name"),
    ),
    tri_defaut="numero",
    departage="numero",
)

# Before notification a porteur reads no proposal and no programming (docs/regles.md): no column for them.
COLONNES_DU_PORTEUR = JeuDeColonnes(
    tuple(c for c in COLONNES if c.cle not in ("propose", "programme", "note", "suivi_par")),
    tri_defaut="numero",
    departage="numero",
)

# For who types a funder's rows: that funder's own columns, after what everybody reads.
SAISIE = (
    Colonne("a_nous", "Demandé au financeur", type=TypeColonne.EUROS, visible=False),
    Colonne("notre_proposition", "Sa proposition", type=TypeColonne.EUROS, visible=False),
    Colonne("nos_conditions", "Ses conditions", visible=False, largeur=40),
    Colonne("notre_ej", "Son n° d’engagement", type=TypeColonne.IDENTIFIANT, visible=False),
)
COLONNES_DE_SAISIE = JeuDeColonnes((*COLONNES, *SAISIE), tri_defaut="numero", departage="numero")
# The columns of the tab in which one types.
POUR_SAISIR = ("numero", "intitule", "porteur", "etat_libelle", *(colonne.cle for colonne in SAISIE))

# The same rows as a spreadsheet to fill away from Pilotville: one line per request, with the version that was read.
# `valeur` reads (LigneTableau, LigneSaisie) pairs.
HORS_LIGNE = (
    Colonne("ligne", "Ligne", lambda paire: str(paire[1].pk), type=TypeColonne.IDENTIFIANT, largeur=8),
    Colonne("version", "Version", lambda paire: paire[1].version, type=TypeColonne.NOMBRE, largeur=8),
    Colonne("numero", "N°", lambda paire: paire[0].numero, type=TypeColonne.IDENTIFIANT),
    Colonne("intitule", "Action", lambda paire: paire[0].intitule, largeur=45),
    Colonne("porteur", "Porteur", lambda paire: paire[0].porteur, largeur=32),
    Colonne("titre", "Dispositif et nature", lambda paire: paire[1].titre),
    Colonne("etat", "État", lambda paire: paire[1].etat_libelle),
    Colonne("montant_demande", "Demandé", lambda paire: paire[1].demande, type=TypeColonne.EUROS),
    Colonne("montant", "Proposition", lambda paire: paire[1].montant, type=TypeColonne.EUROS),
    Colonne("conditions", "Conditions", lambda paire: paire[1].conditions, largeur=45),
    Colonne("numero_ej", "N° d’engagement", lambda paire: paire[1].numero_ej, type=TypeColonne.IDENTIFIANT, largeur=20),
)

COLONNES_DES_ENVELOPPES = (
    Colonne("financeur", "Financeur", largeur=32),
    Colonne("dispositif", "Dispositif", largeur=40),
    Colonne("nature_libelle", "Nature"),
    Colonne("section_libelle", "Section"),
    Colonne("etat_libelle", "État"),
    Colonne("montant", "Montant", type=TypeColonne.EUROS, total=True),
    Colonne("depassement", "Dépassement autorisé", type=TypeColonne.EUROS, total=True),
    Colonne("propose", "Proposé", type=TypeColonne.EUROS, total=True),
    Colonne("programme", "Programmé", type=TypeColonne.EUROS, total=True),
    Colonne("vote", "Voté", type=TypeColonne.EUROS, total=True),
    Colonne("disponible", "Reste", type=TypeColonne.EUROS, total=True),
)

COLONNES_DU_SCENARIO = (
    Colonne("numero", "N°", type=TypeColonne.IDENTIFIANT),
    Colonne("intitule", "Action", largeur=45),
    Colonne("porteur", "Porteur", largeur=32),
    Colonne("financeur", "Financeur", largeur=28),
    Colonne("titre", "Dispositif et nature", largeur=28),
    Colonne("etat_libelle", "État"),
    Colonne("demande", "Demandé", type=TypeColonne.EUROS, total=True),
    Colonne("an_passe", "L’an passé", type=TypeColonne.EUROS, total=True),
    Colonne("propose", "Proposé", type=TypeColonne.EUROS, total=True),
    Colonne("montant", "Scénario", type=TypeColonne.EUROS, total=True),
    Colonne("note", "Note", largeur=45),
)

# On a phone a row is a card: its state and the two figures that matter.
ESSENTIELLES = frozenset(
    {"etat_libelle", "demande", "propose", "a_nous", "notre_proposition", "nos_conditions", "notre_ej"}
)

TON_DE_L_ETAT = {
    "depose": "info",
    "incomplet": "attention",
    "complet": "info",
    "recevable": "info",
    "irrecevable": "danger",
    "en_instruction": "info",
    "programme": "succes",
    "ajourne": "attention",
    "clos": "neutre",
    "retire": "neutre",
    "brouillon": "neutre",
}
TON_DE_LA_DEMANDE = {
    "demandee": "neutre",
    "proposee": "info",
    "programmee": "info",
    "votee": "succes",
    "notifiee": "succes",
    "conventionnee": "succes",
    "avance_versee": "succes",
    "soldee": "succes",
    "refusee": "danger",
    "ajournee": "attention",
    "annulee": "neutre",
}
