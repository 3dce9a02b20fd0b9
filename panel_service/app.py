from fastapi import FastAPI

from panel_service.by_hand.router import router as by_hand
from panel_service.cases.duties_router import router as case_duties
from panel_service.cases.proof_router import router as case_proofs
from panel_service.cases.router import router as cases
from panel_service.decisions.router import router as decisions
from panel_service.documents.router import router as documents
from panel_service.events import EVENTS
from panel_service.improvements.router import router as improvements
from panel_service.information_requests.router import router as information_requests
from panel_service.intake.router import router as intake
from panel_service.intake.waiting_router import router as waiting
from panel_service.letters.router import router as letters
from panel_service.meetings.router import router as meetings
from panel_service.members.router import router as members
from panel_service.messages import MESSAGE_TYPES
from panel_service.national_reviews.appointments_router import router as national_review_appointments
from panel_service.national_reviews.proposals_router import router as national_review_proposals
from panel_service.national_reviews.reports_router import router as national_review_reports
from panel_service.national_reviews.router import router as national_reviews
from panel_service.national_reviews.supervision_router import router as national_review_supervision
from panel_service.partnerships.router import router as partnerships
from panel_service.public_register.router import router as public_register
from panel_service.publication_comments.router import router as publication_comments
from panel_service.queries.router import router as queries
from panel_service.refused_messages import LETTER_RULES
from panel_service.reviewers.router import router as reviewers
from panel_service.roles import ROLE_SCOPES
from panel_service.statistics.router import router as statistics
from panel_service.triage.router import of_case as attention
from panel_service.triage.router import router as triage
from panel_service.views.router import router as views
from service_kit import audit_routes, feed_routes, me, reference_routes
from service_kit.app import ServiceDefinition, make_app
from service_kit.audit_tree.routes import published as published_checkpoints
from service_kit.exchange.router import router as exchange
from service_kit.settings import ServiceSettings
from service_kit.webhooks.router import router as webhooks
from shared_schemas.messages.catalogue import FROM_BOTH, FROM_LOCAL, FROM_PANEL

SCHEMA_REVISION = "0003"

DEFINITION = ServiceDefinition(
    name="panel",
    title="Practice Review Exchange: the Panel's service",
    description=(
        "Receives every notification, rapid review and local review that partnerships send, and records the decisions "
        "of the Child Safeguarding Practice Review Panel, which go back by signed webhooks (Children Act 2004 s16B, "
        "SI 2018/789)."
    ),
    version="0.1.0",
    routers=(
        me.router,
        triage,
        cases,
        case_proofs,
        attention,
        by_hand,
        waiting,
        intake,
        case_duties,
        documents,
        queries,
        members,
        meetings,
        decisions,
        publication_comments,
        views,
        letters,
        national_reviews,
        national_review_appointments,
        national_review_supervision,
        national_review_reports,
        national_review_proposals,
        reviewers,
        improvements,
        information_requests,
        statistics,
        public_register,
        partnerships,
        feed_routes.router,
        webhooks,
        reference_routes.router,
        exchange,
        published_checkpoints,
        audit_routes.router,
    ),
    tags=(
        {"name": "me", "description": "Who your credential is."},
        {"name": "triage", "description": "What needs a person first."},
        {"name": "cases", "description": "Cases as partnerships notified them, in one thread each."},
        {
            "name": "by hand",
            "description": "What came by form, e-mail or post, from areas that are not connected.",
        },
        {"name": "intake", "description": "Messages that wait for their turn or for a person."},
        {"name": "documents", "description": "Documents that partnerships sent, held by their hash."},
        {"name": "queries", "description": "Questions to partnerships about a case, and their answers."},
        {"name": "members", "description": "The Panel's chair and members (Children Act 2004 s16A)."},
        {"name": "meetings", "description": "Meetings: agenda, presence, interests, recusals, minutes."},
        {"name": "decisions", "description": "Decisions of the Panel: added, never changed."},
        {
            "name": "views and letters",
            "description": "What the Panel thinks of a case, and letters about it.",
        },
        {
            "name": "national reviews",
            "description": "National child safeguarding practice reviews (s16B, regs 4 to 10).",
        },
        {"name": "reviewers", "description": "The pool of potential reviewers (SI 2018/789 reg 4)."},
        {
            "name": "improvements",
            "description": "Improvements identified, their evidence, themes, responses.",
        },
        {"name": "information requests", "description": "Requests for information (Children Act 2004 s16D)."},
        {"name": "statistics", "description": "Notifications counted, with disclosure control."},
        {"name": "public register", "description": "What anybody may read, without a credential."},
        {"name": "partnerships", "description": "The safeguarding partnerships that are connected."},
        {"name": "changes", "description": "What has happened, in one order, for others to follow."},
        {"name": "webhooks", "description": "Endpoints of your own systems that are told of events."},
        {"name": "reference", "description": "Code lists and rule sets."},
        {
            "name": "exchange",
            "description": "Messages between the services, their receipts, and what is stuck.",
        },
        {"name": "audit", "description": "Who read or changed what, when, and why."},
        {"name": "problems", "description": "What each error means."},
        {"name": "health", "description": "For probes."},
    ),
    role_scopes=ROLE_SCOPES,
    expected_revision=SCHEMA_REVISION,
    message_types=MESSAGE_TYPES,
    sends=(*FROM_PANEL, *FROM_BOTH),
    events=EVENTS,
    receives=(*FROM_LOCAL, *FROM_BOTH),
    letters=LETTER_RULES,
)


def create_app(settings: ServiceSettings) -> FastAPI:
    """Make the Panel's application."""
    return make_app(DEFINITION, settings)
