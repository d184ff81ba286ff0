"""The same epochs by each library, in its own idiom: the MLP 64-32-10, batch 32, SGD, over a `DataLoader`.

Each function takes a fresh model and a loader, and returns what trains one epoch. Bars, logs and checkpoints are off
where the library lets them, so that it is the loop that is measured. This module is imported where the libraries are.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

LEARNING_RATE = 0.01
Epoch = Callable[[], object]


def problem(samples: int) -> tuple[nn.Module, DataLoader[Any]]:
    torch.manual_seed(0)
    data = TensorDataset(torch.randn(samples, 64), torch.randint(10, (samples,)))
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    return model, DataLoader(data, 32, shuffle=True)


def sgd(model: nn.Module) -> torch.optim.SGD:
    return torch.optim.SGD(model.parameters(), lr=LEARNING_RATE)


def by_hand(model: nn.Module, loader: DataLoader[Any]) -> Epoch:
    optimizer, loss_of = sgd(model), nn.CrossEntropyLoss()

    def epoch() -> None:
        for x, y in loader:
            optimizer.zero_grad()
            loss = loss_of(model(x), y)
            loss.backward()
            optimizer.step()

    return epoch


def course_lib(model: nn.Module, loader: DataLoader[Any]) -> Epoch:
    from course_lib.training import fit

    optimizer, loss = sgd(model), nn.CrossEntropyLoss()
    return lambda: fit(model, loader, loss, optimizer, epochs=1, progress=False, device="cpu")


def fabric(model: nn.Module, loader: DataLoader[Any]) -> Epoch:
    from lightning.fabric import Fabric

    made = Fabric(accelerator="cpu", devices=1)
    ready, optimizer = made.setup(model, sgd(model))
    batches, loss_of = made.setup_dataloaders(loader), nn.CrossEntropyLoss()

    def epoch() -> None:
        for x, y in batches:
            optimizer.zero_grad()
            made.backward(loss_of(ready(x), y))
            optimizer.step()

    return epoch


def accelerate(model: nn.Module, loader: DataLoader[Any]) -> Epoch:
    from accelerate import Accelerator

    made = Accelerator(cpu=True)
    ready, optimizer, batches = made.prepare(model, sgd(model), loader)
    loss_of = nn.CrossEntropyLoss()

    def epoch() -> None:
        for x, y in batches:
            optimizer.zero_grad()
            made.backward(loss_of(ready(x), y))
            optimizer.step()

    return epoch


def ignite(model: nn.Module, loader: DataLoader[Any]) -> Epoch:
    from ignite.engine import create_supervised_trainer

    trainer = create_supervised_trainer(model, sgd(model), nn.CrossEntropyLoss())
    return lambda: trainer.run(loader, max_epochs=1)


def skorch(model: nn.Module, loader: DataLoader[Any]) -> Epoch:
    from skorch import NeuralNet

    net = NeuralNet(
        lambda: model, nn.CrossEntropyLoss, optimizer=torch.optim.SGD, lr=LEARNING_RATE, batch_size=32, max_epochs=1,
        iterator_train__shuffle=True, train_split=None, callbacks="disable", verbose=0,
    ).initialize()  # fmt: skip
    return lambda: net.partial_fit(loader.dataset, None)


def lightning(model: nn.Module, loader: DataLoader[Any]) -> Epoch:
    from lightning import LightningModule, Trainer

    class Task(LightningModule):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model, self.loss_of = model, nn.CrossEntropyLoss()

        def training_step(self, batch: Any, _: int) -> torch.Tensor:
            x, y = batch
            loss: torch.Tensor = self.loss_of(self.model(x), y)
            return loss

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return sgd(model)

    def epoch() -> None:
        trainer = Trainer(
            max_epochs=1, accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False,
            enable_model_summary=False,
        )  # fmt: skip
        trainer.fit(Task(), loader)

    return epoch


def fastai(model: nn.Module, loader: DataLoader[Any]) -> Epoch:
    from fastai.basics import SGD, DataLoaders, Learner
    from fastai.callback import progress  # it gives a Learner `no_bar`

    assert hasattr(Learner, "no_bar"), progress
    learner = Learner(DataLoaders(loader, loader), model, loss_func=nn.CrossEntropyLoss(), opt_func=SGD)

    def epoch() -> None:
        with learner.no_bar(), learner.no_logging():
            learner.fit(1, lr=LEARNING_RATE)

    return epoch


def keras(model: nn.Module, loader: DataLoader[Any]) -> Epoch:
    import keras as library

    net = library.Sequential([library.Input((64,)), library.layers.Dense(32, "relu"), library.layers.Dense(10)])
    loss = library.losses.SparseCategoricalCrossentropy(from_logits=True)
    net.compile(library.optimizers.SGD(LEARNING_RATE), loss)
    return lambda: net.fit(loader, epochs=1, verbose=0)


# name as a reader knows it: (package to install, function)
LIBRARIES: dict[str, tuple[str | None, Callable[[nn.Module, DataLoader[Any]], Epoch]]] = {
    "course_lib's fit": (None, course_lib),
    "Fabric": ("lightning", fabric),
    "ignite": ("pytorch-ignite", ignite),
    "skorch": ("skorch", skorch),
    "accelerate": ("accelerate", accelerate),
    "Lightning": ("lightning", lightning),
    "fastai": ("fastai", fastai),
    "Keras on torch": ("keras", keras),
}


def prepare() -> None:
    """Say nothing, as what a library prints would be measured too; and let torchvision, which some import, be found."""
    from course_lib.vision import torchvision

    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    torchvision()
