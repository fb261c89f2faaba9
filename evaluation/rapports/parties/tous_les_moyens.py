"""The table of all means, part by part: where it stands, by orientation, partner by partner, against what is known."""

from __future__ import annotations

from decimal import Decimal

from commun import typographie as typo
from commun.colonnes import TypeColonne
from commun.graphiques import barres_empilees
from contrats.lectures.moyens import CaseDeMoyens, LigneDeMoyens, MoyensDuPartenaire
from contrats.models import NatureAnnoncee, Section
from contrats.regles import ReponseDeCase

from ...lectures.moyens import MoyensEnBref, Rapprochement, TableauDesMoyens
from ...lectures.synthese import Synthese
from ..blocs import VIDE, Brique, Col, Definitions, Encadre, Ligne, Tableau, Texte, TuileChiffre, Tuiles
from ..blocs import Section as Partie
from .mots import NON_COMMUNIQUE, en_pourcent, enumerer, millions, phrase

EUROS, NOMBRE, TEXTE = TypeColonne.EUROS, TypeColonne.NOMBRE, TypeColonne.TEXTE
SANS_OBJET, NON_REPARTI, EN_NATURE = "sans objet", "non réparti", "en nature"
A_NOMMER = 6  # partners named in a sentence


def nom_de_la_ligne(nature: str, section: str) -> str:
    """« Droit commun, fonctionnement »."""
    return f"{NatureAnnoncee(nature).label}, {Section(section).label.lower()}"


def mot_de_la_case(case: CaseDeMoyens | None) -> str:
    """What a box shows: its euros, or why it has none; never a 0 that nobody wrote."""
    if case is None:
        return typo.ABSENT
    if case.montant is not None:
        return typo.montant(case.montant)
    return {
        ReponseDeCase.COMMUNIQUE.value: EN_NATURE,
        ReponseDeCase.NON_REPARTI.value: NON_REPARTI,
        ReponseDeCase.SANS_OBJET.value: SANS_OBJET,
        ReponseDeCase.NON_COMMUNIQUE.value: NON_COMMUNIQUE,
    }[case.reponse]


def _dont(manques: int) -> str:
    """« , dont 12 cases non communiquées », after a total; nothing when all is told."""
    return f", dont {typo.pluriel(manques, 'case non communiquée', 'cases non communiquées')}" if manques else ""


def doubles_comptes(t: TableauDesMoyens) -> tuple[str, ...]:
    """What may be counted twice, a sentence each: to be verified with the partner, nothing is taken off."""
    phrases = []
    for x in t.doubles_comptes:
        ligne, montant, dont = nom_de_la_ligne(x.nature, x.section), typo.euros(x.montant), typo.euros(x.dont)
        if x.service:
            phrases.append(
                f"« {ligne} » : {x.service} annonce {dont} et {x.partenaire}, son organisme de rattachement, {montant} ; si "
                "le second montant contient le premier, il est compté deux fois."
            )
        else:
            phrases.append(
                f"« {ligne} » de {x.partenaire} : {montant} « non répartis » s’ajoutent à {dont} répartis par orientation ; "
                "si le premier montant est le total de la ligne, le second est compté deux fois."
            )
    return tuple(phrase(p) for p in phrases)


def declares_seulement(t: TableauDesMoyens) -> str:
    """NPNRU and Europe stand on the partner's word alone."""
    montant = f" ({typo.euros(t.declares_seulement)})" if t.declares_seulement else ""
    return phrase(
        f"NPNRU et Europe{montant} sont déclarés seulement : le coût des opérations urbaines est "
        "connu par opération, sans partage par partenaire ni par année, et aucun crédit européen n’est suivi ici. Rien ne "
        "recoupe ces montants."
    )


