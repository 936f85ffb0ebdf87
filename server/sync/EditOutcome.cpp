#include "sync/EditOutcome.h"

#include "sync/JsonText.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr const char16_t *words[] = {u"applied", u"conflict", u"duplicate", u"rejected"};

} // namespace

QString wordOf(EditOutcome::Status status) { return QString::fromUtf16(words[static_cast<size_t>(status)]); }

std::optional<EditOutcome::Status> statusNamed(const QString &word)
{
    for (size_t i = 0; i < std::size(words); ++i) {
        if (word == QStringView(words[i]))
            return static_cast<EditOutcome::Status>(i);
    }
    return std::nullopt;
}

QByteArray outcomeText(const EditOutcome &outcome)
{
    JsonObjectText text;
    text.add("mid", outcome.mid).add("status", wordOf(outcome.status)).add("seq", outcome.seq);
    if (!outcome.code.isEmpty())
        text.add("code", outcome.code);
    if (!outcome.message.isEmpty())
        text.add("message", outcome.message);
    text.add("kind", outcome.kind).add("id", outcome.id);
    const bool shows = outcome.status == EditOutcome::Status::Conflict || outcome.status == EditOutcome::Status::Rejected;
    if (shows && outcome.ver > 0)
        text.add("ver", outcome.ver).addRaw("row", outcome.row);
    return text.end();
}

EditOutcome rejectedAs(const QString &code, const QString &message)
{
    EditOutcome outcome;
    outcome.status = EditOutcome::Status::Rejected;
    outcome.code = code;
    outcome.message = message;
    return outcome;
}

} // namespace calldeck
