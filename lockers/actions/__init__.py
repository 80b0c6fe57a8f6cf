"""Parcels and their labels: the only writer of decisions in this room. Called from above, never the other way round."""

from lockers.actions.labels import KIND, RING, request_labels, retry_label
from lockers.actions.mirrored import Made, mirror_labels
from lockers.actions.voiding import BEING_MADE, Refused, labels_in_the_air, lock_live, replace_parcel, void_many, void_parcel

__all__ = [
    "BEING_MADE",
    "KIND",
    "RING",
    "Made",
    "Refused",
    "labels_in_the_air",
    "lock_live",
    "mirror_labels",
    "replace_parcel",
    "request_labels",
    "retry_label",
    "void_many",
    "void_parcel",
]
