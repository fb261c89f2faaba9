# The keys of the API that open a contract, and the information systems told of its events.

import contrats.models.acces_api
import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('acteurs', '0002_jetonapi'),
        ('contrats', '0006_seances_et_calendrier'),
    ]

    operations = [
        migrations.CreateModel(
            name='CleDuContrat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('contrat', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cles', to='contrats.contrat', verbose_name='contrat')),
                ('jeton', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='ouverture', to='acteurs.jetonapi', verbose_name='clé d’API')),
            ],
            options={
                'verbose_name': 'clé d’API d’un contrat',
                'verbose_name_plural': 'clés d’API d’un contrat',
                'ordering': ['contrat', '-jeton__cree_le'],
            },
        ),
        migrations.CreateModel(
            name='AbonnementApi',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('adresse', models.URLField(max_length=500, verbose_name='adresse appelée')),
                ('evenements', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('point_avancement.vu', 'Point d’avancement vu, ou à compléter, par le chef de projet'), ('rapport.publie', 'Rapport publié')], max_length=40), size=None, verbose_name='événements')),
                ('graine', models.CharField(default=contrats.models.acces_api.nouvelle_graine, editable=False, max_length=64, verbose_name='graine du secret')),
                ('cree_le', models.DateTimeField(verbose_name='créé le')),
                ('resilie_le', models.DateTimeField(blank=True, null=True, verbose_name='résilié le')),
                ('contrat', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='abonnements_api', to='contrats.contrat', verbose_name='contrat')),
                ('organisme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='abonnements_api', to='acteurs.organisme', verbose_name='organisme')),
            ],
            options={
                'verbose_name': 'abonnement de système d’information',
                'verbose_name_plural': 'abonnements de systèmes d’information',
                'ordering': ['contrat', '-cree_le'],
                'constraints': [models.CheckConstraint(condition=models.Q(('evenements', []), _negated=True), name='contrats_abonnement_a_un_evenement', violation_error_message='Un abonnement porte sur au moins un événement.'), models.UniqueConstraint(condition=models.Q(('resilie_le__isnull', True)), fields=('contrat', 'organisme', 'adresse'), name='contrats_abonnement_une_fois', violation_error_message='Votre organisme est déjà abonné avec cette adresse.')],
            },
        ),
    ]
