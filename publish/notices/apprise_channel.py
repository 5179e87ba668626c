"""Notices by way of Apprise.

An address is a secret. Apprise logs whole addresses below INFO, and the libraries under it whole request lines, so
their loggers are cut off here from all others, and no error text of theirs is passed on.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection

from apprise import Apprise, AppriseAsset, AppriseResultStatus, NotificationManager, NotifyFormat
from apprise.plugins import url_to_dict

from casework.notices.address import check_address, refused_options, scheme_of
from casework.notices.text import NoticeText
from publish.notices.channel import NotSent
from schemas.errors import BadSetting, NotAllowedByRules

SEND_TIMEOUT_S = 15.0  # one address that does not answer may not hold up the others for longer
_CODE = re.compile(r"error=(\d{3})\.")  # how Apprise writes the status of an answer


class AppriseChannel:
    """Failure policy: no retry, the caller's clock knows better; follows no redirect; gives up after a while."""

    def __init__(self, schemes: Collection[str], timeout_s: float = SEND_TIMEOUT_S) -> None:
        """Raises BadSetting for a scheme that Apprise does not have."""
        _silence_loggers()
        known = NotificationManager()  # type: ignore[no-untyped-call]
        if strange := sorted(scheme for scheme in schemes if scheme not in known):
            raise BadSetting(f"EBBWATCH_NOTICE_SCHEMES: Apprise has no {', '.join(strange)}")
        self._schemes = frozenset(schemes)
        self._asset = AppriseAsset(
            app_id="Ebbwatch",
            app_desc="Ebbwatch",
            app_url="",
            image_url_mask="",  # nothing in a message is loaded from elsewhere
            image_url_logo="",
            http_redirects=False,
            async_mode=False,
            pgp_autogen=False,
            pem_autogen=False,
            storage_mode="memory",
            allow_templates=False,
            service_timeout=timeout_s,
        )
        known.enable_only(*self._schemes)  # type: ignore[no-untyped-call]

    def send(self, address: str, text: NoticeText) -> None:
        """See Channel."""
        try:
            self._send(address, text)
        except NotSent:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, its text may hold the address
            raise NotSent(f"Apprise failed: {type(error).__name__}") from None

    def _send(self, address: str, text: NoticeText) -> None:
        self._refuse_strange_address(address)
        service = Apprise.instantiate(address, asset=self._asset)
        if service is None:
            raise NotSent(f"Apprise cannot use this {scheme_of(address)}:// address", hopeless=True)
        apprise = Apprise(asset=self._asset)
        apprise.add(service)
        result = apprise.notify(text.body, text.title, body_format=NotifyFormat.TEXT)
        if result.status is not AppriseResultStatus.SUCCESS:
            codes = [match[1] for entry in result.logs() if (match := _CODE.search(entry.message))]
            raise NotSent(_reason(result.status, codes))

    def _refuse_strange_address(self, address: str) -> None:
        """By our reading of the address, and by Apprise's own: where they differ, both count."""
        try:
            check_address(address, self._schemes)
        except NotAllowedByRules as error:
            raise NotSent(error.reason, hopeless=True) from None
        read = url_to_dict(address)  # type: ignore[no-untyped-call]
        if read is None or read["schema"] not in self._schemes or refused_options(read["schema"], read["qsd"]):
            raise NotSent(f"Apprise cannot use this {scheme_of(address)}:// address", hopeless=True)


def _reason(status: AppriseResultStatus, codes: list[str]) -> str:
    if codes:
        return f"the other end answered {codes[-1]}"
    return "no answer in time" if status is AppriseResultStatus.TIMEOUT else "it could not be delivered"


def _silence_loggers() -> None:
    for name in ("apprise", "urllib3", "requests"):
        logger = logging.getLogger(name)
        logger.propagate = False
        logger.setLevel(logging.WARNING)  # Apprise's own record of a try begins there; it goes nowhere else
        if not any(isinstance(handler, logging.NullHandler) for handler in logger.handlers):
            logger.addHandler(logging.NullHandler())
