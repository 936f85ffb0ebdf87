#include "CallText.h"

#include "rules/LocalTime.h"

#include <algorithm>

namespace calldeck
{

namespace
{

template <class E> QString wordOf(const std::optional<E> &value) { return value ? wireWord(*value) : QString(); }

} // namespace

QString oneLine(const QString &text)
{
    QString line = text;
    std::replace_if(line.begin(), line.end(), [](QChar c) { return c.category() == QChar::Other_Control; }, QChar(u' '));
    return line;
}

QString localText(const std::optional<TimeMs> &at, const QTimeZone &zone)
{
    return at ? localTime(*at, zone).toString(QStringLiteral("yyyy-MM-dd HH:mm:ss")) : QString();
}

QString listHeader() { return QStringLiteral("call_id\tstarted\ttype\tstatus\toutcome\tnumber\tcaller\tagent\tqueue\tduration_s"); }

QString listLine(const Call &call, const QTimeZone &zone)
{
    const QStringList cells{call.call_id,
                            localText(call.started_at, zone),
                            wordOf(call.call_type),
                            wordOf(call.status),
                            wordOf(call.outcome),
                            call.customer_number.isEmpty() ? call.customer_number_raw : call.customer_number,
                            call.caller_name,
                            call.agent_name,
                            call.queue,
                            fieldText(call, CallField::duration_seconds)};
    QStringList lines;
    for (const QString &cell : cells)
        lines.append(oneLine(cell));
    return lines.join(u'\t');
}

} // namespace calldeck
