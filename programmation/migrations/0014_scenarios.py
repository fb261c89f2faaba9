"""What-if programmings and their amounts."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('acteurs', '0006_portees_d_instruction'),
        ('contrats', '0010_inscriptions'),
        ('programmation', '0013_enveloppes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Scenario',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('annee', models.PositiveSmallIntegerField(verbose_name='année')),
                ('nom', models.CharField(max_length=80, verbose_name='nom')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('etat', models.CharField(choices=[('brouillon', 'Brouillon'), ('partage', 'Partagé'), ('promu', 'Proposé'), ('archive', 'Archivé')], default='brouillon', max_length=10, verbose_name='état')),
                ('depart', models.CharField(choices=[('propositions', 'Les propositions partagées d’aujourd’hui'), ('demandes', 'Ce qui est demandé'), ('an_passe', 'Les montants de l’an passé, pour les reconductions'), ('copie', 'La copie d’un autre scénario'), ('vide', 'Rien : tout reste à saisir')], max_length=12, verbose_name='point de départ')),
                ('cree_le', models.DateTimeField(verbose_name='créé le')),
                ('fictif', models.BooleanField(default=False, verbose_name='donnée fictive')),
                ('auteur', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='auteur')),
                ('contrat', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scenarios', to='contrats.contrat', verbose_name='contrat')),
                ('copie_de', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='copies', to='programmation.scenario', verbose_name='copie de')),
                ('organisme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scenarios', to='acteurs.organisme', verbose_name='organisme')),
            ],
            options={
                'verbose_name': 'scénario',
                'verbose_name_plural': 'scénarios',
                'ordering': ['contrat', '-annee', 'nom'],
            },
        ),
        migrations.CreateModel(
            name='LigneScenario',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('montant', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='montant (€)')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('demande', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lignes_de_scenario', to='programmation.demandefinancement', verbose_name='demande')),
                ('scenario', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lignes', to='programmation.scenario', verbose_name='scénario')),
            ],
            options={
                'verbose_name': 'ligne de scénario',
                'verbose_name_plural': 'lignes de scénario',
                'ordering': ['scenario', 'demande'],
            },
        ),
        migrations.AddConstraint(
            model_name='scenario',
            constraint=models.UniqueConstraint(fields=('contrat', 'annee', 'organisme', 'nom'), name='programmation_scenario_nom_unique', violation_error_message='Votre organisme a déjà un scénario de ce nom pour cette année.'),
        ),
        migrations.AddConstraint(
            model_name='lignescenario',
            constraint=models.UniqueConstraint(fields=('scenario', 'demande'), name='programmation_ligne_scenario_unique', violation_error_message='Ce scénario a déjà un montant pour cette demande.'),
        ),
        migrations.AddConstraint(
            model_name='lignescenario',
            constraint=models.CheckConstraint(condition=models.Q(('montant__gte', 0)), name='programmation_ligne_scenario_montant_positif', violation_error_message='Un montant n’est pas négatif.'),
        ),
    ]
