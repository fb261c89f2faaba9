"""A scenario once proposed stays so, its lines have versions that never come back, a redeployment outlives a deletion."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def dire_ce_qui_est_su(apps, schema_editor):
    """When amounts were proposed, as the journal tells it; the highest version already given."""
    lignes = apps.get_model("commun", "LigneJournal").objects.filter(cible_type="programmation.scenario")
    for scenario in apps.get_model("programmation", "Scenario").objects.all():
        scenario.revision = scenario.lignes.aggregate(n=models.Max("version"))["n"] or 0
        siennes = lignes.filter(cible_id=scenario.pk).order_by("-numero")
        rangement = siennes.filter(acte="archiver").first()
        etait = rangement.avant.get("etat") if rangement is not None and scenario.etat == "archive" else scenario.etat
        if etait == "promu":
            acte = siennes.filter(acte="promouvoir").first()
            scenario.promu_le = acte.fait_le if acte is not None else scenario.cree_le
        scenario.save(update_fields=["revision", "promu_le"])


class Migration(migrations.Migration):

    dependencies = [
        ('acteurs', '0007_portees_de_moyens'),
        ('commun', '0004_analyse_des_fichiers'),
        ('contrats', '0012_ordre_par_code'),
        ('programmation', '0022_courriers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='scenario',
            name='promu_le',
            field=models.DateTimeField(blank=True, null=True, verbose_name='montants proposés le'),
        ),
        migrations.AddField(
            model_name='scenario',
            name='revision',
            field=models.PositiveIntegerField(default=0, verbose_name='révision'),
        ),
        migrations.AlterField(
            model_name='mouvementenveloppe',
            name='contrepartie',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='contreparties', to='programmation.enveloppe', verbose_name='de ou vers l’enveloppe'),
        ),
        migrations.RunPython(dire_ce_qui_est_su, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='scenario',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('etat__in', ('promu', 'archive')), ('promu_le__isnull', False)), models.Q(('promu_le__isnull', True), models.Q(('etat', 'promu'), _negated=True)), _connector='OR'), name='programmation_scenario_promu_date', violation_error_message='Un scénario proposé le reste : copiez-le pour le modifier.'),
        ),
    ]
