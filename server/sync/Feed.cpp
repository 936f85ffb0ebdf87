#include "sync/Feed.h"

#include "store/ErasedRecords.h"
#include "store/TestSwitches.h"
#include "sync/JsonText.h"

#include <QCryptographicHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSet>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

QByteArray rowText(const QString &kind, const QString &id, qint64 ver, bool deleted, QByteArrayView row)
{
    JsonObjectText text;
    text.add("kind", kind).add("id", id).add("ver", ver);
    if (deleted)
        text.addRaw("deleted", "true");
    if (deleted && row == erasedRow())
        text.addRaw("erased", "true");
    if (!deleted)
        text.addRaw("row", row);
    return text.end();
}

void append(QByteArray &list, const QByteArray &element)
{
    if (!list.isEmpty())
        list += ',';
    list += element;
}

QByteArray listed(const QByteArray &elements) { return '[' + elements + ']'; }

} // namespace

const QStringList &feedKinds()
{
    static const QStringList kinds{u"call"_s, u"turns"_s, u"contact"_s, u"number"_s, u"conflict"_s, u"view"_s, u"workspace"_s};
    return kinds;
}

Result<qint64> baseFor(WorkspaceTx &tx, qint64 clientEpoch)
{
    const QByteArray sql = TestSwitches::bug("one_base") ? "SELECT base_seq FROM epoch WHERE ws = ? AND epoch > ? ORDER BY epoch DESC LIMIT 1"
                                                         : "SELECT coalesce(min(base_seq), 0) FROM epoch WHERE ws = ? AND epoch > ?";
    SqlStatement base = tx.query(sql, clientEpoch);
    const auto found = base.found();
    if (!found)
        return found.error();
    return *found ? base.integer(0) : 0;
}

Result<std::optional<WrongEpoch>> checkEpoch(WorkspaceTx &tx, qint64 epoch)
{
    if (epoch == tx.head().epoch)
        return std::optional<WrongEpoch>();
    const auto base = baseFor(tx, epoch);
    if (!base)
        return base.error();
    return std::optional(WrongEpoch{tx.head().epoch, *base});
}

Result<FeedAnswer> readChanges(WorkspaceTx &tx, qint64 epoch, qint64 seq, int limit)
{
    const auto wrong = checkEpoch(tx, epoch);
    if (!wrong)
        return wrong.error();
    if (*wrong)
        return FeedAnswer(**wrong);
    // A cursor beyond the head knows a history that is not ours.
    if (seq < tx.head().min_seq || seq > tx.head().seq)
        return FeedAnswer(LogGone{tx.head().min_seq});
    QByteArray rows;
    QSet<std::pair<QString, QString>> seen;
    qint64 to = seq;
    int looked = 0;
    bool isWhole = true;
    SqlStatement log = tx.query("SELECT c.seq, c.kind, c.id, e.ver, e.deleted, e.\"row\" FROM change c JOIN entity e ON e.ws = c.ws AND e.kind = c.kind AND e.id = c.id "
                                "WHERE c.ws = ? AND c.seq > ? ORDER BY c.seq LIMIT ?",
                                seq, limit);
    while (log.step()) {
        const std::pair name(log.text(1), log.text(2));
        if (!seen.contains(name)) {
            if (!rows.isEmpty() && rows.size() + log.utf8(5).size() > FeedLimits::page_bytes) {
                isWhole = false;
                break;
            }
            seen.insert(name);
            append(rows, rowText(name.first, name.second, log.integer(3), log.integer(4) != 0, log.utf8(5)));
        }
        to = log.integer(0);
        ++looked;
    }
    if (log.failed())
        return log.verdict().error();
    // The last lines may have lost their record to an erasure.
    if (isWhole && looked < limit)
        to = tx.head().seq;
    JsonObjectText answer;
    answer.add("epoch", tx.head().epoch).add("from", seq).add("to", to).add("head", tx.head().seq).addRaw("rows", listed(rows));
    return FeedAnswer(answer.end());
}

Result<FeedAnswer> readSnapshot(WorkspaceTx &tx, const SnapshotPlace &place)
{
    if (place.epoch != 0) {
        const auto wrong = checkEpoch(tx, place.epoch);
        if (!wrong)
            return wrong.error();
        if (*wrong)
            return FeedAnswer(**wrong);
    }
    if (place.s > tx.head().seq)
        return FeedAnswer(LogGone{tx.head().min_seq});
    const QByteArray columns = "SELECT kind, id, ver, \"row\" FROM entity WHERE ws = ? ";
    SqlStatement page = place.only.isEmpty() ? tx.query(columns + "AND (kind, id) > (?, ?) AND deleted = 0 ORDER BY kind, id LIMIT ?", place.kind, place.id, place.limit + 1)
                                             : tx.query(columns + "AND kind = ? AND id > ? AND deleted = 0 ORDER BY kind, id LIMIT ?", place.only, place.id, place.limit + 1);
    QByteArray rows;
    std::pair<QString, QString> last;
    bool more = false;
    for (int count = 0; page.step(); ++count) {
        more = count == place.limit || (!rows.isEmpty() && rows.size() + page.utf8(3).size() > 4 * FeedLimits::page_bytes);
        if (more)
            break;
        last = {page.text(0), page.text(1)};
        append(rows, rowText(last.first, last.second, page.integer(2), false, page.utf8(3)));
    }
    if (page.failed())
        return page.verdict().error();
    JsonObjectText from;
    from.add("kind", place.kind).add("after", place.id);
    JsonObjectText next;
    next.add("kind", last.first).add("after", last.second);
    const bool fresh = place.s < 0 || (!more && TestSwitches::bug("snap_head"));
    JsonObjectText answer;
    answer.add("epoch", tx.head().epoch).add("s", fresh ? tx.head().seq : place.s).add("head", tx.head().seq);
    answer.addRaw("from", place.kind.isEmpty() ? QByteArray("null") : from.end()).addRaw("rows", listed(rows)).addRaw("next", more ? next.end() : QByteArray("null"));
    return FeedAnswer(answer.end());
}

Result<QByteArray> readRows(WorkspaceTx &tx, const QString &kind, const QStringList &ids)
{
    QByteArray rows;
    for (const QString &id : ids) {
        const auto entity = findEntity(tx, kind, id);
        if (!entity)
            return entity.error();
        if (*entity)
            append(rows, rowText(kind, id, (*entity)->ver, (*entity)->deleted, (*entity)->row));
    }
    JsonObjectText answer;
    answer.add("epoch", tx.head().epoch).add("head", tx.head().seq).add("kind", kind);
    answer.addRaw("ids", QJsonDocument(QJsonArray::fromStringList(ids)).toJson(QJsonDocument::Compact)).addRaw("rows", listed(rows));
    return answer.end();
}

Result<QByteArray> readDigest(WorkspaceTx &tx, const QString &kind)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    qint64 count = 0;
    SqlStatement rows = tx.query("SELECT id, ver FROM entity WHERE ws = ? AND kind = ? AND deleted = 0 ORDER BY id", kind);
    while (rows.step()) {
        hash.addData(QByteArray(rows.bytes(0) + '\t' + QByteArray::number(rows.integer(1)) + '\n'));
        ++count;
    }
    if (rows.failed())
        return rows.verdict().error();
    JsonObjectText answer;
    answer.add("epoch", tx.head().epoch).add("head", tx.head().seq).add("kind", kind).add("count", count).add("digest", QString::fromLatin1(hash.result().toHex()));
    return answer.end();
}

} // namespace calldeck
