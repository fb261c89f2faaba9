"""Names and titles that the demo invents: organisations that do not exist, and the actions they would carry."""

from __future__ import annotations

from typing import NamedTuple

DENAIN, SAINT_AMAND, RAISMES, DOUCHY, ESCAUDAIN = "59172", "59526", "59491", "59179", "59205"
WALLERS, ESCAUTPONT, LOURCHES, ROEULX, HAVELUY = "59632", "59207", "59361", "59504", "59292"
LA_SENTINELLE, MORTAGNE, WAVRECHAIN = "59564", "59418", "59651"


class PorteurInvente(NamedTuple):
    """An organisation of our invention: its name, its seat, the orientations in which it works."""

    nom: str
    sigle: str
    commune: str
    orientations: tuple[str, ...]


ASSOCIATIONS = [
    PorteurInvente("Les Ateliers du Chevalement", "", DENAIN, ("O1", "O4")),
    PorteurInvente("Passerelle Emploi Escaut", "PEE", DENAIN, ("O1",)),
    PorteurInvente("Tremplin des Corons", "", ESCAUDAIN, ("O1", "O3")),
    PorteurInvente("Mobil’Escaut Solidaire", "", DENAIN, ("O1", "O4")),
    PorteurInvente("La Fabrique Bleu Terril", "", RAISMES, ("O1", "O6")),
    PorteurInvente("Coup de Pouce Métiers", "CPM", SAINT_AMAND, ("O1",)),
    PorteurInvente("Entreprendre au Coin de la Rue", "", DENAIN, ("O1",)),
    PorteurInvente("Les Cuisinières du Bassin", "", LOURCHES, ("O1", "O4")),
    PorteurInvente("Numérique en Partage", "NEP", DOUCHY, ("O1", "O3")),
    PorteurInvente("Santé Voisine", "", DENAIN, ("O2",)),
    PorteurInvente("Le Souffle des Cités", "", RAISMES, ("O2",)),
    PorteurInvente("Bien dans ses Baskets", "", ESCAUDAIN, ("O2", "O3")),
    PorteurInvente("Écoute et Répit Hainaut", "ERH", SAINT_AMAND, ("O2", "O5")),
    PorteurInvente("Les Pas de Côté", "", DOUCHY, ("O2",)),
    PorteurInvente("Dépistage pour Toutes", "", DENAIN, ("O2",)),
    PorteurInvente("Pédibus et Compagnie", "", WALLERS, ("O2", "O4")),
    PorteurInvente("Centre social Les Trois Terrils", "", DENAIN, ("O3", "O6", "O5")),
    PorteurInvente("Centre social La Lampisterie", "", ESCAUDAIN, ("O3", "O6")),
    PorteurInvente("Centre social du Grand Marais", "", RAISMES, ("O3", "O2", "O6")),
    PorteurInvente("Espace de vie sociale Le Préau", "", LOURCHES, ("O3", "O6")),
    PorteurInvente("Espace de vie sociale Côté Canal", "", ESCAUTPONT, ("O3", "O6")),
    PorteurInvente("Maison des Familles du Moulin", "", SAINT_AMAND, ("O3",)),
    PorteurInvente("Lire à Voix Haute", "", DENAIN, ("O3",)),
    PorteurInvente("Les Petits Débrouilleurs", "", DOUCHY, ("O3", "O4")),
    PorteurInvente("Mentors du Hainaut", "", DENAIN, ("O3", "O1")),
    PorteurInvente("Cap Collège", "", RAISMES, ("O3",)),
    PorteurInvente("La Compagnie du Carreau", "", DENAIN, ("O3", "O6")),
    PorteurInvente("Fanfare des Cités", "", WALLERS, ("O3",)),
    PorteurInvente("Ciné des Faubourgs", "", ESCAUDAIN, ("O3",)),
    PorteurInvente("Radio Gueules Noires", "", DENAIN, ("O3", "O5")),
    PorteurInvente("Savoirs de Base pour Tous", "SBT", DENAIN, ("O3", "O1")),
    PorteurInvente("Foot au Pied des Tours", "", DENAIN, ("O3", "O5")),
    PorteurInvente("Club Boxe Éducative des Mineurs", "", ESCAUDAIN, ("O3", "O5")),
    PorteurInvente("Judo Club des Bords d’Escaut", "", ESCAUTPONT, ("O3", "O2")),
    PorteurInvente("Les Jardins de la Fosse", "", RAISMES, ("O4", "O6")),
    PorteurInvente("Graines de Coron", "", WALLERS, ("O4",)),
    PorteurInvente("Recyclerie du Denaisis", "", DENAIN, ("O4", "O1")),
    PorteurInvente("Watt Malin", "", DOUCHY, ("O4", "O6")),
    PorteurInvente("Les Vélos du Terril", "", RAISMES, ("O4",)),
    PorteurInvente("Épicerie Solidaire du Marché", "", DENAIN, ("O4", "O2")),
    PorteurInvente("Tables Ouvertes", "", SAINT_AMAND, ("O4", "O2")),
    PorteurInvente("Compost et Compagnie", "", LOURCHES, ("O4",)),
    PorteurInvente("Elles Avancent", "", DENAIN, ("O5", "O1")),
    PorteurInvente("Porte Ouverte aux Victimes", "POV", DENAIN, ("O5",)),
    PorteurInvente("Médiation Nomade de l’Escaut", "", ESCAUDAIN, ("O5", "O6")),
    PorteurInvente("Prévention en Actes", "", RAISMES, ("O5",)),
    PorteurInvente("Dialogue et Quartiers", "", DOUCHY, ("O5", "O6")),
    PorteurInvente("Parole de Jeunes", "", SAINT_AMAND, ("O5", "O3")),
    PorteurInvente("Bricoleurs de Quartier", "", DENAIN, ("O6",)),
    PorteurInvente("Habiter Ensemble Hainaut", "HEH", RAISMES, ("O6",)),
    PorteurInvente("Les Voisins du Square", "", LA_SENTINELLE, ("O6",)),
    PorteurInvente("Mémoires du Bassin", "", WALLERS, ("O6", "O3")),
    PorteurInvente("Comité des Habitants de Schneider", "", LOURCHES, ("O6",)),
    PorteurInvente("Collectif Place Neuve", "", ROEULX, ("O6",)),
    PorteurInvente("Amis du Petit Bois", "", MORTAGNE, ("O6", "O4")),
    PorteurInvente("Couleurs de Haveluy", "", HAVELUY, ("O6", "O3")),
    PorteurInvente("Les Tricoteuses Solidaires", "", WAVRECHAIN, ("O6",)),
    PorteurInvente("Théâtre des Deux Rives", "", SAINT_AMAND, ("O3", "O5")),
    PorteurInvente("Jeunesse en Chantier", "", ESCAUDAIN, ("O1", "O6")),
    PorteurInvente("Accès aux Droits Hainaut", "ADH", DENAIN, ("O2", "O1")),
]

