"""Data to learn from: real ones out of installed packages, drawn ones, splits and batches."""

from course_lib.datasets.cifar import cifar10
from course_lib.datasets.daily import channel_views, new_york_flights, seattle_weather
from course_lib.datasets.folders import FolderImages, folder_images
from course_lib.datasets.insects import write_insects
from course_lib.datasets.loading import TensorLoader
from course_lib.datasets.series import Series, windows
from course_lib.datasets.small_cifar import small_cifar10
from course_lib.datasets.splitting import k_fold, split
from course_lib.datasets.table import Table
from course_lib.datasets.tables import breast_cancer, diabetes, digit_images, digits
from course_lib.datasets.textures import write_textures

__all__ = [
    "FolderImages",
    "Series",
    "Table",
    "TensorLoader",
    "breast_cancer",
    "channel_views",
    "cifar10",
    "diabetes",
    "digit_images",
    "digits",
    "folder_images",
    "k_fold",
    "new_york_flights",
    "seattle_weather",
    "small_cifar10",
    "split",
    "windows",
    "write_insects",
    "write_textures",
]
