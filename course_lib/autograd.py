"""Backpropagation for single numbers: each operation remembers its inputs, and how steep it is in each of them.

`torch.autograd` does the same with tensors. After A. Karpathy's micrograd, but each slope is taken where the operation
is made, so the backward pass is the chain rule and nothing else.
"""

from __future__ import annotations

import html
import math

Number = int | float


class Value:
    """A number that knows where it came from.

    Args:
        data: the number, finite.
        name: what `mermaid` calls it.

    Attributes:
        data: the number.
        grad: ∂L/∂self, summed over all calls of `L.backward()`; 0.0 before.
        operation: what made it, of a and perhaps b; "" for a number that was given.
        sources: the values it was made of, each with ∂self/∂source.

    Raises:
        TypeError: something other than a number.
        ValueError: NaN or infinite, given or as a result; a logarithm or power that is no real number.
        ZeroDivisionError, OverflowError: as Python has them.

    >>> w, x, b = Value(3.0, "w"), Value(2.0, "x"), Value(-5.0, "b")
    >>> loss = (w * x + b) ** 2
    >>> loss.backward()
    >>> loss, w.grad, x.grad, b.grad
    (Value(1.0, grad=1.0), 4.0, 6.0, 2.0)
    """

    def __init__(self, data: Number, name: str = "", operation: str = "", *sources: tuple[Value, float]) -> None:
        if isinstance(data, bool) or not isinstance(data, int | float):
            raise TypeError(f"a Value should be made of a number, got {type(data).__name__} {data!r}")
        if not math.isfinite(data):
            raise ValueError(f"{operation or 'data'} should be a finite number, got {data}")
        self.data, self.grad, self.name, self.operation, self.sources = float(data), 0.0, name, operation, sources

    def __add__(self, other: Value | Number) -> Value:
        other = _value(other)
        return Value(self.data + other.data, "", "a + b", (self, 1.0), (other, 1.0))

    def __mul__(self, other: Value | Number) -> Value:
        other = _value(other)
        return Value(self.data * other.data, "", "a × b", (self, other.data), (other, self.data))

    def __sub__(self, other: Value | Number) -> Value:
        other = _value(other)
        return Value(self.data - other.data, "", "a - b", (self, 1.0), (other, -1.0))

    def __truediv__(self, other: Value | Number) -> Value:
        other = _value(other)
        quotient = self.data / other.data
        return Value(quotient, "", "a / b", (self, 1 / other.data), (other, -quotient / other.data))

    def __pow__(self, exponent: Number) -> Value:
        if isinstance(exponent, bool) or not isinstance(exponent, int | float):
            raise TypeError(f"the exponent should be a number, got {exponent!r}; x to the y is (y * x.log()).exp()")
        if self.data < 0 and exponent != int(exponent):
            raise ValueError(f"{self.data} to the power {exponent} is no real number")
        slope = exponent * self.data ** (exponent - 1) if exponent != 0 else 0.0
        return Value(self.data**exponent, "", f"a^{exponent:g}", (self, slope))

    def __neg__(self) -> Value:
        return Value(-self.data, "", "-a", (self, -1.0))

    def exp(self) -> Value:
        """e to the power self; its slope is the result."""
        power = math.exp(self.data)
        return Value(power, "", "exp", (self, power))

    def log(self) -> Value:
        """The natural logarithm; its slope is 1/self."""
        if self.data <= 0:
            raise ValueError(f"log should be given a number above 0, got {self.data}")
        return Value(math.log(self.data), "", "log", (self, 1 / self.data))

    def tanh(self) -> Value:
        """The hyperbolic tangent t; its slope is 1 - t²."""
        t = math.tanh(self.data)
        return Value(t, "", "tanh", (self, 1 - t * t))

    def sigmoid(self) -> Value:
        """σ = 1 / (1 + e^-self); its slope is σ (1 - σ)."""
        power = math.exp(-abs(self.data))  # of a number at most 0, as it cannot overflow then
        rest = power / (1 + power)
        s = 1 / (1 + power) if self.data >= 0 else rest
        return Value(s, "", "sigmoid", (self, rest / (1 + power)))

    def relu(self) -> Value:
        """max(0, self); its slope is 1 above 0, and taken as 0 at 0."""
        return Value(max(0.0, self.data), "", "relu", (self, float(self.data > 0)))

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other: Number) -> Value:
        return _value(other) - self

    def __rtruediv__(self, other: Number) -> Value:
        return _value(other) / self

    def history(self) -> list[Value]:
        """Every value that this one came from, and itself last: inputs stand before what is made of them."""
        order: list[Value] = []
        seen: set[Value] = set()
        stack = [(self, False)]  # not a recursive function: a long sum is a deep graph
        while stack:
            value, ready = stack.pop()
            if ready:
                order.append(value)
            elif value not in seen:
                seen.add(value)
                stack.append((value, True))
                stack.extend((source, False) for source, _ in value.sources)
        return order

    def backward(self) -> None:
        """Add ∂self/∂v to `v.grad`, for every v that self came from.

        ∂L/∂input = Σ ∂L/∂v · ∂v/∂input over all v that were made of this input: the chain rule, second case.
        """
        gradients = {value: 0.0 for value in self.history()}
        gradients[self] = 1.0
        for value in reversed(gradients):  # now what is made of a value stands before it, so its sum is complete
            value.grad += gradients[value]
            for source, slope in value.sources:
                gradients[source] += gradients[value] * slope

    def __repr__(self) -> str:
        return f"Value({self.data}, grad={self.grad})"


def _value(number: Value | Number) -> Value:
    return number if isinstance(number, Value) else Value(number)


def mermaid(value: Value) -> str:
    """The graph behind a value, as the text of a Mermaid diagram: a slope at each arrow, a gradient in each box.

    Numbers that were given are in square boxes, results of operations in rounded ones.

    Args:
        value: the last one; call `value.backward()` first to see gradients.

    Raises:
        TypeError: no `Value`.

    >>> x = Value(3.0, "x")
    >>> y = x * 2
    >>> y.backward()
    >>> print(mermaid(y))
    graph LR
      v0["2<br>grad 3"]
      v1["x = 3<br>grad 2"]
      v2("a × b = 6<br>grad 1")
      v1 -- "2" --> v2
      v0 -- "3" --> v2
    """
    if not isinstance(value, Value):
        raise TypeError(f"mermaid should be given a Value, got {type(value).__name__}")
    numbers = {each: number for number, each in enumerate(value.history())}
    boxes, arrows = [], []
    for each, number in numbers.items():
        title = html.escape(": ".join(filter(None, (each.name, each.operation))))
        text = f'"{title}{" = " if title else ""}{each.data:.4g}<br>grad {each.grad:.4g}"'
        boxes.append(f"  v{number}({text})" if each.sources else f"  v{number}[{text}]")
        for source, slope in each.sources:
            arrows.append(f'  v{numbers[source]} -- "{slope:.4g}" --> v{number}')
    return "\n".join(["graph LR", *boxes, *arrows])
