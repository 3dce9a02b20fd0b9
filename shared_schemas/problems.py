"""The closed catalogue of problems (RFC 9457) that either service answers with."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

PROBLEM_MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class ProblemType:
    """One kind of problem. ``name`` is the last part of its ``type`` (``/problems/{name}``) and its ``code``."""

    name: str
    status: int
    title: str
    explanation: str

    @property
    def uri(self) -> str:
        """Give the relative reference that stands in ``type``."""
        return f"/problems/{self.name}"


class ProblemError(BaseModel):
    """One invalid field. The value itself is never repeated: it may be data about a child."""

    pointer: str = Field(
        description="JSON pointer (RFC 6901) to the field in the body, or `query/…`, `path/…`, `header/…`."
    )
    code: str = Field(description="Which check failed, for programs.")
    detail: str = Field(description="Which rule the field breaks, for people.")


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "/problems/invalid-request",
                    "title": "The request breaks a rule",
                    "status": 422,
                    "code": "invalid-request",
                    "detail": "1 field breaks a rule; see errors.",
                    "errors": [
                        {
                            "pointer": "/children/0/nhs_number",
                            "code": "nhs_number_check_digit",
                            "detail": "The check digit does not fit (modulus 11).",
                        }
                    ],
                    "request_id": "01a1a0ae-8063-7c3e-9a41-5b0f6f1d2a01",
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    code: str
    detail: str
    rule: Annotated[
        str | None, Field(description="The provision that refused the request, where one did.")
    ] = None
    errors: list[ProblemError] | None = None
    allowed: Annotated[
        list[str] | None, Field(description="What may be done instead, where a move was refused.")
    ] = None
    message_id: Annotated[UUID | None, Field(description="On a link: the message this answers.")] = None
    request_id: UUID | None = None


def _catalogue(*problems: tuple[str, int, str, str]) -> dict[str, ProblemType]:
    return {
        name: ProblemType(name, status, title, explanation) for name, status, title, explanation in problems
    }


CATALOGUE = _catalogue(
    # Any caller
    ("malformed-body", 400, "The body is not JSON that can be read one way only",
     "The body must be UTF-8 JSON as RFC 7493 narrows it: no repeated member names, no NaN or Infinity, no NUL "
     "character, at most 32 levels deep."),
    ("idempotency-key-missing", 400, "An Idempotency-Key header is required",
     "Every POST that creates or sends needs an Idempotency-Key of 16 to 200 visible characters, so that it can be "
     "repeated safely. Keys are kept for 30 days."),
    ("unauthenticated", 401, "The credential was not accepted",
     "No credential was given, or it is unknown, expired or revoked. On an exchange link: the signature, its time or "
     "the link itself was not accepted; which of them is not told."),
    ("forbidden", 403, "The credential does not allow this",
     "The credential is valid, but its roles do not include what this operation needs."),
    ("second-person-required", 403, "A second person is required",
     "The person who prepared this cannot also authorise it."),
    ("purpose-not-allowed", 403, "The information is locked to another purpose",
     "The information was given under a provision that lets it be used for one purpose only; say that purpose in "
     "Access-Purpose, where it is yours."),
    ("recused", 403, "You are recused from this case",
     "You declared an interest in the case: a member with an interest takes no part in it and does not read it."),
    ("not-found", 404, "Nothing is here for this credential",
     "There is no such resource, or it belongs to another organisation: the two are not told apart."),
    ("method-not-allowed", 405, "The method is not allowed here", "See the Allow header for the methods there are."),
    ("conflict", 409, "This conflicts with what is held",
     "The request conflicts with a fact that is already recorded. On an exchange link: another message holds the "
     "id's place; the receipt of the one held is given."),
    ("request-in-progress", 409, "The same request is still being answered",
     "Another request with the same Idempotency-Key has not finished. Repeat this one a little later."),
    ("move-not-allowed", 409, "This step is not allowed now",
     "The resource is in a state that does not allow the step; the rule says why and `allowed` what may be done."),
    ("incomplete", 409, "Something the rule set asks for is missing", "The errors name each missing part."),
    ("not-a-serious-case", 409, "A recorded fact negates a limb of the definition",
     "Children Act 2004 s16B(9) defines serious child safeguarding cases; a fact recorded on this case excludes it."),
    ("precondition-failed", 412, "The resource has changed since it was read",
     "The ETag in If-Match is not the current one: read the resource again and decide anew."),
    ("body-too-large", 413, "The body is too large", "The body is larger than this operation takes."),
    ("unsupported-media-type", 415, "The media type is not supported",
     "Bodies are application/json; on an exchange link application/cloudevents+json or a batch of them. No "
     "Content-Encoding."),
    ("document-missing", 409, "A document that the message names is not held",
     "On an exchange link: the documents that a message names go before it. Upload what is missing and send the "
     "message again; what came by another link does not count."),
    ("wrong-offset", 409, "The part does not begin where what is held ends",
     "On an exchange link: `held` says how many bytes of the document are held from its beginning; go on from there."),
    ("document-mismatch", 422, "The document does not have its hash",
     "On an exchange link: the bytes that came do not have the SHA-256 or the size they were announced with. What was "
     "held of them is discarded; send them anew."),
    ("document-refused", 422, "The document is not taken",
     "Its content is not a whole PDF, Word document (without macros) or UTF-8 text, is another kind than its "
     "Content-Type says, can be read as two kinds, or the service's scanner refused it. Nothing of it is kept."),
    ("invalid-request", 422, "The request breaks a rule",
     "Each entry of errors points to a field and names the rule it breaks."),
    ("idempotency-key-reused", 422, "The Idempotency-Key belongs to another request",
     "The same key was used with another body, path or method."),
    ("precondition-required", 428, "An If-Match header is required",
     "Send the ETag you last read in If-Match, so that nobody's change is overwritten unseen."),
    ("rate-limited", 429, "Too many requests", "Come again after the seconds in Retry-After."),
    ("internal-error", 500, "Something went wrong on our side",
     "Nothing was recorded. The request_id finds the cause in the service's own log."),
    ("unavailable", 503, "The service cannot answer just now", "Come again after the seconds in Retry-After."),
    # On an exchange link
    ("malformed-message", 400, "The message cannot be read",
     "The bytes are not one compact I-JSON object (RFC 7493) without a line feed."),
    ("changed-message", 409, "This id is held with other bytes",
     "A message never changes: the same id came with another hash. Nothing was stored."),
    ("wrong-party", 403, "The message names other parties than this link's",
     "source and destination must be the two parties of the link."),
    ("returns-closed", 403, "Nothing is given back on this link now",
     "A person at this end must open it for the link and a limited time: a key alone never reads."),
    ("invalid-message", 422, "The message breaks its schema", "Each entry of errors points to a member."),
    ("unsupported-type", 422, "The message type is not known here", "The receiver does not know this type or version."),
    ("too-far-ahead", 429, "The number is too far ahead",
     "A stream's number may be at most 1,000 above the last applied, and waiting room is bounded."),
    ("checkpoint-conflict", 409, "The checkpoint does not begin where the last one ended",
     "On an exchange link: `size` says how much of this tree was cosigned last; the consistency proof must start there. "
     "A tree of a new origin is cosigned once a person at the witness has confirmed it."),
    ("checkpoint-inconsistent", 422, "The checkpoint does not contain the one before it",
     "On an exchange link: the checkpoint is not signed by the audit key that is pinned here, or the proof does not show "
     "that the tree only grew. Nothing is cosigned, and people on both sides are told."),
    ("link-closed", 410, "The link is closed", "Nothing is exchanged on this link any more."),
    # Reasons for which an applied message is set aside for a person
    ("contradicts-record", 409, "The message contradicts what is recorded",
     "The message is held, but a rule of the receiver keeps it from taking effect: a person decides."),
)  # fmt: skip
