"""What a person may be asked to allow, and what is called how."""

from enum import StrEnum

from kanglu.i18n import Lang, words


class ConsentPurpose(StrEnum):
    """What a person allows or refuses; whoever was not asked has allowed nothing."""

    CARE = "care"
    RESEARCH = "research"
    MARKETING = "marketing"
    QUALITY = "quality"
    TRAINING = "training"
    RECORDING = "recording"


def called(purpose: ConsentPurpose, lang: Lang) -> str:
    """The purpose as people call it."""
    _ = words(lang)
    match purpose:
        case ConsentPurpose.CARE:
            return _("use for my care")
        case ConsentPurpose.RESEARCH:
            return _("use for research")
        case ConsentPurpose.MARKETING:
            return _("offers and invitations")
        case ConsentPurpose.QUALITY:
            return _("checks of the service's quality")
        case ConsentPurpose.TRAINING:
            return _("training of models")
        case ConsentPurpose.RECORDING:
            return _("recording of telephone calls")
