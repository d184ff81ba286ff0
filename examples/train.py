"""Train a network on real pictures, stop it, and go on: the notes' training command.

    python examples/train.py --logdir runs/digits | tee -a digits.log
    python examples/train.py --logdir runs/digits --resume --epochs 20 | tee -a digits.log
    python examples/train.py --data-root insects --logdir runs/insects
    torchrun --standalone --nproc-per-node 2 examples/train.py --logdir runs/digits2
    tensorboard --logdir runs

Without --data-root it learns handwritten digits that come with scikit-learn. With it, a folder of pictures for each
class is read, or `train` and `val` folders that hold those. Ctrl-C and SIGTERM leave a checkpoint in the log folder.
Exit status: 0 done, 1 the training failed, 2 the command is wrong, 130 after Ctrl-C, 143 after SIGTERM.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from course_lib.checkpoints import Checkpoints
from course_lib.datasets import TensorLoader, digit_images, folder_images, split
from course_lib.devices import describe, pick
from course_lib.metrics import Accuracy
from course_lib.training import evaluate, fit

SIZE = 64  # pictures of a folder become squares of so many pixels


def _whole(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"should be at least 1, got {number}")
    return number


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"should be a number above 0, got {text}")
    return number


def arguments(command: list[str] | None = None) -> argparse.Namespace:
    """The command line; `--data_root` and `--data-root` are the same."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-root", "--data_root", type=Path, help="folder of pictures; default: digits")
    parser.add_argument("--logdir", type=Path, required=True, help="folder for TensorBoard's logs and the checkpoints")
    parser.add_argument("--resume", action="store_true", help="go on from the newest checkpoint in the log folder")
    parser.add_argument("--epochs", type=_whole, default=10, help="in all, those before --resume included")
    parser.add_argument(
        "--batch-size", "--batch_size", type=_whole, default=32, help="samples of one step, in all processes"
    )
    parser.add_argument("--lr", type=_positive, default=0.003, help="learning rate of Adam")
    parser.add_argument("--workers", type=int, default=0, help="processes that read pictures")
    parser.add_argument(
        "--save-every", "--save_every", type=_whole, help="steps between checkpoints; always each epoch"
    )
    parser.add_argument("--precision", choices=["float16", "bfloat16"], help="for matrix products; default: float32")
    parser.add_argument("--device", help="cpu, cuda, cuda:1, mps; default: the best there is")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(command)


def pixels(picture: Any) -> Tensor:
    """A PIL picture as numbers from 0 to 1, shape (3, SIZE, SIZE)."""
    data = bytearray(picture.convert("RGB").resize((SIZE, SIZE)).tobytes())
    return torch.frombuffer(data, dtype=torch.uint8).reshape(SIZE, SIZE, 3).permute(2, 0, 1) / 255


def data(args: argparse.Namespace) -> tuple[Any, Any, tuple[int, ...], int]:
    """Batches to learn from, batches to validate on, the shape of a picture, the number of classes."""
    if args.data_root is None:
        train, held_out = split(digit_images(), (0.8, 0.2), seed=args.seed)
        loaders = TensorLoader(train, args.batch_size, shuffle=True), TensorLoader(held_out, 256)
        return *loaders, tuple(train[0][0].shape), 10
    root: Path = args.data_root
    apart = (root / "train").is_dir() and (root / "val").is_dir()
    whole: Any = folder_images(root / "train" if apart else root, pixels)
    classes = whole.classes
    if apart:
        train, held_out = whole, folder_images(root / "val", pixels)
        if held_out.classes != classes:  # type: ignore[attr-defined] # an ImageFolder
            raise ValueError(f"{root}/train holds the classes {classes}, {root}/val others")
    else:
        train, held_out = split(whole, (0.8, 0.2), seed=args.seed)
    reading = {"num_workers": args.workers, "pin_memory": torch.cuda.is_available()}
    return (
        DataLoader(train, args.batch_size, shuffle=True, **reading),
        DataLoader(held_out, 64, **reading),
        (3, SIZE, SIZE),
        len(classes),
    )


def network(shape: tuple[int, ...], classes: int) -> nn.Sequential:
    """Convolutions that halve the picture until it is 4 × 4 or less, then a linear layer."""
    layers: list[nn.Module] = []
    channels, size, width = shape[0], shape[1], 16
    while size > 4:
        layers += [nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2)]
        channels, size, width = width, size // 2, min(2 * width, 64)
    return nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.2), nn.Linear(channels * size * size, classes))


def main(command: list[str] | None = None) -> int:
    """Train as the command line says; the exit status."""
    args = arguments(command)
    first = os.environ.get("RANK", "0") == "0"  # torchrun numbers its processes: one speaks and writes
    torch.manual_seed(args.seed)
    try:
        pick(args.device)
        train, validate, shape, classes = data(args)
        model = network(shape, classes)
        loss, metrics = nn.CrossEntropyLoss(), {"accuracy": Accuracy()}
        if first:
            print(describe(), flush=True)
        history = fit(
            model,
            train,
            loss,
            torch.optim.Adam(model.parameters(), lr=args.lr),
            epochs=args.epochs,
            validate=validate,
            metrics=metrics,
            device=args.device,
            precision=args.precision,
            checkpoint=Checkpoints(args.logdir / "checkpoints", every=args.save_every),
            resume=args.resume,
            logdir=args.logdir,
            seed=args.seed,
        )
        if first:
            history.save_csv(args.logdir / "epochs.csv")
            result = evaluate(model, validate, loss, metrics, precision=args.precision)
            print(f"done: validation loss {result['loss']:.4f}, accuracy {result['accuracy']:.4f}", flush=True)
    except (OSError, ValueError, RuntimeError, ImportError, ArithmeticError) as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"stopped; --resume goes on from {args.logdir}", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
