"""Show me: the product list, what is missing in it, and what happened to one product."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Greatest, Least

from exceptions_queue.models import AuditEntry
from exceptions_queue.queries import cases, words
from inventory.models import AcsSku, Listing, Measure, Product, SizeCase, SizeCorrection
from inventory.queries.limits import limit
from partners.inpost.compartments import LIMITS, Compartment

HISTORY = 20
LATELY, COUNTED = timedelta(days=7), timedelta(days=30)
NO_LOCKER = "none"
UNKNOWN_SIZE = Q(length_mm=None) | Q(width_mm=None) | Q(height_mm=None) | Q(weight_g=None)
COLUMNS = (
    "sku",
    "name",
    "brand",
    "category",
    "length_mm",
    "width_mm",
    "height_mm",
    "weight_g",
    "rigid",
    "hs_code",
    "origin_country",
    "source",
    "size_source",
)


class Counts(NamedTuple):
    """How many products there are, by what a merchandiser asks first. `at_acs` is how many SKUs ACS is known to know."""

    every: int
    unsized: int
    too_big: int
    packed_otherwise: int
    absurd: int
    changed: int
    caused: int
    at_acs: int


def rows() -> QuerySet[Product]:
    """Every product with what its size means: `longest`, `middle`, `shortest` (mm), `volume` (mm³), `counted`
    (thousandths of mm³ that count, by the learnt size where one was accepted)."""
    volume = Cast("length_mm", BigIntegerField()) * F("width_mm") * F("height_mm")
    stated = Case(When(rigid=True, then=1000), default=limit("softness"), output_field=BigIntegerField())
    factor = Coalesce(_factor("accepted_factor"), stated, output_field=BigIntegerField())
    return Product.objects.annotate(
        longest=Greatest("length_mm", "width_mm", "height_mm"),
        shortest=Least("length_mm", "width_mm", "height_mm"),
        middle=F("length_mm") + F("width_mm") + F("height_mm") - F("longest") - F("shortest"),
        volume=volume,
        used_factor=factor,
        learnt_factor=_factor("factor"),
        counted=ExpressionWrapper(volume * factor, output_field=BigIntegerField()),
        known_to_acs=Exists(AcsSku.objects.filter(sku=OuterRef("sku"))),
    )


def _factor(column: str) -> Subquery:
    return Subquery(SizeCorrection.objects.filter(sku=OuterRef("sku")).values(column)[:1])


def packed_otherwise() -> Q:
    """Products that ACS packs more than a fifth larger or smaller than they are counted; for a queryset of `rows`."""
    larger, smaller = Q(learnt_factor__gt=F("used_factor") * 1.2), Q(learnt_factor__lt=F("used_factor") * 0.8)
    return ~UNKNOWN_SIZE & Q(sku__in=SizeCorrection.objects.values("sku")) & (larger | smaller)


def too_big() -> Q:
    """Known sizes that no compartment takes, by the same formula as the release check; for a queryset of `rows`."""
    largest = LIMITS.smallest_first[-1]
    short, middle, long = largest.sides
    room = limit("fill") * Value(largest.volume, BigIntegerField())
    sides = Q(rigid=True) & (Q(longest__gt=long) | Q(middle__gt=middle) | Q(shortest__gt=short))
    learnt = Q(sku__in=SizeCorrection.objects.filter(accepted_factor__isnull=False).values("sku"))
    stated = Q(rigid=True, volume__gt=room / Value(1000, BigIntegerField())) | Q(rigid=False, volume__gt=room / limit("softness"))
    bulk = (~learnt & stated) | (learnt & Q(counted__gt=room))  # a few are learnt: the others are not looked up one by one
    return ~UNKNOWN_SIZE & (sides | bulk | _too_heavy())


def locker_size() -> Case:
    """The smallest compartment that takes one of a product by itself, A, B or C, or none where none does or its size is unknown: the
    release check's own formula, for a queryset of `rows`."""
    takes = [
        When(
            _fits(compartment) & Q(counted__lte=limit("fill") * Value(compartment.volume, BigIntegerField())), then=Value(compartment.size)
        )
        for compartment in LIMITS.smallest_first
    ]
    return Case(When(UNKNOWN_SIZE | _too_heavy(), then=Value(NO_LOCKER)), *takes, default=Value(NO_LOCKER), output_field=CharField())


def _too_heavy() -> Q:
    return Q(weight_g__gt=limit("weight_g") - limit("packing_g"))


