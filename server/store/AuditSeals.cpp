#include "store/AuditSeals.h"

#include "store/EntityTable.h"
#include "store/Moment.h"

#include <QFile>
#include <QJsonObject>
#include <unistd.h>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

struct TrailEnd {
    qint64 n = 0;
    QByteArray hash;
};

Result<TrailEnd> trailAt(SqlConnection &connection, const QString &ws, std::optional<qint64> n)
{
    const auto tx = WorkspaceTx::begin(connection, ws, WorkspaceTx::Mode::Read);
    if (!tx)
        return tx.error();
    SqlStatement entry = n ? (*tx)->query("SELECT n, hash FROM audit WHERE ws = ? AND n = ?", *n) : (*tx)->query("SELECT n, hash FROM audit WHERE ws = ? ORDER BY n DESC LIMIT 1");
    const auto found = entry.found();
    if (!found)
        return found.error();
    return *found ? TrailEnd{entry.integer(0), entry.bytes(1)} : TrailEnd{};
}

struct Seal {
    int line = 0;
    qint64 n = 0;
    QByteArray hash;
};

} // namespace

QByteArray AuditSeals::signatureOf(const QJsonObject &line) const
{
    const QStringList parts{line.value(u"at"_s).toString(), line.value(u"event"_s).toString(), line.value(u"ws"_s).toString(), QString::number(line.value(u"n"_s).toInteger()),
                            line.value(u"hash"_s).toString()};
    return m_secret.sign("audit", parts.join(u'\n').toUtf8());
}

Verdict AuditSeals::append(const QByteArray &lines) const
{
    QFile file(m_file);
    const bool written = file.open(QIODevice::WriteOnly | QIODevice::Append) && file.write(lines) == lines.size() && file.flush() && ::fsync(file.handle()) == 0;
    if (!written)
        return Error{Error::Code::Io, u"The checkpoints of the audit trail, %1, cannot be written."_s.arg(m_file), file.errorString(), false};
    return Done{};
}

Verdict AuditSeals::sealAll(SqlConnection &connection, const QString &event, TimeMs now)
{
    const auto names = workspacesOf(connection);
    if (!names)
        return names.error();
    QByteArray lines;
    QHash<QString, qint64> sealed = m_sealed;
    for (const QString &ws : *names) {
        const auto end = trailAt(connection, ws, std::nullopt);
        if (!end)
            return end.error();
        if (end->n == 0 || (event == u"seal"_s && m_sealed.value(ws) == end->n))
            continue;
        QJsonObject line{{u"at"_s, isoUtc(now)}, {u"event"_s, event}, {u"ws"_s, ws}, {u"n"_s, end->n}, {u"hash"_s, QString::fromLatin1(end->hash)}};
        line.insert(u"seal"_s, QString::fromLatin1(signatureOf(line)));
        lines += compactJson(line) + '\n';
        sealed.insert(ws, end->n);
    }
    if (lines.isEmpty())
        return Done{};
    const Verdict done = append(lines);
    if (done)
        m_sealed = sealed;
    return done;
}

Verdict AuditSeals::sealNew(SqlConnection &connection, TimeMs now) { return isOn() ? sealAll(connection, u"seal"_s, now) : Verdict(Done{}); }
Verdict AuditSeals::sealRestored(SqlConnection &connection, TimeMs now) { return isOn() ? sealAll(connection, u"restore"_s, now) : Verdict(Done{}); }

Result<QStringList> AuditSeals::check(SqlConnection &connection) const
{
    QFile file(m_file);
    if (!file.open(QIODevice::ReadOnly))
        return QStringList{u"%1 cannot be read: whether the end of the trail was cut off cannot be told."_s.arg(m_file)};
    QStringList problems;
    QMap<QString, QList<Seal>> seals;
    for (int number = 1; !file.atEnd(); ++number) {
        const QJsonObject line = parsedObject(file.readLine(4096));
        if (line.isEmpty() || line.value(u"seal"_s).toString().toLatin1() != signatureOf(line)) {
            problems.append(u"line %1 of %2 was not written by calldeckd"_s.arg(number).arg(m_file));
            continue;
        }
        const Seal seal{number, line.value(u"n"_s).toInteger(), line.value(u"hash"_s).toString().toLatin1()};
        QList<Seal> &ofWorkspace = seals[line.value(u"ws"_s).toString()];
        if (line.value(u"event"_s) == u"restore"_s)
            ofWorkspace.removeIf([&](const Seal &earlier) { return earlier.n >= seal.n; });
        ofWorkspace.append(seal);
    }
    for (auto it = seals.cbegin(); it != seals.cend(); ++it) {
        for (const Seal &seal : *it) {
            const auto entry = trailAt(connection, it.key(), seal.n);
            if (!entry && entry.error().code != Error::Code::NotFound)
                return entry.error();
            if (!entry || entry->n == 0)
                problems.append(u"%1: entry %2 was sealed and is gone"_s.arg(it.key()).arg(seal.n));
            else if (entry->hash != seal.hash)
                problems.append(u"%1: entry %2 is not the one that was sealed"_s.arg(it.key()).arg(seal.n));
        }
    }
    return problems;
}

} // namespace calldeck
