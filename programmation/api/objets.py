"""What the instruction gives and takes through the API: files, rows, opinions, as the description tells them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from contrats.models import NatureMoyens

from ..etats import EtatDemande, EtatDossier, SensAvis
from ..models import CaractereDossier, GenreAttestation, ModeLocalisation, ObjetDossier, SensLigne, TrancheAge


def _euros(aide: str = "", **options: Any) -> serializers.DecimalField:
    return serializers.DecimalField(12, 2, help_text=aide, **options)


class ActeLuSerializer(serializers.Serializer[Any]):
    """L’acte qui rend un montant ferme : délibération ou arrêté."""

    instance = serializers.CharField()
    numero = serializers.CharField()
    pris_le = serializers.DateField()


class DemandeSerializer(serializers.Serializer[Any]):
    """Ce qu’un dossier demande à un financeur, et ce qu’il en décide, en euros. Ce que vous ne lisez pas est nul ou vide."""

    id = serializers.CharField()
    dossier = serializers.CharField(help_text="`id` du dossier.")
    dossier_numero = serializers.CharField()
    financeur = serializers.CharField(help_text="Organisme.")
    financeur_nom = serializers.CharField()
    dispositif = serializers.CharField(help_text="Code.")
    nature = serializers.ChoiceField(NatureMoyens.choices)
    etat = serializers.ChoiceField(EtatDemande.choices)
    montant_demande = _euros()
    montant_propose = _euros(allow_null=True)
    montant_programme = _euros("Validé par le COPIL.", allow_null=True)
    montant_vote = _euros("Rendu ferme par l’acte du financeur.", allow_null=True)
    partagee = serializers.BooleanField(
        allow_null=True, help_text="Faux : une proposition que les cofinanceurs ne voient pas encore."
    )
    conditions = serializers.CharField()
    motif = serializers.CharField(help_text="Motif du refus ou de l’ajournement.")
    programme_le = serializers.DateField(allow_null=True)
    acte = ActeLuSerializer(allow_null=True)
    notifie_le = serializers.DateField(allow_null=True)
    numero_ej = serializers.CharField(help_text="Numéro d’engagement juridique ; lu sur vos demandes seulement.")
    numero_externe = serializers.CharField(
        help_text="Numéro dans un autre téléservice ; lu sur vos demandes seulement."
    )
    saisi_par = serializers.CharField(help_text="Organisme qui a écrit pour le compte du financeur.")
    fictif = serializers.BooleanField(help_text="Donnée inventée pour la démonstration.")
    version = serializers.IntegerField(
        allow_null=True,
        help_text="Augmente à chaque acte sur cette demande ; nulle sur la demande d’un autre financeur.",
    )


class PorteurLuSerializer(serializers.Serializer[Any]):
    """Qui porte l’action."""

    id = serializers.CharField()
    nom = serializers.CharField()
    siret = serializers.CharField(help_text="Vide s’il n’est pas connu.")


class DossierAInstruireSerializer(serializers.Serializer[Any]):
    """Un dossier qui sollicite votre organisme, ou sur lequel son avis est demandé."""

    id = serializers.CharField()
    numero = serializers.CharField()
    annee = serializers.IntegerField()
    intitule = serializers.CharField()
    etat = serializers.ChoiceField(EtatDossier.choices)
    porteur = PorteurLuSerializer()
    caractere = serializers.ChoiceField(CaractereDossier.choices)
    precedent = serializers.CharField(allow_null=True, help_text="Numéro du dossier de l’an passé.")
    dispositif = serializers.CharField(help_text="Code.")
    orientation = serializers.CharField(allow_null=True, help_text="Code.")
    theme_p147 = serializers.CharField(allow_null=True, help_text="Code.")
    cout_total = _euros("Coût total de l’action.")
    depose_le = serializers.DateTimeField(allow_null=True)
    numero_externe = serializers.CharField(help_text="Numéro dans un autre téléservice.")
    fictif = serializers.BooleanField(help_text="Donnée inventée pour la démonstration.")
    modifie_le = serializers.DateTimeField(help_text="Dernier acte sur le dossier ou sur une demande que vous y lisez.")
    demandes = DemandeSerializer(many=True, help_text="Une par financeur, dispositif et nature.")


class LieuLuSerializer(serializers.Serializer[Any]):
    """Une part de l’action en un lieu ; les parts totalisent 100 %."""

    mode = serializers.ChoiceField(ModeLocalisation.choices)
    perimetre = serializers.CharField(allow_null=True, help_text="Code.")
    commune = serializers.CharField(allow_null=True, help_text="Code INSEE.")
    part = serializers.DecimalField(5, 2, help_text="En %.")


class AgeLuSerializer(serializers.Serializer[Any]):
    """Le public attendu d’une tranche d’âge."""

    tranche = serializers.ChoiceField(TrancheAge.choices)
    nombre = serializers.IntegerField()


class PublicLuSerializer(serializers.Serializer[Any]):
    """Le public attendu, en personnes."""

    beneficiaires = serializers.IntegerField(allow_null=True)
    beneficiaires_qpv = serializers.IntegerField(allow_null=True, help_text="Dont habitants des QPV.")
    femmes = serializers.IntegerField(allow_null=True)
    hommes = serializers.IntegerField(allow_null=True)
    sexe_inconnu = serializers.IntegerField(allow_null=True)
    ages = AgeLuSerializer(many=True)


class IndicateurLuSerializer(serializers.Serializer[Any]):
    """Ce que le porteur mesurera."""

    libelle = serializers.CharField()
    unite = serializers.CharField()
    cible = serializers.DecimalField(12, 2, allow_null=True)


class LigneBudgetLueSerializer(serializers.Serializer[Any]):
    """Une ligne du budget prévisionnel."""

    sens = serializers.ChoiceField(SensLigne.choices)
    compte = serializers.CharField(help_text="Compte du formulaire (CERFA 12156) ; 86 et 87 : contributions en nature.")
    libelle = serializers.CharField()
    montant = serializers.IntegerField(help_text="En euros entiers.")


class BudgetLuSerializer(serializers.Serializer[Any]):
    """Le budget prévisionnel de l’action."""

    lignes = LigneBudgetLueSerializer(many=True)
    note = serializers.CharField()


class PieceLueSerializer(serializers.Serializer[Any]):
    """Une pièce du dossier, ou de l’organisme, valable aujourd’hui."""

    type = serializers.CharField()
    nom = serializers.CharField()


class AttestationLueSerializer(serializers.Serializer[Any]):
    """Ce que le représentant légal a attesté."""

    genre = serializers.ChoiceField(GenreAttestation.choices)
    version = serializers.CharField(help_text="Version du texte accepté.")
    montant = _euros(allow_null=True)
    acceptee_le = serializers.DateTimeField()


class AvisLuSerializer(serializers.Serializer[Any]):
    """Un avis rendu ; il ne décide de rien."""

    organisme_nom = serializers.CharField()
    sens = serializers.ChoiceField(SensAvis.choices)
    texte = serializers.CharField()
    rendu_le = serializers.DateTimeField()
    saisi_par = serializers.CharField(help_text="Organisme qui l’a écrit pour son compte.")


class AnPasseSerializer(serializers.Serializer[Any]):
    """Le dossier de l’an passé, en euros."""

    numero = serializers.CharField()
    annee = serializers.IntegerField()
    cout_total = _euros()
    montant_demande = _euros()
    montant_vote = _euros(allow_null=True)
    beneficiaires = serializers.IntegerField(allow_null=True)


class DossierEntierSerializer(DossierAInstruireSerializer):
    """Toute la demande, dans l’ordre de son formulaire, les avis, et l’an passé."""

    objet = serializers.ChoiceField(ObjetDossier.choices)
    resume = serializers.CharField()
    besoin = serializers.CharField()
    buts = serializers.CharField()
    droit_commun_insuffisant = serializers.CharField()
    objectifs = serializers.ListField(child=serializers.CharField(), help_text="Codes.")
    axes_transversaux = serializers.ListField(child=serializers.CharField(), help_text="Codes.")
    lieux = LieuLuSerializer(many=True)
    lieu = serializers.CharField(help_text="Lieux de réalisation, en toutes lettres.")
    public = PublicLuSerializer()
    debut = serializers.DateField(allow_null=True)
    fin = serializers.DateField(allow_null=True)
    calendrier = serializers.CharField()
    moyens = serializers.CharField()
    partenaires = serializers.CharField()
    indicateurs = IndicateurLuSerializer(many=True)
    evaluation = serializers.CharField()
    budget = BudgetLuSerializer()
    pieces = PieceLueSerializer(many=True)
    attestations = AttestationLueSerializer(many=True)
    avis = AvisLuSerializer(many=True, help_text="Les avis rendus, tels que votre place dans le dossier les ouvre.")
    an_passe = AnPasseSerializer(allow_null=True)
    alertes = serializers.ListField(
        child=serializers.CharField(), help_text="Ce que Pilotville relève : lieux, public, budget."
    )


EXEMPLE_DEMANDE = {
    "id": "512",
    "dossier": "142",
    "dossier_numero": "2026-0142",
    "financeur": "12",
    "financeur_nom": "Département du Nord",
    "dispositif": "AAP",
    "nature": "droit_commun",
    "etat": "proposee",
    "montant_demande": "6000.00",
    "montant_propose": "4500.00",
    "montant_programme": None,
    "montant_vote": None,
    "partagee": True,
    "conditions": "Ouvrir les ateliers aux collégiens de Denain.",
    "motif": "",
    "programme_le": None,
    "acte": None,
    "notifie_le": None,
    "numero_ej": "",
    "numero_externe": "",
    "saisi_par": "",
    "fictif": False,
    "version": 2,
}
EXEMPLE_DOSSIER = {
    "id": "142",
    "numero": "2026-0142",
    "annee": 2026,
    "intitule": "Ateliers du soir",
    "etat": "en_instruction",
    "porteur": {"id": "87", "nom": "Centre social du Parc", "siret": "78371205600019"},
    "caractere": "reconduite",
    "precedent": "2025-0098",
    "dispositif": "AAP",
    "orientation": "O3",
    "theme_p147": "EDUC",
    "cout_total": "24000.00",
    "depose_le": "2025-12-01T10:12:00+01:00",
    "numero_externe": "",
    "fictif": False,
    "modifie_le": "2026-02-03T16:20:00+01:00",
    "demandes": [EXEMPLE_DEMANDE],
}
EXEMPLE_ENTIER = {
    **EXEMPLE_DOSSIER,
    "objet": "action",
    "resume": "Deux soirs par semaine, des devoirs accompagnés puis un atelier au choix.",
    "besoin": "Un collégien du quartier sur trois n’a pas de lieu calme pour travailler.",
    "buts": "Redonner le goût d’apprendre à quarante collégiens.",
    "droit_commun_insuffisant": "« Devoirs faits » s’arrête à 17 h 30 et ne se tient pas dans le quartier.",
    "objectifs": ["O3.1"],
    "axes_transversaux": ["T2"],
    "lieux": [{"mode": "perimetre", "perimetre": "QN05953M", "commune": "59172", "part": "100.00"}],
    "lieu": "Centre social du Parc, Denain",
    "public": {
        "beneficiaires": 40,
        "beneficiaires_qpv": 36,
        "femmes": 21,
        "hommes": 19,
        "sexe_inconnu": 0,
        "ages": [{"tranche": "12-15", "nombre": 40}],
    },
    "debut": "2026-01-05",
    "fin": "2026-12-18",
    "calendrier": "Le mardi et le jeudi, hors vacances scolaires.",
    "moyens": "Deux animateurs, six bénévoles.",
    "partenaires": "Collège Bayard",
    "indicateurs": [{"libelle": "Collégiens assidus", "unite": "personnes", "cible": "30.00"}],
    "evaluation": "Un questionnaire aux familles en juin.",
    "budget": {
        "lignes": [
            {"sens": "charge", "compte": "64", "libelle": "Charges de personnel", "montant": 24000},
            {"sens": "produit", "compte": "74", "libelle": "Subventions d’exploitation", "montant": 24000},
        ],
        "note": "",
    },
    "pieces": [{"type": "statuts", "nom": "statuts.pdf"}],
    "attestations": [
        {"genre": "cer", "version": "2022-01", "montant": None, "acceptee_le": "2025-12-01T10:10:00+01:00"}
    ],
    "avis": [
        {
            "organisme_nom": "Denain",
            "sens": "favorable",
            "texte": "L’action est attendue des familles.",
            "rendu_le": "2026-01-20T11:00:00+01:00",
            "saisi_par": "",
        }
    ],
    "an_passe": {
        "numero": "2025-0098",
        "annee": 2025,
        "cout_total": "22000.00",
        "montant_demande": "11000.00",
        "montant_vote": "9000.00",
        "beneficiaires": 34,
    },
    "alertes": [],
}
