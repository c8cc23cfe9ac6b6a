"""Alembic's environment: it works on the connection and the schema that `runtime.migrations` hands over."""

from alembic import context

config = context.config
connection = config.attributes["connection"]
metadata = config.attributes["metadata"]


def _of_this_schema(name, kind, parents) -> bool:
    return name == metadata.schema if kind == "schema" else True


context.configure(
    connection=connection,
    target_metadata=metadata,
    version_table="alembic_version",
    version_table_schema=metadata.schema,
    include_schemas=True,
    include_name=_of_this_schema,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