# Communes that carry actions of their own (real organisations, fictitious files), and those whose CCAS does.
COMMUNES_PORTEUSES = {
    DENAIN: ("O3", "O6", "O5"),
    SAINT_AMAND: ("O3", "O6"),
    RAISMES: ("O3", "O6", "O4"),
    DOUCHY: ("O3", "O6"),
    ESCAUDAIN: ("O3", "O5"),
    WALLERS: ("O6", "O3"),
    ESCAUTPONT: ("O3", "O6"),
    LOURCHES: ("O3", "O6"),
    ROEULX: ("O6", "O3"),
    LA_SENTINELLE: ("O6", "O5"),
    HAVELUY: ("O6", "O3"),
}
CCAS = {
    DENAIN: ("O2", "O1"),
    SAINT_AMAND: ("O2", "O4"),
    RAISMES: ("O2", "O5"),
    DOUCHY: ("O2", "O4"),
    ESCAUDAIN: ("O2", "O4"),
    WALLERS: ("O2", "O4"),
    LOURCHES: ("O2", "O4"),
    ESCAUTPONT: ("O2", "O4"),
}


class ActionInventee(NamedTuple):
    """A kind of action: title, P147 theme, objective of the contract, transversal axes, public, people reached."""

    titre: str
    theme: str
    objectif: str
    axes: tuple[str, ...]
    public: str
    personnes: tuple[int, int]


