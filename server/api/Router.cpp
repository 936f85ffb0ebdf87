#include "api/Router.h"

#include "api/Answers.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QSet>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

bool fits(const QByteArray &pattern, const QStringList &path)
{
    const QStringList parts = QString::fromLatin1(pattern.mid(1)).split(u'/');
    if (parts.size() != path.size())
        return false;
    for (qsizetype i = 0; i < parts.size(); ++i) {
        if (!parts[i].startsWith(u'{') && parts[i] != path[i])
            return false;
    }
    return true;
}

QString doorName(Door door)
{
    switch (door) {
    case Door::Open: return u"open"_s;
    case Door::Role: return u"role"_s;
    case Door::AdminOrService: return u"admin_or_service"_s;
    }
    Q_UNREACHABLE();
}

QJsonObject described(const Route &route)
{
    QJsonObject json{{u"method"_s, QString::fromLatin1(route.method)}, {u"path"_s, QString::fromLatin1(route.pattern)}, {u"door"_s, doorName(route.door)},
                     {u"query"_s, QJsonArray::fromStringList(route.query)}};
    if (route.door == Door::Role)
        json.insert(u"role"_s, wireWord(route.least));
    if (route.body)
        json.insert(u"body"_s, QJsonArray::fromStringList(*route.body));
    if (route.most_bytes > 0)
        json.insert(u"most_bytes"_s, route.most_bytes);
    if (route.uploads)
        json.insert(u"uploads"_s, true);
    return json;
}

std::optional<HttpResponse> checkType(const HttpRequest &request, const Route &route)
{
    const QByteArray wanted = route.uploads ? "multipart/form-data" : "application/json";
    if (request.header("content-type").split(';').first().trimmed().toLower() == wanted)
        return std::nullopt;
    return problem(415, u"content_type"_s, u"The body is of another kind"_s, u"Send Content-Type: %1."_s.arg(QLatin1String(wanted)));
}

std::optional<HttpResponse> checkBody(const HttpRequest &request, const Route &route, QJsonObject &body)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(request.body, &error);
    if (!document.isObject())
        return problem(400, u"json"_s, u"The body is no JSON object"_s, u"%1 at byte %2."_s.arg(error.errorString()).arg(error.offset));
    body = document.object();
    for (auto it = body.begin(); it != body.end(); ++it) {
        if (!route.body->contains(it.key()))
            return badField(it.key().left(60), u"is not known here"_s);
    }
    return std::nullopt;
}

} // namespace

Match findRoute(const QByteArray &method, const QStringList &path)
{
    Match match;
    qsizetype fewest = path.size() + 1;
    for (const Route &route : apiRoutes()) {
        const qsizetype open = route.pattern.count('{');
        if (open > fewest || !fits(route.pattern, path))
            continue;
        // A path that is spelled out goes before one with a name in it: "views" is no call's id.
        if (open < fewest)
            match = {};
        fewest = open;
        match.allowed.append(route.method);
        if (route.method == method)
            match.route = &route;
    }
    return match;
}

std::optional<HttpResponse> checkRequest(const HttpRequest &request, const Route &route, QJsonObject &body)
{
    QSet<QString> seen;
    for (const auto &[name, value] : request.query) {
        if (!route.query.contains(name))
            return badField(name.left(60), u"is no parameter of this route"_s);
        if (seen.contains(name))
            return badField(name, u"is given twice"_s);
        seen.insert(name);
    }
    if (route.body || route.uploads) {
        if (auto refusal = checkType(request, route))
            return refusal;
    }
    return route.body ? checkBody(request, route, body) : std::nullopt;
}

QByteArray routesText()
{
    QJsonArray list;
    for (const Route &route : apiRoutes())
        list.append(described(route));
    list.append(QJsonObject{{u"method"_s, u"GET"_s}, {u"path"_s, u"/ws/calls"_s}, {u"door"_s, u"ticket"_s}, {u"query"_s, QJsonArray{u"only"_s}}, {u"websocket"_s, true}});
    return QJsonDocument(list).toJson(QJsonDocument::Indented);
}

} // namespace calldeck
