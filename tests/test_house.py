"""The house: what the import contracts in pyproject.toml cannot see. Each test names the rule of docs/where-things-go.md it keeps."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Model
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from config.timetable import RUNNER, TIMETABLE
from exceptions_queue.catalogue import CATALOGUE, Code

ROOT = Path(__file__).resolve().parent.parent
RANK = {"config": 6, "returns": 5, "orders": 4, "inventory": 3, "lockers": 3, "partners": 2, "exceptions_queue": 1}
DRAWERS = {"utils", "helpers", "common", "core", "misc", "base", "services"}
DOORS = {"views", "api", "tasks", "management", "home", "templatetags", "admin", "apps", "middleware"}
DOMAIN = ("returns", "orders", "inventory", "lockers", "partners", "exceptions_queue")


def sources(*rooms: str) -> Iterator[tuple[Path, ast.Module]]:
    for room in rooms or RANK:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT), ast.parse(path.read_text())


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def strings(tree: ast.Module) -> Iterator[str]:
    return (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))


def calls(tree: ast.Module) -> Iterator[str]:
    """Every call as text: "timezone.now", "time.sleep"."""
    return (ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call))


class TestRooms:
    def test_foreign_keys_point_down_or_sideways_within_the_room(self):
        wrong = [
            f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
            for model in apps.get_models()
            for field in model._meta.get_fields()
            if field.is_relation and field.concrete and isinstance(field.related_model, type) and issubclass(field.related_model, Model)
            if (here := RANK.get(model._meta.app_label)) and (there := RANK.get(field.related_model._meta.app_label))
            if there > here or (there == here and model._meta.app_label != field.related_model._meta.app_label)
        ]
        assert wrong == []

    def test_no_drawer_names(self):
        assert [str(path) for path, _ in sources() if set(path.with_suffix("").parts) & DRAWERS] == []

    def test_files_stop_at_three_hundred_lines_and_functions_at_fifty(self):
        long = [f"{path}: {count} lines" for path, _ in sources() if (count := len((ROOT / path).read_text().splitlines())) > 300]
        long += [
            f"{path}:{f.name}: {size}" for path, tree in sources() for f in functions(tree) if (size := f.end_lineno - f.lineno + 1) > 50
        ]
        assert long == []


class TestFloors:
    def test_states_take_nothing_from_django_but_its_text_choices(self):
        for path, tree in sources(*DOMAIN):
            if path.stem == "states":
                used = {
                    ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "models"
                }
                assert used <= {"models.TextChoices", "models.IntegerChoices"}, path

    def test_only_doors_read_the_clock(self):
        """Below views, tasks and commands the instant is an argument."""
        read = {"timezone.now", "datetime.now", "date.today", "datetime.today", "time.time"}
        wrong = [
            f"{path}: {call}"
            for path, tree in sources("returns", "orders", "inventory", "lockers", "exceptions_queue")
            if not set(path.with_suffix("").parts) & DOORS
            for call in calls(tree)
            if call in read
        ]
        assert wrong == []

    def test_nothing_sleeps_but_what_waits_for_a_process(self):
        sleeps = {str(path) for path, tree in sources() for call in calls(tree) if call in {"time.sleep", "sleep"}}
        allowed = {"config/postgres.py", "config/demo.py"}
        assert {path for path in sleeps - allowed if not path.startswith("partners/sandbox/")} == set()

    def test_no_bare_except_swallows_the_end_of_a_task(self):
        """django-q ends a task that takes too long by raising a SystemExit."""
        wrong = [
            f"{path}:{node.lineno}"
            for path, tree in sources()
            for node in ast.walk(tree)
            if isinstance(node, ast.ExceptHandler) and (node.type is None or "BaseException" in ast.unparse(node.type))
        ]
        assert wrong == []


class TestNamesThatAreText:
    def test_every_dotted_task_resolves(self):
        named = re.compile(rf"({'|'.join(RANK)})(\.\w+)*\.tasks\.\w+")
        paths = {text for _, tree in sources() for text in strings(tree) if named.fullmatch(text)}
        paths |= {RUNNER, *(task.path for task in TIMETABLE)}

        assert [path for path in sorted(paths) if not callable(import_string(path))] == []

    @pytest.mark.parametrize("code", CATALOGUE)
    def test_every_fix_and_recheck_has_an_address(self, code):
        kind = CATALOGUE[code]
        names = [fix.url_name for fix in kind.fixes] + ([kind.recheck] if kind.recheck else [])

        assert [name for name in names if not has_address(name)] == []


ARGUMENTS: tuple[dict[str, object], ...] = (
    {},
    {"number": "LS-1"},
    {"sku": "A-1"},
    {"pk": 1},
    {"point_id": "UK1"},
    {"code": "VAL-NAME"},
    {"rfid": "E1"},
    {"acs_id": "R-1"},
    {"reference": "BER-1"},
)


def has_address(name: str) -> bool:
    for kwargs in ARGUMENTS:
        try:
            return bool(reverse(name, kwargs=kwargs))
        except NoReverseMatch:
            continue
    return False


class TestCatalogue:
    def test_every_code_is_described(self):
        assert set(CATALOGUE) == set(Code)

    def test_every_code_is_raised_somewhere(self):
        raised = {
            node.attr
            for path, tree in sources()
            if "catalogue" not in path.parts
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) in {"Code", "catalogue.Code"}
        }
        assert [code for code in Code if code.name not in raised] == []

    @pytest.mark.django_db
    @pytest.mark.parametrize("code", CATALOGUE)
    def test_every_code_has_its_page_in_the_reference(self, code, admin_client):
        page = admin_client.get(f"/reference/{code}/")

        assert page.status_code == 200
        assert CATALOGUE[code].title in page.content.decode().replace("&#x27;", "'")


class TestWhatIsPromisedInWriting:
    def test_the_lock_file_names_only_the_public_index(self):
        hosts = set(re.findall(r"https?://([^/\"\s]+)", (ROOT / "uv.lock").read_text()))

        assert hosts <= {"pypi.org", "files.pythonhosted.org"}
        assert not re.search(r'path = "|file://|\[\[index\]\]', (ROOT / "uv.lock").read_text())

    def test_every_dependency_says_why_it_is_there(self):
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())
        lists = [project["project"]["dependencies"], *project["dependency-groups"].values()]
        names = {re.split(r"[\[<>=~! ]", entry)[0] for entries in lists for entry in entries}
        said = (ROOT / "docs/adr/0005-dependencies.md").read_text()

        assert [name for name in sorted(names) if name not in said] == []

    def test_every_setting_is_described(self):
        read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "config/settings.py").read_text()))
        read |= set(re.findall(r'(?:text|whole|flag)\("([A-Z_]+)"', (ROOT / "config/environment.py").read_text()))
        said = (ROOT / "docs/settings.md").read_text()

        assert [name for name in sorted(read) if f"`{name}`" not in said] == []

    def test_every_fault_names_tests_that_exist(self):
        ids = re.findall(r"`(tests/[\w/]+\.py)::([\w:]+)`", (ROOT / "docs/faults.md").read_text())

        assert len(ids) > 20
        assert [f"{path}::{name}" for path, name in ids if name.replace("::", ".") not in named_in(ROOT / path)] == []


def named_in(path: Path) -> set[str]:
    """The tests of a file as "test_x" and "TestY.test_x", read without running it."""
    if not path.exists():
        return set()
    found = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{f.name}" for f in node.body if isinstance(f, ast.FunctionDef)}
            found |= {
                f"{node.name}.{t.targets[0].id}" for t in node.body if isinstance(t, ast.Assign) and isinstance(t.targets[0], ast.Name)
            }
        elif isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.add(node.targets[0].id)
    return found
