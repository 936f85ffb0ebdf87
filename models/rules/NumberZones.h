#pragma once

#include <QList>
#include <QString>
#include <QTimeZone>

namespace calldeck
{

/**
 * The zones in which the phone of an E.164 number may ring: of its area code in North America, elsewhere of its
 * country. Empty when the number does not tell (toll-free, satellite) or is no E.164 number.
 */
QList<QTimeZone> possibleZones(const QString &e164);

} // namespace calldeck
