"""A person looks at a photo of a returned garment, brings one, or has one fetched again."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from returns.actions.cases import address_of
from returns.actions.photos import Refused, add_photo, try_again
from returns.forms import PhotoForm
from returns.queries import one
from returns.rules.photos import ENDINGS
from returns.views import Signed
from returns.views.returned import page_of

KEPT_FOR_S = 3600


@require_GET
@permission_required("returns.view_return", raise_exception=True)
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    """The photo itself. The type is what its bytes are; no browser guesses another, and only the person's own keeps it for a while."""
    kept = one.photo_of(pk, with_content=True)
    if kept is None or kept.content is None or kept.content_type not in ENDINGS:
        raise Http404("There is no such photo, or it was not kept.")
    answer = HttpResponse(bytes(kept.content), content_type=kept.content_type)
    answer["Content-Disposition"] = f'inline; filename="photo-{kept.pk}.{ENDINGS[kept.content_type]}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = f"private, max-age={KEPT_FOR_S}"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


@require_POST
@permission_required(["returns.view_return", "returns.complete_writeoff"], raise_exception=True)
def add(request: Signed, pk: int) -> HttpResponse:
    """Keep a photo that a person brings: 422 with a sentence where it is none."""
    item = one.item_of(pk)
    if item is None:
        raise Http404("There is no such garment among the returns.")
    form = PhotoForm.of(item.pk, request.POST, request.FILES)
    if not form.is_valid():
        return page_of(request, item.ret, photo_form=form, item=item.pk, status=422)
    try:
        add_photo(item, form.cleaned_data["photo"].read(), actor=request.user, at=timezone.now())
    except Refused as refused:
        form.add_error("photo", refused.sentence)
        return page_of(request, item.ret, photo_form=form, item=item.pk, status=422)
    messages.success(request, "The photo is kept with the garment.")
    return redirect(address_of(item.ret.acs_id) or "returns:returns")


@require_POST
@permission_required(["returns.view_return", "returns.complete_writeoff"], raise_exception=True)
def again(request: Signed, pk: int) -> HttpResponse:
    """Have a photo that could not be taken fetched once more."""
    kept = one.photo_of(pk)
    if kept is None:
        raise Http404("There is no such photo.")
    if try_again(kept, actor=request.user, at=timezone.now()):
        messages.success(request, "It is fetched again within a few minutes.")
    else:
        messages.info(request, "There is nothing to fetch: the photo is here, or a person brought it.")
    return redirect(address_of(kept.item.ret.acs_id) or "returns:returns")
