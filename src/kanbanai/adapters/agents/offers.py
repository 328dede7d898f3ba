"""What a session offers to choose: modes, models, how hard to think; told in the present way or an older one. Pure."""

from __future__ import annotations

from typing import Any, Literal

from kanbanai.adapters.agents import values

Category = Literal["mode", "model", "thought_level"]


class Option:
    """A choice of the present way: its id, and what it may be."""

    def __init__(self, option: dict[str, Any]) -> None:
        self.id = values.text(option.get("id")) or ""
        self.category = option.get("category")
        self.current = option.get("currentValue")
        self.values: dict[str, str] = {}
        for one in values.sequence(option.get("options")):
            # Options may stand in groups.
            for choice in (one, *values.sequence(values.at(one, "options"))):
                value = values.text(values.at(choice, "value"))
                if value is not None:
                    self.values[value] = values.text(values.at(choice, "name")) or value


class Offers:
    """What the reply to `session/new` (or load, or resume) offers."""

    def __init__(self, reply: Any) -> None:
        self.options: list[Option] = []
        self.modes = _ids(values.at(reply, "modes", "availableModes"), "id")
        self.models = _ids(values.at(reply, "models", "availableModels"), "modelId")
        self.take(reply)

    def take(self, reply: Any) -> None:
        """Learns the options anew: choosing one may change what others may be."""
        told = values.at(reply, "configOptions")
        if isinstance(told, list):
            self.options = [Option(one) for one in told if isinstance(one, dict)]

    def option(self, category: Category) -> Option | None:
        """The choice of that kind; the first if there are several."""
        found = [one for one in self.options if one.category == category]
        # Some agents name no category but call it what it is.
        found += [one for one in self.options if one.category is None and one.id == category]
        return found[0] if found else None

    def names(self, category: Category) -> tuple[str, ...]:
        """The agent's own words for what may be chosen."""
        option = self.option(category)
        if option is not None and option.values:
            return tuple(option.values)
        return {"mode": self.modes, "model": self.models}.get(category, ())


def chosen_value(option: Option, wanted: str) -> str | None:
    """What of an option is meant by a word: its value, else its name in any spelling; None: it is not offered."""
    if wanted in option.values:
        return wanted
    return next(
        (value for value, name in option.values.items() if name.casefold() == wanted.casefold()), None
    )


def _ids(entries: Any, key: str) -> tuple[str, ...]:
    return tuple(found for one in values.sequence(entries) if (found := values.text(values.at(one, key))))
