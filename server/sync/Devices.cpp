#include "sync/Devices.h"

namespace calldeck
{

namespace
{

constexpr auto laterOfDevice = "SELECT 1 FROM device WHERE ws = ? AND id = ? AND lseq > ?";
QByteArray deviceName(const Author &author) { return "device " + author.device.toUtf8(); }

} // namespace

Verdict noteDevice(WorkspaceTx &tx, const Author &author, TimeMs now, qint64 lseq)
{
    return tx.writeOnly(deviceName(author),
                        "INSERT INTO device(ws, id, account, first_seen, last_seen, lseq) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT(ws, id) DO UPDATE SET last_seen = excluded.last_seen, "
                        "lseq = CASE WHEN device.lseq > excluded.lseq THEN device.lseq ELSE excluded.lseq END",
                        author.device, author.account, now, now, lseq);
}

Result<bool> isOlderCopy(WorkspaceTx &tx, const Author &author, qint64 lastLseq) { return tx.query(laterOfDevice, author.device, lastLseq).found(); }

void foreseeDevice(WorkspaceTx &tx, const Author &author, qint64 lastLseq) { tx.foresee(deviceName(author), laterOfDevice, author.device, lastLseq); }

} // namespace calldeck
