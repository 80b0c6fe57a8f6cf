"""One field template for every form."""

from django.forms.renderers import TemplatesSetting


class DeskRenderer(TemplatesSetting):
    """Looks templates up with the pages' own engine, and draws each field by forms/field.html."""

    field_template_name = "forms/field.html"
