from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('stock', '0005_hold_rules'),
    ]

    operations = [
        migrations.AddField(
            model_name='hold',
            name='harmed_at',
            field=models.DateTimeField(null=True),
        ),
    ]
