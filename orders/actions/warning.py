"""Before the courier comes: how many parcels are on no closed manifest yet."""

from datetime import datetime

from django.urls import reverse

from exceptions_queue.actions.alerts import Concern
from exceptions_queue.actions.concerns import warned_at
from exceptions_queue.queries import words
from exceptions_queue.states import Owner
from lockers.queries.manifests import current, waiting
from orders.queries.manifests import to_label


def before_collection(*, at: datetime) -> list[Concern]:
    """60, 30 and 10 minutes before the open manifest's cut-off, while parcels are not on it. At most three statements."""
    manifest = current(at=at)
    minutes = warned_at(manifest.cutoff_at, at) if manifest else None
    if manifest is None or minutes is None:
        return []
    labelled, bare = waiting().count(), to_label().count()
    if not labelled + bare:
        return []
    parcels = "1 parcel is" if labelled + bare == 1 else f"{labelled + bare:,} parcels are"
    when = words.moment(manifest.cutoff_at, at)
    concern = Concern(
        key=f"cutoff:manifest:{manifest.cutoff_at.isoformat()}:{minutes}",
        title=f"InPost's collection in {minutes} minutes: the manifest is not closed",
        sentence=f"{parcels} on no closed manifest for {when}: {labelled:,} labelled, {bare:,} without a label.",
        count=labelled + bare,
        url=reverse("orders:manifests"),
        owner=Owner.WAREHOUSE,
        due_at=manifest.cutoff_at,
    )
    return [concern]