def en_un_coup_d_oeil(t: TableauDesMoyens) -> Partie:
    """Where the table stands, and who is to be reminded."""
    c, restants = t.completude, t.a_relancer
    constat = phrase(
        f"{typo.pluriel(t.complets, 'partenaire')} sur {len(t.partenaires)} "
        f"{typo.accord(t.complets, 'a dit', 'ont dit')} tous {typo.accord(t.complets, 'ses', 'leurs')} moyens {t.annee} ; "
        f"{en_pourcent(c.taux)} des cases attendues sont connues."
    )
    connu = t.connu_par_la_programmation
    briques: list[Brique] = [
        Tuiles(
            (
                TuileChiffre(
                    "detail",
                    "Cases connues",
                    f"{typo.nombre(c.connues)} sur {typo.nombre(c.attendues)}",
                    en_pourcent(c.taux),
                    phrase(f"Il reste {typo.pluriel(c.manquantes, 'case')} à renseigner.") if c.manquantes else "",
                ),
                TuileChiffre(
                    "completude",
                    "Partenaires complets",
                    f"{t.complets} sur {len(t.partenaires)}",
                    "",
                    phrase(f"{typo.pluriel(len(restants), 'partenaire')} à relancer.") if restants else "",
                ),
                TuileChiffre(
                    "orientations", "Moyens annoncés", millions(t.total), _dont(c.manquantes).removeprefix(", ")
                ),
                TuileChiffre(
                    "rapprochement",
                    "Connu par la programmation",
                    millions(connu),
                    "jamais additionné aux annonces",
                    phrase(f"{typo.pluriel(t.a_revoir, 'annonce')} à revoir.") if t.a_revoir else "",
                ),
            )
        )
    ]
    if restants:
        muets = [p.nom for p in restants if not p.completude.connues]
        briques.append(
            Encadre(
                "À relancer",
                (
                    phrase(
                        f"{typo.pluriel(len(muets), 'partenaire n’a', 'partenaires n’ont')} encore rien dit de "
                        f"{typo.accord(len(muets), 'ses', 'leurs')} moyens : "
                        f"{enumerer(muets[:A_NOMMER])}{' et les suivants du tableau' if len(muets) > A_NOMMER else ''}."
                        if muets
                        else "Chaque partenaire a commencé à répondre ; le tableau suivant dit ce qui manque."
                    ),
                ),
                "alerte",
            )
        )
    if doubles := doubles_comptes(t):
        if len(doubles) > A_NOMMER:
            reste = typo.pluriel(len(doubles) - A_NOMMER, "autre ligne est à vérifier", "autres lignes sont à vérifier")
            doubles = (*doubles[:A_NOMMER], phrase(f"{reste} sur la page du tableau."))
        briques.append(Encadre(phrase("Compté deux fois ? À vérifier"), doubles, "alerte"))
    briques.append(
        Texte(
            phrase(
                "La Région conditionne son soutien à ce que les moyens de tous les partenaires, en fonctionnement et en "
                "investissement, soient connus et partagés."
            ),
            "note",
        )
    )
    return Partie("coup-d-oeil", f"Tous les moyens {t.annee}", constat, tuple(briques))


def completude(t: TableauDesMoyens) -> Partie:
    """How complete each partner's answer is."""
    return Partie(
        "completude",
        "La complétude, partenaire par partenaire",
        phrase(
            f"{typo.pluriel(len(t.a_relancer), 'partenaire doit', 'partenaires doivent')} encore compléter "
            f"{typo.accord(len(t.a_relancer), 'sa réponse', 'leur réponse')}."
            if t.a_relancer
            else "Tous les partenaires ont répondu."
        ),
        (
            Tableau(
                titre="Cases connues sur cases attendues",
                precision=f"nombre de cases, {t.annee}, cases « sans objet » exclues",
                cols=(
                    Col("Partenaire", largeur=30),
                    Col("Connues", NOMBRE, 10),
                    Col("Attendues", NOMBRE, 10),
                    Col("Complétude", TypeColonne.POURCENT, 12, SANS_OBJET),
                    Col("Moyens annoncés", EUROS, 18, NON_COMMUNIQUE),
                    Col("Dernière saisie", TypeColonne.DATE, 20, "aucune"),
                ),
                lignes=tuple(
                    Ligne(
                        (
                            p.nom,
                            p.completude.connues,
                            p.completude.attendues,
                            Decimal(p.completude.taux) if p.completude.attendues else None,
                            p.total,
                            p.dit_le,
                        ),
                        fictif=p.fictif,
                    )
                    for p in t.partenaires
                ),
                total=Ligne(
                    (
                        "Ensemble",
                        t.completude.connues,
                        t.completude.attendues,
                        Decimal(t.completude.taux) if t.completude.attendues else None,
                        t.total,
                        VIDE,
                    )
                ),
                feuille="Complétude",
                serre=True,
                fictif=t.fictif,
                source=phrase(f"Total des seuls montants connus{_dont(t.non_communiques)}."),
                vide="Aucun signataire n’est encore enregistré.",
            ),
        ),
        suite=True,
    )


