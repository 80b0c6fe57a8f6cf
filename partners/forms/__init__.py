"""Is the input well-formed? What a person may say about a mapping, a feed or a channel."""

from partners.forms.channels import ChannelForm, QuietForm
from partners.forms.feeds import AgainForm, ReasonForm
from partners.forms.meanings import AGENTS, FORMS, SERVICES, MappingForm, MeaningsFileForm, NewCodeForm, StockForm
from partners.forms.retention import RetentionForm

__all__ = [
    "AGENTS",
    "FORMS",
    "SERVICES",
    "AgainForm",
    "ChannelForm",
    "MappingForm",
    "MeaningsFileForm",
    "NewCodeForm",
    "QuietForm",
    "ReasonForm",
    "RetentionForm",
    "StockForm",
]
