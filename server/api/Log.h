#pragma once

#include <QJsonValue>
#include <QList>
#include <utility>

namespace calldeck
{

/** All that a log line may hold: never bodies, tokens, whole numbers or what people typed. */
enum class LogField { Method, Route, Status, Milliseconds, Bytes, Peer, Request, Port, Store, Error, Detail, Workspace, Count, Version, Account };

/** Writes one JSON line {"at", "event", ...} to standard error, whole lines only; control characters are escaped. Any thread. */
void logLine(const QString &event, const QList<std::pair<LogField, QJsonValue>> &fields = {});

} // namespace calldeck
