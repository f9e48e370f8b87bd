"""Settings of ingest."""

from pydantic import Field

from transforms.settings import Settings


class IngestConfig(Settings):
    """How strict ingest is and what it may use."""

    max_rejected_share: float = Field(
        default=0.01,
        ge=0,
        le=1,
        description="Maximum share of a table's rows that may be set aside; above it the run stops.",
    )
    max_reject_lines: int = Field(
        default=100_000,
        ge=1,
        description="Maximum lines of detail for a table in rejects.csv. The counts cover all rows.",
    )
    statistics_rows: int = Field(
        default=200_000,
        ge=1,
        description="Rows of each table that become tf.Examples for the statistics, spread evenly over larger tables.",
    )
    memory_limit_gib: float = Field(
        default=4.0, ge=0.25, description="Memory in GiB that DuckDB may take before it writes to disk."
    )
