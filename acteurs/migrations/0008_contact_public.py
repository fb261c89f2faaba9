from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('acteurs', '0007_portees_de_moyens'),
    ]

    operations = [
        migrations.AddField(
            model_name='ficheorganisme',
            name='public_telephone',
            field=models.CharField(blank=True, max_length=20, verbose_name='téléphone public'),
        ),
        migrations.AddField(
            model_name='ficheorganisme',
            name='public_courriel',
            field=models.EmailField(blank=True, max_length=254, verbose_name='courriel public'),
        ),
        migrations.AddField(
            model_name='ficheorganisme',
            name='public_site',
            field=models.URLField(blank=True, verbose_name='site public'),
        ),
    ]
