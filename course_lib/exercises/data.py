"""Exercises of the page on data sets and data loaders."""

from __future__ import annotations

from typing import Any

import torch
from torch.utils.data import Dataset

from course_lib.exercises import Exercise, Verdict, answered, number, right, wrong


def _locate(answer: Any) -> Verdict:
    for lengths, index, expected in (
        ((4, 10, 6), 3, (0, 3)),
        ((4, 10, 6), 4, (1, 0)),
        ((4, 10, 6), 13, (1, 9)),
        ((4, 10, 6), 19, (2, 5)),
        ((2, 0, 3), 2, (2, 0)),
    ):
        given = answered(answer(list(lengths), index))
        if not isinstance(given, tuple | list) or len(given) != 2:
            return wrong(
                en=f"locate({list(lengths)}, {index}) gives {given}; expected two numbers: (data set, index in it).",
                zh=f"locate({list(lengths)}, {index}) 得到 {given}，应当是两个数：(第几个数据集, 在其中的编号)。",
            )
        if tuple(given) != expected:
            return wrong(
                en=f"locate({list(lengths)}, {index}) gives {given}; expected {expected}.",
                zh=f"locate({list(lengths)}, {index}) 得到 {given}，应为 {expected}。",
            )
    return right(
        en="Right, at both ends of each, and past one that is empty.",
        zh="正确：每个数据集的首尾都对，遇到空的数据集也对。",
    )


def _weights(answer: Any) -> Verdict:
    labels = torch.tensor([0] * 6 + [1] * 3 + [2, 0])
    given = answered(answer(labels))
    if not isinstance(given, torch.Tensor) or given.shape != labels.shape:
        return wrong(
            en="Give a tensor with one weight for each example, as long as `labels`.",
            zh="请给出一个张量，每个样本一个权重，长度与 `labels` 相同。",
        )
    of_class = [given[labels == kind].sum().item() for kind in range(3)]
    if min(of_class) <= 0 or max(of_class) > 1.0001 * min(of_class):
        told = ", ".join(f"{total:.3g}" for total in of_class)
        return wrong(
            en=f"With 7, 3 and 1 examples the weights of the classes add up to {told}; they should be equal.",
            zh=f"三类各有 7、3、1 个样本时，各类的权重之和为 {told}，它们应当相等。",
        )
    if len(set(given[labels == 0].tolist())) != 1:
        return wrong(
            en="The classes are drawn equally often, but the examples of one class are not.",
            zh="各类被抽到的机会相等了，但同一类里各个样本的机会并不相等。",
        )
    return right(
        en="Right: each class has the same weight in all, shared among its examples.",
        zh="正确：每一类的总权重相同，由这一类的样本平分。",
    )


def _stream(answer: object) -> Verdict:
    count = number(answer)
    if count == 8:
        return right(
            en="Right: each worker drops the rest of its own half.",
            zh="正确：每个工作进程都丢掉自己那一半的余数。",
        )
    if count == 12:
        return wrong(
            en="12 come without workers. With two, who cuts the batches: the loader, or each worker for itself?",
            zh="没有工作进程时才是 12 个。有两个工作进程时，批量由谁来切：数据加载器，还是各个工作进程自己？",
        )
    if count == 2:
        return wrong(en="Two batches; how many numbers are in them?", zh="那是批量的个数。里面一共有多少个数？")
    return wrong(
        en=f"Not {count:g}: two workers with six numbers each, batches of four, remainders dropped.",
        zh=f"不是 {count:g}：两个工作进程各有六个数，每批四个，余数丢掉。",
    )


class _Source(Dataset[list[int]]):
    """Counts how often each example is asked for."""

    def __init__(self) -> None:
        self.asked = [0, 0, 0]

    def __len__(self) -> int:
        return len(self.asked)

    def __getitem__(self, index: int) -> list[int]:
        self.asked[index] += 1
        return [index]


def _cached(answer: Any) -> Verdict:
    if not isinstance(answer, type):
        return wrong(
            en="Give the class itself: `Cached`, without brackets.", zh="请给出类本身：写 `Cached`，不要加括号。"
        )
    if "__getitem__" not in vars(answer):
        raise NotImplementedError  # the starter
    source = _Source()
    made: Any = answer(source)
    if len(made) != 3:
        return wrong(en=f"Its length is {len(made)}; that of the data set is 3.", zh=f"长度是 {len(made)}，应为 3。")
    if sum(source.asked) > 0:
        return wrong(
            en="It asks for examples when it is made: a large data set would be read whole before the first batch.",
            zh="刚建好就去读样本：数据集很大时，还没有第一个批量，就要先把全部数据读一遍。",
        )
    if [made[index] for index in (0, 1, 0, 2, 1, 0)] != [[0], [1], [0], [2], [1], [0]]:
        return wrong(en="It does not give the examples of the data set.", zh="给出的样本与原来的数据集不同。")
    if max(source.asked) > 1:
        return wrong(
            en=f"Examples 0, 1 and 2 were asked for {source.asked} times; once each is enough.",
            zh=f"向原数据集要样本 0、1、2 的次数是 {source.asked}，各一次就够了。",
        )
    return right(en="Right: each is read once, and only when asked for.", zh="正确：每个样本只读一次，而且要用时才读。")


class _Through(Dataset[Any]):
    def __init__(self, dataset: Any) -> None:
        self.dataset = dataset

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: int) -> Any:
        return self.dataset[index]


class _AtOnce(_Through):
    def __init__(self, dataset: Any) -> None:
        super().__init__([dataset[index] for index in range(len(dataset))])

    __getitem__ = _Through.__getitem__


class _FirstOnly(_Through):
    def __getitem__(self, index: int) -> Any:
        return self.dataset[0]


class _OneShort(_Through):
    def __len__(self) -> int:
        return len(self.dataset) - 1

    __getitem__ = _Through.__getitem__


EXERCISES = (
    Exercise(
        "data/locate",
        _locate,
        (
            lambda lengths, index: (0, index),
            lambda lengths, index: index,
            lambda lengths, index: (index // lengths[0], index % lengths[0]),
        ),
    ),
    Exercise(
        "data/weights",
        _weights,
        (
            lambda labels: 1 / labels.bincount(),
            lambda labels: labels.bincount()[labels],
            lambda labels: torch.ones(len(labels)),
            lambda labels: torch.tensor([2 / 7, 0, 1 / 7, 1 / 7, 1 / 7, 1 / 7] + [1 / 3] * 3 + [1, 1 / 7]),
        ),
    ),
    Exercise("data/stream", _stream, (12, 24, 2, 16)),
    Exercise("data/cached", _cached, (_Through, _AtOnce, _FirstOnly, _OneShort, _Source())),
)
