#include "store/CallList.h"

#include "store/CallIndexRows.h"
#include "store/ListCursor.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

struct SortKey {
    QByteArray column;
    bool is_text = false;
    bool may_be_missing = true;
};

SortKey keyOf(CallListSort sort)
{
    switch (sort) {
    case CallListSort::StartedAt: return {"started_at"};
    case CallListSort::ValueCents: return {"value_cents"};
    case CallListSort::Duration: return {"duration"};
    case CallListSort::SlaDueAt: return {"sla_due_at"};
    case CallListSort::Customer: return {"customer", true, false};
    case CallListSort::LeadScore: return {"lead_score"};
    case CallListSort::Business: return {"business", true, false};
    case CallListSort::ScheduledAt: return {"scheduled_at"};
    }
    Q_UNREACHABLE();
}

QByteArray placeholders(qsizetype count)
{
    QByteArray text = "?";
    for (qsizetype i = 1; i < count; ++i)
        text += ", ?";
    return text;
}

template <class E> void addWords(SqlCondition &condition, const QByteArray &column, const QList<E> &wanted)
{
    if (wanted.isEmpty())
        return;
    QList<SqlValue> words;
    for (const E word : wanted)
        words.append(wireWord(word));
    condition.add(column + " IN (" + placeholders(words.size()) + ")", words);
}

void addText(SqlCondition &condition, const QByteArray &column, const QString &wanted)
{
    if (!wanted.isEmpty())
        condition.add(column + " = ?", {wanted});
}

void addRange(SqlCondition &condition, const QByteArray &column, const Range &range, const QByteArray &upper)
{
    if (range.from)
        condition.add(column + " >= ?", {*range.from});
    if (range.to)
        condition.add(column + upper + "?", {*range.to});
}

/** The same borders as slaState(): it is due from its moment on. */
void addSla(SqlCondition &condition, const QString &word, TimeMs now)
{
    const QByteArray critical = "COALESCE(sla_critical_at, sla_due_at)";
    const QByteArray warning = "COALESCE(sla_warning_at, sla_due_at)";
    if (word.isEmpty())
        return;
    condition.add(word == u"met"_s ? "sla_met_at IS NOT NULL" : "sla_met_at IS NULL");
    if (word == u"none"_s)
        condition.add("sla_due_at IS NULL");
    else if (word == u"overdue"_s)
        condition.add("sla_due_at <= ?", {now});
    else if (word != u"met"_s)
        condition.add("sla_due_at > ?", {now});
    if (word == u"critical"_s)
        condition.add(critical + " <= ?", {now});
    if (word == u"warning"_s || word == u"ok"_s)
        condition.add(critical + " > ?", {now});
    if (word == u"warning"_s)
        condition.add(warning + " <= ?", {now});
    if (word == u"ok"_s)
        condition.add(warning + " > ?", {now});
}

QString slaWordOf(SqlStatement &row, int first, TimeMs now)
{
    return row.isNull(first + 3) ? wireWord(slaStateIn(row, first, now)).toLower() : u"met"_s;
}

/** Reads the calls that have a value to sort by, and after them those that have none. */
class PageReader
{
public:
    PageReader(WorkspaceTx &tx, const CallListRequest &request, TimeMs now)
        : m_tx(tx), m_request(request), m_now(now), m_key(keyOf(request.sort)), m_where(callCondition(tx.ws(), request.filter, now))
    {
    }

