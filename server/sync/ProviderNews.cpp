#include "sync/ProviderNews.h"

#include "rules/JsonReader.h"
#include "rules/Phone.h"
#include "store/Moment.h"

#include <QJsonDocument>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

const QString providerDevice = u"provider:"_s;
constexpr qsizetype longestText = 20'000;

Error invalid(const QString &message) { return {Error::Code::InvalidInput, message, {}, false}; }

Verdict readField(IncomingCall &incoming, const QString &key, const QJsonValue &value, const QString &path)
{
    const auto field = callFieldNamed(key);
    if (!field || *field == CallField::call_id)
        return invalid(u"%1.%2 is no field that news may carry."_s.arg(path, key.left(60)));
    if (Verdict set = setFieldJson(incoming.call, *field, value); !set)
        return invalid(u"%1.%2"_s.arg(path, set.error().message));
    if (value.isString() && value.toString().size() > longestText)
        return invalid(u"%1.%2 must have at most %3 characters."_s.arg(path, key).arg(longestText));
    return Done{};
}

Verdict readBeside(IncomingCall &incoming, const QJsonObject &json, const QString &path)
{
    constexpr qsizetype longestTag = 60;
    QString problem;
    JsonReader reader(json, path, problem);
    incoming.call.tags = reader.optionalTexts(u"tags"_s);
    for (const QString &tag : std::as_const(incoming.call.tags)) {
        if (tag.trimmed().isEmpty() || tag.size() > longestTag)
            reader.fail(u"tags"_s, u"must have 1 to %1 characters each"_s.arg(longestTag));
    }
    if (!problem.isEmpty())
        return invalid(problem);
    if (json.contains(u"turns"_s)) {
        const auto turns = turnsFromRow(json.value(u"turns"_s).toArray());
        if (!turns || !json.value(u"turns"_s).isArray())
            return invalid(u"%1.turns must be a list of turns."_s.arg(path));
        incoming.turns = *turns;
    }
    const QJsonValue raw = json.value(u"raw"_s);
    if (raw.isObject())
        incoming.raw = QString::fromUtf8(QJsonDocument(raw.toObject()).toJson(QJsonDocument::Compact));
    else if (raw.isString())
        incoming.raw = raw.toString();
    return Done{};
}

/** What people wrote into the call, by the stamps of their devices. */
Handwork handworkOf(const Stamps &stamps)
{
    Handwork work;
    for (auto it = stamps.begin(); it != stamps.end(); ++it) {
        if (it->device.startsWith(providerDevice))
            continue;
        const QString part = it.key().startsWith(u"flag:"_s) ? it.key().mid(5) : it.key();
        if (const auto field = callFieldNamed(part))
            work.fields.insert(*field);
        if (it.key().startsWith(u"untag:"_s))
            work.removed_tags.insert(it.key().mid(6));
    }
    return work;
}

class News
{
public:
    News(WorkspaceTx &tx, const IncomingCall &incoming, const Workspace &workspace, const QString &account, TimeMs now)
        : m_tx(tx), m_incoming(incoming), m_workspace(workspace), m_account(account), m_now(now)
    {
    }

    Result<NewsOutcome> run()
    {
        const auto fresh = preparedCall(m_incoming.call, m_workspace, m_now);
        if (!fresh)
            return NewsOutcome{{}, NewsOutcome::Status::Rejected, fresh.error().message};
        m_id = fresh->call_id;
        if (Verdict loaded = load(*fresh); !loaded)
            return loaded.error();
        if (m_before.deleted)
            return NewsOutcome{m_id, NewsOutcome::Status::Rejected, u"The call was deleted."_s};
        const auto after = takeIncoming(m_before.state, *fresh, handworkOf(m_before.stamps), m_workspace, m_now);
        if (!after)
            return NewsOutcome{m_id, NewsOutcome::Status::Rejected, after.error().message};
        return write(*after);
    }

private:
    Verdict load(const Call &fresh)
    {
        auto stored = loadCallAlone(m_tx, m_id);
        if (!stored)
            return stored.error();
        m_before = *std::move(stored);
        m_isNew = m_before.ver == 0;
        const QString number = fresh.customer_number.isEmpty() ? m_before.state.call.customer_number : fresh.customer_number;
        if (m_isNew)
            m_before.state.call.call_id.clear();
        if (number.isEmpty())
            return Done{};
        const auto open = openTasksOf(m_tx, number, m_id);
        const auto listed = open ? findListed(m_tx, number) : Result<std::optional<ListedNumber>>(open.error());
        if (!listed)
            return listed.error();
        m_before.state.follow_ups.append(*open);
        m_before.state.listed = *listed;
        return Done{};
    }

