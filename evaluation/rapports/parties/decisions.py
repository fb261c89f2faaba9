"""What the COPIL is asked to decide, what became of its last decisions, and the year in eight figures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from commun import typographie as typo
from commun.colonnes import TypeColonne
from contrats.etats import EtatEngagement
from contrats.lectures.suivi import Decision

from ...lectures.synthese import Synthese
from ..blocs import VIDE, Brique, Col, Encadre, Ligne, Section, SousTitre, Tableau, Texte, TuileChiffre, Tuiles
from .mots import NATURES, NON_COMMUNIQUE, NON_RENSEIGNE, ZERO, en_pourcent, enumerer, evolution, millions, part, phrase

_EUROS = TypeColonne.EUROS
_ETATS = [etat.value for etat in EtatEngagement]


def decisions(s: Synthese) -> Section:
    """Page 2."""
    d, attente, plus_tard = s.decisions, s.programmation.a_valider, s.programmation.en_instruction
    attendues = [e for e in s.programmation.enveloppes if not e.notifiee]
    montant = sum((a.montant for a in attente), ZERO)
    copil = f"Le COPIL du {typo.date_longue(d.prochain_le)}" if d.prochain_le else "Le prochain COPIL"
    nombre = s.programmation.dossiers_a_valider
    constat = phrase(
        f"{copil} est invité à se prononcer sur {typo.pluriel(len(d.a_decider), 'point')} et à valider "
        f"{typo.pluriel(nombre, 'dossier proposé', 'dossiers proposés')} pour {typo.euros(montant)}."
        if nombre
        else f"{copil} est invité à se prononcer sur {typo.pluriel(len(d.a_decider), 'point')} ; "
        "aucun dossier proposé n’attend sa validation.",
        "" if d.prochain_le else "Sa date n’est pas au calendrier.",
        _pour_information(s),
    )
    briques: list[Brique] = [
        Encadre(
            "Points soumis à décision",
            tuple(phrase(x.texte, _d_ou_vient(x, d.prochain_le)) for x in d.a_decider) or (NON_RENSEIGNE,),
            "decision",
        ),
        Tableau(
            titre="Propositions des financeurs à valider",
            precision=f"à la date d’extraction, {typo.date_longue(s.engagements.le)}",
            cols=(
                Col("Financeur", largeur=35),
                Col("Programmation", largeur=20),
                Col("Moyens", largeur=20),
                Col("Dossiers", TypeColonne.NOMBRE, 10),
                Col("Proposé", _EUROS, 15),
            ),
            lignes=tuple(Ligne((a.financeur, str(a.annee), NATURES[a.nature], a.dossiers, a.montant)) for a in attente),
            total=Ligne(("Ensemble, chaque dossier compté une fois", VIDE, VIDE, nombre, montant)) if attente else None,
            feuille="À valider",
            vide="Aucune proposition n’attend la validation du COPIL.",
            fictif=s.programmation.fictif,
            serre=True,
        ),
    ]
    if plus_tard:
        briques.append(
            Tableau(
                titre="Propositions en instruction, pour information",
                precision="soumises à un COPIL suivant",
                cols=(
                    Col("Financeur", largeur=35),
                    Col("Programmation", largeur=15),
                    Col("COPIL prévu le", TypeColonne.DATE, 12, "à fixer"),
                    Col("Moyens", largeur=18),
                    Col("Dossiers", TypeColonne.NOMBRE, 8),
                    Col("Proposé", _EUROS, 12),
                ),
                lignes=tuple(
                    Ligne((a.financeur, str(a.annee), a.copil_prevu_le, NATURES[a.nature], a.dossiers, a.montant))
                    for a in plus_tard
                ),
                total=Ligne(
                    (
                        "Ensemble, chaque dossier compté une fois",
                        VIDE,
                        VIDE,
                        VIDE,
                        s.programmation.dossiers_en_instruction,
                        sum((a.montant for a in plus_tard), ZERO),
                    )
                ),
                feuille="En instruction",
                fictif=s.programmation.fictif,
                serre=True,
            )
        )
    if attendues:
        noms = sorted({e.financeur for e in attendues})
        total = sum((e.montant for e in attendues), ZERO)
        briques.append(
            Texte(
                phrase(
                    f"{typo.pluriel(len(attendues), 'enveloppe')} {s.annee} "
                    f"{typo.accord(len(attendues), 'est attendue', 'sont attendues')} et non "
                    f"{typo.accord(len(attendues), 'notifiée', 'notifiées')} : {typo.euros(total)} ({', '.join(noms)})."
                ),
                "note",
            )
        )
    faites = sum(1 for x in d.suivies if x.execution == "faite")
    briques += [
        SousTitre("Ce que sont devenues les dernières décisions", "dernieres-decisions"),
        Tableau(
            titre=(
                f"Décisions du COPIL du {typo.date_longue(d.dernier_le)} et décisions antérieures encore ouvertes"
                if d.dernier_le
                else "Décisions des derniers COPIL"
            ),
            precision=f"{typo.pluriel(faites, 'faite')} sur {len(d.suivies)}" if d.suivies else "",
            cols=(
                Col("Décision", largeur=40),
                Col("Responsable", largeur=15),
                Col("Échéance", TypeColonne.DATE, 12),
                Col("Exécution", largeur=12),
                Col("Suite donnée"),
            ),
            lignes=tuple(
                Ligne(
                    (
                        typo.typographie(x.texte),
                        x.responsable,
                        x.echeance,
                        (x.execution_nom or NON_RENSEIGNE) + (" (en retard)" if x.en_retard else ""),
                        typo.typographie(x.suite),
                    ),
                    fictif=x.fictif,
                )
                for x in d.suivies
            ),
            feuille="Décisions suivies",
            fictif=bool(d.suivies) and all(x.fictif for x in d.suivies),
            serre=True,
        ),
    ]
    return Section("decisions", "Ce que le COPIL est invité à décider", constat, tuple(briques))


def _pour_information(s: Synthese) -> str:
    """What a later COPIL will settle; nothing when nothing waits for one."""
    plus_tard, nombre = s.programmation.en_instruction, s.programmation.dossiers_en_instruction
    if not nombre:
        return ""
    annees = enumerer(sorted({str(a.annee) for a in plus_tard}))
    montant = sum((a.montant for a in plus_tard), ZERO)
    return (
        f"Pour information, {typo.pluriel(nombre, 'dossier')} {annees} {typo.accord(nombre, 'est', 'sont')} en "
        f"instruction, {typo.accord(nombre, 'proposé', 'proposés')} pour {typo.euros(montant)}."
    )


def _d_ou_vient(decision: Decision, prochain: date | None) -> str:
    """Who answers for it and, when it was put off, since when."""
    mentions = [decision.responsable] if decision.responsable else []
    if decision.le != prochain:
        mentions.append(f"reporté du COPIL du {typo.date_longue(decision.le)}")
    return f"({', '.join(mentions)})" if mentions else ""


def huit_chiffres(s: Synthese) -> Section:
    """Page 3."""
    c, a = s.programmation.chiffres, s.programmation.precedents
    montee = c.programme - a.programme
    constat = phrase(
        f"{typo.pluriel(c.actions, 'action')} pour {typo.euros(c.programme)} en {s.annee}"
        + (
            f", soit {typo.euros(abs(montee))} {'de plus' if montee >= 0 else 'de moins'} qu’en {a.annee}."
            if a.programme
            else f" ; aucune programmation n’est connue pour {a.annee}."
        )
        if c.actions
        else f"Aucune action n’est encore programmée en {s.annee} ; "
        + (
            f"{typo.pluriel(c.dossiers, 'dossier est déposé', 'dossiers sont déposés')}, pour {typo.euros(c.demande)} demandés."
            if c.dossiers
            else "aucun dossier n’est déposé."
        )
    )
    tuiles = (
        TuileChiffre(
            "actions",
            "Actions programmées",
            typo.nombre(c.actions),
            evolution(c.actions, a.actions, a.annee),
            phrase(
                f"{typo.pluriel(c.nouvelles, 'nouvelle')}, sur {typo.pluriel(c.dossiers, 'dossier déposé', 'dossiers déposés')}."
            ),
        ),
        TuileChiffre(
            "orientations",
            "Montant programmé",
            millions(c.programme),
            evolution(c.programme, a.programme, a.annee, euros=True),
            phrase(f"{typo.euros(c.programme)}, dont {typo.euros(c.vote)} déjà votés par les financeurs."),
        ),
        TuileChiffre(
            "actions",
            "Porteurs soutenus",
            typo.nombre(c.porteurs),
            evolution(c.porteurs, a.porteurs, a.annee),
            phrase(_par_porteur(c.programme, c.porteurs)),
        ),
        TuileChiffre(
            "droit-commun",
            "Part du droit commun",
            en_pourcent(part(c.droit_commun, c.programme), 1),
            f"{en_pourcent(part(a.droit_commun, a.programme), 1)} en {a.annee}",
            phrase(
                f"{typo.euros(c.droit_commun)} de droit commun, {typo.euros(c.specifiques)} de crédits spécifiques."
            ),
        ),
        _tuile_cpo(s),
        TuileChiffre(
            "actions",
            "Participations attendues d’habitants des QPV",
            typo.nombre(c.beneficiaires_qpv),
            evolution(c.beneficiaires_qpv, a.beneficiaires_qpv, a.annee),
            phrase(
                "Une personne suit parfois plusieurs actions.",
                f"{typo.pluriel(c.publics_inconnus, 'action')} sans public renseigné." if c.publics_inconnus else "",
            ),
        ),
        _tuile_engagements(s),
        _tuile_tfpb(s),
    )
    return Section("huit-chiffres", f"L’année {s.annee} en huit chiffres", constat, (Tuiles(tuiles),))


def _par_porteur(programme: Decimal, porteurs: int) -> str:
    if not porteurs:
        return "Aucun porteur n’est encore programmé."
    return f"{typo.euros(programme / porteurs, False)} en moyenne par porteur."


def sens_cpo(s: Synthese) -> str:
    """What the CPO share means, in words."""
    cpo = s.programmation.chiffres.cpo
    if not cpo.base:
        return "L’enveloppe de crédits spécifiques de l’État n’est pas renseignée."
    visee = en_pourcent(cpo.visee, 0 if cpo.visee == cpo.visee.to_integral_value() else 2)
    if cpo.atteinte:
        return f"L’objectif de {visee} est atteint."
    return f"Il manque {typo.euros(cpo.manque)} pour atteindre {visee}."


def _tuile_cpo(s: Synthese) -> TuileChiffre:
    c, a = s.programmation.chiffres.cpo, s.programmation.precedents.cpo
    return TuileChiffre(
        "cpo",
        "Crédits spécifiques de l’État en CPO",
        en_pourcent(c.part, 1) if c.part is not None else NON_RENSEIGNE,
        f"{en_pourcent(a.part, 1)} en {s.annee - 1}",
        phrase(sens_cpo(s)),
        "" if c.part is None else "succes" if c.atteinte else "attention",
    )


def _tuile_engagements(s: Synthese) -> TuileChiffre:
    e = s.engagements
    tenus, muets = _ETATS.index("tenu"), _ETATS.index("sans_information")
    return TuileChiffre(
        "engagements",
        "Engagements tenus",
        f"{typo.nombre(e.total.etats[tenus])} sur {typo.nombre(e.total.total)}",
        f"{typo.nombre(e.precedent[tenus])} à la fin de {s.annee - 1}",
        phrase(
            f"{typo.nombre(e.total.etats[muets])} sans information, "
            f"{typo.pluriel(e.total.en_retard, 'en retard', 'en retard')}."
        ),
    )


def _tuile_tfpb(s: Synthese) -> TuileChiffre:
    t, avant = s.tfpb.total, s.tfpb_precedent.total
    valeur = t.valorise_realise
    return TuileChiffre(
        "tfpb",
        f"TFPB valorisée en {s.tfpb.annee}",
        millions(valeur) if valeur is not None else NON_COMMUNIQUE.capitalize(),
        f"{typo.euros(avant.valorise_realise, False) if avant.valorise_realise is not None else NON_COMMUNIQUE}"
        f" en {s.tfpb_precedent.annee}",
        phrase(
            f"{en_pourcent(t.couverture)} de l’abattement {t.abattement.nature}."
            if t.couverture is not None
            else "Le taux de couverture n’est pas calculable : abattement non communiqué en entier.",
        ),
    )
