"""At what address?"""

from django.urls import path

from orders.views import bulk, checkout, collections, consolidation, fixes, integrity, labels, manifests, messages, pages, places, resolvers

app_name = "orders"

urlpatterns = [
    path("orders/", pages.order_list, name="list"),
    path("orders/bulk/", bulk.many, name="bulk"),
    path("orders/at-locker/<str:point_id>/", places.at_locker, name="at-locker"),
    path("orders/messages/<int:pk>/", messages.of_job, name="job-messages"),
    path("orders/refusals/", checkout.refused, name="refusals"),
    path("orders/<str:number>/", pages.order_detail, name="detail"),
    path("orders/<str:number>/messages/", messages.draft, name="message-draft"),
    path("orders/<str:number>/messages/<int:pk>/", messages.one, name="message"),
    path("orders/<str:number>/reveal/", pages.reveal, name="reveal"),
    path("orders/<str:number>/holds/<int:pk>/clear/", fixes.clear_hold, name="clear-hold"),
    *(path(f"orders/<str:number>/{kind}/", fixes.fix, {"kind": kind}, name=kind) for kind in fixes.FIXES),
    path("labels/retry/", labels.retry, name="retry-labels"),
    path("labels/hand/", labels.hand, name="hand-labels"),
    path("labels/<int:parcel_id>/replace/", labels.replace, name="replace-label"),
    path("collections/", collections.page, name="collections"),
    path("manifests/", manifests.board, name="manifests"),
    path("manifests/past/", manifests.past_list, name="past-manifests"),
    path("manifests/<int:pk>/", manifests.manifest, name="manifest"),
    path("manifests/<int:pk>/close/", manifests.close, name="close-manifest"),
    path("manifests/<int:pk>/reopen/", manifests.reopen, name="reopen-manifest"),
    path("manifests/<int:pk>/pull/", manifests.pull, name="pull-parcel"),
    path("manifests/<int:pk>/put-back/", manifests.put_back, name="put-back-parcel"),
    path("manifests/<int:pk>/sheet/", manifests.sheet, name="manifest-sheet"),
    path("manifests/<int:pk>/sheet.csv", manifests.sheet_csv, name="manifest-sheet-csv"),
    path("integrity/", integrity.index, name="integrity"),
    path("integrity/run/", integrity.start, name="integrity-start"),
    path("integrity/<int:pk>/", integrity.detail, name="integrity-run"),
    path("integrity/<int:pk>/sign-off/", integrity.sign, name="integrity-sign-off"),
    path("integrity/<int:pk>/findings.csv", integrity.as_csv, name="integrity-csv-export"),
    path("integrity/<int:pk>/findings.xlsx", integrity.as_xlsx, name="integrity-xlsx-export"),
    path("collections/export.csv", collections.export, name="collections-export"),
    path("consolidation/", consolidation.planner, name="consolidation"),
    path("consolidation/<str:number>/", consolidation.plan, name="plan"),
    path("consolidation/<str:number>/wait/", consolidation.wait, name="plan-wait"),
    path("consolidation/<str:number>/split/", consolidation.split, name="plan-split"),
    path("consolidation/<str:number>/home/", consolidation.home, name="plan-home"),
    path("settings/rates/", checkout.rates, name="rates"),
    path("settings/rates/add/", checkout.edit_rate, name="rate-add"),
    path("settings/rates/<int:pk>/", checkout.edit_rate, name="rate-edit"),
    path("settings/resolvers/", resolvers.page, name="resolvers"),
    path("settings/resolvers/add/", resolvers.edit, name="resolver-add"),
    path("settings/resolvers/<int:pk>/", resolvers.edit, name="resolver-edit"),
    path("settings/resolvers/<int:pk>/move/", resolvers.move, name="resolver-move"),
]
