#include "rules/Money.h"

#include <QRegularExpression>

namespace calldeck
{

Result<qint64> parseMoney(const QString &text)
{
    static const QRegularExpression shape(QStringLiteral("^\\$?(\\d{1,11}|\\d{1,3}(?:[, ]\\d{3}){1,3})(?:\\.(\\d{1,2}))?$"));
    constexpr qint64 mostCents = 10'000'000'000 * 100;
    const auto match = shape.match(text.simplified());
    const qint64 whole = QString(match.captured(1)).remove(u',').remove(u' ').toLongLong();
    const qint64 cents = match.captured(2).leftJustified(2, u'0').toLongLong();
    if (!match.hasMatch() || whole * 100 + cents > mostCents) {
        return Error{Error::Code::InvalidInput, QStringLiteral("\"%1\" is no amount; type one like 350 or 1,250.50.").arg(text.simplified().left(30)), {}, false};
    }
    return whole * 100 + cents;
}

QString moneyInput(qint64 cents)
{
    const QString whole = QString::number(cents / 100);
    return cents % 100 == 0 ? whole : QString(QStringLiteral("%1.%2").arg(whole).arg(cents % 100, 2, 10, QLatin1Char('0')));
}

} // namespace calldeck
