from django.db import migrations, models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone


def dire_quand_ils_sont_ecrits(apps, schema_editor):
    """The last time that the journal tells it, else when their lot was opened."""
    Courrier = apps.get_model("programmation", "Courrier")
    LigneJournal = apps.get_model("commun", "LigneJournal")
    LotDeCourriers = apps.get_model("programmation", "LotDeCourriers")
    ecrits = LigneJournal.objects.filter(
        cible_type="programmation.courrier", cible_id=OuterRef("pk"), acte__in=["ouvrir", "reecrire"]
    )
    lots = LotDeCourriers.objects.filter(pk=OuterRef("lot"))
    Courrier.objects.update(
        redige_le=Coalesce(
            Subquery(ecrits.order_by("-numero").values("fait_le")[:1]), Subquery(lots.values("ouvert_le")[:1])
        )
    )


class Migration(migrations.Migration):
    dependencies = [
        ("commun", "0004_analyse_des_fichiers"),
        ("programmation", "0023_scenarios_promus"),
    ]

    operations = [
        migrations.AddField(
            model_name="courrier",
            name="redige_le",
            field=models.DateTimeField(default=timezone.now, verbose_name="rédigé le"),
            preserve_default=False,
        ),
        migrations.RunPython(dire_quand_ils_sont_ecrits, migrations.RunPython.noop),
    ]
