"""Exercises of the page on batch size."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import nn

from course_lib.exercises import Exercise, NotAnswered, Verdict, number, right, wrong


def _half(answer: object) -> Verdict:
    size = number(answer)
    if abs(size - 512) < 1e-6:
        return right(
            en="Right: sixteen times the batch for a quarter of the noise.",
            zh="正确：噪声要降到四分之一，批量得扩大到十六倍。",
        )
    if abs(size - 128) < 1e-6:
        return wrong(
            en="With 128 the variance is a quarter, so the length of the noise is only half: 0.4.",
            zh="批量大小为 128 时，降到四分之一的是方差，噪声的长度只减半，是 0.4。",
        )
    return wrong(
        en=f"Not {size:g}: there the length is 0.8 · √(32 / {size:g}) = {0.8 * (32 / size) ** 0.5:.3g}, not 0.2."
        if size > 0
        else f"{size:g} is no batch size.",
        zh=f"不是 {size:g}：这时噪声的长度是 0.8 · √(32 / {size:g}) = {0.8 * (32 / size) ** 0.5:.3g}，不是 0.2。"
        if size > 0
        else f"{size:g} 不能作批量大小。",
    )


def _bend(answer: object) -> Verdict:
    size = number(answer)
    if abs(size - 1000) < 0.5:
        return right(en="Right: B = a / c, whatever N is.", zh="正确：B = a / c，与 N 无关。")
    if abs(size - 500) < 0.5:
        return wrong(
            en="With 500 an epoch takes three times Nc: a / (cB) is 2, and the examples themselves cost 1 more.",
            zh="批量大小为 500 时，一个轮次要花 3Nc：a / (cB) 是 2，样本本身还要再加 1。",
        )
    if size > 1000:
        return wrong(
            en=f"With {size:g} an epoch takes {1 + 1000 / size:.3g} Nc, less than twice Nc. Would a smaller B do?",
            zh=f"批量大小为 {size:g} 时，一个轮次要花 {1 + 1000 / size:.3g} Nc，不到两倍。B 再小一些行不行？",
        )
    return wrong(
        en=f"Not {size:g}. From the two times: c = 0.001 ms and a = 1 ms. An epoch takes N (a / B + c).",
        zh=f"不是 {size:g}。由两次测得的时间可知 c = 0.001 ms，a = 1 ms；一个轮次要 N (a / B + c)。",
    )


def _backward(loss: torch.Tensor) -> None:
    loss.backward()  # type: ignore[no-untyped-call]


def _gradients(net: nn.Module) -> list[torch.Tensor | None]:
    return [parameter.grad for parameter in net.parameters()]


def _until_backward(output: torch.Tensor, waits: list[int]) -> None:
    """Count the examples of `output` as waiting for backward, until a gradient reaches it."""
    if not output.requires_grad:
        return
    examples = len(output)
    waits[0] += examples
    waits[1] = max(waits)

    def gone(_: torch.Tensor) -> None:
        waits[0] -= examples

    output.register_hook(gone)  # type: ignore[no-untyped-call]


def _accumulate(answer: Any) -> Verdict:
    torch.manual_seed(0)
    first = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3))
    for examples, size in ((12, 4), (10, 4), (3, 8)):
        x, y = torch.randn(examples, 6), torch.randint(3, (examples,))
        whole, parts = copy.deepcopy(first), copy.deepcopy(first)
        seen: list[int] = []  # how many examples each call of the network got
        waits = [0, 0]  # how many examples wait for backward now, and the most so far
        _backward(nn.functional.cross_entropy(whole(x), y))
        parts.register_forward_pre_hook(lambda _, inputs, seen=seen: seen.append(len(inputs[0])))
        parts.register_forward_hook(lambda _, inputs, output, waits=waits: _until_backward(output, waits))
        answer(parts, x.clone(), y.clone(), size)
        expected, given = _gradients(whole), _gradients(parts)
        if not seen and all(grad is None for grad in given):
            raise NotAnswered(...)
        if any(grad is None for grad in given):
            return wrong(
                en="Some parameter's .grad is still None afterwards: call net on each part and backward on its loss.",
                zh="运行之后还有参数的 .grad 是 None：每一部分都要送进 net，再对损失调用 backward。",
            )
        if max(seen) > size:
            return wrong(
                en=f"The network got {max(seen)} examples at once; there is memory for {size}.",
                zh=f"有一次送进网络的样本是 {max(seen)} 个，而内存只放得下 {size} 个。",
            )
        if waits[1] > size:
            return wrong(
                en=f"{waits[1]} examples waited for backward at once: the network's graphs of all of them were kept. "
                "Call backward on each part before the next one goes in.",
                zh=f"有 {waits[1]} 个样本同时等着 backward，它们的计算图都占着内存。"
                "每一份算完损失就调用 backward，再送进下一份。",
            )
        if sum(seen) < examples:
            return wrong(
                en=f"Of {examples} examples the network saw {sum(seen)}: the last, smaller part counts, too.",
                zh=f"共有 {examples} 个样本，网络只看到 {sum(seen)} 个：最后不满的那一部分也要算。",
            )
        pairs = [(e, g) for e, g in zip(expected, given, strict=True) if e is not None and g is not None]
        if not all(torch.allclose(e, g, atol=1e-5) for e, g in pairs):
            ratio = (pairs[0][1].norm() / pairs[0][0].norm()).item()
            return wrong(
                en=f"{examples} examples in parts of {size}: the gradient is {ratio:.2f} times as long as it should be"
                " or points elsewhere. Weight each part's mean by its share of the batch.",
                zh=f"{examples} 个样本按 {size} 个一份来算：梯度的长度是应有的 {ratio:.2f} 倍，或者方向不对。"
                "每一份的平均值要乘上它在批量中所占的比例。",
            )
        answer(parts, x.clone(), y.clone(), size)
        again = [grad for grad in _gradients(parts) if grad is not None]
        if not all(torch.allclose(e, g, atol=1e-5) for (e, _), g in zip(pairs, again, strict=True)):
            return wrong(
                en="Called a second time, it adds to the gradient of the first: clear that before the parts.",
                zh="再调用一次，梯度就加到了上一次的上面：处理第一份之前，要先把旧的梯度清零。",
            )
    return right(
        en="Right: the gradient of the whole batch, in the memory of a part.",
        zh="正确：只用一份的内存，就得到整个批量的梯度。",
    )


def _best_rate(answer: object) -> Verdict:
    share = number(answer)
    if share in (0.16, 0.32, 0.64, 1.28):
        return wrong(
            en=f"{share:g} is a rate; what is the mean accuracy with it, and is it the best of the four?",
            zh=f"{share:g} 是学习率；用它得到的平均准确率是多少？是不是四个中最好的？",
        )
    if share > 1:
        return wrong(en=f"{share:g} is no share between 0 and 1.", zh=f"{share:g} 不是 0 到 1 之间的比例。")
    if 0.84 < share < 0.92:
        return right(
            en="Right: much better than at 2.56, and still behind the small batches.",
            zh="正确：比学习率 2.56 好得多，但仍然不如小批量。",
        )
    if share >= 0.92:
        return wrong(
            en=f"Measured it is less than {share:g}. Is it the mean over all networks, on the held-out digits?",
            zh=f"实际测到的比 {share:g} 低。取的是所有网络在留出数字上的平均吗？",
        )
    return wrong(
        en=f"One of the four rates gives more than {share:g}. Take the best.",
        zh=f"四个学习率中有一个比 {share:g} 高。请取最好的。",
    )


def _mean_of_means(net: nn.Module, x: torch.Tensor, y: torch.Tensor, size: int) -> None:
    parts = list(zip(torch.split(x, size), torch.split(y, size), strict=True))
    for part, answers in parts:
        _backward(nn.functional.cross_entropy(net(part), answers) / len(parts))


def _sum_of_means(net: nn.Module, x: torch.Tensor, y: torch.Tensor, size: int) -> None:
    for part, answers in zip(torch.split(x, size), torch.split(y, size), strict=True):
        _backward(nn.functional.cross_entropy(net(part), answers))


def _one_backward(net: nn.Module, x: torch.Tensor, y: torch.Tensor, size: int) -> None:
    net.zero_grad()
    loss = torch.zeros(())
    for part, answers in zip(torch.split(x, size), torch.split(y, size), strict=True):
        loss = loss + nn.functional.cross_entropy(net(part), answers) * len(part) / len(x)
    _backward(loss)


def _never_clears(net: nn.Module, x: torch.Tensor, y: torch.Tensor, size: int) -> None:
    for part, answers in zip(torch.split(x, size), torch.split(y, size), strict=True):
        _backward(nn.functional.cross_entropy(net(part), answers) * len(part) / len(x))


def _drops_the_last(net: nn.Module, x: torch.Tensor, y: torch.Tensor, size: int) -> None:
    net.zero_grad()
    for part, answers in zip(torch.split(x, size), torch.split(y, size), strict=True):
        if len(part) == size or len(x) < size:
            _backward(nn.functional.cross_entropy(net(part), answers) * size / len(x))


def _at_once(net: nn.Module, x: torch.Tensor, y: torch.Tensor, size: int) -> None:
    _backward(nn.functional.cross_entropy(net(x), y))


def _forward_only(net: nn.Module, x: torch.Tensor, y: torch.Tensor, size: int) -> None:
    net(x)


def _without_graphs(net: nn.Module, x: torch.Tensor, y: torch.Tensor, size: int) -> None:
    with torch.no_grad():
        for part in torch.split(x, size):
            net(part)


EXERCISES = (
    Exercise("batch-size/half", _half, (128, 64, 0, 1024)),
    Exercise("batch-size/bend", _bend, (500, 100, 1, 2000)),
    Exercise(
        "batch-size/accumulate",
        _accumulate,
        (
            _mean_of_means,
            _sum_of_means,
            _one_backward,
            _never_clears,
            _drops_the_last,
            _at_once,
            _forward_only,
            _without_graphs,
            3,
        ),
    ),
    Exercise("batch-size/best-rate", _best_rate, (0.94, 0.1, 0.64, 88)),
)
