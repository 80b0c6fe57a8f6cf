"""Parcels and their labels: the only writer of decisions in this room. Called from above, never the other way round."""

from lockers.actions.labels import KIND, RING, request_labels, retry_label
from lockers.actions.mirrored import Made, mirror_labels
from lockers.actions.voiding import Refused, replace_parcel, void_parcel

__all__ = ["KIND", "RING", "Made", "Refused", "mirror_labels", "replace_parcel", "request_labels", "retry_label", "void_parcel"]
