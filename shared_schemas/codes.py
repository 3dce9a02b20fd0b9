"""One field type for each code list, and the rules that bind several codes of one field."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from shared_schemas.code_lists import CodeOf

AgeBand = Annotated[str, CodeOf("age_band")]
AgencyType = Annotated[str, CodeOf("agency_type")]
CaseRelation = Annotated[str, CodeOf("case_relation")]
CategoryOfAbuse = Annotated[str, CodeOf("category_of_abuse")]
CauseOfDeath = Annotated[str, CodeOf("cause_of_death")]
CopiedItem = Annotated[str, CodeOf("copied_item")]
CopyRecipient = Annotated[str, CodeOf("copy_recipient")]
DelayReason = Annotated[str, CodeOf("delay_reason")]
Disability = Annotated[str, CodeOf("disability")]
Ethnicity = Annotated[str, CodeOf("ethnicity")]
HarmType = Annotated[str, CodeOf("harm_type")]
ImpairmentKind = Annotated[str, CodeOf("impairment_kind")]
ImpairmentSeverity = Annotated[str, CodeOf("impairment_severity")]
InPrincipleView = Annotated[str, CodeOf("in_principle_view")]
LearningStatus = Annotated[str, CodeOf("learning_status")]
LegalStatus = Annotated[str, CodeOf("legal_status")]
LocalCircumstance = Annotated[str, CodeOf("local_circumstance")]
NationalCircumstance = Annotated[str, CodeOf("national_circumstance")]
NatureOfNotification = Annotated[str, CodeOf("nature_of_notification")]
NotificationLimb = Annotated[str, CodeOf("notification_limb")]
NotificationVersionKind = Annotated[str, CodeOf("notification_version_kind")]
NotNotifiedReason = Annotated[str, CodeOf("not_notified_reason")]
OffPoolReason = Annotated[str, CodeOf("off_pool_reason")]
OpinionOnLocalReview = Annotated[str, CodeOf("opinion_on_local_review")]
PanelOutcome = Annotated[str, CodeOf("panel_outcome")]
ParallelProcess = Annotated[str, CodeOf("parallel_process")]
PartnerView = Annotated[str, CodeOf("partner_view")]
PerpetratorRelationship = Annotated[str, CodeOf("perpetrator_relationship")]
PlacementType = Annotated[str, CodeOf("placement_type")]
ReceiptChannel = Annotated[str, CodeOf("receipt_channel")]
PublicationForm = Annotated[str, CodeOf("publication_form")]
PublicationStage = Annotated[str, CodeOf("publication_stage")]
RecommendationStatus = Annotated[str, CodeOf("recommendation_status")]
ReferralSource = Annotated[str, CodeOf("referral_source")]
Regulation3Criterion = Annotated[str, CodeOf("regulation_3_criterion")]
Regulation11Criterion = Annotated[str, CodeOf("regulation_11_criterion")]
ReplyToPanel = Annotated[str, CodeOf("reply_to_panel")]
ReviewerChange = Annotated[str, CodeOf("reviewer_change")]
SchoolStatus = Annotated[str, CodeOf("school_status")]
Setting = Annotated[str, CodeOf("setting")]
Sex = Annotated[str, CodeOf("sex")]
SocialCareStatus = Annotated[str, CodeOf("social_care_status")]
SourceSystem = Annotated[str, CodeOf("source_system")]
Theme = Annotated[str, CodeOf("theme")]
SupervisionRating = Annotated[str, CodeOf("supervision_rating")]
SupervisionRequest = Annotated[str, CodeOf("supervision_request")]
TriState = Annotated[str, CodeOf("tri_state")]
UnavailabilityReason = Annotated[str, CodeOf("unavailability_reason")]
UpnUnknownReason = Annotated[str, CodeOf("upn_unknown_reason")]
WithdrawalReason = Annotated[str, CodeOf("withdrawal_reason")]


def refuse_duplicates(codes: list[str]) -> list[str]:
    """No code twice in one field (children in need census rule 8794)."""
    if len(set(codes)) != len(codes):
        raise PydanticCustomError("code_given_twice", "gives a code more than once")
    return codes


def refuse_none_with_others(codes: list[str]) -> list[str]:
    """`NONE` says that there is no disability, so nothing can stand beside it (children in need census rule 8790)."""
    if "NONE" in codes and len(codes) > 1:
        raise PydanticCustomError("none_excludes_others", "gives NONE together with another code")
    return codes


Disabilities = Annotated[
    list[Disability], AfterValidator(refuse_duplicates), AfterValidator(refuse_none_with_others)
]
HarmTypes = Annotated[list[HarmType], AfterValidator(refuse_duplicates)]
Themes = Annotated[list[Theme], Field(max_length=60), AfterValidator(refuse_duplicates)]
