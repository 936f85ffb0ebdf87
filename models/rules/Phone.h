#pragma once

#include <QString>
#include <QStringList>

namespace calldeck
{

struct PhoneNumber {
    QString raw;       ///< as received
    QString e164;      ///< "" when it does not parse as a valid number
    bool isValid() const { return !e164.isEmpty(); }
};

/** `region` is an ISO country code ("US") for numbers without a country code. Names and "anonymous" stay raw. Thread-safe. */
PhoneNumber parsePhone(const QString &raw, const QString &region);
/** "(415) 555-0142" for numbers of `region`, "+44 20 7946 0958" for others; anything that is no E.164 number unchanged. */
QString formatPhone(const QString &e164, const QString &region);
/** Digit strings under which a number is found by prefix: whole, national, last seven, last four. Raw digits when not valid. */
QStringList phoneSearchTokens(const QString &e164OrRaw);
/** The digits of `text` if it looks like a number being typed ("(415) 555", "555-01"), else "". At least three digits. */
QString typedDigits(const QString &text);

} // namespace calldeck
