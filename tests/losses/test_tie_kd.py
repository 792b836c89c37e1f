"""TIE-KD's ranking loss and the paper's ablations, Selective KD and ImitKD: values by hand and limits."""

from dataclasses import replace

import pytest
import torch
from pencil import CASE, Look, P, Q, random_case, value

from seqkd import losses
from seqkd.losses.no_top1_kd import moved_p
from seqkd.losses.tie_kd import ranking
from seqkd.losses.token_batch import TokenBatch


@pytest.mark.parametrize(("k", "levels"), [(1, (0, 0.25)), (2, (0.25, 0.35)), (3, (0.25, 0.60)), (4, (0.35, 0.60))])
def test_both_levels_of_the_ranking_by_hand(k, levels):
    assert [float(level) for level in ranking(CASE, k)] == pytest.approx(levels, abs=1e-6)


def test_equal_orders_cost_nothing_whatever_the_probabilities():
    same = replace(CASE, student_logits=3 * P.log())
    assert [float(level) for level in ranking(same, 4)] == [0.0, 0.0]


def test_ties_of_the_teacher_cost_nothing():
    uniform = torch.full((1, 4), 0.25, dtype=torch.float64).log()
    assert float(ranking(TokenBatch(Q.log(), torch.tensor([0]), uniform), 4)[1]) == 0.0


def test_one_iteration_is_kl_and_ranking():
    case = random_case()
    expected = value("kl", case) + sum(level.sum() for level in ranking(case, 5))
    module = losses.load("tie-kd")
    assert float(module.loss(case, module.Options(iterations=1))) == pytest.approx(float(expected), abs=1e-12)


def test_iterations_share_the_weight():
    module, case = losses.load("tie-kd"), random_case()
    single, triple = (float(module.loss(case, module.Options(iterations=n))) for n in (1, 3))
    assert triple == pytest.approx(single / 3, abs=1e-12)


def test_top1_and_top2_by_hand():
    assert float(value("top1-kd", CASE)) == pytest.approx(0.804719, abs=1e-6)
    assert float(value("topk-kd", CASE, k=2)) == pytest.approx(1.044271, abs=1e-6)


def test_topk_runs_from_top1_to_word_kd():
    case = random_case()
    assert float(value("topk-kd", case, k=1)) == pytest.approx(float(value("top1-kd", case)), abs=1e-12)
    assert float(value("topk-kd", case, k=9)) == pytest.approx(float(value("word-kd", case)), abs=1e-12)


def test_the_mass_of_the_top1_goes_to_the_reference():
    assert moved_p(CASE)[0].tolist() == pytest.approx([0.0, 0.30, 0.15, 0.55], abs=1e-12)
    assert moved_p(replace(CASE, target=torch.tensor([0])))[0].tolist() == pytest.approx(P[0].tolist(), abs=1e-12)
    expected = sum(w * (torch.tensor(w) / q).log() for w, q in ((0.30, 0.45), (0.15, 0.05), (0.55, 0.30)))
    assert float(value("no-top1-kd", CASE)) == pytest.approx(float(expected), abs=1e-6)


def test_without_top1_it_is_kl_if_the_top1_is_the_reference():
    case = random_case()
    agreed = replace(case, target=case.log_p.argmax(-1))
    assert float(value("no-top1-kd", agreed)) == pytest.approx(float(value("kl", agreed)), abs=1e-12)


def test_kl_sum_is_the_sum_of_kl():
    case = random_case(20, 50)
    expected = (case.p * (case.log_p - case.log_q)).sum(-1)
    torch.testing.assert_close(case.kl, expected)
    torch.testing.assert_close(case.kl_sum, expected.sum())


def test_selective_kd_selects_the_hardest_tokens_and_ties():
    student = torch.tensor([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8], [0.2, 0.8], [0.7, 0.3]], dtype=torch.float64).log()
    teacher = student.flip(1)
    case = TokenBatch(student, torch.zeros(5, dtype=torch.int64), teacher)
    kl = (teacher.exp() * (teacher - student)).sum(-1)
    assert float(value("selective-kd", case, share=0.2)) == pytest.approx(float(kl[[2, 3]].sum()), abs=1e-12)
    assert float(value("selective-kd", case, share=0.5)) == pytest.approx(float(kl[[1, 2, 3]].sum()), abs=1e-12)


def test_selective_kd_of_all_tokens_is_kl():
    case = random_case()
    assert float(value("selective-kd", case, share=1.0)) == pytest.approx(float(value("kl", case)), abs=1e-12)


def test_selective_kd_ignores_positions_that_are_not_selected():
    module, case = losses.load("selective-kd"), random_case()
    for mask in (torch.zeros(len(case.target)), (torch.arange(len(case.target)) % 3 == 1).float()):
        selected, plain = (
            replace(case, precomputed={"selective-kd": mask}),
            replace(case, student_logits=case.student_logits.clone()),
        )
        options = module.Options()
        expected = mask.double()[:, None] * (plain.q - plain.p)
        torch.testing.assert_close(module.gradient(selected, options), expected)
        assert float(module.loss(selected, options)) == pytest.approx(float(plain.kl.dot(mask.double())), abs=1e-12)


def test_the_top_k_are_cached_for_every_smaller_k():
    case = random_case()
    top1, top3 = case.student_topk_ids(1), case.student_topk_ids(3)
    assert torch.equal(top3, case.student_logits.topk(3).indices) and torch.equal(top1, top3[:, :1])
    assert torch.equal(case.student_topk_ids(2), top3[:, :2]) and torch.equal(
        case.teacher_topk_ids(2), case.teacher.topk(2).indices
    )


def test_selective_kds_queue_holds_the_latest_tokens():
    """Of -5 -4 -3 (queued) and the batch -1 -6, the last four are -4 -3 -1 -6: the harder half starts at -4."""
    module, batch = losses.load("selective-kd"), torch.tensor([-1.0, -6.0])
    look = Look(batch, torch.tensor([-5.0, -4.0, -3.0]))
    options = module.Options(queue=4)
    assert module.update_state(look, options).tolist() == [-4.0, -3.0, -1.0, -6.0]
    assert module.precompute(look, options).tolist() == [0.0, 1.0]
    easy, hard = (
        replace(look, log_q_target=torch.tensor([-1.0, -2.0])),
        replace(look, log_q_target=torch.tensor([-7.0, -6.0])),
    )
    assert module.precompute(easy, options).tolist() == [0.0, 0.0]
    assert module.precompute(hard, options).tolist() == [1.0, 1.0]
    assert module.precompute(easy, module.Options()).tolist() == [0.0, 1.0]


def test_selective_kds_first_batch_is_its_queue():
    module, batch = losses.load("selective-kd"), torch.tensor([-1.0, -6.0, -2.0, -3.0])
    look = Look(batch)
    for queue in (4, 1000):
        assert torch.equal(
            module.precompute(look, module.Options(queue=queue)), module.precompute(look, module.Options())
        )


def test_imitkd_is_nll_of_the_teachers_choice_or_word_kd():
    case = random_case()
    chosen = replace(case, target=case.log_p.argmax(-1), teacher=None)
    assert float(value("imitkd", case)) == pytest.approx(float(value("nll", chosen)), abs=1e-12)
    assert float(value("imitkd", CASE)) == pytest.approx(1.609438, abs=1e-6)
    distribution = value("imitkd", case, teacher="distribution")
    assert float(distribution) == pytest.approx(float(value("word-kd", case)), abs=1e-12)
