#include "api/RestHandlers.h"
#include "http/HttpHandler.h"
#include "store/CallListFilter.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr qint64 small = 64 * 1024;

Route reads(const QByteArray &pattern, const QStringList &query, HttpResponse (*handle)(ApiCall &), UserRole least = UserRole::AGENT)
{
    return {"GET", pattern, Door::Role, least, query, std::nullopt, 0, false, Lane::Usual, handle};
}

Route writes(const QByteArray &method, const QByteArray &pattern, const QStringList &body, HttpResponse (*handle)(ApiCall &), UserRole least = UserRole::AGENT)
{
    return {method, pattern, Door::Role, least, {}, body, small, false, Lane::Usual, handle};
}

/** A DELETE: some clients send an empty object with it, which is passed over. */
Route removes(const QByteArray &pattern, UserRole least, HttpResponse (*handle)(ApiCall &)) { return {"DELETE", pattern, Door::Role, least, {}, std::nullopt, small, false, Lane::Usual, handle}; }

const QStringList &paging()
{
    static const QStringList names{u"cursor"_s, u"limit"_s};
    return names;
}

QList<Route> callRoutes()
{
    const QStringList listing = callFilterNames() + QStringList{u"sort"_s, u"order"_s} + paging();
    return {
        reads("/api/calls", listing, listCalls),
        reads("/api/calls/{id}", {}, showCall),
        writes("PATCH", "/api/calls/{id}", callChangeKeys(), changeCall),
        removes("/api/calls/{id}", UserRole::MANAGER, deleteOneCall),
        reads("/api/calls/{id}/followups", paging(), listFollowUpsOfCall),
        writes("POST", "/api/calls/{id}/followups", {u"due_at"_s, u"note"_s, u"base_ver"_s}, addFollowUp),
        reads("/api/followups", QStringList{u"state"_s, u"owner"_s, u"due_from"_s, u"due_to"_s, u"overdue"_s} + paging(), listFollowUps),
        writes("PATCH", "/api/followups/{id}", {u"state"_s, u"due_at"_s, u"base_ver"_s}, changeFollowUp),
        reads("/api/notifications/follow-ups", {}, countFollowUps),
    };
}

QList<Route> bookRoutes()
{
    return {
        reads("/api/calls/views", paging(), listViews),
        writes("POST", "/api/calls/views", {u"name"_s, u"filter"_s}, addView),
        writes("PATCH", "/api/calls/views/{id}", {u"name"_s, u"filter"_s, u"base_ver"_s}, changeView),
        removes("/api/calls/views/{id}", UserRole::DISPATCHER, deleteView),
        reads("/api/contacts/search", {u"q"_s, u"limit"_s}, searchContacts),
        writes("POST", "/api/contacts/{id}/dnc", {u"reason"_s}, listContactNumber),
        writes("PATCH", "/api/contacts/{id}/dnc", {u"reason"_s}, changeContactReason),
        removes("/api/contacts/{id}/dnc", UserRole::DISPATCHER, unlistContactNumber),
        reads("/api/blocked-numbers", paging(), listBlockedNumbers),
        writes("POST", "/api/blocked-numbers", {u"number"_s, u"reason"_s}, blockNumber),
        removes("/api/blocked-numbers/{number}", UserRole::DISPATCHER, unblockNumber),
    };
}

QList<Route> accountRoutes()
{
    Route add = writes("POST", "/api/users", {u"email"_s, u"name"_s, u"role"_s, u"password"_s}, addUser, UserRole::ADMIN);
    add.lane = Lane::Passwords;
    return {
        reads("/api/users", paging(), listUsers, UserRole::ADMIN),
        add,
        writes("PATCH", "/api/users/{id}", {u"name"_s, u"role"_s, u"disabled"_s}, changeUser, UserRole::ADMIN),
        reads("/api/sessions", {}, listSessions),
        removes("/api/sessions/{id}", UserRole::AGENT, endSession),
    };
}

QList<Route> figureRoutes()
{
    const QStringList period{u"startDate"_s, u"endDate"_s};
    return {
        reads("/api/analytics/calls", period + QStringList{u"agentId"_s}, showCallFigures),
        reads("/api/analytics/calls/recent", {u"limit"_s, u"offset"_s, u"agentId"_s}, showRecentCalls),
        reads("/api/analytics/calls/outcomes", period + QStringList{u"agentId"_s}, showOutcomes),
        reads("/api/analytics/overview", {}, showOverview),
        reads("/api/analytics/campaigns/{id}", {}, showCampaign),
        writes("POST", "/api/outbound/schedule", {u"phoneNumber"_s, u"callType"_s, u"scheduledAt"_s, u"purpose"_s, u"campaignId"_s}, scheduleCall),
        reads("/api/outbound/scheduled", period + paging(), listScheduledCalls),
    };
}

QList<Route> trackingRoutes()
{
    const QStringList filters{u"search"_s, u"from"_s, u"to"_s, u"call_type"_s, u"lead_status"_s, u"sort"_s, u"order"_s};
    Route store = writes("POST", "/api/call-tracking/conversations", {u"conversation"_s}, storeConversation);
    store.door = Door::AdminOrService;
    store.most_bytes = 5 * 1024 * 1024;
    return {
        store,
        reads("/api/call-tracking/conversations", filters + paging(), listConversations),
        reads("/api/call-tracking/export", filters + QStringList{u"format"_s}, exportConversations),
        writes("PUT", "/api/call-tracking/conversations/{id}/comments", {u"comments"_s}, writeComments),
        writes("PUT", "/api/call-tracking/conversations/{id}/lead-status", {u"leadStatus"_s, u"priority"_s, u"followUpAt"_s}, writeLeadStatus),
    };
}

} // namespace

const QList<Route> &restRoutes()
{
    static const QList<Route> routes = callRoutes() + bookRoutes() + accountRoutes() + figureRoutes() + trackingRoutes();
    return routes;
}

} // namespace calldeck
