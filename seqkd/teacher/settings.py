"""How much of a teacher's distribution is stored: the ``store_teacher:`` section."""

from pydantic import Field

from seqkd.settings import Settings


class StoreTeacherSettings(Settings):
    """The ``store_teacher:`` section: what students with `stored_teacher: true` read instead of running the teacher."""

    k: int = Field(16, ge=1, le=10**6, description="Words kept at each position, the most probable; all if fewer are.")
    shard: int = Field(
        2000, ge=1, le=10**7, description="Sentences in a shard, which is what is lost when the job is killed."
    )
    batch_tokens: int = Field(4096, ge=16, le=10**7, description="Tokens that the teacher reads at once.")
