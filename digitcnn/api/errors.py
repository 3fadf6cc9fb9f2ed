"""What a request is refused with."""


class RefusalError(Exception):
    """A request that is not answered, and why.

    Attributes:
        status: the HTTP status, 400-499.
        sentence: what is wrong and what to do, for the reply.
    """

    def __init__(self, status: int, sentence: str):
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
