"""Several processes give what one gives: the same weights, each sample once, one writer, a resume by more or fewer."""

import os
import signal
import socket
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.distributed as dist
import torture
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

from course_lib import batches, distributed
from course_lib.checkpoints import Checkpoints
from course_lib.datasets import TensorLoader, digits
from course_lib.distributed import Ranks, join
from course_lib.metrics import Accuracy
from course_lib.run_state import RunState
from course_lib.training import History, fit

TABLE = digits()
X, Y = TABLE.x[:161].double() / 16, TABLE.y[:161]  # the last batch of 32 has one sample: one process has none


class Seen(Dataset[tuple[Tensor, Tensor]]):
    """Writes down which samples were fetched."""

    def __init__(self) -> None:
        self.fetched: Counter[int] = Counter()

    def __len__(self) -> int:
        return len(X)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        self.fetched[index] += 1
        return X[index], Y[index]


def loader(kind: str, data: Any = None) -> Any:
    data = data or TensorDataset(X, Y)
    return DataLoader(data, 32, shuffle=True) if kind == "DataLoader" else TensorLoader(data, 32, shuffle=True)


def train(kind: str, folder: Path | None = None, stop_at: int = 0, **options: Any) -> tuple[nn.Module, History]:
    torch.manual_seed(os.getpid())  # DistributedDataParallel takes rank 0's weights for all
    model = nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10)).double()
    if os.environ.get("RANK", "0") == "0":
        torch.manual_seed(0)
        for p in model.parameters():
            nn.init.normal_(p, std=0.1)
    calls, cross_entropy = [0], nn.CrossEntropyLoss()

    def loss(outputs: Tensor, targets: Tensor) -> Tensor:
        calls[0] += outputs.requires_grad
        if calls[0] == stop_at and outputs.requires_grad and os.environ.get("RANK", "0") == "0":
            os.kill(os.getpid(), signal.SIGTERM)
        value: Tensor = cross_entropy(outputs, targets)
        return value

    options = {"epochs": 2, "device": "cpu", "progress": False, "metrics": {"accuracy": Accuracy()}, **options}
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    history = fit(
        model, loader(kind), loss, optimizer, validate=TensorLoader((X[:47], Y[:47]), 23), checkpoint=folder, **options
    )
    return model, history


def trained(kind: str, folder: Path | None = None, **options: Any) -> None:
    train(kind, folder, **options)


def stopped(kind: str, folder: Path, stop_at: int) -> None:
    with pytest.raises(SystemExit):
        train(kind, folder, stop_at)


def parts(folder: Path) -> None:
    ranks, _ = join("cpu")
    seen = Seen()
    data = loader("DataLoader", seen)
    batches.seed_order(data, 0, 0)
    counted = sum(mine for _, mine, _ in batches.batches(data, ranks))
    (folder / str(ranks.rank)).write_text(f"{counted} {sorted(seen.fetched)}")


