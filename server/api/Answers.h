#pragma once

#include "http/Problem.h"
#include "records/Result.h"
#include "sync/Feed.h"

#include <QJsonObject>

namespace calldeck
{

HttpResponse jsonAnswer(const QJsonObject &object, int status = 200);
/** 204. */
HttpResponse nothingAnswer();
HttpResponse textAnswer(const QByteArray &json);
/** A problem document with further members. */
HttpResponse problemWith(int status, const QString &code, const QString &title, const QJsonObject &members, const QString &detail = {});
/** The answer for an Error: 400 naming the field, 404, 409, 503 with Retry-After, 500 without internals. */
HttpResponse failed(const Error &error);
/** 400 for one field. */
HttpResponse badField(const QString &field, const QString &reason);
/** 422: the Idempotency-Key is of another request. */
HttpResponse keyReused();
/** 429. */
HttpResponse tooMany(qint64 wait_ms);
/** 503 with Retry-After. */
HttpResponse tooBusy();
/** 503: the backend was started without a folder for files. */
HttpResponse noFolder();
HttpResponse wrongEpoch(const WrongEpoch &wrong);
HttpResponse feedAnswer(const Result<FeedAnswer> &answer);

} // namespace calldeck
