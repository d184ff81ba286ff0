"""The lecture's forms of Adagrad, RMSProp and momentum beside the published ones: where and by how much they differ."""

import math

import pytest
import torch
from torch import Tensor

from course_lib.optimizers import Adagrad, Momentum, RMSProp


def gradients(count: int) -> list[Tensor]:
    generator = torch.Generator().manual_seed(7)
    return [torch.randn(5, generator=generator, dtype=torch.float64) for _ in range(count)]


def movements(optimizer: torch.optim.Optimizer, rates: list[float] | None = None, count: int = 20) -> list[Tensor]:
    """The movement in each step, with gradients that do not depend on where the weights are."""
    (weight,) = optimizer.param_groups[0]["params"]
    moved = []
    for step, gradient in enumerate(gradients(count)):
        if rates is not None:
            optimizer.param_groups[0]["lr"] = rates[step]
        before = weight.detach().clone()
        weight.grad = gradient
        optimizer.step()
        moved.append(weight.detach() - before)
    return moved


def zeros() -> Tensor:
    return torch.zeros(5, dtype=torch.float64, requires_grad=True)


def test_the_mean_form_of_adagrad_is_root_n_times_the_sum_form() -> None:
    published = movements(Adagrad([zeros()], lr=0.1, form="sum", eps=0))
    lecture = movements(Adagrad([zeros()], lr=0.1, form="mean", eps=0))
    for n, (one, other) in enumerate(zip(published, lecture, strict=True), start=1):
        torch.testing.assert_close(other, math.sqrt(n) * one, rtol=1e-12, atol=1e-15)


def test_the_mean_form_is_the_root_mean_square_by_hand() -> None:
    moved = movements(Adagrad([zeros()], lr=0.1, form="mean", eps=0.01))
    given = torch.stack(gradients(20))
    for n in range(1, 21):
        rms = given[:n].square().mean(0).sqrt()
        torch.testing.assert_close(moved[n - 1], -0.1 * given[n - 1] / (rms + 0.01), rtol=1e-11, atol=1e-15)


def test_rmsprop_from_zero_differs_from_the_lectures_start_by_alpha_to_the_n() -> None:
    alpha, first = 0.9, gradients(1)[0]
    ours, lecture = RMSProp([zeros()], lr=0.1, alpha=alpha, eps=0), RMSProp([zeros()], lr=0.1, alpha=alpha, eps=0)
    (weight,) = lecture.param_groups[0]["params"]
    lecture.state[weight]["square_avg"] = first**2  # the lecture's σ after the first gradient is |g|
    moved = movements(ours, count=1)[0], movements(lecture, count=1)[0]
    torch.testing.assert_close(moved[1], -0.1 * first.sign(), rtol=1e-12, atol=0)
    torch.testing.assert_close(moved[0], moved[1] / math.sqrt(1 - alpha), rtol=1e-12, atol=0)

    for count in (1, 5, 20):
        pair = RMSProp([zeros()], lr=0.1, alpha=alpha), RMSProp([zeros()], lr=0.1, alpha=alpha)
        weights = [optimizer.param_groups[0]["params"][0] for optimizer in pair]
        pair[1].state[weights[1]]["square_avg"] = first**2
        for optimizer in pair:
            movements(optimizer, count=count)
        kept = [optimizer.state[w]["square_avg"] for optimizer, w in zip(pair, weights, strict=True)]
        torch.testing.assert_close(kept[1] - kept[0], alpha**count * first**2, rtol=1e-10, atol=1e-15)


def test_rmsprop_seeded_with_the_first_gradient_is_the_lectures() -> None:
    alpha = 0.9
    seeded = RMSProp([zeros()], lr=0.1, alpha=alpha, eps=0)
    seeded.state[seeded.param_groups[0]["params"][0]]["square_avg"] = gradients(1)[0] ** 2
    sigma = None
    for gradient, moved in zip(gradients(20), movements(seeded), strict=True):
        # the lecture: σ₀ = |g₀|, then σ = √(α σ² + (1 - α) g²)
        sigma = gradient.abs() if sigma is None else (alpha * sigma**2 + (1 - alpha) * gradient**2).sqrt()
        torch.testing.assert_close(moved, -0.1 * gradient / sigma, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("rates", [[0.1] * 20, [0.1] * 10 + [0.05] * 10])
def test_the_lectures_momentum_is_ours_until_the_rate_changes(rates: list[float]) -> None:
    mu, movement, buffer = 0.9, torch.zeros(5, dtype=torch.float64), torch.zeros(5, dtype=torch.float64)
    # after a change from η to η', what has been gathered before still moves at η in the lecture's form
    for n, (gradient, moved) in enumerate(
        zip(gradients(20), movements(Momentum([zeros()], lr=0.1, momentum=mu), rates), strict=True)
    ):
        movement = mu * movement - rates[n] * gradient
        if n < 10:
            buffer = mu * buffer + gradient
        gap = 0.0 if n < 10 else (rates[0] - rates[-1]) * mu ** (n - 9) * buffer
        torch.testing.assert_close(moved, movement + gap, rtol=1e-12, atol=1e-14)
    assert (movement - moved).abs().max() > 1e-3 if rates[-1] != rates[0] else torch.allclose(movement, moved)
