"""What is kept about where a parcel can wait, and about the parcels on their way there."""

from lockers.models.manifests import Manifest, Pull
from lockers.models.parcels import Label, LabelAttempt, LabelCopy, Parcel
from lockers.models.points import Point, PointChange
from lockers.models.tracking import TrackingEvent

__all__ = ["Label", "LabelAttempt", "LabelCopy", "Manifest", "Parcel", "Point", "PointChange", "Pull", "TrackingEvent"]
