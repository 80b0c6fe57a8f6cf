"""What the make-believe shop sells: a product list, and the set-up list that ACS got."""

import random
from dataclasses import dataclass


@dataclass
class Product:
    """One SKU; mm and g, None where the product master does not know."""

    sku: str
    name: str
    brand: str
    category: str
    length: int | None
    width: int | None
    height: int | None
    weight: int | None
    rigid: bool
    price: str
    at_acs: bool = True
    origin: str = "GB"


KINDS = [
    # name, category, length, width, height, weight, rigid, price
    ("Midi dress", "Dresses", 340, 260, 40, 520, False, "84.00"),
    ("Wrap dress", "Dresses", 330, 250, 35, 430, False, "72.00"),
    ("Evening gown", "Dresses", 380, 300, 60, 980, False, "189.00"),
    ("Wool coat", "Coats", 450, 360, 110, 1650, False, "245.00"),
    ("Trench coat", "Coats", 420, 340, 90, 1300, False, "210.00"),
    ("Silk blouse", "Tops", 300, 220, 25, 210, False, "65.00"),
    ("Linen shirt", "Tops", 310, 240, 30, 280, False, "48.00"),
    ("Tailored trousers", "Trousers", 340, 250, 40, 560, False, "79.00"),
    ("Ankle boots", "Shoes", 330, 220, 125, 1250, True, "129.00"),
    ("Court shoes", "Shoes", 310, 200, 110, 780, True, "95.00"),
    ("Clutch bag", "Bags", 260, 160, 60, 380, True, "55.00"),
    ("Occasion hat box", "Hats", 370, 360, 170, 740, True, "110.00"),
]
SIZES = ("8", "10", "12", "14", "16")
BRANDS = ("Arden", "Halden", "Merrow & Finch")

TOO_BIG = Product("LUG-0001-OS", "Steamer trunk", "Halden", "Luggage", 900, 520, 480, 7800, True, "320.00")
TOO_HEAVY = Product("WGT-0001-OS", "Display base", "Halden", "Props", 350, 300, 180, 15400, True, "60.00")
NEEDS_C = Product("HAT-0009-OS", "Grand hat box", "Halden", "Hats", 600, 370, 330, 1500, True, "140.00")
UNSIZED = [
    Product("NEW-0001-10", "Bias skirt", "Arden", "Skirts", None, None, None, None, False, "58.00"),
    Product("NEW-0002-12", "Pleated cape", "Arden", "Coats", 400, 320, None, 700, False, "150.00"),
]
NOT_AT_ACS = Product("CAP-0001-12", "Capsule jumpsuit", "Arden", "Jumpsuits", 350, 260, 45, 610, False, "99.00", at_acs=False)


def stock(rng: random.Random) -> list[Product]:
    """The good products: every kind in every size, known to ACS, sized and weighed."""
    return [
        Product(
            f"{category[:3].upper()}-{number:04d}-{size}", name, rng.choice(BRANDS), category, length, width, height, weight, rigid, price
        )
        for number, (name, category, length, width, height, weight, rigid, price) in enumerate(KINDS, start=1)
        for size in SIZES
    ]


def specials() -> list[Product]:
    """What the faulty orders are about, and one large thing that fits a large compartment."""
    return [TOO_BIG, TOO_HEAVY, NEEDS_C, *UNSIZED, NOT_AT_ACS]
