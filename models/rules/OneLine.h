#pragma once

#include <QJsonObject>
#include <QString>

namespace calldeck
{

/** Text from outside as part of a line: what could steer a terminal, break the line or turn its direction becomes a blank. Never fails. */
QString oneLine(const QString &text);
/** A line of JSON that says all of it: the same characters are written as \uXXXX. */
QByteArray oneLineJson(const QJsonObject &object);

} // namespace calldeck
