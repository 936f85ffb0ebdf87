#include "store/RowDigest.h"

#include <QCryptographicHash>

namespace calldeck
{

QString rowDigest(std::initializer_list<QString> texts)
{
    constexpr int digits = 32;
    QCryptographicHash hash(QCryptographicHash::Sha256);
    for (const QString &text : texts) {
        const QByteArray utf8 = text.toUtf8();
        hash.addData(QByteArray::number(utf8.size()));
        hash.addData(" ");
        hash.addData(utf8);
    }
    return QString::fromLatin1(hash.result().toHex().left(digits));
}

} // namespace calldeck
