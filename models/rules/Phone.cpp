#include "rules/Phone.h"

#include <optional>

#include <phonenumbers/phonenumberutil.h>

namespace calldeck
{

namespace
{

using i18n::phonenumbers::PhoneNumberUtil;
using Parsed = i18n::phonenumbers::PhoneNumber;

constexpr int shortestTyped = 3;
constexpr int longestNumber = 40;

std::optional<Parsed> validNumber(const QString &text, const QString &region)
{
    Parsed number;
    const auto *util = PhoneNumberUtil::GetInstance();
    if (text.isEmpty() || text.size() > longestNumber || util->Parse(text.toStdString(), region.toStdString(), &number) != PhoneNumberUtil::NO_PARSING_ERROR)
        return std::nullopt;
    return util->IsValidNumber(number) ? std::optional(number) : std::nullopt;
}

QString digitsOf(const QString &text)
{
    QString digits;
    for (QChar c : text) {
        if (c >= u'0' && c <= u'9')
            digits += c;
    }
    return digits;
}

} // namespace

PhoneNumber parsePhone(const QString &raw, const QString &region)
{
    PhoneNumber result{raw, {}};
    // A name that spells digits on a keypad ("1-800-FLOWERS") is a number; a name without any digit is not.
    if (digitsOf(raw).size() < shortestTyped)
        return result;
    if (const auto number = validNumber(raw.trimmed(), region)) {
        std::string e164;
        PhoneNumberUtil::GetInstance()->Format(*number, PhoneNumberUtil::E164, &e164);
        result.e164 = QString::fromStdString(e164);
    }
    return result;
}

QString formatPhone(const QString &e164, const QString &region)
{
    if (!e164.startsWith(u'+'))
        return e164;
    const auto number = validNumber(e164, QString());
    if (!number)
        return e164;
    const auto *util = PhoneNumberUtil::GetInstance();
    const bool isHome = util->GetCountryCodeForRegion(region.toStdString()) == number->country_code();
    std::string text;
    util->Format(*number, isHome ? PhoneNumberUtil::NATIONAL : PhoneNumberUtil::INTERNATIONAL, &text);
    return QString::fromStdString(text);
}

QStringList phoneSearchTokens(const QString &e164OrRaw)
{
    const QString digits = digitsOf(e164OrRaw);
    if (digits.size() < shortestTyped)
        return {};
    QStringList tokens{digits};
    if (const auto number = validNumber(e164OrRaw, QString())) {
        std::string national;
        PhoneNumberUtil::GetInstance()->GetNationalSignificantNumber(*number, &national);
        tokens.append(QString::fromStdString(national));
    }
    tokens.append(digits.right(7));
    tokens.append(digits.right(4));
    tokens.removeDuplicates();
    return tokens;
}

QString typedDigits(const QString &text)
{
    static const QString allowed = QStringLiteral("0123456789+-(). /");
    for (QChar c : text) {
        if (!allowed.contains(c))
            return {};
    }
    const QString digits = digitsOf(text);
    return digits.size() < shortestTyped ? QString() : digits;
}

} // namespace calldeck