ACTIONS: dict[str, list[ActionInventee]] = {
    "O1": [
        ActionInventee("Permanences emploi au pied des immeubles", "2.1", "O1.A1.1", ("T4",), "demandeurs", (60, 180)),
        ActionInventee("Parcours de remobilisation par le sport", "2.1", "O1.A1.6", ("T6",), "jeunes", (20, 60)),
        ActionInventee("Garage solidaire et permis accompagné", "2.1", "O1.A1.3", (), "demandeurs", (25, 70)),
        ActionInventee("Découverte des métiers de l’industrie", "2.1", "O1.A1.2", ("T3",), "jeunes", (40, 120)),
        ActionInventee("Tremplin pour mères seules", "2.1", "O1.A1.3", ("T3",), "femmes", (15, 45)),
        ActionInventee("Amorçage d’activités dans les quartiers", "2.2", "O1.A2.1", (), "createurs", (20, 60)),
        ActionInventee("Marraines et parrains en entreprise", "2.1", "O1.A2.2", (), "jeunes", (25, 70)),
        ActionInventee("Ateliers français et emploi", "2.1", "O1.A1.1", ("T2",), "adultes", (30, 80)),
        ActionInventee("Chantier école de second œuvre", "2.1", "O1.A1.4", (), "demandeurs", (12, 30)),
        ActionInventee("Rebond après 55 ans", "2.1", "O1.A1.5", (), "demandeurs", (15, 40)),
        ActionInventee("Cuisine et insertion", "2.1", "O1.A1.4", ("T3",), "femmes", (12, 30)),
        ActionInventee("Bus de l’emploi", "2.1", "O1.A1.1", ("T4", "T5"), "demandeurs", (120, 320)),
    ],
    "O2": [
        ActionInventee("Médiation santé dans les quartiers", "1.2", "O2.A1.1", ("T4",), "habitants", (150, 420)),
        ActionInventee("Dépister près de chez soi", "1.2", "O2.A1.3", ("T4",), "femmes", (80, 240)),
        ActionInventee("Bien manger, bien bouger", "1.2", "O2.A2.2", ("T6",), "familles", (60, 180)),
        ActionInventee("Mille jours entre parents", "1.2", "O2.A1.2", (), "familles", (30, 90)),
        ActionInventee("Santé mentale : en parler tôt", "1.2", "O2.A1.1", (), "jeunes", (50, 140)),
        ActionInventee("Seniors en mouvement", "1.2", "O2.A1.1", ("T6",), "seniors", (40, 110)),
        ActionInventee("Bus dentaire des écoles", "1.2", "O2.A1.2", (), "enfants", (180, 420)),
        ActionInventee("Atelier santé ville de proximité", "1.2", "O2.A2.1", ("T1",), "habitants", (100, 300)),
        ActionInventee("Accès aux droits et aux soins", "1.3", "O2.A1.1", ("T5",), "habitants", (90, 260)),
    ],
    "O3": [
        ActionInventee("Accompagnement à la scolarité", "1.1", "O3.A1.3", (), "enfants", (40, 120)),
        ActionInventee("Coups de pouce lecture", "1.1", "O3.A1.3", ("T2",), "enfants", (25, 80)),
        ActionInventee("Mentorat des collégiens", "1.1", "O3.A2.1", (), "jeunes", (30, 90)),
        ActionInventee("Vacances au quartier", "1.5a", "O3.A2.2", ("T6",), "jeunes", (80, 260)),
        ActionInventee("Orchestre des écoles", "1.4", "O3.A1.1", ("T6",), "enfants", (40, 110)),
        ActionInventee("Théâtre de la parole", "1.4", "O3.A1.1", ("T6",), "jeunes", (20, 60)),
        ActionInventee("Fabrique à médias", "1.4", "O3.A1.1", ("T5",), "jeunes", (25, 70)),
        ActionInventee("Cafés des parents", "1.3", "O3.A1.2", ("T4",), "familles", (50, 150)),
        ActionInventee("Lieu d’accueil enfants-parents itinérant", "1.3", "O3.A1.2", ("T4",), "familles", (40, 120)),
        ActionInventee("Sport et citoyenneté", "1.5b", "O3.A2.2", ("T6", "T3"), "jeunes", (60, 200)),
        ActionInventee("Orientation : oser les filières", "1.1", "O3.A2.1", ("T3",), "jeunes", (40, 120)),
        ActionInventee("Ateliers d’apprentissage des savoirs de base", "1.1", "O3.A1.3", ("T2",), "adultes", (30, 90)),
        ActionInventee("Séjours de découverte", "1.5a", "O3.A2.2", (), "enfants", (25, 70)),
        ActionInventee("Club des sciences", "1.1", "O3.A1.1", ("T5",), "enfants", (20, 60)),
    ],
    "O4": [
        ActionInventee("Jardins partagés en pied d’immeuble", "3.1", "O4.A1.4", ("T1",), "habitants", (40, 120)),
        ActionInventee("Cuisiner à petit prix", "3.1", "O4.A1.1", (), "familles", (40, 120)),
        ActionInventee("Atelier vélo participatif", "3.1", "O4.A3.3", ("T6",), "habitants", (60, 180)),
        ActionInventee("Éco-gestes et factures", "3.1", "O4.A2.1", ("T4",), "familles", (60, 160)),
        ActionInventee("Repair café", "3.1", "O4.A2.2", ("T1",), "habitants", (80, 220)),
        ActionInventee("Circuit court solidaire", "3.1", "O4.A1.3", (), "familles", (70, 200)),
        ActionInventee("Compost de quartier", "3.1", "O4.A1.5", (), "habitants", (50, 160)),
        ActionInventee("Savoir rouler, savoir bouger", "3.1", "O4.A3.2", (), "adultes", (30, 90)),
    ],
    "O5": [
        ActionInventee("Médiation sociale de soirée", "3.2", "O5.A2.1", ("T4",), "jeunes", (120, 360)),
        ActionInventee("Repérer et accompagner les victimes", "3.2", "O5.A1.1", ("T3",), "professionnels", (40, 120)),
        ActionInventee("Se reconstruire après les violences", "3.2", "O5.A1.3", ("T3",), "femmes", (20, 60)),
        ActionInventee("Respect entre filles et garçons", "1.6", "O5.A1.2", ("T3",), "jeunes", (80, 260)),
        ActionInventee("Écrans, addictions : prévenir ensemble", "3.2", "O5.A2.3", (), "jeunes", (80, 240)),
        ActionInventee("Rencontres jeunes et police", "3.2", "O5.A2.1", ("T1",), "jeunes", (60, 180)),
        ActionInventee("Chantiers éducatifs", "3.2", "O5.A2.1", (), "jeunes", (15, 45)),
        ActionInventee("Paix entre voisins", "3.2", "O5.A2.2", ("T1",), "habitants", (60, 180)),
    ],
    "O6": [
        ActionInventee("Fête et embellissement du quartier", "1.5", "O6.A1.4", ("T1",), "habitants", (150, 420)),
        ActionInventee("Auto-réhabilitation accompagnée", "3.1", "O6.A1.4", (), "familles", (12, 35)),
        ActionInventee("Diagnostic en marchant avec les habitants", "3.1", "O6.A1.1", ("T1",), "habitants", (40, 120)),
        ActionInventee("Maison du projet itinérante", "3.1", "O6.A1.2", ("T1", "T4"), "habitants", (80, 240)),
        ActionInventee("Espaces publics pour toutes", "3.1", "O6.A2.1", ("T3",), "femmes", (30, 90)),
        ActionInventee("Mémoires ouvrières", "1.4", "O6.A1.2", ("T6",), "habitants", (60, 180)),
        ActionInventee("Appartement pédagogique", "3.1", "O6.A1.4", (), "familles", (40, 120)),
        ActionInventee("Tiers-lieu de voisinage", "1.5", "O6.A2.2", ("T1",), "habitants", (120, 320)),
        ActionInventee("Conseil d’habitants et formation", "1.5", "O6.A1.2", ("T1",), "habitants", (25, 70)),
    ],
}

