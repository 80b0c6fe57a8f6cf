"""The front door of the make-believe InPost: who may come in, and which part answers."""

import threading

from partners.sandbox.faults import Fault
from partners.sandbox.inpost import points, shipping, tracking
from partners.sandbox.inpost.book import Carrier
from partners.sandbox.inpost.replies import problem
from partners.sandbox.inpost.token import Tokens
from partners.sandbox.web import App, Reply, Request, Wire


class InPost(App):
    """`/oauth2/token`, `/location/v1`, `/shipping/v2` and `/tracking/v1`."""

    partner = "inpost"

    def __init__(self, carrier: Carrier, stop: threading.Event) -> None:
        super().__init__(carrier.world, stop)
        self.carrier, self.tokens = carrier, Tokens(carrier.world)

    def answer(self, request: Request) -> Reply:
        if request.path == "/oauth2/token":
            return self.tokens.answer(request)
        if request.path.startswith("/shipping/"):
            return self.tokens.refusal(request, shipping.scope_of(request)) or shipping.answer(self.carrier, request)
        if request.path.startswith("/tracking/"):
            return self.tokens.refusal(request, "api:tracking:read") or tracking.answer(self.carrier, request)
        return self.tokens.refusal(request, "api:points:read") or points.answer(self.world, request)

    def twisted(self, request: Request, fault: Fault, wire: Wire | None) -> Reply:
        if fault.kind == "label_406":
            return problem(406, "Not Acceptable", "This label is not available in the format asked for")
        reply = super().twisted(request, fault, wire)
        if fault.kind == "not_a_pdf" and reply.status == 200:
            reply.body = b"Label generation is in progress, please try again"
        return reply
