#include "api/Answers.h"

#include "api/Log.h"
#include "records/Damage.h"

#include <QJsonDocument>
#include <QRegularExpression>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

HttpResponse later(HttpResponse response, qint64 seconds)
{
    response.headers.emplaceBack("Retry-After", QByteArray::number(std::max<qint64>(1, seconds)));
    return response;
}

/** "ms[3].lseq must be 1 or more.": what the sentence is about and what is wrong with it; nothing when it does not begin with a field. */
QList<FieldProblem> fieldProblems(const QString &sentence)
{
    static const QRegularExpression form(u"^([a-z_][A-Za-z0-9_.\\[\\]+-]*|Idempotency-Key|Device-Stamps):? (.+)$"_s, QRegularExpression::DotMatchesEverythingOption);
    const QRegularExpressionMatch match = form.match(sentence);
    return match.hasMatch() ? QList<FieldProblem>{{match.captured(1), match.captured(2)}} : QList<FieldProblem>();
}

} // namespace

HttpResponse nothingAnswer()
{
    HttpResponse response;
    response.status = 204;
    response.content_type.clear();
    return response;
}

HttpResponse jsonAnswer(const QJsonObject &object, int status)
{
    HttpResponse response;
    response.status = status;
    response.body = QJsonDocument(object).toJson(QJsonDocument::Compact);
    response.headers.emplaceBack("Cache-Control", "no-store");
    return response;
}

HttpResponse textAnswer(const QByteArray &json)
{
    HttpResponse response;
    response.body = json;
    response.headers.emplaceBack("Cache-Control", "no-store");
    return response;
}

HttpResponse problemWith(int status, const QString &code, const QString &title, const QJsonObject &members, const QString &detail)
{
    HttpResponse response = problem(status, code, title, detail);
    QJsonObject document = QJsonDocument::fromJson(response.body).object();
    for (auto it = members.begin(); it != members.end(); ++it)
        document.insert(it.key(), *it);
    response.body = QJsonDocument(document).toJson(QJsonDocument::Compact);
    return response;
}

HttpResponse failed(const Error &error)
{
    switch (error.code) {
    case Error::Code::InvalidInput: return problem(400, u"invalid"_s, u"The request is not right"_s, error.message, fieldProblems(error.message));
    case Error::Code::NotFound: return problem(404, u"not_found"_s, u"There is no such thing"_s);
    case Error::Code::Conflict: return problem(409, u"conflict"_s, u"It is there already"_s, error.message);
    default: break;
    }
    logLine(u"failed"_s, {{LogField::Error, error.message}, {LogField::Detail, error.detail}});
    if (error.retryable)
        return later(problem(503, u"unavailable"_s, u"The store is not reachable"_s, u"Try again shortly."_s), 1);
    if (isDamage(error))
        return problem(500, u"damaged"_s, u"The store is damaged"_s, u"Restore its newest backup. The log says more under this request's id."_s);
    return problem(500, u"internal"_s, u"The backend failed"_s, u"The log says more under this request's id."_s);
}

HttpResponse badField(const QString &field, const QString &reason) { return problem(400, u"invalid"_s, u"The request is not right"_s, QString(field % u' ' % reason), {{field, reason}}); }

HttpResponse keyReused() { return problem(422, u"key_reused"_s, u"This key is of another request"_s, u"Idempotency-Key was used for another request."_s); }

HttpResponse tooMany(qint64 wait_ms) { return later(problem(429, u"too_many_requests"_s, u"Too many requests"_s, u"Wait a moment."_s), (wait_ms + 999) / 1000); }

HttpResponse tooBusy() { return later(problem(503, u"busy"_s, u"The backend is busy"_s, u"Try again shortly."_s), 1); }

HttpResponse noFolder() { return problem(503, u"no_folder"_s, u"This backend keeps no files"_s, u"Start it with --data FOLDER."_s); }

HttpResponse wrongEpoch(const WrongEpoch &wrong)
{
    return problemWith(409, u"epoch"_s, u"The store was restored from a backup"_s, {{u"epoch"_s, wrong.epoch}, {u"base"_s, wrong.base}}, u"Begin with a snapshot; send again what came after base."_s);
}

HttpResponse feedAnswer(const Result<FeedAnswer> &answer)
{
    if (!answer)
        return failed(answer.error());
    if (const auto *wrong = std::get_if<WrongEpoch>(&*answer))
        return wrongEpoch(*wrong);
    if (const auto *gone = std::get_if<LogGone>(&*answer))
        return problemWith(410, u"cursor_gone"_s, u"The log no longer reaches back so far"_s, {{u"min"_s, gone->min}}, u"Begin with a snapshot."_s);
    return textAnswer(std::get<QByteArray>(*answer));
}

} // namespace calldeck