# Opening sentences of a file's description: {quoi} is the title in lower case.
DESCRIPTIONS = [
    "L’action « {quoi} » s’adresse d’abord aux habitants les plus éloignés des services existants.",
    "Avec les partenaires du quartier, « {quoi} » propose des temps réguliers, gratuits et sans inscription.",
    "« {quoi} » répond à un besoin repéré en revue de projets et complète l’offre de droit commun.",
    "Animée par des professionnels et des bénévoles, « {quoi} » accueille un public suivi toute l’année.",
]

AVIS_FAVORABLES = [
    "Action conforme aux priorités du contrat, partenariat solide.",
    "Public bien ciblé, effets mesurés l’an passé.",
    "Action utile au quartier ; articulation avec le droit commun à poursuivre.",
    "Reconduction justifiée par le bilan.",
]
AVIS_RESERVES = [
    "Part d’habitants des QPV à préciser.",
    "Plan de financement trop dépendant des crédits spécifiques.",
    "Lien à établir avec le dispositif de droit commun existant.",
    "Indicateurs de résultat à définir.",
]
AVIS_DEFAVORABLES = [
    "Action relevant du droit commun, à réorienter.",
    "Projet insuffisamment abouti.",
]

# TFPB: what a landlord may value on each axis.
ACTIONS_TFPB: dict[int, list[str]] = {
    1: ["Présence renforcée de gardiens", "Médiation sociale en soirée", "Référent sécurité de proximité"],
    2: ["Formation à la gestion des conflits", "Formation au repérage des violences intrafamiliales"],
    3: ["Nettoyage renforcé des halls", "Effacement des tags", "Réparation des équipements vandalisés"],
    4: ["Enlèvement des encombrants", "Enlèvement des épaves", "Points d’apport de quartier"],
    5: ["Dispositif de tranquillité résidentielle", "Vidéosurveillance des parkings"],
    6: ["Ateliers éco-gestes avec les locataires", "Enquête de satisfaction par quartier", "Diagnostic en marchant"],
    7: ["Chantiers jeunes", "Soutien aux fêtes de quartier", "Local prêté aux associations"],
    8: ["Éclairage des cheminements", "Sécurisation des caves", "Remise en état des boîtes aux lettres"],
}

