import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('config', '0003_view_reports'),
        ('exceptions_queue', '0010_the_log_channel'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ExerciseAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('exercise', models.CharField(help_text='By its key in config/training/exercises.py.', max_length=40)),
                ('began_at', models.DateTimeField()),
                ('passed_at', models.DateTimeField(blank=True, null=True)),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='exceptions_queue.exceptioncase')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('person', 'exercise'), name='one_attempt_per_person_and_exercise'), models.CheckConstraint(condition=models.Q(('passed_at__isnull', True), ('passed_at__gte', models.F('began_at')), _connector='OR'), name='nothing_is_passed_before_it_began')],
            },
        ),
    ]
