"""Loss surfaces, and what their gradient and Hessian say about a point.

The lecture's question "training has stopped: is this a minimum or a saddle?" is answered by the eigenvalues of the
Hessian matrix at a critical point (Taylor's expansion to second order). The named surfaces are small enough to draw;
`flat_loss` makes a surface of the same kind out of a network's loss.

>>> from course_lib.landscape import classify, hill
"""

from course_lib.landscape.curvature import (
    Function,
    Kind,
    classify,
    eigenvalues,
    escape,
    gradient,
    hessian,
    hessian_vector_product,
)
from course_lib.landscape.networks import flat_loss, flat_parameters
from course_lib.landscape.noise import example_slopes, in_batches
from course_lib.landscape.surfaces import Surface, bowl, bumpy, hill, plateau, ravine, saddle, valleys
from course_lib.landscape.walks import descend

__all__ = [
    "Function",
    "Kind",
    "Surface",
    "bowl",
    "bumpy",
    "classify",
    "descend",
    "eigenvalues",
    "escape",
    "example_slopes",
    "flat_loss",
    "flat_parameters",
    "gradient",
    "hessian",
    "hessian_vector_product",
    "hill",
    "in_batches",
    "plateau",
    "ravine",
    "saddle",
    "valleys",
]
