"""Mail: what a message holds, and what each answer of the server means."""

from email import message_from_string

import pytest

from partners.errors import Denied, PartnerError, Rejected, Throttled, UnknownOutcome, Unreachable
from partners.mail.client import Letterbox, MailChannel, Server
from partners.ports import Letter, Notice
from tests.partners.loopback import closed_port
from tests.partners.mail.fake_smtp import smtp

NOTICE = Notice(
    key="alert:7", thread="alert:7", step="raised", title="43 orders wait", text="Locker closed.", url="https://desk.test/queue/"
)
GREW = Notice(key="alert:7:grew:215", thread="alert:7", step="grew", title="Still growing", text="215 now.")


def channel(url: str) -> MailChannel:
    return MailChannel(Server.of(url, sender="desk@shop.test"), ["lead@shop.test", "cx@shop.test"])


def test_a_message_says_what_it_is_about_and_where_to_look():
    with smtp() as server:
        channel(server.url).deliver(NOTICE)

    message = message_from_string(server.messages[0])
    assert (message["Subject"], message["To"], message["From"]) == ("43 orders wait", "lead@shop.test, cx@shop.test", "desk@shop.test")
    assert message.get_payload().split() == ["Locker", "closed.", "https://desk.test/queue/"]


def test_updates_answer_the_first_message_and_a_repeat_has_the_same_id():
    with smtp() as server:
        first, again, grew = (channel(server.url).deliver(notice) for notice in (NOTICE, NOTICE, GREW))

    update = message_from_string(server.messages[2])
    assert first == again != grew
    assert update["In-Reply-To"] == first


@pytest.mark.parametrize(
    ("answers", "raised"),
    [
        ({"RCPT": "451 try later"}, Throttled),
        ({"RCPT": "550 no such box"}, Rejected),
        ({"MAIL": "421 closing"}, Throttled),
        ({"DATA": "554 spam"}, Rejected),
        ({"END": "452 full"}, Throttled),
        ({"END": "552 too big"}, Rejected),
    ],
)
def test_4yz_is_for_later_and_5yz_for_good(answers, raised):
    with smtp(**answers) as server, pytest.raises(raised):
        channel(server.url).deliver(NOTICE)


def test_a_refused_password_waits_for_a_person():
    with smtp(EHLO="250-mail.test\r\n250 AUTH PLAIN", AUTH="535 wrong") as server, pytest.raises(Denied):
        channel(server.url.replace("smtp://", "smtp://user:word@")).deliver(NOTICE)


def test_a_server_that_is_not_there_is_tried_again():
    with pytest.raises(Unreachable):
        channel(closed_port().replace("http://", "smtp://")).deliver(NOTICE)


@pytest.mark.parametrize("url", ["http://mail.test", "mail.test:25", "smtp://"])
def test_a_wrong_address_is_said(url):
    with pytest.raises(ValueError, match="EMAIL_URL must be like"):
        Server.of(url, sender="desk@shop.test")


def test_a_line_end_in_a_title_makes_no_header():
    notice = Notice(key="a", thread="a", step="raised", title="Late\r\nBcc: spy@evil.test", text="x")

    with smtp() as server, pytest.raises((PartnerError, ValueError)):
        channel(server.url).deliver(notice)

    assert server.messages == []


class TestLetters:
    """To customers: once, or nobody knows."""

    def post(self, url: str) -> str:
        letter = Letter(key="order 7/locker_changed:1", to="ada@example.com", subject="Your order", text=".a line that begins with a dot\n")
        return Letterbox(Server.of(url, sender="orders@shop.test")).post(letter)

    def test_one_letter_to_one_customer(self):
        with smtp() as server:
            first, second = self.post(server.url), self.post(server.url)

        assert first == second
        assert "To: ada@example.com" in server.messages[0]
        assert "..a line" in server.messages[0]

    @pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "END"])
    @pytest.mark.parametrize(("reply", "kind"), [("450 later", Throttled), ("550 never", Rejected)])
    def test_what_the_server_says_is_known(self, command, reply, kind):
        with smtp(**{command: reply}) as server, pytest.raises(kind):
            self.post(server.url)

    def test_a_line_that_breaks_after_the_text_leaves_it_unknown(self):
        with smtp() as server:
            server.cut_after_text = True
            with pytest.raises(UnknownOutcome):
                self.post(server.url)

    def test_a_server_that_is_not_there_took_nothing(self):
        with pytest.raises(Unreachable):
            self.post(closed_port().replace("http://", "smtp://"))

    def test_taken_is_taken_however_we_part(self):
        with smtp(QUIT="421 gone") as server:
            assert self.post(server.url)

    def test_an_address_that_the_server_may_not_take_is_refused_before_a_word_is_said(self):
        letter = Letter(key="k", to="ädä@example.com", subject="s", text="t")

        with smtp() as server, pytest.raises(Rejected):
            Letterbox(Server.of(server.url, sender="orders@shop.test")).post(letter)

        assert server.messages == []
