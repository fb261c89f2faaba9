"""The search columns take one space between words; a generated column is made again, not altered."""

import commun.recherche
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('acteurs', '0001_initial'),
    ]

    operations = [
        migrations.RemoveIndex(model_name='organisme', name='acteurs_organisme_tri'),
        migrations.RemoveField(model_name='organisme', name='recherche'),
        migrations.AddField(
            model_name='organisme',
            name='recherche',
            field=models.GeneratedField(db_persist=True, expression=commun.recherche._EspacesSimples(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Lower(commun.recherche._SansAccents(commun.recherche._Colle(django.db.models.functions.comparison.Coalesce(models.F('nom'), models.Value('')), django.db.models.functions.comparison.Coalesce(models.F('sigle'), models.Value('')), django.db.models.functions.comparison.Coalesce(models.F('siret'), models.Value(''))))), models.Value('œ'), models.Value('oe')), models.Value('Œ'), models.Value('oe')), models.Value('æ'), models.Value('ae')), models.Value('Æ'), models.Value('ae')), models.Value('’'), models.Value("'")), models.Value('ς'), models.Value('σ'))), output_field=models.TextField(), verbose_name='recherche'),
        ),
        migrations.AddIndex(model_name='organisme', index=models.Index(fields=['recherche'], name='acteurs_organisme_tri')),
    ]
