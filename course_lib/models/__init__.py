"""The course's models, from a straight line to a small generative adversarial network.

Those that give one number per sample give it in shape (N,): a target of shape (N,) fits them, and nothing broadcasts by
accident. Scores of classes are logits, shape (N, classes), as `course_lib.losses.cross_entropy` takes them.

>>> from course_lib.models import MLP, SigmoidSum
"""

from course_lib.models.curves import ReLUSum, SigmoidSum
from course_lib.models.gan import Discriminator, Generator
from course_lib.models.linear import Linear, LogisticRegression, SoftmaxRegression
from course_lib.models.networks import MLP, ConvNet

__all__ = [
    "MLP",
    "ConvNet",
    "Discriminator",
    "Generator",
    "Linear",
    "LogisticRegression",
    "ReLUSum",
    "SigmoidSum",
    "SoftmaxRegression",
]
