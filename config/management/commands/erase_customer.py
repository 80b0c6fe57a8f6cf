"""Erase a customer: who they are goes from every room, what they bought stays."""

import json
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.erasing import Erased, NotErased, erase_customer
from exceptions_queue.audit import Actor

SYSTEM = "system:erase_customer"


class Command(BaseCommand):
    help = (
        "Erase the customer of an order, or with an e-mail address, with all their orders: name, address, contact data, labels, "
        "letters and raw pages go; goods, sums and verdicts stay. Safe to run again. Exit 1 where nothing could be erased."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("who", metavar="ORDER_OR_EMAIL", help="an order's number, or the customer's e-mail address")
        parser.add_argument("--reason", required=True, help="why, without naming them; it is kept")
        parser.add_argument("--by", default="", help="the user who decided it, for the receipt")
        parser.add_argument("--even-open", action="store_true", help="also where an order has left ACS and was not closed yet")
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")

    def handle(self, *_args: Any, **options: Any) -> None:
        actor = _actor(options["by"])
        asked = {"reason": options["reason"], "even_open": options["even_open"]}
        try:
            erased = erase_customer(options["who"], **asked, actor=actor, at=timezone.now())
        except NotErased as refused:
            raise CommandError(refused.sentence) from refused
        self.stdout.write(json.dumps(_facts(erased)) if options["json"] else _sentence(erased))


def _actor(name: str) -> Actor:
    if not name:
        return SYSTEM
    user = get_user_model().objects.filter(username=name, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no active user {name}.")
    return user


def _facts(erased: Erased) -> dict[str, object]:
    return {"erased": erased.receipt is not None, "receipt": erased.receipt, "orders": erased.orders, "counts": dict(erased.counts)}


def _sentence(erased: Erased) -> str:
    if erased.receipt is None:
        return "Erased before. There was nothing more to do."
    counts = "".join(f"\n  {kind.replace('_', ' ')}: {number:,}" for kind, number in erased.counts.items() if number)
    return f"Erased, with receipt {erased.receipt}:{counts}\nErase them again after restoring a backup that is older than this."
