"""How a class's slots are shown to the person who decides about it. Pure. POLICY 8.6, 8.22."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.claims.slots.queries import Class, Own
from services.claims.slots.schemas import EarlierOut, SlotOut, SlotsOut, UsedOut

Keys = Mapping[str, Mapping[str, Any]]
EARLIER = "earlier"
NONE = {
    "zh-Hans": "这个班不占用补贴名额。",
    "ug": "بۇ سىنىپ ياردەم پۇلى سانى ئىشلەتمەيدۇ.",
    "en": "This class uses no slot.",
}
FREE = {
    "zh-Hans": "您的补贴名额是空闲的，确认以后为这个班保留。",
    "ug": "ياردەم پۇلى سانىڭىز بوش، جەزملىگەندىن كېيىن بۇ سىنىپقا قالدۇرۇلىدۇ.",
    "en": "Your slot is free; it is kept for this class once you confirm.",
}
OWN = {
    "zh-Hans": "这个班已经占用您的补贴名额。",
    "ug": "بۇ سىنىپ ياردەم پۇلى سانىڭىزنى ئىشلىتىۋاتىدۇ.",
    "en": "This class has your slot.",
}
HELD = {
    "zh-Hans": "您的补贴名额已为另一个班占用，这个班不能再给您补贴；您仍然可以参加培训。",
    "ug": "ياردەم پۇلى سانىڭىز باشقا بىر سىنىپقا ئىشلىتىلدى، بۇ سىنىپقا ياردەم پۇلى بېرىلمەيدۇ؛ "
    "سىز يەنىلا قاتناشسىڭىز بولىدۇ.",
    "en": "Another class has your slot, so this one cannot be subsidised for you; you may join.",
}
BEFORE = {
    "zh-Hans": "您以前已经享受过一次（{on}，{source}，{document}），这个班不能再给您补贴；"
    "您仍然可以参加培训。记录不对的，可以申请更正。",
    "ug": "سىز ئىلگىرى بىر قېتىم بەھرىمەن بولغان ({on}، {source}، {document})، بۇ سىنىپقا ياردەم "
    "پۇلى بېرىلمەيدۇ؛ سىز يەنىلا قاتناشسىڭىز بولىدۇ. خاتا بولسا تۈزىتىشنى سوراڭ.",
    "en": "You had this once before ({on}, {source}, {document}), so this class cannot be"
    " subsidised for you; you may join. If the record is wrong, ask for its correction.",
}


def shown(
    class_id: UUID,
    found: Class,
    wanted: tuple[tuple[str, ...], ...],
    own: Mapping[str, Own],
    earlier: Keys,
) -> SlotsOut:
    """Show which slots a class uses, by the person's own slots and earlier trainings."""
    slots = [_slot(choices, own, earlier, class_id) for choices in wanted]
    year = str(found.starts_on.year)
    return SlotsOut(
        class_id=class_id,
        kind=found.kind,
        year=found.starts_on.year,
        slots=slots,
        free=all(slot.free for slot in slots),
        words=_words(slots),
        used_this_year=[
            *(
                UsedOut(key=slot.key, state=slot.state, class_id=slot.class_id, earlier=None)
                for slot in own.values()
                if slot.key.startswith(year)
            ),
            *(
                UsedOut(key=key, state=EARLIER, class_id=None, earlier=_earlier(entry))
                for key, entry in earlier.items()
                if key.startswith(year)
            ),
        ],
    )


def _slot(
    choices: tuple[str, ...], own: Mapping[str, Own], earlier: Keys, class_id: UUID
) -> SlotOut:
    """Show the key that this class has, else the first free one, else the first of all.

    An earlier training goes before what is held: the decision will say so too.
    """
    left = [key for key in choices if key not in earlier]
    mine = next((own[key] for key in left if key in own and own[key].class_id == class_id), None)
    if mine is not None:
        return SlotOut(key=mine.key, used=mine.state, by_this_class=True, free=True, earlier=None)
    free = next((key for key in left if key not in own), None)
    if free is not None:
        return SlotOut(key=free, used=None, by_this_class=False, free=True, earlier=None)
    key = choices[0]
    entry = earlier.get(key)
    used = EARLIER if entry is not None else own[key].state
    return SlotOut(
        key=key,
        used=used,
        by_this_class=False,
        free=False,
        earlier=None if entry is None else _earlier(entry),
    )


def _words(slots: list[SlotOut]) -> dict[str, str]:
    """Say the one thing that matters most, in every language."""
    if not slots:
        return NONE
    before = next((slot.earlier for slot in slots if slot.earlier is not None), None)
    if before is not None:
        said = {
            "on": before.on.isoformat(),
            "source": before.source_title,
            "document": before.document_number,
        }
        return {language: form.format(**said) for language, form in BEFORE.items()}
    if not all(slot.free for slot in slots):
        return HELD
    return OWN if all(slot.by_this_class for slot in slots) else FREE


def _earlier(entry: Mapping[str, Any]) -> EarlierOut:
    return EarlierOut.model_validate(entry, strict=False)
