from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('programmation', '0019_accompagnements'),
    ]

    operations = [
        migrations.AddField(
            model_name='besoin',
            name='revision',
            field=models.PositiveIntegerField(default=0, verbose_name='révision'),
        ),
        migrations.AddField(
            model_name='pistedefinancement',
            name='revision',
            field=models.PositiveIntegerField(default=0, verbose_name='révision'),
        ),
        migrations.AddField(
            model_name='candidature',
            name='revision',
            field=models.PositiveIntegerField(default=0, verbose_name='révision'),
        ),
    ]
