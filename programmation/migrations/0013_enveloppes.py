"""An envelope lives by its table of states, keeps its letter of notification, and each movement says its kind."""

import django.db.models.deletion
from django.db import migrations, models


def dire_le_genre(apps, schema_editor):
    """Movements recorded before have their sign only."""
    mouvements = apps.get_model("programmation", "MouvementEnveloppe").objects
    mouvements.filter(montant__lt=0).update(genre="reduction")
    mouvements.filter(montant=0).update(genre="notification")


class Migration(migrations.Migration):

    dependencies = [
        ('acteurs', '0006_portees_d_instruction'),
        ('commun', '0004_analyse_des_fichiers'),
        ('contrats', '0010_inscriptions'),
        ('programmation', '0012_pages_ecrites_et_versions_importees'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='mouvementenveloppe',
            options={'ordering': ['enveloppe', 'le', 'pk'], 'verbose_name': 'mouvement d’enveloppe', 'verbose_name_plural': 'mouvements d’enveloppe'},
        ),
        migrations.AddField(
            model_name='enveloppe',
            name='lettre',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='commun.fichier', verbose_name='lettre de notification'),
        ),
        migrations.AddField(
            model_name='enveloppe',
            name='notifiee_le',
            field=models.DateField(blank=True, null=True, verbose_name='notifiée le'),
        ),
        migrations.AddField(
            model_name='enveloppe',
            name='reference',
            field=models.CharField(blank=True, max_length=120, verbose_name='référence de la lettre'),
        ),
        migrations.AddField(
            model_name='mouvementenveloppe',
            name='contrepartie',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='contreparties', to='programmation.enveloppe', verbose_name='de ou vers l’enveloppe'),
        ),
        migrations.AddField(
            model_name='mouvementenveloppe',
            name='genre',
            field=models.CharField(choices=[('attendu', 'Montant attendu'), ('notification', 'Notification'), ('abondement', 'Abondement'), ('reduction', 'Réduction'), ('redeploiement', 'Redéploiement')], default='abondement', max_length=15, verbose_name='genre'),
        ),
        migrations.RunPython(dire_le_genre, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='mouvementenveloppe',
            name='genre',
            field=models.CharField(choices=[('attendu', 'Montant attendu'), ('notification', 'Notification'), ('abondement', 'Abondement'), ('reduction', 'Réduction'), ('redeploiement', 'Redéploiement')], max_length=15, verbose_name='genre'),
        ),
        migrations.AddConstraint(
            model_name='enveloppe',
            constraint=models.CheckConstraint(condition=models.Q(('etat', 'notifiee'), models.Q(('lettre__isnull', True), ('notifiee_le__isnull', True), ('reference', '')), _connector='OR'), name='programmation_enveloppe_attendue_sans_lettre', violation_error_message='Une enveloppe attendue n’a pas encore de lettre de notification.'),
        ),
        migrations.AddConstraint(
            model_name='mouvementenveloppe',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('genre', 'abondement'), ('montant__gt', 0)), models.Q(('genre', 'reduction'), ('montant__lt', 0)), models.Q(('genre', 'attendu'), ('montant__gte', 0)), ('genre__in', ['notification', 'redeploiement']), _connector='OR'), name='programmation_mouvement_signe', violation_error_message='Un abondement augmente l’enveloppe, une réduction la diminue.'),
        ),
        migrations.AddConstraint(
            model_name='mouvementenveloppe',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('contrepartie__isnull', False), ('genre', 'redeploiement'), models.Q(('contrepartie', models.F('enveloppe')), _negated=True)), models.Q(models.Q(('genre', 'redeploiement'), _negated=True), ('contrepartie__isnull', True)), _connector='OR'), name='programmation_mouvement_contrepartie', violation_error_message='Un redéploiement, et lui seul, va d’une enveloppe à une autre.'),
        ),
    ]