def _fits(compartment: Compartment) -> Q:
    """By its sides, in any rotation; what folds is judged by its volume alone."""
    short, middle, long = compartment.sides
    return Q(rigid=False) | Q(longest__lte=long, middle__lte=middle, shortest__lte=short)


def absurd() -> Q:
    """Products of which a source said a size that cannot be right."""
    return Q(sku__in=Measure.objects.exclude(absurd="").values("sku"))


def changed_lately(now: datetime) -> Q:
    return Q(changed_at__gt=now - LATELY)


def caused_cases(now: datetime) -> Q:
    """Products that orders had cases about size with."""
    return Q(sku__in=SizeCase.objects.filter(at__gt=now - COUNTED).values("sku"))


def listed(found: QuerySet[Product], now: datetime) -> QuerySet[Product]:
    """The same with `cases`: how many cases about size each caused in the last 30 days."""
    mine = SizeCase.objects.filter(sku=OuterRef("sku"), at__gt=now - COUNTED).order_by()
    return found.annotate(cases=Coalesce(Subquery(mine.values("sku").annotate(n=Count("pk")).values("n")), 0))


def counts(now: datetime) -> Counts:
    """Two statements, whatever the number of products."""
    found = rows().aggregate(
        every=Count("pk"),
        unsized=Count("pk", filter=UNKNOWN_SIZE),
        too_big=Count("pk", filter=too_big()),
        packed_otherwise=Count("pk", filter=packed_otherwise()),
        absurd=Count("pk", filter=absurd()),
        changed=Count("pk", filter=changed_lately(now)),
        caused=Count("pk", filter=caused_cases(now)),
    )
    return Counts(**found, at_acs=AcsSku.objects.count())


def product_of(sku: str) -> Product | None:
    return rows().filter(sku=sku).first()


def is_too_big(product: Product) -> bool:
    return rows().filter(too_big(), pk=product.pk).exists()


class InShop(NamedTuple):
    """What the shop shows of a product: the locker it was told, and why it would not take it, if so."""

    told: str
    refused: str


def in_shop(product: Product) -> InShop | None:
    """None where the shop does not sell it. One statement."""
    found = Listing.objects.filter(sku=product.sku).order_by("pk").first()
    if found is None:
        return None
    words = {"": "not told yet", NO_LOCKER: "no locker"}
    return InShop(words.get(found.told_size, f"locker size {found.told_size}"), found.refused)


def products_by_brand() -> dict[str, int]:
    """{brand: how many products}. One statement."""
    return dict(Product.objects.order_by("brand").values_list("brand").annotate(Count("pk")))


class Learnt(NamedTuple):
    """What packed parcels taught about a product's size: percentages of its stated volume."""

    factor: int
    packed_percent: str
    used_percent: str
    used_words: str
    seen: int
    is_used: bool
    since: str


def learnt_of(product: Product, now: datetime) -> Learnt | None:
    """The learnt size of a product of `rows` beside what the fit rule uses now; None where no parcel has taught anything."""
    found = SizeCorrection.objects.filter(sku=product.sku).select_related("accepted_by").first()
    if found is None:
        return None
    used = product.used_factor  # type: ignore[attr-defined]
    by = f", accepted by {words.name_of(found.accepted_by)}" if found.accepted_by else ""
    return Learnt(
        factor=found.factor,
        packed_percent=_percent(found.factor),
        used_percent=_percent(used),
        used_words=f"learnt{by}"
        if found.accepted_factor
        else "a rigid product as it is"
        if product.rigid
        else "the rule for soft garments",
        seen=found.seen,
        is_used=found.accepted_factor == found.factor,
        since=words.moment(found.accepted_at, now) if found.accepted_at else "",
    )


def _percent(factor: int) -> str:
    return f"{factor / 10:.0f} %"


def history(product: Product, now: datetime) -> list[dict[str, Any]]:
    """What people did to a product, newest first, as sentences."""
    entries = AuditEntry.objects.filter(subject_type=ContentType.objects.get_for_model(Product), subject_id=product.pk)
    return [
        {
            "when": words.moment(entry.at, now),
            "full": words.full(entry.at),
            "who": "Lockstep" if entry.actor_label.startswith("system:") else entry.actor_label,
            "what": entry.verb,
            "detail": cases.changes(entry.after),
        }
        for entry in entries.order_by("-pk")[:HISTORY]
    ]
