"""The decision chart: first the training loss, then the loss on data that the model has not seen."""

from __future__ import annotations

import math
from collections.abc import Mapping
from os import PathLike
from typing import Any

from course_lib.arguments import real_number
from course_lib.diagnose.curves import curve, table
from course_lib.diagnose.findings import Diagnosis
from course_lib.diagnose.questions import Rule, of_test, of_training, of_validation
from course_lib.exercises import language_of_reader


def diagnose(
    train: Any,
    validation: Any = None,
    baseline: Any = None,
    *,
    test: Any = None,
    chance: float | None = None,
    possible: float = 0.0,
    enough: float = 0.8,
    gap: float = 0.2,
    tolerance: float = 0.05,
    shared: float = 0.25,
    lang: str | None = None,
) -> Diagnosis:
    """Name the trouble that the losses of a training show.

    All thresholds are shares of the way from `chance` to `possible`, so that they suit any loss.

    1. Is the training loss large: has it come less than `enough` of that way? If a smaller model has a *training* loss
       lower by `tolerance`, or the loss is NaN, above chance or still falling, the trouble is optimisation: better
       weights exist and were not found. If it has not, it is model bias. (On validation loss the same comparison
       would say overfitting.)
    2. Else: is the validation loss above it by more than `gap`? If it once had come at least `shared` of the way, the
       trouble is overfitting; if it never did, mismatch: what is learnt from the training data does not hold there.
    3. Else, with `test`: is the test loss above the validation loss by more than `gap`? Then the test data differ from
       those: mismatch.

    Args:
        train: training losses: a number, a sequence with one for each epoch, or a whole table, as CSV path, CSV text,
            mapping or history of `fit`, with columns train, validation, and if you like baseline and test.
        validation: losses on data held out from training, in the same form.
        baseline: *training* losses of a smaller or simpler model on the same data.
        test: losses on data from elsewhere, such as where the model is to be used. With it, `validation` is taken to be
            a random part of the data that the training data come from.
        chance: loss of a model that has learnt nothing: ln C for C classes, the variance of the targets for the squared
            error. By default the first training loss; a single number needs it.
        possible: the best loss there can be; above 0 for noisy targets.
        enough, gap, tolerance, shared: the thresholds above.
        lang: "en" or "zh"; by default the reader's language.

    Returns:
        A `Diagnosis`: `.trouble`, `.reasons`, `.remedies`.

    Raises:
        TypeError: losses that are no numbers.
        ValueError: no losses, of validation too where they are needed; a threshold outside 0 to 1; a chance that is no
            worse than possible; an unknown language.
        FileNotFoundError: there is no such CSV file.

    Source: the lecture's guide, section 2 of the notes; the comparison of depths after K. He et al., 2015,
    https://arxiv.org/abs/1512.03385

    >>> diagnose(train=[2.3, 2.1, 2.0, 2.0], validation=2.1, baseline=[2.3, 1.2, 0.9], lang="en")
    optimisation
      because the training loss is 2: 13% of the way from 2.3 (chance) to 0, not 80%
      because a smaller model reaches 0.9 on the same data
      try: change the learning rate: lower if the loss jumps or grows, higher if it creeps
      try: train for longer, with momentum or Adam
      try: scale the features; start the weights otherwise; prefer ReLU to sigmoids
    """
    language = language_of_reader(lang)
    for name, share in (("enough", enough), ("gap", gap), ("tolerance", tolerance), ("shared", shared)):
        real_number(name, share, 0, 1)
    real_number("possible", possible)
    losses = _gather(train, validation, baseline, test)
    trained = losses["train"]
    if chance is None and len(trained) == 1:
        raise ValueError(
            f"train is a single loss, {trained[0]:.4g}, neither large nor small: give the curve, or chance=, the loss "
            "of a model that has learnt nothing (ln C for C classes, the variance of the targets for the squared error)"
        )
    start = trained[0] if chance is None else real_number("chance", chance)
    if start <= possible:
        raise ValueError(f"chance should be a loss worse than possible, {possible:.4g}, got {start:.4g}")
    rule = Rule(start, possible, enough, gap, tolerance, shared)
    trouble, reasons = (
        of_training(rule, trained, losses.get("baseline"))
        or of_validation(rule, trained[-1], losses.get("validation"), known="test" in losses)
        or of_test(rule, losses.get("validation", [])[-1], losses.get("test"))
    )
    return Diagnosis(trouble, tuple(texts[language == "zh"] for texts in reasons), language)


def _gather(train: Any, validation: Any, baseline: Any, test: Any) -> dict[str, list[float]]:
    whole = isinstance(train, str | PathLike | Mapping) or hasattr(train, "epochs")
    losses = table(train) if whole else {"train": curve("train", train)}
    for name, given in (("validation", validation), ("baseline", baseline), ("test", test)):
        if given is not None:
            losses[name] = curve(name, given)
        if not all(map(math.isfinite, losses.get(name, []))):
            raise ValueError(f"{name} should hold finite losses, got {losses[name]}")
    return losses