def par_orientation(t: TableauDesMoyens) -> Partie:
    """Declared euros by orientation and nature."""
    connues = [x for x in t.par_orientation if x.total]
    briques: list[Brique] = []
    premiere = max(connues, key=lambda x: x.total, default=None)
    if premiere is not None:
        briques.append(
            barres_empilees(
                [(x.nom, x.montants) for x in connues],
                parts=tuple(NatureAnnoncee.labels),
                titre=phrase(f"« {premiere.nom} » réunit {millions(premiere.total)} annoncés"),
                sous_titre=f"Moyens annoncés par orientation et nature, euros, {t.annee}",
                ecrire=millions,
                entete="Orientation",
                ordonner=True,
            )
        )
    briques += [
        _tableau_par_orientation(
            t,
            titre="Moyens annoncés par orientation et nature",
            non_communiques=t.non_communiques,
            feuille="Par orientation",
            source=phrase(
                "Les totaux ne comptent que les montants connus. « Non réparti » : donné pour toutes les orientations "
                "ensemble."
            ),
        ),
        Tableau(
            titre="Moyens annoncés par nature et section",
            precision=f"euros, {t.annee}",
            cols=(
                Col("Nature", largeur=30),
                Col("Section", largeur=25),
                Col("Montant", EUROS, 20),
                Col("Cases non communiquées", NOMBRE, 25),
            ),
            lignes=tuple(
                Ligne(
                    (
                        NatureAnnoncee(x.nature).label,
                        Section(x.section).label,
                        x.montant or None,
                        x.non_communiques,
                    )
                )
                for x in t.par_section
            ),
            feuille="Par section",
            serre=True,
            fictif=t.fictif,
        ),
    ]
    constat = phrase(
        f"{millions(t.total)} sont annoncés par {typo.pluriel(sum(p.total is not None for p in t.partenaires), 'partenaire')}"
        f"{_dont(t.non_communiques)}."
        if t.total
        else f"Aucun montant n’est encore annoncé pour {t.annee}."
    )
    return Partie("orientations", "Par orientation", constat, tuple(briques))


def _tableau_par_orientation(
    moyens: TableauDesMoyens | MoyensEnBref, *, titre: str, non_communiques: int, feuille: str, source: str
) -> Tableau:
    """What is declared, by orientation and nature; `non_communiques` stands at its foot."""
    lignes = moyens.par_orientation
    sommes = (sum((x.montants[rang] for x in lignes), Decimal(0)) or None for rang in range(len(NatureAnnoncee)))
    return Tableau(
        titre=titre,
        precision=f"euros, {moyens.annee}",
        cols=(
            Col("Orientation", largeur=28),
            *(Col(nom, EUROS, 12) for nom in NatureAnnoncee.labels),
            Col("Ensemble", EUROS, 12),
            Col("Cases non communiquées", NOMBRE, 12),
        ),
        lignes=tuple(
            Ligne((x.nom, *(e or None for e in x.montants), x.total or None, x.non_communiques)) for x in lignes
        ),
        total=Ligne(("Ensemble", *sommes, moyens.total or None, non_communiques)),
        feuille=feuille,
        serre=True,
        fictif=moyens.fictif,
        source=source,
    )


def detail(t: TableauDesMoyens) -> Partie:
    """The big table: partner, nature and section by orientation."""
    cols = (
        Col("Partenaire, nature et section", largeur=22),
        Col("Non réparti", droite=True),
        *(Col(o.nom, droite=True) for o in t.orientations),
        Col("Total connu", EUROS, 12, NON_COMMUNIQUE),
    )
    lignes = [ligne for p in t.partenaires for ligne in _du_partenaire(p, len(t.orientations))]
    return Partie(
        "detail",
        "Le tableau de tous les moyens",
        phrase(
            "Chaque partenaire, sa réponse par orientation, en fonctionnement et en investissement. Une case muette est "
            "« non communiquée », jamais à zéro."
        ),
        (
            Tableau(
                titre=f"Moyens annoncés {t.annee}",
                precision="euros",
                cols=cols,
                lignes=tuple(lignes),
                total=Ligne(("Ensemble", *[VIDE] * (len(cols) - 2), t.total or None)),
                feuille="Tableau",
                serre=True,
                fictif=t.fictif,
                repliee=True,
                source=phrase(f"Total des seuls montants connus{_dont(t.non_communiques)}."),
                vide="Aucun signataire n’est encore enregistré.",
            ),
            *en_nature(t),
        ),
    )