# What has no `fictif` column says it in its words, the last ones of its text.
MENTION_FICTIVE = "(Texte fictif de démonstration.)"

# The eleven contents of a commune's priorities: as first written, then what the next year changes.
CONTENUS_DES_PRIORITES: tuple[dict[str, str], dict[str, str]] = (
    {
        "01_diagnostic": "Quartiers prioritaires {de_la_commune} : {quartiers}. Le diagnostic partagé retient l’accès aux soins, "
        "le décrochage au collège et l’isolement des parents seuls.",
        "02_carte": "La carte de la commune, avec ses quartiers prioritaires et ses poches de pauvreté, est celle de "
        "la page Territoires.",
        "03_equipements": "Centre social, groupe scolaire, médiathèque et salle de sports accueillent une majorité "
        "d’habitants du quartier ; la liste des équipements du quartier vécu est arrêtée avec l’État.",
        "04_services": "Département : Maison Nord Solidarités et prévention spécialisée. CAF : centre social et "
        "accompagnement à la scolarité. Agglomération : plan local pour l’insertion et l’emploi, contrat local de santé.",
        "05_priorites": "1. Santé des enfants et des femmes. 2. Réussite au collège. 3. Propreté et tranquillité.",
        "06_programmation": "En {annee}, {dossiers} dossiers se déroulent en tout ou partie dans la commune.",
        "07_tfpb": "Programmes des bailleurs discutés avec la commune, validés au printemps.",
        "08_participation": "Conseil citoyen, diagnostics en marchant, fonds de participation des habitants.",
        "09_gouvernance": "Un comité local réunit deux fois par an élus, services, bailleurs et habitants.",
        "10_ingenierie": "Un chargé de mission de l’agglomération suit la commune et aide à rédiger les projets.",
        "11_indicateurs": "Demandeurs d’emploi, élèves accompagnés, logements rénovés, habitants associés.",
    },
    {
        "05_priorites": "1. Santé des enfants et des femmes. 2. Réussite au collège. 3. Propreté et tranquillité. "
        "4. Accès aux droits, depuis l’ouverture d’une permanence au centre social.",
        "07_tfpb": "Programmes des bailleurs discutés avec la commune, validés au printemps ; deux diagnostics en "
        "marchant ont fait ajouter l’éclairage des cheminements.",
        "11_indicateurs": "Demandeurs d’emploi, élèves accompagnés, logements rénovés, habitants associés, rendez-vous "
        "d’accès aux droits.",
    },
)


