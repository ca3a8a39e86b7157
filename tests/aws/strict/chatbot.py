"""The service as strict as AWS."""

from .own import Own, Tags


class Service(Tags, Own):
    model = "chatbot"
