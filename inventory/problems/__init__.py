"""What is wrong with what ACS says it holds?"""

from inventory.problems.feed import late_feed
from inventory.problems.garments import left_sale_again, missing_for_good, stalled, unmapped_statuses

__all__ = ["late_feed", "left_sale_again", "missing_for_good", "stalled", "unmapped_statuses"]