class NoteInventee(NamedTuple):
    """A note on missing droit commun: where, what is seen, why it matters, what is asked, what was answered."""

    orientation: str
    titre: str
    constat: str
    argumentaire: str
    demande: str
    ressources: tuple[str, ...]
    engagements: tuple[str, ...]
    suite: str = ""


NOTES_D_ESCALADE = [
    NoteInventee(
        "O1",
        "Garde d’enfants : les crèches à vocation d’insertion manquent dans l’ouest du territoire",
        "Trois actions du contrat paient des gardes d’enfants pendant les formations.",
        "Ces places relèvent des crèches à vocation d’insertion professionnelle ; aucune n’est labellisée à proximité.",
        "Un calendrier de labellisation, commune par commune.",
        ("Crèches à vocation d’insertion professionnelle (AVIP)",),
        ("E22",),
    ),
    NoteInventee(
        "O2",
        "Le camion santé ne s’arrête pas dans tous les quartiers",
        "Deux associations organisent elles-mêmes des transports vers les dépistages.",
        "Le droit commun existe et convainc ; ses haltes ne couvrent que les plus grands quartiers.",
        "Une halte par trimestre dans chaque quartier prioritaire.",
        ("Camion Nord santé prévention",),
        ("E45", "E27"),
    ),
    NoteInventee(
        "O3",
        "L’accompagnement à la scolarité s’arrête à la fin de l’école primaire",
        "Les collégiens sont accompagnés sur crédits spécifiques seuls.",
        "Le contrat local d’accompagnement à la scolarité couvre aussi le collège ; il n’y est pas demandé.",
        "Une réunion des porteurs avec la CAF avant le prochain appel à projets.",
        ("Contrat local d’accompagnement à la scolarité",),
        ("E8",),
    ),
    NoteInventee(
        "O5",
        "Médiation de soirée : des postes payés deux ans de suite par le contrat",
        "Le contrat paie la médiation là où la prévention spécialisée n’intervient pas le soir.",
        "La présence d’adultes est une mission durable ; elle appelle un financement durable.",
        "Examiner l’extension des horaires de la prévention spécialisée.",
        ("Prévention spécialisée",),
        (),
        "Le Département étudie une extension dans deux quartiers ; le contrat maintient son aide un an.",
    ),
]

PUBLICS_DES_FICHES = [
    "Demandeurs d’emploi et jeunes sans solution",
    "Familles et enfants",
    "Femmes et parents seuls",
    "Tous les habitants du quartier",
]


# --- The call for projects -------------------------------------------------------------------------------------------
CADRAGE = (
    "Les partenaires soutiennent d’abord les actions qui mobilisent le droit commun et vont vers les habitants qui ne "
    "viennent pas d’eux-mêmes. Sont attendues cette année l’insertion des femmes, la santé mentale des jeunes et la "
    "participation des habitants à chaque étape. Une action reconduite dit ce que son bilan lui a appris."
)
# Criterion, what to look at, weight.
CRITERES = [
    ("Réponse à un besoin du quartier", "Diagnostic, parole des habitants, constats des partenaires.", 3),
    ("Droit commun mobilisé d’abord", "Ce qui existe déjà, et pourquoi cela ne suffit pas.", 3),
    ("Public des quartiers, égalité entre les femmes et les hommes", "Part des habitants des QPV, mixité.", 2),
    ("Qualité du partenariat et de la participation", "Qui fait quoi, place des habitants.", 2),
    ("Moyens à la mesure du projet", "Budget sincère, compétences, cofinancements.", 2),
    ("Évaluation prévue", "Indicateurs suivis, enseignements de l’année passée.", 1),
]
DESCRIPTIONS_DES_DISPOSITIFS = {
    "aap": "La programmation de l’année, instruite ensemble par tous les financeurs du contrat.",
    "cpo": "Une action qui dure, financée sur trois ans en général\u202f; les financeurs la proposent au porteur.",
    "sip": "Un coup de pouce aux petites associations de bénévoles, toute l’année, avec une fiche simplifiée.",
    "fpc": "Un besoin repéré par une commune ou un partenaire\u202f: on cherche le porteur, puis les financements.",
    "fdc": "L’agglomération cofinance les investissements des communes dans la géographie prioritaire.",
    "nqe": "Des temps festifs et collectifs dans les quartiers, l’été, avec les habitants.",
    "vvv": "Des activités pour les jeunes pendant les vacances scolaires.",
    "fipd": "La prévention de la délinquance, des violences faites aux femmes et de la radicalisation.",
    "reserve": "Une part de l’enveloppe gardée pour les projets qui naissent en cours d’année.",
}