    Result<CallListPage> run()
    {
        const QByteArray list = m_request.filter.fingerprint() + m_key.column + (m_request.descending ? '-' : '+');
        const auto few = findsFew();
        if (!few)
            return few.error();
        m_few = *few;
        ListPlace place;
        if (!m_request.cursor.isEmpty()) {
            const auto read = listPlaceOf(m_request.cursor, list);
            if (!read || (!read->is_last_part && read->is_text != m_key.is_text) || (read->is_last_part && !m_key.may_be_missing))
                return Error{Error::Code::InvalidInput, u"cursor must be the next of a page of this list."_s, {}, false};
            place = *read;
        }
        Verdict done = place.is_last_part ? Verdict(Done{}) : readWithValue(place);
        if (done && m_key.may_be_missing && m_page.rows.size() <= m_request.limit)
            done = readWithout(place.is_last_part ? place : ListPlace{{}, {}, {}, m_key.is_text, true});
        if (!done)
            return done.error();
        if (m_page.rows.size() > m_request.limit) {
            m_page.rows.resize(m_request.limit);
            m_page.next = listCursor(m_places.at(m_request.limit - 1), list);
        }
        return m_page;
    }

private:
    /** A number has few calls, a tag may have few. */
    Result<bool> findsFew()
    {
        constexpr qint64 few = 2000;
        if (!m_request.filter.number.isEmpty())
            return true;
        if (m_request.filter.tags.isEmpty())
            return false;
        SqlStatement tagged = m_tx.query("SELECT count(*) FROM (SELECT id FROM call_tag WHERE ws = ? AND tag IN (" + placeholders(m_request.filter.tags.size()) + ") LIMIT ?) t");
        for (const QString &tag : m_request.filter.tags)
            tagged.bindAll(tag);
        tagged.bindAll(few + 1);
        const auto found = tagged.found();
        if (!found)
            return found.error();
        return tagged.integer(0) <= few;
    }
    /** Of few calls the columns are sorted by hand: as expressions, so that the engine does not go through all calls in the order of the list instead. */
    QByteArray idKey() const { return m_few ? "id || ''" : "id"; }
    QByteArray key() const
    {
        if (!m_few)
            return m_key.column;
        return m_key.is_text ? QByteArray(m_key.column + " || ''") : QByteArray('+' + m_key.column);
    }
    QByteArray direction() const { return m_request.descending ? " DESC" : " ASC"; }

    Verdict readWithValue(const ListPlace &after)
    {
        SqlCondition where = m_where;
        if (m_key.may_be_missing)
            where.add(key() + " IS NOT NULL");
        if (!after.id.isEmpty())
            where.add('(' + key() + ", id) " + (m_request.descending ? "<" : ">") + " (?, ?)", {m_key.is_text ? SqlValue(after.text) : SqlValue(after.number), after.id});
        return read(where, key() + direction() + ", " + idKey() + direction(), "p.k" + direction() + ", p.id" + direction(), false);
    }
    Verdict readWithout(const ListPlace &after)
    {
        SqlCondition where = m_where;
        where.add(key() + " IS NULL");
        if (!after.id.isEmpty())
            where.add(m_request.descending ? "id < ?" : "id > ?", {after.id});
        return read(where, idKey() + direction(), "p.id" + direction(), true);
    }

    Verdict read(const SqlCondition &where, const QByteArray &inner, const QByteArray &outer, bool lastPart)
    {
        SqlStatement rows = m_tx.query("SELECT p.id, e.ver, e.\"row\", p.sla_warning_at, p.sla_critical_at, p.sla_due_at, p.sla_met_at, p.k FROM "
                                       "(SELECT ws, id, sla_warning_at, sla_critical_at, sla_due_at, sla_met_at, "
                                       + m_key.column + " AS k FROM call_index WHERE ws = ?" + where.text + " ORDER BY " + inner + " LIMIT ? OFFSET ?) p "
                                       "JOIN entity e ON e.ws = p.ws AND e.kind = 'call' AND e.id = p.id ORDER BY " + outer);
        bindValues(rows, where.values);
        // One more than is shown tells whether there is a next page.
        rows.bindAll(static_cast<qint64>(m_request.limit + 1 - m_page.rows.size()), lastPart ? 0 : m_request.offset);
        while (rows.step()) {
            m_page.rows.append({rows.text(0), rows.integer(1), rows.bytes(2), slaWordOf(rows, 3, m_now)});
            ListPlace place{rows.text(0), {}, {}, m_key.is_text, lastPart};
            if (!lastPart && m_key.is_text)
                place.text = rows.text(7);
            else if (!lastPart)
                place.number = rows.integer(7);
            m_places.append(place);
        }
        return rows.verdict();
    }

    WorkspaceTx &m_tx;
    const CallListRequest &m_request;
    const TimeMs m_now;
    const SortKey m_key;
    const SqlCondition m_where;
    bool m_few = false;
    CallListPage m_page;
    QList<ListPlace> m_places;
};

} // namespace

QString likePattern(QString word)
{
    word.replace(u'\\', u"\\\\"_s).replace(u'%', u"\\%"_s).replace(u'_', u"\\_"_s);
    return QString(u'%' % word % u'%');
}