def _du_partenaire(p: MoyensDuPartenaire, orientations: int) -> list[Ligne]:
    """One partner: its name and total, the lines that say something, then what the others are in one line each."""
    c = p.completude
    vides = (VIDE,) * (orientations + 1)
    lignes = [Ligne((phrase(f"{p.nom} ({c.connues} sur {c.attendues})"), *vides, p.total), forte=True, fictif=p.fictif)]
    parlantes = [x for x in p.lignes if not (x.muette or x.sans_objet) or x.total is not None]
    lignes += [
        Ligne(
            (
                nom_de_la_ligne(x.nature, x.section),
                mot_de_la_case(x.ensemble),
                *(mot_de_la_case(case) for case in x.cases),
                x.total if x.total is not None else (VIDE if x.en_nature else None),
            )
        )
        for x in parlantes
    ]
    autres = [x for x in p.lignes if x not in parlantes]
    for mot, restantes in (
        (NON_COMMUNIQUE, [x for x in autres if x.muette]),
        (SANS_OBJET, [x for x in autres if not x.muette]),
    ):
        # Of a wholly silent partner, its own line says all.
        if restantes and not (mot == NON_COMMUNIQUE and len(restantes) == len(p.lignes)):
            noms = "Tout" if len(restantes) == len(p.lignes) else _noms(restantes)
            lignes.append(Ligne((phrase(f"{noms} : {mot}"), *vides, VIDE)))
    return lignes


def _noms(lignes: list[LigneDeMoyens]) -> str:
    """« NPNRU ; Europe, investissement »: a nature whose two sections are there is named once."""
    morceaux = []
    for nature in dict.fromkeys(x.nature for x in lignes):
        sections = [x.section for x in lignes if x.nature == nature]
        nom = NatureAnnoncee(nature).label
        morceaux.append(nom if len(sections) == len(Section) else nom_de_la_ligne(nature, sections[0]))
    return " ; ".join(morceaux)


def en_nature(t: TableauDesMoyens) -> tuple[Brique, ...]:
    """The words of the partners, as they wrote them; none where nobody wrote any."""
    lignes = tuple(
        Ligne((p.nom, nom_de_la_ligne(x.nature, x.section), typo.typographie(mots)), fictif=p.fictif)
        for p in t.partenaires
        for x in p.lignes
        for mots in x.precisions
    )
    if not lignes:
        return ()
    return (
        Tableau(
            titre="Moyens en nature et précisions",
            precision=f"tels qu’annoncés, {t.annee}",
            cols=(Col("Partenaire", largeur=25), Col("Nature et section", largeur=25), Col("Moyens", largeur=50)),
            lignes=lignes,
            feuille="En nature",
            serre=True,
            fictif=t.fictif,
        ),
    )


def rapprochement(t: TableauDesMoyens) -> Partie:
    """What is declared beside what the programming and the commitments tell."""
    constat = phrase(
        f"{typo.pluriel(t.a_revoir, 'annonce est inférieure', 'annonces sont inférieures')} à ce que la programmation "
        f"contient déjà, ou {typo.accord(t.a_revoir, 'manque', 'manquent')}."
        if t.a_revoir
        else "Aucune annonce n’est inférieure à ce que la programmation contient."
    )
    return Partie(
        "rapprochement",
        "Ce que l’on sait par ailleurs",
        constat,
        (
            Tableau(
                titre="Annonces, programmation et engagements",
                precision=f"euros, {t.annee}",
                cols=(
                    Col("Partenaire", largeur=12),
                    Col("Nature et section", largeur=18),
                    Col("Annoncé", EUROS, 12, NON_COMMUNIQUE),
                    Col("Voté", EUROS, 8),
                    Col("Programmé, à voter", EUROS, 10),
                    Col("Proposé", EUROS, 8),
                    Col("Déclaré aux engagements", EUROS, 10),
                    Col("Écart", EUROS, 8),
                    Col("Lecture", TEXTE),
                ),
                lignes=tuple(
                    Ligne(
                        (
                            r.partenaire,
                            nom_de_la_ligne(r.nature, r.section),
                            r.annonce,
                            r.programmation.vote if r.programmation else None,
                            r.programmation.programme if r.programmation else None,
                            r.programmation.propose if r.programmation else None,
                            r.engagements,
                            r.ecart,
                            _lecture(r),
                        )
                    )
                    for r in t.rapprochements
                ),
                feuille="Rapprochement",
                serre=True,
                fictif=t.fictif,
                source=phrase(
                    "Le chiffre retenu dans les totaux est l’annonce. La programmation compte chaque demande une fois : "
                    "votée, sinon programmée, sinon proposée et partagée ; ni un dossier ajourné ni un dossier écarté en séance n’y "
                    "comptent. L’écart est l’annonce moins la programmation, ou moins les engagements quand la programmation ne "
                    "dit rien. Un service qui n’annonce rien est compté avec son organisme de rattachement. Les euros des "
                    "engagements, sans section, figurent en fonctionnement."
                ),
                vide="La programmation et les engagements ne disent encore rien de cette année.",
            ),
            Texte(declares_seulement(t), "note"),
        ),
    )


