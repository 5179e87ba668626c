"""The database: tables, migrations, one module per aggregate, and the only commit."""