class IntentionInventee(NamedTuple):
    """A project told before any deposit; `avis` are (funder, view, words)."""

    intitule: str
    resume: str
    orientation: str
    commune: str
    cout: int
    etat: str = "proposee"
    avis: tuple[tuple[str, str, str], ...] = ()
    reponse: str = ""
    droit_commun: str = ""
    pressenti: str = ""
    reconduite: bool = False


INTENTIONS = [
    IntentionInventee(
        "Café des parents itinérant",
        "Un camion aménagé s’arrête chaque semaine au pied des immeubles\u202f: accueil, jeux, écoute, orientation.",
        "O3",
        DENAIN,
        18_000,
        "encouragee",
        (
            ("caf", "probable", "Entre dans le soutien à la parentalité."),
            ("etat", "probable", ""),
            ("departement", "a_revoir", "À articuler avec la Maison des parents."),
        ),
        "Projet bienvenu\u202f: rapprochez-vous du Département pour l’articuler avec la Maison des parents.",
        "Maison des parents du Département.",
    ),
    IntentionInventee(
        "Permis de conduire solidaire",
        "Préparer vingt demandeurs d’emploi au code et à la conduite, avec une auto-école associative.",
        "O1",
        ESCAUDAIN,
        32_000,
        "reorientee",
        (
            ("region", "non", "L’aide régionale au permis existe déjà."),
            ("etat", "a_revoir", "Droit commun d’abord."),
        ),
        "L’aide régionale au permis et celle de France Travail couvrent ce besoin\u202f: voyez-les d’abord.",
        "Aide au permis de la Région.",
    ),
    IntentionInventee(
        "Ateliers de sport santé sur ordonnance",
        "Deux séances par semaine encadrées, pour des patients adressés par les médecins du quartier.",
        "O2",
        RAISMES,
        12_500,
        "encouragee",
        (("etat", "probable", ""), ("departement", "probable", "Intéressé par le public senior.")),
        "Joignez l’accord de la maison de santé à votre demande.",
        reconduite=True,
    ),
    IntentionInventee(
        "Grande fête de la musique urbaine",
        "Une soirée de concerts sur la place du marché.",
        "O3",
        SAINT_AMAND,
        45_000,
        "deconseillee",
        (("etat", "non", "Événement sans suite dans le quartier."), ("region", "non", "")),
        "Un événement seul n’entre pas dans les priorités\u202f: pensez une action dans la durée, avec les habitants.",
    ),
    IntentionInventee(
        "Jardin partagé du coron",
        "Transformer une friche du bailleur en jardin, avec un animateur et une charte écrite par les habitants.",
        "O4",
        LOURCHES,
        9_800,
        "proposee",
        (("caph", "probable", "Voir l’abattement de TFPB avec le bailleur."),),
    ),
    IntentionInventee(
        "Permanences d’accès aux droits dans les halls",
        "Une juriste tient une permanence mensuelle dans quatre halls d’immeuble.",
        "O5",
        DOUCHY,
        14_200,
        pressenti="Collectif Bellevue",
    ),
    IntentionInventee(
        "Atelier vélo des collégiennes",
        "Apprendre à rouler et à réparer, pour aller seule au collège.",
        "O4",
        RAISMES,
        6_400,
        "proposee",
        (("departement", "probable", "Plan vélo des collèges."),),
    ),
    IntentionInventee(
        "Tutorat scolaire par des étudiants",
        "Quarante élèves de troisième suivis deux heures par semaine.",
        "O3",
        DENAIN,
        21_000,
        "proposee",
        reconduite=True,
    ),
]
