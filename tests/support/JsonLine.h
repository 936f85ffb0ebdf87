#pragma once

#include <QJsonDocument>
#include <QJsonObject>
#include <cstdio>

namespace calldeck
{

/** What a driver says to its test: one JSON object a line on stdout, at once. */
inline void tellLine(const QJsonObject &json)
{
    const QByteArray line = QJsonDocument(json).toJson(QJsonDocument::Compact) + '\n';
    fwrite(line.constData(), 1, static_cast<size_t>(line.size()), stdout);
    fflush(stdout);
}

} // namespace calldeck
