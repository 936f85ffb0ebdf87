#include "api/Log.h"

#include "rules/OneLine.h"
#include "store/Moment.h"

#include <QJsonObject>
#include <cstdio>
#include <mutex>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr const char16_t *names[] = {u"method", u"route", u"status", u"ms", u"bytes", u"peer", u"request", u"port", u"store", u"error", u"detail", u"workspace", u"count", u"version", u"account"};

} // namespace

void logLine(const QString &event, const QList<std::pair<LogField, QJsonValue>> &fields)
{
    constexpr qsizetype longest = 500;
    QJsonObject line{{u"at"_s, isoUtc(serverNow())}, {u"event"_s, event}};
    for (const auto &[field, value] : fields)
        line.insert(QString::fromUtf16(names[static_cast<size_t>(field)]), value.isString() ? QJsonValue(value.toString().left(longest)) : value);
    const QByteArray text = oneLineJson(line) + '\n';
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    fwrite(text.constData(), 1, static_cast<size_t>(text.size()), stderr);
}

} // namespace calldeck
