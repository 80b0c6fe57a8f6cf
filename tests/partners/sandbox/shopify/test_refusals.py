"""What is not right is refused in the words and codes of the real one, before anything is done."""

import pytest

from partners.sandbox.shopify.book import TOKEN
from tests.partners.sandbox.shopify.conftest import API

GID = "gid://shopify/Order/6000000005000"


def test_a_wrong_token_gets_nothing(client):
    answer = client.post(API, json={"query": "{shop{name}}"}, headers={"X-Shopify-Access-Token": "shpat_other"})

    assert answer.status_code == 401
    assert answer.json() == {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}
    assert client.post(API, json={"query": "{shop{name}}"}).status_code == 401


@pytest.mark.parametrize("path", ["/shopify/admin/api/2025-10/graphql.json", "/shopify/admin/api/graphql.json", "/shopify/graphql.json"])
def test_only_this_version_is_there(client, path):
    assert client.post(path, json={"query": "{shop{name}}"}, headers={"X-Shopify-Access-Token": TOKEN}).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), (b"[]", 400), (b'{"query": 1}', 400), (b"{}", 400), (b'{"query": "{shop{name}}"}', 200)]
)
def test_the_body_is_a_json_object_with_a_query(client, body, status):
    headers = {"X-Shopify-Access-Token": TOKEN, "Content-Type": "application/json"}
    answer = client.post(API, content=body, headers=headers)

    assert answer.status_code == status
    assert (answer.json().get("errors") == {"query": "Required parameter missing or invalid"}) == (status == 400)


def test_another_content_type_or_method_is_refused(client):
    headers = {"X-Shopify-Access-Token": TOKEN}
    assert client.post(API, content=b'{"query":"{shop{name}}"}', headers=headers | {"Content-Type": "text/plain"}).status_code == 415
    assert client.get(API, headers=headers).status_code == 404


@pytest.mark.parametrize(
    ("document", "code", "message"),
    [
        ("{shop{colour}}", "undefinedField", "Field 'colour' doesn't exist on type 'Shop'"),
        ("{nothing}", "undefinedField", "Field 'nothing' doesn't exist on type 'QueryRoot'"),
        ("{shop{name(big:true)}}", "argumentNotAccepted", "Field 'name' doesn't accept argument 'big'"),
        ("{order{name}}", "missingRequiredArguments", "Field 'order' is missing required arguments: id"),
        ('{orders(first:"two"){nodes{id}}}', "argumentLiteralsIncompatible", "Argument 'first' on Field 'orders' has an invalid value"),
        ("{orders(first:1,sortKey:NEWEST){nodes{id}}}", "argumentLiteralsIncompatible", "(NEWEST). Expected type 'OrderSortKeys'."),
        ('{orders(first:1,sortKey:"ID"){nodes{id}}}', "argumentLiteralsIncompatible", '("ID"). Expected type'),
        ("{shop}", "selectionMismatch", "Did you mean 'shop { ... }'?"),
        ("{shop{name{first}}}", "selectionMismatch", "Selections can't be made on scalars"),
        ("{shop{...F}}", "useAndDefineFragment", "Fragment F was used, but not defined"),
        ("{shop{name}} fragment F on Shop{id}", "useAndDefineFragment", "Fragment F was defined, but not used"),
        ("{shop{...F}} fragment F on Shop{...F}", "infiniteLoop", "Fragment F contains an infinite loop"),
        ("{shop{...F}} fragment F on Order{id}", "cannotSpreadFragment", "Fragment on Order can't be spread inside Shop"),
        ("{shop{... on Nothing{id}}}", "undefinedType", "No such type Nothing, so it can't be a fragment condition"),
        ("{shop{name @loud}}", "undefinedDirective", "Directive @loud is not defined"),
        ("{shop{name @include}}", "missingRequiredArguments", "Directive 'include' is missing required arguments: if"),
        ("{shop{a:name a:email}}", "fieldConflict", "Field 'a' has a field conflict: name or email?"),
        ("query Q($a:Int){shop{name}}", "variableNotUsed", "Variable $a is declared by Q but not used"),
        ("query Q{order(id:$id){id}}", "variableNotDefined", "Variable $id is used by Q but not declared"),
        ("query Q($id:String!){order(id:$id){id}}", "variableMismatch", "Type mismatch on variable $id and argument id (String! / ID!)"),
        ("query Q($id:ID){order(id:$id){id}}", "variableMismatch", "Nullability mismatch on variable $id and argument id (ID / ID!)"),
        ("query Q($ids:ID!){order(id:$ids){id}}subscription S{x}", "missingRoot", "Schema is not configured for subscriptions"),
        ("query Q($o:Order){shop{name}}", "variableRequiresValidType", "Order isn't a defined input type (on $o)"),
        ("query A{shop{name}}query A{shop{id}}", "uniquelyNamedOperations", "Operation names must be unique"),
    ],
)
def test_a_document_that_is_not_right(ask, document, code, message):
    answer = ask(document)
    refused = [error for error in answer["errors"] if error["extensions"]["code"] == code]

    assert "data" not in answer
    assert message in refused[0]["message"]


def test_where_it_went_wrong_is_told(ask):
    errors = ask("query Q {\n  shop {\n    a: colour\n  }\n}")["errors"]

    assert errors[0]["locations"] == [{"line": 3, "column": 5}]
    assert errors[0]["path"] == ["query Q", "shop", "a"]
    assert errors[0]["extensions"] == {"code": "undefinedField", "typeName": "Shop", "fieldName": "colour"}


