"""A mail server of our own on a socket: speaks as much SMTP as a message needs, and answers as a test asks."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

USUAL = {"DATA": "354 go on", "QUIT": "221 bye"}


class FakeSmtp(socketserver.ThreadingTCPServer):
    """`answers` replaces the reply to a command, such as {"RCPT": "550 no such box"}; `messages` keeps what was handed in."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, answers: dict[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.answers, self.messages = answers, list[str]()
        self.cut_after_text = False  # hang up instead of answering: whoever wrote cannot know

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Talk(socketserver.StreamRequestHandler):
    server: FakeSmtp

    def handle(self) -> None:
        self._say("220 mail.test")
        while line := self.rfile.readline():
            command = line.decode().split(" ")[0].strip().upper()
            self._say(self.server.answers.get(command) or USUAL.get(command, "250 ok"))
            if command == "DATA" and "DATA" not in self.server.answers:
                self._read_message()
                if self.server.cut_after_text:
                    return
            if command == "QUIT":
                return

    def _read_message(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.decode())
        self.server.messages.append("".join(lines))
        if not self.server.cut_after_text:
            self._say(self.server.answers.get("END", "250 taken"))

    def _say(self, reply: str) -> None:
        self.wfile.write(f"{reply}\r\n".encode())


@contextmanager
def smtp(**answers: str) -> Iterator[FakeSmtp]:
    server = FakeSmtp(answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
