#include "http/Problem.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace calldeck
{

HttpResponse problem(int status, const QString &code, const QString &title, const QString &detail,
                     const QList<FieldProblem> &errors)
{
    QJsonObject document{{QStringLiteral("type"), QString(QStringLiteral("/problems/") + code)},
                         {QStringLiteral("title"), title},
                         {QStringLiteral("status"), status},
                         {QStringLiteral("code"), code}};
    if (!detail.isEmpty())
        document.insert(QStringLiteral("detail"), detail);
    QJsonArray list;
    for (const FieldProblem &error : errors)
        list.append(QJsonObject{{QStringLiteral("field"), error.field}, {QStringLiteral("reason"), error.reason}});
    if (!list.isEmpty())
        document.insert(QStringLiteral("errors"), list);

    HttpResponse response;
    response.status = status;
    response.content_type = "application/problem+json";
    response.body = QJsonDocument(document).toJson(QJsonDocument::Compact);
    return response;
}

} // namespace calldeck
