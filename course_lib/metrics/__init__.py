"""What is counted beside the loss, batch by batch, without making the device wait.

The protocol, for `course_lib.training.fit(metrics={"accuracy": Accuracy()})` and for a loop of your own:

* `metric.reset()` forgets everything; a new metric is empty.
* `metric.update(outputs, targets)` adds one batch. It keeps `metric.sums`, a tensor on the batch's device, and
  `metric.count`, a Python number. No value travels to the host, so nothing waits.
* `metric.compute()` turns both into the value, a tensor: `.item()`, once an epoch, is where the host waits.
* `metric(outputs, targets)` is the value of these alone; what was counted before stays.

Everything is a function of sums over samples. So batches of unequal size weigh as they should, and several processes
agree by adding up their `sums` and `count` (`torch.distributed.all_reduce`) before `compute`.

Not over torchmetrics 1.9, as measured in November 2026: its import takes 5.7 s (torch's own 1.5 s) and fails where
torchvision lies beside the CPU build of torch; one update of its accuracy takes 3 to 8 times as long.
"""

from course_lib.metrics.classification import Accuracy, Calibration, ConfusionMatrix, predicted_classes
from course_lib.metrics.metric import Metric
from course_lib.metrics.regression import R2, MeanAbsoluteError

__all__ = ["R2", "Accuracy", "Calibration", "ConfusionMatrix", "MeanAbsoluteError", "Metric", "predicted_classes"]