def member(function: Callable[..., None], args: Any, options: Any, environment: dict[str, str]) -> None:
    os.environ.update(environment)
    torch.set_num_threads(1)
    function(*args, **options)
    dist.destroy_process_group()


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a function in two processes, one of them this one; gives what it returned here."""

    def run(function: Callable[..., Any], *args: Any, other: Callable[..., None] | None = None, **options: Any) -> Any:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        common = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "GLOO_SOCKET_IFNAME": "lo"}
        second = {**common, "RANK": "1", "LOCAL_RANK": "1"}
        process = torture.context().Process(target=member, args=(other or function, args, options, second))
        process.start()
        for name, value in {**common, "RANK": "0", "LOCAL_RANK": "0"}.items():
            monkeypatch.setenv(name, value)
        try:
            return function(*args, **options)
        finally:
            distributed._leave()
            for name in (*common, "RANK", "LOCAL_RANK"):
                monkeypatch.delenv(name)
            process.join(60)
            assert process.exitcode == 0

    return run


def close(a: tuple[nn.Module, History], b: tuple[nn.Module, History]) -> None:
    for p, q in zip(a[0].parameters(), b[0].parameters(), strict=True):
        torch.testing.assert_close(p, q, rtol=1e-9, atol=1e-12)
    assert a[1].steps == pytest.approx(b[1].steps, rel=1e-9)
    for row, other in zip(a[1].epochs, b[1].epochs, strict=True):
        assert {**row, "seconds": 0} == pytest.approx({**other, "seconds": 0}, rel=1e-9)


@pytest.mark.parametrize(
    ("kind", "options"),
    [("DataLoader", {}), ("TensorLoader", {"accumulate": 3}), ("TensorLoader", {"clip": 0.1})],
    ids=["DataLoader", "accumulate", "clip"],
)
def test_two_processes_are_one(together: Any, kind: str, options: dict[str, Any]) -> None:
    close(together(train, kind, other=trained, **options), train(kind, **options))


def test_each_sample_once(together: Any, tmp_path: Path) -> None:
    together(parts, tmp_path)
    counts, fetched = zip(*((tmp_path / str(rank)).read_text().split(" ", 1) for rank in (0, 1)), strict=True)
    assert int(counts[0]) + int(counts[1]) == len(X)
    samples = [set(eval(each)) for each in fetched]
    assert samples[0] | samples[1] == set(range(len(X)))
    assert len(samples[0] & samples[1]) == 1, "one process stood in with a sample that counts nothing"


def test_stopped_with_two_and_on_with_one_and_back(together: Any, tmp_path: Path) -> None:
    kind = "DataLoader"
    whole = train(kind, epochs=3)
    together(stopped, kind, tmp_path, 3)
    assert Checkpoints(tmp_path).steps() == [3], "one process was told to stop, and both did, after the same step"
    with pytest.raises(SystemExit):
        train(kind, tmp_path, 5, resume=True, epochs=3)
    assert Checkpoints(tmp_path).steps()[-1] == 8
    close(together(train, kind, tmp_path, other=trained, resume=True, epochs=3), whole)
    assert [path.suffix for path in tmp_path.iterdir()] == [".pt"] * 3, "one process wrote"


def failing() -> None:
    with pytest.raises(FloatingPointError, match="the loss is nan at step 2"):
        train("TensorLoader", precision=None, clip=1.0, schedule=lambda step: float("nan"))


def test_a_loss_that_is_not_finite_stops_both(together: Any) -> None:
    together(failing)


def test_a_part_of_a_nested_batch() -> None:
    batch = [{"pixels": torch.arange(5)}, [torch.arange(5), torch.arange(10, 15)]]
    nested, mine, whole = next(batches.batches([batch], Ranks(1, 2)))
    assert nested[0]["pixels"].tolist() == [1, 3] and nested[1][1].tolist() == [11, 13] and (mine, whole) == (2, 5)
    stand_in, mine, _ = next(batches.batches([[torch.arange(1)]], Ranks(1, 2)))
    assert stand_in[0].tolist() == [0] and mine == 0


def test_a_resumed_part_leaves_out_what_was_done() -> None:
    whole = [batch for batch, _, _ in batches.batches(DataLoader(TensorDataset(X, Y), 32), Ranks(0, 2))]
    later = list(batches.batches(DataLoader(TensorDataset(X, Y), 32), Ranks(0, 2), start=4))
    assert len(later) == 2 and [mine for _, mine, _ in later] == [16, 1]
    assert torch.equal(later[0][0][0], whole[4][0])


def test_a_process_that_was_not_there_before_draws_its_own_numbers(tmp_path: Path) -> None:
    model, _ = train("TensorLoader", tmp_path)
    state = Checkpoints(tmp_path).latest()
    assert state is not None
    drawn = []
    for rank in (1, 2):
        scaler = torch.amp.GradScaler("cpu", enabled=False)
        optimizer, device = torch.optim.Adam(model.parameters()), torch.device("cpu")
        run = RunState(model, optimizer, None, scaler, {}, Ranks(rank, 3), device, seed=0, accumulate=1, count=6)
        run.load_state_dict(state)
        drawn.append(torch.rand(3))
    assert not torch.equal(*drawn)
    assert Ranks().sum([1.0]) == [1.0]


def test_a_gpu_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("LOCAL_RANK", "1")
    monkeypatch.setattr(distributed, "pick", lambda wish: (asked.append(wish), torch.device(wish))[1])
    monkeypatch.setattr(torch.cuda, "set_device", asked.append)
    monkeypatch.setattr(dist, "init_process_group", asked.append)
    monkeypatch.setattr(dist, "get_backend", lambda: "nccl")
    monkeypatch.setattr(dist, "new_group", lambda backend: backend)
    monkeypatch.setattr(dist, "get_rank", lambda: 1)
    monkeypatch.setattr(dist, "get_world_size", lambda: 2)
    monkeypatch.setattr(distributed.atexit, "register", lambda function: None)
    assert join("cuda") == (Ranks(1, 2, "gloo"), torch.device("cuda:1"))
    assert asked == ["cuda", "cuda:1", torch.device("cuda:1"), "nccl"]
