"""Optimizers written as their formulas, to be read beside those of `torch.optim`, which they equal."""

from course_lib.optimizers.adagrad import Adagrad
from course_lib.optimizers.adam import Adam, AdamW
from course_lib.optimizers.gradient_descent import GradientDescent
from course_lib.optimizers.momentum import Momentum
from course_lib.optimizers.rmsprop import RMSProp

__all__ = ["Adagrad", "Adam", "AdamW", "GradientDescent", "Momentum", "RMSProp"]
