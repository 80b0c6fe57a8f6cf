"""How an act on a parcel can end other than done."""


class Refused(Exception):
    """The act is not possible as things stand; the text is a sentence for people."""
