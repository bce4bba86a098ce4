"""The report as one call."""

import datetime as dt

import numpy as np
import pytest

from plimsoll.data.importers.portfolio_csv import ImportedPortfolio
from plimsoll.data.prices import PriceTable
from plimsoll.errors import UsageError
from plimsoll.workflows.notebook import report
