"""The daily integrity run: findings by sets, a seal, the desk's cases, and a person's signature."""

from orders.actions.integrity.cases import look, look_again
from orders.actions.integrity.runs import run_integrity, sign_off
from orders.actions.integrity.seals import holds

__all__ = ["holds", "look", "look_again", "run_integrity", "sign_off"]
