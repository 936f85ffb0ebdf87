#include "rules/LegacyValues.h"

namespace calldeck
{

namespace
{

template <class E> struct OldWord {
    const char *word;
    E value;
};

template <class E, size_t N> std::optional<E> lookUp(QStringView text, const OldWord<E> (&words)[N])
{
    const QStringView trimmed = text.trimmed();
    if (const auto ours = fromWireWord<E>(trimmed))
        return ours;
    QString plain = trimmed.toString().toLower();
    plain.replace(u'-', u'_').replace(u' ', u'_');
    for (const OldWord<E> &old : words) {
        if (plain == QLatin1String(old.word))
            return old.value;
    }
    return std::nullopt;
}

constexpr OldWord<CallType> oldTypes[] = {{"in", CallType::INBOUND},
                                          {"incoming", CallType::INBOUND},
                                          {"inbound_call", CallType::INBOUND},
                                          {"out", CallType::OUTBOUND_OTHER},
                                          {"outbound", CallType::OUTBOUND_OTHER},
                                          {"outgoing", CallType::OUTBOUND_OTHER},
                                          {"outbound_api", CallType::OUTBOUND_OTHER},
                                          {"outbound_dial", CallType::OUTBOUND_OTHER}};
constexpr OldWord<CallStatus> oldStatuses[] = {{"queued", CallStatus::IN_PROGRESS},   {"ringing", CallStatus::IN_PROGRESS},  {"initiated", CallStatus::IN_PROGRESS},
                                               {"answered", CallStatus::COMPLETED},   {"done", CallStatus::COMPLETED},       {"ended", CallStatus::COMPLETED},
                                               {"success", CallStatus::COMPLETED},    {"successful", CallStatus::COMPLETED}, {"no_answer", CallStatus::MISSED},
                                               {"noanswer", CallStatus::MISSED},      {"abandoned", CallStatus::MISSED},     {"unanswered", CallStatus::MISSED},
                                               {"busy", CallStatus::MISSED},          {"hang", CallStatus::MISSED},          {"canceled", CallStatus::CANCELLED},
                                               {"error", CallStatus::FAILED},         {"voice_mail", CallStatus::VOICEMAIL}, {"pending", CallStatus::SCHEDULED},
                                               {"in_progress", CallStatus::IN_PROGRESS}};
constexpr OldWord<Outcome> oldOutcomes[] = {{"appointment", Outcome::BOOKED},      {"appointment_set", Outcome::BOOKED}, {"sale", Outcome::BOOKED},
                                            {"converted", Outcome::BOOKED},        {"transfer", Outcome::TRANSFERRED},   {"xfer", Outcome::TRANSFERRED},
                                            {"insurance", Outcome::INSURANCE_INQUIRY}, {"info", Outcome::INFORMATION},   {"callback", Outcome::INFORMATION},
                                            {"vm", Outcome::VOICEMAIL},            {"na", Outcome::NO_ANSWER},           {"no_answer", Outcome::NO_ANSWER},
                                            {"error", Outcome::FAILED},            {"unknown", Outcome::OTHER}};

} // namespace

std::optional<CallType> legacyCallType(QStringView direction) { return lookUp(direction, oldTypes); }
std::optional<CallStatus> legacyStatus(QStringView status) { return lookUp(status, oldStatuses); }
std::optional<Outcome> legacyOutcome(QStringView outcome) { return lookUp(outcome, oldOutcomes); }

} // namespace calldeck
