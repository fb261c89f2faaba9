"""The templates of letters, their lots, the letters."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('acteurs', '0006_portees_d_instruction'),
        ('commun', '0004_analyse_des_fichiers'),
        ('contrats', '0010_inscriptions'),
        ('programmation', '0015_seances'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LotDeCourriers',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ouvert_le', models.DateTimeField(verbose_name='ouvert le')),
                ('fictif', models.BooleanField(default=False, verbose_name='donnée fictive')),
                ('acte', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='lots_de_courriers', to='contrats.actedecision', verbose_name='acte')),
                ('campagne', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lots_de_courriers', to='programmation.campagne', verbose_name='campagne')),
                ('financeur', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='acteurs.organisme', verbose_name='financeur')),
                ('ouvert_par', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ouvert par')),
            ],
            options={
                'verbose_name': 'lot de courriers',
                'verbose_name_plural': 'lots de courriers',
                'ordering': ['-ouvert_le'],
            },
        ),
        migrations.CreateModel(
            name='ModeleCourrier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('genre', models.CharField(choices=[('octroi', 'Attribution'), ('refus', 'Refus'), ('ajournement', 'Ajournement')], max_length=12, verbose_name='genre')),
                ('version', models.PositiveSmallIntegerField(default=1, verbose_name='version')),
                ('objet', models.CharField(max_length=200, verbose_name='objet')),
                ('corps', models.TextField(verbose_name='corps, avec ses champs de fusion')),
                ('qualite', models.CharField(max_length=200, verbose_name='qualité du signataire')),
                ('en_vigueur', models.BooleanField(default=True, verbose_name='en vigueur')),
                ('cree_le', models.DateTimeField(verbose_name='écrit le')),
                ('contrat', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='modeles_de_courrier', to='contrats.contrat', verbose_name='contrat')),
                ('cree_par', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='écrit par')),
                ('financeur', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='acteurs.organisme', verbose_name='financeur (aucun : commun)')),
            ],
            options={
                'verbose_name': 'modèle de courrier',
                'verbose_name_plural': 'modèles de courrier',
                'ordering': ['contrat', 'financeur', 'genre', '-version'],
            },
        ),
        migrations.CreateModel(
            name='Courrier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('genre', models.CharField(choices=[('octroi', 'Attribution'), ('refus', 'Refus'), ('ajournement', 'Ajournement')], max_length=12, verbose_name='genre')),
                ('etat', models.CharField(choices=[('a_relire', 'À relire'), ('pret', 'Prêt à l’envoi'), ('envoye', 'Envoyé'), ('annule', 'Annulé')], default='a_relire', max_length=10, verbose_name='état')),
                ('reference', models.CharField(max_length=60, verbose_name='référence')),
                ('objet', models.CharField(max_length=300, verbose_name='objet')),
                ('corps', models.TextField(verbose_name='texte')),
                ('qualite', models.CharField(max_length=250, verbose_name='qualité du signataire')),
                ('montant', models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name='montant annoncé (€)')),
                ('envoye_le', models.DateTimeField(blank=True, null=True, verbose_name='envoyé le')),
                ('demandes', models.ManyToManyField(related_name='courriers', to='programmation.demandefinancement', verbose_name='demandes')),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='courriers', to='programmation.dossier', verbose_name='dossier')),
                ('pdf', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='commun.fichier', verbose_name='PDF')),
                ('lot', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='courriers', to='programmation.lotdecourriers', verbose_name='lot')),
                ('modele', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='courriers', to='programmation.modelecourrier', verbose_name='modèle')),
            ],
            options={
                'verbose_name': 'courrier',
                'verbose_name_plural': 'courriers',
                'ordering': ['lot', 'dossier'],
            },
        ),
        migrations.AddConstraint(
            model_name='modelecourrier',
            constraint=models.UniqueConstraint(fields=('contrat', 'financeur', 'genre', 'version'), name='programmation_modele_courrier_version', nulls_distinct=False, violation_error_message='Cette version du modèle existe déjà : rechargez la page.'),
        ),
        migrations.AddConstraint(
            model_name='modelecourrier',
            constraint=models.UniqueConstraint(condition=models.Q(('en_vigueur', True)), fields=('contrat', 'financeur', 'genre'), name='programmation_modele_courrier_en_vigueur', nulls_distinct=False, violation_error_message='Un seul modèle de ce genre est en vigueur pour ce financeur.'),
        ),
        migrations.AddIndex(
            model_name='courrier',
            index=models.Index(fields=['lot', 'etat'], name='programmation_courrier_etat'),
        ),
        migrations.AddConstraint(
            model_name='courrier',
            constraint=models.UniqueConstraint(condition=models.Q(('etat', 'annule'), _negated=True), fields=('lot', 'dossier'), name='programmation_courrier_un_par_dossier', violation_error_message='Ce dossier a déjà son courrier dans ce lot.'),
        ),
        migrations.AddConstraint(
            model_name='courrier',
            constraint=models.UniqueConstraint(fields=('dossier', 'reference'), name='programmation_courrier_reference', violation_error_message='Un courrier de ce dossier porte déjà cette référence.'),
        ),
        migrations.AddConstraint(
            model_name='courrier',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('envoye_le__isnull', False), ('etat', 'envoye'), ('pdf__isnull', False)), models.Q(models.Q(('etat', 'envoye'), _negated=True), ('envoye_le__isnull', True), ('pdf__isnull', True)), _connector='OR'), name='programmation_courrier_envoye_avec_son_pdf', violation_error_message='Un courrier envoyé garde son PDF et sa date, et seulement lui.'),
        ),
        migrations.AddConstraint(
            model_name='courrier',
            constraint=models.CheckConstraint(condition=models.Q(('montant__gte', 0)), name='programmation_courrier_montant_positif', violation_error_message='Le montant annoncé par un courrier n’est pas négatif.'),
        ),
    ]
