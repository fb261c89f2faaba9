"""What a contract may set aside for women and for adolescents: no figure is invented where it sets none."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('acteurs', '0007_portees_de_moyens'),
        ('contrats', '0013_exemplaires'),
        ('geographie', '0002_recherche_espaces'),
    ]

    operations = [
        migrations.AddField(
            model_name='contrat',
            name='part_adolescents_visee',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='part des crédits visée pour les adolescents (%)'),
        ),
        migrations.AddField(
            model_name='contrat',
            name='part_femmes_visee',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='part des crédits visée pour les femmes (%)'),
        ),
        migrations.AddConstraint(
            model_name='contrat',
            constraint=models.CheckConstraint(condition=models.Q(('part_cpo_visee__range', (0, 100)), models.Q(('part_femmes_visee__isnull', True), ('part_femmes_visee__range', (0, 100)), _connector='OR'), models.Q(('part_adolescents_visee__isnull', True), ('part_adolescents_visee__range', (0, 100)), _connector='OR')), name='contrats_contrat_parts_visees', violation_error_message='Une part va de 0 à 100 %.'),
        ),
    ]
