#include "http/Messages.h"

namespace calldeck
{

QByteArray HttpRequest::header(QByteArrayView name) const
{
    for (const auto &[key, value] : headers) {
        if (key == name)
            return value;
    }
    return {};
}

QString HttpRequest::queryValue(QStringView name, const QString &otherwise) const
{
    for (const auto &[key, value] : query) {
        if (key == name)
            return value;
    }
    return otherwise;
}

} // namespace calldeck
