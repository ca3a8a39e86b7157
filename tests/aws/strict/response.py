"""The base of every strict service: checks in front of moto's own methods, refusals in AWS's wire form."""

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult


class Refusal(ServiceException):
    """AWS's own code and words; moto finds the HTTP status in the service's model."""


class Failure(Refusal):
    """A refusal that AWS gives the status of its own failures."""

    status = 500


class Strict:
    """Mixed in before a moto response class: `before` sees every call of the service first."""

    def before(self):
        """Lets time pass over pending states, and refuses what is wrong whatever the operation."""

    def call_action(self):
        try:
            self.before()
        except ServiceException as refusal:
            status, headers, body = self.serialized(ActionResult(refusal))
            headers, body = self._enrich_response(headers, body)
            return status, headers, body
        return super().call_action()

    def serialized(self, action_result):
        status, headers, body = super().serialized(action_result)
        return getattr(action_result.result, "status", status) if isinstance(action_result.result, Failure) else status, headers, body


def serve(urls, response_class):
    """Makes every path of a moto service answer through the strict class."""
    urls.url_paths = dict.fromkeys(urls.url_paths, response_class.dispatch)
