"""What the description of a new card may begin with: a project's own templates."""

from __future__ import annotations

import msgspec

from kanbanai.domain.cards import TicketType
from kanbanai.domain.errors import Invalid, OverLimit
from kanbanai.domain.texts import line, within

MAX_TEMPLATES = 20
"""Of a project. They stand in a row above the description; more would not be looked through."""
MAX_TEMPLATE_NAME = 40
"""Characters; it is the label of a button."""
MAX_TEMPLATE_TEXT = 10_000
"""Characters. All of a project's templates are read with its settings, so that they stay under 1 MB together."""


class CardTemplate(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A text for the description of a new card, and the type that the card gets with it; null: none."""

    name: str
    ticket_type: TicketType | None = None
    description: str


def card_templates(field: str, templates: tuple[CardTemplate, ...] | None) -> tuple[CardTemplate, ...] | None:
    """`templates` as they are stored: names on one line, no two of them the same but for their letters' case.

    Raises Invalid, naming the template by its place.
    """
    if templates is None:
        return None
    if len(templates) > MAX_TEMPLATES:
        raise OverLimit.field(field, f"are {len(templates)} templates; the limit is {MAX_TEMPLATES}")
    checked = tuple(_checked(f"{field}[{place}]", template) for place, template in enumerate(templates))
    seen: set[str] = set()
    for place, template in enumerate(checked):
        name = template.name.casefold()
        if name in seen:
            raise Invalid.field(f"{field}[{place}].name", f"{template.name!r} is there twice")
        seen.add(name)
    return checked


def _checked(field: str, template: CardTemplate) -> CardTemplate:
    description = template.description.strip()
    if not description:
        raise Invalid.field(f"{field}.description", "must not be blank")
    return CardTemplate(
        name=line(f"{field}.name", template.name, MAX_TEMPLATE_NAME),
        ticket_type=template.ticket_type,
        description=within(f"{field}.description", description, MAX_TEMPLATE_TEXT),
    )
