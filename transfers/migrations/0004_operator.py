import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('gallery', '0001_initial'),
        ('transfers', '0003_rank_of_waiting'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='WorkerHost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, unique=True, verbose_name='host')),
                ('state', models.CharField(choices=[('working', 'at work'), ('stopping', 'stopping')], default='working', max_length=12, verbose_name='state')),
                ('workers', models.PositiveSmallIntegerField(verbose_name='workers')),
                ('threads_per_worker', models.PositiveSmallIntegerField(verbose_name='threads per worker')),
                ('version', models.CharField(blank=True, max_length=40, verbose_name='version')),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='started')),
                ('seen_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='last seen')),
            ],
            options={
                'verbose_name': 'host of workers',
                'verbose_name_plural': 'hosts of workers',
            },
        ),
        migrations.AlterModelOptions(
            name='transfer',
            options={'permissions': [('manage_queue', 'Can put back, retry and cancel anybody’s transfers')], 'verbose_name': 'transfer', 'verbose_name_plural': 'transfers'},
        ),
        migrations.AddField(
            model_name='transfer',
            name='failure',
            field=models.CharField(blank=True, db_default='', default='', help_text="One word, for counting: the engine's reason, crash or attempts.", max_length=24, verbose_name='kind of failure'),
        ),
        migrations.AddField(
            model_name='transfer',
            name='rescues',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, help_text='How often it was taken back from a worker that died.'),
        ),
        migrations.AddIndex(
            model_name='transfer',
            index=models.Index(condition=models.Q(('state', 'failed')), fields=['-finished_at'], name='transfer_failures'),
        ),
        migrations.AddIndex(
            model_name='transfer',
            index=models.Index(fields=['failure', 'state', 'rescues', 'painting_s'], name='transfer_outcomes'),
        ),
    ]
