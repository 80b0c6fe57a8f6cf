"""Is the input well-formed?"""

from returns.forms.month_end import ReopenForm, SignForm
from returns.forms.refunds import ApproveRefundForm, ReasonForm
from returns.forms.returned import MatchForm, PhotoForm
from returns.forms.write_offs import (
    MOST_AT_ONCE,
    AccountForm,
    AnswerForm,
    ApproveForm,
    ByHandForm,
    CompleteForm,
    DelegationForm,
    GraderForm,
    LimitForm,
    QueryForm,
    RejectForm,
    ReverseForm,
)

__all__ = [
    "MOST_AT_ONCE",
    "AccountForm",
    "AnswerForm",
    "ApproveForm",
    "ApproveRefundForm",
    "ByHandForm",
    "CompleteForm",
    "DelegationForm",
    "GraderForm",
    "LimitForm",
    "MatchForm",
    "PhotoForm",
    "QueryForm",
    "ReasonForm",
    "RejectForm",
    "ReopenForm",
    "ReverseForm",
    "SignForm",
]
