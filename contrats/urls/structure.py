"""The contract's structure: orientations, signatories, acts, avenants; communal documents; plan; opening of a contract."""

from django.urls import path

from ..views import communal, ouverture, perimetres, plan, structure

urlpatterns = [
    path("c/<slug:contrat>/structure/", structure.orientations, name="structure"),
    path(
        "c/<slug:contrat>/structure/orientations/ajouter/", structure.nouvelle_orientation, name="nouvelle_orientation"
    ),
    path("c/<slug:contrat>/structure/orientations/<int:pk>/", structure.orientation, name="orientation"),
    path(
        "c/<slug:contrat>/structure/orientations/<int:pk>/deplacer/",
        structure.deplacer_orientation,
        name="deplacer_orientation",
    ),
    path(
        "c/<slug:contrat>/structure/orientations/<int:pk>/retirer/",
        structure.retirer_orientation,
        name="retirer_orientation",
    ),
    path(
        "c/<slug:contrat>/structure/orientations/<int:pk>/objectifs/ajouter/",
        structure.nouvel_objectif,
        name="nouvel_objectif",
    ),
    path(
        "c/<slug:contrat>/structure/orientations/<int:pk>/ambitions/deplacer/",
        structure.deplacer_ambition,
        name="deplacer_ambition",
    ),
    path("c/<slug:contrat>/structure/objectifs/<int:pk>/", structure.objectif, name="objectif"),
    path(
        "c/<slug:contrat>/structure/objectifs/<int:pk>/deplacer/", structure.deplacer_objectif, name="deplacer_objectif"
    ),
    path("c/<slug:contrat>/structure/objectifs/<int:pk>/retirer/", structure.retirer_objectif, name="retirer_objectif"),
    path("c/<slug:contrat>/structure/contrat/", perimetres.contrat, name="contrat"),
    path("c/<slug:contrat>/structure/perimetres/", perimetres.perimetres, name="perimetres"),
    path("c/<slug:contrat>/structure/perimetres/tracer/", perimetres.tracer_perimetre, name="tracer_perimetre"),
    path("c/<slug:contrat>/structure/perimetres/<int:pk>/", perimetres.perimetre, name="perimetre"),
    path(
        "c/<slug:contrat>/structure/perimetres/<int:pk>/retirer/",
        perimetres.detacher_perimetre,
        name="detacher_perimetre",
    ),
    path("c/<slug:contrat>/structure/signataires/", structure.signataires, name="signataires_du_contrat"),
    path("c/<slug:contrat>/structure/signataires/ajouter/", structure.nouveau_signataire, name="nouveau_signataire"),
    path("c/<slug:contrat>/structure/signataires/<int:pk>/", structure.signataire, name="signataire"),
    path(
        "c/<slug:contrat>/structure/signataires/<int:pk>/deplacer/",
        structure.deplacer_signataire,
        name="deplacer_signataire",
    ),
    path(
        "c/<slug:contrat>/structure/signataires/<int:pk>/retirer/",
        structure.retirer_signataire,
        name="retirer_signataire",
    ),
    path("c/<slug:contrat>/structure/actes/", structure.actes, name="actes"),
    path("c/<slug:contrat>/structure/actes/ajouter/", structure.nouvel_acte, name="nouvel_acte"),
    path("c/<slug:contrat>/structure/actes/<int:pk>/", structure.acte, name="acte"),
    path("c/<slug:contrat>/structure/actes/<int:pk>/piece/", structure.piece_d_acte, name="piece_d_acte"),
    path("c/<slug:contrat>/structure/actes/<int:pk>/retirer/", structure.retirer_acte, name="retirer_acte"),
    path("c/<slug:contrat>/structure/avenants/", structure.avenants, name="avenants"),
    path("c/<slug:contrat>/structure/avenants/origine/", structure.figer_origine, name="figer_origine"),
    path("c/<slug:contrat>/structure/avenants/ajouter/", structure.nouvel_avenant, name="nouvel_avenant"),
    path("c/<slug:contrat>/structure/avenants/comparer/", structure.comparaison, name="comparaison"),
    path("c/<slug:contrat>/structure/avenants/<int:pk>/", structure.avenant, name="avenant"),
    path("c/<slug:contrat>/volets/", communal.volets, name="volets"),
    path("c/<slug:contrat>/volets/<str:code>/", communal.volet, name="volet"),
    path("c/<slug:contrat>/volets/<str:code>/commencer/", communal.commencer_volet, name="commencer_volet"),
    path("c/<slug:contrat>/volets/<str:code>/modifier/", communal.modifier_volet, name="modifier_volet"),
    path("c/<slug:contrat>/volets/<str:code>/adopter/", communal.adopter_volet, name="adopter_volet"),
    path("c/<slug:contrat>/volets/<str:code>/reviser/", communal.reviser_volet, name="reviser_volet"),
    path("c/<slug:contrat>/<int:annee>/priorites/", communal.priorites, name="priorites"),
    path("c/<slug:contrat>/<int:annee>/priorites/<str:code>/", communal.document, name="priorites_commune"),
    path(
        "c/<slug:contrat>/<int:annee>/priorites/<str:code>/commencer/",
        communal.commencer_priorites,
        name="commencer_priorites",
    ),
    path(
        "c/<slug:contrat>/<int:annee>/priorites/<str:code>/adopter/",
        communal.adopter_priorites,
        name="adopter_priorites",
    ),
    path(
        "c/<slug:contrat>/<int:annee>/priorites/<str:code>/reviser/",
        communal.reviser_priorites,
        name="reviser_priorites",
    ),
    path(
        "c/<slug:contrat>/<int:annee>/priorites/<str:code>/<slug:rubrique>/",
        communal.rubrique,
        name="rubrique",
    ),
    path("c/<slug:contrat>/plan/", plan.plan, name="plan"),
    path("c/<slug:contrat>/plan/ajouter/", plan.nouvelle_action, name="nouvelle_action"),
    path("c/<slug:contrat>/plan/<int:pk>/", plan.action, name="action_du_plan"),
    path("c/<slug:contrat>/plan/<int:pk>/modifier/", plan.modifier_action, name="modifier_action"),
    path("c/<slug:contrat>/plan/<int:pk>/retirer/", plan.retirer_action, name="retirer_action"),
    path("contrats/ouvrir/", ouverture.commencer, name="ouvrir_contrat"),
    path("c/<slug:contrat>/ouverture/", ouverture.reprendre, name="ouverture"),
    path("c/<slug:contrat>/ouverture/contrat/", ouverture.contrat, name="ouverture_contrat"),
    path("c/<slug:contrat>/ouverture/communes/", ouverture.communes, name="ouverture_communes"),
    path("c/<slug:contrat>/ouverture/communes/<int:pk>/oter/", ouverture.oter_commune, name="ouverture_oter_commune"),
    path("c/<slug:contrat>/ouverture/perimetres/", ouverture.perimetres, name="ouverture_perimetres"),
    path(
        "c/<slug:contrat>/ouverture/perimetres/<int:pk>/oter/",
        ouverture.oter_perimetre,
        name="ouverture_oter_perimetre",
    ),
    path("c/<slug:contrat>/ouverture/partenaires/", ouverture.partenaires, name="ouverture_partenaires"),
    path(
        "c/<slug:contrat>/ouverture/partenaires/<int:pk>/oter/",
        ouverture.oter_partenaire,
        name="ouverture_oter_partenaire",
    ),
    path("c/<slug:contrat>/ouverture/comptes/", ouverture.comptes, name="ouverture_comptes"),
    path("c/<slug:contrat>/ouverture/comptes/<int:pk>/oter/", ouverture.oter_compte, name="ouverture_oter_compte"),
    path("c/<slug:contrat>/ouverture/ouvrir/", ouverture.ouvrir, name="ouverture_ouvrir"),
]
