from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('stock', '0003_movement_lot_unneeded'),
    ]

    operations = [
        migrations.AddField(
            model_name='balance',
            name='vial_id',
            field=models.UUIDField(null=True),
        ),
    ]
