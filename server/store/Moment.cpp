#include "store/Moment.h"

#include <QCryptographicHash>
#include <QDateTime>
#include <QRandomGenerator>

namespace calldeck
{

TimeMs serverNow()
{
#ifdef CALLDECK_TEST_SWITCHES
    static const qint64 offset = qEnvironmentVariable("CALLDECK_CLOCK_OFFSET_MS").toLongLong();
    return QDateTime::currentMSecsSinceEpoch() + offset;
#else
    return QDateTime::currentMSecsSinceEpoch();
#endif
}

QString randomHex(int bytes)
{
    QByteArray random(bytes, Qt::Uninitialized);
    for (char &byte : random)
        byte = static_cast<char>(QRandomGenerator::system()->generate());
    return QString::fromLatin1(random.toHex());
}

QByteArray sha256Hex(QByteArrayView text)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(text);
    return hash.result().toHex();
}

} // namespace calldeck
