#include "api/Query.h"

#include "store/CallList.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

Error refused(const QString &name, const QString &reason) { return {Error::Code::InvalidInput, QString(name % u' ' % reason % u'.'), {}, false}; }

} // namespace

Result<std::optional<qint64>> numberIn(const HttpRequest &request, const QString &name, qint64 least, qint64 most)
{
    const QString text = request.queryValue(name);
    if (text.isEmpty())
        return std::optional<qint64>();
    bool ok = false;
    const qint64 number = text.toLongLong(&ok);
    if (!ok || number < least || number > most)
        return refused(name, u"must be a whole number from %1 to %2"_s.arg(least).arg(most));
    return std::optional(number);
}

Result<std::optional<TimeMs>> timeIn(const HttpRequest &request, const QString &name)
{
    const QString text = request.queryValue(name);
    if (text.isEmpty())
        return std::optional<TimeMs>();
    const auto at = timeWithZone(text);
    if (!at)
        return refused(name, u"must be a time such as 2026-11-21T09:30:00.000Z"_s);
    return at;
}

Result<std::optional<bool>> truthIn(const HttpRequest &request, const QString &name)
{
    const QString text = request.queryValue(name);
    if (text.isEmpty())
        return std::optional<bool>();
    if (text != u"true"_s && text != u"false"_s)
        return refused(name, u"must be true or false"_s);
    return std::optional(text == u"true"_s);
}

Result<QString> wordIn(const HttpRequest &request, const QString &name, const QStringList &words, const QString &otherwise)
{
    const QString word = request.queryValue(name, otherwise);
    if (!words.contains(word))
        return refused(name, QString(u"must be one of "_s % words.join(u", "_s)));
    return word;
}

Result<QString> textIn(const HttpRequest &request, const QString &name, qsizetype longest)
{
    const QString text = request.queryValue(name);
    if (text.size() > longest || std::any_of(text.cbegin(), text.cend(), [](QChar letter) { return letter.category() == QChar::Other_Control; }))
        return refused(name, u"must have at most %1 characters, and none that control"_s.arg(longest));
    return text;
}

Result<PageQuery> pageQueryOf(const HttpRequest &request)
{
    const auto limit = numberIn(request, u"limit"_s, 1, CallListRequest::most);
    if (!limit)
        return limit.error();
    return PageQuery{static_cast<int>(limit->value_or(CallListRequest::usual)), request.queryValue(u"cursor"_s)};
}

std::optional<QByteArray> headerOf(const HttpRequest &request, QByteArrayView name)
{
    const auto sent = std::find_if(request.headers.cbegin(), request.headers.cend(), [name](const auto &header) { return header.first == name; });
    return sent == request.headers.cend() ? std::nullopt : std::optional(sent->second);
}

Result<QByteArray> idempotencyKeyOf(const HttpRequest &request)
{
    constexpr qsizetype longest = 128;
    const auto key = headerOf(request, "idempotency-key");
    if (!key)
        return QByteArray();
    if (key->isEmpty() || key->size() > longest || std::any_of(key->cbegin(), key->cend(), [](char letter) { return letter < 0x20 || letter > 0x7e; }))
        return Error{Error::Code::InvalidInput, u"Idempotency-Key must have 1 to %1 printable ASCII characters."_s.arg(longest), {}, false};
    return *key;
}

QString pathPart(const ApiCall &call, qsizetype n) { return call.request.path.value(n); }

Result<std::unique_ptr<WorkspaceTx>> reading(ApiCall &call) { return WorkspaceTx::begin(call.connection, call.caller.ws, WorkspaceTx::Mode::Read); }

} // namespace calldeck
