#pragma once

#include "api/Route.h"

namespace calldeck
{

/** The routes beside the sync: docs/api/rest.md. */
const QList<Route> &restRoutes();

HttpResponse listCalls(ApiCall &call);
HttpResponse showCall(ApiCall &call);
HttpResponse changeCall(ApiCall &call);
HttpResponse deleteOneCall(ApiCall &call);
/** The keys of changeCall()'s body. */
QStringList callChangeKeys();

HttpResponse listFollowUpsOfCall(ApiCall &call);
HttpResponse addFollowUp(ApiCall &call);
HttpResponse listFollowUps(ApiCall &call);
HttpResponse changeFollowUp(ApiCall &call);
HttpResponse countFollowUps(ApiCall &call);

HttpResponse listViews(ApiCall &call);
HttpResponse addView(ApiCall &call);
HttpResponse changeView(ApiCall &call);
HttpResponse deleteView(ApiCall &call);

HttpResponse searchContacts(ApiCall &call);
HttpResponse listContactNumber(ApiCall &call);
HttpResponse changeContactReason(ApiCall &call);
HttpResponse unlistContactNumber(ApiCall &call);
HttpResponse listBlockedNumbers(ApiCall &call);
HttpResponse blockNumber(ApiCall &call);
HttpResponse unblockNumber(ApiCall &call);

HttpResponse listUsers(ApiCall &call);
HttpResponse addUser(ApiCall &call);
HttpResponse changeUser(ApiCall &call);
HttpResponse listSessions(ApiCall &call);
HttpResponse endSession(ApiCall &call);

HttpResponse showCallFigures(ApiCall &call);
HttpResponse showOutcomes(ApiCall &call);
HttpResponse showRecentCalls(ApiCall &call);
HttpResponse showOverview(ApiCall &call);
HttpResponse showCampaign(ApiCall &call);
HttpResponse scheduleCall(ApiCall &call);
HttpResponse listScheduledCalls(ApiCall &call);

HttpResponse storeConversation(ApiCall &call);
HttpResponse listConversations(ApiCall &call);
HttpResponse exportConversations(ApiCall &call);
HttpResponse writeComments(ApiCall &call);
HttpResponse writeLeadStatus(ApiCall &call);

} // namespace calldeck