def _lecture(r: Rapprochement) -> str:
    """Which figure stands, and whose requests are set against the line beside its own."""
    if not r.couvre:
        return phrase(r.constat)
    return phrase(f"{r.constat}, {typo.euros(r.des_services)} de {enumerer(r.couvre)} compris")


def methode(t: TableauDesMoyens) -> Partie:
    """What the words mean."""
    return Partie(
        "methode",
        "Lire ce tableau",
        phrase("Ce que disent les mots, et ce que les totaux comptent."),
        (
            Definitions(
                tuple(
                    (terme, phrase(sens))
                    for terme, sens in (
                        ("Case", "Un partenaire, une nature, une section, une orientation."),
                        ("Non communiqué", "Rien n’est dit : la case n’est pas à zéro et reste attendue."),
                        ("Sans objet", "Le partenaire n’a pas de moyens de cette sorte : la case n’est pas attendue."),
                        ("Non réparti", "Le montant est donné pour toutes les orientations ensemble ; il s’y ajoute."),
                        (
                            "En nature",
                            "Postes, locaux ou équipements dits en mots, avec un montant s’ils sont valorisés.",
                        ),
                        (
                            "NPNRU, Europe",
                            "Déclarés seulement : ni la programmation ni les engagements n’en disent les euros.",
                        ),
                        ("Complétude", "Cases connues sur cases attendues, arrondie par défaut."),
                        ("Pour le compte de", "Saisi par l’équipe du contrat d’après un document nommé."),
                    )
                )
            ),
        ),
        suite=True,
    )


def en_bref(s: Synthese) -> Partie:
    """One page of the annual synthesis: who has told its means, how much is declared by orientation."""
    m = s.moyens
    c, incomplets = m.completude, [p for p in m.partenaires if not p.completude.complete]
    constat = phrase(
        f"{m.complets} {typo.accord(m.complets, 'partenaire', 'partenaires')} sur {len(m.partenaires)} "
        f"{typo.accord(m.complets, 'a dit', 'ont dit')} tous {typo.accord(m.complets, 'ses', 'leurs')} moyens {m.annee} ; "
        f"{millions(m.total)} sont annoncés{_dont(c.manquantes)}."
        if m.total
        else f"Aucun partenaire n’a encore annoncé de montant pour {m.annee}."
    )
    return Partie(
        "tous-les-moyens",
        "Les moyens de tous les partenaires",
        constat,
        (
            _tableau_par_orientation(
                m,
                titre="Moyens annoncés par orientation",
                non_communiques=c.manquantes,
                feuille="Tous les moyens",
                source=phrase(
                    "Fonctionnement et investissement. Les totaux ne comptent que les montants annoncés et connus ; "
                    "ce que contient la programmation "
                    f"({millions(m.connu_par_la_programmation)}) ne s’y ajoute pas."
                ),
            ),
            Tableau(
                titre="Partenaires qui doivent encore répondre",
                precision=f"cases connues sur cases attendues, {m.annee}",
                cols=(
                    Col("Partenaire", largeur=40),
                    Col("Connues", NOMBRE, 15),
                    Col("Attendues", NOMBRE, 15),
                    Col("Moyens annoncés", EUROS, 30, NON_COMMUNIQUE),
                ),
                lignes=tuple(Ligne((p.nom, p.completude.connues, p.completude.attendues, p.total)) for p in incomplets),
                feuille="Moyens à compléter",
                serre=True,
                repliee=True,
                fictif=m.fictif,
                vide="Tous les partenaires ont répondu.",
            ),
        ),
    )
