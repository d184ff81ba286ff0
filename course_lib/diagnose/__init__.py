"""What is wrong with this training? The lecture's decision chart, as a function over losses.

>>> from course_lib.diagnose import diagnose
>>> diagnose([2.3, 0.9, 0.1], [2.2, 1.3, 1.9], lang="en").trouble
'overfitting'
"""

from course_lib.diagnose.chart import diagnose
from course_lib.diagnose.findings import Diagnosis, Trouble

__all__ = ["Diagnosis", "Trouble", "diagnose"]
