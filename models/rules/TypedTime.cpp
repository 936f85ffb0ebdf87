#include "rules/TypedTime.h"

#include <QRegularExpression>
#include <QStringList>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

/** Which of the names `word` is or begins, from 1; at least three letters, so that "t" never means two days. 0 for
 * none. */
int placeOf(const QString &word, const QStringList &names)
{
    if (word.size() < 3)
        return 0;
    for (qsizetype i = 0; i < names.size(); ++i) {
        if (names[i].startsWith(word))
            return static_cast<int>(i) + 1;
    }
    return 0;
}

int weekdayNamed(const QString &word)
{
    static const QStringList names{u"monday"_s, u"tuesday"_s,  u"wednesday"_s, u"thursday"_s,
                                   u"friday"_s, u"saturday"_s, u"sunday"_s};
    return placeOf(word, names);
}

int monthNamed(const QString &word)
{
    static const QStringList names{u"january"_s,   u"february"_s, u"march"_s,    u"april"_s,
                                   u"may"_s,       u"june"_s,     u"july"_s,     u"august"_s,
                                   u"september"_s, u"october"_s,  u"november"_s, u"december"_s};
    return placeOf(word, names);
}

std::optional<TypedDay> dayOf(int day, int month, const QString &year)
{
    TypedDay typed;
    typed.day = day;
    typed.month = month;
    typed.year = year.toInt();
    return typed;
}

std::optional<TypedDay> parseDate(const QString &text)
{
    static const QRegularExpression iso(u"^(\\d{4})-(\\d{1,2})-(\\d{1,2})$"_s);
    static const QRegularExpression dotted(u"^(\\d{1,2})\\.(\\d{1,2})\\.?(\\d{4})?$"_s);
    static const QRegularExpression slashed(u"^(\\d{1,2})/(\\d{1,2})(?:/(\\d{4}))?$"_s);
    static const QRegularExpression dayFirst(u"^(\\d{1,2})\\.? ([a-z]{3,9})(?: (\\d{4}))?$"_s);
    static const QRegularExpression monthFirst(u"^([a-z]{3,9}) (\\d{1,2})(?:,? (\\d{4}))?$"_s);
    if (const auto m = iso.match(text); m.hasMatch())
        return dayOf(m.captured(3).toInt(), m.captured(2).toInt(), m.captured(1));
    if (const auto m = dotted.match(text); m.hasMatch())
        return dayOf(m.captured(1).toInt(), m.captured(2).toInt(), m.captured(3));
    if (const auto m = slashed.match(text); m.hasMatch())
        return dayOf(m.captured(2).toInt(), m.captured(1).toInt(), m.captured(3));
    if (const auto m = dayFirst.match(text); m.hasMatch() && monthNamed(m.captured(2)))
        return dayOf(m.captured(1).toInt(), monthNamed(m.captured(2)), m.captured(3));
    if (const auto m = monthFirst.match(text); m.hasMatch() && monthNamed(m.captured(1)))
        return dayOf(m.captured(2).toInt(), monthNamed(m.captured(1)), m.captured(3));
    return std::nullopt;
}

} // namespace

std::optional<QTime> parseTypedTime(const QString &text, bool hourAlone)
{
    static const QRegularExpression pattern(u"^(\\d{1,2})(?::(\\d{2}))? ?([ap]m?)?$"_s);
    if (text == u"noon")
        return QTime(12, 0);
    const QRegularExpressionMatch match = pattern.match(text);
    const bool halfDay = !match.captured(3).isEmpty();
    if (!match.hasMatch() || (match.captured(2).isEmpty() && !halfDay && !hourAlone))
        return std::nullopt;
    int hour = match.captured(1).toInt();
    if (halfDay) {
        if (hour < 1 || hour > 12)
            return std::nullopt;
        hour = hour % 12 + (match.captured(3).startsWith(u'p') ? 12 : 0);
    }
    const QTime time(hour, match.captured(2).toInt());
    return time.isValid() ? std::optional(time) : std::nullopt;
}

std::optional<TypedDay> parseTypedDay(const QString &text)
{
    TypedDay typed;
    if (text == u"today") {
        typed.days_ahead = 0;
        return typed;
    }
    if (text == u"tmrw" || (text.size() >= 3 && u"tomorrow"_s.startsWith(text))) {
        typed.days_ahead = 1;
        return typed;
    }
    typed.next_week = text.startsWith(u"next ");
    typed.weekday = weekdayNamed(typed.next_week ? text.mid(5) : text);
    if (typed.weekday > 0)
        return typed;
    return parseDate(text);
}

std::optional<TypedSpan> parseTypedSpan(const QString &text)
{
    static const QRegularExpression pattern(
        u"^(?:in )?(?:(\\d{1,5}) ?d(?:ays?)?)? ?(?:(\\d{1,6}) ?h(?:(?:ou)?rs?)?)? ?(?:(\\d{1,7}) ?(m(?:in(?:ute)?s?)?)?)?$"_s);
    const QRegularExpressionMatch match = pattern.match(text);
    const bool unitless = !match.captured(3).isEmpty() && match.captured(4).isEmpty();
    // "1h30" is an hour and a half; a bare 30 or "2d 9" might as well be a time of day.
    if (!match.hasMatch() || text.isEmpty() || (unitless && match.captured(2).isEmpty()))
        return std::nullopt;
    if (match.captured(1).isEmpty() && match.captured(2).isEmpty() && match.captured(3).isEmpty())
        return std::nullopt;
    return TypedSpan{match.captured(1).toLongLong(),
                     match.captured(2).toLongLong() * 60 + match.captured(3).toLongLong()};
}

} // namespace calldeck
