#include "rules/LegacyValues.h"

#include <algorithm>

namespace calldeck
{

namespace
{

template <class E> struct OldWord {
    const char16_t *word; ///< lower case, one blank between words
    E value;
};

constexpr OldWord<CallType> oldDirections[] = {
    {u"in", CallType::INBOUND},
    {u"incoming", CallType::INBOUND},
    {u"inbound call", CallType::INBOUND},
    {u"out", CallType::OUTBOUND_OTHER},
    {u"outgoing", CallType::OUTBOUND_OTHER},
    {u"outbound", CallType::OUTBOUND_OTHER},
    {u"outbound api", CallType::OUTBOUND_OTHER},
    {u"outbound dial", CallType::OUTBOUND_OTHER},
    {u"lead", CallType::OUTBOUND_LEAD},
    {u"debt", CallType::OUTBOUND_DEBT},
    {u"collection", CallType::OUTBOUND_DEBT},
    {u"collections", CallType::OUTBOUND_DEBT},
    {u"followup", CallType::OUTBOUND_FOLLOWUP},
    {u"follow up", CallType::OUTBOUND_FOLLOWUP},
    {u"outbound follow up", CallType::OUTBOUND_FOLLOWUP},
    {u"callback", CallType::OUTBOUND_FOLLOWUP},
    {u"campaign", CallType::OUTBOUND_CAMPAIGN},
};

constexpr OldWord<CallStatus> oldStatuses[] = {
    {u"pending", CallStatus::SCHEDULED},
    {u"initiated", CallStatus::IN_PROGRESS},
    {u"queued", CallStatus::IN_PROGRESS},
    {u"ringing", CallStatus::IN_PROGRESS},
    {u"active", CallStatus::IN_PROGRESS},
    {u"ongoing", CallStatus::IN_PROGRESS},
    {u"processing", CallStatus::IN_PROGRESS},
    {u"complete", CallStatus::COMPLETED},
    {u"done", CallStatus::COMPLETED},
    {u"ended", CallStatus::COMPLETED},
    {u"finished", CallStatus::COMPLETED},
    {u"answered", CallStatus::COMPLETED},
    {u"success", CallStatus::COMPLETED},
    {u"successful", CallStatus::COMPLETED},
    {u"no answer", CallStatus::MISSED},
    {u"noanswer", CallStatus::MISSED},
    {u"not answered", CallStatus::MISSED},
    {u"unanswered", CallStatus::MISSED},
    {u"abandoned", CallStatus::MISSED},
    {u"hang up", CallStatus::MISSED},
    {u"hangup", CallStatus::MISSED},
    {u"busy", CallStatus::MISSED},
    {u"voice mail", CallStatus::VOICEMAIL},
    {u"vm", CallStatus::VOICEMAIL},
    {u"left voicemail", CallStatus::VOICEMAIL},
    {u"error", CallStatus::FAILED},
    {u"failure", CallStatus::FAILED},
    {u"canceled", CallStatus::CANCELLED},
};

constexpr OldWord<Outcome> oldOutcomes[] = {
    {u"appointment", Outcome::BOOKED},
    {u"appointment set", Outcome::BOOKED},
    {u"appointment booked", Outcome::BOOKED},
    {u"booking", Outcome::BOOKED},
    {u"job booked", Outcome::BOOKED},
    {u"transfer", Outcome::TRANSFERRED},
    {u"transferred to staff", Outcome::TRANSFERRED},
    {u"insurance", Outcome::INSURANCE_INQUIRY},
    {u"payment", Outcome::PAYMENT_PLAN},
    {u"info", Outcome::INFORMATION},
    {u"inquiry", Outcome::INFORMATION},
    {u"information only", Outcome::INFORMATION},
    {u"voice mail", Outcome::VOICEMAIL},
    {u"vm", Outcome::VOICEMAIL},
    {u"left voicemail", Outcome::VOICEMAIL},
    {u"left message", Outcome::VOICEMAIL},
    {u"noanswer", Outcome::NO_ANSWER},
    {u"not answered", Outcome::NO_ANSWER},
    {u"unanswered", Outcome::NO_ANSWER},
    {u"line busy", Outcome::BUSY},
    {u"error", Outcome::FAILED},
    {u"failure", Outcome::FAILED},
};

/** Wire word or old word; old systems differ in case, hyphens, underscores and blanks only. */
template <class E, size_t N> std::optional<E> look(const OldWord<E> (&oldWords)[N], QStringView typed)
{
    const QString plain = typed.toString().replace(u'_', u' ').replace(u'-', u' ').simplified().toLower();
    if (const auto current = fromWireWord<E>(QString(plain).replace(u' ', u'_')))
        return current;
    const auto found = std::find_if(std::begin(oldWords), std::end(oldWords),
                                    [&](const OldWord<E> &old) { return plain == old.word; });
    return found == std::end(oldWords) ? std::nullopt : std::optional(found->value);
}

} // namespace

std::optional<CallType> legacyCallType(QStringView direction)
{
    return look(oldDirections, direction);
}

std::optional<CallStatus> legacyStatus(QStringView status)
{
    return look(oldStatuses, status);
}

std::optional<Outcome> legacyOutcome(QStringView outcome)
{
    return look(oldOutcomes, outcome);
}

} // namespace calldeck
