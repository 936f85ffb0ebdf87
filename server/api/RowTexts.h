#pragma once

#include "http/Messages.h"
#include "store/CallList.h"
#include "sync/JsonText.h"

namespace calldeck
{

/** The feed's row of a call with `id`, `ver` and `sla_state` before it. */
QByteArray callText(const CallListRow &row);
/** A feed's row with `ver` before it. */
QByteArray rowText(qint64 ver, const QByteArray &row);
/** [a, b, ...] */
QByteArray listText(const QByteArrayList &texts);
/** {"<plural>": [...], "next": cursor or null} */
HttpResponse listAnswer(const char *plural, const QByteArrayList &texts, const QString &next);
/** The same for a page of calls. */
HttpResponse callsAnswer(const char *plural, const CallListPage &page);
/** {"<name>": row} */
HttpResponse oneAnswer(const char *name, const QByteArray &text, int status = 200);
/** {"id", "name", "email", "role"} */
QJsonObject userJson(const QString &id, const QString &name, const QString &email, UserRole role);

} // namespace calldeck