SqlCondition callCondition(const QString &ws, const CallListFilter &filter, TimeMs now)
{
    SqlCondition condition;
    addRange(condition, "started_at", filter.started_at, " < ");
    addRange(condition, "scheduled_at", filter.scheduled_at, " < ");
    addRange(condition, "value_cents", filter.value_cents, " <= ");
    addWords(condition, "status", filter.statuses);
    addWords(condition, "call_type", filter.types);
    addWords(condition, "outcome", filter.outcomes);
    addWords(condition, "lead_status", filter.lead_statuses);
    // As a list of ids the engine takes them from the number's index, which it does not choose by itself.
    if (!filter.number.isEmpty())
        condition.add("id IN (SELECT n.id FROM call_index n WHERE n.ws = ? AND n.customer_number = ?)", {ws, filter.number});
    // Providers name agents by an id, people by their name.
    if (!filter.agent_id.isEmpty())
        condition.add("(agent_id = ? OR agent_name = ?)", {filter.agent_id, filter.agent_id});
    addText(condition, "campaign_id", filter.campaign);
    for (const CallListText &text : callListTexts())
        addText(condition, text.column, filter.*(text.member));
    for (const CallListFlag &flag : callListFlags()) {
        if (const auto wanted = filter.*(flag.member))
            condition.add(QByteArray(flag.column) + " = ?", {qint64(*wanted)});
    }
    if (filter.priority)
        condition.add("priority = ?", {*filter.priority});
    addSla(condition, filter.sla_state, now);
    if (!filter.tags.isEmpty()) {
        QList<SqlValue> bound{ws};
        for (const QString &tag : filter.tags)
            bound.append(tag);
        condition.add("id IN (SELECT t.id FROM call_tag t WHERE t.ws = ? AND t.tag IN (" + placeholders(filter.tags.size()) + "))", bound);
    }
    for (const QString &word : filter.words)
        condition.add("search LIKE ? ESCAPE '\\'", {likePattern(word)});
    return condition;
}

void bindValues(SqlStatement &statement, const QList<SqlValue> &values)
{
    for (const SqlValue &value : values)
        std::visit([&](const auto &one) { statement.bindAll(one); }, value);
}

Result<CallListPage> readCallPage(WorkspaceTx &tx, const CallListRequest &request, TimeMs now) { return PageReader(tx, request, now).run(); }

Result<qint64> countCalls(WorkspaceTx &tx, const CallListFilter &filter, TimeMs now)
{
    const SqlCondition where = callCondition(tx.ws(), filter, now);
    SqlStatement count = tx.query("SELECT count(*) FROM call_index WHERE ws = ?" + where.text);
    bindValues(count, where.values);
    const auto found = count.found();
    if (!found)
        return found.error();
    return count.integer(0);
}

namespace
{

Result<QStringList> idsOf(WorkspaceTx &tx, const SqlCondition &where, const QByteArray &order, int limit)
{
    SqlStatement rows = tx.query("SELECT id FROM call_index WHERE ws = ?" + where.text + " ORDER BY " + order + " LIMIT ?");
    bindValues(rows, where.values);
    rows.bindAll(static_cast<qint64>(limit));
    QStringList ids;
    while (rows.step())
        ids.append(rows.text(0));
    if (rows.failed())
        return rows.verdict().error();
    return ids;
}

} // namespace

Result<QStringList> callIdsOf(WorkspaceTx &tx, const CallListFilter &filter, TimeMs now, const QString &after, int limit)
{
    return idsOf(tx, callCondition(tx.ws(), filter, now).add("id > ?", {after}), "id", limit);
}

Result<QStringList> orderedCallIds(WorkspaceTx &tx, const CallListRequest &request, TimeMs now)
{
    const SortKey key = keyOf(request.sort);
    const QByteArray direction = request.descending ? " DESC" : " ASC";
    const QByteArray last = key.may_be_missing ? "CASE WHEN " + key.column + " IS NULL THEN 1 ELSE 0 END, " : QByteArray();
    return idsOf(tx, callCondition(tx.ws(), request.filter, now), last + key.column + direction + ", id" + direction, request.limit);
}

Result<std::optional<CallListRow>> readCallRow(WorkspaceTx &tx, const QString &id, TimeMs now)
{
    SqlStatement row = tx.query("SELECT e.ver, e.\"row\", i.sla_warning_at, i.sla_critical_at, i.sla_due_at, i.sla_met_at FROM call_index i "
                                "JOIN entity e ON e.ws = i.ws AND e.kind = 'call' AND e.id = i.id WHERE i.ws = ? AND i.id = ?",
                                id);
    const auto found = row.found();
    if (!found)
        return found.error();
    if (!*found)
        return std::optional<CallListRow>();
    return std::optional(CallListRow{id, row.integer(0), row.bytes(1), slaWordOf(row, 2, now)});
}

} // namespace calldeck
