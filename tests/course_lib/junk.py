"""Values of every wrong kind, for any argument: of another type, shape, dtype or device, NaN, empty, negative, huge."""

import math

import torch
from hypothesis import strategies as st

VALUES = (
    object(),
    int,
    torch.zeros(0),
    torch.tensor(1.0),
    torch.full((4, 2), math.nan),
    torch.arange(5),
    torch.zeros(4, dtype=torch.bool),
    torch.zeros(2, dtype=torch.complex64),
    torch.zeros(2, device="meta"),
    torch.Generator(),
    ".",
    "~",
)
HUGE = (-(2**70), -(2**31), 2**31, 2**62, 2**70)
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(HUGE),
    st.integers(-3, 3),
    st.floats(),
    st.text(max_size=5),
    st.binary(max_size=5),
    st.lists(st.one_of(st.integers(-3, 3), st.floats(), st.none(), st.text(max_size=2)), max_size=3),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
    st.sampled_from(VALUES),
)
