"""A person named in a note has read it or not yet; one person holds each reading of the grid."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("programmation", "0009_instruire"),
    ]

    operations = [
        migrations.RemoveField(model_name="noteinterne", name="mentions"),
        migrations.CreateModel(
            name="Mention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lue_le", models.DateTimeField(blank=True, null=True, verbose_name="lue le")),
                (
                    "note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prevenues",
                        to="programmation.noteinterne",
                        verbose_name="note",
                    ),
                ),
                (
                    "utilisateur",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="personne",
                    ),
                ),
            ],
            options={
                "verbose_name": "mention",
                "verbose_name_plural": "mentions",
                "ordering": ["note", "utilisateur"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("note", "utilisateur"),
                        name="programmation_mention_unique",
                        violation_error_message="Cette personne est déjà prévenue par cette note.",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="noteinterne",
            name="mentions",
            field=models.ManyToManyField(
                blank=True,
                related_name="notes_qui_mentionnent",
                through="programmation.Mention",
                to=settings.AUTH_USER_MODEL,
                verbose_name="personnes prévenues",
            ),
        ),
        migrations.AddConstraint(
            model_name="notation",
            constraint=models.UniqueConstraint(
                fields=("dossier", "lecture"),
                name="programmation_notation_une_par_lecture",
                violation_error_message="Une autre personne tient déjà cette lecture. Rechargez la page.",
            ),
        ),
    ]
