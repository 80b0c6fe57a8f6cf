"""Which reports are there? In the order the page lists them."""

from config.reports import acs, checkout, collections, cutoffs, first_pass, fixing, lockers, stock, stopped, write_offs
from config.reports.shape import Report

_MODULES = (first_pass, stopped, fixing, cutoffs, lockers, acs, stock, checkout, write_offs, collections)
REPORTS: dict[str, Report] = {module.REPORT.key: module.REPORT for module in _MODULES}
