from fastapi import FastAPI

from local_service.agency_summaries.router import organisation_router as organisations_summaries
from local_service.agency_summaries.router import router as agency_summaries
from local_service.assessments.router import router as assessments
from local_service.case_course.router import router as case_course
from local_service.cases.batch_router import router as batch
from local_service.cases.proof_router import router as case_proofs
from local_service.cases.router import router as cases
from local_service.cases.timeline_router import router as timeline
from local_service.chronology.router import router as chronology
from local_service.delivery_alerts.letter_rules import LETTER_RULES
from local_service.delivery_alerts.router import router as delivery_alerts
from local_service.documents.router import router as documents
from local_service.duplicates.router import router as duplicates
from local_service.duties.calendar_router import router as calendars
from local_service.duties.list_router import router as all_duties
from local_service.duties.projection import settle_duties
from local_service.duties.router import router as duties
from local_service.events import EVENTS
from local_service.improvements.router import router as improvements
from local_service.information_requests.router import organisation_router as organisations_requests
from local_service.information_requests.router import router as information_requests
from local_service.learning.router import library as learning_library
from local_service.learning.router import router as learning
from local_service.local_reviews.listing import router as local_review_list
from local_service.local_reviews.reply import router as replies_to_panel
from local_service.local_reviews.router import router as local_reviews
from local_service.messages import MESSAGE_TYPES
from local_service.national_reviews.router import router as national_reviews
from local_service.notifications.router import router as notifications
from local_service.panel_decisions.router import router as panel_decisions
from local_service.panel_requests.router import router as panel_requests
from local_service.queries.router import letters
from local_service.queries.router import router as queries
from local_service.rapid_reviews.router import router as rapid_reviews
from local_service.rapid_reviews.view_router import router as partners_views
from local_service.reference.router import router as reference
from local_service.roles import ROLE_SCOPES
from local_service.screenings.router import router as screenings
from local_service.withdrawals.router import router as withdrawals
from service_kit import audit_routes, feed_routes, me, reference_routes
from service_kit.app import ServiceDefinition, make_app
from service_kit.exchange.router import router as exchange
from service_kit.settings import ServiceSettings
from service_kit.webhooks.router import router as webhooks
from shared_schemas.messages.catalogue import FROM_BOTH, FROM_LOCAL, FROM_PANEL

SCHEMA_REVISION = "0003"

DEFINITION = ServiceDefinition(
    name="local",
    title="Practice Review Exchange: the local service",
    description=(
        "Records serious child safeguarding cases for safeguarding partnerships, runs the rapid review against its "
        "statutory clock, and tells the Child Safeguarding Practice Review Panel (Children Act 2004 ss16B to 16F, "
        "SI 2018/789). The Panel's decisions come back by signed webhooks."
    ),
    version="0.1.0",
    routers=(
        me.router,
        screenings,
        cases,
        case_proofs,
        assessments,
        notifications,
        delivery_alerts,
        withdrawals,
        case_course,
        duplicates,
        information_requests,
        organisations_requests,
        agency_summaries,
        organisations_summaries,
        chronology,
        rapid_reviews,
        partners_views,
        learning,
        learning_library,
        local_reviews,
        local_review_list,
        documents,
        panel_decisions,
        replies_to_panel,
        queries,
        letters,
        panel_requests,
        national_reviews,
        improvements,
        duties,
        all_duties,
        calendars,
        timeline,
        batch,
        feed_routes.router,
        webhooks,
        reference_routes.router,
        reference,
        exchange,
        audit_routes.router,
    ),
    tags=(
        {"name": "me", "description": "Who your credential is."},
        {"name": "screenings", "description": "Information that comes in, and what was made of it."},
        {"name": "cases", "description": "Incidents with their children, as a partnership records them."},
        {"name": "assessments", "description": "Is it a serious child safeguarding case?"},
        {
            "name": "notifications",
            "description": "Telling the Panel: drafted by one person, authorised by another.",
        },
        {"name": "withdrawals", "description": "Withdrawing a notification: two people, as for sending it."},
        {
            "name": "case course",
            "description": "A case found not notifiable, closed, reopened; related cases.",
        },
        {"name": "information requests", "description": "Requests for information (Children Act 2004 s16H)."},
        {"name": "agency summaries", "description": "What each agency knows, and one chronology of it."},
        {"name": "rapid reviews", "description": "The concise investigative exercise and its findings."},
        {"name": "learning", "description": "Learning: what was shared, with whom, when, by whom."},
        {"name": "local reviews", "description": "Local child safeguarding practice reviews."},
        {"name": "documents", "description": "Report documents: PDF, Word or text, checked and hashed."},
        {"name": "panel decisions", "description": "What the Panel decided and sent back."},
        {"name": "queries", "description": "What the Panel asks about a case, and the answers."},
        {"name": "panel requests", "description": "Information the Panel requests (Children Act 2004 s16D)."},
        {
            "name": "national reviews",
            "description": "National reviews that concern a case; proposals of one.",
        },
        {
            "name": "improvements",
            "description": "Improvements the Panel identified that concern this partnership.",
        },
        {"name": "duties", "description": "What is due, when, and why then."},
        {"name": "changes", "description": "What has happened, in one order, for others to follow."},
        {"name": "webhooks", "description": "Endpoints of your own systems that are told of events."},
        {"name": "reference", "description": "Code lists, rule sets, local authorities, police forces."},
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
    sends=(*FROM_LOCAL, *FROM_BOTH),
    events=EVENTS,
    receives=(*FROM_PANEL, *FROM_BOTH),
    settle=settle_duties,
    letters=LETTER_RULES,
)


def create_app(settings: ServiceSettings) -> FastAPI:
    """Make the local service's application."""
    return make_app(DEFINITION, settings)