@pytest.mark.parametrize(
    "text", ["", "{", "{shop{name}", "query", "{shop{name}} }", '{order(id:"x){id}}', "{a(b:01){c}}", "{a%b}", "{" * 80]
)
def test_what_is_no_graphql(ask, text):
    answer = ask(text)

    assert list(answer) == ["errors"]
    assert len(answer["errors"]) == 1


@pytest.mark.parametrize(
    ("kind", "value", "path", "why"),
    [
        ("ID!", None, [], "Expected value to not be null"),
        ("ID!", "5001", [], "Invalid global id '5001'"),
    ],
)
def test_a_variable_that_holds_something_else(ask, kind, value, path, why):
    error = ask(f"query Q($id:{kind}){{order(id:$id){{id}}}}", id=value)["errors"][0]

    assert error["message"] == f"Variable $id of type {kind} was provided invalid value"
    assert error["extensions"] == {"code": "INVALID_VARIABLE", "value": value, "problems": [{"path": path, "explanation": why}]}


HOLD = "mutation H($id:ID!,$h:FulfillmentOrderHoldInput!){fulfillmentOrderHold(id:$id,fulfillmentHold:$h){userErrors{message}}}"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "invalid value for reason (Expected value to not be null)"),
        ({"reason": "BORED"}, 'for reason (Expected "BORED" to be one of: AWAITING_PAYMENT'),
        ({"reason": "OTHER", "notifyMerchant": "no"}, 'for notifyMerchant (Could not coerce value "no" to Boolean)'),
        ({"reason": "OTHER", "code": 1, "x": 2}, "for code (Field is not defined on FulfillmentOrderHoldInput), x (Field is not"),
        ({"reason": "OTHER", "fulfillmentOrderLineItems": [{"id": GID}]}, "for fulfillmentOrderLineItems.0.quantity (Expected value"),
        ([], "was provided invalid value"),
    ],
)
def test_an_input_that_is_not_right(ask, said, words):
    error = ask(HOLD, id="gid://shopify/FulfillmentOrder/1", h=said)["errors"][0]

    assert error["extensions"]["code"] == "INVALID_VARIABLE"
    assert words in error["message"]


def test_the_code_of_a_plain_user_error_is_no_field(ask):
    """The trap of fulfilment and tags: `code` where there is none refuses the whole document."""
    answer = ask('mutation M($id:ID!){tagsAdd(id:$id,tags:["a"]){userErrors{field message code}}}', id=GID)

    assert answer["errors"][0]["message"] == "Field 'code' doesn't exist on type 'UserError'"


def test_which_operation_is_said_when_there_are_several(ask):
    document = "query A{shop{name}} query B{shop{id}}"

    assert list(ask(document, operation="B")["data"]["shop"]) == ["id"]
    assert "errors" in ask(document)
    assert "errors" in ask(document, operation="C")


def test_aliases_fragments_and_directives(ask):
    document = """
      query Q($yes: Boolean!, $no: Boolean = false) {
        mine: shop { ...Named ... on Shop { id @include(if: $no) } ... @include(if: $yes) { email } name @skip(if: $yes) }
        node(id: "%s") { __typename id ... on Order { name } ... on Location { isPrimary } }
      }
      fragment Named on Shop { called: name }
    """
    data = ask(document % GID, yes=True)["data"]

    assert data["mine"] == {"called": "Lockstep Sandbox", "email": "shop@example.com"}
    assert data["node"] == {"__typename": "Order", "id": GID, "name": "#LS-10001"}


class TestScopes:
    def test_a_field_out_of_scope_is_null_with_the_rest_of_the_data(self, ask, sandbox):
        sandbox("/orders/LS-10001", hold={"handle": "theirs"})
        answer = ask(
            "query Q($id:ID!){order(id:$id){fulfillmentOrders(first:1){nodes{fulfillmentHolds{handle heldByApp{title}}}}}}", id=GID
        )

        holds = answer["data"]["order"]["fulfillmentOrders"]["nodes"][0]["fulfillmentHolds"]
        assert holds == [{"handle": "theirs", "heldByApp": None}]
        assert answer["errors"][0]["message"] == "Access denied for heldByApp field. Required access: `read_apps` access scope."
        assert answer["errors"][0]["path"][-2:] == [0, "heldByApp"]
        assert answer["errors"][0]["extensions"] == {
            "code": "ACCESS_DENIED",
            "documentation": "https://shopify.dev/api/usage/access-scopes",
            "requiredAccess": "`read_apps` access scope.",
        }

    def test_what_must_not_be_null_takes_what_holds_it_along(self, ask, sandbox):
        sandbox("/scopes", revoke=["read_orders"])
        with_write = ask("{shop{name} orders(first:1){nodes{id}}}")
        sandbox("/scopes", revoke=["write_orders"])
        answer = ask("{shop{name} orders(first:1){nodes{id}}}")

        assert with_write["data"]["orders"]["nodes"]  # leave to write is leave to read
        assert answer["data"] is None
        assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"

    def test_a_mutation_out_of_scope_is_not_done(self, ask, sandbox, shop):
        sandbox("/scopes", revoke=["write_orders"])
        answer = ask('mutation M($id:ID!){tagsAdd(id:$id,tags:["a"]){node{id} userErrors{message}}}', id=GID)

        assert answer["data"] == {"tagsAdd": None}
        assert answer["errors"][0]["extensions"]["requiredAccess"] == "`write_orders` access scope."
        assert not any(sale.tags for sale in shop.sales.values())

    def test_the_granted_scopes_can_be_read(self, ask, sandbox):
        sandbox("/scopes", grant=["read_apps"], revoke=["read_products"])
        scopes = ask("{currentAppInstallation{accessScopes{handle}}}")["data"]["currentAppInstallation"]["accessScopes"]

        assert {"handle": "read_apps"} in scopes
        assert {"handle": "read_products"} not in scopes
