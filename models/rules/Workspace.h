#pragma once

#include "rules/Disposition.h"
#include "rules/Sla.h"

namespace calldeck
{

/** What a business has configured; kept as one JSON document in the store. */
struct Workspace {
    QString name;
    QString region = QStringLiteral("US"); ///< for numbers without a country code
    QByteArray zone = "America/New_York";  ///< of the business
    BusinessCalendar calendar;
    SlaPolicy sla;
    QList<DispositionRule> dispositions;
    QStringList common_tags;
    bool is_demo = false;

    static Workspace standard();
};

QJsonObject workspaceToJson(const Workspace &workspace);
/** The error names the key; `path` is where the settings stand in the document. */
Result<Workspace> workspaceFromJson(const QJsonObject &json, const QString &path = {});

} // namespace calldeck
