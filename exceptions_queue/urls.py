"""At what address?"""

from django.urls import path

from exceptions_queue.views import acts, audit, bulk, calendars, case, ownership, queue, reference, saved

app_name = "queue"

urlpatterns = [
    path("queue/", queue.queue, name="list"),
    path("queue/take-next/", queue.take_next, name="take-next"),
    path("queue/export.csv", queue.export, name="export"),
    path("queue/bulk/", bulk.act, name="bulk"),
    path("queue/undo/", saved.undo, name="undo"),
    path("queue/views/save/", saved.save, name="save-view"),
    path("queue/views/<int:pk>/drop/", saved.drop, name="drop-view"),
    path("queue/jobs/", bulk.job_list, name="jobs"),
    path("queue/jobs/<int:pk>/", bulk.job, name="job"),
    path("queue/jobs/<int:pk>/stop/", bulk.stop, name="job-stop"),
    path("queue/jobs/<int:pk>/go-on/", bulk.go_on, name="job-go-on"),
    path("queue/jobs/<int:pk>/undo/", bulk.undo, name="job-undo"),
    path("queue/<int:pk>/", case.case, name="case"),
    path("queue/<int:pk>/take/", acts.take, name="take"),
    path("queue/<int:pk>/assign/", acts.assign, name="assign"),
    path("queue/<int:pk>/snooze/", acts.snooze, name="snooze"),
    path("queue/<int:pk>/wake/", acts.wake, name="wake"),
    path("queue/<int:pk>/wait/", acts.wait, name="wait"),
    path("queue/<int:pk>/resume/", acts.resume, name="resume"),
    path("queue/<int:pk>/hand-over/", acts.hand_over, name="hand-over"),
    path("queue/<int:pk>/waive/", acts.waive, name="waive"),
    path("queue/<int:pk>/close/", acts.close, name="close"),
    path("queue/<int:pk>/reopen/", acts.reopen, name="reopen"),
    path("queue/<int:pk>/note/", acts.note, name="note"),
    path("reference/", reference.index, name="reference"),
    path("reference/handbook/", reference.handbook, name="handbook"),
    path("reference/<slug:code>/", reference.code, name="reference-code"),
    path("audit/", audit.log, name="audit"),
    path("audit/export.csv", audit.export, name="audit-export"),
    path("audit/verify/", audit.verify, name="audit-verify"),
    path("settings/ownership/", ownership.page, name="ownership"),
    path("settings/ownership/add/", ownership.edit, name="ownership-add"),
    path("settings/ownership/apply/", ownership.apply, name="ownership-apply"),
    path("settings/ownership/<int:pk>/", ownership.edit, name="ownership-edit"),
    path("settings/ownership/<int:pk>/up/", ownership.up, name="ownership-up"),
    path("settings/ownership/<int:pk>/drop/", ownership.drop, name="ownership-drop"),
    path("settings/calendars/", calendars.page, name="calendars"),
    path("settings/calendars/<slug:key>/week/", calendars.change, name="calendar-week"),
    path("settings/calendars/<slug:key>/day/", calendars.set_day, name="calendar-day"),
    path("settings/calendars/days/<int:pk>/drop/", calendars.drop_day, name="calendar-day-drop"),
]
