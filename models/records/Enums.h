#pragma once

#include <QList>
#include <QString>
#include <QStringView>
#include <optional>
#include <span>

namespace calldeck
{

// Each vocabulary is listed once: the enumerator is the wire and database word, the second column is what the screen says.
#define CALLDECK_CALL_STATUS(X)                                                                                                            \
    X(SCHEDULED, "Scheduled") X(IN_PROGRESS, "In progress") X(COMPLETED, "Completed") X(MISSED, "Missed") X(VOICEMAIL, "Voicemail")         \
        X(FAILED, "Failed") X(CANCELLED, "Cancelled")
#define CALLDECK_LIVE_STATE(X)                                                                                                             \
    X(QUEUED, "Queued") X(RINGING, "Ringing") X(ANSWERED, "Answered") X(ON_HOLD, "On hold") X(WRAP_UP, "Wrap-up")
#define CALLDECK_CALL_TYPE(X)                                                                                                              \
    X(INBOUND, "Inbound") X(OUTBOUND_LEAD, "Outbound lead") X(OUTBOUND_DEBT, "Outbound debt") X(OUTBOUND_FOLLOWUP, "Outbound follow-up")    \
        X(OUTBOUND_CAMPAIGN, "Outbound campaign") X(OUTBOUND_OTHER, "Outbound other")
#define CALLDECK_OUTCOME(X)                                                                                                                \
    X(BOOKED, "Booked") X(TRANSFERRED, "Transferred") X(INSURANCE_INQUIRY, "Insurance inquiry") X(PAYMENT_PLAN, "Payment plan")             \
        X(INFORMATION, "Information") X(VOICEMAIL, "Voicemail") X(NO_ANSWER, "No answer") X(BUSY, "Busy") X(FAILED, "Failed") X(OTHER, "Other")
#define CALLDECK_CALL_SOURCE(X) X(QUEUE, "Queue") X(MANUAL, "Manual") X(CALLBACK, "Callback")
#define CALLDECK_ABANDON_STAGE(X) X(IVR, "In the IVR") X(QUEUE, "In the queue")
#define CALLDECK_SENTIMENT(X) X(POSITIVE, "Positive") X(NEUTRAL, "Neutral") X(NEGATIVE, "Negative")
#define CALLDECK_RECORDING_STATUS(X) X(PROCESSING, "Processing") X(AVAILABLE, "Available") X(REDACTED, "Redacted") X(FAILED, "Failed")
#define CALLDECK_TRANSCRIPT_STATUS(X) X(PROCESSING, "Processing") X(AVAILABLE, "Available") X(FAILED, "Failed")
#define CALLDECK_LEAD_STATUS(X)                                                                                                            \
    X(NEW, "New") X(INTERESTED, "Interested") X(NOT_INTERESTED, "Not interested") X(CALLBACK, "Callback") X(CONVERTED, "Converted")         \
        X(DO_NOT_CALL, "Do not call")
#define CALLDECK_SLA_TRIGGER(X)                                                                                                            \
    X(MISSED_CALL, "Missed call") X(VOICEMAIL, "Voicemail") X(CALLBACK_DUE, "Callback due") X(DISPOSITION_DUE, "Disposition due")           \
        X(EMERGENCY, "Emergency")
#define CALLDECK_SLA_STATE(X) X(NONE, "No deadline") X(OK, "On time") X(WARNING, "Due soon") X(CRITICAL, "Critical") X(OVERDUE, "Overdue")
#define CALLDECK_FOLLOW_UP_STATE(X) X(OPEN, "Open") X(DONE, "Done") X(CANCELLED, "Cancelled")
#define CALLDECK_SPEAKER(X) X(AGENT, "Agent") X(CUSTOMER, "Customer") X(SYSTEM, "System")
#define CALLDECK_USER_ROLE(X) X(AGENT, "Agent") X(DISPATCHER, "Dispatcher") X(MANAGER, "Manager") X(ADMIN, "Admin")

struct EnumWord {
    const char16_t *wire;  ///< database, API and file spelling
    const char16_t *label; ///< what the screen says
};

/** The words of an enum in the order of its enumerators; specialised below for each vocabulary. */
template <class E> std::span<const EnumWord> enumWords();

#define CALLDECK_ENUMERATOR(wire, label) wire,
#define CALLDECK_WORD(wire, label) EnumWord{u"" #wire, u"" label},
#define CALLDECK_DEFINE_ENUM(Name, LIST)                                                                                                   \
    enum class Name : quint8 { LIST(CALLDECK_ENUMERATOR) };                                                                                \
    template <> inline std::span<const EnumWord> enumWords<Name>()                                                                         \
    {                                                                                                                                      \
        static constexpr EnumWord words[] = {LIST(CALLDECK_WORD)};                                                                         \
        return words;                                                                                                                      \
    }

CALLDECK_DEFINE_ENUM(CallStatus, CALLDECK_CALL_STATUS)
CALLDECK_DEFINE_ENUM(LiveState, CALLDECK_LIVE_STATE)
CALLDECK_DEFINE_ENUM(CallType, CALLDECK_CALL_TYPE)
CALLDECK_DEFINE_ENUM(Outcome, CALLDECK_OUTCOME)
CALLDECK_DEFINE_ENUM(CallSource, CALLDECK_CALL_SOURCE)
CALLDECK_DEFINE_ENUM(AbandonStage, CALLDECK_ABANDON_STAGE)
CALLDECK_DEFINE_ENUM(Sentiment, CALLDECK_SENTIMENT)
CALLDECK_DEFINE_ENUM(RecordingStatus, CALLDECK_RECORDING_STATUS)
CALLDECK_DEFINE_ENUM(TranscriptStatus, CALLDECK_TRANSCRIPT_STATUS)
CALLDECK_DEFINE_ENUM(LeadStatus, CALLDECK_LEAD_STATUS)
CALLDECK_DEFINE_ENUM(SlaTrigger, CALLDECK_SLA_TRIGGER)
CALLDECK_DEFINE_ENUM(SlaState, CALLDECK_SLA_STATE)
CALLDECK_DEFINE_ENUM(FollowUpState, CALLDECK_FOLLOW_UP_STATE)
CALLDECK_DEFINE_ENUM(Speaker, CALLDECK_SPEAKER)
CALLDECK_DEFINE_ENUM(UserRole, CALLDECK_USER_ROLE)

#undef CALLDECK_ENUMERATOR
#undef CALLDECK_WORD
#undef CALLDECK_DEFINE_ENUM

template <class E> QString wireWord(E value) { return QString::fromUtf16(enumWords<E>()[static_cast<size_t>(value)].wire); }
template <class E> QString labelOf(E value) { return QString::fromUtf16(enumWords<E>()[static_cast<size_t>(value)].label); }

/** The enumerator spelled `word` on the wire (letter case is ignored), or nothing. */
template <class E> std::optional<E> fromWireWord(QStringView word)
{
    const auto words = enumWords<E>();
    for (size_t i = 0; i < words.size(); ++i) {
        if (word.compare(QStringView(words[i].wire), Qt::CaseInsensitive) == 0)
            return static_cast<E>(i);
    }
    return std::nullopt;
}

/** "A, B or C": the wire words of a vocabulary, for error messages. */
template <class E> QString wireWordList()
{
    QString list;
    const auto words = enumWords<E>();
    for (size_t i = 0; i < words.size(); ++i) {
        if (i > 0)
            list += i + 1 == words.size() ? QStringLiteral(" or ") : QStringLiteral(", ");
        list += QString::fromUtf16(words[i].wire);
    }
    return list;
}

inline bool isOutbound(CallType type) { return type != CallType::INBOUND; }

} // namespace calldeck
