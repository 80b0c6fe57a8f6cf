"""What every request passes."""

import time

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh():
    cache.clear()


@pytest.fixture
def root(client):
    client.force_login(get_user_model().objects.create_superuser("root"))
    return client


@pytest.mark.parametrize(
    "query",
    [
        *("q=ada@example.com", "q=ada%40example.com", "q=07712345068", "q=%2B447712345068", "q=00447712345068", "q=447712345068"),
        *(
            "q=07712+345068",
            "q=07712%20345%20068",
            "q=ring%2007712345068",
            "q=%2B44+7712+345068",
            "q=%2B44%20%280%297712-345-068",
            "q=%2B44+20+7946+0000",
        ),
    ],
)
def test_an_address_with_personal_data_is_refused_in_words(root, query):
    answer = root.get(f"/orders/?{query}")

    assert answer.status_code == 400
    assert "personal data" in answer.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        *("q=LS-10011", "locker=UK0000215920", "after=MTc2MzkwMDAwMDAwMDAwMC4xMjM0NQ", "q=5544123456789", "q=%235074412345678"),
        *("locker=UK0771234506", "q=LS-07712345068", "after=MDc3MTIzNDUwNjg0NDc3MTIz", "since=2026-11-07&until=2026-11-30"),
    ],
)
def test_an_ordinary_address_passes(root, query):
    assert root.get(f"/orders/?{query}").status_code == 200


def test_a_form_with_a_nul_is_refused_in_words(root):
    answer = root.post("/labels/1/print/", "why=torn%00&format=pdf", content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 400
    assert "NUL" in answer.content.decode()


def test_a_request_is_logged_by_its_route_and_never_by_its_values(root, caplog):
    with caplog.at_level("INFO"):
        root.get("/orders/SECRET-77/?q=LS-99")

    logged = [record.getMessage() for record in caplog.records if "request" in record.getMessage()]
    assert any("orders/<str:number>/" in line for line in logged)
    assert not [line for line in logged if "SECRET-77" in line or "LS-99" in line]


def test_every_answer_carries_the_request_id_it_was_given(root):
    assert root.get("/healthz", headers={"X-Request-Id": "abcdef12-3456"})["X-Request-Id"] == "abcdef12-3456"


def test_a_request_id_that_could_forge_a_log_line_is_replaced(root):
    assert root.get("/healthz", headers={"X-Request-Id": "a b=c"})["X-Request-Id"] != "a b=c"


def test_a_session_nobody_used_for_half_an_hour_ends(root):
    session = root.session
    session["seen_at"] = int(time.time()) - 1801
    session.save()

    answer = root.get("/")

    assert (answer.status_code, answer["Location"].startswith("/account/login/")) == (302, True)


def test_a_session_in_use_goes_on_and_an_ordinary_page_writes_nothing(root, django_assert_num_queries):
    session = root.session
    session["seen_at"] = int(time.time()) - 60
    session.save()

    assert root.get("/").status_code == 200
    assert root.session["seen_at"] < int(time.time())


def test_a_fragment_after_the_session_ended_sends_the_whole_page_to_the_login(client):
    answer = client.get("/queue/", headers={"HX-Request": "true"})

    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/account/login/")


def test_what_a_signed_in_person_sees_is_kept_by_no_cache(root):
    answer = root.get("/")

    assert answer["Cache-Control"] == "no-store"
    assert "HX-Request" in answer["Vary"]


def test_the_content_policy_lets_in_nothing_from_elsewhere_and_nothing_inline(root):
    policy = root.get("/")["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_a_page_that_does_not_exist_says_so_with_a_reference(root):
    answer = root.get("/nowhere/")

    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.content.decode()
    assert answer["X-Request-Id"] in answer.content.decode()


@pytest.mark.parametrize("header", ["HX-Current-URL", "Referer"])
def test_after_an_act_without_a_session_the_login_leads_back_to_its_page(client, header):
    answer = client.post("/queue/5/snooze/", headers={"HX-Request": "true", header: "http://testserver/queue/?owner=cx"})

    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/account/login/?next=/queue/%3Fowner%3Dcx")


def test_a_form_sent_without_a_session_leads_back_to_its_page_and_never_to_the_act(client):
    answer = client.post("/queue/5/snooze/", headers={"Referer": "http://testserver/queue/5/"})

    assert answer["Location"] == "/account/login/?next=/queue/5/"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/queue/", "//evil.example/", "javascript:alert(1)", "http://testserver@evil.example/", ""]
)
def test_a_page_elsewhere_is_never_led_back_to(client, elsewhere):
    answer = client.post("/queue/5/snooze/", headers={"HX-Request": "true", "HX-Current-URL": elsewhere, "Referer": elsewhere})

    assert answer["HX-Redirect"] == "/account/login/"


EVIL = [
    "//evil.example",
    "https://evil.example",
    "https:evil.example",
    "/\\evil.example",
    "///evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "\t//evil.example",
]


@pytest.mark.parametrize("evil", EVIL)
def test_the_login_leads_nowhere_but_here(client, evil):
    get_user_model().objects.create_user("ada", password="correct-horse-battery")

    answer = client.post("/account/login/", {"login": "ada", "password": "correct-horse-battery", "next": evil})

    assert answer["Location"] == "/"


def test_the_login_leads_back_to_a_page_of_ours(client):
    get_user_model().objects.create_user("ada", password="correct-horse-battery")

    answer = client.post("/account/login/", {"login": "ada", "password": "correct-horse-battery", "next": "/queue/?owner=cx"})

    assert answer["Location"] == "/queue/?owner=cx"


def test_what_would_need_an_e_mail_says_whom_to_ask(client):
    for path in ("password/reset/", "email/", "confirm-email/", "password/reset/key/1-x/"):
        for method in (client.get, client.post):
            answer = method(f"/account/{path}", {"email": "ada@example.com"} if method == client.post else None)
            assert (answer.status_code, "Ask an integration admin" in answer.content.decode()) == (200, True)


def test_the_admin_lets_nobody_in_by_a_form_of_its_own(client):
    get_user_model().objects.create_superuser("root", password="correct-horse-battery")

    answer = client.post("/admin/login/", {"username": "root", "password": "correct-horse-battery"})

    assert answer["Location"].startswith("/account/login/")
    assert client.get("/admin/").status_code == 302
