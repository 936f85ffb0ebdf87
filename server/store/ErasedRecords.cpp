#include "store/ErasedRecords.h"

#include "store/Moment.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr auto oneErased = "SELECT 1 FROM erased WHERE ws = ? AND kind = ? AND id_hash = ?";
constexpr auto oneErasedListing = "SELECT at FROM erased WHERE ws = ? AND kind = 'number' AND id_hash = ?";

QByteArray numberHash(WorkspaceTx &tx, const QString &number) { return tx.connection().secret().sign("number", QString(tx.ws() + u' ' + number).toUtf8()); }

Verdict keepHash(WorkspaceTx &tx, const QString &kind, const QByteArray &hash, TimeMs now)
{
    return tx.write("INSERT INTO erased(ws, kind, id_hash, at) VALUES (?, ?, ?, ?) ON CONFLICT(ws, kind, id_hash) DO NOTHING", kind, hash, now);
}

} // namespace

QByteArrayView erasedRow() { return R"({"erased":true})"; }

Result<bool> isErased(WorkspaceTx &tx, const QString &kind, const QString &id)
{
    return tx.query(oneErased, kind, sha256Hex(id.toUtf8())).found();
}

void foreseeErased(WorkspaceTx &tx, const QString &kind, const QString &id) { tx.foresee("erased", oneErased, kind, sha256Hex(id.toUtf8())); }

void foreseeErasedListing(WorkspaceTx &tx, const QString &number)
{
    if (tx.connection().secret().isSet())
        tx.foresee("erased", oneErasedListing, numberHash(tx, number));
}

Verdict markErased(WorkspaceTx &tx, const QString &kind, const QString &id, TimeMs now)
{
    const QByteArray sql = "UPDATE entity SET \"row\" = '" + erasedRow().toByteArray() + "', stamps = '{}' WHERE ws = ? AND kind = ? AND id = ? AND deleted = 1";
    const Verdict done = tx.query(sql, kind, id).run();
    return done ? keepHash(tx, kind, sha256Hex(id.toUtf8()), now) : done;
}

QString hiddenNumber(WorkspaceTx &tx, const QString &number) { return tx.connection().secret().isSet() ? QString::fromLatin1(numberHash(tx, number)) : QString(); }

Verdict keepErasedListing(WorkspaceTx &tx, const QString &number, TimeMs now) { return keepHash(tx, u"number"_s, numberHash(tx, number), now); }

Result<std::optional<ListedNumber>> findErasedListing(WorkspaceTx &tx, const QString &number)
{
    if (!tx.connection().secret().isSet())
        return std::optional<ListedNumber>();
    SqlStatement find = tx.query(oneErasedListing, numberHash(tx, number));
    const auto found = find.found();
    if (!found)
        return found.error();
    return *found ? std::optional(ListedNumber{u"Asked not to be contacted"_s, find.integer(0), u"Erasure"_s}) : std::optional<ListedNumber>();
}

Verdict forgetErasedListing(WorkspaceTx &tx, const QString &number)
{
    if (!tx.connection().secret().isSet())
        return Done{};
    return tx.write("DELETE FROM erased WHERE ws = ? AND kind = 'number' AND id_hash = ?", numberHash(tx, number));
}

} // namespace calldeck
