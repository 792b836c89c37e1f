"""The jobs of the toy experiment in sets, named by their logs: those that a step and all that depends on it need."""

REPORT = {"report/report"}
PRUNED = [f"pruned/seq-kd/{sparsity}/1/{when}" for sparsity in (0.5, 0.8) for when in ("pruned", "finetuned")]
STUDENTS = ("baseline", "word-kd", "seq-kd", "seq-inter", "js")
UNPRUNED = ["teachers/base/1", *(f"students/{name}/1" for name in STUDENTS)]
TIMED = [*UNPRUNED, "pruned/seq-kd/0.8/1/finetuned"]


def translated(*models: str, test_set: str = "test") -> set[str]:
    """The jobs that translate a test set by these models, what is computed from the translations, and the report."""
    return {f"{rule}/{model}/{test_set}" for rule in ("translate", "score") for model in models} | REPORT


def compared(*models: str, test_set: str = "test") -> set[str]:
    """The jobs that compare these models with their teachers, those of scores, which read that, and the report."""
    return {f"{rule}/{model}/{test_set}" for rule in ("teacher_agreement", "score") for model in models} | REPORT


def timed(*models: str) -> set[str]:
    """The jobs that measure the speed of these models, and the report."""
    return {f"measure_speed/{model}" for model in models if model in TIMED} | REPORT


def measured(*models: str) -> set[str]:
    """All jobs that measure these models, and the report."""
    unpruned = [model for model in models if not model.startswith("pruned/")]
    return translated(*models) | compared(*unpruned) | timed(*models)


def penalties(*models: str, beam: int = 2) -> set[str]:
    """The jobs that choose the length penalty of these models' searches."""
    return {f"length_penalty/{model}/beam-{beam}-max-2-10" for model in models}


def trained(*students: str) -> set[str]:
    models = [f"students/{name}/1" for name in students]
    return {f"train_student/{name}/1" for name in students} | penalties(*models) | measured(*models)


def retrained(*sparsities: float) -> set[str]:
    jobs = {f"{rule}/seq-kd/{sparsity}/1" for rule in ("prune", "finetune_pruned") for sparsity in sparsities}
    models = [model for model in PRUNED if model.split("/")[2] in map(str, sparsities)]
    return jobs | penalties(*models) | measured(*models)


def shards(kind: str, count: int) -> set[str]:
    return {f"decode/base/1/{kind}/{shard:05d}" for shard in range(count)}


SCORES = {f"score/{model}/test" for model in [*UNPRUNED, *PRUNED]} | REPORT
TRANSLATIONS = translated(*UNPRUNED, *PRUNED)
SPEEDS = timed(*TIMED)
STORED = {"cache_teacher_topk/base/1/gold/8"}
SEQ_KD = {"targets/base/1/seq-kd"} | trained("seq-kd", "seq-inter") | retrained(0.5, 0.8)
SEQ_INTER = {"targets/base/1/seq-inter"} | trained("seq-inter")
SAMPLES = {"targets/base/1/samples"} | trained("js")
TEACHER = (
    {"train_teacher/base/1"} | penalties("teachers/base/1")
    | shards("beam", 3) | shards("n-best", 2) | shards("samples", 3)
    | SEQ_KD | SEQ_INTER | SAMPLES | STORED | trained("word-kd")
    | measured("teachers/base/1") | compared("students/baseline/1") | SPEEDS
)  # fmt: skip
TOKENIZER = {"tokenizer/tokenizer"} | TEACHER | trained("baseline")
CORPUS = {"corpus/corpus"} | TOKENIZER - shards("beam", 3) - shards("n-best", 2) - shards("samples", 3)
# How many shards there will be is known after the corpus.
CORPUS |= shards("beam", 1) | shards("n-best", 1) | shards("samples", 1)
