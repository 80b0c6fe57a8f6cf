import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0017_reconciling'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MessageTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(choices=[('locker_changed', 'The parcel goes to another locker'), ('expiring', 'The time to collect is nearly over'), ('another_garment', 'A garment cannot be sent'), ('put_right', 'The customer can put it right')], max_length=20)),
                ('version', models.IntegerField()),
                ('subject', models.CharField(max_length=150)),
                ('body', models.TextField(max_length=5000)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'permissions': [('write_messagetemplate', 'Can choose the words of messages to customers')],
                'default_permissions': ('view',),
                'constraints': [models.UniqueConstraint(fields=('name', 'version'), name='one_row_per_version_of_a_message'), models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='the_delivered_words_are_version_0')],
            },
        ),
    ]
