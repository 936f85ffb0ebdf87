#include "sync/Devices.h"

namespace calldeck
{

namespace
{

constexpr auto stampOfDevice = "SELECT stamp FROM device WHERE ws = ? AND id = ?";
QByteArray deviceName(const Author &author) { return "device " + author.device.toUtf8(); }

} // namespace

Verdict noteDevice(WorkspaceTx &tx, const Author &author, TimeMs now, const QByteArray &stamp)
{
    return tx.writeOnly(deviceName(author),
                        "INSERT INTO device(ws, id, account, first_seen, last_seen, stamp) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT(ws, id) DO UPDATE SET last_seen = excluded.last_seen, "
                        "stamp = CASE WHEN excluded.stamp = '' THEN device.stamp ELSE excluded.stamp END",
                        author.device, author.account, now, now, stamp);
}

Result<bool> isOlderCopy(WorkspaceTx &tx, const Author &author, const FileStamps &stamps)
{
    SqlStatement find = tx.query(stampOfDevice, author.device);
    const auto found = find.found();
    if (!found)
        return found.error();
    const QByteArray wrote = *found ? find.bytes(0) : QByteArray();
    return !wrote.isEmpty() && wrote != stamps.last && wrote != stamps.next && !stamps.between.contains(wrote);
}

void foreseeDevice(WorkspaceTx &tx, const Author &author) { tx.foresee(deviceName(author), stampOfDevice, author.device); }

Verdict forgetStamps(WorkspaceTx &tx) { return tx.query("UPDATE device SET stamp = '' WHERE ws = ?").run(); }

} // namespace calldeck