    Result<NewsOutcome> write(const CallState &after)
    {
        NewsOutcome outcome{m_id, m_isNew ? NewsOutcome::Status::Created : NewsOutcome::Status::Unchanged, {}};
        const Change change{u"call"_s, m_id, m_isNew ? u"intake_new"_s : u"intake"_s, QString(), QString(providerDevice + after.call.provider), 0, m_account, m_now};
        if (m_isNew || after != m_before.state) {
            StoredCall written = m_before;
            written.state = after;
            stampNews(written.stamps, after, change.device);
            if (Verdict done = writeCallWithEffects(m_tx, {m_before, written, false, change}); !done)
                return done.error();
            outcome.status = m_isNew ? NewsOutcome::Status::Created : NewsOutcome::Status::Updated;
        }
        const auto turns = writeTurns(change);
        if (!turns)
            return turns.error();
        if (*turns && !m_isNew)
            outcome.status = NewsOutcome::Status::Updated;
        if (Verdict kept = keepRaw(); !kept)
            return kept.error();
        return outcome;
    }

    /** Who did not see a tag or an emergency come in cannot take it away unknowingly. */
    void stampNews(Stamps &stamps, const CallState &after, const QString &device) const
    {
        const Stamp stamp{m_tx.nextSeq(), device, 0};
        for (const QString &tag : after.call.tags) {
            if (!m_before.state.call.tags.contains(tag))
                stamps.insert(u"tag:"_s + tag, stamp);
        }
        if (after.call.emergency && !m_before.state.call.emergency)
            stamps.insert(u"flag:emergency"_s, stamp);
    }

    Result<bool> writeTurns(const Change &change)
    {
        if (m_incoming.turns.isEmpty())
            return false;
        const QByteArray row = compactJson({{u"turns"_s, turnsRow(m_incoming.turns)}});
        const auto known = findEntity(m_tx, u"turns"_s, m_id);
        if (!known)
            return known.error();
        if (*known && (*known)->row == row)
            return false;
        Entity entity{u"turns"_s, m_id, 0, row, "{}", false};
        Change line = change;
        line.kind = u"turns"_s;
        if (Verdict done = putEntity(m_tx, entity, line); !done)
            return done.error();
        return true;
    }

    Verdict keepRaw()
    {
        if (m_incoming.raw.isEmpty())
            return Done{};
        return m_tx
            .query("INSERT INTO provider_payload(ws, call_id, hash, payload, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT(ws, call_id, hash) DO NOTHING", m_id, sha256Hex(m_incoming.raw.toUtf8()), m_incoming.raw, m_now)
            .run();
    }

    WorkspaceTx &m_tx;
    const IncomingCall &m_incoming;
    const Workspace &m_workspace;
    const QString m_account;
    const TimeMs m_now;
    QString m_id;
    StoredCall m_before;
    bool m_isNew = false;
};

} // namespace

Result<IncomingCall> incomingCallOf(const QJsonValue &json, const QString &path)
{
    static const QStringList beside{u"tags"_s, u"turns"_s, u"raw"_s};
    if (!json.isObject())
        return invalid(u"%1 must be an object."_s.arg(path));
    const QJsonObject object = json.toObject();
    IncomingCall incoming;
    for (auto it = object.begin(); it != object.end(); ++it) {
        if (beside.contains(it.key()))
            continue;
        if (Verdict read = readField(incoming, it.key(), *it, path); !read)
            return read.error();
    }
    if (Verdict read = readBeside(incoming, object, path); !read)
        return read.error();
    // A number that is none is kept as it came, and looked at again there.
    QString &number = incoming.call.customer_number;
    if (!number.isEmpty() && parsePhone(number, u"US"_s).e164 != number) {
        if (incoming.call.customer_number_raw.isEmpty())
            incoming.call.customer_number_raw = number;
        number.clear();
    }
    return incoming;
}

Result<NewsOutcome> takeNews(WorkspaceTx &tx, const IncomingCall &incoming, const Workspace &workspace, const QString &account, TimeMs now)
{
    return News(tx, incoming, workspace, account, now).run();
}

} // namespace calldeck
