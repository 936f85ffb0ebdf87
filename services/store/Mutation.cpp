#include "store/Mutation.h"

#include "store/CallRows.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QRandomGenerator>
#include <QUuid>

namespace calldeck
{

namespace
{

constexpr int schemaVersionOfArgs = 1;

QString compactJson(const QJsonObject &object) { return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact)); }

} // namespace

QString newMutationId(TimeMs now)
{
    QByteArray bytes(16, Qt::Uninitialized);
    QRandomGenerator::system()->generate(reinterpret_cast<quint32 *>(bytes.data()), reinterpret_cast<quint32 *>(bytes.data()) + 4);
    for (int i = 0; i < 6; ++i)
        bytes[i] = static_cast<char>(now >> (40 - 8 * i) & 0xff);
    bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x70);
    bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
    return QUuid::fromRfc4122(bytes).toString(QUuid::WithoutBraces);
}

Mutation::Mutation(Database &database, QString actor, TimeMs now)
    : m_database(database), m_id(newMutationId(now)), m_actor(std::move(actor)), m_now(now)
{
}

Result<Call> Mutation::load(CallKey key)
{
    auto found = findCallByKey(m_database, key);
    if (!found)
        return found.error();
    if (!*found)
        return Error{Error::Code::NotFound, QStringLiteral("This call is no longer there."), QString::number(key), false};
    m_callIds.insert(key, (*found)->call_id);
    return **found;
}

Verdict Mutation::change(const Call &before, Call after)
{
    const QList<CallField> changed = changedFields(before, after);
    if (changed.isEmpty())
        return Done{};
    after.updated_at = m_now;
    for (CallField field : changed) {
        QJsonObject entry = m_changes.value(before.key);
        QJsonObject fields = entry.value(QStringLiteral("fields")).toObject();
        fields.insert(QLatin1String(infoOf(field).name), QJsonArray{fieldText(before, field), fieldText(after, field)});
        entry.insert(QStringLiteral("fields"), fields);
        if (!m_changes.contains(before.key))
            m_order.append(before.key);
        m_changes.insert(before.key, entry);
    }
    return updateCall(m_database, before, after);
}

Verdict Mutation::changeTag(CallKey key, const QString &tag, bool add)
{
    bool changed = false;
    Verdict done = add ? addTag(m_database, key, tag, &changed) : removeTag(m_database, key, tag, &changed);
    if (changed) {
        remember(key, add ? QStringLiteral("tags_added") : QStringLiteral("tags_removed"), tag);
        send(key, add ? QStringLiteral("tag+") : QStringLiteral("tag-"), {{QStringLiteral("tag"), tag}});
    }
    return done;
}

void Mutation::remember(CallKey key, const QString &what, const QJsonValue &value)
{
    if (!m_changes.contains(key))
        m_order.append(key);
    QJsonObject &entry = m_changes[key];
    QJsonArray list = entry.value(what).toArray();
    list.append(value);
    entry.insert(what, list);
}

void Mutation::send(CallKey key, const QString &op, const QJsonObject &args) { m_outgoing.append({key, op, args}); }

QString Mutation::callId(CallKey key)
{
    const auto known = m_callIds.constFind(key);
    if (known != m_callIds.cend())
        return *known;
    Statement select = m_database.prepare("SELECT call_id FROM calls WHERE id = ?");
    return select.bindAll(key).step() ? select.text(0) : QString();
}

Verdict Mutation::writeAudit(const QString &action)
{
    Statement insert = m_database.prepare("INSERT INTO audit (mutation_id, call_id, at, actor, action, changes) VALUES (?, ?, ?, ?, ?, ?)");
    for (CallKey key : std::as_const(m_order)) {
        insert.reset();
        insert.bindAll(m_id, key, m_now, m_actor, action, compactJson(m_changes.value(key)));
        if (Verdict done = insert.run(); !done)
            return done;
    }
    return Done{};
}

Verdict Mutation::writeOutbox()
{
    Statement insert = m_database.prepare("INSERT INTO outbox (mid, kind, id, op, args_json, schema_ver, created_ms) VALUES (?, 'call', ?, ?, ?, ?, ?)");
    bool first = true;
    for (Outgoing &outgoing : m_outgoing) {
        outgoing.args.insert(QStringLiteral("by"), m_actor);
        if (!first)
            outgoing.args.insert(QStringLiteral("group"), m_id);
        insert.reset();
        insert.bindAll(first ? m_id : newMutationId(m_now), callId(outgoing.key), outgoing.op, compactJson(outgoing.args), schemaVersionOfArgs, m_now);
        first = false;
        if (Verdict done = insert.run(); !done)
            return done;
    }
    return Done{};
}

Verdict Mutation::queueForSearch()
{
    Statement insert = m_database.prepare("INSERT OR IGNORE INTO search_queue (call_id) VALUES (?)");
    for (CallKey key : std::as_const(m_order)) {
        insert.reset();
        insert.bind(1, key);
        if (Verdict done = insert.run(); !done)
            return done;
    }
    return Done{};
}

Result<Effect> Mutation::finish(const QString &action)
{
    Verdict done = writeAudit(action);
    if (done)
        done = writeOutbox();
    if (done)
        done = queueForSearch();
    if (!done)
        return done.error();
    return Effect{{m_id, static_cast<int>(m_order.size()), m_now}, m_order};
}

} // namespace calldeck
