#include "rules/Phone.h"

#include <QCache>
#include <algorithm>
#include <phonenumbers/phonenumberutil.h>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

using i18n::phonenumbers::PhoneNumberUtil;
using ParsedNumber = i18n::phonenumbers::PhoneNumber;

constexpr qsizetype longestNumber = 250; ///< the library refuses longer ones after looking at all of it

/** A valid number, or nothing. The library's one instance locks what it shares. */
std::optional<ParsedNumber> parse(const QString &text, const QString &region)
{
    if (text.size() > longestNumber)
        return std::nullopt;
    const PhoneNumberUtil &plan = *PhoneNumberUtil::GetInstance();
    ParsedNumber number;
    if (plan.Parse(text.toStdString(), region.toUpper().toStdString(), &number) != PhoneNumberUtil::NO_PARSING_ERROR)
        return std::nullopt;
    return plan.IsValidNumber(number) ? std::optional(number) : std::nullopt;
}

std::optional<ParsedNumber> parseE164(const QString &text)
{
    return text.startsWith(u'+') ? parse(text, u"ZZ"_s) : std::nullopt;
}

QString formatted(const ParsedNumber &number, PhoneNumberUtil::PhoneNumberFormat format)
{
    std::string text;
    PhoneNumberUtil::GetInstance()->Format(number, format, &text);
    return QString::fromStdString(text);
}

/**
 * Numbers come again and again, in an import as on the screen, and the library takes tens of microseconds for each: every thread
 * remembers what it was told last.
 */
template <class Value, class Make> Value remembered(QCache<QString, Value> &cache, const QString &key, Make make)
{
    if (const Value *known = cache.object(key))
        return *known;
    Value value = make();
    cache.insert(key, new Value(value));
    return value;
}
constexpr int numbersRemembered = 10'000;

QString digitsOf(const QString &text)
{
    QString digits;
    for (const QChar c : text) {
        if (c.isDigit())
            digits += QChar(u'0' + c.digitValue());
    }
    return digits;
}

} // namespace

PhoneNumber parsePhone(const QString &raw, const QString &region)
{
    thread_local QCache<QString, QString> known(numbersRemembered);
    return {raw, remembered(known, QString(region % u'/' % raw), [&] {
                const auto number = parse(raw, region);
                return number ? formatted(*number, PhoneNumberUtil::E164) : QString();
            })};
}

namespace
{

QString spelled(const QString &e164, const QString &region)
{
    const auto number = parseE164(e164);
    if (!number)
        return e164;
    const int ownCode = PhoneNumberUtil::GetInstance()->GetCountryCodeForRegion(region.toUpper().toStdString());
    return formatted(*number,
                     number->country_code() == ownCode ? PhoneNumberUtil::NATIONAL : PhoneNumberUtil::INTERNATIONAL);
}

/** +1 and ten digits: at home these are dialled as they are, so nobody need ask the library, which takes longer than all else about a call that is taken in. */
bool isNorthAmerican(const QString &text)
{
    const auto isDigit = [](QChar c) { return c >= u'0' && c <= u'9'; };
    return text.size() == 12 && text.startsWith("+1"_L1) && text[2] >= u'2' && std::all_of(text.cbegin() + 1, text.cend(), isDigit);
}

QStringList searchTokens(const QString &e164OrRaw)
{
    const QString digits = digitsOf(e164OrRaw);
    if (isNorthAmerican(e164OrRaw))
        return {digits, digits.right(10), digits.right(7), digits.right(4)};
    const auto number = parseE164(e164OrRaw);
    if (!number)
        return digits.isEmpty() ? QStringList() : QStringList{digits};
    std::string national;
    PhoneNumberUtil::GetInstance()->GetNationalSignificantNumber(*number, &national);
    // People type a number as it is dialled at home, too: with the 0 that the international form drops.
    QStringList tokens{digits, QString::fromStdString(national),
                       digitsOf(formatted(*number, PhoneNumberUtil::NATIONAL)), digits.right(7), digits.right(4)};
    tokens.removeDuplicates();
    return tokens;
}

} // namespace

QString formatPhone(const QString &e164, const QString &region)
{
    thread_local QCache<QString, QString> known(numbersRemembered);
    return remembered(known, QString(region % u'/' % e164), [&] { return spelled(e164, region); });
}

QStringList phoneSearchTokens(const QString &e164OrRaw)
{
    thread_local QCache<QString, QStringList> known(numbersRemembered);
    return remembered(known, e164OrRaw, [&] { return searchTokens(e164OrRaw); });
}

QString typedDigits(const QString &text)
{
    const bool numeric = std::all_of(text.cbegin(), text.cend(),
                                     [](QChar c) { return c.isDigit() || c.isSpace() || u"+()-./"_s.contains(c); });
    const QString digits = numeric ? digitsOf(text) : QString();
    return digits.size() >= 3 ? digits : QString();
}

} // namespace calldeck
