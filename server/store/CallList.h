#pragma once

#include "store/CallListFilter.h"
#include "store/WorkspaceTx.h"

namespace calldeck
{

/** By what a list of calls goes. Calls without a value come last in either direction. */
enum class CallListSort { StartedAt, ValueCents, Duration, SlaDueAt, Customer, LeadScore, Business, ScheduledAt };

/** A call as lists show it. */
struct CallListRow {
    QString id;
    qint64 ver = 0;
    QByteArray row;    ///< as the feed has it
    QString sla_state; ///< one of slaWords(), as of the moment of the query
};

/** One page of a list. */
struct CallListRequest {
    static constexpr int usual = 50;
    static constexpr int most = 200;

    CallListFilter filter;
    CallListSort sort = CallListSort::StartedAt;
    bool descending = true;
    int limit = usual;
    QString cursor; ///< from CallListPage::next of the same list, "" for its beginning
    int offset = 0; ///< rows to leave out; only for lists without a cursor, of calls that have a value to sort by
};
struct CallListPage {
    QList<CallListRow> rows;
    QString next; ///< "" at the end
};

/**
 * Reads a page by place and not by number of rows: what is written meanwhile moves nothing. InvalidInput naming the cursor when it is not of this list
 * (another filter, sort or order). `now` decides the deadlines' states.
 */
Result<CallListPage> readCallPage(WorkspaceTx &tx, const CallListRequest &request, TimeMs now);
/** How many calls the filter means. */
Result<qint64> countCalls(WorkspaceTx &tx, const CallListFilter &filter, TimeMs now);
/** Ids of the calls that the filter means, in the order of ids after `after`, at most `limit`. For work that goes through all of them. */
Result<QStringList> callIdsOf(WorkspaceTx &tx, const CallListFilter &filter, TimeMs now, const QString &after, int limit);
/** Ids of the calls of a list in its order, at most `request.limit`: all at once, for lists that are given out as a whole. Cursor and offset count for nothing. */
Result<QStringList> orderedCallIds(WorkspaceTx &tx, const CallListRequest &request, TimeMs now);
/** One call; nothing when there is none (any more). */
Result<std::optional<CallListRow>> readCallRow(WorkspaceTx &tx, const QString &id, TimeMs now);

using SqlValue = std::variant<qint64, QString>;
/** A condition and what it binds, in order. The text is made of constants and placeholders only. */
struct SqlCondition {
    QByteArray text;
    QList<SqlValue> values;

    SqlCondition &add(const QByteArray &more, const QList<SqlValue> &bound = {})
    {
        text += " AND " + more;
        values += bound;
        return *this;
    }
};
/** " AND ..." over call_index for the filter; "" for all calls. */
SqlCondition callCondition(const QString &ws, const CallListFilter &filter, TimeMs now);
/** For LIKE ... ESCAPE '\': what contains the word. What people type has no wildcards. */
QString likePattern(QString word);
void bindValues(SqlStatement &statement, const QList<SqlValue> &values);

} // namespace calldeck
