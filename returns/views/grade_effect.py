"""A person asks, in the mapping editor, what would follow if a grade meant something else."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from partners.models import CodeMapping
from returns.queries.grade_effect import effect_of
from returns.states import Grade
from returns.views import Signed


@require_GET
@permission_required("partners.view_codemapping", raise_exception=True)
def grade_effect(request: Signed, pk: int) -> HttpResponse:
    """One sentence for the meaning that is chosen and not yet saved; nothing for the one that stands."""
    mapping = get_object_or_404(CodeMapping, pk=pk, kind=CodeMapping.Kind.GRADE)
    target = request.GET.get("target", "")
    if target == mapping.target or target not in ("", *Grade.values):
        return HttpResponse("", content_type="text/plain; charset=utf-8")
    return HttpResponse(effect_of(mapping, target).sentence, content_type="text/plain; charset=utf-8")
