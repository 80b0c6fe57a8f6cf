"""A label by its signed address: for ACS's machine, which has no login."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from rest_framework.throttling import BaseThrottle

from lockers.actions import fetching
from lockers.queries.addresses import parcel_of
from lockers.rules.addresses import caller
from lockers.views.files import label_file


@never_cache
@login_not_required
@require_safe
def by_address(request: HttpRequest, signed: str, form: str) -> HttpResponse:
    """200 with the label, one more copy in the ledger unless only its headers are asked for; 410 once it must not be used, 429 when
    fetched too often, 404 for an address that we never gave."""
    parcel_id, at = parcel_of(signed), timezone.now()
    try:
        if parcel_id is None:
            raise fetching.NotThere
        if request.method == "HEAD":
            return label_file(fetching.look(parcel_id, form=form, at=at))
        who = caller(BaseThrottle().get_ident(request) or "")  # type: ignore[arg-type] # the address in front of our own proxies
        return label_file(fetching.fetch(parcel_id, form=form, caller=who, at=at))
    except fetching.NotThere:
        return _said("There is no label at this address.", 404)
    except fetching.Gone as gone:
        return _said(str(gone), 410)
    except fetching.TooOften as often:
        return _said("This label was fetched too often. Try again in an hour.", 429, **{"Retry-After": str(often.retry_after_s)})


def _said(sentence: str, status: int, **headers: str) -> HttpResponse:
    answer = HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8", headers=headers)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
