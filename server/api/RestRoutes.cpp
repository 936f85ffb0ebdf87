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
    return {"GET", pattern, Door::Role, least, query, std::nullopt, 0, false, handle};
}

Route writes(const QByteArray &method, const QByteArray &pattern, const QStringList &body, HttpResponse (*handle)(ApiCall &), UserRole least = UserRole::AGENT)
{
    return {method, pattern, Door::Role, least, {}, body, small, false, handle};
}

/** A DELETE: some clients send an empty object with it, which is passed over. */
Route removes(const QByteArray &pattern, UserRole least, HttpResponse (*handle)(ApiCall &)) { return {"DELETE", pattern, Door::Role, least, {}, std::nullopt, small, false, handle}; }

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

} // namespace

const QList<Route> &restRoutes()
{
    static const QList<Route> routes = callRoutes() + bookRoutes();
    return routes;
}

} // namespace calldeck
