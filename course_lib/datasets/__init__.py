"""Data to learn from: real ones out of installed packages, drawn ones, splits and batches."""

from course_lib.datasets.loading import TensorLoader
from course_lib.datasets.series import seattle_weather
from course_lib.datasets.table import Table
from course_lib.datasets.tables import breast_cancer, diabetes, digits

__all__ = ["Table", "TensorLoader", "breast_cancer", "diabetes", "digits", "seattle_weather"]
