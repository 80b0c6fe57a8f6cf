"""At what address?"""

from django.urls import path

from partners.views import channels, connections, mappings, proposals, replay, retention, runs, sync, webhooks

app_name = "partners"

urlpatterns = [
    path("sync/", sync.home, name="sync"),
    path("sync/feeds/<str:name>/run/", sync.run_now, name="run-now"),
    path("sync/feeds/<str:name>/pause/", sync.pause, name="pause"),
    path("sync/<int:pk>/", runs.run, name="run"),
    path("sync/<int:pk>/refused.csv", runs.refused_file, name="run-refused"),
    path("sync/<int:pk>/accept/", runs.accept, name="accept"),
    path("sync/<int:pk>/replay/", replay.run, name="replay"),
    path("sync/feeds/<str:name>/again/", replay.again, name="again"),
    path("sync/feeds/<str:name>/records/", replay.of_feed, name="records"),
    path("sync/records/<int:pk>/", replay.one, name="record"),
    path("sync/records/<int:pk>/replay/", replay.try_again, name="record-replay"),
    path("sync/records/<int:pk>/raw/", runs.reveal, name="reveal"),
    path("mappings/", mappings.page, name="mappings"),
    path("mappings/add/", mappings.add, name="mapping-add"),
    path("mappings/draft/", proposals.save, name="mapping-draft"),
    path("mappings/draft/file/", proposals.save_file, name="mapping-draft-file"),
    path("mappings/proposals/<int:pk>/discard/", proposals.discard, name="mapping-discard"),
    path("mappings/<int:pk>/", mappings.change, name="mapping"),
    path("mappings/<int:pk>/versions/", mappings.versions, name="mapping-versions"),
    path("webhooks/shopify/", webhooks.shopify, name="webhook-shopify"),
    path("webhooks/inpost/", webhooks.inpost, name="webhook-inpost"),
    path("settings/channels/", channels.page, name="channels"),
    path("settings/channels/<slug:kind>/save/", channels.save, name="channel-save"),
    path("settings/channels/<slug:kind>/test/", channels.test, name="channel-test"),
    path("settings/channels/quiet/", channels.quiet, name="quiet"),
    path("settings/channels/quiet/<int:pk>/end/", channels.end_quiet, name="quiet-end"),
    path("settings/retention/", retention.page, name="retention"),
    path("settings/retention/<slug:what>/", retention.save, name="retention-save"),
    path("settings/connections/", connections.page, name="connections"),
    path("settings/connections/<slug:partner>/test/", connections.test, name="test"),
]
