"""The packet and version of a meeting, the address of a seat, the private address of a person's calendar."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("commun", "0001_initial"),
        ("contrats", "0005_actioncontrat_avenant_contenupriorites_ficheacteur_and_more"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="membrecomite",
            name="courriel",
            field=models.EmailField(
                blank=True, max_length=254, verbose_name="adresse de la structure, si personne n’y a de compte"
            ),
        ),
        migrations.AddField(
            model_name="reunion",
            name="paquet",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="commun.fichier",
                verbose_name="dossier de séance",
            ),
        ),
        migrations.AddField(
            model_name="reunion",
            name="version",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="version de la convocation"),
        ),
        migrations.CreateModel(
            name="AbonnementCalendrier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("jeton_sha256", models.CharField(max_length=64, unique=True, verbose_name="empreinte du jeton")),
                ("ouvert_le", models.DateTimeField(verbose_name="ouvert le")),
                ("revoque_le", models.DateTimeField(blank=True, null=True, verbose_name="révoqué le")),
                (
                    "utilisateur",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="abonnements_calendrier",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="personne",
                    ),
                ),
            ],
            options={
                "verbose_name": "abonnement au calendrier",
                "verbose_name_plural": "abonnements au calendrier",
                "ordering": ["-ouvert_le"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoque_le__isnull", True)),
                        fields=("utilisateur",),
                        name="contrats_abonnement_un_ouvert",
                        violation_error_message="Cette personne a déjà une adresse de calendrier.",
                    )
                ],
            },
        ),
    ]
