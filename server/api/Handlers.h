#pragma once

#include "api/Route.h"

namespace calldeck
{

// What the routes do, by the table in Routes.cpp.
HttpResponse logIn(ApiCall &call);
HttpResponse showOpenId(ApiCall &call);
HttpResponse signInByOpenId(ApiCall &call);
/** Begins a session of somebody who has proved who they are, named by the body's `device_name`. */
HttpResponse sessionAnswer(ApiCall &call, const Account &account);
HttpResponse refreshTokens(ApiCall &call);
HttpResponse logOut(ApiCall &call);
HttpResponse showSession(ApiCall &call);
HttpResponse giveTicket(ApiCall &call);

void pushEdits(ApiCall &call, const HttpReply &reply);
void parkEdit(ApiCall &call, const HttpReply &reply);
HttpResponse pullChanges(ApiCall &call);
HttpResponse pullSnapshot(ApiCall &call);
HttpResponse pullRows(ApiCall &call);
HttpResponse pullDigest(ApiCall &call);

HttpResponse takeCalls(ApiCall &call);
HttpResponse replaceSettings(ApiCall &call);

HttpResponse beginBulk(ApiCall &call);
HttpResponse showBulk(ApiCall &call);
HttpResponse cancelBulk(ApiCall &call);
HttpResponse beginExport(ApiCall &call);
HttpResponse showExport(ApiCall &call);
HttpResponse removeExport(ApiCall &call);
HttpResponse giveExport(ApiCall &call);

HttpResponse attachFile(ApiCall &call);
HttpResponse listAttachments(ApiCall &call);
HttpResponse showAttachment(ApiCall &call);
HttpResponse giveAttachment(ApiCall &call);
HttpResponse detachFile(ApiCall &call);

HttpResponse showHealth(ApiCall &call);
HttpResponse showReadiness(ApiCall &call);
HttpResponse showMetrics(ApiCall &call);

} // namespace calldeck
